//! Rules: of those that apply, the one with the highest priority is followed.
//!
//! A rule that is followed goes on as long as it applies (hysteresis: `until`), and gives way to one that is more important. When
//! it is over it can rest for a while (`cool_down`).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{Memory, Mind, Room, Situation, Weighed};
use crate::engine::time::{Duration, Time};
use crate::twin::actions::{ActionSpec, Wish};
use crate::twin::expression::Program;

/// A rule.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Its name, unique among the rules.
    #[schemars(example = &"recharge")]
    pub name: String,
    /// When it applies: a condition; without it, always.
    #[serde(default)]
    #[schemars(example = &"charge < 20%")]
    pub when: Option<String>,
    /// Once followed, it applies until this holds: a condition; without it, as long as `when` holds.
    #[serde(default)]
    #[schemars(example = &"charge > 95%")]
    pub until: Option<String>,
    /// Rules with a higher one go first; of those with the same, the one that is written first.
    #[serde(default)]
    #[schemars(example = 10)]
    pub priority: i32,
    /// How long it rests when it is over.
    #[serde(default)]
    #[schemars(example = &"30s")]
    pub cool_down: Duration,
    /// How long it is followed at least, whatever else applies.
    #[serde(default)]
    #[schemars(example = &"5s")]
    pub at_least: Duration,
    /// Whether what was begun is finished, whatever else applies.
    #[serde(default)]
    pub finishes: bool,
    /// Whether it is followed only once each time it begins to apply.
    #[serde(default)]
    pub once: bool,
    /// What is done, one after the other, and over again as long as it applies.
    #[schemars(example = json!([{"Go": {"to": {"Nearest": "dock-*"}}}]))]
    pub then: Vec<ActionSpec>,
}

/// A rule, compiled.
pub struct CompiledRule {
    /// Its name.
    pub name: String,
    /// When it applies, and as it is written.
    pub when: Option<(Program, String)>,
    /// Until when.
    pub until: Option<(Program, String)>,
    /// How important it is.
    pub priority: i32,
    /// How long it rests.
    pub cool_down: Duration,
    /// How long it is followed at least.
    pub at_least: Duration,
    /// Whether it finishes.
    pub finishes: bool,
    /// Whether it is followed once only.
    pub once: bool,
    /// Whether it does anything.
    pub acts: bool,
}

/// A mind of rules. The course of a rule has the rule's number.
pub struct Rules {
    rules: Vec<CompiledRule>,
    /// The numbers of the rules, the most important first.
    order: Vec<u16>,
}

/// What it remembers: which rule is followed, plus one; then for each rule whether it has been followed since it began to apply.
const FOLLOWED: usize = 0;
const SPENT: usize = 1;
/// Since when that one is followed; then for each rule until when it rests.
const SINCE: usize = 0;
const RESTS: usize = 1;

/// Why a rule is not followed, or that it could be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    Applies,
    DoesNotApply,
    Rests(Time),
    Spent,
}

impl Rules {
    /// Of these rules, in the order in which they are written.
    pub fn new(rules: Vec<CompiledRule>) -> Rules {
        let mut order: Vec<u16> = (0..rules.len() as u16).collect();
        order.sort_by_key(|number| -i64::from(rules[*number as usize].priority));
        Rules { rules, order }
    }

    fn standing(&self, number: u16, situation: &Situation, memory: &Memory) -> Standing {
        let (rule, place) = (&self.rules[number as usize], number as usize);
        if memory.marks[FOLLOWED] == u32::from(number) + 1 {
            let goes_on = self.goes_on(number, situation) || self.is_bound(number, situation, memory);
            return if goes_on { Standing::Applies } else { Standing::DoesNotApply };
        }
        let applies = rule.when.as_ref().is_none_or(|(when, _)| when.holds(situation.values));
        match () {
            () if !applies => Standing::DoesNotApply,
            () if memory.times[RESTS + place] > situation.now => Standing::Rests(memory.times[RESTS + place]),
            () if rule.once && memory.marks[SPENT + place] == 1 => Standing::Spent,
            () => Standing::Applies,
        }
    }

