//! Bad input stops a run before it starts: with file, line, column and a cure, and with nothing written.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

use crate::support::scene;

/// All files below a folder, with their contents.
fn contents(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).expect("the folder is there") {
        let path = entry.expect("it can be read").path();
        if path.is_dir() {
            found.insert(path.clone(), Vec::new());
            found.append(&mut contents(&path));
        } else {
            found.insert(path.clone(), fs::read(&path).expect("it can be read"));
        }
    }
    found
}

/// Runs the program, which must refuse and leave everything as it was; gives what it said.
fn refuse_with(mut command: Command, here: &Path) -> String {
    let before = contents(here);
    let output = command.current_dir(here).stdin(Stdio::null()).output().expect("the program starts");
    let said = String::from_utf8(output.stderr).expect("messages are UTF-8");
    assert_eq!(output.status.code(), Some(2), "{command:?}: {said}");
    assert_eq!(String::from_utf8_lossy(&output.stdout), "", "{command:?}");
    assert!(contents(here) == before, "{command:?} has written something");
    said
}

fn refuse(here: &Path, arguments: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_autotwin"));
    command.args(arguments);
    refuse_with(command, here)
}

/// Holds that each problem has its place and a cure.
fn assert_placed_and_cured(said: &str) {
    let begins = |what: &str| said.lines().filter(|line| line.trim_start().starts_with(what)).count();
    let closing = said.lines().last().unwrap_or_default();
    let count: usize = closing.split(' ').next().and_then(|count| count.parse().ok()).unwrap_or_default();
    assert!(count > 0 && begins("x ") == count, "the closing line counts: {said}");
    assert_eq!(begins("help: "), count, "each problem has a cure: {said}");
    let is_place = |line: &&str| {
        let place = line.trim_start().strip_prefix(",-[").and_then(|line| line.strip_suffix(']'));
        let mut numbers = place.into_iter().flat_map(|place| place.rsplitn(3, ':').take(2));
        place.is_some() && numbers.all(|number| number.parse::<usize>().is_ok())
    };
    assert_eq!(said.lines().filter(is_place).count(), count, "each problem has a place: {said}");
}

/// Holds that a message stays as it is; `INSTA_UPDATE=always` accepts changes.
fn snapshot(name: impl AsRef<str>, said: impl AsRef<str>) {
    let mut settings = insta::Settings::clone_current();
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name.as_ref(), said.as_ref()));
}

fn empty_folder() -> TempDir {
    tempfile::tempdir().expect("a folder can be made")
}

fn write(here: &Path, name: &str, content: impl AsRef<[u8]>) {
    let path = here.join(name);
    fs::create_dir_all(path.parent().expect("it has a folder")).expect("it can be made");
    fs::write(path, content).expect("it can be written");
}

/// A folder with the scene `shop.ron`.
fn with_shop() -> TempDir {
    let folder = empty_folder();
    fs::copy(scene("job_shop.ron"), folder.path().join("shop.ron")).expect("it can be copied");
    folder
}

/// Each file of `broken` has one kind of mistake, after which it is named.
#[test]
fn every_mistake_in_a_scene_has_a_place_and_a_cure() {
    let broken = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/broken");
    let folder = empty_folder();
    for (path, content) in contents(&broken).into_iter().filter(|(path, _)| path.is_file()) {
        let name = path.strip_prefix(&broken).expect("it lies there");
        write(folder.path(), name.to_str().expect("a text"), content);
    }
    let scenes = || contents(&broken).into_keys().filter(|path| path.is_file() && path.parent() == Some(&broken));
    assert!(scenes().count() > 80);
    for path in scenes() {
        let file = path.file_name().and_then(|name| name.to_str()).expect("a text");
        let said = refuse(folder.path(), &["check", file]);
        assert_placed_and_cured(&said);
        snapshot(file.trim_end_matches(".ron"), said);
    }
}

#[test]
fn scenes_that_go_too_deep_are_refused() {
    let folder = empty_folder();
    let here = folder.path();
    write(here, "brackets.ron", "(".repeat(1_000_000));
    write(here, "fields.ron", "(a:".repeat(100_000));
    write(here, "lists.ron", format!("(twins: {}{})", "[".repeat(100), "]".repeat(100)));
    for file in ["brackets.ron", "fields.ron", "lists.ron"] {
        let said = refuse(here, &["check", file]);
        assert_placed_and_cured(&said);
        assert!(said.contains("nested more than 64 deep"), "{said}");
    }
    for level in 0..20 {
        write(here, &format!("deep-{level}.ron"), format!("(include: [\"deep-{}.ron\"])", level + 1));
        // Each twice: without a limit, a million files.
        let twice = format!("wide-{}.ron", level + 1);
        write(here, &format!("wide-{level}.ron"), format!("(include: [\"{twice}\", \"{twice}\"])"));
    }
    write(here, "deep-20.ron", "()");
    write(here, "wide-20.ron", "()");
    for file in ["deep-0.ron", "wide-0.ron"] {
        let said = refuse(here, &["check", file]);
        assert_placed_and_cured(&said);
        assert!(said.contains("too many includes"), "{said}");
    }
}

