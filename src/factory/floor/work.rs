//! How machines take jobs up, work on them, fail and are repaired.

use std::borrow::Cow;

use super::super::machine::{Condition, Slot};
use super::super::plan::{Eligible, OperationPlan};
use super::super::rules::{Candidate, DispatchingRule};
use super::*;
use crate::engine::time::Duration;

impl Floor<'_, '_, '_> {
    /// Lets waiting jobs come into a machine, then lets it take up jobs while it has an idle slot and somebody waits.
    pub(super) fn serve(&mut self, machine_id: TwinId) {
        let now = self.clock.now;
        let mut pulled = false;
        // Nearly always nobody waits elsewhere, and the machine is looked up once.
        let (machine, state) = loop {
            let found = machine_of(self.machines, self.directory, machine_id);
            match found {
                Some((_, state)) if !pulled && !state.wanted_by.is_empty() => pulled = true,
                Some(found) => break found,
                None => return,
            }
            self.pull(machine_id);
        };
        let entity = self.directory.entity(machine_id).filter(|_| state.has_setup);
        let setup = entity.and_then(|entity| self.setups.get(entity).ok());
        while state.is_up() && !state.queue.is_empty() {
            let Some(slot) = state.slots.iter().position(|slot| slot.phase == Phase::Idle) else { break };
            let bench = Bench { jobs: self.jobs, plan: self.plan, seed: self.seed, setup, machine: machine_id, now };
            state.count_until(now);
            let index = bench.pick(machine.rule, state, slot);
            let entry = if index == 0 { state.queue.pop_front() } else { state.queue.remove(index) };
            let Some(entry) = entry else { break };
            state.queued_work -= entry.expected;
            state.occupied += 1;
            let slot_state = &mut state.slots[slot];
            bench.take_up(slot_state, &entry);
            let event =
                Event { at: slot_state.ends, kind: self.plan.kinds.phase_end, twin: machine_id, arg: slot as u64 };
            slot_state.event = Some(self.queue.push(event));
            self.jobs.get_mut(entry.job).place = Place::Slot(machine_id, slot as u32);
        }
        if state.observe_condition() != state.condition {
            self.moment.changed.push(machine_id);
        }
    }

    /// A slot's set-up or work is over.
    pub fn end_phase(&mut self, machine_id: TwinId, slot: u32) {
        let now = self.clock.now;
        let Some((_, state)) = machine_of(self.machines, self.directory, machine_id) else { return };
        state.count_until(now);
        let slot_state = &mut state.slots[slot as usize];
        if slot_state.phase == Phase::Setup {
            slot_state.phase = Phase::Working;
            slot_state.started = now;
            slot_state.ends = now + slot_state.work;
            let event =
                Event { at: slot_state.ends, kind: self.plan.kinds.phase_end, twin: machine_id, arg: slot.into() };
            slot_state.event = Some(self.queue.push(event));
            self.moment.touched.push(machine_id);
            return;
        }
        slot_state.phase = Phase::Blocked;
        slot_state.ended = now;
        slot_state.event = None;
        let (job_ref, taken, started) = (slot_state.job, slot_state.taken, slot_state.started);
        let job = self.jobs.get_mut(job_ref);
        state.tally.operations += 1;
        state.tally.waits += i128::from((taken - job.queued).nanos());
        let product = &self.plan.products[job.product as usize];
        if self.tables.operations.is_enabled() {
            self.tables.operations.push(OperationRow {
                job: job.id,
                product: product.name.clone(),
                operation: product.operations[job.operation as usize].name.clone(),
                visit: job.visit,
                machine: machine_id,
                slot,
                ready: job.ready,
                queued: job.queued,
                taken,
                start: started,
                end: now,
            });
        }
        job.ready = now;
        let next = next_step(&product.operations, job, self.seed);
        job.visit += 1;
        match next {
            Next::Operation(next) => {
                let again = next == job.operation && job.repeat_left > 1;
                job.repeat_left = if again { job.repeat_left - 1 } else { product.operations[next as usize].repeat };
                job.operation = next;
                self.moment.ready.push(job_ref);
            }
            Next::Ship | Next::Scrap => {
                self.leave(job_ref);
                self.remove(job_ref, next == Next::Ship);
            }
        }
    }

    /// Notes what a machine is doing now, and winds or stops its failure clock.
    pub(super) fn refresh(&mut self, machine: TwinId) {
        let now = self.clock.now;
        let Some((_, state)) = machine_of(self.machines, self.directory, machine) else { return };
        let condition = state.observe_condition();
        if condition == state.condition {
            return;
        }
        state.count_until(now);
        if now > state.since {
            self.tables.states.push(StateRow { twin: machine, state: state.condition, from: state.since, to: now });
        }
        state.since = now;
        state.condition = condition;
        if state.can_fail
            && let Some((part, failures)) = failures_of(self.failures, self.directory, machine)
            && part.clock == FailureClock::Working
        {
            wind(failures, condition == Condition::Working, machine, now, self.queue, &self.plan.kinds);
        }
    }

    /// A machine breaks down by its own clock.
    pub fn fail(&mut self, machine: TwinId) {
        let Some((part, failures)) = failures_of(self.failures, self.directory, machine) else { return };
        failures.running = None;
        let repair = part.repair.sample(&mut self.seed.stream(machine.0, REPAIR, failures.drawn));
        failures.expected_repair = self.clock.now + Duration::from_seconds(part.repair.mean());
        self.break_down(machine, repair, "failure".into());
    }

    /// Breaks a machine down for that long. One that is down already stays as it is.
    pub fn break_down(&mut self, machine: TwinId, repair: Duration, cause: Cow<'static, str>) {
        let now = self.clock.now;
        let Some((_, state)) = machine_of(self.machines, self.directory, machine) else { return };
        if state.down {
            return;
        }
        state.count_until(now);
        state.stop(now, self.queue);
        state.down = true;
        if let Some((_, failures)) = failures_of(self.failures, self.directory, machine) {
            failures.failures += 1;
            failures.expected_repair = failures.expected_repair.max(now);
            wind(failures, false, machine, now, self.queue, &self.plan.kinds);
        }
        self.tables.journal.note(now, machine, "breakdown", cause, Some(repair.seconds()));
        self.queue.push(Event { at: now + repair, kind: self.plan.kinds.repaired, twin: machine, arg: 0 });
        self.moment.touched.push(machine);
    }

    /// A machine's repair is over: it goes on where it stopped, and its next failure is drawn.
    pub fn repair(&mut self, machine: TwinId) {
        let now = self.clock.now;
        let Some((_, state)) = machine_of(self.machines, self.directory, machine) else { return };
        state.count_until(now);
        state.down = false;
        state.resume(machine, now, self.queue, self.plan.kinds.phase_end);
        if let Some((part, failures)) = failures_of(self.failures, self.directory, machine) {
            draw_failure(part, failures, machine, self.seed);
            let counts = part.clock == FailureClock::Calendar;
            wind(failures, counts, machine, now, self.queue, &self.plan.kinds);
        }
        self.tables.journal.note(now, machine, "repaired", "", None);
        self.moment.touched.push(machine);
    }

    /// Puts a machine aside, or back to work.
    pub fn suspend(&mut self, machine: TwinId, aside: bool) {
        let now = self.clock.now;
        let Some((_, state)) = machine_of(self.machines, self.directory, machine) else { return };
        state.count_until(now);
        if aside {
            state.stop(now, self.queue);
        }
        state.suspended = aside;
        state.resume(machine, now, self.queue, self.plan.kinds.phase_end);
        self.moment.touched.push(machine);
    }

    /// Takes all jobs out of a machine that leaves for good. What it had begun must be begun anew elsewhere.
    pub fn evacuate(&mut self, machine: TwinId) {
        let now = self.clock.now;
        let Some((_, state)) = machine_of(self.machines, self.directory, machine) else { return };
        state.count_until(now);
        state.stop(now, self.queue);
        let waiting = state.queue.drain(..).map(|entry| entry.job).collect::<Vec<_>>();
        let begun: Vec<JobRef> =
            state.slots.iter().filter(|slot| slot.phase != Phase::Idle).map(|slot| slot.job).collect();
        let finished: Vec<JobRef> = state.output.drain(..).collect();
        state.slots.clear();
        (state.occupied, state.queued_work, state.suspended) = (0, Duration::ZERO, true);
        if now > state.since {
            self.tables.states.push(StateRow { twin: machine, state: state.condition, from: state.since, to: now });
        }
        for job in waiting.into_iter().chain(begun).chain(finished) {
            let state = self.jobs.get_mut(job);
            state.place = Place::Yard;
            if !state.seeking && !self.moment.ready.contains(&job) {
                self.moment.ready.push(job);
            }
        }
    }

    /// Draws a machine's first failure, before the first step.
    pub fn start_failures(&mut self, machine: TwinId) {
        let Some((part, failures)) = failures_of(self.failures, self.directory, machine) else { return };
        draw_failure(part, failures, machine, self.seed);
        let counts = part.clock == FailureClock::Calendar;
        wind(failures, counts, machine, self.clock.now, self.queue, &self.plan.kinds);
    }

    /// Without a horizon, a run in which no job can ever move again must end though machines may go on failing.
    pub fn stop_if_stuck(&mut self) {
        if self.clock.horizon != Time::NEVER || self.moment.open_sources > 0 {
            return;
        }
        let moving = |state: &MachineState| {
            state.down
                || state.suspended
                || state.slots.iter().any(|s| matches!(s.phase, Phase::Setup | Phase::Working))
        };
        if !self.machines.iter().any(|(_, state, ..)| moving(state)) {
            self.clock.finished = true;
        }
    }
}

