//! What a twin is about: what it weighs, where it goes, and how far its sensors see.

use bevy_ecs::prelude::World;

use crate::engine::clock::Clock;
use crate::engine::identity::{Directory, TwinId};
use crate::twin::faculties::FacultyTable;
use crate::twin::sensors::Cone;
use crate::twin::sensors::imperfection::Measured;
use crate::twin::step::trace::{Decision, consider};
use crate::world::space::Point;
use crate::world::travel::Travel;

/// What a twin with faculties is about.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Intent {
    /// What it knows and weighs, if it has a mind.
    pub weighs: Option<Decision>,
    /// The corners of its way, from where it is: metres. Empty while it stands.
    pub route: Vec<Point>,
    /// What its sensors of proximity see.
    pub cones: Vec<Cone>,
}

/// What a twin is about now. None if it neither senses nor decides nor goes anywhere.
pub fn intent_of(world: &World, twin: TwinId) -> Option<Intent> {
    let parts = world.entity(world.resource::<Directory>().entity(twin)?);
    let now = world.resource::<Clock>().now;
    let make = world.resource::<FacultyTable>().of(twin);
    let travel = parts.get::<Travel>();
    if make.is_none() && travel.is_none() {
        return None;
    }
    let on = travel.and_then(|travel| Some((travel, travel.at(now)?)));
    let route = on
        .into_iter()
        .flat_map(|(travel, on)| std::iter::once(on.at).chain(travel.legs[on.leg..].iter().map(|leg| leg.to)));
    let instruments = make.into_iter().flat_map(|make| &make.instruments);
    let cones = instruments.filter_map(|instrument| match &instrument.measured {
        Measured::World(sensor) => sensor.cone(),
        Measured::Formula(_) => None,
    });
    Some(Intent { weighs: consider(world, twin), route: route.collect(), cones: cones.collect() })
}
