//! The elements of a file of OpenStreetMap, before anything is made of them.

use std::fmt;

use rustc_hash::FxHashMap;

use super::remarks::Remarks;
use super::tags::Tags;
use super::{Bounds, NodeId, RelationId, WayId};

/// A node, one of those of a [`Raw`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Spot(pub u32);

impl Spot {
    /// As an index.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// A point with a number.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    pub id: NodeId,
    /// Latitude and longitude: degrees.
    pub place: [f64; 2],
    pub tags: Tags,
}

/// A line through nodes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Way {
    pub id: WayId,
    pub nodes: Vec<NodeId>,
    pub tags: Tags,
}

/// Elements that belong together.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Relation {
    pub id: RelationId,
    pub members: Vec<Member>,
    pub tags: Tags,
}

/// What belongs to a relation.
#[derive(Clone, Debug, PartialEq)]
pub struct Member {
    pub element: ElementId,
    pub role: Box<str>,
}

/// Any element.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ElementId {
    Node(NodeId),
    Way(WayId),
    Relation(RelationId),
}

impl fmt::Display for ElementId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ElementId::Node(id) => write!(out, "node {id}"),
            ElementId::Way(id) => write!(out, "way {id}"),
            ElementId::Relation(id) => write!(out, "relation {id}"),
        }
    }
}

/// All elements of a file, each once, in the order in which they came first.
#[derive(Debug, Default, PartialEq)]
pub struct Raw {
    /// What the file says of its bounds.
    pub bounds: Option<Bounds>,
    pub nodes: Vec<Node>,
    pub ways: Vec<Way>,
    pub relations: Vec<Relation>,
    node_of: FxHashMap<NodeId, u32>,
    way_of: FxHashMap<WayId, u32>,
    relation_of: FxHashMap<RelationId, u32>,
}

impl Raw {
    /// Adds a node; a later one takes the place of an earlier one with the same number.
    pub fn add_node(&mut self, node: Node, remarks: &mut Remarks) {
        let id = node.id;
        if put(&mut self.nodes, &mut self.node_of, id, node) {
            remarks.add("nodes come more than once; the last one counts", id);
        }
    }

    /// Adds a way, likewise.
    pub fn add_way(&mut self, way: Way, remarks: &mut Remarks) {
        let id = way.id;
        if put(&mut self.ways, &mut self.way_of, id, way) {
            remarks.add("ways come more than once; the last one counts", id);
        }
    }

    /// Adds a relation, likewise.
    pub fn add_relation(&mut self, relation: Relation, remarks: &mut Remarks) {
        let id = relation.id;
        if put(&mut self.relations, &mut self.relation_of, id, relation) {
            remarks.add("relations come more than once; the last one counts", id);
        }
    }

    /// Adds what is said of the bounds: of two, what holds both.
    pub fn add_bounds(&mut self, bounds: Bounds) {
        self.bounds = Some(self.bounds.map_or(bounds, |known| known.with(bounds)));
    }

    /// The node of this number.
    pub fn spot(&self, id: NodeId) -> Option<Spot> {
        self.node_of.get(&id).copied().map(Spot)
    }

    /// The way of this number.
    pub fn way(&self, id: WayId) -> Option<&Way> {
        self.way_of.get(&id).map(|number| &self.ways[*number as usize])
    }
}

/// Puts an element among its kind; whether another one of the same number had to go.
fn put<I: Eq + std::hash::Hash, T>(all: &mut Vec<T>, numbers: &mut FxHashMap<I, u32>, id: I, element: T) -> bool {
    match numbers.get(&id) {
        Some(known) => {
            all[*known as usize] = element;
            true
        }
        None => {
            numbers.insert(id, all.len() as u32);
            all.push(element);
            false
        }
    }
}