impl MachineState {
    pub(super) fn free_slot(&mut self, slot: u32) {
        let slot = &mut self.slots[slot as usize];
        (slot.phase, slot.event) = (Phase::Idle, None);
        self.occupied -= 1;
    }

    /// The slot that has held its finished job longest, and the job.
    pub(super) fn longest_blocked(&self) -> Option<(u32, JobRef)> {
        let blocked = self.slots.iter().enumerate().filter(|(_, slot)| slot.phase == Phase::Blocked);
        blocked.min_by_key(|(index, slot)| (slot.ended, *index)).map(|(index, slot)| (index as u32, slot.job))
    }

    /// Stops what is under way, to go on later. Does nothing to a machine that stands still already.
    fn stop(&mut self, now: Time, queue: &mut EventQueue) {
        for slot in &mut self.slots {
            if let Some(event) = slot.event.take() {
                queue.cancel(event);
                slot.remaining = slot.ends - now;
                slot.expected_end = Time::ZERO + (slot.expected_end - now);
            }
        }
    }

    /// Goes on with what was stopped, if the machine is up again.
    fn resume(&mut self, machine: TwinId, now: Time, queue: &mut EventQueue, phase_end: EventKind) {
        if !self.is_up() {
            return;
        }
        for (index, slot) in self.slots.iter_mut().enumerate() {
            if slot.event.is_none() && matches!(slot.phase, Phase::Setup | Phase::Working) {
                slot.ends = now + slot.remaining;
                slot.expected_end = now + slot.expected_end.since_start();
                let event = Event { at: slot.ends, kind: phase_end, twin: machine, arg: index as u64 };
                slot.event = Some(queue.push(event));
            }
        }
    }
}

