//! Bodies touch, fall, bounce, slide and push as mechanics says, and stop where something is in their way.

use autotwin::engine::registry::Digest;
use autotwin::prelude::*;
use autotwin::twin::actions::Outcome;
use autotwin::twin::step::trace::{End, Tracing};
use autotwin::world::physics::{Bodies, Physics, TOUCH};
use proptest::prelude::*;

use crate::support::knowing::{known, position, who, world, world_with};
use crate::support::{cases, commands, read, run};

/// The gravity of the world: m/s².
const GRAVITY: f64 = 9.81;
/// By how much the library lets bodies sink into each other: metres (its `normalized_allowed_linear_error`).
const SINKS: f64 = 0.005;

/// Pushes a twin before the first step.
fn push(simulation: &mut Simulation, twin: TwinId, velocity: [f64; 3]) {
    simulation.world_mut().resource_scope(|world, bodies: bevy_ecs::prelude::Mut<Bodies>| {
        world.resource_mut::<Physics>().set_velocity(&bodies, twin, velocity);
    });
}

fn velocity(simulation: &Simulation, twin: TwinId) -> [f64; 3] {
    let world = simulation.world();
    world.resource::<Physics>().velocity(world.resource::<Bodies>(), twin).expect("it has a body")
}

/// A world with one tick and these twins.
fn bodies(run_for: &str, tick: &str, twins: &str) -> Simulation {
    world(&format!(r#"(run_for: "{run_for}", tick: "{tick}", twins: [{twins}])"#))
}

fn seconds(simulation: &Simulation) -> f64 {
    (simulation.clock().now - Time::ZERO).seconds()
}

// ---- touch ----------------------------------------------------------------------------------------------------------------

/// A shape of a body on the ground.
#[derive(Clone, Copy, Debug)]
enum Shape {
    Ball(f64),
    Box(f64, f64),
    Cylinder(f64),
}

/// How high boxes and cylinders are: higher than the middle of any ball.
const HEIGHT: f64 = 1.5;

impl Shape {
    fn written(self) -> String {
        match self {
            Shape::Ball(radius) => format!("Ball(radius: {radius})"),
            Shape::Box(length, width) => format!("Box(length: {length}, width: {width}, height: {HEIGHT})"),
            Shape::Cylinder(radius) => format!("Cylinder(radius: {radius}, height: {HEIGHT})"),
        }
    }

    /// Half of its straight edges towards the east and the north, how round it is besides, and how high the middle of that is.
    fn form(self) -> ([f64; 2], f64, Option<f64>) {
        match self {
            Shape::Ball(radius) => ([0.0; 2], radius, Some(radius)),
            Shape::Box(length, width) => ([length / 2.0, width / 2.0], 0.0, None),
            Shape::Cylinder(radius) => ([0.0; 2], radius, None),
        }
    }

    /// How far apart two are, one of which is so far from the other: metres. Negative where they overlap.
    fn gap(self, other: Shape, way: [f64; 2]) -> f64 {
        let ((one, round, height), (two, others, its)) = (self.form(), other.form());
        let apart = |axis: usize| (way[axis].abs() - one[axis] - two[axis]).max(0.0);
        // Balls of different sizes have their middles at different heights.
        let up = height.zip(its).map_or(0.0, |(a, b)| a - b);
        (apart(0).powi(2) + apart(1).powi(2) + up * up).sqrt() - round - others
    }
}

fn shape() -> impl Strategy<Value = Shape> {
    prop_oneof![
        (0.1_f64..1.0).prop_map(Shape::Ball),
        (0.2_f64..2.0, 0.2_f64..2.0).prop_map(|(length, width)| Shape::Box(length, width)),
        (0.1_f64..1.0).prop_map(Shape::Cylinder),
    ]
}

/// How exactly the library knows how far apart two shapes are: metres. It looks for the nearest points step by step in single
/// precision (E. Gilbert, D. Johnson and S. Keerthi, IEEE Journal on Robotics and Automation 4, 1988), to about 1e-5 of their size.
const SHARP: f64 = 5e-5;

fn approach(shapes: [Shape; 2], angle: f64, aside: f64, moves: &str) -> Result<(), TestCaseError> {
    let (x, y) = (3.0 * angle.cos(), 3.0 * angle.sin());
    let (goal_x, goal_y) = (aside * -angle.sin(), aside * angle.cos());
    let mut simulation = bodies(
        "3s",
        "7ms",
        &format!(
            r#"(name: "one", place: At(x: {x}, y: {y}), drive: (speed: 1), body: (shape: {}),
                sensors: {{"touch": (measures: Contact(of: ["two"]))}},
                mind: Rules(rules: [(name: "come", then: [Go(to: At(x: {goal_x}, y: {goal_y}))])])),
            (name: "two", place: At(x: 0, y: 0), body: (shape: {}, moves: {moves}),
                sensors: {{"touch": (measures: Contact())}}),"#,
            shapes[0].written(),
            shapes[1].written()
        ),
    );
    let [one, two] = ["one", "two"].map(|name| who(&simulation, name));
    while !simulation.has_ended() {
        let at = position(&simulation, one);
        simulation.step();
        let gap = shapes[0].gap(shapes[1], [at.x, at.y]);
        if (gap - TOUCH).abs() > SHARP {
            let touches = f64::from(u8::from(gap < TOUCH));
            for twin in [one, two] {
                prop_assert_eq!(known(&simulation, twin, "touch.count").0, touches, "{} m: {:?}", gap, shapes);
            }
            let other = known(&simulation, one, "touch.twin").0;
            let is_right = if gap < TOUCH { other == two.0 as f64 } else { other.is_nan() };
            prop_assert!(is_right, "{}", other);
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases(25)))]

    /// One that goes where it wants comes nearer, from any side, to one that stands still: it goes 7 mm a tick.
    #[test]
    fn bodies_touch_when_they_are_next_to_each_other(
        // One that is the same however it turns.
        mover in prop_oneof![(0.1_f64..1.0).prop_map(Shape::Ball), (0.1_f64..1.0).prop_map(Shape::Cylinder)],
        other in shape(),
        angle in 0.0_f64..6.3,
        aside in -1.5_f64..1.5,
        is_fixed in any::<bool>(),
    ) {
        approach([mover, other], angle, aside, if is_fixed { "Fixed" } else { "Kinematic" })?;
    }
}

