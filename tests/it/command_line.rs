//! The program as people use it: commands, their exits, and what they leave behind.

use std::path::Path;
use std::process::{Command, Output, Stdio};

use autotwin::run::folder::Summary;

use crate::support::scene;

fn autotwin(folder: &Path, arguments: &[&str]) -> Output {
    let program = env!("CARGO_BIN_EXE_autotwin");
    Command::new(program).current_dir(folder).args(arguments).stdin(Stdio::null()).output().expect("the program starts")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Runs the program, which must succeed, and gives what it printed.
fn succeed(folder: &Path, arguments: &[&str]) -> String {
    let output = autotwin(folder, arguments);
    assert!(output.status.success(), "{arguments:?}: {}", text(&output.stderr));
    assert_eq!(text(&output.stderr), "", "{arguments:?} prints no progress into a pipe");
    text(&output.stdout)
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .expect("the folder is there")
        .map(|entry| entry.expect("it can be read").file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

fn summary(folder: &Path) -> Summary {
    let text = std::fs::read_to_string(folder.join("summary.json")).expect("a run writes its summary");
    serde_json::from_str(&text).expect("the summary is JSON")
}

#[test]
fn a_run_leaves_a_folder_that_can_be_verified_elsewhere() {
    let temporary = tempfile::tempdir().expect("a folder can be made");
    let here = temporary.path();
    let factory = scene("factory.ron");
    let printed = succeed(here, &["run", factory.to_str().expect("a text"), "--for", "1d", "--out", "a"]);
    assert!(printed.contains("oee_index") && printed.contains("lathe-1") && printed.contains("tugger-1"), "{printed}");
    assert!(printed.lines().all(|line| line.chars().count() <= 100), "{printed}");
    let files = [
        "activities.parquet",
        "advice.parquet",
        "charges.parquet",
        "decisions.parquet",
        "digests.jsonl",
        "edges.parquet",
        "emissions.parquet",
        "energy.parquet",
        "events.parquet",
        "incident_log.parquet",
        "incidents.parquet",
        "inputs.jsonl",
        "jobs.parquet",
        "maintenance.parquet",
        "messages.parquet",
        "metrics.parquet",
        "missions.parquet",
        "operations.parquet",
        "outlooks.parquet",
        "parking.parquet",
        "power.parquet",
        "roads.parquet",
        "run.json",
        "scene.ron",
        "signals.parquet",
        "states.parquet",
        "stays.parquet",
        "summary.json",
        "tasks.parquet",
        "transports.parquet",
        "trips.parquet",
    ];
    assert_eq!(names(&here.join("a")), files);
    assert!(printed.contains(&summary(&here.join("a")).digest));

    let elsewhere = tempfile::tempdir().expect("a folder can be made");
    std::fs::rename(here.join("a"), elsewhere.path().join("moved")).expect("it can be moved");
    assert!(succeed(elsewhere.path(), &["verify", "moved"]).starts_with("same: "));
    assert_eq!(names(here), Vec::<String>::new(), "nothing else is left behind");
}

#[test]
fn verify_names_the_first_step_and_part_that_differ() {
    let temporary = tempfile::tempdir().expect("a folder can be made");
    let here = temporary.path();
    let factory = scene("factory.ron");
    succeed(
        here,
        &["run", factory.to_str().expect("a text"), "--for", "6h", "--out", "a", "--tables", "none", "--quiet"],
    );
    // The same world, but one machine is a little slower: as if a law had been changed.
    let path = here.join("a/scene.ron");
    let changed = std::fs::read_to_string(&path).expect("it is there").replace("\"55m\"", "\"56m\"");
    std::fs::write(&path, changed).expect("it can be written");
    let output = autotwin(here, &["verify", "a"]);
    assert_eq!(output.status.code(), Some(1));
    let printed = text(&output.stdout);
    assert!(printed.contains("different: first difference at step") && printed.contains("products"), "{printed}");
}

#[test]
fn starting_scenes_are_right_and_say_what_they_are() {
    let temporary = tempfile::tempdir().expect("a folder can be made");
    let here = temporary.path();
    let list = succeed(here, &["new", "--list"]);
    let kinds: Vec<&str> = list.lines().filter_map(|line| line.split_whitespace().next()).collect();
    assert_eq!(
        kinds,
        [
            "factory",
            "food-line",
            "warehouse",
            "job-shop",
            "flow-line",
            "queues",
            "robots",
            "delivery",
            "inspection",
            "swarm"
        ]
    );
    for kind in kinds {
        let file = format!("{kind}.ron");
        succeed(here, &["new", kind, &file]);
        succeed(here, &["check", &file]);
        assert!(std::fs::read_to_string(here.join(&file)).expect("it is there").starts_with("// "));
    }
    let again = autotwin(here, &["new", "queues", "queues.ron"]);
    assert_eq!(again.status.code(), Some(2));
    assert!(text(&again.stderr).contains("is there already"));
    let slip = autotwin(here, &["new", "queue", "q.ron"]);
    assert!(text(&slip.stderr).contains("did you mean `queues`?"));
}

#[test]
fn the_reference_lists_every_part_and_shows_each() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let list = succeed(here, &["parts"]);
    for name in
        ["machine", "breakdown", "setup", "position", "products", "jobs", "arrivals", "factory", "scene", "twin"]
    {
        assert!(list.contains(name), "{name} is not listed");
        let page = succeed(here, &["parts", name]);
        assert!(page.starts_with(name) && page.contains("Example"), "{page}");
    }
    let slip = autotwin(here, &["parts", "machin"]);
    assert_eq!(slip.status.code(), Some(2));
    assert!(text(&slip.stderr).contains("did you mean `machine`?"));
}

#[test]
fn every_command_has_help_with_an_example() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    for command in ["run", "check", "new", "parts", "import", "train", "verify"] {
        let help = succeed(here, &[command, "--help"]);
        assert!(help.contains("Example") && help.contains(&format!("autotwin {command}")), "{help}");
    }
}

#[test]
fn overrides_reach_kinds_groups_and_single_twins() {
    let temporary = tempfile::tempdir().expect("a folder can be made");
    let here = temporary.path();
    let factory = scene("factory.ron");
    let run = |out: &str, set: &[&str]| {
        let mut arguments =
            vec!["run", factory.to_str().expect("a text"), "--for", "1d", "--quiet", "--tables", "none"];
        arguments.extend(["--out", out]);
        set.iter().for_each(|set| arguments.extend(["--set", set]));
        succeed(here, &arguments);
        let scene = std::fs::read_to_string(here.join(out).join("scene.ron")).expect("it is there");
        (summary(&here.join(out)).digest, scene)
    };
    let (plain, _) = run("plain", &[]);
    for (name, set, shown) in [
        ("kind", "kinds.lathe.machine.rule=Edd", "rule: Edd"),
        ("group", "twins.saw.machine.capacity=2", "capacity: 2"),
        ("twin", "twins.lathe-2.machine.capacity=3", "\"lathe-2\": (machine: (capacity: 3))"),
        ("factory", "factory.machine_choice=ShortestQueue", "machine_choice: ShortestQueue"),
        ("list", "arrivals.0.lot=12", "lot: 12"),
        ("routing", "products.gear.routing.harden.machines.furnace=70m", "\"furnace\": \"70m\""),
    ] {
        let (digest, scene) = run(name, &[set]);
        assert_ne!(digest, plain, "{set} changes the world");
        assert!(scene.contains(shown), "{set} is in the resolved scene:\n{scene}");
    }
}

#[test]
fn replications_have_intervals_and_folders_of_their_own() {
    let temporary = tempfile::tempdir().expect("a folder can be made");
    let here = temporary.path();
    let factory = scene("factory.ron");
    let arguments = [
        "run",
        factory.to_str().expect("a text"),
        "--for",
        "2d",
        "--warmup",
        "12h",
        "--replications",
        "5",
        "--out",
        "r",
        "--tables",
        "jobs",
    ];
    assert!(succeed(here, &arguments).contains("±"));
    let all = summary(&here.join("r"));
    let seeds: Vec<u64> = all.replications.iter().map(|replication| replication.seed).collect();
    assert_eq!(seeds, [1, 2, 3, 4, 5]);
    assert!(all.estimates.iter().any(|e| e.estimate.is_some_and(|e| e.count == 5 && e.half_width.is_some())));
    assert_eq!(names(&here.join("r/replications/0005")), ["jobs.parquet"]);
    assert!(succeed(here, &["verify", "r", "--threads", "1"]).starts_with("same: "));
}

#[test]
fn inputs_are_kept_and_replayed() {
    let temporary = tempfile::tempdir().expect("a folder can be made");
    let here = temporary.path();
    std::fs::write(
        here.join("log.jsonl"),
        "{\"at\": \"2h\", \"do\": \"breakdown\", \"twin\": \"furnace\", \"with\": {\"repair\": \"3h\"}}\n",
    )
    .expect("it can be written");
    let factory = scene("factory.ron");
    let factory = factory.to_str().expect("a text");
    succeed(here, &["run", factory, "--for", "6h", "--inputs", "log.jsonl", "--out", "a", "--quiet"]);
    succeed(here, &["run", factory, "--for", "6h", "--inputs", "a/inputs.jsonl", "--out", "b", "--quiet"]);
    assert_eq!(summary(&here.join("a")).digest, summary(&here.join("b")).digest);
    assert!(succeed(here, &["verify", "a"]).starts_with("same: "));
}

/// Ctrl-C finishes the step and writes whole files that say so.
#[test]
#[cfg(unix)]
fn an_interrupted_run_leaves_whole_files() {
    let temporary = tempfile::tempdir().expect("a folder can be made");
    let here = temporary.path();
    let factory = scene("factory.ron");
    let program = env!("CARGO_BIN_EXE_autotwin");
    let child = Command::new(program)
        .current_dir(here)
        .args(["run", factory.to_str().expect("a text"), "--for", "100years", "--out", "a"])
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program starts");
    // The run is under way once its folder is there under its temporary name, with its tables.
    let running = || std::fs::read_dir(here).is_ok_and(|mut entries| entries.next().is_some());
    while !running() {
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    std::thread::sleep(std::time::Duration::from_millis(300));
    let killed = Command::new("kill").args(["-INT", &child.id().to_string()]).status().expect("kill is there");
    assert!(killed.success());
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(130));
    assert!(text(&output.stdout).contains("interrupted"));
    assert_eq!(names(here), ["a"]);
    assert!(summary(&here.join("a")).interrupted);
    let jobs = std::fs::File::open(here.join("a/jobs.parquet")).expect("the table is there");
    let reader = parquet::file::reader::SerializedFileReader::new(jobs).expect("the table is whole");
    let rows = parquet::file::reader::FileReader::metadata(&reader).file_metadata().num_rows();
    assert!(rows > 0);
    let verify = autotwin(here, &["verify", "a"]);
    assert_eq!(verify.status.code(), Some(2));
    assert!(text(&verify.stderr).contains("was interrupted"));
}

#[test]
fn what_is_there_is_never_overwritten() {
    let temporary = tempfile::tempdir().expect("a folder can be made");
    let here = temporary.path();
    std::fs::create_dir(here.join("a")).expect("it can be made");
    let output = autotwin(here, &["run", scene("job_shop.ron").to_str().expect("a text"), "--out", "a"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("it is there already"), "{}", text(&output.stderr));
    assert_eq!(names(here), ["a"]);
    assert_eq!(names(&here.join("a")), Vec::<String>::new());
}

/// Alternatives are the run up to their first command, share its luck, and are compared pair by pair.
#[test]
fn what_if_compares_runs_pair_by_pair() {
    use autotwin::run::what_if::{Alternative, Contrast};
    let temporary = tempfile::tempdir().expect("a folder can be made");
    let here = temporary.path();
    let factory = scene("factory.ron");
    let factory = factory.to_str().expect("a text");
    std::fs::write(
        here.join("crash.jsonl"),
        r#"{"at": "8h", "do": "breakdown", "twin": "saw", "with": {"repair": "6h"}}"#,
    )
    .expect("it can be written");
    std::fs::write(
        here.join("nothing.jsonl"),
        r#"{"at": "8h", "do": "prioritise", "with": {"priority": 0, "product": "shaft"}}"#,
    )
    .expect("it can be written");
    let runs = ["run", factory, "--for", "1d", "--replications", "6", "--tables", "none"];
    let asked = ["--what-if", "crash.jsonl", "--what-if", "nothing.jsonl", "--out", "asked"];
    let printed = succeed(here, &[&runs[..], &asked].concat());
    assert!(printed.contains("crash, otherwise from 8h on") && printed.contains("throughput_rate"), "{printed}");
    succeed(here, &[&runs[..], &["--out", "plain"]].concat());
    assert_eq!(summary(&here.join("asked/baseline")).digest, summary(&here.join("plain")).digest);
    succeed(here, &[&runs[..], &["--inputs", "crash.jsonl", "--out", "crash"]].concat());
    assert_eq!(summary(&here.join("asked/crash")).digest, summary(&here.join("crash")).digest);
    let written = std::fs::read_to_string(here.join("asked/what_if.json")).expect("it is there");
    let written: Vec<Alternative> = serde_json::from_str(&written).expect("it is JSON");
    let find = |contrasts: &'_ [Contrast], name: &str| -> Contrast {
        contrasts.iter().find(|contrast| contrast.twin.is_none() && contrast.name == name).expect("it is there").clone()
    };
    let [crash, nothing] = &written[..] else { panic!("two alternatives") };
    assert!(nothing.contrasts.iter().all(|contrast| contrast.difference.mean == 0.0), "a command that changes nothing");
    let flow = find(&crash.contrasts, "flow_time");
    let [one, other, difference] = [flow.baseline, flow.alternative, flow.difference];
    assert!((other.mean - one.mean - difference.mean).abs() < 1e-6 && flow.is_sure(), "{flow:?}");
    let apart = one.half_width.unwrap().hypot(other.half_width.unwrap());
    assert!(difference.half_width.unwrap() < apart, "pairs say more than two separate samples: {flow:?}");
    // What cannot be is said before anything is run.
    std::fs::write(here.join("wrong.jsonl"), r#"{"at": "8h", "do": "dispatch", "with": {"rule": "Spot"}}"#)
        .expect("written");
    let refused = autotwin(here, &["run", factory, "--what-if", "wrong.jsonl", "--out", "no"]);
    let said = text(&refused.stderr);
    assert!(!refused.status.success() && said.contains("wrong.jsonl") && said.contains("Spot"), "{said}");
    assert!(!here.join("no").exists());
}
