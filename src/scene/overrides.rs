//! `--set PATH=VALUE`: changes of a scene from the command line.
//!
//! A path leads from the top of the scene by names: fields (`factory.machine_choice`), map entries
//! (`kinds.lathe.machine.rule`), list items by their `name` or their index from 0 (`twins.lathe-{n}.count`,
//! `arrivals.0.every`). A single twin of a group goes by its own name (`twins.lathe-3.machine.capacity`).

use super::expand;
use super::problem::{Problem, Problems, Sources};
use super::syntax::parse::{Limits, parse};
use super::syntax::{Field, FileId, Name, Node, Span, Value};
use super::tree;
use crate::engine::spelling::nearest;

/// Applies overrides in order; what is wrong with one is noted and points at its text.
pub fn apply(root: &mut Node, sets: &[String], sources: &mut Sources, problems: &mut Problems) {
    for set in sets {
        let file = sources.add("--set".to_owned(), set.clone());
        let whole = Span::new(file, 0, set.len() as u32);
        let Some((path, value)) = set.split_once('=') else {
            problems.push(problem(
                whole,
                "an override is written PATH=VALUE",
                "such as --set factory.machine_choice=ShortestQueue",
            ));
            continue;
        };
        let start = path.len() as u32 + 1;
        let applied = read_value(value, file, start).and_then(|value| set_at(root, &steps(path, file), value));
        if let Err(error) = applied {
            problems.push(error);
        }
    }
}

/// One name of a path, and its place.
struct Step<'a> {
    name: &'a str,
    span: Span,
}

fn steps(path: &str, file: FileId) -> Vec<Step<'_>> {
    let mut at = 0;
    path.split('.')
        .map(|name| {
            let span = Span::new(file, at, at + name.len() as u32);
            at = span.end + 1;
            Step { name: name.trim(), span }
        })
        .collect()
}

fn problem(span: Span, message: &str, help: &str) -> Problem {
    Problem { span, message: message.to_owned(), label: "here".to_owned(), help: Some(help.to_owned()) }
}

/// Reads a value as RON. What is no RON, such as `8h 30m` or `lathe-1`, is taken as a text, to spare quotes in a shell.
fn read_value(text: &str, file: FileId, start: u32) -> Result<Node, Problem> {
    let span = Span::new(file, start, start + text.len() as u32);
    if text.trim().is_empty() {
        return Err(problem(span, "an override needs a value", "write PATH=VALUE"));
    }
    let mut node = match parse(text, file, &Limits::default()) {
        Ok(node) => node,
        Err(errors) => {
            let looks_plain = text.chars().all(|c| c.is_alphanumeric() || " _-.*".contains(c));
            match errors.into_iter().next() {
                Some(error) if !looks_plain => {
                    let help = error.help.unwrap_or_else(|| "values are written as in a scene".to_owned());
                    return Err(problem(span, &error.message, &help));
                }
                _ => Node { span, value: Value::Str(text.into()), comments: None },
            }
        }
    };
    // Places inside the value would be counted from its own start: the whole value is near enough.
    relocate(&mut node, span);
    Ok(node)
}

fn relocate(node: &mut Node, span: Span) {
    node.span = span;
    match &mut node.value {
        Value::List(items) => items.iter_mut().for_each(|item| relocate(item, span)),
        Value::Map(entries) => entries.iter_mut().for_each(|(key, value)| {
            relocate(key, span);
            relocate(value, span);
        }),
        Value::Struct(value) => value.fields.iter_mut().for_each(|field| {
            field.name.span = span;
            relocate(&mut field.value, span);
        }),
        Value::Tuple(value) => value.items.iter_mut().for_each(|item| relocate(item, span)),
        _ => {}
    }
}

/// How many steps a path may have: more than values can be nested.
const MOST_STEPS: usize = 32;

fn set_at(root: &mut Node, steps: &[Step], value: Node) -> Result<(), Problem> {
    if let Some(step) = steps.get(MOST_STEPS) {
        return Err(problem(step.span, "the path is too long", &format!("{MOST_STEPS} steps are the most")));
    }
    if let Some(step) = steps.iter().find(|step| step.name.is_empty()) {
        return Err(problem(step.span, "a step of the path is empty", "names are separated by single dots"));
    }
    if let [first, kind, _, ..] = steps
        && first.name == "kinds"
        && root.get("kinds").is_none_or(|kinds| kinds.get(kind.name).is_none())
    {
        let kinds = root.get("kinds").map(tree::members).unwrap_or_default();
        let help = entry_help(kind.name, kinds.into_iter().map(|(name, ..)| name));
        return Err(problem(kind.span, &format!("there is no kind `{}`", kind.name), &help));
    }
    if let [first, twin, rest @ ..] = steps
        && first.name == "twins"
        && let Some(group) = expand::find_group(root, twin.name).and_then(|group| group_mut(root, group))
    {
        return set_for_one(group, twin, rest, value);
    }
    set_in(root, steps, value)
}

