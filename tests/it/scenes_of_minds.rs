//! What the scenes with minds promise: the alarm is answered in time, what is foreseen spares failures, what is learnt spares
//! energy.

use std::path::Path;

use autotwin::prelude::*;
use autotwin::run::single::{Nobody, Outcome};

use crate::support::{indicator, run, scene};

/// An entry of the journal: when, whose, what, how much.
type Entry = (f64, String, String, f64);

/// Runs a scene of the repository, and gives its journal.
fn journal(name: &str, settings: &[&str], seed: u64) -> Vec<Entry> {
    use parquet::file::reader::{FileReader, SerializedFileReader};
    use parquet::record::Field;
    let settings: Vec<String> = settings.iter().map(|setting| (*setting).to_owned()).collect();
    let tree = load(&scene(name), &settings).unwrap_or_else(|error| panic!("{}", crate::support::explain(error)));
    let options = RunOptions { seed: Some(seed), tables: Some(["events".to_owned()].into()), ..RunOptions::default() };
    let (mut simulation, header) = prepare(&tree, &options, None).expect("the scene is right");
    let folder = tempfile::tempdir().expect("a folder can be made");
    execute(&mut simulation, &header, Seed(seed), Pool::default(), Some(folder.path()), &Nobody).expect("it runs");
    let file = std::fs::File::open(Path::new(folder.path()).join("events.parquet")).expect("the journal is there");
    let reader = SerializedFileReader::new(file).expect("it is whole");
    let rows = reader.get_row_iter(None).expect("it has rows").map(|row| row.expect("a row"));
    rows.map(|row| {
        let mut entry = (0.0, String::new(), String::new(), f64::NAN);
        for (column, field) in row.get_column_iter() {
            match (column.as_str(), field) {
                ("time", Field::Double(number)) => entry.0 = *number,
                ("twin", Field::Str(text)) => entry.1.clone_from(text),
                ("event", Field::Str(text)) => entry.2.clone_from(text),
                ("value", Field::Double(number)) => entry.3 = *number,
                _ => {}
            }
        }
        entry
    })
    .collect()
}

fn is_at(found: Option<f64>, expected: f64, alarm: &[Entry]) {
    assert!(found.is_some_and(|found| (found - expected).abs() < 1e-6), "{expected} s: {alarm:?}");
}

/// The alarm: a lamp; two minutes later a call, unless somebody has come; six minutes later a report, unless somebody has
/// come; and it ends well each time.
#[test]
fn each_alarm_is_answered_in_time_and_in_order() {
    let (mut by_lamp, mut by_call, mut by_report) = (0, 0, 0);
    for seed in 1..=5 {
        let panel: Vec<Entry> =
            journal("alarm.ron", &[], seed).into_iter().filter(|entry| entry.1 == "panel").collect();
        let starts: Vec<usize> = (0..panel.len()).filter(|n| panel[*n].2 == "lamp on").collect();
        assert!(starts.len() >= 3, "seed {seed}: {} alarms in a day", starts.len());
        for (n, &start) in starts.iter().enumerate() {
            let end = starts.get(n + 1).copied().unwrap_or(panel.len());
            let (began, alarm) = (panel[start].0, &panel[start..end]);
            let steps: Vec<&str> = alarm.iter().map(|entry| entry.2.as_str()).collect();
            let after = |step: &str| alarm.iter().find(|entry| entry.2 == step).map(|entry| entry.0 - began);
            // What the day cuts off is not over. Where it does not get cool, the next alarm follows at once.
            let Some(over) = after("all well").or(after("still too warm")) else { continue };
            let acknowledged = after("acknowledged").expect("nothing is well before somebody has come");
            assert!(acknowledged < over && over <= acknowledged + 2710.0, "{alarm:?}");
            match steps.split_last().map_or(&[][..], |(_, before)| before) {
                ["lamp on", "acknowledged"] => {
                    assert!(acknowledged <= 120.0, "{alarm:?}");
                    by_lamp += 1;
                }
                ["lamp on", "guard called", "acknowledged"] => {
                    is_at(after("guard called"), 120.0, alarm);
                    assert!(acknowledged > 120.0 && acknowledged <= 480.0, "{alarm:?}");
                    by_call += 1;
                }
                ["lamp on", "guard called", "supervisor told", "acknowledged"] => {
                    is_at(after("guard called"), 120.0, alarm);
                    is_at(after("supervisor told"), 480.0, alarm);
                    assert!(acknowledged <= 600.0, "the supervisor needs less than two minutes: {alarm:?}");
                    by_report += 1;
                }
                _ => panic!("out of order: {alarm:?}"),
            }
        }
    }
    assert!(by_lamp > 0 && by_call > by_report && by_report > 0, "{by_lamp} {by_call} {by_report}");
}

