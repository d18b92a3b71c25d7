//! Orders: what is made, and whether jobs that come by themselves ever leave time to work on them.

use crate::engine::distribution::Distribution;
use crate::engine::identity::Directory;
use crate::engine::time::Duration;
use crate::factory::machine::Machine;
use crate::factory::orders::demand::{Arrival, Arrivals, JobOrders, LARGEST_LOT};
use crate::factory::plan::{Next, OperationPlan};
use crate::scene::problem::Problems;
use crate::scene::syntax::Node;

use bevy_ecs::prelude::World;

use super::{Scene, Way, complain, did_you_mean, way_out};

/// The most jobs that may arrive at one moment, for arrivals that no time holds up.
const MOST_AT_ONCE: u64 = 10_000_000;

pub(super) fn check(scene: Scene, problems: &mut Problems) {
    for (index, order) in scene.world.resource::<JobOrders>().0.iter().enumerate() {
        check_product(&order.product, &scene.section("jobs").to(index), scene, problems);
    }
    for (index, arrival) in scene.world.resource::<Arrivals>().0.iter().enumerate() {
        let way = scene.section("arrivals").to(index);
        check_product(&arrival.product, &way, scene, problems);
        check_pace(arrival, &way, scene, problems);
    }
}

/// Arrivals that nothing stops need a run of a set length.
pub fn check_end(world: &World, root: &Node, problems: &mut Problems) {
    let scene = Scene { world, root };
    for (index, arrival) in world.resource::<Arrivals>().0.iter().enumerate() {
        if arrival.limit.is_none() && arrival.until.is_none() {
            let message = format!("the run would never end: jobs of `{}` go on arriving", arrival.product);
            let help = "give the scene a `run_for` (or the run a --for), or the arrivals a `limit` or `until`";
            complain(scene.section("arrivals").to(index).place(), message, help, problems);
        }
    }
    way_out::check_end(scene, problems);
}

fn check_product(product: &str, way: &Way, scene: Scene, problems: &mut Problems) {
    if !scene.products().contains_key(product) {
        let help = did_you_mean(product, scene.products().keys().map(String::as_str), "the scene has no `products`");
        complain(way.to("product").place(), format!("unknown product `{product}`"), help, problems);
    }
}

/// A process that brings jobs without end in no time would never let the clock move on.
fn check_pace(arrival: &Arrival, way: &Way, scene: Scene, problems: &mut Problems) {
    if !(0.5..=LARGEST_LOT).contains(&arrival.lot.mean()) {
        let message = format!("`lot` should be from 1 to {LARGEST_LOT} jobs on average, but is {}", arrival.lot.mean());
        complain(way.to("lot").place(), message, "leave it out for jobs that come one by one", problems);
    }
    let is_unlimited = arrival.limit.is_none_or(|limit| limit > MOST_AT_ONCE);
    let Some(every) = &arrival.every else {
        let endless = if is_unlimited { endless_supply(&arrival.product, scene) } else { None };
        if let Some((message, help)) = endless {
            complain(way.to("every").place(), message, help, problems);
        } else if arrival.lot != Distribution::constant(1.0) {
            let message = "jobs that come whenever there is room come one by one".to_owned();
            complain(way.to("lot").place(), message, "leave `lot` out, or give the arrivals a time `every`", problems);
        }
        return;
    };
    if Duration::from_seconds(every.mean()).is_zero() && is_unlimited {
        let message = "jobs would arrive without end at one moment".to_owned();
        let help = format!("give `every` a time above 0, or set a `limit` of at most {MOST_AT_ONCE}");
        complain(way.to("every").place(), message, help, problems);
    }
}

/// Why jobs of a product, one of which comes whenever there is room, would never stop coming at one moment, and the cure.
/// They have to be held up: by an operation that takes time, before any whose machines have unlimited room.
fn endless_supply(product: &str, scene: Scene) -> Option<(String, &'static str)> {
    let plan = scene.plan();
    let operations = &plan.products[plan.find_product(product)? as usize].operations;
    let mut reached = vec![false; operations.len()];
    let mut next = vec![0];
    while let Some(index) = next.pop() {
        if std::mem::replace(&mut reached[index], true) {
            continue;
        }
        let operation = &operations[index];
        if !room_is_limited(operation, scene) {
            let message =
                format!("jobs would come without end: `{}` has a machine with unlimited room", operation.name);
            return Some((message, "give its machines an `input_buffer`, or the arrivals a time `every`"));
        }
        if !holds_up(operation) {
            if operation.outcomes.iter().any(|(_, step)| !matches!(step, Next::Operation(_))) {
                let message =
                    "jobs would come and go without end at one moment: their operations take no time".to_owned();
                return Some((message, "give the operations times, or the arrivals a time `every`"));
            }
            next.extend(operation.outcomes.iter().filter_map(|(_, step)| match step {
                Next::Operation(other) => Some(*other as usize),
                _ => None,
            }));
        }
    }
    None
}

/// Whether an operation takes time on every machine, and for every variant.
fn holds_up(operation: &OperationPlan) -> bool {
    let may_be_passed_over = operation.variants.as_ref().is_some_and(|variants| variants.may_be_passed_over());
    !may_be_passed_over && operation.eligible.iter().all(|eligible| !eligible.expected.is_zero())
}

fn room_is_limited(operation: &OperationPlan, scene: Scene) -> bool {
    let directory = scene.world.resource::<Directory>();
    operation.eligible.iter().all(|eligible| {
        let entity = directory.entity(eligible.machine);
        let machine = entity.and_then(|entity| scene.world.entity(entity).get::<Machine>());
        machine.is_some_and(|machine| machine.input_buffer.is_some())
    })
}
