//! The moves of one operation to another place of its machine or to another machine, and estimates of what they bring.
//!
//! The neighbourhood N_pi of M. Mastrolilli and L. M. Gambardella, "Effective neighbourhood functions for the flexible job
//! shop problem", Journal of Scheduling 3 (2000): on another machine only the places between the operations that end too
//! late to come before and those whose tails are too long to come after can be best. On the same machine the insertions of
//! E. Balas and A. Vazacopoulos, "Guided local search with shifting bottleneck for job shop scheduling", Management
//! Science 44 (1998). Estimates are longest paths through the moved operations, as in É. D. Taillard, "Parallel taboo
//! search techniques for the job shop scheduling problem", ORSA Journal on Computing 6 (1994).

use super::graph::Graph;
use super::random::Stream;

/// How far beyond the places that are best without set-ups others are tried where there are set-ups.
const SETUP_MARGIN: usize = 3;

/// An operation to an alternative, and to a place on its machine, counted without the operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Move {
    pub operation: u32,
    pub alternative: u32,
    pub place: u32,
}

/// The moves of one operation.
pub(super) struct Moves<'g, 'm> {
    pub graph: &'g Graph<'m>,
    pub operation: usize,
}

/// Where an operation could go: between two of a machine, or at an end of its sequence.
struct Gap {
    machine: usize,
    before: u32,
    after: u32,
}

impl<'g, 'm> Moves<'g, 'm> {
    /// The moves of an operation in a schedule with up-to-date heads and tails.
    pub fn of(graph: &'g Graph<'m>, operation: usize) -> Moves<'g, 'm> {
        Moves { graph, operation }
    }

    fn end(&self, v: u32) -> i64 {
        self.graph.nodes[v as usize].end
    }

    fn rest(&self, v: u32) -> i64 {
        self.graph.nodes[v as usize].rest
    }

    /// The places of a sequence that are surely no cycle: behind all that lead to the operation's job predecessor, before
    /// all that follow from its job successor. What cannot be told by heads and tails is taken to be so.
    fn feasible(&self, sequence: &[u32]) -> (usize, usize) {
        let nodes = &self.graph.nodes;
        let node = &nodes[self.operation];
        let none = self.graph.model.operations as u32;
        let first = if node.job_before == none {
            0
        } else {
            let before = &nodes[node.job_before as usize];
            sequence.partition_point(|&other| {
                let y = &nodes[other as usize];
                other == node.job_before || (y.end <= before.start() && y.tail() >= before.rest)
            })
        };
        let last = if node.job_after == none {
            sequence.len()
        } else {
            let after = &nodes[node.job_after as usize];
            sequence.partition_point(|&other| {
                let x = &nodes[other as usize];
                other != node.job_after && (x.start() < after.end || x.rest > after.tail())
            })
        };
        (first, last)
    }

    /// The moves to another machine with their estimates.
    pub fn elsewhere(&self, alternative: usize, mut consider: impl FnMut(Move, i64)) {
        let model = self.graph.model;
        let node = &self.graph.nodes[self.operation];
        let machine = model.machine[alternative] as usize;
        let sequence = &self.graph.sequence[machine];
        let ready = self.end(node.job_before) + self.graph.job_arc(self.operation, machine, 0);
        let needed = self.rest(node.job_after) + self.lag_after(machine);
        let early = sequence.partition_point(|&x| self.end(x) <= ready);
        let urgent = sequence.partition_point(|&x| self.rest(x) > needed);
        let (mut first, mut last) = (early.min(urgent), early.max(urgent));
        if early >= urgent && !model.has_setups {
            // It fits into an idle time: all places are as good.
            last = first;
        }
        if model.has_setups || model.has_lags {
            let (least, most) = self.feasible(sequence);
            let margin = if model.has_setups { SETUP_MARGIN } else { 0 };
            first = first.saturating_sub(margin).max(least);
            last = (last + margin).min(most).min(sequence.len());
        }
        let closed = self.closed_gap();
        for place in first..=last {
            let gap = self.gap(machine, sequence, place);
            let estimate = self.through(&gap, model.time[alternative]).max(closed);
            consider(self.to(alternative, place), estimate);
        }
    }

    fn to(&self, alternative: usize, place: usize) -> Move {
        Move { operation: self.operation as u32, alternative: alternative as u32, place: place as u32 }
    }

    fn gap(&self, machine: usize, sequence: &[u32], place: usize) -> Gap {
        let none = self.graph.model.operations as u32;
        let before = if place == 0 { none } else { sequence[place - 1] };
        Gap { machine, before, after: sequence.get(place).copied().unwrap_or(none) }
    }

