//! Probability distributions of times and quantities, sampled the same way on every platform.
//!
//! Sampling uses `libm` instead of the platform's mathematics and takes its random numbers from one address, so a
//! draw is the same bits everywhere (library samplers go by way of the platform's `ln` and `exp`). Each law names
//! its source; the tests hold sample means, variances and distribution functions against the exact ones.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::{self, value::EnumAccessDeserializer};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::random::Stream;
use super::time::Duration;

/// What a distribution is over: a length of time, or a plain number. Its default is zero.
pub trait Quantity: Copy + Default + Serialize + for<'de> Deserialize<'de> + JsonSchema {
    /// The value from its SI amount.
    fn from_si(amount: f64) -> Self;
    /// The SI amount of the value.
    fn to_si(self) -> f64;
    /// The value as an author would write it.
    fn shown(self) -> String;
    /// Reads the plain form from text.
    ///
    /// # Errors
    /// What the text should look like.
    fn parse(text: &str) -> Result<Self, String>;
}

impl Quantity for Duration {
    fn from_si(amount: f64) -> Self {
        Duration::from_seconds(amount)
    }
    fn to_si(self) -> f64 {
        self.seconds()
    }
    fn shown(self) -> String {
        self.to_string()
    }
    fn parse(text: &str) -> Result<Self, String> {
        Duration::parse(text)
    }
}

impl Quantity for f64 {
    fn from_si(amount: f64) -> Self {
        amount
    }
    fn to_si(self) -> f64 {
        self
    }
    fn shown(self) -> String {
        self.to_string()
    }
    fn parse(text: &str) -> Result<Self, String> {
        Err(format!("\"{text}\" is a text where a number is wanted; leave the quotes away"))
    }
}

/// A distribution. In RON a plain value (`"5m"`) is a constant; else for example `Exponential(mean: "5m")`.
#[derive(Clone, Debug, PartialEq)]
pub struct Distribution<Q>(Law<Q>);

/// The laws that an author can choose from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(bound = "Q: Quantity")]
pub enum Law<Q> {
    /// Always the same value.
    Constant(Q),
    /// Every value between the two is equally likely.
    Uniform {
        /// The least value.
        low: Q,
        /// The greatest value.
        high: Q,
    },
    /// Rises from the least value to the most likely and falls to the greatest.
    Triangular {
        /// The least value.
        low: Q,
        /// The most likely value.
        mode: Q,
        /// The greatest value.
        high: Q,
    },
    /// The bell curve, cut off below `low` and above `high`. `mean` and `sd` are those of the uncut curve.
    Normal {
        /// The middle of the uncut curve.
        mean: Q,
        /// The standard deviation of the uncut curve.
        sd: Q,
        /// Nothing below this.
        #[serde(default)]
        low: Q,
        /// Nothing above this; without it there is no upper cut.
        #[serde(default)]
        high: Option<Q>,
    },
    /// The logarithm is normal. `mean` and `sd` are those of the value itself.
    LogNormal {
        /// The mean of the value.
        mean: Q,
        /// The standard deviation of the value.
        sd: Q,
    },
    /// Memoryless: how long it has lasted says nothing about how long it will.
    Exponential {
        /// The mean.
        mean: Q,
    },
    /// Lives of things: `shape` below 1 for early failures, 1 for chance, above 1 for wear.
    Weibull {
        /// The exponent, above 0.
        #[schemars(range(min = 1e-3, max = 1e3))]
        shape: f64,
        /// The value that 63.2 % stay below.
        scale: Q,
    },
    /// Sum of `shape` exponentials of mean `scale`, for any positive shape.
    Gamma {
        /// The number of phases, not necessarily whole.
        #[schemars(range(min = 1e-3, max = 1e6))]
        shape: f64,
        /// The mean of one phase.
        scale: Q,
    },
    /// One of the given values, each equally likely, as they were observed.
    Empirical(#[schemars(length(min = 1))] Vec<Q>),
}

impl<Q: Quantity> Default for Distribution<Q> {
    /// Always zero.
    fn default() -> Self {
        Distribution::constant(Q::default())
    }
}

impl<Q: Quantity> Distribution<Q> {
    /// The distribution by that law.
    pub fn new(law: Law<Q>) -> Self {
        Distribution(law)
    }

    /// Always `value`.
    pub fn constant(value: Q) -> Self {
        Distribution(Law::Constant(value))
    }

    /// The law.
    pub fn law(&self) -> &Law<Q> {
        &self.0
    }

