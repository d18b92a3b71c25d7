//! Missions: given, taken on, done once, whatever the radio loses; told when they fail, and why.

use autotwin::prelude::*;
use autotwin::run::single::Nobody;
use autotwin::twin::missions::book::{Mission, Missions, Stage as How};
use autotwin::twin::missions::duties::Duties;
use proptest::prelude::*;

use crate::support::tables::run_and_read;
use crate::support::{cases, commands, ended, read};

fn missions(simulation: &Simulation) -> Vec<Mission> {
    simulation.world().resource::<Missions>().iter().map(|(_, mission)| mission.clone()).collect()
}

fn name(simulation: &Simulation, twin: Option<TwinId>) -> String {
    twin.map_or_else(String::new, |twin| simulation.world().resource::<Directory>().name(twin).to_string())
}

/// What became of missions: state, twin and reason, in order.
fn changes(scene: &str) -> Vec<(u32, String, String, String, f64)> {
    let mut found = Vec::new();
    run_and_read(scene, 1, &["missions"], |_, line| {
        let text = |column: &str| line.text(column).to_owned();
        found.push((line.number("number") as u32, text("state"), text("twin"), text("why"), line.number("time")));
    });
    found
}

/// Robots that take missions on and go where they are, one after the other.
fn robots(run_for: &str, more: &str, missions: &str, twins: &str) -> String {
    format!(
        r#"(run_for: "{run_for}", seed: 3, {more}
            missions: {{ {missions} }},
            kinds: {{
                "robot": (drive: (speed: 2), mind: Rules(every: "1s", rules: [
                    (name: "carry out", when: "mission.count > 0 and mission.tasks > 0",
                        then: [Go(to: Mission), Do(what: "work", takes: Uniform(low: "2s", high: "20s")), Complete]),
                ])),
            }},
            twins: [{twins}])"#
    )
}

#[test]
fn whoever_is_nearest_takes_a_mission_and_those_of_higher_priority_go_first() {
    let scene = robots(
        "10min",
        "",
        r#""near": (to: "robot", count: 1, tasks: [At(x: 10, y: 0)]),
           "later": (to: "robot-2", first: "1s", count: 2, tasks: [At(x: 0, y: 50)]),
           "urgent": (to: "robot-2", first: "2s", priority: 5, tasks: [At(x: 100, y: 50)])"#,
        r#"(name: "robot-1", like: "robot", place: At(x: 0, y: 0), contractor: ()),
           (name: "robot-2", like: "robot", place: At(x: 100, y: 0), contractor: (at_once: 4, preempts: true))"#,
    );
    let (simulation, _) = ended(&scene, "", 1);
    let all = missions(&simulation);
    assert!(all.iter().all(|mission| mission.stage == How::Done && mission.times_done == 1));
    assert_eq!(name(&simulation, all[0].with), "robot-1");
    let order: Vec<String> = changes(&scene)
        .into_iter()
        .filter(|(_, state, twin, ..)| twin == "robot-2" && (state == "under way" || state == "done"))
        .map(|(number, state, ..)| format!("{number} {state}"))
        .collect();
    // The urgent one breaks the first off, which is taken up again.
    assert_eq!(order, ["1 under way", "1 under way", "1 done", "1 done", "2 under way", "2 done"]);
}

