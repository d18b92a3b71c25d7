//! One vehicle: where it is on its route, what it has been granted, and how it moves.

use serde::{Deserialize, Serialize};

use crate::engine::identity::TwinId;
use crate::engine::time::Time;
use crate::factory::transport::motion::{Leg, Limits, Profile};
use crate::factory::transport::network::{Hop, Network, SpotId, Stand, ZoneId};

use super::look::Course;

/// A gain in speed that is not worth a new leg: m/s.
const NEGLIGIBLE: f64 = 1e-3;
/// What rounding may take from a speed: m/s.
const ROUNDING: f64 = 1e-9;

/// How a mover moves.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(super) enum Motion {
    /// It stands at its last point.
    Standing,
    /// It is at its last point with that speed, and what it does next is decided before time goes on.
    Passing(f64),
    /// It is on its way to its next point.
    Rolling(Leg),
}

/// A vehicle. The *points* of its trip are the middles of the zones of its route, counted from 0, and its destination as
/// the last.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Mover {
    pub twin: TwinId,
    pub limits: Limits,
    pub home: SpotId,
    /// The spot in which it stands or which it is leaving; none from the first point of a trip to the last.
    pub spot: Option<SpotId>,
    /// Where it goes; where it stands, if it goes nowhere.
    pub to: SpotId,
    /// The zones on its way. Empty while it goes nowhere.
    pub route: Vec<ZoneId>,
    /// How many points it has passed: the next is the one of this number.
    pub passed: usize,
    /// How many zones of the route it has been granted. It holds them from the last that it passed.
    pub granted: usize,
    pub motion: Motion,
    /// Whether it may ask for no more zones.
    pub halted: bool,
    /// At which state of the traffic its request was last found unsafe. A cache: it only spares looking again.
    #[serde(skip)]
    pub refused_at: Option<u64>,
}

impl Mover {
    pub fn new(twin: TwinId, limits: Limits, home: SpotId) -> Mover {
        Mover {
            twin,
            limits,
            home,
            spot: Some(home),
            to: home,
            route: Vec::new(),
            passed: 0,
            granted: 0,
            motion: Motion::Standing,
            halted: false,
            refused_at: None,
        }
    }

    pub fn is_under_way(&self) -> bool {
        !self.route.is_empty()
    }

    /// The zones that it holds.
    pub fn held(&self) -> &[ZoneId] {
        &self.route[self.passed.saturating_sub(1)..self.granted]
    }

    /// Whether it has been granted all it needs.
    pub fn is_through(&self) -> bool {
        self.granted == self.route.len()
    }

    /// The zone in which it will stand if it is granted no more. None if that is a spot, at either end of its trip.
    pub fn rests_in(&self) -> Option<ZoneId> {
        if self.is_through() || self.granted == 0 { None } else { Some(self.route[self.granted - 1]) }
    }

    /// The zone that it needs next.
    pub fn next_zone(&self) -> Option<ZoneId> {
        self.route.get(self.granted).copied()
    }

    /// The zones that it still needs.
    pub fn needed(&self) -> &[ZoneId] {
        &self.route[self.granted..]
    }

    /// The way to a point from the one before, with the speed limit that holds for this vehicle.
    pub fn hop(&self, network: &Network, point: usize) -> Hop {
        let hop = match (point.checked_sub(1), self.route.get(point)) {
            (None, _) => self.spot.map(|spot| network.spur(spot)),
            (_, None) => Some(network.spur(self.to)),
            (Some(before), Some(&zone)) => network.hop(self.route[before], zone),
        };
        let Hop { length, limit } = hop.unwrap_or(Hop { length: 0.0, limit: self.limits.speed });
        Hop { length, limit: limit.min(self.limits.speed) }
    }

    /// Whether it must stand at a point because it goes back from there.
    fn turns_back(&self, point: usize) -> bool {
        match (point.checked_sub(1), self.route.get(point + 1)) {
            (Some(before), Some(&after)) => self.route[before] == after,
            (None, None) => self.spot == Some(self.to),
            _ => false,
        }
    }

    /// The last point to which it may go. None if it may go nowhere.
    fn last_granted(&self) -> Option<usize> {
        if self.is_through() { Some(self.route.len()) } else { self.granted.checked_sub(1) }
    }

    /// Whether it may go on to its next point.
    fn may_go(&self) -> bool {
        self.last_granted().is_some_and(|last| last >= self.passed)
    }

