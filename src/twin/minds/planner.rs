//! Planning: the cheapest sequence of operators that leads to a goal.
//!
//! Operators have preconditions, effects and costs as in STRIPS (R. E. Fikes and N. J. Nilsson, Artificial Intelligence 2, 1971),
//! over facts that are numbers or truths. The search is A* (P. E. Hart, N. J. Nilsson and B. Raphael, IEEE Transactions on
//! Systems Science and Cybernetics 4, 1968). Its estimate: every part of the goal that does not hold needs at least one
//! operator that changes what it is about, so what is left costs at least as much as the cheapest of those, for the part for
//! which that is most. That is never too much, and consistent: the first plan found is the cheapest.

use std::cell::RefCell;
use std::cmp::Ordering;
use std::collections::{BTreeMap, BinaryHeap};
use std::hash::Hasher;

use rustc_hash::{FxHashMap, FxHasher};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{Memory, Mind, Room, Situation, Weighed};
use crate::twin::actions::{ActionSpec, Wish};
use crate::twin::expression::Program;

/// Something that can be done, as planning sees it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Operator {
    /// Its name, unique among the operators.
    #[schemars(example = &"unlock")]
    pub name: String,
    /// What must hold: a condition on facts.
    #[serde(default)]
    #[schemars(example = &"has_key and not open")]
    pub needs: Option<String>,
    /// What facts become: expressions of facts.
    #[schemars(example = json!({"open": "true"}))]
    pub sets: BTreeMap<String, String>,
    /// What it costs, above 0: an expression of what the twin knows.
    #[serde(default = "one")]
    #[schemars(example = &"distance(door) / 1.2")]
    pub cost: String,
    /// What is done.
    pub then: Vec<ActionSpec>,
}

fn one() -> String {
    "1".to_owned()
}

/// Something that is wanted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Goal {
    /// Its name.
    #[schemars(example = &"get out")]
    pub name: String,
    /// When it is wanted: a condition on what the twin knows; without it, always.
    #[serde(default)]
    pub when: Option<String>,
    /// What is wanted: a condition on facts.
    #[schemars(example = &"open")]
    pub wants: String,
}

/// An operator, compiled.
pub struct CompiledOperator {
    /// Its name.
    pub name: String,
    /// What must hold, of the facts.
    pub needs: Option<Program>,
    /// What facts become.
    pub sets: Vec<(usize, Program)>,
    /// What it costs, by what the twin knows.
    pub cost: Program,
    /// Whether it does anything.
    pub acts: bool,
}

/// A goal, compiled.
pub struct CompiledGoal {
    /// Its name.
    pub name: String,
    /// When it is wanted, by what the twin knows.
    pub when: Option<Program>,
    /// What is wanted, of the facts.
    pub wants: Program,
    /// The parts of that, all of which must hold.
    pub parts: Vec<Program>,
}

/// A mind that plans. The course of an operator has the operator's number.
pub struct Planner {
    /// What facts are now, by what the twin knows; and their names.
    pub facts: Vec<(String, Program)>,
    /// What can be done.
    pub operators: Vec<CompiledOperator>,
    /// What is wanted, the most important first.
    pub goals: Vec<CompiledGoal>,
    /// After how many states a search gives up.
    pub most_states: usize,
}

/// How many operators a plan has at most.
pub const LONGEST: usize = 64;

/// What it remembers: the goal of its plan, plus one; how long the plan is; how many of its operators are done; whether the
/// next one is under way; then the operators.
const GOAL: usize = 0;
const LENGTH: usize = 1;
const DONE: usize = 2;
const BUSY: usize = 3;
const PLAN: usize = 4;
/// When something failed last: then nothing more is tried at that moment.
const FAILED_AT: usize = 0;

/// A cheapest plan: its operators and what they cost together.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// The operators, by number.
    pub operators: Vec<u16>,
    /// What they cost.
    pub cost: f64,
}

/// A state that a search has found, and the cheapest way there so far.
#[derive(Clone, Copy, Debug)]
struct Found {
    cost: f64,
    from: u32,
    operator: u16,
    length: u16,
    /// The one found before it whose facts have the same hash.
    alike: u32,
}

/// Stands for none of what was found.
const NONE: u32 = u32::MAX;

/// An entry of the open list: the least estimate first, then what was found first.
#[derive(PartialEq)]
struct Open {
    estimate: f64,
    found: u32,
}

impl Eq for Open {}

impl Ord for Open {
    fn cmp(&self, other: &Self) -> Ordering {
        other.estimate.total_cmp(&self.estimate).then(other.found.cmp(&self.found))
    }
}

