//! Buildings (<https://wiki.openstreetmap.org/wiki/Key:building>,
//! <https://wiki.openstreetmap.org/wiki/Simple_3D_Buildings>).
//!
//! Parts of buildings (`building:part`) are passed over: a building is as high as it says as a whole.

use std::collections::BTreeSet;

use super::Counts;
use super::features::{Feature, features};
use super::ground::Ground;
use super::raw::ElementId;
use super::remarks::Remarks;
use super::rings::{self, Ring};
use super::scenery::Address;
use super::tags::{self, Tags};
use crate::city::scenery::{Roof, Use};

/// A building, or one of several that a relation holds together.
#[derive(Clone, Debug, PartialEq)]
pub struct Building {
    /// The way or relation that shows it.
    pub id: ElementId,
    /// Its outline, counterclockwise, without its first point at the end.
    pub outline: Vec<[f64; 2]>,
    /// Its courtyards, clockwise.
    pub holes: Vec<Vec<[f64; 2]>>,
    /// How high its highest point is above the ground: metres.
    pub height: f64,
    /// Whether the file tells neither the height nor the levels, so that the height is that of others of its use.
    pub is_height_guessed: bool,
    /// How high above the ground it begins: metres; above 0 where one can go below it.
    pub base: f64,
    /// How many levels it has above the ground, without those in the roof, if the file says so.
    pub levels: Option<u32>,
    /// What it is for.
    pub purpose: Use,
    /// Which form its roof has.
    pub roof: Roof,
    /// Its name, if it has one.
    pub name: Option<String>,
    /// Its address, if the file says so.
    pub address: Option<Address>,
}

/// How high a level is: metres. As in Simple 3D Buildings.
const LEVEL: f64 = 3.0;

/// No building is higher: metres. The highest, the Burj Khalifa, has 828.
const HIGHEST: f64 = 830.0;

/// No building has more levels. The Burj Khalifa has 163.
const MOST_LEVELS: u32 = 200;

/// What the values of `building` mean.
const USES: [(Use, &[&str]); 11] = [
    (
        Use::Home,
        &[
            "residential",
            "house",
            "detached",
            "semidetached_house",
            "bungalow",
            "terrace",
            "cabin",
            "farm",
            "villa",
            "houseboat",
        ],
    ),
    (Use::Flats, &["apartments", "dormitory", "hotel", "tower"]),
    (Use::Shop, &["retail", "commercial", "supermarket", "kiosk", "shop", "restaurant", "pub", "mall"]),
    (Use::Office, &["office", "government", "bank"]),
    (
        Use::Industry,
        &["industrial", "warehouse", "factory", "manufacture", "hangar", "depot", "digester", "silo", "storage_tank"],
    ),
    (Use::Farm, &["barn", "farm_auxiliary", "cowshed", "stable", "sty", "greenhouse", "slurry_tank"]),
    (
        Use::Public,
        &[
            "public",
            "civic",
            "school",
            "kindergarten",
            "university",
            "college",
            "hospital",
            "train_station",
            "transportation",
            "fire_station",
            "museum",
            "sports_hall",
            "sports_centre",
            "stadium",
            "townhall",
            "castle",
            "theatre",
        ],
    ),
    (Use::Church, &["church", "chapel", "cathedral", "mosque", "synagogue", "temple", "monastery", "religious"]),
    (Use::Garage, &["garage", "garages", "carport", "parking"]),
    (
        Use::Shed,
        &["shed", "hut", "service", "transformer_tower", "electricity", "toilets", "allotment_house", "gatehouse"],
    ),
    (Use::Shelter, &["roof", "canopy", "bridge", "grandstand"]),
];

/// How high a building of a use is that does not say: metres. Chosen to look right in a small German town.
fn usual_height(purpose: Use) -> f64 {
    match purpose {
        Use::Home => 7.5,
        Use::Flats => 10.0,
        Use::Shop => 6.0,
        Use::Office => 12.0,
        Use::Industry => 8.0,
        Use::Farm => 6.0,
        Use::Public => 9.0,
        Use::Church => 15.0,
        Use::Garage => 2.8,
        Use::Shed => 2.6,
        Use::Shelter => 4.0,
        Use::Other => 6.5,
    }
}

