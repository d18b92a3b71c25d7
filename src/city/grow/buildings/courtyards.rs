//! Blocks of the centre: houses wall to wall round courtyards, offices as one house with a courtyard, and towers.

use super::{Site, rise};
use crate::city::build::lines::Point;
use crate::city::grow::lattice::{Rect, Street};
use crate::city::grow::plot::{Side, Style};
use crate::city::scenery::{AreaKind, Roof, Use};

/// How deep houses round a courtyard are: metres.
const DEPTH: f64 = 13.0;

/// Between the pavement and the houses: metres.
const FRONT: f64 = 0.6;

/// No courtyard is narrower: metres.
const COURTYARD: f64 = 9.0;

/// How long houses are along the street: metres.
const HOUSE: f64 = 15.0;

/// What is built round a courtyard.
struct Ring {
    /// How many levels most houses have.
    levels: u32,
    /// Roofs, each as likely.
    roofs: &'static [Roof],
    /// How often there is a gap instead of a house.
    gaps: f64,
    /// How often a house is an office.
    offices: f64,
    /// How often a house is a shop, by an arterial street and elsewhere.
    shops: [f64; 2],
}

/// A block of the centre.
pub(super) fn centre(site: &mut Site) {
    let levels = 5 + ((site.nearness - 0.6) * 4.0).clamp(0.0, 2.0) as u32;
    match site.random.uniform() {
        draw if draw < 0.22 => offices(site, levels),
        draw if draw < 0.22 + 0.3 * site.grown.density => towers(site),
        _ => {
            const ROOFS: &[Roof] = &[Roof::Mansard, Roof::Flat, Roof::Gabled];
            ring(site, &Ring { levels, roofs: ROOFS, gaps: 0.03, offices: 0.4, shops: [0.6, 0.3] });
        }
    }
}

/// A block of flats.
pub(super) fn flats(site: &mut Site) {
    const ROOFS: &[Roof] = &[Roof::Gabled, Roof::Gabled, Roof::Mansard, Roof::Flat];
    let levels = 4 + u32::from(site.nearness > 0.6);
    ring(site, &Ring { levels, roofs: ROOFS, gaps: 0.09, offices: 0.06, shops: [0.4, 0.08] });
}

fn ring(site: &mut Site, about: &Ring) {
    let rect = site.plot.part(&site.plot.rect, [FRONT; 4]);
    let yard = site.plot.part(&rect, [DEPTH; 4]);
    let size = site.plot.size();
    if size.iter().any(|size| *size < 2.0 * (DEPTH + FRONT) + COURTYARD) {
        return offices(site, about.levels);
    }
    site.plot.cover(site.scenery, AreaKind::Grass, &yard);
    let least = size[0].min(size[1]);
    let corner = site.between(17.0, 21.0).min(least / 2.0 - FRONT - 1.0).max(DEPTH + 0.5);
    for number in 0..4 {
        let side = site.plot.side(&rect, number);
        let is_arterial = site.plot.streets[number] == Street::Arterial;
        let shape = [[0.0, 0.0], [corner, 0.0], [corner, DEPTH], [DEPTH, DEPTH], [DEPTH, corner], [0.0, corner]];
        let outline = site.plot.bent(&side, &shape);
        let style = style(site, about, is_arterial, true);
        site.plot.build(site.scenery, outline, style);
        let length = side.length - 2.0 * corner;
        let count = (length / HOUSE).round().max(1.0);
        for house in 0..count as usize {
            let from = corner + house as f64 * length / count;
            let has_gap = site.random.chance(about.gaps);
            let style = self::style(site, about, is_arterial, false);
            if length > 6.0 && !has_gap {
                let outline = site.plot.bent(&side, &Side::rectangle([from, 0.0], [from + length / count, DEPTH]));
                site.plot.build(site.scenery, outline, style);
            }
        }
    }
    back_house(site, &yard);
    site.plant(&yard, 110.0);
}

fn style(site: &mut Site, about: &Ring, is_arterial: bool, is_corner: bool) -> Style {
    let shops = about.shops[usize::from(!is_arterial)];
    let purpose = match site.random.uniform() {
        draw if draw < shops => Use::Shop,
        draw if draw < shops + about.offices => Use::Office,
        _ => Use::Flats,
    };
    let levels = (about.levels as usize + site.random.below(3) + usize::from(is_corner)).saturating_sub(1).max(2);
    // A corner has no ridge of its own.
    let roof = if is_corner { Roof::Flat } else { site.one_of(about.roofs) };
    Style { level_height: 3.1, ..Style::new(purpose, levels as u32, roof, rise(roof, DEPTH)) }
}

