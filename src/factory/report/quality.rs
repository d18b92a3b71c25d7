//! Quality: what became of the jobs, what inspections found, where defects came from, and how jobs were graded.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use maud::{Markup, html};

use crate::record::report::charts::{StackRow, legend, stack_rows};
use crate::record::report::registry::{ReportSection, Section};
use crate::record::report::tables::{Cell, table};
use crate::record::report::{RunData, words};

use super::rows::{self, Job, Jobs, Operation, Operations};

/// The section, as it is registered.
pub const SECTION: ReportSection = ReportSection {
    id: "quality",
    link: "Quality",
    title: "Quality",
    tables: &["jobs", "operations"],
    render,
    compare: None,
};

/// How many sources of defects are listed.
const SOURCES: usize = 20;

fn render(run: &RunData) -> Section {
    let (jobs, operations) = (rows::jobs(run)?, rows::operations(run)?);
    let ended = |operations: &Operations| -> Vec<Operation> {
        operations.rows.iter().filter(|operation| operation.end >= run.from()).cloned().collect()
    };
    let done = operations.as_ref().map(ended).unwrap_or_default();
    let parts: Vec<Markup> = [
        jobs.as_ref().and_then(|jobs| outcomes(run, jobs)),
        operations.as_ref().and_then(|operations| inspections(operations, &done)),
        sources(&done),
        jobs.as_ref().and_then(|jobs| grades(run, jobs)),
    ]
    .into_iter()
    .flatten()
    .collect();
    Ok((!parts.is_empty()).then(|| html! { @for part in parts { (part) } }))
}

/// What can become of a job: the class of its colour, and in words.
const OUTCOMES: [(&str, &str); 4] = [
    ("tone-good", "right first time"),
    ("tone-prepare", "right after rework"),
    ("tone-hold", "left with a defect"),
    ("tone-stop", "scrapped"),
];

fn outcome(job: &Job) -> usize {
    match (&*job.outcome, job.defective, job.reworks) {
        ("scrapped", ..) => 3,
        (_, true, _) => 2,
        (_, false, 1..) => 1,
        _ => 0,
    }
}

/// The shares of each product's jobs; none if all were right first time.
fn outcomes(run: &RunData, jobs: &Jobs) -> Option<Markup> {
    let mut counts = vec![[0_usize; OUTCOMES.len()]; jobs.products.names().len()];
    for job in jobs.rows.iter().filter(|job| job.left_after(run.from())) {
        counts[job.product][outcome(job)] += 1;
    }
    if counts.iter().all(|counts| counts[1..].iter().all(|&count| count == 0)) {
        return None;
    }
    let row = |(name, counts): (&Arc<str>, &[usize; OUTCOMES.len()])| {
        let all: usize = counts.iter().sum();
        let part = |(&(class, title), &count): (&(&str, &str), &usize)| {
            (class.to_owned(), title.to_owned(), count as f64 / all as f64)
        };
        let parts = OUTCOMES.iter().zip(counts).filter(|(_, count)| **count > 0).map(part).collect();
        (all > 0).then(|| StackRow { title: name.to_string(), parts, value: words::count(all, "job"), percent: true })
    };
    let rows: Vec<StackRow> = jobs.products.names().iter().zip(&counts).filter_map(row).collect();
    Some(html! {
        h3 { "What became of the jobs" }
        (legend(OUTCOMES))
        (stack_rows("Share of the jobs of each product that left, by what became of them", &rows))
        p.note { "Of those that were shipped, assembled or scrapped." }
    })
}

