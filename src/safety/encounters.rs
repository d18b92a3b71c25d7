//! From look to look: who has been too near to whom since when, and what is warned of.
//!
//! An encounter begins at a look at which two are too near (or too many gather), and goes on until they are far enough apart, or one
//! of them has left or is put aside. Once it has lasted for as long as its rule says, it is warned of, once, and is an incident.

use bevy_ecs::prelude::{Res, ResMut, Resource};
use serde::{Deserialize, Serialize};

use super::incidents::{Incidents, Opening, Rule};
use super::settings::Safety;
use super::sight::{Crowd, Pair, Places, Sighted};
use crate::engine::clock::Clock;
use crate::engine::identity::TwinId;
use crate::engine::time::{Duration, Time};
use crate::world::space::Point;

/// Two who are, or were, too near.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Encounter {
    /// By which rule: see [`Pair`].
    pub rule: u16,
    /// Who: the lower id first.
    pub twins: [TwinId; 2],
    /// The look at which they were too near for the first time.
    pub since: Time,
    /// How near they have come: metres.
    pub closest: f64,
    /// Halfway between them, when they were nearest.
    pub at: Point,
    /// The incident, once it is warned of.
    pub incident: Option<u64>,
}

/// Several who gather.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Gathered {
    /// Who, by id.
    pub members: Vec<TwinId>,
    /// Since when.
    pub since: Time,
    /// The most who have been there at one time.
    pub most: u32,
    /// In their midst, when they were most.
    pub at: Point,
    /// The incident, once it is warned of.
    pub incident: Option<u64>,
}

/// All encounters under way.
#[derive(Resource, Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Encounters {
    /// Of two: by rule, then by ids.
    pub pairs: Vec<Encounter>,
    /// Of several: in the order in which they began.
    pub crowds: Vec<Gathered>,
    /// For how long pairs were too near since counting began, all of them together: nanoseconds.
    pub near: i64,
    /// When it was looked last.
    pub(super) looked: Time,
    /// Incidents with higher numbers were opened at this look. For whoever tells of them right afterwards.
    #[serde(skip)]
    pub(super) known: u64,
}

impl Encounters {
    /// How many are warned of at this moment.
    pub fn warned(&self) -> usize {
        let pairs = self.pairs.iter().filter(|encounter| encounter.incident.is_some()).count();
        pairs + self.crowds.iter().filter(|gathered| gathered.incident.is_some()).count()
    }
}

/// Goes from what was under way to what is under way now.
pub(super) fn judge(
    clock: Res<Clock>,
    safety: Res<Safety>,
    sighted: Res<Sighted>,
    places: Res<Places>,
    mut encounters: ResMut<Encounters>,
    mut incidents: ResMut<Incidents>,
) {
    let now = clock.now;
    encounters.known = incidents.count;
    let too_near = sighted.pairs.iter().filter(|pair| pair.is_breach).count() as i64;
    encounters.near += too_near * (now - encounters.looked).nanos();
    encounters.looked = now;
    let before = std::mem::take(&mut encounters.pairs);
    encounters.pairs = go_on(before, &sighted.pairs, now, &places, &mut incidents);
    for encounter in &mut encounters.pairs {
        let lasts = lasts(&safety, encounter.rule);
        if encounter.incident.is_none() && now - encounter.since >= lasts {
            encounter.incident = Some(incidents.open(now, opening(encounter)));
        }
    }
    let before = std::mem::take(&mut encounters.crowds);
    encounters.crowds = gather(before, &sighted.crowds, now, &places, &mut incidents);
    let lasts = safety.gathering.map_or(Duration::ZERO, |rule| rule.lasts);
    for gathered in &mut encounters.crowds {
        if gathered.incident.is_none() && now - gathered.since >= lasts {
            let opening = Opening {
                rule: Rule::Gathering,
                twins: [gathered.members[0], TwinId::NONE],
                begun: gathered.since,
                at: gathered.at,
                worst: f64::from(gathered.most),
                zone: None,
            };
            gathered.incident = Some(incidents.open(now, opening));
        }
    }
}

