//! The plan: products and machines as the shop floor uses them, with every name resolved. A cache, compiled from the
//! scene's sections and the twins.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use bevy_ecs::prelude::{Component, Entity, Resource, World};

use crate::engine::distribution::Distribution;
use crate::engine::identity::{Directory, TwinId};
use crate::engine::time::{Duration, Time};
use crate::twin::life::Life;
use crate::twin::who::fits;
use crate::world::position::Position;

use super::calendar::Calendar;
use super::calendar::shift::Shifts;
use super::dispatch::choices::MachineChoice;
use super::energy::battery::Charger;
use super::energy::units::Milliwatts;
use super::floor::EventKinds;
use super::jobs::Job;
use super::machine::{Machine, Need};
use super::orders::demand::{Arrival, Arrivals, JobOrder, JobOrders};
use super::orders::purchasing::{SparePart, SpareParts};
use super::orders::restock::{Restock, Restocking};
use super::people::worker::{Skills, Staff, Worker};
use super::product::{FactorySettings, Operation, Product, Products};
use super::quality::{Findings, Grade, GradePlan, GradingPlan, InspectionPlan, QualityPlan};
use super::transport::conveyor::Conveyor;
use super::transport::haulage::Sites;
use super::transport::network::SpotId;
use super::transport::rack::Rack;
use super::transport::vehicle::{TransportSettings, Vehicle};
use super::variants::{self, OptionPlan, VariantPlan};

/// Where a job goes after an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// To the operation at that place of the routing.
    Operation(u32),
    /// To the customer.
    Ship,
    /// Into stock, as a part for others.
    Stock,
    /// Away.
    Scrap,
}

impl Next {
    /// The words that stand for leaving the factory in `next`.
    pub const WORDS: [&'static str; 3] = ["ship", "stock", "scrap"];
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
    /// For how many jobs the machine has room; none if there always is room for one more.
    pub room: Option<usize>,
}

/// An operation with its names resolved.
#[derive(Clone, Debug)]
pub struct OperationPlan {
    /// Its name.
    pub name: Arc<str>,
    /// The machines that can do it, by id.
    pub eligible: Vec<Eligible>,
    /// The set-up family, as an index into [`Plan::families`]; none if it has none or it depends on the variant.
    pub family: Option<u32>,
    /// The people it needs.
    pub need: Option<Need>,
    /// The parts it needs: products, as indices into the plan's, and how many of each.
    pub needs: Vec<(u32, u32)>,
    /// What it does to quality; none where it does nothing.
    pub quality: Option<Box<QualityPlan>>,
    /// How it depends on a job's variant; none where it does not.
    pub variants: Option<Box<VariantPlan>>,
    /// How many times in a row it is done.
    pub repeat: u32,
    /// Where the job goes next, with cumulated probabilities; the last is 1. Findings can send it elsewhere.
    pub next: Vec<(f64, Next)>,
    /// Where jobs go next on the whole, with probabilities, whatever is found.
    pub outcomes: Vec<(f64, Next)>,
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
    /// Where a job goes by what was found.
    pub fn steps_after(&self, findings: Option<&Findings>) -> &[(f64, Next)] {
        let quality = self.quality.as_deref();
        match (findings, quality) {
            (Some(Findings { rejected: Some(true), .. }), Some(QualityPlan { inspection: Some(inspection), .. })) => {
                &inspection.rejected
            }
            (Some(findings), Some(QualityPlan { grading: Some(grading), .. })) => {
                &grading.grades[findings.grade_place].next
            }
            _ => &self.next,
        }
    }

    /// The set-up family for a job of that variant.
    pub fn family_for(&self, variant: u64) -> Option<u32> {
        self.variants.as_ref().map_or(self.family, |variants| variants.family(variant).or(self.family))
    }

    /// A time as it is for a job of that variant.
    pub fn scaled(&self, time: Duration, variant: u64) -> Duration {
        match self.factor(variant) {
            1.0 => time,
            factor => Duration::from_seconds(time.seconds() * factor),
        }
    }

