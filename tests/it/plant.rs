//! What a plant does beyond machines: conveyors, kits, variants, racks, relocation, and control in three levels.

use autotwin::prelude::*;

use crate::support::{commands, indicator, read, run};

fn audited(scene: &str, log: &str) -> Outcome {
    let options = RunOptions { audit: true, commands: commands(log), ..RunOptions::default() };
    run(&read(scene), &options, 1)
}

type Outcome = autotwin::run::single::Outcome;

/// Runs a scene with all tables, and gives the folder in which they are.
fn recorded(scene: &str, log: &str) -> tempfile::TempDir {
    let options = RunOptions { audit: true, commands: commands(log), ..RunOptions::default() };
    let folder = tempfile::tempdir().expect("a folder can be made");
    let (mut simulation, header) = prepare(&read(scene), &options, None).expect("the scene is right");
    let nobody = &autotwin::run::single::Nobody;
    execute(&mut simulation, &header, Seed(1), Pool::default(), Some(folder.path()), nobody).expect("it runs");
    folder
}

/// The rows of a table as texts, a column after the other.
fn rows(folder: &tempfile::TempDir, table: &str, columns: &[&str]) -> Vec<Vec<String>> {
    use parquet::file::reader::{FileReader, SerializedFileReader};
    let file = std::fs::File::open(folder.path().join(format!("{table}.parquet"))).expect("the table is there");
    let reader = SerializedFileReader::new(file).expect("the table is whole");
    let rows = reader.get_row_iter(None).expect("it has rows").map(|row| row.expect("a row"));
    rows.map(|row| {
        let cell =
            |column: &&str| row.get_column_iter().find(|(name, _)| *name == *column).expect(column).1.to_string();
        columns.iter().map(cell).collect()
    })
    .collect()
}

const TWO_PLACES: &str = r#"(
    run_for: "10h",
    aisles: (junctions: {"a": (0, 0), "b": (50, 0), "c": (100, 0)}, lanes: [(from: "a", to: "b"), (from: "b", to: "c")]),
    twins: [
        (name: "first", machine: (), place: At(x: 0, y: 2)),
        (name: "second", machine: (output_buffer: 9), place: At(x: 50, y: 2)),
        (name: "cart", vehicle: (speed: 1, acceleration: 1), place: At(x: 0, y: -2)),
        (name: "mover", worker: (skills: ["move"])),
    ],
    products: {"part": (routing: [
        (name: "one", machines: {"first": "5m"}), (name: "two", machines: {"second": "5m"}),
    ])},
    arrivals: [(product: "part", every: "10m")],
)"#;

#[test]
fn a_machine_moves_while_the_plant_runs() {
    let log = r#"{"at": "5h", "do": "relocate", "twin": "second", "with": {"x": 100, "y": 2, "takes": "30m", "skill": "move"}}"#;
    let folder = recorded(TWO_PLACES, log);
    let moves = rows(&folder, "maintenance", &["machine", "kind", "start", "end"]);
    assert_eq!(moves.len(), 1, "{moves:?}");
    assert_eq!(moves[0][..2], ["\"second\"", "\"relocation\""]);
    let number = |text: &String| text.parse::<f64>().expect("a number");
    let (start, end) = (number(&moves[0][2]), number(&moves[0][3]));
    assert_eq!(end - start, 1800.0);
    let working: Vec<(f64, f64)> = rows(&folder, "operations", &["machine", "start", "end"])
        .iter()
        .filter(|row| row[0] == "\"second\"")
        .map(|row| (number(&row[1]), number(&row[2])))
        .collect();
    assert!(working.iter().all(|&(from, to)| to <= start || from >= end), "nobody works on what is carried");
    let rides: Vec<(f64, f64)> = rows(&folder, "transports", &["loaded", "delivered"])
        .iter()
        .filter(|row| row[1] != "null")
        .map(|row| (number(&row[0]), number(&row[1])))
        .collect();
    let longest = |rides: &mut dyn Iterator<Item = &(f64, f64)>| rides.map(|(a, b)| b - a).fold(0.0, f64::max);
    let before = longest(&mut rides.iter().filter(|ride| ride.1 < start));
    let after = longest(&mut rides.iter().filter(|ride| ride.0 > end));
    assert!((after - before - 50.0).abs() < 1.0, "the way is 50 m longer at 1 m/s: {before} s before, {after} s after");
    assert!(working.iter().filter(|(from, _)| *from >= end).count() > 20);
}

