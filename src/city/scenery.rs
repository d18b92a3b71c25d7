//! What stands and grows beside streets: buildings, parks, water, trees, hills. Nobody drives on it and no law asks for it; it is there to be seen.
//!
//! All lengths are metres. The x axis points east, the y axis north. Numbers are single: a street is nowhere farther away than they can tell.

use serde::{Deserialize, Serialize};

/// What stands and grows beside streets.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Scenery {
    /// Buildings.
    pub buildings: Vec<Building>,
    /// Water, woods, fields and the like. Later ones lie on earlier ones.
    pub areas: Vec<Area>,
    /// Where single trees stand.
    pub trees: Vec<[f32; 2]>,
    /// Ways for those who walk or cycle.
    pub paths: Vec<Path>,
    /// Where those who walk cross a street, on its middle.
    pub crossings: Vec<[f32; 2]>,
    /// How high the ground is; without it, it is flat.
    pub terrain: Option<Terrain>,
}

/// A building.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Building {
    /// Its name or address, if it has one.
    pub name: Option<String>,
    /// Its outline, counterclockwise, without its first point at the end.
    pub outline: Vec<[f32; 2]>,
    /// Its courtyards, clockwise.
    pub holes: Vec<Vec<[f32; 2]>>,
    /// How high its highest point is above the ground.
    pub height: f32,
    /// How high above the ground it begins; above 0 where one can go below it.
    pub base: f32,
    /// How many levels it has above the ground, without those in the roof, if that is known.
    pub levels: Option<u32>,
    /// What it is for.
    pub purpose: Use,
    /// Which form its roof has.
    pub roof: Roof,
}

/// What a building is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Use {
    /// One or two families live there, or it is not said how many.
    Home,
    /// Many families live there, or guests.
    Flats,
    /// Something is sold or served there.
    Shop,
    /// Work at desks.
    Office,
    /// Goods are made or stored there.
    Industry,
    /// Barns, stables, greenhouses.
    Farm,
    /// Schools, hospitals, stations, town halls.
    Public,
    /// Houses of God.
    Church,
    /// Cars stand there.
    Garage,
    /// Huts and sheds.
    Shed,
    /// A roof without walls.
    Shelter,
    /// Anything else, or nothing is said.
    #[default]
    Other,
}

/// Which form a roof has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Roof {
    /// Nothing is said, or something else.
    #[default]
    Unknown,
    /// Flat.
    Flat,
    /// Two slopes and two gables.
    Gabled,
    /// Four slopes.
    Hipped,
    /// Two slopes, with the gables cut off aslant.
    HalfHipped,
    /// One slope.
    Skillion,
    /// Slopes that meet in a point.
    Pyramidal,
    /// Two slopes, each steeper below.
    Gambrel,
    /// Four slopes, each steeper below.
    Mansard,
    /// Half a cylinder.
    Round,
    /// Half a ball, or an onion.
    Dome,
}

/// Water, a wood, a field or the like.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Area {
    /// What it is.
    pub kind: AreaKind,
    /// Its outline, counterclockwise, without its first point at the end.
    pub outline: Vec<[f32; 2]>,
    /// What does not belong to it, clockwise.
    pub holes: Vec<Vec<[f32; 2]>>,
}

/// What an area is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum AreaKind {
    /// Rivers, lakes, basins.
    Water,
    /// Parks, gardens, playgrounds, cemeteries.
    Park,
    /// Lawns, meadows, pitches.
    Grass,
    /// Bushes.
    Scrub,
    /// Trees.
    Forest,
    /// Fields, orchards, allotments.
    Farmland,
    /// Where cars stand.
    Parking,
    /// A paved place for those who walk.
    Square,
}

/// A way for those who walk or cycle.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Path {
    /// How wide it is.
    pub width: f32,
    /// Its middle.
    pub line: Vec<[f32; 2]>,
}

