//! Machines that heat, wash or paint.

use crate::look::model::{Drive, Finish, Model, axle, block, cone, cylinder, profile};
use crate::look::palette::{CHARCOAL, CREAM, GLASS, GLOW, ORANGE, SAFETY_YELLOW, SLATE, STEEL, TEAL, WHITE};

use super::{andon, console, input, output, plinth, work};

/// A chamber furnace with a door that stands open while it glows, and a chimney.
pub(super) fn furnace(slots: u32) -> Model {
    let mut model = Model::default();
    let open = model.drive(Drive::Active);
    let door = model.sliding(open, [0.0, 0.0, 1.0], 0.5);
    let brick = ORANGE.shade(0.55);
    model.add([
        plinth([1.9, 2.7], [-0.25, 0.0]),
        block([1.7, 0.5, 1.7], [-0.25, 1.02, 0.99]).paint(SLATE),
        block([1.7, 0.5, 1.7], [-0.25, -1.02, 0.99]).paint(SLATE),
        block([0.35, 1.6, 1.7], [-0.92, 0.0, 0.99]).paint(SLATE),
        block([1.7, 1.6, 0.55], [-0.25, 0.0, 0.42]).paint(SLATE),
        block([1.7, 1.6, 0.45], [-0.25, 0.0, 1.62]).paint(SLATE),
        block([1.1, 1.54, 0.06], [-0.2, 0.0, 0.72]).paint(brick).finish(Finish::Matte),
        block([0.04, 1.54, 0.7], [-0.72, 0.0, 1.05]).paint(GLOW).finish(Finish::LightWhenActive),
        block([1.0, 0.04, 0.12], [-0.25, 0.74, 1.25]).paint(GLOW).finish(Finish::LightWhenActive),
        block([1.0, 0.04, 0.12], [-0.25, -0.74, 1.25]).paint(GLOW).finish(Finish::LightWhenActive),
        block([0.1, 1.7, 0.86], [0.66, 0.0, 1.08]).paint(SAFETY_YELLOW).on(door),
        block([0.11, 1.3, 0.08], [0.665, 0.0, 1.0]).paint(CHARCOAL).on(door),
        block([0.14, 0.12, 2.3], [0.66, 0.96, 1.29]).paint(CHARCOAL),
        block([0.14, 0.12, 2.3], [0.66, -0.96, 1.29]).paint(CHARCOAL),
        block([0.16, 2.1, 0.12], [0.66, 0.0, 2.42]).paint(CHARCOAL),
        cone([0.34, 0.2], 0.4, [-0.4, 0.4, 1.84]).paint(STEEL).finish(Finish::Metal),
        cylinder(0.17, 1.9, [-0.4, 0.4, 2.2]).paint(STEEL).finish(Finish::Metal),
        cylinder(0.22, 0.08, [-0.4, 0.4, 4.05]).paint(CHARCOAL),
    ]);
    for side in [1.0, -1.0_f32] {
        // Burners along the sides.
        for n in 0..3 {
            model.add([axle(0.09, 0.18, [-0.75 + 0.45 * n as f32, side * 1.34, 1.0])
                .paint(STEEL)
                .finish(Finish::Metal)]);
        }
    }
    model.add(console([0.82, -1.35, 1.2]));
    model.add(andon([-0.3, -0.9, 1.84]));
    model.berths = vec![input(), work([-0.15, 0.0, 0.76], slots), output()];
    model
}

/// A washing tunnel with a belt through it.
pub(super) fn washer(slots: u32) -> Model {
    let mut model = Model::default();
    let spin = model.drive(Drive::Spin { rate: 0.8 });
    let brush = model.turning(spin, [0.0, 0.0, 1.35], [0.0, 1.0, 0.0], 1.0);
    let arch = [[0.62, 1.0], [0.62, 1.5], [0.42, 1.78], [-0.62, 1.78], [-0.82, 1.5], [-0.82, 1.0]];
    model.add([
        plinth([1.4, 2.6], [-0.1, 0.0]),
        block([1.3, 2.5, 0.62], [-0.1, 0.0, 0.45]).paint(CREAM),
        block([0.9, 2.9, 0.1], [-0.1, 0.0, 0.82]).paint(CHARCOAL).finish(Finish::Matte),
        profile(&arch, 0.5, [0.0, 0.85, 0.0]).paint(TEAL),
        profile(&arch, 0.5, [0.0, -0.85, 0.0]).paint(TEAL),
        block([0.3, 1.3, 0.06], [-0.3, 0.0, 1.75]).paint(TEAL),
        block([0.06, 1.3, 0.7], [-0.78, 0.0, 1.3]).paint(TEAL),
        axle(0.16, 1.1, [0.0, 0.0, 1.42]).paint(WHITE).finish(Finish::Matte).on(brush),
        block([0.36, 1.0, 0.05], [0.0, 0.0, 1.42]).paint(TEAL.shade(1.4)).on(brush),
        cylinder(0.3, 0.7, [-0.55, 0.9, 1.78]).paint(STEEL).finish(Finish::Metal),
        cylinder(0.05, 0.5, [-0.55, -0.7, 1.78]).paint(STEEL).finish(Finish::Metal),
        block([0.06, 2.5, 0.14], [0.56, 0.0, 0.52]).paint(TEAL),
    ]);
    model.add(console([0.75, -1.1, 1.2]));
    model.add(andon([-0.2, -0.95, 1.78]));
    model.berths = vec![input(), work([0.0, 0.0, 0.87], slots), output()];
    model
}

/// A booth with a nozzle that goes to and fro.
pub(super) fn booth(slots: u32) -> Model {
    let mut model = Model::default();
    let sway = model.drive(Drive::Sway { period: 2.6, phase: 0.0 });
    let arm = model.sliding(sway, [0.0, 1.0, 0.0], 0.6);
    model.add([
        plinth([1.7, 2.5], [-0.15, 0.0]),
        block([0.1, 2.4, 2.1], [-0.9, 0.0, 1.19]).paint(WHITE),
        block([1.5, 0.1, 2.1], [-0.15, 1.15, 1.19]).paint(WHITE),
        block([1.5, 0.1, 2.1], [-0.15, -1.15, 1.19]).paint(WHITE),
        block([1.5, 2.4, 0.12], [-0.15, 0.0, 2.3]).paint(TEAL),
        block([0.04, 1.9, 0.9], [-0.84, 0.0, 1.4]).paint(SLATE).finish(Finish::Matte),
        block([0.9, 0.5, 0.5], [-0.2, 0.0, 2.6]).paint(STEEL).finish(Finish::Metal),
        block([0.06, 1.6, 0.06], [-0.45, 0.0, 1.9]).paint(STEEL).finish(Finish::Metal),
        block([0.12, 0.16, 0.3], [-0.45, 0.0, 1.75]).paint(ORANGE).on(arm),
        cone([0.03, 0.06], 0.16, [-0.45, 0.0, 1.46]).paint(CHARCOAL).on(arm),
        block([0.7, 0.8, 0.7], [-0.1, 0.0, 0.49]).paint(SLATE),
        block([0.05, 1.0, 0.25], [0.6, 0.0, 2.12]).paint(GLASS).finish(Finish::Glass),
        block([0.02, 1.8, 0.06], [0.2, 0.0, 2.22]).paint(WHITE).finish(Finish::Light),
    ]);
    model.add(console([0.75, -1.2, 1.2]));
    model.add(andon([-0.15, 0.95, 2.36]));
    model.berths = vec![input(), work([-0.1, 0.0, 0.84], slots), output()];
    model
}
