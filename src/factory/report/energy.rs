//! Where the energy went, and when.

use std::collections::BTreeMap;
use std::sync::Arc;

use maud::{Markup, html};

use crate::record::report::charts::scale::time_bins;
use crate::record::report::charts::{Axis, Bar, Bars, Line, Lines, StackRow, legend, stack_rows};
use crate::record::report::columns::Columns;
use crate::record::report::registry::{ReportSection, Section};
use crate::record::report::{RunData, words};

use super::palette::Kind;
use super::shares::bin_of;

/// How many twins are listed, and how many bars a chart has at most.
const MOST_TWINS: usize = 20;
const MOST_BARS: usize = 224;

/// The section, as it is registered.
pub const SECTION: ReportSection = ReportSection {
    id: "energy",
    link: "Energy",
    title: "Where energy went",
    tables: &["energy", "power"],
    render,
    compare: None,
};

fn render(run: &RunData) -> Section {
    let over_time = match run.table("power")? {
        Some(table) => power(run, &table),
        None => None,
    };
    let by_twin = match run.table("energy")? {
        Some(table) => twins(&table),
        None => None,
    };
    if over_time.is_none() && by_twin.is_none() {
        return Ok(None);
    }
    Ok(Some(html! {
        @if let Some(chart) = over_time { (chart) }
        @else if !run.has_table("power") {
            p.note { "Power over time was not recorded: run with " code { "--tables power" } "." }
        }
        @if let Some(chart) = by_twin { (chart) }
        @else if !run.has_table("energy") {
            p.note { "Energy by twin was not recorded: run with " code { "--tables energy" } "." }
        }
    }))
}

/// A stretch of time with the energy it took.
struct Interval {
    from: f64,
    to: f64,
    energy: f64,
    price: f64,
    cost: f64,
}

impl Interval {
    /// Kilowatts, on average.
    fn power(&self) -> f64 {
        self.energy / ((self.to - self.from) / 3_600.0)
    }
}

fn intervals(table: &Columns) -> Option<Vec<Interval>> {
    let (from, to, energy) = (table.floats("from")?, table.floats("to")?, table.floats("energy_kwh")?);
    let nothing = || vec![f64::NAN; table.rows()];
    let (price, cost) = (table.floats("price").unwrap_or_else(nothing), table.floats("cost").unwrap_or_else(nothing));
    let row =
        |row: usize| Interval { from: from[row], to: to[row], energy: energy[row], price: price[row], cost: cost[row] };
    let intervals =
        (0..table.rows()).map(row).filter(|interval| interval.to > interval.from && interval.energy.is_finite());
    Some(intervals.collect())
}

/// Power over time, its peak, and the tariff below it.
fn power(run: &RunData, table: &Columns) -> Option<Markup> {
    let intervals = intervals(table).filter(|intervals| !intervals.is_empty())?;
    let peak = intervals.iter().max_by(|a, b| a.power().total_cmp(&b.power()))?;
    let energy: f64 = intervals.iter().map(|interval| interval.energy).sum();
    let cost: f64 = intervals.iter().map(|interval| interval.cost).filter(|cost| cost.is_finite()).sum();
    let about = format!(
        "Power of the whole plant over time: {} in all, peak {} at {}",
        words::figure(energy, "kWh"),
        words::figure(peak.power(), "kW"),
        words::moment(peak.from)
    );
    let (bars, binned) = power_bars(run, &intervals);
    let x = Axis::time(0.0, run.to());
    let y = Axis::quantity(peak.power());
    let marks = vec![(peak.from, format!("peak {}, {}", words::figure(peak.power(), "kW"), words::moment(peak.from)))];
    Some(html! {
        h3 { "Power over time" }
        p {
            b { (words::figure(energy, "kWh")) } " in all"
            @if cost > 0.0 { ", at a cost of " b { (words::number(cost)) } }
            "; highest power " b { (words::figure(peak.power(), "kW")) } " at " (words::moment(peak.from)) "."
        }
        (Bars { about, y_title: "kW".to_owned(), height: 160.0, x, y, bars, gap: 0.0, marks }.render())
        @if let Some(step) = binned {
            p.note {
                "Means over " (words::length(step)) "; the peak is that of the recorded intervals of "
                (words::length(peak.to - peak.from)) "."
            }
        }
        (tariff(run, &intervals))
    })
}

/// A bar for each interval, or for each of fewer bins where there are too many. Gives the bins' length then.
fn power_bars(run: &RunData, intervals: &[Interval]) -> (Vec<Bar>, Option<f64>) {
    let bar = |from: f64, to: f64, power: f64| Bar {
        from,
        to,
        parts: vec![("c0".to_owned(), power)],
        tip: format!("{}\n{}", words::moment(from), words::figure(power, "kW")),
    };
    if intervals.len() <= MOST_BARS {
        return (intervals.iter().map(|one| bar(one.from, one.to, one.power())).collect(), None);
    }
    let edges = time_bins(0.0, run.to(), MOST_BARS);
    let mut bins = vec![(0.0, 0.0); edges.len().saturating_sub(1)];
    for interval in intervals {
        if let Some(bin) = bin_of(&edges, (interval.from + interval.to) / 2.0) {
            bins[bin].0 += interval.energy;
            bins[bin].1 += (interval.to - interval.from) / 3_600.0;
        }
    }
    let filled = bins.iter().enumerate().filter(|(_, (_, hours))| *hours > 0.0);
    let bars = filled.map(|(bin, (energy, hours))| bar(edges[bin], edges[bin + 1], energy / hours)).collect();
    (bars, edges.get(1).map(|second| second - edges[0]))
}

