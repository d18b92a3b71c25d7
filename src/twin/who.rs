//! Whom an author means by a text: a twin by its name, several by a pattern, or all of a kind.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use bevy_ecs::prelude::{Component, Resource, World};
use serde::{Deserialize, Serialize};

use crate::engine::identity::{Directory, TwinId};
use crate::engine::spelling::nearest;
use crate::twin::quantities::Quantities;
use crate::twin::services::Service;

/// The kinds that a twin is of: its own first, then those above it. Twins of one group share the list.
#[derive(Component, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kinds(pub Arc<[Arc<str>]>);

/// A twin that has left the world, and what others may still mean by it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Departed {
    /// Who it was.
    pub twin: TwinId,
    /// What it was called.
    pub name: Arc<str>,
    /// The kinds that it was of.
    pub kinds: Vec<Arc<str>>,
    /// The quantities that it had, in order.
    pub quantities: Vec<String>,
    /// Whether others could claim it.
    pub is_service: bool,
}

/// Those who have left the world. What others are made of was compiled while they were there, and whenever it is compiled
/// anew it must come out the same: who is meant by a pattern, and which sensors there are.
#[derive(Resource, Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gone(pub Vec<Departed>);

impl Gone {
    /// Notes that a twin leaves. It still has its parts.
    pub fn note(world: &mut World, twin: TwinId) {
        let directory = world.resource::<Directory>();
        let Some(entity) = directory.entity(twin) else { return };
        let (name, parts) = (directory.name(twin), world.entity(entity));
        let departed = Departed {
            twin,
            name,
            kinds: parts.get::<Kinds>().map(|kinds| kinds.0.to_vec()).unwrap_or_default(),
            quantities: parts.get::<Quantities>().map(|own| own.0.keys().cloned().collect()).unwrap_or_default(),
            is_service: parts.contains::<Service>(),
        };
        world.resource_mut::<Gone>().0.push(departed);
    }

    /// What is known of one who has left.
    pub fn find(&self, twin: TwinId) -> Option<&Departed> {
        self.0.iter().find(|departed| departed.twin == twin)
    }
}

/// Who lives or has lived, by kind. A cache.
#[derive(Resource, Clone, Debug, Default)]
pub struct Population {
    by_kind: BTreeMap<Arc<str>, Vec<TwinId>>,
    gone: Vec<(Arc<str>, TwinId)>,
}

impl Population {
    /// Counts the twins anew.
    pub fn rebuild(world: &mut World) {
        let mut by_kind: BTreeMap<Arc<str>, Vec<TwinId>> = BTreeMap::new();
        for (twin, entity, _) in world.resource::<Directory>().twins() {
            for kind in world.entity(entity).get::<Kinds>().iter().flat_map(|kinds| kinds.0.iter()) {
                match by_kind.get_mut(kind) {
                    Some(twins) => twins.push(twin),
                    None => drop(by_kind.insert(kind.clone(), vec![twin])),
                }
            }
        }
        let gone = world.get_resource::<Gone>().map(|gone| gone.0.as_slice()).unwrap_or_default();
        for departed in gone {
            for kind in &departed.kinds {
                by_kind.entry(kind.clone()).or_default().push(departed.twin);
            }
        }
        let gone = gone.iter().map(|departed| (departed.name.clone(), departed.twin)).collect();
        world.insert_resource(Population { by_kind, gone });
    }

    /// Those who are meant by a text, by id: the twin of that name, those whose name fits the pattern (`dock-*`), and those
    /// of that kind.
    pub fn find(&self, directory: &Directory, who: &str) -> Vec<TwinId> {
        let mut twins: BTreeSet<TwinId> = self.by_kind.get(who).into_iter().flatten().copied().collect();
        if who.contains('*') {
            let named = directory.twins().filter(|(.., name)| fits(who, name));
            twins.extend(named.map(|(twin, ..)| twin));
            twins.extend(self.gone.iter().filter(|(name, _)| fits(who, name)).map(|(_, twin)| *twin));
        } else {
            twins.extend(self.named(directory, who));
        }
        twins.into_iter().collect()
    }

