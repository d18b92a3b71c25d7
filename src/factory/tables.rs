//! The factory's tables: one row for each job, operation, state, task and repair.

use std::sync::Arc;

use crate::engine::identity::TwinId;
use crate::engine::time::{Duration, Time};
use crate::record::table::{Cell, Column, ColumnType, Names, Row};

use super::calls::{OrderKind, OrderStage, WorkOrder};
use super::energy::meter::IntervalRow;
use super::energy::units::Energy;
use super::jobs::{Job, Place};
use super::machine::Standing;
use super::people::worker::{Assignment, Doing};
use super::plan::Plan;
use super::quality::Findings;
use super::transport::haulage::{Destination, TransportOrder};
use super::transport::vehicle::Motion;
use super::variants;

/// A job that has left the factory, or was still in it at the end.
#[derive(Clone, Debug)]
pub struct JobRow {
    /// Its number.
    pub job: u64,
    /// What it was.
    pub product: Arc<str>,
    /// Its priority.
    pub priority: i32,
    /// How much its lateness matters.
    pub weight: f64,
    /// When it was released.
    pub release: Time,
    /// When it should have been done, if ever.
    pub due: Option<Time>,
    /// When it left; none if it has not.
    pub end: Option<Time>,
    /// `shipped`, `scrapped` or `unfinished`.
    pub outcome: &'static str,
    /// What the customer chose, in words.
    pub variant: String,
    /// Its grade, if it has one.
    pub grade: Option<Arc<str>>,
    /// Whether it has a defect, found or not.
    pub defective: bool,
    /// How many times it was sent to be reworked.
    pub reworks: u32,
}

impl JobRow {
    /// The row of a job that has left, or is still there at the end of the run.
    pub fn new(job: &Job, plan: &Plan, end: Option<Time>, outcome: &'static str) -> JobRow {
        let product = &plan.products[job.product as usize];
        JobRow {
            job: job.id,
            product: product.name.clone(),
            priority: job.priority,
            weight: job.weight,
            release: job.released,
            due: (job.due != Time::NEVER).then_some(job.due),
            end,
            outcome,
            variant: variants::describe(&product.options, job.variant),
            grade: job.grade.map(|grade| plan.grades[grade as usize].clone()),
            defective: job.defective,
            reworks: job.reworks,
        }
    }
}

impl Row for JobRow {
    const TABLE: &'static str = "jobs";
    const ABOUT: &'static str = "Jobs: when each came, was due and left.";
    const COLUMNS: &'static [Column] = &[
        Column::new("job", ColumnType::Int, "the job's number, counted from 0 in order of release"),
        Column::new("product", ColumnType::Text, "what it was"),
        Column::new("priority", ColumnType::Int, "its priority"),
        Column::new("weight", ColumnType::Float, "how much its lateness matters"),
        Column::new("release", ColumnType::Float, "when it was released, in seconds"),
        Column::optional("due", ColumnType::Float, "when it should have been done, in seconds"),
        Column::optional("end", ColumnType::Float, "when it left, in seconds"),
        Column::optional("flow_time", ColumnType::Float, "`end` - `release`"),
        Column::optional("tardiness", ColumnType::Float, "how late it was, at least 0"),
        Column::new(
            "outcome",
            ColumnType::Text,
            "`shipped`, `scrapped`, `assembled` (a part of another job now) or `unfinished`",
        ),
        Column::new(
            "variant",
            ColumnType::Text,
            "what the customer chose, such as `colour=red`; empty without options",
        ),
        Column::optional("grade", ColumnType::Text, "its grade"),
        Column::new("defective", ColumnType::Int, "1 if it has a defect, whether anybody found it or not"),
        Column::new("reworks", ColumnType::Int, "how many times it was rejected and sent to be reworked"),
    ];

    fn cells(self, _: &Names) -> Vec<Cell> {
        let seconds = |time: Option<Time>| time.map(Time::seconds).into();
        let flow = self.end.map(|end| (end - self.release).seconds());
        let tardiness = self.end.zip(self.due).map(|(end, due)| (end - due).seconds().max(0.0));
        vec![
            Cell::Int(self.job as i64),
            Cell::Text(self.product),
            Cell::Int(self.priority.into()),
            Cell::Float(self.weight),
            Cell::Float(self.release.seconds()),
            seconds(self.due),
            seconds(self.end),
            flow.into(),
            tardiness.into(),
            Cell::Text(self.outcome.into()),
            Cell::Text(self.variant.into()),
            self.grade.map_or(Cell::Empty, Cell::Text),
            Cell::Int(self.defective.into()),
            Cell::Int(self.reworks.into()),
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
    /// How long the work should have taken.
    pub planned: Duration,
    /// How long the work took, without the times at which the machine stood still.
    pub work: Duration,
    /// What it did to the job's quality and what was found, where either was modelled.
    pub findings: Option<Findings>,
    /// The grade that the job got.
    pub grade: Option<Arc<str>>,
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
        Column::new("planned", ColumnType::Float, "how long the work should have taken, on average"),
        Column::new("work", ColumnType::Float, "how long the work took, interruptions left out"),
        Column::new("good", ColumnType::Int, "1 if the operation did its work well, 0 if it made the job defective"),
        Column::optional("verdict", ColumnType::Text, "of an inspection: `pass` or `reject`"),
        Column::optional("grade", ColumnType::Text, "the grade that the job got"),
    ];

    fn cells(self, names: &Names) -> Vec<Cell> {
        let verdict = self.findings.as_ref().and_then(|findings| findings.rejected);
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
            Cell::Float(self.planned.seconds()),
            Cell::Float(self.work.seconds()),
            Cell::Int(i64::from(!self.findings.as_ref().is_some_and(|findings| findings.spoilt))),
            verdict.map_or(Cell::Empty, |rejected| Cell::Text(if rejected { "reject" } else { "pass" }.into())),
            self.grade.map_or(Cell::Empty, Cell::Text),
        ]
    }
}

