//! What nobody in a factory can know beforehand is drawn anew, given what has passed: when things fail, how long work, set-ups,
//! repairs and deliveries that are under way will still take, when the next orders come, and which parts have defects that
//! nobody has found. What is planned stays as it is planned, and what has happened stays as it has happened.

use bevy_ecs::prelude::World;
use bevy_ecs::system::RunSystemOnce;

use crate::engine::distribution::Distribution;
use crate::engine::identity::TwinId;
use crate::engine::queue::Event;
use crate::engine::random::{Purpose, Seed, Stream};
use crate::engine::time::Duration;

use super::calls::{OrderKind, OrderStage, WorkOrder};
use super::control::ageing::Ageing;
use super::control::health::Health;
use super::control::standby;
use super::dispatch::take_up::change_over;
use super::floor::{EventKinds, Floor, FloorParam, ageing_of, state_of};
use super::machine::Phase;
use super::plan::OperationPlan;

const LIFE: Purpose = Purpose::new("factory.redraw.life");
const UPKEEP: Purpose = Purpose::new("factory.redraw.upkeep");
const WORK: Purpose = Purpose::new("factory.redraw.work");
const SETUP: Purpose = Purpose::new("factory.redraw.setup");
const EVENT: Purpose = Purpose::new("factory.redraw.event");
const DEFECT: Purpose = Purpose::new("factory.redraw.defect");

/// Draws anew what nobody can know.
pub(super) fn redraw(world: &mut World) {
    let redrawn = world.run_system_once(|mut param: FloorParam| {
        let mut floor = param.floor();
        let twins: Vec<TwinId> = floor.directory.twins().map(|(twin, ..)| twin).collect();
        for &twin in &twins {
            floor.redraw_life(twin);
            floor.redraw_upkeep(twin);
            floor.redraw_work(twin);
        }
        floor.redraw_events();
        floor.redraw_exhausted();
        floor.redraw_defects();
    });
    debug_assert!(redrawn.is_ok(), "the plugin puts in all that the floor needs");
}

