//! The ground of a block behind its pavements, and what may stand on it.

use super::bend::{Bend, between};
use super::lattice::{Rect, Street};
use super::streets::single;
use crate::city::build::lines::{self, Point};
use crate::city::scenery::{Area, AreaKind, Building, Path, Roof, Scenery, Use};

/// The ground of a block.
pub(super) struct Plot<'a> {
    bend: &'a Bend,
    /// In the straight plane.
    pub(super) rect: Rect,
    /// How long a metre of the straight plane is here, along both axes.
    stretch: Point,
    outline: Vec<Point>,
    /// The outlines of what stands on it.
    taken: Vec<Vec<Point>>,
    /// The widest street along each side: south, east, north, west.
    pub(super) streets: [Street; 4],
}

/// A side of a plot, or of a part of it, as one sees it from the street: places are so far along it to the right when seen from within, and so far
/// inwards, on the ground.
#[derive(Clone, Copy)]
pub(super) struct Side {
    origin: Point,
    along: Point,
    inwards: Point,
    /// How long it is: metres.
    pub(super) length: f64,
    /// How far it is to the opposite side: metres.
    pub(super) depth: f64,
}

/// What a building is like.
#[derive(Clone, Copy)]
pub(super) struct Style {
    pub(super) purpose: Use,
    pub(super) levels: u32,
    pub(super) level_height: f64,
    pub(super) roof: Roof,
    /// How much higher the roof is than the walls.
    pub(super) rise: f64,
}

impl Style {
    pub(super) fn new(purpose: Use, levels: u32, roof: Roof, rise: f64) -> Style {
        let level_height = match purpose {
            Use::Home | Use::Flats => 2.9,
            Use::Industry | Use::Church => 4.0,
            Use::Garage | Use::Shed => 2.5,
            _ => 3.6,
        };
        Style { purpose, levels: levels.max(1), level_height, roof, rise }
    }

    fn height(&self) -> f64 {
        f64::from(self.levels) * self.level_height + self.rise
    }
}

/// Points of a plot's outline are no farther from each other: metres.
const EVERY: f64 = 12.0;

