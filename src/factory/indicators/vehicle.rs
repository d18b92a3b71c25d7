//! The indicators of a vehicle.

use crate::engine::time::Time;
use crate::factory::control::health::Health;
use crate::factory::energy::battery::BatteryState;
use crate::factory::transport::vehicle::{Motion, VehicleState};

use super::sheet::Sheet;

/// Puts a vehicle's figures on its sheet.
pub(super) fn report(
    sheet: &mut Sheet,
    state: &VehicleState,
    health: Option<&Health>,
    battery: Option<&BatteryState>,
    now: Time,
) {
    let mut state = state.clone();
    state.count_until(now);
    let time = |motion: Motion| i128::from(state.time[motion as usize]);
    let elapsed: i128 = Motion::ALL.into_iter().map(time).sum();
    let (empty, loaded) = (time(Motion::Driving), time(Motion::Carrying));
    sheet.ratio("utilisation", empty + loaded + time(Motion::Loading) + time(Motion::Waiting), elapsed);
    sheet.ratio("empty_drive_share", empty, empty + loaded);
    for motion in Motion::ALL {
        sheet.ratio(format!("share_{}", motion.name()), time(motion), elapsed);
    }
    sheet.count("jobs_delivered", state.delivered);
    if let Some(health) = health {
        sheet.count("failures", health.failures);
    }
    if let Some(battery) = battery {
        let mut battery = battery.clone();
        battery.advance(now);
        let counted = battery.counted();
        sheet.put("battery_energy_used", Some(counted.used.kwh()), "kWh");
        sheet.put("battery_energy_missing", Some(counted.missing.kwh()), "kWh");
    }
}
