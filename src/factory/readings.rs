//! What sensors and conditions can read of a factory besides what an author writes: how long a queue is, how full a battery.

use std::sync::Arc;

use bevy_app::App;
use bevy_ecs::prelude::{Component, World};

use crate::engine::time::{Duration, Time};
use crate::twin::expression::Type;
use crate::twin::readable::common::Common;
use crate::twin::readable::{Quantity, ReadableApp, Seen};

use super::control::breakdown::Breakdown;
use super::control::health::Health;
use super::control::maintenance::{Maintenance, Wear};
use super::dispatch::stock::Stock;
use super::energy::account::Account;
use super::energy::battery::{Battery, BatteryState, Charger};
use super::energy::power::Power;
use super::indicators::energy::{has_consumers, meter_at};
use super::indicators::shop::ShopTally;
use super::jobs::{Job, Jobs};
use super::machine::{Condition, Machine, MachineState};
use super::people::worker::{Doing, Worker, WorkerState};
use super::plan::Plan;
use super::product::Products;
use super::transport::conveyor::{Conveyor, ConveyorState};
use super::transport::rack::{Rack, RackState};
use super::transport::vehicle::{Motion, Vehicle, VehicleState};

/// Registers all that can be read of a factory.
pub(super) fn register(app: &mut App) {
    let quantities = [&MACHINE[..], &HEALTH, &POWER, &WORKER, &VEHICLE, &BATTERY, &RACK, &CONVEYOR];
    quantities.concat().into_iter().for_each(|quantity| {
        app.register_quantity(quantity);
    });
    COMMON.into_iter().for_each(|common| {
        app.register_common(common);
    });
}

fn number() -> Type {
    Type::Number
}

fn truth() -> Type {
    Type::Truth
}

fn words(names: impl Iterator<Item = &'static str>) -> Type {
    Type::Word(names.map(Arc::from).collect())
}

fn yes(is_so: bool) -> f64 {
    f64::from(u8::from(is_so))
}

fn seconds(nanos: i64) -> f64 {
    Duration::from_nanos(nanos).seconds()
}

/// A quantity that a twin has by a part `P` that its author writes, and that is read from its state `S`.
const fn of<P: Component>(
    name: &'static str,
    about: &'static str,
    kind: fn() -> Type,
    read: fn(&Seen, Time) -> Option<f64>,
) -> Quantity {
    Quantity { name, about, kind, fits: |twin| twin.contains::<P>(), read }
}

fn machine(twin: &Seen, read: impl FnOnce(&MachineState) -> f64) -> Option<f64> {
    twin.get::<MachineState>().map(read)
}

const MACHINE: [Quantity; 11] = [
    of::<Machine>(
        "machine.state",
        "What it is doing: a word of the table `states`.",
        || words(Condition::ALL.into_iter().map(Condition::name)),
        |twin, _| machine(twin, |state| f64::from(state.standing.condition as u8)),
    ),
    of::<Machine>("machine.since", "How long it has been doing that: seconds.", number, |twin, now| {
        machine(twin, |state| (now - state.since).seconds())
    }),
    of::<Machine>("machine.up", "Whether it can work: it is not down, put aside or maintained.", truth, |twin, _| {
        machine(twin, |state| yes(state.is_up()))
    }),
    of::<Machine>(
        "machine.due",
        "Whether its maintenance is due, and begins once nothing is under way.",
        truth,
        |twin, _| machine(twin, |state| yes(state.maintenance_due)),
    ),
    of::<Machine>("machine.queue", "How many jobs wait to be worked on.", number, |twin, _| {
        machine(twin, |state| state.queue.len() as f64)
    }),
    of::<Machine>("machine.queued_work", "How long those jobs should take: seconds.", number, |twin, _| {
        machine(twin, |state| state.queued_work.seconds())
    }),
    of::<Machine>("machine.jobs", "How many jobs are in it and its buffers.", number, |twin, _| {
        machine(twin, |state| {
            (state.queue.len() + state.kitting.len() + state.occupied as usize + state.output.len()) as f64
        })
    }),
    of::<Machine>("machine.output", "How many finished jobs wait behind it.", number, |twin, _| {
        machine(twin, |state| state.output.len() as f64)
    }),
    of::<Machine>("machine.room", "How many more jobs can come in; infinite if any number.", number, room),
    of::<Machine>("machine.made", "How many operations have ended since counting began.", number, |twin, _| {
        machine(twin, |state| state.tally.operations as f64)
    }),
    of::<Machine>("machine.busy", "The share of the time in which it has worked since counting began.", number, busy),
];

fn room(twin: &Seen, _: Time) -> Option<f64> {
    let (author, state) = (twin.get::<Machine>()?, twin.get::<MachineState>()?);
    let used = state.occupied as usize + state.queue.len() + state.kitting.len() + state.incoming as usize;
    Some(author.room().map_or(f64::INFINITY, |room| room.saturating_sub(used) as f64))
}

