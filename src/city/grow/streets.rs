//! The plan of streets that lie on the lattice.

use super::Grown;
use super::bend::Bend;
use super::blocks::Block;
use super::lattice::{Knot, Lattice, Street, back, forth};
use super::names::Names;
use crate::city::build::lines::{self, Point, distance};
use crate::city::plan::{Control, Node, Plan, Sign, Way};
use crate::city::scenery::{Path, Scenery};
use crate::engine::random::Purpose;

/// Where ways lie on the lattice.
pub(super) struct Course {
    /// Where it begins.
    pub(super) from: Knot,
    /// Along which axis.
    pub(super) axis: usize,
    /// Across how many edges.
    pub(super) edges: usize,
    /// What it is.
    pub(super) street: Street,
}

/// The plan, with where it lies on the lattice.
pub(super) struct Laid {
    pub(super) plan: Plan,
    /// Of each node.
    pub(super) knots: Vec<Knot>,
    /// Of each way.
    pub(super) courses: Vec<Course>,
}

/// Arterial streets lead out of the city no farther from its centre than this share of its radius.
const GATES: f64 = 0.45;

/// How often an arterial street crosses the river, where it could.
const BRIDGES: f64 = 0.7;

/// Points of ways are no farther from each other: metres.
const EVERY: f64 = 22.0;

/// Leaves out the streets that lead to no block of the city, and those that lead nowhere.
pub(super) fn prune(grown: &Grown, lattice: &mut Lattice, bend: &Bend, blocks: &[Block]) {
    let is_town = town(lattice, blocks);
    for axis in [0, 1] {
        for knot in lattice.edges(axis) {
            let street = lattice.street(knot, axis);
            let is_by_town = is_town(knot) || back(knot, 1 - axis).is_some_and(&is_town);
            let kept = match street {
                Street::Arterial if axis == 0 && Some(knot[0]) == lattice.river => {
                    if is_bridge(grown, lattice, &is_town, knot) { street } else { Street::None }
                }
                _ if is_by_town => street,
                Street::Arterial if lattice.at(knot)[1 - axis].abs() < GATES * grown.radius => Street::Country,
                _ => Street::None,
            };
            lattice.set(knot, axis, kept);
        }
    }
    keep_joined(lattice, bend);
}

/// Whether the cell north-east of a knot is in the city.
fn town(lattice: &Lattice, blocks: &[Block]) -> impl Fn(Knot) -> bool + use<> {
    let columns = lattice.lines[0].len();
    let mut is_town = vec![false; columns * lattice.lines[1].len()];
    for block in blocks.iter().filter(|block| block.zone.is_town()) {
        for row in block.low[1]..block.high[1] {
            is_town[row * columns + block.low[0]..row * columns + block.high[0]].fill(true);
        }
    }
    move |knot| is_town[knot[1] * columns + knot[0]]
}

/// Whether an arterial street crosses the river at a knot: it does in the middle, and elsewhere now and then, where the city is on both sides.
fn is_bridge(grown: &Grown, lattice: &Lattice, is_town: &impl Fn(Knot) -> bool, knot: Knot) -> bool {
    const BRIDGE: Purpose = Purpose::new("city.grow.bridges");
    let has_town = |column: usize| is_town([column, knot[1]]) || (knot[1] > 0 && is_town([column, knot[1] - 1]));
    let is_between = has_town(knot[0] + 1) && knot[0] > 0 && has_town(knot[0] - 1);
    let is_middle = lattice.at(knot)[1].abs() < 1.0;
    is_middle || (is_between && grown.stream(BRIDGE, knot[1] as u64, 0).chance(BRIDGES))
}

/// Leaves out all streets to which no street leads from the centre.
fn keep_joined(lattice: &mut Lattice, bend: &Bend) {
    let columns = lattice.lines[0].len();
    let place = |knot: &Knot| distance([0.0; 2], bend.place(lattice.at(*knot)));
    let driven = lattice.edges(0).filter(|knot| lattice.street(*knot, 0).is_driven());
    let Some(first) = driven.min_by(|one, other| place(one).total_cmp(&place(other))) else { return };
    let mut is_reached = vec![false; columns * lattice.lines[1].len()];
    let mut open = vec![first];
    while let Some(knot) = open.pop() {
        if std::mem::replace(&mut is_reached[knot[1] * columns + knot[0]], true) {
            continue;
        }
        open.extend(lattice.around(knot).filter_map(|(axis, is_forwards, _)| {
            if is_forwards { Some(forth(knot, axis, 1)) } else { back(knot, axis) }
        }));
    }
    for axis in [0, 1] {
        for knot in lattice.edges(axis).filter(|knot| !is_reached[knot[1] * columns + knot[0]]) {
            lattice.set(knot, axis, Street::None);
        }
    }
}

