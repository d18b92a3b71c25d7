//! What the section `city` says besides streets and trips.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{City, Wrong};
use crate::city::streets::{LaneId, RoadId, Streets};
use crate::city::traffic::{Closure, Extras, Reroute};
use crate::engine::spelling::nearest;
use crate::engine::time::Duration;

/// Who looks for a quicker way when others are slow.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RerouteForm {
    /// What share of the drivers.
    #[schemars(range(min = 0.0, max = 1.0), example = json!(0.5))]
    pub share: f64,
    /// How often, from departure on.
    #[serde(default = "five_minutes")]
    #[schemars(example = &"5m")]
    pub every: Duration,
}

fn five_minutes() -> Duration {
    Duration::from_secs(300)
}

/// A place that nobody passes for a while: a vehicle that has broken down, or roadworks.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct IncidentForm {
    /// On which way; of the way back, with a sign before it, such as `-high street`.
    #[schemars(example = &"high street")]
    pub way: String,
    /// On which lane, from the outer one on, counted from 0; without it, on all.
    #[serde(default)]
    #[schemars(example = json!(0))]
    pub lane: Option<u32>,
    /// How far along it: metres.
    #[schemars(range(min = 0.0), example = json!(120))]
    pub at: f64,
    /// When it begins.
    #[schemars(example = &"10m")]
    pub begin: Duration,
    /// For how long it lasts.
    #[schemars(example = &"15m")]
    pub lasts: Duration,
}

impl City {
    /// What there is besides streets and trips.
    pub(super) fn extras(&self, streets: &Streets) -> Result<Extras, Wrong> {
        let reroute = |form: &RerouteForm| Reroute { share: form.share, every: form.every.seconds() };
        let mut closures = Vec::new();
        for (number, form) in self.incidents.iter().enumerate() {
            closures.extend(form.closures(streets, &number.to_string())?);
        }
        Ok(Extras { counts_energy: self.energy, reroute: self.reroute.as_ref().map(reroute), closures })
    }
}

impl IncidentForm {
    fn closures(&self, streets: &Streets, number: &str) -> Result<Vec<Closure>, Wrong> {
        let field = |name| ["incidents", number, name];
        let lanes = lanes(streets, &self.way, &field("way"))?;
        let closed: Vec<LaneId> = match self.lane {
            None => lanes,
            Some(lane) => vec![*lane_of(&lanes, lane, &self.way, &field("lane"))?],
        };
        along(streets, closed[0], self.at, &field("at"))?;
        let begin = self.begin.seconds();
        let during = [begin, begin + self.lasts.seconds()];
        Ok(closed.into_iter().map(|lane| Closure { lane, at: self.at, during }).collect())
    }
}

/// The lanes of a road, by its name.
fn lanes(streets: &Streets, name: &str, field: &[&str]) -> Result<Vec<LaneId>, Wrong> {
    let number = streets.roads.iter().position(|road| road.name == name).ok_or_else(|| {
        let near = nearest(name, streets.roads.iter().map(|road| &*road.name));
        let cure = near.map_or_else(|| "name a way".to_owned(), |near| format!("did you mean `{near}`?"));
        Wrong::new(field, format!("there is no way `{name}`"), cure)
    })?;
    Ok(streets.lanes_of(RoadId(number as u32)).collect())
}

fn lane_of<'a>(lanes: &'a [LaneId], number: u32, way: &str, field: &[&str]) -> Result<&'a LaneId, Wrong> {
    lanes.get(number as usize).ok_or_else(|| {
        let why = format!("way `{way}` has no lane {number}: it has {}, counted from 0", lanes.len());
        Wrong::new(field, why, "name one that there is")
    })
}

/// A place along a lane must be on it.
fn along(streets: &Streets, lane: LaneId, at: f64, field: &[&str]) -> Result<(), Wrong> {
    let length = streets.lane(lane).length;
    if at <= length {
        return Ok(());
    }
    let why = format!("at {at} m there is no way any more: between its junctions it is {length:.1} m long");
    Err(Wrong::new(field, why, "count from where it leaves its first junction"))
}
