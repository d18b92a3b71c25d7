//! Sensors tell what they should, as wrong as they should.
//!
//! What chance decides is held within 4.5 standard errors, worked out from the number of samples: with fixed seeds a right sensor
//! passes always, and a wrong one would have to be very lucky.

use std::f64::consts::{PI, TAU};

use autotwin::prelude::*;
use autotwin::world::position::Position;
use proptest::prelude::*;

use crate::support::cases;
use crate::support::knowing::{Told, known, levels, listen, put, who, world};

/// How many standard errors a figure may be off.
const ERRORS: f64 = 4.5;

fn seconds(time: Time) -> f64 {
    (time - Time::ZERO).seconds()
}

/// A twin with a quantity `heat` and one sensor `g` of it.
fn gauge(run_for: &str, heat: &str, sensor: &str) -> Vec<Told> {
    let scene = format!(
        r#"(run_for: "{run_for}", twins: [(name: "a", quantities: {{"heat": ({heat})}},
            sensors: {{"g": (measures: Gauge(of: "heat"), {sensor})}})])"#
    );
    let mut simulation = world(&scene);
    let twin = who(&simulation, "a");
    listen(&mut simulation, twin, "g")
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

fn variance(values: &[f64]) -> f64 {
    let mean = mean(values);
    values.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>() / values.len() as f64
}

/// Holds that values are independent of each other: their autocorrelations, each of a standard error of 1/√n.
fn assert_independent(values: &[f64]) {
    let (mean, variance, count) = (mean(values), variance(values), values.len() as f64);
    for lag in 1..=20 {
        let products = values.iter().zip(&values[lag..]).map(|(a, b)| (a - mean) * (b - mean));
        let correlation = products.sum::<f64>() / count / variance;
        assert!(correlation.abs() < ERRORS / count.sqrt(), "lag {lag}: {correlation}");
    }
}

const SEGMENT: usize = 256;
const BANDS: usize = 8;

/// The power in each of some bands of frequencies, in parts of what white noise of that variance has there: the mean of
/// periodograms (P. Welch, IEEE Transactions on Audio and Electroacoustics 15, 1967). Also the standard error of each.
fn bands(values: &[f64]) -> ([f64; BANDS], f64) {
    let (mean, variance) = (mean(values), variance(values));
    let wave: Vec<(f64, f64)> = (0..SEGMENT).map(|n| (TAU * n as f64 / SEGMENT as f64).sin_cos()).collect();
    let each = (SEGMENT / 2 - 1) / BANDS;
    let segments = values.chunks_exact(SEGMENT);
    let count = segments.len() * each;
    let mut powers = [0.0; BANDS];
    for segment in segments {
        for frequency in 1..=each * BANDS {
            let (mut real, mut imaginary) = (0.0, 0.0);
            for (n, value) in segment.iter().enumerate() {
                let (sine, cosine) = wave[n * frequency % SEGMENT];
                real += (value - mean) * cosine;
                imaginary += (value - mean) * sine;
            }
            let power = (real * real + imaginary * imaginary) / SEGMENT as f64;
            powers[(frequency - 1) / each] += power / variance / count as f64;
        }
    }
    // The power at a frequency is distributed exponentially, with a standard deviation as large as its mean.
    (powers, 1.0 / (count as f64).sqrt())
}

/// Holds that values have a flat spectrum.
fn assert_white(values: &[f64]) {
    let (powers, error) = bands(values);
    assert!(powers.iter().all(|power| (power - 1.0).abs() < ERRORS * error), "{powers:?} ± {error}");
}

