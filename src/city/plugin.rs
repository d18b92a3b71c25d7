//! Registers traffic: its section, tables, indicators and events.

use std::sync::Arc;

use bevy_app::{App, Plugin};
use bevy_ecs::prelude::{In, Resource, World};

use super::tables::{ChargeRow, EdgeRow, EmissionRow, ParkingRow, RoadRow, SignalRow, TripRow};
use super::traffic::signals::Showing;
use super::traffic::{Arrival, RoadSums, Town, Traffic};
use super::{check, indicators, looks, settings};
use crate::engine::clock::UnderWay;
use crate::engine::fork::copy_cache;
use crate::engine::identity::TwinId;
use crate::engine::parallel::Pool;
use crate::engine::queue::{Event, EventKind, EventQueue, Priority};
use crate::engine::random::Seed;
use crate::engine::simulation::EngineApp;
use crate::engine::time::Time;
use crate::record::indicators::IndicatorApp;
use crate::record::table::{Table, TableApp};
use crate::scene::registry::SceneApp;

/// Streets and traffic.
pub struct CityPlugin;

/// Whose name stands for what is under way here.
const DOMAIN: &str = "city";

/// Counts are of all steps that are over: they come after one that ends at the same moment.
const COUNTING: Priority = Priority(1);

/// The events of traffic: a step is over, a time of counting is over.
#[derive(Resource, Clone, Copy)]
struct Happenings {
    step: EventKind,
    count: EventKind,
}

/// The town of the scene: a cache.
#[derive(Resource, Clone, Default)]
struct TownOf(Option<Arc<Town>>);

impl Plugin for CityPlugin {
    fn build(&self, app: &mut App) {
        let [step, count] = app.register_events(handle);
        app.insert_resource(Happenings { step, count })
            .register_section::<settings::City>("city")
            .register_state::<Traffic>("vehicles")
            .register_check(check::check)
            .init_resource::<TownOf>()
            .init_resource::<UnderWay>()
            .register_cache(rebuild, &[copy_cache::<TownOf>, copy_cache::<UnderWay>])
            .on_start(begin)
            .register_table::<TripRow>()
            .register_table::<EmissionRow>()
            .register_table::<ChargeRow>()
            .register_table::<ParkingRow>()
            .register_table::<EdgeRow>()
            .register_table::<RoadRow>()
            .register_table::<SignalRow>()
            .register_last_rows(count_last)
            .register_indicators(indicators::compute, indicators::reset);
        super::report::register(app);
        looks::register(app);
        super::signals::register(app);
    }
}

/// The town of a scene, if it has one. The scene's check has seen to it that it can be made.
pub(super) fn town_of(world: &World) -> Option<Arc<Town>> {
    let settings = world.resource::<settings::City>();
    // Trips keep their numbers, whatever seed a fork goes on with.
    let seed = world.get_resource::<Traffic>().map_or(*world.resource::<Seed>(), Traffic::drawn_from);
    settings.is_there().then(|| settings.town(seed).ok().map(Arc::new)).flatten()
}

/// Makes the town again where it is not at hand, and what of the traffic follows from who drives where.
fn rebuild(world: &mut World) {
    if !world.contains_resource::<Traffic>() {
        // Before the start, when other domains may ask already.
        let begins = world.resource::<settings::City>().is_there();
        world.resource_mut::<UnderWay>().set(DOMAIN, begins);
        return;
    }
    let town = world.resource::<TownOf>().0.clone().or_else(|| town_of(world));
    world.insert_resource(TownOf(town.clone()));
    if let (Some(town), Some(mut traffic)) = (town, world.get_resource_mut::<Traffic>()) {
        traffic.settle_in(town);
        let is_under_way = !traffic.is_over();
        world.resource_mut::<UnderWay>().set(DOMAIN, is_under_way);
    }
}

fn begin(world: &mut World) {
    // With the run's seed, which the world may not have had when its caches were made.
    let Some(town) = town_of(world) else { return };
    let seed = *world.resource::<Seed>();
    let settings = world.resource::<settings::City>();
    let (step, count_every) = (settings.step, settings.count_every);
    world.insert_resource(TownOf(Some(town.clone())));
    let traffic = Traffic::new(town, step.seconds(), seed);
    world.resource_mut::<UnderWay>().set(DOMAIN, !traffic.is_over());
    world.insert_resource(traffic);
    let kinds = *world.resource::<Happenings>();
    let mut queue = world.resource_mut::<EventQueue>();
    queue.push(Event { at: Time::ZERO + step, kind: kinds.step, twin: TwinId::NONE, arg: 1 });
    let count = Event { at: Time::ZERO + count_every, kind: kinds.count, twin: TwinId::NONE, arg: 1 };
    queue.push_with(count, COUNTING);
}

