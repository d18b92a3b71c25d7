//! The section `city` of scenes.

mod extras;
mod parking;

use std::collections::BTreeMap;

use bevy_ecs::prelude::Resource;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

pub use self::extras::{ChargerForm, ChargingForm, IncidentForm, RerouteForm};
pub use self::parking::{ParkingForm, ParksForm};
use super::build;
use super::buses::{self, LineForm, StopForm};
use super::demand::{Demand, Following, Haste, Kind};
use super::flows;
use super::grow::{Grown, Growth};
use super::packed::Packed;
use super::plan::{Control, Node, Plan, Sign, Way};
use super::scenery::Scenery;
use super::signals::settings::Signalling;
use super::streets::{Class, Streets};
use super::traffic::energy::{Changes, Profile, Propulsion};
use super::traffic::signals::actuated;
use super::traffic::{Parking, Town};
use crate::engine::random::Seed;
use crate::engine::spelling::nearest;
use crate::engine::time::Duration;

/// Streets, and who drives on them. Streets are written as nodes and ways, or imported.
#[derive(Resource, Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct City {
    /// Where ways begin, end and meet, by name.
    #[schemars(example = json!({"church": {"at": [120, 40], "control": "Signals"}}))]
    pub nodes: BTreeMap<String, NodeForm>,
    /// Ways between nodes, by name.
    #[schemars(example = json!({"high street": {"from": "church", "to": "bridge", "lanes": 2}}))]
    pub ways: BTreeMap<String, WayForm>,
    /// Kinds of vehicles, by name.
    #[schemars(example = json!({"car": {}}))]
    pub kinds: BTreeMap<String, KindForm>,
    /// Who drives from where to where.
    pub flows: Vec<Flow>,
    /// Where buses stop, by name.
    #[schemars(example = json!({"church": {"way": "high street", "at": 80}}))]
    pub stops: BTreeMap<String, StopForm>,
    /// Lines of buses, by name.
    #[schemars(example = json!({"12": {"stops": ["church", "bridge"], "every": "10m", "lasts": "1h"}}))]
    pub lines: BTreeMap<String, LineForm>,
    /// A city grown from noise: streets, what stands beside them, and who drives.
    pub grown: Option<Grown>,
    /// Streets, as `autotwin import` has packed them.
    #[schemars(with = "String", example = &"AQCk...")]
    pub streets: Packed,
    /// Kinds of vehicles and trips, as `autotwin import` has packed them.
    #[schemars(with = "String", example = &"AQDx...")]
    pub demand: Packed,
    /// Buildings, parks, water and the like, as `autotwin import` has packed them.
    #[schemars(with = "String", example = &"AQBe...")]
    pub scenery: Packed,
    /// How all signals change.
    #[schemars(example = json!({"MaxPressure": {"every": "5s"}}))]
    pub signals: Signalling,
    /// How long a step is. Drivers react in the next one.
    #[schemars(example = &"1s")]
    pub step: Duration,
    /// Over how long the table `edges` counts.
    #[schemars(example = &"15m")]
    pub count_every: Duration,
    /// Whether fuel, energy and exhaust are counted. Of vehicles with a battery they always are.
    #[schemars(example = json!(true))]
    pub energy: bool,
    /// Who looks for a quicker way when others are slow.
    #[schemars(example = json!({"share": 0.5, "every": "5m"}))]
    pub reroute: Option<RerouteForm>,
    /// Where lanes are closed for a while. Of several copies of the streets, in the first.
    pub incidents: Vec<IncidentForm>,
    /// Where batteries are charged, by name. Of several copies of the streets, in the first.
    #[schemars(example = json!({"station": {"way": "high street", "at": 120, "power_kw": 50, "places": 4}}))]
    pub chargers: BTreeMap<String, ChargerForm>,
    /// Where vehicles are parked, by name. Of several copies of the streets, in the first.
    #[schemars(example = json!({"market": {"way": "high street", "at": 120, "places": 40}}))]
    pub parking: BTreeMap<String, ParkingForm>,
    /// How many copies of the streets there are beside each other, each with all trips: for tests of speed.
    #[schemars(range(min = 1, max = 1000), example = json!(1))]
    pub copies: u32,
}

