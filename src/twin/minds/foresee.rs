//! Foresight: each thing that could be done is tried out in copies of the world, and what turns out best is done.
//!
//! A rollout algorithm: a candidate is followed from now on, later decisions are made by a simple policy (`fallback`), and the objective
//! is read at the horizon (D. P. Bertsekas and D. A. Castañon, "Rollout algorithms for stochastic scheduling problems", Journal of
//! Heuristics 5, 1999). All candidates are tried in the same futures, so that their differences are compared and not their luck
//! (common random numbers: A. M. Law, *Simulation Modeling and Analysis*, chapter 11). What the twin could not have observed
//! is drawn anew in each future. The playing itself is in [`step::foresee`](crate::twin::step::foresee).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{Memory, Mind, Room, Situation, Weighed};
use crate::engine::time::Duration;
use crate::twin::actions::{ActionSpec, Wish};
use crate::twin::expression::Program;

/// Something that could be done.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CandidateSpec {
    /// Its name, unique among the candidates.
    #[schemars(example = &"maintain now")]
    pub name: String,
    /// When it can be chosen: a condition; without it, always.
    #[serde(default)]
    #[schemars(example = &"machine.up")]
    pub when: Option<String>,
    /// It is chosen without looking ahead where this holds: in the futures that are tried out, by all twins that foresee, this one
    /// included. Of several, the first; where none holds, what was chosen goes on.
    #[serde(default)]
    #[schemars(example = &"health.wear > 0.8")]
    pub fallback: Option<String>,
    /// What is done, one after the other; nothing, to leave things as they are.
    #[serde(default)]
    #[schemars(example = json!([{"Command": {"do": "maintain"}}]))]
    pub then: Vec<ActionSpec>,
}

/// What a future is judged by, when it has come to its horizon: an expression.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Objective {
    /// The less, the better.
    Least(#[schemars(example = &"plant.tardiness")] String),
    /// The more, the better.
    Most(#[schemars(example = &"plant.shipped")] String),
}

impl Objective {
    /// The expression, and the field that it stands in.
    pub fn text(&self) -> (&str, &'static str) {
        match self {
            Objective::Least(text) => (text, "Least"),
            Objective::Most(text) => (text, "Most"),
        }
    }
}

/// Something that could be done, compiled.
pub struct Candidate {
    /// Its name.
    pub name: String,
    /// When it can be chosen.
    pub when: Option<Program>,
    /// When it is chosen without looking ahead.
    pub fallback: Option<Program>,
    /// Whether it does anything.
    pub acts: bool,
}

/// A mind that looks ahead. The course of a candidate has the candidate's number.
pub struct Foresee {
    /// What could be done.
    pub candidates: Vec<Candidate>,
    /// What a future is judged by.
    pub objective: Program,
    /// Whether more of it is better.
    pub wants_most: bool,
    /// How far it looks.
    pub horizon: Duration,
    /// How many futures it tries each candidate in.
    pub samples: u32,
    /// How many steps and events all futures of one decision may have.
    pub budget: u64,
    /// How many standard errors another candidate must be better than what would be chosen without looking ahead.
    pub sure: f64,
}

/// How a candidate has turned out.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Outlook {
    /// Which.
    pub candidate: u16,
    /// What the objective came to, on average. Not a number where it was not known in every future.
    pub mean: f64,
    /// The standard error of the mean; infinite with one future.
    pub error: f64,
}

/// What a twin has seen of the futures.
#[derive(Clone, Debug, PartialEq)]
pub struct Foreseen {
    /// The candidate to be chosen.
    pub choice: u16,
    /// How those have turned out that could be chosen.
    pub outlooks: Vec<Outlook>,
    /// In how many futures each.
    pub samples: u32,
    /// How many steps and events they had, all together.
    pub work: u64,
}

impl Foreseen {
    /// That one candidate is chosen, whatever comes of it.
    pub fn forced(choice: u16) -> Foreseen {
        Foreseen { choice, outlooks: Vec::new(), samples: 0, work: 0 }
    }
}

/// What it remembers: at which of its turns it has looked ahead last; the candidate that is chosen, plus one.
const BEAT: usize = 0;
const CHOSEN: usize = 1;