    /// How many times as long a variant takes.
    pub fn factor(&self, variant: u64) -> f64 {
        self.variants.as_ref().map_or(1.0, |variants| variants.factor(variant))
    }

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
    /// How many operations the products before it have: with it, operations are numbered through.
    pub first_operation: u32,
    /// What a customer can choose.
    pub options: Vec<OptionPlan>,
    /// A measure of each job.
    pub measure: Distribution<f64>,
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
    /// What is made for stock: products as indices, and how.
    pub restocks: Vec<(u32, Restock)>,
    /// The product of each order, as an index.
    pub order_products: Vec<u32>,
    /// The product of each arrival process, as an index.
    pub arrival_products: Vec<u32>,
    /// The grades that any operation gives, in alphabetical order.
    pub grades: Vec<Arc<str>>,
    /// The skills of all workers, also of those who have left, in alphabetical order.
    pub skills: Vec<Arc<str>>,
    /// Who has each skill, by id.
    pub skilled: Vec<Vec<TwinId>>,
    /// The calendars of those that have shifts.
    pub calendars: BTreeMap<TwinId, Calendar>,
    /// Where twins stand: metres.
    pub places: BTreeMap<TwinId, (f64, f64)>,
    /// The spare parts, in alphabetical order.
    pub spares: Vec<(Arc<str>, SparePart)>,
    /// How vehicles are given their work.
    pub transport: TransportSettings,
    /// The vehicles, by id.
    pub vehicles: Vec<TwinId>,
    /// The conveyors by where they end and begin.
    pub conveyors: BTreeMap<(TwinId, TwinId), TwinId>,
    /// The racks, by id.
    pub racks: Vec<TwinId>,
    /// The chargers, by id, with the power that each gives to one vehicle.
    pub chargers: BTreeMap<TwinId, Milliwatts>,
    /// Where vehicles stop for each twin.
    spots: BTreeMap<TwinId, SpotId>,
    /// Whose each spot is.
    owners: Vec<TwinId>,
    /// Where released jobs wait for their first transport.
    pub receiving: Option<TwinId>,
    /// Where finished jobs are brought.
    pub shipping: Option<TwinId>,
}

impl Plan {
    /// The operation that a job waits for or undergoes.
    pub fn operation_of(&self, job: &Job) -> &OperationPlan {
        &self.products[job.product as usize].operations[job.operation as usize]
    }

    /// Compiles the plan from the world's sections and twins. What the scene's check refuses is left out here.
    pub fn rebuild(world: &mut World) {
        let machines = machine_names(world);
        let products = world.resource::<Products>();
        let (skills, skilled) = skills(world);
        let names = Names {
            families: families(products),
            grades: grades(products),
            products: products.0.keys().map(|name| name.as_str().into()).collect(),
            choice: world.resource::<FactorySettings>().machine_choice,
            skills,
        };
        let mut compiled: Vec<ProductPlan> =
            products.0.iter().map(|(name, product)| compile_product(name, product, &machines, &names)).collect();
        compiled.iter_mut().fold(0, |first, product| {
            product.first_operation = first;
            first + product.operations.len() as u32
        });
        let index: BTreeMap<&str, u32> = products.0.keys().map(String::as_str).zip(0..).collect();
        let product_of = |name: &str| index.get(name).copied().unwrap_or_default();
        let orders = &world.resource::<JobOrders>().0;
        let mut releases: Vec<(Time, u32)> = orders.iter().map(|order| Time::ZERO + order.release).zip(0..).collect();
        releases.sort_unstable();
        let spares = &world.resource::<SpareParts>().0;
        let plan = Plan {
            order_products: orders.iter().map(|order| product_of(&order.product)).collect(),
            arrival_products: world.resource::<Arrivals>().0.iter().map(|a| product_of(&a.product)).collect(),
            restocks: restocks(&world.resource::<Restocking>().0, &index),
            orders: orders.clone(),
            arrivals: world.resource::<Arrivals>().0.clone(),
            kinds: *world.resource::<EventKinds>(),
            products: compiled,
            families: names.families,
            grades: names.grades,
            releases,
            skills: names.skills,
            skilled,
            calendars: calendars(world),
            places: places(world),
            transport: world.resource::<TransportSettings>().clone(),
            vehicles: living_with::<Vehicle>(world),
            conveyors: conveyors(world),
            racks: living_with::<Rack>(world),
            chargers: chargers(world),
            spots: world.resource::<Sites>().0.iter().map(|site| site.twin).zip((0..).map(SpotId)).collect(),
            owners: world.resource::<Sites>().0.iter().map(|site| site.twin).collect(),
            receiving: station(world, |transport| transport.receiving.as_deref()),
            shipping: station(world, |transport| transport.shipping.as_deref()),
            spares: spares.iter().map(|(name, part)| (name.as_str().into(), part.clone())).collect(),
        };
        world.insert_resource(plan);
    }

    /// The people that somebody asks for; none if nobody has the skill.
    pub fn need(&self, staff: &Staff) -> Option<Need> {
        need(&self.skills, staff)
    }