    /// One value.
    pub fn sample(&self, random: &mut Stream) -> Q {
        match &self.0 {
            Law::Constant(value) => *value,
            Law::Empirical(values) => values[random.below(values.len())],
            law => Q::from_si(sample_si(law, random)),
        }
    }

    /// What is left of a value that is known to be more than `past`. Nothing, where it could not be.
    pub fn residual(&self, past: Q, random: &mut Stream) -> Q {
        let past = past.to_si();
        if past <= 0.0 {
            return self.sample(random);
        }
        Q::from_si((sample_above(&self.0, past, random) - past).max(0.0))
    }

    /// The cumulative hazard −ln S(age), where that has a closed form: the failures to be expected up to that age of a thing that
    /// each repair leaves as old as it was.
    pub fn cumulative_hazard(&self, age: Q) -> Option<f64> {
        match &self.0 {
            Law::Exponential { mean } => Some(age.to_si() / mean.to_si()),
            Law::Weibull { shape, scale } => Some(libm::pow(age.to_si() / scale.to_si(), *shape)),
            _ => None,
        }
    }

    /// The expected value, in SI units (for the truncated normal: of the truncated curve).
    pub fn mean(&self) -> f64 {
        match &self.0 {
            Law::Constant(value) => value.to_si(),
            Law::Uniform { low, high } => (low.to_si() + high.to_si()) / 2.0,
            Law::Triangular { low, mode, high } => (low.to_si() + mode.to_si() + high.to_si()) / 3.0,
            Law::Normal { mean, sd, low, high } => {
                let high = high.map_or(f64::INFINITY, Quantity::to_si);
                truncated_normal_mean(mean.to_si(), sd.to_si(), low.to_si(), high)
            }
            Law::LogNormal { mean, .. } | Law::Exponential { mean } => mean.to_si(),
            Law::Weibull { shape, scale } => scale.to_si() * libm::tgamma(1.0 + 1.0 / shape),
            Law::Gamma { shape, scale } => shape * scale.to_si(),
            Law::Empirical(values) => values.iter().map(|v| v.to_si()).sum::<f64>() / values.len() as f64,
        }
    }

