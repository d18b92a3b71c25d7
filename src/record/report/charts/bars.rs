//! Bars: upright ones over an axis, and rows of lying ones that are parted.

use maud::{Markup, html};

use super::plot::{Plot, down};
use super::scale::Axis;
use super::shapes::{Area, Shapes};
use crate::record::report::words::short_percent;

/// An upright bar, of one or several parts on top of each other.
pub struct Bar {
    /// Where it begins along x.
    pub from: f64,
    /// Where it ends.
    pub to: f64,
    /// Class and height of each part, from the bottom.
    pub parts: Vec<(String, f64)>,
    /// What is said under a pointer.
    pub tip: String,
}

/// Upright bars over an axis.
pub struct Bars {
    /// What the chart shows, in words.
    pub about: String,
    /// What y is.
    pub y_title: String,
    /// The height in pixels.
    pub height: f64,
    /// Along the width.
    pub x: Axis,
    /// Along the height.
    pub y: Axis,
    /// The bars.
    pub bars: Vec<Bar>,
    /// The part of a bar's width that stays free on its right.
    pub gap: f64,
    /// Places to mark along x, each with what it is.
    pub marks: Vec<(f64, String)>,
}

impl Bars {
    /// The chart as HTML.
    pub fn render(self) -> Markup {
        let mut shapes = Shapes::default();
        for bar in &self.bars {
            self.draw(bar, &mut shapes);
        }
        for (index, (at, text)) in self.marks.iter().enumerate() {
            let x = self.x.share(*at);
            let next = self.marks.get(index + 1).map_or(1.0, |(next, _)| self.x.share(*next));
            let leftwards = x > 0.7 || (next - x < 0.12 && x > 0.2);
            shapes.line("mark", (x, 0.0), (x, self.height));
            let (anchor, aside) = if leftwards { ("note end", -0.006) } else { ("note", 0.006) };
            shapes.text(anchor, x + aside, 11.0 + 15.0 * index as f64, text);
        }
        Plot { about: self.about, y_title: self.y_title, height: self.height, x: self.x, y: self.y, shapes }.render()
    }

    fn draw(&self, bar: &Bar, shapes: &mut Shapes) {
        let x = self.x.share(bar.from);
        // Without a gap, bars reach a little below their neighbours, so that no seam shows between them.
        let stretch = if self.gap > 0.0 { 1.0 - self.gap } else { 1.15 };
        let width = ((self.x.share(bar.to) - x) * stretch).min(1.0 - x);
        let mut sum = 0.0;
        for (class, value) in bar.parts.iter().filter(|(_, value)| *value > 0.0) {
            let bottom = down(&self.y, self.height, sum);
            sum += value;
            let y = down(&self.y, self.height, sum);
            // Half a pixel more than needed, so that rounding leaves no seam between the parts.
            let height = (bottom - y + 0.5).min(self.height - y);
            shapes.rect(class, Area { x, width, y, height }, "");
        }
        if !bar.tip.is_empty() {
            let width = self.x.share(bar.to) - x;
            shapes.rect("hit", Area { x, width, y: 0.0, height: self.height }, &bar.tip);
        }
    }
}

/// A row with a lying bar that is parted.
pub struct StackRow {
    /// What it is of.
    pub title: String,
    /// Class, name and size of each part, from the left. Sizes are shares of the width.
    pub parts: Vec<(String, String, f64)>,
    /// What stands behind the bar.
    pub value: String,
    /// Whether a part's percentage is written into it; else its `note`.
    pub percent: bool,
}

/// Rows of lying bars. `about` says in words what they show.
pub fn stack_rows(about: &str, rows: &[StackRow]) -> Markup {
    const HEIGHT: f64 = 18.0;
    html! {
        div.stacks role="group" aria-label=(about) {
            @for row in rows {
                div.stack-row {
                    span.name title=(row.title) { (row.title) }
                    svg width="100%" height=(HEIGHT) role="img" aria-label=(described(row)) {
                        (stack(row, HEIGHT).markup())
                    }
                    span.value { (row.value) }
                }
            }
        }
    }
}

fn stack(row: &StackRow, height: f64) -> Shapes {
    /// Narrower parts have no room for a number.
    const LEAST: f64 = 0.045;
    let mut shapes = Shapes::default();
    let mut x = 0.0;
    for (class, name, width) in row.parts.iter().filter(|(_, _, width)| *width > 0.0) {
        let tip = format!("{}: {name} {} %", row.title, short_percent(*width));
        let tip = if row.percent { tip } else { format!("{}: {name}", row.title) };
        shapes.rect(class, Area { x, width: *width, y: 0.0, height }, &tip);
        if row.percent && *width >= LEAST {
            let narrow = if *width < 0.12 { " narrow" } else { "" };
            shapes.text(&format!("in mid on-{class}{narrow}"), x + width / 2.0, 13.0, &short_percent(*width));
        }
        x += width;
    }
    shapes
}

fn described(row: &StackRow) -> String {
    let parts = row.parts.iter().filter(|(_, _, width)| *width > 0.0);
    let parts: Vec<String> = match row.percent {
        true => parts.map(|(_, name, width)| format!("{name} {} %", short_percent(*width))).collect(),
        false => parts.map(|(_, name, _)| name.clone()).collect(),
    };
    format!("{}: {}", row.title, parts.join(", "))
}
