//! Buildings for all: churches, schools, hospitals, the town hall.

use super::{Site, rise};
use crate::city::build::lines::Point;
use crate::city::grow::plot::{Side, Style};
use crate::city::scenery::{AreaKind, Roof, Use};

/// The square of the city, with its church.
pub(super) fn main_square(site: &mut Site) {
    let rect = site.plot.rect;
    site.plot.cover(site.scenery, AreaKind::Square, &rect);
    nave(site, 1.25);
    // Trees round the square.
    for number in 0..4 {
        let side = site.plot.side(&rect, number);
        for tree in 1..(side.length / 9.0) as usize {
            let place = site.plot.at(&side, [9.0 * tree as f64, 4.5]);
            site.plot.plant(site.scenery, place, 2.5);
        }
    }
}

/// A church of a quarter, in its yard.
pub(super) fn church(site: &mut Site) {
    let rect = site.plot.rect;
    site.plot.cover(site.scenery, AreaKind::Park, &rect);
    for shares in [[[0.5, 0.0], [0.5, 1.0]], [[0.0, 0.5], [1.0, 0.5]]] {
        site.plot.path(site.scenery, &rect, &shares, 2.5);
    }
    nave(site, 1.0);
    site.plant(&rect, 150.0);
}

/// A church in the midst of its plot: a nave with a choir, and a tower before it.
fn nave(site: &mut Site, size: f64) {
    let number = usize::from(site.plot.size()[1] > site.plot.size()[0]);
    let side = site.plot.side(&site.plot.rect, number);
    let scale = size * (side.length / 70.0).min(side.depth / 46.0).min(1.0);
    let (x, y) = (side.length / 2.0 - 2.0 * scale, side.depth / 2.0);
    let at = |[along, inwards]: Point| [x + scale * along, y + scale * inwards];
    let nave = [
        [-15.0, -7.5],
        [5.0, -7.5],
        [5.0, -12.0],
        [14.0, -12.0],
        [14.0, -7.5],
        [20.0, -7.5],
        [24.0, -3.5],
        [24.0, 3.5],
        [20.0, 7.5],
        [14.0, 7.5],
        [14.0, 12.0],
        [5.0, 12.0],
        [5.0, 7.5],
        [-15.0, 7.5],
    ];
    let outline = site.plot.shaped(&side, &nave.map(at));
    let style = Style { level_height: 12.0 * scale, ..Style::new(Use::Church, 1, Roof::Gabled, 8.0 * scale) };
    site.plot.build(site.scenery, outline.clone(), style);
    // In the nave's own frame, which lies at the middle of the nave.
    let tower = [[-24.0, -4.5], [-15.0, -4.5], [-15.0, 4.5], [-24.0, 4.5]];
    let (from, to) = (outline[0], outline[13]);
    let inwards = [(to[0] - from[0]) / 15.0, (to[1] - from[1]) / 15.0];
    let along = [inwards[1], -inwards[0]];
    let place = |[x, y]: Point| {
        let (x, y) = (x + 15.0, y + 7.5);
        [from[0] + along[0] * x + inwards[0] * y, from[1] + along[1] * x + inwards[1] * y]
    };
    let style = Style { level_height: 26.0 * scale, ..Style::new(Use::Church, 1, Roof::Pyramidal, 16.0 * scale) };
    site.plot.build(site.scenery, tower.map(place).to_vec(), style);
}

