//! Buildings: walls with windows, by what they are for, and roofs.

use super::drawing::Numbers;
use super::roofs;
use super::streets::{Tiles, counterclockwise, tile};
use crate::city::scenery::{Building, Roof, Use};
use crate::look::model::{Finish, Model, Piece, Role, block, sheet};
use crate::look::palette::Colour;

/// The uses, in the order of their numbers.
const USES: [Use; 12] = [
    Use::Home,
    Use::Flats,
    Use::Shop,
    Use::Office,
    Use::Industry,
    Use::Farm,
    Use::Public,
    Use::Church,
    Use::Garage,
    Use::Shed,
    Use::Shelter,
    Use::Other,
];

/// The roofs, in the order of their numbers.
const ROOFS: [Roof; 11] = [
    Roof::Unknown,
    Roof::Flat,
    Roof::Gabled,
    Roof::Hipped,
    Roof::HalfHipped,
    Roof::Skillion,
    Roof::Pyramidal,
    Roof::Gambrel,
    Roof::Mansard,
    Roof::Round,
    Roof::Dome,
];

/// The numbers of all buildings, by squares.
pub(super) fn draw(buildings: &[Building]) -> Tiles<Vec<f32>> {
    let mut tiles = Tiles::new();
    for building in buildings {
        if let Some(first) = building.outline.first() {
            write(tiles.entry(tile(*first)).or_default(), building);
        }
    }
    tiles
}

fn write(numbers: &mut Vec<f32>, building: &Building) {
    let position = |known: Option<usize>| known.unwrap_or_default() as f32;
    numbers.extend([
        position(USES.iter().position(|purpose| *purpose == building.purpose)),
        position(ROOFS.iter().position(|roof| *roof == building.roof)),
        building.height,
        building.base,
        building.levels.map_or(0.0, |levels| levels as f32),
        building.holes.len() as f32,
    ]);
    for line in std::iter::once(&building.outline).chain(&building.holes) {
        numbers.push(line.len() as f32);
        numbers.extend(line.iter().flatten());
    }
}

fn read(numbers: &mut Numbers) -> Option<Building> {
    let (purpose, roof) = (*USES.get(numbers.count()?)?, *ROOFS.get(numbers.count()?)?);
    let (height, base, levels) = (numbers.number()?, numbers.number()?, numbers.number()?);
    let holes = numbers.count()?;
    let outline = numbers.line()?;
    let holes = (0..holes).map(|_| numbers.line()).collect::<Option<_>>()?;
    let levels = (levels > 0.0).then_some(levels as u32);
    Some(Building { name: None, outline, holes, height, base, levels, purpose, roof })
}

/// The model of the buildings of a square.
pub(super) fn model(numbers: &[f32]) -> Model {
    let mut numbers = Numbers(numbers.iter());
    let buildings = std::iter::from_fn(|| read(&mut numbers));
    Model::of(buildings.flat_map(|building| pieces(&building))).role(Role::Setting)
}

/// How high a storey is: metres.
const STOREY: f32 = 3.0;
/// How wide a bay of a wall is, with one window: metres.
const BAY: f32 = 2.9;
/// How high the ground floor of a shop is: metres.
const SHOP: f32 = 3.6;

fn pieces(building: &Building) -> Vec<Piece> {
    let outline = counterclockwise(without_repeats(&building.outline));
    if outline.len() < 3 || building.height <= building.base {
        return Vec::new();
    }
    // The same in every picture, and different from its neighbour.
    let chance = chance(&outline);
    let look = Look { wall: wall_colour(building.purpose, chance), roof: roof_colour(building, chance), chance };
    let roof = roofs::roof(building, &outline, look.roof);
    let mut pieces = roof.pieces;
    if building.purpose != Use::Shelter {
        let rings = std::iter::once(&outline).chain(&building.holes);
        for ring in rings {
            for n in 0..ring.len() {
                walls(&mut pieces, building, [ring[n], ring[(n + 1) % ring.len()]], roof.eaves, &look);
            }
        }
        pieces.extend(roof.gables.into_iter().map(|gable| gable.paint(look.wall).finish(Finish::Matte)));
    } else {
        pieces.extend(outline.iter().map(|corner| post(*corner, roof.eaves)));
    }
    if roof.is_flat && building.holes.is_empty() && building.height > 14.0 {
        pieces.extend(on_top(&outline, building.height, look.wall));
    }
    pieces
}

