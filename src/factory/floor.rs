//! The shop floor, where the three levels of control meet: what an event handler sees, and which level an event is for.
//!
//! Everything that happens at one moment happens before anything is decided: an event handler only notes which jobs
//! are ready and which machines were touched, and when the last event of the moment is over, [`Floor::settle`] sends
//! ready jobs to machines (highest priority, then oldest, first) and lets machines take jobs up. A decision therefore
//! sees the whole moment, whatever the order of its events.

use std::ops::RangeInclusive;

use bevy_ecs::prelude::{Entity, In, Query, Res, ResMut, Resource};
use bevy_ecs::system::SystemParam;
use serde::{Deserialize, Serialize};

use crate::engine::clock::{Clock, UnderWay};
use crate::engine::identity::{Directory, TwinId};
use crate::engine::journal::Journal;
use crate::engine::queue::{Event, EventKind, EventQueue, Priority};
use crate::engine::random::Seed;
use crate::engine::time::{Duration, Time};
use crate::record::table::Table;

use super::calls::Calls;
use super::control::ageing::Ageing;
use super::control::breakdown::Breakdown;
use super::control::health::Health;
use super::control::maintenance::{Maintenance, Wear};
use super::control::setup::Setup;
use super::control::standby::{Rest, Standby};
use super::dispatch::stock::Stock;
use super::dispatch::thrift::Thrift;
use super::dispatch::timetable::Timetable;
use super::energy::account::Account;
use super::energy::battery::{Battery, BatteryState};
use super::energy::meter::{IntervalRow, Meter};
use super::energy::power::Power;
use super::energy::tariff::Tariff;
use super::indicators::shop::ShopTally;
use super::jobs::{JobRef, Jobs, Place};
use super::looks::show::{View, ViewParam};
use super::machine::{Machine, MachineState};
use super::orders::purchasing::Spares;
use super::people::worker::{Worker, WorkerState};
use super::plan::Plan;
use super::tables::{
    EnergyRow, JobRow, MaintenanceRow, OperationRow, StateOf, StateRow, StayRow, TaskRow, TransportRow,
};
use super::transport::conveyor::{Conveyor, ConveyorState};
use super::transport::haulage::Haulage;
use super::transport::network::Network;
use super::transport::rack::{Rack, RackState};
use super::transport::traffic::Traffic;
use super::transport::vehicle::{Vehicle, VehicleState};

/// After the events of a moment, before those who look on.
const SETTLE_PRIORITY: Priority = Priority(100);

/// The kinds of the factory's events, in the order of their registration.
#[derive(Resource, Clone, Copy, Debug, Default)]
pub struct EventKinds {
    /// A slot ends its set-up or its work.
    pub phase_end: EventKind,
    /// A known job is released.
    pub release: EventKind,
    /// A job arrives.
    pub arrival: EventKind,
    /// A machine fails.
    pub failure: EventKind,
    /// Maintenance of a machine becomes due.
    pub due: EventKind,
    /// The price of energy changes: for a machine that waits for it, or for all vehicles.
    pub price: EventKind,
    /// A machine goes to stand-by, or has woken.
    pub rest: EventKind,
    /// A failure is noticed.
    pub noticed: EventKind,
    /// A machine has been repaired or maintained.
    pub repaired: EventKind,
    /// A worker has come to where the work is.
    pub worker_arrives: EventKind,
    /// A worker's or a machine's calendar changes.
    pub shift: EventKind,
    /// Spare parts are delivered.
    pub delivery: EventKind,
    /// A job comes to the end of a conveyor, or the beginning of one is free.
    pub belt: EventKind,
    /// A vehicle comes to the middle of the next zone.
    pub vehicle_passes: EventKind,
    /// A vehicle has loaded, unloaded or charged.
    pub vehicle_done: EventKind,
    /// A moment with several events is over.
    pub settle: EventKind,
}

impl EventKinds {
    fn range(&self) -> RangeInclusive<EventKind> {
        self.phase_end..=self.settle
    }

