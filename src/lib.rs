//! Autotwin simulates worlds of **autonomous twins**: digital twins of machines, vehicles, buildings and people that
//! perceive, decide and act.
//!
//! The crate is a library and a program. The program, `autotwin`, runs worlds that are written in RON and needs no
//! compiler; the library lets a Rust user add parts, systems and whole domains, which are then at once available in RON.
//!
//! # What it promises
//!
//! * A run is a function of scene, seed, inputs and version: its digest is bit-identical for any number of threads.
//! * Randomness is addressed by (seed, twin, purpose, counter), never drawn from a shared stream.
//! * Time is an integer count of nanoseconds. Where nothing ticks, the clock jumps from event to event.
//! * Bad input stops a run before it starts, with file, line, column and a cure.
//!
//! # What not to assume
//!
//! * That a query visits twins in any order: go by [`TwinId`](prelude::TwinId) where order matters.
//! * That state which is not registered survives: it is cache, and may be dropped between any two steps.
//! * That two versions give the same digest.
//!
//! # Where things are
//!
//! [`engine`] steps worlds and knows no domain; [`world`] says where things are; [`twin`] is what every twin can have;
//! [`scene`] reads and checks RON; [`look`] says what can be seen of a world; [`record`] writes results; [`factory`] and
//! [`safety`] are domains, and [`city`] is becoming one; [`abm`] has models of many small agents; [`learn`] trains models for scenes; [`run`] makes runs of scenes, [`study`] many of them; `viewer` (a feature) shows them in 3D; [`cli`]
//! is the program. `learn` needs `scene` and is needed by `cli` alone; for the others, dependencies point
//! downwards only: `cli → {viewer, study} → run → {factory, safety, city, abm} → record → look → scene → twin → world → engine`.

pub mod abm;
pub mod city;
pub mod cli;
pub mod engine;
pub mod factory;
pub mod learn;
pub mod look;
pub mod record;
pub mod run;
pub mod safety;
pub mod scene;
pub mod study;
pub mod twin;
#[cfg(feature = "viewer")]
pub mod viewer;
pub mod world;

/// What a program that uses the library needs most.
pub mod prelude {
    pub use bevy_app::{App, Plugin};
    pub use bevy_ecs::prelude::{Commands, Component, Entity, In, Query, Res, ResMut, Resource, With, Without, World};
    pub use schemars::JsonSchema;
    pub use serde::{Deserialize, Serialize};

    pub use crate::abm::census::Census;
    pub use crate::abm::model::{Model, ModelApp, Turn};
    pub use crate::abm::population::{Fate, Occupants, Population};
    pub use crate::engine::clock::Clock;
    pub use crate::engine::distribution::Distribution;
    pub use crate::engine::identity::{Directory, TwinId, TwinName};
    pub use crate::engine::journal::Journal;
    pub use crate::engine::parallel::Pool;
    pub use crate::engine::queue::{Event, EventKind, EventQueue, Priority};
    pub use crate::engine::random::{Purpose, Seed, Stream};
    pub use crate::engine::simulation::{EngineApp, Simulation};
    pub use crate::engine::stage::Stage;
    pub use crate::engine::time::{Duration, Time};
    pub use crate::look::picture::{self, Picture, PictureApp};
    pub use crate::record::indicators::{Indicator, IndicatorApp};
    pub use crate::record::metrics::{MetricApp, Put};
    pub use crate::record::report::{ReportApp, ReportFigure, ReportSection};
    pub use crate::record::table::{Cell, Column, ColumnType, Names, Row, Table, TableApp};
    pub use crate::run::single::{RunOptions, base_plugins, execute, plugins, prepare};
    pub use crate::scene::load::{load, load_text};
    pub use crate::scene::registry::SceneApp;
    pub use crate::twin::life::{Life, LifeApp};
    pub use crate::twin::messages::{Inbox, Letter, Message, Outbox};
    pub use crate::world::grid::{Edge, Grid, Lattice, Moore, Site, VonNeumann};
    pub use crate::world::network::{Network, Node};
    pub use crate::world::plane::{Area, Group, Lanes, Near, Placed, Plane, square};
}
