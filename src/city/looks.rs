//! What a city looks like: streets and all that stands about them, signals, vehicles, and maps of traffic.

mod backdrop;
mod buildings;
mod drawing;
mod plants;
mod roofs;
pub(super) mod show;
mod signals;
mod streets;
mod vehicles;

use bevy_app::App;

use crate::look::model::{Finish, Model, Paint, Role, ribbon};
use crate::look::palette::state;
use crate::look::registry::{Look, LookApp, StateLook, ValueKind, ValueLook};
use crate::look::sight::Form;

use self::drawing::{Layer, Numbers};
use super::signals::settings::SignalsPart;

/// The numbers of things are told apart by these.
const BACKDROP: u8 = 3;
const HEADS: u8 = 4;
const VEHICLES: u8 = 5;
const MAP: u8 = 6;

const CITY_LOOK: &str = "city";
const SIGNAL_LOOK: &str = "signal";
const VEHICLE_LOOK: &str = "road vehicle";
const MAP_LOOK: &str = "traffic";

const fn value(name: &'static str, kind: ValueKind) -> ValueLook {
    ValueLook { name, kind }
}

const CITY: Look = Look {
    name: CITY_LOOK,
    states: &[StateLook::still("there", state::IDLE)],
    values: &[],
    fits: |_| false,
    models: Vec::new,
    model: backdrop::model,
    is_labelled: false,
};

const SIGNAL: Look = Look {
    name: SIGNAL_LOOK,
    states: &signals::STATES,
    values: &[value("phase", ValueKind::Count), value("until", ValueKind::Moment)],
    fits: |twin| twin.contains::<SignalsPart>(),
    models: Vec::new,
    model: signals::model,
    is_labelled: false,
};

const VEHICLE: Look = Look {
    name: VEHICLE_LOOK,
    // The lamp is that of the brakes.
    states: &[
        StateLook::active("drives", state::WORKING),
        StateLook::active("brakes", state::WAITING).with_lamps(0b001),
        StateLook::still("stands", state::BLOCKED).with_lamps(0b001),
        StateLook::still("halts", state::SETUP).with_lamps(0b001),
    ],
    values: &[
        value("held up by", ValueKind::Word),
        value("who is", ValueKind::Thing),
        value("drives to", ValueKind::Word),
    ],
    fits: |_| false,
    models: || vehicles::MODELS.to_vec(),
    model: vehicles::model,
    is_labelled: false,
};

/// The values of a road on maps: pale where it drives well.
const MAPPED: Look = Look {
    name: MAP_LOOK,
    states: &[StateLook::still("measured", state::IDLE)],
    values: &[
        value("density", ValueKind::Quantity { unit: "vehicles on a kilometre of a lane", between: [0.0, 100.0] }),
        value("flow", ValueKind::Quantity { unit: "vehicles an hour on a lane", between: [0.0, 1000.0] }),
        value("speed", ValueKind::Quantity { unit: "km/h", between: [50.0, 0.0] }),
    ],
    fits: |_| false,
    models: Vec::new,
    model: mapped,
    is_labelled: false,
};

/// A road on a map: a strip over all of its lanes.
fn mapped(form: &Form) -> Model {
    let mut numbers = Numbers(form.numbers.iter());
    let strip = (|| {
        let sides = [numbers.number()?, numbers.number()?];
        Some(ribbon(&numbers.line()?, sides, Layer::Zebra.height() + 0.03))
    })();
    let pieces = strip.map(|strip| strip.painted(Paint::State).finish(Finish::Light));
    Model { is_map: true, casts_no_shadow: true, ..Model::of(pieces).role(Role::Setting) }
}

/// Registers all looks of a city.
pub(super) fn register(app: &mut App) {
    for look in [CITY, SIGNAL, VEHICLE, MAPPED] {
        app.register_look(look);
    }
    app.init_resource::<show::Shown>().register_show(show::SHOW);
}
