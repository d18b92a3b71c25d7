//! Links: by what twins reach each other, as a scene writes them, and worked out.

use std::collections::BTreeMap;
use std::sync::Arc;

use bevy_ecs::prelude::{Component, Resource};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::presets::{self, Preset};
use super::propagation::{self, Fading, LIGHT, dbm, first_metre_db, path_loss_db};
use crate::engine::distribution::{Distribution, Law};
use crate::engine::random::Stream;
use crate::engine::time::Duration;
use crate::twin::who::TwinSet;

/// By which links a twin sends and receives, the one it likes best first: names of the scene's `links`, or of the kinds
/// `wifi-n`, `wifi-ac`, `bluetooth`, `ble`, `zigbee`, `nfc`, `lte-m`, `nb-iot`, `lora`, `sigfox`, `4g`, `5g`, `tsn`. Two twins without
/// radios tell each other all at once.
#[derive(Component, Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(example = json!(["zigbee", "lora"]))]
pub struct Radio(pub Arc<Vec<String>>);

/// The scene's links, by name.
#[derive(Resource, Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(example = json!({"hall": {"like": "wifi-n", "exponent": 2.8, "fading": "Rayleigh", "retries": 3}}))]
pub struct Links(pub BTreeMap<String, LinkSpec>);

/// A link. What is left out is as in the kind that it is `like`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct LinkSpec {
    /// The kind of link that it resembles; without it a plain one of 2.4 GHz, 100 m and 1 Mbit/s.
    #[schemars(example = &"wifi-n")]
    pub like: Option<String>,
    /// How far a clear signal carries.
    #[schemars(range(min = 1e-3), extend("x-unit" = "m"), example = 60)]
    pub range: Option<f64>,
    /// By which exponent of distance it fades: 2 in free space, 2.7 to 3.5 in a town, up to 6 indoors. The range shrinks with it.
    #[schemars(range(min = 1, max = 10), example = 2.8)]
    pub exponent: Option<f64>,
    /// What each body on the way takes away.
    #[schemars(range(min = 0), extend("x-unit" = "dB"), example = 6)]
    pub obstacle_db: f64,
    /// How the signal varies around its mean.
    pub fading: Fading,
    /// The frequency.
    #[schemars(range(min = 1e-3), extend("x-unit" = "MHz"), example = 868)]
    pub frequency_mhz: Option<f64>,
    /// The power of sending. With more, the range grows.
    #[schemars(range(min = 1e-9), extend("x-unit" = "mW"), example = 25)]
    pub power_mw: Option<f64>,
    /// How much it sends.
    #[schemars(range(min = 1e-6), extend("x-unit" = "kbit/s"), example = 250)]
    pub rate_kbit_s: Option<f64>,
    /// How long a message takes besides being sent.
    #[schemars(example = &"20ms")]
    pub latency: Option<Distribution<Duration>>,
    /// How likely a message is lost that the signal would carry: by collisions, by others who send.
    #[schemars(range(min = 0, max = 1), example = 0.02)]
    pub loss: f64,
    /// How often a message that was not received is sent again.
    #[schemars(range(max = 100))]
    pub retries: u32,
    /// The share of time in which it may send.
    #[schemars(range(min = 1e-6, max = 1))]
    pub duty_cycle: Option<f64>,
    /// How many bytes are sent beside those of a message.
    pub overhead_bytes: Option<u32>,
    /// How many bytes a message can have.
    pub most_bytes: Option<u32>,
    /// Whether it goes through a cable, whatever the distance.
    pub wired: Option<bool>,
    /// The twins by way of which all messages go, if they do: access points, base stations, gateways. Each twin uses the
    /// nearest. Names, patterns or kinds.
    #[schemars(example = ["gateway-*"])]
    pub stations: Vec<String>,
}

/// A link, worked out.
#[derive(Clone, Debug, PartialEq)]
pub struct Link {
    /// Its name.
    pub name: Arc<str>,
    /// The power of sending: dBm.
    pub power_dbm: f64,
    /// What is lost over the first metre: dB.
    pub first_metre_db: f64,
    /// The exponent of distance.
    pub exponent: f64,
    /// What each body on the way takes: dB.
    pub obstacle_db: f64,
    /// The mean signal that just suffices: dBm.
    pub sensitivity_dbm: f64,
    /// How the signal varies.
    pub fading: Fading,
    /// How likely a message is lost that the signal would carry.
    pub loss: f64,
    /// How often a message is sent at most.
    pub tries: u32,
    /// How long a byte takes to be sent: seconds.
    pub seconds_a_byte: f64,
    /// How long a message takes besides.
    pub latency: Distribution<Duration>,
    /// The share of time in which it may send.
    pub duty_cycle: f64,
    /// Bytes beside those of a message.
    pub overhead_bytes: u32,
    /// The longest message: bytes.
    pub most_bytes: u32,
    /// Whether it goes through a cable.
    pub wired: bool,
    /// The twins by way of which messages go.
    pub stations: Option<Arc<TwinSet>>,
}

