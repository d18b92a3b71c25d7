//! Brings a scene or a run folder onto the stage, for `view` and `render`.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use bevy_app::App;
use bevy_ecs::prelude::World;

use crate::engine::identity::{Directory, TwinId};
use crate::engine::random::Seed;
use crate::engine::time::Time;
use crate::look::cameras::Cameras;
use crate::look::daylight::Daylight;
use crate::look::registry::Looks;
use crate::look::sight::ThingId;
use crate::record::track::FILE;
use crate::run::single::{RunError, RunOptions, prepare};
use crate::run::what_if;
use crate::scene::load;
use crate::viewer::camera::View;
use crate::viewer::play::Play;
use crate::viewer::source::live::{Live, Parts, parts_of};
use crate::viewer::source::recorded::Recorded;
use crate::viewer::source::{LiveSource, Source, Speed};
use crate::viewer::stage::Stage;

/// What is to be seen.
pub(super) struct Wish<'a> {
    /// A scene, or the folder of a run.
    pub path: &'a Path,
    /// The folder of another run, which stands beside it.
    pub beside: Option<&'a Path>,
    pub seed: Option<u64>,
    pub sets: &'a [String],
    pub plugins: fn(&mut App),
    pub speed: Speed,
}

/// Opens what is wished for.
///
/// # Errors
/// If the scene or the folder cannot be used.
pub(super) fn open(wish: &Wish) -> Result<(Play, Stage), RunError> {
    if wish.path.is_dir() { recorded(wish) } else { live(wish) }
}

fn live(wish: &Wish) -> Result<(Play, Stage), RunError> {
    if wish.beside.is_some() {
        let shown = wish.path.display();
        return Err(RunError::Options(format!("--beside is for two recorded runs; {shown} is a scene")));
    }
    let scene = load::load(wish.path, wish.sets)?;
    let options = RunOptions { plugins: wish.plugins, seed: wish.seed, ..RunOptions::default() };
    let (simulation, header) = prepare(&scene, &options, wish.seed.map(Seed))?;
    let world = simulation.world();
    let (looks, views, daylight) = (world.resource::<Looks>().clone(), views(world), daylight(world));
    let title = if header.name.is_empty() { stem(wish.path) } else { header.name.clone() };
    let horizon = header.run_for.map_or(Time::NEVER, |length| Time::ZERO + length);
    let source = Source::Live(LiveSource::new(Live::start(simulation, wish.speed), horizon));
    let play = Play { source, title, views, wanted: wish.speed, parts: BTreeMap::new() };
    Ok((play, Stage::new(looks, daylight)))
}

fn recorded(wish: &Wish) -> Result<(Play, Stage), RunError> {
    let refuse = |option: &str| RunError::Options(format!("{option} is for scenes; {} is a run", wish.path.display()));
    if wish.seed.is_some() {
        return Err(refuse("--seed"));
    }
    if !wish.sets.is_empty() {
        return Err(refuse("--set"));
    }
    let run = Run::open(wish.path, wish.plugins)?;
    let beside = wish.beside.map(|path| Run::open(path, wish.plugins)).transpose()?;
    let mut parts = run.parts.clone();
    let mut title = run.title.clone();
    let mut source = match &beside {
        None => Recorded::open(wish.path)?,
        Some(other) => {
            let there = |twin: TwinId| ThingId::twin(twin).beside().as_twin().unwrap_or(twin);
            parts.extend(other.parts.iter().map(|(twin, parts)| (there(*twin), parts.clone())));
            title = format!("{title}: {} | {}", run.name, other.name);
            Recorded::open_both([(run.folder, &run.name), (other.folder, &other.name)])?
        }
    };
    source.set_speed(wish.speed);
    let play = Play { source: Source::Recorded(source), title, views: run.views, wanted: Speed::Times(10.0), parts };
    Ok((play, Stage::new(run.looks, run.daylight)))
}

/// A run that is on record, and what its scene says of it.
struct Run<'a> {
    folder: &'a Path,
    /// What tells it from another run of the same scene.
    name: String,
    title: String,
    looks: Looks,
    views: Vec<(String, View)>,
    daylight: Daylight,
    parts: BTreeMap<TwinId, Arc<Parts>>,
}

