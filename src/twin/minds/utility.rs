//! Utility: every choice is scored by considerations, and the one that is worth most is done.
//!
//! After D. Mark, *Behavioral Mathematics for Game AI* (2009), and D. Mark and K. Dill, "Improving AI decision modeling through
//! utility theory" (GDC 2010): a consideration maps something that is known to a score from 0 to 1 by a response curve; a choice
//! is worth the product of its considerations, compensated for their number.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{Memory, Mind, Room, Situation, Weighed};
use crate::engine::random::Purpose;
use crate::twin::actions::{ActionSpec, Wish};
use crate::twin::expression::Program;

/// Something that can be done.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UtilityChoice {
    /// Its name, unique among the choices.
    #[schemars(example = &"eat")]
    pub name: String,
    /// What makes it worth doing.
    #[schemars(example = json!([{"of": "hunger", "curve": {"Linear": {"low": 0, "high": 1}}}]))]
    pub considerations: Vec<Consideration>,
    /// What its score is multiplied by.
    #[serde(default = "one")]
    #[schemars(range(min = 0))]
    pub weight: f64,
    /// Whether what was begun is finished, whatever else is worth more.
    #[serde(default)]
    pub finishes: bool,
    /// What is done, one after the other, and over again as long as it is chosen.
    pub then: Vec<ActionSpec>,
}

fn one() -> f64 {
    1.0
}

/// Something that makes a choice more or less worth doing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Consideration {
    /// What: an expression. Where it is not known, the score is 0.
    #[schemars(example = &"1 - charge")]
    pub of: String,
    /// How that makes a score from 0 to 1.
    #[serde(default)]
    pub curve: Curve,
}

/// A response curve: makes a score from 0 to 1 of a quantity.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub enum Curve {
    /// Rises evenly from 0 at `low` to 1 at `high`; falls, if `high` is less than `low`.
    Linear {
        /// Where it is 0.
        low: f64,
        /// Where it is 1.
        high: f64,
    },
    /// As `Linear`, to the power of `exponent`: slow at first, if that is more than 1.
    Power {
        /// Where it is 0.
        low: f64,
        /// Where it is 1.
        high: f64,
        /// The exponent.
        #[schemars(range(min = 0.01, max = 100))]
        exponent: f64,
    },
    /// The logistic curve: 1 / (1 + exp(-steepness (x - middle))).
    Logistic {
        /// Where it is a half.
        middle: f64,
        /// How steep it is there; it falls, if this is negative.
        steepness: f64,
    },
    /// The bell curve: exp(-(x - middle)² / 2 width²).
    Bell {
        /// Where it is 1.
        middle: f64,
        /// How wide it is.
        #[schemars(range(min = 1e-9))]
        width: f64,
    },
    /// 0 below, 1 from there on.
    Step {
        /// Where.
        at: f64,
    },
}

impl Default for Curve {
    fn default() -> Self {
        Curve::Linear { low: 0.0, high: 1.0 }
    }
}

impl Curve {
    /// The score of a quantity; 0 if it is not known.
    pub fn score(self, x: f64) -> f64 {
        let share =
            |low: f64, high: f64| if low == high { f64::from(u8::from(x >= low)) } else { (x - low) / (high - low) };
        let score = match self {
            Curve::Linear { low, high } => share(low, high),
            Curve::Power { low, high, exponent } => libm::pow(share(low, high).clamp(0.0, 1.0), exponent),
            Curve::Logistic { middle, steepness } => 1.0 / (1.0 + libm::exp(-steepness * (x - middle))),
            Curve::Bell { middle, width } => libm::exp(-((x - middle) / width) * ((x - middle) / width) / 2.0),
            Curve::Step { at } => f64::from(u8::from(x >= at)),
        };
        if x.is_nan() || score.is_nan() { 0.0 } else { score.clamp(0.0, 1.0) }
    }
}

/// How considerations make up a score.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Combine {
    /// Their product, compensated for their number: any that is 0 rules the choice out.
    #[default]
    Product,
    /// Their mean.
    Mean,
    /// The least of them.
    Least,
}

