//! Machines: what an author says of one, and its state while it runs. All three levels of control talk about these.

use std::collections::VecDeque;

use bevy_ecs::prelude::Component;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::engine::identity::TwinId;
use crate::engine::queue::EventHandle;
use crate::engine::time::{Duration, Time};

use super::calls::Task;
use super::control::standby::{Rest, RestState};
use super::dispatch::rules::DispatchingRule;
use super::jobs::JobRef;
use super::quality::Findings;

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
    /// The shifts in which it takes up work; without any, always. What it has begun it finishes.
    #[schemars(example = json!(["early", "late"]))]
    pub shifts: Vec<String>,
}

impl Default for Machine {
    fn default() -> Self {
        Machine { capacity: 1, input_buffer: None, output_buffer: 0, rule: DispatchingRule::Fifo, shifts: Vec::new() }
    }
}

impl Machine {
    /// How many jobs can be in its slots and before them; none if any number.
    pub fn room(&self) -> Option<usize> {
        self.input_buffer.map(|buffer| self.capacity as usize + buffer as usize)
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
    /// Holding jobs that cannot go on before people come.
    Waiting,
    /// Under planned or condition-based maintenance.
    Maintenance,
    /// Outside its shifts, with nothing under way.
    Off,
    /// In stand-by, with nothing to work on.
    Standby,
    /// On its way from stand-by.
    Waking,
}

/// How many conditions there are.
pub const CONDITIONS: usize = 11;

impl Condition {
    /// All conditions, in the order of [`Tally::time`].
    pub const ALL: [Condition; CONDITIONS] = [
        Condition::Starved,
        Condition::Setup,
        Condition::Working,
        Condition::Blocked,
        Condition::Down,
        Condition::Suspended,
        Condition::Waiting,
        Condition::Maintenance,
        Condition::Off,
        Condition::Standby,
        Condition::Waking,
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
            Condition::Waiting => "waiting",
            Condition::Maintenance => "maintenance",
            Condition::Off => "off",
            Condition::Standby => "standby",
            Condition::Waking => "waking",
        }
    }
}

/// How a machine stands, as a row of the table `states` has it: the row ends where any of this changes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// What it is doing.
    pub condition: Condition,
    /// Whether it is within its shifts.
    pub on_shift: bool,
    /// Whether it holds a job in any of its slots.
    pub allocated: bool,
    /// How many slots are at work.
    pub working: u32,
}

impl Standing {
    /// Whether the time counts as planned busy time (ISO 22400-2): it is within the shifts, or used beyond them to finish what
    /// was begun, and nobody has taken the machine aside or maintains it.
    pub fn is_planned(self) -> bool {
        match self.condition {
            Condition::Working | Condition::Setup => true,
            Condition::Suspended | Condition::Maintenance | Condition::Off => false,
            Condition::Starved
            | Condition::Blocked
            | Condition::Waiting
            | Condition::Down
            | Condition::Standby
            | Condition::Waking => self.on_shift,
        }
    }

    /// Whether the time counts as a delay of an order (ISO 22400-2): the machine should be busy with a job that it holds.
    pub fn is_delay(self) -> bool {
        let stands = matches!(self.condition, Condition::Blocked | Condition::Waiting | Condition::Down);
        stands && self.allocated && self.is_planned()
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
    /// When work on it began; not before the people whom it needs have come.
    pub started: Time,
    /// When work on it ended, for a slot that holds its job.
    pub ended: Time,
    /// When the job should be done by what is known beforehand, for those who plan. While the machine stands still,
    /// counted from the moment at which it goes on.
    pub expected_end: Time,
    /// When the present phase ends.
    pub ends: Time,
    /// The event that ends it; none while the machine stands still or waits for people.
    pub event: Option<EventHandle>,
    /// What is left of the phase while it stands still.
    pub remaining: Duration,
    /// How long the work should take, and how long it will, known when it is taken up.
    pub planned: Duration,
    /// See `planned`.
    pub work: Duration,
    /// How long the set-up takes in all, if there is one.
    pub setup: Duration,
    /// The family that the slot was set up for before.
    pub came_from: Option<u32>,
    /// The family that the slot is set up for.
    pub family: Option<u32>,
    /// Whom the set-up needs.
    pub setup_need: Option<Need>,
    /// Whom the work needs.
    pub work_need: Option<Need>,
    /// The people whom the present phase needs; boxed, since most work needs none.
    pub crew: Option<Box<Crew>>,
}

/// An operation that a slot has finished.
#[derive(Clone, Copy, Debug)]
pub struct Ended {
    /// On which job.
    pub job: JobRef,
    /// When the job was taken from the queue.
    pub taken: Time,
    /// When work on it began.
    pub started: Time,
    /// How long the work should have taken.
    pub planned: Duration,
    /// How long it took, interruptions left out.
    pub work: Duration,
}

/// People whom something needs: so many with a skill.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Need {
    /// The skill, as an index into [`Plan::skills`](super::plan::Plan::skills).
    pub skill: u32,
    /// How many.
    pub count: u32,
}

