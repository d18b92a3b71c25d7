//! Simulated time: an integer count of nanoseconds since the start of the run.
//!
//! Integers make sums independent of order and equality exact. An `i64` of nanoseconds spans 292 years.

use std::borrow::Cow;
use std::fmt;
use std::ops::{Add, AddAssign, Sub, SubAssign};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

const NANOS_PER_SECOND: i64 = 1_000_000_000;

/// A moment in simulated time, counted from the start of the run.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct Time(i64);

/// A length of simulated time. In RON: `"8h 30m"`, or a number of seconds.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Duration(i64);

impl Time {
    /// The start of every run.
    pub const ZERO: Time = Time(0);
    /// Later than every moment that a run can reach.
    pub const NEVER: Time = Time(i64::MAX);

    /// The moment `nanos` nanoseconds after the start.
    pub const fn from_nanos(nanos: i64) -> Time {
        Time(nanos)
    }

    /// Nanoseconds since the start.
    pub const fn nanos(self) -> i64 {
        self.0
    }

    /// Seconds since the start, as results are written.
    pub fn seconds(self) -> f64 {
        self.0 as f64 / NANOS_PER_SECOND as f64
    }

    /// The length from the start of the run to this moment.
    pub const fn since_start(self) -> Duration {
        Duration(self.0)
    }
}

impl Duration {
    /// No time at all.
    pub const ZERO: Duration = Duration(0);
    /// The longest length that a scene may name (about 292 years).
    pub const MAX: Duration = Duration(i64::MAX);

    /// A length of `nanos` nanoseconds.
    pub const fn from_nanos(nanos: i64) -> Duration {
        Duration(nanos)
    }

    /// A length of whole seconds; saturates.
    pub const fn from_secs(seconds: i64) -> Duration {
        Duration(seconds.saturating_mul(NANOS_PER_SECOND))
    }

    /// Rounds to the nearest nanosecond. Negative and NaN become zero, too large becomes [`Duration::MAX`].
    pub fn from_seconds(seconds: f64) -> Duration {
        // The cast cuts the fraction off, saturates, and turns NaN into 0, so that only the sign is left to mend.
        Duration(((seconds * NANOS_PER_SECOND as f64 + 0.5) as i64).max(0))
    }

    /// Nanoseconds.
    pub const fn nanos(self) -> i64 {
        self.0
    }

    /// Seconds.
    pub fn seconds(self) -> f64 {
        self.0 as f64 / NANOS_PER_SECOND as f64
    }

    /// True for the length zero.
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// Reads `"8h 30m"`, `"1week"`, `"250ms"`.
    ///
    /// # Errors
    /// Says what the text should look like.
    pub fn parse(text: &str) -> Result<Duration, String> {
        let too_long = || format!("`{text}` is longer than the 292 years that a run can last; write a shorter time");
        let parsed = humantime::parse_duration(text.trim()).map_err(|error| {
            let why = match &error {
                humantime::DurationError::NumberOverflow => return too_long(),
                humantime::DurationError::UnknownUnit { unit, .. } if unit.is_empty() => " (a number lacks its unit)",
                humantime::DurationError::UnknownUnit { unit, .. } => &format!(" (there is no unit `{unit}`)"),
                _ => "",
            };
            format!("`{text}` is not a length of time{why}; write it like \"8h 30m\", \"90s\" or \"250ms\"")
        })?;
        i64::try_from(parsed.as_nanos()).map(Duration).map_err(|_| too_long())
    }
}

impl Add<Duration> for Time {
    type Output = Time;
    /// Saturates at [`Time::NEVER`].
    fn add(self, length: Duration) -> Time {
        Time(self.0.saturating_add(length.0))
    }
}

impl AddAssign<Duration> for Time {
    fn add_assign(&mut self, length: Duration) {
        *self = *self + length;
    }
}

