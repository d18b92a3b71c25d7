//! A schedule as a disjunctive graph, kept up to date as operations are moved.
//!
//! Heads and tails as in E. Balas, "Machine sequencing via disjunctive graphs", Operations Research 17 (1969). After a
//! move, the topological order is repaired only between the places that the new arcs connect: D. J. Pearce and
//! P. H. J. Kelly, "A dynamic topological sort algorithm for directed acyclic graphs", ACM Journal of Experimental
//! Algorithmics 11 (2007). Heads and tails are recomputed only from the first and the last place that changed.

use super::model::Model;
use super::problem::Value;

/// An operation in the graph. The arc from the job's operation before weighs `job_arc`, that from the machine's operation
/// before weighs `machine_arc`; for first operations these hold the release and the moment the machine is ready.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Node {
    pub job_before: u32,
    pub job_after: u32,
    pub machine_before: u32,
    pub machine_after: u32,
    pub job_arc: i64,
    pub machine_arc: i64,
    /// The processing time.
    pub time: i64,
    /// When it ends, at the earliest: head and processing time.
    pub end: i64,
    /// The longest path from its start to the end of the schedule: processing time and tail.
    pub rest: i64,
}

impl Node {
    /// When it starts, at the earliest.
    #[inline]
    pub fn start(&self) -> i64 {
        self.end - self.time
    }

    /// The longest path from its end to the end of the schedule.
    #[inline]
    pub fn tail(&self) -> i64 {
        self.rest - self.time
    }
}

/// A complete schedule.
#[derive(Clone, Debug)]
pub(super) struct Graph<'m> {
    pub model: &'m Model,
    /// The operations, and past the last an empty one that stands for "none".
    pub nodes: Vec<Node>,
    /// The alternative and the machine of each operation.
    pub alternative: Vec<u32>,
    pub machine: Vec<u32>,
    /// The operations of each machine in sequence, and the place of each operation there.
    pub sequence: Vec<Vec<u32>>,
    pub place: Vec<u32>,
    /// The family a machine is set up for after each operation.
    pub family: Vec<u32>,
    /// A topological order, and the place of each operation in it.
    pub order: Vec<u32>,
    pub rank: Vec<u32>,
    marks: Vec<u32>,
    mark: u32,
    delayed: Vec<u32>,
}

/// The span of the topological order that a move changed: heads from the first on, tails from the last back.
#[derive(Clone, Copy, Debug)]
pub(super) struct Span {
    pub first: usize,
    pub last: usize,
}

impl Span {
    fn include(&mut self, rank: usize) {
        self.first = self.first.min(rank);
        self.last = self.last.max(rank);
    }
}

