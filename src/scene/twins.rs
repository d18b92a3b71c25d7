//! What every twin can have, in RON: quantities, sensors, beliefs, a mind; and what is wrong with them, at its place.

mod groups;
mod missions;
mod radio;

use std::collections::BTreeSet;
use std::ops::Range;

use bevy_app::{App, Plugin};
use bevy_ecs::prelude::World;

use super::expand::written_for;
use super::problem::{Problem, Problems};
use super::registry::SceneApp;
use super::syntax::{Node, Span, Value};
use super::tree;
use crate::engine::identity::{Directory, TwinId};
use crate::engine::time::Duration;
use crate::twin::beliefs::Beliefs;
use crate::twin::beliefs::classifier::Classifiers;
use crate::twin::contracts::manager::ManagerSpec;
use crate::twin::faculties::{Fault, Faults};
use crate::twin::groups::kind::{GroupKinds, MemberSpec};
use crate::twin::minds::MindPart;
use crate::twin::missions::duties::ContractorSpec;
use crate::twin::missions::kind::MissionKinds;
use crate::twin::quantities::{Dynamics, Quantities};
use crate::twin::radio::link::{Links, Radio};
use crate::twin::sensors::Sensors;
use crate::twin::services::Service;
use crate::twin::step::StepPlugin;
use crate::twin::step::emit::Emits;
use crate::world::fields::{Fields, MOST_CELLS};
use crate::world::physics::{Body, Moves};
use crate::world::position::Position;
use crate::world::travel::Drive;

/// Registers the parts and sections of autonomous twins, and their checks.
pub struct TwinsPlugin;

impl Plugin for TwinsPlugin {
    fn build(&self, app: &mut App) {
        app.add_plugins(StepPlugin)
            .register_part::<Quantities>("quantities")
            .register_part::<Sensors>("sensors")
            .register_part::<Beliefs>("beliefs")
            .register_part::<MindPart>("mind")
            .register_part::<Service>("service")
            .register_part::<Emits>("emits")
            .register_part::<Drive>("drive")
            .register_part::<Body>("body")
            .register_part::<Radio>("radio")
            .register_part::<ManagerSpec>("manager")
            .register_part::<ContractorSpec>("contractor")
            .register_part::<MemberSpec>("member")
            .register_section::<Fields>("fields")
            .register_section::<Links>("links")
            .register_section::<MissionKinds>("missions")
            .register_section::<GroupKinds>("groups")
            .register_section::<Dynamics>("dynamics")
            .register_section::<Classifiers>("classifiers")
            .register_check(check_faculties)
            .register_check(check_bodies)
            .register_check(check_fields)
            .register_check(check_dynamics)
            .register_check(check_classifiers)
            .register_check(radio::check)
            .register_check(missions::check)
            .register_check(groups::check);
    }
}

/// What the compiler of faculties found.
fn check_faculties(world: &World, root: &Node, problems: &mut Problems) {
    let mut said: BTreeSet<(Span, String)> = BTreeSet::new();
    for fault in &world.resource::<Faults>().0 {
        let span = match fault.twin {
            // What is wrong in a section of the scene.
            TwinId::NONE => place_in(&[root], root, fault),
            twin => place_of(root, &world.resource::<Directory>().name(twin), fault),
        };
        // A mistake in a kind is one mistake, however many twins are of that kind.
        if said.insert((span, fault.message.clone())) {
            let Fault { message, help, .. } = fault.clone();
            problems.push(Problem { span, message, label: "here".to_owned(), help });
        }
    }
}

/// The place of a fault: as near as it is written, and within an expression where it is known.
fn place_of(root: &Node, twin: &str, fault: &Fault) -> Span {
    place_in(&written_for(root, twin), root, fault)
}

/// The place of a fault in what may hold it, the most particular first.
fn place_in(written: &[&Node], root: &Node, fault: &Fault) -> Span {
    let steps: Vec<&str> = fault.way.iter().map(String::as_str).collect();
    // The most particular text that leads the whole way, else as far as one does.
    for length in (1..=steps.len()).rev() {
        let found = written.iter().find_map(|node| descend(node, &steps[..length]));
        if let Some(node) = found {
            return match &fault.place {
                Some(place) if length == steps.len() => within(node, place),
                _ => node.span,
            };
        }
    }
    written.iter().find_map(|node| node.get("name")).map_or(root.span, |name| name.span)
}

/// The node at the end of a way. Names of variants that hold one value, such as `Action([..])`, are gone through unsaid.
fn descend<'a>(node: &'a Node, way: &[&str]) -> Option<&'a Node> {
    let Some((step, rest)) = way.split_first() else { return Some(node) };
    let next = node.get(step).or_else(|| step.parse().ok().and_then(|number: usize| tree::items(node).get(number)));
    let direct = next.and_then(|next| descend(next, rest));
    direct.or_else(|| match tree::items(node) {
        [only] => descend(only, way),
        _ => None,
    })
}

