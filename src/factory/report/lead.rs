//! Lead times and due dates.

use std::collections::BTreeMap;
use std::sync::Arc;

use maud::{Markup, html};

use crate::record::report::charts::{Axis, Bar, Bars, StackRow, legend, stack_rows};
use crate::record::report::registry::{ReportSection, Section, Sections};
use crate::record::report::tables::{Cell, table};
use crate::record::report::{RunData, words};

use super::rows::{self, Job, Jobs};
use super::shares::{mean, quantile};

/// The section, as it is registered.
pub const SECTION: ReportSection = ReportSection {
    id: "lead-time",
    link: "Lead times",
    title: "Lead times and due dates",
    tables: &["jobs"],
    render,
    compare: Some(compare),
};

/// How many variants are listed.
const VARIANTS: usize = 20;

fn render(run: &RunData) -> Section {
    let Some(jobs) = rows::jobs(run)? else { return Ok(None) };
    let times = lead_times(run, &jobs);
    if times.is_empty() {
        return Ok(Some(html! { p { "No job was shipped." } }));
    }
    Ok(Some(html! {
        h3 { "Lead time: from release to shipping" }
        (histogram(run, &jobs, None, 160.0))
        h3 { "By product" }
        (products(run, &jobs))
        (variants(run, &jobs))
        (due_dates(run, &jobs))
    }))
}

/// The lead times of the jobs shipped after the warm-up, sorted.
fn lead_times(run: &RunData, jobs: &Jobs) -> Vec<f64> {
    let shipped = jobs.rows.iter().filter(|job| job.shipped_after(run.from()));
    let mut times: Vec<f64> = shipped.map(Job::flow_time).filter(|time| time.is_finite()).collect();
    times.sort_by(f64::total_cmp);
    times
}

/// What several histograms share.
#[derive(Clone, Copy)]
struct Scale {
    longest: f64,
    highest: f64,
}

/// How many jobs took how long. Beyond the longest time that is drawn, few are left; how many is said.
fn histogram(run: &RunData, jobs: &Jobs, scale: Option<Scale>, height: f64) -> Markup {
    let times = lead_times(run, jobs);
    let longest = scale.map_or_else(|| drawn_up_to(&times), |scale| scale.longest);
    let axis = Axis::lengths(longest);
    let counts = counts(&times, &axis);
    let (width, to) = (axis.to / counts.len() as f64, axis.to);
    let bar = |(index, &count): (usize, &f64)| Bar {
        from: index as f64 * width,
        to: (index + 1) as f64 * width,
        parts: vec![("c0".to_owned(), count)],
        tip: format!(
            "{} to {}\n{}",
            words::length(index as f64 * width),
            words::length((index + 1) as f64 * width),
            words::count(count as usize, "job")
        ),
    };
    let bars = counts.iter().enumerate().map(bar).collect();
    let beyond = times.iter().filter(|time| **time > to).count();
    let (middle, late) = (quantile(&times, 0.5), quantile(&times, 0.9));
    let mean = mean(&times);
    let about = format!(
        "How many jobs had which lead time: mean {}, median {}, nine of ten below {}",
        words::length(mean),
        words::length(middle),
        words::length(late)
    );
    let mut marks = vec![
        (middle, format!("median {}", words::length(middle))),
        (mean, format!("mean {}", words::length(mean))),
        (late, format!("90 % below {}", words::length(late))),
    ];
    // A small chart has room for one.
    if scale.is_some() {
        marks = vec![marks.swap_remove(1)];
    }
    // Above the bars there is room for what the marks say.
    let y = Axis::quantity(scale.map_or_else(|| 1.3 * highest(&counts), |scale| 1.1 * scale.highest));
    let y_title = "jobs with this lead time".to_owned();
    let longest = quantile(&times, 1.0);
    html! {
        (Bars { about, y_title, height, x: axis, y, bars, gap: 0.12, marks }.render())
        @if beyond > 0 { p.note { (words::count(beyond, "job")) " took longer, up to " (words::length(longest)) "." } }
    }
}

/// Up to which lead time a histogram reaches: all, or nearly all where a few took far longer.
fn drawn_up_to(times: &[f64]) -> f64 {
    let (longest, most) = (quantile(times, 1.0), quantile(times, 0.99));
    if longest > 1.6 * most { 1.2 * most } else { longest }
}

/// The bars' heights; bars end at ticks, so that they can be read off.
fn counts(times: &[f64], axis: &Axis) -> Vec<f64> {
    let per_tick = if times.len() < 60 { 2 } else { 4 };
    let mut counts = vec![0.0; per_tick * axis.ticks.len().saturating_sub(1).max(1)];
    let bars = counts.len();
    for time in times.iter().filter(|time| **time <= axis.to) {
        counts[((time / axis.to * bars as f64) as usize).min(bars - 1)] += 1.0;
    }
    counts
}

fn highest(counts: &[f64]) -> f64 {
    counts.iter().copied().fold(1.0, f64::max)
}

/// What came of a product's jobs.
struct Product {
    name: String,
    times: Vec<f64>,
    scrapped: usize,
    unfinished: usize,
    with_due: usize,
    late: Vec<f64>,
}