#[test]
fn boxes_touch_face_to_face() {
    for (length, width) in [(0.4, 1.0), (1.7, 0.3)] {
        for moves in ["Fixed", "Kinematic"] {
            let shapes = [Shape::Box(length, width), Shape::Box(width, length)];
            approach(shapes, 0.0, 0.0, moves).expect("they touch when they should");
        }
    }
}

#[test]
fn whoever_is_pushed_against_something_touches_it() {
    let mut simulation = bodies(
        "20s",
        "20ms",
        r#"(name: "box", place: At(x: 0, y: 0), body: (shape: Box(length: 1, width: 1, height: 1), moves: Dynamic(mass: 20)),
                sensors: {"touch": (measures: Contact())}),
            (name: "wall", place: At(x: 3, y: 0), body: (shape: Box(length: 1, width: 9, height: 2), moves: Fixed),
                sensors: {"touch": (measures: Contact())}),
            (name: "pusher", place: At(x: -3, y: 0), body: (shape: Cylinder(radius: 0.5, height: 1)), drive: (speed: 0.5),
                sensors: {"touch": (measures: Contact())},
                mind: Rules(rules: [(name: "push", then: [Go(to: At(x: 0.99, y: 0)), Wait(lasts: "1h")])])),"#,
    );
    let twins = ["box", "wall", "pusher"].map(|name| who(&simulation, name));
    let count = |simulation: &Simulation| twins.map(|twin| known(simulation, twin, "touch.count").0);
    simulation.run_until(Time::ZERO + Duration::from_secs(3));
    assert_eq!(count(&simulation), [0.0, 0.0, 0.0]);
    simulation.run_until(Time::ZERO + Duration::from_secs(6));
    assert_eq!(count(&simulation), [1.0, 0.0, 1.0], "pushed along");
    simulation.run_until(Time::ZERO + Duration::from_secs(20));
    // The pusher ends at 1.49, and 2.5 is where the wall begins: 1 cm of room for a box of 1 m.
    let at = position(&simulation, twins[0]);
    assert!((1.99 - SINKS..=2.0 + SINKS).contains(&at.x), "{at:?}");
}

// ---- forces ---------------------------------------------------------------------------------------------------------------

