//! What is learned from a table is good on rows that it has not seen, and is asked in a world.

use std::path::Path;

use autotwin::engine::parallel::Pool;
use autotwin::engine::random::{Purpose, Seed};
use autotwin::learn::boost::Growth;
use autotwin::learn::table::{Selection, Table, read};
use autotwin::learn::validate::{Plan, validate};
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::Field;

use crate::data;

/// Runs the program; gives its exit, what it printed and what it complained of.
fn autotwin(folder: &Path, arguments: &[&str]) -> (Option<i32>, String, String) {
    let mut command = assert_cmd::Command::new(env!("CARGO_BIN_EXE_autotwin"));
    let output = command.current_dir(folder).args(arguments).output().expect("the program starts");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("it prints text");
    (output.status.code(), text(output.stdout), text(output.stderr))
}

/// The scene in `docs/learning.md` that asks the model.
fn documented_scene() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/learning.md");
    let text = std::fs::read_to_string(path).expect("it is there");
    let scene = text.split("```ron\n").nth(1).and_then(|rest| rest.split("```").next());
    scene.expect("it shows a scene").to_owned()
}

/// States of milling machines, after the laws of the AI4I 2020 data set in the main: tools fail when they are worn and the
/// torque is high. Some cells are empty.
fn machines(rows: u64) -> String {
    let mut text =
        "\u{feff}UDI,Product ID,Type,Air temperature [K],Process temperature [K],Rotational speed [rpm],Torque [Nm],\
        Tool wear [min],Machine_failure,OSF\r\n"
            .to_owned();
    for row in 0..rows {
        let draw = |what: u64| Seed(3).stream(row, Purpose::new("test"), what).uniform();
        let (torque, wear) = (20.0 + 50.0 * draw(0), (250.0 * draw(1)).floor());
        let (air, speed) = (296.0 + 8.0 * draw(2), 1540.0 - 12.0 * (torque - 40.0) + 20.0 * draw(3));
        let kind = ["L", "L", "M", "H"][(4.0 * draw(4)) as usize];
        let fails = u8::from(torque * wear > 9_000.0);
        let answer = if draw(5) < 0.02 { 1 - fails } else { fails };
        let air_text = if draw(6) < 0.05 { String::new() } else { format!("{air:.1}") };
        text += &format!(
            "{row},{kind}{row},{kind},{air_text},{:.1},{speed:.0},{torque:.1},{wear},{answer},{fails}\r\n",
            air + 10.0
        );
    }
    text
}

const TRAIN: [&str; 7] =
    ["train", "machines.csv", "--target", "Machine_failure", "--without", "UDI,Product ID,OSF", "--trees=40"];

fn train(folder: &Path, more: &[&str]) -> (Option<i32>, String, String) {
    autotwin(folder, &[&TRAIN, more].concat())
}

/// Who took a new tool, and after how many minutes of wear.
fn new_tools(folder: &Path) -> Vec<(String, f64)> {
    let file = std::fs::File::open(folder.join("events.parquet")).expect("it was written");
    let reader = SerializedFileReader::new(file).expect("it is a table");
    let mut found = Vec::new();
    for row in reader.get_row_iter(None).expect("it has rows") {
        let row = row.expect("it is whole");
        let get =
            |name: &str| row.get_column_iter().find(|(column, _)| *column == name).map(|(_, field)| field.clone());
        if let (Some(Field::Str(twin)), Some(Field::Str(event)), Some(Field::Double(value))) =
            (get("twin"), get("event"), get("value"))
            && event == "new tool"
        {
            found.push((twin, value));
        }
    }
    found
}

