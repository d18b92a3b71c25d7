//! Machines of a food line: tipping, filling, packing, keeping cold.

use crate::look::model::{Berth, Drive, Finish, Model, axle, block, cone, cylinder, stand};
use crate::look::palette::{BLUE, CARDBOARD, CHARCOAL, CREAM, GLASS, SAFETY_YELLOW, SLATE, STEEL, TEAL, WHITE};

use super::{andon, console, input, output, plinth, work};

/// A tipper: bins are tilted into a hopper.
pub(super) fn tipper(slots: u32) -> Model {
    let mut model = Model::default();
    let tilt = model.drive(Drive::Stroke { period: 5.0, phase: 0.0 });
    let bin = model.turning(tilt, [0.1, 0.0, 1.35], [0.0, 1.0, 0.0], -1.0);
    model.add([
        plinth([1.7, 2.0], [-0.2, 0.0]),
        cone([0.3, 0.95], 0.9, [-0.45, 0.0, 0.5]).paint(STEEL).finish(Finish::Metal),
        cylinder(0.3, 0.4, [-0.45, 0.0, 0.14]).paint(SLATE),
        stand([0.14, 0.14, 1.4], [0.2, 0.85, 0.0]).paint(TEAL),
        stand([0.14, 0.14, 1.4], [0.2, -0.85, 0.0]).paint(TEAL),
        axle(0.06, 1.8, [0.1, 0.0, 1.35]).paint(CHARCOAL),
        block([0.8, 1.3, 0.6], [0.45, 0.0, 1.6]).paint(BLUE).on(bin),
        block([0.7, 1.2, 0.1], [0.45, 0.0, 1.89]).paint(CHARCOAL).finish(Finish::Matte).on(bin),
    ]);
    model.add(console([0.8, -1.15, 1.2]));
    model.add(andon([0.2, 0.85, 1.4]));
    model.berths = vec![input(), work([0.45, 0.0, 1.9], slots), output()];
    model
}

/// Tanks, and a carousel that fills.
pub(super) fn filler(slots: u32) -> Model {
    let mut model = Model::default();
    let spin = model.drive(Drive::Spin { rate: 0.25 });
    let carousel = model.turning(spin, [0.1, 0.0, 0.0], [0.0, 0.0, 1.0], 1.0);
    model.add([
        plinth([1.8, 2.4], [-0.2, 0.0]),
        cylinder(0.62, 0.75, [0.1, 0.0, 0.14]).paint(CREAM),
        cylinder(0.7, 0.05, [0.1, 0.0, 0.88]).paint(STEEL).finish(Finish::Metal).on(carousel),
        cylinder(0.16, 0.7, [0.1, 0.0, 0.9]).paint(SLATE).on(carousel),
        cylinder(0.55, 0.16, [0.1, 0.0, 1.55]).paint(TEAL).on(carousel),
        cylinder(0.42, 1.5, [-0.72, 0.75, 0.14]).paint(STEEL).finish(Finish::Metal),
        cone([0.42, 0.1], 0.25, [-0.72, 0.75, 1.64]).paint(STEEL).finish(Finish::Metal),
        cylinder(0.42, 1.5, [-0.72, -0.75, 0.14]).paint(STEEL).finish(Finish::Metal),
        cone([0.42, 0.1], 0.25, [-0.72, -0.75, 1.64]).paint(STEEL).finish(Finish::Metal),
        axle(0.05, 1.5, [-0.72, 0.0, 1.95]).paint(TEAL),
        cylinder(0.05, 0.3, [0.1, 0.0, 1.7]).paint(TEAL),
        block([0.85, 0.08, 0.08], [-0.3, 0.0, 1.97]).paint(TEAL),
    ]);
    for n in 0..8 {
        let angle = n as f32 * std::f32::consts::TAU / 8.0;
        let (x, y) = (0.1 + 0.5 * angle.cos(), 0.5 * angle.sin());
        model.add([
            cylinder(0.05, 0.3, [x, y, 1.25]).paint(STEEL).finish(Finish::Metal).on(carousel),
            cylinder(0.07, 0.24, [x, y, 0.93]).paint(GLASS).finish(Finish::Glass).on(carousel),
        ]);
    }
    model.add(console([0.95, -1.2, 1.2]));
    model.add(andon([-0.72, 0.75, 1.89]));
    model.berths = vec![input(), work([0.75, 0.0, 0.6], slots.min(1)), output()];
    model
}

