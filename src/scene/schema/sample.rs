//! Values made up from a type, and JSON values of a type as a scene writes them.

use serde_json::{Map, Value as Json};

use super::super::syntax::{Field as NodeField, Name, Node, Span, StructValue, TupleValue, Value, print};
use super::model::{Bound, Field, Id, Keys, Kind, Length, Model, Number, Record, Text, Variant};
use super::{check, words};

/// Examples are written out in full down to this depth, and as shortly as their type allows below.
const FULL: usize = 3;
/// Examples never go deeper.
const DEEPEST: usize = 40;
/// The most items of a made-up list.
const MOST_ITEMS: u64 = 1_000;
/// Types that no value can ever have cost this much.
const ENDLESS: u32 = u32::MAX;

/// How deep the shortest value of each type is, so that examples of recursive types come to an end.
pub(super) fn costs(model: &Model) -> Vec<u32> {
    let mut costs = vec![ENDLESS; model.len()];
    let mut changed = true;
    while changed {
        changed = false;
        for id in 0..costs.len() {
            let cost = cost(model, id, &costs);
            if costs.get(id).is_some_and(|old| cost < *old) {
                costs[id] = cost;
                changed = true;
            }
        }
    }
    costs
}

fn cost(model: &Model, id: Id, costs: &[u32]) -> u32 {
    let of = |id: &Id| costs.get(model.behind(*id)).copied().unwrap_or(ENDLESS);
    let most = |ids: &mut dyn Iterator<Item = Id>| ids.map(|id| of(&id)).max().unwrap_or(0).saturating_add(1);
    let needs = |length: &Length| length.least.is_some();
    match &model.get(id).kind {
        Kind::List { item, length } if needs(length) => of(item).saturating_add(1),
        Kind::Map { values, length, .. } if needs(length) => of(values).saturating_add(1),
        Kind::Tuple(items) => most(&mut items.iter().copied()),
        Kind::Record(record) => most(&mut record.fields.iter().filter(|field| field.required).map(|field| field.id)),
        Kind::Choice(variants) => {
            let cost = |variant: &Variant| variant.payload.as_ref().map_or(1, |id| of(id).saturating_add(1));
            variants.iter().map(cost).min().unwrap_or(ENDLESS)
        }
        Kind::Either(ids) => ids.iter().map(of).min().unwrap_or(ENDLESS),
        _ => 1,
    }
}

/// A value of the type.
pub(super) fn example(model: &Model, id: Id) -> Node {
    Maker { model }.example(id, 0)
}

/// A value for the field.
pub(super) fn field_example(model: &Model, field: &Field) -> Node {
    Maker { model }.field(field, FULL)
}

/// A value of that variant.
pub(super) fn variant_example(model: &Model, variant: &Variant) -> Node {
    Maker { model }.variant(variant, FULL)
}

/// The JSON value as a scene writes it; nothing if it does not fit the type.
pub(super) fn written(model: &Model, id: Id, json: &Json) -> Option<String> {
    Maker { model }.node_of(id, json, 0).map(|node| text(&node))
}

/// The node as RON text.
pub(super) fn text(node: &Node) -> String {
    print::print(node).trim_end().to_owned()
}

/// The node as RON text, if it is short enough to go into a sentence.
pub(super) fn short(node: &Node) -> Option<String> {
    const LONGEST: usize = 70;
    Some(text(node)).filter(|text| text.chars().count() <= LONGEST && !text.contains('\n'))
}

struct Maker<'m> {
    model: &'m Model,
}