/// What inspections found; none if there were none.
fn inspections(operations: &Operations, done: &[Operation]) -> Option<Markup> {
    let mut counts: BTreeMap<(usize, &Arc<str>), (usize, usize)> = BTreeMap::new();
    for operation in done.iter().filter(|operation| !operation.verdict.is_empty()) {
        let (looked, rejected) = counts.entry((operation.product, &operation.name)).or_default();
        *looked += 1;
        *rejected += usize::from(&*operation.verdict == "reject");
    }
    let row = |(&(product, name), &(looked, rejected)): (&(usize, &Arc<str>), &(usize, usize))| {
        vec![
            Cell::Name(operations.products.names()[product].to_string()),
            Cell::Name(name.to_string()),
            Cell::Count(looked),
            Cell::Count(rejected),
            Cell::Amount(percent(rejected, looked)),
        ]
    };
    let rows: Vec<Vec<Cell>> = counts.iter().map(row).collect();
    (!rows.is_empty()).then(|| {
        html! {
            h3 { "Inspections" }
            (table("Inspections", &["Product", "Inspection", "Inspected", "Rejected", "Rejected %"], &rows))
        }
    })
}

/// A machine and what it did.
type Source<'a> = (&'a Arc<str>, &'a Arc<str>);

/// The operations after which jobs had a defect, by machine, those with most first; none if there were none.
fn sources(done: &[Operation]) -> Option<Markup> {
    let mut counts: BTreeMap<Source, (usize, usize)> = BTreeMap::new();
    for operation in done {
        let (all, bad) = counts.entry((&operation.machine, &operation.name)).or_default();
        *all += 1;
        *bad += usize::from(!operation.good);
    }
    let mut sources: Vec<_> = counts.into_iter().filter(|(_, (_, bad))| *bad > 0).collect();
    if sources.is_empty() {
        return None;
    }
    sources.sort_by_key(|(_, (_, bad))| std::cmp::Reverse(*bad));
    let row = |((machine, name), (all, bad)): &(Source, (usize, usize))| {
        vec![
            Cell::Name(machine.to_string()),
            Cell::Name(name.to_string()),
            Cell::Count(*all),
            Cell::Count(*bad),
            Cell::Amount(percent(*bad, *all)),
        ]
    };
    let rows: Vec<Vec<Cell>> = sources.iter().take(SOURCES).map(row).collect();
    let others = sources.len().saturating_sub(SOURCES);
    Some(html! {
        h3 { "Where defects came from" }
        (table("Defects by machine and operation", &["Machine", "Operation", "Done", "With a defect", "With a defect %"], &rows))
        @if others > 0 { p.note { (words::count(others, "other")) " with fewer." } }
    })
}

/// How jobs were graded; none if they were not.
fn grades(run: &RunData, jobs: &Jobs) -> Option<Markup> {
    let graded =
        || jobs.rows.iter().filter(|job| !job.grade.is_empty() && (job.left_after(run.from()) || job.end.is_nan()));
    let names: BTreeSet<&Arc<str>> = graded().map(|job| &job.grade).collect();
    if names.is_empty() {
        return None;
    }
    // As many colours as products have.
    let class = |index: usize| format!("c{}", index.min(7));
    let row = |(product, name): (usize, &Arc<str>)| {
        let count = |grade: &Arc<str>| graded().filter(|job| job.product == product && job.grade == *grade).count();
        let counts: Vec<usize> = names.iter().map(|grade| count(grade)).collect();
        let all: usize = counts.iter().sum();
        let part = |(index, (grade, &count)): (usize, (&&Arc<str>, &usize))| {
            (class(index), grade.to_string(), count as f64 / all as f64)
        };
        let parts = names.iter().zip(&counts).enumerate().filter(|(_, (_, count))| **count > 0).map(part).collect();
        (all > 0).then(|| StackRow { title: name.to_string(), parts, value: words::count(all, "job"), percent: true })
    };
    let rows: Vec<StackRow> = jobs.products.names().iter().enumerate().filter_map(row).collect();
    let classes: Vec<String> = (0..names.len()).map(class).collect();
    Some(html! {
        h3 { "Grades" }
        (legend(classes.iter().map(String::as_str).zip(names.iter().map(|name| &***name))))
        (stack_rows("Share of the graded jobs of each product, by grade", &rows))
    })
}

fn percent(part: usize, all: usize) -> f64 {
    100.0 * part as f64 / all as f64
}
