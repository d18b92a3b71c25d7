//! Geofences: a wearable that does not know exactly where it is says when it is surely outside.
//!
//! A measurement is off by a normal error on each axis, of standard deviation σ, so that its distance from the truth is Rayleigh
//! distributed: it is less than `r` with the probability `1 − exp(−r² / 2σ²)`. The radius within which 95 % of measurements lie is
//! `σ √(−2 ln 0.05) = 2.4477 σ`, and half of them lie within `1.1774 σ` (CEP); makers give either (F. van Diggelen, "GNSS accuracy:
//! lies, damn lies, and statistics", GPS World 2007).
//!
//! An alarm is given if the measured place is outside by more than the error radius of the confidence that is wanted. Whoever is
//! inside, be the zone of whatever shape, then gives a false alarm with a probability of at most `1 − confidence` at each measurement,
//! since the measurement has to be off by more than that radius; beside a straight border it is `Φ(−(d + r) / σ)` for who is `d` inside,
//! and who is `d` outside is noticed with `Φ((d − r) / σ)`.

use crate::engine::distribution::standard_normal;
use crate::engine::identity::TwinId;
use crate::engine::random::{Purpose, Seed};

/// The error radius within which a share of measurements lies, in standard deviations.
pub fn radius(share: f64) -> f64 {
    libm::sqrt(-2.0 * libm::log(1.0 - share))
}

const ERROR: Purpose = Purpose::new("wearable.error");

/// The error of a wearable's measurement, the `count`-th: metres on each axis.
pub fn error(seed: Seed, twin: TwinId, count: u64, sd: f64) -> [f64; 2] {
    let mut random = seed.stream(twin.0, ERROR, count);
    [sd * standard_normal(&mut random), sd * standard_normal(&mut random)]
}

/// Whether a place that was measured is surely outside, or may be inside again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Outside by more than the error radius.
    Outside,
    /// Neither: what was said before stays.
    Unsure,
    /// Inside.
    Inside,
}

/// What a measurement says that lies outside by so much (negative inside), with an error radius; both in metres.
pub fn judge(outside: f64, radius: f64) -> Verdict {
    if outside > radius {
        Verdict::Outside
    } else if outside <= 0.0 {
        Verdict::Inside
    } else {
        Verdict::Unsure
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::safety::zone::Zone;

    #[test]
    fn radii_are_those_of_the_literature() {
        assert!((radius(0.95) - 2.4477).abs() < 1e-4 && (radius(0.5) - 1.1774).abs() < 1e-4);
    }

    /// The distribution function of the standard normal law.
    fn phi(x: f64) -> f64 {
        libm::erfc(-x / std::f64::consts::SQRT_2) / 2.0
    }

    /// The share of measurements that say that somebody is outside.
    fn share(zone: &Zone, at: [f64; 2], sd: f64, confidence: f64, seed: u64) -> f64 {
        const COUNT: u64 = 200_000;
        let outside = |count: &u64| {
            let [x, y] = error(Seed(seed), TwinId(7), *count, sd);
            judge(zone.outside((at[0] + x, at[1] + y)), sd * radius(confidence)) == Verdict::Outside
        };
        (0..COUNT).filter(outside).count() as f64 / COUNT as f64
    }

    fn close(found: f64, exact: f64) {
        let error = (exact * (1.0 - exact) / 200_000.0).sqrt();
        println!("found {found:.5}, exact {exact:.5}, {:+.2} standard errors", (found - exact) / error.max(1e-9));
        assert!((found - exact).abs() <= 4.5 * error + 1e-9, "{found} {exact}");
    }

    /// Beside a straight border, inside and outside.
    #[test]
    fn straight_borders_alarm_as_often_as_the_normal_law_says() {
        let hall = Zone::Box { from: (-1000.0, -1000.0), to: (1000.0, 0.0) };
        for (number, outside) in [-2.0, -0.5, 0.0, 1.0, 2.5, 4.0, 6.0].into_iter().enumerate() {
            for (sd, confidence) in [(1.5, 0.95), (1.0, 0.8)] {
                let exact = phi((outside - sd * radius(confidence)) / sd);
                close(share(&hall, [0.0, outside], sd, confidence, 10 + number as u64), exact);
            }
        }
    }

    /// In the middle of a circle of radius a: the Rayleigh law, exp(-(a + r)² / 2σ²).
    #[test]
    fn circles_alarm_as_often_as_the_rayleigh_law_says() {
        for (number, a) in [0.2, 1.0, 2.0].into_iter().enumerate() {
            let (sd, r) = (1.2, 1.2 * radius(0.9));
            let circle = Zone::Circle { at: (3.0, 4.0), radius: a };
            close(
                share(&circle, [3.0, 4.0], sd, 0.9, 30 + number as u64),
                libm::exp(-(a + r).powi(2) / (2.0 * sd * sd)),
            );
        }
    }

    /// Whatever the shape, and however deep in a corner: never more false alarms than the confidence allows.
    #[test]
    fn no_shape_gives_more_false_alarms_than_wanted() {
        let spike = Zone::Polygon(vec![(0.0, 0.0), (20.0, -0.05), (20.0, 0.05)]);
        for at in [[19.9, 0.0], [0.1, 0.0], [10.0, 0.0]] {
            let found = share(&spike, at, 1.0, 0.9, 50);
            assert!(found <= 0.1 + 4.5 * (0.1 * 0.9 / 200_000.0_f64).sqrt(), "{found}");
        }
    }
}
