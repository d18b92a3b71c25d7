//! Plans against known optima, and against a search that asks for nothing but the costs.

use super::*;
use crate::engine::identity::TwinId;
use crate::engine::random::Seed;
use crate::engine::time::{Duration, Time};
use crate::twin::actions::{Activity, Doing, Outcome};
use crate::twin::expression::{Question, Symbol, Type, Unfit, Vocabulary, condition, conjuncts, quantity};
use proptest::prelude::*;

/// Facts by name, all of them numbers.
struct Names(Vec<String>);

impl Vocabulary for Names {
    fn find(&mut self, question: Question) -> Result<Option<Symbol>, Unfit> {
        let Question::Value(name) = question else { return Ok(None) };
        let slot = self.0.iter().position(|other| other == name);
        Ok(slot.map(|slot| Symbol { slot: slot as u32, kind: Type::Number }))
    }
    fn values(&self) -> Vec<&str> {
        Vec::new()
    }
    fn questions(&self) -> Vec<(&str, &str)> {
        Vec::new()
    }
}

/// An operator: its name, what it needs, what it sets, and its cost.
type Written<'a> = (&'a str, &'a str, &'a [(&'a str, &'a str)], f64);

/// A problem: names of facts; operators; and the goal.
fn planner(facts: &[&str], operators: &[Written], goals: &[&str]) -> Planner {
    let mut names = Names(facts.iter().map(|name| (*name).to_owned()).collect());
    let place = |name: &str| facts.iter().position(|other| *other == name).unwrap();
    let operators = operators
        .iter()
        .map(|(name, needs, sets, cost)| CompiledOperator {
            name: (*name).to_owned(),
            needs: (!needs.is_empty()).then(|| condition(needs, &mut names).unwrap()),
            sets: sets.iter().map(|(fact, text)| (place(fact), quantity(text, &mut names).unwrap())).collect(),
            cost: quantity(&format!("{cost:?}"), &mut names).unwrap(),
            acts: true,
        })
        .collect();
    let goals = goals
        .iter()
        .map(|wants| CompiledGoal {
            name: (*wants).to_owned(),
            when: None,
            wants: condition(wants, &mut names).unwrap(),
            parts: conjuncts(wants, &mut names).unwrap(),
        })
        .collect();
    let facts = facts.iter().map(|name| ((*name).to_owned(), quantity(name, &mut names).unwrap())).collect();
    Planner { facts, operators, goals, most_states: 200_000 }
}

fn cost(planner: &Planner, facts: &[f64]) -> Option<f64> {
    let plan = planner.plan(&planner.goals[0], facts, facts)?;
    // A plan is what it says: it can be done, costs what it says, and leads to the goal.
    let (mut now, mut next) = (facts.to_vec(), Vec::new());
    let mut spent = 0.0;
    for operator in &plan.operators {
        assert!(planner.after(*operator, &now, &mut next), "the plan can be done");
        std::mem::swap(&mut now, &mut next);
        spent += planner.operators[*operator as usize].cost.run(facts);
    }
    assert!(planner.goals[0].wants.holds(&now));
    assert_eq!(spent, plan.cost);
    Some(plan.cost)
}

/// Die Hard: from jugs of 3 and 5 litres to 4 litres takes six steps.
#[test]
fn two_jugs_make_four_litres_in_six_steps() {
    let planner = planner(
        &["small", "large"],
        &[
            ("fill small", "", &[("small", "3")], 1.0),
            ("fill large", "", &[("large", "5")], 1.0),
            ("empty small", "", &[("small", "0")], 1.0),
            ("empty large", "", &[("large", "0")], 1.0),
            ("small to large", "", &[("large", "min(5, large + small)"), ("small", "max(0, small + large - 5)")], 1.0),
            ("large to small", "", &[("small", "min(3, small + large)"), ("large", "max(0, small + large - 3)")], 1.0),
        ],
        &["large == 4"],
    );
    assert_eq!(cost(&planner, &[0.0, 0.0]), Some(6.0));
}

