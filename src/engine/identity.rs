//! Who is who: stable ids and names of twins, and the directory from ids to entities.

use std::collections::BTreeMap;
use std::sync::Arc;

use bevy_ecs::prelude::{Component, Entity, Resource, World};
use serde::{Deserialize, Serialize};

/// A twin's identity. Given once, in order of creation, and never again to another.
#[derive(Component, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[component(immutable)]
pub struct TwinId(pub u64);

impl TwinId {
    /// Stands for "no twin".
    pub const NONE: TwinId = TwinId(u64::MAX);
}

/// A twin's name, unique in its world.
#[derive(Component, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TwinName(pub Arc<str>);

/// How many ids have been given out: the next twin gets this one.
#[derive(Resource, Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub struct TwinCount(pub u64);

/// From ids and names to entities. A cache: it can be rebuilt from the twins at any time.
#[derive(Resource, Clone, Debug, Default)]
pub struct Directory {
    /// By id, densely: ids are given in order. A retired twin leaves a hole. Apart from the names, since events look
    /// entities up all the time and names hardly ever, and forks have the same names.
    entities: Vec<Option<Entity>>,
    names: Arc<Vec<Option<Arc<str>>>>,
    by_name: Arc<BTreeMap<Arc<str>, TwinId>>,
    /// Twins that were retired in this step: what is recorded of them still needs their names.
    departed: Vec<(TwinId, Arc<str>)>,
}

impl Directory {
    /// The entity of a living twin.
    pub fn entity(&self, twin: TwinId) -> Option<Entity> {
        *self.entities.get(twin.0 as usize)?
    }

    /// The name of a twin that lives or was retired in this step; empty for [`TwinId::NONE`].
    pub fn name(&self, twin: TwinId) -> Arc<str> {
        match self.names.get(twin.0 as usize) {
            Some(Some(name)) => name.clone(),
            _ => self
                .departed
                .iter()
                .find(|(other, _)| *other == twin)
                .map_or_else(|| "".into(), |(_, name)| name.clone()),
        }
    }

    /// The twin of that name.
    pub fn find(&self, name: &str) -> Option<TwinId> {
        self.by_name.get(name).copied()
    }

    /// How many twins live.
    pub fn len(&self) -> usize {
        self.by_name.len()
    }

    /// True if no twin lives.
    pub fn is_empty(&self) -> bool {
        self.by_name.is_empty()
    }

    /// All living twins, by id.
    pub fn twins(&self) -> impl Iterator<Item = (TwinId, Entity, &Arc<str>)> {
        let slots = self.entities.iter().zip(self.names.iter()).enumerate();
        slots.filter_map(|(id, (entity, name))| Some((TwinId(id as u64), (*entity)?, name.as_ref()?)))
    }

    /// All living twins, by id, without their names.
    pub(super) fn entities(&self) -> impl Iterator<Item = (TwinId, Entity)> + '_ {
        self.entities.iter().enumerate().filter_map(|(id, entity)| Some((TwinId(id as u64), (*entity)?)))
    }

    /// The same twins in another world: who is who there.
    pub(super) fn with_entities(&self, mut counterpart: impl FnMut(TwinId, Entity) -> Entity) -> Directory {
        let mut entities = vec![None; self.entities.len()];
        self.entities().for_each(|(twin, entity)| entities[twin.0 as usize] = Some(counterpart(twin, entity)));
        Directory { entities, names: self.names.clone(), by_name: self.by_name.clone(), departed: Vec::new() }
    }

    /// In forks: it is made with their twins.
    pub(super) fn is_there(_: &World, _: &mut World) {}

    /// All names of living twins, in alphabetical order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.by_name.keys().map(AsRef::as_ref)
    }

    pub(super) fn insert(&mut self, twin: TwinId, entity: Entity, name: Arc<str>) {
        let index = twin.0 as usize;
        if self.entities.len() <= index {
            self.entities.resize(index + 1, None);
        }
        let names = Arc::make_mut(&mut self.names);
        if names.len() <= index {
            names.resize(index + 1, None);
        }
        names[index] = Some(name.clone());
        Arc::make_mut(&mut self.by_name).insert(name, twin);
        self.entities[index] = Some(entity);
    }

    pub(super) fn remove(&mut self, twin: TwinId) {
        let index = twin.0 as usize;
        if let Some(name) = Arc::make_mut(&mut self.names).get_mut(index).and_then(Option::take) {
            self.entities[index] = None;
            Arc::make_mut(&mut self.by_name).remove(&name);
            self.departed.push((twin, name));
        }
    }

    /// Forgets the twins that were retired in the step that has ended.
    pub(super) fn forget_departed(&mut self) {
        self.departed.clear();
    }

    /// Builds the directory from the twins themselves.
    pub(super) fn rebuild(world: &mut World) {
        let mut directory = Directory::default();
        let mut twins = world.query::<(Entity, &TwinId, &TwinName)>();
        for (entity, &id, name) in twins.iter(world) {
            directory.insert(id, entity, name.0.clone());
        }
        world.insert_resource(directory);
    }
}

/// Makes a twin with the next free id.
///
/// # Errors
/// The name, if another twin has it.
pub fn spawn_twin(world: &mut World, name: &str) -> Result<(TwinId, Entity), String> {
    if let Some(twin) = world.resource::<Directory>().find(name) {
        return Err(format!("twin {} is already called `{name}`", twin.0));
    }
    let mut count = world.resource_mut::<TwinCount>();
    let id = TwinId(count.0);
    count.0 += 1;
    let name: Arc<str> = name.into();
    let entity = world.spawn((id, TwinName(name.clone()))).id();
    world.resource_mut::<Directory>().insert(id, entity, name);
    Ok((id, entity))
}

/// Takes a twin out of the world, with all its parts. Its id is not used again.
pub fn despawn_twin(world: &mut World, twin: TwinId) {
    if let Some(entity) = world.resource::<Directory>().entity(twin) {
        world.despawn(entity);
        world.resource_mut::<Directory>().remove(twin);
    }
}
