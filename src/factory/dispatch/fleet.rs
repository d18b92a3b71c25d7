//! Vehicle dispatching: which vehicle takes which load. One file a rule.
//!
//! Whenever a vehicle becomes free or a load appears, the rule gives each pair of a free vehicle and a waiting load a cost;
//! the pair with the least is matched, of equal pairs the one whose load has waited longest, then the one whose drive is
//! shortest. Rules as in P. J. Egbelu and J. M. A. Tanchoco, "Characterization of automatic guided vehicle dispatching
//! rules", International Journal of Production Research 22 (1984).

pub mod assign;
pub mod balanced;
pub mod deadline;
pub mod errands;
pub mod longest_waiting;
pub mod nearest;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Which vehicle takes which load.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum FleetRule {
    /// The vehicle and the load that are nearest to each other.
    #[default]
    Nearest,
    /// The load that has waited longest, and the vehicle nearest to it.
    LongestWaiting,
    /// The vehicle that has been busy least, and the load that has waited longest.
    Balanced,
    /// The load whose job is due first, and the vehicle nearest to it.
    Deadline,
}

/// A free vehicle and a waiting load. Times in seconds.
#[derive(Clone, Copy, Debug)]
pub struct Match {
    /// How long the vehicle would drive to the load.
    pub drive: f64,
    /// How long the load has waited.
    pub waited: f64,
    /// When the load's job is due; infinity without a due date.
    pub due: f64,
    /// How long the vehicle has been busy so far.
    pub busy: f64,
}

impl FleetRule {
    /// The cost of a match, of which the least is made.
    pub fn cost(self, pair: &Match) -> f64 {
        match self {
            FleetRule::Nearest => nearest::cost(pair),
            FleetRule::LongestWaiting => longest_waiting::cost(pair),
            FleetRule::Balanced => balanced::cost(pair),
            FleetRule::Deadline => deadline::cost(pair),
        }
    }
}

#[cfg(test)]
pub(crate) fn example() -> Match {
    Match { drive: 20.0, waited: 60.0, due: 900.0, busy: 3000.0 }
}
