//! The page of a study.

use maud::{Markup, html};

use crate::record::report::charts::shapes::Area;
use crate::record::report::charts::{Axis, Plot, Shapes};
use crate::record::report::page::{Shown, skeleton};
use crate::record::report::tables::{self, Cell};
use crate::record::report::words::{self, number};
use crate::record::statistics::Estimate;

use super::calibration;
use super::design::Design;
use super::effects::Effect;
use super::results::Findings;

/// The height of a chart: pixels.
const HEIGHT: f64 = 120.0;

/// So many points of a search are listed, the best first.
const LISTED: usize = 50;

pub(super) fn render(findings: &Findings) -> String {
    let mut sections = Vec::new();
    if !findings.tried.is_empty() {
        sections.push(Shown { id: "best", link: "Best", title: "What comes closest", body: search(findings) });
    }
    if !findings.indices.is_empty() {
        sections.push(Shown {
            id: "indices",
            link: "Indices",
            title: "Sobol’s sensitivity indices",
            body: indices(findings),
        });
    }
    if !findings.effects.is_empty() {
        sections.push(Shown { id: "effects", link: "Effects", title: "Main effects", body: effects(findings) });
    }
    sections.push(Shown { id: "origin", link: "Origin", title: "How this study was made", body: origin(findings) });
    skeleton(&findings.plan.study.name, &head(findings), &sections)
}

fn head(findings: &Findings) -> Markup {
    let points: std::collections::BTreeSet<usize> = findings.runs.iter().map(|run| run.point).collect();
    html! {
        h1 { (findings.plan.study.name) }
        p {
            (words::count(findings.runs.len(), "run")) " of " code { (findings.plan.study.scene) } " at "
            (words::count(points.len(), "point")) ", " (words::count(findings.plan.study.factors.len(), "factor")) "."
        }
    }
}

fn shown(estimate: Option<Estimate>) -> String {
    match estimate {
        None => words::NOTHING.to_owned(),
        Some(Estimate { mean, half_width: Some(half), .. }) => format!("{} ± {}", number(mean), number(half)),
        Some(Estimate { mean, .. }) => number(mean),
    }
}

fn effects(findings: &Findings) -> Markup {
    let paths: Vec<&str> = findings.plan.paths().collect();
    html! {
        p {
            "The mean of an indicator for each value of a factor, over all values of the others, with 95 % intervals. "
            "Where points were repeated, the interval is that of the mean over the points, by replications; else it is that of the "
            "mean over runs, and holds what the other factors do."
        }
        @for (indicator, factors) in findings.indicators.iter().zip(&findings.effects) {
            @let axis = axis(factors);
            h3 { (words::words(indicator)) }
            @for (path, effects) in paths.iter().zip(factors) {
                h4 { code { (path) } }
                (chart(&format!("{indicator} by {path}"), effects, &axis))
            }
            (effect_table(indicator, &paths, factors))
        }
    }
}

fn ends(estimate: Estimate) -> [f64; 2] {
    let half = estimate.half_width.filter(|half| half.is_finite()).unwrap_or(0.0);
    [estimate.mean - half, estimate.mean + half]
}

/// One axis for all factors, so that they can be compared.
fn axis(factors: &[Vec<Effect>]) -> Axis {
    let ends = factors.iter().flatten().filter_map(|effect| effect.estimate).flat_map(ends);
    let (low, high) = ends.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), end| (low.min(end), high.max(end)));
    Axis::between(low, high)
}

fn chart(about: &str, effects: &[Effect], y: &Axis) -> Markup {
    let count = effects.len().max(1) as f64;
    let middle = |place: usize| (place as f64 + 0.5) / count;
    let ticks = effects.iter().enumerate().map(|(place, effect)| (middle(place), effect.level.clone())).collect();
    let plot = Plot {
        about: about.to_owned(),
        y_title: String::new(),
        height: HEIGHT,
        x: Axis { from: 0.0, to: 1.0, ticks },
        y: y.clone(),
        shapes: Shapes::default(),
    };
    let mut shapes = Shapes::default();
    let there = effects.iter().enumerate().filter_map(|(place, effect)| Some((place, effect, effect.estimate?)));
    let path: Vec<(f64, f64)> =
        there.clone().map(|(place, _, estimate)| (middle(place), plot.down(estimate.mean))).collect();
    shapes.path("line c0", &path, HEIGHT);
    for (place, effect, estimate) in there {
        let [bottom, top] = ends(estimate).map(|end| plot.down(end));
        let x = middle(place);
        shapes.line("axis", (x, top), (x, bottom));
        shapes.line("axis", (x - 0.006, top), (x + 0.006, top));
        shapes.line("axis", (x - 0.006, bottom), (x + 0.006, bottom));
        shapes.rect("c0", Area { x: x - 0.004, width: 0.008, y: plot.down(estimate.mean) - 3.0, height: 6.0 }, "");
        let tip = format!("{}: {}", effect.level, shown(Some(estimate)));
        shapes.rect("hit", Area { x: x - 0.5 / count, width: 1.0 / count, y: 0.0, height: HEIGHT }, &tip);
    }
    Plot { shapes, ..plot }.render()
}

