//! Notes in the journal what happened.

use super::{Action, Hand, Progress};
use crate::engine::journal::Journal;
use crate::twin::expression::Program;

/// A note.
pub struct Note {
    /// What happened.
    pub what: String,
    /// A value to it.
    pub value: Option<Program>,
}

impl Action for Note {
    fn begin(&self, hand: &mut Hand) -> Progress {
        let value = self.value.as_ref().map(|program| hand.evaluate(program)).filter(|value| !value.is_nan());
        let (now, twin) = (hand.now(), hand.twin);
        hand.world.resource_mut::<Journal>().note(now, twin, self.what.clone(), "its own note", value);
        Progress::Done
    }
}
