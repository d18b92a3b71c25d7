//! What people outside and minds can do to a factory: release a job, break a machine down, have it maintained.

use std::collections::BTreeMap;

use bevy_ecs::prelude::{Entity, In, Mut, World};
use bevy_ecs::system::RunSystemOnce;
use serde_json::json;

use crate::engine::clock::Clock;
use crate::engine::command::{Command, CommandKind};
use crate::engine::identity::{Directory, TwinId};
use crate::engine::journal::Journal;
use crate::engine::parallel::Pool;
use crate::engine::random::{Purpose, Seed};
use crate::engine::time::{Duration, Time};
use crate::twin::life::Life;
use crate::twin::who::Population;

use super::calls::OrderKind;
use super::control::health::Health;
use super::control::maintenance::{Maintenance, Wear};
use super::dispatch::rules::DispatchingRule;
use super::energy::account::Account;
use super::floor::FloorParam;
use super::jobs::Job;
use super::machine::{Machine, MachineState};
use super::optimise::plant::PlantProblem;
use super::optimise::{Budget, Objective, optimise};
use super::orders::release;
use super::people::worker::WorkerState;
use super::plan::Plan;
use super::product::Products;
use super::transport::conveyor::{Conveyor, ConveyorState};
use super::transport::rack::RackState;
use super::transport::vehicle::{Station, Vehicle, VehicleState};
use super::variants::{self, OptionPlan};

/// `release`: jobs of a product come in at once.
pub const RELEASE: CommandKind = CommandKind {
    name: "release",
    about: "Releases jobs. `with`: `product`; if wanted `count`, `due_after`, `priority`, `weight`, `variant` such as \"colour=red\".",
    needs_twin: false,
    details: &["product", "count", "due_after", "priority", "weight", "variant"],
    check: |world, command| order(world, command).map(drop),
    apply: |world, _, command| {
        let order = order(world, command)?;
        run(world, order, release)
    },
};

/// `breakdown`: a machine, vehicle or conveyor breaks down.
pub const BREAKDOWN: CommandKind = CommandKind {
    name: "breakdown",
    about: "Breaks a machine, vehicle or conveyor down. `with`: `repair`, how long its repair takes.",
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
        run(world, (machine, repair, cause_of(command)), break_down)
    },
};

/// `maintain`: a machine is maintained as soon as nothing is under way there.
pub const MAINTAIN: CommandKind = CommandKind {
    name: "maintain",
    about: "Asks for the maintenance of a machine now: it begins once nothing is under way there, as its `maintenance` says.",
    needs_twin: true,
    details: &[],
    check: |world, command| {
        let twin = command.twin.as_deref().and_then(|name| world.resource::<Directory>().find(name));
        can_be_maintained(world, twin.unwrap_or(TwinId::NONE)).map(drop)
    },
    apply: |world, machine, command| {
        let entity = can_be_maintained(world, machine)?;
        needs_maintenance(world, entity)?;
        run(world, (machine, cause_of(command)), maintain)
    },
};

/// `maintain_worn`: machines that are worn are maintained as soon as nothing is under way there.
pub const MAINTAIN_WORN: CommandKind = CommandKind {
    name: "maintain_worn",
    about: "Asks for the maintenance of the machines that are worn by more than a share of their life and are not to be maintained or \
            repaired already. `with`: `wear`, from 0 to 1; if wanted `machines`, a name, a pattern or a kind, else all.",
    needs_twin: false,
    details: &["wear", "machines"],
    check: |world, command| {
        least_wear(command)?;
        machines(world, command).map(drop)
    },
    apply: |world, _, command| {
        let (least, now) = (least_wear(command)?, world.resource::<Clock>().now);
        for machine in machines(world, command)? {
            let Ok(entity) = can_be_maintained(world, machine) else { continue };
            let (health, wear) = (world.get::<Health>(entity), world.get::<Wear>(entity));
            let is_worn = health.zip(wear).is_some_and(|(health, wear)| health.wear(wear, now) > least);
            if is_worn && needs_maintenance(world, entity).is_ok() {
                run(world, (machine, cause_of(command)), maintain)?;
            }
        }
        Ok(())
    },
};

fn least_wear(command: &Command) -> Result<f64, String> {
    let wear = command.number("wear")?.ok_or("`with` lacks `wear`, from which on machines are maintained")?;
    if (0.0..=1.0).contains(&wear) { Ok(wear) } else { Err(format!("`wear` should be from 0 to 1, but is {wear}")) }
}

