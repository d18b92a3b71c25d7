//! Whom a twin's body touches.

use std::sync::Arc;

use super::{Output, Sensor};
use crate::engine::identity::TwinId;
use crate::twin::knowledge::MOST_OUTPUTS;
use crate::twin::source::View;
use crate::twin::who::TwinSet;

/// A sensor of touch.
pub struct Contact {
    /// Whom it feels; everybody, if none.
    pub of: Option<Arc<TwinSet>>,
}

impl Sensor for Contact {
    fn outputs(&self) -> Vec<Output> {
        vec![Output::exact("count"), Output::twin("twin")]
    }

    fn measure(&self, view: &View, out: &mut [f64; MOST_OUTPUTS]) -> bool {
        let felt = view.touched().filter(|twin| self.of.as_ref().is_none_or(|of| of.contains(*twin)));
        let (count, first) = felt.fold((0, None), |(count, first): (u32, Option<TwinId>), twin| {
            (count + 1, Some(first.map_or(twin, |first| first.min(twin))))
        });
        out[0] = f64::from(count);
        out[1] = first.map_or(f64::NAN, |twin| twin.0 as f64);
        true
    }
}