impl<'m> Graph<'m> {
    /// The schedule with these alternatives, whose machines take the operations in this order. Operations of a job must
    /// be in sequence in it.
    pub fn new(model: &'m Model, alternative: &[u32], order: &[u32]) -> Graph<'m> {
        let n = model.operations;
        let mut graph = Graph {
            model,
            nodes: vec![Node::default(); n + 1],
            alternative: vec![0; n],
            machine: vec![0; n],
            sequence: vec![Vec::with_capacity(n); model.machines],
            place: vec![0; n],
            family: vec![0; n],
            order: Vec::with_capacity(n),
            rank: vec![0; n + 1],
            marks: vec![0; n + 1],
            mark: 0,
            delayed: Vec::with_capacity(n),
        };
        graph.rebuild(alternative, order);
        graph
    }

    /// Becomes another schedule, as `new` makes it.
    pub fn rebuild(&mut self, alternative: &[u32], order: &[u32]) {
        let model = self.model;
        self.alternative.copy_from_slice(alternative);
        self.order.clear();
        self.order.extend_from_slice(order);
        self.sequence.iter_mut().for_each(Vec::clear);
        for (rank, &operation) in order.iter().enumerate() {
            let v = operation as usize;
            let choice = alternative[v] as usize;
            let machine = model.machine[choice] as usize;
            self.rank[v] = rank as u32;
            self.machine[v] = machine as u32;
            self.place[v] = self.sequence[machine].len() as u32;
            self.sequence[machine].push(operation);
            self.nodes[v].job_before = model.before[v];
            self.nodes[v].job_after = model.after[v];
            self.nodes[v].time = model.time[choice];
        }
        for machine in 0..self.sequence.len() {
            self.relink_all(machine);
        }
        self.forward(0);
        self.backward(self.order.len());
    }

    fn relink_all(&mut self, machine: usize) {
        for place in 0..self.sequence[machine].len() {
            self.relink(machine, place);
        }
    }

    /// Sets the arcs into the operation at a place of a machine.
    fn relink(&mut self, machine: usize, place: usize) {
        let none = self.model.operations as u32;
        let sequence = &self.sequence[machine];
        let v = sequence[place];
        let before = if place == 0 { none } else { sequence[place - 1] };
        let after = sequence.get(place + 1).copied().unwrap_or(none);
        self.place[v as usize] = place as u32;
        let setup = self.setup(machine, before, v as usize);
        let arc = self.free(machine, before) + setup;
        let set_up_for = self.family_after(machine, before);
        let needs = self.model.family[v as usize];
        self.family[v as usize] = if needs == 0 { set_up_for } else { needs };
        let node = &mut self.nodes[v as usize];
        (node.machine_before, node.machine_after, node.machine_arc) = (before, after, arc);
        if before != none {
            self.nodes[before as usize].machine_after = v;
        }
        self.nodes[v as usize].job_arc = self.job_arc(v as usize, machine, setup);
    }

    /// The family that a machine is set up for after an operation, or at first.
    #[inline]
    pub fn family_after(&self, machine: usize, operation: u32) -> u32 {
        let known = self.family.get(operation as usize).copied();
        known.unwrap_or_else(|| self.model.initial[machine])
    }

    /// How long a machine is set up for an operation after another, or after its beginning.
    #[inline]
    pub fn setup(&self, machine: usize, before: u32, v: usize) -> i64 {
        if !self.model.has_setups {
            return 0;
        }
        self.model.setup(machine, self.family_after(machine, before), self.model.family[v])
    }

    /// When a machine is free at first; 0 behind an operation.
    #[inline]
    pub fn free(&self, machine: usize, before: u32) -> i64 {
        if before as usize == self.model.operations { self.model.available[machine] } else { 0 }
    }

    /// The weight of the arc from the job's operation before, or the job's release, if the operation is on that machine
    /// and needs such a set-up there.
    #[inline]
    pub fn job_arc(&self, v: usize, machine: usize, setup: i64) -> i64 {
        let wait = match self.machine.get(self.model.before[v] as usize) {
            Some(&from) => self.model.lag(from as usize, machine),
            None => self.model.release[self.model.job[v] as usize],
        };
        if self.model.attended[machine] { wait + setup } else { wait }
    }

    /// Recomputes the heads from a place of the order on.
    pub fn forward(&mut self, from: usize) {
        for &v in &self.order[from..] {
            let node = self.nodes[v as usize];
            let job = self.nodes[node.job_before as usize].end + node.job_arc;
            let machine = self.nodes[node.machine_before as usize].end + node.machine_arc;
            self.nodes[v as usize].end = job.max(machine) + node.time;
        }
    }

    /// Recomputes the tails from before a place of the order back.
    pub fn backward(&mut self, to: usize) {
        for &v in self.order[..to].iter().rev() {
            let node = self.nodes[v as usize];
            let job = &self.nodes[node.job_after as usize];
            let machine = &self.nodes[node.machine_after as usize];
            let rest = (job.rest + job.job_arc).max(machine.rest + machine.machine_arc);
            self.nodes[v as usize].rest = rest + node.time;
        }
    }

    /// Moves an operation to an alternative and a place on its machine, counted without the operation itself. Heads and
    /// tails are not recomputed yet. Without change and `None` if that would be a cycle.
    pub fn relocate(&mut self, v: usize, alternative: u32, place: usize) -> Option<Span> {
        let (old_alternative, old_place) = (self.alternative[v], self.place[v] as usize);
        let mut span = Span { first: self.rank[v] as usize, last: self.rank[v] as usize };
        self.splice(v, alternative, place, &mut span);
        if self.reorder(v, &mut span) {
            return Some(span);
        }
        self.splice(v, old_alternative, old_place, &mut span);
        None
    }

    /// Takes an operation out of its sequence and puts it into another, and sets the arcs that change.
    pub fn splice(&mut self, v: usize, alternative: u32, place: usize, span: &mut Span) {
        let (old, old_place) = (self.machine[v] as usize, self.place[v] as usize);
        let new = self.model.machine[alternative as usize] as usize;
        self.machine[v] = new as u32;
        self.alternative[v] = alternative;
        self.nodes[v].time = self.model.time[alternative as usize];
        self.include(self.nodes[v].machine_before, span);
        self.include(self.nodes[v].machine_after, span);
        if old == new {
            self.shift(old, old_place, place, span);
        } else {
            self.sequence[old].remove(old_place);
            self.sequence[new].insert(place, v as u32);
            self.repair(old, old_place, old_place + 1, span);
            self.repair(new, place, place + 2, span);
            (old_place..self.sequence[old].len())
                .for_each(|at| self.place[self.sequence[old][at] as usize] = at as u32);
            (place..self.sequence[new].len()).for_each(|at| self.place[self.sequence[new][at] as usize] = at as u32);
        }
        self.include(self.nodes[v].job_before, span);
        let after = self.nodes[v].job_after as usize;
        if after < self.model.operations {
            span.include(self.rank[after] as usize);
            let machine = self.machine[after] as usize;
            let setup = self.setup(machine, self.nodes[after].machine_before, after);
            self.nodes[after].job_arc = self.job_arc(after, machine, setup);
        }
    }

    fn shift(&mut self, machine: usize, from: usize, to: usize, span: &mut Span) {
        let sequence = &mut self.sequence[machine];
        if from < to {
            sequence[from..=to].rotate_left(1);
        } else {
            sequence[to..=from].rotate_right(1);
        }
        self.repair(machine, from.min(to), from.max(to) + 2, span);
    }

    /// Sets the arcs of a machine between two places, and on until its family is again what it was.
    fn repair(&mut self, machine: usize, from: usize, to: usize, span: &mut Span) {
        let none = self.model.operations as u32;
        let length = self.sequence[machine].len();
        if from == length && from > 0 {
            self.nodes[self.sequence[machine][from - 1] as usize].machine_after = none;
        }
        let mut place = from;
        while place < length {
            let v = self.sequence[machine][place];
            let family = self.family[v as usize];
            self.relink(machine, place);
            self.include(v, span);
            self.include(self.nodes[v as usize].machine_before, span);
            place += 1;
            if place >= to && self.family[v as usize] == family {
                break;
            }
        }
    }

    #[inline]
    fn include(&self, v: u32, span: &mut Span) {
        if (v as usize) < self.model.operations {
            span.include(self.rank[v as usize] as usize);
        }
    }

    /// Repairs the topological order around an operation whose arcs are new. False, without change, for a cycle.
    fn reorder(&mut self, v: usize, span: &mut Span) -> bool {
        let node = self.nodes[v];
        let none = self.model.operations as u32;
        let rank = |w: u32| if w == none { None } else { Some(self.rank[w as usize] as usize) };
        let here = self.rank[v] as usize;
        let latest = rank(node.job_before).max(rank(node.machine_before)).filter(|&latest| latest > here);
        let earliest = [rank(node.job_after), rank(node.machine_after)].into_iter().flatten().min();
        match (latest, earliest.filter(|&earliest| earliest < here)) {
            (Some(latest), _) => {
                span.include(latest);
                self.move_later(v, here, latest)
            }
            (None, Some(earliest)) => {
                span.include(earliest);
                self.move_earlier(v, here, earliest)
            }
            (None, None) => true,
        }
    }

    fn fresh_mark(&mut self) -> u32 {
        self.mark = self.mark.wrapping_add(1);
        if self.mark == 0 {
            self.marks.fill(0);
            self.mark = 1;
        }
        self.mark
    }

    /// Moves an operation and all that follow from it behind a place of the order.
    fn move_later(&mut self, v: usize, here: usize, to: usize) -> bool {
        let mark = self.fresh_mark();
        self.marks[v] = mark;
        self.delayed.clear();
        for &w in &self.order[here..=to] {
            let node = &self.nodes[w as usize];
            let follows =
                self.marks[node.job_before as usize] == mark || self.marks[node.machine_before as usize] == mark;
            if follows || w as usize == v {
                self.marks[w as usize] = mark;
                self.delayed.push(w);
            }
        }
        if self.marks[self.order[to] as usize] == mark {
            return false;
        }
        let mut write = here;
        for read in here..=to {
            let w = self.order[read];
            if self.marks[w as usize] != mark {
                self.put(write, w);
                write += 1;
            }
        }
        for index in 0..self.delayed.len() {
            self.put(write + index, self.delayed[index]);
        }
        true
    }

    /// Moves an operation and all that it follows from before a place of the order.
    fn move_earlier(&mut self, v: usize, here: usize, to: usize) -> bool {
        let mark = self.fresh_mark();
        self.marks[v] = mark;
        self.delayed.clear();
        for &w in self.order[to..=here].iter().rev() {
            let node = &self.nodes[w as usize];
            let leads = self.marks[node.job_after as usize] == mark || self.marks[node.machine_after as usize] == mark;
            if leads || w as usize == v {
                self.marks[w as usize] = mark;
                self.delayed.push(w);
            }
        }
        if self.marks[self.order[to] as usize] == mark {
            return false;
        }
        let mut write = here;
        for read in (to..=here).rev() {
            let w = self.order[read];
            if self.marks[w as usize] != mark {
                self.put(write, w);
                write = write.saturating_sub(1);
            }
        }
        for index in 0..self.delayed.len() {
            self.put(write - index, self.delayed[index]);
        }
        true
    }

    #[inline]
    fn put(&mut self, rank: usize, v: u32) {
        self.order[rank] = v;
        self.rank[v as usize] = rank as u32;
    }

    /// Makes the order within a span again what it was.
    pub fn reset_order(&mut self, order: &[u32], span: Span) {
        for (rank, &v) in order.iter().enumerate().take(span.last + 1).skip(span.first) {
            self.put(rank, v);
        }
    }

    /// Recomputes heads and tails after moves within this span.
    pub fn update(&mut self, span: Span) {
        self.forward(span.first);
        self.backward((span.last + 1).min(self.order.len()));
    }

    /// The end of the last operation, from up-to-date heads.
    pub fn makespan(&self) -> i64 {
        let jobs = self.model.first.windows(2).filter(|range| range[0] < range[1]);
        jobs.map(|range| self.nodes[range[1] as usize - 1].end).max().unwrap_or(0)
    }

    /// The value, from up-to-date heads.
    pub fn value(&self) -> Value {
        self.model.value(|v| self.nodes[v].end)
    }
}

#[cfg(test)]
mod tests;
