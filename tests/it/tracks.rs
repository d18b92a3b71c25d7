//! What can be seen of a run is told as it was, from any moment, and telling it changes nothing.

use std::collections::BTreeMap;
use std::path::Path;

use autotwin::look::motion::{self, Pose};
use autotwin::look::sight::{self, Change, Event, Motion, Sight, Sights, ThingId};
use autotwin::prelude::*;
use autotwin::record::track::TrackError;
use autotwin::record::track::read::TrackReader;
use autotwin::run::single::Nobody;
use autotwin::scene::load::{SceneTree, load};
use proptest::prelude::*;

use crate::support::{all_scenes, commands, for_hours, run, scene};

fn options() -> RunOptions {
    RunOptions { run_for: Some(Duration::from_secs(86_400)), warmup: Some(Duration::ZERO), ..RunOptions::default() }
}

/// Runs a scene with tracks into a folder. Returns its digest.
fn record(path: &Path, folder: &Path) -> String {
    let tree = load(path, &[]).expect("the scene is right");
    let options = RunOptions { tracks: true, ..for_hours(&tree, 24) };
    record_with(&tree, &options, folder)
}

fn record_for(path: &Path, folder: &Path, days: i64) -> String {
    let tree = load(path, &[]).expect("the repository's scenes are right");
    let options = RunOptions { tracks: true, run_for: Some(Duration::from_secs(days * 86_400)), ..options() };
    record_with(&tree, &options, folder)
}

fn record_with(tree: &SceneTree, options: &RunOptions, folder: &Path) -> String {
    let (mut simulation, header) = prepare(tree, options, None).expect("the scene is right");
    let outcome = execute(&mut simulation, &header, Seed(header.seed), Pool::default(), Some(folder), &Nobody);
    outcome.expect("it runs").digest()
}

/// All changes of a run, kept in memory.
fn collect(path: &Path) -> (Vec<Change>, String) {
    let tree = load(path, &[]).expect("the repository's scenes are right");
    let (mut simulation, _) = prepare(&tree, &for_hours(&tree, 24), None).expect("the scene is right");
    sight::collect(simulation.world_mut());
    let mut changes = Vec::new();
    while !simulation.has_ended() {
        simulation.step();
        changes.extend(simulation.world_mut().resource_mut::<Sights>().take(Vec::new()));
    }
    changes.extend(simulation.world_mut().resource_mut::<Sights>().take(Vec::new()));
    (changes, simulation.digest().total.to_string())
}

/// What is there at a moment: its name, and what it looks like.
type There = BTreeMap<ThingId, (String, Option<Sight>)>;

fn apply<'a>(there: &mut There, changes: impl IntoIterator<Item = &'a Change>, until: Time) {
    for change in changes.into_iter().take_while(|change| change.at <= until) {
        match &change.event {
            Event::Comes(form) => drop(there.insert(change.thing, (form.name.to_string(), None))),
            Event::Goes => drop(there.remove(&change.thing)),
            Event::Looks(sight) => {
                if let Some((_, looks)) = there.get_mut(&change.thing) {
                    *looks = Some(*sight);
                }
            }
            Event::Moves(motion) => {
                if let Some((_, Some(looks))) = there.get_mut(&change.thing) {
                    looks.motion = *motion;
                }
            }
        }
    }
}

/// Where something is at a moment, to be compared to within what a record keeps.
fn numbers(motion: &Motion, now: Time) -> (u8, Vec<f64>) {
    match *motion {
        Motion::Stands { .. } | Motion::Goes { .. } => {
            let Some((Pose { at, heading }, _, moves)) = motion::pose(motion, now) else { return (0, Vec::new()) };
            let turn = [f64::from(heading.sin()), f64::from(heading.cos())];
            (u8::from(moves), at.iter().map(|part| f64::from(*part)).chain(turn).collect())
        }
        Motion::Within { berth, since, until, .. } => (2, vec![f64::from(berth), since.seconds(), until.seconds()]),
        Motion::Hidden => (3, Vec::new()),
    }
}

fn are_alike(one: &Sight, other: &Sight, now: Time) -> bool {
    let (a, b) = (numbers(&one.motion, now), numbers(&other.motion, now));
    // Ends of ways are kept to the millimetre, which turns short ways a little.
    let length = match one.motion {
        Motion::Goes { from, to, .. } => f64::from((0..3).map(|n| (to[n] - from[n]).powi(2)).sum::<f32>().sqrt()),
        _ => f64::INFINITY,
    };
    let within = |n: usize| if n < 3 { 1e-2 } else { 1e-2 + 2e-3 / length };
    let close = a.0 == b.0 && a.1.iter().zip(&b.1).enumerate().all(|(n, (a, b))| (a - b).abs() < within(n));
    let host = |motion: &Motion| if let Motion::Within { host, .. } = motion { Some(*host) } else { None };
    close && host(&one.motion) == host(&other.motion) && one.state == other.state && one.values == other.values
}