/// `plan`: all jobs in process are planned anew, and go by that timetable.
pub const PLAN: CommandKind = CommandKind {
    name: "plan",
    about: "Plans the jobs in process, and those that are known beforehand, and lets the plant go by that timetable. What is not in \
            it goes by the rules. `with`, if wanted: `objective` \"tardiness\" or \"makespan\", and `iterations` of the search.",
    needs_twin: false,
    details: &["objective", "iterations"],
    check: |_, command| wanted_plan(command).map(drop),
    apply: |world, _, command| {
        let (objective, budget) = wanted_plan(command)?;
        let plant = PlantProblem::of(world);
        let mut random = world.resource::<Seed>().stream(world.resource::<Clock>().now.nanos() as u64, PLANNING, 0);
        let pool = world.resource::<Pool>().clone();
        let schedule = optimise(&plant.problem, objective, budget, random.next_u64(), &pool)
            .map_err(|error| format!("the plant cannot be planned: {error}"))?;
        world.insert_resource(plant.timetable(&schedule));
        run(world, (), serve_all)
    },
};

const PLANNING: Purpose = Purpose::new("factory.plan");

fn wanted_plan(command: &Command) -> Result<(Objective, Budget), String> {
    let iterations = command.number("iterations")?.unwrap_or(20_000.0);
    if !(1.0..=1e9).contains(&iterations) || iterations.fract() != 0.0 {
        return Err(format!("`iterations` should be a whole number from 1 to 1000000000, but is {iterations}"));
    }
    let objective = match command.with.contains_key("objective").then(|| command.text("objective")).transpose()? {
        None | Some("tardiness") => Objective::WeightedTardiness,
        Some("makespan") => Objective::Makespan,
        Some(other) => return Err(format!("`objective` should be \"tardiness\" or \"makespan\", but is \"{other}\"")),
    };
    Ok((objective, Budget { iterations: Some(iterations as u64), time: None }))
}

/// Lets every machine see whose turn it is now.
fn serve_all(In(()): In<()>, mut param: FloorParam) {
    let mut floor = param.floor();
    let machines: Vec<TwinId> = floor.directory.twins().map(|(twin, ..)| twin).collect();
    floor.moment.touched.extend(machines);
    floor.settle_when_quiet();
}

/// `dispatch`: machines go by another rule from now on.
pub const DISPATCH: CommandKind = CommandKind {
    name: "dispatch",
    about: "Lets machines go by another dispatching rule. `with`: `rule`, and its `look_ahead` if it has one; if wanted `machines`, a \
            name, a pattern or a kind, else all.",
    needs_twin: false,
    details: &["rule", "look_ahead", "machines"],
    check: |world, command| {
        rule(command)?;
        machines(world, command).map(drop)
    },
    apply: |world, _, command| {
        let rule = rule(command)?;
        let now = world.resource::<Clock>().now;
        for machine in machines(world, command)? {
            let Some(mut part) = machine_part(world, machine).filter(|part| part.rule != rule) else { continue };
            part.rule = rule;
            let told = format!("{rule:?}: {}", cause_of(command));
            world.resource_mut::<Journal>().note(now, machine, "dispatching_rule", told, None);
        }
        Ok(())
    },
};

/// `prioritise`: some of the jobs in process go before others from now on.
pub const PRIORITISE: CommandKind = CommandKind {
    name: "prioritise",
    about: "Gives jobs in process another priority: those of higher priority go first, whatever the rule. `with`: `priority`; if \
            wanted `product`, `made_for` \"stock\" or \"customers\", and `due_within` a time, else all jobs.",
    needs_twin: false,
    details: &["priority", "product", "made_for", "due_within"],
    check: |world, command| group(world, command).map(drop),
    apply: |world, _, command| {
        let group = group(world, command)?;
        run(world, group, prioritise)
    },
};

/// Some of the jobs, and the priority that they are to have.
struct Group {
    priority: i32,
    product: Option<u32>,
    for_stock: Option<bool>,
    due_within: Option<Duration>,
}

fn group(world: &World, command: &Command) -> Result<Group, String> {
    let product = match command.with.contains_key("product") {
        true => Some(find_product(world, command.text("product")?)?),
        false => None,
    };
    let for_stock = match command.with.contains_key("made_for").then(|| command.text("made_for")).transpose()? {
        None => None,
        Some("stock") => Some(true),
        Some("customers") => Some(false),
        Some(other) => return Err(format!("`made_for` should be \"stock\" or \"customers\", but is \"{other}\"")),
    };
    let priority = command.number("priority")?.ok_or("`with` lacks `priority`")?;
    Ok(Group { priority: whole_priority(priority)?, product, for_stock, due_within: command.duration("due_within")? })
}

