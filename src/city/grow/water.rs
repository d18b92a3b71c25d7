//! The river, its banks and its promenades.

use super::Grown;
use super::bend::Bend;
use super::lattice::{BANK, Lattice, Rect, Street};
use super::streets::single;
use crate::city::build::lines;
use crate::city::scenery::{Area, AreaKind, Path, Scenery};
use crate::engine::random::Purpose;

/// The river flows on beyond the lattice: metres.
const BEYOND: f64 = 260.0;

/// Points of a shore are no farther from each other: metres.
const EVERY: f64 = 20.0;

/// The water's rectangle in the straight plane, if there is a river.
pub(super) fn river(lattice: &Lattice) -> Option<Rect> {
    let river = lattice.river?;
    let rows = &lattice.lines[1];
    let (south, north) = (rows[0] - BEYOND, rows[rows.len() - 1] + BEYOND);
    let (west, east) = (lattice.lines[0][river] + BANK, lattice.lines[0][river + 1] - BANK);
    Some(Rect { low: [west, south], high: [east, north] })
}

/// Adds the river with its banks.
pub(super) fn add(grown: &Grown, lattice: &Lattice, bend: &Bend, scenery: &mut Scenery) {
    let Some(water) = river(lattice) else { return };
    let area = |kind: AreaKind, rect: &Rect| Area {
        kind,
        outline: bend.outline(rect, EVERY).into_iter().map(single).collect(),
        holes: Vec::new(),
    };
    scenery.areas.push(area(AreaKind::Water, &water));
    for stretch in stretches(lattice, &water) {
        for bank in banks(&water, stretch) {
            scenery.areas.push(area(AreaKind::Grass, &bank));
            add_promenade(grown, bend, &bank, scenery);
        }
    }
}

/// From bridge to bridge, with room for the streets.
fn stretches(lattice: &Lattice, water: &Rect) -> Vec<[f64; 2]> {
    let column = lattice.river.unwrap_or_default();
    let rows = 0..lattice.lines[1].len();
    let bridges = rows.filter(|row| lattice.street([column, *row], 0).is_driven()).map(|row| lattice.lines[1][row]);
    let room = Street::Arterial.half_width();
    let mut from = water.low[1];
    let mut stretches = Vec::new();
    for bridge in bridges {
        stretches.push([from, bridge - room]);
        from = bridge + room;
    }
    stretches.push([from, water.high[1]]);
    stretches
}

/// Both banks of a stretch, as far as the streets along the river.
fn banks(water: &Rect, [south, north]: [f64; 2]) -> [Rect; 2] {
    let width = BANK - Street::Quay.half_width() - 1.0;
    let (west, east) = (water.low[0], water.high[0]);
    [
        Rect { low: [west - width, south], high: [west - 0.5, north] },
        Rect { low: [east + 0.5, south], high: [east + width, north] },
    ]
}

/// A path in the midst of a bank, with trees on both sides.
fn add_promenade(grown: &Grown, bend: &Bend, bank: &Rect, scenery: &mut Scenery) {
    const TREES: Purpose = Purpose::new("city.grow.banks");
    let middle = (bank.low[0] + bank.high[0]) / 2.0;
    let line = bend.line(&[[middle, bank.low[1]], [middle, bank.high[1]]], EVERY);
    scenery.paths.push(Path { width: 3.0, line: line.iter().copied().map(single).collect() });
    let mut random = grown.stream(TREES, line[0][0].to_bits(), 0);
    let length = lines::length(&line);
    for tree in 1..(length / 9.0) as usize {
        let along = 9.0 * tree as f64 + 4.0 * random.uniform();
        let (here, next) = (lines::at(&line, along), lines::at(&line, along + 1.0));
        let aside = 4.0 + 1.5 * random.uniform();
        let right = lines::right_of(lines::direction(here, next));
        if along < length - 5.0 && random.chance(0.75) {
            let side = if random.chance(0.5) { aside } else { -aside };
            scenery.trees.push(single(lines::ahead(here, right, side)));
        }
    }
}
