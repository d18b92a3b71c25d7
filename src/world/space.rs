//! Where everybody is at a moment, to be asked who is near.
//!
//! Twins are sorted into square cells of the ground, row by row, so that the cells of one row that a search touches lie one
//! after the other in memory. Within a cell they stand in the order of their ids: whoever asks gets the same answer in the
//! same order in every run.

use bevy_ecs::prelude::{Query, Res, ResMut, Resource, World};

use super::position::Position;
use crate::engine::clock::Clock;
use crate::engine::identity::TwinId;
use crate::engine::time::Time;

/// A point: metres towards the east, the north and up.
pub type Point = [f64; 3];

/// A twin and where it is: small, since those who look around go through many of them. Its place is in whole units, of which
/// there are some hundred million from one end of the world to the other: to a thousandth of a millimetre in a world of a
/// kilometre. A unit is a power of two, so that what lies on a raster of halves, quarters and the like lies exactly there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Placed {
    at: [i32; 3],
    twin: u32,
}

/// A point to look from, in the units of [`Space`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Eye {
    at: [i32; 3],
    /// The length of a unit: metres.
    unit: f32,
}

impl Placed {
    /// Who.
    #[inline]
    pub fn twin(&self) -> TwinId {
        TwinId(u64::from(self.twin))
    }

    /// The square of how far it is from there: m².
    #[inline]
    pub fn squared_distance(&self, eye: &Eye) -> f32 {
        let [x, y, z] = [0, 1, 2].map(|axis| self.at[axis].wrapping_sub(eye.at[axis]) as f32 * eye.unit);
        x * x + y * y + z * z
    }
}

/// How many cells there may be for each twin: where twins are far apart, cells grow.
const CELLS_FOR_EACH: usize = 4;
/// And so many in any case.
const FEWEST_CELLS: usize = 64;
/// How large cells are, in parts of how far most look: the smaller they are, the fewer who are too far are looked at, and the
/// more rows there are.
const CELL: f64 = 0.5;
/// How many units there are from one end of the world to the other at most: twice as many still fit into a number of 32 bits,
/// for who looks from outside.
const UNITS: f64 = (1 << 29) as f64;
/// The smallest cell: metres.
const SMALLEST: f64 = 1e-3;

/// Where everybody is. A cache, made anew for each moment at which somebody wants to know.
#[derive(Resource, Clone, Debug)]
pub struct Space {
    /// By cell, then by id.
    placed: Vec<Placed>,
    /// Where each cell begins in `placed`; one more than there are cells.
    starts: Vec<u32>,
    corner: [f64; 2],
    columns: usize,
    rows: usize,
    /// The length of a cell's side: metres.
    cell: f64,
    /// The length of the unit of places: metres.
    unit: f64,
    /// The moment of which it is true.
    at: Option<Time>,
    /// By id: where each is, NaN if nowhere.
    places: Vec<Point>,
    /// By id, while it is made.
    cells: Vec<u32>,
}

/// Stands for no cell.
const NOWHERE: u32 = u32::MAX;

impl Default for Space {
    fn default() -> Self {
        Space {
            placed: Vec::new(),
            starts: vec![0, 0],
            corner: [0.0; 2],
            columns: 1,
            rows: 1,
            cell: 1.0,
            unit: 1.0,
            at: None,
            places: Vec::new(),
            cells: Vec::new(),
        }
    }
}

impl Space {
    /// Forgets where everybody was.
    pub fn rebuild(world: &mut World) {
        world.insert_resource(Space::default());
    }

