//! Vehicles and what charges them.

use crate::look::model::{Berth, Drive, Finish, Model, Paint, axle, ball, block, cylinder, stand};
use crate::look::palette::{CHARCOAL, GREEN, RUBBER, SLATE, STEEL, TEAL, WHITE};
use crate::look::sight::Form;

use super::goods;

/// A flat carrier; one that carries several things has a deck with rails.
pub(super) fn model(form: &Form) -> Model {
    let length = form.numbers.first().copied().unwrap_or(1.2).clamp(0.4, 6.0);
    let capacity = form.numbers.get(1).map_or(1, |capacity| *capacity as u32).max(1);
    if capacity == 1 && length < 1.3 { robot(length) } else { tugger(length, capacity) }
}

/// A low robot that lifts a load on its plate.
fn robot(length: f32) -> Model {
    let mut model = Model::default();
    let wide = length * 0.78;
    let roll = model.drive(Drive::Roll { curvature: 1.0 / 0.1 });
    for side in [wide / 2.0 - 0.03, -wide / 2.0 + 0.03] {
        let wheel = model.turning(roll, [0.0, side, 0.1], [0.0, 1.0, 0.0], 1.0);
        model.add([
            axle(0.1, 0.06, [0.0, side, 0.1]).paint(RUBBER).finish(Finish::Matte).on(wheel),
            block([0.16, 0.065, 0.03], [0.0, side, 0.1]).paint(STEEL).on(wheel),
        ]);
    }
    model.add([
        block([length, wide, 0.16], [0.0, 0.0, 0.15]).painted(Paint::Own).bevel(0.05),
        block([length * 0.98, wide * 0.98, 0.03], [0.0, 0.0, 0.07]).paint(CHARCOAL),
        block([length * 0.8, wide * 0.8, 0.04], [0.0, 0.0, 0.26]).paint(SLATE),
        block([0.02, wide * 0.7, 0.03], [length / 2.0, 0.0, 0.17])
            .painted(Paint::State)
            .finish(Finish::Light)
            .bevel(0.0),
        cylinder(0.06, 0.06, [length * 0.42, 0.0, 0.22]).paint(CHARCOAL),
        block([0.02, 0.08, 0.04], [-length / 2.0, wide * 0.25, 0.17]).paint(WHITE).finish(Finish::Light).bevel(0.0),
        block([0.02, 0.08, 0.04], [-length / 2.0, -wide * 0.25, 0.17]).paint(WHITE).finish(Finish::Light).bevel(0.0),
    ]);
    model.berths = vec![Berth::Places(vec![[0.0, 0.0, 0.28]])];
    model
}

/// A carrier with a mast before its deck.
fn tugger(length: f32, capacity: u32) -> Model {
    let mut model = Model::default();
    let wide = (length * 0.55).clamp(0.6, 1.1);
    let roll = model.drive(Drive::Roll { curvature: 1.0 / 0.12 });
    for (x, y) in [(0.32, 1.0), (0.32, -1.0), (-0.34, 1.0), (-0.34, -1.0_f32)] {
        let (x, y) = (x * length, y * (wide / 2.0 - 0.04));
        let wheel = model.turning(roll, [x, y, 0.12], [0.0, 1.0, 0.0], 1.0);
        model.add([
            axle(0.12, 0.1, [x, y, 0.12]).paint(RUBBER).finish(Finish::Matte).on(wheel),
            block([0.15, 0.105, 0.04], [x, y, 0.12]).paint(STEEL).on(wheel),
        ]);
    }
    let front = length / 2.0;
    model.add([
        block([length, wide, 0.14], [0.0, 0.0, 0.22]).paint(CHARCOAL),
        block([length * 0.3, wide, 0.42], [front - length * 0.15, 0.0, 0.46]).painted(Paint::Own).bevel(0.06),
        block([length * 0.18, wide * 0.8, 0.05], [front - length * 0.15, 0.0, 0.69]).paint(CHARCOAL),
        block([0.08, 0.08, 0.7], [front - length * 0.27, 0.0, 1.0]).paint(SLATE),
        cylinder(0.06, 0.1, [front - length * 0.27, 0.0, 1.35]).painted(Paint::State).finish(Finish::Light),
        block([0.04, 0.3, 0.2], [front - length * 0.25, 0.0, 1.12]).paint(CHARCOAL).turned([0.0, -0.3, 0.0]),
        block([length * 0.66, wide, 0.04], [-length * 0.16, 0.0, 0.31]).paint(STEEL.shade(0.85)),
        block([length * 0.66, 0.03, 0.1], [-length * 0.16, wide / 2.0, 0.36]).painted(Paint::OwnDark),
        block([length * 0.66, 0.03, 0.1], [-length * 0.16, -wide / 2.0, 0.36]).painted(Paint::OwnDark),
        block([0.02, 0.12, 0.06], [front, wide * 0.3, 0.42]).paint(WHITE).finish(Finish::Light).bevel(0.0),
        block([0.02, 0.12, 0.06], [front, -wide * 0.3, 0.42]).paint(WHITE).finish(Finish::Light).bevel(0.0),
        block([0.1, wide * 0.9, 0.08], [front + 0.02, 0.0, 0.16]).paint(RUBBER),
    ]);
    let columns = capacity.clamp(1, 4).div_ceil(2);
    let rows = capacity.min(2);
    let step = [0.42_f32.min(length * 0.62 / columns as f32), 0.4_f32.min(wide * 0.9 / rows as f32), goods::HEIGHT];
    let layers = capacity.div_ceil(columns * rows).min(3);
    model.berths = vec![Berth::grid([-length * 0.16, 0.0, 0.33], step, [columns, rows, layers])];
    model
}

/// A charging post with a plug.
pub(super) fn charger(_: &Form) -> Model {
    let mut model = Model::of([
        stand([0.34, 0.5, 1.5], [-0.55, 0.0, 0.0]).paint(WHITE),
        block([0.36, 0.52, 0.12], [-0.55, 0.0, 1.46]).paint(TEAL),
        block([0.02, 0.28, 0.2], [-0.37, 0.0, 1.15]).painted(Paint::State).finish(Finish::Light).bevel(0.0),
        block([0.06, 0.16, 0.24], [-0.36, 0.0, 0.7]).paint(CHARCOAL),
        ball([0.05, 0.05, 0.05], [-0.33, 0.0, 0.6]).paint(GREEN),
        stand([0.5, 0.8, 0.03], [-0.55, 0.0, 0.0]).paint(CHARCOAL),
    ]);
    model.add(super::machines::outline([0.35, 0.0], [1.2, 1.0], 0.05));
    model
}
