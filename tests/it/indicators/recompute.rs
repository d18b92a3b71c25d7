//! The indicators from the rows alone, by the formulas of `docs/results.md`. Shares no code with the program's own.

use std::collections::{BTreeMap, BTreeSet};

use super::books::Books;
use super::rows::Line;

/// Figures by twin (empty for the plant) and name.
pub type Figures = BTreeMap<(String, String), Option<f64>>;

const MACHINE_STATES: [&str; 11] = [
    "starved",
    "setup",
    "working",
    "blocked",
    "down",
    "suspended",
    "waiting",
    "maintenance",
    "off",
    "standby",
    "waking",
];
const WORKER_STATES: [&str; 6] = ["off", "break", "free", "walking", "working", "suspended"];
const VEHICLE_STATES: [&str; 8] =
    ["idle", "driving", "carrying", "loading", "waiting", "charging", "down", "suspended"];

struct Sheet(Figures);

impl Sheet {
    fn put(&mut self, twin: &str, name: &str, value: Option<f64>) {
        self.0.insert((twin.to_owned(), name.to_owned()), value);
    }
}

pub fn recompute(books: &Books) -> Figures {
    let mut sheet = Sheet(Figures::new());
    machines(books, &mut sheet);
    workers(books, &mut sheet);
    vehicles(books, &mut sheet);
    racks(books, &mut sheet);
    jobs(books, &mut sheet);
    energy(books, &mut sheet);
    sheet.0
}

fn over(part: f64, whole: f64) -> Option<f64> {
    (whole > 0.0).then(|| part / whole)
}

/// The names of all twins of a kind.
fn names<'a>(books: &'a Books, kind: &str) -> BTreeSet<&'a str> {
    books.table("states").filter(|line| line.text("kind") == kind).map(|line| line.text("twin")).collect()
}

/// The rows of states of some twins that fit, in seconds that count.
fn time(books: &Books, twins: &[&str], fits: impl Fn(&Line) -> bool) -> f64 {
    let rows = books.table("states").filter(|line| twins.contains(&line.text("twin")) && fits(line));
    rows.map(|line| books.length(line)).sum()
}

fn count<'a>(lines: impl Iterator<Item = &'a Line>) -> f64 {
    lines.count() as f64
}

fn machines(books: &Books, sheet: &mut Sheet) {
    let all: Vec<&str> = names(books, "machine").into_iter().collect();
    for machine in &all {
        ratios(books, sheet, machine, &[machine]);
        one_machine(books, sheet, machine);
    }
    ratios(books, sheet, "", &all);
    let failures = failures(books).filter(|line| all.contains(&line.text("twin")));
    sheet.put("", "failures", Some(count(failures)));
}

fn failures(books: &Books) -> impl Iterator<Item = &Line> {
    books.table("events").filter(|line| line.text("event") == "breakdown" && books.counts(line.number("time")))
}

fn operations<'a>(books: &'a Books, machines: &'a [&'a str]) -> impl Iterator<Item = &'a Line> {
    books
        .table("operations")
        .filter(|line| machines.contains(&line.text("machine")) && books.counts(line.number("end")))
}

/// What ISO 22400-2 forms of times and quantities, for one machine or all together.
fn ratios(books: &Books, sheet: &mut Sheet, whose: &str, machines: &[&str]) {
    let in_state = |state: &str| time(books, machines, |line| line.text("state") == state);
    let apt = in_state("working");
    let aust = in_state("setup");
    let adet = time(books, machines, |line| {
        ["blocked", "waiting", "down"].contains(&line.text("state")) && line.flag("on_shift") && line.flag("allocated")
    });
    let pbt = time(books, machines, |line| match line.text("state") {
        "working" | "setup" => true,
        "off" | "maintenance" | "suspended" => false,
        _ => line.flag("on_shift"),
    });
    let slot_time: f64 = machines
        .iter()
        .map(|machine| time(books, &[machine], |line| line.text("state") == "working") * books.capacity[*machine])
        .sum();
    let planned: f64 = operations(books, machines).map(|line| line.number("planned")).sum();
    let produced = count(operations(books, machines));
    let good = count(operations(books, machines).filter(|line| line.flag("good")));
    let (availability, effectiveness, quality) = (over(apt, pbt), over(planned, slot_time), over(good, produced));
    let index = |first: Option<f64>| Some(first? * effectiveness? * quality?);
    sheet.put(whose, "availability", availability);
    sheet.put(whose, "effectiveness", effectiveness);
    sheet.put(whose, "quality_ratio", quality);
    sheet.put(whose, "oee_index", index(availability));
    sheet.put(whose, "nee_index", index(over(apt + aust, pbt)));
    sheet.put(whose, "allocation_efficiency", over(apt + aust + adet, pbt));
    sheet.put(whose, "utilisation_efficiency", over(apt, apt + aust + adet));
    sheet.put(whose, "technical_efficiency", over(apt, apt + adet));
    sheet.put(whose, "setup_ratio", over(aust, apt + aust));
    let (corrective, preventive) = (in_state("down"), in_state("maintenance"));
    sheet.put(whose, "corrective_maintenance_ratio", over(corrective, corrective + preventive));
}

