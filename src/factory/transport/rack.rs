//! Racks: where jobs are kept between operations, and stock for assembly.

use bevy_ecs::prelude::Component;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::engine::distribution::Distribution;
use crate::engine::time::{Duration, Time};
use crate::factory::jobs::JobRef;

/// A storage rack. It keeps what goes to `stock`, and where vehicles drive also finished jobs that would block a machine
/// because the next has no room.
#[derive(Component, Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Rack {
    /// How many jobs it holds.
    #[schemars(range(min = 1, max = 10_000_000), example = 40)]
    pub capacity: u32,
    /// The products that it keeps; without any, whatever comes.
    #[serde(default)]
    #[schemars(example = json!(["gear"]))]
    pub keeps: Vec<String>,
    /// How long it takes to put a job in or to take one out, while the vehicle waits.
    #[serde(default)]
    #[schemars(example = &"30s")]
    pub handling: Distribution<Duration>,
}

/// The state of a rack.
#[derive(Component, Clone, Debug, Default, Serialize, Deserialize)]
pub struct RackState {
    /// What is in it, longest first.
    pub held: Vec<JobRef>,
    /// Jobs that have been promised a place and are on their way, or wait to be fetched.
    pub incoming: u32,
    /// Jobs in it, times nanoseconds, since counting began.
    pub time: i128,
    /// Up to when that is complete.
    pub until: Time,
    /// Jobs that came, since counting began.
    pub stored: u64,
}

impl RackState {
    /// Whether one more job can be promised a place.
    pub fn has_room(&self, rack: &Rack) -> bool {
        self.held.len() + (self.incoming as usize) < rack.capacity as usize
    }

    /// Brings the sum over time up to `now`. To be called before the number of jobs changes.
    pub fn count_until(&mut self, now: Time) {
        self.time += i128::from((now - self.until).nanos()) * self.held.len() as i128;
        self.until = now;
    }

    /// Starts counting afresh, at the end of the warm-up.
    pub fn count_afresh(&mut self, now: Time) {
        (self.time, self.until, self.stored) = (0, now, 0);
    }
}
