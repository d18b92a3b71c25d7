//! How vehicles get from track to track, and to the ends of their trips.

use super::errands::{Aim, find_guide};
use super::guidance::GuideId;
use super::plan::Most;
use super::{Arrival, Place, TRAIL, TrackId, Traffic, Vehicle, VehicleId};
use crate::city::demand::Halt;
use crate::city::streets::RoadId;

/// Who is no faster stands: metres a second. As in SUMO.
pub(super) const STANDING: f64 = 0.1;

/// Who slows down by less does so without the brakes: metres a second squared.
const COASTS: f64 = 0.7;

impl Traffic {
    /// All vehicles move with the speeds that they have chosen.
    pub(super) fn advance(&mut self, speeds: &[Most]) -> Vec<Arrival> {
        let lanes = self.town.streets.lanes.len();
        let mut leaving: Vec<TrackId> = Vec::new();
        for (vehicle, most) in self.vehicles.iter_mut().zip(speeds) {
            let Some(vehicle) = vehicle else { continue };
            let kind = &self.town.demand.kinds[vehicle.kind.0 as usize];
            if let Some((tank, profile)) = vehicle.tank.as_mut().zip(kind.energy.as_ref()) {
                tank.drive(profile, [vehicle.speed, most.speed], self.step);
            }
            vehicle.brakes = vehicle.speed - most.speed > COASTS * self.step;
            vehicle.speed = most.speed;
            vehicle.cause = most.cause;
            vehicle.at += vehicle.speed * self.step;
            vehicle.sums.length += vehicle.speed * self.step;
            let track = self.town.layout.track(vehicle.track);
            let is_lane = (vehicle.track.0 as usize) < lanes;
            if is_lane {
                let road = &mut self.roads[track.road.index()];
                road.seconds += self.step;
                road.metres += vehicle.speed * self.step;
            }
            if vehicle.at > track.length || vehicle.at >= vehicle.ends_at {
                leaving.push(vehicle.track);
            }
            if vehicle.stands_until.is_some() {
                vehicle.waited = 0.0;
                continue;
            }
            let liked = (track.limit * vehicle.haste).min(kind.top_speed);
            let lost = self.step * (1.0 - vehicle.speed / liked).max(0.0);
            let waits = if vehicle.speed <= STANDING { self.step } else { 0.0 };
            vehicle.sums.time_loss += lost;
            vehicle.sums.waiting += waits;
            vehicle.waited = if waits > 0.0 { vehicle.waited + self.step } else { 0.0 };
            if is_lane {
                let road = &mut self.roads[track.road.index()];
                (road.waiting, road.time_loss) = (road.waiting + waits, road.time_loss + lost);
            }
        }
        self.halt();
        let mut arrivals = Vec::new();
        // Who leaves a track, by tracks, so that nothing depends on where in memory they are.
        leaving.sort_unstable();
        leaving.dedup();
        let mut moved: Vec<VehicleId> = Vec::new();
        for track in leaving {
            let mut there = std::mem::take(&mut self.tracks[track.0 as usize]);
            moved.extend(there.extract_if(.., |id| {
                let vehicle = self.vehicle(*id);
                vehicle.at > self.town.layout.track(track).length || vehicle.at >= vehicle.ends_at
            }));
            self.tracks[track.0 as usize] = there;
        }
        for id in moved {
            let mut vehicle = self.vehicles[id.0 as usize].take().expect("it is on a track");
            while vehicle.at < vehicle.ends_at {
                let length = self.town.layout.track(vehicle.track).length;
                let next = if vehicle.at > length { self.after(&vehicle, vehicle.track, vehicle.road) } else { None };
                let Some((track, road)) = next else { break };
                vehicle.at -= length;
                vehicle.trail.copy_within(..TRAIL - 1, 1);
                vehicle.trail[0] = Some(vehicle.track);
                (vehicle.track, vehicle.road) = (track, road);
                vehicle.ends_at = self.end_of_trip(vehicle.trip, vehicle.guide, road, track);
                if (track.0 as usize) < lanes {
                    self.roads[self.town.layout.track(track).road.index()].entered += 1;
                }
            }
            if vehicle.at >= vehicle.ends_at {
                self.note_no_place(&vehicle);
                arrivals.push(self.arrive(&vehicle));
                self.free.push(id);
                continue;
            }
            let track = vehicle.track.0 as usize;
            let place = self.tracks[track].partition_point(|other| self.vehicle(*other).at >= vehicle.at);
            self.tracks[track].insert(place, id);
            self.vehicles[id.0 as usize] = Some(vehicle);
        }
        arrivals
    }

    /// Vehicles that have come to their halts stand there, and those that have stood long enough go on.
    fn halt(&mut self) {
        let now = (self.steps + 1) as f64 * self.step;
        for number in 0..self.vehicles.len() {
            let Some(vehicle) = self.vehicles[number].as_ref() else { continue };
            let Some(halt) = self.next_halt(vehicle) else { continue };
            let is_there = self.stands_at(vehicle, &halt);
            match vehicle.aim() {
                Some(Aim::Charger(charger)) if is_there => {
                    self.begin_stay(VehicleId(number as u32), charger);
                    continue;
                }
                // Who comes to a place to park does so when all have moved.
                Some(_) => continue,
                None => {}
            }
            let until = match vehicle.stands_until {
                None if !is_there => continue,
                None => Some((now + halt.lasts).max(halt.until.unwrap_or(0.0))),
                Some(until) if now < until => continue,
                Some(_) => None,
            };
            let vehicle = self.vehicles[number].as_mut().expect("it is there");
            vehicle.stands_until = until;
            if until.is_none() {
                vehicle.halt += 1;
                vehicle.halts = (vehicle.halt as usize) < self.town.demand.trips[vehicle.trip as usize].halts.len();
                let guide = find_guide(&self.town, &mut self.guides, vehicle);
                vehicle.guide = guide;
            }
        }
    }

    /// Whether a vehicle stands where it has to halt.
    pub(super) fn stands_at(&self, vehicle: &Vehicle, halt: &Halt) -> bool {
        vehicle.track == self.track_of_lane(halt.lane) && vehicle.at >= halt.between[0] && vehicle.speed <= STANDING
    }

    /// Counts the trip of one who is where it ends.
    pub(super) fn arrive(&mut self, vehicle: &Vehicle) -> Arrival {
        let [(from, departs), (to, arrived)] = [self.begin_of_trip(vehicle), self.here_and_now(vehicle)];
        let Vehicle { trip, kind, departed, sums, ref tank, .. } = *vehicle;
        let tank = tank.as_deref().copied();
        let arrival = Arrival { trip, kind, roads: [from, to], departs, departed, arrived, sums, tank };
        self.totals.add(&arrival);
        arrival
    }

    /// The road on which a vehicle is at the end of a step, and when that is.
    fn here_and_now(&self, vehicle: &Vehicle) -> (RoadId, f64) {
        (self.town.layout.track(vehicle.track).road, (self.steps + 1) as f64 * self.step)
    }

    /// Where on a track a trip ends; at no place if that is not on its last road.
    pub(super) fn end_of_trip(&self, trip: u32, guide: GuideId, road: u32, track: TrackId) -> f64 {
        let Place::Lane(lane) = self.place(track) else { return f64::INFINITY };
        if !self.guides.is_last(guide, road) {
            return f64::INFINITY;
        }
        let length = self.town.streets.lane(lane).length;
        let to = self.town.demand.trips[trip as usize].to;
        if to < 0.0 { (length + to).max(0.0) } else { to.min(length) }
    }
}
