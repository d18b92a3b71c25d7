//! The position of a twin in its world.

use bevy_ecs::prelude::Component;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Where a twin is and which way it faces. The z axis points up.
#[derive(Component, Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Position {
    /// Towards the east.
    #[schemars(extend("x-unit" = "m"))]
    pub x: f64,
    /// Towards the north.
    #[schemars(extend("x-unit" = "m"))]
    pub y: f64,
    /// Up.
    #[schemars(extend("x-unit" = "m"))]
    pub z: f64,
    /// Counter-clockwise from east.
    #[schemars(extend("x-unit" = "rad"))]
    pub heading: f64,
}
