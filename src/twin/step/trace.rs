//! Why twins did what they did: noted for those whom somebody wants to know about, and for nobody else.
//!
//! None of it is part of the world's state. What is noted of a decision is worked out beside it, by the same functions.

use std::sync::{Arc, Mutex, PoisonError};

use bevy_ecs::prelude::Resource;

use crate::engine::identity::TwinId;
use crate::engine::time::Time;
use crate::twin::actions::{Doing, Outcome, Wish};
use crate::twin::expression::Type;
use crate::twin::faculties::{Faculties, Named};
use crate::twin::knowledge::Knowledge;
use crate::twin::minds::Weighed;
use crate::twin::who::TwinSet;

/// Something that a twin knew when it decided.
#[derive(Clone, Debug, PartialEq)]
pub struct Known {
    /// How conditions call it.
    pub name: Arc<str>,
    /// What it was, in words.
    pub value: String,
    /// How long ago it was seen, in seconds, if it is something that is seen.
    pub age: Option<f64>,
    /// Whether it is something that it believed, and not something that it perceived.
    pub is_belief: bool,
}

/// A decision.
#[derive(Clone, Debug, PartialEq)]
pub struct Decision {
    /// When.
    pub at: Time,
    /// Whose.
    pub twin: TwinId,
    /// What it knew.
    pub known: Vec<Known>,
    /// What it weighed.
    pub weighed: Vec<Weighed>,
    /// What it wanted: courses begun and broken off.
    pub wanted: Vec<String>,
    /// What it was doing before.
    pub doing: Vec<String>,
    /// What had come of what it did before, since it decided last.
    pub outcomes: Vec<String>,
}

/// A course that was followed.
#[derive(Clone, Debug, PartialEq)]
pub struct Deed {
    /// Whose.
    pub twin: TwinId,
    /// Tells it from others of its twin.
    pub serial: u32,
    /// Which.
    pub course: String,
    /// From when.
    pub from: Time,
    /// To when, at which of its actions it ended, and how. None as long as it goes on.
    pub end: Option<(Time, String, Outcome)>,
}

/// Whom somebody follows.
#[derive(Clone, Debug, Default)]
pub enum Followed {
    /// Nobody.
    #[default]
    Nobody,
    /// These.
    Some(TwinSet),
    /// Everybody.
    All,
}

/// What is noted for those who want to know why.
#[derive(Resource, Default)]
pub struct Tracing {
    /// Whose decisions are noted.
    followed: Followed,
    /// Whether courses are noted, of all twins.
    deeds: bool,
    under_way: Vec<Deed>,
    done: Vec<Deed>,
    /// Twins think side by side; what is noted is put in order when it is taken out.
    decisions: Mutex<Vec<Decision>>,
}

impl Tracing {
    /// Notes the decisions of these twins from now on.
    pub fn follow(&mut self, followed: Followed) {
        self.followed = followed;
    }

    /// Whether the decisions of a twin are noted.
    pub fn follows(&self, twin: TwinId) -> bool {
        match &self.followed {
            Followed::Nobody => false,
            Followed::Some(twins) => twins.contains(twin),
            Followed::All => true,
        }
    }

    /// Notes from now on which courses twins follow.
    pub fn note_deeds(&mut self) {
        self.deeds = true;
    }

    #[expect(clippy::too_many_arguments, reason = "a decision has many sides")]
    pub(super) fn note(
        &self,
        make: &Faculties,
        twin: TwinId,
        at: Time,
        weighed: Vec<Weighed>,
        wanted: &[Wish],
        doing: &Doing,
        knowledge: &Knowledge,
    ) {
        let courses = make.reason.as_ref().map_or(&[][..], |reason| &reason.courses);
        let name = |course: u16| courses.get(course as usize).map_or_else(String::new, |course| course.name.clone());
        let wanted = wanted.iter().map(|wish| match wish {
            Wish::Begin(course) => format!("begin {}", name(*course)),
            Wish::Stop(course) => format!("break off {}", name(*course)),
            Wish::Finish(course) => format!("go on with {}", name(*course)),
        });
        let decision = Decision {
            at,
            twin,
            known: make.names.iter().map(|named| known(named, knowledge, at)).collect(),
            weighed,
            wanted: wanted.collect(),
            doing: doing.activities.iter().map(|activity| describe(make, activity.course, activity.step)).collect(),
            outcomes: doing
                .outcomes
                .iter()
                .map(|(course, outcome)| format!("{}: {}", name(*course), outcome.describe()))
                .collect(),
        };
        self.decisions.lock().unwrap_or_else(PoisonError::into_inner).push(decision);
    }

    /// Takes out the decisions that were noted, by time and twin.
    pub fn take_decisions(&mut self) -> Vec<Decision> {
        let decisions = self.decisions.get_mut().unwrap_or_else(PoisonError::into_inner);
        let mut decisions = std::mem::take(decisions);
        decisions.sort_by_key(|decision| (decision.at, decision.twin));
        decisions
    }

    pub(super) fn begin(&mut self, at: Time, twin: TwinId, serial: u32, course: &str) {
        if self.deeds || self.follows(twin) {
            self.under_way.push(Deed { twin, serial, course: course.to_owned(), from: at, end: None });
        }
    }

    pub(super) fn end(&mut self, at: Time, twin: TwinId, serial: u32, action: &str, outcome: &Outcome) {
        let is_it = |deed: &Deed| deed.twin == twin && deed.serial == serial;
        if let Some(place) = self.under_way.iter().position(is_it) {
            let deed = self.under_way.swap_remove(place);
            self.done.push(Deed { end: Some((at, action.to_owned(), outcome.clone())), ..deed });
        }
    }

    /// Takes out the courses that have come to an end.
    pub fn take_deeds(&mut self) -> Vec<Deed> {
        std::mem::take(&mut self.done)
    }

    /// The courses that are under way, by twin.
    pub fn under_way(&self) -> Vec<Deed> {
        let mut deeds = self.under_way.clone();
        deeds.sort_by_key(|deed| (deed.twin, deed.serial));
        deeds
    }
}

/// What an activity is, in words.
pub fn describe(make: &Faculties, course: u16, step: u16) -> String {
    let course = make.reason.as_ref().and_then(|reason| reason.courses.get(course as usize));
    match course {
        Some(course) => {
            let step = course.steps.get(step as usize).map_or("", |step| step.label.as_str());
            if step == course.name { step.to_owned() } else { format!("{} ({step})", course.name) }
        }
        None => String::new(),
    }
}

fn known(named: &Named, knowledge: &Knowledge, now: Time) -> Known {
    let value = knowledge.values.get(named.slot).copied().unwrap_or(f64::NAN);
    let seen = named.clock.and_then(|clock| knowledge.times.get(clock).copied()).filter(|seen| *seen >= Time::ZERO);
    let text = match &named.kind {
        _ if value.is_nan() => "unknown".to_owned(),
        Type::Number => format!("{}", (value * 1e6).round() / 1e6),
        Type::Truth => if value == 0.0 { "no" } else { "yes" }.to_owned(),
        Type::Word(words) => words.get(value as usize).map_or("unknown", |word| word).to_owned(),
        Type::Twin => format!("twin {value}"),
    };
    Known {
        name: named.name.as_str().into(),
        value: text,
        age: seen.map(|seen| (now - seen).seconds()),
        is_belief: named.is_belief,
    }
}
