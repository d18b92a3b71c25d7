//! Types like those of a scene.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use schemars::{Schema, SchemaGenerator, json_schema};
use serde::de::value::{EnumAccessDeserializer, F64Deserializer};
use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::super::*;
use crate::scene::syntax::Value;

/// A length of time in seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd)]
pub(super) struct Lasting(pub(super) f64);

impl Lasting {
    pub(super) fn parse(text: &str) -> Result<Lasting, String> {
        let units = [("ms", 1e-3), ("s", 1.0), ("m", 60.0), ("h", 3600.0)];
        let read =
            units.iter().find_map(|(unit, size)| Some(text.strip_suffix(unit)?.parse::<u32>().ok()? as f64 * size));
        read.map(Lasting).ok_or_else(|| format!("`{text}` is not a length of time"))
    }

    fn of(seconds: f64) -> Result<Lasting, String> {
        if (0.0..9e9).contains(&seconds) {
            Ok(Lasting(seconds))
        } else {
            Err(format!("{seconds} seconds is not a length of time"))
        }
    }
}

impl Serialize for Lasting {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{}s", self.0))
    }
}

struct ReadLasting;

impl Visitor<'_> for ReadLasting {
    type Value = Lasting;
    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a length of time")
    }
    fn visit_str<E: de::Error>(self, text: &str) -> Result<Lasting, E> {
        Lasting::parse(text).map_err(E::custom)
    }
    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Lasting, E> {
        self.visit_f64(value as f64)
    }
    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Lasting, E> {
        self.visit_f64(value as f64)
    }
    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Lasting, E> {
        Lasting::of(value).map_err(E::custom)
    }
}

impl<'de> Deserialize<'de> for Lasting {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ReadLasting)
    }
}

impl JsonSchema for Lasting {
    fn schema_name() -> Cow<'static, str> {
        "Duration".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "format": "duration", "x-type": "duration" })
    }
}

pub(super) trait Quantity: Copy + Default + Serialize + for<'de> Deserialize<'de> + JsonSchema {
    fn parse(text: &str) -> Result<Self, String>;
    fn amount(self) -> f64;
}

impl Quantity for Lasting {
    fn parse(text: &str) -> Result<Self, String> {
        Lasting::parse(text)
    }
    fn amount(self) -> f64 {
        self.0
    }
}

impl Quantity for f64 {
    fn parse(_: &str) -> Result<Self, String> {
        Err("a number is wanted".to_owned())
    }
    fn amount(self) -> f64 {
        self
    }
}

/// The laws that an author can choose from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(bound = "Q: Quantity")]
pub(super) enum Law<Q> {
    /// Always the same value.
    Constant(Q),
    /// Every value between the two is equally likely.
    Uniform {
        /// The least value.
        low: Q,
        /// The greatest value.
        high: Q,
    },
    /// The bell curve.
    Normal {
        mean: Q,
        sd: Q,
        #[serde(default)]
        low: Q,
        high: Option<Q>,
    },
    /// Memoryless.
    Exponential {
        /// The mean.
        mean: Q,
    },
    /// Lives of things.
    Weibull {
        /// The exponent, above 0.
        #[schemars(range(min = 1e-3, max = 1e3))]
        shape: f64,
        scale: Q,
    },
    /// One of the given values.
    Empirical(#[schemars(length(min = 1))] Vec<Q>),
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Distribution<Q>(pub(super) Law<Q>);

impl<Q: Quantity> Distribution<Q> {
    fn check(&self) -> Result<(), String> {
        match &self.0 {
            Law::Uniform { low, high } if low.amount() > high.amount() => {
                Err("`low` is more than `high`; exchange them".to_owned())
            }
            Law::Empirical(values) if values.is_empty() => Err("a value is wanted".to_owned()),
            _ => Ok(()),
        }
    }
}

struct ReadDistribution<Q>(PhantomData<Q>);

impl<'de, Q: Quantity> Visitor<'de> for ReadDistribution<Q> {
    type Value = Distribution<Q>;
    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a distribution")
    }
    fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
        Q::parse(text).map(|value| Distribution(Law::Constant(value))).map_err(E::custom)
    }
    fn visit_i64<E: de::Error>(self, amount: i64) -> Result<Self::Value, E> {
        self.visit_f64(amount as f64)
    }
    fn visit_u64<E: de::Error>(self, amount: u64) -> Result<Self::Value, E> {
        self.visit_f64(amount as f64)
    }
    fn visit_f64<E: de::Error>(self, amount: f64) -> Result<Self::Value, E> {
        Ok(Distribution(Law::Constant(Q::deserialize(F64Deserializer::<E>::new(amount))?)))
    }
    fn visit_enum<A: de::EnumAccess<'de>>(self, variant: A) -> Result<Self::Value, A::Error> {
        Law::deserialize(EnumAccessDeserializer::new(variant)).map(Distribution)
    }
}

