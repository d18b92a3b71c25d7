//! All indicators: those of the world as a list, those of twins as one table for each sort of twin.

use std::collections::BTreeMap;
use std::sync::Arc;

use maud::{Markup, html};

use super::data::{Figure, RunData};
use super::head::exact;
use super::registry::ReportRegistry;
use super::tables::LONG;
use super::words;

/// Twins that have the same indicators, and so are of one sort.
struct Sort<'a> {
    columns: Vec<&'a Figure>,
    rows: Vec<(Arc<str>, Vec<&'a Figure>)>,
}

/// The section.
pub fn render(run: &RunData, registry: &ReportRegistry) -> Markup {
    let world: Vec<&Figure> = run.figures.iter().filter(|figure| figure.twin.is_none()).collect();
    html! {
        div.search hidden="hidden" {
            label { "Find " input type="search" placeholder="an indicator or a twin" data-filter="indicators"; }
        }
        @if !world.is_empty() {
            div.wide tabindex="0" role="region" aria-label="Indicators of the whole" {
                table.figures.whole data-sortable="" {
                    thead {
                        tr {
                            th { "Indicator" } th.num { "Value" }
                            @if run.has_replications() { th.num { "95 % interval" } }
                        }
                    }
                    tbody { @for figure in &world { (world_row(run, registry, figure)) } }
                }
            }
        }
        @for sort in sorts(run) { (twin_table(&sort, registry)) }
    }
}

fn world_row(run: &RunData, registry: &ReportRegistry, figure: &Figure) -> Markup {
    let about = registry.known(&figure.name).map_or("", |known| known.about);
    html! {
        tr data-indicator=(figure.name) {
            td { (registry.title(&figure.name)) @if !about.is_empty() { span.hint { " " (about) } } }
            td.num data-value=(exact(figure.value)) { (registry.value(&figure.name, &figure.unit, figure.value)) }
            @if run.has_replications() { td.num { (interval(registry, figure)) } }
        }
    }
}

fn interval(registry: &ReportRegistry, figure: &Figure) -> String {
    match figure.half_width {
        Some(half) => format!("± {}", registry.value(&figure.name, &figure.unit, Some(half))),
        None => words::NOTHING.to_owned(),
    }
}

fn sorts(run: &RunData) -> Vec<Sort<'_>> {
    let mut by_twin: Vec<(Arc<str>, Vec<&Figure>)> = Vec::new();
    for figure in &run.figures {
        let Some(twin) = &figure.twin else { continue };
        match by_twin.last_mut() {
            Some((last, figures)) if last == twin => figures.push(figure),
            _ => by_twin.push((twin.clone(), vec![figure])),
        }
    }
    // Machines that can fail have an indicator more than others and are of the same sort all the same: sorts are told
    // apart by their first indicator.
    let mut sorts: Vec<Sort> = Vec::new();
    let mut known: BTreeMap<&str, usize> = BTreeMap::new();
    for (twin, figures) in by_twin {
        let Some(first) = figures.first() else { continue };
        let index = *known.entry(&first.name).or_insert_with(|| {
            sorts.push(Sort { columns: Vec::new(), rows: Vec::new() });
            sorts.len() - 1
        });
        let sort = &mut sorts[index];
        for &figure in &figures {
            if !sort.columns.iter().any(|column| column.name == figure.name) {
                sort.columns.push(figure);
            }
        }
        sort.rows.push((twin, figures));
    }
    sorts
}

fn twin_table(sort: &Sort, registry: &ReportRegistry) -> Markup {
    html! {
        div.wide.long[sort.rows.len() > LONG] tabindex="0" role="region" aria-label="Indicators of twins" {
            table.figures.twins data-sortable="" {
                thead {
                    tr {
                        th { "Twin" }
                        @for column in &sort.columns {
                            th.num data-indicator=(column.name) { (heading(registry, column)) }
                        }
                    }
                }
                tbody {
                    @for (twin, figures) in &sort.rows {
                        tr data-twin=(twin) {
                            td { (twin) }
                            @for column in &sort.columns { (cell(registry, figures, column)) }
                        }
                    }
                }
            }
        }
    }
}

fn heading(registry: &ReportRegistry, column: &Figure) -> Markup {
    let unit = if registry.is_share(&column.name) && column.unit.is_empty() { "%" } else { &column.unit };
    html! {
        (registry.title(&column.name))
        @if !unit.is_empty() { span.unit { " " (unit) } }
    }
}

fn cell(registry: &ReportRegistry, figures: &[&Figure], column: &Figure) -> Markup {
    let found = figures.iter().find(|figure| figure.name == column.name);
    let Some(figure) = found else { return html! { td.num {} } };
    // The unit stands in the heading, so that numbers of a column can be compared.
    let share = registry.is_share(&figure.name) && figure.unit.is_empty();
    let shown = |value: f64| if share { format!("{:.1}", value * 100.0) } else { words::number(value) };
    html! {
        td.num data-value=(exact(figure.value)) {
            (figure.value.map_or_else(|| words::NOTHING.to_owned(), shown))
            @if let Some(half) = figure.half_width { span.half { " ±" (shown(half)) } }
        }
    }
}