    /// Whether the rule that is followed still applies by its conditions.
    fn goes_on(&self, number: u16, situation: &Situation) -> bool {
        let rule = &self.rules[number as usize];
        match (&rule.until, &rule.when) {
            (Some((until, _)), _) => !until.holds(situation.values),
            (None, Some((when, _))) => when.holds(situation.values),
            (None, None) => true,
        }
    }

    /// Whether the rule that is followed cannot be given up now.
    fn is_bound(&self, number: u16, situation: &Situation, memory: &Memory) -> bool {
        let rule = &self.rules[number as usize];
        situation.now - memory.times[SINCE] < rule.at_least || rule.finishes && situation.is_under_way(number)
    }

    fn followed(memory: &Memory) -> Option<u16> {
        memory.marks[FOLLOWED].checked_sub(1).map(|number| number as u16)
    }

    /// The rule to be followed now.
    fn choose(&self, situation: &Situation, memory: &Memory) -> Option<u16> {
        if let Some(followed) = Rules::followed(memory).filter(|number| self.is_bound(*number, situation, memory)) {
            return Some(followed);
        }
        self.order.iter().copied().find(|number| self.standing(*number, situation, memory) == Standing::Applies)
    }

    /// Takes note of how the course of the rule that is followed ended.
    fn hear(&self, situation: &Situation, memory: &mut Memory) {
        let Some(followed) = Rules::followed(memory) else { return };
        let Some(outcome) = situation.doing.outcome(followed) else { return };
        if situation.is_under_way(followed) {
            return;
        }
        let (rule, place) = (&self.rules[followed as usize], followed as usize);
        memory.marks[FOLLOWED] = 0;
        // What failed is not tried again at the same moment.
        let least = if outcome.is_done() { Duration::ZERO } else { Duration::from_nanos(1) };
        memory.times[RESTS + place] = situation.now + rule.cool_down.max(least);
    }
}

impl Mind for Rules {
    fn room(&self) -> Room {
        Room { marks: SPENT + self.rules.len(), times: RESTS + self.rules.len() }
    }

    fn decide(&self, situation: &mut Situation, memory: &mut Memory, wishes: &mut Vec<Wish>) {
        self.hear(situation, memory);
        for (place, rule) in self.rules.iter().enumerate().filter(|(_, rule)| rule.once) {
            if rule.when.as_ref().is_some_and(|(when, _)| !when.holds(situation.values)) {
                memory.marks[SPENT + place] = 0;
            }
        }
        let (followed, chosen) = (Rules::followed(memory), self.choose(situation, memory));
        if let Some(former) = followed.filter(|former| Some(*former) != chosen) {
            if situation.is_under_way(former) {
                wishes.push(Wish::Stop(former));
            }
            memory.times[RESTS + former as usize] = situation.now + self.rules[former as usize].cool_down;
            memory.marks[FOLLOWED] = 0;
        }
        let Some(chosen) = chosen.filter(|chosen| Some(*chosen) != followed) else { return };
        memory.marks[FOLLOWED] = u32::from(chosen) + 1;
        memory.marks[SPENT + chosen as usize] = 1;
        memory.times[SINCE] = situation.now;
        if self.rules[chosen as usize].acts {
            wishes.push(Wish::Begin(chosen));
        }
    }

