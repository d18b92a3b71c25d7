//! How a machine runs: the phases of its slots, standstill and going on.

use crate::engine::identity::TwinId;
use crate::engine::queue::{Event, EventKind, EventQueue};
use crate::engine::time::{Duration, Time};
use crate::factory::calendar::Duty;
use crate::factory::calls::{Calls, Task};
use crate::factory::floor::{Floor, health_of, machine_of, state_of};
use crate::factory::indicators::elements::Elements;
use crate::factory::jobs::{JobRef, Place};
use crate::factory::machine::{Ended, MachineState, Need, Phase, Slot};
use crate::factory::plan::Plan;
use crate::factory::tables::{StateOf, StateRow};

/// What a slot needs to begin or go on.
pub(in crate::factory) struct Starter<'a> {
    machine: TwinId,
    now: Time,
    phase_end: EventKind,
    queue: &'a mut EventQueue,
    calls: &'a mut Calls,
}

impl<'a> Starter<'a> {
    /// Of a machine at a moment.
    pub fn new(machine: TwinId, now: Time, plan: &Plan, queue: &'a mut EventQueue, calls: &'a mut Calls) -> Self {
        Starter { machine, now, phase_end: plan.kinds.phase_end, queue, calls }
    }

    /// Begins the slot's phase, or goes on with it; calls for people first where it needs some.
    pub fn begin(&mut self, slot: &mut Slot, index: usize, priority: i32) {
        match slot.need() {
            None => self.run(slot, index),
            Some(need) => {
                let task = match slot.phase {
                    Phase::Setup => Task::Setup(index as u32),
                    _ => Task::Operation(index as u32),
                };
                slot.crew = Some(self.calls.call(self.now, priority, need, self.machine, task));
            }
        }
    }

    /// Lets the clock of the slot's phase run.
    pub fn run(&mut self, slot: &mut Slot, index: usize) {
        if slot.phase == Phase::Working && slot.started == Time::NEVER {
            slot.started = self.now;
        }
        slot.ends = self.now + slot.remaining;
        slot.expected_end = self.now + slot.expected_end.since_start();
        let event = Event { at: slot.ends, kind: self.phase_end, twin: self.machine, arg: index as u64 };
        slot.event = Some(self.queue.push(event));
    }

    /// Stops the clock, to go on later. Whoever was at it is free.
    fn stop(&mut self, slot: &mut Slot) {
        if let Some(event) = slot.event.take() {
            self.queue.cancel(event);
            slot.halt(self.now);
        }
        self.calls.dismiss(slot.crew.take());
    }
}

impl Slot {
    /// The people whom the present phase needs.
    pub fn need(&self) -> Option<Need> {
        match self.phase {
            Phase::Setup => self.setup_need,
            Phase::Working => self.work_need,
            Phase::Idle | Phase::Blocked => None,
        }
    }

    /// Notes what is left, since the clock does not run any more.
    fn halt(&mut self, now: Time) {
        self.remaining = self.ends - now;
        self.expected_end = Time::ZERO + (self.expected_end - now);
    }
}