#[test]
fn a_machine_that_nobody_can_move_stays() {
    let log = r#"{"at": "5h", "do": "relocate", "twin": "second", "with": {"x": 1, "y": 2, "skill": "fly"}}"#;
    let options = RunOptions { commands: commands(log), ..RunOptions::default() };
    let refused = prepare(&read(TWO_PLACES), &options, None).err().expect("the log is wrong");
    assert!(refused.to_string().contains("no worker has the skill `fly`"), "{refused}");
}

#[test]
fn a_kit_comes_whole_and_is_used_up() {
    let scene = r#"(
        run_for: "5d",
        twins: [
            (name: "turner-{n}", count: 2, machine: ()), (name: "bench", machine: (capacity: 2, input_buffer: 2)),
            (name: "leg shelf", rack: (capacity: 30, keeps: ["leg"])), (name: "top shelf", rack: (capacity: 5, keeps: ["top"])),
        ],
        products: {
            "leg": (routing: [(name: "turn", machines: {"turner-1": Exponential(mean: "4m")}, next: {"stock": 1})]),
            "top": (routing: [(name: "turn", machines: {"turner-2": Exponential(mean: "9m")}, next: {"stock": 0.9, "scrap": 0.1})]),
            "table": (routing: [(name: "join", machines: {"bench": "30m"}, needs: {"leg": 4, "top": 1})]),
        },
        arrivals: [
            (product: "leg", every: Exponential(mean: "9m")), (product: "top", every: Exponential(mean: "35m")),
            (product: "table", every: Exponential(mean: "40m")),
        ],
    )"#;
    let outcome = audited(scene, "");
    let tables = indicator(&outcome, "jobs_shipped");
    assert!(tables > 100.0, "{tables}");
    let folder = recorded(scene, "");
    let used = rows(&folder, "jobs", &["product", "outcome"]).into_iter().filter(|row| row[1] == "\"assembled\"");
    let (legs, tops): (Vec<_>, Vec<_>) = used.partition(|row| row[0] == "\"leg\"");
    let joined = rows(&folder, "operations", &["operation"]).into_iter().filter(|row| row[0] == "\"join\"").count();
    assert_eq!((legs.len(), tops.len()), (4 * joined, joined));
}

#[test]
fn a_belt_carries_in_order_and_holds_what_finds_no_room() {
    let scene = r#"(
        run_for: "2d",
        twins: [
            (name: "a", machine: ()), (name: "b", machine: (input_buffer: 0)),
            (name: "belt", conveyor: (from: "a", to: "b", length: 10, speed: 0.1, spacing: 2)),
        ],
        products: {"tin": (routing: [(name: "fill", machines: {"a": "1m"}), (name: "close", machines: {"b": "70s"})])},
        arrivals: [(product: "tin", every: "61s", until: "20h")],
    )"#;
    let folder = recorded(scene, "");
    let number = |text: &String| text.parse::<f64>().expect("a number");
    let done = rows(&folder, "operations", &["operation", "job", "start", "end"]);
    let of = |operation: &'static str| done.iter().filter(move |row| row[0] == operation);
    let filled: Vec<(String, f64)> = of("\"fill\"").map(|row| (row[1].clone(), number(&row[3]))).collect();
    let closed: Vec<(String, f64)> = of("\"close\"").map(|row| (row[1].clone(), number(&row[2]))).collect();
    assert_eq!(filled[0].1 + 100.0, closed[0].1, "ten metres at 0.1 m/s");
    assert!(filled.iter().zip(&closed).all(|(a, b)| a.0 == b.0 && b.1 - a.1 >= 100.0 - 1e-6), "nobody overtakes");
    // The slower machine sets the pace: five tins on the belt, one in each machine, and the rest waits before the first.
    let pace: Vec<f64> = closed.windows(2).map(|pair| pair[1].1 - pair[0].1).collect();
    assert!(pace[50..900].iter().all(|gap| (gap - 70.0).abs() < 1e-6));
}

