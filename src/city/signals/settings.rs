//! How an author lets signals think.

use bevy_ecs::prelude::Component;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::engine::time::Duration;

/// How all signals of a town change.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub enum Signalling {
    /// As their nodes or the imported file say.
    #[default]
    AsWritten,
    /// Their green goes on while vehicles come: from 5 to 50 s, where the file has one length only.
    Actuated,
    /// Each is a twin that decides by max-pressure, and is called as the signals are.
    MaxPressure(#[schemars(example = json!({"every": "5s"}))] MaxPressure),
}

/// Signals that the twin governs: it senses the queues, tells its neighbours, and chooses the phase by max-pressure.
#[derive(Component, Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SignalsPart {
    /// Which signals: those of a node have its name, imported ones that of the file.
    #[schemars(example = &"church")]
    pub of: String,
    /// By what it decides.
    #[serde(default)]
    #[schemars(example = json!({"every": "5s", "least_green": "10s"}))]
    pub max_pressure: MaxPressure,
}

/// By what max-pressure decides.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct MaxPressure {
    /// How often it looks, tells and decides.
    #[schemars(example = &"5s")]
    pub every: Duration,
    /// How long a green phase is shown at least.
    #[schemars(example = &"10s")]
    pub least_green: Duration,
    /// Whoever has waited as long goes next, whatever the pressure.
    #[schemars(example = &"2m")]
    pub most_red: Duration,
    /// How far before the stop line vehicles are seen.
    #[schemars(range(min = 5.0, max = 1000.0), extend("x-unit" = "m"), example = json!(100))]
    pub sees: f64,
    /// What a green light counts by which one has to let others pass, as a share of one by which one has not.
    #[schemars(range(min = 0.0, max = 1.0), example = json!(0.5))]
    pub yielding: f64,
}

impl Default for MaxPressure {
    fn default() -> MaxPressure {
        MaxPressure {
            every: Duration::from_secs(5),
            least_green: Duration::from_secs(10),
            most_red: Duration::from_secs(120),
            sees: 100.0,
            yielding: 0.5,
        }
    }
}