fn busy(twin: &Seen, now: Time) -> Option<f64> {
    let state = twin.get::<MachineState>()?;
    let present = (now - state.tally.until).nanos();
    let all = state.tally.time.iter().sum::<i64>() + present;
    let is_working = state.standing.condition == Condition::Working;
    let working = state.tally.time[Condition::Working as usize] + if is_working { present } else { 0 };
    (all > 0).then(|| seconds(working) / seconds(all))
}

fn ages(twin: &Seen) -> bool {
    twin.contains::<Breakdown>() || twin.contains::<Wear>() || twin.contains::<Maintenance>()
}

const fn of_health(name: &'static str, about: &'static str, read: fn(&Seen, Time) -> Option<f64>) -> Quantity {
    Quantity { name, about, kind: number, fits: ages, read }
}

const HEALTH: [Quantity; 6] = [
    of_health("health.age", "How long it has worked since it was as good as new: seconds.", |twin, now| {
        Some(twin.get::<Health>()?.worked_at(now).seconds())
    }),
    of_health(
        "health.used",
        "How much of its life is over, from 0 to 1, where it fails. No instrument shows that itself; vibration, heat or noise \
         that grow with it can be made of it.",
        |twin, now| twin.get::<Health>()?.used(now),
    ),
    of_health("health.wear", "Its wear, from 0 to 1.", |twin, now| {
        Some(twin.get::<Health>()?.wear(twin.get::<Wear>()?, now))
    }),
    of_health("health.since_upkeep", "How long ago its last repair or maintenance ended: seconds.", |twin, now| {
        Some((now - twin.get::<Health>()?.renewed).seconds())
    }),
    of_health("health.failures", "How often it has failed since counting began.", |twin, _| {
        Some(twin.get::<Health>()?.failures as f64)
    }),
    of_health("health.maintenances", "How often it has been maintained since counting began.", |twin, _| {
        Some(twin.get::<Health>()?.services as f64)
    }),
];

const POWER: [Quantity; 4] = [
    of::<Power>("power.now_kw", "What it draws now: kilowatts.", number, power_now),
    of::<Power>("power.drawn_kwh", "What it has drawn since counting began: kilowatt-hours.", number, drawn),
    of::<Charger>("charger.now_kw", "What it draws now: kilowatts.", number, power_now),
    of::<Charger>("charger.drawn_kwh", "What it has drawn since counting began: kilowatt-hours.", number, drawn),
];

fn power_now(twin: &Seen, _: Time) -> Option<f64> {
    Some(twin.get::<Account>()?.power.kw())
}

fn drawn(twin: &Seen, now: Time) -> Option<f64> {
    let account = twin.get::<Account>()?;
    Some((account.total() + account.power * (now - account.until)).kwh())
}

const WORKER: [Quantity; 3] = [
    of::<Worker>(
        "worker.state",
        "What the worker is doing: a word of the table `states`.",
        || words(Doing::ALL.into_iter().map(Doing::name)),
        |twin, _| Some(f64::from(twin.get::<WorkerState>()?.doing as u8)),
    ),
    of::<Worker>("worker.since", "How long the worker has been doing that: seconds.", number, |twin, now| {
        Some((now - twin.get::<WorkerState>()?.since).seconds())
    }),
    of::<Worker>("worker.tasks", "How many tasks have ended since counting began.", number, |twin, _| {
        Some(twin.get::<WorkerState>()?.tasks as f64)
    }),
];

const VEHICLE: [Quantity; 5] = [
    of::<Vehicle>(
        "vehicle.state",
        "What it is doing: a word of the table `states`.",
        || words(Motion::ALL.into_iter().map(Motion::name)),
        |twin, _| Some(f64::from(twin.get::<VehicleState>()?.motion as u8)),
    ),
    of::<Vehicle>("vehicle.since", "How long it has been doing that: seconds.", number, |twin, now| {
        Some((now - twin.get::<VehicleState>()?.since).seconds())
    }),
    of::<Vehicle>("vehicle.carries", "How many jobs it carries.", number, |twin, _| {
        Some(twin.get::<VehicleState>()?.load.len() as f64)
    }),
    of::<Vehicle>("vehicle.orders", "How many transports it has been given.", number, |twin, _| {
        Some(twin.get::<VehicleState>()?.orders.len() as f64)
    }),
    of::<Vehicle>("vehicle.brought", "How many jobs it has brought since counting began.", number, |twin, _| {
        Some(twin.get::<VehicleState>()?.delivered as f64)
    }),
];