/// The people whom one piece of work needs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Crew {
    /// How many, with which skill.
    pub need: Need,
    /// The number of the call for them.
    pub call: u64,
    /// What for.
    pub task: Task,
    /// Who was sent; nobody until the call is answered.
    pub workers: Vec<TwinId>,
    /// How many of them are still on their way.
    pub walking: u32,
}

impl Crew {
    /// Whether all who are needed are there.
    pub fn is_complete(&self) -> bool {
        self.walking == 0 && self.workers.len() == self.need.count as usize
    }
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
    /// Jobs elsewhere that have been promised a place here and are on their way, or wait to be fetched.
    pub incoming: u32,
    /// The sum of what those should take.
    pub incoming_work: Duration,
    /// Jobs that wait to be worked on: highest priority first, then in order of arrival.
    pub queue: VecDeque<Queued>,
    /// Jobs in the input buffer whose parts have not all come.
    pub kitting: Vec<Queued>,
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
    /// Whether it is outside its shifts.
    pub off: bool,
    /// Whether maintenance is due, and begins once nothing is under way.
    pub maintenance_due: bool,
    /// Whether it takes no further jobs in, since it is to move.
    pub closing: bool,
    /// Whether it is being maintained.
    pub maintained: bool,
    /// Whether it is ready, or in stand-by.
    pub rest: RestState,
    /// Whether it has a part `setup`, and one that ages (`breakdown`, `wear`, `maintenance`): known here, to spare
    /// looking for them.
    pub has_setup: bool,
    /// See `has_setup`.
    pub ages: bool,
    /// Whether it draws power.
    pub draws: bool,
    /// Whether it has a part `standby`.
    pub sleeps: bool,
    /// Whether it has a part `thrift`.
    pub is_thrifty: bool,
    /// The moment at which it looks again at jobs that wait for cheaper energy.
    pub reminder: Option<(Time, EventHandle)>,
    /// How many slots are not idle.
    pub occupied: u32,
    /// How it stands, as noted when the last moment was settled.
    pub standing: Standing,
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
    pub time: [i64; CONDITIONS],
    /// Nanoseconds of planned busy time.
    pub planned: i64,
    /// Nanoseconds of delay.
    pub delay: i64,
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
    /// Nanoseconds that those operations should have taken: planned run time times quantity.
    pub planned_run: i128,
    /// Of those operations, how many made a job defective.
    pub spoilt: u64,
    /// Of those operations, how many looked for defects.
    pub inspected: u64,
    /// Of those, how many rejected a job.
    pub rejected: u64,
}

impl Tally {
    /// Counts an operation on a job that had come into the queue at that moment.
    pub fn count_operation(&mut self, ended: &Ended, queued: Time) {
        self.operations += 1;
        self.waits += i128::from((ended.taken - queued).nanos());
        self.planned_run += i128::from(ended.planned.nanos());
    }

    /// Counts what an operation did to quality.
    pub fn count_quality(&mut self, findings: &Findings) {
        self.spoilt += u64::from(findings.spoilt);
        self.inspected += u64::from(findings.rejected.is_some());
        self.rejected += u64::from(findings.rejected == Some(true));
    }
}