#[test]
fn any_moment_is_read_as_it_was_in_every_scene() {
    for path in all_scenes() {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let digest = record(&path, folder.path());
        let (changes, watched) = collect(&path);
        let tree = load(&path, &[]).expect("it is right");
        let alone = run(&tree, &for_hours(&tree, 24), 1).digest();
        assert_eq!((digest.as_str(), watched.as_str()), (alone.as_str(), alone.as_str()), "{}", path.display());
        let mut reader = TrackReader::open(folder.path()).expect("the tracks are whole");
        let [start, end] = [reader.index.start, reader.index.end];
        assert!(start == Time::ZERO && end > start, "{}", path.display());
        for share in (0..60).map(|n| f64::from(n) / 59.0) {
            let at = Time::ZERO + Duration::from_seconds((end - start).seconds() * share);
            let mut expected = There::new();
            apply(&mut expected, &changes, at);
            let mut found = There::new();
            let number = reader.chunk_at(at);
            let chunk = reader.chunk(number).expect("the chunk is whole");
            apply(&mut found, &chunk.present, Time::NEVER);
            apply(&mut found, &chunk.changes, at);
            assert_eq!(expected.len(), found.len(), "{} at {at}", path.display());
            for (thing, (name, looks)) in &expected {
                let Some((other, seen)) = found.get(thing) else { panic!("{name} is missing at {at}") };
                assert_eq!(name, other);
                if let (Some(looks), Some(seen)) = (looks, seen) {
                    assert!(are_alike(looks, seen, at), "{} {name} at {at}:\n{looks:?}\n{seen:?}", path.display());
                }
            }
        }
    }
}

#[test]
fn breakdowns_are_marked() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    record_for(&scene("factory.ron"), folder.path(), 4);
    let reader = TrackReader::open(folder.path()).expect("the tracks are whole");
    let breakdowns: Vec<_> = reader.index.events.iter().filter(|mark| &*mark.event == "breakdown").collect();
    assert!(!breakdowns.is_empty() && breakdowns.iter().all(|mark| mark.thing.is_some()));
    assert!(reader.index.events.windows(2).all(|pair| pair[0].at <= pair[1].at));
}

/// All changes of a scene of two hours that gets commands. That somebody watches changes nothing.
fn watch(scene: &str, log: &str) -> Vec<Change> {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let path = folder.path().join("scene.ron");
    std::fs::write(&path, scene).expect("it can be written");
    let tree = load(&path, &[]).expect("the scene is right");
    let options = RunOptions { commands: commands(log), ..RunOptions::default() };
    let (mut simulation, _) = prepare(&tree, &options, None).expect("the scene is right");
    sight::collect(simulation.world_mut());
    while !simulation.has_ended() {
        simulation.step();
    }
    assert_eq!(simulation.digest().total.to_string(), run(&tree, &options, 2).digest());
    simulation.world_mut().resource_mut::<Sights>().take(Vec::new())
}

/// What is there at a moment, by name.
fn there_at(changes: &[Change], hours: f64) -> BTreeMap<String, Option<Sight>> {
    let mut there = There::new();
    apply(&mut there, changes, Time::ZERO + Duration::from_seconds(hours * 3600.0));
    there.into_values().collect()
}

const TWO_MACHINES: &str = r##"(
    run_for: "2h",
    twins: [
        (name: "first", machine: (), place: At(x: 0, y: 2), look: (model: "press", colour: "#123456", size: 0.5)),
        (name: "second", machine: (), place: At(x: 20, y: 2)),
        (name: "cart", vehicle: (), place: At(x: 0, y: -2)),
        (name: "helper", worker: (skills: ["help"])),
    ],
    aisles: (junctions: {"a": (0, 0), "b": (20, 0), "c": (40, 0)}, lanes: [(from: "a", to: "b"), (from: "b", to: "c")]),
    products: {"part": (routing: [(name: "one", machines: {"first": "5m", "second": "5m"})])},
    arrivals: [(product: "part", every: "10m")],
)"##;