#[test]
fn noise_is_white_and_has_the_mean_and_deviation_it_should() {
    let told = gauge("5h", "start: 20", r#"every: "1s", noise: 0.5, bias: 0.25"#);
    let off: Vec<f64> = told.iter().map(|told| told.value - 20.0).collect();
    let count = off.len() as f64;
    assert_eq!(off.len(), 5 * 3600);
    let (mean, variance) = (mean(&off), variance(&off));
    println!(
        "noise: mean {mean:.4} of 0.25, deviation {:.4} of 0.5, {count} samples, {:?}",
        variance.sqrt(),
        bands(&off)
    );
    assert!((mean - 0.25).abs() < ERRORS * 0.5 / count.sqrt(), "{mean}");
    // The variance of n Gaussian numbers has a relative standard error of √(2/n).
    assert!((variance / 0.25 - 1.0).abs() < ERRORS * (2.0 / count).sqrt(), "{variance}");
    assert_independent(&off);
    assert_white(&off);
}

#[test]
fn bias_and_drift_are_exact() {
    let told = gauge("10h", "start: 3", r#"every: "37s", bias: -0.5, drift_per_hour: 0.125"#);
    for told in &told {
        let expected = 2.5 + 0.125 * seconds(told.seen) / 3600.0;
        assert!((told.value - expected).abs() < 1e-12, "{told:?} {expected}");
    }
    assert_eq!(told.len(), 36_000_usize.div_ceil(37));
}

/// Increments of a random walk are white noise, and so its own spectrum falls with 1 / (4 sin²(π f)): as 1 / f².
#[test]
fn a_sensor_wanders_off_as_a_random_walk() {
    let told = gauge("5h", "start: 0", r#"every: "1s", wander_per_hour: 0.6"#);
    assert_eq!(told[0].value, 0.0, "it sets out from the truth");
    let steps: Vec<f64> = told.windows(2).map(|pair| pair[1].value - pair[0].value).collect();
    let expected = 0.6 * 0.6 / 3600.0;
    let ratio = variance(&steps) / expected;
    println!("wander: variance of a step {ratio:.4} of what it should be, {:?}", bands(&steps));
    assert!((ratio - 1.0).abs() < ERRORS * (2.0 / steps.len() as f64).sqrt(), "{ratio}");
    assert_independent(&steps);
    assert_white(&steps);
}

/// Whatever share of its measurements is lost.
#[test]
fn the_variance_of_a_walk_grows_with_time() {
    const TWINS: usize = 2000;
    for drop_out in [0.0, 0.6] {
        let scene = format!(
            r#"(run_for: "4h", twins: [(name: "a-{{n}}", count: {TWINS}, quantities: {{"heat": (start: 0)}},
                sensors: {{"g": (measures: Gauge(of: "heat"), every: "2min", wander_per_hour: 0.6, drop_out: {drop_out})}})])"#
        );
        let mut simulation = world(&scene);
        let twins: Vec<TwinId> = (1..=TWINS).map(|n| who(&simulation, &format!("a-{n}"))).collect();
        for hours in 1..=4 {
            simulation.run_until(Time::ZERO + Duration::from_secs(hours * 3600));
            // Each has been heard of some time ago, and is off by what it had come to then.
            let off = twins.iter().map(|twin| {
                let (value, seen) = known(&simulation, *twin, "g");
                value * value / (0.36 * seconds(seen) / 3600.0)
            });
            let ratio = off.sum::<f64>() / TWINS as f64;
            println!("wander: after {hours} h, {drop_out} lost: variance {ratio:.4} of what it should be");
            assert!((ratio - 1.0).abs() < ERRORS * (2.0 / TWINS as f64).sqrt(), "{drop_out} {hours} {ratio}");
        }
    }
}

