//! What machines and vehicles do by themselves: they bid, rest, wait for cheaper energy and charge by price; and what happens
//! where nobody watches. Held against what can be worked out.

use autotwin::prelude::*;

use crate::support::tables::{read_tables, run_and_read};
use crate::support::{indicator, read, run, scene};

/// An indicator of one twin.
fn of(outcome: &autotwin::run::single::Outcome, twin: &str, name: &str) -> f64 {
    let is_it = |i: &&autotwin::record::indicators::Indicator| i.name == name && i.twin.as_deref() == Some(twin);
    outcome.indicators.iter().find(is_it).and_then(|i| i.value).unwrap_or_else(|| panic!("no `{name}` of `{twin}`"))
}

/// Lives, the time until somebody comes by, and repairs alternate: a renewal process, whose share of time down is that of the means.
#[test]
fn failures_that_nobody_watches_for_last_longer_by_the_time_until_they_are_noticed() {
    const SCENE: &str = r#"(
        run_for: "160000h",
        twins: [(name: "m", machine: (),
            breakdown: (after: Exponential(mean: "20h"), repair: "1h", noticed_after: Uniform(low: "0s", high: "2h")))],
        products: {"work": (routing: [(name: "o", machines: {"m": "1h"}, repeat: 1000000000)])},
        jobs: [(product: "work")],
    )"#;
    let outcome = run(&read(SCENE), &RunOptions::default(), 1);
    let down = of(&outcome, "m", "share_down");
    println!("down: exact {:.5}, found {down:.5}", 2.0 / 22.0);
    assert!((down - 2.0 / 22.0).abs() < 0.002, "{down}");
    let mut unnoticed = Vec::new();
    run_and_read(SCENE, 1, &["maintenance"], |_, row| {
        let Some(noticed) = row.find("noticed") else { return };
        if let Some(start) = row.find("start") {
            assert!(start >= noticed, "nobody repairs what nobody has noticed");
        }
        unnoticed.push((noticed - row.number("raised")) / 7200.0);
    });
    // Uniform, by the statistic of Kolmogorov and Smirnov at 0.1 %.
    unnoticed.sort_by(f64::total_cmp);
    let n = unnoticed.len() as f64;
    let gap = unnoticed.iter().enumerate().map(|(i, u)| (u - i as f64 / n).abs().max(((i + 1) as f64 / n - u).abs()));
    assert!(n > 5000.0 && gap.fold(0.0, f64::max) < 1.95 / n.sqrt());
}

/// A job an hour: what the machine does in each minute can be written down.
#[test]
fn a_machine_that_rests_draws_what_its_minutes_say() {
    const SCENE: &str = r#"(
        run_for: "101h", warmup: "1h",
        twins: [(name: "lathe", machine: (), standby: (after: "20m", wake: "5m"),
            power: (working_kw: 9, idle_kw: 2, standby_kw: 0.5, waking_kw: 6))],
        products: {"shaft": (routing: [(name: "turn", machines: {"lathe": "10m"})])},
        arrivals: [(product: "shaft", every: "1h", first: "1h")],
    )"#;
    let outcome = run(&read(SCENE), &RunOptions::default(), 1);
    // In each hour it wakes for 5 minutes, works for 10, is ready for 20 and sleeps for 25.
    for (state, minutes) in [("waking", 5.0), ("working", 10.0), ("starved", 20.0), ("standby", 25.0)] {
        assert!((of(&outcome, "lathe", &format!("share_{state}")) - minutes / 60.0).abs() < 1e-9, "{state}");
    }
    let hour = (5.0 * 6.0 + 10.0 * 9.0 + 20.0 * 2.0 + 25.0 * 0.5) / 60.0;
    assert!((indicator(&outcome, "energy") - 100.0 * hour).abs() < 1e-6);
    assert!((indicator(&outcome, "flow_time") - 900.0).abs() < 1e-9, "jobs wait for it to wake");
}

/// Whoever is told what is on its way wakes meanwhile.
#[test]
fn a_machine_that_wakes_ahead_is_ready_when_the_job_comes() {
    let waits = |ahead: bool| {
        let scene = format!(
            r#"(
                run_for: "40h",
                twins: [
                    (name: "saw", machine: (output_buffer: 1), place: At(x: 0, y: 1)),
                    (name: "lathe", machine: (), standby: (after: "20m", wake: "5m", ahead: {ahead}), place: At(x: 600, y: 1),
                        power: (working_kw: 9, idle_kw: 2)),
                    (name: "cart", vehicle: (speed: 1), place: At(x: 0, y: -1)),
                ],
                aisles: (junctions: {{"west": (0, 0), "east": (600, 0)}}, lanes: [(from: "west", to: "east")]),
                products: {{"shaft": (routing: [(name: "saw", machines: {{"saw": "5m"}}), (name: "turn", machines: {{"lathe": "5m"}})])}},
                arrivals: [(product: "shaft", every: "2h")],
            )"#
        );
        let mut waits = Vec::new();
        run_and_read(&scene, 1, &["operations"], |_, row| {
            if row.text("operation") == "turn" {
                waits.push(row.number("start") - row.number("queued"));
            }
        });
        waits[1..].to_vec()
    };
    // The way takes ten minutes, waking five.
    assert!(waits(true).iter().all(|wait| *wait == 0.0), "{:?}", waits(true));
    assert!(waits(false).iter().all(|wait| *wait == 300.0), "{:?}", waits(false));
}

