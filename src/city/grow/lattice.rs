//! The lattice on which a city is laid out: lines from south to north and from west to east, and the streets on their edges.

use super::Grown;
use super::bend::between;
use crate::city::build::lines::Point;
use crate::engine::random::Purpose;

/// Where two lines cross: the number of the one from south to north, and of the one from west to east.
pub(super) type Knot = [usize; 2];

/// What leads along an edge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Street {
    /// Nothing.
    None,
    /// A path for those who walk.
    Path,
    /// A street for those who live there.
    Local,
    /// A street along the river.
    Quay,
    /// A road out of the city.
    Country,
    /// An arterial street.
    Arterial,
}

/// The lattice. Edges belong to the knot at their western or southern end.
pub(super) struct Lattice {
    /// Where its lines are, those from south to north first: metres.
    pub(super) lines: [Vec<f64>; 2],
    /// Which of them bound what is halved.
    pub(super) mains: [Vec<usize>; 2],
    /// The river flows between this line from south to north and the next one.
    pub(super) river: Option<usize>,
    /// How wide the river is, without its banks: metres.
    pub(super) river_width: f64,
    /// Along both axes.
    streets: [Vec<Street>; 2],
}

/// A rectangle in the straight plane.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rect {
    pub(super) low: Point,
    pub(super) high: Point,
}

impl Rect {
    /// Its corners, counterclockwise from the south-western one on.
    pub(super) fn corners(&self) -> [Point; 4] {
        let ([west, south], [east, north]) = (self.low, self.high);
        [[west, south], [east, south], [east, north], [west, north]]
    }

    pub(super) fn middle(&self) -> Point {
        between(self.low, self.high, 0.5)
    }

    pub(super) fn size(&self) -> Point {
        [0, 1].map(|axis| self.high[axis] - self.low[axis])
    }

    /// What is left when so much is taken away from its south, east, north and west.
    pub(super) fn within(&self, [south, east, north, west]: [f64; 4]) -> Rect {
        Rect { low: [self.low[0] + west, self.low[1] + south], high: [self.high[0] - east, self.high[1] - north] }
    }
}

/// Each bank of a river is so wide, with the street along it: metres.
pub(super) const BANK: f64 = 26.0;

/// The lattice reaches so much farther than the city: metres.
const AROUND: f64 = 350.0;

/// Arterial streets are no less than so many lines apart.
const LEAST_LINES: usize = 4;

impl Lattice {
    pub(super) fn new(grown: &Grown) -> Lattice {
        let unit = grown.block / 2.0;
        let every = ((grown.arterials / unit).round() as usize).max(LEAST_LINES);
        let spacing = every as f64 * unit;
        let around = ((grown.radius + AROUND) / spacing).ceil() as usize;
        let line = |number: usize| (number as f64 - (around * every) as f64) * unit;
        let count = 2 * around * every + 1;
        let straight: Vec<f64> = (0..count).map(line).collect();
        let mains: Vec<usize> = (0..count).step_by(every).collect();
        let mut lattice = Lattice {
            lines: [straight.clone(), straight],
            mains: [mains.clone(), mains],
            river: None,
            river_width: 30.0 + grown.radius / 50.0,
            streets: [Vec::new(), Vec::new()],
        };
        if grown.river {
            const RIVER: Purpose = Purpose::new("city.grow.river");
            let aside = (0.35 * grown.radius / spacing).round() as usize * every;
            let is_west = grown.stream(RIVER, 0, 0).chance(0.5);
            lattice.make_room(if is_west { around * every - aside } else { around * every + aside });
        }
        lattice.streets = [0, 1].map(|_| vec![Street::None; lattice.lines[0].len() * lattice.lines[1].len()]);
        lattice
    }

