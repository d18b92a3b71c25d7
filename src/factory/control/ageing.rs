//! How a machine ages, fails, and is as new again.

use std::borrow::Cow;

use crate::engine::identity::TwinId;
use crate::engine::queue::{Event, EventQueue};
use crate::engine::random::{Purpose, Seed};
use crate::engine::time::{Duration, Time};
use crate::factory::calls::{OrderKind, OrderStage, WorkOrder};
use crate::factory::floor::{EventKinds, Floor, ageing_of, conveyor_of, health_of, state_of, vehicle_of};
use crate::factory::machine::Condition;
use crate::factory::tables::MaintenanceRow;

use super::breakdown::{AgeClock, Breakdown};
use super::health::Health;
use super::maintenance::{Maintenance, Wear};

const FAILURE: Purpose = Purpose::new("factory.failure");
const NOTICED: Purpose = Purpose::new("factory.noticed");
const REPAIR: Purpose = Purpose::new("factory.repair");
const SERVICE: Purpose = Purpose::new("factory.maintenance");

/// The argument of a `due` event for each kind of maintenance.
const PLANNED: u64 = 0;
const WORN: u64 = 1;

/// What an author says of how a machine ages.
#[derive(Clone, Copy)]
pub(in crate::factory) struct Ageing<'a> {
    pub breakdown: Option<&'a Breakdown>,
    pub maintenance: Option<&'a Maintenance>,
    pub wear: Option<&'a Wear>,
}

impl Ageing<'_> {
    /// Lets every clock run that counts in this condition, and stops the others.
    fn wind(self, health: &mut Health, condition: Condition, twin: TwinId, run: (Time, EventKinds, &mut EventQueue)) {
        let (now, kinds, queue) = run;
        let working = condition == Condition::Working;
        let stands = matches!(condition, Condition::Down | Condition::Maintenance);
        let counts = |clock: AgeClock| match clock {
            AgeClock::Working => working,
            AgeClock::Calendar => !stands,
        };
        if let Some(breakdown) = self.breakdown {
            health.failure.run(counts(breakdown.clock), now, kinds.failure, twin, 0, queue);
        }
        if let Some(maintenance) = self.maintenance {
            health.planned.run(counts(maintenance.clock), now, kinds.due, twin, PLANNED, queue);
            health.worn.run(working, now, kinds.due, twin, WORN, queue);
        }
        health.work(working, now);
    }

    /// Takes a share of the age away, and draws the next life.
    fn restore(self, health: &mut Health, share: f64, twin: TwinId, seed: Seed, now: Time, queue: &mut EventQueue) {
        health.work(false, now);
        health.worked = part_of(health.worked, 1.0 - share);
        if let Some(breakdown) = self.breakdown {
            let lived = health.failure.remaining.map_or(health.life, |left| health.life - left);
            health.failure_age = part_of(health.failure_age + lived, 1.0 - share);
            self.draw_life(breakdown, health, twin, seed, queue);
        }
        let Some(maintenance) = self.maintenance else { return };
        if health.service.is_none() {
            let limit = maintenance.at_wear.zip(self.wear).map(|(limit, wear)| part_of(wear.life, limit));
            health.worn.set(limit.map(|limit| (limit - health.worked).max(Duration::ZERO)), queue);
        }
    }

    /// Lets the time to the next planned maintenance begin.
    fn plan_maintenance(self, health: &mut Health, queue: &mut EventQueue) {
        if let Some(maintenance) = self.maintenance {
            health.planned.set(maintenance.every, queue);
        }
    }

    fn draw_life(self, part: &Breakdown, health: &mut Health, twin: TwinId, seed: Seed, queue: &mut EventQueue) {
        let mut random = seed.stream(twin.0, FAILURE, health.drawn);
        health.drawn += 1;
        health.life = part.after.residual(health.failure_age, &mut random);
        health.failure.set(Some(health.life), queue);
    }
}

fn part_of(length: Duration, share: f64) -> Duration {
    if share == 0.0 { Duration::ZERO } else { Duration::from_seconds(length.seconds() * share) }
}

