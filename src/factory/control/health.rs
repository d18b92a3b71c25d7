//! The health of a machine: its age, the clocks that its failure and its maintenance run by, and the work order at hand.

use bevy_ecs::prelude::Component;
use serde::{Deserialize, Serialize};

use crate::engine::identity::TwinId;
use crate::engine::queue::{Event, EventHandle, EventKind, EventQueue};
use crate::engine::time::{Duration, Time};
use crate::factory::calls::{OrderStage, WorkOrder};

use super::maintenance::Wear;

/// A clock that counts down some of the time and then rings.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Countdown {
    /// What is left while it stands still; none if it is not set.
    pub remaining: Option<Duration>,
    /// While it runs: when it will ring, and the event that does it.
    running: Option<(Time, EventHandle)>,
}

impl Countdown {
    /// Sets it anew; it stands still until it is let run.
    pub fn set(&mut self, length: Option<Duration>, queue: &mut EventQueue) {
        if let Some((_, event)) = self.running.take() {
            queue.cancel(event);
        }
        self.remaining = length;
    }

    /// Lets it run, or stops it.
    pub fn run(&mut self, run: bool, now: Time, kind: EventKind, twin: TwinId, arg: u64, queue: &mut EventQueue) {
        match (run, self.running, self.remaining) {
            (true, None, Some(remaining)) => {
                let at = now + remaining;
                self.running = Some((at, queue.push(Event { at, kind, twin, arg })));
                self.remaining = None;
            }
            (false, Some((at, event)), _) => {
                queue.cancel(event);
                self.remaining = Some(at - now);
                self.running = None;
            }
            _ => {}
        }
    }

    /// Whether it runs.
    pub fn is_running(&self) -> bool {
        self.running.is_some()
    }

    /// What is left at a moment; none if it is not set.
    pub fn left(&self, now: Time) -> Option<Duration> {
        self.running.map(|(at, _)| at - now).or(self.remaining)
    }

    /// It has rung.
    pub fn ring(&mut self) {
        *self = Countdown::default();
    }
}

/// The health of a machine, vehicle or conveyor.
#[derive(Component, Clone, Debug, Default, Serialize, Deserialize)]
pub struct Health {
    /// How many lives, repairs and maintenances have been drawn.
    pub drawn: u64,
    /// Runs down to the next failure.
    pub failure: Countdown,
    /// Runs down to the next planned maintenance.
    pub planned: Countdown,
    /// Runs down to the wear at which maintenance is due.
    pub worn: Countdown,
    /// How old it is in the sense of its `breakdown`, as far as the last repair left it: counted back from its lives.
    pub failure_age: Duration,
    /// The life that is running: how long it was when it was drawn.
    pub life: Duration,
    /// How long it has worked since it was as good as new, up to `worked_until`.
    pub worked: Duration,
    /// Up to when.
    pub worked_until: Time,
    /// Whether it works, so that `worked` grows.
    pub working: bool,
    /// The repair at hand.
    pub repair: Option<Box<WorkOrder>>,
    /// The maintenance at hand.
    pub service: Option<Box<WorkOrder>>,
    /// The maintenance that fell due while the machine was to move.
    pub missed: Option<u64>,
    /// When the last repair or maintenance ended; the start of the run if there was none.
    pub renewed: Time,
    /// When the present repair is expected to end, for those who plan.
    pub expected_repair: Time,
    /// Failures since counting began.
    pub failures: u64,
    /// Maintenances done since counting began.
    pub services: u64,
    /// Nanoseconds from failures to the ends of their repairs, for repairs that ended since counting began.
    pub repair_time: i128,
    /// Repairs that ended since counting began.
    pub repairs: u64,
}

impl Health {
    /// Counts working time up to `now`, and whether it goes on.
    pub fn work(&mut self, working: bool, now: Time) {
        self.worked = self.worked_at(now);
        self.worked_until = now;
        self.working = working;
    }

    /// Starts counting afresh, at the end of the warm-up. A repair under way then counts whole when it ends.
    pub fn count_afresh(&mut self) {
        (self.failures, self.services, self.repairs, self.repair_time) = (0, 0, 0, 0);
    }

    /// How long it has worked since it was as good as new, as far as upkeep has not taken that away.
    pub fn worked_at(&self, now: Time) -> Duration {
        if self.working { self.worked + (now - self.worked_until) } else { self.worked }
    }

    /// The wear at a moment, from 0 to 1.
    pub fn wear(&self, wear: &Wear, now: Time) -> f64 {
        (self.worked_at(now).seconds() / wear.life.seconds()).min(1.0)
    }

    /// How old it is in the sense of its `breakdown`: what its counter of hours shows, as far as upkeep has not taken that away.
    pub fn age(&self, now: Time) -> Duration {
        let lived = self.failure.left(now).map_or(self.life, |left| self.life - left);
        self.failure_age + lived
    }

    /// How much of its life is over, from 0 to 1, where it fails. Nobody knows that; what it makes of vibration or heat can be
    /// measured. None if it has no life that ends.
    pub fn used(&self, now: Time) -> Option<f64> {
        let left = self.failure.left(now)?;
        let whole = (self.failure_age + self.life).seconds();
        (whole > 0.0).then(|| (1.0 - left.seconds() / whole).clamp(0.0, 1.0))
    }

    /// Whether it is broken down and nobody has noticed yet.
    pub fn is_unnoticed(&self) -> bool {
        self.repair.as_ref().is_some_and(|order| order.stage == OrderStage::Unnoticed)
    }

    /// The order that keeps it from working, if there is one.
    pub fn order(&mut self) -> Option<&mut Box<WorkOrder>> {
        self.repair.as_mut().or(self.service.as_mut())
    }
}
