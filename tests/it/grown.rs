//! Cities grown from noise, and lines of buses, in whole scenes.

use autotwin::city::settings::City;
use autotwin::city::streets::Class;
use autotwin::engine::random::Seed;
use autotwin::prelude::*;
use autotwin::run::single::{Outcome, prepare};
use autotwin::scene::load::{SceneTree, load};

use crate::support::{LARGE, read, run, scene};

fn indicator(outcome: &Outcome, name: &str) -> f64 {
    let found = outcome.indicators.iter().find(|indicator| indicator.name == name);
    found.and_then(|indicator| indicator.value).unwrap_or_else(|| panic!("{name} has a value"))
}

/// The section `city` of a scene.
fn city_of(tree: &SceneTree) -> City {
    let (simulation, _) = prepare(tree, &RunOptions::default(), None).expect("the scene is right");
    simulation.world().resource::<City>().clone()
}

/// A grown city is the same on any number of threads; all get through it, and at a speed that towns know.
#[test]
fn a_district_runs_the_same_on_any_number_of_threads() {
    let tree = load(&scene("district.ron"), &[]).expect("the scene is right");
    let [one, two, eight] = [1, 2, 8].map(|threads| run(&tree, &RunOptions::default(), threads));
    assert_eq!(one.digest(), two.digest());
    assert_eq!(one.digest(), eight.digest());
    assert!(indicator(&one, "trips_arrived") > 80.0);
    assert_eq!(indicator(&one, "trips_under_way") + indicator(&one, "trips_waiting_to_depart"), 0.0);
    let speed = indicator(&one, "trip_speed");
    assert!((5.0..14.0).contains(&speed), "{speed} m/s");
}

/// The large scene is what it says: thousands of buildings, thousands of trips.
#[test]
fn the_city_is_large() {
    let tree = load(&scene(LARGE), &[]).expect("the scene is right");
    let city = city_of(&tree);
    assert!(city.scenery().expect("it grows").buildings.len() > 5000);
    assert!(city.town(Seed(1)).expect("it grows").demand.trips.len() > 3000);
}

/// Replications differ in who drives when, and share the city.
#[test]
fn a_city_does_not_depend_on_the_seed_of_the_run() {
    let tree = load(&scene("district.ron"), &[]).expect("the scene is right");
    let city = city_of(&tree);
    let [one, other] = [1, 2].map(|seed| city.town(Seed(seed)).expect("it grows"));
    assert_eq!(one.streets, other.streets);
    assert_ne!(one.demand.trips, other.demand.trips);
}

const TWO_WAYS: &str = r#"
    nodes: {"a": (at: (0, 0)), "b": (at: (400, 0)), "c": (at: (800, 0))},
    ways: {"ab": (from: "a", to: "b", lanes: 2), "bc": (from: "b", to: "c", lanes: 2)},
    kinds: {"bus": (class: "bus", length: 12, acceleration: 1.2)},
"#;

/// Buses halt at all stops of their line, and all arrive.
#[test]
fn buses_of_a_line_come_to_all_stops() {
    let line = |halts: &str| {
        format!(
            r#"(run_for: "1h", city: ({TWO_WAYS}
                stops: {{"first": (way: "ab", at: 300), "last": (way: "bc", at: 200)}},
                lines: {{"7": (stops: ["first", "last"], every: "5m", lasts: "30m", halts: "{halts}")}},
            ))"#
        )
    };
    let [short, long] = ["10s", "40s"].map(|halts| run(&read(&line(halts)), &RunOptions::default(), 1));
    assert_eq!([&short, &long].map(|outcome| indicator(outcome, "trips_arrived")), [6.0; 2]);
    // Twice 30 s more.
    let longer = indicator(&long, "trip_duration") - indicator(&short, "trip_duration");
    assert!((longer - 60.0).abs() < 5.0, "{longer} s longer");
    let town = city_of(&read(&line("10s"))).town(Seed(1)).expect("it is right");
    assert!(town.demand.trips.iter().all(|trip| trip.halts.len() == 2));
    assert!(town.demand.kinds.iter().all(|kind| Some(kind.class) == Class::named("bus")));
}
