//! Solids as triangles.

use std::f32::consts::TAU;

use bevy::math::{EulerRot, Quat, Vec2, Vec3};

use crate::look::model::{Piece, Solid};

/// Triangles with a normal for each corner, in the frame of the model.
#[derive(Clone, Debug, Default)]
pub struct Triangles {
    /// Three for each triangle, counter-clockwise as seen from outside.
    pub corners: Vec<Vec3>,
    /// One for each corner.
    pub normals: Vec<Vec3>,
    /// Where each corner is on its surface, if that has two ways to go: along and across a ribbon (metres, and from 0 to 1), along and up
    /// a sheet (both from 0 to 1). Of all corners or of none.
    pub surface: Vec<[f32; 2]>,
}

impl Triangles {
    /// A triangle whose corners have normals of their own.
    fn smooth(&mut self, corners: [Vec3; 3], normals: [Vec3; 3]) {
        self.corners.extend(corners);
        self.normals.extend(normals);
    }

    fn flat(&mut self, corners: [Vec3; 3]) {
        let normal = (corners[1] - corners[0]).cross(corners[2] - corners[0]).normalize_or_zero();
        self.smooth(corners, [normal; 3]);
    }

    /// A flat face with four corners.
    fn face(&mut self, [a, b, c, d]: [Vec3; 4]) {
        self.flat([a, b, c]);
        self.flat([a, c, d]);
    }

    /// A flat face with any number of corners, in a plane that x, y or z crosses.
    fn polygon(&mut self, corners: &[Vec3], holes: &[Vec<Vec3>]) {
        // As seen from the first corner: far from the origin little would be left of numbers that are multiplied.
        let Some(&first) = corners.first() else { return };
        let from_first = |n: usize| corners[n % corners.len()] - first;
        let normal = (0..corners.len()).fold(Vec3::ZERO, |sum, n| sum + from_first(n).cross(from_first(n + 1)));
        let normal = normal.normalize_or_zero();
        let (u, v) = normal.any_orthonormal_pair();
        let all: Vec<Vec3> = corners.iter().chain(holes.iter().flatten()).copied().collect();
        let begins = holes.iter().scan(corners.len() as u32, |at, hole| {
            let begin = *at;
            *at += hole.len() as u32;
            Some(begin)
        });
        let begins: Vec<u32> = begins.collect();
        let plane: Vec<[f32; 2]> =
            all.iter().map(|corner| *corner - first).map(|corner| [corner.dot(u), corner.dot(v)]).collect();
        let mut indices: Vec<u32> = Vec::new();
        earcut::Earcut::new().earcut(plane, &begins, &mut indices);
        for triangle in indices.chunks_exact(3) {
            let [a, b, c] = [triangle[0], triangle[1], triangle[2]].map(|index| all[index as usize]);
            let forward = (b - a).cross(c - a).dot(normal) >= 0.0;
            self.smooth(if forward { [a, b, c] } else { [a, c, b] }, [normal; 3]);
        }
    }
}

