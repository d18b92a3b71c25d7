//! Compiles minds.

use std::collections::BTreeMap;

use super::super::Reason;
use super::super::words::Facts;
use super::{Maker, unknown};
use crate::engine::spelling::nearest;
use crate::engine::time::Duration;
use crate::twin::expression::{self, ExpressionError, Program, Symbol, Type};
use crate::twin::minds::foresee::{Candidate, Foresee, Objective};
use crate::twin::minds::planner::{CompiledGoal, CompiledOperator, Planner};
use crate::twin::minds::rules::{CompiledRule, Rules};
use crate::twin::minds::tree::{DEEPEST, Tree, TreeSpec, TreeWords};
use crate::twin::minds::utility::{CompiledChoice, Utility};
use crate::twin::minds::{Mind, MindParts, MindSpec};

impl Maker<'_, '_> {
    pub(super) fn mind(&mut self, spec: &MindSpec) {
        let mut board = Vec::new();
        if let MindSpec::Tree { blackboard, .. } = spec {
            for (name, start) in blackboard {
                let slot = self.words.take(1);
                self.words.tell(name.clone(), Symbol { slot: slot as u32, kind: Type::Number });
                board.push((slot, *start));
            }
        }
        let courses = self.courses(spec);
        let Some(mind) = self.brain(spec, &board) else { return };
        let (every, phase) = spec.rhythm();
        if every.is_some_and(Duration::is_zero) {
            self.fault(&["mind", "every"], "`every` should be more than 0", "leave it out to decide at every tick");
        }
        let default = self.kinds.tick.unwrap_or(Duration::from_secs(1));
        let every = every.filter(|every| !every.is_zero()).unwrap_or(default);
        self.made.reason = Some(Reason { mind, every, phase, courses, board });
    }

    pub(super) fn brain(&mut self, spec: &MindSpec, board: &[(usize, f64)]) -> Option<Box<dyn Mind>> {
        match spec {
            MindSpec::Rules { rules, .. } => {
                self.refuse_same_names("rules", rules.iter().map(|rule| rule.name.as_str()));
                let mut compiled = Vec::new();
                for (number, rule) in rules.iter().enumerate() {
                    let number = number.to_string();
                    let mut condition = |field: &str, text: &Option<String>| {
                        let text = text.as_ref()?;
                        Some((self.condition(&["mind", "rules", &number, field], text), text.clone()))
                    };
                    let (when, until) = (condition("when", &rule.when), condition("until", &rule.until));
                    compiled.push(CompiledRule {
                        name: rule.name.clone(),
                        when,
                        until,
                        priority: rule.priority,
                        cool_down: rule.cool_down,
                        at_least: rule.at_least,
                        finishes: rule.finishes,
                        once: rule.once,
                        acts: !rule.then.is_empty(),
                    });
                }
                Some(Box::new(Rules::new(compiled)))
            }
            MindSpec::Utility { choices, combine, inertia, least, pick, .. } => {
                self.refuse_same_names("choices", choices.iter().map(|choice| choice.name.as_str()));
                let mut compiled = Vec::new();
                for (number, choice) in choices.iter().enumerate() {
                    let number = number.to_string();
                    let considerations = choice.considerations.iter().enumerate().map(|(n, consideration)| {
                        let way = ["mind", "choices", &number, "considerations", &n.to_string(), "of"];
                        (self.number(&way, &consideration.of), consideration.curve, consideration.of.clone())
                    });
                    compiled.push(CompiledChoice {
                        name: choice.name.clone(),
                        considerations: considerations.collect(),
                        weight: choice.weight,
                        finishes: choice.finishes,
                        acts: !choice.then.is_empty(),
                    });
                }
                let (inertia, least) = (*inertia, *least);
                Some(Box::new(Utility { choices: compiled, combine: *combine, inertia, least, pick: *pick }))
            }
            MindSpec::Foresee { .. } => self.foresee(spec),
            MindSpec::Tree { root, .. } => self.tree(root, board),
            MindSpec::Planner { .. } => self.planner(spec),
            MindSpec::Custom { kind, asks, with, courses, .. } => {
                let compiled = asks.iter().map(|(name, text)| {
                    let way = ["mind", "asks", name.as_str()];
                    (name.as_str(), self.number(&way, text))
                });
                let asks: BTreeMap<&str, Program> = compiled.collect();
                let courses = courses.keys().map(String::as_str).zip(0..).collect();
                match self.kinds.minds.0.get(kind.as_str()) {
                    None => {
                        let known = self.kinds.minds.0.keys().copied().collect();
                        self.unknown_kind(&["mind", "kind"], "mind", kind, known);
                        None
                    }
                    Some(make) => match make(MindParts { courses, asks, with }) {
                        Ok(mind) => Some(mind),
                        Err(why) => {
                            self.fault(&["mind", "with"], why, format!("see what the mind `{kind}` needs"));
                            None
                        }
                    },
                }
            }
        }
    }

