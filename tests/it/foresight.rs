//! Foresight: twins that look ahead, and what they cannot see there.

use autotwin::engine::audit::Audits;
use autotwin::factory::control::health::Health;
use autotwin::prelude::*;
use autotwin::twin::quantities::Levels;
use proptest::prelude::*;

use crate::support::knowing::{known, world, world_with};
use crate::support::tables::read_tables;
use crate::support::{all_scenes, for_hours, read};

/// A coin is tossed each minute, and lies there half a minute later. A twin has to say before that how it will lie.
fn tosses(fails: f64, samples: u32) -> String {
    format!(
        r#"(
            run_for: "2000min",
            twins: [
                (
                    name: "coin",
                    quantities: {{"heads": ()}},
                    mind: Rules(every: "1min", phase: "0s", rules: [(
                        name: "toss", cool_down: "29s",
                        then: [
                            Set({{"heads": "0"}}),
                            Do(what: "fly", takes: "30s", fails: {fails}, sets: {{"heads": "1"}}),
                        ],
                    )]),
                ),
                (
                    name: "guesser",
                    quantities: {{"guess": ()}},
                    mind: Foresee(
                        every: "1min", phase: "10s", horizon: "40s", samples: {samples},
                        objective: Least("abs(guess - of(\"coin\", heads))"),
                        candidates: [
                            (name: "heads", then: [Set({{"guess": "1"}})]),
                            (name: "tails", then: [Set({{"guess": "0"}})]),
                        ],
                    ),
                ),
            ],
        )"#
    )
}

/// How often the guess was right, of 2,000 tosses.
fn right_guesses(scene: &str) -> f64 {
    let (mut simulation, _) = prepare(&read(scene), &RunOptions::default(), None).expect("the scene is right");
    let shows = |simulation: &Simulation, name: &str| {
        let world = simulation.world();
        let twin = world.resource::<Directory>().find(name).expect("it is there");
        let entity = world.resource::<Directory>().entity(twin).expect("it is there");
        world.get::<Levels>(entity).expect("it has a quantity").values[0]
    };
    let mut right = 0.0;
    for minute in 0..2000 {
        simulation.run_until(Time::ZERO + Duration::from_secs(60 * minute + 50));
        right += f64::from(u8::from(shows(&simulation, "coin") == shows(&simulation, "guesser")));
    }
    right
}

/// 4.5 standard deviations of the number of successes.
fn luck(count: f64, chance: f64) -> f64 {
    4.5 * (count * chance * (1.0 - chance)).sqrt()
}

#[test]
fn who_foresees_a_fair_coin_wins_half_the_time() {
    let right = right_guesses(&tosses(0.5, 1));
    assert!((right - 1000.0).abs() < luck(2000.0, 0.5), "{right} of 2000");
}

/// It knows how often each side comes up, and no more: that is what looking into many futures tells.
#[test]
fn who_foresees_a_false_coin_wins_as_often_as_who_knows_its_odds() {
    let right = right_guesses(&tosses(0.1, 9));
    assert!((right - 1800.0).abs() < luck(2000.0, 0.9), "{right} of 2000");
    let right = right_guesses(&tosses(0.0, 1));
    assert_eq!(right, 2000.0, "what is certain it sees");
}

/// Machines of all ages, some at work and some not.
const MACHINES: &str = r#"(
    run_for: "400h",
    twins: [
        (name: "worn-{n}", count: 1500, machine: (), breakdown: (
            after: Weibull(shape: 2.5, scale: "100h"), clock: Calendar, repair: LogNormal(mean: "20h", sd: "10h"),
        )),
    ],
    products: {"part": (routing: [(name: "turn", machines: {"worn-1": "1h"})])},
    arrivals: [(product: "part", every: "2h")],
)"#;

fn healths(simulation: &Simulation) -> Vec<(f64, f64)> {
    let world = simulation.world();
    let now = simulation.clock().now;
    let healths = world.resource::<Directory>().twins().filter_map(|(_, entity, _)| world.get::<Health>(entity));
    healths
        .filter_map(|health| {
            let left = health.failure.left(now)?;
            Some(((health.life - left).seconds(), left.seconds()))
        })
        .collect()
}