    /// What no single field's range can say: that limits are in order, that deviations are not negative.
    ///
    /// # Errors
    /// What is wrong and how to mend it.
    pub fn check(&self) -> Result<(), String> {
        let ordered = |low_name: &str, low: Q, high_name: &str, high: Q| {
            if low.to_si() <= high.to_si() {
                return Ok(());
            }
            let (low, high) = (low.shown(), high.shown());
            Err(format!("`{low_name}` ({low}) is more than `{high_name}` ({high}); exchange them, or change one"))
        };
        let positive = |what: &str, value: Q| {
            let shown = value.shown();
            let error = || {
                format!(
                    "`{what}` should be more than 0, but is {shown}; for what is always the same, write the plain value"
                )
            };
            if value.to_si() > 0.0 { Ok(()) } else { Err(error()) }
        };
        match &self.0 {
            Law::Constant(_) => Ok(()),
            Law::Uniform { low, high } => ordered("low", *low, "high", *high),
            Law::Triangular { low, mode, high } => {
                ordered("low", *low, "mode", *mode).and_then(|()| ordered("mode", *mode, "high", *high))
            }
            Law::Normal { mean, sd, low, high } => {
                positive("sd", *sd)?;
                if let Some(high) = high {
                    ordered("low", *low, "high", *high)?;
                }
                let high = high.map_or(f64::INFINITY, Quantity::to_si);
                let chance = normal_between(mean.to_si(), sd.to_si(), low.to_si(), high);
                if chance > 1e-9 {
                    Ok(())
                } else {
                    Err("the curve lies outside `low` to `high`; move `mean`, or widen the limits".to_owned())
                }
            }
            Law::LogNormal { mean, sd } => positive("mean", *mean).and_then(|()| positive("sd", *sd)),
            Law::Exponential { mean } => positive("mean", *mean),
            Law::Weibull { scale, .. } | Law::Gamma { scale, .. } => positive("scale", *scale),
            Law::Empirical(values) if values.is_empty() => {
                Err("an empirical distribution needs a value; list what was observed".to_owned())
            }
            Law::Empirical(_) => Ok(()),
        }
    }
}

fn sample_si<Q: Quantity>(law: &Law<Q>, random: &mut Stream) -> f64 {
    match law {
        Law::Constant(value) => value.to_si(),
        Law::Empirical(values) => values[random.below(values.len())].to_si(),
        Law::Uniform { low, high } => low.to_si() + (high.to_si() - low.to_si()) * random.uniform(),
        Law::Triangular { low, mode, high } => triangular(low.to_si(), mode.to_si(), high.to_si(), random.uniform()),
        Law::Normal { mean, sd, low, high } => {
            truncated_normal(mean.to_si(), sd.to_si(), low.to_si(), high.map_or(f64::INFINITY, Quantity::to_si), random)
        }
        Law::LogNormal { mean, sd } => {
            let (middle, sd) = logarithm(mean.to_si(), sd.to_si());
            libm::exp(middle + sd * standard_normal(random))
        }
        Law::Exponential { mean } => -mean.to_si() * libm::log(random.uniform()),
        Law::Weibull { shape, scale } => scale.to_si() * libm::pow(-libm::log(random.uniform()), 1.0 / shape),
        Law::Gamma { shape, scale } => scale.to_si() * standard_gamma(*shape, random),
    }
}

/// A value that is known to be more than `past`, which is more than 0; no more than that where there is none. By inversion of the
/// conditional distribution function, or by rejection.
fn sample_above<Q: Quantity>(law: &Law<Q>, past: f64, random: &mut Stream) -> f64 {
    match law {
        Law::Constant(value) => value.to_si(),
        Law::Empirical(values) => {
            let above: Vec<f64> = values.iter().map(|value| value.to_si()).filter(|value| *value > past).collect();
            if above.is_empty() { past } else { above[random.below(above.len())] }
        }
        Law::Uniform { low, high } => {
            let low = low.to_si().max(past);
            low + (high.to_si() - low).max(0.0) * random.uniform()
        }
        Law::Triangular { low, mode, high } => {
            let (low, mode, high) = (low.to_si(), mode.to_si(), high.to_si());
            let below = triangular_cdf(low, mode, high, past);
            triangular(low, mode, high, below + (1.0 - below) * random.uniform()).max(past)
        }
        Law::Normal { mean, sd, low, high } => {
            let (low, high) = (low.to_si().max(past), high.map_or(f64::INFINITY, Quantity::to_si));
            if low < high { truncated_normal(mean.to_si(), sd.to_si(), low, high, random) } else { past }
        }
        Law::LogNormal { mean, sd } => {
            let (middle, sd) = logarithm(mean.to_si(), sd.to_si());
            libm::exp(truncated_normal(middle, sd, libm::log(past), f64::INFINITY, random))
        }
        Law::Exponential { mean } => past - mean.to_si() * libm::log(random.uniform()),
        Law::Weibull { shape, scale } => {
            let scale = scale.to_si();
            let hazard = libm::pow(past / scale, *shape) - libm::log(random.uniform());
            scale * libm::pow(hazard, 1.0 / shape)
        }
        Law::Gamma { shape, scale } => scale.to_si() * gamma_above(*shape, past / scale.to_si(), random),
    }
}

/// The mean and the standard deviation of the logarithm.
fn logarithm(mean: f64, sd: f64) -> (f64, f64) {
    let variance = libm::log1p((sd / mean) * (sd / mean));
    (libm::log(mean) - variance / 2.0, variance.sqrt())
}

fn triangular_cdf(low: f64, mode: f64, high: f64, x: f64) -> f64 {
    match x {
        x if x <= low => 0.0,
        x if x >= high => 1.0,
        x if x < mode => (x - low) * (x - low) / ((high - low) * (mode - low)),
        x => 1.0 - (high - x) * (high - x) / ((high - low) * (high - mode)),
    }
}

/// Below the mean by plain rejection; in the tail from an exponential that lies above it, after J. Dagpunar, "Sampling of variates
/// from a truncated gamma distribution" (1978).
fn gamma_above(shape: f64, past: f64, random: &mut Stream) -> f64 {
    if past < shape {
        return std::iter::repeat_with(|| standard_gamma(shape, random)).find(|x| *x > past).unwrap_or(past);
    }
    let rate = if shape > 1.0 { 1.0 - (shape - 1.0) / past } else { 1.0 };
    loop {
        let x = past - libm::log(random.uniform()) / rate;
        let ratio = (shape - 1.0) * libm::log(x / past) - (1.0 - rate) * (x - past);
        if libm::log(random.uniform()) <= ratio {
            return x;
        }
    }
}

/// By inversion of the distribution function.
fn triangular(low: f64, mode: f64, high: f64, u: f64) -> f64 {
    let width = high - low;
    if width <= 0.0 {
        return low;
    }
    if u * width < mode - low {
        low + (u * width * (mode - low)).sqrt()
    } else {
        high - ((1.0 - u) * width * (high - mode)).sqrt()
    }
}

/// G. E. P. Box and M. E. Muller, "A note on the generation of random normal deviates" (1958).
pub fn standard_normal(random: &mut Stream) -> f64 {
    let radius = (-2.0 * libm::log(random.uniform())).sqrt();
    radius * libm::cos(std::f64::consts::TAU * random.uniform())
}

/// By rejection: from the normal where the interval holds much of it, else from the uniform (bounded) or the
/// exponential (a far tail), after C. P. Robert, "Simulation of truncated normal variables" (1995).
fn truncated_normal(mean: f64, sd: f64, low: f64, high: f64, random: &mut Stream) -> f64 {
    let (a, b) = ((low - mean) / sd, (high - mean) / sd);
    // A tail on the left is the mirror of one on the right.
    let z = if b < 0.0 { -standard_truncated(-b, -a, random) } else { standard_truncated(a, b, random) };
    (mean + sd * z).clamp(low, high)
}

fn standard_truncated(a: f64, b: f64, random: &mut Stream) -> f64 {
    if a <= 0.0 && b - a > 1.0 && b >= 0.5 || a < 0.5 && b - a > 2.5 {
        return std::iter::repeat_with(|| standard_normal(random)).find(|z| (a..=b).contains(z)).unwrap_or(a);
    }
    let rate = (a + (a * a + 4.0).sqrt()) / 2.0;
    if a > 0.0 && (b - a) * rate > 1.0 {
        loop {
            let z = a - libm::log(random.uniform()) / rate;
            if z <= b && random.uniform() <= libm::exp(-(z - rate) * (z - rate) / 2.0) {
                return z;
            }
        }
    }
    let peak = if a > 0.0 { a } else { 0.0 };
    loop {
        let z = a + (b - a) * random.uniform();
        if random.uniform() <= libm::exp((peak * peak - z * z) / 2.0) {
            return z;
        }
    }
}

fn normal_cdf(z: f64) -> f64 {
    libm::erfc(-z / std::f64::consts::SQRT_2) / 2.0
}

fn normal_between(mean: f64, sd: f64, low: f64, high: f64) -> f64 {
    let (a, b) = ((low - mean) / sd, (high - mean) / sd);
    // On the right of the mean the two values are near 1 and their difference would lose its digits.
    if a > 0.0 { normal_cdf(-a) - normal_cdf(-b) } else { normal_cdf(b) - normal_cdf(a) }
}

fn truncated_normal_mean(mean: f64, sd: f64, low: f64, high: f64) -> f64 {
    let density = |z: f64| libm::exp(-z * z / 2.0) / std::f64::consts::TAU.sqrt();
    let (a, b) = ((low - mean) / sd, (high - mean) / sd);
    mean + sd * (density(a) - density(b)) / normal_between(mean, sd, low, high)
}

/// G. Marsaglia and W. W. Tsang, "A simple method for generating gamma variables" (2000).
fn standard_gamma(shape: f64, random: &mut Stream) -> f64 {
    if shape < 1.0 {
        return standard_gamma(shape + 1.0, random) * libm::pow(random.uniform(), 1.0 / shape);
    }
    let d = shape - 1.0 / 3.0;
    let c = 1.0 / (9.0 * d).sqrt();
    loop {
        let x = standard_normal(random);
        let v = (1.0 + c * x) * (1.0 + c * x) * (1.0 + c * x);
        if v > 0.0 && libm::log(random.uniform()) < x * x / 2.0 + d - d * v + d * libm::log(v) {
            return d * v;
        }
    }
}

impl<Q: Quantity> Serialize for Distribution<Q> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de, Q: Quantity> Deserialize<'de> for Distribution<Q> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            let read = deserializer.deserialize_any(ReadDistribution(PhantomData))?;
            read.check().map_err(de::Error::custom)?;
            Ok(read)
        } else {
            Law::deserialize(deserializer).map(Distribution)
        }
    }
}

