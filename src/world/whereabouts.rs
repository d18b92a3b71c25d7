//! Where twins are whose places a domain works out by itself, such as vehicles on aisles: for those who look at all of them at once.
//!
//! The part [`Position`](super::position::Position) says where all others are.

use bevy_app::App;
use bevy_ecs::prelude::{Resource, World};

use super::space::Point;
use crate::engine::identity::TwinId;
use crate::engine::time::Time;

/// Where a twin is, and how it moves.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Whereabouts {
    /// Who.
    pub twin: TwinId,
    /// Where: metres.
    pub at: Point,
    /// m/s towards the east, the north and up.
    pub velocity: Point,
}

/// Tells where each twin of a domain is at a moment.
pub type Locate = fn(&World, Time, &mut dyn FnMut(Whereabouts));

/// What domains say of where their twins are, in the order of registration.
#[derive(Resource, Clone, Default)]
pub struct Locators(pub Vec<Locate>);

/// What a plugin can add.
pub trait LocateApp {
    /// Registers how the twins of a domain are found that are not where their part `position` says.
    fn register_whereabouts(&mut self, locate: Locate) -> &mut Self;
}

impl LocateApp for App {
    fn register_whereabouts(&mut self, locate: Locate) -> &mut Self {
        self.world_mut().get_resource_or_init::<Locators>().0.push(locate);
        self
    }
}