/// The share of lives that are over sooner than this one, of those that have come as far: uniform from 0 to 1 if it is drawn from
/// what is known. 1 − S(age + left) / S(age) of the Weibull distribution.
fn rank(age: f64, left: f64) -> f64 {
    let hazard = |x: f64| (x / 360_000.0).powf(2.5);
    1.0 - (hazard(age) - hazard(age + left)).exp()
}

fn correlation(pairs: &[(f64, f64)]) -> f64 {
    let count = pairs.len() as f64;
    let mean = |of: fn(&(f64, f64)) -> f64| pairs.iter().map(of).sum::<f64>() / count;
    let (x, y) = (mean(|pair| pair.0), mean(|pair| pair.1));
    let sum = |of: &dyn Fn(&(f64, f64)) -> f64| pairs.iter().map(of).sum::<f64>();
    let (spread_x, spread_y) = (sum(&|pair| (pair.0 - x).powi(2)), sum(&|pair| (pair.1 - y).powi(2)));
    sum(&|pair| (pair.0 - x) * (pair.1 - y)) / (spread_x * spread_y).sqrt()
}

/// A foreseen failure time is one of those that its age allows, and tells nothing of the one that will be.
#[test]
fn a_foreseen_failure_is_no_better_than_its_distribution() {
    let (mut simulation, _) = prepare(&read(MACHINES), &RunOptions::default(), None).expect("the scene is right");
    simulation.run_until(Time::ZERO + Duration::from_secs(230 * 3600));
    let truth = healths(&simulation);
    let mut fork = simulation.fork();
    assert_eq!(healths(&fork), truth);
    fork.redraw(Seed(99));
    let seen = healths(&fork);
    assert!(truth.len() > 1000 && seen.len() == truth.len());
    let ages = |healths: &[(f64, f64)]| healths.iter().map(|health| health.0).collect::<Vec<_>>();
    assert_eq!(ages(&seen), ages(&truth), "what has passed stays as it is");
    must_be_chance(&truth, &seen);
}

/// Of two lists of (age, time left): those that were seen come from the distribution, and have nothing to do with the true ones.
fn must_be_chance(truth: &[(f64, f64)], seen: &[(f64, f64)]) {
    let mut ranks: Vec<f64> = seen.iter().map(|(age, left)| rank(*age, *left)).collect();
    ranks.sort_by(f64::total_cmp);
    let count = ranks.len() as f64;
    let gap = ranks.iter().enumerate().map(|(n, rank)| (rank - (n as f64 + 0.5) / count).abs()).fold(0.0, f64::max);
    assert!(gap * count.sqrt() < 1.95, "Kolmogorov and Smirnov: {}", gap * count.sqrt());
    let pairs: Vec<(f64, f64)> =
        truth.iter().zip(seen).map(|(truth, seen)| (rank(truth.0, truth.1), rank(seen.0, seen.1))).collect();
    let tie = correlation(&pairs);
    assert!(tie.abs() < 4.5 / count.sqrt(), "foreseen and true ranks go together by {tie}");
}

/// Sensors that show 99 from their failure on.
const SENSORS: &str = r#"(
    tick: "1h", run_for: "400h",
    twins: [(
        name: "post-{n}", count: 1500, quantities: {"level": (start: 1)},
        sensors: {"gauge": (measures: Gauge(of: "level"), every: "1h",
            fails: (after: Weibull(shape: 2.5, scale: "100h"), shows: Value(99)))},
    )],
)"#;

