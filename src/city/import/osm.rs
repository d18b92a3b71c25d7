//! Maps of OpenStreetMap: XML (`.osm`, `.osm.xml`), the same in gzip (`.gz`), and PBF (`.osm.pbf`).
//!
//! What tags mean is told by <https://wiki.openstreetmap.org/wiki/Map_features>; each module names the pages it goes
//! by. Whatever is dropped, repaired or not understood is told in [`Map::remarks`]. The data of OpenStreetMap are under
//! the Open Database License: who shows them has to say so (<https://www.openstreetmap.org/copyright>).
//!
//! All lengths are metres, all speeds metres a second. The x axis points east, the y axis north, about [`Map::origin`].
//! Traffic is taken to keep to the right: a map does not say.

mod buildings;
mod features;
mod file;
mod footways;
mod ground;
mod kinds;
mod lanes;
mod network;
mod pbf;
mod projection;
mod protobuf;
mod raw;
mod remarks;
mod restrictions;
mod rings;
mod scene;
mod scenery;
mod sets;
mod signs;
mod streets;
mod tags;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod written;
mod xml;

use std::fmt;
use std::path::Path;

pub use self::buildings::Building;
pub use self::footways::{Crossing, CrossingKind, Footway, FootwayKind};
pub use self::projection::Projection;
pub use self::raw::ElementId;
pub use self::scene::{places_out_of_reach, to_scene};
pub use self::scenery::{Address, Area, BusStop};

use self::ground::Ground;
use self::raw::Raw;
use self::remarks::Remarks;
use super::Mistake;
use crate::city::plan::Plan;

/// The number of an element in OpenStreetMap; below 0 if it was never uploaded.
macro_rules! id {
    ($($(#[$about:meta])* $name:ident),*) => { $(
        $(#[$about])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub i64);

        impl fmt::Display for $name {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(out)
            }
        }
    )* };
}

id!(
    /// The number of a node in OpenStreetMap; below 0 if it was never uploaded.
    NodeId,
    /// The number of a way in OpenStreetMap; below 0 if it was never uploaded.
    WayId,
    /// The number of a relation in OpenStreetMap; below 0 if it was never uploaded.
    RelationId
);

/// What a file of OpenStreetMap shows.
#[derive(Clone, Debug, PartialEq)]
pub struct Map {
    /// The latitude and longitude (degrees) of the point where x and y are 0: the middle of the bounds.
    pub origin: [f64; 2],
    /// How far the map reaches: as the file says, else as far as its nodes do.
    pub bounds: Bounds,
    /// The streets for motor traffic.
    pub plan: Plan,
    /// Ways for those who walk or cycle.
    pub footways: Vec<Footway>,
    /// Where those who walk cross a street.
    pub crossings: Vec<Crossing>,
    /// Buildings.
    pub buildings: Vec<Building>,
    /// Water, woods, fields and the like.
    pub areas: Vec<Area>,
    /// Where single trees stand.
    pub trees: Vec<[f64; 2]>,
    /// Houses with numbers, those of buildings among them.
    pub addresses: Vec<Address>,
    /// Where buses halt.
    pub bus_stops: Vec<BusStop>,
    /// How many of what were read.
    pub counts: Counts,
    /// What was dropped, repaired, not understood, or looks wrong, in plain words, with the first few numbers of
    /// elements.
    pub remarks: Vec<String>,
}

/// How far a map reaches: degrees. Where it reaches across the meridian of 180 degrees, its west is greater than its
/// east.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Bounds {
    /// The least latitude.
    pub south: f64,
    /// The longitude of the western side.
    pub west: f64,
    /// The greatest latitude.
    pub north: f64,
    /// The longitude of the eastern side.
    pub east: f64,
}

impl Bounds {
    /// The latitude and longitude of its middle: degrees.
    pub fn middle(&self) -> [f64; 2] {
        let east = if self.east < self.west { self.east + 360.0 } else { self.east };
        let longitude = (self.west + east) / 2.0;
        [(self.south + self.north) / 2.0, if longitude > 180.0 { longitude - 360.0 } else { longitude }]
    }

