//! Compiles beliefs.

use std::collections::BTreeMap;

use super::super::{ASKED, MOST_INPUTS, Named, Notion};
use super::{Maker, circle, in_order, unknown};
use crate::engine::spelling::nearest;
use crate::engine::time::Duration;
use crate::twin::beliefs::classifier::Classifier;
use crate::twin::beliefs::cusum::Cusum;
use crate::twin::beliefs::ewma::Ewma;
use crate::twin::beliefs::holt::Holt;
use crate::twin::beliefs::kalman::Kalman;
use crate::twin::beliefs::last::Last;
use crate::twin::beliefs::remaining_life::RemainingLife;
use crate::twin::beliefs::seasonal::Seasonal;
use crate::twin::beliefs::z_score::ZScore;
use crate::twin::beliefs::{Belief, BeliefSpec, Fading};
use crate::twin::expression::{self, ExpressionError, Program, Symbol, Type};

impl Maker<'_, '_> {
    pub(super) fn beliefs(&mut self, beliefs: &BTreeMap<String, BeliefSpec>) {
        let texts = beliefs
            .iter()
            .map(|(name, spec)| (name.as_str(), spec.inputs().into_iter().map(|(_, text)| text).collect::<Vec<_>>()));
        let order = in_order(texts.collect());
        for name in &order.circle {
            self.fault(&["beliefs", name], circle(name), "leave one of the names out");
        }
        for name in order.order {
            self.belief(name, &beliefs[name]);
        }
    }

    pub(super) fn belief(&mut self, name: &str, spec: &BeliefSpec) {
        let mut inputs = Vec::new();
        let mut kind = Type::Number;
        let is_formula = matches!(spec, BeliefSpec::Formula { .. });
        for (steps, text) in spec.inputs() {
            let compiled = expression::compile(text, &mut self.words);
            let way = || ["beliefs", name].map(str::to_owned).into_iter().chain(steps.clone()).collect();
            match compiled {
                Ok((program, found)) => {
                    // Yes and no are 1 and 0 to whoever estimates; words and twins are no quantities.
                    if !is_formula && !matches!(found, Type::Number | Type::Truth) {
                        let message = "a belief is of a quantity, or of what is true or false".to_owned();
                        let error = ExpressionError { place: 0..text.len(), message, help: None };
                        self.wrong(way(), error);
                    }
                    kind = found;
                    inputs.push(program);
                }
                Err(error) => {
                    self.wrong(way(), error);
                    inputs.push(unknown());
                }
            }
        }
        if inputs.len() > MOST_INPUTS {
            self.fault(&["beliefs", name], format!("a belief is of at most {MOST_INPUTS} things"), "leave some out");
            return;
        }
        let Some(belief) = self.estimator(name, spec) else { return };
        let says = belief.says();
        let first = self.words.take(says.len());
        let memory = self.words.take(belief.remembers());
        let clock = self.clock();
        let depends = inputs.iter().flat_map(Program::reads).map(|slot| self.depends_on(slot as usize));
        let depends = depends.fold(0, |all, one| all | one);
        for (said, slot) in says.iter().zip(first..) {
            let full = if said.name.is_empty() { name.to_owned() } else { format!("{name}.{}", said.name) };
            let kind = if is_formula { kind.clone() } else { said.kind.clone() };
            self.words.tell(full.clone(), Symbol { slot: slot as u32, kind: kind.clone() });
            self.words.seen.insert(full.clone(), clock);
            self.depends.insert(slot, depends);
            self.made.names.push(Named { name: full, slot, kind, clock: Some(clock), is_belief: true });
        }
        let (says, memory) = (first..first + says.len(), memory..memory + belief.remembers());
        self.made.notions.push(Notion { name: name.to_owned(), belief, inputs, says, memory, clock, depends });
    }

    /// The sensors that a slot depends on. What is asked of the world is new whenever the twin looks around.
    pub(super) fn depends_on(&self, slot: usize) -> u64 {
        self.depends.get(&slot).copied().unwrap_or(ASKED)
    }

