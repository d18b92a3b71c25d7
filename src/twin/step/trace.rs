//! Why twins did what they did: noted for those whom somebody wants to know about, and for nobody else.
//!
//! None of it is part of the world's state. What is noted of a decision is worked out beside it, by the same functions.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use bevy_app::App;
use bevy_ecs::prelude::{Resource, World};
use serde::{Deserialize, Serialize};

use crate::engine::clock::Clock;
use crate::engine::identity::{Directory, TwinId};
use crate::engine::random::Seed;
use crate::engine::time::Time;
use crate::twin::actions::{Doing, Outcome, Wish};
use crate::twin::expression::Type;
use crate::twin::faculties::{Faculties, FacultyTable, Named};
use crate::twin::knowledge::Knowledge;
use crate::twin::minds::{Memory, Situation, Weighed};
use crate::twin::who::TwinSet;

/// Something that a twin knew when it decided.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Known {
    /// How conditions call it.
    pub name: String,
    /// What it was, in words.
    pub value: String,
    /// How long ago it was seen, in seconds, if it is something that is seen.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub age: Option<f64>,
    /// Whether it is something that it believed, and not something that it perceived.
    pub is_belief: bool,
    /// Whom it is about, if it is somebody: their name becomes its value when it is taken out.
    #[serde(skip)]
    whom: Option<TwinId>,
}

impl Known {
    /// A number, seen so many seconds ago.
    pub fn number(name: String, value: f64, age: Option<f64>, is_belief: bool) -> Known {
        Known { name, value: rounded(value), age, is_belief, whom: None }
    }
}

/// With as many digits as are worth reading.
fn rounded(value: f64) -> String {
    format!("{}", (value * 1e6).round() / 1e6)
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
    pub wanted: Vec<Wanted>,
    /// What it was doing before.
    pub doing: Vec<String>,
    /// What had come of what it did before, since it decided last.
    pub outcomes: Vec<String>,
}

/// Something that a mind wanted, with the name of the course.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wanted {
    /// A course to be begun.
    Begin(String),
    /// A course to be broken off.
    BreakOff(String),
    /// A course to go on, since what it waited for has come.
    GoOn(String),
}

impl std::fmt::Display for Wanted {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        match self {
            Wanted::Begin(course) => write!(f, "begin {course}"),
            Wanted::BreakOff(course) => write!(f, "break off {course}"),
            Wanted::GoOn(course) => write!(f, "go on with {course}"),
        }
    }
}

impl Decision {
    /// Calls those by their names whom it is about.
    fn name_everybody(&mut self, directory: &Directory) {
        for known in &mut self.known {
            if let Some(whom) = known.whom {
                known.value = directory.name(whom).to_string();
            }
        }
    }

    /// Leaves out the ids: whoever reads it knows everybody by name.
    pub fn forget_ids(&mut self) {
        self.twin = TwinId::NONE;
        self.known.iter_mut().for_each(|known| known.whom = None);
    }
}

/// A course that was followed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Deed {
    /// Whose.
    pub twin: TwinId,
    /// Which.
    pub course: String,
    /// From when.
    pub from: Time,
    /// Its end. None as long as it goes on.
    pub end: Option<End>,
}

/// A course that is under way.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Open {
    serial: u32,
    deed: Deed,
}

/// How a course ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct End {
    /// When.
    pub at: Time,
    /// At which of its actions; empty if all were done.
    pub action: String,
    /// How.
    pub outcome: Outcome,
}

/// Whose decisions are noted.
#[derive(Clone, Debug, Default)]
pub enum Followed {
    /// Nobody's.
    #[default]
    Nobody,
    /// Theirs.
    Some(TwinSet),
}

/// What is noted for those who want to know why.
#[derive(Resource, Default)]
pub struct Tracing {
    followed: Followed,
    /// Whether courses are noted, of all twins.
    deeds: bool,
    /// By twin and the serial number of the activity.
    under_way: BTreeMap<(TwinId, u32), Deed>,
    done: Vec<Deed>,
    /// Twins think side by side; what is noted is put in order when it is taken out.
    decisions: Mutex<Vec<Decision>>,
}

impl Tracing {
    /// Notes the decisions of these twins from now on, and what they do.
    pub fn follow(&mut self, followed: Followed) {
        self.followed = followed;
    }

    /// Whether the decisions of a twin are noted.
    pub fn follows(&self, twin: TwinId) -> bool {
        match &self.followed {
            Followed::Nobody => false,
            Followed::Some(twins) => twins.contains(twin),
        }
    }

    /// Notes from now on which courses twins follow.
    pub fn note_deeds(&mut self) {
        self.deeds = true;
    }

    /// Notes a decision.
    pub fn note(&self, decision: Decision) {
        self.decisions.lock().unwrap_or_else(PoisonError::into_inner).push(decision);
    }

    /// Takes out the decisions that were noted, by time and twin.
    pub fn take_decisions(&mut self, directory: &Directory) -> Vec<Decision> {
        let decisions = self.decisions.get_mut().unwrap_or_else(PoisonError::into_inner);
        let mut decisions = std::mem::take(decisions);
        decisions.sort_by_key(|decision| (decision.at, decision.twin));
        decisions.iter_mut().for_each(|decision| decision.name_everybody(directory));
        decisions
    }

    /// Notes that a twin begins a course; `serial` tells it from others of the same twin.
    pub fn begin(&mut self, at: Time, twin: TwinId, serial: u32, course: &str) {
        if self.deeds || self.follows(twin) {
            let deed = Deed { twin, course: course.to_owned(), from: at, end: None };
            self.under_way.insert((twin, serial), deed);
        }
    }

