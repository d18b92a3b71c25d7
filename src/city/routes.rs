//! Routes: the quickest way through streets from a road to a road, as traffic is now.
//!
//! Whether one may go on from a road to another depends on both, for turns may be banned. So roads are the vertices of
//! the graph that is searched, and turns its arcs: an arc costs the time on the road that is left and on the turn. Of
//! several turns from road to road the quickest counts, and lanes count only if they are open to the class of vehicles.
//!
//! The graph is prepared for many searches as a contraction hierarchy (Geisberger, Sanders, Schultes and Delling,
//! "Contraction hierarchies: faster and simpler hierarchical routing in road networks", WEA 2008), by the crate
//! `fast_paths`. The order in which it contracts roads is ours. Its own follows from the times and is found by trial,
//! which takes minutes where all streets are much alike; and when times change, it does not suit them any more. So the
//! streets are halved again and again instead, and the roads that lead from one half to the other are contracted after
//! all within the halves: nested dissection, as for "Customizable contraction hierarchies" (Dibbelt, Strasser and
//! Wagner, ACM Journal of Experimental Algorithmics 21, 2016). This order suits all times, and is found once.
//!
//! # What decides between ways that are equally quick
//!
//! In a regular grid thousands of ways take equally long. Each arc is therefore made longer by less than a millisecond,
//! at random ([`Seed`]) by the numbers of its two roads and by nothing else. This makes one of these ways the quickest,
//! on any thread and in any run, and whoever is under way on it finds it again, unless there is a quicker one. The
//! price is that a way may take longer than the quickest, by less than a millisecond a turn. Should two ways still be
//! equally quick, to a billionth of a second, the order of contraction decides, which follows from the streets.

use std::cmp::Reverse;
use std::sync::Arc;

use fast_paths::{FastGraph, InputGraph, ParamsWithOrder, PathCalculator};
use petgraph::algo::kosaraju_scc;
use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::visit::{Dfs, Walker};

use super::streets::{Class, LaneId, RoadId, Streets};
use crate::engine::random::{Purpose, Seed};

#[cfg(test)]
mod tests;

/// A road on which one would spend this long counts as closed: seconds, somewhat more than a day.
///
/// So no sum of times gets too large for the whole numbers with which hierarchies reckon: with 64 bits it would take a
/// way along more than a hundred thousand such roads.
pub const LONGEST: f64 = 1e5;

/// How many bits of a whole number tell equally quick ways from each other. There is no room for them in 32 bits.
const TIE_BITS: u32 = if usize::BITS >= 64 { 20 } else { 0 };

/// How many units of the whole numbers with which hierarchies reckon are a second: the bits for ties are a millisecond.
const UNITS: f64 = (1024_u64 << TIE_BITS) as f64;

/// How many roads are searched at most for a way that saves a shortcut. More makes fewer shortcuts, but takes longer.
const WITNESSES: usize = 20;

/// The quickest way from one road to another.
#[derive(Clone, Debug, PartialEq)]
pub struct Route {
    /// The roads, from the first to the last.
    pub roads: Vec<RoadId>,
    /// How long it takes from the beginning of the first road to the beginning of the last: seconds. It is the sum of
    /// the times of the roads, but for the last, and of the turns, not rounded.
    pub seconds: f64,
}

/// Streets, prepared to find the quickest ways for a class of vehicles with the times as they are.
///
/// It can be shared between threads, each with a [`Finder`] of its own.
#[derive(Clone, Debug)]
pub struct Routes {
    network: Arc<Network>,
    /// How long each road takes: seconds, infinite where it is closed.
    times: Vec<f64>,
    graph: FastGraph,
}

/// What does not change with the times.
#[derive(Debug)]
struct Network {
    /// Whether the class may use some lane of each road.
    is_usable: Vec<bool>,
    /// Between different roads, each two at most once, by where they lead from and to.
    links: Vec<Link>,
    /// The vertices of the graph in the order in which they are contracted.
    order: Vec<usize>,
}

/// The quickest turn from a road to another.
#[derive(Clone, Copy, Debug)]
struct Link {
    from: RoadId,
    to: RoadId,
    /// How long the turn takes.
    seconds: f64,
    /// By how many units it is made longer.
    tie: usize,
}

