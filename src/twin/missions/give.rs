//! Gives missions out: as the scene says, or by commands.

use std::sync::Arc;

use bevy_ecs::prelude::{In, Resource, World};

use super::book::{Mission, Missions, Stage, Task};
use super::duties::{ContractorSpec, Duties, Duty, Ledger};
use super::kind::{MissionKinds, Place};
use super::outcome;
use super::talk::Contracting;
use crate::engine::clock::Clock;
use crate::engine::command::{Command, CommandKind};
use crate::engine::identity::{Directory, TwinId};
use crate::engine::queue::{Event, EventKind, EventQueue};
use crate::engine::random::{Purpose, Seed};
use crate::engine::spelling::nearest;
use crate::engine::time::{Duration, Time};
use crate::twin::contracts::contractor::Body;
use crate::twin::contracts::manager::{Manager, ManagerSpec};
use crate::twin::contracts::notice::MissionId;
use crate::twin::faculties::FacultyTable;
use crate::twin::groups;
use crate::twin::knowledge::{Attention, Knowledge};
use crate::twin::life::Life;
use crate::twin::messages::{Outbox, Post};
use crate::twin::step::Agenda;
use crate::twin::step::settle::wake;
use crate::twin::who::Population;
use crate::world::position::Position;
use crate::world::space::Point;

const GAP: Purpose = Purpose::new("mission.gap");
const TASK: Purpose = Purpose::new("mission.task");
const VALUE: Purpose = Purpose::new("mission.value");

/// After how long what nobody had room for is offered again, if nobody has become free before.
const AGAIN: Duration = Duration::from_secs(10);

/// The kinds of events of missions.
#[derive(Resource, Clone, Copy)]
pub struct MissionEvents {
    /// The next mission of a kind is given: the argument is the kind's number.
    pub next: EventKind,
    /// It is too late for a mission: the argument is its id.
    pub late: EventKind,
    /// What waits is offered again.
    pub again: EventKind,
}

/// Gives managers and contractors what they remember, and plans the first missions.
pub fn begin(world: &mut World) {
    let kinds = world.resource::<MissionKinds>().clone();
    world.resource_mut::<Missions>().prepare(kinds.0.len());
    let twins: Vec<_> = world.resource::<Directory>().twins().map(|(_, entity, _)| entity).collect();
    for entity in twins {
        let mut parts = world.entity_mut(entity);
        let (manages, takes) = (parts.contains::<ManagerSpec>(), parts.contains::<ContractorSpec>());
        if !manages && !takes {
            continue;
        }
        parts.insert((Post::default(), Ledger::default()));
        if !parts.contains::<Attention>() {
            parts.insert(Attention::default());
        }
        if !parts.contains::<Outbox>() {
            parts.insert(Outbox::default());
        }
        if manages {
            parts.insert(Manager::default());
        }
        if takes {
            parts.insert(Duties::default());
        }
    }
    for (number, kind) in (0_u64..).zip(kinds.0.values()).filter(|(_, kind)| kind.is_scheduled()) {
        let first = match (kind.first, &kind.every) {
            (Some(first), _) => Time::ZERO + first,
            (None, Some(_)) => Time::ZERO + gap(world, number as u16, 0),
            (None, None) => Time::ZERO,
        };
        plan(world, number, first);
    }
}

fn plan(world: &mut World, kind: u64, at: Time) {
    let MissionEvents { next, .. } = *world.resource::<MissionEvents>();
    world.resource_mut::<EventQueue>().push(Event { at, kind: next, twin: TwinId::NONE, arg: kind });
}

fn gap(world: &World, kind: u16, number: u32) -> Duration {
    let kinds = world.resource::<MissionKinds>();
    let every = kinds.get(kind).and_then(|(_, kind)| kind.every.as_ref());
    let mut random = world.resource::<Seed>().stream(kind.into(), GAP, number.into());
    every.map_or(Duration::ZERO, |every| every.sample(&mut random))
}

/// Handles the events of missions.
pub fn handle(In(event): In<Event>, world: &mut World) {
    let MissionEvents { next, late, .. } = *world.resource::<MissionEvents>();
    match event.kind {
        kind if kind == next => arrive(world, event.arg as u16),
        kind if kind == late => {
            let mission = MissionId(event.arg as u32);
            let why = match world.resource::<Missions>().get(mission).stage {
                Stage::Open => "nobody took it on before its deadline",
                _ => "its deadline has passed",
            };
            outcome::call_off(world, mission, why.into());
        }
        _ => {
            world.resource_mut::<Missions>().again = None;
            offer_waiting(world);
        }
    }
}