impl PartialOrd for Open {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Room to think in, used over and over so that nobody need ask for memory. Nothing of it outlives a decision.
#[derive(Default)]
struct Scratch {
    /// The facts now.
    now: Vec<f64>,
    /// What each operator costs.
    costs: Vec<f64>,
    /// For each part of the goal, the cost of the cheapest operator that changes something that it is about.
    cheapest: Vec<f64>,
    found: Vec<Found>,
    /// The facts of all that were found, one after the other.
    facts: Vec<f64>,
    /// What was found last, by the hash of its facts.
    latest: FxHashMap<u64, u32>,
    open: BinaryHeap<Open>,
    here: Vec<f64>,
    there: Vec<f64>,
    /// The operators of the plan.
    plan: Vec<u16>,
}

thread_local! {
    static SCRATCH: RefCell<Scratch> = RefCell::default();
}

/// A fact by which states are told apart: all that is not known is the same, and 0 and -0 are the same number.
fn bits(fact: f64) -> u64 {
    if fact.is_nan() { f64::NAN.to_bits() } else { (fact + 0.0).to_bits() }
}

fn hash(facts: &[f64]) -> u64 {
    let mut hasher = FxHasher::default();
    facts.iter().for_each(|fact| hasher.write_u64(bits(*fact)));
    hasher.finish()
}

impl Scratch {
    fn facts_of(&self, found: u32) -> &[f64] {
        let count = self.now.len();
        &self.facts[found as usize * count..(found as usize + 1) * count]
    }

    /// The cheapest way to these facts that was found: the latest, since only cheaper ones are kept.
    fn best(&self, facts: &[f64]) -> Option<f64> {
        let mut next = self.latest.get(&hash(facts)).copied().unwrap_or(NONE);
        while next != NONE {
            let same = self.facts_of(next).iter().zip(facts).all(|(a, b)| bits(*a) == bits(*b));
            if same {
                return Some(self.found[next as usize].cost);
            }
            next = self.found[next as usize].alike;
        }
        None
    }

    /// Keeps what `there` says.
    fn keep(&mut self, found: Found, estimate: f64) {
        let number = self.found.len() as u32;
        let alike = self.latest.insert(hash(&self.there), number).unwrap_or(NONE);
        self.facts.extend_from_slice(&self.there);
        self.found.push(Found { alike, ..found });
        self.open.push(Open { estimate, found: number });
    }

    /// The operators that led to a state.
    fn trace(&mut self, mut number: u32) {
        self.plan.clear();
        while number != 0 {
            let Found { operator, from, .. } = self.found[number as usize];
            self.plan.push(operator);
            number = from;
        }
        self.plan.reverse();
    }
}

impl Planner {
    fn facts(&self, values: &[f64], facts: &mut Vec<f64>) {
        facts.clear();
        facts.extend(self.facts.iter().map(|(_, program)| program.run(values)));
    }

    /// The facts after an operator. False if it cannot be done.
    fn after(&self, operator: u16, facts: &[f64], after: &mut Vec<f64>) -> bool {
        let operator = &self.operators[operator as usize];
        if operator.needs.as_ref().is_some_and(|needs| !needs.holds(facts)) {
            return false;
        }
        after.clear();
        after.extend_from_slice(facts);
        operator.sets.iter().for_each(|(fact, program)| after[*fact] = program.run(facts));
        true
    }

    /// At least so much it costs to reach a goal from these facts.
    fn estimate(&self, goal: &CompiledGoal, facts: &[f64], cheapest: &[f64]) -> f64 {
        let open = goal.parts.iter().zip(cheapest).filter(|(part, _)| !part.holds(facts));
        open.map(|(_, cost)| *cost).fold(0.0, f64::max)
    }

    /// Works out what operators cost now, and from that the bounds of [`Planner::estimate`].
    fn price(&self, goal: &CompiledGoal, values: &[f64], scratch: &mut Scratch) {
        let Scratch { costs, cheapest, .. } = scratch;
        let least = |cost: f64| if cost > 0.0 { cost } else { f64::INFINITY };
        costs.clear();
        costs.extend(self.operators.iter().map(|operator| least(operator.cost.run(values))));
        let changes = |operator: &CompiledOperator, part: &Program| {
            part.reads().any(|fact| operator.sets.iter().any(|(set, _)| *set == fact as usize))
        };
        let of_part = |part: &Program| {
            let able = self.operators.iter().zip(costs.iter()).filter(|(operator, _)| changes(operator, part));
            able.map(|(_, cost)| *cost).fold(f64::INFINITY, f64::min)
        };
        cheapest.clear();
        cheapest.extend(goal.parts.iter().map(of_part));
    }

