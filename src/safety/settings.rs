//! What is watched, as the section `safety` of a scene says it.

use std::collections::BTreeMap;

use bevy_ecs::prelude::Resource;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::apart::Apart;
use super::gathering::Gathering;
use super::separation::Separation;
use super::zone::Zone;
use crate::engine::distribution::Distribution;
use crate::engine::time::Duration;

/// The safety watch: who is looked after, and what is too near. It looks at every tick.
#[derive(Resource, Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Safety {
    /// Who is a person: names, patterns or kinds.
    #[schemars(example = json!(["worker"]))]
    pub persons: Vec<String>,
    /// How often it looks; without it, at every tick.
    #[schemars(example = &"1s")]
    pub every: Option<Duration>,
    /// How far persons stay apart.
    pub apart: Option<Apart>,
    /// How many may gather.
    pub gathering: Option<Gathering>,
    /// How far machines and vehicles stay away from persons, or from each other.
    #[schemars(length(max = 30))]
    pub separations: Vec<Separation>,
    /// Zones of the ground, by name, in which wearables keep people or out of which they keep them.
    #[schemars(example = json!({"hall": {"Box": {"from": [0, 0], "to": [40, 20]}}}))]
    pub zones: BTreeMap<String, Zone>,
    /// What happens, one step after the other, as long as nobody answers an alarm.
    #[schemars(length(min = 1, max = 100))]
    pub escalation: Escalation,
    /// Incidents are gone through every so often, and something is done about places where they cluster; without it, an incident
    /// is closed when its hazard is over.
    pub review: Option<Review>,
}

/// The steps of an alarm.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Escalation(pub Vec<Step>);

/// A step of an alarm that nobody has answered yet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// What is done.
    #[schemars(example = &"lamp and sound")]
    pub what: String,
    /// How long until the next step; the last one lasts until somebody answers.
    #[serde(default)]
    #[schemars(example = &"1m")]
    pub lasts: Option<Duration>,
    /// Whether guards are told, who read `alarms.called`, `alarms.x` and `alarms.y`.
    #[serde(default)]
    pub calls: bool,
    /// After how long somebody answers who is no twin; without it, only twins do.
    #[serde(default)]
    pub answered: Option<Distribution<Duration>>,
}

impl Default for Escalation {
    /// Lamp and sound, then a call, then a report.
    fn default() -> Self {
        let step = |what: &str, lasts: Option<i64>, calls: bool| Step {
            what: what.to_owned(),
            lasts: lasts.map(Duration::from_secs),
            calls,
            answered: None,
        };
        Escalation(vec![
            step("lamp and sound", Some(60), false),
            step("call", Some(300), true),
            step("report", None, true),
        ])
    }
}

/// How incidents are gone through.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Review {
    /// How often.
    pub every: Duration,
    /// Incidents nearer to each other than this are of one place.
    #[schemars(range(min = 1e-3), extend("x-unit" = "m"))]
    pub near: f64,
    /// So many incidents near one of them make a place at which something is done.
    #[schemars(range(min = 1, max = 1_000_000))]
    pub least: u32,
    /// What can be moved: names, patterns or kinds; without it, whoever has a `service`.
    #[schemars(example = json!(["bench-*"]))]
    pub equipment: Vec<String>,
    /// Whoever stands or goes so near to a piece of equipment uses it.
    #[schemars(range(min = 0), extend("x-unit" = "m"))]
    pub uses_within: f64,
    /// How far equipment is moved at most.
    #[schemars(range(min = 1e-3), extend("x-unit" = "m"))]
    pub moves_within: f64,
    /// How near pieces of equipment may come to each other.
    #[schemars(range(min = 0), extend("x-unit" = "m"))]
    pub clearance: f64,
    /// The zone, by its name, in which equipment stays; without it, the rectangle round all that is watched or can be moved.
    #[schemars(example = &"hall")]
    pub room: Option<String>,
    /// How often it is noted where everybody is and goes, from which a move is judged.
    pub samples_every: Duration,
    /// How long after a move is designed it is carried out; without it, when the command `apply_measures` says so.
    #[schemars(example = &"1d")]
    pub applied_after: Option<Duration>,
    /// For how long a measure is on trial.
    #[schemars(example = &"1d")]
    pub trial: Duration,
    /// How many incidents, of as many as there were before in the same time, are allowed on trial: 0 means none at all.
    #[schemars(range(min = 0, max = 1))]
    pub tolerates: f64,
}

impl Default for Review {
    fn default() -> Self {
        Review {
            every: Duration::from_secs(3_600),
            near: 3.0,
            least: 5,
            equipment: Vec::new(),
            uses_within: 2.0,
            moves_within: 6.0,
            clearance: 1.5,
            room: None,
            samples_every: Duration::from_secs(30),
            applied_after: None,
            trial: Duration::from_secs(86_400),
            tolerates: 0.0,
        }
    }
}
