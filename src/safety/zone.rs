//! Zones of the ground, and how far somebody is outside.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A zone of the ground.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub enum Zone {
    /// A rectangle along the axes.
    Box {
        /// Its south-west corner.
        #[schemars(example = (0, 0))]
        from: (f64, f64),
        /// Its north-east corner.
        #[schemars(example = (40, 20))]
        to: (f64, f64),
    },
    /// A circle.
    Circle {
        /// Its middle.
        #[schemars(example = (10, 5))]
        at: (f64, f64),
        /// Its radius.
        #[schemars(range(min = 1e-3), extend("x-unit" = "m"))]
        radius: f64,
    },
    /// What lies within these corners, in their order.
    Polygon(#[schemars(length(min = 3), example = [(0, 0), (10, 0), (10, 8)])] Vec<(f64, f64)>),
}

impl Zone {
    /// How far a point is outside the zone: metres. Negative inside, by how far it is to the border.
    pub fn outside(&self, (x, y): (f64, f64)) -> f64 {
        match self {
            Zone::Box { from, to } => {
                let (east, north) = ((from.0 - x).max(x - to.0), (from.1 - y).max(y - to.1));
                let (a, b) = (east.max(0.0), north.max(0.0));
                // Inside, the nearest side decides; outside, a side or a corner.
                if east <= 0.0 && north <= 0.0 { east.max(north) } else { (a * a + b * b).sqrt() }
            }
            Zone::Circle { at, radius } => apart((x, y), *at) - radius,
            Zone::Polygon(corners) => {
                let sides = || corners.iter().zip(corners.iter().cycle().skip(1));
                let far = sides().map(|(a, b)| to_side((x, y), *a, *b)).fold(f64::INFINITY, f64::min);
                // A ray to the east crosses the border an odd number of times from inside.
                let crosses = |(a, b): &(&(f64, f64), &(f64, f64))| {
                    (a.1 > y) != (b.1 > y) && x < a.0 + (y - a.1) / (b.1 - a.1) * (b.0 - a.0)
                };
                if sides().filter(crosses).count() % 2 == 1 { -far } else { far }
            }
        }
    }

    /// What is wrong with it, and the cure.
    pub fn problem(&self) -> Option<(&'static str, &'static str)> {
        match self {
            Zone::Box { from, to } if from.0 >= to.0 || from.1 >= to.1 => {
                Some(("`from` should be south-west of `to`", "exchange the corners"))
            }
            Zone::Polygon(corners) if area(corners).abs() < 1e-9 => {
                Some(("this zone has no inside", "name its corners one after the other, round its border"))
            }
            _ => None,
        }
    }
}

fn apart(a: (f64, f64), b: (f64, f64)) -> f64 {
    let (x, y) = (a.0 - b.0, a.1 - b.1);
    (x * x + y * y).sqrt()
}

/// How far a point is from a straight side.
fn to_side(at: (f64, f64), a: (f64, f64), b: (f64, f64)) -> f64 {
    let (x, y) = (b.0 - a.0, b.1 - a.1);
    let squared = x * x + y * y;
    let along = (at.0 - a.0) * x + (at.1 - a.1) * y;
    let share = if squared > 0.0 { (along / squared).clamp(0.0, 1.0) } else { 0.0 };
    apart(at, (a.0 + share * x, a.1 + share * y))
}

/// The shoelace formula: m², positive if the corners go round to the left.
fn area(corners: &[(f64, f64)]) -> f64 {
    let sides = corners.iter().zip(corners.iter().cycle().skip(1));
    sides.map(|(a, b)| a.0 * b.1 - b.0 * a.1).sum::<f64>() / 2.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// A rectangle is a polygon of four corners, and a circle nearly one of very many.
        #[test]
        fn the_shapes_agree(x in -9.0_f64..9.0, y in -9.0_f64..9.0) {
            let rectangle = Zone::Box { from: (-3.0, -2.0), to: (4.0, 1.0) };
            let corners = Zone::Polygon(vec![(-3.0, -2.0), (4.0, -2.0), (4.0, 1.0), (-3.0, 1.0)]);
            prop_assert!((rectangle.outside((x, y)) - corners.outside((x, y))).abs() < 1e-12);
            let circle = Zone::Circle { at: (1.0, -1.0), radius: 5.0 };
            let corner = |n: u32| {
                let angle = f64::from(n) / 1000.0 * std::f64::consts::TAU;
                (1.0 + 5.0 * angle.cos(), -1.0 + 5.0 * angle.sin())
            };
            let round = Zone::Polygon((0..1000).map(corner).collect());
            prop_assert!((circle.outside((x, y)) - round.outside((x, y))).abs() < 1e-4);
        }
    }

    #[test]
    fn a_corner_that_points_inwards_is_outside() {
        let bay = Zone::Polygon(vec![(0.0, 0.0), (4.0, 0.0), (4.0, 4.0), (2.0, 1.0), (0.0, 4.0)]);
        assert!(bay.outside((2.0, 2.0)) > 0.0 && bay.outside((0.5, 2.0)) < 0.0);
        assert!(Zone::Polygon(vec![(0.0, 0.0), (1.0, 1.0), (2.0, 2.0)]).problem().is_some());
    }
}
