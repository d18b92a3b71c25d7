//! How jobs find their next machine, and wait where none has room.

use super::super::choices::{Offer, random};
use super::super::plan::Eligible;
use super::*;

impl Floor<'_, '_, '_> {
    /// Sends every ready job to a machine, or lets it wait for one: highest priority first, then oldest.
    pub(super) fn route_ready(&mut self) {
        let mut ready = std::mem::take(&mut self.moment.ready);
        if ready.len() > 1 {
            ready.sort_by_key(|&job| {
                let job = self.jobs.get(job);
                (std::cmp::Reverse(job.priority), job.id)
            });
        }
        for &job in &ready {
            self.route(job);
        }
        ready.clear();
        give_back(&mut self.moment.ready, ready);
    }

    fn route(&mut self, job: JobRef) {
        match self.choose_machine(job) {
            Some(index) => self.enter(job, index),
            None => self.wait_for_room(job),
        }
    }

    /// The index, among the eligible machines, of the one that the job queues up at; none if none has room.
    fn choose_machine(&mut self, job_ref: JobRef) -> Option<usize> {
        let job = self.jobs.get(job_ref);
        let (place, address, visit) = (job.place, job.id, job.visit);
        let operation = &self.plan.products[job.product as usize].operations[job.operation as usize];
        let (machines, directory) = (&*self.machines, self.directory);
        let find = |eligible: &Eligible| machines.get(directory.entity(eligible.machine)?).ok();
        let has_room = |eligible: &Eligible, machine: &Machine, state: &MachineState| {
            let leaving = matches!(place, Place::Slot(at, _) if at == eligible.machine);
            leaving || eligible.unlimited || state.wanted_by.is_empty() && state.has_room(machine, false)
        };
        let Some(cost) = operation.choice.cost() else {
            if operation.eligible.is_empty() {
                return None;
            }
            let is_open = |index: usize| {
                let eligible = &operation.eligible[index];
                // Where there is always room, it is enough that the machine is there.
                eligible.unlimited && directory.entity(eligible.machine).is_some()
                    || find(eligible).is_some_and(|(machine, state)| has_room(eligible, machine, state))
            };
            let mut random = self.seed.stream(address, CHOICE, visit);
            return random::choose(operation.eligible.len(), is_open, &mut random);
        };
        let open = |eligible: &Eligible| find(eligible).filter(|(machine, state)| has_room(eligible, machine, state));
        if let [only] = operation.eligible.as_slice() {
            return open(only).map(|_| 0);
        }
        let now = self.clock.now;
        let mut best: Option<(f64, f64, usize)> = None;
        for (index, eligible) in operation.eligible.iter().enumerate() {
            let Some((machine, state)) = open(eligible) else { continue };
            let repair = if state.down { self.expected_repair(eligible.machine, now) } else { 0.0 };
            let offer = offer(machine, state, eligible, repair, now);
            let candidate = (cost(&offer), offer.processing, index);
            if best.is_none_or(|best| (candidate.0, candidate.1) < (best.0, best.1)) {
                best = Some(candidate);
            }
        }
        best.map(|(.., index)| index)
    }

    /// Seconds until a machine that is down should be up again.
    fn expected_repair(&self, machine: TwinId, now: Time) -> f64 {
        let failures = self.directory.entity(machine).and_then(|entity| self.failures.get(entity).ok());
        failures.map_or(0.0, |(_, failures)| (failures.expected_repair - now).seconds().max(0.0))
    }

    /// Puts a job into the queue of the eligible machine at `index`.
    fn enter(&mut self, job_ref: JobRef, index: usize) {
        let now = self.clock.now;
        self.leave(job_ref);
        let job = self.jobs.get_mut(job_ref);
        let operation = &self.plan.products[job.product as usize].operations[job.operation as usize];
        let Eligible { machine, expected, .. } = operation.eligible[index];
        job.place = Place::Queue(machine);
        job.seeking = false;
        job.queued = now;
        let supply = job.supply.take();
        let entry = Queued { job: job_ref, priority: job.priority, option: index as u32, expected };
        let Some((_, state)) = machine_of(self.machines, self.directory, machine) else { return };
        state.count_until(now);
        state.queued_work += expected;
        // Sorted by priority, then by arrival; nearly always that is at the end.
        match state.queue.iter().rev().take_while(|other| other.priority < entry.priority).count() {
            0 => state.queue.push_back(entry),
            behind => state.queue.insert(state.queue.len() - behind, entry),
        }
        // A machine whose slots are all taken has nothing to decide.
        if state.has_idle_slot() {
            self.moment.touched.push(machine);
        }
        if let Some(source) = supply {
            // A job that came because there would be room has found it: the next one may come.
            let event = Event { at: now, kind: self.plan.kinds.arrival, twin: TwinId::NONE, arg: source.into() };
            self.queue.push(event);
        }
    }

    /// Notes at every eligible machine that a job wants room there. A job in a slot moves on to the output buffer.
    fn wait_for_room(&mut self, job_ref: JobRef) {
        let job = self.jobs.get_mut(job_ref);
        job.seeking = true;
        let (id, visit, place) = (job.id, job.visit, job.place);
        let operation = &self.plan.products[job.product as usize].operations[job.operation as usize];
        for eligible in &operation.eligible {
            if let Some((_, state)) = machine_of(self.machines, self.directory, eligible.machine) {
                state.wanted_by.push_back((job_ref, id, visit));
            }
        }
        if let Place::Slot(machine, slot) = place {
            self.move_to_output(machine, slot, job_ref);
        }
    }

    fn move_to_output(&mut self, machine_id: TwinId, slot: u32, job: JobRef) {
        let now = self.clock.now;
        let Some((machine, state)) = machine_of(self.machines, self.directory, machine_id) else { return };
        if state.output.len() < machine.output_buffer as usize {
            state.count_until(now);
            state.free_slot(slot);
            state.output.push_back(job);
            self.jobs.get_mut(job).place = Place::Output(machine_id);
        }
        // Blocked or free, the machine has changed.
        self.moment.touched.push(machine_id);
    }

    /// Takes a job out of the place where it is, and lets those behind it move up.
    pub(super) fn leave(&mut self, job: JobRef) {
        let now = self.clock.now;
        match self.jobs.get(job).place {
            Place::Yard | Place::Queue(_) => {}
            Place::Slot(machine, slot) => {
                if let Some((_, state)) = machine_of(self.machines, self.directory, machine) {
                    state.count_until(now);
                    state.free_slot(slot);
                    self.moment.touched.push(machine);
                }
            }
            Place::Output(machine) => {
                if let Some((_, state)) = machine_of(self.machines, self.directory, machine) {
                    state.count_until(now);
                    state.output.retain(|&other| other != job);
                    let blocked = state.longest_blocked();
                    if let Some((slot, blocked)) = blocked {
                        state.free_slot(slot);
                        state.output.push_back(blocked);
                        self.jobs.get_mut(blocked).place = Place::Output(machine);
                    }
                    self.moment.touched.push(machine);
                }
            }
        }
    }

    /// Lets the jobs that have waited longest for room at a machine come in, as long as there is room.
    pub(super) fn pull(&mut self, machine: TwinId) {
        while let Some(job) = self.next_wanted(machine) {
            let job_state = self.jobs.get(job);
            let operation = &self.plan.products[job_state.product as usize].operations[job_state.operation as usize];
            match operation.eligible.binary_search_by_key(&machine, |eligible| eligible.machine) {
                Ok(index) => self.enter(job, index),
                Err(_) => return,
            }
        }
    }

    /// The job that has waited longest for room at a machine, taken off its list, if there is room.
    fn next_wanted(&mut self, machine_id: TwinId) -> Option<JobRef> {
        let (machine, state) = machine_of(self.machines, self.directory, machine_id)?;
        while let Some(&(job, id, visit)) = state.wanted_by.front() {
            let waits = self.jobs.find(job).filter(|other| other.id == id && other.visit == visit && other.seeking);
            let Some(waiting) = waits else {
                state.wanted_by.pop_front();
                continue;
            };
            let leaving = matches!(waiting.place, Place::Slot(at, _) if at == machine_id);
            if !state.has_room(machine, leaving) {
                return None;
            }
            state.wanted_by.pop_front();
            return Some(job);
        }
        None
    }
}

fn offer(machine: &Machine, state: &MachineState, eligible: &Eligible, repair: f64, now: Time) -> Offer {
    // While a machine stands still, its slots' ends are counted from the moment at which it goes on.
    let progressed = if state.is_up() { now } else { Time::ZERO };
    let begun: f64 = state
        .slots
        .iter()
        .filter(|slot| matches!(slot.phase, Phase::Setup | Phase::Working))
        .map(|slot| (slot.expected_end - progressed).seconds().max(0.0))
        .sum();
    // Nobody knows when a machine that was put aside comes back: any other is better.
    let aside = if state.suspended { 1e12 } else { 0.0 };
    Offer {
        work_ahead: state.queued_work.seconds() + begun + repair + aside,
        capacity: f64::from(machine.capacity),
        processing: eligible.expected.seconds(),
        jobs: state.queue.len() + state.occupied as usize,
    }
}