    /// Sorts these twins in, each with its place; `reach` is how far those who ask will look at most (metres).
    pub fn fill(&mut self, twins: impl Iterator<Item = (TwinId, Point)>, reach: f64) {
        self.places.clear();
        let mut corners = [f64::INFINITY, f64::INFINITY, f64::NEG_INFINITY, f64::NEG_INFINITY];
        let mut highest = 0.0_f64;
        let mut count = 0;
        for (twin, at) in twins.filter(|(_, at)| at.iter().all(|part| part.is_finite())) {
            let id = twin.0 as usize;
            if self.places.len() <= id {
                self.places.resize(id + 1, [f64::NAN; 3]);
            }
            self.places[id] = at;
            let [x, y, z] = at;
            highest = highest.max(z.abs());
            corners = [corners[0].min(x), corners[1].min(y), corners[2].max(x), corners[3].max(y)];
            count += 1;
        }
        self.lay_out(corners, count, reach * CELL);
        // Whoever looks from farther outside sees nobody, so it need not be known from how far.
        let extents = [corners[2] - corners[0], corners[3] - corners[1], highest, 2.0 * reach];
        self.unit = libm::exp2(libm::ceil(libm::log2(extents.into_iter().fold(SMALLEST, f64::max) / UNITS)));
        self.corner = self.corner.map(|part| libm::floor(part / self.unit) * self.unit);
        self.sort(count);
    }

    fn lay_out(&mut self, [west, south, east, north]: [f64; 4], count: usize, cell: f64) {
        if count == 0 {
            (self.corner, self.columns, self.rows, self.cell) = ([0.0; 2], 1, 1, 1.0);
            return;
        }
        let most = (CELLS_FOR_EACH * count).max(FEWEST_CELLS) as f64;
        let (width, height) = (east - west, north - south);
        let mut cell = cell.max(SMALLEST);
        let number = |length: f64, cell: f64| (length / cell).floor() + 1.0;
        while number(width, cell) * number(height, cell) > most {
            cell *= 1.5;
        }
        (self.corner, self.cell) = ([west, south], cell);
        (self.columns, self.rows) = (number(width, cell) as usize, number(height, cell) as usize);
    }

    /// By counting, in two rounds over the twins by id.
    fn sort(&mut self, count: usize) {
        self.starts.clear();
        self.starts.resize(self.columns * self.rows + 1, 0);
        let mut cells = std::mem::take(&mut self.cells);
        cells.clear();
        for at in &self.places {
            let cell = if at[0].is_nan() { NOWHERE } else { self.cell_of(*at) as u32 };
            if cell != NOWHERE {
                self.starts[cell as usize + 1] += 1;
            }
            cells.push(cell);
        }
        for cell in 1..self.starts.len() {
            self.starts[cell] += self.starts[cell - 1];
        }
        self.placed.resize(count, Placed::default());
        // Each cell's start moves on to its end while it is filled, which is the next one's start.
        for (id, (&cell, &at)) in cells.iter().zip(&self.places).enumerate() {
            if cell != NOWHERE {
                let next = &mut self.starts[cell as usize];
                self.placed[*next as usize] = Placed { at: in_units(self.corner, self.unit, at), twin: id as u32 };
                *next += 1;
            }
        }
        self.starts.rotate_right(1);
        self.starts[0] = 0;
        self.cells = cells;
    }

    fn cell_of(&self, [x, y, _]: Point) -> usize {
        self.row(y) * self.columns + self.column(x)
    }

    /// The column of a point, or the nearest one.
    fn column(&self, x: f64) -> usize {
        // The cast saturates: what is west of all goes to the first column.
        (((x - self.corner[0]) / self.cell) as usize).min(self.columns - 1)
    }

    fn row(&self, y: f64) -> usize {
        (((y - self.corner[1]) / self.cell) as usize).min(self.rows - 1)
    }

    /// How many twins have a place.
    pub fn len(&self) -> usize {
        self.placed.len()
    }

    /// True if nobody has a place.
    pub fn is_empty(&self) -> bool {
        self.placed.is_empty()
    }

    /// Where a twin is.
    pub fn place(&self, twin: TwinId) -> Option<Point> {
        self.places.get(twin.0 as usize).copied().filter(|at| !at[0].is_nan())
    }

    /// A point to look from.
    #[inline]
    pub fn eye(&self, at: Point) -> Eye {
        Eye { at: in_units(self.corner, self.unit, at), unit: self.unit as f32 }
    }

