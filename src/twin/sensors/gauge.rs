//! One quantity: of the twin, of another, or of a field.

use super::{Output, Sensor};
use crate::twin::knowledge::MOST_OUTPUTS;
use crate::twin::source::{Source, View};

/// A sensor that measures one thing.
pub struct Gauge {
    /// What it tells.
    pub output: Output,
    /// Where that is found.
    pub of: Source,
}

impl Sensor for Gauge {
    fn outputs(&self) -> Vec<Output> {
        vec![self.output.clone()]
    }

    fn measure(&self, view: &View, out: &mut [f64; MOST_OUTPUTS]) -> bool {
        out[0] = self.of.read(view);
        true
    }
}
