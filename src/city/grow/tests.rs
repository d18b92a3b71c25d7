//! Tests of grown cities: what must hold for whatever numbers they grow from.

use proptest::prelude::*;

use super::plot::{bounds, is_inside, overlap};
use super::*;
use crate::city::build::build;
use crate::city::build::lines::{self, Point};
use crate::city::routes::strong_parts;
use crate::city::scenery::{AreaKind, Terrain};
use crate::city::settings::City;
use crate::city::streets::Streets;

/// Small cities of all kinds.
fn any_city() -> impl Strategy<Value = Grown> {
    let sizes = (any::<u64>(), 200.0..650.0, 80.0..130.0, 300.0..600.0, 0.0..=1.0);
    let kinds = (any::<bool>(), 0.0..=1.0, 1_u32..40, 0.0..0.5, 0.0..0.5);
    (sizes, kinds).prop_map(|((seed, radius, block, arterials, bend), (river, density, tallest, parks, industry))| {
        let vehicles_per_hour = 200.0;
        let sizes = Grown { seed, radius, block, arterials, bend, vehicles_per_hour, ..Grown::default() };
        Grown { river, density, tallest, parks, industry, ..sizes }
    })
}

fn double(outline: &[[f32; 2]]) -> Vec<Point> {
    outline.iter().map(|point| point.map(f64::from)).collect()
}

fn streets(growth: &Growth) -> Streets {
    let built = build(&growth.plan).unwrap();
    assert_eq!(built.remarks, Vec::<String>::new());
    assert_eq!(built.streets.check(), Ok(()));
    built.streets
}

/// How far a point is from a line.
fn far(point: Point, line: &[Point]) -> f64 {
    let to = |ends: &[Point]| {
        let along = lines::direction(ends[0], ends[1]);
        let at = (point[0] - ends[0][0]) * along[0] + (point[1] - ends[0][1]) * along[1];
        lines::distance(point, lines::ahead(ends[0], along, at.clamp(0.0, lines::distance(ends[0], ends[1]))))
    };
    line.windows(2).map(to).fold(f64::INFINITY, f64::min)
}

/// The walls of an outline, with points no farther from each other than 2 m.
fn walls(outline: &[Point]) -> Vec<Point> {
    let edges = outline.iter().enumerate().map(|(place, from)| (*from, outline[(place + 1) % outline.len()]));
    edges
        .flat_map(|(from, to)| {
            let parts = (lines::distance(from, to) / 2.0).ceil().max(1.0);
            (0..parts as usize).map(move |part| bend::between(from, to, part as f64 / parts))
        })
        .collect()
}

