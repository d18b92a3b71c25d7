//! Says something to others.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Action, Hand, Progress};
use crate::twin::expression::Program;
use crate::twin::messages::{Message, Outbox};
use crate::twin::who::TwinSet;

/// A message to be said.
pub struct Say {
    /// To whom.
    pub to: Arc<TwinSet>,
    /// About what.
    pub topic: String,
    /// Its values.
    pub values: Vec<(String, Program)>,
}

impl Action for Say {
    fn begin(&self, hand: &mut Hand) -> Progress {
        let values = self.values.iter().map(|(name, program)| (name.clone(), hand.evaluate(program)));
        let values: BTreeMap<String, f64> = values.filter(|(_, value)| !value.is_nan()).collect();
        let (at, from) = (hand.now(), hand.twin);
        let others = self.to.twins().iter().filter(|to| **to != from);
        let message = |to: &_| Message { at, from, to: *to, topic: self.topic.clone(), values: values.clone() };
        let messages: Vec<Message> = others.map(message).collect();
        match hand.change(|outbox: &mut Outbox| outbox.0.extend(messages)) {
            Some(()) => Progress::Done,
            None => Progress::Failed("it has no outbox".into()),
        }
    }
}
