//! The plan: products and machines as the shop floor uses them, with every name resolved. A cache, compiled from the
//! scene's sections and the twins.

use std::collections::BTreeMap;
use std::sync::Arc;

use bevy_ecs::prelude::{Resource, World};

use crate::engine::distribution::Distribution;
use crate::engine::identity::{Directory, TwinId};
use crate::engine::time::{Duration, Time};
use crate::twin::life::Life;

use super::choices::MachineChoice;
use super::floor::EventKinds;
use super::machine::Machine;
use super::orders::{Arrival, Arrivals, JobOrder, JobOrders};
use super::product::{FactorySettings, Operation, Product, Products};

/// Where a job goes after an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// To the operation at that place of the routing.
    Operation(u32),
    /// To the customer.
    Ship,
    /// Away.
    Scrap,
}

impl Next {
    /// The words that stand for leaving the factory in `next`.
    pub const WORDS: [&'static str; 2] = ["ship", "scrap"];
}

/// A machine that can do an operation.
#[derive(Clone, Debug)]
pub struct Eligible {
    /// Which machine.
    pub machine: TwinId,
    /// How long it takes there.
    pub time: Distribution<Duration>,
    /// The mean of that.
    pub expected: Duration,
    /// Whether the machine always has room for one more job.
    pub unlimited: bool,
}

/// An operation with its names resolved.
#[derive(Clone, Debug)]
pub struct OperationPlan {
    /// Its name.
    pub name: Arc<str>,
    /// The machines that can do it, by id.
    pub eligible: Vec<Eligible>,
    /// The set-up family, as an index into [`Plan::families`]; none if it has none.
    pub family: Option<u32>,
    /// How many times in a row it is done.
    pub repeat: u32,
    /// Where the job goes next, with cumulated probabilities; the last is 1.
    pub next: Vec<(f64, Next)>,
    /// How the machine is chosen.
    pub choice: MachineChoice,
    /// Expected work from one doing of this operation on, without further repeats, each on its fastest machine: seconds.
    pub remaining_work: f64,
    /// Expected number of operations likewise.
    pub remaining_operations: f64,
    /// Expected time on the fastest machine: seconds.
    pub fastest: f64,
}

impl OperationPlan {
    /// What is known of a machine that can do the operation. `place` is where it most likely stands in the list.
    pub fn eligible_at(&self, machine: TwinId, place: u32) -> Option<&Eligible> {
        let there = self.eligible.get(place as usize).filter(|eligible| eligible.machine == machine);
        there.or_else(|| {
            let index = self.eligible.binary_search_by_key(&machine, |eligible| eligible.machine).ok()?;
            Some(&self.eligible[index])
        })
    }
}

/// A product with its names resolved.
#[derive(Clone, Debug)]
pub struct ProductPlan {
    /// Its name.
    pub name: Arc<str>,
    /// Its routing.
    pub operations: Vec<OperationPlan>,
}

impl ProductPlan {
    /// Expected work of a whole job, each operation on its fastest machine: seconds.
    pub fn total_work(&self) -> f64 {
        self.work_from(0, self.operations[0].repeat)
    }

    /// Expected work of a job that still has to do the operation `repeat_left` times.
    pub fn work_from(&self, operation: usize, repeat_left: u32) -> f64 {
        let plan = &self.operations[operation];
        plan.remaining_work + f64::from(repeat_left.saturating_sub(1)) * plan.fastest
    }

