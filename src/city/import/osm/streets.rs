//! The plan of streets, from ways and their nodes.
//!
//! A way is cut to pieces where it meets others, where it comes to a node again, and where signals stand that belong to
//! no junction. Nodes and pieces are called as the file calls them: `123`, and `123#0`, `123#1` if there are several;
//! what was never uploaded, and has numbers below 0, is called `new5` for -5. Ways that only follow one another are not
//! joined, and where several nodes belong to one great junction, as where streets with two carriageways cross, they are
//! left as they are.

use std::collections::{BTreeMap, BTreeSet};

use super::ground::{self, Ground};
use super::kinds::{self, Users};
use super::lanes::{self, Form};
use super::network::{Joined, Network};
use super::raw::{Spot, Way};
use super::remarks::Remarks;
use super::sets::Sets;
use super::{Counts, WayId, restrictions, signs};
use crate::city::plan::{self, Control, Node, Plan};

/// A street of the file, or a stretch of one between nodes that are not in the file. Its nodes are in the order in
/// which the plan draws it.
pub struct Street<'a> {
    pub way: &'a Way,
    pub spots: Vec<Spot>,
    pub form: Form,
}

/// The plan with what is needed to find things in it.
pub struct Pieces {
    pub plan: Plan,
    /// The nodes of the plan.
    pub node_of: BTreeMap<Spot, usize>,
    /// Of each street, at which of its nodes pieces begin, and which ways of the plan they are.
    starts: Vec<Vec<(usize, usize)>>,
}

impl Pieces {
    /// The way of the plan between a node of a street and the next one.
    pub fn piece(&self, street: usize, segment: usize) -> usize {
        let starts = &self.starts[street];
        let next = starts.partition_point(|(start, _)| *start <= segment);
        starts[next.saturating_sub(1)].1
    }
}

/// Makes the plan.
pub fn plan(ground: &Ground, counts: &mut Counts, remarks: &mut Remarks) -> Plan {
    let mut streets = streets(ground, counts, remarks);
    let joined = join_same(&mut streets, ground, remarks);
    let network = Network::of(&streets, ground, joined);
    let signalled = signs::signalled(ground, &network, counts, remarks);
    let mut pieces = cut(&streets, ground, &network, &signalled);
    signs::put(ground, &network, &mut pieces, counts, remarks);
    counts.signalled = pieces.plan.nodes.iter().filter(|node| node.control == Control::Signals).count();
    restrictions::put(ground, &network, &ways_of(&streets, &pieces), &mut pieces, counts, remarks);
    measure(&pieces.plan, counts, remarks);
    pieces.plan
}

/// All streets that may be driven on.
fn streets<'a>(ground: &Ground<'a>, counts: &mut Counts, remarks: &mut Remarks) -> Vec<Street<'a>> {
    let mut streets = Vec::new();
    for way in &ground.raw.ways {
        let tags = &way.tags;
        let Some(kind) = kinds::kind_of(tags) else {
            match tags.text("highway") {
                "track" => remarks.add("ways are tracks through fields and woods, and left out", way.id),
                "" | "footway" | "path" | "bridleway" | "pedestrian" | "steps" | "cycleway" => {}
                _ => remarks.add("ways are neither streets nor footways, but say `highway`, and are left out", way.id),
            }
            continue;
        };
        counts.street_ways += 1;
        if tags.is("area", &["yes"]) {
            remarks.add("streets are areas and left out", way.id);
            continue;
        }
        let classes = match kinds::users(tags) {
            Users::All => Vec::new(),
            Users::Some => {
                remarks.add("streets are only for those who have something to do there, and open to all here", way.id);
                Vec::new()
            }
            Users::Only(classes) => classes,
            Users::Nobody => {
                remarks.add("streets are closed to traffic and left out", way.id);
                continue;
            }
        };
        let form = lanes::form(way, kind, classes, remarks);
        for mut spots in ground.runs(way, remarks) {
            if form.is_reversed {
                spots.reverse();
            }
            streets.push(Street { way, spots, form: form.clone() });
        }
    }
    streets
}

