//! The looks that domains register.

use std::collections::BTreeMap;

use bevy_app::App;
use bevy_ecs::prelude::Resource;

use super::model::Model;
use super::palette::Colour;
use super::sight::{Form, ShowAll, Shows, Sights, VALUES};

/// What a kind of thing can look like, and what can be said of it.
#[derive(Clone, Copy)]
pub struct Look {
    /// Its name: `machine`, `vehicle`.
    pub name: &'static str,
    /// The states it can be in.
    pub states: &'static [StateLook],
    /// The values it has, in order; at most [`VALUES`].
    pub values: &'static [ValueLook],
    /// Builds the model of one.
    pub model: fn(&Form) -> Model,
    /// Whether a viewer says the names of such things.
    pub is_labelled: bool,
}

/// What a state looks like.
#[derive(Clone, Copy, Debug)]
pub struct StateLook {
    /// The word for it.
    pub name: &'static str,
    /// The colour of lamps and charts.
    pub colour: Colour,
    /// Whether the thing moves in it.
    pub is_active: bool,
    /// Whether lamps flash.
    pub flashes: bool,
}

impl StateLook {
    /// A state in which nothing moves.
    pub const fn still(name: &'static str, colour: Colour) -> StateLook {
        StateLook { name, colour, is_active: false, flashes: false }
    }

    /// A state in which the thing moves.
    pub const fn active(name: &'static str, colour: Colour) -> StateLook {
        StateLook { name, colour, is_active: true, flashes: false }
    }

    /// A state that calls for somebody.
    pub const fn alarm(name: &'static str, colour: Colour) -> StateLook {
        StateLook { name, colour, is_active: false, flashes: true }
    }
}

/// What a value means.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ValueLook {
    /// The word for it.
    pub name: &'static str,
    /// What kind of value it is.
    pub kind: ValueKind,
}

/// The kinds of values.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ValueKind {
    /// How many.
    Count,
    /// 0 to 1.
    Share,
    /// A moment: seconds since the start.
    Moment,
    /// Another thing.
    Thing,
    /// A word.
    Word,
}

/// All looks, by name.
#[derive(Resource, Clone, Default)]
pub struct Looks(BTreeMap<&'static str, Look>);

impl Looks {
    /// The look of that name.
    pub fn get(&self, name: &str) -> Option<&Look> {
        self.0.get(name)
    }

    /// All looks, in alphabetical order.
    pub fn iter(&self) -> impl Iterator<Item = &Look> {
        self.0.values()
    }
}

/// What a plugin can add to what is seen.
pub trait LookApp {
    /// Registers a look.
    ///
    /// # Panics
    /// If there is one of that name, or it has more values than a thing can have.
    fn register_look(&mut self, look: Look) -> &mut Self;
    /// Registers how a domain shows all that is there.
    fn register_show(&mut self, show: ShowAll) -> &mut Self;
}

impl LookApp for App {
    fn register_look(&mut self, look: Look) -> &mut Self {
        assert!(look.values.len() <= VALUES, "the look `{}` has more than {VALUES} values", look.name);
        let former = self.world_mut().get_resource_or_init::<Looks>().0.insert(look.name, look);
        assert!(former.is_none(), "there are two looks called `{}`: give one another name", look.name);
        self
    }

    fn register_show(&mut self, show: ShowAll) -> &mut Self {
        self.init_resource::<Sights>();
        self.world_mut().get_resource_or_init::<Shows>().0.push(show);
        self
    }
}