impl Combine {
    /// The score that these make up; 1 if there are none.
    pub fn of(self, scores: impl ExactSizeIterator<Item = f64>) -> f64 {
        let count = scores.len();
        if count == 0 {
            return 1.0;
        }
        match self {
            Combine::Product => {
                let product: f64 = scores.product();
                // Each factor below 1 pulls the product down: the more there are, the more of that is given back.
                let given_back = (1.0 - product) * (1.0 - 1.0 / count as f64);
                product + given_back * product
            }
            Combine::Mean => scores.sum::<f64>() / count as f64,
            Combine::Least => scores.fold(1.0, f64::min),
        }
    }
}

/// Which choice is taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Pick {
    /// The one that is worth most; of several, the one that is written first.
    #[default]
    Best,
    /// Any, the likelier the more it is worth, once what it was doing is over.
    Weighted,
}

/// A choice, compiled.
pub struct CompiledChoice {
    /// Its name.
    pub name: String,
    /// What makes it worth doing: each with how it is written.
    pub considerations: Vec<(Program, Curve, String)>,
    /// What its score is multiplied by.
    pub weight: f64,
    /// Whether it finishes.
    pub finishes: bool,
    /// Whether it does anything.
    pub acts: bool,
}

/// A mind of utility. The course of a choice has the choice's number.
pub struct Utility {
    /// The choices.
    pub choices: Vec<CompiledChoice>,
    /// How considerations make up scores.
    pub combine: Combine,
    /// What is added to the choice that is followed.
    pub inertia: f64,
    /// What is worth less is not done.
    pub least: f64,
    /// Which is taken.
    pub pick: Pick,
}

/// What it remembers: which choice is followed, plus one; how many times it has picked; which choice failed at the moment
/// that it remembers, plus one.
const FOLLOWED: usize = 0;
const PICKS: usize = 1;
const FAILED: usize = 2;
const FAILED_AT: usize = 0;

const PICK: Purpose = Purpose::new("mind.utility");

impl Utility {
    /// What a choice is worth by itself.
    fn worth(&self, number: usize, situation: &Situation) -> f64 {
        let choice = &self.choices[number];
        let scores = choice.considerations.iter().map(|(of, curve, _)| curve.score(of.run(situation.values)));
        self.combine.of(scores) * choice.weight
    }

    /// What it is worth, with the inertia of what is being done. None if it cannot be chosen.
    fn score(&self, number: usize, situation: &Situation, memory: &Memory) -> Option<f64> {
        let worth = self.worth(number, situation);
        let has_failed = memory.marks[FAILED] == number as u32 + 1 && memory.times[FAILED_AT] == situation.now;
        let is_followed = memory.marks[FOLLOWED] == number as u32 + 1;
        let may = worth >= self.least && worth > 0.0 && !has_failed;
        may.then_some(worth + if is_followed { self.inertia } else { 0.0 })
    }

    fn choose(&self, situation: &Situation, memory: &Memory) -> Option<usize> {
        let followed = memory.marks[FOLLOWED].checked_sub(1).map(|number| number as usize);
        let is_busy = |number: &usize| situation.is_under_way(*number as u16);
        let stays = |number: &usize| self.choices[*number].finishes || self.pick == Pick::Weighted;
        if let Some(followed) = followed.filter(|number| is_busy(number) && stays(number)) {
            return Some(followed);
        }
        let score = |number| Some((number, self.score(number, situation, memory)?));
        let possible = || (0..self.choices.len()).filter_map(score);
        match self.pick {
            Pick::Best => best(possible()),
            Pick::Weighted => {
                let total: f64 = possible().map(|(_, score)| score).sum();
                let mut random = situation.seed.stream(situation.twin.0, PICK, u64::from(memory.marks[PICKS]));
                let mut left = random.uniform() * total;
                let mut last = None;
                for (number, score) in possible() {
                    last = Some(number);
                    left -= score;
                    if left < 0.0 {
                        break;
                    }
                }
                last
            }
        }
    }

    fn hear(&self, situation: &Situation, memory: &mut Memory) {
        let Some(followed) = memory.marks[FOLLOWED].checked_sub(1) else { return };
        let Some(outcome) = situation.doing.outcome(followed as u16) else { return };
        if situation.is_under_way(followed as u16) {
            return;
        }
        memory.marks[FOLLOWED] = 0;
        if !outcome.is_done() {
            (memory.marks[FAILED], memory.times[FAILED_AT]) = (followed + 1, situation.now);
        }
    }
}