fn effect_table(indicator: &str, paths: &[&str], factors: &[Vec<Effect>]) -> Markup {
    let rows: Vec<Vec<Cell>> = paths
        .iter()
        .zip(factors)
        .flat_map(|(path, effects)| {
            effects.iter().map(|effect| {
                let of =
                    |value: fn(&Estimate) -> Option<f64>| effect.estimate.as_ref().and_then(value).unwrap_or(f64::NAN);
                vec![
                    Cell::Name((*path).to_owned()),
                    Cell::Name(effect.level.clone()),
                    Cell::Amount(of(|estimate| Some(estimate.mean))),
                    Cell::Amount(of(|estimate| estimate.half_width)),
                    Cell::Count(effect.estimate.map_or(0, |estimate| estimate.count)),
                ]
            })
        })
        .collect();
    tables::table(&format!("main effects on {indicator}"), &["factor", "value", "mean", "±", "values"], &rows)
}

fn indices(findings: &Findings) -> Markup {
    let paths: Vec<&str> = findings.plan.paths().collect();
    html! {
        p {
            "How much of the variance of an indicator comes of a factor alone (first order), and of it together with the others (total), "
            "with the half-widths of 95 % intervals by the bootstrap."
        }
        @for (indicator, found) in findings.indicators.iter().zip(&findings.indices) {
            h3 { (words::words(indicator)) }
            @match found {
                None => { p { "It does not vary." } }
                Some(found) => {
                    @let rows: Vec<Vec<Cell>> = paths.iter().zip(found).map(|(path, index)| vec![
                        Cell::Name((*path).to_owned()),
                        Cell::Amount(index.first),
                        Cell::Amount(index.half_widths[0]),
                        Cell::Amount(index.total),
                        Cell::Amount(index.half_widths[1]),
                    ]).collect();
                    (tables::table(&format!("indices of {indicator}"), &["factor", "first order", "±", "total", "± "], &rows))
                }
            }
        }
    }
}

fn search(findings: &Findings) -> Markup {
    let Design::Calibrate(plan) = &findings.plan.study.design else { return html! {} };
    let paths: Vec<&str> = findings.plan.paths().collect();
    let mut tried: Vec<&calibration::Tried> = findings.tried.iter().collect();
    tried.sort_by(|a, b| a.misfit.total_cmp(&b.misfit).then(a.point.cmp(&b.point)));
    let titles: Vec<&str> = ["point", "misfit"]
        .into_iter()
        .chain(paths.iter().copied())
        .chain(plan.targets.keys().map(String::as_str))
        .collect();
    let row = |tried: &&calibration::Tried| {
        let levels = tried.levels.iter().map(|level| level.number().unwrap_or(f64::NAN));
        let found = tried.found.iter().map(|found| found.map_or(f64::NAN, |found| found.mean));
        let amounts = std::iter::once(tried.misfit).chain(levels).chain(found).map(Cell::Amount);
        std::iter::once(Cell::Count(tried.point)).chain(amounts).collect()
    };
    let rows: Vec<Vec<Cell>> = tried.iter().take(LISTED).map(row).collect();
    html! {
        p {
            "The misfit is the sum of squares of how far each indicator is from what was measured, in errors of the measurement. "
            "Below about the number of targets it is no worse than the measurements are."
        }
        @if let Some(best) = tried.first() {
            ul {
                @for (path, level) in paths.iter().zip(&best.levels) { li { code { (path) } " " (level) } }
                @for ((indicator, target), found) in plan.targets.iter().zip(&best.found) {
                    li {
                        (words::words(indicator)) " " (shown(*found)) ", measured " (number(target.value)) " ± " (number(target.error))
                    }
                }
            }
        }
        (tables::table("what was tried, the closest first", &titles, &rows))
    }
}

fn origin(findings: &Findings) -> Markup {
    let plan = findings.plan;
    html! {
        p {
            "Autotwin " (env!("CARGO_PKG_VERSION")) ", seed " (plan.seed) ". The table of all runs is " code { "runs.parquet" }
            "; study and scene are beside it."
        }
        pre { (plan.text) }
    }
}