#[test]
fn missions_end_with_a_reason() {
    let scene = robots(
        "30min",
        "",
        r#""far": (to: "robot-1", count: 1, tasks: [At(x: 5000, y: 0)], deadline: "10min"),
           "heavy": (to: "robot-2", count: 1, tasks: [At(x: 5, y: 0)], values: {"load": 9}, deadline: "5min"),
           "left": (to: "robot-3", count: 1, tasks: [At(x: 9000, y: 0)]),
           "hopeless": (to: "robot-4", count: 1),
           "goal": (to: "robot-5", count: 1, goal: "charge >= 0.8"),
           "wanted": (to: "robot-6", tasks: [At(x: 5000, y: 0)])"#,
        r#"(name: "robot-1", like: "robot", place: At(x: 0, y: 0), contractor: ()),
           (name: "robot-2", like: "robot", place: At(x: 0, y: 0), contractor: (when: "offer.load < 5")),
           (name: "robot-3", like: "robot", place: At(x: 0, y: 0), contractor: ()),
           (name: "robot-4", contractor: (), mind: Rules(rules: [(name: "no", when: "mission.what == \"hopeless\"", then: [GiveUp(why: "no arms")])])),
           (name: "robot-5", contractor: (), quantities: {"charge": (start: 0, rate: "1 / 100s")}, mind: Rules(every: "1s", rules: [(name: "rest", then: [Wait(lasts: "1h")])])),
           (name: "robot-6", like: "robot", place: At(x: 0, y: 0), contractor: ())"#,
    );
    let log = r#"{"at": "1min", "do": "retire", "twin": "robot-3"}
{"at": "1min", "do": "give", "twin": "robot-6", "with": {"mission": "wanted", "x": 30, "y": 0, "reward": 3, "deadline": "2min"}}
{"at": "2min", "do": "give", "with": {"mission": "wanted"}}
{"at": "3min", "do": "call_off", "with": {"mission": "wanted", "number": 2}, "cause": "rain"}"#;
    let mut found = Vec::new();
    let tree = read(&scene);
    let options = RunOptions { commands: commands(log), ..RunOptions::default() };
    let (mut simulation, header) = prepare(&tree, &options, None).unwrap_or_else(|error| panic!("{error}"));
    simulation.world_mut().resource_mut::<autotwin::twin::missions::book::MissionLog>().enabled = true;
    execute(&mut simulation, &header, Seed(3), Pool::default(), None, &Nobody).expect("nothing is written");
    let changes: Vec<_> =
        simulation.world_mut().resource_mut::<autotwin::twin::missions::book::MissionLog>().drain().collect();
    let kinds = simulation.world().resource::<autotwin::twin::missions::kind::MissionKinds>().clone();
    for change in changes.iter().filter(|change| change.what == "done" || change.what == "failed") {
        let (kind, _) = kinds.get(change.kind).expect("it is there");
        found.push(format!("{kind} {} {} {}", change.number, change.what, change.why));
    }
    found.sort();
    assert_eq!(
        found,
        [
            "far 1 failed its deadline has passed",
            "goal 1 done ",
            "heavy 1 failed nobody took it on before its deadline",
            "hopeless 1 failed given up: no arms",
            "left 1 failed whoever had it has left",
            "wanted 1 done ",
            "wanted 2 failed called off: rain",
        ]
    );
}

/// A manager and contractors whose messages are lost every fifth time.
fn lossy(through: &str, workers: u32, jobs: u32, tick: &str, deadline: &str) -> String {
    robots(
        "3h",
        &format!(r#"{tick} links: {{"air": (range: 5000, loss: 0.2, latency: Exponential(mean: "150ms"))}},"#),
        &format!(
            r#""job": (to: "robot", by: "boss", every: Exponential(mean: "20s"), count: {jobs}, reward: 4000, {deadline}
                tasks: [Any("spot-*")])"#
        ),
        &format!(
            r#"(name: "boss", place: At(x: 0, y: 0), radio: ["air"], manager: (through: {through}, wait: "1s", retry: "500ms")),
               (name: "robot-{{n}}", like: "robot", count: {workers}, place: Within(from: (0, 0), to: (200, 200)),
                    radio: ["air"], contractor: (at_once: 2)),
               (name: "spot-{{n}}", count: 9, place: Within(from: (0, 0), to: (200, 200)))"#
        ),
    )
}

