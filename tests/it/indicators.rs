//! Every indicator is computed a second time, from the rows of the tables alone, and must come out the same.

mod books;
mod recompute;
mod rows;

use autotwin::engine::parallel::Pool;
use autotwin::prelude::*;
use autotwin::run::single::{Nobody, Outcome};
use autotwin::scene::load::{SceneTree, load};

use crate::support::{commands, read, scene};
use books::Books;
use recompute::recompute;

/// How far the two may be apart: relative, and for figures that are nearly nothing.
const RELATIVE: f64 = 1e-9;
const ABSOLUTE: f64 = 1e-12;

/// Failures, shifts, set-ups, maintenance, blocked machines, waiting for people, rework and scrap, power.
const TROUBLE: &str = r#"(
    run_for: "60h",
    twins: [
        (name: "press-{n}", count: 2, machine: (capacity: 3, input_buffer: 4, shifts: ["day"]),
            breakdown: (after: Gamma(shape: 2, scale: "3h"), clock: Calendar, repair: "70m", worker: (skill: "repair"),
                spares: {"belt": 1}),
            power: (working_kw: 7, idle_kw: 2, down_kw: 0.5, off_kw: 0.1)),
        (name: "lathe", machine: (input_buffer: 2, output_buffer: 1, shifts: ["day", "evening"]),
            setup: (otherwise: "12m", worker: (skill: "turn")), wear: (life: "20h"),
            breakdown: (after: Weibull(shape: 1.5, scale: "9h"), repair: Exponential(mean: "50m")),
            maintenance: (at_wear: 0.4, every: "17h", takes: "45m", worker: (skill: "repair")),
            power: (working_kw: 5, idle_kw: 1.5, setup_kw: 2)),
        (name: "check", machine: (input_buffer: 1)),
        (name: "mend", machine: (input_buffer: 3)),
        (name: "fitter-{n}", count: 2, worker: (skills: ["repair", "turn"], shifts: ["day"]), position: (x: 40, y: 5)),
        (name: "inspector", worker: (skills: ["look"], shifts: ["day", "evening"])),
    ],
    shifts: {
        "day": (from: "6h", to: "15h", breaks: [(from: "9h", lasts: "30m")]),
        "evening": (from: "15h", to: "22h", breaks: [(from: "18h", lasts: "20m")]),
    },
    spares: {"belt": (stock: 1, reorder_at: 1, order: 2, lead_time: "5h")},
    energy: (tariff: [(from: "6h", price: 0.3), (from: "20h 7m", price: 0.17)], demand_price: 9, co2_per_kwh: 0.4),
    products: {
        "plate": (options: {"coat": {"none": 0.5, "zinc": 0.5}}, routing: [
            (name: "press", machines: {"press-*": Uniform(low: "10m", high: "30m")}, defects: (probability: 0.15),
                factors: {"coat": {"zinc": 1.3}}),
            (name: "turn", family: "{coat}", machines: {"lathe": Triangular(low: "6m", mode: "9m", high: "15m")},
                defects: (probability: 0.05, worn: 0.3)),
            (name: "check", machines: {"check": "7m"}, worker: (skill: "look"),
                inspect: (detects: 0.9, false_alarms: 0.05, rejected: {"mend": 0.5, "scrap": 0.5}), next: {"ship": 1}),
            (name: "mend", machines: {"mend": "20m"}, mends: 0.8, next: {"check": 1}),
        ]),
    },
    arrivals: [
        (product: "plate", every: Exponential(mean: "16m"), due_after: Uniform(low: "2h", high: "20h"), weight: 2.5),
        (product: "plate", lot: 3, every: "5h", priority: 1),
    ],
)"#;

/// A breakdown that lies across the end of a warm-up of 10 hours; machines and people that are put aside or leave.
const TROUBLE_LOG: &str = r#"
{"at": "9h 10m", "do": "breakdown", "twin": "check", "with": {"repair": "110m"}}
{"at": "12h", "do": "suspend", "twin": "lathe"}
{"at": "13h 5m", "do": "activate", "twin": "lathe"}
{"at": "19h", "do": "suspend", "twin": "mend"}
{"at": "20h", "do": "breakdown", "twin": "mend", "with": {"repair": "3h"}}
{"at": "25h", "do": "activate", "twin": "mend"}
{"at": "33h", "do": "breakdown", "twin": "press-2", "with": {"repair": "8h"}}
{"at": "34h", "do": "retire", "twin": "press-2"}
{"at": "35h", "do": "retire", "twin": "fitter-1"}
{"at": "59h 30m", "do": "breakdown", "twin": "check", "with": {"repair": "5h"}}
"#;

