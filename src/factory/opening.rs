//! What is done before the first step: state for every part, places for vehicles, first lives, open sources.

use bevy_ecs::prelude::{Entity, In, World};
use bevy_ecs::system::RunSystemOnce;

use crate::engine::clock::Clock;
use crate::engine::identity::{Directory, TwinId};
use crate::twin::life::Life;
use crate::world::position::Position;

use super::control::breakdown::Breakdown;
use super::control::health::Health;
use super::control::maintenance::{Maintenance, Wear};
use super::control::setup::Setup;
use super::control::standby::Standby;
use super::dispatch::stock::Stock;
use super::dispatch::thrift::Thrift;
use super::energy::account::Account;
use super::energy::battery::{Battery, BatteryState, Charger};
use super::energy::power::Power;
use super::floor::FloorParam;
use super::machine::{Machine, MachineState};
use super::orders::purchasing::{SpareParts, Spares};
use super::people::worker::{Skills, Worker, WorkerState, distance};
use super::plan::Plan;
use super::transport::aisles::Aisles;
use super::transport::conveyor::{Conveyor, ConveyorState};
use super::transport::haulage::{Site, Sites};
use super::transport::motion::Limits;
use super::transport::network::{Network, Spot, ZoneId};
use super::transport::rack::{Rack, RackState};
use super::transport::traffic::Traffic;
use super::transport::vehicle::{Station, Vehicle, VehicleState};

/// Gives twins their state, draws first lives, and opens the sources of jobs.
pub(super) fn start(world: &mut World) {
    let twins: Vec<(TwinId, Entity)> =
        world.resource::<Directory>().twins().map(|(twin, entity, _)| (twin, entity)).collect();
    let mut opening = Opening::default();
    for &(twin, entity) in &twins {
        if let Some(state) = machine_state(world, entity) {
            if state.draws {
                world.entity_mut(entity).insert(Account::default());
            }
            world.entity_mut(entity).insert((state, Health::default()));
            opening.machines.push(twin);
        }
        if world.entity(entity).contains::<Rack>() {
            world.entity_mut(entity).insert(RackState::default());
        }
        if world.entity(entity).contains::<Conveyor>() {
            world.entity_mut(entity).insert((ConveyorState::default(), Health::default()));
            opening.belts.push(twin);
        }
        if world.entity(entity).contains::<Charger>() {
            world.entity_mut(entity).insert(Account::default());
        }
        if let Some(battery) = world.entity(entity).get::<Battery>() {
            let state = BatteryState::new(battery, world.resource::<Clock>().now);
            world.entity_mut(entity).insert(state);
        }
        if world.entity(entity).contains::<Worker>() {
            let place = world.resource::<Plan>().places.get(&twin).copied().unwrap_or_default();
            let suspended = world.entity(entity).get::<Life>() == Some(&Life::Suspended);
            world.entity_mut(entity).insert(WorkerState { place, suspended, ..WorkerState::default() });
        }
    }
    let skills = world.resource::<Plan>().skills.clone();
    world.insert_resource(Skills(skills));
    opening.vehicles = open_roads(world);
    let products = world.resource::<Plan>().products.len();
    world.insert_resource(Stock::empty(products));
    opening.on_shift = world.resource::<Plan>().calendars.keys().copied().collect();
    let stock = world.resource::<SpareParts>().0.values().map(|part| part.stock).collect::<Vec<u32>>();
    let none = stock.len();
    world.insert_resource(Spares {
        on_order: vec![0; none],
        ordered: vec![0; none],
        used: vec![0; none],
        used_before: vec![0; none],
        stock,
        waiting: Vec::new(),
    });
    let started = world.run_system_once_with(open, opening);
    debug_assert!(started.is_ok(), "the plugin puts in all that the floor needs");
}

fn machine_state(world: &World, entity: Entity) -> Option<MachineState> {
    let twin = world.entity(entity);
    let initial = twin.get::<Setup>().and_then(|setup| setup.initial.as_deref());
    let family = initial.and_then(|family| world.resource::<Plan>().find_family(family));
    let mut state = MachineState::new(twin.get::<Machine>()?, family);
    state.suspended = twin.get::<Life>() == Some(&Life::Suspended);
    state.has_setup = twin.contains::<Setup>();
    state.ages = twin.contains::<Breakdown>() || twin.contains::<Wear>() || twin.contains::<Maintenance>();
    state.draws = twin.contains::<Power>();
    state.sleeps = twin.contains::<Standby>();
    state.is_thrifty = twin.contains::<Thrift>();
    Some(state)
}

/// What there is to be opened at the start.
#[derive(Default)]
struct Opening {
    machines: Vec<TwinId>,
    vehicles: Vec<TwinId>,
    belts: Vec<TwinId>,
    on_shift: Vec<TwinId>,
}