    /// Notes that a course has come to an end, and at which of its actions, if not all were done.
    pub fn end(&mut self, at: Time, twin: TwinId, serial: u32, action: &str, outcome: &Outcome) {
        if self.under_way.is_empty() {
            return;
        }
        if let Some(deed) = self.under_way.remove(&(twin, serial)) {
            let end = End { at, action: action.to_owned(), outcome: outcome.clone() };
            self.done.push(Deed { end: Some(end), ..deed });
        }
    }

    /// Takes out the courses that have come to an end, in the order of their ends.
    pub fn take_deeds(&mut self) -> Vec<Deed> {
        std::mem::take(&mut self.done)
    }

    /// The courses that are under way, to be taken up again by [`Tracing::go_on`].
    pub fn open(&self) -> Vec<Open> {
        self.under_way.iter().map(|((_, serial), deed)| Open { serial: *serial, deed: deed.clone() }).collect()
    }

    /// Takes up courses that were under way when a run was broken off.
    pub fn go_on(&mut self, open: Vec<Open>) {
        self.under_way.extend(open.into_iter().map(|Open { serial, deed }| ((deed.twin, serial), deed)));
    }

    /// The courses that are under way, by twin, in the order in which they were begun.
    pub fn under_way(&self) -> impl Iterator<Item = Deed> + use<> {
        self.under_way.values().cloned().collect::<Vec<_>>().into_iter()
    }
}

/// A twin that has decided: what is noted of it.
pub(super) struct Decided<'a> {
    pub make: &'a Faculties,
    pub twin: TwinId,
    pub at: Time,
    pub doing: &'a Doing,
    pub knowledge: &'a Knowledge,
}

impl Decided<'_> {
    /// What it knew, weighed and wanted.
    pub fn describe(&self, weighed: Vec<Weighed>, wanted: &[Wish]) -> Decision {
        let want = |wish: &Wish| match wish {
            Wish::Begin(course) => Wanted::Begin(self.name(*course)),
            Wish::Stop(course) => Wanted::BreakOff(self.name(*course)),
            Wish::Finish(course) => Wanted::GoOn(self.name(*course)),
        };
        let came = |(course, outcome): &(u16, Outcome)| format!("{}: {}", self.name(*course), outcome.describe());
        Decision {
            at: self.at,
            twin: self.twin,
            known: self.make.names.iter().map(|named| known(named, self.knowledge, self.at)).collect(),
            weighed,
            wanted: wanted.iter().map(want).collect(),
            doing: self.doing.activities.iter().map(|doing| describe(self.make, doing.course, doing.step)).collect(),
            outcomes: self.doing.outcomes.iter().map(came).collect(),
        }
    }

    fn name(&self, course: u16) -> String {
        let courses = self.make.reason.as_ref().map_or(&[][..], |reason| &reason.courses);
        courses.get(course as usize).map_or_else(String::new, |course| course.name.clone())
    }
}

/// What a twin that decides by other means than a mind knows and would weigh now; none if it does not.
pub type Decider = fn(&World, TwinId) -> Option<Decision>;

/// How twins of domains decide that have no mind.
#[derive(Resource, Default)]
struct Deciders(Vec<Decider>);

/// What a plugin can add to explanations.
pub trait DeciderApp {
    /// Registers how twins decide that have no mind.
    fn register_decider(&mut self, decider: Decider) -> &mut Self;
}

impl DeciderApp for App {
    fn register_decider(&mut self, decider: Decider) -> &mut Self {
        self.world_mut().get_resource_or_init::<Deciders>().0.push(decider);
        self
    }
}

/// What a twin knows and would weigh if it decided now, by what it has seen up to now. None if it decides nothing.
pub fn consider(world: &World, twin: TwinId) -> Option<Decision> {
    consider_by_mind(world, twin).or_else(|| considered_otherwise(world, twin))
}

/// Whether a twin decides anything, by a mind or otherwise.
pub fn decides(world: &World, twin: TwinId) -> bool {
    let has_mind = world.resource::<FacultyTable>().of(twin).is_some_and(|make| make.reason.is_some());
    has_mind || considered_otherwise(world, twin).is_some()
}

fn considered_otherwise(world: &World, twin: TwinId) -> Option<Decision> {
    let deciders = world.get_resource::<Deciders>().into_iter().flat_map(|deciders| &deciders.0);
    deciders.into_iter().find_map(|decider| decider(world, twin))
}

fn consider_by_mind(world: &World, twin: TwinId) -> Option<Decision> {
    let directory = world.resource::<Directory>();
    let make = world.resource::<FacultyTable>().of(twin)?;
    let reason = make.reason.as_ref()?;
    let parts = world.entity(directory.entity(twin)?);
    let (knowledge, memory, doing) = (parts.get::<Knowledge>()?, parts.get::<Memory>()?, parts.get::<Doing>()?);
    let (now, seed) = (world.resource::<Clock>().now, *world.resource::<Seed>());
    let mut values = knowledge.values.clone();
    let mut situation = Situation { twin, now, seed, values: &mut values, doing, beat: 0, foreseen: None };
    let weighed = reason.mind.weigh(&mut situation, memory);
    let mut decision = Decided { make, twin, at: now, doing, knowledge }.describe(weighed, &[]);
    decision.name_everybody(directory);
    Some(decision)
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
        Type::Number => rounded(value),
        Type::Truth => if value == 0.0 { "no" } else { "yes" }.to_owned(),
        Type::Word(words) => words.get(value as usize).map_or("unknown", |word| word).to_owned(),
        Type::Twin => "nobody".to_owned(),
    };
    Known {
        name: named.name.clone(),
        value: text,
        age: seen.map(|seen| (now - seen).seconds()),
        is_belief: named.is_belief,
        whom: (named.kind == Type::Twin && !value.is_nan()).then_some(TwinId(value as u64)),
    }
}
