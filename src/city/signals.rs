//! Signals that think: twins that govern signals by max-pressure.
//!
//! ```text
//!  Sense    hear ─▶ see        what neighbours have told of their queues; the queues before its own signals
//!  Analyse  press              how much more wait before each green phase than beyond it
//!  Decide   decide             the phase with the greatest pressure, unless green is too short or somebody has waited too long
//!  Act      tell               those upstream: how long its queues are
//!  Settle   lead               traffic is led to the phase that is wanted; amber and clearing times are those of the programme
//! ```
//!
//! A twin knows its own queues as it sees them, and those of its neighbours as it was told last. Letters go as all letters do: by radio, if the twins
//! have some. Who tells nothing counts as if nobody waited there.

mod check;
mod pressure;
mod reasons;
pub mod settings;
mod step;
mod view;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use bevy_app::App;
use bevy_ecs::prelude::{Component, Entity, IntoScheduleConfigs, World};
use serde::{Deserialize, Serialize};

use self::settings::{Signalling, SignalsPart};
use self::view::Views;
use super::settings::City;
use super::traffic::Traffic;
use super::traffic::signals::Lead;
use crate::engine::clock::Clock;
use crate::engine::fork::copy_cache;
use crate::engine::identity::{Directory, TwinId};
use crate::engine::queue::EventQueue;
use crate::engine::simulation::EngineApp;
use crate::engine::stage::Stage;
use crate::engine::time::Time;
use crate::scene::registry::SceneApp;
use crate::twin::actions::Outcome;
use crate::twin::expression::Type;
use crate::twin::life::{Life, LifeApp};
use crate::twin::messages::{Inbox, Outbox, deliver};
use crate::twin::readable::{Quantity, ReadableApp, Seen};
use crate::twin::step::look::look;
use crate::twin::step::trace::{DeciderApp, Tracing};

/// What a twin that governs signals knows, and what it wants.
#[derive(Component, Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Governing {
    /// When it decides next.
    next: Time,
    /// How many want to take each of its turns.
    queues: Vec<f64>,
    /// Since when somebody has waited for each of its turns without having green meanwhile.
    waits_since: Vec<Option<Time>>,
    /// The queues on lanes, by their names: on its own as it has seen, on others as it was told last.
    known: BTreeMap<Arc<str>, Queue>,
    /// The pressure of each of its green phases.
    pressures: Vec<f64>,
    /// The phase that it wants.
    wants: Option<usize>,
    /// The phase to which it leads the signals.
    leads_to: Option<usize>,
    /// How often it has led them to another.
    changes: u32,
}

/// How many wait on a lane, as somebody has seen it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
struct Queue {
    vehicles: f64,
    seen: Time,
}

/// Registers twins that govern signals. Comes after traffic.
pub(super) fn register(app: &mut App) {
    app.register_part::<SignalsPart>("signals")
        .register_state_part::<Governing>("governing")
        .init_resource::<Views>()
        .register_cache(Views::rebuild, &[copy_cache::<Views>])
        .register_twins(twins_of_the_town)
        .register_check(check::check)
        .on_start(begin)
        .on_life_change(on_life_change)
        .register_decider(reasons::consider)
        .add_step_systems(Stage::Sense, step::hear.before(look))
        .add_step_systems(Stage::Sense, step::see.after(step::hear).run_if(step::is_anybody_due))
        .add_step_systems(Stage::Analyse, step::press.run_if(step::is_anybody_due))
        .add_step_systems(Stage::Decide, step::decide.run_if(step::is_anybody_due))
        .add_step_systems(Stage::Act, step::tell.run_if(step::is_anybody_due))
        .add_step_systems(Stage::Settle, step::lead.before(deliver));
    for quantity in QUANTITIES {
        app.register_quantity(quantity);
    }
}

