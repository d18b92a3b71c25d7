//! The numbers of usual vehicles.
//!
//! - **Petrol and diesel cars**: 1500 kg, 2.2 m², drag 0.32, rolling 0.015; the mid-size cars that Treiber and Kesting
//!   give with their program MovSim.
//! - **Electric car**: a Nissan Leaf of 24 kWh with 1663 kg, 2.19 m², drag 0.29, rolling 0.008, 80 kW, auxiliaries of
//!   300 W; Genikomsakis and Mitrentsis (2017), see [`super::battery`].
//! - **Delivery van**: 2182 kg with 136 kg in it, 3.4 m², drag 0.45; the full-size cargo van of ADVISOR.
//! - **Truck**: 15 076 kg, 10 m², drag 0.8, rolling 0.0092; the truck for regional deliveries of FASTSim.
//! - **Trailer truck**: 30.9 t with its load, 10.4 m², drag 0.546, rolling 0.0061, auxiliaries of 3.5 kW; the truck for
//!   line haul of FASTSim.
//! - **Bus**: a Nova RTS-06 of 12 m, half full, so 12 156 kg and 27 people of 68 kg, 7.9 m², drag 0.79, rolling 0.01;
//!   ADVISOR. With a battery of 294 kWh, which is three packs of a Mercedes-Benz eCitaro.
//! - **Motorcycle**: a Hero Splendor of 100 cm³ with its rider, 172 kg, 0.72 m², drag 0.84, rolling 0.01; FASTSim.
//! - **Parts that turn**: 0.05 of the mass; Genikomsakis and Mitrentsis (2017).
//! - **Fuel to idle**, in US gallons an hour without auxiliaries: petrol car 0.16, diesel car and van 0.17, truck 0.44,
//!   trailer truck 0.64, bus 0.97; US Department of Energy, "Fact #861: idle fuel consumption for selected gasoline and
//!   diesel vehicles" (2015).
//! - **Engines**: an efficiency of 0.36 of petrol and 0.40 of diesel at best, as those of cars in FASTSim; nine tenths
//!   come to the wheels, as in PHEMlight. Auxiliaries of cars take 700 W, as in FASTSim.
//! - **Motors**: an efficiency of 0.80 and recuperation of 0.79, which fades from 17 km/h to 5 km/h; Genikomsakis and
//!   Mitrentsis (2017): an induction motor at 0.15 of its power with 0.853 and 0.843, times 0.99 for its size, gears
//!   with 0.97, and half of the way into a battery and out of it with 0.95.
//! - **Charging**: an efficiency of 0.95, as in the implementation of Kurczveil, López and Schnieder (2014).
//!
//! ADVISOR: T. Markel et al., "ADVISOR: a systems analysis tool for advanced vehicle modeling", Journal of Power
//! Sources 110 (2002) 255–266, with its files of vehicles, version 2003. FASTSim: A. Brooker et al., "FASTSim: a model
//! to estimate vehicle efficiency, cost, and performance", SAE technical paper 2015-01-0973, with its files too.
//! PHEMlight: S. Hausberger and D. Krajzewicz, "Extended simulation tool PHEM coupled to SUMO with user guide"
//! (COLOMBO, deliverable 4.2, 2014).
//!
//! Assumptions of our own, for want of a source: rolling of the van (0.01); engine, idling and auxiliaries of the
//! motorcycle; auxiliaries of the bus (5 kW), and of the truck, which are those of the trailer truck; power of
//! charging; batteries and motor power of electric vans, trucks, buses and motorcycles, which weigh as much as those
//! with engines. Vans and ambulances have the exhaust of diesel cars, and motorcycles none that is counted.

use super::{Battery, Body, Drive, Engine, Exhaust, Fitted, Fuel, GALLON, Motor, Profile, Propulsion};

/// A kilowatt-hour: joules.
const KWH: f64 = 3.6e6;

const CAR: Body = Body { mass: 1500.0, rotating_share: 0.05, rolling: 0.015, drag: 0.32, front_area: 2.2 };
const LEAF: Body = Body { mass: 1663.0, rotating_share: 0.05, rolling: 0.008, drag: 0.29, front_area: 2.19 };
const VAN: Body = Body { mass: 2318.0, rotating_share: 0.05, rolling: 0.01, drag: 0.45, front_area: 3.4 };
const TRUCK: Body = Body { mass: 15_076.0, rotating_share: 0.05, rolling: 0.0092, drag: 0.8, front_area: 10.0 };
const TRAILER: Body = Body { mass: 30_900.0, rotating_share: 0.05, rolling: 0.0061, drag: 0.546, front_area: 10.4 };
const BUS: Body = Body { mass: 13_993.0, rotating_share: 0.05, rolling: 0.01, drag: 0.79, front_area: 7.9 };
const MOTORCYCLE: Body = Body { mass: 172.0, rotating_share: 0.05, rolling: 0.01, drag: 0.84, front_area: 0.72 };

const CAR_AUXILIARIES: f64 = 700.0;
const TRUCK_AUXILIARIES: f64 = 3500.0;
const BUS_AUXILIARIES: f64 = 5000.0;

