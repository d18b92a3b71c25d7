//! Lines in the plane: how long they are, points along them, lines beside them, and bends from one into another.

/// A point: metres east and north.
pub type Point = [f64; 2];

/// How far apart two points are.
pub fn distance(from: Point, to: Point) -> f64 {
    let [x, y] = [to[0] - from[0], to[1] - from[1]];
    (x * x + y * y).sqrt()
}

/// How long a line is.
pub fn length(line: &[Point]) -> f64 {
    line.windows(2).map(|ends| distance(ends[0], ends[1])).sum()
}

/// The way from one point to another, of length 1; straight east if they are one.
pub fn direction(from: Point, to: Point) -> Point {
    let length = distance(from, to);
    if length > 0.0 { [(to[0] - from[0]) / length, (to[1] - from[1]) / length] } else { [1.0, 0.0] }
}

/// The point so far from another in a direction.
pub fn ahead(from: Point, direction: Point, length: f64) -> Point {
    [from[0] + length * direction[0], from[1] + length * direction[1]]
}

/// To the right of a direction.
pub fn right_of(direction: Point) -> Point {
    [direction[1], -direction[0]]
}

/// The angle from one direction to another, above zero to the left: from −π to π.
pub fn angle(from: Point, to: Point) -> f64 {
    let (cross, dot) = (from[0] * to[1] - from[1] * to[0], from[0] * to[0] + from[1] * to[1]);
    libm::atan2(cross, dot)
}

/// A line without points that are where the one before is.
pub fn without_repeats(line: &[Point]) -> Vec<Point> {
    let mut clean: Vec<Point> = Vec::with_capacity(line.len());
    for point in line {
        if clean.last().is_none_or(|last| distance(*last, *point) > 1e-6) {
            clean.push(*point);
        }
    }
    clean
}

/// The part of a line from so far along it to so far before its end; its middle, hardly longer than nothing, where no more is left.
pub fn cut(line: &[Point], from: f64, before_end: f64) -> Vec<Point> {
    let whole = length(line);
    let (mut from, mut to) = (from, whole - before_end);
    if to - from < SHORTEST {
        let middle = (from + to) / 2.0;
        (from, to) = ((middle - SHORTEST / 2.0).max(0.0), (middle + SHORTEST / 2.0).min(whole));
    }
    let mut part = vec![at(line, from)];
    let mut along = 0.0;
    for ends in line.windows(2) {
        along += distance(ends[0], ends[1]);
        if along > from + 1e-6 && along < to - 1e-6 {
            part.push(ends[1]);
        }
    }
    part.push(at(line, to));
    part
}

/// No part of a line is cut shorter than this.
const SHORTEST: f64 = 0.5;

/// The point so far along a line, or its nearer end.
pub fn at(line: &[Point], along: f64) -> Point {
    let mut left = along.max(0.0);
    for ends in line.windows(2) {
        let length = distance(ends[0], ends[1]);
        if left <= length && length > 0.0 {
            return ahead(ends[0], direction(ends[0], ends[1]), left);
        }
        left -= length;
    }
    line.last().copied().unwrap_or([0.0; 2])
}

/// A line so far to the right of another; to the left if below zero. Corners are cut where the way round is long.
pub fn beside(line: &[Point], right: f64) -> Vec<Point> {
    let ways: Vec<Point> = line.windows(2).map(|ends| direction(ends[0], ends[1])).collect();
    let beside = |(number, point): (usize, &Point)| {
        let (Some(before), Some(after)) = (ways.get(number.saturating_sub(1)), ways.get(number).or(ways.last())) else {
            return *point;
        };
        let [one, two] = [right_of(*before), right_of(*after)];
        let sum = [one[0] + two[0], one[1] + two[1]];
        let square = sum[0] * sum[0] + sum[1] * sum[1];
        // Of two normals that point away from each other there is no middle; and a sharp corner would stick out far.
        let scale = if square > 1.0 { 2.0 / square } else { square.sqrt().recip().min(1.0) };
        ahead(*point, sum, right * scale)
    };
    line.iter().enumerate().map(beside).collect()
}

/// A quarter of a circle as a bend: its handles are 0.5523 of the radius long, which is 0.39 of the straight line.
pub const ROUND: f64 = 0.39;

/// A bend from a point and direction to another point and direction, as Bézier's curve of the third degree. The longer its handles, as a share of the
/// straight line, the later it turns.
pub fn bend(from: Point, going: Point, to: Point, arriving: Point, handle: f64) -> Vec<Point> {
    let straight = distance(from, to);
    if straight < 1e-6 {
        return vec![from, to];
    }
    let turned = angle(going, arriving).abs();
    let handle = straight * handle;
    let [first, second] = [ahead(from, going, handle), ahead(to, arriving, -handle)];
    let pieces = if turned < 0.05 { 1 } else { PIECES };
    (0..=pieces)
        .map(|piece| {
            let share = f64::from(piece) / f64::from(pieces);
            let rest = 1.0 - share;
            let weights =
                [rest * rest * rest, 3.0 * rest * rest * share, 3.0 * rest * share * share, share * share * share];
            let points = [from, first, second, to];
            let along = |axis: usize| weights.iter().zip(&points).map(|(weight, point)| weight * point[axis]).sum();
            [along(0), along(1)]
        })
        .collect()
}

/// So many straight pieces make a bend.
const PIECES: u32 = 8;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn lines_are_cut_and_shifted() {
        let line = [[0.0, 0.0], [10.0, 0.0], [10.0, 10.0]];
        assert_eq!(length(&line), 20.0);
        assert_eq!(cut(&line, 2.0, 3.0), [[2.0, 0.0], [10.0, 0.0], [10.0, 7.0]]);
        assert_eq!(beside(&line, 2.0), [[0.0, -2.0], [12.0, -2.0], [12.0, 10.0]]);
        assert_eq!(length(&cut(&line, 15.0, 15.0)), SHORTEST);
        assert!((angle([1.0, 0.0], [0.0, 1.0]) - std::f64::consts::FRAC_PI_2).abs() < 1e-12);
    }

    #[test]
    fn a_quarter_of_a_circle_bends_as_one() {
        let quarter = bend([0.0, 0.0], [1.0, 0.0], [10.0, 10.0], [0.0, 1.0], ROUND);
        for point in &quarter {
            assert!((distance(*point, [0.0, 10.0]) - 10.0).abs() < 0.05, "{point:?}");
        }
        assert!((length(&quarter) - 5.0 * std::f64::consts::PI).abs() < 0.15);
    }

    proptest! {
        /// Whatever the line, what is made of it has numbers for coordinates.
        #[test]
        fn nothing_is_lost_in_corners(
            line in prop::collection::vec([-50.0..50.0_f64, -50.0..50.0], 2..8), right in -10.0..10.0_f64, from in 0.0..99.0_f64,
        ) {
            let line = without_repeats(&line);
            if line.len() > 1 {
                let shifted = beside(&line, right);
                prop_assert_eq!(shifted.len(), line.len());
                for point in shifted.iter().chain(&cut(&line, from, 3.0)) {
                    prop_assert!(point[0].is_finite() && point[1].is_finite());
                }
                for (point, shifted) in line.iter().zip(&shifted) {
                    prop_assert!(distance(*point, *shifted) <= 2.01 * right.abs());
                }
            }
        }
    }
}
