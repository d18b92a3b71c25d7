//! What can be wrong with a factory as a whole: names that lead nowhere, probabilities that do not add up, jobs that
//! can never be done.

use std::collections::BTreeSet;

use bevy_ecs::prelude::World;

use crate::engine::distribution::Distribution;
use crate::engine::identity::Directory;
use crate::engine::time::Duration;
use crate::scene::expand::{place_for, written_for};
use crate::scene::problem::{Problem, Problems, nearest};
use crate::scene::syntax::{Node, Span};
use crate::scene::tree::{key_place, place};

use super::breakdown::Breakdown;
use super::machine::Machine;
use super::orders::{Arrival, Arrivals, JobOrders, LARGEST_LOT};
use super::plan::{Next, OperationPlan, Plan, matches_pattern};
use super::product::{Operation, Product, Products};
use super::setup::Setup;

/// The most jobs that all machines of a scene may be able to work on at a time: each such slot takes memory.
const MOST_SLOTS: u64 = 10_000_000;

/// The most jobs that may arrive at one moment, for arrivals that no time holds up.
const MOST_AT_ONCE: u64 = 10_000_000;

/// Checks products, orders, machines and set-ups against each other and against the twins.
pub fn check(world: &World, root: &Node, problems: &mut Problems) {
    let machines: BTreeSet<&str> = world
        .resource::<Directory>()
        .twins()
        .filter(|(_, entity, _)| world.entity(*entity).contains::<Machine>())
        .map(|(.., name)| &**name)
        .collect();
    let products = world.resource::<Products>();
    let scene = Scene { world, machines, root };
    for (name, product) in &products.0 {
        check_product(name, product, &scene, problems);
    }
    check_machine_parts(world, root, problems);
    check_slots(world, root, problems);
    check_orders(world, products, root, problems);
    check_families(world, products, root, problems);
}

/// What operations are held against.
struct Scene<'a> {
    world: &'a World,
    machines: BTreeSet<&'a str>,
    root: &'a Node,
}

fn complain(span: Span, message: String, help: String, problems: &mut Problems) {
    problems.push(Problem { span, message, label: "here".to_owned(), help: Some(help) });
}

/// Complains of each place once: a mistake in a kind is one mistake, however many twins are of that kind.
#[derive(Default)]
struct Once(BTreeSet<Span>);

