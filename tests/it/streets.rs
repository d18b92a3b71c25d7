//! Networks of streets and their demand, read from files of other programs.

use std::collections::BTreeSet;

use autotwin::city::import::sumo;
use autotwin::city::streets::{TurnId, conflicts::stretches};

use crate::data;

/// The district of Bologna has as many of everything as its files, counted by another reader.
#[test]
fn acosta_is_read_whole() {
    let Some(folder) = data::folder("traffic/acosta", "acosta_is_read_whole") else { return };
    let text = |name: &str| std::fs::read_to_string(folder.join(name)).unwrap();
    let scenario = sumo::read(&folder.join("run.sumocfg")).unwrap_or_else(|mistake| panic!("{mistake}"));
    let (streets, demand) = (&scenario.network.streets, &scenario.demand);
    let network = text("acosta_buslanes.net.xml");
    let network = roxmltree::Document::parse(&network).unwrap();
    let all = |name: &'static str| network.descendants().filter(move |node| node.has_tag_name(name));
    let is_inner = |node: &roxmltree::Node| node.attribute("function") == Some("internal");
    let roads: Vec<_> = all("edge").filter(|edge| !is_inner(edge)).collect();
    assert_eq!(streets.roads.len(), roads.len());
    let lanes: Vec<_> =
        roads.iter().flat_map(|road| road.children().filter(|node| node.has_tag_name("lane"))).collect();
    assert_eq!(streets.lanes.len(), lanes.len());
    let length = |node: &roxmltree::Node| node.attribute("length").unwrap().parse::<f64>().unwrap();
    assert_eq!(streets.lanes.iter().map(|lane| lane.length).sum::<f64>(), lanes.iter().map(length).sum::<f64>());
    let turns = all("connection").filter(|node| !node.attribute("from").unwrap().starts_with(':')).count();
    assert_eq!(streets.turns.len(), turns);
    assert_eq!(streets.signals.len(), all("tlLogic").count());
    assert_eq!(
        streets.junctions.len(),
        all("junction").filter(|node| node.attribute("type") != Some("internal")).count()
    );
    // Each request has its letters.
    let ones = |attribute: &str| {
        let letters = all("request").map(|node| node.attribute(attribute).unwrap().matches('1').count());
        letters.sum::<usize>()
    };
    assert_eq!(streets.turns.iter().map(|turn| turn.yields_to.len()).sum::<usize>(), ones("response"));
    assert_eq!(streets.turns.iter().map(|turn| turn.meets.len()).sum::<usize>(), ones("foes"));
    // The ways across a junction are as long as the lanes within it, each of which is on a way.
    let inner: Vec<_> = all("edge")
        .filter(is_inner)
        .flat_map(|edge| edge.children())
        .filter(|node| node.has_tag_name("lane"))
        .collect();
    let across: f64 = streets.turns.iter().map(|turn| turn.length).sum();
    assert!((across - inner.iter().map(length).sum::<f64>()).abs() < 1e-6);
    // The programmes that come with the demand are those that run.
    let programmes = text("acosta_tls.add.xml");
    let programmes = roxmltree::Document::parse(&programmes).unwrap();
    let phases = programmes.descendants().filter(|node| node.has_tag_name("phase")).count();
    assert_eq!(streets.signals.iter().map(|signals| signals.phases.len()).sum::<usize>(), phases);
    assert_eq!(demand.trips.len(), 8779);
    let names: BTreeSet<&str> = demand.trips.iter().map(|trip| &*trip.name).collect();
    assert_eq!(names.len(), 8779);
    assert!(demand.trips.is_sorted_by_key(|trip| trip.departs));
    let halts = text("acosta_busses.rou.xml").matches("<stop ").count();
    assert_eq!(demand.trips.iter().map(|trip| trip.halts.len()).sum::<usize>(), halts);
    let detectors = text("acosta_detectors.add.xml");
    let detectors = roxmltree::Document::parse(&detectors).unwrap();
    let detectors = detectors.descendants().filter(|node| node.has_tag_name("e1Detector")).count();
    assert_eq!(scenario.network.remarks, [format!("{detectors} `e1Detector` were passed over: they are not known")]);
    // Nearly all who meet by the file touch by their lines, too: the file counts with wider lanes.
    let pairs = (0..)
        .map(TurnId)
        .zip(&streets.turns)
        .flat_map(|(turn, about)| about.meets.iter().map(move |other| (turn, *other)));
    let touch = pairs.filter(|(turn, other)| stretches(streets, *turn, *other).is_some()).count();
    let meet = ones("foes");
    assert!(touch * 10 > meet * 9, "{touch} of {meet}");
}
