//! What the searches share: how long they may go on, and the best schedule that they met.

use std::time::Instant;

use super::graph::Graph;

/// How many iterations pass between looks at the clock.
const CLOCK_EVERY: u64 = 16;

/// How long a search may go on.
#[derive(Clone, Debug)]
pub(super) struct Limits {
    /// At most so many iterations.
    pub iterations: u64,
    /// At most so many without improvement.
    pub patience: u64,
    /// When it must end.
    pub deadline: Option<Instant>,
    /// The temperature that annealing begins around, in usual losses of a move.
    pub heat: f64,
    /// What no makespan is below, in nanoseconds.
    pub bound: i64,
}

impl Limits {
    /// The share of the time from a moment to the deadline that is over.
    pub fn spent(&self, begin: Instant) -> f64 {
        let Some(deadline) = self.deadline else { return 0.0 };
        let whole = deadline.saturating_duration_since(begin).as_secs_f64();
        if whole > 0.0 { (begin.elapsed().as_secs_f64() / whole).min(1.0) } else { 1.0 }
    }

    /// Whether time is up; asks the clock now and then.
    pub fn is_over(&self, iteration: u64) -> bool {
        let due = iteration.is_multiple_of(CLOCK_EVERY);
        due && self.deadline.is_some_and(|deadline| Instant::now() >= deadline)
    }
}

/// The best schedule of a search so far.
#[derive(Clone, Debug, Default)]
pub(super) struct Search {
    /// Its alternatives.
    pub alternative: Vec<u32>,
    /// Its operations in an order that its machines take them in.
    pub order: Vec<u32>,
    /// How many iterations were done.
    pub iterations: u64,
    /// The temperature that it began with, if it anneals.
    pub heat: f64,
    /// Whether annealing found better than it began with.
    pub improved: bool,
    /// Whether time was up.
    pub stopped: bool,
}

impl Search {
    /// Takes a schedule as the best.
    pub fn keep(&mut self, graph: &Graph) {
        self.alternative.clone_from(&graph.alternative);
        self.order.clone_from(&graph.order);
    }
}
