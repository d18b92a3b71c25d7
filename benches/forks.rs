//! What a fork costs: a world of 10,000 twins with 8 parts each is copied into one that was its copy before, and its memory after a
//! thousand forks.
//!
//!   cargo bench --bench forks [-- TWINS]

use std::path::Path;
use std::time::Instant;

use autotwin::engine::fork::Forks;
use autotwin::prelude::*;
use autotwin::scene::load::{load, load_text};

const ROUNDS: usize = 25;
const MANY: usize = 1_000;

/// Parts that differ in nothing but their type: some numbers and a list.
macro_rules! parts {
    ($($name:ident),*) => {$(
        #[derive(Component, Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
        #[serde(deny_unknown_fields, default)]
        struct $name {
            numbers: [f64; 4],
            list: Vec<u32>,
        }
    )*};
}

parts!(One, Two, Three, Four, Five, Six, Seven);

/// Half of them change all the time.
fn change(clock: Res<Clock>, mut twins: Query<(&mut One, &mut Two, &mut Three, &mut Four)>) {
    for (mut one, mut two, mut three, mut four) in &mut twins {
        let seconds = clock.elapsed.seconds();
        [&mut one.numbers, &mut two.numbers, &mut three.numbers, &mut four.numbers]
            .into_iter()
            .for_each(|numbers| numbers[0] += seconds);
    }
}

fn with_parts(app: &mut App) {
    plugins(app);
    app.register_part::<One>("part_1")
        .register_part::<Two>("part_2")
        .register_part::<Three>("part_3")
        .register_part::<Four>("part_4")
        .register_part::<Five>("part_5")
        .register_part::<Six>("part_6")
        .register_part::<Seven>("part_7")
        .add_step_systems(Stage::Act, change);
}

fn scene(twins: usize) -> String {
    let parts: String = (1..=7).map(|n| format!("part_{n}: (numbers: (1, 2, 3, 4), list: [1, 2, 3]), ")).collect();
    format!(
        "(tick: \"1s\", run_for: \"1h\", twins: [(name: \"twin-{{n}}\", count: {twins}, {parts}
            place: Grid(from: (0, 0), step: (2, 2), columns: 100))])"
    )
}

/// The memory that the program has: bytes (Linux).
fn memory() -> usize {
    let text = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    text.split_whitespace().nth(1).and_then(|pages| pages.parse::<usize>().ok()).unwrap_or(0) * 4096
}

fn measure(name: &str, simulation: &mut Simulation, steps: usize) {
    let begin = Instant::now();
    drop(simulation.fork());
    let first = begin.elapsed().as_secs_f64();
    let mut costs = Vec::new();
    for _ in 0..ROUNDS {
        (0..steps).for_each(|_| simulation.step());
        let begin = Instant::now();
        let mut fork = simulation.fork();
        costs.push(begin.elapsed().as_secs_f64());
        (0..steps).for_each(|_| fork.step());
    }
    costs.sort_by(f64::total_cmp);
    let before = memory();
    for _ in 0..MANY {
        drop(simulation.fork());
    }
    let grown = memory() as f64 - before as f64;
    let count = simulation.world().resource::<Forks>().count();
    println!(
        "{name}: {:.3} ms a fork (median of {ROUNDS}; the first, with a new world, {:.0} ms); {MANY} forks later {:+.2} MB, {} alive, {} idle",
        costs[ROUNDS / 2] * 1e3,
        first * 1e3,
        grown / 1e6,
        count.alive,
        count.idle,
    );
}

fn main() {
    let twins = std::env::args().skip(1).find_map(|argument| argument.parse().ok()).unwrap_or(10_000);
    let tree = load_text(Path::new("forks.ron"), scene(twins), &[]).unwrap_or_else(|error| panic!("{error}"));
    let options = RunOptions { plugins: with_parts, ..RunOptions::default() };
    let (mut simulation, _) = prepare(&tree, &options, None).unwrap_or_else(|error| panic!("{error}"));
    measure(&format!("{twins} twins with 8 parts and their names"), &mut simulation, 1);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenes/factory.ron");
    let tree = load(&path, &[]).unwrap_or_else(|error| panic!("{error}"));
    let (mut simulation, _) = prepare(&tree, &RunOptions::default(), None).unwrap_or_else(|error| panic!("{error}"));
    measure("scenes/factory.ron", &mut simulation, 1);
}
