//! The indicators of a machine.

use crate::engine::time::Time;
use crate::factory::control::health::Health;
use crate::factory::machine::{Condition, Machine, MachineState};

use super::elements::Elements;
use super::sheet::Sheet;

/// Puts a machine's figures on its sheet, and returns what the plant's are made of.
pub(super) fn report(
    sheet: &mut Sheet,
    machine: &Machine,
    state: &MachineState,
    health: Option<&Health>,
    now: Time,
) -> Elements {
    let mut state = state.clone();
    state.count_until(now);
    let tally = &state.tally;
    let elements = Elements::of(machine, tally, health.map_or(0, |health| health.failures));
    elements.report(sheet);
    sheet.ratio("utilisation", tally.work, elements.elapsed * i128::from(machine.capacity));
    sheet.count("operations", tally.operations);
    sheet.mean_level("queue_length", tally.waiting, elements.elapsed, "jobs");
    sheet.mean_level("jobs_present", tally.present, elements.elapsed, "jobs");
    sheet.mean_time("waiting_time", tally.waits, tally.operations);
    for condition in Condition::ALL {
        let time = tally.time[condition as usize];
        sheet.ratio(format!("share_{}", condition.name()), time.into(), elements.elapsed);
    }
    if tally.inspected > 0 {
        sheet.share("rejection_ratio", tally.rejected, tally.inspected);
    }
    if let Some(health) = health.filter(|_| state.ages || elements.corrective > 0) {
        elements.report_failures(sheet);
        sheet.mean_time("mttr_observed", health.repair_time, health.repairs);
        sheet.count("maintenances", health.services);
    }
    elements
}
