//! What a study varies.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

/// A value that is set in a scene, as `--set` takes it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Level {
    /// A number.
    Number(f64),
    /// Anything else: `"Spt"`, `"8h 30m"`, `"true"`, `"[1, 2]"`.
    Text(String),
}

impl Level {
    /// Its number, if it is one.
    pub fn number(&self) -> Option<f64> {
        match self {
            Level::Number(number) => Some(*number),
            Level::Text(_) => None,
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Level::Number(number) => write!(f, "{number}"),
            Level::Text(text) => f.write_str(text),
        }
    }
}

impl JsonSchema for Level {
    fn schema_name() -> Cow<'static, str> {
        "Level".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A number, or a text as `--set` takes it.",
            "format": "level",
            "x-type": "number or text",
        })
    }
}

/// The values that a setting takes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub enum Factor {
    /// Each of these.
    Values(#[schemars(length(min = 1))] Vec<Level>),
    /// Numbers from one to another.
    Range {
        /// The least.
        from: f64,
        /// The most.
        to: f64,
        /// How many, evenly spaced, the least and the most among them; without it, any.
        #[serde(default)]
        #[schemars(range(min = 2, max = 100_000))]
        steps: Option<u32>,
        /// Whether they are whole numbers.
        #[serde(default)]
        whole: bool,
    },
}

impl Factor {
    /// How many values it has, if they can be counted.
    pub fn count(&self) -> Option<usize> {
        match self {
            Factor::Values(levels) => Some(levels.len()),
            Factor::Range { steps: Some(steps), .. } => Some(*steps as usize),
            Factor::Range { from, to, steps: None, whole: true } if to - from < 1000.0 => {
                Some((to - from) as usize + 1)
            }
            Factor::Range { .. } => None,
        }
    }

    /// Its values, if they can be counted.
    pub fn levels(&self) -> Option<Vec<Level>> {
        Some((0..self.count()?).map(|place| self.nth(place)).collect())
    }

    /// One of the values that can be counted, from 0 on; after the last comes the last again.
    fn nth(&self, place: usize) -> Level {
        match self {
            Factor::Values(levels) => {
                levels.get(place).or(levels.last()).cloned().unwrap_or_else(|| Level::Text(String::new()))
            }
            Factor::Range { from, to, steps: Some(steps), whole } => {
                level(from + (to - from) * place as f64 / f64::from(steps.saturating_sub(1).max(1)), *whole)
            }
            Factor::Range { from, to, whole, .. } => level((from + place as f64).min(*to), *whole),
        }
    }

    /// The value at a share of the way from the first to the last: all are as likely where the share is even between 0 and 1.
    pub fn at(&self, share: f64) -> Level {
        match (self.count(), self) {
            (Some(count), _) => self.nth(((share.max(0.0) * count as f64) as usize).min(count.saturating_sub(1))),
            (None, Factor::Range { from, to, whole: true, .. }) => {
                level((from + (to - from + 1.0) * share).floor().min(*to), true)
            }
            (None, Factor::Range { from, to, .. }) => level(from + (to - from) * share, false),
            (None, Factor::Values(_)) => self.nth(0),
        }
    }

    /// Whether all its values are numbers.
    pub fn is_numeric(&self) -> bool {
        match self {
            Factor::Values(levels) => levels.iter().all(|level| level.number().is_some()),
            Factor::Range { .. } => true,
        }
    }
}

fn level(number: f64, whole: bool) -> Level {
    Level::Number(if whole { number.round() } else { number })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(levels: &[Level]) -> Vec<f64> {
        levels.iter().filter_map(Level::number).collect()
    }

    #[test]
    fn ranges_have_their_ends() {
        let range = |from, to, steps, whole| Factor::Range { from, to, steps, whole };
        assert_eq!(numbers(&range(0.0, 1.0, Some(5), false).levels().unwrap()), [0.0, 0.25, 0.5, 0.75, 1.0]);
        assert_eq!(numbers(&range(1.0, 4.0, None, true).levels().unwrap()), [1.0, 2.0, 3.0, 4.0]);
        assert_eq!(range(2.0, 3.0, None, false).levels(), None);
        assert_eq!(range(2.0, 4.0, None, false).at(0.25), Level::Number(2.5));
        assert_eq!(range(0.0, 5000.0, None, true).at(0.999_999_9), Level::Number(5000.0));
        let values = Factor::Values(vec![Level::Text("Spt".into()), Level::Text("Edd".into())]);
        assert_eq!([0.0, 0.49, 0.5, 1.0].map(|share| values.at(share).to_string()), ["Spt", "Spt", "Edd", "Edd"]);
    }

    #[test]
    fn numbers_are_written_as_scenes_have_them() {
        assert_eq!([10.0, 0.25, -3.5e-3].map(|number| Level::Number(number).to_string()), ["10", "0.25", "-0.0035"]);
    }
}
