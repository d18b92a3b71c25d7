//! What a checkpoint costs: to save the state of a world, which holds up its run, and to write it, which another thread does; how
//! large it is; and how much longer a week of the plant takes with one each simulated hour.
//!
//!   cargo bench --bench checkpoints [-- TWINS]

use std::path::Path;
use std::time::Instant;

use autotwin::engine::registry::Digest;
use autotwin::prelude::*;
use autotwin::run::build_info::BuildInfo;
use autotwin::run::checkpoint::{About, Checkpoint, CheckpointPlan, Recorded};
use autotwin::run::single::{Nobody, Recording};
use autotwin::scene::load::{SceneTree, load, load_text};

/// As the program has it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const ROUNDS: usize = 15;

/// Twins that perceive, believe, decide and act, so that they have all the parts that twins can have.
fn scene(twins: usize) -> String {
    format!(
        r#"(tick: "1s", run_for: "61min", record: (tables: []), kinds: {{"walker": (
            drive: (speed: 1.4),
            quantities: {{"charge": (start: 1, rate: "if(doing(go), -1 / 1h, 1 / 1h)")}},
            sensors: {{"battery": (measures: Gauge(of: "charge"), every: "5s", noise: 0.01)}},
            beliefs: {{"level": Ewma(of: "battery", half_life: "30s")}},
            mind: Rules(every: "5s", rules: [(name: "walk", when: "level > 0.5", then: [Go(to: Any("walker"))])]),
        )}}, twins: [(name: "twin-{{n}}", count: {twins}, like: "walker",
            place: Grid(from: (0, 0), step: (2, 2), columns: 100))])"#
    )
}

fn median(mut costs: Vec<f64>) -> f64 {
    costs.sort_by(f64::total_cmp);
    costs[costs.len() / 2]
}

fn measure(name: &str, tree: &SceneTree, hours: f64) {
    let (mut simulation, _) = prepare(tree, &RunOptions::default(), None).unwrap_or_else(|error| panic!("{error}"));
    simulation.run_until(Time::ZERO + Duration::from_seconds(hours * 3600.0));
    let folder = tempfile::tempdir().expect("a folder can be made");
    let path = folder.path().join("one.ckp");
    let (mut saving, mut writing, mut reading, mut length, mut state) = (Vec::new(), Vec::new(), Vec::new(), 0, 0);
    for _ in 0..ROUNDS {
        simulation.step();
        let begin = Instant::now();
        let snapshot = simulation.save();
        saving.push(begin.elapsed().as_secs_f64());
        state = snapshot.bytes();
        let (build, at) = (BuildInfo::current(), simulation.clock().now);
        let about = About { build, scene: name.to_owned(), seed: 1, step: 0, at, digest: Digest(0) };
        let checkpoint = Checkpoint { about, recorded: Recorded::default(), snapshot };
        let begin = Instant::now();
        length = checkpoint.write(&path).expect("it is written");
        writing.push(begin.elapsed().as_secs_f64());
        let begin = Instant::now();
        let read = Checkpoint::read(&path).expect("it reads");
        simulation.restore(&read.snapshot).expect("it is of this program");
        reading.push(begin.elapsed().as_secs_f64());
    }
    println!(
        "{name}: {} twins, {:.0} kB of state, {:.0} kB in a file; saved in {:.3} ms, written in {:.3} ms, read and restored in {:.3} ms",
        simulation.world().resource::<Directory>().len(),
        state as f64 / 1e3,
        length as f64 / 1e3,
        median(saving) * 1e3,
        median(writing) * 1e3,
        median(reading) * 1e3,
    );
}

/// How long a run takes: seconds on the wall, and seconds that its own thread works (Linux).
fn run(tree: &SceneTree, checkpoints: Option<CheckpointPlan>, folder: &Path) -> (f64, f64) {
    let options = RunOptions { checkpoints, ..RunOptions::default() };
    let (mut simulation, header) = prepare(tree, &options, None).unwrap_or_else(|error| panic!("{error}"));
    let recording = Recording { folder: Some(folder), checkpoints, begun: None };
    let begin = work();
    let outcome = execute(&mut simulation, &header, Seed(1), Pool::default(), recording, &Nobody);
    (outcome.unwrap_or_else(|error| panic!("{error}")).wall, work() - begin)
}

/// How long this thread has worked: seconds.
fn work() -> f64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    text.split_whitespace().next().and_then(|nanos| nanos.parse::<f64>().ok()).unwrap_or(f64::NAN) / 1e9
}

/// How much longer a run takes with checkpoints, and how much more its own thread works.
fn compare(name: &str, tree: &SceneTree, rounds: usize, plans: &[(&str, Option<CheckpointPlan>)]) {
    let mut folders = Vec::new();
    let mut costs = vec![(Vec::new(), Vec::new()); plans.len()];
    for _ in 0..rounds {
        for ((_, plan), (walls, works)) in plans.iter().zip(&mut costs) {
            // Files that were deleted a moment ago would make the file system slow: all are kept to the end.
            let folder = tempfile::tempdir().expect("a folder can be made");
            let (wall, work) = run(tree, *plan, folder.path());
            folders.push(folder);
            walls.push(wall);
            works.push(work);
        }
    }
    let medians: Vec<(f64, f64)> = costs.into_iter().map(|(walls, works)| (median(walls), median(works))).collect();
    let more = |with: f64, without: f64| (with / without - 1.0) * 100.0;
    for ((plan, _), (wall, work)) in plans.iter().zip(&medians) {
        println!(
            "{name} {plan}: {wall:.3} s ({:+.1} %), its own thread works {work:.3} s ({:+.1} %)",
            more(*wall, medians[0].0),
            more(*work, medians[0].1),
        );
    }
}

fn main() {
    let twins = std::env::args().skip(1).find_map(|argument| argument.parse().ok()).unwrap_or(10_000);
    let tree = load_text(Path::new("walkers.ron"), scene(twins), &[]).unwrap_or_else(|error| panic!("{error}"));
    measure("walkers", &tree, 0.01);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenes/factory.ron");
    let plant = load(&path, &[]).unwrap_or_else(|error| panic!("{error}"));
    measure("scenes/factory.ron", &plant, 24.0);
    let every = |seconds| Some(CheckpointPlan { every: Duration::from_secs(seconds), keep: None });
    let plans = [
        ("without checkpoints", None),
        ("with one each simulated hour", every(3_600)),
        ("with one each simulated day", every(86_400)),
    ];
    compare("a week of scenes/factory.ron", &plant, ROUNDS, &plans);
    compare("an hour of walkers", &tree, 3, &plans[..2]);
}
