//! Places where people work: benches, inspection, picking.

use crate::look::model::{Drive, Finish, Joint, Model, Paint, Piece, block, cone, cylinder, stand};
use crate::look::palette::{
    BLUE, CHARCOAL, CREAM, GLASS, GREEN, ORANGE, SAFETY_YELLOW, SLATE, STEEL, TEAL, WHITE, WOOD,
};

use super::{andon, input, output, work};

/// A work bench: legs, a wooden top, drawers.
fn table(width: f32) -> Vec<Piece> {
    let legs = [[0.3, 1.0], [0.3, -1.0], [-0.45, 1.0], [-0.45, -1.0]];
    let legs = legs.map(|[x, y]| stand([0.07, 0.07, 0.84], [x, y * (width / 2.0 - 0.1), 0.0]).paint(SLATE));
    let mut pieces = legs.to_vec();
    pieces.push(block([0.95, width, 0.07], [-0.08, 0.0, 0.87]).paint(WOOD).finish(Finish::Matte));
    pieces.push(block([0.7, 0.5, 0.6], [-0.1, width / 2.0 - 0.45, 0.5]).paint(TEAL));
    for n in 0..3 {
        pieces.push(block([0.02, 0.3, 0.03], [0.26, width / 2.0 - 0.45, 0.3 + 0.2 * n as f32]).paint(STEEL));
    }
    pieces
}

/// A board with tools behind a bench, under a lamp.
fn back_wall(width: f32) -> Vec<Piece> {
    let mut pieces = vec![
        block([0.04, width, 0.85], [-0.54, 0.0, 1.42]).paint(BLUE.shade(0.85)),
        stand([0.06, 0.06, 2.15], [-0.54, width / 2.0, 0.0]).paint(SLATE),
        stand([0.06, 0.06, 2.15], [-0.54, -width / 2.0, 0.0]).paint(SLATE),
        block([0.5, width, 0.05], [-0.32, 0.0, 2.14]).paint(SLATE),
        block([0.14, width * 0.8, 0.03], [-0.14, 0.0, 2.1]).paint(WHITE).finish(Finish::Light),
    ];
    let tools = [(-0.7, ORANGE, 0.3), (-0.45, STEEL, 0.42), (-0.2, SAFETY_YELLOW, 0.26), (0.05, STEEL, 0.36)];
    pieces.extend(tools.map(|(y, colour, height)| block([0.03, 0.07, height], [-0.5, y, 1.5]).paint(colour)));
    pieces.push(block([0.1, 0.5, 0.2], [-0.47, 0.6, 1.32]).paint(GREEN));
    pieces.push(block([0.1, 0.5, 0.2], [-0.47, 0.6, 1.58]).paint(ORANGE));
    pieces
}

/// A bench where things are put together or mended, with a small press arm that works along.
pub(super) fn bench(slots: u32) -> Model {
    let mut model = Model::default();
    let stroke = model.drive(Drive::Stroke { period: 2.4, phase: 0.0 });
    let turn = model.drive(Drive::Spin { rate: 3.0 });
    let arm = model.sliding(stroke, [0.0, 0.0, -1.0], 0.16);
    let tip = model.joint(Joint {
        parent: Some(arm),
        pivot: [-0.12, 0.0, 1.3],
        axis: [0.0, 0.0, 1.0],
        slides: false,
        drive: turn,
        gain: 1.0,
    });
    model.add(table(2.3)).add(back_wall(2.2));
    model.add([
        block([0.1, 0.1, 0.8], [-0.36, 0.0, 1.65]).paint(SLATE),
        block([0.36, 0.1, 0.08], [-0.2, 0.0, 1.72]).paint(SLATE),
        cylinder(0.05, 0.3, [-0.12, 0.0, 1.42]).paint(TEAL).on(arm),
        cylinder(0.02, 0.14, [-0.12, 0.0, 1.3]).paint(STEEL).finish(Finish::Metal).on(tip),
        block([0.09, 0.03, 0.03], [-0.12, 0.0, 1.34]).paint(SAFETY_YELLOW).on(tip),
        block([0.24, 0.34, 0.12], [0.1, -0.85, 0.96]).paint(GREEN),
        block([0.24, 0.34, 0.12], [-0.2, -0.85, 0.96]).paint(ORANGE),
        block([0.05, 0.3, 0.2], [-0.25, 0.55, 1.1])
            .painted(Paint::State)
            .finish(Finish::Light)
            .turned([0.0, -0.2, 0.0]),
    ]);
    model.add(andon([-0.54, -1.1, 2.15]));
    model.berths = vec![input(), work([0.1, 0.05, 0.91], slots), output()];
    model
}

