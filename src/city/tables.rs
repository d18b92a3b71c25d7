//! The tables of traffic.

use std::sync::Arc;

use super::streets::{Road, Streets};
use super::traffic::charging::Stay;
use super::traffic::energy::Fitted;
use super::traffic::parking::{Event, Note};
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
        let [from, to] = arrival.roads.map(|road| Cell::Text(town.streets.roads[road.index()].name.as_str().into()));
        TripRow {
            cells: vec![
                Cell::Text(trip.name.as_str().into()),
                Cell::Text(kind.name.as_str().into()),
                from,
                to,
                Cell::Float(arrival.departed),
                Cell::Float(arrival.departed - arrival.departs),
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

/// What a trip that is over has used.
pub struct EmissionRow {
    cells: Vec<Cell>,
}

/// A kilowatt-hour: joules.
pub(super) const KWH: f64 = 3.6e6;

impl EmissionRow {
    /// Of one who has arrived; none if nothing was counted of it.
    pub fn new(arrival: &Arrival, town: &Town) -> Option<EmissionRow> {
        let tank = arrival.tank.as_ref()?;
        let kind = &town.demand.kinds[arrival.kind.0 as usize];
        let profile = kind.energy.as_ref()?;
        // What nobody has measured of such vehicles is not known.
        let is_known = tank.charge.is_some() || profile.exhaust.fitted != Fitted::None;
        let exhaust = |grams: f64| is_known.then_some(grams).into();
        let charge = tank.charge.as_ref().zip(profile.battery());
        Some(EmissionRow {
            cells: vec![
                Cell::Text(town.demand.trips[arrival.trip as usize].name.as_str().into()),
                Cell::Text(kind.name.as_str().into()),
                Cell::Float(arrival.arrived),
                Cell::Float(arrival.sums.length),
                Cell::Float(tank.used.fuel_litres),
                Cell::Float(charge.map_or(0.0, |(charge, _)| charge.driven_j / KWH)),
                Cell::Float(tank.used.co2_g),
                exhaust(tank.used.nox_g),
                exhaust(tank.used.pm_g),
                exhaust(tank.used.voc_g),
                charge.map(|(charge, _)| charge.charged_j / KWH).into(),
                charge.map(|(charge, battery)| charge.share(battery)).into(),
            ],
        })
    }
}

impl Row for EmissionRow {
    const TABLE: &'static str = "emissions";
    const ABOUT: &'static str = "What the trips that are over have used, where energy is counted.";
    const COLUMNS: &'static [Column] = &[
        Column::new("twin", ColumnType::Text, "who made it"),
        Column::new("kind", ColumnType::Text, "what kind of vehicle"),
        Column::new("arrive", ColumnType::Float, "when it arrived, in seconds"),
        Column::new("length", ColumnType::Float, "how far it drove: metres"),
        Column::new("fuel", ColumnType::Float, "burnt: litres"),
        Column::new("electricity", ColumnType::Float, "out of the battery, less what came back: kWh"),
        Column::new("co2", ColumnType::Float, "carbon dioxide from the exhaust: grams"),
        Column::optional("nox", ColumnType::Float, "nitrogen oxides: grams"),
        Column::optional("pm", ColumnType::Float, "particles: grams"),
        Column::optional("voc", ColumnType::Float, "volatile organic compounds: grams"),
        Column::optional("charged", ColumnType::Float, "of a battery, stored by charging on the way: kWh"),
        Column::optional("charge", ColumnType::Float, "of a battery, how full it was at the end: a share"),
    ];

    fn cells(self, _: &Names) -> Vec<Cell> {
        self.cells
    }
}

/// A stay at a place where batteries are charged.
pub struct ChargeRow {
    cells: Vec<Cell>,
}

impl ChargeRow {
    /// Of one that is over.
    pub fn new(stay: &Stay, town: &Town) -> ChargeRow {
        let [came, began, left] = stay.times;
        ChargeRow {
            cells: vec![
                Cell::Text(town.extras.charger(stay.charger).name.as_str().into()),
                Cell::Text(town.demand.trips[stay.trip as usize].name.as_str().into()),
                Cell::Text(town.demand.kinds[stay.kind.0 as usize].name.as_str().into()),
                Cell::Float(came),
                Cell::Float(began),
                Cell::Float(left),
                Cell::Float(stay.given_j / KWH),
                Cell::Float(stay.share),
            ],
        }
    }
}

impl Row for ChargeRow {
    const TABLE: &'static str = "charges";
    const ABOUT: &'static str = "Stays of vehicles at places where batteries are charged.";
    const COLUMNS: &'static [Column] = &[
        Column::new("charger", ColumnType::Text, "where"),
        Column::new("twin", ColumnType::Text, "whose trip"),
        Column::new("kind", ColumnType::Text, "what kind of vehicle"),
        Column::new("came", ColumnType::Float, "when it came, in seconds"),
        Column::new("began", ColumnType::Float, "when a place was free"),
        Column::new("left", ColumnType::Float, "when it left"),
        Column::new("given", ColumnType::Float, "what the charger gave: kWh"),
        Column::new("charge", ColumnType::Float, "how full the battery was then: a share"),
    ];

    fn cells(self, _: &Names) -> Vec<Cell> {
        self.cells
    }
}

