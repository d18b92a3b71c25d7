//! Tabu search for the least makespan.
//!
//! As in M. Mastrolilli and L. M. Gambardella, "Effective neighbourhood functions for the flexible job shop problem",
//! Journal of Scheduling 3 (2000): an operation of one critical path moves where the estimate is least; then it may not
//! return to the machine that it was moved on or from for a while, which grows with the path's length.

use super::graph::Graph;
use super::neighbourhood::{Move, Moves, critical_path};
use super::random::Stream;
use super::search::{Limits, Search};

/// How many iterations without improvement end a search.
pub(super) fn patience(operations: u64) -> u64 {
    (10 * operations).clamp(600, 6_000)
}

/// Memory that iterations share.
#[derive(Default)]
struct Memory {
    /// For each alternative of each operation, until which iteration no move may lead to it.
    until: Vec<u64>,
    path: Vec<u32>,
    lengths: Vec<i64>,
}

/// The best of some moves; of equal ones, each as likely.
struct Best {
    estimate: i64,
    found: Option<Move>,
    ties: usize,
}

impl Best {
    const NONE: Best = Best { estimate: i64::MAX, found: None, ties: 0 };

    fn consider(&mut self, candidate: Move, estimate: i64, random: &mut Stream) {
        if estimate > self.estimate {
            return;
        }
        if estimate < self.estimate {
            (self.estimate, self.ties) = (estimate, 0);
        }
        self.ties += 1;
        if self.ties == 1 || random.below(self.ties) == 0 {
            self.found = Some(candidate);
        }
    }
}

/// Searches from a schedule until it has not improved for a while, and leaves the best that it met in `best`.
pub(super) fn search(graph: &mut Graph, limits: &Limits, random: &mut Stream, best: &mut Search) {
    let mut memory = Memory { until: vec![0; graph.model.machine.len()], ..Memory::default() };
    let mut least = graph.makespan();
    best.keep(graph);
    let mut since = 0;
    while since < limits.patience && best.iterations < limits.iterations && least > limits.bound {
        if limits.is_over(best.iterations) {
            best.stopped = true;
            return;
        }
        best.iterations += 1;
        since += 1;
        if !step(graph, &mut memory, least, best.iterations, random) {
            return;
        }
        let makespan = graph.makespan();
        if makespan < least {
            least = makespan;
            since = 0;
            best.keep(graph);
        }
    }
}

/// One move. False if the critical path leaves nothing to move: then no schedule is shorter.
fn step(graph: &mut Graph, memory: &mut Memory, least: i64, now: u64, random: &mut Stream) -> bool {
    let Some(last) = last_critical(graph, random) else { return false };
    critical_path(graph, last, random, &mut memory.path);
    let (mut free, mut tabu) = (Best::NONE, Best::NONE);
    let mut any = Best::NONE;
    let Memory { until, path, lengths } = memory;
    each_move(graph, path, lengths, |candidate, estimate| {
        if until[candidate.alternative as usize] <= now {
            free.consider(candidate, estimate, random);
        } else {
            if estimate < least {
                tabu.consider(candidate, estimate, random);
            }
            any.consider(candidate, 0, random);
        }
    });
    let chosen = if tabu.estimate < free.estimate { tabu.found } else { free.found.or(any.found) };
    let Some(chosen) = chosen else { return false };
    let left = graph.alternative[chosen.operation as usize] as usize;
    let choices = graph.model.alternatives(chosen.operation as usize).len();
    match graph.relocate(chosen.operation as usize, chosen.alternative, chosen.place as usize) {
        Some(span) => {
            graph.update(span);
            until[left] = now + (path.len() + choices) as u64;
        }
        None => until[chosen.alternative as usize] = now + path.len() as u64,
    }
    true
}

/// A last operation of a longest path.
fn last_critical(graph: &Graph, random: &mut Stream) -> Option<usize> {
    let makespan = graph.makespan();
    let mut best = (None, 0);
    for range in graph.model.first.windows(2).filter(|range| range[0] < range[1]) {
        let last = range[1] as usize - 1;
        if graph.nodes[last].end == makespan {
            best.1 += 1;
            if best.1 == 1 || random.below(best.1) == 0 {
                best.0 = Some(last);
            }
        }
    }
    best.0
}

/// Every move of the operations of a critical path, from its end back.
fn each_move(graph: &Graph, path: &[u32], lengths: &mut Vec<i64>, mut consider: impl FnMut(Move, i64)) {
    let mut block_end = 0;
    for (index, &v) in path.iter().enumerate() {
        let operation = v as usize;
        let moves = Moves::of(graph, operation);
        for alternative in graph.model.alternatives(operation) {
            if graph.model.machine[alternative] != graph.machine[operation] {
                moves.elsewhere(alternative, &mut consider);
            }
        }
        // Blocks: operations of the path that follow each other on one machine.
        let machine_before = |at: usize| graph.nodes[path[at] as usize].machine_before;
        if index == 0 || machine_before(index - 1) != v {
            block_end = index;
        }
        let mut block_start = index;
        while block_start + 1 < path.len() && machine_before(block_start) == path[block_start + 1] {
            block_start += 1;
        }
        if block_start == block_end {
            continue;
        }
        let (first, last) = (graph.place[path[block_start] as usize], graph.place[path[block_end] as usize]);
        moves.later(last as usize, lengths, &mut consider);
        moves.earlier(first as usize, lengths, &mut consider);
    }
}
