//! The world is a value: saved at any step and put back into another world, it goes on as if nothing had been.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Stdio;
use std::sync::atomic::{AtomicU64, Ordering};

use autotwin::engine::clock::Clock;
use autotwin::engine::identity::Directory;
use autotwin::engine::snapshot::Snapshot;
use autotwin::prelude::*;
use autotwin::run::checkpoint::{Checkpoint, CheckpointPlan, list};
use autotwin::run::folder::RunFolder;
use autotwin::run::replications::run_all;
use autotwin::run::resume::resume;
use autotwin::run::single::{Nobody, Observer, Outcome};
use autotwin::scene::header::Header;
use autotwin::scene::load::{SceneTree, load};
use autotwin::world::position::Position;
use proptest::prelude::*;

use crate::support::{all_scenes, for_hours, read, scene};

/// Steps of a run after each of which its world is moved into another, and how many threads each part has.
fn run_in_parts(tree: &SceneTree, options: &RunOptions, parts: &[(u64, usize)]) -> String {
    let (mut simulation, _) = prepare(tree, options, None).expect("the scene is right");
    for (steps, threads) in parts {
        simulation.set_pool(Pool::new(*threads).expect("there are threads"));
        let until = simulation.clock().step + steps;
        while !simulation.has_ended() && simulation.clock().step < until {
            simulation.step();
        }
        let saved = simulation.save();
        assert_eq!(saved.digest(), simulation.digest());
        let bytes = postcard::to_stdvec(&saved).expect("it can be written");
        let read: Snapshot = postcard::from_bytes(&bytes).expect("it reads back");
        let (mut other, _) = prepare(tree, options, None).expect("the scene is right");
        other.restore(&read).expect("it is of this program");
        assert_eq!(other.digest(), saved.digest(), "{:?}", saved.differences(&other.save()));
        simulation = other;
    }
    while !simulation.has_ended() {
        simulation.step();
    }
    simulation.digest().total.to_string()
}

fn run_through(tree: &SceneTree, options: &RunOptions) -> (String, u64) {
    let (mut simulation, _) = prepare(tree, options, None).expect("the scene is right");
    while !simulation.has_ended() {
        simulation.step();
    }
    (simulation.digest().total.to_string(), simulation.clock().step)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2, ..ProptestConfig::default() })]
    #[test]
    fn a_run_that_is_resumed_ends_as_one_straight_through(
        parts in prop::collection::vec((0.0..0.5_f64, 1..4_usize), 1..3),
    ) {
        for path in all_scenes() {
            let tree = load(&path, &[]).expect("the repository's scenes are right");
            let options = for_hours(&tree, 12);
            let (digest, steps) = run_through(&tree, &options);
            let parts: Vec<(u64, usize)> = parts.iter().map(|(part, threads)| ((part * steps as f64) as u64, *threads)).collect();
            prop_assert_eq!(run_in_parts(&tree, &options, &parts), digest, "{} {:?}", path.display(), parts);
        }
    }
}

/// What is left of a run: its digests and its tables.
fn results(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let names = std::fs::read_dir(folder).expect("the folder is there").map(|entry| entry.expect("a file").path());
    let kept = names.filter(|path| path.extension().is_some_and(|ending| ending == "parquet" || ending == "jsonl"));
    kept.map(|path| {
        (path.display().to_string().replace(&folder.display().to_string(), ""), std::fs::read(&path).expect("it reads"))
    })
    .collect()
}

fn autotwin(arguments: &[&str], folder: &Path) -> std::process::Command {
    let mut command = std::process::Command::new(assert_cmd::cargo::cargo_bin!("autotwin"));
    command.args(arguments).arg(folder).stdout(Stdio::null());
    command
}