fn draw_failure(part: &Breakdown, failures: &mut BreakdownState, machine: TwinId, seed: Seed) {
    failures.remaining = part.after.sample(&mut seed.stream(machine.0, FAILURE, failures.drawn));
    failures.drawn += 1;
}

/// Lets a failure clock run, or stops it.
fn wind(
    failures: &mut BreakdownState,
    run: bool,
    machine: TwinId,
    now: Time,
    queue: &mut EventQueue,
    kinds: &EventKinds,
) {
    match (run, failures.running) {
        (true, None) => {
            let at = now + failures.remaining;
            let event = queue.push(Event { at, kind: kinds.failure, twin: machine, arg: 0 });
            failures.running = Some((at, event));
        }
        (false, Some((at, event))) => {
            queue.cancel(event);
            failures.remaining = at - now;
            failures.running = None;
        }
        _ => {}
    }
}

/// The set-up that a slot needs before an operation.
fn change_over<'a>(
    plan: &Plan,
    setup: Option<&'a Setup>,
    from: Option<u32>,
    to: Option<u32>,
) -> Option<&'a crate::engine::distribution::Distribution<Duration>> {
    let to = to?;
    let name = |family: u32| &*plan.families[family as usize];
    setup?.between(from.map(name), name(to))
}

fn next_step(operations: &[OperationPlan], job: &super::super::jobs::Job, seed: Seed) -> Next {
    if job.repeat_left > 1 {
        return Next::Operation(job.operation);
    }
    match operations[job.operation as usize].next.as_slice() {
        [(_, only)] => *only,
        steps => {
            let u = seed.stream(job.id, ROUTING, job.visit).uniform();
            steps.iter().find(|(cumulated, _)| u < *cumulated).map_or(Next::Ship, |step| step.1)
        }
    }
}

