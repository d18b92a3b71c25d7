//! What the factory makes: products, and the routing of operations that makes each.

use std::collections::BTreeMap;

use bevy_ecs::prelude::Resource;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::engine::distribution::Distribution;
use crate::engine::time::Duration;

use super::choices::MachineChoice;

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
}

/// One operation of a routing.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Operation {
    /// Its name, unique in the routing.
    #[schemars(example = &"turn")]
    pub name: String,
    /// The machines that can do it, and how long each takes. A name may end or begin with `*` for several machines.
    #[schemars(extend("minProperties" = 1))]
    #[schemars(example = json!({"lathe-1": "5m", "lathe-2": {"Exponential": {"mean": "6m"}}}))]
    pub machines: BTreeMap<String, Distribution<Duration>>,
    /// The set-up family. A machine with a part `setup` changes over when the family changes.
    #[serde(default)]
    pub family: String,
    /// How many times in a row it is done, each time with a new choice of machine.
    #[serde(default = "once")]
    #[schemars(range(min = 1))]
    pub repeat: u32,
    /// Where the job goes next, with probabilities that add up to 1: names of operations, `ship` or `scrap`.
    /// Without it, the next operation of the list; after the last, the job is shipped.
    #[serde(default)]
    #[schemars(example = json!({"rework": 0.05, "ship": 0.95}))]
    pub next: Option<BTreeMap<String, f64>>,
    /// How the machine is chosen; without it as `factory.machine_choice` says.
    #[serde(default)]
    pub choice: Option<MachineChoice>,
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
