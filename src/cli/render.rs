//! `autotwin render`: pictures of a world, without a window or a display.

use std::path::PathBuf;

use clap::Args;

use crate::engine::time::Duration;

/// Make pictures of a scene or a recorded run, without a window or a display.
#[derive(Args)]
#[command(after_help = "Examples:\n  \
    autotwin render scenes/factory.ron --at 9h -o factory.png\n  \
    autotwin render scenes/factory.ron --at 9h --camera top --size 1920x1080 -o top.png\n  \
    autotwin render scenes/factory.ron --at 9h --inspect mill-1 -o mill.png\n  \
    autotwin render scenes/city.ron --at 8h --map density -o jams.png\n  \
    autotwin render question/baseline --beside question/spt --at 9h -o both.png\n  \
    autotwin render scenes/factory.ron --at 9h --every 2s --until 9h10m --video plant.mp4")]
pub(crate) struct RenderArguments {
    /// The scene, or the folder of a run with tracks.
    pub(crate) world: PathBuf,
    /// The folder of another run with tracks, to be shown beside the first at the same moment.
    #[arg(long, value_name = "RUN")]
    pub(crate) beside: Option<PathBuf>,
    /// The moment to show, in simulated time since the start, such as "9h 30m".
    #[arg(long, value_name = "TIME", value_parser = Duration::parse, default_value = "1h")]
    pub(crate) at: Duration,
    /// Where to look from: `overview`, which is the usual one, `top`, or a camera of the scene.
    #[arg(long, value_name = "NAME")]
    pub(crate) camera: Option<String>,
    /// Width and height in pixels.
    #[arg(long, value_name = "WxH", value_parser = size, default_value = "1920x1080")]
    pub(crate) size: [u32; 2],
    /// A twin to look at, and to show the panel of.
    #[arg(long, value_name = "NAME")]
    pub(crate) inspect: Option<String>,
    /// Write the names of twins beside them.
    #[arg(long)]
    pub(crate) labels: bool,
    /// Show a map of a quantity of traffic: density, flow or speed.
    #[arg(long, value_name = "QUANTITY")]
    pub(crate) map: Option<String>,
    /// The picture to write.
    #[arg(short, long, value_name = "FILE", default_value = "picture.png")]
    pub(crate) output: PathBuf,
    /// Make a film instead: a picture every so often in simulated time, thirty of them in a second.
    #[arg(long, value_name = "TIME", value_parser = Duration::parse, requires = "video")]
    pub(crate) every: Option<Duration>,
    /// The film to write, such as plant.mp4; needs ffmpeg.
    #[arg(long, value_name = "FILE", requires = "every")]
    pub(crate) video: Option<PathBuf>,
    /// The moment at which the film ends; without it, after three hundred pictures, which are ten seconds.
    #[arg(long, value_name = "TIME", value_parser = Duration::parse, requires = "video")]
    pub(crate) until: Option<Duration>,
    /// Where random numbers start.
    #[arg(long)]
    pub(crate) seed: Option<u64>,
    /// Change a value of the scene; may be given several times.
    #[arg(long = "set", value_name = "PATH=VALUE")]
    pub(crate) sets: Vec<String>,
}

