//! Actions: what a twin can do, and what it is doing.
//!
//! A mind wants *courses*, each a list of actions that are done one after the other. What a mind wants is granted in Settle, in
//! the order (time, twin, sequence), after passing the [`gate`](super::gate). An action ends at once, at a moment that is known,
//! or when something happens; it can fail, be refused, or be interrupted, and the mind is told how its course ended.
//!
//! Each kind is in its file, behind the trait [`Action`]. Domains and Rust users add kinds with [`ActionApp::register_action`].

use std::borrow::Cow;
use std::collections::BTreeMap;

use bevy_app::App;
use bevy_ecs::prelude::{Component, Resource, World};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::expression::Program;
use super::knowledge::Knowledge;
use crate::engine::clock::Clock;
use crate::engine::command::Value;
use crate::engine::distribution::Distribution;
use crate::engine::identity::{Directory, TwinId};
use crate::engine::queue::EventHandle;
use crate::engine::random::Stream;
use crate::engine::time::{Duration, Time};

pub mod claim;
pub mod command;
pub mod go;
pub mod mission;
pub mod note;
pub mod say;
pub mod set;
pub mod undertake;

/// Something that a twin does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub enum ActionSpec {
    /// Waits.
    Wait {
        /// How long.
        #[schemars(example = &"10s")]
        lasts: Distribution<Duration>,
    },
    /// Goes somewhere. It needs a part `drive`.
    Go {
        /// Where to.
        to: Target,
        /// How fast at most; without it, as fast as its `drive` allows.
        #[serde(default)]
        #[schemars(range(min = 1e-6), extend("x-unit" = "m/s"))]
        speed: Option<f64>,
        /// How far before the target it stops.
        #[serde(default)]
        #[schemars(range(min = 0), extend("x-unit" = "m"))]
        within: f64,
    },
    /// Claims a place at the nearest of these that has one free, until the course ends: a charger, a tool. Refused if all are
    /// taken.
    Claim {
        /// Whose: a name, a pattern or a kind, with a part `service`.
        #[schemars(example = &"dock-*")]
        of: String,
        /// Whether it queues up at the nearest where all are taken.
        #[serde(default)]
        waits: bool,
    },
    /// Says something to others: a message.
    Say {
        /// To whom: a name, a pattern or a kind.
        #[schemars(example = &"fitter")]
        to: String,
        /// What it is about.
        #[schemars(example = &"alarm")]
        topic: String,
        /// Its values: expressions.
        #[serde(default)]
        #[schemars(example = json!({"heat": "thermometer"}))]
        values: BTreeMap<String, String>,
        /// The link that it must go by; without it, the first of its radio's that both have and that reaches.
        #[serde(default)]
        #[schemars(example = &"lora")]
        by: Option<String>,
        /// How long it is; without it, as long as its topic, and for each value its name and 8 bytes.
        #[serde(default)]
        #[schemars(example = 1500)]
        bytes: Option<u32>,
    },
    /// Sets quantities of its own: expressions.
    Set(#[schemars(example = json!({"lamp": "1"}))] BTreeMap<String, String>),
    /// Notes in the journal what happened.
    Note {
        /// What.
        #[schemars(example = &"overheated")]
        what: String,
        /// A value to it: an expression.
        #[serde(default)]
        value: Option<String>,
    },
    /// Does something that takes its time and may fail.
    Do {
        /// What.
        #[schemars(example = &"inspect")]
        what: String,
        /// How long it takes; without it and `until`, for as long as it is not interrupted.
        #[serde(default)]
        takes: Option<Distribution<Duration>>,
        /// It is over when this holds: a condition.
        #[serde(default)]
        #[schemars(example = &"charge > 95%")]
        until: Option<String>,
        /// How likely it fails in the end.
        #[serde(default)]
        #[schemars(range(min = 0, max = 1))]
        fails: f64,
        /// What quantities of its own it sets when it succeeds: expressions.
        #[serde(default)]
        #[schemars(example = json!({"checked": "checked + 1"}))]
        sets: BTreeMap<String, String>,
    },
    /// The present task of the mission that it is at is done; with the last, the mission.
    Complete,
    /// Gives the mission up that it is at, which fails.
    GiveUp {
        /// Why.
        #[schemars(example = &"the door is locked")]
        why: String,
    },
    /// Gives a command to the world, as `--inputs` would: see `autotwin parts`.
    Command {
        /// Which.
        #[serde(rename = "do")]
        #[schemars(example = &"suspend")]
        action: String,
        /// Whom it is about; without it, where it is about somebody, the twin itself.
        #[serde(default)]
        #[schemars(example = &"lathe-1")]
        twin: Option<String>,
        /// What it needs besides.
        #[serde(default)]
        with: BTreeMap<String, Value>,
    },
    /// A kind of action that a domain or a Rust program brings.
    Custom {
        /// Its name.
        kind: String,
        /// What it needs to know.
        #[serde(default)]
        with: BTreeMap<String, Value>,
    },
}

