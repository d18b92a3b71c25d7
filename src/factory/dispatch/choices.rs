//! Machine choices: at which of the machines that can do an operation a job queues up. One file a choice.
//!
//! A choice gives each machine with room a cost; the least is taken, of equal costs the one that does the operation
//! fastest, and then the one that was made first. (A random choice asks no machine.) A job stays where it has queued up.

pub mod earliest_finish;
pub mod random;
pub mod shortest_queue;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How a job chooses among machines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum MachineChoice {
    /// Where the operation should be finished first, with all the work that waits there.
    #[default]
    EarliestFinish,
    /// Where the fewest jobs are.
    ShortestQueue,
    /// Any, each as likely.
    Random,
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
            MachineChoice::Random => None,
        }
    }
}

#[cfg(test)]
pub(crate) fn example() -> Offer {
    Offer { work_ahead: 30.0, capacity: 1.0, processing: 10.0, jobs: 3 }
}
