//! The gate that every action passes before it begins. Whoever guards it can refuse.

use bevy_app::App;
use bevy_ecs::prelude::{Resource, World};

use crate::engine::identity::TwinId;

/// An action that asks to be let through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asked<'a> {
    /// Who wants to act.
    pub twin: TwinId,
    /// The course of which the action is one.
    pub course: &'a str,
    /// What the action is called.
    pub action: &'a str,
}

/// Lets an action through, or says why not. It only looks.
pub type Guard = fn(&World, Asked) -> Result<(), String>;

/// The guards, in the order of registration.
#[derive(Resource, Clone, Default)]
pub struct Gate(Vec<Guard>);

impl Gate {
    /// Whether an action may begin.
    ///
    /// # Errors
    /// Why not: what the first guard says that refuses.
    pub fn pass(&self, world: &World, asked: Asked) -> Result<(), String> {
        self.0.iter().try_for_each(|guard| guard(world, asked))
    }

    /// Whether nobody guards.
    pub fn is_open(&self) -> bool {
        self.0.is_empty()
    }
}

/// What a plugin can add to the gate.
pub trait GateApp {
    /// Registers a guard of all actions.
    fn register_guard(&mut self, guard: Guard) -> &mut Self;
}

impl GateApp for App {
    fn register_guard(&mut self, guard: Guard) -> &mut Self {
        self.world_mut().get_resource_or_init::<Gate>().0.push(guard);
        self
    }
}
