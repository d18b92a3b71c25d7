//! Run folders written by hand, with tables and states that no scene of the repository has yet.

use std::path::Path;

use autotwin::prelude::*;
use autotwin::record::parquet::TableWriter;

const DAY: f64 = 86_400.0;
const HOUR: f64 = 3_600.0;

const fn text(name: &'static str) -> Column {
    Column::new(name, ColumnType::Text, "")
}

const fn float(name: &'static str) -> Column {
    Column::new(name, ColumnType::Float, "")
}

const fn int(name: &'static str) -> Column {
    Column::new(name, ColumnType::Int, "")
}

const fn maybe(name: &'static str) -> Column {
    Column::optional(name, ColumnType::Float, "")
}

fn t(text: &str) -> Cell {
    Cell::Text(text.into())
}

fn f(value: f64) -> Cell {
    Cell::Float(value)
}

/// How large a synthetic run is.
#[derive(Clone, Copy)]
pub struct Size {
    /// How many machines.
    pub machines: usize,
    /// How many days.
    pub days: usize,
}

/// The names of the machines; the second would break a page that does not escape.
pub fn machine(index: usize) -> String {
    if index == 1 { "<b>& \"mill\"".to_owned() } else { format!("machine-{index}") }
}

/// Writes a folder with every table that a factory may record.
pub fn write(folder: &Path, size: Size) {
    std::fs::create_dir_all(folder).expect("it can be made");
    let seconds = size.days as f64 * DAY;
    let run = serde_json::json!({
        "format": 1, "seed": 7, "run_for": format!("{}d", size.days), "warmup": "0s", "replications": 1, "tables": null,
        "interrupted": false,
        "build": {"version": "0.1.0", "commit": "abc", "rustc": "", "target": "", "profile": "release"},
    });
    let mut indicators = vec![
        serde_json::json!({"name": "throughput_rate", "value": 12.5, "unit": "1/h"}),
        serde_json::json!({"name": "energy_kwh", "value": 1234.5, "unit": "kWh"}),
    ];
    for index in 0..size.machines {
        indicators.push(serde_json::json!({"name": "utilisation", "twin": machine(index), "value": 0.5, "unit": ""}));
    }
    let summary = serde_json::json!({
        "name": "<i>synthetic</i> & co", "seed": 7, "version": "0.1.0", "digest": "00ff", "simulated_seconds": seconds,
        "wall_seconds": 1.5, "steps": 10, "events": 1000, "interrupted": false, "indicators": indicators,
    });
    std::fs::write(folder.join("run.json"), run.to_string()).expect("it can be written");
    std::fs::write(folder.join("summary.json"), summary.to_string()).expect("it can be written");
    work(folder, size);
    states(folder, size);
    logistics(folder, size);
    energy(folder, size);
}

fn table(folder: &Path, name: &str, columns: &[Column], rows: impl IntoIterator<Item = Vec<Cell>>) {
    let mut writer = TableWriter::create(folder, name, columns).expect("it can be made");
    rows.into_iter().for_each(|row| writer.push(row).expect("it can be written"));
    writer.finish().expect("it can be written");
}

/// Operations of an hour each, one after another on every machine, and their jobs.
fn work(folder: &Path, size: Size) {
    const PRODUCTS: [&str; 3] = ["gear", "shaft", "<housing>"];
    let hours = size.days * 24;
    let mut operations = Vec::new();
    let mut jobs = Vec::new();
    for hour in 0..hours {
        for index in 0..size.machines {
            let job = hour * size.machines + index;
            let product = t(PRODUCTS[job % 3]);
            let at = hour as f64 * HOUR;
            let setup = if job.is_multiple_of(5) { 600.0 } else { 0.0 };
            operations.push(vec![
                Cell::Int(job as i64),
                product.clone(),
                t("turn"),
                Cell::Int(0),
                t(&machine(index)),
                Cell::Int(0),
                f(at),
                f(at + 300.0),
                f(at + 600.0),
                f(at + 600.0 + setup),
                f(at + 3_000.0),
            ]);
            let (release, end) = (at - 200.0 * index as f64, at + 3_100.0);
            let end = if hour + 1 < hours { Cell::Float(end) } else { Cell::Empty };
            let outcome =
                if hour + 1 < hours { t(["shipped", "shipped", "scrapped"][job % 3]) } else { t("unfinished") };
            jobs.push(vec![Cell::Int(job as i64), product, Cell::Int(0), f(release), f(at + 3_000.0), end, outcome]);
        }
    }
    let columns = [
        int("job"),
        text("product"),
        text("operation"),
        int("visit"),
        text("machine"),
        int("slot"),
        float("ready"),
        float("queued"),
        float("setup_start"),
        float("start"),
        float("end"),
    ];
    table(folder, "operations", &columns, operations);
    let columns =
        [int("job"), text("product"), int("priority"), float("release"), maybe("due"), maybe("end"), text("outcome")];
    table(folder, "jobs", &columns, jobs);
}