/// Towers of Hanoi: 2^n - 1 moves (É. Lucas, 1883).
#[test]
fn towers_take_as_many_moves_as_they_must() {
    let moves: Vec<(String, String, usize, f64)> = (0..4)
        .flat_map(|disc| {
            (0..3).flat_map(move |from| {
                (0..3).filter(move |to| *to != from).map(move |to| {
                    // No smaller disc may lie on it, nor where it goes.
                    let free: Vec<String> =
                        (0..disc).map(|small| format!("d{small} != {from} and d{small} != {to}")).collect();
                    let needs =
                        std::iter::once(format!("d{disc} == {from}")).chain(free).collect::<Vec<_>>().join(" and ");
                    (format!("{disc} to {to}"), needs, disc, f64::from(to))
                })
            })
        })
        .collect();
    let names = ["d0", "d1", "d2", "d3"];
    let sets: Vec<[(&str, String); 1]> =
        moves.iter().map(|(.., disc, to)| [(names[*disc], format!("{to:?}"))]).collect();
    let sets: Vec<Vec<(&str, &str)>> = sets.iter().map(|[(fact, text)]| vec![(*fact, text.as_str())]).collect();
    let operators: Vec<Written> = moves
        .iter()
        .zip(&sets)
        .map(|((name, needs, ..), sets)| (name.as_str(), needs.as_str(), sets.as_slice(), 1.0))
        .collect();
    let planner = planner(&names, &operators, &["d0 == 2 and d1 == 2 and d2 == 2 and d3 == 2"]);
    assert_eq!(cost(&planner, &[0.0; 4]), Some(15.0));
}

/// The dearer first step can be the cheaper way.
#[test]
fn the_cheapest_way_is_not_the_shortest() {
    let steps: [Written; 3] = [
        ("fly", "at == 0", &[("at", "9")], 10.0),
        ("walk", "at == 0", &[("at", "1")], 2.0),
        ("ride", "at == 1", &[("at", "9")], 3.0),
    ];
    assert_eq!(cost(&planner(&["at"], &steps, &["at == 9"]), &[0.0]), Some(5.0));
    assert_eq!(cost(&planner(&["at"], &steps, &["at == 7"]), &[0.0]), None);
    assert_eq!(cost(&planner(&["at"], &steps, &["at == 0"]), &[0.0]), Some(0.0));
}

/// Chains without end are given up.
#[test]
fn a_search_without_end_is_given_up() {
    let mut planner = planner(&["n"], &[("up", "", &[("n", "n + 1")], 1.0)], &["n < 0"]);
    planner.most_states = 50;
    assert_eq!(planner.plan(&planner.goals[0], &[0.0], &[0.0]), None);
}

