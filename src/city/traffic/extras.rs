//! What there is in a town besides streets and trips.

use serde::{Deserialize, Serialize};

use super::errands::Aim;
use crate::city::build::lines::{Point, distance};
use crate::city::streets::{Class, LaneId, RoadId, Streets};

/// What there is in a town besides streets and trips.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Extras {
    /// Whether fuel, energy and exhaust are counted. Of vehicles with a battery they always are.
    pub counts_energy: bool,
    /// Who looks for a quicker way when others are slow.
    pub reroute: Option<Reroute>,
    /// Where lanes are closed for a while.
    pub closures: Vec<Closure>,
    /// Where batteries are charged.
    pub chargers: Vec<Charger>,
    /// Where vehicles are parked.
    pub parking: Vec<Parking>,
}

impl Extras {
    /// A place where batteries are charged.
    pub fn charger(&self, charger: ChargerId) -> &Charger {
        &self.chargers[charger.0 as usize]
    }

    /// A place to park.
    pub fn parking(&self, parking: ParkingId) -> &Parking {
        &self.parking[parking.0 as usize]
    }

    /// Where one leaves the road: from which lane, and from where to where along it.
    pub(super) fn turn_in(&self, aim: Aim) -> (LaneId, [f64; 2]) {
        match aim {
            Aim::Charger(charger) => (self.charger(charger).lane, self.charger(charger).between),
            Aim::Parking(parking) => (self.parking(parking).lane, self.parking(parking).between),
        }
    }
}

/// A place of [`Extras::chargers`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ChargerId(pub u32);

/// Where batteries are charged: beside a lane, so that nobody who is there hinders others.
#[derive(Clone, Debug, PartialEq)]
pub struct Charger {
    /// Its name.
    pub name: String,
    /// By which lane.
    pub lane: LaneId,
    /// From where to where along the lane one gets there: metres.
    pub between: [f64; 2],
    /// What each of its places can give: watts.
    pub power: f64,
    /// How many are charged at once; others wait beside the road.
    pub places: u32,
}

/// A place of [`Extras::parking`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ParkingId(pub u32);

/// Where vehicles are parked: beside a lane, so that nobody who is there hinders others.
#[derive(Clone, Debug, PartialEq)]
pub struct Parking {
    /// Its name.
    pub name: String,
    /// By which lane.
    pub lane: LaneId,
    /// From where to where along the lane one gets there: metres.
    pub between: [f64; 2],
    /// Where it is: metres east and north.
    pub at: Point,
    /// How many can be parked there.
    pub places: u32,
}

impl Parking {
    /// The road by which it lies.
    pub fn road(&self, streets: &Streets) -> RoadId {
        streets.lane(self.lane).road
    }

    /// Whether vehicles of a class may go there, and it is no farther from a goal than so many metres as the crow flies.
    pub fn serves(&self, streets: &Streets, class: Class, goal: Point, within: f64) -> bool {
        streets.lane(self.lane).access.allows(class) && distance(self.at, goal) <= within
    }
}

/// A place on a lane that nobody passes for a while: a vehicle that has broken down, or roadworks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Closure {
    /// Which lane.
    pub lane: LaneId,
    /// Where along it: metres.
    pub at: f64,
    /// From when until when: seconds.
    pub during: [f64; 2],
}

/// Who looks for a quicker way when others are slow.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reroute {
    /// What share of the drivers.
    pub share: f64,
    /// How often, from departure on: seconds.
    pub every: f64,
}