fn states(folder: &Path, size: Size) {
    const MACHINE: [&str; 9] =
        ["working", "setup", "waiting", "blocked", "starved", "maintenance", "down", "suspended", "off"];
    const VEHICLE: [&str; 9] =
        ["carrying", "driving", "loading", "waiting", "charging", "idle", "down", "flat", "suspended"];
    const WORKER: [&str; 6] = ["working", "walking", "free", "break", "off", "unheard-of"];
    let mut twins: Vec<(String, &str, &[&str])> =
        (0..size.machines).map(|index| (machine(index), "machine", &MACHINE[..])).collect();
    twins.extend((0..4).map(|index| (format!("vehicle-{index}"), "vehicle", &VEHICLE[..])));
    twins.extend((0..5).map(|index| (format!("worker-{index}"), "worker", &WORKER[..])));
    let mut rows = Vec::new();
    for (number, (twin, kind, states)) in twins.iter().enumerate() {
        let (mut at, mut step) = (0.0, number);
        let end = size.days as f64 * DAY;
        while at < end {
            // The first states last longest.
            let state = ((step + 7 * number).wrapping_mul(2_654_435_761) >> 16) % states.len();
            let to = (at + 3_000.0 / (1.0 + state as f64) * (1.0 + (number % 4) as f64 / 3.0)).min(end);
            rows.push(vec![t(twin), t(kind), t(states[state]), f(at), f(to)]);
            (at, step) = (to, step + 1);
        }
    }
    table(folder, "states", &[text("twin"), text("kind"), text("state"), float("from"), float("to")], rows);
}

fn logistics(folder: &Path, size: Size) {
    let hours = size.days * 24;
    let transports = (0..hours * 4).map(|order| {
        let at = order as f64 * 900.0;
        let delivered = if order % 50 == 49 { Cell::Empty } else { f(at + 400.0 + order as f64 % 90.0) };
        vec![
            Cell::Int(order as i64),
            Cell::Int((order * size.machines / 4) as i64),
            t("saw"),
            t("mill"),
            t(&format!("vehicle-{}", order % 4)),
            f(at),
            f(at + 60.0),
            f(at + 200.0),
            delivered,
            f(120.5),
        ]
    });
    let columns = [
        int("order"),
        int("job"),
        text("from"),
        text("to"),
        text("vehicle"),
        float("requested"),
        maybe("assigned"),
        maybe("loaded"),
        maybe("delivered"),
        maybe("distance"),
    ];
    table(folder, "transports", &columns, transports);
    let tasks = (0..hours * 2).map(|task| {
        let at = task as f64 * 1_800.0;
        let kind = ["operation", "setup", "repair", "maintenance"][task % 4];
        let worker = format!("worker-{}", task % 5);
        vec![
            t(&worker),
            t(kind),
            t(&machine(task % size.machines)),
            f(at),
            f(at + 30.0),
            f(at + 90.0),
            f(at + 700.0),
            f(45.0),
        ]
    });
    let columns = [
        text("worker"),
        text("task"),
        text("machine"),
        float("requested"),
        float("assigned"),
        float("start"),
        float("end"),
        float("walked"),
    ];
    table(folder, "tasks", &columns, tasks);
    let maintenance = (0..size.days * 3).map(|stop| {
        let at = stop as f64 * 28_000.0;
        let kind = ["failure", "planned", "condition"][stop % 3];
        vec![
            t(&machine(stop % size.machines)),
            t(kind),
            f(at),
            f(at + 600.0),
            f(at + 2_000.0 + 900.0 * (stop % 5) as f64),
            f(0.7),
        ]
    });
    let columns = [text("machine"), text("kind"), float("raised"), float("start"), float("end"), float("wear")];
    table(folder, "maintenance", &columns, maintenance);
    let events =
        (0..size.days).map(|day| vec![f(day as f64 * DAY), t(&machine(1)), t("breakdown"), t("wear"), f(1_200.0)]);
    table(folder, "events", &[float("time"), text("twin"), text("event"), text("cause"), maybe("value")], events);
}

fn energy(folder: &Path, size: Size) {
    let power = (0..size.days * 96).map(|quarter| {
        let hour = quarter / 4 % 24;
        let price = if (6..22).contains(&hour) { 0.24 } else { 0.16 };
        let energy = 20.0 + 15.0 * (hour as f64 * 0.26).sin().abs() + (quarter * 7 % 5) as f64;
        let at = quarter as f64 * 900.0;
        vec![f(at), f(at + 900.0), f(energy), f(price), f(energy * price)]
    });
    table(folder, "power", &[float("from"), float("to"), float("energy_kwh"), float("price"), float("cost")], power);
    let mut rows = Vec::new();
    for index in 0..size.machines {
        for (place, state) in ["working", "setup", "starved", "off"].iter().enumerate() {
            let energy = 40.0 / (1.0 + place as f64) + index as f64;
            rows.push(vec![t(&machine(index)), t("machine"), t(state), f(energy), f(HOUR)]);
        }
    }
    rows.push(vec![t("vehicle-0"), t("vehicle"), t("driving"), f(12.0), f(HOUR)]);
    table(folder, "energy", &[text("twin"), text("kind"), text("state"), float("energy_kwh"), float("seconds")], rows);
}
