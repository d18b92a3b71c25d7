//! A plant as a problem for the optimiser, and its schedule as a timetable that the plant goes by.
//!
//! Planned are the jobs in process, and the known orders where nothing else brings jobs. Times are expected ones; jobs go the likeliest
//! way; machines are free when what is under way should be done. Calendars, people, transport, buffers, kits and failures
//! are not in the problem: the plant itself sees to them, and keeps to the order.

use std::collections::{BTreeMap, VecDeque};

use bevy_ecs::prelude::World;
use serde::Serialize;

use crate::engine::clock::Clock;
use crate::engine::identity::{Directory, TwinId};
use crate::engine::random::Seed;
use crate::engine::time::{Duration, Time};
use crate::factory::control::setup::Setup;
use crate::factory::dispatch::take_up::change_over;
use crate::factory::dispatch::timetable::{Timetable, Visit};
use crate::factory::jobs::{Job as PlantJob, Jobs, Place};
use crate::factory::machine::{MachineState, Phase, Slot};
use crate::factory::plan::{Next, Plan};
use crate::factory::variants;

use super::problem::{Alternative, Job, Machine, Operation, Problem, Setups};
use super::schedule::{Schedule, Slot as PlannedSlot};

/// A plant as it is now, to be scheduled.
pub struct PlantProblem {
    /// What is to be scheduled, from now on.
    pub problem: Problem,
    /// The machine of each of the problem's: one for each slot.
    machines: Vec<TwinId>,
    /// Of each job its operations.
    visits: Vec<Vec<Visit>>,
}

/// A job to be planned: from which operation on, and when that can begin.
struct Pending {
    number: u64,
    visit: u64,
    product: u32,
    operation: u32,
    repeat_left: u32,
    variant: u64,
    release: Duration,
    due: Time,
    weight: f64,
    /// The only machine that can do its next operation, if it stands there already.
    bound: Option<TwinId>,
}

impl PlantProblem {
    /// Of a world.
    pub fn of(world: &World) -> PlantProblem {
        let (plan, now) = (world.resource::<Plan>(), world.resource::<Clock>().now);
        let (machines, slots) = machines(world, plan, now);
        let in_process = world.resource::<Jobs>().iter().filter_map(|(_, job)| pending(job, world, plan, now));
        let mut pending: Vec<Pending> = in_process.chain(known_orders(world, plan, now)).collect();
        pending.sort_by_key(|job| job.number);
        let (mut jobs, mut visits) = (Vec::new(), Vec::new());
        for job in &pending {
            let (operations, of_job) = operations(job, plan, &machines);
            if !operations.is_empty() {
                let due = (job.due != Time::NEVER).then(|| (job.due - now).nanos());
                jobs.push(Job { release: job.release.nanos(), due, weight: job.weight, operations });
                visits.push(of_job);
            }
        }
        PlantProblem { problem: Problem { machines: slots, jobs, lags: None }, machines, visits }
    }

    /// A schedule of it as a timetable. Slots of one machine share a list, in the order of planned starts.
    pub fn timetable(&self, schedule: &Schedule) -> Timetable {
        let mut starts: BTreeMap<TwinId, Vec<(i64, Visit)>> = BTreeMap::new();
        for (slots, visits) in schedule.slots.iter().zip(&self.visits) {
            for (slot, visit) in slots.iter().zip(visits) {
                starts.entry(self.machines[slot.machine]).or_default().push((slot.start, *visit));
            }
        }
        let in_order = |mut visits: Vec<(i64, Visit)>| -> VecDeque<Visit> {
            visits.sort_unstable();
            visits.into_iter().map(|(_, visit)| visit).collect()
        };
        Timetable::new(starts.into_iter().map(|(machine, visits)| (machine, in_order(visits))).collect())
    }
}

/// An operation as it is planned, for people and other programs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PlannedRow {
    /// The number of its job.
    pub job: u64,
    /// How many operations the job has finished before.
    pub visit: u64,
    /// Where it is to be done.
    pub machine: String,
    /// From when: seconds from the start of the run. A set-up is before.
    pub start: f64,
    /// To when.
    pub end: f64,
}

impl PlantProblem {
    /// A schedule of it, row by row, job by job.
    pub fn rows(&self, schedule: &Schedule, world: &World) -> Vec<PlannedRow> {
        let (directory, now) = (world.resource::<Directory>(), world.resource::<Clock>().now.seconds());
        let planned = schedule.slots.iter().zip(&self.visits).flat_map(|(slots, visits)| slots.iter().zip(visits));
        let row = |(slot, (job, visit)): (&PlannedSlot, &Visit)| PlannedRow {
            job: *job,
            visit: *visit,
            machine: directory.name(self.machines[slot.machine]).to_string(),
            start: now + slot.start as f64 / 1e9,
            end: now + slot.end as f64 / 1e9,
        };
        planned.map(row).collect()
    }
}

/// A machine for each slot, by id, and when each is free.
fn machines(world: &World, plan: &Plan, now: Time) -> (Vec<TwinId>, Vec<Machine>) {
    let families = plan.families.len() as u16;
    let (mut twins, mut machines) = (Vec::new(), Vec::new());
    for (twin, entity, _) in world.resource::<Directory>().twins() {
        let Some(state) = world.get::<MachineState>(entity) else { continue };
        let setups = world.get::<Setup>(entity).map(|setup| {
            let time = |before: Option<u16>, after: u16| {
                let law = change_over(plan, Some(setup), before.map(u32::from), Some(u32::from(after)));
                law.map_or(0, |law| Duration::from_seconds(law.mean()).nanos())
            };
            Setups::new(families, true, time)
        });
        for slot in &state.slots {
            twins.push(twin);
            let family = slot.family.map(|family| family as u16);
            machines.push(Machine { available: free_in(slot, now).nanos(), family, setups: setups.clone() });
        }
    }
    (twins, machines)
}