/// Where ways begin, end and meet.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NodeForm {
    /// Where it is: metres east and north.
    #[schemars(example = json!([120, 40]))]
    pub at: [f64; 2],
    /// Who goes first there.
    #[serde(default)]
    pub control: Control,
}

/// A way between two nodes.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WayForm {
    /// Where it begins: a node.
    pub from: String,
    /// Where it ends: a node.
    pub to: String,
    /// The points between: metres east and north.
    #[serde(default)]
    #[schemars(example = json!([[40, 10], [80, 30]]))]
    pub via: Vec<[f64; 2]>,
    /// How many lanes lead from its beginning to its end.
    #[serde(default = "one")]
    #[schemars(range(min = 1, max = 8), example = json!(2))]
    pub lanes: u32,
    /// How many lanes lead back; without it, as many as lead there. 0 is a one-way street.
    #[serde(default)]
    #[schemars(range(max = 8), example = json!(0))]
    pub back_lanes: Option<u32>,
    /// How wide a lane is: metres.
    #[serde(default = "lane_width")]
    #[schemars(range(min = 2.0, max = 6.0), example = json!(3.2))]
    pub lane_width: f64,
    /// How fast one may drive: kilometres an hour.
    #[serde(default = "limit")]
    #[schemars(range(min = 1.0, max = 300.0), example = json!(50))]
    pub limit_kmh: f64,
    /// How important it is: ways of higher rank go first.
    #[serde(default = "rank")]
    #[schemars(range(max = 9), example = json!(3))]
    pub rank: u8,
    /// The sign at its end.
    #[serde(default)]
    pub sign: Sign,
    /// The sign at the end of the way back.
    #[serde(default)]
    pub back_sign: Sign,
    /// Whether it goes round a roundabout.
    #[serde(default)]
    pub round: bool,
}

fn one() -> u32 {
    1
}

fn lane_width() -> f64 {
    3.2
}

fn limit() -> f64 {
    50.0
}

fn rank() -> u8 {
    3
}

/// A kind of vehicle, with its driver. What is not said is as of a car.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct KindForm {
    /// What it is to the law, such as `passenger`, `bus`, `truck` or `emergency`.
    #[schemars(example = &"passenger")]
    pub class: String,
    /// From bumper to bumper: metres.
    #[schemars(range(min = 0.5, max = 50.0), example = json!(5))]
    pub length: f64,
    /// How wide it is: metres.
    #[schemars(range(min = 0.3, max = 4.0), example = json!(1.8))]
    pub width: f64,
    /// The gap that is left to whoever is ahead when standing: metres.
    #[schemars(range(min = 0.0, max = 20.0), example = json!(2.5))]
    pub least_gap: f64,
    /// How much it speeds up at most: metres a second squared.
    #[schemars(range(min = 0.1, max = 20.0), example = json!(2.6))]
    pub acceleration: f64,
    /// How much it slows down when it can choose: metres a second squared.
    #[schemars(range(min = 0.5, max = 15.0), example = json!(4.5))]
    pub deceleration: f64,
    /// How much it slows down when it cannot: metres a second squared.
    #[schemars(range(min = 0.5, max = 20.0), example = json!(9.0))]
    pub emergency_deceleration: f64,
    /// The time gap that the driver wants: seconds.
    #[schemars(range(min = 0.1, max = 10.0), example = json!(1.0))]
    pub headway: f64,
    /// How fast it can be: kilometres an hour.
    #[schemars(range(min = 1.0, max = 500.0), example = json!(180))]
    pub top_speed_kmh: f64,
    /// How fast drivers want to be, as a share of the limit: the mean.
    #[schemars(range(min = 0.2, max = 2.0), example = json!(1.0))]
    pub haste: f64,
    /// How much they differ in that: the standard deviation.
    #[schemars(range(min = 0.0, max = 0.5), example = json!(0.1))]
    pub haste_deviation: f64,
    /// How they follow each other.
    pub following: Following,
    /// What drives it.
    pub drive: Propulsion,
    /// What else of its energy is not as usual of its class and drive.
    pub energy: Changes,
    /// How full its battery is at first, and when it is charged.
    pub charging: ChargingForm,
}