const MECHANISMS: [&str; 4] =
    ["ContractNet", "Vickrey", "English(step: 0.2)", "Combinatorial(collects: \"10s\", most: 4, largest: 2)"];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases(12)))]

    #[test]
    fn whole_worlds_do_every_mission_exactly_once(n in 0_usize..4, workers in 1_u32..6, jobs in 1_u32..12, ticks in any::<bool>()) {
        let tick = if ticks { "tick: \"500ms\"," } else { "" };
        let (simulation, digest) = ended(&lossy(MECHANISMS[n], workers, jobs, tick, ""), "", 1);
        let all = missions(&simulation);
        prop_assert_eq!(all.len(), jobs as usize);
        for mission in &all {
            prop_assert_eq!((mission.stage, mission.times_done), (How::Done, 1));
        }
        // What was paid, was earned.
        let paid: f64 = all.iter().map(|mission| mission.price).sum();
        let world = simulation.world();
        let duties = world.resource::<Directory>().twins().filter_map(|(_, entity, _)| world.get::<Duties>(entity));
        let earned: f64 = duties.map(|duties| duties.earned).sum();
        prop_assert!((paid - earned).abs() < 1e-6 * paid.max(1.0));
        for threads in [2, 8] {
            prop_assert_eq!(&ended(&lossy(MECHANISMS[n], workers, jobs, tick, ""), "", threads).1, &digest);
        }
    }

    #[test]
    fn where_robots_leave_missions_are_done_at_most_once_and_the_rest_fails(n in 0_usize..4, workers in 2_u32..6, jobs in 1_u32..12, leave in 1_u32..4, at in 1_u32..200) {
        let log: String = (1..=leave.min(workers)).map(|robot| {
            format!("{{\"at\": \"{}s\", \"do\": \"retire\", \"twin\": \"robot-{robot}\"}}\n", at * robot)
        }).collect();
        let (simulation, _) = ended(&lossy(MECHANISMS[n], workers, jobs, "", "deadline: \"1h\","), &log, 1);
        for mission in missions(&simulation) {
            prop_assert!(mission.times_done <= 1);
            prop_assert!(mission.stage.is_over(), "{mission:?}");
            prop_assert_eq!(mission.stage == How::Done, mission.times_done == 1);
        }
    }
}

#[test]
fn auctions_pay_what_their_laws_say() {
    // Three robots 30, 60 and 90 m from the only task bid their distance.
    let scene = |through: &str| {
        robots(
            "10min",
            "",
            r#""job": (to: "robot", by: "boss", count: 1, reward: 100, tasks: [At(x: 0, y: 0)])"#,
            &format!(
                r#"(name: "boss", manager: (through: {through})),
                   (name: "robot-{{n}}", like: "robot", count: 3, place: Grid(from: (30, 0), step: (30, 0), columns: 3), contractor: ())"#
            ),
        )
    };
    for (through, price) in [("ContractNet", 30.0), ("Vickrey", 60.0), ("English(step: 0.01)", 59.0)] {
        let (simulation, _) = ended(&scene(through), "", 1);
        let all = missions(&simulation);
        assert_eq!((all[0].stage, name(&simulation, all[0].with).as_str()), (How::Done, "robot-1"), "{through}");
        assert!((all[0].price - price).abs() < 1e-9, "{through}: {}", all[0].price);
    }
}

#[test]
fn sets_of_missions_go_to_whoever_is_near_both() {
    // Two tasks in the east, 10 m apart; one robot is 50 m west of both, two others 45 m from one each.
    let scene = robots(
        "10min",
        "",
        r#""job": (to: "robot", by: "boss", count: 2, tasks: [Each("spot-1")]), "other": (to: "robot", by: "boss", count: 1, tasks: [Each("spot-2")])"#,
        r#"(name: "boss", manager: (through: Combinatorial(collects: "2s", most: 3, largest: 3))),
           (name: "robot-1", like: "robot", place: At(x: 0, y: 0), contractor: (at_once: 3)),
           (name: "robot-2", like: "robot", place: At(x: 0, y: 500), contractor: (at_once: 3)),
           (name: "spot-1", place: At(x: 50, y: 0)), (name: "spot-2", place: At(x: 60, y: 0))"#,
    );
    let (simulation, _) = ended(&scene, "", 1);
    let all = missions(&simulation);
    assert_eq!(all.len(), 3);
    for mission in &all {
        assert_eq!(name(&simulation, mission.with), "robot-1");
        // 60 m for all three, a third each.
        assert!((mission.price - 20.0).abs() < 1e-9, "{}", mission.price);
    }
}
