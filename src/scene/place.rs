//! Where the twins of a group stand.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::engine::random::{Purpose, Seed};
use crate::world::position::Position;

const PLACE: Purpose = Purpose::new("scene.place");

/// Where the twins of a group stand. Lengths in metres, on the ground (z = 0) unless `z` is given.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub enum Placement {
    /// All at one point.
    At {
        /// Towards the east.
        x: f64,
        /// Towards the north.
        y: f64,
        /// Up.
        #[serde(default)]
        z: f64,
    },
    /// In rows from a corner on.
    Grid {
        /// The corner.
        #[schemars(example = (0, 0))]
        from: (f64, f64),
        /// The distance between neighbours, to the east and to the north.
        #[schemars(example = (4, 3))]
        step: (f64, f64),
        /// How many stand in a row.
        #[schemars(range(min = 1))]
        columns: u32,
        /// Up.
        #[serde(default)]
        z: f64,
    },
    /// Anywhere in a rectangle, each point as likely.
    Within {
        /// Its south-west corner.
        #[schemars(example = (0, 0))]
        from: (f64, f64),
        /// Its north-east corner.
        #[schemars(example = (40, 20))]
        to: (f64, f64),
        /// Up.
        #[serde(default)]
        z: f64,
    },
    /// Evenly along a line through these points, from its start to its end, facing along it.
    Along {
        /// The points.
        #[schemars(length(min = 2), example = [(0, 0), (30, 0), (30, 10)])]
        path: Vec<(f64, f64)>,
        /// Up.
        #[serde(default)]
        z: f64,
    },
}

impl Placement {
    /// Where the twin at `index` of `count` stands. `who` addresses its random numbers.
    pub fn position(&self, index: u64, count: u64, seed: Seed, who: u64) -> Position {
        let at = |x, y, z| Position { x, y, z, heading: 0.0 };
        match self {
            Placement::At { x, y, z } => at(*x, *y, *z),
            Placement::Grid { from, step, columns, z } => {
                let (column, row) = (index % u64::from(*columns), index / u64::from(*columns));
                at(from.0 + step.0 * column as f64, from.1 + step.1 * row as f64, *z)
            }
            Placement::Within { from, to, z } => {
                let mut random = seed.stream(who, PLACE, 0);
                let mut between = |low: f64, high: f64| low + (high - low) * random.uniform();
                at(between(from.0, to.0), between(from.1, to.1), *z)
            }
            Placement::Along { path, z } => along(path, index, count, *z),
        }
    }
}

fn along(path: &[(f64, f64)], index: u64, count: u64, z: f64) -> Position {
    let pieces = || {
        path.windows(2).map(|ends| {
            let (dx, dy) = (ends[1].0 - ends[0].0, ends[1].1 - ends[0].1);
            (ends[0], (dx, dy), (dx * dx + dy * dy).sqrt())
        })
    };
    let total: f64 = pieces().map(|piece| piece.2).sum();
    let mut left = if count > 1 { total * index as f64 / (count - 1) as f64 } else { 0.0 };
    for (n, (from, by, length)) in pieces().enumerate() {
        if left <= length || n + 2 == path.len() {
            let share = if length > 0.0 { (left / length).min(1.0) } else { 0.0 };
            return Position {
                x: from.0 + by.0 * share,
                y: from.1 + by.1 * share,
                z,
                heading: libm::atan2(by.1, by.0),
            };
        }
        left -= length;
    }
    Position { z, ..Position::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_grid_fills_row_by_row() {
        let grid = Placement::Grid { from: (1.0, 2.0), step: (4.0, 3.0), columns: 2, z: 0.0 };
        let at = |index| {
            let p = grid.position(index, 5, Seed(1), 0);
            (p.x, p.y)
        };
        assert_eq!([at(0), at(1), at(2)], [(1.0, 2.0), (5.0, 2.0), (1.0, 5.0)]);
    }

    #[test]
    fn along_is_even_by_length() {
        let line = Placement::Along { path: vec![(0.0, 0.0), (10.0, 0.0), (10.0, 10.0)], z: 0.0 };
        let at = |index| {
            let p = line.position(index, 5, Seed(1), 0);
            (p.x, p.y)
        };
        assert_eq!(
            [at(0), at(1), at(2), at(3), at(4)],
            [(0.0, 0.0), (5.0, 0.0), (10.0, 0.0), (10.0, 5.0), (10.0, 10.0)]
        );
    }

    #[test]
    fn within_stays_within() {
        let area = Placement::Within { from: (-2.0, 5.0), to: (3.0, 6.0), z: 1.0 };
        for who in 0..1_000 {
            let p = area.position(0, 1, Seed(1), who);
            assert!((-2.0..3.0).contains(&p.x) && (5.0..6.0).contains(&p.y) && p.z == 1.0);
        }
    }
}
