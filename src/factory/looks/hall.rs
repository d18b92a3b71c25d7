//! The building: floor, walls with windows, aisles and their lines.

use bevy_ecs::prelude::World;

use crate::factory::transport::network::{Network, ZoneId};
use crate::look::model::{Finish, Model, Piece, Role, block, flat, patch, sheet as upright};
use crate::look::palette::{CONCRETE, Colour, SAFETY_YELLOW, SLATE, STEEL, WHITE};
use crate::look::sight::Form;

use super::layout::Layout;

/// How far the walls stand from what is inside, and how high they are: metres.
const MARGIN: f32 = 5.0;
const HEIGHT: f32 = 7.0;
/// How wide an aisle is: metres.
const AISLE: f32 = 1.7;
/// Halls that are longer than this have no walls: metres.
const LARGEST: f32 = 400.0;

/// How many parts a building has at most.
pub(super) const PARTS: u64 = 3;

/// What belongs to the building; nothing where nothing stands in it.
pub(super) fn forms(world: &World, layout: &Layout) -> Vec<Form> {
    let Some([low, high]) = layout.bounds else { return Vec::new() };
    let corners = vec![low.0 as f32, low.1 as f32, high.0 as f32, high.1 as f32];
    let form = |model: &str, numbers: Vec<f32>| Form {
        name: model.into(),
        look: "hall".into(),
        model: model.into(),
        numbers,
        colour: CONCRETE,
        scale: 1.0,
    };
    let lanes = lanes(world.resource::<Network>());
    let mut forms = vec![form("floor", corners.clone()), form("walls", corners)];
    if !lanes.is_empty() {
        forms.push(form("aisles", lanes));
    }
    forms
}

/// The lanes: for each the coordinates of both ends, and 1 if it is one-way.
fn lanes(network: &Network) -> Vec<f32> {
    network
        .lanes()
        .flat_map(|(from, to, one_way)| {
            let ends = [from, to].map(|zone: ZoneId| network.place(zone));
            [ends[0].0, ends[0].1, ends[1].0, ends[1].1, f64::from(u8::from(one_way))].map(|number| number as f32)
        })
        .collect()
}

/// The model of a part of the building.
pub(super) fn model(form: &Form) -> Model {
    let mut model = match &*form.model {
        "aisles" => aisles(&form.numbers),
        "walls" => walls(&form.numbers),
        _ => floor(&form.numbers),
    };
    model.role = Role::Ground;
    model
}

fn rectangle(numbers: &[f32]) -> Option<[f32; 4]> {
    let &[x0, y0, x1, y1] = numbers else { return None };
    Some([x0 - MARGIN, y0 - MARGIN, x1 + MARGIN, y1 + MARGIN])
}

fn floor(numbers: &[f32]) -> Model {
    let Some([x0, y0, x1, y1]) = rectangle(numbers) else { return Model::default() };
    let (wide, deep) = (x1 - x0, y1 - y0);
    let middle = [(x0 + x1) / 2.0, (y0 + y1) / 2.0];
    let mut model = Model::of([
        // The yard about the hall, and the slab.
        patch([wide + 160.0, deep + 160.0], [middle[0], middle[1], -0.12])
            .paint(Colour::hex(0x7f9a6b))
            .finish(Finish::Matte),
        patch([wide + 16.0, deep + 16.0], [middle[0], middle[1], -0.08])
            .paint(Colour::hex(0x8d9094))
            .finish(Finish::Matte),
        block([wide, deep, 0.2], [middle[0], middle[1], -0.1]).paint(CONCRETE).finish(Finish::Matte).bevel(0.0),
    ]);
    // Joints of the slab, six metres apart.
    let joint = CONCRETE.shade(0.9);
    let lines = |low: f32, high: f32| {
        let count = ((high - low) / 6.0) as usize;
        (1..=count.min(200)).map(move |n| low + 6.0 * n as f32).filter(move |at| *at < high - 0.5)
    };
    model.add(lines(x0, x1).map(|x| patch([0.03, deep], [x, middle[1], 0.002]).paint(joint).finish(Finish::Matte)));
    model.add(lines(y0, y1).map(|y| patch([wide, 0.03], [middle[0], y, 0.002]).paint(joint).finish(Finish::Matte)));
    model.casts_no_shadow = true;
    model
}

