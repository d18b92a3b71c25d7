use petgraph::algo::dijkstra;
use proptest::prelude::*;

use super::*;
use crate::city::streets::{Access, Direction, Junction, JunctionId, Lane, Road, Rule, Turn};

const CAR: Class = Class::PASSENGER;

/// The access of the lanes of each road, from the outer one on, and the turns: from lane to lane, so many metres.
#[derive(Clone, Debug)]
struct Sketch {
    roads: Vec<Vec<Access>>,
    turns: Vec<(u32, u32, f64)>,
}

/// Roads that are so many, with a lane each, and turns of no length between them.
fn plain(roads: u32, turns: &[(u32, u32)]) -> Sketch {
    let turns = turns.iter().map(|(from, to)| (*from, *to, 0.0)).collect();
    Sketch { roads: vec![vec![Access::ALL]; roads as usize], turns }
}

/// Streets whose lanes are 100 m long, and where one may drive 10 m/s, across junctions 8 m/s.
fn streets(sketch: &Sketch) -> Streets {
    let mut streets = Streets::default();
    let mut turns = sketch.turns.clone();
    turns.sort_by_key(|turn| turn.0);
    let before = |lane: u32| turns.partition_point(|turn| turn.0 < lane) as u32;
    streets.junctions.push(Junction { name: String::new(), place: [0.0; 2], outline: Vec::new() });
    for (number, accesses) in (0..).zip(&sketch.roads) {
        let first = streets.lanes.len() as u32;
        streets.lanes.extend((first..).zip(accesses).map(|(lane, access)| Lane {
            road: RoadId(number),
            length: 100.0,
            speed_limit: 10.0,
            width: 3.0,
            access: *access,
            line: Vec::new(),
            turns: before(lane)..before(lane + 1),
        }));
        streets.roads.push(Road {
            name: String::new(),
            from: JunctionId(0),
            to: JunctionId(0),
            lanes: first..streets.lanes.len() as u32,
            is_round: false,
        });
    }
    streets.turns = turns.into_iter().map(turn).collect();
    streets
}

fn turn((from, to, length): (u32, u32, f64)) -> Turn {
    Turn {
        from: LaneId(from),
        to: LaneId(to),
        junction: JunctionId(0),
        length,
        speed_limit: 8.0,
        line: Vec::new(),
        direction: Direction::Straight,
        rule: Rule::Major,
        signals: None,
        yields_to: Vec::new(),
        meets: Vec::new(),
        waits_at: None,
        visible_from: 4.5,
        keeps_clear: true,
    }
}

/// So many junctions each way, with a road in each direction between neighbours, and turns of 8 m but not back.
fn grid(side: u32) -> Streets {
    let junctions = || (0..side).flat_map(|y| (0..side).map(move |x| [x, y]));
    let across = junctions().flat_map(|[x, y]| [([x, y], [x + 1, y]), ([x, y], [x, y + 1])]);
    let across = across.filter(|(_, [x, y])| *x < side && *y < side);
    let ends: Vec<([u32; 2], [u32; 2])> = across.flat_map(|(a, b)| [(a, b), (b, a)]).collect();
    let mut leaving = vec![Vec::new(); (side * side) as usize];
    for (road, ([x, y], _)) in (0_u32..).zip(&ends) {
        leaving[(y * side + x) as usize].push(road);
    }
    let turns = (0_u32..).zip(&ends).flat_map(|(road, (from, [x, y]))| {
        let next = leaving[(y * side + x) as usize].iter().filter(|next| ends[**next as usize].1 != *from);
        next.map(move |next| (road, *next, 8.0))
    });
    let mut streets = streets(&Sketch { roads: vec![vec![Access::ALL]; ends.len()], turns: turns.collect() });
    let place = |[x, y]: [u32; 2]| [x, y].map(|number| 100.0 * f64::from(number));
    let junction = |at| Junction { name: String::new(), place: place(at), outline: Vec::new() };
    streets.junctions = junctions().map(junction).collect();
    for (road, ends) in streets.roads.iter_mut().zip(&ends) {
        [road.from, road.to] = [ends.0, ends.1].map(|[x, y]| JunctionId(y * side + x));
    }
    streets
}