/// In how long what is under way in a slot should be done.
fn free_in(slot: &Slot, now: Time) -> Duration {
    match (slot.phase, slot.event) {
        (Phase::Setup | Phase::Working, Some(_)) => (slot.expected_end - now).max(Duration::ZERO),
        (Phase::Setup | Phase::Working, None) => slot.expected_end.since_start().max(Duration::ZERO),
        (Phase::Idle | Phase::Blocked, _) => Duration::ZERO,
    }
}

/// A job in process; none if nothing is left to be planned.
fn pending(job: &PlantJob, world: &World, plan: &Plan, now: Time) -> Option<Pending> {
    if job.stocked {
        return None;
    }
    let PlantJob { id: number, visit, product, operation, repeat_left, variant, due, weight, .. } = *job;
    // Whoever stands in front of a machine goes to no other.
    let bound = if let Place::Queue(machine) = job.place { Some(machine) } else { None };
    let release = Duration::ZERO;
    let waiting = Pending { number, visit, product, operation, repeat_left, variant, release, due, weight, bound };
    let Place::Slot(machine, slot) = job.place else { return Some(waiting) };
    let entity = world.resource::<Directory>().entity(machine)?;
    let slot = world.get::<MachineState>(entity)?.slots.get(slot as usize)?;
    if !matches!(slot.phase, Phase::Setup | Phase::Working) {
        return Some(waiting);
    }
    let release = free_in(slot, now);
    let (operation, repeat_left) = following(plan, &waiting)?;
    Some(Pending { visit: visit + 1, operation, repeat_left, release, bound: None, ..waiting })
}

/// The operation that most likely follows, and how many times it is to be done; none if the job leaves.
fn following(plan: &Plan, job: &Pending) -> Option<(u32, u32)> {
    if job.repeat_left > 1 {
        return Some((job.operation, job.repeat_left - 1));
    }
    let operations = &plan.products[job.product as usize].operations;
    let mut before = 0.0;
    let mut best = (0.0, Next::Ship);
    for &(cumulated, next) in &operations[job.operation as usize].next {
        if cumulated - before > best.0 {
            best = (cumulated - before, next);
        }
        before = cumulated;
    }
    match best.1 {
        Next::Operation(next) => Some((next, operations[next as usize].repeat)),
        _ => None,
    }
}

/// The known orders that are still to come. Their jobs' numbers are known only where nothing else brings jobs, and the work on them
/// only where customers have chosen all there is to choose.
fn known_orders(world: &World, plan: &Plan, now: Time) -> Vec<Pending> {
    let jobs = world.resource::<Jobs>();
    if !plan.arrivals.is_empty() || !plan.restocks.is_empty() {
        return Vec::new();
    }
    // Orders are given out as time passes: all up to now, but for those of the first moment before the first step.
    let is_to_come = |at: Time| at > now || world.resource::<Clock>().step == 0;
    let mut number = jobs.released;
    let mut found = Vec::new();
    for &(at, order) in plan.releases.iter().filter(|(at, _)| is_to_come(*at)) {
        let (order, product) = (&plan.orders[order as usize], plan.order_products[order as usize]);
        let compiled = &plan.products[product as usize];
        let is_chosen = compiled.options.iter().all(|option| order.options.contains_key(&*option.name));
        for _ in 0..order.count {
            if is_chosen {
                // All is chosen, so that the seed does not matter.
                found.push(Pending {
                    number,
                    visit: 0,
                    product,
                    operation: 0,
                    repeat_left: compiled.operations[0].repeat,
                    variant: variants::draw(&compiled.options, &order.options, number, Seed(0)),
                    release: (at - now).max(Duration::ZERO),
                    due: order.due.map_or(Time::NEVER, |due| Time::ZERO + due),
                    weight: order.weight,
                    bound: None,
                });
            }
            number += 1;
        }
    }
    found
}

/// The operations that are left of a job, and their names.
fn operations(job: &Pending, plan: &Plan, machines: &[TwinId]) -> (Vec<Operation>, Vec<Visit>) {
    /// A job whose likeliest way leads in circles is planned so far.
    const MOST: usize = 1000;
    let (mut found, mut visits) = (Vec::new(), Vec::new());
    let mut at = Pending { release: Duration::ZERO, ..*job };
    while found.len() < MOST {
        let operation = &plan.products[at.product as usize].operations[at.operation as usize];
        let applies = operation.variants.as_ref().is_none_or(|variants| variants.applies(at.variant));
        if applies {
            let alternatives = machines.iter().enumerate().filter_map(|(place, machine)| {
                let goes_there = at.bound.is_none_or(|bound| bound == *machine);
                let eligible = operation.eligible.iter().find(|eligible| goes_there && eligible.machine == *machine)?;
                Some(Alternative { machine: place, time: operation.scaled(eligible.expected, at.variant).nanos() })
            });
            let family = operation.family_for(at.variant).map(|family| family as u16);
            found.push(Operation { alternatives: alternatives.collect(), family });
            visits.push((at.number, at.visit));
            at.visit += 1;
            at.bound = None;
        } else {
            at.repeat_left = 1;
        }
        match following(plan, &at) {
            Some((operation, repeat_left)) => (at.operation, at.repeat_left) = (operation, repeat_left),
            None => break,
        }
    }
    (found, visits)
}
