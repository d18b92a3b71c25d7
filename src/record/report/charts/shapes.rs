//! The shapes that charts are made of, as SVG text. Numbers are written short, since a page may hold ten thousand.

use std::fmt::Write as _;

use maud::{Markup, PreEscaped, html};

/// Where a rectangle is: along x in shares of the chart's width, along y in pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Area {
    /// Its left edge.
    pub x: f64,
    /// Its width.
    pub width: f64,
    /// Its top edge.
    pub y: f64,
    /// Its height.
    pub height: f64,
}

/// Shapes of one chart, in the order in which they are drawn.
#[derive(Clone, Debug, Default)]
pub struct Shapes(String);

impl Shapes {
    /// Adds a rectangle. `tip` is what is said of it when a pointer is over it; empty for nothing.
    pub fn rect(&mut self, class: &str, area: Area, tip: &str) {
        let (x, width) = (percent(area.x), percent(area.width));
        let (y, height) = (pixels(area.y), pixels(area.height));
        self.put(format_args!(r#"<rect class="{class}" x="{x}" y="{y}" width="{width}" height="{height}""#));
        self.tip(tip);
        self.0.push_str("/>");
    }

    /// Adds a text that begins at `x`, or, by its class, is centred there or ends there.
    pub fn text(&mut self, class: &str, x: f64, y: f64, text: &str) {
        let (x, y, text) = (percent(x), pixels(y), escape(text));
        self.put(format_args!(r#"<text class="{class}" x="{x}" y="{y}">{text}</text>"#));
    }

    /// Adds a straight line.
    pub fn line(&mut self, class: &str, from: (f64, f64), to: (f64, f64)) {
        let (x1, y1, x2, y2) = (percent(from.0), pixels(from.1), percent(to.0), pixels(to.1));
        self.put(format_args!(r#"<line class="{class}" x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}"/>"#));
    }

    /// Adds a line through points, along x in shares of the width, in a chart of that height.
    pub fn path(&mut self, class: &str, points: &[(f64, f64)], height: f64) {
        // A path knows no percent: it is drawn on a sheet of its own that is stretched over the chart.
        let height = pixels(height);
        self.put(format_args!(
            r#"<svg class="sheet" viewBox="0 0 1000 {height}" preserveAspectRatio="none" width="100%" height="{height}">"#
        ));
        self.put(format_args!(r#"<path class="{class}" d=""#));
        for (index, (x, y)) in points.iter().enumerate() {
            let letter = if index == 0 { 'M' } else { 'L' };
            self.put(format_args!("{letter}{} {}", pixels(x * 1000.0), pixels(*y)));
        }
        self.0.push_str("\"/></svg>");
    }

    /// All shapes, as they stand in an `svg`.
    pub fn markup(self) -> Markup {
        PreEscaped(self.0)
    }

    /// How many bytes they are.
    pub fn size(&self) -> usize {
        self.0.len()
    }

    fn tip(&mut self, tip: &str) {
        if !tip.is_empty() {
            let tip = escape(tip);
            self.put(format_args!(r#" data-tip="{tip}""#));
        }
    }

    fn put(&mut self, text: std::fmt::Arguments) {
        // Writing to a text cannot fail.
        let _ = self.0.write_fmt(text);
    }
}

/// A text as it may stand in HTML and in its attributes.
fn escape(text: &str) -> String {
    html! { (text) }.into_string()
}

/// A share as percent.
fn percent(share: f64) -> String {
    let mut text = short(share * 100.0, 3);
    text.push('%');
    text
}

fn pixels(value: f64) -> String {
    short(value, 1)
}

fn short(value: f64, digits: usize) -> String {
    let value = if value.is_finite() { value } else { 0.0 };
    let text = format!("{value:.digits$}");
    let short = text.trim_end_matches('0').trim_end_matches('.');
    if short.is_empty() || short == "-0" { "0".to_owned() } else { short.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_are_short_and_escaped() {
        let mut shapes = Shapes::default();
        shapes.rect("a", Area { x: 0.125, width: 1.0 / 3.0, y: 0.0, height: 14.0 }, "<b>&\"");
        shapes.text("t", f64::NAN, 100.0, "a<b");
        assert_eq!(
            shapes.markup().into_string(),
            "<rect class=\"a\" x=\"12.5%\" y=\"0\" width=\"33.333%\" height=\"14\" data-tip=\"&lt;b&gt;&amp;&quot;\"/>\
             <text class=\"t\" x=\"0%\" y=\"100\">a&lt;b</text>"
        );
    }

    #[test]
    fn numbers_lose_their_idle_zeros() {
        assert_eq!((short(100.0, 1), short(0.0, 2), short(-0.001, 1)), ("100".into(), "0".into(), "0".into()));
    }
}
