//! `--set PATH=VALUE`: changes of a scene from the command line.
//!
//! A path leads from the top of the scene by names: fields (`factory.machine_choice`), map entries
//! (`kinds.lathe.machine.rule`), list items by their `name` or their index from 0 (`twins.lathe-{n}.count`,
//! `arrivals.0.every`). A single twin of a group goes by its own name (`twins.lathe-3.machine.capacity`).

use super::expand;
use super::problem::{Problem, Problems, Sources, nearest};
use super::syntax::parse::{Limits, parse};
use super::syntax::{Field, Name, Node, Span, Value};
use super::tree;

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
        match read_value(value, file, start) {
            Ok(value) => {
                let steps: Vec<&str> = path.trim().split('.').collect();
                if let Err((step, message, help)) = set_at(root, &steps, value) {
                    let at = steps.iter().take(step).map(|s| s.len() as u32 + 1).sum();
                    let length = steps.get(step).map_or(0, |s| s.len() as u32);
                    problems.push(problem(Span::new(file, at, at + length), &message, &help));
                }
            }
            Err(error) => problems.push(error),
        }
    }
}

fn problem(span: Span, message: &str, help: &str) -> Problem {
    Problem { span, message: message.to_owned(), label: "here".to_owned(), help: Some(help.to_owned()) }
}

/// Reads a value as RON. What is no RON, such as `8h 30m` or `lathe-1`, is taken as a text, to spare quotes in a shell.
fn read_value(text: &str, file: super::syntax::FileId, start: u32) -> Result<Node, Problem> {
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

/// Which step failed, what is wrong and the cure.
type Failure = (usize, String, String);

fn set_at(root: &mut Node, steps: &[&str], value: Node) -> Result<(), Failure> {
    if let ["twins", twin, rest @ ..] = steps
        && let Some((group, name)) = expand::find_group(root, twin)
    {
        // The single twin of a group: what is set goes into the group's overrides.
        let group_node =
            group_mut(root, group).ok_or_else(|| (1, format!("there is no twin `{twin}`"), String::new()))?;
        let path: Vec<&str> = ["overrides", name.as_str()].into_iter().chain(rest.iter().copied()).collect();
        return set_in(group_node, &path, value, 0).map_err(|(step, m, h)| (step.min(steps.len() - 1), m, h));
    }
    set_in(root, steps, value, 0)
}

fn group_mut(root: &mut Node, index: usize) -> Option<&mut Node> {
    let Value::Struct(scene) = &mut root.value else { return None };
    let twins = scene.fields.iter_mut().find(|field| &*field.name.text == "twins")?;
    match &mut twins.value.value {
        Value::List(items) => items.get_mut(index),
        _ => None,
    }
}

fn set_in(node: &mut Node, steps: &[&str], value: Node, depth: usize) -> Result<(), Failure> {
    let Some((&step, rest)) = steps.split_first() else {
        *node = value;
        return Ok(());
    };
    if step.is_empty() {
        return Err((depth, "a step of the path is empty".to_owned(), "names are separated by single dots".to_owned()));
    }
    if matches!(node.value, Value::Unit) {
        *node = tree::structure(node.span, Vec::new());
    }
    let span = value.span;
    let shape = node.shape();
    match &mut node.value {
        Value::Struct(structure) => {
            let index = structure.fields.iter().position(|field| &*field.name.text == step);
            let index = index.unwrap_or_else(|| {
                let name = Name { text: step.into(), span };
                structure.fields.push(Field { name, value: empty(step, span) });
                structure.fields.len() - 1
            });
            set_in(&mut structure.fields[index].value, rest, value, depth + 1)
        }
        Value::Map(entries) => {
            let index = entries.iter().position(|(key, _)| key.as_str() == Some(step));
            let index = index.unwrap_or_else(|| {
                let key = Node { span, value: Value::Str(step.into()), comments: None };
                entries.push((key, empty("", span)));
                entries.len() - 1
            });
            set_in(&mut entries[index].1, rest, value, depth + 1)
        }
        Value::List(items) => {
            let named = items.iter().position(|item| item.get("name").and_then(Node::as_str) == Some(step));
            let index = named.or_else(|| step.parse().ok().filter(|index| *index < items.len()));
            match index {
                Some(index) => set_in(&mut items[index], rest, value, depth + 1),
                None => Err((depth, format!("the list has no item `{step}`"), list_help(step, items))),
            }
        }
        _ => Err((
            depth,
            format!("`{step}` would be inside {shape}, which has no fields"),
            "shorten the path".to_owned(),
        )),
    }
}

/// What a new field starts as: the overrides of a group are a map, anything else a struct.
fn empty(name: &str, span: Span) -> Node {
    let value = if name == "overrides" { Value::Map(Vec::new()) } else { return tree::structure(span, Vec::new()) };
    Node { span, value, comments: None }
}

fn list_help(step: &str, items: &[Node]) -> String {
    let names: Vec<&str> = items.iter().filter_map(|item| item.get("name").and_then(Node::as_str)).collect();
    match nearest(step, names.iter().copied()) {
        Some(name) => format!("did you mean `{name}`?"),
        None if items.is_empty() => "the list is empty".to_owned(),
        None => format!("items go by their name or by an index from 0 to {}", items.len() - 1),
    }
}
