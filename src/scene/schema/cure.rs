//! How to mend what is wrong.

use super::super::syntax::{Node, TupleValue, Value};
use super::check::{Place, View};
use super::model::{Amount, Bound, Field, Id, Kind, Model, Number, Variant};
use super::{sample, words};
use crate::engine::spelling::nearest;

/// A cure for a value of the wrong type.
pub(super) fn mismatch(model: &Model, id: Id, view: View<'_>, place: &Place<'_>) -> Option<String> {
    let node = view.node;
    if !view.bare {
        if let Value::Ident(name) = &node.value
            && &**name == "None"
        {
            let way_out = if place.optional { "leave it away, or give a value" } else { "give a value" };
            return Some(format!("{way_out}, {}", example(model, id)));
        }
        if let Some(help) = some(node) {
            return Some(help);
        }
    }
    let told = match (&model.get(id).kind, &node.value) {
        (Kind::Optional(inner), _) => return mismatch(model, *inner, view, place),
        (Kind::Number(_) | Kind::Plain, Value::Str(text)) => number_in_quotes(text, place.unit),
        (Kind::Number(_), Value::Float(real)) => whole(*real),
        (Kind::Bool, Value::Str(text)) => truth(text).map(|value| format!("leave the quotes away: {value}")),
        (Kind::Bool, Value::Ident(name)) => truth(name).map(|value| format!("write {value}")),
        (Kind::Bool, Value::Int(number @ (0 | 1))) => Some(format!("write {}", *number == 1)),
        (Kind::Text(_) | Kind::Plain, Value::Ident(name)) => Some(format!("put it in double quotes: \"{name}\"")),
        (Kind::Text(_), Value::Int(_) | Value::UInt(_) | Value::Float(_) | Value::Bool(_)) => {
            Some(format!("put it in double quotes: \"{}\"", sample::text(node)))
        }
        (Kind::Choice(variants), Value::Str(text)) => name_in_quotes(variants, text),
        (Kind::List { .. } | Kind::Tuple(_), _) => in_brackets(model, id, view),
        (Kind::Record(_), Value::Tuple(_) | Value::List(_)) => {
            return Some(format!("give each value its name, {}", example(model, id)));
        }
        (Kind::Either(ids), _) => {
            let ways: Vec<String> = ids.iter().map(|id| way(model, *id)).collect();
            return Some(format!("write {}", ways.join(", or ")));
        }
        _ => None,
    };
    told.or_else(|| Some(for_example(model, id)))
}

/// "write for example `5`"
pub(super) fn for_example(model: &Model, id: Id) -> String {
    format!("write {}", example(model, id))
}

fn example(model: &Model, id: Id) -> String {
    match sample::short(&sample::example(model, id)) {
        Some(text) => format!("for example `{text}`"),
        None => match &model.get(id).kind {
            Kind::Record(record) => {
                let required = record.fields.iter().filter(|field| field.required);
                let fields: Vec<String> = required.map(|field| format!("{}: ..", field.name)).collect();
                format!("`({})`", fields.join(", "))
            }
            _ => words::one(model, id),
        },
    }
}

/// An example, or the names of the choices.
fn way(model: &Model, id: Id) -> String {
    match &model.get(id).kind {
        Kind::Choice(variants) if variants.len() > 1 => {
            format!("one of {}", words::listed(variants.iter().map(|variant| variant.name.as_str())))
        }
        _ => example(model, id),
    }
}

fn some(node: &Node) -> Option<String> {
    let Value::Tuple(inner) = &node.value else { return None };
    match (&inner.name, &inner.items[..]) {
        (Some(name), [only]) if &*name.text == "Some" => {
            let inside = sample::short(only).map(|text| format!(": {text}")).unwrap_or_default();
            Some(format!("leave `Some` away{inside}"))
        }
        _ => None,
    }
}

fn number_in_quotes(text: &str, unit: Option<&str>) -> Option<String> {
    let text = text.trim();
    if text.parse::<f64>().is_ok_and(f64::is_finite) {
        return Some(format!("leave the quotes away: {text}"));
    }
    let digits = text.find(|letter: char| !matches!(letter, '0'..='9' | '.' | '-' | 'e' | '_')).unwrap_or(text.len());
    let start = text.get(..digits)?.trim();
    let unit = unit.map(|unit| format!(", in {unit}")).unwrap_or_default();
    let number: f64 = start.parse().ok()?;
    number.is_finite().then(|| format!("write the number alone, without quotes{unit}: {start}"))
}

