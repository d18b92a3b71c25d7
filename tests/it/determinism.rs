//! Same inputs, same world: the digest does not depend on threads, caches, recording, or on how often it is run.

use autotwin::engine::registry::Digest;
use autotwin::prelude::*;
use autotwin::run::single::{Nobody, Outcome};
use autotwin::scene::load::{SceneTree, load};
use proptest::prelude::*;

use crate::support::{all_scenes, commands, for_hours, run, scene};

/// Long enough for failures, set-ups and rework, short enough for a test.
fn options() -> RunOptions {
    RunOptions { run_for: Some(Duration::from_secs(2 * 86_400)), warmup: Some(Duration::ZERO), ..RunOptions::default() }
}

fn read(name: &std::path::Path) -> SceneTree {
    load(name, &[]).expect("the repository's scenes are right")
}

fn digests(outcome: &Outcome) -> Vec<Digest> {
    outcome.digests.iter().map(|digest| digest.total).collect()
}

#[test]
fn any_number_of_threads_gives_the_same_digests() {
    for path in all_scenes() {
        let tree = read(&path);
        let options = for_hours(&tree, 48);
        let one = run(&tree, &options, 1);
        assert!(!one.digest().is_empty());
        for threads in [1, 2, 8] {
            let again = run(&tree, &options, threads);
            assert_eq!(digests(&one), digests(&again), "{} on {threads} threads", path.display());
        }
    }
}

#[test]
fn another_seed_gives_another_world() {
    let tree = read(&scene("factory.ron"));
    let other = RunOptions { seed: Some(2), ..options() };
    assert_ne!(run(&tree, &options(), 1).digest(), run(&tree, &other, 1).digest());
}

#[test]
fn recording_changes_nothing() {
    let tree = read(&scene("factory.ron"));
    let folder = tempfile::tempdir().expect("a folder can be made");
    let (mut simulation, header) = prepare(&tree, &options(), None).expect("the scene is right");
    let recorded = execute(&mut simulation, &header, Seed(header.seed), Pool::default(), Some(folder.path()), &Nobody)
        .expect("it runs");
    assert_eq!(digests(&recorded), digests(&run(&tree, &options(), 1)));
    // In so short a time nothing need break down, and nobody there has a mind, says anything, is watched or drives on streets.
    const NONE: [&str; 16] = [
        "maintenance",
        "decisions",
        "activities",
        "outlooks",
        "messages",
        "missions",
        "incidents",
        "incident_log",
        "advice",
        "trips",
        "emissions",
        "charges",
        "parking",
        "edges",
        "roads",
        "signals",
    ];
    let wanted = recorded.rows.iter().filter(|(table, _)| !NONE.contains(&table.as_str()));
    assert!(wanted.clone().all(|(_, rows)| *rows > 0), "{:?}", recorded.rows);
}

const LOG: &str = r#"
{"at": "2h", "do": "breakdown", "twin": "lathe-1", "cause": "crash", "with": {"repair": "90m"}}
{"at": "3h", "do": "suspend", "twin": "mill-1", "cause": "no operator"}
{"at": "5h", "do": "release", "with": {"product": "shaft", "count": 20, "priority": 2, "due_after": "8h"}}
{"at": "9h", "do": "activate", "twin": "mill-1"}
{"at": "11h", "do": "breakdown", "twin": "tugger-2", "with": {"repair": "40m"}}
{"at": "12h", "do": "retire", "twin": "tugger-1", "cause": "sold"}
{"at": "13h", "do": "retire", "twin": "setter-early-1", "cause": "left"}
{"at": "15h", "do": "suspend", "twin": "tugger-3", "cause": "battery"}
{"at": "16h", "do": "retire", "twin": "charger-1", "cause": "sold"}
{"at": "18h", "do": "retire", "twin": "gear rack", "cause": "sold"}
{"at": "20h", "do": "retire", "twin": "lathe-3", "cause": "sold"}
{"at": "21h", "do": "retire", "twin": "goods out", "cause": "sold"}
"#;

#[test]
fn replayed_inputs_give_the_same_digests() {
    let tree = read(&scene("factory.ron"));
    let with_inputs = RunOptions { commands: commands(LOG), audit: true, ..options() };
    let first = run(&tree, &with_inputs, 1);
    assert_eq!(digests(&first), digests(&run(&tree, &with_inputs, 2)));
    assert_ne!(first.digest(), run(&tree, &options(), 1).digest());
}

/// Steps a world to its end, dropping every cache after the steps that `drops` says.
fn run_with_drops(tree: &SceneTree, options: &RunOptions, drops: &[bool]) -> String {
    let (mut simulation, _) = prepare(tree, options, None).expect("the scene is right");
    let mut drops = drops.iter().cycle();
    while !simulation.has_ended() {
        simulation.step();
        if drops.next() == Some(&true) {
            simulation.drop_caches();
        }
    }
    simulation.digest().total.to_string()
}

