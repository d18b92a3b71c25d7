//! The bend of a city: from the plane in which streets are straight to the ground.

use noise::{NoiseFn, Perlin};

use super::Grown;
use super::lattice::{Lattice, Rect};
use crate::city::build::lines::{self, Point};
use crate::engine::random::Purpose;

/// Noise from place to place, between about −1 and 1 (K. Perlin, "Improving noise", SIGGRAPH 2002).
pub(super) struct Field {
    noise: Perlin,
    length: f64,
}

impl Field {
    /// That of a city and a purpose. So far is it from a place where it is high to one where it is low.
    pub(super) fn new(grown: &Grown, purpose: Purpose, number: u64, length: f64) -> Field {
        let seed = grown.stream(purpose, number, 0).next_u64();
        Field { noise: Perlin::new(seed as u32), length }
    }

    pub(super) fn at(&self, point: Point) -> f64 {
        // Noise of gradients is 0 wherever whole numbers meet: the centre should be no such place.
        self.noise.get(point.map(|at| at / self.length + 0.37))
    }
}

/// The bend of a city.
pub(super) struct Bend {
    /// Along both axes: wide bends and narrow ones, with how far they move a point at most.
    fields: Vec<([Field; 2], f64)>,
    /// Where east comes to lie.
    east: Point,
}

/// How far from a bend to the next, and how far each moves a point at most.
const BENDS: [(f64, f64); 2] = [(1100.0, 260.0), (300.0, 24.0)];

/// Nowhere is a metre pressed together or drawn out by more than this: metres. So streets stay long enough for their junctions, and do not meet at
/// sharp angles.
const STEEPEST: f64 = 0.45;

/// From place to place so far: to reckon how much the ground is stretched.
const STEP: f64 = 0.5;

impl Bend {
    pub(super) fn new(grown: &Grown, lattice: &Lattice) -> Bend {
        const BEND: Purpose = Purpose::new("city.grow.bend");
        let fields = (0..).zip(BENDS).map(|(number, (length, reach))| {
            ([0, 1].map(|axis| Field::new(grown, BEND, 2 * number + axis, length)), reach * grown.bend)
        });
        let mut bend = Bend { fields: fields.collect(), east: [1.0, 0.0] };
        let steepest = lattice.knots().map(|knot| bend.steepness(lattice.at(knot))).fold(0.0, f64::max);
        let share = (STEEPEST / steepest).min(1.0);
        bend.fields.iter_mut().for_each(|(_, reach)| *reach *= share);
        let turn = grown.stream(BEND, 99, 0).uniform() * std::f64::consts::TAU;
        bend.east = [libm::cos(turn), libm::sin(turn)];
        bend
    }

    /// How much a metre is pressed together or drawn out at most, before the city is turned.
    fn steepness(&self, point: Point) -> f64 {
        let [x, y] = self.slopes(point);
        let squares = [x[0] - 1.0, x[1], y[0], y[1] - 1.0].map(|slope| slope * slope);
        squares.iter().sum::<f64>().sqrt()
    }

    /// Where a point of the straight plane comes to lie.
    pub(super) fn place(&self, point: Point) -> Point {
        let moved = |axis: usize| {
            let by = self.fields.iter().map(|(fields, reach)| reach * fields[axis].at(point));
            point[axis] + by.sum::<f64>()
        };
        let (x, y) = (moved(0), moved(1));
        [x * self.east[0] - y * self.east[1], x * self.east[1] + y * self.east[0]]
    }

    /// A line of the straight plane, with points no farther from each other than this.
    pub(super) fn line(&self, corners: &[Point], every: f64) -> Vec<Point> {
        let mut line = Vec::new();
        for ends in corners.windows(2) {
            let parts = (lines::distance(ends[0], ends[1]) / every).ceil().max(1.0);
            line.extend((0..parts as usize).map(|part| self.place(between(ends[0], ends[1], part as f64 / parts))));
        }
        line.extend(corners.last().map(|last| self.place(*last)));
        line
    }

    /// The outline of a rectangle, with points no farther from each other than this.
    pub(super) fn outline(&self, rect: &Rect, every: f64) -> Vec<Point> {
        let [a, b, c, d] = rect.corners();
        let mut line = self.line(&[a, b, c, d, a], every);
        line.pop();
        line
    }

    /// How long a metre along each axis is on the ground.
    pub(super) fn stretch(&self, point: Point) -> [f64; 2] {
        self.slopes(point).map(|slope| lines::distance([0.0; 2], slope))
    }

    /// How far apart on the ground lines are that are a metre apart along each axis and go along the other one.
    pub(super) fn spacing(&self, point: Point) -> [f64; 2] {
        let [x, y] = self.slopes(point);
        let area = x[0] * y[1] - x[1] * y[0];
        [area / lines::distance([0.0; 2], y), area / lines::distance([0.0; 2], x)]
    }

    fn slopes(&self, [x, y]: Point) -> [Point; 2] {
        let slope = |from: Point, to: Point| {
            let [from, to] = [self.place(from), self.place(to)];
            [(to[0] - from[0]) / (2.0 * STEP), (to[1] - from[1]) / (2.0 * STEP)]
        };
        [slope([x - STEP, y], [x + STEP, y]), slope([x, y - STEP], [x, y + STEP])]
    }
}

/// The point at a share of the way from one to another.
pub(super) fn between(from: Point, to: Point, share: f64) -> Point {
    [from[0] + share * (to[0] - from[0]), from[1] + share * (to[1] - from[1])]
}
