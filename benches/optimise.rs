//! How far the schedules that the optimiser finds for published flexible job shops are from the best that are known.
//!
//!   AUTOTWIN_DATA=DATA cargo bench --bench optimise [-- SECONDS [NAMES-BEGIN-WITH [SEED]]]
//!
//! DATA is the folder that holds `fjsp` with the instances and their `instances.json`; `../shared/data` where nothing is set.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use autotwin::engine::parallel::Pool;
use autotwin::factory::fjsp;
use autotwin::factory::optimise::{Budget, Objective, check, optimise};
use serde_json::Value;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with("--")).collect();
    let seconds = arguments.first().and_then(|text| text.parse().ok()).unwrap_or(10.0);
    let prefix = arguments.get(1).map_or("mk", String::as_str);
    let seed = arguments.get(2).and_then(|text| text.parse().ok()).unwrap_or(1);
    let data = std::env::var_os("AUTOTWIN_DATA").map_or_else(|| PathBuf::from("../shared/data"), PathBuf::from);
    let folder = data.join("fjsp");
    let Ok(text) = std::fs::read_to_string(folder.join("instances.json")) else {
        println!("skipped: there is no {}", folder.display());
        return;
    };
    let list: Vec<Value> = serde_json::from_str(&text).unwrap_or_default();
    let pool = Pool::new(2).unwrap_or_default();
    println!("| instance | found | best known | bound | gap | time | steps a second |\n|---|--:|--:|--:|--:|--:|--:|");
    let mut gaps = Vec::new();
    for entry in list.iter().filter(|entry| entry["name"].as_str().is_some_and(|name| name.starts_with(prefix))) {
        gaps.extend(measure(&folder, entry, Duration::from_secs_f64(seconds), seed, &pool));
    }
    println!("mean gap {:.2} %", 100.0 * gaps.iter().sum::<f64>() / gaps.len().max(1) as f64);
}

/// The gap of one instance.
fn measure(folder: &Path, entry: &Value, time: Duration, seed: u64, pool: &Pool) -> Option<f64> {
    let name = entry["name"].as_str()?;
    let text = std::fs::read_to_string(folder.join(entry["path"].as_str()?)).ok()?;
    let known = entry["optimum"].as_f64().or(entry["bounds"]["upper"].as_f64())?;
    let problem = fjsp::to_problem(&fjsp::parse(&text).ok()?);
    let begin = Instant::now();
    let budget = Budget { iterations: None, time: Some(time) };
    let schedule = optimise(&problem, Objective::Makespan, budget, seed, pool).ok()?;
    let took = begin.elapsed().as_secs_f64();
    check(&problem, &schedule).unwrap_or_else(|fault| panic!("{name}: {fault}"));
    let found = schedule.value.makespan as f64 / 1e9;
    let (gap, rate) = (found / known - 1.0, schedule.iterations as f64 / took);
    let bound = schedule.bound / 1e9;
    println!("| {name} | {found} | {known} | {bound} | {:.2} % | {took:.2} s | {rate:.0} |", 100.0 * gap);
    Some(gap)
}
