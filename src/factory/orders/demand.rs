//! What customers want: jobs that are known beforehand, and arrivals that go on and on.

use std::collections::BTreeMap;

use bevy_ecs::prelude::Resource;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::engine::distribution::Distribution;
use crate::engine::time::Duration;

/// Jobs that are known before the run.
#[derive(Resource, Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[schemars(example = json!([{"product": "gear", "count": 20, "due": "2d"}]))]
pub struct JobOrders(pub Vec<JobOrder>);

/// One or more equal jobs, released at one moment.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct JobOrder {
    /// What is made.
    #[schemars(example = &"gear")]
    pub product: String,
    /// How many jobs.
    #[serde(default = "one")]
    #[schemars(range(min = 1, max = 10_000_000))]
    pub count: u32,
    /// What the customer chooses of the product's options; what is left open is drawn.
    #[serde(default)]
    #[schemars(example = json!({"colour": "red"}))]
    pub options: BTreeMap<String, String>,
    /// When the jobs may start, from the start of the run.
    #[serde(default)]
    pub release: Duration,
    /// When they should be done, from the start of the run; without it they are never late.
    #[serde(default)]
    #[schemars(example = &"2d")]
    pub due: Option<Duration>,
    /// Jobs of higher priority go first, whatever the rule; the rule decides among equals.
    #[serde(default)]
    pub priority: i32,
    /// How much lateness matters, for the rules ATC and COVERT and for weighted tardiness.
    #[serde(default = "unit_weight")]
    #[schemars(range(min = 0.0))]
    pub weight: f64,
}

/// Processes by which jobs arrive.
#[derive(Resource, Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[schemars(example = json!([{"product": "gear", "every": {"Exponential": {"mean": "10m"}}}]))]
pub struct Arrivals(pub Vec<Arrival>);

/// The most jobs that arrive together.
pub const LARGEST_LOT: f64 = 1e6;

/// A process by which jobs of one product arrive.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Arrival {
    /// What is made.
    #[schemars(example = &"gear")]
    pub product: String,
    /// What the customer chooses of the product's options; what is left open is drawn.
    #[serde(default)]
    #[schemars(example = json!({"colour": "red"}))]
    pub options: BTreeMap<String, String>,
    /// The time between two arrivals. Without it, raw parts never run out: a job comes whenever the machines of the first
    /// operation have room, which must be limited.
    #[serde(default)]
    #[schemars(example = json!({"Exponential": {"mean": "10m"}}))]
    pub every: Option<Distribution<Duration>>,
    /// The first arrival; without it, one such time after the start.
    #[serde(default)]
    #[schemars(example = &"0s")]
    pub first: Option<Duration>,
    /// How many jobs arrive together, rounded to a whole number. A distribution where it varies.
    #[serde(default = "one_by_one")]
    pub lot: Distribution<f64>,
    /// No more jobs than this in all.
    #[serde(default)]
    #[schemars(example = 1000)]
    pub limit: Option<u64>,
    /// No arrivals after this.
    #[serde(default)]
    #[schemars(example = &"5d")]
    pub until: Option<Duration>,
    /// When a job should be done, from its arrival; without it (and without `due_factor`) it is never late.
    #[serde(default)]
    #[schemars(example = &"8h")]
    pub due_after: Option<Distribution<Duration>>,
    /// When a job should be done: its total work (the mean time of each operation on its fastest machine) times this
    /// factor after its arrival, added to `due_after`.
    #[serde(default)]
    #[schemars(range(min = 0.0), example = 4.0)]
    pub due_factor: Option<f64>,
    /// Jobs of higher priority go first, whatever the rule; the rule decides among equals.
    #[serde(default)]
    pub priority: i32,
    /// How much lateness matters, for the rules ATC and COVERT and for weighted tardiness.
    #[serde(default = "unit_weight")]
    #[schemars(range(min = 0.0))]
    pub weight: f64,
}

fn one() -> u32 {
    1
}

fn one_by_one() -> Distribution<f64> {
    Distribution::constant(1.0)
}

fn unit_weight() -> f64 {
    1.0
}