/// The next mission of a kind is given, or all of them.
fn arrive(world: &mut World, kind: u16) {
    let Some((_, spec)) = world.resource::<MissionKinds>().get(kind) else { return };
    let (limit, has_rhythm) = (spec.limit(), spec.every.is_some());
    let count = if has_rhythm { 1 } else { limit };
    for _ in 0..count {
        give(world, kind, &Wanted::default());
    }
    // Those that commands gave count too: each has its number.
    let given = world.resource::<Missions>().given(kind);
    if has_rhythm && given < limit {
        let at = world.resource::<Clock>().now + gap(world, kind, given);
        plan(world, kind.into(), at);
    }
}

/// What a command wants otherwise than the kind of mission says.
#[derive(Clone, Debug, Default)]
struct Wanted {
    at: Option<Point>,
    deadline: Option<Duration>,
    priority: Option<i32>,
    reward: Option<f64>,
    to: Option<TwinId>,
}

/// Gives a mission of a kind.
fn give(world: &mut World, number: u16, wanted: &Wanted) {
    let now = world.resource::<Clock>().now;
    let kinds = world.resource::<MissionKinds>();
    let names = kinds.values();
    let Some((_, kind)) = kinds.get(number) else { return };
    let kind = kind.clone();
    let count = world.resource::<Missions>().given(number);
    let tasks = match wanted.at {
        Some(at) => Arc::from([Task { twin: None, at }]),
        None => tasks(world, number, count, &kind.tasks),
    };
    let (directory, population) = (world.resource::<Directory>(), world.resource::<Population>());
    let whom: Arc<[TwinId]> = match wanted.to {
        Some(twin) => Arc::from([twin]),
        None => {
            let twins = population.find(directory, &kind.to).into_iter();
            twins.filter(|twin| directory.entity(*twin).is_some()).collect()
        }
    };
    let by = kind.by.as_ref().and_then(|by| directory.find(by)).filter(|_| wanted.to.is_none());
    let seed = *world.resource::<Seed>();
    let value = |(place, name): (u64, &String)| {
        let mut random = seed.stream(u64::from(number) << 32 | place, VALUE, count.into());
        kind.values.get(name).map_or(f64::NAN, |value| value.sample(&mut random))
    };
    let values = (0..).zip(&names).map(value).collect();
    let deadline = wanted.deadline.or(kind.deadline).map_or(Time::NEVER, |after| now + after);
    let reward = wanted.reward.unwrap_or(kind.reward);
    let mission = Mission {
        kind: number,
        number: 0,
        given: now,
        deadline,
        priority: wanted.priority.unwrap_or(kind.priority),
        reward,
        tasks,
        values,
        whom: whom.clone(),
        by,
        stage: Stage::Open,
        with: None,
        price: 0.0,
        calls: 0,
        times_done: 0,
    };
    let id = world.resource_mut::<Missions>().add(mission);
    outcome::note(world, id, "given", TwinId::NONE, "".into(), Some(reward));
    if deadline != Time::NEVER {
        let MissionEvents { late, .. } = *world.resource::<MissionEvents>();
        let event = Event { at: deadline, kind: late, twin: TwinId::NONE, arg: id.0.into() };
        world.resource_mut::<EventQueue>().push(event);
    }
    match by {
        _ if kind.shared => groups::talk::entrust(world, id, &whom),
        Some(manager) => hand_to(world, manager, id),
        None => offer(world, id),
    }
}

/// Where the tasks of a mission are: one of several is drawn by the number of the mission.
fn tasks(world: &World, kind: u16, count: u32, places: &[Place]) -> Arc<[Task]> {
    let (directory, population) = (world.resource::<Directory>(), world.resource::<Population>());
    let of = |twin: TwinId| {
        let position = world.get::<Position>(directory.entity(twin)?)?;
        Some(Task { twin: Some(twin), at: [position.x, position.y, position.z] })
    };
    let mut tasks = Vec::new();
    for (place, written) in (0_u64..).zip(places) {
        match written {
            Place::At { x, y, z } => tasks.push(Task { twin: None, at: [*x, *y, *z] }),
            Place::Each(who) => tasks.extend(population.find(directory, who).into_iter().filter_map(of)),
            Place::Any(who) => {
                let there: Vec<Task> = population.find(directory, who).into_iter().filter_map(of).collect();
                if !there.is_empty() {
                    let address = u64::from(kind) << 32 | place;
                    let mut random = world.resource::<Seed>().stream(address, TASK, count.into());
                    tasks.push(there[random.below(there.len())]);
                }
            }
        }
    }
    tasks.into()
}

