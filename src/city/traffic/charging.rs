//! Batteries are charged beside the road: who has little left drives to the place that he reaches first, by what he has heard of the roads,
//! waits there for his turn, is charged (see [`super::energy::battery`]), and goes on to his goal.
//!
//! Whoever is at such a place is on no lane. He comes back to the lane when there is room for him. Who is left with nothing before he gets there stands
//! where he is, until he is towed away.

use std::collections::{BTreeMap, VecDeque};

use serde::{Deserialize, Serialize};

use super::errands::{Aim, Errand};
use super::movement::STANDING;
use super::{Cause, ChargerId, Town, Traffic, Vehicle, VehicleId};
use crate::city::demand::{Kind, KindId};
use crate::city::routes::Finder;
use crate::city::streets::{Class, RoadId};

/// How often a driver whose battery is low looks for a place to charge it: seconds.
const LOOKS: f64 = 10.0;

/// After so long whoever stands with an empty battery is towed away: seconds. As in SUMO ("Station Finder", `rescueTime`).
const TOWED: f64 = 1800.0;

/// Who is at a place where batteries are charged.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Station {
    /// In the order in which they came. As many of the first as there are places are charged.
    guests: VecDeque<Guest>,
    /// What it has given so far: joules.
    given_j: f64,
}

/// Somebody who is there.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Guest {
    vehicle: Vehicle,
    came: f64,
    began: Option<f64>,
    given_j: f64,
}

/// A stay that is over.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stay {
    /// Where.
    pub charger: ChargerId,
    /// Whose: his trip.
    pub trip: u32,
    /// What he drives.
    pub kind: KindId,
    /// When he came, when charging began, and when he left: seconds.
    pub times: [f64; 3],
    /// What the charger gave: joules.
    pub given_j: f64,
    /// How full the battery was when he left: a share.
    pub share: f64,
}

impl Vehicle {
    /// How full its battery is, if it has one: a share.
    pub fn charge(&self, kind: &Kind) -> Option<f64> {
        Some(self.tank.as_ref()?.charge?.share(kind.energy.as_ref()?.battery()?))
    }
}

impl Traffic {
    /// How many are at places where batteries are charged, or wait there.
    pub fn charging(&self) -> usize {
        self.stations.iter().map(|station| station.guests.len()).sum()
    }

    /// Those who are at places where batteries are charged.
    pub fn guests(&self) -> impl Iterator<Item = (ChargerId, &Vehicle)> {
        let there = (0..).map(ChargerId).zip(&self.stations);
        there.flat_map(|(charger, station)| station.guests.iter().map(move |guest| (charger, &guest.vehicle)))
    }

    /// What all chargers have given so far: joules.
    pub fn given_j(&self) -> f64 {
        self.stations.iter().map(|station| station.given_j).sum()
    }

    /// The stays that are over since they were last taken, which they are now.
    pub fn take_stays(&mut self) -> Vec<Stay> {
        std::mem::take(&mut self.stays)
    }

    /// Charges whoever has a place, for a step.
    pub(super) fn charge(&mut self) {
        let now = self.now();
        let town = self.town.clone();
        for (station, charger) in self.stations.iter_mut().zip(&town.extras.chargers) {
            for guest in station.guests.iter_mut().take(charger.places as usize) {
                let kind = &town.demand.kinds[guest.vehicle.kind.0 as usize];
                let battery = kind.energy.as_ref().and_then(|profile| profile.battery());
                let charge = guest.vehicle.tank.as_mut().and_then(|tank| tank.charge.as_mut());
                let Some((charge, battery)) = charge.zip(battery) else { continue };
                guest.began.get_or_insert(now);
                let given = charge.charge(battery, charger.power, self.step);
                guest.given_j += given;
                station.given_j += given;
            }
        }
    }

    /// Drivers whose batteries are low look for a place to charge them, from time to time.
    pub(super) fn look_for_chargers(&mut self) {
        if self.stations.is_empty() || !self.is_due(LOOKS, 0) {
            return;
        }
        let looks = |vehicle: &Vehicle| {
            let kind = self.kind(vehicle);
            // Who has halts to make makes them first.
            !vehicle.halts && vehicle.charge(kind).is_some_and(|share| share > 0.0 && share < kind.charging.below)
        };
        let low: Vec<VehicleId> = self.vehicles().filter(|(_, vehicle)| looks(vehicle)).map(|(id, _)| id).collect();
        let mut finder = Finder::default();
        for id in low {
            self.look_for_charger(id, &mut finder);
        }
    }

