//! Types and values in the words of a scene's author.

use super::super::syntax::{Node, Value};
use super::model::{Amount, Bound, Id, Kind, Length, Model, Number, Type, Variant};

/// More choices than this are not all named within a sentence.
const MOST_NAMED: usize = 12;
/// Lists of lists are described this deep.
const DEEPEST: usize = 4;

/// What a value of the type is: "a whole number", "a list of durations".
pub(super) fn one(model: &Model, id: Id) -> String {
    describe(model, id, false, DEEPEST)
}

fn describe(model: &Model, id: Id, several: bool, depth: usize) -> String {
    let found = model.get(id);
    let Some(depth) = depth.checked_sub(1) else { return noun("value", several) };
    if let Some(words) = &found.words {
        return noun(words, several);
    }
    match &found.kind {
        Kind::Any | Kind::Alias(_) => if several { "values" } else { "any value" }.to_owned(),
        Kind::Plain => noun(found.format.as_deref().unwrap_or("value"), several),
        Kind::Unit => "`()`".to_owned(),
        Kind::Bool => "true or false".to_owned(),
        Kind::Number(number) => noun(if number.whole { "whole number" } else { "number" }, several),
        Kind::Text(text) if is_single(text.length) => noun("single character", several),
        Kind::Text(_) => noun("text", several),
        Kind::List { item, .. } => noun(&format!("list of {}", describe(model, *item, true, depth)), several),
        Kind::Tuple(items) => describe_tuple(model, items, depth),
        Kind::Map { keys, values, .. } => {
            let keys = if matches!(keys, super::model::Keys::Text(_)) { "text" } else { "whole numbers" };
            noun(&format!("map from {keys} to {}", describe(model, *values, true, depth)), several)
        }
        Kind::Record(_) => match &found.name {
            Some(name) => noun(&format!("`{name}`"), several),
            None => "named fields".to_owned(),
        },
        Kind::Choice(variants) => describe_choice(found, variants, several),
        Kind::Optional(inner) => describe(model, *inner, several, depth),
        Kind::Either(ids) => {
            let all: Vec<String> = ids.iter().map(|id| describe(model, *id, several, depth)).collect();
            all.join(" or ")
        }
    }
}

fn describe_tuple(model: &Model, items: &[Id], depth: usize) -> String {
    let all: Vec<String> = items.iter().map(|id| describe(model, *id, false, depth)).collect();
    match (items, &all[..]) {
        ([first, ..], [one, rest @ ..]) if rest.iter().all(|other| other == one) => {
            format!("{} {}", items.len(), describe(model, *first, items.len() != 1, depth))
        }
        ([], _) => "`()`".to_owned(),
        _ => format!("{} values ({})", items.len(), all.join(", ")),
    }
}

fn describe_choice(found: &Type, variants: &[Variant], several: bool) -> String {
    match (variants, &found.name) {
        ([only], _) => format!("`{}`", only.name),
        (many, Some(name)) if several || many.len() > MOST_NAMED => noun(&format!("`{name}`"), several),
        (many, _) => {
            let names: Vec<&str> = many.iter().map(|variant| variant.name.as_str()).collect();
            format!("one of {}", names.join(", "))
        }
    }
}

fn is_single(length: Length) -> bool {
    length.least == Some(1) && length.most == Some(1)
}

/// "a list of texts", "lists of texts", "an offer".
fn noun(words: &str, several: bool) -> String {
    if !several {
        let vowel = words.trim_start_matches('`').starts_with(['a', 'e', 'i', 'o', 'u', 'A', 'E', 'I', 'O', 'U']);
        return format!("{} {words}", if vowel { "an" } else { "a" });
    }
    // A name in code is the same for one and several.
    if words.starts_with('`') {
        return words.to_owned();
    }
    let end = [" of ", " from "].iter().filter_map(|joint| words.find(joint)).min().unwrap_or(words.len());
    let (head, tail) = words.split_at(end);
    format!("{head}s{tail}")
}