fn one_machine(books: &Books, sheet: &mut Sheet, machine: &str) {
    let elapsed = books.elapsed();
    let in_state = |state: &str| time(books, &[machine], |line| line.text("state") == state);
    for state in MACHINE_STATES {
        sheet.put(machine, &format!("share_{state}"), over(in_state(state), elapsed));
    }
    let slots: f64 = books
        .table("states")
        .filter(|line| line.text("twin") == machine)
        .map(|line| books.length(line) * line.number("slots_working"))
        .sum();
    sheet.put(machine, "utilisation", over(slots, elapsed * books.capacity[machine]));
    let done = count(operations(books, &[machine]));
    let waits: f64 = operations(books, &[machine]).map(|line| line.number("setup_start") - line.number("queued")).sum();
    sheet.put(machine, "operations", Some(done));
    sheet.put(machine, "waiting_time", over(waits, done));
    let stays = |places: &[&str]| -> f64 {
        let here = books.table("stays").filter(|line| line.text("twin") == machine);
        here.filter(|line| places.contains(&line.text("place"))).map(|line| books.length(line)).sum()
    };
    sheet.put(machine, "queue_length", over(stays(&["queue"]), elapsed));
    sheet.put(machine, "jobs_present", over(stays(&["queue", "kitting", "slot", "output"]), elapsed));
    let verdicts =
        |verdict: &[&str]| count(operations(books, &[machine]).filter(|line| verdict.contains(&line.text("verdict"))));
    sheet.put(machine, "rejection_ratio", over(verdicts(&["reject"]), verdicts(&["reject", "pass"])));
    failures_of(books, sheet, machine, in_state("working") + in_state("setup"), in_state("down"));
    let drawn = drawn(books, machine);
    sheet.put(machine, "energy", Some(drawn));
    sheet.put(machine, "energy_per_unit", over(drawn, done));
}

fn failures_of(books: &Books, sheet: &mut Sheet, machine: &str, between: f64, down: f64) {
    let failed = count(failures(books).filter(|line| line.text("twin") == machine));
    sheet.put(machine, "failures", Some(failed));
    sheet.put(machine, "mean_time_between_failures", Some(between / (failed + 1.0)));
    sheet.put(machine, "mean_time_to_repair", Some(down / (failed + 1.0)));
    let ended: Vec<(&str, f64)> = books
        .table("maintenance")
        .filter(|line| line.text("machine") == machine)
        .filter_map(|line| Some((line.text("kind"), line.maybe("end")?, line.number("raised"))))
        .filter(|&(_, end, _)| books.counts(end))
        .map(|(kind, end, raised)| (kind, end - raised))
        .collect();
    let repairs: Vec<f64> = ended.iter().filter(|(kind, _)| *kind == "failure").map(|(_, time)| *time).collect();
    sheet.put(machine, "mttr_observed", over(repairs.iter().sum(), repairs.len() as f64));
    sheet.put(machine, "maintenances", Some((ended.len() - repairs.len()) as f64));
}

fn workers(books: &Books, sheet: &mut Sheet) {
    let all: Vec<&str> = names(books, "worker").into_iter().collect();
    for &worker in &all {
        attendance(books, sheet, worker, &[worker]);
        for state in WORKER_STATES {
            let share = over(time(books, &[worker], |line| line.text("state") == state), books.elapsed());
            sheet.put(worker, &format!("share_{state}"), share);
        }
        let tasks = || books.table("tasks").filter(|line| line.text("worker") == worker);
        let ended = |line: &&Line| line.maybe("end").is_some_and(|end| books.counts(end));
        sheet.put(worker, "tasks", Some(count(tasks().filter(ended))));
        let open_or_ended = tasks().filter(|line| line.maybe("end").is_none_or(|end| books.counts(end)));
        sheet.put(worker, "walked", Some(open_or_ended.map(|line| line.number("walked")).sum()));
    }
    attendance(books, sheet, "", &all);
}

fn attendance(books: &Books, sheet: &mut Sheet, whose: &str, workers: &[&str]) {
    let sum = |states: &[&str]| time(books, workers, |line| states.contains(&line.text("state")));
    let (there, sent, work) = (sum(&["free", "walking", "working"]), sum(&["walking", "working"]), sum(&["working"]));
    sheet.put(whose, "worker_efficiency", over(work, there));
    sheet.put(whose, "worker_allocation", over(sent, there));
    sheet.put(whose, "worker_utilisation", over(work, sent));
}

