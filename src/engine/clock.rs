//! The clock of a world, and what makes it stop for a step.

use bevy_ecs::prelude::Resource;
use serde::{Deserialize, Serialize};

use super::identity::TwinId;
use super::queue::{Event, EventKind, EventQueue, Priority};
use super::time::{Duration, Time};

/// Simulated time and the count of steps.
#[derive(Resource, Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub struct Clock {
    /// The present moment.
    pub now: Time,
    /// How many steps have ended.
    pub step: u64,
    /// How many events have happened.
    pub events: u64,
    /// The length of a tick, where things move in ticks.
    pub tick: Option<Duration>,
    /// The run goes no further than this.
    pub horizon: Time,
    /// Set when nothing is left to do before the horizon: the run ends here.
    pub finished: bool,
}

impl EventQueue {
    /// Makes the stages run at `at`, after every event of that moment.
    pub fn wake(&mut self, at: Time) {
        self.push_with(Event { at, kind: EventKind::WAKE, twin: TwinId::NONE, arg: 0 }, Priority::LAST);
    }
}

/// Something that is done every so often, and asks for a step when it is due.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Periodic {
    /// How often.
    pub every: Duration,
    next: Time,
}

impl Periodic {
    /// Starts a rhythm whose first beat is one period after `start`.
    pub fn start(every: Duration, start: Time, queue: &mut EventQueue) -> Periodic {
        let periodic = Periodic { every, next: start + every };
        queue.wake(periodic.next);
        periodic
    }

    /// Whether a beat has come; asks for the next one if so.
    pub fn due(&mut self, now: Time, queue: &mut EventQueue) -> bool {
        if now < self.next {
            return false;
        }
        while self.next <= now {
            self.next += self.every;
        }
        queue.wake(self.next);
        true
    }
}
