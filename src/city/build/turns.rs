//! Turns: from which lane one gets to which.

use super::Course;
use super::lines::{self, Point};
use crate::city::plan::{Mark, Plan};
use crate::city::streets::{Class, Direction, LaneId, RoadId, Rule, Streets, Turn};

/// A road that leads on from another across a junction.
#[derive(Clone, Copy)]
struct Exit {
    road: RoadId,
    direction: Direction,
    /// The angle to the left: radians.
    angle: f64,
}

/// How far from straight on one may go and still go straight on, where nothing else is straighter: radians.
const STRAIGHT: f64 = 0.9;

/// Who turns so far turns round: radians.
const ROUND: f64 = 2.8;

/// How hard one is pulled sideways in a bend, at most: the square of the speed is this times the radius. As in SUMO.
const SIDEWAYS: f64 = 5.5;

/// How soon bends to the left turn: see [`lines::bend`].
const LEFT: f64 = 0.15;

/// How far round those go who turn back: see [`lines::bend`].
const BACK: f64 = 0.9;

/// From how far one sees whom one has to let pass: metres. As in SUMO.
const VISIBLE_FROM: f64 = 4.5;

/// Adds the turns of all junctions.
pub(super) fn add(plan: &Plan, courses: &[Course], streets: &mut Streets) {
    let mut leaving: Vec<Vec<RoadId>> = vec![Vec::new(); plan.nodes.len()];
    for (number, road) in streets.roads.iter().enumerate() {
        leaving[road.from.index()].push(RoadId(number as u32));
    }
    let mut turns: Vec<Turn> = Vec::new();
    for number in 0..streets.roads.len() as u32 {
        let road = RoadId(number);
        let exits = exits(plan, courses, streets, road, &leaving[streets.roads[road.index()].to.index()]);
        let course = courses[road.index()];
        let marks = &plan.ways[course.way].marks[usize::from(course.is_back)];
        for (from, to, direction) in lane_pairs(streets, road, &exits, marks) {
            turns.push(turn(streets, from, to, direction));
        }
    }
    turns.sort_by_key(|turn| (turn.from, turn.to));
    turns.dedup_by_key(|turn| (turn.from, turn.to));
    for (number, turn) in (0..).zip(&turns) {
        let range = &mut streets.lanes[turn.from.index()].turns;
        *range = if range.start == range.end { number..number + 1 } else { range.start..number + 1 };
    }
    streets.turns = turns;
}

/// The roads to which a road leads on, from the one farthest to the right on. Where it leads nowhere else, one may turn round.
fn exits(plan: &Plan, courses: &[Course], streets: &Streets, road: RoadId, leaving: &[RoadId]) -> Vec<Exit> {
    let own = courses[road.index()];
    let node = streets.roads[road.index()].to.index();
    let bans = plan.bans.iter().filter(|ban| ban.from == own.way && ban.node == node);
    let only: Vec<usize> = bans.clone().filter(|ban| ban.is_only).map(|ban| ban.to).collect();
    let is_banned = |way: usize| {
        (!only.is_empty() && !only.contains(&way)) || bans.clone().any(|ban| !ban.is_only && ban.to == way)
    };
    let going = end_direction(streets, road);
    let exit = |next: &RoadId| {
        let angle = lines::angle(going, start_direction(streets, *next));
        let direction = if angle.abs() > ROUND { Direction::Back } else { side(angle) };
        Exit { road: *next, direction, angle }
    };
    let others =
        leaving.iter().filter(|next| courses[next.index()].way != own.way && !is_banned(courses[next.index()].way));
    let mut exits: Vec<Exit> = others.map(exit).collect();
    if exits.is_empty() {
        let back = leaving.iter().filter(|next| courses[next.index()].way == own.way);
        exits =
            back.map(|next| Exit { direction: Direction::Back, angle: std::f64::consts::PI, ..exit(next) }).collect();
    }
    exits.sort_by(|one, other| one.angle.total_cmp(&other.angle).then(one.road.cmp(&other.road)));
    let straightest =
        (0..exits.len()).min_by(|one, other| exits[*one].angle.abs().total_cmp(&exits[*other].angle.abs()));
    if let Some(straightest) = straightest.filter(|place| exits[*place].angle.abs() < STRAIGHT) {
        exits[straightest].direction = Direction::Straight;
    }
    exits
}

fn side(angle: f64) -> Direction {
    if angle > 0.0 { Direction::Left } else { Direction::Right }
}

/// The direction in which a road ends.
pub(super) fn end_direction(streets: &Streets, road: RoadId) -> Point {
    let line = &streets.lanes[streets.roads[road.index()].lanes.start as usize].line;
    let whole = lines::length(line);
    lines::direction(lines::at(line, (whole - 5.0).max(0.0)), lines::at(line, whole))
}

/// The direction in which a road begins.
pub(super) fn start_direction(streets: &Streets, road: RoadId) -> Point {
    let line = &streets.lanes[streets.roads[road.index()].lanes.start as usize].line;
    lines::direction(lines::at(line, 0.0), lines::at(line, lines::length(line).min(5.0)))
}