/// All buildings.
pub fn buildings(ground: &Ground, counts: &mut Counts, remarks: &mut Remarks) -> Vec<Building> {
    let found = features(ground, |tags| purpose(tags).map(|_| ()), remarks);
    let ids: BTreeSet<ElementId> = found.iter().map(|feature| feature.id).collect();
    counts.building_ways = ids.iter().filter(|id| matches!(id, ElementId::Way(_))).count();
    counts.building_relations = ids.len() - counts.building_ways;
    for way in ground.raw.ways.iter().filter(|way| way.tags.get("building:part").is_some_and(|part| part != "no")) {
        if way.tags.get("building").is_none() {
            remarks.add("ways are parts of buildings and passed over", way.id);
        }
    }
    for relation in ground.raw.relations.iter().filter(|relation| purpose(&relation.tags).is_some()) {
        if !relation.tags.is("type", &["multipolygon"]) {
            remarks.add("relations are buildings but no multipolygons, and are left out", relation.id);
        }
    }
    for (_, node) in ground.nodes().filter(|(_, node)| purpose(&node.tags).is_some()) {
        remarks.add("buildings are nodes, without an outline, and left out", node.id);
    }
    let buildings: Vec<Building> = found.into_iter().map(|feature| building(feature, remarks)).collect();
    counts.buildings_with_height = buildings.iter().filter(|building| !building.is_height_guessed).count();
    buildings
}

fn building(Feature { id, tags, shape, .. }: Feature<()>, remarks: &mut Remarks) -> Building {
    let purpose = purpose(tags).unwrap_or_default();
    let levels = levels(tags, id, remarks);
    let said = height(tags, levels, id, remarks);
    let height = said.unwrap_or_else(|| usual_height(purpose));
    Building {
        id,
        height,
        is_height_guessed: said.is_none(),
        base: base(tags, height, id, remarks),
        levels,
        purpose,
        roof: roof(tags),
        name: tags.get("name").map(str::to_owned),
        address: address(tags, &shape.outline),
        outline: shape.outline,
        holes: shape.holes,
    }
}

/// What a building is for, if it is one at all.
fn purpose(tags: &Tags) -> Option<Use> {
    let value = tags.get("building").filter(|value| !matches!(*value, "no" | ""))?;
    let known = USES.iter().find(|(_, values)| values.contains(&value)).map(|(purpose, _)| *purpose);
    Some(known.unwrap_or_else(|| purpose_of_whom(tags)))
}

/// What a building is for, by who is in it.
fn purpose_of_whom(tags: &Tags) -> Use {
    match tags.text("amenity") {
        "place_of_worship" | "monastery" => return Use::Church,
        "parking" => return Use::Garage,
        "shelter" => return Use::Shelter,
        "restaurant" | "cafe" | "fast_food" | "pub" | "bar" | "bank" | "pharmacy" | "fuel" | "car_wash" => {
            return Use::Shop;
        }
        "" => {}
        _ => return Use::Public,
    }
    if tags.get("shop").is_some() {
        Use::Shop
    } else if tags.get("office").is_some() {
        Use::Office
    } else if tags.is("tourism", &["hotel", "guest_house", "hostel"]) {
        Use::Flats
    } else if tags.is("man_made", &["works", "silo", "storage_tank", "wastewater_plant"]) {
        Use::Industry
    } else {
        Use::Other
    }
}

fn levels(tags: &Tags, id: ElementId, remarks: &mut Remarks) -> Option<u32> {
    let text = tags.first(&["building:levels", "levels"])?;
    let levels = tags::count(text).filter(|levels| *levels <= MOST_LEVELS);
    if levels.is_none() {
        remarks.add("buildings have a number of levels that cannot be, which is passed over", id);
    }
    levels
}

/// How high a building says it is, or its levels make it.
fn height(tags: &Tags, levels: Option<u32>, id: ElementId, remarks: &mut Remarks) -> Option<f64> {
    if let Some(text) = tags.first(&["height", "building:height", "est_height"]) {
        let height = tags::length(text).filter(|height| *height > 0.0 && *height <= HIGHEST);
        if height.is_some() {
            return height;
        }
        remarks.add("buildings have a height that cannot be, which is passed over", id);
    }
    let in_roof = tags.get("roof:levels").and_then(tags::count).filter(|levels| *levels <= MOST_LEVELS);
    let all = levels? + in_roof.unwrap_or(0);
    (all > 0).then(|| f64::from(all) * LEVEL)
}

