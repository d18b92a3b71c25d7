//! Changes of lanes.
//!
//! - **Because one must**: from a lane from which the route does not go on, the sooner the farther away the right lane is. One who finds no gap
//!   asks the one behind it to open one, and falls back behind the one beside it. After J. Erdmann, "Lane-changing model in
//!   SUMO" (SUMO User Conference 2014), with its figures.
//! - **Because one gains**: MOBIL. A. Kesting, M. Treiber and D. Helbing, "General lane-changing model MOBIL for car-following models",
//!   Transportation Research Record 1999 (2007) 86-94, with its figures.
//!
//! Nobody changes unless he and the one behind him can keep to their safe speeds.

use serde::{Deserialize, Serialize};

use super::following::braking_distance;
use super::guidance::Prospect;
use super::plan::{Cause, Driver};
use super::right_of_way::Right;
use super::{Place, TrackId, Traffic, Vehicle, VehicleId};
use crate::city::streets::{LaneId, RoadId, TurnId};
use crate::engine::parallel::Pool;

/// What a driver keeps in mind to change lanes.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(super) struct Intent {
    /// How fast it was lately: metres a second.
    lately: f64,
    /// No faster in the next step, so that a gap opens for somebody or for itself: metres a second.
    pub at_most: f64,
    /// Room that it leaves at the end of its lane for somebody who wants to come to it: metres.
    pub reserve: f64,
}

impl Default for Intent {
    fn default() -> Intent {
        Intent { lately: 0.0, at_most: f64::INFINITY, reserve: 0.0 }
    }
}

/// How long before its lane ends a driver looks for another lane, to the right and to the left: seconds (Erdmann 2014).
const LOOKS_AHEAD: [f64; 2] = [10.0, 20.0];

/// So far along the route one takes into account how full lanes are: metres. As in SUMO.
const LOOKS_ALONG: f64 = 300.0;

/// How much of what was lately stays from second to second (Erdmann 2014).
const MEMORY: f64 = 0.9;

/// How much longer the lanes of roundabouts are for the question whether one has to change, as a share (Erdmann 2014).
const ROUND: f64 = 9.0;

/// One who goes round for more than this takes the inner lane: metres (ibid.).
const GOES_ROUND: f64 = 10.0;

/// How much others count (Kesting, Treiber and Helbing 2007).
const POLITENESS: f64 = 0.2;

/// By so much more than the least gap somebody opens for another: metres.
const SPARE: f64 = 1.0;

/// What must be gained at least: metres a second squared (ibid.).
const THRESHOLD: f64 = 0.1;

/// How much more it takes to leave the outer lane, and how much less to come back to it: metres a second squared (ibid.).
const BIAS: f64 = 0.3;

/// Whether a driver wants to be on the next lane.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Wish {
    Must,
    Gains,
    None,
}

/// What a driver wants to the right and to the left.
struct Wanted {
    road: RoadId,
    at: f64,
    id: VehicleId,
    wishes: [Wish; 2],
}

/// The nearest vehicle on a lane.
#[derive(Clone, Copy, Debug)]
struct Neighbour {
    id: VehicleId,
    /// From bumper to bumper, below zero if they are side by side.
    gap: f64,
}

impl Traffic {
    /// Some change lanes: all say what they want, and then those who want something go one after the other, from the front of a road on.
    pub(super) fn change_lanes(&mut self, pool: &Pool) {
        let keeps = libm::pow(MEMORY, self.step);
        for vehicle in self.vehicles.iter_mut().flatten() {
            let lately = vehicle.speed.max(keeps * vehicle.intent.lately + (1.0 - keeps) * vehicle.speed);
            vehicle.intent = Intent { lately, ..Intent::default() };
        }
        let wide = self.town.layout.wide();
        let shares = self.shares(pool, wide.len(), |place| wide[place]);
        let wanted = pool.map(&shares, |share| self.wishes(&wide[share.clone()]));
        let mut wanted: Vec<Wanted> = wanted.into_iter().flatten().collect();
        wanted.sort_unstable_by(|one, other| {
            one.road.cmp(&other.road).then(other.at.total_cmp(&one.at)).then(one.id.cmp(&other.id))
        });
        for Wanted { id, wishes, .. } in wanted {
            self.try_to_change(id, wishes);
        }
    }

    /// What those on some lanes want.
    fn wishes(&self, tracks: &[TrackId]) -> Vec<Wanted> {
        let mut wanted = Vec::new();
        for track in tracks {
            for (place, id) in self.tracks[track.0 as usize].iter().enumerate() {
                let vehicle = self.vehicle(*id);
                if vehicle.stands_until.is_some() {
                    continue;
                }
                let wish =
                    |to_left| self.beside(vehicle, to_left).map_or(Wish::None, |to| self.wish(*id, place, to, to_left));
                let wishes = [false, true].map(wish);
                if wishes != [Wish::None; 2] {
                    wanted.push(Wanted { road: self.town.layout.track(*track).road, at: vehicle.at, id: *id, wishes });
                }
            }
        }
        wanted
    }

