//! Tables of a section, in which the numbers of a column can be compared at a glance: each column has one unit.

use maud::{Markup, html};

use super::words;

/// Tables with more rows scroll on their own, under their headings.
pub const LONG: usize = 24;

/// One cell.
pub enum Cell {
    /// A name.
    Name(String),
    /// How many.
    Count(usize),
    /// A length of time in seconds; NaN for none.
    Time(f64),
    /// An amount, in the unit that its column's title names; NaN for none.
    Amount(f64),
}

/// The unit of a column of times: its name and its seconds.
type Unit = (&'static str, f64);

/// A table with these titles, that can be sorted where scripts run. `about` says what it shows.
pub fn table(about: &str, titles: &[&str], rows: &[Vec<Cell>]) -> Markup {
    let units: Vec<Option<Unit>> = (0..titles.len()).map(|column| unit(rows, column)).collect();
    let is_name = |column: usize| rows.iter().any(|row| matches!(row.get(column), Some(Cell::Name(_))));
    html! {
        div.wide.long[rows.len() > LONG] tabindex="0" role="region" aria-label=(about) {
            table data-sortable="" {
                thead {
                    tr {
                        @for (column, title) in titles.iter().enumerate() {
                            @if is_name(column) { th { (title) } }
                            @else {
                                th.num { (title) @if let Some((unit, _)) = units[column] { span.unit { " " (unit) } } }
                            }
                        }
                    }
                }
                tbody {
                    @for row in rows { tr { @for (cell, unit) in row.iter().zip(&units) { (shown(cell, *unit)) } } }
                }
            }
        }
    }
}

/// The unit that fits the longest time of a column; none for other columns.
fn unit(rows: &[Vec<Cell>], column: usize) -> Option<Unit> {
    let time = |row: &Vec<Cell>| match row.get(column) {
        Some(Cell::Time(seconds)) => Some(*seconds),
        _ => None,
    };
    rows.iter().filter_map(time).filter(|seconds| seconds.is_finite()).reduce(f64::max).map(words::unit_of_time)
}

fn shown(cell: &Cell, unit: Option<Unit>) -> Markup {
    let size = unit.map_or(1.0, |(_, size)| size);
    match cell {
        Cell::Name(name) => html! { td.name { (name) } },
        Cell::Count(count) => html! { td.num data-value=(count) { (words::number(*count as f64)) } },
        Cell::Time(value) | Cell::Amount(value) if !value.is_finite() => {
            html! { td.num data-value="" { (words::NOTHING) } }
        }
        Cell::Time(seconds) => html! { td.num data-value=(seconds) { (words::decimal(seconds / size)) } },
        Cell::Amount(amount) => html! { td.num data-value=(amount) { (words::number(*amount)) } },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_of_times_has_one_unit() {
        let row = |name: &str, time: f64| vec![Cell::Name(name.to_owned()), Cell::Count(2), Cell::Time(time)];
        let html = table("", &["What", "Jobs", "Time"], &[row("<a>", 900.0), row("b", 9_000.0), row("c", f64::NAN)]);
        let html = html.into_string();
        assert!(html.contains("Time<span class=\"unit\"> h</span>"), "{html}");
        assert!(html.contains(">0.250<") && html.contains(">2.50<") && html.contains(">–<"), "{html}");
        assert!(html.contains("&lt;a&gt;") && !html.contains("<a>"), "{html}");
    }
}
