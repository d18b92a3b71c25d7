//! Messages by radio: they fade, are lost and take their time as the formulas say, whatever the threads, and none is forgotten.
//!
//! What chance decides is held within 4.5 standard errors: with fixed seeds a right law passes always.

use std::collections::BTreeMap;

use autotwin::prelude::*;
use autotwin::twin::radio::ether::Ether;
use autotwin::twin::radio::link::{Link, LinkSpec};
use autotwin::twin::radio::presets::PRESETS;
use proptest::prelude::*;

use crate::support::tables::{Line, run_and_read};
use crate::support::{cases, for_hours, indicator, read, run};

/// How many standard errors a figure may be off.
const ERRORS: f64 = 4.5;

/// A twin that says something every second, and others at distances (metres) who hear it.
fn speaker(run_for: &str, link: &str, more: &str, distances: &[f64], bytes: u32) -> String {
    let hearers = distances.iter().enumerate().map(|(n, x)| {
        format!(
            r#"(name: "hearer-{n}", place: At(x: {x:?}, y: 0), radio: ["air"], sensors: {{"told": (measures: Inbox(topic: "beat"))}}),"#
        )
    });
    format!(
        r#"(run_for: "{run_for}", links: {{"air": ({link})}},
            twins: [
                (name: "speaker", place: At(x: 0, y: 0), radio: ["air"], mind: Rules(every: "1s", rules: [
                    (name: "beat", then: [Say(to: "hearer-*", topic: "beat", values: {{"n": "time"}}, bytes: {bytes}), Wait(lasts: "1s")]),
                ])),
                {} {more}
            ])"#,
        hearers.collect::<String>()
    )
}

fn messages(scene: &str) -> Vec<Line> {
    let mut lines = Vec::new();
    run_and_read(scene, 1, &["messages"], |_, line| lines.push(line));
    lines
}

/// The messages to one of the hearers.
fn of<'a>(lines: &'a [Line], reader: &str) -> Vec<&'a Line> {
    lines.iter().filter(|line| line.text("to") == reader).collect()
}

fn lost(lines: &[&Line]) -> f64 {
    lines.iter().filter(|line| line.text("fate") != "received").count() as f64 / lines.len() as f64
}

fn assert_share(share: f64, expected: f64, count: usize) {
    let error = (expected * (1.0 - expected) / count as f64).sqrt().max(1.0 / count as f64);
    assert!((share - expected).abs() <= ERRORS * error, "{share} is not {expected} within {ERRORS} times {error}");
}

#[test]
fn the_mean_signal_falls_with_the_exponent_of_distance() {
    // 1 mW at 2.4 GHz: -40.05 dBm at a metre, and 28 dB less for every tenfold distance.
    let scene = speaker("20s", r#"like: "zigbee", exponent: 2.8, power_mw: 1"#, "", &[1.0, 10.0, 100.0], 10);
    let lines = messages(&scene);
    for (reader, expected) in [("hearer-0", -40.05), ("hearer-1", -68.05), ("hearer-2", -96.05)] {
        let of_one = of(&lines, reader);
        assert!(of_one.len() >= 19);
        assert!(of_one.iter().all(|line| (line.number("signal") - expected).abs() < 0.005));
    }
}

#[test]
fn steady_signals_carry_to_their_range_and_no_farther() {
    let lines = messages(&speaker("20s", "range: 50", "", &[49.9, 50.1], 10));
    assert_eq!(lost(&of(&lines, "hearer-0")), 0.0);
    assert!(of(&lines, "hearer-1").iter().all(|line| line.text("fate") == "out of reach"));
}

#[test]
fn fading_signals_are_lost_as_often_as_their_laws_say() {
    let distances = [20.0, 40.0, 60.0, 100.0, 150.0];
    // Margins over a range of 100 m with exponent 3: 30 log10(100 / d) dB.
    let margin = |distance: f64| 30.0 * (100.0 / distance).log10();
    let rayleigh = |m: f64| 1.0 - (-(10.0_f64.powf(-m / 10.0))).exp();
    // Q by the complementary error function of a library of its own (Abramowitz and Stegun 7.1.26, to 1.5e-7).
    let erf = |x: f64| {
        let t = 1.0 / (1.0 + 0.3275911 * x.abs());
        let poly = ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t + 0.254829592) * t;
        (1.0 - poly * (-x * x).exp()) * x.signum()
    };
    let normal = |m: f64| 0.5 * (1.0 - erf(m / 6.0 / 2.0_f64.sqrt()));
    for (fading, law) in [("Rayleigh", &rayleigh as &dyn Fn(f64) -> f64), ("LogNormal(sd_db: 6)", &normal)] {
        let link = format!("range: 100, exponent: 3, fading: {fading}");
        let lines = messages(&speaker("4h", &link, "", &distances, 10));
        for (n, distance) in distances.iter().enumerate() {
            let heard = of(&lines, &format!("hearer-{n}"));
            assert_share(lost(&heard), law(margin(*distance)), heard.len());
        }
    }
}