    /// Makes two lines of one from south to north, with a river between.
    fn make_room(&mut self, river: usize) {
        let half = self.river_width / 2.0 + BANK;
        let at = self.lines[0][river];
        for (number, line) in self.lines[0].iter_mut().enumerate() {
            *line += if number <= river { -half } else { half };
        }
        self.lines[0].insert(river + 1, at + half);
        let moved = |number: &usize| if *number > river { number + 1 } else { *number };
        self.mains[0] = self.mains[0].iter().map(moved).collect();
        let place = self.mains[0].partition_point(|number| *number <= river);
        self.mains[0].insert(place, river + 1);
        self.river = Some(river);
    }

    /// Where a knot is.
    pub(super) fn at(&self, knot: Knot) -> Point {
        [self.lines[0][knot[0]], self.lines[1][knot[1]]]
    }

    pub(super) fn rect(&self, low: Knot, high: Knot) -> Rect {
        Rect { low: self.at(low), high: self.at(high) }
    }

    /// All of it.
    pub(super) fn whole(&self) -> Rect {
        self.rect([0, 0], [0, 1].map(|axis| self.lines[axis].len() - 1))
    }

    /// What leads along the edge from a knot to the next one along an axis.
    pub(super) fn street(&self, knot: Knot, axis: usize) -> Street {
        self.streets[axis][knot[1] * self.lines[0].len() + knot[0]]
    }

    pub(super) fn set(&mut self, knot: Knot, axis: usize, street: Street) {
        self.streets[axis][knot[1] * self.lines[0].len() + knot[0]] = street;
    }

    /// All knots, row by row.
    pub(super) fn knots(&self) -> impl Iterator<Item = Knot> + use<> {
        let [columns, rows] = [0, 1].map(|axis| self.lines[axis].len());
        (0..rows).flat_map(move |row| (0..columns).map(move |column| [column, row]))
    }

    /// The edges along an axis, by the knots at which they begin.
    pub(super) fn edges(&self, axis: usize) -> impl Iterator<Item = Knot> + use<> {
        let [columns, rows] = [0, 1].map(|other| self.lines[other].len() - usize::from(other == axis));
        (0..rows).flat_map(move |row| (0..columns).map(move |column| [column, row]))
    }

    /// What leads away from a knot: along which axis, whether forwards, and what.
    pub(super) fn around(&self, knot: Knot) -> impl Iterator<Item = (usize, bool, Street)> + '_ {
        [(0, true), (1, true), (0, false), (1, false)].into_iter().filter_map(move |(axis, is_forwards)| {
            let begin = if is_forwards { Some(knot) } else { back(knot, axis) };
            let begin = begin.filter(|begin| begin[axis] + 1 < self.lines[axis].len())?;
            Some((axis, is_forwards, self.street(begin, axis))).filter(|(_, _, street)| street.is_driven())
        })
    }
}

impl Street {
    /// Whether vehicles drive there.
    pub(super) fn is_driven(self) -> bool {
        !matches!(self, Street::None | Street::Path)
    }

    /// How many lanes lead each way.
    pub(super) fn lanes(self) -> u32 {
        if self == Street::Arterial { 2 } else { 1 }
    }

    /// How wide a lane is: metres.
    pub(super) fn lane_width(self) -> f64 {
        if self == Street::Local { 3.0 } else { 3.25 }
    }

    /// From its middle to where a parcel may begin, behind the pavement: metres.
    pub(super) fn half_width(self) -> f64 {
        let pavement = match self {
            Street::None => return 1.0,
            Street::Path => return 3.0,
            Street::Arterial => 4.2,
            Street::Local | Street::Quay | Street::Country => 3.2,
        };
        f64::from(self.lanes()) * self.lane_width() + pavement
    }
}

/// The knot before along an axis.
pub(super) fn back(knot: Knot, axis: usize) -> Option<Knot> {
    let mut before = knot;
    before[axis] = knot[axis].checked_sub(1)?;
    Some(before)
}

/// The knot so many lines farther along an axis.
pub(super) fn forth(knot: Knot, axis: usize, by: usize) -> Knot {
    let mut after = knot;
    after[axis] += by;
    after
}
