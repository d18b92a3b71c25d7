//! Trees and bushes: those that stand alone, and those of woods and parks.

use super::drawing::Numbers;
use super::roofs::is_inside;
use super::streets::{Tiles, area, tile};
use crate::city::scenery::{Area, AreaKind, Scenery};
use crate::look::model::{Finish, Model, Piece, Role, Solid};
use crate::look::palette::Colour;

/// No more trees are drawn in woods and parks.
const MOST: f32 = 20_000.0;
/// From so far on a tree is a cone: metres.
const FAR: f32 = 260.0;

/// Where trees stand: x, y, how high the ground is there, and how high each is, by squares.
pub(super) fn draw(scenery: &Scenery) -> Tiles<Vec<f32>> {
    let grown: f32 =
        scenery.areas.iter().filter_map(|area| Some(self::area(&area.outline) / room(area.kind)?.powi(2))).sum();
    let sparser = (grown / MOST).max(1.0).sqrt();
    let mut tiles = Tiles::new();
    let mut plant = |at: [f32; 2], height: f32| {
        let ground = scenery.terrain.as_ref().map_or(0.0, |terrain| terrain.height(at));
        tiles.entry(tile(at)).or_insert_with(Vec::new).extend([at[0], at[1], ground, height]);
    };
    for at in &scenery.trees {
        plant(*at, 6.0 + 5.0 * chance([at[0] as i32, at[1] as i32], 1));
    }
    for area in &scenery.areas {
        for (at, height) in room(area.kind).map_or_else(Vec::new, |room| within(area, room * sparser)) {
            plant(at, height);
        }
    }
    tiles
}

/// How far plants stand from each other: metres.
fn room(kind: AreaKind) -> Option<f32> {
    match kind {
        AreaKind::Forest => Some(7.5),
        AreaKind::Scrub => Some(6.0),
        AreaKind::Park => Some(22.0),
        _ => None,
    }
}

/// The plants of an area: about so far from each other, in no order.
fn within(area: &Area, room: f32) -> Vec<([f32; 2], f32)> {
    let bounds = |axis: usize| {
        let along = || area.outline.iter().map(move |corner| corner[axis]);
        [along().fold(f32::INFINITY, f32::min), along().fold(f32::NEG_INFINITY, f32::max)]
            .map(|end| (end / room).clamp(-1e5, 1e5).floor() as i32)
    };
    let ([west, east], [south, north]) = (bounds(0), bounds(1));
    let cells = (south..=north).flat_map(|row| (west..=east).map(move |column| [column, row]));
    let plants = cells.map(|cell| {
        let at = [0, 1].map(|axis| (cell[axis] as f32 + 0.15 + 0.7 * chance(cell, axis as u32)) * room);
        let height = match area.kind {
            AreaKind::Scrub => 1.5 + 1.5 * chance(cell, 2),
            AreaKind::Forest => 10.0 + 8.0 * chance(cell, 2),
            _ => 7.0 + 7.0 * chance(cell, 2),
        };
        (at, height)
    });
    let stands =
        |at: [f32; 2]| is_inside(&area.outline, at, 1.5) && !area.holes.iter().any(|hole| is_inside(hole, at, 0.0));
    plants.filter(|(at, _)| stands(*at)).collect()
}

/// A number from 0 to 1 that is a place's own.
fn chance([x, y]: [i32; 2], which: u32) -> f32 {
    let mixed =
        (x as u32).wrapping_mul(0x9e37_79b9) ^ (y as u32).wrapping_mul(0x85eb_ca6b) ^ which.wrapping_mul(0xc2b2_ae35);
    let mixed = (mixed ^ (mixed >> 15)).wrapping_mul(0x2c1b_3c6d);
    let mixed = (mixed ^ (mixed >> 12)).wrapping_mul(0x297a_2d39);
    (mixed ^ (mixed >> 15)) as f32 / u32::MAX as f32
}