fn open(In(opening): In<Opening>, mut param: FloorParam) {
    let mut floor = param.floor();
    opening.machines.iter().for_each(|&machine| floor.start_ageing(machine));
    opening.vehicles.iter().chain(&opening.belts).for_each(|&twin| floor.start_ageing(twin));
    opening.vehicles.iter().for_each(|&vehicle| floor.start_battery(vehicle));
    opening.on_shift.into_iter().for_each(|twin| floor.change_shift(twin));
    opening.machines.into_iter().for_each(|machine| floor.refresh(machine));
    floor.watch_prices();
    floor.reorder_spares();
    floor.restock();
    floor.start_sources();
}

/// Makes the places where vehicles stand, and puts the vehicles there. Without aisles there is no transport.
fn open_roads(world: &mut World) -> Vec<TwinId> {
    let vehicles = world.resource::<Plan>().vehicles.clone();
    let junctions = junctions(world.resource::<Network>());
    if vehicles.is_empty() || junctions.is_empty() {
        return Vec::new();
    }
    let twins: Vec<(TwinId, Entity)> =
        world.resource::<Directory>().twins().map(|(twin, entity, _)| (twin, entity)).collect();
    let clear = longest_vehicle(world);
    let sites = twins.into_iter().filter_map(|(twin, entity)| site(world, twin, entity, &junctions, clear)).collect();
    world.insert_resource(Sites(sites));
    rebuild_network(world);
    Plan::rebuild(world);
    vehicles.into_iter().filter(|&vehicle| add_vehicle(world, vehicle).is_some()).collect()
}

/// The names of the junctions, with their places.
pub(super) fn junctions(network: &Network) -> Vec<(String, (f64, f64))> {
    let zones = (0..network.zones() as u32).map(ZoneId);
    zones.filter_map(|zone| Some((network.name(zone)?.to_owned(), network.place(zone)))).collect()
}

/// Where vehicles stop for a twin, if they do.
pub(super) fn site(
    world: &World,
    twin: TwinId,
    entity: Entity,
    junctions: &[(String, (f64, f64))],
    clear: f64,
) -> Option<Site> {
    let entity = world.entity(entity);
    let station = entity.get::<Station>().cloned();
    let stops = entity.contains::<Machine>() || entity.contains::<Rack>() || entity.contains::<Vehicle>();
    let charger = entity.get::<Charger>();
    if !stops && station.is_none() && charger.is_none() {
        return None;
    }
    let place = entity.get::<Position>().map_or((0.0, 0.0), |position| (position.x, position.y));
    let named = station.as_ref().and_then(|station| station.junction.clone());
    let nearest = || {
        let by_distance = |a: &&(String, (f64, f64)), b: &&(String, (f64, f64))| {
            distance(place, a.1).total_cmp(&distance(place, b.1))
        };
        Some(junctions.iter().min_by(by_distance)?.0.clone())
    };
    let places = charger.map(|charger| charger.places).or(station.map(|station| station.bays)).unwrap_or(1);
    Some(Site { twin, junction: named.or_else(nearest)?, place, places, clear })
}

/// Compiles the aisles, with the places beside them.
pub(super) fn rebuild_network(world: &mut World) {
    let mut network = Network::compile(world.resource::<Aisles>());
    for site in &world.resource::<Sites>().0 {
        if let Some(junction) = network.junction(&site.junction) {
            let spur = distance(site.place, network.place(junction)).max(site.clear);
            network.add_spot(Spot { junction, place: site.place, spur, capacity: site.places });
        }
    }
    world.insert_resource(network);
}

/// The length of the longest vehicle: metres.
pub(super) fn longest_vehicle(world: &World) -> f64 {
    let twins = world.resource::<Directory>().twins();
    let vehicles = twins.filter_map(|(_, entity, _)| world.entity(entity).get::<Vehicle>());
    vehicles.map(|vehicle| vehicle.length).fold(0.0, f64::max)
}

fn add_vehicle(world: &mut World, twin: TwinId) -> Option<()> {
    let home = world.resource::<Plan>().spot_of(twin)?;
    let entity = world.resource::<Directory>().entity(twin)?;
    let Vehicle { speed, acceleration, deceleration, .. } = *world.entity(entity).get::<Vehicle>()?;
    let limits = Limits { speed, acceleration, deceleration: deceleration.unwrap_or(acceleration) };
    let mover = world.resource_scope(|world, mut traffic: bevy_ecs::prelude::Mut<Traffic>| {
        traffic.add(world.resource::<Network>(), limits, home, twin).ok()
    })?;
    let suspended = world.entity(entity).get::<Life>() == Some(&Life::Suspended);
    let state = VehicleState { mover, home, suspended, ..VehicleState::default() };
    world.entity_mut(entity).insert((state, Health::default()));
    Some(())
}
