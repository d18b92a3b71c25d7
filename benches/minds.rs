//! What it costs to let twins look around, believe, decide and act: 100,000 of them, each with a sensor of proximity that sees about
//! 10 neighbours, three beliefs and eight rules, deciding at every tick, moving all the time.
//!
//!   cargo bench --bench minds [-- TWINS]

use std::path::Path;
use std::time::Instant;

use autotwin::prelude::*;
use autotwin::scene::load::load_text;
use autotwin::world::space::Space;

const TICKS: usize = 50;
const ROUNDS: usize = 5;
/// How far a twin sees: metres.
const RANGE: f64 = 3.0;
/// How many others it sees there at first. Those who cross a square meet more of them, since most ways lead through its middle.
const NEIGHBOURS: f64 = 8.0;

fn scene(twins: usize) -> String {
    let side = (twins as f64 * std::f64::consts::PI * RANGE * RANGE / NEIGHBOURS).sqrt();
    let posts = (twins / 50).max(2);
    format!(
        r#"(
            tick: "100ms",
            run_for: "1h",
            kinds: {{"walker": (
                drive: (speed: 1.4),
                sensors: {{"near": (measures: Proximity(range: {RANGE}))}},
                beliefs: {{
                    "crowd": Ewma(of: "near.count", half_life: "5s"),
                    "gap": Kalman(of: "near.distance", noise: 0.2, wanders: 0.5, has_rate: false),
                    "odd": ZScore(of: "near.count", half_life: "1min"),
                }},
                mind: Rules(rules: [
                    (name: "squeezed", priority: 8, when: "near.distance < 0.05 and crowd > 12", then: [Wait(lasts: "1s")]),
                    (name: "shy", priority: 7, when: "crowd > 16 and odd > 2", then: [Go(to: Any("post-*"))]),
                    (name: "lonely", priority: 6, when: "crowd < 4 and near.count == 0", then: [Go(to: Nearest("post-*"))]),
                    (name: "curious", priority: 5, when: "odd > 3 or odd < -3", then: [Wait(lasts: "2s")]),
                    (name: "polite", priority: 4, when: "gap < 0.2 and near.distance < 0.2", cool_down: "30s", then: [Wait(lasts: "500ms")]),
                    (name: "follow", priority: 3, when: "gap > 1.5 and near.distance > 1.5", cool_down: "20s", then: [Go(to: Seen("near"))]),
                    (name: "rest", priority: 2, when: "crowd > 10 and crowd < 10.05", cool_down: "1min", then: [Wait(lasts: "3s")]),
                    (name: "walk", then: [Go(to: Any("post-*"))]),
                ]),
            )}},
            twins: [
                (name: "walker-{{n}}", like: "walker", count: {twins}, place: Within(from: (0, 0), to: ({side}, {side}))),
                (name: "post-{{n}}", count: {posts}, place: Within(from: (0, 0), to: ({side}, {side}))),
            ],
        )"#
    )
}

fn main() {
    let twins = std::env::args().skip(1).find_map(|argument| argument.parse().ok()).unwrap_or(100_000);
    let tree = load_text(Path::new("walkers.ron"), scene(twins), &[]).unwrap_or_else(|error| panic!("{error}"));
    for threads in [1, 2] {
        let begin = Instant::now();
        let (mut simulation, _) =
            prepare(&tree, &RunOptions::default(), None).unwrap_or_else(|error| panic!("{error}"));
        let pool = Pool::new(threads).expect("threads can be had");
        simulation.set_pool(pool.clone());
        println!("{twins} twins, {threads} threads: made in {:.2} s", begin.elapsed().as_secs_f64());
        let mut per_step = Vec::new();
        pool.install(|| {
            let mut at = Time::ZERO;
            let mut pass = |simulation: &mut Simulation, ticks: usize| {
                at += Duration::from_nanos(100_000_000 * ticks as i64);
                simulation.run_until(at);
            };
            pass(&mut simulation, 20);
            for _ in 0..ROUNDS {
                let begin = Instant::now();
                pass(&mut simulation, TICKS);
                per_step.push(begin.elapsed().as_secs_f64() / (TICKS * twins) as f64);
            }
        });
        per_step.sort_by(f64::total_cmp);
        let median = per_step[ROUNDS / 2];
        let space = simulation.world().resource::<Space>();
        let mut seen = 0;
        (0..twins as u64)
            .filter_map(|id| space.place(TwinId(id)))
            .for_each(|at| space.within(at, RANGE, |_, _| seen += 1));
        println!("  a twin sees {:.1} others at the end", seen as f64 / twins as f64 - 1.0);
        println!(
            "  {:.0} ns a twin-step, {:.2} M twin-steps/s (median of {ROUNDS} rounds of {TICKS} ticks); digest {}",
            median * 1e9,
            1e-6 / median,
            simulation.digest().total
        );
    }
}
