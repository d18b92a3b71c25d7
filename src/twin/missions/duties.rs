//! What a twin has taken on.

use std::sync::Arc;

use bevy_ecs::prelude::Component;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::book::{Mission, Task};
use crate::engine::identity::TwinId;
use crate::engine::time::Time;
use crate::twin::contracts::contractor::Contractor;
use crate::twin::contracts::manager::News;
use crate::twin::contracts::notice::MissionId;
use crate::twin::groups::member::News as GroupNews;

/// A twin that takes missions on. Its mind sees the one that goes first: `mission.what`, `mission.distance` and so on, and ends it by the
/// actions `Complete` and `GiveUp`.
#[derive(Component, Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ContractorSpec(pub Arc<Takes>);

/// Which missions a twin takes on, and what it bids.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Takes {
    /// How many it has at once.
    #[schemars(range(min = 1, max = 1000))]
    pub at_once: u32,
    /// Whether it takes one on, or bids for it: a condition, which can name what it is offered (`offer.distance < 500`).
    #[schemars(example = &"charge > 40%")]
    pub when: Option<String>,
    /// What it bids, the less the more it wants it: a formula. Without it, how far away the mission is.
    #[schemars(example = &"mission.count * 60 + offer.after / 1.2")]
    pub bid: Option<String>,
    /// Whether a mission of higher priority goes before one that it is at already.
    pub preempts: bool,
}

impl Default for Takes {
    fn default() -> Self {
        Takes { at_once: 1, when: None, bid: None, preempts: false }
    }
}

/// A mission that a twin has.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Duty {
    /// Which.
    pub mission: MissionId,
    /// Of which kind, by its number.
    pub kind: u16,
    /// How many of its tasks are done.
    pub task: u16,
    /// What is to be done.
    pub tasks: Arc<[Task]>,
    /// What else is known of it.
    pub values: Arc<[f64]>,
    /// When it is too late.
    pub deadline: Time,
    /// What goes first.
    pub priority: i32,
    /// What it is worth.
    pub reward: f64,
    /// Whether it is at it.
    pub begun: bool,
    /// If its group shares the mission: which of the tasks this is.
    pub shared: Option<u16>,
}

impl Duty {
    /// A mission that was just taken on.
    pub fn new(id: MissionId, mission: &Mission) -> Duty {
        Duty {
            mission: id,
            kind: mission.kind,
            task: 0,
            tasks: mission.tasks.clone(),
            values: mission.values.clone(),
            deadline: mission.deadline,
            priority: mission.priority,
            reward: mission.reward,
            begun: false,
            shared: None,
        }
    }

    /// The task that is to be done next.
    pub fn present(&self) -> Option<&Task> {
        self.tasks.get(self.task as usize)
    }
}

/// What a twin has taken on, and what it has promised.
#[derive(Component, Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Duties {
    /// The missions that it has; the first is the one that it is at.
    pub held: Vec<Duty>,
    /// Its side of contracts.
    pub side: Contractor,
    /// What it was paid.
    pub earned: f64,
}

impl Duties {
    /// Takes a mission on, in its place: by priority, then deadline, then id. What is under way goes on, unless `preempts`.
    pub fn add(&mut self, duty: Duty, preempts: bool) {
        let kept = self.held.first().is_some_and(|first| first.begun && !preempts);
        self.held.push(duty);
        let from = usize::from(kept);
        self.held[from..].sort_by_key(|duty| (-i64::from(duty.priority), duty.deadline, duty.mission));
    }

    /// Takes a mission out.
    pub fn remove(&mut self, mission: MissionId) -> Option<Duty> {
        let place = self.held.iter().position(|duty| duty.mission == mission)?;
        Some(self.held.remove(place))
    }

    /// Where it will be when all that it has is done; none if it has nothing with a place.
    pub fn last_place(&self) -> Option<Task> {
        self.held.iter().rev().find_map(|duty| duty.tasks.last()).copied()
    }
}

/// What the two sides of a twin have to tell the book, in Settle.
#[derive(Component, Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Ledger(pub Vec<Entry>);

