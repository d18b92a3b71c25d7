//! The safety watch warns of what it should, and of nothing else.

mod brute;

use autotwin::prelude::*;
use autotwin::safety::alarms::Alarms;
use autotwin::safety::encounters::Encounters;
use autotwin::safety::falls::Fallen;
use autotwin::safety::incidents::{Incidents, Rule};
use autotwin::safety::readings::Guarded;
use autotwin::safety::review::Reviews;
use autotwin::safety::sight::Places;
use autotwin::safety::watch::Looks;
use autotwin::safety::wearable::Worn;
use proptest::prelude::*;

use crate::support::knowing::world_with;
use crate::support::tables::run_and_read;
use crate::support::{cases, commands, indicator, run, scene};
use brute::Model;

/// A random workshop.
#[derive(Clone, Debug)]
struct Workshop {
    persons: usize,
    robots: usize,
    /// How large it is: metres. In the smallest all stand on each other's feet.
    side: f64,
    /// How high posts are at most.
    height: f64,
    lasts: u32,
    people: u32,
    ticks: bool,
    commands: Vec<(u32, usize, usize)>,
}

fn workshop() -> impl Strategy<Value = Workshop> {
    let command = (0_u32..40, 0_usize..3, 0_usize..24);
    let size = (1_usize..24, 0_usize..5, prop_oneof![Just(0.5), 3.0_f64..30.0], prop_oneof![Just(0.0), Just(3.0)]);
    let rules = (0_u32..4, 2_u32..9, any::<bool>());
    (size, rules, prop::collection::vec(command, 0..12)).prop_map(
        |((persons, robots, side, height), (lasts, people, ticks), commands)| Workshop {
            persons,
            robots,
            side,
            height,
            lasts,
            people,
            ticks,
            commands,
        },
    )
}

impl Workshop {
    fn scene(&self) -> String {
        let Workshop { persons, robots, side, height, lasts, people, ticks, .. } = self;
        let (tick, every) = if *ticks { ("tick: \"500ms\",", "") } else { ("", "every: \"700ms\",") };
        let half = side / 2.0;
        let robots_there = if *robots > 0 {
            format!(
                r#"(name: "robot-{{n}}", like: "walker", count: {robots}, place: Within(from: (0, 0), to: ({side}, {side}))),"#
            )
        } else {
            String::new()
        };
        let separations = if *robots > 0 {
            r#"separations: [(from: ["robot-*"], least: 1.5, lasts: "1s"),
                (from: ["robot-*"], protective: (reacts: "300ms", brakes: 0.8, intrusion: 0.2)),
                (of: ["robot-*"], from: ["robot-*"], least: 2)],"#
        } else {
            ""
        };
        format!(
            r#"(
                run_for: "40s", {tick}
                kinds: {{"walker": (drive: (speed: 1.4, acceleration: 0.7), mind: Rules(every: "1s", rules: [
                    (name: "walk", then: [Go(to: Any("post-*")), Wait(lasts: Uniform(low: "0s", high: "6s"))]),
                ]))}},
                safety: (
                    {every}
                    persons: ["person-*"],
                    apart: (least: 2, lasts: "{lasts}s"),
                    gathering: (people: {people}, within: 1.7, lasts: "{lasts}s"),
                    {separations}
                ),
                twins: [
                    (name: "person-{{n}}", like: "walker", count: {persons}, place: Grid(from: (0, 0), step: (0, 0), columns: 3)),
                    {robots_there}
                    (name: "post-{{n}}", count: 4, place: Within(from: (0, 0), to: ({side}, {side}))),
                    (name: "post-high", place: At(x: {half}, y: {half}, z: {height})),
                ],
            )"#
        )
    }

    fn log(&self) -> String {
        let line = |&(at, what, who): &(u32, usize, usize)| {
            let twin = match who % (self.persons + self.robots) {
                person if person < self.persons => format!("person-{}", person + 1),
                robot => format!("robot-{}", robot - self.persons + 1),
            };
            let what = ["suspend", "activate", "retire"][what];
            format!("{{\"at\": \"{at}s\", \"do\": \"{what}\", \"twin\": \"{twin}\"}}\n")
        };
        self.commands.iter().map(line).collect()
    }
}