    /// A number for each kind, to tell them apart: not the one that the engine knows it by, which depends on what else there is.
    pub(super) fn number(&self, kind: EventKind) -> u64 {
        let kinds = [self.arrival, self.noticed, self.delivery, self.rest];
        kinds.iter().position(|other| *other == kind).map_or(u64::MAX, |place| place as u64)
    }

    /// Whether such events go on for ever, whatever becomes of the jobs.
    fn is_perpetual(&self, kind: EventKind) -> bool {
        [self.failure, self.due, self.price, self.noticed, self.repaired, self.shift].contains(&kind)
    }
}

/// How far an arrival process has come.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(super) struct Progress {
    /// How many intervals were drawn.
    pub drawn: u64,
    /// How many jobs have come.
    pub released: u64,
    /// Since when it waits for an arrival that would come after its end, so that nothing is under way.
    pub exhausted: Option<Time>,
}

/// What a moment has left to be decided, and the state of the sources of jobs.
#[derive(Resource, Clone, Debug, Default, Serialize, Deserialize)]
pub struct Moment {
    /// Jobs that want a machine.
    pub(super) ready: Vec<JobRef>,
    /// Machines that may take up a job or have room for one.
    pub(super) touched: Vec<TwinId>,
    /// Machines whose condition has changed.
    pub(super) changed: Vec<TwinId>,
    /// Whether an event will settle this moment.
    pub(super) settling: bool,
    /// How far each arrival process has come.
    pub(super) arrivals: Vec<Progress>,
    /// How many sources of jobs may still bring one.
    pub(super) open_sources: u32,
    /// How many machines are to move, and take no further jobs in.
    pub(super) closing: u32,
    /// When something was seen under way last, by who asks whether a run without an end can still go on.
    pub(super) last_progress: Time,
}

type Machines<'w, 's> = Query<'w, 's, &'static Machine>;
type MachineStates<'w, 's> = Query<'w, 's, &'static mut MachineState>;
type Workers<'w, 's> = Query<'w, 's, (&'static Worker, &'static mut WorkerState)>;
type Vehicles<'w, 's> = Query<
    'w,
    's,
    (&'static Vehicle, &'static mut VehicleState, Option<&'static Battery>, Option<&'static mut BatteryState>),
>;
type Racks<'w, 's> = Query<'w, 's, (&'static Rack, &'static mut RackState)>;
type Belts<'w, 's> = Query<'w, 's, (&'static Conveyor, &'static mut ConveyorState)>;
type Consumers<'w, 's> = Query<'w, 's, (Option<&'static Power>, &'static mut Account)>;
type AgeingMachines<'w, 's> = Query<
    'w,
    's,
    (Option<&'static Breakdown>, Option<&'static Maintenance>, Option<&'static Wear>, &'static mut Health),
>;

/// What the shop floor needs of the world. [`FloorParam::floor`] borrows it for one call of a system.
#[derive(SystemParam)]
pub struct FloorParam<'w, 's> {
    clock: ResMut<'w, Clock>,
    under_way: Res<'w, UnderWay>,
    seed: Res<'w, Seed>,
    directory: Res<'w, Directory>,
    plan: Res<'w, Plan>,
    queue: ResMut<'w, EventQueue>,
    jobs: ResMut<'w, Jobs>,
    moment: ResMut<'w, Moment>,
    calls: ResMut<'w, Calls>,
    spares: ResMut<'w, Spares>,
    tally: ResMut<'w, ShopTally>,
    tables: FactoryTables<'w>,
    machines: Machines<'w, 's>,
    states: MachineStates<'w, 's>,
    setups: Query<'w, 's, &'static Setup>,
    standbys: Query<'w, 's, &'static Standby>,
    thrifts: Query<'w, 's, &'static Thrift>,
    ageing: AgeingMachines<'w, 's>,
    workers: Workers<'w, 's>,
    vehicles: Vehicles<'w, 's>,
    racks: Racks<'w, 's>,
    belts: Belts<'w, 's>,
    roads: Roads<'w>,
    stock: ResMut<'w, Stock>,
    timetable: ResMut<'w, Timetable>,
    consumers: Consumers<'w, 's>,
    meter: ResMut<'w, Meter>,
    tariff: Res<'w, Tariff>,
    view: ViewParam<'w>,
}