    fn foresee(&mut self, spec: &MindSpec) -> Option<Box<dyn Mind>> {
        let MindSpec::Foresee { candidates, objective, horizon, samples, budget, sure, .. } = spec else { return None };
        self.refuse_same_names("candidates", candidates.iter().map(|candidate| candidate.name.as_str()));
        if horizon.is_zero() {
            self.fault(&["mind", "horizon"], "a twin that looks ahead needs a `horizon`", "give it a time above 0");
        }
        let mut compiled = Vec::new();
        for (number, candidate) in candidates.iter().enumerate() {
            let number = number.to_string();
            let mut condition = |field: &str, text: &Option<String>| {
                Some(self.condition(&["mind", "candidates", &number, field], text.as_ref()?))
            };
            let (when, fallback) = (condition("when", &candidate.when), condition("fallback", &candidate.fallback));
            compiled.push(Candidate { name: candidate.name.clone(), when, fallback, acts: !candidate.then.is_empty() });
        }
        let (text, field) = objective.text();
        Some(Box::new(Foresee {
            candidates: compiled,
            objective: self.number(&["mind", "objective", field], text),
            wants_most: matches!(objective, Objective::Most(_)),
            horizon: *horizon,
            samples: *samples,
            budget: *budget,
            sure: *sure,
        }))
    }

    /// A quantity, or something true or false as 1 or 0.
    pub(super) fn number(&mut self, way: &[&str], text: &str) -> Program {
        match expression::compile(text, &mut self.words) {
            Ok((program, Type::Number | Type::Truth)) => program,
            // Says what is wrong with it.
            _ => self.quantity(way, text),
        }
    }

