//! How fast each vehicle will be: by the limit, who is ahead, junctions, halts, and where its way ends.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::following::{Abilities, braking_distance, idm_acceleration, safe_speed, slackened, stopping_speed};
use super::layout::Way;
use super::movement::STANDING;
use super::right_of_way::{Approach, Approaches, Right};
use super::{Place, TrackId, Traffic, Vehicle, VehicleId, abilities};
use crate::city::demand::{Following, Kind};
use crate::city::streets::TurnId;
use crate::engine::parallel::Pool;
use crate::engine::random::Purpose;

const SLACK: Purpose = Purpose::new("traffic.slack");

/// How far before the end of a lane one waits at a signal: metres. As in SUMO, whose documentation says so ("Intersections").
const BEFORE_SIGNAL: f64 = 1.0;

/// How much less room beyond a junction is enough for one who waits for it: metres a second. As in SUMO.
const PRESSES: f64 = 0.1;

/// Distances that differ by less are alike: metres.
pub(super) const ROUNDING: f64 = 1e-6;

/// Who is no faster on a junction can wait there for others: metres a second.
const CREEPS: f64 = 1.0;

/// How much later one comes who stands before: seconds. As in SUMO.
const STANDS: f64 = 30.0;

/// Why a vehicle is no faster.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Cause {
    /// It speeds up, or is as fast as its driver likes.
    #[default]
    Free,
    /// Somebody is ahead.
    Ahead(VehicleId),
    /// A lower limit lies ahead.
    Limit(TrackId),
    /// Signals say stop.
    Signals(TurnId),
    /// Beyond the junction there is no room.
    Room(TurnId),
    /// It cannot see so far who comes to the junction.
    Sight(TurnId),
    /// Somebody has the way.
    Way(VehicleId),
    /// Somebody is on the junction.
    Body(VehicleId),
    /// It halts.
    Halt,
    /// Its lane does not lead on.
    LaneEnds,
    /// A lane is closed.
    Closed(TrackId),
    /// Its battery is empty.
    Empty,
    /// It lets somebody change lanes, or waits for a gap.
    Change,
    /// Its driver looks for a place to park.
    Parking,
}

impl Cause {
    /// The same, with vehicles called otherwise.
    pub(super) fn renamed(self, name: impl Fn(VehicleId) -> VehicleId) -> Cause {
        match self {
            Cause::Ahead(id) => Cause::Ahead(name(id)),
            Cause::Way(id) => Cause::Way(name(id)),
            Cause::Body(id) => Cause::Body(name(id)),
            other => other,
        }
    }
}

/// The most that one may drive, and why.
#[derive(Clone, Copy, Debug)]
pub(super) struct Most {
    pub speed: f64,
    pub cause: Cause,
}

impl Most {
    /// No more than so much.
    #[inline]
    pub fn at_most(self, speed: f64, cause: Cause) -> Most {
        if speed < self.speed { Most { speed, cause } } else { self }
    }
}

/// Fewer vehicles are not worth the way to another thread.
const FEWEST: usize = 200;

/// A driver who looks ahead.
pub(super) struct Driver<'a> {
    pub id: VehicleId,
    vehicle: &'a Vehicle,
    kind: &'a Kind,
    can: Abilities,
    /// How fast it wants to be where it is.
    wanted: f64,
    /// How far it is until it stands, if it brakes as hard as it likes.
    pub braking: f64,
    /// The same if it speeds up for a step before.
    farthest: f64,
    step: f64,
}

