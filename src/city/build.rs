//! Streets from plans: junctions get a form, roads their lanes, and lanes the turns that lead on, with who goes first and signals.
//!
//! Traffic keeps to the right. Each way is cut back where it meets others, so far that its edges do not cross theirs; its lanes lie beside its
//! middle. Turns lead from lane to lane in bends. Who goes first follows from signs, from the ranks of ways, from who turns left, and else from who
//! comes from the right, as the Vienna convention on road traffic (1968) has it (articles 16 and 18).

mod arms;
pub mod lines;
mod programmes;
mod rights;
mod turns;

use super::plan::{Control, Plan, Sign, Way};
use super::streets::{Access, Class, Junction, JunctionId, Lane, Road, RoadId, Streets};
use lines::Point;

/// A direction of a way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Course {
    way: usize,
    is_back: bool,
}

/// A way of a plan with its form.
struct Form {
    /// From its first node to its second, whole.
    middle: Vec<Point>,
    /// How much of it belongs to the junctions at its ends.
    cuts: [f64; 2],
}

/// What a plan has become, and what was mended.
pub struct Built {
    /// The streets.
    pub streets: Streets,
    /// What was left out or mended, in plain words.
    pub remarks: Vec<String>,
}

/// Builds the streets of a plan.
///
/// # Errors
/// What is wrong with the plan, in words.
pub fn build(plan: &Plan) -> Result<Built, String> {
    check(plan)?;
    let mut remarks = Vec::new();
    let middles: Vec<Vec<Point>> = plan.ways.iter().map(|way| middle(plan, way)).collect();
    let short = middles.iter().filter(|line| lines::length(line) < 0.1).count();
    if short > 0 {
        remarks.push(format!("{short} ways have no length and were left out"));
    }
    let cuts = arms::cuts(plan, &middles);
    let forms: Vec<Form> = middles.into_iter().zip(cuts).map(|(middle, cuts)| Form { middle, cuts }).collect();
    let mut streets = Streets::default();
    let outlines = arms::outlines(plan, &forms);
    for (node, outline) in plan.nodes.iter().zip(outlines) {
        streets.junctions.push(Junction { name: node.name.clone(), place: node.place, outline });
    }
    let courses = roads(plan, &forms, &mut streets);
    turns::add(plan, &courses, &mut streets);
    rights::add(plan, &courses, &mut streets);
    programmes::add(plan, &courses, &mut streets);
    Ok(Built { streets, remarks })
}

/// Whether all numbers can be used.
fn check(plan: &Plan) -> Result<(), String> {
    for node in &plan.nodes {
        if !node.place.iter().all(|at| at.is_finite()) {
            return Err(format!("node `{}` is nowhere", node.name));
        }
    }
    for way in &plan.ways {
        let numbers = [way.lane_width, way.speed_limit];
        if !numbers.iter().all(|number| number.is_finite() && *number > 0.0) {
            return Err(format!("way `{}` has no width, or nobody may drive on it: both should be above 0", way.name));
        }
        if way.ends.iter().any(|end| *end >= plan.nodes.len()) {
            return Err(format!("way `{}` ends at a node that is not there", way.name));
        }
        if way.between.iter().flatten().any(|at| !at.is_finite()) {
            return Err(format!("way `{}` has a point that is nowhere", way.name));
        }
    }
    Ok(())
}

fn middle(plan: &Plan, way: &Way) -> Vec<Point> {
    let [from, to] = way.ends.map(|end| plan.nodes[end].place);
    let whole: Vec<Point> = std::iter::once(from).chain(way.between.iter().copied()).chain([to]).collect();
    lines::without_repeats(&whole)
}

/// The roads: both directions of each way, as far as they have lanes, by the plan's order.
fn roads(plan: &Plan, forms: &[Form], streets: &mut Streets) -> Vec<Course> {
    let mut courses = Vec::new();
    for (number, (way, form)) in plan.ways.iter().zip(forms).enumerate() {
        if form.middle.len() < 2 || lines::length(&form.middle) < 0.1 {
            continue;
        }
        let middle = lines::cut(&form.middle, form.cuts[0], form.cuts[1]);
        for is_back in [false, true].into_iter().filter(|is_back| way.lanes[usize::from(*is_back)] > 0) {
            let road = RoadId(streets.roads.len() as u32);
            let first = streets.lanes.len() as u32;
            let count = way.lanes[usize::from(is_back)];
            let along: Vec<Point> = if is_back { middle.iter().rev().copied().collect() } else { middle.clone() };
            for lane in 0..count {
                let line = lines::beside(&along, offset(way, is_back, lane));
                streets.lanes.push(Lane {
                    road,
                    // All lanes of a road are as long, so that who is beside whom does not change in bends.
                    length: lines::length(&along).max(0.1),
                    speed_limit: way.speed_limit,
                    width: way.lane_width,
                    access: access(way, is_back, lane),
                    line,
                    turns: 0..0,
                });
            }
            let [from, to] = if is_back { [way.ends[1], way.ends[0]] } else { way.ends };
            let is_two_way = way.lanes.iter().all(|lanes| *lanes > 0);
            let sign = if is_back { "-" } else { "" };
            streets.roads.push(Road {
                name: if is_two_way { format!("{sign}{}", way.name) } else { way.name.clone() },
                from: JunctionId(from as u32),
                to: JunctionId(to as u32),
                lanes: first..first + count,
                is_round: way.is_round,
            });
            courses.push(Course { way: number, is_back });
        }
    }
    courses
}

/// How far to the right of the way's middle the middle of a lane is, seen along its direction. Lanes are counted from the outer one on.
fn offset(way: &Way, is_back: bool, lane: u32) -> f64 {
    let count = f64::from(way.lanes[usize::from(is_back)]);
    let from_right = count - f64::from(lane) - 0.5;
    let is_two_way = way.lanes.iter().all(|lanes| *lanes > 0);
    // The middle of a way lies between its directions, or in the middle of its only one.
    let inner = if is_two_way { 0.0 } else { -count / 2.0 };
    way.lane_width * (inner + from_right)
}

/// How wide a way is to the right and to the left of its middle, seen forwards.
fn widths(way: &Way) -> [f64; 2] {
    let [forwards, backwards] = way.lanes.map(|lanes| f64::from(lanes) * way.lane_width);
    if forwards > 0.0 && backwards > 0.0 { [forwards, backwards] } else { [(forwards + backwards) / 2.0; 2] }
}

fn access(way: &Way, is_back: bool, lane: u32) -> Access {
    if lane == 0 && way.bus_lanes[usize::from(is_back)] {
        return Access::only(["bus", "coach", "taxi", "emergency"].into_iter().filter_map(Class::named));
    }
    if way.classes.is_empty() {
        let on_foot =
            ["pedestrian", "wheelchair", "tram", "rail", "rail_urban", "rail_electric", "rail_fast", "ship", "subway"];
        return Access::all_but(on_foot.into_iter().filter_map(Class::named));
    }
    Access::only(way.classes.iter().copied())
}

impl Plan {
    /// What stands at the end of a direction of a way.
    fn sign(&self, course: Course) -> Sign {
        self.ways[course.way].signs[usize::from(course.is_back)]
    }

    fn control(&self, node: JunctionId) -> Control {
        self.nodes[node.index()].control
    }
}

#[cfg(test)]
mod tests;