/// How high the ground is at the crossings of a square lattice; between them it goes evenly.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Terrain {
    /// The south-western corner.
    pub corner: [f32; 2],
    /// From crossing to crossing.
    pub spacing: f32,
    /// How many crossings there are from west to east; from south to north, as many as `heights` has rows.
    pub columns: u32,
    /// Row by row, each from west to east, the first one in the south.
    pub heights: Vec<f32>,
}

/// Nothing is farther from where x and y are 0: metres.
const FARTHEST: f32 = 1e7;

impl Scenery {
    /// Whether all of it is somewhere, and the ground is a lattice.
    ///
    /// # Errors
    /// What is wrong, in words.
    pub fn check(&self) -> Result<(), String> {
        let of_buildings =
            self.buildings.iter().flat_map(|building| std::iter::once(&building.outline).chain(&building.holes));
        let of_areas = self.areas.iter().flat_map(|area| std::iter::once(&area.outline).chain(&area.holes));
        let lines = of_buildings.chain(of_areas).chain(self.paths.iter().map(|path| &path.line));
        let points = lines.flatten().chain(&self.trees).chain(&self.crossings);
        let sizes = self.buildings.iter().flat_map(|building| [building.height, building.base]);
        let widths = self.paths.iter().map(|path| path.width);
        let is_somewhere = |number: f32| number.abs() < FARTHEST;
        if !points.flatten().copied().chain(sizes).chain(widths).all(is_somewhere) {
            return Err("something of the scenery is nowhere".to_owned());
        }
        let is_lattice = |terrain: &Terrain| {
            let mut numbers = terrain.corner.iter().chain(&terrain.heights).copied();
            terrain.spacing >= 1.0 && terrain.columns >= 2 && terrain.rows() >= 2 && numbers.all(is_somewhere)
        };
        match self.terrain.as_ref().is_none_or(is_lattice) {
            true => Ok(()),
            false => Err("the ground is no lattice of heights".to_owned()),
        }
    }
}

impl Terrain {
    /// How many rows there are.
    fn rows(&self) -> usize {
        self.heights.len() / (self.columns as usize).max(1)
    }

    /// How high the ground is at a place; level beyond its ends.
    pub fn height(&self, at: [f32; 2]) -> f32 {
        let [x, y] = [0, 1].map(|axis| (at[axis] - self.corner[axis]) / self.spacing);
        let (columns, rows) = (self.columns as usize, self.rows());
        if x < 0.0 || y < 0.0 || columns < 2 || rows < 2 || x >= (columns - 1) as f32 || y >= (rows - 1) as f32 {
            return 0.0;
        }
        let (column, row) = (x as usize, y as usize);
        let (dx, dy) = (x - column as f32, y - row as f32);
        let crossing = |column: usize, row: usize| self.heights[row * columns + column];
        let (near, far) = (crossing(column, row), crossing(column + 1, row + 1));
        // As it is drawn: in two triangles, divided from south-west to north-east.
        if dx >= dy {
            let side = crossing(column + 1, row);
            near + (side - near) * dx + (far - side) * dy
        } else {
            let side = crossing(column, row + 1);
            near + (side - near) * dy + (far - side) * dx
        }
    }

    /// An area as pieces that lie on the ground: each within one triangle of it. Its outline goes round counterclockwise.
    pub fn drape(&self, outline: &[[f32; 2]]) -> Vec<Vec<[f32; 3]>> {
        let cell = |at: f32, axis: usize| ((at - self.corner[axis]) / self.spacing).floor() as i32;
        let range = |axis: usize| {
            let along = || outline.iter().map(move |point| point[axis]);
            cell(along().fold(f32::INFINITY, f32::min), axis)..=cell(along().fold(f32::NEG_INFINITY, f32::max), axis)
        };
        let corner = |column: i32, row: i32| {
            [self.corner[0] + column as f32 * self.spacing, self.corner[1] + row as f32 * self.spacing]
        };
        let mut pieces = Vec::new();
        for row in range(1) {
            for column in range(0) {
                let [sw, se] = [corner(column, row), corner(column + 1, row)];
                let [nw, ne] = [corner(column, row + 1), corner(column + 1, row + 1)];
                for triangle in [[sw, se, ne], [sw, ne, nw]] {
                    let part = clip(outline, &triangle);
                    if part.len() > 2 {
                        pieces.push(part.into_iter().map(|[x, y]| [x, y, self.height([x, y])]).collect());
                    }
                }
            }
        }
        pieces
    }
}

