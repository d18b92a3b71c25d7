//! Falls: a person lies on the floor and can do nothing until somebody helps, or it gets up by itself.

use bevy_ecs::prelude::{Component, World};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::alarms::{self, About};
use super::plugin::Happenings;
use super::wearable::{Wearable, Worn};
use crate::engine::clock::Clock;
use crate::engine::distribution::Distribution;
use crate::engine::identity::{Directory, TwinId};
use crate::engine::queue::{Event, EventKind, EventQueue};
use crate::engine::random::{Purpose, Seed};
use crate::engine::time::{Duration, Time};
use crate::twin::life::{self, Life};
use crate::world::position::Position;

/// How a person falls.
#[derive(Component, Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Falls {
    /// How long it is on its feet until it falls.
    #[schemars(example = json!({"Exponential": {"mean": "400h"}}))]
    pub after: Distribution<Duration>,
    /// How long it lies until it gets up by itself; without it, until somebody helps.
    #[serde(default)]
    #[schemars(example = &"5m")]
    pub recovers: Option<Distribution<Duration>>,
}

/// Whether a person lies on the floor.
#[derive(Component, Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Fallen {
    /// Since when it lies there.
    pub since: Option<Time>,
    /// How often it has fallen.
    pub fell: u64,
    /// How often it has been on its feet again: tells one fall's events from another's.
    pub turn: u64,
    /// How often a fall was noticed.
    pub noticed: u64,
    /// How long it has lain on the floor: nanoseconds, of falls that are over.
    pub lay: i64,
}

impl Fallen {
    /// Whether it lies on the floor.
    pub fn is_down(&self) -> bool {
        self.since.is_some()
    }
}

const AFTER: Purpose = Purpose::new("falls.after");
const RECOVERS: Purpose = Purpose::new("falls.recovers");
const NOTICED: Purpose = Purpose::new("wearable.notices");
const MISTAKEN: Purpose = Purpose::new("wearable.mistaken");

/// Gives everybody who can fall a first fall, and wearables a first mistake.
pub(super) fn begin(world: &mut World) {
    let twins: Vec<_> = world.resource::<Directory>().twins().map(|(twin, entity, _)| (twin, entity)).collect();
    for (twin, entity) in twins {
        if world.get::<Falls>(entity).is_some() {
            world.entity_mut(entity).insert(Fallen::default());
            plan_fall(world, twin);
        }
        plan_mistake(world, twin);
    }
}

fn entity(world: &World, twin: TwinId) -> Option<bevy_ecs::prelude::Entity> {
    world.resource::<Directory>().entity(twin)
}

fn push(world: &mut World, after: Duration, kind: EventKind, twin: TwinId, arg: u64) {
    let at = world.resource::<Clock>().now + after;
    world.resource_mut::<EventQueue>().push(Event { at, kind, twin, arg });
}

/// The next fall, from now on.
fn plan_fall(world: &mut World, twin: TwinId) {
    let Some(entity) = entity(world, twin) else { return };
    let (Some(falls), Some(fallen)) = (world.get::<Falls>(entity), world.get::<Fallen>(entity)) else { return };
    let turn = fallen.turn;
    let after = falls.after.sample(&mut world.resource::<Seed>().stream(twin.0, AFTER, turn));
    let kind = world.resource::<Happenings>().fall;
    push(world, after, kind, twin, turn);
}

/// Somebody falls, unless it is put aside: then it does not, this time.
pub(super) fn fall(world: &mut World, event: Event) {
    let twin = event.twin;
    let Some(entity) = entity(world, twin) else { return };
    let is_active = world.get::<Life>(entity) == Some(&Life::Active);
    let now = world.resource::<Clock>().now;
    let Some(mut fallen) = world.get_mut::<Fallen>(entity).filter(|fallen| fallen.turn == event.arg) else { return };
    if !is_active {
        fallen.turn += 1;
        return plan_fall(world, twin);
    }
    (fallen.since, fallen.fell) = (Some(now), fallen.fell + 1);
    // Put aside: all that it did is broken off, and it decides nothing.
    let suspended = life::change(world, twin, Life::Suspended, "fell");
    debug_assert!(suspended.is_ok(), "who is active can be put aside");
    let seed = *world.resource::<Seed>();
    let recovers = world.get::<Falls>(entity).and_then(|falls| falls.recovers.clone());
    let Happenings { recover, notice, .. } = *world.resource::<Happenings>();
    if let Some(recovers) = recovers {
        let after = recovers.sample(&mut seed.stream(twin.0, RECOVERS, event.arg));
        push(world, after, recover, twin, event.arg);
    }
    let (Some(wearable), Some(worn)) = (world.get::<Wearable>(entity), world.get::<Worn>(entity)) else { return };
    if worn.is_on() && seed.stream(twin.0, NOTICED, event.arg).uniform() < wearable.detects {
        let after = wearable.notices_after;
        push(world, after, notice, twin, event.arg);
    }
}

