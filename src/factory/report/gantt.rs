//! The schedule as it came out: what each slot of each machine worked on, and when machines stood still.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use maud::{Markup, html};

use crate::record::report::charts::{Axis, Gantt, GanttBar, GanttPanel, GanttRow, legend};
use crate::record::report::registry::{ReportSection, Section};
use crate::record::report::{RunData, words};

use super::palette::{Kind, Products};
use super::rows::{self, Operation, Operations, States};

const DAY: f64 = 86_400.0;

/// Runs up to this long are shown in one piece.
const ONE_PIECE: f64 = 36.0 * 3_600.0;
/// How many bars the page holds at most, which keeps it below about two megabytes.
const MOST_BARS: usize = 10_000;
/// How many slots are shown at most.
const MOST_ROWS: usize = 40;
/// How many slots of one machine are shown at most: of a store with hundreds the first tell enough.
const MOST_ROWS_OF_ONE: i64 = 8;
/// How many days are shown at most.
const MOST_DAYS: usize = 31;

/// The section, as it is registered.
pub const SECTION: ReportSection = ReportSection {
    id: "schedule",
    link: "Schedule",
    title: "Schedule",
    tables: &["operations"],
    render,
    compare: None,
};

/// A machine's slot.
type Slot = (Arc<str>, i64);

/// When each machine stood still.
type Stops = BTreeMap<Arc<str>, Vec<Stop>>;

/// What is shown, and what is not.
struct Choice {
    slots: Vec<Slot>,
    all_slots: usize,
    windows: Vec<(f64, f64)>,
    complete: bool,
}

fn render(run: &RunData) -> Section {
    let Some(operations) = rows::operations(run)? else { return Ok(None) };
    let states = rows::states(run)?;
    let stops = states.as_ref().map(stops).unwrap_or_default();
    let choice = choose(run, &operations, states.as_ref(), &stops);
    let panels = choice.windows.iter().map(|&window| panel(run, &operations, &stops, &choice.slots, window)).collect();
    let gantt = Gantt { about: "Schedule of the machines".to_owned(), panels };
    Ok(Some(html! {
        (meanings(&operations.products, &stops))
        (gantt.render())
        (note(run, &choice, states.is_some()))
    }))
}

/// A time during which a machine stood still.
struct Stop {
    class: &'static str,
    state: &'static str,
    from: f64,
    to: f64,
}

fn stops(states: &States) -> Stops {
    const SHOWN: [&str; 4] = ["down", "maintenance", "suspended", "off"];
    let mut stops = Stops::new();
    for span in states.spans.iter().filter(|span| span.kind == Kind::Machine && SHOWN.contains(&&*span.state)) {
        let known = Kind::Machine.states().iter().find(|(name, ..)| *name == &*span.state);
        if let Some(&(_, state, class)) = known {
            let stop = Stop { class, state, from: span.from, to: span.to };
            stops.entry(states.twins[span.twin].clone()).or_default().push(stop);
        }
    }
    stops
}

/// Which slots and which windows of time are shown.
fn choose(run: &RunData, operations: &Operations, states: Option<&States>, stops: &Stops) -> Choice {
    let (slots, all_slots) = slots(run, operations, states);
    let shown: BTreeSet<&Slot> = slots.iter().collect();
    let rows = operations.rows.iter().filter(|row| shown.contains(&(row.machine.clone(), row.slot)));
    let mut sizes: Vec<(f64, f64, usize)> =
        rows.map(|row| (row.setup, row.end, 1 + usize::from(row.start > row.setup))).collect();
    let stops = slots.iter().flat_map(|(machine, _)| stops.get(machine)).flatten();
    sizes.extend(stops.map(|stop| (stop.from, stop.to, 1)));
    let bars = |from: f64, to: f64| {
        sizes.iter().filter(|(setup, end, _)| *end > from && *setup < to).map(|(.., bars)| bars).sum::<usize>()
    };
    let end = run.to();
    if end <= ONE_PIECE && bars(0.0, end) <= MOST_BARS {
        return Choice { slots, all_slots, windows: vec![(0.0, end)], complete: true };
    }
    let first = (run.from() / DAY).floor();
    let last = (end / DAY).ceil();
    let (mut windows, mut held) = (Vec::new(), 0);
    for day in (first as u64..last as u64).take(MOST_DAYS) {
        let window = (day as f64 * DAY, (day + 1) as f64 * DAY);
        held += bars(window.0, window.1);
        if held > MOST_BARS {
            break;
        }
        windows.push(window);
    }
    if windows.is_empty() {
        windows.push(fitting(first * DAY, &bars));
    }
    let complete = first == 0.0 && windows.last().is_some_and(|(_, to)| *to >= end);
    Choice { slots, all_slots, windows, complete }
}