#[test]
fn files_that_are_no_scenes_are_refused() {
    let folder = empty_folder();
    let here = folder.path();
    write(here, "latin-1.ron", b"(name: \"Fr\xe4se\")");
    write(here, "binary.ron", b"\x00\x01\x02\x7fELF");
    fs::create_dir(here.join("folder")).expect("it can be made");
    for file in ["nowhere.ron", "folder", "latin-1.ron", "binary.ron"] {
        snapshot(format!("no_scene_{}", file.trim_end_matches(".ron")), refuse(here, &["check", file]));
    }
}

#[test]
fn wrong_overrides_point_into_themselves() {
    let folder = with_shop();
    let many = format!("{}x=1", "a.".repeat(50_000));
    let overrides = [
        ("without_a_value", "factory.machine_choice"),
        ("with_an_empty_value", "seed="),
        ("with_an_empty_step", "kinds..machine=()"),
        ("of_an_unknown_section", "factry.machine_choice=Random"),
        ("of_an_unknown_field", "factory.machine_choise=Random"),
        ("of_an_unknown_kind", "kinds.machin.machine.rule=Spt"),
        ("of_an_unknown_product", "products.axel.routing.turn.repeat=2"),
        ("of_an_unknown_twin", "twins.lathe-9.machine.capacity=2"),
        ("of_an_unknown_item", "products.axle.routing.turm.repeat=2"),
        ("of_an_item_beyond_the_list", "jobs.7.count=3"),
        ("within_a_number", "jobs.0.count.x=3"),
        ("with_a_wrong_choice", "kinds.machine.machine.rule=Sptt"),
        ("with_a_number_out_of_range", "twins.lathe-2.machine.capacity=0"),
        ("with_a_wrong_time", "jobs.0.due=4x"),
        ("with_half_a_value", "kinds.machine.machine=(rule: "),
    ];
    for (name, set) in overrides {
        let said = refuse(folder.path(), &["check", "shop.ron", "--set", set]);
        assert_placed_and_cured(&said);
        snapshot(format!("override_{name}"), said);
    }
    let said = refuse(folder.path(), &["check", "shop.ron", "--set", &many]);
    assert!(said.contains("the path is too long"), "{said}");
}

#[test]
fn wrong_command_logs_are_refused_line_by_line() {
    let folder = with_shop();
    let here = folder.path();
    let unreadable = r#"{"at": "1h", "do": "suspend", "twin": "lathe-1"
suspend lathe-1
{"at": "1h", "do": "suspend", "twin": "lathe-1", "why": "tea"}
{"at": "1x", "do": "suspend", "twin": "lathe-1"}
{"at": -5, "do": "suspend", "twin": "lathe-1"}
{"do": "suspend", "twin": "lathe-1"}
{"at": 5, "do": "release", "with": {"product": ["axle"]}}

[1]
"#;
    let impossible = r#"{"at": "1h", "do": "suspnd", "twin": "lathe-1"}
{"at": "1h", "do": "explode", "twin": "lathe-1"}
{"at": "1h", "do": "suspend", "twin": "lathe-9"}
{"at": "1h", "do": "suspend"}
{"at": "1h", "do": "release"}
{"at": "1h", "do": "release", "with": {"product": "axel"}}
{"at": "1h", "do": "release", "with": {"product": 3}}
{"at": "1h", "do": "release", "with": {"product": "axle", "count": -1}}
{"at": "1h", "do": "release", "with": {"product": "axle", "count": 1.5}}
{"at": "1h", "do": "release", "with": {"product": "axle", "due_after": -1, "weight": -1}}
{"at": "1h", "do": "release", "with": {"product": "axle", "weight": -1}}
{"at": "1h", "do": "release", "with": {"product": "axle", "priority": 1e300}}
{"at": "1h", "do": "release", "with": {"product": "axle", "cuont": 3}}
{"at": "1h", "do": "breakdown", "twin": "lathe-1"}
{"at": "1h", "do": "breakdown", "twin": "lathe-1", "with": {"repair": "soon"}}
"#;
    for (name, log) in [("unreadable", unreadable), ("impossible", impossible)] {
        write(here, "log.jsonl", log);
        let said = refuse(here, &["run", "shop.ron", "--inputs", "log.jsonl"]);
        snapshot(format!("commands_{name}"), said);
    }
    snapshot("commands_nowhere", refuse(here, &["run", "shop.ron", "--inputs", "nowhere.jsonl"]));
}

#[test]
fn wrong_options_are_refused() {
    let folder = with_shop();
    let here = folder.path();
    write(here, "taken/file", "");
    let options: [(&str, &[&str]); 10] = [
        ("time", &["--for", "soon"]),
        ("time_without_unit", &["--for", "8"]),
        ("unknown_table", &["--tables", "jobs,operation"]),
        ("warmup_beyond_the_end", &["--for", "2h", "--warmup", "2h"]),
        ("no_replications", &["--replications", "0"]),
        ("seed", &["--seed", "-1"]),
        ("out_is_there", &["--out", "taken"]),
        ("out_below_a_file", &["--out", "taken/file/run"]),
        ("out_of_nothing", &["--out", ""]),
        ("unknown_option", &["--seeds", "3"]),
    ];
    for (name, options) in options {
        let arguments: Vec<&str> = ["run", "shop.ron"].into_iter().chain(options.iter().copied()).collect();
        snapshot(format!("option_{name}"), refuse(here, &arguments));
    }
    // What is found out only when the folder has been begun leaves neither it nor the folders above behind.
    refuse(here, &["run", "shop.ron", "--out", "a/b/c", "--tables", "weather"]);
}

