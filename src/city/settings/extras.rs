//! What the section `city` says besides streets and trips.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{City, Wrong};
use crate::city::demand::Charging;
use crate::city::streets::{LaneId, RoadId, Streets};
use crate::city::traffic::{Charger, Closure, Extras, Reroute};
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

/// Where batteries are charged, beside a lane.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ChargerForm {
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
    /// What each place can give: kilowatts.
    #[serde(default = "fifty")]
    #[schemars(range(min = 0.1, max = 1000.0), example = json!(50))]
    pub power_kw: f64,
    /// How many are charged at once.
    #[serde(default = "two")]
    #[schemars(range(min = 1, max = 1000), example = json!(2))]
    pub places: u32,
}

fn fifty() -> f64 {
    50.0
}

fn two() -> u32 {
    2
}

/// How long the stretch is on which one turns in to a place where batteries are charged: metres.
const STRETCH: f64 = 10.0;

/// How full batteries are when trips begin, and when they are charged: shares of what they can store.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ChargingForm {
    /// When its trip begins: the mean.
    #[schemars(range(min = 0.0, max = 1.0), example = json!(0.7))]
    pub first: f64,
    /// How much they differ then: the standard deviation.
    #[schemars(range(min = 0.0, max = 0.5), example = json!(0.15))]
    pub deviation: f64,
    /// Below this a driver looks for a place to charge it.
    #[schemars(range(min = 0.0, max = 1.0), example = json!(0.2))]
    pub below: f64,
    /// At this he goes on.
    #[schemars(range(min = 0.01, max = 0.99), example = json!(0.8))]
    pub until: f64,
}

impl Default for ChargingForm {
    fn default() -> ChargingForm {
        let Charging { first, deviation, below, until } = Charging::default();
        ChargingForm { first, deviation, below, until }
    }
}

impl ChargingForm {
    /// Those of a kind of vehicles.
    pub(super) fn charging(&self, kind: &str) -> Result<Charging, Wrong> {
        let ChargingForm { first, deviation, below, until } = *self;
        if below < until {
            return Ok(Charging { first, deviation, below, until });
        }
        let why = format!("whoever is charged from {below} on should not stop at {until}");
        Err(Wrong::new(&["kinds", kind, "charging", "until"], why, "make it more than `below`"))
    }
}

impl City {
    /// What there is besides streets and trips.
    pub(super) fn extras(&self, streets: &Streets) -> Result<Extras, Wrong> {
        let reroute = |form: &RerouteForm| Reroute { share: form.share, every: form.every.seconds() };
        let mut closures = Vec::new();
        for (number, form) in self.incidents.iter().enumerate() {
            closures.extend(form.closures(streets, &number.to_string())?);
        }
        let chargers = self.chargers.iter().map(|(name, form)| form.charger(streets, name));
        let parking = self.parking.iter().map(|(name, form)| form.parking(streets, name));
        Ok(Extras {
            counts_energy: self.energy,
            reroute: self.reroute.as_ref().map(reroute),
            closures,
            chargers: chargers.collect::<Result<_, Wrong>>()?,
            parking: parking.collect::<Result<_, Wrong>>()?,
        })
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

impl ChargerForm {
    fn charger(&self, streets: &Streets, name: &str) -> Result<Charger, Wrong> {
        let field = |field| ["chargers", name, field];
        let lanes = lanes(streets, &self.way, &field("way"))?;
        let lane = *lane_of(&lanes, self.lane, &self.way, &field("lane"))?;
        along(streets, lane, self.at, &field("at"))?;
        let between = [self.at, (self.at + STRETCH).min(streets.lane(lane).length)];
        Ok(Charger { name: name.to_owned(), lane, between, power: 1000.0 * self.power_kw, places: self.places })
    }
}

/// The lanes of a road, by its name.
pub(super) fn lanes(streets: &Streets, name: &str, field: &[&str]) -> Result<Vec<LaneId>, Wrong> {
    let number = streets.roads.iter().position(|road| road.name == name).ok_or_else(|| {
        let near = nearest(name, streets.roads.iter().map(|road| &*road.name));
        let cure = near.map_or_else(|| "name a way".to_owned(), |near| format!("did you mean `{near}`?"));
        Wrong::new(field, format!("there is no way `{name}`"), cure)
    })?;
    Ok(streets.lanes_of(RoadId(number as u32)).collect())
}

pub(super) fn lane_of<'a>(lanes: &'a [LaneId], number: u32, way: &str, field: &[&str]) -> Result<&'a LaneId, Wrong> {
    lanes.get(number as usize).ok_or_else(|| {
        let why = format!("way `{way}` has no lane {number}: it has {}, counted from 0", lanes.len());
        Wrong::new(field, why, "name one that there is")
    })
}

/// A place along a lane must be on it.
pub(super) fn along(streets: &Streets, lane: LaneId, at: f64, field: &[&str]) -> Result<(), Wrong> {
    let length = streets.lane(lane).length;
    if at <= length {
        return Ok(());
    }
    let why = format!("at {at} m there is no way any more: between its junctions it is {length:.1} m long");
    Err(Wrong::new(field, why, "count from where it leaves its first junction"))
}
