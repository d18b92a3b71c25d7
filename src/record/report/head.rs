//! The top of a page: what was run, the figures that matter most, and how the run was made.

use maud::{Markup, html};

use super::data::{Figure, RunData};
use super::registry::ReportRegistry;
use super::words;

/// How many figures stand at the top where no domain says which ones matter.
const TILES: usize = 6;

/// The run's name.
pub fn name(run: &RunData) -> &str {
    if run.summary.name.is_empty() { &run.label } else { &run.summary.name }
}

/// The page's title.
pub fn title(run: &RunData) -> String {
    format!("{} – Autotwin report", name(run))
}

/// The head of a single run's page.
pub fn render(run: &RunData, registry: &ReportRegistry) -> Markup {
    html! {
        p.kind { "Autotwin report" }
        h1 { (name(run)) }
        @if !run.about.is_empty() { p.about { (run.about) } }
        p.facts {
            span { (words::length(run.to())) " simulated" }
            @if run.from() > 0.0 { span { "warm-up " (words::length(run.from())) " left out of the figures" } }
            @if run.has_replications() { span { (run.record.replications) " replications, 95 % intervals" } }
            span { "seed " (run.record.seed) }
            span { "run " (run.label) }
        }
        @if run.record.interrupted { p.warning { "This run was interrupted before its end." } }
        @if run.has_replications() {
            p.note { "Figures are means over all replications; charts show the first one." }
        }
        (tiles(run, registry))
    }
}

fn tiles(run: &RunData, registry: &ReportRegistry) -> Markup {
    let known = registry.figures.iter().filter(|known| known.key);
    let mut shown: Vec<(&Figure, &str)> = known
        .filter_map(|known| Some((run.figure(known.indicator)?, known.about)))
        .filter(|(figure, _)| figure.value.is_some())
        .collect();
    if shown.is_empty() {
        let world = run.figures.iter().filter(|figure| figure.twin.is_none() && figure.value.is_some());
        shown = world.take(TILES).map(|figure| (figure, "")).collect();
    }
    html! {
        div.tiles {
            @for (figure, about) in shown {
                div.tile {
                    div.tile-title { (registry.title(&figure.name)) }
                    div.tile-value data-value=(exact(figure.value)) {
                        (registry.value(&figure.name, &figure.unit, figure.value))
                    }
                    div.tile-about {
                        @if let Some(half) = figure.half_width {
                            "± " (registry.value(&figure.name, &figure.unit, Some(half))) " "
                        }
                        (about)
                    }
                }
            }
        }
    }
}

/// A value as the summary has it, for those who copy from the page.
pub fn exact(value: Option<f64>) -> String {
    value.map_or_else(String::new, |value| value.to_string())
}

/// How the run was made, so that it can be made again.
pub fn origin(run: &RunData) -> Markup {
    let (record, summary) = (&run.record, &run.summary);
    let speed = summary.events as f64 / summary.wall_seconds.max(1e-9);
    let tables = match &record.tables {
        None => "all".to_owned(),
        Some(names) if names.is_empty() => "none".to_owned(),
        Some(names) => names.join(", "),
    };
    let length = record.run_for.map_or_else(|| "until nothing was left to do".to_owned(), |length| length.to_string());
    let rows: Vec<(&str, String)> = vec![
        ("Folder", run.label.clone()),
        ("Seed", record.seed.to_string()),
        ("Length", length),
        ("Simulated", words::length(run.to())),
        ("Warm-up", record.warmup.to_string()),
        ("Replications", record.replications.max(1).to_string()),
        ("Tables", tables),
        ("Events", words::number(summary.events as f64)),
        (
            "Time it took",
            format!("{} ({} events a second)", words::length(summary.wall_seconds), words::number(speed.round())),
        ),
        ("Program", format!("{} {} ({})", record.build.version, record.build.commit, record.build.profile)),
        ("Digest", summary.digest.clone()),
    ];
    html! {
        dl.origin {
            @for (name, value) in rows { dt { (name) } dd { (value) } }
        }
        p.note { code { "autotwin verify " (run.label) } " runs it again and compares digests." }
    }
}
