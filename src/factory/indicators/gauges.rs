//! The factory's metrics: what a report draws over time. Each looks at its twins once, and sums nothing over jobs.

use bevy_ecs::prelude::World;

use crate::engine::clock::Clock;
use crate::engine::identity::{Directory, TwinId};
use crate::factory::dispatch::stock::Stock;
use crate::factory::jobs::Jobs;
use crate::factory::machine::{Condition, MachineState};
use crate::factory::people::worker::{Doing, WorkerState};
use crate::factory::transport::rack::RackState;
use crate::factory::transport::vehicle::{Motion, VehicleState};
use crate::record::metrics::Put;

use super::energy::{has_consumers, meter_at};

/// How many jobs are in process and have been shipped since the start.
pub fn shop(world: &World, put: Put) {
    let jobs = world.resource::<Jobs>();
    put("work_in_process".into(), TwinId::NONE, jobs.in_process() as f64);
    put("jobs_shipped".into(), TwinId::NONE, jobs.shipped as f64);
}

/// How long each machine's queue is, and whether the machine works.
pub fn machines(world: &World, put: Put) {
    for (twin, entity, _) in world.resource::<Directory>().twins() {
        if let Some(state) = world.entity(entity).get::<MachineState>() {
            put("queue_length".into(), twin, state.queue.len() as f64);
            put("working".into(), twin, f64::from(u8::from(state.standing.condition == Condition::Working)));
        }
    }
}

/// What the plant draws, and has drawn since the start or the end of the warm-up.
pub fn energy(world: &World, put: Put) {
    if has_consumers(world) {
        let meter = meter_at(world, world.resource::<Clock>().now);
        put("power".into(), TwinId::NONE, meter.power().kw());
        put("energy".into(), TwinId::NONE, meter.energy().kwh());
    }
}

/// How many vehicles and workers are busy, how many jobs are in stock for assembly, and how many are in each rack.
pub fn fleet(world: &World, put: Put) {
    let (mut vehicles, mut workers, mut has_racks) = (None, None, false);
    let add = |sum: &mut Option<u32>, busy: bool| *sum = Some(sum.unwrap_or(0) + u32::from(busy));
    for (twin, entity, _) in world.resource::<Directory>().twins() {
        let entity = world.entity(entity);
        if let Some(state) = entity.get::<VehicleState>() {
            add(
                &mut vehicles,
                !matches!(state.motion, Motion::Idle | Motion::Charging | Motion::Down | Motion::Suspended),
            );
        }
        if let Some(state) = entity.get::<WorkerState>() {
            add(&mut workers, matches!(state.doing, Doing::Walking | Doing::Working));
        }
        if let Some(state) = entity.get::<RackState>() {
            has_racks = true;
            put("jobs_held".into(), twin, state.held.len() as f64);
        }
    }
    let stock = has_racks.then(|| world.resource::<Stock>().count() as u32);
    for (name, value) in [("vehicles_busy", vehicles), ("workers_busy", workers), ("stock", stock)] {
        value.into_iter().for_each(|value| put(name.into(), TwinId::NONE, value.into()));
    }
}
