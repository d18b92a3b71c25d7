//! What a vehicle is sent to do next.

use crate::engine::identity::TwinId;
use crate::factory::floor::{Floor, vehicle_of};
use crate::factory::transport::haulage::{bound_for, goal_of};
use crate::factory::transport::network::SpotId;
use crate::factory::transport::vehicle::{Errand, Handling};

impl Floor<'_, '_, '_> {
    /// A vehicle has loaded, unloaded or charged, and goes on.
    pub(in crate::factory) fn send_on(&mut self, id: TwinId, done: Handling) {
        let Some((_, state, ..)) = vehicle_of(self.vehicles, self.directory, id) else { return };
        let (orders, mover) = (state.orders.clone(), state.mover);
        match done {
            Handling::Loading => {
                orders.iter().for_each(|&order| self.take_on(id, order));
                self.carry_on(id);
            }
            Handling::Unloading => {
                let here = self.traffic.standing_at(mover);
                let to_here = here.map(|here| bound_for(here, &orders, self.haulage, self.plan).collect::<Vec<_>>());
                to_here.into_iter().flatten().for_each(|order| self.set_down(id, order));
                self.carry_on(id);
            }
            Handling::Charging => self.be_free(id),
        }
    }

    /// Sends a vehicle on with what it carries: one after another, where its loads have to go different ways.
    pub(in crate::factory) fn carry_on(&mut self, id: TwinId) {
        let Some((_, state, ..)) = vehicle_of(self.vehicles, self.directory, id) else { return };
        if state.orders.is_empty() {
            return self.be_free(id);
        }
        let orders = state.orders.clone();
        match orders.into_iter().find_map(|order| goal_of(order, self.haulage, self.plan)) {
            Some(spot) => self.set_out(id, Errand::Bring, spot),
            None => self.stay(id),
        }
    }

    /// A vehicle has nothing to go to for the moment.
    pub(in crate::factory) fn stay(&mut self, id: TwinId) {
        let Some((_, state, ..)) = vehicle_of(self.vehicles, self.directory, id) else { return };
        let home = state.home;
        let errand = if state.load.is_empty() { Errand::None } else { Errand::Bring };
        self.set_out(id, errand, home);
        self.haulage.changed = true;
    }

    /// What a vehicle without a load to fetch does: it charges if it has to, and else goes home.
    pub(in crate::factory) fn dwell(&mut self, id: TwinId) {
        let now = self.clock.now;
        let Some((_, state, battery, level)) = vehicle_of(self.vehicles, self.directory, id) else { return };
        let (home, goal) = (state.home, state.goal);
        let tariff = self.tariff;
        let low = battery.zip(level).is_some_and(|(battery, level)| {
            level.advance(now);
            let by_price = battery.top_up_below.filter(|_| tariff.is_cheapest(now));
            level.level() <= battery.level_at(battery.charge_below.max(by_price.unwrap_or(0.0)))
        });
        match low.then(|| self.nearest_charger(id)).flatten() {
            Some(charger) => self.set_out(id, Errand::Charge, charger),
            None if goal != Some(home) => self.set_out(id, Errand::None, home),
            None => {}
        }
    }

    /// The charger where the fewest vehicles are for their number of places; of those the nearest.
    pub(super) fn nearest_charger(&self, id: TwinId) -> Option<SpotId> {
        let (part, state, ..) = self.vehicles.get(self.directory.entity(id)?).ok()?;
        let stand = self.traffic.stand(self.network, state.mover, self.clock.now)?;
        let mut best: Option<((f64, f64), SpotId)> = None;
        for &charger in self.plan.chargers.keys() {
            let Some(spot) = self.plan.spot_of(charger) else { continue };
            let Some((_, drive)) = self.network.distance(stand, spot, part.speed) else { continue };
            let waiting = self.haulage.queue.iter().filter(|(other, _)| *other == spot).count();
            let places = self.network.spot(spot).map_or(1, |spot| spot.capacity);
            let crowd = ((self.traffic.claimants(spot).len() + waiting) / places as usize) as f64;
            if best.is_none_or(|(least, _)| (crowd, drive) < least) {
                best = Some(((crowd, drive), spot));
            }
        }
        best.map(|(_, spot)| spot)
    }
}
