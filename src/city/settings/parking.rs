//! What the section `city` says of parking.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::Wrong;
use super::extras::{along, lane_of, lanes};
use crate::city::build::lines;
use crate::city::streets::Streets;
use crate::city::traffic::Parking;
use crate::engine::time::Duration;

/// Where vehicles are parked, beside a lane.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ParkingForm {
    /// By which way; by the way back, with a sign before it, such as `-high street`.
    #[schemars(example = &"high street")]
    pub way: String,
    /// By which lane, from the outer one on, counted from 0.
    #[serde(default)]
    #[schemars(range(max = 8), example = json!(0))]
    pub lane: u32,
    /// How far along it one turns in: metres.
    #[schemars(range(min = 0.0), example = json!(120))]
    pub at: f64,
    /// How many can be parked there.
    #[schemars(range(min = 1, max = 100000), example = json!(40))]
    pub places: u32,
}

/// Who of a flow parks near the goal, and for how long.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ParksForm {
    /// What share of them.
    #[schemars(range(min = 0.0, max = 1.0), example = json!(0.6))]
    pub share: f64,
    /// For how long they stay on average, exponentially distributed, before they drive back; without it, for good.
    #[schemars(example = &"1h")]
    pub stays: Option<Duration>,
    /// How far from the goal a place may be: metres as the crow flies.
    #[schemars(range(min = 1.0, max = 10000.0), example = json!(500))]
    pub within: f64,
    /// After so many places that were full they look for no other.
    #[schemars(range(min = 1, max = 100), example = json!(5))]
    pub tries: u32,
}

impl Default for ParksForm {
    fn default() -> ParksForm {
        ParksForm { share: 1.0, stays: None, within: 500.0, tries: 5 }
    }
}

/// How long the stretch is on which one turns in: metres.
const STRETCH: f64 = 10.0;

/// Whoever turns in does so at least so far before the end of the way, where trips end: metres.
const BEFORE_END: f64 = 2.0;

impl ParkingForm {
    pub(super) fn parking(&self, streets: &Streets, name: &str) -> Result<Parking, Wrong> {
        let field = |field| ["parking", name, field];
        let lanes = lanes(streets, &self.way, &field("way"))?;
        let lane = *lane_of(&lanes, self.lane, &self.way, &field("lane"))?;
        along(streets, lane, self.at, &field("at"))?;
        let about = streets.lane(lane);
        let end = (self.at + STRETCH).min(about.length - BEFORE_END).max(0.0);
        let between = [self.at.min(end - STRETCH).max(0.0), end];
        let at = lines::at(&about.line, self.at);
        Ok(Parking { name: name.to_owned(), lane, between, at, places: self.places })
    }
}