fn files(folder: &Path) -> Vec<String> {
    let names = std::fs::read_dir(folder).expect("the folder is there");
    let mut names: Vec<String> =
        names.map(|entry| entry.expect("a file").file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// A run that is killed again and again leaves what an undisturbed one does: the same digests, and the same rows in all tables.
#[test]
fn a_run_that_is_killed_goes_on_from_its_last_checkpoint() {
    let work = tempfile::tempdir().expect("a folder can be made");
    let (whole, killed) = (work.path().join("whole"), work.path().join("killed"));
    let scene = scene("factory.ron");
    let scene = scene.to_str().expect("a path");
    let run = ["run", scene, "--for", "3w", "--quiet", "--out"];
    assert!(autotwin(&run, &whole).status().expect("it runs").success());
    let begin =
        ["run", scene, "--for", "3w", "--quiet", "--checkpoint-every", "1h", "--keep-checkpoints", "5", "--out"];
    let mut kills = 0;
    let mut child = autotwin(&begin, &killed).spawn().expect("it starts");
    while kills < 12 {
        // From before the first checkpoint to well behind it.
        std::thread::sleep(std::time::Duration::from_millis(60 + 80 * kills));
        if child.try_wait().expect("it can be asked").is_some() {
            break;
        }
        child.kill().expect("it can be killed");
        child.wait().expect("it ends");
        kills += 1;
        // Killed before it had made its folder it begins anew.
        if killed.exists() && !killed.join("plan.json").exists() {
            break;
        }
        let again = if killed.exists() { &["resume", "--quiet"][..] } else { &begin };
        child = autotwin(again, &killed).spawn().expect("it starts");
    }
    assert!(child.wait().expect("it ends").success());
    assert!(kills > 2, "only {kills} kills");
    let (whole_results, killed_results) = (results(&whole), results(&killed));
    assert!(whole_results.keys().eq(killed_results.keys()), "{:?}", killed_results.keys());
    for (name, bytes) in &whole_results {
        assert!(*bytes == killed_results[name], "{name} differs after {kills} kills");
    }
    let left: Vec<String> = files(&killed).into_iter().filter(|name| !files(&whole).contains(name)).collect();
    assert_eq!(left, ["checkpoints"]);
    assert_eq!(files(&killed.join("checkpoints")).len(), 5);
}

#[test]
fn replications_that_were_broken_off_go_on_each_by_itself() {
    let work = tempfile::tempdir().expect("a folder can be made");
    let (whole, stopped) = (work.path().join("whole"), work.path().join("stopped"));
    let tree = load(&scene("factory.ron"), &[]).expect("the scene is right");
    let mut options = for_hours(&tree, 30);
    let plan = CheckpointPlan { every: Duration::from_secs(3_600), keep: None };
    let pool = Pool::new(2).expect("there are threads");
    let finish = |folder: RunFolder, options: &RunOptions, (header, outcomes): (Header, Vec<Outcome>)| {
        folder.finish(&tree, &header, options, &outcomes).expect("it is written").digest
    };
    let folder = RunFolder::begin(&whole).expect("nothing is there");
    let ran = run_all(&tree, &options, 3, &pool, Some(folder.path()), &Nobody).expect("it runs");
    let digest = finish(folder, &options, ran);

    options.checkpoints = Some(plan);
    let folder = RunFolder::begin_lasting(&stopped, &tree, &options, (3, plan)).expect("nothing is there");
    let stop = StopAfter(AtomicU64::new(60));
    let (_, outcomes) = run_all(&tree, &options, 3, &pool, Some(folder.path()), &stop).expect("it runs");
    assert!(outcomes.iter().any(|outcome| outcome.interrupted));
    drop(folder);
    let error = autotwin(&["verify"], &stopped).output().expect("it runs");
    assert!(String::from_utf8_lossy(&error.stderr).contains("has not ended; go on with it by: autotwin resume"));
    let summary = resume(&stopped, None, autotwin::run::single::plugins, &pool, &Nobody).expect("it goes on");
    assert_eq!(summary.expect("it ends").digest, digest);
    for number in ["0001", "0002", "0003"] {
        let of = |folder: &Path| results(&folder.join("replications").join(number));
        assert!(of(&whole) == of(&stopped), "replication {number} differs");
    }
}

/// What can be seen of a run that was broken off and goes on is what can be seen of one straight through, byte by byte.
#[test]
fn what_is_seen_goes_on_from_a_checkpoint() {
    let work = tempfile::tempdir().expect("a folder can be made");
    let pool = Pool::new(2).expect("there are threads");
    for (number, path) in all_scenes().into_iter().enumerate() {
        let tree = load(&path, &[]).expect("the repository's scenes are right");
        let options = for_hours(&tree, 12);
        let length = options.run_for.expect("it has an end");
        let plan = CheckpointPlan { every: Duration::from_nanos(length.nanos() / 7), keep: None };
        let options = RunOptions { checkpoints: Some(plan), tracks: true, ..options };
        let begin = |name: &str, steps: u64| {
            let folder = work.path().join(format!("{name}-{number}"));
            let run = RunFolder::begin_lasting(&folder, &tree, &options, (1, plan)).expect("nothing is there");
            let stop = StopAfter(AtomicU64::new(steps));
            let (_, outcomes) = run_all(&tree, &options, 1, &pool, Some(run.path()), &stop).expect("it runs");
            (folder, outcomes[0].clock.step)
        };
        let (whole, steps) = begin("whole", u64::MAX);
        let (stopped, _) = begin("stopped", steps * 3 / 4);
        let at = Some(Time::from_nanos(length.nanos() / 2));
        resume(&stopped, at, autotwin::run::single::plugins, &pool, &Nobody).expect("it goes on");
        let tracks = |folder: &Path| std::fs::read(folder.join("tracks.bin")).expect("it is there");
        assert!(tracks(&whole) == tracks(&stopped), "{}", path.display());
    }
}

struct StopAfter(AtomicU64);

impl Observer for StopAfter {
    fn after_step(&self, _: &Clock) -> bool {
        self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).is_ok()
    }
}

/// What is wrong with a file is said by its name, and nothing is changed.
#[test]
fn a_checkpoint_that_is_not_whole_is_refused() {
    let work = tempfile::tempdir().expect("a folder can be made");
    let folder = work.path().join("run");
    let tree = load(&scene("factory.ron"), &[]).expect("the scene is right");
    let plan = CheckpointPlan { every: Duration::from_secs(3_600), keep: None };
    let options = RunOptions { checkpoints: Some(plan), ..for_hours(&tree, 12) };
    let run = RunFolder::begin_lasting(&folder, &tree, &options, (1, plan)).expect("nothing is there");
    let stop = StopAfter(AtomicU64::new(10));
    run_all(&tree, &options, 1, &Pool::default(), Some(run.path()), &stop).expect("it runs");
    drop(run);
    let (_, last) = list(&folder).expect("it reads").pop().expect("there are some");
    let whole = std::fs::read(&last).expect("it reads");
    assert_eq!(Checkpoint::read(&last).map(|checkpoint| checkpoint.about.scene), Ok("gear plant".to_owned()));
    let mut said = Vec::new();
    let mut spoil = |bytes: &[u8]| {
        std::fs::write(&last, bytes).expect("it can be written");
        let error = resume(&folder, None, autotwin::run::single::plugins, &Pool::default(), &Nobody)
            .expect_err("it is refused");
        // How long it is depends on the name of the commit, which is in it.
        let message = error.to_string().replace(&last.display().to_string(), "LAST");
        said.push(
            message.replace(&format!("{} bytes of {}", whole.len() - 1, whole.len()), "all but one of its bytes"),
        );
    };
    let with = |place: usize, byte: u8| {
        let mut bytes = whole.clone();
        bytes[place] = byte;
        bytes
    };
    spoil(&[]);
    spoil(b"PK\x03\x04 something else altogether");
    spoil(&with(7, 9));
    spoil(&whole[..20]);
    spoil(&whole[..whole.len() - 1]);
    spoil(&with(whole.len() - 1, !whole[whole.len() - 1]));
    spoil(&[&whole[..], b"more"].concat());
    insta::with_settings!({ omit_expression => true }, { insta::assert_snapshot!(said.join("\n")) });
    // An earlier one is as good.
    let at = Some(Time::ZERO + Duration::from_secs(2 * 3_600));
    let summary = resume(&folder, at, autotwin::run::single::plugins, &Pool::default(), &Nobody).expect("it goes on");
    let (_, outcomes) = run_all(&tree, &for_hours(&tree, 12), 1, &Pool::default(), None, &Nobody).expect("it runs");
    assert_eq!(summary.expect("it ends").digest, outcomes[0].digest());
    let again = resume(&folder, None, autotwin::run::single::plugins, &Pool::default(), &Nobody);
    assert!(again.expect_err("it has ended").to_string().contains("this run has ended"));
}

/// Two checkpoints of one run differ in what has happened between them, and that is said of each twin.
#[test]
fn differences_are_told_by_twin_and_part() {
    let tree = read("(run_for: \"10s\", tick: \"1s\", twins: [(name: \"a\", position: (x: 1, y: 2)), (name: \"b\")])");
    let (mut simulation, _) = prepare(&tree, &RunOptions::default(), None).expect("it is right");
    let first = simulation.save();
    assert_eq!(first.differences(&first), []);
    let twin = simulation.world().resource::<Directory>().find("a").expect("it is there");
    let entity = simulation.world().resource::<Directory>().entity(twin).expect("it is there");
    simulation.world_mut().get_mut::<Position>(entity).expect("it has one").x = 7.0;
    let differences = first.differences(&simulation.save());
    let told: Vec<(Option<TwinId>, &str)> = differences.iter().map(|one| (one.twin, one.item.as_str())).collect();
    assert_eq!(told, [(Some(twin), "position")]);
}
