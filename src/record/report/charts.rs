//! Charts as inline SVG.
//!
//! Everything along the x-axis is placed in percent of the chart's width and everything along the y-axis in pixels, so
//! that a chart fills the room it has, on a phone as on paper, while its letters keep their size. Colours are named by
//! CSS classes; the style sheet has them for light and dark, and gives every colour that bears a meaning a pattern as well.

pub mod bars;
pub mod gantt;
pub mod legend;
pub mod lines;
pub mod plot;
pub mod scale;
pub mod shapes;
pub mod strips;

pub use bars::{Bar, Bars, StackRow, stack_rows};
pub use gantt::{Gantt, GanttBar, GanttPanel, GanttRow};
pub use legend::legend;
pub use lines::{Line, Lines};
pub use plot::Plot;
pub use scale::Axis;
pub use shapes::{Area, Shapes};
pub use strips::{Strip, strips};
