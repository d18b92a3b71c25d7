//! What the classic agent-based models cost, without their start: the random sequential ones as the median time of a run of many seeds on
//! one thread, the synchronous one as the median of five in nanoseconds per bird and step.
//!
//!   cargo bench --bench abm [-- SEEDS]

use std::path::Path;
use std::time::Instant;

use autotwin::prelude::*;
use autotwin::record::indicators;

#[allow(dead_code)]
#[path = "../examples/abm/boids.rs"]
mod boids;
#[allow(dead_code)]
#[path = "../examples/abm/flocking.rs"]
mod flocking;
#[allow(dead_code)]
#[path = "../examples/abm/schelling.rs"]
mod schelling;
#[allow(dead_code)]
#[path = "../examples/abm/wolf_sheep.rs"]
mod wolf_sheep;

/// What is counted at the end of a run.
type Counts = Vec<(String, f64)>;

/// How long so many steps of a model take, in seconds, and what is counted then.
fn run(plugins: fn(&mut App), settings: &str, steps: u64, seed: u64, threads: usize) -> (f64, Counts) {
    let scene = load_text(Path::new("model.ron"), format!("(run_for: \"1000s\", {settings})"), &[]);
    let scene = scene.unwrap_or_else(|error| panic!("{error:?}"));
    let options = RunOptions { plugins, ..RunOptions::default() };
    let (mut simulation, _) = prepare(&scene, &options, Some(Seed(seed))).unwrap_or_else(|error| panic!("{error:?}"));
    simulation.set_pool(Pool::new(threads).unwrap_or_else(|error| panic!("{error}")));
    let begin = Instant::now();
    simulation.run_until(Time::ZERO + Duration::from_secs(steps as i64));
    let took = begin.elapsed().as_secs_f64();
    let counts = indicators::compute(simulation.world());
    (took, counts.into_iter().map(|count| (count.name, count.value.unwrap_or(f64::NAN))).collect())
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

/// A model with the settings that it has by itself: the large ones of the frameworks' comparison.
fn sequential(name: &str, plugins: fn(&mut App), steps: u64, seeds: u64) {
    let (times, ends): (Vec<f64>, Vec<Counts>) = (0..seeds).map(|seed| run(plugins, "", steps, seed, 1)).unzip();
    let mean = |place: usize| ends.iter().map(|end| end[place].1).sum::<f64>() / seeds as f64;
    let means: Vec<String> =
        ends[0].iter().enumerate().map(|(place, (name, _))| format!("{name} {:.3}", mean(place))).collect();
    println!("{name} {:.6} s {}", median(times), means.join(" "));
}

/// Many birds, at the density of 80,000 on a square of 400.
fn synchronous(birds: u64, lanes: bool, steps: u64, threads: usize) {
    let side = (birds as f64 * 2.0).sqrt();
    let settings = format!("boids: (birds: {birds}, side: {side}, lanes: {lanes})");
    let times = (0..5).map(|seed| run(boids::plugins, &settings, steps, seed, threads).0).collect();
    let each = median(times) * 1e9 / (birds * steps) as f64;
    println!("boids {birds} {} {threads} {each:.1} ns", if lanes { "lanes" } else { "loop" });
}

fn main() {
    let seeds = std::env::args().skip(1).find_map(|argument| argument.parse().ok()).unwrap_or(100);
    sequential("wolf_sheep", wolf_sheep::plugins, 100, seeds);
    sequential("flocking", flocking::plugins, 100, seeds);
    sequential("schelling", schelling::plugins, 20, seeds);
    for (birds, steps) in [(80_000, 100), (1_000_000, 20)] {
        for (lanes, threads) in [(false, 1), (true, 1), (true, 2)] {
            synchronous(birds, lanes, steps, threads);
        }
    }
}
