//! Rounds of searches from crossings of the population.
//!
//! As in B. Peng, Z. Lü and T. C. E. Cheng, "A tabu search/path relinking algorithm to solve the job shop scheduling
//! problem", Computers & Operations Research 53 (2015): a schedule between two of the population is improved by tabu
//! search and takes the place of a worse one, unless it is too much like another.

use std::time::Instant;

use super::Budget;
use super::bound::Bound;
use super::construct::{Rule, construct};
use super::graph::Graph;
use super::model::Model;
use super::population::{Elite, cross, scramble};
use super::problem::Objective;
use super::random::{Stream, stream};
use super::schedule::Schedule;
use super::search::{Limits, Search};
use super::{tabu, tardiness};
use crate::engine::parallel::Pool;

/// How many searches a round has, whatever the number of threads.
const SEARCHES: usize = 8;
/// By how much the temperature falls after a round in which all was too hot.
const COOLER: f64 = 0.3;
/// How many rounds a budget of iterations is for at least.
const ROUNDS: u64 = 4;
/// How many schedules the population holds.
const POPULATION: usize = 24;
/// How many rounds in a row may bring nothing before the population is made anew around the best.
const STALE: usize = 16;
/// The same for a population that does not fill, because all that is found is alike.
const STALE_FEW: usize = 2;
/// Of the operations, how large a share two schedules of the population differ in at least.
const DIFFERENCE: f64 = 0.03;

/// Where a search begins.
#[derive(Clone, Copy, Debug)]
enum Start {
    /// With one of the schedules of the rules.
    First(usize),
    /// With any active schedule.
    Any,
    /// Anywhere.
    Scrambled,
    /// Between two of the population.
    Between(usize, usize),
    /// At one of the population.
    At(usize),
}

/// What a search came to.
struct Outcome {
    elite: Elite,
    /// The temperature of annealing, if it improved what it began with.
    heat: Option<f64>,
    iterations: u64,
    stopped: bool,
}

/// All that lasts from round to round.
struct Evolution<'m> {
    model: &'m Model,
    bound: Bound,
    seed: u64,
    pool: &'m Pool,
    deadline: Option<Instant>,
    /// How many iterations there are in all, and how many are left.
    whole: u64,
    left: u64,
    heat: f64,
    done: u64,
    searches: u64,
    /// The schedules of the rules, the best first.
    first: Vec<Elite>,
    population: Vec<Elite>,
    best: Elite,
    random: Stream,
    stale: usize,
    stopped: bool,
}

/// The best schedule within a budget.
pub(super) fn evolve(model: &Model, budget: Budget, seed: u64, pool: &Pool) -> Schedule {
    // An instant that cannot be told is never reached.
    let deadline = budget.time.and_then(|time| Instant::now().checked_add(time));
    let mut random = stream(seed, 0);
    let fixed = Rule::FIXED.iter().flat_map(|&rule| [(rule, true), (rule, false)]);
    let mut first: Vec<_> = fixed.map(|(rule, delay)| Elite::of(&construct(model, rule, delay, &mut random))).collect();
    first.sort_by(|a, b| model.objective.compare(&a.value, &b.value));
    let Some(best) = first.first().cloned() else { return Schedule::new(&Graph::new(model, &[], &[]), 0.0, 0) };
    let mut evolution = Evolution {
        model,
        bound: Bound::new(model),
        seed,
        pool,
        deadline,
        heat: tardiness::heat(model.operations),
        whole: budget.iterations.unwrap_or(u64::MAX),
        left: budget.iterations.unwrap_or(u64::MAX),
        done: 0,
        searches: 0,
        first,
        population: Vec::new(),
        best,
        random,
        stale: 0,
        stopped: false,
    };
    evolution.run();
    let best = &evolution.best;
    let graph = Graph::new(model, &best.alternative, &best.order());
    Schedule::new(&graph, evolution.bound.primary(model.objective), evolution.done)
}