fn handle(In(event): In<Event>, world: &mut World) {
    let kinds = *world.resource::<Happenings>();
    let (next, priority) = if event.kind == kinds.step {
        if event.arg == 1 {
            tell_roads(world);
        }
        go_on(world);
        (world.resource::<settings::City>().step, Priority::NORMAL)
    } else {
        let every = world.resource::<settings::City>().count_every;
        count(world, event.at.seconds() - every.seconds(), event.at.seconds());
        (every, COUNTING)
    };
    // With nobody under way and nobody to come the world may end.
    let is_under_way = !world.resource::<Traffic>().is_over();
    world.resource_mut::<UnderWay>().set(DOMAIN, is_under_way);
    if is_under_way {
        let event = Event { at: event.at + next, arg: event.arg + 1, ..event };
        world.resource_mut::<EventQueue>().push_with(event, priority);
    }
}

/// Tells of all roads, once: with the first step, by when the tables are open.
fn tell_roads(world: &mut World) {
    let town = world.resource::<Traffic>().town().clone();
    let mut roads = world.resource_mut::<Table<RoadRow>>();
    if roads.is_enabled() {
        town.streets.roads.iter().for_each(|road| roads.push(RoadRow::new(&town.streets, road)));
    }
}

/// A step of traffic is over.
fn go_on(world: &mut World) {
    let (seed, pool) = (*world.resource::<Seed>(), world.resource::<Pool>().clone());
    let mut traffic = world.resource_mut::<Traffic>();
    let before: Vec<Showing> = traffic.showing().to_vec();
    let now = traffic.now();
    let arrivals: Vec<Arrival> = traffic.go_on(seed, &pool);
    let (stays, notes) = (traffic.take_stays(), traffic.take_notes());
    let after: Vec<Showing> = traffic.showing().to_vec();
    let town = traffic.town().clone();
    let mut trips = world.resource_mut::<Table<TripRow>>();
    if trips.is_enabled() {
        arrivals.iter().for_each(|arrival| trips.push(TripRow::new(arrival, &town)));
    }
    let mut emissions = world.resource_mut::<Table<EmissionRow>>();
    if emissions.is_enabled() {
        arrivals.iter().filter_map(|arrival| EmissionRow::new(arrival, &town)).for_each(|row| emissions.push(row));
    }
    let mut charges = world.resource_mut::<Table<ChargeRow>>();
    if charges.is_enabled() {
        stays.iter().for_each(|stay| charges.push(ChargeRow::new(stay, &town)));
    }
    let mut parking = world.resource_mut::<Table<ParkingRow>>();
    if parking.is_enabled() {
        notes.iter().for_each(|note| parking.push(ParkingRow::new(note, &town)));
    }
    let mut signals = world.resource_mut::<Table<SignalRow>>();
    if signals.is_enabled() {
        for (number, showing) in after.iter().enumerate() {
            let towards = |showing: &Showing| (showing.phase, showing.change.map(|change| change.to));
            if now == 0.0 || towards(&before[number]) != towards(showing) {
                let name = town.streets.signals[number].name.as_str().into();
                let (phase, to) = towards(showing);
                signals.push(SignalRow { time: now, name, phase, to, until: showing.until });
            }
        }
    }
    looks::show::tell_step(world);
}

/// Writes what has happened on each road since the counts were last written, and counts afresh.
fn count(world: &mut World, from: f64, to: f64) {
    let sums = world.resource_mut::<Traffic>().take_road_sums();
    write_counts(world, sums, [from, to]);
}

/// Writes what was counted since the last time. The end of a run is no event, and changes nothing.
fn count_last(world: &mut World) {
    let every = world.resource::<settings::City>().count_every.seconds();
    let Some(traffic) = world.get_resource::<Traffic>() else { return };
    let (to, sums) = (traffic.now(), traffic.road_sums().to_vec());
    write_counts(world, sums, [(to / every).floor() * every, to]);
}

fn write_counts(world: &mut World, sums: Vec<RoadSums>, between: [f64; 2]) {
    let town = world.resource::<Traffic>().town().clone();
    let mut edges = world.resource_mut::<Table<EdgeRow>>();
    if edges.is_enabled() && between[1] > between[0] {
        for (road, sums) in sums.into_iter().enumerate().filter(|(_, sums)| *sums != RoadSums::default()) {
            edges.push(EdgeRow::new(&town, road, between, sums));
        }
    }
}