    /// What holds both, not regarding that the earth is round.
    fn with(self, other: Bounds) -> Bounds {
        Bounds {
            south: self.south.min(other.south),
            west: self.west.min(other.west),
            north: self.north.max(other.north),
            east: self.east.max(other.east),
        }
    }

    /// Of nodes.
    fn of(raw: &Raw) -> Option<Bounds> {
        // Longitudes from -180 on, and from 0 on: across the meridian of 180 degrees, the second are closer together.
        let [plain, turned] = [0.0, 360.0].map(|turn| {
            let points = raw.nodes.iter().map(|node| {
                let [latitude, longitude] = node.place;
                let longitude = if longitude < 0.0 { longitude + turn } else { longitude };
                Bounds { south: latitude, west: longitude, north: latitude, east: longitude }
            });
            points.reduce(Bounds::with)
        });
        let (plain, turned) = (plain?, turned?);
        let back = |longitude: f64| if longitude > 180.0 { longitude - 360.0 } else { longitude };
        let is_across = turned.east - turned.west < plain.east - plain.west;
        Some(if is_across { Bounds { west: back(turned.west), east: back(turned.east), ..turned } } else { plain })
    }
}

/// How many of what were read.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Counts {
    /// Nodes of the file.
    pub nodes: usize,
    /// Ways of the file.
    pub ways: usize,
    /// Relations of the file.
    pub relations: usize,
    /// Ways of the file that are streets for motor traffic, closed ones among them.
    pub street_ways: usize,
    /// How long the streets are, each counted once: metres.
    pub street_length: f64,
    /// Nodes of the file where drivers heed signals (`highway=traffic_signals`).
    pub signals: usize,
    /// Nodes of the plan that have signals.
    pub signalled: usize,
    /// Nodes of the file where drivers stop or give way (`highway=stop`, `highway=give_way`).
    pub signs: usize,
    /// Relations of the file that ban turns (`type=restriction`).
    pub restrictions: usize,
    /// Ways of the file that are outlines of buildings of their own.
    pub building_ways: usize,
    /// Relations of the file that are buildings.
    pub building_relations: usize,
    /// Buildings whose height the file tells, or how many levels they have.
    pub buildings_with_height: usize,
    /// Nodes of the plan at which a single way ends.
    pub dead_ends: usize,
    /// Parts of the plan that no street joins to the largest one.
    pub islands: usize,
    /// How long the streets on them are: metres.
    pub island_length: f64,
}

/// Reads a map. Which form the file has is told by its content.
///
/// # Errors
/// If the file cannot be read, is not of OpenStreetMap, is broken or cut off, or has no nodes: what is wrong, in XML
/// with its line and column, in PBF with the block.
pub fn read(path: &Path) -> Result<Map, Mistake> {
    let mut remarks = Remarks::default();
    let raw = file::read(path, &mut remarks)?;
    convert(&path.display().to_string(), &raw, remarks)
}

/// Makes a map of the elements of a file of that name.
fn convert(name: &str, raw: &Raw, mut remarks: Remarks) -> Result<Map, Mistake> {
    let known = raw.bounds.or_else(|| Bounds::of(raw)).filter(|_| !raw.nodes.is_empty());
    let bounds = known.ok_or_else(|| Mistake::whole(name.to_owned(), "there are no nodes in the file".to_owned()))?;
    let origin = bounds.middle();
    let ground = Ground::new(raw, &Projection::about(origin), &mut remarks);
    let mut counts =
        Counts { nodes: raw.nodes.len(), ways: raw.ways.len(), relations: raw.relations.len(), ..Counts::default() };
    let plan = streets::plan(&ground, &mut counts, &mut remarks);
    let footways = footways::footways(&ground, &mut remarks);
    let crossings = footways::crossings(&ground);
    let buildings = buildings::buildings(&ground, &mut counts, &mut remarks);
    let areas = scenery::areas(&ground, &mut remarks);
    let addresses = scenery::addresses(&ground, &buildings);
    let (trees, bus_stops) = (scenery::trees(&ground), scenery::bus_stops(&ground));
    let remarks = remarks.texts();
    Ok(Map {
        origin,
        bounds,
        plan,
        footways,
        crossings,
        buildings,
        areas,
        trees,
        addresses,
        bus_stops,
        counts,
        remarks,
    })
}