#[test]
fn whoever_leaves_is_gone_and_whoever_moves_is_elsewhere() {
    let log = r#"{"at": "30m", "do": "retire", "twin": "helper"}
{"at": "40m", "do": "retire", "twin": "first"}
{"at": "1h", "do": "relocate", "twin": "second", "with": {"x": 40, "y": 5}}"#;
    let changes = watch(TWO_MACHINES, log);
    let [early, later, late] = [0.4, 0.9, 1.9].map(|hours| there_at(&changes, hours));
    assert!(["first", "second", "cart", "helper"].iter().all(|name| early[*name].is_some()), "{early:?}");
    assert!(!later.contains_key("helper") && !later.contains_key("first") && later.contains_key("second"));
    let at = |there: &BTreeMap<String, Option<Sight>>| match there["second"].map(|sight| sight.motion) {
        Some(Motion::Stands { at, .. }) => at,
        other => panic!("a machine stands: {other:?}"),
    };
    assert_eq!((at(&later), at(&late)), ([20.0, 2.0, 0.0], [40.0, 5.0, 0.0]));
    // Nobody comes twice who did not go, and what has not changed is not told again.
    let comes = |name: &str| {
        changes.iter().filter(|change| matches!(&change.event, Event::Comes(form) if &*form.name == name)).count()
    };
    assert_eq!(["first", "second", "cart", "helper", "walls"].map(comes), [1, 1, 1, 1, 2], "the hall has grown");
}

#[test]
fn a_twin_looks_as_its_author_says() {
    let changes = watch(TWO_MACHINES, "");
    let form = |name: &str| {
        let form = changes.iter().find_map(|change| match &change.event {
            Event::Comes(form) if &*form.name == name => Some(form.clone()),
            _ => None,
        });
        form.expect("it has come")
    };
    let (first, second) = (form("first"), form("second"));
    assert_eq!((&*first.model, first.colour.0), ("press", [0x12, 0x34, 0x56]));
    assert_eq!(first.scale, second.scale * 0.5);
    assert_eq!(&*second.model, "machine");
}

#[test]
fn twins_of_no_domain_are_seen_where_they_are() {
    let scene = r#"(
        run_for: "2h",
        twins: [
            (name: "robot-{n}", count: 3, place: Grid(from: (10, 20), step: (5, 0), columns: 3)),
            (name: "idea"),
        ],
    )"#;
    let log = r#"{"at": "30m", "do": "suspend", "twin": "robot-1"}
{"at": "1h", "do": "retire", "twin": "robot-2"}"#;
    let changes = watch(scene, log);
    let [early, late] = [0.1, 1.9].map(|hours| there_at(&changes, hours));
    let names = |there: &BTreeMap<String, Option<Sight>>| there.keys().cloned().collect::<Vec<_>>().join(" ");
    assert_eq!(names(&early), "ground robot-1 robot-2 robot-3");
    assert_eq!(names(&late), "ground robot-1 robot-3");
    let sight = |there: &BTreeMap<String, Option<Sight>>, name: &str| there[name].expect("it has been seen");
    assert_eq!(sight(&early, "robot-3").motion, Motion::stands(20.0, 20.0, 0.0));
    assert_eq!((sight(&early, "robot-1").state, sight(&late, "robot-1").state), (0, 1));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Whatever is cut off or changed, it is noticed, and nothing else happens.
    #[test]
    fn damaged_tracks_are_refused(cut in 0.0_f64..1.0, flip in prop::option::of((0.0_f64..1.0, 1_u8..=255))) {
        thread_local! {
            static WHOLE: Vec<u8> = {
                let folder = tempfile::tempdir().expect("a folder can be made");
                record(&scene("flow_line.ron"), folder.path());
                std::fs::read(folder.path().join("tracks.bin")).expect("it was written")
            };
        }
        let mut bytes = WHOLE.with(Clone::clone);
        match flip {
            Some((place, by)) => {
                let place = ((bytes.len() - 1) as f64 * place) as usize;
                bytes[place] ^= by;
            }
            None => bytes.truncate((bytes.len() as f64 * cut) as usize),
        }
        let folder = tempfile::tempdir().expect("a folder can be made");
        std::fs::write(folder.path().join("tracks.bin"), &bytes).expect("it can be written");
        let read = TrackReader::open(folder.path()).and_then(|mut reader| {
            (0..reader.index.chunks.len()).try_for_each(|number| reader.chunk(number).map(drop))
        });
        prop_assert!(read.is_err());
    }
}

#[test]
fn another_version_is_named() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    record(&scene("flow_line.ron"), folder.path());
    let path = folder.path().join("tracks.bin");
    let mut bytes = std::fs::read(&path).expect("it was written");
    bytes[7] = 99;
    std::fs::write(&path, bytes).expect("it can be written");
    let refused = TrackReader::open(folder.path()).err();
    assert!(matches!(refused, Some(TrackError::Version { found: 99, .. })), "{refused:?}");
}