struct ReadDistribution<Q>(PhantomData<Q>);

impl<'de, Q: Quantity> de::Visitor<'de> for ReadDistribution<Q> {
    type Value = Distribution<Q>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a value, or a distribution such as Exponential(mean: ...)")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
        Q::parse(text).map(Distribution::constant).map_err(E::custom)
    }

    fn visit_i64<E: de::Error>(self, amount: i64) -> Result<Self::Value, E> {
        self.visit_f64(amount as f64)
    }

    fn visit_u64<E: de::Error>(self, amount: u64) -> Result<Self::Value, E> {
        self.visit_f64(amount as f64)
    }

    fn visit_f64<E: de::Error>(self, amount: f64) -> Result<Self::Value, E> {
        let value = Q::deserialize(de::value::F64Deserializer::<E>::new(amount))?;
        Ok(Distribution::constant(value))
    }

    fn visit_enum<A: de::EnumAccess<'de>>(self, variant: A) -> Result<Self::Value, A::Error> {
        Law::deserialize(EnumAccessDeserializer::new(variant)).map(Distribution)
    }
}

impl<Q: Quantity> JsonSchema for Distribution<Q> {
    fn schema_name() -> Cow<'static, str> {
        format!("Distribution_of_{}", Q::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let plain = generator.subschema_for::<Q>();
        let law = generator.subschema_for::<Law<Q>>();
        let name = format!("distribution of {}", name_of(&Q::schema_name()));
        schemars::json_schema!({ "anyOf": [plain, law], "x-type": name, "format": name })
    }
}