/// How many hours of scenes with minds are enough to see them decide: an alarm, a working day, a night.
const MINDED: [(&str, i64); 7] = [
    ("alarm.ron", 5),
    ("predictive_maintenance.ron", 12),
    ("thermostat.ron", 12),
    ("level-3.ron", 12),
    ("level-4.ron", 12),
    ("level-5.ron", 12),
    ("foresight.ron", 12),
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(6))]

    #[test]
    fn dropping_caches_at_random_steps_changes_nothing(drops in prop::collection::vec(any::<bool>(), 1..20)) {
        for path in all_scenes() {
            let tree = read(&path);
            // Where minds think, most steps are theirs, and all that they are made of is a cache.
            let hours = MINDED.iter().find(|(name, _)| path.ends_with(name)).map_or(48, |(_, hours)| *hours);
            let mut options = for_hours(&tree, hours);
            if path.ends_with("factory.ron") {
                options.commands = commands(LOG);
            }
            let whole = run_with_drops(&tree, &options, &[false]);
            prop_assert_eq!(&whole, &run_with_drops(&tree, &options, &drops), "{}", path.display());
        }
    }
}

#[test]
fn caches_forget_nothing_when_a_machine_has_retired() {
    const SCENE: &str = r#"(
        run_for: "1d",
        record: (tables: []),
        factory: (machine_choice: CHOICE),
        twins: [(name: "m{n}", count: 4, machine: (rule: Mwkr))],
        products: {
            "a": (routing: [
                (name: "x", machines: {"m*": Exponential(mean: "5m"), "m2": "2m", "m4": Exponential(mean: "9m")}),
                (name: "y", machines: {"m*": Exponential(mean: "4m")}),
            ]),
            "b": (routing: [(name: "x", machines: {"m2": "6m", "m3": "8m", "m4": "7m"})]),
        },
        arrivals: [
            (product: "a", every: Exponential(mean: "4m")),
            (product: "b", every: Exponential(mean: "9m")),
        ],
    )"#;
    let log = r#"{"at": "2h", "do": "retire", "twin": "m2", "cause": "sold"}"#;
    for choice in ["EarliestFinish", "ShortestQueue", "Random", "Fastest", "InTurn", "BySpeed", "Bids()"] {
        let tree = crate::support::read(&SCENE.replace("CHOICE", choice));
        let options = RunOptions { commands: commands(log), audit: true, ..RunOptions::default() };
        let whole = run_with_drops(&tree, &options, &[false]);
        assert_eq!(whole, run_with_drops(&tree, &options, &[true]), "{choice}");
    }
}

/// What is derived from twins must not forget those that have gone: the way past the longest vehicle, the places of skills.
#[test]
fn caches_forget_nothing_when_vehicles_people_and_stations_have_retired() {
    const SCENE: &str = r#"(
        run_for: "6h",
        record: (tables: []),
        aisles: (grids: [(name: "g", from: (0, 0), step: (12, 12), columns: 3, rows: 2)]),
        transport: (receiving: "in", shipping: "out"),
        twins: [
            (name: "m{n}", count: 3, machine: (), place: Grid(from: (1, 1), step: (11, 0), columns: 3)),
            (name: "in", station: (), place: At(x: 0, y: 12)),
            (name: "out", station: (), place: At(x: 24, y: 12)),
            (name: "long", vehicle: (length: 2.8), place: At(x: 12, y: 12)),
            (name: "v{n}", count: 2, vehicle: (length: 1), place: At(x: 12, y: 0)),
            (name: "baker", worker: (skills: ["bake"])),
            (name: "turner", worker: (skills: ["turn"])),
        ],
        products: {"p": (routing: [
            (name: "x", machines: {"m*": Exponential(mean: "5m")}, worker: (skill: "turn")),
            (name: "y", machines: {"m*": Exponential(mean: "4m")}),
        ])},
        arrivals: [(product: "p", every: Exponential(mean: "6m"))],
    )"#;
    let log = ["long", "baker", "out", "in"]
        .iter()
        .zip(1..)
        .map(|(twin, hour)| format!("{{\"at\": \"{hour}h\", \"do\": \"retire\", \"twin\": \"{twin}\"}}\n"));
    let tree = crate::support::read(SCENE);
    let options = RunOptions { commands: commands(&log.collect::<String>()), audit: true, ..RunOptions::default() };
    assert_eq!(run_with_drops(&tree, &options, &[false]), run_with_drops(&tree, &options, &[true]));
}
