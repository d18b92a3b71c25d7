//! What is wrong with groups.

use bevy_ecs::prelude::World;

use super::super::problem::{Problem, Problems};
use super::super::syntax::Node;
use super::super::tree;
use crate::twin::groups::kind::GroupKinds;
use crate::twin::groups::talk::GroupField;

/// The times of groups fit together, and what they agree on has a name of its own.
pub fn check(world: &World, root: &Node, problems: &mut Problems) {
    for (name, kind) in &world.resource::<GroupKinds>().0 {
        let mut complain = |field: &[&str], message: String, help: &str| {
            let way: Vec<&str> = ["groups", name.as_str()].into_iter().chain(field.iter().copied()).collect();
            let span = tree::place(root, &way);
            problems.push(Problem { span, message, label: "here".to_owned(), help: Some(help.to_owned()) });
        };
        if kind.beat.is_zero() {
            complain(
                &["beat"],
                "`beat` should be more than 0".to_owned(),
                "write how often a leader is heard, such as \"1s\"",
            );
        } else if kind.patience < kind.beat {
            let message = "members lose patience before they can hear their leader".to_owned();
            complain(&["patience"], message, "make `patience` several times as long as `beat`");
        }
        if kind.forget <= kind.beat {
            let message = "members are forgotten before they can be heard".to_owned();
            complain(&["forget"], message, "make `forget` several times as long as `beat`");
        }
        if kind.alone <= kind.patience {
            let message = "members go on alone before they can choose a leader".to_owned();
            complain(&["alone"], message, "make `alone` several times as long as `patience`");
        }
        for (value, agreement) in &kind.agrees {
            let full = format!("group.{value}");
            if GroupField::ALL.iter().any(|(_, other, _)| *other == full) {
                complain(&["agrees", value], format!("every group has a `{value}` of its own"), "call it otherwise");
            }
            if agreement.every.is_zero() {
                let message = "`every` should be more than 0".to_owned();
                complain(&["agrees", value, "every"], message, "write how often they ask each other, such as \"10s\"");
            }
        }
    }
}
