//! Inspections with errors and grades by measurement, against the laws of chance.

use crate::support::tables::run_and_read;

fn near(what: &str, found: f64, exact: f64, precision: f64) {
    let off = found / exact - 1.0;
    println!("{what}: exact {exact:.5}, found {found:.5} ({:+.2} %)", 100.0 * off);
    assert!(off.abs() < precision, "{what}: {found} instead of {exact}");
}

/// Of all jobs the share `p` is defective. An inspection finds a defect with `d`, and one where there is none with `a`; of the
/// rejected the share `r` is reworked, which mends a defect with `m`, and inspected again; the rest is scrapped. Each figure
/// follows from Bayes' formula, summed over the rounds.
#[test]
fn inspections_let_through_and_hold_back_what_bayes_says() {
    const JOBS: u32 = 150_000;
    let (p, d, a, r, m) = (0.2, 0.8, 0.05, 0.5, 0.7);
    let scene = format!(
        r#"(
            twins: [(name: "m", machine: (capacity: 10))],
            products: {{"part": (routing: [
                (name: "make", machines: {{"m": "1s"}}, defects: (probability: {p})),
                (name: "inspect", machines: {{"m": "1s"}}, next: {{"ship": 1}},
                    inspect: (detects: {d}, false_alarms: {a}, rejected: {{"rework": {r}, "scrap": {}}})),
                (name: "rework", machines: {{"m": "1s"}}, mends: {m}, next: {{"inspect": 1}}),
            ])}},
            jobs: [(product: "part", count: {JOBS})],
        )"#,
        1.0 - r
    );
    let (mut shipped, mut defective, mut scrapped, mut first_pass) = (0.0, 0.0, 0.0, 0.0);
    run_and_read(&scene, 1, &["jobs"], |_, row| {
        let is_shipped = row.text("outcome") == "shipped";
        shipped += f64::from(u8::from(is_shipped));
        scrapped += f64::from(u8::from(!is_shipped));
        defective += if is_shipped { row.number("defective") } else { 0.0 };
        first_pass += f64::from(u8::from(is_shipped && row.number("reworks") == 0.0));
    });
    let jobs = f64::from(JOBS);
    let let_through = p * (1.0 - d) / (1.0 - d * r * (1.0 - m));
    let good_scrapped = a * (1.0 - r) / (1.0 - a * r);
    let bad_scrapped = d * (1.0 - r + r * m * good_scrapped) / (1.0 - d * r * (1.0 - m));
    let scrap = p * bad_scrapped + (1.0 - p) * good_scrapped;
    near("first-pass yield", first_pass / jobs, p * (1.0 - d) + (1.0 - p) * (1.0 - a), 0.01);
    near("scrapped", scrapped / jobs, scrap, 0.02);
    near("shipped with a defect", defective / shipped, let_through / (1.0 - scrap), 0.03);
}

/// The measure X is seen as X + E. Both are normal, and so a job is graded wrongly with the chance that X and X + E lie on
/// different sides of the limit: an integral over the bivariate normal law, here by strips.
#[test]
fn grades_are_wrong_as_often_as_the_bivariate_normal_law_says() {
    const JOBS: u32 = 100_000;
    let (mean, sd, error, limit) = (0.6, 0.15, 0.06, 0.7);
    let grade = |name: &str, error: f64, next: &str| {
        format!(
            r#"(name: "{name}", machines: {{"m": "1s"}}, grade: (error: {error:?}, grades: [
                (name: "low", next: {{"{next}": 1}}), (name: "high", from: {limit}, next: {{"{next}": 1}})]))"#
        )
    };
    let scene = format!(
        r#"(
            twins: [(name: "m", machine: (capacity: 10))],
            products: {{"part": (measure: Normal(mean: {mean}, sd: {sd}, low: -9), routing: [{}, {}])}},
            jobs: [(product: "part", count: {JOBS})],
        )"#,
        grade("seen", error, "true"),
        grade("true", 0.0, "ship"),
    );
    // By job: the grade as it was seen and as it is.
    let mut grades = vec![[false; 2]; JOBS as usize];
    run_and_read(&scene, 1, &["operations"], |_, row| {
        let place = usize::from(row.text("operation") == "true");
        grades[row.number("job") as usize][place] = row.text("grade") == "high";
    });
    let share =
        |holds: fn(&[bool; 2]) -> bool| grades.iter().filter(|grades| holds(grades)).count() as f64 / f64::from(JOBS);
    let normal = |x: f64| 0.5 * libm::erfc(-x / std::f64::consts::SQRT_2);
    let strips = 20_000;
    let width = 12.0 / f64::from(strips);
    // The chance that the measure lies above (or below) the limit and is seen on the other side.
    let wrong = |above: bool| -> f64 {
        let strip = |n: i32| {
            let z = -6.0 + (f64::from(n) + 0.5) * width;
            let distance = (mean + sd * z - limit) / error;
            let crosses = if (distance >= 0.0) == above { normal(-distance.abs()) } else { 0.0 };
            (-z * z / 2.0).exp() / (2.0 * std::f64::consts::PI).sqrt() * crosses * width
        };
        (0..strips).map(strip).sum()
    };
    near("seen high", share(|grades| grades[0]), normal((mean - limit) / sd.hypot(error)), 0.02);
    near("high, and seen low", share(|grades| grades[1] && !grades[0]), wrong(true), 0.05);
    near("low, and seen high", share(|grades| grades[0] && !grades[1]), wrong(false), 0.05);
}