/// A packing line: a short belt, an arch that folds and tapes.
pub(super) fn packer(slots: u32) -> Model {
    let mut model = Model::default();
    let stroke = model.drive(Drive::Stroke { period: 2.0, phase: 0.0 });
    let spin = model.drive(Drive::Spin { rate: 0.7 });
    let flap = model.sliding(stroke, [0.0, 0.0, -1.0], 0.25);
    let roll = model.turning(spin, [-0.1, 0.42, 1.95], [0.0, 1.0, 0.0], 1.0);
    model.add([
        stand([0.75, 2.6, 0.62], [-0.1, 0.0, 0.08]).paint(SLATE),
        block([0.7, 2.8, 0.1], [-0.1, 0.0, 0.76]).paint(CHARCOAL).finish(Finish::Matte),
        block([0.06, 2.8, 0.16], [0.28, 0.0, 0.76]).paint(TEAL),
        block([0.06, 2.8, 0.16], [-0.48, 0.0, 0.76]).paint(TEAL),
        stand([0.16, 0.5, 1.75], [0.4, 0.0, 0.0]).paint(CREAM),
        stand([0.16, 0.5, 1.75], [-0.6, 0.0, 0.0]).paint(CREAM),
        block([1.2, 0.6, 0.26], [-0.1, 0.0, 1.8]).paint(CREAM),
        block([0.5, 0.4, 0.3], [-0.1, 0.0, 1.55]).paint(SAFETY_YELLOW).on(flap),
        axle(0.18, 0.1, [-0.1, 0.42, 1.95]).paint(CARDBOARD).on(roll),
        block([0.3, 0.11, 0.05], [-0.1, 0.42, 1.95]).paint(WHITE).on(roll),
    ]);
    model.add(console([0.75, -1.15, 1.2]));
    model.add(andon([-0.6, 0.0, 1.93]));
    model.berths = vec![input(), work([-0.1, 0.0, 0.82], slots), output()];
    model
}

/// A cold store: white panels, a big door, fans on the roof.
pub(super) fn cold_store(_: u32) -> Model {
    let mut model = Model::default();
    let spin = model.drive(Drive::Spin { rate: 1.2 });
    let panel = WHITE.shade(0.97);
    model.add([
        stand([2.2, 3.0, 2.7], [-0.9, 0.0, 0.0]).paint(panel),
        block([0.06, 1.3, 2.1], [0.22, 0.2, 1.06]).paint(STEEL).finish(Finish::Metal),
        block([0.08, 0.08, 0.5], [0.27, -0.32, 1.1]).paint(CHARCOAL),
        block([0.04, 3.02, 0.18], [0.2, 0.0, 2.45]).paint(BLUE),
        block([0.1, 0.5, 0.24], [0.22, -1.1, 1.7]).paint(CHARCOAL),
    ]);
    for y in [-0.7, 0.7_f32] {
        let fan = model.turning(spin, [-0.9, y, 2.95], [0.0, 0.0, 1.0], 1.0);
        model.add([
            cylinder(0.5, 0.26, [-0.9, y, 2.7]).paint(SLATE),
            block([0.9, 0.16, 0.03], [-0.9, y, 2.98]).paint(STEEL).on(fan),
            block([0.16, 0.9, 0.03], [-0.9, y, 2.98]).paint(STEEL).on(fan),
        ]);
    }
    model.add(andon([0.1, 1.3, 2.7]));
    let inside = Berth::grid([-0.9, 0.0, 0.2], [0.5, 0.5, 0.5], [3, 5, 3]);
    model.berths = vec![input(), inside, output()];
    model
}
