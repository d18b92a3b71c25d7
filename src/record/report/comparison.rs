//! Several runs side by side.

use std::sync::Arc;

use maud::{Markup, html};

use super::data::{Figure, RunData};
use super::head::{exact, name};
use super::registry::{Better, ReportRegistry};
use super::words;

/// How many figures of twins are compared; those that differ most come first.
const MOST: usize = 60;

/// The page's title.
pub fn title(runs: &[RunData]) -> String {
    format!("{} runs compared – Autotwin report", runs.len())
}

/// The head of the page.
pub fn head(runs: &[RunData]) -> Markup {
    let first = runs.first().map_or("", name);
    let same = runs.iter().all(|run| name(run) == first);
    html! {
        p.kind { "Autotwin report" }
        h1 { @if same { (first) ": " } (runs.len()) " runs compared" }
        @if let Some(run) = runs.first() {
            @if same && !run.about.is_empty() { p.about { (run.about) } }
            p.facts { span { "Differences are to the first run, " b { (run.label) } "." } }
        }
    }
}

/// What tells the runs apart.
pub fn runs(runs: &[RunData]) -> Markup {
    html! {
        div.wide tabindex="0" role="region" aria-label="The runs" {
            table {
                thead {
                    tr {
                        th { "Run" } th { "Differs in" } th.num { "Seed" } th.num { "Replications" }
                        th.num { "Simulated" } th.num { "Warm-up" } th { "Digest" }
                    }
                }
                tbody {
                    @for (index, run) in runs.iter().enumerate() {
                        tr {
                            td { b { (run.label) } @if run.record.interrupted { " (interrupted)" } }
                            td { (differences(run, index)) }
                            td.num { (run.record.seed) }
                            td.num { (run.record.replications.max(1)) }
                            td.num { (words::length(run.to())) }
                            td.num { (words::length(run.from())) }
                            td { code { (run.summary.digest.chars().take(8).collect::<String>()) } }
                        }
                    }
                }
            }
        }
        p.note { "For the schedule, the states and the rest of one run: " code { "autotwin report DIR" } "." }
    }
}

fn differences(run: &RunData, index: usize) -> Markup {
    html! {
        @if index == 0 { "the first, to which the others are compared" }
        @else if run.differences.is_empty() { "nothing in the scene" }
        @else { @for (index, difference) in run.differences.iter().enumerate() {
            @if index > 0 { br; }
            (difference)
        } }
    }
}

/// The world's indicators, a column for each run.
pub fn figures(runs: &[RunData], registry: &ReportRegistry) -> Markup {
    let mut names: Vec<(&str, Option<&Arc<str>>)> = Vec::new();
    // Figures that are known to matter come first.
    for known in registry.figures.iter().filter(|known| known.key) {
        if runs.iter().any(|run| run.figure(known.indicator).is_some()) {
            names.push((known.indicator, None));
        }
    }
    for figure in runs.iter().flat_map(|run| &run.figures).filter(|figure| figure.twin.is_none()) {
        if !names.iter().any(|(name, _)| *name == figure.name) {
            names.push((&figure.name, None));
        }
    }
    html! {
        (table(runs, registry, &names))
        p.note {
            "Under each value: its difference to the first run. " b { "▲" } " better, " b { "▼" } " worse"
            @if runs.iter().any(RunData::has_replications) {
                "; ≈ means that it is smaller than the two 95 % intervals together, and may be chance"
            } @else {
                "; of single runs, differences may be chance: "
                code { "--replications" } " shows by how much figures vary"
            }
            "."
        }
    }
}

/// The indicators of twins that differ most from the first run's; none where there are none.
pub fn twins(runs: &[RunData], registry: &ReportRegistry) -> Option<Markup> {
    let first = runs.first()?;
    let own: Vec<&Figure> = first.figures.iter().filter(|figure| figure.twin.is_some()).collect();
    let mut ranked: Vec<(f64, &Figure)> = own
        .iter()
        .map(|figure| (runs.iter().map(|run| change(figure, twin_figure(run, figure))).fold(0.0, f64::max), *figure))
        .collect();
    ranked.sort_by(|a, b| b.0.total_cmp(&a.0));
    ranked.retain(|(change, _)| *change > 0.0);
    let names: Vec<(&str, Option<&Arc<str>>)> =
        ranked.iter().take(MOST).map(|(_, figure)| (figure.name.as_str(), figure.twin.as_ref())).collect();
    (!names.is_empty()).then(|| {
        html! {
            p { "Sorted by how much they differ; " (names.len()) " of " (own.len()) " are shown." }
            details {
                summary { "Show them" }
                (table(runs, registry, &names))
            }
        }
    })
}

