//! First schedules, built operation by operation.
//!
//! Active schedules as in B. Giffler and G. L. Thompson, "Algorithms for solving production-scheduling problems",
//! Operations Research 8 (1960), and schedules without delay: of the operations that could start before the earliest end, a rule picks the next. Rules
//! as in M. L. Pinedo, *Scheduling: Theory, Algorithms, and Systems* (2016), chapter 14; that for tardiness of
//! A. P. J. Vepsalainen and T. E. Morton, "Priority rules for job shops with weighted tardiness costs", Management
//! Science 33 (1987).

use super::graph::Graph;
use super::model::Model;
use super::random::Stream;

/// How far ahead lateness is seen, in mean processing times.
const LOOK_AHEAD: f64 = 2.0;

/// Which of the operations that compete for a machine is next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rule {
    /// The job with the earliest due date.
    EarliestDue,
    /// The greatest apparent tardiness cost.
    TardinessCost,
    /// The shortest processing time, with the set-up.
    ShortestTime,
    /// The job with the most work remaining.
    MostWork,
    /// Any of them.
    Random,
}

impl Rule {
    /// Those that leave nothing to chance.
    pub const FIXED: [Rule; 4] = [Rule::EarliestDue, Rule::TardinessCost, Rule::ShortestTime, Rule::MostWork];
}

/// An operation that is next in its job, on the machine where it ends first.
#[derive(Clone, Copy, Debug)]
struct Ready {
    operation: usize,
    alternative: usize,
    start: i64,
    end: i64,
}

/// A schedule that is being built.
struct Builder<'m> {
    model: &'m Model,
    rule: Rule,
    delay: bool,
    /// The least work of each job's operations from each one on.
    remaining: Vec<i64>,
    mean: f64,
    /// The next operation of each job, and when and where the one before ended.
    next: Vec<usize>,
    ended: Vec<i64>,
    at: Vec<Option<usize>>,
    free: Vec<i64>,
    family: Vec<u32>,
    alternative: Vec<u32>,
    order: Vec<u32>,
}

/// The schedule that a rule leads to; without delay, no machine waits while there is something that it could do.
pub(super) fn construct<'m>(model: &'m Model, rule: Rule, delay: bool, random: &mut Stream) -> Graph<'m> {
    let mut builder = Builder::new(model, rule, delay);
    while let Some(ready) = builder.choose(random) {
        builder.append(ready);
    }
    Graph::new(model, &builder.alternative, &builder.order)
}

impl<'m> Builder<'m> {
    fn new(model: &'m Model, rule: Rule, delay: bool) -> Builder<'m> {
        let mut remaining = vec![0; model.operations + 1];
        for v in (0..model.operations).rev() {
            let least = model.alternatives(v).map(|alternative| model.time[alternative]).min().unwrap_or(0);
            remaining[v] = least + remaining[model.after[v] as usize];
        }
        let total: f64 = model.time.iter().map(|&time| time as f64).sum();
        Builder {
            model,
            rule,
            delay,
            remaining,
            mean: (total / model.time.len().max(1) as f64).max(1.0),
            next: (0..model.jobs()).map(|job| model.first[job] as usize).collect(),
            ended: model.release.clone(),
            at: vec![None; model.jobs()],
            free: model.available.clone(),
            family: model.initial.clone(),
            alternative: vec![0; model.operations],
            order: Vec::with_capacity(model.operations),
        }
    }

    /// When an operation would start and end.
    fn place(&self, job: usize, operation: usize, alternative: usize) -> Ready {
        let machine = self.model.machine[alternative] as usize;
        let lag = self.at[job].map_or(0, |from| self.model.lag(from, machine));
        let setup = self.model.setup(machine, self.family[machine], self.model.family[operation]);
        let arrival = self.ended[job] + lag + if self.model.attended[machine] { setup } else { 0 };
        let start = arrival.max(self.free[machine] + setup);
        Ready { operation, alternative, start, end: start + self.model.time[alternative] }
    }

    /// Where an operation ends first.
    fn earliest(&self, job: usize) -> Option<Ready> {
        let operation = self.next[job];
        if operation >= self.model.of_job(job).end {
            return None;
        }
        let places = self.model.alternatives(operation).map(|alternative| self.place(job, operation, alternative));
        places.min_by_key(|ready| (ready.end, ready.start))
    }

    /// The next operation: the best by the rule of those that could start before the earliest end on its machine, or
    /// without delay of those that can start first.
    fn choose(&self, random: &mut Stream) -> Option<Ready> {
        let ready: Vec<Ready> = (0..self.model.jobs()).filter_map(|job| self.earliest(job)).collect();
        let first = if self.delay {
            ready.iter().min_by_key(|ready| (ready.end, ready.start))?
        } else {
            ready.iter().min_by_key(|ready| (ready.start, ready.end))?
        };
        let machine = self.model.machine[first.alternative];
        let rivals = ready.iter().filter(|other| match self.delay {
            true => {
                let same = self.model.machine[other.alternative] == machine;
                same && (other.start < first.end || other.end == first.end)
            }
            false => other.start == first.start,
        });
        let scored = rivals.map(|rival| (self.score(rival, first.start, random), rival));
        scored.min_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, rival)| *rival)
    }

    fn score(&self, ready: &Ready, now: i64, random: &mut Stream) -> f64 {
        let job = self.model.job[ready.operation] as usize;
        let due = self.model.due[job] as f64;
        let work = self.remaining[ready.operation] as f64;
        let takes = (ready.end - now).max(1) as f64;
        match self.rule {
            Rule::EarliestDue => due,
            Rule::TardinessCost => {
                let slack = (due - work - now as f64).max(0.0);
                let weight = self.model.weight[job].max(f64::MIN_POSITIVE);
                // The logarithm orders as the index itself does, and does not underflow for jobs with much slack.
                slack / (LOOK_AHEAD * self.mean) - libm::log(weight / takes)
            }
            Rule::ShortestTime => takes,
            Rule::MostWork => -work,
            Rule::Random => random.uniform(),
        }
    }

    fn append(&mut self, ready: Ready) {
        let machine = self.model.machine[ready.alternative] as usize;
        let job = self.model.job[ready.operation] as usize;
        let family = self.model.family[ready.operation];
        self.next[job] += 1;
        self.ended[job] = ready.end;
        self.at[job] = Some(machine);
        self.free[machine] = ready.end;
        self.family[machine] = if family == 0 { self.family[machine] } else { family };
        self.alternative[ready.operation] = ready.alternative as u32;
        self.order.push(ready.operation as u32);
    }
}
