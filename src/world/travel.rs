//! Twins that move by themselves: along a route of straight legs, with a speed that rises and falls evenly.

use bevy_ecs::prelude::{Component, Entity, Query, Res, World};
use rayon::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::physics::Body;
use super::position::Position;
use super::space::{Point, distance};
use crate::engine::clock::Clock;
use crate::engine::parallel::Pool;
use crate::engine::time::{Duration, Time};

/// How a twin moves that goes somewhere by itself.
#[derive(Component, Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Drive {
    /// How fast it goes at most.
    #[schemars(range(min = 1e-6), extend("x-unit" = "m/s"))]
    pub speed: f64,
    /// How quickly it gets faster and slower; without it, at once.
    #[schemars(range(min = 1e-6), extend("x-unit" = "m/s²"), example = 0.5)]
    pub acceleration: Option<f64>,
}

impl Default for Drive {
    fn default() -> Self {
        Drive { speed: 1.0, acceleration: None }
    }
}

/// A speed that rises evenly from a stand, holds, and falls evenly to a stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Profile {
    /// How far: metres.
    pub length: f64,
    /// The greatest speed that is reached: m/s.
    pub peak: f64,
    /// m/s²; infinite if speed changes at once.
    pub acceleration: f64,
}

impl Profile {
    /// Over a length, as fast as it goes.
    pub fn new(length: f64, speed: f64, acceleration: Option<f64>) -> Profile {
        let acceleration = acceleration.unwrap_or(f64::INFINITY);
        // On a short way the top speed is never reached: v² = a s.
        let peak = if acceleration.is_finite() { speed.min((acceleration * length).sqrt()) } else { speed };
        Profile { length, peak, acceleration }
    }

    /// How long it takes: seconds.
    pub fn duration(&self) -> f64 {
        if self.length <= 0.0 {
            return 0.0;
        }
        // L / v and, for speeding up and slowing down, another v / 2a each.
        self.length / self.peak + self.ramp()
    }

    /// How long it takes to reach the greatest speed: seconds.
    fn ramp(&self) -> f64 {
        if self.acceleration.is_finite() { self.peak / self.acceleration } else { 0.0 }
    }

    /// How far it has come after some seconds, and how fast it is then.
    pub fn at(&self, seconds: f64) -> (f64, f64) {
        let (whole, ramp) = (self.duration(), self.ramp());
        if seconds <= 0.0 || self.length <= 0.0 {
            return (0.0, 0.0);
        }
        if seconds >= whole {
            return (self.length, 0.0);
        }
        let left = whole - seconds;
        if seconds < ramp {
            (self.acceleration * seconds * seconds / 2.0, self.acceleration * seconds)
        } else if left < ramp {
            (self.length - self.acceleration * left * left / 2.0, self.acceleration * left)
        } else {
            (self.peak * (seconds - ramp / 2.0), self.peak)
        }
    }

    /// How fast it is after some way: m/s.
    pub fn speed_at(&self, far: f64) -> f64 {
        // v² = 2 a s, from the start and, backwards, from the end.
        let least = far.min(self.length - far).max(0.0);
        if self.acceleration.is_finite() { self.peak.min((2.0 * self.acceleration * least).sqrt()) } else { self.peak }
    }

    /// After how many seconds it has come so far.
    pub fn when(&self, far: f64) -> f64 {
        let (whole, ramp) = (self.duration(), self.ramp());
        let first = self.peak * ramp / 2.0;
        if far <= 0.0 || self.length <= 0.0 {
            0.0
        } else if far >= self.length {
            whole
        } else if far < first {
            (2.0 * far / self.acceleration).sqrt()
        } else if self.length - far < first {
            whole - (2.0 * (self.length - far) / self.acceleration).sqrt()
        } else {
            far / self.peak + ramp / 2.0
        }
    }
}

/// A straight part of a route.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Leg {
    /// Where it leads.
    pub to: Point,
    /// How far it is from the start of the route to there: metres.
    pub ends: f64,
    /// Which way it leads: radians, counter-clockwise from east. None if it leads straight up or nowhere.
    pub heading: Option<f64>,
}

/// Where a twin goes: a route, and since when it has been on its way.
#[derive(Component, Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Travel {
    /// From where it set out.
    pub from: Point,
    /// The legs of its way. None while it stands.
    pub legs: Vec<Leg>,
    /// When it set out.
    pub began: Time,
    /// How its speed changes on the way.
    pub profile: Profile,
}