impl Driver<'_> {
    /// The most on a free road.
    pub fn free(&self) -> f64 {
        let Kind { acceleration, following, .. } = *self.kind;
        let speed = self.vehicle.speed;
        match following {
            Following::Krauss { .. } => (speed + acceleration * self.step).min(self.wanted),
            Following::Idm { exponent } => {
                let gained = idm_acceleration(speed, self.wanted, exponent, f64::INFINITY, 0.0, &self.can, 0.0);
                speed + gained * self.step
            }
        }
    }

    /// Whether it can stop within a distance, braking no harder than it likes. One who has begun to stops where it wanted to, whatever is
    /// lost by rounding.
    pub fn can_stop(&self, distance: f64) -> bool {
        distance + ROUNDING >= self.braking
    }

    /// The least speed to which it likes to slow down in a step.
    pub fn gentlest(&self) -> f64 {
        (self.vehicle.speed - self.kind.deceleration * self.step).max(0.0)
    }

    pub fn speed(&self) -> f64 {
        self.vehicle.speed
    }

    /// The most behind somebody whose back is so far ahead.
    pub fn behind(&self, gap: f64, speed: f64, deceleration: f64) -> f64 {
        let Kind { least_gap, following, .. } = *self.kind;
        match following {
            Following::Krauss { .. } => safe_speed(gap - least_gap, speed, deceleration, &self.can, self.step),
            Following::Idm { exponent } => {
                let own = self.vehicle.speed;
                let gained = idm_acceleration(own, self.wanted, exponent, gap - least_gap, speed, &self.can, least_gap);
                (own + gained * self.step).max(0.0)
            }
        }
    }

    /// The most from which one stops within a distance.
    pub fn stop(&self, distance: f64) -> f64 {
        stopping_speed(distance, &Abilities { headway: self.step, ..self.can }, self.step)
    }

    /// The most from which one is as slow as a limit when one comes to it.
    fn slow(&self, distance: f64, limit: f64) -> f64 {
        if distance >= self.farthest {
            return f64::INFINITY;
        }
        self.stop(distance + braking_distance(limit, self.kind.deceleration, self.step)).max(limit)
    }

    fn limit(&self, limit: f64) -> f64 {
        (limit * self.vehicle.haste).min(self.kind.top_speed)
    }

    /// An approach to somewhere so far ahead, to be left after so much more.
    fn approach(&self, turn: TurnId, distance: f64, [length, limit]: [f64; 2], sees: bool, most: Most) -> Approach {
        let Kind { acceleration, deceleration, .. } = *self.kind;
        let speed = self.vehicle.speed;
        let limit = self.limit(limit);
        let after = |from: f64, way: f64| libm::sqrt(from * from + 2.0 * acceleration * way.max(0.0)).min(limit);
        let arrives = after(most.speed, distance);
        let leaves = after(arrives, length);
        let comes = takes(distance, speed, arrives, if arrives >= speed { acceleration } else { deceleration });
        let goes = comes + (length + self.kind.length) / (0.5 * (arrives + leaves)).max(0.1);
        let slow = speed * speed - 2.0 * deceleration * distance;
        let late = if slow > 0.0 {
            let slow = libm::sqrt(slow);
            [distance / (0.5 * (speed + slow)), slow]
        } else {
            [comes + STANDS, 0.0]
        };
        Approach {
            turn,
            vehicle: self.id,
            distance,
            most,
            times: [comes, goes],
            speeds: [arrives, leaves],
            late,
            can_stop: distance >= most.speed * self.step + braking_distance(most.speed, deceleration, self.step),
            sees,
            deceleration,
            waited: self.vehicle.waited,
        }
    }
}

/// How long one takes for a way who changes from one speed to another as soon as may be and then keeps it: seconds.
fn takes(way: f64, from: f64, to: f64, acceleration: f64) -> f64 {
    if way <= 0.0 {
        return 0.0;
    }
    let changes = (to - from).abs() / acceleration;
    let meanwhile = changes * 0.5 * (from + to);
    if meanwhile <= way {
        return changes + (way - meanwhile) / from.max(to).max(0.1);
    }
    // It is there before it has its speed.
    let change = if to > from { acceleration } else { -acceleration };
    let speed = libm::sqrt((from * from + 2.0 * change * way).max(0.0));
    2.0 * way / (from + speed).max(0.1)
}

/// What a vehicle has found ahead.
struct Look {
    id: VehicleId,
    /// The most that it may drive if it need not wait for anybody who comes to a junction.
    most: Most,
    /// How many turns it approaches.
    approaches: usize,
}

impl Traffic {
    /// The next speed of each vehicle, by what is now.
    pub(super) fn plan(&self, pool: &Pool) -> Vec<Most> {
        let shares = self.shares(pool, self.tracks.len(), |track| TrackId(track as u32));
        let mut looked = pool.map(&shares, |share| self.look_from(share.clone()));
        let mut all = std::mem::take(&mut looked[0].1);
        looked[1..].iter().for_each(|(_, more)| all.extend_from_slice(more));
        let approaches = Approaches::new(all, self.town.streets.turns.len());
        let begins = looked.iter().scan(0, |end, (looks, _)| {
            let begin = *end;
            *end += looks.iter().map(|look| look.approaches).sum::<usize>();
            Some((looks, begin))
        });
        let begins: Vec<(&Vec<Look>, usize)> = begins.collect();
        let chosen = pool.map(&begins, |(looks, begin)| self.choose_all(looks, *begin, &approaches));
        let mut speeds = vec![Most { speed: 0.0, cause: Cause::Halt }; self.vehicles.len()];
        for ((looks, _), chosen) in begins.iter().zip(chosen) {
            for (look, most) in looks.iter().zip(chosen) {
                speeds[look.id.0 as usize] = most;
            }
        }
        speeds
    }

