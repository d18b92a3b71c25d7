//! The protective separation distance of speed and separation monitoring.
//!
//! ISO/TS 15066:2016, 5.5.4.2.3, equation (1): `S_p = S_h + S_r + S_s + C + Z_d + Z_r`. Here the machine is watched and the person is
//! not foreseen: a person comes at a constant speed `v_h`, so that `S_h = v_h (T_r + T_s)` (equation 3); the machine goes on at
//! the speed `v_r` at which it comes nearer, until it reacts, `S_r = v_r T_r` (equation 5), and then brakes evenly,
//! `T_s = v_r / a`, `S_s = v_r² / 2a` (equation 7 for a constant deceleration). 1.6 m/s is the speed of a walking person in ISO
//! 13855:2010, 6.2.3.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::engine::time::Duration;
use crate::world::space::Point;

/// How far a machine has to stay away from people while it moves, by how fast it comes nearer and how soon it stands.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Protective {
    /// How long the machine takes to notice somebody and to begin to brake (T_r).
    #[schemars(example = &"200ms")]
    pub reacts: Duration,
    /// How hard it brakes.
    #[schemars(range(min = 1e-3), extend("x-unit" = "m/s²"))]
    pub brakes: f64,
    /// How fast a person comes: 1.6 m/s by ISO 13855.
    #[schemars(range(min = 0), extend("x-unit" = "m/s"))]
    pub person_speed: f64,
    /// How far a part of the body can reach before it is noticed (C).
    #[schemars(range(min = 0), extend("x-unit" = "m"))]
    pub intrusion: f64,
    /// How inexactly it is known where the person and the machine are (Z_d + Z_r).
    #[schemars(range(min = 0), extend("x-unit" = "m"))]
    pub uncertainty: f64,
}

impl Default for Protective {
    fn default() -> Self {
        Protective {
            reacts: Duration::from_nanos(200_000_000),
            brakes: 1.0,
            person_speed: 1.6,
            intrusion: 0.0,
            uncertainty: 0.0,
        }
    }
}

impl Protective {
    /// The distance for a machine that comes nearer at some speed (m/s; none if it goes away): metres.
    pub fn distance(&self, nearing: f64) -> f64 {
        let speed = nearing.max(0.0);
        let (reacts, brakes) = (self.reacts.seconds(), speed / self.brakes);
        let person = self.person_speed * (reacts + brakes);
        let machine = speed * reacts + speed * brakes / 2.0;
        person + machine + self.intrusion + self.uncertainty
    }
}

/// How fast something that moves at `velocity` (m/s) comes nearer to a point. Whoever stands in the same place is come nearer to as
/// fast as it goes.
pub fn nearing(from: Point, velocity: Point, to: Point) -> f64 {
    let way: Point = std::array::from_fn(|axis| to[axis] - from[axis]);
    let (far, speed) = (length(way), length(velocity));
    if far > 0.0 { (way[0] * velocity[0] + way[1] * velocity[1] + way[2] * velocity[2]) / far } else { speed }
}

/// The length of a vector.
pub fn length([x, y, z]: Point) -> f64 {
    (x * x + y * y + z * z).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A machine at 1 m/s that reacts in 0.1 s and brakes in 0.3 s (so that it brakes at 1/0.3 m/s²), a person at 1.6 m/s, an
    /// intrusion of 0.1 m and uncertainties of 0.05 m: 0.64 + 0.1 + 0.15 + 0.1 + 0.05 m, by hand.
    #[test]
    fn the_terms_add_up() {
        let law = Protective {
            reacts: Duration::from_nanos(100_000_000),
            brakes: 1.0 / 0.3,
            person_speed: 1.6,
            intrusion: 0.1,
            uncertainty: 0.05,
        };
        assert!((law.distance(1.0) - 1.04).abs() < 1e-12, "{}", law.distance(1.0));
        // Who goes away need only mind that the person may come after it until it would have noticed.
        assert!((law.distance(-1.0) - (0.16 + 0.15)).abs() < 1e-12);
    }

    /// The equation's integrals, worked out step by step: how far both have come when the machine stands.
    #[test]
    fn it_is_what_both_come_nearer_until_the_machine_stands() {
        let law = Protective { brakes: 0.8, ..Protective::default() };
        for speed in [0.1, 0.7, 1.4, 3.0] {
            const STEP: f64 = 1e-6;
            let (mut gap, mut now, mut left) = (0.0, 0.0, speed);
            while left > 0.0 {
                if now >= law.reacts.seconds() {
                    left -= law.brakes * STEP;
                }
                gap += (left.max(0.0) + law.person_speed) * STEP;
                now += STEP;
            }
            assert!((gap - law.distance(speed)).abs() < 1e-4, "{speed}: {gap} {}", law.distance(speed));
        }
    }

    #[test]
    fn only_what_leads_towards_somebody_counts() {
        assert_eq!(nearing([0.0; 3], [2.0, 0.0, 0.0], [3.0, 0.0, 0.0]), 2.0);
        assert_eq!(nearing([0.0; 3], [2.0, 0.0, 0.0], [0.0, 3.0, 0.0]), 0.0);
        assert_eq!(nearing([0.0; 3], [2.0, 0.0, 0.0], [-1.0, 0.0, 0.0]), -2.0);
        assert_eq!(nearing([1.0; 3], [0.0, 3.0, 4.0], [1.0; 3]), 5.0);
    }
}