/// Where somebody goes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub enum Target {
    /// A point.
    At {
        /// Towards the east.
        x: f64,
        /// Towards the north.
        y: f64,
        /// Up; without it, as high as it is.
        #[serde(default)]
        z: Option<f64>,
    },
    /// The nearest of these: a name, a pattern or a kind.
    Nearest(#[schemars(example = &"dock-*")] String),
    /// One of these, each as likely.
    Any(#[schemars(example = &"shelf-*")] String),
    /// The twin that a sensor sees or hears.
    Seen(#[schemars(example = &"near")] String),
    /// The twin of which it has claimed a place.
    Claimed,
    /// The present task of the mission that it is at.
    Mission,
    /// Where two expressions say.
    Point(#[schemars(example = json!(["home_x", "home_y"]))] (String, String)),
}

impl ActionSpec {
    /// Whether it has to do with the mission that its twin is at.
    pub fn is_for_mission(&self) -> bool {
        let goes = matches!(self, ActionSpec::Go { to: Target::Mission, .. });
        goes || matches!(self, ActionSpec::Complete | ActionSpec::GiveUp { .. })
    }

    /// What it is called while it is done, for `doing(..)` and explanations.
    pub fn label(&self) -> &str {
        match self {
            ActionSpec::Wait { .. } => "wait",
            ActionSpec::Go { .. } => "go",
            ActionSpec::Claim { .. } => "claim",
            ActionSpec::Say { .. } => "say",
            ActionSpec::Set(_) => "set",
            ActionSpec::Note { .. } => "note",
            ActionSpec::Do { what, .. } => what,
            ActionSpec::Complete => "complete",
            ActionSpec::GiveUp { .. } => "give up",
            ActionSpec::Command { action, .. } => action,
            ActionSpec::Custom { kind, .. } => kind,
        }
    }
}

/// How an action gets on.
#[derive(Clone, Debug, PartialEq)]
pub enum Progress {
    /// It is done.
    Done,
    /// It could not be done, and why.
    Failed(Cow<'static, str>),
    /// It was not allowed, and why.
    Refused(Cow<'static, str>),
    /// It goes on by itself until then, and is asked again.
    Until(Time),
    /// It goes on until something happens: a claim is granted, its condition holds, it is interrupted.
    Waits,
}

/// How a course ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Outcome {
    /// All of it was done.
    Done,
    /// Something failed, and why.
    Failed(Cow<'static, str>),
    /// Something was not allowed, and why.
    Refused(Cow<'static, str>),
    /// The mind wanted something else.
    Interrupted,
}

impl Outcome {
    /// Whether all of it was done.
    pub fn is_done(&self) -> bool {
        *self == Outcome::Done
    }

    /// In one word.
    pub fn word(&self) -> &'static str {
        match self {
            Outcome::Done => "done",
            Outcome::Failed(_) => "failed",
            Outcome::Refused(_) => "refused",
            Outcome::Interrupted => "interrupted",
        }
    }

    /// From its word and why; none from any other word.
    pub fn read(word: &str, why: &str) -> Option<Outcome> {
        match word {
            "done" => Some(Outcome::Done),
            "failed" => Some(Outcome::Failed(why.to_owned().into())),
            "refused" => Some(Outcome::Refused(why.to_owned().into())),
            "interrupted" => Some(Outcome::Interrupted),
            _ => None,
        }
    }

    /// Why it failed or was refused; empty if neither.
    pub fn why(&self) -> &str {
        match self {
            Outcome::Failed(why) | Outcome::Refused(why) => why,
            Outcome::Done | Outcome::Interrupted => "",
        }
    }

    /// In words.
    pub fn describe(&self) -> String {
        match self.why() {
            "" => self.word().to_owned(),
            why => format!("{}: {why}", self.word()),
        }
    }
}

/// A course under way.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Activity {
    /// Which course of its mind.
    pub course: u16,
    /// Which action of the course.
    pub step: u16,
    /// Since when it has been at that action.
    pub since: Time,
    /// Tells it from others of the same course: what its events are about.
    pub serial: u32,
    /// The event at which the action is asked again.
    pub event: Option<EventHandle>,
    /// Whose place it has claimed, or waits for.
    pub claimed: Option<TwinId>,
    /// What the action remembers: how often it has been asked, where it goes.
    pub memory: u64,
}

/// What a mind wants to be begun or ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Wish {
    /// A course is to be begun.
    Begin(u16),
    /// A course is to be broken off.
    Stop(u16),
    /// The present action of a course is over, since its condition holds.
    Finish(u16),
}

/// What a twin is doing, what came of what it did, and what it wants next.
#[derive(Component, Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Doing {
    /// The courses under way.
    pub activities: Vec<Activity>,
    /// How courses ended, to be told to its mind.
    pub outcomes: Vec<(u16, Outcome)>,
    /// What its mind wants, to be granted in Settle.
    pub wishes: Vec<Wish>,
    /// The serial number of its next activity.
    pub serial: u32,
}

impl Doing {
    /// Whether it is at one of these: courses and their steps.
    pub fn is_at(&self, which: &[(u16, u16)]) -> bool {
        self.activities.iter().any(|activity| which.contains(&(activity.course, activity.step)))
    }

    /// The activity of a course, if it is under way.
    pub fn activity(&self, course: u16) -> Option<&Activity> {
        self.activities.iter().find(|activity| activity.course == course)
    }

    /// How a course ended that has ended since the mind decided last.
    pub fn outcome(&self, course: u16) -> Option<&Outcome> {
        self.outcomes.iter().rev().find(|(other, _)| *other == course).map(|(_, outcome)| outcome)
    }
}

/// A twin at work on an action, with the world at its hands.
pub struct Hand<'a> {
    /// The world. Only Settle lends it out, to one after the other.
    pub world: &'a mut World,
    /// Who acts.
    pub twin: TwinId,
    /// The course under way.
    pub activity: &'a mut Activity,
}

impl Hand<'_> {
    /// The moment.
    pub fn now(&self) -> Time {
        self.world.resource::<Clock>().now
    }

    /// A part of the twin.
    pub fn part<T: Component>(&self) -> Option<&T> {
        self.world.get(self.world.resource::<Directory>().entity(self.twin)?)
    }

    /// Changes a part of the twin.
    pub fn change<T: Component<Mutability = bevy_ecs::component::Mutable>, R>(
        &mut self,
        change: impl FnOnce(&mut T) -> R,
    ) -> Option<R> {
        let entity = self.world.resource::<Directory>().entity(self.twin)?;
        self.world.get_mut(entity).map(|mut part| change(&mut part))
    }

    /// What an expression comes to by what the twin knows; NaN if that is not known.
    pub fn evaluate(&self, program: &Program) -> f64 {
        self.part::<Knowledge>().map_or(f64::NAN, |knowledge| program.run(&knowledge.values))
    }
}

