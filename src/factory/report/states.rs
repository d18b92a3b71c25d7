//! What machines, vehicles and workers did: shares of time, over all and over time.

use std::collections::BTreeSet;
use std::sync::Arc;

use maud::{Markup, html};

use crate::record::report::charts::scale::time_bins;
use crate::record::report::charts::strips::SHADE_LEGEND;
use crate::record::report::charts::{Axis, Bar, Bars, StackRow, Strip, legend, stack_rows, strips};
use crate::record::report::registry::{ReportSection, Section, Sections};
use crate::record::report::{RunData, words};

use super::palette::Kind;
use super::rows::{self, Span, States};
use super::shares::spread;

/// How many twins are shown before the rest is folded away.
const MOST_ROWS: usize = 20;
/// How many bins of time a chart has at most.
const MOST_BINS: usize = 96;
/// How many bins all strips have together at most.
const MOST_STRIP_BINS: usize = 12_000;

/// The section, as it is registered.
pub const SECTION: ReportSection = ReportSection {
    id: "states",
    link: "States",
    title: "Time in each state",
    tables: &["states"],
    render,
    compare: Some(compare),
};

/// How long the twins of one kind were in each state.
struct Times {
    kind: Kind,
    /// The states that occur: name, words and class.
    states: Vec<(Arc<str>, String, &'static str)>,
    /// Each twin with its seconds in each state, the most productive first.
    twins: Vec<(usize, Vec<f64>)>,
}

fn render(run: &RunData) -> Section {
    let Some(states) = rows::states(run)? else { return Ok(None) };
    let kinds: BTreeSet<Kind> = states.spans.iter().map(|span| span.kind).collect();
    Ok(Some(html! {
        @for &kind in &kinds { (of_kind(run, &states, kind, kinds.len() > 1)) }
    }))
}

fn of_kind(run: &RunData, states: &States, kind: Kind, titled: bool) -> Markup {
    let times = times(run, states, kind);
    let rows: Vec<StackRow> =
        times.twins.iter().map(|(twin, seconds)| row(&times, &states.twins[*twin], seconds)).collect();
    let about = format!("Share of time of the {} in each state", kind.plural());
    let (first, rest) = rows.split_at(rows.len().min(MOST_ROWS));
    html! {
        @if titled { h3 { (words::words(kind.plural())) } }
        (legend(times.states.iter().map(|(_, words, class)| (*class, words.as_str()))))
        p.note { "Percent of time, the " @if kind == Kind::Machine { "busiest first" } @else { "most productive first" }
            "; on the right: " (kind.productive()) "." }
        (stack_rows(&about, first))
        @if !rest.is_empty() {
            details { summary { "Show the other " (rest.len()) } (stack_rows(&about, rest)) }
        }
        h3 { "All " (kind.plural()) " over time" }
        (over_time(run, states, &times))
        h3 { "Each over time: share " (kind.productive()) }
        (each_over_time(run, states, &times))
    }
}

fn times(run: &RunData, states: &States, kind: Kind) -> Times {
    let (from, to) = (run.from(), run.to());
    let clip = |span: &Span| (span.to.min(to) - span.from.max(from)).max(0.0);
    let spans: Vec<&Span> = states.spans.iter().filter(|span| span.kind == kind && clip(span) > 0.0).collect();
    let names: BTreeSet<&Arc<str>> = spans.iter().map(|span| &span.state).collect();
    // Known states in their order, then those that this program does not know.
    let known = kind.states().iter().filter_map(|(name, words, class)| {
        names.iter().find(|other| **name == ****other).map(|name| ((*name).clone(), (*words).to_owned(), *class))
    });
    let unknown = names.iter().filter(|name| !kind.states().iter().any(|(known, ..)| **known == ****name));
    let states_of_kind: Vec<(Arc<str>, String, &'static str)> =
        known.chain(unknown.map(|name| ((*name).clone(), name.to_string(), "tone-aside"))).collect();
    let mut seconds = vec![vec![0.0; states_of_kind.len()]; states.twins.len()];
    for span in spans {
        if let Some(index) = states_of_kind.iter().position(|(name, ..)| *name == span.state) {
            seconds[span.twin][index] += clip(span);
        }
    }
    let mut twins: Vec<(usize, Vec<f64>)> =
        seconds.into_iter().enumerate().filter(|(_, seconds)| seconds.iter().sum::<f64>() > 0.0).collect();
    let times = Times { kind, states: states_of_kind, twins: Vec::new() };
    let busy = |seconds: &[f64]| (times.productive(seconds) + times.setup(seconds)) / seconds.iter().sum::<f64>();
    twins.sort_by(|a, b| busy(&b.1).total_cmp(&busy(&a.1)));
    Times { twins, ..times }
}

impl Times {
    /// The share of the time in which a twin was productive.
    fn productive(&self, seconds: &[f64]) -> f64 {
        self.sum(seconds, |state| self.kind.is_productive(state))
    }

    fn setup(&self, seconds: &[f64]) -> f64 {
        self.sum(seconds, |state| state == "setup")
    }

    fn sum(&self, seconds: &[f64], which: impl Fn(&str) -> bool) -> f64 {
        self.states.iter().zip(seconds).filter(|((name, ..), _)| which(name)).map(|(_, seconds)| seconds).sum()
    }
}

fn row(times: &Times, title: &str, seconds: &[f64]) -> StackRow {
    let all: f64 = seconds.iter().sum();
    let parts = times.states.iter().zip(seconds);
    StackRow {
        title: title.to_owned(),
        parts: parts.map(|((_, words, class), time)| ((*class).to_owned(), words.clone(), time / all)).collect(),
        value: words::percent(times.productive(seconds) / all),
        percent: true,
    }
}

/// All twins of a kind together: how many were in each state, bin by bin.
fn over_time(run: &RunData, states: &States, times: &Times) -> Markup {
    let edges = time_bins(0.0, run.to(), MOST_BINS);
    let mut bins = vec![vec![0.0; edges.len().saturating_sub(1)]; times.states.len()];
    for span in states.spans.iter().filter(|span| span.kind == times.kind) {
        if let Some(index) = times.states.iter().position(|(name, ..)| *name == span.state) {
            spread(&mut bins[index], &edges, span.from, span.to, 1.0);
        }
    }
    let bar = |index: usize| {
        let all: f64 = bins.iter().map(|bins| bins[index]).sum();
        let shares = times.states.iter().zip(&bins).map(|((_, words, class), bins)| (words, *class, bins[index] / all));
        let shares: Vec<(&String, &str, f64)> = shares.filter(|(.., share)| *share > 0.0).collect();
        let tip: Vec<String> =
            shares.iter().map(|(words, _, share)| format!("{words} {}", words::percent(*share))).collect();
        Bar {
            from: edges[index],
            to: edges[index + 1].min(run.to()),
            parts: shares.iter().map(|(_, class, share)| ((*class).to_owned(), *share)).collect(),
            tip: format!("{}\n{}", words::moment(edges[index]), tip.join("\n")),
        }
    };
    let about = format!("Share of the {} in each state over the whole run", times.kind.plural());
    let bars = (0..edges.len().saturating_sub(1)).map(bar).collect();
    let (x, y) = (Axis::time(0.0, run.to()), Axis::shares());
    let step = edges.get(1).zip(edges.first()).map_or(0.0, |(second, first)| second - first);
    html! {
        (Bars { about, y_title: String::new(), height: 170.0, x, y, bars, gap: 0.0, marks: warmup(run) }.render())
        p.note { "Means over " (words::length(step)) "." }
    }
}

/// Marks the end of the warm-up, if there is one.
fn warmup(run: &RunData) -> Vec<(f64, String)> {
    if run.from() > 0.0 { vec![(run.from(), "end of warm-up".to_owned())] } else { Vec::new() }
}

fn each_over_time(run: &RunData, states: &States, times: &Times) -> Markup {
    let most = (MOST_STRIP_BINS / times.twins.len().max(1)).clamp(12, 168);
    let edges = time_bins(0.0, run.to(), most);
    let count = edges.len().saturating_sub(1);
    let mut productive = vec![vec![0.0; count]; states.twins.len()];
    let mut known = productive.clone();
    for span in states.spans.iter().filter(|span| span.kind == times.kind) {
        spread(&mut known[span.twin], &edges, span.from, span.to, 1.0);
        if times.kind.is_productive(&span.state) {
            spread(&mut productive[span.twin], &edges, span.from, span.to, 1.0);
        }
    }
    let strip = |twin: usize| Strip {
        title: states.twins[twin].to_string(),
        shares: productive[twin].iter().zip(&known[twin]).map(|(part, whole)| part / whole).collect(),
    };
    let all: Vec<Strip> = times.twins.iter().map(|(twin, _)| strip(*twin)).collect();
    let (first, rest) = all.split_at(all.len().min(MOST_ROWS));
    let about = format!("Share of time {}, over time", times.kind.productive());
    let axis = Axis::time(0.0, run.to());
    html! {
        (legend(SHADE_LEGEND))
        (strips(&about, &axis, &edges, first))
        @if !rest.is_empty() {
            details { summary { "Show the other " (rest.len()) } (strips(&about, &axis, &edges, rest)) }
        }
        @if let [first, second, ..] = edges.as_slice() {
            p.note {
                "Means over " (words::length(second - first)) "; on the right: over the whole run, warm-up included."
            }
        }
    }
}

/// All machines of each run together, one bar a run.
fn compare(runs: &[RunData]) -> Sections {
    runs.iter().map(small).collect()
}

fn small(run: &RunData) -> Section {
    let Some(states) = rows::states(run)? else { return Ok(None) };
    let times = times(run, &states, Kind::Machine);
    let sums: Vec<f64> =
        (0..times.states.len()).map(|state| times.twins.iter().map(|(_, seconds)| seconds[state]).sum()).collect();
    let busiest = times.twins.iter().take(4).map(|(twin, seconds)| row(&times, &states.twins[*twin], seconds));
    let rows: Vec<StackRow> = std::iter::once(row(&times, "all machines", &sums)).chain(busiest).collect();
    Ok((!times.twins.is_empty()).then(|| {
        html! {
            (legend(times.states.iter().map(|(_, words, class)| (*class, words.as_str()))))
            (stack_rows("Share of time in each state, of all machines and the four busiest", &rows))
        }
    }))
}