/// Holds the watch against asking everybody, at each look.
fn compare(workshop: &Workshop, drops: bool) -> Result<(), TestCaseError> {
    let options = RunOptions { commands: commands(&workshop.log()), ..RunOptions::default() };
    let mut simulation = world_with(&workshop.scene(), &options);
    let mut model = Model::default();
    let mut looks = 0;
    while !simulation.has_ended() {
        simulation.step();
        if drops {
            simulation.drop_caches();
        }
        let world = simulation.world();
        if world.resource::<Looks>().count == looks {
            continue;
        }
        looks = world.resource::<Looks>().count;
        model.look(world);
        let encounters = world.resource::<Encounters>();
        prop_assert_eq!(brute::pairs_of(encounters), model.pairs(), "at {}", world.resource::<Clock>().now);
        prop_assert_eq!(brute::crowds_of(encounters), model.crowds(), "at {}", world.resource::<Clock>().now);
        prop_assert_eq!(encounters.warned(), model.warned());
        prop_assert_eq!(world.resource::<Incidents>().count, model.incidents);
        for (twin, entity, name) in world.resource::<Directory>().twins() {
            if let Some(guarded) = world.get::<Guarded>(entity) {
                prop_assert_eq!(guarded.warnings, model.warnings_about(twin), "{}", name);
            }
        }
    }
    prop_assert!(looks >= 50, "{looks}");
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases(60)))]

    #[test]
    fn warnings_equal_a_brute_force_count_at_every_look(workshop in workshop(), drops in any::<bool>()) {
        compare(&workshop, drops)?;
    }
}

/// A part of a twin.
fn part<'a, T: Component>(simulation: &'a Simulation, name: &str) -> &'a T {
    let world = simulation.world();
    let twin = world.resource::<Directory>().find(name).expect("it is there");
    let entity = world.resource::<Directory>().entity(twin).expect("it is there");
    world.get::<T>(entity).expect("it has that part")
}

fn run_to_end(scene: &str, log: &str) -> Simulation {
    let options = RunOptions { commands: commands(log), audit: true, ..RunOptions::default() };
    let mut simulation = world_with(scene, &options);
    while !simulation.has_ended() {
        simulation.step();
        assert_eq!(simulation.world().resource::<autotwin::engine::audit::Audits>().failure(), None);
    }
    simulation
}

/// The distribution function of the standard normal law.
fn phi(x: f64) -> f64 {
    libm::erfc(-x / std::f64::consts::SQRT_2) / 2.0
}

fn is_close(what: &str, found: f64, exact: f64, error: f64) {
    println!("{what}: exact {exact:.5}, found {found:.5}, {:+.2} standard errors", (found - exact) / error);
    assert!((found - exact).abs() < 4.5 * error, "{what}: {found} instead of {exact}");
}

#[test]
fn wearables_alarm_as_often_as_their_error_says() {
    for (outside, confidence) in [(-1.0_f64, 0.6_f64), (0.5, 0.8), (2.0, 0.95), (4.0, 0.95)] {
        let scene = format!(
            r#"(run_for: "2h", tick: "1s",
                safety: (zones: {{"hall": Box(from: (-500, -500), to: (500, 0))}}),
                twins: [(name: "w{{n}}", count: 20, place: At(x: 0, y: {outside}),
                    wearable: (error_radius: 3, every: "1s", stays_in: ["hall"], confidence: {confidence}))])"#
        );
        let simulation = run_to_end(&scene, "");
        let worn: Vec<&Worn> = (1..=20).map(|n| part::<Worn>(&simulation, &format!("w{n}"))).collect();
        let (count, found): (u64, u64) = worn.iter().fold((0, 0), |sum, one| (sum.0 + one.count, sum.1 + one.outside));
        assert_eq!(count, 20 * 7200);
        let sd = 3.0 / (-2.0 * 0.05_f64.ln()).sqrt();
        let margin = sd * (-2.0 * (1.0 - confidence).ln()).sqrt();
        let exact = phi((outside - margin) / sd);
        let error = (exact * (1.0 - exact) / count as f64).sqrt();
        is_close(&format!("{outside} m outside, confidence {confidence}"), found as f64 / count as f64, exact, error);
    }
}

