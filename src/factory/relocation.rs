//! Relocation: a machine is moved while the plant runs, as modular cells are.
//!
//! A machine that is to move takes no further jobs in, finishes those that it has, and stands still while people carry it. Then
//! it works on in its new place, where vehicles and workers find it.

use bevy_ecs::prelude::{In, World};
use bevy_ecs::system::RunSystemOnce;

use crate::engine::clock::Clock;
use crate::engine::command::{Command, CommandKind};
use crate::engine::identity::{Directory, TwinId};
use crate::engine::queue::EventQueue;
use crate::engine::time::Duration;
use crate::look::sight::Sights;
use crate::world::position::Position;

use super::calls::{Calls, Move, OrderKind, OrderStage, WorkOrder};
use super::control::health::Health;
use super::floor::{Floor, FloorParam, health_of, state_of};
use super::machine::Machine;
use super::opening::{junctions, rebuild_network, site};
use super::people::worker::Staff;
use super::plan::Plan;
use super::tables::MaintenanceRow;
use super::transport::haulage::Sites;
use super::transport::network::Network;
use super::transport::vehicle::Station;

/// `relocate`: a machine moves to another place.
pub const RELOCATE: CommandKind = CommandKind {
    name: "relocate",
    about: "Moves a machine, once it has finished its jobs. `with`: `x`, `y`; if wanted `takes`, `skill`, `junction`.",
    needs_twin: true,
    details: &["x", "y", "takes", "skill", "junction"],
    check: |world, command| {
        let twin = command.twin.as_deref().and_then(|name| world.resource::<Directory>().find(name));
        order(world, twin.unwrap_or(TwinId::NONE), command).map(drop)
    },
    apply: |world, twin, command| {
        let order = order(world, twin, command)?;
        let entity = world.resource::<Directory>().entity(twin).ok_or("there is no such twin any more")?;
        if world.entity(entity).get::<Health>().is_some_and(|health| health.service.is_some()) {
            return Err("it is about to be maintained or moved already".to_owned());
        }
        world.run_system_once_with(begin, (twin, order)).map_err(|error| error.to_string())
    },
};

fn order(world: &World, twin: TwinId, command: &Command) -> Result<WorkOrder, String> {
    let entity = world.resource::<Directory>().entity(twin).ok_or("there is no such twin any more")?;
    if !world.entity(entity).contains::<Machine>() {
        return Err("this twin is no machine".to_owned());
    }
    let belts = &world.resource::<Plan>().conveyors;
    if belts.keys().any(|(to, from)| [*to, *from].contains(&twin)) {
        return Err("a conveyor leads to it or from it, and cannot be moved".to_owned());
    }
    let coordinate = |key| command.number(key)?.ok_or_else(|| format!("`with` lacks `{key}`, where it goes: metres"));
    let junction = command.with.contains_key("junction").then(|| command.text("junction")).transpose()?;
    if let Some(name) = junction.filter(|name| world.resource::<Network>().junction(name).is_none()) {
        return Err(format!("the aisles have no junction `{name}`"));
    }
    let skill = command.with.contains_key("skill").then(|| command.text("skill")).transpose()?;
    let staff = skill.map(|skill| Staff { skill: skill.to_owned(), count: 1 });
    let need = staff.as_ref().and_then(|staff| world.resource::<Plan>().need(staff));
    if let (Some(staff), None) = (&staff, need) {
        return Err(format!("no worker has the skill `{}`", staff.skill));
    }
    let now = world.resource::<Clock>().now;
    Ok(WorkOrder {
        kind: OrderKind::Relocation,
        cause: if command.cause.is_empty() { "command".into() } else { command.cause.clone().into() },
        takes: command.duration("takes")?.unwrap_or(Duration::ZERO),
        is_told: true,
        raised: now,
        noticed: now,
        started: now,
        stage: OrderStage::Raised,
        need,
        crew: None,
        parts: Vec::new(),
        wear: 0.0,
        to: Some(Move { place: (coordinate("x")?, coordinate("y")?), junction: junction.map(str::to_owned) }),
    })
}