/// A measuring machine: a granite table, and a bridge that goes along it with a probe.
pub(super) fn inspection(slots: u32) -> Model {
    let mut model = Model::default();
    let along = model.drive(Drive::Sway { period: 7.0, phase: 0.0 });
    let across = model.drive(Drive::Sway { period: 3.1, phase: 0.25 });
    let dip = model.drive(Drive::Stroke { period: 1.9, phase: 0.0 });
    let bridge = model.sliding(along, [0.0, 1.0, 0.0], 0.6);
    let carriage = model.joint(Joint {
        parent: Some(bridge),
        pivot: [0.0; 3],
        axis: [1.0, 0.0, 0.0],
        slides: true,
        drive: across,
        gain: 0.25,
    });
    let probe = model.joint(Joint {
        parent: Some(carriage),
        pivot: [0.0; 3],
        axis: [0.0, 0.0, -1.0],
        slides: true,
        drive: dip,
        gain: 0.2,
    });
    let granite = CHARCOAL.shade(1.35);
    model.add([
        stand([0.9, 2.0, 0.6], [-0.1, 0.0, 0.0]).paint(CREAM),
        block([1.1, 2.2, 0.22], [-0.1, 0.0, 0.72]).paint(granite).finish(Finish::Glass),
        block([0.12, 0.24, 1.0], [0.4, 0.0, 1.3]).paint(CREAM).on(bridge),
        block([0.12, 0.24, 1.0], [-0.62, 0.0, 1.3]).paint(CREAM).on(bridge),
        block([1.2, 0.28, 0.2], [-0.1, 0.0, 1.88]).paint(TEAL).on(bridge),
        block([0.24, 0.34, 0.34], [-0.1, 0.0, 1.9]).paint(CREAM).on(carriage),
        block([0.12, 0.12, 0.9], [-0.1, 0.0, 1.85]).paint(STEEL).finish(Finish::Metal).on(probe),
        cone([0.012, 0.05], 0.18, [-0.1, 0.0, 1.24]).paint(ORANGE).on(probe),
        // A desk with a screen for who measures.
        stand([0.4, 0.5, 0.9], [0.55, -1.28, 0.0]).paint(SLATE),
        block([0.05, 0.5, 0.34], [0.5, -1.28, 1.18]).paint(WHITE).turned([0.0, -0.2, 0.0]),
        block([0.01, 0.44, 0.28], [0.53, -1.28, 1.19])
            .painted(Paint::State)
            .finish(Finish::Light)
            .turned([0.0, -0.2, 0.0])
            .bevel(0.0),
    ]);
    model.add(andon([-0.6, 1.0, 0.83]));
    model.berths = vec![input(), work([0.0, 0.0, 0.83], slots), output()];
    model
}

/// A picking station: shelves with bins about a bench, and lights that say where to reach.
pub(super) fn picking(slots: u32) -> Model {
    let mut model = Model::default();
    model.add(table(2.0));
    model.add([
        stand([0.05, 0.05, 2.0], [-0.6, 1.0, 0.0]).paint(SLATE),
        stand([0.05, 0.05, 2.0], [-0.6, -1.0, 0.0]).paint(SLATE),
        block([0.04, 0.7, 0.4], [-0.55, 0.0, 2.0]).paint(GLASS).finish(Finish::Glass),
        block([0.01, 0.6, 0.3], [-0.525, 0.0, 2.0]).painted(Paint::State).finish(Finish::Light).bevel(0.0),
    ]);
    let colours = [BLUE, TEAL, ORANGE, GREEN];
    for row in 0..2 {
        let z = 1.2 + 0.4 * row as f32;
        model.add([block([0.4, 2.0, 0.03], [-0.62, 0.0, z - 0.02]).paint(STEEL)]);
        for n in 0..5_usize {
            let y = -0.8 + 0.4 * n as f32;
            model.add([
                block([0.34, 0.32, 0.2], [-0.62, y, z + 0.1]).paint(colours[(n + row * 2) % 4].shade(0.95)),
                block([0.02, 0.05, 0.03], [-0.41, y, z - 0.03]).paint(GREEN).finish(Finish::LightWhenActive),
            ]);
        }
    }
    model.add(andon([-0.6, 1.0, 2.0]));
    model.berths = vec![input(), work([0.1, 0.0, 0.91], slots), output()];
    model
}