/// The number with the greatest score; of several, the first.
fn best(scores: impl Iterator<Item = (usize, f64)>) -> Option<usize> {
    let better = |best: Option<(usize, f64)>, next: (usize, f64)| match best {
        Some(best) if best.1 >= next.1 => Some(best),
        _ => Some(next),
    };
    scores.fold(None, better).map(|(number, _)| number)
}

impl Mind for Utility {
    fn room(&self) -> Room {
        Room { marks: 3, times: 1 }
    }

    fn decide(&self, situation: &mut Situation, memory: &mut Memory, wishes: &mut Vec<Wish>) {
        self.hear(situation, memory);
        let followed = memory.marks[FOLLOWED].checked_sub(1).map(|number| number as usize);
        let chosen = self.choose(situation, memory);
        if chosen == followed {
            return;
        }
        if let Some(former) = followed.filter(|former| situation.is_under_way(*former as u16)) {
            wishes.push(Wish::Stop(former as u16));
        }
        memory.marks[FOLLOWED] = chosen.map_or(0, |chosen| chosen as u32 + 1);
        memory.marks[PICKS] = memory.marks[PICKS].wrapping_add(1);
        if let Some(chosen) = chosen.filter(|chosen| self.choices[*chosen].acts) {
            wishes.push(Wish::Begin(chosen as u16));
        }
    }

    fn weigh(&self, situation: &mut Situation, memory: &Memory) -> Vec<Weighed> {
        let mut memory = memory.clone();
        self.hear(situation, &mut memory);
        let chosen = self.choose(situation, &memory);
        let weigh = |(number, choice): (usize, &CompiledChoice)| {
            let parts = choice.considerations.iter().map(|(of, curve, text)| {
                let value = of.run(situation.values);
                format!("{text} = {} scores {:.3}", shown(value), curve.score(value))
            });
            let mut why: Vec<String> = parts.collect();
            if memory.marks[FOLLOWED] == number as u32 + 1 && self.inertia > 0.0 {
                why.push(format!("inertia {}", self.inertia));
            }
            let score = self.score(number, situation, &memory);
            Weighed {
                name: choice.name.clone(),
                score: Some(score.unwrap_or_else(|| self.worth(number, situation))),
                is_possible: score.is_some(),
                is_chosen: chosen == Some(number),
                why: why.join(", "),
            }
        };
        self.choices.iter().enumerate().map(weigh).collect()
    }
}

