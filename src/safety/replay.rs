//! What would have been, had something stood elsewhere.
//!
//! Every so often it is noted where everybody is, and from where to where whoever is under way. A layout is judged by placing
//! everybody anew: whoever stood at a piece of equipment stands where it would be; whoever was on the way from or to it is as far on a
//! straight way from or to where it would be. Counted are the pairs that are too near, over all those moments: their mean is the
//! number of pairs that are too near at any time.
//!
//! This foresees that people meet elsewhere, and that those who are moved meet others. It does not foresee that longer ways
//! take longer, nor that people would do other things.

use bevy_ecs::prelude::{Resource, World};
use serde::{Deserialize, Serialize};

use super::settings::Safety;
use super::sight::{Places, Watched};
use crate::engine::clock::Clock;
use crate::engine::identity::{Directory, TwinId};
use crate::engine::time::{Duration, Time};
use crate::world::travel::Travel;

/// A point of the ground: metres.
pub type Spot = [f64; 2];

/// Where somebody is at a moment: so much of the way from here to there.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Trace {
    /// Who.
    pub twin: TwinId,
    /// Where the way begins; where it stands, if it does.
    pub from: Spot,
    /// Where it ends.
    pub to: Spot,
    /// How much of it lies behind: 0 to 1.
    pub share: f64,
    /// How fast it goes: m/s.
    pub speed: f64,
}

/// How many traces are kept; beyond that, every second moment is forgotten.
const MOST: usize = 50_000;

/// Moments at which it was noted where everybody is.
#[derive(Resource, Clone, Debug, Default, Serialize, Deserialize)]
pub struct Samples {
    /// Each with those who were there, by id.
    pub moments: Vec<Vec<Trace>>,
    next: Time,
    every: Duration,
}

impl Samples {
    /// Forgets all: the layout is another now.
    pub fn clear(&mut self) {
        self.moments.clear();
    }

    fn note(&mut self, moment: Vec<Trace>) {
        self.moments.push(moment);
        if self.moments.iter().map(Vec::len).sum::<usize>() > MOST && self.moments.len() > 2 {
            let mut number = 0;
            self.moments.retain(|_| {
                number += 1;
                number % 2 == 1
            });
            self.every = self.every + self.every;
        }
    }
}

/// Notes where everybody is, if it is time.
pub(super) fn sample(world: &mut World) {
    let now = world.resource::<Clock>().now;
    let Some(usual) = world.resource::<Safety>().review.as_ref().map(|review| review.samples_every) else { return };
    if world.resource::<Samples>().next > now {
        return;
    }
    let moment: Vec<Trace> =
        world.resource::<Watched>().all.twins().iter().filter_map(|twin| trace(world, *twin, now)).collect();
    let mut samples = world.resource_mut::<Samples>();
    samples.every = samples.every.max(usual);
    samples.next = now + samples.every;
    samples.note(moment);
}

fn trace(world: &World, twin: TwinId, now: Time) -> Option<Trace> {
    let [x, y, _] = world.resource::<Places>().of(twin)?;
    let standing = Trace { twin, from: [x, y], to: [x, y], share: 0.0, speed: 0.0 };
    let entity = world.resource::<Directory>().entity(twin)?;
    let Some((travel, on)) = world.get::<Travel>(entity).and_then(|travel| Some((travel, travel.at(now)?))) else {
        return Some(standing);
    };
    let (from, to) = (travel.start_of(on.leg).0, travel.legs[on.leg].to);
    let (from, to) = ([from[0], from[1]], [to[0], to[1]]);
    let far = far(from, to);
    if far <= 0.0 {
        return Some(standing);
    }
    Some(Trace { twin, from, to, share: self::far(from, [x, y]) / far, speed: on.speed })
}

/// How far two points are apart.
pub fn far(a: Spot, b: Spot) -> f64 {
    let (x, y) = (b[0] - a[0], b[1] - a[1]);
    (x * x + y * y).sqrt()
}

