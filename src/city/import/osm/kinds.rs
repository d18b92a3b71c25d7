//! Which ways are streets, how important and how fast they are, and who may drive there
//! (<https://wiki.openstreetmap.org/wiki/Key:highway>, <https://wiki.openstreetmap.org/wiki/Key:access>).

use super::tags::{NO_LIMIT, Tags};
use crate::city::streets::Class;

/// A kind of street.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Kind {
    /// Streets of higher rank go first.
    pub rank: u8,
    /// How many lanes it has each way, if it does not say.
    pub lanes: u32,
    /// How fast one may drive, if it does not say: kilometres an hour.
    pub speed: f64,
    /// How wide its lanes are, if it does not say: metres.
    pub lane_width: f64,
}

/// Streets of this rank or less only lead to houses and places to park.
pub const LEAST_RANK: u8 = 1;

const fn kind(rank: u8, lanes: u32, speed: f64, lane_width: f64) -> Kind {
    Kind { rank, lanes, speed, lane_width }
}

/// The values of `highway` that are streets for motor traffic.
///
/// Speeds are those of the German rules: what is advised on motorways (Autobahn-Richtgeschwindigkeits-Verordnung), 100
/// out of towns and 50 in towns (StVO, section 3), walking pace in living streets (StVO, annex 3, sign 325.1); maps say
/// at least on the greater streets where it is otherwise. On the ramps of motorways and trunk roads, and on service
/// roads, there is no rule: 80, 60 and 20 are chosen. Lanes are those that the wiki takes for granted
/// (<https://wiki.openstreetmap.org/wiki/Key:lanes#Assumptions>). Widths are near those of the German guidelines (RAA
/// 2008, RAL 2012, RASt 06).
const KINDS: [(&str, Kind); 17] = [
    ("motorway", kind(14, 2, NO_LIMIT, 3.75)),
    ("trunk", kind(13, 1, 100.0, 3.5)),
    ("primary", kind(12, 1, 50.0, 3.25)),
    ("secondary", kind(11, 1, 50.0, 3.25)),
    ("tertiary", kind(10, 1, 50.0, 3.0)),
    // Who comes from a ramp lets pass who is on the street that it leads to.
    ("motorway_link", kind(9, 1, 80.0, 3.75)),
    ("trunk_link", kind(9, 1, 60.0, 3.5)),
    ("primary_link", kind(8, 1, 50.0, 3.25)),
    ("secondary_link", kind(8, 1, 50.0, 3.25)),
    ("tertiary_link", kind(7, 1, 50.0, 3.0)),
    ("unclassified", kind(5, 1, 50.0, 3.0)),
    ("busway", kind(5, 1, 50.0, 3.25)),
    ("bus_guideway", kind(5, 1, 50.0, 3.0)),
    ("residential", kind(4, 1, 50.0, 2.75)),
    ("road", kind(4, 1, 50.0, 2.75)),
    // Who comes from these lets everybody pass (StVO, section 10).
    ("living_street", kind(2, 1, 7.0, 2.75)),
    ("service", kind(1, 1, 20.0, 2.5)),
];

/// A place to park, or the way to one or to a house: below all other streets.
const DRIVEWAY: Kind = kind(0, 1, 10.0, 2.5);

/// What kind of street a way is, if it is one.
pub fn kind_of(tags: &Tags) -> Option<Kind> {
    let value = tags.get("highway")?;
    let kind = KINDS.iter().find(|(name, _)| *name == value).map(|(_, kind)| *kind)?;
    let is_driveway = value == "service" && tags.is("service", &["driveway", "parking_aisle", "drive-through"]);
    Some(if is_driveway { DRIVEWAY } else { kind })
}

/// Who may drive on a street.
#[derive(Clone, Debug, PartialEq)]
pub enum Users {
    /// Everybody.
    All,
    /// Those who have something to do there. A plan does not tell them from others.
    Some,
    /// These.
    Only(Vec<Class>),
    /// Nobody, or only those that the plan does not have, such as foresters.
    Nobody,
}

/// Who may drive on a street of these tags. What is said of a narrower group of vehicles goes before what is said of a
/// wider one.
pub fn users(tags: &Tags) -> Users {
    let said = tags.first(&["motorcar", "motor_vehicle", "vehicle", "access"]).unwrap_or("yes");
    let is_for_buses = tags.is("highway", &["busway", "bus_guideway"]);
    // Of several, as in `forestry;agricultural`, the widest counts.
    let ranks = said.split(';').map(|value| match value.trim() {
        _ if is_for_buses => 0,
        "no" | "agricultural" | "forestry" | "emergency" | "military" | "official" | "use_sidepath" => 0,
        "private" | "destination" | "customers" | "delivery" | "residents" | "permit" | "employees" => 1,
        _ => 2,
    });
    match ranks.max() {
        Some(0) => {
            let classes = classes(tags, is_for_buses);
            if classes.is_empty() { Users::Nobody } else { Users::Only(classes) }
        }
        Some(1) => Users::Some,
        _ => Users::All,
    }
}

/// The vehicles of public transport that may drive where others may not.
fn classes(tags: &Tags, is_for_buses: bool) -> Vec<Class> {
    let may = |key| tags.is(key, &["yes", "designated", "permissive", "official"]);
    let named = |name, may: bool| Class::named(name).filter(|_| may);
    let buses = named("bus", is_for_buses || may("bus") || may("psv"));
    buses.into_iter().chain(named("taxi", may("taxi") || may("psv"))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streets_are_those_for_motor_traffic() {
        let rank = |pairs: &[(&str, &str)]| kind_of(&pairs.iter().copied().collect()).map(|kind| kind.rank);
        assert!(rank(&[("highway", "motorway")]) > rank(&[("highway", "residential")]));
        assert!(rank(&[("highway", "tertiary")]) > rank(&[("highway", "primary_link")]));
        assert_eq!(rank(&[("highway", "service"), ("service", "driveway")]), Some(0));
        for other in ["footway", "track", "construction", "platform"] {
            assert_eq!(rank(&[("highway", other)]), None, "{other}");
        }
    }

    #[test]
    fn the_narrowest_group_of_vehicles_decides() {
        let of = |pairs: &[(&str, &str)]| users(&pairs.iter().copied().collect());
        let [bus, taxi] = ["bus", "taxi"].map(|name| Class::named(name).unwrap());
        assert_eq!(of(&[]), Users::All);
        assert_eq!(of(&[("access", "no"), ("motor_vehicle", "yes")]), Users::All);
        assert_eq!(of(&[("access", "private")]), Users::Some);
        assert_eq!(of(&[("motor_vehicle", "agricultural;destination")]), Users::Some);
        assert_eq!(of(&[("vehicle", "forestry")]), Users::Nobody);
        assert_eq!(of(&[("access", "no"), ("bus", "yes")]), Users::Only(vec![bus]));
        assert_eq!(of(&[("motor_vehicle", "no"), ("psv", "designated")]), Users::Only(vec![bus, taxi]));
        assert_eq!(of(&[("highway", "busway")]), Users::Only(vec![bus]));
    }
}
