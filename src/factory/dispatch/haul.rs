//! Brings jobs to where they have been sent: by themselves, or by asking for a transport.

use crate::engine::identity::TwinId;
use crate::engine::time::Duration;
use crate::factory::control::standby::Rest;
use crate::factory::energy::units::Milliwatts;
use crate::factory::floor::{Floor, rack_of, state_of, vehicle_of};
use crate::factory::jobs::{JobRef, Place};
use crate::factory::tables::{StateOf, StateRow, TransportRow};
use crate::factory::transport::haulage::{Destination, OrderRef, TransportOrder};
use crate::factory::transport::vehicle::{Errand, Handling};

impl Floor<'_, '_, '_> {
    /// Sends a job on its way. What it is promised there counts as taken from now on.
    pub(in crate::factory) fn bring(&mut self, job_ref: JobRef, to: Destination) {
        let job = self.jobs.get_mut(job_ref);
        job.seeking = false;
        let place = job.place;
        match (self.station_of(place), place) {
            (Some(from), _) if from != to.twin() && self.plan.spot_of(to.twin()).is_some() => {
                self.promise(job_ref, to, 1);
                self.ask_for_transport(job_ref, from, to);
            }
            (_, Place::Vehicle(vehicle)) => {
                self.promise(job_ref, to, 1);
                self.turn_to(vehicle, job_ref, to);
            }
            // Where no vehicle is needed it is there at once.
            _ => {
                self.leave(job_ref);
                self.arrive_at(job_ref, to);
            }
        }
    }

    /// Where a vehicle would fetch a job; none where no vehicle is needed for what is there.
    fn station_of(&self, place: Place) -> Option<TwinId> {
        let twin = match place {
            Place::Yard => self.plan.receiving?,
            Place::Queue(twin) | Place::Slot(twin, _) | Place::Output(twin) | Place::Rack(twin) | Place::Kit(twin) => {
                twin
            }
            Place::Vehicle(_) | Place::Conveyor(_) => return None,
        };
        self.plan.spot_of(twin).map(|_| twin)
    }

    /// Counts a place at a destination as taken (`1`), or no longer (`-1`).
    fn promise(&mut self, job: JobRef, to: Destination, change: i32) {
        match to {
            Destination::Machine(machine, option) => {
                let job = self.jobs.get(job);
                let operation = self.plan.operation_of(job);
                let known = operation.eligible_at(machine, option);
                let expected = known.map_or(Duration::ZERO, |known| operation.scaled(known.expected, job.variant));
                if let Some(state) = state_of(self.states, self.directory, machine) {
                    state.incoming = state.incoming.saturating_add_signed(change);
                    state.incoming_work += Duration::from_nanos(expected.nanos() * i64::from(change));
                    if change > 0 && state.rest.rest == Rest::Asleep {
                        self.moment.touched.push(machine);
                    }
                }
            }
            Destination::Rack(rack) => {
                if let Some((_, state)) = rack_of(self.racks, self.directory, rack) {
                    state.incoming = state.incoming.saturating_add_signed(change);
                }
            }
            Destination::Kit(..) | Destination::Out(_) => {}
        }
    }

    fn ask_for_transport(&mut self, job: JobRef, from: TwinId, to: Destination) {
        let order = self.haulage.insert(TransportOrder {
            number: 0,
            job,
            from,
            to: Some(to),
            requested: self.clock.now,
            vehicle: None,
            loaded: None,
        });
        self.jobs.get_mut(job).transport = Some(order);
        // Where it waits for the vehicle it should not be in the way.
        if let Place::Slot(machine, slot) = self.jobs.get(job).place {
            self.move_to_output(machine, slot, job);
        }
    }

    /// A job that is on a vehicle is to go somewhere else.
    fn turn_to(&mut self, vehicle: TwinId, job: JobRef, to: Destination) {
        let order = self.jobs.get(job).transport;
        if let Some(transport) = order.and_then(|order| self.haulage.get_mut(order)) {
            transport.to = Some(to);
        }
        if let Some(spot) = self.plan.spot_of(to.twin()) {
            self.set_out(vehicle, Errand::Bring, spot);
        }
    }

    /// A vehicle takes a job up.
    pub(in crate::factory) fn take_on(&mut self, vehicle: TwinId, order: OrderRef) {
        let now = self.clock.now;
        let Some(transport) = self.haulage.get_mut(order) else { return };
        transport.loaded = Some(now);
        let job = transport.job;
        self.leave(job);
        self.put(job, Place::Vehicle(vehicle));
        if let Some((_, state, ..)) = vehicle_of(self.vehicles, self.directory, vehicle) {
            state.load.push(job);
        }
    }

    /// A vehicle sets a job down where its way ends.
    pub(in crate::factory) fn set_down(&mut self, vehicle: TwinId, order: OrderRef) {
        let Some(transport) = self.haulage.remove(order) else { return };
        let job = transport.job;
        if let Some((_, state, ..)) = vehicle_of(self.vehicles, self.directory, vehicle) {
            state.load.retain(|&other| other != job);
            state.orders.retain(|&other| other != order);
            state.delivered += 1;
        }
        self.jobs.get_mut(job).transport = None;
        self.tables.transports.push(TransportRow::new(self.jobs.get(job).id, &transport, Some(self.clock.now)));
        if let Some(to) = transport.to {
            self.promise(job, to, -1);
            self.arrive_at(job, to);
        }
    }

    /// A job has come to where it was sent.
    fn arrive_at(&mut self, job: JobRef, to: Destination) {
        match to {
            Destination::Machine(machine, option) => self.enter(job, machine, option),
            Destination::Rack(rack) => self.put_into_rack(job, rack),
            Destination::Kit(machine, whole) => self.add_to_kit(job, machine, whole),
            Destination::Out(_) => {
                self.put(job, Place::Yard);
                self.remove(job, true);
            }
        }
    }

    /// The places that jobs were promised at a machine are gone, and with them their transports. Those that are on a
    /// vehicle stay there until they are sent elsewhere.
    pub(in crate::factory) fn call_off(&mut self, machine: TwinId) {
        let bound: Vec<(OrderRef, JobRef, bool, bool)> = self
            .haulage
            .iter()
            // Where jobs leave the factory, they still can: that takes nobody.
            .filter(|(_, order)| order.to.is_some_and(|to| to.twin() == machine && !matches!(to, Destination::Out(_))))
            .map(|(reference, order)| {
                let is_part = matches!(order.to, Some(Destination::Kit(..)));
                (reference, order.job, order.loaded.is_some(), is_part)
            })
            .collect();
        for (order, job, loaded, is_part) in bound {
            if loaded {
                self.hold_back(order);
            } else {
                self.give_up(order);
            }
            // A part waits for the job that it belongs to.
            if !is_part {
                self.moment.ready.push(job);
            }
        }
    }

    /// A vehicle leaves for good. What it was given others fetch; what it carries stands in the yard, and is brought on.
    pub(in crate::factory) fn retire_vehicle(&mut self, id: TwinId) {
        let now = self.clock.now;
        let Some((_, state, _, battery)) = vehicle_of(self.vehicles, self.directory, id) else { return };
        if let Some(battery) = battery {
            battery.advance(now);
            battery.set_draw(now, Milliwatts::ZERO);
            self.tally.departed_charge += battery.counted().grid;
        }
        let orders = std::mem::take(&mut state.orders);
        state.load.clear();
        for event in [state.event.take(), state.passing.take()].into_iter().flatten() {
            self.queue.cancel(event);
        }
        if now > state.since {
            let of = StateOf::Vehicle(state.motion);
            self.tables.states.push(StateRow { twin: id, of, from: state.since, to: now });
        }
        let mover = state.mover;
        if state.handling == Some(Handling::Charging) {
            state.handling = None;
            self.observe_vehicle(id);
        }
        self.traffic.remove(mover);
        self.haulage.queue.retain(|&(_, other)| other != id);
        (self.haulage.traffic_changed, self.haulage.freed, self.haulage.changed) = (true, true, true);
        for order in orders {
            let Some(transport) = self.haulage.get_mut(order) else { continue };
            if transport.loaded.is_none() {
                transport.vehicle = None;
                self.haulage.reopen(order);
                continue;
            }
            let Some(transport) = self.haulage.remove(order) else { continue };
            self.put(transport.job, Place::Yard);
            self.jobs.get_mut(transport.job).transport = None;
            if let Some(to) = transport.to {
                self.promise(transport.job, to, -1);
                self.bring(transport.job, to);
            }
        }
    }

    fn hold_back(&mut self, order: OrderRef) {
        let Some(transport) = self.haulage.get_mut(order) else { return };
        transport.to = None;
        if let Some((vehicle, _)) = transport.vehicle {
            self.carry_on(vehicle);
        }
    }

    /// Gives a transport up that has not begun.
    fn give_up(&mut self, order: OrderRef) {
        let Some(transport) = self.haulage.remove(order) else { return };
        self.jobs.get_mut(transport.job).transport = None;
        let Some((vehicle, _)) = transport.vehicle else { return };
        let Some((_, state, ..)) = vehicle_of(self.vehicles, self.directory, vehicle) else { return };
        state.orders.retain(|&other| other != order);
        if state.orders.is_empty() && state.errand == Errand::Fetch && state.handling.is_none() {
            self.stay(vehicle);
        }
    }
}
