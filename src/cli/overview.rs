//! The results of a run as printed: the figures of the plant, then a row for each machine and vehicle.

use std::collections::BTreeMap;
use std::path::Path;

use crate::engine::time::Duration;
use crate::run::folder::Summary;

use super::output::{number, table};

/// How many columns of text a terminal is trusted to have.
const WIDTH: usize = 100;
/// How much of a name is shown beside many figures.
const LONGEST_NAME: usize = 20;
/// How many twins of a kind are shown.
const MOST: usize = 20;

/// Twins of one kind: what they are called together, the indicator that only they have, and what is shown of them, the most
/// telling first: as much as finds room.
struct Section {
    title: &'static str,
    mark: &'static str,
    columns: &'static [(&'static str, &'static str)],
}

const SECTIONS: [Section; 2] = [
    Section {
        title: "machines",
        mark: "queue_length",
        columns: &[
            ("availability", "avail"),
            ("effectiveness", "effect"),
            ("quality_ratio", "quality"),
            ("oee_index", "OEE"),
            ("share_working", "working"),
            ("share_setup", "set-up"),
            ("share_blocked", "blocked"),
            ("share_down", "down"),
            ("share_waiting", "waiting"),
            ("queue_length", "queue"),
            ("waiting_time", "wait s"),
            ("operations", "done"),
        ],
    },
    Section {
        title: "vehicles",
        mark: "jobs_delivered",
        columns: &[
            ("utilisation", "in use"),
            ("empty_drive_share", "empty"),
            ("share_driving", "driving"),
            ("share_carrying", "carrying"),
            ("share_loading", "loading"),
            ("share_waiting", "waiting"),
            ("share_charging", "charging"),
            ("share_down", "down"),
            ("jobs_delivered", "delivered"),
        ],
    },
];

/// Indicators of twins that are no share of anything.
const PLAIN: [&str; 4] = ["queue_length", "waiting_time", "operations", "jobs_delivered"];

/// The results as printed.
pub(super) fn describe(summary: &Summary, folder: &Path) -> String {
    let name = if summary.name.is_empty() { "scene" } else { &summary.name };
    let simulated = shown(summary.simulated_seconds, "s");
    let several = summary.replications.len();
    let seeds = match several {
        0 => format!("seed {}", summary.seed),
        n => format!("seeds {} to {}, 95 % intervals", summary.seed, summary.seed + n as u64 - 1),
    };
    let cut_short = if summary.interrupted { ", interrupted" } else { "" };
    let mut text = format!("{name}: {simulated} simulated, {seeds}{cut_short}\n");
    let figures =
        if several == 0 { side_by_side(&world_rows(summary)) } else { table(&estimate_rows(summary), &[0, 3]) };
    if !figures.is_empty() {
        text += &format!("\n{figures}");
    }
    let twins = ByTwin::of(summary);
    text += &SECTIONS.iter().map(|section| twins.describe(section)).collect::<String>();
    let speed = summary.events as f64 / summary.wall_seconds.max(1e-9);
    text += &format!(
        "\n{} events in {:.3} s ({} per second)\ndigest {}\nresults in {}\n",
        summary.events,
        summary.wall_seconds,
        number(speed.round()),
        summary.digest,
        folder.display()
    );
    text
}

/// The figures of the plant that there are: name and value.
fn world_rows(summary: &Summary) -> Vec<[String; 2]> {
    let world = summary.indicators.iter().filter(|indicator| indicator.twin.is_none());
    world.filter_map(|indicator| Some([indicator.name.clone(), shown(indicator.value?, &indicator.unit)])).collect()
}

/// The first half of the rows beside the second.
fn side_by_side(rows: &[[String; 2]]) -> String {
    let (left, right) = rows.split_at(rows.len().div_ceil(2));
    let row = |(index, left): (usize, &[String; 2])| {
        let right = right.get(index).into_iter().flatten();
        left.iter().chain(right).cloned().collect::<Vec<_>>()
    };
    table(&left.iter().enumerate().map(row).collect::<Vec<_>>(), &[0, 1, 2, 3])
}

fn estimate_rows(summary: &Summary) -> Vec<Vec<String>> {
    let world = summary.estimates.iter().filter(|estimate| estimate.twin.is_none());
    world
        .filter_map(|indicator| {
            let estimate = indicator.estimate?;
            let half = estimate.half_width.map_or_else(String::new, |half| format!("± {}", number(half)));
            Some(vec![indicator.name.clone(), number(estimate.mean), half, indicator.unit.clone()])
        })
        .collect()
}

