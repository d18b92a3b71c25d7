//! Holds values against types that leave a choice.

use super::super::syntax::{Node, Value};
use super::check::{Place, Subject, View, Walk, is_unit};
use super::cure;
use super::model::{Id, Kind, Model, Record, Variant};
use super::words;
use crate::engine::spelling::nearest;

/// Alternatives within alternatives are tried out this deep; below, the first that looks right is taken.
const MOST_TRIALS: usize = 2;
/// How deep types within types are looked at to see whether a value looks right.
const DEEPEST: usize = 8;

impl<'n> Walk<'_, '_, 'n> {
    pub(super) fn choice(&mut self, id: Id, variants: &[Variant], view: View<'n>, place: &Place<'_>) {
        let Some(name) = chosen(view) else { return self.mismatch(id, view, place) };
        let span = view.name().map_or(view.node.span, |(_, span)| span);
        let find = |variant: &&Variant| variant.name == name;
        match variants.iter().find(find) {
            Some(variant) => self.variant(variant, view),
            None if matches!(name, "None" | "Some") => self.mismatch(id, view, place),
            None => {
                let names = || variants.iter().map(|variant| variant.name.as_str());
                let help = match (nearest(name, names()), variants) {
                    (Some(near), _) => format!("did you mean `{near}`?"),
                    (None, [only]) => format!("only `{}` is possible", only.name),
                    (None, _) => format!("choose one of {}", words::listed(names())),
                };
                let message = format!("`{name}` is not one of the choices for {}", place.subject);
                self.report(span, message, "unknown choice", Some(help));
            }
        }
    }

    fn variant(&mut self, variant: &Variant, view: View<'n>) {
        let items = match &view.node.value {
            Value::Tuple(inner) => Some(&inner.items[..]),
            _ => None,
        };
        let name = &variant.name;
        let Some(payload) = variant.payload else {
            if !matches!((&view.node.value, items), (Value::Ident(_), _) | (_, Some([]))) {
                let message = format!("`{name}` takes no value in brackets");
                self.report(view.node.span, message, "nothing more wanted", Some(format!("write `{name}`")));
            }
            return;
        };
        let kind = &self.model.get(payload).kind;
        let help = || cure::variant(self.model, variant);
        let (span, place) = (view.node.span, Place::of(Subject::Variant(name)));
        match (items, kind) {
            _ if matches!(view.node.value, Value::Ident(_)) => {
                self.report(span, format!("`{name}` needs {}", wanted(kind)), "more wanted", Some(help()));
            }
            (Some([only]), Kind::Record(_)) if has_names(only) => self.value(payload, View::of(only), &place),
            (Some([_, ..]), Kind::Record(_)) => {
                let message = format!("`{name}` needs names for its values");
                self.report(span, message, "values without names", Some(help()));
            }
            (Some(items), Kind::Tuple(ids)) => self.row(ids, items, span, &place, help()),
            (None, Kind::Tuple(_)) => {
                let message = format!("the values of `{name}` are written without names");
                self.report(span, message, "values with names", Some(help()));
            }
            (Some([only]), _) => self.value(payload, View::of(only), &Place::of(Subject::Payload(name))),
            (_, Kind::Record(_)) => self.value(payload, View::inside(view.node), &place),
            _ => self.value(payload, View::inside(view.node), &Place::of(Subject::Payload(name))),
        }
    }

    /// Takes the type that the author most likely meant.
    pub(super) fn either(&mut self, id: Id, ids: &[Id], view: View<'n>, place: &Place<'_>) {
        let likeness: Vec<usize> = ids.iter().map(|id| likeness(self.model, *id, view, DEEPEST)).collect();
        let best = likeness.iter().copied().max().unwrap_or(0);
        let alike: Vec<Id> = ids.iter().zip(&likeness).filter(|(_, like)| **like == best).map(|(id, _)| *id).collect();
        match &alike[..] {
            _ if best == 0 => self.mismatch(id, view, place),
            [only] => self.value(*only, view, place),
            [first, ..] if self.trials >= MOST_TRIALS => self.value(*first, view, place),
            _ => {
                if let Some(best) = alike.iter().min_by_key(|id| self.trial(**id, view, place)) {
                    self.value(*best, view, place);
                }
            }
        }
    }
}