/// As [`Written`], with texts of its own.
type Operator = (String, String, Vec<(&'static str, String)>, f64);

proptest! {
    /// Random graphs, against Dijkstra's algorithm in its plainest form.
    #[test]
    fn plans_are_as_cheap_as_can_be(
        edges in prop::collection::vec((0_u8..7, 0_u8..7, 1_u8..9), 0..25),
        flags in prop::collection::vec((0_u8..7, 1_u8..5), 1..4),
    ) {
        // One walks from 0; at some places a flag can be raised; all of two are wanted, and to be at 6.
        let names = ["at", "f0", "f1", "f2"];
        let mut operators: Vec<Operator> = edges
            .iter()
            .map(|(from, to, cost)| (format!("{from}-{to}"), format!("at == {from}"), vec![("at", format!("{to}"))], f64::from(*cost)))
            .collect();
        for (n, (place, cost)) in flags.iter().enumerate() {
            operators.push((format!("flag {n}"), format!("at == {place}"), vec![(names[n + 1], "1".to_owned())], f64::from(*cost)));
        }
        let sets: Vec<Vec<(&str, &str)>> =
            operators.iter().map(|(_, _, sets, _)| sets.iter().map(|(fact, text)| (*fact, text.as_str())).collect()).collect();
        let rows: Vec<Written> = operators
            .iter()
            .zip(&sets)
            .map(|((name, needs, _, cost), sets)| (name.as_str(), needs.as_str(), sets.as_slice(), *cost))
            .collect();
        let planner = planner(&names, &rows, &["at == 6 and f0 == 1"]);
        // States: place and whether the first flag is up; the others change nothing that is wanted.
        let mut least = [[f64::INFINITY; 2]; 7];
        least[0][0] = 0.0;
        for _ in 0..20 {
            for (from, to, cost) in &edges {
                let ways = least[*from as usize].map(|way| way + f64::from(*cost));
                let [down, up] = &mut least[*to as usize];
                (*down, *up) = (down.min(ways[0]), up.min(ways[1]));
            }
            let (place, cost) = flags[0];
            least[place as usize][1] = least[place as usize][1].min(least[place as usize][0] + f64::from(cost));
        }
        let expected = Some(least[6][1]).filter(|cost| cost.is_finite());
        prop_assert_eq!(cost(&planner, &[0.0; 4]), expected);
    }
}

/// A world that does what the planner wants, or does not.
struct Trial {
    planner: Planner,
    memory: Memory,
    doing: Doing,
    facts: Vec<f64>,
    now: Time,
}

impl Trial {
    /// What it wants at the next moment.
    fn decide(&mut self) -> Vec<Wish> {
        self.now += Duration::from_secs(1);
        let mut wishes = Vec::new();
        let mut values = self.facts.clone();
        let mut situation = Situation {
            twin: TwinId(0),
            now: self.now,
            seed: Seed(1),
            values: &mut values,
            doing: &self.doing,
            beat: 0,
            foreseen: None,
        };
        self.planner.decide(&mut situation, &mut self.memory, &mut wishes);
        self.doing.outcomes.clear();
        for wish in &wishes {
            match *wish {
                Wish::Begin(course) => self.doing.activities.push(Activity {
                    course,
                    step: 0,
                    since: self.now,
                    serial: 0,
                    event: None,
                    claimed: None,
                    memory: 0,
                }),
                Wish::Stop(course) | Wish::Finish(course) => {
                    self.doing.activities.retain(|activity| activity.course != course);
                }
            }
        }
        wishes
    }

    fn ends(&mut self, outcome: Outcome) {
        let activity = self.doing.activities.pop().unwrap();
        self.doing.outcomes.push((activity.course, outcome));
    }
}

fn doors() -> Trial {
    let planner = planner(
        &["at", "key"],
        &[
            ("fetch", "at == 0", &[("key", "1")], 1.0),
            ("door", "key == 1 and at == 0", &[("at", "1")], 1.0),
            ("window", "at == 0", &[("at", "1")], 9.0),
            ("back", "at == 1", &[("at", "0")], 1.0),
        ],
        &["at == 1"],
    );
    let Room { marks, times } = planner.room();
    let memory =
        Memory { marks: vec![0; marks].into(), times: vec![Time::ZERO; times].into(), rounds: (Time::ZERO, 0) };
    Trial { planner, memory, doing: Doing::default(), facts: vec![0.0, 0.0], now: Time::ZERO }
}

#[test]
fn a_plan_is_followed_and_given_up_when_the_world_disagrees() {
    let mut trial = doors();
    assert_eq!(trial.decide(), [Wish::Begin(0)]);
    assert_eq!(trial.decide(), [], "it is under way");
    trial.facts[1] = 1.0;
    trial.ends(Outcome::Done);
    assert_eq!(trial.decide(), [Wish::Begin(1)]);
    trial.facts[0] = 1.0;
    trial.ends(Outcome::Done);
    assert_eq!(trial.decide(), [], "the goal is reached");

    // The key is done with, and yet not there: it is fetched again.
    let mut trial = doors();
    trial.decide();
    trial.ends(Outcome::Done);
    assert_eq!(trial.decide(), [Wish::Begin(0)]);
    // What fails is tried again, but not at the same moment.
    trial.ends(Outcome::Failed("no".into()));
    assert_eq!(trial.decide(), []);
    assert_eq!(trial.decide(), [Wish::Begin(0)]);
    // Somebody else has opened: what is under way is stopped.
    trial.facts[0] = 1.0;
    assert_eq!(trial.decide(), [Wish::Stop(0)]);
}