#[test]
fn a_wearable_lasts_as_long_as_it_says_and_is_charged_again() {
    let scene = r#"(run_for: "80h", tick: "1m",
        safety: (zones: {"hall": Circle(at: (0, 0), radius: 50)}),
        twins: [
            (name: "always", place: At(x: 0, y: 0), wearable: (lasts: "60h", every: "1m", stays_in: ["hall"])),
            (name: "half", place: At(x: 0, y: 0), wearable: (lasts: "60h", charge: 0.5, every: "1m", stays_in: ["hall"])),
            (name: "docked", place: At(x: 9, y: 1), wearable: (lasts: "60h", charge: 0.25, charges_in: "2h", charged_at: "dock")),
            (name: "dock", place: At(x: 9, y: 0)),
        ])"#;
    let simulation = run_to_end(scene, "");
    // Within a look of the moment at which it runs out.
    assert!(part::<Worn>(&simulation, "always").count.abs_diff(60 * 60) <= 1);
    assert!(part::<Worn>(&simulation, "half").count.abs_diff(30 * 60) <= 1);
    assert_eq!(part::<Worn>(&simulation, "always").charge, 0.0);
    assert_eq!(part::<Worn>(&simulation, "docked").charge, 1.0);
}

/// Falls are a renewal process: on its feet for a mean time, on the floor until it gets up or is helped.
#[test]
fn people_fall_and_are_noticed_as_often_as_is_said() {
    let scene = r#"(run_for: "100h", safety: (every: "1m", escalation: [(what: "lamp", lasts: "1h")]),
        twins: [(name: "p{n}", count: 60, place: At(x: 0, y: 0),
            falls: (after: Exponential(mean: "5h"), recovers: Exponential(mean: "20m")),
            wearable: (detects: 0.8, notices_after: "0s", lasts: "5000h", false_falls: Exponential(mean: "10h")))])"#;
    let simulation = run_to_end(scene, "");
    let all: Vec<&Fallen> = (1..=60).map(|n| part::<Fallen>(&simulation, &format!("p{n}"))).collect();
    let (mean_up, mean_down, span) = (5.0, 1.0 / 3.0, 100.0);
    let (cycle, variance) = (mean_up + mean_down, mean_up * mean_up + mean_down * mean_down);
    let fell: u64 = all.iter().map(|one| one.fell).sum();
    // The elementary renewal theorem; the number of cycles varies with t σ² / μ³ (Cox, Renewal Theory, 1962). Everybody begins on
    // its feet: the count of falls in time t is t/μ + (σ² − μ²)/2μ² + the share of a cycle that it is up, for large t.
    let ahead = (variance - cycle * cycle) / (2.0 * cycle * cycle) + mean_down / cycle;
    let exact = 60.0 * (span / cycle + ahead);
    is_close("falls", fell as f64, exact, (60.0 * span * variance / (cycle * cycle * cycle)).sqrt());
    let noticed: u64 = all.iter().map(|one| one.noticed).sum();
    is_close("noticed", noticed as f64 / fell as f64, 0.8, (0.16 / fell as f64).sqrt());
    let over = all.iter().map(|one| one.turn).sum::<u64>() as f64;
    let lay = all.iter().map(|one| one.lay).sum::<i64>() as f64 * 1e-9 / 3600.0;
    is_close("hours on the floor", lay / over, mean_down, mean_down / over.sqrt());
    let mistakes: u64 = (1..=60).map(|n| part::<Worn>(&simulation, &format!("p{n}")).false_falls).sum();
    is_close("mistakes", mistakes as f64, 600.0, 600.0_f64.sqrt());
}