/// Takes neighbouring nodes of streets for one that are at the same place, so that no street is without length.
fn join_same(streets: &mut Vec<Street>, ground: &Ground, remarks: &mut Remarks) -> Joined {
    /// Less than the nodes of the file can tell apart: metres.
    const SAME: f64 = 0.005;
    let mut sets = Sets::new(ground.raw.nodes.len());
    for street in &*streets {
        for pair in street.spots.windows(2) {
            let is_same = ground::distance(ground.place(pair[0]), ground.place(pair[1])) < SAME;
            if is_same && sets.join(pair[0].0, pair[1].0) {
                remarks.add(
                    "nodes of streets are where the next one is, and taken for one with it",
                    ground.node(pair[1]).id,
                );
            }
        }
    }
    let mut joined = Joined(sets);
    for street in &mut *streets {
        for spot in &mut street.spots {
            *spot = joined.spot(*spot);
        }
        street.spots.dedup();
    }
    streets.retain(|street| {
        let has_length = street.spots.len() > 1;
        if !has_length {
            remarks.add("streets have no length and are left out", street.way.id);
        }
        has_length
    });
    joined
}

/// Cuts streets to pieces and makes a plan of them.
fn cut(streets: &[Street], ground: &Ground, network: &Network, signalled: &BTreeSet<Spot>) -> Pieces {
    let ends: BTreeSet<Spot> = ends(streets, signalled);
    let node_of: BTreeMap<Spot, usize> = ends.iter().enumerate().map(|(node, spot)| (*spot, node)).collect();
    let node = |spot: &Spot| Node {
        name: name(ground.node(*spot).id.0),
        place: ground.place(*spot),
        control: if signalled.contains(spot) { Control::Signals } else { Control::default() },
    };
    let nodes = ends.iter().map(node).collect();
    let mut pieces = Pieces { plan: Plan { nodes, ..Plan::default() }, node_of, starts: Vec::new() };
    let cuts: Vec<Vec<usize>> = streets.iter().map(|street| cuts(street, &pieces.node_of)).collect();
    // Stretches of the same way go on with the numbers of its pieces.
    let mut numbers: BTreeMap<WayId, (usize, usize)> = BTreeMap::new();
    for (street, cuts) in streets.iter().zip(&cuts) {
        numbers.entry(street.way.id).or_default().1 += cuts.len() - 1;
    }
    for (street, cuts) in streets.iter().zip(&cuts) {
        let mut starts = Vec::new();
        for pair in cuts.windows(2) {
            starts.push((pair[0], pieces.plan.ways.len()));
            let mut piece = piece(street, [pair[0], pair[1]], ground, &pieces.node_of);
            let (number, all) = numbers.entry(street.way.id).or_default();
            let of = name(street.way.id.0);
            piece.name = if *all > 1 { format!("{of}#{number}") } else { of };
            *number += 1;
            for side in [0, 1] {
                // Arrows tell of the junction where the way ends, not of those it passes before.
                let end = pair[1 - side];
                let is_last = end == [cuts[cuts.len() - 1], 0][side];
                if !is_last || !network.is_junction(street.spots[end]) {
                    piece.marks[side].clear();
                }
            }
            pieces.plan.ways.push(piece);
        }
        pieces.starts.push(starts);
    }
    pieces
}

/// Where pieces of streets begin and end.
fn ends(streets: &[Street], signalled: &BTreeSet<Spot>) -> BTreeSet<Spot> {
    let mut seen = BTreeSet::new();
    let mut ends = signalled.clone();
    for street in streets {
        ends.extend([street.spots[0], street.spots[street.spots.len() - 1]]);
        for spot in &street.spots {
            if !seen.insert(*spot) {
                ends.insert(*spot);
            }
        }
    }
    for street in streets {
        let at: Vec<usize> = (0..street.spots.len()).filter(|at| ends.contains(&street.spots[*at])).collect();
        for pair in at.windows(2) {
            // A piece that comes back to where it began is cut in the middle.
            if street.spots[pair[0]] == street.spots[pair[1]] {
                ends.insert(street.spots[pair[0].midpoint(pair[1])]);
            }
        }
    }
    ends
}

