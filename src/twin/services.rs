//! Places that several twins share: chargers, tools, doors. Whoever wants one claims it, and gets it when it is free.

use bevy_ecs::prelude::{Component, World};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::life::Life;
use super::readable::Seen;
use crate::engine::identity::{Directory, TwinId};

/// What others can use, a few at a time: a charger, a tool, a door. They claim it by the action `Claim`.
#[derive(Component, Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Service {
    /// How many can use it at a time.
    #[schemars(range(min = 1))]
    pub places: u32,
}

impl Default for Service {
    fn default() -> Self {
        Service { places: 1 }
    }
}

/// Who has a place, and who waits for one.
#[derive(Component, Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Claims {
    /// Who has one.
    pub holders: Vec<TwinId>,
    /// Who waits, in the order of arrival.
    pub line: Vec<TwinId>,
}

/// How many places a twin has free. None, unless it is at work.
pub fn free(twin: &Seen) -> u32 {
    let at_work = twin.get::<Life>().is_none_or(|life| *life == Life::Active);
    let (Some(service), Some(claims)) = (twin.get::<Service>().filter(|_| at_work), twin.get::<Claims>()) else {
        return 0;
    };
    service.places.saturating_sub(claims.holders.len() as u32)
}

/// How many places a twin has free, and how many wait for one.
pub fn state(world: &World, twin: TwinId) -> Option<(u32, usize)> {
    let parts = world.entity(world.resource::<Directory>().entity(twin)?);
    let at_work = parts.get::<Life>().is_none_or(|life| *life == Life::Active);
    let (service, claims) = (parts.get::<Service>()?, parts.get::<Claims>()?);
    let free = service.places.saturating_sub(claims.holders.len() as u32);
    Some((if at_work { free } else { 0 }, claims.line.len()))
}

/// Gives a twin a place.
pub fn hold(world: &mut World, service: TwinId, twin: TwinId) {
    with(world, service, |claims| {
        claims.line.retain(|other| *other != twin);
        claims.holders.push(twin);
    });
}

/// Lets a twin wait for a place.
pub fn queue_up(world: &mut World, service: TwinId, twin: TwinId) {
    with(world, service, |claims| claims.line.push(twin));
}

/// A twin gives up its place, or its place in the line.
pub fn leave(world: &mut World, service: TwinId, twin: TwinId) {
    with(world, service, |claims| {
        claims.holders.retain(|other| *other != twin);
        claims.line.retain(|other| *other != twin);
    });
}

/// Who is first in the line of a twin that has a place free.
pub fn next_in_line(world: &World, service: TwinId) -> Option<TwinId> {
    let (free, _) = state(world, service)?;
    let parts = world.entity(world.resource::<Directory>().entity(service)?);
    parts.get::<Claims>()?.line.first().copied().filter(|_| free > 0)
}

fn with(world: &mut World, service: TwinId, change: impl FnOnce(&mut Claims)) {
    let entity = world.resource::<Directory>().entity(service);
    if let Some(mut claims) = entity.and_then(|entity| world.get_mut::<Claims>(entity)) {
        change(&mut claims);
    }
}
