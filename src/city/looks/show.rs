//! Tells whoever watches what there is to be seen of a city.
//!
//! A step of traffic is over before it is seen: while the next one lasts, vehicles are seen on their way from where they were to where they are. So
//! everything on the streets is seen one step late, signals too.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use bevy_ecs::prelude::{Resource, World};

use super::signals::{Head, heads, state_of};
use super::vehicles::{form, pose};
use super::{BACKDROP, HEADS, MAP, MAP_LOOK, VEHICLE_LOOK, VEHICLES, backdrop};
use crate::city::settings::City;
use crate::city::signals::governors;
use crate::city::streets::{Lamp, RoadId, Streets};
use crate::city::traffic::{Cause, Place, Town, Traffic, Vehicle, VehicleId};
use crate::engine::clock::Clock;
use crate::engine::identity::{Directory, TwinId};
use crate::engine::time::{Duration, Time};
use crate::look::motion::Pose;
use crate::look::palette::SLATE;
use crate::look::sight::{Form, Motion, Show, Sight, Sights, ThingId, VALUES, Value};

/// Maps are told anew once in so many seconds.
const MAPPED_EVERY: f64 = 60.0;

/// How far a road on a map reaches beyond its side: metres.
const ASIDE: f64 = 5.0;

/// What has been told, so that only news are told. It is no part of the world's state, but it can be worked out of that: who goes on after a break
/// tells the same.
#[derive(Resource, Default)]
pub(in crate::city) struct Shown {
    backdrop: Arc<[Form]>,
    heads: Arc<[Head]>,
    /// Who each head is: the twin that governs the signals, for the first of these.
    who: Arc<[ThingId]>,
    vehicles: BTreeMap<u32, Told>,
    /// What was last told of each head.
    lamps: Vec<Option<Sight>>,
}

/// What was last told of a vehicle.
#[derive(Clone, Copy, PartialEq)]
struct Told {
    pose: Pose,
    speed: f64,
    state: u8,
    values: [Value; VALUES],
}

/// How a city shows what there is.
pub(super) const SHOW: Show = Show { forms, looks };

/// The words for what holds vehicles up. After them come the names of roads.
const CAUSES: [&str; 14] = [
    "nobody: it is as fast as it likes",
    "somebody ahead",
    "a lower limit ahead",
    "signals",
    "no room beyond the junction",
    "not seeing who comes",
    "somebody who has the way",
    "somebody on the junction",
    "a halt",
    "the end of its lane",
    "a change of lanes",
    "a lane that is closed",
    "an empty battery",
    "looking for a place to park",
];

/// Why a vehicle is no faster: the number of the word, and who holds it up.
fn why(cause: Cause) -> (u32, Option<VehicleId>) {
    match cause {
        Cause::Free => (0, None),
        Cause::Ahead(other) => (1, Some(other)),
        Cause::Limit(_) => (2, None),
        Cause::Signals(_) => (3, None),
        Cause::Room(_) => (4, None),
        Cause::Sight(_) => (5, None),
        Cause::Way(other) => (6, Some(other)),
        Cause::Body(other) => (7, Some(other)),
        Cause::Halt => (8, None),
        Cause::LaneEnds => (9, None),
        Cause::Change => (10, None),
        Cause::Closed(_) => (11, None),
        Cause::Empty => (12, None),
        Cause::Parking => (13, None),
    }
}

fn things(space: u8, count: usize) -> impl Iterator<Item = ThingId> {
    (0..count as u64).map(move |number| ThingId::other(space, number))
}

fn thing_of(trip: u32) -> ThingId {
    ThingId::other(VEHICLES, u64::from(trip))
}

/// The streets of the world, if it has any: those on which vehicles drive, or will.
fn town(world: &World) -> Option<Arc<Town>> {
    world
        .get_resource::<Traffic>()
        .map(|traffic| traffic.town().clone())
        .or_else(|| crate::city::plugin::town_of(world))
}

fn forms(world: &mut World) -> Vec<(ThingId, Form)> {
    let Some(town) = town(world) else { return Vec::new() };
    if world.resource::<Shown>().backdrop.is_empty() {
        let scenery = world.resource::<City>().scenery().unwrap_or_default();
        let mut shown = world.resource_mut::<Shown>();
        shown.backdrop = backdrop::forms(&town.streets, &scenery).into();
        shown.heads = heads(&town.streets).into();
    }
    let who = who(&world.resource::<Shown>().heads, &town.streets, governors(world));
    world.resource_mut::<Shown>().who = who.into();
    let (shown, directory) = (world.resource::<Shown>(), world.resource::<Directory>());
    let named = |(who, head): (ThingId, &Head)| {
        let name = || Arc::from(&*town.streets.signals[head.signals.index()].name);
        (who, head.form(who.as_twin().map_or_else(name, |twin| directory.name(twin))))
    };
    let backdrop = things(BACKDROP, shown.backdrop.len()).zip(shown.backdrop.iter().cloned());
    let heads = shown.who.iter().copied().zip(shown.heads.iter()).map(named);
    backdrop.chain(heads).chain(mapped(&town.streets)).collect()
}

