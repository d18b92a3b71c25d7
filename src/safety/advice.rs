//! How to move equipment where incidents cluster.
//!
//! Every piece of equipment that people of that place use is tried out on a star of places round where it is. The best place is
//! found on every second moment of the [replay](super::replay), and what it brings is worked out on the others: whoever picks the
//! best of many by the same figures by which it is judged promises too much.

use serde::{Deserialize, Serialize};

use super::replay::{Change, Circle, Replay, Rules, Shift, Spot, Trace, far};
use super::settings::Review;
use crate::engine::identity::TwinId;

/// A piece of equipment, and where it is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Equipment {
    /// Who.
    pub twin: TwinId,
    /// Where.
    pub at: Spot,
}

/// A move.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// What is moved.
    pub equipment: TwinId,
    /// Where it is.
    pub from: Spot,
    /// Where it should be.
    pub to: Spot,
    /// By which share the time in which any two are too near should fall.
    pub expected: f64,
}

/// What is known of a place, and what is to be done there.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Advice {
    /// Its middle.
    pub at: Spot,
    /// How far the farthest incident is from there: metres.
    pub radius: f64,
    /// How many incidents there were.
    pub incidents: usize,
    /// How many an hour.
    pub per_hour: f64,
    /// The move; none if no move would help.
    pub plan: Option<Plan>,
    /// From how many moments that was worked out.
    pub samples: usize,
}

/// Into how many directions equipment is moved, and how many steps of how far it may go.
const DIRECTIONS: u32 = 16;
const STEPS: u32 = 8;
/// A move that brings less than that is no advice.
const LEAST_GAIN: f64 = 0.02;
/// Nor is one that takes away less than that of what is too near at this very place.
const LEAST_GAIN_HERE: f64 = 0.2;

/// What a review has to go by.
#[derive(Clone, Copy)]
pub struct Ground<'a> {
    /// What the author wants.
    pub review: &'a Review,
    /// Which rules hold.
    pub rules: Rules<'a>,
    /// What can be moved.
    pub equipment: &'a [Equipment],
    /// Where it has to stay.
    pub room: &'a dyn Fn(Spot) -> bool,
    /// Where people were.
    pub moments: &'a [Vec<Trace>],
}

impl Ground<'_> {
    /// The equipment that stands nearest to a point, if somebody there uses it.
    fn used_at(&self, at: Spot) -> Option<usize> {
        let near = |index: &usize| far(self.equipment[*index].at, at);
        let nearest = (0..self.equipment.len()).min_by(|a, b| near(a).total_cmp(&near(b)))?;
        (near(&nearest) <= self.review.uses_within).then_some(nearest)
    }

    fn is_free(&self, index: usize, to: Spot) -> bool {
        let others = self.equipment.iter().enumerate().filter(|(other, _)| *other != index);
        (self.room)(to) && others.map(|(_, other)| far(other.at, to)).all(|gap| gap >= self.review.clearance)
    }

    fn candidates(&self, index: usize) -> Vec<Spot> {
        let [x, y] = self.equipment[index].at;
        let mut all = Vec::new();
        for step in 1..=STEPS {
            let far = self.review.moves_within * f64::from(step) / f64::from(STEPS);
            for direction in 0..DIRECTIONS {
                let angle = std::f64::consts::TAU * f64::from(direction) / f64::from(DIRECTIONS);
                // To the centimetre: nobody places a bench more exactly, and the place can be written into the scene.
                let round = |value: f64| libm::round(value * 100.0) / 100.0;
                all.push([round(x + far * libm::cos(angle)), round(y + far * libm::sin(angle))]);
            }
        }
        all.retain(|to| self.is_free(index, *to));
        all
    }

    /// Every second moment, ready to be asked: the first half, and the other.
    fn replay(&self, half: usize) -> Replay<'_> {
        Replay::new(self.moments.iter().skip(half).step_by(2), self.rules, |at| self.used_at(at))
    }

    /// The move that brings most for all, of those that help at this place; of several that bring as much, the shortest.
    pub fn plan(&self, middle: Spot, radius: f64) -> Option<Plan> {
        let (tried, place) = (self.replay(0), Circle { middle, radius: radius + self.review.near });
        // How many there are here is asked once for all that is tried.
        let least = |replay: &Replay| LEAST_GAIN_HERE * replay.count_at(place) as f64;
        let enough = |least: f64, Change { all, here }: Change| all < 0 && here < 0 && -here as f64 >= least;
        let wanted = least(&tried);
        let shift = |index: usize, to: Spot| Shift { from: self.equipment[index].at, to };
        let way = |index: usize, to: Spot| far(self.equipment[index].at, to);
        let mut best: Option<(i64, usize, Spot)> = None;
        for index in tried.used_near(middle, place.radius) {
            for to in self.candidates(index) {
                let change = tried.change(index, shift(index, to), place);
                let is_better = |(most, other, spot): (i64, usize, Spot)| {
                    change.all < most || (change.all == most && way(index, to) < way(other, spot))
                };
                if enough(wanted, change) && best.is_none_or(is_better) {
                    best = Some((change.all, index, to));
                }
            }
        }
        let (_, index, to) = best?;
        let judged = self.replay(1);
        let change = judged.change(index, shift(index, to), place);
        let expected = -change.all as f64 / judged.count().max(1) as f64;
        let plan = Plan { equipment: self.equipment[index].twin, from: self.equipment[index].at, to, expected };
        (expected >= LEAST_GAIN && enough(least(&judged), change)).then_some(plan)
    }
}
