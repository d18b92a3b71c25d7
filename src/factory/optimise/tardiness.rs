//! Simulated annealing for the least weighted tardiness.
//!
//! As in P. J. M. van Laarhoven, E. H. L. Aarts and J. K. Lenstra, "Job shop scheduling by simulated annealing",
//! Operations Research 40 (1992), with moves of operations on the longest paths to the ends of late jobs, as in
//! S. Kreipl, "A large step random walk for minimizing total weighted tardiness in a job shop", Journal of Scheduling 3
//! (2000). Each move is evaluated in full: with set-ups and due dates, estimates are poor.

use std::time::Instant;

use super::graph::{Graph, Span};
use super::model::Model;
use super::neighbourhood::{Move, critical_path, feasible_by_heads};
use super::problem::Value;
use super::random::Stream;
use super::search::{Limits, Search};

/// How often an operation is picked that no late job waits for.
const ASIDE: f64 = 0.2;
/// How many moves are tried to learn how much they change.
const SAMPLES: usize = 128;
/// The temperature that the first searches of a small problem begin around, in usual losses of a move.
const HEAT: f64 = 0.3;
/// How many operations a problem has whose searches begin so.
const SMALL: f64 = 300.0;
/// How far from the heat that did best others are tried: the logarithm of the greatest factor.
const SPREAD: f64 = 2.0;
/// The temperature at the end, in temperatures at the beginning.
const COLD: f64 = 0.05;
/// What the makespan and the mean flow time count beside the tardiness per weight.
const BESIDE: (f64, f64) = (1e-3, 1e-4);

/// The temperature that the first searches begin around. Large problems have no time to cool down from a high one.
pub(super) fn heat(operations: usize) -> f64 {
    HEAT * (SMALL / operations as f64).min(1.0)
}

/// How many steps a search has after so many by all: the longer there is time, the slower the cooling.
pub(super) fn steps(operations: u64, done: u64) -> u64 {
    (30 * operations).clamp(2_000, 150_000).max(done / 16)
}

/// What is needed to take a move back.
#[derive(Default)]
struct Undo {
    order: Vec<u32>,
    ends: Vec<i64>,
}

/// A search under way.
struct Annealing<'g, 'm> {
    graph: &'g mut Graph<'m>,
    weight: f64,
    value: Value,
    cost: f64,
    undo: Undo,
    path: Vec<u32>,
}

/// Searches from a schedule while it cools down, and leaves the best that it met in `best`.
pub(super) fn search(graph: &mut Graph, limits: &Limits, random: &mut Stream, best: &mut Search) {
    best.keep(graph);
    let begin = Instant::now();
    let steps = limits.patience.min(limits.iterations);
    let mut annealing = Annealing::new(graph);
    let mut least = annealing.value;
    best.heat = limits.heat * libm::exp(SPREAD * (2.0 * random.uniform() - 1.0));
    let hot = best.heat * annealing.usual_loss(random);
    let mut cooled = 0.0_f64;
    for step in 0..steps {
        if limits.is_over(step) {
            best.stopped = true;
            break;
        }
        best.iterations += 1;
        if step.is_multiple_of(16) {
            cooled = (step as f64 / steps as f64).max(limits.spent(begin));
        }
        let accepted = annealing.step(hot * libm::pow(COLD, cooled), random);
        if accepted && annealing.graph.model.objective.compare(&annealing.value, &least).is_lt() {
            least = annealing.value;
            best.improved = true;
            best.keep(annealing.graph);
        }
    }
}

impl<'g, 'm> Annealing<'g, 'm> {
    fn new(graph: &'g mut Graph<'m>) -> Annealing<'g, 'm> {
        let model = graph.model;
        let total: f64 = model.weight.iter().sum();
        let weight = if total > 0.0 { total / model.jobs() as f64 } else { 1.0 };
        let value = graph.value();
        let mut annealing = Annealing { graph, weight, value, cost: 0.0, undo: Undo::default(), path: Vec::new() };
        annealing.cost = annealing.cost_of(&value);
        annealing
    }

    fn cost_of(&self, value: &Value) -> f64 {
        let flow = value.flow as f64 / self.graph.model.jobs().max(1) as f64;
        value.tardiness + self.weight * (BESIDE.0 * value.makespan as f64 + BESIDE.1 * flow)
    }

    /// What a quarter of the moves that lose lose less than; the mean would be that of the few that lose most.
    fn usual_loss(&mut self, random: &mut Stream) -> f64 {
        let mut losses = Vec::with_capacity(SAMPLES);
        for _ in 0..SAMPLES {
            let Some(candidate) = self.propose(random) else { continue };
            let Some((loss, _, back, span)) = self.attempt(candidate) else { continue };
            if loss > 0.0 {
                losses.push(loss);
            }
            self.take_back(back, span);
        }
        losses.sort_by(f64::total_cmp);
        losses.get(losses.len() / 4).copied().unwrap_or(0.0)
    }

