//! Workers: what an author says of one, and what it is doing while the world runs.

use std::sync::Arc;

use bevy_ecs::prelude::{Component, Resource};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::engine::identity::TwinId;
use crate::engine::queue::EventHandle;
use crate::engine::time::{Duration, Time};
use crate::factory::calendar::Duty;
use crate::factory::calls::Task;

/// A person who works at machines. Whatever needs a skill calls for somebody who has it; the nearest who is free comes on
/// foot. Without a shift a worker is always there. At the end of a shift, and at a break, what was begun is finished.
#[derive(Component, Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Worker {
    /// What the worker can do.
    #[schemars(example = json!(["turning", "repair"]))]
    pub skills: Vec<String>,
    /// The shifts, by their names in the section `shifts`.
    #[schemars(example = json!(["early"]))]
    pub shifts: Vec<String>,
    /// Walking speed. 1.34 m/s is the free walking speed of U. Weidmann, *Transporttechnik der Fussgänger* (1993).
    #[schemars(range(min = 0.1, max = 5.0), extend("x-unit" = "m/s"))]
    pub speed: f64,
}

impl Default for Worker {
    fn default() -> Self {
        Worker { skills: Vec::new(), shifts: Vec::new(), speed: 1.34 }
    }
}

/// People whom a piece of work needs, all the time that it takes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Staff {
    /// The skill that each of them has.
    #[schemars(example = &"turning")]
    pub skill: String,
    /// How many.
    #[serde(default = "one")]
    #[schemars(range(min = 1, max = 1000))]
    pub count: u32,
}

fn one() -> u32 {
    1
}

/// All skills that workers had at the start, in alphabetical order. Calls name a skill by its place here, so it keeps that
/// place when the last who has it leaves.
#[derive(Resource, Clone, Debug, Default, Serialize, Deserialize)]
pub struct Skills(pub Vec<Arc<str>>);

/// What a worker is doing, as the table `states` has it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Doing {
    /// Outside the shift.
    Off,
    /// In a break.
    Break,
    /// Waiting for work.
    #[default]
    Free,
    /// On the way to work.
    Walking,
    /// At work.
    Working,
    /// Put aside by a command.
    Suspended,
}

/// How many kinds of doing there are.
pub const DOINGS: usize = 6;

impl Doing {
    /// All, in the order of [`WorkerState::time`].
    pub const ALL: [Doing; DOINGS] =
        [Doing::Off, Doing::Break, Doing::Free, Doing::Walking, Doing::Working, Doing::Suspended];

    /// The word in the table `states`.
    pub fn name(self) -> &'static str {
        match self {
            Doing::Off => "off",
            Doing::Break => "break",
            Doing::Free => "free",
            Doing::Walking => "walking",
            Doing::Working => "working",
            Doing::Suspended => "suspended",
        }
    }
}

/// What a worker was sent to do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Assignment {
    /// The machine or vehicle.
    pub at: TwinId,
    /// What there.
    pub task: Task,
    /// When people were called for.
    pub requested: Time,
    /// When the worker was sent.
    pub assigned: Time,
    /// When the worker comes or came.
    pub arrives: Time,
    /// Whether the worker is there.
    pub arrived: bool,
    /// The event of the arrival; none once there.
    pub event: Option<EventHandle>,
    /// How long the way is: metres.
    pub walk: f64,
    /// Where the worker came from: metres.
    pub from: (f64, f64),
    /// Where it is: metres.
    pub to: (f64, f64),
}

/// The state of a worker.
#[derive(Component, Clone, Debug, Default, Serialize, Deserialize)]
pub struct WorkerState {
    /// Where the worker stands, or last stood: metres.
    pub place: (f64, f64),
    /// The task, if there is one.
    pub task: Option<Assignment>,
    /// Whether the shift and its breaks let the worker take up something new, and if not, why.
    pub duty: Duty,
    /// Whether a command has put the worker aside.
    pub suspended: bool,
    /// What the worker is doing.
    pub doing: Doing,
    /// Since when.
    pub since: Time,
    /// Nanoseconds spent in each of [`Doing::ALL`] since counting began.
    pub time: [i64; DOINGS],
    /// Up to when those are complete.
    pub until: Time,
    /// Metres walked since counting began, in thousandths: whole numbers add up the same in any order.
    pub walked_mm: i64,
    /// Tasks that ended since counting began.
    pub tasks: u64,
}

impl Assignment {
    /// The share of the way that lies behind at a moment: 0 to 1.
    pub fn progress(&self, now: Time) -> f64 {
        let whole = (self.arrives - self.assigned).seconds();
        if whole > 0.0 { ((now - self.assigned).seconds() / whole).min(1.0) } else { 1.0 }
    }

    /// Where the worker is at a moment: metres.
    pub fn place(&self, now: Time) -> (f64, f64) {
        let gone = self.progress(now);
        (self.from.0 + (self.to.0 - self.from.0) * gone, self.from.1 + (self.to.1 - self.from.1) * gone)
    }

    /// How far the worker has walked for it: thousandths of a metre.
    pub fn walked_mm(&self, now: Time) -> i64 {
        (self.walk * self.progress(now) * 1000.0) as i64
    }
}

impl WorkerState {
    /// Whether the worker can be sent somewhere.
    pub fn is_free(&self) -> bool {
        self.task.is_none() && self.duty == Duty::On && !self.suspended
    }

    /// What the worker is doing, by task and calendar.
    pub fn observe(&self) -> Doing {
        match (&self.task, self.duty) {
            (Some(task), _) if task.arrived => Doing::Working,
            (Some(_), _) => Doing::Walking,
            (None, _) if self.suspended => Doing::Suspended,
            (None, Duty::On) => Doing::Free,
            (None, Duty::Break) => Doing::Break,
            (None, Duty::Off) => Doing::Off,
        }
    }

    /// Starts counting afresh, at the end of the warm-up.
    pub fn count_afresh(&mut self, now: Time) {
        (self.time, self.until, self.walked_mm, self.tasks) = ([0; DOINGS], now, 0, 0);
    }

    /// Brings the sums over time up to `now`.
    pub fn count_until(&mut self, now: Time) {
        self.time[self.doing as usize] += (now - self.until).nanos();
        self.until = now;
    }
}

/// How long a walk takes.
pub fn walking_time(metres: f64, speed: f64) -> Duration {
    Duration::from_seconds(metres / speed)
}

/// The straight way between two places: metres.
pub fn distance(from: (f64, f64), to: (f64, f64)) -> f64 {
    let (x, y) = (to.0 - from.0, to.1 - from.1);
    (x * x + y * y).sqrt()
}
