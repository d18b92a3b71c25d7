//! Houses to live in: in rows, by themselves, and long ones with many flats.

use super::{Site, rise};
use crate::city::build::lines::Point;
use crate::city::grow::lattice::Street;
use crate::city::grow::parks;
use crate::city::grow::plot::{Side, Style};
use crate::city::grow::streets::single;
use crate::city::scenery::{AreaKind, Path, Roof, Use};

/// Houses in rows along all sides with a street, with gardens behind.
pub(super) fn terraces(site: &mut Site) {
    site.lawn();
    for number in sides_by_length(site) {
        let is_arterial = site.plot.streets[number] == Street::Arterial;
        let side = site.plot.side(&site.plot.rect, number);
        let (front, depth) = (site.between(3.0, 4.5), site.between(9.0, 10.5));
        let roof = site.one_of(&[Roof::Gabled, Roof::Gabled, Roof::Gabled, Roof::Mansard]);
        let levels = 2 + site.random.below(2) as u32;
        let mut along = 2.0;
        while along < side.length - 14.0 {
            let width = site.between(6.2, 7.4);
            let houses = 4 + site.random.below(6);
            for house in 0..houses {
                let from = along + house as f64 * width;
                if from + width > side.length - 2.0 {
                    break;
                }
                let outline = site.plot.bent(&side, &Side::rectangle([from, front], [from + width, front + depth]));
                let is_shop = is_arterial && site.random.chance(0.3);
                let purpose = if is_shop { Use::Shop } else { Use::Home };
                site.plot.build(site.scenery, outline, Style::new(purpose, levels, roof, rise(roof, depth)));
                if site.random.chance(0.3) {
                    let inwards = front + depth + site.between(9.0, 14.0);
                    shed(site, &side, [from + width / 2.0, inwards]);
                }
            }
            along += houses as f64 * width + site.between(3.0, 5.0);
        }
    }
    green(site);
    let rect = site.plot.rect;
    site.plant(&rect, 150.0);
}

/// Blocks that are so wide have a green behind the gardens: metres.
const WIDE: f64 = 100.0;

/// How deep parcels with gardens are: metres.
const PARCEL: f64 = 36.0;

/// A green in the midst of a wide block.
fn green(site: &mut Site) {
    if site.plot.size().iter().all(|size| *size > WIDE) {
        let rect = site.plot.part(&site.plot.rect, [PARCEL; 4]);
        parks::park(&rect, &mut site.plot, &mut site.random, site.scenery);
    }
}

fn shed(site: &mut Site, side: &Side, [along, inwards]: Point) {
    let outline = site.plot.shaped(side, &Side::rectangle([along - 1.3, inwards - 1.0], [along + 1.3, inwards + 1.0]));
    site.plot.build(site.scenery, outline, Style::new(Use::Shed, 1, Roof::Skillion, 0.3));
}

/// The sides with a street, the longest first.
fn sides_by_length(site: &Site) -> Vec<usize> {
    let length = |side: &usize| site.plot.side(&site.plot.rect, *side).length;
    let mut sides: Vec<usize> = (0..4).filter(|side| site.plot.streets[*side].is_driven()).collect();
    sides.sort_by(|one, other| length(other).total_cmp(&length(one)).then(one.cmp(other)));
    sides
}

/// Houses for one or two families, each in its garden.
pub(super) fn villas(site: &mut Site) {
    site.lawn();
    let spaciousness = 1.25 - 0.3 * site.grown.density - 0.3 * site.nearness.clamp(0.0, 0.6);
    for number in sides_by_length(site) {
        let side = site.plot.side(&site.plot.rect, number);
        let setback = site.between(4.5, 7.0);
        let count = (side.length / (20.0 * spaciousness)).round().max(1.0);
        let width = side.length / count;
        for parcel in 0..count as usize {
            if !site.random.chance(0.05) {
                villa(site, &side, parcel as f64 * width, width, setback);
            }
        }
    }
    green(site);
    let rect = site.plot.rect;
    site.plant(&rect, 130.0);
}

