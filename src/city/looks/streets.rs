//! Streets as they are drawn: asphalt, sidewalks, markings, crossings, and the lamps beside them.
//!
//! Markings are as the German guidelines for road marking (RMS 1993) have them in towns: dashes of 3 m with gaps of 6 m, lines 0.12 m wide, stop lines
//! 0.5 m, and stripes of zebras half a metre wide.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::drawing::{Drawing, Layer, length, part};
use crate::city::build::lines::{self, Point};
use crate::city::streets::{Class, Direction, JunctionId, Lane, LaneId, Road, RoadId, Rule, Streets, Turn};

/// How wide sidewalks are: metres.
const SIDEWALK: f32 = 2.4;
/// Roads on which one may drive faster have no sidewalks, and lines along their sides: metres a second.
const COUNTRY: f64 = 17.0;
/// Where one may drive no faster and there is one lane, there are no markings along the middle: metres a second.
const CALM: f64 = 8.9;
/// How wide lines are.
const LINE: f32 = 0.12;
/// Dashes in towns, and the gaps between them.
const DASHES: [f32; 2] = [3.0, 6.0];
/// How wide a stop line is, and how far before the end of its lane it ends.
const STOP_LINE: [f32; 2] = [0.5, 0.4];
/// Stripes of a zebra are so wide and as far apart.
const STRIPE: f32 = 0.5;
/// How far a zebra goes along the street.
const ZEBRA: f32 = 3.5;
/// How far the lamps beside a street are from each other, and from its side: metres. The shader of streets knows the first.
const LAMP_EVERY: f32 = 30.0;
const LAMP_ASIDE: f32 = 1.3;
/// How far before the end of its lane an arrow begins, and how long it is: metres.
const ARROW: [f32; 2] = [9.0, 5.0];

/// What lies in a square of the plane is one thing.
pub(super) type Tiles<T> = BTreeMap<[i32; 2], T>;

/// How large these squares are: metres.
const TILE: f32 = 240.0;

/// The square of a point.
pub(super) fn tile(at: [f32; 2]) -> [i32; 2] {
    at.map(|part| (part / TILE).floor() as i32)
}

fn single(line: &[Point]) -> Vec<[f32; 2]> {
    line.iter().map(|point| point.map(|part| part as f32)).collect()
}

/// All streets, and where those who walk cross them.
pub(super) fn draw(streets: &Streets, crossings: &[[f32; 2]]) -> Tiles<Drawing> {
    let mut tiles: Tiles<Drawing> = BTreeMap::new();
    let opposite = opposites(streets);
    for junction in streets.junctions.iter().filter(|junction| junction.outline.len() > 2) {
        let outline = counterclockwise(single(&junction.outline));
        let drawing = tiles.entry(tile(outline[0])).or_default();
        drawing.area(Layer::Junction, &outline, &[]);
        let round: Vec<[f32; 2]> = outline.iter().chain(outline.first()).copied().collect();
        drawing.strip(Layer::Sidewalk, &round, [-SIDEWALK, 0.0]);
    }
    for (number, road) in (0..).zip(&streets.roads) {
        let lanes: Vec<&Lane> = streets.lanes_of(RoadId(number)).map(|lane| streets.lane(lane)).collect();
        let Some(first) = lanes.first().and_then(|lane| lane.line.first()) else { continue };
        let drawing = tiles.entry(tile(first.map(|part| part as f32))).or_default();
        surface(drawing, &lanes);
        sides(drawing, &lanes, opposite.contains_key(&RoadId(number)));
        for lane in streets.lanes_of(RoadId(number)) {
            ends(drawing, streets, road, lane);
        }
    }
    for (lane, along) in zebras(streets, crossings) {
        let line = single(&lane.line);
        let stretch = part(&line, along - ZEBRA / 2.0, ZEBRA);
        let Some(first) = line.first().filter(|_| stretch.len() > 1) else { continue };
        stripes(tiles.entry(tile(*first)).or_default(), &stretch, lane.width as f32);
    }
    tiles
}

/// The road that leads back beside each road.
fn opposites(streets: &Streets) -> HashMap<RoadId, RoadId> {
    let by_ends: HashMap<(JunctionId, JunctionId), RoadId> =
        (0..).zip(&streets.roads).map(|(number, road)| ((road.from, road.to), RoadId(number))).collect();
    let back = |road: &Road| by_ends.get(&(road.to, road.from)).copied();
    let beside = |one: &Road, other: RoadId| {
        // Two that lead far apart from each other have no line between them.
        let inner = |road: &Road| streets.lanes[road.lanes.end as usize - 1].line.clone();
        let (here, there) = (inner(one), inner(&streets.roads[other.index()]));
        let width = streets.lanes[one.lanes.end as usize - 1].width;
        let middle = |line: &[Point]| lines::at(line, lines::length(line) / 2.0);
        lines::distance(middle(&here), middle(&there)) < 1.5 * width
    };
    let pairs = (0..).zip(&streets.roads).filter_map(|(number, road)| {
        let other = back(road).filter(|other| beside(road, *other))?;
        Some((RoadId(number), other))
    });
    pairs.collect()
}