    /// As much as [`Placed::squared_distance`] can say of somebody who is within `range` (metres), however places are rounded: m².
    /// For those who go on to the exact places of whoever is nearer than that.
    #[inline]
    pub fn reach_squared(&self, range: f64) -> f32 {
        // Two places are rounded by up to a unit on each axis, and numbers of 32 bits to a ten-millionth.
        let far = (range + 4.0 * self.unit) * (1.0 + 1e-5);
        (far * far) as f32
    }

    /// Everybody who may be within `range` (metres) of a point, and some who are a little farther: rows of cells, each a slice
    /// by cell and then by id.
    #[inline]
    pub fn around(&self, [x, y, _]: Point, range: f64) -> impl Iterator<Item = &[Placed]> {
        let (west, east) = (self.column(x - range), self.column(x + range));
        let rows = self.row(y - range)..=self.row(y + range);
        rows.map(move |row| {
            let first = row * self.columns;
            let (begin, end) = (self.starts[first + west], self.starts[first + east + 1]);
            &self.placed[begin as usize..end as usize]
        })
    }

    /// Calls `visit` for everybody within `range` (metres) of a point, with the square of the distance; who stands there
    /// is one of them. By cell, then by id.
    #[inline]
    pub fn within(&self, at: Point, range: f64, mut visit: impl FnMut(&Placed, f32)) {
        let (squared, eye) = ((range * range) as f32, self.eye(at));
        for placed in self.around(at, range).flatten() {
            let distance = placed.squared_distance(&eye);
            if distance <= squared {
                visit(placed, distance);
            }
        }
    }

    /// The nearest of those twins to a point, and how far it is (metres). Of several equally near, the one with the lowest id.
    pub fn nearest(&self, at: Point, twins: impl Iterator<Item = TwinId>) -> Option<(TwinId, f64)> {
        let far = |twin: TwinId| Some((distance(at, self.place(twin)?), twin));
        let near = twins.filter_map(far).min_by(|(a, first), (b, second)| a.total_cmp(b).then(first.cmp(second)));
        near.map(|(distance, twin)| (twin, distance))
    }

    /// As [`Space::nearest`], of those for whom `is_one` holds: for many, of whom some should be near. Looks farther and farther.
    pub fn nearest_of_many(&self, at: Point, is_one: impl Fn(TwinId) -> bool) -> Option<(TwinId, f64)> {
        if self.is_empty() {
            return None;
        }
        let [width, height] = [self.columns, self.rows].map(|count| count as f64 * self.cell);
        let aside = (at[0] - self.corner[0]).abs() + (at[1] - self.corner[1]).abs();
        // So far away nobody can be but for the height.
        let farthest = width + height + aside;
        let mut range = self.cell;
        loop {
            let all = range >= farthest;
            let ones = self.around(at, range).flatten().map(Placed::twin).filter(|twin| is_one(*twin));
            match self.nearest(at, ones) {
                // Whoever is nearer than the search reached is the nearest of all.
                Some((twin, far)) if all || far <= range => return Some((twin, far)),
                None if all => return None,
                _ => range *= 2.0,
            }
        }
    }

    /// The moment of which it is true; none if nobody has asked for it yet.
    pub fn at(&self) -> Option<Time> {
        self.at
    }
}

/// Whoever is farther outside than the world is large is taken for being that far.
fn in_units(corner: [f64; 2], unit: f64, [x, y, z]: Point) -> [i32; 3] {
    [x - corner[0], y - corner[1], z].map(|part| (part / unit).clamp(-2.0 * UNITS, 2.0 * UNITS) as i32)
}

/// How far it is from one point to another: metres.
pub fn distance(from: Point, to: Point) -> f64 {
    let [x, y, z] = [to[0] - from[0], to[1] - from[1], to[2] - from[2]];
    (x * x + y * y + z * z).sqrt()
}

