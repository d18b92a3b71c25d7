//! What members of groups tell each other.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::common::{Common, GroupId, Version};
use crate::twin::contracts::notice::MissionId;
use crate::world::space::Point;

/// What a member tells its leader of itself.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// What it thinks, in the order of the names of what is agreed on.
    pub opinions: Vec<f64>,
    /// Where it is.
    pub place: Option<Point>,
    /// Whether it can take a task on.
    pub is_free: bool,
    /// The shared tasks that it has done, until the group knows.
    pub done: Vec<(MissionId, u16)>,
    /// Those that it has given back.
    pub back: Vec<(MissionId, u16)>,
}

/// A notice between twins of one kind of group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Notice {
    /// I am here: by whoever is alone, and by leaders.
    Hello {
        /// Which group I lead.
        group: Option<GroupId>,
        /// How many we are.
        size: u32,
    },
    /// I would like to belong to your group.
    Join {
        /// As who.
        incarnation: u32,
    },
    /// I lead, and this is what we have in common.
    Beat {
        /// In this term.
        term: u64,
        /// What we have in common.
        common: Arc<Common>,
        /// A majority knows all up to here.
        committed: u64,
        /// Where I am.
        place: Option<Point>,
    },
    /// I have heard you.
    Heard {
        /// In which group.
        group: GroupId,
        /// As who.
        incarnation: u32,
        /// The term that I know of.
        term: u64,
        /// What I hold.
        version: Version,
        /// What there is to be told of me.
        report: Arc<Report>,
    },
    /// Vote for me.
    Ask {
        /// In which group.
        group: GroupId,
        /// As who.
        incarnation: u32,
        /// For which term.
        term: u64,
        /// What I hold.
        version: Version,
    },
    /// You have my vote.
    Vote {
        /// In which group.
        group: GroupId,
        /// As who.
        incarnation: u32,
        /// For which term.
        term: u64,
    },
    /// I leave.
    Leave {
        /// Which group.
        group: GroupId,
        /// As who.
        incarnation: u32,
    },
    /// We disband: join that leader's group.
    Disband {
        /// Which group.
        group: GroupId,
        /// In which term.
        term: u64,
    },
}

impl Notice {
    /// What it is, in a word.
    pub fn word(&self) -> &'static str {
        match self {
            Notice::Hello { .. } => "hello",
            Notice::Join { .. } => "join",
            Notice::Beat { .. } => "beat",
            Notice::Heard { .. } => "heard",
            Notice::Ask { .. } => "ask for votes",
            Notice::Vote { .. } => "vote",
            Notice::Leave { .. } => "leave",
            Notice::Disband { .. } => "disband",
        }
    }

    /// How long it is as a message: bytes. Numbers of 8 bytes, ids and tasks of 12 and 24.
    pub fn bytes(&self) -> u32 {
        match self {
            Notice::Hello { .. } => 20,
            Notice::Join { .. } => 8,
            Notice::Beat { common, .. } => {
                let Common { members, values, tasks, over, .. } = &**common;
                (52 + 12 * members.len() + 8 * values.len() + 40 * tasks.len() + 4 * over.len()) as u32
            }
            Notice::Heard { report, .. } => {
                let Report { opinions, done, back, .. } = &**report;
                (64 + 8 * opinions.len() + 6 * (done.len() + back.len())) as u32
            }
            Notice::Ask { .. } => 40,
            Notice::Vote { .. } | Notice::Disband { .. } => 24,
            Notice::Leave { .. } => 16,
        }
    }
}
