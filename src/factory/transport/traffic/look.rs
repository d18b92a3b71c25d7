//! What can be seen of the traffic from outside.

use super::{Counts, Motion, MoverId, Traffic};
use crate::engine::identity::TwinId;
use crate::engine::time::Time;
use crate::factory::transport::network::{Network, SpotId, Stand, ZoneId};

/// How a mover moves, if it is granted no more.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Course {
    /// From where: metres towards the east and the north.
    pub from: (f64, f64),
    /// To where; where it stands, if it does.
    pub to: (f64, f64),
    /// The way it came there, towards the east and the north.
    pub before: (f64, f64),
    /// From when to when it moves, with its speeds then (m/s); none while it stands.
    pub leg: Option<(Time, Time, [f64; 2])>,
}

/// Of a mover that was removed there is nothing to be seen.
impl Traffic {
    /// All movers, by number.
    pub fn movers(&self) -> impl Iterator<Item = MoverId> + '_ {
        (0..).map(MoverId).zip(&self.movers).filter_map(|(id, mover)| mover.as_ref().map(|_| id))
    }

    /// The twin that the mover is.
    pub fn twin(&self, mover: MoverId) -> Option<TwinId> {
        self.get(mover).map(|m| m.twin)
    }

    /// Its home.
    pub fn home(&self, mover: MoverId) -> Option<SpotId> {
        self.get(mover).map(|m| m.home)
    }

    /// The spot where it stands, having nowhere to go.
    pub fn standing_at(&self, mover: MoverId) -> Option<SpotId> {
        self.get(mover).filter(|m| !m.is_under_way())?.spot
    }

    /// Where it goes. None if it goes nowhere.
    pub fn destination(&self, mover: MoverId) -> Option<SpotId> {
        self.get(mover).filter(|m| m.is_under_way()).map(|m| m.to)
    }

    /// From where it would start, if it were sent somewhere else now: for [`Network::distance`].
    pub fn stand(&self, network: &Network, mover: MoverId, now: Time) -> Option<Stand> {
        self.get(mover).map(|m| m.stand(network, now))
    }

    /// Where it is: metres towards the east and the north.
    pub fn place(&self, network: &Network, mover: MoverId, now: Time) -> Option<(f64, f64)> {
        self.get(mover).map(|m| m.place(network, now))
    }

    /// How it moves from here on, for drawing. `bay` says where it stands in a spot.
    pub fn course(&self, network: &Network, mover: MoverId, bay: impl Fn(SpotId) -> (f64, f64)) -> Option<Course> {
        self.get(mover).map(|m| m.course(network, bay))
    }

    /// Whether it goes on from its last point as it came there, straight ahead at an even speed.
    pub fn goes_on_evenly(&self, network: &Network, mover: MoverId) -> bool {
        self.get(mover).is_some_and(|m| m.goes_on_evenly(network))
    }

    /// How fast it is: m/s.
    pub fn speed(&self, mover: MoverId, now: Time) -> Option<f64> {
        self.get(mover).map(|m| m.at(now).1)
    }

    /// Whether it stands short of its destination.
    pub fn is_waiting(&self, mover: MoverId) -> bool {
        self.get(mover).is_some_and(|m| m.is_under_way() && m.motion == Motion::Standing)
    }

    /// Whether it has been halted.
    pub fn is_halted(&self, mover: MoverId) -> bool {
        self.get(mover).is_some_and(|m| m.halted)
    }

    /// Those who have a place at a spot, in the order in which they claimed it.
    pub fn claimants(&self, spot: SpotId) -> &[MoverId] {
        self.claims.get(spot.0 as usize).map_or(&[], Vec::as_slice)
    }

    /// Who holds a zone.
    pub fn holder(&self, zone: ZoneId) -> Option<MoverId> {
        *self.holders.get(zone.0 as usize)?
    }

    /// What has been counted.
    pub fn counts(&self) -> Counts {
        self.counts
    }
}