/// What was in a state: a machine, or a worker.
#[derive(Clone, Copy, Debug)]
pub enum StateOf {
    /// A machine.
    Machine(Standing),
    /// A worker.
    Worker(Doing),
    /// A vehicle.
    Vehicle(Motion),
}

/// A time during which a machine or a worker was in one state.
#[derive(Clone, Debug)]
pub struct StateRow {
    /// Which.
    pub twin: TwinId,
    /// What it was doing.
    pub of: StateOf,
    /// Since when.
    pub from: Time,
    /// Until when.
    pub to: Time,
}

impl Row for StateRow {
    const TABLE: &'static str = "states";
    const ABOUT: &'static str =
        "States: what each machine, worker and vehicle was doing, from when to when, without gaps.";
    const COLUMNS: &'static [Column] = &[
        Column::new("twin", ColumnType::Text, "which"),
        Column::new("kind", ColumnType::Text, "`machine`, `worker` or `vehicle`"),
        Column::new("state", ColumnType::Text, "what it was doing"),
        Column::new("from", ColumnType::Float, "since when, in seconds"),
        Column::new("to", ColumnType::Float, "until when"),
        Column::optional("on_shift", ColumnType::Int, "of a machine: 1 within its shifts, 0 outside"),
        Column::optional("allocated", ColumnType::Int, "of a machine: 1 if it holds a job in any of its slots"),
        Column::optional("slots_working", ColumnType::Int, "of a machine: how many of its slots are at work"),
    ];

    fn cells(self, names: &Names) -> Vec<Cell> {
        let (kind, state) = match self.of {
            StateOf::Machine(standing) => ("machine", standing.condition.name()),
            StateOf::Worker(doing) => ("worker", doing.name()),
            StateOf::Vehicle(motion) => ("vehicle", motion.name()),
        };
        let of_machine = |figure: &dyn Fn(Standing) -> i64| match self.of {
            StateOf::Machine(standing) => Cell::Int(figure(standing)),
            StateOf::Worker(_) | StateOf::Vehicle(_) => Cell::Empty,
        };
        vec![
            names.twin(self.twin),
            Cell::Text(kind.into()),
            Cell::Text(state.into()),
            Cell::Float(self.from.seconds()),
            Cell::Float(self.to.seconds()),
            of_machine(&|standing| standing.on_shift.into()),
            of_machine(&|standing| standing.allocated.into()),
            of_machine(&|standing| standing.working.into()),
        ]
    }
}

/// A time that a job spent in one place.
#[derive(Clone, Debug)]
pub struct StayRow {
    job: u64,
    place: Place,
    /// Whether it waited there until its kit was complete.
    kitting: bool,
    from: Time,
    to: Time,
}

impl StayRow {
    /// The stay that a job ends at a moment, or that the end of the run cuts off.
    pub fn of(job: &Job, to: Time) -> StayRow {
        StayRow { job: job.id, place: job.place, kitting: job.missing > 0, from: job.since, to }
    }

    /// Whether it is written down: if it took any time, and in racks always, since what comes into one is counted.
    pub fn is_noted(&self) -> bool {
        self.to > self.from || matches!(self.place, Place::Rack(_))
    }

    /// Where: what kind of place, whose, and which slot.
    fn place(&self) -> (&'static str, TwinId, Option<u32>) {
        match self.place {
            Place::Yard => ("yard", TwinId::NONE, None),
            Place::Queue(machine) if self.kitting => ("kitting", machine, None),
            Place::Queue(machine) => ("queue", machine, None),
            Place::Slot(machine, slot) => ("slot", machine, Some(slot)),
            Place::Output(machine) => ("output", machine, None),
            Place::Vehicle(vehicle) => ("vehicle", vehicle, None),
            Place::Conveyor(conveyor) => ("conveyor", conveyor, None),
            Place::Rack(rack) => ("rack", rack, None),
            Place::Kit(machine) => ("kit", machine, None),
        }
    }
}

