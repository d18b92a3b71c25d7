//! Maps of OpenStreetMap, read from files of a town.

use std::collections::BTreeMap;
use std::io::Read;

use autotwin::city::import::osm::{self, CrossingKind, ElementId, Projection};
use autotwin::city::plan::Control;
use roxmltree::{Document, Node};

use crate::data;

/// The tags of an element, by another reader.
fn tags<'a>(element: Node<'a, 'a>) -> BTreeMap<&'a str, &'a str> {
    let tags = element.children().filter(|child| child.has_tag_name("tag"));
    tags.map(|tag| (tag.attribute("k").unwrap(), tag.attribute("v").unwrap())).collect()
}

/// The town has as many of everything as its file, counted by another reader.
#[test]
fn bad_hersfeld_is_read_whole() {
    let Some(folder) = data::folder("osm", "bad_hersfeld_is_read_whole") else { return };
    let path = folder.join("bad_hersfeld.osm.xml.gz");
    let map = osm::read(&path).unwrap_or_else(|mistake| panic!("{mistake}"));
    let mut text = String::new();
    let file = std::fs::File::open(&path).unwrap();
    flate2::read::MultiGzDecoder::new(file).read_to_string(&mut text).unwrap();
    let document = Document::parse(&text).unwrap();
    let elements: Vec<_> = document.root_element().children().filter(Node::is_element).collect();
    let of = |kind: &str| -> Vec<_> {
        let found = elements.iter().filter(|element| element.has_tag_name(kind));
        found.map(|element| (element.attribute("id").unwrap(), *element, tags(*element))).collect()
    };
    let (nodes, ways, relations) = (of("node"), of("way"), of("relation"));
    assert_eq!((map.counts.nodes, map.counts.ways, map.counts.relations), (nodes.len(), ways.len(), relations.len()));
    let with = |elements: &[(&str, Node, BTreeMap<&str, &str>)], key: &str, values: &[&str]| {
        let has = |tags: &BTreeMap<&str, &str>| tags.get(key).is_some_and(|value| values.contains(value));
        elements.iter().filter(|(_, _, tags)| has(tags)).count()
    };
    let streets = [
        "motorway",
        "trunk",
        "primary",
        "secondary",
        "tertiary",
        "motorway_link",
        "trunk_link",
        "primary_link",
        "secondary_link",
        "tertiary_link",
        "unclassified",
        "residential",
        "living_street",
        "service",
        "road",
        "busway",
    ];
    assert_eq!(map.counts.street_ways, with(&ways, "highway", &streets));
    assert_eq!(map.counts.signals, with(&nodes, "highway", &["traffic_signals"]));
    assert_eq!(map.counts.signs, with(&nodes, "highway", &["stop", "give_way"]));
    assert_eq!(map.counts.restrictions, with(&relations, "type", &["restriction"]));
    assert_eq!(map.trees.len(), with(&nodes, "natural", &["tree"]));
    assert_eq!(map.bus_stops.len(), with(&nodes, "highway", &["bus_stop"]));
    let crossings = map.crossings.iter().filter(|crossing| {
        let (_, _, tags) = nodes.iter().find(|(id, ..)| *id == crossing.id.to_string()).unwrap();
        tags["highway"] == "crossing"
    });
    assert_eq!(crossings.count(), with(&nodes, "highway", &["crossing"]));
    let has_signals = |tags: &BTreeMap<&str, &str>| {
        let is_on_street = matches!(tags.get("highway"), Some(&("crossing" | "traffic_signals")));
        is_on_street && matches!(tags.get("crossing"), Some(&("traffic_signals" | "pedestrian_signals")))
    };
    let with_signals = map.crossings.iter().filter(|crossing| crossing.kind == CrossingKind::Signals).count();
    let said = nodes.iter().filter(|(_, _, tags)| has_signals(tags)).count();
    assert!(with_signals >= said && said > 30, "{with_signals} of {said}");

    // Buildings: ways that are none of a relation's outlines, and relations.
    let has_building = |tags: &BTreeMap<&str, &str>| tags.get("building").is_some_and(|value| *value != "no");
    let of_relations: Vec<_> =
        relations.iter().filter(|(_, _, tags)| has_building(tags) && tags["type"] == "multipolygon").collect();
    let outlines: Vec<&str> = of_relations
        .iter()
        .flat_map(|(_, relation, _)| relation.children().filter(|member| member.attribute("role") == Some("outer")))
        .map(|member| member.attribute("ref").unwrap())
        .collect();
    let of_ways = ways.iter().filter(|(id, _, tags)| has_building(tags) && !outlines.contains(id));
    let lines: Vec<Vec<&str>> =
        of_ways.map(|(_, way, _)| way.children().filter_map(|child| child.attribute("ref")).collect()).collect();
    let closed = lines.iter().filter(|line| line.len() > 3 && line.first() == line.last()).count();
    assert_eq!(map.counts.building_ways, closed);
    assert_eq!(map.counts.building_relations, of_relations.len());
    let of_ways = map.buildings.iter().filter(|building| matches!(building.id, ElementId::Way(_))).count();
    assert_eq!(of_ways, closed);
    let numbered = |elements: &[(&str, Node, BTreeMap<&str, &str>)], is_building: bool| {
        let numbered = elements.iter().filter(|(_, _, tags)| tags.contains_key("addr:housenumber"));
        numbered.filter(|(_, _, tags)| !is_building || has_building(tags)).count()
    };
    let addresses = numbered(&nodes, false) + numbered(&ways, true) + numbered(&relations, true);
    assert_eq!(map.addresses.len(), addresses);

    // Each street and each node of the plan is one of the file, and where it says.
    let place_of: BTreeMap<&str, [f64; 2]> = nodes
        .iter()
        .map(|(id, node, _)| (*id, ["lat", "lon"].map(|key| node.attribute(key).unwrap().parse().unwrap())))
        .collect();
    let projection = Projection::about(map.origin);
    for way in &map.plan.ways {
        let named = ways.iter().find(|(id, ..)| Some(*id) == way.name.split('#').next());
        assert!(named.is_some_and(|(_, _, tags)| streets.contains(&tags["highway"])), "{}", way.name);
    }
    for node in &map.plan.nodes {
        let [x, y] = projection.forward(place_of[&*node.name]);
        assert!((x - node.place[0]).abs() < 1e-6 && (y - node.place[1]).abs() < 1e-6, "{}", node.name);
    }
    let signalled = map.plan.nodes.iter().filter(|node| node.control == Control::Signals).count();
    assert_eq!(signalled, map.counts.signalled);
    eprintln!("{:#?}", map.counts);
    eprintln!("{}", map.remarks.join("\n"));
}
