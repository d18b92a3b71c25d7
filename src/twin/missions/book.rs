//! All missions, and what became of each.

use std::borrow::Cow;
use std::sync::Arc;

use bevy_ecs::prelude::Resource;
use serde::{Deserialize, Serialize};

use crate::engine::identity::TwinId;
use crate::engine::time::{Duration, Time};
use crate::twin::contracts::notice::MissionId;
use crate::world::space::Point;

/// Something to be done somewhere.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Task {
    /// At whom, if at somebody.
    pub twin: Option<TwinId>,
    /// Where: where that twin was when the mission was given.
    pub at: Point,
}

/// How far a mission is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Stage {
    /// Given to nobody yet.
    Open,
    /// Somebody has taken it on.
    Accepted,
    /// Somebody is at it.
    UnderWay,
    /// Done.
    Done,
    /// Failed.
    Failed,
}

impl Stage {
    /// In words.
    pub fn word(self) -> &'static str {
        match self {
            Stage::Open => "given",
            Stage::Accepted => "accepted",
            Stage::UnderWay => "under way",
            Stage::Done => "done",
            Stage::Failed => "failed",
        }
    }

    /// Whether it is over.
    pub fn is_over(self) -> bool {
        self >= Stage::Done
    }
}

/// A mission.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Mission {
    /// Of which kind, by its number.
    pub kind: u16,
    /// Which of that kind, from 1.
    pub number: u32,
    /// When it was given.
    pub given: Time,
    /// When it is too late.
    pub deadline: Time,
    /// What goes first.
    pub priority: i32,
    /// What it is worth.
    pub reward: f64,
    /// What is to be done. Empty when it is over.
    pub tasks: Arc<[Task]>,
    /// What else is to be known: by the numbers of all kinds' values, NaN where it has none. Empty when it is over.
    pub values: Arc<[f64]>,
    /// Who may do it. Empty when it is over.
    pub whom: Arc<[TwinId]>,
    /// Who hands it out.
    pub by: Option<TwinId>,
    /// How far it is.
    pub stage: Stage,
    /// Who has it, or had it last.
    pub with: Option<TwinId>,
    /// What is paid for it.
    pub price: f64,
    /// How often it was called by its manager.
    pub calls: u32,
    /// How often it was done: never more than once.
    pub times_done: u32,
}

/// How missions of a kind got on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Tally {
    /// How many were given in all, for their numbers.
    pub given_ever: u32,
    /// How many were given.
    pub given: u64,
    /// How many are not over.
    pub open: u64,
    /// How many were done.
    pub done: u64,
    /// How many have failed.
    pub failed: u64,
    /// How long those that were done took, from when they were given, all together.
    pub took: Duration,
    /// What was paid for those that were done.
    pub paid: f64,
}

/// All missions.
#[derive(Resource, Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Missions {
    /// By id.
    list: Vec<Mission>,
    /// By kind.
    tallies: Vec<Tally>,
    /// Those that wait for somebody with room.
    pub waiting: Vec<MissionId>,
    /// When those that wait are offered again.
    pub again: Option<Time>,
}

/// What a mission was known by, in the log.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// When.
    pub at: Time,
    /// Which mission.
    pub mission: MissionId,
    /// Of which kind, by its number.
    pub kind: u16,
    /// Which of that kind.
    pub number: u32,
    /// What it is now.
    pub what: Cow<'static, str>,
    /// Who has to do with it.
    pub twin: TwinId,
    /// Why.
    pub why: Cow<'static, str>,
    /// How much: the reward of one that is given, the price of one that is accepted or done.
    pub value: Option<f64>,
}

/// The changes since somebody asked last. No state.
#[derive(Resource, Clone, Debug, Default)]
pub struct MissionLog {
    /// Whether anybody asks.
    pub enabled: bool,
    changes: Vec<Change>,
}

impl MissionLog {
    /// Notes a change, if anybody asks.
    pub fn note(&mut self, change: Change) {
        if self.enabled {
            self.changes.push(change);
        }
    }

    /// Takes all out.
    pub fn drain(&mut self) -> impl Iterator<Item = Change> + '_ {
        self.changes.drain(..)
    }
}

impl Missions {
    /// Makes room for so many kinds.
    pub fn prepare(&mut self, kinds: usize) {
        self.tallies.resize(kinds, Tally::default());
    }

    /// Adds a mission, and numbers it.
    pub fn add(&mut self, mut mission: Mission) -> MissionId {
        let tally = &mut self.tallies[mission.kind as usize];
        tally.given_ever += 1;
        tally.given += 1;
        tally.open += 1;
        mission.number = tally.given_ever;
        self.list.push(mission);
        MissionId(self.list.len() as u32 - 1)
    }

    /// How many missions of a kind were given ever.
    pub fn given(&self, kind: u16) -> u32 {
        self.tallies.get(kind as usize).map_or(0, |tally| tally.given_ever)
    }

    /// A mission.
    ///
    /// # Panics
    /// If there is none of that id: ids come from here.
    pub fn get(&self, mission: MissionId) -> &Mission {
        &self.list[mission.0 as usize]
    }

    /// A mission, to change what is not its stage.
    pub fn get_mut(&mut self, mission: MissionId) -> &mut Mission {
        &mut self.list[mission.0 as usize]
    }

    /// All missions, by id.
    pub fn iter(&self) -> impl Iterator<Item = (MissionId, &Mission)> {
        (0..).map(MissionId).zip(&self.list)
    }

    /// How missions got on, by kind.
    pub fn tallies(&self) -> &[Tally] {
        &self.tallies
    }

    /// Counts afresh. What is open still is.
    pub fn reset(&mut self) {
        for tally in &mut self.tallies {
            let Tally { given_ever, open, .. } = *tally;
            *tally = Tally { given_ever, given: open, open, ..Tally::default() };
        }
    }

    /// Moves a mission on. What is over stays as it is.
    pub fn advance(&mut self, mission: MissionId, stage: Stage, with: Option<TwinId>, now: Time) -> bool {
        let entry = &mut self.list[mission.0 as usize];
        if entry.stage.is_over() || entry.stage == stage {
            return false;
        }
        entry.stage = stage;
        entry.with = with.or(entry.with);
        let tally = &mut self.tallies[entry.kind as usize];
        match stage {
            Stage::Done => {
                tally.done += 1;
                tally.took += now - entry.given;
                tally.paid += entry.price;
            }
            Stage::Failed => tally.failed += 1,
            Stage::Open | Stage::Accepted | Stage::UnderWay => return true,
        }
        tally.open -= 1;
        self.waiting.retain(|other| *other != mission);
        true
    }
}
