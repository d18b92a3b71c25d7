//! What a frame of the viewer costs on the CPU, with 10,000 and 100,000 twins in view, all of which move or work.
//!
//! The drawing itself goes to a device that does nothing, so what is measured is all that the program does for a frame: placing
//! the twins, filling textures, choosing what is drawn, and recording the commands.
//!
//!   cargo bench --features viewer --bench viewer_frame      (builds Bevy for release: a quarter of an hour)

use std::sync::Arc;
use std::time::{Duration as Wall, Instant};

use autotwin::engine::identity::TwinId;
use autotwin::engine::simulation::Simulation;
use autotwin::engine::time::{Duration, Time};
use autotwin::look::daylight::Daylight;
use autotwin::look::palette;
use autotwin::look::registry::Looks;
use autotwin::look::sight::{Change, Event, Form, Motion, Sight, ThingId, VALUES, Value};
use autotwin::viewer::camera::View;
use autotwin::viewer::draw::DrawPlugin;
use autotwin::viewer::light::{LightPlugin, sky_light};
use autotwin::viewer::picture::eye;
use autotwin::viewer::stage::{Stage, StagePlugin};
use bevy::app::PluginsState;
use bevy::camera::RenderTarget;
use bevy::prelude::*;
use bevy::render::RenderPlugin;
use bevy::render::pipelined_rendering::PipelinedRenderingPlugin;
use bevy::render::render_resource::TextureFormat;
use bevy::render::renderer::{
    RenderAdapter, RenderAdapterInfo, RenderDevice, RenderInstance, RenderQueue, WgpuWrapper,
};
use bevy::render::settings::RenderCreation;
use bevy::window::ExitCondition;
use bevy::winit::WinitPlugin;

const WARM_UP: usize = 30;
const FRAMES: usize = 200;

fn main() {
    for count in [10_000, 100_000] {
        let mut runs: Vec<[f64; 2]> = (0..5).map(|_| measure(count)).collect();
        runs.sort_by(|a, b| a[0].total_cmp(&b[0]));
        let [median, ninety_nine] = runs[2];
        println!(
            "{count:>7} twins: {median:.2} ms a frame (median of five runs; 99 % of its frames below {ninety_nine:.2} ms)"
        );
    }
}

/// Milliseconds of a frame: the median and the 99th percentile.
fn measure(count: usize) -> [f64; 2] {
    let mut app = app(count);
    (0..WARM_UP).for_each(|_| app.update());
    let mut frames: Vec<f64> = (0..FRAMES)
        .map(|_| {
            let begin = Instant::now();
            app.update();
            begin.elapsed().as_secs_f64() * 1e3
        })
        .collect();
    frames.sort_by(f64::total_cmp);
    [frames[FRAMES / 2], frames[FRAMES * 99 / 100]]
}

fn app(count: usize) -> App {
    let mut app = App::new();
    app.add_plugins(
        DefaultPlugins
            .set(WindowPlugin { primary_window: None, exit_condition: ExitCondition::DontExit, ..default() })
            .set(RenderPlugin { render_creation: idle_device(), ..default() })
            .disable::<WinitPlugin>()
            .disable::<PipelinedRenderingPlugin>(),
    );
    app.add_plugins((DrawPlugin, StagePlugin, LightPlugin)).insert_resource(stage(count)).add_systems(Update, go_on);
    while app.plugins_state() == PluginsState::Adding {
        bevy::tasks::tick_global_task_pools_on_main_thread();
    }
    app.finish();
    app.cleanup();
    let mut images = app.world_mut().resource_mut::<Assets<Image>>();
    let target = images.add(Image::new_target_texture(1920, 1080, TextureFormat::Rgba8UnormSrgb, None));
    let sky = sky_light(&mut images);
    let side = (count as f32).sqrt() * 3.0;
    let view = View { from: [side / 2.0, -side * 0.6, side * 0.7], to: [side / 2.0, side / 2.0, 0.0] };
    app.world_mut().spawn((eye(), sky, view.transform(), RenderTarget::Image(target.into())));
    app
}

