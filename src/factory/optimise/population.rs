//! Good schedules that differ, and what comes of crossing them.
//!
//! Memetic search as in J. Gao, L. Sun and M. Gen, "A hybrid genetic and variable neighborhood descent algorithm for
//! flexible job shop scheduling problems", Computers & Operations Research 35 (2008), with points between two elite
//! schedules as in path relinking: M. A. González, C. R. Vela and R. Varela, "Scatter search with path relinking for the
//! flexible job shop scheduling problem", European Journal of Operational Research 245 (2015).

use super::graph::Graph;
use super::model::Model;
use super::problem::Value;
use super::random::Stream;

/// A schedule in short.
#[derive(Clone, Debug)]
pub(super) struct Elite {
    pub value: Value,
    /// The alternative of each operation.
    pub alternative: Vec<u32>,
    /// The place of each operation in the order of starts.
    pub rank: Vec<u32>,
    /// What comes before each operation on its machine.
    before: Vec<u32>,
}

impl Elite {
    /// Of a schedule with up-to-date heads.
    pub fn of(graph: &Graph) -> Elite {
        let mut order = graph.order.clone();
        order.sort_by_key(|&v| graph.nodes[v as usize].start());
        let mut rank = vec![0; order.len()];
        order.iter().zip(0..).for_each(|(&v, place)| rank[v as usize] = place);
        let before = graph.nodes[..order.len()].iter().map(|node| node.machine_before).collect();
        Elite { value: graph.value(), alternative: graph.alternative.clone(), rank, before }
    }

    /// How many operations have another machine or another operation before them.
    pub fn distance(&self, other: &Elite) -> usize {
        let alternatives = self.alternative.iter().zip(&other.alternative);
        let befores = self.before.iter().zip(&other.before);
        alternatives
            .zip(befores)
            .filter(|(alternative, before)| alternative.0 != alternative.1 || before.0 != before.1)
            .count()
    }

    /// The order of its operations.
    pub fn order(&self) -> Vec<u32> {
        let mut order = vec![0; self.rank.len()];
        self.rank.iter().zip(0..).for_each(|(&rank, v)| order[rank as usize] = v);
        order
    }
}

/// A schedule between two: its alternatives and its order. Some of each job's and each operation's choices are the first's.
pub(super) fn cross(model: &Model, a: &Elite, b: &Elite, random: &mut Stream) -> (Vec<u32>, Vec<u32>) {
    if random.chance(0.5) { blend(a, b, random) } else { exchange(model, a, b, random) }
}

/// A point on the way from one schedule to the other: ranks in between, and alternatives of either.
fn blend(a: &Elite, b: &Elite, random: &mut Stream) -> (Vec<u32>, Vec<u32>) {
    let share = 0.25 + 0.5 * random.uniform();
    let pairs = a.alternative.iter().zip(&b.alternative);
    let alternative = pairs.map(|(&of_a, &of_b)| if random.chance(share) { of_b } else { of_a }).collect();
    let mut order: Vec<u32> = (0..a.rank.len() as u32).collect();
    let key = |v: u32| f64::from(a.rank[v as usize]) * (1.0 - share) + f64::from(b.rank[v as usize]) * share;
    order.sort_by(|&v, &w| key(v).total_cmp(&key(w)));
    (alternative, order)
}

/// Some jobs as in one schedule, the others as in the other.
fn exchange(model: &Model, a: &Elite, b: &Elite, random: &mut Stream) -> (Vec<u32>, Vec<u32>) {
    let share = 0.25 + 0.5 * random.uniform();
    let from_b: Vec<bool> = (0..model.jobs()).map(|_| random.chance(share)).collect();
    let is_of_b = |v: u32| from_b[model.job[v as usize] as usize];
    let pairs = a.alternative.iter().zip(&b.alternative).zip(0..);
    let alternative = pairs.map(|((&of_a, &of_b), v)| if is_of_b(v) { of_b } else { of_a }).collect();
    let mut others = b.order().into_iter().filter(|&v| is_of_b(v));
    let order = a.order().into_iter().map(|v| if is_of_b(v) { others.next().unwrap_or(v) } else { v });
    (alternative, order.collect())
}

/// Any alternatives, and any order that keeps the sequences of the jobs.
pub(super) fn scramble(model: &Model, random: &mut Stream) -> (Vec<u32>, Vec<u32>) {
    let any = |v: usize, random: &mut Stream| {
        let choices = model.alternatives(v);
        (choices.start + random.below(choices.len())) as u32
    };
    let alternative = (0..model.operations).map(|v| any(v, random)).collect();
    let mut jobs = model.job.clone();
    random.shuffle(&mut jobs);
    let mut next = model.first.clone();
    let order = jobs.into_iter().map(|job| {
        next[job as usize] += 1;
        next[job as usize] - 1
    });
    (alternative, order.collect())
}
