//! Turns that are banned, or the only ones that are not (<https://wiki.openstreetmap.org/wiki/Relation:restriction>).
//!
//! Only those hold that are for all and at all times, and that lead across a single node.

use std::collections::BTreeMap;

use super::ground::Ground;
use super::network::Network;
use super::raw::{ElementId, Relation};
use super::remarks::Remarks;
use super::streets::Pieces;
use super::{Counts, NodeId, WayId};
use crate::city::plan::Ban;

/// What a relation bans.
struct Restriction {
    from: Vec<WayId>,
    via: NodeId,
    to: Vec<WayId>,
    is_only: bool,
}

/// More members of a role are none: bans are made of each with each.
const MOST_MEMBERS: usize = 16;

/// Puts all bans into the plan. `ways` are those of the plan, of each way of the file at each of their ends.
pub fn put(
    ground: &Ground,
    network: &Network,
    ways: &BTreeMap<(WayId, usize), Vec<usize>>,
    pieces: &mut Pieces,
    counts: &mut Counts,
    remarks: &mut Remarks,
) {
    for relation in ground.raw.relations.iter().filter(|relation| relation.tags.is("type", &["restriction"])) {
        counts.restrictions += 1;
        match read(relation).and_then(|restriction| bans(&restriction, ground, network, ways, pieces)) {
            Ok(bans) => pieces.plan.bans.extend(bans),
            Err(why) => remarks.add(why, relation.id),
        }
    }
}

/// What a relation says, or why it is passed over.
fn read(relation: &Relation) -> Result<Restriction, &'static str> {
    let tags = &relation.tags;
    let Some(kind) = tags.first(&["restriction:motorcar", "restriction:motor_vehicle", "restriction"]) else {
        return Err("bans of turns are not for all or not always, and are left out");
    };
    let is_only = kind.starts_with("only_");
    if !is_only && !kind.starts_with("no_") {
        return Err("bans of turns are of an unknown kind and left out");
    }
    let mut restriction = Restriction { from: Vec::new(), via: NodeId(0), to: Vec::new(), is_only };
    let mut vias = 0;
    for member in &relation.members {
        match (&*member.role, member.element) {
            ("from", ElementId::Way(way)) => restriction.from.push(way),
            ("to", ElementId::Way(way)) => restriction.to.push(way),
            ("via", ElementId::Node(node)) => (restriction.via, vias) = (node, vias + 1),
            ("via", ElementId::Way(_)) => return Err("bans of turns lead along a way in between and are left out"),
            _ => {}
        }
    }
    let is_whole = vias == 1 && !restriction.from.is_empty() && !restriction.to.is_empty();
    let is_clear = restriction.from.len() <= MOST_MEMBERS && restriction.to.len() <= MOST_MEMBERS;
    if is_whole && is_clear { Ok(restriction) } else { Err("bans of turns lack a member and are left out") }
}

/// The bans of a restriction, or why there are none.
fn bans(
    Restriction { from, via, to, is_only }: &Restriction,
    ground: &Ground,
    network: &Network,
    ways: &BTreeMap<(WayId, usize), Vec<usize>>,
    pieces: &Pieces,
) -> Result<Vec<Ban>, &'static str> {
    const NO_JUNCTION: &str = "bans of turns are at no junction of streets of the plan and are left out";
    let node = network.named(ground, *via).and_then(|spot| pieces.node_of.get(&spot));
    let node = *node.ok_or(NO_JUNCTION)?;
    // Which piece of a way leads to the node, or from it.
    let piece = |way: WayId, leads_to: bool| {
        let found = ways.get(&(way, node)).map_or(&[][..], |found| found);
        let mut found = found.iter().copied().filter(|piece| {
            let way = &pieces.plan.ways[*piece];
            let side = usize::from((way.ends[1] == node) != leads_to);
            way.lanes[side] > 0
        });
        match (found.next(), found.next()) {
            (Some(piece), None) => Ok(piece),
            (None, _) => Err(NO_JUNCTION),
            _ => Err("bans of turns are from or to a way that goes on beyond the junction, and are left out"),
        }
    };
    let mut bans = Vec::new();
    for from in from {
        for to in to {
            bans.push(Ban { from: piece(*from, true)?, node, to: piece(*to, false)?, is_only: *is_only });
        }
    }
    Ok(bans)
}
