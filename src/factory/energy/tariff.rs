//! What energy costs, and when.

use bevy_ecs::prelude::Resource;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use thiserror::Error;

use super::super::week::{DAY, Weekday, Weekly};
use super::meter::Peak;
use super::units::{Cost, Energy, Milliwatts, Price};
use crate::engine::time::{Duration, Time};

/// The shortest metering interval.
pub const LEAST_INTERVAL: Duration = Duration::from_secs(1);

/// How the factory's electrical energy is metered and paid.
#[derive(Resource, Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct EnergySettings {
    /// The price of energy by time of day. Without it, energy costs nothing.
    #[schemars(example = json!([{"from": "6h", "price": 0.3}, {"from": "22h", "price": 0.18}]))]
    pub tariff: Vec<TariffPeriod>,
    /// The metering interval: the highest mean power of any is the peak. Counted from midnight before the run.
    pub interval: Duration,
    /// What each kilowatt of the peak costs, once for the run.
    #[schemars(range(min = 0.0, max = 1e9), extend("x-unit" = "currency/kW"))]
    pub demand_price: f64,
    /// What prices are in.
    pub currency: String,
    /// The carbon dioxide that is set free for a kilowatt-hour.
    #[schemars(range(min = 0.0, max = 1e3), extend("x-unit" = "kg/kWh"))]
    pub co2_per_kwh: f64,
}

impl Default for EnergySettings {
    fn default() -> Self {
        EnergySettings {
            tariff: Vec::new(),
            interval: Duration::from_secs(15 * 60),
            demand_price: 0.0,
            currency: "EUR".to_owned(),
            co2_per_kwh: 0.0,
        }
    }
}

/// A price that holds from a time of day until another period of that day begins. The last of a day holds before its
/// first too: a price of the night holds from the evening to the morning.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TariffPeriod {
    /// When it begins, from midnight.
    #[serde(default)]
    #[schemars(example = &"6h")]
    pub from: Duration,
    /// What energy costs. May be negative.
    #[schemars(range(min = -1e6, max = 1e6), extend("x-unit" = "currency/kWh"), example = 0.3)]
    pub price: f64,
    /// The days for which it is, each from midnight to midnight.
    #[serde(default = "every_day")]
    #[schemars(length(min = 1))]
    pub days: Vec<Weekday>,
}

fn every_day() -> Vec<Weekday> {
    Weekday::ALL.to_vec()
}

impl EnergySettings {
    /// The demand charge, in the currency; none without a whole interval. Who feeds in all the time pays none.
    pub fn demand_cost(&self, peak: Option<Peak>) -> Option<f64> {
        peak.map(|peak| peak.mean_kw().max(0.0) * self.demand_price)
    }

    /// Kilograms of carbon dioxide for that energy.
    pub fn co2(&self, energy: Energy) -> f64 {
        energy.kwh() * self.co2_per_kwh
    }

    /// What is wrong with the settings.
    pub fn problems(&self) -> Vec<TariffProblem> {
        let mut problems = Vec::new();
        if self.interval < LEAST_INTERVAL {
            problems.push(TariffProblem::ShortInterval(self.interval));
        }
        for (index, period) in self.tariff.iter().enumerate() {
            problems.extend(self.period_problem(index, period));
        }
        let unpriced = |day: &&Weekday| !self.tariff.iter().any(|period| period.days.contains(day));
        if !self.tariff.is_empty() {
            problems.extend(Weekday::ALL.iter().find(unpriced).map(|&day| TariffProblem::DayWithoutPrice(day)));
        }
        problems
    }

    fn period_problem(&self, index: usize, period: &TariffPeriod) -> Option<TariffProblem> {
        let shares =
            |other: &&TariffPeriod| other.from == period.from && other.days.iter().any(|day| period.days.contains(day));
        if period.from >= DAY {
            Some(TariffProblem::LateBegin { index, from: period.from })
        } else if period.days.is_empty() {
            Some(TariffProblem::NoDays { index })
        } else {
            let other = self.tariff[..index].iter().find(shares)?;
            Some(TariffProblem::SameBegin { index, from: other.from })
        }
    }

    /// The price at a moment of the week; zero for a day without any.
    fn price(&self, offset: Duration) -> Price {
        let day = Weekday::at(offset);
        let time_of_day = offset - day.start();
        let of_day = || self.tariff.iter().filter(|period| period.days.contains(&day));
        let begun = of_day().filter(|period| period.from <= time_of_day).max_by_key(|period| period.from);
        let period = begun.or_else(|| of_day().max_by_key(|period| period.from));
        period.map_or(Price::default(), |period| Price::from_per_kwh(period.price))
    }
}

