//! Whoever wants to park looks for a place when he comes near his goal: he drives to the one by which he is at his goal soonest, on wheels as roads
//! are now and then on foot. What is full he learns when he is there; he goes on to the next, and after some tries drives to his goal, where his
//! trip ends as that of those who do not park.
//!
//! Whoever is parked is on no lane, and his trip is over. Some drive back to where they came from after a while, on a trip that is counted for
//! itself; others stay for good.

use serde::{Deserialize, Serialize};

use super::errands::{Aim, Errand, find_guide};
use super::tank::Tank;
use super::{Arrival, Cause, ParkingId, Sums, Traffic, Vehicle, VehicleId};
use crate::city::build::lines::{Point, distance};
use crate::city::demand::{KindId, Parks, Trip};
use crate::city::routes::{Finder, Routes};
use crate::city::streets::{RoadId, Streets};

/// So near the end of his trip a driver begins to look: metres of road.
const NEAR: f64 = 500.0;

/// How often a driver looks who is on his way to no place: seconds.
const LOOKS: f64 = 5.0;

/// How fast one walks from there: metres a second. U. Weidmann, "Transporttechnik der Fussgänger" (1993).
const ON_FOOT: f64 = 1.34;

/// Who is parked at a place.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Lot {
    /// In the order in which they came.
    parked: Vec<Parked>,
}

/// One who is parked.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Parked {
    vehicle: Vehicle,
    /// Until when, if not for good: seconds.
    until: Option<f64>,
}

/// What a driver keeps in mind who wants to park, or did.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) enum Parker {
    /// He looks for a place.
    Looks(Search),
    /// He drives back from a place, as he wanted to at this time: seconds.
    Returns(ParkingId, f64),
}

/// The search of a driver for a place to park.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Search {
    /// Since when: seconds.
    since: f64,
    /// The places that were full when he was there.
    full: Vec<ParkingId>,
}

/// Something that has happened at a place to park, or for want of one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Note {
    /// When: seconds.
    pub time: f64,
    /// What.
    pub event: Event,
    /// At which place, if at one.
    pub place: Option<ParkingId>,
    /// Who: his trip.
    pub trip: u32,
    /// What he drives.
    pub kind: KindId,
    /// For how long he has looked for a place, in seconds, and how many were full.
    pub searched: Option<(f64, u32)>,
}

/// What can happen to one who wants to park.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// He parks.
    Parks,
    /// He drives back to where he came from.
    Leaves,
    /// He comes to his goal, and has found no place.
    FindsNone,
}

/// What has come of parking.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Totals {
    /// How many have parked.
    pub parked: u64,
    /// For how long they had looked for a place: seconds.
    pub searched: f64,
    /// How many came to their goals and had found none.
    pub without: u64,
    /// How many left to drive back.
    pub left: u64,
    /// For how long places were taken, all together: seconds.
    pub taken: f64,
    /// For how long there were places, all together: seconds.
    pub offered: f64,
}

impl Traffic {
    /// How many are parked.
    pub fn parked(&self) -> usize {
        self.lots.iter().map(|lot| lot.parked.len()).sum()
    }

    /// How many are parked at a place.
    pub fn parked_at(&self, parking: ParkingId) -> usize {
        self.lots[parking.0 as usize].parked.len()
    }

    /// How many of those who are parked will drive back.
    pub fn to_leave(&self) -> usize {
        self.lots.iter().flat_map(|lot| &lot.parked).filter(|parked| parked.until.is_some()).count()
    }

    /// What has happened at places to park since it was last taken, which it is now.
    pub fn take_notes(&mut self) -> Vec<Note> {
        std::mem::take(&mut self.notes)
    }

    /// On which road the trip began that a vehicle makes, and when it wanted to: seconds.
    pub(super) fn begin_of_trip(&self, vehicle: &Vehicle) -> (RoadId, f64) {
        let trip = self.trip(vehicle);
        match vehicle.parker.as_deref() {
            Some(Parker::Returns(from, wanted)) => (self.town.extras.parking(*from).road(&self.town.streets), *wanted),
            _ => (trip.route[0], trip.departs),
        }
    }