const BALL: &str = r#"(name: "ball", place: At(x: 0, y: 0, z: HEIGHT),
    body: (shape: Ball(radius: 0.1), moves: Dynamic(mass: 2, bounce: BOUNCE))),"#;

fn ball(height: f64, bounce: f64) -> String {
    BALL.replace("HEIGHT", &height.to_string()).replace("BOUNCE", &bounce.to_string())
}

/// Speed is changed before the place in each step h, so that a ball is g t h / 2 lower than it should be, and no more.
#[test]
fn a_ball_falls_as_it_should_and_comes_to_rest() {
    const STEP: f64 = 0.01;
    let mut simulation = bodies("5s", "10ms", &ball(5.0, 0.0));
    let twin = who(&simulation, "ball");
    let mut worst = 0.0_f64;
    while !simulation.has_ended() {
        simulation.step();
        let (t, z) = (seconds(&simulation), position(&simulation, twin).z);
        let falls = GRAVITY * t * t / 2.0;
        // Contacts are foreseen in the last step before.
        if falls + GRAVITY * t * STEP < 5.0 - 0.02 {
            let low = 5.0 - falls - z;
            worst = worst.max(low / (GRAVITY * t * STEP / 2.0));
            // Of numbers around 5 in single precision some thousand are added.
            assert!((-1e-4..=GRAVITY * t * STEP / 2.0 + 1e-4).contains(&low), "{t}: {low}");
        }
    }
    let (z, [x, y, up]) = (position(&simulation, twin).z, velocity(&simulation, twin));
    println!("fall: error {worst:.3} of g t h / 2; comes to rest at {z:.5} m");
    assert!(z.abs() <= SINKS + 1e-3 && [x, y, up].iter().all(|part| part.abs() < 1e-2), "{z} {up}");
}

/// From height to height by the square of the share of speed that is kept. A ball meets the ground up to a step h early or late,
/// which its speed v = √(2 g s) makes a height of up to v h / 2 on both ways, and it is up to v h above the ground when it turns.
#[test]
fn a_ball_bounces_as_high_as_it_should() {
    const STEP: f64 = 0.001;
    for bounce in [0.3, 0.6, 0.9] {
        let mut simulation = bodies("2s", "1ms", &ball(1.0, bounce));
        let twin = who(&simulation, "ball");
        let (mut has_met, mut highest) = (false, 0.0_f64);
        while !simulation.has_ended() && (!has_met || velocity(&simulation, twin)[2] >= 0.0) {
            simulation.step();
            has_met |= velocity(&simulation, twin)[2] > 0.1;
            if has_met {
                highest = highest.max(position(&simulation, twin).z);
            }
        }
        println!("bounce: {highest:.4} m of {:.4}", bounce * bounce);
        let error = 2.0 * (2.0 * GRAVITY).sqrt() * STEP;
        assert!((highest - bounce * bounce).abs() < error, "{highest} {bounce} {error}");
    }
}

/// v² = 2 μ g s. In each step h friction takes μ g h, of which half is not yet gone: s is off by up to v h / 2 at the start, and
/// by less at the end.
#[test]
fn what_slides_is_slowed_by_friction() {
    const STEP: f64 = 0.005;
    for friction in [0.1, 0.4, 0.8] {
        let mut simulation = bodies(
            "8s",
            "5ms",
            &format!(
                r#"(name: "box", place: At(x: 0, y: 0),
                    body: (shape: Box(length: 1, width: 1, height: 0.4), moves: Dynamic(mass: 5, friction: {friction})))"#
            ),
        );
        let twin = who(&simulation, "box");
        push(&mut simulation, twin, [3.0, 0.0, 0.0]);
        let stops = 3.0 / (friction * GRAVITY);
        simulation.run_until(Time::ZERO + Duration::from_seconds((stops / 2.0 / STEP).round() * STEP));
        let half = velocity(&simulation, twin)[0];
        let t = seconds(&simulation);
        simulation.run_until(Time::ZERO + Duration::from_secs(8));
        let (far, expected) = (position(&simulation, twin).x, 9.0 / (2.0 * friction * GRAVITY));
        let slowed = (3.0 - half) / t;
        println!("friction {friction}: {slowed:.4} m/s² of {:.4}, {far:.4} m of {expected:.4}", friction * GRAVITY);
        assert!((slowed / (friction * GRAVITY) - 1.0).abs() < 2.0 * STEP / t, "{slowed}");
        assert!((far - expected).abs() < 3.0 * STEP, "{far} {expected}");
        assert!(velocity(&simulation, twin)[0].abs() < 1e-3);
    }
}