    /// Drives to the place that is reached first, and from there to the end of the trip.
    fn look_for_charger(&mut self, id: VehicleId, finder: &mut Finder) {
        let town = self.town.clone();
        let vehicle = self.vehicle(id);
        let class = town.demand.kinds[vehicle.kind.0 as usize].class;
        let rest = self.route(vehicle)[vehicle.road as usize..].to_vec();
        let kept = self.kept(vehicle, rest.len());
        // Of the road on which one is, the place may be past.
        let places = places(&town, class).filter(|(_, road)| *road != rest[0]);
        let places: BTreeMap<RoadId, ChargerId> = places.map(|(charger, road)| (road, charger)).collect();
        let roads: Vec<RoadId> = places.keys().copied().collect();
        let routes = self.news.routes(&town.streets, class);
        for kept in kept {
            let Some(there) = routes.nearest(finder, rest[kept], &roads) else { continue };
            let Some(place) = there.roads.last().copied() else { continue };
            let Some(on) = routes.best(finder, place, rest[rest.len() - 1]) else { continue };
            let route = rest[..kept].iter().copied().chain(there.roads).chain(on.roads.into_iter().skip(1)).collect();
            if self.set_out(id, Errand { route, aim: places.get(&place).copied().map(Aim::Charger) }) {
                return;
            }
        }
    }

    /// One who has come to a place where batteries are charged leaves the lane.
    pub(super) fn begin_stay(&mut self, id: VehicleId, charger: ChargerId) {
        let Some(vehicle) = self.take_off(id) else { return };
        let vehicle = Vehicle { cause: Cause::Halt, ..vehicle };
        let came = (self.steps + 1) as f64 * self.step;
        self.stations[charger.0 as usize].guests.push_back(Guest { vehicle, came, began: None, given_j: 0.0 });
    }

    /// Takes a vehicle off the streets.
    pub(super) fn take_off(&mut self, id: VehicleId) -> Option<Vehicle> {
        let vehicle = self.vehicles[id.0 as usize].take()?;
        self.tracks[vehicle.track.0 as usize].retain(|there| *there != id);
        self.free.push(id);
        Some(vehicle)
    }

    /// Those whose batteries are charged go on, each where there is room for him.
    pub(super) fn end_stays(&mut self) {
        for number in 0..self.stations.len() {
            let mut guests = std::mem::take(&mut self.stations[number].guests);
            let places = self.town.extras.chargers[number].places as usize;
            let mut place = 0;
            while place < guests.len().min(places) {
                if self.is_charged(&guests[place].vehicle) && self.go_on_from(ChargerId(number as u32), &guests[place])
                {
                    guests.remove(place);
                } else {
                    place += 1;
                }
            }
            self.stations[number].guests = guests;
        }
    }

    fn is_charged(&self, vehicle: &Vehicle) -> bool {
        let kind = self.kind(vehicle);
        vehicle.charge(kind).is_none_or(|share| share >= kind.charging.until)
    }

    /// One who was charged comes back to the lane, standing, if there is room.
    fn go_on_from(&mut self, charger: ChargerId, guest: &Guest) -> bool {
        let vehicle = &guest.vehicle;
        let route = self.route(vehicle)[vehicle.road as usize..].to_vec();
        let goes = self.put_back(vehicle, route);
        if goes {
            let began = guest.began.unwrap_or(guest.came);
            let share = vehicle.charge(self.kind(vehicle)).unwrap_or(0.0);
            let (trip, kind, times) = (vehicle.trip, vehicle.kind, [guest.came, began, self.now()]);
            self.stays.push(Stay { charger, trip, kind, times, given_j: guest.given_j, share });
        }
        goes
    }

    /// Whoever stands with an empty battery is towed away after a while.
    pub(super) fn tow(&mut self) {
        if !self.is_due(LOOKS, 0) {
            return;
        }
        let is_stranded =
            |vehicle: &Vehicle| vehicle.cause == Cause::Empty && vehicle.speed <= STANDING && vehicle.waited >= TOWED;
        let stranded: Vec<VehicleId> =
            self.vehicles().filter(|(_, vehicle)| is_stranded(vehicle)).map(|(id, _)| id).collect();
        for id in stranded {
            self.take_off(id);
            self.totals.stranded += 1;
        }
    }
}

/// Where vehicles of a class can be charged, and on which road.
fn places(town: &Town, class: Class) -> impl Iterator<Item = (ChargerId, RoadId)> + '_ {
    let lanes = (0..).map(ChargerId).zip(town.extras.chargers.iter().map(|charger| town.streets.lane(charger.lane)));
    lanes.filter(move |(_, lane)| lane.access.allows(class)).map(|(charger, lane)| (charger, lane.road))
}

#[cfg(test)]
mod tests;