/// The longest part of a day from its begin that is not too full.
fn fitting(from: f64, bars: &dyn Fn(f64, f64) -> usize) -> (f64, f64) {
    let lengths = [12.0, 6.0, 3.0, 1.0, 0.25].map(|hours| hours * 3_600.0);
    let length = lengths.into_iter().find(|length| bars(from, from + length) <= MOST_BARS);
    (from, from + length.unwrap_or(60.0))
}

/// The slots of all machines in the order of the scene; of many only some, of the machines that worked longest. Also says
/// how many there are.
fn slots(run: &RunData, operations: &Operations, states: Option<&States>) -> (Vec<Slot>, usize) {
    let mut work: BTreeMap<Arc<str>, (f64, i64)> = BTreeMap::new();
    let machines = states.iter().flat_map(|states| {
        let of_machines = states.spans.iter().filter(|span| span.kind == Kind::Machine);
        of_machines.map(|span| states.twins[span.twin].clone())
    });
    machines.for_each(|machine| {
        work.entry(machine).or_default();
    });
    for row in &operations.rows {
        let (time, slots) = work.entry(row.machine.clone()).or_default();
        *time += row.end - row.setup;
        *slots = (*slots).max(row.slot);
    }
    let all = work.values().map(|(_, last)| *last as usize + 1).sum();
    let drawn = |last: i64| (last + 1).min(MOST_ROWS_OF_ONE);
    let mut busiest: Vec<(&Arc<str>, &(f64, i64))> = work.iter().collect();
    busiest.sort_by(|a, b| b.1.0.total_cmp(&a.1.0).then(a.0.cmp(b.0)));
    let mut rows = 0;
    let kept: BTreeSet<&Arc<str>> = busiest
        .iter()
        .take_while(|(_, (_, last))| {
            rows += drawn(*last) as usize;
            rows <= MOST_ROWS
        })
        .map(|(machine, _)| *machine)
        .collect();
    let mut order: Vec<Arc<str>> = run.twins();
    order.extend(work.keys().cloned());
    let mut seen = BTreeSet::new();
    let chosen = order.into_iter().filter(|machine| kept.contains(machine) && seen.insert(machine.clone()));
    let slots = chosen.flat_map(|machine| {
        let last = work.get(&machine).map_or(0, |(_, last)| *last);
        (0..drawn(last)).map(move |slot| (machine.clone(), slot))
    });
    (slots.collect(), all)
}

fn panel(run: &RunData, operations: &Operations, stops: &Stops, slots: &[Slot], (from, to): (f64, f64)) -> GanttPanel {
    let whole_day = to - from == DAY || from > 0.0;
    let axis = if whole_day || run.to() > ONE_PIECE { Axis::clock(from, to) } else { Axis::time(from, to) };
    let title = format!("Day {}", words::number((from / DAY).floor() + 1.0));
    let mut bars: BTreeMap<&Slot, Vec<GanttBar>> = slots.iter().map(|slot| (slot, Vec::new())).collect();
    for row in operations.rows.iter().filter(|row| row.end > from && row.setup < to) {
        if let Some(bars) = bars.get_mut(&(row.machine.clone(), row.slot)) {
            add_operation(bars, row, &operations.products);
        }
    }
    for (slot, bars) in &mut bars {
        let stops = stops.get(&slot.0).into_iter().flatten().filter(|stop| stop.to > from && stop.from < to);
        bars.extend(stops.map(|stop| stop_bar(&slot.0, stop)));
    }
    let several: BTreeSet<&Arc<str>> = slots.iter().filter(|(_, slot)| *slot > 0).map(|(machine, _)| machine).collect();
    let row = |slot: &Slot| GanttRow {
        title: if several.contains(&slot.0) { format!("{} · {}", slot.0, slot.1 + 1) } else { slot.0.to_string() },
        bars: bars.remove(slot).unwrap_or_default(),
    };
    GanttPanel { title, axis, rows: slots.iter().map(row).collect() }
}

