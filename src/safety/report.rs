//! The section of reports about safety.

use std::collections::BTreeMap;
use std::sync::Arc;

use bevy_app::App;
use maud::{Markup, html};

use crate::record::report::columns::Columns;
use crate::record::report::registry::{Better, ReportApp, ReportFigure, ReportSection, Section};
use crate::record::report::tables::{Cell, table};
use crate::record::report::{RunData, words};

/// Registers it.
pub(super) fn register(app: &mut App) {
    app.register_report_section(SECTION).register_report_figures(FIGURES);
}

const SECTION: ReportSection = ReportSection {
    id: "safety",
    link: "Safety",
    title: "Safety",
    // Most worlds have nothing that is watched: to them it need not be said that this is not shown.
    tables: &[],
    render,
    compare: None,
};

const fn figure(indicator: &'static str, title: &'static str, about: &'static str) -> ReportFigure {
    ReportFigure { indicator, title, about, share: false, key: false, better: Better::Lower }
}

const FIGURES: &[ReportFigure] = &[
    figure("warning_rate", "Warnings", "too near or too many, an hour"),
    figure("time_too_near", "Too near", "all pairs together"),
    figure("incidents_opened", "Incidents", "warned of"),
    figure("incidents_open", "Incidents open", "at the end"),
    figure("alarms", "Alarms", "of wearables"),
    figure("alarms_mistaken", "Mistaken alarms", "without reason"),
    figure("alarm_waiting_time", "Alarms wait", "until somebody answers, mean"),
    figure("falls", "Falls", "in all"),
];

fn render(run: &RunData) -> Section {
    let Some(incidents) = run.table("incidents")? else { return Ok(None) };
    let Some(by_rule) = by_rule(&incidents, run.from()) else { return Ok(None) };
    if by_rule.is_empty() {
        return Ok(None);
    }
    let advice = run.table("advice")?;
    let spots = advice.as_ref().and_then(|advice| spots(advice));
    Ok(Some(html! {
        (kinds(&by_rule))
        @if let Some(most) = most_warned(&incidents, run.from()) { h3 { "Who is warned most" } (most) }
        @if let Some(spots) = spots { h3 { "Where warnings cluster, and what to move" } (spots) }
    }))
}

#[derive(Default)]
struct Count {
    incidents: usize,
    closed: usize,
    lasted: Vec<f64>,
}

fn by_rule(table: &Columns, from: f64) -> Option<BTreeMap<Arc<str>, Count>> {
    let (rule, warned) = (table.texts("rule")?, table.floats("warned")?);
    let (begun, over, closed) = (table.floats("begun")?, table.floats("over")?, table.floats("closed")?);
    let mut counts: BTreeMap<Arc<str>, Count> = BTreeMap::new();
    for row in (0..table.rows()).filter(|row| warned[*row] >= from) {
        let count = counts.entry(rule.get(row).clone()).or_default();
        count.incidents += 1;
        count.closed += usize::from(closed[row].is_finite());
        if over[row].is_finite() {
            count.lasted.push(over[row] - begun[row]);
        }
    }
    Some(counts)
}

fn kinds(counts: &BTreeMap<Arc<str>, Count>) -> Markup {
    let row = |(rule, count): (&Arc<str>, &Count)| {
        let mean = count.lasted.iter().sum::<f64>() / count.lasted.len() as f64;
        vec![
            Cell::Name(rule.to_string()),
            Cell::Count(count.incidents),
            Cell::Count(count.closed),
            Cell::Time(mean),
            Cell::Time(count.lasted.iter().copied().fold(f64::NAN, f64::max)),
        ]
    };
    let titles = ["Rule", "Incidents", "Closed", "Hazard lasted", "Longest"];
    table("Incidents by rule", &titles, &counts.iter().map(row).collect::<Vec<_>>())
}

/// How many of those who are warned most are listed.
const MOST: usize = 10;

fn most_warned(incidents: &Columns, from: f64) -> Option<Markup> {
    let (who, with, warned) = (incidents.texts("who")?, incidents.texts("with")?, incidents.floats("warned")?);
    let mut counts: BTreeMap<Arc<str>, usize> = BTreeMap::new();
    for row in (0..incidents.rows()).filter(|row| warned[*row] >= from) {
        for name in [who.get(row), with.get(row)].into_iter().filter(|name| !name.is_empty()) {
            *counts.entry(name.clone()).or_default() += 1;
        }
    }
    let mut sorted: Vec<(Arc<str>, usize)> = counts.into_iter().collect();
    sorted.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
    let rows: Vec<Vec<Cell>> = sorted
        .into_iter()
        .take(MOST)
        .map(|(name, count)| vec![Cell::Name(name.to_string()), Cell::Count(count)])
        .collect();
    Some(table("Incidents by who is in them", &["Who", "Incidents"], &rows))
}

fn spots(advice: &Columns) -> Option<Markup> {
    let (x, y, per_hour) = (advice.floats("x")?, advice.floats("y")?, advice.floats("per_hour")?);
    let (incidents, equipment) = (advice.ints("incidents")?, advice.texts("equipment")?);
    let (to_x, to_y, expected) = (advice.floats("to_x")?, advice.floats("to_y")?, advice.floats("expected")?);
    // What was worked out last of a place counts: reviews come back to it.
    const SAME: f64 = 3.0;
    let mut order: Vec<usize> = Vec::new();
    for row in (0..advice.rows()).rev() {
        let is_same = |other: &usize| libm::hypot(x[row] - x[*other], y[row] - y[*other]) < SAME;
        if !order.iter().any(is_same) {
            order.push(row);
        }
    }
    if order.is_empty() {
        return None;
    }
    order.sort_by(|a, b| per_hour[*b].total_cmp(&per_hour[*a]).then(a.cmp(b)));
    let place = |x: f64, y: f64| format!("({x:.1}, {y:.1})");
    let row = |row: usize| {
        let what = equipment.get(row);
        let measure = match what.is_empty() {
            true => "no move helps: instruct".to_owned(),
            false => format!("move {what} to {}", place(to_x[row], to_y[row])),
        };
        vec![
            Cell::Name(place(x[row], y[row])),
            Cell::Count(incidents[row].max(0) as usize),
            Cell::Amount((per_hour[row] * 10.0).round() / 10.0),
            Cell::Name(measure),
            Cell::Name(if expected[row].is_finite() {
                words::percent(-expected[row])
            } else {
                words::NOTHING.to_owned()
            }),
        ]
    };
    let titles = ["Where", "Incidents", "An hour", "Measure", "Time too near, expected"];
    Some(table("Where warnings cluster", &titles, &order.into_iter().map(row).collect::<Vec<_>>()))
}