impl Profile {
    /// The usual vehicle of a class, by the name that SUMO gives it; with `electric_` before, one with a battery.
    ///
    /// None for classes that have no usual one, such as trams.
    pub fn for_class(class: &str) -> Option<Profile> {
        if let Some(class) = class.strip_prefix("electric_") {
            return electric(class);
        }
        let profile = match class {
            "passenger" | "private" | "taxi" | "hov" | "vip" | "authority" | "army" | "custom1" | "custom2" => {
                Profile::petrol_car()
            }
            "evehicle" => return electric("passenger"),
            "delivery" | "emergency" => diesel(VAN, 0.17, CAR_AUXILIARIES, Fitted::DieselCar),
            "truck" => diesel(TRUCK, 0.44, TRUCK_AUXILIARIES, Fitted::Truck),
            "trailer" => diesel(TRAILER, 0.64, TRUCK_AUXILIARIES, Fitted::Truck),
            "bus" | "coach" => diesel(BUS, 0.97, BUS_AUXILIARIES, Fitted::Bus),
            "motorcycle" | "moped" => motorcycle(),
            "bicycle" | "pedestrian" => muscle(),
            _ => return None,
        };
        Some(profile)
    }

    /// The usual vehicle of a class with this propulsion.
    ///
    /// None if there is no usual one.
    pub fn driven(class: &str, propulsion: Propulsion) -> Option<Profile> {
        let usual = Profile::for_class(class)?;
        match (propulsion, usual.drive) {
            (Propulsion::Usual, _)
            | (Propulsion::Petrol, Drive::Petrol(_))
            | (Propulsion::Diesel, Drive::Diesel(_))
            | (Propulsion::Electric, Drive::Electric(_)) => Some(usual),
            (Propulsion::Electric, _) => electric(class),
            (Propulsion::Petrol, Drive::Electric(_)) => Some(Profile::petrol_car()),
            (Propulsion::Diesel, _) if usual.body == CAR || class == "evehicle" => Some(Profile::diesel_car()),
            _ => None,
        }
    }

    /// A mid-size car that burns petrol.
    pub fn petrol_car() -> Profile {
        let engine = Engine { fuel: Fuel::PETROL, idle_litres_per_hour: 0.16 * GALLON, efficiency: 0.36 * 0.9 };
        Profile {
            body: CAR,
            drive: Drive::Petrol(engine),
            auxiliaries: CAR_AUXILIARIES,
            exhaust: Exhaust::of(Fitted::PetrolCar),
        }
    }

    /// A mid-size car that burns diesel.
    pub fn diesel_car() -> Profile {
        diesel(CAR, 0.17, CAR_AUXILIARIES, Fitted::DieselCar)
    }

    /// A compact car with a battery.
    pub fn electric_car() -> Profile {
        with_battery(LEAF, 300.0, 80e3, 24.0 * KWH, 50e3)
    }
}

fn diesel(body: Body, idle_gallons_per_hour: f64, auxiliaries: f64, fitted: Fitted) -> Profile {
    let engine =
        Engine { fuel: Fuel::DIESEL, idle_litres_per_hour: idle_gallons_per_hour * GALLON, efficiency: 0.40 * 0.9 };
    Profile { body, drive: Drive::Diesel(engine), auxiliaries, exhaust: Exhaust::of(fitted) }
}

fn motorcycle() -> Profile {
    let engine = Engine { fuel: Fuel::PETROL, idle_litres_per_hour: 0.2, efficiency: 0.25 };
    Profile { body: MOTORCYCLE, drive: Drive::Petrol(engine), auxiliaries: 100.0, exhaust: Exhaust::of(Fitted::None) }
}

fn muscle() -> Profile {
    let body = Body { mass: 90.0, rotating_share: 0.0, rolling: 0.01, drag: 1.0, front_area: 0.5 };
    Profile { body, drive: Drive::Muscle, auxiliaries: 0.0, exhaust: Exhaust::of(Fitted::None) }
}

fn electric(class: &str) -> Option<Profile> {
    let profile = match class {
        "passenger" | "private" | "taxi" | "hov" | "vip" | "authority" | "army" | "custom1" | "custom2" => {
            Profile::electric_car()
        }
        "delivery" | "emergency" => with_battery(VAN, CAR_AUXILIARIES, 80e3, 50.0 * KWH, 50e3),
        "truck" => with_battery(TRUCK, TRUCK_AUXILIARIES, 250e3, 300.0 * KWH, 150e3),
        "trailer" => with_battery(TRAILER, TRUCK_AUXILIARIES, 350e3, 500.0 * KWH, 350e3),
        "bus" | "coach" => with_battery(BUS, BUS_AUXILIARIES, 250e3, 294.0 * KWH, 150e3),
        "motorcycle" | "moped" => with_battery(MOTORCYCLE, 100.0, 4e3, 4.0 * KWH, 2e3),
        _ => return None,
    };
    Some(profile)
}

fn with_battery(body: Body, auxiliaries: f64, motor_power: f64, capacity: f64, charge_power: f64) -> Profile {
    let battery = Battery { capacity, charge_power, charge_efficiency: 0.95, taper_from: 0.8 };
    let motor = Motor {
        efficiency: 0.80,
        recuperation: 0.79,
        recuperation_power: motor_power,
        recuperation_speeds: [1.39, 4.72],
        battery,
    };
    Profile { body, drive: Drive::Electric(motor), auxiliaries, exhaust: Exhaust::of(Fitted::None) }
}