/// The triangles of a piece, where it is in its model.
pub fn triangles(piece: &Piece) -> Triangles {
    let mut made = match &piece.solid {
        Solid::Block { size, bevel } => block(Vec3::from(*size) / 2.0, *bevel),
        Solid::Cylinder { radii, height, sides } => revolve(&[[radii[0], 0.0], [radii[1], *height]], *sides),
        Solid::Turned { profile, sides } => revolve(profile, *sides),
        Solid::Ball { radii } => ball(Vec3::from(*radii)),
        Solid::Profile { outline, depth } => drawn_out(outline, *depth),
        Solid::Flat { outline, holes } => {
            let level =
                |outline: &Vec<[f32; 2]>| outline.iter().map(|&[x, y]| Vec3::new(x, y, 0.0)).collect::<Vec<_>>();
            let mut flat = Triangles::default();
            flat.polygon(&level(outline), &holes.iter().map(level).collect::<Vec<_>>());
            flat
        }
        Solid::Face { corners } => {
            let mut face = Triangles::default();
            face.polygon(&corners.iter().map(|corner| Vec3::from(*corner)).collect::<Vec<_>>(), &[]);
            face
        }
        Solid::Ribbon { line, sides } => ribbon(line, *sides),
        Solid::Heights { spacing, columns, heights } => hills(*spacing, *columns, heights),
        Solid::Sheet { foot: [from, to], heights: [low, high] } => {
            let corner = |[x, y]: [f32; 2], z: f32| Vec3::new(x, y, z);
            let mut sheet = Triangles::default();
            sheet.face([corner(*from, *low), corner(*to, *low), corner(*to, *high), corner(*from, *high)]);
            sheet.surface = vec![[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 0.0], [1.0, 1.0], [0.0, 1.0]];
            sheet
        }
    };
    let [x, y, z] = piece.turned;
    let turn = Quat::from_euler(EulerRot::ZYX, z, y, x);
    let at = Vec3::from(piece.at);
    made.corners.iter_mut().for_each(|corner| *corner = turn * *corner + at);
    made.normals.iter_mut().for_each(|normal| *normal = turn * *normal);
    made
}

/// A strip that faces up along a line. Where the line bends, both sides meet on the line that halves the angle.
fn ribbon(line: &[[f32; 2]], [right, left]: [f32; 2]) -> Triangles {
    let points: Vec<Vec2> = line.iter().map(|point| Vec2::from(*point)).collect();
    let ways: Vec<Vec2> = points.windows(2).map(|ends| (ends[1] - ends[0]).normalize_or_zero()).collect();
    let mut made = Triangles::default();
    let aside = |n: usize| {
        let (before, after) = (ways[n.saturating_sub(1)], ways[n.min(ways.len() - 1)]);
        let half = (before + after).normalize_or(after).perp();
        // So that it is as wide in bends; not without end where the line turns back.
        half / half.dot(after.perp()).max(0.35)
    };
    let mut along = 0.0;
    for (n, ends) in points.windows(2).enumerate() {
        let corner = |at: usize, side: f32| (points[at] + aside(at) * side).extend(0.0);
        made.face([corner(n, right), corner(n + 1, right), corner(n + 1, left), corner(n, left)]);
        let to = along + ends[0].distance(ends[1]);
        made.surface.extend([[along, 0.0], [to, 0.0], [to, 1.0], [along, 0.0], [to, 1.0], [along, 1.0]]);
        along = to;
    }
    made
}

/// Ground over a square lattice, smooth.
fn hills(spacing: f32, columns: usize, heights: &[f32]) -> Triangles {
    let rows = heights.len() / columns.max(1);
    let height = |column: usize, row: usize| heights[row.min(rows - 1) * columns + column.min(columns - 1)];
    let corner =
        |column: usize, row: usize| Vec3::new(column as f32 * spacing, row as f32 * spacing, height(column, row));
    let normal = |column: usize, row: usize| {
        let east = height(column + 1, row) - height(column.saturating_sub(1), row);
        let north = height(column, row + 1) - height(column, row.saturating_sub(1));
        Vec3::new(-east, -north, 2.0 * spacing).normalize()
    };
    let mut made = Triangles::default();
    for row in 0..rows.saturating_sub(1) {
        for column in 0..columns.saturating_sub(1) {
            let around = [(column, row), (column + 1, row), (column + 1, row + 1), (column, row + 1)];
            for three in [[0, 1, 2], [0, 2, 3]] {
                made.smooth(
                    three.map(|n| corner(around[n].0, around[n].1)),
                    three.map(|n| normal(around[n].0, around[n].1)),
                );
            }
        }
    }
    made
}