/// A truth that rises evenly, by a share of the resolution that is no fraction, is as good as one at random (H. Weyl,
/// Mathematische Annalen 77, 1916), and better.
#[test]
fn what_is_told_is_a_multiple_of_the_resolution_and_off_by_no_more_than_half() {
    let rate = 0.031_830_988_618;
    let told = gauge("3h", &format!("start: 0, rate: \"{rate}\""), r#"every: "1s", resolution: 0.1"#);
    let off: Vec<f64> = told.iter().map(|told| told.value - rate * seconds(told.seen)).collect();
    for (told, off) in told.iter().zip(&off) {
        let multiple = told.value / 0.1;
        assert!((multiple - multiple.round()).abs() < 1e-9 && off.abs() <= 0.05 + 1e-9, "{told:?} {off}");
    }
    let count = off.len() as f64;
    let (mean, ratio) = (mean(&off), variance(&off) / (0.01 / 12.0));
    println!("resolution: mean error {mean:.6}, variance {ratio:.4} of q²/12, {count} samples");
    assert!(mean.abs() < ERRORS * 0.1 / (12.0 * count).sqrt(), "{mean}");
    // The fourth moment of a uniform error is q⁴/80, so that its square varies by √(1/80 - 1/144) q².
    assert!((ratio - 1.0).abs() < ERRORS * 12.0 * ((1.0_f64 / 80.0 - 1.0 / 144.0) / count).sqrt(), "{ratio}");
}

#[test]
fn what_is_told_stays_within_what_the_instrument_can_show() {
    for (low, high, resolution, truth, expected) in [
        (-1.0, 1.0, 0.0, 5.0, 1.0),
        (-1.0, 1.0, 0.0, -5.0, -1.0),
        // 1.2 would be the nearest multiple of 1, and is too much.
        (-1.0, 1.0, 0.4, 5.0, 0.8),
        (-1.0, 1.0, 0.4, -5.0, -0.8),
        // A limit that is itself a multiple, but for rounding.
        (0.0, 0.3, 0.1, 5.0, 0.3),
        (0.0, 0.7, 0.1, 0.68, 0.7),
    ] {
        let sensor = format!(r#"every: "1s", resolution: {resolution}, low: {low}, high: {high}"#);
        let told = gauge("3s", &format!("start: {truth}"), &sensor);
        assert!((told[0].value - expected).abs() < 1e-12, "{} instead of {expected}", told[0].value);
    }
}

#[test]
fn each_measurement_is_lost_by_itself() {
    const MADE: usize = 20_000;
    let told = gauge("20000s", "start: 1", r#"every: "1s", drop_out: 0.3"#);
    let mut lost = vec![1.0; MADE];
    told.iter().for_each(|told| lost[seconds(told.seen).round() as usize] = 0.0);
    let share = mean(&lost);
    println!("drop_out: {share:.4} of 0.3");
    assert!((share - 0.3).abs() < ERRORS * (0.3 * 0.7 / MADE as f64).sqrt(), "{share}");
    assert_independent(&lost);
}

/// The truth is the time itself, so that what is told says when it was true.
#[test]
fn what_comes_late_is_as_old_as_it_should_be() {
    let told = gauge("1000s", "start: 0, rate: \"1\"", r#"every: "1s", latency: "2500ms""#);
    for (number, told) in (0..).zip(&told) {
        assert_eq!(told.at - told.seen, Duration::from_seconds(2.5), "{told:?}");
        assert_eq!(told.seen, Time::ZERO + Duration::from_secs(number));
        assert!((told.value - seconds(told.seen)).abs() < 1e-9, "{told:?}");
    }
    assert_eq!(told.len(), 998);
}

#[test]
fn what_comes_later_is_never_older() {
    let told = gauge("10000s", "start: 0, rate: \"1\"", r#"every: "1s", latency: Uniform(low: "0s", high: "8s")"#);
    for pair in told.windows(2) {
        assert!(pair[0].seen < pair[1].seen && pair[0].at <= pair[1].at, "{pair:?}");
    }
    for told in &told {
        assert!((told.value - seconds(told.seen)).abs() < 1e-6, "{told:?}");
        assert!((0.0..=8.0).contains(&(told.at - told.seen).seconds()), "{told:?}");
    }
    // The one that was made k periods after another overtakes it if it takes more than k less; none does for all k:
    // P = Σ over its own latency u of Π P(not overtaken by the k-th behind it) = ∫ Π (1 - (u - k)/8) du/8 for k < u.
    let survives = |u: f64| (1..8).map(|k| 1.0 - (u - f64::from(k)).max(0.0) / 8.0).product::<f64>();
    let share = (0..8000).map(|n| survives((f64::from(n) + 0.5) / 1000.0)).sum::<f64>() / 8000.0;
    let found = told.len() as f64 / 10_000.0;
    println!("latency: {found:.4} of measurements tell something new, {share:.4} should");
    // Neighbours within 8 periods hang together: at worst 17 of them as one.
    assert!((found - share).abs() < ERRORS * (17.0 * share * (1.0 - share) / 10_000.0).sqrt(), "{found} {share}");
}

#[test]
fn sensors_measure_at_their_periods_and_not_in_between() {
    let told = gauge("100s", "start: 0", r#"every: "700ms", phase: "300ms""#);
    let expected: Vec<i64> = (0..).map(|n| 300 + 700 * n).take_while(|at| *at < 100_000).collect();
    let found: Vec<i64> = told.iter().map(|told| (told.seen - Time::ZERO).nanos() / 1_000_000).collect();
    assert_eq!(found, expected);
    assert!(told.iter().all(|told| told.at == told.seen));
}

/// It works for 10 s and fails for 5 s, in turn.
#[test]
fn sensors_that_have_failed_show_what_they_should() {
    let told = |shows: &str| {
        let fails = format!(r#"every: "1s", fails: (after: "10s", repair: "5s", shows: {shows})"#);
        gauge("60s", "start: 0, rate: \"1\"", &fails)
    };
    let at = |second: usize| second % 15 < 10;
    let (nothing, stuck, value) = (told("Nothing"), told("Stuck"), told("Value(-1)"));
    let seen: Vec<usize> = nothing.iter().map(|told| seconds(told.seen).round() as usize).collect();
    assert_eq!(seen, (0..60).filter(|second| at(*second)).collect::<Vec<_>>());
    assert_eq!((stuck.len(), value.len()), (60, 60));
    for (second, (stuck, value)) in stuck.iter().zip(&value).enumerate() {
        let last = if at(second) { second } else { second / 15 * 15 + 9 };
        assert!((stuck.value - last as f64).abs() < 1e-9, "{second} {stuck:?}");
        let shown = if at(second) { second as f64 } else { -1.0 };
        assert!((value.value - shown).abs() < 1e-9, "{second} {value:?}");
    }
}

/// With exponential times, the chance that it has failed after a time t is p (1 - e^(-r t)), with p = MTTR / (MTBF + MTTR) and
/// r = 1/MTBF + 1/MTTR; the share of a long time T during which it has, has the variance 2 p (1 - p) / (r T).
#[test]
fn sensors_fail_for_as_long_as_they_should() {
    const TWINS: usize = 400;
    const MINUTES: usize = 1200;
    let scene = format!(
        r#"(run_for: "{MINUTES}min", twins: [(name: "a-{{n}}", count: {TWINS}, quantities: {{"heat": (start: 1)}},
            sensors: {{"g": (measures: Gauge(of: "heat"), every: "1min", fails: (after: Exponential(mean: "30min"),
                repair: Exponential(mean: "10min"), shows: Value(-1)))}})])"#
    );
    let mut simulation = world(&scene);
    let twins: Vec<TwinId> = (1..=TWINS).map(|n| who(&simulation, &format!("a-{n}"))).collect();
    let (mut failed, mut asked) = (0, 0);
    while !simulation.has_ended() {
        simulation.step();
        asked += TWINS;
        failed += twins.iter().filter(|twin| known(&simulation, **twin, "g").0 < 0.0).count();
    }
    let (works, broken, time) = (30.0, 10.0, MINUTES as f64);
    let (share, rate) = (broken / (works + broken), 1.0 / works + 1.0 / broken);
    let expected = share * (1.0 - (1.0 - (-rate * time).exp()) / (rate * time));
    let error = (2.0 * share * (1.0 - share) / (rate * time * TWINS as f64)).sqrt();
    let found = failed as f64 / asked as f64;
    println!("failures: {found:.4} of the time, {expected:.4} ± {error:.4} should be");
    assert!((found - expected).abs() < ERRORS * error, "{found} {expected} {error}");
}

#[test]
fn measurements_cost_what_they_should_until_too_little_is_left() {
    for (low, expected) in [("", 0.0), ("low: 0.3, ", 0.5)] {
        let scene = format!(
            r#"(run_for: "1min", twins: [(name: "a", quantities: {{"charge": (start: 1, {low})}},
                sensors: {{"g": (measures: Gauge(of: "charge"), every: "1s", costs: {{"charge": 0.25}})}})])"#
        );
        let mut simulation = world(&scene);
        let twin = who(&simulation, "a");
        let told = listen(&mut simulation, twin, "g");
        let before: Vec<f64> = told.iter().map(|told| told.value).collect();
        let all = [1.0, 0.75, 0.5, 0.25];
        assert_eq!(before, all[..((1.0 - expected) / 0.25) as usize]);
        assert_eq!(levels(&simulation, twin), [expected]);
    }
}

#[test]
fn others_and_fields_are_measured_as_they_are() {
    let mut simulation = world(
        r#"(run_for: "10h",
            fields: {"warmth": (base: 18, daily: (swing: 6, highest: "15h"), sources: [
                (at: (3, 4), strength: 5, reach: 2),
                (at: (-2, 1), strength: -3, reach: 4, falls_off: Exponential),
                (at: (0, 0), strength: 2, reach: 3, falls_off: InverseSquare),
                (at: (1, 1), strength: 2, reach: 9, falls_off: Linear),
            ])},
            twins: [
                (name: "lamp", quantities: {"light": (start: 3, rate: "1 / 1h")}),
                (name: "a", place: At(x: 2.5, y: -1.5), sensors: {
                    "light": (measures: Gauge(of: "light", twin: "lamp"), every: "10min"),
                    "warmth": (measures: Field(of: "warmth"), every: "10min"),
                }),
            ])"#,
    );
    let twin = who(&simulation, "a");
    let [mut light, mut warmth] = [0, 0];
    while !simulation.has_ended() {
        simulation.step();
        let (value, seen) = known(&simulation, twin, "light");
        assert!((value - (3.0 + seconds(seen) / 3600.0)).abs() < 1e-9, "{value} {seen:?}");
        light += 1;
        let (value, seen) = known(&simulation, twin, "warmth");
        let far = |x: f64, y: f64, reach: f64| (2.5 - x).hypot(-1.5 - y) / reach;
        let gaussian = 5.0 * (-far(3.0, 4.0, 2.0).powi(2) / 2.0).exp();
        let exponential = -3.0 * (-far(-2.0, 1.0, 4.0)).exp();
        let inverse = 2.0 / (1.0 + far(0.0, 0.0, 3.0).powi(2));
        let linear = 2.0 * (1.0 - far(1.0, 1.0, 9.0));
        let daily = 6.0 * ((seconds(seen) / 3600.0 - 15.0) / 24.0 * TAU).cos();
        let expected = 18.0 + daily + gaussian + exponential + inverse + linear;
        assert!((value - expected).abs() < 1e-9, "{value} {expected}");
        warmth += 1;
    }
    assert!(light >= 60 && warmth >= 60);
}