/// By the name of the field that says how full it is at the start: that is not what anybody asks for who measures it.
const BATTERY: [Quantity; 1] =
    [of::<Battery>("battery.charge", "How full it is now, from 0 to 1.", number, |twin, now| {
        let mut battery = twin.get::<BatteryState>()?.clone();
        battery.advance(now);
        Some(battery.charge())
    })];

const RACK: [Quantity; 2] = [
    of::<Rack>("rack.jobs", "How many jobs it holds.", number, |twin, _| {
        Some(twin.get::<RackState>()?.held.len() as f64)
    }),
    of::<Rack>("rack.room", "How many more jobs it can take.", number, |twin, _| {
        let (author, state) = (twin.get::<Rack>()?, twin.get::<RackState>()?);
        Some(f64::from(author.capacity.saturating_sub(state.held.len() as u32 + state.incoming)))
    }),
];

const CONVEYOR: [Quantity; 2] = [
    of::<Conveyor>("conveyor.jobs", "How many jobs ride on it.", number, |twin, _| {
        Some(twin.get::<ConveyorState>()?.riding.len() as f64)
    }),
    of::<Conveyor>("conveyor.down", "Whether it is broken down.", truth, |twin, _| {
        Some(yes(twin.get::<ConveyorState>()?.down))
    }),
];

/// Whether there is a factory.
fn makes_products(world: &World) -> bool {
    !world.resource::<Products>().0.is_empty()
}

const fn of_plant(name: &'static str, about: &'static str, read: fn(&World, Time) -> Option<f64>) -> Common {
    Common { name, about, fits: makes_products, read }
}

/// The jobs in process that should have been done by now.
fn late_jobs(world: &World, now: Time) -> impl Iterator<Item = &Job> {
    world.resource::<Jobs>().iter().map(|(_, job)| job).filter(move |job| job.due < now && !job.is_for_stock())
}

/// What jobs are late by: those that have been shipped since counting began, and those that should have been by now. Seconds,
/// each as `weigh` says.
fn lateness(world: &World, now: Time, shipped: f64, weigh: fn(&Job) -> f64) -> f64 {
    shipped + late_jobs(world, now).map(|job| weigh(job) * (now - job.due).seconds()).sum::<f64>()
}

/// The work that is still to be done on a job, at best: seconds.
fn work_left(job: &Job, plan: &Plan) -> f64 {
    if job.stocked {
        return 0.0;
    }
    plan.products[job.product as usize].work_from(job.operation as usize, job.repeat_left)
}

const COMMON: [Common; 12] = [
    of_plant("plant.jobs", "How many jobs are in process.", |world, _| {
        Some(world.resource::<Jobs>().in_process() as f64)
    }),
    of_plant("plant.late", "How many of them should have been done by now.", |world, now| {
        Some(late_jobs(world, now).count() as f64)
    }),
    of_plant(
        "plant.tardiness",
        "By how much jobs are late, all together: those shipped since counting began, and those that should be done by now: seconds.",
        |world, now| {
            let shipped = world.resource::<ShopTally>().tardiness as f64 / 1e9;
            Some(lateness(world, now, shipped, |_| 1.0))
        },
    ),
    of_plant("plant.weighted_tardiness", "The same, each times the weight of its job: seconds.", |world, now| {
        let shipped = world.resource::<ShopTally>().weighted_tardiness;
        Some(lateness(world, now, shipped, |job| job.weight))
    }),
    of_plant(
        "plant.work_left",
        "How long the fastest machines would work on the jobs in process until they are done: seconds.",
        |world, _| {
            let plan = world.resource::<Plan>();
            Some(world.resource::<Jobs>().iter().map(|(_, job)| work_left(job, plan)).sum())
        },
    ),
    of_plant("plant.released", "How many jobs have been released since the start.", |world, _| {
        Some(world.resource::<Jobs>().released as f64)
    }),
    of_plant("plant.shipped", "How many jobs have been shipped since the start.", |world, _| {
        Some(world.resource::<Jobs>().shipped as f64)
    }),
    of_plant("plant.scrapped", "How many jobs have been given up since the start.", |world, _| {
        Some(world.resource::<Jobs>().scrapped as f64)
    }),
    of_plant("plant.stock", "How many jobs are in stock for assembly that nobody has reserved.", |world, _| {
        Some(world.resource::<Stock>().count() as f64)
    }),
    of_plant("plant.now_kw", "What the plant draws now: kilowatts.", |world, now| {
        has_consumers(world).then(|| meter_at(world, now).power().kw())
    }),
    of_plant("plant.drawn_kwh", "What it has drawn since counting began: kilowatt-hours.", |world, now| {
        has_consumers(world).then(|| meter_at(world, now).energy().kwh())
    }),
    of_plant(
        "plant.energy_cost",
        "What that has cost, without the charge for the peak, in the scene's currency.",
        |world, now| has_consumers(world).then(|| meter_at(world, now).cost().amount()),
    ),
];