impl<'de, Q: Quantity> Deserialize<'de> for Distribution<Q> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let read = deserializer.deserialize_any(ReadDistribution(PhantomData))?;
        read.check().map_err(de::Error::custom)?;
        Ok(read)
    }
}

impl<Q: Serialize> Serialize for Distribution<Q> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<Q: Quantity> JsonSchema for Distribution<Q> {
    fn schema_name() -> Cow<'static, str> {
        format!("Distribution_of_{}", Q::schema_name()).into()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let plain = generator.subschema_for::<Q>();
        let law = generator.subschema_for::<Law<Q>>();
        let of = if Q::schema_name() == "Duration" { "durations" } else { "numbers" };
        json_schema!({ "anyOf": [plain, law], "x-type": format!("distribution of {of}"), "format": "distribution" })
    }
}

/// How the next job is chosen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(super) enum Rule {
    /// First come, first served.
    #[default]
    Fifo,
    /// Shortest first.
    Spt,
    /// By chance.
    Random,
}

/// A place where jobs come in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Port {
    /// Where it is.
    pub(super) at: (f64, f64),
    #[serde(default)]
    pub(super) open: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(super) enum Action {
    Wait,
    Go(String, u8),
    Put(Port),
    Count(u8),
    Each(BTreeMap<String, u8>),
    Then(Vec<Action>),
    Repeat { times: u32, action: Box<Action> },
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(super) struct Metre(pub(super) f64);

/// Works on parts,
/// one after the other.
///
/// It may break down.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Machine {
    /// How many parts it works on at once.
    #[schemars(range(min = 1, max = 100), extend("x-unit" = "parts"))]
    pub(super) capacity: u8,
    /// How long it works on a part.
    pub(super) service: Distribution<Lasting>,
    /// How the next part is chosen.
    #[serde(default)]
    pub(super) rule: Rule,
    /// How full its battery is.
    #[serde(default = "full")]
    #[schemars(range(min = 0.0, max = 1.0))]
    pub(super) charge: f64,
    /// The machine that takes its parts.
    #[schemars(extend("format" = "twin"), example = &"lathe")]
    pub(super) next: Option<String>,
    #[schemars(length(min = 1, max = 8), regex(pattern = "^[a-z]+$"))]
    pub(super) tag: Option<String>,
    #[schemars(length(max = 3))]
    #[serde(default)]
    pub(super) ports: Vec<Port>,
    #[serde(default)]
    pub(super) home: Option<[f64; 3]>,
    #[serde(default)]
    pub(super) stock: BTreeMap<String, u32>,
    #[serde(default)]
    pub(super) levels: BTreeMap<u64, f64>,
    #[serde(default)]
    pub(super) width: Option<Metre>,
    #[serde(default)]
    pub(super) load: Option<Distribution<f64>>,
    #[serde(default)]
    pub(super) actions: Vec<Action>,
    #[serde(default)]
    pub(super) letter: Option<char>,
    #[serde(default)]
    pub(super) nothing: (),
    #[serde(default)]
    pub(super) big: u64,
    #[serde(default)]
    #[schemars(extend("exclusiveMinimum" = 0.0))]
    pub(super) speed: Option<f32>,
    #[serde(default)]
    pub(super) warm_up: Lasting,
}

fn full() -> f64 {
    1.0
}

/// Formats as the program knows them.
pub(super) struct TestFormats {
    pub(super) text: String,
}

impl Formats for TestFormats {
    fn check(&self, format: &str, node: &Node) -> Result<(), (String, Option<String>)> {
        let mend = |message| (message, Some("write it like \"5m\"".to_owned()));
        match (format, &node.value) {
            ("duration", Value::Str(text)) => Lasting::parse(text).map(drop).map_err(mend),
            ("duration", Value::Int(value)) => Lasting::of(*value as f64).map(drop).map_err(mend),
            ("duration", Value::UInt(value)) => Lasting::of(*value as f64).map(drop).map_err(mend),
            ("duration", Value::Float(value)) => Lasting::of(*value).map(drop).map_err(mend),
            ("distribution", _) => {
                let read = <Distribution<Lasting> as Deserialize>::deserialize(node).map(drop).or_else(|error| {
                    <Distribution<f64> as Deserialize>::deserialize(node).map(drop).map_err(|_| error)
                });
                read.map_err(|error| (error.message, None))
            }
            _ => Ok(()),
        }
    }

    fn line(&self, span: crate::scene::syntax::Span) -> Option<usize> {
        Some(self.text.get(..span.start as usize)?.lines().count())
    }
}