    /// Expected operations of a job that still has to do the operation `repeat_left` times.
    pub fn operations_from(&self, operation: usize, repeat_left: u32) -> f64 {
        self.operations[operation].remaining_operations + f64::from(repeat_left.saturating_sub(1))
    }
}

/// Products, orders and families with their names resolved.
#[derive(Resource, Clone, Debug, Default)]
pub struct Plan {
    /// The products, by name in alphabetical order.
    pub products: Vec<ProductPlan>,
    /// The set-up families, in alphabetical order.
    pub families: Vec<Arc<str>>,
    /// The known jobs.
    pub orders: Vec<JobOrder>,
    /// The arrival processes.
    pub arrivals: Vec<Arrival>,
    /// The kinds of the factory's events.
    pub kinds: EventKinds,
    /// The known jobs as (release, index of the order), in order of release.
    pub releases: Vec<(Time, u32)>,
    /// The product of each order, as an index.
    pub order_products: Vec<u32>,
    /// The product of each arrival process, as an index.
    pub arrival_products: Vec<u32>,
}

impl Plan {
    /// Compiles the plan from the world's sections and machines. What the scene's check refuses is left out here.
    pub fn rebuild(world: &mut World) {
        let machines = machine_names(world);
        let products = world.resource::<Products>();
        let settings = world.resource::<FactorySettings>();
        let families = families(products);
        let compiled: Vec<ProductPlan> = products
            .0
            .iter()
            .map(|(name, product)| compile_product(name, product, &machines, &families, settings.machine_choice))
            .collect();
        let index: BTreeMap<&str, u32> = products.0.keys().map(String::as_str).zip(0..).collect();
        let product_of = |name: &str| index.get(name).copied().unwrap_or_default();
        let orders = &world.resource::<JobOrders>().0;
        let mut releases: Vec<(Time, u32)> = orders.iter().map(|order| Time::ZERO + order.release).zip(0..).collect();
        releases.sort_unstable();
        let plan = Plan {
            order_products: orders.iter().map(|order| product_of(&order.product)).collect(),
            arrival_products: world.resource::<Arrivals>().0.iter().map(|a| product_of(&a.product)).collect(),
            orders: orders.clone(),
            arrivals: world.resource::<Arrivals>().0.clone(),
            kinds: *world.resource::<EventKinds>(),
            products: compiled,
            families,
            releases,
        };
        world.insert_resource(plan);
    }

    /// A product's index.
    pub fn find_product(&self, name: &str) -> Option<u32> {
        self.products.binary_search_by(|product| (*product.name).cmp(name)).ok().map(|index| index as u32)
    }