/// Where somebody is on its way: the leg, how far it has come on it (metres), and how fast it is (m/s).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OnTheWay {
    /// Which of the route's legs.
    pub leg: usize,
    /// Where.
    pub at: Point,
    /// m/s.
    pub speed: f64,
}

/// A part of a way that leads straight on, with a speed that changes evenly.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Section {
    /// Where it begins.
    pub from: Point,
    /// Where it ends.
    pub to: Point,
    /// When it begins.
    pub since: Time,
    /// When it ends.
    pub until: Time,
    /// How fast one is there: m/s.
    pub speeds: [f64; 2],
}

impl Travel {
    /// The part of the way on which it is at a moment. None while it stands, and when it has arrived.
    pub fn section(&self, now: Time) -> Option<Section> {
        let OnTheWay { leg, .. } = self.at(now)?;
        let (far, _) = self.profile.at((now - self.began).seconds());
        if far >= self.profile.length {
            return None;
        }
        // What bounds a part: the ends of its leg, and where it has got up to speed and begins to slow down.
        let (start, begins) = self.start_of(leg);
        let Leg { to, ends, .. } = self.legs[leg];
        let ramp = self.profile.peak * self.profile.ramp() / 2.0;
        let bounds = [ramp, self.profile.length - ramp].map(|bound| bound.clamp(begins, ends));
        let lower = bounds.into_iter().filter(|bound| *bound <= far).fold(begins, f64::max);
        let upper = bounds.into_iter().filter(|bound| *bound > far).fold(ends, f64::min);
        let point = |far: f64| {
            let share = if ends > begins { (far - begins) / (ends - begins) } else { 1.0 };
            std::array::from_fn(|axis| start[axis] + (to[axis] - start[axis]) * share)
        };
        let when = |far: f64| self.began + Duration::from_seconds(self.profile.when(far));
        Some(Section {
            from: point(lower),
            to: point(upper),
            since: when(lower),
            until: when(upper),
            speeds: [lower, upper].map(|far| self.profile.speed_at(far)),
        })
    }

    /// Sets out along a route that begins where the twin is. Returns when it arrives.
    pub fn set_out(&mut self, route: &[Point], now: Time, drive: &Drive, speed: Option<f64>) -> Time {
        self.legs.clear();
        let mut ends = 0.0;
        for pair in route.windows(2) {
            ends += distance(pair[0], pair[1]);
            let (east, north) = (pair[1][0] - pair[0][0], pair[1][1] - pair[0][1]);
            let heading = (east != 0.0 || north != 0.0).then(|| libm::atan2(north, east));
            self.legs.push(Leg { to: pair[1], ends, heading });
        }
        let speed = speed.map_or(drive.speed, |speed| speed.min(drive.speed));
        self.from = route.first().copied().unwrap_or_default();
        self.began = now;
        self.profile = Profile::new(ends, speed, drive.acceleration);
        // The nanosecond behind its arrival, so that it is there when asked.
        now + Duration::from_seconds(self.profile.duration()) + Duration::from_nanos(1)
    }

    /// Stands where it is.
    fn stop(&mut self) {
        self.legs.clear();
    }

    /// Whether it is on its way.
    pub fn is_under_way(&self) -> bool {
        !self.legs.is_empty()
    }

    /// Where a leg begins, and how far that is from the start of the route.
    pub fn start_of(&self, leg: usize) -> (Point, f64) {
        leg.checked_sub(1).and_then(|before| self.legs.get(before)).map_or((self.from, 0.0), |leg| (leg.to, leg.ends))
    }

    /// Where it is at a moment. None while it stands.
    pub fn at(&self, now: Time) -> Option<OnTheWay> {
        let last = self.legs.len().checked_sub(1)?;
        let (far, speed) = self.profile.at((now - self.began).seconds());
        if far >= self.profile.length {
            // To the last bit where it wanted to be.
            return Some(OnTheWay { leg: last, at: self.legs[last].to, speed });
        }
        let leg = self.legs.iter().position(|leg| far < leg.ends).unwrap_or(last);
        let (from, begins) = self.start_of(leg);
        let Leg { to, ends, .. } = self.legs[leg];
        let share = if ends > begins { (far - begins) / (ends - begins) } else { 1.0 };
        let at = std::array::from_fn(|axis| from[axis] + (to[axis] - from[axis]) * share);
        Some(OnTheWay { leg, at, speed })
    }
}