/// The allowed numbers: "0 to 1", "more than 0". Limits of the machine are not told.
pub(super) fn range(number: &Number) -> Option<String> {
    match (number.least.as_ref().filter(is_told), number.most.as_ref().filter(is_told)) {
        (None, None) => None,
        (Some(least), None) => Some(lower(least)),
        (None, Some(most)) => Some(upper(most)),
        (Some(least), Some(most)) if !least.open && !most.open => Some(format!("{} to {}", least.value, most.value)),
        (Some(least), Some(most)) => Some(format!("{}, {}", lower(least), upper(most))),
    }
}

/// Whether the end of a range means something to an author, and not only to the machine.
pub(super) fn is_told(bound: &&Bound) -> bool {
    match bound.value {
        Amount::Whole(value) => !is_machine_limit(value),
        Amount::Real(value) => value.abs() < f64::from(f32::MAX),
    }
}

fn is_machine_limit(value: i128) -> bool {
    let limits: [i128; 6] =
        [i32::MIN.into(), i32::MAX.into(), i64::MIN.into(), i64::MAX.into(), u32::MAX.into(), u64::MAX.into()];
    limits.contains(&value)
}

/// "at least 1" or "more than 1".
pub(super) fn lower(bound: &Bound) -> String {
    format!("{} {}", if bound.open { "more than" } else { "at least" }, bound.value)
}

/// "at most 1" or "less than 1".
pub(super) fn upper(bound: &Bound) -> String {
    format!("{} {}", if bound.open { "less than" } else { "at most" }, bound.value)
}

/// The allowed counts of things: "1 to 3 items", "at least 1 item".
pub(super) fn count(length: Length, thing: &str) -> Option<String> {
    let things = |count: u64| if count == 1 { thing.to_owned() } else { plural(thing) };
    match (length.least, length.most) {
        (None, None) => None,
        (Some(least), None) => Some(format!("at least {least} {}", things(least))),
        (None, Some(most)) => Some(format!("at most {most} {}", things(most))),
        (Some(least), Some(most)) if least == most => Some(format!("{least} {}", things(most))),
        (Some(least), Some(most)) => Some(format!("{least} to {most} {}", things(most))),
    }
}

/// More than one of a thing.
pub(super) fn plural(thing: &str) -> String {
    match thing.strip_suffix('y') {
        Some(stem) => format!("{stem}ies"),
        None => format!("{thing}s"),
    }
}

/// What was written, for "but is ...". `bare` leaves a name in front of brackets out.
pub(super) fn found(node: &Node, bare: bool) -> String {
    match &node.value {
        Value::Unit => "`()`".to_owned(),
        Value::Bool(value) => format!("`{value}`"),
        Value::Int(_) | Value::UInt(_) => "a whole number".to_owned(),
        Value::Float(value) => format!("{value:?}"),
        Value::Char(_) => "a single character".to_owned(),
        Value::Str(_) => "a text".to_owned(),
        Value::List(_) => "a list".to_owned(),
        Value::Map(_) => "a map".to_owned(),
        Value::Ident(name) if &**name == "None" => "`None`".to_owned(),
        Value::Ident(name) => format!("the bare name `{name}`"),
        Value::Struct(_) | Value::Tuple(_) => match node.kind_name().filter(|_| !bare) {
            Some(name) => format!("`{name}(..)`"),
            None if matches!(node.value, Value::Struct(_)) => "named fields".to_owned(),
            None => "values in round brackets".to_owned(),
        },
    }
}

/// "`a`, `b` and `c`".
pub(super) fn listed<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let names: Vec<String> = names.map(|name| format!("`{name}`")).collect();
    match &names[..] {
        [most @ .., last] if !most.is_empty() => format!("{} and {last}", most.join(", ")),
        few => few.concat(),
    }
}

/// Whether there may be that many.
pub(super) fn fits(length: Length, count: usize) -> bool {
    let count = count as u64;
    length.least.is_none_or(|least| count >= least) && length.most.is_none_or(|most| count <= most)
}