/// When the own sensors will fail is no more to be seen than when machines will.
#[test]
fn a_foreseen_failure_of_a_sensor_is_no_better_than_its_distribution() {
    let hour = |hour: u64| Time::ZERO + Duration::from_secs(3600 * hour as i64);
    let mut simulation = world(SENSORS);
    simulation.run_until(hour(70));
    let posts: Vec<TwinId> = simulation.world().resource::<Directory>().twins().map(|(twin, ..)| twin).collect();
    let fails = |simulation: &Simulation, post: TwinId| known(simulation, post, "gauge").0 == 99.0;
    let works: Vec<TwinId> = posts.into_iter().filter(|post| !fails(&simulation, *post)).collect();
    assert!(works.len() > 800);
    let mut future = simulation.fork();
    future.redraw(Seed(99));
    let lefts = |simulation: &mut Simulation| {
        let mut lefts = vec![None; works.len()];
        for passed in 1..330 {
            simulation.run_until(hour(70 + passed));
            for (left, post) in lefts.iter_mut().zip(&works).filter(|(left, _)| left.is_none()) {
                // In the midst of the hour before.
                *left = fails(simulation, *post).then_some((70.0 * 3600.0, (passed as f64 - 0.5) * 3600.0));
            }
        }
        lefts.into_iter().map(|left| left.expect("it fails within 400 hours")).collect::<Vec<_>>()
    };
    let (seen, truth) = (lefts(&mut future), lefts(&mut simulation));
    must_be_chance(&truth, &seen);
}

/// Orders come until the tenth hour. That there will be none any more, nobody knows beforehand, even if it is so.
#[test]
fn that_no_order_will_come_is_not_seen_beforehand() {
    let scene = r#"(
        run_for: "12h",
        twins: [(name: "press", machine: ())],
        products: {"panel": (routing: [(name: "turn", machines: {"press": "1min"})])},
        arrivals: [(product: "panel", every: Exponential(mean: "10h"), until: "10h")],
    )"#;
    let hours = |hours: i64| Time::ZERO + Duration::from_secs(3600 * hours);
    let released = |simulation: &Simulation| simulation.world().resource::<autotwin::factory::jobs::Jobs>().released;
    let (mut worlds, mut futures, mut with_orders) = (0, 0.0, 0.0);
    for seed in 1..=40 {
        let options = RunOptions { seed: Some(seed), ..RunOptions::default() };
        let mut simulation = world_with(scene, &options);
        simulation.run_until(hours(5));
        let before = released(&simulation);
        let mut truth = simulation.fork();
        truth.run_until(hours(12));
        if released(&truth) > before {
            continue;
        }
        worlds += 1;
        for sample in 0..50 {
            let mut future = simulation.fork();
            future.redraw(Seed(1000 * seed + sample));
            future.run_until(hours(12));
            futures += 1.0;
            with_orders += f64::from(u8::from(released(&future) > before));
        }
    }
    assert!(worlds > 15, "{worlds}");
    let chance = 1.0 - f64::exp(-0.5);
    assert!((with_orders - futures * chance).abs() < luck(futures, chance), "{with_orders} of {futures}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2, ..ProptestConfig::default() })]

    /// A future is a world as it could be: whatever must hold in one holds in it, and it does not touch the world it is of. The same
    /// seed gives the same future.
    #[test]
    fn futures_are_worlds(part in 0.0..0.9_f64, seed in 1000..2000_u64) {
        for path in all_scenes() {
            let tree = load(&path, &[]).expect("the repository's scenes are right");
            let options = for_hours(&tree, 12);
            let (mut simulation, _) = prepare(&tree, &options, None).expect("the scene is right");
            let horizon = simulation.clock().horizon;
            simulation.run_until(Time::from_nanos((part * horizon.min(Time::ZERO + Duration::from_secs(43_200)).nanos() as f64) as i64));
            let before = simulation.digest();
            let mut future = simulation.fork();
            future.redraw(Seed(seed));
            let mut same = simulation.fork();
            same.redraw(Seed(seed));
            prop_assert_eq!(future.digest(), same.digest(), "{}", path.display());
            drop(same);
            future.world_mut().resource_mut::<Audits>().enable();
            let until = future.clock().step + 2000;
            while !future.has_ended() && future.clock().step < until {
                future.step();
                let failure = future.world().resource::<Audits>().failure();
                prop_assert!(failure.is_none(), "{}: {:?}", path.display(), failure);
            }
            prop_assert_eq!(simulation.digest(), before, "{}", path.display());
        }
    }
}