impl Maker<'_> {
    fn example(&self, id: Id, depth: usize) -> Node {
        let found = self.model.get(id);
        if depth > DEEPEST {
            return Node::new(Value::Unit);
        }
        if let Some(node) = found.examples.iter().find_map(|json| self.node_of(id, json, depth)) {
            return node;
        }
        match &found.kind {
            Kind::Any | Kind::Alias(_) => Node::new(Value::Int(1)),
            Kind::Plain if found.format.as_deref() == Some("duration") => Node::new(Value::Str("5m".into())),
            Kind::Plain => Node::new(Value::Int(1)),
            Kind::Unit => Node::new(Value::Unit),
            Kind::Bool => Node::new(Value::Bool(true)),
            Kind::Number(number) => Node::new(number_example(number)),
            Kind::Text(text) => Node::new(Value::Str(text_example(text).into())),
            Kind::List { item, length } => Node::new(Value::List(self.items(*item, *length, depth))),
            Kind::Tuple(items) => tuple(None, items.iter().map(|id| self.example(*id, depth + 1)).collect()),
            Kind::Map { keys, values, length } => Node::new(Value::Map(self.entries(keys, *values, *length, depth))),
            Kind::Record(record) => record_node(None, self.fields(record, depth)),
            Kind::Choice(variants) => match self.simplest(variants, depth, |variant| variant.payload) {
                Some(variant) => self.variant(variant, depth),
                None => Node::new(Value::Unit),
            },
            Kind::Optional(inner) if depth < FULL => self.example(*inner, depth + 1),
            Kind::Optional(_) => ident("None"),
            Kind::Either(ids) => match self.simplest(ids, depth, |id| Some(*id)) {
                Some(id) => self.example(*id, depth + 1),
                None => Node::new(Value::Unit),
            },
        }
    }

    /// The first of the alternatives, or deep down the one that ends soonest.
    fn simplest<'a, T>(&self, all: &'a [T], depth: usize, inner: impl Fn(&T) -> Option<Id>) -> Option<&'a T> {
        let cost = |one: &&T| inner(one).map_or(0, |id| self.model.cost(id));
        if depth < FULL { all.iter().find(|one| cost(one) < ENDLESS) } else { all.iter().min_by_key(cost) }
    }

    fn variant(&self, variant: &Variant, depth: usize) -> Node {
        let Some(payload) = variant.payload else { return ident(&variant.name) };
        match &self.model.get(payload).kind {
            Kind::Record(record) => record_node(Some(&variant.name), self.fields(record, depth + 1)),
            Kind::Tuple(items) => {
                tuple(Some(&variant.name), items.iter().map(|id| self.example(*id, depth + 1)).collect())
            }
            _ => tuple(Some(&variant.name), vec![self.example(payload, depth + 1)]),
        }
    }

    fn fields(&self, record: &Record, depth: usize) -> Vec<NodeField> {
        let wanted = |field: &&Field| {
            let told = !field.examples.is_empty() || field.default.as_ref().is_some_and(|json| !json.is_null());
            field.required || depth < FULL && told
        };
        record.fields.iter().filter(wanted).map(|field| node_field(&field.name, self.field(field, depth))).collect()
    }

    fn field(&self, field: &Field, depth: usize) -> Node {
        let told = field.examples.iter().chain(&field.default).filter(|json| !json.is_null());
        let node = told.filter_map(|json| self.node_of(field.id, json, depth + 1)).next();
        node.unwrap_or_else(|| self.example(field.id, depth + 1))
    }

    fn items(&self, item: Id, length: Length, depth: usize) -> Vec<Node> {
        let count = self.count(item, length, depth);
        (0..count).map(|_| self.example(item, depth + 1)).collect()
    }

    fn count(&self, item: Id, length: Length, depth: usize) -> u64 {
        let wish = u64::from(depth < FULL && self.model.cost(item) < ENDLESS);
        wish.max(length.least.unwrap_or(0)).min(length.most.unwrap_or(MOST_ITEMS)).min(MOST_ITEMS)
    }

    fn entries(&self, keys: &Keys, values: Id, length: Length, depth: usize) -> Vec<(Node, Node)> {
        let entry = |index: u64| {
            let key = match keys {
                Keys::Whole { .. } => Value::Int(index.cast_signed() + 1),
                Keys::Text(pattern) => {
                    let first = pattern.as_ref().and_then(super::pattern::Pattern::example);
                    let first = first.unwrap_or_else(|| "name".to_owned());
                    Value::Str(if index == 0 { first.into() } else { format!("{first}{}", index + 1).into() })
                }
            };
            (Node::new(key), self.example(values, depth + 1))
        };
        (0..self.count(values, length, depth)).map(entry).collect()
    }

    fn node_of(&self, id: Id, json: &Json, depth: usize) -> Option<Node> {
        if depth > DEEPEST {
            return None;
        }
        let inner = |id: Id, json: &Json| self.node_of(id, json, depth + 1);
        match (&self.model.get(id).kind, json) {
            (Kind::Optional(_), Json::Null) => Some(ident("None")),
            (Kind::Optional(id), _) => inner(*id, json),
            (Kind::Either(ids), _) => ids.iter().find_map(|id| inner(*id, json)),
            (Kind::Choice(variants), _) => self.variant_of(variants, json, depth),
            (Kind::Record(record), Json::Object(object)) => {
                Some(record_node(None, self.fields_of(record, object, depth)?))
            }
            (Kind::Map { keys, values, .. }, Json::Object(object)) => {
                let entry = |(key, value): (&String, &Json)| Some((key_node(keys, key)?, inner(*values, value)?));
                Some(Node::new(Value::Map(object.iter().map(entry).collect::<Option<_>>()?)))
            }
            (Kind::List { item, .. }, Json::Array(list)) => {
                let items = list.iter().map(|json| inner(*item, json)).collect::<Option<_>>()?;
                Some(Node::new(Value::List(items)))
            }
            (Kind::Tuple(ids), Json::Array(list)) if ids.len() == list.len() => {
                Some(tuple(None, ids.iter().zip(list).map(|(id, json)| inner(*id, json)).collect::<Option<_>>()?))
            }
            (Kind::Any, _) => Some(untyped(json, depth)),
            (Kind::Unit, Json::Null)
            | (Kind::Bool, Json::Bool(_))
            | (Kind::Text(_), Json::String(_))
            | (Kind::Number(_), Json::Number(_))
            | (Kind::Plain, Json::String(_) | Json::Number(_)) => Some(untyped(json, depth)),
            _ => None,
        }
    }

    fn variant_of(&self, variants: &[Variant], json: &Json, depth: usize) -> Option<Node> {
        let find = |name: &str| variants.iter().find(|variant| variant.name == name);
        match json {
            Json::String(name) => find(name).filter(|variant| variant.payload.is_none()).map(|_| ident(name)),
            Json::Object(object) => {
                let (name, value) = object.iter().next().filter(|_| object.len() == 1)?;
                let payload = find(name)?.payload?;
                let node = self.node_of(payload, value, depth + 1)?;
                Some(match (&self.model.get(payload).kind, node.value) {
                    (Kind::Record(_), Value::Struct(inner)) => record_node(Some(name), inner.fields),
                    (Kind::Tuple(_), Value::Tuple(inner)) => tuple(Some(name), inner.items),
                    (_, value) => tuple(Some(name), vec![Node::new(value)]),
                })
            }
            _ => None,
        }
    }

    fn fields_of(&self, record: &Record, object: &Map<String, Json>, depth: usize) -> Option<Vec<NodeField>> {
        let known = |name: &String| record.field(name).is_some() || record.others.is_some();
        if !object.keys().all(known) {
            return None;
        }
        let value = |field: &Field| {
            let json = object.get(&field.name)?;
            Some(self.node_of(field.id, json, depth + 1).map(|node| node_field(&field.name, node)))
        };
        let others = object.iter().filter(|(name, _)| record.field(name).is_none()).filter_map(|(name, json)| {
            record.others.map(|id| self.node_of(id, json, depth + 1).map(|node| node_field(name, node)))
        });
        record.fields.iter().filter_map(value).chain(others).collect()
    }
}