/// How long the quickest ways from a road to all take by Dijkstra's algorithm on all turns, without anything above.
fn reference(streets: &Streets, class: Class, times: &[f64], from: RoadId) -> Vec<Option<f64>> {
    let mut graph = DiGraph::<(), f64>::new();
    let nodes: Vec<NodeIndex> = streets.roads.iter().map(|_| graph.add_node(())).collect();
    let is_open = |lane: &Lane| {
        let time = times[lane.road.index()];
        lane.access.allows(class) && (0.0..LONGEST).contains(&time)
    };
    for turn in &streets.turns {
        let [from, to] = [turn.from, turn.to].map(|lane| streets.lane(lane));
        if is_open(from) && is_open(to) {
            let [road, next] = [from, to].map(|lane| lane.road.index());
            graph.add_edge(nodes[road], nodes[next], times[road] + turn.length / turn.speed_limit);
        }
    }
    let found = dijkstra(&graph, nodes[from.index()], None, |turn| *turn.weight());
    let is_any_open = |road: &Road| road.lanes.clone().any(|lane| is_open(&streets.lanes[lane as usize]));
    let ends = streets.roads.iter().zip(&nodes);
    let ends = ends.map(|(road, node)| found.get(node).copied().filter(|_| is_any_open(road)));
    ends.map(|end| end.filter(|_| is_any_open(&streets.roads[from.index()]))).collect()
}

/// Whether a class may go from each of these roads to the next.
fn is_way(streets: &Streets, class: Class, way: &[RoadId]) -> bool {
    way.windows(2).all(|pair| streets.roads_after(pair[0], class).any(|next| next == pair[1]))
}

fn accesses() -> impl Strategy<Value = Access> {
    let bus = || [Class::named("bus").unwrap()];
    prop_oneof![6 => Just(Access::ALL), 1 => Just(Access::only(bus())), 1 => Just(Access::all_but(bus()))]
}

/// Up to 14 roads with up to 3 lanes, and some turns between any of these.
fn sketches() -> impl Strategy<Value = Sketch> {
    let roads = prop::collection::vec(prop::collection::vec(accesses(), 0..4), 1..15);
    roads.prop_flat_map(|roads| {
        let lanes: u32 = roads.iter().map(|lanes| lanes.len() as u32).sum();
        // Where there are no lanes there are no turns.
        let turn = (0..lanes.max(1), 0..lanes.max(1), (0..20_u8).prop_map(f64::from));
        let turns = prop::collection::vec(turn, 0..3 * lanes as usize + 1);
        turns.prop_map(move |turns| Sketch { roads: roads.clone(), turns })
    })
}

/// Times in eighths of a second, so that sums are exact, with many that are alike and some closed roads.
fn time() -> impl Strategy<Value = f64> {
    let closed = prop_oneof![Just(f64::NAN), Just(f64::INFINITY), Just(-1.0), Just(LONGEST), Just(f64::MAX)];
    prop_oneof![8 => (0..40_u8).prop_map(|eighths| f64::from(eighths) / 8.0), 3 => Just(1.0), 1 => closed]
}

fn all_times() -> impl Strategy<Value = Vec<f64>> {
    prop::collection::vec(time(), 15)
}

proptest! {
    /// The ways are as quick as those of Dijkstra's algorithm, and lead along turns that the class may take, when the
    /// hierarchy is new as well as when it has been prepared for other times.
    #[test]
    fn ways_are_the_quickest(sketch in sketches(), before in all_times(), now in all_times(), is_bus: bool) {
        let class = if is_bus { Class::named("bus").unwrap() } else { CAR };
        let streets = streets(&sketch);
        let fresh = Routes::prepare(&streets, class, &now);
        let again = Routes::prepare(&streets, class, &before).again(&now);
        let mut finder = Finder::default();
        for from in roads(&streets) {
            let expected = reference(&streets, class, &now, from);
            for to in roads(&streets) {
                for routes in [&fresh, &again] {
                    let found = routes.best(&mut finder, from, to);
                    prop_assert_eq!(found.as_ref().map(|route| route.seconds), expected[to.index()]);
                    if let Some(Route { roads, .. }) = found {
                        prop_assert_eq!((roads[0], roads[roads.len() - 1]), (from, to));
                        prop_assert!(is_way(&streets, class, &roads));
                    }
                }
            }
            let all: Vec<RoadId> = roads(&streets).filter(|road| *road != from).collect();
            let nearest = fresh.nearest(&mut finder, from, &all).map(|route| route.seconds);
            let least = all.iter().filter_map(|road| expected[road.index()]).min_by(f64::total_cmp);
            prop_assert_eq!(nearest, least);
        }
    }

    /// With all roads open there is a way to what can be reached, and parts are what can be reached both ways.
    #[test]
    fn what_is_reached_has_a_way(sketch in sketches()) {
        let streets = streets(&sketch);
        let routes = Routes::prepare(&streets, CAR, &free_times(&streets, CAR));
        let reached: Vec<Vec<bool>> = roads(&streets).map(|from| reachable(&streets, CAR, from)).collect();
        let parts = strong_parts(&streets, CAR);
        let mut finder = Finder::default();
        for from in 0..parts.len() {
            for to in 0..parts.len() {
                let way = routes.best(&mut finder, RoadId(from as u32), RoadId(to as u32));
                prop_assert_eq!(way.is_some(), reached[from][to]);
                let is_both = from == to || reached[from][to] && reached[to][from];
                prop_assert_eq!(parts[from] == parts[to], is_both);
            }
        }
    }
}