/// Walls that are seen from inside only, so that one can look in from anywhere.
fn walls(numbers: &[f32]) -> Model {
    let Some([x0, y0, x1, y1]) = rectangle(numbers) else { return Model::default() };
    let mut model = Model { casts_no_shadow: true, ..Model::default() };
    if (x1 - x0).max(y1 - y0) > LARGEST {
        return model;
    }
    let corners = [[x0, y0], [x1, y0], [x1, y1], [x0, y1]];
    for n in 0..4 {
        let (from, to) = (corners[n], corners[(n + 1) % 4]);
        model.add(wall(from, to));
    }
    model
}

/// A wall from one corner to the next, counter-clockwise, so that it is seen from the left of that way.
fn wall(from: [f32; 2], to: [f32; 2]) -> Vec<Piece> {
    let (dx, dy) = (to[0] - from[0], to[1] - from[1]);
    let length = dx.hypot(dy);
    let (ux, uy) = (dx / length, dy / length);
    // So far along the wall, and a hair before it.
    let at = |along: f32, before: f32| [from[0] + ux * along - uy * before, from[1] + uy * along + ux * before];
    // The sheet faces the side from which its foot leads from left to right.
    let sheet = |a: f32, b: f32, before: f32, heights: [f32; 2]| upright([at(b, before), at(a, before)], heights);
    let mut pieces = vec![
        sheet(0.0, length, 0.0, [0.0, 1.1]).paint(Colour::hex(0x5b7683)).finish(Finish::Matte),
        sheet(0.0, length, 0.0, [1.1, HEIGHT]).paint(Colour::hex(0xd9dcd9)).finish(Finish::Matte),
        sheet(0.0, length, 0.01, [1.06, 1.16]).paint(WHITE).finish(Finish::Matte),
        sheet(0.0, length, 0.02, [HEIGHT - 0.35, HEIGHT]).paint(SLATE).finish(Finish::Matte),
    ];
    let bays = (length / 6.0).round().max(1.0) as usize;
    let step = length / bays as f32;
    for n in 0..bays {
        let a = n as f32 * step;
        pieces.push(sheet(a - 0.15, a + 0.15, 0.06, [0.0, HEIGHT]).paint(STEEL.shade(0.92)).finish(Finish::Matte));
        let (left, right) = (a + step * 0.18, a + step * 0.82);
        pieces.push(sheet(left - 0.08, right + 0.08, 0.02, [3.3, 5.7]).paint(SLATE).finish(Finish::Matte));
        let middle = (left + right) / 2.0;
        for [l, r] in [[left, middle - 0.04], [middle + 0.04, right]] {
            for heights in [[3.38, 4.46], [4.54, 5.62]] {
                pieces.push(sheet(l, r, 0.03, heights).paint(Colour::hex(0xa9c9dd)).finish(Finish::Glass));
            }
        }
    }
    pieces
}

/// The aisles: a darker way with lines along its sides, and arrows where it leads one way only.
fn aisles(numbers: &[f32]) -> Model {
    let mut model = Model { casts_no_shadow: true, ..Model::default() };
    let lanes = || numbers.chunks_exact(5);
    let way = Colour::hex(0x8b9197);
    let turned = |size: [f32; 2], [x, y]: [f32; 2], z: f32, turn: f32| patch(size, [x, y, z]).turned([0.0, 0.0, turn]);
    // Lines first, wide; the way above them leaves only their edges, so that crossings come out clean.
    for lane in lanes() {
        let &[x0, y0, x1, y1, one_way] = lane else { continue };
        let (dx, dy) = (x1 - x0, y1 - y0);
        let (length, turn) = (dx.hypot(dy), dy.atan2(dx));
        let middle = [(x0 + x1) / 2.0, (y0 + y1) / 2.0];
        model.add([
            turned([length + AISLE + 0.2, AISLE + 0.2], middle, 0.008, turn).paint(SAFETY_YELLOW).finish(Finish::Matte),
            turned([length + AISLE, AISLE], middle, 0.014, turn).paint(way).finish(Finish::Matte),
        ]);
        if one_way > 0.5 {
            let arrow = [[0.6, 0.0], [0.1, 0.35], [0.1, 0.12], [-0.6, 0.12], [-0.6, -0.12], [0.1, -0.12], [0.1, -0.35]];
            let piece = flat(&arrow, [middle[0], middle[1], 0.022]);
            model.add([piece.paint(WHITE).finish(Finish::Matte).turned([0.0, 0.0, turn])]);
        } else {
            let dashes = (length / 1.5) as usize;
            for n in 0..dashes.min(400) {
                let share = (n as f32 + 0.5) / dashes as f32;
                let at = [x0 + dx * share, y0 + dy * share];
                model.add([turned([0.5, 0.06], at, 0.02, turn).paint(WHITE).finish(Finish::Matte)]);
            }
        }
    }
    model
}
