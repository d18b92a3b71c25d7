//! The rules of the safety watch once more, in their plainest form: everybody is asked about everybody.

use std::collections::{BTreeMap, BTreeSet};

use autotwin::prelude::*;
use autotwin::safety::encounters::Encounters;
use autotwin::safety::settings::Safety;
use autotwin::twin::life::Life;
use autotwin::world::position::Position;
use autotwin::world::travel::Travel;

/// An encounter: by which rule, who, since when, and whether it is warned of.
pub type Pair = (u16, u64, u64, Time, bool);
/// A gathering: who, since when, and whether it is warned of.
pub type Crowd = (Vec<u64>, Time, bool);

struct Person {
    id: u64,
    name: String,
    at: [f64; 3],
    velocity: [f64; 3],
}

/// What should be warned of.
#[derive(Default)]
pub struct Model {
    pairs: BTreeMap<(u16, u64, u64), (Time, bool)>,
    crowds: Vec<Crowd>,
    /// How many warnings there have been.
    pub incidents: u64,
}

pub fn pairs_of(encounters: &Encounters) -> Vec<Pair> {
    let pairs = encounters.pairs.iter();
    pairs.map(|one| (one.rule, one.twins[0].0, one.twins[1].0, one.since, one.incident.is_some())).collect()
}

pub fn crowds_of(encounters: &Encounters) -> Vec<Crowd> {
    let ids = |members: &[TwinId]| members.iter().map(|twin| twin.0).collect();
    encounters.crowds.iter().map(|one| (ids(&one.members), one.since, one.incident.is_some())).collect()
}

impl Model {
    pub fn pairs(&self) -> Vec<Pair> {
        self.pairs.iter().map(|(&(rule, a, b), &(since, warned))| (rule, a, b, since, warned)).collect()
    }

    pub fn crowds(&self) -> Vec<Crowd> {
        self.crowds.clone()
    }

    pub fn warned(&self) -> usize {
        self.pairs.values().filter(|(_, warned)| *warned).count() + self.crowds.iter().filter(|crowd| crowd.2).count()
    }

    pub fn warnings_about(&self, twin: TwinId) -> u32 {
        let pairs = self.pairs.iter().filter(|((_, a, b), (_, warned))| *warned && (*a == twin.0 || *b == twin.0));
        let crowds = self.crowds.iter().filter(|(members, _, warned)| *warned && members.contains(&twin.0));
        (pairs.count() + crowds.count()) as u32
    }

    pub fn look(&mut self, world: &World) {
        let now = world.resource::<Clock>().now;
        let safety = world.resource::<Safety>();
        let all = everybody(world, now);
        let is = |one: &Person, start: &str| one.name.starts_with(start);
        let mut near: BTreeMap<(u16, u64, u64), bool> = BTreeMap::new();
        for a in &all {
            for b in &all {
                if a.id == b.id {
                    continue;
                }
                let key = |rule: u16| (rule, a.id.min(b.id), a.id.max(b.id));
                let gap = far(a.at, b.at);
                let mut look = |rule: u16, least: f64, release: f64| {
                    if gap < release {
                        *near.entry(key(rule)).or_default() |= gap < least;
                    }
                };
                if is(a, "person") && is(b, "person") {
                    look(0, 2.0, 2.2);
                }
                if is(a, "robot") && is(b, "person") && !safety.separations.is_empty() {
                    look(1, 1.5, 1.65);
                    let speed = far(a.velocity, [0.0; 3]);
                    if speed > 0.0 {
                        let least = protective(a, b);
                        look(2, least, 1.1 * least);
                    }
                }
                if is(a, "robot") && is(b, "robot") {
                    look(3, 2.0, 2.2);
                }
            }
        }
        self.pairs.retain(|key, _| near.contains_key(key));
        for (key, _) in near.iter().filter(|(_, breach)| **breach) {
            self.pairs.entry(*key).or_insert((now, false));
        }
        for ((rule, ..), (since, warned)) in &mut self.pairs {
            let lasts = match rule {
                0 => safety.apart.map(|rule| rule.lasts.seconds()).unwrap_or_default(),
                rule => safety.separations[*rule as usize - 1].lasts.seconds(),
            };
            if !*warned && (now - *since).seconds() >= lasts {
                *warned = true;
                self.incidents += 1;
            }
        }
        self.gather(&all, safety, now);
    }

