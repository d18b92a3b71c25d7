//! Models whose whole state is one value, and that go on in steps.

use std::borrow::Cow;
use std::marker::PhantomData;

use bevy_app::App;
use bevy_ecs::prelude::{In, Res, ResMut, Resource, World};
use schemars::JsonSchema;

use crate::engine::identity::TwinId;
use crate::engine::parallel::Pool;
use crate::engine::queue::{Event, EventKind, EventQueue};
use crate::engine::random::{Purpose, Seed, Stream};
use crate::engine::registry::StateResource;
use crate::engine::simulation::EngineApp;
use crate::engine::time::{Duration, Time};
use crate::look::picture::{Picture, PictureApp};
use crate::record::indicators::{Indicator, IndicatorApp};
use crate::record::metrics::{MetricApp, Put};
use crate::record::report::ReportApp;
use crate::scene::registry::SceneApp;

/// A model: its state, and how it goes on.
pub trait Model: StateResource {
    /// What an author sets: a section of the scene.
    type Settings: StateResource + JsonSchema + Default;

    /// The state at the start.
    fn begin(settings: &Self::Settings, turn: &Turn) -> Self;

    /// One step, which takes [`EVERY`].
    fn step(&mut self, settings: &Self::Settings, turn: &Turn);

    /// What is counted of it: names and numbers, for the table of metrics and, at the end, for the indicators.
    fn counts(&self, settings: &Self::Settings, put: &mut dyn FnMut(&'static str, f64));

    /// What it looks like, for the run's folder and its report; none where there is nothing to see.
    fn picture(&self, settings: &Self::Settings) -> Option<Picture> {
        let _ = settings;
        None
    }
}

/// How long a step takes in simulated time: the scene's `run_for` of `"100s"` is a hundred steps.
pub const EVERY: Duration = Duration::from_secs(1);

/// A step of a model: its number, its random numbers, and who does it.
pub struct Turn<'a> {
    /// From 1 on; 0 is the start.
    pub number: u64,
    /// The threads of the run.
    pub pool: &'a Pool,
    seed: Seed,
    purpose: Purpose,
}

/// For the numbers that all agents draw from one after the other.
const SHARED: u64 = u64::MAX;

impl Turn<'_> {
    /// The random numbers of this step, for agents that act one after the other.
    pub fn random(&self) -> Stream {
        self.seed.stream(SHARED, self.purpose, self.number)
    }

    /// The random numbers of one agent in this step, for agents that act at once.
    pub fn random_of(&self, agent: u64) -> Stream {
        self.seed.stream(agent, self.purpose, self.number)
    }
}

/// The events by which a model goes on.
#[derive(Resource)]
struct Steps<M> {
    kind: EventKind,
    purpose: Purpose,
    model: PhantomData<fn() -> M>,
}

/// What a plugin can add to a program.
pub trait ModelApp {
    /// Registers a model: `settings` is the name of its section in scenes, `state` that of what goes on.
    fn register_model<M: Model>(&mut self, settings: &'static str, state: &'static str) -> &mut Self;
}

impl ModelApp for App {
    fn register_model<M: Model>(&mut self, settings: &'static str, state: &'static str) -> &mut Self {
        let [kind] = self.register_events(go_on::<M>);
        self.insert_resource(Steps::<M> { kind, purpose: Purpose::new(state), model: PhantomData })
            .register_section::<M::Settings>(settings)
            .register_state::<M>(state)
            .on_start(begin::<M>)
            .register_report_section(super::report::SECTION)
            .register_picture(picture::<M>)
            .register_gauge(gauge::<M>)
            .register_indicators(indicators::<M>, |_| ())
    }
}

fn begin<M: Model>(world: &mut World) {
    let Steps { kind, purpose, .. } = *world.resource::<Steps<M>>();
    let pool = &world.resource::<Pool>().clone();
    let turn = Turn { number: 0, pool, seed: *world.resource::<Seed>(), purpose };
    let model = M::begin(world.resource::<M::Settings>(), &turn);
    world.insert_resource(model);
    let first = Event { at: Time::ZERO + EVERY, kind, twin: TwinId::NONE, arg: 1 };
    world.resource_mut::<EventQueue>().push(first);
}

fn go_on<M: Model>(
    In(event): In<Event>,
    steps: Res<Steps<M>>,
    settings: Res<M::Settings>,
    mut model: ResMut<M>,
    seed: Res<Seed>,
    pool: Res<Pool>,
    mut queue: ResMut<EventQueue>,
) {
    let turn = Turn { number: event.arg, pool: &pool, seed: *seed, purpose: steps.purpose };
    model.step(&settings, &turn);
    queue.push(Event { at: event.at + EVERY, arg: event.arg + 1, ..event });
}

fn counts<M: Model>(world: &World, put: &mut dyn FnMut(&'static str, f64)) {
    if let Some(model) = world.get_resource::<M>() {
        model.counts(world.resource::<M::Settings>(), put);
    }
}

fn picture<M: Model>(world: &World) -> Option<Picture> {
    world.get_resource::<M>()?.picture(world.resource::<M::Settings>())
}

fn gauge<M: Model>(world: &World, put: Put) {
    counts::<M>(world, &mut |name, count| put(Cow::Borrowed(name), TwinId::NONE, count));
}

fn indicators<M: Model>(world: &World) -> Vec<Indicator> {
    let mut found = Vec::new();
    counts::<M>(world, &mut |name, count| {
        let (name, unit) = (name.to_owned(), String::new());
        found.push(Indicator { name, twin: None, value: Some(count), unit });
    });
    found
}
