//! Worlds with streets: what is counted of traffic, and when they end.

use std::collections::BTreeMap;

use autotwin::engine::parallel::Pool;
use autotwin::engine::random::Seed;
use autotwin::run::single::{Nobody, RunOptions, execute, prepare};
use autotwin::scene::load::load;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::{Field, Row};

use crate::support::{read, run, scene};

/// The rows of a table of a scene, with some of its settings changed.
fn rows(table: &str, path: &str, set: &[&str]) -> Vec<Row> {
    let set: Vec<String> = set.iter().map(|text| (*text).to_owned()).collect();
    let tree = load(&scene(path), &set).expect("the scene is right");
    let folder = tempfile::tempdir().expect("a folder can be made");
    let (mut simulation, header) = prepare(&tree, &RunOptions::default(), None).expect("the scene is right");
    execute(&mut simulation, &header, Seed(1), Pool::default(), Some(folder.path()), &Nobody).expect("it runs");
    let file = std::fs::File::open(folder.path().join(format!("{table}.parquet"))).expect("the table is there");
    let reader = SerializedFileReader::new(file).expect("the table is whole");
    reader.get_row_iter(None).expect("it has rows").map(|row| row.expect("a row")).collect()
}

/// The sum of a column.
fn sum(rows: &[Row], column: &str) -> f64 {
    let cells = rows.iter().flat_map(Row::get_column_iter).filter(|(name, _)| *name == column);
    cells
        .map(|(_, cell)| match cell {
            Field::Double(value) => *value,
            Field::Long(value) => *value as f64,
            Field::Null => 0.0,
            other => panic!("{column} is {other}"),
        })
        .sum()
}

/// Nothing is lost between two counts or at the end, and nothing is counted twice.
#[test]
fn it_does_not_matter_how_often_traffic_is_counted() {
    let whole = rows("edges", "junction.ron", &["city.count_every=1h"]);
    assert!(sum(&whole, "entered") > 1000.0 && sum(&whole, "time_loss") > 1000.0);
    for every in ["5m", "7m", "30m"] {
        let parts = rows("edges", "junction.ron", &[&format!("city.count_every={every}")]);
        for column in ["entered", "waiting", "time_loss"] {
            let [whole, parts] = [&whole, &parts].map(|rows| sum(rows, column));
            assert!((whole - parts).abs() < 1e-6 * whole, "{column}, each {every}: {parts}, not {whole}");
        }
    }
}

/// The text in a column.
fn text(row: &Row, column: &str) -> String {
    match row.get_column_iter().find(|(name, _)| *name == column) {
        Some((_, Field::Str(text))) => text.clone(),
        other => panic!("{column} is {other:?}"),
    }
}

/// Whoever parks is in the table, whoever leaves has parked there, and more places are full where there are fewer of them. Threads change nothing of it.
#[test]
fn parking_is_told() {
    let sets = [&["city.parking.market.places=4"][..], &["city.parking.market.places=400"][..]];
    let [few, many] = sets.map(|set| rows("parking", "parking.ron", set));
    assert!(sum(&few, "full") > sum(&many, "full") + 20.0 && sum(&few, "searched") > sum(&many, "searched"));
    let mut parked = BTreeMap::new();
    for row in &few {
        let (who, event) = (text(row, "twin"), text(row, "event"));
        match event.as_str() {
            "parks" => assert_eq!(parked.insert(who, text(row, "place")), None),
            "leaves" => assert_eq!(parked.remove(&who), Some(text(row, "place")), "{who} leaves"),
            _ => assert_eq!(event, "finds none"),
        }
    }
    let tree = load(&scene("parking.ron"), &[]).expect("the scene is right");
    let digests = [1, 2, 8].map(|threads| run(&tree, &RunOptions::default(), threads).digest());
    assert!(digests.iter().all(|digest| *digest == digests[0]));
}

/// A run that is not told how long it lasts goes on until the last has arrived, however long nobody is under way meanwhile.
#[test]
fn without_a_length_a_run_ends_when_all_have_arrived() {
    let flow =
        |begin: &str| format!(r#"(from: "a", to: "b", per_hour: 60, kinds: ["car"], begin: "{begin}", lasts: "30m")"#);
    let tree = read(&format!(
        r#"(city: (
            nodes: {{"a": (at: (0, 0)), "b": (at: (1000, 0))}},
            ways: {{"ab": (from: "a", to: "b")}},
            kinds: {{"car": ()}},
            flows: [{}, {}],
        ))"#,
        flow("0s"),
        flow("5h"),
    ));
    let outcome = run(&tree, &RunOptions::default(), 1);
    let end = outcome.clock.now.seconds();
    assert!(end > 5.0 * 3600.0 && end < 5.6 * 3600.0, "it ended at {end} s");
}