    /// The cheapest plan that leads to a goal from facts. None if there is none, or it was not found within the limits.
    pub fn plan(&self, goal: &CompiledGoal, facts: &[f64], values: &[f64]) -> Option<Plan> {
        let mut scratch = Scratch { now: facts.to_vec(), ..Scratch::default() };
        let cost = self.search(goal, values, &mut scratch)?;
        Some(Plan { operators: scratch.plan, cost })
    }

    /// As [`Planner::plan`], from the facts now; the operators are left in `scratch.plan`. Returns what they cost.
    fn search(&self, goal: &CompiledGoal, values: &[f64], scratch: &mut Scratch) -> Option<f64> {
        self.price(goal, values, scratch);
        scratch.found.clear();
        scratch.facts.clear();
        scratch.latest.clear();
        scratch.open.clear();
        scratch.there.clone_from(&scratch.now);
        let estimate = self.estimate(goal, &scratch.now, &scratch.cheapest);
        scratch.keep(Found { cost: 0.0, from: 0, operator: 0, length: 0, alike: NONE }, estimate);
        let mut here = std::mem::take(&mut scratch.here);
        let reached = self.expand_all(goal, &mut here, scratch);
        scratch.here = here;
        reached.map(|number| {
            scratch.trace(number);
            scratch.found[number as usize].cost
        })
    }

    /// Goes on with the most promising of what was found, until it is the goal.
    fn expand_all(&self, goal: &CompiledGoal, here: &mut Vec<f64>, scratch: &mut Scratch) -> Option<u32> {
        while let Some(Open { found: number, .. }) = scratch.open.pop() {
            let Found { cost, length, .. } = scratch.found[number as usize];
            here.clear();
            here.extend_from_slice(scratch.facts_of(number));
            if goal.wants.holds(here) {
                return Some(number);
            }
            if scratch.best(here).is_some_and(|least| least < cost) || length as usize >= LONGEST {
                continue;
            }
            for operator in 0..self.operators.len() as u16 {
                let cost = cost + scratch.costs[operator as usize];
                if !cost.is_finite() || !self.after(operator, here, &mut scratch.there) {
                    continue;
                }
                if scratch.best(&scratch.there).is_some_and(|least| least <= cost) {
                    continue;
                }
                let estimate = cost + self.estimate(goal, &scratch.there, &scratch.cheapest);
                if estimate.is_finite() {
                    scratch.keep(Found { cost, from: number, operator, length: length + 1, alike: NONE }, estimate);
                }
            }
            if scratch.found.len() > self.most_states {
                return None;
            }
        }
        None
    }

    /// The most important goal that is wanted and not reached.
    fn goal(&self, facts: &[f64], values: &[f64]) -> Option<usize> {
        let is_open =
            |goal: &CompiledGoal| goal.when.as_ref().is_none_or(|when| when.holds(values)) && !goal.wants.holds(facts);
        self.goals.iter().position(is_open)
    }

    /// Whether the rest of a plan still leads to its goal from the facts now.
    fn leads_on(&self, goal: usize, rest: &[u32], scratch: &mut Scratch) -> bool {
        let Scratch { now, here, there, .. } = scratch;
        here.clone_from(now);
        for operator in rest {
            if !self.after(*operator as u16, here, there) {
                return false;
            }
            std::mem::swap(here, there);
        }
        self.goals[goal].wants.holds(here)
    }

    fn rest(memory: &Memory) -> &[u32] {
        let (done, length) = (memory.marks[DONE] as usize, memory.marks[LENGTH] as usize);
        &memory.marks[PLAN + done.min(length)..PLAN + length]
    }

    /// Takes note of how the operator under way ended.
    fn hear(&self, situation: &Situation, memory: &mut Memory) {
        let Some(&operator) = Planner::rest(memory).first().filter(|_| memory.marks[BUSY] == 1) else { return };
        if situation.is_under_way(operator as u16) {
            return;
        }
        let Some(outcome) = situation.doing.outcome(operator as u16) else { return };
        memory.marks[BUSY] = 0;
        if outcome.is_done() {
            memory.marks[DONE] += 1;
        } else {
            memory.marks[GOAL] = 0;
            memory.times[FAILED_AT] = situation.now;
        }
    }

    /// Gives the plan up.
    fn drop_plan(memory: &mut Memory) {
        (memory.marks[GOAL], memory.marks[LENGTH], memory.marks[DONE], memory.marks[BUSY]) = (0, 0, 0, 0);
    }

