//! Roofs over outlines of any form.
//!
//! A roof with a ridge needs a rectangle: an outline whose corners are right is taken apart into rectangles, each with a ridge of its own that runs into the
//! roof beside it, as carpenters build them. Over all other outlines a roof rises from the walls inwards and is flat on top.

use super::streets::area;
use crate::city::scenery::{Building, Roof as Form, Use};
use crate::look::model::{Finish, Piece, Solid, face};
use crate::look::palette::Colour;

type Point = [f32; 2];

/// How steep tiled roofs are: metres up on a metre inwards. 40 degrees.
const SLOPE: f32 = 0.84;
/// How far roofs stick out over walls: metres.
const EAVES: f32 = 0.35;
/// No roof is more than this share of its building.
const MOST: f32 = 0.45;
/// How far a roof without a ridge comes inwards before it is flat: metres.
const INWARDS: f32 = 2.6;
/// Outlines with more corners have roofs without ridges.
const MOST_CORNERS: usize = 14;
/// Larger buildings whose roof nobody tells have flat ones: square metres.
const LARGE: f32 = 700.0;

/// A roof over its walls.
pub(super) struct Roof {
    /// What is seen of it.
    pub pieces: Vec<Piece>,
    /// What belongs to the walls below it.
    pub gables: Vec<Piece>,
    /// How high the walls are.
    pub eaves: f32,
    /// Whether one could walk on it.
    pub is_flat: bool,
}

/// The roof of a building over its outline, which goes round counterclockwise.
pub(super) fn roof(building: &Building, outline: &[Point], colour: Colour) -> Roof {
    let corners = straightened(outline);
    let height = building.height - building.base;
    let form = form(building, &corners);
    let made = match form {
        _ if !building.holes.is_empty() => None,
        Form::Skillion => skillion(&corners, building.height, height),
        Form::Gabled | Form::HalfHipped | Form::Gambrel | Form::Round | Form::Unknown => {
            ridges(&corners, building.height, height, false)
        }
        Form::Hipped => ridges(&corners, building.height, height, true),
        Form::Pyramidal | Form::Dome => pyramid(&corners, building.height, height),
        Form::Mansard | Form::Flat => None,
    };
    let rises = !matches!(form, Form::Flat) && building.holes.is_empty();
    let made = made.or_else(|| rises.then(|| slopes(&corners, building.height, height)).flatten());
    let mut roof = made.unwrap_or_else(|| flat(building, outline));
    let paint = |piece: Piece| piece.paint(colour).finish(if roof.is_flat { Finish::Matte } else { Finish::Ground });
    roof.pieces = std::mem::take(&mut roof.pieces).into_iter().map(paint).collect();
    roof
}

/// The form that a roof has, or most likely has.
fn form(building: &Building, corners: &[Point]) -> Form {
    if building.roof != Form::Unknown {
        return building.roof;
    }
    let is_tiled = matches!(building.purpose, Use::Home | Use::Other | Use::Farm | Use::Church | Use::Flats);
    if is_tiled && area(corners) < LARGE { Form::Gabled } else { Form::Flat }
}

fn flat(building: &Building, outline: &[Point]) -> Roof {
    let solid = Solid::Flat { outline: outline.to_vec(), holes: building.holes.clone() };
    let pieces = vec![Piece::new(solid, [0.0, 0.0, building.height])];
    Roof { pieces, gables: Vec::new(), eaves: building.height, is_flat: true }
}

fn at([x, y]: Point, z: f32) -> [f32; 3] {
    [x, y, z]
}

fn away(from: Point, to: Point) -> f32 {
    (to[0] - from[0]).hypot(to[1] - from[1])
}

fn middle(a: Point, b: Point) -> Point {
    [(a[0] + b[0]) / 2.0, (a[1] + b[1]) / 2.0]
}

/// The point so far from another on the way to a third, and beyond.
fn towards(from: Point, to: Point, far: f32) -> Point {
    let share = far / away(from, to).max(1e-3);
    [from[0] + (to[0] - from[0]) * share, from[1] + (to[1] - from[1]) * share]
}

/// One slope over a rectangle, up from its longer side.
fn skillion(corners: &[Point], top: f32, height: f32) -> Option<Roof> {
    let [a, b, c, d] = long_side_first(corners)?;
    let rise = (away(b, c) * 0.2).min(height * MOST);
    let eaves = top - rise;
    let pieces = vec![face(&[at(a, eaves), at(b, eaves), at(c, top), at(d, top)])];
    let back = face(&[at(c, eaves), at(d, eaves), at(d, top), at(c, top)]);
    let sides = [face(&[at(b, eaves), at(c, eaves), at(c, top)]), face(&[at(d, eaves), at(a, eaves), at(d, top)])];
    Some(Roof { pieces, gables: [back].into_iter().chain(sides).collect(), eaves, is_flat: false })
}

