//! Where goods stand and roll: racks, stores, stations, conveyors.

use crate::look::model::{Berth, Finish, Model, Paint, Piece, block, cylinder, flat, patch, stand};
use crate::look::palette::{BLUE, CHARCOAL, ORANGE, RUBBER, SAFETY_YELLOW, SLATE, STEEL, TEAL, WHITE};
use crate::look::sight::Form;

use super::goods;

use super::machines::outline;

const LEVELS: u32 = 4;
const BAY: f32 = 1.3;

/// Uprights and beams of a pallet rack with so many bays, along y, its front at x = 0.
fn frame(bays: u32, x: f32) -> Vec<Piece> {
    let width = bays as f32 * BAY;
    let mut pieces = Vec::new();
    for n in 0..=bays {
        let y = n as f32 * BAY - width / 2.0;
        for depth in [0.0, -0.8] {
            pieces.push(stand([0.08, 0.08, 3.1], [x + depth, y, 0.0]).paint(BLUE));
        }
        for z in [0.5, 1.5, 2.5] {
            pieces.push(block([0.8, 0.03, 0.04], [x - 0.4, y, z]).paint(BLUE).turned([0.0, 0.5, 0.0]));
        }
    }
    for level in 1..LEVELS {
        let z = level as f32 * 0.78;
        pieces.push(block([0.05, width, 0.1], [x, 0.0, z]).paint(ORANGE));
        pieces.push(block([0.05, width, 0.1], [x - 0.8, 0.0, z]).paint(ORANGE));
        pieces.push(block([0.8, width, 0.03], [x - 0.4, 0.0, z + 0.04]).paint(STEEL.shade(0.8)));
    }
    pieces
}

/// The cells of such a rack, three things deep in a bay.
fn cells(bays: u32, x: f32) -> Vec<[f32; 3]> {
    let width = bays as f32 * BAY;
    let levels = (0..LEVELS).map(|level| if level == 0 { 0.04 } else { level as f32 * 0.78 + 0.06 });
    levels
        .flat_map(|z| {
            (0..bays * 3).flat_map(move |n| {
                let y = (n as f32 + 0.5) * BAY / 3.0 - width / 2.0;
                [[x - 0.2, y, z], [x - 0.6, y, z]]
            })
        })
        .collect()
}

/// A pallet rack, wide enough for what it holds, as far as there is room.
pub(super) fn rack(form: &Form) -> Model {
    let capacity = form.numbers.first().copied().unwrap_or(1.0);
    let bays = ((capacity / 24.0).ceil() as u32).clamp(1, 3);
    let mut model = Model::of(frame(bays, 0.4));
    model.add([
        stand([0.1, 0.1, 0.4], [0.55, bays as f32 * BAY / 2.0, 0.0]).paint(SAFETY_YELLOW),
        stand([0.1, 0.1, 0.4], [0.55, -(bays as f32) * BAY / 2.0, 0.0]).paint(SAFETY_YELLOW),
    ]);
    model.berths = vec![Berth::Places(cells(bays, 0.4))];
    model
}

/// A store that works like a machine: two racks, one behind the other.
pub(super) fn store(_: u32) -> Model {
    let mut model = Model::of(frame(3, 0.3));
    model.add(frame(3, -0.9));
    let mut places = cells(3, 0.3);
    places.extend(cells(3, -0.9));
    let front = |y: f32| Berth::grid([0.85, y, 0.02], [0.4, 0.4, goods::HEIGHT], [1, 4, 2]);
    model.berths = vec![front(1.1), Berth::Places(places), front(-1.1)];
    model
}

/// Where goods come in or go out: a marked place on the floor before a gate.
pub(super) fn station(form: &Form) -> Model {
    let mut model = Model::of(outline([0.0, 0.0], [2.6, 3.4], 0.08));
    let leaves = &*form.model == "shipping";
    let sign = if leaves { TEAL } else { BLUE };
    model.add([
        stand([0.3, 0.3, 2.9], [-1.6, 1.75, 0.0]).paint(SLATE),
        stand([0.3, 0.3, 2.9], [-1.6, -1.75, 0.0]).paint(SLATE),
        block([0.34, 3.8, 0.4], [-1.6, 0.0, 3.0]).paint(sign),
        block([0.2, 3.2, 0.7], [-1.6, 0.0, 2.5]).paint(STEEL).finish(Finish::Metal),
        stand([0.18, 0.18, 0.9], [-1.2, 1.75, 0.0]).paint(SAFETY_YELLOW),
        stand([0.18, 0.18, 0.9], [-1.2, -1.75, 0.0]).paint(SAFETY_YELLOW),
        patch([2.4, 3.2], [0.0, 0.0, 0.004]).paint(sign.shade(0.55)).finish(Finish::Matte),
    ]);
    for n in 0..6 {
        let z = 2.22 + n as f32 * 0.1;
        model.add([block([0.22, 3.2, 0.02], [-1.6, 0.0, z]).paint(SLATE)]);
    }
    // An arrow in or out.
    let [tip, tail] = if leaves { [-0.9, 0.3] } else { [0.9, -0.3] };
    let head = if leaves { -0.4 } else { 0.4 };
    let arrow = vec![[tip, 0.0], [head, 0.5], [head, 0.18], [tail, 0.18], [tail, -0.18], [head, -0.18], [head, -0.5]];
    let arrow = if leaves { arrow } else { arrow.into_iter().rev().map(|[x, y]| [x, -y]).rev().collect() };
    model.add([flat(&arrow, [0.0, 0.0, 0.012]).paint(WHITE).finish(Finish::Matte)]);
    model.berths = vec![Berth::grid([-0.3, 0.0, 0.02], [0.5, 0.5, goods::HEIGHT], [4, 6, 3])];
    model
}

/// A belt on legs from the side of one machine to the side of the next; it goes along x, about its middle. Its numbers: how far
/// apart the machines are, how large they are drawn, and how many jobs it holds.
pub(super) fn conveyor(form: &Form) -> Model {
    let number = |index: usize| form.numbers.get(index).copied().unwrap_or_default();
    let (far, scale, capacity) = (number(0).max(0.01), number(1).max(0.1), number(2).max(1.0));
    // From the one machine's housing to the other's.
    let gap = (1.25 * scale).min(far * 0.3);
    let length = far - 2.0 * gap;
    let (high, wide) = (0.72, 0.5 * scale.max(0.5));
    let along = |size: [f32; 3], side: f32, z: f32| block(size, [0.0, side, z]);
    let mut model = Model::of([
        along([length, wide, 0.06], 0.0, high).paint(RUBBER).finish(Finish::Matte),
        along([length, 0.05, 0.16], wide / 2.0 + 0.02, high - 0.02).paint(TEAL),
        along([length, 0.05, 0.16], -wide / 2.0 - 0.02, high - 0.02).paint(TEAL),
    ]);
    let legs = (length / 1.6).ceil().max(1.0) as u32;
    for n in 0..=legs {
        let x = (n as f32 / legs as f32 * 0.94 + 0.03 - 0.5) * length;
        for side in [wide / 2.0, -wide / 2.0] {
            model.add([stand([0.06, 0.06, high - 0.08], [x, side, 0.0]).paint(CHARCOAL)]);
        }
    }
    let lamp = cylinder(0.04, 0.2, [-length / 2.0, wide / 2.0 + 0.1, high + 0.05]);
    model.add([lamp.painted(Paint::State).finish(Finish::Light)]);
    let end = |x: f32| [x, 0.0, high + 0.03];
    model.berths = vec![Berth::Belt { from: end(-length / 2.0), to: end(length / 2.0), spacing: length / capacity }];
    model
}
