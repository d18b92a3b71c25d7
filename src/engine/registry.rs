//! What makes up a world: parts on twins and resources beside them, each registered once.
//!
//! Registering gives a part its place in digests, checkpoints and forks. (`scene` builds on this and adds the form in
//! RON and the reference page.) Whatever is not registered is cache and must be rebuildable: see [`Registry::caches`].

use std::borrow::Cow;
use std::io::{self, Write};

use bevy_ecs::component::Mutable;
use bevy_ecs::prelude::{Component, Entity, Resource, World};
use bevy_ecs::world::EntityRef;
use serde::de::{DeserializeOwned, Error};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use xxhash_rust::xxh3::Xxh3;

use super::fork::{CopyCache, Counterparts, copy_resource};
use super::identity::{Directory, TwinId};
use super::parallel::Pool;
use super::snapshot::{SavedPart, SavedResource};

/// A component that is part of the world's state.
pub trait Part: Component<Mutability = Mutable> + Clone + Serialize + DeserializeOwned {}
impl<T: Component<Mutability = Mutable> + Clone + Serialize + DeserializeOwned> Part for T {}

/// A resource that is part of the world's state.
pub trait StateResource: Resource<Mutability = Mutable> + Clone + Serialize + DeserializeOwned {}
impl<T: Resource<Mutability = Mutable> + Clone + Serialize + DeserializeOwned> StateResource for T {}

/// All registrations of a world, in the order in which plugins made them.
#[derive(Resource, Default)]
pub struct Registry {
    pub(super) parts: Vec<PartEntry>,
    pub(super) resources: Vec<ResourceEntry>,
    caches: Vec<CacheEntry>,
}

/// A cache: how it is rebuilt, and how it is copied into forks, if that is quicker.
#[derive(Clone, Copy)]
struct CacheEntry {
    rebuild: fn(&mut World),
    copies: &'static [CopyCache],
}

pub(super) struct PartEntry {
    pub name: &'static str,
    digest: fn(EntityRef, &mut Sink),
    describe: fn(EntityRef) -> Option<serde_json::Value>,
    describe_saved: fn(&[u8]) -> Option<serde_json::Value>,
    pub save: fn(&World, &'static str, &[EntityRef]) -> SavedPart,
    pub load: fn(&mut World, Entity, &[u8]) -> Result<(), postcard::Error>,
    pub copy: fn(&World, &mut World, &Counterparts),
}

pub(super) struct ResourceEntry {
    pub name: &'static str,
    digest: fn(&World, &mut Sink),
    describe_saved: fn(&[u8]) -> Option<serde_json::Value>,
    pub save: fn(&World, &'static str) -> SavedResource,
    pub load: fn(&mut World, Option<&[u8]>) -> Result<(), postcard::Error>,
    pub copy: fn(&World, &mut World),
}

impl Registry {
    /// Registers a component as world state.
    ///
    /// # Panics
    /// If the name is taken: two plugins that disagree about a name cannot share a world.
    pub fn add_part<T: Part>(&mut self, name: &'static str) {
        self.refuse_second(name);
        self.parts.push(PartEntry {
            name,
            digest: |twin, sink| {
                if let (Some(part), Some(id)) = (twin.get::<T>(), twin.get::<TwinId>()) {
                    sink.hash.owner(*id);
                    sink.write_value(part);
                }
            },
            describe: |twin| serde_json::to_value(twin.get::<T>()?).ok(),
            describe_saved: describe_saved::<T>,
            save: save_part::<T>,
            load: |world, entity, bytes| {
                world.entity_mut(entity).insert(postcard::from_bytes::<T>(bytes)?);
                Ok(())
            },
            copy: copy_part::<T>,
        });
    }

    /// Registers a resource as world state.
    ///
    /// # Panics
    /// If the name is taken.
    pub fn add_resource<T: StateResource>(&mut self, name: &'static str) {
        self.refuse_second(name);
        self.resources.push(ResourceEntry {
            name,
            digest: |world, sink| {
                if let Some(resource) = world.get_resource::<T>() {
                    sink.write_value(resource);
                }
            },
            describe_saved: describe_saved::<T>,
            save: |world, name| {
                let bytes = world.get_resource::<T>().map(|resource| append(resource, room_for::<T>(1)));
                SavedResource { name: name.into(), is_there: bytes.is_some(), bytes: bytes.unwrap_or_default() }
            },
            load: |world, bytes| {
                match bytes {
                    Some(bytes) => world.insert_resource(postcard::from_bytes::<T>(bytes)?),
                    None => drop(world.remove_resource::<T>()),
                }
                Ok(())
            },
            copy: copy_resource::<T>,
        });
    }