/// The plan of the streets.
pub(super) fn plan(grown: &Grown, lattice: &Lattice, bend: &Bend) -> Laid {
    let knots: Vec<Knot> = lattice.knots().filter(|knot| is_node(lattice, *knot)).collect();
    let courses = courses(lattice);
    let columns = lattice.lines[0].len();
    let mut nodes = vec![usize::MAX; columns * lattice.lines[1].len()];
    knots.iter().enumerate().for_each(|(node, knot)| nodes[knot[1] * columns + knot[0]] = node);
    let mut ways = Vec::with_capacity(courses.len());
    let mut called: Vec<Vec<String>> = vec![Vec::new(); knots.len()];
    for (course, (street, number)) in courses.iter().zip(names(grown, &courses)) {
        let ends = [course.from, course.end()].map(|knot| nodes[knot[1] * columns + knot[0]]);
        ways.push(way(lattice, bend, course, format!("{street} {number}"), ends));
        for end in ends {
            if !called[end].contains(&street) {
                called[end].push(street.clone());
            }
        }
    }
    let node = |(knot, streets): (&Knot, Vec<String>)| {
        let name = match &streets[..] {
            [one, other] => format!("{one} and {other}"),
            streets => format!("{} at {}-{}", streets.join(", "), knot[0], knot[1]),
        };
        Node { name, place: bend.place(lattice.at(*knot)), control: control(lattice, *knot) }
    };
    let nodes = knots.iter().zip(called).map(node).collect();
    Laid { plan: Plan { nodes, ways, bans: Vec::new() }, knots, courses }
}

/// Where ways lie, those of a line of the lattice after each other.
fn courses(lattice: &Lattice) -> Vec<Course> {
    let mut courses = Vec::new();
    for axis in [0, 1] {
        let begins =
            lattice.edges(axis).filter(|knot| lattice.street(*knot, axis).is_driven() && is_node(lattice, *knot));
        courses.extend(begins.map(|from| {
            let edges = (1..).find(|edges| is_node(lattice, forth(from, axis, *edges))).unwrap_or(1);
            Course { from, axis, edges, street: lattice.street(from, axis) }
        }));
    }
    courses.sort_by_key(|course| (course.axis, course.from[1 - course.axis], course.from[course.axis]));
    courses
}

/// The street to which each way belongs, and which of its ways it is: what goes on without a gap is one street.
fn names(grown: &Grown, courses: &[Course]) -> Vec<(String, usize)> {
    const NAMES: Purpose = Purpose::new("city.grow.names");
    let mut names = Names::from(grown.stream(NAMES, 0, 0).below(1000));
    let mut called: Vec<(String, usize)> = Vec::with_capacity(courses.len());
    for (place, course) in courses.iter().enumerate() {
        let before = place.checked_sub(1).map(|before| (&courses[before], &called[before]));
        let goes_on = before.filter(|(before, _)| before.axis == course.axis && before.end() == course.from);
        let name = match goes_on {
            Some((_, (name, number))) => (name.clone(), number + 1),
            None => (names.name(course.street.lanes() > 1), 1),
        };
        called.push(name);
    }
    called
}

/// Whether ways begin or end at a knot: unless there is nothing, or one street goes straight on.
fn is_node(lattice: &Lattice, knot: Knot) -> bool {
    let arms: Vec<(usize, bool, Street)> = lattice.around(knot).collect();
    match arms[..] {
        [] => false,
        [one, other] => one.0 != other.0 || one.2 != other.2,
        _ => true,
    }
}

/// Signals where arterial streets meet; elsewhere who is on the more important street goes first.
fn control(lattice: &Lattice, knot: Knot) -> Control {
    let through = lattice.around(knot).filter(|(_, _, street)| *street != Street::Local).count();
    if through > 2 { Control::Signals } else { Control::Priority }
}

