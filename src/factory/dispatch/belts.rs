//! Brings jobs on and off conveyors.

use crate::engine::identity::TwinId;
use crate::engine::queue::Event;
use crate::factory::floor::{Floor, conveyor_of, machine_of, state_of};
use crate::factory::jobs::{JobRef, Place};
use crate::factory::machine::Machine;

impl Floor<'_, '_, '_> {
    /// The conveyor that leads from where a job is to a machine.
    pub(in crate::factory) fn conveyor_to(&self, place: Place, machine: TwinId) -> Option<TwinId> {
        if self.plan.conveyors.is_empty() {
            return None;
        }
        let (Place::Slot(from, _) | Place::Output(from)) = place else { return None };
        self.plan.conveyors.get(&(machine, from)).copied()
    }

    /// Whether a job could come onto a conveyor now.
    pub(in crate::factory) fn belt_has_room(&self, conveyor: TwinId) -> bool {
        let belt = self.directory.entity(conveyor).and_then(|entity| self.belts.get(entity).ok());
        belt.is_some_and(|(part, state)| state.has_room(part, self.clock.now))
    }

    /// Puts a job on a conveyor to the eligible machine at `option`.
    pub(in crate::factory) fn put_on_belt(&mut self, job: JobRef, id: TwinId, option: u32) {
        let now = self.clock.now;
        self.leave(job);
        self.put(job, Place::Conveyor(id));
        self.jobs.get_mut(job).seeking = false;
        if let Some((part, state)) = conveyor_of(self.belts, self.directory, id) {
            state.put_on(part, job, option, now);
        }
        self.touch_belt(id);
        self.watch_belt(id);
    }

    /// Lets the jobs at the ends of conveyors into a machine, as far as it has room.
    pub(in crate::factory) fn take_off_belts(&mut self, machine_id: TwinId) {
        let now = self.clock.now;
        let first = (machine_id, TwinId(0));
        for (_, &id) in self.plan.conveyors.range(first..=(machine_id, TwinId::NONE)) {
            while let Some((part, state)) = conveyor_of(self.belts, self.directory, id) {
                let Some(front) = state.at_end(now) else { break };
                let room = machine_of(self.machines, self.directory, machine_id).and_then(Machine::room);
                let has_room = state_of(self.states, self.directory, machine_id)
                    .is_some_and(|machine| machine.has_room(room, false));
                if !has_room {
                    break;
                }
                state.take_off(part, now);
                self.touch_belt(id);
                self.enter(front.job, machine_id, front.option);
            }
            self.watch_belt(id);
        }
    }

    /// Asks for an event when a job comes to a conveyor's end, or its beginning becomes free.
    fn watch_belt(&mut self, id: TwinId) {
        let now = self.clock.now;
        let Some((_, state)) = conveyor_of(self.belts, self.directory, id) else { return };
        if let Some(event) = state.event.take() {
            self.queue.cancel(event);
        }
        if let Some(at) = state.next_change(now) {
            let event = Event { at, kind: self.plan.kinds.belt, twin: id, arg: 0 };
            state.event = Some(self.queue.push(event));
        }
    }

    /// A job has come to a conveyor's end, or its beginning is free.
    pub(in crate::factory) fn belt_moved(&mut self, id: TwinId) {
        let Some((_, state)) = conveyor_of(self.belts, self.directory, id) else { return };
        state.event = None;
        self.watch_belt(id);
        if let Some((&(machine, _), _)) = self.plan.conveyors.iter().find(|(_, other)| **other == id) {
            self.moment.touched.push(machine);
        }
    }

    /// Stops a conveyor or lets it run, by what keeps it from running.
    pub(in crate::factory) fn run_belt(&mut self, id: TwinId, down: Option<bool>, suspended: Option<bool>) {
        let now = self.clock.now;
        let Some((_, state)) = conveyor_of(self.belts, self.directory, id) else { return };
        state.down = down.unwrap_or(state.down);
        state.suspended = suspended.unwrap_or(state.suspended);
        state.stop(state.down || state.suspended, now);
        self.touch_belt(id);
        self.belt_moved(id);
    }

    /// A conveyor leaves for good, or the machine at its end: what is on it stands in the yard, and goes on from there.
    pub(in crate::factory) fn clear_belt(&mut self, id: TwinId) {
        let now = self.clock.now;
        let Some((_, state)) = conveyor_of(self.belts, self.directory, id) else { return };
        state.count_until(now);
        for riding in std::mem::take(&mut state.riding) {
            self.put(riding.job, Place::Yard);
            self.moment.ready.push(riding.job);
        }
        self.watch_belt(id);
    }

    /// Clears the conveyors that end at a machine which leaves for good.
    pub(in crate::factory) fn clear_belts_to(&mut self, machine: TwinId) {
        for (_, &id) in self.plan.conveyors.range((machine, TwinId(0))..=(machine, TwinId::NONE)) {
            self.clear_belt(id);
        }
    }
}
