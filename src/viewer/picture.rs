//! Pictures without a window or a display.

use std::collections::BTreeMap;
use std::io::Cursor;
use std::path::Path;
use std::sync::mpsc;

use bevy::anti_alias::smaa::{Smaa, SmaaPreset};
use bevy::app::PluginsState;
use bevy::camera::Hdr;
use bevy::camera::{Exposure, ImageRenderTarget, RenderTarget};
use bevy::core_pipeline::tonemapping::Tonemapping;
use bevy::image::ImageFormat;
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

    /// Shows a map of a quantity from now on.
    ///
    /// # Errors
    /// If there is none.
    pub fn show_map(&mut self, name: &str) -> Result<(), String> {
        let mut stage = self.app.world_mut().resource_mut::<Stage>();
        let found = stage.maps().position(|value| value.name == name);
        stage.map = found;
        found.map(|_| ()).ok_or_else(|| {
            let names: Vec<&str> = stage.maps().map(|value| value.name).collect();
            let cure = if names.is_empty() {
                "it has no traffic".to_owned()
            } else {
                format!("there are: {}", names.join(", "))
            };
            format!("this world has no map of `{name}`; {cure}")
        })
    }

    /// What is played.
    pub fn play(&self) -> &Play {
        self.app.world().resource::<Play>()
    }

    /// Takes a picture of the present moment.
    ///
    /// # Errors
    /// If it does not come out.
    pub fn take(&mut self, view: View) -> Result<Image, String> {
        let mut taken = None;
        self.film(view, [self.stage().now], |picture| {
            taken = Some(picture);
            Ok(())
        })?;
        taken.ok_or_else(|| LOST.to_owned())
    }

    /// Takes a picture of each moment and hands it on, in their order.
    ///
    /// # Errors
    /// If a picture does not come out, or nobody takes it.
    pub fn film(
        &mut self,
        view: View,
        moments: impl IntoIterator<Item = Moment>,
        mut hand_on: impl FnMut(Image) -> Result<(), String>,
    ) -> Result<(), String> {
        self.app.world_mut().entity_mut(self.camera).insert(view.transform());
        // Textures are on the screen's side one frame after they were made.
        (0..WARM_UP).for_each(|_| self.app.update());
        let (sender, receiver) = mpsc::channel();
        // A picture comes out some frames after it was taken, perhaps not in order.
        let (mut next, mut early) = (0, BTreeMap::new());
        let mut hand_on_all = || {
            early.extend(receiver.try_iter());
            while let Some(picture) = early.remove(&next) {
                hand_on(picture)?;
                next += 1;
            }
            Ok::<usize, String>(next)
        };
        let mut count = 0;
        for (number, at) in moments.into_iter().enumerate() {
            self.go_to(at);
            self.shoot(number, sender.clone());
            count = number + 1;
            hand_on_all()?;
        }
        for _ in 0..PATIENCE {
            if hand_on_all()? == count {
                return Ok(());
            }
            self.app.update();
        }
        Err(LOST.to_owned())
    }

    fn go_to(&mut self, at: Moment) {
        self.app.world_mut().resource_mut::<Play>().source.seek(at);
        self.app.world_mut().resource_mut::<Stage>().beat = at.seconds();
    }

    fn shoot(&mut self, number: usize, sender: mpsc::Sender<(usize, Image)>) {
        let shot = self.app.world_mut().spawn(Screenshot::image(self.target.clone())).id();
        self.app.world_mut().entity_mut(shot).observe(move |captured: On<ScreenshotCaptured>| {
            // Nobody waits for it any more if another went wrong.
            let _ = sender.send((number, captured.image.clone()));
        });
        self.app.update();
    }
}

/// Frames until all is as it should be.
const WARM_UP: usize = 4;
/// Frames until the last picture comes out.
const PATIENCE: usize = 20;
const LOST: &str = "a picture did not come out: the graphics driver gave none";

/// What every camera is made of.
pub fn eye() -> impl Bundle {
    (
        Camera3d::default(),
        Hdr,
        Msaa::Off,
        Projection::Perspective(PerspectiveProjection { fov: FIELD, near: 0.1, far: 30_000.0, ..default() }),
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
    let mut bytes = Cursor::new(Vec::new());
    let png = ImageFormat::Png.as_image_crate_format().ok_or("there is no encoder")?;
    image.to_rgb8().write_to(&mut bytes, png).map_err(|error| error.to_string())?;
    std::fs::write(path, bytes.into_inner()).map_err(|error| error.to_string())
}
