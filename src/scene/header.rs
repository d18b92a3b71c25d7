//! What a scene says of itself: its name, seed, length and what is recorded.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::engine::time::Duration;

/// The settings at the top of a scene.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Header {
    /// What the scene is called.
    pub name: String,
    /// What it shows.
    pub about: String,
    /// Where random numbers start; `--seed` goes before it.
    pub seed: u64,
    /// How long a run is; `--for` goes before it. Without it, a run ends when nothing is left to do.
    #[schemars(example = &"1week")]
    pub run_for: Option<Duration>,
    /// How much of the start is left out of the indicators; `--warmup` goes before it.
    pub warmup: Duration,
    /// The length of a tick, for worlds in which things move in ticks.
    #[schemars(example = &"100ms")]
    pub tick: Option<Duration>,
    /// What is recorded.
    pub record: RecordSettings,
}

impl Default for Header {
    fn default() -> Self {
        Header {
            name: String::new(),
            about: String::new(),
            seed: 1,
            run_for: None,
            warmup: Duration::ZERO,
            tick: None,
            record: RecordSettings::default(),
        }
    }
}

/// What a run records.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RecordSettings {
    /// The tables that are written; `--tables` goes before it. Without it, all of them.
    #[schemars(example = ["jobs", "operations"])]
    pub tables: Option<BTreeSet<String>>,
    /// How often metrics are sampled.
    #[schemars(example = &"10m")]
    pub metrics_every: Option<Duration>,
    /// Whether to record what can be seen, for the viewer; so does `--tracks`.
    pub tracks: bool,
    /// Of whom the reasons of each decision are written, into the table `decisions`: names, patterns and kinds. `--reasons` goes
    /// before it. Without it nobody's, which costs nothing.
    #[schemars(example = ["robot-*"])]
    pub reasons: Vec<String>,
    /// How often a digest is taken; without it, once an hour of simulated time, more seldom where that costs too much.
    #[schemars(example = &"1h")]
    pub digest_every: Option<Duration>,
}

/// The fields of a scene that are neither settings nor a domain's sections.
pub const STRUCTURE: [&str; 3] = ["include", "kinds", "twins"];
