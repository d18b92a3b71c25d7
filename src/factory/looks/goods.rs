//! What is made and carried: shafts, gears, housings, boxes.

use std::f32::consts::TAU;

use crate::look::model::{Finish, Model, Paint, Piece, Solid, axle, block, cylinder, is_called, stand, turned};
use crate::look::palette::{CARDBOARD, CHARCOAL, SLATE, STEEL, WHITE};
use crate::look::sight::Form;

/// A model of goods.
struct Kind {
    name: &'static str,
    words: &'static [&'static str],
    build: fn() -> Model,
}

const KINDS: &[Kind] = &[
    Kind { name: "gearbox", words: &["gearbox", "motor", "pump", "engine"], build: || in_frame(gearbox()) },
    Kind { name: "shaft", words: &["shaft", "rod", "axle", "bar", "pin", "spindle"], build: || in_frame(shaft()) },
    Kind { name: "gear", words: &["gear", "wheel", "disc", "ring", "pulley"], build: || in_frame(gear()) },
    Kind { name: "housing", words: &["housing", "case", "block", "body", "frame"], build: || in_frame(housing()) },
    Kind { name: "carton", words: &["parcel", "box", "carton", "package", "order"], build: carton },
    Kind { name: "bottles", words: &["bottle", "jar", "can", "juice", "drink"], build: bottles },
    Kind {
        name: "produce",
        words: &["apple", "fruit", "crate", "potato", "food", "veg", "berr"],
        build: || in_frame(produce()),
    },
    Kind { name: "sheets", words: &["plate", "sheet", "board", "panel"], build: || in_frame(sheets()) },
];

/// What goods are of which nothing is known.
const ANY: Kind = Kind { name: "tote", words: &[], build: tote };

/// The name of the model for a product of that name.
pub(super) fn kind_of(name: &str) -> &'static str {
    KINDS.iter().find(|kind| is_called(name, kind.words)).unwrap_or(&ANY).name
}

/// The model of a product: a box in its colour, if it is nothing that is known.
pub(super) fn model(form: &Form) -> Model {
    (KINDS.iter().find(|kind| *kind.name == *form.model).unwrap_or(&ANY).build)()
}

/// How high goods are: they are stacked on one another.
pub(super) const HEIGHT: f32 = 0.3;

/// Goods that do not fill their place, on a plate with posts at its corners, which carries the one above.
fn in_frame(goods: Model) -> Model {
    const PLATE: f32 = 0.02;
    let post = |x: f32, y: f32| stand([0.02, 0.02, HEIGHT - PLATE], [x, y, PLATE]).paint(SLATE).bevel(0.0);
    let corners = [(0.19, 0.18), (0.19, -0.18), (-0.19, 0.18), (-0.19, -0.18)];
    let mut model = Model::of(corners.map(|(x, y)| post(x, y)));
    model.add([stand([0.4, 0.38, PLATE], [0.0; 3]).paint(SLATE).bevel(0.0)]);
    model.place(goods, [0.0, 0.0, PLATE]);
    model
}

fn metal(piece: Piece) -> Piece {
    piece.paint(STEEL).finish(Finish::Metal)
}

/// A stepped shaft, lying.
fn shaft() -> Model {
    let ring = |y: f32, radius: f32, length: f32| metal(axle(radius, length, [0.0, y, 0.075]));
    let mut model = Model::of([ring(0.0, 0.075, 0.16), ring(0.12, 0.055, 0.1), ring(-0.12, 0.05, 0.12)]);
    model.add([axle(0.056, 0.03, [0.0, 0.12, 0.075]).painted(Paint::Own)]);
    model
}

/// A spur gear, lying.
fn gear() -> Model {
    let teeth = 14;
    let corner = |n: usize| {
        let (tooth, part) = (n / 4, n % 4);
        let radius = if part == 1 || part == 2 { 0.185 } else { 0.15 };
        let angle = (tooth as f32 + [0.0, 0.18, 0.42, 0.6][part]) / teeth as f32 * TAU;
        [radius * angle.cos(), radius * angle.sin()]
    };
    let outline: Vec<[f32; 2]> = (0..teeth * 4).map(corner).collect();
    // Drawn out in y, then laid flat.
    let wheel = Piece::new(Solid::Profile { outline, depth: 0.09 }, [0.0, 0.0, 0.05]).turned([TAU / 4.0, 0.0, 0.0]);
    Model::of([
        metal(wheel),
        metal(cylinder(0.08, 0.13, [0.0; 3])),
        cylinder(0.05, 0.132, [0.0; 3]).painted(Paint::Own),
    ])
}

