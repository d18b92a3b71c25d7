//! Flexible job shops: schedules are valid under every rule, and good under the best.

mod schedule;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use assert_cmd::Command;
use autotwin::engine::parallel::Pool;
use autotwin::factory::fjsp;
use autotwin::factory::optimise::{Budget, Objective, optimise};
use autotwin::run::folder::summary;
use autotwin::run::replications::run_all;
use autotwin::run::single::{Nobody, RunOptions};
use autotwin::scene::load::load_text;
use serde_json::Value;

use crate::data;
use crate::support::RULES;
use schedule::{Fault, Scheduled, check, read_operations, read_shop, whole};

const CHOICES: [&str; 3] = ["EarliestFinish", "ShortestQueue", "Random"];

/// The best rule and machine choice on Brandimarte's instances, and how far above the best known makespans they may be
/// on average.
const BEST: (&str, &str) = ("Mwkr", "EarliestFinish");
const MOST_MEAN_GAP: f64 = 0.13;

/// Two jobs on three machines, for tests that need no data: one operation of each can be done on two.
const SMALL: &str = "2 3\n3 1 0 5 2 1 4 2 6 1 2 3\n2 1 0 2 2 0 9 1 7\n";

/// An instance of the reference data.
struct Instance {
    path: PathBuf,
    /// The least makespan that is known: the optimum, or the best that anybody has found.
    best: f64,
}

/// The instances whose name begins so.
fn instances(folder: &Path, prefix: &str) -> Vec<Instance> {
    let text = std::fs::read_to_string(folder.join("instances.json")).unwrap();
    let list: Vec<Value> = serde_json::from_str(&text).unwrap();
    let wanted = list.iter().filter(|entry| entry["name"].as_str().unwrap().starts_with(prefix));
    let instance = |entry: &Value| Instance {
        path: folder.join(entry["path"].as_str().unwrap()),
        best: entry["optimum"].as_f64().or(entry["bounds"]["upper"].as_f64()).unwrap(),
    };
    wanted.map(instance).collect()
}

/// Where the imported scene has its rule and its machine choice.
fn sets(rule: &str, choice: &str) -> Vec<String> {
    vec![format!("twins.machine-{{n}}.machine.rule={rule}"), format!("factory.machine_choice={choice}")]
}

/// Runs an instance; gives the written schedule and the makespan of the summary.
fn run(text: &str, rule: &str, choice: &str) -> (Vec<Scheduled>, u64) {
    let scene = fjsp::to_scene(&fjsp::parse(text).unwrap(), "instance");
    let scene = load_text(Path::new("instance.ron"), scene, &sets(rule, choice)).ok().unwrap();
    let options = RunOptions { tables: Some(["operations".to_owned()].into()), ..RunOptions::default() };
    let folder = tempfile::tempdir().unwrap();
    let (header, outcomes) = run_all(&scene, &options, 1, &Pool::default(), Some(folder.path()), &Nobody).unwrap();
    let summary = serde_json::to_value(summary(&header, &outcomes)).unwrap();
    (read_operations(&folder.path().join("operations.parquet")), whole(summary["makespan"].as_f64().unwrap()))
}

/// Every rule with every machine choice on the instances whose name begins so.
fn check_all(prefix: &str, count: usize) {
    let Some(folder) = data::folder("fjsp", "fjsp") else { return };
    let instances = instances(&folder, prefix);
    assert_eq!(instances.len(), count);
    for Instance { path, best } in &instances {
        let text = std::fs::read_to_string(path).unwrap();
        let shop = read_shop(&text);
        for (rule, choice) in RULES.iter().flat_map(|rule| CHOICES.map(|choice| (rule, choice))) {
            let (schedule, makespan) = run(&text, rule, choice);
            let context = || format!("{}, {rule}, {choice}", path.display());
            assert_eq!(check(&shop, &schedule, makespan), Ok(()), "{}", context());
            assert!(makespan as f64 >= *best, "{}: {makespan} is less than can be", context());
        }
    }
}

#[test]
fn brandimarte_schedules_are_valid() {
    check_all("mk", 10);
}

#[test]
fn hurink_schedules_with_few_alternatives_are_valid() {
    check_all("e-", 5);
}

#[test]
fn hurink_schedules_with_more_alternatives_are_valid() {
    check_all("r-", 5);
}

#[test]
fn the_best_rule_is_near_the_best_known_makespans() {
    let Some(folder) = data::folder("fjsp", "fjsp") else { return };
    let gap = |instance: &Instance| {
        let (_, makespan) = run(&std::fs::read_to_string(&instance.path).unwrap(), BEST.0, BEST.1);
        makespan as f64 / instance.best - 1.0
    };
    let gaps: Vec<f64> = instances(&folder, "mk").iter().map(gap).collect();
    let mean = gaps.iter().sum::<f64>() / gaps.len() as f64;
    assert!(mean <= MOST_MEAN_GAP, "mean gap {mean:.4}, each {gaps:.3?}");
}