// ---- who is near --------------------------------------------------------------------------------------------------------

/// The same angle, from -π to π.
fn turned(angle: f64) -> f64 {
    angle - TAU * (angle / TAU).round()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases(60)))]

    /// Against asking everybody. Distances are known to a thousandth of a millimetre, and compared in single precision.
    #[test]
    fn whoever_is_in_range_and_in_sight_is_seen(
        others in prop::collection::vec(([-8.0_f64..8.0, -8.0..8.0, 0.0..2.0], any::<bool>()), 1..25),
        heading in -7.0_f64..7.0,
        range in 0.5_f64..12.0,
        view in prop_oneof![Just(360.0), 5.0_f64..355.0],
        direction in -200.0_f64..200.0,
    ) {
        let twins: String = (0..).zip(&others).map(|(n, ([x, y, z], is_robot))| {
            let kind = if *is_robot { "robot" } else { "post" };
            format!(r#"(name: "{kind}-{n}", place: At(x: {x}, y: {y}, z: {z})),"#)
        }).collect();
        let seen = format!("range: {range}, field_of_view_deg: {view}, direction_deg: {direction}");
        let scene = format!(r#"(run_for: "1s", twins: [
            (name: "eye", place: At(x: 0.5, y: -0.25, z: 1), sensors: {{
                "all": (measures: Proximity(range: {range})),
                "near": (measures: Proximity({seen})),
                "robots": (measures: Proximity({seen}, of: ["robot-*"])),
                "way": (measures: Formula(of: "near.bearing")),
            }}),
            (name: "robot-far", place: At(x: 900, y: 0)), {twins}])"#);
        let mut simulation = world(&scene);
        let eye = who(&simulation, "eye");
        put(&mut simulation, eye, Position { x: 0.5, y: -0.25, z: 1.0, heading });
        simulation.step();
        let bearing = |[x, y, _]: [f64; 3]| turned((y + 0.25).atan2(x - 0.5) - heading);
        let far = |[x, y, z]: [f64; 3]| ((x - 0.5).powi(2) + (y + 0.25).powi(2) + (z - 1.0).powi(2)).sqrt();
        let off_axis = |at| turned(bearing(at) - direction.to_radians()).abs();
        let half = view.to_radians() / 2.0;
        let is_close = |at| (far(at) - range).abs() < 1e-4 || (view < 360.0 && (off_axis(at) - half).abs() < 1e-6);
        prop_assume!(!others.iter().any(|(at, _)| is_close(*at)));
        let is_seen = |at| far(at) <= range && (view == 360.0 || off_axis(at) <= half);
        type Choice<'a> = &'a dyn Fn(&([f64; 3], bool)) -> bool;
        let sensors: [(&str, Choice); 3] = [
            ("all", &|(at, _)| far(*at) <= range),
            ("near", &|(at, _)| is_seen(*at)),
            ("robots", &|(at, is_robot)| *is_robot && is_seen(*at)),
        ];
        for (sensor, choice) in sensors {
            let chosen: Vec<&([f64; 3], bool)> = others.iter().filter(|other| choice(other)).collect();
            let told = |what: &str| known(&simulation, eye, &format!("{sensor}.{what}")).0;
            prop_assert_eq!(told("count"), chosen.len() as f64, "{}", sensor);
            let nearest = chosen.iter().min_by(|a, b| far(a.0).total_cmp(&far(b.0)));
            let Some((at, is_robot)) = nearest else {
                prop_assert!(told("distance").is_nan() && told("twin").is_nan());
                continue;
            };
            prop_assert!((told("distance") - far(*at)).abs() < 1e-4, "{} {}", told("distance"), far(*at));
            // Of two that are as near to the precision of the sensor it may be either.
            let second = chosen.iter().filter(|other| other.0 != *at).map(|other| far(other.0)).fold(f64::INFINITY, f64::min);
            if second - far(*at) > 1e-4 {
                let number = others.iter().position(|other| other.0 == *at).unwrap();
                let name = format!("{}-{number}", if *is_robot { "robot" } else { "post" });
                prop_assert_eq!(told("twin"), who(&simulation, &name).0 as f64);
                if sensor == "near" {
                    prop_assert!(turned(known(&simulation, eye, "way").0 - bearing(*at)).abs() < 1e-9);
                }
            }
        }
    }
}

