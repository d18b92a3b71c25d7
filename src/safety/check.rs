//! What can be wrong with a safety watch: people who are not there, zones without an inside, a watch that never looks.

use bevy_ecs::prelude::World;

use super::settings::{Review, Safety};
use super::sight::find;
use super::wearable::Wearable;
use crate::engine::identity::{Directory, TwinId};
use crate::engine::spelling::nearest;
use crate::scene::expand::place_for;
use crate::scene::problem::{Problem, Problems};
use crate::scene::syntax::{Node, Span};
use crate::scene::tree::{find_key, place};
use crate::twin::who::Population;
use crate::world::position::Position;

/// Checks the section `safety` and the wearables.
pub(super) fn check(world: &World, root: &Node, problems: &mut Problems) {
    let safety = world.resource::<Safety>();
    let scene = Scene { world, root };
    check_people(scene, safety, problems);
    check_places(scene, safety, problems);
    check_limits(scene, safety, problems);
    check_zones(scene, safety, problems);
    check_escalation(scene, safety, problems);
    if let Some(review) = &safety.review {
        check_review(scene, safety, review, problems);
    }
    check_wearables(scene, safety, problems);
    check_looks(scene, safety, problems);
}

#[derive(Clone, Copy)]
struct Scene<'a> {
    world: &'a World,
    root: &'a Node,
}

impl Scene<'_> {
    fn place(self, way: &[&str]) -> Span {
        let way: Vec<&str> = ["safety"].into_iter().chain(way.iter().copied()).collect();
        place(self.root, &way)
    }

    /// Whether somebody is meant by each of these texts.
    fn check_who(self, who: &[String], way: &[&str], problems: &mut Problems) {
        let (population, directory) = (self.world.resource::<Population>(), self.world.resource::<Directory>());
        for (index, text) in who.iter().enumerate() {
            if population.find(directory, text).is_empty() {
                let index = index.to_string();
                let way: Vec<&str> = way.iter().copied().chain([index.as_str()]).collect();
                let (message, help) = population.nobody(directory, text);
                complain(self.place(&way), message, help, problems);
            }
        }
    }
}

fn complain(span: Span, message: impl Into<String>, help: impl Into<String>, problems: &mut Problems) {
    problems.push(Problem { span, message: message.into(), label: "here".to_owned(), help: Some(help.into()) });
}

fn check_people(scene: Scene, safety: &Safety, problems: &mut Problems) {
    scene.check_who(&safety.persons, &["persons"], problems);
    let needs_persons = [("apart", safety.apart.is_some()), ("gathering", safety.gathering.is_some())];
    for (rule, _) in needs_persons.into_iter().filter(|(_, is_there)| *is_there && safety.persons.is_empty()) {
        let message = format!("`{rule}` is about persons, and nobody is one");
        complain(scene.place(&[rule]), message, "say who is, such as persons: [\"worker-*\"]", problems);
    }
    for (index, rule) in safety.separations.iter().enumerate() {
        let number = index.to_string();
        let way = ["separations", number.as_str()];
        scene.check_who(&rule.of, &[way[0], way[1], "of"], problems);
        scene.check_who(&rule.from, &[way[0], way[1], "from"], problems);
        if rule.from.is_empty() {
            complain(scene.place(&way), "it is not said who stays away", "write from: [\"tugger-*\"]", problems);
        }
        if rule.of.is_empty() && safety.persons.is_empty() {
            let help = "say who is a person, such as persons: [\"worker-*\"], or write `of`";
            complain(scene.place(&way), "this is about persons, and nobody is one", help, problems);
        }
        if rule.least.is_some() == rule.protective.is_some() {
            let message = "a separation has either `least` or `protective`";
            complain(
                scene.place(&way),
                message,
                "write least: 1.5, or protective: (reacts: \"200ms\", brakes: 1.2)",
                problems,
            );
        }
    }
}

/// Whoever is nowhere cannot be watched.
fn check_places(scene: Scene, safety: &Safety, problems: &mut Problems) {
    let directory = scene.world.resource::<Directory>();
    let nowhere = |twin: &TwinId| {
        let entity = directory.entity(*twin)?;
        scene.world.get::<Position>(entity).is_none().then(|| directory.name(*twin))
    };
    let mut complain_of = |who: &[String], way: &[&str]| {
        for (index, text) in who.iter().enumerate() {
            let Some(name) = find(scene.world, std::slice::from_ref(text)).twins().iter().find_map(nowhere) else {
                continue;
            };
            let index = index.to_string();
            let way: Vec<&str> = way.iter().copied().chain([index.as_str()]).collect();
            let message = format!("`{name}` cannot be watched: it has no place");
            complain(scene.place(&way), message, "give it one, such as place: At(x: 4, y: 2)", problems);
        }
    };
    complain_of(&safety.persons, &["persons"]);
    for (index, rule) in safety.separations.iter().enumerate() {
        let number = index.to_string();
        complain_of(&rule.of, &["separations", &number, "of"]);
        complain_of(&rule.from, &["separations", &number, "from"]);
    }
    if let Some(review) = &safety.review {
        complain_of(&review.equipment, &["review", "equipment"]);
    }
}