/// How long an encounter has to last before it is warned of.
fn lasts(safety: &Safety, rule: u16) -> Duration {
    match rule.checked_sub(1) {
        None => safety.apart.map_or(Duration::ZERO, |rule| rule.lasts),
        Some(index) => safety.separations.get(index as usize).map_or(Duration::ZERO, |rule| rule.lasts),
    }
}

fn opening(encounter: &Encounter) -> Opening {
    let Encounter { rule, twins, since, closest, at, .. } = *encounter;
    let rule = if rule == 0 { Rule::Apart } else { Rule::Separation };
    Opening { rule, twins, begun: since, at, worst: closest, zone: None }
}

fn middle(places: &Places, twins: &[TwinId]) -> Point {
    let (mut sum, mut count) = ([0.0; 3], 0.0);
    for at in twins.iter().filter_map(|twin| places.of(*twin)) {
        sum.iter_mut().zip(at).for_each(|(sum, part)| *sum += part);
        count += 1.0;
    }
    sum.map(|part| part / f64::max(count, 1.0))
}

/// Merges two lists that are in the same order.
fn go_on(
    before: Vec<Encounter>,
    seen: &[Pair],
    now: Time,
    places: &Places,
    incidents: &mut Incidents,
) -> Vec<Encounter> {
    let mut after = Vec::with_capacity(seen.len());
    let mut seen = seen.iter().peekable();
    let key = |pair: &Pair| (pair.rule, pair.twins);
    let begin = |pair: &Pair| Encounter {
        rule: pair.rule,
        twins: pair.twins,
        since: now,
        closest: pair.distance,
        at: middle(places, &pair.twins),
        incident: None,
    };
    for mut encounter in before {
        let this = (encounter.rule, encounter.twins);
        while let Some(pair) = seen.next_if(|pair| key(pair) < this) {
            after.extend(pair.is_breach.then(|| begin(pair)));
        }
        match seen.next_if(|pair| key(pair) == this) {
            Some(pair) => {
                if pair.distance < encounter.closest {
                    (encounter.closest, encounter.at) = (pair.distance, middle(places, &pair.twins));
                    incidents.worsen(encounter.incident, encounter.closest, encounter.at);
                }
                after.push(encounter);
            }
            None => {
                let are_there = encounter.twins.iter().all(|twin| places.of(*twin).is_some());
                let cause = if are_there { "far enough apart" } else { "one of them has left" };
                incidents.end(encounter.incident, now, cause);
            }
        }
    }
    after.extend(seen.filter(|pair| pair.is_breach).map(begin));
    after
}

/// Each gathering goes on as the crowd that has most of its members; of several, the one with the lowest first id.
fn gather(
    before: Vec<Gathered>,
    seen: &[Crowd],
    now: Time,
    places: &Places,
    incidents: &mut Incidents,
) -> Vec<Gathered> {
    let mut is_taken = vec![false; seen.len()];
    let mut after = Vec::new();
    for mut gathered in before {
        let common = |crowd: &Crowd| shared(&gathered.members, &crowd.members);
        let free = (0..seen.len()).filter(|crowd| !is_taken[*crowd] && common(&seen[*crowd]) > 0);
        let next = free.max_by_key(|crowd| (common(&seen[*crowd]), usize::MAX - crowd));
        let Some(next) = next else {
            incidents.end(gathered.incident, now, "dissolved");
            continue;
        };
        is_taken[next] = true;
        gathered.members.clone_from(&seen[next].members);
        let people = gathered.members.len() as u32;
        if people > gathered.most {
            (gathered.most, gathered.at) = (people, middle(places, &gathered.members));
            incidents.worsen(gathered.incident, f64::from(people), gathered.at);
        }
        after.push(gathered);
    }
    let new = seen.iter().zip(is_taken).filter(|(crowd, is_taken)| crowd.is_breach && !is_taken);
    after.extend(new.map(|(crowd, _)| Gathered {
        members: crowd.members.clone(),
        since: now,
        most: crowd.members.len() as u32,
        at: middle(places, &crowd.members),
        incident: None,
    }));
    after
}

/// How many two lists have in common, both by id.
fn shared(a: &[TwinId], b: &[TwinId]) -> usize {
    a.iter().filter(|twin| b.binary_search(twin).is_ok()).count()
}