fn untyped(json: &Json, depth: usize) -> Node {
    Node::new(match json {
        _ if depth > DEEPEST => Value::Unit,
        Json::Null => Value::Unit,
        Json::Bool(value) => Value::Bool(*value),
        Json::String(text) => Value::Str(text.as_str().into()),
        Json::Array(list) => Value::List(list.iter().map(|json| untyped(json, depth + 1)).collect()),
        Json::Object(object) => {
            let entry = |(key, json): (&String, &Json)| (text_node(key), untyped(json, depth + 1));
            Value::Map(object.iter().map(entry).collect())
        }
        Json::Number(number) => match (number.as_i64(), number.as_u64()) {
            (Some(value), _) => Value::Int(value),
            (None, Some(value)) => Value::UInt(value),
            (None, None) => Value::Float(number.as_f64().unwrap_or_default()),
        },
    })
}

fn key_node(keys: &Keys, key: &str) -> Option<Node> {
    match keys {
        Keys::Text(_) => Some(text_node(key)),
        Keys::Whole { .. } => key.parse().ok().map(|value| Node::new(Value::Int(value))),
    }
}

fn text_node(text: &str) -> Node {
    Node::new(Value::Str(text.into()))
}

fn ident(name: &str) -> Node {
    Node::new(Value::Ident(name.into()))
}

fn name_of(text: &str) -> Name {
    Name { text: text.into(), span: Span::UNKNOWN }
}

fn node_field(name: &str, value: Node) -> NodeField {
    NodeField { name: name_of(name), value }
}

fn tuple(name: Option<&str>, items: Vec<Node>) -> Node {
    Node::new(Value::Tuple(Box::new(TupleValue { name: name.map(name_of), items })))
}

fn record_node(name: Option<&str>, fields: Vec<NodeField>) -> Node {
    Node::new(Value::Struct(Box::new(StructValue { name: name.map(name_of), fields })))
}

fn number_example(number: &Number) -> Value {
    let ends = [&number.least, &number.most].into_iter().flatten().map(|bound: &Bound| bound.value.real());
    let ends: Vec<f64> = ends.filter(|end| end.abs() < 1e15).collect();
    let middle = ends.iter().sum::<f64>() / ends.len().max(1) as f64;
    let near = ends.iter().flat_map(|end| [*end, end + 1.0, end - 1.0]);
    let candidates = [1.0, 0.0].into_iter().chain(near).chain([middle.round(), middle]);
    let value = |real: f64| if number.whole { Value::Int(real.floor() as i64) } else { Value::Float(real) };
    candidates.map(value).find(|value| check::within(number, value).is_ok()).unwrap_or(value(1.0))
}

fn text_example(text: &Text) -> String {
    let fits = |example: &String| words::fits(text.length, example.chars().count());
    if let Some(example) = text.pattern.as_ref().and_then(super::pattern::Pattern::example).filter(fits) {
        return example;
    }
    let least = usize::try_from(text.length.least.unwrap_or(0).min(MOST_ITEMS)).unwrap_or(0);
    let most = usize::try_from(text.length.most.unwrap_or(MOST_ITEMS)).unwrap_or(usize::MAX);
    "name".chars().chain(std::iter::repeat_n('x', least.saturating_sub(4))).take(most).collect()
}
