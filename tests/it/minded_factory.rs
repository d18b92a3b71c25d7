//! Minds perceive a factory and act upon it: what they read is what the tables say, and what they ask for is done.

use autotwin::prelude::*;
use autotwin::run::single::{Nobody, Outcome};
use autotwin::twin::expression::Type;
use autotwin::twin::readable::common::{Commons, tell};
use autotwin::twin::readable::{Readable, Seen};
use bevy_ecs::prelude::{Query, Res};
use bevy_ecs::system::SystemState;

use crate::support::tables::run_and_read;
use crate::support::{commands, indicator, read, run};

const PLANT: &str = r#"(
    run_for: "5d",
    record: (metrics_every: "1h"),
    twins: [
        (name: "in", station: (), place: At(x: 0, y: 4)),
        (name: "first", machine: (output_buffer: 2), place: At(x: 20, y: 4), wear: (life: "30h"),
            breakdown: (after: Weibull(shape: 2, scale: "20h"), repair: Exponential(mean: "1h"), worker: (skill: "repair")),
            maintenance: (every: "40h", takes: "37m", restores: 0.5), power: (working_kw: 9, idle_kw: 2)),
        (name: "second", machine: (input_buffer: 7, capacity: 2), place: At(x: 40, y: 4)),
        (name: "shelf", rack: (capacity: 20), place: At(x: 60, y: 4)),
        (name: "cart", vehicle: (load: "9s"), place: At(x: 5, y: -3),
            battery: (capacity_kwh: 0.8, drive_kw: 0.4, idle_kw: 0.03, charge_below: 0.3)),
        (name: "charger", charger: (power_kw: 1.5), place: At(x: 20, y: -3)),
        (name: "ann", worker: (skills: ["repair"]), place: At(x: 12, y: 5)),
        (name: "watcher", sensors: {"line": (measures: Gauge(of: "machine.queue", twin: "second"), every: "1h")},
            mind: Rules(every: "1h", phase: "0s", rules: [(name: "look", then: [
                Note(what: "queue", value: "of(first, machine.queue)"), Note(what: "line", value: "line"),
                Note(what: "jobs", value: "plant.jobs"), Note(what: "power", value: "plant.now_kw"),
                Wait(lasts: "1s"),
            ])])),
    ],
    aisles: (junctions: {"a": (0, 0), "b": (20, 0), "c": (60, 0)}, lanes: [(from: "a", to: "b"), (from: "b", to: "c")]),
    transport: (receiving: "in"),
    products: {"part": (routing: [
        (name: "rough", machines: {"first": Exponential(mean: "6m")}),
        (name: "fine", machines: {"second": Exponential(mean: "11m")}),
    ])},
    arrivals: [(product: "part", every: Exponential(mean: "9m"), due_after: "1h")],
)"#;

/// What can be read of a twin, and of what type that is.
fn reading(simulation: &mut Simulation, twin: &str, name: &str) -> (f64, Type) {
    let world = simulation.world_mut();
    let now = world.resource::<Clock>().now;
    let entity = {
        let directory = world.resource::<Directory>();
        directory.find(twin).and_then(|twin| directory.entity(twin)).expect("the twin is there")
    };
    let mut state: SystemState<(Res<Readable>, Query<Seen>)> = SystemState::new(world);
    let (readable, twins) = state.get(world).expect("it can be had");
    let seen = twins.get(entity).expect("it can be seen");
    let (reader, kind) = readable.find(&seen, name).unwrap_or_else(|| panic!("no `{name}`"));
    (reader.read(&seen, now), kind)
}

fn executed(scene: &str) -> (Simulation, Outcome) {
    let (mut simulation, header) = prepare(&read(scene), &RunOptions::default(), None).expect("the scene is right");
    let outcome =
        execute(&mut simulation, &header, Seed(header.seed), Pool::default(), None, &Nobody).expect("it runs");
    (simulation, outcome)
}

fn is_near(found: f64, expected: f64, what: &str) {
    assert!((found - expected).abs() <= 1e-6 * expected.abs().max(1.0), "{what}: {found} instead of {expected}");
}

