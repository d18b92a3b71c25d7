//! Compiles what contractors make of missions: whether they take one on, what they bid, and whether its goal is reached.

use super::super::{Fault, Taking};
use super::Maker;
use crate::engine::identity::TwinId;
use crate::twin::expression::{self, Symbol, Type};
use crate::twin::missions::duties::{OFFER, Takes};

impl Maker<'_, '_> {
    /// `given`: the kinds of missions that the twin may be given, a bit each.
    pub(super) fn contractor(&mut self, takes: &Takes, given: u64) {
        let kinds = self.words.ground.missions;
        let values = kinds.values();
        let first = self.words.take(OFFER.len() + values.len());
        let names =
            OFFER.iter().map(|(name, _)| (*name).to_owned()).chain(values.iter().map(|name| format!("offer.{name}")));
        let names: Vec<String> = names.collect();
        for (place, name) in names.iter().enumerate() {
            let kind = if place == 0 { self.words.mission_kinds() } else { Type::Number };
            self.words.tell(name.clone(), Symbol { slot: (first + place) as u32, kind });
        }
        let when = takes.when.as_ref().map(|text| self.condition(&["contractor", "when"], text));
        let bid = takes.bid.as_ref().map(|text| self.quantity(&["contractor", "bid"], text));
        // Nothing is on offer while minds decide.
        names.iter().for_each(|name| self.words.forget(name));
        // More kinds than bits are refused, but only later.
        let goals = (0_u32..).zip(&kinds.0).map(|(number, (name, kind))| {
            let is_given = given.checked_shr(number).is_some_and(|given| given & 1 == 1);
            let text = kind.goal.as_ref().filter(|_| is_given)?;
            expression::condition(text, &mut self.words).map_err(|error| self.wrong_goal(name, error)).ok()
        });
        let goals = goals.collect();
        let Takes { at_once, preempts, .. } = *takes;
        self.made.taking = Some(Taking { at_once: at_once as usize, preempts, when, bid, offer: first, goals });
    }

    fn wrong_goal(&mut self, kind: &str, error: expression::ExpressionError) {
        let way = ["missions", kind, "goal"].map(str::to_owned).to_vec();
        let expression::ExpressionError { place, message, help } = error;
        let message = format!("of `{}`: {message}", self.words.ground.directory.name(self.words.twin));
        self.faults.push(Fault { twin: TwinId::NONE, way, place: Some(place), message, help });
    }
}
