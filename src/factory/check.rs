//! What can be wrong with a factory as a whole: names that lead nowhere, probabilities that do not add up, jobs that
//! can never be done.

use std::collections::BTreeSet;

use bevy_ecs::prelude::World;

use crate::engine::identity::Directory;
use crate::engine::time::Duration;
use crate::scene::problem::{Problem, Problems, nearest};
use crate::scene::syntax::{Node, Span};
use crate::scene::tree::{key_place, place};

use super::machine::Machine;
use super::orders::{Arrival, Arrivals, JobOrders};
use super::plan::{Next, Plan, matches_pattern};
use super::product::{Operation, Product, Products};
use super::setup::Setup;

/// Checks products, orders and set-ups against each other and against the twins.
pub fn check(world: &World, root: &Node, problems: &mut Problems) {
    let machines: BTreeSet<&str> = world
        .resource::<Directory>()
        .twins()
        .filter(|(_, entity, _)| world.entity(*entity).contains::<Machine>())
        .map(|(.., name)| &**name)
        .collect();
    let products = world.resource::<Products>();
    for (name, product) in &products.0 {
        check_product(name, product, &machines, root, problems);
    }
    check_orders(world, products, root, problems);
    check_families(world, products, root, problems);
}

fn complain(span: Span, message: String, help: String, problems: &mut Problems) {
    problems.push(Problem { span, message, label: "here".to_owned(), help: Some(help) });
}

fn did_you_mean<'a>(word: &str, known: impl Iterator<Item = &'a str> + Clone, none: &str) -> String {
    match nearest(word, known.clone()) {
        Some(other) => format!("did you mean `{other}`?"),
        None => {
            let some: Vec<&str> = known.take(12).collect();
            if some.is_empty() { none.to_owned() } else { format!("there are {}", some.join(", ")) }
        }
    }
}

fn check_product(name: &str, product: &Product, machines: &BTreeSet<&str>, root: &Node, problems: &mut Problems) {
    let mut names = BTreeSet::new();
    let before = problems.len();
    for (index, operation) in product.routing.iter().enumerate() {
        let index = index.to_string();
        let path = ["products", name, "routing", index.as_str()];
        let at = |field: &'static str| [path[0], path[1], path[2], path[3], field];
        if Next::WORDS.contains(&operation.name.as_str()) {
            let message = format!("an operation cannot be called `{}`", operation.name);
            let help = "`ship` and `scrap` stand for leaving the factory; choose another name".to_owned();
            complain(place(root, &at("name")), message, help, problems);
        }
        if !names.insert(operation.name.as_str()) {
            let message = format!("two operations of `{name}` are called `{}`", operation.name);
            let help = "operations of one routing have different names".to_owned();
            complain(place(root, &at("name")), message, help, problems);
        }
        check_machines(operation, &at("machines"), machines, root, problems);
        check_next(operation, product, &at("next"), root, problems);
    }
    if problems.len() == before {
        check_way_out(name, product, root, problems);
    }
}

fn check_machines(op: &Operation, path: &[&str; 5], machines: &BTreeSet<&str>, root: &Node, problems: &mut Problems) {
    for pattern in op.machines.keys() {
        let is_pattern = pattern.starts_with('*') || pattern.ends_with('*');
        let found = if is_pattern {
            machines.iter().any(|name| matches_pattern(pattern, name))
        } else {
            machines.contains(pattern.as_str())
        };
        if !found {
            let span = key_place(root, &[path[0], path[1], path[2], path[3], path[4], pattern]);
            let message = if is_pattern {
                format!("no machine has a name like `{pattern}`")
            } else {
                format!("there is no machine `{pattern}`")
            };
            let help = did_you_mean(pattern, machines.iter().copied(), "the scene has no twins with a part `machine`");
            complain(span, message, help, problems);
        }
    }
}

fn check_next(operation: &Operation, product: &Product, path: &[&str; 5], root: &Node, problems: &mut Problems) {
    let Some(next) = &operation.next else { return };
    let names = || product.routing.iter().map(|other| other.name.as_str()).chain(Next::WORDS);
    let mut sum = 0.0;
    for (name, probability) in next {
        let entry = [path[0], path[1], path[2], path[3], path[4], name];
        if !names().any(|other| other == name) {
            let message = format!("there is no operation `{name}`");
            complain(key_place(root, &entry), message, did_you_mean(name, names(), ""), problems);
        }
        if !(0.0..=1.0).contains(probability) {
            let message = format!("a probability should be from 0 to 1, but is {probability}");
            complain(place(root, &entry), message, "5 % is written 0.05".to_owned(), problems);
        }
        sum += probability;
    }
    if (sum - 1.0).abs() > 1e-9 && next.values().all(|p| (0.0..=1.0).contains(p)) {
        let message = format!("the probabilities after `{}` add up to {sum}, not to 1", operation.name);
        let help = "say where the rest goes, for example \"ship\"".to_owned();
        complain(place(root, path), message, help, problems);
    }
}

