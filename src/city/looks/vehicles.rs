//! Vehicles as they are seen, and where.

use crate::city::build::lines::{self, Point};
use crate::city::demand::Kind;
use crate::city::traffic::{Place, Traffic, Vehicle};
use crate::look::model::{Drive, Finish, Model, Paint, Piece, Solid, axle, block, profile};
use crate::look::motion::Pose;
use crate::look::palette::{CHARCOAL, Colour, GLASS, RUBBER, STEEL, WHITE};
use crate::look::sight::Form;

use super::drawing::Layer;

/// The models, by name.
pub(super) const MODELS: [&str; 5] = ["car", "bus", "truck", "tram", "bicycle"];

/// What vehicles look like; the number of the one that a kind is drawn as.
pub(super) fn model_of(kind: &Kind) -> &'static str {
    match kind.class.name() {
        "bus" | "coach" => "bus",
        "truck" | "trailer" | "delivery" if kind.length > 6.0 => "truck",
        name if name.starts_with("tram") || name.starts_with("rail") => "tram",
        "bicycle" | "motorcycle" | "moped" | "scooter" => "bicycle",
        _ if kind.length < 3.0 => "bicycle",
        _ if kind.length > 9.0 => "bus",
        _ => "car",
    }
}

/// What cars are painted in, about as often as in Germany (new cars of 2023, Kraftfahrt-Bundesamt): grey, black and white are four of five.
const PAINTS: [u32; 12] = [
    0x8b8f94, 0x74787d, 0xa9adb1, 0x5f6368, 0x24262a, 0x1b1d20, 0x2e3136, 0xe8e8e6, 0xf0efec, 0x2f5f9e, 0xa83232,
    0x3f6b58,
];

/// The form of a vehicle of a kind that makes a trip.
pub(super) fn form(name: &str, kind: &Kind, trip: u32) -> Form {
    let model = model_of(kind);
    let colour = match model {
        "bus" => Colour::hex(0xd9a520),
        "tram" => Colour::hex(0xb5382e),
        "truck" => Colour::hex([0x3f6fa8, 0xd8d8d4, 0x9c3f36, 0x4d7a55][trip as usize % 4]),
        _ => Colour::hex(PAINTS[(trip.wrapping_mul(0x9e37_79b9) >> 16) as usize % PAINTS.len()]),
    };
    Form {
        name: name.into(),
        look: super::VEHICLE_LOOK.into(),
        model: model.into(),
        numbers: vec![kind.length as f32, kind.width as f32],
        colour,
        scale: 1.0,
    }
}

/// Where a vehicle's middle is, and which way it looks.
pub(super) fn pose(traffic: &Traffic, vehicle: &Vehicle, length: f64) -> Pose {
    let [front, back] = [0.0, length].map(|behind| point(traffic, vehicle, behind));
    let middle = [(front[0] + back[0]) / 2.0, (front[1] + back[1]) / 2.0];
    let heading = libm::atan2(front[1] - back[1], front[0] - back[0]);
    Pose { at: [middle[0] as f32, middle[1] as f32, Layer::Asphalt.height()], heading: heading as f32 }
}

/// The point so far behind a vehicle's front, on the tracks by which it has come.
fn point(traffic: &Traffic, vehicle: &Vehicle, behind: f64) -> Point {
    let streets = &traffic.town().streets;
    let mut at = vehicle.at - behind;
    let mut first = None;
    for track in vehicle.tracks() {
        let (line, length) = match traffic.place(track) {
            Place::Lane(lane) => (&streets.lane(lane).line, streets.lane(lane).length),
            Place::Turn(turn) => (&streets.turn(turn).line, streets.turn(turn).length),
        };
        if track != vehicle.track {
            at += length;
        }
        // Lines may be longer or shorter than they say.
        let scale = lines::length(line) / length.max(0.1);
        first = line.first().map(|begin| {
            let next = line.get(1).copied().unwrap_or(*begin);
            lines::ahead(*begin, lines::direction(*begin, next), at * scale)
        });
        if at >= 0.0 {
            return if length > 0.0 { lines::at(line, at * scale) } else { line.first().copied().unwrap_or_default() };
        }
    }
    // Who has just come: straight on behind where its way begins.
    first.unwrap_or_default()
}

/// The model of a vehicle.
pub(super) fn model(form: &Form) -> Model {
    let length = form.numbers.first().copied().unwrap_or(4.5).clamp(1.0, 60.0);
    let width = form.numbers.get(1).copied().unwrap_or(1.8).clamp(0.4, 4.0);
    match &*form.model {
        "bus" => bus(length, width),
        "tram" => tram(length, width),
        "truck" => truck(length, width),
        "bicycle" => bicycle(length),
        _ => car(length, width),
    }
}

/// Headlights are white, lamps at the back red and brighter when it brakes.
fn lights(model: &mut Model, length: f32, width: f32, height: f32) {
    let (front, side) = (length / 2.0 - 0.02, width * 0.36);
    for y in [-side, side] {
        let lamp = |x: f32| block([0.06, 0.34, 0.14], [x, y, height]).bevel(0.0);
        model.add([
            lamp(front).paint(Colour::hex(0xfff3d6)).finish(Finish::LightAtNight),
            lamp(-front).paint(Colour::hex(0x8a1414)).finish(Finish::LightAtNight),
            block([0.07, 0.3, 0.1], [-front, y * 0.96, height + 0.13])
                .bevel(0.0)
                .painted(Paint::Lamp(0, Colour::hex(0xff2a1c))),
        ]);
    }
}

