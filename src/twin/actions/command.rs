//! Gives a command to the world, as people do from outside.

use bevy_ecs::prelude::World;

use super::{Action, Hand, Progress};
use crate::engine::command::{self, Command, CommandKinds};
use crate::engine::identity::{Directory, TwinId};

/// A command.
pub struct Order(pub Command);

/// A command as a twin gives it: where it needs somebody and names nobody, it is about the twin itself.
pub fn given_by(world: &World, twin: TwinId, command: &Command) -> Command {
    let name = world.resource::<Directory>().name(twin);
    let is_about_itself = command.twin.is_none() && world.resource::<CommandKinds>().needs_twin(&command.action);
    Command {
        twin: if is_about_itself { Some(name.to_string()) } else { command.twin.clone() },
        cause: format!("wanted by {name}"),
        ..command.clone()
    }
}

impl Action for Order {
    fn begin(&self, hand: &mut Hand) -> Progress {
        let command = given_by(hand.world, hand.twin, &self.0);
        match command::obey(hand.world, &command) {
            Ok(()) => Progress::Done,
            Err(why) => Progress::Refused(why.into()),
        }
    }
}
