//! The shop floor: how jobs move from place to place.
//!
//! Everything that happens at one moment happens before anything is decided: an event handler only notes which jobs
//! are ready and which machines were touched, and when the last event of the moment is over, [`Floor::settle`] sends
//! ready jobs to machines (highest priority, then oldest, first) and lets machines take jobs up. A decision therefore
//! sees the whole moment, whatever the order of its events.

mod release;
mod route;
mod work;

pub use release::job_row;

use std::ops::RangeInclusive;

use bevy_ecs::prelude::{Entity, In, Query, Res, ResMut, Resource};
use bevy_ecs::system::SystemParam;
use serde::{Deserialize, Serialize};

use crate::engine::clock::Clock;
use crate::engine::identity::{Directory, TwinId};
use crate::engine::journal::Journal;
use crate::engine::queue::{Event, EventKind, EventQueue, Priority};
use crate::engine::random::{Purpose, Seed};
use crate::engine::time::Time;
use crate::record::table::Table;

use super::breakdown::{Breakdown, BreakdownState, FailureClock};
use super::indicators::ShopTally;
use super::jobs::{JobRef, Jobs, Place};
use super::machine::{Machine, MachineState, Phase, Queued};
use super::plan::{Next, Plan};
use super::setup::Setup;
use super::tables::{JobRow, OperationRow, StateRow};

/// Random numbers of jobs are addressed by (job, visit), so that two runs with one seed and different rules give a
/// job the same working times.
const SERVICE: Purpose = Purpose::new("factory.service");
const SETUP: Purpose = Purpose::new("factory.setup");
const ROUTING: Purpose = Purpose::new("factory.routing");
const CHOICE: Purpose = Purpose::new("factory.choice");
const RULE: Purpose = Purpose::new("factory.rule");
const ARRIVAL: Purpose = Purpose::new("factory.arrival");
const LOT: Purpose = Purpose::new("factory.lot");
const DUE: Purpose = Purpose::new("factory.due");
const FAILURE: Purpose = Purpose::new("factory.failure");
const REPAIR: Purpose = Purpose::new("factory.repair");

/// After the events of a moment, before those who look on.
const SETTLE_PRIORITY: Priority = Priority(100);

/// The kinds of the factory's events, in the order of their registration.
#[derive(Resource, Clone, Copy, Debug, Default)]
pub struct EventKinds {
    /// A slot ends its set-up or its work.
    pub phase_end: EventKind,
    /// A known job is released.
    pub release: EventKind,
    /// A job arrives.
    pub arrival: EventKind,
    /// A machine fails.
    pub failure: EventKind,
    /// A machine has been repaired.
    pub repaired: EventKind,
    /// A moment with several events is over.
    pub settle: EventKind,
}

impl EventKinds {
    fn range(&self) -> RangeInclusive<EventKind> {
        self.phase_end..=self.settle
    }
}

/// What a moment has left to be decided, and the state of the sources of jobs.
#[derive(Resource, Clone, Debug, Default, Serialize, Deserialize)]
pub struct Moment {
    /// Jobs that want a machine.
    pub(super) ready: Vec<JobRef>,
    /// Machines that may take up a job or have room for one.
    pub(super) touched: Vec<TwinId>,
    /// Machines whose condition has changed.
    pub(super) changed: Vec<TwinId>,
    /// Whether an event will settle this moment.
    pub(super) settling: bool,
    /// For each arrival process: how many intervals were drawn, and how many jobs have come.
    pub(super) arrivals: Vec<(u64, u64)>,
    /// How many sources of jobs may still bring one.
    pub(super) open_sources: u32,
}

type Machines<'w, 's> = Query<'w, 's, (&'static Machine, &'static mut MachineState)>;
type Failures<'w, 's> = Query<'w, 's, (&'static Breakdown, &'static mut BreakdownState)>;

/// What the shop floor needs of the world. [`FloorParam::floor`] borrows it for one call of a system.
#[derive(SystemParam)]
pub struct FloorParam<'w, 's> {
    clock: ResMut<'w, Clock>,
    seed: Res<'w, Seed>,
    directory: Res<'w, Directory>,
    plan: Res<'w, Plan>,
    queue: ResMut<'w, EventQueue>,
    jobs: ResMut<'w, Jobs>,
    moment: ResMut<'w, Moment>,
    tally: ResMut<'w, ShopTally>,
    tables: FactoryTables<'w>,
    machines: Machines<'w, 's>,
    setups: Query<'w, 's, &'static Setup>,
    failures: Failures<'w, 's>,
}

impl<'w, 's> FloorParam<'w, 's> {
    /// The shop floor. Plain references, since every access through a `ResMut` notes a change, which nobody asks for.
    pub fn floor(&mut self) -> Floor<'_, 'w, 's> {
        Floor {
            clock: &mut self.clock,
            seed: *self.seed,
            directory: &self.directory,
            plan: &self.plan,
            queue: &mut self.queue,
            jobs: &mut self.jobs,
            moment: &mut self.moment,
            tally: &mut self.tally,
            tables: &mut self.tables,
            machines: &mut self.machines,
            setups: &self.setups,
            failures: &mut self.failures,
        }
    }
}