fn name_of(schema: &str) -> &'static str {
    if schema == "Duration" { "durations" } else { "numbers" }
}

#[cfg(test)]
mod tests {
    use super::super::random::{Purpose, Seed};
    use super::*;

    fn draws(law: Law<f64>, count: u64) -> Vec<f64> {
        let distribution = Distribution::new(law);
        distribution.check().unwrap();
        (0..count).map(|n| distribution.sample(&mut Seed(3).stream(0, Purpose::new("test"), n))).collect()
    }

    /// Kolmogorov–Smirnov distance times the root of the count; above 1.95 in one of a thousand cases.
    fn ks(mut sample: Vec<f64>, cdf: impl Fn(f64) -> f64) -> f64 {
        sample.sort_by(f64::total_cmp);
        let count = sample.len() as f64;
        let distance = sample.iter().enumerate().fold(0.0_f64, |worst, (n, &x)| {
            let exact = cdf(x);
            worst.max(exact - n as f64 / count).max((n + 1) as f64 / count - exact)
        });
        distance * count.sqrt()
    }

    const COUNT: u64 = 40_000;

    #[test]
    fn laws_with_a_closed_form_match_it() {
        assert!(ks(draws(Law::Uniform { low: 2.0, high: 5.0 }, COUNT), |x| (x - 2.0) / 3.0) < 1.95);
        assert!(ks(draws(Law::Exponential { mean: 4.0 }, COUNT), |x| 1.0 - (-x / 4.0).exp()) < 1.95);
        let weibull = |x: f64| 1.0 - (-(x / 3.0).powf(1.7)).exp();
        assert!(ks(draws(Law::Weibull { shape: 1.7, scale: 3.0 }, COUNT), weibull) < 1.95);
        let triangular = |x: f64| {
            if x < 2.0 { (x - 1.0).powi(2) / 5.0 } else { 1.0 - (6.0 - x).powi(2) / 20.0 }
        };
        assert!(ks(draws(Law::Triangular { low: 1.0, mode: 2.0, high: 6.0 }, COUNT), triangular) < 1.95);
        let spread = (1.0_f64 + 0.25).ln();
        let lognormal = |x: f64| normal_cdf((x.ln() - (2.0_f64.ln() - spread / 2.0)) / spread.sqrt());
        assert!(ks(draws(Law::LogNormal { mean: 2.0, sd: 1.0 }, COUNT), lognormal) < 1.95);
        // Gamma with whole shape is Erlang.
        let erlang3 = |x: f64| 1.0 - (-x).exp() * (1.0 + x + x * x / 2.0);
        assert!(ks(draws(Law::Gamma { shape: 3.0, scale: 1.0 }, COUNT), erlang3) < 1.95);
    }

    #[test]
    fn the_truncated_normal_matches_wherever_it_is_cut() {
        let infinity = f64::INFINITY;
        for (low, high) in [
            (-1.0, 1.0),
            (-0.1, 0.2),
            (2.0, infinity),
            (4.0, 4.5),
            (-5.0, -3.0),
            (0.3, 0.9),
            (0.2, 6.0),
            (-0.5, infinity),
            (-6.0, 0.1),
            (-9.0, -0.2),
        ] {
            let law = Law::Normal { mean: 0.0, sd: 1.0, low, high: high.is_finite().then_some(high) };
            let total = normal_between(0.0, 1.0, low, high);
            let distance = ks(draws(law, COUNT), |x| normal_between(0.0, 1.0, low, x) / total);
            assert!(distance < 1.95, "{low} to {high}: {distance}");
        }
    }