fn add_operation(bars: &mut Vec<GanttBar>, row: &Operation, products: &Products) {
    let colour = products.colour(row.product);
    let what = format!("{}, {} (job {})", row.name, products.names()[row.product], row.job);
    if row.start > row.setup {
        bars.push(GanttBar {
            class: format!("set{colour}"),
            from: row.setup,
            to: row.start,
            letters: String::new(),
            tip: format!("Set-up for {what}\n{}", period(row.setup, row.start)),
        });
    }
    bars.push(GanttBar {
        class: format!("g{colour}"),
        from: row.start,
        to: row.end,
        letters: products.letters(row.product).to_owned(),
        tip: format!("{what}\n{}", period(row.start, row.end)),
    });
}

fn stop_bar(machine: &str, stop: &Stop) -> GanttBar {
    GanttBar {
        class: stop.class.to_owned(),
        from: stop.from,
        to: stop.to,
        letters: String::new(),
        tip: format!("{machine} {}\n{}", stop.state, period(stop.from, stop.to)),
    }
}

/// `08:12 – 08:40, 28 min`; the day stands elsewhere.
fn period(from: f64, to: f64) -> String {
    let minute = |time: f64| (time / 60.0).round() * 60.0;
    // In short operations seconds matter.
    let round = |time: f64| if to - from < 600.0 { time } else { minute(time) };
    format!("{} – {}, {}", words::clock(round(from)), words::clock(round(to)), words::length(to - from))
}

fn meanings(products: &Products, stops: &Stops) -> Markup {
    let mut entries: Vec<(String, String)> = Vec::new();
    for (colour, name) in products.colours() {
        // The grey of all others stands for several, which have their own letters in the chart.
        let alone = products.names().get(colour).is_some_and(|product| **product == *name);
        let text = if alone { format!("{} {name}", products.letters(colour)) } else { name };
        entries.push((format!("g{colour}"), text));
    }
    entries.push(("set0".to_owned(), "hatched: set-up".to_owned()));
    let happened: BTreeSet<&str> = stops.values().flatten().map(|stop| stop.state).collect();
    for (_, state, class) in Kind::Machine.states().iter().filter(|(_, state, _)| happened.contains(state)) {
        entries.push(((*class).to_owned(), (*state).to_owned()));
    }
    legend(entries.iter().map(|(class, meaning)| (class.as_str(), meaning.as_str())))
}

fn note(run: &RunData, choice: &Choice, with_states: bool) -> Markup {
    html! {
        p.note {
            "A bar is an operation, from the beginning of its work to its end, repairs included. "
            @if !choice.complete {
                "Shown "
                @if choice.windows.len() > 1 { "are " (choice.windows.len()) " days" }
                @else if let Some((from, to)) = choice.windows.first() {
                    "is " (words::moment(*from)) " to " (words::moment(*to))
                }
                ", of " (words::length(run.to())) " in all"
                @if run.from() > 0.0 { ", from the day on which the warm-up ends" }
                "; the states below show the whole run. "
            }
            @if choice.slots.len() < choice.all_slots {
                "Of " (choice.all_slots) " slots, " (choice.slots.len()) " are shown: those of the busiest machines, at most "
                (MOST_ROWS_OF_ONE) " of each. "
            }
            @if !with_states {
                "Times at which machines stood still were not recorded: run with "
                code { "--tables operations,states" } "."
            }
        }
    }
}