/// Which lanes lead to which.
fn lane_pairs(streets: &Streets, road: RoadId, exits: &[Exit], marks: &[Mark]) -> Vec<(LaneId, LaneId, Direction)> {
    let own: Vec<LaneId> = streets.lanes_of(road).collect();
    let mut pairs = Vec::new();
    let shares = if marks.len() == own.len() { marked(exits, marks) } else { shared(streets, exits, own.len()) };
    for (exit, lanes) in exits.iter().zip(shares) {
        let from: Vec<LaneId> = lanes.into_iter().map(|lane| own[lane]).collect();
        for (from, to) in matched(streets, &from, exit) {
            pairs.push((from, to, exit.direction));
        }
    }
    pairs
}

/// The lanes from which one gets to each exit, where arrows say so.
fn marked(exits: &[Exit], marks: &[Mark]) -> Vec<Vec<usize>> {
    let fits = |mark: &Mark, direction: Direction| match direction {
        Direction::Straight => mark.straight || *mark == Mark::default(),
        Direction::Right => mark.right,
        Direction::Left | Direction::Back => mark.left,
    };
    let lanes = |exit: &Exit| {
        let found: Vec<usize> = (0..marks.len()).filter(|lane| fits(&marks[*lane], exit.direction)).collect();
        let edge = if exit.angle > 0.0 { marks.len() - 1 } else { 0 };
        if found.is_empty() { vec![edge] } else { found }
    };
    exits.iter().map(lanes).collect()
}

/// The lanes from which one gets to each exit, where nothing is said: the outer one leads right, the inner one left, and straight on lead as many as
/// there are beyond.
fn shared(streets: &Streets, exits: &[Exit], count: usize) -> Vec<Vec<usize>> {
    let wide = |exit: &Exit| streets.roads[exit.road.index()].lanes.len();
    let has = |direction: Direction| exits.iter().any(|exit| exit.direction == direction);
    let has_left = has(Direction::Left) || has(Direction::Back);
    let lanes = |exit: &Exit| -> Vec<usize> {
        match exit.direction {
            _ if exits.len() == 1 => (0..count).collect(),
            Direction::Straight => {
                let spare = count.saturating_sub(wide(exit));
                // A lane that is left over is for those who turn left, a second one for those who turn right.
                let left = usize::from(has_left && spare > 0);
                let right = usize::from(has(Direction::Right) && spare > left);
                (right..count - left).collect()
            }
            Direction::Right if has(Direction::Straight) => vec![0],
            Direction::Right => (0..count.div_ceil(2).max(1)).collect(),
            Direction::Left | Direction::Back if has(Direction::Straight) => vec![count - 1],
            Direction::Left | Direction::Back => (count / 2..count).collect(),
        }
    };
    exits.iter().map(lanes).collect()
}

/// Leads lanes to those of an exit, each to one that is as open: from the outer ones on, or from the inner ones on for those who turn left. Where
/// there are more beyond, the last one leads to all that are left over; where there are fewer, the last ones end, and who is on them changes
/// lanes before.
fn matched(streets: &Streets, from: &[LaneId], exit: &Exit) -> Vec<(LaneId, LaneId)> {
    let mut pairs = Vec::new();
    let is_for_all = |lane: &LaneId| streets.lane(*lane).access.allows(Class::PASSENGER);
    for kind in [true, false] {
        let mut from: Vec<LaneId> = from.iter().copied().filter(|lane| is_for_all(lane) == kind).collect();
        let mut to: Vec<LaneId> = streets.lanes_of(exit.road).filter(|lane| is_for_all(lane) == kind).collect();
        if to.is_empty() {
            to = streets.lanes_of(exit.road).collect();
        }
        if matches!(exit.direction, Direction::Left | Direction::Back) {
            from.reverse();
            to.reverse();
        }
        let Some(last_from) = from.last() else { continue };
        for place in 0..from.len().max(to.len()) {
            // Many lanes beyond are for those who come straight on alone.
            if place >= from.len() && exit.direction != Direction::Straight {
                break;
            }
            if place < to.len() {
                pairs.push((*from.get(place).unwrap_or(last_from), to[place]));
            }
        }
    }
    pairs
}

fn turn(streets: &Streets, from: LaneId, to: LaneId, direction: Direction) -> Turn {
    let [before, after] = [from, to].map(|lane| streets.lane(lane));
    let [begin, end] = [before.line.last(), after.line.first()].map(|point| point.copied().unwrap_or([0.0; 2]));
    let [going, arriving] = [end_direction(streets, before.road), start_direction(streets, after.road)];
    let handle = match direction {
        // Who turns left keeps to his own side of the middle, so that two who come towards each other pass in front of each other.
        Direction::Left => LEFT,
        Direction::Back => BACK,
        Direction::Straight | Direction::Right => lines::ROUND,
    };
    let line = lines::bend(begin, going, end, arriving, handle);
    let length = lines::length(&line).max(0.1);
    let turned = lines::angle(going, arriving).abs();
    let mean = (before.speed_limit + after.speed_limit) / 2.0;
    let bend = if turned > 0.1 { (SIDEWAYS * length / turned).sqrt() } else { f64::INFINITY };
    Turn {
        from,
        to,
        junction: streets.roads[before.road.index()].to,
        length,
        speed_limit: mean.min(bend),
        line,
        direction,
        rule: Rule::Major,
        signals: None,
        yields_to: Vec::new(),
        meets: Vec::new(),
        waits_at: None,
        visible_from: VISIBLE_FROM,
        keeps_clear: true,
    }
}
