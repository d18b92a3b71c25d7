//! Signals and signs: at which junction those are that stand on a street before it
//! (<https://wiki.openstreetmap.org/wiki/Tag:highway%3Dtraffic_signals>,
//! <https://wiki.openstreetmap.org/wiki/Tag:highway%3Dstop>,
//! <https://wiki.openstreetmap.org/wiki/Tag:highway%3Dgive_way>).
//!
//! Signals belong to the next junction of greater streets in the direction in which one drives, then to the next of any
//! streets, if it is near; others, as where those on foot cross, stand for themselves. Where streets with two
//! carriageways cross, each of the four nodes that they share is a junction with signals.

use std::collections::BTreeSet;

use super::Counts;
use super::footways::has_crossing_signals;
use super::ground::Ground;
use super::network::{Link, Network};
use super::raw::Spot;
use super::remarks::Remarks;
use super::streets::Pieces;
use super::tags::Tags;
use crate::city::plan::{Control, Sign};

/// How far from their junction signals stand at most: metres.
const SIGNALS_REACH: f64 = 30.0;

/// How far from their junction signs stand at most: metres.
const SIGNS_REACH: f64 = 50.0;

/// All nodes of streets that have signals.
pub fn signalled(ground: &Ground, network: &Network, counts: &mut Counts, remarks: &mut Remarks) -> BTreeSet<Spot> {
    let mut found = BTreeSet::new();
    let mut for_walkers = Vec::new();
    for (spot, node) in ground.nodes() {
        let has_signals = node.tags.is("highway", &["traffic_signals"]);
        counts.signals += usize::from(has_signals);
        let is_crossing = node.tags.is("highway", &["crossing"]) && has_crossing_signals(&node.tags);
        let Some(spot) = network.spot(spot) else {
            if has_signals {
                remarks.add("signals stand on no street and are left out", node.id);
            }
            continue;
        };
        if is_crossing || node.tags.is("traffic_signals", &["pedestrian_crossing", "crossing"]) {
            for_walkers.push(spot);
        } else if has_signals {
            found.insert(junction_of_signals(network, spot, &node.tags));
        }
    }
    // Those at a crossing beside a junction with signals belong to it.
    for spot in for_walkers {
        let is_near =
            |link: &Link| network.walk(spot, link, SIGNALS_REACH, |_| true, |at| found.contains(&at)).is_some();
        if !network.links(spot).iter().take(MOST_ARMS).any(is_near) {
            found.insert(spot);
        }
    }
    found
}

/// Of a node with more arms only so many are looked at.
const MOST_ARMS: usize = 16;

/// The junction to which signals belong, or where they are.
fn junction_of_signals(network: &Network, spot: Spot, tags: &Tags) -> Spot {
    if network.is_main_junction(spot) {
        return spot;
    }
    let way = direction(tags, "traffic_signals:direction");
    let main = nearest(network, spot, way, SIGNALS_REACH, |at| network.is_main_junction(at));
    if main.is_none() && network.is_junction(spot) {
        return spot;
    }
    let any = main.or_else(|| nearest(network, spot, way, SIGNALS_REACH, |at| network.is_junction(at)));
    any.map_or(spot, |link| link.to)
}

/// For which drivers something on a street is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    /// Nothing is said.
    Unknown,
    /// Both.
    Both,
    /// Those who drive as the file draws the street, or against it.
    One { is_forward: bool },
}

fn direction(tags: &Tags, key: &str) -> Way {
    match tags.first(&[key, "direction"]).unwrap_or_default() {
        "forward" => Way::One { is_forward: true },
        "backward" => Way::One { is_forward: false },
        "both" => Way::Both,
        _ => Way::Unknown,
    }
}

/// The links from a node that those drive along for whom something is.
fn links(network: &Network, spot: Spot, way: Way) -> impl Iterator<Item = &Link> {
    let driven = network.links(spot).iter().take(MOST_ARMS).filter(|link| link.may_drive);
    driven.filter(move |link| match way {
        Way::One { is_forward } => link.is_forward_in_file == is_forward,
        Way::Both | Way::Unknown => true,
    })
}

