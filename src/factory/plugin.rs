//! Registers the factory: its parts, sections, tables, events and commands.

use bevy_app::{App, Plugin};
use bevy_ecs::prelude::{Entity, In, World};
use bevy_ecs::system::RunSystemOnce;

use crate::engine::clock::Clock;
use crate::engine::identity::{Directory, TwinId};
use crate::engine::simulation::EngineApp;
use crate::record::indicators::IndicatorApp;
use crate::record::metrics::MetricApp;
use crate::record::table::{Table, TableApp};
use crate::scene::registry::SceneApp;
use crate::twin::life::{Life, LifeApp};

use super::breakdown::{Breakdown, BreakdownState};
use super::floor::{self, EventKinds, FloorParam, Moment};
use super::indicators::ShopTally;
use super::jobs::Jobs;
use super::machine::{Machine, MachineState};
use super::orders::{Arrivals, JobOrders};
use super::plan::Plan;
use super::product::{FactorySettings, Products};
use super::setup::Setup;
use super::tables::{JobRow, OperationRow, StateRow};
use super::{audit, check, commands, indicators};

/// Machines, jobs, and what leads one to the other.
pub struct FactoryPlugin;

impl Plugin for FactoryPlugin {
    fn build(&self, app: &mut App) {
        let [phase_end, release, arrival, failure, repaired, settle] = app.register_events(floor::handle);
        let kinds = EventKinds { phase_end, release, arrival, failure, repaired, settle };
        app.insert_resource(kinds)
            .register_part::<Machine>("machine")
            .register_part::<Breakdown>("breakdown")
            .register_part::<Setup>("setup")
            .register_section::<Products>("products")
            .register_section::<JobOrders>("jobs")
            .register_section::<Arrivals>("arrivals")
            .register_section::<FactorySettings>("factory")
            .register_check(check::check)
            .register_endless_check(check::check_end)
            .register_state_part::<MachineState>("machine_state")
            .register_state_part::<BreakdownState>("breakdown_state")
            .init_state::<Jobs>("jobs_in_process")
            .init_state::<Moment>("moment")
            .init_state::<ShopTally>("shop_tally")
            .init_resource::<Plan>()
            .register_cache(Plan::rebuild)
            .register_audit(audit::audit)
            .on_start(start)
            .on_life_change(commands::on_life_change)
            .register_command(commands::RELEASE)
            .register_command(commands::BREAKDOWN)
            .register_table::<JobRow>()
            .register_table::<OperationRow>()
            .register_table::<StateRow>()
            .register_last_rows(last_rows)
            .register_gauge(indicators::gauge)
            .register_indicators(indicators::compute, indicators::reset);
    }
}

/// Gives every machine its state, draws first failures, and opens the sources of jobs.
fn start(world: &mut World) {
    let machines: Vec<(TwinId, Entity)> = world
        .resource::<Directory>()
        .twins()
        .filter(|(_, entity, _)| world.entity(*entity).contains::<Machine>())
        .map(|(twin, entity, _)| (twin, entity))
        .collect();
    for (_, entity) in &machines {
        let twin = world.entity(*entity);
        let initial = twin.get::<Setup>().and_then(|setup| setup.initial.as_deref());
        let family = initial.and_then(|family| world.resource::<Plan>().find_family(family));
        let Some(mut state) = twin.get::<Machine>().map(|machine| MachineState::new(machine, family)) else { continue };
        state.suspended = twin.get::<Life>() == Some(&Life::Suspended);
        state.has_setup = twin.contains::<Setup>();
        state.can_fail = twin.contains::<Breakdown>();
        let can_fail = state.can_fail;
        let mut twin = world.entity_mut(*entity);
        twin.insert(state);
        if can_fail {
            twin.insert(BreakdownState::default());
        }
    }
    let machines: Vec<TwinId> = machines.into_iter().map(|(twin, _)| twin).collect();
    let started = world.run_system_once_with(open, machines);
    debug_assert!(started.is_ok(), "the plugin puts in all that the floor needs");
}

fn open(In(machines): In<Vec<TwinId>>, mut param: FloorParam) {
    let mut floor = param.floor();
    machines.into_iter().for_each(|machine| floor.start_failures(machine));
    floor.start_sources();
}

/// The rows of what was still under way at the end: states that lasted, jobs that were not done.
fn last_rows(world: &mut World) {
    let now = world.resource::<Clock>().now;
    let mut states: Vec<StateRow> = world
        .query::<(&TwinId, &MachineState)>()
        .iter(world)
        .filter(|(_, state)| now > state.since)
        .map(|(&twin, state)| StateRow { twin, state: state.condition, from: state.since, to: now })
        .collect();
    states.sort_by_key(|row| row.twin);
    let mut table = world.resource_mut::<Table<StateRow>>();
    states.into_iter().for_each(|row| table.push(row));
    if world.resource::<Table<JobRow>>().is_enabled() {
        let plan = world.resource::<Plan>();
        let mut rows: Vec<JobRow> = world
            .resource::<Jobs>()
            .iter()
            .map(|(_, job)| floor::job_row(job, plan.products[job.product as usize].name.clone(), None, "unfinished"))
            .collect();
        rows.sort_by_key(|row| row.job);
        let mut table = world.resource_mut::<Table<JobRow>>();
        rows.into_iter().for_each(|row| table.push(row));
    }
}