impl Run<'_> {
    fn open(folder: &Path, plugins: fn(&mut App)) -> Result<Run<'_>, RunError> {
        let shown = folder.display();
        // Replications share the scene of their run.
        let scene_file =
            ["scene.ron", "../../scene.ron"].map(|file| folder.join(file)).into_iter().find(|file| file.exists());
        let Some(scene_file) = scene_file else {
            return Err(RunError::Options(format!("{shown} is no run folder: it has no scene.ron{}", cure(folder))));
        };
        if !folder.join(FILE).exists() {
            let cure =
                "make the run again with `autotwin run SCENE --tracks`, or put `record: (tracks: true)` into the scene";
            return Err(RunError::Options(format!("{shown} holds no tracks of what could be seen; {cure}")));
        }
        let scene = load::load(&scene_file, &[])?;
        let options = RunOptions { plugins, ..RunOptions::default() };
        let (simulation, header) = prepare(&scene, &options, None)?;
        let world = simulation.world();
        let twins = world.resource::<Directory>().twins();
        let parts = twins.map(|(twin, ..)| (twin, Arc::new(parts_of(world, twin)))).collect();
        Ok(Run {
            folder,
            name: stem(folder),
            title: if header.name.is_empty() { stem(folder) } else { header.name.clone() },
            looks: world.resource::<Looks>().clone(),
            views: views(world),
            daylight: daylight(world),
            parts,
        })
    }
}

/// What to name instead of the folder of a question.
fn cure(folder: &Path) -> String {
    let alternatives = what_if::read(folder).unwrap_or_default();
    let paths = alternatives.first().map(|other| (folder.join(what_if::BASELINE), folder.join(&other.name)));
    paths.map_or_else(String::new, |(one, other)| {
        format!("; it is of a question: name two of its runs, {} --beside {}", one.display(), other.display())
    })
}

fn stem(path: &Path) -> String {
    // The name of a folder may have a point in it.
    let name = if path.is_dir() { path.file_name() } else { path.file_stem() };
    name.map_or_else(|| "world".to_owned(), |name| name.to_string_lossy().into_owned())
}

/// The cameras of the scene.
fn views(world: &World) -> Vec<(String, View)> {
    let point = |(x, y, z): (f64, f64, f64)| [x as f32, y as f32, z as f32];
    let cameras = world.resource::<Cameras>().0.iter();
    cameras.map(|(name, camera)| (name.clone(), View { from: point(camera.from), to: point(camera.to) })).collect()
}

/// When the day begins in the scene.
fn daylight(world: &World) -> Daylight {
    *world.resource::<Daylight>()
}

/// Brings the stage to a moment.
///
/// # Errors
/// If the moment is not to be seen, or the record cannot be read.
pub(super) fn show_at(play: &mut Play, stage: &mut Stage, at: Time) -> Result<(), RunError> {
    let [start, end] = play.source.span();
    if at < start || at > end {
        return Err(RunError::Options(format!("--at {at} lies beyond the run, which goes from {start} to {end}")));
    }
    play.source.set_speed(Speed::Paused);
    play.source.seek(at);
    stage.now = play.source.advance(std::time::Duration::ZERO, &mut stage.cast)?;
    if let Some(ended) = play.source.end().filter(|ended| ended.at < at) {
        return Err(RunError::Options(format!("--at {at} lies beyond the run, which ended at {}", ended.at)));
    }
    stage.beat = stage.now.seconds();
    Ok(())
}

/// The thing of a name.
///
/// # Errors
/// If there is none, with the names that are most like it.
pub(super) fn find(stage: &Stage, name: &str) -> Result<ThingId, RunError> {
    let found = stage.cast.iter().find(|(_, member)| &*member.form.name == name);
    found.map(|(_, member)| member.id).ok_or_else(|| {
        let names = stage.cast.iter().map(|(_, member)| &*member.form.name);
        let cure = match crate::engine::spelling::nearest(name, names) {
            Some(other) => format!("; did you mean `{other}`?"),
            None => String::new(),
        };
        RunError::Options(format!("nobody is called `{name}` at that moment{cure}"))
    })
}

/// A camera that is there.
#[derive(Clone, Copy)]
pub(super) enum Camera {
    Overview,
    Top,
    OfScene(View),
}

impl Camera {
    /// What is seen through it.
    pub(super) fn view(self, stage: &Stage, aspect: f32) -> View {
        match self {
            Camera::Overview => View::overview(stage, aspect),
            Camera::Top => View::top(stage, aspect),
            Camera::OfScene(view) => view,
        }
    }
}

/// The camera of a name.
///
/// # Errors
/// If there is none, with those that there are.
pub(super) fn camera(play: &Play, name: &str) -> Result<Camera, RunError> {
    let of_scene = play.views.iter().find(|(other, _)| other == name).map(|(_, view)| Camera::OfScene(*view));
    let built_in = || match name {
        "overview" => Some(Camera::Overview),
        "top" => Some(Camera::Top),
        _ => None,
    };
    of_scene.or_else(built_in).ok_or_else(|| {
        let names = ["overview", "top"].into_iter().chain(play.views.iter().map(|(name, _)| name.as_str()));
        let names: Vec<&str> = names.collect();
        RunError::Options(format!("there is no camera `{name}`; there are {}", names.join(", ")))
    })
}

/// Whether a picture can be written there, before it is made.
///
/// # Errors
/// Why not.
pub(super) fn writable(path: &Path) -> Result<(), String> {
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if !parent.is_dir() {
        return Err(format!("cannot write {}: there is no folder {}", path.display(), parent.display()));
    }
    Ok(())
}