    /// The lag to the job's next operation from a machine.
    fn lag_after(&self, machine: usize) -> i64 {
        let node = &self.graph.nodes[self.operation];
        let after = node.job_after as usize;
        if after == self.graph.model.operations {
            return 0;
        }
        if !self.graph.model.has_lags {
            return self.graph.nodes[after].job_arc;
        }
        let (old, new) = (self.graph.machine[self.operation] as usize, self.graph.machine[after] as usize);
        self.graph.nodes[after].job_arc - self.graph.model.lag(old, new) + self.graph.model.lag(machine, new)
    }

    /// The longest path through the operation in a gap.
    fn through(&self, gap: &Gap, time: i64) -> i64 {
        let node = &self.graph.nodes[self.operation];
        let setup = self.graph.setup(gap.machine, gap.before, self.operation);
        let by_machine = self.end(gap.before) + self.graph.free(gap.machine, gap.before) + setup;
        let by_job = self.end(node.job_before) + self.graph.job_arc(self.operation, gap.machine, setup);
        let to_job = self.rest(node.job_after) + self.lag_after(gap.machine);
        let to_machine = self.rest(gap.after) + self.setup_behind(gap.machine, self.operation, gap.after, gap.before);
        by_machine.max(by_job) + time + to_job.max(to_machine)
    }

    /// The set-up for `after` where `v` is put before it, behind `before`.
    fn setup_behind(&self, machine: usize, v: usize, after: u32, before: u32) -> i64 {
        let model = self.graph.model;
        if !model.has_setups || after as usize == model.operations {
            return 0;
        }
        let own = model.family[v];
        let family = if own == 0 { self.graph.family_after(machine, before) } else { own };
        model.setup(machine, family, model.family[after as usize])
    }

    /// The longest path through the machine's operation behind, once the operation is gone.
    fn closed_gap(&self) -> i64 {
        let nodes = &self.graph.nodes;
        let node = &nodes[self.operation];
        let after = node.machine_after as usize;
        if after == self.graph.model.operations {
            return i64::MIN;
        }
        let machine = self.graph.machine[self.operation] as usize;
        let setup = self.graph.setup(machine, node.machine_before, after);
        let by_machine = self.end(node.machine_before) + self.graph.free(machine, node.machine_before) + setup;
        let by_job = self.end(nodes[after].job_before) + self.graph.job_arc(after, machine, setup);
        by_machine.max(by_job) + nodes[after].rest
    }

    /// The moves to later places of the same machine, as far as `last`, with their estimates.
    pub fn later(&self, last: usize, ends: &mut Vec<i64>, mut consider: impl FnMut(Move, i64)) {
        let graph = self.graph;
        let v = self.operation;
        let machine = graph.machine[v] as usize;
        let sequence = &graph.sequence[machine];
        let here = graph.place[v] as usize;
        let node = &graph.nodes[v];
        let alternative = graph.alternative[v] as usize;
        let limit = if node.job_after as usize == graph.model.operations {
            i64::MAX
        } else {
            graph.nodes[node.job_after as usize].end
        };
        // The ends of the operations that move up, as far as they are passed.
        ends.clear();
        let mut before = node.machine_before;
        let mut end = self.end(before);
        for (to, &passed) in sequence.iter().enumerate().take(last + 1).skip(here + 1) {
            if graph.nodes[passed as usize].start() >= limit {
                break;
            }
            let setup = graph.setup(machine, before, passed as usize);
            end = self.head(passed as usize, machine, end + graph.free(machine, before), setup)
                + graph.nodes[passed as usize].time;
            ends.push(end);
            before = passed;
            let estimate = self.after_passing(here, to, ends, node.time);
            consider(self.to(alternative, to), estimate);
        }
    }

    /// The start of an operation behind one that ends then on its machine.
    fn head(&self, v: usize, machine: usize, free: i64, setup: i64) -> i64 {
        let by_job = self.end(self.graph.nodes[v].job_before) + self.graph.job_arc(v, machine, setup);
        by_job.max(free + setup)
    }

    /// The longest path through the operations from `here + 1` to `to`, which end then, and the operation behind them.
    fn after_passing(&self, here: usize, to: usize, ends: &[i64], time: i64) -> i64 {
        let graph = self.graph;
        let v = self.operation;
        let machine = graph.machine[v] as usize;
        let sequence = &graph.sequence[machine];
        let gap = self.gap(machine, sequence, to + 1);
        let setup = graph.setup(machine, gap.before, v);
        let head = self.head(v, machine, ends[to - here - 1], setup);
        let to_machine = self.rest(gap.after) + self.setup_behind(machine, v, gap.after, gap.before);
        let to_job = self.rest(graph.nodes[v].job_after) + graph.nodes[graph.nodes[v].job_after as usize].job_arc;
        let mut rest = to_job.max(to_machine) + time;
        let mut longest = head + rest;
        let mut arc = setup;
        for place in (here + 1..=to).rev() {
            let node = &graph.nodes[sequence[place] as usize];
            let by_job = self.rest(node.job_after) + graph.nodes[node.job_after as usize].job_arc;
            rest = by_job.max(rest + arc) + node.time;
            longest = longest.max(ends[place - here - 1] - node.time + rest);
            arc = if place > here + 1 { node.machine_arc } else { 0 };
        }
        longest
    }

