//! What several tests share.

pub mod counting;
pub mod knowing;
pub mod luck;
pub mod plant;
pub mod tables;

use std::path::{Path, PathBuf};

use autotwin::engine::command;
use autotwin::engine::parallel::Pool;
use autotwin::prelude::*;
use autotwin::run::single::{Nobody, Outcome};
use autotwin::scene::load::SceneTree;

/// Every dispatching rule, as a scene has it.
pub const RULES: [&str; 12] = [
    "Fifo",
    "Spt",
    "Lpt",
    "Edd",
    "MinimumSlack",
    "CriticalRatio",
    "Mwkr",
    "Lwkr",
    "Mopnr",
    "Atc(look_ahead: 2)",
    "Covert(look_ahead: 2)",
    "Random",
];

/// A scene of the repository.
pub fn scene(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("scenes").join(name)
}

/// The scene that is too large to be run by tests of all scenes.
pub const LARGE: &str = "city.ron";

/// All scenes of the repository that tests can run, those in subfolders too. What others include and has no name is no scene by itself.
pub fn all_scenes() -> Vec<PathBuf> {
    let mut scenes = Vec::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("scenes")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("the folder is there") {
            let path = entry.expect("it can be read").path();
            if path.is_dir() { folders.push(path) } else { scenes.push(path) }
        }
    }
    scenes.retain(|path| path.extension().is_some_and(|extension| extension == "ron"));
    let texts: Vec<String> = scenes.iter().map(|path| std::fs::read_to_string(path).expect("it can be read")).collect();
    let is_included = |path: &Path| {
        let name = format!("\"{}\"", path.file_name().and_then(|name| name.to_str()).expect("a name"));
        let include = |line: &str| line.contains("include: [") && line.contains(&name);
        texts.iter().flat_map(|text| text.lines()).any(include)
    };
    let is_named = |path: &Path| std::fs::read_to_string(path).is_ok_and(|text| text.contains("\n    name: \""));
    scenes.retain(|path| is_named(path) || !is_included(path));
    // What takes minutes to run again and again has a small relative, of which the same is true.
    scenes.retain(|path| !path.ends_with(LARGE));
    scenes.sort();
    scenes
}

/// Options to run a scene for so many hours, or as long as it says itself; where the world ticks, for no more than a thousand ticks, in which as much happens.
pub fn for_hours(scene: &SceneTree, hours: i64) -> RunOptions {
    let length = |field: &str| {
        let text = scene.root.get(field).and_then(|field| field.as_str());
        text.map(|text| Duration::parse(text).expect("a length"))
    };
    let usual = Duration::from_secs(hours * 3_600).min(length("run_for").unwrap_or(Duration::MAX));
    let length = length("tick").map_or(usual, |tick| usual.min(Duration::from_nanos(tick.nanos() * 1_000)));
    RunOptions { run_for: Some(length), warmup: Some(Duration::ZERO), ..RunOptions::default() }
}

/// Reads a scene's text, or shows what is wrong with it.
pub fn read(text: &str) -> SceneTree {
    load_text(Path::new("test.ron"), text.to_owned(), &[]).unwrap_or_else(|error| panic!("{}", explain(error)))
}

/// What is wrong with a scene, as an author sees it.
pub fn explain(error: autotwin::scene::load::SceneError) -> String {
    use autotwin::scene::{load::SceneError, problem::Style};
    match error {
        SceneError::Wrong(sources, problems) => sources.render(&problems, Style::Plain),
        other => other.to_string(),
    }
}

/// Runs a scene without writing anything.
pub fn run(scene: &SceneTree, options: &RunOptions, threads: usize) -> Outcome {
    use autotwin::run::single::RunError;
    let (mut simulation, header) = prepare(scene, options, None).unwrap_or_else(|error| match error {
        RunError::Scene(error) => panic!("{}", explain(error)),
        other => panic!("{other}"),
    });
    let pool = Pool::new(threads).expect("threads can be had");
    execute(&mut simulation, &header, Seed(header.seed), pool, None, &Nobody).unwrap_or_else(|error| panic!("{error}"))
}

/// Runs a scene with commands to its end.
pub fn ended(scene: &str, log: &str, threads: usize) -> (Simulation, String) {
    let tree = read(scene);
    let options = RunOptions { commands: commands(log), audit: true, ..RunOptions::default() };
    let (mut simulation, header) = prepare(&tree, &options, None).unwrap_or_else(|error| panic!("{error}"));
    let pool = Pool::new(threads).expect("threads can be had");
    let outcome =
        execute(&mut simulation, &header, Seed(header.seed), pool, None, &Nobody).expect("nothing is written");
    (simulation, outcome.digest())
}

/// How many random cases a test tries, unless the environment asks for more: `PROPTEST_CASES=5000`.
pub fn cases(usual: u32) -> u32 {
    std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(usual)
}

/// Commands as a log has them.
pub fn commands(log: &str) -> Vec<(usize, command::Command)> {
    command::parse_log(log).expect("the log is right")
}

/// An indicator of the whole world.
pub fn indicator(outcome: &Outcome, name: &str) -> f64 {
    let found = outcome.indicators.iter().find(|indicator| indicator.name == name && indicator.twin.is_none());
    found.and_then(|indicator| indicator.value).unwrap_or_else(|| panic!("no value of `{name}`"))
}
