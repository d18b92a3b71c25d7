//! How a vehicle runs: it sets out, drives as the traffic lets it, loads, unloads and charges.

use crate::engine::distribution::Distribution;
use crate::engine::identity::TwinId;
use crate::engine::queue::Event;
use crate::engine::random::Purpose;
use crate::engine::time::{Duration, Time};
use crate::factory::energy::power::PowerState;
use crate::factory::energy::units::Milliwatts;
use crate::factory::floor::{Floor, rack_of, vehicle_of};
use crate::factory::machine::Condition;
use crate::factory::tables::{StateOf, StateRow};
use crate::factory::transport::haulage::bound_for;
use crate::factory::transport::network::SpotId;
use crate::factory::transport::traffic::{MoverId, Refusal, Report};
use crate::factory::transport::vehicle::{Errand, Handling, Motion};

const LOAD: Purpose = Purpose::new("factory.load");
const UNLOAD: Purpose = Purpose::new("factory.unload");
const RACK: Purpose = Purpose::new("factory.rack");

impl Floor<'_, '_, '_> {
    /// Sends a vehicle somewhere on an errand.
    pub(in crate::factory) fn set_out(&mut self, id: TwinId, errand: Errand, spot: SpotId) {
        let Some((_, state, ..)) = vehicle_of(self.vehicles, self.directory, id) else { return };
        // What it handles it handles to the end, and then sees where it has to go.
        if state.handling.is_some() {
            return;
        }
        let given_up = state.goal.filter(|_| state.claimed);
        let mover = state.mover;
        (state.errand, state.goal, state.claimed) = (errand, Some(spot), false);
        if let Some(goal) = given_up.filter(|&goal| goal != spot && self.traffic.standing_at(mover) != Some(goal)) {
            self.traffic.unclaim(mover, goal);
            self.haulage.freed = true;
        }
        self.haulage.queue.retain(|&(_, other)| other != id);
        self.seek(id);
    }

    /// Brings a vehicle nearer to its goal: it claims a place there, and drives.
    pub(in crate::factory) fn seek(&mut self, id: TwinId) {
        let Some((_, state, ..)) = vehicle_of(self.vehicles, self.directory, id) else { return };
        let (mover, home) = (state.mover, state.home);
        let Some(goal) = state.goal else { return };
        if self.traffic.standing_at(mover) == Some(goal) {
            state.goal = None;
            return self.reach(id);
        }
        if goal != home {
            // Asked for even where it was granted before: whoever is sent back to the bay that it is just leaving, and cannot
            // turn, gives its place there back when it is out.
            state.claimed = self.traffic.claim(self.network, mover, goal);
            if !state.claimed {
                self.haulage.queue.push((goal, id));
                self.make_way(goal);
                if let Some(here) = self.traffic.standing_at(mover) {
                    self.make_way(here);
                }
                return self.observe_vehicle(id);
            }
        }
        // Where turning off is not safe the vehicle drives on, and turns when it is off the aisles.
        if self.traffic.destination(mover) != Some(goal) {
            self.drive_to(mover, goal);
        }
    }

    /// Whoever stands in a bay without anything to do there goes home if somebody else wants the bay. A home is always free
    /// for its vehicle, so that nobody waits in a circle.
    fn make_way(&mut self, spot: SpotId) {
        if !self.haulage.queue.iter().any(|(other, _)| *other == spot) {
            return;
        }
        for &id in &self.plan.vehicles {
            let Some((_, state, ..)) = vehicle_of(self.vehicles, self.directory, id) else { continue };
            let waits = state.goal.is_some() && state.handling.is_none() && !state.claimed && state.goal != Some(spot);
            if waits && state.home != spot && self.traffic.standing_at(state.mover) == Some(spot) {
                let (mover, home) = (state.mover, state.home);
                self.drive_to(mover, home);
            }
        }
    }

    /// Sends a vehicle to a spot where it has a place, unless that would not be safe from where it is now.
    fn drive_to(&mut self, mover: MoverId, spot: SpotId) {
        let sent = self.traffic.send(self.network, mover, spot, self.clock.now);
        debug_assert!(!matches!(sent, Err(Refusal::Unclaimed)), "a place is claimed first");
        // It has given back its place at its former destination.
        self.haulage.freed |= sent.is_ok();
        self.haulage.traffic_changed = true;
    }

    /// Lets vehicles that wait for bays try again, longest waiting first.
    pub(in crate::factory) fn grant_bays(&mut self) {
        self.haulage.freed = false;
        for (spot, id) in self.haulage.queue.clone() {
            let Some((_, state, ..)) = vehicle_of(self.vehicles, self.directory, id) else { continue };
            if state.goal == Some(spot) && self.traffic.claim(self.network, state.mover, spot) {
                state.claimed = true;
                self.haulage.queue.retain(|&other| other != (spot, id));
                self.seek(id);
            }
        }
    }

    /// Lets vehicles that wait for zones ask again, and does what comes of it.
    pub(in crate::factory) fn settle_traffic(&mut self) {
        self.haulage.traffic_changed = false;
        self.traffic.retry(self.network, self.clock.now);
        self.hear_traffic();
    }

    /// A vehicle has come to the middle of the next zone.
    pub(in crate::factory) fn pass_zone(&mut self, id: TwinId) {
        let now = self.clock.now;
        let Some((_, state, ..)) = vehicle_of(self.vehicles, self.directory, id) else { return };
        state.passing = None;
        self.traffic.pass(state.mover, now);
        self.haulage.traffic_changed = true;
    }

    /// Does what the traffic reports.
    fn hear_traffic(&mut self) {
        for report in self.traffic.take_reports() {
            match report {
                Report::Moves { mover, at } => self.expect_passing(mover, at),
                Report::Waits { mover } => self.note_moving(mover, false),
                Report::Left { mover, spot } => {
                    self.haulage.freed = true;
                    self.come_back(mover, spot);
                }
                Report::Arrived { mover, spot } => {
                    self.note_moving(mover, false);
                    self.stop_at(mover, spot);
                }
            }
        }
    }

    /// A vehicle that was called back to a spot when it could not turn any more has now left it, and with it its place there.
    fn come_back(&mut self, mover: MoverId, spot: SpotId) {
        let Some(id) = self.traffic.twin(mover) else { return };
        let Some((_, state, ..)) = vehicle_of(self.vehicles, self.directory, id) else { return };
        if state.claimed && state.goal == Some(spot) {
            state.claimed = false;
            self.seek(id);
        }
    }

    fn expect_passing(&mut self, mover: MoverId, at: Time) {
        let Some(id) = self.traffic.twin(mover) else { return };
        let Some((_, state, ..)) = vehicle_of(self.vehicles, self.directory, id) else { return };
        if let Some(former) = state.passing.take() {
            self.queue.cancel(former);
        }
        let event = Event { at, kind: self.plan.kinds.vehicle_passes, twin: id, arg: 0 };
        state.passing = Some(self.queue.push(event));
        self.note_moving(mover, true);
    }

    fn note_moving(&mut self, mover: MoverId, moves: bool) {
        let Some(id) = self.traffic.twin(mover) else { return };
        if let Some((_, state, ..)) = vehicle_of(self.vehicles, self.directory, id) {
            state.moves = moves;
            self.observe_vehicle(id);
        }
    }

    /// A vehicle stands at a spot, perhaps not the one that it wants.
    fn stop_at(&mut self, mover: MoverId, spot: SpotId) {
        let Some(id) = self.traffic.twin(mover) else { return };
        let Some((_, state, ..)) = vehicle_of(self.vehicles, self.directory, id) else { return };
        if state.goal == Some(spot) {
            (state.goal, state.claimed) = (None, false);
            self.reach(id);
        } else if state.claimed || state.goal == Some(state.home) {
            self.seek(id);
        } else {
            self.make_way(spot);
        }
    }

    /// A vehicle is where it wants to be, and begins what it came for.
    pub(in crate::factory) fn reach(&mut self, id: TwinId) {
        let now = self.clock.now;
        let Some((part, state, battery, level)) = vehicle_of(self.vehicles, self.directory, id) else { return };
        let here = self.traffic.standing_at(state.mover);
        if state.down || state.handling.is_some() || here == Some(state.home) {
            return self.observe_vehicle(id);
        }
        let to_here = here.map_or(0, |here| bound_for(here, &state.orders, self.haulage, self.plan).count());
        let draw = |purpose, time: &Distribution<Duration>, count: usize| {
            let sum = |sum: Duration, job: usize| {
                let counter = state.stops << 16 | job as u64;
                sum + time.sample(&mut self.seed.stream(id.0, purpose, counter))
            };
            (0..count).fold(Duration::ZERO, sum)
        };
        let jobs = if state.errand == Errand::Bring { to_here } else { state.orders.len() };
        let (handling, takes) = match state.errand {
            Errand::None => return self.observe_vehicle(id),
            Errand::Fetch => (Handling::Loading, draw(LOAD, &part.load, state.orders.len())),
            Errand::Bring => (Handling::Unloading, draw(UNLOAD, &part.unload, jobs)),
            Errand::Charge => {
                let Some((battery, level)) = battery.zip(level) else { return };
                let charger = here.and_then(|spot| self.plan.owner_of(spot));
                let power = charger.map_or(Milliwatts::ZERO, |charger| self.plan.charging_power(charger));
                level.set_charging(now, power, battery.efficiency);
                (Handling::Charging, level.time_to(battery.level_at(battery.charge_to)).unwrap_or(Duration::ZERO))
            }
        };
        let rack = here.and_then(|spot| self.plan.owner_of(spot)).filter(|_| handling != Handling::Charging);
        let rack_time = match rack.and_then(|rack| rack_of(self.racks, self.directory, rack)) {
            Some((rack, _)) => draw(RACK, &rack.handling, jobs),
            None => Duration::ZERO,
        };
        state.stops += 1;
        state.handling = Some(handling);
        let at = now + takes + rack_time;
        state.event = Some(self.queue.push(Event { at, kind: self.plan.kinds.vehicle_done, twin: id, arg: 0 }));
        self.observe_vehicle(id);
    }

    /// A vehicle has loaded, unloaded or charged. Returns what it has done.
    pub(in crate::factory) fn finish_handling(&mut self, id: TwinId) -> Option<Handling> {
        let (_, state, ..) = vehicle_of(self.vehicles, self.directory, id)?;
        state.event = None;
        let handling = state.handling.take();
        self.observe_vehicle(id);
        handling
    }

    /// A vehicle is done with what it was about.
    pub(in crate::factory) fn be_free(&mut self, id: TwinId) {
        if let Some((_, state, ..)) = vehicle_of(self.vehicles, self.directory, id) {
            (state.errand, state.goal, state.claimed) = (Errand::None, None, false);
        }
        self.haulage.changed = true;
        self.observe_vehicle(id);
    }

    /// A vehicle breaks down or has been repaired: it gets no further zones meanwhile.
    pub(in crate::factory) fn halt_vehicle(&mut self, id: TwinId, down: bool) {
        let Some((_, state, ..)) = vehicle_of(self.vehicles, self.directory, id) else { return };
        state.down = down;
        let mover = state.mover;
        let is_there = state.goal.is_none() && state.handling.is_none() && state.errand != Errand::None;
        if down {
            self.traffic.halt(mover);
        } else {
            self.traffic.go_on(mover);
            if is_there && self.traffic.destination(mover).is_none() {
                self.reach(id);
            }
        }
        // Others may have to see to what it would have done.
        self.haulage.changed = true;
        self.haulage.traffic_changed = true;
        self.observe_vehicle(id);
    }

    /// Puts a vehicle aside, once what it was given is done, or back to work.
    pub(in crate::factory) fn suspend_vehicle(&mut self, id: TwinId, aside: bool) {
        if let Some((_, state, ..)) = vehicle_of(self.vehicles, self.directory, id) {
            state.suspended = aside;
        }
        self.haulage.changed = true;
        self.observe_vehicle(id);
    }

    /// A vehicle stands at home from the start, and draws what it then draws.
    pub(in crate::factory) fn start_battery(&mut self, id: TwinId) {
        let now = self.clock.now;
        let vehicle = vehicle_of(self.vehicles, self.directory, id);
        if let Some((.., Some(battery), Some(level))) = vehicle {
            level.set_draw(now, battery.idle());
        }
    }

    /// Notes what a vehicle is doing now; its battery and its clocks run accordingly.
    pub(in crate::factory) fn observe_vehicle(&mut self, id: TwinId) {
        let now = self.clock.now;
        let Some((_, state, battery, level)) = vehicle_of(self.vehicles, self.directory, id) else { return };
        let motion = state.observe();
        let before = state.motion;
        if motion == before {
            let mover = state.mover;
            return self.show_driving(id, mover);
        }
        self.view.touch(id);
        state.count_until(now);
        if now > state.since {
            let of = StateOf::Vehicle(before);
            self.tables.states.push(StateRow { twin: id, of, from: state.since, to: now });
        }
        (state.motion, state.since) = (motion, now);
        let mover = state.mover;
        if let Some((battery, level)) = battery.zip(level) {
            level.advance(now);
            let is_flat = level.counted().missing > Default::default();
            if is_flat && !state.flat {
                self.tables.journal.note(now, id, "flat", "its battery could not give what it needed", None);
            }
            state.flat = is_flat;
            match motion {
                Motion::Driving | Motion::Carrying => level.set_draw(now, battery.driving()),
                Motion::Loading => level.set_draw(now, battery.handling()),
                Motion::Charging => {
                    let here = self.traffic.standing_at(mover).and_then(|spot| self.plan.owner_of(spot));
                    let power = here.map_or(Milliwatts::ZERO, |charger| self.plan.charging_power(charger));
                    level.set_charging(now, power, battery.efficiency);
                }
                _ => level.set_draw(now, battery.idle()),
            }
        }
        let here = self.traffic.standing_at(mover).and_then(|spot| self.plan.owner_of(spot));
        if let Some(charger) = here.filter(|_| (motion == Motion::Charging) != (before == Motion::Charging)) {
            self.view.touch(charger);
            self.load_charger(charger, motion == Motion::Charging);
        }
        let condition = match motion {
            Motion::Driving | Motion::Carrying => Condition::Working,
            Motion::Down => Condition::Down,
            _ => Condition::Starved,
        };
        self.age(id, condition);
    }

    /// A charger leaves for good: whoever charges there has to look for another.
    pub(in crate::factory) fn stop_charging(&mut self, charger: TwinId) {
        for &id in &self.plan.vehicles {
            let Some((_, state, ..)) = vehicle_of(self.vehicles, self.directory, id) else { continue };
            let here = self.traffic.standing_at(state.mover).and_then(|spot| self.plan.owner_of(spot));
            if state.handling == Some(Handling::Charging) && here == Some(charger) {
                if let Some(event) = state.event.take() {
                    self.queue.cancel(event);
                }
                state.handling = None;
                self.be_free(id);
            }
        }
    }

    /// One vehicle more or less takes current from a charger.
    fn load_charger(&mut self, charger: TwinId, more: bool) {
        let one = self.plan.charging_power(charger);
        let account = self.directory.entity(charger).and_then(|entity| self.consumers.get(entity).ok());
        let Some((_, account)) = account else { return };
        let power = if more { account.power + one } else { account.power - one };
        let state = if power == Milliwatts::ZERO { PowerState::Idle } else { PowerState::Working };
        self.switch(charger, state, |_| power);
    }
}
