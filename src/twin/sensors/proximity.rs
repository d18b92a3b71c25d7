//! Who is near, as far as a sensor reaches, as wide as it sees, and as nobody stands in between.

use std::sync::Arc;

use super::{Output, Sensor};
use crate::engine::identity::TwinId;
use crate::twin::knowledge::MOST_OUTPUTS;
use crate::twin::source::{View, turn};
use crate::twin::who::TwinSet;
use crate::world::position::Position;
use crate::world::space::Point;

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

/// The nearest of those seen so far.
struct Nearest {
    twin: TwinId,
    squared: f64,
    at: Point,
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
        let Some(Position { x, y, z, heading }) = view.position else { return false };
        let looks = heading + self.direction;
        let is_narrow = self.half_angle < std::f64::consts::PI;
        let ahead = if is_narrow { [libm::cos(looks), libm::sin(looks)] } else { [1.0, 0.0] };
        let mut count = 0_u32;
        let mut nearest = Nearest { twin: TwinId::NONE, squared: f64::INFINITY, at: [0.0; 3] };
        view.surroundings().space.within([x, y, z], self.range, |other, squared| {
            let is_seen = other.twin != view.twin
                && self.of.as_ref().is_none_or(|of| of.contains(other.twin))
                && (!is_narrow || self.sees([other.at[0] - x, other.at[1] - y], ahead))
                && (!self.is_occluded || !view.is_hidden([x, y, z + self.height], other, self.height));
            if !is_seen {
                return;
            }
            count += 1;
            if squared < nearest.squared || squared == nearest.squared && other.twin < nearest.twin {
                nearest = Nearest { twin: other.twin, squared, at: other.at };
            }
        });
        out[0] = f64::from(count);
        if nearest.twin != TwinId::NONE {
            out[1] = nearest.squared.sqrt();
            out[3] = nearest.twin.0 as f64;
            if self.tells_bearing {
                let (east, north) = (nearest.at[0] - x, nearest.at[1] - y);
                out[BEARING] = if east == 0.0 && north == 0.0 { 0.0 } else { turn(libm::atan2(north, east) - heading) };
            }
        }
        true
    }
}
