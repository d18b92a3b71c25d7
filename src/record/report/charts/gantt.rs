//! Gantt charts: rows of bars over time, a panel for each window of it.

use std::fmt::Write as _;

use maud::{Markup, PreEscaped, html};

use super::plot::tick_class;
use super::scale::Axis;
use super::shapes::{Area, Shapes};

/// The height of a row, and of a bar in it.
const ROW: f64 = 22.0;
const BAR: f64 = 16.0;
/// The room for the ticks.
const HEAD: f64 = 22.0;

/// A bar of a row.
pub struct GanttBar {
    /// Its class.
    pub class: String,
    /// When it begins.
    pub from: f64,
    /// When it ends.
    pub to: f64,
    /// A letter or two that stand in it if there is room.
    pub letters: String,
    /// What is said under a pointer.
    pub tip: String,
}

/// A row: what it is of, and its bars, in the order in which they are drawn.
pub struct GanttRow {
    /// What it is of.
    pub title: String,
    /// Its bars.
    pub bars: Vec<GanttBar>,
}

/// A window of time.
pub struct GanttPanel {
    /// What the window is called, such as `Day 2`.
    pub title: String,
    /// Its axis.
    pub axis: Axis,
    /// Its rows, the same ones in every panel.
    pub rows: Vec<GanttRow>,
}

/// A chart of one panel or several, of which one is shown at a time.
pub struct Gantt {
    /// What it shows, in words.
    pub about: String,
    /// The panels.
    pub panels: Vec<GanttPanel>,
}

impl Gantt {
    /// The chart as HTML. Which panel is shown is chosen by radio buttons, which need no script.
    pub fn render(&self) -> Markup {
        html! {
            div.gantt {
                @if let [only] = self.panels.as_slice() {
                    div.panel { (self.panel(only)) }
                } @else {
                    div.tabs {
                        @for (index, panel) in self.panels.iter().enumerate() {
                            @let id = format!("gantt-{index}");
                            @if index == 0 { input type="radio" name="gantt" id=(id) checked="checked"; }
                            @else { input type="radio" name="gantt" id=(id); }
                            label for=(id) { (panel.title) }
                            div.panel { (self.panel(panel)) }
                        }
                    }
                }
            }
        }
    }

    fn panel(&self, panel: &GanttPanel) -> Markup {
        let height = HEAD + ROW * panel.rows.len() as f64;
        html! {
            div.gantt-body {
                div.gantt-names aria-hidden="true" {
                    @for row in &panel.rows { div title=(row.title) { (row.title) } }
                }
                div.gantt-scroll tabindex="0" role="region" aria-label=(format!("{}: {}", self.about, panel.title)) {
                    svg.gantt-field width="100%" height=(height) role="img" aria-label=(described(panel)) {
                        (frame(panel, height).markup())
                        @for (index, row) in panel.rows.iter().enumerate() {
                            @let y = HEAD + ROW * index as f64;
                            (PreEscaped(format!("<svg y=\"{y}\" width=\"100%\" height=\"{ROW}\">")))
                            (bars(&panel.axis, row).markup())
                            (PreEscaped("</svg>"))
                        }
                    }
                }
            }
        }
    }
}

fn frame(panel: &GanttPanel, height: f64) -> Shapes {
    let mut shapes = Shapes::default();
    for index in (0..panel.rows.len()).step_by(2) {
        shapes.rect("band", Area { x: 0.0, width: 1.0, y: HEAD + ROW * index as f64, height: ROW }, "");
    }
    for (index, (at, label)) in panel.axis.ticks.iter().enumerate() {
        let x = panel.axis.share(*at);
        shapes.line("grid", (x, HEAD - 4.0), (x, height));
        // The chart is as wide on a phone as elsewhere, so that no label needs to go.
        shapes.text(&tick_class(x, 2 * index), x, 13.0, label);
    }
    shapes
}

fn bars(axis: &Axis, row: &GanttRow) -> Shapes {
    let mut shapes = Shapes::default();
    let y = (ROW - BAR) / 2.0;
    for bar in &row.bars {
        let x = axis.share(bar.from);
        let width = axis.share(bar.to) - x;
        shapes.rect(&bar.class, Area { x, width, y, height: BAR }, &bar.tip);
        let room = 0.009 * bar.letters.chars().count() as f64;
        if !bar.letters.is_empty() && width > room {
            shapes.text(&format!("in mid on-{}", bar.class), x + width / 2.0, y + 12.0, &bar.letters);
        }
    }
    shapes
}

/// What a panel shows, in words: how many bars each row has.
fn described(panel: &GanttPanel) -> String {
    const MOST: usize = 12;
    let mut text = String::new();
    for row in panel.rows.iter().take(MOST) {
        let _ = write!(text, "{}{}: {} bars", if text.is_empty() { "" } else { "; " }, row.title, row.bars.len());
    }
    if panel.rows.len() > MOST {
        let _ = write!(text, "; and {} rows more", panel.rows.len() - MOST);
    }
    text
}
