//! When the watch looks: at every tick, or as often as its author says.

use bevy_ecs::prelude::{Res, ResMut, Resource, World};
use serde::{Deserialize, Serialize};

use super::falls;
use super::readings::Guarded;
use super::settings::Safety;
use super::sight::Watched;
use super::wearable::{self, Wearable};
use crate::engine::clock::{Clock, Periodic};
use crate::engine::identity::{Directory, TwinId};
use crate::engine::queue::EventQueue;

/// When the watch looks next; none if there is nothing to watch.
#[derive(Resource, Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub struct Looks {
    beat: Option<Periodic>,
    /// How often it has looked.
    pub count: u64,
}

/// Whether it is time to look.
pub(super) fn is_due(clock: Res<Clock>, looks: Res<Looks>) -> bool {
    looks.beat.is_some_and(|beat| beat.next() <= clock.now)
}

/// Notes that it has looked, and asks for the next look. Where nobody does anything any more it need not: then the world has ended.
pub(super) fn note_look(clock: Res<Clock>, mut looks: ResMut<Looks>, mut queue: ResMut<EventQueue>) {
    let looks = &mut *looks;
    looks.count += 1;
    if let Some(beat) = &mut looks.beat {
        beat.due(clock.now);
        queue.wake_to_watch(beat.next());
    }
}

/// Whether a world has anything to watch.
pub(super) fn is_wanted(world: &World) -> bool {
    let wears = || world.resource::<Directory>().twins().any(|(_, entity, _)| world.get::<Wearable>(entity).is_some());
    !world.resource::<Watched>().all.twins().is_empty() || wears()
}

/// Gives everybody who is watched what it can know, and sets the rhythm, before the first step.
pub(super) fn begin(world: &mut World) {
    let watched: Vec<TwinId> = world.resource::<Watched>().all.twins().to_vec();
    for twin in watched {
        if let Some(entity) = world.resource::<Directory>().entity(twin) {
            world.entity_mut(entity).insert(Guarded::default());
        }
    }
    wearable::begin(world);
    falls::begin(world);
    let tick = world.resource::<Clock>().tick.map(|tick| tick.every);
    let every = world.resource::<Safety>().every.or(tick).filter(|every| !every.is_zero());
    if let Some(every) = every.filter(|_| is_wanted(world)) {
        let beat = Periodic::new(every);
        world.resource_mut::<Looks>().beat = Some(beat);
        world.resource_mut::<EventQueue>().wake_to_watch(beat.next());
    }
}
