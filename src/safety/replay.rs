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

/// How many pairs were too near, at all those moments together, as it was.
pub fn count<'a>(moments: impl Iterator<Item = &'a Vec<Trace>>, rules: Rules) -> u64 {
    moments.map(|moment| count_at(moment, rules)).sum()
}

/// By going from west to east.
fn count_at(moment: &[Trace], rules: Rules) -> u64 {
    let mut placed: Vec<Placed> = moment.iter().map(|trace| trace.placed(trace.from, trace.to)).collect();
    placed.sort_by(|a, b| a.at[0].total_cmp(&b.at[0]).then(a.twin.cmp(&b.twin)));
    let reach = rules.reach(moment.iter().map(|trace| trace.speed).fold(0.0, f64::max));
    let mut count = 0;
    for (number, one) in placed.iter().enumerate() {
        let others = placed[number + 1..].iter().take_while(|other| other.at[0] - one.at[0] < reach);
        count += others.filter(|other| rules.are_too_near(one, other)).count() as u64;
    }
    count
}

/// A piece of equipment that would stand elsewhere.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Shift {
    /// Where it is.
    pub from: Spot,
    /// Where it would be.
    pub to: Spot,
}

/// By how many pairs more, or fewer, would have been too near.
pub fn change<'a>(
    moments: impl Iterator<Item = &'a Vec<Trace>>,
    rules: Rules,
    shift: Shift,
    uses: impl Fn(Spot) -> bool + Copy,
) -> i64 {
    moments.map(|moment| change_at(moment, rules, shift, uses)).sum()
}

fn change_at(moment: &[Trace], rules: Rules, shift: Shift, uses: impl Fn(Spot) -> bool) -> i64 {
    let moved = |end: Spot| match uses(end) {
        true => std::array::from_fn(|axis| end[axis] + shift.to[axis] - shift.from[axis]),
        false => end,
    };
    let users: Vec<usize> = (0..moment.len()).filter(|one| uses(moment[*one].from) || uses(moment[*one].to)).collect();
    if users.is_empty() {
        return 0;
    }
    let before: Vec<Placed> = moment.iter().map(|trace| trace.placed(trace.from, trace.to)).collect();
    let after: Vec<Placed> = moment.iter().map(|trace| trace.placed(moved(trace.from), moved(trace.to))).collect();
    let mut change = 0;
    for &user in &users {
        for other in 0..moment.len() {
            // A pair of two users is counted with the first of them.
            if other == user || (other < user && users.binary_search(&other).is_ok()) {
                continue;
            }
            change += i64::from(rules.are_too_near(&after[user], &after[other]));
            change -= i64::from(rules.are_too_near(&before[user], &before[other]));
        }
    }
    change
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
            prop_assert_eq!(count(moments.iter(), rules) as i64, brute(&moment));
            let uses = |end: Spot| far(end, at) <= reach;
            let moved = |end: Spot| if uses(end) { [end[0] + to[0] - at[0], end[1] + to[1] - at[1]] } else { end };
            let other: Vec<Trace> =
                moment.iter().map(|trace| Trace { from: moved(trace.from), to: moved(trace.to), ..*trace }).collect();
            let shift = Shift { from: at, to };
            prop_assert_eq!(change(moments.iter(), rules, shift, uses), brute(&other) - brute(&moment));
        }
    }
}
