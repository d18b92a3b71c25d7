//! What managers and contractors tell each other.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::engine::time::Duration;

/// The number of a mission.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct MissionId(pub u32);

/// A bid for some of the missions of a call: a bit for each, and what they would cost.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Bid {
    /// Which, by their places in the call.
    pub missions: u32,
    /// What it costs.
    pub cost: f64,
}

/// A notice between a manager and a contractor. Calls and contracts are numbered by the manager.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Notice {
    /// Who will do these?
    Call {
        /// The number of the call.
        call: u32,
        /// In an English auction, which round.
        round: u32,
        /// Which.
        missions: Arc<[MissionId]>,
        /// In an English auction, what is paid at most in this round.
        price: Option<f64>,
        /// How many missions a bid can be for.
        largest: u32,
    },
    /// I would, for that. Without bids: I would not.
    Bid {
        /// The number of the call.
        call: u32,
        /// In which round.
        round: u32,
        /// What for.
        bids: Arc<[Bid]>,
    },
    /// They are yours, if you still want them.
    Award {
        /// The number of the contract.
        contract: u32,
        /// Which missions.
        missions: Arc<[MissionId]>,
        /// What is paid for all of them.
        price: f64,
        /// How long a place is to be kept for them.
        keep: Duration,
    },
    /// I want them.
    Accept {
        /// The number of the contract.
        contract: u32,
    },
    /// I do not, and I have not begun.
    Refuse {
        /// The number of the contract.
        contract: u32,
    },
    /// Begin.
    Confirm {
        /// The number of the contract.
        contract: u32,
    },
    /// I am at it.
    Begun {
        /// The number of the contract.
        contract: u32,
    },
    /// Forget it: it has not been confirmed.
    Void {
        /// The number of the contract.
        contract: u32,
    },
    /// Are you still at it?
    Ask {
        /// The number of the contract.
        contract: u32,
    },
    /// That mission is over.
    Report {
        /// The number of the contract.
        contract: u32,
        /// Which mission.
        mission: MissionId,
        /// Whether it was done.
        done: bool,
    },
    /// I have heard that it is over.
    Thanks {
        /// The number of the contract.
        contract: u32,
        /// Which mission.
        mission: MissionId,
    },
}

impl Notice {
    /// What it is, in a word.
    pub fn word(&self) -> &'static str {
        match self {
            Notice::Call { .. } => "call",
            Notice::Bid { .. } => "bid",
            Notice::Award { .. } => "award",
            Notice::Accept { .. } => "accept",
            Notice::Refuse { .. } => "refuse",
            Notice::Confirm { .. } => "confirm",
            Notice::Begun { .. } => "begun",
            Notice::Void { .. } => "void",
            Notice::Ask { .. } => "ask",
            Notice::Report { .. } => "report",
            Notice::Thanks { .. } => "thanks",
        }
    }

    /// How long it is as a message: bytes. A word for what it is, one for each number, and what a mission's task takes to be told.
    pub fn bytes(&self) -> u32 {
        match self {
            Notice::Call { missions, .. } => 20 + 32 * missions.len() as u32,
            Notice::Bid { bids, .. } => 12 + 12 * bids.len() as u32,
            Notice::Award { missions, .. } => 16 + 4 * missions.len() as u32,
            Notice::Report { .. } => 13,
            Notice::Thanks { .. } => 12,
            _ => 8,
        }
    }
}
