//! How long it takes to prepare quickest ways in a town of 100 × 100 crossroads, to do so again for other times, and to find one: the median of
//! five.
//!
//!   cargo bench --bench routes

use std::hint::black_box;
use std::time::Instant;

use autotwin::city::build::build;
use autotwin::city::plan::Plan;
use autotwin::city::routes::{Finder, Routes, free_times};
use autotwin::city::settings::City;
use autotwin::city::streets::{Class, RoadId};
use autotwin::engine::random::{Purpose, Seed};

const SIDE: usize = 100;
const QUERIES: u64 = 10_000;
const ROUNDS: usize = 5;

/// A grid of streets, 100 m from crossroads to crossroads.
fn grid() -> Plan {
    let mut nodes = serde_json::Map::new();
    let mut ways = serde_json::Map::new();
    let name = |x: usize, y: usize| format!("{x}-{y}");
    for (x, y) in (0..SIDE).flat_map(|y| (0..SIDE).map(move |x| (x, y))) {
        nodes.insert(name(x, y), serde_json::json!({"at": [100 * x, 100 * y]}));
        let beyond = [(x + 1, y), (x, y + 1)].into_iter().filter(|(x, y)| *x < SIDE && *y < SIDE);
        for (to_x, to_y) in beyond {
            let way = serde_json::json!({"from": name(x, y), "to": name(to_x, to_y)});
            ways.insert(format!("{} {}", name(x, y), name(to_x, to_y)), way);
        }
    }
    let city: City = serde_json::from_value(serde_json::json!({"nodes": nodes, "ways": ways})).expect("it is right");
    city.plan().expect("it is right")
}

/// What something makes, and how many seconds it takes.
fn timed<T>(work: impl Fn() -> T) -> (T, f64) {
    let mut seconds = Vec::with_capacity(ROUNDS);
    let mut made = None;
    for _ in 0..ROUNDS {
        let start = Instant::now();
        made = Some(black_box(work()));
        seconds.push(start.elapsed().as_secs_f64());
    }
    seconds.sort_by(f64::total_cmp);
    (made.expect("there is a round"), seconds[ROUNDS / 2])
}

fn main() {
    let streets = build(&grid()).expect("it can be built").streets;
    let times = free_times(&streets, Class::PASSENGER);
    let draw = |purpose: &'static str, of: u64| Seed(1).stream(of, Purpose::new(purpose), 0).uniform();
    let others: Vec<f64> = (0..).zip(&times).map(|(road, time)| time * (1.0 + draw("slower", road))).collect();
    let (routes, prepared) = timed(|| Routes::prepare(&streets, Class::PASSENGER, &times));
    let (routes, again) = timed(|| routes.again(&others));
    let road = |purpose, query| RoadId((draw(purpose, query) * times.len() as f64) as u32);
    let (found, queries) = timed(|| {
        let mut finder = Finder::default();
        (0..QUERIES)
            .filter(|query| routes.best(&mut finder, road("from", *query), road("to", *query)).is_some())
            .count()
    });
    println!("{} roads, {} turns", streets.roads.len(), streets.turns.len());
    println!("prepare {prepared:.3} s, again for other times {again:.3} s");
    println!("{found} of {QUERIES} ways, each {:.1} µs", 1e6 * queries / QUERIES as f64);
}
