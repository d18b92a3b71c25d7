//! Lives, repairs and spare parts, held against the theory of reliability by what the tables say.

use std::collections::BTreeMap;

use crate::support::tables::run_and_read;

/// Machines that work without a pause, at `work` for each piece of it, `parts` being all else that is said of them.
fn busy_machines(count: usize, run_for: &str, work: &str, parts: &str) -> String {
    format!(
        r#"(
            run_for: "{run_for}",
            factory: (machine_choice: ShortestQueue),
            twins: [(name: "m{{n}}", count: {count}, machine: (), {parts})],
            products: {{"work": (routing: [(name: "o", machines: {{"m*": "{work}"}}, repeat: 1000000000)])}},
            jobs: [(product: "work", count: {count})],
        )"#
    )
}

/// For each machine the hours that it worked from each failure (or the start) to the next.
fn lives(scene: &str) -> Vec<Vec<f64>> {
    // (machine, time, hours worked): a failure is a row without work.
    let mut states: BTreeMap<String, Vec<(f64, f64, bool)>> = BTreeMap::new();
    run_and_read(scene, 1, &["states"], |_, row| {
        let (from, to) = (row.number("from"), row.number("to"));
        let worked = if row.text("state") == "working" { (to - from) / 3600.0 } else { 0.0 };
        states.entry(row.text("twin").to_owned()).or_default().push((from, worked, row.text("state") == "down"));
    });
    let of_machine = |mut rows: Vec<(f64, f64, bool)>| {
        rows.sort_by(|a, b| a.0.total_cmp(&b.0));
        let (mut lives, mut life) = (Vec::new(), 0.0);
        for (_, worked, fails) in rows {
            life += worked;
            if fails {
                lives.push(std::mem::take(&mut life));
            }
        }
        lives
    };
    states.into_values().map(of_machine).collect()
}

/// The Weibull law of whole lives by maximum likelihood: shape and scale. Newton's method for
/// sum(x^k ln x) / sum(x^k) - 1/k = mean(ln x): A. C. Cohen, Technometrics 7 (1965).
fn fit_weibull(lives: &[f64]) -> (f64, f64) {
    let mean_log = lives.iter().map(|x| x.ln()).sum::<f64>() / lives.len() as f64;
    let mut shape = 1.0_f64;
    for _ in 0..50 {
        let sum = |power: i32| lives.iter().map(|x| x.powf(shape) * x.ln().powi(power)).sum::<f64>();
        let (s0, s1, s2) = (sum(0), sum(1), sum(2));
        let slope = s2 / s0 - (s1 / s0).powi(2) + 1.0 / (shape * shape);
        shape -= (s1 / s0 - 1.0 / shape - mean_log) / slope;
    }
    let scale = (lives.iter().map(|x| x.powf(shape)).sum::<f64>() / lives.len() as f64).powf(1.0 / shape);
    (shape, scale)
}

const SHAPE: f64 = 1.7;
const SCALE: f64 = 40.0;

fn weibull(restores: f64) -> String {
    format!(
        "breakdown: (after: Weibull(shape: {SHAPE}, scale: \"{SCALE}h\"), clock: Working, restores: {restores}, \
         repair: Exponential(mean: \"3h\"))"
    )
}

fn near(what: &str, found: f64, exact: f64, precision: f64) {
    let off = found / exact - 1.0;
    println!("{what}: exact {exact:.5}, found {found:.5} ({:+.2} %)", 100.0 * off);
    assert!(off.abs() < precision, "{what}: {found} instead of {exact}");
}

#[test]
fn the_life_of_machines_is_found_again_in_the_tables() {
    let lives: Vec<f64> = lives(&busy_machines(40, "9000h", "7h", &weibull(1.0))).concat();
    let (shape, scale) = fit_weibull(&lives);
    println!("{} lives", lives.len());
    assert!(lives.len() > 5000);
    near("shape", shape, SHAPE, 0.03);
    near("scale, h", scale, SCALE, 0.03);
}

/// M. Kijima, "Some results for repairable systems with general repair", Journal of Applied Probability 26 (1989), model II:
/// a repair takes a share of the whole age away, so that ages V follow V' = (V + X) (1 - share), and the life X that begins
/// at age V has the law of a life that has already lasted V. Each transformed by its law, all are alike: uniform.
#[test]
fn a_repair_in_part_leaves_the_residual_life_of_kijima() {
    let mut uniform: Vec<f64> = Vec::new();
    for machine in lives(&busy_machines(40, "4500h", "7h", &weibull(0.5))) {
        let mut age = 0.0_f64;
        for life in machine {
            let hazard = |age: f64| (age / SCALE).powf(SHAPE);
            uniform.push(1.0 - (hazard(age) - hazard(age + life)).exp());
            age = 0.5 * (age + life);
        }
    }
    uniform.sort_by(f64::total_cmp);
    let count = uniform.len() as f64;
    let apart =
        |(index, u): (usize, &f64)| (u - index as f64 / count).abs().max((u - (index as f64 + 1.0) / count).abs());
    let most = uniform.iter().enumerate().map(apart).fold(0.0, f64::max);
    println!("{count} lives, Kolmogorov-Smirnov {:.3}", most * count.sqrt());
    // Exceeded once in a thousand such tests.
    assert!(count > 5000.0 && most * count.sqrt() < 1.95, "{most} apart for {count} lives");
}