impl<'w, 's> FloorParam<'w, 's> {
    /// The shop floor. Plain references, since every access through a `ResMut` notes a change, which nobody asks for.
    pub fn floor(&mut self) -> Floor<'_, 'w, 's> {
        Floor {
            clock: &mut self.clock,
            under_way: &self.under_way,
            seed: *self.seed,
            directory: &self.directory,
            plan: &self.plan,
            queue: &mut self.queue,
            jobs: &mut self.jobs,
            moment: &mut self.moment,
            calls: &mut self.calls,
            spares: &mut self.spares,
            tally: &mut self.tally,
            tables: &mut self.tables,
            machines: &self.machines,
            states: &mut self.states,
            setups: &self.setups,
            standbys: &self.standbys,
            thrifts: &self.thrifts,
            ageing: &mut self.ageing,
            workers: &mut self.workers,
            vehicles: &mut self.vehicles,
            racks: &mut self.racks,
            belts: &mut self.belts,
            network: &self.roads.network,
            traffic: &mut self.roads.traffic,
            haulage: &mut self.roads.haulage,
            stock: &mut self.stock,
            timetable: &mut self.timetable,
            consumers: &mut self.consumers,
            meter: &mut self.meter,
            tariff: &self.tariff,
            view: self.view.view(),
        }
    }
}

/// The shop floor as an event handler sees it.
pub struct Floor<'a, 'w, 's> {
    pub(super) clock: &'a mut Clock,
    pub(super) under_way: &'a UnderWay,
    pub(super) seed: Seed,
    pub(super) directory: &'a Directory,
    pub(super) plan: &'a Plan,
    pub(super) queue: &'a mut EventQueue,
    pub(super) jobs: &'a mut Jobs,
    pub(super) moment: &'a mut Moment,
    pub(super) calls: &'a mut Calls,
    pub(super) spares: &'a mut Spares,
    pub(super) tally: &'a mut ShopTally,
    pub(super) tables: &'a mut FactoryTables<'w>,
    pub(super) machines: &'a Machines<'w, 's>,
    pub(super) states: &'a mut MachineStates<'w, 's>,
    pub(super) setups: &'a Query<'w, 's, &'static Setup>,
    pub(super) standbys: &'a Query<'w, 's, &'static Standby>,
    pub(super) thrifts: &'a Query<'w, 's, &'static Thrift>,
    pub(super) ageing: &'a mut AgeingMachines<'w, 's>,
    pub(super) workers: &'a mut Workers<'w, 's>,
    pub(super) vehicles: &'a mut Vehicles<'w, 's>,
    pub(super) racks: &'a mut Racks<'w, 's>,
    pub(super) belts: &'a mut Belts<'w, 's>,
    pub(super) network: &'a Network,
    pub(super) traffic: &'a mut Traffic,
    pub(super) haulage: &'a mut Haulage,
    pub(super) stock: &'a mut Stock,
    pub(super) timetable: &'a mut Timetable,
    pub(super) consumers: &'a mut Consumers<'w, 's>,
    pub(super) meter: &'a mut Meter,
    pub(super) tariff: &'a Tariff,
    pub(super) view: View<'a>,
}

/// Aisles, and who is on them.
#[derive(SystemParam)]
struct Roads<'w> {
    network: Res<'w, Network>,
    traffic: ResMut<'w, Traffic>,
    haulage: ResMut<'w, Haulage>,
}

/// Where the floor writes what happened.
#[derive(SystemParam)]
pub(super) struct FactoryTables<'w> {
    pub(super) journal: ResMut<'w, Journal>,
    pub(super) jobs: ResMut<'w, Table<JobRow>>,
    pub(super) operations: ResMut<'w, Table<OperationRow>>,
    pub(super) states: ResMut<'w, Table<StateRow>>,
    pub(super) stays: ResMut<'w, Table<StayRow>>,
    pub(super) tasks: ResMut<'w, Table<TaskRow>>,
    pub(super) maintenance: ResMut<'w, Table<MaintenanceRow>>,
    pub(super) transports: ResMut<'w, Table<TransportRow>>,
    pub(super) power: ResMut<'w, Table<IntervalRow>>,
    pub(super) energy: ResMut<'w, Table<EnergyRow>>,
}

