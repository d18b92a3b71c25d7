//! Who is near, as far as a sensor reaches, as wide as it sees, and as nobody stands in between.

use std::sync::Arc;

use super::{Output, Sensor};
use crate::engine::identity::TwinId;
use crate::twin::knowledge::MOST_OUTPUTS;
use crate::twin::source::{View, turn};
use crate::twin::who::TwinSet;
use crate::world::position::Position;
use crate::world::space::{Point, distance};

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
struct Seen {
    count: u32,
    nearest: TwinId,
    squared: f32,
}

impl Seen {
    const NOBODY: Seen = Seen { count: 0, nearest: TwinId::NONE, squared: f32::INFINITY };

    /// One more who is looked at, and whether it is seen. Without branches: nobody could foretell them.
    #[inline]
    fn look_at(&mut self, other: TwinId, squared: f32, is_seen: bool) {
        self.count += u32::from(is_seen);
        let is_nearer = (squared < self.squared) | ((squared == self.squared) & (other < self.nearest));
        let is_it = is_seen & is_nearer;
        self.squared = if is_it { squared } else { self.squared };
        self.nearest = if is_it { other } else { self.nearest };
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
        let (here, squared_range) = (space.relative(at), (self.range * self.range) as f32);
        let mut seen = Seen::NOBODY;
        if self.sees_all() {
            for row in space.around(at, self.range) {
                for other in row {
                    let squared = other.squared_distance(here);
                    seen.look_at(other.twin(), squared, (squared <= squared_range) & (other.twin() != view.twin));
                }
            }
            return seen;
        }
        let looks = position.heading + self.direction;
        let ahead = [libm::cos(looks), libm::sin(looks)];
        for other in space.around(at, self.range).flatten() {
            let squared = other.squared_distance(here);
            let is_seen = squared <= squared_range
                && other.twin() != view.twin
                && self.of.as_ref().is_none_or(|of| of.contains(other.twin()))
                && space.place(other.twin()).is_some_and(|there| {
                    self.sees([there[0] - at[0], there[1] - at[1]], ahead) && !self.is_hidden(view, at, other.twin(), there)
                });
            seen.look_at(other.twin(), squared, is_seen);
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
        if let Some(there) = view.surroundings().space.place(seen.nearest) {
            out[1] = distance([position.x, position.y, position.z], there);
            out[3] = seen.nearest.0 as f64;
            if self.tells_bearing {
                let (east, north) = (there[0] - position.x, there[1] - position.y);
                let is_here = east == 0.0 && north == 0.0;
                out[BEARING] = if is_here { 0.0 } else { turn(libm::atan2(north, east) - position.heading) };
            }
        }
        true
    }
}
