//! Outlines with holes, from closed ways and from relations whose ways join to rings
//! (<https://wiki.openstreetmap.org/wiki/Relation:multipolygon>).

use std::collections::BTreeSet;

use rustc_hash::FxHashMap;

use super::ground::Ground;
use super::raw::{ElementId, Relation, Spot, Way};
use super::remarks::Remarks;

/// A closed line, whose last point is joined to its first.
pub type Ring = Vec<[f64; 2]>;

/// Less than this is no area: square metres.
const LEAST_AREA: f64 = 0.01;

/// An outline with holes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Shape {
    /// Counterclockwise.
    pub outline: Ring,
    /// Clockwise.
    pub holes: Vec<Ring>,
}

/// The shape of a closed way.
pub fn of_way(ground: &Ground, way: &Way, remarks: &mut Remarks) -> Option<Shape> {
    let spots: Option<Vec<Spot>> = way.nodes.iter().map(|id| ground.spot(*id)).collect();
    let Some(spots) = spots else {
        remarks.add("outlines name nodes that are not in the file, and are left out", way.id);
        return None;
    };
    let Loops { closed, open } = loops(spots);
    if open {
        remarks.add("outlines are not closed and left out", way.id);
        return None;
    }
    let rings: Vec<Ring> = closed.iter().filter_map(|ring| solid(ground.line(ring))).collect();
    if rings.len() > 1 {
        remarks.add("outlines touch themselves; only the largest part is kept", way.id);
    }
    let largest = rings.into_iter().max_by(|one, other| area(one).abs().total_cmp(&area(other).abs()));
    if largest.is_none() {
        remarks.add("outlines have no area and are left out", way.id);
    }
    largest.map(|ring| Shape { outline: turned(ring, true), holes: Vec::new() })
}

/// The shapes of a relation.
pub fn of_relation(ground: &Ground, relation: &Relation, remarks: &mut Remarks) -> Vec<Shape> {
    let outlines = rings_of(ground, relation, false, remarks);
    let holes = rings_of(ground, relation, true, remarks);
    if outlines.is_empty() {
        remarks.add("relations have no ring about their area, and are left out", relation.id);
        return Vec::new();
    }
    let mut shapes: Vec<Shape> =
        outlines.into_iter().map(|ring| Shape { outline: turned(ring, true), holes: Vec::new() }).collect();
    // From west to east, with how far east those until there reach, so that few need be looked at for each hole.
    shapes.sort_by(|one, other| least(&one.outline, 0).total_cmp(&least(&other.outline, 0)));
    let boxes: Vec<[[f64; 2]; 2]> = shapes.iter().map(|shape| corners(&shape.outline)).collect();
    let reach: Vec<f64> = boxes
        .iter()
        .scan(f64::NEG_INFINITY, |reach, corners| {
            *reach = reach.max(corners[1][0]);
            Some(*reach)
        })
        .collect();
    for hole in holes {
        let [low, high] = corners(&hole);
        let end = boxes.partition_point(|corners| corners[0][0] <= low[0]);
        let near = (0..end).rev().take_while(|at| reach[*at] >= high[0]);
        let about = near.filter(|at| {
            let [from, to] = boxes[*at];
            let is_in_box = from[1] <= low[1] && high[0] <= to[0] && high[1] <= to[1];
            is_in_box && is_within(&hole, &shapes[*at].outline)
        });
        let size = |at: &usize| area(&shapes[*at].outline);
        match about.min_by(|one, other| size(one).total_cmp(&size(other))) {
            Some(at) => shapes[at].holes.push(turned(hole, false)),
            None => remarks.add("relations have holes outside of their area, which are left out", relation.id),
        }
    }
    shapes
}