/// For a single twin of a group: what is set goes into the group's overrides.
fn set_for_one(group: &mut Node, twin: &Step, rest: &[Step], value: Node) -> Result<(), Problem> {
    let path = || [Step { name: "overrides", span: twin.span }, Step { name: twin.name, span: twin.span }];
    if group.get("overrides").is_none_or(|overrides| overrides.get(twin.name).is_none()) {
        set_in(group, &path(), tree::structure(value.span, Vec::new()))?;
    }
    let rest = rest.iter().map(|step| Step { ..*step });
    set_in(group, &path().into_iter().chain(rest).collect::<Vec<_>>(), value)
}

fn group_mut(root: &mut Node, index: usize) -> Option<&mut Node> {
    let Value::Struct(scene) = &mut root.value else { return None };
    let twins = scene.fields.iter_mut().find(|field| &*field.name.text == "twins")?;
    match &mut twins.value.value {
        Value::List(items) => items.get_mut(index),
        _ => None,
    }
}

fn set_in(node: &mut Node, steps: &[Step], value: Node) -> Result<(), Problem> {
    let Some((step, rest)) = steps.split_first() else {
        *node = value;
        return Ok(());
    };
    if matches!(node.value, Value::Unit) {
        *node = tree::structure(node.span, Vec::new());
    }
    let shape = node.shape();
    match &mut node.value {
        Value::Struct(structure) => {
            let index = structure.fields.iter().position(|field| &*field.name.text == step.name);
            let index = index.unwrap_or_else(|| {
                let name = Name { text: step.name.into(), span: step.span };
                structure.fields.push(Field { name, value: empty(step.name, value.span) });
                structure.fields.len() - 1
            });
            set_in(&mut structure.fields[index].value, rest, value)
        }
        Value::Map(entries) => {
            let index = entries.iter().position(|(key, _)| key.as_str() == Some(step.name));
            // A new entry is given whole: a path that leads on through one is a slip, and would change nothing.
            if index.is_none() && !rest.is_empty() {
                let help = entry_help(step.name, entries.iter().filter_map(|(key, _)| key.as_str()));
                return Err(problem(step.span, &format!("there is no entry `{}`", step.name), &help));
            }
            let index = index.unwrap_or_else(|| {
                let key = Node { span: step.span, value: Value::Str(step.name.into()), comments: None };
                entries.push((key, empty("", value.span)));
                entries.len() - 1
            });
            set_in(&mut entries[index].1, rest, value)
        }
        Value::List(items) => {
            let named = items.iter().position(|item| item.get("name").and_then(Node::as_str) == Some(step.name));
            let index = named.or_else(|| step.name.parse().ok().filter(|index| *index < items.len()));
            match index {
                Some(index) => set_in(&mut items[index], rest, value),
                None => {
                    let message = format!("the list has no item `{}`", step.name);
                    Err(problem(step.span, &message, &list_help(step.name, items)))
                }
            }
        }
        _ => {
            let message = format!("`{}` would be inside {shape}, which has no fields", step.name);
            Err(problem(step.span, &message, "shorten the path"))
        }
    }
}

/// What a new field starts as: the overrides of a group are a map, anything else a struct.
fn empty(name: &str, span: Span) -> Node {
    let value = if name == "overrides" { Value::Map(Vec::new()) } else { return tree::structure(span, Vec::new()) };
    Node { span, value, comments: None }
}

fn entry_help<'a>(step: &str, known: impl Iterator<Item = &'a str> + Clone) -> String {
    match nearest(step, known.clone()) {
        Some(name) => format!("did you mean `{name}`?"),
        None => match known.map(|name| format!("`{name}`")).collect::<Vec<_>>().as_slice() {
            [] => "there are none".to_owned(),
            [only] => format!("there is only {only}"),
            names => format!("there are {}", names.join(", ")),
        },
    }
}

fn list_help(step: &str, items: &[Node]) -> String {
    let names: Vec<&str> = items.iter().filter_map(|item| item.get("name").and_then(Node::as_str)).collect();
    match nearest(step, names.iter().copied()) {
        Some(name) => format!("did you mean `{name}`?"),
        None if items.is_empty() => "the list is empty".to_owned(),
        None => format!("items go by their name or by an index from 0 to {}", items.len() - 1),
    }
}
