//! Strips: rows over one axis of time whose shade says how much.

use maud::{Markup, html};

use super::plot::tick_class;
use super::scale::Axis;
use super::shapes::{Area, Shapes};

/// How many shades there are beside none.
const SHADES: f64 = 5.0;

/// One row.
pub struct Strip {
    /// What it is of.
    pub title: String,
    /// A share from 0 to 1 for each bin; NaN where nothing is known.
    pub shares: Vec<f64>,
}

/// Rows of shades over bins with these edges; neighbours of one shade are one rectangle.
pub fn strips(about: &str, axis: &Axis, edges: &[f64], rows: &[Strip]) -> Markup {
    const HEIGHT: f64 = 12.0;
    html! {
        div.stacks.strips role="group" aria-label=(about) {
            @for row in rows {
                div.stack-row {
                    span.name title=(row.title) { (row.title) }
                    svg width="100%" height=(HEIGHT) role="img" aria-label=(described(row)) {
                        (shades(axis, edges, row, HEIGHT).markup())
                    }
                    span.value { (super::super::words::percent(mean(&row.shares))) }
                }
            }
            div.stack-row {
                span.name {}
                svg width="100%" height="20" aria-hidden="true" { (ticks(axis).markup()) }
                span.value {}
            }
        }
    }
}

/// Shades from light to dark, for the legend: class and meaning.
pub const SHADE_LEGEND: [(&str, &str); 6] = [
    ("shade0", "below 10 %"),
    ("shade1", "10–30 %"),
    ("shade2", "30–50 %"),
    ("shade3", "50–70 %"),
    ("shade4", "70–90 %"),
    ("shade5", "above 90 %"),
];

fn shades(axis: &Axis, edges: &[f64], row: &Strip, height: f64) -> Shapes {
    let mut shapes = Shapes::default();
    let mut bins = row.shares.iter().map(|&share| shade(share)).zip(edges.windows(2)).peekable();
    while let Some((shade, bin)) = bins.next() {
        let mut to = bin[1];
        while let Some((_, next)) = bins.next_if(|(next, _)| *next == shade) {
            to = next[1];
        }
        if let Some(shade) = shade {
            let x = axis.share(bin[0]);
            let area = Area { x, width: axis.share(to) - x, y: 0.0, height };
            shapes.rect(&format!("shade{shade}"), area, "");
        }
    }
    shapes
}

fn shade(share: f64) -> Option<u8> {
    share.is_finite().then(|| (share.clamp(0.0, 1.0) * SHADES).round() as u8)
}

fn ticks(axis: &Axis) -> Shapes {
    let mut shapes = Shapes::default();
    for (index, (at, label)) in axis.ticks.iter().enumerate() {
        let x = axis.share(*at);
        shapes.line("axis", (x, 0.0), (x, 4.0));
        shapes.text(&tick_class(x, index), x, 16.0, label);
    }
    shapes
}

fn mean(shares: &[f64]) -> f64 {
    let known: Vec<f64> = shares.iter().copied().filter(|share| share.is_finite()).collect();
    known.iter().sum::<f64>() / known.len() as f64
}

fn described(row: &Strip) -> String {
    let (least, most) = row.shares.iter().fold((1.0_f64, 0.0_f64), |(low, high), &s| (low.min(s), high.max(s)));
    let percent = super::super::words::percent;
    format!("{}: {} on average, from {} to {}", row.title, percent(mean(&row.shares)), percent(least), percent(most))
}
