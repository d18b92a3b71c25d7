//! Which of the waiting jobs a machine takes up next.

use crate::engine::distribution::Distribution;
use crate::engine::identity::TwinId;
use crate::engine::queue::{Event, EventKind, EventQueue};
use crate::engine::random::{Purpose, Seed};
use crate::engine::time::{Duration, Time};
use crate::factory::control::run::Starter;
use crate::factory::control::setup::Setup;
use crate::factory::control::standby::Rest;
use crate::factory::energy::tariff::Tariff;
use crate::factory::floor::{Floor, machine_of, state_of};
use crate::factory::jobs::{JobRef, Jobs, Place};
use crate::factory::machine::{Machine, MachineState, Phase, Queued, Slot};
use crate::factory::plan::{Eligible, OperationPlan, Plan};

use super::rules::{Candidate, DispatchingRule};
use super::thrift::{Deferrable, Thrift, cheaper, may_wait};
use super::timetable::Timetable;

/// Random numbers of jobs are addressed by (job, visit), so that two runs with one seed and different rules give a
/// job the same working times.
const SERVICE: Purpose = Purpose::new("factory.service");
const SETUP: Purpose = Purpose::new("factory.setup");
const RULE: Purpose = Purpose::new("factory.rule");

impl Floor<'_, '_, '_> {
    /// Lets waiting jobs come into a machine, then lets it take up jobs while it has an idle slot and somebody waits.
    pub(in crate::factory) fn serve(&mut self, machine_id: TwinId) {
        let now = self.clock.now;
        if !self.plan.conveyors.is_empty() {
            self.take_off_belts(machine_id);
        }
        let mut pulled = false;
        // Nearly always nobody waits elsewhere, and the machine is looked up once.
        let state = loop {
            let found = state_of(self.states, self.directory, machine_id);
            match found {
                Some(state) if !pulled && !state.wanted_by.is_empty() => pulled = true,
                Some(found) => break found,
                None => return,
            }
            self.pull(machine_id);
        };
        let entity = self.directory.entity(machine_id);
        let setup = entity.filter(|_| state.has_setup).and_then(|entity| self.setups.get(entity).ok());
        let thrift = entity.filter(|_| state.is_thrifty).and_then(|entity| self.thrifts.get(entity).ok());
        let waiting = &self.stock.waiting[..];
        let bench =
            Bench { jobs: self.jobs, plan: self.plan, seed: self.seed, setup, machine: machine_id, now, waiting };
        // Nothing to be had cheaper can change the order of what is left.
        let (held, until) = match thrift.filter(|_| !state.queue.is_empty() && state.has_idle_slot()) {
            Some(thrift) => bench.held_back(thrift, state, self.tariff),
            None => (Vec::new(), None),
        };
        while !state.queue.is_empty() && state.takes_up() {
            let Some(slot) = state.slots.iter().position(|slot| slot.phase == Phase::Idle) else { break };
            let bench =
                Bench { jobs: self.jobs, plan: self.plan, seed: self.seed, setup, machine: machine_id, now, waiting };
            let machine = machine_of(self.machines, self.directory, machine_id);
            let turn = bench.turn(self.timetable, state, machine.and_then(Machine::room));
            let held = if let Turn::Waits(planned) = &turn { planned } else { &held };
            let is_planned = matches!(turn, Turn::Of(_));
            if !is_planned && state.queue.iter().all(|entry| held.contains(&entry.job)) {
                break;
            }
            state.count_until(now);
            let index = match (&turn, state.queue.len()) {
                (Turn::Of(place), _) => *place,
                (_, 1) => 0,
                _ => machine.map_or(0, |machine| bench.pick(machine.rule, state, slot, held)),
            };
            let entry = if index == 0 { state.queue.pop_front() } else { state.queue.remove(index) };
            let Some(entry) = entry else { break };
            state.queued_work -= entry.expected;
            state.occupied += 1;
            let slot_state = &mut state.slots[slot];
            bench.take_up(slot_state, &entry);
            if !self.timetable.is_empty() {
                let job = self.jobs.get(entry.job);
                let planned = self.timetable.take_up((job.id, job.visit));
                self.moment.touched.extend(planned.filter(|planned| *planned != machine_id));
            }
            let mut starter = Starter::new(machine_id, now, self.plan, self.queue, self.calls);
            starter.begin(slot_state, slot, entry.priority);
            self.jobs.put(entry.job, Place::Slot(machine_id, slot as u32), now, &mut self.tables.stays);
        }
        let is_ready = state.maintenance_due && state.is_quiet() || state.closing && state.is_empty();
        if is_ready && !state.maintained {
            self.calls.upkeep.push(machine_id);
        }
        if state.observe() != state.standing {
            self.moment.changed.push(machine_id);
        }
        remind(state, until, (machine_id, self.plan.kinds.price), self.queue);
        if state.rest.rest == Rest::Asleep {
            let has_work = state.queue.iter().any(|entry| !held.contains(&entry.job));
            let is_awaited = state.incoming > 0;
            if has_work || is_awaited && self.wakes_ahead(machine_id) {
                self.wake(machine_id);
            }
        }
    }
}