#[test]
fn tries_follow_the_geometric_law_and_their_time_is_paid() {
    // 1,000 bytes at 8 kbit/s: a second each try. Every message finds the air free, since the speaker waits.
    let link = r#"rate_kbit_s: 80, loss: 0.4, retries: 3, latency: "5ms""#;
    let lines = messages(&speaker("3h", link, "", &[30.0], 1_000));
    let count = lines.len();
    assert_share(lost(&lines.iter().collect::<Vec<_>>()), 0.4_f64.powi(4), count);
    for tries in 1..=4 {
        let got =
            lines.iter().filter(|line| line.text("fate") == "received" && line.number("tries") == f64::from(tries));
        assert_share(got.count() as f64 / count as f64, 0.6 * 0.4_f64.powi(tries - 1), count);
    }
    // What is sent is never sent before what was sent earlier: a queue with service times of 0.1 s a try, and a beat each second.
    let light = 30.0 / 299_792_458.0;
    for line in lines.iter().filter(|line| line.text("fate") == "received") {
        let delay = line.number("arrives") - line.number("time");
        assert!((delay - 0.1 * line.number("tries") - 0.005 - light).abs() < 1e-6, "{delay}");
    }
}

#[test]
fn latency_has_its_distribution() {
    let link = r#"latency: Uniform(low: "20ms", high: "60ms")"#;
    let lines = messages(&speaker("2h", link, "", &[10.0], 0));
    let delays: Vec<f64> = lines.iter().map(|line| line.number("arrives") - line.number("time")).collect();
    let (count, mean) = (delays.len() as f64, delays.iter().sum::<f64>() / delays.len() as f64);
    let sd = 0.04 / 12.0_f64.sqrt();
    assert!((mean - 0.04).abs() < ERRORS * sd / count.sqrt(), "{mean}");
    // Kolmogorov and Smirnov's distance, at the level of 1e-4: 2.23 / sqrt(n).
    let mut sorted = delays;
    sorted.sort_by(f64::total_cmp);
    let far = (0..).zip(&sorted).map(|(n, x)| ((x - 0.02) / 0.04 - f64::from(n) / count).abs()).fold(0.0, f64::max);
    assert!(far < 2.23 / count.sqrt(), "{far}");
}

