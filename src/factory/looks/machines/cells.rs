//! Cells: presses, robots, printers, and the housing of any machine that is nothing else.

use crate::look::model::{Drive, Finish, Joint, Model, Paint, axle, block, cylinder, stand};
use crate::look::palette::{CHARCOAL, CREAM, GLASS, ORANGE, SAFETY_YELLOW, SLATE, STEEL, TEAL};

use super::{andon, console, input, output, plinth, work};

/// A closed cell with a window, in which something goes to and fro.
pub(super) fn machining_cell(slots: u32) -> Model {
    let mut model = Model::default();
    let sway = model.drive(Drive::Sway { period: 3.4, phase: 0.0 });
    let gantry = model.sliding(sway, [0.0, 1.0, 0.0], 0.42);
    model.add([
        plinth([1.6, 2.3], [-0.15, 0.0]),
        block([0.4, 2.2, 1.8], [-0.75, 0.0, 1.04]).paint(CREAM),
        block([1.1, 0.4, 1.8], [0.0, 0.9, 1.04]).paint(CREAM),
        block([1.1, 0.4, 1.8], [0.0, -0.9, 1.04]).paint(CREAM),
        block([1.1, 1.4, 0.7], [0.0, 0.0, 0.49]).paint(CREAM),
        block([1.1, 1.4, 0.36], [0.0, 0.0, 1.76]).paint(CREAM),
        block([0.06, 2.2, 0.14], [0.55, 0.0, 0.7]).paint(TEAL),
        block([0.06, 2.2, 0.1], [0.55, 0.0, 1.86]).paint(TEAL),
        block([0.6, 1.3, 0.06], [0.05, 0.0, 0.87]).paint(CHARCOAL),
        block([0.14, 0.18, 0.4], [0.0, 0.0, 1.45]).paint(ORANGE).on(gantry),
        cylinder(0.05, 0.16, [0.0, 0.0, 1.12]).paint(STEEL).finish(Finish::Metal).on(gantry),
        block([0.02, 1.2, 0.04], [0.4, 0.0, 1.56]).paint(crate::look::palette::WHITE).finish(Finish::Light),
    ]);
    model.add(console([0.75, -1.15, 1.25]));
    model.add(andon([-0.5, 0.95, 1.94]));
    model.berths = vec![input(), work([0.05, 0.0, 0.9], slots), output()];
    model
}

/// A press: two columns, a crown, and a ram that comes down.
pub(super) fn press(slots: u32) -> Model {
    let mut model = Model::default();
    let stroke = model.drive(Drive::Stroke { period: 2.2, phase: 0.0 });
    let spin = model.drive(Drive::Spin { rate: 0.9 });
    let ram = model.sliding(stroke, [0.0, 0.0, -1.0], 0.42);
    let wheel = model.turning(spin, [-0.2, 1.15, 2.6], [0.0, 1.0, 0.0], 1.0);
    model.add([
        plinth([1.5, 2.3], [-0.15, 0.0]),
        block([1.3, 2.1, 0.62], [-0.15, 0.0, 0.45]).paint(SLATE),
        block([0.8, 0.36, 2.1], [-0.2, 0.82, 1.75]).paint(TEAL),
        block([0.8, 0.36, 2.1], [-0.2, -0.82, 1.75]).paint(TEAL),
        block([0.95, 2.1, 0.6], [-0.2, 0.0, 2.65]).paint(TEAL),
        block([0.6, 1.1, 0.5], [-0.15, 0.0, 1.95]).paint(SLATE).on(ram),
        block([0.66, 1.2, 0.12], [-0.15, 0.0, 1.66]).paint(STEEL).finish(Finish::Metal).on(ram),
        block([0.04, 1.1, 0.1], [0.17, 0.0, 1.9]).paint(SAFETY_YELLOW).on(ram),
        block([0.8, 1.2, 0.1], [-0.1, 0.0, 0.81]).paint(STEEL).finish(Finish::Metal),
        axle(0.42, 0.12, [-0.2, 1.15, 2.6]).paint(CHARCOAL).on(wheel),
        block([0.7, 0.14, 0.1], [-0.2, 1.15, 2.6]).paint(SAFETY_YELLOW).on(wheel),
        stand([0.06, 0.06, 1.1], [0.6, 1.0, 0.0]).paint(SAFETY_YELLOW),
        stand([0.06, 0.06, 1.1], [0.6, -1.0, 0.0]).paint(SAFETY_YELLOW),
    ]);
    model.add(console([0.8, -1.25, 1.2]));
    model.add(andon([-0.2, -0.7, 2.95]));
    model.berths = vec![input(), work([-0.05, 0.0, 0.86], slots), output()];
    model
}