/// A device that does nothing.
fn idle_device() -> RenderCreation {
    let instance = wgpu::Instance::new(wgpu::InstanceDescriptor {
        backends: wgpu::Backends::NOOP,
        backend_options: wgpu::BackendOptions { noop: wgpu::NoopBackendOptions { enable: true }, ..Default::default() },
        ..wgpu::InstanceDescriptor::new_without_display_handle()
    });
    let wait = bevy::tasks::block_on(instance.request_adapter(&wgpu::RequestAdapterOptions::default()));
    let adapter = wait.expect("there always is the idle adapter");
    let wanted = wgpu::DeviceDescriptor {
        required_features: adapter.features() - wgpu::Features::all_experimental_mask(),
        // Those of a usual card: what the idle adapter claims would make Bevy ask for memory without end.
        required_limits: wgpu::Limits {
            max_storage_buffers_per_shader_stage: 16,
            max_storage_textures_per_shader_stage: 8,
            max_storage_buffer_binding_size: 1 << 30,
            max_buffer_size: 1 << 30,
            max_binding_array_elements_per_shader_stage: 4096,
            max_binding_array_sampler_elements_per_shader_stage: 1024,
            ..wgpu::Limits::default()
        },
        ..Default::default()
    };
    let (device, queue) = bevy::tasks::block_on(adapter.request_device(&wanted)).expect("it always gives a device");
    RenderCreation::manual(
        RenderDevice::from(device),
        RenderQueue(Arc::new(WgpuWrapper::new(queue))),
        RenderAdapterInfo(WgpuWrapper::new(adapter.get_info())),
        RenderAdapter(Arc::new(WgpuWrapper::new(adapter))),
        RenderInstance(Arc::new(WgpuWrapper::new(instance))),
    )
}

/// Twins on a grid: machines at work, vehicles that drive, people who walk.
fn stage(count: usize) -> Stage {
    let simulation = Simulation::new(autotwin::run::single::plugins);
    let mut stage = Stage::new(simulation.world().resource::<Looks>().clone(), Daylight::default());
    let columns = (count as f64).sqrt().ceil() as usize;
    for number in 0..count {
        let place = [(number % columns) as f32 * 3.0, (number / columns) as f32 * 3.0, 0.0];
        let thing = ThingId::twin(TwinId(number as u64));
        let (look, model, numbers) = match number % 5 {
            0 => ("machine", "mill", vec![1.0]),
            1 => ("machine", "lathe", vec![1.0]),
            2 | 3 => ("vehicle", "carrier", vec![1.2, 1.0]),
            _ => ("worker", "person", vec![0.0]),
        };
        let form = Form {
            name: format!("twin {number}").into(),
            look: look.into(),
            model: model.into(),
            numbers,
            colour: palette::of_kind(number),
            scale: 1.0,
        };
        let motion = match look {
            "machine" => Motion::Stands { at: place, heading: 0.0 },
            _ => Motion::Goes {
                from: place,
                to: [place[0] + 1000.0, place[1] + number as f32 % 7.0, 0.0],
                since: Time::ZERO,
                until: Time::ZERO + Duration::from_secs(1000),
                speeds: [1.0; 2],
                before: [1.0, 0.0],
            },
        };
        let sight = Sight { motion, state: if look == "vehicle" { 1 } else { 2 }, values: [Value::None; VALUES] };
        let at = Time::ZERO;
        stage.apply(&[
            Change { at, thing, event: Event::Comes(Arc::new(form)) },
            Change { at, thing, event: Event::Looks(sight) },
        ]);
    }
    stage
}

/// A sixtieth of a second passes in each frame.
fn go_on(mut stage: ResMut<Stage>) {
    const FRAME: Wall = Wall::from_micros(16_667);
    stage.now += Duration::from_seconds(FRAME.as_secs_f64());
    stage.beat += FRAME.as_secs_f64();
}
