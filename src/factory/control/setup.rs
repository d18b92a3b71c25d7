//! Set-ups: the time a machine needs to change over from one family of operations to another.

use bevy_ecs::prelude::Component;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::engine::distribution::Distribution;
use crate::engine::time::Duration;
use crate::factory::people::worker::Staff;

/// Sequence-dependent set-ups of a machine.
#[derive(Component, Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Setup {
    /// The family that the machine is set up for at the start; without it, the first operation needs a set-up too.
    #[schemars(example = &"red")]
    pub initial: Option<String>,
    /// The time for a change that `changes` does not name.
    pub otherwise: Distribution<Duration>,
    /// Who changes it over; without it, nobody is needed.
    pub worker: Option<Staff>,
    /// The time for particular changes.
    #[schemars(example = json!([{"from": "red", "to": "blue", "takes": "10m"}]))]
    pub changes: Vec<Change>,
}

/// The set-up time from one family to another.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Change {
    /// The family before; `*` for any.
    #[schemars(example = &"red")]
    pub from: String,
    /// The family after; `*` for any.
    #[schemars(example = &"blue")]
    pub to: String,
    /// How long it takes.
    #[schemars(example = &"10m")]
    pub takes: Distribution<Duration>,
}

impl Setup {
    /// The time to change from one family to another; none is needed where they are the same.
    pub fn between(&self, from: Option<&str>, to: &str) -> Option<&Distribution<Duration>> {
        if from == Some(to) {
            return None;
        }
        let fits = |pattern: &str, family: Option<&str>| pattern == "*" || Some(pattern) == family;
        let named = self.changes.iter().find(|change| fits(&change.from, from) && fits(&change.to, Some(to)));
        Some(named.map_or(&self.otherwise, |change| &change.takes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_change_that_fits_counts() {
        let setup: Setup = serde_json::from_str(
            r#"{"otherwise": "1m", "changes": [
                {"from": "red", "to": "blue", "takes": "10m"}, {"from": "*", "to": "blue", "takes": "5m"}]}"#,
        )
        .unwrap();
        let minutes = |from, to| setup.between(from, to).map(|time| time.mean() / 60.0);
        assert_eq!(minutes(Some("red"), "blue"), Some(10.0));
        assert_eq!(minutes(Some("green"), "blue"), Some(5.0));
        assert_eq!(minutes(None, "blue"), Some(5.0));
        assert_eq!(minutes(Some("blue"), "red"), Some(1.0));
        assert_eq!(minutes(Some("blue"), "blue"), None);
    }
}
