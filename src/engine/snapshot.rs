//! The state of a world as a value: saved, put back, compared.
//!
//! A snapshot holds every registered part of every twin and every registered resource, each as its own bytes, so that two
//! snapshots can be compared part by part without a world. Caches are rebuilt when it is put back.

use std::borrow::Cow;

use bevy_ecs::prelude::{Entity, EntityRef, With, World};
use serde::{Deserialize, Serialize};

use super::identity::{Directory, TwinId, TwinName};
use super::parallel::Pool;
use super::registry::{Hasher, Registry, WorldDigest, pool_for};

/// The state of a world.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    /// All twins, by id.
    pub(super) twins: Vec<TwinId>,
    /// All parts, in the order of registration.
    pub(super) parts: Vec<SavedPart>,
    /// All resources, in the order of registration.
    pub(super) resources: Vec<SavedResource>,
}

/// A part, of all twins that have it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct SavedPart {
    pub name: Cow<'static, str>,
    /// Which twins have it: places in the list of twins, ascending.
    pub owners: Vec<u32>,
    /// How many bytes each owner's has.
    pub lengths: Vec<u32>,
    #[serde(with = "serde_bytes")]
    pub bytes: Vec<u8>,
}

impl SavedPart {
    /// Each owner's place in the list of twins, and its bytes.
    pub fn values(&self) -> impl Iterator<Item = (u32, &[u8])> {
        let mut rest = self.bytes.as_slice();
        self.owners.iter().zip(&self.lengths).map_while(move |(owner, length)| {
            let (value, behind) = rest.split_at_checked(*length as usize)?;
            rest = behind;
            Some((*owner, value))
        })
    }
}

/// A resource.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct SavedResource {
    pub name: Cow<'static, str>,
    /// Whether the world has it.
    pub is_there: bool,
    #[serde(with = "serde_bytes")]
    pub bytes: Vec<u8>,
}

/// A snapshot that cannot be put back.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SnapshotError {
    /// The program knows other parts and resources than the one that saved it.
    #[error("it was saved by a program with other parts: {0}")]
    OtherParts(String),
    /// Something in it does not read.
    #[error("its `{item}` cannot be read{}: {why}", .twin.map(|twin| format!(" for twin {}", twin.0)).unwrap_or_default())]
    Unreadable {
        /// Which part or resource.
        item: String,
        /// Whose.
        twin: Option<TwinId>,
        /// Why.
        why: String,
    },
}

/// Something in which two snapshots differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Whose part it is; none for a resource.
    pub twin: Option<TwinId>,
    /// The part or resource.
    pub item: String,
    /// Its bytes in the one, if it is there.
    pub first: Option<Vec<u8>>,
    /// Its bytes in the other, if it is there.
    pub second: Option<Vec<u8>>,
}

impl Snapshot {
    /// Saves the state of a world.
    pub fn save(world: &World, pool: &Pool) -> Snapshot {
        let (registry, directory) = (world.resource::<Registry>(), world.resource::<Directory>());
        let pool = pool_for(directory, pool);
        let twins: Vec<EntityRef> = directory.entities().map(|(_, entity)| world.entity(entity)).collect();
        Snapshot {
            twins: directory.entities().map(|(twin, _)| twin).collect(),
            parts: pool.map(&registry.parts, |part| (part.save)(world, part.name, &twins)),
            resources: pool.map(&registry.resources, |resource| (resource.save)(world, resource.name)),
        }
    }

    /// Puts it back into a world with the same registrations, in place of all that is there. Caches are as they were: whoever
    /// calls this rebuilds them.
    ///
    /// # Errors
    /// What does not fit this program, before anything is changed; or what does not read, after which the world is of no use.
    pub fn restore(&self, world: &mut World) -> Result<(), SnapshotError> {
        self.check(world.resource::<Registry>())?;
        let old: Vec<Entity> = world.query_filtered::<Entity, With<TwinId>>().iter(world).collect();
        old.into_iter().for_each(|entity| _ = world.despawn(entity));
        let entities: Vec<Entity> =
            world.spawn_batch(self.twins.iter().map(|twin| (*twin,)).collect::<Vec<_>>()).collect();
        world.resource_scope(|world, registry: bevy_ecs::prelude::Mut<Registry>| {
            for (entry, saved) in registry.parts.iter().zip(&self.parts) {
                for (owner, bytes) in saved.values() {
                    let place = owner as usize;
                    let entity =
                        entities.get(place).ok_or_else(|| unreadable(&saved.name, None, "it has no such twin"))?;
                    (entry.load)(world, *entity, bytes)
                        .map_err(|why| unreadable(&saved.name, self.twins.get(place).copied(), why))?;
                }
            }
            for (entry, saved) in registry.resources.iter().zip(&self.resources) {
                (entry.load)(world, saved.is_there.then_some(&saved.bytes[..]))
                    .map_err(|why| unreadable(&saved.name, None, why))?;
            }
            Ok(())
        })
    }

    /// Whether it is of a program with these registrations.
    fn check(&self, registry: &Registry) -> Result<(), SnapshotError> {
        let saved: Vec<&str> = self.names().collect();
        let known: Vec<&str> = registry.names().collect();
        let strange =
            saved.iter().filter(|name| !known.contains(name)).map(|name| format!("`{name}` is not known here"));
        let missing = known.iter().filter(|name| !saved.contains(name)).map(|name| format!("`{name}` is missing"));
        let problems: Vec<String> = strange.chain(missing).collect();
        match () {
            () if !problems.is_empty() => Err(SnapshotError::OtherParts(problems.join(", "))),
            () if saved != known => Err(SnapshotError::OtherParts("they are registered in another order".into())),
            () => Ok(()),
        }
    }

