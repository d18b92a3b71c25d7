//! Parks: a path all round, others across, perhaps a pond, and trees in groves.

use super::lattice::Rect;
use super::plot::Plot;
use crate::city::build::lines::{self, Point};
use crate::city::scenery::{AreaKind, Scenery};
use crate::engine::random::Stream;

/// Parks that are so wide may have a pond: metres.
const POND: f64 = 85.0;

/// About so many square metres for a tree.
const FOR_A_TREE: f64 = 75.0;

/// Lays out a park.
pub(super) fn park(rect: &Rect, plot: &mut Plot, random: &mut Stream, scenery: &mut Scenery) {
    plot.cover(scenery, AreaKind::Park, rect);
    let side = plot.side(rect, 0);
    let (width, depth) = (side.length, side.depth);
    let inset = 0.12;
    let ring = [[inset, inset], [1.0 - inset, inset], [1.0 - inset, 1.0 - inset], [inset, 1.0 - inset]];
    let middle = [0.35 + 0.3 * random.uniform(), 0.35 + 0.3 * random.uniform()];
    let has_pond = width.min(depth) > POND && random.chance(0.65);
    let mut paths = vec![plot.path(scenery, rect, &round(&ring), 2.5)];
    for (number, corner) in ring.iter().enumerate() {
        let gate = [corner[0].round(), corner[1].round()];
        paths.push(plot.path(scenery, rect, &[gate, *corner], 2.5));
        if !has_pond {
            paths.push(plot.path(scenery, rect, &[*corner, middle], 2.0));
        } else if number % 2 == 0 {
            let side = [(corner[0] + ring[(number + 1) % 4][0]) / 2.0, corner[1]];
            paths.push(plot.path(scenery, rect, &[[side[0], side[1].round()], side], 2.0));
        }
    }
    if has_pond {
        let pond = pond(plot, rect, middle, 0.2 * width.min(depth), random);
        plot.cover_shape(scenery, AreaKind::Water, &pond);
        plot.keep_free(pond);
    }
    let groves: Vec<Point> = (0..5).map(|_| plot.share(rect, [random.uniform(), random.uniform()])).collect();
    for _ in 0..(width * depth / FOR_A_TREE) as usize {
        let place = plot.share(rect, [random.uniform(), random.uniform()]);
        let far = groves.iter().map(|grove| lines::distance(*grove, place)).fold(f64::INFINITY, f64::min);
        let is_on_path = paths.iter().flatten().any(|point| lines::distance(*point, place) < 3.5)
            || paths.iter().any(|path| path.windows(2).any(|ends| is_near(place, ends, 3.0)));
        if !is_on_path && random.chance(if far < 0.22 * width.min(depth) { 0.95 } else { 0.3 }) {
            plot.plant(scenery, place, 2.0);
        }
    }
}

/// A line with its first point at its end again.
fn round(corners: &[Point]) -> Vec<Point> {
    corners.iter().chain(corners.first()).copied().collect()
}

/// Whether a point is so near a line.
fn is_near(point: Point, ends: &[Point], reach: f64) -> bool {
    let length = lines::distance(ends[0], ends[1]).max(1e-6);
    let along = lines::direction(ends[0], ends[1]);
    let [x, y] = [point[0] - ends[0][0], point[1] - ends[0][1]];
    let at = (x * along[0] + y * along[1]).clamp(0.0, length);
    lines::distance(point, lines::ahead(ends[0], along, at)) < reach
}

/// The shore of a pond: a circle with some waves.
fn pond(plot: &Plot, rect: &Rect, middle: Point, radius: f64, random: &mut Stream) -> Vec<Point> {
    const CORNERS: u32 = 28;
    let middle = plot.share(rect, middle);
    let waves = [1.0, 2.0, 3.0].map(|wave| (wave, random.uniform() * std::f64::consts::TAU, 0.28 / wave));
    let corner = |number: u32| {
        let turn = std::f64::consts::TAU * f64::from(number) / f64::from(CORNERS);
        let more: f64 = waves.iter().map(|(wave, phase, share)| share * libm::sin(wave * turn + phase)).sum();
        let far = radius * (1.0 + more);
        [middle[0] + far * libm::cos(turn), middle[1] + far * libm::sin(turn)]
    };
    (0..CORNERS).map(corner).collect()
}