pub(super) fn size(text: &str) -> Result<[u32; 2], String> {
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
    use std::path::Path;

    use bevy_app::App;

    use super::RenderArguments;
    use crate::cli::Exit;
    use crate::cli::output::{fail, fail_run};
    use crate::cli::theatre::{self, Camera, Wish};
    use crate::engine::time::{Duration, Time};
    use crate::look::sight::ThingId;
    use crate::run::single::RunError;
    use crate::viewer::camera::View;
    use crate::viewer::machine;
    use crate::viewer::picture::{self, Studio};
    use crate::viewer::play::Play;
    use crate::viewer::source::Speed;
    use crate::viewer::stage::Stage;
    use crate::viewer::video::{self, Video};

    pub(crate) fn run(arguments: &RenderArguments, plugins: fn(&mut App)) -> Exit {
        match prepare(arguments, plugins) {
            Ok(order) => match render(arguments, order) {
                Ok(()) => Exit::OK,
                Err(error) => fail(&error),
            },
            Err(error) => fail_run(&error),
        }
    }

    /// What is to be drawn, found to be right.
    struct Order {
        play: Play,
        stage: Stage,
        inspected: Option<ThingId>,
        camera: Option<Camera>,
    }

    /// Whether what is made can be written, before it is made.
    fn check_output(arguments: &RenderArguments) -> Result<(), String> {
        let Some(video) = &arguments.video else {
            let is_png = arguments.output.extension().is_some_and(|kind| kind.eq_ignore_ascii_case("png"));
            return if is_png {
                theatre::writable(&arguments.output)
            } else {
                Err(format!(
                    "pictures are written as PNG: call it {}",
                    arguments.output.with_extension("png").display()
                ))
            };
        };
        if arguments.every.is_some_and(Duration::is_zero) {
            return Err("--every should be longer than nothing".to_owned());
        }
        theatre::writable(video)?;
        video::can_be_made()
    }

    fn prepare(arguments: &RenderArguments, plugins: fn(&mut App)) -> Result<Order, RunError> {
        check_output(arguments).map_err(RunError::Options)?;
        let (path, beside) = (&*arguments.world, arguments.beside.as_deref());
        let (seed, sets) = (arguments.seed, &arguments.sets);
        let (mut play, mut stage) = theatre::open(&Wish { path, beside, seed, sets, plugins, speed: Speed::Paused })?;
        let camera = arguments.camera.as_deref().map(|name| theatre::camera(&play, name)).transpose()?;
        theatre::show_at(&mut play, &mut stage, Time::ZERO + arguments.at)?;
        let inspected = arguments.inspect.as_deref().map(|name| theatre::find(&stage, name)).transpose()?;
        Ok(Order { play, stage, inspected, camera })
    }

    fn render(arguments: &RenderArguments, order: Order) -> Result<(), String> {
        let backends = machine::backends()?;
        let [width, height] = arguments.size;
        let aspect = width as f32 / height as f32;
        let Order { mut play, mut stage, inspected, camera } = order;
        if inspected.is_some() {
            crate::viewer::panels::choose(&mut stage, &mut play, inspected);
        }
        let mut studio = Studio::new(play, stage, arguments.size, arguments.labels, backends);
        if let Some(map) = &arguments.map {
            studio.show_map(map)?;
        }
        let view = match camera {
            None if inspected.is_some() => View::near(studio.stage(), aspect),
            camera => camera.unwrap_or(Camera::Overview).view(studio.stage(), aspect),
        };
        if let (Some(every), Some(video)) = (arguments.every, &arguments.video) {
            return film(arguments, &mut studio, view, every, video);
        }
        let shown = arguments.output.display();
        let picture = studio.take(view)?;
        picture::write(picture, &arguments.output).map_err(|error| format!("cannot write {shown}: {error}"))
    }

    fn film(
        arguments: &RenderArguments,
        studio: &mut Studio,
        view: View,
        every: Duration,
        path: &Path,
    ) -> Result<(), String> {
        const PICTURES: i64 = 300;
        let [_, end] = studio.play().source.span();
        let from = Time::ZERO + arguments.at;
        let length = arguments.until.map_or(PICTURES, |until| (until - arguments.at).nanos() / every.nanos());
        if length < 1 {
            return Err("--until should be at least one step of --every after --at".to_owned());
        }
        let mut video = Video::begin(path, arguments.size)?;
        let moments = (0..length).map(|number| from + Duration::from_nanos(every.nanos().saturating_mul(number)));
        studio.film(view, moments.take_while(|at| *at <= end), |picture| video.add(picture))?;
        video.finish()
    }
}

#[cfg(not(feature = "viewer"))]
pub(crate) fn run(_: &RenderArguments, _: fn(&mut bevy_app::App)) -> super::Exit {
    super::output::fail(super::NO_VIEWER)
}