/// Somebody in a layout: where, and how fast.
#[derive(Clone, Copy, Debug)]
struct Placed {
    twin: TwinId,
    at: Spot,
    velocity: Spot,
}

impl Trace {
    /// Where it would be if the ends of its way lay elsewhere.
    fn placed(&self, from: Spot, to: Spot) -> Placed {
        let at = std::array::from_fn(|axis| from[axis] + (to[axis] - from[axis]) * self.share);
        let far = far(from, to);
        let along = |axis: usize| if far > 0.0 { (to[axis] - from[axis]) / far * self.speed } else { 0.0 };
        Placed { twin: self.twin, at, velocity: std::array::from_fn(along) }
    }

    /// Where it is.
    pub fn at(&self) -> Spot {
        self.placed(self.from, self.to).at
    }
}

/// Which rules hold between whom.
#[derive(Clone, Copy)]
pub struct Rules<'a> {
    /// What is written.
    pub safety: &'a Safety,
    /// Whom it means.
    pub watched: &'a Watched,
}

impl Rules<'_> {
    /// Whether two are too near to each other by any of the rules.
    fn are_too_near(&self, a: &Placed, b: &Placed) -> bool {
        let Rules { safety, watched } = self;
        let gap = far(a.at, b.at);
        let persons = watched.persons.contains(a.twin) && watched.persons.contains(b.twin);
        if persons && safety.apart.is_some_and(|rule| gap < rule.least) {
            return true;
        }
        let flat = |[x, y]: Spot| [x, y, 0.0];
        (0..safety.separations.len()).any(|index| {
            let (rule, from) = (&safety.separations[index], &watched.from[index]);
            let of = watched.of[index].as_ref().unwrap_or(&watched.persons);
            let breaks = |machine: &Placed, other: &Placed| {
                from.contains(machine.twin)
                    && of.contains(other.twin)
                    && gap < rule.distance(flat(machine.at), flat(machine.velocity), flat(other.at))
            };
            breaks(a, b) || breaks(b, a)
        })
    }

    /// Farther apart than this nobody is too near, if nobody is faster than that (m/s).
    fn reach(&self, speed: f64) -> f64 {
        let of = |rule: &super::separation::Separation| {
            rule.protective.as_ref().map_or(rule.least.unwrap_or(0.0), |law| law.distance(speed))
        };
        let apart = self.safety.apart.map_or(0.0, |rule| rule.least);
        self.safety.separations.iter().map(of).fold(apart, f64::max)
    }
}

/// One of the moments, ready to be asked what would have been.
struct Moment {
    traces: Vec<Trace>,
    /// Which equipment is used at both ends of each one's way.
    uses: Vec<[Option<usize>; 2]>,
    /// Where everybody was.
    placed: Vec<Placed>,
    /// How many pairs were too near.
    count: u64,
}

/// Several moments, ready to be asked what would have been had something stood elsewhere.
pub struct Replay<'a> {
    rules: Rules<'a>,
    moments: Vec<Moment>,
    /// Nobody is too near who is farther away: metres.
    reach: f64,
}

