//! The indicators of the factory: of machines and workers those of ISO 22400-2, by its names, where it has one.
//!
//! Every kind of twin has a file with what is counted of it and the figures computed from that. All counting is in whole
//! numbers, and from the end of the warm-up on: a time that lies across that moment counts with the part after it, an event
//! counts if it happens after it. `docs/results.md` has the formulas.

mod conveyor;
pub mod elements;
pub(super) mod energy;
pub mod gauges;
mod machine;
mod rack;
mod sheet;
pub mod shop;
mod vehicle;
pub mod worker;

use bevy_ecs::prelude::{Mut, World};

use crate::engine::clock::Clock;
use crate::engine::identity::Directory;
use crate::engine::time::Time;
use crate::record::indicators::Indicator;
use crate::record::table::Table;

use super::control::health::Health;
use super::energy::account::Account;
use super::energy::battery::BatteryState;
use super::energy::meter::{IntervalRow, Meter};
use super::energy::tariff::Tariff;
use super::machine::{Machine, MachineState, Tally};
use super::orders::purchasing::Spares;
use super::people::worker::WorkerState;
use super::product::Products;
use super::transport::conveyor::{Conveyor, ConveyorState};
use super::transport::rack::{Rack, RackState};
use super::transport::vehicle::VehicleState;

use elements::Elements;
use sheet::Sheet;
use shop::ShopTally;
use worker::Attendance;

/// All indicators of the factory, as of now: those of the plant, then those of each twin.
pub fn compute(world: &World) -> Vec<Indicator> {
    let now = world.resource::<Clock>().now;
    let tally = world.resource::<ShopTally>();
    let (mut machines, mut workers) = (tally.departed_machines.clone(), tally.departed_workers.clone());
    let mut twins = Vec::new();
    for (_, entity, name) in world.resource::<Directory>().twins() {
        let twin = world.entity(entity);
        let mut sheet = Sheet::of(name);
        if let (Some(part), Some(state)) = (twin.get::<Machine>(), twin.get::<MachineState>()) {
            machines += &machine::report(&mut sheet, part, state, twin.get::<Health>(), now);
        }
        if let Some(state) = twin.get::<WorkerState>() {
            workers += &worker::report(&mut sheet, state, now);
        }
        if let Some(state) = twin.get::<VehicleState>() {
            vehicle::report(&mut sheet, state, twin.get::<Health>(), twin.get::<BatteryState>(), now);
        }
        if let (Some(part), Some(state)) = (twin.get::<Conveyor>(), twin.get::<ConveyorState>()) {
            conveyor::report(&mut sheet, part, state, now - tally.since, now);
        }
        if let (Some(part), Some(state)) = (twin.get::<Rack>(), twin.get::<RackState>()) {
            rack::report(&mut sheet, part, state, now - tally.since, now);
        }
        if let Some(account) = twin.get::<Account>() {
            energy::report_consumer(&mut sheet, account, twin.get::<MachineState>(), now);
        }
        twins.extend(sheet.figures);
    }
    let mut plant = report_plant(world, &machines, &workers, now).figures;
    plant.extend(twins);
    plant
}

/// A world without products has jobs of no kind, and nothing to say of them.
fn report_plant(world: &World, machines: &Elements, workers: &Attendance, now: Time) -> Sheet {
    let mut sheet = Sheet::of_the_plant();
    if !world.resource::<Products>().0.is_empty() {
        shop::report(&mut sheet, world, now);
    }
    if machines.elapsed > 0 {
        machines.report(&mut sheet);
        sheet.count("failures", machines.failures);
    }
    if workers.attendance > 0 {
        workers.report(&mut sheet);
    }
    let spares = world.resource::<Spares>();
    if !spares.used.is_empty() {
        let (used, before): (u64, u64) = (spares.used.iter().sum(), spares.used_before.iter().sum());
        sheet.count("spare_parts_used", used - before);
    }
    energy::report_plant(&mut sheet, world, now);
    sheet
}

/// Starts counting afresh, at the end of the warm-up.
pub fn reset(world: &mut World) {
    let now = world.resource::<Clock>().now;
    let last_shipped = world.resource::<ShopTally>().last_shipped;
    world.insert_resource(ShopTally { since: now, until: now, last_shipped, ..ShopTally::default() });
    let spares = &mut *world.resource_mut::<Spares>();
    spares.used_before.clone_from(&spares.used);
    reset_meter(world, now);
    world.query::<&mut Account>().iter_mut(world).for_each(|mut account| account.reset(now));
    world.query::<&mut BatteryState>().iter_mut(world).for_each(|mut battery| battery.reset(now));
    world.query::<&mut VehicleState>().iter_mut(world).for_each(|mut vehicle| vehicle.count_afresh(now));
    world.query::<&mut ConveyorState>().iter_mut(world).for_each(|mut conveyor| conveyor.count_afresh(now));
    world.query::<&mut RackState>().iter_mut(world).for_each(|mut rack| rack.count_afresh(now));
    world.query::<&mut WorkerState>().iter_mut(world).for_each(|mut worker| worker.count_afresh(now));
    let fresh = Tally { until: now, ..Tally::default() };
    world.query::<&mut MachineState>().iter_mut(world).for_each(|mut machine| machine.tally = fresh.clone());
    world.query::<&mut Health>().iter_mut(world).for_each(|mut health| health.count_afresh());
}

fn reset_meter(world: &mut World, now: Time) {
    world.resource_scope(|world, mut meter: Mut<Meter>| {
        let mut rows = Vec::new();
        meter.reset(now, world.resource::<Tariff>(), |row| rows.push(row));
        let mut table = world.resource_mut::<Table<IntervalRow>>();
        rows.into_iter().for_each(|row| table.push(row));
    });
}
