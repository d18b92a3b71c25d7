//! Planning: the cheapest sequence of operators that leads to a goal.
//!
//! Operators have preconditions, effects and costs as in STRIPS (R. E. Fikes and N. J. Nilsson, Artificial Intelligence 2, 1971),
//! over facts that are numbers or truths. The search is A* (P. E. Hart, N. J. Nilsson and B. Raphael, IEEE Transactions on
//! Systems Science and Cybernetics 4, 1968). Its estimate: every part of the goal that does not hold needs at least one
//! operator that changes what it is about, so what is left costs at least as much as the cheapest of those, for the part for
//! which that is most. That is never too much, and consistent: the first plan found is the cheapest.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BinaryHeap};

use rustc_hash::FxHashMap;
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

/// A state of the facts.
type Facts = Vec<f64>;

/// A cheapest plan: its operators and what they cost together.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// The operators, by number.
    pub operators: Vec<u16>,
    /// What they cost.
    pub cost: f64,
}

struct Found {
    facts: Facts,
    cost: f64,
    from: usize,
    operator: u16,
    length: usize,
}

/// An entry of the open list: the least estimate first, then what was found first.
#[derive(PartialEq)]
struct Open {
    estimate: f64,
    found: usize,
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

/// Facts as a key: all that is not known is the same.
fn key(facts: &[f64]) -> Box<[u64]> {
    // 0 and -0 are the same number.
    facts.iter().map(|fact| if fact.is_nan() { f64::NAN.to_bits() } else { (fact + 0.0).to_bits() }).collect()
}

impl Planner {
    fn facts(&self, values: &[f64]) -> Facts {
        self.facts.iter().map(|(_, program)| program.run(values)).collect()
    }

    /// The facts after an operator. None if it cannot be done.
    fn after(&self, operator: &CompiledOperator, facts: &[f64]) -> Option<Facts> {
        if operator.needs.as_ref().is_some_and(|needs| !needs.holds(facts)) {
            return None;
        }
        let mut after = facts.to_vec();
        operator.sets.iter().for_each(|(fact, program)| after[*fact] = program.run(facts));
        Some(after)
    }

    /// At least so much it costs to reach a goal from these facts.
    fn estimate(&self, goal: &CompiledGoal, facts: &[f64], cheapest: &[f64]) -> f64 {
        let open = goal.parts.iter().zip(cheapest).filter(|(part, _)| !part.holds(facts));
        open.map(|(_, cost)| *cost).fold(0.0, f64::max)
    }

    /// For each part of a goal, the cost of the cheapest operator that changes something that it is about.
    fn cheapest(&self, goal: &CompiledGoal, costs: &[f64]) -> Vec<f64> {
        let changes = |operator: &CompiledOperator, part: &Program| {
            part.reads().any(|fact| operator.sets.iter().any(|(set, _)| *set == fact as usize))
        };
        let of_part = |part: &Program| {
            let able = self.operators.iter().zip(costs).filter(|(operator, _)| changes(operator, part));
            able.map(|(_, cost)| *cost).fold(f64::INFINITY, f64::min)
        };
        goal.parts.iter().map(of_part).collect()
    }

