//! Ends tasks and missions.

use super::{Action, Hand, Progress};
use crate::twin::missions::outcome;

/// The present task of the mission that a twin is at is done.
pub struct Complete;

/// It gives the mission up.
pub struct GiveUp {
    /// Why.
    pub why: String,
}

impl Action for Complete {
    fn begin(&self, hand: &mut Hand) -> Progress {
        match outcome::complete(hand.world, hand.twin) {
            Ok(()) => Progress::Done,
            Err(why) => Progress::Failed(why.into()),
        }
    }
}

impl Action for GiveUp {
    fn begin(&self, hand: &mut Hand) -> Progress {
        match outcome::give_up(hand.world, hand.twin, &self.why) {
            Ok(()) => Progress::Done,
            Err(why) => Progress::Failed(why.into()),
        }
    }
}
