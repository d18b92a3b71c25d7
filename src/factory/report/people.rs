//! What people were called for, and how long that took.

use std::collections::BTreeMap;
use std::sync::Arc;

use maud::{Markup, html};

use crate::record::report::RunData;
use crate::record::report::columns::Columns;
use crate::record::report::registry::{ReportSection, Section};
use crate::record::report::tables::{Cell, table};

use super::shares::{mean, quantile};

/// The section, as it is registered.
pub const SECTION: ReportSection =
    ReportSection { id: "people", link: "People", title: "People", tables: &["tasks"], render, compare: None };

/// A task that was done.
struct Task {
    worker: Arc<str>,
    kind: Arc<str>,
    waited: f64,
    took: f64,
    walked: f64,
}

fn render(run: &RunData) -> Section {
    let Some(table) = run.table("tasks")? else { return Ok(None) };
    let Some(tasks) = tasks(&table, run.from()).filter(|tasks| !tasks.is_empty()) else { return Ok(None) };
    Ok(Some(html! {
        h3 { "By what had to be done" }
        (grouped("Task", &tasks, |task| &task.kind))
        h3 { "By worker" }
        (grouped("Worker", &tasks, |task| &task.worker))
    }))
}

fn tasks(table: &Columns, from: f64) -> Option<Vec<Task>> {
    let (worker, kind) = (table.texts("worker")?, table.texts("task")?);
    let (requested, start, end) = (table.floats("requested")?, table.floats("start")?, table.floats("end")?);
    let walked = table.floats("walked");
    let task = |row: usize| Task {
        worker: worker.get(row).clone(),
        kind: kind.get(row).clone(),
        waited: start[row] - requested[row],
        took: end[row] - start[row],
        walked: walked.as_ref().map_or(f64::NAN, |walked| walked[row]),
    };
    Some((0..table.rows()).filter(|&row| end[row] >= from).map(task).filter(|task| task.waited >= 0.0).collect())
}

fn grouped(title: &str, tasks: &[Task], by: fn(&Task) -> &Arc<str>) -> Markup {
    let mut groups: BTreeMap<&Arc<str>, Vec<&Task>> = BTreeMap::new();
    tasks.iter().for_each(|task| groups.entry(by(task)).or_default().push(task));
    let titles = [title, "Tasks", "Mean wait", "90 % wait below", "Mean duration", "Work in all", "Walked km"];
    let rows: Vec<Vec<Cell>> = groups.iter().map(|(name, tasks)| row(name, tasks)).collect();
    table(&format!("Tasks by {}", title.to_lowercase()), &titles, &rows)
}

fn row(name: &str, tasks: &[&Task]) -> Vec<Cell> {
    let mut waits: Vec<f64> = tasks.iter().map(|task| task.waited).collect();
    waits.sort_by(f64::total_cmp);
    let took: Vec<f64> = tasks.iter().map(|task| task.took).collect();
    let walked: f64 = tasks.iter().map(|task| task.walked).filter(|walked| walked.is_finite()).sum();
    vec![
        Cell::Name(name.to_owned()),
        Cell::Count(tasks.len()),
        Cell::Time(mean(&waits)),
        Cell::Time(quantile(&waits, 0.9)),
        Cell::Time(mean(&took)),
        Cell::Time(took.iter().sum()),
        Cell::Amount((walked / 100.0).round() / 10.0),
    ]
}
