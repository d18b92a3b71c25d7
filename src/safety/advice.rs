//! How to move equipment where incidents cluster.
//!
//! Every piece of equipment that people of that place use is tried out on a star of places round where it is. The best place is
//! found on every second moment of the [replay](super::replay), and what it brings is worked out on the others: whoever picks the
//! best of many by the same figures by which it is judged promises too much.

use serde::{Deserialize, Serialize};

use super::replay::{Rules, Shift, Spot, Trace, change, count, far};
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

/// A rectangle: its south-west and its north-east corner.
pub type Room = [Spot; 2];

/// Into how many directions equipment is moved, and how many steps of how far it may go.
const DIRECTIONS: u32 = 16;
const STEPS: u32 = 8;
/// A move that brings less than that is no advice.
const LEAST_GAIN: f64 = 0.02;

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

    /// What the people of a place use, or come from, or go to.
    fn involved(&self, middle: Spot, radius: f64) -> Vec<usize> {
        let here = |trace: &&Trace| far(trace.at(), middle) <= radius + self.review.near;
        let people = self.moments.iter().flatten().filter(here);
        let mut used: Vec<usize> = people.flat_map(|t| [t.from, t.to]).filter_map(|end| self.used_at(end)).collect();
        used.sort_unstable();
        used.dedup();
        used
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

    /// The move that helps most; of several that help as much, the shortest.
    pub fn plan(&self, middle: Spot, radius: f64) -> Option<Plan> {
        let halves = |odd: usize| self.moments.iter().skip(odd).step_by(2);
        let whole = count(halves(1), self.rules);
        let mut best: Option<(i64, usize, Spot)> = None;
        for index in self.involved(middle, radius) {
            let uses = |end: Spot| self.used_at(end) == Some(index);
            for to in self.candidates(index) {
                let shift = Shift { from: self.equipment[index].at, to };
                let gain = -change(halves(0), self.rules, shift, uses);
                let way = |index: usize, to: Spot| far(self.equipment[index].at, to);
                let is_better = best.is_none_or(|(most, other, place)| {
                    gain > most || (gain == most && way(index, to) < way(other, place))
                });
                if gain > 0 && is_better {
                    best = Some((gain, index, to));
                }
            }
        }
        let (_, index, to) = best?;
        let from = self.equipment[index].at;
        let gain = -change(halves(1), self.rules, Shift { from, to }, |end| self.used_at(end) == Some(index));
        let expected = gain as f64 / whole.max(1) as f64;
        (expected >= LEAST_GAIN).then_some(Plan { equipment: self.equipment[index].twin, from, to, expected })
    }
}
