//! Reports all that is wrong with a scene, each thing with its place and a cure.

use std::collections::BTreeSet;

use bevy_ecs::prelude::World;

use crate::engine::distribution::Distribution;
use crate::engine::time::Duration;

use super::expand::{self, Group, GroupSettings, Parts, SETTINGS};
use super::header::{Header, STRUCTURE};
use super::load::SceneTree;
use super::problem::{Problem, Problems, Sources};
use super::registry::SceneRegistry;
use super::schema::{Formats, TypeSchema};
use super::syntax::de::{DeError, from_node};
use super::syntax::{Field, Node, Span};
use super::tree;
use crate::engine::spelling::nearest;

const DURATION: &str = "duration";

/// Values that schemas name by their format, read the way the engine reads them.
struct EngineFormats<'a>(&'a Sources);

impl Formats for EngineFormats<'_> {
    fn check(&self, format: &str, node: &Node) -> Result<(), (String, Option<String>)> {
        let result = match format {
            DURATION => from_node::<Duration>(node).map(drop),
            "distribution of durations" => from_node::<Distribution<Duration>>(node).map(drop),
            "distribution of numbers" => from_node::<Distribution<f64>>(node).map(drop),
            _ => Ok(()),
        };
        result.map_err(|error| with_cure(&error.message, format))
    }

    fn line(&self, span: Span) -> Option<usize> {
        self.0.position(span).map(|(line, _)| line)
    }
}

/// The engine says what is wrong and, behind a semicolon, how to mend it.
fn with_cure(message: &str, format: &str) -> (String, Option<String>) {
    match message.rsplit_once("; ") {
        Some((what, cure)) => (what.to_owned(), Some(cure.to_owned())),
        None if format == DURATION => (message.to_owned(), Some("write it like \"8h 30m\" or \"90s\"".to_owned())),
        None => {
            (message.to_owned(), Some("write a value, or a distribution such as Uniform(low: .., high: ..)".to_owned()))
        }
    }
}

/// A scene whose every value by itself is right.
pub struct CheckedScene {
    /// Its settings.
    pub header: Header,
    /// Its twins.
    pub groups: Vec<Group>,
}

/// Checks the form of everything in a scene against what is registered.
pub fn check_values(scene: &SceneTree, registry: &SceneRegistry, problems: &mut Problems) -> CheckedScene {
    let (root, formats) = (&scene.root, &EngineFormats(&scene.sources));
    let header_schema = TypeSchema::of::<Header>();
    refuse_unknown_sections(root, registry, &header_schema, problems);
    let header = check_header(root, &header_schema, formats, problems);
    for (name, section) in &registry.sections {
        if let Some(node) = root.get(name) {
            section.schema.check(node, &format!("section `{name}`"), formats, problems);
        }
    }
    check_kinds(root, registry, formats, problems);
    let settings = TypeSchema::of::<GroupSettings>();
    for node in root.get("twins").map(tree::items).unwrap_or_default() {
        check_group_form(node, registry, &settings, formats, problems);
    }
    let groups = expand::expand(root, problems);
    for group in &groups {
        check_parts(&group.parts, registry, group.name_span, formats, problems);
        group.overrides.values().for_each(|parts| check_parts(parts, registry, group.name_span, formats, problems));
    }
    CheckedScene { header, groups }
}

/// Asks the domains, once the world with its twins is there.
pub fn check_world(world: &World, root: &Node, problems: &mut Problems) {
    for check in &world.resource::<SceneRegistry>().checks {
        check(world, root, problems);
    }
}

/// Asks the domains whether a run without a set length would ever end.
pub fn check_end(world: &World, root: &Node, problems: &mut Problems) {
    for check in &world.resource::<SceneRegistry>().endless {
        check(world, root, problems);
    }
}

/// That `error` was found while reading; its place is where the reader was.
pub fn reading_problem(error: DeError, fallback: Span) -> Problem {
    let span = if error.span.is_unknown() { fallback } else { error.span };
    // Whoever reads a value says what is wrong and, behind a semicolon, how to mend it.
    let (message, help) = match error.message.rsplit_once("; ") {
        Some((what, cure)) => (what.to_owned(), Some(cure.to_owned())),
        None => (error.message, None),
    };
    Problem { span, message, label: "here".to_owned(), help }
}

fn refuse_unknown_sections(root: &Node, registry: &SceneRegistry, header: &TypeSchema, problems: &mut Problems) {
    let settings = header.field_names();
    let known = || {
        let settings = settings.iter().map(String::as_str);
        settings.chain(STRUCTURE).chain(registry.sections.keys().copied())
    };
    let mut seen: Vec<&str> = Vec::new();
    for field in tree::fields(root).unwrap_or_default() {
        let name = &*field.name.text;
        if !known().any(|other| other == name) {
            let help = match nearest(name, known()) {
                Some(other) => format!("did you mean `{other}`?"),
                None => format!("a scene has {}", known().collect::<Vec<_>>().join(", ")),
            };
            let message = format!("unknown section `{name}`");
            problems.push(Problem { span: field.name.span, message, label: "not known".to_owned(), help: Some(help) });
        }
        // The settings at the top are held against their schema, which complains itself.
        if seen.contains(&name) && !settings.iter().any(|setting| setting == name) {
            let message = format!("`{name}` is there twice");
            let help = Some("join the two".to_owned());
            problems.push(Problem { span: field.name.span, message, label: "again".to_owned(), help });
        }
        seen.push(name);
    }
}