/// A figure with its unit. Seconds are easier read as hours and minutes when there are many.
fn shown(value: f64, unit: &str) -> String {
    match unit {
        // Longer than a century is a sum over many, and nobody's time.
        "s" if (600.0..3e9).contains(&value) => Duration::from_seconds(value.round()).to_string(),
        "" => number(value),
        _ => format!("{} {unit}", number(value)),
    }
}

/// The figures of twins, or their means over replications.
struct ByTwin<'a> {
    /// In the order of the results.
    twins: Vec<&'a str>,
    values: BTreeMap<(&'a str, &'a str), f64>,
}

impl ByTwin<'_> {
    fn of(summary: &Summary) -> ByTwin<'_> {
        let all: Vec<(&str, &str, Option<f64>)> = if summary.replications.is_empty() {
            summary.indicators.iter().filter_map(|i| Some((i.twin.as_deref()?, i.name.as_str(), i.value))).collect()
        } else {
            let estimates = summary.estimates.iter();
            estimates.filter_map(|i| Some((i.twin.as_deref()?, i.name.as_str(), i.estimate.map(|e| e.mean)))).collect()
        };
        let mut twins: Vec<&str> = all.iter().map(|(twin, ..)| *twin).collect();
        twins.dedup();
        let values = all.iter().filter_map(|(twin, name, value)| Some(((*twin, *name), (*value)?))).collect();
        ByTwin { twins, values }
    }

    fn get(&self, twin: &str, name: &str) -> Option<f64> {
        self.values.get(&(twin, name)).copied()
    }

    /// A table of the twins of one kind, a row each; of many twins only the busiest. Empty without any.
    fn describe(&self, section: &Section) -> String {
        let is_of_kind = |twin: &&str| self.get(twin, section.mark).is_some();
        let mut twins: Vec<&str> = self.twins.iter().copied().filter(is_of_kind).collect();
        let count = twins.len();
        if count == 0 {
            return String::new();
        }
        let busy = |twin: &str| self.get(twin, "utilisation").unwrap_or(0.0);
        if count > MOST {
            twins.sort_by(|a, b| busy(b).total_cmp(&busy(a)));
            twins.truncate(MOST);
        }
        let which = if count > MOST { format!(", the {MOST} busiest of {count}") } else { String::new() };
        format!("\n{}{which}, shares in %\n{}", section.title, self.rows(section, &twins))
    }

    /// As many of the columns that say anything as find room.
    fn rows(&self, section: &Section, twins: &[&str]) -> String {
        let says = |name: &str| twins.iter().any(|twin| self.get(twin, name).is_some_and(|value| value != 0.0));
        let mut columns: Vec<_> = section.columns.iter().filter(|(name, _)| says(name)).collect();
        loop {
            let header = std::iter::once(String::new()).chain(columns.iter().map(|column| column.1.to_owned()));
            let mut rows: Vec<Vec<String>> = vec![header.collect()];
            rows.extend(twins.iter().map(|twin| {
                let cells = columns.iter().map(|(name, _)| cell(name, self.get(twin, name)));
                std::iter::once(shorten(twin)).chain(cells).collect()
            }));
            let text = table(&rows, &[0]);
            if columns.is_empty() || text.lines().all(|line| line.chars().count() <= WIDTH) {
                return text;
            }
            columns.pop();
        }
    }
}

fn cell(name: &str, value: Option<f64>) -> String {
    match value {
        None => "-".to_owned(),
        Some(value) if PLAIN.contains(&name) && value.fract() == 0.0 => number(value),
        Some(value) if PLAIN.contains(&name) => format!("{value:.2}"),
        Some(value) => format!("{:.1}", value * 100.0),
    }
}

fn shorten(name: &str) -> String {
    if name.chars().count() <= LONGEST_NAME {
        return name.to_owned();
    }
    let (head, tail) = (LONGEST_NAME / 2, LONGEST_NAME - LONGEST_NAME / 2 - 1);
    let letters: Vec<char> = name.chars().collect();
    letters[..head].iter().chain(&['…']).chain(&letters[letters.len() - tail..]).collect()
}
