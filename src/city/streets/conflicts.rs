//! Where turns touch: the stretches of two ways across a junction on which vehicles could run into each other.

use super::{Streets, TurnId};

/// How far apart the middles of vehicles are that do not touch, with a little room: metres. Buses are 2.5 m wide, cars 1.8 m.
const ROOM: f64 = 2.2;

/// How exactly the ends of stretches are found: metres.
const EXACT: f64 = 0.05;

/// Lines are looked at in steps no longer than this: metres.
const STEP: f64 = 0.5;

/// From where to where along a turn, and along another, such that two vehicles touch only if each has a part of it there. None if they never
/// do.
pub fn stretches(streets: &Streets, turn: TurnId, other: TurnId) -> Option<[[f64; 2]; 2]> {
    let [one, two] = [turn, other].map(|turn| Line::of(&streets.turn(turn).line));
    let along = |turn: TurnId, line: &Line, stretch: [f64; 2]| {
        let scale = if line.length > 0.0 { streets.turn(turn).length / line.length } else { 0.0 };
        stretch.map(|at| at * scale)
    };
    Some([along(turn, &one, one.stretch_near(&two)?), along(other, &two, two.stretch_near(&one)?)])
}

/// A line of pieces.
struct Line<'a> {
    points: &'a [[f64; 2]],
    length: f64,
}

impl Line<'_> {
    fn of(points: &[[f64; 2]]) -> Line<'_> {
        let length = points.windows(2).map(|ends| distance(ends[0], ends[1])).sum();
        Line { points, length }
    }

    /// The point so far along it.
    fn at(&self, mut along: f64) -> Option<[f64; 2]> {
        for ends in self.points.windows(2) {
            let length = distance(ends[0], ends[1]);
            if along <= length && length > 0.0 {
                let share = along / length;
                return Some([0, 1].map(|axis| ends[0][axis] + share * (ends[1][axis] - ends[0][axis])));
            }
            along -= length;
        }
        self.points.last().copied()
    }

    /// How far a point is from it.
    fn distance_to(&self, point: [f64; 2]) -> f64 {
        let pieces = self.points.windows(2).map(|ends| {
            let [way, to] = [ends[1], point].map(|end| [end[0] - ends[0][0], end[1] - ends[0][1]]);
            let square = way[0] * way[0] + way[1] * way[1];
            let share = if square > 0.0 { ((to[0] * way[0] + to[1] * way[1]) / square).clamp(0.0, 1.0) } else { 0.0 };
            distance(to, way.map(|along| along * share))
        });
        pieces.fold(f64::INFINITY, f64::min)
    }

    /// From where to where along it another line is so near that vehicles on both would touch.
    fn stretch_near(&self, other: &Line) -> Option<[f64; 2]> {
        let is_near = |along: f64| self.at(along).is_some_and(|point| other.distance_to(point) < ROOM);
        let steps = (self.length / STEP).ceil().max(1.0) as usize;
        let place = |step: usize| self.length * step as f64 / steps as f64;
        let first = (0..=steps).find(|step| is_near(place(*step)))?;
        let last = (0..=steps).rfind(|step| is_near(place(*step)))?;
        let between = |mut near: f64, mut far: f64| {
            while (near - far).abs() > EXACT {
                let middle = (near + far) / 2.0;
                *(if is_near(middle) { &mut near } else { &mut far }) = middle;
            }
            far
        };
        let begin = if first == 0 { 0.0 } else { between(place(first), place(first - 1)) };
        let end = if last == steps { self.length } else { between(place(last), place(last + 1)) };
        Some([begin, end])
    }
}

fn distance(from: [f64; 2], to: [f64; 2]) -> f64 {
    // Not `hypot`, which differs from platform to platform.
    let [x, y] = [to[0] - from[0], to[1] - from[1]];
    (x * x + y * y).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stretches(one: &[[f64; 2]], two: &[[f64; 2]]) -> Option<[[f64; 2]; 2]> {
        let [one, two] = [one, two].map(Line::of);
        Some([one.stretch_near(&two)?, two.stretch_near(&one)?])
    }

    #[test]
    fn a_crossing_is_as_long_as_vehicles_are_wide() {
        let [own, theirs] = stretches(&[[-10.0, 0.0], [10.0, 0.0]], &[[4.0, -8.0], [4.0, 8.0]]).unwrap();
        for (found, expected) in own.into_iter().chain(theirs).zip([14.0 - ROOM, 14.0 + ROOM, 8.0 - ROOM, 8.0 + ROOM]) {
            assert!((found - expected).abs() <= EXACT, "{found}, not {expected}");
        }
    }

    #[test]
    fn where_ways_merge_the_conflict_lasts_to_the_end() {
        let [own, theirs] = stretches(&[[-10.0, 0.0], [10.0, 0.0]], &[[0.0, -10.0], [10.0, 0.0]]).unwrap();
        assert!((own[0] - (20.0 - ROOM * 2.0_f64.sqrt())).abs() <= EXACT && own[1] == 20.0, "{own:?}");
        assert!((theirs[0] - (200.0_f64.sqrt() - ROOM * 2.0_f64.sqrt())).abs() <= EXACT + 0.01, "{theirs:?}");
    }

    #[test]
    fn who_drives_beside_another_is_in_nobodys_way() {
        assert_eq!(stretches(&[[0.0, 0.0], [10.0, 0.0]], &[[0.0, 3.0], [10.0, 3.0]]), None);
        assert_eq!(stretches(&[], &[[0.0, 3.0], [10.0, 3.0]]), None);
    }
}
