use std::collections::BTreeMap;
use std::sync::Arc;

use proptest::prelude::*;

use super::super::energy::{Drive, Profile};
use super::super::errands::tests::{fork, road, trips};
use super::super::tests::check;
use super::super::{Charger, Extras, Town};
use super::*;
use crate::city::demand::Charging;
use crate::city::streets::LaneId;
use crate::engine::parallel::Pool;
use crate::engine::random::Seed;

fn charger(way: &str, from: f64, power: f64, places: u32) -> Charger {
    let streets = fork();
    let lane = LaneId(streets.roads[road(&streets, way).index()].lanes.start);
    Charger { name: way.to_owned(), lane, between: [from, from + 10.0], power, places }
}

/// Electric cars by the short way, so many with so full batteries, a minute from one to the next.
fn town(count: usize, first: f64, deviation: f64, chargers: Vec<Charger>) -> Arc<Town> {
    let streets = fork();
    let charging = Charging { first, deviation, ..Charging::default() };
    let kind = Kind { energy: Some(Profile::electric_car()), charging, ..Kind::car() };
    let demand = trips(&streets, kind, &["in", "short", "slow", "out"], count, 60.0);
    Arc::new(Town::new(streets, demand).with(Extras { chargers, ..Extras::default() }))
}

/// What all batteries stored at first, and what came of it.
#[derive(Default)]
struct Balance {
    first: BTreeMap<u32, f64>,
    arrived: usize,
    left_j: f64,
    driven_j: f64,
    stays: Vec<Stay>,
    given_j: f64,
}

fn drive(town: &Arc<Town>, mut look: impl FnMut(&Traffic)) -> Balance {
    let mut traffic = Traffic::new(town.clone(), 1.0, Seed(1));
    let mut balance = Balance::default();
    let mut last = BTreeMap::new();
    while !traffic.is_over() {
        assert!(traffic.now() < 40_000.0, "{} are under way, {} charge", traffic.under_way(), traffic.charging());
        let arrivals = traffic.go_on(Seed(1), &Pool::default());
        check(&traffic);
        look(&traffic);
        for vehicle in
            traffic.vehicles().map(|(_, vehicle)| vehicle).chain(traffic.guests().map(|(_, vehicle)| vehicle))
        {
            let charge = vehicle.tank.as_ref().unwrap().charge.unwrap();
            balance.first.entry(vehicle.trip).or_insert(charge.stored_j + charge.driven_j);
            last.insert(vehicle.trip, charge);
        }
        last.extend(arrivals.iter().map(|arrival| (arrival.trip, arrival.tank.unwrap().charge.unwrap())));
        balance.arrived += arrivals.len();
        balance.stays.extend(traffic.take_stays());
    }
    balance.left_j = last.values().map(|charge| charge.stored_j).sum();
    balance.driven_j = last.values().map(|charge| charge.driven_j).sum();
    balance.given_j = traffic.given_j();
    balance
}

/// What chargers gave, less what charging lost, and what there was at first is what was used and what is left.
fn assert_balanced(balance: &Balance) {
    let first: f64 = balance.first.values().sum();
    let had = first + 0.95 * balance.given_j;
    let has = balance.driven_j + balance.left_j;
    assert!((had - has).abs() < 1e-6 * had, "{had} J came in, {has} J are accounted for");
    let given: f64 = balance.stays.iter().map(|stay| stay.given_j).sum();
    assert!((given - balance.given_j).abs() < 1e-6 * had);
}

/// All drive to the place that is on the way that they would not have taken, wait for their turns, and arrive.
#[test]
fn who_has_little_left_is_charged_and_arrives() {
    let mut most = 0;
    let balance = drive(&town(20, 0.19, 0.0, vec![charger("long", 300.0, 50e3, 2)]), |traffic| {
        most = most.max(traffic.charging());
    });
    assert_balanced(&balance);
    assert_eq!((balance.arrived, balance.stays.len()), (20, 20));
    assert!(most > 2, "nobody had to wait");
    for stay in &balance.stays {
        // From 19 % to 80 % of 24 kWh, of which 95 % are stored, with 50 kW.
        let lasts = 0.61 * 24.0 / 0.95 / 50.0 * 3600.0;
        let [came, began, left] = stay.times;
        assert!(came <= began && (left - began - lasts).abs() < 30.0, "{stay:?}, not {lasts} s");
        assert!(stay.share >= 0.8 && stay.share < 0.802);
        let at =
            |time: f64| balance.stays.iter().filter(|other| (other.times[1]..other.times[2]).contains(&time)).count();
        assert!(at(began) <= 2, "more were charged at once than there are places");
    }
    // First come, first served.
    let mut stays = balance.stays;
    stays.sort_by(|one, other| one.times[0].total_cmp(&other.times[0]));
    assert!(stays.is_sorted_by(|one, other| one.times[1] <= other.times[1]));
}

/// Nobody drives with an empty battery: he stands, says why, and is towed away after a while; who is behind him waits.
#[test]
fn who_has_nothing_left_stands() {
    let mut profile = Profile::electric_car();
    if let Drive::Electric(motor) = &mut profile.drive {
        motor.battery.capacity = 0.4e6;
    }
    let streets = fork();
    let kind = Kind { energy: Some(profile), ..Kind::car() };
    let demand = trips(&streets, kind, &["in", "short", "slow", "out"], 1, 60.0);
    let town = Arc::new(Town::new(streets, demand));
    let mut traffic = Traffic::new(town, 1.0, Seed(1));
    let (mut stood, mut before) = (0, f64::INFINITY);
    while !traffic.is_over() {
        assert!(traffic.go_on(Seed(1), &Pool::default()).is_empty(), "it arrived with an empty battery");
        for (_, vehicle) in traffic.vehicles().filter(|(_, vehicle)| vehicle.tank.as_ref().unwrap().is_empty) {
            assert!(
                before == f64::INFINITY || (vehicle.speed <= (before - 4.5).max(0.0) && vehicle.cause == Cause::Empty)
            );
            before = vehicle.speed;
            stood += usize::from(vehicle.speed == 0.0);
        }
    }
    assert!((1800..1820).contains(&stood) && traffic.totals().stranded == 1, "{stood}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    /// Whatever batteries there are and wherever they are charged, no joule is lost, and everybody arrives or is towed away; and who goes on from what
    /// was saved does the same.
    #[test]
    fn no_joule_is_lost(
        first in 0.01..0.4_f64, deviation in 0.0..0.2_f64, power in 20e3..150e3_f64, places in 1..4_u32, ways in 1..8_u8, count in 1..11_usize,
    ) {
        let ways = ["short", "long", "out"].into_iter().enumerate().filter(|(bit, _)| ways & (1 << bit) != 0);
        let town = town(count, first, deviation, ways.map(|(_, way)| charger(way, 100.0, power, places)).collect());
        let mut other: Option<Traffic> = None;
        let mut stranded = 0;
        let balance = drive(&town, |traffic| {
            stranded = traffic.totals().stranded;
            match &mut other {
                Some(other) => {
                    other.go_on(Seed(1), &Pool::default());
                    other.take_stays();
                    assert!(postcard::to_stdvec(other) == postcard::to_stdvec(traffic), "{} s", traffic.now());
                }
                None if traffic.now() == 700.0 => {
                    let mut again: Traffic = postcard::from_bytes(&postcard::to_stdvec(traffic).unwrap()).unwrap();
                    again.settle_in(town.clone());
                    other = Some(again);
                }
                None => {}
            }
        });
        assert_balanced(&balance);
        prop_assert_eq!(balance.arrived as u64 + stranded, count as u64);
    }
}
