//! The problem in flat arrays, as the search reads it.

use super::problem::{Objective, Problem, Setups, Value};

/// A due date that is never passed, in nanoseconds.
const NEVER: i64 = i64::MAX / 4;

/// The problem in flat arrays. Operations are numbered through all jobs; the number past the last stands for "none".
#[derive(Clone, Debug)]
pub(super) struct Model {
    pub objective: Objective,
    pub operations: usize,
    pub machines: usize,
    /// The job of each operation.
    pub job: Vec<u32>,
    /// The first operation of each job, and the number of operations.
    pub first: Vec<u32>,
    /// The operation before and after in the job.
    pub before: Vec<u32>,
    pub after: Vec<u32>,
    /// Where the alternatives of each operation begin, and the number of alternatives.
    pub choices: Vec<u32>,
    /// The machine and the processing time of each alternative.
    pub machine: Vec<u32>,
    pub time: Vec<i64>,
    /// 0 for no family, else one more than the family. All that no set-up knows are one family.
    pub family: Vec<u32>,
    pub release: Vec<i64>,
    pub due: Vec<i64>,
    pub weight: Vec<f64>,
    pub available: Vec<i64>,
    /// The family at first, as in `family`.
    pub initial: Vec<u32>,
    /// Whether set-ups of the machine wait for the job.
    pub attended: Vec<bool>,
    pub has_setups: bool,
    pub has_lags: bool,
    families: usize,
    setups: Vec<i64>,
    lags: Vec<i64>,
}

impl Model {
    /// Of a problem that is valid.
    pub fn new(problem: &Problem, objective: Objective) -> Model {
        let mut model = Model::of_jobs(problem, objective);
        let setups = problem.machines.iter().filter_map(|machine| machine.setups.as_ref());
        let known = setups.map(Setups::families).max().unwrap_or(0);
        model.families = usize::from(known) + 1;
        model.family.iter_mut().for_each(|family| *family = (*family).min(u32::from(known) + 1));
        for machine in &problem.machines {
            model.available.push(machine.available);
            model.initial.push(machine.family.map_or(0, |family| u32::from(family.min(known)) + 1));
            model.attended.push(machine.setups.as_ref().is_some_and(|setups| setups.attended));
        }
        model.has_setups = known > 0;
        if model.has_setups {
            model.fill_setups(problem);
        }
        if let Some(lags) = &problem.lags {
            let pairs = (0..model.machines).flat_map(|from| (0..model.machines).map(move |to| (from, to)));
            model.lags = pairs.map(|(from, to)| lags.time(from, to)).collect();
            model.has_lags = true;
        }
        model
    }

    fn of_jobs(problem: &Problem, objective: Objective) -> Model {
        let operations = problem.jobs.iter().map(|job| job.operations.len()).sum::<usize>();
        let mut model = Model::empty(objective, operations, problem.machines.len());
        for (number, job) in problem.jobs.iter().enumerate() {
            let first = model.job.len();
            let end = first + job.operations.len();
            for (place, operation) in job.operations.iter().enumerate() {
                let here = first + place;
                model.job.push(number as u32);
                model.before.push(if place == 0 { operations } else { here - 1 } as u32);
                model.after.push(if here + 1 == end { operations } else { here + 1 } as u32);
                model.family.push(operation.family.map_or(0, |family| u32::from(family) + 1));
                model.machine.extend(operation.alternatives.iter().map(|other| other.machine as u32));
                model.time.extend(operation.alternatives.iter().map(|other| other.time));
                model.choices.push(model.machine.len() as u32);
            }
            model.first.push(end as u32);
            model.release.push(job.release);
            model.due.push(job.due.unwrap_or(NEVER));
            model.weight.push(job.weight);
        }
        model
    }

    fn empty(objective: Objective, operations: usize, machines: usize) -> Model {
        Model {
            objective,
            operations,
            machines,
            job: Vec::with_capacity(operations),
            first: vec![0],
            before: Vec::with_capacity(operations),
            after: Vec::with_capacity(operations),
            choices: vec![0],
            machine: Vec::new(),
            time: Vec::new(),
            family: Vec::with_capacity(operations),
            release: Vec::new(),
            due: Vec::new(),
            weight: Vec::new(),
            available: Vec::new(),
            initial: Vec::new(),
            attended: Vec::new(),
            has_setups: false,
            has_lags: false,
            families: 0,
            setups: Vec::new(),
            lags: Vec::new(),
        }
    }

    fn fill_setups(&mut self, problem: &Problem) {
        for machine in &problem.machines {
            for before in 0..=self.families {
                for after in 0..self.families {
                    let known = machine.setups.as_ref();
                    let from = before.checked_sub(1).map(|family| family as u16);
                    self.setups.push(known.map_or(0, |setups| setups.time(from, after as u16)));
                }
            }
        }
    }

    /// The time to set a machine up, in nanoseconds; families as in `family`.
    #[inline]
    pub fn setup(&self, machine: usize, before: u32, after: u32) -> i64 {
        if !self.has_setups || after == 0 {
            return 0;
        }
        self.setups[(machine * (self.families + 1) + before as usize) * self.families + after as usize - 1]
    }

    /// The least time between operations of a job on these machines, in nanoseconds.
    #[inline]
    pub fn lag(&self, from: usize, to: usize) -> i64 {
        if self.has_lags { self.lags[from * self.machines + to] } else { 0 }
    }

    /// The alternatives of an operation.
    #[inline]
    pub fn alternatives(&self, operation: usize) -> std::ops::Range<usize> {
        self.choices[operation] as usize..self.choices[operation + 1] as usize
    }

    /// How many jobs.
    pub fn jobs(&self) -> usize {
        self.release.len()
    }

    /// The operations of a job.
    pub fn of_job(&self, job: usize) -> std::ops::Range<usize> {
        self.first[job] as usize..self.first[job + 1] as usize
    }

    /// The value of a schedule whose jobs end then.
    pub fn value(&self, end: impl Fn(usize) -> i64) -> Value {
        let mut value = Value { tardiness: 0.0, makespan: i64::MIN, flow: 0 };
        for job in 0..self.jobs() {
            let range = self.of_job(job);
            let end = if range.is_empty() { self.release[job] } else { end(range.end - 1) };
            value.tardiness += self.weight[job] * (end - self.due[job]).max(0) as f64;
            value.makespan = value.makespan.max(end);
            value.flow += i128::from(end);
        }
        if self.jobs() == 0 { Value::default() } else { value }
    }
}