fn height_at(terrain: &Terrain, place: Point) -> f64 {
    let at = [0, 1].map(|axis| (place[axis] - f64::from(terrain.corner[axis])) / f64::from(terrain.spacing));
    let [column, row] = at.map(|at| at.floor() as usize);
    let [right, up] = at.map(|at| at - at.floor());
    let height = |column: usize, row: usize| f64::from(terrain.heights[row * terrain.columns as usize + column]);
    let along = |row: usize| height(column, row) * (1.0 - right) + height(column + 1, row) * right;
    along(row) * (1.0 - up) + along(row + 1) * up
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Its streets can be built, every road leads to every other, and none is shorter than a junction needs.
    #[test]
    fn all_streets_are_joined(grown in any_city()) {
        let growth = grown.grow();
        let streets = streets(&growth);
        prop_assert!(streets.roads.len() > 8);
        let parts = strong_parts(&streets, Class::PASSENGER);
        prop_assert!(parts.iter().all(|part| *part == 0));
        for way in &growth.plan.ways {
            let [from, to] = way.ends.map(|end| growth.plan.nodes[end].place);
            prop_assert!(lines::distance(from, to) > 25.0, "{} is {} m long", way.name, lines::distance(from, to));
        }
    }

    /// Ways that meet do so at an angle at which one can turn.
    #[test]
    fn ways_meet_at_wide_angles(grown in any_city()) {
        let plan = grown.grow().plan;
        let mut arms: Vec<Vec<Point>> = vec![Vec::new(); plan.nodes.len()];
        for way in &plan.ways {
            let [from, to] = way.ends.map(|end| plan.nodes[end].place);
            let line: Vec<Point> = [&[from][..], &way.between, &[to]].concat();
            arms[way.ends[0]].push(lines::direction(from, line[1]));
            arms[way.ends[1]].push(lines::direction(to, line[line.len() - 2]));
        }
        for arms in arms {
            for (place, one) in arms.iter().enumerate() {
                for other in &arms[place + 1..] {
                    prop_assert!(lines::angle(*one, *other).abs() > 0.6, "{}", lines::angle(*one, *other));
                }
            }
        }
    }

    /// Nothing stands on a street or its pavement, in water, or where something else stands.
    #[test]
    fn buildings_stand_where_nothing_else_is(grown in any_city()) {
        let growth = grown.grow();
        let streets = streets(&growth);
        let outlines: Vec<Vec<Point>> = growth.scenery.buildings.iter().map(|building| double(&building.outline)).collect();
        for (place, one) in outlines.iter().enumerate() {
            let other = outlines[place + 1..].iter().find(|other| overlap(one, other));
            prop_assert!(other.is_none(), "{:?} and {:?}", one, other);
        }
        let water = growth.scenery.areas.iter().filter(|area| area.kind == AreaKind::Water);
        let water: Vec<Vec<Point>> = water.map(|area| double(&area.outline)).collect();
        for outline in &outlines {
            prop_assert!(water.iter().all(|water| !overlap(outline, water)));
            let [low, high] = bounds(outline);
            let walls = walls(outline);
            for lane in &streets.lanes {
                let [from, to] = bounds(&lane.line);
                if (0..2).any(|axis| low[axis] > to[axis] + 9.0 || high[axis] < from[axis] - 9.0) {
                    continue;
                }
                let nearest = walls.iter().map(|wall| far(*wall, &lane.line)).fold(f64::INFINITY, f64::min);
                prop_assert!(nearest >= lane.width / 2.0 + 2.5, "{nearest} m beside a lane");
                prop_assert!(!lane.line.iter().any(|point| is_inside(*point, outline)));
            }
        }
        prop_assert!(growth.scenery.buildings.iter().all(|building| building.height > 1.0));
    }

    /// Streets and houses are level, whatever hills there are.
    #[test]
    fn the_ground_is_level_where_it_has_to_be(grown in any_city()) {
        let growth = Grown { hills: 100.0, ..grown }.grow();
        let terrain = growth.scenery.terrain.as_ref().unwrap();
        prop_assert_eq!(terrain.heights.len() % terrain.columns as usize, 0);
        let lanes = streets(&growth).lanes.into_iter().flat_map(|lane| lane.line);
        let houses = growth.scenery.buildings.iter().flat_map(|building| double(&building.outline));
        for place in lanes.chain(houses) {
            prop_assert_eq!(height_at(terrain, place), 0.0);
        }
        prop_assert!(terrain.heights.iter().any(|height| *height > 20.0));
    }

    /// Everybody finds a way, buses come to their stops, and the same numbers make the same city.
    #[test]
    fn all_trips_have_a_way(grown in any_city(), seed in any::<u64>()) {
        let (one, same) = (grown.grow(), grown.grow());
        prop_assert_eq!(&one.plan, &same.plan);
        prop_assert_eq!(&one.scenery, &same.scenery);
        prop_assert_eq!(&one.flows, &same.flows);
        let wanted = grown.vehicles_per_hour;
        let all: f64 = one.flows.iter().map(|flow| flow.per_hour).sum();
        prop_assert!((all - wanted).abs() < 1e-6, "{all} of {wanted}");
        let city = City { grown: Some(grown), ..City::default() };
        let town = city.town(Seed(seed));
        prop_assert!(town.is_ok(), "{:?}", town.err());
    }
}

/// Everything is in a city of a usual size, and shares of the ground are as they were asked for.
#[test]
fn a_city_has_all_that_belongs_to_it() {
    let grown = Grown { radius: 900.0, parks: 0.15, ..Grown::default() };
    let growth = grown.grow();
    let mut purposes: Vec<_> = growth.scenery.buildings.iter().map(|building| building.purpose).collect();
    purposes.sort_unstable();
    purposes.dedup();
    assert!(purposes.len() >= 8, "{purposes:?}");
    let area = |kind: AreaKind| growth.scenery.areas.iter().filter(move |area| area.kind == kind).count();
    let areas = [AreaKind::Park, AreaKind::Parking, AreaKind::Water, AreaKind::Farmland].map(area);
    assert!(areas.iter().all(|count| *count > 0), "{areas:?}");
    let (trees, paths) = (growth.scenery.trees.len(), growth.scenery.paths.len());
    assert!(trees > 3000 && paths > 50, "{trees} trees, {paths} paths");
    assert_eq!(growth.lines.len(), 4);
    let other = Grown { seed: 2, ..grown.clone() }.grow();
    assert_ne!(growth.plan, other.plan);
    let without = Grown { river: false, buses: 0, industry: 0.0, parks: 0.0, ..grown }.grow();
    assert!(without.lines.is_empty());
    // Ponds are small.
    let wide = |area: &&crate::city::scenery::Area| lines::length(&double(&area.outline)) > 2.0 * 900.0;
    assert!(!without.scenery.areas.iter().filter(|area| area.kind == AreaKind::Water).any(|area| wide(&area)));
}

/// What a grown city has, an author does not have as well; but its kinds of vehicles may be other ones.
#[test]
fn what_is_there_twice_is_refused() {
    let grown = Grown { radius: 300.0, ..Grown::default() };
    let city = |more: serde_json::Value| -> City {
        let mut whole = json!({"grown": &grown});
        whole.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        serde_json::from_value(whole).unwrap()
    };
    let both = city(json!({"nodes": {"a": {"at": [0, 0]}}})).town(Seed(0)).err().unwrap();
    assert_eq!((both.field, &*both.cure), (vec!["nodes".to_owned()], "leave out `nodes`, or `grown`"));
    let town = city(json!({"kinds": {"car": {"length": 4.2}}})).town(Seed(0)).unwrap();
    let cars: Vec<f64> = town.demand.kinds.iter().filter(|kind| kind.name == "car").map(|kind| kind.length).collect();
    assert_eq!(cars, [4.2]);
}
