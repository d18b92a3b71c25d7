//! Groups in whole worlds: they form by radio, survive their leaders, agree, share tasks; and threads change nothing.

use autotwin::prelude::*;
use autotwin::twin::groups::member::Member;
use autotwin::twin::missions::book::{Missions, Stage as How};
use proptest::prelude::*;

use crate::support::{cases, commands, ended, read};

fn swarm(twins: u32, tick: &str, loss: f64, missions: &str) -> String {
    format!(
        r#"({tick} run_for: "20min", seed: 4,
            links: {{"air": (range: 2000, loss: {loss}, latency: Exponential(mean: "100ms"))}},
            groups: {{"swarm": (agrees: {{"pace": (on: Least, every: "5s")}})}},
            missions: {{ {missions} }},
            twins: [
                (name: "twin-{{n}}", count: {twins}, place: Within(from: (0, 0), to: (300, 300)), drive: (speed: 5), radio: ["air"],
                    quantities: {{"fit": (start: Uniform(low: 1, high: 9)), "seen": (start: 0), "led": (start: 0)}},
                    member: (group: "swarm", opinions: {{"pace": "fit"}}), contractor: (),
                    mind: Rules(every: "1s", rules: [
                        (name: "work", priority: 2, when: "mission.count > 0", then: [Go(to: Mission), Do(what: "look", takes: "5s"), Complete]),
                        (name: "note", when: "group.size == {twins} and group.pace < 9 and seen == 0", then: [Set({{"seen": "group.rank", "led": "if(group.leads, 1, 0)"}})]),
                    ])),
                (name: "spot-{{n}}", count: 7, place: Within(from: (0, 0), to: (300, 300))),
            ])"#
    )
}

fn members(simulation: &Simulation) -> Vec<(TwinId, Member)> {
    let world = simulation.world();
    let twins = world.resource::<Directory>().twins();
    twins.filter_map(|(twin, entity, _)| Some((twin, world.get::<Member>(entity)?.clone()))).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases(8)))]

    #[test]
    fn whoever_is_left_is_one_group_with_one_leader(twins in 2_u32..9, gone in 0_u32..4, ticks in any::<bool>(), loss in 0.0..0.25) {
        let tick = if ticks { "tick: \"250ms\"," } else { "" };
        let log: String = (1..=gone.min(twins - 1)).map(|twin| {
            format!("{{\"at\": \"{}min\", \"do\": \"retire\", \"twin\": \"twin-{twin}\"}}\n", 2 * twin)
        }).collect();
        let scene = swarm(twins, tick, loss, "");
        let (simulation, digest) = ended(&scene, &log, 1);
        let living = members(&simulation);
        let all: Vec<TwinId> = living.iter().map(|(twin, _)| *twin).collect();
        for (twin, member) in &living {
            let known = member.known().expect("it belongs to a group");
            prop_assert_eq!(known.members.iter().map(|who| who.twin).collect::<Vec<_>>(), all.clone(), "{:?}", twin);
            prop_assert_eq!(member.leader(), living[0].1.leader());
        }
        prop_assert_eq!(living.iter().filter(|(_, member)| member.leads().is_some()).count(), 1);
        for threads in [2, 8] {
            prop_assert_eq!(&ended(&scene, &log, threads).1, &digest);
        }
    }
}

#[test]
fn minds_see_their_group() {
    let (simulation, _) = ended(&swarm(5, "tick: \"250ms\",", 0.1, ""), "", 1);
    let world = simulation.world();
    let levels = |name: &str| {
        let of = |entity: Entity| {
            let parts = world.entity(entity);
            let quantities = parts.get::<autotwin::twin::quantities::Quantities>()?;
            let place = quantities.0.keys().position(|other| other == name)?;
            Some(parts.get::<autotwin::twin::quantities::Levels>()?.values[place])
        };
        let found: Vec<f64> = world.resource::<Directory>().twins().filter_map(|(_, entity, _)| of(entity)).collect();
        found
    };
    // Each knows which it is, and one of them that it leads.
    assert_eq!(levels("seen"), [1.0, 2.0, 3.0, 4.0, 5.0]);
    assert_eq!(levels("led").iter().sum::<f64>(), 1.0);
    let least = levels("fit").into_iter().fold(f64::INFINITY, f64::min);
    for (_, member) in members(&simulation) {
        assert_eq!(member.known().expect("it belongs to a group").values, [Some(least)]);
    }
}

