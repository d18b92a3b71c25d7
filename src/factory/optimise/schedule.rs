//! What comes out: who does what when.

use super::graph::Graph;
use super::problem::Value;

/// When and where an operation is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slot {
    /// On which machine.
    pub machine: usize,
    /// From when, in nanoseconds; set-ups are before.
    pub start: i64,
    /// To when, in nanoseconds.
    pub end: i64,
}

/// A schedule of a problem.
#[derive(Clone, Debug, PartialEq)]
pub struct Schedule {
    /// For each job, its operations.
    pub slots: Vec<Vec<Slot>>,
    /// For each machine, its operations in sequence, each by its job and its place in the job.
    pub sequences: Vec<Vec<(usize, usize)>>,
    /// How good it is.
    pub value: Value,
    /// What no schedule is better than in the measure that the objective names, in nanoseconds.
    pub bound: f64,
    /// How many steps the search made.
    pub iterations: u64,
}

impl Schedule {
    /// Of a graph with up-to-date heads.
    pub(super) fn new(graph: &Graph, bound: f64, iterations: u64) -> Schedule {
        let model = graph.model;
        let slot = |v: usize| {
            let node = &graph.nodes[v];
            Slot { machine: graph.machine[v] as usize, start: node.start(), end: node.end }
        };
        let name = |v: &u32| {
            let job = model.job[*v as usize] as usize;
            (job, *v as usize - model.of_job(job).start)
        };
        Schedule {
            slots: (0..model.jobs()).map(|job| model.of_job(job).map(slot).collect()).collect(),
            sequences: graph.sequence.iter().map(|sequence| sequence.iter().map(name).collect()).collect(),
            value: graph.value(),
            bound,
            iterations,
        }
    }
}