fn by_product(run: &RunData, jobs: &Jobs) -> Vec<Product> {
    let product = |(index, name): (usize, &Arc<str>)| {
        let own: Vec<&Job> = jobs.rows.iter().filter(|job| job.product == index).collect();
        let shipped: Vec<&Job> = own.iter().copied().filter(|job| job.shipped_after(run.from())).collect();
        let mut times: Vec<f64> = shipped.iter().map(|job| job.flow_time()).collect();
        times.sort_by(f64::total_cmp);
        let with_due: Vec<&&Job> = shipped.iter().filter(|job| job.due.is_finite()).collect();
        let outcome = |name: &'static str| own.iter().filter(move |job| &*job.outcome == name);
        Product {
            name: name.to_string(),
            times,
            scrapped: outcome("scrapped").filter(|job| job.end >= run.from()).count(),
            unfinished: outcome("unfinished").count(),
            with_due: with_due.len(),
            late: with_due.iter().map(|job| job.end - job.due).filter(|late| *late > 0.0).collect(),
        }
    };
    jobs.products.names().iter().enumerate().map(product).collect()
}

fn products(run: &RunData, jobs: &Jobs) -> Markup {
    const TITLES: [&str; 8] =
        ["Product", "Shipped", "Scrapped", "Unfinished", "Mean lead time", "Median", "90 % below", "Longest"];
    let row = |product: &Product| {
        let times = &product.times;
        vec![
            Cell::Name(product.name.clone()),
            Cell::Count(times.len()),
            Cell::Count(product.scrapped),
            Cell::Count(product.unfinished),
            Cell::Time(mean(times)),
            Cell::Time(quantile(times, 0.5)),
            Cell::Time(quantile(times, 0.9)),
            Cell::Time(quantile(times, 1.0)),
        ]
    };
    table("Lead times by product", &TITLES, &by_product(run, jobs).iter().map(row).collect::<Vec<_>>())
}

/// How long what customers chose took, the most frequent first; nothing if they had no choice.
fn variants(run: &RunData, jobs: &Jobs) -> Markup {
    let mut groups: BTreeMap<(usize, &Arc<str>), Vec<&Job>> = BTreeMap::new();
    for job in jobs.rows.iter().filter(|job| job.shipped_after(run.from()) && !job.variant.is_empty()) {
        groups.entry((job.product, &job.variant)).or_default().push(job);
    }
    let mut groups: Vec<_> = groups.into_iter().collect();
    groups.sort_by_key(|(_, jobs)| std::cmp::Reverse(jobs.len()));
    let row = |((product, variant), group): &((usize, &Arc<str>), Vec<&Job>)| {
        let mut times: Vec<f64> = group.iter().map(|job| job.flow_time()).collect();
        times.sort_by(f64::total_cmp);
        vec![
            Cell::Name(jobs.products.names()[*product].to_string()),
            Cell::Name(variant.to_string()),
            Cell::Count(group.len()),
            Cell::Time(mean(&times)),
            Cell::Time(quantile(&times, 0.5)),
            Cell::Time(quantile(&times, 0.9)),
        ]
    };
    let rows: Vec<Vec<Cell>> = groups.iter().take(VARIANTS).map(row).collect();
    let others = groups.len().saturating_sub(VARIANTS);
    html! {
        @if !rows.is_empty() {
            h3 { "By variant" }
            (table("Lead times by variant", &["Product", "Variant", "Shipped", "Mean lead time", "Median", "90 % below"], &rows))
            @if others > 0 { p.note { (words::count(others, "variant")) " that came less often." } }
        }
    }
}

/// How many jobs of each product came in time, and how late the others were.
fn due_dates(run: &RunData, jobs: &Jobs) -> Markup {
    let products: Vec<Product> = by_product(run, jobs).into_iter().filter(|product| product.with_due > 0).collect();
    if products.is_empty() {
        return html! { p.note { "No job that was shipped had a due date." } };
    }
    let row = |product: &Product| {
        let late = product.late.len() as f64 / product.with_due as f64;
        StackRow {
            title: product.name.clone(),
            parts: vec![
                ("tone-good".to_owned(), "on time".to_owned(), 1.0 - late),
                ("tone-hold".to_owned(), "late".to_owned(), late),
            ],
            value: format!("{} due", words::number(product.with_due as f64)),
            percent: true,
        }
    };
    let rows: Vec<StackRow> = products.iter().map(row).collect();
    let late: Vec<String> = products
        .iter()
        .filter(|product| !product.late.is_empty())
        .map(|product| {
            let worst = product.late.iter().copied().fold(0.0, f64::max);
            format!(
                "{} {} on average, {} at most",
                product.name,
                words::length(mean(&product.late)),
                words::length(worst)
            )
        })
        .collect();
    html! {
        h3 { "Due dates" }
        (legend([("tone-good", "on time"), ("tone-hold", "late")]))
        (stack_rows("Share of the jobs of each product that were shipped on time", &rows))
        @if !late.is_empty() { p.note { "Those that were late came late by: " (late.join("; ")) "." } }
    }
}

/// A histogram for each run, all on one scale.
fn compare(runs: &[RunData]) -> Sections {
    let mut all = Vec::new();
    for run in runs {
        all.push(rows::jobs(run)?.map(|jobs| (lead_times(run, &jobs), jobs)).filter(|(times, _)| !times.is_empty()));
    }
    let longest = all.iter().flatten().map(|(times, _)| drawn_up_to(times)).fold(0.0, f64::max);
    let axis = Axis::lengths(longest);
    let highest = all.iter().flatten().map(|(times, _)| highest(&counts(times, &axis))).fold(1.0, f64::max);
    let scale = Scale { longest, highest };
    let chart = |(run, one): (&RunData, &Option<(Vec<f64>, Jobs)>)| {
        one.as_ref().map(|(_, jobs)| histogram(run, jobs, Some(scale), 120.0))
    };
    Ok(runs.iter().zip(&all).map(chart).collect())
}
