//! What control asks of dispatching: people for a piece of work, and repairs. The paper that passes between the levels.

use std::borrow::Cow;

use bevy_ecs::prelude::Resource;
use serde::{Deserialize, Serialize};

use crate::engine::identity::TwinId;
use crate::engine::time::{Duration, Time};

use super::machine::{Crew, Need};

/// What people are called for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Task {
    /// Changing a slot of a machine over.
    Setup(u32),
    /// Working on the job in a slot.
    Operation(u32),
    /// Repairing what has broken down.
    Repair,
    /// Planned or condition-based maintenance.
    Maintenance,
}

impl Task {
    /// The word in the table `tasks`.
    pub fn name(self) -> &'static str {
        match self {
            Task::Setup(_) => "setup",
            Task::Operation(_) => "operation",
            Task::Repair => "repair",
            Task::Maintenance => "maintenance",
        }
    }
}

/// A call for people.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Call {
    /// Calls are numbered in the order in which they were made.
    pub number: u64,
    /// When it was made.
    pub since: Time,
    /// Higher is answered first.
    pub priority: i32,
    /// Who is needed.
    pub need: Need,
    /// At which machine or vehicle.
    pub at: TwinId,
    /// What for.
    pub task: Task,
}

/// The calls that nobody has answered yet, and the people who are free again but have not been told what to do.
#[derive(Resource, Clone, Debug, Default, Serialize, Deserialize)]
pub struct Calls {
    /// Highest priority first, then oldest. A call that was withdrawn stays until somebody would answer it.
    pub open: Vec<Call>,
    /// Workers whose task is over.
    pub freed: Vec<TwinId>,
    /// Workers who go on with something else at the same machine.
    pub carried: Vec<(TwinId, Task)>,
    /// Machines and vehicles whose work orders may go on.
    pub upkeep: Vec<TwinId>,
    /// Machines that have been carried to their new places.
    pub moved: Vec<TwinId>,
    /// Whether free workers and open calls have to be matched anew.
    pub changed: bool,
    made: u64,
}

impl Calls {
    /// Calls for people; they come when dispatching finds them.
    pub fn call(&mut self, now: Time, priority: i32, need: Need, at: TwinId, task: Task) -> Box<Crew> {
        let number = self.made;
        self.made += 1;
        let place = self.open.partition_point(|other| other.priority >= priority);
        self.open.insert(place, Call { number, since: now, priority, need, at, task });
        self.changed = true;
        Box::new(Crew { need, call: number, task, workers: Vec::new(), walking: 0 })
    }

    /// Lets the people who are there go on with something else.
    pub fn carry_over(&mut self, crew: &mut Crew, task: Task) {
        crew.task = task;
        self.carried.extend(crew.workers.iter().map(|&worker| (worker, task)));
        self.changed = true;
    }

    /// Lets people go who are no longer needed, and withdraws the call for them if it is still open.
    pub fn dismiss(&mut self, crew: Option<Box<Crew>>) {
        if let Some(crew) = crew {
            self.freed.extend(crew.workers);
        }
    }
}

/// Why a machine is worked on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum OrderKind {
    /// It has broken down.
    Failure,
    /// Its time has come.
    Planned,
    /// Its wear has reached a limit.
    Condition,
    /// Somebody has asked for it.
    Requested,
    /// It moves to another place.
    Relocation,
}

impl OrderKind {
    /// The word in the table `maintenance`.
    pub fn name(self) -> &'static str {
        match self {
            OrderKind::Failure => "failure",
            OrderKind::Planned => "planned",
            OrderKind::Condition => "condition",
            OrderKind::Requested => "requested",
            OrderKind::Relocation => "relocation",
        }
    }
}

/// How far a work order has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum OrderStage {
    /// A failure that nobody has noticed yet.
    Unnoticed,
    /// Waits until nothing is under way at the machine; a failure does not wait.
    Raised,
    /// The machine stands still for it. Waits for spare parts.
    Parts,
    /// Waits for people.
    People,
    /// Under way.
    Working,
}

/// A repair, a maintenance or a relocation of one machine or vehicle.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WorkOrder {
    /// Why.
    pub kind: OrderKind,
    /// Why, in words.
    pub cause: Cow<'static, str>,
    /// How long the work itself takes.
    pub takes: Duration,
    /// Whether that has been said by whoever asked for it, so that it is known beforehand.
    pub is_told: bool,
    /// When it was raised: a failure when it happened, noticed or not.
    pub raised: Time,
    /// When it was or will be noticed; as `raised` for what is no failure.
    pub noticed: Time,
    /// When the work itself began.
    pub started: Time,
    /// How far it is.
    pub stage: OrderStage,
    /// Who is needed.
    pub need: Option<Need>,
    /// Who comes.
    pub crew: Option<Box<Crew>>,
    /// The spare parts it takes: which, as an index into [`Plan::spares`](super::plan::Plan::spares), and how many.
    pub parts: Vec<(u32, u32)>,
    /// The wear of the machine when it was raised.
    pub wear: f64,
    /// Where the machine goes, if it is to move.
    pub to: Option<Move>,
}

/// Where a machine is moved.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Move {
    /// The place: metres towards the east and the north.
    pub place: (f64, f64),
    /// The junction where vehicles stop for it; without it, the nearest.
    pub junction: Option<String>,
}
