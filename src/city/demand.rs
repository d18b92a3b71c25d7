//! Who drives where: kinds of vehicles, and the trips that they make.
//!
//! Lengths are metres, times seconds, speeds and accelerations in metres and seconds.

use serde::{Deserialize, Serialize};

use super::streets::{Class, LaneId, RoadId};

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
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum Following {
    /// As safely as can be, with a share of random slackness (Krauß 1998).
    Krauss {
        /// The share, of how much it speeds up at most.
        imperfection: f64,
    },
    /// The intelligent driver model (Treiber, Hennecke and Helbing 2000).
    Idm {
        /// The exponent of free acceleration.
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