/// Slopes from all walls that meet in a point.
fn pyramid(corners: &[Point], top: f32, height: f32) -> Option<Roof> {
    let count = corners.len() as f32;
    let tip = [0, 1].map(|axis| corners.iter().map(|corner| corner[axis]).sum::<f32>() / count);
    let sides = |n: usize| [corners[n], corners[(n + 1) % corners.len()], tip];
    if (0..corners.len()).any(|n| area(&sides(n)) <= 0.0) {
        return None;
    }
    let eaves = top - (area(corners).sqrt() * 0.6).min(height * 0.7);
    let pieces = (0..corners.len()).map(|n| {
        let [a, b, tip] = sides(n);
        face(&[at(a, eaves), at(b, eaves), at(tip, top)])
    });
    Some(Roof { pieces: pieces.collect(), gables: Vec::new(), eaves, is_flat: false })
}

/// Slopes from all walls, and a flat top.
fn slopes(corners: &[Point], top: f32, height: f32) -> Option<Roof> {
    let (inner, far) = [INWARDS, INWARDS / 2.0, INWARDS / 4.0]
        .into_iter()
        .find_map(|far| inset(corners, far).map(|inner| (inner, far)))?;
    let eaves = top - (far * SLOPE).min(height * MOST);
    let ring = (0..corners.len()).map(|n| {
        let next = (n + 1) % corners.len();
        face(&[at(corners[n], eaves), at(corners[next], eaves), at(inner[next], top), at(inner[n], top)])
    });
    let lid = Piece::new(Solid::Flat { outline: inner.clone(), holes: Vec::new() }, [0.0, 0.0, top]);
    Some(Roof { pieces: ring.chain([lid]).collect(), gables: Vec::new(), eaves, is_flat: false })
}

/// Roofs with ridges over the rectangles of which an outline is made.
fn ridges(corners: &[Point], top: f32, height: f32, is_hipped: bool) -> Option<Roof> {
    let parts = rectangles(corners, MOST_CORNERS)?;
    let parts: Vec<[Point; 4]> = parts.iter().map(|part| long_side_first(part)).collect::<Option<_>>()?;
    let wide = |[_, b, c, _]: &[Point; 4]| away(*b, *c);
    let widest = parts.iter().map(wide).fold(0.0, f32::max);
    let rise = (widest / 2.0 * SLOPE).min(height * MOST);
    let (eaves, slope) = (top - rise, rise / (widest / 2.0).max(0.1));
    let mut roof = Roof { pieces: Vec::new(), gables: Vec::new(), eaves, is_flat: false };
    for part in &parts {
        ridge(&mut roof, *part, corners, slope, is_hipped);
    }
    Some(roof)
}

/// A ridge along the longer sides of a rectangle. Where it ends within the whole outline, it runs on into the roof beside it.
fn ridge(roof: &mut Roof, [a, b, c, d]: [Point; 4], whole: &[Point], slope: f32, is_hipped: bool) {
    let eaves = roof.eaves;
    let half = away(b, c) / 2.0;
    let height = eaves + half * slope;
    // Both ends: their corners from left to right as seen from outside, and the corners opposite.
    let mut ends = [[d, a, c, b], [b, c, a, d]].map(|[left, right, behind_left, behind_right]| {
        let (foot, far) = (middle(left, right), middle(behind_left, behind_right));
        let beyond = towards(far, foot, away(far, foot) + 0.4);
        let runs_on = is_inside(whole, beyond, 0.0);
        if runs_on {
            let on = away(far, foot) + half;
            let [left, right] = [(behind_left, left), (behind_right, right)].map(|(from, to)| towards(from, to, on));
            (left, right, towards(far, foot, on), runs_on)
        } else {
            let inwards = if is_hipped { half.min(away(far, foot) / 2.0 - 0.05) } else { -EAVES };
            (left, right, towards(foot, far, inwards), runs_on)
        }
    });
    for (left, right, tip, runs_on) in &mut ends {
        if !is_hipped && !*runs_on {
            roof.gables.push(face(&[at(*left, eaves), at(*right, eaves), at(middle(*left, *right), height)]));
            // The tiles stick out over the gable.
            let out = [tip[0] - middle(*left, *right)[0], tip[1] - middle(*left, *right)[1]];
            for corner in [left, right] {
                *corner = [corner[0] + out[0], corner[1] + out[1]];
            }
        } else if is_hipped && !*runs_on {
            roof.pieces.push(face(&[at(*left, eaves), at(*right, eaves), at(*tip, height)]));
        }
    }
    let [(d, a, west, _), (b, c, east, _)] = ends;
    // The eaves hang a little over the walls.
    let out =
        |corner: Point, across: Point| at(towards(across, corner, away(across, corner) + EAVES), eaves - EAVES * slope);
    roof.pieces.push(face(&[out(a, d), out(b, c), at(east, height), at(west, height)]));
    roof.pieces.push(face(&[out(c, b), out(d, a), at(west, height), at(east, height)]));
}

