//! What minds want passes one gate, and what comes of it reaches them.

use std::borrow::Cow;

use autotwin::prelude::*;
use autotwin::twin::actions::Outcome;
use autotwin::twin::gate::{Asked, GateApp};
use autotwin::twin::step::trace::{Deed, Tracing};
use autotwin::world::position::Position;
use bevy_app::App;

use crate::support::commands;
use crate::support::knowing::{levels, who, world_with};

fn guarded(app: &mut App) {
    plugins(app);
    app.register_guard(|world, asked: Asked| {
        let name = world.resource::<Directory>().name(asked.twin);
        match asked.action {
            "dig" if &*name == "child" => Err("children do not dig".to_owned()),
            _ => Ok(()),
        }
    });
}

/// All courses of a run, by name: how each ended.
fn run(scene: &str) -> (Simulation, Vec<Deed>) {
    let mut simulation = world_with(scene, &RunOptions { plugins: guarded, ..RunOptions::default() });
    simulation.world_mut().resource_mut::<Tracing>().note_deeds();
    let mut deeds = Vec::new();
    while !simulation.has_ended() {
        simulation.step();
        deeds.extend(simulation.world_mut().resource_mut::<Tracing>().take_deeds());
    }
    (simulation, deeds)
}

const DIGGERS: &str = r#"(
    run_for: "1h",
    kinds: {"digger": (
        quantities: {"holes": (start: 0), "castles": (start: 0)},
        mind: Rules(every: "1m", rules: [
            (name: "hole", priority: 1, cool_down: "1h", then: [Do(what: "dig", takes: "5m", sets: {"holes": "holes + 1"})]),
            (name: "castle", cool_down: "1h", then: [Do(what: "build", takes: "10m", sets: {"castles": "castles + 1"})]),
        ]),
    )},
    twins: [(name: "child", like: "digger"), (name: "uncle", like: "digger")],
)"#;

#[test]
fn what_the_gate_refuses_is_not_done_and_the_mind_does_something_else() {
    let (simulation, deeds) = run(DIGGERS);
    let [child, uncle] = ["child", "uncle"].map(|name| who(&simulation, name));
    // In the order of their names: castles, holes.
    assert_eq!(levels(&simulation, child), [1.0, 0.0]);
    assert_eq!(levels(&simulation, uncle), [1.0, 1.0]);
    let of = |twin: TwinId| -> Vec<(&str, Outcome)> {
        let ended = deeds.iter().filter(|deed| deed.twin == twin);
        ended.map(|deed| (deed.course.as_str(), deed.end.clone().expect("it has ended").outcome)).collect()
    };
    let refused = Outcome::Refused(Cow::Borrowed("children do not dig"));
    assert_eq!(of(child), [("hole", refused), ("castle", Outcome::Done)]);
    assert_eq!(of(uncle), [("hole", Outcome::Done), ("castle", Outcome::Done)]);
    // What was refused took no time.
    let hole = deeds.iter().find(|deed| deed.twin == child).expect("it is listed");
    assert_eq!(hole.end.as_ref().map(|end| (end.at, end.action.as_str())), Some((hole.from, "dig")));
}

/// A course takes as long as its actions; it is interrupted by what is more important, and what it would have set stays.
#[test]
fn actions_take_their_time_and_can_be_interrupted() {
    let scene = r#"(
        run_for: "1h",
        twins: [(
            name: "cook",
            quantities: {"soups": (start: 0), "calls": (start: 0)},
            mind: Rules(every: "1m", phase: "0s", rules: [
                (name: "answer", priority: 1, once: true, when: "time >= 12min", then: [Do(what: "talk", takes: "3m", sets: {"calls": "calls + 1"})]),
                (name: "soup", then: [Wait(lasts: "1m"), Do(what: "stir", takes: "9m", sets: {"soups": "soups + 1"})]),
            ]),
        )],
    )"#;
    let (simulation, deeds) = run(scene);
    let minutes: Vec<(&str, f64, f64, &str)> = deeds
        .iter()
        .map(|deed| {
            let end = deed.end.as_ref().expect("it has ended");
            (deed.course.as_str(), deed.from.seconds() / 60.0, end.at.seconds() / 60.0, end.outcome.word())
        })
        .collect();
    assert_eq!(
        minutes,
        [
            ("soup", 0.0, 10.0, "done"),
            ("soup", 10.0, 12.0, "interrupted"),
            ("answer", 12.0, 15.0, "done"),
            ("soup", 15.0, 25.0, "done"),
            ("soup", 25.0, 35.0, "done"),
            ("soup", 35.0, 45.0, "done"),
            ("soup", 45.0, 55.0, "done"),
        ]
    );
    // Calls, soups.
    assert_eq!(levels(&simulation, who(&simulation, "cook")), [1.0, 5.0]);
}

/// Ticks are where places are looked at, not where ways end.
#[test]
fn whoever_goes_ends_where_it_wanted_to_be_even_between_two_ticks() {
    let scene = r#"(run_for: "1min", tick: "2s", twins: [
        (name: "walker", place: At(x: 0, y: 0), drive: (speed: 1.3), mind: Rules(every: "20s", phase: "0s", rules: [
            (name: "go", once: true, then: [Go(to: At(x: 5, y: 4))])])),
        (name: "robot", place: At(x: 0, y: 9), drive: (speed: 1), mind: Rules(every: "1min", phase: "0s", rules: [
            (name: "go", once: true, then: [Go(to: At(x: 90, y: 9))])])),
    ])"#;
    let options =
        RunOptions { commands: commands(r#"{"at": "7s", "do": "suspend", "twin": "robot"}"#), ..RunOptions::default() };
    let mut simulation = world_with(scene, &options);
    while !simulation.has_ended() {
        simulation.step();
    }
    let place = |name: &str| {
        let world = simulation.world();
        let entity = world.resource::<Directory>().entity(who(&simulation, name)).expect("it lives");
        let position = world.get::<Position>(entity).expect("it is somewhere");
        [position.x, position.y]
    };
    assert_eq!(place("walker"), [5.0, 4.0]);
    assert!((place("robot")[0] - 7.0).abs() < 1e-9, "{:?}", place("robot"));
}
