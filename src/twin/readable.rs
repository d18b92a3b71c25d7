//! What can be read of a twin's parts: any number in a part that an author can write, and what domains say besides.
//!
//! `brush.left` is the field `left` of the part `brush`: every registered part is open to sensors and conditions at once.
//! What a part does not hold as a plain number (how full a battery is by now, what a machine is doing) a domain registers
//! as a quantity of its own.

use std::collections::BTreeMap;
use std::sync::Arc;

use bevy_app::App;
use bevy_ecs::prelude::{Component, Resource};
use bevy_ecs::world::EntityRefExcept;
use serde::Serialize;

use super::expression::Type;
use super::knowledge::{Attention, Knowledge};
use super::messages::Inbox;
use super::quantities::Levels;
use crate::engine::time::Time;

pub mod common;
mod pick;

use common::Common;
pub use pick::Picked;

/// A twin as others see it: all its parts but those that only it knows and writes while everybody reads.
pub type Seen<'w, 's> = EntityRefExcept<'w, 's, (Attention, Inbox, Knowledge, Levels)>;

/// A quantity of twins that a domain registers.
#[derive(Clone)]
pub struct Quantity {
    /// Its name: that of a part, a point, and what it is of it: `machine.queue`.
    pub name: &'static str,
    /// One line for the reference.
    pub about: &'static str,
    /// What it is.
    pub kind: fn() -> Type,
    /// Whether a twin has it.
    pub fits: fn(&Seen) -> bool,
    /// What it is now; a word as its place among the words, a truth as 1 or 0. None if it is not known.
    pub read: fn(&Seen, Time) -> Option<f64>,
}

/// A part whose fields can be read.
#[derive(Clone, Copy)]
struct Part {
    has: fn(&Seen) -> bool,
    pick: fn(&Seen, &[Arc<str>]) -> Picked,
    list: fn(&Seen) -> Vec<String>,
}

/// All that can be read of twins.
#[derive(Resource, Clone, Default)]
pub struct Readable {
    parts: BTreeMap<&'static str, Part>,
    quantities: BTreeMap<&'static str, Quantity>,
    commons: BTreeMap<&'static str, Common>,
}

/// How one thing is read. Made once, used often.
#[derive(Clone)]
pub enum Reader {
    /// A field of a part.
    Field(Field),
    /// A quantity that a domain registered.
    Quantity(fn(&Seen, Time) -> Option<f64>),
}

/// A field of a part.
#[derive(Clone)]
pub struct Field {
    pick: fn(&Seen, &[Arc<str>]) -> Picked,
    path: Arc<[Arc<str>]>,
}

impl Reader {
    /// What it is now; NaN if it is not known.
    pub fn read(&self, twin: &Seen, now: Time) -> f64 {
        match self {
            Reader::Field(Field { pick, path }) => pick(twin, path).number(),
            Reader::Quantity(read) => read(twin, now).unwrap_or(f64::NAN),
        }
    }
}

impl Readable {
    /// Opens a part to readers.
    pub fn add_part<T: Component + Serialize>(&mut self, name: &'static str) {
        let part = Part {
            has: |twin| twin.contains::<T>(),
            pick: |twin, path| twin.get::<T>().map_or(Picked::Nothing, |part| pick::pick(part, path)),
            list: |twin| twin.get::<T>().map(pick::list).unwrap_or_default(),
        };
        self.parts.insert(name, part);
    }

    /// How something of a twin is read, such as `brush.left`, and what it is. None if the twin has no such thing.
    pub fn find(&self, twin: &Seen, name: &str) -> Option<(Reader, Type)> {
        if let Some(quantity) = self.quantities.get(name).filter(|quantity| (quantity.fits)(twin)) {
            return Some((Reader::Quantity(quantity.read), (quantity.kind)()));
        }
        let (part, rest) = name.split_once('.')?;
        let part = self.parts.get(part).filter(|part| (part.has)(twin))?;
        let path: Arc<[Arc<str>]> = rest.split('.').map(Arc::from).collect();
        let kind = match (part.pick)(twin, &path) {
            Picked::Truth(_) => Type::Truth,
            // What is left out now can be there later.
            Picked::Number(_) | Picked::Left => Type::Number,
            Picked::Nothing => return None,
        };
        Some((Reader::Field(Field { pick: part.pick, path }), kind))
    }

    /// The names of what can be read of a twin, but for what its quantities and faculties are written as: these have names of
    /// their own.
    pub fn names(&self, twin: &Seen) -> Vec<String> {
        let quantities = self.quantities.values().filter(|quantity| (quantity.fits)(twin));
        let mut names: Vec<String> = quantities.map(|quantity| quantity.name.to_owned()).collect();
        const DESCRIBED: [&str; 4] = ["quantities", "sensors", "beliefs", "mind"];
        let parts = self.parts.iter().filter(|(name, part)| (part.has)(twin) && !DESCRIBED.contains(name));
        for (name, part) in parts {
            names.extend((part.list)(twin).into_iter().map(|field| format!("{name}.{field}")));
        }
        names.sort();
        names.dedup();
        names
    }

    /// The names of the parts that a twin has and that can be read.
    pub fn parts_of(&self, twin: &Seen) -> Vec<&'static str> {
        self.parts.iter().filter(|(_, part)| (part.has)(twin)).map(|(name, _)| *name).collect()
    }

    /// What domains registered, by name.
    pub fn quantities(&self) -> impl Iterator<Item = &Quantity> {
        self.quantities.values()
    }

    /// The quantities of the whole world that domains registered, by name.
    pub fn commons(&self) -> impl Iterator<Item = &Common> {
        self.commons.values()
    }
}

/// What a plugin can add to what is read.
pub trait ReadableApp {
    /// Registers a quantity of twins.
    fn register_quantity(&mut self, quantity: Quantity) -> &mut Self;
    /// Registers a quantity of the whole world.
    fn register_common(&mut self, common: Common) -> &mut Self;
}

impl ReadableApp for App {
    fn register_quantity(&mut self, quantity: Quantity) -> &mut Self {
        self.world_mut().get_resource_or_init::<Readable>().quantities.insert(quantity.name, quantity);
        self
    }

    fn register_common(&mut self, common: Common) -> &mut Self {
        self.world_mut().get_resource_or_init::<Readable>().commons.insert(common.name, common);
        self
    }
}
