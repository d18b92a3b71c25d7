//! Whether a schedule is one: written apart from the search, from the definition of the problem alone.

use super::problem::{Problem, Value};
use super::schedule::{Schedule, Slot};

/// What is wrong with a schedule. Jobs, operations and machines are counted from 0.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
pub enum Fault {
    /// There are more or fewer jobs, operations or machines than in the problem.
    #[error("the schedule is of another problem")]
    Shape,
    /// On a machine that cannot do it, or in another time than it takes there.
    #[error("operation {operation} of job {job} is not done as any of its alternatives")]
    Alternative {
        /// The job.
        job: usize,
        /// The operation in it.
        operation: usize,
    },
    /// Before the job is released, or before the operation before has ended and the job has come over.
    #[error("operation {operation} of job {job} starts too early for its job")]
    Job {
        /// The job.
        job: usize,
        /// The operation in it.
        operation: usize,
    },
    /// Before the machine is free and set up.
    #[error("operation {operation} of job {job} starts too early for machine {machine}")]
    Machine {
        /// The job.
        job: usize,
        /// The operation in it.
        operation: usize,
        /// The machine.
        machine: usize,
    },
    /// A machine's sequence does not name the operations that are on it, each once.
    #[error("the sequence of machine {machine} is not of its operations")]
    Sequence {
        /// The machine.
        machine: usize,
    },
    /// The value is not that of the schedule.
    #[error("the value is not that of the schedule")]
    Value,
    /// The value is below the bound.
    #[error("the schedule is better than the bound allows")]
    Bound,
}

/// Whether a schedule keeps to a problem, and its value is right.
pub fn check(problem: &Problem, schedule: &Schedule) -> Result<(), Fault> {
    let same = |(job, slots): (&super::problem::Job, &Vec<Slot>)| job.operations.len() == slots.len();
    let jobs = problem.jobs.len() == schedule.slots.len() && problem.jobs.iter().zip(&schedule.slots).all(same);
    if !jobs || problem.machines.len() != schedule.sequences.len() {
        return Err(Fault::Shape);
    }
    for job in 0..problem.jobs.len() {
        check_job(problem, schedule, job)?;
    }
    let mut seen: Vec<Vec<bool>> = schedule.slots.iter().map(|slots| vec![false; slots.len()]).collect();
    for machine in 0..problem.machines.len() {
        check_machine(problem, schedule, machine, &mut seen)?;
    }
    if let Some(slot) = missing(schedule, &seen) {
        return Err(Fault::Sequence { machine: slot.machine });
    }
    check_value(problem, schedule)
}

fn check_job(problem: &Problem, schedule: &Schedule, number: usize) -> Result<(), Fault> {
    let job = &problem.jobs[number];
    let mut ready = job.release;
    let mut at = None;
    for (place, (operation, slot)) in job.operations.iter().zip(&schedule.slots[number]).enumerate() {
        let fits = |other: &super::problem::Alternative| {
            other.machine == slot.machine && slot.start.checked_add(other.time) == Some(slot.end)
        };
        if !operation.alternatives.iter().any(fits) {
            return Err(Fault::Alternative { job: number, operation: place });
        }
        let lag = match (at, &problem.lags) {
            (Some(from), Some(lags)) => lags.time(from, slot.machine),
            _ => 0,
        };
        if slot.start < ready + lag {
            return Err(Fault::Job { job: number, operation: place });
        }
        ready = slot.end;
        at = Some(slot.machine);
    }
    Ok(())
}

fn check_machine(problem: &Problem, schedule: &Schedule, number: usize, seen: &mut [Vec<bool>]) -> Result<(), Fault> {
    let machine = &problem.machines[number];
    let wrong = Fault::Sequence { machine: number };
    let mut free = machine.available;
    let mut family = machine.family;
    for &(job, place) in &schedule.sequences[number] {
        let slot = schedule.slots.get(job).and_then(|slots| slots.get(place)).ok_or(wrong)?;
        if slot.machine != number || std::mem::replace(&mut seen[job][place], true) {
            return Err(wrong);
        }
        let needs = problem.jobs[job].operations[place].family;
        let (setup, attended) = match (&machine.setups, needs) {
            (Some(setups), Some(after)) => (setups.time(family, after), setups.attended),
            _ => (0, false),
        };
        let late =
            slot.start < free + setup || (attended && slot.start < arrival(problem, schedule, job, place) + setup);
        if late {
            return Err(Fault::Machine { job, operation: place, machine: number });
        }
        free = slot.end;
        family = needs.or(family);
    }
    Ok(())
}

/// When a job is at the machine of one of its operations.
fn arrival(problem: &Problem, schedule: &Schedule, job: usize, place: usize) -> i64 {
    let slots = &schedule.slots[job];
    let Some(before) = place.checked_sub(1) else { return problem.jobs[job].release };
    let lag = problem.lags.as_ref().map_or(0, |lags| lags.time(slots[before].machine, slots[place].machine));
    slots[before].end + lag
}

fn missing<'s>(schedule: &'s Schedule, seen: &[Vec<bool>]) -> Option<&'s Slot> {
    let slots = schedule.slots.iter().flatten();
    slots.zip(seen.iter().flatten()).find(|(_, seen)| !**seen).map(|(slot, _)| slot)
}

fn check_value(problem: &Problem, schedule: &Schedule) -> Result<(), Fault> {
    let mut value = Value::default();
    let mut latest: Option<i64> = None;
    for (job, slots) in problem.jobs.iter().zip(&schedule.slots) {
        let end = slots.last().map_or(job.release, |slot| slot.end);
        let late = job.due.map_or(0, |due| (end - due).max(0));
        value.tardiness += job.weight * late as f64;
        value.flow += i128::from(end);
        latest = latest.max(Some(end));
    }
    value.makespan = latest.unwrap_or(0);
    if value == schedule.value { Ok(()) } else { Err(Fault::Value) }
}
