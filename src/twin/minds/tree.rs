//! Behaviour trees, whose nodes mean what they mean in BehaviorTree.CPP 4 (D. Faconti,
//! <https://www.behaviortree.dev/docs/>); for the idea see M. Colledanchise and P. Ögren, *Behavior Trees in Robotics and AI*,
//! CRC Press 2018.
//!
//! The tree is ticked whenever the mind decides. When its root has come to an end, it begins anew with the next decision by
//! the clock. The nodes lie one after the other, each before its children.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{Memory, Mind, Room, Situation, Weighed, WrittenCourse};
use crate::engine::time::Duration;
use crate::twin::actions::{ActionSpec, Wish};
use crate::twin::expression::Program;

/// A node of a behaviour tree. A tick of it says that it is running, has succeeded, has failed, or was skipped.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub enum TreeSpec {
    /// One child after the other, until one fails; then all over again. It goes on where it was while a child runs.
    Sequence(#[schemars(length(min = 1))] Vec<TreeSpec>),
    /// As `Sequence`, but begins with the first child at each tick: conditions that no longer hold stop what runs behind them.
    ReactiveSequence(#[schemars(length(min = 1))] Vec<TreeSpec>),
    /// As `Sequence`, but goes on with the child that failed.
    SequenceWithMemory(#[schemars(length(min = 1))] Vec<TreeSpec>),
    /// One child after the other, until one succeeds. It goes on where it was while a child runs.
    Fallback(#[schemars(length(min = 1))] Vec<TreeSpec>),
    /// As `Fallback`, but begins with the first child at each tick.
    ReactiveFallback(#[schemars(length(min = 1))] Vec<TreeSpec>),
    /// All children at the same time, until enough of them have succeeded or failed.
    Parallel {
        /// How many must succeed; negative numbers count from the end: -1 is all of them.
        #[serde(default = "all")]
        success_count: i32,
        /// How many may fail before it fails; negative numbers count from the end.
        #[serde(default = "one")]
        failure_count: i32,
        /// The children, at most 32.
        #[schemars(length(min = 1, max = 32))]
        children: Vec<TreeSpec>,
    },
    /// All children at the same time, until all have come to an end. It fails if so many of them have failed.
    ParallelAll {
        /// From how many on.
        #[serde(default = "one")]
        max_failures: i32,
        /// The children, at most 32.
        #[schemars(length(min = 1, max = 32))]
        children: Vec<TreeSpec>,
    },
    /// The second child if the first succeeds, else the third, if there is one. The first is asked once.
    IfThenElse(#[schemars(length(min = 2, max = 3))] Vec<TreeSpec>),
    /// As `IfThenElse`, but the first child is asked at each tick.
    WhileDoElse(#[schemars(length(min = 2, max = 3))] Vec<TreeSpec>),
    /// Fails where its child succeeds, and the other way round.
    Inverter(Box<TreeSpec>),
    /// Succeeds when its child has come to an end.
    ForceSuccess(Box<TreeSpec>),
    /// Fails when its child has come to an end.
    ForceFailure(Box<TreeSpec>),
    /// Its child so many times, as long as it succeeds.
    Repeat {
        /// How many times; -1 for ever.
        #[schemars(range(min = -1))]
        num_cycles: i32,
        /// The child.
        child: Box<TreeSpec>,
    },
    /// Its child over again while it fails, so many times.
    RetryUntilSuccessful {
        /// How many times; -1 for ever.
        #[schemars(range(min = -1))]
        num_attempts: i32,
        /// The child.
        child: Box<TreeSpec>,
    },
    /// Its child over and over, until it fails.
    KeepRunningUntilFailure(Box<TreeSpec>),
    /// Its child, after a while.
    Delay {
        /// After how long.
        #[schemars(example = &"5s")]
        delay: Duration,
        /// The child.
        child: Box<TreeSpec>,
    },
    /// Its child, which is stopped and has failed if it takes too long.
    Timeout {
        /// How long it may take.
        #[schemars(example = &"1m")]
        after: Duration,
        /// The child.
        child: Box<TreeSpec>,
    },
    /// Its child once; afterwards it is skipped.
    RunOnce(Box<TreeSpec>),
    /// Its child, unless this holds when it would begin; then it is skipped.
    SkipIf {
        /// A condition.
        when: String,
        /// The child.
        child: Box<TreeSpec>,
    },
    /// Its child as long as this holds; else it is stopped and skipped.
    While {
        /// A condition.
        when: String,
        /// The child.
        child: Box<TreeSpec>,
    },
    /// Succeeds if this holds: a condition.
    Condition(#[schemars(example = &"charge > 20%")] String),
    /// Does something, one action after the other.
    Action(#[schemars(example = json!([{"Wait": {"lasts": "10s"}}]))] Vec<ActionSpec>),
    /// Sets entries of the blackboard: expressions. It succeeds at once.
    SetBlackboard(#[schemars(example = json!({"tries": "tries + 1"}))] BTreeMap<String, String>),
    /// Succeeds.
    AlwaysSuccess,
    /// Fails.
    AlwaysFailure,
}

fn all() -> i32 {
    -1
}

fn one() -> i32 {
    1
}

/// How deep a tree may be.
pub const DEEPEST: usize = 64;

impl TreeSpec {
    /// What kind of node it is.
    pub fn kind(&self) -> &'static str {
        match self {
            TreeSpec::Sequence(_) => "Sequence",
            TreeSpec::ReactiveSequence(_) => "ReactiveSequence",
            TreeSpec::SequenceWithMemory(_) => "SequenceWithMemory",
            TreeSpec::Fallback(_) => "Fallback",
            TreeSpec::ReactiveFallback(_) => "ReactiveFallback",
            TreeSpec::Parallel { .. } => "Parallel",
            TreeSpec::ParallelAll { .. } => "ParallelAll",
            TreeSpec::IfThenElse(_) => "IfThenElse",
            TreeSpec::WhileDoElse(_) => "WhileDoElse",
            TreeSpec::Inverter(_) => "Inverter",
            TreeSpec::ForceSuccess(_) => "ForceSuccess",
            TreeSpec::ForceFailure(_) => "ForceFailure",
            TreeSpec::Repeat { .. } => "Repeat",
            TreeSpec::RetryUntilSuccessful { .. } => "RetryUntilSuccessful",
            TreeSpec::KeepRunningUntilFailure(_) => "KeepRunningUntilFailure",
            TreeSpec::Delay { .. } => "Delay",
            TreeSpec::Timeout { .. } => "Timeout",
            TreeSpec::RunOnce(_) => "RunOnce",
            TreeSpec::SkipIf { .. } => "SkipIf",
            TreeSpec::While { .. } => "While",
            TreeSpec::Condition(_) => "Condition",
            TreeSpec::Action(_) => "Action",
            TreeSpec::SetBlackboard(_) => "SetBlackboard",
            TreeSpec::AlwaysSuccess => "AlwaysSuccess",
            TreeSpec::AlwaysFailure => "AlwaysFailure",
        }
    }

    /// Its children, each with the steps that lead to it from here.
    pub fn children(&self) -> Vec<(Vec<String>, &TreeSpec)> {
        match self {
            TreeSpec::Sequence(children)
            | TreeSpec::ReactiveSequence(children)
            | TreeSpec::SequenceWithMemory(children)
            | TreeSpec::Fallback(children)
            | TreeSpec::ReactiveFallback(children)
            | TreeSpec::IfThenElse(children)
            | TreeSpec::WhileDoElse(children) => numbered(&[], children),
            TreeSpec::Parallel { children, .. } | TreeSpec::ParallelAll { children, .. } => {
                numbered(&["children"], children)
            }
            TreeSpec::Inverter(child)
            | TreeSpec::ForceSuccess(child)
            | TreeSpec::ForceFailure(child)
            | TreeSpec::KeepRunningUntilFailure(child)
            | TreeSpec::RunOnce(child) => vec![(Vec::new(), child)],
            TreeSpec::Repeat { child, .. }
            | TreeSpec::RetryUntilSuccessful { child, .. }
            | TreeSpec::Delay { child, .. }
            | TreeSpec::Timeout { child, .. }
            | TreeSpec::SkipIf { child, .. }
            | TreeSpec::While { child, .. } => vec![(vec!["child".to_owned()], child)],
            TreeSpec::Condition(_)
            | TreeSpec::Action(_)
            | TreeSpec::SetBlackboard(_)
            | TreeSpec::AlwaysSuccess
            | TreeSpec::AlwaysFailure => Vec::new(),
        }
    }

    /// The courses of its actions, each before those of the nodes behind it.
    pub(super) fn courses<'a>(&'a self, way: Vec<String>, courses: &mut Vec<WrittenCourse<'a>>) {
        if let TreeSpec::Action(actions) = self {
            let name = actions.first().map_or("nothing", ActionSpec::label);
            courses.push(WrittenCourse { name, actions, way });
            return;
        }
        for (steps, child) in self.children() {
            child.courses(way.iter().cloned().chain(steps).collect(), courses);
        }
    }

    /// How deep it is.
    pub fn depth(&self) -> usize {
        1 + self.children().into_iter().map(|(_, child)| child.depth()).max().unwrap_or(0)
    }
}

fn numbered<'a>(steps: &[&str], children: &'a [TreeSpec]) -> Vec<(Vec<String>, &'a TreeSpec)> {
    let way = |n: usize| steps.iter().map(|step| (*step).to_owned()).chain([n.to_string()]).collect();
    children.iter().enumerate().map(|(n, child)| (way(n), child)).collect()
}

/// What a tick of a node says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// It has not been ticked since it was reset.
    Idle,
    /// It is not at its end.
    Running,
    /// It has succeeded.
    Success,
    /// It has failed.
    Failure,
    /// It was not to be done.
    Skipped,
}

impl Status {
    const ALL: [Status; 5] = [Status::Idle, Status::Running, Status::Success, Status::Failure, Status::Skipped];

    fn is_over(self) -> bool {
        matches!(self, Status::Success | Status::Failure)
    }

    fn inverted(self) -> Status {
        match self {
            Status::Success => Status::Failure,
            Status::Failure => Status::Success,
            other => other,
        }
    }

    /// In a word.
    pub fn word(self) -> &'static str {
        match self {
            Status::Idle => "idle",
            Status::Running => "running",
            Status::Success => "success",
            Status::Failure => "failure",
            Status::Skipped => "skipped",
        }
    }
}

/// What a node does.
pub enum Behaviour {
    /// See [`TreeSpec::Sequence`]; whether it goes on with the child that failed.
    Sequence {
        /// Whether it goes on with the child that failed.
        has_memory: bool,
    },
    /// See [`TreeSpec::ReactiveSequence`].
    ReactiveSequence,
    /// See [`TreeSpec::Fallback`].
    Fallback,
    /// See [`TreeSpec::ReactiveFallback`].
    ReactiveFallback,
    /// See [`TreeSpec::Parallel`].
    Parallel {
        /// How many must succeed.
        success_count: i32,
        /// How many may fail.
        failure_count: i32,
    },
    /// See [`TreeSpec::ParallelAll`].
    ParallelAll {
        /// How many may fail.
        max_failures: i32,
    },
    /// See [`TreeSpec::IfThenElse`].
    IfThenElse,
    /// See [`TreeSpec::WhileDoElse`].
    WhileDoElse,
    /// See [`TreeSpec::Inverter`].
    Inverter,
    /// See [`TreeSpec::ForceSuccess`] and [`TreeSpec::ForceFailure`].
    Force(Status),
    /// See [`TreeSpec::Repeat`].
    Repeat(i32),
    /// See [`TreeSpec::RetryUntilSuccessful`].
    Retry(i32),
    /// See [`TreeSpec::KeepRunningUntilFailure`].
    KeepRunning,
    /// See [`TreeSpec::Delay`].
    Delay(Duration),
    /// See [`TreeSpec::Timeout`].
    Timeout(Duration),
    /// See [`TreeSpec::RunOnce`].
    RunOnce,
    /// See [`TreeSpec::SkipIf`].
    SkipIf(Program),
    /// See [`TreeSpec::While`].
    While(Program),
    /// See [`TreeSpec::Condition`].
    Condition(Program),
    /// See [`TreeSpec::Action`]: its course; none if there is nothing to do.
    Action(Option<u16>),
    /// See [`TreeSpec::SetBlackboard`]: slots, and what they become.
    Set(Vec<(usize, Program)>),
    /// See [`TreeSpec::AlwaysSuccess`] and [`TreeSpec::AlwaysFailure`].
    Always(Status),
}

/// A node, compiled.
pub struct Node {
    /// What it does.
    pub behaviour: Behaviour,
    /// Its children.
    pub children: Vec<usize>,
    /// How it is written, in short.
    pub label: String,
}

/// A behaviour tree: its nodes, the root first, each before its children.
pub struct Tree(pub Vec<Node>);

/// Compiles what is written in a tree; what is wrong, whoever does it notes by itself, and gives something harmless back.
pub trait TreeWords {
    /// A condition, and the way to it from the root.
    fn condition(&mut self, way: &[String], text: &str) -> Program;
    /// A quantity for an entry of the blackboard, whose slot it says.
    fn entry(&mut self, way: &[String], name: &str, text: &str) -> (usize, Program);
}

impl Tree {
    /// Of what is written.
    pub fn compile(root: &TreeSpec, words: &mut dyn TreeWords) -> Tree {
        let (mut nodes, mut courses) = (Vec::new(), 0);
        add(root, &mut Vec::new(), &mut nodes, &mut courses, words);
        Tree(nodes)
    }
}

fn add(
    spec: &TreeSpec,
    way: &mut Vec<String>,
    nodes: &mut Vec<Node>,
    courses: &mut u16,
    words: &mut dyn TreeWords,
) -> usize {
    let number = nodes.len();
    let at = |step: &str, way: &[String]| -> Vec<String> { way.iter().cloned().chain([step.to_owned()]).collect() };
    let mut label = spec.kind().to_owned();
    let behaviour = match spec {
        TreeSpec::Sequence(_) => Behaviour::Sequence { has_memory: false },
        TreeSpec::SequenceWithMemory(_) => Behaviour::Sequence { has_memory: true },
        TreeSpec::ReactiveSequence(_) => Behaviour::ReactiveSequence,
        TreeSpec::Fallback(_) => Behaviour::Fallback,
        TreeSpec::ReactiveFallback(_) => Behaviour::ReactiveFallback,
        TreeSpec::Parallel { success_count, failure_count, .. } => {
            Behaviour::Parallel { success_count: *success_count, failure_count: *failure_count }
        }
        TreeSpec::ParallelAll { max_failures, .. } => Behaviour::ParallelAll { max_failures: *max_failures },
        TreeSpec::IfThenElse(_) => Behaviour::IfThenElse,
        TreeSpec::WhileDoElse(_) => Behaviour::WhileDoElse,
        TreeSpec::Inverter(_) => Behaviour::Inverter,
        TreeSpec::ForceSuccess(_) => Behaviour::Force(Status::Success),
        TreeSpec::ForceFailure(_) => Behaviour::Force(Status::Failure),
        TreeSpec::Repeat { num_cycles, .. } => Behaviour::Repeat(*num_cycles),
        TreeSpec::RetryUntilSuccessful { num_attempts, .. } => Behaviour::Retry(*num_attempts),
        TreeSpec::KeepRunningUntilFailure(_) => Behaviour::KeepRunning,
        TreeSpec::Delay { delay, .. } => Behaviour::Delay(*delay),
        TreeSpec::Timeout { after, .. } => Behaviour::Timeout(*after),
        TreeSpec::RunOnce(_) => Behaviour::RunOnce,
        TreeSpec::SkipIf { when, .. } => {
            label = format!("SkipIf {when}");
            Behaviour::SkipIf(words.condition(&at("when", way), when))
        }
        TreeSpec::While { when, .. } => {
            label = format!("While {when}");
            Behaviour::While(words.condition(&at("when", way), when))
        }
        TreeSpec::Condition(condition) => {
            label = condition.clone();
            Behaviour::Condition(words.condition(way, condition))
        }
        TreeSpec::Action(actions) => {
            label = actions.iter().map(ActionSpec::label).collect::<Vec<_>>().join(", ");
            let course = *courses;
            *courses += 1;
            Behaviour::Action((!actions.is_empty()).then_some(course))
        }
        TreeSpec::SetBlackboard(entries) => {
            let set = entries.iter().map(|(name, text)| words.entry(&at(name, way), name, text));
            Behaviour::Set(set.collect())
        }
        TreeSpec::AlwaysSuccess => Behaviour::Always(Status::Success),
        TreeSpec::AlwaysFailure => Behaviour::Always(Status::Failure),
    };
    nodes.push(Node { behaviour, children: Vec::new(), label });
    for (steps, child) in spec.children() {
        let length = way.len();
        way.extend(steps);
        let child = add(child, way, nodes, courses, words);
        way.truncate(length);
        nodes[number].children.push(child);
    }
    number
}

/// What it remembers of each node: its status, and two numbers.
const MARKS: usize = 3;
/// How many times a loop goes round within one tick before it returns.
const MOST_ROUNDS: u32 = 1_000;

/// A tree being ticked.
struct Tick<'a, 's> {
    tree: &'a [Node],
    situation: &'a mut Situation<'s>,
    memory: &'a mut Memory,
    wishes: &'a mut Vec<Wish>,
    /// What each node has said last in this tick, for whoever wants to know: nodes forget it as soon as those above them end.
    said: Option<&'a mut [Status]>,
}

impl Tick<'_, '_> {
    fn status(&self, node: usize) -> Status {
        Status::ALL[self.memory.marks[node * MARKS] as usize % Status::ALL.len()]
    }

    fn set_status(&mut self, node: usize, status: Status) {
        self.memory.marks[node * MARKS] = status as u32;
    }

    fn mark(&mut self, node: usize) -> &mut u32 {
        &mut self.memory.marks[node * MARKS + 1]
    }

    fn second_mark(&mut self, node: usize) -> &mut u32 {
        &mut self.memory.marks[node * MARKS + 2]
    }

    /// Ticks a node.
    fn tick(&mut self, node: usize) -> Status {
        let status = self.run(node);
        self.set_status(node, status);
        if let Some(said) = &mut self.said {
            said[node] = status;
        }
        status
    }

    /// Stops a node that runs, and all below it. It will begin anew.
    fn halt(&mut self, node: usize) {
        let tree = self.tree;
        let Node { behaviour, children, .. } = &tree[node];
        if let (Behaviour::Action(Some(course)), Status::Running) = (behaviour, self.status(node)) {
            self.wishes.push(Wish::Stop(*course));
        }
        children.iter().for_each(|child| self.halt(*child));
        self.set_status(node, Status::Idle);
        // A sequence with memory keeps its place, and what was run once stays so.
        if !matches!(behaviour, Behaviour::Sequence { has_memory: true } | Behaviour::RunOnce) {
            (*self.mark(node), *self.second_mark(node)) = (0, 0);
        }
    }

    fn reset_children(&mut self, node: usize) {
        let tree = self.tree;
        tree[node].children.iter().for_each(|child| self.halt(*child));
    }

    /// Ends a node: its children will begin anew, and so will it.
    fn end(&mut self, node: usize, status: Status) -> Status {
        self.reset_children(node);
        (*self.mark(node), *self.second_mark(node)) = (0, 0);
        status
    }

    fn run(&mut self, node: usize) -> Status {
        let tree = self.tree;
        let Node { behaviour, children, .. } = &tree[node];
        match behaviour {
            Behaviour::Sequence { has_memory } => self.one_by_one(node, children, Status::Failure, *has_memory),
            Behaviour::Fallback => self.one_by_one(node, children, Status::Success, false),
            Behaviour::ReactiveSequence => self.reactive(node, children, Status::Failure),
            Behaviour::ReactiveFallback => self.reactive(node, children, Status::Success),
            Behaviour::Parallel { success_count, failure_count } => {
                self.parallel(node, children, *success_count, *failure_count)
            }
            Behaviour::ParallelAll { max_failures } => self.parallel_all(node, children, *max_failures),
            Behaviour::IfThenElse => self.if_then_else(node, children),
            Behaviour::WhileDoElse => self.while_do_else(node, children),
            Behaviour::Inverter => {
                let status = self.tick(children[0]).inverted();
                self.pass(node, status)
            }
            Behaviour::Force(forced) => {
                let status = self.tick(children[0]);
                self.pass(node, if status.is_over() { *forced } else { status })
            }
            Behaviour::Repeat(times) => self.again(node, children[0], *times, Status::Success),
            Behaviour::Retry(times) => self.again(node, children[0], *times, Status::Failure),
            Behaviour::KeepRunning => match self.tick(children[0]) {
                Status::Failure => self.end(node, Status::Failure),
                Status::Success => self.end(node, Status::Running),
                status => status,
            },
            Behaviour::Delay(delay) => {
                if self.since(node) < *delay {
                    return Status::Running;
                }
                let status = self.tick(children[0]);
                self.pass(node, status)
            }
            Behaviour::Timeout(after) => {
                if self.since(node) >= *after {
                    return self.end(node, Status::Failure);
                }
                let status = self.tick(children[0]);
                self.pass(node, status)
            }
            Behaviour::RunOnce => {
                if *self.mark(node) == 1 {
                    return Status::Skipped;
                }
                let status = self.tick(children[0]);
                if status.is_over() {
                    self.end(node, status);
                    *self.mark(node) = 1;
                }
                status
            }
            Behaviour::SkipIf(when) => {
                if self.status(node) != Status::Running && when.holds(self.situation.values) {
                    return Status::Skipped;
                }
                let status = self.tick(children[0]);
                self.pass(node, status)
            }
            Behaviour::While(when) => {
                if !when.holds(self.situation.values) {
                    return self.end(node, Status::Skipped);
                }
                let status = self.tick(children[0]);
                self.pass(node, status)
            }
            Behaviour::Condition(condition) => match condition.holds(self.situation.values) {
                true => Status::Success,
                false => Status::Failure,
            },
            Behaviour::Action(course) => self.act(node, *course),
            Behaviour::Set(entries) => {
                for (slot, program) in entries {
                    self.situation.values[*slot] = program.run(self.situation.values);
                }
                Status::Success
            }
            Behaviour::Always(status) => *status,
        }
    }

    /// Passes on what a child said; one that has come to an end will begin anew.
    fn pass(&mut self, node: usize, status: Status) -> Status {
        if status.is_over() || status == Status::Skipped { self.end(node, status) } else { status }
    }

    /// How long a node has been running; it begins now if it was not.
    fn since(&mut self, node: usize) -> Duration {
        if self.status(node) != Status::Running {
            self.memory.times[node] = self.situation.now;
        }
        self.situation.now - self.memory.times[node]
    }

    fn act(&mut self, node: usize, course: Option<u16>) -> Status {
        let Some(course) = course else { return Status::Success };
        match self.status(node) {
            Status::Idle => {
                self.wishes.push(Wish::Begin(course));
                Status::Running
            }
            Status::Running => match self.situation.doing.outcome(course) {
                Some(outcome) if outcome.is_done() => Status::Success,
                Some(_) => Status::Failure,
                None => Status::Running,
            },
            // What has come to an end stays so until it is reset.
            status => status,
        }
    }

    /// A sequence stops at a failure, a fallback at a success.
    fn one_by_one(&mut self, node: usize, children: &[usize], stop: Status, has_memory: bool) -> Status {
        if self.status(node) != Status::Running {
            *self.second_mark(node) = 0;
        }
        while let Some(&child) = children.get(*self.mark(node) as usize) {
            match self.tick(child) {
                Status::Running | Status::Idle => return Status::Running,
                Status::Skipped => *self.second_mark(node) += 1,
                status if status == stop => {
                    if has_memory {
                        children[*self.mark(node) as usize..].iter().for_each(|child| self.halt(*child));
                        return status;
                    }
                    return self.end(node, status);
                }
                _ => {}
            }
            *self.mark(node) += 1;
        }
        let all_skipped = *self.second_mark(node) as usize == children.len();
        self.end(node, if all_skipped { Status::Skipped } else { stop.inverted() })
    }

    fn reactive(&mut self, node: usize, children: &[usize], stop: Status) -> Status {
        let mut all_skipped = true;
        for &child in children {
            let status = self.tick(child);
            all_skipped &= status == Status::Skipped;
            match status {
                Status::Running => {
                    children.iter().filter(|other| **other != child).for_each(|other| self.halt(*other));
                    return Status::Running;
                }
                Status::Skipped => self.halt(child),
                status if status == stop => return self.end(node, status),
                _ => {}
            }
        }
        self.end(node, if all_skipped { Status::Skipped } else { stop.inverted() })
    }

    /// Ticks the children that have not come to an end. Its marks are those that succeeded and those that failed, a bit each.
    /// Says how many were skipped, having called `check` after each.
    fn side_by_side(
        &mut self,
        node: usize,
        children: &[usize],
        check: impl Fn(u32, u32, usize) -> Option<Status>,
    ) -> Result<usize, Status> {
        let mut skipped = 0;
        for (number, &child) in children.iter().enumerate() {
            let bit = 1_u32 << number;
            if (*self.mark(node) | *self.second_mark(node)) & bit == 0 {
                match self.tick(child) {
                    Status::Success => *self.mark(node) |= bit,
                    Status::Failure => *self.second_mark(node) |= bit,
                    Status::Skipped => skipped += 1,
                    Status::Running | Status::Idle => {}
                }
            }
            let (succeeded, failed) = (self.mark(node).count_ones(), self.second_mark(node).count_ones());
            if let Some(status) = check(succeeded, failed, skipped) {
                return Err(self.end(node, status));
            }
        }
        Ok(skipped)
    }

    fn parallel(&mut self, node: usize, children: &[usize], success_count: i32, failure_count: i32) -> Status {
        let count = children.len();
        let threshold = |number: i32| if number < 0 { (count as i32 + number + 1).max(0) } else { number };
        let (needed, allowed) = (threshold(success_count) as usize, threshold(failure_count) as usize);
        let check = |succeeded: u32, failed: u32, skipped: usize| {
            let (succeeded, failed) = (succeeded as usize, failed as usize);
            match () {
                () if succeeded >= needed || success_count < 0 && succeeded + skipped >= needed => {
                    Some(Status::Success)
                }
                () if count - failed < needed || failed == allowed => Some(Status::Failure),
                () => None,
            }
        };
        match self.side_by_side(node, children, check) {
            Err(status) => status,
            Ok(skipped) if skipped == count => Status::Skipped,
            Ok(_) => Status::Running,
        }
    }

    fn parallel_all(&mut self, node: usize, children: &[usize], max_failures: i32) -> Status {
        let count = children.len();
        let limit = if max_failures < 0 { (count as i32 + max_failures + 1).max(0) } else { max_failures } as u32;
        let Ok(skipped) = self.side_by_side(node, children, |_, _, _| None) else { return Status::Running };
        let failed = self.second_mark(node).count_ones();
        let over = (*self.mark(node) | *self.second_mark(node)).count_ones() as usize;
        match () {
            () if skipped == count => Status::Skipped,
            () if over + skipped < count => Status::Running,
            () if failed >= limit => self.end(node, Status::Failure),
            () => self.end(node, Status::Success),
        }
    }

    fn if_then_else(&mut self, node: usize, children: &[usize]) -> Status {
        if *self.mark(node) == 0 {
            match self.tick(children[0]) {
                Status::Success => *self.mark(node) = 1,
                Status::Failure if children.len() == 3 => *self.mark(node) = 2,
                Status::Running | Status::Idle => return Status::Running,
                status => return self.end(node, status),
            }
        }
        let branch = children[*self.mark(node) as usize];
        match self.tick(branch) {
            Status::Running => Status::Running,
            status => self.end(node, status),
        }
    }

    fn while_do_else(&mut self, node: usize, children: &[usize]) -> Status {
        let status = match (self.tick(children[0]), children) {
            (Status::Success, [_, then, rest @ ..]) => {
                rest.iter().for_each(|child| self.halt(*child));
                self.tick(*then)
            }
            (Status::Failure, [_, then, otherwise]) => {
                self.halt(*then);
                self.tick(*otherwise)
            }
            (Status::Running | Status::Idle, _) => return Status::Running,
            (status, _) => status,
        };
        if status == Status::Running { status } else { self.end(node, status) }
    }

    /// A repetition goes on after a success, a retry after a failure.
    fn again(&mut self, node: usize, child: usize, times: i32, goes_on_after: Status) -> Status {
        for _ in 0..MOST_ROUNDS {
            if times >= 0 && *self.mark(node) >= times as u32 {
                return self.end(node, goes_on_after);
            }
            match self.tick(child) {
                Status::Running | Status::Idle => return Status::Running,
                Status::Skipped => {
                    self.halt(child);
                    return Status::Skipped;
                }
                status if status == goes_on_after => {
                    *self.mark(node) += 1;
                    self.halt(child);
                }
                status => return self.end(node, status),
            }
        }
        Status::Running
    }
}

impl Tree {
    fn tick(&self, situation: &mut Situation, memory: &mut Memory, wishes: &mut Vec<Wish>) -> Status {
        let mut tick = Tick { tree: &self.0, situation, memory, wishes, said: None };
        let status = tick.tick(0);
        if status != Status::Running {
            tick.halt(0);
        }
        status
    }
}

impl Mind for Tree {
    fn room(&self) -> Room {
        Room { marks: self.0.len() * MARKS, times: self.0.len() }
    }

    fn decide(&self, situation: &mut Situation, memory: &mut Memory, wishes: &mut Vec<Wish>) {
        self.tick(situation, memory, wishes);
    }

    fn weigh(&self, situation: &mut Situation, memory: &Memory) -> Vec<Weighed> {
        let (mut memory, mut wishes) = (memory.clone(), Vec::new());
        let mut said = vec![Status::Idle; self.0.len()];
        let (memory, wishes) = (&mut memory, &mut wishes);
        Tick { tree: &self.0, situation, memory, wishes, said: Some(&mut said) }.tick(0);
        let tick = Tick { tree: &self.0, situation, memory, wishes, said: None };
        let mut depths = vec![0; self.0.len()];
        let mut weighed = Vec::new();
        for (number, node) in self.0.iter().enumerate() {
            node.children.iter().for_each(|child| depths[*child] = depths[number] + 1);
            // Who was not ticked now may have ended before.
            let status = if said[number] == Status::Idle { tick.status(number) } else { said[number] };
            weighed.push(Weighed {
                name: format!("{}{}", "  ".repeat(depths[number]), node.label),
                score: None,
                is_possible: matches!(status, Status::Running | Status::Success),
                is_chosen: status == Status::Running && node.children.is_empty(),
                why: status.word().to_owned(),
            });
        }
        weighed
    }
}

#[cfg(test)]
mod tests;
