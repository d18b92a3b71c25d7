//! Beliefs: what a twin makes of what its sensors tell.
//!
//! A belief is an estimator with some numbers that it remembers. Each kind is in its file, behind the trait [`Belief`], with
//! its source; Rust users add kinds with [`BeliefApp::register_belief`].

use std::collections::BTreeMap;
use std::sync::Arc;

use bevy_app::App;
use bevy_ecs::prelude::{Component, Resource};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::expression::Type;
use crate::engine::command::Value;
use crate::engine::time::{Duration, Time};

pub mod classifier;
pub mod cusum;
pub mod ewma;
pub mod holt;
pub mod kalman;
pub mod last;
pub mod remaining_life;
pub mod seasonal;
pub mod z_score;

/// The beliefs of a twin, by name. Its mind knows them by these names.
#[derive(Component, Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(example = json!({"heat": {"Ewma": {"of": "thermometer", "half_life": "30s"}}}))]
pub struct Beliefs(pub Arc<BTreeMap<String, BeliefSpec>>);

/// A belief: an estimator, and of what.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub enum BeliefSpec {
    /// What was known last: `x`, however old it is by now (`age(x)`).
    Last {
        /// Of what: an expression.
        #[schemars(example = &"thermometer")]
        of: String,
    },
    /// The exponentially weighted moving average: `x`.
    Ewma {
        /// Of what: an expression.
        #[schemars(example = &"thermometer")]
        of: String,
        /// After how long a value weighs half.
        #[schemars(example = &"30s")]
        half_life: Duration,
    },
    /// The Kalman filter of a quantity that moves at a steady rate but for chance: `x`, its rate in a second (`x.rate`), and
    /// the standard deviation of both (`x.sd`, `x.rate_sd`).
    Kalman {
        /// Of what: an expression.
        #[schemars(example = &"thermometer")]
        of: String,
        /// The standard deviation of a measurement.
        #[schemars(range(min = 1e-12), example = 0.5)]
        noise: f64,
        /// How much the rate changes by chance: the spectral density of its change, in units² / s³. With 0 for it and none
        /// for `wanders`, a line is fitted.
        #[serde(default)]
        #[schemars(range(min = 0), example = 1e-4)]
        jerks: f64,
        /// How much the quantity itself changes by chance: its spectral density, in units² / s.
        #[serde(default)]
        #[schemars(range(min = 0), example = 0.01)]
        wanders: f64,
        /// Whether it has a rate at all; without one, the filter is of a level that wanders.
        #[serde(default = "yes")]
        has_rate: bool,
    },
    /// Holt's linear trend: the level (`x`), the trend in a second (`x.trend`), and a forecast (`x.forecast`) with its 95 %
    /// interval (`x.low`, `x.high`).
    Holt {
        /// Of what: an expression.
        #[schemars(example = &"vibration")]
        of: String,
        /// How much of the level is taken from the newest value.
        #[schemars(range(min = 1e-6, max = 1), example = 0.3)]
        level: f64,
        /// How much of the trend is taken from the newest change of the level.
        #[schemars(range(min = 0, max = 1), example = 0.1)]
        trend: f64,
        /// How far ahead it forecasts.
        #[schemars(example = &"1h")]
        ahead: Duration,
    },
    /// How unusual the newest value is: by how many standard deviations it is off the mean of those before (`x`), that mean
    /// (`x.mean`) and standard deviation (`x.sd`).
    ZScore {
        /// Of what: an expression.
        #[schemars(example = &"current")]
        of: String,
        /// After how long a value weighs half; without it, all weigh the same.
        #[serde(default)]
        #[schemars(example = &"10m")]
        half_life: Option<Duration>,
        /// How many values it wants to have seen before it says anything.
        #[serde(default = "ten")]
        #[schemars(range(min = 2))]
        first: u32,
    },
    /// Whether the mean has shifted: the two sums of the tabular CUSUM, upwards (`x`) and downwards (`x.down`), and whether
    /// one of them is over the limit (`x.alarm`).
    Cusum {
        /// Of what: an expression.
        #[schemars(example = &"thickness")]
        of: String,
        /// The mean while all is well.
        #[schemars(example = 10.0)]
        target: f64,
        /// What is let pass: half the shift that should be found.
        #[schemars(range(min = 0), example = 0.5)]
        slack: f64,
        /// The sum at which it raises the alarm. It starts over once that has been told.
        #[schemars(range(min = 0), example = 4.0)]
        limit: f64,
    },
    /// How long until a limit is reached: in seconds (`x`), with the lower end of the 95 % interval (`x.low`), from a line
    /// through the latest values.
    RemainingLife {
        /// Of what: an expression.
        #[schemars(example = &"vibration")]
        of: String,
        /// The limit.
        #[schemars(example = 7.1)]
        limit: f64,
        /// How many of the latest values it goes by.
        #[serde(default = "thirty")]
        #[schemars(range(min = 3, max = 200))]
        window: u32,
        /// Whether wear grows by a share of itself: the line is through the logarithms.
        #[serde(default)]
        exponential: bool,
    },
    /// What is usual at this time of the day or the week: the mean of what was known at the same time before (`x`), and at a
    /// time to come (`x.ahead`).
    Seasonal {
        /// Of what: an expression.
        #[schemars(example = &"motion")]
        of: String,
        /// After how long it repeats.
        #[schemars(example = &"1week")]
        period: Duration,
        /// Into how many parts the period is taken apart.
        #[schemars(range(min = 2, max = 2016), example = 336)]
        parts: u32,
        /// How much of a part's mean is taken from the newest period; without it, all periods weigh the same.
        #[serde(default)]
        #[schemars(range(min = 1e-6, max = 1), example = 0.3)]
        learns: Option<f64>,
        /// How far ahead `x.ahead` looks.
        #[serde(default)]
        #[schemars(example = &"1h")]
        ahead: Duration,
    },
    /// How likely something is (`x`), by a model that `autotwin train` made, and whether that is over the model's threshold
    /// (`x.is`).
    Classifier {
        /// The model: the name of one of the section `classifiers`.
        #[schemars(example = &"failure")]
        model: String,
        /// What the model's features are here: expressions.
        #[schemars(example = json!({"Torque [Nm]": "torque"}))]
        features: BTreeMap<String, String>,
    },
    /// Whatever follows from other beliefs and sensors: an expression.
    Formula {
        /// The expression.
        #[schemars(example = &"heat > 80 and age(thermometer) < 5s")]
        of: String,
    },
    /// A kind of belief that a Rust program brings.
    Custom {
        /// Its name.
        kind: String,
        /// Of what: expressions.
        #[serde(default)]
        of: Vec<String>,
        /// What it needs to know.
        #[serde(default)]
        with: BTreeMap<String, Value>,
    },
}

