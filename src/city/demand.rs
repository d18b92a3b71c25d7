//! Who drives where: kinds of vehicles, and the trips that they make.
//!
//! Lengths are metres, times seconds, speeds and accelerations in metres and seconds.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::streets::{Class, LaneId, RoadId, Streets};
use super::traffic::energy::Profile;

/// A kind of vehicle, of [`Demand::kinds`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct KindId(pub u32);

/// A place to stop, of [`Demand::stops`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct StopId(pub u32);

/// Who drives where.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Demand {
    /// The kinds of vehicles.
    pub kinds: Vec<Kind>,
    /// Where buses stop.
    pub stops: Vec<Stop>,
    /// The trips, by when they depart.
    pub trips: Vec<Trip>,
}

/// A kind of vehicle, with its driver.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Kind {
    /// Its name.
    pub name: String,
    /// What it is to the law.
    pub class: Class,
    /// From bumper to bumper.
    pub length: f64,
    /// How wide it is.
    pub width: f64,
    /// The gap that is left to whoever is ahead when standing.
    pub least_gap: f64,
    /// How much it speeds up at most.
    pub acceleration: f64,
    /// How much it slows down when it can choose.
    pub deceleration: f64,
    /// How much it slows down when it cannot.
    pub emergency_deceleration: f64,
    /// The time gap that the driver wants: seconds.
    pub headway: f64,
    /// How fast it can be.
    pub top_speed: f64,
    /// How fast drivers want to be, as a share of the limit.
    pub haste: Haste,
    /// How vehicles follow each other.
    pub following: Following,
    /// What driving takes; none if that is not known of vehicles of its class.
    pub energy: Option<Profile>,
    /// Of vehicles with a battery: how full it is at first, and when it is charged.
    pub charging: Charging,
}

/// How full the batteries of vehicles are when their trips begin, and when they are charged: shares of what they can store.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Charging {
    /// At first, the mean.
    pub first: f64,
    /// How much they differ at first: the standard deviation.
    pub deviation: f64,
    /// Below this a driver looks for a place to charge.
    pub below: f64,
    /// At this he goes on.
    pub until: f64,
}

impl Default for Charging {
    /// Full at first, and charged from a fifth to four fifths, up to which it is quick.
    fn default() -> Charging {
        Charging { first: 1.0, deviation: 0.0, below: 0.2, until: 0.8 }
    }
}

/// How fast drivers want to be, as a share of the limit: normally distributed between two ends.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Haste {
    /// The mean before it is cut off.
    pub mean: f64,
    /// The standard deviation before it is cut off.
    pub deviation: f64,
    /// The ends.
    pub between: [f64; 2],
}

/// How a vehicle follows the one ahead.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub enum Following {
    /// As safely as can be, with a share of random slackness (Krauß 1998).
    Krauss {
        /// The share, of how much it speeds up at most.
        #[schemars(range(min = 0.0, max = 1.0), example = serde_json::json!(0.5))]
        imperfection: f64,
    },
    /// The intelligent driver model (Treiber, Hennecke and Helbing 2000).
    Idm {
        /// The exponent of free acceleration.
        #[schemars(range(min = 1.0, max = 50.0), example = serde_json::json!(4.0))]
        exponent: f64,
    },
}

/// A place by a lane to stop at.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Stop {
    /// Its name.
    pub name: String,
    /// By which lane.
    pub lane: LaneId,
    /// From where to where along the lane.
    pub between: [f64; 2],
}

/// A trip.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Trip {
    /// The name of who makes it.
    pub name: String,
    /// When it wants to begin.
    pub departs: f64,
    /// What kinds of vehicles make it: one of them, by its weight.
    pub kinds: Vec<(KindId, f64)>,
    /// The roads, each of which leads to the next.
    pub route: Vec<RoadId>,
    /// Where on the first road it begins: where the vehicle's front is.
    pub from: f64,
    /// On which lane of the first road.
    pub lane: FirstLane,
    /// How fast it begins.
    pub speed: FirstSpeed,
    /// Where on the last road it ends; below zero is counted from the end.
    pub to: f64,
    /// The stops on the way, in order.
    pub halts: Vec<Halt>,
    /// How it ends at a place to park, if it does. Importers know of none, and it is not packed.
    #[serde(skip)]
    pub parks: Option<Parks>,
}

/// How a trip ends at a place to park.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Parks {
    /// How far from the end of the trip the place may be, as the crow flies.
    pub within: f64,
    /// After so many places that were full the driver looks for no other.
    pub tries: u32,
    /// For how long it is parked before it drives back to where it came from; without it, for good.
    pub stays: Option<f64>,
}

