//! The looks that domains register.

use bevy_app::App;
use bevy_ecs::prelude::{EntityRef, Resource};

use super::model::Model;
use super::palette::Colour;
use super::sight::{Form, Show, Shows, Sights, VALUES};
use super::twins;

/// What a kind of thing can look like, and what can be said of it.
#[derive(Clone, Copy)]
pub struct Look {
    /// Its name: `machine`, `vehicle`.
    pub name: &'static str,
    /// The states it can be in.
    pub states: &'static [StateLook],
    /// The values it has, in order; at most [`VALUES`].
    pub values: &'static [ValueLook],
    /// Whether a twin looks so: the first look that says yes is taken.
    pub fits: fn(EntityRef) -> bool,
    /// The models that an author can choose from, by name.
    pub models: fn() -> Vec<&'static str>,
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
    /// Which of the lamps of its model are lit, a bit for each: see [`Paint::Lamp`](super::model::Paint::Lamp).
    pub lamps: u8,
}

/// How many lamps a model can have that its state switches on and off.
pub const LAMPS: u8 = 3;

impl StateLook {
    /// A state in which nothing moves.
    pub const fn still(name: &'static str, colour: Colour) -> StateLook {
        StateLook { name, colour, is_active: false, flashes: false, lamps: 0 }
    }

    /// A state in which the thing moves.
    pub const fn active(name: &'static str, colour: Colour) -> StateLook {
        StateLook { name, colour, is_active: true, flashes: false, lamps: 0 }
    }

    /// A state that calls for somebody.
    pub const fn alarm(name: &'static str, colour: Colour) -> StateLook {
        StateLook { name, colour, is_active: false, flashes: true, lamps: 0 }
    }

    /// The same with lamps lit.
    pub const fn with_lamps(self, lamps: u8) -> StateLook {
        StateLook { lamps, ..self }
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
    /// A quantity with a unit; on maps, it is pale at the first number and dark at the second.
    Quantity {
        /// The unit, as it is written.
        unit: &'static str,
        /// Between which numbers it is told apart by colours.
        between: [f32; 2],
    },
}

/// All looks, in the order in which they were registered.
#[derive(Resource, Clone, Default)]
pub struct Looks(Vec<Look>);

impl Looks {
    /// The look of that name.
    pub fn get(&self, name: &str) -> Option<&Look> {
        self.iter().find(|look| look.name == name)
    }

    /// The look of a twin: that of no domain, if it belongs to none and has a place.
    pub fn of(&self, twin: EntityRef) -> Option<&Look> {
        self.iter().find(|look| (look.fits)(twin))
    }

    /// All looks; the last is that of twins of no domain.
    pub fn iter(&self) -> impl Iterator<Item = &Look> {
        self.0.iter().chain([&twins::LOOK])
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
    fn register_show(&mut self, show: Show) -> &mut Self;
}

impl LookApp for App {
    fn register_look(&mut self, look: Look) -> &mut Self {
        assert!(look.values.len() <= VALUES, "the look `{}` has more than {VALUES} values", look.name);
        let mut looks = self.world_mut().get_resource_or_init::<Looks>();
        assert!(looks.get(look.name).is_none(), "there are two looks called `{}`: give one another name", look.name);
        looks.0.push(look);
        self
    }

    fn register_show(&mut self, show: Show) -> &mut Self {
        self.init_resource::<Sights>();
        self.world_mut().get_resource_or_init::<Shows>().0.push(show);
        self
    }
}