    /// Shares of tracks with about as many vehicles on each, one for each thread.
    pub(super) fn shares(&self, pool: &Pool, count: usize, track: impl Fn(usize) -> TrackId) -> Vec<Range<usize>> {
        let under_way = self.vehicles.len() - self.free.len();
        let threads = pool.threads().min(under_way / FEWEST).max(1);
        let (mut shares, mut begin, mut vehicles) = (Vec::with_capacity(threads), 0, 0);
        for place in 0..count {
            vehicles += self.tracks[track(place).0 as usize].len();
            if shares.len() + 1 < threads && vehicles * threads >= under_way {
                shares.push(begin..place + 1);
                (begin, vehicles) = (place + 1, 0);
            }
        }
        shares.push(begin..count);
        shares
    }

    /// What the vehicles on some tracks see, and what they come to.
    fn look_from(&self, tracks: Range<usize>) -> (Vec<Look>, Vec<Approach>) {
        let (mut looks, mut approaches) = (Vec::new(), Vec::new());
        for track in &self.tracks[tracks] {
            for (place, id) in track.iter().enumerate() {
                let before = place.checked_sub(1).map(|before| track[before]);
                looks.push(self.look(*id, before, &mut approaches));
            }
        }
        (looks, approaches)
    }

    /// The next speeds of vehicles whose own approaches are one after the other from a place on.
    fn choose_all(&self, looks: &[Look], begin: usize, approaches: &Approaches) -> Vec<Most> {
        let mut begin = begin;
        let choose = |look: &Look| {
            let own = &approaches.all[begin..begin + look.approaches];
            begin += look.approaches;
            self.choose(look, own, approaches)
        };
        looks.iter().map(choose).collect()
    }

    /// Looks ahead.
    fn look(&self, id: VehicleId, before: Option<VehicleId>, approaches: &mut Vec<Approach>) -> Look {
        let vehicle = self.vehicle(id);
        let already = approaches.len();
        let mut most = Most { speed: 0.0, cause: Cause::Halt };
        if vehicle.stands_until.is_none() {
            let driver = self.driver(id);
            most = self.look_ahead(&driver, before, approaches);
            if vehicle.tank.as_ref().is_some_and(|tank| tank.is_empty) {
                most = Most { speed: most.speed.min(driver.gentlest()), cause: Cause::Empty };
                // Nobody waits for one who comes no more.
                if vehicle.speed <= STANDING {
                    approaches.truncate(already);
                }
            }
        }
        Look { id, most, approaches: approaches.len() - already }
    }

