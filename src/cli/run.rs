//! `autotwin run`: runs a scene and writes a run folder.

use std::path::{Path, PathBuf};

use bevy_app::App;
use clap::Args;

use crate::engine::parallel::Pool;
use crate::engine::time::Duration;
use crate::run::checkpoint::CheckpointPlan;
use crate::run::folder::{self, RunFolder, Summary};
use crate::run::replications::run_all;
use crate::run::single::{RunError, RunOptions, UNNAMED};
use crate::scene::load::{self, SceneTree};

use super::Exit;
use super::output::{Watch, fail_run, print};
use super::overview::describe;
use super::what_if::Question;

/// Run a scene: prints its results and writes a run folder.
#[derive(Args)]
#[command(after_help = "Examples:\n  \
    autotwin run scenes/factory.ron\n  \
    autotwin run scenes/factory.ron --for 8h --set kinds.lathe.machine.rule=Edd\n  \
    autotwin run scenes/factory.ron --replications 30 --warmup 1d --tables none\n  \
    autotwin run scenes/factory.ron --checkpoint-every 1d --out runs/a\n  \
    autotwin run scenes/factory.ron --what-if second_fitter.jsonl --replications 30")]
pub(crate) struct RunArguments {
    /// The scene.
    scene: PathBuf,
    /// Where random numbers start; replications take this seed and the ones after it.
    #[arg(long)]
    seed: Option<u64>,
    /// How long to run, in simulated time, such as "8h 30m".
    #[arg(long = "for", value_name = "TIME", value_parser = Duration::parse)]
    run_for: Option<Duration>,
    /// How many threads to use; 0 for one each core. The results are the same for any number.
    #[arg(long, default_value_t = 0)]
    threads: usize,
    /// How many runs to make, each with its own seed.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    replications: u64,
    /// How much of the start of each run to leave out of the indicators.
    #[arg(long, value_name = "TIME", value_parser = Duration::parse)]
    warmup: Option<Duration>,
    /// Change a value of the scene; may be given several times.
    #[arg(long = "set", value_name = "PATH=VALUE")]
    sets: Vec<String>,
    /// The run folder to make; without it, runs/SCENE-1 and so on.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Commands to apply while the run goes on: one JSON object a line.
    #[arg(long, value_name = "FILE")]
    inputs: Option<PathBuf>,
    /// The tables to write, separated by commas, or `all` or `none`; without it as the scene says.
    #[arg(long, value_name = "TABLES")]
    tables: Option<String>,
    /// Record what can be seen, for `view` and `render`.
    #[arg(long)]
    tracks: bool,
    /// Write into the table `decisions` what these decide and why: names, patterns and kinds, separated by commas.
    #[arg(long, value_name = "WHO", value_delimiter = ',')]
    reasons: Option<Vec<String>>,
    /// Save the world so often in simulated time, so that `resume` can go on with the run if it is broken off.
    #[arg(long, value_name = "TIME", value_parser = Duration::parse)]
    checkpoint_every: Option<Duration>,
    /// Keep only so many of the last checkpoints.
    #[arg(long, value_name = "NUMBER", requires = "checkpoint_every", value_parser = clap::value_parser!(u64).range(1..))]
    keep_checkpoints: Option<u64>,
    /// Make the run besides with the commands of this file added, and say what that changes, pair by pair of replications; may be
    /// given several times.
    #[arg(long, value_name = "FILE", conflicts_with = "checkpoint_every")]
    what_if: Vec<PathBuf>,
    /// Check after every event that no job is lost and no place holds more than it can; slow.
    #[arg(long)]
    audit: bool,
    /// Print nothing but errors.
    #[arg(long)]
    quiet: bool,
}

pub(crate) fn run(arguments: &RunArguments, plugins: fn(&mut App)) -> Exit {
    if !arguments.what_if.is_empty() {
        return match try_compare(arguments, plugins) {
            Ok((text, stopped)) => {
                if !arguments.quiet {
                    print(&text);
                }
                if stopped { Exit::INTERRUPTED } else { Exit::OK }
            }
            Err(error) => fail_run(&error),
        };
    }
    match try_run(arguments, plugins) {
        Ok((summary, folder)) => finish(summary.as_ref(), &folder, arguments.quiet),
        Err(error) => fail_run(&error),
    }
}