#[test]
fn a_model_is_trained_and_asked_in_a_world() {
    let temporary = tempfile::tempdir().expect("a folder can be made");
    let here = temporary.path();
    std::fs::write(here.join("machines.csv"), machines(1_500)).expect("it can be written");
    let (exit, printed, complaint) = train(here, &["-o", "failure.ron"]);
    assert_eq!((exit, complaint.as_str()), (Some(0), ""));
    assert!(printed.contains("fold 5") && printed.contains("0 is H, 1 is L, 2 is M"), "{printed}");
    assert!(printed.lines().all(|line| line.chars().count() <= 120), "{printed}");

    // The same file for any number of threads.
    let (exit, again, _) = train(here, &["-o", "again.ron", "--name", "failure", "--threads", "1"]);
    assert_eq!(exit, Some(0));
    assert_eq!(again.replace("again.ron", "failure.ron"), printed);
    let text = |name: &str| std::fs::read_to_string(here.join(name)).expect("it was written");
    assert_eq!(text("failure.ron"), text("again.ron"));

    std::fs::write(here.join("mills.ron"), documented_scene()).expect("it can be written");
    let (exit, _, complaint) = autotwin(here, &["run", "mills.ron", "--out", "run", "--quiet"]);
    assert_eq!((exit, complaint.as_str()), (Some(0), ""));
    let changes = new_tools(&here.join("run"));
    assert!(changes.len() >= 60, "20 mills, 12 hours, 150 to 200 minutes a tool: {}", changes.len());
    // By the law, tools fail at a torque of 45 to 60 after 150 to 200 minutes.
    let near = changes.iter().filter(|(_, wear)| (135.0..=215.0).contains(wear)).count();
    assert!(near as f64 >= 0.9 * changes.len() as f64, "{changes:?}");
}

#[test]
fn bad_input_is_told_and_nothing_is_written() {
    let temporary = tempfile::tempdir().expect("a folder can be made");
    let here = temporary.path();
    let few = "a,failed\n1,0\n2,0\n3,0\n4,0\n5,0\n6,1\n";
    for (name, text) in [
        ("few.csv", few),
        ("empty.csv", ""),
        ("ragged.csv", "a,failed\n1,0\n2\n"),
        ("words.csv", "a,failed\n1,0\nx,1\n"),
    ] {
        std::fs::write(here.join(name), text).expect("it can be written");
    }
    std::fs::write(here.join("there.ron"), "()").expect("it can be written");
    let cases = [
        (["nowhere.csv", "failed", "m.ron"], "error: nowhere.csv: there is no such file\n"),
        (
            ["empty.csv", "failed", "m.ron"],
            "error: empty.csv: the file is empty; its first line should name the columns\n",
        ),
        (["few.csv", "faild", "m.ron"], "error: few.csv:1: there is no column `faild`; did you mean `failed`?\n"),
        (
            ["few.csv", "failed", "m.ron"],
            "error: few.csv: only 1 row says yes, too few for 5 folds; gather more data\n",
        ),
        (
            ["ragged.csv", "failed", "m.ron"],
            "error: ragged.csv:3: this row has 1 cells, but the first line names 2 columns; put a text with commas in \
             quotes\n",
        ),
        (
            ["words.csv", "failed", "m.ron"],
            "error: words.csv:3: column 1, `a`: `x` is no number, as there is in line 2; put it right, empty the cell, or \
             leave the column out: --without a\n",
        ),
        (["few.csv", "failed", "there.ron"], "error: there.ron is there already; choose another name\n"),
        (["few.csv", "failed", "no/m.ron"], "error: there is no folder no; make it first\n"),
    ];
    for ([file, target, output], expected) in cases {
        let (exit, printed, complaint) = autotwin(here, &["train", file, "--target", target, "-o", output]);
        assert_eq!((exit, printed.as_str(), complaint.as_str()), (Some(2), "", expected));
    }
    for option in ["--rate=0", "--rate=x", "--folds=1", "--depth=0", "--trees=0"] {
        let (exit, _, complaint) = autotwin(here, &["train", "few.csv", "--target", "failed", "-o", "m.ron", option]);
        assert_eq!(exit, Some(2), "{option}: {complaint}");
    }
    assert_eq!(std::fs::read_dir(here).expect("it is there").count(), 5, "nothing is left behind");
}

/// The bar on the reference data, with everything as it is unless told otherwise.
#[test]
fn failures_of_milling_machines_are_learned() {
    let Some(folder) = data::folder("maintenance", "train") else { return };
    let without = ["UDI", "Product ID", "TWF", "HDF", "PWF", "OSF", "RNF"].map(str::to_owned).to_vec();
    let selection = Selection { target: "Machine_failure".to_owned(), without, ..Selection::default() };
    let table: Table = read(&folder.join("ai4i2020.csv"), &selection).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!((table.rows(), table.positives(), table.features.len()), (10_000, 339, 6));
    let plan = Plan { growth: Growth::default(), folds: 5, seed: Seed(1) };
    let found = validate(&table, &plan, &Pool::default()).unwrap_or_else(|error| panic!("{error}"));
    let pooled = found.pooled();
    println!("recall {:.4}, precision {:.4}, F1 {:.4}", pooled.recall(), pooled.precision(), pooled.f1());
    assert!(pooled.f1() >= 0.70, "{found:?}");
}