fn find_product(world: &World, name: &str) -> Result<u32, String> {
    // Asked before the plan is made, too, which numbers products in this order.
    let place = world.resource::<Products>().0.keys().position(|other| other == name);
    place.map(|place| place as u32).ok_or_else(|| format!("there is no product `{name}`"))
}

fn whole_priority(priority: f64) -> Result<i32, String> {
    if priority.abs() > 1e9 || priority.fract() != 0.0 {
        return Err(format!("`priority` should be a whole number, but is {priority:?}"));
    }
    Ok(priority as i32)
}

fn machine_part(world: &mut World, machine: TwinId) -> Option<Mut<'_, Machine>> {
    let entity = world.resource::<Directory>().entity(machine)?;
    world.get_mut(entity)
}

/// The rule that a command names.
fn rule(command: &Command) -> Result<DispatchingRule, String> {
    let name = command.text("rule")?;
    let written = match command.number("look_ahead")? {
        Some(look_ahead) => json!({ name: { "look_ahead": look_ahead } }),
        None => json!(name),
    };
    serde_json::from_value(written).map_err(|error| format!("`rule` {name}: {error}"))
}

/// The machines that a command is about.
fn machines(world: &World, command: &Command) -> Result<Vec<TwinId>, String> {
    let directory = world.resource::<Directory>();
    let is_machine = |twin: &TwinId| {
        let entity = directory.entity(*twin);
        entity.is_some_and(|entity| world.entity(entity).contains::<Machine>())
    };
    if !command.with.contains_key("machines") {
        return Ok(directory.twins().map(|(twin, ..)| twin).filter(is_machine).collect());
    }
    let text = command.text("machines")?;
    let mut found = world.resource::<Population>().find(directory, text);
    found.retain(is_machine);
    if found.is_empty() {
        return Err(format!("no machine is meant by `{text}`; write a name, a pattern such as \"lathe-*\", or a kind"));
    }
    Ok(found)
}

/// Why, for the journal and the work order.
fn cause_of(command: &Command) -> String {
    if command.cause.is_empty() { "command".to_owned() } else { command.cause.clone() }
}

struct Order {
    product: u32,
    count: u32,
    due_after: Option<Duration>,
    priority: i32,
    weight: f64,
    options: BTreeMap<String, String>,
}

fn order(world: &World, command: &Command) -> Result<Order, String> {
    let name = command.text("product")?;
    let count = command.number("count")?.unwrap_or(1.0);
    let priority = command.number("priority")?.unwrap_or(0.0);
    let weight = command.number("weight")?.unwrap_or(1.0);
    if !(1.0..=1e6).contains(&count) || count.fract() != 0.0 {
        return Err(format!("`count` should be a whole number from 1 to 1000000, but is {count}"));
    }
    if !(weight >= 0.0 && weight.is_finite()) {
        return Err(format!("`weight` should be at least 0, but is {weight}"));
    }
    let product = find_product(world, name)?;
    Ok(Order {
        product,
        options: options(command, &variants::options(&world.resource::<Products>().0[name]))?,
        count: count as u32,
        due_after: command.duration("due_after")?,
        priority: whole_priority(priority)?,
        weight,
    })
}

/// The choices in words such as `colour=red size=large`.
fn options(command: &Command, known: &[OptionPlan]) -> Result<BTreeMap<String, String>, String> {
    if !command.with.contains_key("variant") {
        return Ok(BTreeMap::new());
    }
    let read = |word: &str| {
        let (name, choice) = word.split_once('=').ok_or_else(|| format!("`{word}` should look like \"colour=red\""))?;
        let option = known.iter().find(|option| *option.name == *name);
        let option = option.ok_or_else(|| format!("the product has no option `{name}`"))?;
        option.find(choice).ok_or_else(|| format!("the option `{name}` has no choice `{choice}`"))?;
        Ok((name.to_owned(), choice.to_owned()))
    };
    command.text("variant")?.split_whitespace().map(read).collect()
}

fn repair(command: &Command) -> Result<Duration, String> {
    command.duration("repair")?.ok_or_else(|| "`with` lacks `repair`, how long the repair takes".to_owned())
}

fn is_machine(world: &World, twin: TwinId) -> Result<(), String> {
    let entity = world.resource::<Directory>().entity(twin).ok_or("there is no such twin any more")?;
    let twin = world.entity(entity);
    let breaks = twin.contains::<Machine>() || twin.contains::<Vehicle>() || twin.contains::<Conveyor>();
    if breaks { Ok(()) } else { Err("this twin is no machine, vehicle or conveyor".to_owned()) }
}

