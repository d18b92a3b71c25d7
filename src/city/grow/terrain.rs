//! How high the ground is: level in the city, hills around it and in large parks.

use noise::{NoiseFn, Perlin};

use super::Grown;
use super::bend::Bend;
use super::blocks::Block;
use super::districts::Zone;
use super::lattice::{Lattice, Rect};
use super::streets::Laid;
use super::water;
use crate::city::build::lines::Point;
use crate::city::scenery::Terrain;
use crate::engine::random::Purpose;

/// From crossing to crossing: metres.
const SPACING: f64 = 25.0;

/// The ground reaches so much farther than the lattice: metres.
const BEYOND: f64 = 300.0;

/// The ground is level so near to what has to be: metres. It is more than the diagonal between crossings, so that it is level in between, too.
const LEVEL: f64 = 80.0;

/// From there on it rises to its full height over so many metres.
const RISES: f64 = 140.0;

/// It falls to the plain over so many metres.
const RIM: f64 = 250.0;

/// From a hill to the next: metres; and how many times half as far and half as much is added.
const HILLS: f64 = 900.0;
const OCTAVES: u32 = 4;

/// The crossings of the ground, row by row from the south.
struct Grid {
    corner: Point,
    columns: usize,
    rows: usize,
}

impl Grid {
    fn place(&self, number: usize) -> Point {
        let (row, column) = (number / self.columns, number % self.columns);
        [self.corner[0] + column as f64 * SPACING, self.corner[1] + row as f64 * SPACING]
    }

    /// How far a crossing is from the rim.
    fn distance_to_rim(&self, number: usize) -> f64 {
        let (row, column) = (number / self.columns, number % self.columns);
        let least = row.min(column).min(self.rows - 1 - row).min(self.columns - 1 - column);
        least as f64 * SPACING
    }

    /// The crossing that is nearest to a place, if it is on the grid.
    fn nearest(&self, place: Point) -> Option<usize> {
        let [column, row] = [0, 1].map(|axis| ((place[axis] - self.corner[axis]) / SPACING).round());
        let is_there = (0.0..self.columns as f64).contains(&column) && (0.0..self.rows as f64).contains(&row);
        is_there.then(|| row as usize * self.columns + column as usize)
    }
}

/// The ground.
pub(super) fn terrain(grown: &Grown, lattice: &Lattice, bend: &Bend, laid: &Laid, blocks: &[Block]) -> Terrain {
    const GROUND: Purpose = Purpose::new("city.grow.terrain");
    let grid = grid(lattice, bend);
    let far = distances(&grid, &level_places(&grid, lattice, bend, laid, blocks));
    let noise = Perlin::new(grown.stream(GROUND, 0, 0).next_u64() as u32);
    let height = |number: usize| {
        // At its rim it is level again, and goes on as the plain around it.
        let share = ((far[number] - LEVEL) / RISES).min(grid.distance_to_rim(number) / RIM).clamp(0.0, 1.0);
        let smooth = share * share * (3.0 - 2.0 * share);
        if smooth > 0.0 { (grown.hills * smooth * hills(&noise, grid.place(number))) as f32 } else { 0.0 }
    };
    Terrain {
        corner: grid.corner.map(|at| at as f32),
        spacing: SPACING as f32,
        columns: grid.columns as u32,
        heights: (0..grid.columns * grid.rows).map(height).collect(),
    }
}

/// A grid that covers the bent lattice.
fn grid(lattice: &Lattice, bend: &Bend) -> Grid {
    let [low, high] = super::plot::bounds(&bend.outline(&lattice.whole(), 100.0));
    let corner = low.map(|at| ((at - BEYOND) / SPACING).floor() * SPACING);
    let [columns, rows] = [0, 1].map(|axis| ((high[axis] + BEYOND - corner[axis]) / SPACING).ceil() as usize + 1);
    Grid { corner, columns, rows }
}

/// Fractal noise from 0 to about 1.
fn hills(noise: &Perlin, place: Point) -> f64 {
    let mut sum = 0.0;
    for octave in 0..OCTAVES {
        let finer = f64::from(1 << octave);
        sum += noise.get(place.map(|at| at * finer / HILLS + 0.37)) / finer;
    }
    (0.45 + 0.75 * sum).max(0.0)
}

/// Which crossings are nearest to a street, to water or to a block that is built on.
fn level_places(grid: &Grid, lattice: &Lattice, bend: &Bend, laid: &Laid, blocks: &[Block]) -> Vec<bool> {
    let mut is_level = vec![false; grid.columns * grid.rows];
    let mut mark = |place: Point| {
        if let Some(number) = grid.nearest(place) {
            is_level[number] = true;
        }
    };
    for course in &laid.courses {
        bend.line(&course.line(lattice), SPACING / 2.0).into_iter().for_each(&mut mark);
    }
    let built = blocks.iter().filter(|block| block.zone.is_town() && block.zone != Zone::Park);
    let built = built.map(|block| block.rect(lattice)).chain(water::river(lattice));
    for rect in built {
        places_in(&rect).for_each(|place| mark(bend.place(place)));
    }
    is_level
}

/// Places all over a rectangle of the straight plane, about as close as crossings are.
fn places_in(rect: &Rect) -> impl Iterator<Item = Point> + use<> {
    let (low, size) = (rect.low, rect.size());
    let [columns, rows] = size.map(|size| (size / (0.7 * SPACING)).ceil().max(1.0) as usize);
    (0..=rows).flat_map(move |row| {
        (0..=columns).map(move |column| {
            [low[0] + size[0] * column as f64 / columns as f64, low[1] + size[1] * row as f64 / rows as f64]
        })
    })
}

/// How far each crossing is from the nearest level one, over straight and slanting steps (G. Borgefors, "Distance transformations in digital
/// images", Computer Vision, Graphics, and Image Processing 34, 1986): metres.
fn distances(grid: &Grid, is_level: &[bool]) -> Vec<f64> {
    let (columns, rows) = (grid.columns as isize, grid.rows as isize);
    let mut far: Vec<f64> = is_level.iter().map(|level| if *level { 0.0 } else { f64::INFINITY }).collect();
    let slanting = std::f64::consts::SQRT_2 * SPACING;
    let before = [(-1, 0, SPACING), (0, -1, SPACING), (-1, -1, slanting), (1, -1, slanting)];
    for sign in [1, -1] {
        for step in 0..columns * rows {
            let number = if sign > 0 { step } else { columns * rows - 1 - step };
            let (column, row) = (number % columns, number / columns);
            for (right, up, length) in before {
                let (x, y) = (column + sign * right, row + sign * up);
                if (0..columns).contains(&x) && (0..rows).contains(&y) {
                    let other = far[(y * columns + x) as usize] + length;
                    let own = &mut far[number as usize];
                    *own = own.min(other);
                }
            }
        }
    }
    far
}