/// Something for the book.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Entry {
    /// As manager: what became of a mission.
    News(News),
    /// As contractor: it has taken on a mission, for that price.
    Began(MissionId, f64),
    /// As member of a group: it has taken on a task of a mission.
    Shares(MissionId),
    /// As member of a group: what happened there.
    Group(GroupNews),
    /// As contractor: the goal of the mission that it is at holds.
    Reached(MissionId),
}

/// A field of the mission that a twin is at, as its mind sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DutyField {
    /// Its kind, by number.
    What,
    /// Where its present task is.
    X,
    /// Where its present task is.
    Y,
    /// How far its present task is: metres.
    Distance,
    /// How long until its deadline: seconds.
    Left,
    /// What goes first.
    Priority,
    /// What it is worth.
    Reward,
    /// Which of its tasks is to be done, from 1.
    Task,
    /// How many tasks it has.
    Tasks,
    /// How many missions the twin has.
    Count,
    /// What it was paid in all.
    Earned,
    /// Something else, by its number.
    Value(usize),
}

impl DutyField {
    /// Those that every mission has, with what they are called and mean.
    pub const ALL: [(DutyField, &'static str, &'static str); 11] = [
        (DutyField::What, "mission.what", "The kind of the mission that it is at, a word."),
        (DutyField::X, "mission.x", "Where its present task is, towards the east: metres."),
        (DutyField::Y, "mission.y", "Where its present task is, towards the north: metres."),
        (DutyField::Distance, "mission.distance", "How far its present task is: metres."),
        (DutyField::Left, "mission.left", "How long until its deadline: seconds."),
        (DutyField::Priority, "mission.priority", "Its priority."),
        (DutyField::Reward, "mission.reward", "What it is worth."),
        (DutyField::Task, "mission.task", "Which of its tasks is to be done, from 1."),
        (DutyField::Tasks, "mission.tasks", "How many tasks it has."),
        (DutyField::Count, "mission.count", "How many missions the twin has."),
        (DutyField::Earned, "mission.earned", "What the twin was paid for missions so far."),
    ];

    /// What it is of a twin that stands there; none if the twin is at no mission, or the mission has no such thing.
    pub fn read(
        self,
        duties: &Duties,
        here: Option<[f64; 3]>,
        now: Time,
        find: impl Fn(TwinId) -> Option<[f64; 3]>,
    ) -> Option<f64> {
        match self {
            DutyField::Count => return Some(duties.held.len() as f64),
            DutyField::Earned => return Some(duties.earned),
            _ => {}
        }
        let duty = duties.held.first()?;
        let place = || duty.present().map(|task| task.twin.and_then(&find).unwrap_or(task.at));
        match self {
            DutyField::What => Some(f64::from(duty.kind)),
            DutyField::X => Some(place()?[0]),
            DutyField::Y => Some(place()?[1]),
            DutyField::Distance => Some(crate::world::space::distance(here?, place()?)),
            DutyField::Left => (duty.deadline != Time::NEVER).then(|| (duty.deadline - now).seconds()),
            DutyField::Priority => Some(f64::from(duty.priority)),
            DutyField::Reward => Some(duty.reward),
            DutyField::Task => Some(f64::from(duty.task) + 1.0),
            DutyField::Tasks => Some(duty.tasks.len() as f64),
            DutyField::Value(number) => duty.values.get(number).copied().filter(|value| !value.is_nan()),
            DutyField::Count | DutyField::Earned => None,
        }
    }
}

/// What is known of missions on offer, in the order of their slots; behind them the values that missions tell besides.
pub const OFFER: [(&str, &str); 7] = [
    ("offer.what", "the kind of the mission on offer, a word"),
    ("offer.distance", "how far its first task is from where the twin stands, and from there on to its last: metres"),
    ("offer.after", "the same from where the twin will be when all that it has is done"),
    ("offer.left", "how long until its deadline: seconds"),
    ("offer.priority", "its priority"),
    ("offer.reward", "what it is worth"),
    ("offer.tasks", "how many tasks it has"),
];
