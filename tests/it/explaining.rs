//! Why a twin did what it did can be asked of any run, whether its reasons were recorded or not.

use std::path::Path;

use autotwin::engine::parallel::Pool;
use autotwin::prelude::*;
use autotwin::run::explain::{Explanation, Question, explain};
use autotwin::run::folder::RunFolder;
use autotwin::run::replications::run_all;
use autotwin::run::single::{Nobody, RunError};
use autotwin::scene::load::load;
use autotwin::twin::actions::Outcome;
use autotwin::twin::step::trace::Wanted;

use crate::support::{for_hours, read, run, scene};

/// A watchman who walks between two posts until a battery is low; it may fail to find the plug.
const SCENE: &str = r#"(
    run_for: "3h",
    tick: "500ms",
    twins: [
        (
            name: "watch-{n}", count: 3, place: Grid(from: (0, 0), step: (0, 3), columns: 1),
            drive: (speed: 1.5),
            quantities: {"charge": (start: Uniform(low: 0.5, high: 1), low: 0, high: 1,
                rate: "if(doing(charge), 1 / 5min, if(doing(go), -1 / 20min, 0))")},
            sensors: {"gauge": (measures: Gauge(of: "charge"), every: "2s", noise: 0.02)},
            beliefs: {"level": Ewma(of: "gauge", half_life: "10s")},
            mind: Rules(every: "1s", rules: [
                (name: "recharge", priority: 5, when: "level < 30%", finishes: true, then: [
                    Claim(of: "plug", waits: true), Go(to: Claimed), Do(what: "find", takes: "5s", fails: 0.5), Do(what: "charge", until: "level > 90%"),
                ]),
                (name: "walk", then: [Go(to: Any("post-*")), Wait(lasts: "3s")]),
            ]),
        ),
        (name: "plug", service: (), place: At(x: -5, y: 0)),
        (name: "post-{n}", count: 2, place: Grid(from: (20, 0), step: (0, 20), columns: 1)),
    ],
)"#;

/// Runs the scene into a folder.
fn run_into(folder: &Path, reasons: &[&str], replications: u64) -> Vec<String> {
    let tree = read(SCENE);
    let reasons = Some(reasons.iter().map(|who| (*who).to_owned()).collect());
    let options = RunOptions { reasons, ..RunOptions::default() };
    let made = RunFolder::begin(folder).expect("it can be made");
    let path = made.path().to_owned();
    let (header, outcomes) =
        run_all(&tree, &options, replications, &Pool::default(), Some(&path), &Nobody).expect("it runs");
    let digests = outcomes.iter().map(|outcome| outcome.digest()).collect();
    made.finish(&tree, &header, &options, &outcomes).expect("it can be written");
    digests
}

fn ask(folder: &Path, twin: &str, at: Option<&str>, replication: u64) -> Result<Explanation, RunError> {
    let at = at.map(|at| Time::ZERO + Duration::parse(at).expect("a length of time"));
    let question = Question { twin: twin.to_owned(), at, replication };
    explain(folder, &question, plugins, &Pool::new(2).expect("threads can be had"), &Nobody)
}

#[test]
fn what_is_found_out_afterwards_is_what_would_have_been_recorded() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let [silent, talking] = ["silent", "talking"].map(|name| folder.path().join(name));
    assert_eq!(run_into(&silent, &[], 1), run_into(&talking, &["watch-*"], 1), "to ask changes nothing");
    for twin in ["watch-1", "watch-2", "watch-3"] {
        for at in ["0s", "1s", "10m", "37m 11s", "1h 5m 30s 250ms", "2h 59m"] {
            let [found, recorded] =
                [&silent, &talking].map(|folder| ask(folder, twin, Some(at), 1).expect("it is there"));
            assert!(!found.is_recorded && recorded.is_recorded);
            let said = |explanation: &Explanation| {
                let came: Vec<_> = explanation.came_of_it().cloned().collect();
                let over: Vec<_> = explanation.over().cloned().collect();
                let now: Vec<_> = explanation.under_way().cloned().collect();
                (explanation.turn.clone(), explanation.last.clone(), came, over, now)
            };
            assert_eq!(said(&found), said(&recorded), "{twin} at {at}");
        }
    }
}