    fn gather(&mut self, all: &[Person], safety: &Safety, now: Time) {
        let Some(rule) = safety.gathering else { return };
        let persons: Vec<&Person> = all.iter().filter(|one| one.name.starts_with("person")).collect();
        let near = |a: &Person, b: &Person| far(a.at, b.at) < rule.within;
        let count = |a: &&Person| persons.iter().filter(|b| a.id == b.id || near(a, b)).count() as u32;
        let least = (rule.people - 1).max(2);
        let dense: Vec<&&Person> = persons.iter().filter(|one| count(one) >= least).collect();
        // Groups grow until nothing can be added.
        let mut groups: Vec<BTreeSet<u64>> = Vec::new();
        for one in &dense {
            if groups.iter().any(|group| group.contains(&one.id)) {
                continue;
            }
            let mut group = BTreeSet::from([one.id]);
            while let Some(next) = dense.iter().find(|next| {
                !group.contains(&next.id) && dense.iter().any(|other| group.contains(&other.id) && near(next, other))
            }) {
                group.insert(next.id);
            }
            groups.push(group);
        }
        let cores = groups.clone();
        for one in persons.iter().filter(|one| count(one) < least) {
            let touched = (0..cores.len())
                .find(|group| dense.iter().any(|other| cores[*group].contains(&other.id) && near(one, other)));
            if let Some(group) = touched {
                groups[group].insert(one.id);
            }
        }
        let is_full =
            |group: &BTreeSet<u64>| persons.iter().any(|one| group.contains(&one.id) && count(one) >= rule.people);
        let mut free: Vec<Option<&BTreeSet<u64>>> = groups.iter().map(Some).collect();
        let mut next = Vec::new();
        for (members, since, warned) in &self.crowds {
            let common = |group: &BTreeSet<u64>| members.iter().filter(|one| group.contains(one)).count();
            let mut best: Option<(usize, usize)> = None;
            for (number, group) in free.iter().enumerate() {
                let shared = group.map_or(0, common);
                if shared > 0 && best.is_none_or(|(most, _)| shared > most) {
                    best = Some((shared, number));
                }
            }
            if let Some((_, number)) = best {
                let group = free[number].take().expect("it is free");
                next.push((group.iter().copied().collect(), *since, *warned));
            }
        }
        let new = free.iter().flatten().filter(|group| is_full(group));
        next.extend(new.map(|group| (group.iter().copied().collect(), now, false)));
        for (_, since, warned) in &mut next {
            if !*warned && (now - *since).seconds() >= rule.lasts.seconds() {
                *warned = true;
                self.incidents += 1;
            }
        }
        self.crowds = next;
    }
}

fn everybody(world: &World, now: Time) -> Vec<Person> {
    let at_work = |(twin, entity, name): (TwinId, Entity, &std::sync::Arc<str>)| {
        let place = world.get::<Position>(entity).filter(|_| world.get::<Life>(entity) == Some(&Life::Active))?;
        let at = [place.x, place.y, place.z];
        let travel = world.get::<Travel>(entity);
        let way = travel.and_then(|travel| Some((travel.at(now)?.speed, travel.legs.last()?.to)));
        let velocity = way.map_or([0.0; 3], |(speed, to)| {
            let gap = far(at, to);
            std::array::from_fn(|axis| if gap > 0.0 { (to[axis] - at[axis]) / gap * speed } else { 0.0 })
        });
        Some(Person { id: twin.0, name: name.to_string(), at, velocity })
    };
    world.resource::<Directory>().twins().filter_map(at_work).collect()
}

/// S_p = S_h + S_r + S_s + C, with the numbers of the scene.
fn protective(machine: &Person, person: &Person) -> f64 {
    let gap = far(machine.at, person.at);
    let towards: f64 = (0..3).map(|axis| machine.velocity[axis] * (person.at[axis] - machine.at[axis])).sum();
    let speed = if gap > 0.0 { (towards / gap).max(0.0) } else { far(machine.velocity, [0.0; 3]) };
    1.6 * (0.3 + speed / 0.8) + speed * 0.3 + speed * speed / (2.0 * 0.8) + 0.2
}

fn far(a: [f64; 3], b: [f64; 3]) -> f64 {
    (0..3).map(|axis| (a[axis] - b[axis]).powi(2)).sum::<f64>().sqrt()
}
