//! What people outside can do to a factory: release a job, break a machine down.

use bevy_ecs::prelude::{In, World};
use bevy_ecs::system::RunSystemOnce;

use crate::engine::command::{Command, CommandKind};
use crate::engine::identity::{Directory, TwinId};
use crate::engine::time::{Duration, Time};
use crate::twin::life::Life;

use super::floor::FloorParam;
use super::machine::{Machine, MachineState};
use super::plan::Plan;

/// `release`: jobs of a product come in at once.
pub const RELEASE: CommandKind = CommandKind {
    name: "release",
    about: "Releases jobs. `with`: `product`; if wanted `count`, `due_after`, `priority`, `weight`.",
    needs_twin: false,
    details: &["product", "count", "due_after", "priority", "weight"],
    check: |world, command| order(world, command).map(drop),
    apply: |world, _, command| {
        let order = order(world, command)?;
        run(world, order, release)
    },
};

/// `breakdown`: a machine breaks down.
pub const BREAKDOWN: CommandKind = CommandKind {
    name: "breakdown",
    about: "Breaks a machine down. `with`: `repair`, how long its repair takes.",
    needs_twin: true,
    details: &["repair"],
    check: |world, command| {
        let twin = command.twin.as_deref().and_then(|name| world.resource::<Directory>().find(name));
        is_machine(world, twin.unwrap_or(TwinId::NONE))?;
        repair(command).map(drop)
    },
    apply: |world, machine, command| {
        is_machine(world, machine)?;
        let repair = repair(command)?;
        let cause = if command.cause.is_empty() { "command".to_owned() } else { command.cause.clone() };
        run(world, (machine, repair, cause), break_down)
    },
};

struct Order {
    product: u32,
    count: u32,
    due_after: Option<Duration>,
    priority: i32,
    weight: f64,
}

fn order(world: &World, command: &Command) -> Result<Order, String> {
    let product = command.text("product")?;
    let count = command.number("count")?.unwrap_or(1.0);
    let priority = command.number("priority")?.unwrap_or(0.0);
    let weight = command.number("weight")?.unwrap_or(1.0);
    if !(1.0..=1e6).contains(&count) || count.fract() != 0.0 {
        return Err(format!("`count` should be a whole number from 1 to 1000000, but is {count}"));
    }
    if priority.abs() > 1e9 || priority.fract() != 0.0 {
        return Err(format!("`priority` should be a whole number, but is {priority:?}"));
    }
    if !(weight >= 0.0 && weight.is_finite()) {
        return Err(format!("`weight` should be at least 0, but is {weight}"));
    }
    Ok(Order {
        product: world
            .resource::<Plan>()
            .find_product(product)
            .ok_or_else(|| format!("there is no product `{product}`"))?,
        count: count as u32,
        due_after: command.duration("due_after")?,
        priority: priority as i32,
        weight,
    })
}

fn repair(command: &Command) -> Result<Duration, String> {
    command.duration("repair")?.ok_or_else(|| "`with` lacks `repair`, how long the repair takes".to_owned())
}

fn is_machine(world: &World, twin: TwinId) -> Result<(), String> {
    let entity = world.resource::<Directory>().entity(twin).ok_or("there is no such twin any more")?;
    if world.entity(entity).contains::<Machine>() { Ok(()) } else { Err("this twin is no machine".to_owned()) }
}

fn run<T: 'static, M>(
    world: &mut World,
    input: T,
    system: impl bevy_ecs::prelude::IntoSystem<In<T>, (), M>,
) -> Result<(), String> {
    world.run_system_once_with(system, input).map_err(|error| error.to_string())
}

fn release(In(order): In<Order>, mut param: FloorParam) {
    let mut floor = param.floor();
    let due = order.due_after.map_or(Time::NEVER, |after| floor.now() + after);
    for _ in 0..order.count {
        floor.release(order.product, due, order.priority, order.weight, None);
    }
    floor.settle_when_quiet();
}

fn break_down(In((machine, repair, cause)): In<(TwinId, Duration, String)>, mut param: FloorParam) {
    let mut floor = param.floor();
    floor.break_down(machine, repair, cause.into());
    floor.settle_when_quiet();
}

/// What becomes of a machine and its jobs when its life changes.
pub fn on_life_change(world: &mut World, twin: TwinId, life: Life) {
    // Before the first step machines have no state yet, and nothing can be on the way to them.
    let entity = world.resource::<Directory>().entity(twin);
    if entity.is_some_and(|entity| world.entity(entity).contains::<MachineState>()) {
        let changed = run(world, (twin, life), change_life);
        debug_assert!(changed.is_ok(), "the plugin puts in all that the floor needs");
        if life == Life::Retired {
            // What a job expects and where it can go depends on the machines that are left.
            Plan::rebuild(world);
        }
    }
}

fn change_life(In((machine, life)): In<(TwinId, Life)>, mut param: FloorParam) {
    let mut floor = param.floor();
    match life {
        Life::Created => {}
        Life::Active => floor.suspend(machine, false),
        Life::Suspended => floor.suspend(machine, true),
        Life::Retired => floor.evacuate(machine),
    }
    // Later, since a machine that retires is still there now and must not be chosen again.
    floor.settle_later();
}