    /// Metres since the last point, and the speed.
    pub fn at(&self, now: Time) -> (f64, f64) {
        match self.motion {
            Motion::Standing => (0.0, 0.0),
            Motion::Passing(speed) => (0.0, speed),
            Motion::Rolling(leg) => leg.at(&self.limits, now),
        }
    }

    /// The greatest speed at its next point that it could reach if all were granted.
    fn fastest_exit(&self, network: &Network, now: Time) -> f64 {
        let hop = self.hop(network, self.passed);
        let (way, speed) = self.at(now);
        self.limits.speed_after(speed, (hop.length - way).max(0.0)).min(hop.limit)
    }

    /// Whether it needs another zone in order not to have to brake: it wants to be able to come to a stand beyond its next
    /// point from whatever speed it can have there.
    pub fn wants_more(&self, network: &Network, now: Time) -> bool {
        if self.is_through() || self.granted <= self.passed {
            return !self.is_through();
        }
        let mut missing = self.limits.braking_distance(self.fastest_exit(network, now));
        for point in self.passed..self.granted {
            if point > self.passed {
                missing -= self.hop(network, point).length;
            }
            if missing <= 0.0 || self.turns_back(point) {
                return false;
            }
        }
        true
    }

    /// The greatest speed at its next point from which it can still observe all that lies ahead: the limits, points at
    /// which it turns back, and the end of what it was granted.
    pub fn exit_speed(&self, network: &Network, now: Time) -> f64 {
        let next = self.passed;
        let Some(last) = self.last_granted().filter(|last| *last > next && !self.turns_back(next)) else {
            return 0.0;
        };
        let fastest = self.fastest_exit(network, now);
        // What lies farther ahead than it needs for braking is of no concern.
        let mut horizon = self.limits.braking_distance(fastest);
        let mut point = next;
        while point < last && horizon > 0.0 && (point == next || !self.turns_back(point)) {
            point += 1;
            horizon -= self.hop(network, point).length;
        }
        let mut speed = 0.0;
        while point > next {
            let hop = self.hop(network, point);
            point -= 1;
            speed = self.limits.speed_before(speed, hop.length).min(hop.limit).min(self.hop(network, point).limit);
        }
        speed.min(fastest)
    }

    /// Decides how it moves on from now, by what it has been granted. Returns whether that changed anything.
    pub fn plan(&mut self, network: &Network, now: Time) -> bool {
        let (way, speed) = self.at(now);
        match self.motion {
            Motion::Standing | Motion::Passing(_) if !self.may_go() => {
                let stops = self.motion != Motion::Standing;
                self.motion = Motion::Standing;
                return stops;
            }
            // It is there already, and will be called for it.
            Motion::Rolling(leg) if leg.until <= now => return false,
            _ => {}
        }
        let exit = self.exit_speed(network, now);
        if let Motion::Rolling(leg) = self.motion
            && (-ROUNDING..=NEGLIGIBLE).contains(&(exit - leg.profile.exit))
        {
            return false;
        }
        let hop = self.hop(network, self.passed);
        let profile = Profile::new(&self.limits, hop.limit, (hop.length - way).max(0.0), speed, exit);
        self.motion = Motion::Rolling(Leg::new(&self.limits, now, way, profile));
        true
    }

    /// The spot in which it stands, if it has not been granted the way out.
    pub fn stands_in(&self) -> Option<SpotId> {
        self.spot.filter(|_| self.granted == 0)
    }

    /// The first point at which it could come to a stand, whatever else it was granted. None if that is its destination,
    /// or if it stands in a spot.
    pub fn first_stop(&self, network: &Network, now: Time) -> Option<usize> {
        let (way, speed) = self.at(now);
        let mut missing = self.limits.braking_distance(speed);
        let mut point = self.passed.checked_sub(1);
        if matches!(self.motion, Motion::Rolling(_)) {
            missing -= self.hop(network, self.passed).length - way;
            point = Some(self.passed);
        }
        let mut point = point?;
        while missing > 0.0 && point + 1 < self.granted {
            point += 1;
            missing -= self.hop(network, point).length;
        }
        // It was granted enough to stop at the last point; only rounding can say otherwise.
        (point < self.route.len() && (missing <= 0.0 || !self.is_through())).then_some(point)
    }

    /// Where it stands or will be able to stand first, for planning its next trip.
    pub fn stand(&self, network: &Network, now: Time) -> Stand {
        match self.first_stop(network, now) {
            Some(point) => Stand::Zone(self.route[point]),
            None => Stand::Spot(self.stands_in().unwrap_or(self.to)),
        }
    }

