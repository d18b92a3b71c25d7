//! What people outside and minds can do about safety: answer an alarm, help somebody up, move equipment.

use bevy_ecs::prelude::{Entity, World};

use super::alarms::{self, Alarms};
use super::falls::{self, Fallen};
use super::replay::far;
use super::review;
use crate::engine::clock::Clock;
use crate::engine::command::{Command, CommandKind};
use crate::engine::identity::{Directory, TwinId};
use crate::world::position::Position;

/// `acknowledge`: the alarms of a wearable are answered.
pub const ACKNOWLEDGE: CommandKind = CommandKind {
    name: "acknowledge",
    about: "Answers all alarms of a twin's wearable.",
    needs_twin: true,
    details: &[],
    check: |_, _| Ok(()),
    apply: |world, twin, command| match alarms::acknowledge(world, twin, cause(command, "acknowledged")) {
        0 => Err("its wearable gives no alarm".to_owned()),
        _ => Ok(()),
    },
};

/// `help`: a twin helps somebody near it.
pub const HELP: CommandKind = CommandKind {
    name: "help",
    about: "A twin helps whoever has fallen or has an alarm near it: who lies there gets up, the alarms are answered. `with`: \
            if wanted `within`, how near (5 m).",
    needs_twin: true,
    details: &["within"],
    check: |_, command| within(command).map(drop),
    apply: |world, twin, command| {
        let near = within(command)?;
        let other = nearest_in_need(world, twin, near)?;
        let by = format!("helped by {}", world.resource::<Directory>().name(twin));
        let answered = alarms::acknowledge(world, other, &by);
        let is_up = falls::get_up(world, other, &by);
        if answered > 0 || is_up { Ok(()) } else { Err("nobody near it needs help".to_owned()) }
    },
};

/// `rearrange`: a twin is put somewhere else.
pub const REARRANGE: CommandKind = CommandKind {
    name: "rearrange",
    about: "Puts a twin somewhere else on the ground, at once. `with`: `x`, `y`. (Machines of a plant: `relocate`.)",
    needs_twin: true,
    details: &["x", "y"],
    check: |world, command| {
        let twin = command.twin.as_deref().and_then(|name| world.resource::<Directory>().find(name));
        place(world, twin.unwrap_or(TwinId::NONE)).ok_or("this twin has no place")?;
        goal(command).map(drop)
    },
    apply: |world, twin, command| {
        place(world, twin).ok_or("this twin has no place")?;
        review::place_at(world, twin, goal(command)?);
        Ok(())
    },
};

/// `apply_measures`: what has been designed is carried out.
pub const APPLY_MEASURES: CommandKind = CommandKind {
    name: "apply_measures",
    about: "Carries out all moves of equipment that the review of incidents has designed so far.",
    needs_twin: false,
    details: &[],
    check: |_, _| Ok(()),
    apply: |world, _, _| {
        let now = world.resource::<Clock>().now;
        match review::apply_all(world, now) {
            0 => Err("nothing has been designed that waits to be carried out".to_owned()),
            _ => Ok(()),
        }
    },
};

fn cause<'a>(command: &'a Command, otherwise: &'a str) -> &'a str {
    if command.cause.is_empty() { otherwise } else { &command.cause }
}

/// How near somebody is who can be helped, if it is not said: metres. A wearable is wrong by some metres.
const NEAR: f64 = 5.0;

fn within(command: &Command) -> Result<f64, String> {
    match command.number("within")? {
        None => Ok(NEAR),
        Some(near) if near > 0.0 && near.is_finite() => Ok(near),
        Some(near) => Err(format!("`within` should be more than 0 m, but is {near}")),
    }
}

fn goal(command: &Command) -> Result<[f64; 2], String> {
    let coordinate = |key: &str| {
        let value = command.number(key)?.ok_or_else(|| format!("`with` lacks `{key}`, where it goes: metres"))?;
        if value.is_finite() { Ok(value) } else { Err(format!("`{key}` should be a number of metres")) }
    };
    Ok([coordinate("x")?, coordinate("y")?])
}

fn entity(world: &World, twin: TwinId) -> Option<Entity> {
    world.resource::<Directory>().entity(twin)
}

fn place(world: &World, twin: TwinId) -> Option<[f64; 2]> {
    let position = world.get::<Position>(entity(world, twin)?)?;
    Some([position.x, position.y])
}

/// Whoever lies on the floor goes before who has an alarm only; of these the nearest, then the one with the lowest id.
fn nearest_in_need(world: &World, helper: TwinId, near: f64) -> Result<TwinId, String> {
    let here = place(world, helper).ok_or("it has no place")?;
    let directory = world.resource::<Directory>();
    let has_alarm = |twin: TwinId| world.resource::<Alarms>().open.iter().any(|alarm| alarm.twin == twin);
    let is_down = |entity: Entity| world.get::<Fallen>(entity).is_some_and(Fallen::is_down);
    let in_need =
        directory.twins().filter(|(twin, entity, _)| *twin != helper && (is_down(*entity) || has_alarm(*twin)));
    let near = in_need.filter_map(|(twin, entity, _)| {
        let gap = far(here, place(world, twin)?);
        (gap <= near).then_some((!is_down(entity), gap, twin))
    });
    let first = near.min_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)).then(a.2.cmp(&b.2)));
    first.map(|(.., twin)| twin).ok_or_else(|| "nobody near it needs help".to_owned())
}
