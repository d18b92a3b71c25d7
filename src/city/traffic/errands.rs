//! Where vehicles go other than their trips say: by a way that is quicker now, or by a place beside the road: to charge
//! their batteries, or to park.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::following::braking_distance;
use super::guidance::{GuideId, Guides};
use super::{Cause, ChargerId, ParkingId, Place, TRAIL, Town, TrackId, Traffic, Vehicle, VehicleId, lanes};
use crate::city::demand::FirstSpeed;
use crate::city::routes::Finder;
use crate::city::streets::RoadId;
use crate::engine::random::Purpose;

const REROUTES: Purpose = Purpose::new("traffic.reroutes");

/// How long a driver needs for each lane that he has to change: seconds. The least in which one looks for another lane (see `lanes`).
const CHANGE: f64 = 10.0;

/// Where a vehicle goes other than its trip says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Errand {
    /// The roads, from the one on which it was when it set out.
    pub route: Vec<RoadId>,
    /// Where it leaves the road on the way.
    pub aim: Option<Aim>,
}

/// A place beside the road.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Aim {
    /// Where it charges its battery.
    Charger(ChargerId),
    /// Where it is parked, if there is still room when it comes.
    Parking(ParkingId),
}

/// The guide of a vehicle, by what it still has to do.
pub(super) fn find_guide(town: &Town, guides: &mut Guides, vehicle: &Vehicle) -> GuideId {
    let halts = &town.demand.trips[vehicle.trip as usize].halts[vehicle.halt as usize..];
    let class = town.demand.kinds[vehicle.kind.0 as usize].class;
    let aim = vehicle.aim().map(|aim| town.extras.turn_in(aim).0);
    guides.find(&town.streets, route(town, vehicle), class, aim.into_iter().chain(halts.iter().map(|halt| halt.lane)))
}

/// The roads along which a vehicle drives.
fn route<'a>(town: &'a Town, vehicle: &'a Vehicle) -> &'a [RoadId] {
    match &vehicle.errand {
        Some(errand) => &errand.route,
        None => &town.demand.trips[vehicle.trip as usize].route,
    }
}

impl Vehicle {
    /// Where it wants to leave the road.
    pub(super) fn aim(&self) -> Option<Aim> {
        self.errand.as_ref()?.aim
    }
}

impl Traffic {
    /// The roads along which a vehicle drives, of which it is on the one with the number [`Vehicle::road`].
    pub fn route<'a>(&'a self, vehicle: &'a Vehicle) -> &'a [RoadId] {
        route(&self.town, vehicle)
    }

    /// Those whose time it is look for a quicker way. Who has halts to make keeps to his.
    pub(super) fn look_for_ways(&mut self) {
        let Some(reroute) = self.town.extras.reroute else { return };
        let looks = |vehicle: &Vehicle| {
            let departed = (vehicle.departed / self.step).round() as u64;
            !vehicle.halts
                && self.is_due(reroute.every, departed + 1)
                && self.drawn_from.stream(u64::from(vehicle.trip), REROUTES, 0).chance(reroute.share)
        };
        let due: Vec<VehicleId> = self.vehicles().filter(|(_, vehicle)| looks(vehicle)).map(|(id, _)| id).collect();
        let mut finder = Finder::default();
        for id in due {
            self.look_for_way(id, &mut finder);
        }
    }

    /// Takes the quickest way to the end of a trip, if it is quicker than the present one and one can still take it: from the road on which
    /// one is, or else from the next.
    fn look_for_way(&mut self, id: VehicleId, finder: &mut Finder) {
        let town = self.town.clone();
        let vehicle = self.vehicle(id);
        let class = town.demand.kinds[vehicle.kind.0 as usize].class;
        let rest = self.route(vehicle)[vehicle.road as usize..].to_vec();
        let kept = self.kept(vehicle, rest.len());
        let routes = self.news.routes(&town.streets, class);
        for kept in kept {
            let found = routes.best(finder, rest[kept], rest[rest.len() - 1]);
            let Some(found) = found.filter(|found| found.seconds < routes.time(&rest[kept..])) else { continue };
            let route = rest[..kept].iter().copied().chain(found.roads).collect();
            if self.set_out(id, Errand { route, aim: None }) {
                return;
            }
        }
    }

