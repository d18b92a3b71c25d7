//! Every node and every status, as BehaviorTree.CPP 4 documents them.

use super::*;
use crate::engine::identity::TwinId;
use crate::engine::random::Seed;
use crate::engine::time::Time;
use crate::twin::actions::{Activity, Doing, Outcome};
use crate::twin::expression::{Question, Symbol, Type, Unfit, Vocabulary, condition, quantity};

/// Conditions `a`, `b`, `c` and an entry `n` of the blackboard.
struct Letters;

impl Vocabulary for Letters {
    fn find(&mut self, question: Question) -> Result<Option<Symbol>, Unfit> {
        let Question::Value(name) = question else { return Ok(None) };
        let slot = ["a", "b", "c", "n"].iter().position(|other| *other == name);
        let kind = if name == "n" { Type::Number } else { Type::Truth };
        Ok(slot.map(|slot| Symbol { slot: slot as u32, kind }))
    }
    fn values(&self) -> Vec<&str> {
        Vec::new()
    }
    fn questions(&self) -> Vec<(&str, &str)> {
        Vec::new()
    }
}

impl TreeWords for Letters {
    fn condition(&mut self, _: &[String], text: &str) -> Program {
        condition(text, self).unwrap()
    }
    fn entry(&mut self, _: &[String], _: &str, text: &str) -> (usize, Program) {
        (3, quantity(text, self).unwrap())
    }
}

use Status::{Failure, Running, Skipped, Success};
use TreeSpec::{
    AlwaysFailure as F, AlwaysSuccess as S, Fallback, IfThenElse, Inverter, ParallelAll, ReactiveFallback,
    ReactiveSequence, Sequence, SequenceWithMemory, WhileDoElse,
};

fn is(name: &str) -> TreeSpec {
    TreeSpec::Condition(name.to_owned())
}

/// An action that goes on until the test ends it. Courses are numbered in the order in which they are written.
fn act() -> TreeSpec {
    TreeSpec::Action(vec![ActionSpec::Set(BTreeMap::new())])
}

fn boxed(child: TreeSpec) -> Box<TreeSpec> {
    Box::new(child)
}

/// A child that is skipped.
fn skipped() -> TreeSpec {
    TreeSpec::SkipIf { when: "true".to_owned(), child: boxed(act()) }
}

struct Trial {
    tree: Tree,
    memory: Memory,
    doing: Doing,
    values: [f64; 4],
    wishes: Vec<Wish>,
    now: Time,
}

impl Trial {
    fn new(spec: &TreeSpec) -> Trial {
        let tree = Tree::compile(spec, &mut Letters);
        let Room { marks, times } = tree.room();
        let memory =
            Memory { marks: vec![0; marks].into(), times: vec![Time::ZERO; times].into(), rounds: (Time::ZERO, 0) };
        let values = [0.0; 4];
        Trial { tree, memory, doing: Doing::default(), values, wishes: Vec::new(), now: Time::ZERO }
    }

    /// One tick, one second later; what it wants is done at once.
    fn tick(&mut self) -> Status {
        self.now += Duration::from_secs(1);
        self.wishes.clear();
        let mut situation = Situation {
            twin: TwinId(0),
            now: self.now,
            seed: Seed(1),
            values: &mut self.values,
            doing: &self.doing,
            beat: 0,
            foreseen: None,
        };
        let status = self.tree.tick(&mut situation, &mut self.memory, &mut self.wishes);
        self.doing.outcomes.clear();
        for wish in &self.wishes {
            match *wish {
                Wish::Begin(course) => {
                    assert!(self.doing.activity(course).is_none(), "course {course} is begun twice");
                    self.doing.activities.push(Activity {
                        course,
                        step: 0,
                        since: self.now,
                        serial: 0,
                        event: None,
                        claimed: None,
                        memory: 0,
                    });
                }
                Wish::Stop(course) | Wish::Finish(course) => {
                    self.doing.activities.retain(|activity| activity.course != course);
                }
            }
        }
        status
    }