/// A manager takes a mission over, to hand it out.
fn hand_to(world: &mut World, manager: TwinId, mission: MissionId) {
    let now = world.resource::<Clock>().now;
    let entity = world.resource::<Directory>().entity(manager);
    let taken =
        entity.and_then(|entity| world.get_mut::<Manager>(entity)).map(|mut manager| manager.take(mission, now));
    let (Some(entity), Some(())) = (entity, taken) else {
        outcome::advance(world, mission, Stage::Failed, TwinId::NONE, "its manager has left".into());
        return;
    };
    // Whoever is put aside takes it up when it comes back.
    if world.get::<Life>(entity).is_none_or(|life| *life == Life::Active) {
        let soon = world.resource::<Clock>().tick.map_or(now, |tick| tick.at_or_after(now));
        if let Some(mut attention) = world.get_mut::<Attention>(entity) {
            attention.talk = attention.talk.min(soon);
        }
        let mut agenda = world.resource_mut::<Agenda>();
        agenda.next = agenda.next.min(soon);
        if soon == now {
            world.resource_mut::<EventQueue>().wake(now);
        }
    }
}

/// Gives a mission without a manager to whoever has room, has the fewest, and would bid least. If nobody has, it waits.
fn offer(world: &mut World, mission: MissionId) {
    let table = world.resource::<FacultyTable>().clone();
    let whom = world.resource::<Missions>().get(mission).whom.clone();
    let ranked = whom.iter().filter_map(|twin| {
        let (held, cost) = would(world, &table, *twin, mission)?;
        Some((held, cost, *twin))
    });
    let best = ranked.min_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)).then(a.2.cmp(&b.2)));
    let Some((_, _, twin)) = best else { return wait(world, mission) };
    world.resource_mut::<Missions>().waiting.retain(|other| *other != mission);
    let preempts = table.of(twin).and_then(|make| make.taking.as_ref()).is_some_and(|taking| taking.preempts);
    let duty = Duty::new(mission, world.resource::<Missions>().get(mission));
    let entity = world.resource::<Directory>().entity(twin);
    if let Some(mut duties) = entity.and_then(|entity| world.get_mut::<Duties>(entity)) {
        duties.add(duty, preempts);
    }
    let reward = world.resource::<Missions>().get(mission).reward;
    world.resource_mut::<Missions>().get_mut(mission).price = reward;
    outcome::advance(world, mission, Stage::Accepted, twin, "".into());
    wake(world, twin);
}

/// How many missions a twin has, and what it would bid, by what it knows; none if it does not take it on.
fn would(world: &World, table: &FacultyTable, twin: TwinId, mission: MissionId) -> Option<(usize, f64)> {
    let parts = world.entity(world.resource::<Directory>().entity(twin)?);
    let is_active = parts.get::<Life>().is_none_or(|life| *life == Life::Active);
    let (taking, duties) = (table.of(twin)?.taking.as_ref()?, parts.get::<Duties>().filter(|_| is_active)?);
    let mut values = parts.get::<Knowledge>()?.values.clone();
    let here = parts.get::<Position>().map(|Position { x, y, z, .. }| [*x, *y, *z]);
    let mut body = Contracting {
        taking,
        values: &mut values,
        missions: world.resource::<Missions>(),
        held: duties.held.len(),
        here,
        after: duties.last_place().map(|task| task.at).or(here),
        now: world.resource::<Clock>().now,
    };
    let has_room = body.room() > 0;
    has_room.then(|| body.cost(&[mission]))?.map(|cost| (duties.held.len(), cost))
}

/// Nobody has room for a mission: it is offered again.
fn wait(world: &mut World, mission: MissionId) {
    let at = world.resource::<Clock>().now + AGAIN;
    let MissionEvents { again, .. } = *world.resource::<MissionEvents>();
    let mut missions = world.resource_mut::<Missions>();
    if !missions.waiting.contains(&mission) {
        missions.waiting.push(mission);
    }
    if missions.again.is_none() {
        missions.again = Some(at);
        world.resource_mut::<EventQueue>().push(Event { at, kind: again, twin: TwinId::NONE, arg: 0 });
    }
}

/// Offers what waits again, the most urgent first: somebody may have room now.
pub fn offer_waiting(world: &mut World) {
    let missions = world.resource::<Missions>();
    if missions.waiting.is_empty() {
        return;
    }
    let mut waiting = missions.waiting.clone();
    waiting.sort_by_key(|id| {
        let mission = missions.get(*id);
        (-i64::from(mission.priority), mission.deadline, *id)
    });
    waiting.into_iter().for_each(|mission| offer(world, mission));
}