fn yes() -> bool {
    true
}

fn ten() -> u32 {
    10
}

fn thirty() -> u32 {
    30
}

impl BeliefSpec {
    /// Of what it is: expressions, each with the way to where it is written.
    pub fn inputs(&self) -> Vec<(Vec<String>, &str)> {
        match self {
            BeliefSpec::Last { of }
            | BeliefSpec::Ewma { of, .. }
            | BeliefSpec::Kalman { of, .. }
            | BeliefSpec::Holt { of, .. }
            | BeliefSpec::ZScore { of, .. }
            | BeliefSpec::Cusum { of, .. }
            | BeliefSpec::RemainingLife { of, .. }
            | BeliefSpec::Seasonal { of, .. }
            | BeliefSpec::Formula { of } => vec![(vec!["of".to_owned()], of.as_str())],
            BeliefSpec::Classifier { features, .. } => {
                let written = |(name, of): (&String, _)| (vec!["features".to_owned(), name.clone()], of);
                features.iter().map(|(name, of)| written((name, of.as_str()))).collect()
            }
            BeliefSpec::Custom { of, .. } => {
                (0..).zip(of).map(|(n, of): (usize, _)| (vec!["of".to_owned(), n.to_string()], of.as_str())).collect()
            }
        }
    }
}

/// Something that a belief says.
#[derive(Clone, Debug, PartialEq)]
pub struct Said {
    /// Its name behind the belief's, `rate`; empty for the belief itself.
    pub name: &'static str,
    /// What it is.
    pub kind: Type,
}

