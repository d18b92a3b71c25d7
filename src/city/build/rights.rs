//! Who goes first at junctions.

use super::lines::{self, Point};
use super::turns::end_direction;
use super::{Course, lines::distance};
use crate::city::plan::{Control, Plan, Sign};
use crate::city::streets::conflicts::stretches;
use crate::city::streets::{Direction, JunctionId, RoadId, Rule, Streets, TurnId};

/// What of a turn decides whether it goes first.
#[derive(Clone, Copy)]
struct Claim {
    /// How important the way is from which it comes, by signs and by rank.
    level: u32,
    /// The direction in which one comes.
    comes: Point,
    direction: Direction,
}

/// Ways that come from so nearly opposite directions are opposite: radians.
const OPPOSITE: f64 = 2.3;

/// Nobody waits in the midst of a junction nearer to its edge than this: metres.
const NEAREST_WAIT: f64 = 2.0;

/// Finds out which turns meet, and who goes first.
pub(super) fn add(plan: &Plan, courses: &[Course], streets: &mut Streets) {
    let mut across: Vec<Vec<TurnId>> = vec![Vec::new(); streets.junctions.len()];
    for (number, turn) in (0..).zip(&streets.turns) {
        across[turn.junction.index()].push(TurnId(number));
    }
    for (junction, turns) in (0..).map(JunctionId).zip(&across) {
        let control = plan.control(junction);
        let claims: Vec<Claim> = turns.iter().map(|turn| claim(plan, courses, streets, *turn)).collect();
        for (place, one) in turns.iter().enumerate() {
            for (other_place, other) in turns.iter().enumerate().skip(place + 1) {
                if !may_meet(streets, *one, *other) {
                    continue;
                }
                let Some([own, theirs]) = stretches(streets, *one, *other) else { continue };
                meet(streets, *one, *other);
                let (first, second) = (claims[place], claims[other_place]);
                let [mut first_yields, second_yields] =
                    [yields(first, second, control), yields(second, first, control)];
                // Of two who are alike the second one waits, but for those whom signals keep apart.
                first_yields |= !first_yields && !second_yields && !are_kept_apart(first, second, control);
                if control == Control::AllStop || first_yields {
                    streets.turns[one.index()].yields_to.push(*other);
                }
                if control == Control::AllStop || second_yields {
                    streets.turns[other.index()].yields_to.push(*one);
                }
                // How far one may come without being in the way of those who come from the opposite side.
                if lines::angle(first.comes, second.comes).abs() > OPPOSITE {
                    for (turn, reaches) in [(one, own[0]), (other, theirs[0])] {
                        let turn = &mut streets.turns[turn.index()];
                        turn.waits_at = Some(turn.waits_at.unwrap_or(f64::INFINITY).min(reaches));
                    }
                }
            }
        }
        for turn in turns {
            settle(plan, courses, streets, *turn, control);
        }
    }
}

fn claim(plan: &Plan, courses: &[Course], streets: &Streets, turn: TurnId) -> Claim {
    let about = streets.turn(turn);
    let road = streets.lane(about.from).road;
    let course = courses[road.index()];
    let way = &plan.ways[course.way];
    let level = match plan.sign(course) {
        Sign::Stop => 0,
        Sign::GiveWay => 1,
        Sign::None if way.is_round => 1000,
        Sign::None => 2 + u32::from(way.rank),
    };
    Claim { level, comes: end_direction(streets, road), direction: about.direction }
}

/// Whether two turns come from different lanes and are near each other at all.
fn may_meet(streets: &Streets, one: TurnId, other: TurnId) -> bool {
    let [one, other] = [one, other].map(|turn| streets.turn(turn));
    if one.from == other.from {
        return false;
    }
    let reach = |line: &[Point]| (lines::at(line, lines::length(line) / 2.0), lines::length(line) / 2.0);
    let ((middle, half), (other_middle, other_half)) = (reach(&one.line), reach(&other.line));
    distance(middle, other_middle) < half + other_half + 3.0
}

fn meet(streets: &mut Streets, one: TurnId, other: TurnId) {
    streets.turns[one.index()].meets.push(other);
    streets.turns[other.index()].meets.push(one);
}

/// Whether the first of two turns that meet has to let the other pass.
fn yields(one: Claim, other: Claim, control: Control) -> bool {
    if control == Control::Priority && one.level != other.level {
        return one.level < other.level;
    }
    let between = lines::angle(one.comes, other.comes);
    let turns = |claim: Claim| match claim.direction {
        Direction::Straight => 0,
        Direction::Right => 1,
        Direction::Left => 2,
        Direction::Back => 3,
    };
    if between.abs() > OPPOSITE || between.abs() < 0.5 {
        // From opposite directions, or beside each other: who goes straight on, then who turns right, goes before who turns left. From
        // lanes beside each other the outer one goes first.
        return turns(one) > turns(other) || (turns(one) == turns(other) && between.abs() < 0.5 && between > 0.0);
    }
    // Who comes from the right drives to the left.
    !are_kept_apart(one, other, control) && between > 0.0
}

/// Whether signals never let two drive at once: those who cross each other.
fn are_kept_apart(one: Claim, other: Claim, control: Control) -> bool {
    let between = lines::angle(one.comes, other.comes).abs();
    control.has_signals() && (0.5..=OPPOSITE).contains(&between)
}

/// The rule at the beginning of a turn, and where one waits in the midst of the junction.
fn settle(plan: &Plan, courses: &[Course], streets: &mut Streets, turn: TurnId, control: Control) {
    let about = streets.turn(turn);
    let road = streets.lane(about.from).road;
    let comes = end_direction(streets, road);
    let is_opposite = |other: &TurnId| {
        let other: RoadId = streets.lane(streets.turn(*other).from).road;
        lines::angle(comes, end_direction(streets, other)).abs() > OPPOSITE
    };
    let waits_inside = matches!(about.direction, Direction::Left | Direction::Back)
        && (control.has_signals() || about.yields_to.iter().all(is_opposite));
    let waits_at = about.waits_at.filter(|at| waits_inside && *at > NEAREST_WAIT && at.is_finite());
    let rule = match plan.sign(courses[road.index()]) {
        _ if about.yields_to.is_empty() => Rule::Major,
        _ if control == Control::AllStop => Rule::AllStop,
        Sign::Stop => Rule::Stop,
        _ => Rule::Minor,
    };
    let about = &mut streets.turns[turn.index()];
    (about.waits_at, about.rule) = (waits_at, rule);
}