    /// A family's index.
    pub fn find_family(&self, name: &str) -> Option<u32> {
        self.families.binary_search_by(|family| (**family).cmp(name)).ok().map(|index| index as u32)
    }
}

/// The machines of a world by name, without one that is just retiring, and whether each always has room for one more job.
type MachineNames = BTreeMap<Arc<str>, (TwinId, bool)>;

fn machine_names(world: &World) -> MachineNames {
    world
        .resource::<Directory>()
        .twins()
        .filter_map(|(twin, entity, name)| {
            let machine = world.entity(entity).get::<Machine>()?;
            if world.entity(entity).get::<Life>() == Some(&Life::Retired) {
                return None;
            }
            Some((name.clone(), (twin, machine.input_buffer.is_none())))
        })
        .collect()
}

fn families(products: &Products) -> Vec<Arc<str>> {
    let operations = products.0.values().flat_map(|product| &product.routing);
    let mut families: Vec<Arc<str>> =
        operations.filter(|operation| !operation.family.is_empty()).map(|o| o.family.as_str().into()).collect();
    families.sort_unstable();
    families.dedup();
    families
}

fn compile_product(
    name: &str,
    product: &Product,
    machines: &MachineNames,
    families: &[Arc<str>],
    choice: MachineChoice,
) -> ProductPlan {
    let mut operations: Vec<OperationPlan> = product
        .routing
        .iter()
        .enumerate()
        .map(|(index, operation)| OperationPlan {
            name: operation.name.as_str().into(),
            eligible: eligible(operation, machines),
            family: families.binary_search_by(|f| (**f).cmp(operation.family.as_str())).ok().map(|f| f as u32),
            repeat: operation.repeat,
            next: next_steps(&product.routing, index),
            choice: operation.choice.unwrap_or(choice),
            remaining_work: 0.0,
            remaining_operations: 0.0,
            fastest: 0.0,
        })
        .collect();
    expect_remaining(&mut operations);
    ProductPlan { name: name.into(), operations }
}

/// Whether a machine's name is meant by a key of `machines`: the name itself, or a pattern with `*` at one end.
pub fn matches_pattern(pattern: &str, name: &str) -> bool {
    match (pattern.strip_suffix('*'), pattern.strip_prefix('*')) {
        (Some(start), _) => name.starts_with(start),
        (_, Some(end)) => name.ends_with(end),
        _ => pattern == name,
    }
}

/// A machine that several keys mean goes by its own name first, else by the longest pattern.
fn eligible(operation: &Operation, machines: &MachineNames) -> Vec<Eligible> {
    let mut found: BTreeMap<(TwinId, bool), (usize, &Distribution<Duration>)> = BTreeMap::new();
    for (pattern, time) in &operation.machines {
        if let Some(&machine) = machines.get(pattern.as_str()) {
            found.insert(machine, (usize::MAX, time));
        } else if pattern.contains('*') {
            for (_, &machine) in machines.iter().filter(|(name, _)| matches_pattern(pattern, name)) {
                let best = found.entry(machine).or_insert((pattern.len(), time));
                if best.0 < pattern.len() {
                    *best = (pattern.len(), time);
                }
            }
        }
    }
    let compile = |((machine, unlimited), (_, time)): ((TwinId, bool), (usize, &Distribution<Duration>))| Eligible {
        machine,
        unlimited,
        time: time.clone(),
        expected: Duration::from_seconds(time.mean()),
    };
    found.into_iter().map(compile).collect()
}

fn next_steps(routing: &[Operation], index: usize) -> Vec<(f64, Next)> {
    let Some(next) = &routing[index].next else {
        let following = index + 1;
        let step = if following < routing.len() { Next::Operation(following as u32) } else { Next::Ship };
        return vec![(1.0, step)];
    };
    let resolve = |name: &str| match name {
        "ship" => Next::Ship,
        "scrap" => Next::Scrap,
        name => Next::Operation(routing.iter().position(|o| o.name == name).unwrap_or_default() as u32),
    };
    let mut sum = 0.0;
    let mut steps: Vec<(f64, Next)> = next
        .iter()
        .map(|(name, probability)| {
            sum += probability;
            (sum, resolve(name))
        })
        .collect();
    // The probabilities add up to 1 but for rounding; nothing may fall beyond the last.
    if let Some(last) = steps.last_mut() {
        last.0 = 1.0;
    }
    steps
}

/// Fills in what remains from each operation on: the expected rewards of an absorbing Markov chain, by Gauss–Seidel
/// from the end, which is exact in one sweep where no job goes back.
fn expect_remaining(operations: &mut [OperationPlan]) {
    const SWEEPS: usize = 10_000;
    const PRECISION: f64 = 1e-12;
    for operation in operations.iter_mut() {
        operation.fastest = operation.eligible.iter().map(|e| e.expected.seconds()).reduce(f64::min).unwrap_or(0.0);
    }
    for _ in 0..SWEEPS {
        let mut change = 0.0_f64;
        for index in (0..operations.len()).rev() {
            let (mut work, mut count, mut below) = (0.0, 0.0, 0.0);
            for &(cumulated, next) in &operations[index].next {
                if let Next::Operation(next) = next {
                    let next = &operations[next as usize];
                    let repeats = f64::from(next.repeat - 1);
                    work += (cumulated - below) * (next.remaining_work + repeats * next.fastest);
                    count += (cumulated - below) * (next.remaining_operations + repeats);
                }
                below = cumulated;
            }
            let operation = &mut operations[index];
            let (work, count) = (operation.fastest + work, 1.0 + count);
            change = change.max((count - operation.remaining_operations).abs() / count);
            (operation.remaining_work, operation.remaining_operations) = (work, count);
        }
        if change < PRECISION {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn operation(next: &[(f64, Next)], repeat: u32) -> OperationPlan {
        let time = Distribution::constant(Duration::from_secs(10));
        OperationPlan {
            name: "o".into(),
            eligible: vec![Eligible { machine: TwinId(0), time, expected: Duration::from_secs(10), unlimited: true }],
            family: None,
            repeat,
            next: next.to_vec(),
            choice: MachineChoice::default(),
            remaining_work: 0.0,
            remaining_operations: 0.0,
            fastest: 0.0,
        }
    }

    #[test]
    fn a_straight_routing_adds_up() {
        let mut operations = [operation(&[(1.0, Next::Operation(1))], 1), operation(&[(1.0, Next::Ship)], 3)];
        expect_remaining(&mut operations);
        assert_eq!((operations[0].remaining_work, operations[0].remaining_operations), (40.0, 4.0));
    }

    #[test]
    fn a_loop_counts_as_often_as_it_is_taken() {
        let mut operations = [operation(&[(0.25, Next::Operation(0)), (1.0, Next::Ship)], 1)];
        expect_remaining(&mut operations);
        assert!((operations[0].remaining_operations - 4.0 / 3.0).abs() < 1e-9);
    }

    #[test]
    fn patterns_mean_what_they_look_like() {
        assert!(matches_pattern("lathe-*", "lathe-12") && matches_pattern("*-north", "drill-north"));
        assert!(matches_pattern("*", "any") && !matches_pattern("lathe", "lathe-1"));
    }
}