impl<'a> Replay<'a> {
    /// Of these moments; `used_at` says which equipment, by number, is used at a point.
    pub fn new<'m>(
        moments: impl Iterator<Item = &'m Vec<Trace>>,
        rules: Rules<'a>,
        used_at: impl Fn(Spot) -> Option<usize>,
    ) -> Replay<'a> {
        let moments: Vec<&Vec<Trace>> = moments.collect();
        let fastest = moments.iter().flat_map(|moment| moment.iter()).map(|trace| trace.speed).fold(0.0, f64::max);
        let reach = rules.reach(fastest);
        let ready = |traces: &Vec<Trace>| {
            let placed: Vec<Placed> = traces.iter().map(|trace| trace.placed(trace.from, trace.to)).collect();
            let uses = traces.iter().map(|trace| [trace.from, trace.to].map(&used_at)).collect();
            let count = count(placed.clone(), rules, reach);
            Moment { traces: traces.clone(), uses, placed, count }
        };
        Replay { rules, moments: moments.into_iter().map(ready).collect(), reach }
    }

    /// How many pairs were too near, at all those moments together.
    pub fn count(&self) -> u64 {
        self.moments.iter().map(|moment| moment.count).sum()
    }

    /// How many of them at a place.
    pub fn count_at(&self, place: Circle) -> u64 {
        let at = |moment: &Moment| {
            let here: Vec<&Placed> =
                moment.placed.iter().filter(|one| far(one.at, place.middle) < place.radius + self.reach).collect();
            let pairs = (0..here.len()).flat_map(|a| (0..a).map(move |b| (a, b)));
            let near = pairs.filter(|(a, b)| place.has(here[*a], here[*b]) && self.are_too_near(here[*a], here[*b]));
            near.count() as u64
        };
        self.moments.iter().map(at).sum()
    }

    /// The equipment that people use who were near a point, by number.
    pub fn used_near(&self, middle: Spot, radius: f64) -> Vec<usize> {
        let mut used: Vec<usize> = Vec::new();
        for moment in &self.moments {
            let here = moment.placed.iter().zip(&moment.uses).filter(|(placed, _)| far(placed.at, middle) <= radius);
            used.extend(here.flat_map(|(_, uses)| uses).flatten());
        }
        used.sort_unstable();
        used.dedup();
        used
    }

    /// By how many pairs more, or fewer, would have been too near had a piece of equipment stood elsewhere; of a place besides.
    pub fn change(&self, equipment: usize, shift: Shift, place: Circle) -> Change {
        let add = |a: Change, b: Change| Change { all: a.all + b.all, here: a.here + b.here };
        let changes = self.moments.iter().map(|moment| self.change_at(moment, equipment, shift, place));
        changes.fold(Change::default(), add)
    }

    fn change_at(&self, moment: &Moment, equipment: usize, shift: Shift, place: Circle) -> Change {
        let uses = |one: usize| moment.uses[one].contains(&Some(equipment));
        let users: Vec<(usize, Placed)> = (0..moment.traces.len())
            .filter(|one| uses(*one))
            .map(|one| (one, moment.moved(one, equipment, shift)))
            .collect();
        let mut change = Change::default();
        for (user, after) in &users {
            for (other, was) in moment.placed.iter().enumerate() {
                let moved = users.iter().find(|(one, _)| *one == other);
                // A pair of two users is counted with the first of them.
                if other == *user || (other < *user && moved.is_some()) {
                    continue;
                }
                let (before, then) = (&moment.placed[*user], moved.map_or(was, |(_, moved)| moved));
                if self.are_too_near(after, then) {
                    change.all += 1;
                    change.here += i64::from(place.has(after, then));
                }
                if self.are_too_near(before, was) {
                    change.all -= 1;
                    change.here -= i64::from(place.has(before, was));
                }
            }
        }
        change
    }

    fn are_too_near(&self, a: &Placed, b: &Placed) -> bool {
        (a.at[0] - b.at[0]).abs() < self.reach
            && (a.at[1] - b.at[1]).abs() < self.reach
            && self.rules.are_too_near(a, b)
    }
}

impl Moment {
    /// Where somebody would be had a piece of equipment stood elsewhere.
    fn moved(&self, one: usize, equipment: usize, shift: Shift) -> Placed {
        let (trace, uses) = (&self.traces[one], self.uses[one]);
        let end = |end: Spot, used: Option<usize>| match used == Some(equipment) {
            true => std::array::from_fn(|axis| end[axis] + shift.to[axis] - shift.from[axis]),
            false => end,
        };
        trace.placed(end(trace.from, uses[0]), end(trace.to, uses[1]))
    }
}

/// How many pairs are too near, by going from west to east.
fn count(mut placed: Vec<Placed>, rules: Rules, reach: f64) -> u64 {
    placed.sort_by(|a, b| a.at[0].total_cmp(&b.at[0]).then(a.twin.cmp(&b.twin)));
    let near = |number: usize| {
        let one = &placed[number];
        let others = placed[number + 1..].iter().take_while(move |other| other.at[0] - one.at[0] < reach);
        others.filter(|other| rules.are_too_near(one, other)).count() as u64
    };
    (0..placed.len()).map(near).sum()
}

