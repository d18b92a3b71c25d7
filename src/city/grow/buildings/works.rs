//! Where goods are made, stored and sold: halls with yards, and large shops.

use super::{Site, rise};
use crate::city::build::lines::Point;
use crate::city::grow::lattice::Rect;
use crate::city::grow::plot::{Side, Style};
use crate::city::scenery::{AreaKind, Roof, Use};

/// Halls, each on a lot of its own.
pub(super) fn halls(site: &mut Site) {
    let rect = site.plot.rect;
    let axis = usize::from(site.plot.size()[1] > site.plot.size()[0]);
    for row in site.plot.parts(&rect, 1 - axis, 105.0) {
        let about = site.between(80.0, 130.0);
        for lot in site.plot.parts(&row, axis, about) {
            works(site, &lot);
        }
    }
}

fn works(site: &mut Site, lot: &Rect) {
    let turn = site.random.below(4);
    let side = site.plot.side(lot, turn);
    let (length, depth) = (side.length, side.depth);
    let yard = site.between(14.0, 22.0).min(depth * 0.3);
    let paved = site.plot.part(lot, [3.0; 4]);
    site.plot.cover(site.scenery, AreaKind::Grass, lot);
    site.plot.cover(site.scenery, AreaKind::Parking, &paved);
    let back = yard + (depth - yard - 6.0) * site.between(0.7, 1.0);
    let right = 6.0 + (length - 12.0) * site.between(0.62, 1.0);
    let roof = site.one_of(&[Roof::Flat, Roof::Flat, Roof::Gabled, Roof::Skillion, Roof::Round]);
    let span = (right - 6.0).min(back - yard);
    let rise = rise(roof, span).min(3.5);
    let hall = Style { level_height: site.between(7.0, 12.0), ..Style::new(Use::Industry, 1, roof, rise) };
    let outline = site.plot.shaped(&side, &Side::rectangle([6.0, yard], [right, back]));
    site.plot.build(site.scenery, outline, hall);
    // An office in front of it.
    if site.random.chance(0.6) {
        let wide = site.between(14.0, 24.0).min(length / 3.0);
        let outline = site.plot.shaped(&side, &Side::rectangle([6.0, 4.0], [6.0 + wide, yard - 1.0]));
        let levels = 2 + site.random.below(3) as u32;
        site.plot.build(site.scenery, outline, Style::new(Use::Office, levels, Roof::Flat, 0.5));
    }
    let room = length - 6.0 - right;
    if room > 14.0 {
        tanks(site, &side, right + 3.0, yard, back);
    } else if site.random.chance(0.3) {
        chimney(site, &side, [length - 9.0, yard - 6.0]);
    }
    for _ in 0..8 {
        let place = site.plot.at(&side, [site.random.uniform() * length, 1.5]);
        site.plot.plant(site.scenery, place, 1.2);
    }
}

/// Round tanks in a row.
fn tanks(site: &mut Site, side: &Side, left: f64, front: f64, back: f64) {
    let radius = site.between(4.0, 5.5);
    let height = site.between(7.0, 14.0);
    let mut at = front + radius;
    while at + radius < back {
        let outline = site.plot.shaped(side, &circle([left + radius, at], radius, 12));
        let style = Style { level_height: height, ..Style::new(Use::Industry, 1, Roof::Flat, 0.3) };
        site.plot.build(site.scenery, outline, style);
        at += 2.0 * radius + 2.0;
    }
}

fn chimney(site: &mut Site, side: &Side, place: Point) {
    let outline = site.plot.shaped(side, &circle(place, 1.8, 10));
    let height = site.between(28.0, 45.0);
    let style = Style { level_height: height, ..Style::new(Use::Industry, 1, Roof::Flat, 0.5) };
    site.plot.build(site.scenery, outline, style);
}

/// The corners of a circle, counterclockwise.
fn circle(middle: Point, radius: f64, corners: u32) -> Vec<Point> {
    let corner = |number: u32| {
        let turn = std::f64::consts::TAU * f64::from(number) / f64::from(corners);
        [middle[0] + radius * libm::cos(turn), middle[1] + radius * libm::sin(turn)]
    };
    (0..corners).map(corner).collect()
}

/// A large shop behind the cars of those who buy there.
pub(super) fn market(site: &mut Site) {
    site.lawn();
    let front = site.plot.front();
    let side = site.plot.side(&site.plot.rect, front);
    let (length, depth) = (side.length, side.depth);
    let parking = (depth * 0.5).min(48.0);
    let right = length - site.between(4.0, 12.0);
    let cars = site.plot.shaped(&side, &Side::rectangle([5.0, 3.0], [right, parking]));
    site.plot.cover_shape(site.scenery, AreaKind::Parking, &cars);
    site.plot.keep_free(cars);
    let shop = Side::rectangle([6.0, parking + 1.0], [right.min(6.0 + 75.0), (depth - 5.0).min(parking + 45.0)]);
    let outline = site.plot.shaped(&side, &shop);
    let style = Style { level_height: 6.5, ..Style::new(Use::Shop, 1, Roof::Flat, 0.6) };
    site.plot.build(site.scenery, outline, style);
    let left = 6.0 + 75.0 + 6.0;
    if right - left > 14.0 {
        let outline = site.plot.shaped(&side, &Side::rectangle([left, parking + 4.0], [right, parking + 22.0]));
        site.plot.build(site.scenery, outline, Style::new(Use::Shop, 2, Roof::Flat, 0.6));
    }
    let rect = site.plot.rect;
    site.plant(&rect, 160.0);
}
