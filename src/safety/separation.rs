//! The rule that machines and vehicles stay away from persons, and from each other.
//!
//! How far, is a fixed distance (`least`) or one that follows from how fast the machine comes nearer ([`protective`]). A machine that
//! stands is no hazard by the latter: it has stopped, which is what the rule is for.
//!
//! [`protective`]: super::protective

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::apart::{RELEASE, squared};
use super::protective::{Protective, length, nearing};
use super::sight::{Pair, Places};
use crate::engine::identity::TwinId;
use crate::engine::time::Duration;
use crate::world::space::{Point, Space};

/// How far some stay away from others.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Separation {
    /// From whom: names, patterns or kinds; without it, from the persons.
    #[schemars(example = json!(["worker"]))]
    pub of: Vec<String>,
    /// Who stays away.
    #[schemars(example = json!(["tugger-*"]), length(min = 1))]
    pub from: Vec<String>,
    /// How far, whatever they do.
    #[schemars(range(min = 1e-3, max = 1000), extend("x-unit" = "m"), example = 1.5)]
    pub least: Option<f64>,
    /// How far, by how fast they come nearer: the protective separation distance of ISO/TS 15066. Instead of `least`.
    pub protective: Option<Protective>,
    /// How long it has to last before it is warned of.
    #[schemars(example = &"1s")]
    pub lasts: Duration,
}

impl Separation {
    /// How far away somebody there has to be: metres.
    pub fn distance(&self, machine: Point, velocity: Point, other: Point) -> f64 {
        match &self.protective {
            Some(law) if velocity != [0.0; 3] => law.distance(nearing(machine, velocity, other)),
            Some(_) => 0.0,
            None => self.least.unwrap_or(0.0),
        }
    }

    /// How far away at most, in any direction.
    fn reach(&self, velocity: Point) -> f64 {
        match &self.protective {
            Some(law) if velocity != [0.0; 3] => law.distance(length(velocity)),
            Some(_) => 0.0,
            None => self.least.unwrap_or(0.0),
        }
    }
}

/// All pairs who are nearer to each other than it takes to be over, by their ids. `space` has those from whom they stay away.
pub(super) fn pairs(number: u16, rule: &Separation, from: &[TwinId], places: &Places, space: &Space) -> Vec<Pair> {
    let mut found = Vec::new();
    for &machine in from {
        let Some(here) = places.of(machine) else { continue };
        let velocity = places.velocity(machine);
        let reach = RELEASE * rule.reach(velocity);
        if reach <= 0.0 {
            continue;
        }
        let (eye, far) = (space.eye(here), space.reach_squared(reach));
        for other in space.around(here, reach).flatten() {
            let twin = other.twin();
            if twin == machine || other.squared_distance(&eye) > far {
                continue;
            }
            let Some(there) = places.of(twin) else { continue };
            let (least, squared) = (rule.distance(here, velocity, there), squared(here, there));
            let release = RELEASE * least;
            if squared < release * release {
                let twins = [machine.min(twin), machine.max(twin)];
                found.push(Pair { rule: number, twins, distance: squared.sqrt(), is_breach: squared < least * least });
            }
        }
    }
    found.sort_by_key(|pair| (pair.twins, !pair.is_breach));
    // Two vehicles that stay away from each other are found from both: it is a breach if it is one for either.
    found.dedup_by_key(|pair| pair.twins);
    found
}
