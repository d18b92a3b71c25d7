//! Metrics: quantities sampled at regular times, the warm-up's end, and digests at intervals.

use std::borrow::Cow;

use bevy_app::{App, Plugin};
use bevy_ecs::prelude::{Resource, World};
use serde::{Deserialize, Serialize};

use crate::engine::clock::{Clock, Periodic};
use crate::engine::identity::TwinId;
use crate::engine::queue::EventQueue;
use crate::engine::simulation::EngineApp;
use crate::engine::stage::Stage;
use crate::engine::time::{Duration, Time};

use super::indicators;
use super::table::{Cell, Column, ColumnType, Names, Row, Table, TableApp};

/// One sample of a metric.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    /// When.
    pub at: Time,
    /// Of what.
    pub name: Cow<'static, str>,
    /// Of whom; [`TwinId::NONE`] for the whole world.
    pub twin: TwinId,
    /// How much.
    pub value: f64,
}

/// Takes a sample: its name, whose it is ([`TwinId::NONE`] for the whole world's), its value.
pub type Put<'a> = &'a mut dyn FnMut(Cow<'static, str>, TwinId, f64);

/// A way to sample metrics from the world.
pub type Gauge = fn(&World, Put);

/// The registered gauges.
#[derive(Resource, Default)]
struct Gauges(Vec<Gauge>);

/// When the world is looked at. Part of the world's state, since it decides when steps end.
#[derive(Resource, Clone, Debug, Default, Serialize, Deserialize)]
pub struct Rhythm {
    samples: Option<Periodic>,
    warmup: Option<Time>,
    digests: Option<Periodic>,
    /// Set when a digest is due; whoever takes it sets it back. No part of the state: it says what outside eyes do.
    #[serde(skip)]
    pub digest_due: bool,
}

/// What a plugin can add to the metrics.
pub trait MetricApp {
    /// Registers a gauge.
    fn register_gauge(&mut self, gauge: Gauge) -> &mut Self;
}

impl MetricApp for App {
    fn register_gauge(&mut self, gauge: Gauge) -> &mut Self {
        self.world_mut().get_resource_or_init::<Gauges>().0.push(gauge);
        self
    }
}

/// Registers the table `metrics`, the warm-up and their rhythm.
pub struct MetricPlugin;

impl Plugin for MetricPlugin {
    fn build(&self, app: &mut App) {
        app.init_resource::<Gauges>();
        app.init_state::<Rhythm>("rhythm").register_table::<Sample>().add_step_systems(Stage::Settle, observe);
        app.register_redraw(look_away);
    }
}

/// Sets the rhythm before the first step.
pub fn start(world: &mut World, sample_every: Option<Duration>, warmup: Duration, digest_every: Duration) {
    let rhythm = Rhythm {
        samples: sample_every.map(Periodic::new),
        warmup: (!warmup.is_zero()).then_some(Time::ZERO + warmup),
        digests: Some(Periodic::new(digest_every)),
        digest_due: false,
    };
    let mut queue = world.resource_mut::<EventQueue>();
    let beats = rhythm.samples.iter().chain(&rhythm.digests);
    beats.for_each(|beat| queue.wake_to_watch(beat.next()));
    rhythm.warmup.iter().for_each(|end| queue.wake_to_watch(*end));
    world.insert_resource(rhythm);
}

/// Nobody watches what might be: nothing is sampled there, and the end of the warm-up, which is only for those who watch, does not
/// set back what twins read of the world.
fn look_away(world: &mut World) {
    world.insert_resource(Rhythm::default());
}

fn observe(world: &mut World) {
    let now = world.resource::<Clock>().now;
    if world.resource::<Rhythm>().warmup.is_some_and(|end| now >= end) {
        world.resource_mut::<Rhythm>().warmup = None;
        indicators::reset(world);
    }
    if beat(world, now, |rhythm| &mut rhythm.digests) {
        world.resource_mut::<Rhythm>().digest_due = true;
    }
    if beat(world, now, |rhythm| &mut rhythm.samples) {
        take_samples(world, now);
    }
}

/// Whether a rhythm's beat has come; asks for its next one if so.
fn beat(world: &mut World, now: Time, which: fn(&mut Rhythm) -> &mut Option<Periodic>) -> bool {
    let mut rhythm = world.resource_mut::<Rhythm>();
    let Some(periodic) = which(&mut rhythm).as_mut().filter(|periodic| now >= periodic.next()) else { return false };
    periodic.due(now);
    let next = periodic.next();
    world.resource_mut::<EventQueue>().wake_to_watch(next);
    true
}

fn take_samples(world: &mut World, now: Time) {
    let mut samples = Vec::new();
    for gauge in &world.resource::<Gauges>().0 {
        gauge(world, &mut |name, twin, value| samples.push(Sample { at: now, name, twin, value }));
    }
    let mut table = world.resource_mut::<Table<Sample>>();
    samples.into_iter().for_each(|sample| table.push(sample));
}

impl Row for Sample {
    const TABLE: &'static str = "metrics";
    const ABOUT: &'static str = "Quantities sampled at regular times.";
    const COLUMNS: &'static [Column] = &[
        Column::new("time", ColumnType::Float, "when, in seconds"),
        Column::new("name", ColumnType::Text, "of what"),
        Column::new("twin", ColumnType::Text, "of whom; empty for the whole world"),
        Column::new("value", ColumnType::Float, "how much"),
    ];

    fn cells(self, names: &Names) -> Vec<Cell> {
        vec![
            Cell::Float(self.at.seconds()),
            Cell::Text(self.name.into()),
            names.twin(self.twin),
            Cell::Float(self.value),
        ]
    }
}
