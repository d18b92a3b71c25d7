//! `autotwin view`: opens a window on a world.

use std::path::PathBuf;

use clap::Args;

use crate::engine::time::Duration;

use super::render::size;

/// Walk through a scene while it runs, or through a recorded run, in 3D.
#[derive(Args)]
#[command(after_help = "Examples:\n  \
    autotwin view scenes/factory.ron\n  \
    autotwin run scenes/factory.ron --tracks --out plant && autotwin view plant\n  \
    autotwin view question/baseline --beside question/spt\n\n\
    Press H in the window for what mouse and keys do.")]
pub(crate) struct ViewArguments {
    /// The scene, or the folder of a run with tracks.
    pub(crate) world: PathBuf,
    /// The folder of another run with tracks, to be shown beside the first at the same moment.
    #[arg(long, value_name = "RUN")]
    pub(crate) beside: Option<PathBuf>,
    /// The moment to begin at, in simulated time since the start, such as "9h 30m".
    #[arg(long, value_name = "TIME", value_parser = Duration::parse)]
    pub(crate) at: Option<Duration>,
    /// Simulated seconds in a second on the wall, `paused` or `max`.
    #[arg(long, value_name = "SPEED", default_value = "10", value_parser = speed)]
    pub(crate) speed: Pace,
    /// Where to look from at first: `overview`, `top`, or a camera of the scene.
    #[arg(long, value_name = "NAME", default_value = "overview")]
    pub(crate) camera: String,
    /// Width and height of the window in pixels.
    #[arg(long, value_name = "WxH", value_parser = size, default_value = "1440x900")]
    pub(crate) size: [u32; 2],
    /// Print what the card of the chosen twin says, for those who read instead of look.
    #[arg(long)]
    pub(crate) echo: bool,
    /// Where random numbers start.
    #[arg(long)]
    pub(crate) seed: Option<u64>,
    /// Change a value of the scene; may be given several times.
    #[arg(long = "set", value_name = "PATH=VALUE")]
    pub(crate) sets: Vec<String>,
}

/// A speed as it was asked for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Pace {
    Paused,
    Times(f64),
    Fastest,
}

fn speed(text: &str) -> Result<Pace, String> {
    match text {
        "paused" => Ok(Pace::Paused),
        "max" => Ok(Pace::Fastest),
        number => match number.trim_end_matches(['x', '×']).parse() {
            Ok(times) if (0.001..=1e7).contains(&times) => Ok(Pace::Times(times)),
            _ => Err("a speed is a number from 0.001 to 10000000, `paused` or `max`".to_owned()),
        },
    }
}

#[cfg(feature = "viewer")]
pub(crate) use with_viewer::run;

#[cfg(feature = "viewer")]
mod with_viewer {
    use bevy_app::App;

    use super::{Pace, ViewArguments};
    use crate::cli::Exit;
    use crate::cli::output::{fail, fail_run};
    use crate::cli::theatre::{self, Wish};
    use crate::engine::time::Time;
    use crate::run::single::RunError;
    use crate::viewer::machine;
    use crate::viewer::source::Speed;
    use crate::viewer::window::{self, Options};

    pub(crate) fn run(arguments: &ViewArguments, plugins: fn(&mut App)) -> Exit {
        match try_run(arguments, plugins) {
            Ok(Ok(())) => Exit::OK,
            Ok(Err(missing)) => fail(&missing),
            Err(error) => fail_run(&error),
        }
    }

    fn try_run(arguments: &ViewArguments, plugins: fn(&mut App)) -> Result<Result<(), String>, RunError> {
        let speed = match arguments.speed {
            Pace::Paused => Speed::Paused,
            Pace::Times(times) => Speed::Times(times),
            Pace::Fastest => Speed::Fastest,
        };
        let (path, beside) = (&*arguments.world, arguments.beside.as_deref());
        let (seed, sets) = (arguments.seed, &arguments.sets);
        let (mut play, mut stage) = theatre::open(&Wish { path, beside, seed, sets, plugins, speed: Speed::Paused })?;
        let camera = theatre::camera(&play, &arguments.camera)?;
        let backends = match machine::has_display().and_then(|()| machine::backends()) {
            Ok(backends) => backends,
            Err(missing) => return Ok(Err(missing)),
        };
        theatre::show_at(&mut play, &mut stage, Time::ZERO + arguments.at.unwrap_or_default())?;
        let [width, height] = arguments.size;
        let view = match arguments.camera.as_str() {
            "overview" => None,
            _ => Some(camera.view(&stage, width as f32 / height as f32)),
        };
        match speed {
            Speed::Paused => play.wanted = Speed::Times(10.0),
            speed => play.set_speed(speed),
        }
        let options = Options { size: arguments.size, echo: arguments.echo, view, backends };
        window::open(play, stage, &options);
        Ok(Ok(()))
    }
}

#[cfg(not(feature = "viewer"))]
pub(crate) fn run(_: &ViewArguments, _: fn(&mut bevy_app::App)) -> super::Exit {
    super::output::fail(super::NO_VIEWER)
}