fn vehicles(books: &Books, sheet: &mut Sheet) {
    for vehicle in names(books, "vehicle") {
        let in_state = |state: &str| time(books, &[vehicle], |line| line.text("state") == state);
        for state in VEHICLE_STATES {
            sheet.put(vehicle, &format!("share_{state}"), over(in_state(state), books.elapsed()));
        }
        let (empty, loaded) = (in_state("driving"), in_state("carrying"));
        let used = empty + loaded + in_state("loading") + in_state("waiting");
        sheet.put(vehicle, "utilisation", over(used, books.elapsed()));
        sheet.put(vehicle, "empty_drive_share", over(empty, empty + loaded));
        let brought = books.table("transports").filter(|line| line.text("vehicle") == vehicle);
        let brought = brought.filter(|line| line.maybe("delivered").is_some_and(|at| books.counts(at)));
        sheet.put(vehicle, "jobs_delivered", Some(count(brought)));
        sheet.put(vehicle, "failures", Some(count(failures(books).filter(|line| line.text("twin") == vehicle))));
        battery(books, sheet, vehicle);
    }
}

/// Goes through what a vehicle did and lets its battery empty and fill.
fn battery(books: &Books, sheet: &mut Sheet, vehicle: &str) {
    let Some(battery) = books.batteries.get(vehicle) else { return };
    let mut level = battery.capacity_kwh * battery.charge;
    let (mut used, mut missing) = (0.0, 0.0);
    let mut spend = |level: &mut f64, kilowatts: f64, from: f64, to: f64| {
        let wanted = kilowatts * (to - from) / 3600.0;
        let given = wanted.min(*level);
        *level -= given;
        if from >= books.warmup {
            (used, missing) = (used + given, missing + wanted - given);
        }
    };
    for line in books.table("states").filter(|line| line.text("twin") == vehicle) {
        let (from, to) = (line.number("from"), line.number("to"));
        let kilowatts = match line.text("state") {
            "driving" | "carrying" => battery.drive_kw,
            "loading" => battery.handling_kw.unwrap_or(battery.drive_kw),
            "charging" => {
                let charged = books.charger_kw * battery.efficiency * (to - from) / 3600.0;
                level = (level + charged).min(battery.capacity_kwh);
                continue;
            }
            _ => battery.idle_kw,
        };
        let cut = books.warmup.clamp(from, to);
        spend(&mut level, kilowatts, from, cut);
        spend(&mut level, kilowatts, cut, to);
    }
    sheet.put(vehicle, "battery_energy_used", Some(used));
    sheet.put(vehicle, "battery_energy_missing", Some(missing));
}

fn racks(books: &Books, sheet: &mut Sheet) {
    for (rack, capacity) in &books.capacity {
        let stays = || books.table("stays").filter(|line| line.text("place") == "rack" && line.text("twin") == rack);
        let held: f64 = stays().map(|line| books.length(line)).sum();
        sheet.put(rack, "mean_fill", over(held, books.elapsed() * capacity));
        sheet.put(rack, "jobs_stored", Some(count(stays().filter(|line| books.counts(line.number("from"))))));
    }
}

fn jobs(books: &Books, sheet: &mut Sheet) {
    let all: Vec<&Line> = books.table("jobs").collect();
    let left = |outcome: &str| -> Vec<&Line> {
        let left = all.iter().filter(|line| line.text("outcome") == outcome && books.counts(line.number("end")));
        left.copied().collect()
    };
    let sum = |lines: &[&Line], figure: &dyn Fn(&Line) -> f64| -> f64 { lines.iter().map(|line| figure(line)).sum() };
    let (shipped, assembled, scrapped) = (left("shipped"), left("assembled"), left("scrapped"));
    let [out, parts, scrap] = [&shipped, &assembled, &scrapped].map(|lines| lines.len() as f64);
    let mut put = |name: &str, value: Option<f64>| sheet.put("", name, value);
    put("jobs_released", Some(count(all.iter().copied().filter(|line| books.counts(line.number("release"))))));
    put("jobs_shipped", Some(out));
    put("jobs_assembled", Some(parts));
    put("jobs_scrapped", Some(scrap));
    put("jobs_unfinished", Some(count(all.iter().copied().filter(|line| line.text("outcome") == "unfinished"))));
    put("makespan", shipped.iter().map(|line| line.number("end")).reduce(f64::max));
    put("throughput_rate", over(out * 3600.0, books.elapsed()));
    let present = sum(&all, &|line| books.counted(line.number("release"), line.maybe("end").unwrap_or(books.end)));
    put("work_in_process", over(present, books.elapsed()));
    let flow = sum(&shipped, &|line| line.number("flow_time"));
    put("flow_time", over(flow, out));
    let mut work: BTreeMap<u64, f64> = BTreeMap::new();
    for line in books.table("operations") {
        *work.entry(line.number("job") as u64).or_default() += line.number("work");
    }
    let worked = sum(&shipped, &|line| work.get(&(line.number("job") as u64)).copied().unwrap_or(0.0));
    put("production_process_ratio", over(worked, flow));
    let with_due: Vec<&Line> = shipped.iter().copied().filter(|line| line.maybe("due").is_some()).collect();
    let due = with_due.len() as f64;
    put("on_time_delivery", over(count(with_due.iter().copied().filter(|line| line.number("tardiness") == 0.0)), due));
    put("tardiness", over(sum(&with_due, &|line| line.number("tardiness")), due));
    let weighted = sum(&with_due, &|line| line.number("weight") * line.number("tardiness"));
    put("weighted_tardiness_total", (due > 0.0).then_some(weighted));
    put("shipped_defective_ratio", over(count(shipped.iter().copied().filter(|line| line.flag("defective"))), out));
    put("scrap_ratio", over(scrap, out + parts + scrap));
    put("rework_ratio", over(reworked(books, &all), out + parts + scrap));
    let first = first_verdicts(books);
    put("first_pass_yield", over(first.iter().filter(|passed| **passed).count() as f64, first.len() as f64));
    let taken = books.table("events").filter(|line| line.text("event") == "spares_taken");
    let taken = taken.filter(|line| books.counts(line.number("time")));
    put("spare_parts_used", Some(taken.map(|line| line.number("value")).sum()));
}