/// Steps with exponential answers: 1 − exp(−t/m) of the alarms that come to a step are answered there.
#[test]
fn alarms_escalate_as_their_steps_say() {
    let scene = r#"(run_for: "200h", safety: (every: "10m", escalation: [
            (what: "lamp and sound", lasts: "2m", answered: Exponential(mean: "4m")),
            (what: "call", lasts: "5m", answered: Exponential(mean: "3m")),
            (what: "report", answered: Exponential(mean: "1m")),
        ]),
        twins: [(name: "p{n}", count: 40, place: At(x: 0, y: 0),
            wearable: (lasts: "5000h", false_falls: Exponential(mean: "1h")))])"#;
    let simulation = run_to_end(scene, "");
    let alarms = simulation.world().resource::<Alarms>();
    let all: u64 = alarms.answered.iter().sum();
    assert!(all > 7000 && alarms.raised == all + alarms.open.len() as u64 && alarms.mistaken == alarms.raised);
    let (lamp, call) = (1.0 - (-0.5_f64).exp(), 1.0 - (-5.0_f64 / 3.0).exp());
    let shares = [lamp, (1.0 - lamp) * call, (1.0 - lamp) * (1.0 - call)];
    for (step, exact) in shares.into_iter().enumerate() {
        let found = alarms.answered[step] as f64 / all as f64;
        is_close(&format!("answered at step {}", step + 1), found, exact, (exact * (1.0 - exact) / all as f64).sqrt());
    }
    // The mean of a time that is cut off at t is m (1 − exp(−t/m)); each step is reached by who was not answered before.
    let mean = 4.0 * lamp + (1.0 - lamp) * 3.0 * call + (1.0 - lamp) * (1.0 - call) * 1.0;
    let waited = alarms.waited as f64 * 1e-9 / 60.0 / all as f64;
    is_close("minutes until an answer", waited, mean, 2.5 / (all as f64).sqrt());
}

#[test]
fn who_has_fallen_does_nothing_until_a_guard_helps() {
    let scene = r#"(run_for: "30m", tick: "1s",
        safety: (persons: ["worker"], zones: {"hall": Box(from: (-90, -90), to: (90, 90))},
            escalation: [(what: "lamp", lasts: "1m"), (what: "call", calls: true)]),
        twins: [
            (name: "worker", place: At(x: 30, y: 0), drive: (speed: 1),
                falls: (after: "5m"), wearable: (detects: 1, notices_after: "10s", error_radius: 1, stays_in: ["hall"]),
                quantities: {"walked": (start: 0)},
                mind: Rules(rules: [(name: "walk", then: [Go(to: Any("post-*")), Set({"walked": "walked + 1"})])])),
            (name: "post-{n}", count: 2, place: Grid(from: (30, 0), step: (0, 20), columns: 1)),
            (name: "guard", place: At(x: 0, y: 0), drive: (speed: 1),
                mind: Rules(rules: [(name: "help", when: "alarms.called > 0", finishes: true,
                    then: [Go(to: Point("alarms.x", "alarms.y"), within: 1), Do(what: "help", takes: "30s"), Command(do: "help")])])),
        ])"#;
    let options = RunOptions::default();
    let mut simulation = world_with(scene, &options);
    let (mut before, mut spans) = (None, Vec::new());
    while !simulation.has_ended() {
        simulation.step();
        let now = simulation.clock().now.seconds();
        let down = part::<Fallen>(&simulation, "worker").is_down();
        let at = *part::<autotwin::world::position::Position>(&simulation, "worker");
        match (down, before) {
            (true, None) => before = Some((now, at)),
            (true, Some((_, place))) => assert_eq!(at, place, "whoever lies there does not move"),
            (false, Some((since, _))) => {
                spans.push(now - since);
                before = None;
            }
            (false, None) => {}
        }
    }
    // 10 s until it is noticed, a minute of the lamp, the guard's way of 30 m or so, half a minute.
    assert!(spans.len() >= 3, "{spans:?}");
    assert!(spans.iter().all(|span| (100.0..180.0).contains(span)), "{spans:?}");
    let alarms = simulation.world().resource::<Alarms>();
    assert_eq!(alarms.answered.first(), Some(&0), "nobody answers a lamp");
    assert_eq!(alarms.answered[1], spans.len() as u64);
    let walked = crate::support::knowing::levels(&simulation, crate::support::knowing::who(&simulation, "worker"));
    assert!(walked[0] > 10.0, "it goes on walking afterwards");
}

