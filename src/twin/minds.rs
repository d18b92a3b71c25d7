//! Minds: what a twin decides.
//!
//! A mind reads what its twin knows and wants courses of actions begun or broken off. Each kind is in its file, behind the
//! trait [`Mind`]; Rust users add kinds with [`MindApp::register_mind`]. A decision depends on nothing but what is known, what
//! is being done, and what the mind remembers: so it can be weighed again, by whoever wants to know why.

use std::collections::BTreeMap;
use std::sync::Arc;

use bevy_app::App;
use bevy_ecs::prelude::{Component, Resource};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::actions::{ActionSpec, Doing, Wish};
use crate::engine::command::Value;
use crate::engine::identity::TwinId;
use crate::engine::random::Seed;
use crate::engine::time::{Duration, Time};

pub mod foresee;
pub mod planner;
pub mod rules;
pub mod tree;
pub mod utility;

use foresee::{CandidateSpec, Foresee, Foreseen, Objective};
use planner::{Goal, Operator};
use rules::Rule;
use tree::TreeSpec;
use utility::{Combine, Pick, UtilityChoice};

/// What a twin decides by.
#[derive(Component, Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(example = json!({"Rules": {"rules": [{"name": "rest", "when": "charge < 0.2", "then": []}]}}))]
pub struct MindPart(pub Arc<MindSpec>);

/// What a twin decides by.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub enum MindSpec {
    /// Rules: of those that apply, the one with the highest priority.
    Rules {
        /// How often it decides; without it, at every tick, or once a second where there are none. It decides besides when a
        /// course has ended and when a message has come.
        #[serde(default)]
        #[schemars(example = &"500ms")]
        every: Option<Duration>,
        /// When it decides first; without it, twins take turns, so that not all decide at once.
        #[serde(default)]
        phase: Option<Duration>,
        /// The rules.
        #[schemars(length(min = 1))]
        rules: Vec<Rule>,
    },
    /// A behaviour tree, whose nodes mean what they mean in BehaviorTree.CPP 4.
    Tree {
        /// How often it is ticked: as of `Rules`.
        #[serde(default)]
        #[schemars(example = &"200ms")]
        every: Option<Duration>,
        /// As of `Rules`.
        #[serde(default)]
        phase: Option<Duration>,
        /// The entries of its blackboard, and what they are at first. Conditions know them by these names.
        #[serde(default)]
        #[schemars(example = json!({"tries": 0}))]
        blackboard: BTreeMap<String, f64>,
        /// Its root.
        root: TreeSpec,
    },
    /// Utility: of all choices, the one that is worth most.
    Utility {
        /// As of `Rules`.
        #[serde(default)]
        #[schemars(example = &"1s")]
        every: Option<Duration>,
        /// As of `Rules`.
        #[serde(default)]
        phase: Option<Duration>,
        /// The choices.
        #[schemars(length(min = 1))]
        choices: Vec<UtilityChoice>,
        /// How the considerations of a choice make up its score.
        #[serde(default)]
        combine: Combine,
        /// By how much what it is doing counts more: so that it does not waver.
        #[serde(default)]
        #[schemars(range(min = 0), example = 0.1)]
        inertia: f64,
        /// What is worth less is not done at all.
        #[serde(default)]
        least: f64,
        /// Which of the choices is taken.
        #[serde(default)]
        pick: Pick,
    },
    /// A planner: the cheapest sequence of operators that leads to a goal, by A* search.
    Planner {
        /// As of `Rules`.
        #[serde(default)]
        #[schemars(example = &"1s")]
        every: Option<Duration>,
        /// As of `Rules`.
        #[serde(default)]
        phase: Option<Duration>,
        /// What it plans with: facts by name, and the expression that says what they are now.
        #[schemars(example = json!({"loaded": "load > 0"}))]
        facts: BTreeMap<String, String>,
        /// What it can do.
        #[schemars(length(min = 1))]
        operators: Vec<Operator>,
        /// What it wants, the most important first.
        #[schemars(length(min = 1))]
        goals: Vec<Goal>,
        /// After how many states it gives up.
        #[serde(default = "many")]
        #[schemars(range(min = 1, max = 1_000_000))]
        most_states: u32,
    },
    /// Foresight: each candidate is tried out in copies of the world, and what turns out best is done.
    Foresee {
        /// How often it looks ahead. Nothing else makes it decide.
        #[schemars(example = &"4h")]
        every: Duration,
        /// When it looks ahead first; without it, twins take turns.
        #[serde(default)]
        phase: Option<Duration>,
        /// What it could do.
        #[schemars(length(min = 2))]
        candidates: Vec<CandidateSpec>,
        /// What a future is judged by at its end.
        objective: Objective,
        /// How far it looks.
        #[schemars(example = &"12h")]
        horizon: Duration,
        /// In how many futures it tries each candidate. What it could not have observed is another in each.
        #[serde(default = "some")]
        #[schemars(range(min = 1, max = 10_000))]
        samples: u32,
        /// How many steps and events all futures of one decision may have, about: there are fewer of them if they would have more, but
        /// at least one.
        #[serde(default = "million")]
        #[schemars(range(min = 1))]
        budget: u64,
        /// By how many standard errors another candidate must be better than the one that would be chosen without looking ahead: by
        /// `fallback`, else the one that is chosen. So it does not waver.
        #[serde(default)]
        #[schemars(range(min = 0), example = 1.0)]
        sure: f64,
    },
    /// A kind of mind that a Rust program brings.
    Custom {
        /// Its name.
        kind: String,
        /// As of `Rules`.
        #[serde(default)]
        every: Option<Duration>,
        /// As of `Rules`.
        #[serde(default)]
        phase: Option<Duration>,
        /// What it can do, by name: its courses.
        #[serde(default)]
        courses: BTreeMap<String, Vec<ActionSpec>>,
        /// What it asks: expressions by name.
        #[serde(default)]
        asks: BTreeMap<String, String>,
        /// What it needs to know.
        #[serde(default)]
        with: BTreeMap<String, Value>,
    },
}

