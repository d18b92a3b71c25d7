//! Twins that look around, think and decide ask for no memory, once they have all that they need.

use autotwin::engine::simulation::EngineApp;
use autotwin::engine::stage::{Passing, Stage};
use autotwin::prelude::*;
use bevy_app::App;
use bevy_ecs::prelude::{IntoScheduleConfigs, ResMut, Resource};

use crate::support::counting::allocations;
use crate::support::read;

/// What was asked for between the beginning of Sense and the end of Act: before this step, and in each step since.
#[derive(Resource, Default)]
struct Asked {
    before: u64,
    in_steps: Vec<u64>,
}

fn begin(mut asked: ResMut<Asked>) {
    asked.before = allocations();
}

fn end(mut asked: ResMut<Asked>) {
    let count = allocations() - asked.before;
    asked.in_steps.push(count);
}

fn watched(app: &mut App) {
    plugins(app);
    app.insert_resource(Asked { before: 0, in_steps: Vec::with_capacity(100_000) });
    app.add_step_systems(Stage::Ingest, begin).add_step_systems(Stage::Advance, end.before(Passing::Events));
}

/// All kinds of sensors, beliefs and minds, all of which decide at every tick and change their minds now and then.
const SCENE: &str = r#"(
    run_for: "10min",
    tick: "100ms",
    fields: {"warmth": (base: 20, noise: (swing: 2, length: 10), sources: [(at: (3, 3), strength: 9, reach: 6)])},
    kinds: {
        "body": (
            drive: (speed: 1.5), body: (shape: Cylinder(radius: 0.3, height: 1)),
            quantities: {"charge": (start: 1, low: 0, rate: "-1 / 30min")},
            sensors: {
                "near": (measures: Proximity(range: 4), noise: 0.1, drop_out: 0.1, costs: {"charge": 1e-6}),
                "seen": (measures: Proximity(range: 4, of: ["body"], field_of_view_deg: 90, occluded: true)),
                "heat": (measures: Field(of: "warmth"), latency: Uniform(low: "0s", high: "1s"), wander_per_hour: 1),
                "touch": (measures: Contact()),
                "gauge": (measures: Gauge(of: "charge"), fails: (after: Exponential(mean: "30s"), repair: "5s", shows: Stuck)),
                "both": (measures: Formula(of: "heat + gauge")),
            },
            beliefs: {
                "last": Last(of: "heat"), "mean": Ewma(of: "heat", half_life: "3s"),
                "level": Kalman(of: "heat", noise: 1, wanders: 0.1), "trend": Holt(of: "heat", level: 0.3, trend: 0.1, ahead: "10s"),
                "odd": ZScore(of: "heat"), "shift": Cusum(of: "heat", target: 20, slack: 1, limit: 5),
                "life": RemainingLife(of: "1 - gauge", limit: 1), "usual": Seasonal(of: "heat", period: "1min", parts: 6),
                "sum": Formula(of: "mean + level"),
            },
        ),
    },
    twins: [
        (name: "ruled-{n}", count: 5, like: "body", place: Within(from: (0, 0), to: (9, 9)), mind: Rules(rules: [
            (name: "warm", priority: 1, when: "mean > 21 or odd > 2", cool_down: "1s", then: [Wait(lasts: "300ms")]),
            (name: "go", then: [Go(to: Any("post"))]),
        ])),
        (name: "treed-{n}", count: 5, like: "body", place: Within(from: (0, 0), to: (9, 9)), mind: Tree(root: ReactiveFallback([
            ReactiveSequence([Condition("near.count > 2"), Action([Wait(lasts: "300ms")])]), Action([Go(to: Any("post"))]),
        ]))),
        (name: "useful-{n}", count: 5, like: "body", place: Within(from: (0, 0), to: (9, 9)), mind: Utility(inertia: 0.05, choices: [
            (name: "go", considerations: [(of: "charge")], then: [Go(to: Any("post"))]),
            (name: "stay", considerations: [(of: "near.count", curve: Linear(low: 0, high: 5))], then: [Wait(lasts: "300ms")]),
        ])),
        (name: "planning-{n}", count: 5, like: "body", place: Within(from: (0, 0), to: (9, 9)), mind: Planner(
            facts: {"warm": "mean > 21", "rested": "odd < 1", "there": "distance(post) < 2"},
            operators: [
                (name: "rest", sets: {"rested": "true"}, cost: "1", then: [Wait(lasts: "300ms")]),
                (name: "go", needs: "rested", sets: {"there": "true", "warm": "true"}, cost: "distance(post)", then: [Go(to: Nearest("post"))]),
                (name: "leave", sets: {"there": "false", "warm": "false"}, cost: "2", then: [Go(to: At(x: 9, y: 9))]),
            ],
            goals: [(name: "warmth", when: "charge > 0.5 and not (mean > 22)", wants: "there and rested"), (name: "cool", wants: "not there")],
        )),
        (name: "post", place: At(x: 3, y: 3), count: 1),
    ],
)"#;

#[test]
fn to_sense_and_decide_asks_for_no_memory_once_warm() {
    let options = RunOptions { plugins: watched, ..RunOptions::default() };
    let (mut simulation, _) = prepare(&read(SCENE), &options, None).unwrap_or_else(|error| panic!("{error}"));
    while !simulation.has_ended() {
        simulation.step();
    }
    let steps = &simulation.world().resource::<Asked>().in_steps;
    assert!(steps.len() >= 6_000, "{}", steps.len());
    // Warm: everybody has had all thoughts once that need room.
    let (warming, warm) = steps.split_at(steps.len() / 2);
    assert!(warming.iter().sum::<u64>() > 0, "it is counted at all");
    assert_eq!(
        warm.iter().sum::<u64>(),
        0,
        "steps that asked: {:?}",
        warm.iter().enumerate().filter(|(_, n)| **n > 0).take(9).collect::<Vec<_>>()
    );
}