/// The link to the nearest node that is a goal.
fn nearest(network: &Network, spot: Spot, way: Way, reach: f64, goal: impl Fn(Spot) -> bool) -> Option<Link> {
    let found = links(network, spot, way).filter_map(|link| network.walk(spot, link, reach, may_drive, &goal));
    found.min_by(|one, other| one.1.total_cmp(&other.1)).map(|(link, _)| link)
}

fn may_drive(link: &Link) -> bool {
    link.may_drive
}

/// Puts signs at the ends of ways.
pub fn put(ground: &Ground, network: &Network, pieces: &mut Pieces, counts: &mut Counts, remarks: &mut Remarks) {
    let mut minor = Vec::new();
    for (spot, node) in ground.nodes() {
        let sign = match node.tags.text("highway") {
            "stop" => Sign::Stop,
            "give_way" => Sign::GiveWay,
            "mini_roundabout" => {
                remarks.add("small roundabouts are nodes, and taken for plain junctions", node.id);
                continue;
            }
            _ => continue,
        };
        counts.signs += 1;
        let Some(spot) = network.spot(spot) else {
            remarks.add("signs that say stop or give way stand on no street and are left out", node.id);
            continue;
        };
        let is_for_all = sign == Sign::Stop && node.tags.is("stop", &["all"]);
        if network.is_junction(spot) {
            if is_for_all {
                all_stop(pieces, spot);
            } else {
                minor.push((spot, sign, node.id));
            }
            continue;
        }
        let ends = ends_of_sign(network, spot, direction(&node.tags, "direction"));
        if ends.is_empty() {
            remarks.add("signs that say stop or give way stand before no junction and are left out", node.id);
        }
        for link in ends {
            let piece = pieces.piece(link.street, link.segment);
            set(&mut pieces.plan.ways[piece].signs[usize::from(!link.is_forward)], sign);
            if is_for_all {
                all_stop(pieces, link.to);
            }
        }
    }
    for (spot, sign, id) in minor {
        if !put_on_lesser(network, pieces, spot, sign) {
            remarks.add("signs that say stop or give way stand on a junction of equals and are left out", id);
        }
    }
}

/// The links that lead to the junctions at which a sign is heeded.
fn ends_of_sign(network: &Network, spot: Spot, way: Way) -> Vec<Link> {
    let goal = |at| network.is_junction(at);
    if way != Way::Both {
        return nearest(network, spot, way, SIGNS_REACH, goal).into_iter().collect();
    }
    let found = links(network, spot, way).filter_map(|link| network.walk(spot, link, SIGNS_REACH, may_drive, goal));
    found.map(|(link, _)| link).collect()
}

/// Signals go before signs.
fn all_stop(pieces: &mut Pieces, spot: Spot) {
    if let Some(node) = pieces.node_of.get(&spot) {
        let control = &mut pieces.plan.nodes[*node].control;
        if *control != Control::Signals {
            *control = Control::AllStop;
        }
    }
}

/// Puts a sign that stands on a junction itself on the lesser streets that lead to it; whether there are any.
fn put_on_lesser(network: &Network, pieces: &mut Pieces, spot: Spot, sign: Sign) -> bool {
    let arms: Vec<(usize, usize)> = network
        .links(spot)
        .iter()
        .map(|link| (pieces.piece(link.street, link.segment), usize::from(link.is_forward)))
        .filter(|(piece, side)| pieces.plan.ways[*piece].lanes[*side] > 0)
        .collect();
    let Some(highest) = arms.iter().map(|(piece, _)| pieces.plan.ways[*piece].rank).max() else { return false };
    let mut is_put = false;
    for (piece, side) in arms {
        let way = &mut pieces.plan.ways[piece];
        if way.rank < highest {
            set(&mut way.signs[side], sign);
            is_put = true;
        }
    }
    is_put
}

/// Of two signs, the stricter holds.
fn set(at: &mut Sign, sign: Sign) {
    if *at != Sign::Stop {
        *at = sign;
    }
}