/// What a search writes on. Searches are quicker if they share it; their results are the same if they do not.
#[derive(Default)]
pub struct Finder(Option<(usize, PathCalculator)>);

impl Routes {
    /// Prepares streets for a class of vehicles that needs so many seconds for each road.
    ///
    /// A road is closed if its time is below zero, not a number, missing, or [`LONGEST`] or more: no route begins or
    /// ends there or leads along it. So is a turn of such a time, by its length and speed limit.
    pub fn prepare(streets: &Streets, class: Class, times: &[f64]) -> Routes {
        Routes::of(Arc::new(Network::new(streets, class)), times)
    }

    /// The same streets with other times, as in [`Routes::prepare`]: seconds for each road. The routes are those that
    /// would be found if the streets were prepared anew.
    pub fn again(&self, times: &[f64]) -> Routes {
        Routes::of(Arc::clone(&self.network), times)
    }

    fn of(network: Arc<Network>, times: &[f64]) -> Routes {
        let times = network.open_times(times);
        let effort = ParamsWithOrder::new(WITNESSES);
        let graph = fast_paths::prepare_with_order_with_params(&network.input(&times), &network.order, &effort);
        Routes { network, times, graph: graph.expect("the order has as many vertices as the graph") }
    }

    /// The quickest way from a road to another, and from a road to itself that road alone. There is none if one of them
    /// is closed, or does not exist, or if none leads there.
    pub fn best(&self, finder: &mut Finder, from: RoadId, to: RoadId) -> Option<Route> {
        self.nearest(finder, from, &[to])
    }

    /// The quickest way from a road to whichever of others is reached first. There is none if none can be reached.
    pub fn nearest(&self, finder: &mut Finder, from: RoadId, to: &[RoadId]) -> Option<Route> {
        let ends: Vec<_> = to.iter().filter(|road| self.is_open(**road)).map(|road| (road.index(), 0)).collect();
        if ends.is_empty() || !self.is_open(from) {
            return None;
        }
        let starts = vec![(from.index(), 0)];
        let path = finder.of_size(self.graph.get_num_nodes());
        let path = path.calc_path_multiple_sources_and_targets(&self.graph, starts, ends)?;
        let roads: Vec<RoadId> = path.get_nodes().iter().map(|road| RoadId(*road as u32)).collect();
        let seconds = self.time(&roads);
        Some(Route { roads, seconds })
    }

    /// How long a way takes, as in [`Route::seconds`]: infinite if it leads along a closed road, or where there is no turn.
    pub fn time(&self, roads: &[RoadId]) -> f64 {
        if roads.iter().any(|road| !self.is_open(*road)) {
            return f64::INFINITY;
        }
        roads.windows(2).map(|pair| self.seconds(pair[0], pair[1])).sum()
    }

    fn is_open(&self, road: RoadId) -> bool {
        self.times.get(road.index()).is_some_and(|seconds| seconds.is_finite())
    }

    /// How long a road takes with the turn to the next: infinite if there is none.
    fn seconds(&self, road: RoadId, next: RoadId) -> f64 {
        let links = &self.network.links;
        let place = links.binary_search_by_key(&(road, next), |link| (link.from, link.to));
        self.times[road.index()] + place.map_or(f64::INFINITY, |place| links[place].seconds)
    }
}

impl Network {
    fn new(streets: &Streets, class: Class) -> Network {
        let is_usable = roads(streets).map(|road| is_usable(streets, class, road)).collect();
        let roads_and_two = streets.roads.len()..streets.roads.len() + 2;
        let order = contraction_order(streets).into_iter().chain(roads_and_two).collect();
        Network { is_usable, links: links(streets, class), order }
    }

    /// The time of each road, infinite if it is closed.
    fn open_times(&self, times: &[f64]) -> Vec<f64> {
        let given = times.iter().copied().chain(std::iter::repeat(f64::INFINITY));
        let roads = self.is_usable.iter().zip(given);
        roads.map(|(is_usable, time)| if *is_usable && is_passable(time) { time } else { f64::INFINITY }).collect()
    }

