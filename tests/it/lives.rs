//! The life of twins: every change is journalled with its cause, and no id is given twice.

use autotwin::engine::identity::Directory;
use autotwin::prelude::*;
use autotwin::twin::life::{change, create};

use crate::support::knowing::{levels, who, world_with};

#[test]
fn a_life_goes_its_way_and_leaves_its_trace() {
    let mut simulation = Simulation::new(plugins);
    let world = simulation.world_mut();
    let (first, _) = create(world, "lathe", "bought").expect("the name is free");
    for (next, cause) in
        [(Life::Active, "installed"), (Life::Suspended, "holiday"), (Life::Active, "back"), (Life::Retired, "sold")]
    {
        change(world, first, next, cause).expect("a life can go that way");
    }
    let trace: Vec<(String, String)> = world
        .resource_mut::<Journal>()
        .drain()
        .map(|entry| (entry.event.into_owned(), entry.cause.into_owned()))
        .collect();
    let expected = [
        ("created", "bought"),
        ("activated", "installed"),
        ("suspended", "holiday"),
        ("activated", "back"),
        ("retired", "sold"),
    ];
    assert_eq!(trace, expected.map(|(event, cause)| (event.to_owned(), cause.to_owned())));
    assert_eq!(world.resource::<Directory>().find("lathe"), None);
}

#[test]
fn ids_are_never_given_twice() {
    let mut simulation = Simulation::new(plugins);
    let world = simulation.world_mut();
    let mut last = None;
    for _ in 0..10 {
        let (twin, _) = create(world, "lathe", "bought").expect("its namesake is gone");
        assert!(Some(twin) > last);
        last = Some(twin);
        assert!(create(world, "lathe", "bought").is_err(), "the name is taken");
        change(world, twin, Life::Retired, "sold").expect("a twin can be retired at any time");
        assert!(change(world, twin, Life::Active, "back").is_err(), "there is no way back");
    }
}

#[test]
fn a_twin_cannot_skip_a_state() {
    let mut simulation = Simulation::new(plugins);
    let world = simulation.world_mut();
    let (twin, _) = create(world, "lathe", "bought").expect("the name is free");
    let refused = change(world, twin, Life::Suspended, "holiday").expect_err("it is not at work yet");
    assert_eq!(refused, "it cannot be suspended: it is created");
}

/// What is recorded of a twin in the step in which it retires still has its name.
#[test]
fn a_retired_machine_keeps_its_name_in_the_tables() {
    use parquet::file::reader::{FileReader, SerializedFileReader};

    let scene = crate::support::read(
        r#"(
            run_for: "8h",
            twins: [(name: "m-{n}", count: 2, machine: ())],
            products: {"p": (routing: [(name: "o", machines: {"m-*": "5m"})])},
            arrivals: [(product: "p", every: "4m")],
        )"#,
    );
    let log = r#"{"at": "3h", "do": "retire", "twin": "m-2", "cause": "sold"}"#;
    let options = RunOptions { commands: crate::support::commands(log), ..RunOptions::default() };
    let folder = tempfile::tempdir().expect("a folder can be made");
    let (mut simulation, header) = prepare(&scene, &options, None).expect("the scene is right");
    let nobody = &autotwin::run::single::Nobody;
    execute(&mut simulation, &header, Seed(1), Pool::default(), Some(folder.path()), nobody).expect("it runs");
    let rows = |table: &str| -> Vec<String> {
        let file = std::fs::File::open(folder.path().join(format!("{table}.parquet"))).expect("the table is there");
        let reader = SerializedFileReader::new(file).expect("the table is whole");
        reader.get_row_iter(None).expect("it has rows").map(|row| row.expect("a row").to_string()).collect()
    };
    assert!(rows("events").iter().any(|row| row.contains("\"m-2\"") && row.contains("\"retired\"")));
    assert!(rows("states").iter().all(|row| !row.contains("twin: \"\"")), "every state has its machine");
}

/// Whoever puts itself aside in the middle of what it does goes no further with it; whoever has come back begins anew.
#[test]
fn who_suspends_itself_stops_there() {
    const SCENE: &str = r#"(
        run_for: "1h",
        twins: [(
            name: "tired",
            quantities: {"begun": (start: 0), "ended": (start: 0)},
            mind: Rules(every: "10m", rules: [(name: "nap", then: [
                Set({"begun": "begun + 1"}), Command(do: "suspend", twin: "tired"), Set({"ended": "ended + 1"}), Wait(lasts: "1m"),
            ])]),
        )],
    )"#;
    let log = r#"{"at": "30m", "do": "activate", "twin": "tired"}"#;
    let options = RunOptions { commands: crate::support::commands(log), ..RunOptions::default() };
    let mut simulation = world_with(SCENE, &options);
    let tired = who(&simulation, "tired");
    simulation.run_until(Time::ZERO + Duration::from_secs(3_600));
    assert_eq!(levels(&simulation, tired), [2.0, 0.0]);
}
