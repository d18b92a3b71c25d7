//! How machines come to their bids: what each knows of itself, put together for [`bids`](super::choices::bids).

use crate::engine::identity::TwinId;
use crate::engine::time::{Duration, Time};
use crate::factory::control::breakdown::Breakdown;
use crate::factory::control::health::Health;
use crate::factory::energy::power::{Power, PowerState};
use crate::factory::floor::Floor;
use crate::factory::jobs::JobRef;
use crate::factory::machine::{Machine, MachineState, Phase, Queued};
use crate::factory::plan::OperationPlan;
use crate::factory::transport::haulage::Destination;
use crate::factory::week::WEEK;

use super::choices::bids::{Bidder, Task, Terms};
use super::rules::DispatchingRule;
use super::take_up::{Bench, change_over};
use crate::twin::contracts::mechanisms::sealed::award;

/// Nobody knows when a machine that was put aside comes back: any other is better.
const ASIDE: f64 = 1e12;

impl Floor<'_, '_, '_> {
    /// Announces a job to machines that can do its operation; the index of the one whose bid is the lowest.
    pub(super) fn invite_bids(
        &self,
        job: JobRef,
        operation: &OperationPlan,
        open: &[usize],
        terms: &Terms,
    ) -> Option<usize> {
        if let [] | [_] = open {
            return open.first().copied();
        }
        let bids = open.iter().filter_map(|&index| Some((self.bid(job, operation, index, terms)?, index)));
        award(bids).map(|(_, winner)| winner)
    }

    /// What a machine bids for a job.
    fn bid(&self, job_ref: JobRef, operation: &OperationPlan, index: usize, terms: &Terms) -> Option<f64> {
        let machine = operation.eligible[index].machine;
        let entity = self.directory.entity(machine)?;
        let (part, state) = (self.machines.get(entity).ok()?, self.states.get(entity).ok()?);
        let setup = if state.has_setup { self.setups.get(entity).ok() } else { None };
        let (now, waiting) = (self.clock.now, &self.stock.waiting[..]);
        let bench = Bench { jobs: self.jobs, plan: self.plan, seed: self.seed, setup, machine, now, waiting };
        let job = self.jobs.get(job_ref);
        let expected = operation.scaled(operation.eligible[index].expected, job.variant);
        let announced = Queued { job: job_ref, priority: job.priority, option: index as u32, expected };
        let mut entries: Vec<Queued> = state.queue.iter().chain(&state.kitting).copied().collect();
        entries.extend(self.on_the_way(machine));
        entries.push(announced);
        let ordered = in_order(&bench, part, state, entries);
        let place = ordered.iter().position(|entry| entry.job == job_ref)?;
        let mut tasks: Vec<Task> = ordered.iter().map(|entry| task(&bench, entry)).collect();
        let task = tasks.remove(place);
        let set_up = |from: Option<u32>, to: Option<u32>| {
            change_over(self.plan, setup, from, to).map_or(0.0, |time| time.mean())
        };
        let ageing = self.ageing.get(entity).ok();
        let risk = ageing.and_then(|(breakdown, .., health)| Risk::of(breakdown?, health, self.clock.now));
        let standstill = |worked: f64| risk.as_ref().map_or(0.0, |risk| risk.standstill(worked));
        let power = self.consumers.get(entity).ok().and_then(|(power, _)| power);
        let energy = |begins: f64, set_up: f64, takes: f64| self.energy_cost(power, state, begins, set_up, takes);
        let ready = self.time_to_ready(machine, state);
        let slots = slots(state, self.clock.now, ready);
        let bidder = Bidder { slots, set_up: &set_up, standstill: &standstill, energy: &energy };
        Some(bidder.bid(terms, &tasks, place, &task))
    }

    /// The jobs that vehicles bring to a machine, in the order in which they were sent.
    fn on_the_way(&self, machine: TwinId) -> Vec<Queued> {
        let mut found: Vec<(u64, Queued)> = Vec::new();
        for (_, order) in self.haulage.iter() {
            let Some(Destination::Machine(to, option)) = order.to.filter(|to| to.twin() == machine) else { continue };
            let Some(job) = self.jobs.find(order.job) else { continue };
            let operation = self.plan.operation_of(job);
            let Some(eligible) = operation.eligible_at(to, option) else { continue };
            let expected = operation.scaled(eligible.expected, job.variant);
            found.push((order.number, Queued { job: order.job, priority: job.priority, option, expected }));
        }
        found.sort_unstable_by_key(|(number, _)| *number);
        found.into_iter().map(|(_, entry)| entry).collect()
    }

    /// Seconds until a machine can begin with something at all.
    fn time_to_ready(&self, machine: TwinId, state: &MachineState) -> f64 {
        let repair = if state.down { self.expected_repair(machine, self.clock.now) } else { 0.0 };
        let ageing = self.directory.entity(machine).and_then(|entity| self.ageing.get(entity).ok());
        let maintenance = ageing.and_then(|(_, maintenance, ..)| maintenance);
        let is_due = state.maintained || state.maintenance_due;
        let upkeep = maintenance.filter(|_| is_due).map_or(0.0, |part| part.takes.mean());
        let aside = if state.suspended { ASIDE } else { 0.0 };
        repair + upkeep + aside + self.time_to_wake(machine, state)
    }

    /// What the energy of a set-up and the work after it costs, from so many seconds on. Jobs that are worked on together
    /// share it.
    fn energy_cost(&self, power: Option<&Power>, state: &MachineState, begins: f64, set_up: f64, takes: f64) -> f64 {
        let Some(power) = power else { return 0.0 };
        // Prices are the same every week.
        let begins = begins % WEEK.seconds();
        let after = |seconds: f64| self.clock.now + Duration::from_seconds(seconds);
        let [from, between, to] = [begins, begins + set_up, begins + set_up + takes].map(after);
        let preparing = self.tariff.cost(power.in_state(PowerState::Setup), from, between).amount();
        let working = self.tariff.cost(power.in_state(PowerState::Working), between, to).amount();
        (preparing + working) / state.slots.len() as f64
    }
}