/// The schedules of the optimiser, with so few steps that a test can wait for them: `benches/optimise.rs` gives it its time.
#[test]
fn schedules_of_the_optimiser_are_valid_and_near_the_best() {
    let Some(folder) = data::folder("fjsp", "fjsp") else { return };
    let pool = Pool::new(2).unwrap();
    let budget = Budget { iterations: Some(60_000), time: None };
    let gap = |instance: &Instance| {
        let text = std::fs::read_to_string(&instance.path).unwrap();
        let problem = fjsp::to_problem(&fjsp::parse(&text).unwrap());
        let schedule = optimise(&problem, Objective::Makespan, budget, 1, &pool).unwrap();
        let seconds = |nanos: i64| u64::try_from(nanos / 1_000_000_000).unwrap();
        let rows = schedule.slots.iter().enumerate().flat_map(|(job, slots)| {
            slots.iter().enumerate().map(move |(operation, slot)| Scheduled {
                job: job as u64,
                operation: operation as u64,
                machine: slot.machine as u64,
                start: seconds(slot.start),
                end: seconds(slot.end),
            })
        });
        let (rows, makespan) = (rows.collect::<Vec<_>>(), seconds(schedule.value.makespan));
        assert_eq!(check(&read_shop(&text), &rows, makespan), Ok(()), "{}", instance.path.display());
        assert!(schedule.bound / 1e9 <= instance.best, "{}: no bound", instance.path.display());
        makespan as f64 / instance.best - 1.0
    };
    let gaps: Vec<f64> = instances(&folder, "mk").iter().map(gap).collect();
    let mean = gaps.iter().sum::<f64>() / gaps.len() as f64;
    assert!(mean <= 0.02, "mean gap {mean:.4}, each {gaps:.3?}");
}

/// By way of the program, from the instance's file to the run folder.
#[test]
fn the_program_imports_and_runs_instances() {
    let Some(folder) = data::folder("fjsp", "fjsp") else { return };
    let cases = [
        ("mk01.txt", "Mwkr", "EarliestFinish"),
        ("mk06.txt", "Atc(look_ahead: 2)", "ShortestQueue"),
        ("rdata/la10.txt", "Random", "Random"),
    ];
    for (file, rule, choice) in cases {
        let work = tempfile::tempdir().unwrap();
        let (scene, out) = (work.path().join("scene.ron"), work.path().join("out"));
        let program = || Command::cargo_bin("autotwin").unwrap();
        program().args(["import", "fjsp"]).arg(folder.join(file)).arg("-o").arg(&scene).assert().success();
        let sets = sets(rule, choice).into_iter().flat_map(|set| ["--set".to_owned(), set]);
        program().arg("run").arg(&scene).args(sets).arg("--out").arg(&out).arg("--quiet").assert().success().stdout("");
        let summary: Value = serde_json::from_slice(&std::fs::read(out.join("summary.json")).unwrap()).unwrap();
        let schedule = read_operations(&out.join("operations.parquet"));
        let shop = read_shop(&std::fs::read_to_string(folder.join(file)).unwrap());
        assert_eq!(check(&shop, &schedule, whole(summary["makespan"].as_f64().unwrap())), Ok(()), "{file}");
    }
}

/// A small schedule that is right, made by hand: job 0 on machines 0, 1, 2 and job 1 behind it on 0 and 1.
fn by_hand() -> Vec<Scheduled> {
    let row = |(job, operation, machine, start, end)| Scheduled { job, operation, machine, start, end };
    [(0, 0, 0, 0, 5), (0, 1, 1, 5, 9), (0, 2, 2, 9, 12), (1, 0, 0, 5, 7), (1, 1, 1, 9, 16)].map(row).to_vec()
}

#[test]
fn the_checker_reads_instances() {
    let times = |pairs: &[(u64, u64)]| pairs.iter().copied().collect::<BTreeMap<u64, u64>>();
    let first = vec![times(&[(0, 5)]), times(&[(1, 4), (2, 6)]), times(&[(2, 3)])];
    assert_eq!(read_shop(SMALL), vec![first, vec![times(&[(0, 2)]), times(&[(0, 9), (1, 7)])]]);
}

#[test]
fn the_checker_takes_what_is_right() {
    let shop = read_shop(SMALL);
    assert_eq!(check(&shop, &by_hand(), 16), Ok(()));
    let (schedule, makespan) = run(SMALL, BEST.0, BEST.1);
    assert_eq!(check(&shop, &schedule, makespan), Ok(()));
}

#[test]
fn the_checker_refuses_what_is_wrong() {
    type Change = fn(&mut Vec<Scheduled>);
    let cases: [(&str, Fault, Change); 12] = [
        ("a machine that cannot do it", Fault::Ineligible(0, 0), |rows| rows[0].machine = 2),
        ("the time of another machine", Fault::Duration(0, 1), |rows| rows[1].machine = 2),
        ("too short", Fault::Duration(0, 1), |rows| rows[1].end = 8),
        ("too long", Fault::Duration(1, 1), |rows| rows[4].end = 17),
        ("backwards", Fault::Duration(0, 0), |rows| (rows[0].start, rows[0].end) = (5, 0)),
        ("left out", Fault::Missing(0, 2), |rows| rows.retain(|row| row.operation != 2)),
        ("the last left out", Fault::Missing(1, 1), |rows| rows.truncate(4)),
        ("done twice", Fault::Twice(0, 0), |rows| rows.push(rows[0])),
        ("not in the instance", Fault::Unknown(1, 2), |rows| rows[4].operation = 2),
        ("before the operation before it", Fault::Order(0, 2), |rows| (rows[2].start, rows[2].end) = (8, 11)),
        ("two jobs at a time", Fault::Overlap(0), |rows| (rows[3].start, rows[3].end) = (4, 6)),
        ("a gap, and another end", Fault::Makespan, |rows| (rows[4].start, rows[4].end) = (10, 17)),
    ];
    for (what, fault, change) in cases {
        let mut schedule = by_hand();
        change(&mut schedule);
        assert_eq!(check(&read_shop(SMALL), &schedule, 16), Err(fault), "{what}");
    }
}
