//! Who is near, as far as a sensor reaches, as wide as it sees, and as nobody stands in between.

use std::sync::Arc;

use super::{Output, Sensor};
use crate::engine::identity::TwinId;
use crate::twin::knowledge::MOST_OUTPUTS;
use crate::twin::source::{View, turn};
use crate::twin::who::TwinSet;
use crate::world::position::Position;
use crate::world::space::Placed;

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

/// Who has been seen so far: how many, and the nearest of them.
struct Seen<'a> {
    count: u32,
    twin: TwinId,
    squared: f64,
    at: Option<&'a Placed>,
}

impl<'a> Seen<'a> {
    const NOBODY: Seen<'static> = Seen { count: 0, twin: TwinId::NONE, squared: f64::INFINITY, at: None };

    /// One more who is looked at, and whether it is seen. Without branches: nobody could foretell them.
    #[inline]
    fn look_at(&mut self, other: &'a Placed, squared: f64, is_seen: bool) {
        self.count += u32::from(is_seen);
        let is_nearer = (squared < self.squared) | ((squared == self.squared) & (other.twin < self.twin));
        if is_seen & is_nearer {
            (self.squared, self.twin, self.at) = (squared, other.twin, Some(other));
        }
    }
}

impl Proximity {
    /// Whether it sees everybody in its range.
    fn sees_all(&self) -> bool {
        self.of.is_none() && self.half_angle >= std::f64::consts::PI && !self.is_occluded
    }

    fn look<'a>(&self, view: &View<'a>, position: Position) -> Seen<'a> {
        let Position { x, y, z, heading } = position;
        let (here, squared_range) = ([x, y, z], self.range * self.range);
        let around = view.surroundings().space.around(here, self.range);
        let mut seen = Seen::NOBODY;
        if self.sees_all() {
            for other in around.flatten() {
                let squared = other.squared_distance(here);
                seen.look_at(other, squared, (squared <= squared_range) & (other.twin != view.twin));
            }
            return seen;
        }
        let looks = heading + self.direction;
        let ahead = [libm::cos(looks), libm::sin(looks)];
        for other in around.flatten() {
            let squared = other.squared_distance(here);
            let is_seen = squared <= squared_range
                && other.twin != view.twin
                && self.of.as_ref().is_none_or(|of| of.contains(other.twin))
                && self.sees([other.at[0] - x, other.at[1] - y], ahead)
                && (!self.is_occluded || !view.is_hidden([x, y, z + self.height], other, self.height));
            seen.look_at(other, squared, is_seen);
        }
        seen
    }
}

impl Sensor for Proximity {
    fn outputs(&self) -> Vec<Output> {
        vec![Output::count("count"), Output::analog("distance"), Output::analog("bearing"), Output::twin("twin")]
    }

    fn spare(&mut self, is_read: &[bool]) -> Vec<usize> {
        self.tells_bearing = is_read[BEARING];
        if self.tells_bearing { Vec::new() } else { vec![BEARING] }
    }

    fn measure(&self, view: &View, out: &mut [f64; MOST_OUTPUTS]) -> bool {
        let Some(position) = view.position else { return false };
        let seen = self.look(view, position);
        out[0] = f64::from(seen.count);
        if let Some(nearest) = seen.at {
            out[1] = seen.squared.sqrt();
            out[3] = seen.twin.0 as f64;
            if self.tells_bearing {
                let (east, north) = (nearest.at[0] - position.x, nearest.at[1] - position.y);
                let is_here = east == 0.0 && north == 0.0;
                out[BEARING] = if is_here { 0.0 } else { turn(libm::atan2(north, east) - position.heading) };
            }
        }
        true
    }
}