    pub(super) fn driver(&self, id: VehicleId) -> Driver<'_> {
        self.driver_of(id, self.vehicle(id))
    }

    pub(super) fn driver_of<'a>(&'a self, id: VehicleId, vehicle: &'a Vehicle) -> Driver<'a> {
        let kind = self.kind(vehicle);
        let wanted = (self.town.layout.track(vehicle.track).limit * vehicle.haste).min(kind.top_speed);
        let braking = braking_distance(vehicle.speed, kind.deceleration, self.step);
        let fastest = (vehicle.speed + kind.acceleration * self.step).min(wanted);
        let farthest = fastest * self.step + braking_distance(fastest, kind.deceleration, self.step);
        Driver { id, vehicle, kind, can: abilities(kind), wanted, braking, farthest, step: self.step }
    }

    pub(super) fn look_ahead(
        &self,
        driver: &Driver,
        before: Option<VehicleId>,
        approaches: &mut Vec<Approach>,
    ) -> Most {
        let Driver { vehicle, kind, .. } = *driver;
        // No farther than it could matter: where one would stop who speeds up now.
        let fastest = (vehicle.speed + kind.acceleration * self.step).min(driver.wanted);
        let sight = driver.farthest + fastest * kind.headway + kind.least_gap;
        let mut most = Most { speed: driver.free(), cause: Cause::Free }.at_most(vehicle.intent.at_most, Cause::Change);
        let mut is_followed = before.is_some();
        if let Some(before) = before {
            let behind = self.behind(driver, before, -vehicle.at);
            most = most.at_most(behind, Cause::Ahead(before));
        }
        let halt = self.next_halt(vehicle).map(|halt| (self.track_of_lane(halt.lane), halt.between[1]));
        let (mut track, mut road, mut begins) = (vehicle.track, vehicle.road, -vehicle.at);
        let mut came_by = None;
        loop {
            let about = self.town.layout.track(track);
            if let Some(tail) = self.tails[track.0 as usize].filter(|_| !is_followed) {
                let behind = driver.behind(begins + tail.back, tail.speed, tail.deceleration);
                let behind = self.behind_where_ways_touch(driver, came_by, track, (tail.vehicle, tail.back), behind);
                most = most.at_most(behind, Cause::Ahead(tail.vehicle));
                is_followed = true;
            }
            if let Place::Turn(turn) = self.place(track) {
                most = self.heed_bodies(driver, turn, begins, most);
                let waits_at = self.town.layout.turn(turn).waits_at.map(|at| begins + at).filter(|to| *to >= 0.0);
                if let Some(to) = waits_at {
                    most = self.slow_to_see(driver, turn, to, most);
                    let sees = to <= self.town.layout.turn(turn).visible_from;
                    approaches.push(driver.approach(turn, to, [begins + about.length - to, about.limit], sees, most));
                } else if track == vehicle.track && vehicle.speed <= CREEPS && self.heeds(turn) {
                    // Somebody was in its way, and others may come meanwhile.
                    let ahead = self.town.layout.conflicts(turn).iter().filter(|there| there.way == Way::Theirs);
                    let to =
                        ahead.map(|there| begins + there.own[0]).filter(|to| *to >= 0.0).fold(f64::INFINITY, f64::min);
                    if to < f64::INFINITY {
                        approaches.push(driver.approach(
                            turn,
                            to,
                            [begins + about.length - to, about.limit],
                            true,
                            most,
                        ));
                    }
                }
            }
            if let Some((_, end)) = halt.filter(|halt| halt.0 == track) {
                most = most.at_most(driver.stop(begins + end), Cause::Halt);
            }
            most = self.heed_closure(driver, track, begins, most);
            let ends = begins + about.length;
            if ends >= sight {
                return most;
            }
            let Some((next, next_road)) = self.after(vehicle, track, road) else {
                let is_over = self.is_last(vehicle, road);
                let early = ends - vehicle.intent.reserve;
                let stop = driver.stop(if driver.can_stop(early) { early } else { ends });
                return if is_over { most } else { most.at_most(stop, Cause::LaneEnds) };
            };
            if let Place::Turn(turn) = self.place(next) {
                match self.come_to(driver, turn, next_road, ends, most, approaches) {
                    Ok(slowed) => most = slowed,
                    Err(stopped) => return stopped,
                }
            }
            let beyond = self.town.layout.track(next);
            most = most.at_most(driver.slow(ends, driver.limit(beyond.limit)), Cause::Limit(next));
            came_by = Some((track, begins));
            if let Some(last) = self.tracks[next.0 as usize].last().filter(|_| !is_followed) {
                let back = self.vehicle(*last).at - self.kind(self.vehicle(*last)).length;
                let behind = self.behind(driver, *last, ends);
                let behind = self.behind_where_ways_touch(driver, came_by, next, (*last, back), behind);
                most = most.at_most(behind, Cause::Ahead(*last));
                is_followed = true;
            }
            (track, road, begins) = (next, next_road, ends);
        }
    }

    /// The most behind another on a track that begins so far ahead.
    fn behind(&self, driver: &Driver, other: VehicleId, begins: f64) -> f64 {
        let other = self.vehicle(other);
        let about = self.kind(other);
        driver.behind(begins + other.at - about.length, other.speed, about.deceleration)
    }

    /// The most behind somebody ahead on a lane, given what it is if his whole body lies on one's own way. What of it is still on another turn to
    /// that lane is in nobody's way before the two turns touch. By which track one comes to the lane is given with how far ahead it begins.
    #[inline]
    fn behind_where_ways_touch(
        &self,
        driver: &Driver,
        came_by: Option<(TrackId, f64)>,
        lane: TrackId,
        (other, back): (VehicleId, f64),
        behind: f64,
    ) -> f64 {
        let Some((own, begins)) = came_by.filter(|_| back < 0.0) else { return behind };
        let Place::Turn(turn) = self.place(own) else { return behind };
        let theirs = self.find(other).and_then(|other| other.tracks().skip_while(|track| *track != lane).nth(1));
        let conflicts = self.town.layout.conflicts(turn).iter();
        let touches = conflicts.filter(|there| Some(self.town.layout.of_turn(there.other)) == theirs);
        touches.fold(behind, |behind, there| behind.max(driver.stop(begins + there.own[0])))
    }

    /// Comes to a turn that begins so far ahead: the most that one may drive, or else that with which one stops before it.
    fn come_to(
        &self,
        driver: &Driver,
        turn: TurnId,
        road: u32,
        begins: f64,
        most: Most,
        approaches: &mut Vec<Approach>,
    ) -> Result<Most, Most> {
        let right = self.rights[turn.index()];
        let about = self.town.layout.turn(turn);
        if right == Right::Closed && driver.can_stop(begins) {
            let stop = if driver.can_stop(begins - BEFORE_SIGNAL) { begins - BEFORE_SIGNAL } else { begins };
            return Err(most.at_most(driver.stop(stop), Cause::Signals(turn)));
        }
        if about.is_kept_clear && driver.can_stop(begins) && !self.has_room_beyond(driver, turn, road) {
            return Err(most.at_most(driver.stop(begins), Cause::Room(turn)));
        }
        let mut most = most;
        // Who may wait in the midst of the junction comes to that place later.
        if about.waits_at.is_none() {
            most = self.slow_to_see(driver, turn, begins, most);
            let track = self.town.layout.track(self.town.layout.of_turn(turn));
            if self.heeds(turn) || about.is_heeded {
                let sees = begins <= about.visible_from;
                approaches.push(driver.approach(turn, begins, [track.length, track.limit], sees, most));
            }
        }
        Ok(most)
    }

    /// Whether those who come to a turn have to let others pass.
    fn heeds(&self, turn: TurnId) -> bool {
        self.rights[turn.index()] != Right::Major && !self.town.layout.yields(turn).is_empty()
    }

    /// One who has to let others pass comes so slowly that he can stop when he sees them.
    fn slow_to_see(&self, driver: &Driver, turn: TurnId, distance: f64, most: Most) -> Most {
        let visible = self.town.layout.turn(turn).visible_from;
        let is_zipper = self.rights[turn.index()] == Right::Zipper;
        if distance <= visible || is_zipper || !self.heeds(turn) || !driver.can_stop(distance) {
            return most;
        }
        let slow = driver.slow(distance - visible, driver.stop(visible));
        most.at_most(slow.max(driver.gentlest()), Cause::Sight(turn))
    }

    /// Whether there is room for a vehicle behind a junction, so that it stands in nobody's way: as far as to the next one who stands, less what
    /// those who drive before it will need.
    fn has_room_beyond(&self, driver: &Driver, turn: TurnId, road: u32) -> bool {
        let Driver { vehicle, kind, .. } = *driver;
        let needed = kind.length + kind.least_gap - PRESSES * vehicle.waited;
        let (mut turn, mut road) = (turn, road);
        let mut room = 0.0;
        loop {
            let lane = self.town.layout.of_lane(self.town.layout.turn(turn).to);
            room -= self.taken[self.town.layout.of_turn(turn).0 as usize];
            let there = self.tracks[lane.0 as usize].iter().rev().map(|there| self.vehicle(*there));
            for other in there {
                let about = self.kind(other);
                if other.speed <= STANDING {
                    return room + other.at - about.length >= needed;
                }
                room -= about.length + about.least_gap;
            }
            if let Some(at) = self.closed.ahead(lane, 0.0) {
                return room + at >= needed;
            }
            room += self.town.layout.track(lane).length;
            road += 1;
            if room >= needed || self.is_last(vehicle, road) {
                return true;
            }
            let Some((next, _)) = self.after(vehicle, lane, road) else { return false };
            let Place::Turn(next) = self.place(next) else { return false };
            turn = next;
        }
    }

    /// The next speed of a vehicle that has looked ahead and knows who comes to junctions.
    fn choose(&self, look: &Look, own: &[Approach], approaches: &Approaches) -> Most {
        let vehicle = self.vehicle(look.id);
        if vehicle.stands_until.is_some() {
            return look.most;
        }
        let kind = self.kind(vehicle);
        let driver = self.driver(look.id);
        let mut most = look.most;
        for approach in own.iter().filter(|approach| driver.can_stop(approach.distance)) {
            if !approach.sees {
                continue;
            }
            if let Some(cause) = self.what_stops(approach, approaches) {
                most = approach.most.at_most(driver.stop(approach.distance), cause);
                break;
            }
        }
        let least = (vehicle.speed - kind.emergency_deceleration * self.step).max(0.0);
        let speed = most.speed.max(least);
        let speed = match kind.following {
            Following::Krauss { imperfection } => {
                let slack = self.seed.stream(u64::from(vehicle.trip), SLACK, self.steps).uniform();
                // Slackness makes nobody brake harder than those behind count on.
                slackened(speed, imperfection, slack, kind.acceleration, self.step).max(speed.min(driver.gentlest()))
            }
            Following::Idm { .. } => speed,
        };
        Most { speed, cause: most.cause }
    }
}