/// Reminds a machine at a moment that it waits for; of nothing where it waits for none.
fn remind(state: &mut MachineState, at: Option<Time>, (twin, kind): (TwinId, EventKind), queue: &mut EventQueue) {
    if state.reminder.map(|(at, _)| at) == at {
        return;
    }
    if let Some((_, event)) = state.reminder.take() {
        queue.cancel(event);
    }
    state.reminder = at.map(|at| (at, queue.push(Event { at, kind, twin, arg: 0 })));
}

/// The set-up that a slot needs before an operation.
pub(in crate::factory) fn change_over<'a>(
    plan: &Plan,
    setup: Option<&'a Setup>,
    from: Option<u32>,
    to: Option<u32>,
) -> Option<&'a Distribution<Duration>> {
    let to = to?;
    let name = |family: u32| &*plan.families[family as usize];
    setup?.between(from.map(name), name(to))
}

/// What is needed to pick the next job of a machine, and to take it up.
pub(super) struct Bench<'a> {
    pub jobs: &'a Jobs,
    pub plan: &'a Plan,
    pub seed: Seed,
    pub setup: Option<&'a Setup>,
    pub machine: TwinId,
    pub now: Time,
    /// Jobs that wait until their kit is complete.
    pub waiting: &'a [JobRef],
}

/// Whose turn it is at a machine.
enum Turn {
    /// That of the job at this place of the queue, by the timetable.
    Of(usize),
    /// That of a job that is still to come, by the timetable: these wait for it.
    Waits(Vec<JobRef>),
    /// Whose the rule says.
    Open,
}

