//! What no schedule is better than.
//!
//! The longest job, and the work that only a set of machines can do, between the least head and the least tail of its
//! operations, as in J. Carlier and E. Pinson, "An algorithm for solving the job-shop problem", Management Science 35
//! (1989). For one machine the preemptive schedule of J. R. Jackson, which no schedule is shorter than (J. Carlier, "The
//! one-machine sequencing problem", European Journal of Operational Research 11 (1982)).

use std::collections::{BTreeSet, BinaryHeap};

use super::model::Model;
use super::problem::{Objective, Value};

/// How many sets of machines are looked at.
const SETS: usize = 512;

/// An operation as seen by the machines: least head, least time, least tail.
#[derive(Clone, Copy, Debug)]
struct Part {
    head: i64,
    time: i64,
    tail: i64,
}

/// Lower bounds of a problem.
#[derive(Clone, Debug)]
pub(super) struct Bound {
    /// Of the makespan, in nanoseconds.
    pub makespan: i64,
    /// Of the weighted tardiness, in nanoseconds.
    pub tardiness: f64,
}

impl Bound {
    /// Of any schedule.
    pub fn new(model: &Model) -> Bound {
        let (heads, ends) = alone(model);
        let parts = parts(model, &heads);
        let mut makespan = model.release.iter().copied().max().unwrap_or(0);
        let mut tardiness = 0.0;
        for job in 0..model.jobs() {
            let Some(last) = model.of_job(job).last() else {
                tardiness += model.weight[job] * (model.release[job] - model.due[job]).max(0) as f64;
                continue;
            };
            let end = model.alternatives(last).map(|choice| ends[choice]).min().unwrap_or(0);
            makespan = makespan.max(end);
            tardiness += model.weight[job] * (end - model.due[job]).max(0) as f64;
        }
        Bound { makespan: makespan.max(by_sets(model, &parts)), tardiness }
    }

    /// Of the measure that counts first.
    pub fn primary(&self, objective: Objective) -> f64 {
        match objective {
            Objective::Makespan => self.makespan as f64,
            Objective::WeightedTardiness => self.tardiness,
        }
    }

    /// Whether no schedule can be better than one of this value in any measure that the search looks at.
    pub fn is_met(&self, objective: Objective, value: &Value) -> bool {
        let short = value.makespan <= self.makespan;
        short && (objective == Objective::Makespan || value.tardiness <= self.tardiness)
    }
}

/// Heads and tails by the jobs alone, each with the best choice of machines.
fn parts(model: &Model, heads: &[i64]) -> Vec<Part> {
    let least = |v: usize| model.alternatives(v).map(|choice| model.time[choice]).min().unwrap_or(0);
    let mut parts: Vec<Part> = (0..model.operations).map(|v| Part { head: 0, time: least(v), tail: 0 }).collect();
    for v in (0..model.operations).rev() {
        parts[v].head = heads[v];
        let after = model.after[v] as usize;
        if after < model.operations {
            parts[v].tail = parts[after].time + parts[after].tail;
        }
    }
    parts
}

/// The earliest start of each operation and the earliest end by each alternative, if each job had the machines for itself.
fn alone(model: &Model) -> (Vec<i64>, Vec<i64>) {
    let mut ends = vec![0; model.machine.len()];
    let mut heads = Vec::with_capacity(model.operations);
    for v in 0..model.operations {
        let before = model.before[v] as usize;
        let mut head = i64::MAX;
        for choice in model.alternatives(v) {
            let machine = model.machine[choice] as usize;
            let arrival = if before == model.operations {
                model.release[model.job[v] as usize]
            } else {
                let from = model.alternatives(before);
                let arrivals = from.map(|other| ends[other] + model.lag(model.machine[other] as usize, machine));
                arrivals.min().unwrap_or(0)
            };
            let start = arrival.max(model.available[machine]);
            ends[choice] = start + model.time[choice];
            head = head.min(start);
        }
        heads.push(head);
    }
    (heads, ends)
}

/// The machines that can do an operation, in order.
fn eligible(model: &Model, v: usize) -> Vec<u32> {
    let machines: BTreeSet<u32> = model.alternatives(v).map(|choice| model.machine[choice]).collect();
    machines.into_iter().collect()
}

/// The best bound by the work that some machines have to do among themselves.
fn by_sets(model: &Model, parts: &[Part]) -> i64 {
    let own: Vec<Vec<u32>> = (0..model.operations).map(|v| eligible(model, v)).collect();
    let mut sets: BTreeSet<Vec<u32>> = own.iter().cloned().collect();
    sets.insert((0..model.machines as u32).collect());
    let mut fresh: Vec<Vec<u32>> = sets.iter().cloned().collect();
    while !fresh.is_empty() && sets.len() < SETS {
        let mut unions = Vec::new();
        let basis: Vec<Vec<u32>> = sets.iter().cloned().collect();
        for pair in fresh.iter().flat_map(|a| basis.iter().map(move |b| (a, b))) {
            let union: BTreeSet<u32> = pair.0.iter().chain(pair.1).copied().collect();
            let union: Vec<u32> = union.into_iter().collect();
            if sets.len() < SETS && sets.insert(union.clone()) {
                unions.push(union);
            }
        }
        fresh = unions;
    }
    sets.iter().map(|set| of_set(model, parts, &own, set)).max().unwrap_or(0)
}

/// The bound by the work that only these machines can do.
fn of_set(model: &Model, parts: &[Part], own: &[Vec<u32>], set: &[u32]) -> i64 {
    let inside = |machines: &[u32]| machines.iter().all(|machine| set.binary_search(machine).is_ok());
    let mut bound_to: Vec<Part> = (0..model.operations).filter(|&v| inside(&own[v])).map(|v| parts[v]).collect();
    if bound_to.is_empty() {
        return i64::MIN;
    }
    if set.len() == 1 {
        return preemptive(&mut bound_to);
    }
    let machines = set.len() as i128;
    let least = |time: fn(&Part) -> i64| bound_to.iter().map(time).min().unwrap_or(0);
    let (head, tail) = (least(|part| part.head), least(|part| part.tail));
    // A machine that stays idle must not count as one that is free late.
    let available = set.iter().map(|&machine| model.available[machine as usize]).min().unwrap_or(0);
    let free = i128::from(available.max(head)) * machines;
    let work: i128 = bound_to.iter().map(|part| i128::from(part.time)).sum();
    // Rounded up: some machine works at least the mean.
    let mean = (free + work + machines - 1).div_euclid(machines);
    i64::try_from(mean).unwrap_or(i64::MIN) + tail
}

/// The makespan of the preemptive schedule in which, of what has arrived, the longest tail goes first.
fn preemptive(parts: &mut [Part]) -> i64 {
    parts.sort_unstable_by_key(|part| part.head);
    let mut waiting: BinaryHeap<(i64, i64)> = BinaryHeap::new();
    let (mut now, mut longest, mut next) = (i64::MIN, i64::MIN, 0);
    while next < parts.len() || !waiting.is_empty() {
        if waiting.is_empty() {
            now = now.max(parts[next].head);
        }
        while next < parts.len() && parts[next].head <= now {
            waiting.push((parts[next].tail, parts[next].time));
            next += 1;
        }
        let Some((tail, left)) = waiting.pop() else { continue };
        let until = parts.get(next).map_or(i64::MAX, |part| part.head);
        let works = left.min(until.saturating_sub(now));
        now += works;
        if works < left {
            waiting.push((tail, left - works));
        }
        longest = longest.max(now + tail);
    }
    longest
}