/// It gets up by itself.
pub(super) fn recover(world: &mut World, event: Event) {
    if is_down_since(world, event).is_some() {
        get_up(world, event.twin, "got up by itself");
    }
}

/// The moment of the fall that an event is about, if it is still on the floor.
fn is_down_since(world: &World, event: Event) -> Option<Time> {
    let fallen = world.get::<Fallen>(entity(world, event.twin)?)?;
    fallen.since.filter(|_| fallen.turn == event.arg)
}

/// Its wearable gives the alarm.
pub(super) fn notice(world: &mut World, event: Event) {
    let Some(since) = is_down_since(world, event) else { return };
    let Some(entity) = entity(world, event.twin) else { return };
    if let Some(mut fallen) = world.get_mut::<Fallen>(entity) {
        fallen.noticed += 1;
    }
    let seconds = (event.at - since).seconds();
    let at = found_at(world, event.twin);
    alarms::raise(world, event.twin, About::Fall, since, at, seconds, true);
}

/// Where its wearable has found somebody last; where it is, if it has not measured.
fn found_at(world: &World, twin: TwinId) -> [f64; 2] {
    let Some(entity) = entity(world, twin) else { return [0.0; 2] };
    let measured = world.get::<Worn>(entity).and_then(|worn| worn.measured);
    measured.unwrap_or_else(|| world.get::<Position>(entity).map_or([0.0; 2], |position| [position.x, position.y]))
}

/// The next time a wearable is mistaken, from now on.
fn plan_mistake(world: &mut World, twin: TwinId) {
    let Some(entity) = entity(world, twin) else { return };
    let (Some(wearable), Some(worn)) = (world.get::<Wearable>(entity), world.get::<Worn>(entity)) else { return };
    let Some(after) = &wearable.false_falls else { return };
    let after = after.sample(&mut world.resource::<Seed>().stream(twin.0, MISTAKEN, worn.false_falls));
    let kind = world.resource::<Happenings>().mistake;
    push(world, after, kind, twin, 0);
}

/// A wearable takes something else for a fall.
pub(super) fn mistake(world: &mut World, event: Event) {
    let twin = event.twin;
    let Some(entity) = entity(world, twin) else { return };
    let is_active = world.get::<Life>(entity) == Some(&Life::Active);
    let Some(mut worn) = world.get_mut::<Worn>(entity) else { return };
    worn.false_falls += 1;
    if worn.is_on() && is_active {
        let at = found_at(world, twin);
        alarms::raise(world, twin, About::Fall, event.at, at, 0.0, false);
    }
    plan_mistake(world, twin);
}

/// Whoever lies on the floor is on its feet again. Returns whether it lay there.
pub(super) fn get_up(world: &mut World, twin: TwinId, cause: &str) -> bool {
    let is_up = stand(world, twin, cause);
    if is_up {
        let activated = life::change(world, twin, Life::Active, cause);
        debug_assert!(activated.is_ok(), "who was put aside can go on");
    }
    is_up
}

/// Notes that somebody is on its feet again.
fn stand(world: &mut World, twin: TwinId, cause: &str) -> bool {
    let now = world.resource::<Clock>().now;
    let Some(entity) = entity(world, twin) else { return false };
    let Some(since) = world.get::<Fallen>(entity).and_then(|fallen| fallen.since) else { return false };
    alarms::fall_is_over(world, twin, since, now, cause);
    if let Some(mut fallen) = world.get_mut::<Fallen>(entity) {
        fallen.since = None;
        fallen.turn += 1;
        fallen.lay += (now - since).nanos();
    }
    plan_fall(world, twin);
    true
}

/// Whoever is set to work again by a command is on its feet.
pub(super) fn on_life_change(world: &mut World, twin: TwinId, life: Life) {
    match life {
        Life::Active => _ = stand(world, twin, "set to work again"),
        Life::Retired => alarms::leave(world, twin),
        Life::Created | Life::Suspended => {}
    }
}