/// Who each head is.
fn who(heads: &[Head], streets: &Streets, mut governors: BTreeMap<String, TwinId>) -> Vec<ThingId> {
    let each = heads.iter().zip(things(HEADS, heads.len()));
    let governor = each.map(|(head, other)| {
        let governor = governors.remove(&streets.signals[head.signals.index()].name);
        governor.map_or(other, ThingId::twin)
    });
    governor.collect()
}

/// The roads of maps.
fn mapped(streets: &Streets) -> impl Iterator<Item = (ThingId, Form)> + '_ {
    things(MAP, streets.roads.len()).zip(&streets.roads).map(|(thing, road)| {
        let lanes = &streets.lanes[road.lanes.start as usize..road.lanes.end as usize];
        let wide: f64 = lanes.iter().map(|lane| lane.width).sum();
        let outer = &lanes[0];
        // Wider than it is, so that it is seen from far above.
        let sides = [-outer.width / 2.0 - ASIDE, wide - outer.width / 2.0];
        let line = outer.line.iter().flatten();
        let numbers =
            sides.iter().chain([&(outer.line.len() as f64)]).chain(line).map(|number| *number as f32).collect();
        let form = Form {
            name: road.name.as_str().into(),
            look: MAP_LOOK.into(),
            model: "road".into(),
            numbers,
            colour: SLATE,
            scale: 1.0,
        };
        (thing, form)
    })
}

fn looks(world: &mut World, first: bool) {
    let Some(town) = town(world) else { return };
    let now = world.resource::<Clock>().now;
    if first {
        let shown = std::mem::take(&mut *world.resource_mut::<Shown>());
        let Shown { backdrop, heads, who, .. } = shown;
        *world.resource_mut::<Shown>() = Shown { backdrop, heads, who, ..Shown::default() };
        let words = CAUSES.into_iter().chain(town.streets.roads.iter().map(|road| &*road.name));
        let words = words.map(Arc::from).collect();
        world.resource_mut::<Sights>().set_words(VEHICLE_LOOK, words);
    }
    let (backdrop, roads) = (world.resource::<Shown>().backdrop.len(), town.streets.roads.len());
    let still = Sight::still(Motion::stands(0.0, 0.0, 0.0));
    let mut sights = world.resource_mut::<Sights>();
    for thing in things(BACKDROP, backdrop).chain(things(MAP, roads)) {
        sights.look(now, thing, &still);
    }
    world.resource_mut::<Shown>().lamps.clear();
    tell(world, now, Duration::ZERO);
}

/// Tells what a step of traffic has brought. Nothing where nobody watches.
pub(in crate::city) fn tell_step(world: &mut World) {
    if world.resource::<Sights>().is_watched() {
        let (now, step) = (world.resource::<Clock>().now, world.resource::<City>().step);
        tell(world, now, step);
    }
}

fn tell(world: &mut World, now: Time, step: Duration) {
    if !world.contains_resource::<Traffic>() {
        return;
    }
    world.resource_scope(|world, traffic: bevy_ecs::prelude::Mut<Traffic>| {
        world.resource_scope(|world, mut shown: bevy_ecs::prelude::Mut<Shown>| {
            let mut sights = world.resource_mut::<Sights>();
            tell_vehicles(&traffic, &mut shown, &mut sights, now, step);
            tell_signals(&traffic, &mut shown, &mut sights, now);
            tell_maps(&traffic, &mut sights, now);
        });
    });
}

/// Where everybody is on his way to while the next step lasts.
fn tell_vehicles(traffic: &Traffic, shown: &mut Shown, sights: &mut Sights, now: Time, step: Duration) {
    let demand = &traffic.town().demand;
    let mut there: Vec<&Vehicle> = traffic.vehicles().map(|(_, vehicle)| vehicle).collect();
    there.sort_unstable_by_key(|vehicle| vehicle.trip);
    let present: BTreeSet<u32> = there.iter().map(|vehicle| vehicle.trip).collect();
    shown.vehicles.retain(|trip, _| {
        let stays = present.contains(trip);
        if !stays {
            sights.go(now, thing_of(*trip));
        }
        stays
    });
    for vehicle in there {
        let (trip, kind) = (&demand.trips[vehicle.trip as usize], &demand.kinds[vehicle.kind.0 as usize]);
        let thing = thing_of(vehicle.trip);
        let before = shown.vehicles.get(&vehicle.trip).copied();
        if before.is_none() {
            sights.come(now, thing, form(&trip.name, kind, vehicle.trip));
        }
        let pose = pose(traffic, vehicle, kind.length);
        let told = Told {
            pose,
            speed: vehicle.speed,
            state: state(vehicle),
            values: values(traffic, vehicle, traffic.route(vehicle).last().copied()),
        };
        let motion = motion(before.unwrap_or(told), told, now, step);
        match before {
            Some(before) if before.state == told.state && before.values == told.values => {
                // Whoever stands where he stood is no news.
                if before.pose != pose || before.speed != told.speed {
                    sights.move_on(now, thing, &motion);
                }
            }
            _ => sights.look(now, thing, &Sight { motion, state: told.state, values: told.values }),
        }
        shown.vehicles.insert(vehicle.trip, told);
    }
}