/// In free fall, so that nothing else touches them: head-on, u₁ = (m₁ v₁ + m₂ v₂ + m₂ e (v₂ - v₁)) / (m₁ + m₂).
#[test]
fn balls_that_collide_keep_their_momentum() {
    for bounce in [0.0, 0.5, 1.0] {
        let moves = |mass: f64| format!("Dynamic(mass: {mass}, bounce: {bounce}, friction: 0)");
        let mut simulation = bodies(
            "1s",
            "5ms",
            &format!(
                r#"(name: "a", place: At(x: 0, y: 0, z: 50), body: (shape: Ball(radius: 0.2), moves: {})),
                   (name: "b", place: At(x: 1, y: 0, z: 50), body: (shape: Ball(radius: 0.2), moves: {}))"#,
                moves(1.0),
                moves(3.0)
            ),
        );
        let [a, b] = ["a", "b"].map(|name| who(&simulation, name));
        push(&mut simulation, a, [2.0, 0.0, 0.0]);
        push(&mut simulation, b, [-1.0, 0.0, 0.0]);
        while !simulation.has_ended() {
            simulation.step();
            let momentum = velocity(&simulation, a)[0] + 3.0 * velocity(&simulation, b)[0];
            // Single precision: some parts in ten million of each.
            assert!((momentum + 1.0).abs() < 1e-5, "{momentum}");
        }
        let [first, second] = [a, b].map(|twin| velocity(&simulation, twin)[0]);
        println!("collision, e = {bounce}: {first:.4}, {second:.4}");
        let first_expected = (2.0 - 3.0 - 9.0 * bounce) / 4.0;
        // The solver ends its rounds with what is left of the wanted speed: a hundredth of the 3 m/s at which they meet.
        assert!((first - first_expected).abs() < 0.03, "{first} {first_expected}");
        assert!((first + 3.0 * second + 1.0).abs() < 1e-5);
    }
}

// ---- ways -----------------------------------------------------------------------------------------------------------------

fn driver(drive: &str, moves: &str, then: &str) -> String {
    format!(
        r#"(name: "driver", place: At(x: 0, y: 0), drive: ({drive}), body: (shape: Cylinder(radius: 0.3, height: 1), moves: {moves}),
            mind: Rules(rules: [(name: "go", priority: 2, cool_down: "1h", then: [{then}]),
                (name: "rest", then: [Wait(lasts: "1h")])])),"#
    )
}

/// Lets a world go on to its end; how the course `go` ended, and when.
fn course(simulation: &mut Simulation) -> (Outcome, f64) {
    simulation.world_mut().resource_mut::<Tracing>().note_deeds();
    let mut ended = None;
    while !simulation.has_ended() {
        simulation.step();
        let deeds = simulation.world_mut().resource_mut::<Tracing>().take_deeds();
        let deed = deeds.into_iter().find(|deed| deed.course == "go");
        ended = ended.or(deed.and_then(|deed| deed.end));
    }
    let End { at, outcome, .. } = ended.expect("it has ended");
    (outcome, (at - Time::ZERO).seconds())
}

#[test]
fn a_body_that_drives_itself_arrives_and_stands() {
    for drive in ["speed: 2", "speed: 2, acceleration: 1", "speed: 0.5"] {
        let mut simulation =
            bodies("40s", "50ms", &driver(drive, "Dynamic(mass: 30, friction: 0.6)", "Go(to: At(x: 6, y: 4.5))"));
        let (outcome, at) = course(&mut simulation);
        let twin = who(&simulation, "driver");
        let place = position(&simulation, twin);
        let (off, [x, y, _]) = ((place.x - 6.0).hypot(place.y - 4.5), velocity(&simulation, twin));
        println!("drive ({drive}): arrives at {at:.3} s, {off:.4} m from its goal");
        assert_eq!(outcome, Outcome::Done, "{drive}");
        // It stands as near as it must be to have arrived, and not much of it slides.
        assert!(off <= 0.1 && x.hypot(y) < 1e-3, "{off} {x} {y}");
    }
}