/// What a kind of link needs to receive: dBm.
fn sensitivity(preset: &Preset) -> f64 {
    dbm(preset.power_mw) - path_loss_db(preset.frequency_mhz * 1e6, preset.exponent, preset.range)
}

/// How long messages by a kind of link take besides being sent.
fn latency(preset: &Preset) -> Distribution<Duration> {
    let (low, high) = (Duration::from_seconds(preset.latency.0), Duration::from_seconds(preset.latency.1));
    if low == high { Distribution::constant(low) } else { Distribution::new(Law::Uniform { low, high }) }
}

impl Link {
    /// Works a link out.
    pub fn new(name: &str, spec: &LinkSpec, stations: Option<Arc<TwinSet>>) -> Link {
        let preset = spec.like.as_deref().and_then(presets::find).copied().unwrap_or(presets::PLAIN);
        let frequency = spec.frequency_mhz.unwrap_or(preset.frequency_mhz) * 1e6;
        let power_dbm = dbm(spec.power_mw.unwrap_or(preset.power_mw));
        let exponent = spec.exponent.unwrap_or(preset.exponent);
        // What a device needs is its own; how far that carries depends on where it stands.
        let sensitivity_dbm = match spec.range {
            Some(range) => power_dbm - path_loss_db(frequency, exponent, range),
            None => sensitivity(&preset),
        };
        Link {
            name: name.into(),
            power_dbm,
            first_metre_db: first_metre_db(frequency),
            exponent,
            obstacle_db: spec.obstacle_db,
            sensitivity_dbm,
            fading: spec.fading,
            loss: spec.loss,
            tries: spec.retries + 1,
            seconds_a_byte: 8.0 / (spec.rate_kbit_s.unwrap_or(preset.rate_kbit_s) * 1000.0),
            latency: spec.latency.clone().unwrap_or_else(|| latency(&preset)),
            duty_cycle: spec.duty_cycle.unwrap_or(preset.duty_cycle),
            overhead_bytes: spec.overhead_bytes.unwrap_or(preset.overhead_bytes),
            most_bytes: spec.most_bytes.unwrap_or(preset.most_bytes),
            wired: spec.wired.unwrap_or(preset.wired),
            stations,
        }
    }

    /// The mean signal at a distance (metres) with so many bodies on the way: dBm. No more than was sent.
    pub fn signal_dbm(&self, distance: f64, obstacles: u32) -> f64 {
        let far = propagation::beyond_db(self.exponent, distance);
        let signal = self.power_dbm - self.first_metre_db - far - f64::from(obstacles) * self.obstacle_db;
        if self.wired { self.power_dbm } else { signal }
    }

    /// How likely one try with that mean signal (dBm) is in vain.
    pub fn loss_at(&self, signal_dbm: f64) -> f64 {
        self.loss_by(propagation::outage, signal_dbm)
    }

    /// No less than [`Link::loss_at`], and quicker found.
    fn most_loss_at(&self, signal_dbm: f64) -> f64 {
        self.loss_by(propagation::most_outage, signal_dbm)
    }

    fn loss_by(&self, outage: impl Fn(Fading, f64) -> f64, signal_dbm: f64) -> f64 {
        let outage = if self.wired { 0.0 } else { outage(self.fading, signal_dbm - self.sensitivity_dbm) };
        1.0 - (1.0 - outage) * (1.0 - self.loss)
    }

    /// After how many tries with that mean signal (dBm) a message got through; none if all were in vain.
    pub fn tries_until_received(&self, signal_dbm: f64, random: &mut Stream) -> Option<u32> {
        let most = self.most_loss_at(signal_dbm);
        if most <= 0.0 {
            return Some(1);
        }
        // What is above the bound is above the loss: nearly always that spares its exponentials.
        let is_received = |luck: f64| luck >= most || luck >= self.loss_at(signal_dbm);
        (1..=self.tries).find(|_| is_received(random.uniform()))
    }

    /// Whether that mean signal (dBm) is enough.
    pub fn carries(&self, signal_dbm: f64) -> bool {
        self.wired || signal_dbm >= self.sensitivity_dbm
    }

    /// How far a clear signal carries: metres.
    pub fn range(&self) -> f64 {
        let budget = self.power_dbm - self.first_metre_db - self.sensitivity_dbm;
        if self.wired { f64::INFINITY } else { libm::pow(10.0, budget / 10.0 / self.exponent) }
    }

    /// How long it takes to send a message of so many bytes once: seconds.
    pub fn air_time(&self, bytes: u32) -> f64 {
        f64::from(bytes.saturating_add(self.overhead_bytes)) * self.seconds_a_byte
    }

    /// How long a signal takes over a distance (metres): seconds.
    pub fn propagation(&self, distance: f64) -> f64 {
        distance / LIGHT
    }
}
