//! How vehicles come to their bids: where each will be free, when, and how far its battery takes it.

use crate::engine::identity::TwinId;
use crate::factory::floor::Floor;
use crate::factory::transport::haulage::{OrderRef, goal_of};
use crate::factory::transport::network::{SpotId, Stand};
use crate::factory::transport::vehicle::{Errand, Handling, Vehicle, VehicleState};

use super::auction::{Carrier, Stop, TeamGoal, auction};

/// A vehicle that takes part, where and how fast it will set out.
struct Bidding {
    vehicle: TwinId,
    carrier: Carrier,
    stand: Stand,
    speed: f64,
    is_free: bool,
}

/// A load that is auctioned: from where to where.
struct Lot {
    order: OrderRef,
    from: SpotId,
    to: SpotId,
}

impl Floor<'_, '_, '_> {
    /// Lets the vehicles share out the loads that have waited longest, so many for each of them; those that are free set out for
    /// their first. The others' loads are auctioned again when something has changed.
    pub(super) fn hold_auction(&mut self, goal: TeamGoal, loads_each: u32) {
        let bidders: Vec<Bidding> = self.plan.vehicles.iter().filter_map(|&vehicle| self.bidding(vehicle)).collect();
        let most = bidders.len() * loads_each as usize;
        let lots: Vec<Lot> = self.haulage.open.iter().filter_map(|&order| self.lot(order)).take(most).collect();
        if lots.is_empty() || !bidders.iter().any(|bidder| bidder.is_free) {
            return;
        }
        let ways = self.ways(&bidders, &lots);
        let drive = |who: usize, from: Stop, to: Stop| match (from, to) {
            (Stop::Start(_), Stop::Pick(load)) => ways.starts[who][load],
            (Stop::Pick(_), Stop::Drop(load)) => ways.loaded[who][load],
            (Stop::Drop(last), Stop::Pick(load)) => ways.between[who][last * lots.len() + load],
            _ => f64::INFINITY,
        };
        let carriers: Vec<Carrier> = bidders.iter().map(|bidder| bidder.carrier).collect();
        let tours = auction(&carriers, lots.len(), goal, &drive);
        for (bidder, tour) in bidders.iter().zip(tours) {
            let Some(first) = tour.first().filter(|_| bidder.is_free) else { continue };
            let order = lots[*first].order;
            if self.haulage.open.contains(&order) {
                self.assign(bidder.vehicle, order);
            } else {
                // Somebody else takes it along, who goes the same way: what is left is auctioned anew.
                self.haulage.changed = true;
            }
        }
    }

    fn lot(&self, order: OrderRef) -> Option<Lot> {
        let from = self.plan.spot_of(self.haulage.get(order)?.from)?;
        let to = goal_of(order, self.haulage, self.plan).unwrap_or(from);
        Some(Lot { order, from, to })
    }

    /// A vehicle that can be counted on, and does not have to charge first.
    fn bidding(&self, vehicle: TwinId) -> Option<Bidding> {
        let (part, state, battery, level) = self.vehicles.get(self.directory.entity(vehicle)?).ok()?;
        // Who does not know where to bring its load does not know when it will be free.
        let is_stranded = |&order: &OrderRef| goal_of(order, self.haulage, self.plan).is_none();
        if state.down || state.suspended || state.orders.iter().any(is_stranded) {
            return None;
        }
        let range = match battery.zip(level) {
            Some((battery, level)) => {
                let mut level = level.clone();
                level.advance(self.clock.now);
                let spare = level.level() - battery.level_at(battery.charge_below);
                let charges = state.errand == Errand::Charge;
                if spare.kwh() <= 0.0 && !charges && self.nearest_charger(vehicle).is_some() {
                    return None;
                }
                let full = (battery.level_at(battery.charge_to) - battery.level_at(battery.charge_below)).kwh();
                let spare = if charges { full } else { spare.kwh() };
                if battery.drive_kw > 0.0 { 3600.0 * spare / battery.drive_kw } else { f64::INFINITY }
            }
            None => f64::INFINITY,
        };
        let handling = part.load.mean() + part.unload.mean();
        let (free_in, stand) = self.next_free(vehicle, part, state)?;
        let carrier = Carrier { free_in, range, handling };
        Some(Bidding { vehicle, carrier, stand, speed: part.speed, is_free: state.is_free() })
    }

    /// In how many seconds a vehicle should be done with what it is about, and where that will be.
    fn next_free(&self, vehicle: TwinId, part: &Vehicle, state: &VehicleState) -> Option<(f64, Stand)> {
        let mut at = self.stand_of(state);
        let mut seconds = 0.0;
        let mut go = |to: SpotId, at: &mut Stand| {
            let way = self.network.distance(*at, to, part.speed).map(|(_, drive)| drive);
            *at = Stand::Spot(to);
            way.map(|drive| seconds += drive)
        };
        let jobs = state.orders.len() as f64;
        match (state.errand, state.handling) {
            (Errand::None, _) => return Some((0.0, at)),
            (Errand::Charge, handling) => {
                if let Some(goal) = state.goal {
                    go(goal, &mut at)?;
                }
                let left = self.charging_left(vehicle, at, handling == Some(Handling::Charging));
                return Some((seconds + left, at));
            }
            (Errand::Fetch, handling) => {
                if let (Some(goal), None) = (state.goal, handling) {
                    go(goal, &mut at)?;
                }
                state
                    .orders
                    .iter()
                    .filter_map(|&order| goal_of(order, self.haulage, self.plan))
                    .try_for_each(|to| go(to, &mut at))?;
                seconds += jobs * (part.load.mean() + part.unload.mean());
            }
            (Errand::Bring, _) => {
                state
                    .orders
                    .iter()
                    .filter_map(|&order| goal_of(order, self.haulage, self.plan))
                    .try_for_each(|to| go(to, &mut at))?;
                seconds += jobs * part.unload.mean();
            }
        }
        Some((seconds, at))
    }

    /// In how many seconds a vehicle should have charged where it stands.
    fn charging_left(&self, vehicle: TwinId, at: Stand, is_charging: bool) -> f64 {
        let parts = self.directory.entity(vehicle).and_then(|entity| self.vehicles.get(entity).ok());
        let Some((.., Some(battery), Some(level))) = parts else { return 0.0 };
        let mut level = level.clone();
        level.advance(self.clock.now);
        let wanted = battery.level_at(battery.charge_to);
        if is_charging {
            return level.time_to(wanted).map_or(0.0, |time| time.seconds());
        }
        let charger = if let Stand::Spot(spot) = at { self.plan.owner_of(spot) } else { None };
        let power = charger.map_or(0.0, |charger| self.plan.charging_power(charger).kw() * battery.efficiency);
        if power > 0.0 { (3600.0 * (wanted - level.level()).kwh() / power).max(0.0) } else { 0.0 }
    }

    /// All drives that the auction can ask about, worked out once.
    fn ways(&self, bidders: &[Bidding], lots: &[Lot]) -> Ways {
        let drive = |from: Stand, to: SpotId, speed: f64| {
            self.network.distance(from, to, speed).map_or(f64::INFINITY, |(_, seconds)| seconds)
        };
        let of = |bidder: &Bidding| {
            let speed = bidder.speed;
            let starts = lots.iter().map(|lot| drive(bidder.stand, lot.from, speed)).collect();
            let loaded = lots.iter().map(|lot| drive(Stand::Spot(lot.from), lot.to, speed)).collect();
            let between =
                lots.iter().flat_map(|last| lots.iter().map(move |lot| drive(Stand::Spot(last.to), lot.from, speed)));
            (starts, loaded, between.collect())
        };
        let mut ways = Ways::default();
        for (starts, loaded, between) in bidders.iter().map(of) {
            ways.starts.push(starts);
            ways.loaded.push(loaded);
            ways.between.push(between);
        }
        ways
    }
}

/// Seconds of driving for each vehicle: to each load, with each load, and from where each load is brought to each other.
#[derive(Default)]
struct Ways {
    starts: Vec<Vec<f64>>,
    loaded: Vec<Vec<f64>>,
    between: Vec<Vec<f64>>,
}
