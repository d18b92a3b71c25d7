//! What each vehicle uses as it drives, and what is left in its battery.
//!
//! A step's work is that of an even change from the speed before it to that after it, on level ground: streets have no heights.

use std::ops::AddAssign;

use serde::{Deserialize, Serialize};

use super::energy::{Battery, Charge, Drive, Profile, Used, step};
use crate::city::demand::Kind;

/// What a vehicle has used on its trip, and what is left in its battery, if it has one.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Tank {
    /// What it has used. Of electric vehicles, what was asked of the battery.
    pub used: Used,
    /// How full its battery is.
    pub charge: Option<Charge>,
    /// Whether that was not enough: it drives no farther, even if braking brings something back.
    pub is_empty: bool,
}

impl Tank {
    /// That of a vehicle of a kind as its trip begins, with its battery so full; none if nothing is counted of it.
    pub fn of(kind: &Kind, counts_all: bool, first: impl FnOnce() -> f64) -> Option<Tank> {
        let profile = kind.energy.as_ref().filter(|profile| profile.drive != Drive::Muscle)?;
        let charge = profile.battery().map(|battery| Charge::new(battery, first()));
        (counts_all || charge.is_some()).then_some(Tank { used: Used::default(), charge, is_empty: false })
    }

    /// The same for another trip: as full, with nothing used.
    pub fn again(&self) -> Tank {
        let charge = self.charge.map(|charge| Charge { stored_j: charge.stored_j, ..Charge::default() });
        Tank { used: Used::default(), charge, ..*self }
    }

    /// A step in which the speed changes from one to another: metres a second, and seconds.
    pub fn drive(&mut self, profile: &Profile, [before, after]: [f64; 2], seconds: f64) {
        let used = step(profile, before, after, 0.0, seconds);
        self.used += used;
        if let Some((charge, battery)) = self.charge.as_mut().zip(profile.battery()) {
            self.is_empty |= !charge.drive(battery, used.energy_j);
        }
    }
}

impl Profile {
    /// Its battery, if it has one.
    pub fn battery(&self) -> Option<&Battery> {
        match &self.drive {
            Drive::Electric(motor) => Some(&motor.battery),
            _ => None,
        }
    }
}

/// What the trips that are over have used, as far as it is counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Totals {
    /// Of vehicles with an engine.
    pub burnt: Share,
    /// Of vehicles with a battery.
    pub electric: Share,
}

/// What some vehicles have used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Share {
    /// How far they drove: metres.
    pub length: f64,
    /// What they have used.
    pub used: Used,
}

impl Totals {
    /// Adds a trip of so many metres.
    pub fn add(&mut self, tank: &Tank, length: f64) {
        let share = if tank.charge.is_some() { &mut self.electric } else { &mut self.burnt };
        *share += Share { length, used: tank.used };
    }
}

impl AddAssign for Share {
    fn add_assign(&mut self, other: Share) {
        self.length += other.length;
        self.used += other.used;
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::sync::Arc;

    use super::super::tests::{car, demand, road};
    use super::super::{Extras, Town, Traffic, energy};
    use super::*;
    use crate::city::demand::FirstSpeed;
    use crate::engine::parallel::Pool;
    use crate::engine::random::Seed;

    fn drive(kind: Kind, extras: Extras, mut look: impl FnMut(&Traffic)) -> Traffic {
        let town = Town::new(road(&[600.0, 500.0], 13.89, &[]), demand(kind, 20, 2, FirstSpeed::At(0.0))).with(extras);
        let mut traffic = Traffic::new(Arc::new(town), 1.0, Seed(1));
        while !traffic.is_over() {
            traffic.go_on(Seed(1), &Pool::default());
            look(&traffic);
        }
        traffic
    }

    /// What a tank says is what the model says of the speeds that one sees from outside.
    #[test]
    fn all_that_is_used_is_counted() {
        for profile in [Profile::petrol_car(), Profile::diesel_car(), Profile::electric_car()] {
            let kind = Kind { energy: Some(profile), ..car(0.5, 0.1) };
            let mut seen = BTreeMap::<u32, (f64, Used)>::new();
            let traffic = drive(kind, Extras { counts_energy: true, ..Extras::default() }, |traffic| {
                for (_, vehicle) in traffic.vehicles() {
                    let (speed, used) = seen.entry(vehicle.trip).or_default();
                    *used += energy::step(&profile, *speed, vehicle.speed, 0.0, 1.0);
                    *speed = vehicle.speed;
                    assert_eq!(vehicle.tank.as_ref().map(|tank| tank.used), Some(*used));
                }
            });
            let Totals { burnt, electric } = traffic.totals().energy;
            let (own, other) = if profile.battery().is_some() { (electric, burnt) } else { (burnt, electric) };
            assert!(own.used.energy_j > 0.0 && other == Share::default());
            assert!((own.length - traffic.totals().length).abs() < 1e-6);
        }
    }

    #[test]
    fn nothing_is_counted_that_nobody_asks_for() {
        let with = |energy| drive(Kind { energy, ..car(0.5, 0.1) }, Extras::default(), |_| {}).totals().energy;
        assert_eq!(with(Some(Profile::petrol_car())), Totals::default());
        assert_eq!(with(None), Totals::default());
        // A battery may run empty, whether anybody asks or not.
        assert!(with(Some(Profile::electric_car())).electric.used.energy_j > 0.0);
    }
}
