//! What a group has in common.

use serde::{Deserialize, Serialize};

use crate::engine::identity::TwinId;
use crate::twin::contracts::notice::MissionId;
use crate::twin::who::To;
use crate::world::space::Point;

/// A group: who founded it, and the how-manieth it was that it founded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct GroupId {
    /// Who founded it.
    pub founder: TwinId,
    /// Which of its groups.
    pub number: u32,
}

/// A member: a twin, and how often it has left groups before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Who {
    /// The twin.
    pub twin: TwinId,
    /// Its incarnation.
    pub incarnation: u32,
}

/// Which state of what is common: the later term counts, in it the later version.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Version {
    /// The term of the leader that made it.
    pub term: u64,
    /// Counted on in every group.
    pub number: u64,
}

/// A task that a group shares.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Shared {
    /// Of which mission.
    pub mission: MissionId,
    /// Which of its tasks.
    pub task: u16,
    /// Where.
    pub at: Point,
    /// Who is at it.
    pub with: Option<TwinId>,
    /// Whether it is done.
    pub done: bool,
    /// Who cannot do it.
    pub not_by: Vec<TwinId>,
}

/// What a group has in common: each state is whole.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Common {
    /// Which group.
    pub group: GroupId,
    /// Which state.
    pub version: Version,
    /// Who belongs to it, by id.
    pub members: Vec<Who>,
    /// The values agreed on, in the order of their names; none where there is none yet.
    pub values: Vec<Option<f64>>,
    /// The tasks that are not over, and those of missions that are not.
    pub tasks: Vec<Shared>,
    /// The missions that were over last, and whether they were done.
    pub over: Vec<(MissionId, bool)>,
}

impl Common {
    /// Of a group that was just founded by one.
    pub fn founded(group: GroupId, who: Who, values: usize) -> Common {
        Common {
            group,
            version: Version { term: 1, number: 1 },
            members: vec![who],
            values: vec![None; values],
            tasks: Vec::new(),
            over: Vec::new(),
        }
    }

    /// Whether somebody belongs to it.
    pub fn has(&self, who: Who) -> bool {
        self.members.binary_search(&who).is_ok()
    }

    /// A member by its twin.
    pub fn member(&self, twin: TwinId) -> Option<Who> {
        self.members.iter().copied().find(|who| who.twin == twin)
    }

    /// Whether so many of its members are more than half.
    pub fn is_majority(&self, count: usize) -> bool {
        count * 2 > self.members.len()
    }

    /// Whether a mission is over.
    pub fn is_over(&self, mission: MissionId) -> bool {
        self.over.iter().any(|(other, _)| *other == mission)
    }

    /// All members but one.
    pub fn others(&self, me: TwinId) -> To {
        self.members.iter().map(|who| who.twin).filter(|twin| *twin != me).collect()
    }
}