/// How a vehicle gets from where it was to where it is.
fn motion(before: Told, told: Told, now: Time, step: Duration) -> Motion {
    /// Who moves less stands: metres.
    const LITTLE: f32 = 0.02;
    let way = [0, 1].map(|axis| told.pose.at[axis] - before.pose.at[axis]);
    if step.is_zero() || way[0].hypot(way[1]) < LITTLE {
        return Motion::Stands { at: told.pose.at, heading: told.pose.heading };
    }
    let (sin, cos) = before.pose.heading.sin_cos();
    Motion::Goes {
        from: before.pose.at,
        to: told.pose.at,
        since: now,
        until: now + step,
        speeds: [before.speed, told.speed].map(|speed| speed as f32),
        before: [cos, sin],
    }
}

/// The number of a vehicle's state.
fn state(vehicle: &Vehicle) -> u8 {
    const STANDS: f64 = 0.1;
    if vehicle.stands_until.is_some() {
        3
    } else if vehicle.speed < STANDS {
        2
    } else {
        u8::from(vehicle.brakes)
    }
}

fn values(traffic: &Traffic, vehicle: &Vehicle, to: Option<RoadId>) -> [Value; VALUES] {
    let (word, other) = why(vehicle.cause);
    let other = other.and_then(|other| traffic.find(other)).map(|other| Value::Thing(thing_of(other.trip)));
    let to = to.map(|road| Value::Word(CAUSES.len() as u32 + road.0));
    [Value::Word(word), other.unwrap_or_default(), to.unwrap_or_default(), Value::None]
}

/// Heads that show something else.
fn tell_signals(traffic: &Traffic, shown: &mut Shown, sights: &mut Sights, now: Time) {
    let streets = &traffic.town().streets;
    let (heads, who) = (shown.heads.clone(), shown.who.clone());
    shown.lamps.resize(heads.len(), None);
    for ((thing, head), told) in who.iter().copied().zip(heads.iter()).zip(&mut shown.lamps) {
        let number = head.signals.index();
        let still = Sight::still(head.motion());
        let sight = match traffic.showing().get(number) {
            None => Sight { state: state_of(Lamp::Off), ..still },
            Some(showing) => {
                let until = showing.until.is_finite().then_some(Value::Number(showing.until as f32));
                let values = [Value::Number(showing.phase as f32), until.unwrap_or_default(), Value::None, Value::None];
                Sight { state: state_of(showing.lamp(&streets.signals[number], head.lamp)), values, ..still }
            }
        };
        if told.replace(sight) != Some(sight) {
            sights.look(now, thing, &sight);
        }
    }
}

/// Tells what maps say of roads, once in a while: how densely vehicles are there at that moment, how fast they are on average, and the flow, which is the
/// product of both (L. C. Edie, "Discussion of traffic stream measurements and definitions", 1963).
fn tell_maps(traffic: &Traffic, sights: &mut Sights, now: Time) {
    if traffic.now() % MAPPED_EVERY > 1e-6 {
        return;
    }
    let streets = &traffic.town().streets;
    let mut roads = vec![(0.0, 0.0); streets.roads.len()];
    for (_, vehicle) in traffic.vehicles() {
        if let Place::Lane(lane) = traffic.place(vehicle.track) {
            let (count, speed) = &mut roads[streets.lane(lane).road.index()];
            (*count, *speed) = (*count + 1.0, *speed + vehicle.speed);
        }
    }
    for ((thing, road), (count, speeds)) in things(MAP, roads.len()).zip(&streets.roads).zip(roads) {
        let lanes = &streets.lanes[road.lanes.start as usize..road.lanes.end as usize];
        let lane_km = lanes.iter().map(|lane| lane.length).sum::<f64>() / 1000.0;
        let number = |number: f64| Value::Number(number as f32);
        let speed = if count > 0.0 { number(3.6 * speeds / count) } else { Value::None };
        let values = [number(count / lane_km), number(3.6 * speeds / lane_km), speed, Value::None];
        sights.look(now, thing, &Sight { values, ..Sight::still(Motion::stands(0.0, 0.0, 0.0)) });
    }
}
