//! What can be wrong with a factory as a whole: names that lead nowhere, probabilities that do not add up, jobs that
//! can never be done, people who never come.
//!
//! A file for each topic. What a single value may be, the schema of its type has seen to before.

mod conveyors;
mod energy;
mod machines;
mod options;
mod orders;
mod people;
mod products;
mod quality;
mod shifts;
mod stock;
mod transport;
mod upkeep;
mod way_out;

use std::collections::{BTreeMap, BTreeSet};

use bevy_ecs::prelude::{Component, EntityRef, World};

use crate::engine::identity::Directory;
use crate::engine::spelling::nearest;
use crate::scene::expand::{key_place_for, place_for};
use crate::scene::problem::{Problem, Problems};
use crate::scene::syntax::{Node, Span};
use crate::scene::tree::{key_place, place};

use super::plan::Plan;
use super::product::{Operation, Product, Products};

pub use orders::check_end;

/// Checks the sections of a factory against each other and against the twins.
pub fn check(world: &World, root: &Node, problems: &mut Problems) {
    let scene = Scene { world, root };
    for topic in [products::check, options::check, quality::check] {
        topic(scene, problems);
    }
    // Only where every way is right it can be said where ways lead.
    if problems.is_empty() {
        way_out::check(scene, problems);
    }
    let others = [
        stock::check,
        orders::check,
        machines::check,
        shifts::check,
        people::check,
        upkeep::check,
        conveyors::check,
        transport::check,
        energy::check,
    ];
    for topic in others {
        topic(scene, problems);
    }
}

/// A scene as the checks see it: the world that was made of it, and its text.
#[derive(Clone, Copy)]
struct Scene<'a> {
    world: &'a World,
    root: &'a Node,
}

impl<'a> Scene<'a> {
    fn products(self) -> &'a BTreeMap<String, Product> {
        &self.world.resource::<Products>().0
    }

    fn plan(self) -> &'a Plan {
        self.world.resource::<Plan>()
    }

    /// All operations of all products.
    fn operations(self) -> impl Iterator<Item = Routed<'a>> {
        self.products().iter().flat_map(move |(name, product)| {
            let way = self.section("products").to(name).to("routing");
            let routed = move |(index, operation)| Routed { name, product, operation, way: way.to(index) };
            product.routing.iter().enumerate().map(routed)
        })
    }

    /// All twins, by id.
    fn twins(self) -> impl Iterator<Item = (&'a str, EntityRef<'a>)> {
        let twins = self.world.resource::<Directory>().twins();
        twins.map(move |(_, entity, name)| (&**name, self.world.entity(entity)))
    }

    /// The twins that have a part, by id.
    fn with<T: Component>(self) -> impl Iterator<Item = (&'a str, &'a T)> {
        self.twins().filter_map(|(name, twin)| Some((name, twin.get::<T>()?)))
    }

    /// The way to a section.
    fn section(self, name: &str) -> Way<'a> {
        Way { root: self.root, twin: None, steps: vec![name.to_owned()] }
    }

    /// The way to a part of a twin.
    fn part(self, twin: &'a str, part: &str) -> Way<'a> {
        Way { root: self.root, twin: Some(twin), steps: vec![part.to_owned()] }
    }
}

/// An operation, whose it is, and the way to it.
struct Routed<'a> {
    /// The name of its product.
    name: &'a str,
    product: &'a Product,
    operation: &'a Operation,
    way: Way<'a>,
}

/// The way to something that is written in the scene: in a section, or in the parts of a twin.
#[derive(Clone)]
struct Way<'a> {
    root: &'a Node,
    twin: Option<&'a str>,
    steps: Vec<String>,
}

impl<'a> Way<'a> {
    /// The way on to a field, an entry of a map, or an item of a list.
    fn to(&self, step: impl ToString) -> Way<'a> {
        let steps = self.steps.iter().cloned().chain([step.to_string()]).collect();
        Way { steps, ..*self }
    }

    /// The place of the value to which it leads; of the nearest above, if it is not written.
    fn place(&self) -> Span {
        let steps: Vec<&str> = self.steps.iter().map(String::as_str).collect();
        match self.twin {
            None => place(self.root, &steps),
            // Kinds, entries and overrides differ in how much they say: the whole way, or as much of it as there is.
            Some(twin) => (1..=steps.len())
                .rev()
                .map(|length| place_for(self.root, twin, &steps[..length]))
                .find(|&span| span != place_for(self.root, twin, &["name"]))
                .unwrap_or_else(|| place_for(self.root, twin, &["name"])),
        }
    }

    /// The place of the name of that field or entry.
    fn key_place(&self) -> Span {
        let steps: Vec<&str> = self.steps.iter().map(String::as_str).collect();
        match self.twin {
            None => key_place(self.root, &steps),
            Some(twin) => key_place_for(self.root, twin, &steps),
        }
    }
}

fn complain(span: Span, message: String, help: impl Into<String>, problems: &mut Problems) {
    problems.push(Problem { span, message, label: "here".to_owned(), help: Some(help.into()) });
}

/// Complains of each place once: a mistake in a kind is one mistake, however many twins are of that kind.
#[derive(Default)]
struct Once(BTreeSet<Span>);

impl Once {
    fn complain(&mut self, span: Span, message: String, help: impl Into<String>, problems: &mut Problems) {
        if self.0.insert(span) {
            complain(span, message, help, problems);
        }
    }
}

fn did_you_mean<'a>(word: &str, known: impl Iterator<Item = &'a str> + Clone, none: &str) -> String {
    match nearest(word, known.clone()) {
        Some(other) => format!("did you mean `{other}`?"),
        None => {
            const MOST: usize = 12;
            let more = if known.clone().nth(MOST).is_some() { " and others" } else { "" };
            let some: Vec<String> = known.take(MOST).map(|name| format!("`{name}`")).collect();
            match some.as_slice() {
                [] => none.to_owned(),
                [only] => format!("there is only {only}"),
                several => format!("there are {}{more}", several.join(", ")),
            }
        }
    }
}

/// A number with as many digits as an author wants to see.
fn rounded(value: f64) -> f64 {
    (value * 1e9).round() / 1e9
}
