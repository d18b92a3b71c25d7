//! What a scene says of missions.

use std::collections::BTreeMap;

use bevy_ecs::prelude::Resource;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::engine::distribution::Distribution;
use crate::engine::time::Duration;

/// The kinds of missions of a world, by name.
#[derive(Resource, Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(example = json!({"deliver": {"to": "robot-*", "every": "5min", "tasks": [{"Any": "house-*"}]}}))]
pub struct MissionKinds(pub BTreeMap<String, MissionKind>);

/// A kind of mission.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MissionKind {
    /// Who may be given one: twins with a part `contractor`, by name, pattern or kind.
    #[schemars(example = &"robot-*")]
    pub to: String,
    /// The twin that hands them out, with a part `manager`. Without it, each goes to whoever has room, has the fewest, and is nearest.
    #[serde(default)]
    #[schemars(example = &"dispatcher")]
    pub by: Option<String>,
    /// Whether those twins share its tasks: their group takes it on, and its leader gives each task to the nearest that is free.
    #[serde(default)]
    pub shared: bool,
    /// When the first is given. Without this, `every` and `count` they are given by the command `give` only.
    #[serde(default)]
    #[schemars(example = &"0s")]
    pub first: Option<Duration>,
    /// How long after the last the next is given; without it, all `count` at once.
    #[serde(default)]
    #[schemars(example = json!({"Exponential": {"mean": "5min"}}))]
    pub every: Option<Distribution<Duration>>,
    /// How many there are in all; without it one, or with `every` as many as the run is long.
    #[serde(default)]
    #[schemars(range(min = 1), example = 20)]
    pub count: Option<u32>,
    /// Where something is to be done, one after the other. Each is over when its twin does `Complete`, the mission with the last.
    #[serde(default)]
    #[schemars(example = json!([{"Any": "shop-*"}, {"Any": "house-*"}]))]
    pub tasks: Vec<Place>,
    /// What else there is to know, such as a load: numbers by name, drawn for each mission.
    #[serde(default)]
    #[schemars(example = json!({"load": 2}))]
    pub values: BTreeMap<String, Distribution<f64>>,
    /// The mission is done as soon as this holds for whoever has it: a condition.
    #[serde(default)]
    #[schemars(example = &"charge > 90%")]
    pub goal: Option<String>,
    /// How long it may take, from when it is given. Then it has failed.
    #[serde(default)]
    #[schemars(example = &"20min")]
    pub deadline: Option<Duration>,
    /// Missions of higher priority go first.
    #[serde(default)]
    pub priority: i32,
    /// What it is worth; in auctions nobody is paid more.
    #[serde(default)]
    #[schemars(range(min = 0))]
    pub reward: f64,
}

/// Where something is to be done.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub enum Place {
    /// There.
    At {
        /// Towards the east.
        #[schemars(extend("x-unit" = "m"))]
        x: f64,
        /// Towards the north.
        #[schemars(extend("x-unit" = "m"))]
        y: f64,
        /// Up.
        #[serde(default)]
        #[schemars(extend("x-unit" = "m"))]
        z: f64,
    },
    /// At one of these, each as likely: a name, a pattern or a kind.
    Any(#[schemars(example = &"house-*")] String),
    /// At each of these, by id: as many tasks.
    Each(#[schemars(example = &"turbine-*")] String),
}

impl MissionKind {
    /// Whether the world gives such missions by itself.
    pub fn is_scheduled(&self) -> bool {
        self.first.is_some() || self.every.is_some() || self.count.is_some()
    }

    /// How many of them there will be at most.
    pub fn limit(&self) -> u32 {
        self.count.unwrap_or(if self.every.is_some() { u32::MAX } else { 1 })
    }
}

impl MissionKinds {
    /// The names of all that missions tell besides, in order.
    pub fn values(&self) -> Vec<String> {
        let mut names: Vec<String> = self.0.values().flat_map(|kind| kind.values.keys().cloned()).collect();
        names.sort();
        names.dedup();
        names
    }

    /// The number of a kind.
    pub fn number(&self, name: &str) -> Option<u16> {
        self.0.keys().position(|other| other == name).map(|number| number as u16)
    }

    /// A kind by its number.
    pub fn get(&self, number: u16) -> Option<(&String, &MissionKind)> {
        self.0.iter().nth(number as usize)
    }
}