/// The rings of a relation: the holes, or those about the area.
fn rings_of(ground: &Ground, relation: &Relation, are_holes: bool, remarks: &mut Remarks) -> Vec<Ring> {
    let mut parts = Vec::new();
    let mut known = BTreeSet::new();
    for member in relation.members.iter().filter(|member| (&*member.role == "inner") == are_holes) {
        let ElementId::Way(id) = member.element else { continue };
        let way = ground.raw.way(id);
        let spots = way.and_then(|way| way.nodes.iter().map(|id| ground.spot(*id)).collect::<Option<Vec<Spot>>>());
        match spots {
            Some(spots) if spots.len() > 1 && known.insert(id) => parts.push(spots),
            Some(_) => {}
            None => {
                let of = format_args!("{} of {}", member.element, relation.id);
                remarks.add("members of relations are not, or not whole, in the file", of);
            }
        }
    }
    let mut rings = Vec::new();
    let mut is_broken = false;
    for walk in join(&parts) {
        let Loops { closed, open } = loops(walk);
        is_broken |= open;
        rings.extend(closed.iter().filter_map(|ring| solid(ground.line(ring))));
    }
    if is_broken {
        remarks.add("relations have rings that are not closed and left out", relation.id);
    }
    rings
}

/// Joins lines end to end to walks as long as possible: closed ones, if lines meet in pairs everywhere.
fn join(parts: &[Vec<Spot>]) -> Vec<Vec<Spot>> {
    let mut at_end: FxHashMap<Spot, Vec<usize>> = FxHashMap::default();
    for (number, part) in parts.iter().enumerate() {
        for end in [part[0], part[part.len() - 1]] {
            at_end.entry(end).or_default().push(number);
        }
    }
    let mut is_used = vec![false; parts.len()];
    let mut walks = Vec::new();
    for first in 0..parts.len() {
        if std::mem::replace(&mut is_used[first], true) {
            continue;
        }
        let mut walk = parts[first].clone();
        loop {
            let last = walk[walk.len() - 1];
            if last == walk[0] {
                break;
            }
            let waiting = at_end.get_mut(&last);
            let next = waiting.and_then(|waiting| std::iter::from_fn(|| waiting.pop()).find(|part| !is_used[*part]));
            let Some(next) = next else { break };
            is_used[next] = true;
            let part = &parts[next];
            if part[0] == last {
                walk.extend(&part[1..]);
            } else {
                walk.extend(part.iter().rev().skip(1));
            }
        }
        walks.push(walk);
    }
    walks
}

/// What a walk goes round.
struct Loops {
    /// Rings in which no node comes twice, without their first at the end.
    closed: Vec<Vec<Spot>>,
    /// Whether a part of the walk closes nothing.
    open: bool,
}

/// Takes a walk to pieces wherever it comes to a node again.
fn loops(walk: Vec<Spot>) -> Loops {
    let mut closed = Vec::new();
    let mut path: Vec<Spot> = Vec::new();
    let mut place_of: FxHashMap<Spot, usize> = FxHashMap::default();
    for spot in walk {
        match place_of.get(&spot) {
            Some(&place) => {
                let ring = path[place..].to_vec();
                for left in path.drain(place + 1..) {
                    place_of.remove(&left);
                }
                if ring.len() > 2 {
                    closed.push(ring);
                }
            }
            None => {
                place_of.insert(spot, path.len());
                path.push(spot);
            }
        }
    }
    Loops { closed, open: path.len() > 1 }
}

/// A ring that has an area.
fn solid(ring: Ring) -> Option<Ring> {
    (area(&ring).abs() >= LEAST_AREA).then_some(ring)
}

/// The ring, counterclockwise or clockwise.
fn turned(mut ring: Ring, is_left: bool) -> Ring {
    if (area(&ring) > 0.0) != is_left {
        ring.reverse();
    }
    ring
}

/// The area of a ring: square metres; below 0 if it is clockwise.
pub fn area(ring: &[[f64; 2]]) -> f64 {
    let Some(&[x, y]) = ring.first() else { return 0.0 };
    // From its first point on, so that little is lost far from the origin.
    let twice = |pair: &[[f64; 2]]| (pair[0][0] - x) * (pair[1][1] - y) - (pair[1][0] - x) * (pair[0][1] - y);
    ring.windows(2).map(twice).sum::<f64>() / 2.0
}