impl Default for KindForm {
    fn default() -> KindForm {
        let car = Kind::car();
        KindForm {
            class: "passenger".to_owned(),
            length: car.length,
            width: car.width,
            least_gap: car.least_gap,
            acceleration: car.acceleration,
            deceleration: car.deceleration,
            emergency_deceleration: car.emergency_deceleration,
            headway: car.headway,
            top_speed_kmh: 200.0,
            haste: car.haste.mean,
            haste_deviation: car.haste.deviation,
            following: car.following,
            drive: Propulsion::default(),
            energy: Changes::default(),
            charging: ChargingForm::default(),
        }
    }
}

/// Vehicles that drive from somewhere to somewhere, at random times.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Flow {
    /// From which node.
    #[schemars(example = &"church")]
    pub from: String,
    /// To which node.
    #[schemars(example = &"bridge")]
    pub to: String,
    /// How many an hour, on average.
    #[schemars(range(min = 0.0, max = 20000.0), example = json!(300))]
    pub per_hour: f64,
    /// The kinds of vehicles, each as likely.
    #[schemars(example = json!(["car"]))]
    pub kinds: Vec<String>,
    /// When the first may come.
    #[serde(default)]
    #[schemars(example = &"10m")]
    pub begin: Option<Duration>,
    /// For how long they come.
    #[schemars(example = &"1h")]
    pub lasts: Duration,
    /// Who of them parks near the goal, and for how long.
    #[serde(default)]
    #[schemars(example = json!({"share": 0.6, "stays": "1h"}))]
    pub parks: Option<ParksForm>,
}

impl Default for City {
    fn default() -> City {
        City {
            nodes: BTreeMap::new(),
            ways: BTreeMap::new(),
            kinds: BTreeMap::new(),
            flows: Vec::new(),
            stops: BTreeMap::new(),
            lines: BTreeMap::new(),
            grown: None,
            streets: Packed::default(),
            demand: Packed::default(),
            scenery: Packed::default(),
            signals: Signalling::AsWritten,
            step: Duration::from_secs(1),
            count_every: Duration::from_secs(900),
            energy: false,
            reroute: None,
            incidents: Vec::new(),
            chargers: BTreeMap::new(),
            parking: BTreeMap::new(),
            copies: 1,
        }
    }
}

/// What can be wrong with the section, and where in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    /// The way to the field.
    pub field: Vec<String>,
    /// What is wrong with it.
    pub why: String,
    /// How to mend it.
    pub cure: String,
}

impl Wrong {
    pub(super) fn new(field: &[&str], why: impl Into<String>, cure: impl Into<String>) -> Wrong {
        let field = field.iter().map(|name| (*name).to_owned()).collect();
        Wrong { field, why: why.into(), cure: cure.into() }
    }
}

const IMPORT: &str = "`autotwin import` writes it";

impl City {
    /// Whether the scene has streets at all.
    pub fn is_there(&self) -> bool {
        !self.streets.text().is_empty() || !self.ways.is_empty() || self.grown.is_some()
    }

