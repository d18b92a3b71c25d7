//! What can be seen of a world, for whoever draws or records it: nothing here is part of the world's state.
//!
//! A *thing* is whatever can be drawn: a twin, a job, the floor. Domains register *looks*, each with a way to build a
//! [`model::Model`] out of simple solids, and tell [`sight::Sights`] when something comes, changes or goes. Recorders and
//! viewers take it from there. No look knows who draws it.

pub mod appearance;
pub mod cameras;
pub mod daylight;
pub mod model;
pub mod motion;
pub mod palette;
pub mod picture;
pub mod registry;
pub mod sight;
mod twins;

use bevy_app::{App, Plugin};
use bevy_ecs::prelude::{IntoScheduleConfigs, World};

use crate::engine::identity::TwinId;
use crate::engine::simulation::EngineApp;
use crate::engine::stage::Stage;
use crate::scene::registry::SceneApp;
use crate::twin::life::{Life, LifeApp};

use appearance::Appearance;
use cameras::Cameras;
use daylight::Daylight;
use registry::Looks;
use sight::{Sights, ThingId};

/// Registers what every world has to do with being looked at.
pub struct LookPlugin;

impl Plugin for LookPlugin {
    fn build(&self, app: &mut App) {
        app.init_resource::<Looks>()
            .init_resource::<Sights>()
            .register_section::<Cameras>("cameras")
            .register_section::<Daylight>("daylight")
            .register_part::<Appearance>("look")
            .register_check(appearance::check)
            .on_life_change(notice)
            // What commands did is seen before time passes, what the step did after it.
            .add_step_systems(Stage::Sense, sight::show_news)
            .add_step_systems(Stage::Record, (sight::show_news, twins::tell).chain());
    }
}

/// Who comes and goes is noticed.
fn notice(world: &mut World, twin: TwinId, life: Life) {
    let mut sights = world.resource_mut::<Sights>();
    if life == Life::Retired || sights.lasting(ThingId::twin(twin)).is_none() {
        sights.expire();
    }
}