/// With all kinds of minds: what is weighed for whoever asks is not decided.
#[test]
fn to_ask_everybody_all_the_time_changes_nothing() {
    for name in ["alarm.ron", "robots.ron", "thermostat.ron", "predictive_maintenance.ron"] {
        let tree = load(&scene(name), &[]).expect("the scene is right");
        let silent = for_hours(&tree, 12);
        let alone = run(&tree, &silent, 1).digest();
        let talking = RunOptions { reasons: Some(vec!["*".to_owned()]), ..silent };
        let folder = tempfile::tempdir().expect("a folder can be made");
        let (mut simulation, header) = prepare(&tree, &talking, None).expect("the scene is right");
        let pool = Pool::new(2).expect("threads can be had");
        let asked = execute(&mut simulation, &header, Seed(header.seed), pool, Some(folder.path()), &Nobody);
        let asked = asked.expect("it runs");
        assert_eq!(asked.digest(), alone, "{name}");
        assert!(asked.rows.iter().any(|(table, rows)| *table == "decisions" && *rows > 100), "{name} {:?}", asked.rows);
    }
}

#[test]
fn an_answer_fits_what_happened() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let run = folder.path().join("run");
    run_into(&run, &[], 1);
    let (mut failed, mut recharged) = (0, 0);
    for minutes in 1..170 {
        let answer = ask(&run, "watch-2", Some(&format!("{minutes}m")), 1).expect("it is there");
        let turn = answer.turn.as_ref().expect("it always wants something");
        assert!(turn.at <= answer.at && answer.last.as_ref().is_none_or(|last| last.at >= turn.at));
        // One thing at a time, and it is what it decided.
        let now: Vec<_> = answer.under_way().collect();
        assert!(now.len() <= 1, "{now:?}");
        let begun: Vec<&str> = answer.came_of_it().map(|deed| deed.course.as_str()).collect();
        assert!(now.iter().all(|deed| begun.contains(&deed.course.as_str())), "{now:?} {begun:?}");
        // What it chose was possible, and the most important of what was.
        let chosen: Vec<_> = turn.weighed.iter().filter(|weighed| weighed.is_chosen).collect();
        assert!(chosen.len() == 1 && chosen[0].is_possible);
        let level = turn.known.iter().find(|known| known.name == "level").expect("it is listed");
        assert!(level.is_belief);
        if turn.wanted.contains(&Wanted::Begin("recharge".to_owned())) {
            recharged += 1;
            let level: f64 = level.value.parse().expect("it is known by then");
            assert!(level < 0.3, "{level}");
            let end = answer.came_of_it().next().and_then(|deed| deed.end.clone());
            if let Some(end) = end {
                assert!(end.at > turn.at);
                failed += u32::from(matches!(end.outcome, Outcome::Failed(_)) && end.action == "find");
            }
        }
    }
    assert!(recharged > 5 && failed > 0, "{recharged} {failed}");
}

#[test]
fn every_replication_can_be_asked() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let run = folder.path().join("run");
    run_into(&run, &["watch-1"], 3);
    let answers: Vec<Explanation> =
        (1..=3).map(|n| ask(&run, "watch-1", Some("30m"), n).expect("it is there")).collect();
    assert_eq!(answers.iter().map(|answer| answer.seed).collect::<Vec<_>>(), [1, 2, 3]);
    assert_eq!(answers.iter().map(|answer| answer.is_recorded).collect::<Vec<_>>(), [true, false, false]);
    assert_ne!(answers[0].turn, answers[1].turn);
}

#[test]
fn questions_that_do_not_fit_are_answered_by_why() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let run = folder.path().join("run");
    run_into(&run, &[], 1);
    let why = |twin: &str, at: Option<&str>, replication: u64| {
        ask(&run, twin, at, replication).expect_err("it does not fit").to_string()
    };
    assert_eq!(why("watch-9", None, 1), "there is no twin `watch-9`; did you mean `watch-1`?");
    assert_eq!(
        why("plug", None, 1),
        "`plug` has no part `mind`, so it decides nothing; twins with a mind are watch-1, watch-2, watch-3"
    );
    assert_eq!(why("watch-1", Some("4h"), 1), "the run ended at 3h; ask for a moment before that");
    assert_eq!(why("watch-1", None, 2), "the run has 1 replications; choose one of them");
    let nowhere = ask(folder.path(), "watch-1", None, 1).expect_err("it is no run").to_string();
    assert!(nowhere.contains("it is no run folder"), "{nowhere}");
    // Without a moment, the end is meant.
    assert_eq!(ask(&run, "watch-1", None, 1).expect("it is there").at, Time::ZERO + Duration::from_secs(3 * 3_600));
}
