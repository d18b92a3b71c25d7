//! What is to be scheduled: a job shop with alternative machines, sequence-dependent set-ups and lags between machines.
//!
//! The flexible job shop of P. Brandimarte, "Routing and scheduling in a flexible job shop by tabu search", Annals of
//! Operations Research 41 (1993), with set-ups and minimal time lags as in A. Allahverdi, "The third comprehensive survey
//! on scheduling problems with setup times/costs", European Journal of Operational Research 246 (2015).

use std::cmp::Ordering;

/// What is to be scheduled. All times are in nanoseconds from the moment that is planned at.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Problem {
    /// The machines; operations name them by their places here.
    pub machines: Vec<Machine>,
    /// The jobs.
    pub jobs: Vec<Job>,
    /// The least time between consecutive operations of a job: transport. Without it, none.
    pub lags: Option<Lags>,
}

/// A machine, which does one operation at a time. A machine with several slots is as many machines.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Machine {
    /// When it is free, in nanoseconds.
    pub available: i64,
    /// The family that it is set up for at first.
    pub family: Option<u16>,
    /// Its set-ups. Without them, none are needed.
    pub setups: Option<Setups>,
}

/// How long a machine takes to change over between families of operations.
#[derive(Clone, Debug, PartialEq)]
pub struct Setups {
    /// Whether the job must be there when a set-up begins; else the machine is set up while the job is on its way.
    pub attended: bool,
    families: u16,
    /// A row for no family, then one for each family before; a column for each family after.
    times: Vec<i64>,
}

impl Setups {
    /// Set-ups between so many families; `time(before, after)` is in nanoseconds.
    pub fn new(families: u16, attended: bool, time: impl Fn(Option<u16>, u16) -> i64) -> Setups {
        let before = std::iter::once(None).chain((0..families).map(Some));
        let times = before.flat_map(|before| (0..families).map(move |after| (before, after)));
        Setups { attended, families, times: times.map(|(before, after)| time(before, after)).collect() }
    }

    /// The time to change from one family to another, in nanoseconds; 0 for a family that is not known.
    pub fn time(&self, before: Option<u16>, after: u16) -> i64 {
        let row = before.map_or(0, |family| usize::from(family) + 1);
        if after >= self.families {
            return 0;
        }
        self.times.get(row * usize::from(self.families) + usize::from(after)).copied().unwrap_or(0)
    }

    /// Between how many families.
    pub fn families(&self) -> u16 {
        self.families
    }
}

/// The least time from the end of an operation to the start of the next one of its job, by their machines.
#[derive(Clone, Debug, PartialEq)]
pub struct Lags {
    machines: usize,
    times: Vec<i64>,
}

impl Lags {
    /// Lags between so many machines; `time(from, to)` is in nanoseconds.
    pub fn new(machines: usize, time: impl Fn(usize, usize) -> i64) -> Lags {
        let pairs = (0..machines).flat_map(|from| (0..machines).map(move |to| (from, to)));
        Lags { machines, times: pairs.map(|(from, to)| time(from, to)).collect() }
    }

    /// The lag from one machine to another, in nanoseconds; 0 for machines that are not known.
    pub fn time(&self, from: usize, to: usize) -> i64 {
        if to >= self.machines {
            return 0;
        }
        self.times.get(from * self.machines + to).copied().unwrap_or(0)
    }
}

/// A job: operations that follow each other.
#[derive(Clone, Debug, PartialEq)]
pub struct Job {
    /// When its first operation may start, in nanoseconds.
    pub release: i64,
    /// When it should be done, in nanoseconds; without it, it is never late.
    pub due: Option<i64>,
    /// What a time late counts.
    pub weight: f64,
    /// Its operations in sequence.
    pub operations: Vec<Operation>,
}

/// A step of a job.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Operation {
    /// The machines that can do it.
    pub alternatives: Vec<Alternative>,
    /// The family that its machine has to be set up for. Without it, any set-up will do and stays as it is.
    pub family: Option<u16>,
}

/// A machine that can do an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Alternative {
    /// Which.
    pub machine: usize,
    /// How long it takes, in nanoseconds.
    pub time: i64,
}

/// What a schedule should have least of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Objective {
    /// The end of the last job.
    #[default]
    Makespan,
    /// The sum over the jobs of weight times lateness past the due date. Of equal ones, the least makespan.
    WeightedTardiness,
}

/// How good a schedule is.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Value {
    /// The sum of weight times lateness, in nanoseconds.
    pub tardiness: f64,
    /// The end of the last job, in nanoseconds.
    pub makespan: i64,
    /// The sum of the ends of the jobs, in nanoseconds.
    pub flow: i128,
}

