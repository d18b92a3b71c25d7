//! Every job is in exactly one place, no place holds more than it can, and somebody moves every job on.

use std::collections::BTreeMap;

use bevy_ecs::prelude::World;

use crate::engine::identity::{Directory, TwinId};
use crate::engine::time::Duration;
use crate::factory::dispatch::stock::Stock;
use crate::factory::floor::Moment;
use crate::factory::jobs::{Job, JobRef, Jobs, Place};
use crate::factory::machine::{Machine, MachineState, Phase};
use crate::factory::plan::Plan;
use crate::factory::transport::conveyor::{Conveyor, ConveyorState};
use crate::factory::transport::haulage::Haulage;
use crate::factory::transport::rack::{Rack, RackState};
use crate::factory::transport::vehicle::{Vehicle, VehicleState};

/// Holds the places' lists against the jobs' own word.
pub(super) fn audit(world: &World) -> Result<(), String> {
    let jobs = world.resource::<Jobs>();
    let found = places(world)?;
    let mut present = 0;
    for (job, state) in jobs.iter() {
        present += 1;
        let held = found.get(&job).copied().unwrap_or(Place::Yard);
        if held != state.place {
            return Err(format!("job {} says it is in {:?}, but is in {held:?}", state.id, state.place));
        }
    }
    if let Some((job, place)) = found.iter().find(|(job, _)| jobs.find(**job).is_none()) {
        return Err(format!("{place:?} holds {job:?}, which has left"));
    }
    if present != jobs.in_process() {
        return Err(format!(
            "{} released, {} shipped, {} scrapped, {} assembled, but {present} present",
            jobs.released, jobs.shipped, jobs.scrapped, jobs.assembled
        ));
    }
    audit_next(world)
}

/// Every job is known to exactly one of those who move it on: none is forgotten, and none is sent twice.
fn audit_next(world: &World) -> Result<(), String> {
    let jobs = world.resource::<Jobs>();
    let mut listed = listed(world);
    for (reference, job) in jobs.iter() {
        let mut known = listed.remove(&reference).unwrap_or_default();
        let is_part = known.contains(&Next::Kit);
        let transport = job.transport.and_then(|order| world.resource::<Haulage>().get(order));
        if !is_part && transport.is_some_and(|order| order.to.is_some()) {
            known.push(Next::Transport);
        }
        match job.place {
            Place::Queue(_) | Place::Conveyor(_) => known.push(Next::Machine),
            Place::Slot(machine, slot) if works_on(world, machine, slot) => known.push(Next::Machine),
            _ => {}
        }
        if job.seeking && !known.contains(&Next::Rack) {
            known.push(Next::Room);
            audit_seeking(world, reference, job)?;
        }
        if known.len() != 1 {
            return Err(format!("job {} in {:?} should be known to one, but is to {known:?}", job.id, job.place));
        }
    }
    match listed.first_key_value() {
        Some((job, lists)) => Err(format!("{job:?} has left, but is known to {lists:?}")),
        None => Ok(()),
    }
}

/// Who moves a job on.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Next {
    /// It will be sent somewhere at the end of the moment.
    Ready,
    /// Whoever brings parts for its kit into stock.
    Parts,
    /// Whoever makes room in a rack.
    Rack,
    /// Whoever needs it from stock.
    Demand,
    /// The job whose kit it is part of.
    Kit,
    /// A vehicle.
    Transport,
    /// The machine where it waits or is worked on.
    Machine,
    /// A machine that gets room.
    Room,
}

fn listed(world: &World) -> BTreeMap<JobRef, Vec<Next>> {
    let stock = world.resource::<Stock>();
    let kits = world.resource::<Jobs>().iter().flat_map(|(_, job)| &job.kit);
    let lists = (world.resource::<Moment>().ready.iter().map(|job| (job, Next::Ready)))
        .chain(stock.waiting.iter().map(|job| (job, Next::Parts)))
        .chain(stock.homeless.iter().map(|job| (job, Next::Rack)))
        .chain(stock.available.iter().flatten().map(|job| (job, Next::Demand)))
        .chain(kits.map(|job| (job, Next::Kit)));
    let mut listed: BTreeMap<JobRef, Vec<Next>> = BTreeMap::new();
    lists.for_each(|(job, next)| listed.entry(*job).or_default().push(next));
    listed
}

