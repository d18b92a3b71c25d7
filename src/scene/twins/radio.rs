//! What is wrong with links and radios.

use bevy_ecs::prelude::World;

use super::super::expand;
use super::super::problem::{Problem, Problems};
use super::super::syntax::{Node, Span};
use super::super::tree;
use crate::engine::identity::Directory;
use crate::engine::spelling::nearest;
use crate::twin::radio::ether::Networks;
use crate::twin::radio::link::{Links, Radio};
use crate::twin::radio::presets::{self, PRESETS};
use crate::twin::who::Population;
use crate::world::position::Position;

/// Links are like a kind that there is, their stations are somewhere, and so is whoever has a radio.
pub fn check(world: &World, root: &Node, problems: &mut Problems) {
    let mut problems = Complaints { said: Default::default(), problems };
    check_links(world, root, &mut problems);
    check_radios(world, root, &mut problems);
}

/// Says everything once: what is wrong with a kind is one mistake, however many twins are of it.
struct Complaints<'a> {
    said: std::collections::BTreeSet<Span>,
    problems: &'a mut Problems,
}

impl Complaints<'_> {
    fn say(&mut self, span: Span, message: String, help: String) {
        if self.said.insert(span) {
            self.problems.push(Problem { span, message, label: "here".to_owned(), help: Some(help) });
        }
    }
}

fn did_you_mean(name: &str, known: &[&str]) -> String {
    match nearest(name, known.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("there are {}", known.join(", ")),
    }
}

fn check_links(world: &World, root: &Node, problems: &mut Complaints) {
    let (directory, population) = (world.resource::<Directory>(), world.resource::<Population>());
    for (name, link) in &world.resource::<Links>().0 {
        let place = |field: &[&str]| {
            let way: Vec<&str> = ["links", name.as_str()].into_iter().chain(field.iter().copied()).collect();
            tree::place(root, &way)
        };
        if let Some(like) = link.like.as_ref().filter(|like| presets::find(like).is_none()) {
            let known: Vec<&str> = PRESETS.iter().map(|preset| preset.name).collect();
            problems.say(place(&["like"]), format!("there is no kind of link `{like}`"), did_you_mean(like, &known));
        }
        for who in &link.stations {
            let stations = population.find(directory, who);
            if stations.is_empty() {
                let (message, help) = population.nobody(directory, who);
                problems.say(place(&["stations"]), message, help);
            }
            let has_place = |twin| {
                let entity = directory.entity(twin);
                entity.is_some_and(|entity| world.entity(entity).contains::<Position>())
            };
            if let Some(lost) = stations.into_iter().find(|twin| !has_place(*twin)) {
                let message = format!("the station `{}` is nowhere", directory.name(lost));
                problems.say(place(&["stations"]), message, "give it one, such as place: At(x: 4, y: 2)".to_owned());
            }
        }
    }
}

fn check_radios(world: &World, root: &Node, problems: &mut Complaints) {
    let links = world.resource::<Links>();
    let known = presets::names(links);
    for (twin, entity, name) in world.resource::<Directory>().twins() {
        let parts = world.entity(entity);
        let Some(radio) = parts.get::<Radio>() else { continue };
        let span = || expand::place_for(root, name, &["radio"]);
        if radio.0.is_empty() {
            let help = "name a link, such as radio: [\"zigbee\"], or leave `radio` out".to_owned();
            problems.say(span(), "a radio without a link reaches nobody".to_owned(), help);
        }
        for link in radio.0.iter().filter(|link| !known.contains(&link.as_str())) {
            problems.say(span(), format!("there is no link `{link}`"), did_you_mean(link, &known));
        }
        let networks = world.resource::<Networks>();
        let is_wireless = |number: &u16| !networks.links[*number as usize].wired;
        if !parts.contains::<Position>() && networks.of(twin).iter().any(is_wireless) {
            let message = format!("`{name}` sends no signals: it has no place");
            problems.say(span(), message, "give it one, such as place: At(x: 4, y: 2)".to_owned());
        }
    }
}
