//! What a twin is told.

use super::{Output, Sensor};
use crate::twin::knowledge::MOST_OUTPUTS;
use crate::twin::source::View;

/// A sensor of messages about one topic.
pub struct InboxSensor {
    /// What they are about.
    pub topic: String,
    /// Which of their values; the first, if none is named.
    pub value: Option<String>,
}

impl Sensor for InboxSensor {
    fn outputs(&self) -> Vec<Output> {
        vec![Output::analog("value"), Output::twin("from"), Output::exact("count")]
    }

    fn listens_to(&self) -> Option<&str> {
        Some(&self.topic)
    }

    fn measure(&self, view: &View, out: &mut [f64; MOST_OUTPUTS]) -> bool {
        let about = || view.messages.iter().filter(|message| *message.said.topic == *self.topic);
        let Some(last) = about().next_back() else { return false };
        let value = match &self.value {
            Some(name) => last.said.values.get(name),
            None => last.said.values.first(),
        };
        out[0] = value.unwrap_or(f64::NAN);
        out[1] = last.from.0 as f64;
        out[2] = about().count() as f64;
        true
    }
}
