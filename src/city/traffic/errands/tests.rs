use std::collections::BTreeMap;
use std::sync::Arc;

use super::super::tests::check;
use super::super::{Extras, Reroute};
use super::*;
use crate::city::build::build;
use crate::city::demand::{Demand, FirstLane, FirstSpeed, Kind, KindId, Trip};
use crate::city::plan::{Control, Node, Plan, Sign, Way};
use crate::city::routes::{Routes, free_times};
use crate::city::streets::{Class, Streets};
use crate::engine::parallel::Pool;
use crate::engine::random::Seed;

fn way(name: &str, ends: [usize; 2], lanes: u32, between: &[[f64; 2]], limit_kmh: f64) -> Way {
    Way {
        name: name.to_owned(),
        ends,
        between: between.to_vec(),
        lanes: [lanes, 0],
        lane_width: 3.2,
        speed_limit: limit_kmh / 3.6,
        rank: 3,
        classes: Vec::new(),
        bus_lanes: [false; 2],
        marks: [Vec::new(), Vec::new()],
        is_round: false,
        signs: [Sign::None; 2],
    }
}

/// A way in, a fork, two ways from there to where they join, one longer than the other, and a way out. The shorter one is slow at its end.
pub(in super::super) fn fork() -> Streets {
    let node = |name: &str, x, y| Node { name: name.to_owned(), place: [x, y], control: Control::Priority };
    let nodes = vec![
        node("start", -600.0, 0.0),
        node("fork", 0.0, 0.0),
        node("middle", 700.0, -100.0),
        node("join", 1000.0, 0.0),
        node("end", 1300.0, 0.0),
    ];
    let ways = vec![
        way("in", [0, 1], 2, &[], 50.0),
        way("short", [1, 2], 1, &[[100.0, -100.0]], 50.0),
        way("slow", [2, 3], 1, &[[900.0, -100.0]], 20.0),
        way("long", [1, 3], 1, &[[100.0, 400.0], [900.0, 400.0]], 50.0),
        way("out", [3, 4], 2, &[], 50.0),
    ];
    build(&Plan { nodes, ways, bans: Vec::new() }).unwrap().streets
}

pub(in super::super) fn road(streets: &Streets, name: &str) -> RoadId {
    (0..).zip(&streets.roads).find(|(_, road)| road.name == name).map(|(number, _)| RoadId(number)).unwrap()
}

/// Trips of a kind along some roads, one every so many seconds.
pub(in super::super) fn trips(streets: &Streets, kind: Kind, roads: &[&str], count: usize, every: f64) -> Demand {
    let trip = |number: usize| Trip {
        name: number.to_string(),
        departs: number as f64 * every,
        kinds: vec![(KindId(0), 1.0)],
        route: roads.iter().map(|name| road(streets, name)).collect(),
        from: 5.0,
        lane: FirstLane::Best,
        speed: FirstSpeed::Most,
        to: -1.0,
        halts: Vec::new(),
        parks: None,
    };
    Demand { kinds: vec![kind], stops: Vec::new(), trips: (0..count).map(trip).collect() }
}

/// How long trips took by the short way and by the long one, of those that departed when all had settled.
fn durations(reroute: Option<Reroute>) -> [Vec<f64>; 2] {
    let streets = fork();
    let [short, long] = ["short", "long"].map(|name| road(&streets, name));
    let demand = trips(&streets, Kind::car(), &["in", "short", "slow", "out"], 3000, 2.4);
    let town = Town::new(streets, demand).with(Extras { reroute, ..Extras::default() });
    let mut traffic = Traffic::new(Arc::new(town), 1.0, Seed(1));
    let mut by: BTreeMap<u32, RoadId> = BTreeMap::new();
    let mut durations = [Vec::new(), Vec::new()];
    while !traffic.is_over() {
        let arrivals = traffic.go_on(Seed(1), &Pool::default());
        for (_, vehicle) in traffic.vehicles() {
            by.extend(
                traffic
                    .route(vehicle)
                    .iter()
                    .filter(|road| [short, long].contains(road))
                    .map(|road| (vehicle.trip, *road)),
            );
        }
        for arrival in arrivals.iter().filter(|arrival| (1800.0..7200.0).contains(&arrival.departed)) {
            durations[usize::from(by[&arrival.trip] == long)].push(arrival.arrived - arrival.departed);
        }
    }
    durations
}

fn mean(numbers: &[f64]) -> f64 {
    numbers.iter().sum::<f64>() / numbers.len() as f64
}

/// J. G. Wardrop, "Some theoretical aspects of road traffic research", Proceedings of the Institution of Civil Engineers 1 (1952) 325-362: in
/// equilibrium the times on all ways that are used are equal, and none that is not used is quicker.
#[test]
fn two_ways_become_alike_when_drivers_look_for_the_quicker_one() {
    let streets = fork();
    let roads = ["in", "long", "out"].map(|name| road(&streets, name));
    let free = Routes::prepare(&streets, Class::PASSENGER, &free_times(&streets, Class::PASSENGER)).time(&roads);
    let [all, none] = durations(None);
    assert!(none.is_empty());
    // Without, everybody would gain by the other way.
    assert!(mean(&all) > 3.0 * free, "{} s, and {free} s by the other way", mean(&all));
    for share in [0.5, 1.0] {
        let [short, long] = durations(Some(Reroute { share, every: 300.0 })).map(|durations| mean(&durations));
        assert!((short - long).abs() < 0.15 * long, "{share}: {short} s by the short way, {long} s by the long one");
        assert!(short.max(long) < 0.75 * mean(&all), "{share}: {short} and {long} s, without {} s", mean(&all));
    }
}

/// Whoever looks for a way keeps to the turns that there are, gets to the same end, and nobody overlaps; and a run that goes on from what was saved
/// ends as it would have.
#[test]
fn who_looks_for_a_way_arrives() {
    let streets = fork();
    let demand = trips(&streets, Kind::car(), &["in", "short", "slow", "out"], 600, 2.4);
    let extras = Extras { reroute: Some(Reroute { share: 0.7, every: 60.0 }), ..Extras::default() };
    let town = Arc::new(Town::new(streets, demand).with(extras));
    let mut traffic = Traffic::new(town.clone(), 1.0, Seed(1));
    let (mut other, mut arrived, mut switched) = (None, Vec::new(), 0);
    while !traffic.is_over() {
        if traffic.now() == 500.0 {
            let saved = postcard::to_stdvec(&traffic).unwrap();
            let mut again: Traffic = postcard::from_bytes(&saved).unwrap();
            again.settle_in(town.clone());
            other = Some(again);
        }
        arrived.extend(traffic.go_on(Seed(1), &Pool::default()));
        check(&traffic);
        if let Some(other) = &mut other {
            other.go_on(Seed(1), &Pool::new(2).unwrap());
            assert!(postcard::to_stdvec(other) == postcard::to_stdvec(&traffic), "{} s", traffic.now());
        }
        switched += traffic.vehicles().filter(|(_, vehicle)| vehicle.errand.is_some()).count();
        for (_, vehicle) in traffic.vehicles() {
            let route = traffic.route(vehicle);
            let can_go =
                |pair: &[RoadId]| town.streets.roads_after(pair[0], Class::PASSENGER).any(|next| next == pair[1]);
            assert!(route.windows(2).all(can_go) && route.last() == town.demand.trips[0].route.last());
        }
    }
    assert!(arrived.len() == 600 && switched > 0);
}
