//! How a vehicle speeds up, drives and brakes on its way from one point to the next.
//!
//! Constant acceleration `a`, constant deceleration `b` and a speed limit: the trapezoidal profile of drives and of
//! vehicle kinematics (Biagiotti and Melchiorri, "Trajectory Planning for Automatic Machines and Robots", Springer 2008,
//! section 3.2), with speeds at both ends that need not be zero. All of it follows from v² = v0² + 2 a s.

use serde::{Deserialize, Serialize};

use crate::engine::time::{Duration, Time};

/// What a vehicle can do. All are greater than zero.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Limits {
    /// The greatest speed: m/s.
    pub speed: f64,
    /// How fast it speeds up: m/s².
    pub acceleration: f64,
    /// How fast it brakes: m/s².
    pub deceleration: f64,
}

impl Limits {
    /// Whether a vehicle can be moved by them at all.
    pub fn are_sound(&self) -> bool {
        [self.speed, self.acceleration, self.deceleration].iter().all(|limit| *limit > 0.0 && limit.is_finite())
    }

    /// The way it takes to come to a stand: metres.
    pub fn braking_distance(&self, speed: f64) -> f64 {
        speed * speed / (2.0 * self.deceleration)
    }

    /// The greatest speed from which it can brake to `exit` within `distance`.
    pub fn speed_before(&self, exit: f64, distance: f64) -> f64 {
        libm::sqrt(exit * exit + 2.0 * self.deceleration * distance)
    }

    /// The greatest speed that it can reach within `distance` from `entry`.
    pub fn speed_after(&self, entry: f64, distance: f64) -> f64 {
        libm::sqrt(entry * entry + 2.0 * self.acceleration * distance)
    }
}

/// The fastest movement over `distance` that begins at speed `entry`, ends at speed `exit` and never exceeds a limit.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Profile {
    /// Metres.
    pub distance: f64,
    /// Speed at the beginning: m/s.
    pub entry: f64,
    /// The greatest speed: m/s.
    pub peak: f64,
    /// Speed at the end: m/s.
    pub exit: f64,
}

impl Profile {
    /// Speeds up to a peak, keeps it, and brakes. `entry` and `exit` must be within the limit, and each reachable from the
    /// other; what rounding leaves of that is cut off.
    pub fn new(limits: &Limits, limit: f64, distance: f64, entry: f64, exit: f64) -> Profile {
        let (a, b) = (limits.acceleration, limits.deceleration);
        // Without cruising, the ways of speeding up and braking make up the distance:
        //   (p² - entry²) / 2a + (p² - exit²) / 2b = distance, solved for p.
        let triangle = libm::sqrt((2.0 * a * b * distance + b * entry * entry + a * exit * exit) / (a + b));
        let peak = triangle.min(limit).max(entry).max(exit);
        Profile { distance, entry, peak, exit }
    }

    /// How long speeding up, cruising and braking take: seconds.
    fn phases(&self, limits: &Limits) -> [f64; 3] {
        let cruised = self.distance - self.speeding_up(limits) - self.braking(limits);
        let cruising = if self.peak > 0.0 { cruised.max(0.0) / self.peak } else { 0.0 };
        let up = (self.peak - self.entry) / limits.acceleration;
        let down = (self.peak - self.exit) / limits.deceleration;
        [up, cruising, down]
    }

    /// The way on which it speeds up: metres.
    fn speeding_up(&self, limits: &Limits) -> f64 {
        (self.peak - self.entry) * (self.peak + self.entry) / (2.0 * limits.acceleration)
    }

    /// The way on which it brakes: metres.
    fn braking(&self, limits: &Limits) -> f64 {
        (self.peak - self.exit) * (self.peak + self.exit) / (2.0 * limits.deceleration)
    }

    /// How long the movement takes: seconds.
    pub fn seconds(&self, limits: &Limits) -> f64 {
        let [up, cruising, down] = self.phases(limits);
        up + cruising + down
    }

    /// The way covered (metres) and the speed (m/s) some seconds after the beginning.
    pub fn after(&self, limits: &Limits, seconds: f64) -> (f64, f64) {
        let [up, cruising, down] = self.phases(limits);
        let (way, speed) = if seconds <= 0.0 {
            (0.0, self.entry)
        } else if seconds < up {
            let speed = self.entry + limits.acceleration * seconds;
            (seconds * (self.entry + speed) / 2.0, speed)
        } else if seconds < up + cruising {
            (self.speeding_up(limits) + self.peak * (seconds - up), self.peak)
        } else {
            // Counted from the end, so that the end is met exactly.
            let left = (up + cruising + down - seconds).max(0.0);
            let speed = self.exit + limits.deceleration * left;
            (self.distance - left * (self.exit + speed) / 2.0, speed)
        };
        (way.clamp(0.0, self.distance), speed.min(self.peak))
    }
}

/// A movement in time: from some way after one point to the next point.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Leg {
    /// When it began.
    pub since: Time,
    /// When it ends, at the next point.
    pub until: Time,
    /// How far from the last point it began: metres.
    pub offset: f64,
    /// The movement.
    pub profile: Profile,
}