/// Two benches so near to each other that whoever works there is too near, and a review with these settings.
fn two_benches(more: &str) -> String {
    format!(
        r#"(run_for: "12h", tick: "1s",
        safety: (persons: ["w*"], apart: (least: 2, lasts: "5s"),
            review: (every: "1h", least: 4, near: 3, equipment: ["bench-*"], samples_every: "20s", {more} trial: "3h")),
        twins: [
            (name: "bench-a", place: At(x: 0, y: 0)), (name: "bench-b", place: At(x: 1.5, y: 0)),
            (name: "store-a", place: At(x: -12, y: 0)), (name: "store-b", place: At(x: 14, y: 0)),
            (name: "bench-far", place: At(x: 0, y: 14)),
            (name: "wa", place: At(x: -12, y: 0), drive: (speed: 0.2), mind: Rules(rules: [(name: "work", then: [
                Go(to: Nearest("bench-a")), Wait(lasts: Exponential(mean: "5m")), Go(to: Nearest("store-a")), Wait(lasts: "1m")])])),
            (name: "wb", place: At(x: 14, y: 0), drive: (speed: 0.2), mind: Rules(rules: [(name: "work", then: [
                Go(to: Nearest("bench-b")), Wait(lasts: Exponential(mean: "5m")), Go(to: Nearest("store-b")), Wait(lasts: "1m")])])),
        ])"#
    )
}