/// How far most who ask about their neighbours will look: metres. A cache: see [`Space::fill`].
#[derive(Resource, Clone, Copy, Debug)]
pub struct Reach(pub f64);

impl Default for Reach {
    fn default() -> Self {
        Reach(10.0)
    }
}

/// Notes where everybody is now.
pub fn survey(clock: Res<Clock>, reach: Res<Reach>, mut space: ResMut<Space>, twins: Query<(&TwinId, &Position)>) {
    let space = &mut *space;
    space.fill(twins.iter().map(|(&twin, position)| (twin, [position.x, position.y, position.z])), reach.0);
    space.at = Some(clock.now);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// How far apart points are, and points.
    fn points() -> impl Strategy<Value = (f64, Vec<Point>)> {
        let spread = prop_oneof![Just(1.0), Just(30.0), Just(1e5)];
        let points = prop::collection::vec([-1.0..1.0, -1.0..1.0, -0.1..0.1], 0..80);
        let spread_out = |(spread, points): (f64, Vec<Point>)| {
            (spread, points.into_iter().map(|point| point.map(|part| part * spread)).collect())
        };
        (spread, points).prop_map(spread_out)
    }

    proptest! {
        /// Against asking everybody.
        #[test]
        fn those_within_reach_are_found(
            (spread, points) in points(),
            holes in prop::collection::vec(any::<bool>(), 80),
            cell in 0.01_f64..50.0,
            share in 0.0_f64..1.0,
            at in [-40.0..40.0, -40.0..40.0, -1.0..1.0],
        ) {
            let range = share * cell;
            let placed = (0..).map(TwinId).zip(points.iter().copied()).filter(|(twin, _)| holes[twin.0 as usize]);
            let placed: Vec<(TwinId, Point)> = placed.collect();
            let mut space = Space::default();
            // What was there before makes no difference, nor the order in which twins are named.
            space.fill((0..7).map(|n| (TwinId(n * 40), [n as f64; 3])), 1.0);
            space.fill(placed.iter().rev().copied(), cell);
            prop_assert_eq!(space.len(), placed.len());
            for at in [Some(at), points.first().copied()].into_iter().flatten() {
                let mut found = Vec::new();
                space.within(at, range, |placed, squared| found.push((placed.twin(), f64::from(squared))));
                let mut again = found.clone();
                again.sort_by_key(|(twin, _)| *twin);
                let near = placed.iter().filter(|(_, point)| distance(*point, at) <= range - 1e-3 * (spread / 1e5).max(1e-2));
                let surely: Vec<TwinId> = near.map(|(twin, _)| *twin).collect();
                let found: Vec<TwinId> = again.iter().map(|(twin, _)| *twin).collect();
                prop_assert!(surely.iter().all(|twin| found.contains(twin)), "{:?} {:?}", surely, found);
                for (twin, squared) in again {
                    let off = (squared.sqrt() - distance(points[twin.0 as usize], at)).abs();
                    prop_assert!(off < 1e-3 * (spread / 1e5).max(1e-2), "{off}");
                    prop_assert!(squared <= range * range * (1.0 + 1e-6));
                }
                let nearest = space.nearest(at, placed.iter().map(|(twin, _)| *twin));
                let least = placed.iter().map(|(_, point)| distance(*point, at)).fold(f64::INFINITY, f64::min);
                prop_assert_eq!(nearest.map(|(_, far)| far), (!placed.is_empty()).then_some(least));
                let odd = |twin: TwinId| twin.0 % 2 == 1;
                let expected = space.nearest(at, placed.iter().map(|(twin, _)| *twin).filter(|twin| odd(*twin)));
                let found = space.nearest_of_many(at, odd);
                prop_assert_eq!(found.map(|(twin, _)| twin), expected.map(|(twin, _)| twin));
            }
            for twin in (0..300).map(TwinId) {
                let known = placed.iter().find(|(other, _)| *other == twin).map(|(_, at)| *at);
                prop_assert_eq!(space.place(twin), known);
            }
        }
    }
}
