//! The indicators of a rack.

use crate::engine::time::{Duration, Time};
use crate::factory::transport::rack::{Rack, RackState};

use super::sheet::Sheet;

/// Puts a rack's figures on its sheet; `elapsed` is the time that is counted.
pub(super) fn report(sheet: &mut Sheet, rack: &Rack, state: &RackState, elapsed: Duration, now: Time) {
    let mut state = state.clone();
    state.count_until(now);
    let elapsed = i128::from(elapsed.nanos());
    sheet.ratio("mean_fill", state.time, elapsed * i128::from(rack.capacity));
    sheet.count("jobs_stored", state.stored);
}
