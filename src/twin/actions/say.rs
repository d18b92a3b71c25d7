//! Says something to others.

use std::sync::Arc;

use super::{Action, Hand, Progress};
use crate::twin::expression::Program;
use crate::twin::messages::{Content, Letter, Outbox, Said, Values};
use crate::twin::who::TwinSet;

/// A message to be said.
pub struct Say {
    /// To whom.
    pub to: Arc<TwinSet>,
    /// About what.
    pub topic: Arc<str>,
    /// Its values.
    pub values: Vec<(Arc<str>, Program)>,
    /// The link that it must go by, if any.
    pub by: Option<Arc<str>>,
    /// How long it is, if that does not follow from its values: bytes.
    pub bytes: Option<u32>,
}

impl Action for Say {
    fn begin(&self, hand: &mut Hand) -> Progress {
        let values = self.values.iter().map(|(name, program)| (name.clone(), hand.evaluate(program)));
        let values: Values = values.filter(|(_, value)| !value.is_nan()).collect();
        let (topic, by) = (self.topic.clone(), self.by.clone());
        let content = Content::Said(Arc::new(Said { topic, values, by, bytes: self.bytes }));
        // Nobody tells himself.
        let letter = Letter::of(hand.now(), self.to.others(hand.twin), content);
        match hand.change(|outbox: &mut Outbox| outbox.0.push(letter)) {
            Some(()) => Progress::Done,
            None => Progress::Failed("it has no outbox".into()),
        }
    }
}