/// The corners of a rectangle, begun so that the first side is a longer one.
fn long_side_first(corners: &[Point]) -> Option<[Point; 4]> {
    let &[a, b, c, d] = corners else { return None };
    let (first, second) = (away(a, b) + away(c, d), away(b, c) + away(d, a));
    Some(if first >= second { [a, b, c, d] } else { [b, c, d, a] })
}

/// An outline without corners at which it goes nearly straight on.
fn straightened(outline: &[Point]) -> Vec<Point> {
    /// The sine of the angle: 8 degrees.
    const STRAIGHT: f32 = 0.14;
    let count = outline.len();
    let bends =
        |n: &usize| sine(outline[(n + count - 1) % count], outline[*n], outline[(n + 1) % count]).abs() > STRAIGHT;
    let bent: Vec<Point> = (0..count).filter(bends).map(|n| outline[n]).collect();
    if bent.len() < 3 { outline.to_vec() } else { bent }
}

/// The sine of the angle by which a way turns to the left at its second point.
fn sine(from: Point, at: Point, to: Point) -> f32 {
    let (a, b) = ([at[0] - from[0], at[1] - from[1]], [to[0] - at[0], to[1] - at[1]]);
    (a[0] * b[1] - a[1] * b[0]) / (a[0].hypot(a[1]) * b[0].hypot(b[1])).max(1e-6)
}

/// The rectangles of which an outline with right corners is made. None if some corner is not right, or it has too many.
fn rectangles(corners: &[Point], most: usize) -> Option<Vec<Vec<Point>>> {
    /// The sine of the least angle that counts as right: 72 degrees.
    const RIGHT: f32 = 0.95;
    let corners = straightened(corners);
    let count = corners.len();
    let turn = |n: usize| sine(corners[(n + count - 1) % count], corners[n], corners[(n + 1) % count]);
    if count > most || count < 4 || (0..count).any(|n| turn(n).abs() < RIGHT) {
        return None;
    }
    if count == 4 {
        return Some(vec![corners]);
    }
    let cuts = (0..count).filter(|n| turn(*n) < 0.0).flat_map(|n| {
        let before = (n + count - 1) % count;
        let after = (n + 1) % count;
        [(n, before), (n, after)].map(|(n, other)| cut(&corners, n, other))
    });
    let (one, two) = cuts.flatten().min_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, one, two)| (one, two))?;
    let mut parts = rectangles(&one, count)?;
    parts.extend(rectangles(&two, count)?);
    Some(parts)
}

/// Cuts an outline in two, straight on from a corner that points inwards, away from another corner: what
/// the cut costs, by its length, and both parts.
fn cut(corners: &[Point], corner: usize, from: usize) -> Option<(f32, Vec<Point>, Vec<Point>)> {
    let count = corners.len();
    let begin = corners[corner];
    let way = [begin[0] - corners[from][0], begin[1] - corners[from][1]];
    let sides = (0..count).filter(|n| *n != corner && (*n + 1) % count != corner);
    let hits = sides.filter_map(|n| {
        let (a, b) = (corners[n], corners[(n + 1) % count]);
        let along = [b[0] - a[0], b[1] - a[1]];
        let across = way[0] * along[1] - way[1] * along[0];
        let to = [a[0] - begin[0], a[1] - begin[1]];
        let (far, share) = ((to[0] * along[1] - to[1] * along[0]) / across, (to[0] * way[1] - to[1] * way[0]) / across);
        let hit = [a[0] + along[0] * share, a[1] + along[1] * share];
        let far = far * way[0].hypot(way[1]);
        (across.abs() > 1e-4 && far > 1e-2 && (-0.001..=1.001).contains(&share)).then_some((far, n, hit))
    });
    let (far, side, hit) = hits.min_by(|a, b| a.0.total_cmp(&b.0))?;
    let walk = |from: usize, to: usize| {
        let steps = (to + count - from) % count;
        (0..=steps).map(move |n| corners[(from + n) % count])
    };
    // A cut that ends at a corner leaves fewer parts.
    let ends_at_corner = corners.iter().any(|corner| away(*corner, hit) < 0.05);
    let cost = if ends_at_corner { far * 0.8 } else { far };
    let one = walk(corner, side).chain([hit]).collect();
    let two = [hit].into_iter().chain(walk((side + 1) % count, corner)).collect();
    Some((cost, clean(one), clean(two)))
}