    fn weigh(&self, situation: &mut Situation, memory: &Memory) -> Vec<Weighed> {
        let mut memory = memory.clone();
        self.hear(situation, &mut memory);
        let (chosen, followed) = (self.choose(situation, &memory), Rules::followed(&memory));
        let weigh = |&number: &u16| {
            let rule = &self.rules[number as usize];
            let standing = self.standing(number, situation, &memory);
            let is_followed = followed == Some(number);
            let condition = match (&rule.until, &rule.when) {
                (Some((_, until)), _) if is_followed => format!("until {until}"),
                (_, Some((_, when))) => when.clone(),
                (_, None) => "always".to_owned(),
            };
            let why = match standing {
                Standing::Applies if is_followed && !self.goes_on(number, situation) => "is finished first".to_owned(),
                Standing::Applies if is_followed => format!("goes on: {condition}"),
                Standing::Applies => format!("applies: {condition}"),
                Standing::DoesNotApply if is_followed => format!("is over: {condition}"),
                Standing::DoesNotApply => format!("does not apply: {condition}"),
                Standing::Rests(until) => format!("rests until {until}"),
                Standing::Spent => "has been followed since it began to apply".to_owned(),
            };
            Weighed {
                name: rule.name.clone(),
                score: Some(f64::from(rule.priority)),
                is_possible: standing == Standing::Applies,
                is_chosen: chosen == Some(number),
                why,
            }
        };
        self.order.iter().map(weigh).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::identity::TwinId;
    use crate::engine::random::Seed;
    use crate::twin::actions::{Activity, Doing, Outcome};
    use crate::twin::expression::{Question, Symbol, Type, Unfit, Vocabulary, condition};

    struct Letters;

    impl Vocabulary for Letters {
        fn find(&mut self, question: Question) -> Result<Option<Symbol>, Unfit> {
            let Question::Value(name) = question else { return Ok(None) };
            let slot = ["a", "b"].iter().position(|other| *other == name);
            Ok(slot.map(|slot| Symbol { slot: slot as u32, kind: Type::Number }))
        }
        fn values(&self) -> Vec<&str> {
            Vec::new()
        }
        fn questions(&self) -> Vec<(&str, &str)> {
            Vec::new()
        }
    }

    fn rule(name: &str, when: &str) -> CompiledRule {
        let compile = |text: &str| (condition(text, &mut Letters).unwrap(), text.to_owned());
        CompiledRule {
            name: name.to_owned(),
            when: (!when.is_empty()).then(|| compile(when)),
            until: None,
            priority: 0,
            cool_down: Duration::ZERO,
            at_least: Duration::ZERO,
            finishes: false,
            once: false,
            acts: true,
        }
    }

    fn until(text: &str) -> Option<(Program, String)> {
        Some((condition(text, &mut Letters).unwrap(), text.to_owned()))
    }

    /// Lets rules decide at whole seconds; the world does what they want at once, and courses end when `ends` says so.
    struct Trial {
        mind: Rules,
        memory: Memory,
        doing: Doing,
    }

    impl Trial {
        fn new(rules: Vec<CompiledRule>) -> Trial {
            let mind = Rules::new(rules);
            let Room { marks, times } = mind.room();
            let memory =
                Memory { marks: vec![0; marks].into(), times: vec![Time::ZERO; times].into(), rounds: (Time::ZERO, 0) };
            Trial { mind, memory, doing: Doing::default() }
        }

        /// The name of the rule that is followed then.
        fn at(&mut self, second: i64, a: f64, b: f64) -> &str {
            let mut wishes = Vec::new();
            let mut values = [a, b];
            let now = Time::ZERO + Duration::from_secs(second);
            let mut situation = Situation {
                twin: TwinId(0),
                now,
                seed: Seed(1),
                values: &mut values,
                doing: &self.doing,
                beat: 0,
                foreseen: None,
            };
            let weighed = self.mind.weigh(&mut situation, &self.memory);
            self.mind.decide(&mut situation, &mut self.memory, &mut wishes);
            let followed = Rules::followed(&self.memory).map_or("", |n| &self.mind.rules[n as usize].name);
            let chosen = weighed.iter().find(|weighed| weighed.is_chosen).map_or("", |weighed| &weighed.name);
            assert_eq!(followed, chosen, "what is explained is what is done");
            self.doing.outcomes.clear();
            for wish in wishes {
                match wish {
                    Wish::Begin(course) => self.doing.activities.push(Activity {
                        course,
                        step: 0,
                        since: now,
                        serial: 0,
                        event: None,
                        claimed: None,
                        memory: 0,
                    }),
                    Wish::Stop(course) | Wish::Finish(course) => {
                        self.doing.activities.retain(|activity| activity.course != course)
                    }
                }
            }
            assert!(self.doing.activities.len() <= 1, "one rule acts at a time");
            followed
        }

        fn ends(&mut self, outcome: Outcome) {
            let activity = self.doing.activities.pop().unwrap();
            self.doing.outcomes.push((activity.course, outcome));
        }
    }

    #[test]
    fn the_most_important_rule_that_applies_is_followed() {
        let mut trial = Trial::new(vec![
            rule("rest", ""),
            CompiledRule { priority: 1, ..rule("go", "a > 1") },
            CompiledRule { priority: 2, ..rule("flee", "b > 1") },
        ]);
        assert_eq!(trial.at(0, 0.0, 0.0), "rest");
        assert_eq!(trial.at(1, 2.0, 0.0), "go");
        assert_eq!(trial.at(2, 2.0, 2.0), "flee");
        assert_eq!(trial.at(3, 2.0, f64::NAN), "go", "what is not known does not apply");
        assert_eq!(trial.at(4, 0.0, 0.0), "rest");
    }

    #[test]
    fn hysteresis_keeps_a_rule_until_it_is_over() {
        let recharge = CompiledRule { until: until("a > 9"), priority: 1, ..rule("recharge", "a < 2") };
        let mut trial = Trial::new(vec![recharge, rule("work", "")]);
        assert_eq!(trial.at(0, 5.0, 0.0), "work");
        assert_eq!(trial.at(1, 1.0, 0.0), "recharge");
        assert_eq!(trial.at(2, 5.0, 0.0), "recharge");
        assert_eq!(trial.at(3, 9.5, 0.0), "work");
        assert_eq!(trial.at(4, 5.0, 0.0), "work");
    }

    #[test]
    fn a_rule_rests_when_it_is_over() {
        let call = CompiledRule { cool_down: Duration::from_secs(10), priority: 1, ..rule("call", "a > 1") };
        let mut trial = Trial::new(vec![call, rule("wait", "")]);
        assert_eq!(trial.at(0, 2.0, 0.0), "call");
        trial.ends(Outcome::Done);
        assert_eq!(trial.at(1, 2.0, 0.0), "wait");
        assert_eq!(trial.at(10, 2.0, 0.0), "wait");
        assert_eq!(trial.at(11, 2.0, 0.0), "call");
    }

    #[test]
    fn what_failed_is_not_tried_again_at_the_same_moment() {
        let mut trial = Trial::new(vec![CompiledRule { priority: 1, ..rule("try", "") }, rule("else", "")]);
        assert_eq!(trial.at(0, 0.0, 0.0), "try");
        trial.ends(Outcome::Refused("no".into()));
        assert_eq!(trial.at(0, 0.0, 0.0), "else");
        assert_eq!(trial.at(1, 0.0, 0.0), "try");
        trial.ends(Outcome::Done);
        assert_eq!(trial.at(1, 0.0, 0.0), "try", "what was done can be done again at once");
    }

    #[test]
    fn once_is_once_each_time_it_begins_to_apply() {
        let tell = CompiledRule { once: true, priority: 1, ..rule("tell", "a > 1") };
        let mut trial = Trial::new(vec![tell, rule("wait", "")]);
        assert_eq!(trial.at(0, 2.0, 0.0), "tell");
        trial.ends(Outcome::Done);
        assert_eq!(trial.at(1, 2.0, 0.0), "wait");
        assert_eq!(trial.at(2, 0.0, 0.0), "wait");
        assert_eq!(trial.at(3, 2.0, 0.0), "tell");
    }

    #[test]
    fn some_rules_are_not_given_up() {
        let steady = CompiledRule { at_least: Duration::from_secs(5), ..rule("steady", "b < 1") };
        let mut trial = Trial::new(vec![steady, CompiledRule { priority: 1, ..rule("other", "a > 1") }]);
        assert_eq!(trial.at(0, 0.0, 0.0), "steady");
        assert_eq!(trial.at(1, 2.0, 0.0), "steady");
        assert_eq!(trial.at(5, 2.0, 0.0), "other");
        let dock = CompiledRule { finishes: true, ..rule("dock", "b < 1") };
        let mut trial = Trial::new(vec![dock, CompiledRule { priority: 1, ..rule("other", "a > 1") }]);
        assert_eq!(trial.at(0, 0.0, 0.0), "dock");
        assert_eq!(trial.at(1, 2.0, 2.0), "dock");
        trial.ends(Outcome::Done);
        assert_eq!(trial.at(2, 2.0, 2.0), "other");
    }
}