fn some() -> u32 {
    8
}

fn million() -> u64 {
    1_000_000
}

fn many() -> u32 {
    20_000
}

/// A course as it is written: its name, its actions, and the way to them.
pub struct WrittenCourse<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its actions, in order.
    pub actions: &'a [ActionSpec],
    /// The way from the mind's settings to the list of actions.
    pub way: Vec<String>,
}

impl MindSpec {
    /// How often it decides, and when first.
    pub fn rhythm(&self) -> (Option<Duration>, Option<Duration>) {
        match self {
            MindSpec::Rules { every, phase, .. }
            | MindSpec::Tree { every, phase, .. }
            | MindSpec::Utility { every, phase, .. }
            | MindSpec::Planner { every, phase, .. }
            | MindSpec::Custom { every, phase, .. } => (*every, *phase),
            MindSpec::Foresee { every, phase, .. } => (Some(*every), *phase),
        }
    }

    /// All its courses, in the order of their numbers.
    pub fn courses(&self) -> Vec<WrittenCourse<'_>> {
        let listed = |list: &str, n: usize, last: &str| vec![list.to_owned(), n.to_string(), last.to_owned()];
        match self {
            MindSpec::Rules { rules, .. } => (0..)
                .zip(rules)
                .map(|(n, rule)| WrittenCourse {
                    name: &rule.name,
                    actions: &rule.then,
                    way: listed("rules", n, "then"),
                })
                .collect(),
            MindSpec::Utility { choices, .. } => (0..)
                .zip(choices)
                .map(|(n, choice)| WrittenCourse {
                    name: &choice.name,
                    actions: &choice.then,
                    way: listed("choices", n, "then"),
                })
                .collect(),
            MindSpec::Foresee { candidates, .. } => (0..)
                .zip(candidates)
                .map(|(n, candidate)| WrittenCourse {
                    name: &candidate.name,
                    actions: &candidate.then,
                    way: listed("candidates", n, "then"),
                })
                .collect(),
            MindSpec::Planner { operators, .. } => (0..)
                .zip(operators)
                .map(|(n, operator)| WrittenCourse {
                    name: &operator.name,
                    actions: &operator.then,
                    way: listed("operators", n, "then"),
                })
                .collect(),
            MindSpec::Tree { root, .. } => {
                let mut courses = Vec::new();
                root.courses(vec!["root".to_owned()], &mut courses);
                courses
            }
            MindSpec::Custom { courses, .. } => courses
                .iter()
                .map(|(name, actions)| WrittenCourse { name, actions, way: vec!["courses".to_owned(), name.clone()] })
                .collect(),
        }
    }
}