fn twin_figure<'a>(run: &'a RunData, like: &Figure) -> Option<&'a Figure> {
    run.figures.iter().find(|figure| figure.name == like.name && figure.twin == like.twin)
}

/// How much a figure differs from the first run's: the difference of small ones, of others relative to the greater.
fn change(first: &Figure, other: Option<&Figure>) -> f64 {
    let (Some(a), Some(b)) = (first.value, other.and_then(|other| other.value)) else { return 0.0 };
    let scale = a.abs().max(b.abs()).max(1.0);
    ((a - b) / scale).abs()
}

fn table(runs: &[RunData], registry: &ReportRegistry, names: &[(&str, Option<&Arc<str>>)]) -> Markup {
    html! {
        div.wide tabindex="0" role="region" aria-label="Figures side by side" {
            table.figures.compared {
                thead { tr { th { "Indicator" } @for run in runs { th.num { (run.label) } } } }
                tbody {
                    @for (indicator, twin) in names {
                        tr data-indicator=(indicator) {
                            td { @if let Some(twin) = twin { b { (twin) } " " } (registry.title(indicator)) }
                            @for (index, run) in runs.iter().enumerate() {
                                @let first = find(&runs[0], indicator, *twin);
                                (cell(registry, first, find(run, indicator, *twin), index == 0))
                            }
                        }
                    }
                }
            }
        }
    }
}

fn find<'a>(run: &'a RunData, name: &str, twin: Option<&Arc<str>>) -> Option<&'a Figure> {
    run.figures.iter().find(|figure| figure.name == name && figure.twin.as_ref() == twin)
}

fn cell(registry: &ReportRegistry, first: Option<&Figure>, figure: Option<&Figure>, is_first: bool) -> Markup {
    let Some(figure) = figure else { return html! { td.num { (words::NOTHING) } } };
    let shown = |value| registry.value(&figure.name, &figure.unit, value);
    html! {
        td.num data-value=(exact(figure.value)) {
            (shown(figure.value))
            @if let Some(half) = figure.half_width { span.half { " ± " (shown(Some(half))) } }
            @if !is_first { @if let Some(first) = first { (difference(registry, first, figure)) } }
        }
    }
}

/// The difference to the first run, with a sign that tells without colour whether that is better or worse.
fn difference(registry: &ReportRegistry, first: &Figure, figure: &Figure) -> Markup {
    let (Some(a), Some(b)) = (first.value, figure.value) else { return html! {} };
    if a == b {
        return html! { span.diff { "=" } };
    }
    let text = if registry.is_share(&figure.name) && figure.unit.is_empty() {
        format!("{}\u{a0}points", signed((b - a) * 100.0, 1))
    } else if a != 0.0 {
        format!("{}\u{202f}%", signed((b - a) / a.abs() * 100.0, 1))
    } else {
        format!("from {}", words::number(a))
    };
    let noise = first.half_width.zip(figure.half_width).is_some_and(|(a_half, b_half)| {
        let together = (a_half * a_half + b_half * b_half).sqrt();
        (b - a).abs() <= together
    });
    let better = registry.known(&figure.name).map_or(Better::Neither, |known| known.better);
    let (class, sign) = match better {
        _ if noise => ("diff", "≈ "),
        Better::Neither => ("diff", ""),
        Better::Higher if b > a => ("diff better", "▲ "),
        Better::Lower if b < a => ("diff better", "▲ "),
        _ => ("diff worse", "▼ "),
    };
    html! { span class=(class) { (sign) (text) } }
}

fn signed(value: f64, digits: usize) -> String {
    let text = format!("{:.digits$}", value.abs());
    let is_nothing = text.chars().all(|letter| letter == '0' || letter == '.');
    let sign = if is_nothing {
        ""
    } else if value < 0.0 {
        "−"
    } else {
        "+"
    };
    format!("{sign}{text}")
}

/// A small chart for each run.
pub fn side_by_side(runs: &[RunData], small: &[Option<Markup>], tables: &[&str]) -> Markup {
    html! {
        div.multiples {
            @for (run, chart) in runs.iter().zip(small) {
                figure {
                    figcaption { b { (run.label) } }
                    @match chart {
                        Some(chart) => (chart),
                        None => p.note { "Not recorded: " (tables.join(", ")) "." },
                    }
                }
            }
        }
    }
}
