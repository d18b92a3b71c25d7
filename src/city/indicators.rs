//! What traffic comes to in figures.

use bevy_ecs::prelude::World;

use super::tables::KWH;
use super::traffic::Traffic;
use super::traffic::energy::Used;
use super::traffic::tank::Totals;
use crate::record::indicators::Indicator;

/// The indicators, as the world stands.
pub(super) fn compute(world: &World) -> Vec<Indicator> {
    let Some(traffic) = world.get_resource::<Traffic>() else { return Vec::new() };
    let totals = traffic.totals();
    let mean = |sum: f64| (totals.arrived > 0).then(|| sum / totals.arrived as f64);
    let figure = |name: &str, value: Option<f64>, unit: &str| Indicator {
        name: name.to_owned(),
        twin: None,
        value,
        unit: unit.to_owned(),
    };
    let mut all = vec![
        figure("trips_arrived", Some(totals.arrived as f64), ""),
        figure("trips_under_way", Some((traffic.under_way() + traffic.charging()) as f64), ""),
        figure("trips_waiting_to_depart", Some(traffic.waiting() as f64), ""),
        figure("trip_length", mean(totals.length), "m"),
        figure("trip_speed", mean(totals.speed), "m/s"),
        figure("trip_duration", mean(totals.duration), "s"),
        figure("trip_waiting", mean(totals.waiting), "s"),
        figure("trip_time_loss", mean(totals.time_loss), "s"),
        figure("trip_depart_delay", mean(totals.depart_delay), "s"),
    ];
    let Totals { burnt, electric } = totals.energy;
    for (share, names) in [(burnt, BURNT), (electric, ELECTRIC)].iter().filter(|(share, _)| share.length > 0.0) {
        let km = share.length / 1000.0;
        all.extend(names.iter().flat_map(|(name, unit, of)| {
            let amount = of(&share.used);
            [
                figure(name, Some(amount), unit),
                figure(&format!("{name}_per_km"), Some(amount / km), &format!("{unit}/km")),
            ]
        }));
    }
    if electric.length > 0.0 || totals.stranded > 0 {
        all.push(figure("charged", Some(traffic.given_j() / KWH), "kWh"));
        all.push(figure("trips_stranded", Some(totals.stranded as f64), ""));
    }
    let parking = totals.parking;
    if parking.offered > 0.0 {
        let searched = (parking.parked > 0).then(|| parking.searched / parking.parked as f64);
        all.push(figure("trips_parked", Some(parking.parked as f64), ""));
        all.push(figure("trips_without_a_place", Some(parking.without as f64), ""));
        all.push(figure("parking_search", searched, "s"));
        all.push(figure("parking_occupancy", Some(parking.taken / parking.offered), ""));
        all.push(figure("vehicles_parked", Some(traffic.parked() as f64), ""));
    }
    all
}

/// What is told of energy: its name, its unit, and how much of it was used.
type Told = (&'static str, &'static str, fn(&Used) -> f64);

/// Of vehicles with an engine.
const BURNT: &[Told] = &[
    ("fuel", "l", |used| used.fuel_litres),
    ("co2", "g", |used| used.co2_g),
    ("nox", "g", |used| used.nox_g),
    ("pm", "g", |used| used.pm_g),
    ("voc", "g", |used| used.voc_g),
];

/// Of vehicles with a battery.
const ELECTRIC: &[Told] = &[("electricity", "kWh", |used| used.energy_j / KWH)];

/// Counts afresh.
pub(super) fn reset(world: &mut World) {
    if let Some(mut traffic) = world.get_resource_mut::<Traffic>() {
        traffic.reset_totals();
    }
}