/// What a scene's twins foresaw: when, which candidate, and what the objective came to.
fn outlooks(scene: &str, warmup: i64) -> Vec<(f64, String, f64)> {
    let options = RunOptions { warmup: Some(Duration::from_secs(warmup)), ..RunOptions::default() };
    let mut found = Vec::new();
    read_tables(&read(scene), &options, 1, &["outlooks"], |_, row| {
        found.push((row.number("time"), row.text("candidate").to_owned(), row.number("value")));
    });
    found
}

/// A future begins with the world as it is, whatever was played before in the copy that it is played in.
#[test]
fn a_future_knows_nothing_of_those_before_it() {
    let clock = r#"(
        run_for: "3h",
        twins: [(
            name: "clock",
            quantities: {"passed": (rate: "1 / 1s")},
            mind: Foresee(
                every: "10min", phase: "0s", horizon: "10min", samples: 3, objective: Most("passed"),
                candidates: [(name: "wait"), (name: "wait too")],
            ),
        )],
    )"#;
    let seen = outlooks(clock, 0);
    assert!(seen.len() > 30);
    for (at, candidate, value) in seen {
        assert!((value - (at + 600.0)).abs() < 1e-6, "{candidate} at {at} s: {value}");
    }
}

/// Where counting begins is for those who watch: it changes nothing of what twins see coming.
#[test]
fn a_warm_up_changes_nothing_that_is_foreseen() {
    let shop = r#"(
        run_for: "4d",
        twins: [
            (name: "press", machine: ()),
            (name: "boss", mind: Foresee(
                every: "5h", horizon: "24h", samples: 2, objective: Least("plant.tardiness + plant.work_left"),
                candidates: [
                    (name: "as they come", then: [Command(do: "dispatch", with: {"rule": "Fifo"})]),
                    (name: "by due date", then: [Command(do: "dispatch", with: {"rule": "Edd"})]),
                ],
            )),
        ],
        products: {"panel": (routing: [(name: "turn", machines: {"press": Uniform(low: "10m", high: "30m")})])},
        arrivals: [(product: "panel", every: Exponential(mean: "21m"), due_after: "1h")],
    )"#;
    let before = |warmup: i64| {
        let seen = outlooks(shop, warmup);
        // Up to the end of the warm-up: from there on tardiness is counted from there, in both.
        seen.into_iter().filter(|(at, ..)| *at < 2.0 * 86_400.0).collect::<Vec<_>>()
    };
    let without = before(0);
    assert!(without.len() > 10);
    assert_eq!(without, before(2 * 86_400));
}

/// How long a repair takes that somebody has ordered is known, and not drawn anew.
#[test]
fn a_repair_that_was_ordered_takes_as_long_as_it_was_said() {
    let scene = r#"(
        run_for: "1d",
        twins: [(name: "press", machine: (), breakdown: (after: "1000h", repair: "30m"))],
        products: {"panel": (routing: [(name: "turn", machines: {"press": "10m"})])},
        arrivals: [(product: "panel", every: "20m")],
    )"#;
    let commands = autotwin::engine::command::parse_log(
        r#"{"at": "1h", "do": "breakdown", "twin": "press", "with": {"repair": "8h"}}"#,
    );
    let options = RunOptions { commands: commands.expect("it is right"), ..RunOptions::default() };
    let (mut simulation, _) = prepare(&read(scene), &options, None).expect("the scene is right");
    simulation.run_until(Time::ZERO + Duration::from_secs(3 * 3600));
    let mut future = simulation.fork();
    future.redraw(Seed(5));
    let is_down = |simulation: &Simulation| {
        let world = simulation.world();
        let press = world.resource::<Directory>().find("press").expect("it is there");
        let entity = world.resource::<Directory>().entity(press).expect("it is there");
        world.get::<autotwin::factory::machine::MachineState>(entity).expect("it is a machine").down
    };
    future.run_until(Time::ZERO + Duration::from_secs(9 * 3600 - 60));
    assert!(is_down(&future));
    future.run_until(Time::ZERO + Duration::from_secs(9 * 3600 + 60));
    assert!(!is_down(&future));
}