fn whole(real: f64) -> Option<String> {
    let exact = real.fract() == 0.0 && real.abs() < 1e15;
    if exact {
        return Some(format!("leave the point away: {real:.0}"));
    }
    let (low, high) = (real.floor(), real.ceil());
    (real.abs() < 1e15).then(|| format!("write a number without a point, for example {low:.0} or {high:.0}"))
}

fn truth(text: &str) -> Option<bool> {
    match text.to_lowercase().as_str() {
        "true" | "yes" | "on" => Some(true),
        "false" | "no" | "off" => Some(false),
        _ => None,
    }
}

fn name_in_quotes(variants: &[Variant], text: &str) -> Option<String> {
    let names = || variants.iter().map(|variant| variant.name.as_str());
    let near = nearest(text, names())?;
    let variant = variants.iter().find(|variant| variant.name == near)?;
    Some(match (near == text, variant.payload) {
        (true, None) => format!("leave the quotes away: {near}"),
        (false, None) => format!("did you mean `{near}`, without quotes?"),
        (_, Some(_)) => format!("did you mean `{near}(..)`, without quotes?"),
    })
}

/// A single item that only lacks its brackets.
fn in_brackets(model: &Model, id: Id, view: View<'_>) -> Option<String> {
    let Kind::List { item, .. } = &model.get(id).kind else { return None };
    let single = |inner: &TupleValue| inner.name.is_none() && inner.items.len() == 1;
    let inside = match &view.node.value {
        Value::Tuple(inner) if single(inner) => inner.items.first()?,
        _ if view.bare || super::choice::likeness(model, *item, view, 4) < 2 => return None,
        _ => view.node,
    };
    Some(format!("put it in square brackets: [{}]", sample::short(inside)?))
}

/// A cure for a number out of its range.
pub(super) fn range(number: &Number, value: &Value, limit: &str, place: &Place<'_>) -> Option<String> {
    let written = match value {
        Value::Int(value) => *value as f64,
        Value::Float(value) => *value,
        _ => f64::INFINITY,
    };
    let is = |bound: &Option<Bound>, end: f64| {
        bound
            .as_ref()
            .is_some_and(|bound| bound.value.compare(Amount::Real(end)).is_some_and(std::cmp::Ordering::is_eq))
    };
    let share = !number.whole && is(&number.least, 0.0) && is(&number.most, 1.0);
    if share && (1.0..=100.0).contains(&written) {
        let value = Amount::Real(written);
        return Some(format!("it is a share from 0 to 1: for {value} % write {}", Amount::Real(written / 100.0)));
    }
    let unit = place.unit.map(|unit| format!(" {unit}")).unwrap_or_default();
    let below = written < 0.0 || number.least.as_ref().is_some_and(|least| written <= least.value.real());
    let broken = if below { &number.least } else { &number.most }.as_ref()?;
    match words::range(number) {
        Some(range) if words::is_told(&broken) && (range != limit || !unit.is_empty()) => {
            Some(format!("allowed is {range}{unit}"))
        }
        _ => {
            let way = if below { "more" } else { "less" };
            let joint =
                if broken.open { format!("{way} than {}", broken.value) } else { format!("{} or {way}", broken.value) };
            Some(format!("write {joint}"))
        }
    }
}

/// A cure for a missing field.
pub(super) fn missing(model: &Model, field: &Field) -> String {
    match sample::short(&sample::field_example(model, field)) {
        Some(text) => format!("add it, for example `{}: {text}`", field.name),
        None => format!("add it: `{}` is {}", field.name, words::one(model, field.id)),
    }
}

/// A cure for a choice without its content.
pub(super) fn variant(model: &Model, variant: &Variant) -> String {
    match sample::short(&sample::variant_example(model, variant)) {
        Some(text) => format!("write for example `{text}`"),
        None => format!("write `{}(..)`", variant.name),
    }
}

/// A cure for a key of the wrong type.
pub(super) fn key(wants_text: bool, key: &Node, name: &str) -> Option<String> {
    match &key.value {
        Value::Map(_) | Value::List(_) | Value::Struct(_) | Value::Tuple(_) | Value::Unit => None,
        _ if wants_text => Some(format!("put it in double quotes: \"{name}\"")),
        Value::Str(text) if text.parse::<u64>().is_ok() => Some(format!("leave the quotes away: {text}")),
        _ => None,
    }
}
