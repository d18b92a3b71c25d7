//! No joule is lost: accounts, meter and batteries agree to the last picojoule.

use bevy_ecs::prelude::World;

use crate::engine::clock::Clock;
use crate::engine::identity::Directory;
use crate::factory::energy::account::Account;
use crate::factory::energy::battery::{BatteryState, Charger};
use crate::factory::energy::meter::Meter;
use crate::factory::energy::tariff::Tariff;
use crate::factory::energy::units::Energy;
use crate::factory::indicators::shop::ShopTally;

pub(super) fn audit(world: &World) -> Result<(), String> {
    audit_meter(world)?;
    audit_batteries(world)
}

/// What consumers have drawn by their own accounts is what the meter has counted, to the last picojoule.
fn audit_meter(world: &World) -> Result<(), String> {
    let now = world.resource::<Clock>().now;
    let mut meter = world.resource::<Meter>().clone();
    meter.advance(now, world.resource::<Tariff>(), |_| {});
    let mut drawn = world.resource::<ShopTally>().departed_energy;
    for (_, entity, _) in world.resource::<Directory>().twins() {
        if let Some(mut account) = world.entity(entity).get::<Account>().cloned() {
            account.advance(now);
            drawn += account.total();
        }
    }
    if drawn == meter.energy() {
        return Ok(());
    }
    Err(format!("consumers drew {} kWh, but the meter counted {} kWh", drawn.kwh(), meter.energy().kwh()))
}

/// What was in a battery and came into it is in it or was used; what came from the grid is what chargers drew.
fn audit_batteries(world: &World) -> Result<(), String> {
    let now = world.resource::<Clock>().now;
    let (mut from_grid, mut drawn) = (world.resource::<ShopTally>().departed_charge, Energy::ZERO);
    for (_, entity, name) in world.resource::<Directory>().twins() {
        let entity = world.entity(entity);
        if let Some(mut battery) = entity.get::<BatteryState>().cloned() {
            battery.advance(now);
            let counted = battery.counted();
            if counted.initial + counted.charged != battery.level() + counted.used {
                return Err(format!(
                    "the battery of `{name}` has lost energy: {counted:?}, level {:?}",
                    battery.level()
                ));
            }
            if counted.charged + counted.lost != counted.grid {
                return Err(format!("the battery of `{name}` was not charged with what it drew: {counted:?}"));
            }
            from_grid += counted.grid;
        }
        if let (Some(mut account), true) = (entity.get::<Account>().cloned(), entity.contains::<Charger>()) {
            account.advance(now);
            drawn += account.total();
        }
    }
    drawn += world.resource::<ShopTally>().departed_chargers;
    if from_grid == drawn {
        return Ok(());
    }
    Err(format!("batteries took {} kWh from chargers that drew {} kWh", from_grid.kwh(), drawn.kwh()))
}