/// The model of the trees of a square.
pub(super) fn model(numbers: &[f32]) -> Model {
    let mut numbers = Numbers(numbers.iter());
    let (mut near, mut far) = (Vec::new(), Vec::new());
    while let Some([x, y, ground, height]) = read(&mut numbers) {
        near.extend(tree([x, y, ground], height));
        far.push(crown([x, y, ground], height, 5, 0.12));
    }
    let far = Model::of(far).role(Role::Setting);
    Model { far: Some((FAR, Box::new(far))), ..Model::of(near).role(Role::Setting) }
}

fn read(numbers: &mut Numbers) -> Option<[f32; 4]> {
    Some([numbers.number()?, numbers.number()?, numbers.number()?, numbers.number()?])
}

fn tree([x, y, ground]: [f32; 3], height: f32) -> Vec<Piece> {
    let trunk = Solid::Cylinder { radii: [0.02 * height + 0.05, 0.1], height: height * 0.4, sides: 5 };
    vec![
        Piece::new(trunk, [x, y, ground]).paint(Colour::hex(0x5a4636)).finish(Finish::Matte),
        crown([x, y, ground], height, 8, 0.3),
    ]
}

/// The crown of a tree, begun at a share of its height.
fn crown([x, y, ground]: [f32; 3], height: f32, sides: u32, from: f32) -> Piece {
    const GREENS: [u32; 6] = [0x4f7a34, 0x5b8238, 0x466e33, 0x6a8b3f, 0x3f6436, 0x557339];
    let place = [(x * 3.0) as i32, (y * 3.0) as i32];
    let green = Colour::hex(GREENS[(chance(place, 4) * 5.99) as usize]);
    let wide = height * (0.26 + 0.1 * chance(place, 5));
    let crown = height * (1.0 - from);
    let solid = if chance(place, 6) < 0.18 {
        // A fir.
        Solid::Turned { profile: vec![[wide * 0.75, 0.0], [0.0, crown]], sides }
    } else {
        let profile = [[0.3, 0.0], [0.85, 0.18], [1.0, 0.42], [0.8, 0.74], [0.36, 0.94], [0.0, 1.0]];
        let coarse = [[0.45, 0.0], [1.0, 0.4], [0.0, 1.0]];
        let shape: &[[f32; 2]] = if sides > 5 { &profile } else { &coarse };
        Solid::Turned { profile: shape.iter().map(|[r, h]| [r * wide, h * crown]).collect(), sides }
    };
    let turn = chance(place, 7) * std::f32::consts::TAU;
    Piece::new(solid, [x, y, ground + height * from]).turned([0.0, 0.0, turn]).paint(green).finish(Finish::Ground)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn woods_are_full_of_trees_that_stand_in_them() {
        let outline = vec![[0.0, 0.0], [100.0, 0.0], [100.0, 100.0], [0.0, 100.0]];
        let holes = vec![vec![[40.0, 40.0], [40.0, 60.0], [60.0, 60.0], [60.0, 40.0]]];
        let area = Area { kind: AreaKind::Forest, outline, holes };
        let scenery = Scenery { areas: vec![area], trees: vec![[-5.0, -5.0]], ..Scenery::default() };
        let numbers: Vec<f32> = draw(&scenery).into_values().flatten().collect();
        let trees: Vec<&[f32]> = numbers.chunks_exact(4).collect();
        // A square of 7.5 m each, less the clearing and the rim.
        assert!((120..=180).contains(&trees.len()), "{}", trees.len());
        let in_clearing = |tree: &&&[f32]| (40.0..60.0).contains(&tree[0]) && (40.0..60.0).contains(&tree[1]);
        assert_eq!(trees.iter().filter(in_clearing).count(), 0);
        assert_eq!(trees.iter().filter(|tree| tree[0] < 0.0).count(), 1);
    }

    #[test]
    fn large_woods_have_no_more_trees_than_can_be_drawn() {
        let outline = vec![[0.0, 0.0], [5e3, 0.0], [5e3, 5e3], [0.0, 5e3]];
        let scenery =
            Scenery { areas: vec![Area { kind: AreaKind::Forest, outline, holes: Vec::new() }], ..Scenery::default() };
        let count = draw(&scenery).into_values().flatten().count() / 4;
        assert!((MOST * 0.9..MOST * 1.1).contains(&(count as f32)), "{count}");
    }
}
