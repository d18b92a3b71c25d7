//! Lanes that are closed for a while: whoever is before the place changes lanes, or waits.

use super::plan::{Cause, Driver, Most};
use super::{Closure, TrackId, Traffic, Vehicle};
use crate::city::streets::RoadId;

/// How far ahead a driver sees that his lane is closed: metres. Signs warn of it.
const SIGHT: f64 = 200.0;

/// How far before the place one stops: metres.
const BEFORE: f64 = 1.0;

/// The closures of now: a cache.
#[derive(Clone, Debug, Default)]
pub(super) struct Closed {
    /// Where, by track, and how far along it: metres.
    places: Vec<(TrackId, f64)>,
}

impl Closed {
    /// The first place ahead of somewhere on a track.
    #[inline]
    pub fn ahead(&self, track: TrackId, at: f64) -> Option<f64> {
        if self.places.is_empty() {
            return None;
        }
        let there = self.places.iter().filter(|place| place.0 == track && place.1 >= at);
        there.map(|place| place.1).min_by(f64::total_cmp)
    }
}

impl Traffic {
    /// Closes and opens lanes, as their times come.
    pub(super) fn close_lanes(&mut self) {
        let now = self.now();
        let layout = &self.town.layout;
        let open = self.town.extras.closures.iter().filter(|closure| is_closed(closure, now));
        self.closed.places.clear();
        self.closed.places.extend(open.map(|closure| (layout.of_lane(closure.lane), closure.at)));
    }

    /// The most that one may drive because a track that begins so far ahead, or behind, is closed. Who can no longer stop goes by.
    #[inline]
    pub(super) fn heed_closure(&self, driver: &Driver, track: TrackId, begins: f64, most: Most) -> Most {
        let Some(to) = self.closed.ahead(track, -begins).map(|at| begins + at) else { return most };
        let stop = if driver.can_stop(to - BEFORE) { to - BEFORE } else { to };
        if driver.can_stop(stop) { most.at_most(driver.stop(stop), Cause::Closed(track)) } else { most }
    }

    /// How far a vehicle gets on a track of its road before it is closed: metres, infinite if it does not see that.
    pub(super) fn until_closed(&self, vehicle: &Vehicle, track: TrackId) -> f64 {
        let ahead = self.closed.ahead(track, vehicle.at).map(|at| at - vehicle.at);
        ahead.filter(|ahead| *ahead <= SIGHT).unwrap_or(f64::INFINITY)
    }

    /// How much longer a road takes while all its lanes are closed: until one opens.
    pub(super) fn until_open(&self, road: RoadId) -> f64 {
        let now = self.now();
        let until = |lane: u32| {
            let closures =
                self.town.extras.closures.iter().filter(|there| there.lane.0 == lane && is_closed(there, now));
            closures.map(|closure| closure.during[1] - now).fold(0.0, f64::max)
        };
        self.town.streets.roads[road.index()].lanes.clone().map(until).fold(f64::INFINITY, f64::min)
    }
}

fn is_closed(closure: &Closure, now: f64) -> bool {
    (closure.during[0]..closure.during[1]).contains(&now)
}

#[cfg(test)]
mod tests;