    /// The names of all parts and resources, in the order of registration.
    pub(super) fn names(&self) -> impl Iterator<Item = &'static str> {
        self.parts.iter().map(|part| part.name).chain(self.resources.iter().map(|resource| resource.name))
    }

    /// What the saved bytes of a part or resource say; none if they do not read.
    pub fn describe_saved(&self, item: &str, bytes: &[u8]) -> Option<serde_json::Value> {
        let parts = self.parts.iter().map(|part| (part.name, part.describe_saved));
        let mut all = parts.chain(self.resources.iter().map(|resource| (resource.name, resource.describe_saved)));
        all.find(|(name, _)| *name == item).and_then(|(_, describe)| describe(bytes))
    }

    /// The parts that a twin has, by name, in the order of registration.
    pub fn describe(&self, twin: EntityRef) -> Vec<(&'static str, serde_json::Value)> {
        self.parts.iter().filter_map(|part| Some((part.name, (part.describe)(twin)?))).collect()
    }

    /// Registers how to rebuild a cache from world state alone, and how it is copied into forks; with no way to copy it, it
    /// is rebuilt there.
    pub fn add_cache(&mut self, rebuild: fn(&mut World), copies: &'static [CopyCache]) {
        self.caches.push(CacheEntry { rebuild, copies });
    }

    /// How each cache is rebuilt, in the order of registration: a later cache may use an earlier one.
    pub fn caches(&self) -> Vec<fn(&mut World)> {
        self.caches.iter().map(|cache| cache.rebuild).collect()
    }

    /// Gives a fork the caches of its original.
    pub(super) fn copy_caches(&self, original: &World, copy: &mut World) {
        for cache in &self.caches {
            match cache.copies {
                [] => (cache.rebuild)(copy),
                copies => copies.iter().for_each(|copy_one| copy_one(original, copy)),
            }
        }
    }

    fn refuse_second(&self, name: &str) {
        let taken = self.names().any(|other| other == name);
        assert!(!taken, "`{name}` is registered already: give the second part or resource another name");
    }

    /// The digest of every registered part (over all twins, by id) and resource.
    pub fn digest(&self, world: &World, pool: &Pool) -> WorldDigest {
        let directory = world.resource::<Directory>();
        let pool = &pool_for(directory, pool);
        let parts = pool.map(&self.parts, |part| {
            let mut sink = Sink::default();
            for (_, entity, _) in directory.twins() {
                (part.digest)(world.entity(entity), &mut sink);
            }
            sink.hash.finish(part.name)
        });
        let resources = pool.map(&self.resources, |resource| {
            let mut sink = Sink::default();
            (resource.digest)(world, &mut sink);
            sink.hash.finish(resource.name)
        });
        WorldDigest::new(parts.into_iter().chain(resources))
    }
}

/// 128 bits that two equal worlds share and two different ones do not.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Digest(pub u128);

impl std::fmt::Display for Digest {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{:032x}", self.0)
    }
}

/// As 32 hexadecimal digits, since not all that reads JSON knows numbers of 128 bits.
impl Serialize for Digest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Digest, D::Error> {
        let text = Cow::<str>::deserialize(deserializer)?;
        let digits = Some(&*text).filter(|text| text.len() == 32);
        let number = digits.and_then(|digits| u128::from_str_radix(digits, 16).ok());
        number.map(Digest).ok_or_else(|| D::Error::custom(format!("`{text}` is not a digest of 32 hexadecimal digits")))
    }
}

/// The digest of a world, and of each part and resource by itself, to say where two worlds differ.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct WorldDigest {
    /// Of everything together.
    pub total: Digest,
    /// By name of the part or resource, in the order of registration.
    pub items: Vec<(Cow<'static, str>, Digest)>,
    /// How many bytes of state were hashed.
    pub bytes: u64,
}

impl WorldDigest {
    pub(super) fn new(hashed: impl Iterator<Item = (Cow<'static, str>, Digest, u64)>) -> WorldDigest {
        let (mut items, mut bytes, mut all) = (Vec::new(), 0, Xxh3::new());
        for (name, digest, length) in hashed {
            all.update(name.as_bytes());
            all.update(&digest.0.to_le_bytes());
            items.push((name, digest));
            bytes += length;
        }
        WorldDigest { total: Digest(all.digest128()), items, bytes }
    }
}

/// The hash of one part of all twins, or of one resource.
#[derive(Default)]
pub(super) struct Hasher {
    hash: Xxh3,
    length: u64,
}

impl Hasher {
    /// What follows is this twin's.
    fn owner(&mut self, twin: TwinId) {
        self.bytes(&twin.0.to_le_bytes());
    }