/// A low house in the yard: workshops and garages.
fn back_house(site: &mut Site, yard: &Rect) {
    let side = site.plot.side(yard, 0);
    if side.length < 30.0 || side.depth < 24.0 || site.random.chance(0.55) {
        return;
    }
    let (width, depth) = (site.between(10.0, side.length - 16.0), site.between(7.0, 10.0));
    let from = site.between(6.0, side.length - 6.0 - width);
    let front = (side.depth - depth) / 2.0;
    let outline = site.plot.shaped(&side, &Side::rectangle([from, front], [from + width, front + depth]));
    let purpose = site.one_of(&[Use::Office, Use::Garage, Use::Shed]);
    site.plot.build(site.scenery, outline, Style::new(purpose, 1, Roof::Skillion, 1.0));
}

/// One house with a courtyard, as large as the block.
fn offices(site: &mut Site, levels: u32) {
    let rect = site.plot.part(&site.plot.rect, [FRONT + 1.4; 4]);
    let outline = site.plot.bent(&site.plot.side(&rect, 0), &around(site, &rect));
    let depth = DEPTH + 2.0;
    let has_yard = site.plot.size().iter().all(|size| *size > 2.0 * depth + COURTYARD + 4.0);
    let mut yard = Vec::new();
    if has_yard {
        let part = site.plot.part(&rect, [depth; 4]);
        yard = site.plot.bent(&site.plot.side(&part, 0), &around(site, &part));
        yard.reverse();
        site.plot.cover(site.scenery, AreaKind::Square, &part);
    }
    let purpose = site.one_of(&[Use::Office, Use::Office, Use::Shop, Use::Public]);
    let levels = if has_yard { levels } else { levels.min(3) };
    site.plot.build_round(site.scenery, outline, yard, Style::new(purpose, levels, Roof::Flat, 0.8));
}

/// The corners of a rectangle as seen from its southern side, with points between, so that it bends as the streets do.
fn around(site: &Site, rect: &Rect) -> Vec<Point> {
    let side = site.plot.side(rect, 0);
    let corners = Side::rectangle([0.0, 0.0], [side.length, side.depth]);
    let mut all = Vec::new();
    for (place, from) in corners.iter().enumerate() {
        let to = corners[(place + 1) % 4];
        let points = (0..4).map(|part| f64::from(part) / 4.0);
        all.extend(points.map(|share| [from[0] + share * (to[0] - from[0]), from[1] + share * (to[1] - from[1])]));
    }
    all
}

/// Towers on a paved place.
fn towers(site: &mut Site) {
    let rect = site.plot.part(&site.plot.rect, [2.0; 4]);
    site.plot.cover(site.scenery, AreaKind::Square, &rect);
    let axis = usize::from(site.plot.size()[1] > site.plot.size()[0]);
    for part in site.plot.parts(&rect, axis, 46.0) {
        let side = site.plot.side(&part, site.random.below(2));
        let (width, depth) = (site.between(20.0, 27.0), site.between(20.0, 32.0));
        let corner = [(side.length - width) / 2.0, (side.depth - depth) / 2.0];
        let outline = site.plot.shaped(&side, &Side::rectangle(corner, [corner[0] + width, corner[1] + depth]));
        let share = (0.45 + 0.55 * site.random.uniform()) * site.nearness.clamp(0.6, 1.0);
        let levels = ((f64::from(site.grown.tallest) * share).round() as u32).max(3);
        let purpose = site.one_of(&[Use::Office, Use::Office, Use::Flats]);
        let style = Style { level_height: 3.4, ..Style::new(purpose, levels, Roof::Flat, 1.5) };
        site.plot.build(site.scenery, outline, style);
        // A low house beside each.
        let low = [[4.0, 5.0], [side.length - 4.0, 5.0], [side.length - 4.0, 17.0], [4.0, 17.0]];
        let outline = site.plot.shaped(&side, &low);
        site.plot.build(site.scenery, outline, Style::new(Use::Shop, 2, Roof::Flat, 0.6));
    }
    site.plant(&rect, 160.0);
}
