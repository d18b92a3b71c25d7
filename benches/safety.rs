//! What the safety watch costs: 10,000 persons who walk about between posts, and 100 robots among them, looked at every half second.
//! The same world is run with the watch and without it; the difference is what it costs.
//!
//!   cargo bench --bench safety [-- PERSONS]

use std::path::Path;
use std::time::Instant;

use autotwin::prelude::*;
use autotwin::safety::encounters::Encounters;
use autotwin::safety::incidents::Incidents;
use autotwin::scene::load::load_text;

const TICKS: usize = 40;
const ROUNDS: usize = 9;

/// Square metres for each person.
const ROOM: [f64; 2] = [40.0, 10.0];

fn scene(persons: usize, room: f64, watch: &str) -> String {
    let side = (persons as f64 * room).sqrt();
    let (posts, robots) = ((persons / 2).max(2), (persons / 100).max(1));
    format!(
        r#"(
            tick: "500ms",
            run_for: "1d",
            {watch}
            kinds: {{"walker": (drive: (speed: 1.3), mind: Rules(every: "5s", rules: [
                (name: "walk", then: [Go(to: Any("post-*")), Wait(lasts: Uniform(low: "10s", high: "2m"))]),
            ]))}},
            twins: [
                (name: "person-{{n}}", like: "walker", count: {persons}, place: Within(from: (0, 0), to: ({side}, {side}))),
                (name: "robot-{{n}}", like: "walker", count: {robots}, place: Within(from: (0, 0), to: ({side}, {side}))),
                (name: "post-{{n}}", count: {posts}, place: Within(from: (0, 0), to: ({side}, {side}))),
            ],
        )"#
    )
}

const WATCH: &str = r#"safety: (
    persons: ["person-*"],
    apart: (least: 2, lasts: "5s"),
    gathering: (people: 10, within: 3, lasts: "30s"),
    separations: [(from: ["robot-*"], protective: (reacts: "200ms", brakes: 1.2))],
),"#;

/// How long this thread has been at work: seconds. On a machine that is busy with other things, the clock on the wall says more
/// about those. Where the system does not tell, the clock on the wall.
fn at_work(begin: Instant) -> f64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let told = text.split_whitespace().next().and_then(|nanos| nanos.parse::<f64>().ok());
    told.map_or_else(|| begin.elapsed().as_secs_f64(), |nanos| nanos * 1e-9)
}

/// Seconds a tick: the median of some rounds.
fn measure(text: String, threads: usize) -> (f64, Simulation) {
    let tree = load_text(Path::new("crowd.ron"), text, &[]).unwrap_or_else(|error| panic!("{error}"));
    let (mut simulation, _) = prepare(&tree, &RunOptions::default(), None).unwrap_or_else(|error| panic!("{error}"));
    let pool = Pool::new(threads).expect("threads can be had");
    simulation.set_pool(pool.clone());
    let (mut rounds, start) = (Vec::new(), Instant::now());
    pool.install(|| {
        let mut at = Time::ZERO;
        for round in 0..=ROUNDS {
            let (begin, worked) = (Instant::now(), at_work(start));
            at += Duration::from_nanos(500_000_000 * TICKS as i64);
            simulation.run_until(at);
            // The first round warms up.
            if round > 0 {
                let taken = if threads == 1 { at_work(start) - worked } else { begin.elapsed().as_secs_f64() };
                rounds.push(taken / TICKS as f64);
            }
        }
    });
    rounds.sort_by(f64::total_cmp);
    (rounds[ROUNDS / 2], simulation)
}

fn main() {
    let persons = std::env::args().skip(1).find_map(|argument| argument.parse().ok()).unwrap_or(10_000);
    for room in ROOM {
        for threads in [1, 2] {
            let (without, _) = measure(scene(persons, room, ""), threads);
            let (with, simulation) = measure(scene(persons, room, WATCH), threads);
            let world = simulation.world();
            let encounters = world.resource::<Encounters>();
            println!(
                "{persons} persons, {room} m² each, {threads} threads: the watch costs {:.0} ns a person and look \
                 ({:.2} ms a look; a tick takes {:.2} ms with it, {:.2} ms without); at the end {} pairs near, {} warned of, \
                 {} incidents so far; digest {}",
                (with - without) / persons as f64 * 1e9,
                (with - without) * 1e3,
                with * 1e3,
                without * 1e3,
                encounters.pairs.len(),
                encounters.warned(),
                world.resource::<Incidents>().count,
                simulation.digest().total
            );
        }
    }
}