impl Slot {
    /// Whether it has something to do whose clock does not run.
    pub fn waits(&self) -> bool {
        matches!(self.phase, Phase::Setup | Phase::Working) && self.event.is_none()
    }
}

impl MachineState {
    /// A machine at the start of a run.
    pub fn new(machine: &Machine, family: Option<u32>) -> MachineState {
        let slot = Slot { family, ..Slot::default() };
        MachineState { slots: vec![slot; machine.capacity as usize], ..MachineState::default() }
    }

    /// Whether it can work.
    pub fn is_up(&self) -> bool {
        !self.down && !self.suspended && !self.maintained
    }

    /// Whether it may begin something new.
    pub fn takes_up(&self) -> bool {
        self.could_work() && self.rest.rest == Rest::Ready
    }

    /// Whether it may begin something new once it is awake.
    pub fn could_work(&self) -> bool {
        self.is_up() && !self.off && !self.maintenance_due
    }

    /// Whether it could take up one more job.
    pub fn has_idle_slot(&self) -> bool {
        (self.occupied as usize) < self.slots.len()
    }

    /// Whether one more job can come in, where there is that much room ([`Machine::room`]). `leaving` says that the job
    /// is already in one of its slots.
    pub fn has_room(&self, room: Option<usize>, leaving: bool) -> bool {
        let used = || {
            let inside = self.occupied as usize + self.queue.len() + self.kitting.len();
            inside + self.incoming as usize - usize::from(leaving)
        };
        !self.closing && room.is_none_or(|room| used() < room)
    }

    /// Puts a job into the queue: by priority, then by arrival; nearly always that is at the end.
    pub fn join_queue(&mut self, entry: Queued) {
        self.queued_work += entry.expected;
        if self.queue.back().is_none_or(|last| last.priority >= entry.priority) {
            return self.queue.push_back(entry);
        }
        let behind = self.queue.partition_point(|other| other.priority >= entry.priority);
        self.queue.insert(behind, entry);
    }

    /// Brings the sums over time up to `now`. To be called before the numbers of jobs change.
    pub fn count_until(&mut self, now: Time) {
        let elapsed = (now - self.tally.until).nanos();
        if elapsed == 0 {
            return;
        }
        self.tally.until = now;
        let standing = self.standing;
        self.tally.time[standing.condition as usize] += elapsed;
        self.tally.planned += if standing.is_planned() { elapsed } else { 0 };
        self.tally.delay += if standing.is_delay() { elapsed } else { 0 };
        let times = |count: usize| i128::from(elapsed) * i128::from(count as i64);
        self.tally.waiting += times(self.queue.len());
        self.tally.present += times(self.queue.len() + self.kitting.len() + self.occupied as usize + self.output.len());
        self.tally.work += times(standing.working as usize);
    }

    /// How it stands now, by its slots.
    pub fn observe(&self) -> Standing {
        let (mut working, mut setup, mut waits, mut blocked) = (0, false, false, false);
        for slot in &self.slots {
            match (slot.phase, slot.event.is_some()) {
                (Phase::Working, true) => working += 1,
                (Phase::Setup, true) => setup = true,
                (Phase::Working | Phase::Setup, false) => waits = true,
                (Phase::Blocked, _) => blocked = true,
                (Phase::Idle, _) => {}
            }
        }
        let condition = match () {
            () if self.down => Condition::Down,
            () if self.suspended => Condition::Suspended,
            () if self.maintained => Condition::Maintenance,
            () if working > 0 => Condition::Working,
            () if setup => Condition::Setup,
            () if waits => Condition::Waiting,
            () if blocked => Condition::Blocked,
            () if self.off => Condition::Off,
            () if self.rest.rest == Rest::Asleep => Condition::Standby,
            () if self.rest.rest == Rest::Waking => Condition::Waking,
            () => Condition::Starved,
        };
        Standing { condition, on_shift: !self.off, allocated: self.occupied > 0, working }
    }
}
