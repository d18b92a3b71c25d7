//! Who is near, as far as a sensor reaches, as wide as it sees, and as nobody stands in between.

use std::sync::Arc;

use super::{Cone, Output, Sensor};
use crate::engine::identity::TwinId;
use crate::twin::knowledge::MOST_OUTPUTS;
use crate::twin::source::{View, turn};
use crate::twin::who::TwinSet;
use crate::world::position::Position;
use crate::world::space::{Placed, Point};

/// A proximity sensor.
pub struct Proximity {
    /// Metres.
    pub range: f64,
    /// Half of how wide it sees: radians.
    pub half_angle: f64,
    /// Where it looks, to the left of where the twin looks: radians.
    pub direction: f64,
    /// Whom it sees; everybody, if none.
    pub of: Option<Arc<TwinSet>>,
    /// Whether bodies hide who is behind them.
    pub is_occluded: bool,
    /// How high above the twin's place it looks from: metres.
    pub height: f64,
    /// Whether anybody wants to know the bearing.
    pub tells_bearing: bool,
}

impl Proximity {
    /// The cosine of the half angle squared, with its sign: what decides without a square root.
    fn sees(&self, [east, north]: [f64; 2], [ahead_east, ahead_north]: [f64; 2]) -> bool {
        if self.half_angle >= std::f64::consts::PI {
            return true;
        }
        let along = east * ahead_east + north * ahead_north;
        let far = (east * east + north * north).sqrt();
        along >= far * libm::cos(self.half_angle)
    }
}

/// Which of the outputs the bearing is.
const BEARING: usize = 2;

/// Who has been seen so far.
struct Seen {
    count: u32,
    /// The nearest of them: the square of its distance, as the bits of a number that is not negative (their order is that of the
    /// numbers), then who it is. Of two equally near it is so the one with the lower id.
    nearest: u64,
}

impl Seen {
    const NOBODY: Seen = Seen { count: 0, nearest: u64::MAX };

    /// One more who is looked at, and whether it is seen. Without branches: nobody could foretell them.
    #[inline]
    fn look_at(&mut self, other: &Placed, squared: f32, is_seen: bool) {
        self.count += u32::from(is_seen);
        let near = u64::from(squared.to_bits()) << u32::BITS | other.twin().0;
        self.nearest = self.nearest.min(if is_seen { near } else { u64::MAX });
    }

    /// The nearest of them, and how far it is: metres.
    fn nearest(&self) -> Option<(TwinId, f64)> {
        let squared = f32::from_bits((self.nearest >> u32::BITS) as u32);
        (self.count > 0).then(|| (TwinId(self.nearest & u64::from(u32::MAX)), f64::from(squared).sqrt()))
    }
}

impl Proximity {
    /// Whether it sees everybody in its range.
    fn sees_all(&self) -> bool {
        self.of.is_none() && self.half_angle >= std::f64::consts::PI && !self.is_occluded
    }

    fn look(&self, view: &View, position: Position) -> Seen {
        let space = &view.surroundings().space;
        let at = [position.x, position.y, position.z];
        let (eye, squared_range) = (space.eye(at), (self.range * self.range) as f32);
        let mut seen = Seen::NOBODY;
        if self.sees_all() {
            for row in space.around(at, self.range) {
                for other in row {
                    let squared = other.squared_distance(&eye);
                    seen.look_at(other, squared, (squared <= squared_range) & (other.twin() != view.twin));
                }
            }
            return seen;
        }
        let looks = position.heading + self.direction;
        let ahead = [libm::cos(looks), libm::sin(looks)];
        for other in space.around(at, self.range).flatten() {
            let squared = other.squared_distance(&eye);
            let is_seen = squared <= squared_range
                && other.twin() != view.twin
                && self.of.as_ref().is_none_or(|of| of.contains(other.twin()))
                && space.place(other.twin()).is_some_and(|there| {
                    self.sees([there[0] - at[0], there[1] - at[1]], ahead)
                        && !self.is_hidden(view, at, other.twin(), there)
                });
            seen.look_at(other, squared, is_seen);
        }
        seen
    }

    /// Whether a body stands between it and somebody.
    fn is_hidden(&self, view: &View, at: Point, other: TwinId, there: Point) -> bool {
        let raise = |[x, y, z]: Point| [x, y, z + self.height];
        self.is_occluded && view.is_hidden(raise(at), other, raise(there))
    }
}

impl Sensor for Proximity {
    fn outputs(&self) -> Vec<Output> {
        vec![Output::exact("count"), Output::analog("distance"), Output::exact("bearing"), Output::twin("twin")]
    }

    fn spare(&mut self, is_read: &[bool]) -> Vec<usize> {
        self.tells_bearing = is_read[BEARING];
        if self.tells_bearing { Vec::new() } else { vec![BEARING] }
    }

    fn cone(&self) -> Option<Cone> {
        let [range, direction, half_angle] = [self.range, self.direction, self.half_angle].map(|part| part as f32);
        Some(Cone { range, direction, half_angle })
    }

    fn measure(&self, view: &View, out: &mut [f64; MOST_OUTPUTS]) -> bool {
        let Some(position) = view.position else { return false };
        let seen = self.look(view, position);
        out[0] = f64::from(seen.count);
        let Some((nearest, far)) = seen.nearest() else { return true };
        (out[1], out[3]) = (far, nearest.0 as f64);
        if self.tells_bearing
            && let Some(there) = view.surroundings().space.place(nearest)
        {
            let (east, north) = (there[0] - position.x, there[1] - position.y);
            let is_here = east == 0.0 && north == 0.0;
            out[BEARING] = if is_here { 0.0 } else { turn(libm::atan2(north, east) - position.heading) };
        }
        true
    }
}
