//! The tables of the safety watch.

use std::sync::Arc;

use super::advice::Advice;
use super::incidents::{Incident, Phase};
use super::settings::Safety;
use crate::engine::time::Time;
use crate::record::table::{Cell, Column, ColumnType, Names, Row};

/// An incident.
pub struct IncidentRow {
    cells: Vec<Cell>,
}

impl IncidentRow {
    /// Of one that is closed, or open at the end.
    pub fn new(
        incident: &Incident,
        [who, with]: [Arc<str>; 2],
        safety: &Safety,
        closed: Option<Time>,
        reason: String,
    ) -> IncidentRow {
        let time = |time: Option<Time>| Cell::from(time.map(Time::seconds));
        let zone = incident.zone.and_then(|zone| safety.zones.keys().nth(zone as usize));
        let [analysed, designed, applied, verified] = incident.reached;
        let [x, y, z] = incident.at;
        let cells = vec![
            Cell::Int(incident.id as i64),
            Cell::Text(incident.rule.name().into()),
            Cell::Text(who),
            Cell::Text(with),
            Cell::Text(zone.map_or_else(|| "".into(), |zone| zone.as_str().into())),
            Cell::Float(x),
            Cell::Float(y),
            Cell::Float(z),
            Cell::Float(incident.begun.seconds()),
            Cell::Float(incident.warned.seconds()),
            time(incident.over),
            Cell::Float(incident.worst),
            time(analysed),
            time(designed),
            time(applied),
            time(verified),
            time(closed),
            incident.spot.map_or(Cell::Empty, |spot| Cell::Int(i64::from(spot))),
            Cell::Int(i64::from(incident.recurrences)),
            Cell::Text(incident.phase.name().into()),
            Cell::Text(reason.into()),
        ];
        IncidentRow { cells }
    }
}

impl Row for IncidentRow {
    const TABLE: &'static str = "incidents";
    const ABOUT: &'static str = "Who was too near, gathered, left a zone or fell: from the hazard to its closure.";
    const COLUMNS: &'static [Column] = &[
        Column::new("incident", ColumnType::Int, "its number"),
        Column::new("rule", ColumnType::Text, "apart, gathering, separation, zone or fall"),
        Column::new("who", ColumnType::Text, "who"),
        Column::new("with", ColumnType::Text, "who else; empty if nobody"),
        Column::new("zone", ColumnType::Text, "which zone; empty if none"),
        Column::new("x", ColumnType::Float, "where it was worst: metres east"),
        Column::new("y", ColumnType::Float, "metres north"),
        Column::new("z", ColumnType::Float, "metres up"),
        Column::new("begun", ColumnType::Float, "when the hazard began, in seconds"),
        Column::new("warned", ColumnType::Float, "when it was warned of"),
        Column::optional("over", ColumnType::Float, "when it was over"),
        Column::new(
            "worst",
            ColumnType::Float,
            "the least distance (m), the most people, the farthest outside (m), or seconds on the floor",
        ),
        Column::optional("analysed", ColumnType::Float, "when its place was known"),
        Column::optional("designed", ColumnType::Float, "when a measure was designed"),
        Column::optional("applied", ColumnType::Float, "when it was applied"),
        Column::optional("verified", ColumnType::Float, "when it had held"),
        Column::optional("closed", ColumnType::Float, "when it was closed"),
        Column::optional("spot", ColumnType::Int, "the place to which it belongs, as in the table `advice`"),
        Column::new("recurrences", ColumnType::Int, "how often a measure did not hold"),
        Column::new("phase", ColumnType::Text, "how far it had come"),
        Column::new("reason", ColumnType::Text, "why it was closed"),
    ];

    fn cells(self, _: &Names) -> Vec<Cell> {
        self.cells
    }
}

/// A transition of an incident.
pub struct LogRow {
    /// When.
    pub at: Time,
    /// Which incident.
    pub incident: u64,
    /// Into which phase.
    pub phase: Phase,
    /// Why.
    pub cause: String,
}

impl Row for LogRow {
    const TABLE: &'static str = "incident_log";
    const ABOUT: &'static str = "How incidents moved on: each phase with its time and reason.";
    const COLUMNS: &'static [Column] = &[
        Column::new("time", ColumnType::Float, "when, in seconds"),
        Column::new("incident", ColumnType::Int, "its number"),
        Column::new("phase", ColumnType::Text, "warned, over, analysed, designed, applied, verified or closed"),
        Column::new("cause", ColumnType::Text, "why"),
    ];

    fn cells(self, _: &Names) -> Vec<Cell> {
        vec![
            Cell::Float(self.at.seconds()),
            Cell::Int(self.incident as i64),
            Cell::Text(self.phase.name().into()),
            Cell::Text(self.cause.into()),
        ]
    }
}

/// What is to be done about a place.
pub struct AdviceRow {
    /// When that was worked out.
    pub at: Time,
    /// The place, by number.
    pub spot: u32,
    /// What.
    pub advice: Advice,
}

impl Row for AdviceRow {
    const TABLE: &'static str = "advice";
    const ABOUT: &'static str = "Where incidents cluster, and which equipment had better stand elsewhere.";
    const COLUMNS: &'static [Column] = &[
        Column::new("time", ColumnType::Float, "when it was worked out, in seconds"),
        Column::new("spot", ColumnType::Int, "the place, by number"),
        Column::new("x", ColumnType::Float, "its middle: metres east"),
        Column::new("y", ColumnType::Float, "metres north"),
        Column::new("radius", ColumnType::Float, "how far the farthest incident is from there, in metres"),
        Column::new("incidents", ColumnType::Int, "how many incidents there were"),
        Column::new("per_hour", ColumnType::Float, "how many an hour"),
        Column::new("equipment", ColumnType::Text, "what had better be moved; empty if no move helps"),
        Column::optional("from_x", ColumnType::Float, "where it is: metres east"),
        Column::optional("from_y", ColumnType::Float, "metres north"),
        Column::optional("to_x", ColumnType::Float, "where it should be: metres east"),
        Column::optional("to_y", ColumnType::Float, "metres north"),
        Column::optional(
            "expected",
            ColumnType::Float,
            "by which share that should lower the time of all that are too near",
        ),
        Column::new("samples", ColumnType::Int, "from how many moments that was worked out"),
    ];

    fn cells(self, names: &Names) -> Vec<Cell> {
        let Advice { at: [x, y], radius, incidents, per_hour, plan, samples } = self.advice;
        let number = |value: Option<f64>| Cell::from(value);
        vec![
            Cell::Float(self.at.seconds()),
            Cell::Int(i64::from(self.spot)),
            Cell::Float(x),
            Cell::Float(y),
            Cell::Float(radius),
            Cell::Int(incidents as i64),
            Cell::Float(per_hour),
            plan.map_or_else(|| Cell::Text("".into()), |plan| names.twin(plan.equipment)),
            number(plan.map(|plan| plan.from[0])),
            number(plan.map(|plan| plan.from[1])),
            number(plan.map(|plan| plan.to[0])),
            number(plan.map(|plan| plan.to[1])),
            number(plan.map(|plan| plan.expected)),
            Cell::Int(samples as i64),
        ]
    }
}
