//! The meter of the plant: how much energy it draws, at what price, and when it draws most.
//!
//! The meter is lazy. It is told of changes of power; what lies between two of them it works out when it hears of the
//! second, row by row, be it seconds or years. A row is a stretch of time within one metering interval and at one price.

use bevy_ecs::prelude::Resource;
use serde::{Deserialize, Serialize};

use super::tariff::Tariff;
use super::units::{Cost, Energy, Milliwatts, Price};
use crate::engine::time::{Duration, Time};

/// What the plant drew in a stretch of time within one metering interval and at one price.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IntervalRow {
    /// When it begins.
    pub from: Time,
    /// When it ends.
    pub to: Time,
    /// The energy drawn.
    pub energy: Energy,
    /// The price of energy.
    pub price: Price,
    /// What the energy costs.
    pub cost: Cost,
}

/// The metering interval with the highest mean power.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Peak {
    /// When it began.
    pub from: Time,
    /// How long it lasted.
    pub lasts: Duration,
    /// The energy drawn in it.
    pub energy: Energy,
}

impl Peak {
    /// The mean power of the interval in kilowatts.
    pub fn mean_kw(&self) -> f64 {
        self.energy.mean_kw(self.lasts).unwrap_or(0.0)
    }
}

/// A stretch of time that ends at a known moment, and what was drawn in it so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Stretch {
    from: Time,
    to: Time,
    energy: Energy,
}

impl Stretch {
    /// Nothing yet, to end at once: whoever goes on opens the next.
    fn ended(at: Time) -> Stretch {
        Stretch { from: at, to: at, energy: Energy::ZERO }
    }
}

/// The meter, counting since the start or the end of the warm-up. All sums are exact.
#[derive(Resource, Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Meter {
    power: Milliwatts,
    since: Time,
    until: Time,
    /// The row under way. Where it ends at `until`, the next is opened when time goes on.
    row: Stretch,
    /// The price of that row.
    price: Price,
    /// The metering interval under way, with the energy of its finished rows.
    interval: Stretch,
    /// Energy of all finished rows.
    energy: Energy,
    /// What they cost.
    cost: Cost,
    peak: Option<Peak>,
}

impl Meter {
    /// From `now` on the plant draws so much more (or less) power. Rows that end up to now go to `finished`, in order.
    pub fn change(&mut self, now: Time, by: Milliwatts, tariff: &Tariff, finished: impl FnMut(IntervalRow)) {
        self.advance(now, tariff, finished);
        self.power += by;
    }

    /// Counts up to `now`. Rows that end up to now go to `finished`, in order.
    pub fn advance(&mut self, now: Time, tariff: &Tariff, mut finished: impl FnMut(IntervalRow)) {
        while self.until < now {
            if self.until == self.row.to {
                self.open(tariff);
            }
            let to = now.min(self.row.to);
            self.row.energy += self.power * (to - self.until);
            self.until = to;
            if to == self.row.to {
                finished(self.close(tariff));
            }
        }
    }

    fn open(&mut self, tariff: &Tariff) {
        let now = self.until;
        if now == self.interval.to {
            self.interval = Stretch { to: tariff.interval_end(now), ..Stretch::ended(now) };
        }
        self.price = tariff.price(now);
        self.row = Stretch { to: self.interval.to.min(tariff.next_change(now)), ..Stretch::ended(now) };
    }

    fn close(&mut self, tariff: &Tariff) -> IntervalRow {
        let row = self.row_so_far();
        self.energy += row.energy;
        self.cost += row.cost;
        self.interval.energy += row.energy;
        self.row = Stretch::ended(row.to);
        if self.interval.to == row.to {
            self.note_peak(tariff);
        }
        row
    }

    /// Only whole intervals count: the mean of one that the end of the warm-up has cut could be anything.
    fn note_peak(&mut self, tariff: &Tariff) {
        let Stretch { from, to, energy } = self.interval;
        let is_whole = to - from == tariff.interval();
        if is_whole && self.peak.is_none_or(|peak| energy > peak.energy) {
            self.peak = Some(Peak { from, lasts: to - from, energy });
        }
    }

    fn row_so_far(&self) -> IntervalRow {
        let Stretch { from, energy, .. } = self.row;
        IntervalRow { from, to: self.until, energy, price: self.price, cost: energy * self.price }
    }

    /// The row under way as far as it is counted; none if the last has just ended. The end of a run writes it.
    pub fn unfinished(&self) -> Option<IntervalRow> {
        (self.until < self.row.to).then(|| self.row_so_far())
    }

    /// Starts counting afresh at `now`, the end of the warm-up. Rows up to now, the last one cut, go to `finished`.
    pub fn reset(&mut self, now: Time, tariff: &Tariff, mut finished: impl FnMut(IntervalRow)) {
        self.advance(now, tariff, &mut finished);
        self.unfinished().into_iter().for_each(finished);
        let (row, interval) = (Stretch::ended(now), Stretch::ended(now));
        *self = Meter { power: self.power, since: now, until: now, row, interval, ..Meter::default() };
    }

    /// What the plant draws.
    pub fn power(&self) -> Milliwatts {
        self.power
    }

    /// Since when it counts.
    pub fn since(&self) -> Time {
        self.since
    }

    /// Up to when it has counted.
    pub fn until(&self) -> Time {
        self.until
    }

    /// The energy drawn.
    pub fn energy(&self) -> Energy {
        self.energy + self.row.energy
    }

    /// What that energy costs, without the demand charge.
    pub fn cost(&self) -> Cost {
        self.cost + self.row.energy * self.price
    }

    /// The whole metering interval with the highest mean power, the first of equals; none before one has ended.
    pub fn peak(&self) -> Option<Peak> {
        self.peak
    }
}

#[cfg(test)]
mod tests;
