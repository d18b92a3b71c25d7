//! Machines: what an author says of one, and its state while it runs.

use std::collections::VecDeque;

use bevy_ecs::prelude::Component;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::engine::queue::EventHandle;
use crate::engine::time::{Duration, Time};

use super::jobs::JobRef;
use super::rules::DispatchingRule;

/// A machine that works on jobs. Jobs wait in its input buffer, and after their operation, where the next machine has
/// no room, in its output buffer; when that is full too, the machine is blocked.
#[derive(Component, Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Machine {
    /// How many jobs it works on at a time.
    #[schemars(range(min = 1, max = 100_000))]
    pub capacity: u32,
    /// How many jobs can wait before it; without it, any number.
    #[schemars(example = 10)]
    pub input_buffer: Option<u32>,
    /// How many finished jobs can wait behind it for room elsewhere.
    pub output_buffer: u32,
    /// Which of the waiting jobs is next.
    pub rule: DispatchingRule,
}

impl Default for Machine {
    fn default() -> Self {
        Machine { capacity: 1, input_buffer: None, output_buffer: 0, rule: DispatchingRule::Fifo }
    }
}

/// What a machine is doing, as the table `states` has it. Of several slots the busiest speaks for the machine.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Condition {
    /// Up, with nothing to work on.
    #[default]
    Starved,
    /// Changing over.
    Setup,
    /// Working on a job.
    Working,
    /// Holding finished jobs that find no room elsewhere.
    Blocked,
    /// Broken down.
    Down,
    /// Put aside by a command.
    Suspended,
}

impl Condition {
    /// All conditions, in the order of [`Tally::time`].
    pub const ALL: [Condition; 6] = [
        Condition::Starved,
        Condition::Setup,
        Condition::Working,
        Condition::Blocked,
        Condition::Down,
        Condition::Suspended,
    ];

    /// The word in the table `states`.
    pub fn name(self) -> &'static str {
        match self {
            Condition::Starved => "starved",
            Condition::Setup => "setup",
            Condition::Working => "working",
            Condition::Blocked => "blocked",
            Condition::Down => "down",
            Condition::Suspended => "suspended",
        }
    }
}

/// What one slot of a machine is doing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Phase {
    /// Nothing.
    #[default]
    Idle,
    /// Changing over for its job.
    Setup,
    /// Working on its job.
    Working,
    /// Holding its finished job.
    Blocked,
}

/// One of the places where a machine works on a job.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Slot {
    /// What it is doing.
    pub phase: Phase,
    /// The job it does that for; meaningless while idle.
    pub job: JobRef,
    /// When the job was taken from the queue.
    pub taken: Time,
    /// When work on it began.
    pub started: Time,
    /// When work on it ended, for a slot that holds its job.
    pub ended: Time,
    /// When the job should be done by what is known beforehand, for those who plan. While the machine stands still,
    /// counted from the moment at which it goes on.
    pub expected_end: Time,
    /// When the present phase ends.
    pub ends: Time,
    /// The event that ends it; none while the machine stands still.
    pub event: Option<EventHandle>,
    /// What is left of the phase while the machine stands still.
    pub remaining: Duration,
    /// How long the work will take, known when it is taken up.
    pub work: Duration,
    /// The family that the slot is set up for.
    pub family: Option<u32>,
}

/// A job in a machine's input buffer.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Queued {
    /// Which job.
    pub job: JobRef,
    /// Its priority, by which the queue is sorted; then by arrival.
    pub priority: i32,
    /// Which of the operation's eligible machines this was when the job came; the list is shorter once one has retired.
    pub option: u32,
    /// How long it should take here.
    pub expected: Duration,
}

/// The state of a machine.
#[derive(Component, Clone, Debug, Default, Serialize, Deserialize)]
pub struct MachineState {
    /// Where jobs are worked on.
    pub slots: Vec<Slot>,
    /// Jobs that wait to be worked on: highest priority first, then in order of arrival.
    pub queue: VecDeque<Queued>,
    /// Finished jobs that wait for room elsewhere, in order of arrival.
    pub output: VecDeque<JobRef>,
    /// Jobs elsewhere that wait for room here, longest first, each with the visit it waits for. An entry whose job has
    /// moved on is skipped.
    pub wanted_by: VecDeque<(JobRef, u64, u64)>,
    /// The sum of what the queue should take.
    pub queued_work: Duration,
    /// Whether it is broken down.
    pub down: bool,
    /// Whether a command has put it aside.
    pub suspended: bool,
    /// Whether it has a part `setup`, and a part `breakdown`: known here, to spare looking for them.
    pub has_setup: bool,
    /// See `has_setup`.
    pub can_fail: bool,
    /// How many slots are not idle.
    pub occupied: u32,
    /// What it is doing, and since when.
    pub condition: Condition,
    /// Since when.
    pub since: Time,
    /// What has been counted.
    pub tally: Tally,
}

/// What is counted of a machine since the start or the end of the warm-up. Sums are in integers, so that they are the
/// same in any order.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Tally {
    /// Nanoseconds in each condition of [`Condition::ALL`].
    pub time: [i64; 6],
    /// Nanoseconds of work, summed over slots.
    pub work: i128,
    /// Jobs waiting in the input buffer, times nanoseconds.
    pub waiting: i128,
    /// Jobs present in the machine and its buffers, times nanoseconds.
    pub present: i128,
    /// Up to when the sums over time are complete.
    pub until: Time,
    /// Operations that ended.
    pub operations: u64,
    /// Nanoseconds that the jobs of those operations waited in the input buffer.
    pub waits: i128,
}

impl MachineState {
    /// A machine at the start of a run.
    pub fn new(machine: &Machine, family: Option<u32>) -> MachineState {
        let slot = Slot { family, ..Slot::default() };
        MachineState { slots: vec![slot; machine.capacity as usize], ..MachineState::default() }
    }

    /// Whether it can work.
    pub fn is_up(&self) -> bool {
        !self.down && !self.suspended
    }

    /// Whether it could take up one more job.
    pub fn has_idle_slot(&self) -> bool {
        (self.occupied as usize) < self.slots.len()
    }

    /// Whether one more job can come in. `leaving` says that the job is already in one of its slots.
    pub fn has_room(&self, machine: &Machine, leaving: bool) -> bool {
        machine.input_buffer.is_none_or(|buffer| {
            let used = self.occupied as usize + self.queue.len() - usize::from(leaving);
            used < machine.capacity as usize + buffer as usize
        })
    }

    /// Brings the sums over time up to `now`. To be called before the numbers of jobs change.
    pub fn count_until(&mut self, now: Time) {
        let elapsed = (now - self.tally.until).nanos();
        if elapsed == 0 {
            return;
        }
        self.tally.until = now;
        self.tally.time[self.condition as usize] += elapsed;
        let times = |count: usize| i128::from(elapsed) * i128::from(count as i64);
        self.tally.waiting += times(self.queue.len());
        self.tally.present += times(self.queue.len() + self.occupied as usize + self.output.len());
        if self.is_up() {
            self.tally.work += times(self.slots.iter().filter(|slot| slot.phase == Phase::Working).count());
        }
    }

    /// What it is doing now, by its slots.
    pub fn observe_condition(&self) -> Condition {
        if self.down {
            return Condition::Down;
        }
        if self.suspended {
            return Condition::Suspended;
        }
        let any = |phase| self.slots.iter().any(|slot| slot.phase == phase);
        if any(Phase::Working) {
            Condition::Working
        } else if any(Phase::Setup) {
            Condition::Setup
        } else if any(Phase::Blocked) {
            Condition::Blocked
        } else {
            Condition::Starved
        }
    }
}
