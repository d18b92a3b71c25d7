//! The life of a twin: created, active, suspended, retired. Every change is journalled with its cause.

use bevy_app::{App, Plugin};
use bevy_ecs::prelude::{Component, Entity, Resource, World};
use serde::{Deserialize, Serialize};

use crate::engine::clock::Clock;
use crate::engine::command::CommandKind;
use crate::engine::identity::{self, Directory, TwinId};
use crate::engine::journal::Journal;
use crate::engine::simulation::EngineApp;

/// Where a twin is in its life. A retired twin is taken out of the world, so no living twin has that state for long.
#[derive(Component, Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Life {
    /// In the world, not yet at work.
    #[default]
    Created,
    /// At work.
    Active,
    /// Put aside; it can be made active again.
    Suspended,
    /// Gone for good.
    Retired,
}

impl Life {
    fn event(self) -> &'static str {
        match self {
            Life::Created => "created",
            Life::Active => "activated",
            Life::Suspended => "suspended",
            Life::Retired => "retired",
        }
    }

    fn may_become(self, next: Life) -> bool {
        use Life::{Active, Created, Retired, Suspended};
        matches!(
            (self, next),
            (Created | Suspended, Active) | (Active, Suspended) | (Created | Active | Suspended, Retired)
        )
    }
}

/// What domains do when a twin's life changes, in the order of registration. A retired twin still has its parts then.
#[derive(Resource, Default)]
struct LifeHooks(Vec<fn(&mut World, TwinId, Life)>);

/// Registers lives, and the commands `activate`, `suspend` and `retire`.
pub struct LifePlugin;

impl Plugin for LifePlugin {
    fn build(&self, app: &mut App) {
        app.init_resource::<LifeHooks>();
        app.register_state_part::<Life>("life")
            .register_command(CommandKind {
                name: "activate",
                about: "A suspended twin goes back to work.",
                needs_twin: true,
                details: &[],
                check: |_, _| Ok(()),
                apply: |world, twin, command| change(world, twin, Life::Active, &command.cause),
            })
            .register_command(CommandKind {
                name: "suspend",
                about: "A twin stops working until it is activated.",
                needs_twin: true,
                details: &[],
                check: |_, _| Ok(()),
                apply: |world, twin, command| change(world, twin, Life::Suspended, &command.cause),
            })
            .register_command(CommandKind {
                name: "retire",
                about: "A twin leaves the world for good.",
                needs_twin: true,
                details: &[],
                check: |_, _| Ok(()),
                apply: |world, twin, command| change(world, twin, Life::Retired, &command.cause),
            });
    }
}

/// What a plugin can add to lives.
pub trait LifeApp {
    /// Calls `hook` after each change of a twin's life.
    fn on_life_change(&mut self, hook: fn(&mut World, TwinId, Life)) -> &mut Self;
}

impl LifeApp for App {
    fn on_life_change(&mut self, hook: fn(&mut World, TwinId, Life)) -> &mut Self {
        self.world_mut().resource_mut::<LifeHooks>().0.push(hook);
        self
    }
}

/// Makes a twin and lets it begin its life.
///
/// # Errors
/// The name, if another twin has it.
pub fn create(world: &mut World, name: &str, cause: &str) -> Result<(TwinId, Entity), String> {
    let (twin, entity) = identity::spawn_twin(world, name)?;
    world.entity_mut(entity).insert(Life::Created);
    note(world, twin, Life::Created, cause);
    Ok((twin, entity))
}

/// Moves a twin on in its life.
///
/// # Errors
/// If there is no such twin, or its life cannot go that way.
pub fn change(world: &mut World, twin: TwinId, next: Life, cause: &str) -> Result<(), String> {
    let entity = world.resource::<Directory>().entity(twin).ok_or("there is no such twin any more")?;
    let mut twin_entity = world.entity_mut(entity);
    let mut life = twin_entity.get_mut::<Life>().ok_or("this twin has no life cycle")?;
    if !life.may_become(next) {
        return Err(format!("it cannot be {}: it is {}", next.event(), life.event()));
    }
    *life = next;
    note(world, twin, next, cause);
    let hooks = world.resource::<LifeHooks>().0.clone();
    hooks.into_iter().for_each(|hook| hook(world, twin, next));
    if next == Life::Retired {
        identity::despawn_twin(world, twin);
    }
    Ok(())
}

fn note(world: &mut World, twin: TwinId, life: Life, cause: &str) {
    let now = world.resource::<Clock>().now;
    world.resource_mut::<Journal>().note(now, twin, life.event(), cause.to_owned(), None);
}
