//! What an author can write: parts of twins and sections of the scene, from the registrations of plugins.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use bevy_app::App;
use bevy_ecs::prelude::{Resource, World};
use bevy_ecs::world::EntityWorldMut;
use schemars::JsonSchema;

use crate::engine::registry::{Part, StateResource};
use crate::engine::simulation::EngineApp;

use super::problem::Problems;
use super::schema::TypeSchema;
use super::syntax::Node;
use super::syntax::de::{DeError, from_node};
use crate::twin::readable::Readable;

/// The form of a type, made when it is first asked for: a run needs few of them.
pub type LazySchema = LazyLock<TypeSchema, fn() -> TypeSchema>;

/// A part of a twin that an author can write.
pub struct PartEntry {
    /// Its form, for checks and for the reference.
    pub schema: LazySchema,
    /// Reads what is written, once for all twins that have it.
    pub(super) read: fn(&Node) -> Result<Box<dyn Insert>, DeError>,
}

/// A part that was read, to be put on twins.
pub(super) trait Insert {
    /// Puts it on a twin.
    fn insert(&self, twin: &mut EntityWorldMut);
}

impl<T: Part + Clone> Insert for T {
    fn insert(&self, twin: &mut EntityWorldMut) {
        twin.insert(self.clone());
    }
}

/// A section of a scene, beside its twins.
pub struct SectionEntry {
    /// Its form, for checks and for the reference.
    pub schema: LazySchema,
    pub(super) insert: fn(&mut World, &Node) -> Result<(), DeError>,
}

/// A domain's check of a whole scene: what no single value can show to be wrong. `root` is the merged scene, in which
/// the check finds the places of what it complains about.
pub type SceneCheck = fn(&World, &Node, &mut Problems);

/// All that an author can write.
#[derive(Resource, Default)]
pub struct SceneRegistry {
    /// Parts by name.
    pub parts: BTreeMap<&'static str, PartEntry>,
    /// Sections by name.
    pub sections: BTreeMap<&'static str, SectionEntry>,
    pub(super) checks: Vec<SceneCheck>,
    pub(super) endless: Vec<SceneCheck>,
    pub(super) founders: Vec<Founder>,
}

/// Tells which twins a section stands for, each with a part.
pub(super) type Founder = Box<dyn Fn(&World) -> Vec<(String, Box<dyn Insert>)> + Send + Sync>;

/// What a plugin can add to scenes.
pub trait SceneApp {
    /// Registers a part: its form in RON, its page in the reference, its place in digests and checkpoints, and its numbers
    /// for sensors and conditions to read.
    fn register_part<T: Part + JsonSchema + Clone>(&mut self, name: &'static str) -> &mut Self;
    /// Registers a section of the scene, kept as a resource: likewise.
    fn register_section<T: StateResource + JsonSchema + Default>(&mut self, name: &'static str) -> &mut Self;
    /// Registers a check of whole scenes, made once every value by itself is right.
    fn register_check(&mut self, check: SceneCheck) -> &mut Self;
    /// Registers twins that a section stands for, each by its name with a part. They come after those that are written.
    fn register_twins<T: Part + Clone>(&mut self, found: fn(&World) -> Vec<(String, T)>) -> &mut Self;
    /// Registers a check of scenes whose run has no set length: whether it would ever end.
    fn register_endless_check(&mut self, check: SceneCheck) -> &mut Self;
}

impl SceneApp for App {
    fn register_part<T: Part + JsonSchema + Clone>(&mut self, name: &'static str) -> &mut Self {
        let entry =
            PartEntry { schema: LazyLock::new(TypeSchema::of::<T>), read: |node| Ok(Box::new(from_node::<T>(node)?)) };
        self.world_mut().get_resource_or_init::<SceneRegistry>().parts.insert(name, entry);
        self.world_mut().get_resource_or_init::<Readable>().add_part::<T>(name);
        self.register_state_part::<T>(name)
    }

    fn register_section<T: StateResource + JsonSchema + Default>(&mut self, name: &'static str) -> &mut Self {
        let entry = SectionEntry {
            schema: LazyLock::new(TypeSchema::of::<T>),
            insert: |world, node| {
                world.insert_resource(from_node::<T>(node)?);
                Ok(())
            },
        };
        self.world_mut().get_resource_or_init::<SceneRegistry>().sections.insert(name, entry);
        self.init_state::<T>(name)
    }

    fn register_check(&mut self, check: SceneCheck) -> &mut Self {
        self.world_mut().get_resource_or_init::<SceneRegistry>().checks.push(check);
        self
    }

    fn register_twins<T: Part + Clone>(&mut self, found: fn(&World) -> Vec<(String, T)>) -> &mut Self {
        let found = move |world: &World| {
            let boxed = |(name, part): (String, T)| -> (String, Box<dyn Insert>) { (name, Box::new(part)) };
            found(world).into_iter().map(boxed).collect()
        };
        self.world_mut().get_resource_or_init::<SceneRegistry>().founders.push(Box::new(found));
        self
    }

    fn register_endless_check(&mut self, check: SceneCheck) -> &mut Self {
        self.world_mut().get_resource_or_init::<SceneRegistry>().endless.push(check);
        self
    }
}
