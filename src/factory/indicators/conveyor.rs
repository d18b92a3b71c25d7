//! The indicators of a conveyor.

use crate::engine::time::{Duration, Time};
use crate::factory::transport::conveyor::{Conveyor, ConveyorState};

use super::sheet::Sheet;

/// Puts a conveyor's figures on its sheet; `elapsed` is the time that is counted.
pub(super) fn report(sheet: &mut Sheet, conveyor: &Conveyor, state: &ConveyorState, elapsed: Duration, now: Time) {
    let mut state = state.clone();
    state.count_until(now);
    sheet.ratio("mean_fill", state.time, i128::from(elapsed.nanos()) * conveyor.capacity() as i128);
    sheet.count("jobs_carried", state.carried);
}
