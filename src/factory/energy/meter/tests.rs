//! The meter against a brute force that looks at every minute, and against the accounts of consumers.

use std::ops::Range;

use proptest::prelude::*;

use super::super::account::Account;
use super::super::power::PowerState;
use super::super::tariff::{EnergySettings, TariffPeriod};
use super::*;
use crate::factory::week::Weekday;

const MINUTE: Duration = Duration::from_secs(60);

fn minutes(count: i64) -> Duration {
    Duration::from_secs(count * 60)
}

fn at(minute: i64) -> Time {
    Time::ZERO + minutes(minute)
}

fn tariff(text: &str) -> Tariff {
    Tariff::of(&ron::from_str(text).unwrap())
}

fn kw(kilowatts: f64) -> Milliwatts {
    Milliwatts::from_kw(kilowatts)
}

#[test]
fn rows_end_with_intervals_and_prices() {
    let tariff = tariff(r#"(tariff: [(price: 0.2), (from: "20m", price: 0.4)], demand_price: 10)"#);
    let (mut meter, mut rows) = (Meter::default(), Vec::new());
    meter.change(at(0), kw(12.0), &tariff, |row| rows.push(row));
    meter.change(at(40), kw(12.0), &tariff, |row| rows.push(row));
    meter.advance(at(65), &tariff, |row| rows.push(row));
    let seen: Vec<_> = rows
        .iter()
        .map(|row| ((row.to - Time::ZERO).seconds() / 60.0, row.energy.kwh(), row.price.per_kwh()))
        .collect();
    assert_eq!(seen, [(15.0, 3.0, 0.2), (20.0, 1.0, 0.2), (30.0, 2.0, 0.4), (45.0, 4.0, 0.4), (60.0, 6.0, 0.4)]);
    assert_eq!(meter.unfinished().map(|row| (row.from, row.to, row.energy.kwh())), Some((at(60), at(65), 2.0)));
    assert_eq!(meter.energy(), Energy::from_kwh(18.0));
    assert_eq!((meter.cost().amount(), rows.iter().map(|row| row.cost).sum::<Cost>().amount()), (6.4, 5.6));
    let peak = meter.peak().unwrap();
    assert_eq!((peak.from, peak.mean_kw()), (at(45), 24.0));
    let settings = EnergySettings { demand_price: 10.0, co2_per_kwh: 0.4, ..EnergySettings::default() };
    assert_eq!((settings.demand_cost(Some(peak)), settings.demand_cost(None)), (Some(240.0), None));
    assert_eq!(settings.co2(meter.energy()), 7.2);
}

#[test]
fn the_end_of_the_warm_up_cuts_the_row_and_counts_no_part_of_an_interval_as_peak() {
    let tariff = Tariff::default();
    let (mut meter, mut rows) = (Meter::default(), Vec::new());
    meter.change(at(0), kw(50.0), &tariff, |_| ());
    meter.reset(at(22), &tariff, |row| rows.push((row.from, row.to)));
    assert_eq!(rows, [(at(0), at(15)), (at(15), at(22))]);
    assert_eq!((meter.energy(), meter.peak(), meter.unfinished()), (Energy::ZERO, None, None));
    meter.change(at(30), kw(-40.0), &tariff, |row| rows.push((row.from, row.to)));
    assert_eq!((meter.peak(), rows.last()), (None, Some(&(at(22), at(30)))));
    meter.advance(at(60), &tariff, |_| ());
    assert_eq!(meter.peak().map(|peak| (peak.from, peak.mean_kw())), Some((at(30), 10.0)));
    assert_eq!(meter.energy(), kw(50.0) * minutes(8) + kw(10.0) * minutes(30));
}

/// A saved meter goes on as the one that was not saved.
#[test]
fn a_meter_survives_being_saved() {
    let tariff = Tariff::default();
    let mut meter = Meter::default();
    meter.change(at(7), kw(3.0), &tariff, |_| ());
    meter.change(at(100), kw(2.0), &tariff, |_| ());
    let saved: Meter = postcard::from_bytes(&postcard::to_stdvec(&meter).unwrap()).unwrap();
    assert_eq!(saved, meter);
}

prop_compose! {
    fn any_settings()(
        periods in prop::collection::vec((0..1440_i64, -200..900_i32, prop::collection::vec(0..7_usize, 1..5)), 0..6),
        interval in prop::sample::select(vec![1, 7, 15, 60, 1440, 2000]),
    ) -> EnergySettings {
        let tariff = periods.into_iter().map(|(from, price, days)| TariffPeriod {
            from: minutes(from),
            price: f64::from(price) / 1000.0,
            days: days.into_iter().map(|day| Weekday::ALL[day]).collect(),
        });
        let mut tariff: Vec<TariffPeriod> = tariff.collect();
        tariff.sort_by_key(|period| period.from);
        tariff.dedup_by_key(|period| period.from);
        EnergySettings { tariff, interval: minutes(interval), ..EnergySettings::default() }
    }
}

/// The price of each minute of the week, by going twice through each day.
fn prices_by_minute(settings: &EnergySettings) -> Vec<Price> {
    let day_prices = |day: &Weekday| {
        let mut price = Price::default();
        let mut through = || -> Vec<Price> {
            let mut minute_price = |minute| {
                let begins = |period: &&TariffPeriod| period.from == minutes(minute) && period.days.contains(day);
                price = settings.tariff.iter().find(begins).map_or(price, |p| Price::from_per_kwh(p.price));
                price
            };
            (0..1440).map(&mut minute_price).collect()
        };
        through();
        through()
    };
    Weekday::ALL.iter().flat_map(day_prices).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn rows_cost_and_peak_agree_with_every_minute(
        settings in any_settings(),
        changes in prop::collection::vec((0..3000_i64, -500_000..2_000_000_i64), 1..8),
        rest in 0..20_000_i64,
    ) {
        let (tariff, prices) = (Tariff::of(&settings), prices_by_minute(&settings));
        let (mut meter, mut rows) = (Meter::default(), Vec::new());
        let (mut now, mut power, mut powers) = (0, Milliwatts::ZERO, Vec::new());
        for (after, by) in changes {
            now += after;
            powers.resize(now as usize, power);
            meter.change(at(now), Milliwatts(by), &tariff, |row| rows.push(row));
            power += Milliwatts(by);
        }
        now += rest;
        powers.resize(now as usize, power);
        meter.advance(at(now), &tariff, |row| rows.push(row));
        rows.extend(meter.unfinished());

        let price_at = |minute: i64| prices[minute as usize % prices.len()];
        let energy_in = |minute: i64| powers[minute as usize] * MINUTE;
        let sums = |minutes: Range<i64>| -> (Energy, Cost) {
            let cost = |minute| energy_in(minute) * price_at(minute);
            (minutes.clone().map(energy_in).sum(), minutes.map(cost).sum())
        };
        prop_assert_eq!((meter.energy(), meter.cost()), sums(0..now));

        // Rows follow each other, each up to the next boundary.
        let length = settings.interval.nanos() / MINUTE.nanos();
        let mut end = 0;
        for row in &rows {
            let (from, to) = (row.from.nanos() / MINUTE.nanos(), row.to.nanos() / MINUTE.nanos());
            prop_assert_eq!(from, end);
            prop_assert_eq!((row.energy, row.cost), sums(from..to));
            prop_assert!((from..to).all(|minute| price_at(minute) == row.price));
            prop_assert!((from + 1..to).all(|minute| minute % length != 0));
            prop_assert!(to % length == 0 || price_at(to) != row.price || to == now);
            end = to;
        }
        prop_assert_eq!(end, now);

        // The first of the whole intervals with the most energy.
        let starts = (0..now / length).map(|index| index * length);
        let highest = starts.map(|from| (sums(from..from + length).0, -from)).max();
        let peak = meter.peak().map(|peak| (peak.energy, -(peak.from.nanos() / MINUTE.nanos())));
        prop_assert_eq!(peak, highest);
    }

    #[test]
    fn accounts_add_up_to_the_meter_however_often_it_is_read(
        steps in prop::collection::vec((0..40_000_000_000_000_i64, 0..5_usize, 0..9_usize, 0..90_000_000_i64), 1..60),
        reset_at in 0..60_usize,
    ) {
        let tariff = tariff(r#"(tariff: [(from: "6h", price: 0.3), (from: "22h", price: 0.18)], interval: "7m")"#);
        let mut accounts = vec![Account::default(); 5];
        let (mut meter, mut read_often, mut now) = (Meter::default(), Meter::default(), Time::ZERO);
        for (index, (nanos, who, state, power)) in steps.into_iter().enumerate() {
            read_often.advance(now + Duration::from_nanos(nanos / 2), &tariff, |_| ());
            now += Duration::from_nanos(nanos);
            if index == reset_at {
                accounts.iter_mut().for_each(|account| account.reset(now));
                meter.reset(now, &tariff, |_| ());
                read_often.reset(now, &tariff, |_| ());
            }
            let by = accounts[who].switch(now, PowerState::ALL[state], Milliwatts(power));
            meter.change(now, by, &tariff, |_| ());
            read_often.change(now, by, &tariff, |_| ());
        }
        accounts.iter_mut().for_each(|account| account.advance(now));
        prop_assert_eq!(accounts.iter().map(Account::total).sum::<Energy>(), meter.energy());
        prop_assert_eq!(accounts.iter().fold(Milliwatts::ZERO, |sum, account| sum + account.power), meter.power());
        prop_assert_eq!(meter, read_often);
    }
}