impl<'a> Plot<'a> {
    /// The ground of a block between streets; none where nothing is left.
    pub(super) fn new(bend: &'a Bend, whole: &Rect, streets: [Street; 4]) -> Option<Plot<'a>> {
        let corners = whole.corners();
        let mut insets = [0.0; 4];
        for (side, inset) in insets.iter_mut().enumerate() {
            let axis = usize::from(side % 2 == 0);
            let (from, to) = (corners[side], corners[(side + 1) % 4]);
            // Where the ground is pressed together most, it takes most of the straight plane to be so far away.
            let spacings = (0..=6).map(|part| bend.spacing(between(from, to, f64::from(part) / 6.0))[axis]);
            *inset = streets[side].half_width() / spacings.fold(f64::INFINITY, f64::min);
        }
        let rect = whole.within(insets);
        rect.size().iter().all(|size| *size > 8.0).then(|| Plot {
            bend,
            rect,
            stretch: bend.stretch(rect.middle()),
            outline: bend.outline(&rect, EVERY),
            taken: Vec::new(),
            streets,
        })
    }

    /// How long it is along both axes: metres.
    pub(super) fn size(&self) -> Point {
        let size = self.rect.size();
        [0, 1].map(|axis| size[axis] * self.stretch[axis])
    }

    /// A part of it: so much is left out on each side: metres.
    pub(super) fn part(&self, rect: &Rect, insets: [f64; 4]) -> Rect {
        let [south, east, north, west] = insets;
        let [x, y] = self.stretch;
        rect.within([south / y, east / x, north / y, west / x])
    }

    /// Parts of a rectangle beside each other along an axis, as many as have about this length: metres.
    pub(super) fn parts(&self, rect: &Rect, axis: usize, about: f64) -> Vec<Rect> {
        let size = rect.size()[axis];
        let count = (size * self.stretch[axis] / about).round().max(1.0);
        let part = |number: usize| {
            let mut part = *rect;
            part.low[axis] = rect.low[axis] + number as f64 * size / count;
            part.high[axis] = rect.low[axis] + (number + 1) as f64 * size / count;
            part
        };
        (0..count as usize).map(part).collect()
    }

    /// A side of a part: 0 is the south, 1 the east, 2 the north, 3 the west.
    pub(super) fn side(&self, rect: &Rect, side: usize) -> Side {
        let corners = rect.corners();
        let [x, y] = self.stretch;
        let (along, inwards) = match side % 4 {
            0 => ([1.0 / x, 0.0], [0.0, 1.0 / y]),
            1 => ([0.0, 1.0 / y], [-1.0 / x, 0.0]),
            2 => ([-1.0 / x, 0.0], [0.0, -1.0 / y]),
            _ => ([0.0, -1.0 / y], [1.0 / x, 0.0]),
        };
        let size = rect.size();
        let (axis, other) = if side.is_multiple_of(2) { (0, 1) } else { (1, 0) };
        let [length, depth] = [axis, other].map(|axis| size[axis] * self.stretch[axis]);
        Side { origin: corners[side % 4], along, inwards, length, depth }
    }

    /// The side along which a building should stand: the one by the widest street, of those the longest.
    pub(super) fn front(&self) -> usize {
        let worth = |side: &usize| (self.streets[*side].half_width(), self.side(&self.rect, *side).length);
        (0..4)
            .max_by(|one, other| {
                let (one, other) = (worth(one), worth(other));
                one.0.total_cmp(&other.0).then(one.1.total_cmp(&other.1))
            })
            .unwrap_or(0)
    }

    /// The place so far along a side and so far inwards.
    pub(super) fn at(&self, side: &Side, [along, inwards]: Point) -> Point {
        self.bend.place(lines::ahead(lines::ahead(side.origin, side.along, along), side.inwards, inwards))
    }

    /// A shape with these corners, counterclockwise as one sees it from the middle of the plot, bent as the plot is.
    pub(super) fn bent(&self, side: &Side, corners: &[Point]) -> Vec<Point> {
        corners.iter().map(|corner| self.at(side, *corner)).collect()
    }

    /// A shape with these corners: as far from each other as they are here, with its middle where it would lie; where the plot is too crooked for
    /// that, bent as it is.
    pub(super) fn shaped(&self, side: &Side, corners: &[Point]) -> Vec<Point> {
        let [low, high] = bounds(corners);
        let middle = between(low, high, 0.5);
        let here = self.at(side, middle);
        let along = lines::direction(here, self.at(side, [middle[0] + 1.0, middle[1]]));
        let inwards = [-along[1], along[0]];
        let place = |corner: &Point| {
            lines::ahead(lines::ahead(here, along, corner[0] - middle[0]), inwards, corner[1] - middle[1])
        };
        let straight: Vec<Point> = corners.iter().map(place).collect();
        if self.is_free(&straight) { straight } else { self.bent(side, corners) }
    }

    /// Whether a shape belongs to the plot as a whole, and nothing is there yet.
    fn is_free(&self, outline: &[Point]) -> bool {
        outline.iter().all(|corner| is_inside(*corner, &self.outline))
            && !self.taken.iter().any(|other| overlap(outline, other))
    }

    /// Builds, if the ground is free and all of it belongs to the plot. Whether it is.
    pub(super) fn build(&mut self, scenery: &mut Scenery, outline: Vec<Point>, style: Style) -> bool {
        self.build_round(scenery, outline, Vec::new(), style)
    }

    /// The same, round a courtyard.
    pub(super) fn build_round(
        &mut self,
        scenery: &mut Scenery,
        outline: Vec<Point>,
        courtyard: Vec<Point>,
        style: Style,
    ) -> bool {
        if !self.is_free(&outline) {
            return false;
        }
        scenery.buildings.push(Building {
            name: None,
            outline: outline.iter().copied().map(single).collect(),
            holes: if courtyard.is_empty() { Vec::new() } else { vec![courtyard.into_iter().map(single).collect()] },
            height: style.height() as f32,
            base: 0.0,
            levels: Some(style.levels),
            purpose: style.purpose,
            roof: style.roof,
        });
        self.taken.push(outline);
        true
    }

    /// Covers a part of the ground, on which nothing stands yet.
    pub(super) fn cover(&self, scenery: &mut Scenery, kind: AreaKind, rect: &Rect) {
        let outline = self.bend.outline(rect, EVERY).into_iter().map(single).collect();
        scenery.areas.push(Area { kind, outline, holes: Vec::new() });
    }

    /// A shape on the ground.
    pub(super) fn cover_shape(&self, scenery: &mut Scenery, kind: AreaKind, outline: &[Point]) {
        scenery.areas.push(Area { kind, outline: outline.iter().copied().map(single).collect(), holes: Vec::new() });
    }

    /// Keeps trees and buildings away from a shape.
    pub(super) fn keep_free(&mut self, outline: Vec<Point>) {
        self.taken.push(outline);
    }

    /// A path through these places of a rectangle, each a share of the way east and north.
    pub(super) fn path(&self, scenery: &mut Scenery, rect: &Rect, shares: &[Point], width: f64) -> Vec<Point> {
        let size = rect.size();
        let point = |share: &Point| [rect.low[0] + share[0] * size[0], rect.low[1] + share[1] * size[1]];
        let corners: Vec<Point> = shares.iter().map(point).collect();
        let line = self.bend.line(&corners, EVERY);
        scenery.paths.push(Path { width: width as f32, line: line.iter().copied().map(single).collect() });
        line
    }

    /// The place at shares of the way east and north through a rectangle.
    pub(super) fn share(&self, rect: &Rect, shares: Point) -> Point {
        let size = rect.size();
        self.bend.place([rect.low[0] + shares[0] * size[0], rect.low[1] + shares[1] * size[1]])
    }

    /// Plants a tree, where so much room is left around it.
    pub(super) fn plant(&self, scenery: &mut Scenery, place: Point, room: f64) {
        let around = [[0.0, 0.0], [room, 0.0], [-room, 0.0], [0.0, room], [0.0, -room]];
        let is_free = around.iter().all(|[x, y]| {
            let point = [place[0] + x, place[1] + y];
            is_inside(point, &self.outline) && !self.taken.iter().any(|taken| is_inside(point, taken))
        });
        if is_free {
            scenery.trees.push(single(place));
        }
    }
}

impl Side {
    /// The corners of a rectangle from one corner to the opposite one.
    pub(super) fn rectangle([left, front]: Point, [right, back]: Point) -> [Point; 4] {
        [[left, front], [right, front], [right, back], [left, back]]
    }
}

/// The least and the greatest numbers of points.
pub(super) fn bounds(points: &[Point]) -> [Point; 2] {
    let fold = |with: fn(f64, f64) -> f64, first: f64| {
        [0, 1].map(|axis| points.iter().map(|point| point[axis]).fold(first, with))
    };
    [fold(f64::min, f64::INFINITY), fold(f64::max, f64::NEG_INFINITY)]
}

/// Whether a point is inside an outline.
pub(super) fn is_inside([x, y]: Point, outline: &[Point]) -> bool {
    let mut is_inside = false;
    for (place, [to_x, to_y]) in outline.iter().enumerate() {
        let [from_x, from_y] = outline[(place + outline.len() - 1) % outline.len()];
        if (from_y > y) != (*to_y > y) && x < (to_x - from_x) * (y - from_y) / (to_y - from_y) + from_x {
            is_inside = !is_inside;
        }
    }
    is_inside
}

/// Neighbours touch: outlines overlap if they do so by more than this share of their size.
const TOUCH: f64 = 0.004;

/// Whether two outlines overlap by more than a wall that they share.
pub(super) fn overlap(one: &[Point], other: &[Point]) -> bool {
    let [[low, high], [other_low, other_high]] = [bounds(one), bounds(other)];
    if (0..2).any(|axis| low[axis] >= other_high[axis] || other_low[axis] >= high[axis]) {
        return false;
    }
    let smaller = |outline: &[Point]| -> Vec<Point> {
        let [low, high] = bounds(outline);
        let middle = between(low, high, 0.5);
        outline.iter().map(|point| between(*point, middle, TOUCH)).collect()
    };
    let (one, other) = (smaller(one), smaller(other));
    let edges = |outline: &[Point]| -> Vec<[Point; 2]> {
        outline
            .iter()
            .enumerate()
            .map(|(place, to)| [outline[(place + outline.len() - 1) % outline.len()], *to])
            .collect()
    };
    let theirs = edges(&other);
    edges(&one).iter().any(|edge| theirs.iter().any(|their| cross(*edge, *their)))
        || is_inside(one[0], &other)
        || is_inside(other[0], &one)
}

fn cross([a, b]: [Point; 2], [c, d]: [Point; 2]) -> bool {
    let turn = |from: Point, to: Point, point: Point| {
        (to[0] - from[0]) * (point[1] - from[1]) - (to[1] - from[1]) * (point[0] - from[0])
    };
    turn(a, b, c) * turn(a, b, d) < 0.0 && turn(c, d, a) * turn(c, d, b) < 0.0
}
