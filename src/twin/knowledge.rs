//! What a twin knows: numbers in slots, where its sensors, beliefs and mind find them.
//!
//! Which slot means what, its [`Faculties`](super::faculties::Faculties) say, which twins of one make share. Deciding then
//! only reads a slice of numbers.

use bevy_ecs::prelude::Component;
use serde::{Deserialize, Serialize};

use crate::engine::time::Time;

/// What a twin knows. What it does not know is NaN.
#[derive(Component, Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Knowledge {
    /// Percepts, beliefs, and what beliefs remember.
    pub values: Box<[f64]>,
    /// When things were seen, and are to be looked at again.
    pub times: Box<[Time]>,
    /// What was measured and has not arrived yet, in the order of arrival.
    pub pending: Vec<Pending>,
    /// Which sensors have told something new in this step, a bit each. What Sense tells Analyse.
    pub fresh: u64,
}

/// A measurement on its way.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Pending {
    /// When it arrives.
    pub arrives: Time,
    /// When it was made.
    pub seen: Time,
    /// Of which sensor, by its number.
    pub sensor: u16,
    /// The outputs of the sensor.
    pub values: [f64; MOST_OUTPUTS],
}

/// How many outputs a sensor has at most.
pub const MOST_OUTPUTS: usize = 4;

/// When a twin looks around or thinks next.
#[derive(Component, Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attention {
    /// The next moment at which one of its sensors measures or tells something.
    pub sense: Time,
    /// The next moment at which its mind decides.
    pub decide: Time,
    /// The next moment at which it hears or says something as a manager or contractor.
    pub talk: Time,
    /// The next moment at which it hears or says something as a member of a group.
    pub meet: Time,
}

impl Attention {
    /// Whether it is awake at a moment.
    pub fn is_due(&self, now: Time) -> bool {
        self.sense <= now || self.decide <= now || self.talk <= now || self.meet <= now
    }

    /// When it wakes next.
    pub fn next(&self) -> Time {
        self.sense.min(self.decide).min(self.talk).min(self.meet)
    }
}

impl Default for Attention {
    fn default() -> Self {
        Attention { sense: Time::NEVER, decide: Time::NEVER, talk: Time::NEVER, meet: Time::NEVER }
    }
}