/// A box about its middle; its edges are cut off.
fn block(half: Vec3, bevel: f32) -> Triangles {
    let mut made = Triangles::default();
    let bevel = bevel.clamp(0.0, half.min_element() * 0.9);
    let axes = [Vec3::X, Vec3::Y, Vec3::Z];
    for (n, &axis) in axes.iter().enumerate() {
        let (u, v) = (axes[(n + 1) % 3], axes[(n + 2) % 3]);
        let (out, wide, high) = (half[n], half[(n + 1) % 3] - bevel, half[(n + 2) % 3] - bevel);
        for side in [1.0, -1.0] {
            let corner = |a: f32, b: f32| axis * out * side + u * wide * a * side + v * high * b;
            made.face([corner(-1.0, -1.0), corner(1.0, -1.0), corner(1.0, 1.0), corner(-1.0, 1.0)]);
            if bevel > 0.0 {
                // The edge between this side and the next axis' sides.
                for other in [1.0, -1.0] {
                    let (inner, outer) = (half[(n + 1) % 3] - bevel, half[(n + 1) % 3]);
                    let a = |end: f32| axis * out * side + u * inner * other + v * high * end;
                    let b = |end: f32| axis * (out - bevel) * side + u * outer * other + v * high * end;
                    let corners = [a(-1.0), b(-1.0), b(1.0), a(1.0)];
                    let outward = axis * side + u * other;
                    let normal = (corners[1] - corners[0]).cross(corners[2] - corners[0]);
                    made.face(if normal.dot(outward) > 0.0 {
                        corners
                    } else {
                        [corners[3], corners[2], corners[1], corners[0]]
                    });
                }
            }
        }
    }
    if bevel > 0.0 {
        for n in 0..8 {
            let sign = Vec3::new(sign(n & 1), sign(n & 2), sign(n & 4));
            let corner = |axis: usize| {
                let mut corner = (half - Vec3::splat(bevel)) * sign;
                corner[axis] = half[axis] * sign[axis];
                corner
            };
            let corners = [corner(0), corner(1), corner(2)];
            let normal = (corners[1] - corners[0]).cross(corners[2] - corners[0]);
            made.flat(if normal.dot(sign) > 0.0 { corners } else { [corners[0], corners[2], corners[1]] });
        }
    }
    made
}

fn sign(bit: u32) -> f32 {
    if bit == 0 { -1.0 } else { 1.0 }
}

/// A body of revolution about z: radius and height of each corner of its profile, from the foot up. Round about, with a
/// sharp edge wherever the profile bends.
fn revolve(profile: &[[f32; 2]], sides: u32) -> Triangles {
    let mut made = Triangles::default();
    let around = |n: u32| {
        let (sin, cos) = (n as f32 / sides as f32 * TAU).sin_cos();
        Vec3::new(cos, sin, 0.0)
    };
    let point = |[radius, height]: [f32; 2], out: Vec3| out * radius + Vec3::Z * height;
    for pair in profile.windows(2) {
        let (low, high) = (pair[0], pair[1]);
        let slope = Vec3::new(high[1] - low[1], 0.0, low[0] - high[0]).normalize_or_zero();
        for n in 0..sides {
            let (a, b) = (around(n), around(n + 1));
            let [na, nb] = [a, b].map(|out| out * slope.x + Vec3::Z * slope.z);
            let corners = [point(low, a), point(low, b), point(high, b), point(high, a)];
            if high[0] > 0.0 {
                made.smooth([corners[0], corners[2], corners[3]], [na, nb, na]);
            }
            if low[0] > 0.0 {
                made.smooth([corners[0], corners[1], corners[2]], [na, nb, nb]);
            }
        }
    }
    let ends = profile.first().zip(profile.last());
    if let Some((&foot, &top)) = ends {
        for n in 0..sides {
            let (a, b) = (around(n), around(n + 1));
            if foot[0] > 0.0 {
                made.smooth([Vec3::Z * foot[1], point(foot, b), point(foot, a)], [-Vec3::Z; 3]);
            }
            if top[0] > 0.0 {
                made.smooth([Vec3::Z * top[1], point(top, a), point(top, b)], [Vec3::Z; 3]);
            }
        }
    }
    made
}

