//! What a manager makes of bids: who gets what, and for how much.
//!
//! Contractors bid what missions would cost them, so that the least bid wins: auctions of buyers, in which everything known of auctions of sellers
//! holds the other way round.

pub mod combinatorial;
pub mod english;
pub mod sealed;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::engine::identity::TwinId;
use crate::engine::time::Duration;

/// How a manager hands missions out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub enum Mechanism {
    /// Whoever would do it at the least cost gets it, and is paid that: the contract net.
    #[default]
    ContractNet,
    /// Whoever would do it at the least cost gets it, and is paid what the second would have cost, or the mission's reward: who bids
    /// its true cost does best.
    Vickrey,
    /// The price falls from the mission's reward, round by round, until only one is left who would do it.
    English {
        /// By which share of the reward it falls each round.
        #[schemars(range(min = 1e-3, max = 1))]
        step: f64,
    },
    /// Missions are collected and called together; contractors bid for sets of them, and the best that can be made of all bids is. With
    /// rewards, everybody is paid what it is worth to the others (Vickrey, Clarke, Groves), else what it has bid.
    Combinatorial {
        /// How long they are collected.
        collects: Duration,
        /// How many are called together at most.
        #[schemars(range(min = 1, max = 10))]
        most: u32,
        /// How many of them a bid can be for.
        #[schemars(range(min = 1, max = 3))]
        largest: u32,
    },
}

/// What a mechanism decided: who gets which missions of the call (a bit each), and what is paid.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Award {
    /// Who.
    pub to: TwinId,
    /// Which.
    pub missions: u32,
    /// For how much.
    pub price: f64,
}