    /// Of the calendars of machines that can do these operations, the one with the least time at work.
    pub fn narrowest_calendar<'a>(
        &'a self,
        operations: impl Iterator<Item = &'a OperationPlan>,
    ) -> Option<&'a Calendar> {
        let machines = operations.flat_map(|operation| operation.eligible.iter().map(|eligible| eligible.machine));
        machines.filter_map(|machine| self.calendars.get(&machine)).min_by_key(|calendar| calendar.planned_per_week())
    }

    /// Spare parts as indices and numbers. What the check refuses is left out.
    pub fn parts(&self, spares: &BTreeMap<String, u32>) -> Vec<(u32, u32)> {
        let index = |name: &str| self.spares.binary_search_by(|(other, _)| (**other).cmp(name)).ok();
        spares.iter().filter_map(|(name, &count)| Some((index(name)? as u32, count))).collect()
    }

    /// Where vehicles stop for a twin; none where they do not.
    pub fn spot_of(&self, twin: TwinId) -> Option<SpotId> {
        self.spots.get(&twin).copied()
    }

    /// Whose a spot is.
    pub fn owner_of(&self, spot: SpotId) -> Option<TwinId> {
        self.owners.get(spot.0 as usize).copied()
    }

    /// The power that a charger gives to one vehicle.
    pub fn charging_power(&self, charger: TwinId) -> Milliwatts {
        self.chargers.get(&charger).copied().unwrap_or_default()
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

/// What is made for stock, with products as indices. What the check refuses is left out.
fn restocks(policies: &BTreeMap<String, Restock>, index: &BTreeMap<&str, u32>) -> Vec<(u32, Restock)> {
    let known = policies.iter().filter_map(|(name, policy)| Some((*index.get(name.as_str())?, policy.clone())));
    known.collect()
}

/// The machines of a world by name, without one that is just retiring, and for how many jobs each has room.
type MachineNames = BTreeMap<Arc<str>, MachineRoom>;

/// A machine, and for how many jobs it has room.
type MachineRoom = (TwinId, Option<usize>);

fn machine_names(world: &World) -> MachineNames {
    world
        .resource::<Directory>()
        .twins()
        .filter_map(|(twin, entity, name)| {
            let machine = world.entity(entity).get::<Machine>()?;
            if world.entity(entity).get::<Life>() == Some(&Life::Retired) {
                return None;
            }
            Some((name.clone(), (twin, machine.room())))
        })
        .collect()
}

/// Who has which skill.
fn skills(world: &World) -> (Vec<Arc<str>>, Vec<Vec<TwinId>>) {
    let known = world.resource::<Skills>().0.iter();
    let mut skilled: BTreeMap<&str, Vec<TwinId>> = known.map(|skill| (&**skill, Vec::new())).collect();
    for (twin, entity, _) in world.resource::<Directory>().twins() {
        let worker = world.entity(entity).get::<Worker>().filter(|_| is_living(world, entity));
        for skill in worker.iter().flat_map(|worker| &worker.skills) {
            skilled.entry(skill).or_default().push(twin);
        }
    }
    skilled.into_iter().map(|(skill, workers)| (Arc::from(skill), workers)).unzip()
}

fn is_living(world: &World, entity: Entity) -> bool {
    world.entity(entity).get::<Life>() != Some(&Life::Retired)
}

fn need(skills: &[Arc<str>], staff: &Staff) -> Option<Need> {
    let skill = skills.binary_search_by(|skill| (**skill).cmp(staff.skill.as_str())).ok()?;
    Some(Need { skill: skill as u32, count: staff.count })
}

fn calendars(world: &World) -> BTreeMap<TwinId, Calendar> {
    let shifts = &world.resource::<Shifts>().0;
    let twins = world.resource::<Directory>().twins();
    twins
        .filter_map(|(twin, entity, _)| {
            let entity = world.entity(entity);
            let of_worker = entity.get::<Worker>().map(|worker| &worker.shifts);
            let names = of_worker.or_else(|| entity.get::<Machine>().map(|machine| &machine.shifts))?;
            let calendar = || Calendar::of(names.iter().filter_map(|name| shifts.get(name)));
            (!names.is_empty()).then(|| (twin, calendar()))
        })
        .collect()
}

fn places(world: &World) -> BTreeMap<TwinId, (f64, f64)> {
    let twins = world.resource::<Directory>().twins();
    twins
        .filter_map(|(twin, entity, _)| {
            let position = world.entity(entity).get::<Position>()?;
            Some((twin, (position.x, position.y)))
        })
        .collect()
}

/// The living twins that have a part, by id.
fn living_with<T: Component>(world: &World) -> Vec<TwinId> {
    let twins = world.resource::<Directory>().twins();
    twins
        .filter(|&(_, entity, _)| world.entity(entity).contains::<T>() && is_living(world, entity))
        .map(|(twin, ..)| twin)
        .collect()
}

fn conveyors(world: &World) -> BTreeMap<(TwinId, TwinId), TwinId> {
    let directory = world.resource::<Directory>();
    let ends = |twin| {
        let conveyor = world.entity(directory.entity(twin)?).get::<Conveyor>()?;
        Some(((directory.find(&conveyor.to)?, directory.find(&conveyor.from)?), twin))
    };
    living_with::<Conveyor>(world).into_iter().filter_map(ends).collect()
}

fn chargers(world: &World) -> BTreeMap<TwinId, Milliwatts> {
    let power = |twin| {
        let entity = world.resource::<Directory>().entity(twin)?;
        Some((twin, world.entity(entity).get::<Charger>()?.power()))
    };
    living_with::<Charger>(world).into_iter().filter_map(power).collect()
}

fn station(world: &World, name: fn(&TransportSettings) -> Option<&str>) -> Option<TwinId> {
    let directory = world.resource::<Directory>();
    let station = directory.find(name(world.resource::<TransportSettings>())?)?;
    directory.entity(station).is_some_and(|entity| is_living(world, entity)).then_some(station)
}

/// The names that products are resolved against.
struct Names {
    families: Vec<Arc<str>>,
    grades: Vec<Arc<str>>,
    skills: Vec<Arc<str>>,
    products: Vec<Arc<str>>,
    choice: MachineChoice,
}

impl Names {
    fn product(&self, name: &str) -> Option<u32> {
        self.products.binary_search_by(|other| (**other).cmp(name)).ok().map(|index| index as u32)
    }
}

fn sorted(names: impl Iterator<Item = String>) -> Vec<Arc<str>> {
    let names: BTreeSet<String> = names.collect();
    names.into_iter().map(Arc::from).collect()
}

fn families(products: &Products) -> Vec<Arc<str>> {
    let products = products.0.values();
    sorted(products.flat_map(|product| product.routing.iter().flat_map(|o| variants::families(&o.family, product))))
}

fn grades(products: &Products) -> Vec<Arc<str>> {
    let operations = products.0.values().flat_map(|product| &product.routing);
    sorted(operations.flat_map(|o| &o.grade).flat_map(|grading| &grading.grades).map(|grade| grade.name.clone()))
}

fn compile_product(name: &str, product: &Product, machines: &MachineNames, names: &Names) -> ProductPlan {
    let options = variants::options(product);
    let mut spoilt = 0.0;
    let mut operations: Vec<OperationPlan> = product
        .routing
        .iter()
        .enumerate()
        .map(|(index, operation)| {
            let (family, variants) = variants::compile(operation, &options, &names.families);
            let quality = compile_quality(operation, product, names);
            if let Some(quality) = &quality {
                spoilt = quality.share_spoilt(spoilt);
            }
            let next = next_steps(&product.routing, index);
            OperationPlan {
                name: operation.name.as_str().into(),
                eligible: eligible(operation, machines),
                family,
                needs: operation
                    .needs
                    .iter()
                    .filter_map(|(part, &count)| Some((names.product(part)?, count)))
                    .collect(),
                need: operation.worker.as_ref().and_then(|staff| need(&names.skills, staff)),
                repeat: operation.repeat,
                outcomes: outcomes(&next, quality.as_ref(), spoilt, &product.measure),
                next,
                quality: quality.map(Box::new),
                variants: variants.map(Box::new),
                choice: operation.choice.unwrap_or(names.choice),
                remaining_work: 0.0,
                remaining_operations: 0.0,
                fastest: 0.0,
            }
        })
        .collect();
    expect_remaining(&mut operations);
    ProductPlan { name: name.into(), operations, first_operation: 0, options, measure: product.measure.clone() }
}

fn compile_quality(operation: &Operation, product: &Product, names: &Names) -> Option<QualityPlan> {
    let Operation { defects, mends, inspect, grade, .. } = operation;
    if defects.is_none() && *mends == 0.0 && inspect.is_none() && grade.is_none() {
        return None;
    }
    let steps = |next: &BTreeMap<String, f64>| cumulated(next, &product.routing);
    Some(QualityPlan {
        defects: defects.clone(),
        mends: *mends,
        inspection: inspect.as_ref().map(|inspect| InspectionPlan {
            detects: inspect.detects,
            false_alarms: inspect.false_alarms,
            rejected: steps(&inspect.rejected),
        }),
        grading: grade.as_ref().map(|grading| {
            let place = |name: &str| names.grades.binary_search_by(|grade| (**grade).cmp(name)).unwrap_or_default();
            let compile = |grade: &Grade| GradePlan {
                from: grade.from.unwrap_or(f64::NEG_INFINITY),
                grade: place(&grade.name) as u32,
                next: steps(&grade.next),
            };
            let mut grades: Vec<_> = grading.grades.iter().map(compile).collect();
            grades.sort_by(|a, b| a.from.total_cmp(&b.from));
            GradingPlan { error: grading.error, grades }
        }),
    })
}

/// Where jobs go after an operation on the whole, for those who plan: an inspection rejects as many as it should by the
/// defects made so far, a grade is as frequent as measures are.
fn outcomes(
    next: &[(f64, Next)],
    quality: Option<&QualityPlan>,
    spoilt: f64,
    measure: &Distribution<f64>,
) -> Vec<(f64, Next)> {
    let weigh = |steps: &[(f64, Next)], weight: f64| -> Vec<(f64, Next)> {
        let mut below = 0.0;
        steps.iter().map(|&(sum, step)| (weight * (sum - std::mem::replace(&mut below, sum)), step)).collect()
    };
    if let Some(grading) = quality.and_then(|quality| quality.grading.as_ref()) {
        let shares = grading.shares(measure).into_iter();
        return shares.zip(&grading.grades).flat_map(|(share, grade)| weigh(&grade.next, share)).collect();
    }
    let Some(inspection) = quality.and_then(|quality| quality.inspection.as_ref()) else { return weigh(next, 1.0) };
    let rejected = spoilt * inspection.detects + (1.0 - spoilt) * inspection.false_alarms;
    let mut outcomes = weigh(next, 1.0 - rejected);
    outcomes.extend(weigh(&inspection.rejected, rejected));
    outcomes
}

/// A machine that several keys mean goes by its own name first, else by the longest pattern.
fn eligible(operation: &Operation, machines: &MachineNames) -> Vec<Eligible> {
    let mut found: BTreeMap<MachineRoom, (usize, &Distribution<Duration>)> = BTreeMap::new();
    for (pattern, time) in &operation.machines {
        if let Some(&machine) = machines.get(pattern.as_str()) {
            found.insert(machine, (usize::MAX, time));
        } else if pattern.contains('*') {
            for (_, &machine) in machines.iter().filter(|(name, _)| fits(pattern, name)) {
                let best = found.entry(machine).or_insert((pattern.len(), time));
                if best.0 < pattern.len() {
                    *best = (pattern.len(), time);
                }
            }
        }
    }
    let compile = |((machine, room), (_, time)): (MachineRoom, (usize, &Distribution<Duration>))| Eligible {
        machine,
        room,
        time: time.clone(),
        expected: Duration::from_seconds(time.mean()),
    };
    found.into_iter().map(compile).collect()
}

fn next_steps(routing: &[Operation], index: usize) -> Vec<(f64, Next)> {
    match &routing[index].next {
        Some(next) => cumulated(next, routing),
        None => {
            let following = index + 1;
            let step = if following < routing.len() { Next::Operation(following as u32) } else { Next::Ship };
            vec![(1.0, step)]
        }
    }
}

/// Steps with their names resolved and their probabilities added up.
fn cumulated(next: &BTreeMap<String, f64>, routing: &[Operation]) -> Vec<(f64, Next)> {
    let resolve = |name: &str| match name {
        "ship" => Next::Ship,
        "stock" => Next::Stock,
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

/// One of several steps by chance. `uniform` is asked only where there is a choice.
pub fn choose_next(steps: &[(f64, Next)], uniform: impl FnOnce() -> f64) -> Next {
    match steps {
        [(_, only)] => *only,
        steps => {
            let u = uniform();
            steps.iter().find(|(cumulated, _)| u < *cumulated).map_or(Next::Ship, |step| step.1)
        }
    }
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
            let (mut work, mut count) = (0.0, 0.0);
            for &(probability, next) in &operations[index].outcomes {
                if let Next::Operation(next) = next {
                    let next = &operations[next as usize];
                    let repeats = f64::from(next.repeat - 1);
                    work += probability * (next.remaining_work + repeats * next.fastest);
                    count += probability * (next.remaining_operations + repeats);
                }
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
            eligible: vec![Eligible { machine: TwinId(0), time, expected: Duration::from_secs(10), room: None }],
            family: None,
            repeat,
            next: next.to_vec(),
            need: None,
            needs: Vec::new(),
            quality: None,
            variants: None,
            outcomes: outcomes(next, None, 0.0, &Distribution::default()),
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
}
