//! What driving takes: fuel or electrical energy, and what comes out of the exhaust.
//!
//! - **Power at the wheels**: what the mass, its turning parts, the slope, the tyres and the air take. M. Treiber and
//!   A. Kesting, "Traffic Flow Dynamics" (2013), chapter 20, "Fuel consumption and emissions". Over a step, the speed
//!   changes evenly from one end to the other, and the work is the exact integral.
//! - **Fuel**: the physics-based model of the same chapter. An engine burns a constant part to turn at all, and beyond
//!   that in proportion to the power that it gives. When the wheels drive the engine, they spare it that constant part,
//!   down to nothing: the fuel is cut off in overrun. There are no gears.
//! - **CO₂**: by the carbon in a litre, see [`Fuel`].
//! - **NOₓ, volatile organic compounds and particles**: regressions on speed and acceleration, see [`exhaust`]. They
//!   are of vehicles and traffic of about the year 2000 in cities. There is nothing for carbon monoxide, for which that
//!   source has no functions.
//! - **Electric vehicles**: see [`battery`].
//! - **Numbers** of usual vehicles, with where each comes from: see [`classes`].
//!
//! All pure functions of their arguments: the same everywhere. SI units, but litres and grams.

pub mod battery;
pub mod changes;
pub mod classes;
pub mod exhaust;
#[cfg(test)]
mod tests;

use std::ops::AddAssign;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use self::battery::{Battery, Charge, Motor, charge};
pub use self::changes::{Changes, Useless};
pub use self::exhaust::{Exhaust, Fitted};

/// The acceleration of free fall: m/s².
pub const GRAVITY: f64 = 9.81;

/// The density of air at 20 °C at the level of the sea, as Kurczveil, López and Schnieder (2014) have it: kg/m³.
pub const AIR_DENSITY: f64 = 1.2041;

/// What a vehicle is to the road and to the air.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Body {
    /// The mass, with driver and load.
    #[schemars(range(min = 1.0), extend("x-unit" = "kg"))]
    pub mass: f64,
    /// How much heavier it is to speed up, because wheels and engine turn too: a share of the mass.
    #[schemars(range(min = 0.0))]
    pub rotating_share: f64,
    /// The force that the tyres take, as a share of the weight.
    #[schemars(range(min = 0.0))]
    pub rolling: f64,
    /// The coefficient of drag.
    #[schemars(range(min = 0.0))]
    pub drag: f64,
    /// The area that the air meets.
    #[schemars(range(min = 0.0), extend("x-unit" = "m²"))]
    pub front_area: f64,
}

/// What is burnt.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Fuel {
    /// The heat of a litre, without that of condensing water.
    #[schemars(range(min = 1.0), extend("x-unit" = "J/l"))]
    pub heat: f64,
    /// The carbon dioxide of a litre.
    #[schemars(range(min = 0.0), extend("x-unit" = "g/l"))]
    pub co2: f64,
}

/// What is in a US gallon: litres.
const GALLON: f64 = 3.785_411_784;

impl Fuel {
    /// Petrol: 43.2 MJ/kg and 0.745 kg/l (JRC, EUCAR and CONCAWE, "Well-to-tank report" version 4, 2014); 8887 g of
    /// CO₂ a US gallon, so 2.35 kg a litre (US EPA, "Greenhouse gas emissions from a typical passenger vehicle",
    /// EPA-420-F-11-041, 2011).
    pub const PETROL: Fuel = Fuel { heat: 43.2e6 * 0.745, co2: 8887.0 / GALLON };

    /// Diesel: 43.1 MJ/kg, 0.832 kg/l and 10 180 g of CO₂ a US gallon, so 2.69 kg a litre, from the same sources.
    pub const DIESEL: Fuel = Fuel { heat: 43.1e6 * 0.832, co2: 10_180.0 / GALLON };
}

/// An engine that burns fuel.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Engine {
    /// What it burns.
    pub fuel: Fuel,
    /// What it burns to turn at all.
    #[schemars(range(min = 0.0), extend("x-unit" = "l/h"))]
    pub idle_litres_per_hour: f64,
    /// The share of the heat of further fuel that comes to the wheels, or to what else takes power.
    #[schemars(range(min = 0.01, max = 1.0))]
    pub efficiency: f64,
}

impl Engine {
    /// What it burns in a step in which wheels and auxiliaries take this work: litres.
    ///
    /// Work below zero is what the wheels give to the engine.
    pub fn burnt(&self, work_j: f64, seconds: f64) -> f64 {
        let idle = self.idle_litres_per_hour * seconds / 3600.0;
        (idle + work_j / (self.efficiency * self.fuel.heat)).max(0.0)
    }
}