impl Row for StayRow {
    const TABLE: &'static str = "stays";
    const ABOUT: &'static str = "Stays: where each job was, from when to when, without gaps.";
    const COLUMNS: &'static [Column] = &[
        Column::new("job", ColumnType::Int, "the job's number"),
        Column::new(
            "place",
            ColumnType::Text,
            "`yard`, `queue`, `kitting`, `slot`, `output`, `vehicle`, `conveyor`, `rack` or `kit`",
        ),
        Column::new("twin", ColumnType::Text, "of which machine, vehicle, conveyor or rack; empty for the yard"),
        Column::optional("slot", ColumnType::Int, "in which of the machine's slots, from 0"),
        Column::new("from", ColumnType::Float, "since when, in seconds"),
        Column::new("to", ColumnType::Float, "until when"),
    ];

    fn cells(self, names: &Names) -> Vec<Cell> {
        let (place, twin, slot) = self.place();
        vec![
            Cell::Int(self.job as i64),
            Cell::Text(place.into()),
            names.twin(twin),
            slot.map_or(Cell::Empty, |slot| Cell::Int(slot.into())),
            Cell::Float(self.from.seconds()),
            Cell::Float(self.to.seconds()),
        ]
    }
}

/// Something that a worker did.
#[derive(Clone, Debug)]
pub struct TaskRow {
    /// Who.
    pub worker: TwinId,
    /// What, where, and since when.
    pub task: Assignment,
    /// Up to when.
    pub until: Time,
    /// Whether it was over then; the end of the run leaves it open.
    pub is_over: bool,
}

impl Row for TaskRow {
    const TABLE: &'static str = "tasks";
    const ABOUT: &'static str = "Tasks: which worker did what at which machine, and when.";
    const COLUMNS: &'static [Column] = &[
        Column::new("worker", ColumnType::Text, "who"),
        Column::new("task", ColumnType::Text, "`operation`, `setup`, `repair` or `maintenance`"),
        Column::new("machine", ColumnType::Text, "at which machine or vehicle"),
        Column::new("requested", ColumnType::Float, "when somebody was called for, in seconds"),
        Column::new("assigned", ColumnType::Float, "when the worker was sent"),
        Column::optional("start", ColumnType::Float, "when the worker came; none if called back on the way"),
        Column::optional("end", ColumnType::Float, "when the task was over; none if the run ended before"),
        Column::new("walked", ColumnType::Float, "how far the worker walked to it, in metres"),
    ];

    fn cells(self, names: &Names) -> Vec<Cell> {
        vec![
            names.twin(self.worker),
            Cell::Text(self.task.task.name().into()),
            names.twin(self.task.at),
            Cell::Float(self.task.requested.seconds()),
            Cell::Float(self.task.assigned.seconds()),
            self.task.arrived.then(|| self.task.arrives.seconds()).into(),
            self.is_over.then(|| self.until.seconds()).into(),
            Cell::Float(self.task.walked_mm(self.until) as f64 / 1000.0),
        ]
    }
}

/// A repair or a maintenance.
#[derive(Clone, Debug)]
pub struct MaintenanceRow {
    twin: TwinId,
    kind: OrderKind,
    cause: Arc<str>,
    raised: Time,
    noticed: Option<Time>,
    started: Option<Time>,
    end: Option<Time>,
    wear: f64,
}

impl MaintenanceRow {
    /// The row of a work order that has ended, or is still open at the end of the run.
    pub fn new(twin: TwinId, order: &WorkOrder, end: Option<Time>) -> MaintenanceRow {
        let started = (order.stage == OrderStage::Working).then_some(order.started);
        let cause = order.cause.as_ref().into();
        let noticed = (order.stage != OrderStage::Unnoticed).then_some(order.noticed);
        let WorkOrder { kind, raised, wear, .. } = *order;
        MaintenanceRow { twin, kind, cause, raised, noticed, started, end, wear }
    }
}