    /// A driver changes to the right or to the left, as he wants, if there is room, and else asks for it if he must.
    fn try_to_change(&mut self, id: VehicleId, wishes: [Wish; 2]) {
        for (to_left, wish) in [false, true].into_iter().zip(wishes).filter(|(_, wish)| *wish != Wish::None) {
            let Some(to) = self.beside(self.vehicle(id), to_left) else { continue };
            let [ahead, behind] = self.neighbours(id, to);
            let [front, back] = [ahead.is_none_or(|ahead| self.can_follow(id, ahead)), self.lets_in(id, to, behind)];
            if front && back && self.can_drive(id, to, ahead) {
                self.change(id, to);
                return;
            }
            if wish == Wish::Must {
                self.make_room(id, to, ahead.filter(|_| !front));
            }
        }
    }

    /// The lane beside a vehicle's own that it may use.
    fn beside(&self, vehicle: &Vehicle, to_left: bool) -> Option<LaneId> {
        let Place::Lane(lane) = self.place(vehicle.track) else { return None };
        let about = self.town.layout.track(vehicle.track);
        let lanes = &self.town.streets.roads[about.road.index()].lanes;
        let to = if to_left { lane.0 + 1 } else { lane.0.checked_sub(1)? };
        let is_open =
            lanes.contains(&to) && self.prospects(vehicle, vehicle.road)[(to - lanes.start) as usize].reach > 0.0;
        is_open.then_some(LaneId(to))
    }

    /// What the vehicle at a place of its lane wants of a lane beside it.
    fn wish(&self, id: VehicleId, place: usize, to: LaneId, to_left: bool) -> Wish {
        let vehicle = self.vehicle(id);
        let kind = self.kind(vehicle);
        let [own, other] = [vehicle.track, self.track_of_lane(to)]
            .map(|track| self.prospects(vehicle, vehicle.road)[self.town.layout.track(track).side as usize]);
        let looks = vehicle.intent.lately * LOOKS_AHEAD[usize::from(to_left)] + 2.0 * (kind.length + kind.least_gap);
        // A lane that is closed ahead leads nowhere, until one is past the place.
        let [until, until_there] =
            [vehicle.track, self.track_of_lane(to)].map(|track| self.until_closed(vehicle, track));
        if until < until_there {
            return Wish::Must;
        }
        if until_there < f64::INFINITY {
            return Wish::None;
        }
        let leads_there = own.best != 0 && (own.best > 0) == to_left;
        // Roads of roundabouts are short, but who goes round is in no hurry to leave the inner lane.
        let road = &self.town.streets.roads[self.town.layout.track(vehicle.track).road.index()];
        let driven = if road.is_round { vehicle.at } else { 0.0 };
        let round = |prospect: Prospect| (prospect.round - driven).max(0.0);
        let left = |prospect: Prospect| (prospect.reach + ROUND * round(prospect) - vehicle.at).max(0.0);
        let there = self.track_of_lane(to);
        if leads_there {
            let looks = looks * f64::from(own.best.unsigned_abs());
            if left(own) < looks || left(own) - self.taken_along(vehicle, there) < looks {
                return Wish::Must;
            }
        }
        if !leads_there && other.best != 0 {
            let taken = self.taken_along(vehicle, there).max(self.taken_along(vehicle, vehicle.track));
            if left(other) - taken < looks * f64::from(other.best.unsigned_abs() + 2) {
                return Wish::None;
            }
        }
        if own.best != 0 && !leads_there {
            return Wish::None;
        }
        if to_left && round(other) > GOES_ROUND {
            return Wish::Gains;
        }
        if self.gains(id, place, to, to_left) { Wish::Gains } else { Wish::None }
    }

    /// How much is taken of a lane of a vehicle's road and of those to which it leads along the route: metres.
    fn taken_along(&self, vehicle: &Vehicle, lane: TrackId) -> f64 {
        let mut taken = 0.0;
        let mut way = 0.0;
        let mut next = Some((lane, vehicle.road));
        while let Some((track, road)) = next.filter(|_| way < LOOKS_ALONG) {
            taken += self.taken[track.0 as usize];
            way += self.town.layout.track(track).length;
            next = self.after(vehicle, track, road);
        }
        taken
    }

    /// Who would be ahead and behind on another lane.
    fn neighbours(&self, id: VehicleId, lane: LaneId) -> [Option<Neighbour>; 2] {
        let at = self.vehicle(id).at;
        let there = &self.tracks[self.track_of_lane(lane).0 as usize];
        let place = there.partition_point(|other| self.vehicle(*other).at >= at);
        [self.ahead(id, lane, place), self.behind_place(id, lane, place)]
    }