fn tariff(run: &RunData, intervals: &[Interval]) -> Markup {
    let priced: Vec<&Interval> = intervals.iter().filter(|interval| interval.price.is_finite()).collect();
    let top = priced.iter().map(|interval| interval.price).fold(0.0, f64::max);
    if top <= 0.0 {
        return html! {};
    }
    // Only changes are drawn: a tariff has few.
    let mut points: Vec<(f64, f64)> = Vec::new();
    for interval in &priced {
        if points.last().is_none_or(|(_, price)| *price != interval.price) {
            points.push((interval.from, interval.price));
        }
    }
    points.extend(points.last().map(|(_, price)| (run.to(), *price)));
    let least = priced.iter().map(|interval| interval.price).fold(f64::INFINITY, f64::min);
    let about = format!("Price of energy over time: from {} to {} per kWh", words::number(least), words::number(top));
    let line = Line { class: "c3".to_owned(), title: String::new(), points, steps: true };
    let (x, y) = (Axis::time(0.0, run.to()), Axis::quantity(top));
    Lines {
        about,
        y_title: "price per kWh".to_owned(),
        height: 64.0,
        x,
        y,
        lines: vec![line],
        tips: Vec::new(),
        mark: None,
    }
    .render()
}

/// Kilowatt-hours by what a twin did.
type ByState = BTreeMap<(Kind, Arc<str>), f64>;

/// Energy of twins by what they did, those that took most first.
fn twins(table: &Columns) -> Option<Markup> {
    let (twin, energy) = (table.texts("twin")?, table.floats("energy_kwh")?);
    let (kind, state) = (table.texts("kind"), table.texts("state"));
    let mut by_twin: BTreeMap<Arc<str>, ByState> = BTreeMap::new();
    let any: Arc<str> = "any state".into();
    for row in (0..table.rows()).filter(|&row| energy[row].is_finite()) {
        let kind = kind.map_or(Kind::Machine, |kind| Kind::of(kind.get(row)));
        let state = state.map_or(&any, |state| state.get(row));
        *by_twin.entry(twin.get(row).clone()).or_default().entry((kind, state.clone())).or_default() += energy[row];
    }
    let sum = |states: &ByState| states.values().sum::<f64>();
    let mut sorted: Vec<(Arc<str>, ByState)> = by_twin.into_iter().collect();
    sorted.sort_by(|a, b| sum(&b.1).total_cmp(&sum(&a.1)).then(a.0.cmp(&b.0)));
    let all: f64 = sorted.iter().map(|(_, states)| sum(states)).sum();
    let top = sorted.first().map(|(_, states)| sum(states)).filter(|top| *top > 0.0)?;
    let mut used: Vec<(&'static str, Vec<String>)> = Vec::new();
    let mut by_state: BTreeMap<String, f64> = BTreeMap::new();
    let mut rows = Vec::new();
    for (twin, states) in &sorted {
        let mut parts = Vec::new();
        for ((kind, state), energy) in in_order(states) {
            let (words, class) = named(kind, &state);
            note_meaning(&mut used, class, &words);
            *by_state.entry(words.clone()).or_default() += energy;
            parts.push((class.to_owned(), format!("{words} {}", words::figure(energy, "kWh")), energy / top));
        }
        rows.push(StackRow {
            title: twin.to_string(),
            parts,
            value: words::figure(sum(states), "kWh"),
            percent: false,
        });
    }
    let (first, rest) = rows.split_at(rows.len().min(MOST_TWINS));
    let meanings: Vec<(&str, String)> = used.into_iter().map(|(class, words)| (class, words.join(", "))).collect();
    let mut by_state: Vec<(String, f64)> = by_state.into_iter().collect();
    by_state.sort_by(|a, b| b.1.total_cmp(&a.1));
    let shares: Vec<String> =
        by_state.iter().map(|(state, energy)| format!("{state} {}", words::percent(energy / all))).collect();
    let about = "Energy of each twin by its state";
    Some(html! {
        h3 { "By twin and by what it did" }
        (legend(meanings.iter().map(|(class, words)| (*class, words.as_str()))))
        (stack_rows(about, first))
        @if !rest.is_empty() { details { summary { "Show the other " (rest.len()) } (stack_rows(about, rest)) } }
        p.note { "By state, of all " (words::figure(all, "kWh")) ": " (shares.join(", ")) "." }
    })
}

/// Notes what a class stands for; a class may stand for several states.
fn note_meaning(used: &mut Vec<(&'static str, Vec<String>)>, class: &'static str, words: &str) {
    match used.iter_mut().find(|(other, _)| *other == class) {
        Some((_, meanings)) if meanings.iter().any(|meaning| meaning == words) => {}
        Some((_, meanings)) => meanings.push(words.to_owned()),
        None => used.push((class, vec![words.to_owned()])),
    }
}

/// Productive states first, as in the other charts.
fn in_order(states: &ByState) -> Vec<((Kind, Arc<str>), f64)> {
    let mut sorted: Vec<((Kind, Arc<str>), f64)> = states.iter().map(|(key, energy)| (key.clone(), *energy)).collect();
    let rank = |(kind, state): &(Kind, Arc<str>)| kind.states().iter().position(|(name, ..)| *name == &**state);
    sorted.sort_by_key(|(key, _)| rank(key).unwrap_or(usize::MAX));
    sorted
}

fn named(kind: Kind, state: &str) -> (String, &'static str) {
    let known = kind.states().iter().find(|(name, ..)| *name == state);
    known.map_or_else(|| (state.to_owned(), "tone-aside"), |(_, words, class)| ((*words).to_owned(), *class))
}
