//! Random problems, and slow but plain ways to solve them.

use std::cmp::Ordering;

use autotwin::factory::optimise::{Alternative, Job, Lags, Machine, Objective, Operation, Problem, Setups, Value};

/// How large a problem is, and whether without set-ups, lags, releases and availability.
#[derive(Clone, Copy)]
pub struct Shape {
    pub jobs: usize,
    pub operations: usize,
    pub machines: usize,
    pub plain: bool,
}

/// Numbers that differ, from a linear congruence.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound.max(1)
    }

    fn time(&mut self, bound: u64) -> i64 {
        self.below(bound) as i64 * 1_000_000_000
    }
}

/// A problem that its seed and its shape determine.
pub fn random_problem(seed: u64, shape: Shape) -> Problem {
    let mut numbers = Numbers(seed);
    numbers.below(1);
    let plain = shape.plain;
    let machines =
        (0..shape.machines).map(|_| if plain { Machine::default() } else { machine(&mut numbers) }).collect();
    let jobs = (0..shape.jobs).map(|_| job(&mut numbers, shape)).collect();
    let lags: Vec<i64> = (0..shape.machines * shape.machines).map(|_| numbers.time(8)).collect();
    let lagged = !plain && numbers.below(2) == 0;
    let lags = lagged.then(|| Lags::new(shape.machines, |from, to| lags[from * shape.machines + to]));
    Problem { machines, jobs, lags }
}

fn machine(numbers: &mut Numbers) -> Machine {
    let times: Vec<i64> = (0..12).map(|_| numbers.time(12)).collect();
    let attended = numbers.below(2) == 0;
    let time = |before: Option<u16>, after: u16| {
        if before == Some(after) {
            0
        } else {
            times[before.map_or(0, |family| usize::from(family) + 1) * 3 + usize::from(after)]
        }
    };
    Machine {
        available: if numbers.below(3) == 0 { numbers.time(30) } else { 0 },
        family: (numbers.below(2) == 0).then(|| numbers.below(3) as u16),
        setups: (numbers.below(3) > 0).then(|| Setups::new(3, attended, time)),
    }
}

fn job(numbers: &mut Numbers, shape: Shape) -> Job {
    let operations = 1 + numbers.below(shape.operations as u64) as usize;
    let release = if shape.plain { 0 } else { numbers.time(20) };
    let due = release + operations as i64 * numbers.time(25);
    Job {
        release,
        due: (numbers.below(6) > 0).then_some(due),
        weight: (1 + numbers.below(4)) as f64,
        operations: (0..operations).map(|_| operation(numbers, shape)).collect(),
    }
}

fn operation(numbers: &mut Numbers, shape: Shape) -> Operation {
    let count = 1 + numbers.below(3.min(shape.machines as u64)) as usize;
    let first = numbers.below(shape.machines as u64) as usize;
    let base = 1 + numbers.time(20) / 1_000_000_000;
    let at = |index: usize| (first + index) % shape.machines;
    let alternatives = (0..count)
        .map(|index| Alternative { machine: at(index), time: (base + numbers.below(6) as i64) * 1_000_000_000 });
    let alternatives = alternatives.collect();
    let family = (!shape.plain && numbers.below(4) > 0).then(|| numbers.below(3) as u16);
    Operation { alternatives, family }
}

/// A schedule that is built operation by operation: where each job and each machine stands.
#[derive(Clone)]
struct State {
    next: Vec<usize>,
    ready: Vec<i64>,
    at: Vec<Option<usize>>,
    free: Vec<i64>,
    family: Vec<Option<u16>>,
}

impl State {
    fn new(problem: &Problem) -> State {
        State {
            next: vec![0; problem.jobs.len()],
            ready: problem.jobs.iter().map(|job| job.release).collect(),
            at: vec![None; problem.jobs.len()],
            free: problem.machines.iter().map(|machine| machine.available).collect(),
            family: problem.machines.iter().map(|machine| machine.family).collect(),
        }
    }