impl Objective {
    /// The better of two values is the lesser. What the objective leaves equal, the other measures decide.
    pub fn compare(self, a: &Value, b: &Value) -> Ordering {
        let tardiness = a.tardiness.total_cmp(&b.tardiness);
        let makespan = a.makespan.cmp(&b.makespan);
        let first = match self {
            Objective::Makespan => makespan.then(tardiness),
            Objective::WeightedTardiness => tardiness.then(makespan),
        };
        first.then(a.flow.cmp(&b.flow))
    }

    /// The measure that counts first, in nanoseconds.
    pub fn primary(self, value: &Value) -> f64 {
        match self {
            Objective::Makespan => value.makespan as f64,
            Objective::WeightedTardiness => value.tardiness,
        }
    }
}

/// Why a problem cannot be scheduled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Invalid {
    /// An operation without machines.
    #[error("operation {operation} of job {job} has no machine that can do it")]
    NoAlternative {
        /// The job, from 0.
        job: usize,
        /// The operation in it, from 0.
        operation: usize,
    },
    /// An operation on a machine that is not there.
    #[error("operation {operation} of job {job} names machine {machine}, which is not there")]
    NoSuchMachine {
        /// The job, from 0.
        job: usize,
        /// The operation in it, from 0.
        operation: usize,
        /// The machine that it names.
        machine: usize,
    },
    /// A set-up, a lag or a processing time below zero.
    #[error("a time is negative")]
    NegativeTime,
    /// A weight that is negative or not a number.
    #[error("the weight of job {job} is not a number from 0 up")]
    Weight {
        /// The job, from 0.
        job: usize,
    },
    /// Times whose sum is beyond what 63 bits hold.
    #[error("the times add up to more than can be counted")]
    TooLong,
    /// More operations or alternatives than 32 bits count.
    #[error("there are too many operations")]
    TooMany,
}

impl Problem {
    /// Whether it can be scheduled.
    pub fn validate(&self) -> Result<(), Invalid> {
        for (number, job) in self.jobs.iter().enumerate() {
            if !(job.weight >= 0.0 && job.weight.is_finite()) {
                return Err(Invalid::Weight { job: number });
            }
            for (place, operation) in job.operations.iter().enumerate() {
                self.validate_operation(operation, number, place)?;
            }
        }
        if self.matrices().any(|time| time < 0) {
            return Err(Invalid::NegativeTime);
        }
        let alternatives: usize = self.operations().map(|operation| operation.alternatives.len()).sum();
        if alternatives.max(self.operations().count()).max(self.machines.len()) >= (u32::MAX / 2) as usize {
            return Err(Invalid::TooMany);
        }
        if self.horizon() > i128::from(i64::MAX / 8) { Err(Invalid::TooLong) } else { Ok(()) }
    }

    fn validate_operation(&self, operation: &Operation, job: usize, place: usize) -> Result<(), Invalid> {
        if operation.alternatives.is_empty() {
            return Err(Invalid::NoAlternative { job, operation: place });
        }
        for alternative in &operation.alternatives {
            if alternative.machine >= self.machines.len() {
                return Err(Invalid::NoSuchMachine { job, operation: place, machine: alternative.machine });
            }
            if alternative.time < 0 {
                return Err(Invalid::NegativeTime);
            }
        }
        Ok(())
    }

    fn operations(&self) -> impl Iterator<Item = &Operation> {
        self.jobs.iter().flat_map(|job| &job.operations)
    }

    fn matrices(&self) -> impl Iterator<Item = i64> {
        let setups = self.machines.iter().filter_map(|machine| machine.setups.as_ref());
        let setups = setups.flat_map(|setups| setups.times.iter().copied());
        setups.chain(self.lags.iter().flat_map(|lags| lags.times.iter().copied()))
    }

    /// A time that no schedule without idling goes beyond, and that no due date or release is beyond either.
    fn horizon(&self) -> i128 {
        let longest = |operation: &Operation| operation.alternatives.iter().map(|other| other.time).max().unwrap_or(0);
        let work: i128 = self.operations().map(|operation| i128::from(longest(operation))).sum();
        let extra = i128::from(self.matrices().max().unwrap_or(0)) * 2 * self.operations().count() as i128;
        let moments = self.jobs.iter().flat_map(|job| [Some(job.release), job.due]).flatten();
        let moments = moments.chain(self.machines.iter().map(|machine| machine.available));
        work + extra + moments.map(|moment| i128::from(moment).abs()).max().unwrap_or(0)
    }
}
