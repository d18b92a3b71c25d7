//! Studies: no run is made twice, results do not depend on who made which run, and what is planted is found.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use autotwin::prelude::*;
use autotwin::run::single::{Nobody, RunError};
use autotwin::scene::load::SceneError;
use autotwin::scene::problem::Style;
use autotwin::study::calibration;
use autotwin::study::journal::{Journal, Shard};
use autotwin::study::plan::Plan;
use autotwin::study::results::Findings;
use autotwin::study::runs::Runner;

use crate::abm::sir;

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a folder")
}

/// A folder with the scene of the closed network and a study of it.
fn study(factors: &str, more: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = folder();
    let scene = crate::support::scene("closed_network.ron");
    let text = format!("(scene: {:?}, factors: {{{factors}}}, run_for: \"60s\", {more})", scene.display().to_string());
    let path = folder.path().join("study.ron");
    std::fs::write(&path, text).expect("it can be written");
    (folder, path)
}

fn sweep(study: &Path, out: &Path, more: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_autotwin"));
    command.arg("sweep").arg(study).arg("--out").arg(out).args(more).stdout(Stdio::null());
    command
}

fn table(out: &Path) -> Vec<u8> {
    std::fs::read(out.join("runs.parquet")).expect("the table is there")
}

/// The runs in a journal, as (point, replication).
fn journal(path: &Path) -> Vec<(u64, u64)> {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    let lines = text.lines().filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
    lines.filter_map(|run| Some((run["point"].as_u64()?, run["replication"].as_u64()?))).collect()
}

const FACTORS: &str = "\"jobs.0.count\": Values([50, 100, 200]), \"twins.server-{n}.machine.capacity\": Range(from: 1, to: 2, whole: true)";

/// However a study is made, its table is the same, byte by byte.
#[test]
fn the_table_does_not_depend_on_who_made_which_run() {
    let (folder, study) = study(FACTORS, "replications: 4");
    let at = |name: &str| folder.path().join(name);
    assert!(sweep(&study, &at("one"), &["--threads", "1"]).status().expect("it runs").success());
    let whole = table(&at("one"));
    assert!(sweep(&study, &at("eight"), &["--threads", "8"]).status().expect("it runs").success());
    assert!(whole == table(&at("eight")));
    for shard in ["2/3", "1/3", "3/3"] {
        // Not all runs are there before the last.
        assert!(!sweep(&study, &at("shards"), &["--merge"]).stderr(Stdio::null()).status().expect("it runs").success());
        assert!(sweep(&study, &at("shards"), &["--shard", shard]).status().expect("it runs").success());
    }
    assert!(sweep(&study, &at("shards"), &["--merge"]).status().expect("it runs").success());
    assert!(whole == table(&at("shards")));
    assert_eq!(journal(&at("shards").join("runs-1-of-3.jsonl")).len(), 8);
}

/// Killed again and again, a study makes each run once, but for those that were going on.
#[test]
fn a_study_that_is_killed_goes_on() {
    let (folder, study) = study(FACTORS, "replications: 8");
    let out = folder.path().join("killed");
    let kept = out.join("runs.jsonl");
    let mut before = 0;
    loop {
        let mut child = sweep(&study, &out, &["--threads", "2"]).spawn().expect("it runs");
        let ended = loop {
            if let Some(status) = child.try_wait().expect("it is there") {
                break Some(status);
            }
            if journal(&kept).len() >= before + 5 {
                child.kill().expect("it can be killed");
                child.wait().expect("it ends");
                break None;
            }
            std::thread::sleep(std::time::Duration::from_millis(2));
        };
        before = journal(&kept).len();
        if let Some(status) = ended {
            assert!(status.success());
            break;
        }
    }
    let runs = journal(&kept);
    assert_eq!((runs.len(), runs.iter().collect::<BTreeSet<_>>().len()), (48, 48));
    let straight = folder.path().join("straight");
    assert!(sweep(&study, &straight, &[]).status().expect("it runs").success());
    assert!(table(&out) == table(&straight));
    // A study that is through makes no run more.
    assert!(sweep(&study, &out, &[]).status().expect("it runs").success());
    assert_eq!(journal(&kept).len(), 48);
}

/// A point is repeated until its mean is known, and no more often; which runs those are does not depend on threads.
#[test]
fn points_are_repeated_until_their_mean_is_known() {
    let until = "replications: 3, until: (indicator: \"allocation_efficiency\", within: 0.01, most: 12)";
    let (folder, study) = study(FACTORS, until);
    let made = |name: &str, threads: &str| {
        let out = folder.path().join(name);
        assert!(sweep(&study, &out, &["--threads", threads]).status().expect("it runs").success());
        journal(&out.join("runs.jsonl")).into_iter().collect::<BTreeSet<_>>()
    };
    let runs = made("one", "1");
    assert_eq!(runs, made("two", "2"));
    let often = |point| runs.iter().filter(|(other, _)| *other == point).count();
    let counts: Vec<usize> = (0..6).map(often).collect();
    assert!(
        counts.iter().all(|count| (3..=12).contains(count)) && counts.iter().any(|count| *count != counts[0]),
        "{counts:?}"
    );
}

