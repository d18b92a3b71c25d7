//! Quantities of the whole world, that everybody can name: how many jobs are in process, what the plant draws.

use std::sync::atomic::{AtomicBool, Ordering};

use bevy_ecs::prelude::{Res, Resource, World};

use super::Readable;
use crate::engine::clock::Clock;
use crate::engine::time::Time;

/// A quantity of the whole world that a domain registers.
#[derive(Clone, Copy)]
pub struct Common {
    /// Its name: of what, a point, and what it is of it: `plant.jobs`.
    pub name: &'static str,
    /// One line for the reference.
    pub about: &'static str,
    /// Whether a world has it.
    pub fits: fn(&World) -> bool,
    /// What it is now. None if it is not known.
    pub read: fn(&World, Time) -> Option<f64>,
}

/// One that this world has.
struct Entry {
    common: Common,
    value: f64,
    /// Whether anybody asks for it: the others are not worked out.
    is_wanted: AtomicBool,
}

impl Clone for Entry {
    fn clone(&self) -> Entry {
        let Entry { common, value, ref is_wanted } = *self;
        Entry { common, value, is_wanted: AtomicBool::new(is_wanted.load(Ordering::Relaxed)) }
    }
}

/// What the common quantities of this world are, by number. A cache.
#[derive(Resource, Clone, Default)]
pub struct Commons(Vec<Entry>);

impl Commons {
    /// Finds out which this world has. To be called before anybody asks for their numbers.
    pub fn rebuild(world: &mut World) {
        let all = world.resource::<Readable>().commons.values();
        let here = all.filter(|common| (common.fits)(world));
        let entry = |common: &Common| Entry { common: *common, value: f64::NAN, is_wanted: AtomicBool::new(false) };
        let commons = Commons(here.map(entry).collect());
        world.insert_resource(commons);
    }

    /// The number of one, for whoever will ask for it.
    pub fn number(&self, name: &str) -> Option<usize> {
        let number = self.0.iter().position(|entry| entry.common.name == name)?;
        self.0[number].is_wanted.store(true, Ordering::Relaxed);
        Some(number)
    }

    /// The names of all.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        self.0.iter().map(|entry| entry.common.name)
    }

    /// What one was when the stage began; NaN if it is not known.
    pub fn get(&self, number: usize) -> Option<f64> {
        self.0.get(number).map(|entry| entry.value)
    }

    fn wanted(&self) -> impl Iterator<Item = (usize, &Common)> {
        let wanted = self.0.iter().enumerate().filter(|(_, entry)| entry.is_wanted.load(Ordering::Relaxed));
        wanted.map(|(number, entry)| (number, &entry.common))
    }
}

/// Whether anybody asks for any.
pub fn are_wanted(commons: Res<Commons>) -> bool {
    commons.wanted().next().is_some()
}

/// Works out those that are asked for.
pub fn tell(world: &mut World) {
    let now = world.resource::<Clock>().now;
    let read = |(number, common): (usize, &Common)| (number, (common.read)(world, now).unwrap_or(f64::NAN));
    let values: Vec<(usize, f64)> = world.resource::<Commons>().wanted().map(read).collect();
    let mut commons = world.resource_mut::<Commons>();
    values.into_iter().for_each(|(number, value)| commons.0[number].value = value);
}