/// Something that has happened to one who wants to park.
pub struct ParkingRow {
    cells: Vec<Cell>,
}

impl ParkingRow {
    /// Of what was noted.
    pub fn new(note: &Note, town: &Town) -> ParkingRow {
        let event = match note.event {
            Event::Parks => "parks",
            Event::Leaves => "leaves",
            Event::FindsNone => "finds none",
        };
        let name = |place| Cell::Text(town.extras.parking(place).name.as_str().into());
        ParkingRow {
            cells: vec![
                Cell::Float(note.time),
                note.place.map_or(Cell::Empty, name),
                Cell::Text(town.demand.trips[note.trip as usize].name.as_str().into()),
                Cell::Text(town.demand.kinds[note.kind.0 as usize].name.as_str().into()),
                Cell::Text(event.into()),
                note.searched.map(|(seconds, _)| seconds).into(),
                note.searched.map_or(Cell::Empty, |(_, full)| Cell::Int(i64::from(full))),
            ],
        }
    }
}

impl Row for ParkingRow {
    const TABLE: &'static str = "parking";
    const ABOUT: &'static str = "Who parks and leaves, and who finds no place.";
    const COLUMNS: &'static [Column] = &[
        Column::new("time", ColumnType::Float, "when, in seconds"),
        Column::optional("place", ColumnType::Text, "where, if there was room anywhere"),
        Column::new("twin", ColumnType::Text, "who"),
        Column::new("kind", ColumnType::Text, "what kind of vehicle"),
        Column::new("event", ColumnType::Text, "parks, leaves or finds none"),
        Column::optional("searched", ColumnType::Float, "for how long a place was looked for, in seconds"),
        Column::optional("full", ColumnType::Int, "how many places were full"),
    ];

    fn cells(self, _: &Names) -> Vec<Cell> {
        self.cells
    }
}

/// A road, as it is from the start on.
pub struct RoadRow {
    cells: Vec<Cell>,
}

impl RoadRow {
    /// Of a road of streets.
    pub fn new(streets: &Streets, road: &Road) -> RoadRow {
        let lanes = &streets.lanes[road.lanes.start as usize..road.lanes.end as usize];
        let outer = &lanes[0];
        let points: Vec<String> = outer.line.iter().map(|[x, y]| format!("{x:.2} {y:.2}")).collect();
        let text = |text: &str| Cell::Text(text.into());
        RoadRow {
            cells: vec![
                text(&road.name),
                text(&streets.junctions[road.from.index()].name),
                text(&streets.junctions[road.to.index()].name),
                Cell::Int(lanes.len() as i64),
                Cell::Float(outer.length),
                Cell::Float(outer.speed_limit),
                text(&format!("LINESTRING ({})", points.join(", "))),
            ],
        }
    }
}

impl Row for RoadRow {
    const TABLE: &'static str = "roads";
    const ABOUT: &'static str = "The roads, once, so that what is told of them by name can be drawn on a map.";
    const COLUMNS: &'static [Column] = &[
        Column::new("edge", ColumnType::Text, "the road"),
        Column::new("from", ColumnType::Text, "the junction where it begins"),
        Column::new("to", ColumnType::Text, "the junction where it ends"),
        Column::new("lanes", ColumnType::Int, "how many"),
        Column::new("length", ColumnType::Float, "metres"),
        Column::new("limit", ColumnType::Float, "metres a second"),
        Column::new("line", ColumnType::Text, "the middle of its outer lane: metres east and north, as WKT"),
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