/// R. E. Barlow and F. Proschan, "Mathematical Theory of Reliability" (1965), chapter 3: replaced at age T, a machine works
/// from 0 to T of R(t) between failures, for each of which F(T) must happen.
#[test]
fn maintenance_by_wear_prevents_as_many_failures_as_age_replacement_does() {
    const AGE: f64 = 30.0;
    let parts = format!("{}, wear: (life: \"60h\"), maintenance: (at_wear: 0.5, takes: \"1h\")", weibull(1.0));
    // Maintenance waits for the end of the piece at hand.
    let scene = busy_machines(40, "16000h", "20m", &parts);
    let (mut worked, mut failures, mut services) = (0.0, 0.0, 0.0);
    run_and_read(&scene, 1, &["states", "maintenance"], |table, row| {
        match (table, row.text("state"), row.text("kind")) {
            ("states", "working", _) => worked += (row.number("to") - row.number("from")) / 3600.0,
            ("maintenance", _, "failure") => failures += 1.0,
            ("maintenance", _, "condition") => services += 1.0,
            _ => {}
        }
    });
    let survives = |t: f64| (-(t / SCALE).powf(SHAPE)).exp();
    let steps = 3000;
    let integral: f64 = (0..steps).map(|n| survives((f64::from(n) + 0.5) * AGE / f64::from(steps))).sum::<f64>() * AGE
        / f64::from(steps);
    println!("{failures} failures");
    near("hours between failures", worked / failures, integral / (1.0 - survives(AGE)), 0.02);
    near("hours between maintenances", worked / services, integral / survives(AGE), 0.02);
}

/// The machine repair problem, with people: `machines` that fail by the calendar, and as many fitters as `crew`.
#[test]
fn fitters_keep_as_many_machines_up_as_the_birth_death_process_says() {
    let (machines, crew, life, repair) = (6_u32, 2_u32, 10.0, 4.0);
    let scene = format!(
        r#"(
            run_for: "60000h",
            twins: [
                (name: "fitter-{{n}}", count: {crew}, worker: (skills: ["repair"])),
                (name: "m{{n}}", count: {machines}, machine: (), breakdown: (
                    after: Exponential(mean: "{life}h"), clock: Calendar, repair: Exponential(mean: "{repair}h"),
                    worker: (skill: "repair"),
                )),
            ],
        )"#
    );
    let (mut down, mut busy) = (0.0, 0.0);
    run_and_read(&scene, 1, &["states"], |_, row| match row.text("state") {
        "down" => down += (row.number("to") - row.number("from")) / 3600.0,
        "working" => busy += (row.number("to") - row.number("from")) / 3600.0,
        _ => {}
    });
    let exact = crate::queueing::theory::machine_repair(machines, crew, 1.0 / life, 1.0 / repair);
    near("machines down", down / 60_000.0, exact, 0.02);
    near("fitters at work", busy / 60_000.0, (f64::from(machines) - exact) * repair / life, 0.02);
}

#[test]
fn a_worker_is_there_exactly_as_long_as_the_shift_plans() {
    let scene = r#"(
        run_for: "4weeks",
        shifts: {"late": (from: "14h", to: "22h", breaks: [(from: "18h", lasts: "30m")]),
            "night": (from: "22h", to: "6h", days: [Sat, Sun])},
        twins: [(name: "w", worker: (skills: ["turn"], shifts: ["late", "night"]))],
    )"#;
    let mut seconds: BTreeMap<String, f64> = BTreeMap::new();
    run_and_read(scene, 1, &["states"], |_, row| {
        *seconds.entry(row.text("state").to_owned()).or_default() += row.number("to") - row.number("from");
    });
    // The night from Sunday of the week before ends on the first Monday, that of the last Sunday is cut off: 2 h and 6 h.
    let week = 5.0 * 7.5 + 2.0 * 8.0;
    assert_eq!(seconds["free"] / 3600.0, 4.0 * week);
    assert_eq!(seconds["break"] / 3600.0, 4.0 * 5.0 * 0.5);
}

/// Parts are bought one by one, each when one is taken: (S - 1, S). How many are on order is then the queue M/G/infinity,
/// whatever the law of the lead time: Poisson with mean demand times lead time (C. Palm 1938). A demand finds a part if fewer
/// than S are on order: W. J. Hopp and M. L. Spearman, "Factory Physics", section 2.4.
#[test]
fn a_stock_of_spare_parts_serves_as_often_as_palm_says() {
    for (stock, lead) in [(3_u32, "Uniform(low: \"0h\", high: \"4h\")"), (2, "Exponential(mean: \"1h\")")] {
        let mean = if stock == 3 { 2.0 } else { 1.0_f64 };
        let scene = format!(
            r#"(
                run_for: "40000h",
                spares: {{"seal": (stock: {stock}, reorder_at: {}, order: 1, lead_time: {lead})}},
                twins: [(name: "m{{n}}", count: 1000, machine: (), breakdown: (
                    after: Exponential(mean: "1000h"), clock: Calendar, repair: "0s", spares: {{"seal": 1}},
                ))],
            )"#,
            stock - 1
        );
        let (mut demands, mut served, mut down) = (0.0, 0.0, 0.0);
        run_and_read(&scene, 1, &["maintenance"], |_, row| {
            demands += 1.0;
            served += f64::from(u8::from(row.find("start") == Some(row.number("raised"))));
            down += row.find("end").unwrap_or(40_000.0 * 3600.0) - row.number("raised");
        });
        // Poisson chances of 0, 1, ... on order; one more on order than the stock is one machine that waits.
        let chances: Vec<f64> = (0..40_u32)
            .scan((-mean).exp(), |chance, n| Some(std::mem::replace(chance, *chance * mean / f64::from(n + 1))))
            .collect();
        let fill: f64 = chances[..stock as usize].iter().sum();
        let short: f64 = (stock..40).map(|n| f64::from(n - stock) * chances[n as usize]).sum();
        near(&format!("fill rate with {stock} in stock"), served / demands, fill, 0.02);
        near("machines that wait for a part", down / 3600.0 / 40_000.0, short, 0.05);
    }
}