/// How many rejections did not end in scrap.
fn reworked(books: &Books, jobs: &[&Line]) -> f64 {
    let scrapped: BTreeMap<u64, f64> = jobs
        .iter()
        .filter(|line| line.text("outcome") == "scrapped")
        .map(|line| (line.number("job") as u64, line.number("end")))
        .collect();
    let rejected = books.table("operations").filter(|line| line.text("verdict") == "reject");
    let counted = rejected.filter(|line| books.counts(line.number("end")));
    count(counted.filter(|line| scrapped.get(&(line.number("job") as u64)) != Some(&line.number("end"))))
}

/// Of each job whose first inspection counts, whether it passed that.
fn first_verdicts(books: &Books) -> Vec<bool> {
    let mut first: BTreeMap<u64, &Line> = BTreeMap::new();
    for line in books.table("operations").filter(|line| !line.text("verdict").is_empty()) {
        let earliest = first.entry(line.number("job") as u64).or_insert(line);
        if line.number("visit") < earliest.number("visit") {
            *earliest = line;
        }
    }
    let counted = first.values().filter(|line| books.counts(line.number("end")));
    counted.map(|line| line.text("verdict") == "pass").collect()
}

fn drawn(books: &Books, twin: &str) -> f64 {
    books.table("energy").filter(|line| line.text("twin") == twin).map(|line| line.number("energy_kwh")).sum()
}

fn energy(books: &Books, sheet: &mut Sheet) {
    let chargers: BTreeSet<&str> =
        books.table("energy").filter(|line| line.text("kind") == "charger").map(|line| line.text("twin")).collect();
    chargers.into_iter().for_each(|charger| sheet.put(charger, "energy", Some(drawn(books, charger))));
    let rows: Vec<&Line> = books.table("power").filter(|line| line.number("from") >= books.warmup).collect();
    let sum = |column: &str| -> f64 { rows.iter().map(|line| line.number(column)).sum() };
    let kwh = sum("energy_kwh");
    let shipped = sheet.0.get(&(String::new(), "jobs_shipped".to_owned())).copied().flatten().unwrap_or(0.0);
    sheet.put("", "energy", Some(kwh));
    sheet.put("", "energy_per_unit", over(kwh, shipped));
    sheet.put("", "energy_cost", Some(sum("cost")));
    sheet.put("", "co2", Some(kwh * books.energy_settings.co2_per_kwh));
    let peak = peak(&rows, books.energy_settings.interval.seconds());
    sheet.put("", "peak_power", peak);
    sheet.put("", "demand_charge", peak.map(|peak| peak * books.energy_settings.demand_price));
}

/// The highest mean power of any whole metering interval.
fn peak(rows: &[&Line], interval: f64) -> Option<f64> {
    let mut intervals: BTreeMap<u64, (f64, f64)> = BTreeMap::new();
    for line in rows {
        let (length, energy) = intervals.entry((line.number("from") / interval) as u64).or_default();
        *length += line.number("to") - line.number("from");
        *energy += line.number("energy_kwh");
    }
    let whole = intervals.values().filter(|(length, _)| (length - interval).abs() < 1e-6);
    whole.map(|(length, energy)| energy * 3600.0 / length).reduce(f64::max)
}
