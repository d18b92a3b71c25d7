//! The elements of ISO 22400-2:2014 for work units, and the indicators that it forms of them.

use std::ops::AddAssign;

use serde::{Deserialize, Serialize};

use crate::factory::machine::{Condition, Machine, Tally};

use super::sheet::{Sheet, quotient, seconds};

/// Times and quantities of a machine, or the sums over several: nanoseconds and numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Elements {
    /// All time that is counted.
    pub elapsed: i128,
    /// APT, actual production time.
    pub production: i128,
    /// The same, times the number of slots.
    pub slot_production: i128,
    /// AUST, actual unit setup time.
    pub setup: i128,
    /// ADET, actual unit delay time.
    pub delay: i128,
    /// PBT, planned busy time.
    pub planned_busy: i128,
    /// Planned run time per item times produced quantity, each item with its own time: PRI · PQ.
    pub planned_run: i128,
    /// PQ, produced quantity.
    pub produced: u64,
    /// GQ, good quantity.
    pub good: u64,
    /// FE, failure events.
    pub failures: u64,
    /// CMT, corrective maintenance time, which is also the sum of times to repair.
    pub corrective: i128,
    /// PMT, preventive maintenance time.
    pub preventive: i128,
}

impl Elements {
    /// Those of one machine.
    pub fn of(machine: &Machine, tally: &Tally, failures: u64) -> Elements {
        let time = |condition: Condition| i128::from(tally.time[condition as usize]);
        Elements {
            elapsed: tally.time.iter().map(|&nanos| i128::from(nanos)).sum(),
            production: time(Condition::Working),
            slot_production: time(Condition::Working) * i128::from(machine.capacity),
            setup: time(Condition::Setup),
            delay: tally.delay.into(),
            planned_busy: tally.planned.into(),
            planned_run: tally.planned_run,
            produced: tally.operations,
            good: tally.operations - tally.spoilt,
            failures,
            corrective: time(Condition::Down),
            preventive: time(Condition::Maintenance),
        }
    }

    /// AUPT, actual unit processing time.
    fn processing(&self) -> i128 {
        self.production + self.setup
    }

    /// AUBT, actual unit busy time.
    fn busy(&self) -> i128 {
        self.processing() + self.delay
    }

    /// The ratios, of a machine as of a plant.
    pub(super) fn report(&self, sheet: &mut Sheet) {
        let availability = quotient(self.production, self.planned_busy);
        let effectiveness = quotient(self.planned_run, self.slot_production);
        let quality = quotient(self.good.into(), self.produced.into());
        let index = |times: Option<f64>| Some(times? * effectiveness? * quality?);
        sheet.put("availability", availability, "");
        sheet.put("effectiveness", effectiveness, "");
        sheet.put("quality_ratio", quality, "");
        sheet.put("oee_index", index(availability), "");
        sheet.put("nee_index", index(quotient(self.processing(), self.planned_busy)), "");
        sheet.ratio("allocation_efficiency", self.busy(), self.planned_busy);
        sheet.ratio("utilisation_efficiency", self.production, self.busy());
        sheet.ratio("technical_efficiency", self.production, self.production + self.delay);
        sheet.ratio("setup_ratio", self.setup, self.processing());
        sheet.ratio("corrective_maintenance_ratio", self.corrective, self.corrective + self.preventive);
    }

    /// How often a machine fails, and how long it is then down. So many failures cut its time into one more piece.
    pub(super) fn report_failures(&self, sheet: &mut Sheet) {
        let mean = |nanos: i128| Some(seconds(nanos as f64) / (self.failures + 1) as f64);
        sheet.count("failures", self.failures);
        sheet.put("mean_time_between_failures", mean(self.processing()), "s");
        sheet.put("mean_time_to_repair", mean(self.corrective), "s");
    }
}

impl AddAssign<&Elements> for Elements {
    fn add_assign(&mut self, other: &Elements) {
        self.elapsed += other.elapsed;
        self.production += other.production;
        self.slot_production += other.slot_production;
        self.setup += other.setup;
        self.delay += other.delay;
        self.planned_busy += other.planned_busy;
        self.planned_run += other.planned_run;
        self.produced += other.produced;
        self.good += other.good;
        self.failures += other.failures;
        self.corrective += other.corrective;
        self.preventive += other.preventive;
    }
}