impl Floor<'_, '_, '_> {
    /// The rest of a life, by the age at which it is.
    fn redraw_life(&mut self, twin: TwinId) {
        let (now, seed) = (self.clock.now, self.seed);
        let Some((Ageing { breakdown: Some(breakdown), .. }, health)) = ageing_of(self.ageing, self.directory, twin)
        else {
            return;
        };
        let Some(left) = health.failure.left(now) else { return };
        let lived = health.life - left;
        let random = &mut seed.stream(twin.0, LIFE, health.drawn);
        let left = breakdown.after.residual(health.failure_age + lived, random);
        let runs = health.failure.is_running();
        health.life = lived + left;
        health.failure.set(Some(left), self.queue);
        health.failure.run(runs, now, self.plan.kinds.failure, twin, 0, self.queue);
    }

    /// How long repairs and maintenance take that have been asked for.
    fn redraw_upkeep(&mut self, twin: TwinId) {
        let (now, seed) = (self.clock.now, self.seed);
        let Some((ageing, health)) = ageing_of(self.ageing, self.directory, twin) else { return };
        let drawn = health.drawn;
        for (place, order) in (0..).zip([health.repair.as_mut(), health.service.as_mut()]) {
            let Some(order) = order.filter(|order| !order.is_told) else { continue };
            let Some(law) = law_of(ageing, order.kind) else { continue };
            let worked = if order.stage == OrderStage::Working { now - order.started } else { Duration::ZERO };
            order.takes = worked + law.residual(worked, &mut seed.stream(twin.0, UPKEEP, drawn << 1 | place));
        }
    }

    /// How long what is in the slots of a machine still takes.
    fn redraw_work(&mut self, twin: TwinId) {
        let (now, plan, seed) = (self.clock.now, self.plan, self.seed);
        let setup = self.directory.entity(twin).and_then(|entity| self.setups.get(entity).ok());
        let Some(state) = state_of(self.states, self.directory, twin) else { return };
        for slot in state.slots.iter_mut().filter(|slot| matches!(slot.phase, Phase::Setup | Phase::Working)) {
            let job = self.jobs.get(slot.job);
            let operation = plan.operation_of(job);
            let Some(eligible) = operation.eligible_at(twin, 0) else { continue };
            let left = if slot.event.is_some() { slot.ends - now } else { slot.remaining };
            let random = |purpose| seed.stream(job.id, purpose, job.visit);
            let left = if slot.phase == Phase::Setup {
                slot.work = rest_of_work(&eligible.time, operation, job.variant, Duration::ZERO, &mut random(WORK));
                let (law, done) = (change_over(plan, setup, slot.came_from, slot.family), slot.setup - left);
                let left = law.map_or(left, |law| law.residual(done, &mut random(SETUP)));
                slot.setup = done + left;
                left
            } else {
                let done = slot.work - left;
                let left = rest_of_work(&eligible.time, operation, job.variant, done, &mut random(WORK));
                slot.work = done + left;
                left
            };
            if slot.event.is_some() {
                slot.ends = now + left;
            } else {
                slot.remaining = left;
            }
        }
    }

    /// When what is under way will happen.
    fn redraw_events(&mut self) {
        let Floor { clock, seed, plan, directory, queue, states, standbys, ageing, moment, .. } = self;
        let (now, kinds) = (clock.now, plan.kinds);
        // Several deliveries of the same part may be under way.
        let mut deliveries = vec![0; plan.spares.len()];
        queue.redraw(|event, since| {
            let before = deliveries.get_mut(event.arg as usize).filter(|_| event.kind == kinds.delivery);
            let before = before.map_or(0, |count| std::mem::replace(count, *count + 1));
            let random = &mut random_for(*seed, &event, kinds, before);
            let mut rest = |law: &Distribution<Duration>| now + law.residual(now - since, random);
            match event.kind {
                kind if kind == kinds.phase_end => {
                    Some(state_of(states, directory, event.twin)?.slots.get(event.arg as usize)?.ends)
                }
                kind if kind == kinds.arrival => {
                    let number = event.arg as usize;
                    let arrival = &plan.arrivals[number];
                    // The first one is where its author has put it.
                    let is_known = arrival.first.is_some() && moment.arrivals[number].drawn == 0;
                    arrival.every.as_ref().filter(|_| !is_known).map(rest)
                }
                kind if kind == kinds.repaired => {
                    let (_, health) = ageing_of(ageing, directory, event.twin)?;
                    work_order(health).map(|order| order.started + order.takes)
                }
                kind if kind == kinds.noticed => {
                    let (ageing, health) = ageing_of(ageing, directory, event.twin)?;
                    let at = rest(&ageing.breakdown?.noticed_after);
                    health.repair.as_mut()?.noticed = at;
                    Some(at)
                }
                kind if kind == kinds.delivery => Some(rest(&plan.spares.get(event.arg as usize)?.1.lead_time)),
                kind if kind == kinds.rest && event.arg == standby::WOKEN => {
                    Some(rest(&standbys.get(directory.entity(event.twin)?).ok()?.wake))
                }
                _ => None,
            }
        });
    }

    /// Whether processes bring another job before they end of which the next would come after that.
    fn redraw_exhausted(&mut self) {
        let (now, plan, seed) = (self.clock.now, self.plan, self.seed);
        for (index, arrival) in plan.arrivals.iter().enumerate() {
            let progress = self.moment.arrivals[index];
            let (Some(since), Some(every)) = (progress.exhausted, &arrival.every) else { continue };
            // A first one after the end was put there by its author.
            if progress.drawn > 0 {
                let next = Event { at: now, kind: plan.kinds.arrival, twin: TwinId::NONE, arg: index as u64 };
                let left = every.residual(now - since, &mut random_for(seed, &next, plan.kinds, 0));
                self.reopen_arrival(index, now + left);
            }
        }
    }

    /// Which jobs have defects, and what those measure that nobody has measured.
    fn redraw_defects(&mut self) {
        let (plan, seed) = (self.plan, self.seed);
        for job in self.jobs.iter_mut() {
            let product = &plan.products[job.product as usize];
            let random = &mut seed.stream(job.id, DEFECT, job.visit);
            job.defective = random.chance(product.suspicion(job));
            if job.grade.is_none() {
                job.measure = product.measure.sample(random);
            }
        }
    }
}

fn law_of<'a>(ageing: Ageing<'a>, kind: OrderKind) -> Option<&'a Distribution<Duration>> {
    match kind {
        OrderKind::Failure => ageing.breakdown.map(|part| &part.repair),
        OrderKind::Planned | OrderKind::Condition | OrderKind::Requested => ageing.maintenance.map(|part| &part.takes),
        // It takes as long as the command says.
        OrderKind::Relocation => None,
    }
}

/// The work order that is worked on.
fn work_order(health: &Health) -> Option<&WorkOrder> {
    let orders = [health.repair.as_deref(), health.service.as_deref()];
    orders.into_iter().flatten().find(|order| order.stage == OrderStage::Working)
}

/// What is left of an operation on a job, so much of which is done.
fn rest_of_work(
    time: &Distribution<Duration>,
    operation: &OperationPlan,
    variant: u64,
    done: Duration,
    random: &mut Stream,
) -> Duration {
    let factor = operation.factor(variant);
    let done = Duration::from_seconds(done.seconds() / factor);
    operation.scaled(time.residual(done, random), variant)
}

/// The random numbers for an event: by whom it is about, or which of those that are about nobody, and how many like it go before it.
fn random_for(seed: Seed, event: &Event, kinds: EventKinds, before: u64) -> Stream {
    let number = kinds.number(event.kind) | before << 32;
    if event.twin == TwinId::NONE {
        seed.stream(event.arg, EVENT, number)
    } else {
        seed.stream(event.twin.0, EVENT, number)
    }
}