#[test]
fn what_is_read_at_the_end_is_what_the_indicators_say() {
    let (mut simulation, outcome) = executed(PLANT);
    let of = |twin: &str, name: &str| {
        let found = outcome.indicators.iter().find(|i| i.name == name && i.twin.as_deref() == Some(twin));
        found.and_then(|indicator| indicator.value).unwrap_or_else(|| panic!("no `{name}` of `{twin}`"))
    };
    for (twin, quantity, name) in [
        ("first", "machine.made", "operations"),
        ("first", "machine.busy", "share_working"),
        ("first", "health.failures", "failures"),
        ("first", "health.maintenances", "maintenances"),
        ("first", "power.drawn_kwh", "energy"),
        ("charger", "charger.drawn_kwh", "energy"),
        ("second", "machine.made", "operations"),
    ] {
        let (found, kind) = reading(&mut simulation, twin, quantity);
        assert_eq!(kind, Type::Number);
        is_near(found, of(twin, name), quantity);
    }
    let mut number = |twin: &str, quantity: &str| reading(&mut simulation, twin, quantity).0;
    assert!((0.0..=1.0).contains(&number("first", "health.used")) && number("first", "health.age") > 0.0);
    is_near(number("first", "health.wear"), (number("first", "health.age") / 108_000.0).min(1.0), "wear");
    assert!((0.0..1.0).contains(&number("cart", "battery.charge")) && number("cart", "vehicle.brought") > 100.0);
    assert_eq!(number("shelf", "rack.jobs") + number("shelf", "rack.room"), 20.0);
    assert_eq!(number("ann", "worker.tasks"), of("first", "failures"), "all are repaired at the end of this run");
    let words = ["first", "cart", "ann"].map(|twin| {
        let part = ["machine.state", "vehicle.state", "worker.state"];
        let at = ["first", "cart", "ann"].iter().position(|other| *other == twin).unwrap_or_default();
        reading(&mut simulation, twin, part[at])
    });
    for (value, kind) in words {
        let Type::Word(words) = kind else { panic!("a state is a word") };
        assert!((value as usize) < words.len());
    }
    // Of the plant, what nobody asks for is not worked out.
    let world = simulation.world_mut();
    tell(world);
    let commons = world.resource::<Commons>();
    let jobs = commons.get(commons.number("plant.jobs").expect("there is a plant"));
    assert_eq!(jobs, Some(indicator(&outcome, "jobs_unfinished")));
    assert!(commons.get(commons.number("plant.late").expect("there is a plant")).is_some_and(f64::is_nan));
}

#[test]
fn what_is_read_meanwhile_is_what_the_metrics_say() {
    let (mut noted, mut sampled) = (Vec::new(), Vec::new());
    run_and_read(PLANT, 3, &["events", "metrics"], |table, line| match table {
        "events" if line.text("twin") == "watcher" => {
            let value = line.find("value");
            noted.extend(value.map(|value| (line.text("event").to_owned(), line.number("time"), value)));
        }
        "metrics" => {
            let name = match (line.text("name"), line.text("twin")) {
                ("queue_length", "first") => "queue",
                ("queue_length", "second") => "line",
                ("work_in_process", _) => "jobs",
                ("power", _) => "power",
                _ => return,
            };
            sampled.push((name.to_owned(), line.number("time"), line.number("value")));
        }
        _ => {}
    });
    let mut compared = 0;
    for (name, time, value) in &noted {
        let sample = sampled.iter().find(|(other, at, _)| other == name && at == time);
        if let Some((.., expected)) = sample {
            is_near(*value, *expected, &format!("{name} at {time} s"));
            compared += 1;
        }
    }
    assert!(compared > 400, "{compared}");
    assert!(noted.iter().any(|(name, _, value)| name == "line" && *value > 2.0));
}

/// Whatever it costs, no machine is worn beyond four hours: each asks for its own maintenance.
const CAREFUL: &str = r#"(
    run_for: "4d",
    kinds: {"mill": (
        machine: (), wear: (life: "50h"),
        maintenance: (on_request: true, takes: "20m"),
        mind: Rules(every: "5m", rules: [
            (name: "care", when: "health.age > 4h and machine.up and not machine.due", then: [Command(do: "maintain")]),
        ]),
    )},
    twins: [(name: "mill-{n}", like: "mill", count: 3)],
    products: {"part": (routing: [(name: "mill", machines: {"mill-*": Exponential(mean: "10m")})])},
    arrivals: [(product: "part", every: Exponential(mean: "4m"))],
)"#;

#[test]
fn a_mind_asks_for_the_maintenance_of_its_own_machine() {
    let mut rows = Vec::new();
    let mut asked = Vec::new();
    run_and_read(CAREFUL, 1, &["maintenance", "events"], |table, line| match table {
        "maintenance" => rows.push((
            line.text("machine").to_owned(),
            line.text("kind").to_owned(),
            line.text("cause").to_owned(),
            line.number("end") - line.number("start"),
        )),
        _ if line.text("event") == "command maintain" => {
            asked.push((line.text("twin").to_owned(), line.number("time")))
        }
        _ => {}
    });
    for mill in ["mill-1", "mill-2", "mill-3"] {
        let of: Vec<_> = rows.iter().filter(|row| row.0 == mill).collect();
        assert!(of.len() > 10, "{mill}: {}", of.len());
        for (_, kind, cause, takes) in of {
            assert_eq!((kind.as_str(), cause.as_str()), ("requested", format!("wanted by {mill}").as_str()));
            is_near(*takes, 1200.0, "length");
        }
        // Each has its own turn, and asks no more often than it has worked for four hours.
        let times: Vec<f64> = asked.iter().filter(|(twin, _)| twin == mill).map(|(_, time)| *time).collect();
        assert!(times.windows(2).all(|pair| pair[1] - pair[0] >= 4.0 * 3600.0), "{times:?}");
    }
    let tree = read(CAREFUL);
    let options = RunOptions { audit: true, ..RunOptions::default() };
    let digests = [1, 2, 8].map(|threads| run(&tree, &options, threads).digest().to_owned());
    assert!(digests.iter().all(|digest| *digest == digests[0]));
}

