//! Where an author wants the world to be looked at from.

use std::collections::BTreeMap;

use bevy_ecs::prelude::Resource;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Cameras by name, for `view` and `render`.
#[derive(Resource, Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(example = json!({"gate": {"from": [0.0, -12.0, 6.0], "to": [4.0, 0.0, 1.0]}}))]
pub struct Cameras(pub BTreeMap<String, Camera>);

/// A place to look from.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Camera {
    /// Where the eye is: metres towards the east, the north and up.
    #[schemars(extend("x-unit" = "m"), example = (0.0, -12.0, 6.0))]
    pub from: (f64, f64, f64),
    /// What is in the middle of the picture.
    #[schemars(extend("x-unit" = "m"), example = (4.0, 0.0, 1.0))]
    pub to: (f64, f64, f64),
}