/// A stately house with two wings, behind a square.
pub(super) fn town_hall(site: &mut Site) {
    let rect = site.plot.rect;
    site.plot.cover(site.scenery, AreaKind::Square, &rect);
    let front = site.plot.front();
    let side = site.plot.side(&rect, front);
    let (left, right) = (side.length * 0.14, side.length * 0.86);
    let (near, far) = (side.depth * 0.35, side.depth * 0.82);
    let deep = 15.0_f64.min((far - near) * 0.5);
    let shape = [
        [left, near],
        [left + deep, near],
        [left + deep, far - deep],
        [right - deep, far - deep],
        [right - deep, near],
        [right, near],
        [right, far],
        [left, far],
    ];
    let outline = site.plot.shaped(&side, &shape);
    site.plot.build(site.scenery, outline, Style::new(Use::Public, 4, Roof::Hipped, rise(Roof::Mansard, deep) + 1.5));
    for tree in 1..(side.length / 10.0) as usize {
        for inwards in [4.0, side.depth * 0.22] {
            let place = site.plot.at(&side, [10.0 * tree as f64, inwards]);
            site.plot.plant(site.scenery, place, 2.5);
        }
    }
}

/// A school with wings, a yard and a pitch.
pub(super) fn school(site: &mut Site) {
    site.lawn();
    let front = site.plot.front();
    let side = site.plot.side(&site.plot.rect, front);
    let (length, depth) = (side.length, side.depth);
    let (left, right, near) = (7.0, length * 0.72, 9.0);
    let (deep, wing) = (13.0, (depth * 0.5).clamp(20.0, 42.0));
    let shape = [
        [left, near],
        [right, near],
        [right, near + wing],
        [right - deep, near + wing],
        [right - deep, near + deep],
        [left + deep, near + deep],
        [left + deep, near + wing * 0.8],
        [left, near + wing * 0.8],
    ];
    let outline = site.plot.shaped(&side, &shape);
    site.plot.build(site.scenery, outline, Style::new(Use::Public, 3, Roof::Flat, 0.6));
    let yard = Side::rectangle([left + deep + 2.0, near + deep + 2.0], [right - deep - 2.0, near + wing]);
    let yard = site.plot.shaped(&side, &yard);
    site.plot.cover_shape(site.scenery, AreaKind::Square, &yard);
    site.plot.keep_free(yard);
    let gym = site.plot.shaped(&side, &Side::rectangle([length - 28.0, near], [length - 6.0, near + 26.0]));
    let style = Style { level_height: 8.0, ..Style::new(Use::Public, 1, Roof::Flat, 0.5) };
    site.plot.build(site.scenery, gym, style);
    let pitch = Side::rectangle([8.0, near + wing + 6.0], [length.min(100.0) - 10.0, depth - 6.0]);
    if depth - near - wing > 30.0 {
        let pitch = site.plot.shaped(&side, &pitch);
        site.plot.cover_shape(site.scenery, AreaKind::Park, &pitch);
        site.plot.keep_free(pitch);
    }
    let rect = site.plot.rect;
    site.plant(&rect, 150.0);
}

/// A hospital: two long houses with a bridge between, and room for cars.
pub(super) fn hospital(site: &mut Site) {
    site.lawn();
    let front = site.plot.front();
    let side = site.plot.side(&site.plot.rect, front);
    let (length, depth) = (side.length, side.depth);
    let (low, high) = (depth * 0.34, depth * 0.9);
    let (deep, middle) = (15.0, (depth * 0.62, length / 2.0));
    let (left, right) = (length * 0.18, length * 0.82);
    let shape = [
        [left, low],
        [left + deep, low],
        [left + deep, middle.0 - 7.0],
        [right - deep, middle.0 - 7.0],
        [right - deep, low],
        [right, low],
        [right, high],
        [right - deep, high],
        [right - deep, middle.0 + 7.0],
        [left + deep, middle.0 + 7.0],
        [left + deep, high],
        [left, high],
    ];
    let outline = site.plot.shaped(&side, &shape);
    site.plot.build(site.scenery, outline, Style::new(Use::Public, 5, Roof::Flat, 1.0));
    let cars = Side::rectangle([middle.1 - length * 0.3, 4.0], [middle.1 + length * 0.3, depth * 0.26]);
    let cars = site.plot.shaped(&side, &cars);
    site.plot.cover_shape(site.scenery, AreaKind::Parking, &cars);
    site.plot.keep_free(cars);
    let rect = site.plot.rect;
    site.plant(&rect, 140.0);
}