    /// Who is ahead of a vehicle on a lane on which so many are farther.
    fn ahead(&self, id: VehicleId, lane: LaneId, place: usize) -> Option<Neighbour> {
        let vehicle = self.vehicle(id);
        let Some(ahead) = place.checked_sub(1) else { return self.beyond(vehicle, lane) };
        let id = self.tracks[self.track_of_lane(lane).0 as usize][ahead];
        let other = self.vehicle(id);
        Some(Neighbour { id, gap: other.at - self.kind(other).length - vehicle.at })
    }

    /// Who is behind a vehicle on a lane on which so many are farther, or are itself.
    fn behind_place(&self, id: VehicleId, lane: LaneId, place: usize) -> Option<Neighbour> {
        let vehicle = self.vehicle(id);
        let id = *self.tracks[self.track_of_lane(lane).0 as usize].get(place)?;
        Some(Neighbour { id, gap: vehicle.at - self.kind(vehicle).length - self.vehicle(id).at })
    }

    /// The nearest vehicle beyond the end of a lane on which nobody is ahead.
    fn beyond(&self, vehicle: &Vehicle, lane: LaneId) -> Option<Neighbour> {
        let mut track = self.track_of_lane(lane);
        let mut ends = self.town.layout.track(track).length - vehicle.at;
        if let Some(tail) = self.tails[track.0 as usize] {
            return Some(Neighbour { id: tail.vehicle, gap: tail.back - vehicle.at });
        }
        let mut road = vehicle.road;
        while ends < 3.0 * vehicle.speed + 10.0 {
            (track, road) = self.after(vehicle, track, road)?;
            if let Some(last) = self.tracks[track.0 as usize].last() {
                let other = self.vehicle(*last);
                return Some(Neighbour { id: *last, gap: ends + other.at - self.kind(other).length });
            }
            if let Some(tail) = self.tails[track.0 as usize] {
                return Some(Neighbour { id: tail.vehicle, gap: ends + tail.back });
            }
            ends += self.town.layout.track(track).length;
        }
        None
    }

    /// Whether a vehicle keeps to its safe speed behind another.
    fn can_follow(&self, id: VehicleId, ahead: Neighbour) -> bool {
        let other = self.vehicle(ahead.id);
        self.is_far_behind(self.vehicle(id), ahead.gap, other.speed, self.kind(other))
    }

    /// Whether a vehicle that comes to a lane can go on there, no slower than it likes to brake: because of signals, those who have the way,
    /// and those who are on the junction.
    fn can_drive(&self, id: VehicleId, to: LaneId, ahead: Option<Neighbour>) -> bool {
        let there = Vehicle { track: self.track_of_lane(to), ..self.vehicle(id).clone() };
        let driver = self.driver_of(id, &there);
        let ends = self.town.layout.track(there.track).length - there.at;
        let turn = self.prospects(&there, there.road)[self.town.layout.track(there.track).side as usize].turn;
        // Close to a junction others count on what they have seen.
        let counts = |turn: TurnId| self.rights[turn.index()] != Right::Major || self.town.layout.turn(turn).is_heeded;
        if turn.is_some_and(|turn| ends < driver.braking + driver.speed() * self.step && counts(turn)) {
            return false;
        }
        let ahead = ahead.map(|ahead| ahead.id).filter(|ahead| self.vehicle(*ahead).track == there.track);
        let most = self.look_ahead(&driver, ahead, &mut Vec::new());
        most.cause == Cause::Change || most.speed >= driver.gentlest()
    }

    /// Whether a vehicle that comes to a lane hinders nobody behind.
    fn lets_in(&self, id: VehicleId, to: LaneId, behind: Option<Neighbour>) -> bool {
        let vehicle = self.vehicle(id);
        let kind = self.kind(vehicle);
        match behind {
            Some(behind) => self.is_far_behind(self.vehicle(behind.id), behind.gap, vehicle.speed, kind),
            None => self.is_free_behind(to, vehicle.at - kind.length, vehicle.speed, kind, 100.0),
        }
    }

    fn change(&mut self, id: VehicleId, to: LaneId) {
        let vehicle = self.vehicle(id);
        let [from, to] = [vehicle.track, self.track_of_lane(to)];
        let at = vehicle.at;
        let place = self.tracks[from.0 as usize].iter().position(|there| *there == id).expect("it is there");
        self.tracks[from.0 as usize].remove(place);
        let place = self.tracks[to.0 as usize].partition_point(|other| self.vehicle(*other).at >= at);
        self.tracks[to.0 as usize].insert(place, id);
        let vehicle = self.vehicle(id);
        let ends_at = self.end_of_trip(vehicle.trip, vehicle.guide, vehicle.road, to);
        let vehicle = self.vehicle_mut(id);
        (vehicle.track, vehicle.ends_at) = (to, ends_at);
    }

