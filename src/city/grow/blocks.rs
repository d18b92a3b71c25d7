//! Blocks: what lies between arterial streets, halved again and again by local ones.

use super::Grown;
use super::bend::Bend;
use super::districts::{Districts, Zone};
use super::lattice::{Knot, Lattice, Rect, Street, forth};
use crate::engine::random::Purpose;

/// A block between streets, or a field outside.
#[derive(Clone, Copy, Debug)]
pub(super) struct Block {
    /// Its south-western corner.
    pub(super) low: Knot,
    /// Its north-eastern corner.
    pub(super) high: Knot,
    /// What it is for.
    pub(super) zone: Zone,
}

/// No block is narrower than so many lines.
const LEAST: usize = 2;

/// Blocks that are not wider than so many lines may stay whole.
const LARGE: usize = 5;

/// How often they do.
const STAYS_WHOLE: f64 = 0.1;

/// How often a street that parts houses ends before it is through.
const DEAD_END: f64 = 0.25;

impl Block {
    /// The whole block, from the middles of its streets.
    pub(super) fn rect(&self, lattice: &Lattice) -> Rect {
        lattice.rect(self.low, self.high)
    }

    /// How many lines it is wide, where it is narrowest.
    pub(super) fn lines(&self) -> usize {
        (self.high[0] - self.low[0]).min(self.high[1] - self.low[1])
    }

    /// The edges of each side, by where they begin, with the axis: south, east, north, west.
    pub(super) fn edges(&self) -> [(usize, Vec<Knot>); 4] {
        let (low, high) = (self.low, self.high);
        let row = |row: usize| (low[0]..high[0]).map(|column| [column, row]).collect();
        let column = |column: usize| (low[1]..high[1]).map(|row| [column, row]).collect();
        [(0, row(low[1])), (1, column(high[0])), (0, row(high[1])), (1, column(low[0]))]
    }

    /// The widest street along each side: south, east, north, west.
    pub(super) fn streets(&self, lattice: &Lattice) -> [Street; 4] {
        self.edges().map(|(axis, knots)| {
            let streets = knots.into_iter().map(|knot| lattice.street(knot, axis));
            let wider = |one: &Street, other: &Street| one.half_width().total_cmp(&other.half_width());
            streets.max_by(wider).unwrap_or(Street::None)
        })
    }
}

/// Divides the lattice into blocks, with streets along them.
pub(super) fn divide(grown: &Grown, lattice: &mut Lattice, bend: &Bend, districts: &Districts) -> Vec<Block> {
    let mains = lattice.mains.clone();
    let river = lattice.river;
    let mut blocks = Vec::new();
    for column in mains[0].windows(2).filter(|pair| Some(pair[0]) != river) {
        for row in mains[1].windows(2) {
            halve(grown, lattice, bend, districts, [[column[0], row[0]], [column[1], row[1]]], &mut blocks);
        }
    }
    draw_mains(lattice);
    blocks
}

fn draw_mains(lattice: &mut Lattice) {
    let mains = lattice.mains.clone();
    for axis in [0, 1] {
        for knot in lattice.edges(axis).filter(|knot| mains[1 - axis].contains(&knot[1 - axis])) {
            let by_river = lattice.river.is_some_and(|river| axis == 1 && (river..=river + 1).contains(&knot[0]));
            lattice.set(knot, axis, if by_river { Street::Quay } else { Street::Arterial });
        }
    }
}

/// How many lines wide a block of a zone is at most.
fn most(zone: Zone) -> usize {
    match zone {
        Zone::Industry => 6,
        Zone::Field | Zone::Meadow | Zone::Wood => 5,
        _ => 3,
    }
}

/// Halves a part, across its longer side, until it is a block.
fn halve(
    grown: &Grown,
    lattice: &mut Lattice,
    bend: &Bend,
    districts: &Districts,
    [low, high]: [Knot; 2],
    blocks: &mut Vec<Block>,
) {
    const HALVES: Purpose = Purpose::new("city.grow.blocks");
    let who = [low[0], low[1], high[0], high[1]].into_iter().fold(0, |who, line| who << 16 | line as u64);
    let mut random = grown.stream(HALVES, who, 0);
    let size = [0, 1].map(|axis| high[axis] - low[axis]);
    let axis = usize::from(size[1] > size[0] || (size[0] == size[1] && random.chance(0.5)));
    let (longer, shorter) = (size[axis], size[1 - axis]);
    let zone = districts.zone(bend.place(lattice.rect(low, high).middle()));
    let stays_whole = longer <= LARGE && shorter > LEAST && random.chance(STAYS_WHOLE);
    if longer <= most(zone) || longer < 2 * LEAST || stays_whole {
        blocks.push(Block { low, high, zone });
        return;
    }
    let mut at = LEAST + random.below(longer - 2 * LEAST + 1);
    // Mostly where no odd line is left over, so that blocks are as wide as two rows of houses need.
    if at % 2 == 1 && longer.is_multiple_of(2) && random.chance(0.6) {
        at -= 1;
    }
    let from = forth(low, axis, at);
    let is_quiet = matches!(zone, Zone::Terraces | Zone::Villas | Zone::Slabs);
    let is_dead_end = is_quiet && (3..=4).contains(&shorter) && random.chance(DEAD_END);
    let open = if random.chance(0.5) { 0 } else { shorter - 1 };
    for edge in 0..shorter {
        let street = if is_dead_end && edge == open { Street::Path } else { Street::Local };
        lattice.set(forth(from, 1 - axis, edge), 1 - axis, street);
    }
    let mut middle_high = high;
    middle_high[axis] = low[axis] + at;
    halve(grown, lattice, bend, districts, [low, middle_high], blocks);
    halve(grown, lattice, bend, districts, [from, high], blocks);
}