/// A robot behind a low fence, that turns between what it takes up and what it works on.
pub(super) fn robot_cell(slots: u32) -> Model {
    let mut model = Model::default();
    let turn = model.drive(Drive::Sway { period: 6.0, phase: 0.0 });
    let reach = model.drive(Drive::Sway { period: 3.0, phase: 0.25 });
    let up = [0.0, 0.0, 1.0];
    let base = model.turning(turn, [-0.5, 0.0, 0.0], up, 1.1);
    let hung = |parent, pivot: [f32; 3], gain| Joint {
        parent: Some(parent),
        pivot,
        axis: [0.0, 1.0, 0.0],
        slides: false,
        drive: reach,
        gain,
    };
    let shoulder = model.joint(hung(base, [-0.5, 0.0, 0.75], 0.3));
    let elbow = model.joint(hung(shoulder, [-0.35, 0.0, 1.6], -0.45));
    let wrist = model.joint(hung(elbow, [0.25, 0.0, 1.45], 0.4));
    model.add([
        stand([1.9, 2.5, 0.06], [-0.15, 0.0, 0.0]).paint(SLATE),
        cylinder(0.32, 0.3, [-0.5, 0.0, 0.06]).paint(CHARCOAL),
        cylinder(0.26, 0.4, [-0.5, 0.0, 0.36]).paint(ORANGE).on(base),
        axle(0.2, 0.46, [-0.5, 0.0, 0.8]).paint(CHARCOAL).on(shoulder),
        block([0.24, 0.26, 0.95], [-0.43, 0.0, 1.2]).paint(ORANGE).turned([0.0, 0.17, 0.0]).on(shoulder),
        axle(0.16, 0.4, [-0.35, 0.0, 1.62]).paint(CHARCOAL).on(elbow),
        block([0.72, 0.2, 0.2], [-0.02, 0.0, 1.55]).paint(ORANGE).turned([0.0, 0.2, 0.0]).on(elbow),
        axle(0.1, 0.26, [0.25, 0.0, 1.48]).paint(CHARCOAL).on(wrist),
        cylinder(0.06, 0.24, [0.3, 0.0, 1.2]).paint(STEEL).finish(Finish::Metal).on(wrist),
        block([0.6, 1.0, 0.8], [0.35, 0.0, 0.46]).paint(CREAM),
    ]);
    for side in [1.22, -1.22_f32] {
        model.add([
            block([1.7, 0.03, 0.7], [-0.2, side, 0.75]).paint(GLASS).finish(Finish::Glass),
            stand([0.05, 0.05, 1.2], [0.65, side, 0.0]).paint(SAFETY_YELLOW),
            stand([0.05, 0.05, 1.2], [-1.05, side, 0.0]).paint(SAFETY_YELLOW),
            block([1.7, 0.04, 0.05], [-0.2, side, 1.15]).paint(SAFETY_YELLOW),
        ]);
    }
    model.add(console([0.85, -1.2, 1.2]));
    model.add(andon([-1.05, 1.22, 1.2]));
    model.berths = vec![input(), work([0.35, 0.0, 0.86], slots), output()];
    model
}

/// A printer: a portal over a bed, with a head that goes to and fro.
pub(super) fn printer(slots: u32) -> Model {
    let mut model = Model::default();
    let fast = model.drive(Drive::Sway { period: 1.3, phase: 0.0 });
    let slow = model.drive(Drive::Sway { period: 8.0, phase: 0.0 });
    let head = model.sliding(fast, [0.0, 1.0, 0.0], 0.6);
    let bed = model.sliding(slow, [1.0, 0.0, 0.0], 0.25);
    model.add([
        plinth([1.5, 2.2], [-0.1, 0.0]),
        block([1.4, 2.1, 0.55], [-0.1, 0.0, 0.41]).paint(CHARCOAL),
        block([0.16, 0.16, 1.4], [-0.2, 0.95, 1.35]).paint(CREAM),
        block([0.16, 0.16, 1.4], [-0.2, -0.95, 1.35]).paint(CREAM),
        block([0.2, 2.1, 0.18], [-0.2, 0.0, 2.05]).paint(CREAM),
        block([0.1, 1.8, 0.08], [-0.2, 0.0, 1.5]).paint(STEEL).finish(Finish::Metal),
        block([0.26, 0.26, 0.3], [-0.1, 0.0, 1.46]).paint(TEAL).on(head),
        cylinder(0.03, 0.14, [-0.1, 0.0, 1.18]).painted(Paint::State).finish(Finish::Light).on(head),
        block([0.9, 1.5, 0.08], [-0.05, 0.0, 0.76]).paint(STEEL).finish(Finish::Metal).on(bed),
    ]);
    model.add(console([0.75, -1.1, 1.2]));
    model.add(andon([-0.2, 0.7, 2.14]));
    model.berths = vec![input(), work([0.0, 0.0, 0.81], slots), output()];
    model
}
