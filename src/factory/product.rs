//! What the factory makes: products, and the routing of operations that makes each.

use std::collections::BTreeMap;

use bevy_ecs::prelude::Resource;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::engine::distribution::Distribution;
use crate::engine::time::Duration;

use super::dispatch::choices::MachineChoice;
use super::people::worker::Staff;
use super::quality::{Defects, Grading, Inspection};

/// What the factory makes, by name.
#[derive(Resource, Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[schemars(example = json!({"gear": {"routing": [{"name": "turn", "machines": {"lathe-*": "5m"}}]}}))]
pub struct Products(pub BTreeMap<String, Product>);

/// Something the factory makes.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Product {
    /// The operations that make it, in their usual order.
    #[schemars(length(min = 1), example = json!([{"name": "turn", "machines": {"lathe-*": "5m"}}]))]
    pub routing: Vec<Operation>,
    /// What a customer can choose, down to a lot of one: each option with its choices, and the share of jobs that have each.
    /// The shares of an option add up to 1. A job draws its choices unless its order names them.
    #[serde(default)]
    #[schemars(example = json!({"colour": {"plain": 0.7, "red": 0.3}}))]
    pub options: BTreeMap<String, BTreeMap<String, f64>>,
    /// A measure of each job, such as ripeness or strength, that an operation with a `grade` finds out.
    #[serde(default)]
    #[schemars(example = json!({"Normal": {"mean": 0.6, "sd": 0.15}}))]
    pub measure: Distribution<f64>,
}

/// One operation of a routing.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Operation {
    /// Its name, unique in the routing.
    #[schemars(example = &"turn")]
    pub name: String,
    /// The machines that can do it, and how long each takes. A name may have a `*` for several machines.
    #[schemars(extend("minProperties" = 1))]
    #[schemars(example = json!({"lathe-1": "5m", "lathe-2": {"Exponential": {"mean": "6m"}}}))]
    pub machines: BTreeMap<String, Distribution<Duration>>,
    /// The set-up family. A machine with a part `setup` changes over when the family changes. `{colour}` stands for the
    /// job's choice of the option `colour`.
    #[serde(default)]
    #[schemars(example = &"shaft")]
    pub family: String,
    /// How many times in a row it is done, each time with a new choice of machine.
    #[serde(default = "once")]
    #[schemars(range(min = 1))]
    pub repeat: u32,
    /// Where the job goes next, with probabilities that add up to 1: names of operations, `ship`, `stock` or `scrap`.
    /// Without it, the next operation of the list; after the last, the job is shipped.
    #[serde(default)]
    #[schemars(example = json!({"rework": 0.05, "ship": 0.95}))]
    pub next: Option<BTreeMap<String, f64>>,
    /// How the machine is chosen; without it as `factory.machine_choice` says.
    #[serde(default)]
    pub choice: Option<MachineChoice>,
    /// Who works on the job all the time that it takes; without it, nobody is needed.
    #[serde(default)]
    pub worker: Option<Staff>,
    /// Only jobs with one of these choices of an option need it; others go on to the next operation at once.
    #[serde(default)]
    #[schemars(example = json!({"colour": ["red", "blue"]}))]
    pub only: BTreeMap<String, Vec<String>>,
    /// How much longer (above 1) or shorter it takes for a choice of an option.
    #[serde(default)]
    #[schemars(example = json!({"colour": {"red": 1.2}}))]
    pub factors: BTreeMap<String, BTreeMap<String, f64>>,
    /// The parts that become one with the job: products in stock, and how many of each. They come as a kit to the machine,
    /// whose buffer the job enters once the whole kit is in stock.
    #[serde(default)]
    #[schemars(example = json!({"gear": 2, "shaft": 1}))]
    pub needs: BTreeMap<String, u32>,
    /// How likely it makes a job defective. Nobody knows before an inspection finds it.
    #[serde(default)]
    pub defects: Option<Defects>,
    /// How likely it takes a defect away: what rework is for.
    #[serde(default)]
    #[schemars(range(min = 0.0, max = 1.0), example = 0.95)]
    pub mends: f64,
    /// It looks for defects. `next` then says where a job goes that passes.
    #[serde(default)]
    pub inspect: Option<Inspection>,
    /// It grades jobs by their measure; the grade then says where a job goes, and not `next`.
    #[serde(default)]
    pub grade: Option<Grading>,
}

fn once() -> u32 {
    1
}

/// Settings of the factory as a whole.
#[derive(Resource, Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct FactorySettings {
    /// How a job chooses among the machines that can do its next operation.
    pub machine_choice: MachineChoice,
}