/// Assembly from a rack, a furnace whose slots fill by and by, maintenance by the calendar, no shifts.
const KITS: &str = r#"(
    run_for: "50h", warmup: "7h",
    twins: [
        (name: "furnace", machine: (capacity: 5), maintenance: (every: "9h", takes: "1h"),
            breakdown: (after: Exponential(mean: "11h"), clock: Calendar, repair: Exponential(mean: "1h"))),
        (name: "bench", machine: (capacity: 2, input_buffer: 3), power: (working_kw: 1)),
        (name: "rack-{n}", count: 2, rack: (capacity: 6)),
        (name: "fitter", worker: (skills: ["fit"])),
    ],
    products: {
        "bolt": (routing: [(name: "heat", machines: {"furnace": Exponential(mean: "40m")}, next: {"stock": 1})]),
        "frame": (routing: [
            (name: "fit", machines: {"bench": "25m"}, needs: {"bolt": 2}, worker: (skill: "fit")),
            (name: "bake", machines: {"furnace": "30m"}, next: {"ship": 0.9, "scrap": 0.1}),
        ]),
    },
    arrivals: [
        (product: "bolt", every: Exponential(mean: "20m")),
        (product: "frame", every: Exponential(mean: "45m"), due_factor: 3),
    ],
)"#;

const KITS_LOG: &str = r#"
{"at": "20h", "do": "suspend", "twin": "bench"}
{"at": "22h", "do": "activate", "twin": "bench"}
{"at": "30h", "do": "breakdown", "twin": "furnace", "with": {"repair": "2h"}}
"#;

const FACTORY_LOG: &str = r#"
{"at": "12h", "do": "breakdown", "twin": "tugger-3", "with": {"repair": "20m"}}
{"at": "26h", "do": "retire", "twin": "lathe-3"}
{"at": "27h", "do": "retire", "twin": "tugger-2"}
{"at": "28h", "do": "breakdown", "twin": "tugger-3", "with": {"repair": "90m"}}
"#;

/// Runs a scene with all its tables; gives what it reports and what the rows say.
fn run(scene: &SceneTree, options: &RunOptions) -> (Outcome, Books) {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let (mut simulation, header) = prepare(scene, options, None).expect("the scene is right");
    let mut books = Books::of_scene(simulation.world(), &header);
    let seed = Seed(header.seed);
    let outcome = execute(&mut simulation, &header, seed, Pool::default(), Some(folder.path()), &Nobody)
        .unwrap_or_else(|error| panic!("{error}"));
    books.read(folder.path(), &outcome);
    (outcome, books)
}

/// Holds every reported indicator against the rows. Returns the names that were held, with a value.
fn agree(case: &str, scene: &SceneTree, log: &str, hours: Option<i64>, warmup: Option<i64>) -> Vec<String> {
    let time = |hours: i64| Duration::from_secs(hours * 3600);
    let options = RunOptions {
        run_for: hours.map(time),
        warmup: warmup.map(time),
        commands: commands(log),
        audit: true,
        ..RunOptions::default()
    };
    let (outcome, books) = run(scene, &options);
    let again = recompute(&books);
    let mut held = Vec::new();
    let mut wrong = Vec::new();
    for Indicator { name, twin, value, .. } in &outcome.indicators {
        let twin = twin.as_deref().unwrap_or("");
        let by_rows = again.get(&(twin.to_owned(), name.clone())).copied();
        let same = match (*value, by_rows) {
            (Some(a), Some(Some(b))) => (a - b).abs() <= RELATIVE * a.abs().max(b.abs()) + ABSOLUTE,
            (None, Some(None)) => true,
            _ => false,
        };
        if !same {
            wrong.push(format!("{twin} {name}: reported {value:?}, by the rows {by_rows:?}"));
        }
        held.extend(value.filter(|&value| value != 0.0).map(|_| name.clone()));
    }
    assert!(wrong.is_empty(), "{case}, warm-up {warmup:?} h:\n{}", wrong.join("\n"));
    held
}

