//! `autotwin run`: runs a scene and writes a run folder.

use std::path::{Path, PathBuf};

use bevy_app::App;
use clap::Args;

use crate::engine::parallel::Pool;
use crate::engine::time::Duration;
use crate::run::folder::{self, RunFolder, Summary};
use crate::run::replications::run_all;
use crate::run::single::{RunError, RunOptions};
use crate::scene::load;

use super::Exit;
use super::output::{Watch, fail_run, number, print, table};

/// Run a scene: prints its results and writes a run folder.
#[derive(Args)]
#[command(after_help = "Examples:\n  \
    autotwin run scenes/factory.ron\n  \
    autotwin run scenes/factory.ron --for 8h --set kinds.lathe.machine.rule=Spt\n  \
    autotwin run scenes/factory.ron --replications 30 --warmup 1d --tables none")]
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
    /// Check after every event that no job is lost and no place holds more than it can; slow.
    #[arg(long)]
    audit: bool,
    /// Print nothing but errors.
    #[arg(long)]
    quiet: bool,
}

pub(crate) fn run(arguments: &RunArguments, plugins: fn(&mut App)) -> Exit {
    match try_run(arguments, plugins) {
        Ok((summary, folder)) => {
            if !arguments.quiet {
                print(&describe(&summary, &folder));
            }
            if summary.interrupted { Exit::INTERRUPTED } else { Exit::OK }
        }
        Err(error) => fail_run(&error),
    }
}

fn try_run(arguments: &RunArguments, plugins: fn(&mut App)) -> Result<(Summary, PathBuf), RunError> {
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
        audit: arguments.audit,
        commands,
    };
    let pool = Pool::new(arguments.threads).map_err(RunError::Threads)?;
    let target = arguments.out.clone().unwrap_or_else(|| free_folder(&arguments.scene));
    let folder = RunFolder::begin(&target)?;
    let watch = Watch::new(!arguments.quiet && arguments.replications == 1);
    let result = run_all(&scene, &options, arguments.replications, &pool, Some(folder.path()), &watch);
    watch.finish();
    let (header, outcomes) = result.map_err(|error| name_inputs(error, arguments.inputs.as_deref()))?;
    let summary = folder.finish(&scene, &header, &options, &outcomes)?;
    Ok((summary, target))
}

/// Says in which file a command stands that the world refuses.
fn name_inputs(error: RunError, inputs: Option<&Path>) -> RunError {
    match (error, inputs) {
        (RunError::Inputs { errors, .. }, Some(path)) => RunError::Inputs { path: path.display().to_string(), errors },
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

/// The results as printed.
fn describe(summary: &Summary, folder: &Path) -> String {
    let name = if summary.name.is_empty() { "scene" } else { &summary.name };
    let simulated = shown(summary.simulated_seconds, "s").join(" ");
    let simulated = simulated.trim_end();
    let several = summary.replications.len();
    let seeds = match several {
        0 => format!("seed {}", summary.seed),
        n => format!("seeds {} to {}, 95 % intervals", summary.seed, summary.seed + n as u64 - 1),
    };
    let cut_short = if summary.interrupted { ", interrupted" } else { "" };
    let mut text = format!("{name}: {simulated} simulated, {seeds}{cut_short}\n\n");
    text += &if several == 0 { table(&world_rows(summary), &[0, 2]) } else { table(&estimate_rows(summary), &[0, 3]) };
    let twins = twin_rows(summary);
    if twins.len() > 1 {
        text += "\n";
        text += &table(&twins, &[0]);
    }
    let speed = summary.events as f64 / summary.wall_seconds.max(1e-9);
    text += &format!(
        "\n{} events in {:.3} s ({} per second)\ndigest {}\nresults in {}\n",
        summary.events,
        summary.wall_seconds,
        number(speed.round()),
        summary.digest,
        folder.display()
    );
    text
}

fn world_rows(summary: &Summary) -> Vec<Vec<String>> {
    let world = summary.indicators.iter().filter(|indicator| indicator.twin.is_none());
    world
        .filter_map(|indicator| {
            let [value, unit] = shown(indicator.value?, &indicator.unit);
            Some(vec![indicator.name.clone(), value, unit])
        })
        .collect()
}

fn estimate_rows(summary: &Summary) -> Vec<Vec<String>> {
    let world = summary.estimates.iter().filter(|estimate| estimate.twin.is_none());
    world
        .filter_map(|indicator| {
            let estimate = indicator.estimate?;
            let half = estimate.half_width.map_or_else(String::new, |half| format!("± {}", number(half)));
            Some(vec![indicator.name.clone(), number(estimate.mean), half, indicator.unit.clone()])
        })
        .collect()
}

/// A figure and its unit, as two cells. Seconds are easier read as hours and minutes when there are many.
fn shown(value: f64, unit: &str) -> [String; 2] {
    if unit == "s" && value >= 600.0 {
        [Duration::from_seconds(value.round()).to_string(), String::new()]
    } else {
        [number(value), unit.to_owned()]
    }
}

/// The indicators of twins as a table, a row each; of many twins only the busiest.
fn twin_rows(summary: &Summary) -> Vec<Vec<String>> {
    const COLUMNS: [(&str, &str); 7] = [
        ("utilisation", "working"),
        ("share_setup", "set-up"),
        ("share_blocked", "blocked"),
        ("share_down", "down"),
        ("queue_length", "queue"),
        ("waiting_time", "wait s"),
        ("operations", "operations"),
    ];
    const MOST: usize = 20;
    let values: Vec<(&str, &str, Option<f64>)> = if summary.replications.is_empty() {
        summary.indicators.iter().filter_map(|i| Some((i.twin.as_deref()?, i.name.as_str(), i.value))).collect()
    } else {
        let estimates = summary.estimates.iter();
        estimates.filter_map(|i| Some((i.twin.as_deref()?, i.name.as_str(), i.estimate.map(|e| e.mean)))).collect()
    };
    let mut twins: Vec<&str> = values.iter().map(|value| value.0).collect();
    twins.dedup();
    let mut by_twin: std::collections::BTreeMap<(&str, &str), f64> = std::collections::BTreeMap::new();
    by_twin.extend(values.iter().filter_map(|(twin, name, value)| Some(((*twin, *name), (*value)?))));
    let get = |twin: &str, name: &str| by_twin.get(&(twin, name)).copied();
    let count = twins.len();
    if count > MOST {
        let busy = |twin: &str| get(twin, "utilisation").unwrap_or(0.0);
        twins.sort_by(|a, b| busy(b).total_cmp(&busy(a)));
        twins.truncate(MOST);
    }
    let title = if count > MOST { format!("the {MOST} busiest of {count}") } else { "machine".to_owned() };
    let mut rows = vec![std::iter::once(title).chain(COLUMNS.iter().map(|c| c.1.to_owned())).collect::<Vec<_>>()];
    rows.extend(twins.iter().map(|twin| {
        let cells = COLUMNS.iter().map(|(name, _)| match get(twin, name) {
            Some(value) if name.starts_with("share") || *name == "utilisation" => format!("{:.1} %", value * 100.0),
            Some(value) if *name == "operations" => number(value),
            Some(value) => format!("{value:.2}"),
            None => "-".to_owned(),
        });
        std::iter::once((*twin).to_owned()).chain(cells).collect()
    }));
    rows
}