    fn trip(&self, vehicle: &Vehicle) -> &Trip {
        &self.town.demand.trips[vehicle.trip as usize]
    }

    /// How one wants to park who has not done so.
    fn wants_to_park(&self, vehicle: &Vehicle) -> Option<Parks> {
        if matches!(vehicle.parker.as_deref(), Some(Parker::Returns(..))) { None } else { self.trip(vehicle).parks }
    }

    /// Drivers near their goals look for places to park, from time to time.
    pub(super) fn look_for_places(&mut self) {
        if self.lots.is_empty() || !self.is_due(LOOKS, 0) {
            return;
        }
        let looks = |vehicle: &Vehicle| !vehicle.halts && self.still_looks(vehicle) && self.is_near_end(vehicle);
        let due: Vec<VehicleId> = self.vehicles().filter(|(_, vehicle)| looks(vehicle)).map(|(id, _)| id).collect();
        let (mut finder, since) = (Finder::default(), self.now());
        for id in due {
            let search = || Box::new(Parker::Looks(Search { since, full: Vec::new() }));
            self.vehicle_mut(id).parker.get_or_insert_with(search);
            self.look_for_place(id, &mut finder);
        }
    }

    /// Whether a driver wants to park and has not given up.
    fn still_looks(&self, vehicle: &Vehicle) -> bool {
        let tried = vehicle.search().map_or(0, |search| search.full.len());
        self.wants_to_park(vehicle).is_some_and(|parks| tried < parks.tries as usize)
    }

    fn is_near_end(&self, vehicle: &Vehicle) -> bool {
        let length = |road: &RoadId| {
            let first = self.town.streets.lanes_of(*road).next();
            first.map_or(0.0, |lane| self.town.streets.lane(lane).length)
        };
        let ahead = &self.route(vehicle)[vehicle.road as usize + 1..];
        let here = self.town.layout.track(vehicle.track).length - vehicle.at;
        let mut sums = ahead.iter().scan(here, |sum, road| {
            *sum += length(road);
            Some(*sum)
        });
        here <= NEAR && sums.all(|sum| sum <= NEAR)
    }

    /// Drives to the place by which one is at the goal soonest, if there is one where he has not been yet.
    fn look_for_place(&mut self, id: VehicleId, finder: &mut Finder) {
        let town = self.town.clone();
        let vehicle = self.vehicle(id).clone();
        let Some(parks) = self.wants_to_park(&vehicle) else { return };
        let class = self.kind(&vehicle).class;
        let rest = self.route(&vehicle)[vehicle.road as usize..].to_vec();
        let ends = Ends::between(&town.streets, self.trip(&vehicle).route[0], rest[rest.len() - 1]);
        let routes = self.news.routes(&town.streets, class);
        let known = vehicle.search().map_or(&[][..], |search| &search.full);
        for kept in self.kept(&vehicle, rest.len() + 1) {
            // Of the roads by which one comes to where the way is chosen, only what lies ahead.
            let can_reach = |parking: ParkingId, road: RoadId| match rest[..=kept].iter().position(|own| *own == road) {
                None => true,
                Some(place) => place == kept && (kept > 0 || self.is_ahead(&vehicle, parking)),
            };
            let places = (0..).map(ParkingId).zip(&town.extras.parking).filter(|(parking, place)| {
                place.serves(&town.streets, class, ends.goal, parks.within)
                    && !known.contains(parking)
                    && can_reach(*parking, place.road(&town.streets))
            });
            let ways = places.filter_map(|(parking, place)| {
                let way = ends.way_by(&routes, finder, rest[kept], place.road(&town.streets), parks.stays.is_some())?;
                Some((way.seconds + distance(place.at, ends.goal) / ON_FOOT, parking, way.roads))
            });
            let soonest = ways.min_by(|one, other| one.0.total_cmp(&other.0).then(one.1.cmp(&other.1)));
            let Some((_, parking, roads)) = soonest else { continue };
            let route = rest[..kept].iter().copied().chain(roads).collect();
            if self.set_out(id, Errand { route, aim: Some(Aim::Parking(parking)) }) {
                return;
            }
        }
    }