impl Floor<'_, '_, '_> {
    /// A slot's set-up or work is over. Returns the operation that it has finished, if that was the work.
    pub(in crate::factory) fn end_phase(&mut self, machine_id: TwinId, index: u32) -> Option<Ended> {
        let now = self.clock.now;
        let state = state_of(self.states, self.directory, machine_id)?;
        state.count_until(now);
        let slot = &mut state.slots[index as usize];
        slot.event = None;
        if slot.phase == Phase::Working {
            slot.phase = Phase::Blocked;
            slot.ended = now;
            self.calls.dismiss(slot.crew.take());
            let Slot { job, taken, started, planned, work, .. } = *slot;
            let ended = Ended { job, taken, started, planned, work };
            state.tally.count_operation(&ended, self.jobs.get(job).queued);
            return Some(ended);
        }
        slot.halt(now);
        slot.phase = Phase::Working;
        slot.remaining = slot.work;
        let mut starter = Starter::new(machine_id, now, self.plan, self.queue, self.calls);
        // Whoever has set the machine up works on, where the same people are needed.
        if let Some(crew) = slot.crew.as_mut().filter(|crew| Some(crew.need) == slot.work_need) {
            starter.calls.carry_over(crew, Task::Operation(index));
            starter.run(slot, index as usize);
        } else {
            starter.calls.dismiss(slot.crew.take());
            starter.begin(slot, index as usize, self.jobs.get(slot.job).priority);
        }
        self.moment.touched.push(machine_id);
        None
    }

    /// The people whom a slot waited for are there.
    pub(in crate::factory) fn staffed(&mut self, machine: TwinId, index: u32) {
        let now = self.clock.now;
        let Some(state) = state_of(self.states, self.directory, machine) else { return };
        state.count_until(now);
        let mut starter = Starter::new(machine, now, self.plan, self.queue, self.calls);
        starter.run(&mut state.slots[index as usize], index as usize);
        self.moment.touched.push(machine);
    }

    /// Stops all that is under way at a machine, to go on later.
    pub(in crate::factory) fn stand_still(&mut self, machine: TwinId) {
        let now = self.clock.now;
        let Some(state) = state_of(self.states, self.directory, machine) else { return };
        state.count_until(now);
        let mut starter = Starter::new(machine, now, self.plan, self.queue, self.calls);
        state.slots.iter_mut().for_each(|slot| starter.stop(slot));
        self.moment.touched.push(machine);
    }

    /// Goes on with what was stopped, if the machine is up.
    pub(in crate::factory) fn go_on(&mut self, machine: TwinId) {
        let now = self.clock.now;
        let Some(state) = state_of(self.states, self.directory, machine) else { return };
        self.moment.touched.push(machine);
        if !state.is_up() {
            return;
        }
        state.count_until(now);
        let mut starter = Starter::new(machine, now, self.plan, self.queue, self.calls);
        for (index, slot) in state.slots.iter_mut().enumerate() {
            if slot.waits() && slot.crew.is_none() {
                starter.begin(slot, index, self.jobs.get(slot.job).priority);
            }
        }
    }

    /// The calendar opens or closes a machine.
    pub(in crate::factory) fn change_hours(&mut self, machine: TwinId) {
        let now = self.clock.now;
        let Some(calendar) = self.plan.calendars.get(&machine) else { return };
        let Some(state) = state_of(self.states, self.directory, machine) else { return };
        state.count_until(now);
        state.off = calendar.duty(now) != Duty::On;
        self.queue.push(Event { at: calendar.next_change(now), kind: self.plan.kinds.shift, twin: machine, arg: 0 });
        self.moment.touched.push(machine);
    }

    /// Puts a machine aside, or back to work.
    pub(in crate::factory) fn suspend(&mut self, machine: TwinId, aside: bool) {
        if aside {
            self.stand_still(machine);
        }
        let now = self.clock.now;
        let Some(state) = state_of(self.states, self.directory, machine) else { return };
        state.count_until(now);
        state.suspended = aside;
        self.go_on(machine);
    }

    /// Takes all jobs out of a machine that leaves for good. What it had begun must be begun anew elsewhere.
    pub(in crate::factory) fn evacuate(&mut self, machine: TwinId) {
        self.stand_still(machine);
        self.close_account(machine);
        let now = self.clock.now;
        let failures = health_of(self.ageing, self.directory, machine).map_or(0, |health| health.failures);
        let Some(part) = machine_of(self.machines, self.directory, machine) else { return };
        let Some(state) = state_of(self.states, self.directory, machine) else { return };
        self.tally.departed_machines += &Elements::of(part, &state.tally, failures);
        (state.incoming, state.incoming_work) = (0, Duration::ZERO);
        let kitting = std::mem::take(&mut state.kitting);
        let waiting: Vec<JobRef> = state.queue.drain(..).chain(kitting).map(|entry| entry.job).collect();
        let begun: Vec<JobRef> =
            state.slots.iter().filter(|slot| slot.phase != Phase::Idle).map(|slot| slot.job).collect();
        let finished: Vec<JobRef> = state.output.drain(..).collect();
        state.slots.clear();
        (state.occupied, state.queued_work, state.suspended) = (0, Duration::ZERO, true);
        if now > state.since {
            let of = StateOf::Machine(state.standing);
            self.tables.states.push(StateRow { twin: machine, of, from: state.since, to: now });
        }
        let parts: Vec<JobRef> =
            self.jobs.iter().filter(|(_, part)| part.place == Place::Kit(machine)).map(|(part, _)| part).collect();
        parts.into_iter().for_each(|part| self.put(part, Place::Yard));
        for job in waiting.into_iter().chain(begun).chain(finished) {
            self.put(job, Place::Yard);
            let state = self.jobs.get(job);
            let is_on_its_way = state.transport.is_some() || state.seeking;
            if !is_on_its_way && !self.moment.ready.contains(&job) && !self.stock.waiting.contains(&job) {
                self.moment.ready.push(job);
            }
        }
    }
}

impl MachineState {
    /// Whether nothing is under way.
    pub(in crate::factory) fn is_quiet(&self) -> bool {
        self.slots.iter().all(|slot| matches!(slot.phase, Phase::Idle | Phase::Blocked))
    }

    /// Whether no job is there or on its way there.
    pub(in crate::factory) fn is_empty(&self) -> bool {
        self.occupied == 0
            && self.incoming == 0
            && self.queue.is_empty()
            && self.kitting.is_empty()
            && self.output.is_empty()
    }

    /// Takes the job out of a slot.
    pub(in crate::factory) fn free_slot(&mut self, slot: u32) {
        let slot = &mut self.slots[slot as usize];
        (slot.phase, slot.event) = (Phase::Idle, None);
        self.occupied -= 1;
    }

    /// The slot that has held its finished job longest, and the job.
    pub(in crate::factory) fn longest_blocked(&self) -> Option<(u32, JobRef)> {
        let blocked = self.slots.iter().enumerate().filter(|(_, slot)| slot.phase == Phase::Blocked);
        blocked.min_by_key(|(index, slot)| (slot.ended, *index)).map(|(index, slot)| (index as u32, slot.job))
    }
}
