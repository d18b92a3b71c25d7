//! What an author says of a vehicle's energy, where it is not the usual one of its class.

use std::error::Error;
use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Drive, Engine, Motor, Profile};

/// Numbers that differ from those of the usual vehicle of a class. What is left out stays as it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Changes {
    /// The mass, with driver and load.
    #[schemars(range(min = 1.0), extend("x-unit" = "kg"))]
    pub mass: Option<f64>,
    /// How much heavier it is to speed up, because wheels and engine turn too: a share of the mass.
    #[schemars(range(min = 0.0))]
    pub rotating_share: Option<f64>,
    /// The force that the tyres take, as a share of the weight.
    #[schemars(range(min = 0.0))]
    pub rolling: Option<f64>,
    /// The coefficient of drag.
    #[schemars(range(min = 0.0))]
    pub drag: Option<f64>,
    /// The area that the air meets.
    #[schemars(range(min = 0.0), extend("x-unit" = "m²"))]
    pub front_area: Option<f64>,
    /// What lights, fans and the like take as long as it is under way.
    #[schemars(range(min = 0.0), extend("x-unit" = "W"))]
    pub auxiliaries: Option<f64>,
    /// Of engine or motor: the share of the energy of fuel or battery that comes to the wheels.
    #[schemars(range(min = 0.01, max = 1.0))]
    pub efficiency: Option<f64>,
    /// Of an engine: what it burns to turn at all.
    #[schemars(range(min = 0.0), extend("x-unit" = "l/h"))]
    pub idle_litres_per_hour: Option<f64>,
    /// Of an engine: the heat of a litre of its fuel.
    #[schemars(range(min = 1.0), extend("x-unit" = "J/l"))]
    pub fuel_heat: Option<f64>,
    /// Of an engine: the carbon dioxide of a litre of its fuel.
    #[schemars(range(min = 0.0), extend("x-unit" = "g/l"))]
    pub fuel_co2: Option<f64>,
    /// Of an engine: the nitrogen oxides, as a share of those of the vehicle that was measured.
    #[schemars(range(min = 0.0))]
    pub nox_share: Option<f64>,
    /// Of an engine: the particles, as a share of those of the vehicle that was measured.
    #[schemars(range(min = 0.0))]
    pub pm_share: Option<f64>,
    /// Of an engine: the volatile organic compounds, as a share of those of the vehicle that was measured.
    #[schemars(range(min = 0.0))]
    pub voc_share: Option<f64>,
    /// Of a motor: the share of what the wheels give when braking that comes into the battery.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub recuperation: Option<f64>,
    /// Of a motor: the most that comes into the battery so.
    #[schemars(range(min = 0.0), extend("x-unit" = "W"))]
    pub recuperation_power: Option<f64>,
    /// Of a motor: below the first of these speeds nothing comes back, above the second all that can.
    #[schemars(extend("x-unit" = "m/s"))]
    pub recuperation_speeds: Option<[f64; 2]>,
    /// Of a battery: what it can store.
    #[schemars(range(min = 0.0), extend("x-unit" = "J"))]
    pub capacity: Option<f64>,
    /// Of a battery: the most that it lets a charging station give.
    #[schemars(range(min = 0.0), extend("x-unit" = "W"))]
    pub charge_power: Option<f64>,
    /// Of a battery: the share of what the station gives that is stored.
    #[schemars(range(min = 0.01, max = 1.0))]
    pub charge_efficiency: Option<f64>,
    /// Of a battery: how full it is, as a share, when it begins to take less.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub taper_from: Option<f64>,
}

/// A number that was given for a vehicle that has no use for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Useless(
    /// The name of the number, of [`Changes`].
    pub &'static str,
);

impl fmt::Display for Useless {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "`{}` means nothing to a vehicle with this drive", self.0)
    }
}

impl Error for Useless {}

fn set<T>(number: &mut T, to: Option<T>) {
    if let Some(to) = to {
        *number = to;
    }
}

/// The first number that was given.
fn first(numbers: &[(&'static str, bool)]) -> Option<Useless> {
    numbers.iter().find(|(_, given)| *given).map(|(name, _)| Useless(name))
}

impl Changes {
    /// The vehicle with these changes. Wrong if a number means nothing to its drive.
    pub fn apply(&self, profile: Profile) -> Result<Profile, Useless> {
        let useless = match profile.drive {
            Drive::Petrol(_) | Drive::Diesel(_) => first(&self.of_motor()),
            Drive::Electric(_) => first(&self.of_engine()),
            Drive::Muscle => first(&self.of_any_drive()).or(first(&self.of_motor())).or(first(&self.of_engine())),
        };
        match useless {
            Some(useless) => Err(useless),
            None => Ok(self.applied(profile)),
        }
    }

    fn applied(&self, mut profile: Profile) -> Profile {
        set(&mut profile.body.mass, self.mass);
        set(&mut profile.body.rotating_share, self.rotating_share);
        set(&mut profile.body.rolling, self.rolling);
        set(&mut profile.body.drag, self.drag);
        set(&mut profile.body.front_area, self.front_area);
        set(&mut profile.auxiliaries, self.auxiliaries);
        set(&mut profile.exhaust.nox_share, self.nox_share);
        set(&mut profile.exhaust.pm_share, self.pm_share);
        set(&mut profile.exhaust.voc_share, self.voc_share);
        match &mut profile.drive {
            Drive::Petrol(engine) | Drive::Diesel(engine) => self.change_engine(engine),
            Drive::Electric(motor) => self.change_motor(motor),
            Drive::Muscle => {}
        }
        profile
    }

    fn change_engine(&self, engine: &mut Engine) {
        set(&mut engine.efficiency, self.efficiency);
        set(&mut engine.idle_litres_per_hour, self.idle_litres_per_hour);
        set(&mut engine.fuel.heat, self.fuel_heat);
        set(&mut engine.fuel.co2, self.fuel_co2);
    }

    fn change_motor(&self, motor: &mut Motor) {
        set(&mut motor.efficiency, self.efficiency);
        set(&mut motor.recuperation, self.recuperation);
        set(&mut motor.recuperation_power, self.recuperation_power);
        set(&mut motor.recuperation_speeds, self.recuperation_speeds);
        set(&mut motor.battery.capacity, self.capacity);
        set(&mut motor.battery.charge_power, self.charge_power);
        set(&mut motor.battery.charge_efficiency, self.charge_efficiency);
        set(&mut motor.battery.taper_from, self.taper_from);
    }

    fn of_any_drive(&self) -> [(&'static str, bool); 2] {
        [("efficiency", self.efficiency.is_some()), ("auxiliaries", self.auxiliaries.is_some())]
    }

    fn of_engine(&self) -> [(&'static str, bool); 6] {
        [
            ("idle_litres_per_hour", self.idle_litres_per_hour.is_some()),
            ("fuel_heat", self.fuel_heat.is_some()),
            ("fuel_co2", self.fuel_co2.is_some()),
            ("nox_share", self.nox_share.is_some()),
            ("pm_share", self.pm_share.is_some()),
            ("voc_share", self.voc_share.is_some()),
        ]
    }

    fn of_motor(&self) -> [(&'static str, bool); 7] {
        [
            ("recuperation", self.recuperation.is_some()),
            ("recuperation_power", self.recuperation_power.is_some()),
            ("recuperation_speeds", self.recuperation_speeds.is_some()),
            ("capacity", self.capacity.is_some()),
            ("charge_power", self.charge_power.is_some()),
            ("charge_efficiency", self.charge_efficiency.is_some()),
            ("taper_from", self.taper_from.is_some()),
        ]
    }
}
