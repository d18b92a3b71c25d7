//! Where ways meet: how far each is cut back, and the outline of the junction.

use super::lines::{self, Point};
use super::{Form, widths};
use crate::city::plan::Plan;

/// The end of a way at a node.
struct Arm {
    way: usize,
    /// 0 where the way begins at the node, 1 where it ends.
    end: usize,
    /// Away from the node.
    direction: Point,
    /// How wide it is to the right and to the left, seen away from the node.
    widths: [f64; 2],
}

/// A little more than where edges cross, for the corner.
const CORNER: f64 = 2.0;

/// Ways that meet at a sharp angle are cut back no more than this.
const MOST: f64 = 25.0;

/// How much of each way belongs to the junctions at its ends.
pub(super) fn cuts(plan: &Plan, middles: &[Vec<Point>]) -> Vec<[f64; 2]> {
    let mut cuts = vec![[0.0_f64; 2]; plan.ways.len()];
    for arms in arms(plan, middles) {
        for (number, arm) in arms.iter().enumerate() {
            if arms.len() < 2 {
                continue;
            }
            // The next arm to the left, and the next to the right.
            let left = &arms[(number + 1) % arms.len()];
            let right = &arms[(number + arms.len() - 1) % arms.len()];
            let cut = meeting(arm, left, true).max(meeting(arm, right, false));
            let corner = if arms.len() > 2 { CORNER } else { 0.0 };
            cuts[arm.way][arm.end] = (cut + corner).clamp(0.0, MOST);
        }
    }
    for (cuts, middle) in cuts.iter_mut().zip(middles) {
        // At least a part of each way stays a way.
        let most = 0.8 * lines::length(middle);
        let both = cuts[0] + cuts[1];
        if both > most {
            *cuts = cuts.map(|cut| cut * most / both);
        }
    }
    cuts
}

/// How far from the node the edge of an arm crosses that of the next one.
fn meeting(arm: &Arm, other: &Arm, is_left: bool) -> f64 {
    let [own, theirs] = if is_left { [arm.widths[1], other.widths[0]] } else { [arm.widths[0], other.widths[1]] };
    let between = lines::angle(arm.direction, other.direction);
    let between = if is_left { between } else { -between };
    let between = if between < 0.0 { between + std::f64::consts::TAU } else { between };
    let (sine, cosine) = (libm::sin(between), libm::cos(between));
    // Edges of ways that go straight on, or away from each other, do not cross.
    if between > 0.95 * std::f64::consts::PI || sine < 0.05 {
        return if between < 0.3 { MOST } else { 0.0 };
    }
    (theirs + own * cosine) / sine
}

/// The arms of each node, from the first in turn to the left.
fn arms(plan: &Plan, middles: &[Vec<Point>]) -> Vec<Vec<Arm>> {
    let mut arms: Vec<Vec<Arm>> = (0..plan.nodes.len()).map(|_| Vec::new()).collect();
    for (way, (about, middle)) in plan.ways.iter().zip(middles).enumerate() {
        if middle.len() < 2 || about.lanes == [0, 0] {
            continue;
        }
        let [right, left] = widths(about);
        let last = middle.len() - 1;
        let near = |from: usize| {
            // Where the way leads a few metres on, so that a short first piece does not decide.
            let line: Vec<Point> = if from == 0 { middle.clone() } else { middle.iter().rev().copied().collect() };
            lines::direction(line[0], lines::at(&line, lines::length(&line).min(12.0)))
        };
        arms[about.ends[0]].push(Arm { way, end: 0, direction: near(0), widths: [right, left] });
        arms[about.ends[1]].push(Arm { way, end: 1, direction: near(last), widths: [left, right] });
    }
    for arms in &mut arms {
        let turn = |arm: &Arm| libm::atan2(arm.direction[1], arm.direction[0]);
        arms.sort_by(|one, other| {
            turn(one).total_cmp(&turn(other)).then((one.way, one.end).cmp(&(other.way, other.end)))
        });
    }
    arms
}

/// The outline of each junction: the corners of its arms, in turn.
pub(super) fn outlines(plan: &Plan, forms: &[Form]) -> Vec<Vec<Point>> {
    let middles: Vec<Vec<Point>> = forms.iter().map(|form| form.middle.clone()).collect();
    let corners = |arms: Vec<Arm>| -> Vec<Point> {
        let of = |arm: &Arm| {
            let form = &forms[arm.way];
            let line: Vec<Point> =
                if arm.end == 0 { form.middle.clone() } else { form.middle.iter().rev().copied().collect() };
            let cut = form.cuts[arm.end];
            let here = lines::at(&line, cut);
            let way = lines::direction(here, lines::at(&line, cut + 1.0));
            let right = lines::right_of(way);
            [lines::ahead(here, right, arm.widths[0]), lines::ahead(here, right, -arm.widths[1])]
        };
        arms.iter().flat_map(of).collect()
    };
    arms(plan, &middles).into_iter().map(corners).collect()
}