/// A house, perhaps with a wing, and a garage beside it.
fn villa(site: &mut Site, side: &Side, from: f64, parcel: f64, setback: f64) {
    let width = site.between(9.0, 12.5).min(parcel - 5.0).max(7.0);
    let depth = site.between(8.5, 11.0);
    let front = setback + site.between(0.0, 2.0);
    let left = from + site.between(1.5, (parcel - width - 1.5).max(1.6));
    let (right, back) = (left + width, front + depth);
    let has_wing = site.random.chance(0.3);
    let shape = if has_wing {
        let (wing, deep) = (width * site.between(0.42, 0.55), site.between(3.0, 4.5));
        vec![
            [left, front],
            [right, front],
            [right, back + deep],
            [right - wing, back + deep],
            [right - wing, back],
            [left, back],
        ]
    } else {
        Side::rectangle([left, front], [right, back]).to_vec()
    };
    let roof = if has_wing {
        site.one_of(&[Roof::Hipped, Roof::Flat])
    } else {
        site.one_of(&[Roof::Gabled, Roof::Gabled, Roof::Gabled, Roof::Hipped, Roof::HalfHipped, Roof::Pyramidal])
    };
    let levels = 1 + u32::from(site.random.chance(0.6));
    let span = width.min(depth);
    let rise = if roof == Roof::Pyramidal { 0.4 * span } else { rise(roof, span) };
    let outline = site.plot.shaped(side, &shape);
    if !site.plot.build(site.scenery, outline, Style::new(Use::Home, levels, roof, rise)) {
        return;
    }
    let garage = if left - from > 4.2 { left - 3.6 } else { right + 0.4 };
    if garage + 3.2 < from + parcel + 0.5 && site.random.chance(0.6) {
        let outline = site.plot.shaped(side, &Side::rectangle([garage, front + 2.0], [garage + 3.2, front + 8.0]));
        site.plot.build(site.scenery, outline, Style::new(Use::Garage, 1, Roof::Flat, 0.2));
    }
}

/// Long houses of flats, side by side among lawns.
pub(super) fn slabs(site: &mut Site) {
    site.lawn();
    // Across the longer sides, so that there are several.
    let number = usize::from(site.plot.size()[1] > site.plot.size()[0]);
    let side = site.plot.side(&site.plot.rect, number);
    let levels = 4 + site.random.below(3 + (4.0 * site.grown.density) as usize) as u32;
    let pitch = (12.0 + 3.2 * f64::from(levels)).min(40.0);
    let count = ((side.length - 8.0) / pitch).floor().max(1.0);
    let gap = side.length / count;
    for slab in 0..count as usize {
        let from = (slab as f64 + 0.5) * gap - 6.0;
        let (front, back) = (site.between(6.0, 12.0), side.depth - site.between(6.0, 14.0));
        let outline = site.plot.shaped(&side, &Side::rectangle([from, front], [from + 12.0, back]));
        let levels = levels + site.random.below(2) as u32;
        site.plot.build(site.scenery, outline, Style::new(Use::Flats, levels, Roof::Flat, 0.6));
        if slab + 1 < count as usize && gap > 24.0 {
            let middle = from + 6.0 + gap / 2.0;
            let ends = [[middle, 1.0], [middle, side.depth - 1.0]].map(|place| site.plot.at(&side, place));
            site.scenery.paths.push(Path { width: 2.0, line: ends.map(single).to_vec() });
            if gap > 30.0 && site.random.chance(0.6) {
                let yard = Side::rectangle([middle - 8.0, 2.0], [middle - 2.0, (side.depth * 0.55).max(12.0)]);
                let outline = site.plot.shaped(&side, &yard);
                site.plot.cover_shape(site.scenery, AreaKind::Parking, &outline);
                site.plot.keep_free(outline);
            }
        }
    }
    let rect = site.plot.rect;
    site.plant(&rect, 140.0);
}