#[test]
fn every_indicator_is_documented() {
    let page = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/results.md");
    let page = std::fs::read_to_string(page).expect("it is there");
    let plant = load(&scene("factory.ron"), &[]).expect("the scene is right");
    let (hour, no_time) = (Some(Duration::from_secs(3600)), Some(Duration::ZERO));
    let short = RunOptions { run_for: hour, warmup: no_time, ..RunOptions::default() };
    for scene in [plant, read(TROUBLE), read(KITS)] {
        for Indicator { name, .. } in run(&scene, &short).0.indicators {
            assert!(page.contains(&format!("`{name}`")), "{name}");
        }
    }
}

#[test]
fn the_rows_of_the_gear_plant_say_what_its_indicators_say() {
    let plant = load(&scene("factory.ron"), &[]).expect("the scene is right");
    agree("gear plant", &plant, "", Some(44), None);
    let held = agree("gear plant", &plant, FACTORY_LOG, Some(44), Some(19));
    for name in
        ["oee_index", "first_pass_yield", "energy_per_unit", "empty_drive_share", "mean_fill", "battery_energy_used"]
    {
        assert!(held.iter().any(|held| held == name), "{name} has a value");
    }
}

#[test]
fn the_rows_of_troubled_shops_say_what_their_indicators_say() {
    let trouble = read(TROUBLE);
    agree("trouble", &trouble, TROUBLE_LOG, None, None);
    let held = agree("trouble", &trouble, TROUBLE_LOG, None, Some(10));
    let names = [
        "mean_time_to_repair",
        "mttr_observed",
        "corrective_maintenance_ratio",
        "setup_ratio",
        "scrap_ratio",
        "rework_ratio",
        "spare_parts_used",
        "share_waiting",
        "share_blocked",
        "share_suspended",
        "demand_charge",
    ];
    for name in names {
        assert!(held.iter().any(|held| held == name), "{name} has a value");
    }
    let kits = read(KITS);
    agree("kits", &kits, KITS_LOG, None, Some(0));
    agree("kits", &kits, KITS_LOG, None, None);
}

#[test]
fn what_was_under_way_at_a_machine_that_left_is_on_record() {
    let options = RunOptions { commands: commands(TROUBLE_LOG), ..RunOptions::default() };
    let (_, books) = run(&read(TROUBLE), &options);
    let of_press = books.table("maintenance").filter(|line| line.text("machine") == "press-2");
    let last = of_press.last().expect("it broke down");
    assert_eq!((last.number("raised"), last.maybe("end")), (33.0 * 3600.0, None));
}

#[test]
fn planned_times_are_those_of_the_variant() {
    let (_, books) = run(&read(TROUBLE), &RunOptions::default());
    let pressed = books.table("operations").filter(|line| line.text("operation") == "press");
    let planned: std::collections::BTreeSet<u64> = pressed.map(|line| line.number("planned") as u64).collect();
    assert_eq!(planned, [1200, 1560].into());
}

/// What is planned to stand still is no loss, and what is finished after a shift was planned.
#[test]
fn ratios_stay_within_their_bounds() {
    let options = RunOptions { commands: commands(TROUBLE_LOG), ..RunOptions::default() };
    let (outcome, _) = run(&read(TROUBLE), &options);
    let ratios = outcome.indicators.iter().filter(|i| i.unit.is_empty());
    let bounded = |name: &str| {
        name.ends_with("_ratio") && name != "rework_ratio" || name.ends_with("_efficiency") || name == "availability"
    };
    for indicator in ratios.filter(|i| bounded(&i.name)) {
        assert!(indicator.value.is_none_or(|value| (0.0..=1.0).contains(&value)), "{indicator:?}");
    }
}

#[test]
fn an_idle_vehicle_draws_its_idle_power_from_the_start() {
    let scene = read(
        r#"(run_for: "10h", twins: [
            (name: "cart", vehicle: (), battery: (capacity_kwh: 1, drive_kw: 0.5, idle_kw: 0.02, charge_below: 0)),
            (name: "dock", charger: (power_kw: 1)),
        ], aisles: (grids: [(name: "aisle", from: (0, 0), step: (12, 12), columns: 2, rows: 2)]))"#,
    );
    let (outcome, _) = run(&scene, &RunOptions::default());
    let used = outcome.indicators.iter().find(|i| i.name == "battery_energy_used").and_then(|i| i.value);
    assert!((used.unwrap_or(0.0) - 0.2).abs() < 1e-12, "{used:?}");
}