/// What sets a building apart from others.
struct Look {
    wall: Colour,
    roof: Colour,
    chance: u32,
}

/// A wall from corner to corner, seen from its right side.
fn walls(pieces: &mut Vec<Piece>, building: &Building, foot: [[f32; 2]; 2], eaves: f32, look: &Look) {
    let wide = (foot[1][0] - foot[0][0]).hypot(foot[1][1] - foot[0][1]);
    let (mut low, high) = (building.base, eaves.max(building.base + 0.5));
    let part = |heights: [f32; 2], finish: Finish| sheet(foot, heights).paint(look.wall).finish(finish);
    let pattern = (look.chance ^ (foot[0][0] as i32 as u32).wrapping_mul(31) ^ (foot[0][1] as i32 as u32)) as u16;
    let facade = |bays: f32, storeys: f32| Finish::Facade {
        bays: bays.round().clamp(1.0, 400.0) as u16,
        storeys: storeys.round().clamp(1.0, 300.0) as u16,
        pattern,
    };
    if wide < 1.8 || matches!(building.purpose, Use::Garage | Use::Shed) {
        return pieces.push(part([low, high], Finish::Matte));
    }
    let is_busy = matches!(building.purpose, Use::Shop | Use::Office) && low == 0.0 && high > SHOP + 1.0;
    if is_busy {
        pieces.push(part([low, SHOP], facade(wide / 4.5, 1.0)));
        low = SHOP;
    }
    let storeys = (high - low) / STOREY;
    let plain = building.levels.filter(|_| !is_busy).map_or(storeys, |levels| levels as f32);
    let finish = match building.purpose {
        // Barns and halls have few windows, high above the ground.
        Use::Industry | Use::Farm if high - low > 4.5 => {
            pieces.push(part([low, high - 2.2], Finish::Matte));
            low = high - 2.2;
            facade(wide / 5.0, 1.0)
        }
        Use::Church => facade(wide / 5.0, (high - low) / 9.0),
        Use::Office => facade(wide / 2.2, storeys),
        _ => facade(wide / BAY, plain),
    };
    pieces.push(part([low, high], finish));
}

fn post([x, y]: [f32; 2], height: f32) -> Piece {
    block([0.15, 0.15, height], [x, y, height / 2.0]).bevel(0.0).paint(Colour::hex(0x8a8d90))
}

/// A lift's housing on a flat roof.
fn on_top(outline: &[[f32; 2]], height: f32, wall: Colour) -> Option<Piece> {
    let middle = [0, 1].map(|axis| outline.iter().map(|corner| corner[axis]).sum::<f32>() / outline.len() as f32);
    roofs::is_inside(outline, middle, 3.0).then(|| {
        let turn = (outline[1][1] - outline[0][1]).atan2(outline[1][0] - outline[0][0]);
        let housing = block([4.0, 3.0, 2.4], [middle[0], middle[1], height + 1.2]).bevel(0.0).turned([0.0, 0.0, turn]);
        housing.paint(wall.shade(0.85)).finish(Finish::Matte)
    })
}

/// A number that is a building's own.
fn chance(outline: &[[f32; 2]]) -> u32 {
    let bits = outline[0].map(|part| (part * 4.0) as i32 as u32);
    let mixed = (bits[0].wrapping_mul(0x9e37_79b9) ^ bits[1].wrapping_mul(0x85eb_ca6b)).wrapping_mul(0xc2b2_ae35);
    mixed ^ (mixed >> 15)
}

fn wall_colour(purpose: Use, chance: u32) -> Colour {
    const PLASTER: [u32; 8] = [0xe8e0cf, 0xdcd3c0, 0xe6d9b8, 0xd8c8a8, 0xcfd0cb, 0xe4cdb4, 0xd6bfa2, 0xbfc6c4];
    const BLOCKS: [u32; 5] = [0xcfc8bb, 0xb9bab6, 0xd8d2c4, 0xa9a49a, 0xc9b79f];
    const STONE: [u32; 4] = [0xa9a59c, 0x8f979c, 0xb7b2a6, 0x9aa3a6];
    const HALLS: [u32; 4] = [0xb3b8ba, 0x9aa4a8, 0xc4c2b8, 0x8d9aa3];
    let colours: &[u32] = match purpose {
        Use::Flats | Use::Shop => &BLOCKS,
        Use::Office | Use::Public => &STONE,
        Use::Industry | Use::Garage | Use::Shed | Use::Farm => &HALLS,
        Use::Church => &[0xc8b89a],
        _ => &PLASTER,
    };
    Colour::hex(colours[chance as usize % colours.len()])
}