/// What a mind decides by, at a moment.
pub struct Situation<'a> {
    /// Who decides.
    pub twin: TwinId,
    /// The moment.
    pub now: Time,
    /// The seed of the run.
    pub seed: Seed,
    /// What the twin knows. A mind may write entries of its own blackboard.
    pub values: &'a mut [f64],
    /// What it does, and how courses ended since it decided last.
    pub doing: &'a Doing,
    /// How many turns it has had by the clock.
    pub beat: u32,
    /// What it has seen of the futures, if it has looked ahead.
    pub foreseen: Option<&'a Foreseen>,
}

impl Situation<'_> {
    /// Whether a course is under way.
    pub fn is_under_way(&self, course: u16) -> bool {
        self.doing.activity(course).is_some()
    }
}

/// What a mind remembers from one decision to the next.
#[derive(Component, Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Memory {
    /// Numbers: counters, marks, what is chosen.
    pub marks: Box<[u32]>,
    /// Moments.
    pub times: Box<[Time]>,
    /// How often it has decided at this same moment, and which that is.
    pub rounds: (Time, u32),
}

/// How much a mind remembers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Room {
    /// How many numbers, all 0 at first.
    pub marks: usize,
    /// How many moments, all the start of the run at first.
    pub times: usize,
}

/// Something that a mind could choose, as it weighed it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Weighed {
    /// Its name.
    pub name: String,
    /// What it is worth, where minds of this kind count.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub score: Option<f64>,
    /// Whether it could be chosen.
    pub is_possible: bool,
    /// Whether it is.
    pub is_chosen: bool,
    /// Why, in words.
    pub why: String,
}

/// A kind of mind.
pub trait Mind: Send + Sync {
    /// How much it remembers.
    fn room(&self) -> Room;
    /// Decides. What it wants is added to `wishes`.
    fn decide(&self, situation: &mut Situation, memory: &mut Memory, wishes: &mut Vec<Wish>);
    /// Itself, if it looks ahead.
    fn foresight(&self) -> Option<&Foresee> {
        None
    }
    /// What it weighs in that situation, and why: for people.
    fn weigh(&self, situation: &mut Situation, memory: &Memory) -> Vec<Weighed>;
}

/// What a kind of mind that a Rust program brings is made from.
pub struct MindParts<'a> {
    /// The numbers of its courses, by name.
    pub courses: BTreeMap<&'a str, u16>,
    /// What it asks, compiled, by name.
    pub asks: BTreeMap<&'a str, super::expression::Program>,
    /// What its author gave it.
    pub with: &'a BTreeMap<String, Value>,
}

/// Makes a mind of a kind.
pub type MakeMind = fn(MindParts) -> Result<Box<dyn Mind>, String>;

/// The kinds of minds that Rust programs bring, by name.
#[derive(Resource, Clone, Default)]
pub struct MindKinds(pub BTreeMap<&'static str, MakeMind>);

/// What a plugin can add to minds.
pub trait MindApp {
    /// Registers a kind of mind: `Custom(kind: "name", ..)` in scenes.
    fn register_mind(&mut self, name: &'static str, make: MakeMind) -> &mut Self;
}

impl MindApp for App {
    fn register_mind(&mut self, name: &'static str, make: MakeMind) -> &mut Self {
        self.world_mut().get_resource_or_init::<MindKinds>().0.insert(name, make);
        self
    }
}
