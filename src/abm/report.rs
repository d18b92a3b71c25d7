//! What a report shows of a model: its counts over time.

use std::collections::BTreeMap;
use std::sync::Arc;

use maud::html;

use crate::record::report::charts::{Axis, Line, Lines};
use crate::record::report::{ReportSection, RunData, Section, words};

/// The section.
pub const SECTION: ReportSection = ReportSection {
    id: "counts",
    link: "Counts",
    title: "Counts over time",
    tables: &["metrics"],
    render,
    compare: None,
};

/// The height of a chart: pixels.
const HEIGHT: f64 = 110.0;

fn render(run: &RunData) -> Section {
    let Some(table) = run.table("metrics")? else { return Ok(None) };
    let columns = (table.floats("time"), table.texts("name"), table.texts("twin"), table.floats("value"));
    let (Some(times), Some(names), Some(twins), Some(values)) = columns else { return Ok(None) };
    let mut counts: BTreeMap<Arc<str>, Vec<(f64, f64)>> = BTreeMap::new();
    for row in (0..table.rows()).filter(|row| twins.get(*row).is_empty() && values[*row].is_finite()) {
        counts.entry(names.get(row).clone()).or_default().push((times[row], values[row]));
    }
    if counts.is_empty() {
        return Ok(None);
    }
    let chart = |(name, points): (Arc<str>, Vec<(f64, f64)>)| {
        let ends = points.iter().map(|(_, value)| *value);
        let (low, high) = ends.fold((0.0_f64, 0.0_f64), |(low, high), value| (low.min(value), high.max(value)));
        let about = format!("{name} over time: from {} to {}", words::number(low), words::number(high));
        let line = Line { class: "c0".to_owned(), title: String::new(), points, steps: false };
        let (x, y) = (Axis::time(0.0, run.to()), Axis::between(low, high));
        let lines = vec![line];
        let chart = Lines { about, y_title: String::new(), height: HEIGHT, x, y, lines, tips: Vec::new(), mark: None };
        html! { h3 { (words::words(&name)) } (chart.render()) }
    };
    Ok(Some(html! { @for count in counts { (chart(count)) } }))
}