#[test]
fn what_is_to_the_left_has_a_positive_bearing() {
    let way = |x: f64, y: f64, heading: f64| {
        let scene = format!(
            r#"(run_for: "1s", twins: [(name: "eye", place: At(x: 0, y: 0), sensors: {{
                "near": (measures: Proximity(range: 9)), "way": (measures: Formula(of: "near.bearing"))}}),
                (name: "other", place: At(x: {x}, y: {y}))])"#
        );
        let mut simulation = world(&scene);
        let eye = who(&simulation, "eye");
        put(&mut simulation, eye, Position { heading, ..Position::default() });
        simulation.step();
        known(&simulation, eye, "way").0
    };
    // Looking east, the north is to the left; looking north, the east is to the right; behind is half a turn.
    for ((x, y, heading), expected) in [
        ((0.0, 3.0, 0.0), PI / 2.0),
        ((0.0, -3.0, 0.0), -PI / 2.0),
        ((3.0, 0.0, PI / 2.0), -PI / 2.0),
        ((-3.0, 0.0, 0.0), PI),
        ((3.0, 3.0, 3.0 * TAU), PI / 4.0),
    ] {
        assert!((way(x, y, heading) - expected).abs() < 1e-12, "{x} {y} {heading}");
    }
}

// ---- what is in the way ---------------------------------------------------------------------------------------------------

