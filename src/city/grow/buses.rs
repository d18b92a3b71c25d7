//! Lines of buses along arterial streets, with stops on both sides.

use std::collections::BTreeMap;

use super::Grown;
use super::lattice::{Lattice, Street};
use super::streets::Laid;
use crate::city::build::lines;
use crate::city::buses::{LineForm, StopForm};
use crate::engine::time::Duration;

/// From stop to stop, about: metres.
const BETWEEN: f64 = 380.0;

/// Ways that are shorter have no stop: metres.
const SHORTEST: f64 = 70.0;

/// Stops by their names, and lines by theirs.
type Lines = (BTreeMap<String, StopForm>, BTreeMap<String, LineForm>);

/// The lines of a city: along the longest arterial streets, there and back.
pub(super) fn lines(grown: &Grown, lattice: &Lattice, laid: &Laid) -> Lines {
    let (mut stops, mut all) = (BTreeMap::new(), BTreeMap::new());
    for (number, ways) in (1..).zip(streets(lattice, laid).into_iter().take(grown.buses as usize)) {
        let there: Vec<String> =
            called_at(laid, &ways).into_iter().map(|way| stop(laid, way, "", &mut stops)).collect();
        let mut ways = ways;
        ways.reverse();
        let back: Vec<String> =
            called_at(laid, &ways).into_iter().map(|way| stop(laid, way, "-", &mut stops)).collect();
        for (name, stops) in [(format!("{number}"), there), (format!("{number} back"), back)] {
            if stops.len() > 1 {
                let every = Duration::from_secs(600);
                let line =
                    LineForm { stops, every, begin: Some(grown.begin), lasts: grown.lasts, ..LineForm::default() };
                all.insert(name, line);
            }
        }
    }
    (stops, all)
}

/// The ways of each arterial street in order, the longest street first.
fn streets(lattice: &Lattice, laid: &Laid) -> Vec<Vec<usize>> {
    let mut streets: BTreeMap<(usize, usize), Vec<usize>> = BTreeMap::new();
    for (way, course) in laid.courses.iter().enumerate().filter(|(_, course)| course.street == Street::Arterial) {
        streets.entry((course.axis, course.from[1 - course.axis])).or_default().push(way);
    }
    let mut streets: Vec<Vec<usize>> = streets.into_values().collect();
    for ways in &mut streets {
        ways.sort_by_key(|way| laid.courses[*way].from[laid.courses[*way].axis]);
    }
    let length = |ways: &[usize]| ways.iter().map(|way| way_length(laid, *way)).sum::<f64>();
    // Where streets are as long, those nearest to the centre of the lattice come first.
    let aside = |ways: &[usize]| {
        let course = &laid.courses[ways[0]];
        lattice.at(course.from)[1 - course.axis].abs()
    };
    streets.sort_by(|one, other| length(other).total_cmp(&length(one)).then(aside(one).total_cmp(&aside(other))));
    streets
}

fn way_length(laid: &Laid, way: usize) -> f64 {
    let about = &laid.plan.ways[way];
    let [from, to] = about.ends.map(|end| laid.plan.nodes[end].place);
    let line: Vec<lines::Point> = std::iter::once(from).chain(about.between.iter().copied()).chain([to]).collect();
    lines::length(&line)
}

/// The ways of a street on which buses stop.
fn called_at(laid: &Laid, ways: &[usize]) -> Vec<usize> {
    let mut since = BETWEEN;
    let mut called = Vec::new();
    for way in ways {
        let length = way_length(laid, *way);
        if since >= BETWEEN && length >= SHORTEST {
            called.push(*way);
            since = 0.0;
        }
        since += length;
    }
    called
}

/// Adds the stop on a direction of a way, a little beyond its middle.
fn stop(laid: &Laid, way: usize, sign: &str, stops: &mut BTreeMap<String, StopForm>) -> String {
    let name = format!("{sign}{}", laid.plan.ways[way].name);
    let at = (0.5 * way_length(laid, way)).round();
    stops.insert(name.clone(), StopForm { way: name.clone(), at, ..StopForm::default() });
    name
}