/// By how many pairs more are too near: everywhere, and at a place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Change {
    /// Everywhere.
    pub all: i64,
    /// At the place.
    pub here: i64,
}

/// A place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Circle {
    /// Its middle.
    pub middle: Spot,
    /// Metres.
    pub radius: f64,
}

impl Circle {
    /// Whether two meet there: halfway between them.
    fn has(&self, a: &Placed, b: &Placed) -> bool {
        let halfway = std::array::from_fn(|axis| (a.at[axis] + b.at[axis]) / 2.0);
        far(halfway, self.middle) < self.radius
    }
}

/// A piece of equipment that would stand elsewhere.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Shift {
    /// Where it is.
    pub from: Spot,
    /// Where it would be.
    pub to: Spot,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::safety::apart::Apart;
    use crate::twin::who::TwinSet;
    use proptest::prelude::*;

    fn traces() -> impl Strategy<Value = Vec<Trace>> {
        let point = || [0.0_f64..20.0, 0.0..20.0];
        let trace = (point(), point(), 0.0_f64..1.0);
        prop::collection::vec(trace, 2..20).prop_map(|all| {
            let made =
                (0..).zip(all).map(|(id, (from, to, share))| Trace { twin: TwinId(id), from, to, share, speed: 1.0 });
            made.collect()
        })
    }

    proptest! {
        /// The change is that between two counts by brute force; and what is not used changes nothing.
        #[test]
        fn a_change_is_the_difference_of_two_counts(
            moment in traces(), at in [0.0_f64..20.0, 0.0..20.0], to in [0.0_f64..20.0, 0.0..20.0], reach in 0.5_f64..8.0,
        ) {
            let safety = Safety { apart: Some(Apart { least: 3.0, ..Apart::default() }), ..Safety::default() };
            let persons = TwinSet::new((0..20).map(TwinId).collect());
            let watched = Watched { persons: persons.clone(), all: persons, ..Watched::default() };
            let rules = Rules { safety: &safety, watched: &watched };
            let brute = |moment: &[Trace]| {
                let at: Vec<Spot> = moment.iter().map(Trace::at).collect();
                let pairs = (0..at.len()).flat_map(|a| (0..a).map(move |b| (a, b)));
                pairs.filter(|(a, b)| far(at[*a], at[*b]) < 3.0).count() as i64
            };
            let moments = [moment.clone()];
            let uses = |end: Spot| far(end, at) <= reach;
            let replay = Replay::new(moments.iter(), rules, |end| uses(end).then_some(3));
            prop_assert_eq!(replay.count() as i64, brute(&moment));
            let moved = |end: Spot| if uses(end) { [end[0] + to[0] - at[0], end[1] + to[1] - at[1]] } else { end };
            let other: Vec<Trace> =
                moment.iter().map(|trace| Trace { from: moved(trace.from), to: moved(trace.to), ..*trace }).collect();
            let shift = Shift { from: at, to };
            let place = Circle { middle: at, radius: reach };
            let here = |moment: &[Trace]| {
                let at: Vec<Spot> = moment.iter().map(Trace::at).collect();
                let pairs = (0..at.len()).flat_map(|a| (0..a).map(move |b| (a, b)));
                let meet = |a: usize, b: usize| far([(at[a][0] + at[b][0]) / 2.0, (at[a][1] + at[b][1]) / 2.0], place.middle);
                pairs.filter(|(a, b)| far(at[*a], at[*b]) < 3.0 && meet(*a, *b) < reach).count() as i64
            };
            let change = Change { all: brute(&other) - brute(&moment), here: here(&other) - here(&moment) };
            prop_assert_eq!(replay.count_at(place) as i64, here(&moment));
            prop_assert_eq!(replay.change(3, shift, place), change);
            prop_assert_eq!(replay.change(4, shift, place), Change::default());
        }
    }
}