    /// The twin of that name, or who had it last.
    pub fn named(&self, directory: &Directory, name: &str) -> Option<TwinId> {
        let gone = || self.gone.iter().rev().find(|(other, _)| **other == *name).map(|(_, twin)| *twin);
        directory.find(name).or_else(gone)
    }

    /// What to say to who means nobody by a text.
    pub fn nobody(&self, directory: &Directory, who: &str) -> (String, String) {
        let message = match who.contains('*') {
            true => format!("no twin is called like `{who}`"),
            false => format!("no twin and no kind is called `{who}`"),
        };
        let known = || directory.names().chain(self.by_kind.keys().map(AsRef::as_ref));
        let help = match nearest(who, known()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "write the name of a twin, a pattern such as `dock-*`, or a kind".to_owned(),
        };
        (message, help)
    }
}

/// Whether a name fits a pattern, in which each `*` stands for any letters.
pub fn fits(pattern: &str, name: &str) -> bool {
    let Some((first, rest)) = pattern.split_once('*') else { return pattern == name };
    let Some(mut name) = name.strip_prefix(first) else { return false };
    let mut parts: Vec<&str> = rest.split('*').collect();
    let last = parts.pop().unwrap_or_default();
    for part in parts {
        match name.find(part) {
            Some(at) => name = &name[at + part.len()..],
            None => return false,
        }
    }
    name.ends_with(last)
}

/// Twins, to be asked whether somebody is among them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TwinSet {
    twins: Arc<[TwinId]>,
    /// A bit for each id up to the last.
    bits: Vec<u64>,
}

impl TwinSet {
    /// Of these, which are in the order of their ids.
    pub fn new(twins: Vec<TwinId>) -> TwinSet {
        let mut bits = vec![0; twins.last().map_or(0, |last| last.0 as usize / 64 + 1)];
        twins.iter().for_each(|twin| bits[twin.0 as usize / 64] |= 1_u64 << (twin.0 % 64));
        TwinSet { twins: twins.into(), bits }
    }

    /// Whether that one is among them.
    pub fn contains(&self, twin: TwinId) -> bool {
        self.bits.get(twin.0 as usize / 64).is_some_and(|bits| bits >> (twin.0 % 64) & 1 == 1)
    }

    /// All of them, by id.
    pub fn twins(&self) -> &[TwinId] {
        &self.twins
    }

    /// All of them but one.
    pub fn others(&self, than: TwinId) -> To {
        match self.contains(than) {
            true => self.twins.iter().copied().filter(|twin| *twin != than).collect(),
            false => To::Several(self.twins.clone()),
        }
    }
}

/// To whom something is said. One is the rule, and needs no list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum To {
    /// To this one.
    One(TwinId),
    /// To all of these.
    Several(Arc<[TwinId]>),
}

impl To {
    /// All of them.
    pub fn twins(&self) -> &[TwinId] {
        match self {
            To::One(twin) => std::slice::from_ref(twin),
            To::Several(twins) => twins,
        }
    }
}

impl From<TwinId> for To {
    fn from(twin: TwinId) -> To {
        To::One(twin)
    }
}

impl FromIterator<TwinId> for To {
    fn from_iter<I: IntoIterator<Item = TwinId>>(twins: I) -> To {
        To::Several(twins.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn patterns_fit() {
        for (pattern, name, fit) in [
            ("dock-*", "dock-1", true),
            ("dock-*", "dock-", true),
            ("dock-*", "duck-1", false),
            ("*-1", "dock-1", true),
            ("*", "", true),
            ("a*b*c", "a-b-b-c", true),
            ("a*b*c", "acb", false),
            ("a*a", "a", false),
            ("dock", "dock", true),
            ("dock", "dock-1", false),
        ] {
            assert_eq!(fits(pattern, name), fit, "{pattern} {name}");
        }
    }

    proptest! {
        #[test]
        fn a_set_has_its_twins_and_no_others(ids in prop::collection::btree_set(0_u64..500, 0..60)) {
            let set = TwinSet::new(ids.iter().copied().map(TwinId).collect());
            for id in 0..600 {
                prop_assert_eq!(set.contains(TwinId(id)), ids.contains(&id));
            }
        }
    }
}
