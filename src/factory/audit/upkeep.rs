//! Every repair and every maintenance goes on, and no spare part is lost.

use std::collections::BTreeSet;

use bevy_ecs::prelude::{EntityRef, World};

use super::is_settled;
use crate::engine::identity::{Directory, TwinId};
use crate::engine::queue::{EventKind, EventQueue};
use crate::factory::calls::{Calls, OrderKind, OrderStage, WorkOrder};
use crate::factory::control::health::Health;
use crate::factory::machine::MachineState;
use crate::factory::orders::purchasing::Spares;
use crate::factory::plan::Plan;
use crate::factory::transport::conveyor::ConveyorState;
use crate::factory::transport::vehicle::VehicleState;

pub(super) fn audit(world: &World) -> Result<(), String> {
    let kinds = world.resource::<Plan>().kinds;
    let pending = world.resource::<EventQueue>().pending();
    let of_upkeep = pending.filter(|(kind, ..)| [kinds.noticed, kinds.repaired].contains(kind));
    let ending: BTreeSet<(EventKind, TwinId)> = of_upkeep.map(|(kind, twin, _)| (kind, twin)).collect();
    for (twin, entity, name) in world.resource::<Directory>().twins() {
        let entity = world.entity(entity);
        if let Some(health) = entity.get::<Health>() {
            audit_orders(world, twin, entity, health, &ending).map_err(|what| format!("`{name}`: {what}"))?;
        }
    }
    audit_spares(world)
}

/// What stands still has an order that says why, and the order waits for something that will come.
fn audit_orders(
    world: &World,
    twin: TwinId,
    entity: EntityRef,
    health: &Health,
    ending: &BTreeSet<(EventKind, TwinId)>,
) -> Result<(), String> {
    let machine = entity.get::<MachineState>();
    let vehicle = || entity.get::<VehicleState>().map(|vehicle| vehicle.down);
    let conveyor = || entity.get::<ConveyorState>().map(|conveyor| conveyor.down);
    let down = machine.map(|machine| machine.down).or_else(vehicle).or_else(conveyor).unwrap_or_default();
    if down != health.repair.is_some() {
        return Err(format!("down: {down}, but its repair is {:?}", health.repair));
    }
    let service = health.service.as_deref();
    let stands = service.is_some_and(|order| order.stage != OrderStage::Raised);
    let moves = service.is_some_and(|order| order.kind == OrderKind::Relocation);
    let is_due = service.is_some() && !moves;
    if machine.is_some_and(|m| m.maintained != stands || m.maintenance_due != is_due || m.closing != moves) {
        return Err(format!("its maintenance {service:?} is not what it does"));
    }
    if down && stands {
        return Err("it is repaired and maintained at once".to_owned());
    }
    let Some(order) = health.repair.as_deref().or(service) else { return Ok(()) };
    let goes_on = world.resource::<Calls>().upkeep.contains(&twin) || !is_settled(world);
    if goes_on || waits_rightly(world, twin, machine, order, ending) {
        return Ok(());
    }
    Err(format!("nobody goes on with {order:?}"))
}

fn waits_rightly(
    world: &World,
    twin: TwinId,
    machine: Option<&MachineState>,
    order: &WorkOrder,
    ending: &BTreeSet<(EventKind, TwinId)>,
) -> bool {
    let kinds = world.resource::<Plan>().kinds;
    match order.stage {
        OrderStage::Unnoticed => ending.contains(&(kinds.noticed, twin)),
        OrderStage::Raised if order.kind == OrderKind::Relocation => machine.is_some_and(|state| !state.is_empty()),
        OrderStage::Raised => machine.is_some_and(|state| !state.is_quiet()),
        OrderStage::Parts => {
            let spares = world.resource::<Spares>();
            let is_short = |&(part, count): &(u32, u32)| {
                let part = part as usize;
                spares.stock[part] < count && spares.on_order[part] > 0
            };
            spares.waiting.contains(&twin) && order.parts.iter().any(is_short)
        }
        OrderStage::People => order.crew.as_ref().is_some_and(|crew| !crew.is_complete()),
        OrderStage::Working => {
            ending.contains(&(kinds.repaired, twin)) || world.resource::<Calls>().moved.contains(&twin)
        }
    }
}

/// What was on the shelf and was delivered is on the shelf or was used.
fn audit_spares(world: &World) -> Result<(), String> {
    let (plan, spares) = (world.resource::<Plan>(), world.resource::<Spares>());
    for (part, (name, policy)) in plan.spares.iter().enumerate() {
        let ordered = spares.ordered[part] * u64::from(policy.order);
        let came = u64::from(policy.stock) + ordered - u64::from(spares.on_order[part]);
        if came != u64::from(spares.stock[part]) + spares.used[part] {
            return Err(format!("spare part `{name}`: {came} came, but {spares:?}"));
        }
    }
    Ok(())
}
