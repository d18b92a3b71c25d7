//! Lines over time.

use maud::Markup;

use super::plot::{Plot, down};
use super::scale::Axis;
use super::shapes::{Area, Shapes};

/// One line: its class, what it is called, and its points in order of time.
pub struct Line {
    /// Its class.
    pub class: String,
    /// What it is called; stands at its end where there are several.
    pub title: String,
    /// Time and value.
    pub points: Vec<(f64, f64)>,
    /// Whether a value holds until the next one, instead of leading to it straight.
    pub steps: bool,
}

/// Lines over one axis of time.
pub struct Lines {
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
    /// The lines.
    pub lines: Vec<Line>,
    /// From when to when something is said under a pointer, and what.
    pub tips: Vec<(f64, f64, String)>,
    /// A level to mark across the chart, and what it is.
    pub mark: Option<(f64, String)>,
}

impl Lines {
    /// The chart as HTML.
    pub fn render(self) -> Markup {
        let mut shapes = Shapes::default();
        for line in &self.lines {
            shapes.path(&format!("line {}", line.class), &self.path(line), self.height);
        }
        if let Some((level, text)) = &self.mark {
            let y = down(&self.y, self.height, *level);
            shapes.line("mark", (0.0, y), (1.0, y));
            shapes.text("note end", 1.0, if y < 16.0 { y + 14.0 } else { y - 5.0 }, text);
        }
        for (from, to, tip) in &self.tips {
            let (x, end) = (self.x.share(*from), self.x.share(*to));
            shapes.rect("hit", Area { x, width: end - x, y: 0.0, height: self.height }, tip);
        }
        Plot { about: self.about, y_title: self.y_title, height: self.height, x: self.x, y: self.y, shapes }.render()
    }

    fn path(&self, line: &Line) -> Vec<(f64, f64)> {
        let mut path: Vec<(f64, f64)> = Vec::with_capacity(line.points.len() * 2);
        for (time, value) in &line.points {
            let point = (self.x.share(*time), down(&self.y, self.height, *value));
            if let (true, Some(&(_, before))) = (line.steps, path.last()) {
                path.push((point.0, before));
            }
            path.push(point);
        }
        path
    }
}
