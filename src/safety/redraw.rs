//! What nobody can know beforehand is drawn anew, given what has passed: who falls next, who gets up by itself, when a wearable is
//! mistaken, and when an alarm is answered.

use bevy_ecs::prelude::{Mut, World};

use super::falls::Falls;
use super::plugin::Happenings;
use super::settings::Safety;
use super::wearable::Wearable;
use crate::engine::clock::Clock;
use crate::engine::distribution::Distribution;
use crate::engine::identity::Directory;
use crate::engine::queue::{Event, EventKind, EventQueue};
use crate::engine::random::{Purpose, Seed};
use crate::engine::time::Duration;

const REDRAW: Purpose = Purpose::new("safety.redraw");

/// Draws anew what nobody can know.
pub(super) fn redraw(world: &mut World) {
    let (now, seed) = (world.resource::<Clock>().now, *world.resource::<Seed>());
    let kinds = *world.resource::<Happenings>();
    world.resource_scope(|world, mut queue: Mut<EventQueue>| {
        queue.redraw(|event, since| {
            let law = law_of(world, event, kinds)?;
            let random =
                &mut seed.stream(event.twin.0, REDRAW.mixed(Purpose::new(name_of(event.kind, kinds))), event.arg);
            Some(now + law.residual(now - since, random))
        });
    });
}

/// The law of how long it takes until something happens; none where that is known.
fn law_of(world: &World, event: Event, kinds: Happenings) -> Option<&Distribution<Duration>> {
    if event.kind == kinds.answer {
        return world.resource::<Safety>().escalation.0.get(event.arg as u8 as usize)?.answered.as_ref();
    }
    let twin = world.entity(world.resource::<Directory>().entity(event.twin)?);
    match event.kind {
        kind if kind == kinds.fall => Some(&twin.get::<Falls>()?.after),
        kind if kind == kinds.recover => twin.get::<Falls>()?.recovers.as_ref(),
        kind if kind == kinds.mistake => twin.get::<Wearable>()?.false_falls.as_ref(),
        _ => None,
    }
}

/// Tells the kinds apart: not by the number that the engine knows them by, which depends on what else there is.
fn name_of(kind: EventKind, kinds: Happenings) -> &'static str {
    match kind {
        kind if kind == kinds.fall => "fall",
        kind if kind == kinds.recover => "recover",
        kind if kind == kinds.mistake => "mistake",
        _ => "answer",
    }
}