/// The jobs of a machine in the order in which its rule would take them up, were they all there now.
fn in_order(bench: &Bench, machine: &Machine, state: &MachineState, entries: Vec<Queued>) -> Vec<Queued> {
    let family = state.slots.first().and_then(|slot| slot.family);
    let rule = machine.rule;
    let mean = match rule {
        DispatchingRule::Fifo => 0.0,
        _ => entries.iter().map(|entry| bench.processing(entry, family)).sum::<f64>() / entries.len() as f64,
    };
    let score = |(position, entry): (usize, &Queued)| {
        let score = match rule {
            DispatchingRule::Fifo => position as f64,
            rule => rule.score(&bench.candidate(position, entry, family, mean)),
        };
        (score, bench.jobs.get(entry.job).id)
    };
    let scores: Vec<(f64, u64)> = entries.iter().enumerate().map(score).collect();
    let mut order: Vec<usize> = (0..entries.len()).collect();
    order.sort_by(|&a, &b| {
        let by_priority = entries[b].priority.cmp(&entries[a].priority);
        let by_score = || scores[a].0.total_cmp(&scores[b].0).then(scores[a].1.cmp(&scores[b].1));
        by_priority.then_with(by_score)
    });
    order.into_iter().map(|place| entries[place]).collect()
}

fn task(bench: &Bench, entry: &Queued) -> Task {
    let job = bench.jobs.get(entry.job);
    let product = &bench.plan.products[job.product as usize];
    let operation = bench.operation(entry);
    Task {
        takes: entry.expected.seconds(),
        family: operation.family_for(job.variant),
        work_after: (product.work_from(job.operation as usize, job.repeat_left) - operation.fastest).max(0.0),
        due: if job.due == Time::NEVER { f64::INFINITY } else { (job.due - bench.now).seconds() },
        weight: job.weight,
    }
}

/// When each slot is free, in seconds from now, and what it is set up for then.
fn slots(state: &MachineState, now: Time, ready: f64) -> Vec<(f64, Option<u32>)> {
    let free = state.slots.iter().map(|slot| {
        // While a slot stands still, its end is counted from the moment at which it goes on.
        let since = if slot.event.is_some() { now } else { Time::ZERO };
        let busy = matches!(slot.phase, Phase::Setup | Phase::Working);
        let left = if busy { (slot.expected_end - since).seconds().max(0.0) } else { 0.0 };
        (ready + left, slot.family)
    });
    free.collect()
}

/// The failures that a machine expects of itself, by its age in working hours and the law of its lives. Of laws without a
/// closed form it expects none.
struct Risk<'a> {
    breakdown: &'a Breakdown,
    /// Its age: seconds.
    age: f64,
    /// The cumulative hazard at that age.
    past: f64,
    /// How long it stands still for a failure: seconds.
    standstill: f64,
}

impl<'a> Risk<'a> {
    fn of(breakdown: &'a Breakdown, health: &Health, now: Time) -> Option<Risk<'a>> {
        let age = health.age(now);
        let past = breakdown.after.cumulative_hazard(age)?;
        let standstill = breakdown.repair.mean() + breakdown.noticed_after.mean();
        Some(Risk { breakdown, age: age.seconds(), past, standstill })
    }

    /// How long it should have stood still by the time that it has worked for so many seconds more.
    fn standstill(&self, worked: f64) -> f64 {
        let age = Duration::from_seconds(self.age + worked.min(ASIDE));
        let hazard = self.breakdown.after.cumulative_hazard(age).unwrap_or(self.past);
        (hazard - self.past) * self.standstill
    }
}
