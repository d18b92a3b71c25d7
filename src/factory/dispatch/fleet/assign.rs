//! Matches free vehicles with loads that wait.

use crate::engine::identity::TwinId;
use crate::engine::time::Time;
use crate::factory::floor::{Floor, vehicle_of};
use crate::factory::transport::haulage::{OrderRef, TransportOrder};
use crate::factory::transport::network::{SpotId, Stand};
use crate::factory::transport::vehicle::{Errand, VehicleState};

use super::{FleetRule, Match};

impl Floor<'_, '_, '_> {
    /// Gives loads to free vehicles as long as there are both, and sends home who is left with nothing to do.
    pub(in crate::factory) fn assign_vehicles(&mut self) {
        self.haulage.changed = false;
        match (self.plan.transport.rule, self.plan.transport.rule.cost()) {
            (FleetRule::Auction { goal, loads_each }, _) => self.hold_auction(goal, loads_each),
            (_, Some(cost)) => self.match_all(cost),
            (_, None) => {}
        }
        // Also those that were put aside, which would be in the way where they stand.
        for vehicle in self.vehicles_that(VehicleState::is_idle) {
            self.dwell(vehicle);
        }
    }

    fn match_all(&mut self, cost: fn(&Match) -> f64) {
        let mut free = self.vehicles_that(VehicleState::is_free);
        while !free.is_empty()
            && let Some((vehicle, order)) = self.best_match(&free, cost)
        {
            free.retain(|&other| other != vehicle);
            self.assign(vehicle, order);
        }
    }

    fn vehicles_that(&self, holds: fn(&VehicleState) -> bool) -> Vec<TwinId> {
        let state = |&id: &TwinId| Some(self.vehicles.get(self.directory.entity(id)?).ok()?.1);
        self.plan.vehicles.iter().copied().filter(|id| state(id).is_some_and(holds)).collect()
    }

    fn best_match(&self, free: &[TwinId], cost: fn(&Match) -> f64) -> Option<(TwinId, OrderRef)> {
        let mut best: Option<((f64, f64, f64), TwinId, OrderRef)> = None;
        for &order in &self.haulage.open {
            let Some((transport, spot)) = self.open_transport(order) else { continue };
            for &vehicle in free {
                let Some(pair) = self.consider(vehicle, transport, spot) else { continue };
                let cost = (cost(&pair), -pair.waited, pair.drive);
                if best.is_none_or(|(least, ..)| cost < least) {
                    best = Some((cost, vehicle, order));
                }
            }
        }
        best.map(|(_, vehicle, order)| (vehicle, order))
    }

    fn open_transport(&self, order: OrderRef) -> Option<(&TransportOrder, SpotId)> {
        let transport = self.haulage.get(order)?;
        Some((transport, self.plan.spot_of(transport.from)?))
    }

    fn consider(&self, vehicle: TwinId, transport: &TransportOrder, spot: SpotId) -> Option<Match> {
        let (part, state, ..) = self.vehicles.get(self.directory.entity(vehicle)?).ok()?;
        let (_, drive) = self.network.distance(self.stand_of(state), spot, part.speed)?;
        let due = self.jobs.find(transport.job)?.due;
        Some(Match {
            drive,
            waited: (self.clock.now - transport.requested).seconds(),
            due: if due == Time::NEVER { f64::INFINITY } else { due.seconds() },
            busy: state.busy(self.clock.now),
        })
    }

    pub(super) fn stand_of(&self, vehicle: &VehicleState) -> Stand {
        self.traffic.stand(self.network, vehicle.mover, self.clock.now).unwrap_or(Stand::Spot(vehicle.home))
    }

    /// Gives a vehicle a load, and what else goes the same way as far as it has room.
    pub(super) fn assign(&mut self, vehicle: TwinId, order: OrderRef) {
        let now = self.clock.now;
        let Some((part, state, ..)) = vehicle_of(self.vehicles, self.directory, vehicle) else { return };
        let Some(first) = self.haulage.get(order) else { return };
        let (from, to) = (first.from, first.to.map(|to| to.twin()));
        let same_way = |other: &OrderRef| {
            self.haulage.get(*other).is_some_and(|o| o.from == from && o.to.map(|to| to.twin()) == to)
        };
        let others = self.haulage.open.iter().copied().filter(|other| *other != order && same_way(other));
        state.orders = std::iter::once(order).chain(others).take(part.capacity as usize).collect();
        for &order in &state.orders {
            if let Some(transport) = self.haulage.get_mut(order) {
                transport.vehicle = Some((vehicle, now));
            }
        }
        let given = state.orders.clone();
        self.haulage.open.retain(|other| !given.contains(other));
        if let Some(spot) = self.plan.spot_of(from) {
            self.set_out(vehicle, Errand::Fetch, spot);
        }
    }
}
