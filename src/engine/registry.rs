//! What makes up a world: parts on twins and resources beside them, each registered once.
//!
//! Registering gives a part its place in digests, checkpoints and forks. (`scene` builds on this and adds the form in
//! RON and the reference page.) Whatever is not registered is cache and must be rebuildable: see [`Registry::caches`].

use std::borrow::Cow;
use std::io::{self, Write};

use bevy_ecs::component::Mutable;
use bevy_ecs::prelude::{Component, Resource, World};
use bevy_ecs::world::EntityRef;
use serde::de::{DeserializeOwned, Error};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use xxhash_rust::xxh3::Xxh3;

use super::identity::Directory;
use super::parallel::Pool;

/// A component that is part of the world's state.
pub trait Part: Component<Mutability = Mutable> + Serialize + DeserializeOwned {}
impl<T: Component<Mutability = Mutable> + Serialize + DeserializeOwned> Part for T {}

/// A resource that is part of the world's state.
pub trait StateResource: Resource + Serialize + DeserializeOwned {}
impl<T: Resource + Serialize + DeserializeOwned> StateResource for T {}

/// All registrations of a world, in the order in which plugins made them.
#[derive(Resource, Default)]
pub struct Registry {
    parts: Vec<PartEntry>,
    resources: Vec<ResourceEntry>,
    caches: Vec<fn(&mut World)>,
}

struct PartEntry {
    name: &'static str,
    digest: fn(EntityRef, &mut Sink),
    describe: fn(EntityRef) -> Option<serde_json::Value>,
}

struct ResourceEntry {
    name: &'static str,
    digest: fn(&World, &mut Sink),
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
                if let Some(part) = twin.get::<T>() {
                    sink.write_value(&twin.get::<super::identity::TwinId>());
                    sink.write_value(part);
                }
            },
            describe: |twin| serde_json::to_value(twin.get::<T>()?).ok(),
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
        });
    }

    /// The parts that a twin has, by name, in the order of registration.
    pub fn describe(&self, twin: EntityRef) -> Vec<(&'static str, serde_json::Value)> {
        self.parts.iter().filter_map(|part| Some((part.name, (part.describe)(twin)?))).collect()
    }

    /// Registers how to rebuild a cache from world state alone.
    pub fn add_cache(&mut self, rebuild: fn(&mut World)) {
        self.caches.push(rebuild);
    }

    /// How each cache is rebuilt, in the order of registration: a later cache may use an earlier one.
    pub fn caches(&self) -> &[fn(&mut World)] {
        &self.caches
    }

    fn refuse_second(&self, name: &str) {
        let taken =
            self.parts.iter().map(|part| part.name).chain(self.resources.iter().map(|r| r.name)).any(|n| n == name);
        assert!(!taken, "`{name}` is registered already: give the second part or resource another name");
    }

    /// The digest of every registered part (over all twins, by id) and resource.
    pub fn digest(&self, world: &World, pool: &Pool) -> WorldDigest {
        // To wake another thread takes longer than to hash the state of a few twins.
        const FEW: usize = 1_000;
        let directory = world.resource::<Directory>();
        let alone = Pool::default();
        let pool = if directory.len() < FEW { &alone } else { pool };
        let parts = pool.map(&self.parts, |part| {
            let mut sink = Sink::default();
            for (_, entity, _) in directory.twins() {
                (part.digest)(world.entity(entity), &mut sink);
            }
            sink.finish(part.name)
        });
        let resources = pool.map(&self.resources, |resource| {
            let mut sink = Sink::default();
            (resource.digest)(world, &mut sink);
            sink.finish(resource.name)
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
    pub items: Vec<(&'static str, Digest)>,
    /// How many bytes of state were hashed.
    pub bytes: u64,
}

impl WorldDigest {
    fn new(hashed: impl Iterator<Item = (&'static str, Digest, u64)>) -> WorldDigest {
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

/// Takes serialised values in and keeps their hash.
#[derive(Default)]
struct Sink {
    hash: Xxh3,
    bytes: u64,
}

impl Sink {
    fn write_value<T: Serialize + ?Sized>(&mut self, value: &T) {
        // Writing into a hash cannot fail; a `Serialize` that does is a defect of the part, found by its first test.
        postcard::to_io(value, self).expect("a registered part must be serialisable");
    }

    fn finish(self, name: &'static str) -> (&'static str, Digest, u64) {
        (name, Digest(self.hash.digest128()), self.bytes)
    }
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.hash.update(bytes);
        self.bytes += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
