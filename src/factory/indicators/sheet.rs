//! A sheet on which the figures of one twin, or of the plant, are put one by one.

use std::sync::Arc;

use crate::record::indicators::Indicator;

const NANOS_PER_SECOND: f64 = 1e9;

/// The figures of one twin or of the plant.
pub(super) struct Sheet {
    twin: Option<Arc<str>>,
    pub(super) figures: Vec<Indicator>,
}

impl Sheet {
    pub(super) fn of_the_plant() -> Sheet {
        Sheet { twin: None, figures: Vec::new() }
    }

    pub(super) fn of(twin: &Arc<str>) -> Sheet {
        Sheet { twin: Some(twin.clone()), figures: Vec::new() }
    }

    /// Any figure; none where there is nothing to divide by.
    pub(super) fn put(&mut self, name: impl Into<String>, value: Option<f64>, unit: &str) {
        let (twin, unit) = (self.twin.clone(), unit.to_owned());
        self.figures.push(Indicator { name: name.into(), twin, value, unit });
    }

    /// How many.
    pub(super) fn count(&mut self, name: &str, count: u64) {
        self.put(name, Some(count as f64), "");
    }

    /// A part of a whole, both in nanoseconds.
    pub(super) fn ratio(&mut self, name: impl Into<String>, part: i128, whole: i128) {
        self.put(name, quotient(part, whole), "");
    }

    /// A part of a number.
    pub(super) fn share(&mut self, name: &str, part: u64, whole: u64) {
        self.ratio(name, part.into(), whole.into());
    }

    /// So many nanoseconds for each of so many: seconds.
    pub(super) fn mean_time(&mut self, name: &str, nanos: i128, count: u64) {
        self.put(name, quotient(nanos, count.into()).map(seconds), "s");
    }

    /// A mean over time, from a number times nanoseconds.
    pub(super) fn mean_level(&mut self, name: &str, sum: i128, elapsed: i128, unit: &str) {
        self.put(name, quotient(sum, elapsed), unit);
    }
}

/// Nanoseconds, in seconds.
pub(super) fn seconds(nanos: f64) -> f64 {
    nanos / NANOS_PER_SECOND
}

/// A part of a whole; none of nothing.
pub(super) fn quotient(part: i128, whole: i128) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}