#[test]
fn each_customer_gets_what_was_chosen() {
    let scene = r#"(
        run_for: "10d",
        twins: [(name: "press", machine: ()), (name: "booth", machine: (), setup: (otherwise: "2m"))],
        products: {"case": (
            options: {"colour": {"plain": 0.5, "red": 0.3, "blue": 0.2}, "size": {"s": 0.5, "l": 0.5}},
            routing: [
                (name: "press", machines: {"press": "2m"}, factors: {"size": {"l": 1.5}}),
                (name: "paint", machines: {"booth": "3m"}, only: {"colour": ["red", "blue"]}, family: "{colour}"),
            ],
        )},
        arrivals: [(product: "case", every: "5m")],
        jobs: [(product: "case", count: 7, options: {"colour": "red", "size": "l"})],
    )"#;
    let folder = recorded(scene, "");
    let jobs = rows(&folder, "jobs", &["job", "variant", "outcome"]);
    let variant = |job: &String| jobs.iter().find(|row| row[0] == *job).map(|row| row[1].clone()).unwrap_or_default();
    let chosen = jobs.iter().filter(|row| row[0].parse::<u64>().is_ok_and(|job| job < 7));
    assert!(chosen.into_iter().all(|row| row[1] == "\"colour=red size=l\""));
    let number = |text: &String| text.parse::<f64>().expect("a number");
    let done = rows(&folder, "operations", &["operation", "job", "start", "end", "setup_start"]);
    for row in &done {
        let variant = variant(&row[1]);
        match row[0].as_str() {
            "\"press\"" => {
                let takes = if variant.contains("size=l") { 180.0 } else { 120.0 };
                assert!((number(&row[3]) - number(&row[2]) - takes).abs() < 1e-6, "{row:?} {variant}");
            }
            _ => assert!(!variant.contains("plain"), "{row:?} {variant}"),
        }
    }
    let mut last = String::new();
    for row in done.iter().filter(|row| row[0] == "\"paint\"") {
        let colour = variant(&row[1]).split(' ').next().map(str::to_owned).unwrap_or_default();
        let setup = number(&row[2]) - number(&row[4]);
        assert_eq!(setup > 0.0, colour != last, "a change-over where the colour changes");
        last = colour;
    }
}

/// The levels stay apart: control knows neither dispatching nor orders, dispatching knows no orders.
#[test]
fn control_has_three_levels_that_stay_apart() {
    let source = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/factory");
    let forbidden = [
        ("control", &["dispatch", "orders"][..]),
        ("dispatch", &["orders"][..]),
        ("orders", &["dispatch", "control"][..]),
    ];
    for (level, others) in forbidden {
        let mut files = vec![source.join(format!("{level}.rs"))];
        let mut folders = vec![source.join(level)];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).expect("the folder is there") {
                let path = entry.expect("an entry").path();
                if path.is_dir() { folders.push(path) } else { files.push(path) }
            }
        }
        for file in files {
            let text = std::fs::read_to_string(&file).expect("the file can be read");
            for other in others {
                let uses = text
                    .lines()
                    .any(|line| line.trim_start().starts_with("use ") && line.contains(&format!("factory::{other}")));
                assert!(!uses, "{} uses {other}", file.display());
            }
        }
    }
}