/// What drives a vehicle.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Drive {
    /// An engine that burns petrol.
    Petrol(Engine),
    /// An engine that burns diesel.
    Diesel(Engine),
    /// A motor with a battery.
    Electric(Motor),
    /// Whoever rides or walks: no energy that is counted.
    Muscle,
}

/// What drives a vehicle, in a word.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Propulsion {
    /// What usually drives those of its class.
    #[default]
    Usual,
    /// An engine that burns petrol.
    Petrol,
    /// An engine that burns diesel.
    Diesel,
    /// A motor with a battery.
    Electric,
}

/// A vehicle, to its energy.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// What it is to the road and to the air.
    pub body: Body,
    /// What drives it.
    pub drive: Drive,
    /// What lights, fans and the like take as long as it is under way, standing or not.
    #[schemars(range(min = 0.0), extend("x-unit" = "W"))]
    pub auxiliaries: f64,
    /// What its exhaust carries.
    pub exhaust: Exhaust,
}

/// What driving took and set free.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Used {
    /// Fuel that was burnt: litres.
    pub fuel_litres: f64,
    /// Carbon dioxide: grams.
    pub co2_g: f64,
    /// Nitrogen oxides: grams.
    pub nox_g: f64,
    /// Particles: grams.
    pub pm_g: f64,
    /// Volatile organic compounds: grams.
    pub voc_g: f64,
    /// The heat of the fuel, or what left the battery; below zero if more came back: joules.
    pub energy_j: f64,
}

impl AddAssign for Used {
    fn add_assign(&mut self, other: Used) {
        self.fuel_litres += other.fuel_litres;
        self.co2_g += other.co2_g;
        self.nox_g += other.nox_g;
        self.pm_g += other.pm_g;
        self.voc_g += other.voc_g;
        self.energy_j += other.energy_j;
    }
}

/// The sine and the cosine of a slope's angle.
fn angle(slope: f64) -> (f64, f64) {
    let cos = 1.0 / (1.0 + slope * slope).sqrt();
    (slope * cos, cos)
}

/// The force of slope and tyres: newtons.
fn ground_force(body: &Body, slope: f64) -> f64 {
    let (sin, cos) = angle(slope);
    body.mass * GRAVITY * (body.rolling * cos + sin)
}

/// The power that driving takes at the wheels: watts, below zero where the vehicle must be held back.
///
/// Speed in m/s, acceleration in m/s², slope as rise over horizontal distance.
pub fn wheel_power(body: &Body, speed: f64, acceleration: f64, slope: f64) -> f64 {
    let inertia = body.mass * (1.0 + body.rotating_share) * acceleration;
    let air = 0.5 * AIR_DENSITY * body.drag * body.front_area * speed * speed;
    speed * (inertia + ground_force(body, slope) + air)
}

/// The work at the wheels while the speed changes evenly: joules. The integral of [`wheel_power`] over the step.
pub fn wheel_work(body: &Body, speed_before: f64, speed_after: f64, slope: f64, seconds: f64) -> f64 {
    let (before, after) = (speed_before * speed_before, speed_after * speed_after);
    let kinetic = 0.5 * body.mass * (1.0 + body.rotating_share) * (after - before);
    let distance = 0.5 * (speed_before + speed_after) * seconds;
    // The mean of the cube of the speed is (v₀ + v₁)(v₀² + v₁²) / 4.
    let air = 0.25 * AIR_DENSITY * body.drag * body.front_area * (before + after) * distance;
    kinetic + ground_force(body, slope) * distance + air
}

/// What a vehicle uses in a step in which its speed changes evenly.
///
/// Speeds in m/s, not below zero; slope as rise over horizontal distance. A step that takes no time uses nothing.
pub fn step(profile: &Profile, speed_before: f64, speed_after: f64, slope: f64, seconds: f64) -> Used {
    if seconds <= 0.0 {
        return Used::default();
    }
    let (before, after) = (speed_before.max(0.0), speed_after.max(0.0));
    let speed = 0.5 * (before + after);
    let auxiliary = profile.auxiliaries * seconds;
    let work = || wheel_work(&profile.body, before, after, slope, seconds);
    match &profile.drive {
        Drive::Petrol(engine) | Drive::Diesel(engine) => {
            let fuel_litres = engine.burnt(work() + auxiliary, seconds);
            let rates = profile.exhaust.rates(speed, (after - before) / seconds);
            Used {
                fuel_litres,
                co2_g: fuel_litres * engine.fuel.co2,
                nox_g: rates.nox * seconds,
                pm_g: rates.pm * seconds,
                voc_g: rates.voc * seconds,
                energy_j: fuel_litres * engine.fuel.heat,
            }
        }
        Drive::Electric(motor) => {
            let energy_j = auxiliary + motor.taken(work(), speed, seconds);
            Used { energy_j, ..Used::default() }
        }
        Drive::Muscle => Used::default(),
    }
}