/// Something that stands on the ground at z.
#[derive(Clone, Copy, Debug)]
enum Thing {
    Ball(f64),
    Box(f64, f64, f64),
    Cylinder(f64, f64),
}

impl Thing {
    fn written(self) -> String {
        match self {
            Thing::Ball(radius) => format!("Ball(radius: {radius})"),
            Thing::Box(length, width, height) => format!("Box(length: {length}, width: {width}, height: {height})"),
            Thing::Cylinder(radius, height) => format!("Cylinder(radius: {radius}, height: {height})"),
        }
    }

    /// The same, larger by so much on all sides.
    fn grown(self, by: f64) -> Thing {
        match self {
            Thing::Ball(radius) => Thing::Ball(radius + by),
            Thing::Box(length, width, height) => Thing::Box(length + 2.0 * by, width + 2.0 * by, height + 2.0 * by),
            Thing::Cylinder(radius, height) => Thing::Cylinder(radius + by, height + 2.0 * by),
        }
    }

    fn half_height(self) -> f64 {
        match self {
            Thing::Ball(radius) => radius,
            Thing::Box(_, _, height) | Thing::Cylinder(_, height) => height / 2.0,
        }
    }

    /// Whether a segment from `from` to `to`, both seen from the middle of the thing, goes through it: by the shares of the way
    /// between which it is within each of the surfaces.
    fn blocks(self, from: [f64; 3], to: [f64; 3]) -> bool {
        let way: [f64; 3] = std::array::from_fn(|axis| to[axis] - from[axis]);
        let slab = |axis: usize, half: f64| -> (f64, f64) {
            if way[axis] == 0.0 {
                return if from[axis].abs() <= half { (0.0, 1.0) } else { (1.0, 0.0) };
            }
            let ends = [(-half - from[axis]) / way[axis], (half - from[axis]) / way[axis]];
            (ends[0].min(ends[1]), ends[0].max(ends[1]))
        };
        // |from + t way|² = r² over some axes.
        let round = |axes: &[usize], radius: f64| -> (f64, f64) {
            let sum = |f: &dyn Fn(usize) -> f64| axes.iter().map(|axis| f(*axis)).sum::<f64>();
            let [a, b, c] = [
                sum(&|axis| way[axis] * way[axis]),
                sum(&|axis| way[axis] * from[axis]),
                sum(&|axis| from[axis] * from[axis]) - radius * radius,
            ];
            let root = b * b - a * c;
            if root < 0.0 { (1.0, 0.0) } else { ((-b - root.sqrt()) / a, (-b + root.sqrt()) / a) }
        };
        let parts = match self {
            Thing::Ball(radius) => vec![round(&[0, 1, 2], radius)],
            Thing::Box(length, width, height) => {
                vec![slab(0, length / 2.0), slab(1, width / 2.0), slab(2, height / 2.0)]
            }
            Thing::Cylinder(radius, height) => vec![round(&[0, 1], radius), slab(2, height / 2.0)],
        };
        let (begin, end) =
            parts.iter().fold((0.0_f64, 1.0_f64), |(begin, end), part| (begin.max(part.0), end.min(part.1)));
        begin <= end
    }