fn wheels(model: &mut Model, places: &[f32], width: f32, radius: f32) {
    let roll = model.drive(Drive::Roll { curvature: 1.0 / radius });
    for x in places {
        for side in [-1.0, 1.0] {
            let at = [*x, side * (width / 2.0 - 0.07), radius];
            let joint = model.turning(roll, at, [0.0, 1.0, 0.0], 1.0);
            let tyre = Piece { solid: coarse(radius, 0.22), ..axle(radius, 0.22, at) };
            let hub = block([radius * 1.1, 0.235, radius * 0.34], at).bevel(0.0).paint(STEEL.shade(0.8));
            model.add([tyre.paint(RUBBER).finish(Finish::Matte).on(joint), hub.on(joint)]);
        }
    }
}

fn coarse(radius: f32, height: f32) -> Solid {
    Solid::Cylinder { radii: [radius; 2], height, sides: 10 }
}

fn car(length: f32, width: f32) -> Model {
    let mut model = Model::default();
    let half = length / 2.0;
    wheels(&mut model, &[half * 0.62, -half * 0.6], width, 0.32);
    let body = [
        [-half, 0.32],
        [-half * 0.8, 0.2],
        [half * 0.84, 0.2],
        [half, 0.34],
        [half * 0.99, 0.62],
        [half * 0.86, 0.76],
        [half * 0.4, 0.9],
        [-half * 0.97, 0.94],
    ];
    let cabin = [[-half * 0.93, 0.9], [half * 0.42, 0.88], [half * 0.1, 1.38], [-half * 0.62, 1.42]];
    let roof = [[-half * 0.64, 1.38], [half * 0.12, 1.36], [half * 0.06, 1.44], [-half * 0.58, 1.47]];
    model.add([
        profile(&body, width, [0.0; 3]).painted(Paint::Own),
        profile(&cabin, width * 0.84, [0.0; 3]).paint(GLASS).finish(Finish::Glass),
        profile(&roof, width * 0.86, [0.0; 3]).painted(Paint::Own),
        block([0.05, width * 0.5, 0.12], [half - 0.02, 0.0, 0.42]).bevel(0.0).paint(CHARCOAL),
    ]);
    lights(&mut model, length, width, 0.66);
    model
}

fn bus(length: f32, width: f32) -> Model {
    let mut model = Model::default();
    let half = length / 2.0;
    wheels(&mut model, &[half * 0.62, -half * 0.5], width, 0.48);
    model.add([
        block([length, width, 2.5], [0.0, 0.0, 1.65]).bevel(0.1).painted(Paint::Own),
        block([length * 0.94, width + 0.02, 0.95], [-length * 0.01, 0.0, 1.95])
            .bevel(0.02)
            .paint(GLASS)
            .finish(Finish::Glass),
        block([0.04, width * 0.86, 1.3], [half, 0.0, 1.85]).bevel(0.0).paint(GLASS).finish(Finish::Glass),
        block([0.05, width * 0.6, 0.26], [half + 0.01, 0.0, 2.68])
            .bevel(0.0)
            .paint(Colour::hex(0xffb02e))
            .finish(Finish::Light),
        block([length * 0.5, width * 0.6, 0.25], [-length * 0.1, 0.0, 2.98]).paint(WHITE.shade(0.9)),
    ]);
    lights(&mut model, length, width, 0.8);
    model
}

fn tram(length: f32, width: f32) -> Model {
    let mut model = Model::default();
    let cars = (length / 10.0).round().max(1.0);
    let long = length / cars;
    for n in 0..cars as i32 {
        let x = (n as f32 + 0.5) * long - length / 2.0;
        model.add([
            block([long - 0.4, width, 2.7], [x, 0.0, 1.75]).bevel(0.15).painted(Paint::Own),
            block([long - 0.9, width + 0.02, 1.0], [x, 0.0, 2.1]).bevel(0.02).paint(GLASS).finish(Finish::Glass),
            block([long * 0.7, width * 0.9, 0.4], [x, 0.0, 0.3]).paint(CHARCOAL),
            block([0.5, width * 0.8, 2.2], [x + long / 2.0, 0.0, 1.6]).paint(CHARCOAL),
        ]);
    }
    lights(&mut model, length, width, 0.9);
    model
}

fn truck(length: f32, width: f32) -> Model {
    let mut model = Model::default();
    let half = length / 2.0;
    wheels(&mut model, &[half * 0.72, -half * 0.45, -half * 0.7], width, 0.5);
    model.add([
        block([2.1, width, 2.3], [half - 1.05, 0.0, 1.75]).bevel(0.12).painted(Paint::Own),
        block([0.05, width * 0.85, 0.85], [half, 0.0, 2.2]).bevel(0.0).paint(GLASS).finish(Finish::Glass),
        block([length - 2.4, width, 2.6], [-1.15, 0.0, 2.25]).bevel(0.03).paint(Colour::hex(0xe3e3de)),
        block([length - 0.6, width * 0.7, 0.25], [0.0, 0.0, 0.75]).paint(CHARCOAL),
    ]);
    lights(&mut model, length, width, 0.85);
    model
}

fn bicycle(length: f32) -> Model {
    let mut model = Model::default();
    let half = length * 0.36;
    let wheel = |x: f32| Piece { solid: coarse(0.34, 0.05), ..axle(0.34, 0.05, [x, 0.0, 0.34]) };
    model.add([
        wheel(half).paint(RUBBER),
        wheel(-half).paint(RUBBER),
        block([half * 1.6, 0.06, 0.08], [0.0, 0.0, 0.62]).bevel(0.0).painted(Paint::Own),
        block([0.3, 0.36, 0.62], [-0.08, 0.0, 1.22]).painted(Paint::Own),
        block([0.22, 0.2, 0.26], [0.02, 0.0, 1.68]).bevel(0.08).paint(Colour::hex(0xd9b08c)),
        block([0.3, 0.28, 0.5], [0.06, 0.0, 0.8]).paint(CHARCOAL),
    ]);
    model
}
