//! Sensors: what a twin finds out about the world, as well as its instruments can tell.
//!
//! A sensor has two halves. What it *measures* is one of several kinds, each in its file behind the trait [`Sensor`]; how
//! *well* it does so is the same for all: see [`imperfection`]. Rust users add kinds with [`SensorApp::register_sensor`].

use std::collections::BTreeMap;
use std::sync::Arc;

use bevy_app::App;
use bevy_ecs::prelude::{Component, Resource};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::expression::Type;
use super::knowledge::MOST_OUTPUTS;
use super::source::View;
use crate::engine::command::Value;
use crate::engine::distribution::Distribution;
use crate::engine::time::Duration;

pub mod contact;
pub mod gauge;
pub mod imperfection;
pub mod inbox;
pub mod proximity;

/// The sensors of a twin, by name. What they tell is known to its beliefs and its mind by these names.
#[derive(Component, Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(example = json!({"near": {"measures": {"Proximity": {"range": 4}}, "every": "200ms"}}))]
pub struct Sensors(pub Arc<BTreeMap<String, SensorSpec>>);

/// A sensor: what it measures, how often, and how well.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SensorSpec {
    /// What it measures.
    #[schemars(example = json!({"Proximity": {"range": 4}}))]
    pub measures: Measures,
    /// How often; without it, at every tick, or once a second where there are none. A `Formula` is worked out whenever the
    /// twin looks around, if not told otherwise.
    #[serde(default)]
    #[schemars(example = &"200ms")]
    pub every: Option<Duration>,
    /// When it measures first.
    #[serde(default)]
    pub phase: Duration,
    /// How long it takes from the measurement until the twin knows of it.
    #[serde(default)]
    #[schemars(example = &"50ms")]
    pub latency: Distribution<Duration>,
    /// The standard deviation of its Gaussian noise, in the unit of what it measures.
    #[serde(default)]
    #[schemars(range(min = 0), example = 0.02)]
    pub noise: f64,
    /// By how much it is always too high.
    #[serde(default)]
    pub bias: f64,
    /// By how much it gets too high in an hour.
    #[serde(default)]
    pub drift_per_hour: f64,
    /// By how much it wanders off at random in an hour: the standard deviation of a random walk.
    #[serde(default)]
    #[schemars(range(min = 0))]
    pub wander_per_hour: f64,
    /// It tells multiples of this only.
    #[serde(default)]
    #[schemars(range(min = 0), example = 0.1)]
    pub resolution: f64,
    /// It tells nothing below this.
    #[serde(default)]
    pub low: Option<f64>,
    /// It tells nothing above this.
    #[serde(default)]
    pub high: Option<f64>,
    /// The share of its measurements that are lost.
    #[serde(default)]
    #[schemars(range(min = 0, max = 1), example = 0.01)]
    pub drop_out: f64,
    /// How it fails.
    #[serde(default)]
    pub fails: Option<Failing>,
    /// What a measurement takes from one of the twin's own quantities. Where too little is left, it measures nothing.
    #[serde(default)]
    #[schemars(example = json!({"charge": 0.0001}))]
    pub costs: BTreeMap<String, f64>,
}

/// What a sensor measures.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub enum Measures {
    /// Who is near. It tells `x.count`, and of the nearest `x.distance`, `x.bearing` (radians, to the left of where the twin
    /// looks) and who it is (`x.twin`). Noise and the like are of the distance.
    Proximity {
        /// How far it sees.
        #[schemars(range(min = 0), extend("x-unit" = "m"), example = 4)]
        range: f64,
        /// How wide it sees, in the middle of which is where it looks.
        #[serde(default = "all_round")]
        #[schemars(range(min = 0, max = 360), extend("x-unit" = "°"))]
        field_of_view_deg: f64,
        /// Where it looks, to the left of where the twin looks.
        #[serde(default)]
        #[schemars(extend("x-unit" = "°"))]
        direction_deg: f64,
        /// Whom it sees: names, patterns or kinds; everybody, if nobody is named.
        #[serde(default)]
        #[schemars(example = ["robot", "dock-*"])]
        of: Vec<String>,
        /// Whether bodies hide who is behind them.
        #[serde(default)]
        occluded: bool,
        /// How high above the twin's place it looks from, and at others.
        #[serde(default = "half")]
        #[schemars(extend("x-unit" = "m"))]
        height: f64,
    },
    /// A quantity of the twin itself or of another: one of its own, a field of a part (`brush.left`), or what a domain
    /// knows (`machine.queue`).
    Gauge {
        /// Which.
        #[schemars(example = &"charge")]
        of: String,
        /// Whose, if it is another's.
        #[serde(default)]
        #[schemars(example = &"press-1")]
        twin: Option<String>,
    },
    /// A field where the twin stands.
    Field {
        /// Which.
        #[schemars(example = &"warmth")]
        of: String,
    },
    /// Whom its body touches: `x.count`, and who one of them is (`x.twin`).
    Contact {
        /// Whom it feels: names, patterns or kinds; everybody, if nobody is named.
        #[serde(default)]
        of: Vec<String>,
    },
    /// What it is told: of the last message a value (`x.value`), who said it (`x.from`), and how many came with it
    /// (`x.count`). `age(x)` says how long ago. The twin's mind decides as soon as a message has come.
    Inbox {
        /// What they are about.
        #[schemars(example = &"alarm")]
        topic: String,
        /// Which of their values; without it, the first by name.
        #[serde(default)]
        value: Option<String>,
    },
    /// What follows from other sensors and the twin's own state: an expression.
    Formula {
        /// The expression.
        #[schemars(example = &"(left + right) / 2")]
        of: String,
    },
    /// A kind of sensor that a Rust program brings.
    Custom {
        /// Its name.
        kind: String,
        /// What it needs to know.
        #[serde(default)]
        with: BTreeMap<String, Value>,
    },
}