    fn ends(&mut self, course: u16, outcome: Outcome) {
        assert!(self.doing.activity(course).is_some(), "course {course} is not under way");
        self.doing.activities.retain(|activity| activity.course != course);
        self.doing.outcomes.push((course, outcome));
    }

    fn under_way(&self) -> Vec<u16> {
        let mut courses: Vec<u16> = self.doing.activities.iter().map(|activity| activity.course).collect();
        courses.sort_unstable();
        courses
    }
}

/// What nodes say of children that say this at once. One row a case: the children's statuses by letter (Success, Failure, sKipped,
/// Running), and what each node says.
#[test]
fn control_nodes_say_what_is_documented() {
    let child = |letter| match letter {
        'S' => S,
        'F' => F,
        'K' => skipped(),
        _ => act(),
    };
    let children = |letters: &str| letters.chars().map(child).collect::<Vec<_>>();
    let parallel = |success_count, failure_count, letters| TreeSpec::Parallel {
        success_count,
        failure_count,
        children: children(letters),
    };
    for (letters, sequence, fallback, all) in [
        ("S", Success, Success, Success),
        ("F", Failure, Failure, Failure),
        ("K", Skipped, Skipped, Skipped),
        ("R", Running, Running, Running),
        ("SS", Success, Success, Success),
        ("SF", Failure, Success, Failure),
        ("FS", Failure, Success, Failure),
        ("FF", Failure, Failure, Failure),
        ("SK", Success, Success, Success),
        ("KF", Failure, Failure, Failure),
        ("KK", Skipped, Skipped, Skipped),
        ("SR", Running, Success, Running),
        ("FR", Failure, Running, Running),
        ("RS", Running, Running, Running),
        ("RF", Running, Running, Running),
        ("KR", Running, Running, Running),
    ] {
        let says = |spec: TreeSpec| Trial::new(&spec).tick();
        assert_eq!(says(Sequence(children(letters))), sequence, "Sequence {letters}");
        assert_eq!(says(ReactiveSequence(children(letters))), sequence, "ReactiveSequence {letters}");
        assert_eq!(says(SequenceWithMemory(children(letters))), sequence, "SequenceWithMemory {letters}");
        assert_eq!(says(Fallback(children(letters))), fallback, "Fallback {letters}");
        assert_eq!(says(ReactiveFallback(children(letters))), fallback, "ReactiveFallback {letters}");
        let parallel_all = ParallelAll { max_failures: 1, children: children(letters) };
        assert_eq!(says(parallel_all), all, "ParallelAll {letters}");
    }
    for (success_count, failure_count, letters, expected) in [
        (-1, 1, "SSS", Success),
        (-1, 1, "SRS", Running),
        (-1, 1, "SRF", Failure),
        (2, 2, "SFS", Success),
        (2, 3, "SRR", Running),
        (2, 3, "FF", Failure),
        (1, 2, "FRF", Failure),
        (1, -1, "FRF", Running),
        (1, -1, "FFF", Failure),
        (-1, 1, "SKS", Success),
        // Of all children, those that are skipped count as done; of a number of them, they do not.
        (-1, 1, "KKK", Success),
        (2, 1, "KKK", Skipped),
        (3, 3, "SFR", Failure),
    ] {
        let says = Trial::new(&parallel(success_count, failure_count, letters)).tick();
        assert_eq!(says, expected, "Parallel {success_count} {failure_count} {letters}");
    }
    for (max_failures, letters, expected) in
        [(2, "SFS", Success), (2, "FFS", Failure), (1, "RFS", Running), (-1, "FFF", Failure), (-1, "FFS", Success)]
    {
        let spec = ParallelAll { max_failures, children: children(letters) };
        assert_eq!(Trial::new(&spec).tick(), expected, "ParallelAll {max_failures} {letters}");
    }
    for (letters, if_then, while_do) in [
        ("SSF", Success, Success),
        ("SFS", Failure, Failure),
        ("FSF", Failure, Failure),
        ("FFS", Success, Success),
        ("FS", Failure, Failure),
        ("SS", Success, Success),
        ("SF", Failure, Failure),
        ("RS", Running, Running),
        ("SR", Running, Running),
        ("FSR", Running, Running),
        ("KSS", Skipped, Skipped),
    ] {
        assert_eq!(Trial::new(&IfThenElse(children(letters))).tick(), if_then, "IfThenElse {letters}");
        assert_eq!(Trial::new(&WhileDoElse(children(letters))).tick(), while_do, "WhileDoElse {letters}");
    }
}