/// The shop floor as an event handler sees it.
pub struct Floor<'a, 'w, 's> {
    clock: &'a mut Clock,
    seed: Seed,
    directory: &'a Directory,
    plan: &'a Plan,
    queue: &'a mut EventQueue,
    jobs: &'a mut Jobs,
    moment: &'a mut Moment,
    tally: &'a mut ShopTally,
    tables: &'a mut FactoryTables<'w>,
    machines: &'a mut Machines<'w, 's>,
    setups: &'a Query<'w, 's, &'static Setup>,
    failures: &'a mut Failures<'w, 's>,
}

/// Where the floor writes what happened.
#[derive(SystemParam)]
struct FactoryTables<'w> {
    journal: ResMut<'w, Journal>,
    jobs: ResMut<'w, Table<JobRow>>,
    operations: ResMut<'w, Table<OperationRow>>,
    states: ResMut<'w, Table<StateRow>>,
}

/// A living machine. A free function, so that the floor's other fields stay usable beside it.
fn machine_of<'a>(
    machines: &'a mut Machines,
    directory: &Directory,
    machine: TwinId,
) -> Option<(&'a Machine, &'a mut MachineState)> {
    let entity: Entity = directory.entity(machine)?;
    machines.get_mut(entity).ok().map(|(machine, state)| (machine, state.into_inner()))
}

/// What a machine that can fail knows of its failures.
fn failures_of<'a>(
    failures: &'a mut Failures,
    directory: &Directory,
    machine: TwinId,
) -> Option<(&'a Breakdown, &'a mut BreakdownState)> {
    let entity: Entity = directory.entity(machine)?;
    failures.get_mut(entity).ok().map(|(part, state)| (part, state.into_inner()))
}

fn sort_and_dedup(machines: &mut Vec<TwinId>) {
    machines.sort_unstable();
    machines.dedup();
}

/// Puts an emptied list back where it came from, to spare an allocation for each moment.
fn give_back<T>(place: &mut Vec<T>, emptied: Vec<T>) {
    if place.is_empty() && place.capacity() < emptied.capacity() {
        *place = emptied;
    }
}

/// The handler of all the factory's events: goes on from one to the next as long as they are its own.
pub fn handle(In(first): In<Event>, mut param: FloorParam) {
    let mut floor = param.floor();
    let mut next = Some(first);
    while let Some(event) = next {
        floor.happen(event);
        floor.settle_when_quiet();
        if event.kind == floor.plan.kinds.repaired {
            floor.stop_if_stuck();
        }
        let kinds = floor.plan.kinds.range();
        next = floor.clock.next_event(floor.queue, kinds);
    }
}

impl Floor<'_, '_, '_> {
    fn happen(&mut self, event: Event) {
        let kinds = self.plan.kinds;
        match event.kind {
            kind if kind == kinds.phase_end => self.end_phase(event.twin, event.arg as u32),
            kind if kind == kinds.arrival => self.arrive(event.arg as usize),
            kind if kind == kinds.failure => self.fail(event.twin),
            kind if kind == kinds.repaired => self.repair(event.twin),
            kind if kind == kinds.release => self.release_orders(event.arg as usize),
            _ => self.moment.settling = false,
        }
    }

    /// The present moment.
    pub fn now(&self) -> Time {
        self.clock.now
    }

    /// Decides what the moment has left open: at once if nothing else happens at this moment, else after it.
    pub fn settle_when_quiet(&mut self) {
        if !self.moment.settling && !self.queue.has_event_before(self.clock.now, SETTLE_PRIORITY) {
            self.settle();
        } else {
            self.settle_later();
        }
    }

    /// Decides what the moment has left open after all its events.
    pub fn settle_later(&mut self) {
        if !self.moment.settling {
            self.moment.settling = true;
            let event = Event { at: self.clock.now, kind: self.plan.kinds.settle, twin: TwinId::NONE, arg: 0 };
            self.queue.push_with(event, SETTLE_PRIORITY);
        }
    }

    /// Sends ready jobs to machines and lets machines take jobs up, until nothing moves.
    pub fn settle(&mut self) {
        self.moment.settling = false;
        loop {
            if !self.moment.ready.is_empty() {
                self.route_ready();
            } else if !self.moment.touched.is_empty() {
                let mut touched = std::mem::take(&mut self.moment.touched);
                sort_and_dedup(&mut touched);
                for &machine in &touched {
                    self.serve(machine);
                }
                touched.clear();
                give_back(&mut self.moment.touched, touched);
            } else {
                break;
            }
        }
        let mut changed = std::mem::take(&mut self.moment.changed);
        sort_and_dedup(&mut changed);
        for &machine in &changed {
            self.refresh(machine);
        }
        changed.clear();
        give_back(&mut self.moment.changed, changed);
        self.stop_if_done();
    }

    /// Without a horizon, the run ends when no job is left and none will come.
    fn stop_if_done(&mut self) {
        if self.clock.horizon == Time::NEVER && self.moment.open_sources == 0 && self.jobs.in_process() == 0 {
            self.clock.finished = true;
        }
    }
}