/// The speed with which a trip begins.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum FirstSpeed {
    /// So fast.
    At(f64),
    /// As fast as is safe, and no faster than the driver likes.
    Most,
    /// As fast as those on the lane are on average, or as the driver likes where there is nobody.
    Mean,
}

/// The lane on which a trip begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum FirstLane {
    /// One from which the route goes on farthest without a change, and of those the one with the fewest vehicles.
    Best,
    /// The one with the fewest vehicles.
    Free,
    /// Any of them.
    Random,
    /// This one, from the outer one on.
    Number(u32),
}

/// A stop on the way.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Halt {
    /// On which lane.
    pub lane: LaneId,
    /// From where to where along the lane.
    pub between: [f64; 2],
    /// How long at least: seconds.
    pub lasts: f64,
    /// Not before: seconds.
    pub until: Option<f64>,
}

impl Kind {
    /// A car, as in SUMO's documentation ("Vehicle Type Parameter Defaults").
    pub fn car() -> Kind {
        Kind {
            name: "car".to_owned(),
            class: Class::PASSENGER,
            length: 5.0,
            width: 1.8,
            least_gap: 2.5,
            acceleration: 2.6,
            deceleration: 4.5,
            emergency_deceleration: 9.0,
            headway: 1.0,
            top_speed: 200.0 / 3.6,
            haste: Haste { mean: 1.0, deviation: 0.1, between: [0.2, 2.0] },
            following: Following::Krauss { imperfection: 0.5 },
            energy: Some(Profile::petrol_car()),
            charging: Charging::default(),
        }
    }
}

impl Demand {
    /// Of so many copies of streets beside each other: all trips on each.
    pub fn copies(&self, copies: u32, streets: &Streets) -> Demand {
        let (roads, lanes) = (streets.roads.len() as u32, streets.lanes.len() as u32);
        let mut all = Demand { kinds: self.kinds.clone(), ..Demand::default() };
        for copy in 0..copies {
            let named = |name: &str| if copy == 0 { name.to_owned() } else { format!("{name}#{copy}") };
            let lane = |lane: LaneId| LaneId(lane.0 + copy * lanes);
            let stop = |stop: &Stop| Stop { name: named(&stop.name), lane: lane(stop.lane), ..stop.clone() };
            all.stops.extend(self.stops.iter().map(stop));
            all.trips.extend(self.trips.iter().map(|trip| Trip {
                name: named(&trip.name),
                route: trip.route.iter().map(|road| RoadId(road.0 + copy * roads)).collect(),
                halts: trip.halts.iter().map(|halt| Halt { lane: lane(halt.lane), ..*halt }).collect(),
                ..trip.clone()
            }));
        }
        all.trips.sort_by(|one, other| one.departs.total_cmp(&other.departs));
        all
    }

    /// Whether all that is named is there, and every vehicle can drive.
    ///
    /// # Errors
    /// The first thing that is wrong, in words.
    pub fn check(&self, streets: &Streets) -> Result<(), String> {
        for kind in &self.kinds {
            let above =
                [kind.length, kind.width, kind.acceleration, kind.deceleration, kind.top_speed, kind.haste.between[0]];
            let least =
                [kind.least_gap, kind.headway, kind.haste.deviation, kind.emergency_deceleration - kind.deceleration];
            let is_fine = above.iter().all(|number| number.is_finite() && *number > 0.0)
                && least.iter().all(|number| number.is_finite() && *number >= 0.0)
                && kind.haste.mean.is_finite()
                && kind.haste.between[1] >= kind.haste.between[0]
                && kind.charging.below < kind.charging.until;
            if !is_fine {
                return Err(format!(
                    "vehicles of kind `{}` cannot drive: a number is missing, or not above 0",
                    kind.name
                ));
            }
        }
        if !self.trips.is_sorted_by(|one, other| one.departs <= other.departs) {
            return Err("the trips are not in the order in which they depart".to_owned());
        }
        for trip in &self.trips {
            let kinds = !trip.kinds.is_empty()
                && trip.kinds.iter().all(|(kind, weight)| (kind.0 as usize) < self.kinds.len() && *weight > 0.0);
            let roads = !trip.route.is_empty() && trip.route.iter().all(|road| road.index() < streets.roads.len());
            let halts = trip.halts.iter().all(|halt| halt.lane.index() < streets.lanes.len());
            let numbers = [trip.departs, trip.from, trip.to].iter().all(|number| number.is_finite());
            if !(kinds && roads && halts && numbers && trip.departs >= 0.0) {
                return Err(format!("trip `{}` names something that is not there", trip.name));
            }
        }
        Ok(())
    }
}