fn works_on(world: &World, machine: TwinId, slot: u32) -> bool {
    let slot = machine_state(world, machine).and_then(|state| state.slots.get(slot as usize));
    slot.is_some_and(|slot| matches!(slot.phase, Phase::Setup | Phase::Working))
}

/// A job that waits for room is noted at every machine where it could go.
fn audit_seeking(world: &World, reference: JobRef, job: &Job) -> Result<(), String> {
    let operation = &world.resource::<Plan>().products[job.product as usize].operations[job.operation as usize];
    let entry = (reference, job.id, job.visit);
    let forgets = |state: &MachineState| !state.wanted_by.contains(&entry);
    let machines = operation.eligible.iter().map(|eligible| eligible.machine);
    match machines.into_iter().find(|&machine| machine_state(world, machine).is_some_and(forgets)) {
        Some(machine) => Err(format!("job {} waits for room at {machine:?}, which does not know of it", job.id)),
        None => Ok(()),
    }
}

fn machine_state(world: &World, machine: TwinId) -> Option<&MachineState> {
    world.entity(world.resource::<Directory>().entity(machine)?).get::<MachineState>()
}

/// Where jobs are by the lists of the places.
fn places(world: &World) -> Result<BTreeMap<JobRef, Place>, String> {
    let mut found: BTreeMap<JobRef, Place> = BTreeMap::new();
    let mut put = |job: JobRef, place: Place| match found.insert(job, place) {
        Some(other) => Err(format!("{job:?} is in two places: {other:?} and {place:?}")),
        None => Ok(()),
    };
    for (twin, entity, name) in world.resource::<Directory>().twins() {
        let entity = world.entity(entity);
        if let (Some(machine), Some(state)) = (entity.get::<Machine>(), entity.get::<MachineState>()) {
            audit_machine(machine, state).map_err(|what| format!("machine `{name}`: {what}"))?;
            held_by(twin, state).try_for_each(|(job, place)| put(job, place))?;
        }
        if let (Some(rack), Some(state)) = (entity.get::<Rack>(), entity.get::<RackState>()) {
            if state.held.len() + state.incoming as usize > rack.capacity as usize {
                return Err(format!("rack `{name}` holds {} jobs and awaits {}", state.held.len(), state.incoming));
            }
            state.held.iter().try_for_each(|&job| put(job, Place::Rack(twin)))?;
        }
        if let (Some(conveyor), Some(state)) = (entity.get::<Conveyor>(), entity.get::<ConveyorState>()) {
            if state.riding.len() > conveyor.capacity() {
                return Err(format!("conveyor `{name}` holds {} jobs", state.riding.len()));
            }
            state.riding.iter().try_for_each(|riding| put(riding.job, Place::Conveyor(twin)))?;
        }
        if let (Some(vehicle), Some(state)) = (entity.get::<Vehicle>(), entity.get::<VehicleState>()) {
            if state.load.len() > vehicle.capacity as usize {
                return Err(format!("vehicle `{name}` carries {} jobs", state.load.len()));
            }
            state.load.iter().try_for_each(|&job| put(job, Place::Vehicle(twin)))?;
        }
    }
    let mut owners: BTreeMap<JobRef, u64> = BTreeMap::new();
    let jobs = world.resource::<Jobs>();
    for (_, job) in jobs.iter() {
        for &part in &job.kit {
            if let Some(other) = owners.insert(part, job.id) {
                return Err(format!("{part:?} is in the kits of jobs {other} and {}", job.id));
            }
            let state = jobs.find(part).ok_or_else(|| format!("{part:?} of job {} has left", job.id))?;
            if let Place::Kit(_) = state.place {
                put(part, state.place)?;
            }
        }
    }
    Ok(found)
}

fn held_by(machine: TwinId, state: &MachineState) -> impl Iterator<Item = (JobRef, Place)> + '_ {
    let queued = state.queue.iter().chain(&state.kitting).map(move |entry| (entry.job, Place::Queue(machine)));
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
    let inside = state.queue.len() + state.kitting.len() + occupied + state.incoming as usize;
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
