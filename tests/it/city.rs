//! Worlds with streets: what is counted of traffic, and when they end.

use autotwin::engine::parallel::Pool;
use autotwin::engine::random::Seed;
use autotwin::run::single::{Nobody, RunOptions, execute, prepare};
use autotwin::scene::load::load;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::{Field, Row};

use crate::support::{read, run, scene};

/// The rows of the table `edges` of a scene, with some of its settings changed.
fn edges(path: &str, set: &[&str]) -> Vec<Row> {
    let set: Vec<String> = set.iter().map(|text| (*text).to_owned()).collect();
    let tree = load(&scene(path), &set).expect("the scene is right");
    let folder = tempfile::tempdir().expect("a folder can be made");
    let (mut simulation, header) = prepare(&tree, &RunOptions::default(), None).expect("the scene is right");
    execute(&mut simulation, &header, Seed(1), Pool::default(), Some(folder.path()), &Nobody).expect("it runs");
    let file = std::fs::File::open(folder.path().join("edges.parquet")).expect("the table is there");
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
            other => panic!("{column} is {other}"),
        })
        .sum()
}

/// Nothing is lost between two counts or at the end, and nothing is counted twice.
#[test]
fn it_does_not_matter_how_often_traffic_is_counted() {
    let whole = edges("junction.ron", &["city.count_every=1h"]);
    assert!(sum(&whole, "entered") > 1000.0 && sum(&whole, "time_loss") > 1000.0);
    for every in ["5m", "7m", "30m"] {
        let parts = edges("junction.ron", &[&format!("city.count_every={every}")]);
        for column in ["entered", "waiting", "time_loss"] {
            let [whole, parts] = [&whole, &parts].map(|rows| sum(rows, column));
            assert!((whole - parts).abs() < 1e-6 * whole, "{column}, each {every}: {parts}, not {whole}");
        }
    }
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
