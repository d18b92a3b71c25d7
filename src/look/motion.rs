//! Where a thing is at a moment of its motion.

use super::sight::Motion;
use crate::engine::time::Time;

/// A place and a heading: metres towards the east, the north and up; radians, counter-clockwise from east.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Pose {
    /// Where.
    pub at: [f32; 3],
    /// Which way it looks.
    pub heading: f32,
}

impl Pose {
    /// A point so far before, to the left of and above it.
    pub fn point(&self, [x, y, z]: [f32; 3]) -> [f32; 3] {
        let (sin, cos) = self.heading.sin_cos();
        [self.at[0] + x * cos - y * sin, self.at[1] + x * sin + y * cos, self.at[2] + z]
    }
}

/// How long it takes to turn round on the spot: seconds.
const TURN: f32 = 0.6;

/// Where something is that stands or goes, how far it has gone since it set out, and whether it is still on its way. None if
/// it is within another thing or hidden. Whoever does not come to a stand at the end of its way goes on straight ahead at
/// the speed that it has there, until something else is said of it.
pub fn pose(motion: &Motion, now: Time) -> Option<(Pose, f32, bool)> {
    match *motion {
        Motion::Stands { at, heading } => Some((Pose { at, heading }, 0.0, false)),
        Motion::Goes { from, to, since, until, speeds, before } => {
            let length = (until - since).seconds() as f32;
            let elapsed = ((now - since).seconds() as f32).clamp(0.0, length);
            let way: [f32; 3] = std::array::from_fn(|axis| to[axis] - from[axis]);
            let far = way.iter().map(|part| part * part).sum::<f32>().sqrt();
            let share = if far > 1e-6 && length > 0.0 { share(elapsed / length, length / far, speeds) } else { 1.0 };
            let beyond = ((now - until).seconds() as f32).max(0.0) * speeds[1];
            let share = if far > 1e-6 { share + beyond / far } else { share };
            let at = std::array::from_fn(|axis| from[axis] + way[axis] * share);
            let ahead = if way[0].abs() + way[1].abs() > 1e-4 { [way[0], way[1]] } else { before };
            let ahead = ahead[1].atan2(ahead[0]);
            let turned = elapsed / TURN.min(length.max(1e-3));
            let heading = if turned < 1.0 {
                let heading = before[1].atan2(before[0]);
                heading + turn_to(ahead - heading) * turned
            } else {
                ahead
            };
            Some((Pose { at, heading }, far * share, now < until || speeds[1] > 0.0))
        }
        Motion::Within { .. } | Motion::Hidden => None,
    }
}

/// The share of the way that lies behind after a share of the time: the cubic curve with the speeds at both ends.
fn share(time: f32, seconds_per_metre: f32, speeds: [f32; 2]) -> f32 {
    let [v0, v1] = speeds.map(|speed| speed * seconds_per_metre);
    let (t2, t3) = (time * time, time * time * time);
    let share = (t3 - 2.0 * t2 + time) * v0 + (3.0 * t2 - 2.0 * t3) + (t3 - t2) * v1;
    share.clamp(0.0, 1.0)
}

/// The shorter way round; who turns back turns to the left.
fn turn_to(angle: f32) -> f32 {
    const BACK: f32 = 0.01 - std::f32::consts::PI;
    let by = turn(angle);
    if by < BACK { by + std::f32::consts::TAU } else { by }
}

/// The shorter way round.
pub fn turn(angle: f32) -> f32 {
    (angle + std::f32::consts::PI).rem_euclid(std::f32::consts::TAU) - std::f32::consts::PI
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::time::Duration;
    use proptest::prelude::*;

    fn at(seconds: f64) -> Time {
        Time::ZERO + Duration::from_seconds(seconds)
    }

    proptest! {
        #[test]
        fn whoever_goes_goes_from_one_end_to_the_other_and_never_back(
            from in prop::array::uniform3(-50.0_f32..50.0),
            to in prop::array::uniform3(-50.0_f32..50.0),
            seconds in 0.1_f64..30.0,
            // Speeds up to twice the mean, as constant acceleration from or to a stand gives.
            ends in prop::array::uniform2(0.0_f32..2.0),
        ) {
            let far = from.iter().zip(&to).map(|(a, b)| (a - b) * (a - b)).sum::<f32>().sqrt();
            let mean = far / seconds as f32;
            let speeds = ends.map(|share| share * mean);
            let motion = Motion::Goes { from, to, since: at(5.0), until: at(5.0 + seconds), speeds, before: [1.0, 0.0] };
            let gone = |share: f64| pose(&motion, at(5.0 + seconds * share)).unwrap();
            prop_assert_eq!(gone(0.0).0.at, from);
            let end = gone(1.0);
            prop_assert!(end.0.at.iter().zip(&to).all(|(a, b)| (a - b).abs() < 1e-3));
            prop_assert_eq!(end.2, speeds[1] > 0.0, "who does not stand goes on");
            let beyond = pose(&motion, at(5.0 + seconds + 2.0)).unwrap().1;
            prop_assert!((beyond - far - 2.0 * speeds[1]).abs() < 1e-2 * (1.0 + speeds[1]), "{beyond}");
            let ways: Vec<f32> = (0..=50).map(|n| gone(f64::from(n) / 50.0).1).collect();
            prop_assert!(ways.windows(2).all(|pair| pair[1] >= pair[0] - 1e-3), "{ways:?}");
        }
    }
}
