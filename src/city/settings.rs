//! Sections of scenes about cities.

use bevy_ecs::prelude::Resource;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::demand::Demand;
use super::packed::Packed;
use super::streets::Streets;
use super::traffic::Town;
use crate::engine::time::Duration;

/// The streets, and who wants to drive where.
#[derive(Resource, Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct City {
    /// The streets, as `autotwin import` has packed them.
    #[schemars(with = "String", example = &"AQCk...")]
    pub streets: Packed,
    /// The kinds of vehicles and their trips, as `autotwin import` has packed them.
    #[schemars(with = "String", example = &"AQDx...")]
    pub demand: Packed,
    /// How long a step is. Drivers react in the next one.
    #[schemars(example = &"1s")]
    pub step: Duration,
    /// Over how long the table `edges` counts.
    #[schemars(example = &"15m")]
    pub count_every: Duration,
    /// How many copies of the streets there are beside each other, each with all trips: for tests of speed.
    #[schemars(range(min = 1, max = 1000), example = json!(1))]
    pub copies: u32,
}

impl Default for City {
    fn default() -> City {
        City {
            streets: Packed::default(),
            demand: Packed::default(),
            step: Duration::from_secs(1),
            count_every: Duration::from_secs(900),
            copies: 1,
        }
    }
}

/// What can be wrong with the section, and in which field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    /// The field.
    pub field: &'static str,
    /// What is wrong with it.
    pub why: String,
}

impl City {
    /// Whether the scene has streets at all.
    pub fn is_there(&self) -> bool {
        !self.streets.text().is_empty()
    }

    /// The town.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn town(&self) -> Result<Town, Wrong> {
        let streets: Streets = self.streets.open().map_err(|why| Wrong { field: "streets", why })?;
        let demand: Demand = self.demand.open().map_err(|why| Wrong { field: "demand", why })?;
        streets.check().map_err(|why| Wrong { field: "streets", why })?;
        demand.check(&streets).map_err(|why| Wrong { field: "demand", why })?;
        Ok(Town::copies(&streets, &demand, self.copies.max(1)))
    }
}
