//! What the exhaust of an engine carries, besides carbon dioxide.
//!
//! L. Int Panis, S. Broekx and R. Liu, "Modelling instantaneous traffic emission and the influence of traffic speed
//! limits", Science of the Total Environment 371 (2006) 270–285, table 2. Each rate, in grams a second, is
//! f₁ + f₂ v + f₃ v² + f₄ a + f₅ a² + f₆ v a, with the speed v in m/s and the acceleration a in m/s², and never below
//! zero; NOₓ and volatile organic compounds of cars have other coefficients for braking, where a < -0.5 m/s².
//!
//! The functions were fitted to vehicles in the traffic of cities, of the standards of about the year 2000. They are
//! made to compare ways of driving there, and:
//!
//! - They do not hold at the speeds of motorways. At a constant speed, those of particles fall to zero at 61 km/h for
//!   cars, 57 km/h for trucks and 55 km/h for buses, and that of the NOₓ of petrol cars at 93 km/h.
//! - Vehicles of today are cleaner: [`Exhaust`] has shares by which to scale.
//! - They do not know slopes or loads.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The vehicles that were measured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Fitted {
    /// None that is like this one: nothing is counted.
    #[default]
    None,
    /// A petrol car.
    PetrolCar,
    /// A diesel car.
    DieselCar,
    /// A heavy truck.
    Truck,
    /// A bus.
    Bus,
}

/// What the exhaust of a vehicle carries, besides carbon dioxide.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Exhaust {
    /// The measured vehicle that it is like.
    pub fitted: Fitted,
    /// The nitrogen oxides, as a share of that vehicle's.
    #[schemars(range(min = 0.0))]
    pub nox_share: f64,
    /// The particles, as a share of that vehicle's.
    #[schemars(range(min = 0.0))]
    pub pm_share: f64,
    /// The volatile organic compounds, as a share of that vehicle's.
    #[schemars(range(min = 0.0))]
    pub voc_share: f64,
}

/// What comes out: grams a second.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Rates {
    /// Nitrogen oxides.
    pub nox: f64,
    /// Particles.
    pub pm: f64,
    /// Volatile organic compounds.
    pub voc: f64,
}

/// The coefficients f₁ to f₆.
type Coefficients = [f64; 6];

/// The coefficients of a vehicle.
struct Table {
    nox: Coefficients,
    voc: Coefficients,
    pm: Coefficients,
    braking_nox: Coefficients,
    braking_voc: Coefficients,
}

/// Below this acceleration, cars have other coefficients: m/s².
const BRAKING: f64 = -0.5;

const PETROL_CAR: Table = Table {
    nox: [6.19e-4, 8.00e-5, -4.03e-6, -4.13e-4, 3.80e-4, 1.77e-4],
    voc: [4.47e-3, 7.32e-7, -2.87e-8, -3.41e-6, 4.94e-6, 1.66e-6],
    pm: [0.0, 1.57e-5, -9.21e-7, 0.0, 3.75e-5, 1.89e-5],
    braking_nox: [2.17e-4, 0.0, 0.0, 0.0, 0.0, 0.0],
    braking_voc: [2.63e-3, 0.0, 0.0, 0.0, 0.0, 0.0],
};

const DIESEL_CAR: Table = Table {
    nox: [2.41e-3, -4.11e-4, 6.73e-5, -3.07e-3, 2.14e-3, 1.50e-3],
    voc: [9.22e-5, 9.09e-6, -2.29e-7, -2.20e-5, 1.69e-5, 3.75e-6],
    pm: [0.0, 3.13e-4, -1.84e-5, 0.0, 7.50e-4, 3.78e-4],
    braking_nox: [1.68e-3, -6.62e-5, 9.00e-6, 2.50e-4, 2.91e-4, 1.20e-4],
    braking_voc: [5.25e-5, 7.22e-6, -1.87e-7, 0.0, -1.02e-5, -4.22e-6],
};

const TRUCK: Table = heavy(
    [3.56e-2, 9.71e-3, -2.40e-4, 3.26e-2, 1.33e-2, 1.15e-2],
    [1.04e-3, 4.87e-4, -1.49e-5, 1.27e-3, 2.10e-4, 1.00e-4],
    [2.14e-4, 3.35e-4, -2.22e-5, 2.07e-3, 1.80e-3, 2.27e-4],
);

const BUS: Table = heavy(
    [2.36e-2, 6.51e-3, -1.70e-4, 2.17e-2, 8.94e-3, 7.57e-3],
    [1.55e-3, 8.20e-4, -2.42e-5, 1.86e-3, 3.21e-4, 1.36e-4],
    [2.23e-4, 3.47e-4, -2.38e-5, 2.08e-3, 1.76e-3, 2.23e-4],
);

/// A vehicle whose coefficients do not change when it brakes.
const fn heavy(nox: Coefficients, voc: Coefficients, pm: Coefficients) -> Table {
    Table { nox, voc, pm, braking_nox: nox, braking_voc: voc }
}

impl Exhaust {
    /// As measured.
    pub fn of(fitted: Fitted) -> Exhaust {
        Exhaust { fitted, nox_share: 1.0, pm_share: 1.0, voc_share: 1.0 }
    }

    /// What comes out at a speed (m/s) and an acceleration (m/s²).
    pub fn rates(&self, speed: f64, acceleration: f64) -> Rates {
        let Some(table) = self.fitted.table() else { return Rates::default() };
        let braking = acceleration < BRAKING;
        let (nox, voc) = if braking { (&table.braking_nox, &table.braking_voc) } else { (&table.nox, &table.voc) };
        Rates {
            nox: self.nox_share * rate(nox, speed, acceleration),
            pm: self.pm_share * rate(&table.pm, speed, acceleration),
            voc: self.voc_share * rate(voc, speed, acceleration),
        }
    }
}

impl Fitted {
    fn table(self) -> Option<&'static Table> {
        match self {
            Fitted::None => None,
            Fitted::PetrolCar => Some(&PETROL_CAR),
            Fitted::DieselCar => Some(&DIESEL_CAR),
            Fitted::Truck => Some(&TRUCK),
            Fitted::Bus => Some(&BUS),
        }
    }
}

fn rate(f: &Coefficients, speed: f64, acceleration: f64) -> f64 {
    let steady = f[0] + speed * (f[1] + f[2] * speed);
    (steady + acceleration * (f[3] + f[4] * acceleration + f[5] * speed)).max(0.0)
}