    /// The estimator. None if it makes no sense, which is noted.
    pub(super) fn estimator(&mut self, name: &str, spec: &BeliefSpec) -> Option<Box<dyn Belief>> {
        Some(match spec {
            BeliefSpec::Last { .. } | BeliefSpec::Formula { .. } => Box::new(Last),
            BeliefSpec::Ewma { half_life, .. } => {
                if half_life.is_zero() {
                    self.fault(
                        &["beliefs", name, "half_life"],
                        "`half_life` should be more than 0",
                        "use `Last` for the newest value",
                    );
                    return None;
                }
                Box::new(Ewma::new(*half_life))
            }
            BeliefSpec::Kalman { noise, jerks, wanders, has_rate, .. } => {
                Box::new(Kalman { noise: noise * noise, jerks: *jerks, wanders: *wanders, has_rate: *has_rate })
            }
            BeliefSpec::Holt { level, trend, ahead, .. } => {
                Box::new(Holt { level: *level, trend: *trend, ahead: *ahead })
            }
            BeliefSpec::ZScore { half_life, first, .. } => {
                if half_life.is_some_and(Duration::is_zero) {
                    self.fault(
                        &["beliefs", name, "half_life"],
                        "`half_life` should be more than 0",
                        "leave it out for equal weights",
                    );
                    return None;
                }
                let fading = half_life.map(|half_life| Fading { half_life: half_life.seconds() });
                Box::new(ZScore { fading, first: *first })
            }
            BeliefSpec::Cusum { target, slack, limit, .. } => {
                Box::new(Cusum { target: *target, slack: *slack, limit: *limit })
            }
            BeliefSpec::RemainingLife { limit, window, exponential, .. } => {
                if *exponential && *limit <= 0.0 {
                    let help = "take `exponential` away, or measure what is always above 0";
                    self.fault(&["beliefs", name, "limit"], "a share of itself never grows to 0 or below", help);
                    return None;
                }
                Box::new(RemainingLife::new(*limit, *window as usize, *exponential))
            }
            BeliefSpec::Seasonal { period, parts, learns, ahead, .. } => {
                if period.is_zero() {
                    self.fault(
                        &["beliefs", name, "period"],
                        "`period` should be more than 0",
                        "write \"1d\" or \"1week\"",
                    );
                    return None;
                }
                Box::new(Seasonal { period: *period, parts: *parts as usize, learns: *learns, ahead: *ahead })
            }
            BeliefSpec::Classifier { model, features } => return self.classifier(name, model, features),
            BeliefSpec::Custom { kind, with, .. } => match self.kinds.beliefs.0.get(kind.as_str()) {
                None => {
                    let known = self.kinds.beliefs.0.keys().copied().collect();
                    self.unknown_kind(&["beliefs", name, "kind"], "belief", kind, known);
                    return None;
                }
                Some(make) => match make(with) {
                    Ok(belief) => belief,
                    Err(why) => {
                        self.fault(&["beliefs", name, "with"], why, format!("see what the belief `{kind}` needs"));
                        return None;
                    }
                },
            },
        })
    }

    pub(super) fn classifier(
        &mut self,
        name: &str,
        model: &str,
        features: &BTreeMap<String, String>,
    ) -> Option<Box<dyn Belief>> {
        let known = &self.kinds.classifiers.0;
        let Some(found) = known.get(model) else {
            let help = match nearest(model, known.keys().map(String::as_str)) {
                Some(near) => format!("did you mean `{near}`?"),
                None if known.is_empty() => {
                    "train one with `autotwin train`, and include the file that it writes".to_owned()
                }
                None => format!("there are {}", known.keys().cloned().collect::<Vec<_>>().join(", ")),
            };
            self.fault(&["beliefs", name, "model"], format!("there is no classifier `{model}`"), help);
            return None;
        };
        let names: Vec<&str> = found.features.iter().map(|feature| feature.name.as_str()).collect();
        for feature in features.keys().filter(|feature| !names.contains(&feature.as_str())) {
            let help = match nearest(feature, names.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("its features are `{}`", names.join("`, `")),
            };
            self.fault(&["beliefs", name, "features", feature], format!("the model has no feature `{feature}`"), help);
        }
        let place = |name: &&str| features.keys().position(|feature| feature == name);
        Some(Box::new(Classifier { model: found.clone(), order: names.iter().map(place).collect() }))
    }

    // ---- minds ------------------------------------------------------------------------------------------------------
}