#[test]
fn maintenance_that_cannot_be_had_is_refused() {
    const SCENE: &str = r#"(
        run_for: "10h",
        twins: [
            (name: "mill", machine: (), maintenance: (on_request: true, takes: "1h")),
            (name: "saw", machine: ()), (name: "ann", worker: ()),
        ],
        products: {"part": (routing: [(name: "mill", machines: {"mill": "10m"})])},
        arrivals: [(product: "part", every: "15m")],
    )"#;
    for (log, why) in [
        (r#"{"at": "1h", "do": "maintain", "twin": "ann"}"#, "this twin is no machine"),
        (r#"{"at": "1h", "do": "maintain", "twin": "saw"}"#, "has no part `maintenance`"),
        (r#"{"at": "1h", "do": "maintain"}"#, "needs a `twin`"),
        (r#"{"at": "1h", "do": "maintain", "twin": "mill", "with": {"takes": "1h"}}"#, "has no detail `takes`"),
    ] {
        let options = RunOptions { commands: commands(log), ..RunOptions::default() };
        let refused = prepare(&read(SCENE), &options, None).err().expect("the log is wrong");
        assert!(refused.to_string().contains(why), "{refused}");
    }
    // What is asked for twice is done once.
    let log = r#"
        {"at": "1h", "do": "maintain", "twin": "mill"}
        {"at": "65m", "do": "maintain", "twin": "mill"}
        {"at": "5h", "do": "maintain", "twin": "mill"}
    "#;
    let options = RunOptions { audit: true, commands: commands(log), ..RunOptions::default() };
    let done = run(&read(SCENE), &options, 1);
    let maintained = done.indicators.iter().find(|i| i.name == "maintenances" && i.twin.as_deref() == Some("mill"));
    assert_eq!(maintained.and_then(|indicator| indicator.value), Some(2.0));
}

/// A command of a mind is checked when the scene is loaded, at its place.
#[test]
fn a_command_that_makes_no_sense_is_found_at_its_place() {
    use autotwin::scene::load::load_text;
    let scene = r#"(
        run_for: "1h",
        twins: [(name: "ann", mind: Rules(rules: [(name: "care", then: [Command(do: "maintain")])]))],
    )"#;
    let wrong = load_text(std::path::Path::new("test.ron"), scene.to_owned(), &[])
        .map_err(crate::support::explain)
        .and_then(|tree| {
            prepare(&tree, &RunOptions::default(), None).map(drop).map_err(|error| match error {
                autotwin::run::single::RunError::Scene(error) => crate::support::explain(error),
                other => other.to_string(),
            })
        })
        .expect_err("nobody can maintain ann");
    assert!(wrong.contains("this twin is no machine") && wrong.contains("test.ron:3"), "{wrong}");
}

/// A mind can put others aside, and send them away, that have minds of their own.
#[test]
fn a_mind_commands_others_that_have_minds() {
    let scene = r#"(
        run_for: "1h",
        twins: [
            (name: "chief", mind: Rules(every: "1m", phase: "10m", rules: [(name: "order", when: "time < 11min", then: [
                Command(do: "suspend", twin: "walker"), Wait(lasts: "10m"),
                Command(do: "activate", twin: "walker"), Wait(lasts: "10m"),
                Command(do: "retire", twin: "walker"), Note(what: "done"),
            ], finishes: true)])),
            (name: "walker", place: At(x: 0, y: 0), drive: (), mind: Rules(every: "10s", rules: [
                (name: "walk", then: [Go(to: At(x: 900, y: 0)), Go(to: At(x: 0, y: 0))]),
            ])),
        ],
    )"#;
    let mut journal = Vec::new();
    run_and_read(scene, 1, &["events"], |_, line| journal.push((line.text("event").to_owned(), line.number("time"))));
    let at = |kind: &str| journal.iter().find(|(other, _)| other == kind).map(|(_, time)| *time);
    assert_eq!(at("command suspend"), Some(600.0), "{journal:?}");
    assert_eq!(at("command activate"), Some(1200.0));
    assert_eq!(at("command retire"), Some(1800.0));
    assert_eq!(at("done"), Some(1800.0));
}
