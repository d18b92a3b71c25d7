//! Electric motors, and the batteries that feed them.
//!
//! - **Driving** takes more from the battery than comes to the wheels, and braking brings back less than the wheels
//!   give: T. Kurczveil, P. Á. López and E. Schnieder, "Implementation of an energy model and a charging infrastructure
//!   in SUMO", Simulation of Urban Mobility, LNCS 8594 (2014) 33–43. Slow vehicles bring nothing back: what comes back
//!   fades evenly between two speeds, as with K. N. Genikomsakis and G. Mitrentsis, "A computationally efficient
//!   simulation model for estimating energy consumption of electric vehicles in the context of route planning
//!   applications", Transportation Research Part D 50 (2017) 98–118.
//! - **Charging** goes on at a constant power until the battery is full to a share, by default four fifths. From there
//!   the battery takes power in proportion to the room that is left in it, as at a constant voltage, so that the room
//!   shrinks exponentially. For the two phases see A. Montoya, C. Guéret, J. E. Mendoza and J. G. Villegas, "The
//!   electric vehicle routing problem with nonlinear charging function", Transportation Research Part B 103 (2017)
//!   87–110. The result is exact, so it is the same however the time is cut into steps.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A battery.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Battery {
    /// What it can store.
    #[schemars(range(min = 0.0), extend("x-unit" = "J"))]
    pub capacity: f64,
    /// The most that it lets a charging station give.
    #[schemars(range(min = 0.0), extend("x-unit" = "W"))]
    pub charge_power: f64,
    /// The share of what the station gives that is stored.
    #[schemars(range(min = 0.01, max = 1.0))]
    pub charge_efficiency: f64,
    /// How full it is, as a share, when it begins to take less.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub taper_from: f64,
}

/// An electric motor with its battery.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Motor {
    /// The share of what is taken from the battery that comes to the wheels.
    #[schemars(range(min = 0.01, max = 1.0))]
    pub efficiency: f64,
    /// The share of what the wheels give when braking that comes into the battery.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub recuperation: f64,
    /// The most that comes into the battery so; other brakes do the rest.
    #[schemars(range(min = 0.0), extend("x-unit" = "W"))]
    pub recuperation_power: f64,
    /// Below the first of these speeds nothing comes back, above the second all that can.
    #[schemars(extend("x-unit" = "m/s"))]
    pub recuperation_speeds: [f64; 2],
    /// Where it takes the energy from.
    pub battery: Battery,
}

impl Motor {
    /// What is taken from the battery for this work at the wheels; below zero if it is given back: joules.
    ///
    /// The speed is the mean of the step.
    pub fn taken(&self, work_j: f64, speed: f64, seconds: f64) -> f64 {
        if work_j >= 0.0 {
            return work_j / self.efficiency;
        }
        let back = -work_j * self.recuperation * self.fade(speed);
        -back.min(self.recuperation_power * seconds)
    }

    /// The share of what could come back that does at a speed.
    fn fade(&self, speed: f64) -> f64 {
        let [none, all] = self.recuperation_speeds;
        if speed >= all {
            1.0
        } else if speed <= none {
            0.0
        } else {
            (speed - none) / (all - none)
        }
    }
}

/// What is stored after charging: joules. The station offers this power for so long.
pub fn charge(battery: &Battery, stored_j: f64, power_w: f64, seconds: f64) -> f64 {
    let room = battery.capacity - stored_j;
    let into = power_w.min(battery.charge_power) * battery.charge_efficiency;
    if !(room > 0.0 && into > 0.0 && seconds > 0.0) {
        return stored_j;
    }
    // What the battery takes when it tapers is the room that is left, over this time.
    let taper = battery.capacity * (1.0 - battery.taper_from) / (battery.charge_power * battery.charge_efficiency);
    let constant = (room - into * taper).max(0.0);
    let until_taper = constant / into;
    let stored = if seconds <= until_taper {
        stored_j + into * seconds
    } else {
        battery.capacity - (room - constant) * libm::exp((until_taper - seconds) / taper)
    };
    stored.clamp(stored_j, battery.capacity)
}

/// How full the battery of a vehicle is, and what became of all energy so far.
///
/// Nothing is lost: `stored_j` is what was stored at first, and `charged_j`, less `driven_j`. What was asked of it is
/// `driven_j` and `missing_j`, less `refused_j`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Charge {
    /// What is stored: joules.
    pub stored_j: f64,
    /// What charging stored so far: joules.
    pub charged_j: f64,
    /// What driving took so far, less what it brought back: joules.
    pub driven_j: f64,
    /// What driving would have taken, but was not there: joules.
    pub missing_j: f64,
    /// What driving would have brought back, but found no room: joules.
    pub refused_j: f64,
}

impl Charge {
    /// A battery that is full to a share.
    pub fn new(battery: &Battery, share: f64) -> Charge {
        Charge { stored_j: battery.capacity * share.clamp(0.0, 1.0), ..Charge::default() }
    }

    /// How full it is: a share.
    pub fn share(&self, battery: &Battery) -> f64 {
        if battery.capacity > 0.0 { self.stored_j / battery.capacity } else { 0.0 }
    }

    /// Takes energy for driving, or takes it in if it is below zero. Whether all that was asked was there.
    pub fn drive(&mut self, battery: &Battery, energy_j: f64) -> bool {
        let wanted = self.stored_j - energy_j;
        let stored = wanted.max(0.0).min(battery.capacity.max(self.stored_j));
        self.missing_j += (stored - wanted).max(0.0);
        self.refused_j += (wanted - stored).max(0.0);
        self.driven_j += self.stored_j - stored;
        self.stored_j = stored;
        wanted >= 0.0
    }

    /// Charges at a station that offers this power for so long. What the station gave: joules.
    pub fn charge(&mut self, battery: &Battery, power_w: f64, seconds: f64) -> f64 {
        let stored = charge(battery, self.stored_j, power_w, seconds);
        let gained = stored - self.stored_j;
        self.charged_j += gained;
        self.stored_j = stored;
        gained / battery.charge_efficiency
    }
}
