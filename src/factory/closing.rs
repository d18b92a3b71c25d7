//! The rows of what is still under way at the end of a run.

use bevy_ecs::prelude::World;

use crate::engine::clock::Clock;
use crate::engine::identity::Directory;
use crate::engine::time::Time;
use crate::record::table::{Row, Table};

use super::control::consumption::account_rows;
use super::control::health::Health;
use super::energy::account::Account;
use super::energy::meter::{IntervalRow, Meter};
use super::energy::tariff::Tariff;
use super::jobs::Jobs;
use super::machine::{Machine, MachineState};
use super::people::worker::WorkerState;
use super::plan::Plan;
use super::tables::{EnergyRow, JobRow, MaintenanceRow, StateOf, StateRow, StayRow, TaskRow, TransportRow};
use super::transport::haulage::{Haulage, TransportOrder};
use super::transport::vehicle::VehicleState;

/// The rows of what was still under way at the end: states that lasted, jobs that were not done.
pub(super) fn last_rows(world: &mut World) {
    let now = world.resource::<Clock>().now;
    let mut states: Vec<StateRow> = Vec::new();
    let mut tasks: Vec<TaskRow> = Vec::new();
    let mut upkeep: Vec<MaintenanceRow> = Vec::new();
    for (twin, entity, _) in world.resource::<Directory>().twins() {
        let entity = world.entity(entity);
        if let Some(state) = entity.get::<MachineState>() {
            states.push(StateRow { twin, of: StateOf::Machine(state.standing), from: state.since, to: now });
        }
        if let Some(state) = entity.get::<WorkerState>() {
            states.push(StateRow { twin, of: StateOf::Worker(state.doing), from: state.since, to: now });
            tasks.extend(state.task.clone().map(|task| TaskRow { worker: twin, task, until: now, is_over: false }));
        }
        if let Some(state) = entity.get::<VehicleState>() {
            states.push(StateRow { twin, of: StateOf::Vehicle(state.motion), from: state.since, to: now });
        }
        if let Some(health) = entity.get::<Health>() {
            let orders = health.repair.iter().chain(&health.service);
            upkeep.extend(orders.map(|order| MaintenanceRow::new(twin, order, None)));
        }
    }
    states.retain(|row| row.to > row.from);
    let (drawn, interval) = energy_rows(world, now);
    push_rows(world, drawn);
    push_rows(world, interval);
    push_rows(world, states);
    push_rows(world, tasks);
    push_rows(world, upkeep);
    let jobs = world.resource::<Jobs>();
    let mut transports: Vec<_> = world.resource::<Haulage>().iter().map(|(_, order)| order).collect();
    transports.sort_by_key(|order| order.number);
    let row = |order: &TransportOrder| Some(TransportRow::new(jobs.find(order.job)?.id, order, None));
    let transports: Vec<TransportRow> = transports.into_iter().filter_map(row).collect();
    push_rows(world, transports);
    let mut stays: Vec<(u64, StayRow)> =
        world.resource::<Jobs>().iter().map(|(_, job)| (job.id, StayRow::of(job, now))).collect();
    stays.sort_by_key(|(job, _)| *job);
    push_rows(world, stays.into_iter().map(|(_, row)| row).filter(|row| row.is_noted()).collect());
    if world.resource::<Table<JobRow>>().is_enabled() {
        let plan = world.resource::<Plan>();
        let mut rows: Vec<JobRow> =
            world.resource::<Jobs>().iter().map(|(_, job)| JobRow::new(job, plan, None, "unfinished")).collect();
        rows.sort_by_key(|row| row.job);
        push_rows(world, rows);
    }
}

/// What each consumer drew, and the metering intervals that nobody has asked about yet.
fn energy_rows(world: &World, now: Time) -> (Vec<EnergyRow>, Vec<IntervalRow>) {
    let mut drawn = Vec::new();
    for (twin, entity, _) in world.resource::<Directory>().twins() {
        let entity = world.entity(entity);
        let Some(mut account) = entity.get::<Account>().cloned() else { continue };
        account.advance(now);
        let kind = if entity.contains::<Machine>() { "machine" } else { "charger" };
        drawn.extend(account_rows(twin, kind, &account));
    }
    let mut meter = world.resource::<Meter>().clone();
    let mut intervals = Vec::new();
    meter.advance(now, world.resource::<Tariff>(), |row| intervals.push(row));
    intervals.extend(meter.unfinished());
    (drawn, if drawn_nothing(world) { Vec::new() } else { intervals })
}

/// Whether nothing in the world draws power.
fn drawn_nothing(world: &World) -> bool {
    let twins = &mut world.resource::<Directory>().twins();
    !twins.any(|(_, entity, _)| world.entity(entity).contains::<Account>())
}

fn push_rows<R: Row>(world: &mut World, rows: Vec<R>) {
    let mut table = world.resource_mut::<Table<R>>();
    rows.into_iter().for_each(|row| table.push(row));
}
