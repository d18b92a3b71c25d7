//! Signals that think: twins that see queues, tell each other of them, and decide who gets green.

use autotwin::city::traffic::Traffic;
use autotwin::city::traffic::signals::Showing;
use autotwin::engine::identity::Directory;
use autotwin::engine::parallel::Pool;
use autotwin::engine::random::Seed;
use autotwin::engine::simulation::Simulation;
use autotwin::engine::time::{Duration, Time};
use autotwin::run::single::{Nobody, RunOptions, execute, prepare};
use autotwin::scene::load::{SceneTree, load};
use autotwin::twin::step::trace::{Decision, Wanted, consider};

use crate::support::{commands, indicator, run, scene};

fn thinking(set: &[&str]) -> SceneTree {
    let set: Vec<String> = set.iter().map(|text| (*text).to_owned()).collect();
    load(&scene("thinking_signals.ron"), &set).expect("the scene is right")
}

/// A world of a scene, with commands before it.
fn world(tree: &SceneTree, log: &str) -> Simulation {
    let options = RunOptions { commands: commands(log), ..RunOptions::default() };
    prepare(tree, &options, None).expect("the scene is right").0
}

fn until(simulation: &mut Simulation, minutes: i64) {
    simulation.run_until(Time::ZERO + Duration::from_secs(60 * minutes));
}

/// What a twin knows and weighs now.
fn asked(simulation: &Simulation, twin: &str) -> Decision {
    let world = simulation.world();
    let twin = world.resource::<Directory>().find(twin).expect("it is there");
    consider(world, twin).expect("it decides")
}

/// Each twin is told by its neighbour how long the queues are before the neighbour's signals.
#[test]
fn neighbours_tell_each_other_of_their_queues() {
    let tree = thinking(&[]);
    let folder = tempfile::tempdir().expect("a folder can be made");
    let (mut simulation, header) = prepare(&tree, &RunOptions::default(), None).expect("the scene is right");
    let outcome = execute(&mut simulation, &header, Seed(1), Pool::default(), Some(folder.path()), &Nobody);
    let rows = outcome.expect("it runs").rows;
    let count = |table: &str| rows.iter().find(|(name, _)| *name == table).map_or(0, |(_, rows)| *rows);
    // Each decides every five seconds, and has one neighbour.
    assert!((700..=720).contains(&count("messages")), "{} letters", count("messages"));
    assert!(count("signals") > 50 && count("activities") > 20, "{rows:?}");
    let decision = asked(&simulation, "the east signals");
    let told = decision.known.iter().filter(|known| known.is_belief);
    let (told, seen): (Vec<_>, Vec<_>) =
        (told.collect(), decision.known.iter().filter(|known| !known.is_belief).collect());
    // Each has its signals at the ends of four ways, two of them with two lanes.
    assert!(seen.len() == 6 && told.len() == 6, "{:?}", decision.known);
    assert!(told.iter().all(|known| known.age.is_some_and(|age| age <= 5.0)), "{told:?}");
    assert_eq!(told.iter().filter(|known| known.name.contains("high street 2")).count(), 2);
}

/// A twin says what it weighs, and chooses what presses most.
#[test]
fn the_greatest_pressure_is_chosen() {
    let mut simulation = world(&thinking(&[]), "");
    let mut turned = 0;
    for minute in 1..30 {
        until(&mut simulation, minute);
        for twin in ["the west signals", "the east signals"] {
            let decision = asked(&simulation, twin);
            let possible = || decision.weighed.iter().filter(|weighed| weighed.is_possible);
            let greatest = possible().filter_map(|weighed| weighed.score).max_by(f64::total_cmp);
            let chosen = decision.weighed.iter().find(|weighed| weighed.is_chosen);
            if possible().count() > 0 {
                assert_eq!(chosen.and_then(|weighed| weighed.score), greatest, "{decision:?}");
            }
            turned += usize::from(matches!(decision.wanted.as_slice(), [Wanted::Begin(_)]));
        }
    }
    assert!(turned > 0, "they never change their minds");
}

/// When people come from the factory, the clock lets them wait and the twin does not.
#[test]
fn signals_that_think_do_better_where_demand_changes() {
    let delay = |set: &[&str]| {
        let outcome = run(&thinking(set), &RunOptions::default(), 1);
        indicator(&outcome, "trip_time_loss") + indicator(&outcome, "trip_depart_delay")
    };
    let (thinking, by_clock) = (delay(&[]), delay(&["twins=[]"]));
    assert!(thinking < 0.8 * by_clock, "{thinking} s and {by_clock} s");
}

/// One setting makes twins of all signals, called as these are, that do what written ones do.
#[test]
fn a_whole_town_can_think() {
    let town = thinking(&["twins=[]", "city.signals=MaxPressure((every: \"5s\"))"]);
    let simulation = world(&town, "");
    let names: Vec<&str> = simulation.world().resource::<Directory>().names().collect();
    assert_eq!(names, ["church", "factory"]);
    let losses = |tree: &SceneTree| indicator(&run(tree, &RunOptions::default(), 2), "trip_time_loss");
    let written =
        thinking(&["twins=[(name: \"a\", signals: (of: \"church\")), (name: \"b\", signals: (of: \"factory\"))]"]);
    assert_eq!(losses(&town), losses(&written));
}

#[test]
fn digests_do_not_depend_on_threads() {
    let digest = |threads: usize| run(&thinking(&[]), &RunOptions::default(), threads).digest();
    let one = digest(1);
    assert_eq!([digest(2), digest(8)], [one.clone(), one]);
}

/// A fork weighs what its original weighs, and goes on as it does.
#[test]
fn forks_think_alike() {
    let mut simulation = world(&thinking(&[]), "");
    until(&mut simulation, 16);
    let mut fork = simulation.fork();
    until(&mut simulation, 20);
    fork.run_until(Time::ZERO + Duration::from_secs(1200));
    assert_eq!(fork.digest().total, simulation.digest().total);
    assert_eq!(asked(&fork, "the east signals"), asked(&simulation, "the east signals"));
}

/// Signals whose twin is put aside go by the clock again, by amber and red and not at once.
#[test]
fn without_its_twin_a_set_of_signals_goes_by_the_clock() {
    const LOG: &str = r#"{"at": "10m", "do": "suspend", "twin": "the east signals", "cause": "a test"}
{"at": "20m", "do": "activate", "twin": "the east signals"}"#;
    let mut simulation = world(&thinking(&[]), LOG);
    let mut follows = 0;
    for second in 1..1500 {
        simulation.run_until(Time::ZERO + Duration::from_secs(second));
        let traffic = simulation.world().resource::<Traffic>();
        let number = traffic.town().streets.signals.iter().position(|signals| signals.name == "factory");
        let number = number.expect("it is there");
        let (signals, showing) = (&traffic.town().streets.signals[number], traffic.showing()[number]);
        let by_clock = Showing::by_clock(signals, traffic.now() - 1.0);
        if (700..1200).contains(&second) && showing.change.is_none() {
            // The clock's green phase, or the one that it has had last.
            let is_green = by_clock.phase.is_multiple_of(3);
            assert!(!is_green || traffic.now() - by_clock.since < 7.0 || showing.phase == by_clock.phase, "{second} s");
            follows += usize::from(showing.phase == by_clock.phase);
        }
    }
    assert!(follows > 200, "{follows} s by the clock");
    assert!(asked(&simulation, "the east signals").weighed.iter().any(|weighed| weighed.is_chosen));
}