/// The review finds which bench to move, moves it, and closes what does not come back.
#[test]
fn a_review_moves_equipment_and_closes_what_does_not_come_back() {
    let scene = two_benches;
    let left = run_to_end(&scene(""), "");
    let incidents = left.world().resource::<Incidents>();
    assert!(incidents.count > 50 && incidents.closed == [0; 5], "{}", incidents.count);
    let places = &left.world().resource::<Reviews>().places;
    assert_eq!(places.len(), 1, "{places:?}");
    let plan = places.values().next().and_then(|place| place.advice.plan).expect("a move helps");
    let name = left.world().resource::<Directory>().name(plan.equipment);
    assert!(&*name == "bench-a" || &*name == "bench-b", "{name}");
    assert!(plan.expected > 0.95, "{plan:?}");
    // The same, with the measure applied: by itself, and by command.
    let moved = run_to_end(&scene(r#"applied_after: "30m","#), "");
    let ordered = run_to_end(&scene(""), r#"{"at": "90m", "do": "apply_measures"}"#);
    for simulation in [&moved, &ordered] {
        let incidents = simulation.world().resource::<Incidents>();
        assert!(incidents.count < 25, "{}", incidents.count);
    }
    // What comes back is designed anew, and waits for another command where none is carried out by itself.
    let incidents = moved.world().resource::<Incidents>();
    assert!(incidents.open.is_empty() && incidents.closed[0] == incidents.count);
}

#[test]
fn incidents_go_through_their_phases_in_order() {
    const TIMES: [&str; 8] = ["begun", "warned", "over", "analysed", "designed", "applied", "verified", "closed"];
    let (mut incidents, mut log, mut advice) = (Vec::new(), Vec::new(), 0);
    let scene = two_benches(r#"applied_after: "30m","#);
    run_and_read(&scene, 3, &["incidents", "incident_log", "advice"], |table, line| match table {
        "incidents" => {
            let times: Vec<f64> = TIMES.iter().map(|time| line.number(time)).collect();
            assert!(times.is_sorted() && times[1] - times[0] >= 5.0 && line.number("worst") < 2.0, "{times:?}");
            assert_eq!((line.text("who"), line.text("with"), line.text("rule")), ("wa", "wb", "apart"));
            incidents.push((line.number("incident"), times, line.number("recurrences")));
        }
        "incident_log" => log.push((line.number("incident"), line.text("phase").to_owned(), line.number("time"))),
        _ => {
            advice += 1;
            assert!(line.text("equipment").is_empty() || line.number("expected") > 0.5);
        }
    });
    assert!(incidents.len() >= 4 && advice >= 1, "{} {advice}", incidents.len());
    for (incident, times, recurrences) in incidents {
        let told: Vec<&(f64, String, f64)> = log.iter().filter(|(other, ..)| *other == incident).collect();
        assert!(told.windows(2).all(|pair| pair[0].2 <= pair[1].2));
        let words: Vec<&str> = told.iter().map(|(_, phase, _)| phase.as_str()).collect();
        let round = ["over", "analysed", "designed", "applied"];
        let rounds = (0..=recurrences as usize).flat_map(|_| round);
        let whole: Vec<&str> = std::iter::once("warned").chain(rounds).chain(["verified", "closed"]).collect();
        assert_eq!(words, whole);
        assert_eq!(told.last().map(|last| last.2), times.last().copied());
    }
}

/// Vehicles and workers of a plant are not where their part `position` says: the plant tells where they are.
#[test]
fn people_and_vehicles_of_a_plant_are_watched_where_they_are() {
    let scene = r#"(run_for: "4h",
        safety: (every: "1s", persons: ["ann"], separations: [(from: ["cart"], protective: (reacts: "200ms", brakes: 1))]),
        twins: [
            (name: "mill-{n}", count: 2, machine: (output_buffer: 1), place: Grid(from: (5, 0), step: (30, 0), columns: 2)),
            (name: "cart", vehicle: (speed: 1.2), place: At(x: 5, y: 3)),
            (name: "ann", worker: (skills: ["mill"]), place: At(x: 20, y: 0)),
        ],
        aisles: (junctions: {"west": (0, 2), "east": (40, 2)}, lanes: [(from: "west", to: "east")]),
        products: {"part": (routing: [
            (name: "a", machines: {"mill-1": "6m"}, worker: (skill: "mill")),
            (name: "b", machines: {"mill-2": "6m"}, worker: (skill: "mill")),
        ])},
        arrivals: [(product: "part", every: "20m")],
    )"#;
    let mut simulation = world_with(scene, &RunOptions::default());
    let names = ["ann", "cart"].map(|name| crate::support::knowing::who(&simulation, name));
    let mut spans = [[f64::INFINITY, f64::NEG_INFINITY]; 2];
    while !simulation.has_ended() {
        simulation.step();
        for (span, twin) in spans.iter_mut().zip(names) {
            if let Some([x, ..]) = simulation.world().resource::<Places>().of(twin) {
                *span = [span[0].min(x), span[1].max(x)];
            }
        }
    }
    assert!(spans.iter().all(|[low, high]| high - low > 20.0), "{spans:?}");
    assert!(simulation.world().resource::<Incidents>().warned[Rule::Separation as usize] > 0);
}

/// What the advice of the scene itself says, tried: fewer warnings, as much work done.
#[test]
fn moving_the_bench_as_advised_lowers_warnings() {
    let total = |settings: &[&str], name: &str| -> f64 {
        let settings: Vec<String> = settings.iter().map(|setting| (*setting).to_owned()).collect();
        let tree = load(&scene("workshop.ron"), &settings).expect("the scene is right");
        let run_for = Some(Duration::from_secs(90 * 60));
        let of = |seed| run(&tree, &RunOptions { seed: Some(seed), run_for, ..RunOptions::default() }, 1);
        (1..=3).map(|seed| indicator(&of(seed), name)).sum()
    };
    let moved = ["twins.bench-4.place.x=20.5", "twins.bench-4.place.y=-1"];
    let (before, after) = (total(&[], "warnings_apart"), total(&moved, "warnings_apart"));
    assert!(after < 0.9 * before, "{before} {after}");
}
