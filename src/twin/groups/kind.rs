//! What a scene says of groups.

use std::collections::BTreeMap;
use std::sync::Arc;

use bevy_ecs::prelude::{Component, Resource};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::engine::time::Duration;

/// The kinds of groups of a world, by name.
#[derive(Resource, Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(example = json!({"swarm": {"beat": "500ms", "agrees": {"heading": {"on": "Median"}}}}))]
pub struct GroupKinds(pub BTreeMap<String, GroupKind>);

/// A kind of group. Twins of one kind that hear each other form one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct GroupKind {
    /// How often a leader is heard.
    pub beat: Duration,
    /// How long a member waits at least to hear its leader before it wants to be one; at most twice as long.
    pub patience: Duration,
    /// After how long in silence a member is taken to have left.
    pub forget: Duration,
    /// After how long without a majority, or a leader, a twin goes on alone.
    pub alone: Duration,
    /// How many are in a group at most.
    #[schemars(range(min = 1, max = 1000))]
    pub most: u32,
    /// What members agree on: values by name. Minds know them as `group.name`.
    pub agrees: BTreeMap<String, Agreement>,
}

impl Default for GroupKind {
    fn default() -> Self {
        GroupKind {
            beat: Duration::from_secs(1),
            patience: Duration::from_secs(4),
            forget: Duration::from_secs(10),
            alone: Duration::from_secs(20),
            most: 100,
            agrees: BTreeMap::new(),
        }
    }
}

/// How members agree on a value.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Agreement {
    /// What they make of their opinions.
    #[serde(default)]
    pub on: Choice,
    /// How often they ask each other.
    #[serde(default = "ten_seconds")]
    pub every: Duration,
}

fn ten_seconds() -> Duration {
    Duration::from_secs(10)
}

/// What members make of their opinions. Those that are not known do not count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Choice {
    /// The middle one; of two in the middle the lower: no minority can move it beyond what others say.
    #[default]
    Median,
    /// The mean.
    Mean,
    /// What most say; among those that as many say, the least.
    Majority,
    /// The least.
    Least,
    /// The greatest.
    Greatest,
}

impl Choice {
    /// What it makes of opinions; NaN of none.
    pub fn of(self, opinions: &[f64]) -> f64 {
        let mut sorted: Vec<f64> = opinions.iter().copied().filter(|opinion| !opinion.is_nan()).collect();
        sorted.sort_by(f64::total_cmp);
        let count = sorted.len();
        let Some(last) = sorted.last().copied() else { return f64::NAN };
        match self {
            Choice::Median => sorted[(count - 1) / 2],
            Choice::Mean => sorted.iter().sum::<f64>() / count as f64,
            Choice::Least => sorted[0],
            Choice::Greatest => last,
            Choice::Majority => {
                let mut best = (0, f64::NAN);
                for same in sorted.chunk_by(|a, b| a == b) {
                    if same.len() > best.0 {
                        best = (same.len(), same[0]);
                    }
                }
                best.1
            }
        }
    }
}

/// A twin that is of groups of a kind.
#[derive(Component, Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct MemberSpec(pub Arc<Belongs>);

/// To which groups a twin belongs, and what it thinks.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Belongs {
    /// The kind of group: one of the section `groups`.
    #[schemars(example = &"swarm")]
    pub group: String,
    /// It belongs only while this holds: a condition.
    #[serde(default)]
    #[schemars(example = &"charge > 20%")]
    pub when: Option<String>,
    /// What it thinks of what the group agrees on: formulas.
    #[serde(default)]
    #[schemars(example = json!({"heading": "position.heading"}))]
    pub opinions: BTreeMap<String, String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opinions_are_put_together() {
        let opinions = [3.0, f64::NAN, 1.0, 3.0, 8.0];
        for (choice, value) in [
            (Choice::Median, 3.0),
            (Choice::Mean, 3.75),
            (Choice::Majority, 3.0),
            (Choice::Least, 1.0),
            (Choice::Greatest, 8.0),
        ] {
            assert_eq!(choice.of(&opinions), value, "{choice:?}");
            assert!(choice.of(&[f64::NAN]).is_nan());
        }
        assert_eq!(Choice::Majority.of(&[2.0, 1.0]), 1.0);
        assert_eq!(Choice::Median.of(&[2.0, 1.0]), 1.0);
    }
}