/// Prices and metering interval as the meter uses them. A cache, compiled from [`EnergySettings`].
#[derive(Resource, Clone, Debug, PartialEq, Eq)]
pub struct Tariff {
    prices: Weekly<Price>,
    interval: Duration,
}

impl Default for Tariff {
    fn default() -> Self {
        Tariff::of(&EnergySettings::default())
    }
}

impl Tariff {
    /// Compiles the settings. An interval below [`LEAST_INTERVAL`], which the check refuses, is taken for that.
    pub fn of(settings: &EnergySettings) -> Tariff {
        let begins = || Weekday::ALL.iter().flat_map(|day| settings.tariff.iter().map(|p| day.start() + p.from));
        let midnights = Weekday::ALL.iter().map(|day| day.start());
        let prices = Weekly::new(begins().chain(midnights), |offset| settings.price(offset));
        Tariff { prices, interval: settings.interval.max(LEAST_INTERVAL) }
    }

    /// The price at a moment.
    pub fn price(&self, at: Time) -> Price {
        self.prices.at(at)
    }

    /// What it costs to draw that power from one moment to another.
    pub fn cost(&self, power: Milliwatts, from: Time, to: Time) -> Cost {
        let mut cost = Cost::default();
        let mut at = from;
        while at < to {
            let until = self.next_change(at).min(to);
            cost += power * (until - at) * self.price(at);
            at = until;
        }
        cost
    }

    /// When the price changes next, later than `after`; [`Time::NEVER`] if it never does.
    pub fn next_change(&self, after: Time) -> Time {
        self.prices.next_change(after)
    }

    /// Whether energy is as cheap at that moment as it gets in the 24 hours from then on, and not always so.
    pub fn is_cheapest(&self, at: Time) -> bool {
        let price = self.price(at);
        let changes = std::iter::successors(Some(self.next_change(at)), |&change| Some(self.next_change(change)));
        let mut coming = changes.take_while(|&change| change < at + DAY).peekable();
        coming.peek().is_some() && coming.all(|change| self.price(change) >= price)
    }

    /// The length of a whole metering interval.
    pub fn interval(&self) -> Duration {
        self.interval
    }

    /// When the metering interval of that moment ends.
    pub fn interval_end(&self, at: Time) -> Time {
        let into = at.nanos().rem_euclid(self.interval.nanos());
        at + Duration::from_nanos(self.interval.nanos() - into)
    }
}

/// What can be wrong with [`EnergySettings`]. An `index` is that of a period of the tariff.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum TariffProblem {
    /// The metering interval would fill the disk.
    #[error("the metering interval should be at least 1s, but is {0}")]
    ShortInterval(Duration),
    /// `from` is no time of day.
    #[error("a price begins within a day, but `from` is {from}")]
    LateBegin {
        /// Which period.
        index: usize,
        /// Its `from`.
        from: Duration,
    },
    /// A period is for no day.
    #[error("the period has no days")]
    NoDays {
        /// Which period.
        index: usize,
    },
    /// A period begins with another that is listed before it.
    #[error("two prices begin at {from} of one day")]
    SameBegin {
        /// Which period.
        index: usize,
        /// When both begin.
        from: Duration,
    },
    /// No period is for that day.
    #[error("the tariff has no price for {0:?}")]
    DayWithoutPrice(Weekday),
}

impl TariffProblem {
    /// The path to what is wrong, from the settings on.
    pub fn path(&self) -> Vec<String> {
        let of_period = |index: &usize, field: &str| vec!["tariff".to_owned(), index.to_string(), field.to_owned()];
        match self {
            TariffProblem::ShortInterval(_) => vec!["interval".to_owned()],
            TariffProblem::LateBegin { index, .. } | TariffProblem::SameBegin { index, .. } => of_period(index, "from"),
            TariffProblem::NoDays { index } => of_period(index, "days"),
            TariffProblem::DayWithoutPrice(_) => vec!["tariff".to_owned()],
        }
    }

