//! Whole files, good ones and broken ones.

use std::collections::BTreeSet;
use std::path::Path;

use proptest::prelude::*;

use super::raw::{Node, Raw, Way};
use super::remarks::Remarks;
use super::tags::Tags;
use super::written::{self, Form};
use super::*;
use crate::city::plan::{Control, Mark, Sign};
use crate::city::scenery::{AreaKind, Use};
use crate::city::streets::Class;

/// A main street from west (1) to east (5) with a side street to the north (6) at its middle (3), a signal before it
/// (2), a sign on the side street (7), a roundabout at its northern end, and things about.
const TOWN: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<osm version="0.6">
  <note>Not of this world.</note>
  <bounds minlat="49.99" minlon="8.99" maxlat="50.01" maxlon="9.01"/>
  <node id="1" lat="50.0" lon="8.998"/>
  <node id="2" lat="50.0" lon="8.9998"><tag k="highway" v="traffic_signals"/></node>
  <node id="3" lat="50.0" lon="9.0"/>
  <node id="4" lat="50.0" lon="9.001"><tag k="highway" v="crossing"/><tag k="crossing" v="traffic_signals"/></node>
  <node id="5" lat="50.0" lon="9.002"/>
  <node id="6" lat="50.002" lon="9.0"/>
  <node id="7" lat="50.0019" lon="9.0"><tag k="highway" v="give_way"/><tag k="direction" v="backward"/></node>
  <node id="8" lat="50.0022" lon="9.0002"/>
  <node id="9" lat="50.0022" lon="8.9998"/>
  <node id="10" lat="50.001" lon="9.001"><tag k="natural" v="tree"/></node>
  <node id="11" lat="50.0001" lon="9.0015"><tag k="highway" v="bus_stop"/><tag k="name" v="Market"/></node>
  <node id="12" lat="50.003" lon="9.003"/>
  <node id="13" lat="50.003" lon="9.0034"/>
  <node id="14" lat="50.0034" lon="9.0034"/>
  <node id="15" lat="50.0034" lon="9.003"/>
  <node id="16" lat="50.0031" lon="9.0031"/>
  <node id="17" lat="50.0031" lon="9.0033"/>
  <node id="18" lat="50.0033" lon="9.0033"/>
  <node id="19" lat="50.004" lon="9.003"><tag k="addr:housenumber" v="7b"/><tag k="addr:street" v="High Street"/></node>
  <way id="100">
    <nd ref="1"/><nd ref="2"/><nd ref="3"/><nd ref="4"/><nd ref="5"/>
    <tag k="highway" v="secondary"/><tag k="lanes" v="3"/><tag k="lanes:backward" v="1"/>
    <tag k="turn:lanes:forward" v="left|through"/><tag k="maxspeed" v="30 mph"/>
  </way>
  <way id="101">
    <nd ref="6"/><nd ref="7"/><nd ref="3"/>
    <tag k="highway" v="residential"/><tag k="oneway" v="-1"/>
  </way>
  <way id="102">
    <nd ref="6"/><nd ref="8"/><nd ref="9"/><nd ref="6"/>
    <tag k="highway" v="residential"/><tag k="junction" v="roundabout"/>
  </way>
  <way id="103"><nd ref="6"/><nd ref="12"/><tag k="highway" v="footway"/><tag k="width" v="3 m"/></way>
  <way id="104"><nd ref="12"/><nd ref="13"/><nd ref="14"/><nd ref="15"/><nd ref="12"/></way>
  <way id="105"><nd ref="16"/><nd ref="17"/><nd ref="18"/></way>
  <way id="106"><nd ref="18"/><nd ref="16"/></way>
  <way id="107">
    <nd ref="15"/><nd ref="14"/><nd ref="19"/><nd ref="15"/>
    <tag k="landuse" v="grass"/>
  </way>
  <relation id="200">
    <member type="way" ref="100" role="from"/><member type="node" ref="3" role="via"/>
    <member type="way" ref="101" role="to"/>
    <tag k="type" v="restriction"/><tag k="restriction" v="no_left_turn"/>
  </relation>
  <relation id="201">
    <member type="way" ref="104" role="outer"/><member type="way" ref="105" role="inner"/>
    <member type="way" ref="106" role="inner"/>
    <tag k="type" v="multipolygon"/><tag k="building" v="school"/><tag k="building:levels" v="3"/>
    <tag k="addr:housenumber" v="1"/><tag k="name" v="Grammar School"/>
  </relation>
