//! Whether jobs get through their routing. Every job that can come to be must be able to leave the factory: whatever its
//! variant, whatever its measure, and whether it is defective or not.

use std::collections::BTreeMap;

use crate::factory::product::{Operation, Product};
use crate::factory::quality::{Grade, Grading};
use crate::scene::problem::Problems;

use super::{Scene, Way, complain};

pub(super) fn check(scene: Scene, problems: &mut Problems) {
    for (name, product) in scene.products() {
        let way = scene.section("products").to(name).to("routing");
        check_way_out(product, &way, problems);
    }
}

/// In a run without an end, a way out should also be likely enough to wait for it.
pub(super) fn check_end(scene: Scene, problems: &mut Problems) {
    const LEAST: f64 = 1e-6;
    for (name, product) in scene.products() {
        let routing = Routing { product, measure: f64::INFINITY, least: LEAST };
        if let Some(visit) = routing.stuck() {
            let way = scene.section("products").to(name).to("routing").to(visit.operation);
            let operation = &product.routing[visit.operation].name;
            let message = format!("the run would hardly ever end: few jobs leave after operation `{operation}`");
            let help = "give the scene a `run_for` (or the run a --for), or make the way out likelier";
            complain(way.place(), message, help, problems);
        }
    }
}

fn check_way_out(product: &Product, way: &Way, problems: &mut Problems) {
    let measures = measures(product);
    let stuck = measures.iter().map(|&measure| Routing { product, measure, least: 0.0 }.stuck());
    let stuck: Vec<Option<Visit>> = stuck.collect();
    let first = stuck.iter().enumerate().find_map(|(class, visit)| Some((class, (*visit)?)));
    let Some((class, visit)) = first else { return };
    let (who, help) = if visit.defective {
        let help = "let an operation on its way mend it (`mends` above 0), or let `rejected` send some to \"scrap\"";
        ("a defective job".to_owned(), help)
    } else if stuck.iter().all(Option::is_some) {
        ("a job".to_owned(), "let some of its jobs go to \"ship\" or \"scrap\" in `next`")
    } else {
        let who = match class {
            0 => format!("a job with a measure below {}", measures[1]),
            _ => format!("a job with a measure of {}", measures[class]),
        };
        (who, "let its grade lead some of its jobs to \"ship\" or \"scrap\"")
    };
    let message = format!("{who} can never leave after operation `{}`", product.routing[visit.operation].name);
    complain(way.to(visit.operation).place(), message, help, problems);
}

/// Measures for which grades without an error differ: one below all limits, and each limit.
fn measures(product: &Product) -> Vec<f64> {
    let gradings = product.routing.iter().filter_map(|operation| operation.grade.as_ref());
    let certain = gradings.filter(|grading| grading.error == 0.0);
    let mut limits: Vec<f64> = certain.flat_map(|grading| &grading.grades).filter_map(|grade| grade.from).collect();
    limits.push(f64::NEG_INFINITY);
    limits.sort_by(f64::total_cmp);
    limits.dedup();
    limits
}

/// A job that comes to an operation: to the one at that place of the routing, defective or not.
#[derive(Clone, Copy)]
struct Visit {
    operation: usize,
    defective: bool,
}

/// The routing of a product as jobs with one measure see it.
#[derive(Clone, Copy)]
struct Routing<'a> {
    product: &'a Product,
    measure: f64,
    /// What is not likelier than this does not count as possible.
    least: f64,
}

impl<'a> Routing<'a> {
    /// The first visit from which a job cannot leave the factory, if it can come to one.
    fn stuck(self) -> Option<Visit> {
        let visits = || (0..2 * self.product.routing.len()).map(|number| self.visit(number));
        let number = |next: Option<Visit>| next.map(|visit| self.number(visit));
        // For each visit where a job goes that is worked on, and one that needs no work there.
        let ways: Vec<[Vec<Option<usize>>; 2]> = visits()
            .map(|visit| {
                [self.worked(visit), self.passed_over(visit)].map(|ways| ways.into_iter().map(number).collect())
            })
            .collect();
        let reached = reached(&ways);
        let leaves = leaving(&ways);
        visits().find(|&visit| reached[self.number(visit)] && !leaves[self.number(visit)])
    }

    /// All visits have a number: first those of good jobs, then those of defective ones.
    fn number(self, visit: Visit) -> usize {
        visit.operation + if visit.defective { self.product.routing.len() } else { 0 }
    }

    fn visit(self, number: usize) -> Visit {
        let count = self.product.routing.len();
        Visit { operation: number % count, defective: number >= count }
    }