/// The middle of the area of a ring.
pub fn middle(ring: &[[f64; 2]]) -> [f64; 2] {
    let Some(&[x, y]) = ring.first() else { return [0.0; 2] };
    let area = area(ring);
    let mut sum = [0.0; 2];
    for pair in ring.windows(2) {
        let [one, other] = [0, 1].map(|end| [pair[end][0] - x, pair[end][1] - y]);
        let twice = one[0] * other[1] - other[0] * one[1];
        sum = [sum[0] + (one[0] + other[0]) * twice, sum[1] + (one[1] + other[1]) * twice];
    }
    if area == 0.0 { [x, y] } else { [x + sum[0] / (6.0 * area), y + sum[1] / (6.0 * area)] }
}

fn least(ring: &[[f64; 2]], axis: usize) -> f64 {
    ring.iter().map(|point| point[axis]).fold(f64::INFINITY, f64::min)
}

/// The corners of the box about a ring.
fn corners(ring: &[[f64; 2]]) -> [[f64; 2]; 2] {
    let most = |axis: usize| ring.iter().map(|point| point[axis]).fold(f64::NEG_INFINITY, f64::max);
    [[least(ring, 0), least(ring, 1)], [most(0), most(1)]]
}

/// Whether a ring lies in another: so does the middle of its first side. Its corners may be corners of the other, and
/// then are neither in it nor out of it.
fn is_within(ring: &[[f64; 2]], outline: &[[f64; 2]]) -> bool {
    let [from, to] = [ring[0], ring[1]];
    holds(outline, [from[0].midpoint(to[0]), from[1].midpoint(to[1])])
}

/// Whether a point lies in a ring: whether a ray from it crosses the ring an odd number of times.
pub fn holds(ring: &[[f64; 2]], [x, y]: [f64; 2]) -> bool {
    let ends = ring.iter().zip(ring.iter().cycle().skip(1));
    let crossed = ends.filter(|(from, to)| {
        (from[1] > y) != (to[1] > y) && x < (to[0] - from[0]) * (y - from[1]) / (to[1] - from[1]) + from[0]
    });
    crossed.count() % 2 == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn walk(spots: &[u32]) -> Vec<Spot> {
        spots.iter().copied().map(Spot).collect()
    }

    #[test]
    fn lines_join_to_rings_whichever_way_they_lead() {
        let joined = join(&[walk(&[1, 2, 3]), walk(&[5, 4, 3]), walk(&[9, 8, 7, 9]), walk(&[5, 1])]);
        assert_eq!(joined, [walk(&[1, 2, 3, 4, 5, 1]), walk(&[9, 8, 7, 9])]);
        let open = join(&[walk(&[1, 2]), walk(&[3, 2])]);
        assert_eq!(open, [walk(&[1, 2, 3])]);
    }

    #[test]
    fn walks_are_taken_to_pieces_where_they_touch() {
        let found = |spots: &[u32]| {
            let Loops { closed, open } = loops(walk(spots));
            (closed, open)
        };
        assert_eq!(found(&[1, 2, 3, 1]), (vec![walk(&[1, 2, 3])], false));
        assert_eq!(found(&[1, 2, 3, 4, 5, 3, 1]), (vec![walk(&[3, 4, 5]), walk(&[1, 2, 3])], false));
        assert_eq!(found(&[1, 2, 2, 1]), (vec![], false));
        assert_eq!(found(&[1, 2, 3]), (vec![], true));
        assert_eq!(found(&[1, 2, 3, 4, 2]), (vec![walk(&[2, 3, 4])], true));
        assert_eq!(found(&[]), (vec![], false));
    }

    #[test]
    fn rings_have_an_area_and_a_middle() {
        let square = [[1.0, 1.0], [3.0, 1.0], [3.0, 3.0], [1.0, 3.0]];
        assert_eq!((area(&square), middle(&square)), (4.0, [2.0, 2.0]));
        assert!(holds(&square, [2.0, 2.0]) && !holds(&square, [4.0, 2.0]) && !holds(&square, [2.0, 0.0]));
        assert_eq!(area(&turned(square.to_vec(), false)), -4.0);
    }
}