/// An outline the way round that faces up.
pub(super) fn counterclockwise(mut outline: Vec<[f32; 2]>) -> Vec<[f32; 2]> {
    if area(&outline) < 0.0 {
        outline.reverse();
    }
    outline
}

/// The area within an outline; below 0 if it goes round clockwise.
pub(super) fn area(outline: &[[f32; 2]]) -> f32 {
    let Some(first) = outline.first() else { return 0.0 };
    let from = |n: usize| {
        let point = outline[n % outline.len()];
        [point[0] - first[0], point[1] - first[1]]
    };
    let cross = |n: usize| {
        let ([ax, ay], [bx, by]) = (from(n), from(n + 1));
        ax * by - ay * bx
    };
    (0..outline.len()).map(cross).sum::<f32>() / 2.0
}

/// What a lane is made of: by who may use it.
fn layer(lane: &Lane) -> Layer {
    let allows = |name: &str| Class::named(name).is_some_and(|class| lane.access.allows(class));
    if allows("passenger") || allows("delivery") {
        Layer::Asphalt
    } else if allows("bus") {
        Layer::BusLane
    } else if ["tram", "rail", "rail_urban", "rail_electric"].into_iter().any(allows) {
        Layer::Rails
    } else if allows("bicycle") {
        Layer::Cycleway
    } else if allows("pedestrian") {
        Layer::Sidewalk
    } else {
        Layer::Asphalt
    }
}

/// The lanes, and sidewalks below them that stick out on both sides.
fn surface(drawing: &mut Drawing, lanes: &[&Lane]) {
    for lane in lanes {
        let half = lane.width as f32 / 2.0;
        drawing.strip(layer(lane), &single(&lane.line), [-half, half]);
    }
    if let (Some(outer), Some(inner)) = (lanes.first(), lanes.last())
        && outer.speed_limit <= COUNTRY
        && lanes.iter().any(|lane| layer(lane) == Layer::Asphalt)
    {
        let half = outer.width as f32 / 2.0;
        drawing.strip(Layer::Sidewalk, &single(&outer.line), [-half - SIDEWALK, half]);
        let half = inner.width as f32 / 2.0;
        drawing.strip(Layer::Sidewalk, &single(&inner.line), [-half, half + SIDEWALK]);
    }
}

/// The lines along a road: between lanes, in its middle, and along its sides outside towns.
fn sides(drawing: &mut Drawing, lanes: &[&Lane], has_opposite: bool) {
    let driven = |lane: &&&Lane| layer(lane) == Layer::Asphalt || layer(lane) == Layer::BusLane;
    let lanes: Vec<&&Lane> = lanes.iter().filter(driven).collect();
    let line = |drawing: &mut Drawing, lane: &Lane, right: f32, is_broken: bool| {
        let sides = [-right - LINE / 2.0, -right + LINE / 2.0];
        let middle = single(&lane.line);
        if is_broken {
            drawing.dashes(Layer::Marking, &middle, sides, DASHES);
        } else {
            drawing.strip(Layer::Marking, &middle, sides);
        }
    };
    let half = |lane: &Lane| lane.width as f32 / 2.0;
    for lane in lanes.iter().take(lanes.len().saturating_sub(1)) {
        line(drawing, lane, -half(lane), true);
    }
    let (Some(outer), Some(inner)) = (lanes.first(), lanes.last()) else { return };
    let is_calm = lanes.len() == 1 && inner.speed_limit <= CALM;
    if has_opposite && !is_calm {
        line(drawing, inner, -half(inner), lanes.len() == 1);
    }
    if outer.speed_limit > COUNTRY {
        line(drawing, outer, half(outer) - 0.2, false);
        if !has_opposite {
            line(drawing, inner, 0.2 - half(inner), false);
        }
    }
}

