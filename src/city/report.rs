//! The section of reports about traffic.

mod maps;

use std::collections::BTreeMap;

use bevy_app::App;
use maud::html;

use self::maps::Map;
use crate::record::report::RunData;
use crate::record::report::charts::{Area, Axis, Plot, Shapes};
use crate::record::report::columns::Columns;
use crate::record::report::registry::{Better, ReportApp, ReportFigure, ReportSection, Section};
use crate::record::report::tables::{Cell, table};

/// Registers it.
pub(super) fn register(app: &mut App) {
    app.register_report_section(SECTION).register_report_figures(FIGURES);
}

const SECTION: ReportSection =
    ReportSection { id: "traffic", link: "Traffic", title: "Traffic", tables: &[], render, compare: None };

const fn figure(indicator: &'static str, title: &'static str, about: &'static str, key: bool) -> ReportFigure {
    ReportFigure { indicator, title, about, share: false, key, better: Better::Lower }
}

const FIGURES: &[ReportFigure] = &[
    ReportFigure { better: Better::Higher, ..figure("trips_arrived", "Trips", "that are over", true) },
    figure("trips_under_way", "Under way", "at the end", false),
    figure("trips_waiting_to_depart", "Waiting to depart", "at the end", false),
    ReportFigure { better: Better::Higher, ..figure("trip_speed", "Speed", "of a trip, mean", true) },
    figure("trip_length", "Length", "of a trip, mean", false),
    figure("trip_duration", "Duration", "of a trip, mean", true),
    figure("trip_waiting", "Waiting", "of a trip, mean: standing without wanting to", true),
    figure("trip_time_loss", "Time lost", "of a trip, mean: to others, signals and bends", true),
    figure("trip_depart_delay", "Departure delay", "of a trip, mean", false),
    figure("fuel", "Fuel", "burnt by all trips that are over", false),
    figure("fuel_per_km", "Fuel a kilometre", "of vehicles with an engine", true),
    figure("co2_per_km", "CO₂ a kilometre", "of vehicles with an engine", true),
    figure("nox_per_km", "NOₓ a kilometre", "of vehicles with an engine", false),
    figure("pm_per_km", "Particles a kilometre", "of vehicles with an engine", false),
    figure("voc_per_km", "VOC a kilometre", "of vehicles with an engine", false),
    figure("electricity", "Electricity", "out of the batteries of all trips that are over", false),
    figure("electricity_per_km", "Electricity a kilometre", "of vehicles with a battery", true),
    figure("charged", "Charged", "given by all chargers since the start", false),
    figure("trips_stranded", "Stranded", "towed away with empty batteries", true),
    figure("trips_parked", "Parked", "trips that ended at a place to park", false),
    figure("trips_without_a_place", "Without a place", "trips that found no place to park", true),
    figure("parking_search", "Search for a place", "of who parked, mean", true),
    ReportFigure { share: true, ..figure("parking_occupancy", "Places taken", "of all places to park, mean", false) },
    figure("vehicles_parked", "Vehicles parked", "at the end", false),
];

/// The height of a chart: pixels.
const HEIGHT: f64 = 260.0;

/// How many roads are listed.
const MOST: usize = 15;

fn render(run: &RunData) -> Section {
    let Some(edges) = run.table("edges")? else { return Ok(None) };
    let Some(counts) = Counts::of(&edges) else { return Ok(None) };
    if counts.names.is_empty() {
        return Ok(None);
    }
    let map = run.table("roads")?.and_then(|roads| Map::of(&roads));
    Ok(Some(html! {
        h3 { "Flow and density of roads" }
        (fundamental_diagram(&counts))
        h3 { "Where time is lost" }
        (worst_roads(&counts))
        @if let Some(map) = &map {
            h3 { "Maps" }
            (maps::render(map, &means(&counts)))
        }
    }))
}

