//! Elements from XML (<https://wiki.openstreetmap.org/wiki/OSM_XML>), as the API, Overpass, JOSM and others write it.

use super::raw::{ElementId, Member, Node, Raw, Relation, Way};
use super::remarks::Remarks;
use super::tags::Tags;
use super::{Bounds, NodeId, RelationId, WayId};
use crate::city::import::Mistake;
use crate::city::import::xml::{Element, Source, Tag};

/// An element as it is read.
enum Open {
    Node(Node),
    Way(Way),
    Relation(Relation),
    /// One that was deleted, and need not be whole.
    Deleted,
}

/// Reads all elements.
pub fn parse(source: &Source, remarks: &mut Remarks) -> Result<Raw, Mistake> {
    let mut raw = Raw::default();
    let mut is_map = false;
    let mut open: Option<Open> = None;
    source.visit(|tag| match tag {
        Tag::Begin(element) if !is_map => {
            is_map = true;
            check_root(element)
        }
        Tag::Begin(element) => begin(element, &mut open, &mut raw, remarks),
        Tag::End("node" | "way" | "relation") => {
            end(open.take(), &mut raw, remarks);
            Ok(())
        }
        Tag::End(_) => Ok(()),
    })?;
    if !is_map {
        return Err(source.mistake(0, "there is no map in the file: it should begin with `osm`".to_owned()));
    }
    Ok(raw)
}

fn check_root(element: &Element) -> Result<(), Mistake> {
    match element.name() {
        "osm" => Ok(()),
        "osmChange" => Err(element.mistake("this is a change of a map (`osmChange`), not a map (`osm`)".to_owned())),
        other => Err(element.mistake(format!("this is a `{other}`; a map begins with `osm`"))),
    }
}

fn begin(element: &Element, open: &mut Option<Open>, raw: &mut Raw, remarks: &mut Remarks) -> Result<(), Mistake> {
    match (element.name(), &mut *open) {
        ("node" | "way" | "relation", Some(_)) => {
            return Err(element.mistake(format!("a `{}` within another element", element.name())));
        }
        ("node" | "way" | "relation", None) => *open = Some(new(element, remarks)?),
        ("tag", Some(inside)) => {
            let (key, value) = (element.text("k")?, element.text("v")?);
            if let Some(tags) = inside.tags() {
                tags.add(key, value);
            }
        }
        ("nd", Some(Open::Way(way))) => way.nodes.push(NodeId(element.value("ref")?)),
        ("member", Some(Open::Relation(relation))) => relation.members.push(member(element)?),
        ("bounds", None) => raw.add_bounds(bounds(element)?),
        // Others, such as notes, tell of the file or of who made it.
        _ => {}
    }
    Ok(())
}

fn new(element: &Element, remarks: &mut Remarks) -> Result<Open, Mistake> {
    let id = element.value("id")?;
    if element.get("action") == Some("delete") || element.get("visible") == Some("false") {
        remarks.add("elements are deleted and left out", format_args!("{} {id}", element.name()));
        return Ok(Open::Deleted);
    }
    Ok(match element.name() {
        "node" => {
            let place = [degrees(element, "lat", 90.0)?, degrees(element, "lon", 180.0)?];
            Open::Node(Node { id: NodeId(id), place, tags: Tags::default() })
        }
        "way" => Open::Way(Way { id: WayId(id), ..Way::default() }),
        _ => Open::Relation(Relation { id: RelationId(id), ..Relation::default() }),
    })
}

fn end(open: Option<Open>, raw: &mut Raw, remarks: &mut Remarks) {
    match open {
        Some(Open::Node(node)) => raw.add_node(node, remarks),
        Some(Open::Way(way)) => raw.add_way(way, remarks),
        Some(Open::Relation(relation)) => raw.add_relation(relation, remarks),
        Some(Open::Deleted) | None => {}
    }
}

fn member(element: &Element) -> Result<Member, Mistake> {
    let id = element.value("ref")?;
    let role = element.get("role").unwrap_or_default();
    let element = match element.text("type")? {
        "node" => ElementId::Node(NodeId(id)),
        "way" => ElementId::Way(WayId(id)),
        "relation" => ElementId::Relation(RelationId(id)),
        other => {
            let should = "it should be `node`, `way` or `relation`";
            return Err(element.mistake(format!("`type` of `member` is `{other}`; {should}")));
        }
    };
    Ok(Member { element, role: role.into() })
}

fn bounds(element: &Element) -> Result<Bounds, Mistake> {
    let bounds = Bounds {
        south: degrees(element, "minlat", 90.0)?,
        west: degrees(element, "minlon", 180.0)?,
        north: degrees(element, "maxlat", 90.0)?,
        east: degrees(element, "maxlon", 180.0)?,
    };
    if bounds.south > bounds.north {
        return Err(element.mistake("`minlat` of `bounds` is above `maxlat`".to_owned()));
    }
    Ok(bounds)
}

/// An angle that is not beyond the greatest either way.
fn degrees(element: &Element, attribute: &str, greatest: f64) -> Result<f64, Mistake> {
    let value: f64 = element.value(attribute)?;
    if value.abs() <= greatest {
        return Ok(value);
    }
    let should = format!("it should be from -{greatest} to {greatest} degrees");
    Err(element.mistake(format!("`{attribute}` of `{}` is {value}; {should}", element.name())))
}

impl Open {
    fn tags(&mut self) -> Option<&mut Tags> {
        match self {
            Open::Node(node) => Some(&mut node.tags),
            Open::Way(way) => Some(&mut way.tags),
            Open::Relation(relation) => Some(&mut relation.tags),
            Open::Deleted => None,
        }
    }
}
