//! Breakdowns: when a machine fails, and how long its repair takes.

use std::collections::BTreeMap;

use bevy_ecs::prelude::Component;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::engine::distribution::Distribution;
use crate::engine::time::Duration;
use crate::factory::people::worker::Staff;

/// Failures of a machine, vehicle or conveyor. Work that a failure interrupts goes on after the repair where it stopped.
#[derive(Component, Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Breakdown {
    /// The life of a new machine until it fails, as `clock` counts it.
    #[schemars(example = json!({"Weibull": {"shape": 1.5, "scale": "40h"}}))]
    pub after: Distribution<Duration>,
    /// Which time counts towards a failure.
    #[serde(default)]
    pub clock: AgeClock,
    /// How long a failure stays unnoticed, where no sensor watches: nobody is called before, and nobody plans with it.
    /// Without it, a failure is noticed at once. `Uniform` from 0 to 2 h is what rounds every two hours come to.
    #[serde(default)]
    #[schemars(example = json!({"Uniform": {"low": "0s", "high": "2h"}}))]
    pub noticed_after: Distribution<Duration>,
    /// How long a repair takes, once parts and people are there.
    #[schemars(example = json!({"LogNormal": {"mean": "45m", "sd": "20m"}}))]
    pub repair: Distribution<Duration>,
    /// The share of its age and wear that a repair takes away: 1 leaves the machine as good as new, 0 as bad as old.
    /// Less than 1 needs `after` to be `Weibull` or `Exponential`.
    #[serde(default = "whole")]
    #[schemars(range(min = 0.0, max = 1.0))]
    pub restores: f64,
    /// Who repairs it; without it, nobody is needed.
    #[serde(default)]
    pub worker: Option<Staff>,
    /// The spare parts that a repair takes, by their names in the section `spares`.
    #[serde(default)]
    #[schemars(example = json!({"bearing": 1}))]
    pub spares: BTreeMap<String, u32>,
}

/// Which time counts towards an age.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum AgeClock {
    /// Only while the machine works on a job, or the vehicle drives.
    #[default]
    Working,
    /// Always, whether it works or not.
    Calendar,
}

pub(super) fn whole() -> f64 {
    1.0
}