/// A living machine.
pub(super) fn machine_of<'a>(machines: &'a Machines, directory: &Directory, machine: TwinId) -> Option<&'a Machine> {
    machines.get(directory.entity(machine)?).ok()
}

/// The state of a living machine, which is asked for far more often than the machine itself. A free function, so that the
/// floor's other fields stay usable beside it.
pub(super) fn state_of<'a>(
    states: &'a mut MachineStates,
    directory: &Directory,
    machine: TwinId,
) -> Option<&'a mut MachineState> {
    let entity: Entity = directory.entity(machine)?;
    states.get_mut(entity).ok().map(|state| state.into_inner())
}

/// How a machine ages, and its health.
pub(super) fn ageing_of<'a>(
    machines: &'a mut AgeingMachines,
    directory: &Directory,
    twin: TwinId,
) -> Option<(Ageing<'a>, &'a mut Health)> {
    let entity: Entity = directory.entity(twin)?;
    let (breakdown, maintenance, wear, health) = machines.get_mut(entity).ok()?;
    Some((Ageing { breakdown, maintenance, wear }, health.into_inner()))
}

/// The health of a machine.
pub(super) fn health_of<'a>(
    machines: &'a mut AgeingMachines,
    directory: &Directory,
    twin: TwinId,
) -> Option<&'a mut Health> {
    ageing_of(machines, directory, twin).map(|(_, health)| health)
}

/// A vehicle, with its battery if it has one.
pub(super) fn vehicle_of<'a>(
    vehicles: &'a mut Vehicles,
    directory: &Directory,
    twin: TwinId,
) -> Option<(&'a Vehicle, &'a mut VehicleState, Option<&'a Battery>, Option<&'a mut BatteryState>)> {
    let entity: Entity = directory.entity(twin)?;
    let (vehicle, state, battery, level) = vehicles.get_mut(entity).ok()?;
    Some((vehicle, state.into_inner(), battery, level.map(|level| level.into_inner())))
}

/// A conveyor.
pub(super) fn conveyor_of<'a>(
    belts: &'a mut Belts,
    directory: &Directory,
    twin: TwinId,
) -> Option<(&'a Conveyor, &'a mut ConveyorState)> {
    let entity: Entity = directory.entity(twin)?;
    belts.get_mut(entity).ok().map(|(conveyor, state)| (conveyor, state.into_inner()))
}

/// A rack.
pub(super) fn rack_of<'a>(
    racks: &'a mut Racks,
    directory: &Directory,
    twin: TwinId,
) -> Option<(&'a Rack, &'a mut RackState)> {
    let entity: Entity = directory.entity(twin)?;
    racks.get_mut(entity).ok().map(|(rack, state)| (rack, state.into_inner()))
}

/// A worker.
pub(super) fn worker_of<'a>(
    workers: &'a mut Workers,
    directory: &Directory,
    twin: TwinId,
) -> Option<(&'a Worker, &'a mut WorkerState)> {
    let entity: Entity = directory.entity(twin)?;
    workers.get_mut(entity).ok().map(|(worker, state)| (worker, state.into_inner()))
}

pub(super) fn sort_and_dedup(machines: &mut Vec<TwinId>) {
    if machines.len() > 1 {
        machines.sort_unstable();
        machines.dedup();
    }
}

/// Puts an emptied list back where it came from, to spare an allocation for each moment.
pub(super) fn give_back<T>(place: &mut Vec<T>, emptied: Vec<T>) {
    if place.is_empty() && place.capacity() < emptied.capacity() {
        *place = emptied;
    }
}

/// The handler of all the factory's events: goes on from one to the next as long as they are its own.
pub fn handle(In(first): In<Event>, mut param: FloorParam) {
    let mut floor = param.floor();
    let mut next = Some(first);
    while let Some(event) = next {
        floor.happen(event);
        floor.settle_when_quiet();
        if floor.plan.kinds.is_perpetual(event.kind) {
            floor.stop_if_stuck();
        }
        let kinds = floor.plan.kinds.range();
        next = floor.clock.next_event(floor.queue, kinds);
    }
}