/// The twins that a town has whose signals all think: named after the signals.
///
/// Those that are written as twins already are not made again.
fn twins_of_the_town(world: &World) -> Vec<(String, SignalsPart)> {
    let city = world.resource::<City>();
    let Signalling::MaxPressure(max_pressure) = city.signals else { return Vec::new() };
    let written = world.resource::<Directory>().twins();
    let governed: BTreeSet<&str> =
        written.filter_map(|(_, twin, _)| Some(world.get::<SignalsPart>(twin)?.of.as_str())).collect();
    // What is wrong with the streets, the scene's check says.
    let signals = city.town_streets().map(|streets| streets.signals).unwrap_or_default();
    let names = signals.into_iter().map(|signals| signals.name).filter(|name| !governed.contains(name.as_str()));
    names.map(|name| (name.clone(), SignalsPart { of: name, max_pressure })).collect()
}

/// Gives every twin that governs signals what it needs. Comes after the traffic is there.
fn begin(world: &mut World) {
    let mut twins = world.query::<(Entity, &SignalsPart)>();
    let twins: Vec<(Entity, Time)> =
        twins.iter(world).map(|(twin, part)| (twin, Time::ZERO + part.max_pressure.every)).collect();
    for (entity, next) in &twins {
        let mut twin = world.entity_mut(*entity);
        twin.insert(Governing { next: *next, ..Governing::default() });
        // Whoever has a mind besides has them already.
        if !twin.contains::<Outbox>() {
            twin.insert((Outbox::default(), Inbox::default()));
        }
    }
    Views::rebuild(world);
    if world.contains_resource::<Traffic>() {
        let moments: BTreeSet<Time> = twins.iter().map(|(_, next)| *next).collect();
        moments.into_iter().for_each(|next| world.resource_mut::<EventQueue>().wake(next));
    }
}

/// Signals whose twin is put aside or leaves are led by the clock; who takes up work again decides at once.
fn on_life_change(world: &mut World, twin: TwinId, life: Life) {
    let signals = world.resource::<Views>().of(twin).map(|view| view.signals);
    let entity = world.resource::<Directory>().entity(twin);
    let now = world.resource::<Clock>().now;
    let Some(mut governing) = entity.and_then(|entity| world.get_mut::<Governing>(entity)) else { return };
    if life == Life::Active {
        governing.next = now;
        world.resource_mut::<EventQueue>().wake(now);
        return;
    }
    (governing.wants, governing.leads_to) = (None, None);
    let serial = governing.changes;
    world.resource_mut::<Tracing>().end(now, twin, serial, "", &Outcome::Interrupted);
    if let (Some(signals), Some(mut traffic)) = (signals, world.get_resource_mut::<Traffic>()) {
        traffic.lead(signals, Lead::Left);
    }
}

/// The twins that govern signals, by the names of these.
pub(super) fn governors(world: &World) -> BTreeMap<String, TwinId> {
    let twins = world.resource::<Directory>().twins();
    twins.filter_map(|(twin, entity, _)| Some((world.get::<SignalsPart>(entity)?.of.clone(), twin))).collect()
}

fn number() -> Type {
    Type::Number
}

const fn governed(name: &'static str, about: &'static str, read: fn(&Seen, Time) -> Option<f64>) -> Quantity {
    Quantity { name, about, kind: number, fits: |twin| twin.contains::<SignalsPart>(), read }
}

const QUANTITIES: [Quantity; 3] = [
    governed("signals.queue", "How many vehicles are before its signals, as it has seen last.", |twin, _| {
        Some(twin.get::<Governing>()?.queues.iter().sum())
    }),
    governed("signals.pressure", "The greatest pressure of its green phases: vehicles.", |twin, _| {
        twin.get::<Governing>()?.pressures.iter().copied().max_by(f64::total_cmp)
    }),
    governed("signals.phase", "The phase that it wants, counted from 0.", |twin, _| {
        Some(twin.get::<Governing>()?.wants? as f64)
    }),
];