    /// The town, with trips drawn from a seed.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn town(&self, seed: Seed) -> Result<Town, Wrong> {
        let grown = self.growth()?;
        let streets = self.all_streets(grown.as_ref())?;
        streets.check().map_err(|why| Wrong::new(&["streets"], why, IMPORT))?;
        let extras = self.extras(&streets)?;
        let demand = self.all_demand(grown.as_ref(), &streets, &extras.parking, seed)?;
        demand.check(&streets).map_err(|why| Wrong::new(&["demand"], why, IMPORT))?;
        Ok(Town::copies(&streets, &demand, self.copies.max(1)).with(extras))
    }

    /// The city that is grown from noise, if there is one.
    ///
    /// # Errors
    /// If there are other streets or another scenery as well.
    pub fn growth(&self) -> Result<Option<Growth>, Wrong> {
        let Some(grown) = &self.grown else { return Ok(None) };
        let others = [
            ("ways", self.ways.is_empty()),
            ("nodes", self.nodes.is_empty()),
            ("streets", self.streets.text().is_empty()),
            ("demand", self.demand.text().is_empty()),
            ("scenery", self.scenery.text().is_empty()),
        ];
        match others.iter().find(|(_, is_empty)| !is_empty) {
            Some((field, _)) => {
                let why = format!("there are both `grown` and `{field}`, and a grown city has its own");
                Err(Wrong::new(&[field], why, format!("leave out `{field}`, or `grown`")))
            }
            None => Ok(Some(grown.grow())),
        }
    }

    /// The streets of the town, its copies and all.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn town_streets(&self) -> Result<Streets, Wrong> {
        Ok(self.all_streets(self.growth()?.as_ref())?.copies(self.copies.max(1)))
    }

    fn all_streets(&self, grown: Option<&Growth>) -> Result<Streets, Wrong> {
        let mut streets = self.written_streets(grown)?;
        if self.signals == Signalling::Actuated {
            streets.signals.iter_mut().for_each(actuated::actuate);
        }
        Ok(streets)
    }

    fn written_streets(&self, grown: Option<&Growth>) -> Result<Streets, Wrong> {
        if let Some(grown) = grown {
            let built = build::build(&grown.plan);
            let cure = "try another `seed`, and tell us about this one";
            return built.map(|built| built.streets).map_err(|why| Wrong::new(&["grown"], why, cure));
        }
        if self.streets.text().is_empty() {
            let plan = self.plan()?;
            return match build::build(&plan) {
                Ok(built) => Ok(built.streets),
                Err(why) => Err(Wrong::new(&["ways"], why, "mend the ways")),
            };
        }
        if !self.ways.is_empty() {
            let cure = "leave out `ways` and `nodes`, or `streets`";
            return Err(Wrong::new(&["streets"], "there are both imported streets and ways", cure));
        }
        self.streets.open().map_err(|why| Wrong::new(&["streets"], why, IMPORT))
    }

    fn all_demand(
        &self,
        grown: Option<&Growth>,
        streets: &Streets,
        parking: &[Parking],
        seed: Seed,
    ) -> Result<Demand, Wrong> {
        let mut demand = match self.demand.text() {
            "" => Demand::default(),
            _ => self.demand.open().map_err(|why| Wrong::new(&["demand"], why, IMPORT))?,
        };
        for (name, form) in &self.kinds {
            demand.kinds.push(form.kind(name)?);
        }
        let (mut flows, mut stops, mut lines) = (self.flows.clone(), self.stops.clone(), self.lines.clone());
        if let Some(grown) = grown {
            // What an author says of a kind, a stop or a line goes before what has grown.
            let own = Grown::kinds().into_iter().filter(|kind| !self.kinds.contains_key(&kind.name));
            demand.kinds.extend(own);
            flows.extend_from_slice(&grown.flows);
            stops = grown.stops.clone().into_iter().chain(stops).collect();
            lines = grown.lines.clone().into_iter().chain(lines).collect();
        }
        flows::add(&flows, streets, parking, &mut demand, seed)?;
        buses::add(&stops, &lines, streets, &mut demand)?;
        Ok(demand)
    }

    /// What stands and grows beside the streets.
    ///
    /// # Errors
    /// If it is not what an importer has packed, or if there is also a grown city.
    pub fn scenery(&self) -> Result<Scenery, Wrong> {
        if let Some(grown) = self.growth()? {
            return Ok(grown.scenery);
        }
        match self.scenery.text() {
            "" => Ok(Scenery::default()),
            _ => {
                let scenery: Result<Scenery, String> = self.scenery.open();
                let sound = scenery.and_then(|scenery| scenery.check().map(|()| scenery));
                sound.map_err(|why| Wrong::new(&["scenery"], why, IMPORT))
            }
        }
    }

    /// The plan of streets that is written as nodes and ways.
    ///
    /// # Errors
    /// A way that names a node that is not there.
    pub fn plan(&self) -> Result<Plan, Wrong> {
        let nodes = self.nodes.iter();
        let nodes = nodes.map(|(name, form)| Node { name: name.clone(), place: form.at, control: form.control });
        let nodes: Vec<Node> = nodes.collect();
        let mut ways = Vec::with_capacity(self.ways.len());
        for (name, form) in &self.ways {
            let end = |field: &str, node: &String| {
                self.nodes.keys().position(|known| known == node).ok_or_else(|| {
                    let near = nearest(node, self.nodes.keys().map(String::as_str));
                    let cure =
                        near.map_or_else(|| "add it to `nodes`".to_owned(), |near| format!("did you mean `{near}`?"));
                    Wrong::new(&["ways", name, field], format!("there is no node `{node}`"), cure)
                })
            };
            ways.push(form.way(name, [end("from", &form.from)?, end("to", &form.to)?]));
        }
        Ok(Plan { nodes, ways, bans: Vec::new() })
    }
}