/// A way of three roads, and one of four round a turn.
fn detour() -> Sketch {
    plain(5, &[(0, 1), (1, 2), (0, 3), (3, 4), (4, 2)])
}

fn way(routes: &Routes, from: u32, to: u32) -> Option<(Vec<u32>, f64)> {
    let found = routes.best(&mut Finder::default(), RoadId(from), RoadId(to));
    found.map(|route| (route.roads.iter().map(|road| road.0).collect(), route.seconds))
}

#[test]
fn a_banned_turn_is_gone_round() {
    let mut sketch = detour();
    let prepared = |sketch: &Sketch| Routes::prepare(&streets(sketch), CAR, &[10.0; 5]);
    assert_eq!(way(&prepared(&sketch), 0, 2), Some((vec![0, 1, 2], 20.0)));
    // It is still allowed to be on the road and to leave it, but not to turn into it.
    sketch.turns.retain(|turn| (turn.0, turn.1) != (0, 1));
    assert_eq!(way(&prepared(&sketch), 0, 2), Some((vec![0, 3, 4, 2], 30.0)));
    assert_eq!(way(&prepared(&sketch), 1, 2), Some((vec![1, 2], 10.0)));
    assert_eq!(way(&prepared(&sketch), 2, 0), None);
}

#[test]
fn lanes_for_others_are_not_used() {
    let mut sketch = detour();
    let bus = Class::named("bus").unwrap();
    sketch.roads[1] = vec![Access::only([bus])];
    let streets = streets(&sketch);
    let prepared = |class| Routes::prepare(&streets, class, &free_times(&streets, class));
    assert_eq!(way(&prepared(bus), 0, 2), Some((vec![0, 1, 2], 20.0)));
    assert_eq!(way(&prepared(CAR), 0, 2), Some((vec![0, 3, 4, 2], 30.0)));
    assert_eq!(way(&prepared(CAR), 0, 1), None);
    assert_eq!((way(&prepared(CAR), 1, 2), way(&prepared(CAR), 1, 1)), (None, None));
    assert_eq!(reachable(&streets, CAR, RoadId(0)), [true, false, true, true, true]);
    assert_eq!(reachable(&streets, CAR, RoadId(1)), [false; 5]);
}

#[test]
fn congestion_is_gone_round() {
    let free = Routes::prepare(&streets(&detour()), CAR, &[10.0; 5]);
    assert_eq!(way(&free.again(&[10.0, 60.0, 10.0, 10.0, 10.0]), 0, 2), Some((vec![0, 3, 4, 2], 30.0)));
    // The last road is not driven along.
    assert_eq!(way(&free.again(&[10.0, 15.0, 9e4, 10.0, 10.0]), 0, 2), Some((vec![0, 1, 2], 25.0)));
    let closed = free.again(&[10.0, f64::NAN, 10.0, f64::INFINITY, 10.0]);
    assert_eq!((way(&closed, 0, 2), way(&closed, 0, 1)), (None, None));
    // And open again.
    assert_eq!(way(&closed.again(&[10.0; 5]), 0, 2), way(&free, 0, 2));
}

#[test]
fn parts_are_numbered_by_size() {
    let mut sketch = plain(7, &[(1, 2), (2, 1), (2, 3), (3, 4), (4, 5), (5, 3)]);
    sketch.roads[0] = vec![Access::only([])];
    assert_eq!(strong_parts(&streets(&sketch), CAR), [3, 1, 1, 0, 0, 0, 2]);
}