    /// The part of a twin.
    pub fn part(&mut self, twin: TwinId, bytes: &[u8]) {
        self.owner(twin);
        self.bytes(bytes);
    }

    pub fn bytes(&mut self, bytes: &[u8]) {
        self.hash.update(bytes);
        self.length += bytes.len() as u64;
    }

    pub fn finish(self, name: impl Into<Cow<'static, str>>) -> (Cow<'static, str>, Digest, u64) {
        (name.into(), Digest(self.hash.digest128()), self.length)
    }
}

/// Who goes over the state of all twins. To wake another thread takes longer than to read that of a few.
pub(super) fn pool_for(directory: &Directory, pool: &Pool) -> Pool {
    const FEW: usize = 1_000;
    if directory.len() < FEW { Pool::default() } else { pool.clone() }
}

/// Takes serialised values in and keeps their hash.
#[derive(Default)]
struct Sink {
    hash: Hasher,
}

impl Sink {
    fn write_value<T: Serialize + ?Sized>(&mut self, value: &T) {
        // Writing into a hash cannot fail; a `Serialize` that does is a defect of the part, found by its first test.
        postcard::to_io(value, self).expect("a registered part must be serialisable");
    }
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.hash.bytes(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn describe_saved<T: Serialize + DeserializeOwned>(bytes: &[u8]) -> Option<serde_json::Value> {
    serde_json::to_value(postcard::from_bytes::<T>(bytes).ok()?).ok()
}

/// Adds the bytes of a value to a list.
fn append<T: Serialize>(value: &T, bytes: Vec<u8>) -> Vec<u8> {
    // Memory does not refuse to be written; see `Sink::write_value`.
    postcard::to_extend(value, bytes).expect("a registered part must be serialisable")
}

/// Room for values that are saved: they seldom take more bytes than in memory, and what is asked for at once is asked for once.
fn room_for<T>(values: usize) -> Vec<u8> {
    Vec::with_capacity(values * size_of::<T>())
}

/// Gives the twins of a fork the part that those of its original have.
fn copy_part<T: Part>(original: &World, copy: &mut World, counterparts: &Counterparts) {
    let mut owners = 0;
    if let Some(id) = original.components().component_id::<T>() {
        for archetype in original.archetypes().iter().filter(|archetype| archetype.contains(id)) {
            for owner in archetype.entities() {
                let (Some(part), Some(twin)) = (original.get::<T>(owner.id()), counterparts.of(owner.id())) else {
                    continue;
                };
                owners += 1;
                match copy.get_mut::<T>(twin) {
                    Some(mut there) => there.clone_from(part),
                    None => drop(copy.entity_mut(twin).insert(part.clone())),
                }
            }
        }
    }
    let Some(id) = copy.components().component_id::<T>() else { return };
    let having = || copy.archetypes().iter().filter(|archetype| archetype.contains(id));
    if having().map(|archetype| archetype.len() as usize).sum::<usize>() == owners {
        return;
    }
    // Somebody has it there who has not in the original.
    let directory = original.resource::<Directory>();
    let lacks = |entity: &Entity| {
        let twin = copy.get::<TwinId>(*entity).and_then(|twin| directory.entity(*twin));
        twin.is_none_or(|twin| original.get::<T>(twin).is_none())
    };
    let having = having().flat_map(|archetype| archetype.entities().iter().map(|owner| owner.id()));
    let extra: Vec<Entity> = having.filter(lacks).collect();
    for twin in extra {
        copy.entity_mut(twin).remove::<T>();
    }
}

fn save_part<T: Part>(world: &World, name: &'static str, twins: &[EntityRef]) -> SavedPart {
    let empty = SavedPart { name: name.into(), ..SavedPart::default() };
    // Most parts are of other domains, and nobody has them.
    let Some(id) = world.components().component_id::<T>() else { return empty };
    let having = world.archetypes().iter().filter(|archetype| archetype.contains(id));
    let owners = having.map(|archetype| archetype.len() as usize).sum();
    if owners == 0 {
        return empty;
    }
    let mut saved = SavedPart {
        owners: Vec::with_capacity(owners),
        lengths: Vec::with_capacity(owners),
        bytes: room_for::<T>(owners),
        ..empty
    };
    let having = twins.iter().enumerate().filter(|(_, twin)| twin.contains_id(id));
    for (place, part) in having.filter_map(|(place, twin)| Some((place, twin.get::<T>()?))) {
        let before = saved.bytes.len();
        saved.bytes = append(part, saved.bytes);
        saved.owners.push(place as u32);
        saved.lengths.push((saved.bytes.len() - before) as u32);
    }
    saved
}