    /// Whether a place is so far ahead on the lane on which a vehicle is that it can still turn in there.
    fn is_ahead(&self, vehicle: &Vehicle, parking: ParkingId) -> bool {
        let place = self.town.extras.parking(parking);
        vehicle.track == self.track_of_lane(place.lane) && vehicle.at + self.needed(vehicle) <= place.between[1]
    }

    /// Those who have come to the places that they have chosen park there, as long as there is room; others go on to the next. Tells whose trips are
    /// over.
    pub(super) fn park(&mut self) -> Vec<Arrival> {
        if self.lots.is_empty() {
            return Vec::new();
        }
        let mut come: Vec<(u32, VehicleId, ParkingId)> = self.come_to_park().collect();
        // Of those who come at once it is the first by trips, wherever in memory they are.
        come.sort_unstable();
        let mut arrivals = Vec::new();
        let mut finder = Finder::default();
        for (_, id, parking) in come {
            if self.parked_at(parking) < self.town.extras.parking(parking).places as usize {
                arrivals.extend(self.park_at(id, parking));
            } else {
                self.find_full(id, parking, &mut finder);
            }
        }
        self.say_who_looks();
        self.count_places();
        arrivals
    }

    /// Who stands by the place that he has chosen: the trip, who, and which place.
    fn come_to_park(&self) -> impl Iterator<Item = (u32, VehicleId, ParkingId)> {
        self.vehicles().filter_map(|(id, vehicle)| match vehicle.aim()? {
            Aim::Parking(parking) if self.stands_at(vehicle, &self.next_halt(vehicle)?) => {
                Some((vehicle.trip, id, parking))
            }
            _ => None,
        })
    }

    /// Leaves the lane, which ends the trip.
    fn park_at(&mut self, id: VehicleId, parking: ParkingId) -> Option<Arrival> {
        let vehicle = self.take_off(id)?;
        let arrival = self.arrive(&vehicle);
        self.note_search(&vehicle, Event::Parks, Some(parking));
        let stays = self.trip(&vehicle).parks.and_then(|parks| parks.stays);
        let vehicle = Vehicle { cause: Cause::Parking, ..vehicle };
        let until = stays.map(|stays| arrival.arrived + stays);
        self.lots[parking.0 as usize].parked.push(Parked { vehicle, until });
        Some(arrival)
    }

    /// Goes on to the next place, or else to the goal.
    fn find_full(&mut self, id: VehicleId, parking: ParkingId, finder: &mut Finder) {
        let town = self.town.clone();
        let vehicle = self.vehicle_mut(id);
        if let Some(Parker::Looks(search)) = vehicle.parker.as_deref_mut() {
            search.full.push(parking);
        }
        if let Some(errand) = &mut vehicle.errand {
            errand.aim = None;
        }
        let onwards = Vehicle { halts: false, ..vehicle.clone() };
        let guide = find_guide(&town, &mut self.guides, &onwards);
        let looks = self.still_looks(&onwards);
        *self.vehicle_mut(id) = Vehicle { guide, ..onwards };
        if looks {
            self.look_for_place(id, finder);
        }
    }

    /// Tells why whoever turns in to park is no faster.
    fn say_who_looks(&mut self) {
        let looks = |vehicle: &&mut Vehicle| matches!(vehicle.aim(), Some(Aim::Parking(_)));
        for vehicle in self.vehicles.iter_mut().flatten().filter(looks) {
            if matches!(vehicle.cause, Cause::Free | Cause::Halt) {
                vehicle.cause = Cause::Parking;
            }
        }
    }

    /// Counts for how long places were taken, for a step.
    fn count_places(&mut self) {
        let places: u32 = self.town.extras.parking.iter().map(|parking| parking.places).sum();
        let taken = self.parked();
        self.totals.parking.taken += taken as f64 * self.step;
        self.totals.parking.offered += f64::from(places) * self.step;
    }

    /// Notes that somebody comes to his goal who wanted to park.
    pub(super) fn note_no_place(&mut self, vehicle: &Vehicle) {
        if self.wants_to_park(vehicle).is_some() {
            self.note_search(vehicle, Event::FindsNone, None);
        }
    }

