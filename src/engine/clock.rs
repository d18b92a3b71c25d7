//! The clock of a world, and what makes it stop for a step.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use bevy_ecs::prelude::Resource;
use serde::{Deserialize, Serialize};

use super::onlooker::Pace;
use super::queue::{Event, EventKind, EventQueue};
use super::time::{Duration, Time};

/// Simulated time and the count of steps.
#[derive(Resource, Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub struct Clock {
    /// The present moment.
    pub now: Time,
    /// How much time passed since the stages ran last: the step of whatever moves or decays.
    pub elapsed: Duration,
    /// How many steps have ended.
    pub step: u64,
    /// How many events have happened.
    pub events: u64,
    /// The step is cut when that many have.
    pub(super) events_until: u64,
    /// Set where somebody looks at the world after every event. Changes no result.
    #[serde(skip)]
    pub(super) one_by_one: bool,
    /// How far somebody who watches lets the world go. Changes no result.
    #[serde(skip)]
    pub(super) pace: Option<Pace>,
    /// The rhythm of ticks, where things move in ticks.
    pub tick: Option<Periodic>,
    /// The run goes no further than this.
    pub horizon: Time,
    /// Set when nothing is left to do before the horizon: the run ends here.
    pub finished: bool,
}

impl Clock {
    /// Takes the next event of this step off the queue and moves to its time, if it is one of `kinds`.
    ///
    /// A handler calls this to go on with the next event at once, if it is one of its own: to be called anew for each event
    /// would cost more than most events do.
    pub fn next_event(&mut self, queue: &mut EventQueue, kinds: RangeInclusive<EventKind>) -> Option<Event> {
        if self.one_by_one { None } else { self.take_event(queue, kinds) }
    }

    pub(super) fn take_event(&mut self, queue: &mut EventQueue, kinds: RangeInclusive<EventKind>) -> Option<Event> {
        if self.finished || self.events >= self.events_until {
            return None;
        }
        let limit = match self.pace {
            Some(Pace::Until(until)) => until.min(self.horizon),
            _ => self.horizon,
        };
        let event = queue.pop_if(limit, kinds)?;
        self.now = event.at;
        self.events += 1;
        Some(event)
    }
}

/// A rhythm: something that is done every so often.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Periodic {
    /// How often.
    pub every: Duration,
    next: Time,
}

impl Periodic {
    /// A rhythm whose first beat is one period after the start of the run. Whoever starts it asks for that wake.
    pub fn new(every: Duration) -> Periodic {
        Periodic { every, next: Time::ZERO + every }
    }

    /// The moment of the next beat.
    pub fn next(&self) -> Time {
        self.next
    }

    /// The first beat at a moment or behind it; the start of the run is one too.
    pub fn at_or_after(&self, at: Time) -> Time {
        let every = self.every.nanos().max(1);
        Time::from_nanos(at.nanos().max(0).saturating_add(every - 1) / every * every)
    }

    /// Whether a beat has come. If so, [`Periodic::next`] is the one after.
    pub fn due(&mut self, now: Time) -> bool {
        if now < self.next || self.every.is_zero() {
            return false;
        }
        let beats = (now - self.next).nanos() / self.every.nanos() + 1;
        self.next += Duration::from_nanos(beats.saturating_mul(self.every.nanos()));
        true
    }
}

/// The domains in which something is under way that ends by itself, by name. Without a horizon, no other domain ends the run as long as there
/// are any. A cache.
#[derive(Resource, Clone, Debug, Default)]
pub struct UnderWay(BTreeSet<&'static str>);

impl UnderWay {
    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Says whether something is under way in a domain.
    pub fn set(&mut self, domain: &'static str, is_under_way: bool) {
        if is_under_way {
            self.0.insert(domain);
        } else {
            self.0.remove(domain);
        }
    }
}