/// What the thermostat has come to at the end of the fourth week: kWh, and degrees times hours that it was too cold.
fn winter(learns: bool, seed: u64) -> [f64; 2] {
    let setting = format!("twins.thermostat.quantities.learns.start={}", u8::from(learns));
    let journal = journal("thermostat.ron", &[&setting], seed);
    ["energy so far (kWh)", "too cold so far (K h)"].map(|what| {
        journal.iter().rev().find(|entry| entry.2 == what).map(|entry| entry.3).unwrap_or_else(|| panic!("no {what}"))
    })
}

#[test]
fn a_learnt_week_takes_less_energy_at_the_same_comfort() {
    for seed in 1..=3 {
        let ([learnt, cold], [fixed, _]) = (winter(true, seed), winter(false, seed));
        assert!(learnt < 0.9 * fixed, "seed {seed}: {learnt} instead of {fixed} kWh");
        // Some 150 hours in use: on average less than a twentieth of a degree too cold.
        assert!(cold < 7.5, "seed {seed}: {cold} K h");
    }
}

/// The same cell, run otherwise.
fn cell(settings: &[&str], seed: u64) -> Outcome {
    let settings: Vec<String> = settings.iter().map(|setting| (*setting).to_owned()).collect();
    let tree = load(&scene("predictive_maintenance.ron"), &settings).expect("the scene is right");
    run(&tree, &RunOptions { seed: Some(seed), ..RunOptions::default() }, 1)
}

/// Of some runs of the cell: failures, the share of the time in which mills were out of action, and the lead time in seconds.
fn figures(settings: &[&str]) -> [f64; 3] {
    const SEEDS: u64 = 4;
    let mut sums = [0.0; 3];
    for seed in 1..=SEEDS {
        let outcome = cell(settings, seed);
        let of_mills = |name: &str| -> f64 {
            let all = outcome.indicators.iter().filter(|indicator| indicator.name == name && indicator.twin.is_some());
            all.filter_map(|indicator| indicator.value).sum()
        };
        let out_of_action = (of_mills("share_down") + of_mills("share_maintenance")) / 3.0;
        let found = [indicator(&outcome, "failures"), out_of_action, indicator(&outcome, "flow_time")];
        sums.iter_mut().zip(found).for_each(|(sum, found)| *sum += found / SEEDS as f64);
    }
    sums
}

#[test]
fn what_is_foreseen_beats_failure_and_the_calendar() {
    let blind = "kinds.mill.quantities.foresees.start=0";
    let [failures, out_of_action, lead_time] = figures(&[]);
    for others in [figures(&[blind]), figures(&[blind, "kinds.mill.maintenance.every=80h"])] {
        let ours = [failures, out_of_action, lead_time];
        assert!(failures < 0.2 * others[0], "failures: {ours:?} {others:?}");
        assert!(out_of_action < 0.6 * others[1], "out of action: {ours:?} {others:?}");
        assert!(lead_time < others[2], "lead time: {ours:?} {others:?}");
    }
}