    /// Puts the next operation of a job behind all on a machine.
    fn append(&mut self, problem: &Problem, job: usize, alternative: Alternative) {
        let operation = &problem.jobs[job].operations[self.next[job]];
        let Alternative { machine, time } = alternative;
        let lag = match (&problem.lags, self.at[job]) {
            (Some(lags), Some(from)) => lags.time(from, machine),
            _ => 0,
        };
        let setups = problem.machines[machine].setups.as_ref();
        let setup = match (setups, operation.family) {
            (Some(setups), Some(after)) => setups.time(self.family[machine], after),
            _ => 0,
        };
        let arrival = self.ready[job] + lag;
        let start = if setups.is_some_and(|setups| setups.attended) {
            arrival.max(self.free[machine]) + setup
        } else {
            arrival.max(self.free[machine] + setup)
        };
        self.next[job] += 1;
        self.ready[job] = start + time;
        self.free[machine] = start + time;
        self.at[job] = Some(machine);
        self.family[machine] = operation.family.or(self.family[machine]);
    }

    fn value(&self, problem: &Problem) -> Value {
        let late = |(job, &end): (&Job, &i64)| job.weight * job.due.map_or(0, |due| (end - due).max(0)) as f64;
        Value {
            tardiness: problem.jobs.iter().zip(&self.ready).map(late).sum(),
            makespan: self.ready.iter().copied().max().unwrap_or(0),
            flow: self.ready.iter().map(|&end| i128::from(end)).sum(),
        }
    }

    fn waiting<'p>(&self, problem: &'p Problem) -> Vec<(usize, &'p Operation)> {
        let next = |job: usize| problem.jobs[job].operations.get(self.next[job]).map(|operation| (job, operation));
        (0..problem.jobs.len()).filter_map(next).collect()
    }
}

/// The best value of all schedules.
pub fn brute_force(problem: &Problem, objective: Objective) -> Value {
    let mut best = None;
    descend(problem, objective, &State::new(problem), &mut best);
    best.unwrap_or_default()
}

fn descend(problem: &Problem, objective: Objective, state: &State, best: &mut Option<Value>) {
    let waiting = state.waiting(problem);
    if waiting.is_empty() {
        let value = state.value(problem);
        if best.is_none_or(|best| objective.compare(&value, &best) == Ordering::Less) {
            *best = Some(value);
        }
    }
    for (job, operation) in waiting {
        for &alternative in &operation.alternatives {
            let mut after = state.clone();
            after.append(problem, job, alternative);
            descend(problem, objective, &after, best);
        }
    }
}

/// The least weighted tardiness of list schedules by due date, shortest time, most work and apparent tardiness cost.
pub fn dispatch(problem: &Problem) -> f64 {
    (0..4).map(|rule| list_schedule(problem, rule)).min_by(f64::total_cmp).unwrap_or(0.0)
}

fn list_schedule(problem: &Problem, rule: usize) -> f64 {
    let mut state = State::new(problem);
    loop {
        let mut candidates = Vec::new();
        for (job, operation) in state.waiting(problem) {
            let trial = operation.alternatives.iter().map(|&alternative| {
                let mut after = state.clone();
                after.append(problem, job, alternative);
                (after.ready[job], alternative)
            });
            if let Some((end, alternative)) = trial.min_by_key(|trial| trial.0) {
                candidates.push((job, end - alternative.time, end, alternative));
            }
        }
        // Without delay: only what can start first.
        let Some(first) = candidates.iter().map(|candidate| candidate.1).min() else { break };
        candidates.retain(|candidate| candidate.1 == first);
        let score = |&(job, start, end, _): &(usize, i64, i64, Alternative)| {
            let work: i64 = problem.jobs[job].operations[state.next[job]..]
                .iter()
                .filter_map(|operation| operation.alternatives.iter().map(|other| other.time).min())
                .sum();
            let due = problem.jobs[job].due.unwrap_or(i64::MAX / 4) as f64;
            let takes = (end - start).max(1) as f64;
            match rule {
                0 => due,
                1 => takes,
                2 => -(work as f64),
                _ => {
                    let slack = (due - work as f64 - start as f64).max(0.0);
                    slack / 25e9 - (problem.jobs[job].weight / takes).ln()
                }
            }
        };
        let Some(&(job, _, _, alternative)) = candidates.iter().min_by(|a, b| score(a).total_cmp(&score(b))) else {
            break;
        };
        state.append(problem, job, alternative);
    }
    state.value(problem).tardiness
}