/// How high above the ground a building begins.
fn base(tags: &Tags, height: f64, id: ElementId, remarks: &mut Remarks) -> f64 {
    let said = tags.first(&["min_height", "building:min_height"]).map(tags::length);
    let by_levels =
        || tags.first(&["building:min_level", "min_level"]).map(|text| Some(f64::from(tags::count(text)?) * LEVEL));
    match said.or_else(by_levels) {
        None => 0.0,
        Some(Some(base)) if (0.0..height).contains(&base) => base,
        Some(_) => {
            remarks.add("buildings begin at a height that cannot be, and are taken to begin at the ground", id);
            0.0
        }
    }
}

fn roof(tags: &Tags) -> Roof {
    match tags.first(&["roof:shape", "building:roof:shape"]).unwrap_or_default() {
        "flat" => Roof::Flat,
        "gabled" | "pitched" | "saltbox" => Roof::Gabled,
        "hipped" => Roof::Hipped,
        "half-hipped" | "half_hipped" => Roof::HalfHipped,
        "skillion" | "lean_to" => Roof::Skillion,
        "pyramidal" | "cone" => Roof::Pyramidal,
        "gambrel" => Roof::Gambrel,
        "mansard" => Roof::Mansard,
        "round" | "barrel" => Roof::Round,
        "dome" | "onion" => Roof::Dome,
        _ => Roof::Unknown,
    }
}

fn address(tags: &Tags, outline: &Ring) -> Option<Address> {
    Address::of(tags, rings::middle(outline))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: ElementId = ElementId::Way(super::super::WayId(7));

    #[test]
    fn uses_are_told_by_the_building_or_by_who_is_in_it() {
        let of = |pairs: &[(&str, &str)]| purpose(&pairs.iter().copied().collect());
        assert_eq!(of(&[("building", "house")]), Some(Use::Home));
        assert_eq!(of(&[("building", "yes"), ("shop", "bakery")]), Some(Use::Shop));
        assert_eq!(of(&[("building", "yes"), ("amenity", "place_of_worship")]), Some(Use::Church));
        assert_eq!(of(&[("building", "yes"), ("amenity", "school")]), Some(Use::Public));
        assert_eq!(of(&[("building", "garage"), ("amenity", "school")]), Some(Use::Garage));
        assert_eq!(of(&[("building", "yes")]), Some(Use::Other));
        assert_eq!((of(&[("building", "no")]), of(&[("highway", "service")])), (None, None));
    }

    #[test]
    fn heights_come_from_the_file_or_its_levels() {
        let of = |pairs: &[(&str, &str)]| {
            let tags = pairs.iter().copied().collect();
            let mut remarks = Remarks::default();
            let levels = levels(&tags, ID, &mut remarks);
            (height(&tags, levels, ID, &mut remarks), remarks.texts().len())
        };
        assert_eq!(of(&[("height", "12.5 m"), ("building:levels", "2")]), (Some(12.5), 0));
        assert_eq!(of(&[("building:levels", "2"), ("roof:levels", "1")]), (Some(9.0), 0));
        assert_eq!(of(&[("building:levels", "0")]), (None, 0));
        assert_eq!(of(&[("height", "99999"), ("building:levels", "2")]), (Some(6.0), 1));
        assert_eq!(of(&[("height", "tall"), ("building:levels", "9999")]), (None, 2));
        assert_eq!(of(&[("height", "-3")]), (None, 1));
    }

    #[test]
    fn bases_are_below_the_top() {
        let of = |pairs: &[(&str, &str)]| base(&pairs.iter().copied().collect(), 9.0, ID, &mut Remarks::default());
        assert_eq!(of(&[("min_height", "4")]), 4.0);
        assert_eq!(of(&[("building:min_level", "1")]), 3.0);
        assert_eq!(of(&[("min_height", "9")]), 0.0);
        assert_eq!(of(&[("min_height", "low")]), 0.0);
    }
}
