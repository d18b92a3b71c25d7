//! What a plant looks like: machines, vehicles, people, goods, the hall. One file a kind of thing, and one that tells
//! who watches what there is to be seen.

mod goods;
mod hall;
mod layout;
mod machines;
mod people;
pub(super) mod show;
mod stores;
mod vehicles;

use bevy_app::App;

use crate::look::palette::state;
use crate::look::registry::{Look, LookApp, StateLook, ValueKind, ValueLook};

use super::energy::battery::Charger;
use super::machine::Machine;
use super::people::worker::Worker;
use super::transport::conveyor::Conveyor;
use super::transport::rack::Rack;
use super::transport::vehicle::{Station, Vehicle};

/// The space of [`ThingId`](crate::look::sight::ThingId)s of jobs.
const JOBS: u8 = 1;
/// The space of things that belong to the building.
const BUILDING: u8 = 2;

/// The berths of machines.
mod berth {
    /// Where jobs wait; that of racks, vehicles, stations and belts too.
    pub const IN: u8 = 0;
    /// Where jobs are worked on.
    pub const WORK: u8 = 1;
    /// Where finished jobs wait.
    pub const OUT: u8 = 2;
}

const fn value(name: &'static str, kind: ValueKind) -> ValueLook {
    ValueLook { name, kind }
}

const MACHINE: Look = Look {
    name: "machine",
    // In the order of `Condition::ALL`.
    states: &[
        StateLook::still("starved", state::IDLE),
        StateLook::still("setup", state::SETUP),
        StateLook::active("working", state::WORKING),
        StateLook::still("blocked", state::BLOCKED),
        StateLook::alarm("down", state::DOWN),
        StateLook::still("suspended", state::OFF),
        StateLook::still("waiting", state::WAITING),
        StateLook::still("maintenance", state::MAINTENANCE),
        StateLook::still("off", state::OFF),
        StateLook::still("standby", state::OFF),
        StateLook::still("waking", state::SETUP),
    ],
    values: &[
        value("job", ValueKind::Thing),
        value("waiting", ValueKind::Count),
        value("done", ValueKind::Count),
        value("crew", ValueKind::Thing),
    ],
    fits: |twin| twin.contains::<Machine>(),
    models: machines::models,
    model: machines::model,
    is_labelled: true,
};

const VEHICLE: Look = Look {
    name: "vehicle",
    // In the order of `Motion::ALL`.
    states: &[
        StateLook::still("idle", state::IDLE),
        StateLook::active("driving", state::SETUP),
        StateLook::active("carrying", state::WORKING),
        StateLook::still("loading", state::WAITING),
        StateLook::still("waiting", state::BLOCKED),
        StateLook::still("charging", state::MAINTENANCE),
        StateLook::alarm("down", state::DOWN),
        StateLook::still("suspended", state::OFF),
    ],
    values: &[
        value("goes to", ValueKind::Thing),
        value("load", ValueKind::Count),
        value("charge", ValueKind::Share),
        value("delivered", ValueKind::Count),
    ],
    fits: |twin| twin.contains::<Vehicle>(),
    models: Vec::new,
    model: vehicles::model,
    is_labelled: true,
};

const WORKER: Look = Look {
    name: "worker",
    // In the order of `Doing::ALL`.
    states: &[
        StateLook::still("off", state::OFF),
        StateLook::still("break", state::MAINTENANCE),
        StateLook::still("free", state::IDLE),
        StateLook::still("walking", state::SETUP),
        StateLook::active("working", state::WORKING),
        StateLook::still("suspended", state::OFF),
    ],
    values: &[value("at", ValueKind::Thing), value("task", ValueKind::Word), value("tasks", ValueKind::Count)],
    fits: |twin| twin.contains::<Worker>(),
    models: Vec::new,
    model: people::model,
    is_labelled: true,
};

const RACK: Look = Look {
    name: "rack",
    states: &[StateLook::still("in use", state::WORKING)],
    values: &[value("held", ValueKind::Count), value("promised", ValueKind::Count)],
    fits: |twin| twin.contains::<Rack>(),
    models: Vec::new,
    model: stores::rack,
    is_labelled: true,
};

const CONVEYOR: Look = Look {
    name: "conveyor",
    states: &[
        StateLook::active("running", state::WORKING),
        StateLook::alarm("down", state::DOWN),
        StateLook::still("suspended", state::OFF),
    ],
    values: &[value("riding", ValueKind::Count), value("carried", ValueKind::Count)],
    fits: |twin| twin.contains::<Conveyor>(),
    models: Vec::new,
    model: stores::conveyor,
    is_labelled: true,
};

const CHARGER: Look = Look {
    name: "charger",
    states: &[StateLook::still("free", state::IDLE), StateLook::active("charging", state::WORKING)],
    values: &[value("vehicle", ValueKind::Thing)],
    fits: |twin| twin.contains::<Charger>(),
    models: Vec::new,
    model: vehicles::charger,
    is_labelled: true,
};

const STATION: Look = Look {
    name: "station",
    states: &[StateLook::still("open", state::WORKING)],
    values: &[],
    fits: |twin| twin.contains::<Station>(),
    models: Vec::new,
    model: stores::station,
    is_labelled: true,
};

const JOB: Look = Look {
    name: "job",
    states: &[
        StateLook::still("released", state::IDLE),
        StateLook::still("waiting", state::WAITING),
        StateLook::active("worked on", state::WORKING),
        StateLook::still("finished", state::BLOCKED),
        StateLook::still("carried", state::SETUP),
        StateLook::still("on a belt", state::SETUP),
        StateLook::still("in stock", state::MAINTENANCE),
        StateLook::still("part of a kit", state::WAITING),
    ],
    values: &[
        value("operation", ValueKind::Word),
        value("due", ValueKind::Moment),
        value("operations done", ValueKind::Count),
    ],
    fits: |_| false,
    models: Vec::new,
    model: goods::model,
    is_labelled: false,
};

const HALL: Look = Look {
    name: "hall",
    states: &[StateLook::still("there", state::IDLE)],
    values: &[],
    fits: |_| false,
    models: Vec::new,
    model: hall::model,
    is_labelled: false,
};

/// Registers all looks of a plant.
pub(super) fn register(app: &mut App) {
    for look in [MACHINE, VEHICLE, WORKER, RACK, CONVEYOR, CHARGER, STATION, JOB, HALL] {
        app.register_look(look);
    }
    app.init_resource::<layout::Layout>().init_resource::<show::Touched>().register_show(show::SHOW);
}