/// A kind of action.
pub trait Action: Send + Sync {
    /// Begins it.
    fn begin(&self, hand: &mut Hand) -> Progress;

    /// Goes on: the moment has come that [`Progress::Until`] named, or what it waited for has happened.
    fn proceed(&self, hand: &mut Hand) -> Progress {
        let _ = hand;
        Progress::Done
    }

    /// How long it still takes after it has lasted for that long already, drawn anew; none where that is known.
    fn residual(&self, lasted: Duration, random: &mut Stream) -> Option<Duration> {
        let (_, _) = (lasted, random);
        None
    }

    /// Tidies up after an action that was broken off.
    fn stop(&self, hand: &mut Hand) {
        let _ = hand;
    }

    /// Whether it is over, by what the twin knows. Asked each time before its mind decides.
    fn is_over(&self, values: &[f64]) -> bool {
        let _ = values;
        false
    }
}

/// Makes an action of a kind from what its author gave it.
pub type MakeAction = fn(&BTreeMap<String, Value>) -> Result<Box<dyn Action>, String>;

/// The kinds of actions that domains and Rust programs bring, by name.
#[derive(Resource, Clone, Default)]
pub struct ActionKinds(pub BTreeMap<&'static str, MakeAction>);

/// What a plugin can add to actions.
pub trait ActionApp {
    /// Registers a kind of action: `Custom(kind: "name", with: {..})` in scenes.
    fn register_action(&mut self, name: &'static str, make: MakeAction) -> &mut Self;
}

impl ActionApp for App {
    fn register_action(&mut self, name: &'static str, make: MakeAction) -> &mut Self {
        self.world_mut().get_resource_or_init::<ActionKinds>().0.insert(name, make);
        self
    }
}