    /// The names of its parts and resources.
    fn names(&self) -> impl Iterator<Item = &str> {
        let parts = self.parts.iter().map(|part| part.name.as_ref());
        parts.chain(self.resources.iter().map(|resource| resource.name.as_ref()))
    }

    /// All twins, by id.
    pub fn twins(&self) -> &[TwinId] {
        &self.twins
    }

    /// The name of a twin; empty if there is none.
    pub fn name(&self, twin: TwinId) -> String {
        let bytes = self.part("name", twin);
        bytes
            .and_then(|bytes| postcard::from_bytes::<TwinName>(bytes).ok())
            .map_or_else(String::new, |name| name.0.to_string())
    }

    /// The bytes of a resource.
    pub fn resource(&self, name: &str) -> Option<&[u8]> {
        let found = self.resources.iter().find(|resource| resource.name == name && resource.is_there);
        found.map(|resource| resource.bytes.as_slice())
    }

    fn part(&self, name: &str, twin: TwinId) -> Option<&[u8]> {
        let place = self.twins.binary_search(&twin).ok()? as u32;
        let part = self.parts.iter().find(|part| part.name == name)?;
        let owner = part.owners.binary_search(&place).ok()?;
        part.values().nth(owner).map(|(_, bytes)| bytes)
    }

    /// How many bytes of state there are.
    pub fn bytes(&self) -> usize {
        let parts = self.parts.iter().map(|part| part.bytes.len()).sum::<usize>();
        parts + self.resources.iter().map(|resource| resource.bytes.len()).sum::<usize>()
    }

    /// The digest of the world that it is of.
    pub fn digest(&self) -> WorldDigest {
        let parts = self.parts.iter().map(|part| {
            let mut hash = Hasher::default();
            for (owner, bytes) in part.values() {
                if let Some(twin) = self.twins.get(owner as usize) {
                    hash.part(*twin, bytes);
                }
            }
            hash.finish(part.name.clone())
        });
        let resources = self.resources.iter().map(|resource| {
            let mut hash = Hasher::default();
            hash.bytes(&resource.bytes);
            hash.finish(resource.name.clone())
        });
        WorldDigest::new(parts.chain(resources))
    }

    /// In what another differs from this: resources first, then parts by their twins.
    pub fn differences(&self, other: &Snapshot) -> Vec<Difference> {
        let mut found = Vec::new();
        let mut resources: Vec<&str> = Vec::new();
        let mut parts: Vec<&str> = Vec::new();
        for snapshot in [self, other] {
            resources.extend(snapshot.resources.iter().map(|resource| resource.name.as_ref()));
            parts.extend(snapshot.parts.iter().map(|part| part.name.as_ref()));
        }
        for name in first_of_each(resources) {
            found.extend(difference(None, name, self.resource(name), other.resource(name)));
        }
        let mut of_twins = Vec::new();
        for name in first_of_each(parts) {
            let (ours, theirs) = (self.by_twin(name), other.by_twin(name));
            merge(&ours, &theirs, |twin, first, second| of_twins.extend(difference(Some(twin), name, first, second)));
        }
        // Of one twin, in the order of registration.
        of_twins.sort_by_key(|difference| difference.twin);
        found.extend(of_twins);
        found
    }

    /// A part of each twin that has it, by id.
    fn by_twin(&self, name: &str) -> Vec<(TwinId, &[u8])> {
        let part = self.parts.iter().find(|part| part.name == name);
        let values = part.into_iter().flat_map(SavedPart::values);
        values.filter_map(|(owner, bytes)| Some((*self.twins.get(owner as usize)?, bytes))).collect()
    }
}

fn unreadable(item: &str, twin: Option<TwinId>, why: impl std::fmt::Display) -> SnapshotError {
    SnapshotError::Unreadable { item: item.to_owned(), twin, why: why.to_string() }
}

fn difference(twin: Option<TwinId>, item: &str, first: Option<&[u8]>, second: Option<&[u8]>) -> Option<Difference> {
    let owned = |bytes: Option<&[u8]>| bytes.map(<[u8]>::to_vec);
    (first != second).then(|| Difference { twin, item: item.to_owned(), first: owned(first), second: owned(second) })
}

/// The names, each once, where it comes first.
fn first_of_each(names: Vec<&str>) -> Vec<&str> {
    let mut found: Vec<&str> = Vec::new();
    names.into_iter().for_each(|name| {
        if !found.contains(&name) {
            found.push(name);
        }
    });
    found
}

/// Goes over two lists by id together.
fn merge<'a>(
    ours: &[(TwinId, &'a [u8])],
    theirs: &[(TwinId, &'a [u8])],
    mut each: impl FnMut(TwinId, Option<&'a [u8]>, Option<&'a [u8]>),
) {
    let (mut ours, mut theirs) = (ours.iter().peekable(), theirs.iter().peekable());
    while let Some(twin) = ours.peek().into_iter().chain(theirs.peek()).map(|(twin, _)| *twin).min() {
        let first = ours.next_if(|(other, _)| *other == twin).map(|(_, bytes)| *bytes);
        let second = theirs.next_if(|(other, _)| *other == twin).map(|(_, bytes)| *bytes);
        each(twin, first, second);
    }
}