    /// Notes how a search ends, at the end of a step.
    fn note_search(&mut self, vehicle: &Vehicle, event: Event, place: Option<ParkingId>) {
        let time = (self.steps + 1) as f64 * self.step;
        let (seconds, full) =
            vehicle.search().map_or((0.0, 0), |search| (time - search.since, search.full.len() as u32));
        let totals = &mut self.totals.parking;
        match place {
            Some(_) => (totals.parked, totals.searched) = (totals.parked + 1, totals.searched + seconds),
            None => totals.without += 1,
        }
        let (trip, kind) = (vehicle.trip, vehicle.kind);
        self.notes.push(Note { time, event, place, trip, kind, searched: Some((seconds, full)) });
    }

    /// Those who have stayed for long enough drive back, each where there is room for him.
    pub(super) fn leave_places(&mut self) {
        let now = self.now();
        for number in 0..self.lots.len() {
            let mut parked = std::mem::take(&mut self.lots[number].parked);
            parked.retain(|parked| {
                let due = parked.until.filter(|until| *until <= now);
                due.is_none_or(|until| !self.drive_back(&parked.vehicle, ParkingId(number as u32), until))
            });
            self.lots[number].parked = parked;
        }
    }

    /// Comes back to the lane to drive to where it came from, on a trip for itself; if there is room.
    fn drive_back(&mut self, vehicle: &Vehicle, parking: ParkingId, wanted: f64) -> bool {
        let town = self.town.clone();
        let road = town.extras.parking(parking).road(&town.streets);
        let home = Ends::between(&town.streets, self.trip(vehicle).route[0], road).home;
        let routes = self.news.routes(&town.streets, self.kind(vehicle).class);
        let Some(way) = routes.nearest(&mut Finder::default(), road, &home) else { return false };
        let back = Vehicle {
            parker: Some(Box::new(Parker::Returns(parking, wanted))),
            departed: self.now(),
            sums: Sums::default(),
            tank: vehicle.tank.as_deref().map(Tank::again).map(Box::new),
            ..vehicle.clone()
        };
        let goes = self.put_back(&back, way.roads);
        if goes {
            self.roads[road.index()].entered += 1;
            self.totals.parking.left += 1;
            let (time, trip, kind) = (self.now(), back.trip, back.kind);
            self.notes.push(Note { time, event: Event::Leaves, place: Some(parking), trip, kind, searched: None });
        }
        goes
    }
}

impl Vehicle {
    /// Its driver's search for a place to park, if he has begun one.
    fn search(&self) -> Option<&Search> {
        match self.parker.as_deref()? {
            Parker::Looks(search) => Some(search),
            Parker::Returns(..) => None,
        }
    }
}

/// Between what one drives who parks.
pub(in crate::city) struct Ends {
    /// The roads by which one comes to where the trip began.
    home: Vec<RoadId>,
    /// The last road of the way there.
    last: RoadId,
    /// Where that ends.
    pub goal: Point,
}

/// A way to the goal by a place to park.
pub(in crate::city) struct WayBy {
    /// Its roads.
    roads: Vec<RoadId>,
    /// How long it takes to the road of the place: seconds.
    seconds: f64,
}

impl Ends {
    /// Those of a trip from one road to another.
    pub fn between(streets: &Streets, first: RoadId, last: RoadId) -> Ends {
        let begin = streets.roads[first.index()].from;
        let roads = (0..).map(RoadId).zip(&streets.roads);
        let home = roads.filter(|(_, road)| road.to == begin).map(|(road, _)| road).collect();
        let end = streets.roads[last.index()].to;
        Ends { home, last, goal: streets.junctions[end.index()].place }
    }

    /// The way from a road to the goal by the road of a place, if one can drive so, and back if need be.
    pub fn way_by(
        &self,
        routes: &Routes,
        finder: &mut Finder,
        from: RoadId,
        place: RoadId,
        returns: bool,
    ) -> Option<WayBy> {
        let there = routes.best(finder, from, place)?;
        let on = routes.best(finder, place, self.last)?;
        let can_return = !returns || routes.nearest(finder, place, &self.home).is_some();
        let roads = there.roads.into_iter().chain(on.roads.into_iter().skip(1)).collect();
        can_return.then_some(WayBy { roads, seconds: there.seconds })
    }
}

#[cfg(test)]
mod tests;