    fn adopt(memory: &mut Memory, goal: usize, plan: &[u16]) {
        Planner::drop_plan(memory);
        memory.marks[GOAL] = goal as u32 + 1;
        memory.marks[LENGTH] = plan.len() as u32;
        for (mark, operator) in memory.marks[PLAN..].iter_mut().zip(plan) {
            *mark = u32::from(*operator);
        }
    }

    /// Makes sure that there is a plan for the goal from the facts now, if there can be one.
    fn see_to_plan(&self, goal: usize, situation: &Situation, memory: &mut Memory, scratch: &mut Scratch) {
        let is_of_goal = memory.marks[GOAL] == goal as u32 + 1;
        if is_of_goal && self.leads_on(goal, Planner::rest(memory), scratch) {
            return;
        }
        Planner::drop_plan(memory);
        if self.search(&self.goals[goal], situation.values, scratch).is_some() {
            Planner::adopt(memory, goal, &scratch.plan);
        }
    }

    fn decide_with(&self, situation: &Situation, memory: &mut Memory, wishes: &mut Vec<Wish>, scratch: &mut Scratch) {
        self.facts(situation.values, &mut scratch.now);
        let goal = self.goal(&scratch.now, situation.values);
        if memory.marks[BUSY] == 1 {
            if goal.map(|goal| goal as u32 + 1) == Some(memory.marks[GOAL]) {
                return;
            }
            wishes.extend(Planner::rest(memory).first().map(|operator| Wish::Stop(*operator as u16)));
            Planner::drop_plan(memory);
        }
        let Some(goal) = goal else { return Planner::drop_plan(memory) };
        // What failed is thought over again later, and not at the same moment.
        if memory.times[FAILED_AT] == situation.now && memory.marks[GOAL] == 0 && situation.now.nanos() > 0 {
            return;
        }
        self.see_to_plan(goal, situation, memory, scratch);
        if let Some(&next) = Planner::rest(memory).first() {
            if self.operators[next as usize].acts {
                wishes.push(Wish::Begin(next as u16));
                memory.marks[BUSY] = 1;
            } else {
                memory.marks[DONE] += 1;
            }
        }
    }
}

impl Mind for Planner {
    fn room(&self) -> Room {
        Room { marks: PLAN + LONGEST, times: 1 }
    }

    fn decide(&self, situation: &mut Situation, memory: &mut Memory, wishes: &mut Vec<Wish>) {
        self.hear(situation, memory);
        SCRATCH.with_borrow_mut(|scratch| self.decide_with(situation, memory, wishes, scratch));
    }

    fn weigh(&self, situation: &mut Situation, memory: &Memory) -> Vec<Weighed> {
        let mut memory = memory.clone();
        self.hear(situation, &mut memory);
        let mut scratch = Scratch::default();
        self.facts(situation.values, &mut scratch.now);
        let goal = self.goal(&scratch.now, situation.values);
        if let Some(goal) = goal {
            self.see_to_plan(goal, situation, &mut memory, &mut scratch);
        }
        let facts = scratch.now;
        let known =
            self.facts.iter().zip(&facts).map(|((name, _), fact)| format!("{name} = {}", super::utility::shown(*fact)));
        let known = known.collect::<Vec<_>>().join(", ");
        let mut weighed = Vec::new();
        for (number, written) in self.goals.iter().enumerate() {
            let is_chosen = goal == Some(number);
            let why = match () {
                () if written.when.as_ref().is_some_and(|when| !when.holds(situation.values)) => {
                    "is not wanted now".to_owned()
                }
                () if written.wants.holds(&facts) => "is reached".to_owned(),
                () if is_chosen && Planner::rest(&memory).is_empty() => format!("no plan leads to it; {known}"),
                () if is_chosen => format!("is wanted; {known}"),
                () => "another goal is more important".to_owned(),
            };
            weighed.push(Weighed { name: written.name.clone(), score: None, is_possible: is_chosen, is_chosen, why });
        }
        for (number, operator) in Planner::rest(&memory).iter().enumerate() {
            let operator = &self.operators[*operator as usize];
            let cost = operator.cost.run(situation.values);
            weighed.push(Weighed {
                name: format!("  {}. {}", number + 1, operator.name),
                score: Some(-cost),
                is_possible: true,
                is_chosen: number == 0,
                why: format!("costs {}", super::utility::shown(cost)),
            });
        }
        weighed
    }
}

#[cfg(test)]
mod tests;