/// The part of an area within a convex one: I. Sutherland and G. Hodgman, "Reentrant polygon clipping" (1974). Both go round counterclockwise.
fn clip(outline: &[[f32; 2]], within: &[[f32; 2]]) -> Vec<[f32; 2]> {
    let mut part = outline.to_vec();
    for n in 0..within.len() {
        let (a, b) = (within[n], within[(n + 1) % within.len()]);
        // Above 0 to the left.
        let side = |point: [f32; 2]| (b[0] - a[0]) * (point[1] - a[1]) - (b[1] - a[1]) * (point[0] - a[0]);
        let whole = std::mem::take(&mut part);
        for (n, &to) in whole.iter().enumerate() {
            let from = whole[(n + whole.len() - 1) % whole.len()];
            let (before, now) = (side(from), side(to));
            if (before >= 0.0) != (now >= 0.0) {
                let share = before / (before - now);
                part.push([from[0] + (to[0] - from[0]) * share, from[1] + (to[1] - from[1]) * share]);
            }
            if now >= 0.0 {
                part.push(to);
            }
        }
    }
    part
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slope() -> Terrain {
        // It rises by 1 m on 10 m towards the east.
        let heights = (0..5).flat_map(|_| (0..5).map(|column| column as f32)).collect();
        Terrain { corner: [-20.0, -20.0], spacing: 10.0, columns: 5, heights }
    }

    #[test]
    fn what_is_nowhere_is_refused() {
        let with = |terrain: Terrain| Scenery { terrain: Some(terrain), ..Scenery::default() }.check();
        assert_eq!((with(slope()), Scenery::default().check()), (Ok(()), Ok(())));
        assert!(with(Terrain { spacing: 0.0, ..slope() }).is_err());
        assert!(with(Terrain { heights: vec![f32::NAN; 25], ..slope() }).is_err());
        assert!(with(Terrain { columns: 1, ..slope() }).is_err());
        assert!(Scenery { trees: vec![[0.0, f32::INFINITY]], ..Scenery::default() }.check().is_err());
    }

    #[test]
    fn heights_go_evenly_between_crossings() {
        let slope = slope();
        for (at, height) in [([-20.0, 0.0], 0.0), ([0.0, 3.0], 2.0), ([7.5, -12.0], 2.75), ([50.0, 0.0], 0.0)] {
            assert!((slope.height(at) - height).abs() < 1e-5, "{at:?}");
        }
    }

    #[test]
    fn what_is_draped_covers_the_same_ground() {
        let outline = [[-13.0, -8.0], [14.0, -11.0], [12.0, 9.0], [0.0, 2.0], [-9.0, 13.0]];
        let area = |points: &[[f32; 2]]| {
            let cross = |n: usize| {
                let (a, b) = (points[n], points[(n + 1) % points.len()]);
                a[0] * b[1] - a[1] * b[0]
            };
            (0..points.len()).map(cross).sum::<f32>() / 2.0
        };
        let pieces = slope().drape(&outline);
        let flat = |piece: &Vec<[f32; 3]>| piece.iter().map(|[x, y, _]| [*x, *y]).collect::<Vec<_>>();
        let sum: f32 = pieces.iter().map(|piece| area(&flat(piece))).sum();
        assert!((sum - area(&outline)).abs() < 0.1, "{sum} {}", area(&outline));
        let lies = |[x, _, z]: &[f32; 3]| (z - (x + 20.0) / 10.0).abs() < 1e-3;
        assert!(pieces.iter().flatten().all(lies));
    }
}