    /// The same of a thing that stands there, and as it were larger by so much.
    fn hides(self, place: [f64; 3], by: f64, from: [f64; 3], to: [f64; 3]) -> bool {
        let middle = [place[0], place[1], place[2] + self.half_height()];
        let seen = |at: [f64; 3]| std::array::from_fn(|axis| at[axis] - middle[axis]);
        self.grown(by).blocks(seen(from), seen(to))
    }
}

fn thing() -> impl Strategy<Value = Thing> {
    prop_oneof![
        (0.1_f64..1.0).prop_map(Thing::Ball),
        (0.1_f64..3.0, 0.1_f64..3.0, 0.1_f64..2.0)
            .prop_map(|(length, width, height)| Thing::Box(length, width, height)),
        (0.1_f64..1.0, 0.1_f64..2.0).prop_map(|(radius, height)| Thing::Cylinder(radius, height)),
    ]
}

/// By how much what is nearly in the way may be larger or smaller: the library reckons in single precision, to about 1e-6 at
/// these distances.
const SHARP: f64 = 1e-4;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases(80)))]

    /// Against geometry: who looks and who is looked at hide nothing, all others do.
    #[test]
    fn what_is_behind_something_is_not_seen(
        things in prop::collection::vec((thing(), [-5.0_f64..5.0, -5.0..5.0, 0.0..1.0]), 2..14),
        height in 0.05_f64..1.8,
        own in thing(),
    ) {
        let names: Vec<String> = (0..things.len()).map(|n| format!("thing-{n}")).collect();
        let twins: String = names.iter().zip(&things).map(|(name, (thing, [x, y, z]))| {
            format!("(name: \"{name}\", place: At(x: {x}, y: {y}, z: {z}), body: (shape: {}, moves: Fixed)),", thing.written())
        }).collect();
        let sensors: String = names.iter().map(|name| {
            format!(r#""{name}": (measures: Proximity(range: 20, of: ["{name}"], occluded: true, height: {height})),"#)
        }).collect();
        let scene = format!(
            r#"(run_for: "1s", twins: [(name: "eye", place: At(x: 0, y: 0), body: (shape: {}), sensors: {{{sensors}
                "all": (measures: Proximity(range: 20, occluded: true, height: {height})),
            }}), {twins}])"#, own.written());
        let mut simulation = world(&scene);
        let eye = who(&simulation, "eye");
        simulation.step();
        let from = [0.0, 0.0, height];
        let mut visible = Some(0.0);
        for (number, (_, [x, y, z])) in things.iter().enumerate() {
            let hidden = |by: f64| {
                let others = things.iter().enumerate().filter(|(other, _)| *other != number);
                others.into_iter().any(|(_, (thing, place))| thing.hides(*place, by, from, [*x, *y, z + height]))
            };
            let told = known(&simulation, eye, &format!("thing-{number}.count")).0;
            match (hidden(-SHARP), hidden(SHARP)) {
                (true, true) => prop_assert_eq!(told, 0.0, "thing-{} is hidden", number),
                (false, false) => {
                    prop_assert_eq!(told, 1.0, "thing-{} is in sight", number);
                    visible = visible.map(|count| count + 1.0);
                }
                _ => visible = None,
            }
        }
        if let Some(visible) = visible {
            prop_assert_eq!(known(&simulation, eye, "all.count").0, visible);
        }
    }
}