impl Said {
    /// A number.
    pub const fn number(name: &'static str) -> Said {
        Said { name, kind: Type::Number }
    }

    /// Yes or no.
    pub const fn truth(name: &'static str) -> Said {
        Said { name, kind: Type::Truth }
    }
}

/// The moment at which a belief is asked.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Moment {
    /// When it is.
    pub now: Time,
    /// How long ago the last new value came; none if none has yet.
    pub since_last: Option<Duration>,
    /// Whether there is a new value now. If not, a belief may say what has become of it as time passed.
    pub is_news: bool,
}

/// A kind of belief: an estimator.
pub trait Belief: Send + Sync {
    /// What it says, the belief itself first.
    fn says(&self) -> Vec<Said>;
    /// How many numbers it remembers. They are NaN at first.
    fn remembers(&self) -> usize {
        0
    }
    /// Takes a new value in, or time that has passed. `inputs` are known numbers where there is news.
    fn update(&self, moment: Moment, inputs: &[f64], memory: &mut [f64], says: &mut [f64]);
}

/// Weights that fade as time passes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fading {
    /// After how many seconds a weight is half of what it was.
    pub half_life: f64,
}

impl Fading {
    /// How many numbers it remembers: the last time that passed, and what is kept of a weight after it.
    pub const REMEMBERS: usize = 2;

    /// What is kept of a weight after some time. Nearly always as much time passes as the last time.
    fn kept(&self, since: Duration, memory: &mut [f64]) -> f64 {
        let seconds = since.seconds();
        if memory[0] != seconds {
            (memory[0], memory[1]) = (seconds, libm::exp2(-seconds / self.half_life));
        }
        memory[1]
    }
}

/// Makes a belief of a kind from what its author gave it.
pub type MakeBelief = fn(&BTreeMap<String, Value>) -> Result<Box<dyn Belief>, String>;

/// The kinds of beliefs that Rust programs bring, by name.
#[derive(Resource, Clone, Default)]
pub struct BeliefKinds(pub BTreeMap<&'static str, MakeBelief>);

/// What a plugin can add to beliefs.
pub trait BeliefApp {
    /// Registers a kind of belief: `Custom(kind: "name", of: [..], with: {..})` in scenes.
    fn register_belief(&mut self, name: &'static str, make: MakeBelief) -> &mut Self;
}

impl BeliefApp for App {
    fn register_belief(&mut self, name: &'static str, make: MakeBelief) -> &mut Self {
        self.world_mut().get_resource_or_init::<BeliefKinds>().0.insert(name, make);
        self
    }
}

#[cfg(test)]
pub(super) mod check {
    use super::*;

    /// What a belief says after each of a series of values, so many seconds apart.
    pub fn run(belief: &dyn Belief, every: f64, values: &[f64]) -> Vec<Vec<f64>> {
        let mut memory = vec![f64::NAN; belief.remembers()];
        let mut says = vec![f64::NAN; belief.says().len()];
        let mut all = Vec::new();
        for (n, value) in values.iter().enumerate() {
            let now = Time::ZERO + Duration::from_seconds(n as f64 * every);
            let since_last = (n > 0).then(|| Duration::from_seconds(every));
            belief.update(Moment { now, since_last, is_news: true }, &[*value], &mut memory, &mut says);
            all.push(says.clone());
        }
        all
    }

    /// The same values each time, in no order: for references worked out elsewhere.
    pub fn series(count: usize) -> Vec<f64> {
        (0..count).map(|n| 10.0 + 0.05 * n as f64 + ((n * n * 7 + n * 3) % 11) as f64 / 10.0).collect()
    }

    pub fn is_near(found: f64, expected: f64) {
        let scale = expected.abs().max(1.0);
        assert!((found - expected).abs() < 1e-9 * scale, "{found:.15} instead of {expected:.15}");
    }
}
