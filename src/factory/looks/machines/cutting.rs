//! Machines that cut: lathe, mill, grinder, saw.

use crate::look::model::{Drive, Finish, Joint, Model, axle, block, cylinder, profile};
use crate::look::palette::{CHARCOAL, CREAM, GLASS, SAFETY_YELLOW, SLATE, STEEL, TEAL};

use super::{andon, console, input, output, plinth, work};

const ACROSS: [f32; 3] = [0.0, 1.0, 0.0];

/// A turning centre: a long housing with a sloping front, in whose window the chuck turns.
pub(super) fn lathe(slots: u32) -> Model {
    let mut model = Model::default();
    let spin = model.drive(Drive::Spin { rate: 2.5 });
    let feed = model.drive(Drive::Sway { period: 5.0, phase: 0.0 });
    let chuck = model.turning(spin, [0.05, 0.0, 1.08], ACROSS, 1.0);
    let turret = model.sliding(feed, ACROSS, 0.22);
    let side = [[0.62, 0.14], [0.62, 0.72], [0.3, 1.72], [-0.85, 1.72], [-0.85, 0.14]];
    let end = |y: f32, depth: f32| profile(&side, depth, [0.0, y, 0.0]);
    model.add([plinth([1.5, 2.5], [-0.1, 0.0])]);
    // Two closed ends and a bed between them: the window is open to the front.
    model.add([end(0.92, 0.62).paint(CREAM), end(-1.02, 0.42).paint(CREAM)]);
    model.add([
        block([1.0, 1.45, 0.6], [0.02, -0.1, 0.44]).paint(CREAM),
        block([0.28, 1.45, 1.0], [-0.72, -0.1, 1.22]).paint(CREAM),
        block([1.1, 1.45, 0.1], [-0.3, -0.1, 1.67]).paint(CREAM),
        block([0.5, 1.4, 0.06], [-0.25, -0.1, 0.77]).paint(CHARCOAL),
        // A door, half open.
        block([0.05, 0.62, 0.98], [0.5, -0.56, 1.2]).paint(TEAL).turned([0.0, 0.31, 0.0]),
        block([0.055, 0.42, 0.5], [0.515, -0.56, 1.24]).paint(GLASS).finish(Finish::Glass).turned([0.0, 0.31, 0.0]),
        block([0.06, 2.5, 0.12], [0.6, 0.0, 0.36]).paint(TEAL),
    ]);
    model.add([
        axle(0.2, 0.22, [0.05, 0.5, 1.08]).paint(STEEL).finish(Finish::Metal).on(chuck),
        axle(0.24, 0.08, [0.05, 0.58, 1.08]).paint(SLATE).finish(Finish::Metal).on(chuck),
        block([0.1, 0.12, 0.14], [0.05, 0.38, 1.24]).paint(SLATE).on(chuck),
        block([0.1, 0.12, 0.14], [0.05, 0.38, 0.92]).paint(SLATE).on(chuck),
        block([0.3, 0.26, 0.36], [-0.3, -0.35, 1.12]).paint(SLATE).on(turret),
        axle(0.19, 0.14, [-0.12, -0.25, 1.12]).paint(STEEL).finish(Finish::Metal).on(turret),
    ]);
    model.add(console([0.72, -1.1, 1.25]));
    model.add(andon([-0.5, 1.0, 1.72]));
    model.berths = vec![input(), work([0.05, 0.12, 0.98], slots.min(1)), output()];
    model
}

/// A machining centre: a tall housing, in whose opening a head comes down on a table that goes to and fro.
pub(super) fn mill(slots: u32) -> Model {
    let mut model = Model::default();
    let spin = model.drive(Drive::Spin { rate: 4.0 });
    let plunge = model.drive(Drive::Stroke { period: 6.0, phase: 0.0 });
    let travel = model.drive(Drive::Sway { period: 9.0, phase: 0.2 });
    let head = model.sliding(plunge, [0.0, 0.0, -1.0], 0.28);
    let spindle = model.joint(Joint {
        parent: Some(head),
        pivot: [0.05, 0.0, 1.5],
        axis: [0.0, 0.0, 1.0],
        slides: false,
        drive: spin,
        gain: 1.0,
    });
    let table = model.sliding(travel, ACROSS, 0.25);
    model.add([
        plinth([1.7, 2.2], [-0.15, 0.0]),
        block([0.5, 2.1, 2.1], [-0.75, 0.0, 1.19]).paint(CREAM),
        block([1.2, 0.34, 2.1], [0.0, 0.88, 1.19]).paint(CREAM),
        block([1.2, 0.34, 2.1], [0.0, -0.88, 1.19]).paint(CREAM),
        block([1.2, 1.45, 0.62], [0.0, 0.0, 0.45]).paint(CREAM),
        block([1.2, 1.45, 0.3], [0.0, 0.0, 2.09]).paint(CREAM),
        block([0.06, 2.1, 0.12], [0.6, 0.0, 0.55]).paint(TEAL),
        // Doors, slid apart.
        block([0.05, 0.42, 1.15], [0.6, 0.62, 1.36]).paint(TEAL),
        block([0.05, 0.42, 1.15], [0.6, -0.62, 1.36]).paint(TEAL),
        block([0.056, 0.26, 0.6], [0.605, 0.62, 1.45]).paint(GLASS).finish(Finish::Glass),
        block([0.056, 0.26, 0.6], [0.605, -0.62, 1.45]).paint(GLASS).finish(Finish::Glass),
        block([0.7, 1.1, 0.1], [0.05, 0.0, 0.82]).paint(STEEL).finish(Finish::Metal).on(table),
        block([0.42, 0.4, 0.5], [-0.05, 0.0, 1.75]).paint(SLATE).on(head),
        cylinder(0.1, 0.24, [0.05, 0.0, 1.35]).paint(STEEL).finish(Finish::Metal).on(spindle),
        cylinder(0.035, 0.16, [0.05, 0.0, 1.2]).paint(SAFETY_YELLOW).on(spindle),
        block([0.05, 0.02, 0.05], [0.15, 0.0, 1.44]).paint(SAFETY_YELLOW).on(spindle),
    ]);
    model.add(console([0.78, -1.2, 1.3]));
    model.add(andon([-0.4, 0.9, 2.24]));
    model.berths = vec![input(), work([0.05, 0.0, 0.88], slots), output()];
    model
}

