//! Where vehicles go other than their trips say: by a way that is quicker now, or by a place where they charge their batteries.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::following::braking_distance;
use super::guidance::{GuideId, Guides};
use super::{ChargerId, Place, Town, TrackId, Traffic, Vehicle, VehicleId};
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
    /// Where it charges its battery on the way.
    pub charger: Option<ChargerId>,
}

/// The guide of a vehicle, by what it still has to do.
pub(super) fn find_guide(town: &Town, guides: &mut Guides, vehicle: &Vehicle) -> GuideId {
    let halts = &town.demand.trips[vehicle.trip as usize].halts[vehicle.halt as usize..];
    let class = town.demand.kinds[vehicle.kind.0 as usize].class;
    let charger = vehicle.charger().map(|charger| town.extras.charger(charger).lane);
    guides.find(
        &town.streets,
        route(town, vehicle),
        class,
        charger.into_iter().chain(halts.iter().map(|halt| halt.lane)),
    )
}

/// The roads along which a vehicle drives.
fn route<'a>(town: &'a Town, vehicle: &'a Vehicle) -> &'a [RoadId] {
    match &vehicle.errand {
        Some(errand) => &errand.route,
        None => &town.demand.trips[vehicle.trip as usize].route,
    }
}

impl Vehicle {
    /// Where it wants to charge its battery.
    pub(super) fn charger(&self) -> Option<ChargerId> {
        self.errand.as_ref()?.charger
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
            if self.set_out(id, Errand { route, charger: None }) {
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
        let halts = errand.charger.is_some();
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
        let braking = braking_distance(sent.speed, kind.deceleration, self.step);
        // As far as one needs who speeds up in the next step.
        let needed = 2.0 * sent.speed * self.step + kind.acceleration * self.step * self.step + braking;
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