impl Once {
    fn complain(&mut self, span: Span, message: String, help: String, problems: &mut Problems) {
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

fn check_product(name: &str, product: &Product, scene: &Scene, problems: &mut Problems) {
    let root = scene.root;
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
        check_machines(operation, &at("machines"), scene, problems);
        check_next(operation, product, &at("next"), root, problems);
    }
    if problems.len() == before {
        check_way_out(name, product, root, problems);
    }
}

fn check_machines(op: &Operation, path: &[&str; 5], scene: &Scene, problems: &mut Problems) {
    let machines = &scene.machines;
    for pattern in op.machines.keys() {
        let is_pattern = pattern.contains('*');
        let found = if is_pattern {
            machines.iter().any(|name| matches_pattern(pattern, name))
        } else {
            machines.contains(pattern.as_str())
        };
        if !found {
            let span = key_place(scene.root, &[path[0], path[1], path[2], path[3], path[4], pattern]);
            let message = if is_pattern {
                format!("no machine has a name like `{pattern}`")
            } else {
                format!("there is no machine `{pattern}`")
            };
            let help = match pattern.trim_end_matches('*').strip_prefix('*').unwrap_or(pattern.trim_end_matches('*')) {
                _ if scene.world.resource::<Directory>().find(pattern).is_some() => {
                    format!("the twin `{pattern}` is none: give it a part `machine`")
                }
                rest if rest.contains('*')
                    || pattern.starts_with('*') && pattern.ends_with('*') && pattern.len() > 1 =>
                {
                    "a `*` stands at one end of a name, as in \"lathe-*\" or \"*-north\"".to_owned()
                }
                _ => did_you_mean(pattern, machines.iter().copied(), "the scene has no twins with a part `machine`"),
            };
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
        let rounded = |value: f64| (value * 1e9).round() / 1e9;
        let message = format!("the probabilities after `{}` add up to {}, not to 1", operation.name, rounded(sum));
        let help = match sum < 1.0 {
            true => format!("say where the rest goes, such as \"ship\": {}", rounded(1.0 - sum)),
            false => "lower some of them".to_owned(),
        };
        complain(place(root, path), message, help, problems);
    }
}

/// From every operation that a job can come to, there must be a way out of the factory.
fn check_way_out(name: &str, product: &Product, root: &Node, problems: &mut Problems) {
    let count = product.routing.len();
    let mut leaves = vec![false; count];
    let index_of = |name: &str| product.routing.iter().position(|operation| operation.name == name);
    let mut changed = true;
    while changed {
        changed = false;
        // From the end, so that one sweep is enough where no job goes back.
        for index in (0..count).rev().filter(|&index| !leaves[index]).collect::<Vec<_>>() {
            leaves[index] = match &product.routing[index].next {
                None => index + 1 == count || leaves[index + 1],
                Some(next) => next.iter().filter(|(_, p)| **p > 0.0).any(|(name, _)| {
                    Next::WORDS.contains(&name.as_str()) || index_of(name).is_some_and(|other| leaves[other])
                }),
            };
            changed |= leaves[index];
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
    if !(0.5..=LARGEST_LOT).contains(&arrival.lot.mean()) {
        let message = format!("`lot` should be from 1 to {LARGEST_LOT} jobs on average, but is {}", arrival.lot.mean());
        let help = "leave it out for jobs that come one by one".to_owned();
        complain(place(root, &["arrivals", &index, "lot"]), message, help, problems);
    }
    let is_unlimited = arrival.limit.is_none_or(|limit| limit > MOST_AT_ONCE);
    let Some(every) = &arrival.every else {
        let endless = if is_unlimited { endless_supply(world, &arrival.product) } else { None };
        if let Some((message, help)) = endless {
            complain(place(root, &path), message, help, problems);
        } else if arrival.lot != Distribution::constant(1.0) {
            let message = "jobs that come whenever there is room come one by one".to_owned();
            let help = "leave `lot` out, or give the arrivals a time `every`".to_owned();
            complain(place(root, &["arrivals", &index, "lot"]), message, help, problems);
        }
        return;
    };
    if Duration::from_seconds(every.mean()).is_zero() && is_unlimited {
        let message = "jobs would arrive without end at one moment".to_owned();
        let help = format!("give `every` a time above 0, or set a `limit` of at most {MOST_AT_ONCE}");
        complain(place(root, &path), message, help, problems);
    }
}

/// Arrivals that nothing stops need a run of a set length.
pub fn check_end(world: &World, root: &Node, problems: &mut Problems) {
    for (index, arrival) in world.resource::<Arrivals>().0.iter().enumerate() {
        if arrival.limit.is_none() && arrival.until.is_none() {
            let message = format!("the run would never end: jobs of `{}` go on arriving", arrival.product);
            let help =
                "give the scene a `run_for` (or the run a --for), or the arrivals a `limit` or `until`".to_owned();
            complain(place(root, &["arrivals", &index.to_string()]), message, help, problems);
        }
    }
}

/// Why jobs of a product, one of which comes whenever there is room, would never stop coming at one moment, and the cure.
/// They have to be held up: by an operation that takes time, before any whose machines have unlimited room.
fn endless_supply(world: &World, product: &str) -> Option<(String, String)> {
    let plan = world.resource::<Plan>();
    let operations = &plan.products[plan.find_product(product)? as usize].operations;
    let mut reached = vec![false; operations.len()];
    let mut next = vec![0];
    while let Some(index) = next.pop() {
        if std::mem::replace(&mut reached[index], true) {
            continue;
        }
        let operation = &operations[index];
        if !room_is_limited(world, operation) {
            let message =
                format!("jobs would come without end: `{}` has a machine with unlimited room", operation.name);
            return Some((message, "give its machines an `input_buffer`, or the arrivals a time `every`".to_owned()));
        }
        if operation.eligible.iter().any(|eligible| eligible.expected.is_zero()) {
            if operation.next.iter().any(|(_, step)| !matches!(step, Next::Operation(_))) {
                let message =
                    "jobs would come and go without end at one moment: their operations take no time".to_owned();
                return Some((message, "give the operations times, or the arrivals a time `every`".to_owned()));
            }
            next.extend(operation.next.iter().filter_map(|(_, step)| match step {
                Next::Operation(other) => Some(*other as usize),
                _ => None,
            }));
        }
    }
    None
}

fn room_is_limited(world: &World, operation: &OperationPlan) -> bool {
    let directory = world.resource::<Directory>();
    operation.eligible.iter().all(|eligible| {
        let machine = directory.entity(eligible.machine).and_then(|entity| world.entity(entity).get::<Machine>());
        machine.is_some_and(|machine| machine.input_buffer.is_some())
    })
}

/// Parts that only do something on a machine, and failures that would leave it no time to work.
fn check_machine_parts(world: &World, root: &Node, problems: &mut Problems) {
    let mut once = Once::default();
    for (_, entity, name) in world.resource::<Directory>().twins() {
        let twin = world.entity(entity);
        for (part, is_there) in [("breakdown", twin.contains::<Breakdown>()), ("setup", twin.contains::<Setup>())] {
            if is_there && !twin.contains::<Machine>() {
                let message = format!("`{name}` has a part `{part}` and is no machine");
                let help = "give it a part `machine` too, such as machine: ()".to_owned();
                once.complain(place_for(root, name, &[part]), message, help, problems);
            }
        }
        if twin.get::<Breakdown>().is_some_and(|breakdown| Duration::from_seconds(breakdown.after.mean()).is_zero()) {
            let message = format!("`{name}` would fail all the time: no time passes before the next failure");
            let help = "give `after` a time above 0".to_owned();
            once.complain(place_for(root, name, &["breakdown", "after"]), message, help, problems);
        }
    }
}

fn check_slots(world: &World, root: &Node, problems: &mut Problems) {
    let mut slots = 0;
    for (_, entity, name) in world.resource::<Directory>().twins() {
        let Some(machine) = world.entity(entity).get::<Machine>() else { continue };
        slots += u64::from(machine.capacity);
        if slots > MOST_SLOTS {
            let message = format!("the machines of the scene can work on more than {MOST_SLOTS} jobs at a time");
            let help = "lower `capacity`, or have fewer machines".to_owned();
            return complain(place_for(root, name, &["machine", "capacity"]), message, help, problems);
        }
    }
}

/// A set-up for a family that no operation has is most likely a slip of the pen.
fn check_families(world: &World, products: &Products, root: &Node, problems: &mut Problems) {
    let operations = products.0.values().flat_map(|product| &product.routing);
    let families: BTreeSet<&str> = operations.map(|operation| operation.family.as_str()).collect();
    let known = || families.iter().copied().filter(|family| !family.is_empty());
    let mut once = Once::default();
    for (_, entity, twin) in world.resource::<Directory>().twins() {
        let Some(setup) = world.entity(entity).get::<Setup>() else { continue };
        let changes = setup.changes.iter().flat_map(|change| [&change.from, &change.to]);
        for family in setup.initial.iter().chain(changes).filter(|family| *family != "*") {
            if !families.contains(family.as_str()) {
                let message = format!("no operation has the set-up family `{family}` that `{twin}` knows");
                let help = did_you_mean(family, known(), "no operation has a `family`");
                once.complain(setup_place(root, twin, family), message, help, problems);
            }
        }
    }
}

/// Where a family is named in the set-up of a twin.
fn setup_place(root: &Node, twin: &str, family: &str) -> Span {
    let setups = written_for(root, twin).into_iter().filter_map(|written| written.get("setup"));
    setups.filter_map(|setup| find_text(setup, family)).next().unwrap_or_else(|| place_for(root, twin, &["setup"]))
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