/// A surface grinder: a wheel under its guard over a table that goes to and fro.
pub(super) fn grinder(slots: u32) -> Model {
    let mut model = Model::default();
    let spin = model.drive(Drive::Spin { rate: 5.0 });
    let travel = model.drive(Drive::Sway { period: 3.2, phase: 0.0 });
    let wheel = model.turning(spin, [0.05, 0.0, 1.3], ACROSS, 1.0);
    let table = model.sliding(travel, ACROSS, 0.4);
    model.add([
        plinth([1.3, 2.3], [-0.1, 0.0]),
        block([1.1, 2.2, 0.68], [-0.05, 0.0, 0.48]).paint(CREAM),
        block([0.12, 2.22, 0.12], [0.52, 0.0, 0.7]).paint(TEAL),
        block([0.5, 0.7, 1.3], [-0.55, 0.0, 1.35]).paint(CREAM),
        block([0.7, 0.42, 0.36], [-0.1, 0.0, 1.62]).paint(CREAM),
        block([0.5, 0.2, 0.3], [0.05, 0.0, 1.52]).paint(SAFETY_YELLOW),
        block([0.55, 1.3, 0.1], [0.05, 0.0, 0.88]).paint(STEEL).finish(Finish::Metal).on(table),
        axle(0.27, 0.12, [0.05, 0.0, 1.3]).paint(SLATE).finish(Finish::Matte).on(wheel),
        axle(0.1, 0.14, [0.05, 0.0, 1.3]).paint(STEEL).finish(Finish::Metal).on(wheel),
        block([0.06, 0.13, 0.06], [0.05, 0.0, 1.5]).paint(CREAM).on(wheel),
        block([0.05, 0.3, 0.6], [0.45, 1.02, 1.1]).paint(TEAL),
        block([0.05, 0.3, 0.6], [0.45, -1.02, 1.1]).paint(TEAL),
    ]);
    model.add(console([0.75, -1.0, 1.2]));
    model.add(andon([-0.55, 0.2, 2.0]));
    model.berths = vec![input(), work([0.05, 0.0, 0.93], slots), output()];
    model
}

/// A band saw that comes down on bars from a magazine.
pub(super) fn saw(slots: u32) -> Model {
    let mut model = Model::default();
    let cut = model.drive(Drive::Stroke { period: 7.0, phase: 0.0 });
    let spin = model.drive(Drive::Spin { rate: 1.6 });
    let bow = model.turning(cut, [-0.85, 0.0, 1.0], ACROSS, 0.24);
    let wheel = |model: &mut Model, x: f32| {
        model.joint(Joint {
            parent: Some(bow),
            pivot: [x, 0.0, 1.5],
            axis: ACROSS,
            slides: false,
            drive: spin,
            gain: 1.0,
        })
    };
    let (front, back) = (wheel(&mut model, 0.42), wheel(&mut model, -0.55));
    model.add([
        plinth([1.6, 1.9], [-0.1, 0.2]),
        block([1.2, 0.9, 0.66], [-0.1, 0.0, 0.47]).paint(CREAM),
        block([0.6, 1.8, 0.14], [0.0, 0.3, 0.86]).paint(SLATE),
        block([0.14, 0.5, 0.5], [-0.85, 0.0, 1.0]).paint(SLATE),
        block([1.45, 0.16, 0.2], [-0.1, 0.0, 1.72]).paint(TEAL).on(bow),
        axle(0.26, 0.14, [0.42, 0.0, 1.5]).paint(TEAL).on(bow),
        axle(0.26, 0.14, [-0.55, 0.0, 1.5]).paint(TEAL).on(bow),
        axle(0.2, 0.17, [0.42, 0.0, 1.5]).paint(STEEL).finish(Finish::Metal).on(front),
        axle(0.2, 0.17, [-0.55, 0.0, 1.5]).paint(STEEL).finish(Finish::Metal).on(back),
        block([0.3, 0.18, 0.04], [0.42, 0.0, 1.5]).paint(CHARCOAL).on(front),
        block([0.3, 0.18, 0.04], [-0.55, 0.0, 1.5]).paint(CHARCOAL).on(back),
        block([0.95, 0.03, 0.05], [-0.06, 0.0, 1.28]).paint(STEEL).finish(Finish::Metal).on(bow),
        block([0.3, 0.14, 0.2], [-0.75, 0.0, 1.62]).paint(SAFETY_YELLOW).on(bow),
    ]);
    // Bars that wait to be cut.
    for n in 0..4 {
        let x = -0.18 + 0.12 * n as f32;
        model.add([axle(0.05, 1.5, [x, 0.45, 0.98]).paint(STEEL).finish(Finish::Metal)]);
    }
    model.add(console([0.72, -0.75, 1.2]));
    model.add(andon([-0.6, -0.38, 0.8]));
    model.berths = vec![input(), work([0.05, -0.3, 0.93], slots), output()];
    model
}
