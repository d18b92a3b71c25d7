//! Machine choices: at which of the machines that can do an operation a job queues up. One file a choice.
//!
//! A choice gives each machine with room a cost; the least is taken, of equal costs the one that does the operation
//! fastest, and then the one that was made first. Some choices ask no machine: they need to know nothing of what goes on.
//! With bids, machines work out themselves what a job would cost. A job stays where it has queued up.

pub mod bids;
pub mod by_speed;
pub mod earliest_finish;
pub mod fastest;
pub mod in_turn;
pub mod random;
pub mod shortest_queue;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How a job chooses among machines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub enum MachineChoice {
    /// Where the operation should be finished first, with all the work that waits there.
    #[default]
    EarliestFinish,
    /// Where the fewest jobs are.
    ShortestQueue,
    /// The machine that does the operation fastest, whatever goes on there.
    Fastest,
    /// One after another, by the job's number, whatever goes on there.
    InTurn,
    /// Each in a fixed share, in proportion to its speed, whatever goes on there.
    BySpeed,
    /// Any, each as likely.
    Random,
    /// The job is announced, each machine bids what it would cost there, and the lowest bid wins. A machine knows its queue and
    /// what is on its way there, its set-ups, its speed, its health, and the tariff of its energy.
    Bids {
        /// What an hour until a job is done there is worth, in the currency.
        #[serde(default = "hour")]
        #[schemars(range(min = 0.0, max = 1e9), example = 10.0)]
        hour: f64,
        /// What an hour of expected lateness costs, times the job's weight.
        #[serde(default = "lateness")]
        #[schemars(range(min = 0.0, max = 1e9), example = 30.0)]
        lateness: f64,
        /// By how much the price of energy counts: 0 leaves it out.
        #[serde(default = "whole")]
        #[schemars(range(min = 0.0, max = 1e6), example = 1.0)]
        energy: f64,
    },
}

fn hour() -> f64 {
    10.0
}

fn lateness() -> f64 {
    30.0
}

fn whole() -> f64 {
    1.0
}

/// What a job knows of a machine. Times in seconds.
#[derive(Clone, Copy, Debug)]
pub struct Offer {
    /// Expected time of the work that the machine has begun or that waits there, and of the repair under way.
    pub work_ahead: f64,
    /// How many jobs it works on at a time.
    pub capacity: f64,
    /// Expected time of the operation there.
    pub processing: f64,
    /// How many jobs wait or are worked on.
    pub jobs: usize,
}

impl MachineChoice {
    /// The cost of queueing up at a machine, of which the least is taken; none where the choice asks no machine.
    pub fn cost(self) -> Option<fn(&Offer) -> f64> {
        match self {
            MachineChoice::EarliestFinish => Some(earliest_finish::cost),
            MachineChoice::ShortestQueue => Some(shortest_queue::cost),
            MachineChoice::Fastest => Some(fastest::cost),
            MachineChoice::InTurn | MachineChoice::BySpeed | MachineChoice::Random | MachineChoice::Bids { .. } => None,
        }
    }
}

#[cfg(test)]
pub(crate) fn example() -> Offer {
    Offer { work_ahead: 30.0, capacity: 1.0, processing: 10.0, jobs: 3 }
}
