//! Where the time of jobs went: how their lead times are made up.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use maud::{Markup, html};

use crate::record::report::charts::{StackRow, legend, stack_rows};
use crate::record::report::columns::Columns;
use crate::record::report::registry::{ReportSection, Section};
use crate::record::report::tables::{Cell, table};
use crate::record::report::{ReportError, RunData, words};

use super::rows::{self, Job, Operations};

/// The section, as it is registered.
pub const SECTION: ReportSection = ReportSection {
    id: "job-time",
    link: "Jobs’ time",
    title: "Where jobs’ time went",
    tables: &["jobs", "operations"],
    render,
    compare: None,
};

/// What a job's time can go to: in words, and the class of its colour.
const PARTS: [(&str, &str); 6] = [
    ("work", "tone-good"),
    ("set-up and waiting for people", "tone-prepare"),
    ("waiting in queues", "tone-wait"),
    ("transport", "tone-move"),
    ("waiting for transport", "tone-care"),
    ("waiting for room or parts", "tone-hold"),
];
const WORK: usize = 0;
const SETUP: usize = 1;
const QUEUE: usize = 2;
const TRANSPORT: usize = 3;
const VEHICLE: usize = 4;
const REST: usize = 5;

/// Seconds by part.
type Parts = [f64; PARTS.len()];

fn render(run: &RunData) -> Section {
    let (Some(jobs), Some(operations)) = (rows::jobs(run)?, rows::operations(run)?) else { return Ok(None) };
    let shipped: HashMap<i64, &Job> =
        jobs.rows.iter().filter(|job| job.shipped_after(run.from())).map(|job| (job.job, job)).collect();
    if shipped.is_empty() {
        return Ok(None);
    }
    let moved = transports(run)?;
    let of_jobs = add_up(&shipped, &operations, &moved);
    // Sums by product in the order of jobs, so that they come out the same each time.
    let mut by_product: BTreeMap<usize, (Parts, usize)> = BTreeMap::new();
    for (number, parts) in &of_jobs {
        let Some(job) = shipped.get(number) else { continue };
        let (sum, count) = by_product.entry(job.product).or_default();
        sum.iter_mut().zip(parts).for_each(|(sum, part)| *sum += part);
        *count += 1;
    }
    let longest = by_product.values().map(|(sum, count)| sum.iter().sum::<f64>() / *count as f64).fold(0.0, f64::max);
    let names = jobs.products.names();
    let rows: Vec<StackRow> =
        by_product.iter().map(|(&product, (sum, count))| row(&names[product], sum, *count, longest)).collect();
    let happened = |index: &usize| by_product.values().any(|(sum, _)| sum[*index] > 0.0);
    let entries = (0..PARTS.len()).filter(happened).map(|index| (PARTS[index].1, PARTS[index].0));
    Ok(Some(html! {
        p { "The mean lead time of a shipped job, and what it is made of. Bars are on one scale." }
        (legend(entries))
        (stack_rows("How the mean lead time of each product is made up", &rows))
        (as_table(&by_product, names))
        @if moved.is_empty() {
            p.note {
                "Where vehicles carry jobs, the table " code { "transports" } " tells transport from other waiting."
            }
        }
    }))
}

/// Seconds of each shipped job by part, in the order of jobs.
fn add_up(
    shipped: &HashMap<i64, &Job>,
    operations: &Operations,
    moved: &HashMap<i64, (f64, f64)>,
) -> BTreeMap<i64, Parts> {
    let mut of_jobs: BTreeMap<i64, Parts> = shipped.keys().map(|&job| (job, Parts::default())).collect();
    for row in &operations.rows {
        if let Some(parts) = of_jobs.get_mut(&row.job) {
            parts[WORK] += row.end - row.start;
            parts[SETUP] += row.start - row.setup;
            parts[QUEUE] += row.setup - row.queued;
        }
    }
    for (number, parts) in &mut of_jobs {
        if let Some((waited, carried)) = moved.get(number) {
            parts[VEHICLE] = *waited;
            parts[TRANSPORT] = *carried;
        }
        let known: f64 = parts.iter().sum();
        let whole = shipped.get(number).map_or(0.0, |job| job.flow_time());
        // Less than a second is rounding.
        let rest = whole - known;
        parts[REST] = if rest > 1.0 { rest } else { 0.0 };
    }
    of_jobs
}

/// How long each job waited for a vehicle, and how long it was carried, by vehicles or conveyors.
fn transports(run: &RunData) -> Result<HashMap<i64, (f64, f64)>, ReportError> {
    let mut moved: HashMap<i64, (f64, f64)> = HashMap::new();
    if let Some(table) = run.table("transports")? {
        add_vehicles(&table, &mut moved);
    }
    if let Some(table) = run.table("stays")? {
        add_conveyors(&table, &mut moved);
    }
    Ok(moved)
}

fn add_vehicles(table: &Columns, moved: &mut HashMap<i64, (f64, f64)>) {
    let times = (table.floats("requested"), table.floats("loaded"), table.floats("delivered"));
    let (Some(job), (Some(requested), Some(loaded), Some(delivered))) = (table.ints("job"), times) else { return };
    for row in 0..table.rows() {
        let (waited, carried) = (loaded[row] - requested[row], delivered[row] - loaded[row]);
        if waited >= 0.0 && carried >= 0.0 {
            let sums = moved.entry(job[row]).or_default();
            *sums = (sums.0 + waited, sums.1 + carried);
        }
    }
}

fn add_conveyors(table: &Columns, moved: &mut HashMap<i64, (f64, f64)>) {
    let columns = (table.ints("job"), table.texts("place"), table.floats("from"), table.floats("to"));
    let (Some(job), Some(place), Some(from), Some(to)) = columns else { return };
    for row in (0..table.rows()).filter(|&row| &**place.get(row) == "conveyor") {
        moved.entry(job[row]).or_default().1 += to[row] - from[row];
    }
}

fn row(name: &str, sum: &Parts, count: usize, longest: f64) -> StackRow {
    let mean = |index: usize| sum[index] / count as f64;
    let part = |index: usize| {
        let (words, class) = PARTS[index];
        (class.to_owned(), format!("{words} {}", words::length(mean(index))), mean(index) / longest)
    };
    StackRow {
        title: name.to_owned(),
        parts: (0..PARTS.len()).map(part).collect(),
        value: words::length(sum.iter().sum::<f64>() / count as f64),
        percent: false,
    }
}

fn as_table(by_product: &BTreeMap<usize, (Parts, usize)>, names: &[Arc<str>]) -> Markup {
    let happened = |part: &usize| by_product.values().any(|(sum, _)| sum[*part] > 0.0);
    let shown: Vec<usize> = (0..PARTS.len()).filter(happened).collect();
    let titles: Vec<String> = shown.iter().map(|&part| words::words(PARTS[part].0)).collect();
    let titles: Vec<&str> =
        ["Product", "Jobs"].into_iter().chain(titles.iter().map(String::as_str)).chain(["Together"]).collect();
    let row = |(product, (sum, count)): (&usize, &(Parts, usize))| {
        let mean = |seconds: f64| Cell::Time(seconds / *count as f64);
        let mut row = vec![Cell::Name(names[*product].to_string()), Cell::Count(*count)];
        row.extend(shown.iter().map(|&part| mean(sum[part])));
        row.push(mean(sum.iter().sum()));
        row
    };
    table("Mean lead time by part", &titles, &by_product.iter().map(row).collect::<Vec<_>>())
}