/// A limit on the size of files is as good as a full disk, and needs no rights.
#[test]
#[cfg(unix)]
fn a_full_disk_leaves_nothing_behind() {
    let folder = empty_folder();
    fs::copy(scene("factory.ron"), folder.path().join("factory.ron")).expect("it can be copied");
    let mut command = Command::new("sh");
    // Without the trap, the signal that goes with the limit ends the program.
    command.args(["-c", "trap '' XFSZ; ulimit -f 8; exec \"$@\"", "sh", env!("CARGO_BIN_EXE_autotwin")]);
    command.args(["run", "factory.ron", "--out", "runs/a", "--quiet"]);
    let said = refuse_with(command, folder.path());
    assert!(said.contains("error: cannot write ") && said.contains(".parquet: "), "{said}");
}

#[test]
fn wrong_instances_of_job_shops_are_refused() {
    let folder = empty_folder();
    let here = folder.path();
    let instances = [
        ("empty", ""),
        ("words", "two machines\n"),
        ("negative_time", "1 1\n1 1 0 -5\n"),
        ("unknown_machine", "1 2\n1 1 2 5\n"),
        ("machine_twice", "1 2\n1 2 0 5 0 6\n"),
        ("too_few_jobs", "2 1\n1 1 0 5\n"),
        ("too_many_jobs", "1 1\n1 1 0 5\n1 1 0 5\n"),
        ("line_too_short", "1 1\n2 1 0 5\n"),
        ("line_too_long", "1 1\n1 1 0 5 7\n"),
        ("number_too_large", "99999999999999999999 1\n"),
    ];
    let mut all = String::new();
    for (name, text) in instances {
        let file = format!("{name}.txt");
        write(here, &file, text);
        all += &refuse(here, &["import", "fjsp", &file, "-o", "out.ron"]);
    }
    all += &refuse(here, &["import", "fjsp", "nowhere.txt", "-o", "out.ron"]);
    write(here, "right.txt", "1 1\n1 1 0 5\n");
    all += &refuse(here, &["import", "fjsp", "right.txt", "-o", "empty.txt"]);
    snapshot("job_shops", all);
}

#[test]
fn damaged_run_folders_are_refused() {
    let folder = with_shop();
    let here = folder.path();
    let made = Command::new(env!("CARGO_BIN_EXE_autotwin"))
        .current_dir(here)
        .args(["run", "shop.ron", "--out", "whole", "--tables", "none", "--quiet"])
        .status()
        .expect("the program starts");
    assert!(made.success());
    let read = |name: &str| fs::read_to_string(here.join("whole").join(name)).expect("it is there");
    let damaged = |folder: &str, name: &str, text: &str| {
        for file in ["run.json", "scene.ron", "inputs.jsonl", "digests.jsonl", "summary.json"] {
            write(here, &format!("{folder}/{file}"), read(file));
        }
        write(here, &format!("{folder}/{name}"), text);
    };
    damaged("half-a-record", "run.json", &read("run.json")[..40]);
    damaged("later-layout", "run.json", &read("run.json").replace("\"format\": 1", "\"format\": 2"));
    damaged("half-a-digest", "digests.jsonl", &read("digests.jsonl")[..40]);
    damaged("no-digests", "digests.jsonl", "");
    damaged("broken-scene", "scene.ron", &read("scene.ron").replace("\"40m\"", "\"40x\""));
    damaged("broken-inputs", "inputs.jsonl", "{\n");
    fs::create_dir(here.join("empty")).expect("it can be made");
    let folders = [
        "nowhere",
        "empty",
        "shop.ron",
        "half-a-record",
        "later-layout",
        "half-a-digest",
        "no-digests",
        "broken-scene",
        "broken-inputs",
    ];
    let all: String = folders.iter().map(|folder| refuse(here, &["verify", folder])).collect();
    snapshot("run_folders", all);

    // A digest that was tampered with is a finding, not an error of the user's.
    let digests = read("digests.jsonl");
    let (head, tail) = digests.split_once("\"total\":\"").expect("a digest has a total");
    let tampered = format!("{head}\"total\":\"{}{}", if tail.starts_with('0') { '1' } else { '0' }, &tail[1..]);
    damaged("tampered", "digests.jsonl", &tampered);
    let output = Command::new(env!("CARGO_BIN_EXE_autotwin")).current_dir(here).args(["verify", "tampered"]).output();
    let output = output.expect("the program starts");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(output.status.code(), Some(1));
    assert!(said.contains("first difference at step") && said.contains("total"), "{said}");
}
