//! Machines: which model a machine gets, and what all of them have.
//!
//! The model is the one whose words are found in the machine's name, unless its part `look` says which.

mod cells;
mod cutting;
mod food;
mod hands;
mod heat;

use crate::look::model::{Berth, Finish, Model, Paint, Piece, block, cylinder, is_called, patch, stand};
use crate::look::palette::{CHARCOAL, SAFETY_YELLOW, SLATE, WHITE, WOOD};
use crate::look::sight::Form;

use super::goods;

/// A model of machines.
struct Kind {
    /// Its name.
    name: &'static str,
    /// Words by which it is known.
    words: &'static [&'static str],
    /// Builds it for a machine that works on so many jobs at a time.
    build: fn(u32) -> Model,
}

/// All models; the first whose word is found is taken.
const KINDS: &[Kind] = &[
    Kind { name: "lathe", words: &["lathe", "turn"], build: cutting::lathe },
    Kind { name: "mill", words: &["mill", "drill", "machining"], build: cutting::mill },
    Kind { name: "grinder", words: &["grind", "polish"], build: cutting::grinder },
    Kind { name: "saw", words: &["saw", "cut", "shear"], build: cutting::saw },
    Kind { name: "furnace", words: &["furnace", "oven", "kiln", "harden", "heat", "bake"], build: heat::furnace },
    Kind { name: "washer", words: &["wash", "clean", "rinse"], build: heat::washer },
    Kind { name: "booth", words: &["paint", "coat", "spray"], build: heat::booth },
    Kind { name: "inspection", words: &["inspect", "measure", "test", "grad", "check"], build: hands::inspection },
    Kind { name: "bench", words: &["assembl", "rework", "bench", "repair", "kitting"], build: hands::bench },
    Kind { name: "picking", words: &["pick"], build: hands::picking },
    Kind { name: "packer", words: &["pack", "wrap", "label"], build: food::packer },
    Kind { name: "press", words: &["press", "stamp", "forge"], build: cells::press },
    Kind { name: "robot cell", words: &["weld", "robot", "cell"], build: cells::robot_cell },
    Kind { name: "printer", words: &["print", "additive"], build: cells::printer },
    Kind { name: "tipper", words: &["tip", "hopper", "feed", "mix"], build: food::tipper },
    Kind { name: "filler", words: &["fill", "bottl", "pasteur", "tank", "cook"], build: food::filler },
    Kind { name: "cold store", words: &["cold", "fridge", "freez"], build: food::cold_store },
    Kind { name: "store", words: &["store", "storage", "buffer", "ware"], build: super::stores::store },
];

/// What a machine is that nothing is known of.
const ANY: Kind = Kind { name: "machine", words: &[], build: cells::machining_cell };

/// The name of the model for a machine of that name.
pub(super) fn kind_of(name: &str) -> &'static str {
    KINDS.iter().find(|kind| is_called(name, kind.words)).unwrap_or(&ANY).name
}

/// The models to choose from.
pub(super) fn models() -> Vec<&'static str> {
    KINDS.iter().chain([&ANY]).map(|kind| kind.name).collect()
}

/// The model of a machine.
pub(super) fn model(form: &Form) -> Model {
    let slots = form.numbers.first().map_or(1, |slots| *slots as u32).max(1);
    let kind = KINDS.iter().find(|kind| *kind.name == *form.model).unwrap_or(&ANY);
    let mut model = (kind.build)(slots);
    model.add(place_marks());
    model
}

/// Where jobs wait before a machine: on a pallet to its left.
fn input() -> Berth {
    Berth::grid([0.35, 1.72, 0.15], [0.42, 0.42, goods::HEIGHT], [2, 2, 3])
}

/// Where finished jobs wait: on a pallet to its right.
fn output() -> Berth {
    Berth::grid([0.35, -1.72, 0.15], [0.42, 0.42, goods::HEIGHT], [2, 2, 3])
}

/// Where jobs are worked on: in a row of at most eight, in two rows if there are more than four.
fn work([x, y, z]: [f32; 3], slots: u32) -> Berth {
    let slots = slots.min(8);
    let columns = if slots > 4 { slots.div_ceil(2) } else { slots };
    let step = (1.5 / columns as f32).min(0.5);
    Berth::grid([x, y, z], [0.42, step, 0.0], [slots.div_ceil(columns), columns, 1])
}

/// Pallets for what comes and goes, and the yellow lines about them.
fn place_marks() -> Vec<Piece> {
    let mut pieces = pallet([0.35, 1.72, 0.0]);
    pieces.extend(pallet([0.35, -1.72, 0.0]));
    for side in [1.72, -1.72_f32] {
        pieces.extend(outline([0.35, side], [1.06, 1.06], 0.05));
    }
    pieces
}

/// Lines on the floor about a rectangle.
pub(super) fn outline([x, y]: [f32; 2], [width, depth]: [f32; 2], line: f32) -> Vec<Piece> {
    let across = |dx: f32| patch([line, depth + line], [x + dx, y, 0.006]);
    let along = |dy: f32| patch([width + line, line], [x, y + dy, 0.006]);
    [across(-width / 2.0), across(width / 2.0), along(-depth / 2.0), along(depth / 2.0)]
        .map(|piece| piece.paint(SAFETY_YELLOW).finish(Finish::Matte))
        .to_vec()
}

/// A wooden pallet, 0.9 m square.
pub(super) fn pallet([x, y, z]: [f32; 3]) -> Vec<Piece> {
    let boards = (-2..=2).map(|n| block([0.9, 0.14, 0.025], [x, y + n as f32 * 0.19, z + 0.1325]));
    let blocks = (-1..=1).map(|n| stand([0.88, 0.1, 0.11], [x, y + n as f32 * 0.39, z]));
    boards.chain(blocks).map(|piece| piece.paint(WOOD).finish(Finish::Matte).bevel(0.005)).collect()
}

/// A lamp on a pole that shows the state.
fn andon([x, y, z]: [f32; 3]) -> Vec<Piece> {
    vec![
        cylinder(0.018, 0.28, [x, y, z]).paint(SLATE).finish(Finish::Metal),
        cylinder(0.055, 0.03, [x, y, z + 0.28]).paint(CHARCOAL),
        cylinder(0.05, 0.2, [x, y, z + 0.31]).painted(Paint::State).finish(Finish::Light),
        cylinder(0.055, 0.025, [x, y, z + 0.51]).paint(CHARCOAL),
    ]
}

/// A panel with a screen, on an arm.
fn console([x, y, z]: [f32; 3]) -> Vec<Piece> {
    vec![
        stand([0.06, 0.06, z], [x, y, 0.0]).paint(SLATE),
        stand([0.26, 0.26, 0.02], [x, y, 0.0]).paint(CHARCOAL),
        block([0.07, 0.46, 0.34], [x, y, z + 0.1]).paint(WHITE).turned([0.0, -0.25, 0.0]),
        block([0.015, 0.38, 0.24], [x + 0.037, y, z + 0.11])
            .painted(Paint::State)
            .finish(Finish::Light)
            .turned([0.0, -0.25, 0.0])
            .bevel(0.0),
    ]
}

/// Feet and a dark plinth under a machine.
fn plinth(size: [f32; 2], [x, y]: [f32; 2]) -> Piece {
    stand([size[0], size[1], 0.14], [x, y, 0.0]).paint(CHARCOAL)
}