/// A part of a text: by its bytes, where it is written as it is, without escapes.
fn within(node: &Node, place: &Range<usize>) -> Span {
    let Value::Str(text) = &node.value else { return node.span };
    let (start, end) = (node.span.start, node.span.end);
    // Quotes on both sides, and nothing else that is not of the text.
    if (end - start) as usize != text.len() + 2 {
        return node.span;
    }
    let at = |byte: usize| start + 1 + byte.min(text.len()) as u32;
    // Where something is missing, the quote behind is marked.
    let (from, to) = (at(place.start), at(place.end));
    Span::new(node.span.file, from, to.max(from + 1).min(end))
}

fn check_bodies(world: &World, root: &Node, problems: &mut Problems) {
    let mut places = BTreeSet::new();
    let mut complain = |span: Span, message: String, help: &str, problems: &mut Problems| {
        if places.insert(span) {
            problems.push(Problem { span, message, label: "here".to_owned(), help: Some(help.to_owned()) });
        }
    };
    for (_, entity, name) in world.resource::<Directory>().twins() {
        let parts = world.entity(entity);
        let place = |part: &str| super::expand::place_for(root, name, &[part]);
        if let Some(body) = parts.get::<Body>() {
            if !parts.contains::<Position>() {
                let message = format!("the body of `{name}` has no place");
                complain(place("body"), message, "give it one, such as place: At(x: 4, y: 2)", problems);
            }
            if body.moves == Moves::Fixed && parts.contains::<Drive>() {
                let message = format!("`{name}` cannot go anywhere: its body never moves");
                complain(place("drive"), message, "take its `drive` away, or let its body be Kinematic", problems);
            }
            if body.moves.by_forces() && root.get("tick").is_none() {
                let message = "bodies that move by forces need ticks".to_owned();
                complain(place("body"), message, "write tick: \"50ms\" at the top of the scene", problems);
            }
        }
        if parts.contains::<Drive>() && !parts.contains::<Position>() {
            let message = format!("`{name}` cannot go anywhere: it has no place");
            complain(place("drive"), message, "give it one, such as place: At(x: 4, y: 2)", problems);
        }
    }
}

fn check_fields(world: &World, root: &Node, problems: &mut Problems) {
    for (name, field) in &world.resource::<Fields>().0 {
        let Some(lingers) = &field.lingers else { continue };
        let span = tree::place(root, &["fields", name, "lingers"]);
        let mut complain = |message: String, help: &str| {
            problems.push(Problem { span, message, label: "here".to_owned(), help: Some(help.to_owned()) });
        };
        if lingers.from.0 >= lingers.to.0 || lingers.from.1 >= lingers.to.1 {
            complain("`from` should be south-west of `to`".to_owned(), "exchange the corners");
        } else if lingers.size().iter().map(|count| *count as f64).product::<f64>() > MOST_CELLS as f64 {
            complain(format!("the grid has more than {MOST_CELLS} cells"), "make cells larger, or the grid smaller");
        }
    }
    for (_, entity, name) in world.resource::<Directory>().twins() {
        let Some(emits) = world.entity(entity).get::<Emits>() else { continue };
        for (field, emission) in emits.0.iter() {
            let place = |last: &[&str]| {
                let way: Vec<&str> = ["emits", field.as_str()].into_iter().chain(last.iter().copied()).collect();
                super::expand::key_place_for(root, name, &way)
            };
            let mut complain = |span, message, help: String| {
                problems.push(Problem { span, message, label: "here".to_owned(), help: Some(help) });
            };
            if !world.resource::<Fields>().0.contains_key(field) {
                complain(
                    place(&[]),
                    format!("there is no field `{field}`"),
                    "describe it in the section `fields`".to_owned(),
                );
            }
            let own = world.entity(entity).get::<Quantities>();
            if let Some(times) =
                emission.times.as_ref().filter(|times| !own.is_some_and(|own| own.0.contains_key(*times)))
            {
                let help = format!("give it `quantities: {{\"{times}\": (start: 1)}}`");
                complain(place(&["times"]), format!("`{name}` has no quantity `{times}`"), help);
            }
        }
    }
}

fn check_dynamics(world: &World, root: &Node, problems: &mut Problems) {
    if world.resource::<Dynamics>().step <= Duration::ZERO {
        let span = tree::place(root, &["dynamics", "step"]);
        let (message, label) = ("`step` should be more than 0".to_owned(), "here".to_owned());
        problems.push(Problem { span, message, label, help: Some("write step: \"1s\", or leave it out".to_owned()) });
    }
}

fn check_classifiers(world: &World, root: &Node, problems: &mut Problems) {
    for (name, model) in &world.resource::<Classifiers>().0 {
        if let Err(message) = model.check() {
            let span = tree::place(root, &["classifiers", name]);
            let help = Some("train it again with `autotwin train`".to_owned());
            problems.push(Problem { span, message, label: "here".to_owned(), help });
        }
    }
}
