//! What can be wrong with the section `city`.

use bevy_ecs::prelude::World;

use super::settings::City;
use crate::engine::random::Seed;
use crate::engine::time::Duration;
use crate::scene::problem::{Problem, Problems};
use crate::scene::syntax::Node;
use crate::scene::tree::place;

/// Steps no shorter than this: people do not react sooner, and nothing would be gained.
const SHORTEST: Duration = Duration::from_nanos(10_000_000);

/// Steps no longer than this: who drives at 50 km/h comes 28 m far in two seconds.
const LONGEST: Duration = Duration::from_secs(2);

/// Checks it.
pub(super) fn check(world: &World, root: &Node, problems: &mut Problems) {
    let traffic = world.resource::<City>();
    let mut complain = |field: &[&str], message: String, help: &str| {
        let way: Vec<&str> = ["city"].into_iter().chain(field.iter().copied()).collect();
        let span = place(root, &way);
        problems.push(Problem { span, message, label: "here".to_owned(), help: Some(help.to_owned()) });
    };
    if !(SHORTEST..=LONGEST).contains(&traffic.step) {
        complain(&["step"], "steps of traffic last from 10 ms to 2 s".to_owned(), "most models are made for \"1s\"");
    }
    if traffic.count_every < traffic.step {
        let message = "`count_every` is shorter than a step".to_owned();
        complain(&["count_every"], message, "count over some minutes, such as \"15m\"");
    }
    if traffic.is_there()
        && let Err(wrong) = traffic.town(Seed(0)).map(|_| ()).and_then(|()| traffic.scenery().map(|_| ()))
    {
        let field: Vec<&str> = wrong.field.iter().map(String::as_str).collect();
        complain(&field, wrong.why, &wrong.cure);
    }
}
