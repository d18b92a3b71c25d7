//! What traffic comes to in figures.

use bevy_ecs::prelude::World;

use super::traffic::Traffic;
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
    vec![
        figure("trips_arrived", Some(totals.arrived as f64), ""),
        figure("trips_under_way", Some(traffic.under_way() as f64), ""),
        figure("trips_waiting_to_depart", Some(traffic.waiting() as f64), ""),
        figure("trip_length", mean(totals.length), "m"),
        figure("trip_speed", mean(totals.speed), "m/s"),
        figure("trip_duration", mean(totals.duration), "s"),
        figure("trip_waiting", mean(totals.waiting), "s"),
        figure("trip_time_loss", mean(totals.time_loss), "s"),
        figure("trip_depart_delay", mean(totals.depart_delay), "s"),
    ]
}

/// Counts afresh.
pub(super) fn reset(world: &mut World) {
    if let Some(mut traffic) = world.get_resource_mut::<Traffic>() {
        traffic.reset_totals();
    }
}