/// Tells what came of a run; of one that was left before its end, how it goes on.
pub(super) fn finish(summary: Option<&Summary>, folder: &Path, quiet: bool) -> Exit {
    let Some(summary) = summary else {
        eprintln!("the run was stopped; go on with it by: autotwin resume {}", folder.display());
        return Exit::INTERRUPTED;
    };
    if !quiet {
        print(&describe(summary, folder));
    }
    if summary.interrupted { Exit::INTERRUPTED } else { Exit::OK }
}

fn try_compare(arguments: &RunArguments, plugins: fn(&mut App)) -> Result<(String, bool), RunError> {
    let (scene, options) = read(arguments, plugins)?;
    let pool = Pool::new(arguments.threads).map_err(RunError::Threads)?;
    let target = arguments.out.clone().unwrap_or_else(|| free_folder(&arguments.scene));
    let (replications, files) = (arguments.replications, &arguments.what_if[..]);
    let question = Question { scene: &scene, options: &options, replications, files, target: &target };
    question.answer(&pool).map_err(|error| name_inputs(error, arguments.inputs.as_deref()))
}

/// The scene, and what is to be done with it.
fn read(arguments: &RunArguments, plugins: fn(&mut App)) -> Result<(SceneTree, RunOptions), RunError> {
    let scene = load::load(&arguments.scene, &arguments.sets)?;
    let commands = match &arguments.inputs {
        Some(path) => folder::read_inputs(path)?,
        None => Vec::new(),
    };
    let options = RunOptions {
        plugins,
        seed: arguments.seed,
        run_for: arguments.run_for,
        warmup: arguments.warmup,
        tables: arguments.tables.as_deref().and_then(wanted_tables),
        tracks: arguments.tracks,
        reasons: arguments.reasons.clone(),
        audit: arguments.audit,
        commands,
        checkpoints: plan(arguments)?,
    };
    Ok((scene, options))
}

fn try_run(arguments: &RunArguments, plugins: fn(&mut App)) -> Result<(Option<Summary>, PathBuf), RunError> {
    let (scene, options) = read(arguments, plugins)?;
    let pool = Pool::new(arguments.threads).map_err(RunError::Threads)?;
    let target = arguments.out.clone().unwrap_or_else(|| free_folder(&arguments.scene));
    let folder = match options.checkpoints {
        Some(plan) => RunFolder::begin_lasting(&target, &scene, &options, (arguments.replications, plan))?,
        None => RunFolder::begin(&target)?,
    };
    let watch = Watch::new(!arguments.quiet && arguments.replications == 1);
    let result = run_all(&scene, &options, arguments.replications, &pool, Some(folder.path()), &watch);
    watch.finish();
    let (header, outcomes) = result.map_err(|error| name_inputs(error, arguments.inputs.as_deref()))?;
    if options.checkpoints.is_some() && outcomes.iter().any(|outcome| outcome.interrupted) {
        return Ok((None, target));
    }
    let summary = folder.finish(&scene, &header, &options, &outcomes)?;
    Ok((Some(summary), target))
}

fn plan(arguments: &RunArguments) -> Result<Option<CheckpointPlan>, RunError> {
    match arguments.checkpoint_every {
        Some(every) if every.is_zero() => {
            Err(RunError::Options("--checkpoint-every should be longer than nothing, such as 1h".to_owned()))
        }
        every => Ok(every.map(|every| CheckpointPlan { every, keep: arguments.keep_checkpoints })),
    }
}

/// Says in which file a command stands that the world refuses.
pub(super) fn name_inputs(error: RunError, inputs: Option<&Path>) -> RunError {
    match (error, inputs) {
        (RunError::Inputs { errors, path: unnamed }, Some(path)) if unnamed == UNNAMED => {
            RunError::Inputs { path: path.display().to_string(), errors }
        }
        (error, _) => error,
    }
}

/// `all` is every table, which is what a run without a choice writes too if the scene does not say otherwise.
fn wanted_tables(text: &str) -> Option<std::collections::BTreeSet<String>> {
    match text {
        "all" => None,
        "none" => Some([].into()),
        list => Some(list.split(',').map(|name| name.trim().to_owned()).collect()),
    }
}

/// `runs/NAME-1`, or the first number after that is free.
fn free_folder(scene: &Path) -> PathBuf {
    let name = scene.file_stem().map_or_else(|| "scene".into(), |stem| stem.to_string_lossy());
    (1_u64..).map(|n| Path::new("runs").join(format!("{name}-{n}"))).find(|path| !path.exists()).unwrap_or_default()
}