/// Moves everybody who is on the way to where it is now. Where bodies that move by forces are, forces say.
pub fn travel(clock: Res<Clock>, pool: Res<Pool>, mut twins: Query<(&Travel, Option<&Body>, &mut Position)>) {
    let now = clock.now;
    for (travels, bodies, mut positions) in twins.contiguous_iter_mut().into_iter().flatten() {
        let rows = travels.par_iter().zip(positions.bypass_change_detection().par_iter_mut()).enumerate();
        pool.for_rows(rows, |(row, (travel, position))| {
            if bodies.is_some_and(|bodies| bodies[row].moves.by_forces()) {
                return;
            }
            if let Some(on) = travel.at(now) {
                let heading = travel.legs[on.leg].heading.unwrap_or(position.heading);
                *position = Position { x: on.at[0], y: on.at[1], z: on.at[2], heading };
            }
        });
    }
}

/// Lets a twin stand where it is at this moment. Whoever goes is moved at ticks, and may stop between two of them.
pub fn halt(world: &mut World, twin: Entity) {
    let now = world.resource::<Clock>().now;
    let by_forces = world.get::<Body>(twin).is_some_and(|body| body.moves.by_forces());
    let Some(mut travel) = world.get_mut::<Travel>(twin) else { return };
    let on = travel.at(now).map(|on| (on.at, travel.legs[on.leg].heading));
    travel.stop();
    if let (Some((at, heading)), Some(mut position), false) = (on, world.get_mut::<Position>(twin), by_forces) {
        let heading = heading.unwrap_or(position.heading);
        *position = Position { x: at[0], y: at[1], z: at[2], heading };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// Whatever the way: the speed is the slope of the distance, never more than allowed, and the end is reached in time.
        #[test]
        fn profiles_are_smooth_and_end_where_they_should(
            length in 0.01_f64..200.0,
            speed in 0.1_f64..5.0,
            acceleration in prop::option::of(0.05_f64..3.0),
            share in 0.001_f64..0.999,
        ) {
            let profile = Profile::new(length, speed, acceleration);
            let whole = profile.duration();
            prop_assert!((profile.at(whole).0 - length).abs() < 1e-9);
            let (far, now) = profile.at(whole * share);
            prop_assert!((profile.when(far) - whole * share).abs() < 1e-6 * whole.max(1.0));
            let step = whole * 1e-6;
            let slope = (profile.at(whole * share + step).0 - profile.at(whole * share - step).0) / (2.0 * step);
            prop_assert!((slope - now).abs() < 1e-3 * speed + 1e-6, "{} {}", slope, now);
            prop_assert!(now <= speed + 1e-9 && far <= length);
            if let Some(acceleration) = acceleration {
                prop_assert!(now * now <= 2.0 * acceleration * far.min(length - far) + 1e-6);
            }
        }

        #[test]
        fn whoever_travels_comes_along_all_points_of_the_route(
            points in prop::collection::vec([-20.0_f64..20.0, -20.0..20.0, 0.0..3.0], 2..6),
        ) {
            let mut travel = Travel::default();
            let arrives = travel.set_out(&points, Time::ZERO, &Drive { acceleration: Some(0.4), ..Drive::default() }, None);
            let profile = travel.profile;
            let mut far = 0.0;
            for (leg, ends) in points.windows(2).enumerate() {
                far += distance(ends[0], ends[1]);
                let on = travel.at(Time::ZERO + Duration::from_seconds(profile.when(far))).unwrap();
                prop_assert!(distance(on.at, ends[1]) < 1e-3, "{leg} {on:?} {ends:?}");
            }
            // On each part of the way the speed changes evenly.
            for share in (0..40).map(|n| f64::from(n) / 40.0) {
                let now = Time::ZERO + Duration::from_seconds(profile.duration() * share);
                let (on, part) = (travel.at(now).unwrap(), travel.section(now).unwrap());
                prop_assert!(part.since <= now && now <= part.until, "{part:?} {now:?}");
                let (passed, whole) = ((now - part.since).seconds(), (part.until - part.since).seconds());
                let rise = (part.speeds[1] - part.speeds[0]) / whole.max(1e-9);
                let gone = part.speeds[0] * passed + rise * passed * passed / 2.0;
                prop_assert!((distance(part.from, on.at) - gone).abs() < 1e-5, "{part:?} {on:?} {gone}");
                prop_assert!((part.speeds[0] + rise * passed - on.speed).abs() < 1e-4, "{part:?} {on:?}");
            }
            prop_assert_eq!(travel.section(arrives), None);
            prop_assert_eq!(travel.at(arrives).unwrap().at, *points.last().unwrap());
            travel.stop();
            prop_assert_eq!(travel.at(arrives), None);
        }
    }
}