fn can_be_maintained(world: &World, twin: TwinId) -> Result<Entity, String> {
    let entity = world.resource::<Directory>().entity(twin).ok_or("there is no such twin any more")?;
    let twin = world.entity(entity);
    match () {
        () if !twin.contains::<Machine>() => Err("this twin is no machine".to_owned()),
        () if !twin.contains::<Maintenance>() => {
            Err("this machine has no part `maintenance`, which says how long it takes".to_owned())
        }
        () => Ok(entity),
    }
}

/// Whoever asks for what is done or will be done already is told so.
fn needs_maintenance(world: &World, machine: Entity) -> Result<(), String> {
    let machine = world.entity(machine);
    let order = machine.get::<Health>().and_then(|health| health.repair.as_deref().or(health.service.as_deref()));
    match order.map(|order| order.kind) {
        None => Ok(()),
        Some(OrderKind::Failure) => Err("it is broken down".to_owned()),
        Some(OrderKind::Relocation) => Err("it is about to be moved".to_owned()),
        Some(OrderKind::Planned | OrderKind::Condition | OrderKind::Requested) => {
            Err("it is about to be maintained already".to_owned())
        }
    }
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
    let Order { product, priority, weight, ref options, .. } = order;
    for _ in 0..order.count {
        floor.release(&release::Order { product, options, due, priority, weight, supply: None, for_stock: false });
    }
    floor.settle_when_quiet();
}

fn prioritise(In(group): In<Group>, mut param: FloorParam) {
    let mut floor = param.floor();
    let now = floor.now();
    let is_meant = |job: &Job| {
        group.product.is_none_or(|product| job.product == product)
            && group.for_stock.is_none_or(|for_stock| job.is_for_stock() == for_stock)
            && group.due_within.is_none_or(|within| job.due < now + within)
    };
    floor.prioritise(is_meant, group.priority);
    floor.settle_when_quiet();
}

fn break_down(In((machine, repair, cause)): In<(TwinId, Duration, String)>, mut param: FloorParam) {
    let mut floor = param.floor();
    floor.break_down(machine, (repair, None), cause.into());
    floor.settle_when_quiet();
}

fn maintain(In((machine, cause)): In<(TwinId, String)>, mut param: FloorParam) {
    let mut floor = param.floor();
    floor.raise_service(machine, OrderKind::Requested, cause.into());
    floor.settle_when_quiet();
}

/// What becomes of twins of the factory, and of the jobs there, when their lives change.
pub fn on_life_change(world: &mut World, twin: TwinId, life: Life) {
    // Before the first step twins have no state yet, and nothing can be on the way to them.
    let Some(entity) = world.resource::<Directory>().entity(twin) else { return };
    let entity = world.entity(entity);
    let is_of_the_factory = entity.contains::<MachineState>()
        || entity.contains::<WorkerState>()
        || entity.contains::<VehicleState>()
        || entity.contains::<RackState>()
        || entity.contains::<ConveyorState>()
        || entity.contains::<Account>();
    let is_station = entity.contains::<Station>();
    if is_of_the_factory {
        let changed = run(world, (twin, life), change_life);
        debug_assert!(changed.is_ok(), "the plugin puts in all that the floor needs");
    }
    if life == Life::Retired && (is_of_the_factory || is_station) {
        // What a job expects and where it can go depends on the twins that are left.
        Plan::rebuild(world);
    }
}

/// Each of these does nothing to a twin of another kind.
fn change_life(In((twin, life)): In<(TwinId, Life)>, mut param: FloorParam) {
    let mut floor = param.floor();
    match life {
        Life::Created => {}
        Life::Active | Life::Suspended => {
            floor.suspend(twin, life == Life::Suspended);
            floor.suspend_worker(twin, life == Life::Suspended);
            floor.suspend_vehicle(twin, life == Life::Suspended);
            floor.run_belt(twin, None, Some(life == Life::Suspended));
        }
        Life::Retired => {
            floor.stop_charging(twin);
            floor.timetable.forget(|_, machine| machine == twin);
            floor.evacuate(twin);
            floor.drop_upkeep(twin);
            floor.dismiss_worker(twin);
            floor.retire_vehicle(twin);
            floor.clear_rack(twin);
            floor.clear_belt(twin);
            floor.clear_belts_to(twin);
            floor.call_off(twin);
        }
    }
    // Later, since a twin that retires is still there now and must not be chosen again.
    floor.settle_later();
}
