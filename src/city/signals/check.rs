//! What can be wrong with twins that govern signals: signals that are not there, or have two twins; a twin that never looks.

use std::collections::BTreeMap;

use bevy_ecs::prelude::World;

use super::settings::{Signalling, SignalsPart};
use crate::city::settings::City;
use crate::city::streets::Signals;
use crate::engine::identity::Directory;
use crate::engine::spelling::nearest;
use crate::engine::time::Duration;
use crate::scene::expand::place_for;
use crate::scene::problem::{Problem, Problems};
use crate::scene::syntax::{Node, Span};
use crate::scene::tree::place;

/// The shortest time from decision to decision: signals are no quicker.
const SHORTEST: Duration = Duration::from_secs(1);

/// Checks the parts `signals`, and whether the twins of a town that thinks could be named.
pub fn check(world: &World, root: &Node, problems: &mut Problems) {
    let city = world.resource::<City>();
    let twins = world.resource::<Directory>().twins();
    let parts: Vec<(&str, &SignalsPart)> =
        twins.filter_map(|(_, twin, name)| Some((&**name, world.get::<SignalsPart>(twin)?))).collect();
    let thinks = matches!(city.signals, Signalling::MaxPressure(_));
    if !thinks && parts.is_empty() {
        return;
    }
    // What is wrong with the streets is told by their own check.
    let Ok(streets) = city.town_streets() else { return };
    let mut complain = |span: Span, message: String, help: String| {
        problems.push(Problem { span, message, label: "here".to_owned(), help: Some(help) });
    };
    let mut governors: BTreeMap<&str, &str> = BTreeMap::new();
    for (name, part) in &parts {
        let is_of_town = thinks && *name == part.of;
        let at = |field: &[&str]| match is_of_town {
            true => place(root, &["city", "signals"]),
            false => place_for(root, name, &[&["signals"], field].concat()),
        };
        if !streets.signals.iter().any(|signals| signals.name == part.of) {
            complain(at(&["of"]), format!("there are no signals `{}`", part.of), cure(&part.of, &streets.signals));
        }
        if part.max_pressure.every < SHORTEST {
            let message = "signals decide no more often than once a second".to_owned();
            complain(at(&["max_pressure", "every"]), message, "write every: \"5s\"".to_owned());
        }
        if let Some(other) = governors.insert(&part.of, name) {
            let message = format!("both `{other}` and `{name}` govern the signals `{}`", part.of);
            complain(at(&["of"]), message, "leave one of them out".to_owned());
        }
    }
    if thinks {
        for signals in streets.signals.iter().filter(|signals| !governors.contains_key(signals.name.as_str())) {
            let message = format!("the signals `{0}` cannot be a twin: another is called `{0}`", signals.name);
            complain(place(root, &["city", "signals"]), message, "give that twin another name".to_owned());
        }
    }
}

fn cure(name: &str, signals: &[Signals]) -> String {
    match nearest(name, signals.iter().map(|signals| signals.name.as_str())) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "name a node whose control is Signals".to_owned(),
    }
}
