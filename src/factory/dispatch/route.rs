//! How jobs find their next machine, and wait where none has room.

use crate::engine::identity::TwinId;
use crate::engine::queue::Event;
use crate::engine::random::Purpose;
use crate::engine::time::Time;
use crate::factory::floor::{Floor, give_back, machine_of, rack_of, state_of};
use crate::factory::jobs::{JobRef, Place};
use crate::factory::machine::{MachineState, Phase, Queued};
use crate::factory::plan::{Eligible, Next, OperationPlan};
use crate::factory::transport::haulage::Destination;

use super::choices::bids::Terms;
use super::choices::{MachineChoice, Offer, by_speed, in_turn, random};

const CHOICE: Purpose = Purpose::new("factory.choice");

impl Floor<'_, '_, '_> {
    /// Sends every ready job to a machine, or lets it wait for one: highest priority first, then oldest.
    pub(in crate::factory) fn route_ready(&mut self) {
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

    fn route(&mut self, job_ref: JobRef) {
        let (plan, job) = (self.plan, self.jobs.get(job_ref));
        if job.stocked {
            return self.stock_up(job_ref);
        }
        let mut operation = plan.operation_of(job);
        if operation.variants.is_some() {
            if self.pass_over(job_ref) {
                return;
            }
            operation = plan.operation_of(self.jobs.get(job_ref));
        }
        if !operation.needs.is_empty() && !self.has_kit(job_ref, operation) {
            return;
        }
        match self.choose_machine(job_ref, operation) {
            Some(index) => self.send_to(job_ref, operation.eligible[index].machine, index),
            None => self.wait_for_room(job_ref),
        }
    }

    /// Passes over operations that the job's variant does not need. Returns whether the job has left that way.
    fn pass_over(&mut self, job_ref: JobRef) -> bool {
        loop {
            let job = self.jobs.get_mut(job_ref);
            let product = &self.plan.products[job.product as usize];
            let operation = &product.operations[job.operation as usize];
            if operation.variants.as_ref().is_none_or(|variants| variants.applies(job.variant)) {
                return false;
            }
            match operation.next[0].1 {
                Next::Operation(next) => {
                    job.operation = next;
                    job.repeat_left = product.operations[next as usize].repeat;
                }
                leaves => {
                    self.call_next(job_ref);
                    self.finish(job_ref, leaves);
                    return true;
                }
            }
        }
    }

    /// The index, among the eligible machines, of the one that the job queues up at; none if none has room.
    fn choose_machine(&self, job_ref: JobRef, operation: &OperationPlan) -> Option<usize> {
        let job = self.jobs.get(job_ref);
        let (place, address, visit) = (job.place, job.id, job.visit);
        let (states, directory) = (&*self.states, self.directory);
        let find = |eligible: &Eligible| states.get(directory.entity(eligible.machine)?).ok();
        let has_room = |eligible: &Eligible, state: &MachineState| {
            if let Some(conveyor) = self.conveyor_to(place, eligible.machine) {
                return self.belt_has_room(conveyor);
            }
            let leaving = matches!(place, Place::Slot(at, _) if at == eligible.machine);
            let is_open = eligible.room.is_none() && !state.closing;
            leaving || is_open || state.wanted_by.is_empty() && state.has_room(eligible.room, false)
        };
        if let Some(machine) = self.timetable.machine((address, visit))
            && let Ok(index) = operation.eligible.binary_search_by_key(&machine, |eligible| eligible.machine)
            && let Some(state) = find(&operation.eligible[index])
        {
            return has_room(&operation.eligible[index], state).then_some(index);
        }
        let Some(cost) = operation.choice.cost() else {
            if operation.eligible.is_empty() {
                return None;
            }
            let unlimited_is_open = self.moment.closing == 0 && self.plan.conveyors.is_empty();
            let is_open = |index: usize| {
                let eligible = &operation.eligible[index];
                // Where there is always room, it is enough that the machine is there.
                eligible.room.is_none() && unlimited_is_open && directory.entity(eligible.machine).is_some()
                    || find(eligible).is_some_and(|state| has_room(eligible, state))
            };
            let count = operation.eligible.len();
            return match operation.choice {
                MachineChoice::InTurn => in_turn::choose(count, is_open, address),
                MachineChoice::BySpeed => {
                    let speed = |index: usize| 1.0 / operation.eligible[index].expected.seconds().max(1e-9);
                    let speeds: Vec<f64> = (0..count).map(|i| if is_open(i) { speed(i) } else { 0.0 }).collect();
                    by_speed::choose(&speeds, address)
                }
                MachineChoice::Bids { hour, lateness, energy } => {
                    let open: Vec<usize> = (0..count).filter(|&index| is_open(index)).collect();
                    self.invite_bids(job_ref, operation, &open, &Terms { hour, lateness, energy })
                }
                _ => random::choose(count, is_open, &mut self.seed.stream(address, CHOICE, visit)),
            };
        };
        let open = |eligible: &Eligible| find(eligible).filter(|state| has_room(eligible, state));
        if let [only] = operation.eligible.as_slice() {
            return open(only).map(|_| 0);
        }
        let now = self.clock.now;
        let mut best: Option<(f64, f64, usize)> = None;
        for (index, eligible) in operation.eligible.iter().enumerate() {
            let Some(state) = open(eligible) else { continue };
            let repair = if state.down { self.expected_repair(eligible.machine, now) } else { 0.0 };
            let offer = offer(state, eligible, repair, now);
            let candidate = (cost(&offer), offer.processing, index);
            if best.is_none_or(|best| (candidate.0, candidate.1) < (best.0, best.1)) {
                best = Some(candidate);
            }
        }
        best.map(|(.., index)| index)
    }

    /// Seconds until a machine that is known to be down should be up again.
    pub(super) fn expected_repair(&self, machine: TwinId, now: Time) -> f64 {
        let health = self.directory.entity(machine).and_then(|entity| self.ageing.get(entity).ok());
        let known = health.map(|(.., health)| health).filter(|health| !health.is_unnoticed());
        known.map_or(0.0, |health| (health.expected_repair - now).seconds().max(0.0))
    }

    /// Puts a job that has come into the input buffer of an eligible machine. `option` is its place among those when the
    /// job set out; the list is shorter once another has retired.
    pub(in crate::factory) fn enter(&mut self, job_ref: JobRef, machine: TwinId, option: u32) {
        let now = self.clock.now;
        let job = self.jobs.get_mut(job_ref);
        let operation = self.plan.operation_of(job);
        let Some(&Eligible { expected, .. }) = operation.eligible_at(machine, option) else { return };
        let expected = operation.scaled(expected, job.variant);
        job.seeking = false;
        job.queued = now;
        let missing = job.missing;
        let entry = Queued { job: job_ref, priority: job.priority, option, expected };
        self.put(job_ref, Place::Queue(machine));
        let Some(state) = state_of(self.states, self.directory, machine) else { return };
        state.count_until(now);
        if missing > 0 {
            state.kitting.push(entry);
        } else {
            state.join_queue(entry);
        }
        // A machine whose slots are all taken has nothing to decide.
        if state.has_idle_slot() {
            self.moment.touched.push(machine);
        }
        self.call_next(job_ref);
    }

    /// A job that came because there would be room has found it, or needs none: the next one may come.
    fn call_next(&mut self, job: JobRef) {
        if let Some(source) = self.jobs.get_mut(job).supply.take() {
            let (at, kind) = (self.clock.now, self.plan.kinds.arrival);
            self.queue.push(Event { at, kind, twin: TwinId::NONE, arg: source.into() });
        }
    }

    /// Notes at every eligible machine that a job wants room there. A job in a slot moves on to the output buffer.
    fn wait_for_room(&mut self, job_ref: JobRef) {
        let job = self.jobs.get_mut(job_ref);
        job.seeking = true;
        let (id, visit, place) = (job.id, job.visit, job.place);
        let operation = self.plan.operation_of(job);
        for eligible in &operation.eligible {
            if let Some(state) = state_of(self.states, self.directory, eligible.machine) {
                state.wanted_by.push_back((job_ref, id, visit));
            }
        }
        if let Place::Slot(machine, slot) = place
            && !self.move_to_output(machine, slot, job_ref)
            && self.plan.spot_of(machine).is_some()
            && let Some(rack) = self.rack_for(job_ref)
        {
            self.bring(job_ref, Destination::Rack(rack));
        }
    }

    /// Lets a job that waits for something wait where it is not in the way.
    pub(in crate::factory) fn clear_slot(&mut self, job: JobRef) {
        if let Place::Slot(machine, slot) = self.jobs.get(job).place {
            self.move_to_output(machine, slot, job);
        }
    }

    /// Moves a job from its slot to the output buffer, if there is room. Returns whether it has.
    pub(in crate::factory) fn move_to_output(&mut self, machine_id: TwinId, slot: u32, job: JobRef) -> bool {
        let now = self.clock.now;
        let Some(machine) = machine_of(self.machines, self.directory, machine_id) else { return false };
        let Some(state) = state_of(self.states, self.directory, machine_id) else { return false };
        let has_room = state.output.len() < machine.output_buffer as usize;
        if has_room {
            state.count_until(now);
            state.free_slot(slot);
            state.output.push_back(job);
            self.put(job, Place::Output(machine_id));
        }
        // Blocked or free, the machine has changed.
        self.moment.touched.push(machine_id);
        has_room
    }

    /// Takes a job out of the place where it is, and lets those behind it move up.
    pub(in crate::factory) fn leave(&mut self, job: JobRef) {
        let now = self.clock.now;
        if matches!(self.jobs.get(job).place, Place::Rack(_)) && self.jobs.get(job).stocked {
            self.return_card(job);
        }
        match self.jobs.get(job).place {
            Place::Yard | Place::Queue(_) | Place::Vehicle(_) | Place::Conveyor(_) | Place::Kit(_) => {}
            Place::Rack(rack) => {
                if let Some((_, state)) = rack_of(self.racks, self.directory, rack) {
                    state.count_until(now);
                    state.held.retain(|&other| other != job);
                    self.stock.freed = true;
                }
            }
            Place::Slot(machine, slot) => {
                if let Some(state) = state_of(self.states, self.directory, machine) {
                    state.count_until(now);
                    state.free_slot(slot);
                    self.moment.touched.push(machine);
                }
            }
            Place::Output(machine) => {
                if let Some(state) = state_of(self.states, self.directory, machine) {
                    state.count_until(now);
                    state.output.retain(|&other| other != job);
                    let blocked = state.longest_blocked();
                    if let Some((slot, blocked)) = blocked {
                        state.free_slot(slot);
                        state.output.push_back(blocked);
                        self.put(blocked, Place::Output(machine));
                    }
                    self.moment.touched.push(machine);
                }
            }
        }
    }

    /// Lets the jobs that have waited longest for room at a machine come in, as long as there is room.
    pub(in crate::factory) fn pull(&mut self, machine: TwinId) {
        while let Some(job) = self.next_wanted(machine) {
            let job_state = self.jobs.get(job);
            let operation = self.plan.operation_of(job_state);
            match operation.eligible.binary_search_by_key(&machine, |eligible| eligible.machine) {
                Ok(index) => self.send_to(job, machine, index),
                Err(_) => return,
            }
        }
    }

    /// The job that has waited longest for room at a machine and would find it, taken off its list.
    fn next_wanted(&mut self, machine_id: TwinId) -> Option<JobRef> {
        let room = machine_of(self.machines, self.directory, machine_id)?.room();
        let mut place = 0;
        loop {
            let state = state_of(self.states, self.directory, machine_id)?;
            let &(job, id, visit) = state.wanted_by.get(place)?;
            let waits = self.jobs.find(job).filter(|other| other.id == id && other.visit == visit && other.seeking);
            let Some(waiting) = waits else {
                state.wanted_by.remove(place);
                continue;
            };
            let leaving = matches!(waiting.place, Place::Slot(at, _) if at == machine_id);
            let has_room = state.has_room(room, leaving);
            let conveyor = self.conveyor_to(waiting.place, machine_id);
            if conveyor.map_or(has_room, |conveyor| self.belt_has_room(conveyor)) {
                let state = state_of(self.states, self.directory, machine_id)?;
                state.wanted_by.remove(place);
                return Some(job);
            }
            // Without conveyors, what has no room for one has none for all.
            if self.plan.conveyors.is_empty() {
                return None;
            }
            place += 1;
        }
    }
}

fn offer(state: &MachineState, eligible: &Eligible, repair: f64, now: Time) -> Offer {
    // While a slot stands still, its end is counted from the moment at which it goes on.
    let progressed = |event: bool| if event { now } else { Time::ZERO };
    let begun: f64 = state
        .slots
        .iter()
        .filter(|slot| matches!(slot.phase, Phase::Setup | Phase::Working))
        .map(|slot| (slot.expected_end - progressed(slot.event.is_some())).seconds().max(0.0))
        .sum();
    // Nobody knows when a machine that was put aside comes back: any other is better.
    let aside = if state.suspended { 1e12 } else { 0.0 };
    Offer {
        work_ahead: state.queued_work.seconds() + state.incoming_work.seconds() + begun + repair + aside,
        capacity: state.slots.len() as f64,
        processing: eligible.expected.seconds(),
        jobs: state.queue.len() + state.kitting.len() + (state.occupied + state.incoming) as usize,
    }
}
