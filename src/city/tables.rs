//! The tables of traffic.

use std::sync::Arc;

use super::traffic::{Arrival, RoadSums, Town};
use crate::record::table::{Cell, Column, ColumnType, Names, Row};

/// A trip that is over.
pub struct TripRow {
    cells: Vec<Cell>,
}

impl TripRow {
    /// Of one who has arrived.
    pub fn new(arrival: &Arrival, town: &Town) -> TripRow {
        let trip = &town.demand.trips[arrival.trip as usize];
        let kind = &town.demand.kinds[arrival.kind.0 as usize];
        let road = |place: Option<&crate::city::streets::RoadId>| {
            Cell::Text(place.map_or("", |road| &*town.streets.roads[road.index()].name).into())
        };
        TripRow {
            cells: vec![
                Cell::Text(trip.name.as_str().into()),
                Cell::Text(kind.name.as_str().into()),
                road(trip.route.first()),
                road(trip.route.last()),
                Cell::Float(arrival.departed),
                Cell::Float(arrival.departed - trip.departs),
                Cell::Float(arrival.arrived),
                Cell::Float(arrival.sums.length),
                Cell::Float(arrival.arrived - arrival.departed),
                Cell::Float(arrival.sums.waiting),
                Cell::Float(arrival.sums.time_loss),
            ],
        }
    }
}

impl Row for TripRow {
    const TABLE: &'static str = "trips";
    const ABOUT: &'static str = "The trips of vehicles that have arrived.";
    const COLUMNS: &'static [Column] = &[
        Column::new("twin", ColumnType::Text, "who made it"),
        Column::new("kind", ColumnType::Text, "what kind of vehicle"),
        Column::new("from", ColumnType::Text, "its first road"),
        Column::new("to", ColumnType::Text, "its last road"),
        Column::new("depart", ColumnType::Float, "when it departed, in seconds"),
        Column::new("depart_delay", ColumnType::Float, "how much later than it wanted"),
        Column::new("arrive", ColumnType::Float, "when it arrived"),
        Column::new("length", ColumnType::Float, "how far it drove: metres"),
        Column::new("duration", ColumnType::Float, "how long it took"),
        Column::new("waiting", ColumnType::Float, "how long it stood where it did not want to"),
        Column::new("time_loss", ColumnType::Float, "how much longer it took than at the speed its driver likes"),
    ];

    fn cells(self, _: &Names) -> Vec<Cell> {
        self.cells
    }
}

/// What has happened on a road for a while.
pub struct EdgeRow {
    name: Arc<str>,
    lanes_km: f64,
    between: [f64; 2],
    sums: RoadSums,
}

impl EdgeRow {
    /// Of a road, by its number, over a time in seconds.
    pub fn new(town: &Town, road: usize, between: [f64; 2], sums: RoadSums) -> EdgeRow {
        let about = &town.streets.roads[road];
        let lanes = &town.streets.lanes[about.lanes.start as usize..about.lanes.end as usize];
        let metres: f64 = lanes.iter().map(|lane| lane.length).sum();
        EdgeRow { name: about.name.as_str().into(), lanes_km: metres / 1000.0, between, sums }
    }
}

impl Row for EdgeRow {
    const TABLE: &'static str = "edges";
    const ABOUT: &'static str = "Traffic on each road on which somebody was, over and over for a while.";
    const COLUMNS: &'static [Column] = &[
        Column::new("from", ColumnType::Float, "from when, in seconds"),
        Column::new("to", ColumnType::Float, "until when"),
        Column::new("edge", ColumnType::Text, "the road"),
        Column::new("entered", ColumnType::Int, "how many came to it or departed on it"),
        Column::new("density", ColumnType::Float, "vehicles on a kilometre of a lane, mean"),
        Column::new("flow", ColumnType::Float, "vehicles an hour on a lane: density times speed"),
        Column::optional("speed", ColumnType::Float, "mean over the vehicles there: metres a second"),
        Column::new("waiting", ColumnType::Float, "seconds for which vehicles stood, all together"),
        Column::new("time_loss", ColumnType::Float, "seconds that were lost, all together"),
    ];

    fn cells(self, _: &Names) -> Vec<Cell> {
        let RoadSums { entered, seconds, metres, waiting, time_loss } = self.sums;
        let lasts = self.between[1] - self.between[0];
        vec![
            Cell::Float(self.between[0]),
            Cell::Float(self.between[1]),
            Cell::Text(self.name),
            Cell::Int(entered as i64),
            Cell::Float(seconds / lasts / self.lanes_km),
            Cell::Float(metres / 1000.0 / self.lanes_km * 3600.0 / lasts),
            (seconds > 0.0).then(|| metres / seconds).into(),
            Cell::Float(waiting),
            Cell::Float(time_loss),
        ]
    }
}

/// A change of signals.
pub struct SignalRow {
    /// When, in seconds.
    pub time: f64,
    /// Which signals.
    pub name: Arc<str>,
    /// The phase that begins, counted from 0, or the one that ends where another is changed to.
    pub phase: usize,
    /// To which phase they change.
    pub to: Option<usize>,
    /// Until when it lasts, as far as is known.
    pub until: f64,
}

impl Row for SignalRow {
    const TABLE: &'static str = "signals";
    const ABOUT: &'static str = "The phases of signals.";
    const COLUMNS: &'static [Column] = &[
        Column::new("time", ColumnType::Float, "when the phase begins, in seconds"),
        Column::new("signals", ColumnType::Text, "which signals"),
        Column::new("phase", ColumnType::Int, "the phase, counted from 0"),
        Column::optional("to", ColumnType::Int, "to which phase they change, if they are led to one"),
        Column::optional("until", ColumnType::Float, "until when it lasts, as far as is known"),
    ];

    fn cells(self, _: &Names) -> Vec<Cell> {
        vec![
            Cell::Float(self.time),
            Cell::Text(self.name),
            Cell::Int(self.phase as i64),
            self.to.map_or(Cell::Empty, |to| Cell::Int(to as i64)),
            self.until.is_finite().then_some(self.until).into(),
        ]
    }
}