impl Floor<'_, '_, '_> {
    fn happen(&mut self, event: Event) {
        let kinds = self.plan.kinds;
        match event.kind {
            kind if kind == kinds.phase_end => {
                if let Some(ended) = self.end_phase(event.twin, event.arg as u32) {
                    self.complete(event.twin, event.arg as u32, ended);
                }
            }
            kind if kind == kinds.arrival => self.arrive(event.arg as usize),
            kind if kind == kinds.failure => self.fail(event.twin),
            kind if kind == kinds.due => self.fall_due(event.twin, event.arg),
            kind if kind == kinds.price => self.hear_price(event.twin),
            kind if kind == kinds.rest => self.change_rest(event.twin, event.arg),
            kind if kind == kinds.noticed => self.notice_failure(event.twin),
            kind if kind == kinds.repaired => self.end_upkeep(event.twin),
            kind if kind == kinds.release => self.release_orders(event.arg as usize),
            kind if kind == kinds.worker_arrives => self.arrive_at_work(event.twin),
            kind if kind == kinds.shift => self.change_shift(event.twin),
            kind if kind == kinds.belt => self.belt_moved(event.twin),
            kind if kind == kinds.vehicle_passes => self.pass_zone(event.twin),
            kind if kind == kinds.vehicle_done => {
                if let Some(done) = self.finish_handling(event.twin) {
                    self.send_on(event.twin, done);
                }
            }
            kind if kind == kinds.delivery => self.receive_spares(event.arg as usize),
            _ => self.moment.settling = false,
        }
    }

    /// The present moment.
    pub fn now(&self) -> Time {
        self.clock.now
    }

    /// Decides what the moment has left open: at once if nothing else happens at this moment, else after it.
    pub fn settle_when_quiet(&mut self) {
        if !self.moment.settling && !self.queue.has_event_before(self.clock.now, SETTLE_PRIORITY) {
            self.settle();
        } else {
            self.settle_later();
        }
    }

    /// Decides what the moment has left open after all its events.
    pub fn settle_later(&mut self) {
        if !self.moment.settling {
            self.moment.settling = true;
            let event = Event { at: self.clock.now, kind: self.plan.kinds.settle, twin: TwinId::NONE, arg: 0 };
            self.queue.push_with(event, SETTLE_PRIORITY);
        }
    }

    /// Sends ready jobs to machines, lets machines take jobs up, and sends people where they are needed, until nothing
    /// moves.
    pub fn settle(&mut self) {
        self.moment.settling = false;
        loop {
            if !self.moment.ready.is_empty() {
                self.route_ready();
            } else if !self.moment.touched.is_empty() {
                let mut touched = std::mem::take(&mut self.moment.touched);
                sort_and_dedup(&mut touched);
                for &machine in &touched {
                    self.serve(machine);
                }
                touched.clear();
                give_back(&mut self.moment.touched, touched);
            } else if !self.calls.upkeep.is_empty() {
                let mut upkeep = std::mem::take(&mut self.calls.upkeep);
                sort_and_dedup(&mut upkeep);
                upkeep.into_iter().for_each(|machine| self.progress_upkeep(machine));
            } else if self.calls.changed || !self.calls.freed.is_empty() {
                self.staff();
            } else if self.stock.freed && !self.stock.homeless.is_empty() {
                self.retry_racks();
            } else if self.stock.came && !self.stock.waiting.is_empty() {
                self.retry_kits();
            } else if self.stock.left {
                self.restock();
            } else if self.haulage.changed {
                self.assign_vehicles();
            } else if self.haulage.freed && !self.haulage.queue.is_empty() {
                self.grant_bays();
            } else if self.haulage.traffic_changed {
                self.settle_traffic();
            } else {
                break;
            }
        }
        let mut changed = std::mem::take(&mut self.moment.changed);
        sort_and_dedup(&mut changed);
        for &machine in &changed {
            self.refresh(machine);
        }
        changed.clear();
        give_back(&mut self.moment.changed, changed);
        self.show_touched();
        self.stop_if_done();
    }

    /// The calendar of a worker or a machine changes.
    pub(super) fn change_shift(&mut self, twin: TwinId) {
        self.change_duty(twin);
        self.change_hours(twin);
    }

    /// Notes what a machine is doing now, and lets its clocks run accordingly.
    pub(super) fn refresh(&mut self, machine: TwinId) {
        let now = self.clock.now;
        let Some(state) = state_of(self.states, self.directory, machine) else { return };
        let standing = state.observe();
        let (ages, draws, sleeps) = (state.ages, state.draws, state.sleeps);
        if standing != state.standing {
            self.view.touch(machine);
            state.count_until(now);
            if now > state.since {
                let of = StateOf::Machine(state.standing);
                self.tables.states.push(StateRow { twin: machine, of, from: state.since, to: now });
            }
            (state.since, state.standing) = (now, standing);
        }
        let condition = standing.condition;
        if ages {
            self.age(machine, condition);
        }
        if draws {
            self.draw(machine, condition.power_state());
        }
        if sleeps {
            self.watch_rest(machine, condition);
        }
    }

    /// Moves a job to another place.
    pub(super) fn put(&mut self, job: JobRef, place: Place) {
        self.touch_move(job, place);
        self.jobs.put(job, place, self.clock.now, &mut self.tables.stays);
    }

    /// Where something stands on the floor: metres. The origin if its place is not known.
    pub(super) fn place_of(&self, twin: TwinId) -> (f64, f64) {
        let vehicle = self.directory.entity(twin).and_then(|entity| self.vehicles.get(entity).ok());
        let driven = vehicle.and_then(|(_, state, ..)| self.traffic.place(self.network, state.mover, self.clock.now));
        driven.or_else(|| self.plan.places.get(&twin).copied()).unwrap_or_default()
    }

    /// Without a horizon, the run ends when no job is left and none will come.
    pub(super) fn stop_if_done(&mut self) {
        if self.clock.horizon == Time::NEVER
            && self.under_way.is_empty()
            && self.moment.open_sources == 0
            && self.jobs.in_process() == self.stock.count()
        {
            self.clock.finished = true;
        }
    }

    /// Without a horizon, a run in which no job can ever move again must end though failures and shifts go on: when all
    /// machines are up and nothing has been under way for longer than any calendar makes it wait.
    fn stop_if_stuck(&mut self) {
        const LONGEST_WAIT: Duration = Duration::from_secs(15 * 24 * 3600);
        let may_go_on = self.moment.settling || self.moment.open_sources > self.waiting_sources();
        if self.clock.horizon != Time::NEVER || may_go_on || !self.under_way.is_empty() {
            return;
        }
        if self.is_under_way() {
            self.moment.last_progress = self.clock.now;
        } else if self.plan.calendars.is_empty() || self.clock.now - self.moment.last_progress > LONGEST_WAIT {
            self.clock.finished = true;
        }
    }

    /// Whether anything is going on that ends by itself.
    fn is_under_way(&self) -> bool {
        let moves = |state: &MachineState| {
            let waits = state.reminder.is_some() || state.rest.rest == Rest::Waking;
            waits || !state.is_up() || state.slots.iter().any(|slot| slot.event.is_some())
        };
        let carries = |state: &VehicleState| state.moves || state.handling.is_some() || state.down;
        self.states.iter().any(moves)
            || self.vehicles.iter().any(|(_, state, ..)| carries(state))
            || self.belts.iter().any(|(_, state)| state.event.is_some() || state.down)
            || self.workers.iter().any(|(_, state)| state.task.is_some())
    }

    /// How many sources of jobs bring the next one only when the last has found room.
    fn waiting_sources(&self) -> u32 {
        if self.plan.arrivals.iter().all(|arrival| arrival.every.is_some()) {
            return 0;
        }
        self.jobs.iter().filter(|(_, job)| job.supply.is_some()).count() as u32
    }
}
