//! Pictures without a window or a display.

use std::path::Path;
use std::sync::mpsc;

use bevy::anti_alias::smaa::{Smaa, SmaaPreset};
use bevy::app::PluginsState;
use bevy::camera::Hdr;
use bevy::camera::{Exposure, ImageRenderTarget, RenderTarget};
use bevy::core_pipeline::tonemapping::Tonemapping;
use bevy::pbr::ScreenSpaceAmbientOcclusion;
use bevy::prelude::*;
use bevy::render::RenderPlugin;
use bevy::render::render_resource::TextureFormat;
use bevy::render::view::screenshot::{Screenshot, ScreenshotCaptured};
use bevy::window::ExitCondition;
use bevy::winit::WinitPlugin;
use bevy_egui::PrimaryEguiContext;
use wgpu::Backends;

use crate::engine::time::Time as Moment;

use super::camera::{FIELD, View};
use super::draw::DrawPlugin;
use super::light::{self, LightPlugin};
use super::machine;
use super::panels::{Panels, PanelsPlugin};
use super::play::{Play, PlayPlugin};
use super::stage::{Stage, StagePlugin};

/// Makes pictures of a stage.
pub struct Studio {
    app: App,
    camera: Entity,
    target: Handle<Image>,
}

impl Studio {
    /// A studio for pictures of a size, with or without labels.
    pub fn new(play: Play, stage: Stage, size: [u32; 2], labels: bool, backends: Backends) -> Studio {
        let mut app = App::new();
        app.add_plugins(
            DefaultPlugins
                .set(WindowPlugin { primary_window: None, exit_condition: ExitCondition::DontExit, ..default() })
                .set(RenderPlugin { synchronous_pipeline_compilation: true, ..machine::renderer(backends) })
                .disable::<WinitPlugin>()
                .disable::<bevy::render::pipelined_rendering::PipelinedRenderingPlugin>(),
        );
        app.add_plugins((DrawPlugin, StagePlugin, LightPlugin, PlayPlugin, PanelsPlugin));
        app.insert_resource(play).insert_resource(stage);
        app.insert_resource(Panels { has_controls: false, labels, ..Panels::default() });
        while app.plugins_state() == PluginsState::Adding {
            bevy::tasks::tick_global_task_pools_on_main_thread();
        }
        app.finish();
        app.cleanup();
        let [width, height] = size;
        let image = Image::new_target_texture(width, height, TextureFormat::Rgba8UnormSrgb, None);
        let target = app.world_mut().resource_mut::<Assets<Image>>().add(image);
        let sky = light::sky_light(&mut app.world_mut().resource_mut::<Assets<Image>>());
        let camera = app
            .world_mut()
            .spawn((eye(), sky, PrimaryEguiContext, RenderTarget::Image(ImageRenderTarget::from(target.clone()))))
            .id();
        // The cast enters.
        app.update();
        Studio { app, camera, target }
    }

    /// What is on stage.
    pub fn stage(&self) -> &Stage {
        self.app.world().resource::<Stage>()
    }

    /// What is played.
    pub fn play(&self) -> &Play {
        self.app.world().resource::<Play>()
    }

    /// Shows another moment from now on.
    pub fn go_to(&mut self, at: Moment) {
        self.app.world_mut().resource_mut::<Play>().source.seek(at);
        self.app.world_mut().resource_mut::<Stage>().beat = at.seconds();
    }

    /// Takes a picture.
    pub fn take(&mut self, view: View) -> Option<Image> {
        self.app.world_mut().entity_mut(self.camera).insert(view.transform());
        // Textures are on the screen's side one frame after they were made.
        (0..4).for_each(|_| self.app.update());
        let (sender, receiver) = mpsc::channel();
        let shot = self.app.world_mut().spawn(Screenshot::image(self.target.clone())).id();
        self.app.world_mut().entity_mut(shot).observe(move |captured: On<ScreenshotCaptured>| {
            let _ = sender.send(captured.image.clone());
        });
        for _ in 0..20 {
            self.app.update();
            if let Ok(image) = receiver.try_recv() {
                return Some(image);
            }
        }
        None
    }
}

/// What every camera is made of.
pub fn eye() -> impl Bundle {
    (
        Camera3d::default(),
        Hdr,
        Msaa::Off,
        Projection::Perspective(PerspectiveProjection { fov: FIELD, near: 0.1, far: 2_000.0, ..default() }),
        Tonemapping::AcesFitted,
        Exposure { ev100: 9.7 },
        Smaa { preset: SmaaPreset::High },
        ScreenSpaceAmbientOcclusion::default(),
    )
}

/// Writes a picture as PNG.
///
/// # Errors
/// If it cannot be written.
pub fn write(image: Image, path: &Path) -> Result<(), String> {
    let image = image.try_into_dynamic().map_err(|error| error.to_string())?;
    image.to_rgb8().save(path).map_err(|error| error.to_string())
}