/// Each job takes an hour and can be done now, or in the eight cheap hours from 22 h on. All choices of those who wait: at most eight
/// can, and so ten jobs cost least if two go at once.
#[test]
fn work_waits_for_cheap_hours_as_far_as_due_dates_and_those_hours_allow() {
    let starts = |jobs: &str, thrift: &str| {
        let scene = format!(
            r#"(
                run_for: "60h",
                twins: [(name: "furnace", machine: (), power: (working_kw: 40) {thrift})],
                energy: (tariff: [(from: "6h", price: 0.3), (from: "22h", price: 0.1)]),
                products: {{"part": (routing: [(name: "harden", machines: {{"furnace": "1h"}})])}},
                jobs: [{jobs}],
            )"#
        );
        let mut starts = Vec::new();
        run_and_read(&scene, 1, &["operations"], |_, row| starts.push(row.number("start") / 3600.0));
        starts.sort_by(f64::total_cmp);
        (starts, indicator(&run(&read(&scene), &RunOptions::default(), 1), "energy_cost"))
    };
    let thrift = ", thrift: (look_ahead: 1, reserve: \"0s\")";
    let job = |count: u32, due: &str| format!("(product: \"part\", count: {count}, release: \"8h\", due: \"{due}\"),");
    assert_eq!(starts(&job(1, "48h"), thrift).0, [22.0]);
    assert_eq!(starts(&job(1, "48h"), "").0, [8.0]);
    assert_eq!(starts(&job(1, "23h"), thrift).0, [22.0], "it is done when it is due");
    assert_eq!(starts(&job(1, "22h"), thrift).0, [8.0], "it would be late");
    assert_eq!(starts("(product: \"part\", release: \"8h\")", thrift).0, [8.0], "nobody said that it can wait");
    let (ten, cost) = starts(&job(10, "48h"), thrift);
    assert_eq!(ten, [8.0, 9.0, 22.0, 23.0, 24.0, 25.0, 26.0, 27.0, 28.0, 29.0]);
    let least = (0..=8).map(|wait| 40.0 * (f64::from(wait) * 0.1 + f64::from(10 - wait) * 0.3));
    assert!((cost - least.fold(f64::INFINITY, f64::min)).abs() < 1e-9);
    // Two of them are due early: they go, the others wait.
    assert_eq!(starts(&(job(1, "12h") + &job(2, "40h")), thrift).0, [8.0, 22.0, 23.0]);
}

#[test]
fn vehicles_charge_in_cheap_hours_and_only_then_unless_they_must() {
    let scene = |top_up: &str| {
        format!(
            r#"(
                run_for: "4d",
                twins: [
                    (name: "m{{n}}", count: 2, machine: (), place: Grid(from: (0, 1), step: (40, 0), columns: 2)),
                    (name: "cart", vehicle: (), place: At(x: 20, y: -1),
                        battery: (capacity_kwh: 4, drive_kw: 1, idle_kw: 0.05, charge_below: 0.2 {top_up})),
                    (name: "charger", charger: (power_kw: 2), place: At(x: 10, y: -1)),
                ],
                aisles: (junctions: {{"west": (0, 0), "east": (40, 0)}}, lanes: [(from: "west", to: "east")]),
                energy: (tariff: [(from: "6h", price: 0.3), (from: "22h", price: 0.1)]),
                products: {{"part": (routing: [(name: "a", machines: {{"m1": "5m"}}), (name: "b", machines: {{"m2": "5m"}})])}},
                arrivals: [(product: "part", every: "20m")],
            )"#
        )
    };
    let dear = |scene: &str| {
        let (mut dear, mut cheap) = (0.0, 0.0);
        run_and_read(scene, 1, &["power"], |_, row| {
            *(if row.number("price") > 0.2 { &mut dear } else { &mut cheap }) += row.number("energy_kwh");
        });
        (dear, cheap)
    };
    let (dear_before, cheap_before) = dear(&scene(""));
    assert!(dear_before > 1.0 && cheap_before < 3.0, "{dear_before} {cheap_before}");
    let (dear, cheap) = dear(&scene(", top_up_below: 0.85"));
    assert!(dear == 0.0 && cheap > 3.0, "{dear} {cheap}");
}