/// An outline without corners that lie on each other.
fn clean(outline: Vec<Point>) -> Vec<Point> {
    let count = outline.len();
    (0..count).filter(|n| away(outline[*n], outline[(n + 1) % count]) > 0.05).map(|n| outline[n]).collect()
}

/// An outline so far within another. None if nothing would be left, or it would fold.
fn inset(corners: &[Point], far: f32) -> Option<Vec<Point>> {
    let count = corners.len();
    let way = |n: usize| {
        let (a, b) = (corners[n % count], corners[(n + 1) % count]);
        let long = away(a, b).max(1e-3);
        [(b[0] - a[0]) / long, (b[1] - a[1]) / long]
    };
    let inner = (0..count).map(|n| {
        let (before, after) = (way(n + count - 1), way(n));
        // To the left, which is within.
        let half = [-(before[1] + after[1]), before[0] + after[0]];
        let square = half[0] * half[0] + half[1] * half[1];
        let scale = far * 2.0 / square.max(0.2);
        [corners[n][0] + half[0] * scale, corners[n][1] + half[1] * scale]
    });
    let inner: Vec<Point> = inner.collect();
    let keeps_going = |n: usize| {
        let (a, b) = (inner[n], inner[(n + 1) % count]);
        let way = way(n);
        (b[0] - a[0]) * way[0] + (b[1] - a[1]) * way[1] > 0.1
    };
    ((0..count).all(keeps_going) && area(&inner) > 1.0).then_some(inner)
}

/// Whether a point lies within an outline, and so far from all its sides.
pub(super) fn is_inside(outline: &[Point], [x, y]: Point, margin: f32) -> bool {
    let mut inside = false;
    for n in 0..outline.len() {
        let (a, b) = (outline[n], outline[(n + 1) % outline.len()]);
        if (a[1] > y) != (b[1] > y) && x < (b[0] - a[0]) * (y - a[1]) / (b[1] - a[1]) + a[0] {
            inside = !inside;
        }
        if margin > 0.0 {
            let along = [b[0] - a[0], b[1] - a[1]];
            let square = (along[0] * along[0] + along[1] * along[1]).max(1e-6);
            let share = (((x - a[0]) * along[0] + (y - a[1]) * along[1]) / square).clamp(0.0, 1.0);
            if away([x, y], [a[0] + along[0] * share, a[1] + along[1] * share]) < margin {
                return false;
            }
        }
    }
    inside
}

#[cfg(test)]
mod tests {
    use super::*;

    const ELL: [Point; 6] = [[0.0, 0.0], [16.0, 0.0], [16.0, 8.0], [8.0, 8.0], [8.0, 18.0], [0.0, 18.0]];

    fn turned(outline: &[Point], angle: f32) -> Vec<Point> {
        let (sin, cos) = angle.sin_cos();
        outline.iter().map(|[x, y]| [x * cos - y * sin, x * sin + y * cos]).collect()
    }

    #[test]
    fn outlines_with_right_corners_are_taken_apart_into_rectangles() {
        let tee =
            [[0.0, 0.0], [20.0, 0.0], [20.0, 6.0], [13.0, 6.0], [13.0, 12.0], [7.0, 12.0], [7.0, 6.0], [0.0, 6.0]];
        for (outline, count) in [(&ELL[..], 2), (&tee[..], 2)] {
            for angle in [0.0, 0.3, 1.2] {
                let outline = turned(outline, angle);
                let parts = rectangles(&outline, MOST_CORNERS).expect("its corners are right");
                assert_eq!(parts.len(), count);
                let sum: f32 = parts.iter().map(|part| area(part)).sum();
                assert!((sum - area(&outline)).abs() < 0.01 * sum && parts.iter().all(|part| part.len() == 4));
            }
        }
        assert!(rectangles(&[[0.0, 0.0], [10.0, 0.0], [5.0, 9.0]], MOST_CORNERS).is_none());
    }

    #[test]
    fn an_outline_within_another_is_as_far_from_it_everywhere() {
        let inner = inset(&ELL, 1.0).expect("there is room");
        assert_eq!(inner[0], [1.0, 1.0]);
        assert_eq!(inner[3], [7.0, 7.0]);
        assert!(inset(&ELL, 4.5).is_none());
    }

    #[test]
    fn points_are_inside_or_not() {
        assert!(is_inside(&ELL, [4.0, 4.0], 3.0) && !is_inside(&ELL, [4.0, 4.0], 4.5));
        assert!(!is_inside(&ELL, [12.0, 12.0], 0.0));
    }
}