/// From every operation that a job can come to, there must be a way out of the factory.
fn check_way_out(name: &str, product: &Product, root: &Node, problems: &mut Problems) {
    let count = product.routing.len();
    let mut leaves = vec![false; count];
    let index_of = |name: &str| product.routing.iter().position(|operation| operation.name == name);
    for _ in 0..count {
        for index in 0..count {
            leaves[index] |= match &product.routing[index].next {
                None => index + 1 == count || leaves[index + 1],
                Some(next) => next.iter().filter(|(_, p)| **p > 0.0).any(|(name, _)| {
                    Next::WORDS.contains(&name.as_str()) || index_of(name).is_some_and(|other| leaves[other])
                }),
            };
        }
    }
    if let Some(stuck) = leaves.iter().position(|leaves| !leaves) {
        let index = stuck.to_string();
        let message = format!("a job can never leave after operation `{}`", product.routing[stuck].name);
        let help = "let some of its jobs go to \"ship\" or \"scrap\" in `next`".to_owned();
        complain(place(root, &["products", name, "routing", &index]), message, help, problems);
    }
}

fn check_orders(world: &World, products: &Products, root: &Node, problems: &mut Problems) {
    let known = || products.0.keys().map(String::as_str);
    let check_one = |section: &str, index: usize, product: &str, problems: &mut Problems| {
        if !products.0.contains_key(product) {
            let index = index.to_string();
            let span = place(root, &[section, &index, "product"]);
            let help = did_you_mean(product, known(), "the scene has no `products`");
            complain(span, format!("unknown product `{product}`"), help, problems);
        }
    };
    for (index, order) in world.resource::<JobOrders>().0.iter().enumerate() {
        check_one("jobs", index, &order.product, problems);
    }
    for (index, arrival) in world.resource::<Arrivals>().0.iter().enumerate() {
        check_one("arrivals", index, &arrival.product, problems);
        check_pace(world, arrival, index, root, problems);
    }
}

/// A process that brings jobs without end in no time would never let the clock move on.
fn check_pace(world: &World, arrival: &Arrival, index: usize, root: &Node, problems: &mut Problems) {
    let index = index.to_string();
    let path = ["arrivals", index.as_str(), "every"];
    let Some(every) = &arrival.every else {
        if !first_room_is_limited(world, &arrival.product) {
            let message =
                "jobs would come without end: the first operation has a machine with unlimited room".to_owned();
            let help = "give its machines an `input_buffer`, or the arrivals a time `every`".to_owned();
            complain(place(root, &path), message, help, problems);
        } else if arrival.lot != 1 {
            let message = "jobs that come whenever there is room come one by one".to_owned();
            complain(place(root, &["arrivals", &index, "lot"]), message, "leave `lot` out".to_owned(), problems);
        }
        return;
    };
    if Duration::from_seconds(every.mean()).is_zero() && arrival.limit.is_none() {
        let message = "jobs would arrive without end at one moment".to_owned();
        let help = "give `every` a time above 0, or set a `limit`".to_owned();
        complain(place(root, &path), message, help, problems);
    }
}

fn first_room_is_limited(world: &World, product: &str) -> bool {
    let plan = world.resource::<Plan>();
    let Some(product) = plan.find_product(product) else { return true };
    let directory = world.resource::<Directory>();
    let first = &plan.products[product as usize].operations[0];
    first.eligible.iter().all(|eligible| {
        let machine = directory.entity(eligible.machine).and_then(|entity| world.entity(entity).get::<Machine>());
        machine.is_some_and(|machine| machine.input_buffer.is_some())
    })
}

/// A set-up for a family that no operation has is most likely a slip of the pen.
fn check_families(world: &World, products: &Products, root: &Node, problems: &mut Problems) {
    let operations = products.0.values().flat_map(|product| &product.routing);
    let families: BTreeSet<&str> = operations.map(|operation| operation.family.as_str()).collect();
    let known = || families.iter().copied().filter(|family| !family.is_empty());
    for (_, entity, twin) in world.resource::<Directory>().twins() {
        let Some(setup) = world.entity(entity).get::<Setup>() else { continue };
        let changes = setup.changes.iter().flat_map(|change| [&change.from, &change.to]);
        for family in setup.initial.iter().chain(changes).filter(|family| *family != "*") {
            if !families.contains(family.as_str()) {
                let message = format!("no operation has the set-up family `{family}` that `{twin}` knows");
                let help = did_you_mean(family, known(), "no operation has a `family`");
                complain(setup_place(root, family), message, help, problems);
            }
        }
    }
}

/// Where a family is named in a set-up: in a kind or on a twin. The first such text in the scene's twins and kinds.
fn setup_place(root: &Node, family: &str) -> Span {
    ["kinds", "twins"]
        .iter()
        .filter_map(|section| root.get(section))
        .find_map(|node| find_text(node, family))
        .unwrap_or(root.span)
}

fn find_text(node: &Node, text: &str) -> Option<Span> {
    use crate::scene::syntax::Value;
    match &node.value {
        Value::Str(found) if &**found == text => Some(node.span),
        Value::List(items) => items.iter().find_map(|item| find_text(item, text)),
        Value::Tuple(tuple) => tuple.items.iter().find_map(|item| find_text(item, text)),
        Value::Map(entries) => entries.iter().find_map(|(_, value)| find_text(value, text)),
        Value::Struct(value) => value.fields.iter().find_map(|field| find_text(&field.value, text)),
        _ => None,
    }
}