impl Floor<'_, '_, '_> {
    /// Draws a machine's first life, before the first step.
    pub(in crate::factory) fn start_ageing(&mut self, twin: TwinId) {
        let (now, seed) = (self.clock.now, self.seed);
        let Some((ageing, health)) = ageing_of(self.ageing, self.directory, twin) else { return };
        ageing.restore(health, 1.0, twin, seed, now, self.queue);
        ageing.plan_maintenance(health, self.queue);
        let condition =
            state_of(self.states, self.directory, twin).map_or(Condition::Starved, |state| state.standing.condition);
        ageing.wind(health, condition, twin, (now, self.plan.kinds, self.queue));
    }

    /// Lets the clocks of a machine run as its condition wants.
    pub(in crate::factory) fn age(&mut self, twin: TwinId, condition: Condition) {
        let now = self.clock.now;
        if let Some((ageing, health)) = ageing_of(self.ageing, self.directory, twin) {
            ageing.wind(health, condition, twin, (now, self.plan.kinds, self.queue));
        }
    }

    /// The wear of a machine, from 0 to 1; 0 where none is modelled.
    pub(in crate::factory) fn wear_of(&mut self, twin: TwinId) -> f64 {
        let now = self.clock.now;
        let ageing = ageing_of(self.ageing, self.directory, twin);
        ageing.and_then(|(ageing, health)| Some(health.wear(ageing.wear?, now))).unwrap_or(0.0)
    }

    /// A machine breaks down by its own clock.
    pub(in crate::factory) fn fail(&mut self, twin: TwinId) {
        let Some((ageing, health)) = ageing_of(self.ageing, self.directory, twin) else { return };
        health.failure.ring();
        let Some(part) = ageing.breakdown else { return };
        let repair = part.repair.sample(&mut self.seed.stream(twin.0, REPAIR, health.drawn));
        let expected = Duration::from_seconds(part.repair.mean());
        self.break_down(twin, (repair, Some(expected)), "failure".into());
    }

    /// Breaks a machine down: its repair takes that long, once it is noticed and people and parts are there, and is expected
    /// to. One that stands still for a repair or maintenance already stays as it is.
    pub(in crate::factory) fn break_down(
        &mut self,
        twin: TwinId,
        (repair, expected): (Duration, Option<Duration>),
        cause: Cow<'static, str>,
    ) {
        let now = self.clock.now;
        let wear = self.wear_of(twin);
        if let Some(state) = state_of(self.states, self.directory, twin) {
            if state.down || state.maintained {
                return;
            }
            self.stand_still(twin);
            if let Some(state) = state_of(self.states, self.directory, twin) {
                state.down = true;
            }
        } else {
            let vehicle = vehicle_of(self.vehicles, self.directory, twin).map(|(_, state, ..)| state.down);
            let belt = || conveyor_of(self.belts, self.directory, twin).map(|(_, state)| state.down);
            if vehicle.or_else(belt) != Some(false) {
                return;
            }
            self.halt_vehicle(twin, true);
            self.run_belt(twin, Some(true), None);
        }
        let Some((ageing, health)) = ageing_of(self.ageing, self.directory, twin) else { return };
        ageing.wind(health, Condition::Down, twin, (now, self.plan.kinds, self.queue));
        health.failures += 1;
        let random = &mut self.seed.stream(twin.0, NOTICED, health.drawn);
        let unnoticed = ageing.breakdown.map_or(Duration::ZERO, |part| part.noticed_after.sample(random));
        health.expected_repair = now + unnoticed + expected.unwrap_or_default();
        let (staff, spares) = ageing.breakdown.map_or((None, None), |part| (part.worker.as_ref(), Some(&part.spares)));
        health.repair = Some(Box::new(WorkOrder {
            kind: OrderKind::Failure,
            cause: cause.clone(),
            takes: repair,
            is_told: expected.is_none(),
            raised: now,
            noticed: now + unnoticed,
            started: now,
            stage: if unnoticed.is_zero() { OrderStage::Parts } else { OrderStage::Unnoticed },
            need: staff.and_then(|staff| self.plan.need(staff)),
            crew: None,
            parts: spares.map_or_else(Vec::new, |spares| self.plan.parts(spares)),
            wear,
            to: None,
        }));
        self.tables.journal.note(now, twin, "breakdown", cause, Some(repair.seconds()));
        if unnoticed.is_zero() {
            self.calls.upkeep.push(twin);
        } else {
            self.queue.push(Event { at: now + unnoticed, kind: self.plan.kinds.noticed, twin, arg: 0 });
        }
    }

    /// Somebody has come by and found that a machine has failed. It may have left meanwhile.
    pub(in crate::factory) fn notice_failure(&mut self, twin: TwinId) {
        let now = self.clock.now;
        let Some(health) = health_of(self.ageing, self.directory, twin) else { return };
        let Some(order) = health.repair.as_mut().filter(|order| order.stage == OrderStage::Unnoticed) else { return };
        order.stage = OrderStage::Parts;
        self.tables.journal.note(now, twin, "noticed", "", Some((now - order.raised).seconds()));
        self.calls.upkeep.push(twin);
    }

    /// Maintenance of a machine has become due: planned, or by its wear.
    pub(in crate::factory) fn fall_due(&mut self, twin: TwinId, which: u64) {
        let Some(health) = health_of(self.ageing, self.directory, twin) else { return };
        let (clock, kind, cause) = match which {
            PLANNED => (&mut health.planned, OrderKind::Planned, "its time has come"),
            _ => (&mut health.worn, OrderKind::Condition, "it is worn"),
        };
        clock.ring();
        if let Some(service) = &health.service {
            // What falls due while a machine moves is seen to afterwards.
            if service.kind == OrderKind::Relocation {
                health.missed = Some(which);
            }
            return;
        }
        self.raise_service(twin, kind, cause.into());
    }

    /// Asks for the maintenance of a machine that stands still for nothing, and has none before it.
    pub(in crate::factory) fn raise_service(&mut self, twin: TwinId, kind: OrderKind, cause: Cow<'static, str>) {
        let now = self.clock.now;
        let wear = self.wear_of(twin);
        let Some((ageing, health)) = ageing_of(self.ageing, self.directory, twin) else { return };
        let Some(part) = ageing.maintenance else { return };
        let takes = part.takes.sample(&mut self.seed.stream(twin.0, SERVICE, health.drawn));
        health.drawn += 1;
        health.service = Some(Box::new(WorkOrder {
            kind,
            cause: cause.clone(),
            takes,
            is_told: false,
            raised: now,
            noticed: now,
            started: now,
            stage: OrderStage::Raised,
            need: part.worker.as_ref().and_then(|staff| self.plan.need(staff)),
            crew: None,
            parts: self.plan.parts(&part.spares),
            wear,
            to: None,
        }));
        self.tables.journal.note(now, twin, "maintenance_due", cause, Some(wear));
        if let Some(state) = state_of(self.states, self.directory, twin) {
            state.maintenance_due = true;
        }
        self.moment.touched.push(twin);
    }

    /// A machine stands still for its maintenance.
    pub(in crate::factory) fn begin_service(&mut self, twin: TwinId) {
        let now = self.clock.now;
        let Some(state) = state_of(self.states, self.directory, twin) else { return };
        state.count_until(now);
        state.maintained = true;
        self.moment.touched.push(twin);
        self.tables.journal.note(now, twin, "maintenance", "", None);
    }

    /// A repair or a maintenance is over: the machine goes on where it stopped, and its next life is drawn.
    pub(in crate::factory) fn end_upkeep(&mut self, twin: TwinId) {
        let (now, seed) = (self.clock.now, self.seed);
        let Some((ageing, health)) = ageing_of(self.ageing, self.directory, twin) else { return };
        let moves = |order: &WorkOrder| order.kind == OrderKind::Relocation;
        if health.repair.is_none() && health.service.as_deref().is_some_and(moves) {
            return self.arrive_at_new_place(twin);
        }
        let Some(order) = health.repair.take().or_else(|| health.service.take()) else { return };
        let failed = order.kind == OrderKind::Failure;
        let share = match failed {
            true => ageing.breakdown.map_or(1.0, |part| part.restores),
            false => ageing.maintenance.map_or(1.0, |part| part.restores),
        };
        // A machine that is as good as new needs no maintenance for its wear, whoever noticed that.
        let for_wear = |order: &WorkOrder| matches!(order.kind, OrderKind::Condition | OrderKind::Requested);
        let superseded = share == 1.0 && health.service.as_deref().is_some_and(for_wear);
        if superseded {
            health.service = None;
        }
        if failed {
            health.repairs += 1;
            health.repair_time += i128::from((now - order.raised).nanos());
        } else {
            health.services += 1;
        }
        health.renewed = now;
        ageing.restore(health, share, twin, seed, now, self.queue);
        if !failed || share == 1.0 {
            ageing.plan_maintenance(health, self.queue);
        }
        let still_due = health.service.as_ref().is_some_and(|order| order.kind != OrderKind::Relocation);
        self.tables.maintenance.push(MaintenanceRow::new(twin, &order, Some(now)));
        self.tables.journal.note(now, twin, if failed { "repaired" } else { "maintained" }, "", None);
        self.calls.dismiss(order.crew);
        if let Some(state) = state_of(self.states, self.directory, twin) {
            state.count_until(now);
            (state.down, state.maintained, state.maintenance_due) = (false, false, still_due);
        }
        self.go_on(twin);
        self.halt_vehicle(twin, false);
        self.run_belt(twin, Some(false), None);
        self.moment.changed.push(twin);
    }
}