fn all_round() -> f64 {
    360.0
}

fn half() -> f64 {
    0.5
}

/// How a sensor fails.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Failing {
    /// After how long.
    #[schemars(example = json!({"Exponential": {"mean": "40h"}}))]
    pub after: Distribution<Duration>,
    /// How long until it works again; without it, never.
    #[serde(default)]
    pub repair: Option<Distribution<Duration>>,
    /// What it tells meanwhile.
    #[serde(default)]
    pub shows: Shows,
}

/// What a sensor that has failed tells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub enum Shows {
    /// Nothing.
    #[default]
    Nothing,
    /// What it told last, as if it were new.
    Stuck,
    /// Always the same.
    Value(f64),
}

/// Something that a sensor tells.
#[derive(Clone, Debug, PartialEq)]
pub struct Output {
    /// Its name behind the sensor's, `count`; empty where the sensor tells one thing only.
    pub name: &'static str,
    /// What it is.
    pub kind: Type,
    /// Whether it is measured, and so has noise and the like, or known exactly.
    pub is_analog: bool,
}

impl Output {
    /// The one thing that a sensor tells: a number that it measures.
    pub const SINGLE: Output = Output::analog("");

    /// A number that is measured.
    pub const fn analog(name: &'static str) -> Output {
        Output { name, kind: Type::Number, is_analog: true }
    }

    /// A number that is known exactly, such as what is counted.
    pub const fn exact(name: &'static str) -> Output {
        Output { name, kind: Type::Number, is_analog: false }
    }

    /// A twin.
    pub const fn twin(name: &'static str) -> Output {
        Output { name, kind: Type::Twin, is_analog: false }
    }
}

/// A kind of sensor: what it measures.
pub trait Sensor: Send + Sync {
    /// What it tells: at most [`MOST_OUTPUTS`].
    fn outputs(&self) -> Vec<Output>;
    /// The truth about its outputs now, in their order; NaN where there is none. It changes nothing. Returns whether there
    /// was anything to measure; if not, what was told before stays.
    fn measure(&self, view: &View, out: &mut [f64; MOST_OUTPUTS]) -> bool;

    /// Is told which of its outputs anybody reads, and answers which of the others it will not work out.
    fn spare(&mut self, is_read: &[bool]) -> Vec<usize> {
        let _ = is_read;
        Vec::new()
    }

    /// What it sees of its surroundings, if that can be drawn.
    fn cone(&self) -> Option<Cone> {
        None
    }

    /// The topic of the messages that it takes out of the inbox, if it is about messages.
    fn listens_to(&self) -> Option<&str> {
        None
    }
}

/// How far and how wide a sensor sees.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cone {
    /// Metres.
    pub range: f32,
    /// Its middle, to the left of where the twin looks: radians.
    pub direction: f32,
    /// Half of how wide it is: radians; π or more, if it goes all round.
    pub half_angle: f32,
}

/// Makes a sensor of a kind from what its author gave it.
pub type MakeSensor = fn(&BTreeMap<String, Value>) -> Result<Box<dyn Sensor>, String>;

/// The kinds of sensors that Rust programs bring, by name.
#[derive(Resource, Clone, Default)]
pub struct SensorKinds(pub BTreeMap<&'static str, MakeSensor>);

/// What a plugin can add to sensors.
pub trait SensorApp {
    /// Registers a kind of sensor: `Custom(kind: "name", with: {..})` in scenes.
    fn register_sensor(&mut self, name: &'static str, make: MakeSensor) -> &mut Self;
}

impl SensorApp for App {
    fn register_sensor(&mut self, name: &'static str, make: MakeSensor) -> &mut Self {
        self.world_mut().get_resource_or_init::<SensorKinds>().0.insert(name, make);
        self
    }
}