    /// How many of the roads on which it is and to which it comes a vehicle keeps that goes elsewhere, the fewest first: of so many that are left.
    pub(super) fn kept(&self, vehicle: &Vehicle, left: usize) -> Range<usize> {
        // Who is on a turn comes to the road to which it leads.
        let first = usize::from(matches!(self.place(vehicle.track), Place::Turn(_)));
        first..left.saturating_sub(1).min(2)
    }

    /// Sends a vehicle on an errand, if it can still get there from where it is.
    pub(super) fn set_out(&mut self, id: VehicleId, errand: Errand) -> bool {
        let town = self.town.clone();
        let halts = errand.aim.is_some();
        let sent = Vehicle { errand: Some(Box::new(errand)), road: 0, halts, ..self.vehicle(id).clone() };
        let guide = find_guide(&town, &mut self.guides, &sent);
        let sent = Vehicle { guide, ends_at: self.end_of_trip(sent.trip, guide, 0, sent.track), ..sent };
        let can = self.can_take(&sent, self.vehicle(id));
        if can {
            self.vehicles[id.0 as usize] = Some(sent);
        }
        can
    }

    /// Whether a vehicle that is sent elsewhere can still take the way there: where it leaves the way that it was on, others may already count on
    /// that, and it has to change lanes in time.
    fn can_take(&self, sent: &Vehicle, was: &Vehicle) -> bool {
        let kind = self.kind(sent);
        let needed = self.needed(sent);
        let mut ends = -sent.at;
        let mut there = (sent.track, was.road, sent.road);
        let halt = self.next_halt(sent).map(|halt| (self.track_of_lane(halt.lane), halt.between[1]));
        loop {
            let (track, old, new) = there;
            if let Some((_, at)) = halt.filter(|halt| halt.0 == track) {
                return ends + at >= needed;
            }
            ends += self.town.layout.track(track).length;
            let next = [self.after(was, track, old), self.after(sent, track, new)];
            match next {
                [None, None] => return true,
                [Some((before, old)), Some((after, new))] if before == after => there = (after, old, new),
                _ => break,
            }
        }
        let change = sent.speed * CHANGE + 2.0 * (kind.length + kind.least_gap);
        ends >= needed + change * self.changes(sent, there.0, there.2)
    }

    /// How far ahead something has to be for a vehicle to heed it: as far as one needs to stop who speeds up in the next step.
    pub(super) fn needed(&self, vehicle: &Vehicle) -> f64 {
        let kind = self.kind(vehicle);
        let braking = braking_distance(vehicle.speed, kind.deceleration, self.step);
        2.0 * vehicle.speed * self.step + kind.acceleration * self.step * self.step + braking
    }

    /// One who was beside the road comes back to the lane, standing, and goes on along a route; if there is room.
    pub(super) fn put_back(&mut self, vehicle: &Vehicle, route: Vec<RoadId>) -> bool {
        let town = self.town.clone();
        let kind = &town.demand.kinds[vehicle.kind.0 as usize];
        let Place::Lane(lane) = self.place(vehicle.track) else { return false };
        let at = vehicle.at.max(kind.length).min(town.streets.lane(lane).length);
        let Some((place, speed)) = self.room(lane, at, 0.0, FirstSpeed::At(0.0), kind) else { return false };
        let errand = Some(Box::new(Errand { route, aim: None }));
        let intent = lanes::Intent::default();
        let back = Vehicle { at, speed, errand, intent, road: 0, halts: false, cause: Cause::Free, ..vehicle.clone() };
        let guide = find_guide(&town, &mut self.guides, &back);
        let ends_at = self.end_of_trip(back.trip, guide, 0, back.track);
        self.put_on(lane, place, Vehicle { guide, ends_at, waited: 0.0, trail: [None; TRAIL], ..back });
        true
    }

    /// How many lanes a vehicle has to change on a track.
    fn changes(&self, vehicle: &Vehicle, track: TrackId, road: u32) -> f64 {
        match self.place(track) {
            Place::Lane(_) => {
                let side = self.town.layout.track(track).side as usize;
                f64::from(self.prospects(vehicle, road)[side].best.unsigned_abs())
            }
            Place::Turn(_) => 0.0,
        }
    }
}

#[cfg(test)]
pub(super) mod tests;