impl Foresee {
    /// Whether it looks ahead now: once at each of its turns, whatever else wakes it.
    pub fn is_due(&self, beat: u32, memory: &Memory) -> bool {
        beat > memory.marks[BEAT]
    }

    /// The candidate that is chosen now.
    pub fn chosen(memory: &Memory) -> Option<u16> {
        memory.marks[CHOSEN].checked_sub(1).map(|number| number as u16)
    }

    /// The candidates that can be chosen.
    pub fn possible(&self, values: &[f64]) -> Vec<u16> {
        let is_possible = |number: &u16| {
            let candidate = &self.candidates[*number as usize];
            candidate.when.as_ref().is_none_or(|when| when.holds(values))
        };
        (0..self.candidates.len() as u16).filter(is_possible).collect()
    }

    /// What is chosen without looking ahead.
    fn fallback(&self, values: &[f64]) -> Option<u16> {
        let holds = |candidate: &Candidate| candidate.fallback.as_ref().is_some_and(|when| when.holds(values));
        self.possible(values).into_iter().find(|number| holds(&self.candidates[*number as usize]))
    }

    /// What it would go on with if it did not look ahead.
    pub fn otherwise(&self, values: &[f64], chosen: Option<u16>) -> Option<u16> {
        self.fallback(values).or(chosen)
    }

    /// The best of the candidates, by what the objective came to in each future: one row for each candidate, with the same futures
    /// in the same order. Of equal ones the first. What would be done otherwise is done, unless another is better for sure.
    pub fn judge(&self, possible: &[u16], values: &[Vec<f64>], otherwise: Option<u16>) -> Foreseen {
        let sign = if self.wants_most { -1.0 } else { 1.0 };
        let outlooks: Vec<Outlook> = possible
            .iter()
            .zip(values)
            .map(|(candidate, values)| {
                let (mean, error) = mean_and_error(values);
                Outlook { candidate: *candidate, mean, error }
            })
            .collect();
        // What is not known is never the best.
        let cost =
            |place: usize| if outlooks[place].mean.is_nan() { f64::INFINITY } else { sign * outlooks[place].mean };
        let best = (0..possible.len()).min_by(|a, b| cost(*a).total_cmp(&cost(*b))).unwrap_or_default();
        let is_known = cost(best).is_finite();
        let stays = possible.iter().position(|candidate| Some(*candidate) == otherwise).filter(|current| {
            let gains: Vec<f64> =
                values[*current].iter().zip(&values[best]).map(|(now, then)| sign * (now - then)).collect();
            let (gain, error) = mean_and_error(&gains);
            let margin = if self.sure > 0.0 { self.sure * error } else { 0.0 };
            !is_known || cost(*current).is_finite() && gain <= margin
        });
        let choice = possible.get(stays.unwrap_or(best)).copied().unwrap_or_default();
        Foreseen { choice, outlooks, samples: values.first().map_or(0, |values| values.len() as u32), work: 0 }
    }
}

/// The mean of a sample and its standard error.
fn mean_and_error(values: &[f64]) -> (f64, f64) {
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    if values.len() < 2 {
        return (mean, f64::INFINITY);
    }
    let variance = values.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>() / (count - 1.0);
    (mean, (variance / count).sqrt())
}

impl Mind for Foresee {
    fn room(&self) -> Room {
        Room { marks: 2, times: 0 }
    }

    fn foresight(&self) -> Option<&Foresee> {
        Some(self)
    }

    fn decide(&self, situation: &mut Situation, memory: &mut Memory, wishes: &mut Vec<Wish>) {
        if !self.is_due(situation.beat, memory) {
            return;
        }
        memory.marks[BEAT] = situation.beat;
        let foreseen = situation.foreseen.map(|foreseen| foreseen.choice);
        let Some(choice) = foreseen.or_else(|| self.fallback(situation.values)) else { return };
        let former = Foresee::chosen(memory).filter(|former| situation.is_under_way(*former));
        if former == Some(choice) {
            return;
        }
        wishes.extend(former.map(Wish::Stop));
        memory.marks[CHOSEN] = u32::from(choice) + 1;
        if self.candidates[choice as usize].acts {
            wishes.push(Wish::Begin(choice));
        }
    }