#[test]
fn decorators_say_what_is_documented() {
    let child = |letter| match letter {
        'S' => S,
        'F' => F,
        'K' => skipped(),
        _ => act(),
    };
    type Make = fn(TreeSpec) -> TreeSpec;
    let rows: [(&str, Make, [Status; 4]); 11] = [
        ("Inverter", |child| Inverter(boxed(child)), [Failure, Success, Skipped, Running]),
        ("ForceSuccess", |child| TreeSpec::ForceSuccess(boxed(child)), [Success, Success, Skipped, Running]),
        ("ForceFailure", |child| TreeSpec::ForceFailure(boxed(child)), [Failure, Failure, Skipped, Running]),
        (
            "Repeat",
            |child| TreeSpec::Repeat { num_cycles: 3, child: boxed(child) },
            [Success, Failure, Skipped, Running],
        ),
        (
            "Repeat 0",
            |child| TreeSpec::Repeat { num_cycles: 0, child: boxed(child) },
            [Success, Success, Success, Success],
        ),
        (
            "Retry",
            |child| TreeSpec::RetryUntilSuccessful { num_attempts: 3, child: boxed(child) },
            [Success, Failure, Skipped, Running],
        ),
        ("KeepRunning", |child| TreeSpec::KeepRunningUntilFailure(boxed(child)), [Running, Failure, Skipped, Running]),
        (
            "Delay 0",
            |child| TreeSpec::Delay { delay: Duration::ZERO, child: boxed(child) },
            [Success, Failure, Skipped, Running],
        ),
        (
            "Timeout",
            |child| TreeSpec::Timeout { after: Duration::from_secs(9), child: boxed(child) },
            [Success, Failure, Skipped, Running],
        ),
        ("RunOnce", |child| TreeSpec::RunOnce(boxed(child)), [Success, Failure, Skipped, Running]),
        (
            "While",
            |child| TreeSpec::While { when: "not a".to_owned(), child: boxed(child) },
            [Success, Failure, Skipped, Running],
        ),
    ];
    for (name, make, expected) in rows {
        for (letter, expected) in "SFKR".chars().zip(expected) {
            assert_eq!(Trial::new(&make(child(letter))).tick(), expected, "{name} {letter}");
        }
    }
}

#[test]
fn a_sequence_goes_on_where_it_was_and_a_reactive_one_begins_anew() {
    let children = || vec![is("a"), act(), act()];
    let mut trial = Trial::new(&Sequence(children()));
    trial.values[0] = 1.0;
    assert_eq!((trial.tick(), trial.under_way()), (Running, vec![0]));
    trial.values[0] = 0.0;
    assert_eq!((trial.tick(), trial.under_way()), (Running, vec![0]), "the condition is not asked again");
    trial.ends(0, Outcome::Done);
    assert_eq!((trial.tick(), trial.under_way()), (Running, vec![1]));
    trial.ends(1, Outcome::Done);
    assert_eq!(trial.tick(), Success);

    let mut trial = Trial::new(&ReactiveSequence(children()));
    trial.values[0] = 1.0;
    assert_eq!((trial.tick(), trial.under_way()), (Running, vec![0]));
    trial.values[0] = 0.0;
    assert_eq!((trial.tick(), trial.under_way()), (Failure, vec![]), "what ran is stopped");
    assert_eq!(trial.wishes, [Wish::Stop(0)]);
}

/// While a later child runs, a reactive sequence resets those before it: an action that has succeeded is done again.
#[test]
fn a_reactive_sequence_does_earlier_actions_again() {
    let mut trial = Trial::new(&ReactiveSequence(vec![act(), act()]));
    trial.tick();
    trial.ends(0, Outcome::Done);
    assert_eq!((trial.tick(), trial.under_way()), (Running, vec![1]));
    assert_eq!((trial.tick(), trial.under_way()), (Running, vec![0]), "the second is stopped, the first begins");
}