impl Evolution<'_> {
    fn run(&mut self) {
        while self.left > 0 && !self.stopped && !self.bound.is_met(self.model.objective, &self.best.value) {
            let starts = self.starts();
            let outcomes = self.search_all(&starts);
            // Those that are missing had no time to begin.
            self.stopped |= outcomes.iter().any(Option::is_none);
            self.learn_heat(&outcomes);
            let improved =
                outcomes.into_iter().flatten().fold(false, |improved, outcome| self.take(outcome) | improved);
            let objective = self.model.objective;
            self.population.sort_by(|a, b| objective.compare(&a.value, &b.value));
            self.stale = if improved { 0 } else { self.stale + 1 };
            let patience = if self.population.len() < self.size() { STALE_FEW } else { STALE };
            if self.stale >= patience {
                self.begin_anew();
            }
        }
    }

    /// How many schedules the population holds.
    fn size(&self) -> usize {
        match self.model.objective {
            Objective::Makespan => POPULATION,
            Objective::WeightedTardiness => SEARCHES,
        }
    }

    /// Where the searches of a round begin.
    fn starts(&mut self) -> Vec<Start> {
        let number = self.population.len();
        let anneals = self.model.objective == Objective::WeightedTardiness;
        (0..SEARCHES)
            .map(|index| {
                if number < 2 || (self.searches as usize) < self.size() {
                    let fixed = self.searches as usize + index;
                    return match number {
                        // Annealing, which is slower, begins with the best few, at several temperatures.
                        _ if fixed < self.first.len() && anneals => Start::First(fixed / 4),
                        _ if fixed < self.first.len() => Start::First(fixed),
                        1 if index.is_multiple_of(2) => Start::Scrambled,
                        _ => Start::Any,
                    };
                }
                let a = self.random.below(number);
                if anneals && index % 2 == 0 {
                    return Start::At(a.min(self.random.below(number)));
                }
                let b = (a + 1 + self.random.below(number - 1)) % number;
                Start::Between(a, b)
            })
            .collect()
    }

    fn limits(&self) -> Limits {
        let share = (self.left / SEARCHES as u64).min(self.whole / (ROUNDS * SEARCHES as u64)).max(1);
        let n = self.model.operations as u64;
        let patience = match self.model.objective {
            Objective::Makespan => tabu::patience(n),
            Objective::WeightedTardiness => tardiness::steps(n, self.done),
        };
        let (iterations, bound) = (share.min(8 * patience), self.bound.makespan);
        Limits { iterations, patience, deadline: self.deadline, heat: self.heat, bound }
    }

    /// Runs the searches of a round on the threads; `None` for those that never began.
    fn search_all(&mut self, starts: &[Start]) -> Vec<Option<Outcome>> {
        let limits = self.limits();
        let first = self.searches;
        self.searches += starts.len() as u64;
        let numbered: Vec<(u64, Start)> = (first + 1..).zip(starts.iter().copied()).collect();
        let shared = &*self;
        self.pool.map(&numbered, |(number, start)| {
            let begins = limits.deadline.is_none_or(|deadline| Instant::now() < deadline);
            begins.then(|| shared.search(*start, &limits, &mut stream(shared.seed, *number)))
        })
    }

    fn graph(&self, elite: &Elite) -> Graph<'_> {
        Graph::new(self.model, &elite.alternative, &elite.order())
    }

    fn search(&self, start: Start, limits: &Limits, random: &mut Stream) -> Outcome {
        let mut graph = match start {
            Start::First(index) => self.graph(&self.first[index]),
            Start::Any => construct(self.model, Rule::Random, true, random),
            Start::Scrambled => {
                let (alternative, order) = scramble(self.model, random);
                Graph::new(self.model, &alternative, &order)
            }
            Start::At(index) => self.graph(&self.population[index]),
            Start::Between(a, b) => {
                let (alternative, order) = cross(self.model, &self.population[a], &self.population[b], random);
                Graph::new(self.model, &alternative, &order)
            }
        };
        let mut search = Search::default();
        match self.model.objective {
            Objective::Makespan => tabu::search(&mut graph, limits, random, &mut search),
            Objective::WeightedTardiness => tardiness::search(&mut graph, limits, random, &mut search),
        }
        graph.rebuild(&search.alternative, &search.order);
        Outcome {
            elite: Elite::of(&graph),
            heat: search.improved.then_some(search.heat),
            iterations: search.iterations,
            stopped: search.stopped,
        }
    }

    /// Takes over the temperature of the round's best search that found better than it began with. If none did, it was too
    /// hot.
    fn learn_heat(&mut self, outcomes: &[Option<Outcome>]) {
        let objective = self.model.objective;
        let improved = outcomes.iter().flatten().filter(|outcome| outcome.heat.is_some());
        let best = improved.min_by(|a, b| objective.compare(&a.elite.value, &b.elite.value));
        self.heat = best.and_then(|best| best.heat).unwrap_or(self.heat * COOLER);
    }

    /// Takes what a search came to into the population. True if it is there now.
    fn take(&mut self, outcome: Outcome) -> bool {
        // A search that finds nothing to move counts too, so that every budget is used up.
        let iterations = outcome.iterations.max(1);
        self.done += iterations;
        self.left = self.left.saturating_sub(iterations);
        self.stopped |= outcome.stopped;
        let objective = self.model.objective;
        let better = |a: &Elite, b: &Elite| objective.compare(&a.value, &b.value).is_lt();
        let elite = outcome.elite;
        if better(&elite, &self.best) {
            self.best = elite.clone();
        }
        let least = (DIFFERENCE * self.model.operations as f64) as usize;
        let alike = (0..self.population.len()).find(|&index| self.population[index].distance(&elite) <= least);
        if let Some(alike) = alike {
            let replaces = better(&elite, &self.population[alike]);
            if replaces {
                self.population[alike] = elite;
            }
            return replaces;
        }
        if self.population.len() < self.size() {
            self.population.push(elite);
            return true;
        }
        let worst = (0..self.population.len())
            .max_by(|&a, &b| objective.compare(&self.population[a].value, &self.population[b].value));
        match worst {
            Some(worst) if better(&elite, &self.population[worst]) => {
                self.population[worst] = elite;
                true
            }
            _ => false,
        }
    }

    /// Keeps only the best, and fills the population with new schedules.
    fn begin_anew(&mut self) {
        self.stale = 0;
        self.heat = tardiness::heat(self.model.operations);
        self.searches = self.searches.max(self.size() as u64);
        self.population.clear();
        self.population.push(self.best.clone());
    }
}
