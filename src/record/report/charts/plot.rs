//! The frame of a chart with two axes: grid, ticks and room for shapes.

use maud::{Markup, html};

use super::scale::Axis;
use super::shapes::Shapes;

/// The room below the plot for the labels of its ticks.
const FOOT: f64 = 22.0;
/// The room above, for half a label's height.
const HEAD: f64 = 8.0;

/// A chart with two axes, ready to be put on the page.
pub struct Plot {
    /// What it shows, in words, for those who cannot see it.
    pub about: String,
    /// What y is, shown above its axis.
    pub y_title: String,
    /// The height of the plot itself, in pixels.
    pub height: f64,
    /// Along the width.
    pub x: Axis,
    /// Along the height.
    pub y: Axis,
    /// What is drawn, in pixels from the top of the plot.
    pub shapes: Shapes,
}

impl Plot {
    /// How far below the top of the plot a value is, in pixels.
    pub fn down(&self, value: f64) -> f64 {
        down(&self.y, self.height, value)
    }

    /// The chart as HTML.
    pub fn render(self) -> Markup {
        let whole = HEAD + self.height + FOOT;
        let (labels, grid) = (self.y_labels(), self.grid());
        html! {
            div.plot {
                @if !self.y_title.is_empty() { div.y-title { (self.y_title) } }
                svg.y-axis width="48" height=(whole) aria-hidden="true" { (labels.markup()) }
                svg.field width="100%" height=(whole) role="img" aria-label=(self.about) {
                    svg y=(HEAD) width="100%" height=(self.height + FOOT) overflow="visible" {
                        (grid.markup())
                        (self.shapes.markup())
                    }
                }
            }
        }
    }

    fn y_labels(&self) -> Shapes {
        let mut labels = Shapes::default();
        for (at, label) in &self.y.ticks {
            labels.text("tick end", 0.87, HEAD + self.down(*at) + 4.0, label);
        }
        labels
    }

    fn grid(&self) -> Shapes {
        let mut grid = Shapes::default();
        for (at, _) in &self.y.ticks {
            let y = self.down(*at);
            grid.line(if *at == self.y.from { "axis" } else { "grid" }, (0.0, y), (1.0, y));
        }
        for (index, (at, label)) in self.x.ticks.iter().enumerate() {
            let x = self.x.share(*at);
            grid.line("axis", (x, self.height), (x, self.height + 4.0));
            grid.text(&tick_class(x, index), x, self.height + 17.0, label);
        }
        grid
    }
}

/// The class of a tick's label: those at the edges stay within the chart, and on narrow screens every other one goes.
pub fn tick_class(x: f64, index: usize) -> String {
    let anchor = if x < 0.02 {
        ""
    } else if x > 0.97 {
        " end"
    } else {
        " mid"
    };
    let odd = if index % 2 == 1 { " odd" } else { "" };
    format!("tick{anchor}{odd}")
}

/// How far below the top of a plot of that height a value is, in pixels.
pub fn down(y: &Axis, height: f64, value: f64) -> f64 {
    height * (1.0 - y.share(value))
}
