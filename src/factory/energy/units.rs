//! Units of power, energy, prices and costs: whole numbers, so that sums are exact and the same in any order.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Mul, Neg, Sub};

use serde::{Deserialize, Serialize};

use crate::engine::time::Duration;

const MILLIWATTS_PER_KILOWATT: f64 = 1e6;
const PICOJOULES_PER_JOULE: f64 = 1e12;
const PICOJOULES_PER_KILOWATT_HOUR: f64 = 3.6e18;
/// A price is in millionths of the currency.
const MILLIONTHS: f64 = 1e6;

/// Power in milliwatts. Schemas allow a gigawatt for each thing, of which nine million still add up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Milliwatts(pub i64);

/// Energy in picojoules.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Energy(pub i128);

/// The price of a kilowatt-hour, in millionths of the currency. May be negative, as those of exchanges are at times.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Price(pub i64);

/// What energy costs: picojoules times millionths of the currency per kilowatt-hour, and so without rounding. Spans
/// 47 million million of the currency either way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Cost(pub i128);

impl Milliwatts {
    /// No power.
    pub const ZERO: Milliwatts = Milliwatts(0);

    /// Rounds to the nearest milliwatt; NaN becomes zero.
    pub fn from_kw(kilowatts: f64) -> Milliwatts {
        Milliwatts((kilowatts * MILLIWATTS_PER_KILOWATT).round() as i64)
    }

    /// Kilowatts.
    pub fn kw(self) -> f64 {
        self.0 as f64 / MILLIWATTS_PER_KILOWATT
    }

    /// This share of the power, to the nearest milliwatt.
    pub fn share(self, share: f64) -> Milliwatts {
        Milliwatts((self.0 as f64 * share).round() as i64)
    }
}

impl Energy {
    /// No energy.
    pub const ZERO: Energy = Energy(0);

    /// Rounds to the nearest picojoule; NaN becomes zero.
    pub fn from_kwh(kilowatt_hours: f64) -> Energy {
        Energy((kilowatt_hours * PICOJOULES_PER_KILOWATT_HOUR).round() as i128)
    }

    /// Kilowatt-hours.
    pub fn kwh(self) -> f64 {
        self.0 as f64 / PICOJOULES_PER_KILOWATT_HOUR
    }

    /// Joules.
    pub fn joules(self) -> f64 {
        self.0 as f64 / PICOJOULES_PER_JOULE
    }

    /// This share of the energy, to the nearest picojoule as far as a floating-point number can tell.
    pub fn share(self, share: f64) -> Energy {
        Energy((self.0 as f64 * share).round() as i128)
    }

    /// The mean power in kilowatts, where that energy was drawn over `time`; none over no time.
    pub fn mean_kw(self, time: Duration) -> Option<f64> {
        // A picojoule in a nanosecond is a milliwatt.
        (time > Duration::ZERO).then(|| self.0 as f64 / time.nanos() as f64 / MILLIWATTS_PER_KILOWATT)
    }
}

impl Price {
    /// Rounds to the nearest millionth; NaN becomes zero.
    pub fn from_per_kwh(amount: f64) -> Price {
        Price((amount * MILLIONTHS).round() as i64)
    }

    /// In the currency per kilowatt-hour.
    pub fn per_kwh(self) -> f64 {
        self.0 as f64 / MILLIONTHS
    }
}

impl Cost {
    /// In the currency.
    pub fn amount(self) -> f64 {
        // In two steps: the product of both divisors is no floating-point number.
        self.0 as f64 / PICOJOULES_PER_KILOWATT_HOUR / MILLIONTHS
    }
}

impl Mul<Duration> for Milliwatts {
    type Output = Energy;
    fn mul(self, time: Duration) -> Energy {
        Energy(i128::from(self.0) * i128::from(time.nanos()))
    }
}

impl Mul<Price> for Energy {
    type Output = Cost;
    /// Saturates.
    fn mul(self, price: Price) -> Cost {
        Cost(self.0.saturating_mul(i128::from(price.0)))
    }
}

impl Add for Milliwatts {
    type Output = Milliwatts;
    fn add(self, other: Milliwatts) -> Milliwatts {
        Milliwatts(self.0 + other.0)
    }
}

impl AddAssign for Milliwatts {
    fn add_assign(&mut self, other: Milliwatts) {
        *self = *self + other;
    }
}

impl Sub for Milliwatts {
    type Output = Milliwatts;
    fn sub(self, other: Milliwatts) -> Milliwatts {
        Milliwatts(self.0 - other.0)
    }
}

impl Neg for Milliwatts {
    type Output = Milliwatts;
    fn neg(self) -> Milliwatts {
        Milliwatts(-self.0)
    }
}

impl Add for Energy {
    type Output = Energy;
    fn add(self, other: Energy) -> Energy {
        Energy(self.0 + other.0)
    }
}

impl AddAssign for Energy {
    fn add_assign(&mut self, other: Energy) {
        *self = *self + other;
    }
}

impl Sub for Energy {
    type Output = Energy;
    fn sub(self, other: Energy) -> Energy {
        Energy(self.0 - other.0)
    }
}

impl Neg for Energy {
    type Output = Energy;
    fn neg(self) -> Energy {
        Energy(-self.0)
    }
}

impl Sum for Energy {
    fn sum<I: Iterator<Item = Energy>>(all: I) -> Energy {
        all.fold(Energy::ZERO, Add::add)
    }
}

impl Add for Cost {
    type Output = Cost;
    /// Saturates.
    fn add(self, other: Cost) -> Cost {
        Cost(self.0.saturating_add(other.0))
    }
}

impl AddAssign for Cost {
    fn add_assign(&mut self, other: Cost) {
        *self = *self + other;
    }
}

impl Sum for Cost {
    fn sum<I: Iterator<Item = Cost>>(all: I) -> Cost {
        all.fold(Cost::default(), Add::add)
    }
}

impl fmt::Display for Milliwatts {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} kW", self.kw())
    }
}

impl fmt::Display for Energy {
    /// In kilowatt-hours, with three decimals unless the format says otherwise.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{:.*} kWh", out.precision().unwrap_or(3), self.kwh())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kilowatt_for_an_hour_is_a_kilowatt_hour() {
        let energy = Milliwatts::from_kw(1.0) * Duration::from_secs(3600);
        assert_eq!(energy, Energy::from_kwh(1.0));
        assert_eq!((energy.kwh(), energy.joules()), (1.0, 3.6e6));
        assert_eq!(energy.mean_kw(Duration::from_secs(1800)), Some(2.0));
        assert_eq!(energy.mean_kw(Duration::ZERO), None);
        assert_eq!((energy * Price::from_per_kwh(-0.25)).amount(), -0.25);
    }

    #[test]
    fn the_most_power_for_the_longest_time_is_a_number() {
        let most = Milliwatts(i64::MAX) * Duration::MAX;
        assert_eq!(most.0, i128::from(i64::MAX).pow(2));
        assert_eq!((most * Price(i64::MAX)).0, i128::MAX);
    }

    #[test]
    fn units_are_shown() {
        assert_eq!(Milliwatts::from_kw(2.5).to_string(), "2.5 kW");
        assert_eq!(Energy::from_kwh(12.34).to_string(), "12.340 kWh");
        assert_eq!(format!("{:.1}", Energy::from_kwh(12.34)), "12.3 kWh");
    }
}