    /// Asks somebody behind to open a gap, and falls back behind the one ahead, each no harder than it likes to brake.
    fn make_room(&mut self, id: VehicleId, to: LaneId, ahead: Option<Neighbour>) {
        if let Some((behind, most)) = self.gap_opener(id, to) {
            let intent = &mut self.vehicle_mut(behind).intent;
            intent.at_most = intent.at_most.min(most);
        }
        if let Some(ahead) = ahead {
            let (vehicle, other) = (self.vehicle(id), self.vehicle(ahead.id));
            let (kind, about) = (self.kind(vehicle), self.kind(other));
            let most = self.driver(id).behind(ahead.gap, other.speed, about.deceleration);
            let most = most.max(vehicle.speed - kind.deceleration * self.step);
            // Who wants to come to where this one is goes first if it is ahead.
            let is_left = self.town.layout.track(other.track).side > self.town.layout.track(vehicle.track).side;
            let reserve =
                if self.wants(other, !is_left) { about.length + about.least_gap + kind.least_gap } else { 0.0 };
            let intent = &mut self.vehicle_mut(id).intent;
            intent.at_most = intent.at_most.min(most);
            intent.reserve = reserve;
        }
    }

    /// The first on a lane who can get behind a vehicle beside it without more than it likes to brake, and the most that it may drive then.
    /// Those who are beside it, or too near, go first.
    fn gap_opener(&self, id: VehicleId, lane: LaneId) -> Option<(VehicleId, f64)> {
        let vehicle = self.vehicle(id);
        let kind = self.kind(vehicle);
        let there = &self.tracks[self.track_of_lane(lane).0 as usize];
        let place = there.partition_point(|other| self.vehicle(*other).at >= vehicle.at);
        there[place..].iter().find_map(|behind| {
            let other = self.vehicle(*behind);
            let about = self.kind(other);
            let gap = vehicle.at - kind.length - other.at;
            let room = gap - about.least_gap + braking_distance(vehicle.speed, kind.deceleration, self.step);
            let can = room >= braking_distance(other.speed, about.deceleration, self.step);
            // A little more than it needs, so that it is enough.
            let most = || self.driver(*behind).behind(gap - SPARE, vehicle.speed, kind.deceleration);
            can.then(|| (*behind, most().max(other.speed - about.deceleration * self.step).max(0.0)))
        })
    }

    /// Whether a vehicle has to change to the left, or to the right.
    fn wants(&self, vehicle: &Vehicle, to_left: bool) -> bool {
        let Place::Lane(_) = self.place(vehicle.track) else { return false };
        let best = self.prospects(vehicle, vehicle.road)[self.town.layout.track(vehicle.track).side as usize].best;
        if to_left { best > 0 } else { best < 0 }
    }

    /// MOBIL: whether a change gains more than it costs others.
    fn gains(&self, id: VehicleId, place: usize, to: LaneId, to_left: bool) -> bool {
        let vehicle = self.vehicle(id);
        let Place::Lane(lane) = self.place(vehicle.track) else { return false };
        let ahead = self.ahead(id, lane, place);
        let driver = self.driver(id);
        let after = |driver: &Driver, ahead: Option<Neighbour>| {
            let free = driver.free();
            ahead.map_or(free, |ahead| {
                let other = self.vehicle(ahead.id);
                free.min(driver.behind(ahead.gap, other.speed, self.kind(other).deceleration))
            })
        };
        let now = after(&driver, ahead);
        if driver.free() - now <= THRESHOLD * self.step {
            return false;
        }
        let [ahead_there, behind_there] = self.neighbours(id, to);
        let gain = (after(&driver, ahead_there) - now) / self.step;
        if gain <= THRESHOLD {
            return false;
        }
        let behind = self.behind_place(id, lane, place + 1);
        // What those behind gain who lose or get somebody ahead.
        let follower = |behind: Option<Neighbour>, ahead: Option<Neighbour>, comes: bool| {
            let Some(behind) = behind else { return 0.0 };
            let driver = self.driver(behind.id);
            let beyond =
                ahead.map(|ahead| Neighbour { id: ahead.id, gap: ahead.gap + self.kind(vehicle).length + behind.gap });
            let [with, without] = [Some(Neighbour { id, gap: behind.gap }), beyond].map(|ahead| after(&driver, ahead));
            (if comes { with - without } else { without - with }) / self.step
        };
        let others = follower(behind, ahead, false) + follower(behind_there, ahead_there, true);
        let bias = if to_left { BIAS } else { -BIAS };
        gain + POLITENESS * others > THRESHOLD + bias
    }
}
