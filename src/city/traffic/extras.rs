//! What there is in a town besides streets and trips.

use serde::{Deserialize, Serialize};

use crate::city::streets::LaneId;

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
}

impl Extras {
    /// A place where batteries are charged.
    pub fn charger(&self, charger: ChargerId) -> &Charger {
        &self.chargers[charger.0 as usize]
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