fn begin(In((twin, order)): In<(TwinId, WorkOrder)>, mut param: FloorParam) {
    let mut floor = param.floor();
    floor.prepare_move(twin, order);
    floor.settle_when_quiet();
}

impl Floor<'_, '_, '_> {
    fn prepare_move(&mut self, twin: TwinId, order: WorkOrder) {
        let Some(health) = health_of(self.ageing, self.directory, twin) else { return };
        health.service = Some(Box::new(order));
        if let Some(state) = state_of(self.states, self.directory, twin) {
            state.closing = true;
        }
        self.moment.closing += 1;
        self.moment.touched.push(twin);
    }

    /// A machine has been carried to its new place, and is at work there as soon as the world knows of it.
    pub(super) fn arrive_at_new_place(&mut self, twin: TwinId) {
        self.calls.moved.push(twin);
        self.queue.wake(self.clock.now);
    }

    /// A machine works on in its new place.
    fn settle_in(&mut self, twin: TwinId) {
        let now = self.clock.now;
        let Some(health) = health_of(self.ageing, self.directory, twin) else { return };
        let Some(order) = health.service.take() else { return };
        let missed = health.missed.take();
        self.tables.maintenance.push(MaintenanceRow::new(twin, &order, Some(now)));
        self.tables.journal.note(now, twin, "relocated", order.cause.clone(), None);
        self.calls.dismiss(order.crew);
        self.moment.closing -= 1;
        if let Some(state) = state_of(self.states, self.directory, twin) {
            state.count_until(now);
            (state.maintained, state.closing) = (false, false);
        }
        if let Some(which) = missed {
            self.fall_due(twin, which);
        }
        self.go_on(twin);
        self.moment.changed.push(twin);
    }
}

/// Puts machines that have been carried where they now are. Between two events, since the plan and the network of aisles
/// follow from the places of twins.
pub(super) fn finish_moves(world: &mut World) {
    if world.resource::<Calls>().moved.is_empty() {
        return;
    }
    let moved = std::mem::take(&mut world.resource_mut::<Calls>().moved);
    for &twin in &moved {
        put_in_place(world, twin);
    }
    rebuild_network(world);
    Plan::rebuild(world);
    world.resource_mut::<Sights>().expire();
    let settled = world.run_system_once_with(settle_all, moved);
    debug_assert!(settled.is_ok(), "the plugin puts in all that the floor needs");
    // What follows happens now, before time goes on.
    let now = world.resource::<Clock>().now;
    world.resource_mut::<EventQueue>().wake(now);
}

fn settle_all(In(moved): In<Vec<TwinId>>, mut param: FloorParam) {
    let mut floor = param.floor();
    moved.into_iter().for_each(|twin| floor.settle_in(twin));
    floor.settle_when_quiet();
}

/// Writes a machine's new place to its parts, and makes a place for vehicles there.
fn put_in_place(world: &mut World, twin: TwinId) {
    let Some(entity) = world.resource::<Directory>().entity(twin) else { return };
    let Some(to) = world.entity(entity).get::<Health>().and_then(|health| health.service.as_ref()?.to.clone()) else {
        return;
    };
    let mut machine = world.entity_mut(entity);
    let position = machine.get::<Position>().copied().unwrap_or_default();
    machine.insert(Position { x: to.place.0, y: to.place.1, ..position });
    if let Some(mut station) = machine.get_mut::<Station>() {
        station.junction = to.junction;
    } else if to.junction.is_some() {
        machine.insert(Station { junction: to.junction, ..Station::default() });
    }
    if world.resource::<Sites>().0.is_empty() {
        return;
    }
    let junctions = junctions(world.resource::<Network>());
    // As much room as the other places have, whichever vehicles are left.
    let clear = world.resource::<Sites>().0.first().map_or(0.0, |site| site.clear);
    if let Some(site) = site(world, twin, entity, &junctions, clear) {
        world.resource_mut::<Sites>().0.push(site);
    }
}
