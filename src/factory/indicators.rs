//! What is counted of the shop, and the indicators computed from it.

use std::sync::Arc;

use bevy_ecs::prelude::{Resource, World};
use serde::{Deserialize, Serialize};

use crate::engine::clock::Clock;
use crate::engine::identity::{Directory, TwinId};
use crate::engine::time::Time;
use crate::record::indicators::Indicator;

use super::breakdown::BreakdownState;
use super::jobs::{Job, Jobs};
use super::machine::{Condition, Machine, MachineState, Tally};
use super::product::Products;

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
        self.flow += i128::from((now - job.released).nanos());
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

/// All indicators of the factory, as of now.
pub fn compute(world: &World) -> Vec<Indicator> {
    let now = world.resource::<Clock>().now;
    // A world without products is no factory, and has nothing to say here.
    let mut indicators = if world.resource::<Products>().0.is_empty() { Vec::new() } else { shop(world, now) };
    for (_, entity, name) in world.resource::<Directory>().twins() {
        let twin = world.entity(entity);
        if let (Some(machine), Some(state)) = (twin.get::<Machine>(), twin.get::<MachineState>()) {
            indicators.extend(machine_indicators(name, machine, state, twin.get::<BreakdownState>(), now));
        }
    }
    indicators
}

fn shop(world: &World, now: Time) -> Vec<Indicator> {
    let jobs = world.resource::<Jobs>();
    let mut tally = world.resource::<ShopTally>().clone();
    tally.count_until(now, jobs.in_process());
    let elapsed = (now - tally.since).seconds();
    let per = |sum: i128, count: f64| ratio(sum as f64 / 1e9, count);
    let figure = |name: &str, value: Option<f64>, unit: &str| Indicator {
        name: name.to_owned(),
        twin: None,
        value,
        unit: unit.to_owned(),
    };
    vec![
        figure("jobs_released", Some(tally.released as f64), ""),
        figure("jobs_shipped", Some(tally.shipped as f64), ""),
        figure("jobs_scrapped", Some(tally.scrapped as f64), ""),
        figure("jobs_unfinished", Some(jobs.in_process() as f64), ""),
        figure("makespan", (tally.shipped > 0).then(|| tally.last_shipped.seconds()), "s"),
        figure("throughput_per_h", ratio(tally.shipped as f64 * 3600.0, elapsed), "1/h"),
        figure("work_in_process", per(tally.in_process, elapsed), "jobs"),
        figure("flow_time", per(tally.flow, tally.shipped as f64), "s"),
        figure("on_time", ratio((tally.with_due - tally.late) as f64, tally.with_due as f64), ""),
        figure("tardiness", per(tally.tardiness, tally.with_due as f64), "s"),
        figure("weighted_tardiness_total", (tally.with_due > 0).then_some(tally.weighted_tardiness), "s"),
    ]
}

fn machine_indicators(
    name: &Arc<str>,
    machine: &Machine,
    state: &MachineState,
    failures: Option<&BreakdownState>,
    now: Time,
) -> Vec<Indicator> {
    let mut state = state.clone();
    state.count_until(now);
    let tally = &state.tally;
    let elapsed: f64 = tally.time.iter().map(|&nanos| nanos as f64 / 1e9).sum();
    let figure = |indicator: &str, value: Option<f64>, unit: &str| Indicator {
        name: indicator.to_owned(),
        twin: Some(name.clone()),
        value,
        unit: unit.to_owned(),
    };
    let seconds = |sum: i128| sum as f64 / 1e9;
    let mut indicators = vec![
        figure("utilisation", ratio(seconds(tally.work), elapsed * f64::from(machine.capacity)), ""),
        figure("operations", Some(tally.operations as f64), ""),
        figure("queue_length", ratio(seconds(tally.waiting), elapsed), "jobs"),
        figure("jobs_present", ratio(seconds(tally.present), elapsed), "jobs"),
        figure("waiting_time", ratio(seconds(tally.waits), tally.operations as f64), "s"),
    ];
    indicators.extend(Condition::ALL.iter().map(|&condition| {
        let share = ratio(tally.time[condition as usize] as f64 / 1e9, elapsed);
        figure(&format!("share_{}", condition.name()), share, "")
    }));
    indicators.extend(failures.map(|failures| figure("failures", Some(failures.failures as f64), "")));
    indicators
}

fn ratio(part: f64, whole: f64) -> Option<f64> {
    (whole > 0.0).then(|| part / whole)
}

/// Starts counting afresh, at the end of the warm-up.
pub fn reset(world: &mut World) {
    let now = world.resource::<Clock>().now;
    let last_shipped = world.resource::<ShopTally>().last_shipped;
    world.insert_resource(ShopTally { since: now, until: now, last_shipped, ..ShopTally::default() });
    let mut machines = world.query::<(&mut MachineState, Option<&mut BreakdownState>)>();
    for (mut state, failures) in machines.iter_mut(world) {
        state.tally = Tally { until: now, ..Tally::default() };
        if let Some(mut failures) = failures {
            failures.failures = 0;
        }
    }
}

/// The factory's metrics: jobs in process, and how full each machine and its queue are.
pub fn gauge(world: &World, put: &mut dyn FnMut(&'static str, TwinId, f64)) {
    put("work_in_process", TwinId::NONE, world.resource::<Jobs>().in_process() as f64);
    put("jobs_shipped", TwinId::NONE, world.resource::<Jobs>().shipped as f64);
    for (twin, entity, _) in world.resource::<Directory>().twins() {
        if let Some(state) = world.entity(entity).get::<MachineState>() {
            put("queue_length", twin, state.queue.len() as f64);
            put("working", twin, f64::from(u8::from(state.condition == Condition::Working)));
        }
    }
}
