//! Audits: what must hold after every single event, such as that no job is lost.
//!
//! An audit costs a look at the whole world for each event, so it is off unless somebody asks for it: a test, or a
//! researcher with `--audit`. It only looks, and so changes no digest.

use bevy_ecs::prelude::{Mut, Resource, World};

use super::clock::Clock;

/// What a domain promises of its world: an error says what is broken.
pub type Audit = fn(&World) -> Result<(), String>;

/// The registered audits.
#[derive(Resource, Default)]
pub struct Audits {
    checks: Vec<Audit>,
    enabled: bool,
    failure: Option<String>,
}

impl Audits {
    /// Makes the audits run after every event from now on.
    pub fn enable(&mut self) {
        self.enabled = true;
    }

    /// Makes them run no more.
    pub(super) fn disable(&mut self) {
        (self.enabled, self.failure) = (false, None);
    }

    pub(super) fn is_enabled(&self) -> bool {
        self.enabled
    }

    /// What was found broken, if anything was. The world stops there.
    pub fn failure(&self) -> Option<&str> {
        self.failure.as_deref()
    }

    pub(super) fn add(&mut self, audit: Audit) {
        self.checks.push(audit);
    }
}

/// Runs the audits, if they are wanted. Returns whether all is well.
pub(super) fn audit(world: &mut World) -> bool {
    if !world.resource::<Audits>().enabled {
        return true;
    }
    world.resource_scope(|world, mut audits: Mut<Audits>| {
        let broken = audits.checks.iter().find_map(|check| check(world).err());
        if let Some(what) = broken {
            let clock = *world.resource::<Clock>();
            audits.failure = Some(format!("after event {} at {}: {what}", clock.events, clock.now));
            world.resource_mut::<Clock>().finished = true;
        }
        audits.failure.is_none()
    })
}
