//! Signals as they are seen: heads on poles beside stop lines, and over lanes that have signals of their own.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::drawing::Layer;
use crate::city::build::lines;
use crate::city::streets::{Direction, Lamp, RoadId, SignalsId, Streets, Turn};
use crate::look::model::{Finish, Model, Paint, Piece, Solid, block, cylinder};
use crate::look::palette::{CHARCOAL, Colour, SLATE};
use crate::look::registry::StateLook;
use crate::look::sight::{Form, Motion};

/// A head: what it shows is what one lamp of the programme does.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Head {
    /// Whose.
    pub signals: SignalsId,
    /// Which of the programme's lamps.
    pub lamp: u16,
    /// Where it stands, and which way it looks.
    pub place: [f32; 3],
    /// How far over the street it hangs: metres. None if it is on its pole.
    pub over: Option<f32>,
}

const RED: Colour = Colour::hex(0xff2d20);
const AMBER: Colour = Colour::hex(0xffa81a);
const GREEN: Colour = Colour::hex(0x25e07a);

/// What a head can show, in the order of [`state_of`].
pub(super) const STATES: [StateLook; 5] = [
    StateLook::still("red", RED).with_lamps(0b001),
    StateLook::still("amber", AMBER).with_lamps(0b010),
    StateLook::still("red and amber", AMBER).with_lamps(0b011),
    StateLook::still("green", GREEN).with_lamps(0b100),
    StateLook::still("off", CHARCOAL),
];

/// The state of a head by what its lamp shows.
pub(super) fn state_of(lamp: Lamp) -> u8 {
    match lamp {
        Lamp::Red | Lamp::RedArrow => 0,
        Lamp::Amber => 1,
        Lamp::RedAmber => 2,
        Lamp::Green | Lamp::GreenYielding => 3,
        Lamp::Off => 4,
    }
}

/// All heads: for each road that ends at signals one on a pole, and one over the lanes for each direction that has signals of its own.
pub(super) fn heads(streets: &Streets) -> Vec<Head> {
    let mut by_road: BTreeMap<RoadId, Vec<&Turn>> = BTreeMap::new();
    for turn in streets.turns.iter().filter(|turn| turn.signals.is_some()) {
        by_road.entry(streets.lane(turn.from).road).or_default().push(turn);
    }
    by_road.into_iter().flat_map(|(road, turns)| of_road(streets, road, &turns)).collect()
}

fn of_road(streets: &Streets, road: RoadId, turns: &[&Turn]) -> Vec<Head> {
    // Lamps that always show the same need one head.
    let mut groups: Vec<(SignalsId, u16, Vec<Lamp>, Vec<&Turn>)> = Vec::new();
    for turn in turns {
        let Some((signals, lamp)) = turn.signals else { continue };
        let phases = streets.signals[signals.index()].phases.iter();
        let shows: Vec<Lamp> =
            phases.map(|phase| phase.lamps.get(usize::from(lamp)).copied().unwrap_or(Lamp::Off)).collect();
        match groups.iter_mut().find(|group| group.0 == signals && group.2 == shows) {
            Some(group) => group.3.push(turn),
            None => groups.push((signals, lamp, shows, vec![turn])),
        }
    }
    // The one on the pole is for those who go on.
    let first = |group: &(SignalsId, u16, Vec<Lamp>, Vec<&Turn>)| {
        let leads = |direction: Direction| group.3.iter().any(|turn| turn.direction == direction);
        (!leads(Direction::Straight), !leads(Direction::Right), group.1)
    };
    groups.sort_by_key(first);
    let outer = &streets.lanes[streets.roads[road.index()].lanes.start as usize];
    let heads = groups.into_iter().enumerate().map(|(n, (signals, lamp, _, turns))| {
        let lane = streets.lane(turns[0].from);
        let aside = outer.width / 2.0 + 0.7;
        let over = (n > 0).then(|| {
            let apart = (turns[0].from.0 - streets.roads[road.index()].lanes.start) as f64;
            (aside + apart * lane.width) as f32
        });
        Head { signals, lamp, place: beside(&outer.line, aside), over }
    });
    heads.collect()
}

/// A place to the right of where a line ends, looking back along it.
fn beside(line: &[lines::Point], aside: f64) -> [f32; 3] {
    let end = lines::at(line, (lines::length(line) - 0.3).max(0.0));
    let before = lines::at(line, (lines::length(line) - 3.0).max(0.0));
    let way = lines::direction(before, end);
    let [x, y] = lines::ahead(end, lines::right_of(way), aside);
    [x as f32, y as f32, libm::atan2(-way[1], -way[0]) as f32]
}

impl Head {
    /// What it is, called by a name.
    pub fn form(&self, name: Arc<str>) -> Form {
        Form {
            name,
            look: super::SIGNAL_LOOK.into(),
            model: "signal".into(),
            numbers: self.over.into_iter().collect(),
            colour: SLATE,
            scale: 1.0,
        }
    }

    /// Where it stands.
    pub fn motion(&self) -> Motion {
        let [x, y, heading] = self.place;
        Motion::Stands { at: [x, y, Layer::Sidewalk.height()], heading }
    }
}

/// The model of a head: on its pole, or on an arm so long.
pub(super) fn model(form: &Form) -> Model {
    let (at, height) = match form.numbers.first() {
        // It looks back along the street, so the street is on its right.
        Some(over) => ([0.0, -over, 5.4], 5.6),
        None => ([0.0, 0.0, 2.7], 3.2),
    };
    let mut model = Model::of([Piece { solid: pole(height), ..cylinder(0.07, height, [-0.12, 0.0, 0.0]) }
        .paint(SLATE)
        .finish(Finish::Metal)]);
    if let Some(over) = form.numbers.first() {
        model.add([block([0.1, *over, 0.1], [-0.12, -over / 2.0, 5.55]).bevel(0.0).paint(SLATE)]);
    }
    model.add([
        block([0.18, 0.34, 0.98], at).bevel(0.03).paint(CHARCOAL),
        block([0.02, 0.5, 1.16], [at[0] - 0.08, at[1], at[2]]).bevel(0.0).paint(Colour::hex(0x16181b)),
    ]);
    for (number, colour) in (0..).zip([RED, AMBER, GREEN]) {
        let up = at[2] + 0.3 - 0.3 * f32::from(number);
        model.add([block([0.04, 0.24, 0.24], [at[0] + 0.1, at[1], up])
            .bevel(0.015)
            .painted(Paint::Lamp(number, colour))]);
    }
    model
}

fn pole(height: f32) -> Solid {
    Solid::Cylinder { radii: [0.07, 0.06], height, sides: 8 }
}