fn ball(radii: Vec3) -> Triangles {
    const RINGS: u32 = 7;
    const SIDES: u32 = 14;
    let mut made = Triangles::default();
    let unit = |ring: u32, side: u32| {
        let (high, out) = (ring as f32 / RINGS as f32 * TAU / 2.0).sin_cos();
        let (sin, cos) = (side as f32 / SIDES as f32 * TAU).sin_cos();
        // From the north pole down.
        Vec3::new(high * cos, high * sin, out)
    };
    for ring in 0..RINGS {
        for side in 0..SIDES {
            let corners = [unit(ring, side), unit(ring + 1, side), unit(ring + 1, side + 1), unit(ring, side + 1)];
            let normals = corners.map(|corner| (corner / radii).normalize_or_zero());
            let points = corners.map(|corner| corner * radii);
            if ring + 1 < RINGS {
                made.smooth([points[0], points[1], points[2]], [normals[0], normals[1], normals[2]]);
            }
            if ring > 0 {
                made.smooth([points[0], points[2], points[3]], [normals[0], normals[2], normals[3]]);
            }
        }
    }
    made
}

/// An outline in the plane of x and z, drawn out in y. Counter-clockwise as seen from the right, where y is less.
fn drawn_out(outline: &[[f32; 2]], depth: f32) -> Triangles {
    let mut made = Triangles::default();
    let at = |[x, z]: [f32; 2], y: f32| Vec3::new(x, y, z);
    let right: Vec<Vec3> = outline.iter().map(|&corner| at(corner, -depth / 2.0)).collect();
    let left: Vec<Vec3> = outline.iter().rev().map(|&corner| at(corner, depth / 2.0)).collect();
    made.polygon(&right, &[]);
    made.polygon(&left, &[]);
    for n in 0..outline.len() {
        let (a, b) = (outline[n], outline[(n + 1) % outline.len()]);
        made.face(
            [at(a, -depth / 2.0), at(a, depth / 2.0), at(b, depth / 2.0), at(b, -depth / 2.0)].map(|corner| corner),
        );
    }
    made
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::look::model::{axle, ball, bar, block, cone, profile, turned};

    /// Six times the volume that triangles enclose: positive only if they are turned outwards.
    fn volume(made: &Triangles) -> f32 {
        made.corners.chunks_exact(3).map(|t| t[0].dot(t[1].cross(t[2]))).sum::<f32>() / 6.0
    }

    #[test]
    fn solids_enclose_their_volume_and_look_outwards() {
        let cases = [
            (block([1.0, 2.0, 3.0], [5.0, 1.0, 2.0]).bevel(0.0), 6.0),
            (block([1.0, 2.0, 3.0], [5.0, 1.0, 2.0]).bevel(0.001), 6.0),
            (cone([1.0, 1.0], 2.0, [0.0; 3]), 6.18),
            (cone([1.0, 0.0], 3.0, [0.0; 3]), 3.09),
            (bar(1.0, 2.0, [3.0, 1.0, 4.0]), 6.18),
            (axle(1.0, 2.0, [3.0, 1.0, 4.0]), 6.18),
            (ball([1.0, 1.0, 1.0], [0.0; 3]), 3.79),
            (profile(&[[0.0, 0.0], [2.0, 0.0], [2.0, 1.0], [0.0, 1.0]], 3.0, [0.0; 3]), 6.0),
            (profile(&[[0.0, 0.0], [2.0, 0.0], [2.0, 2.0], [1.0, 2.0], [1.0, 1.0], [0.0, 1.0]], 1.0, [0.0; 3]), 3.0),
            (turned(&[[1.0, 0.0], [1.0, 1.0], [0.5, 1.0], [0.5, 2.0]], [0.0; 3]), 3.88),
        ];
        for (piece, expected) in cases {
            let made = triangles(&piece);
            let found = volume(&made);
            assert!((found - expected).abs() < 0.03 * expected, "{:?}: {found} instead of {expected}", piece.solid);
            for (corners, normals) in made.corners.chunks_exact(3).zip(made.normals.chunks_exact(3)) {
                let face = (corners[1] - corners[0]).cross(corners[2] - corners[0]);
                assert!(
                    normals.iter().all(|normal| normal.dot(face) >= 0.0 && normal.length() > 0.99),
                    "{:?}",
                    piece.solid
                );
            }
        }
    }
}
