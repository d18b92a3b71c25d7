//! Breakdowns: when a machine fails, and how long its repair takes.

use bevy_ecs::prelude::Component;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::engine::distribution::Distribution;
use crate::engine::queue::EventHandle;
use crate::engine::time::{Duration, Time};

/// Failures of a machine. Work that a failure interrupts goes on after the repair where it stopped.
#[derive(Component, Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Breakdown {
    /// The time from a repair to the next failure, as `clock` counts it.
    #[schemars(example = json!({"Weibull": {"shape": 1.5, "scale": "40h"}}))]
    pub after: Distribution<Duration>,
    /// Which time counts towards a failure.
    #[serde(default)]
    pub clock: FailureClock,
    /// How long a repair takes.
    #[schemars(example = json!({"LogNormal": {"mean": "45m", "sd": "20m"}}))]
    pub repair: Distribution<Duration>,
}

/// Which time counts towards a failure.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum FailureClock {
    /// Only while the machine works on a job.
    #[default]
    Working,
    /// Always, whether it works or not.
    Calendar,
}

/// Where a machine stands between two failures.
#[derive(Component, Clone, Debug, Default, Serialize, Deserialize)]
pub struct BreakdownState {
    /// How many failures have been drawn.
    pub drawn: u64,
    /// How many have happened since counting began.
    pub failures: u64,
    /// What is left on the failure clock while it stands still.
    pub remaining: Duration,
    /// While it runs: when it will ring, and the event that does it.
    pub running: Option<(Time, EventHandle)>,
    /// When the present repair is expected to end, for those who plan.
    pub expected_repair: Time,
}
