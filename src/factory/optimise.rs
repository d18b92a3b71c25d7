//! Improves schedules of job shops with alternative machines, set-ups and transport.
//!
//! A population of schedules is improved in rounds of a fixed number of searches, each a function of the population at the
//! round's beginning and of its own random numbers. Threads only share the searches of a round among themselves, so that
//! with a budget of iterations the result does not depend on how many there are.

mod bound;
mod check;
mod construct;
mod evolution;
mod graph;
mod model;
mod neighbourhood;
pub mod plant;
mod population;
mod problem;
mod random;
mod schedule;
mod search;
mod tabu;
mod tardiness;

use std::time::Duration;

use crate::engine::parallel::Pool;

pub use check::{Fault, check};
pub use problem::{Alternative, Invalid, Job, Lags, Machine, Objective, Operation, Problem, Setups, Value};
pub use schedule::{Schedule, Slot};

/// How long a search may go on; without either, until it has stopped improving. The first schedules are always built.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Budget {
    /// At most so many steps. With these alone, the result is a function of the problem, the seed and their number.
    pub iterations: Option<u64>,
    /// At most so long by the clock.
    pub time: Option<Duration>,
}

/// How many steps a search makes that has no budget.
const STEPS: u64 = 1_000_000;

/// The best schedule that a search on the threads of a pool finds.
///
/// # Errors
/// If the problem cannot be scheduled.
pub fn optimise(
    problem: &Problem,
    objective: Objective,
    budget: Budget,
    seed: u64,
    pool: &Pool,
) -> Result<Schedule, Invalid> {
    problem.validate()?;
    let unlimited = budget.iterations.is_none() && budget.time.is_none();
    let budget = if unlimited { Budget { iterations: Some(STEPS), ..budget } } else { budget };
    let model = model::Model::new(problem, objective);
    Ok(evolution::evolve(&model, budget, seed, pool))
}