</osm>
"#;

/// Reads a file of this content.
fn map_of(bytes: impl Into<Vec<u8>>) -> Result<Map, Mistake> {
    let mut remarks = Remarks::default();
    let raw = file::parse("town.osm".to_owned(), bytes.into(), &mut remarks)?;
    convert("town.osm", &raw, remarks)
}

fn raw_of(text: &str) -> Raw {
    file::parse("town.osm".to_owned(), text.into(), &mut Remarks::default()).unwrap()
}

#[test]
fn a_town_is_what_its_file_says() {
    let map = map_of(TOWN).unwrap();
    assert_eq!((map.origin, map.remarks.len()), ([50.0, 9.0], 2), "{:?}", map.remarks);
    let Plan { nodes, ways, bans } = &map.plan;
    let names: Vec<&str> = nodes.iter().map(|node| &*node.name).collect();
    assert_eq!(names, ["1", "3", "4", "5", "6", "8"]);
    let way = |name: &str| ways.iter().find(|way| way.name == name).unwrap();
    let ends = |name: &str| way(name).ends.map(|node| names[node]);
    assert_eq!(ways.len(), 6);
    assert_eq!([ends("100#0"), ends("100#1"), ends("100#2")], [["1", "3"], ["3", "4"], ["4", "5"]]);
    // Against the order of the file.
    assert_eq!((ends("101"), way("101").lanes, way("101").rank), (["3", "6"], [1, 0], 4));
    assert_eq!([ends("102#0"), ends("102#1")], [["6", "8"], ["8", "6"]]);
    assert!(way("102#0").is_round && !way("101").is_round);
    let main = way("100#0");
    assert_eq!((main.lanes, main.between.len(), main.signs), ([2, 1], 1, [Sign::None; 2]));
    assert!((main.speed_limit - 13.4112).abs() < 1e-9);
    // The arrows are of the end of the way, where there is no junction.
    assert!(ways.iter().all(|way| way.marks == [vec![], vec![]]));
    assert_eq!(way("101").signs, [Sign::GiveWay, Sign::None]);
    let controls: Vec<Control> = nodes.iter().map(|node| node.control).collect();
    let [signals, none] = [Control::Signals, Control::Priority];
    assert_eq!(controls, [none, signals, signals, none, none, none]);
    assert!(bans.is_empty());
    let remark = "1 bans of turns are from or to a way that goes on beyond the junction, and are left out: 200";
    assert_eq!(map.remarks[0], remark);

    let [building] = &map.buildings[..] else { panic!("there is one building") };
    assert_eq!(
        (building.id, building.purpose, building.height),
        (ElementId::Relation(RelationId(201)), Use::Public, 9.0)
    );
    assert_eq!((building.outline.len(), building.holes.len(), building.holes[0].len()), (4, 1, 3));
    assert!(rings::area(&building.outline) > 0.0 && rings::area(&building.holes[0]) < 0.0);
    assert_eq!(building.name.as_deref(), Some("Grammar School"));
    let [of_node, of_building] = &map.addresses[..] else { panic!("there are two addresses") };
    assert_eq!((&*of_node.number, of_node.street.as_deref()), ("7b", Some("High Street")));
    assert_eq!((&*of_building.number, Some(of_building)), ("1", building.address.as_ref()));
    assert!(rings::holds(&building.outline, of_building.place));
    assert_eq!((map.footways.len(), map.footways[0].width, map.footways[0].kind), (1, 3.0, FootwayKind::Footway));
    assert_eq!((map.crossings.len(), map.crossings[0].kind), (1, CrossingKind::Signals));
    assert_eq!((map.areas.len(), map.areas[0].kind, map.trees.len()), (1, AreaKind::Grass, 1));
    assert_eq!((map.bus_stops.len(), map.bus_stops[0].name.as_deref()), (1, Some("Market")));
    assert_eq!((map.counts.dead_ends, map.counts.islands), (2, 0));
}

