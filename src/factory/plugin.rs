//! Registers the factory: its parts, sections, tables, events and commands.

use bevy_app::{App, Plugin};
use bevy_ecs::prelude::World;

use crate::engine::clock::UnderWay;
use crate::engine::fork::copy_cache;
use crate::engine::simulation::EngineApp;
use crate::engine::stage::Stage;
use crate::record::indicators::IndicatorApp;
use crate::record::metrics::MetricApp;
use crate::record::table::TableApp;
use crate::scene::registry::SceneApp;
use crate::twin::life::LifeApp;
use crate::world::whereabouts::LocateApp;

use super::calendar::shift::Shifts;
use super::calls::Calls;
use super::control::breakdown::Breakdown;
use super::control::health::Health;
use super::control::maintenance::{Maintenance, Wear};
use super::control::setup::Setup;
use super::control::standby::Standby;
use super::dispatch::stock::Stock;
use super::dispatch::thrift::Thrift;
use super::dispatch::timetable::Timetable;
use super::energy::account::Account;
use super::energy::battery::{Battery, BatteryState, Charger};
use super::energy::meter::{IntervalRow, Meter};
use super::energy::power::Power;
use super::energy::tariff::{EnergySettings, Tariff};
use super::floor::{self, EventKinds, Moment};
use super::indicators::gauges;
use super::indicators::shop::ShopTally;
use super::jobs::Jobs;
use super::machine::{Machine, MachineState};
use super::orders::demand::{Arrivals, JobOrders};
use super::orders::purchasing::{SpareParts, Spares};
use super::orders::restock::Restocking;
use super::people::worker::{Skills, Worker, WorkerState};
use super::plan::Plan;
use super::product::{FactorySettings, Products};
use super::tables::{EnergyRow, JobRow, MaintenanceRow, OperationRow, StateRow, StayRow, TaskRow, TransportRow};
use super::transport::aisles::Aisles;
use super::transport::conveyor::{Conveyor, ConveyorState};
use super::transport::haulage::{Haulage, Sites};
use super::transport::network::Network;
use super::transport::rack::{Rack, RackState};
use super::transport::traffic::Traffic;
use super::transport::vehicle::{Station, TransportSettings, Vehicle, VehicleState};
use super::{
    audit, check, closing, commands, indicators, looks, opening, readings, redraw, relocation, report, whereabouts,
};

/// Machines, jobs, and what leads one to the other.
pub struct FactoryPlugin;

impl Plugin for FactoryPlugin {
    fn build(&self, app: &mut App) {
        let [
            phase_end,
            release,
            arrival,
            failure,
            due,
            price,
            rest,
            noticed,
            repaired,
            worker_arrives,
            shift,
            delivery,
            belt,
            vehicle_passes,
            vehicle_done,
            settle,
        ] = app.register_events(floor::handle);
        let kinds = EventKinds {
            phase_end,
            release,
            arrival,
            failure,
            due,
            price,
            rest,
            noticed,
            repaired,
            worker_arrives,
            shift,
            delivery,
            belt,
            vehicle_passes,
            vehicle_done,
            settle,
        };
        app.insert_resource(kinds)
            .register_part::<Machine>("machine")
            .register_part::<Breakdown>("breakdown")
            .register_part::<Setup>("setup")
            .register_part::<Standby>("standby")
            .register_part::<Thrift>("thrift")
            .register_part::<Wear>("wear")
            .register_part::<Maintenance>("maintenance")
            .register_part::<Worker>("worker")
            .register_part::<Power>("power")
            .register_part::<Vehicle>("vehicle")
            .register_part::<Battery>("battery")
            .register_part::<Charger>("charger")
            .register_part::<Station>("station")
            .register_part::<Rack>("rack")
            .register_part::<Conveyor>("conveyor")
            .register_section::<Products>("products")
            .register_section::<JobOrders>("jobs")
            .register_section::<Arrivals>("arrivals")
            .register_section::<Restocking>("restock")
            .register_section::<FactorySettings>("factory")
            .register_section::<Shifts>("shifts")
            .register_section::<SpareParts>("spares")
            .register_section::<EnergySettings>("energy")
            .register_section::<Aisles>("aisles")
            .register_section::<TransportSettings>("transport")
            .register_check(check::check)
            .register_endless_check(check::check_end)
            .register_state_part::<MachineState>("machine_state")
            .register_state_part::<Health>("health")
            .register_state_part::<WorkerState>("worker_state")
            .register_state_part::<Account>("energy_account")
            .init_state::<Meter>("energy_meter")
            .register_state_part::<VehicleState>("vehicle_state")
            .register_state_part::<BatteryState>("battery_state")
            .register_state_part::<RackState>("rack_state")
            .register_state_part::<ConveyorState>("conveyor_state")
            .init_state::<Sites>("sites")
            .init_state::<Traffic>("traffic")
            .init_state::<Haulage>("haulage")
            .init_state::<Stock>("stock")
            .init_state::<Timetable>("timetable")
            .init_state::<Skills>("skills")
            .init_state::<Calls>("calls")
            .init_state::<Spares>("spares_in_stock")
            .init_state::<Jobs>("jobs_in_process")
            .init_state::<Moment>("moment")
            .init_state::<ShopTally>("shop_tally")
            .init_resource::<UnderWay>()
            .init_resource::<Plan>()
            .init_resource::<Tariff>()
            .init_resource::<Network>()
            .register_cache(opening::rebuild_network, &[copy_cache::<Network>])
            .register_cache(Plan::rebuild, &[copy_cache::<Plan>])
            .register_cache(rebuild_tariff, &[copy_cache::<Tariff>])
            .register_audit(audit::audit)
            .register_redraw(redraw::redraw)
            .register_whereabouts(whereabouts::locate)
            .on_start(opening::start)
            .on_life_change(commands::on_life_change)
            .register_command(commands::RELEASE)
            .register_command(commands::BREAKDOWN)
            .register_command(commands::MAINTAIN)
            .register_command(commands::MAINTAIN_WORN)
            .register_command(commands::DISPATCH)
            .register_command(commands::PLAN)
            .register_command(commands::PRIORITISE)
            .register_command(relocation::RELOCATE)
            .add_step_systems(Stage::Settle, relocation::finish_moves)
            .register_table::<JobRow>()
            .register_table::<OperationRow>()
            .register_table::<StateRow>()
            .register_table::<StayRow>()
            .register_table::<TaskRow>()
            .register_table::<MaintenanceRow>()
            .register_table::<TransportRow>()
            .register_table::<IntervalRow>()
            .register_table::<EnergyRow>()
            .register_last_rows(closing::last_rows)
            .register_gauge(gauges::shop)
            .register_gauge(gauges::machines)
            .register_gauge(gauges::energy)
            .register_gauge(gauges::fleet)
            .register_indicators(indicators::compute, indicators::reset);
        readings::register(app);
        report::register(app);
        looks::register(app);
    }
}

fn rebuild_tariff(world: &mut World) {
    let tariff = Tariff::of(world.resource::<EnergySettings>());
    world.insert_resource(tariff);
}
