//! Forks: independent copies of a world, to see what would come of something.
//!
//! A Bevy system belongs to the world that it was made ready for, and to build a world takes long. So worlds that are not
//! needed any more are kept, and a fork fills one of them anew: twins that are in both stay what they are, and each part is written
//! over the old one, which spares nearly all memory from being asked for. Forks share nothing that changes.

use std::ops::{Deref, DerefMut};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use bevy_app::App;
use bevy_ecs::component::Mutable;
use bevy_ecs::prelude::{Entity, Mut, Resource, World};

use super::audit::Audits;
use super::clock::Clock;
use super::identity::Directory;
use super::journal::Journal;
use super::parallel::Pool;
use super::registry::Registry;
use super::simulation::Simulation;
use super::stage::Midway;

/// How many forks there are of a world.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ForkCount {
    /// In use.
    pub alive: usize,
    /// Kept to be filled again.
    pub idle: usize,
    /// Built up to now.
    pub built: usize,
}

/// Where a world's forks come from and go to.
#[derive(Resource, Clone)]
pub struct Forks(Arc<Prepared>);

struct Prepared {
    plugins: fn(&mut App),
    idle: Mutex<Vec<Simulation>>,
    alive: AtomicUsize,
    built: AtomicUsize,
}

impl Forks {
    /// Of worlds that know `plugins`.
    pub(super) fn new(plugins: fn(&mut App)) -> Forks {
        let (alive, built) = (AtomicUsize::new(0), AtomicUsize::new(0));
        Forks(Arc::new(Prepared { plugins, idle: Mutex::default(), alive, built }))
    }

    /// An independent copy of a world as it is now. Its events go on where they stood; nobody records or checks it, and it runs
    /// on one thread until it is given more.
    pub fn fork(world: &World) -> Fork {
        Forks::take(world, false)
    }

    /// A copy of a world that is in the midst of a step, before anybody has decided in its stage Decide: its first step goes on
    /// from there.
    pub fn fork_midway(world: &World) -> Fork {
        Forks::take(world, true)
    }

    fn take(world: &World, midway: bool) -> Fork {
        let forks = world.resource::<Forks>();
        let idle = forks.idle().pop();
        let mut simulation = idle.unwrap_or_else(|| {
            forks.0.built.fetch_add(1, Ordering::Relaxed);
            Simulation::new(forks.0.plugins)
        });
        refill(world, simulation.world_mut());
        simulation.world_mut().insert_resource(forks.clone());
        simulation.world_mut().insert_resource(Midway(midway));
        forks.0.alive.fetch_add(1, Ordering::Relaxed);
        Fork { simulation: Some(simulation), forks: forks.clone() }
    }

    /// How many there are.
    pub fn count(&self) -> ForkCount {
        ForkCount {
            alive: self.0.alive.load(Ordering::Relaxed),
            idle: self.idle().len(),
            built: self.0.built.load(Ordering::Relaxed),
        }
    }

    /// Gives back the memory of those that are not in use.
    pub fn free_idle(&self) {
        self.idle().clear();
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Simulation>> {
        self.0.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A copy of a world. When it is dropped it is kept to be filled again.
pub struct Fork {
    /// There until it is dropped.
    simulation: Option<Simulation>,
    forks: Forks,
}

impl Deref for Fork {
    type Target = Simulation;

    fn deref(&self) -> &Simulation {
        self.simulation.as_ref().unwrap_or_else(|| unreachable!("it is taken only when it is dropped"))
    }
}

impl DerefMut for Fork {
    fn deref_mut(&mut self) -> &mut Simulation {
        self.simulation.as_mut().unwrap_or_else(|| unreachable!("it is taken only when it is dropped"))
    }
}

impl Drop for Fork {
    fn drop(&mut self) {
        self.forks.0.alive.fetch_sub(1, Ordering::Relaxed);
        if let Some(mut simulation) = self.simulation.take() {
            // It must not keep those alive that keep it.
            let own = Forks::new(self.forks.0.plugins);
            simulation.world_mut().insert_resource(own);
            self.forks.idle().push(simulation);
        }
    }
}

/// Which entity of a fork is which of its original, by the index of the latter.
pub(super) struct Counterparts(Vec<Option<Entity>>);

impl Counterparts {
    pub fn of(&self, original: Entity) -> Option<Entity> {
        self.0.get(original.index_u32() as usize).copied().flatten()
    }
}

/// Makes a world one like another.
fn refill(original: &World, copy: &mut World) {
    let counterparts = match_twins(original, copy);
    let registry = original.resource::<Registry>();
    registry.parts.iter().for_each(|part| (part.copy)(original, copy, &counterparts));
    registry.resources.iter().for_each(|resource| (resource.copy)(original, copy));
    registry.copy_caches(original, copy);
    let mut clock = copy.resource_mut::<Clock>();
    (clock.pace, clock.one_by_one) = (None, false);
    copy.insert_resource(Pool::default());
    copy.insert_resource(Journal::off());
    copy.resource_mut::<Audits>().disable();
}

/// Gives a world the twins of another.
fn match_twins(original: &World, copy: &mut World) -> Counterparts {
    let directory = original.resource::<Directory>();
    copy.resource_scope(|copy, mut there: Mut<Directory>| {
        let gone: Vec<Entity> =
            there.entities().filter(|(twin, _)| directory.entity(*twin).is_none()).map(|(_, entity)| entity).collect();
        gone.into_iter().for_each(|entity| _ = copy.despawn(entity));
        let mut counterparts = Vec::new();
        *there = directory.with_entities(|twin, entity| {
            let counterpart = there.entity(twin).unwrap_or_else(|| copy.spawn(twin).id());
            let index = entity.index_u32() as usize;
            if counterparts.len() <= index {
                counterparts.resize(index + 1, None);
            }
            counterparts[index] = Some(counterpart);
            counterpart
        });
        Counterparts(counterparts)
    })
}

/// How a cache is copied into a fork.
pub type CopyCache = fn(&World, &mut World);

/// Copies a cache that is the same in a fork.
pub fn copy_cache<C: Resource<Mutability = Mutable> + Clone>(original: &World, copy: &mut World) {
    copy_resource::<C>(original, copy);
}

/// Copies a resource into the memory of the one that is there.
pub(super) fn copy_resource<R: Resource<Mutability = Mutable> + Clone>(original: &World, copy: &mut World) {
    match (original.get_resource::<R>(), copy.get_resource_mut::<R>()) {
        (Some(resource), Some(mut there)) => there.clone_from(resource),
        (Some(resource), None) => copy.insert_resource(resource.clone()),
        (None, _) => drop(copy.remove_resource::<R>()),
    }
}
