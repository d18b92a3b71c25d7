//! Energy: what each consumer and the plant drew, what it cost, and what for.

use bevy_ecs::prelude::World;

use crate::engine::identity::Directory;
use crate::engine::time::Time;
use crate::factory::energy::account::Account;
use crate::factory::energy::meter::Meter;
use crate::factory::energy::tariff::{EnergySettings, Tariff};
use crate::factory::energy::units::Energy;
use crate::factory::machine::MachineState;

use super::sheet::Sheet;
use super::shop::ShopTally;

/// Puts what a machine or charger drew on its sheet, and of a machine what that is for each operation.
pub(super) fn report_consumer(sheet: &mut Sheet, account: &Account, machine: Option<&MachineState>, now: Time) {
    let mut account = account.clone();
    account.advance(now);
    let energy = account.total();
    sheet.put("energy", Some(energy.kwh()), "kWh");
    if let Some(machine) = machine {
        sheet.put("energy_per_unit", per_unit(energy, machine.tally.operations), "kWh");
    }
}

/// Puts the plant's figures on its sheet, where anything draws power or has drawn some.
pub(super) fn report_plant(sheet: &mut Sheet, world: &World, now: Time) {
    let tally = world.resource::<ShopTally>();
    if !has_consumers(world) && tally.departed_energy == Energy::ZERO {
        return;
    }
    let settings = world.resource::<EnergySettings>();
    let meter = meter_at(world, now);
    let currency = settings.currency.as_str();
    sheet.put("energy", Some(meter.energy().kwh()), "kWh");
    sheet.put("energy_per_unit", per_unit(meter.energy(), tally.shipped), "kWh");
    sheet.put("energy_cost", Some(meter.cost().amount()), currency);
    sheet.put("peak_power", meter.peak().map(|peak| peak.mean_kw()), "kW");
    sheet.put("demand_charge", settings.demand_cost(meter.peak()), currency);
    sheet.put("co2", Some(settings.co2(meter.energy())), "kg");
}

/// The meter as it would read now.
pub(in crate::factory) fn meter_at(world: &World, now: Time) -> Meter {
    let mut meter = world.resource::<Meter>().clone();
    meter.advance(now, world.resource::<Tariff>(), |_| {});
    meter
}

pub(in crate::factory) fn has_consumers(world: &World) -> bool {
    let twins = &mut world.resource::<Directory>().twins();
    twins.any(|(_, entity, _)| world.entity(entity).contains::<Account>())
}

fn per_unit(energy: Energy, quantity: u64) -> Option<f64> {
    (quantity > 0).then(|| energy.kwh() / quantity as f64)
}