/// The town with other streets.
fn changed(changes: &[(&str, &str)]) -> Map {
    let text = changes.iter().fold(TOWN.to_owned(), |text, (what, by)| {
        assert!(text.contains(what), "{what}");
        text.replacen(what, by, 1)
    });
    map_of(text).unwrap()
}

const MAIN: &str = r#"<nd ref="1"/><nd ref="2"/><nd ref="3"/><nd ref="4"/><nd ref="5"/>"#;

/// The main street up to its middle only.
const HALF: (&str, &str) = (MAIN, r#"<nd ref="1"/><nd ref="2"/><nd ref="3"/>"#);

/// The rest of the main street.
const REST: (&str, &str) = (
    "<relation id=\"200\">",
    r#"<way id="99"><nd ref="3"/><nd ref="4"/><nd ref="5"/><tag k="highway" v="secondary"/></way><relation id="200">"#,
);

#[test]
fn arrows_and_bans_are_of_the_ends_of_ways() {
    let rest = (
        "<way id=\"101\">",
        r#"<way id="99"><nd ref="3"/><nd ref="4"/><nd ref="5"/><tag k="highway" v="secondary"/></way><way id="101">"#,
    );
    let map = changed(&[HALF, rest]);
    let way = |name: &str| map.plan.ways.iter().position(|way| way.name == name).unwrap();
    let [right, left] = [(true, false), (false, true)].map(|(straight, left)| Mark { left, straight, right: false });
    assert_eq!(map.plan.ways[way("100")].marks, [vec![right, left], vec![]]);
    let [ban] = map.plan.bans[..] else { panic!("there is one ban") };
    assert_eq!((ban.from, ban.to, ban.is_only), (way("100"), way("101"), false));
    assert_eq!(map.plan.nodes[ban.node].name, "3");
}

#[test]
fn signs_go_to_the_ends_that_heed_them() {
    let stop = ("v=\"give_way\"", "v=\"stop\"");
    let two_ways = ("<tag k=\"oneway\" v=\"-1\"/>", "");
    let signs = |changes: &[(&str, &str)]| {
        let map = changed(changes);
        let way = map.plan.ways.iter().find(|way| way.name == "101").unwrap();
        (way.lanes, way.signs)
    };
    // It leads from north (6) to south (3), and the sign is 11 m from its northern end.
    let backward = ("v=\"backward\"", "v=\"forward\"");
    assert_eq!(signs(&[two_ways, stop]), ([1, 1], [Sign::None, Sign::Stop]));
    assert_eq!(signs(&[two_ways, stop, backward]), ([1, 1], [Sign::None; 2]));
    let unknown = ("<tag k=\"direction\" v=\"backward\"/>", "");
    assert_eq!(signs(&[two_ways, stop, unknown]), ([1, 1], [Sign::None, Sign::Stop]));
    // On the junction itself, where the lesser street leads to it.
    let on_junction = ("<node id=\"3\" lat=\"50.0\" lon=\"9.0\"/>", |value| {
        format!(r#"<node id="3" lat="50.0" lon="9.0"><tag k="highway" v="stop"/><tag k="stop" v="{value}"/></node>"#)
    });
    let minor = on_junction.1("minor");
    assert_eq!(signs(&[two_ways, (on_junction.0, &minor)]), ([1, 1], [Sign::Stop, Sign::GiveWay]));
    let all = on_junction.1("all");
    let map = changed(&[(on_junction.0, &all), ("v=\"traffic_signals\"", "v=\"milestone\"")]);
    let node = map.plan.nodes.iter().find(|node| node.name == "3").unwrap();
    assert_eq!(node.control, Control::AllStop);
}

#[test]
fn signals_far_from_junctions_stand_for_themselves() {
    let map = changed(&[("lon=\"8.9998\"><tag", "lon=\"8.999\"><tag")]);
    let signalled = map.plan.nodes.iter().filter(|node| node.control == Control::Signals);
    assert_eq!(signalled.map(|node| &*node.name).collect::<Vec<_>>(), ["2", "4"]);
    // A crossing beside a junction with signals is a part of it.
    let map = changed(&[("lon=\"9.001\"><tag k=\"highway\"", "lon=\"9.0002\"><tag k=\"highway\"")]);
    let signalled = map.plan.nodes.iter().filter(|node| node.control == Control::Signals);
    assert_eq!(signalled.map(|node| &*node.name).collect::<Vec<_>>(), ["3"]);
}

#[test]
fn buses_have_streets_of_their_own() {
    let map = changed(&[
        HALF,
        REST,
        ("<tag k=\"oneway\" v=\"-1\"/>", "<tag k=\"access\" v=\"no\"/><tag k=\"bus\" v=\"yes\"/>"),
    ]);
    let way = map.plan.ways.iter().find(|way| way.name == "101").unwrap();
    assert_eq!((&way.classes, way.bus_lanes), (&vec![Class::named("bus").unwrap()], [false; 2]));
}

#[test]
fn islands_and_dead_ends_are_told() {
    let map = changed(&[(
        "<way id=\"103\">",
        r#"<way id="98"><nd ref="12"/><nd ref="13"/><tag k="highway" v="service"/></way><way id="103">"#,
    )]);
    assert_eq!((map.counts.dead_ends, map.counts.islands), (4, 1));
    assert!((map.counts.island_length - 28.7).abs() < 0.1, "{}", map.counts.island_length);
    assert!(map.remarks.contains(&"1 parts of the streets are joined to no other: about way 98 (29 m)".to_owned()));
}

/// What is odd is repaired or left out, and told.
#[test]
fn odd_elements_are_told() {
    let told = |changes: &[(&str, &str)], remark: &str| {
        let map = changed(changes);
        assert!(map.remarks.iter().any(|text| text == remark), "{remark}\n{:#?}", map.remarks);
        map
    };
    let way = |nodes: &[i64], tag: &str| {
        let nodes: String = nodes.iter().map(|node| format!("<nd ref=\"{node}\"/>")).collect();
        format!("<way id=\"-7\">{nodes}<tag k=\"{tag}\" v=\"service\"/></way><way id=\"103\">")
    };
    let at = "<way id=\"103\">";
    let gap = way(&[5, 77, 12, 13], "highway");
    let map = told(&[(at, &gap)], "1 ways name nodes that are not in the file, and have gaps there: -7");
    assert!(map.plan.ways.iter().any(|way| way.name == "new7"));
    told(&[(at, &way(&[5, 5, 77], "highway"))], "1 ways have not two nodes that differ, and are left out: -7");
    told(&[(at, &way(&[], "highway"))], "1 ways have not two nodes that differ, and are left out: -7");
    let same = ("lat=\"50.0022\" lon=\"8.9998\"", "lat=\"50.0022\" lon=\"9.0002\"");
    told(&[same], "1 nodes of streets are where the next one is, and taken for one with it: 9");
    told(&[(at, &way(&[12, 13, 14], "building"))], "1 outlines are not closed and left out: -7");
    told(&[(at, &way(&[12, 13, 12], "building"))], "1 outlines have no area and are left out: -7");
    told(
        &[(at, &way(&[12, 13, 77, 12], "building"))],
        "1 outlines name nodes that are not in the file, and are left out: -7",
    );
    let eight = way(&[12, 13, 14, 12, 15, 16, 12], "building");
    let map = told(&[(at, &eight)], "1 outlines touch themselves; only the largest part is kept: -7");
    assert_eq!(map.buildings.len(), 2);
    let member = "<member type=\"way\" ref=\"106\" role=\"inner\"/>";
    told(&[(member, "")], "1 relations have rings that are not closed and left out: 201");
    told(
        &[("ref=\"104\" role=\"outer\"", "ref=\"88\" role=\"outer\"")],
        "1 members of relations are not, or not whole, in the file: way 88 of 201",
    );
    told(&[("<node id=\"12\" ", "<node id=\"11\" ")], "1 nodes come more than once; the last one counts: 11");
    told(&[("<node id=\"10\"", "<node action=\"delete\" id=\"10\"")], "1 elements are deleted and left out: node 10");
    let via = ("<member type=\"node\" ref=\"3\" role=\"via\"/>", "<member type=\"way\" ref=\"102\" role=\"via\"/>");
    told(&[via], "1 bans of turns lead along a way in between and are left out: 200");
    let far = ("lat=\"50.001\" lon=\"9.001\"", "lat=\"50.001\" lon=\"99\"");
    told(&[far], "1 nodes are more than 30 degrees from the middle of the map and left out: 10");
}

/// Each mistake is told with its place and what should be there.
#[test]
fn broken_files_are_refused() {
    let told = |bytes: &[u8], message: &str| {
        let told = map_of(bytes).expect_err(message).to_string();
        assert!(told.starts_with(message), "{told}");
    };
    let broken = |what: &str, by: &str, message: &str| {
        assert!(TOWN.contains(what), "{what}");
        told(TOWN.replacen(what, by, 1).as_bytes(), message);
    };
    broken("lat=\"50.0\"", "lat=\"north\"", "town.osm:5:3: `lat` of `node` is `north`; it should be a number");
    broken("lat=\"50.0\"", "lat=\"NaN\"", "town.osm:5:3: `lat` of `node` is NaN; it should be from -90 to 90 degrees");
    broken(
        "lon=\"8.998\"",
        "lon=\"1e9\"",
        "town.osm:5:3: `lon` of `node` is 1000000000; it should be from -180 to 180",
    );
    broken("lat=\"50.0\" ", "", "town.osm:5:3: `node` has no `lat`");
    broken("id=\"1\"", "id=\"one\"", "town.osm:5:3: `id` of `node` is `one`; it should be a whole number");
    broken("<nd ref=\"1\"/>", "<nd/>", "town.osm:25:5: `nd` has no `ref`");
    broken("type=\"way\" ref=\"100\"", "type=\"path\" ref=\"100\"", "town.osm:46:5: `type` of `member` is `path`");
    broken("k=\"highway\" v=\"traffic_signals\"", "k=\"highway\"", "town.osm:6:40: `tag` has no `v`");
    broken("minlat=\"49.99\"", "minlat=\"60\"", "town.osm:4:3: `minlat` of `bounds` is above `maxlat`");
    broken("<osm ", "<gpx ", "town.osm:2:1: this is a `gpx`; a map begins with `osm`");
    broken("<osm ", "<osmChange ", "town.osm:2:1: this is a change of a map");
    broken("</osm>", "", "town.osm:57:1: the file ends in the midst of an element: it is cut off");
    broken("</way>", "</weg>", "town.osm:28:3: this is no XML: ");
    broken("  </way>\n", "", "town.osm:28:3: a `way` within another element");
    told(b"", "town.osm: the file is empty");
    told(b"PK\x03\x04", "town.osm: this is no file of OpenStreetMap");
    told(b"<?xml version=\"1.0\"?>", "town.osm:1:1: there is no map in the file");
    told(b"<osm></osm>", "town.osm: there are no nodes in the file");
    told(b"<osm>\n\xff</osm>", "town.osm:2:1: the file is no text in UTF-8 from here on");
    let packed = written::gzip(TOWN.as_bytes());
    told(&packed[..packed.len() / 2], "town.osm: the file is broken or cut off: gzip says so after ");
    let missing = read(Path::new("no/such/map.osm")).expect_err("there is none").to_string();
    assert!(missing.starts_with("no/such/map.osm: cannot read it: "), "{missing}");
}

#[test]
fn maps_reach_across_the_meridian_of_180_degrees() {
    let node = |id: i64, longitude: &str| format!("<node id=\"{id}\" lat=\"-17.0\" lon=\"{longitude}\"/>");
    let map = map_of(format!("<osm>{}{}</osm>", node(1, "179.99"), node(2, "-179.97"))).unwrap();
    assert_eq!((map.bounds.west, map.remarks.len()), (179.99, 0));
    assert!((map.bounds.east + 179.97).abs() < 1e-9 && (map.origin[1] + 179.99).abs() < 1e-9, "{:?}", map.origin);
}

/// Bytes that are damaged in a few places.
fn damaged(bytes: Vec<u8>) -> impl Strategy<Value = Vec<u8>> {
    let changes = prop::collection::vec((any::<prop::sample::Index>(), 0..4_u8, any::<u8>()), 1..8);
    changes.prop_map(move |changes| {
        let mut bytes = bytes.clone();
        for (at, how, by) in changes {
            if bytes.is_empty() {
                break;
            }
            let at = at.index(bytes.len());
            match how {
                0 => bytes[at] = by,
                1 => bytes.insert(at, by),
                2 => drop(bytes.remove(at)),
                _ => bytes.truncate(at.max(bytes.len() / 2)),
            }
        }
        bytes
    })
}

/// The town, with one digit or letter changed here and there, so that it mostly still can be read.
fn misspelt() -> impl Strategy<Value = Vec<u8>> {
    let places: Vec<usize> =
        TOWN.bytes().enumerate().filter(|(_, byte)| byte.is_ascii_digit()).map(|(at, _)| at).collect();
    let change = (prop::sample::select(places), b'0'..=b'9');
    prop::collection::vec(change, 1..40).prop_map(|changes| {
        let mut bytes = TOWN.as_bytes().to_vec();
        changes.into_iter().for_each(|(at, by)| bytes[at] = by);
        bytes
    })
}

/// Whatever was read holds together: all numbers point at something, and nothing is not finite or without length.
fn check(map: &Map) {
    let Plan { nodes, ways, bans } = &map.plan;
    let names: BTreeSet<&str> = ways.iter().map(|way| &*way.name).collect();
    assert_eq!(names.len(), ways.len());
    for way in ways {
        let [from, to] = way.ends.map(|node| nodes[node].place);
        assert!(way.ends[0] != way.ends[1] && way.lanes[0] + way.lanes[1] > 0 && way.speed_limit > 0.0);
        let line: Vec<[f64; 2]> = [from].into_iter().chain(way.between.iter().copied()).chain([to]).collect();
        assert!(line.windows(2).all(|pair| ground::distance(pair[0], pair[1]) > 0.001), "{}", way.name);
        for side in [0, 1] {
            assert!(way.marks[side].is_empty() || way.marks[side].len() == way.lanes[side] as usize);
        }
    }
    assert!(bans.iter().all(|ban| ban.from < ways.len() && ban.to < ways.len() && ban.node < nodes.len()));
    for building in &map.buildings {
        assert!(building.base < building.height && building.height <= 830.0);
        let places = building.outline.iter().chain(building.holes.iter().flatten());
        assert!(places.flatten().all(|number| number.is_finite()));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn damaged_files_are_refused_or_read(
        xml in damaged(TOWN.into()),
        packed in damaged(written::gzip(TOWN.as_bytes())),
        pbf in damaged(written::pbf(&raw_of(TOWN), PLAIN)),
        misspelt in misspelt(),
    ) {
        for bytes in [xml, packed, pbf, misspelt] {
            if let Ok(map) = map_of(bytes) {
                check(&map);
            }
        }
    }
}

/// Without zlib, so that damage comes to what it holds.
const PLAIN: Form = Form { is_dense: true, is_packed: false, step: 100, from: [0; 2] };

/// One map, whatever form its file has.
#[test]
fn all_forms_of_files_tell_the_same() {
    let map = map_of(TOWN).unwrap();
    assert_eq!(map_of(written::gzip(TOWN.as_bytes())), Ok(map.clone()));
    assert_eq!(map_of(format!("\u{feff}{TOWN}")), Ok(map.clone()));
    let raw = raw_of(TOWN);
    for is_dense in [true, false] {
        for is_packed in [true, false] {
            for (step, from) in [(100, [0; 2]), (100_000, [50_000_000_000, 9_000_000_000])] {
                let bytes = written::pbf(&raw, Form { is_dense, is_packed, step, from });
                assert_eq!(map_of(written::gzip(&bytes)), Ok(map.clone()));
                assert_eq!(map_of(bytes), Ok(map.clone()));
            }
        }
    }
}

#[test]
fn broken_pbf_is_refused_with_its_block() {
    let raw = raw_of(TOWN);
    let good = written::pbf(&raw, PLAIN);
    let told = |bytes: &[u8], message: &str| {
        let told = map_of(bytes).expect_err(message).to_string();
        assert!(told.starts_with("town.osm: in the block from byte ") && told.contains(message), "{told}");
    };
    told(&good[..good.len() - 1], "the file ends in the midst of it: it is cut off");
    told(&[&good[..], &[0, 0]].concat(), "the file ends in the midst of it: it is cut off");
    told(&[&good[..], &[9, 9, 9, 9]].concat(), "its header should have 151587081 bytes; 65536 are the most");
    let with = |kind: &str, content: &[u8]| [&good[..], &written::block(kind, content, true)].concat();
    let message = |field: u64, inner: &[u8]| {
        let mut outer = Vec::new();
        written::bytes(&mut outer, field, inner);
        outer
    };
    told(&with("OSMHeader", &message(4, b"HistoricalInformation")), "knows `HistoricalInformation`");
    // A way whose key is not among the texts, a node that is nowhere, and one beyond the pole.
    let mut way = vec![0x08, 0x05];
    way.extend([message(2, &[3]), message(3, &[3])].concat());
    told(&with("OSMData", &message(2, &message(3, &way))), "an element has a text that is not in its block");
    told(&with("OSMData", &message(2, &message(1, &[0x08, 0x02]))), "a node does not say which one it is, or where");
    let mut node = vec![0x08, 0x02];
    written::number(&mut node, 8, u64::MAX);
    written::number(&mut node, 9, 0);
    told(&with("OSMData", &message(2, &message(1, &node))), "a node is beyond 90 degrees of latitude");
    told(&with("OSMData", &[0xff]), "a message ends before its last field does");
    assert!(map_of(with("OSMOther", b"?")).unwrap().remarks[0].starts_with("1 blocks are of an unknown kind"));
}

/// Neither long ways nor many small ones need more than some seconds, even without optimisation.
#[test]
fn long_ways_are_read_in_a_line() {
    const MANY: i64 = 1_000_000;
    let (mut raw, mut remarks) = (Raw::default(), Remarks::default());
    let highway = |value| Tags::from_iter([("highway", value)]);
    for number in 0..MANY {
        let place = [50.0 + number as f64 * 1e-6, 9.0 + (number % 2) as f64 * 1e-6];
        let tags = if number % 10 == 0 { highway("traffic_signals") } else { Tags::default() };
        raw.add_node(Node { id: NodeId(number), place, tags }, &mut remarks);
    }
    let nodes: Vec<NodeId> = (0..MANY).map(NodeId).collect();
    raw.add_way(Way { id: WayId(1), nodes: nodes.clone(), tags: highway("residential") }, &mut remarks);
    let ring = nodes.into_iter().chain([NodeId(0)]).collect();
    raw.add_way(Way { id: WayId(2), nodes: ring, tags: Tags::from_iter([("building", "yes")]) }, &mut remarks);
    let map = convert("long.osm", &raw, remarks).unwrap();
    assert_eq!((map.plan.nodes.len() as i64, map.buildings.len()), (MANY / 10 + 1, 1));
}