#[test]
fn a_sequence_with_memory_comes_back_to_what_failed() {
    let mut trial = Trial::new(&SequenceWithMemory(vec![act(), act(), act()]));
    trial.tick();
    trial.ends(0, Outcome::Done);
    assert_eq!((trial.tick(), trial.under_way()), (Running, vec![1]));
    trial.ends(1, Outcome::Failed("no".into()));
    assert_eq!(trial.tick(), Failure);
    assert_eq!((trial.tick(), trial.under_way()), (Running, vec![1]), "not the first one again");
    trial.ends(1, Outcome::Done);
    assert_eq!((trial.tick(), trial.under_way()), (Running, vec![2]));
    trial.ends(2, Outcome::Done);
    assert_eq!(trial.tick(), Success);
    assert_eq!((trial.tick(), trial.under_way()), (Running, vec![0]), "and after all of it from the start");

    let mut trial = Trial::new(&Sequence(vec![act(), act()]));
    trial.tick();
    trial.ends(0, Outcome::Done);
    trial.tick();
    trial.ends(1, Outcome::Refused("no".into()));
    assert_eq!(trial.tick(), Failure);
    assert_eq!((trial.tick(), trial.under_way()), (Running, vec![0]), "without memory, the first one again");
}

#[test]
fn a_fallback_stays_with_what_runs_and_a_reactive_one_returns_to_what_is_better() {
    let mut trial = Trial::new(&Fallback(vec![is("a"), act()]));
    assert_eq!((trial.tick(), trial.under_way()), (Running, vec![0]));
    trial.values[0] = 1.0;
    assert_eq!((trial.tick(), trial.under_way()), (Running, vec![0]));
    let mut trial = Trial::new(&ReactiveFallback(vec![is("a"), act()]));
    assert_eq!((trial.tick(), trial.under_way()), (Running, vec![0]));
    trial.values[0] = 1.0;
    assert_eq!((trial.tick(), trial.under_way()), (Success, vec![]));
}

#[test]
fn parallel_children_run_at_the_same_time_and_are_stopped_together() {
    let spec = TreeSpec::Parallel { success_count: 2, failure_count: 2, children: vec![act(), act(), act()] };
    let mut trial = Trial::new(&spec);
    assert_eq!((trial.tick(), trial.under_way()), (Running, vec![0, 1, 2]));
    trial.ends(1, Outcome::Done);
    assert_eq!((trial.tick(), trial.under_way()), (Running, vec![0, 2]), "who is done is not ticked again");
    trial.ends(0, Outcome::Done);
    assert_eq!((trial.tick(), trial.under_way()), (Success, vec![]));
    assert_eq!(trial.wishes, [Wish::Stop(2)]);
    assert_eq!((trial.tick(), trial.under_way()), (Running, vec![0, 1, 2]));
}

#[test]
fn a_condition_of_if_is_asked_once_and_one_of_while_at_each_tick() {
    let children = || vec![is("a"), act(), act()];
    let mut trial = Trial::new(&IfThenElse(children()));
    trial.values[0] = 1.0;
    assert_eq!((trial.tick(), trial.under_way()), (Running, vec![0]));
    trial.values[0] = 0.0;
    assert_eq!((trial.tick(), trial.under_way()), (Running, vec![0]));
    let mut trial = Trial::new(&WhileDoElse(children()));
    trial.values[0] = 1.0;
    assert_eq!((trial.tick(), trial.under_way()), (Running, vec![0]));
    trial.values[0] = 0.0;
    assert_eq!((trial.tick(), trial.under_way()), (Running, vec![1]));
    trial.values[0] = 1.0;
    assert_eq!((trial.tick(), trial.under_way()), (Running, vec![0]));
}