    /// The graph to contract, with times that are infinite where a road is closed.
    fn input(&self, times: &[f64]) -> InputGraph {
        let mut graph = InputGraph::new();
        for Link { from, to, seconds, tie } in &self.links {
            let [road, next] = [from, to].map(|road| times[road.index()]);
            if road.is_finite() && next.is_finite() {
                let units = ((road + seconds) * UNITS).round() as usize;
                graph.add_edge(from.index(), to.index(), units + tie);
            }
        }
        // The graph is as large as the arcs tell. Two roads behind all others, to which nothing leads, give it the same
        // size whichever roads are closed.
        let beyond = self.is_usable.len();
        graph.add_edge(beyond, beyond + 1, 1);
        graph.freeze();
        graph
    }
}

impl Finder {
    /// What a search writes on in a graph of so many roads.
    fn of_size(&mut self, size: usize) -> &mut PathCalculator {
        self.0.take_if(|(known, _)| *known != size);
        &mut self.0.get_or_insert_with(|| (size, PathCalculator::new(size))).1
    }
}

/// How long each road takes when nobody is in the way: seconds, on the quickest of the lanes that the class may use, as
/// fast as is allowed. Infinite if there is none.
pub fn free_times(streets: &Streets, class: Class) -> Vec<f64> {
    let time = |lane: LaneId| seconds(streets.lane(lane).length, streets.lane(lane).speed_limit);
    let times = |road| lanes(streets, class, road).map(time).filter(|time| *time >= 0.0);
    roads(streets).map(|road| times(road).fold(f64::INFINITY, f64::min)).collect()
}

/// Whether the class gets to each road from a road, which counts as reached itself, whatever the times. None is reached
/// from a road that the class may not use, or that does not exist.
pub fn reachable(streets: &Streets, class: Class, from: RoadId) -> Vec<bool> {
    let mut is_reached = vec![false; streets.roads.len()];
    if from.index() < is_reached.len() && is_usable(streets, class, from) {
        let graph = graph(streets, class);
        for road in Dfs::new(&graph, NodeIndex::from(from.0)).iter(&graph) {
            is_reached[road.index()] = true;
        }
    }
    is_reached
}

/// The part of the streets to which each road belongs: two roads are in the same part if the class gets from each to
/// the other, whatever the times. The part with most roads is 0, and so on; of equally large ones that of the lowest
/// road comes first. A road that the class may not use is a part of its own, behind all others.
pub fn strong_parts(streets: &Streets, class: Class) -> Vec<u32> {
    let mut parts = kosaraju_scc(&graph(streets, class));
    parts.sort_by_cached_key(|part| {
        let lowest = part.iter().map(|road| RoadId(road.index() as u32)).min();
        let is_closed = !lowest.is_some_and(|road| is_usable(streets, class, road));
        (is_closed, Reverse(part.len()), lowest)
    });
    let mut part_of = vec![0; streets.roads.len()];
    for (number, part) in (0..).zip(&parts) {
        for road in part {
            part_of[road.index()] = number;
        }
    }
    part_of
}

/// The roads, and which of them lead to which.
fn graph(streets: &Streets, class: Class) -> DiGraph<(), ()> {
    let mut graph = DiGraph::new();
    for _ in &streets.roads {
        graph.add_node(());
    }
    graph.extend_with_edges(roads(streets).flat_map(|road| {
        let next = streets.roads_after(road, class);
        next.map(move |next| (road.0, next.0))
    }));
    graph
}

/// The quickest turn of the class from each road to each other, by these two.
fn links(streets: &Streets, class: Class) -> Vec<Link> {
    let turns = roads(streets).flat_map(|from| {
        let turns = lanes(streets, class, from).flat_map(|lane| streets.turns_from(lane));
        turns.map(move |turn| (from, streets.turn(turn)))
    });
    let mut links: Vec<Link> = turns
        .filter(|(_, turn)| streets.lane(turn.to).access.allows(class))
        .map(|(from, turn)| (from, streets.lane(turn.to).road, seconds(turn.length, turn.speed_limit)))
        .filter(|(from, to, seconds)| from != to && is_passable(*seconds))
        .map(|(from, to, seconds)| Link { from, to, seconds, tie: tie(from, to) })
        .collect();
    links.sort_by(|a, b| (a.from, a.to).cmp(&(b.from, b.to)).then(a.seconds.total_cmp(&b.seconds)));
    links.dedup_by_key(|link| (link.from, link.to));
    links
}