    pub(super) fn refuse_same_names<'n>(&mut self, list: &str, names: impl Iterator<Item = &'n str>) {
        let mut seen = Vec::new();
        for (number, name) in names.enumerate() {
            if seen.contains(&name) {
                let message = format!("two of the {list} are called `{name}`");
                self.fault(&["mind", list, &number.to_string(), "name"], message, "give each a name of its own");
            }
            seen.push(name);
        }
    }

    pub(super) fn tree(&mut self, root: &TreeSpec, board: &[(usize, f64)]) -> Option<Box<dyn Mind>> {
        if root.depth() > DEEPEST {
            self.fault(&["mind", "root"], format!("a tree is at most {DEEPEST} nodes deep"), "make it flatter");
            return None;
        }
        self.check_children(root, &mut vec!["mind".to_owned(), "root".to_owned()]);
        Some(Box::new(Tree::compile(
            root,
            &mut Board { maker: self, slots: board.iter().map(|(slot, _)| *slot).collect() },
        )))
    }

    /// Whether nodes have as many children as they want to succeed.
    pub(super) fn check_children(&mut self, node: &TreeSpec, way: &mut Vec<String>) {
        if let TreeSpec::Parallel { success_count, failure_count, children } = node {
            for (field, count) in [("success_count", success_count), ("failure_count", failure_count)] {
                if *count > children.len() as i32 {
                    let message = format!("`{field}` is {count}, and there are only {} children", children.len());
                    let way: Vec<&str> = way.iter().map(String::as_str).chain([field]).collect();
                    self.fault(&way, message, "lower it; -1 stands for all children");
                }
            }
        }
        for (steps, child) in node.children() {
            let length = way.len();
            way.extend(steps);
            self.check_children(child, way);
            way.truncate(length);
        }
    }

    pub(super) fn planner(&mut self, spec: &MindSpec) -> Option<Box<dyn Mind>> {
        let MindSpec::Planner { facts, operators, goals, most_states, .. } = spec else { return None };
        self.refuse_same_names("operators", operators.iter().map(|operator| operator.name.as_str()));
        let mut known = Vec::new();
        let mut names = Facts(Vec::new());
        for (name, text) in facts {
            match expression::compile(text, &mut self.words) {
                Ok((program, kind)) => {
                    names.0.push((name.clone(), kind));
                    known.push((name.clone(), program));
                }
                Err(error) => self.wrong(["mind", "facts", name].map(str::to_owned).to_vec(), error),
            }
        }
        let mut compiled = Vec::new();
        for (number, operator) in operators.iter().enumerate() {
            let number = number.to_string();
            let way = |field: &str| ["mind", "operators", &number, field].map(str::to_owned).to_vec();
            let needs = operator.needs.as_ref().map(|needs| {
                expression::condition(needs, &mut names).unwrap_or_else(|error| {
                    self.wrong(way("needs"), error);
                    unknown()
                })
            });
            let mut sets = Vec::new();
            for (fact, text) in &operator.sets {
                let steps: Vec<String> = way("sets").into_iter().chain([fact.clone()]).collect();
                let Some(place) = names.0.iter().position(|(name, _)| name == fact) else {
                    let help = match nearest(fact, names.0.iter().map(|(name, _)| name.as_str())) {
                        Some(near) => format!("did you mean `{near}`?"),
                        None => "say under `facts` what it is now".to_owned(),
                    };
                    let steps: Vec<&str> = steps.iter().map(String::as_str).collect();
                    self.fault(&steps, format!("there is no fact `{fact}`"), help);
                    continue;
                };
                match expression::compile(text, &mut names) {
                    Ok((program, kind)) if kind == names.0[place].1 => sets.push((place, program)),
                    Ok(_) => {
                        let message = format!("this is something else than the fact `{fact}`");
                        let help = Some("a fact stays a number, or true or false".to_owned());
                        self.wrong(steps, ExpressionError { place: 0..text.len(), message, help });
                    }
                    Err(error) => self.wrong(steps, error),
                }
            }
            let cost = self.quantity(&["mind", "operators", &number, "cost"], &operator.cost);
            let acts = !operator.then.is_empty();
            compiled.push(CompiledOperator { name: operator.name.clone(), needs, sets, cost, acts });
        }
        let mut wanted = Vec::new();
        for (number, goal) in goals.iter().enumerate() {
            let number = number.to_string();
            let when = goal.when.as_ref().map(|when| self.condition(&["mind", "goals", &number, "when"], when));
            match expression::conjuncts(&goal.wants, &mut names) {
                Ok(parts) => wanted.push(CompiledGoal {
                    name: goal.name.clone(),
                    when,
                    wants: expression::condition(&goal.wants, &mut names).unwrap_or_default(),
                    parts,
                }),
                Err(error) => self.wrong(["mind", "goals", &number, "wants"].map(str::to_owned).to_vec(), error),
            }
        }
        let most_states = *most_states as usize;
        Some(Box::new(Planner { facts: known, operators: compiled, goals: wanted, most_states }))
    }

    // ---- actions ----------------------------------------------------------------------------------------------------
}

/// Compiles what stands in a behaviour tree.
struct Board<'b, 'g, 'm> {
    maker: &'b mut Maker<'g, 'm>,
    slots: Vec<usize>,
}

impl TreeWords for Board<'_, '_, '_> {
    fn condition(&mut self, way: &[String], text: &str) -> Program {
        let way: Vec<&str> = ["mind", "root"].into_iter().chain(way.iter().map(String::as_str)).collect();
        self.maker.condition(&way, text)
    }

    fn entry(&mut self, way: &[String], name: &str, text: &str) -> (usize, Program) {
        let way: Vec<&str> = ["mind", "root"].into_iter().chain(way.iter().map(String::as_str)).collect();
        let program = self.maker.number(&way, text);
        let slot = self.maker.words.known.get(name).map(|symbol| symbol.slot as usize);
        match slot.filter(|slot| self.slots.contains(slot)) {
            Some(slot) => (slot, program),
            None => {
                let message = format!("the blackboard has no entry `{name}`");
                self.maker.fault(&way, message, format!("write blackboard: {{\"{name}\": 0}}"));
                // A slot of its own, that nobody reads.
                (self.maker.words.take(1), program)
            }
        }
    }
}