/// The name of the choice that a value makes.
fn chosen(view: View<'_>) -> Option<&str> {
    if view.bare { None } else { view.node.kind_name() }
}

fn has_names(node: &Node) -> bool {
    matches!(node.value, Value::Struct(_) | Value::Map(_) | Value::Unit)
}

fn wanted(kind: &Kind) -> String {
    let Kind::Record(record) = kind else { return "a value in brackets".to_owned() };
    let mut required = record.fields.iter().filter(|field| field.required).map(|field| field.name.as_str()).peekable();
    if required.peek().is_none() { "brackets".to_owned() } else { words::listed(required) }
}

/// How much a value looks like one of the type: 0 not at all, 1 by mistake, 2 in form, 3 by name.
pub(super) fn likeness(model: &Model, id: Id, view: View<'_>, depth: usize) -> usize {
    let Some(depth) = depth.checked_sub(1) else { return 0 };
    let value = &view.node.value;
    let found = model.get(id);
    let is_number = matches!(value, Value::Int(_) | Value::UInt(_) | Value::Float(_));
    let named = chosen(view).is_some();
    match &found.kind {
        Kind::Any | Kind::Alias(_) => 1,
        Kind::Plain if is_number || matches!(value, Value::Str(_)) => 2,
        Kind::Number(number) if is_number => {
            if number.whole && matches!(value, Value::Float(_)) {
                1
            } else {
                2
            }
        }
        Kind::Number(_) if view.node.as_str().is_some_and(|text| text.trim().parse::<f64>().is_ok()) => 1,
        Kind::Bool if matches!(value, Value::Bool(_)) => 2,
        Kind::Unit if is_unit(found, view) => 2,
        Kind::Text(_) => match value {
            Value::Str(_) | Value::Char(_) => 2,
            Value::Ident(_) => 1,
            _ => 0,
        },
        Kind::List { .. } if !named => like_list(view),
        Kind::Tuple(ids) if !named => {
            if view.items().is_some_and(|items| items.len() == ids.len()) {
                3
            } else {
                like_list(view)
            }
        }
        Kind::Map { .. } if !named => match value {
            Value::Map(_) => 2,
            Value::Struct(_) | Value::Unit => 1,
            _ => 0,
        },
        Kind::Record(record) if !named || found.name.as_deref() == chosen(view) => like_record(record, view.node),
        Kind::Choice(variants) => match chosen(view) {
            Some("None" | "Some") | None => 0,
            Some(name) => {
                if variants.iter().any(|variant| variant.name == name) {
                    3
                } else {
                    2
                }
            }
        },
        Kind::Optional(inner) => match (value, view.name()) {
            (Value::Ident(name), _) if &**name == "None" => 3,
            (Value::Tuple(some), Some(("Some", _))) => {
                some.items.first().map_or(1, |only| likeness(model, *inner, View::of(only), depth).max(1))
            }
            (_, Some(("Some", _))) => 1,
            _ => likeness(model, *inner, view, depth),
        },
        Kind::Either(ids) => ids.iter().map(|id| likeness(model, *id, view, depth)).max().unwrap_or(0),
        _ => 0,
    }
}

fn like_list(view: View<'_>) -> usize {
    if view.items().is_some() { 2 } else { 0 }
}

fn like_record(record: &Record, node: &Node) -> usize {
    let known = |name: &str| record.field(name).is_some() || record.others.is_some();
    let all = match &node.value {
        Value::Struct(inner) => inner.fields.iter().all(|field| known(&field.name.text)),
        Value::Map(entries) => entries.iter().all(|(key, _)| key.as_str().is_some_and(known)),
        Value::Unit => record.fields.iter().all(|field| !field.required),
        _ => return 0,
    };
    if all { 3 } else { 2 }
}