/// `give`: a mission of a kind is given at once.
pub const GIVE: CommandKind = CommandKind {
    name: "give",
    about: "Gives a mission. `with`: `mission`, its kind; if wanted `x` and `y` where it is, `deadline`, `priority`, `reward`. With a `twin`, to that twin.",
    needs_twin: false,
    details: &["mission", "x", "y", "z", "deadline", "priority", "reward"],
    check: |world, command| read(world, command).map(drop),
    apply: |world, _, command| {
        let (kind, wanted) = read(world, command)?;
        give(world, kind, &wanted);
        Ok(())
    },
};

/// `call_off`: a mission is not wanted any more.
pub const CALL_OFF: CommandKind = CommandKind {
    name: "call_off",
    about: "Calls a mission off, which fails. `with`: `mission`, its kind, and `number`, which of that kind, from 1.",
    needs_twin: false,
    details: &["mission", "number"],
    check: |world, command| {
        find_kind(world, command.text("mission")?)?;
        number(command).map(drop)
    },
    apply: |world, _, command| {
        let (name, number) = (command.text("mission")?, number(command)?);
        let kind = find_kind(world, name)?;
        let (id, stage) =
            find(world, kind, number).ok_or_else(|| format!("no mission `{name}` {number} has been given"))?;
        if stage.is_over() {
            return Err(format!("it is {} already", stage.word()));
        }
        let why =
            if command.cause.is_empty() { "called off".to_owned() } else { format!("called off: {}", command.cause) };
        outcome::call_off(world, id, why.into());
        Ok(())
    },
};

/// A mission by its number among those of its kind, and how far it is.
fn find(world: &World, kind: u16, number: u32) -> Option<(MissionId, Stage)> {
    let mut missions = world.resource::<Missions>().iter();
    let found = missions.find(|(_, mission)| mission.kind == kind && mission.number == number);
    found.map(|(id, mission)| (id, mission.stage))
}

fn number(command: &Command) -> Result<u32, String> {
    match command.number("number")? {
        Some(number) if number >= 1.0 && number.fract() == 0.0 && number <= f64::from(u32::MAX) => Ok(number as u32),
        Some(number) => Err(format!("`number` should be a whole number from 1, but is {number}")),
        None => Err("`with` lacks `number`, which of the missions of that kind".to_owned()),
    }
}

fn find_kind(world: &World, name: &str) -> Result<u16, String> {
    let kinds = world.resource::<MissionKinds>();
    kinds.number(name).ok_or_else(|| {
        let known: Vec<&str> = kinds.0.keys().map(String::as_str).collect();
        match nearest(name, known.iter().copied()) {
            Some(near) => format!("there is no mission `{name}`; did you mean `{near}`?"),
            None if known.is_empty() => format!("there is no mission `{name}`: the scene has no `missions`"),
            None => format!("there is no mission `{name}`; there are {}", known.join(", ")),
        }
    })
}

fn read(world: &World, command: &Command) -> Result<(u16, Wanted), String> {
    let kind = find_kind(world, command.text("mission")?)?;
    let finite = |key: &str| -> Result<Option<f64>, String> {
        match command.number(key)? {
            Some(number) if !number.is_finite() => Err(format!("`{key}` should be a number, but is {number}")),
            other => Ok(other),
        }
    };
    let at = match (finite("x")?, finite("y")?) {
        (Some(x), Some(y)) => Some([x, y, finite("z")?.unwrap_or(0.0)]),
        (None, None) => None,
        _ => return Err("a place needs both `x` and `y`".to_owned()),
    };
    let reward = finite("reward")?;
    if let Some(reward) = reward.filter(|reward| *reward < 0.0) {
        return Err(format!("`reward` should be at least 0, but is {reward}"));
    }
    let priority = finite("priority")?;
    if let Some(priority) = priority.filter(|priority| priority.fract() != 0.0 || priority.abs() > 1e9) {
        return Err(format!("`priority` should be a whole number, but is {priority}"));
    }
    let directory = world.resource::<Directory>();
    let to = command.twin.as_ref().and_then(|name| directory.find(name));
    if let Some(twin) = to {
        let parts = directory.entity(twin).map(|entity| world.entity(entity));
        if !parts.is_some_and(|parts| parts.contains::<ContractorSpec>()) {
            return Err("that twin takes no missions on: give it a part `contractor`".to_owned());
        }
    }
    let deadline = command.duration("deadline")?;
    Ok((kind, Wanted { at, deadline, priority: priority.map(|priority| priority as i32), reward, to }))
}