fn check_limits(scene: Scene, safety: &Safety, problems: &mut Problems) {
    if let Some(rule) = safety.apart.filter(|rule| rule.release() < rule.least) {
        let message = format!("`release` should be at least `least`, {} m", rule.least);
        complain(scene.place(&["apart", "release"]), message, "raise it, or leave it out", problems);
    }
    if let Some(rule) = safety.gathering.filter(|rule| rule.release.is_some_and(|release| release > rule.people)) {
        let message = format!("`release` should be at most `people`, {}", rule.people);
        complain(scene.place(&["gathering", "release"]), message, "lower it, or leave it out", problems);
    }
}

fn check_zones(scene: Scene, safety: &Safety, problems: &mut Problems) {
    for (name, zone) in &safety.zones {
        if let Some((message, help)) = zone.problem() {
            complain(scene.place(&["zones", name]), message, help, problems);
        }
    }
}

fn check_escalation(scene: Scene, safety: &Safety, problems: &mut Problems) {
    let steps = &safety.escalation.0;
    let last = steps.len().saturating_sub(1);
    for (index, _) in steps.iter().enumerate().filter(|(index, step)| *index < last && step.lasts.is_none()) {
        let place = scene.place(&["escalation", &index.to_string()]);
        complain(place, "after this step there is another, and it is not said when", "write lasts: \"1m\"", problems);
    }
}

fn check_review(scene: Scene, safety: &Safety, review: &Review, problems: &mut Problems) {
    scene.check_who(&review.equipment, &["review", "equipment"], problems);
    for (field, every) in [("every", review.every), ("samples_every", review.samples_every)] {
        if every.is_zero() {
            let message = format!("`{field}` should be more than 0");
            complain(scene.place(&["review", field]), message, "write a length of time such as \"1h\"", problems);
        }
    }
    if let Some(room) = review.room.as_ref().filter(|room| !safety.zones.contains_key(*room)) {
        unknown_zone(safety, room, scene.place(&["review", "room"]), problems);
    }
}

fn unknown_zone(safety: &Safety, name: &str, span: Span, problems: &mut Problems) {
    let known = safety.zones.keys().map(String::as_str);
    let help = match nearest(name, known.clone()) {
        Some(other) => format!("did you mean `{other}`?"),
        None if safety.zones.is_empty() => {
            format!("write it into the section `safety`: zones: {{\"{name}\": Box(from: (0, 0), to: (40, 20))}}")
        }
        None => format!("there are {}", known.collect::<Vec<_>>().join(", ")),
    };
    complain(span, format!("there is no zone `{name}`"), help, problems);
}

fn check_wearables(scene: Scene, safety: &Safety, problems: &mut Problems) {
    let (population, directory) = (scene.world.resource::<Population>(), scene.world.resource::<Directory>());
    for (_, entity, name) in directory.twins() {
        let Some(wearable) = scene.world.get::<Wearable>(entity) else { continue };
        let place = |way: &[&str]| {
            let way: Vec<&str> = ["wearable"].into_iter().chain(way.iter().copied()).collect();
            place_for(scene.root, name, &way)
        };
        if scene.world.get::<Position>(entity).is_none() {
            let message = format!("the wearable of `{name}` has no place to measure");
            complain(place(&[]), message, "give it one, such as place: At(x: 4, y: 2)", problems);
        }
        for (field, zones) in [("stays_in", &wearable.stays_in), ("keeps_out", &wearable.keeps_out)] {
            for (index, zone) in zones.iter().enumerate().filter(|(_, zone)| !safety.zones.contains_key(*zone)) {
                unknown_zone(safety, zone, place(&[field, &index.to_string()]), problems);
            }
        }
        for (field, length) in [("every", wearable.every), ("lasts", wearable.lasts)] {
            if length.is_zero() {
                let message = format!("`{field}` should be more than 0");
                complain(place(&[field]), message, "write a length of time such as \"5s\"", problems);
            }
        }
        if let Some(who) = wearable.charged_at.as_ref().filter(|who| population.find(directory, who).is_empty()) {
            let (message, help) = population.nobody(directory, who);
            complain(place(&["charged_at"]), message, help, problems);
        }
    }
}

/// The watch looks at ticks, or as often as it says.
fn check_looks(scene: Scene, safety: &Safety, problems: &mut Problems) {
    if safety.every.is_some_and(|every| every.is_zero()) {
        complain(
            scene.place(&["every"]),
            "`every` should be more than 0",
            "leave it out to look at every tick",
            problems,
        );
    }
    let is_wanted = super::watch::is_wanted(scene.world);
    if is_wanted && safety.every.is_none() && scene.root.get("tick").is_none() {
        let span = find_key(scene.root, &["safety"]).unwrap_or(scene.root.span);
        let help = "write every: \"1s\" into the section `safety`, or tick: \"1s\" at the top of the scene";
        complain(span, "the safety watch never looks: the scene has no ticks", help, problems);
    }
}