/// By how many units the way from a road to another is made longer: at least one, for the library leaves out arcs that
/// cost nothing.
fn tie(from: RoadId, to: RoadId) -> usize {
    const TIES: Purpose = Purpose::new("city.routes.ties");
    let arc = u64::from(from.0) << 32 | u64::from(to.0);
    1 + Seed(0).stream(arc, TIES, 0).below(1 << TIE_BITS)
}

/// The roads in the order in which they are contracted: those within one half, those within the other, then those
/// between; and so within each half.
fn contraction_order(streets: &Streets) -> Vec<usize> {
    const ORDER: Purpose = Purpose::new("city.routes.order");
    let places: Vec<[f64; 2]> = streets.junctions.iter().map(|junction| junction.place).collect();
    let mut sides = vec![0; places.len()];
    let mut all: Vec<usize> = (0..places.len()).collect();
    halve(&mut all, &places, 1 << 63, &mut sides);
    // At random where ends are parted at once: contracted one after the other, roads in a row would make shortcuts
    // within shortcuts, as many as there are roads, and the library unfolds them by recursion.
    let mut order: Vec<usize> = (0..streets.roads.len()).collect();
    order.sort_by_cached_key(|number| {
        let road = &streets.roads[*number];
        let parted = (sides[road.from.index()] ^ sides[road.to.index()]).leading_zeros();
        // The last side within the part in which both ends are. So the roads of a part follow each other and lie close
        // together in memory, which makes it all quicker than to go by how deep they are parted alone.
        let last = sides[road.from.index()] | u64::MAX.checked_shr(parted).unwrap_or(0);
        (last, Reverse(parted), Seed(0).stream(*number as u64, ORDER, 0).next_u64())
    });
    order
}

/// Parts junctions across their longer extent into halves, and these again. In the sides of one half a bit is set, the
/// highest first.
fn halve(junctions: &mut [usize], places: &[[f64; 2]], bit: u64, sides: &mut [u64]) {
    if junctions.len() < 2 {
        return;
    }
    let extent = |axis: usize| {
        let along = || junctions.iter().map(|junction| places[*junction][axis]);
        along().fold(f64::NEG_INFINITY, f64::max) - along().fold(f64::INFINITY, f64::min)
    };
    let axis = usize::from(extent(1) > extent(0));
    let order = |a: &usize, b: &usize| {
        let [a, b] = [a, b].map(|junction| (places[*junction], *junction));
        let [along, across] = [axis, 1 - axis].map(|axis| a.0[axis].total_cmp(&b.0[axis]));
        along.then(across).then(a.1.cmp(&b.1))
    };
    junctions.sort_unstable_by(order);
    let (near, far) = junctions.split_at_mut(junctions.len() / 2);
    far.iter().for_each(|junction| sides[*junction] |= bit);
    halve(near, places, bit >> 1, sides);
    halve(far, places, bit >> 1, sides);
}

/// How long so many metres take at so many metres a second: seconds.
fn seconds(length: f64, speed: f64) -> f64 {
    // Where there is nothing to drive, it does not matter that one must not.
    if length == 0.0 { 0.0 } else { length / speed }
}

fn is_passable(seconds: f64) -> bool {
    (0.0..LONGEST).contains(&seconds)
}

fn is_usable(streets: &Streets, class: Class, road: RoadId) -> bool {
    lanes(streets, class, road).next().is_some()
}

/// The lanes of a road that the class may use.
fn lanes(streets: &Streets, class: Class, road: RoadId) -> impl Iterator<Item = LaneId> {
    streets.lanes_of(road).filter(move |lane| streets.lane(*lane).access.allows(class))
}

fn roads(streets: &Streets) -> impl Iterator<Item = RoadId> + use<> {
    (0..streets.roads.len() as u32).map(RoadId)
}
