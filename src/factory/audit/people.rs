//! Every worker with a task is counted on where the task is, and nowhere else.

use std::collections::BTreeMap;

use bevy_ecs::prelude::{EntityRef, World};

use super::is_settled;
use crate::engine::identity::{Directory, TwinId};
use crate::factory::calls::{Calls, OrderStage, Task};
use crate::factory::control::health::Health;
use crate::factory::machine::{Crew, MachineState, Need};
use crate::factory::people::worker::WorkerState;
use crate::factory::plan::Plan;

/// Whoever has a task is in exactly the crew that the task is for, and whoever is in a crew has that task.
pub(super) fn audit(world: &World) -> Result<(), String> {
    let mut sent: BTreeMap<TwinId, (TwinId, Task)> = BTreeMap::new();
    for (twin, entity, _) in world.resource::<Directory>().twins() {
        if let Some(task) = world.entity(entity).get::<WorkerState>().and_then(|state| state.task.as_ref()) {
            sent.insert(twin, (task.at, task.task));
        }
    }
    // What the moment has decided and not yet told the workers.
    let calls = world.resource::<Calls>();
    for (worker, task) in &calls.carried {
        sent.entry(*worker).and_modify(|sent| sent.1 = *task);
    }
    sent.retain(|worker, _| !calls.freed.contains(worker));
    for (twin, entity, name) in world.resource::<Directory>().twins() {
        let entity = world.entity(entity);
        for crew in crews(entity.get::<MachineState>(), entity.get::<Health>()) {
            for worker in &crew.workers {
                if sent.remove(worker) != Some((twin, crew.task)) {
                    return Err(format!("`{name}` counts on {worker:?} for {:?}, who is not sent there", crew.task));
                }
            }
        }
    }
    if let Some((worker, task)) = sent.first_key_value() {
        return Err(format!("{worker:?} is sent to {task:?}, where nobody counts on anyone"));
    }
    audit_calls(world)
}

/// Who still needs people has called for them, and nobody who could come stays away.
fn audit_calls(world: &World) -> Result<(), String> {
    let (plan, calls) = (world.resource::<Plan>(), world.resource::<Calls>());
    let mut open: BTreeMap<u64, Need> = BTreeMap::new();
    for call in &calls.open {
        open.insert(call.number, call.need);
    }
    for (_, entity, name) in world.resource::<Directory>().twins() {
        let entity = world.entity(entity);
        for crew in crews(entity.get::<MachineState>(), entity.get::<Health>()) {
            let called = open.remove(&crew.call);
            if crew.workers.is_empty() && called != Some(crew.need) && crew.walking == 0 && !is_under_way(entity, crew)
            {
                return Err(format!("`{name}` waits for people for {:?} and has called for nobody", crew.task));
            }
            if let Some(need) = called.filter(|_| is_settled(world)) {
                let free = plan.skilled[need.skill as usize].iter().filter(|worker| is_free(world, **worker)).count();
                if free >= need.count as usize {
                    return Err(format!("`{name}` waits for {need:?} for {:?}, and {free} are free", crew.task));
                }
            }
        }
        let machine = entity.get::<MachineState>().filter(|state| state.is_up() && is_settled(world));
        if let Some(slot) = machine.into_iter().flat_map(|state| &state.slots).find(|s| s.waits() && s.crew.is_none()) {
            return Err(format!("a slot of `{name}` waits in {:?} for nobody", slot.phase));
        }
    }
    Ok(())
}

/// A repair goes on although those who were at it have left for good.
fn is_under_way(entity: EntityRef, crew: &Crew) -> bool {
    let order = entity.get::<Health>().and_then(|health| health.repair.as_ref().or(health.service.as_ref()));
    matches!(crew.task, Task::Repair | Task::Maintenance)
        && order.is_some_and(|order| order.stage == OrderStage::Working)
}

fn is_free(world: &World, worker: TwinId) -> bool {
    let entity = world.resource::<Directory>().entity(worker);
    entity.and_then(|entity| world.entity(entity).get::<WorkerState>()).is_some_and(WorkerState::is_free)
}

fn crews<'a>(machine: Option<&'a MachineState>, health: Option<&'a Health>) -> impl Iterator<Item = &'a Crew> {
    let of_slots = machine.into_iter().flat_map(|machine| &machine.slots).filter_map(|slot| slot.crew.as_deref());
    let orders = health.into_iter().flat_map(|health| health.repair.iter().chain(&health.service));
    of_slots.chain(orders.filter_map(|order| order.crew.as_deref()))
}