    /// How to mend it.
    pub fn help(&self) -> &'static str {
        match self {
            TariffProblem::ShortInterval(_) => "leave it out for 15m, as it is usual in Europe",
            TariffProblem::LateBegin { .. } => "write a time from 0s to less than 24h; say the day in `days`",
            TariffProblem::NoDays { .. } => "list some, such as [Sat, Sun], or leave `days` out for every day",
            TariffProblem::SameBegin { .. } => "leave one of them out, or give them different `days`",
            TariffProblem::DayWithoutPrice(_) => "add a period for that day, or leave `days` of one out for every day",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3600;

    fn settings(text: &str) -> EnergySettings {
        ron::from_str(text).unwrap()
    }

    fn at(day: i64, hour: i64) -> Time {
        Time::ZERO + Duration::from_secs((day * 24 + hour) * HOUR)
    }

    #[test]
    fn the_price_of_the_night_holds_over_midnight() {
        let tariff = Tariff::of(&settings(r#"(tariff: [(from: "6h", price: 0.3), (from: "22h", price: 0.18)])"#));
        for day in [0, 3, 6, 7, 1000] {
            let prices = [0, 5, 6, 21, 22, 23].map(|hour| tariff.price(at(day, hour)).per_kwh());
            assert_eq!(prices, [0.18, 0.18, 0.3, 0.3, 0.18, 0.18]);
            assert_eq!(tariff.next_change(at(day, 22)), at(day + 1, 6));
            assert_eq!(tariff.next_change(at(day, 6)), at(day, 22));
        }
    }

    #[test]
    fn the_weekend_has_its_own_price() {
        let tariff = Tariff::of(&settings(
            r#"(tariff: [
                (from: "6h", price: 0.3, days: [Mon, Tue, Wed, Thu, Fri]),
                (from: "22h", price: 0.2, days: [Mon, Tue, Wed, Thu, Fri]),
                (price: 0.1, days: [Sat, Sun])])"#,
        ));
        let prices =
            [(0, 0), (4, 21), (4, 23), (5, 0), (6, 23), (7, 5), (7, 6)].map(|(d, h)| tariff.price(at(d, h)).per_kwh());
        assert_eq!(prices, [0.2, 0.3, 0.2, 0.1, 0.1, 0.2, 0.3]);
        assert_eq!(tariff.next_change(at(4, 22)), at(5, 0));
        assert_eq!(tariff.next_change(at(5, 0)), at(7, 0));
    }

    #[test]
    fn one_price_never_changes() {
        let tariff = Tariff::of(&settings("(tariff: [(price: 0.25)])"));
        assert_eq!((tariff.price(at(5, 5)).per_kwh(), tariff.next_change(at(5, 5))), (0.25, Time::NEVER));
        assert_eq!(Tariff::default().price(at(5, 5)), Price(0));
    }

    #[test]
    fn a_cost_is_the_sum_over_its_hours() {
        let tariff = Tariff::of(&settings(r#"(tariff: [(from: "6h", price: 0.3), (from: "22h", price: 0.18)])"#));
        let power = Milliwatts::from_kw(5.0);
        // Two hours by night, sixteen by day, one by night.
        assert!((tariff.cost(power, at(1, 4), at(1, 23)).amount() - 5.0 * (3.0 * 0.18 + 16.0 * 0.3)).abs() < 1e-9);
        assert_eq!(tariff.cost(power, at(1, 4), at(1, 4)), Cost::default());
    }

    #[test]
    fn the_cheapest_hours_are_those_of_the_day_to_come() {
        let tariff = Tariff::of(&settings(
            r#"(tariff: [(from: "6h", price: 0.3), (from: "12h", price: 0.2), (from: "14h", price: 0.3), (from: "22h", price: 0.1)])"#,
        ));
        let cheapest: Vec<i64> = (0..24).filter(|&hour| tariff.is_cheapest(at(2, hour))).collect();
        assert_eq!(cheapest, [0, 1, 2, 3, 4, 5, 22, 23]);
        assert!(!Tariff::of(&settings("(tariff: [(price: 0.25)])")).is_cheapest(at(1, 1)));
    }

    #[test]
    fn intervals_begin_at_midnight() {
        let tariff = Tariff::default();
        assert_eq!(tariff.interval_end(Time::ZERO), Time::ZERO + Duration::from_secs(900));
        assert_eq!(tariff.interval_end(at(1, 1) + Duration::from_nanos(1)), at(1, 1) + Duration::from_secs(900));
        assert_eq!(tariff.interval_end(Time::NEVER), Time::NEVER);
    }

    #[test]
    fn what_makes_no_sense_is_named_with_its_place() {
        let wrong = settings(
            r#"(interval: "10ms", tariff: [(price: 1, days: [Mon]), (from: "24h", price: 1, days: [Tue]),
                (price: 2, days: [Wed, Mon]), (price: 3, days: [])])"#,
        );
        let places: Vec<String> = wrong.problems().iter().map(|problem| problem.path().join(".")).collect();
        assert_eq!(places, ["interval", "tariff.1.from", "tariff.2.from", "tariff.3.days", "tariff"]);
        assert_eq!(wrong.problems()[4], TariffProblem::DayWithoutPrice(Weekday::Thu));
        assert_eq!(EnergySettings::default().problems(), []);
    }
}
