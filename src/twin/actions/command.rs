//! Gives a command to the world, as people do from outside.

use super::{Action, Hand, Progress};
use crate::engine::command::{self, Command};

/// A command.
pub struct Order(pub Command);

impl Action for Order {
    fn begin(&self, hand: &mut Hand) -> Progress {
        match command::obey(hand.world, &self.0) {
            Ok(()) => Progress::Done,
            Err(why) => Progress::Refused(why.into()),
        }
    }
}