/// What is painted at the end of a lane: where to stop, whom to let pass, where it leads.
fn ends(drawing: &mut Drawing, streets: &Streets, road: &Road, number: LaneId) {
    let lane = streets.lane(number);
    if layer(lane) != Layer::Asphalt {
        return;
    }
    let turns: Vec<&Turn> = streets.turns_from(number).map(|turn| streets.turn(turn)).collect();
    let (middle, half) = (single(&lane.line), lane.width as f32 / 2.0);
    let whole = length(&middle);
    let [wide, before] = STOP_LINE;
    if whole < wide + before {
        return;
    }
    let across = part(&middle, whole - wide - before, wide);
    let has_signals = turns.iter().any(|turn| turn.signals.is_some());
    let stops = turns.iter().any(|turn| matches!(turn.rule, Rule::Stop | Rule::AllStop));
    if has_signals || stops {
        drawing.strip(Layer::Marking, &across, [0.1 - half, half - 0.1]);
    } else if turns.iter().any(|turn| turn.rule == Rule::Minor && turn.direction != Direction::Left)
        && lane.speed_limit > CALM
    {
        let pieces = (2.0 * half / 0.8).floor() as i32;
        for n in 0..pieces {
            let right = (n as f32 + 0.5) * 2.0 * half / pieces as f32 - half;
            drawing.strip(Layer::Marking, &across, [right - 0.25, right + 0.25]);
        }
    }
    if road.lanes.len() > 1 && whole > 25.0 {
        let mut directions: Vec<Direction> = turns.iter().map(|turn| turn.direction).collect();
        directions.retain(|direction| *direction != Direction::Back);
        arrow(drawing, &part(&middle, whole - ARROW[0] - ARROW[1], ARROW[1]), &directions);
    }
}

/// An arrow along a stretch: a stem, and heads where it leads.
fn arrow(drawing: &mut Drawing, stretch: &[[f32; 2]], directions: &[Direction]) {
    let (Some(from), Some(to)) = (stretch.first(), stretch.last()) else { return };
    let [x, y] = [to[0] - from[0], to[1] - from[1]];
    let whole = x.hypot(y);
    if whole < 1.0 || directions.is_empty() {
        return;
    }
    let (ahead, left) = ([x / whole, y / whole], [-y / whole, x / whole]);
    let place = |along: f32, aside: f32| {
        [0, 1].map(|axis| from[axis] + ahead[axis] * along * whole / ARROW[1] + left[axis] * aside)
    };
    let mut area = |corners: &[[f32; 2]]| {
        let outline = corners.iter().map(|[along, aside]| place(*along, *aside)).collect();
        drawing.area(Layer::Marking, &counterclockwise(outline), &[]);
    };
    let leads = |direction: Direction| directions.contains(&direction);
    let stem = if leads(Direction::Straight) { 3.6 } else { 2.6 };
    area(&[[0.0, -0.08], [stem, -0.08], [stem, 0.08], [0.0, 0.08]]);
    if leads(Direction::Straight) {
        area(&[[3.6, -0.3], [5.0, 0.0], [3.6, 0.3]]);
    }
    for (side, direction) in [(1.0, Direction::Left), (-1.0, Direction::Right)] {
        if leads(direction) {
            area(&[[2.3, side * 0.08], [2.6, side * 0.08], [3.0, side * 0.42], [2.7, side * 0.42]]);
            area(&[[2.55, side * 0.3], [3.35, side * 0.5], [2.75, side * 1.0]]);
        }
    }
}

/// Lanes farther than this from the middle of a street are of another one: metres.
const ACROSS: f32 = 9.0;

/// A straight piece of a lane: how far along it that begins, and its ends.
type Stretch<'a> = (&'a Lane, f32, [[f32; 2]; 2]);

/// The lanes that are crossed, and how far along them.
fn zebras<'a>(streets: &'a Streets, crossings: &[[f32; 2]]) -> Vec<(&'a Lane, f32)> {
    let mut by_tile: HashMap<[i32; 2], Vec<Stretch>> = HashMap::new();
    for lane in streets.lanes.iter().filter(|lane| layer(lane) != Layer::Sidewalk) {
        let line = single(&lane.line);
        let mut along = 0.0;
        for ends in line.windows(2) {
            let far = length(ends);
            let squares: BTreeSet<_> = [ends[0], ends[1]]
                .into_iter()
                .flat_map(|[x, y]| [[-ACROSS, -ACROSS], [ACROSS, ACROSS]].map(|[dx, dy]| tile([x + dx, y + dy])))
                .collect();
            for square in squares {
                by_tile.entry(square).or_default().push((lane, along, [ends[0], ends[1]]));
            }
            along += far;
        }
    }
    let mut found = Vec::new();
    for crossing in crossings {
        let near = by_tile.get(&tile(*crossing)).map_or(&[] as &[_], Vec::as_slice);
        for (lane, along, [from, to]) in near {
            let [x, y] = [to[0] - from[0], to[1] - from[1]];
            let [px, py] = [crossing[0] - from[0], crossing[1] - from[1]];
            let far = x.hypot(y);
            let (ahead, aside) = ((px * x + py * y) / far.max(1e-3), (px * y - py * x) / far.max(1e-3));
            if (0.0..=far).contains(&ahead) && aside.abs() < ACROSS {
                found.push((*lane, along + ahead));
            }
        }
    }
    found
}

