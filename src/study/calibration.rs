//! Finds the settings by which a scene's indicators come close to what was measured.
//!
//! How far they are off is the sum of squares of the differences, each in errors of its measurement. The first half of the points at most
//! are Sobol's, all over the ranges; from the best of them on Nelder and Mead's simplex goes downhill (1965, The Computer Journal 7, 308;
//! crate `argmin`). All points have the same random numbers, so that what is searched is no lottery. Which points are tried follows from
//! what was found before and from nothing else: a search that was broken off looks up what it found, and goes on.

use std::cell::{Cell, RefCell};

use argmin::core::{CostFunction, Error, Executor};
use argmin::solver::neldermead::NelderMead;

use crate::record::statistics::{Estimate, estimate};
use crate::run::single::RunError;

use super::design::{Calibrate, Design, sobol};
use super::factors::{Factor, Level};
use super::journal::{Journal, Run};
use super::runs::Runner;

/// A point of a search, and how far it is off.
#[derive(Clone, Debug, PartialEq)]
pub struct Tried {
    /// Its number.
    pub point: usize,
    /// Its values.
    pub levels: Vec<Level>,
    /// The sum of squares; infinite where an indicator has no value.
    pub misfit: f64,
    /// The indicators of the targets, in their order.
    pub found: Vec<Option<Estimate>>,
}

/// At so many points to each factor the whole of the ranges is looked at first.
const SCREENED: usize = 8;

/// How large the first simplex is, as a share of the ranges.
const SIMPLEX: f64 = 0.1;

struct Search<'a> {
    runner: &'a Runner<'a>,
    plan: &'a Calibrate,
    factors: Vec<&'a Factor>,
    journal: RefCell<&'a mut Journal>,
    tried: RefCell<Vec<Tried>>,
    failed: Cell<Option<RunError>>,
    stopped: Cell<bool>,
}

/// Searches. Returns what was tried, in its order, and whether the search came to its end: not if it was stopped.
///
/// # Errors
/// The first run that failed; what has been made is kept.
pub fn search(runner: &Runner, journal: &mut Journal) -> Result<(Vec<Tried>, bool), RunError> {
    let study = &runner.plan.study;
    let Design::Calibrate(plan) = &study.design else { return Ok((Vec::new(), true)) };
    let search = Search {
        runner,
        plan,
        factors: study.factors.values().collect(),
        journal: RefCell::new(journal),
        tried: RefCell::new(Vec::new()),
        failed: Cell::new(None),
        stopped: Cell::new(false),
    };
    let count = search.factors.len();
    let screened = (SCREENED * count).min((plan.points as usize).div_ceil(2)).max(1);
    let mut best = (f64::INFINITY, vec![0.5; count]);
    for point in 0..screened {
        let shares = sobol(point as u32, 0..count, runner.plan.seed);
        match search.misfit(&shares) {
            Some(misfit) if misfit < best.0 => best = (misfit, shares),
            Some(_) => {}
            None => return search.end(),
        }
    }
    // From a corner of the simplex to the next is away from the nearer edge.
    let corner = |factor: usize| {
        let mut corner = best.1.clone();
        corner[factor] += if corner[factor] < 0.5 { SIMPLEX } else { -SIMPLEX };
        corner
    };
    let simplex = std::iter::once(best.1.clone()).chain((0..count).map(corner)).collect();
    let solver = NelderMead::new(simplex).with_sd_tolerance(1e-9);
    // That it fails is told by what it was given.
    if let Ok(solver) = solver {
        let executor = Executor::new(&search, solver).ctrlc(false);
        drop(executor.configure(|state| state.max_iters(u64::from(plan.points))).timer(false).run());
    }
    search.end()
}

impl CostFunction for &Search<'_> {
    type Param = Vec<f64>;
    type Output = f64;

    fn cost(&self, shares: &Vec<f64>) -> Result<f64, Error> {
        self.misfit(shares).ok_or_else(|| Error::msg("the search is over"))
    }
}

impl Search<'_> {
    fn end(self) -> Result<(Vec<Tried>, bool), RunError> {
        match self.failed.into_inner() {
            Some(error) => Err(error),
            None => Ok((self.tried.into_inner(), !self.stopped.get())),
        }
    }

    /// How far a point is off; none once the search is over.
    fn misfit(&self, shares: &[f64]) -> Option<f64> {
        let point = self.tried.borrow().len();
        if point >= self.plan.points as usize {
            return None;
        }
        let levels: Vec<Level> =
            self.factors.iter().zip(shares).map(|(factor, share)| factor.at(reflected(*share))).collect();
        if let Some(same) = self.tried.borrow().iter().find(|tried| tried.levels == levels) {
            return Some(same.misfit);
        }
        let runs: Vec<(usize, u32)> =
            (0..self.runner.plan.study.replications).map(|replication| (point, replication)).collect();
        let mut journal = self.journal.borrow_mut();
        match self.runner.make(&mut journal, &|_| levels.clone(), &runs) {
            Ok(true) => {}
            Ok(false) => {
                self.stopped.set(true);
                return None;
            }
            Err(error) => {
                self.failed.set(Some(error));
                return None;
            }
        }
        let runs: Vec<&Run> = runs.iter().filter_map(|run| journal.runs.get(run)).collect();
        let (misfit, found) = judge(self.plan, &runs);
        self.tried.borrow_mut().push(Tried { point, levels, misfit, found });
        Some(misfit)
    }
}

/// How far the runs of a point are off, and the indicators of the targets.
fn judge(plan: &Calibrate, runs: &[&Run]) -> (f64, Vec<Option<Estimate>>) {
    let found: Vec<Option<Estimate>> = plan
        .targets
        .keys()
        .map(|indicator| {
            let values: Vec<f64> = runs.iter().filter_map(|run| run.indicators.get(indicator).copied()).collect();
            estimate(&values)
        })
        .collect();
    let off = plan.targets.values().zip(&found).map(|(target, found)| {
        found.map_or(f64::INFINITY, |found| ((found.mean - target.value) / target.error).powi(2))
    });
    (off.sum(), found)
}

/// A share between 0 and 1: what goes beyond an end comes back from it.
fn reflected(share: f64) -> f64 {
    let folded = share.rem_euclid(2.0);
    if folded > 1.0 { 2.0 - folded } else { folded }
}

/// The best of what was tried: of several alike the first.
pub fn best(tried: &[Tried]) -> Option<&Tried> {
    tried.iter().filter(|tried| tried.misfit.is_finite()).min_by(|a, b| a.misfit.total_cmp(&b.misfit))
}