// A model whose indicators are known functions of its settings.

#[derive(Resource, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
struct Known {
    x: f64,
    y: f64,
    z: f64,
    noise: f64,
}

#[derive(Resource, Clone, Serialize, Deserialize)]
struct Luck(f64, f64);

impl Model for Luck {
    type Settings = Known;

    fn begin(_: &Known, turn: &Turn) -> Luck {
        let mut random = turn.random();
        Luck(random.uniform() - 0.5, random.uniform() - 0.5)
    }

    fn step(&mut self, _: &Known, _: &Turn) {}

    fn counts(&self, Known { x, y, z, noise }: &Known, put: &mut dyn FnMut(&'static str, f64)) {
        put("ishigami", x.sin() + 7.0 * y.sin().powi(2) + 0.1 * z.powi(4) * x.sin());
        put("sum", x * x + y + noise * self.0);
        put("product", x * y + noise * self.1);
    }
}

fn known(app: &mut App) {
    base_plugins(app);
    app.register_model::<Luck>("known", "luck");
}

fn planned(folder: &Path, scene: &str, study: &str) -> Plan {
    std::fs::write(folder.join("scene.ron"), scene).expect("it can be written");
    std::fs::write(folder.join("study.ron"), study).expect("it can be written");
    Plan::read(&folder.join("study.ron")).unwrap_or_else(|error| panic!("{}", told(&error)))
}

fn told(error: &RunError) -> String {
    match error {
        RunError::Scene(SceneError::Wrong(sources, problems)) => sources.render(problems, Style::Plain),
        other => other.to_string(),
    }
}

/// The indices of Ishigami's function, found by runs of a scene.
#[test]
fn indices_of_a_known_function_are_found() {
    let folder = folder();
    let range = "Range(from: -3.141592653589793, to: 3.141592653589793)";
    let study = format!(
        "(scene: \"scene.ron\", factors: {{\"known.x\": {range}, \"known.y\": {range}, \"known.z\": {range}}},
          design: Indices(points: 1024), indicators: [\"ishigami\"])"
    );
    let plan = planned(folder.path(), "(run_for: \"1s\", known: ())", &study);
    let (pool, out) = (Pool::new(2).expect("threads"), folder.path().join("out"));
    let runner = Runner { plan: &plan, plugins: known, pool: &pool, observer: &Nobody, progress: &|_, _| {} };
    let mut journal = Journal::open(&out, &plan, Shard::WHOLE).expect("a folder");
    assert!(runner.make_all(&mut journal, Shard::WHOLE).expect("it runs"));
    let findings = Findings::of(&plan, &journal.runs, &[]);
    let indices = findings.indices[0].as_ref().expect("it varies");
    for (found, exact) in indices.iter().zip([[0.3139, 0.5576], [0.4424, 0.4424], [0.0, 0.2437]]) {
        assert!((found.first - exact[0]).abs() < 0.02 && (found.total - exact[1]).abs() < 0.02, "{found:?} {exact:?}");
    }
    findings.write(&out).expect("it can be written");
    assert!(out.join("study.html").is_file());
}

/// What a search comes to, by the paths of the factors.
fn searched(folder: &Path, plugins: fn(&mut App), scene: &str, study: &str) -> Vec<f64> {
    let plan = planned(folder, scene, study);
    let (pool, out) = (Pool::new(2).expect("threads"), folder.join("out"));
    let runner = Runner { plan: &plan, plugins, pool: &pool, observer: &Nobody, progress: &|_, _| {} };
    let mut journal = Journal::open(&out, &plan, Shard::WHOLE).expect("a folder");
    let (tried, whole) = calibration::search(&runner, &mut journal).expect("it runs");
    assert!(whole);
    // Looked up, it comes to the same, without a run.
    let made = journal.runs.len();
    let mut again = Journal::open(&out, &plan, Shard::WHOLE).expect("a folder");
    assert_eq!(again.runs.len(), made);
    let (same, _) = calibration::search(&runner, &mut again).expect("it runs");
    assert!(same == tried && again.runs.len() == made);
    let best = calibration::best(&tried).expect("something was tried");
    best.levels.iter().filter_map(autotwin::study::factors::Level::number).collect()
}

/// Settings from which what was measured was made are found again, though measured with noise.
#[test]
fn planted_settings_are_found() {
    let folder = folder();
    let found = searched(
        folder.path(),
        known,
        "(run_for: \"1s\", known: (noise: 0.02))",
        "(scene: \"scene.ron\", replications: 4,
          factors: {\"known.x\": Range(from: 0.5, to: 3), \"known.y\": Range(from: 0, to: 1.5)},
          design: Calibrate((points: 150, targets: {
              \"sum\": (value: 2.09, error: 0.02), \"product\": (value: 0.52, error: 0.02),
          })))",
    );
    // x = 1.3 and y = 0.4.
    assert!((found[0] - 1.3).abs() < 0.03 && (found[1] - 0.4).abs() < 0.05, "{found:?}");
}

/// The chances of infection and recovery of an epidemic are found from how it went in others of its kind.
#[test]
fn an_epidemic_is_calibrated() {
    let scene = "(run_for: \"20s\", sir: (people: 2000, infected: 20, infection: 0.05, recovery: 0.1))";
    let mut sums = [0.0; 2];
    for seed in 1000..1040 {
        let options = RunOptions { plugins: sir::plugins, ..RunOptions::default() };
        let (mut simulation, _) =
            prepare(&crate::support::read(scene), &options, Some(Seed(seed))).expect("it is right");
        simulation.run_until(Time::ZERO + Duration::from_secs(20));
        let found = autotwin::record::indicators::compute(simulation.world());
        let value = |name: &str| found.iter().find(|indicator| indicator.name == name).and_then(|found| found.value);
        sums[0] += value("susceptible").expect("counted") / 40.0;
        sums[1] += value("recovered").expect("counted") / 40.0;
    }
    let folder = folder();
    let study = format!(
        "(scene: \"scene.ron\", replications: 12,
          factors: {{\"sir.infection\": Range(from: 0.01, to: 0.2), \"sir.recovery\": Range(from: 0.02, to: 0.5)}},
          design: Calibrate((points: 80, targets: {{
              \"susceptible\": (value: {}, error: 10), \"recovered\": (value: {}, error: 10),
          }})))",
        sums[0], sums[1]
    );
    let found = searched(folder.path(), sir::plugins, scene, &study);
    assert!((found[0] / 0.05 - 1.0).abs() < 0.1 && (found[1] / 0.1 - 1.0).abs() < 0.1, "{found:?}");
}

/// What is wrong with a study is said with its place and a cure.
#[test]
fn mistakes_in_studies_are_told() {
    let folder = folder();
    std::fs::write(folder.path().join("scene.ron"), "(run_for: \"1s\", known: ())").expect("it can be written");
    let tell = |study: &str| {
        let path = folder.path().join("study.ron");
        std::fs::write(&path, study).expect("it can be written");
        let pool = Pool::default();
        let checked = Plan::read(&path).and_then(|plan| {
            Runner { plan: &plan, plugins: known, pool: &pool, observer: &Nobody, progress: &|_, _| {} }.check()
        });
        let error = checked.expect_err("it is wrong");
        told(&error).replace(&folder.path().display().to_string(), "")
    };
    let texts = [
        "",
        "(factors: {})",
        "(scene: \"no.ron\", factors: {\"known.x\": Values([1])})",
        "(scene: \"scene.ron\", factors: {\"known.x\": Values([])})",
        "(scene: \"scene.ron\", factors: {\"known.q\": Values([1])})",
        "(scene: \"scene.ron\", factors: {\"known.x\": Values([\"high\"])})",
        "(scene: \"scene.ron\", factors: {\"known.x\": Range(from: 1, to: 1)})",
        "(scene: \"scene.ron\", factors: {\"known.x\": Range(from: 0, to: 1)})",
        "(scene: \"scene.ron\", factors: {\"known.x\": Range(from: 0.5, to: 3, whole: true)})",
        "(scene: \"scene.ron\", factors: {\"known.x\": Values([1])}, indicators: [\"summ\"])",
        "(scene: \"scene.ron\", factors: {\"known.x\": Values([1])}, design: Latin(points: 0))",
        "(scene: \"scene.ron\", factors: {\"known.x\": Values([1])}, design: Calibrate((points: 9, targets: {\"sum\": (value: 1, error: 0)})))",
        "(scene: \"scene.ron\", factors: {\"known.x\": Values([1])}, replications: 9, until: (indicator: \"sum\", within: 0.1, most: 3))",
        "(scene: \"scene.ron\", factors: {\"known.x\": Range(from: 0, to: 1, steps: 90000), \"known.y\": Range(from: 0, to: 1, steps: 4000)})",
    ];
    let told: Vec<String> = texts.iter().map(|text| format!("{text}\n{}", tell(text))).collect();
    insta::assert_snapshot!(told.join("\n"));
}