/// What a machine is worth depends on what time and energy are worth.
#[test]
fn jobs_go_where_the_lowest_bid_is() {
    let first = |choice: &str, more: &str| {
        let scene = format!(
            r#"(
                run_for: "20h",
                twins: [
                    (name: "quick", machine: (), power: (working_kw: 60), setup: (initial: "red", otherwise: "20m")),
                    (name: "slow", machine: (), power: (working_kw: 10), setup: (otherwise: "20m") {more}),
                ],
                energy: (tariff: [(price: 0.2)]),
                factory: (machine_choice: Bids({choice})),
                products: {{"part": (routing: [(name: "turn", family: "red", machines: {{"quick": "10m", "slow": "14m"}})])}},
                jobs: [(product: "part")],
            )"#
        );
        let mut machine = String::new();
        run_and_read(&scene, 1, &["operations"], |_, row| machine = row.text("machine").to_owned());
        machine
    };
    // 10 kWh or 2.3 kWh; 10 minutes or, with the set-up, 34.
    assert_eq!(first("hour: 0, energy: 1", ""), "slow");
    assert_eq!(first("hour: 10, energy: 1", ""), "quick");
    // 24 minutes more have to be worth 1.53.
    assert_eq!(first("hour: 3.8, energy: 1", ""), "slow");
    assert_eq!(first("hour: 3.9, energy: 1", ""), "quick");
    // One that is about to fail bids higher.
    let frail = ", breakdown: (after: Weibull(shape: 8, scale: \"10m\"), repair: \"3h\")";
    assert_eq!(first("hour: 3.8, energy: 1", frail), "quick");
}

/// The levels of `scenes/levels` differ in who decides, not in what is to be done: the same orders come at the same moments.
#[test]
fn the_levels_have_the_same_orders() {
    let orders = |level: usize| {
        let tree = load(&scene(&format!("levels/level-{level}.ron")), &[]).expect("the repository's scenes are right");
        let week = Some(Duration::from_secs(3 * 86_400));
        let tables = Some(["jobs".to_owned()].into());
        let options = RunOptions { run_for: week, warmup: Some(Duration::ZERO), tables, ..RunOptions::default() };
        let mut orders = Vec::new();
        read_tables(&tree, &options, 1, &["jobs"], |_, row| {
            orders.push((
                row.number("job") as u64,
                row.text("product").to_owned(),
                row.number("release"),
                row.number("due"),
            ));
        });
        orders.sort_by_key(|order| order.0);
        orders
    };
    let first = orders(1);
    assert!(first.len() > 300);
    assert!((2..=5).all(|level| orders(level) == first));
}

/// A vehicle that has to charge does not bid, and so none drives on without energy.
#[test]
fn vehicles_that_bid_never_run_flat() {
    let missing = |rule: &str| {
        let scene = format!(
            r#"(
                run_for: "2d",
                twins: [
                    (name: "m{{n}}", count: 4, machine: (input_buffer: 4, output_buffer: 2), place: Grid(from: (0, 1), step: (30, 0), columns: 4)),
                    (name: "cart-{{n}}", count: 2, vehicle: (), place: Grid(from: (10, -1), step: (5, 0), columns: 2),
                        battery: (capacity_kwh: 1, drive_kw: 1, idle_kw: 0.1, charge_below: 0.3)),
                    (name: "charger", charger: (power_kw: 4, places: 2), place: At(x: 40, y: -1)),
                ],
                aisles: (grids: [(name: "g", from: (0, 0), step: (30, 10), columns: 4, rows: 2)]),
                transport: (rule: {rule}),
                products: {{"part": (routing: [(name: "a", machines: {{"m1": "2m", "m2": "2m"}}), (name: "b", machines: {{"m3": "2m", "m4": "2m"}}),
                    (name: "c", machines: {{"m1": "2m", "m2": "2m"}})])}},
                arrivals: [(product: "part")],
            )"#
        );
        let outcome = run(&read(&scene), &RunOptions { audit: true, ..RunOptions::default() }, 1);
        let missing =
            of(&outcome, "cart-1", "battery_energy_missing") + of(&outcome, "cart-2", "battery_energy_missing");
        (missing, indicator(&outcome, "jobs_shipped"))
    };
    let (missing_by_rule, _) = missing("Nearest");
    let (missing, shipped) = missing("Auction()");
    assert!(missing_by_rule > 0.1, "{missing_by_rule}");
    assert!(missing == 0.0 && shipped > 100.0, "{missing} {shipped}");
}
