//! Helpers on the spanned tree: looking in, merging, and finding a place by its path.

use super::syntax::{Field, Name, Node, Span, StructValue, Value};

/// The name and value of every field of a struct or string-keyed map, in order.
pub fn members(node: &Node) -> Vec<(&str, Span, &Node)> {
    match &node.value {
        Value::Struct(value) => value.fields.iter().map(|f| (&*f.name.text, f.name.span, &f.value)).collect(),
        Value::Map(entries) => {
            entries.iter().filter_map(|(key, value)| key.as_str().map(|text| (text, key.span, value))).collect()
        }
        _ => Vec::new(),
    }
}

/// The items of a list, or none.
pub fn items(node: &Node) -> &[Node] {
    match &node.value {
        Value::List(items) => items,
        _ => &[],
    }
}

/// The fields of an unnamed struct, or none for anything else.
pub fn fields(node: &Node) -> Option<&[Field]> {
    match &node.value {
        Value::Struct(value) if value.name.is_none() => Some(&value.fields),
        _ => None,
    }
}

/// An unnamed struct of these fields at that place.
pub fn structure(span: Span, fields: Vec<Field>) -> Node {
    Node { span, value: Value::Struct(Box::new(StructValue { name: None, fields })), comments: None }
}

/// A field that did not come from a file.
pub fn field(name: &str, value: Node) -> Field {
    Field { name: Name { text: name.into(), span: value.span }, value }
}

/// `over` laid over `base`: unnamed structs are merged field by field, anything else is replaced.
pub fn merge(base: &Node, over: &Node) -> Node {
    // `()` stands for a struct whose fields are all left to their defaults.
    if matches!(over.value, Value::Unit) && fields(base).is_some() {
        return base.clone();
    }
    let (Some(below), Some(above)) = (fields(base), fields(over)) else { return over.clone() };
    let mut merged: Vec<Field> = below.to_vec();
    for field in above {
        match merged.iter_mut().find(|other| other.name.text == field.name.text) {
            Some(other) => *other = Field { name: field.name.clone(), value: merge(&other.value, &field.value) },
            None => merged.push(field.clone()),
        }
    }
    structure(over.span, merged)
}

/// One part of the way to a node: the name of a field or map entry, or the index in a list.
pub type Path<'a> = &'a [&'a str];

/// One step on the way: to a field, a map's entry, or an item of a list.
fn step<'a>(node: &'a Node, step: &str) -> Option<&'a Node> {
    node.get(step).or_else(|| items(node).get(step.parse::<usize>().ok()?))
}

/// The node at that path.
pub fn find<'a>(root: &'a Node, path: Path) -> Option<&'a Node> {
    path.iter().try_fold(root, |node, name| step(node, name))
}

/// The place of the node at that path; of the nearest one above it that exists, if it does not.
pub fn place(root: &Node, path: Path) -> Span {
    let mut node = root;
    for name in path {
        match step(node, name) {
            Some(next) => node = next,
            None => break,
        }
    }
    node.span
}

/// The place of a field's name or a map's key at that path, if it is there.
pub fn find_key(root: &Node, path: Path) -> Option<Span> {
    let (last, above) = path.split_last()?;
    let named = members(find(root, above)?).into_iter().find(|(name, ..)| name == last)?;
    Some(named.1)
}

/// The place of a field's name or a map's key at that path, which reads better for what is wrong with the name.
pub fn key_place(root: &Node, path: Path) -> Span {
    find_key(root, path).unwrap_or_else(|| place(root, path))
}