/// A wall of 2 m, 4 m ahead, hides a sector of atan(1 / 4) to each side, but for a low wall whoever looks over it.
#[test]
fn a_wall_hides_the_sector_behind_it_and_a_low_one_nothing() {
    let count = |angle: f64, wall: f64, far: f64| {
        let (x, y) = (far * angle.cos(), far * angle.sin());
        let scene = format!(
            r#"(run_for: "1s", twins: [
                (name: "eye", place: At(x: 0, y: 0), sensors: {{
                    "near": (measures: Proximity(range: 30, of: ["goal"], occluded: true, height: 1.2))}}),
                (name: "wall", place: At(x: 4.5, y: 0), body: (shape: Box(length: 1, width: 2, height: {wall}), moves: Fixed)),
                (name: "goal", place: At(x: {x}, y: {y})),
            ])"#
        );
        let mut simulation = world(&scene);
        let eye = who(&simulation, "eye");
        simulation.step();
        known(&simulation, eye, "near.count").0
    };
    let edge = (1.0_f64 / 4.0).atan();
    for (angle, wall, far, seen) in [
        (0.0, 2.0, 10.0, 0.0),
        (edge - 1e-4, 2.0, 10.0, 0.0),
        (edge + 1e-4, 2.0, 10.0, 1.0),
        (-edge + 1e-4, 2.0, 10.0, 0.0),
        (-edge - 1e-4, 2.0, 10.0, 1.0),
        (0.0, 1.19, 10.0, 1.0),
        (0.0, 1.21, 10.0, 0.0),
        // Before the wall.
        (0.0, 2.0, 3.9, 1.0),
    ] {
        assert_eq!(count(angle, wall, far), seen, "{angle} {wall} {far}");
    }
}
