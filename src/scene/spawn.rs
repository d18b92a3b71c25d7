//! Makes a simulation from a scene.

use std::collections::BTreeMap;

use bevy_app::App;
use bevy_ecs::prelude::{Mut, World};

use crate::engine::identity::TwinId;
use crate::engine::random::Seed;
use crate::engine::simulation::Simulation;
use crate::twin::life::{self, Life};
use crate::twin::who::Kinds;

use super::check::{self, CheckedScene, reading_problem};
use super::expand::{Group, Parts};
use super::header::Header;
use super::load::SceneTree;
use super::problem::Problems;
use super::registry::{Insert, SceneRegistry};
use super::syntax::Node;

/// A world with all twins of a scene, before its first step, and the scene's settings.
pub struct Built {
    /// The world.
    pub simulation: Simulation,
    /// The settings.
    pub header: Header,
}

/// Checks a scene and makes its world. `seed` is for what the scene leaves to chance, such as places.
///
/// # Errors
/// All that is wrong with the scene.
pub fn build(scene: &SceneTree, seed: Option<Seed>, plugins: fn(&mut App)) -> Result<Built, Problems> {
    let mut simulation = Simulation::new(plugins);
    let mut problems = Problems::default();
    let world = simulation.world_mut();
    let checked =
        world.resource_scope(|_, registry: Mut<SceneRegistry>| check::check_values(scene, &registry, &mut problems));
    if !problems.is_empty() {
        return Err(problems);
    }
    let CheckedScene { header, groups } = checked;
    let seed = seed.unwrap_or(Seed(header.seed));
    world.resource_scope(|world, registry: Mut<SceneRegistry>| {
        insert_sections(world, &scene.root, &registry, &mut problems);
        for group in &groups {
            spawn_group(world, group, seed, &registry, &mut problems);
        }
        found_twins(world, &registry);
    });
    if problems.is_empty() {
        simulation.drop_caches();
        check::check_world(simulation.world(), &scene.root, &mut problems);
    }
    if problems.is_empty() { Ok(Built { simulation, header }) } else { Err(problems) }
}

fn insert_sections(world: &mut World, root: &Node, registry: &SceneRegistry, problems: &mut Problems) {
    for (name, section) in &registry.sections {
        if let Some(node) = root.get(name)
            && let Err(error) = (section.insert)(world, node)
        {
            problems.push(reading_problem(error, node.span));
        }
    }
}

fn spawn_group(world: &mut World, group: &Group, seed: Seed, registry: &SceneRegistry, problems: &mut Problems) {
    let count = group.settings.count;
    let shared = read_parts(&group.parts, registry, problems);
    let single = group.overrides.iter().map(|(index, parts)| (*index, read_parts(parts, registry, problems)));
    let single: BTreeMap<u64, Vec<Box<dyn Insert>>> = single.collect();
    for (index, name) in (0..count).zip(group.names()) {
        // Names are unique: the check has seen to it.
        let Ok((twin, entity)) = life::create(world, &name, "scene") else { continue };
        let mut entity = world.entity_mut(entity);
        if let Some(place) = &group.settings.place {
            entity.insert(place.position(index, count, seed, twin.0));
        }
        let kinds = group.single_kinds.get(&index).unwrap_or(&group.kinds);
        if !kinds.is_empty() {
            entity.insert(Kinds(kinds.clone()));
        }
        single.get(&index).unwrap_or(&shared).iter().for_each(|part| part.insert(&mut entity));
        activate(world, twin);
    }
}

/// Makes the twins that sections stand for. Whoever is called as somebody else is left out: the checks of their domain say so.
fn found_twins(world: &mut World, registry: &SceneRegistry) {
    for found in &registry.founders {
        for (name, part) in found(world) {
            let Ok((twin, entity)) = life::create(world, &name, "scene") else { continue };
            part.insert(&mut world.entity_mut(entity));
            activate(world, twin);
        }
    }
}

/// The parts of twins, read.
fn read_parts(parts: &Parts, registry: &SceneRegistry, problems: &mut Problems) -> Vec<Box<dyn Insert>> {
    let mut read = Vec::new();
    for (name, (span, node)) in parts {
        match registry.parts.get(name.as_str()).map(|entry| (entry.read)(node)) {
            Some(Ok(part)) => read.push(part),
            Some(Err(error)) => problems.push(reading_problem(error, *span)),
            None => {}
        }
    }
    read
}

fn activate(world: &mut World, twin: TwinId) {
    let activated = life::change(world, twin, Life::Active, "scene");
    debug_assert!(activated.is_ok(), "a twin just created can be activated");
}
