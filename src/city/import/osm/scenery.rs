//! What lies about streets and buildings: areas, trees, addresses, bus stops
//! (<https://wiki.openstreetmap.org/wiki/Map_features>). Areas of kinds that are not named here, such as quarters of a
//! town, are passed over.

use std::fmt;

use super::NodeId;
use super::buildings::Building;
use super::features::{Feature, features};
use super::ground::Ground;
use super::raw::ElementId;
use super::remarks::Remarks;
use super::tags::Tags;
use crate::city::scenery::AreaKind;

/// Water, a wood, a field or the like.
#[derive(Clone, Debug, PartialEq)]
pub struct Area {
    /// The way or relation that shows it.
    pub id: ElementId,
    /// What it is.
    pub kind: AreaKind,
    /// Its outline, counterclockwise, without its first point at the end.
    pub outline: Vec<[f64; 2]>,
    /// What does not belong to it, clockwise.
    pub holes: Vec<Vec<[f64; 2]>>,
}

/// A house with a number.
#[derive(Clone, Debug, PartialEq)]
pub struct Address {
    /// The street, or the place or block by which houses are counted, if the file says so.
    pub street: Option<String>,
    /// The number, perhaps with a letter: `5a`.
    pub number: String,
    /// Where it is: the node, or the middle of the building.
    pub place: [f64; 2],
}

/// Where buses halt.
#[derive(Clone, Debug, PartialEq)]
pub struct BusStop {
    /// The node that shows it.
    pub id: NodeId,
    /// Its name, if it has one.
    pub name: Option<String>,
    /// Where one waits, mostly beside the street.
    pub place: [f64; 2],
}

/// All areas.
pub fn areas(ground: &Ground, remarks: &mut Remarks) -> Vec<Area> {
    let area = |Feature { id, kind, shape, .. }: Feature<AreaKind>| Area {
        id,
        kind,
        outline: shape.outline,
        holes: shape.holes,
    };
    features(ground, kind, remarks).into_iter().map(area).collect()
}

/// Where single trees stand.
pub fn trees(ground: &Ground) -> Vec<[f64; 2]> {
    let trees = ground.nodes().filter(|(_, node)| node.tags.is("natural", &["tree"]));
    trees.map(|(spot, _)| ground.place(spot)).collect()
}

/// All addresses: those of nodes, then those of buildings.
pub fn addresses(ground: &Ground, buildings: &[Building]) -> Vec<Address> {
    let of_nodes = ground.nodes().filter_map(|(spot, node)| Address::of(&node.tags, ground.place(spot)));
    of_nodes.chain(buildings.iter().filter_map(|building| building.address.clone())).collect()
}

/// All bus stops.
pub fn bus_stops(ground: &Ground) -> Vec<BusStop> {
    let stops = ground.nodes().filter(|(_, node)| node.tags.is("highway", &["bus_stop"]));
    let stop = |(spot, node): (_, &super::raw::Node)| BusStop {
        id: node.id,
        name: node.tags.get("name").map(str::to_owned),
        place: ground.place(spot),
    };
    stops.map(stop).collect()
}

impl Address {
    /// What is said of an address at a place, if there is a number.
    pub(super) fn of(tags: &Tags, place: [f64; 2]) -> Option<Address> {
        let number = tags.get("addr:housenumber")?.to_owned();
        let street = tags.first(&["addr:street", "addr:place", "addr:block_number"]).map(str::to_owned);
        Some(Address { street, number, place })
    }
}

impl fmt::Display for Address {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.street {
            Some(street) => write!(out, "{street} {}", self.number),
            None => out.write_str(&self.number),
        }
    }
}

/// What an area is, if it is one that is shown.
fn kind(tags: &Tags) -> Option<AreaKind> {
    let by_nature = match tags.text("natural") {
        "water" => Some(AreaKind::Water),
        "wood" => Some(AreaKind::Forest),
        "scrub" | "heath" => Some(AreaKind::Scrub),
        "grassland" => Some(AreaKind::Grass),
        _ => None,
    };
    let by_use = || match tags.text("landuse") {
        "basin" | "reservoir" => Some(AreaKind::Water),
        "forest" => Some(AreaKind::Forest),
        "grass" | "meadow" | "village_green" | "recreation_ground" | "greenfield" => Some(AreaKind::Grass),
        "cemetery" | "flowerbed" => Some(AreaKind::Park),
        "farmland" | "orchard" | "vineyard" | "allotments" | "plant_nursery" => Some(AreaKind::Farmland),
        _ => None,
    };
    let by_leisure = || match tags.text("leisure") {
        "park" | "garden" | "playground" | "dog_park" => Some(AreaKind::Park),
        "pitch" | "golf_course" | "common" => Some(AreaKind::Grass),
        "swimming_pool" => Some(AreaKind::Water),
        _ => None,
    };
    let otherwise = || match (tags.text("amenity"), tags.text("waterway")) {
        ("parking", _) if tags.get("building").is_none() && is_on_ground(tags) => Some(AreaKind::Parking),
        ("grave_yard", _) => Some(AreaKind::Park),
        (_, "riverbank" | "dock") => Some(AreaKind::Water),
        _ if is_square(tags) => Some(AreaKind::Square),
        _ => None,
    };
    by_nature.or_else(by_use).or_else(by_leisure).or_else(otherwise)
}

/// Whether a way for those who walk is a place, not a line.
pub fn is_square(tags: &Tags) -> bool {
    tags.is("area", &["yes"]) && tags.is("highway", &["pedestrian", "footway"])
}

/// Whether cars do not stand below the ground or on several levels.
fn is_on_ground(tags: &Tags) -> bool {
    !tags.is("parking", &["underground", "multi-storey", "rooftop"])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn areas_are_what_their_tags_say() {
        let of = |pairs: &[(&str, &str)]| kind(&pairs.iter().copied().collect());
        assert_eq!(of(&[("natural", "water")]), Some(AreaKind::Water));
        assert_eq!(of(&[("landuse", "meadow")]), Some(AreaKind::Grass));
        assert_eq!(of(&[("leisure", "park"), ("landuse", "forest")]), Some(AreaKind::Forest));
        assert_eq!(of(&[("amenity", "parking")]), Some(AreaKind::Parking));
        assert_eq!(of(&[("amenity", "parking"), ("parking", "underground")]), None);
        assert_eq!(of(&[("highway", "pedestrian"), ("area", "yes")]), Some(AreaKind::Square));
        assert_eq!(of(&[("highway", "pedestrian")]), None);
    }

    #[test]
    fn addresses_need_a_number() {
        let of = |pairs: &[(&str, &str)]| Address::of(&pairs.iter().copied().collect(), [1.0, 2.0]);
        let place = [1.0, 2.0];
        let number = "5a".to_owned();
        assert_eq!(of(&[("addr:housenumber", "5a")]), Some(Address { street: None, number, place }));
        assert_eq!(of(&[("addr:street", "Hainstraße")]), None);
    }
}
