//! What time of day it is for the sky.

use bevy_ecs::prelude::Resource;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::engine::time::Duration;

/// The sun, which goes round with the time of the world. It is there to be seen by, and nothing in the world depends on it.
#[derive(Resource, Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Daylight {
    /// What time of day it is when the run begins. Without it, it is midnight, as for shifts and calendars.
    #[schemars(example = &"7h 30m")]
    pub begins: Duration,
}
