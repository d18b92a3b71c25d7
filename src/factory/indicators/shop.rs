//! What is counted of jobs, and the indicators of the plant that are computed from it.

use bevy_ecs::prelude::{Resource, World};
use serde::{Deserialize, Serialize};

use crate::engine::time::Time;
use crate::factory::energy::units::Energy;
use crate::factory::jobs::{Job, Jobs};

use super::elements::Elements;
use super::sheet::{Sheet, quotient};
use super::worker::Attendance;

const NANOS_PER_HOUR: f64 = 3.6e12;

/// What is counted of jobs since the start or the end of the warm-up. Sums are in integers, so that they are the same in
/// any order.
#[derive(Resource, Clone, Debug, Default, Serialize, Deserialize)]
pub struct ShopTally {
    /// Since when.
    pub since: Time,
    /// Jobs released.
    pub released: u64,
    /// Jobs shipped.
    pub shipped: u64,
    /// Jobs scrapped.
    pub scrapped: u64,
    /// Jobs that became parts of others.
    pub assembled: u64,
    /// Jobs inspected for the first time.
    pub inspected: u64,
    /// Jobs that passed their first inspection.
    pub passed_first: u64,
    /// Rejections that led to rework.
    pub reworked: u64,
    /// Jobs shipped with a defect that nobody found.
    pub shipped_defective: u64,
    /// Nanoseconds from release to shipping, summed over shipped jobs.
    pub flow: i128,
    /// Jobs shipped after their due date, of those that have one.
    pub late: u64,
    /// Jobs shipped that have a due date.
    pub with_due: u64,
    /// Nanoseconds of lateness, summed over late jobs.
    pub tardiness: i128,
    /// The same, each times its job's weight: seconds.
    pub weighted_tardiness: f64,
    /// Nanoseconds that machines worked on shipped jobs.
    pub worked: i128,
    /// The elements of machines that have left for good.
    pub departed_machines: Elements,
    /// The elements of workers who have left for good.
    pub departed_workers: Attendance,
    /// Energy drawn by consumers that have left for good.
    pub departed_energy: Energy,
    /// Of that, the energy of chargers.
    pub departed_chargers: Energy,
    /// Energy that vehicles which have left for good took from chargers.
    pub departed_charge: Energy,
    /// Jobs in the factory, times nanoseconds.
    pub in_process: i128,
    /// Up to when that sum is complete.
    pub until: Time,
    /// When the last job was shipped: the makespan, where all jobs are released at the start.
    pub last_shipped: Time,
}

impl ShopTally {
    /// Brings the sum over time up to `now`. To be called before the number of jobs changes.
    pub fn count_until(&mut self, now: Time, in_process: u64) {
        self.in_process += i128::from((now - self.until).nanos()) * i128::from(in_process);
        self.until = now;
    }

    /// Counts a shipped job.
    pub fn ship(&mut self, job: &Job, now: Time) {
        self.shipped += 1;
        self.last_shipped = now;
        self.shipped_defective += u64::from(job.defective);
        self.flow += i128::from((now - job.released).nanos());
        self.worked += i128::from(job.worked.nanos());
        if job.due != Time::NEVER {
            self.with_due += 1;
            if now > job.due {
                self.late += 1;
                self.tardiness += i128::from((now - job.due).nanos());
                self.weighted_tardiness += job.weight * (now - job.due).seconds();
            }
        }
    }
}

/// Puts what becomes of jobs on the plant's sheet.
pub(super) fn report(sheet: &mut Sheet, world: &World, now: Time) {
    let jobs = world.resource::<Jobs>();
    let mut tally = world.resource::<ShopTally>().clone();
    tally.count_until(now, jobs.in_process());
    let elapsed = i128::from((now - tally.since).nanos());
    let done = tally.shipped + tally.assembled + tally.scrapped;
    sheet.count("jobs_released", tally.released);
    sheet.count("jobs_shipped", tally.shipped);
    sheet.count("jobs_assembled", tally.assembled);
    sheet.count("jobs_scrapped", tally.scrapped);
    sheet.count("jobs_unfinished", jobs.in_process());
    sheet.put("makespan", (tally.shipped > 0).then(|| tally.last_shipped.seconds()), "s");
    sheet.put("throughput_rate", quotient(tally.shipped.into(), elapsed).map(|rate| rate * NANOS_PER_HOUR), "1/h");
    sheet.mean_level("work_in_process", tally.in_process, elapsed, "jobs");
    sheet.mean_time("flow_time", tally.flow, tally.shipped);
    sheet.ratio("production_process_ratio", tally.worked, tally.flow);
    sheet.share("on_time_delivery", tally.with_due - tally.late, tally.with_due);
    sheet.mean_time("tardiness", tally.tardiness, tally.with_due);
    sheet.put("weighted_tardiness_total", (tally.with_due > 0).then_some(tally.weighted_tardiness), "s");
    sheet.share("first_pass_yield", tally.passed_first, tally.inspected);
    sheet.share("scrap_ratio", tally.scrapped, done);
    sheet.share("rework_ratio", tally.reworked, done);
    sheet.share("shipped_defective_ratio", tally.shipped_defective, tally.shipped);
}
