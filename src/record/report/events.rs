//! What happened to twins: counts by kind and by twin.

use std::collections::BTreeMap;

use maud::{Markup, html};

use super::charts::{StackRow, stack_rows};
use super::columns::Columns;
use super::registry::{ReportSection, Section};
use super::{RunData, words};

/// Events by which twins merely come to be, which every twin has.
const COMMON: [&str; 2] = ["created", "activated"];

/// How many twins are listed.
const MOST: usize = 12;

/// The section of events, which every world has.
pub const SECTION: ReportSection =
    ReportSection { id: "events", link: "Events", title: "Events", tables: &["events"], render, compare: None };

/// Counts by twin.
type ByTwin<'a> = BTreeMap<&'a str, usize>;

fn render(run: &RunData) -> Section {
    let Some(table) = run.table("events")? else { return Ok(None) };
    let by_kind = count(&table);
    if by_kind.is_empty() {
        return Ok(None);
    }
    let mut kinds: Vec<(&str, ByTwin)> = by_kind.into_iter().collect();
    let total = |twins: &ByTwin| twins.values().sum::<usize>();
    kinds.sort_by(|a, b| total(&b.1).cmp(&total(&a.1)).then(a.0.cmp(b.0)));
    let (common, notable): (Vec<_>, Vec<_>) = kinds.into_iter().partition(|(kind, _)| COMMON.contains(kind));
    let others: Vec<String> = common.iter().map(|(kind, twins)| format!("{kind} {}", total(twins))).collect();
    Ok(Some(html! {
        @if notable.is_empty() {
            p { "Nothing but the beginnings of twins: no failures, commands or refusals." }
        } @else {
            div.wide tabindex="0" role="region" aria-label="Events by kind" {
                table {
                    thead { tr { th { "Event" } th.num { "Count" } th { "Most often" } } }
                    tbody {
                        @for (kind, twins) in &notable {
                            tr {
                                td { (words::words(kind)) }
                                td.num { (words::number(total(twins) as f64)) }
                                td { (often(twins)) }
                            }
                        }
                    }
                }
            }
            (by_twin(&notable))
        }
        @if !common.is_empty() {
            p.note { "Not counted above: " (others.join(", ")) "." }
        }
    }))
}

fn count(table: &Columns) -> BTreeMap<&str, ByTwin<'_>> {
    let mut counts: BTreeMap<&str, ByTwin> = BTreeMap::new();
    if let (Some(events), Some(twins)) = (table.texts("event"), table.texts("twin")) {
        for row in 0..table.rows() {
            *counts.entry(events.get(row)).or_default().entry(twins.get(row)).or_default() += 1;
        }
    }
    counts
}

fn sorted<'a>(twins: &ByTwin<'a>) -> Vec<(&'a str, usize)> {
    let mut sorted: Vec<(&str, usize)> =
        twins.iter().filter(|(twin, _)| !twin.is_empty()).map(|(&twin, &count)| (twin, count)).collect();
    sorted.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
    sorted
}

fn often(twins: &ByTwin) -> String {
    let first: Vec<String> = sorted(twins).iter().take(4).map(|(twin, count)| format!("{twin} ({count})")).collect();
    first.join(", ")
}

fn by_twin(notable: &[(&str, ByTwin)]) -> Markup {
    let mut all = ByTwin::new();
    for (twin, count) in notable.iter().flat_map(|(_, twins)| twins) {
        *all.entry(twin).or_default() += count;
    }
    let all = sorted(&all);
    let top = all.first().map_or(1, |(_, count)| *count) as f64;
    let rows: Vec<StackRow> = all
        .iter()
        .take(MOST)
        .map(|(twin, count)| StackRow {
            title: (*twin).to_owned(),
            parts: vec![("c0".to_owned(), words::count(*count, "event"), *count as f64 / top)],
            value: count.to_string(),
            percent: false,
        })
        .collect();
    html! {
        @if rows.len() > 1 {
            h3 { "Twins with the most events" @if all.len() > MOST { span.hint { " " (MOST) " of " (all.len()) } } }
            (stack_rows("Number of events by twin", &rows))
        }
    }
}