/// It may take twice the time of its way, and 2 s: 22 s for 10 m at 1 m/s.
#[test]
fn a_body_that_drives_itself_stops_at_a_wall_and_says_so() {
    let wall = r#"(name: "wall", place: At(x: 5.5, y: 0), body: (shape: Box(length: 1, width: 20, height: 2), moves: Fixed)),"#;
    let then = "Go(to: At(x: 10, y: 0))";
    let mut simulation = bodies("30s", "50ms", &(driver("speed: 1", "Dynamic(mass: 30)", then) + wall));
    let (outcome, at) = course(&mut simulation);
    let place = position(&simulation, who(&simulation, "driver"));
    println!("wall: stands at {:.4} m of 4.7, fails at {at:.2} s", place.x);
    assert_eq!(outcome, Outcome::Failed("something was in its way".into()));
    assert!((22.0..22.3).contains(&at), "{at}");
    assert!((4.65..4.7 + SINKS).contains(&place.x), "{place:?}");
    // A body that goes wherever its twin does is not held up by anything.
    let mut simulation = bodies("30s", "50ms", &(driver("speed: 1", "Kinematic", then) + wall));
    assert_eq!(course(&mut simulation).0, Outcome::Done);
    assert_eq!(position(&simulation, who(&simulation, "driver")).x, 10.0);
}

/// 20 m/s are 33 cm a step, and the wall is as thick as a board.
#[test]
fn what_is_fast_does_not_get_through_what_is_thin() {
    let wall = r#"(name: "wall", place: At(x: 8, y: 0), body: (shape: Box(length: 0.02, width: 20, height: 2), moves: Fixed)),"#;
    let then = "Go(to: At(x: 40, y: 0))";
    let mut simulation = bodies("20s", "50ms", &(driver("speed: 20", "Dynamic(mass: 10, force: 2000)", then) + wall));
    simulation.run_until(Time::ZERO + Duration::from_secs(20));
    let place = position(&simulation, who(&simulation, "driver"));
    assert!(place.x < 8.0, "{place:?}");
}

// ---- the same in every run ------------------------------------------------------------------------------------------------

const YARD: &str = r#"(
    run_for: "18s", tick: "50ms", record: (tables: []),
    kinds: {
        "robot": (
            drive: (speed: 1.2, acceleration: 0.8),
            body: (shape: Cylinder(radius: 0.3, height: 0.8), moves: Dynamic(mass: 25, bounce: 0.2)),
            quantities: {"charge": (start: 1, low: 0)},
            sensors: {
                "near": (measures: Proximity(range: 5, field_of_view_deg: 200, occluded: true), every: "100ms", noise: 0.02,
                    drop_out: 0.05, latency: Uniform(low: "0s", high: "300ms"), wander_per_hour: 0.1,
                    costs: {"charge": 0.0001}, fails: (after: Exponential(mean: "10s"), repair: "2s", shows: Stuck)),
                "touch": (measures: Contact()),
            },
            beliefs: {"gap": Ewma(of: "near.distance", half_life: "1s")},
            mind: Rules(rules: [
                (name: "back off", priority: 2, when: "touch.count > 0 and gap < 1", cool_down: "3s",
                    then: [Go(to: Any("post-*")), Wait(lasts: "500ms")]),
                (name: "walk", then: [Go(to: Any("post-*"))]),
            ]),
        ),
    },
    twins: [
        (name: "robot-{n}", like: "robot", count: 8, place: Grid(from: (0, 0), step: (1.5, 1.5), columns: 4)),
        (name: "ghost-{n}", like: "robot", count: 4, place: Grid(from: (0, -3), step: (2, 1), columns: 4),
            body: (shape: Box(length: 0.8, width: 0.5, height: 1), moves: Kinematic)),
        (name: "ball-{n}", count: 5, place: Grid(from: (-2, 4), step: (1.1, 1), columns: 5, z: 2),
            body: (shape: Ball(radius: 0.25), moves: Dynamic(mass: 1, bounce: 0.7, tumbles: true))),
        (name: "crate-{n}", count: 3, place: Grid(from: (2, 6), step: (0.1, 0), columns: 3),
            body: (shape: Box(length: 0.5, width: 0.5, height: 0.5), moves: Dynamic(mass: 4, tumbles: true))),
        (name: "wall-{n}", count: 3, place: Grid(from: (1, 3), step: (4, 0), columns: 3),
            body: (shape: Box(length: 2, width: 0.2, height: 1.5), moves: Fixed)),
        (name: "post-{n}", count: 6, place: Grid(from: (-3, -3), step: (6, 10), columns: 3)),
    ],
)"#;