    /// The moves to earlier places of the same machine, back to `first`, with their estimates.
    pub fn earlier(&self, first: usize, rests: &mut Vec<i64>, mut consider: impl FnMut(Move, i64)) {
        let graph = self.graph;
        let v = self.operation;
        let machine = graph.machine[v] as usize;
        let sequence = &graph.sequence[machine];
        let here = graph.place[v] as usize;
        let node = &graph.nodes[v];
        let limit = if node.job_before as usize == graph.model.operations {
            i64::MAX
        } else {
            graph.nodes[node.job_before as usize].rest
        };
        rests.clear();
        let mut after = node.machine_after;
        let mut rest = self.rest(after);
        let mut behind = node.machine_before;
        for to in (first..here).rev() {
            let passed = sequence[to];
            let other = &graph.nodes[passed as usize];
            if other.tail() >= limit {
                break;
            }
            // The first that is passed is now followed by what followed the operation.
            let arc = if to + 1 == here {
                self.setup_behind(machine, passed as usize, after, behind)
            } else {
                other_arc(graph, after)
            };
            let by_job = self.rest(other.job_after) + graph.nodes[other.job_after as usize].job_arc;
            rest = by_job.max(rest + arc) + other.time;
            rests.push(rest);
            after = passed;
            behind = other.machine_before;
            let estimate = self.before_passing(here, to, rests);
            consider(self.to(graph.alternative[v] as usize, to), estimate);
        }
    }

    /// The longest path through the operation at `to` and those from there to `here`, which come behind it and have these
    /// rests.
    fn before_passing(&self, here: usize, to: usize, rests: &[i64]) -> i64 {
        let graph = self.graph;
        let v = self.operation;
        let machine = graph.machine[v] as usize;
        let sequence = &graph.sequence[machine];
        let gap = self.gap(machine, sequence, to);
        let setup = graph.setup(machine, gap.before, v);
        let node = &graph.nodes[v];
        let mut end = self.head(v, machine, self.end(gap.before) + graph.free(machine, gap.before), setup) + node.time;
        let to_job = self.rest(node.job_after) + graph.nodes[node.job_after as usize].job_arc;
        let first_setup = self.setup_behind(machine, v, gap.after, gap.before);
        let mut longest = end + to_job.max(rests[here - to - 1] + first_setup);
        for place in to..here {
            let passed = sequence[place] as usize;
            let setup = if place == to { first_setup } else { other_arc(graph, passed as u32) };
            let start = self.head(passed, machine, end, setup);
            longest = longest.max(start + rests[here - place - 1]);
            end = start + graph.nodes[passed].time;
        }
        longest
    }
}

/// The weight of the arc into an operation that keeps the one before it.
fn other_arc(graph: &Graph, v: u32) -> i64 {
    if graph.model.has_setups { graph.nodes[v as usize].machine_arc } else { 0 }
}

/// The places of a machine, counted without the operation, that are surely no cycle, told by heads alone.
pub(super) fn feasible_by_heads(graph: &Graph, v: usize, machine: usize) -> (usize, usize) {
    let none = graph.model.operations as u32;
    let (nodes, sequence) = (&graph.nodes, &graph.sequence[machine]);
    let node = &nodes[v];
    let own = |place: usize| graph.machine[v] as usize == machine && place > graph.place[v] as usize;
    let places = |place: usize| if own(place) { place - 1 } else { place };
    let before = node.job_before;
    let first = if before == none {
        0
    } else {
        let limit = nodes[before as usize].start();
        sequence.partition_point(|&y| y == before || nodes[y as usize].end <= limit)
    };
    let last = if node.job_after == none {
        sequence.len()
    } else {
        let limit = nodes[node.job_after as usize].end;
        sequence.partition_point(|&x| x != node.job_after && nodes[x as usize].start() < limit)
    };
    (places(first), places(last))
}

/// Fills in the operations of a critical path, from the last one back; where paths meet, either is as likely.
pub(super) fn critical_path(graph: &Graph, last: usize, random: &mut Stream, path: &mut Vec<u32>) {
    path.clear();
    let none = graph.model.operations;
    let mut v = last;
    while v != none {
        path.push(v as u32);
        let node = &graph.nodes[v];
        let start = node.start();
        let by_job = graph.nodes[node.job_before as usize].end + node.job_arc == start;
        let by_machine = graph.nodes[node.machine_before as usize].end + node.machine_arc == start;
        let job = match (by_job, by_machine) {
            (true, true) => random.below(2) == 0,
            (job, _) => job,
        };
        v = if job { node.job_before } else { node.machine_before } as usize;
    }
}