#[test]
fn nothing_leads_nowhere() {
    let empty = Routes::prepare(&Streets::default(), CAR, &[]);
    assert_eq!(way(&empty.again(&[1.0]), 0, 0), None);
    assert_eq!((free_times(&Streets::default(), CAR), strong_parts(&Streets::default(), CAR)), (vec![], vec![]));
    assert!(reachable(&Streets::default(), CAR, RoadId(3)).is_empty());

    let lonely = Routes::prepare(&streets(&plain(2, &[])), CAR, &[0.0; 2]);
    assert_eq!((way(&lonely, 0, 0), way(&lonely, 0, 1)), (Some((vec![0], 0.0)), None));
    assert_eq!((way(&lonely, 0, 2), way(&lonely, u32::MAX, 0)), (None, None));
    assert_eq!(lonely.nearest(&mut Finder::default(), RoadId(0), &[]), None);
    assert_eq!(way(&lonely.again(&[]), 0, 0), None);
    assert_eq!(way(&lonely.again(&[f64::NAN; 2]), 0, 0), None);
}

/// Roads and turns without length or speed: what has no length takes no time, what has no speed is closed.
#[test]
fn what_has_no_length_takes_no_time() {
    let mut streets = streets(&plain(4, &[(0, 1), (1, 2), (2, 3), (3, 0), (3, 3)]));
    (streets.lanes[0].length, streets.lanes[0].speed_limit) = (0.0, 0.0);
    streets.lanes[2].speed_limit = 0.0;
    streets.turns[0].speed_limit = 0.0;
    let times = free_times(&streets, CAR);
    assert_eq!(times, [0.0, 10.0, f64::INFINITY, 10.0]);
    let routes = Routes::prepare(&streets, CAR, &times);
    assert_eq!((way(&routes, 0, 1), way(&routes, 1, 2)), (Some((vec![0, 1], 0.0)), None));
    assert_eq!((way(&routes, 3, 3), way(&routes, 3, 1)), (Some((vec![3], 0.0)), Some((vec![3, 0, 1], 10.0))));
    streets.turns[0].length = 1.0;
    assert_eq!(way(&Routes::prepare(&streets, CAR, &times), 0, 1), None);
    streets.turns[0].length = f64::NAN;
    assert_eq!(way(&Routes::prepare(&streets, CAR, &times), 0, 1), None);
}

/// Where all roads are alike, the way is the same whatever the order of contraction is, on any thread.
#[test]
fn equally_quick_ways_are_told_apart() {
    let streets = grid(12);
    let times = vec![10.0; streets.roads.len()];
    let pairs: Vec<_> = (0..500_u32).map(|pair| [pair * 7, pair * 101 + 3].map(|n| RoadId(n % 528))).collect();
    let fresh = Routes::prepare(&streets, CAR, &times);
    let ways = |routes: &Routes| -> Vec<Option<Route>> {
        let mut finder = Finder::default();
        pairs.iter().map(|[from, to]| routes.best(&mut finder, *from, *to)).collect()
    };
    let expected = ways(&fresh);
    std::thread::scope(|scope| {
        let mut network = Network::new(&streets, CAR);
        network.order.reverse();
        let other = Routes::of(Arc::new(network), &times);
        let threads = [fresh, other].map(|routes| scope.spawn(move || ways(&routes)));
        threads.into_iter().for_each(|found| assert_eq!(found.join().unwrap(), expected));
    });
}

/// Of four rows of junctions each half has two, and eight roads lead from half to half.
#[test]
fn roads_between_halves_are_contracted_last() {
    let streets = grid(4);
    let order = contraction_order(&streets);
    let column = |junction: JunctionId| streets.junctions[junction.index()].place[0] as u32 / 200;
    let is_between = |road: &usize| column(streets.roads[*road].from) != column(streets.roads[*road].to);
    assert_eq!(order.iter().map(is_between).collect::<Vec<_>>(), [vec![false; 40], vec![true; 8]].concat());
}

/// A finder serves streets of any size.
#[test]
fn a_finder_is_used_for_other_streets() {
    let mut finder = Finder::default();
    for side in [3, 5, 2] {
        let streets = grid(side);
        let routes = Routes::prepare(&streets, CAR, &free_times(&streets, CAR));
        assert!(routes.best(&mut finder, RoadId(0), RoadId(3)).is_some());
    }
}

/// Along many roads in a row, all between the same junctions, with the longest times.
#[test]
fn long_ways_are_found() {
    let count = 20_000;
    let turns: Vec<(u32, u32)> = (1..count).map(|road| (road - 1, road)).collect();
    let longest = vec![LONGEST - 1.0; count as usize];
    let routes = Routes::prepare(&streets(&plain(count, &turns)), CAR, &longest);
    let (roads, seconds) = way(&routes, 0, count - 1).unwrap();
    assert_eq!((roads.len() as u32, seconds), (count, f64::from(count - 1) * (LONGEST - 1.0)));
}
