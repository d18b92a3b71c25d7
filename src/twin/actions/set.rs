//! Sets quantities of the twin itself.

use super::{Action, Hand, Progress};
use crate::twin::expression::Program;
use crate::twin::quantities::{Flows, Levels};

/// What quantities become, by their numbers.
#[derive(Default)]
pub struct Assignments(pub Vec<(u16, Program)>);

impl Assignments {
    /// Sets them, all by what the twin knew before. What is not known is left as it is.
    pub fn apply(&self, hand: &mut Hand) {
        for (quantity, program) in &self.0 {
            let value = hand.evaluate(program);
            if value.is_nan() {
                continue;
            }
            let flows = hand.world.resource::<Flows>();
            let value = flows.of(hand.twin).map_or(value, |flow| flow.limit(*quantity, value));
            hand.change(|levels: &mut Levels| {
                if let Some(level) = levels.values.get_mut(*quantity as usize) {
                    *level = value;
                }
            });
        }
    }
}

impl Action for Assignments {
    fn begin(&self, hand: &mut Hand) -> Progress {
        self.apply(hand);
        Progress::Done
    }
}
