//! Twins: parts that do not go together or do nothing, and what machines are set up for.

use std::collections::BTreeSet;

use bevy_ecs::prelude::EntityRef;

use crate::factory::control::breakdown::Breakdown;
use crate::factory::control::maintenance::{Maintenance, Wear};
use crate::factory::control::setup::Setup;
use crate::factory::control::standby::Standby;
use crate::factory::dispatch::thrift::Thrift;
use crate::factory::energy::battery::{Battery, Charger};
use crate::factory::energy::power::Power;
use crate::factory::machine::Machine;
use crate::factory::people::worker::Worker;
use crate::factory::transport::conveyor::Conveyor;
use crate::factory::transport::rack::Rack;
use crate::factory::transport::vehicle::{Station, Vehicle};
use crate::scene::expand::{place_for, written_for};
use crate::scene::problem::Problems;
use crate::scene::syntax::{Node, Span};

use super::{Once, Scene, complain, did_you_mean};

/// The most jobs that all machines of a scene may be able to work on at a time: each such slot takes memory.
const MOST_SLOTS: u64 = 10_000_000;

pub(super) fn check(scene: Scene, problems: &mut Problems) {
    check_roles(scene, problems);
    check_idle_parts(scene, problems);
    check_slots(scene, problems);
    check_families(scene, problems);
}

/// The parts that say what a twin is. One thing cannot be two.
fn roles(twin: EntityRef) -> Vec<&'static str> {
    let roles = [
        ("machine", twin.contains::<Machine>()),
        ("vehicle", twin.contains::<Vehicle>()),
        ("worker", twin.contains::<Worker>()),
        ("rack", twin.contains::<Rack>()),
        ("charger", twin.contains::<Charger>()),
        ("conveyor", twin.contains::<Conveyor>()),
    ];
    roles.into_iter().filter(|(_, is_there)| *is_there).map(|(role, _)| role).collect()
}

fn check_roles(scene: Scene, problems: &mut Problems) {
    let mut once = Once::default();
    for (name, twin) in scene.twins() {
        if let [first, second, ..] = roles(twin).as_slice() {
            let message = format!("`{name}` is both a {first} and a {second}");
            once.complain(scene.part(name, second).key_place(), message, "make two twins of it", problems);
        }
    }
}

/// Parts that only do something beside another.
fn check_idle_parts(scene: Scene, problems: &mut Problems) {
    let mut once = Once::default();
    for (name, twin) in scene.twins() {
        let (is_machine, is_vehicle) = (twin.contains::<Machine>(), twin.contains::<Vehicle>());
        let parts = [
            (
                "breakdown",
                "machine",
                twin.contains::<Breakdown>() && !is_machine && !is_vehicle && !twin.contains::<Conveyor>(),
            ),
            ("setup", "machine", twin.contains::<Setup>() && !is_machine),
            ("standby", "machine", twin.contains::<Standby>() && !is_machine),
            ("thrift", "machine", twin.contains::<Thrift>() && !is_machine),
            ("wear", "machine", twin.contains::<Wear>() && !is_machine),
            ("maintenance", "machine", twin.contains::<Maintenance>() && !is_machine),
            ("power", "machine", twin.contains::<Power>() && !is_machine),
            ("battery", "vehicle", twin.contains::<Battery>() && !is_vehicle),
        ];
        for (part, role, _) in parts.into_iter().filter(|(.., is_idle)| *is_idle) {
            let message = format!("`{name}` has a part `{part}` and is no {role}");
            let help = format!("give it a part `{role}` too, such as {role}: ()");
            once.complain(scene.part(name, part).place(), message, help, problems);
        }
        let moves = [("vehicle", is_vehicle), ("worker", twin.contains::<Worker>())];
        for (role, _) in moves.into_iter().filter(|(_, moves)| *moves && twin.contains::<Station>()) {
            let message = format!("`{name}` has a part `station` and is a {role}");
            let help =
                "vehicles stop at machines, racks and chargers, and where nothing but a `station` is: leave it out";
            once.complain(scene.part(name, "station").place(), message, help, problems);
        }
    }
}

fn check_slots(scene: Scene, problems: &mut Problems) {
    let mut slots = 0;
    for (name, machine) in scene.with::<Machine>() {
        slots += u64::from(machine.capacity);
        if slots > MOST_SLOTS {
            let message = format!("the machines of the scene can work on more than {MOST_SLOTS} jobs at a time");
            let place = scene.part(name, "machine").to("capacity").place();
            return complain(place, message, "lower `capacity`, or have fewer machines", problems);
        }
    }
}

/// A set-up for a family that no operation has is most likely a slip of the pen.
fn check_families(scene: Scene, problems: &mut Problems) {
    let families: BTreeSet<&str> = scene.plan().families.iter().map(|family| &**family).collect();
    let known = || families.iter().copied().filter(|family| !family.is_empty());
    let mut once = Once::default();
    for (twin, setup) in scene.with::<Setup>() {
        let changes = setup.changes.iter().flat_map(|change| [&change.from, &change.to]);
        for family in setup.initial.iter().chain(changes).filter(|family| *family != "*") {
            if !families.contains(family.as_str()) {
                let message = format!("no operation has the set-up family `{family}` that `{twin}` knows");
                let help = did_you_mean(family, known(), "no operation has a `family`");
                once.complain(setup_place(scene.root, twin, family), message, help, problems);
            }
        }
    }
}

/// Where a family is named in the set-up of a twin.
fn setup_place(root: &Node, twin: &str, family: &str) -> Span {
    let setups = written_for(root, twin).into_iter().filter_map(|written| written.get("setup"));
    setups.filter_map(|setup| find_text(setup, family)).next().unwrap_or_else(|| place_for(root, twin, &["setup"]))
}

fn find_text(node: &Node, text: &str) -> Option<Span> {
    use crate::scene::syntax::Value;
    match &node.value {
        Value::Str(found) if &**found == text => Some(node.span),
        Value::List(items) => items.iter().find_map(|item| find_text(item, text)),
        Value::Tuple(tuple) => tuple.items.iter().find_map(|item| find_text(item, text)),
        Value::Map(entries) => entries.iter().find_map(|(_, value)| find_text(value, text)),
        Value::Struct(value) => value.fields.iter().find_map(|field| find_text(&field.value, text)),
        _ => None,
    }
}