    /// The place of a point of its trip; before the first, that of the spot where it began. `bay` says where it stands in
    /// a spot.
    fn point(&self, network: &Network, point: Option<usize>, bay: &impl Fn(SpotId) -> (f64, f64)) -> (f64, f64) {
        match (point, point.and_then(|point| self.route.get(point))) {
            (_, Some(&zone)) => network.place(zone),
            (None, _) => bay(self.spot.unwrap_or(self.to)),
            (Some(_), None) => bay(self.to),
        }
    }

    /// Where it is: metres towards the east and the north.
    pub fn place(&self, network: &Network, now: Time) -> (f64, f64) {
        let bay = |spot: SpotId| network.spot(spot).map_or((0.0, 0.0), |spot| spot.place);
        let last = self.point(network, self.passed.checked_sub(1), &bay);
        if !self.is_under_way() {
            return last;
        }
        between(last, self.point(network, Some(self.passed), &bay), self.share(network, now))
    }

    /// The share of the way from its last point to the next that it has behind it.
    fn share(&self, network: &Network, now: Time) -> f64 {
        let length = self.hop(network, self.passed).length;
        if length > 0.0 { (self.at(now).0 / length).min(1.0) } else { 0.0 }
    }

    /// Whether it goes on from its last point as it came there, straight ahead at an even speed: then nothing about its way
    /// is new to whoever draws it.
    pub fn goes_on_evenly(&self, network: &Network) -> bool {
        const NEAR: f64 = 5e-3;
        let (Motion::Rolling(leg), Some(first)) = (self.motion, self.passed.checked_sub(2)) else { return false };
        let Profile { distance, entry, peak, exit } = leg.profile;
        let &[before, here, next, ..] = &self.route[first..] else { return false };
        if leg.offset > 0.0 || entry != peak || peak != exit {
            return false;
        }
        // Lanes are straight.
        if network.is_in_lane(here) {
            return before != next;
        }
        let [before, here, next] = [before, here, next].map(|zone| network.place(zone));
        let (came, goes) = ((here.0 - before.0, here.1 - before.1), (next.0 - here.0, next.1 - here.1));
        let (dot, cross) = (came.0 * goes.0 + came.1 * goes.1, came.0 * goes.1 - came.1 * goes.0);
        let drawn = goes.0 * goes.0 + goes.1 * goes.1;
        let is_as_long = (drawn - distance * distance).abs() < 2.0 * NEAR * distance;
        dot > 0.0 && cross.abs() < 1e-6 * dot && is_as_long
    }

    /// How it moves from here on, for drawing. `bay` says where it stands in a spot.
    pub fn course(&self, network: &Network, bay: impl Fn(SpotId) -> (f64, f64)) -> Course {
        let last = self.passed.checked_sub(1);
        let here = self.point(network, last, &bay);
        let before = match last {
            // In a spot it looks the way it came in.
            None => self.spot.and_then(|spot| network.spot(spot)).map(|spot| network.place(spot.junction)),
            Some(last) => Some(self.point(network, last.checked_sub(1), &bay)),
        };
        let before = before.map_or((1.0, 0.0), |before| (here.0 - before.0, here.1 - before.1));
        let standing = Course { from: here, to: here, before, leg: None };
        let next = || self.point(network, Some(self.passed), &bay);
        match self.motion {
            Motion::Rolling(leg) if self.is_under_way() => {
                let to = next();
                // Nearly all legs begin at a point.
                let from = if leg.offset > 0.0 { between(here, to, self.share(network, leg.since)) } else { here };
                // The way into a spot is drawn longer or shorter than it is.
                let drawn = far(from, to) / leg.profile.distance.max(1e-9);
                let speeds = [leg.profile.entry, leg.profile.exit].map(|speed| speed * drawn);
                Course { from, to, before, leg: Some((leg.since, leg.until, speeds)) }
            }
            _ => standing,
        }
    }
}

/// For drawing; the world's own distances are `libm`'s.
fn far(from: (f64, f64), to: (f64, f64)) -> f64 {
    ((to.0 - from.0).powi(2) + (to.1 - from.1).powi(2)).sqrt()
}

fn between(from: (f64, f64), to: (f64, f64), share: f64) -> (f64, f64) {
    (from.0 + (to.0 - from.0) * share, from.1 + (to.1 - from.1) * share)
}
