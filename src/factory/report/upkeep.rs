//! Failures and maintenance: how often, how long, where.

use std::collections::BTreeMap;
use std::sync::Arc;

use maud::{Markup, html};

use crate::record::report::columns::Columns;
use crate::record::report::registry::{ReportSection, Section};
use crate::record::report::tables::{Cell, table};
use crate::record::report::{ReportError, RunData, words};

use super::shares::mean;

/// How many of the longest stops are listed.
const LONGEST: usize = 10;

/// The section, as it is registered.
pub const SECTION: ReportSection = ReportSection {
    id: "upkeep",
    link: "Failures",
    title: "Failures and maintenance",
    tables: &["maintenance", "events"],
    render,
    compare: None,
};

/// A time at which a machine was repaired or looked after.
struct Stop {
    machine: Arc<str>,
    kind: Arc<str>,
    raised: f64,
    start: f64,
    end: f64,
}

fn render(run: &RunData) -> Section {
    let (stops, from_events) = match from_maintenance(run)? {
        Some(stops) => (stops, false),
        None => match from_events(run)? {
            Some(stops) => (stops, true),
            None => return Ok(None),
        },
    };
    let stops: Vec<Stop> = stops.into_iter().filter(|stop| stop.end >= run.from() && stop.end >= stop.start).collect();
    if stops.is_empty() {
        return Ok(None);
    }
    Ok(Some(html! {
        (by_machine(&stops))
        (longest(&stops))
        @if from_events {
            p.note {
                "Drawn from the breakdowns among the events"
                @if !run.has_table("maintenance") { "; the table " code { "maintenance" } " would say more" }
                "."
            }
        }
    }))
}

fn from_maintenance(run: &RunData) -> Result<Option<Vec<Stop>>, ReportError> {
    let Some(table) = run.table("maintenance")? else { return Ok(None) };
    Ok(maintenance_rows(&table).filter(|stops| !stops.is_empty()))
}

fn maintenance_rows(table: &Columns) -> Option<Vec<Stop>> {
    let (machine, kind) = (table.texts("machine")?, table.texts("kind")?);
    let (raised, start, end) = (table.floats("raised")?, table.floats("start")?, table.floats("end")?);
    let stop = |row: usize| Stop {
        machine: machine.get(row).clone(),
        kind: kind.get(row).clone(),
        raised: raised[row],
        start: start[row],
        end: end[row],
    };
    Some((0..table.rows()).map(stop).collect())
}

/// A breakdown's value is the seconds that its repair takes.
fn from_events(run: &RunData) -> Result<Option<Vec<Stop>>, ReportError> {
    let Some(table) = run.table("events")? else { return Ok(None) };
    let columns = (table.floats("time"), table.texts("twin"), table.texts("event"), table.floats("value"));
    let (Some(time), Some(twin), Some(event), Some(value)) = columns else { return Ok(None) };
    let kind: Arc<str> = "failure".into();
    let breakdowns = (0..table.rows()).filter(|&row| &**event.get(row) == "breakdown" && value[row].is_finite());
    let stop = |row: usize| Stop {
        machine: twin.get(row).clone(),
        kind: kind.clone(),
        raised: time[row],
        start: time[row],
        end: time[row] + value[row],
    };
    Ok(Some(breakdowns.map(stop).collect()))
}

/// A machine, and what kind of stops of it.
type MachineAndKind<'a> = (&'a Arc<str>, &'a Arc<str>);

fn by_machine(stops: &[Stop]) -> Markup {
    let mut groups: BTreeMap<MachineAndKind, Vec<&Stop>> = BTreeMap::new();
    stops.iter().for_each(|stop| groups.entry((&stop.machine, &stop.kind)).or_default().push(stop));
    let sum = |stops: &[&Stop]| stops.iter().map(|stop| stop.end - stop.start).sum::<f64>();
    let mut sorted: Vec<(MachineAndKind, Vec<&Stop>)> = groups.into_iter().collect();
    sorted.sort_by(|a, b| sum(&b.1).total_cmp(&sum(&a.1)).then(a.0.cmp(&b.0)));
    // Without people to wait for there is nothing to say of waiting.
    let waits = stops.iter().any(|stop| stop.start > stop.raised);
    let mut titles = vec!["Machine", "What", "Count", "In all", "Mean", "Longest"];
    titles.extend(waits.then_some("Mean wait"));
    let row = |((machine, kind), stops): &(MachineAndKind, Vec<&Stop>)| {
        let longest = stops.iter().map(|stop| stop.end - stop.start).fold(0.0, f64::max);
        let wait = mean(&stops.iter().map(|stop| stop.start - stop.raised).collect::<Vec<_>>());
        let mut row = vec![
            Cell::Name(machine.to_string()),
            Cell::Name(kind.to_string()),
            Cell::Count(stops.len()),
            Cell::Time(sum(stops)),
            Cell::Time(sum(stops) / stops.len() as f64),
            Cell::Time(longest),
        ];
        row.extend(waits.then_some(Cell::Time(wait)));
        row
    };
    table("Failures and maintenance by machine", &titles, &sorted.iter().map(row).collect::<Vec<_>>())
}

fn longest(stops: &[Stop]) -> Markup {
    let mut sorted: Vec<&Stop> = stops.iter().collect();
    let length = |stop: &Stop| stop.end - stop.start;
    sorted.sort_by(|a, b| length(b).total_cmp(&length(a)).then(a.start.total_cmp(&b.start)));
    html! {
        h3 { "The longest" }
        ol.longest {
            @for stop in sorted.iter().take(LONGEST) {
                @let minute = (stop.start / 60.0).round() * 60.0;
                li { b { (words::length(length(stop))) } " " (stop.machine) ", " (stop.kind) ", from " (words::moment(minute)) }
            }
        }
    }
}