#[test]
fn a_group_shares_the_tasks_of_a_mission_and_goes_on_without_those_who_leave() {
    let missions =
        r#""round": (to: "twin-*", shared: true, first: "1min", count: 1, tasks: [Each("spot-*")], deadline: "15min")"#;
    for log in [
        "",
        "{\"at\": \"75s\", \"do\": \"retire\", \"twin\": \"twin-2\"}\n{\"at\": \"100s\", \"do\": \"retire\", \"twin\": \"twin-1\"}",
    ] {
        let scene = swarm(4, "tick: \"250ms\",", 0.1, missions);
        let (simulation, digest) = ended(&scene, log, 1);
        let book = simulation.world().resource::<Missions>();
        let all: Vec<_> = book.iter().map(|(_, mission)| (mission.stage, mission.times_done)).collect();
        assert_eq!(all, [(How::Done, 1)]);
        assert_eq!(ended(&scene, log, 2).1, digest);
    }
}

/// Steps a world to its end; with `drops`, all caches are dropped after every step.
fn stepped(scene: &str, log: &str, drops: bool) -> String {
    let tree = read(scene);
    let options = RunOptions { commands: commands(log), ..RunOptions::default() };
    let (mut simulation, _) = prepare(&tree, &options, None).unwrap_or_else(|error| panic!("{error}"));
    while !simulation.has_ended() {
        simulation.step();
        if drops {
            simulation.drop_caches();
        }
    }
    simulation.digest().total.to_string()
}

#[test]
fn caches_forget_nothing_when_members_and_contractors_have_left() {
    let missions = r#""round": (to: "twin-*", shared: true, first: "1min", count: 1, tasks: [Each("spot-*")]),
        "job": (to: "twin-*", by: "boss", every: "70s", tasks: [Any("spot-*")])"#;
    let scene = swarm(4, "tick: \"500ms\",", 0.1, missions).replace(
        "twins: [",
        r#"twins: [(name: "boss", place: At(x: 9, y: 9), radio: ["lora", "air"], manager: (patience: "20s")),
           (name: "ear", place: At(x: 9, y: 9), radio: ["5g", "tsn"]),"#,
    );
    let log = r#"{"at": "90s", "do": "retire", "twin": "ear"}
{"at": "2min", "do": "retire", "twin": "twin-2"}
{"at": "4min", "do": "suspend", "twin": "twin-3"}
{"at": "6min", "do": "activate", "twin": "twin-3"}
{"at": "8min", "do": "retire", "twin": "boss"}"#;
    assert_eq!(stepped(&scene, log, false), stepped(&scene, log, true));
}

#[test]
fn whoever_does_not_want_to_belong_is_alone_until_it_does() {
    let scene = |tick: &str| {
        swarm(4, tick, 0.0, "")
            .replace(r#"member: (group: "swarm","#, r#"member: (group: "swarm", when: "time < 3min or time > 6min","#)
    };
    for tick in ["", "tick: \"250ms\","] {
        let tree = read(&scene(tick));
        let (mut simulation, _) = prepare(&tree, &RunOptions::default(), None).expect("the scene is right");
        let sizes = |simulation: &mut Simulation, seconds: i64| -> Vec<usize> {
            simulation.run_until(Time::ZERO + Duration::from_secs(seconds));
            let size = |(_, member): &(TwinId, Member)| member.known().map_or(0, |known| known.members.len());
            members(simulation).iter().map(size).collect()
        };
        assert_eq!(sizes(&mut simulation, 170), [4; 4]);
        assert_eq!(sizes(&mut simulation, 300), [0; 4]);
        assert_eq!(sizes(&mut simulation, 500), [4; 4]);
    }
}