/// What is drawn on maps of each road: its mean density, its mean flow and its speed, over all times of counting.
fn means(counts: &Counts) -> BTreeMap<&str, [f64; 3]> {
    let mut sums: BTreeMap<&str, [f64; 3]> = BTreeMap::new();
    for row in 0..counts.names.len() {
        let [times, density, flow] = sums.entry(&counts.names[row]).or_default();
        (*times, *density, *flow) = (*times + 1.0, *density + counts.density[row], *flow + counts.flow[row]);
    }
    // Vehicles an hour over vehicles on a kilometre are kilometres an hour.
    let mean = |[times, density, flow]: [f64; 3]| [density / times, flow / times, flow / density];
    sums.into_iter().map(|(name, sums)| (name, mean(sums))).collect()
}

/// The table `edges`, a number a row.
struct Counts {
    names: Vec<String>,
    density: Vec<f64>,
    flow: Vec<f64>,
    speed: Vec<f64>,
    waiting: Vec<f64>,
    time_loss: Vec<f64>,
}

impl Counts {
    fn of(table: &Columns) -> Option<Counts> {
        let names = table.texts("edge")?;
        Some(Counts {
            names: (0..table.rows()).map(|row| names.get(row).to_string()).collect(),
            density: table.floats("density")?,
            flow: table.floats("flow")?,
            speed: table.floats("speed")?,
            waiting: table.floats("waiting")?,
            time_loss: table.floats("time_loss")?,
        })
    }
}

/// Each road and time of counting as a point.
fn fundamental_diagram(counts: &Counts) -> maud::Markup {
    let most = |of: &[f64]| of.iter().copied().filter(|number| number.is_finite()).fold(1.0_f64, f64::max);
    let (x, y) = (Axis::between(0.0, most(&counts.density)), Axis::between(0.0, most(&counts.flow)));
    let mut shapes = Shapes::default();
    for (density, flow) in counts.density.iter().zip(&counts.flow) {
        let (left, down) = (x.share(*density), HEIGHT * (1.0 - y.share(*flow)));
        shapes.rect("c0", Area { x: left, y: down - 1.5, width: 0.004, height: 3.0 }, "");
    }
    let about = "flow, in vehicles an hour on a lane, over density, in vehicles on a kilometre of a lane".to_owned();
    Plot { about, y_title: "veh/h on a lane, over veh/km of a lane".to_owned(), height: HEIGHT, x, y, shapes }.render()
}

/// The roads on which most time is lost.
fn worst_roads(counts: &Counts) -> maud::Markup {
    let mut roads: BTreeMap<&str, Road> = BTreeMap::new();
    for row in 0..counts.names.len() {
        let road = roads.entry(&counts.names[row]).or_default();
        road.density = road.density.max(counts.density[row]);
        road.slowest = road.slowest.min(if counts.speed[row].is_finite() { counts.speed[row] } else { f64::INFINITY });
        road.waiting += counts.waiting[row];
        road.time_loss += counts.time_loss[row];
    }
    let mut roads: Vec<(&str, Road)> = roads.into_iter().collect();
    roads.sort_by(|one, other| other.1.time_loss.total_cmp(&one.1.time_loss).then(one.0.cmp(other.0)));
    let rows: Vec<Vec<Cell>> = roads
        .into_iter()
        .take(MOST)
        .map(|(name, road)| {
            vec![
                Cell::Name(name.to_owned()),
                Cell::Time(road.time_loss),
                Cell::Time(road.waiting),
                Cell::Amount(road.density),
                Cell::Amount(3.6 * road.slowest),
            ]
        })
        .collect();
    let titles = ["Road", "Lost by all", "Stood by all", "Most veh/km", "Slowest km/h"];
    table("the roads on which most time is lost", &titles, &rows)
}

/// What is said of a road.
struct Road {
    density: f64,
    slowest: f64,
    waiting: f64,
    time_loss: f64,
}

impl Default for Road {
    fn default() -> Road {
        Road { density: 0.0, slowest: f64::INFINITY, waiting: 0.0, time_loss: 0.0 }
    }
}
