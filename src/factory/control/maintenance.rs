//! Wear, and the maintenance that takes it away before something fails.

use std::collections::BTreeMap;

use bevy_ecs::prelude::Component;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::breakdown::{AgeClock, whole};
use crate::engine::distribution::Distribution;
use crate::engine::time::Duration;
use crate::factory::people::worker::Staff;

/// How a machine wears: evenly with the time that it works, from 0 when new to 1 at the end of its life. Wear makes
/// defects likelier (`defects` of an operation) and can call for `maintenance`.
#[derive(Component, Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Wear {
    /// The working time after which wear is 1; it grows no further.
    #[schemars(example = &"200h")]
    pub life: Duration,
}

/// Maintenance of a machine before it fails. It begins when nothing is under way there.
#[derive(Component, Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Maintenance {
    /// Planned: the time from the end of one maintenance (or of a repair as good as new) to the next.
    #[serde(default)]
    #[schemars(example = &"1week")]
    pub every: Option<Duration>,
    /// Which time counts towards `every`.
    #[serde(default = "calendar")]
    pub clock: AgeClock,
    /// Condition-based: the wear at which it is due. Needs a part `wear`.
    #[serde(default)]
    #[schemars(range(min = 0.01, max = 1.0), example = 0.8)]
    pub at_wear: Option<f64>,
    /// It is done when somebody asks for it (the command `maintain`), be it a mind or people outside. What is asked for is
    /// done in any case; this says that nothing else need bring it about.
    #[serde(default)]
    pub on_request: bool,
    /// How long it takes, once parts and people are there.
    #[schemars(example = &"2h")]
    pub takes: Distribution<Duration>,
    /// The share of its age and wear that it takes away: 1 leaves the machine as good as new. Less than 1 needs the
    /// `after` of a `breakdown` to be `Weibull` or `Exponential`.
    #[serde(default = "whole")]
    #[schemars(range(min = 0.0, max = 1.0))]
    pub restores: f64,
    /// Who does it; without it, nobody is needed.
    #[serde(default)]
    pub worker: Option<Staff>,
    /// The spare parts that it takes, by their names in the section `spares`.
    #[serde(default)]
    #[schemars(example = json!({"bearing": 1}))]
    pub spares: BTreeMap<String, u32>,
}

fn calendar() -> AgeClock {
    AgeClock::Calendar
}