impl WayForm {
    fn way(&self, name: &str, ends: [usize; 2]) -> Way {
        Way {
            name: name.to_owned(),
            ends,
            between: self.via.clone(),
            lanes: [self.lanes, self.back_lanes.unwrap_or(if self.round { 0 } else { self.lanes })],
            lane_width: self.lane_width,
            speed_limit: self.limit_kmh / 3.6,
            rank: self.rank,
            classes: Vec::new(),
            bus_lanes: [false; 2],
            marks: [Vec::new(), Vec::new()],
            is_round: self.round,
            signs: [self.sign, self.back_sign],
        }
    }
}

impl KindForm {
    fn kind(&self, name: &str) -> Result<Kind, Wrong> {
        let class = Class::named(&self.class).ok_or_else(|| {
            let near = nearest(&self.class, Class::names());
            let cure = near.map_or_else(|| "such as `passenger`".to_owned(), |near| format!("did you mean `{near}`?"));
            let why = format!("there is no class of vehicles `{}`", self.class);
            Wrong::new(&["kinds", name, "class"], why, cure)
        })?;
        if self.emergency_deceleration < self.deceleration {
            let why = "in an emergency one brakes at least as hard as else";
            return Err(Wrong::new(&["kinds", name, "emergency_deceleration"], why, "make it at least `deceleration`"));
        }
        Ok(Kind {
            name: name.to_owned(),
            class,
            length: self.length,
            width: self.width,
            least_gap: self.least_gap,
            acceleration: self.acceleration,
            deceleration: self.deceleration,
            emergency_deceleration: self.emergency_deceleration,
            headway: self.headway,
            top_speed: self.top_speed_kmh / 3.6,
            haste: Haste { mean: self.haste, deviation: self.haste_deviation, between: [0.2, 2.0] },
            following: self.following,
            energy: self.profile(name, class)?,
            charging: self.charging.charging(name)?,
        })
    }

    fn profile(&self, name: &str, class: Class) -> Result<Option<Profile>, Wrong> {
        let Some(profile) = Profile::driven(class.name(), self.drive) else {
            if self.drive == Propulsion::Usual && self.energy == Changes::default() {
                return Ok(None);
            }
            let why = format!("what vehicles of class `{}` with this drive take is not known", class.name());
            return Err(Wrong::new(&["kinds", name, "drive"], why, "leave out `drive` and `energy`"));
        };
        let changed = self.energy.apply(profile);
        let changed = changed.map_err(|why| Wrong::new(&["kinds", name, "energy"], why.to_string(), "leave it out"))?;
        Ok(Some(changed))
    }
}
