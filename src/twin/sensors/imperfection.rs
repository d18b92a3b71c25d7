//! How well a sensor measures: what lies between the truth and what a twin is told.
//!
//! The truth is first made wrong (bias, drift, a random walk, white Gaussian noise), then held within what the instrument can
//! show, and rounded to its resolution. A measurement can be lost, come late, or not be made because the sensor has failed or
//! there is nothing left to run it. All chance comes from (seed, twin, sensor, number of the measurement).

use super::{Failing, Output, Sensor, Shows};
use crate::engine::distribution::{Distribution, standard_normal};
use crate::engine::identity::TwinId;
use crate::engine::random::{Purpose, Seed, Stream};
use crate::engine::time::{Duration, Time};
use crate::twin::expression::Program;
use crate::twin::knowledge::{Knowledge, MOST_OUTPUTS, Pending};
use crate::twin::source::View;

/// What a number is made wrong by.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Errors {
    /// The standard deviation of white noise.
    pub noise: f64,
    /// Always too high by so much.
    pub bias: f64,
    /// Too high by so much more each hour.
    pub drift_per_hour: f64,
    /// Multiples of this are told; 0 for any number.
    pub resolution: f64,
    /// Nothing below.
    pub low: Option<f64>,
    /// Nothing above.
    pub high: Option<f64>,
}

impl Errors {
    /// What is told of a number: `hours` since the start, with what the random walk has come to. What is not known stays so.
    fn distort(&self, truth: f64, hours: f64, wandered: f64, random: &mut Stream) -> f64 {
        if truth.is_nan() {
            // Nobody knows: not even that it is at the lowest or the highest.
            return truth;
        }
        let noise = if self.noise > 0.0 { self.noise * standard_normal(random) } else { 0.0 };
        let told = truth + self.bias + self.drift_per_hour * hours + wandered + noise;
        let (low, high) = (self.low.unwrap_or(f64::NEG_INFINITY), self.high.unwrap_or(f64::INFINITY));
        if self.resolution <= 0.0 {
            return told.max(low).min(high);
        }
        // The lowest and the highest multiple that lie within, where a limit that is a multiple itself counts as one.
        const CLOSE: f64 = 1e-9;
        let [first, last] = [(low / self.resolution - CLOSE).ceil(), (high / self.resolution + CLOSE).floor()];
        (told / self.resolution).round().max(first).min(last) * self.resolution
    }
}

/// What is measured.
pub enum Measured {
    /// Something of the world.
    World(Box<dyn Sensor>),
    /// What follows from what the twin knows.
    Formula(Program),
}

/// A random walk away from the truth.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Wander {
    /// Its standard deviation after an hour.
    pub per_hour: f64,
    /// The slot of what it has come to.
    pub slot: usize,
    /// Where in the twin's times it notes up to when.
    pub clock: usize,
}

/// How a sensor fails, and where it keeps that.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    /// After how long, and what it shows then.
    pub law: Failing,
    /// Where in the twin's times it notes when it fails or works again next.
    pub next: usize,
    /// As `next`: when it did so last.
    pub since: usize,
    /// The slot of how often that has happened: even while it works; not known before the first measurement.
    pub changes: usize,
}

impl Fault {
    /// How long it works or fails after so many changes; for ever if nobody repairs it.
    fn phase(&self, changes: f64) -> Option<&Distribution<Duration>> {
        if changes % 2.0 == 0.0 { Some(&self.law.after) } else { self.law.repair.as_ref() }
    }
}

/// What a measurement takes from a quantity of the twin.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cost {
    /// The number of the quantity.
    pub quantity: u16,
    /// How much.
    pub much: f64,
    /// The quantity never falls below this.
    pub low: f64,
}