fn check_header(root: &Node, schema: &TypeSchema, formats: &EngineFormats, problems: &mut Problems) -> Header {
    let names = schema.field_names();
    let fields = tree::fields(root).unwrap_or_default();
    let own = fields.iter().filter(|field| names.iter().any(|name| **name == *field.name.text)).cloned().collect();
    let node = tree::structure(root.span, own);
    schema.check(&node, "scene", formats, problems);
    let header: Header = from_node(&node).unwrap_or_default();
    let complain = |path: &str, message: &str, help: &str, problems: &mut Problems| {
        let span = tree::place(root, &path.split('.').collect::<Vec<_>>());
        let (message, help) = (message.to_owned(), Some(help.to_owned()));
        problems.push(Problem { span, message, label: "here".to_owned(), help });
    };
    if header.run_for.is_some_and(Duration::is_zero) {
        complain("run_for", "`run_for` should be more than 0", "leave it out for a run that ends by itself", problems);
    }
    if header.run_for.is_some_and(|length| header.warmup >= length && !length.is_zero()) {
        complain("warmup", "`warmup` should be shorter than `run_for`", "lower it, or run for longer", problems);
    }
    if header.tick.is_some_and(Duration::is_zero) {
        complain("tick", "`tick` should be more than 0", "leave it out where nothing moves in ticks", problems);
    }
    let record = &header.record;
    for (path, every) in [("record.metrics_every", record.metrics_every), ("record.digest_every", record.digest_every)]
    {
        if every.is_some_and(Duration::is_zero) {
            complain(path, "what is recorded every 0s would never end", "give a length of time above 0", problems);
        }
    }
    header
}

/// The parts of kinds, as far as they are written there: a twin may add what a kind leaves open.
fn check_kinds(root: &Node, registry: &SceneRegistry, formats: &EngineFormats, problems: &mut Problems) {
    for (_, _, kind) in root.get("kinds").map(tree::members).unwrap_or_default() {
        check_written_parts(kind, registry, formats, problems);
    }
}

fn check_group_form(
    node: &Node,
    registry: &SceneRegistry,
    settings: &TypeSchema,
    formats: &EngineFormats,
    problems: &mut Problems,
) {
    let Some(fields) = tree::fields(node) else { return };
    let own = |field: &&Field| SETTINGS.contains(&&*field.name.text) && &*field.name.text != "overrides";
    let own: Vec<Field> = fields.iter().filter(own).cloned().collect();
    settings.check(&tree::structure(node.span, own), "twin", formats, problems);
    check_written_parts(node, registry, formats, problems);
    for (_, _, parts) in node.get("overrides").map(tree::members).unwrap_or_default() {
        check_written_parts(parts, registry, formats, problems);
    }
}

fn check_written_parts(node: &Node, registry: &SceneRegistry, formats: &EngineFormats, problems: &mut Problems) {
    let mut seen = BTreeSet::new();
    for (name, span, part) in tree::members(node) {
        // Settings of twins are held against their schema, which complains itself.
        if !seen.insert(name) && !SETTINGS.contains(&name) {
            let help = Some("keep one of the two, or join them".to_owned());
            problems.push(Problem {
                span,
                message: format!("`{name}` is there twice"),
                label: "again".to_owned(),
                help,
            });
        }
        match registry.parts.get(name) {
            _ if SETTINGS.contains(&name) => {}
            Some(entry) => entry.schema.check_partial(part, &format!("part `{name}`"), formats, problems),
            None => problems.push(unknown_part(name, span, registry)),
        }
    }
}

fn unknown_part(name: &str, span: Span, registry: &SceneRegistry) -> Problem {
    let known = || registry.parts.keys().copied();
    let help = match nearest(name, known().chain(SETTINGS)) {
        Some(other) => format!("did you mean `{other}`?"),
        None => format!("there are {}; `autotwin parts` says more", known().collect::<Vec<_>>().join(", ")),
    };
    Problem { span, message: format!("unknown part `{name}`"), label: "not registered".to_owned(), help: Some(help) }
}

/// The parts of a twin as they are after inheritance: nothing may be missing now.
fn check_parts(parts: &Parts, registry: &SceneRegistry, twin: Span, formats: &EngineFormats, problems: &mut Problems) {
    for (name, (span, node)) in parts {
        let Some(entry) = registry.parts.get(name.as_str()) else { continue };
        let before = problems.len();
        entry.schema.check(node, &format!("part `{name}`"), formats, problems);
        if problems.len() == before
            && let Err(error) = (entry.read)(node)
        {
            problems.push(reading_problem(error, if span.is_unknown() { twin } else { *span }));
        }
    }
}
