//! `autotwin render`: pictures of a world, without a window or a display.

use std::path::PathBuf;

use clap::Args;

use crate::engine::time::Duration;

/// Make pictures of a scene or a recorded run, without a window or a display.
#[derive(Args)]
#[command(after_help = "Examples:\n  \
    autotwin render scenes/factory.ron --at 9h -o factory.png\n  \
    autotwin render scenes/factory.ron --at 9h --camera top --size 1920x1080 -o top.png\n  \
    autotwin render scenes/factory.ron --at 9h --inspect mill-1 -o mill.png")]
pub(crate) struct RenderArguments {
    /// The scene.
    pub(crate) scene: PathBuf,
    /// The moment to show, in simulated time since the start, such as "9h 30m".
    #[arg(long, value_name = "TIME", value_parser = Duration::parse, default_value = "1h")]
    pub(crate) at: Duration,
    /// Where to look from: `overview`, `top`, or a camera of the scene.
    #[arg(long, value_name = "NAME", default_value = "overview")]
    pub(crate) camera: String,
    /// Width and height in pixels.
    #[arg(long, value_name = "WxH", value_parser = size, default_value = "1920x1080")]
    pub(crate) size: [u32; 2],
    /// A twin to look at, and to show the panel of.
    #[arg(long, value_name = "NAME")]
    pub(crate) inspect: Option<String>,
    /// The picture to write.
    #[arg(short, long, value_name = "FILE", default_value = "picture.png")]
    pub(crate) output: PathBuf,
    /// Where random numbers start.
    #[arg(long)]
    pub(crate) seed: Option<u64>,
    /// Change a value of the scene; may be given several times.
    #[arg(long = "set", value_name = "PATH=VALUE")]
    pub(crate) sets: Vec<String>,
}

fn size(text: &str) -> Result<[u32; 2], String> {
    let wrong = || "a size is a width and a height in pixels, such as 1920x1080".to_owned();
    let (width, height) = text.split_once('x').ok_or_else(wrong)?;
    let size = [width.parse().map_err(|_| wrong())?, height.parse().map_err(|_| wrong())?];
    if size.iter().all(|side| (16..=8192).contains(side)) {
        Ok(size)
    } else {
        Err("each side of a picture has from 16 to 8192 pixels".to_owned())
    }
}

#[cfg(feature = "viewer")]
pub(crate) use with_viewer::run;

#[cfg(feature = "viewer")]
mod with_viewer {
    use bevy_app::App;

    use super::RenderArguments;
    use crate::cli::Exit;
    use crate::cli::output::{fail, fail_run};
    use crate::engine::random::Seed;
    use crate::engine::time::Time;
    use crate::look::registry::Looks;
    use crate::run::single::{RunError, RunOptions, prepare};
    use crate::scene::load;
    use crate::viewer::camera::View;
    use crate::viewer::picture::{self, Studio};
    use crate::viewer::source::Speed;
    use crate::viewer::source::live::Live;
    use crate::viewer::stage::Stage;

    pub(crate) fn run(arguments: &RenderArguments, plugins: fn(&mut App)) -> Exit {
        match stage(arguments, plugins) {
            Ok(stage) => match render(arguments, stage) {
                Ok(()) => Exit::OK,
                Err(error) => fail(&error),
            },
            Err(error) => fail_run(&error),
        }
    }

    fn stage(arguments: &RenderArguments, plugins: fn(&mut App)) -> Result<Stage, RunError> {
        let scene = load::load(&arguments.scene, &arguments.sets)?;
        let options = RunOptions { plugins, seed: arguments.seed, ..RunOptions::default() };
        let (simulation, _) = prepare(&scene, &options, arguments.seed.map(Seed))?;
        let looks = simulation.world().resource::<Looks>().clone();
        let live = Live::start(simulation, Speed::Paused);
        let at = Time::ZERO + arguments.at;
        live.run_to(at);
        let mut stage = Stage::new(looks);
        (stage.now, stage.beat) = (at, at.seconds());
        stage.apply(&live.take_changes());
        Ok(stage)
    }

    fn render(arguments: &RenderArguments, stage: Stage) -> Result<(), String> {
        let mut studio = Studio::new(stage, arguments.size);
        let aspect = studio.aspect();
        let view = match arguments.camera.as_str() {
            "top" => View::top(&studio.stage(), aspect),
            _ => View::overview(&studio.stage(), aspect),
        };
        let picture = studio.take(view).ok_or("the picture did not come out")?;
        picture::write(picture, &arguments.output)
            .map_err(|error| format!("cannot write {}: {error}", arguments.output.display()))
    }
}

#[cfg(not(feature = "viewer"))]
pub(crate) fn run(_: &RenderArguments, _: fn(&mut bevy_app::App)) -> super::Exit {
    super::output::fail(super::NO_VIEWER)
}