/// A sensor, ready to measure: what, how well, and where what it tells is put.
pub struct Instrument {
    /// Its name.
    pub name: String,
    /// What it measures.
    pub measured: Measured,
    /// What it tells.
    pub outputs: Vec<Output>,
    /// The slot of its first output.
    pub slot: usize,
    /// Where in the twin's times it notes when it measures next, and when it measured last what the twin knows.
    pub next: usize,
    /// As `next`.
    pub seen: usize,
    /// How often; none if whenever the twin looks around.
    pub every: Option<Duration>,
    /// When first.
    pub phase: Duration,
    /// How late; none if at once.
    pub latency: Option<Distribution<Duration>>,
    /// How wrong.
    pub errors: Errors,
    /// How it wanders off.
    pub wander: Option<Wander>,
    /// The share of measurements that are lost.
    pub drop_out: f64,
    /// How it fails.
    pub fault: Option<Fault>,
    /// What a measurement costs of the twin's own quantities.
    pub costs: Vec<Cost>,
    /// Of its random numbers.
    pub purpose: Purpose,
}

const FAULT: Purpose = Purpose::new("sensor.fault");
const FAULT_REDRAWN: Purpose = Purpose::new("sensor.fault.redraw");
const SECONDS_PER_HOUR: f64 = 3600.0;

impl Instrument {
    /// Whether it measures at a moment.
    pub fn is_due(&self, knowledge: &Knowledge, now: Time) -> bool {
        knowledge.times[self.next] <= now
    }

    /// Measures. Whatever is told at once is put into what the twin knows, and all else on its way. Returns whether
    /// something was told.
    pub fn measure(&self, number: usize, view: &View, knowledge: &mut Knowledge, levels: &mut [f64]) -> bool {
        let now = view.now;
        self.schedule(knowledge, now);
        let seed = *view.surroundings().seed;
        let has_failed = self.has_failed(knowledge, seed, view);
        if !self.pay(levels) || has_failed == Some(Shows::Nothing) {
            return false;
        }
        let mut random = seed.stream(view.twin.0, self.purpose, self.count(now));
        if self.drop_out > 0.0 && random.uniform() < self.drop_out {
            return false;
        }
        let wandered = self.wander(knowledge, now, &mut random);
        let mut told = [f64::NAN; MOST_OUTPUTS];
        match has_failed {
            Some(Shows::Stuck) => told[..self.outputs.len()].copy_from_slice(self.told(knowledge)),
            _ => {
                let is_anything = match &self.measured {
                    Measured::World(sensor) => sensor.measure(view, &mut told),
                    Measured::Formula(program) => {
                        told[0] = program.run(&knowledge.values);
                        true
                    }
                };
                if !is_anything {
                    return false;
                }
                let hours = now.seconds() / SECONDS_PER_HOUR;
                for (told, _) in told.iter_mut().zip(&self.outputs).filter(|(_, output)| output.is_analog) {
                    *told = match has_failed {
                        Some(Shows::Value(value)) => value,
                        _ => self.errors.distort(*told, hours, wandered, &mut random),
                    };
                }
            }
        }
        match &self.latency {
            None => self.tell(knowledge, &told, now),
            Some(latency) => {
                let arrives = now + latency.sample(&mut random);
                let pending = Pending { arrives, seen: now, sensor: number as u16, values: told };
                // Behind all that arrive no later.
                let place = knowledge.pending.iter().position(|other| other.arrives > arrives);
                knowledge.pending.insert(place.unwrap_or(knowledge.pending.len()), pending);
                false
            }
        }
    }

    /// Puts a measurement into what the twin knows, unless a later one has come before it. Returns whether it is news.
    pub fn tell(&self, knowledge: &mut Knowledge, told: &[f64; MOST_OUTPUTS], seen: Time) -> bool {
        let is_news = knowledge.times[self.seen] <= seen;
        if is_news {
            let count = self.outputs.len();
            knowledge.values[self.slot..self.slot + count].copy_from_slice(&told[..count]);
            knowledge.times[self.seen] = seen;
        }
        is_news
    }