    /// One move, taken or not. True if it was.
    fn step(&mut self, temperature: f64, random: &mut Stream) -> bool {
        let Some(candidate) = self.propose(random) else { return false };
        let Some((loss, value, back, span)) = self.attempt(candidate) else { return false };
        if loss <= 0.0 || random.uniform() < libm::exp(-loss / temperature) {
            self.value = value;
            self.cost = self.cost_of(&value);
            return true;
        }
        self.take_back(back, span);
        false
    }

    /// Makes a move: how much is lost, the new value, and what leads back. `None` and no change if it is a cycle.
    fn attempt(&mut self, candidate: Move) -> Option<(f64, Value, Move, Span)> {
        let v = candidate.operation as usize;
        let back = Move { alternative: self.graph.alternative[v], place: self.graph.place[v], ..candidate };
        self.undo.order.clone_from(&self.graph.order);
        let span = self.graph.relocate(v, candidate.alternative, candidate.place as usize)?;
        self.undo.ends.clear();
        let graph = &mut *self.graph;
        self.undo.ends.extend(graph.order[span.first..].iter().map(|&v| graph.nodes[v as usize].end));
        graph.forward(span.first);
        let value = graph.value();
        Some((self.cost_of(&value) - self.cost, value, back, span))
    }

    fn take_back(&mut self, back: Move, span: Span) {
        let graph = &mut *self.graph;
        for (&v, &end) in graph.order[span.first..].iter().zip(&self.undo.ends) {
            graph.nodes[v as usize].end = end;
        }
        let mut ignored = span;
        graph.splice(back.operation as usize, back.alternative, back.place as usize, &mut ignored);
        graph.reset_order(&self.undo.order, span);
    }

    /// A move of an operation that a late job waits for.
    fn propose(&mut self, random: &mut Stream) -> Option<Move> {
        let model = self.graph.model;
        if model.operations == 0 {
            return None;
        }
        if random.chance(ASIDE) {
            let v = random.below(model.operations);
            return self.anywhere(v, random);
        }
        let job = self.late_job(random);
        let range = model.of_job(job);
        if range.is_empty() {
            return None;
        }
        critical_path(self.graph, range.end - 1, random, &mut self.path);
        let v = self.path[random.below(self.path.len())] as usize;
        let node = &self.graph.nodes[v];
        let waits = (node.machine_before as usize) < model.operations
            && self.graph.nodes[node.machine_before as usize].end + node.machine_arc == node.start();
        match random.below(4) {
            0 | 1 if waits => self.sooner(v, random),
            2 if waits => self.anywhere(node.machine_before as usize, random),
            _ => self.anywhere(v, random),
        }
    }

    /// A job, likelier the more its lateness weighs; if none is late, the last one or any.
    fn late_job(&self, random: &mut Stream) -> usize {
        let model = self.graph.model;
        if self.value.tardiness > 0.0 {
            let mut left = random.uniform() * self.value.tardiness;
            for job in 0..model.jobs() {
                let late = self.lateness(model, job);
                if late > 0 {
                    left -= model.weight[job] * late as f64;
                    if left <= 0.0 {
                        return job;
                    }
                }
            }
        }
        let last = (0..model.jobs()).max_by_key(|&job| self.lateness(model, job).saturating_add(model.due[job]));
        match last {
            Some(last) if random.chance(0.7) => last,
            _ => random.below(model.jobs()),
        }
    }

    fn lateness(&self, model: &Model, job: usize) -> i64 {
        let range = model.of_job(job);
        let end = if range.is_empty() { model.release[job] } else { self.graph.nodes[range.end - 1].end };
        end - model.due[job]
    }

    /// To an earlier place of its machine, likelier a near one.
    fn sooner(&self, v: usize, random: &mut Stream) -> Option<Move> {
        let alternative = self.graph.alternative[v];
        let mut to = self.graph.place[v].checked_sub(1)?;
        while to > 0 && random.below(3) == 0 {
            to -= 1;
        }
        Some(Move { operation: v as u32, alternative, place: to })
    }

    /// To a place on any of its machines, mostly near the one where it would start as it arrives.
    fn anywhere(&self, v: usize, random: &mut Stream) -> Option<Move> {
        let graph = &*self.graph;
        let choices = graph.model.alternatives(v);
        let alternative = choices.start + random.below(choices.len());
        let machine = graph.model.machine[alternative] as usize;
        let here = if graph.machine[v] as usize == machine { graph.place[v] as usize } else { usize::MAX };
        let place = if random.chance(0.3) {
            // Cycles among these are found out when they are tried; without them, some schedules were out of reach.
            let others = graph.sequence[machine].len() - usize::from(here != usize::MAX);
            random.below(others + 1)
        } else {
            let (first, last) = feasible_by_heads(graph, v, machine);
            if first > last {
                return None;
            }
            let start = graph.nodes[v].start();
            let sequence = &graph.sequence[machine];
            let natural = sequence.partition_point(|&x| x as usize != v && graph.nodes[x as usize].start() < start);
            (natural + random.below(5)).saturating_sub(2).clamp(first, last)
        };
        let same = place == here && alternative as u32 == graph.alternative[v];
        (!same).then_some(Move { operation: v as u32, alternative: alternative as u32, place: place as u32 })
    }
}