/// A number for people to read.
pub fn shown(value: f64) -> String {
    if value.is_nan() { "unknown".to_owned() } else { format!("{}", (value * 1e6).round() / 1e6) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::identity::TwinId;
    use crate::engine::random::Seed;
    use crate::engine::time::{Duration, Time};
    use crate::twin::actions::{Activity, Doing};
    use crate::twin::expression::{Question, Symbol, Type, Unfit, Vocabulary, quantity};
    use proptest::prelude::*;

    #[test]
    fn curves_are_what_they_are_called() {
        let near = |curve: Curve, x: f64, expected: f64| {
            assert!((curve.score(x) - expected).abs() < 1e-12, "{curve:?} {x} {}", curve.score(x));
        };
        near(Curve::Linear { low: 2.0, high: 4.0 }, 3.0, 0.5);
        near(Curve::Linear { low: 4.0, high: 2.0 }, 3.5, 0.25);
        near(Curve::Linear { low: 2.0, high: 4.0 }, 9.0, 1.0);
        near(Curve::Power { low: 0.0, high: 10.0, exponent: 2.0 }, 5.0, 0.25);
        near(Curve::Logistic { middle: 1.0, steepness: 2.0 }, 1.0, 0.5);
        near(Curve::Logistic { middle: 0.0, steepness: 1.0 }, 2.0, 0.880_797_077_977_882_4);
        near(Curve::Bell { middle: 1.0, width: 2.0 }, 3.0, (-0.5_f64).exp());
        near(Curve::Step { at: 1.0 }, 1.0, 1.0);
        near(Curve::Step { at: 1.0 }, 0.99, 0.0);
        near(Curve::Step { at: 1.0 }, f64::NAN, 0.0);
    }

    #[test]
    fn scores_are_combined_as_published() {
        let scores = || [0.5, 0.8].into_iter();
        // 0.4 + 0.4 (1 - 0.4) (1 - 1/2).
        assert!((Combine::Product.of(scores()) - 0.52).abs() < 1e-12);
        assert!((Combine::Mean.of(scores()) - 0.65).abs() < 1e-12);
        assert_eq!(Combine::Least.of(scores()), 0.5);
        assert_eq!(Combine::Product.of([0.3].into_iter()), 0.3);
        assert_eq!(Combine::Product.of([0.0, 1.0].into_iter()), 0.0);
    }

    proptest! {
        #[test]
        fn scores_stay_between_0_and_1_and_rise_with_their_parts(
            scores in prop::collection::vec(0.0_f64..=1.0, 1..6),
            more in 0.0_f64..0.5,
        ) {
            for combine in [Combine::Product, Combine::Mean, Combine::Least] {
                let score = combine.of(scores.iter().copied());
                prop_assert!((0.0..=1.0 + 1e-12).contains(&score));
                let better = combine.of(scores.iter().map(|score| (score + more).min(1.0)));
                prop_assert!(better >= score - 1e-12);
            }
        }
    }

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

    fn utility(inertia: f64, pick: Pick) -> Utility {
        let choice = |name: &str| CompiledChoice {
            name: name.to_owned(),
            considerations: vec![(quantity(name, &mut Letters).unwrap(), Curve::default(), name.to_owned())],
            weight: 1.0,
            finishes: false,
            acts: true,
        };
        Utility { choices: vec![choice("a"), choice("b")], combine: Combine::Product, inertia, least: 0.1, pick }
    }

    fn decide(mind: &Utility, memory: &mut Memory, doing: &Doing, second: i64, values: [f64; 2]) -> Vec<Wish> {
        let (mut values, mut wishes) = (values, Vec::new());
        let now = Time::ZERO + Duration::from_secs(second);
        let mut situation =
            Situation { twin: TwinId(3), now, seed: Seed(1), values: &mut values, doing, beat: 0, foreseen: None };
        mind.decide(&mut situation, memory, &mut wishes);
        wishes
    }

    fn memory() -> Memory {
        Memory { marks: vec![0; 3].into(), times: vec![Time::ZERO].into(), rounds: (Time::ZERO, 0) }
    }

    #[test]
    fn inertia_keeps_it_from_wavering() {
        let (mind, mut memory) = (utility(0.1, Pick::Best), memory());
        let busy = |course| Doing {
            activities: vec![Activity {
                course,
                step: 0,
                since: Time::ZERO,
                serial: 0,
                event: None,
                claimed: None,
                memory: 0,
            }],
            ..Doing::default()
        };
        assert_eq!(decide(&mind, &mut memory, &Doing::default(), 0, [0.5, 0.45]), [Wish::Begin(0)]);
        assert_eq!(decide(&mind, &mut memory, &busy(0), 1, [0.5, 0.55]), []);
        assert_eq!(decide(&mind, &mut memory, &busy(0), 2, [0.5, 0.65]), [Wish::Stop(0), Wish::Begin(1)]);
        assert_eq!(decide(&mind, &mut memory, &busy(1), 3, [0.0, 0.0]), [Wish::Stop(1)]);
        assert_eq!(decide(&mind, &mut memory, &Doing::default(), 4, [0.05, 0.05]), [], "below the least");
        assert_eq!(
            decide(&mind, &mut memory, &Doing::default(), 5, [0.3, 0.3]),
            [Wish::Begin(0)],
            "the first of equals"
        );
    }

    #[test]
    fn weighted_picks_are_as_likely_as_they_are_worth() {
        let (mind, mut memory) = (utility(0.0, Pick::Weighted), memory());
        let mut first = 0;
        for second in 0..4000 {
            memory.marks[FOLLOWED] = 0;
            let wishes = decide(&mind, &mut memory, &Doing::default(), second, [0.3, 0.6]);
            first += i32::from(wishes == [Wish::Begin(0)]);
        }
        // A third, within four standard deviations.
        assert!((f64::from(first) / 4000.0 - 1.0 / 3.0).abs() < 4.0 * (2.0_f64 / 9.0 / 4000.0).sqrt(), "{first}");
    }
}