const LOG: &str = r#"
{"at": "5s", "do": "suspend", "twin": "robot-2", "cause": "stuck"}
{"at": "7s", "do": "retire", "twin": "robot-5", "cause": "sold"}
{"at": "9s", "do": "suspend", "twin": "ghost-1", "cause": "stuck"}
{"at": "11.03s", "do": "retire", "twin": "wall-2", "cause": "torn down"}
{"at": "12s", "do": "activate", "twin": "robot-2", "cause": "freed"}
{"at": "13s", "do": "retire", "twin": "ball-3", "cause": "lost"}
{"at": "14s", "do": "retire", "twin": "post-1", "cause": "gone"}
{"at": "15s", "do": "activate", "twin": "ghost-1", "cause": "freed"}
{"at": "16s", "do": "retire", "twin": "robot-2", "cause": "sold"}
"#;

fn options() -> RunOptions {
    RunOptions { commands: commands(LOG), ..RunOptions::default() }
}

#[test]
fn bodies_move_the_same_on_any_number_of_threads_and_when_run_again() {
    let tree = read(YARD);
    let digests = |threads: usize| -> Vec<Digest> {
        run(&tree, &options(), threads).digests.iter().map(|digest| digest.total).collect()
    };
    let one = digests(1);
    assert!(!one.is_empty());
    for threads in [1, 2, 8] {
        assert_eq!(one, digests(threads), "{threads} threads");
    }
}

/// Steps a world to its end, dropping every cache after the steps that `drops` says.
fn run_with_drops(drops: &[bool]) -> String {
    let mut simulation = world_with(YARD, &options());
    let mut drops = drops.iter().cycle();
    while !simulation.has_ended() {
        simulation.step();
        if drops.next() == Some(&true) {
            simulation.drop_caches();
        }
    }
    simulation.digest().total.to_string()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2))]

    #[test]
    fn dropped_caches_move_no_body(drops in prop::collection::vec(any::<bool>(), 1..20)) {
        prop_assert_eq!(run_with_drops(&[false]), run_with_drops(&drops));
    }
}

/// A body that never moves goes along all the same when somebody carries its twin elsewhere.
#[test]
fn whatever_is_carried_elsewhere_takes_its_body_along() {
    for moves in ["Fixed", "Kinematic"] {
        let scene = format!(
            r#"(run_for: "4h", record: (tables: []), twins: [
                (name: "press", machine: (), place: At(x: 4, y: 0),
                    body: (shape: Box(length: 1, width: 4, height: 2), moves: {moves})),
                (name: "eye", place: At(x: 0, y: 0), body: (shape: Ball(radius: 0.5)), sensors: {{
                    "sees": (measures: Proximity(range: 20, of: ["far"], occluded: true), every: "1min"),
                    "touch": (measures: Contact(), every: "1min"),
                }}),
                (name: "far", place: At(x: 9, y: 0)),
                (name: "m2", machine: (), place: At(x: 20, y: 20)),
            ],
            products: {{"p": (routing: [(name: "o", machines: {{"press": "5min"}})])}},
            arrivals: [(product: "p", every: "20min")])"#
        );
        let log = r#"{"at": "1h", "do": "relocate", "twin": "press", "with": {"x": 0.9, "y": 30}}
{"at": "2h", "do": "relocate", "twin": "press", "with": {"x": -1, "y": 0}}"#;
        let mut simulation = world_with(&scene, &RunOptions { commands: commands(log), ..RunOptions::default() });
        let eye = who(&simulation, "eye");
        for (hours, sees, touches) in [(0.9, 0.0, 0.0), (1.9, 1.0, 0.0), (2.9, 1.0, 1.0)] {
            simulation.run_until(Time::ZERO + Duration::from_seconds(hours * 3600.0));
            let told = ["sees.count", "touch.count"].map(|name| known(&simulation, eye, name).0);
            assert_eq!(told, [sees, touches], "{moves} after {hours} h");
        }
    }
}