fn stripes(drawing: &mut Drawing, stretch: &[[f32; 2]], width: f32) {
    let count = (width / (2.0 * STRIPE)).round().max(1.0);
    for n in 0..count as i32 {
        let middle = ((n as f32 + 0.5) / count - 0.5) * width;
        drawing.strip(Layer::Zebra, stretch, [middle - STRIPE / 2.0, middle + STRIPE / 2.0]);
    }
}

/// Where lamps stand, and which way they look: towards the street.
pub(super) fn lamps(streets: &Streets) -> Tiles<Vec<[f32; 3]>> {
    let mut tiles: Tiles<Vec<[f32; 3]>> = BTreeMap::new();
    for road in streets.roads.iter().filter(|road| !road.is_round) {
        let lane = &streets.lanes[road.lanes.start as usize];
        if lane.speed_limit > COUNTRY || layer(lane) == Layer::Rails {
            continue;
        }
        let line = single(&lane.line);
        let count = (length(&line) / LAMP_EVERY).round() as u32;
        for n in 0..count {
            // In the middle of the stretch that it lights.
            let stretch = part(&line, (n as f32 + 0.5) * LAMP_EVERY - 0.5, 1.0);
            let [Some(from), Some(to)] = [stretch.first(), stretch.last()] else { continue };
            let heading = (to[1] - from[1]).atan2(to[0] - from[0]) + std::f32::consts::FRAC_PI_2;
            let aside = lane.width as f32 / 2.0 + LAMP_ASIDE;
            let (sin, cos) = heading.sin_cos();
            let at = [from[0] - cos * aside, from[1] - sin * aside];
            tiles.entry(tile(at)).or_default().push([at[0], at[1], heading]);
        }
    }
    tiles
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::city::build;
    use crate::city::plan::{Control, Node, Plan, Sign, Way};

    fn crossroads() -> Streets {
        let node = |name: &str, place, control| Node { name: name.to_owned(), place, control };
        let places = [[0.0, 0.0], [200.0, 0.0], [0.0, 200.0], [-200.0, 0.0], [0.0, -200.0]];
        let nodes = places
            .iter()
            .enumerate()
            .map(|(n, place)| node(&n.to_string(), *place, if n == 0 { Control::Signals } else { Control::Priority }));
        let way = |n: usize| Way {
            name: n.to_string(),
            ends: [n, 0],
            between: Vec::new(),
            lanes: [2, 2],
            lane_width: 3.2,
            speed_limit: 13.9,
            rank: 3,
            classes: Vec::new(),
            bus_lanes: [false; 2],
            marks: [Vec::new(), Vec::new()],
            is_round: false,
            signs: [Sign::None; 2],
        };
        let plan = Plan { nodes: nodes.collect(), ways: (1..5).map(way).collect(), bans: Vec::new() };
        build::build(&plan).unwrap().streets
    }

    #[test]
    fn roads_that_lead_back_are_found() {
        let streets = crossroads();
        let opposite = opposites(&streets);
        assert_eq!(opposite.len(), streets.roads.len());
        assert!(opposite.iter().all(|(one, other)| opposite[other] == *one));
    }

    #[test]
    fn zebras_lie_on_all_lanes_of_the_street_that_is_crossed() {
        let streets = crossroads();
        let found = zebras(&streets, &[[100.0, 0.0]]);
        let roads: std::collections::BTreeSet<u32> = found.iter().map(|(lane, _)| lane.road.0).collect();
        assert_eq!((found.len(), roads.len()), (4, 2));
    }

    #[test]
    fn all_is_drawn_and_lamps_stand_beside_it() {
        let streets = crossroads();
        let tiles = draw(&streets, &[]);
        assert!(tiles.len() >= 3);
        let lamps: Vec<[f32; 3]> = lamps(&streets).into_values().flatten().collect();
        // On both sides of four streets of some 190 m.
        assert!((40..56).contains(&lamps.len()), "{}", lamps.len());
        let aside = |[x, y, _]: &[f32; 3]| x.abs().min(y.abs());
        assert!(lamps.iter().all(|lamp| (7.0..9.0).contains(&aside(lamp))), "{lamps:?}");
    }
}