fn way(lattice: &Lattice, bend: &Bend, course: &Course, name: String, ends: [usize; 2]) -> Way {
    let middle = bend.line(&course.line(lattice), EVERY);
    let (limit_kmh, rank) = match course.street {
        Street::Arterial => (50.0, 7),
        Street::Country => (70.0, 7),
        Street::Quay => (50.0, 5),
        _ => (30.0, 2),
    };
    Way {
        name,
        ends,
        between: middle[1..middle.len() - 1].to_vec(),
        lanes: [course.street.lanes(); 2],
        lane_width: course.street.lane_width(),
        speed_limit: limit_kmh / 3.6,
        rank,
        classes: Vec::new(),
        bus_lanes: [false; 2],
        marks: [Vec::new(), Vec::new()],
        is_round: false,
        signs: [Sign::None; 2],
    }
}

impl Course {
    /// Its line in the straight plane.
    pub(super) fn line(&self, lattice: &Lattice) -> [Point; 2] {
        [lattice.at(self.from), lattice.at(self.end())]
    }

    /// Where it ends.
    fn end(&self) -> Knot {
        forth(self.from, self.axis, self.edges)
    }

    /// Whether it crosses the river.
    pub(super) fn is_bridge(&self, lattice: &Lattice) -> bool {
        self.axis == 0 && lattice.river.is_some_and(|river| (self.from[0]..self.from[0] + self.edges).contains(&river))
    }
}

/// How far from a junction trees begin: metres.
const FREE: f64 = 17.0;

/// From the kerb to the trees: metres.
const FROM_KERB: f64 = 1.4;

/// Arterial streets that are as long have a crossing in their midst: metres.
const CROSSED: f64 = 85.0;

/// Adds the trees and crossings of streets, and the paths where none is.
pub(super) fn furnish(grown: &Grown, lattice: &Lattice, bend: &Bend, laid: &Laid, scenery: &mut Scenery) {
    const TREES: Purpose = Purpose::new("city.grow.street_trees");
    for (number, course) in (0..).zip(&laid.courses).filter(|(_, course)| !course.is_bridge(lattice)) {
        let mut random = grown.stream(TREES, number, 0);
        let line = bend.line(&course.line(lattice), EVERY);
        let length = lines::length(&line);
        let (share, every) = match course.street {
            Street::Arterial => (1.0, 12.0),
            Street::Quay => (1.0, 14.0),
            Street::Country => (0.7, 22.0),
            _ => (0.6, 15.0),
        };
        if course.street == Street::Arterial && length > CROSSED {
            scenery.crossings.push(single(lines::at(&line, length / 2.0)));
        }
        let aside = f64::from(course.street.lanes()) * course.street.lane_width() + FROM_KERB;
        let has_trees = [-1.0, 1.0].map(|side| (side, random.chance(share)));
        for (side, _) in has_trees.into_iter().filter(|(_, has_trees)| *has_trees) {
            let count = ((length - 2.0 * FREE) / every).floor().max(-1.0) as i64;
            for tree in 0..=count {
                let along = FREE + (length - 2.0 * FREE - count as f64 * every) / 2.0 + tree as f64 * every;
                let is_by_crossing = (along - length / 2.0).abs() < 6.0 && course.street == Street::Arterial;
                if is_by_crossing || random.chance(0.06) {
                    continue;
                }
                let right =
                    lines::right_of(lines::direction(lines::at(&line, along - 1.0), lines::at(&line, along + 1.0)));
                scenery.trees.push(single(lines::ahead(lines::at(&line, along), right, side * aside)));
            }
        }
    }
    for axis in [0, 1] {
        for knot in lattice.edges(axis).filter(|knot| lattice.street(*knot, axis) == Street::Path) {
            let whole = bend.line(&[lattice.at(knot), lattice.at(forth(knot, axis, 1))], EVERY);
            let line = lines::cut(&whole, 6.0, 6.0).into_iter().map(single).collect();
            scenery.paths.push(Path { width: 2.5, line });
        }
    }
}

/// A point in the numbers of scenery.
pub(super) fn single(point: Point) -> [f32; 2] {
    point.map(|at| at as f32)
}
