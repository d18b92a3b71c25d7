//! Scenes made of maps, and which houses nobody gets to.

use super::Map;
use crate::city::packed::Packed;
use crate::city::routes::strong_parts;
use crate::city::streets::{Class, Streets};

/// A scene with the streets of a map, called by a name, to which traffic can be added.
pub fn to_scene(streets: &Streets, name: &str) -> String {
    let example = "        // kinds: {\"car\": ()},\n        // flows: [(from: \"NODE\", to: \"NODE\", per_hour: 100, kinds: [\"car\"], lasts: \"1h\")],\n";
    format!(
        "// The streets of a map of OpenStreetMap. Map data (c) OpenStreetMap contributors, ODbL.\n(\n    name: {name:?},\n    city: (\n{example}        \
         streets: \"{}\",\n    ),\n)\n",
        Packed::new(streets).text()
    )
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
        let name = match &address.street {
            Some(street) => format!("{street} {}", address.number),
            None => address.number.clone(),
        };
        match nearest(&points, address.place) {
            None => far.push(name),
            Some(road) if parts[road] != 0 => cut_off.push(name),
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
