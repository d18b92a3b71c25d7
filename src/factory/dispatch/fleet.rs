//! Vehicle dispatching: which vehicle takes which load. One file a rule.
//!
//! Whenever a vehicle becomes free or a load appears, the rule gives each pair of a free vehicle and a waiting load a cost;
//! the pair with the least is matched, of equal pairs the one whose load has waited longest, then the one whose drive is
//! shortest. Rules as in P. J. Egbelu and J. M. A. Tanchoco, "Characterization of automatic guided vehicle dispatching
//! rules", International Journal of Production Research 22 (1984). With an auction, vehicles share the loads out themselves.

pub mod assign;
pub mod auction;
pub mod balanced;
pub mod bidding;
pub mod deadline;
pub mod errands;
pub mod longest_waiting;
pub mod nearest;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use self::auction::TeamGoal;

/// Which vehicle takes which load.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
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
    /// Vehicles bid for loads, also those that are still busy: each knows where and when it will be free, how far its battery
    /// takes it, and what it has won so far. One that has to charge does not bid.
    Auction {
        /// What they together keep low.
        #[serde(default)]
        goal: TeamGoal,
        /// How many loads for each vehicle are auctioned at a time, those that have waited longest. The more, the farther ahead
        /// vehicles see, and the longer loads that lie far away may wait.
        #[serde(default = "four")]
        #[schemars(range(min = 1, max = 100))]
        loads_each: u32,
    },
}

fn four() -> u32 {
    4
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
    /// The cost of a match, of which the least is made; none where vehicles bid.
    pub fn cost(self) -> Option<fn(&Match) -> f64> {
        match self {
            FleetRule::Nearest => Some(nearest::cost),
            FleetRule::LongestWaiting => Some(longest_waiting::cost),
            FleetRule::Balanced => Some(balanced::cost),
            FleetRule::Deadline => Some(deadline::cost),
            FleetRule::Auction { .. } => None,
        }
    }
}

#[cfg(test)]
pub(crate) fn example() -> Match {
    Match { drive: 20.0, waited: 60.0, due: 900.0, busy: 3000.0 }
}