/// At which of its nodes a street is cut, its ends among them.
fn cuts(street: &Street, node_of: &BTreeMap<Spot, usize>) -> Vec<usize> {
    (0..street.spots.len()).filter(|at| node_of.contains_key(&street.spots[*at])).collect()
}

/// The piece of a street between two of its nodes.
fn piece(street: &Street, [from, to]: [usize; 2], ground: &Ground, node_of: &BTreeMap<Spot, usize>) -> plan::Way {
    let Form { lanes, lane_width, speed_limit, rank, classes, bus_lanes, marks, is_round, .. } = street.form.clone();
    plan::Way {
        name: String::new(),
        ends: [from, to].map(|end| node_of[&street.spots[end]]),
        between: ground.line(&street.spots[from + 1..to]),
        lanes,
        lane_width,
        speed_limit,
        rank,
        classes,
        bus_lanes,
        marks,
        is_round,
        signs: Default::default(),
    }
}

/// What an element of this number is called. A plan puts a sign before names, so that none may begin with one.
fn name(id: i64) -> String {
    if id < 0 { format!("new{}", id.unsigned_abs()) } else { id.to_string() }
}

/// The ways of the plan of each way of the file at each of their ends.
fn ways_of(streets: &[Street], pieces: &Pieces) -> BTreeMap<(WayId, usize), Vec<usize>> {
    let mut found: BTreeMap<(WayId, usize), Vec<usize>> = BTreeMap::new();
    for (street, starts) in streets.iter().zip(&pieces.starts) {
        for (_, way) in starts {
            for node in pieces.plan.ways[*way].ends {
                found.entry((street.way.id, node)).or_default().push(*way);
            }
        }
    }
    found
}

/// How long a way of the plan is: metres.
fn length(plan: &Plan, way: &plan::Way) -> f64 {
    let [from, to] = way.ends.map(|node| plan.nodes[node].place);
    let line: Vec<[f64; 2]> = [from].into_iter().chain(way.between.iter().copied()).chain([to]).collect();
    ground::length(&line)
}

/// Counts dead ends and parts that no street joins to the largest one.
fn measure(plan: &Plan, counts: &mut Counts, remarks: &mut Remarks) {
    let mut sets = Sets::new(plan.nodes.len());
    let mut arms = vec![0; plan.nodes.len()];
    for way in &plan.ways {
        let [from, to] = way.ends;
        sets.join(from as u32, to as u32);
        way.ends.iter().for_each(|end| arms[*end] += 1);
    }
    for (node, _) in plan.nodes.iter().zip(arms).filter(|(_, arms)| *arms == 1) {
        counts.dead_ends += 1;
        remarks.add("nodes of streets are dead ends", &node.name);
    }
    let mut parts: BTreeMap<u32, (f64, usize)> = BTreeMap::new();
    for (number, way) in plan.ways.iter().enumerate() {
        let length = length(plan, way);
        counts.street_length += length;
        parts.entry(sets.first(way.ends[0] as u32)).or_insert((0.0, number)).0 += length;
    }
    let largest = parts.iter().max_by(|one, other| one.1.0.total_cmp(&other.1.0)).map(|(part, _)| *part);
    for (_, (length, way)) in parts.into_iter().filter(|(part, _)| Some(*part) != largest) {
        counts.islands += 1;
        counts.island_length += length;
        let of = format!("about way {} ({length:.0} m)", plan.ways[way].name);
        remarks.add("parts of the streets are joined to no other", of);
    }
}