impl Bench<'_> {
    /// Whose turn it is by the timetable. `room` is for how many jobs there is room in and before the machine: one that is full waits for
    /// nobody, who could not come in.
    fn turn(&self, timetable: &Timetable, state: &MachineState, room: Option<usize>) -> Turn {
        // A job whose kit is not complete is not waited for: what is missing may have to be made here.
        let lacks = |(job, _): &(u64, u64)| self.waiting.iter().any(|other| self.jobs.get(*other).id == *job);
        let Some(next) = timetable.sequence(self.machine).find(|visit| !lacks(visit)) else { return Turn::Open };
        let visit = |entry: &Queued| {
            let job = self.jobs.get(entry.job);
            (job.id, job.visit)
        };
        match state.queue.iter().position(|entry| visit(entry) == next) {
            Some(place) => Turn::Of(place),
            None if !state.has_room(room, false) => {
                let turn = |place: &usize| timetable.turn(self.machine, visit(&state.queue[*place]));
                let first = (0..state.queue.len()).filter(|place| turn(place).is_some()).min_by_key(turn);
                first.map_or(Turn::Open, Turn::Of)
            }
            None => {
                let planned = state.queue.iter().filter(|entry| timetable.machine(visit(entry)) == Some(self.machine));
                Turn::Waits(planned.map(|entry| entry.job).collect())
            }
        }
    }

    /// Puts a job into a slot and draws its set-up and its work.
    fn take_up(&self, slot: &mut Slot, entry: &Queued) {
        let job = self.jobs.get(entry.job);
        let visit = job.visit;
        let operation = self.operation(entry);
        let family = operation.family_for(job.variant);
        let set_up = change_over(self.plan, self.setup, slot.family, family)
            .map(|time| time.sample(&mut self.seed.stream(job.id, SETUP, visit)))
            .filter(|time| !time.is_zero());
        let Some(Eligible { time, .. }) = operation.eligible_at(self.machine, entry.option) else { return };
        slot.phase = if set_up.is_some() { Phase::Setup } else { Phase::Working };
        slot.job = entry.job;
        slot.taken = self.now;
        slot.started = Time::NEVER;
        slot.planned = entry.expected;
        slot.work = operation.scaled(time.sample(&mut self.seed.stream(job.id, SERVICE, visit)), job.variant);
        slot.setup = set_up.unwrap_or_default();
        slot.came_from = slot.family;
        slot.family = family.or(slot.family);
        slot.remaining = set_up.unwrap_or(slot.work);
        slot.expected_end = Time::ZERO + set_up.unwrap_or_default() + entry.expected;
        slot.setup_need = self.setup.and_then(|setup| self.plan.need(setup.worker.as_ref()?));
        slot.work_need = operation.need;
    }

    /// The jobs that wait for cheaper energy, and until when.
    fn held_back(&self, thrift: &Thrift, state: &MachineState, tariff: &Tariff) -> (Vec<JobRef>, Option<Time>) {
        let Some((from, to)) = cheaper(self.now, tariff, self.plan.calendars.get(&self.machine)) else {
            return (Vec::new(), None);
        };
        let slots = state.slots.len() as f64;
        let waiting = state.queue.iter().map(|entry| {
            let job = self.jobs.get(entry.job);
            let product = &self.plan.products[job.product as usize];
            let rest = product.work_from(job.operation as usize, job.repeat_left);
            let processing = self.processing(entry, None);
            let after = product.operations[job.operation as usize..].iter().skip(1);
            let calendar = self.plan.narrowest_calendar(after);
            let deadline = match job.due {
                // Nobody has said that it can wait.
                Time::NEVER => f64::NEG_INFINITY,
                due => thrift.deadline(due, rest - processing, calendar).seconds(),
            };
            Deferrable { takes: processing / slots, deadline }
        });
        let waiting: Vec<Deferrable> = waiting.collect();
        let held = may_wait(&waiting, from.seconds(), to.seconds());
        let held: Vec<JobRef> = held.into_iter().map(|place| state.queue[place].job).collect();
        let until = (!held.is_empty()).then_some(from);
        (held, until)
    }

    pub fn operation(&self, entry: &Queued) -> &OperationPlan {
        let job = self.jobs.get(entry.job);
        self.plan.operation_of(job)
    }

    /// The place in the queue of the job that the rule wants next.
    fn pick(&self, rule: DispatchingRule, state: &MachineState, slot: usize, held: &[JobRef]) -> usize {
        let may_go = |entry: &&Queued| held.is_empty() || !held.contains(&entry.job);
        let first = state.queue.iter().position(|entry| may_go(&entry)).unwrap_or(0);
        if rule == DispatchingRule::Fifo {
            return first;
        }
        let highest = state.queue[first].priority;
        let count = state.queue.iter().take_while(|entry| entry.priority >= highest).count();
        let family = state.slots[slot].family;
        let candidates = || state.queue.range(..count).enumerate().filter(|(_, entry)| may_go(entry));
        let mean = if rule.needs_mean() {
            candidates().map(|(_, entry)| self.processing(entry, family)).sum::<f64>() / candidates().count() as f64
        } else {
            0.0
        };
        let mut best = (f64::INFINITY, u64::MAX, first);
        for (position, entry) in candidates() {
            let score = rule.score(&self.candidate(position, entry, family, mean));
            let id = self.jobs.get(entry.job).id;
            if score < best.0 || score == best.0 && id < best.1 {
                best = (score, id, position);
            }
        }
        best.2
    }

    pub fn processing(&self, entry: &Queued, family: Option<u32>) -> f64 {
        let variant = self.jobs.get(entry.job).variant;
        let set_up = change_over(self.plan, self.setup, family, self.operation(entry).family_for(variant));
        entry.expected.seconds() + set_up.map_or(0.0, |time| time.mean())
    }

    pub fn candidate(&self, position: usize, entry: &Queued, family: Option<u32>, mean_processing: f64) -> Candidate {
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