    /// Where a job can go from a visit whose work is done; none for out of the factory.
    fn worked(self, visit: Visit) -> Vec<Option<Visit>> {
        let operation = &self.product.routing[visit.operation];
        let outcomes = [false, true].into_iter().filter(|&after| self.can_become(operation, visit.defective, after));
        let ways = |defective: bool| {
            let next = self.ways_on(visit.operation, defective).into_iter();
            next.map(move |next| next.map(|operation| Visit { operation, defective }))
        };
        outcomes.flat_map(ways).collect()
    }

    /// Where a job goes from an operation that its variant does not need; nowhere if all need it.
    fn passed_over(self, visit: Visit) -> Vec<Option<Visit>> {
        if self.product.routing[visit.operation].only.is_empty() {
            return Vec::new();
        }
        self.next(visit.operation).into_iter().map(|next| next.map(|operation| Visit { operation, ..visit })).collect()
    }

    /// Whether a job can come out of an operation defective or not, as `after` says. An old defect is mended before new
    /// ones are made.
    fn can_become(self, operation: &Operation, before: bool, after: bool) -> bool {
        let chances = operation.defects.as_ref().map_or([0.0; 2], |defects| [defects.at(0.0), defects.at(1.0)]);
        let may_spoil = chances.iter().any(|&chance| self.is_possible(chance));
        let may_spare = chances.iter().any(|&chance| self.is_possible(1.0 - chance));
        let may_be_mended = !before || self.is_possible(operation.mends);
        let may_stay_bad = before && self.is_possible(1.0 - operation.mends);
        if after { may_stay_bad || may_spoil } else { may_be_mended && may_spare }
    }

    /// The operations to which a job can go, by what is found of it; none for out of the factory.
    fn ways_on(self, index: usize, defective: bool) -> Vec<Option<usize>> {
        let operation = &self.product.routing[index];
        if let Some(grading) = &operation.grade {
            let grades = self.possible_grades(grading);
            return grades.into_iter().flat_map(|grade| self.possible(&grade.next)).collect();
        }
        let Some(inspection) = &operation.inspect else { return self.next(index) };
        let rejection = if defective { inspection.detects } else { inspection.false_alarms };
        let passed = if self.is_possible(1.0 - rejection) { self.next(index) } else { Vec::new() };
        let rejected = if self.is_possible(rejection) { self.possible(&inspection.rejected) } else { Vec::new() };
        passed.into_iter().chain(rejected).collect()
    }

    /// With an error, any grade; without, the highest that the measure reaches, or else the lowest.
    fn possible_grades(self, grading: &'a Grading) -> Vec<&'a Grade> {
        if grading.error > 0.0 {
            return grading.grades.iter().collect();
        }
        let from = |grade: &&Grade| grade.from.unwrap_or(f64::NEG_INFINITY);
        let by_limit = |a: &&Grade, b: &&Grade| from(a).total_cmp(&from(b));
        let reached = grading.grades.iter().filter(|grade| from(grade) <= self.measure).max_by(by_limit);
        reached.or_else(|| grading.grades.iter().min_by(by_limit)).into_iter().collect()
    }

    /// Where a job goes as `next` says, or to the following operation.
    fn next(self, index: usize) -> Vec<Option<usize>> {
        match &self.product.routing[index].next {
            Some(next) => self.possible(next),
            None => vec![Some(index + 1).filter(|&following| following < self.product.routing.len())],
        }
    }

    fn possible(self, steps: &BTreeMap<String, f64>) -> Vec<Option<usize>> {
        // The words that lead out of the factory are no operation's name.
        let find = |name: &String| self.product.routing.iter().position(|operation| operation.name == *name);
        steps.iter().filter(|&(_, &chance)| self.is_possible(chance)).map(|(name, _)| find(name)).collect()
    }

    fn is_possible(self, chance: f64) -> bool {
        chance > self.least
    }
}

/// Which visits a new job can come to, by the ways on from each.
fn reached(ways: &[[Vec<Option<usize>>; 2]]) -> Vec<bool> {
    let mut reached = vec![false; ways.len()];
    let mut open = vec![0];
    while let Some(visit) = open.pop() {
        if !std::mem::replace(&mut reached[visit], true) {
            open.extend(ways[visit].iter().flatten().copied().flatten());
        }
    }
    reached
}

/// From which visits a job can leave the factory: who passes an operation over as well as who does not.
fn leaving(ways: &[[Vec<Option<usize>>; 2]]) -> Vec<bool> {
    let mut leaves = vec![false; ways.len()];
    let mut changed = true;
    while changed {
        changed = false;
        // From the end, so that one sweep is enough where no job goes back.
        for visit in (0..ways.len()).rev() {
            let leads_out = |next: &Vec<Option<usize>>| next.iter().any(|next| next.is_none_or(|next| leaves[next]));
            let now = ways[visit].iter().filter(|next| !next.is_empty()).all(leads_out);
            changed |= now != leaves[visit];
            leaves[visit] = now;
        }
    }
    leaves
}
