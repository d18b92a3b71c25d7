//! Closed ways and relations that show something with an area.

use std::collections::BTreeMap;

use super::WayId;
use super::ground::Ground;
use super::raw::{ElementId, Relation};
use super::remarks::Remarks;
use super::rings::{self, Shape};
use super::tags::Tags;

/// Something with an area.
pub struct Feature<'a, K> {
    /// The way or relation whose area it is.
    pub id: ElementId,
    /// What it is.
    pub kind: K,
    pub tags: &'a Tags,
    pub shape: Shape,
}

/// What tags every relation of an area has that say nothing of what it shows.
const SILENT: [&str; 4] = ["type", "source", "created_by", "note"];

/// All that shows something of a kind: relations first, then ways that are no outline of one of them of the same kind.
pub fn features<'a, K: Copy + PartialEq>(
    ground: &Ground<'a>,
    kind_of: impl Fn(&Tags) -> Option<K>,
    remarks: &mut Remarks,
) -> Vec<Feature<'a, K>> {
    let mut found = Vec::new();
    let mut outline_of = BTreeMap::new();
    for relation in ground.raw.relations.iter().filter(|relation| relation.tags.is("type", &["multipolygon"])) {
        let tags = tags_of(ground, relation);
        let Some(kind) = kind_of(tags) else { continue };
        outline_of.extend(outer_ways(relation).map(|way| (way, kind)));
        let id = ElementId::Relation(relation.id);
        let shapes = rings::of_relation(ground, relation, remarks);
        found.extend(shapes.into_iter().map(|shape| Feature { id, kind, tags, shape }));
    }
    for way in &ground.raw.ways {
        let Some(kind) = kind_of(&way.tags).filter(|kind| outline_of.get(&way.id) != Some(kind)) else { continue };
        let id = ElementId::Way(way.id);
        let shape = rings::of_way(ground, way, remarks);
        found.extend(shape.map(|shape| Feature { id, kind, tags: &way.tags, shape }));
    }
    found
}

/// What is said of a relation's area: by the relation, or, as was usual until 2016, by the first way about it.
fn tags_of<'a>(ground: &Ground<'a>, relation: &'a Relation) -> &'a Tags {
    if !relation.tags.only(&SILENT) {
        return &relation.tags;
    }
    let way = outer_ways(relation).find_map(|id| ground.raw.way(id));
    way.map_or(&relation.tags, |way| &way.tags)
}

/// The ways about a relation's area.
fn outer_ways(relation: &Relation) -> impl Iterator<Item = WayId> {
    let outer = relation.members.iter().filter(|member| &*member.role != "inner");
    outer.filter_map(|member| match member.element {
        ElementId::Way(id) => Some(id),
        _ => None,
    })
}
