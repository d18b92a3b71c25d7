//! How vehicles get from track to track, and to the ends of their trips.

use super::{Arrival, Place, Traffic, Vehicle, VehicleId};

/// Who is no faster stands: metres a second. As in SUMO.
const STANDING: f64 = 0.1;

impl Traffic {
    /// All vehicles move as they have chosen.
    pub(super) fn advance(&mut self) -> Vec<Arrival> {
        for vehicle in self.vehicles.iter_mut().flatten() {
            vehicle.speed = vehicle.next_speed;
            vehicle.at += vehicle.speed * self.step;
        }
        self.halt();
        let mut arrivals = Vec::new();
        let mut moved: Vec<VehicleId> = Vec::new();
        for track in 0..self.tracks.len() {
            let mut there = std::mem::take(&mut self.tracks[track]);
            moved.extend(there.extract_if(.., |id| {
                let vehicle = self.vehicle(*id);
                vehicle.at > self.length_and_limit(vehicle.track).0 || self.has_arrived(vehicle)
            }));
            self.tracks[track] = there;
        }
        for id in moved {
            let mut vehicle = self.vehicles[id.0 as usize].take().expect("it is on a track");
            while !self.has_arrived(&vehicle) {
                let length = self.length_and_limit(vehicle.track).0;
                let next = if vehicle.at > length { self.after(&vehicle, vehicle.track, vehicle.road) } else { None };
                let Some((track, road)) = next else { break };
                vehicle.at -= length;
                (vehicle.track, vehicle.road) = (track, road);
            }
            if self.has_arrived(&vehicle) {
                let arrived = (self.steps + 1) as f64 * self.step;
                arrivals.push(Arrival { trip: vehicle.trip, departed: vehicle.departed, arrived });
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
            let is_there = vehicle.track == self.track_of_lane(halt.lane)
                && vehicle.at >= halt.between[0]
                && vehicle.speed <= STANDING;
            let until = match vehicle.stands_until {
                None if !is_there => continue,
                None => Some((now + halt.lasts).max(halt.until.unwrap_or(0.0))),
                Some(until) if now < until => continue,
                Some(_) => None,
            };
            let vehicle = self.vehicles[number].as_mut().expect("it is there");
            vehicle.stands_until = until;
            vehicle.halt += u32::from(until.is_none());
        }
    }

    /// Whether a vehicle is where its trip ends.
    fn has_arrived(&self, vehicle: &Vehicle) -> bool {
        let Place::Lane(lane) = self.place(vehicle.track) else { return false };
        let length = self.streets.lane(lane).length;
        let to = self.demand.trips[vehicle.trip as usize].to;
        let to = if to < 0.0 { (length + to).max(0.0) } else { to.min(length) };
        self.is_last(vehicle, vehicle.road) && vehicle.at >= to
    }
}