    #[test]
    fn sample_means_match_the_stated_means() {
        for law in [
            Law::Normal { mean: 5.0, sd: 2.0, low: 4.0, high: Some(9.0) },
            Law::LogNormal { mean: 3.0, sd: 0.5 },
            Law::Weibull { shape: 2.2, scale: 3.0 },
            Law::Gamma { shape: 0.4, scale: 2.0 },
            Law::Empirical(vec![1.0, 2.0, 4.0]),
            Law::Triangular { low: 0.0, mode: 0.0, high: 3.0 },
        ] {
            let exact = Distribution::new(law.clone()).mean();
            let sample = draws(law.clone(), COUNT);
            let mean = sample.iter().sum::<f64>() / COUNT as f64;
            let variance = sample.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / COUNT as f64;
            assert!((mean - exact).abs() < 4.0 * (variance / COUNT as f64).sqrt(), "{law:?}: {mean} against {exact}");
        }
    }

    /// Against what plain rejection leaves of the law itself.
    #[test]
    fn what_is_left_of_a_value_follows_from_its_law() {
        let laws = [
            (Law::Uniform { low: 2.0, high: 5.0 }, [1.0, 3.5]),
            (Law::Triangular { low: 1.0, mode: 2.0, high: 6.0 }, [1.5, 4.0]),
            (Law::Normal { mean: 5.0, sd: 2.0, low: 1.0, high: Some(9.0) }, [0.5, 6.5]),
            (Law::LogNormal { mean: 2.0, sd: 1.0 }, [1.0, 3.5]),
            (Law::Exponential { mean: 4.0 }, [1.0, 9.0]),
            (Law::Weibull { shape: 1.7, scale: 3.0 }, [1.0, 5.0]),
            (Law::Gamma { shape: 2.5, scale: 1.5 }, [2.0, 8.0]),
            (Law::Gamma { shape: 0.5, scale: 2.0 }, [0.2, 4.0]),
            (Law::Gamma { shape: 1.0, scale: 2.0 }, [1.0, 5.0]),
        ];
        for (law, pasts) in laws {
            let mut all = draws(law.clone(), 4 * COUNT);
            all.sort_by(f64::total_cmp);
            for past in pasts {
                let above = &all[all.partition_point(|x| *x <= past)..];
                let distribution = Distribution::new(law.clone());
                let left = (0..COUNT)
                    .map(|n| past + distribution.residual(past, &mut Seed(8).stream(1, Purpose::new("test"), n)));
                let cdf = |x: f64| above.partition_point(|other| *other <= x) as f64 / above.len() as f64;
                // Two samples: the distance grows by the root of one plus their ratio.
                let spread = (1.0 + COUNT as f64 / above.len() as f64).sqrt();
                let distance = ks(left.collect(), cdf) / spread;
                assert!(distance < 1.95, "{law:?} above {past}: {distance}");
            }
        }
        let observed = Distribution::new(Law::Empirical(vec![1.0, 2.0, 4.0]));
        let random = &mut Seed(1).stream(0, Purpose::new("test"), 0);
        assert_eq!(observed.residual(3.0, random), 1.0);
        assert_eq!(observed.residual(9.0, random), 0.0);
        assert_eq!(Distribution::constant(5.0).residual(2.0, random), 3.0);
    }

    #[test]
    fn a_plain_value_is_a_constant() {
        let read: Distribution<Duration> = serde_json::from_str("\"5m\"").unwrap();
        assert_eq!(read, Distribution::constant(Duration::from_secs(300)));
        let saved = postcard::to_stdvec(&read).unwrap();
        assert_eq!(postcard::from_bytes::<Distribution<Duration>>(&saved).unwrap(), read);
    }

    #[test]
    fn limits_in_the_wrong_order_are_refused() {
        assert!(Distribution::new(Law::Uniform { low: 2.0, high: 1.0 }).check().is_err());
        assert!(Distribution::new(Law::Normal { mean: 0.0, sd: 1.0, low: 50.0, high: Some(60.0) }).check().is_err());
    }
}