    fn weigh(&self, situation: &mut Situation, memory: &Memory) -> Vec<Weighed> {
        let possible = self.possible(situation.values);
        let looks = self.is_due(situation.beat, memory);
        let choice = situation.foreseen.map(|foreseen| foreseen.choice);
        let choice = choice.or_else(|| self.fallback(situation.values)).filter(|_| looks);
        let choice = choice.or_else(|| Foresee::chosen(memory));
        let weigh = |(number, candidate): (u16, &Candidate)| {
            let outlook = situation.foreseen.and_then(|foreseen| {
                let outlook = foreseen.outlooks.iter().find(|outlook| outlook.candidate == number)?;
                Some((outlook, foreseen.samples))
            });
            let is_possible = possible.contains(&number);
            let why = match outlook {
                Some((outlook, 1)) => format!("{} in one future of {}", shown(outlook.mean), self.horizon),
                Some((outlook, samples)) => {
                    let (mean, error) = (shown(outlook.mean), shown(outlook.error));
                    format!("{mean} in {samples} futures of {}, give or take {error}", self.horizon)
                }
                None if !is_possible => "it cannot be chosen now".to_owned(),
                None if choice == Some(number) && !looks => "was chosen when it looked ahead last".to_owned(),
                None if choice == Some(number) => "is chosen without looking ahead".to_owned(),
                None => "it did not look ahead".to_owned(),
            };
            let score = outlook.map(|(outlook, _)| outlook.mean);
            Weighed { name: candidate.name.clone(), score, is_possible, is_chosen: choice == Some(number), why }
        };
        (0..).zip(&self.candidates).map(weigh).collect()
    }
}

/// A number with five digits at most.
fn shown(number: f64) -> String {
    match number.abs() {
        size if size >= 1000.0 => format!("{number:.0}"),
        size if size >= 1.0 => format!("{number:.2}"),
        _ => format!("{number:.4}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mind(sure: f64, wants_most: bool) -> Foresee {
        let candidate = |name: &str| Candidate { name: name.to_owned(), when: None, fallback: None, acts: false };
        Foresee {
            candidates: ["a", "b", "c"].map(candidate).into(),
            objective: Program::default(),
            wants_most,
            horizon: Duration::from_secs(60),
            samples: 3,
            budget: 1000,
            sure,
        }
    }

    #[test]
    fn the_best_on_average_is_chosen() {
        let values = [vec![3.0, 5.0, 4.0], vec![1.0, 2.0, 3.0], vec![9.0, 9.0, 9.0]];
        let foreseen = mind(0.0, false).judge(&[0, 1, 2], &values, Some(0));
        assert_eq!((foreseen.choice, foreseen.samples), (1, 3));
        assert_eq!(foreseen.outlooks[0].mean, 4.0);
        // The variance of 3, 5 and 4 is 1.
        assert!((foreseen.outlooks[0].error - (1.0_f64 / 3.0).sqrt()).abs() < 1e-12);
        assert_eq!(mind(0.0, true).judge(&[0, 1, 2], &values, None).choice, 2);
        assert_eq!(mind(0.0, false).judge(&[0, 2], &[values[0].clone(), values[2].clone()], None).choice, 0);
    }

    #[test]
    fn what_would_be_done_otherwise_is_done_unless_another_is_better_for_sure() {
        // Better by 1 ± 1: one standard error, which is not enough for two.
        let values = [vec![4.0, 4.0, 4.0], vec![2.0, 2.0, 5.0]];
        assert_eq!(mind(0.9, false).judge(&[0, 1], &values, Some(0)).choice, 1);
        assert_eq!(mind(2.0, false).judge(&[0, 1], &values, Some(0)).choice, 0);
        assert_eq!(mind(2.0, false).judge(&[0, 1], &values, None).choice, 1);
        // With one future nothing is sure.
        assert_eq!(mind(1.0, false).judge(&[0, 1], &[vec![4.0], vec![1.0]], Some(0)).choice, 0);
        assert_eq!(mind(0.0, false).judge(&[0, 1], &[vec![4.0], vec![1.0]], Some(0)).choice, 1);
    }

    #[test]
    fn what_is_not_known_is_never_the_best() {
        let values = [vec![f64::NAN, 1.0], vec![7.0, 7.0]];
        assert_eq!(mind(0.0, false).judge(&[0, 1], &values, Some(0)).choice, 1);
        assert_eq!(mind(0.0, true).judge(&[0, 1], &values, None).choice, 1);
    }
}