/// A cast housing with a bore.
fn housing() -> Model {
    Model::of([
        metal(stand([0.3, 0.32, 0.05], [0.0; 3])),
        stand([0.24, 0.26, 0.22], [0.0, 0.0, 0.04]).painted(Paint::Own),
        metal(axle(0.08, 0.28, [0.0, 0.0, 0.15])),
        axle(0.055, 0.285, [0.0, 0.0, 0.15]).paint(CHARCOAL),
    ])
}

/// A gearbox: a housing with two shafts.
fn gearbox() -> Model {
    Model::of([
        stand([0.34, 0.26, 0.24], [0.0; 3]).painted(Paint::Own).bevel(0.04),
        stand([0.38, 0.3, 0.03], [0.0; 3]).painted(Paint::OwnDark),
        metal(axle(0.035, 0.42, [0.07, 0.0, 0.16])),
        metal(axle(0.035, 0.42, [-0.08, 0.0, 0.1])),
        axle(0.08, 0.28, [0.07, 0.0, 0.16]).painted(Paint::OwnDark),
    ])
}

/// A cardboard box with tape in its colour.
fn carton() -> Model {
    Model::of([
        stand([0.36, 0.32, HEIGHT], [0.0; 3]).paint(CARDBOARD).finish(Finish::Matte).bevel(0.008),
        block([0.364, 0.06, HEIGHT + 0.004], [0.0, 0.0, HEIGHT / 2.0]).painted(Paint::Own).bevel(0.0),
        block([0.01, 0.1, 0.08], [0.18, 0.08, 0.17]).paint(WHITE).bevel(0.0),
    ])
}

/// Bottles in a case.
fn bottles() -> Model {
    let mut model = Model::of([stand([0.36, 0.36, 0.14], [0.0; 3]).painted(Paint::OwnDark)]);
    for n in 0..9 {
        let (x, y) = ((n % 3 - 1) as f32 * 0.11, (n / 3 - 1) as f32 * 0.11);
        let glass = turned(&[[0.045, 0.0], [0.045, 0.16], [0.018, 0.22], [0.018, 0.27]], [x, y, 0.03]);
        model.add([glass.painted(Paint::Own).finish(Finish::Glass)]);
    }
    model
}

/// A crate of fruit.
fn produce() -> Model {
    use crate::look::model::ball;
    let mut model = Model::of([
        stand([0.38, 0.36, 0.03], [0.0; 3]).paint(CARDBOARD),
        stand([0.38, 0.025, 0.18], [0.0, 0.17, 0.0]).paint(CARDBOARD),
        stand([0.38, 0.025, 0.18], [0.0, -0.17, 0.0]).paint(CARDBOARD),
        stand([0.025, 0.36, 0.18], [0.18, 0.0, 0.0]).paint(CARDBOARD),
        stand([0.025, 0.36, 0.18], [-0.18, 0.0, 0.0]).paint(CARDBOARD),
    ]);
    for n in 0..9 {
        let (x, y) = ((n % 3 - 1) as f32 * 0.105, (n / 3 - 1) as f32 * 0.1);
        model.add([ball([0.055, 0.055, 0.055], [x, y, 0.15 + 0.015 * (n % 2) as f32]).painted(Paint::Own)]);
    }
    model
}

/// A stack of sheets.
fn sheets() -> Model {
    let sheet = |n: i32| stand([0.4, 0.36, 0.03], [0.004 * (n % 2) as f32, 0.0, 0.045 * n as f32]);
    Model::of((0..4).map(|n| if n == 3 { sheet(n).painted(Paint::Own) } else { metal(sheet(n)) }))
}

/// A plastic box in the product's colour.
fn tote() -> Model {
    Model::of([
        stand([0.36, 0.32, 0.26], [0.0; 3]).painted(Paint::Own).bevel(0.02),
        stand([0.39, 0.35, 0.04], [0.0, 0.0, 0.25]).painted(Paint::OwnDark),
        block([0.3, 0.26, 0.02], [0.0, 0.0, 0.29]).paint(CHARCOAL),
    ])
}