fn roof_colour(building: &Building, chance: u32) -> Colour {
    const TILES: [u32; 6] = [0x8a4a39, 0x7c4436, 0x935744, 0x6b443b, 0x574843, 0x4f5155];
    const GRAVEL: [u32; 4] = [0x8b8983, 0x77767a, 0x9a968d, 0x6c6f73];
    let has_tiles = matches!(building.purpose, Use::Home | Use::Church | Use::Farm | Use::Other | Use::Flats)
        && !matches!(building.roof, Roof::Flat);
    let colours: &[u32] = if has_tiles { &TILES } else { &GRAVEL };
    Colour::hex(colours[(chance >> 8) as usize % colours.len()])
}

/// An outline without corners that are none.
fn without_repeats(outline: &[[f32; 2]]) -> Vec<[f32; 2]> {
    let mut clean: Vec<[f32; 2]> = Vec::with_capacity(outline.len());
    for point in outline {
        if clean.last().is_none_or(|last| (last[0] - point[0]).hypot(last[1] - point[1]) > 0.05) {
            clean.push(*point);
        }
    }
    while clean.len() > 1
        && clean.first().zip(clean.last()).is_some_and(|(a, b)| (a[0] - b[0]).hypot(a[1] - b[1]) <= 0.05)
    {
        clean.pop();
    }
    clean
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::city::looks::streets::area;
    use crate::look::model::Solid;

    fn house(roof: Roof, outline: &[[f32; 2]]) -> Building {
        Building { outline: outline.to_vec(), height: 9.0, roof, purpose: Use::Home, ..Building::default() }
    }

    #[test]
    fn buildings_are_read_as_they_were_written() {
        let court = vec![vec![[3.0, 3.0], [3.0, 6.0], [6.0, 6.0], [6.0, 3.0]]];
        let square = [[0.0, 0.0], [10.0, 0.0], [10.0, 10.0], [0.0, 10.0]];
        let whole = Building { holes: court, levels: Some(3), ..house(Roof::Flat, &square) };
        let mut numbers = Vec::new();
        for building in [&whole, &house(Roof::Hipped, &square[..3])] {
            write(&mut numbers, building);
        }
        let mut numbers = Numbers(numbers.iter());
        assert_eq!(read(&mut numbers), Some(whole));
        assert_eq!(read(&mut numbers), Some(house(Roof::Hipped, &square[..3])));
        assert_eq!(read(&mut numbers), None);
    }

    #[test]
    fn a_building_has_a_wall_on_each_side_and_is_as_high_as_it_says() {
        let ell = [[0.0, 0.0], [16.0, 0.0], [16.0, 8.0], [8.0, 8.0], [8.0, 18.0], [0.0, 18.0]];
        for roof in ROOFS {
            let pieces = pieces(&house(roof, &ell));
            let walls = pieces.iter().filter(|piece| matches!(piece.solid, Solid::Sheet { .. })).count();
            assert_eq!(walls, 6, "{roof:?}");
            let highest = pieces.iter().map(top).fold(0.0, f32::max);
            assert!((8.9..=9.1).contains(&highest), "{roof:?}: {highest} m");
        }
    }

    fn top(piece: &Piece) -> f32 {
        match &piece.solid {
            Solid::Sheet { heights, .. } => heights[1],
            Solid::Face { corners } => corners.iter().map(|corner| corner[2]).fold(0.0, f32::max),
            _ => piece.at[2],
        }
    }

    #[test]
    fn outlines_that_are_none_are_no_buildings() {
        assert!(pieces(&house(Roof::Gabled, &[[0.0, 0.0], [0.0, 0.0], [1.0, 0.0], [0.0, 0.0]])).is_empty());
        assert!(area(&[[0.0, 0.0], [2.0, 0.0], [2.0, 2.0]]) > 0.0);
    }
}
