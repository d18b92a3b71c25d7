//! Conveyors: fixed ways from one machine to another.

use std::collections::VecDeque;

use bevy_ecs::prelude::Component;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::engine::queue::EventHandle;
use crate::engine::time::{Duration, Time};
use crate::factory::jobs::JobRef;

/// An accumulating conveyor from one machine to another. Jobs that go that way take it, and no vehicle. At its end they
/// queue up on the belt until the machine has room, so it is a buffer too.
#[derive(Component, Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Conveyor {
    /// The machine where it begins.
    #[schemars(example = &"washer")]
    pub from: String,
    /// The machine where it ends.
    #[schemars(example = &"grader")]
    pub to: String,
    /// How long it is.
    #[schemars(range(min = 0.01, max = 1e5), extend("x-unit" = "m"), example = 8.0)]
    pub length: f64,
    /// How fast it runs.
    #[serde(default = "usual_speed")]
    #[schemars(range(min = 0.001, max = 100.0), extend("x-unit" = "m/s"))]
    pub speed: f64,
    /// The length of belt that each job takes.
    #[serde(default = "usual_spacing")]
    #[schemars(range(min = 0.001, max = 1e4), extend("x-unit" = "m"))]
    pub spacing: f64,
}

fn usual_speed() -> f64 {
    0.3
}

fn usual_spacing() -> f64 {
    0.6
}

impl Conveyor {
    /// How many jobs it holds.
    pub fn capacity(&self) -> usize {
        ((self.length / self.spacing + 1e-9) as usize).max(1)
    }

    /// How long a ride takes where nobody is in the way.
    pub fn ride(&self) -> Duration {
        Duration::from_seconds(self.length / self.speed)
    }

    /// The least time between two jobs at one point of the belt.
    pub fn headway(&self) -> Duration {
        Duration::from_seconds(self.spacing / self.speed)
    }
}

/// A job on a conveyor.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Riding {
    /// Which.
    pub job: JobRef,
    /// The place of the machine at the end among those eligible for the job's operation.
    pub option: u32,
    /// When it is at the end, if nobody is in its way.
    pub arrives: Time,
}

/// The state of a conveyor. While it stands still its times are counted from the moment at which it goes on.
#[derive(Component, Clone, Debug, Default, Serialize, Deserialize)]
pub struct ConveyorState {
    /// The jobs on it, the foremost first.
    pub riding: VecDeque<Riding>,
    /// When its beginning is free for the next job.
    pub free_from: Time,
    /// Since when it has stood still; none while it runs.
    pub stopped: Option<Time>,
    /// Whether a command has put it aside.
    pub suspended: bool,
    /// Whether it is broken down.
    pub down: bool,
    /// The event at which its foremost job is at the end, or its beginning is free.
    pub event: Option<EventHandle>,
    /// Jobs on it, times nanoseconds, since counting began.
    pub time: i128,
    /// Up to when that is complete.
    pub until: Time,
    /// Jobs that it has brought to its end since counting began.
    pub carried: u64,
}

impl ConveyorState {
    /// Whether a job can come on.
    pub fn has_room(&self, conveyor: &Conveyor, now: Time) -> bool {
        self.stopped.is_none() && self.free_from <= now && self.riding.len() < conveyor.capacity()
    }

    /// Puts a job on.
    pub fn put_on(&mut self, conveyor: &Conveyor, job: JobRef, option: u32, now: Time) {
        self.count_until(now);
        let behind = self.riding.back().map_or(Time::ZERO, |last| last.arrives + conveyor.headway());
        self.riding.push_back(Riding { job, option, arrives: behind.max(now + conveyor.ride()) });
        self.free_from = now + conveyor.headway();
    }

    /// The foremost job, if it is at the end.
    pub fn at_end(&self, now: Time) -> Option<Riding> {
        self.riding.front().copied().filter(|front| self.stopped.is_none() && front.arrives <= now)
    }

