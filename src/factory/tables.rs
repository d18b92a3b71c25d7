//! The factory's tables: one row for each job, operation and state.

use std::sync::Arc;

use crate::engine::identity::TwinId;
use crate::engine::time::Time;
use crate::record::table::{Cell, Column, ColumnType, Names, Row};

use super::machine::Condition;

/// A job that has left the factory, or was still in it at the end.
#[derive(Clone, Debug)]
pub struct JobRow {
    /// Its number.
    pub job: u64,
    /// What it was.
    pub product: Arc<str>,
    /// Its priority.
    pub priority: i32,
    /// When it was released.
    pub release: Time,
    /// When it should have been done, if ever.
    pub due: Option<Time>,
    /// When it left; none if it has not.
    pub end: Option<Time>,
    /// `shipped`, `scrapped` or `unfinished`.
    pub outcome: &'static str,
}

impl Row for JobRow {
    const TABLE: &'static str = "jobs";
    const ABOUT: &'static str = "Jobs: when each came, was due and left.";
    const COLUMNS: &'static [Column] = &[
        Column::new("job", ColumnType::Int, "the job's number, counted from 0 in order of release"),
        Column::new("product", ColumnType::Text, "what it was"),
        Column::new("priority", ColumnType::Int, "its priority"),
        Column::new("release", ColumnType::Float, "when it was released, in seconds"),
        Column::optional("due", ColumnType::Float, "when it should have been done, in seconds"),
        Column::optional("end", ColumnType::Float, "when it left, in seconds"),
        Column::optional("flow_time", ColumnType::Float, "`end` - `release`"),
        Column::optional("tardiness", ColumnType::Float, "how late it was, at least 0"),
        Column::new("outcome", ColumnType::Text, "`shipped`, `scrapped` or `unfinished`"),
    ];

    fn cells(self, _: &Names) -> Vec<Cell> {
        let seconds = |time: Option<Time>| time.map(Time::seconds).into();
        let flow = self.end.map(|end| (end - self.release).seconds());
        let tardiness = self.end.zip(self.due).map(|(end, due)| (end - due).seconds().max(0.0));
        vec![
            Cell::Int(self.job as i64),
            Cell::Text(self.product),
            Cell::Int(self.priority.into()),
            Cell::Float(self.release.seconds()),
            seconds(self.due),
            seconds(self.end),
            flow.into(),
            tardiness.into(),
            Cell::Text(self.outcome.into()),
        ]
    }
}

/// An operation that ended.
#[derive(Clone, Debug)]
pub struct OperationRow {
    /// The job's number.
    pub job: u64,
    /// What it is.
    pub product: Arc<str>,
    /// Which operation.
    pub operation: Arc<str>,
    /// How many operations the job had finished before.
    pub visit: u64,
    /// Where.
    pub machine: TwinId,
    /// In which of its slots.
    pub slot: u32,
    /// When the job came to the operation.
    pub ready: Time,
    /// When it came into the machine's queue.
    pub queued: Time,
    /// When the machine took it up, to set up or to work.
    pub taken: Time,
    /// When work began.
    pub start: Time,
    /// When work ended.
    pub end: Time,
}

impl Row for OperationRow {
    const TABLE: &'static str = "operations";
    const ABOUT: &'static str = "Operations: which machine did what for which job, and when.";
    const COLUMNS: &'static [Column] = &[
        Column::new("job", ColumnType::Int, "the job's number"),
        Column::new("product", ColumnType::Text, "what it is"),
        Column::new("operation", ColumnType::Text, "which operation of the routing"),
        Column::new("visit", ColumnType::Int, "how many operations the job had finished before"),
        Column::new("machine", ColumnType::Text, "where"),
        Column::new("slot", ColumnType::Int, "in which of the machine's slots, from 0"),
        Column::new("ready", ColumnType::Float, "when the job came to the operation, in seconds"),
        Column::new("queued", ColumnType::Float, "when it came into the machine's queue"),
        Column::new("setup_start", ColumnType::Float, "when the machine took it up; before `start` if it was set up"),
        Column::new("start", ColumnType::Float, "when work began"),
        Column::new("end", ColumnType::Float, "when work ended, repairs in between included"),
    ];

    fn cells(self, names: &Names) -> Vec<Cell> {
        vec![
            Cell::Int(self.job as i64),
            Cell::Text(self.product),
            Cell::Text(self.operation),
            Cell::Int(self.visit as i64),
            names.twin(self.machine),
            Cell::Int(self.slot.into()),
            Cell::Float(self.ready.seconds()),
            Cell::Float(self.queued.seconds()),
            Cell::Float(self.taken.seconds()),
            Cell::Float(self.start.seconds()),
            Cell::Float(self.end.seconds()),
        ]
    }
}

/// A time during which a machine was in one condition.
#[derive(Clone, Debug)]
pub struct StateRow {
    /// Which machine.
    pub twin: TwinId,
    /// What it was doing.
    pub state: Condition,
    /// Since when.
    pub from: Time,
    /// Until when.
    pub to: Time,
}

impl Row for StateRow {
    const TABLE: &'static str = "states";
    const ABOUT: &'static str = "States: what each machine was doing, from when to when, without gaps.";
    const COLUMNS: &'static [Column] = &[
        Column::new("twin", ColumnType::Text, "which machine"),
        Column::new("state", ColumnType::Text, "`starved`, `setup`, `working`, `blocked`, `down` or `suspended`"),
        Column::new("from", ColumnType::Float, "since when, in seconds"),
        Column::new("to", ColumnType::Float, "until when"),
    ];

    fn cells(self, names: &Names) -> Vec<Cell> {
        vec![
            names.twin(self.twin),
            Cell::Text(self.state.name().into()),
            Cell::Float(self.from.seconds()),
            Cell::Float(self.to.seconds()),
        ]
    }
}
