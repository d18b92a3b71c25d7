//! `autotwin optimise`: finds a schedule for the jobs that a scene knows beforehand, and lets the engine replay it.

use std::path::PathBuf;

use bevy_app::App;
use clap::{Args, ValueEnum};

use super::Exit;
use super::output::{fail_run, number, print, table};
use crate::engine::parallel::Pool;
use crate::engine::time::Duration;
use crate::factory::optimise::plant::PlantProblem;
use crate::factory::optimise::{Budget, Objective, Schedule, check, optimise};
use crate::record::parquet::WriteError;
use crate::run::single::{self, Nobody, Outcome, RunError, RunOptions};
use crate::scene::load::{self, SceneTree};

/// Find a schedule for the jobs that a scene knows beforehand, and let the engine replay it.
#[derive(Args)]
#[command(after_help = "Examples:\n  \
    autotwin optimise scenes/job_shop.ron --budget 10s\n  \
    autotwin optimise shop.ron --objective tardiness --iterations 100000 --out schedule.json\n\n\
    In a running plant the command `plan` does the same with all jobs in process: a twin gives it with \
    Command(do: \"plan\").")]
pub(crate) struct OptimiseArguments {
    /// The scene.
    scene: PathBuf,
    /// How long to search, by the clock.
    #[arg(long, value_name = "TIME", value_parser = Duration::parse, conflicts_with = "iterations")]
    budget: Option<Duration>,
    /// How many steps to search: the same result on any machine and any number of threads.
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u64).range(1..))]
    iterations: Option<u64>,
    /// What there should be least of.
    #[arg(long, value_enum, default_value_t)]
    objective: Wanted,
    /// Where the random numbers of the search and of the run start.
    #[arg(long)]
    seed: Option<u64>,
    /// How many threads to use; 0 for one each core.
    #[arg(long, default_value_t = 0)]
    threads: usize,
    /// Change a value of the scene; may be given several times.
    #[arg(long = "set", value_name = "PATH=VALUE")]
    sets: Vec<String>,
    /// The file to write the schedule to, as JSON; it must not be there yet.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// What there should be least of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Wanted {
    /// The end of the last job.
    #[default]
    Makespan,
    /// Weight times lateness, over all jobs.
    Tardiness,
}

impl Wanted {
    fn objective(self) -> Objective {
        match self {
            Wanted::Makespan => Objective::Makespan,
            Wanted::Tardiness => Objective::WeightedTardiness,
        }
    }
}

pub(crate) fn run(arguments: &OptimiseArguments, plugins: fn(&mut App)) -> Exit {
    match try_run(arguments, plugins) {
        Ok(text) => {
            print(&text);
            Exit::OK
        }
        Err(error) => fail_run(&error),
    }
}

fn try_run(arguments: &OptimiseArguments, plugins: fn(&mut App)) -> Result<String, RunError> {
    if let Some(out) = arguments.out.as_ref().filter(|out| out.exists()) {
        return Err(WriteError::new(out, "it is there already; remove it or choose another --out").into());
    }
    let scene = load::load(&arguments.scene, &arguments.sets)?;
    let options = RunOptions { plugins, seed: arguments.seed, tables: Some([].into()), ..RunOptions::default() };
    let pool = Pool::new(arguments.threads).map_err(RunError::Threads)?;
    let (mut simulation, header) = single::prepare(&scene, &options, None)?;
    let plant = PlantProblem::of(simulation.world());
    if plant.problem.jobs.is_empty() {
        let message = "there is nothing to plan beforehand: no `jobs`, or `arrivals` and `restock` besides, so that nobody knows which \
                       job will be which; let a twin plan while it runs, with Command(do: \"plan\")";
        return Err(RunError::Options(message.to_owned()));
    }
    let time = arguments.budget.or(arguments.iterations.is_none().then_some(Duration::from_secs(10)));
    let time = time.map(|time| std::time::Duration::from_nanos(time.nanos().max(0) as u64));
    let budget = Budget { iterations: arguments.iterations, time };
    let invalid = |error: &dyn std::fmt::Display| RunError::Options(format!("the plant cannot be planned: {error}"));
    let schedule = optimise(&plant.problem, arguments.objective.objective(), budget, header.seed, &pool)
        .map_err(|error| invalid(&error))?;
    check(&plant.problem, &schedule).map_err(|fault| invalid(&fault))?;
    if let Some(out) = &arguments.out {
        let text = serde_json::to_string_pretty(&plant.rows(&schedule, simulation.world())).unwrap_or_default();
        std::fs::write(out, text + "\n").map_err(|error| WriteError::new(out, error))?;
    }
    simulation.world_mut().insert_resource(plant.timetable(&schedule));
    let seed = crate::engine::random::Seed(header.seed);
    let replayed = single::execute(&mut simulation, &header, seed, pool.clone(), None, &Nobody)?;
    let ruled = run_by_rules(&scene, &options, &pool)?;
    Ok(describe(&plant, arguments.objective, &schedule, [&replayed, &ruled]))
}

/// The same run by the rules of the scene.
fn run_by_rules(scene: &SceneTree, options: &RunOptions, pool: &Pool) -> Result<Outcome, RunError> {
    let (mut simulation, header) = single::prepare(scene, options, None)?;
    let seed = crate::engine::random::Seed(header.seed);
    single::execute(&mut simulation, &header, seed, pool.clone(), None, &Nobody)
}

fn describe(plant: &PlantProblem, wanted: Wanted, schedule: &Schedule, runs: [&Outcome; 2]) -> String {
    let (jobs, operations) = (plant.problem.jobs.len(), schedule.slots.iter().map(Vec::len).sum::<usize>());
    let best = match wanted {
        Wanted::Makespan => schedule.value.makespan as f64,
        Wanted::Tardiness => schedule.value.tardiness,
    };
    let bound = match best {
        best if best <= schedule.bound => "the best there is".to_owned(),
        best if schedule.bound > 0.0 => format!("at most {:.2} % from the best", 100.0 * (best / schedule.bound - 1.0)),
        _ => "no bound is known".to_owned(),
    };
    let find = |outcome: &Outcome, name: &str| {
        let found = outcome.indicators.iter().find(|indicator| indicator.twin.is_none() && indicator.name == name);
        found.and_then(|indicator| indicator.value).map_or_else(|| "-".to_owned(), number)
    };
    let value = schedule.value;
    let unfinished = runs.map(|run| find(run, "jobs_unfinished"));
    let mut rows = vec![
        ["", "planned", "replayed", "by the scene's rules"].map(str::to_owned).to_vec(),
        row("makespan, s", value.makespan as f64 / 1e9, runs.map(|run| find(run, "makespan"))),
        row("weighted tardiness, s", value.tardiness / 1e9, runs.map(|run| find(run, "weighted_tardiness_total"))),
    ];
    // A makespan of what is not done says nothing.
    if unfinished.iter().any(|count| count != "0") {
        rows.push([vec!["jobs not done".to_owned(), "0".to_owned()], unfinished.into()].concat());
    }
    format!(
        "{jobs} jobs with {operations} operations, {} steps of search, {bound}\n\n{}",
        schedule.iterations,
        table(&rows, &[0])
    )
}

fn row(name: &str, planned: f64, [replayed, ruled]: [String; 2]) -> Vec<String> {
    vec![name.to_owned(), number(planned), replayed, ruled]
}