    fn told<'a>(&self, knowledge: &'a Knowledge) -> &'a [f64] {
        &knowledge.values[self.slot..self.slot + self.outputs.len()]
    }

    /// How many measurements it should have made before one at that moment, if any chance is in it.
    fn count(&self, now: Time) -> u64 {
        let is_exact =
            self.drop_out == 0.0 && self.errors.noise == 0.0 && self.wander.is_none() && self.latency.is_none();
        match self.every {
            _ if is_exact => 0,
            None => now.nanos() as u64,
            Some(every) => ((now.since_start() - self.phase).nanos().max(0) / every.nanos().max(1)) as u64,
        }
    }

    /// Notes when it measures next: at whole periods.
    fn schedule(&self, knowledge: &mut Knowledge, now: Time) {
        let Some(every) = self.every else { return };
        let next = knowledge.times[self.next] + every;
        knowledge.times[self.next] = if next > now {
            next
        } else {
            let passed = (now.since_start() - self.phase).nanos() / every.nanos().max(1);
            Time::ZERO + self.phase + Duration::from_nanos(every.nanos().saturating_mul(passed + 1))
        };
    }

    /// Takes what a measurement costs; false if there is too little of it.
    fn pay(&self, levels: &mut [f64]) -> bool {
        let has = |cost: &Cost| levels.get(cost.quantity as usize).is_some_and(|left| left - cost.much >= cost.low);
        let enough = self.costs.iter().all(has);
        if enough {
            self.costs.iter().for_each(|cost| levels[cost.quantity as usize] -= cost.much);
        }
        enough
    }

    /// What it shows if it has failed.
    fn has_failed(&self, knowledge: &mut Knowledge, seed: Seed, view: &View) -> Option<Shows> {
        let fault = self.fault.as_ref()?;
        let draw = |changes: f64| {
            let random = &mut seed.stream(view.twin.0, self.purpose.mixed(FAULT), changes as u64);
            fault.phase(changes).map(|law| law.sample(random))
        };
        if knowledge.values[fault.changes].is_nan() {
            knowledge.values[fault.changes] = 0.0;
            knowledge.times[fault.since] = Time::ZERO;
            knowledge.times[fault.next] = draw(0.0).map_or(Time::NEVER, |lasts| Time::ZERO + lasts);
        }
        while knowledge.times[fault.next] <= view.now {
            knowledge.values[fault.changes] += 1.0;
            let since = knowledge.times[fault.next];
            // What lasts no time at all would never be over.
            let lasts = draw(knowledge.values[fault.changes]).map(|lasts| lasts.max(Duration::from_nanos(1)));
            knowledge.times[fault.since] = since;
            knowledge.times[fault.next] = lasts.map_or(Time::NEVER, |lasts| since + lasts);
        }
        (knowledge.values[fault.changes] % 2.0 == 1.0).then_some(fault.law.shows)
    }

    /// Draws anew when it fails or works again next, given how long it has not.
    pub fn redraw(&self, knowledge: &mut Knowledge, seed: Seed, twin: TwinId, now: Time) {
        let Some(fault) = &self.fault else { return };
        let (changes, next) = (knowledge.values[fault.changes], knowledge.times[fault.next]);
        // What has happened since it measured last has happened, though nobody knows.
        let Some(law) = fault.phase(changes).filter(|_| !changes.is_nan() && next > now) else { return };
        let random = &mut seed.stream(twin.0, self.purpose.mixed(FAULT_REDRAWN), changes as u64);
        let left = law.residual(now - knowledge.times[fault.since], random);
        knowledge.times[fault.next] = now + left.max(Duration::from_nanos(1));
    }

    /// Lets it wander on by the time since it measured last, whatever was lost meanwhile; returns where it has come to. It
    /// sets out from 0 at the start of the run.
    fn wander(&self, knowledge: &mut Knowledge, now: Time, random: &mut Stream) -> f64 {
        let Some(Wander { per_hour, slot, clock }) = self.wander else { return 0.0 };
        let before = Some(knowledge.values[slot]).filter(|walk| !walk.is_nan()).unwrap_or(0.0);
        let hours = (now - knowledge.times[clock]).seconds().max(0.0) / SECONDS_PER_HOUR;
        knowledge.values[slot] = before + per_hour * hours.sqrt() * standard_normal(random);
        knowledge.times[clock] = now;
        knowledge.values[slot]
    }
}
