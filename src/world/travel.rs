//! Twins that move by themselves: along a route of straight legs, with a speed that rises and falls evenly.

use bevy_ecs::prelude::{Component, Query, Res};
use rayon::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

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
    /// How much room it needs to each side where it finds its way around what stands there; without it, as much as its
    /// `body` takes.
    #[schemars(range(min = 0), extend("x-unit" = "m"), example = 0.4)]
    pub clearance: Option<f64>,
}

impl Default for Drive {
    fn default() -> Self {
        Drive { speed: 1.0, acceleration: None, clearance: None }
    }
}

/// A speed that rises evenly from a stand, holds, and falls evenly to a stand.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
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

/// Where a twin goes: a route, and since when it has been on its way.
#[derive(Component, Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Travel {
    /// From where it set out, then each point on its way. Empty while it stands.
    pub route: Vec<Point>,
    /// When it set out.
    pub began: Time,
    /// How its speed changes on the way.
    pub profile: Option<Profile>,
    /// Counts whatever was changed about its way, so that whoever draws it knows when to look.
    pub changes: u32,
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

impl Travel {
    /// Sets out along a route that begins where the twin is. Returns when it arrives.
    pub fn set_out(&mut self, route: Vec<Point>, now: Time, drive: &Drive, speed: Option<f64>) -> Time {
        let length = route.windows(2).map(|leg| distance(leg[0], leg[1])).sum();
        let speed = speed.map_or(drive.speed, |speed| speed.min(drive.speed));
        let profile = Profile::new(length, speed, drive.acceleration);
        (self.route, self.began, self.profile) = (route, now, Some(profile));
        self.changes += 1;
        // The nanosecond behind its arrival, so that it is there when asked.
        now + Duration::from_seconds(profile.duration()) + Duration::from_nanos(1)
    }

    /// Stands where it is.
    pub fn stop(&mut self) {
        if !self.route.is_empty() {
            self.route.clear();
            self.profile = None;
            self.changes += 1;
        }
    }

    /// Where it is at a moment. None while it stands.
    pub fn at(&self, now: Time) -> Option<OnTheWay> {
        let profile = self.profile.filter(|_| self.route.len() > 1)?;
        let (mut left, speed) = profile.at((now - self.began).seconds());
        let last = self.route.len() - 2;
        if left >= profile.length {
            // To the last bit where it wanted to be.
            return Some(OnTheWay { leg: last, at: self.route[last + 1], speed });
        }
        for (leg, ends) in self.route.windows(2).enumerate() {
            let length = distance(ends[0], ends[1]);
            if left < length || leg == last {
                let share = if length > 0.0 { (left / length).min(1.0) } else { 1.0 };
                let at = std::array::from_fn(|axis| ends[0][axis] + (ends[1][axis] - ends[0][axis]) * share);
                return Some(OnTheWay { leg, at, speed });
            }
            left -= length;
        }
        None
    }

    /// Which way a leg leads: radians, counter-clockwise from east. None if it leads straight up or nowhere.
    pub fn heading(&self, leg: usize) -> Option<f64> {
        let (from, to) = (self.route.get(leg)?, self.route.get(leg + 1)?);
        let (east, north) = (to[0] - from[0], to[1] - from[1]);
        (east != 0.0 || north != 0.0).then(|| libm::atan2(north, east))
    }
}

/// Moves everybody who is on the way to where it is now.
pub fn travel(clock: Res<Clock>, pool: Res<Pool>, mut twins: Query<(&Travel, &mut Position)>) {
    let now = clock.now;
    for (travels, mut positions) in twins.contiguous_iter_mut().into_iter().flatten() {
        let rows = travels.par_iter().zip(positions.bypass_change_detection().par_iter_mut());
        pool.for_rows(rows, |(travel, position)| {
            if let Some(on) = travel.at(now) {
                let heading = travel.heading(on.leg).unwrap_or(position.heading);
                *position = Position { x: on.at[0], y: on.at[1], z: on.at[2], heading };
            }
        });
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
            let arrives = travel.set_out(points.clone(), Time::ZERO, &Drive { acceleration: Some(0.4), ..Drive::default() }, None);
            let profile = travel.profile.unwrap();
            let mut far = 0.0;
            for (leg, ends) in points.windows(2).enumerate() {
                far += distance(ends[0], ends[1]);
                let on = travel.at(Time::ZERO + Duration::from_seconds(profile.when(far))).unwrap();
                prop_assert!(distance(on.at, ends[1]) < 1e-3, "{leg} {on:?} {ends:?}");
            }
            prop_assert_eq!(travel.at(arrives).unwrap().at, *points.last().unwrap());
            travel.stop();
            prop_assert_eq!(travel.at(arrives), None);
        }
    }
}
