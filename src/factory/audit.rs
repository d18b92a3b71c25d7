//! What must hold in a factory after every event: each job is in exactly one place, and no place holds more than it can.

use std::collections::BTreeMap;

use bevy_ecs::prelude::World;

use crate::engine::identity::{Directory, TwinId};
use crate::engine::time::Duration;

use super::jobs::{JobRef, Jobs, Place};
use super::machine::{Machine, MachineState, Phase};

/// Holds the places' lists against the jobs' own word.
///
/// # Errors
/// The first thing that does not fit.
pub fn audit(world: &World) -> Result<(), String> {
    let jobs = world.resource::<Jobs>();
    let mut found: BTreeMap<JobRef, Place> = BTreeMap::new();
    for (twin, entity, name) in world.resource::<Directory>().twins() {
        let entity = world.entity(entity);
        if let (Some(machine), Some(state)) = (entity.get::<Machine>(), entity.get::<MachineState>()) {
            audit_machine(machine, state).map_err(|what| format!("machine `{name}`: {what}"))?;
            for (job, place) in held_by(twin, state) {
                if let Some(other) = found.insert(job, place) {
                    return Err(format!("{job:?} is in two places: {other:?} and {place:?}"));
                }
            }
        }
    }
    let mut present = 0;
    for (job, state) in jobs.iter() {
        present += 1;
        let held = found.remove(&job).unwrap_or(Place::Yard);
        if held != state.place {
            return Err(format!("job {} says it is in {:?}, but is in {held:?}", state.id, state.place));
        }
    }
    if let Some((job, place)) = found.first_key_value() {
        return Err(format!("{place:?} holds {job:?}, which has left"));
    }
    if present != jobs.in_process() {
        return Err(format!(
            "{} released, {} shipped, {} scrapped, but {present} present",
            jobs.released, jobs.shipped, jobs.scrapped
        ));
    }
    Ok(())
}

fn held_by(machine: TwinId, state: &MachineState) -> impl Iterator<Item = (JobRef, Place)> + '_ {
    let queued = state.queue.iter().map(move |entry| (entry.job, Place::Queue(machine)));
    let busy = state.slots.iter().enumerate().filter(|(_, slot)| slot.phase != Phase::Idle);
    let in_slots = busy.map(move |(index, slot)| (slot.job, Place::Slot(machine, index as u32)));
    let finished = state.output.iter().map(move |&job| (job, Place::Output(machine)));
    queued.chain(in_slots).chain(finished)
}

fn audit_machine(machine: &Machine, state: &MachineState) -> Result<(), String> {
    let occupied = state.slots.iter().filter(|slot| slot.phase != Phase::Idle).count();
    if occupied != state.occupied as usize {
        return Err(format!("{occupied} slots are occupied, but {} are counted", state.occupied));
    }
    let inside = state.queue.len() + occupied;
    let room = machine.input_buffer.map(|buffer| machine.capacity as usize + buffer as usize);
    if room.is_some_and(|room| inside > room) {
        return Err(format!("it holds {inside} jobs, but has room for {room:?}"));
    }
    if state.output.len() > machine.output_buffer as usize {
        return Err(format!("its output buffer holds {} jobs", state.output.len()));
    }
    let work = state.queue.iter().fold(Duration::ZERO, |sum, entry| sum + entry.expected);
    if work != state.queued_work {
        return Err(format!("its queue should take {work}, but {} is counted", state.queued_work));
    }
    let standing = state.slots.iter().any(|slot| slot.event.is_some()) && !state.is_up();
    if standing { Err("it works although it is not up".to_owned()) } else { Ok(()) }
}
