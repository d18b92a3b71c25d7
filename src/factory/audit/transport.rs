//! Every transport is known to its job and to its vehicle, every promised place is owed to somebody, and no two vehicles
//! are in one zone.

use std::collections::BTreeMap;

use bevy_ecs::prelude::World;

use super::is_settled;
use crate::engine::clock::Clock;
use crate::engine::identity::{Directory, TwinId};
use crate::engine::queue::EventQueue;
use crate::factory::dispatch::fleet::FleetRule;
use crate::factory::jobs::{Jobs, Place};
use crate::factory::machine::MachineState;
use crate::factory::plan::Plan;
use crate::factory::transport::haulage::{Destination, Haulage, TransportOrder};
use crate::factory::transport::network::Network;
use crate::factory::transport::rack::RackState;
use crate::factory::transport::traffic::Traffic;
use crate::factory::transport::vehicle::{Errand, VehicleState};

pub(super) fn audit(world: &World) -> Result<(), String> {
    let haulage = world.resource::<Haulage>();
    // The traffic speaks for the ends of moments: within one, somebody may have passed a zone and not asked for the next.
    if !haulage.traffic_changed {
        let now = world.resource::<Clock>().now;
        world.resource::<Traffic>().audit(world.resource::<Network>(), now)?;
    }
    let mut promised: BTreeMap<TwinId, u32> = BTreeMap::new();
    for (reference, order) in haulage.iter() {
        let job = world.resource::<Jobs>().find(order.job);
        let job = job.ok_or_else(|| format!("transport {} is of a job that has left", order.number))?;
        if job.transport != Some(reference) {
            return Err(format!("job {} does not know of transport {}", job.id, order.number));
        }
        let vehicle = order.vehicle.map(|(vehicle, _)| vehicle);
        if order.loaded.is_some() != matches!(job.place, Place::Vehicle(_)) {
            return Err(format!("transport {} and job {} differ over whether it is loaded", order.number, job.id));
        }
        if haulage.open.contains(&reference) != vehicle.is_none() {
            return Err(format!("transport {} is open and given to {vehicle:?}", order.number));
        }
        let knows = |vehicle| vehicle_state(world, vehicle).is_some_and(|state| state.orders.contains(&reference));
        if vehicle.is_some_and(|vehicle| !knows(vehicle)) {
            return Err(format!("{vehicle:?} does not know of transport {}", order.number));
        }
        if let Some(Destination::Machine(twin, _) | Destination::Rack(twin)) = order.to {
            *promised.entry(twin).or_default() += 1;
        }
    }
    for (twin, entity, name) in world.resource::<Directory>().twins() {
        let entity = world.entity(entity);
        let machine = entity.get::<MachineState>().map(|state| state.incoming);
        let incoming = machine.or_else(|| entity.get::<RackState>().map(|state| state.incoming)).unwrap_or_default();
        let owed = promised.get(&twin).copied().unwrap_or_default();
        if incoming != owed {
            return Err(format!("`{name}` awaits {incoming} jobs, but {owed} are on the way"));
        }
        if let Some(state) = entity.get::<VehicleState>() {
            let is_its_own = |order: &TransportOrder| order.vehicle.is_some_and(|(vehicle, _)| vehicle == twin);
            let lost = state.orders.iter().find(|order| !haulage.get(**order).is_some_and(is_its_own));
            if let Some(order) = lost {
                return Err(format!("`{name}` has {order:?}, which is no transport of its own any more"));
            }
            let loaded = state.orders.iter().filter_map(|order| haulage.get(*order)).filter(|o| o.loaded.is_some());
            if !loaded.map(|order| order.job).eq(state.load.iter().copied()) {
                return Err(format!("`{name}` carries {:?}, but not for its transports", state.load));
            }
            if is_settled(world) {
                audit_vehicle(world, twin, state).map_err(|what| format!("vehicle `{name}` {what}"))?;
            }
        }
    }
    audit_bays(world)
}

/// A vehicle that has something to do is doing it, or waits for something that will come.
fn audit_vehicle(world: &World, twin: TwinId, state: &VehicleState) -> Result<(), String> {
    let (traffic, haulage) = (world.resource::<Traffic>(), world.resource::<Haulage>());
    let kinds = world.resource::<Plan>().kinds;
    let has_event = |kind| world.resource::<EventQueue>().pending().any(|(k, t, _)| (k, t) == (kind, twin));
    let here = traffic.standing_at(state.mover);
    if state.handling.is_some() {
        return match (here, has_event(kinds.vehicle_done)) {
            (Some(_), true) => Ok(()),
            _ => Err(format!("should handle its load, but stands at {here:?}")),
        };
    }
    if state.moves != has_event(kinds.vehicle_passes) {
        return Err(format!("moves: {}, but has no event of it, or one too many", state.moves));
    }
    let is_under_way = traffic.destination(state.mover).is_some();
    let queues = haulage.queue.iter().any(|&entry| entry == (state.goal.unwrap_or_default(), twin));
    let is_at_home = here == Some(state.home);
    let waits_for_repair = state.down && !is_under_way;
    match (state.goal, state.errand) {
        (Some(_), _) if is_under_way || queues || waits_for_repair => Ok(()),
        (None, Errand::None | Errand::Bring) if is_at_home || waits_for_repair => Ok(()),
        (None, _) if waits_for_repair => Ok(()),
        (goal, errand) => Err(format!("stands at {here:?} with errand {errand:?} and goal {goal:?}")),
    }
}

/// Nobody waits for a bay that is free, and no load waits for a vehicle that is.
fn audit_bays(world: &World) -> Result<(), String> {
    if !is_settled(world) {
        return Ok(());
    }
    let (haulage, traffic) = (world.resource::<Haulage>(), world.resource::<Traffic>());
    for &(spot, vehicle) in &haulage.queue {
        let capacity = world.resource::<Network>().spot(spot).map_or(0, |spot| spot.capacity as usize);
        let waits = vehicle_state(world, vehicle).is_some_and(|state| state.goal == Some(spot) && !state.claimed);
        if !waits || traffic.claimants(spot).len() < capacity {
            return Err(format!("{vehicle:?} waits for {spot:?}, which is free or not what it wants"));
        }
    }
    let plan = world.resource::<Plan>();
    let find = |holds: fn(&VehicleState) -> bool| {
        plan.vehicles.iter().find(|vehicle| vehicle_state(world, **vehicle).is_some_and(holds))
    };
    // With an auction, somebody who is busy yet may have won the load.
    let is_busy = |state: &VehicleState| !state.is_idle() && !state.down && !state.suspended;
    let may_be_won = matches!(plan.transport.rule, FleetRule::Auction { .. }) && find(is_busy).is_some();
    let free = find(VehicleState::is_free).filter(|_| !may_be_won);
    match (free, haulage.open.first()) {
        (Some(vehicle), Some(order)) => Err(format!("{vehicle:?} is free, and {order:?} waits for a vehicle")),
        _ => Ok(()),
    }
}

fn vehicle_state(world: &World, vehicle: TwinId) -> Option<&VehicleState> {
    world.entity(world.resource::<Directory>().entity(vehicle)?).get::<VehicleState>()
}
