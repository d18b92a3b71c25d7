//! Scenes made of maps, and which houses nobody gets to.

use super::{Address, Footway, FootwayKind, Map};
use crate::city::packed::Packed;
use crate::city::routes::strong_parts;
use crate::city::scenery::{self, Scenery};
use crate::city::streets::{Class, Streets};

/// A scene with the streets of a map and what lies about them, called by a name, to which traffic can be added.
pub fn to_scene(map: &Map, streets: &Streets, name: &str) -> String {
    let example = "        // kinds: {\"car\": ()},\n        // flows: [(from: \"NODE\", to: \"NODE\", per_hour: 100, kinds: [\"car\"], lasts: \"1h\")],\n";
    format!(
        "// The streets of a map of OpenStreetMap. Map data (c) OpenStreetMap contributors, ODbL.\n(\n    name: {name:?},\n    city: (\n{example}        \
         streets: \"{}\",\n        scenery: \"{}\",\n    ),\n)\n",
        Packed::new(streets).text(),
        Packed::new(&scenery_of(map)).text()
    )
}

/// What is seen of a map besides streets.
fn scenery_of(map: &Map) -> Scenery {
    let single = |place: &[f64; 2]| place.map(|part| part as f32);
    let line = |line: &[[f64; 2]]| line.iter().map(single).collect::<Vec<_>>();
    let lines = |lines: &[Vec<[f64; 2]>]| lines.iter().map(|points| line(points)).collect();
    let buildings = map.buildings.iter().map(|building| scenery::Building {
        name: building.name.clone().or_else(|| building.address.as_ref().map(Address::to_string)),
        outline: line(&building.outline),
        holes: lines(&building.holes),
        height: building.height as f32,
        base: building.base as f32,
        levels: building.levels,
        purpose: building.purpose,
        roof: building.roof,
    });
    let areas = map.areas.iter().map(|area| scenery::Area {
        kind: area.kind,
        outline: line(&area.outline),
        holes: lines(&area.holes),
    });
    // Those across a street are where crossings are.
    let beside = |path: &&Footway| path.kind != FootwayKind::Crossing;
    let paths = map.footways.iter().filter(beside);
    Scenery {
        buildings: buildings.collect(),
        areas: areas.collect(),
        trees: map.trees.iter().map(single).collect(),
        paths: paths.map(|path| scenery::Path { width: path.width as f32, line: line(&path.line) }).collect(),
        crossings: map.crossings.iter().map(|crossing| single(&crossing.place)).collect(),
        terrain: None,
    }
}

/// Houses farther than this from every street are told: metres.
const FAR: f64 = 100.0;

/// How many houses are named at most.
const NAMED: usize = 3;

/// The houses to which nobody can drive from the largest part of the streets and back: because no street is near, or because the nearest one is
/// cut off. In plain words, with their number and the first of them.
pub fn places_out_of_reach(map: &Map, streets: &Streets) -> Vec<String> {
    let parts = strong_parts(streets, Class::PASSENGER);
    // The nearest street that cars can use, by points along it.
    let mut points: Vec<([f64; 2], usize)> = Vec::new();
    for lane in streets.lanes.iter().filter(|lane| lane.access.allows(Class::PASSENGER)) {
        for ends in lane.line.windows(2) {
            let [x, y] = [ends[1][0] - ends[0][0], ends[1][1] - ends[0][1]];
            let pieces = ((x * x + y * y).sqrt() / 10.0).ceil().clamp(1.0, 1000.0) as usize;
            points.extend((0..=pieces).map(|piece| {
                let share = piece as f64 / pieces as f64;
                ([ends[0][0] + share * x, ends[0][1] + share * y], lane.road.index())
            }));
        }
    }
    points.sort_by(|one, other| one.0[0].total_cmp(&other.0[0]).then(one.1.cmp(&other.1)));
    let mut far = Vec::new();
    let mut cut_off = Vec::new();
    for address in &map.addresses {
        match nearest(&points, address.place) {
            None => far.push(address.to_string()),
            Some(road) if parts[road] != 0 => cut_off.push(address.to_string()),
            Some(_) => {}
        }
    }
    let told = |names: &[String], why: &str| {
        let first = names.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
        let more = if names.len() > NAMED { ", ..." } else { "" };
        (!names.is_empty()).then(|| format!("{} addresses {why}: {first}{more}", names.len()))
    };
    let far = told(&far, &format!("are farther than {FAR} m from every street that cars can use"));
    let cut_off =
        told(&cut_off, "are by streets from or to which cars cannot get from the largest part of the streets");
    far.into_iter().chain(cut_off).collect()
}

/// The road of the nearest of some points, sorted from west to east, if it is near enough.
fn nearest(points: &[([f64; 2], usize)], place: [f64; 2]) -> Option<usize> {
    let begin = points.partition_point(|(point, _)| point[0] < place[0] - FAR);
    let near = points[begin..].iter().take_while(|(point, _)| point[0] <= place[0] + FAR);
    let square = |point: [f64; 2]| {
        let [x, y] = [point[0] - place[0], point[1] - place[1]];
        x * x + y * y
    };
    let nearest = near.min_by(|one, other| square(one.0).total_cmp(&square(other.0)).then(one.1.cmp(&other.1)));
    nearest.filter(|(point, _)| square(*point) <= FAR * FAR).map(|(_, road)| *road)
}