    /// Takes the foremost job off. Those that stood behind it move up by its length of belt.
    pub fn take_off(&mut self, conveyor: &Conveyor, now: Time) {
        self.count_until(now);
        self.riding.pop_front();
        self.carried += 1;
        let mut earliest = now + conveyor.headway();
        for riding in &mut self.riding {
            riding.arrives = riding.arrives.max(earliest);
            earliest = riding.arrives + conveyor.headway();
        }
        if self.riding.len() + 1 == conveyor.capacity() {
            // The gap reaches the beginning of a full belt only after the belt has moved by it.
            self.free_from = self.free_from.max(now + conveyor.headway());
        }
    }

    /// Stops the belt, or lets it go on.
    pub fn stop(&mut self, stop: bool, now: Time) {
        match (stop, self.stopped) {
            (true, None) => self.stopped = Some(now),
            (false, Some(since)) => {
                let lost = now - since;
                self.riding.iter_mut().for_each(|riding| riding.arrives += lost);
                self.free_from += lost;
                self.stopped = None;
            }
            _ => {}
        }
    }

    /// When something about it changes next by itself.
    pub fn next_change(&self, now: Time) -> Option<Time> {
        let front = self.riding.front().map(|front| front.arrives).filter(|&at| at > now);
        let free = Some(self.free_from).filter(|&at| at > now);
        front.into_iter().chain(free).min().filter(|_| self.stopped.is_none())
    }

    /// Brings the sum over time up to `now`. To be called before the number of jobs changes.
    pub fn count_until(&mut self, now: Time) {
        self.time += i128::from((now - self.until).nanos()) * self.riding.len() as i128;
        self.until = now;
    }

    /// Starts counting afresh, at the end of the warm-up.
    pub fn count_afresh(&mut self, now: Time) {
        (self.time, self.until, self.carried) = (0, now, 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn conveyor() -> Conveyor {
        Conveyor { from: "a".into(), to: "b".into(), length: 6.0, speed: 0.5, spacing: 2.0 }
    }

    fn at(seconds: i64) -> Time {
        Time::ZERO + Duration::from_secs(seconds)
    }

    #[test]
    fn jobs_queue_up_at_the_end_and_move_up() {
        let (conveyor, mut state) = (conveyor(), ConveyorState::default());
        for (number, second) in [0, 4, 8].into_iter().enumerate() {
            assert!(state.has_room(&conveyor, at(second)), "{second}");
            state.put_on(&conveyor, JobRef(number as u32), 0, at(second));
        }
        assert!(!state.has_room(&conveyor, at(60)), "three jobs of two metres fill six");
        assert_eq!(state.at_end(at(11)), None);
        assert_eq!(state.at_end(at(12)).map(|riding| riding.job), Some(JobRef(0)));
        // The first is taken off late: the second has stood behind it, and is at the end one length later.
        state.take_off(&conveyor, at(60));
        assert_eq!((state.at_end(at(63)), state.at_end(at(64)).map(|riding| riding.job)), (None, Some(JobRef(1))));
        assert!(!state.has_room(&conveyor, at(63)) && state.has_room(&conveyor, at(64)));
    }

    proptest! {
        #[test]
        fn nobody_overtakes_or_comes_too_close(gaps in prop::collection::vec(0_i64..20, 1..60), stops in prop::collection::vec(0_i64..30, 60)) {
            let (conveyor, mut state) = (conveyor(), ConveyorState::default());
            let (mut now, mut next, mut last_off) = (0, 0_u32, None::<(u32, i64)>);
            for (gap, stop) in gaps.iter().zip(stops) {
                now += gap;
                if stop > 25 {
                    state.stop(true, at(now));
                    now += stop;
                    state.stop(false, at(now));
                }
                if let Some(front) = state.at_end(at(now)).filter(|_| stop % 2 == 0) {
                    state.take_off(&conveyor, at(now));
                    if let Some((before, when)) = last_off {
                        prop_assert!(front.job.0 == before + 1 && now - when >= 4, "{before} at {when}, {} at {now}", front.job.0);
                    }
                    last_off = Some((front.job.0, now));
                }
                if state.has_room(&conveyor, at(now)) {
                    state.put_on(&conveyor, JobRef(next), 0, at(now));
                    next += 1;
                }
                prop_assert!(state.riding.len() <= 3);
                let close = state.riding.iter().zip(state.riding.iter().skip(1)).any(|(a, b)| b.arrives - a.arrives < conveyor.headway());
                prop_assert!(!close);
            }
        }
    }
}