#[test]
fn loops_count_what_happens_over_several_ticks() {
    let mut trial = Trial::new(&TreeSpec::Repeat { num_cycles: 2, child: boxed(act()) });
    trial.tick();
    trial.ends(0, Outcome::Done);
    assert_eq!((trial.tick(), trial.under_way()), (Running, vec![0]), "at once again");
    trial.ends(0, Outcome::Done);
    assert_eq!(trial.tick(), Success);
    let mut trial = Trial::new(&TreeSpec::RetryUntilSuccessful { num_attempts: 2, child: boxed(act()) });
    trial.tick();
    trial.ends(0, Outcome::Failed("no".into()));
    assert_eq!((trial.tick(), trial.under_way()), (Running, vec![0]));
    trial.ends(0, Outcome::Failed("no".into()));
    assert_eq!(trial.tick(), Failure);
    let endless = TreeSpec::Repeat { num_cycles: -1, child: boxed(S) };
    assert_eq!(Trial::new(&endless).tick(), Running, "a loop without end gives the world its turn");
}

#[test]
fn time_decides_over_delays_and_timeouts() {
    let mut trial = Trial::new(&TreeSpec::Delay { delay: Duration::from_secs(2), child: boxed(act()) });
    let statuses: Vec<_> = (0..3).map(|_| (trial.tick(), trial.under_way())).collect();
    assert_eq!(statuses, [(Running, vec![]), (Running, vec![]), (Running, vec![0])]);
    trial.ends(0, Outcome::Done);
    assert_eq!(trial.tick(), Success);
    assert_eq!((trial.tick(), trial.under_way()), (Running, vec![]), "and over again");
    let mut trial = Trial::new(&TreeSpec::Timeout { after: Duration::from_secs(2), child: boxed(act()) });
    assert_eq!([trial.tick(), trial.tick(), trial.tick()], [Running, Running, Failure]);
    assert_eq!((trial.under_way(), &trial.wishes[..]), (vec![], &[Wish::Stop(0)][..]));
}

#[test]
fn what_is_skipped_is_neither_done_nor_failed() {
    let mut trial = Trial::new(&TreeSpec::RunOnce(boxed(act())));
    trial.tick();
    trial.ends(0, Outcome::Done);
    assert_eq!([trial.tick(), trial.tick(), trial.tick()], [Success, Skipped, Skipped]);
    let mut trial = Trial::new(&TreeSpec::SkipIf { when: "a".to_owned(), child: boxed(act()) });
    assert_eq!(trial.tick(), Running);
    trial.values[0] = 1.0;
    assert_eq!(trial.tick(), Running, "what runs is not asked again");
    trial.ends(0, Outcome::Done);
    assert_eq!([trial.tick(), trial.tick()], [Success, Skipped]);
    let mut trial = Trial::new(&TreeSpec::While { when: "not a".to_owned(), child: boxed(act()) });
    assert_eq!(trial.tick(), Running);
    trial.values[0] = 1.0;
    assert_eq!((trial.tick(), trial.under_way()), (Skipped, vec![]), "but this is");
}

#[test]
fn the_blackboard_is_read_and_written_within_a_tick() {
    let count = TreeSpec::SetBlackboard([("n".to_owned(), "n + 1".to_owned())].into());
    let mut trial = Trial::new(&Sequence(vec![count, TreeSpec::Condition("n >= 3".to_owned())]));
    assert_eq!([trial.tick(), trial.tick(), trial.tick()], [Failure, Failure, Success]);
    assert_eq!(trial.values[3], 3.0);
}

#[test]
fn a_tree_is_explained_as_it_is_ticked() {
    let spec = Sequence(vec![is("a"), Fallback(vec![is("b"), act()])]);
    let mut trial = Trial::new(&spec);
    trial.values[0] = 1.0;
    let mut situation = Situation {
        twin: TwinId(0),
        now: Time::ZERO,
        seed: Seed(1),
        values: &mut trial.values,
        doing: &trial.doing,
        beat: 0,
        foreseen: None,
    };
    let weighed = trial.tree.weigh(&mut situation, &trial.memory);
    let said: Vec<String> = weighed
        .iter()
        .map(|said| format!("{}: {}{}", said.name, said.why, if said.is_chosen { " *" } else { "" }))
        .collect();
    assert_eq!(
        said,
        ["Sequence: running", "  a: success", "  Fallback: running", "    b: failure", "    set: running *"]
    );
}