impl Sub<Time> for Time {
    type Output = Duration;
    fn sub(self, earlier: Time) -> Duration {
        Duration(self.0.saturating_sub(earlier.0))
    }
}

impl Add for Duration {
    type Output = Duration;
    fn add(self, other: Duration) -> Duration {
        Duration(self.0.saturating_add(other.0))
    }
}

impl AddAssign for Duration {
    fn add_assign(&mut self, other: Duration) {
        *self = *self + other;
    }
}

impl Sub for Duration {
    type Output = Duration;
    fn sub(self, other: Duration) -> Duration {
        Duration(self.0.saturating_sub(other.0))
    }
}

impl SubAssign for Duration {
    fn sub_assign(&mut self, other: Duration) {
        *self = *self - other;
    }
}

impl fmt::Display for Time {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.since_start().fmt(out)
    }
}

impl fmt::Display for Duration {
    /// Writes a text that [`Duration::parse`] reads back to the same length.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        const UNITS: [(&str, i64); 7] = [
            ("d", 86_400 * NANOS_PER_SECOND),
            ("h", 3_600 * NANOS_PER_SECOND),
            ("m", 60 * NANOS_PER_SECOND),
            ("s", NANOS_PER_SECOND),
            ("ms", 1_000_000),
            ("us", 1_000),
            ("ns", 1),
        ];
        if self.0 == 0 {
            return out.write_str("0s");
        }
        let mut rest = self.0;
        let mut gap = "";
        for (unit, size) in UNITS {
            let count = rest / size;
            rest %= size;
            if count != 0 {
                write!(out, "{gap}{count}{unit}")?;
                gap = " ";
            }
        }
        Ok(())
    }
}

impl Serialize for Duration {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() { serializer.collect_str(self) } else { serializer.serialize_i64(self.0) }
    }
}

impl<'de> Deserialize<'de> for Duration {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            deserializer.deserialize_any(ReadDuration)
        } else {
            i64::deserialize(deserializer).map(Duration)
        }
    }
}

struct ReadDuration;

impl de::Visitor<'_> for ReadDuration {
    type Value = Duration;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a length of time like \"8h 30m\", or a number of seconds")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Duration, E> {
        Duration::parse(text).map_err(E::custom)
    }

    fn visit_i64<E: de::Error>(self, seconds: i64) -> Result<Duration, E> {
        self.visit_f64(seconds as f64)
    }

    fn visit_u64<E: de::Error>(self, seconds: u64) -> Result<Duration, E> {
        self.visit_f64(seconds as f64)
    }

    fn visit_f64<E: de::Error>(self, seconds: f64) -> Result<Duration, E> {
        if seconds.is_finite() && seconds >= 0.0 && seconds * 1e9 < i64::MAX as f64 {
            Ok(Duration::from_seconds(seconds))
        } else {
            let shown = if seconds.abs() < 1e15 { seconds.to_string() } else { format!("{seconds:e}") };
            Err(E::custom(format!("{shown} seconds is not a length of time; it should be from 0 to 292 years")))
        }
    }
}

impl JsonSchema for Duration {
    fn schema_name() -> Cow<'static, str> {
        "Duration".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "format": "duration", "x-type": "length of time" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_what_authors_write() {
        assert_eq!(Duration::parse("8h 30m"), Ok(Duration::from_secs(30_600)));
        assert_eq!(Duration::parse("1week"), Ok(Duration::from_secs(604_800)));
        assert_eq!(Duration::parse("250ms"), Ok(Duration::from_nanos(250_000_000)));
        assert!(Duration::parse("soon").is_err());
        assert!(Duration::parse("-5m").is_err());
        assert!(Duration::parse("400years").is_err());
    }

    proptest! {
        #[test]
        fn a_printed_length_reads_back(nanos in 0..i64::MAX) {
            let length = Duration::from_nanos(nanos);
            prop_assert_eq!(Duration::parse(&length.to_string()), Ok(length));
        }
    }
}
