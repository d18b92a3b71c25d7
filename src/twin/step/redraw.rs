//! What twins cannot know beforehand is drawn anew, given what has passed: how long what they are doing will still take, when the
//! next missions come, and when their sensors fail.

use std::collections::BTreeMap;

use bevy_ecs::prelude::{Mut, World};

use super::settle::Ends;
use crate::engine::clock::Clock;
use crate::engine::identity::TwinId;
use crate::engine::queue::EventQueue;
use crate::engine::random::{Purpose, Seed};
use crate::engine::time::Time;
use crate::twin::actions::{Activity, Doing};
use crate::twin::faculties::FacultyTable;
use crate::twin::knowledge::Knowledge;
use crate::twin::missions::book::Missions;
use crate::twin::missions::give::MissionEvents;
use crate::twin::missions::kind::MissionKinds;

const ACTION: Purpose = Purpose::new("action.redraw");
const MISSION: Purpose = Purpose::new("mission.redraw");

/// Draws anew what nobody can know.
pub(super) fn redraw(world: &mut World) {
    sensors(world);
    let ends = activities(world);
    let (now, seed) = (world.resource::<Clock>().now, *world.resource::<Seed>());
    let (kind, MissionEvents { next, .. }) = (world.resource::<Ends>().0, *world.resource::<MissionEvents>());
    world.resource_scope(|world, mut queue: Mut<EventQueue>| {
        let (kinds, missions) = (world.resource::<MissionKinds>(), world.resource::<Missions>());
        queue.redraw(|event, since| match event.kind {
            this if this == kind => ends.get(&(event.twin, event.arg as u32)).copied(),
            this if this == next => {
                let number = event.arg as u16;
                let (_, spec) = kinds.get(number)?;
                let given = missions.given(number);
                // The first one is where its author has put it.
                let every = spec.every.as_ref().filter(|_| spec.first.is_none() || given > 0)?;
                Some(now + every.residual(now - since, &mut seed.stream(number.into(), MISSION, given.into())))
            }
            _ => None,
        });
    });
}

/// When sensors fail, or work again.
fn sensors(world: &mut World) {
    let mut twins = world.query::<(&TwinId, &mut Knowledge)>();
    let (now, seed) = (world.resource::<Clock>().now, *world.resource::<Seed>());
    world.resource_scope(|world, table: Mut<FacultyTable>| {
        for (twin, mut knowledge) in twins.iter_mut(world) {
            let instruments = table.of(*twin).into_iter().flat_map(|make| &make.instruments);
            instruments.for_each(|instrument| instrument.redraw(&mut knowledge, seed, *twin, now));
        }
    });
}

/// When the actions that are under way end whose length is left to chance.
fn activities(world: &mut World) -> BTreeMap<(TwinId, u32), Time> {
    let mut twins = world.query::<(&TwinId, &Doing)>();
    let (now, seed) = (world.resource::<Clock>().now, *world.resource::<Seed>());
    let table = world.resource::<FacultyTable>();
    let end = |twin: TwinId, activity: &Activity| {
        let course = table.of(twin)?.reason.as_ref()?.courses.get(activity.course as usize)?;
        let action = &course.steps.get(activity.step as usize)?.action;
        let random = &mut seed.stream(twin.0, ACTION, u64::from(activity.serial) << 16 | u64::from(activity.step));
        Some(now + action.residual(now - activity.since, random)?)
    };
    let under_way = twins.iter(world).flat_map(|(twin, doing)| {
        doing.activities.iter().map(move |activity| ((*twin, activity.serial), (*twin, activity)))
    });
    under_way.filter_map(|(key, (twin, activity))| Some((key, end(twin, activity)?))).collect()
}
