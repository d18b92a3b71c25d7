//! What things looked like before, for the curves on their cards.

use std::collections::{HashMap, VecDeque};

use crate::engine::time::Time;
use crate::look::sight::{Change, Event, Sight, ThingId, VALUES, Value};

/// A look of a thing from some moment on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Past {
    /// From then on.
    pub at: Time,
    /// Its state.
    pub state: u8,
    /// Its values, where they are numbers.
    pub values: [f32; VALUES],
}

impl Past {
    /// A look from a moment on.
    pub fn of(at: Time, sight: &Sight) -> Past {
        let number = |value: Value| value.number(at).unwrap_or(f32::NAN);
        Past { at, state: sight.state, values: sight.values.map(number) }
    }
}

/// The latest looks of each twin of a running simulation: never more than some million in all.
#[derive(Default)]
pub struct History {
    pasts: HashMap<ThingId, VecDeque<Past>>,
}

/// The most looks that are kept.
const MOST: usize = 2_000_000;

impl History {
    /// Notes a change.
    pub fn note(&mut self, change: &Change) {
        if change.thing.as_twin().is_none() {
            return;
        }
        match &change.event {
            Event::Looks(sight) => {
                let each = (MOST / self.pasts.len().max(1)).clamp(8, 600);
                let past = self.pasts.entry(change.thing).or_default();
                while past.len() >= each {
                    past.pop_front();
                }
                past.push_back(Past::of(change.at, sight));
            }
            Event::Goes => drop(self.pasts.remove(&change.thing)),
            Event::Comes(_) | Event::Moves(_) => {}
        }
    }

    /// The looks of a thing that are known, oldest first.
    pub fn of(&self, thing: ThingId) -> Vec<Past> {
        self.pasts.get(&thing).map_or_else(Vec::new, |past| past.iter().copied().collect())
    }
}