    /// The cheapest plan that leads to a goal. None if there is none, or it was not found within the limits.
    pub fn plan(&self, goal: &CompiledGoal, facts: &[f64], values: &[f64]) -> Option<Plan> {
        let least = |cost: f64| if cost > 0.0 { cost } else { f64::INFINITY };
        let costs: Vec<f64> = self.operators.iter().map(|operator| least(operator.cost.run(values))).collect();
        let cheapest = self.cheapest(goal, &costs);
        let mut found = vec![Found { facts: facts.to_vec(), cost: 0.0, from: 0, operator: 0, length: 0 }];
        let mut best: FxHashMap<Box<[u64]>, f64> = FxHashMap::default();
        best.insert(key(facts), 0.0);
        let mut open = BinaryHeap::from([Open { estimate: self.estimate(goal, facts, &cheapest), found: 0 }]);
        while let Some(Open { found: number, .. }) = open.pop() {
            let Found { facts, cost, length, .. } = &found[number];
            let (facts, cost, length) = (facts.clone(), *cost, *length);
            if goal.wants.holds(&facts) {
                return Some(Plan { operators: trace(&found, number), cost });
            }
            if best.get(&key(&facts)).is_some_and(|least| *least < cost) || length >= LONGEST {
                continue;
            }
            for (operator, added) in (0..).zip(&costs).filter(|(_, added)| added.is_finite()) {
                let Some(after) = self.after(&self.operators[operator as usize], &facts) else { continue };
                let cost = cost + added;
                let known = best.entry(key(&after)).or_insert(f64::INFINITY);
                if cost >= *known {
                    continue;
                }
                *known = cost;
                let estimate = cost + self.estimate(goal, &after, &cheapest);
                if estimate.is_finite() {
                    open.push(Open { estimate, found: found.len() });
                    found.push(Found { facts: after, cost, from: number, operator, length: length + 1 });
                }
            }
            if found.len() > self.most_states {
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

    /// Whether the rest of a plan still leads to its goal from these facts.
    fn leads_on(&self, goal: usize, rest: &[u32], facts: &[f64]) -> bool {
        let mut facts = facts.to_vec();
        for operator in rest {
            match self.after(&self.operators[*operator as usize], &facts) {
                Some(after) => facts = after,
                None => return false,
            }
        }
        self.goals[goal].wants.holds(&facts)
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

    fn adopt(memory: &mut Memory, goal: usize, plan: &Plan) {
        Planner::drop_plan(memory);
        memory.marks[GOAL] = goal as u32 + 1;
        memory.marks[LENGTH] = plan.operators.len() as u32;
        for (mark, operator) in memory.marks[PLAN..].iter_mut().zip(&plan.operators) {
            *mark = u32::from(*operator);
        }
    }

    /// Makes sure that there is a plan for the goal, if there can be one. Returns whether it is a new one.
    fn see_to_plan(&self, goal: usize, facts: &[f64], situation: &Situation, memory: &mut Memory) -> bool {
        let is_of_goal = memory.marks[GOAL] == goal as u32 + 1;
        if is_of_goal && self.leads_on(goal, Planner::rest(memory), facts) {
            return false;
        }
        Planner::drop_plan(memory);
        if let Some(plan) = self.plan(&self.goals[goal], facts, situation.values) {
            Planner::adopt(memory, goal, &plan);
        }
        true
    }
}

/// The operators that led to a state.
fn trace(found: &[Found], mut number: usize) -> Vec<u16> {
    let mut operators = Vec::new();
    while number != 0 {
        operators.push(found[number].operator);
        number = found[number].from;
    }
    operators.reverse();
    operators
}

impl Mind for Planner {
    fn room(&self) -> Room {
        Room { marks: PLAN + LONGEST, times: 1 }
    }

    fn decide(&self, situation: &mut Situation, memory: &mut Memory, wishes: &mut Vec<Wish>) {
        self.hear(situation, memory);
        let facts = self.facts(situation.values);
        let goal = self.goal(&facts, situation.values);
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
        self.see_to_plan(goal, &facts, situation, memory);
        if let Some(&next) = Planner::rest(memory).first() {
            if self.operators[next as usize].acts {
                wishes.push(Wish::Begin(next as u16));
                memory.marks[BUSY] = 1;
            } else {
                memory.marks[DONE] += 1;
            }
        }
    }

    fn weigh(&self, situation: &mut Situation, memory: &Memory) -> Vec<Weighed> {
        let mut memory = memory.clone();
        self.hear(situation, &mut memory);
        let facts = self.facts(situation.values);
        let goal = self.goal(&facts, situation.values);
        if let Some(goal) = goal {
            self.see_to_plan(goal, &facts, situation, &mut memory);
        }
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
