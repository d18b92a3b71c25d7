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