#[test]
fn a_duty_cycle_lets_messages_wait() {
    // 50 bytes at 10 kbit/s with 13 more: 50.4 ms on the air, then 99 times as long off it.
    let lines = messages(&speaker("60s", r#"like: "lora""#, "", &[100.0], 50));
    let arrivals: Vec<f64> = lines.iter().filter_map(|line| line.find("arrives")).collect();
    for pair in arrivals.windows(2) {
        assert!((pair[1] - pair[0] - 5.04).abs() < 1e-6, "{pair:?}");
    }
    // Sigfox carries 12 bytes at most.
    let lines = messages(&speaker("10s", r#"like: "sigfox""#, "", &[100.0], 13));
    assert!(lines.iter().all(|line| line.text("fate") == "too long"));
}

#[test]
fn bodies_on_the_way_take_their_toll() {
    let walls = r#"(name: "wall-{n}", count: 2, place: Grid(from: (5, 0), step: (2, 0), columns: 2), body: (shape: Box(length: 0.2, width: 4, height: 3), moves: Fixed)),"#;
    let lines = messages(&speaker("5s", "obstacle_db: 7", walls, &[3.0, 6.0, 9.0], 10));
    let signal = |reader| of(&lines, reader)[0].number("signal");
    let clear = |distance: f64| 20.0 - 40.05 - 20.0 * distance.log10();
    for (reader, distance, walls) in [("hearer-0", 3.0, 0.0), ("hearer-1", 6.0, 1.0), ("hearer-2", 9.0, 2.0)] {
        assert!((signal(reader) - clear(distance) + 7.0 * walls).abs() < 0.005, "{reader}: {}", signal(reader));
    }
}

#[test]
fn messages_go_by_way_of_the_nearest_stations() {
    let stations = r#"(name: "mast-{n}", count: 2, place: Grid(from: (0, 40), step: (1000, 0), columns: 2)),"#;
    // Far from each other, but each near a mast; the third is near none.
    let link = r#"range: 50, stations: ["mast-*"], latency: "10ms", rate_kbit_s: 80"#;
    let lines = messages(&speaker("5s", link, stations, &[1000.0, 30.0, 500.0], 100));
    for (reader, fate) in [("hearer-0", "received"), ("hearer-1", "received"), ("hearer-2", "out of reach")] {
        assert!(of(&lines, reader).iter().all(|line| line.text("fate") == fate), "{reader}");
    }
    // Twice on the air.
    let first = of(&lines, "hearer-0")[0];
    assert!((first.number("arrives") - first.number("time") - 0.03).abs() < 1e-5);
}

#[test]
fn the_first_link_that_reaches_is_taken() {
    let scene = r#"(run_for: "1s", twins: [
        (name: "a", place: At(x: 0, y: 0), radio: ["nfc", "zigbee", "lora"], mind: Rules(rules: [
            (name: "hello", once: true, then: [Say(to: "b-*", topic: "hello"), Say(to: "b-1", topic: "direct", by: "lora")])])),
        (name: "b-1", place: At(x: 0.05, y: 0), radio: ["nfc", "lora"]),
        (name: "b-2", place: At(x: 50, y: 0), radio: ["nfc", "zigbee", "lora"]),
        (name: "b-3", place: At(x: 5000, y: 0), radio: ["nfc", "zigbee", "lora"]),
        (name: "b-4", place: At(x: 50, y: 0), radio: ["tsn"]),
        (name: "b-5", place: At(x: 50, y: 0)),
    ])"#;
    let lines = messages(scene);
    let found: Vec<(&str, &str, &str)> =
        lines.iter().map(|line| (line.text("to"), line.text("link"), line.text("fate"))).collect();
    assert_eq!(
        found,
        [
            ("b-1", "nfc", "received"),
            ("b-2", "zigbee", "received"),
            ("b-3", "lora", "received"),
            ("b-4", "", "no link"),
            ("b-5", "", "no link"),
            ("b-1", "lora", "received"),
        ]
    );
}

#[test]
fn links_reach_as_far_as_their_kind_says() {
    for preset in PRESETS.iter().filter(|preset| !preset.wired) {
        let link =
            Link::new(preset.name, &LinkSpec { like: Some(preset.name.to_owned()), ..LinkSpec::default() }, None);
        assert!((link.range() / preset.range - 1.0).abs() < 1e-9, "{}: {}", preset.name, link.range());
        // Four times the power reach twice as far, where signals fade with the square.
        let louder = LinkSpec {
            like: Some(preset.name.to_owned()),
            power_mw: Some(4.0 * preset.power_mw),
            ..LinkSpec::default()
        };
        let expected = 4.0_f64.powf(1.0 / preset.exponent) * preset.range;
        assert!((Link::new("louder", &louder, None).range() / expected - 1.0).abs() < 1e-9);
    }
}

/// A world in which everybody talks to everybody by several links, and some leave.
fn chatter(twins: u32, tick: &str, loss: f64, duty: f64) -> String {
    format!(
        r#"({tick} run_for: "1min", seed: 5,
            links: {{
                "near": (range: 30, fading: Rayleigh, loss: {loss}, retries: 1, latency: Exponential(mean: "80ms")),
                "far": (like: "lora", exponent: 2.6, fading: LogNormal(sd_db: 6), loss: {loss}, duty_cycle: {duty}),
            }},
            twins: [(name: "twin-{{n}}", count: {twins}, place: Within(from: (0, 0), to: (120, 120)), drive: (speed: 2),
                radio: ["near", "far"],
                sensors: {{"told": (measures: Inbox(topic: "hello"))}},
                mind: Rules(every: "1s", rules: [
                    (name: "answer", priority: 1, when: "age(told) < 500ms", cool_down: "3s", then: [Say(to: "twin-*", topic: "yes", values: {{"x": "told.value"}})]),
                    (name: "wander", then: [Say(to: "twin-*", topic: "hello", values: {{"x": "time"}}), Go(to: Any("twin-*"), within: 2), Wait(lasts: "1s")]),
                ]),
            )])"#
    )
}

fn digest_and_tally(scene: &str, threads: usize) -> (String, Vec<autotwin::twin::radio::ether::Tally>) {
    let tree = read(scene);
    let (mut simulation, header) = prepare(&tree, &for_hours(&tree, 1), None).expect("the scene is right");
    let log = r#"{"at": "20s", "do": "retire", "twin": "twin-1"}"#;
    simulation.submit(crate::support::commands(log)).expect("they are right");
    let pool = Pool::new(threads).expect("threads can be had");
    let outcome = execute(&mut simulation, &header, Seed(header.seed), pool, None, &autotwin::run::single::Nobody)
        .expect("nothing is written");
    (outcome.digest(), simulation.world().resource::<Ether>().tallies().to_vec())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases(4)))]

    /// No message is forgotten, and threads change nothing.
    #[test]
    fn every_message_is_received_lost_or_under_way(twins in 2_u32..16, ticks in any::<bool>(), loss in 0.0..1.0, duty in 0.01..1.0) {
        let scene = chatter(twins, if ticks { "tick: \"200ms\"," } else { "" }, loss, duty);
        let (digest, tallies) = digest_and_tally(&scene, 1);
        for tally in &tallies {
            prop_assert_eq!(tally.sent, tally.received + tally.lost + tally.out_of_reach + tally.too_long + tally.under_way);
        }
        prop_assert!(tallies.iter().any(|tally| tally.sent > 0));
        for threads in [2, 8] {
            prop_assert_eq!(&digest_and_tally(&scene, threads), &(digest.clone(), tallies.clone()));
        }
    }
}

#[test]
fn indicators_tell_how_links_got_on() {
    let scene = speaker("1h", "loss: 0.25, latency: \"40ms\", rate_kbit_s: 80", "", &[10.0], 100);
    let lines = messages(&scene);
    let mut fates: BTreeMap<&str, u32> = BTreeMap::new();
    lines.iter().for_each(|line| *fates.entry(line.text("fate")).or_default() += 1);
    let tree = read(&scene);
    let outcome = run(&tree, &RunOptions::default(), 1);
    assert_eq!(indicator(&outcome, "messages_sent_air"), lines.len() as f64);
    let received = f64::from(fates["received"]);
    // The last may be under way still.
    assert!((indicator(&outcome, "delivery_ratio_air") - received / lines.len() as f64).abs() < 1e-3);
    assert!((indicator(&outcome, "message_delay_air") - 0.05).abs() < 1e-6);
    assert!((indicator(&outcome, "air_time_air") - 0.01 * lines.len() as f64).abs() < 1e-6);
}