/// What is needed to pick the next job of a machine, and to take it up.
struct Bench<'a> {
    jobs: &'a Jobs,
    plan: &'a Plan,
    seed: Seed,
    setup: Option<&'a Setup>,
    machine: TwinId,
    now: Time,
}

impl Bench<'_> {
    /// Puts a job into a slot: draws its set-up and its work, and says when the first of them ends.
    fn take_up(&self, slot: &mut Slot, entry: &Queued) {
        let job = self.jobs.get(entry.job);
        let visit = job.visit;
        let operation = &self.plan.products[job.product as usize].operations[job.operation as usize];
        let set_up = change_over(self.plan, self.setup, slot.family, operation.family)
            .map(|time| time.sample(&mut self.seed.stream(job.id, SETUP, visit)))
            .filter(|time| !time.is_zero());
        let Some(Eligible { time, .. }) = operation.eligible_at(self.machine, entry.option) else { return };
        slot.phase = if set_up.is_some() { Phase::Setup } else { Phase::Working };
        slot.job = entry.job;
        slot.taken = self.now;
        slot.started = self.now;
        slot.work = time.sample(&mut self.seed.stream(job.id, SERVICE, visit));
        slot.family = operation.family.or(slot.family);
        slot.ends = self.now + set_up.unwrap_or(slot.work);
        slot.expected_end = self.now + set_up.unwrap_or_default() + entry.expected;
    }

    /// The place in the queue of the job that the rule wants next.
    fn pick(&self, rule: DispatchingRule, state: &MachineState, slot: usize) -> usize {
        if state.queue.len() == 1 || rule == DispatchingRule::Fifo {
            return 0;
        }
        let highest = state.queue[0].priority;
        let count = state.queue.iter().take_while(|entry| entry.priority == highest).count();
        let family = state.slots[slot].family;
        let mean = if rule.needs_mean() {
            state.queue.range(..count).map(|entry| self.processing(entry, family)).sum::<f64>() / count as f64
        } else {
            0.0
        };
        let mut best = (f64::INFINITY, u64::MAX, 0);
        for (position, entry) in state.queue.range(..count).enumerate() {
            let score = rule.score(&self.candidate(position, entry, family, mean));
            let id = self.jobs.get(entry.job).id;
            if score < best.0 || score == best.0 && id < best.1 {
                best = (score, id, position);
            }
        }
        best.2
    }

    fn processing(&self, entry: &Queued, family: Option<u32>) -> f64 {
        let job = self.jobs.get(entry.job);
        let operation = &self.plan.products[job.product as usize].operations[job.operation as usize];
        let set_up = change_over(self.plan, self.setup, family, operation.family);
        entry.expected.seconds() + set_up.map_or(0.0, |time| time.mean())
    }

    fn candidate(&self, position: usize, entry: &Queued, family: Option<u32>, mean_processing: f64) -> Candidate {
        let job = self.jobs.get(entry.job);
        let product = &self.plan.products[job.product as usize];
        let operation = job.operation as usize;
        Candidate {
            now: self.now.seconds(),
            arrived: job.queued.seconds(),
            position,
            processing: self.processing(entry, family),
            remaining_work: product.work_from(operation, job.repeat_left),
            remaining_operations: product.operations_from(operation, job.repeat_left),
            due: if job.due == Time::NEVER { f64::INFINITY } else { job.due.seconds() },
            weight: job.weight,
            mean_processing,
            random: self.seed.stream(job.id ^ self.machine.0 << 40, RULE, job.visit).uniform(),
        }
    }
}
