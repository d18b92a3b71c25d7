//! What the classic agent-based models cost: the median time of a run of many seeds, on one thread, without its start.
//!
//!   cargo bench --bench abm [-- SEEDS]

use std::path::Path;
use std::time::Instant;

use autotwin::prelude::*;
use autotwin::record::indicators;

#[allow(dead_code)]
#[path = "../examples/abm/schelling.rs"]
mod schelling;
#[allow(dead_code)]
#[path = "../examples/abm/wolf_sheep.rs"]
mod wolf_sheep;

/// A model with the settings that it has by itself: the large ones of the frameworks' comparison.
fn measure(name: &str, plugins: fn(&mut App), steps: i64, seeds: u64) {
    let scene = load_text(Path::new("model.ron"), "(run_for: \"1000s\")".to_owned(), &[]);
    let scene = scene.unwrap_or_else(|error| panic!("{error}"));
    let options = RunOptions { plugins, ..RunOptions::default() };
    let (mut times, mut ends) = (Vec::new(), Vec::new());
    for seed in 0..seeds {
        let prepared = prepare(&scene, &options, Some(Seed(seed)));
        let (mut simulation, _) = prepared.unwrap_or_else(|error| panic!("{error}"));
        let begin = Instant::now();
        simulation.run_until(Time::ZERO + Duration::from_secs(steps));
        times.push(begin.elapsed().as_secs_f64());
        let counts = indicators::compute(simulation.world());
        ends.push(counts.into_iter().map(|count| (count.name, count.value.unwrap_or(f64::NAN))).collect::<Vec<_>>());
    }
    times.sort_by(f64::total_cmp);
    let mean = |place: usize| ends.iter().map(|end| end[place].1).sum::<f64>() / seeds as f64;
    let means: Vec<String> =
        ends[0].iter().enumerate().map(|(place, (name, _))| format!("{name} {:.3}", mean(place))).collect();
    println!("{name} {:.6} s {}", times[times.len() / 2], means.join(" "));
}

fn main() {
    let seeds = std::env::args().skip(1).find_map(|argument| argument.parse().ok()).unwrap_or(100);
    measure("wolf_sheep", wolf_sheep::plugins, 100, seeds);
    measure("schelling", schelling::plugins, 20, seeds);
}
