//! Trips of flows: at random times, by the quickest way as the streets are when nobody is there.

use super::demand::{Demand, FirstLane, FirstSpeed, KindId, Parks, Trip};
use super::routes::{Finder, Route, Routes, free_times};
use super::settings::{Flow, ParksForm, Wrong};
use super::streets::{Class, RoadId, Streets};
use super::traffic::Parking;
use super::traffic::parking::Ends;
use crate::engine::random::{Purpose, Seed, Stream};
use crate::engine::spelling::nearest;
use crate::engine::time::Duration;

const GAPS: Purpose = Purpose::new("city.flow");
const PARKS: Purpose = Purpose::new("city.parks");

/// Flows bring no more trips than this, all together.
const MOST: usize = 2_000_000;

/// Adds the trips of all flows.
pub(super) fn add(
    flows: &[Flow],
    streets: &Streets,
    parking: &[Parking],
    demand: &mut Demand,
    seed: Seed,
) -> Result<(), Wrong> {
    let mut finder = Finder::default();
    let mut known: Vec<(Class, Routes)> = Vec::new();
    let wanted: f64 = flows.iter().map(|flow| flow.per_hour * flow.lasts.seconds() / 3600.0).sum();
    if wanted > MOST as f64 {
        let why = format!("the flows bring {wanted:.0} trips; at most {MOST} can be drawn");
        return Err(Wrong::new(&["flows"], why, "make `lasts` or `per_hour` smaller"));
    }
    for (number, flow) in flows.iter().enumerate() {
        let place = number.to_string();
        let kinds = kinds(flow, demand, &place)?;
        let [from, to] =
            [("from", &flow.from), ("to", &flow.to)].map(|(field, node)| junction(streets, node, &place, field));
        let (from, to) = (from?, to?);
        // All kinds of a flow take the same way: one that is open to the first.
        let class = demand.kinds[kinds[0].0 as usize].class;
        let at = known.iter().position(|(there, _)| *there == class).unwrap_or_else(|| {
            known.push((class, Routes::prepare(streets, class, &free_times(streets, class))));
            known.len() - 1
        });
        let routes = &known[at].1;
        let route = quickest(streets, routes, &mut finder, from, to).ok_or_else(|| {
            let why = format!(
                "there is no way from `{}` to `{}` for vehicles of class `{}`",
                flow.from,
                flow.to,
                class.name()
            );
            Wrong::new(&["flows", &place], why, "connect them by `ways`, in the direction that is needed")
        })?;
        if let Some(parks) = &flow.parks {
            let ends = Ends::between(streets, route.roads[0], route.roads[route.roads.len() - 1]);
            let near = parking.iter().filter(|place| place.serves(streets, class, ends.goal, parks.within));
            let roads: Vec<RoadId> = near.map(|place| place.road(streets)).collect();
            let returns = parks.stays.is_some();
            let mut leads = |road: &RoadId| ends.way_by(routes, &mut finder, route.roads[0], *road, returns).is_some();
            if !roads.iter().any(&mut leads) {
                return Err(no_place(flow, parks, !roads.is_empty(), &place));
            }
        }
        let begin = flow.begin.unwrap_or(Duration::ZERO).seconds();
        let mut departs = begin;
        for trip in 0.. {
            let mut random = seed.stream(number as u64, GAPS, trip);
            departs -= libm::log(random.uniform()) * 3600.0 / flow.per_hour;
            if departs.is_nan() || departs >= begin + flow.lasts.seconds() {
                break;
            }
            demand.trips.push(Trip {
                name: format!("{} to {} {}", flow.from, flow.to, trip + 1),
                departs,
                kinds: kinds.iter().map(|kind| (*kind, 1.0)).collect(),
                route: route.roads.clone(),
                from: 0.0,
                lane: FirstLane::Best,
                speed: FirstSpeed::Mean,
                to: -1.0,
                halts: Vec::new(),
                parks: flow.parks.as_ref().and_then(|form| parks(form, &mut seed.stream(number as u64, PARKS, trip))),
            });
        }
    }
    demand.trips.sort_by(|one, other| one.departs.total_cmp(&other.departs));
    Ok(())
}

/// How a trip of a flow ends, if it ends at a place to park.
fn parks(form: &ParksForm, random: &mut Stream) -> Option<Parks> {
    let ParksForm { share, stays, within, tries } = *form;
    let parks = random.chance(share);
    let stays = stays.map(|mean| -libm::log(random.uniform()) * mean.seconds());
    parks.then_some(Parks { within, tries, stays })
}

/// What is wrong with a flow whose vehicles find no place to park.
fn no_place(flow: &Flow, parks: &ParksForm, is_one_near: bool, number: &str) -> Wrong {
    let Flow { from, to, .. } = flow;
    let near = format!("within {} m of `{to}`", parks.within);
    let field = ["flows", number, "parks"];
    if is_one_near {
        let back = if parks.stays.is_some() { format!(" and from there back to `{from}`") } else { String::new() };
        let why = format!("no way from `{from}` to `{to}` leads by a place to park {near}{back}");
        return Wrong::new(&field, why, "connect its way, in the direction that is needed");
    }
    let why = format!("there is no place to park {near}");
    Wrong::new(&field, why, "add one to `parking`, or make `within` larger")
}

fn kinds(flow: &Flow, demand: &Demand, place: &str) -> Result<Vec<KindId>, Wrong> {
    let find = |name: &String| {
        demand.kinds.iter().position(|kind| kind.name == *name).map(|kind| KindId(kind as u32)).ok_or_else(|| {
            let near = nearest(name, demand.kinds.iter().map(|kind| &*kind.name));
            let cure = near.map_or_else(|| "add it to `kinds`".to_owned(), |near| format!("did you mean `{near}`?"));
            Wrong::new(&["flows", place, "kinds"], format!("there is no kind of vehicles `{name}`"), cure)
        })
    };
    let kinds: Vec<KindId> = flow.kinds.iter().map(find).collect::<Result<_, _>>()?;
    if kinds.is_empty() {
        return Err(Wrong::new(&["flows", place, "kinds"], "no kind of vehicle is named", "such as kinds: [\"car\"]"));
    }
    Ok(kinds)
}

fn junction(streets: &Streets, name: &str, place: &str, field: &str) -> Result<usize, Wrong> {
    streets.junctions.iter().position(|junction| junction.name == name).ok_or_else(|| {
        let near = nearest(name, streets.junctions.iter().map(|junction| &*junction.name));
        let cure = near.map_or_else(|| "name a node".to_owned(), |near| format!("did you mean `{near}`?"));
        Wrong::new(&["flows", place, field], format!("there is no node `{name}`"), cure)
    })
}

/// The quickest of all ways from a road that leaves a junction to one that comes to another.
fn quickest(streets: &Streets, routes: &Routes, finder: &mut Finder, from: usize, to: usize) -> Option<Route> {
    let roads = || (0..).map(RoadId).zip(&streets.roads);
    let first: Vec<RoadId> = roads().filter(|(_, road)| road.from.index() == from).map(|(road, _)| road).collect();
    let last: Vec<RoadId> = roads().filter(|(_, road)| road.to.index() == to).map(|(road, _)| road).collect();
    let found = first.iter().filter_map(|road| routes.nearest(finder, *road, &last));
    // The first of the quickest, so that nothing else decides.
    found.fold(None, |best: Option<Route>, route| match best {
        Some(best) if best.seconds <= route.seconds => Some(best),
        _ => Some(route),
    })
}
