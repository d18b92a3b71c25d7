//! How jobs were carried.

use std::collections::BTreeMap;
use std::sync::Arc;

use maud::{Markup, html};

use crate::record::report::charts::{StackRow, legend, stack_rows};
use crate::record::report::columns::Columns;
use crate::record::report::registry::{ReportSection, Section};
use crate::record::report::tables::{Cell, table};
use crate::record::report::{RunData, words};

use super::shares::{mean, quantile};

/// The section, as it is registered.
pub const SECTION: ReportSection = ReportSection {
    id: "transport",
    link: "Transport",
    title: "Transport",
    tables: &["transports"],
    render,
    compare: None,
};

/// What an order's time goes to: in words, and the class of its colour.
const PARTS: [(&str, &str); 3] = [
    ("until a vehicle takes the order", "tone-wait"),
    ("until it has come and loaded", "tone-move"),
    ("until delivery", "tone-good"),
];

/// An order that was delivered.
struct Order {
    vehicle: Arc<str>,
    times: [f64; 3],
    distance: f64,
}

impl Order {
    fn whole(&self) -> f64 {
        self.times.iter().sum()
    }
}

fn render(run: &RunData) -> Section {
    let Some(table) = run.table("transports")? else { return Ok(None) };
    let Some(orders) = orders(&table, run.from()) else { return Ok(None) };
    if orders.is_empty() {
        return Ok(None);
    }
    let mut by_vehicle: BTreeMap<Arc<str>, Vec<&Order>> = BTreeMap::new();
    orders.iter().for_each(|order| by_vehicle.entry(order.vehicle.clone()).or_default().push(order));
    let mut wholes: Vec<f64> = orders.iter().map(Order::whole).collect();
    wholes.sort_by(f64::total_cmp);
    let all: Vec<&Order> = orders.iter().collect();
    let longest = by_vehicle.values().chain([&all]).map(|orders| mean_whole(orders)).fold(0.0, f64::max);
    let rows: Vec<StackRow> = std::iter::once(row("all vehicles", &all, longest))
        .chain(by_vehicle.iter().map(|(vehicle, orders)| row(vehicle, orders, longest)))
        .collect();
    Ok(Some(html! {
        p {
            (words::count(orders.len(), "order")) " delivered, in " b { (words::length(mean(&wholes))) }
            " on average; nine of ten within "
            (words::length(quantile(&wholes, 0.9))) "."
        }
        (legend(PARTS.map(|(words, class)| (class, words))))
        (stack_rows("Mean time of an order from request to delivery, by vehicle", &rows))
        (vehicles(&by_vehicle))
    }))
}

fn orders(table: &Columns, from: f64) -> Option<Vec<Order>> {
    let (requested, assigned) = (table.floats("requested")?, table.floats("assigned")?);
    let (loaded, delivered) = (table.floats("loaded")?, table.floats("delivered")?);
    let (vehicle, distance) = (table.texts("vehicle")?, table.floats("distance"));
    let order = |row: usize| Order {
        vehicle: vehicle.get(row).clone(),
        times: [assigned[row] - requested[row], loaded[row] - assigned[row], delivered[row] - loaded[row]],
        distance: distance.as_ref().map_or(f64::NAN, |distance| distance[row]),
    };
    // Times that lack compare false, so that orders under way are left out.
    Some(
        (0..table.rows())
            .filter(|&row| delivered[row] >= from)
            .map(order)
            .filter(|order| order.whole() >= 0.0)
            .collect(),
    )
}

fn mean_whole(orders: &[&Order]) -> f64 {
    mean(&orders.iter().map(|order| order.whole()).collect::<Vec<_>>())
}

fn row(title: &str, orders: &[&Order], longest: f64) -> StackRow {
    let part = |(index, (words, class)): (usize, &(&str, &str))| {
        let time = mean(&orders.iter().map(|order| order.times[index]).collect::<Vec<_>>());
        ((*class).to_owned(), format!("{words} {}", words::length(time)), time / longest)
    };
    StackRow {
        title: title.to_owned(),
        parts: PARTS.iter().enumerate().map(part).collect(),
        value: words::length(mean_whole(orders)),
        percent: false,
    }
}

fn vehicles(by_vehicle: &BTreeMap<Arc<str>, Vec<&Order>>) -> Markup {
    let row = |(vehicle, orders): (&Arc<str>, &Vec<&Order>)| {
        let distances = orders.iter().map(|order| order.distance).filter(|distance| distance.is_finite());
        vec![
            Cell::Name(vehicle.to_string()),
            Cell::Count(orders.len()),
            Cell::Time(mean_whole(orders)),
            Cell::Amount((distances.sum::<f64>() / 100.0).round() / 10.0),
        ]
    };
    let rows: Vec<Vec<Cell>> = by_vehicle.iter().map(row).collect();
    table("Orders by vehicle", &["Vehicle", "Orders", "Mean time", "Distance km"], &rows)
}
