//! What there is in a town besides streets and trips.

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