impl Row for MaintenanceRow {
    const TABLE: &'static str = "maintenance";
    const ABOUT: &'static str = "Maintenance: repairs and maintenances, from the order to the end.";
    const COLUMNS: &'static [Column] = &[
        Column::new("machine", ColumnType::Text, "of which machine or vehicle"),
        Column::new("kind", ColumnType::Text, "`failure`, `planned`, `condition` or `relocation`"),
        Column::new("cause", ColumnType::Text, "why"),
        Column::new("raised", ColumnType::Float, "when it failed or maintenance became due, in seconds"),
        Column::optional("noticed", ColumnType::Float, "when somebody noticed"),
        Column::optional("start", ColumnType::Float, "when people and parts were there and work began"),
        Column::optional("end", ColumnType::Float, "when it was over"),
        Column::new("wear", ColumnType::Float, "how worn the machine was when the order was raised, from 0 to 1"),
    ];

    fn cells(self, names: &Names) -> Vec<Cell> {
        vec![
            names.twin(self.twin),
            Cell::Text(self.kind.name().into()),
            Cell::Text(self.cause),
            Cell::Float(self.raised.seconds()),
            self.noticed.map(Time::seconds).into(),
            self.started.map(Time::seconds).into(),
            self.end.map(Time::seconds).into(),
            Cell::Float(self.wear),
        ]
    }
}

impl Row for IntervalRow {
    const TABLE: &'static str = "power";
    const ABOUT: &'static str = "Power: what the plant drew in each metering interval, and at what price.";
    const COLUMNS: &'static [Column] = &[
        Column::new("from", ColumnType::Float, "since when, in seconds"),
        Column::new("to", ColumnType::Float, "until when: the end of a metering interval, or a change of price"),
        Column::new("energy_kwh", ColumnType::Float, "the energy drawn"),
        Column::new("price", ColumnType::Float, "the price of a kilowatt-hour"),
        Column::new("cost", ColumnType::Float, "what the energy cost"),
    ];

    fn cells(self, _: &Names) -> Vec<Cell> {
        vec![
            Cell::Float(self.from.seconds()),
            Cell::Float(self.to.seconds()),
            Cell::Float(self.energy.kwh()),
            Cell::Float(self.price.per_kwh()),
            Cell::Float(self.cost.amount()),
        ]
    }
}

/// The energy that one consumer drew in one of its states, from the end of the warm-up to the end of the run.
#[derive(Clone, Debug)]
pub struct EnergyRow {
    /// Which.
    pub twin: TwinId,
    /// Of what kind.
    pub kind: &'static str,
    /// In which state.
    pub state: &'static str,
    /// How much.
    pub energy: Energy,
}

impl Row for EnergyRow {
    const TABLE: &'static str = "energy";
    const ABOUT: &'static str = "Energy: what each consumer drew in each of its states after the warm-up.";
    const COLUMNS: &'static [Column] = &[
        Column::new("twin", ColumnType::Text, "which machine or charger"),
        Column::new("kind", ColumnType::Text, "`machine` or `charger`"),
        Column::new("state", ColumnType::Text, "what it was doing"),
        Column::new("energy_kwh", ColumnType::Float, "the energy drawn meanwhile"),
    ];

    fn cells(self, names: &Names) -> Vec<Cell> {
        vec![
            names.twin(self.twin),
            Cell::Text(self.kind.into()),
            Cell::Text(self.state.into()),
            Cell::Float(self.energy.kwh()),
        ]
    }
}

/// A transport of one job.
#[derive(Clone, Debug)]
pub struct TransportRow {
    job: u64,
    order: TransportOrder,
    delivered: Option<Time>,
}

impl TransportRow {
    /// The row of a transport that is done, or is still under way at the end of the run.
    pub fn new(job: u64, order: &TransportOrder, delivered: Option<Time>) -> TransportRow {
        TransportRow { job, order: order.clone(), delivered }
    }
}

impl Row for TransportRow {
    const TABLE: &'static str = "transports";
    const ABOUT: &'static str = "Transports: which vehicle brought which job from where to where, and when.";
    const COLUMNS: &'static [Column] = &[
        Column::new("order", ColumnType::Int, "the transport's number, in the order in which they were asked for"),
        Column::new("job", ColumnType::Int, "the job's number"),
        Column::new("from", ColumnType::Text, "from where"),
        Column::optional("to", ColumnType::Text, "to where"),
        Column::new("requested", ColumnType::Float, "when it was asked for, in seconds"),
        Column::optional("vehicle", ColumnType::Text, "which vehicle"),
        Column::optional("assigned", ColumnType::Float, "when the vehicle was given it"),
        Column::optional("loaded", ColumnType::Float, "when the job was on the vehicle"),
        Column::optional("delivered", ColumnType::Float, "when it had come"),
    ];

    fn cells(self, names: &Names) -> Vec<Cell> {
        let order = self.order;
        vec![
            Cell::Int(order.number as i64),
            Cell::Int(self.job as i64),
            names.twin(order.from),
            order.to.map(Destination::twin).map_or(Cell::Empty, |twin| names.twin(twin)),
            Cell::Float(order.requested.seconds()),
            order.vehicle.map_or(Cell::Empty, |(vehicle, _)| names.twin(vehicle)),
            order.vehicle.map(|(_, at)| at.seconds()).into(),
            order.loaded.map(Time::seconds).into(),
            self.delivered.map(Time::seconds).into(),
        ]
    }
}