impl Leg {
    /// A movement that begins now.
    pub fn new(limits: &Limits, now: Time, offset: f64, profile: Profile) -> Leg {
        // At least a nanosecond, so that time goes on whatever the layout.
        let length = Duration::from_seconds(profile.seconds(limits)).max(Duration::from_nanos(1));
        Leg { since: now, until: now + length, offset, profile }
    }

    /// Metres from the last point, and the speed.
    pub fn at(&self, limits: &Limits, now: Time) -> (f64, f64) {
        let (way, speed) = self.profile.after(limits, (now - self.since).seconds());
        (self.offset + way, speed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A vehicle, a speed limit, a distance, and speeds at both ends that fit.
    fn cases() -> impl Strategy<Value = (Limits, f64, f64, f64, f64)> {
        (0.1..3.0_f64, 0.1..2.0_f64, 0.1..2.0_f64, 0.2..1.0_f64, 0.01..30.0_f64, 0.0..1.0_f64, 0.0..1.0_f64).prop_map(
            |(speed, acceleration, deceleration, share, distance, entry, exit)| {
                let limits = Limits { speed, acceleration, deceleration };
                let limit = speed * share;
                let exit = exit * limit;
                let entry = entry * limit.min(limits.speed_before(exit, distance));
                (limits, limit, distance, entry, exit.min(limits.speed_after(entry, distance)))
            },
        )
    }

    /// Drives in tiny steps as fast as it may: faster, unless it could then no longer brake in time.
    fn drive(limits: &Limits, limit: f64, distance: f64, entry: f64, exit: f64) -> f64 {
        const STEP: f64 = 1e-4;
        let (mut way, mut speed, mut seconds) = (0.0, entry, 0.0);
        while way < distance && seconds < 1e4 {
            let left = limits.speed_before(exit, distance - way);
            let next = (speed + limits.acceleration * STEP).min(limit).min(left);
            way += (speed + next) / 2.0 * STEP;
            speed = next;
            seconds += STEP;
        }
        seconds
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn a_movement_takes_as_long_as_driving_in_tiny_steps((limits, limit, distance, entry, exit) in cases()) {
            let profile = Profile::new(&limits, limit, distance, entry, exit);
            let driven = drive(&limits, limit, distance, entry, exit);
            prop_assert!((profile.seconds(&limits) - driven).abs() < 2e-3 * driven + 0.02, "{profile:?} {driven}");
        }
    }

    proptest! {
        #[test]
        fn the_way_is_the_integral_of_the_speed((limits, limit, distance, entry, exit) in cases()) {
            let profile = Profile::new(&limits, limit, distance, entry, exit);
            let steps = 2_000;
            let step = profile.seconds(&limits) / f64::from(steps);
            let mut integral = 0.0;
            let mut before = profile.after(&limits, 0.0);
            for n in 1..=steps {
                let (way, speed) = profile.after(&limits, f64::from(n) * step);
                integral += (before.1 + speed) / 2.0 * step;
                prop_assert!(way >= before.0 - 1e-12, "it goes back");
                prop_assert!(speed <= limit + 1e-9, "{speed} exceeds {limit}");
                let change = (speed - before.1) / step;
                prop_assert!(change <= limits.acceleration + 1e-6 && change >= -limits.deceleration - 1e-6);
                prop_assert!((way - integral).abs() < step * limit + 1e-6, "{way} {integral}");
                let able = limits.speed_before(exit, distance - way);
                prop_assert!(speed <= able + 1e-6, "at {way} it can no longer brake: {speed} {able}");
                before = (way, speed);
            }
            prop_assert!((before.0 - distance).abs() < 1e-9 && (before.1 - exit).abs() < 1e-9);
        }

        #[test]
        fn a_movement_in_two_parts_takes_as_long_as_in_one(
            (limits, limit, distance, entry, exit) in cases(), share in 0.01..0.99_f64,
        ) {
            let whole = Profile::new(&limits, limit, distance, entry, exit);
            let (way, speed) = whole.after(&limits, share * whole.seconds(&limits));
            let first = Profile::new(&limits, limit, way, entry, speed);
            let second = Profile::new(&limits, limit, distance - way, speed, exit);
            let sum = first.seconds(&limits) + second.seconds(&limits);
            prop_assert!((sum - whole.seconds(&limits)).abs() < 1e-6, "{} {sum}", whole.seconds(&limits));
        }
    }

    #[test]
    fn a_long_way_is_a_trapezoid_and_a_short_one_a_triangle() {
        let limits = Limits { speed: 2.0, acceleration: 0.5, deceleration: 1.0 };
        // 4 s and 4 m to speed up, 2 s and 2 m to brake, 14 m at 2 m/s between.
        let long = Profile::new(&limits, 2.0, 20.0, 0.0, 0.0);
        assert_eq!((long.peak, long.seconds(&limits)), (2.0, 4.0 + 7.0 + 2.0));
        // Peak² (1/2a + 1/2b) = 1.5 m gives a peak of 1 m/s after 2 s.
        let short = Profile::new(&limits, 2.0, 1.5, 0.0, 0.0);
        assert!((short.peak - 1.0).abs() < 1e-12 && (short.seconds(&limits) - 3.0).abs() < 1e-12);
    }
}
