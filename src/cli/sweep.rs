//! `autotwin sweep`: makes the runs of a study.

use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};

use bevy_app::App;
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};

use crate::engine::parallel::Pool;
use crate::run::single::RunError;
use crate::study::calibration::{self, Tried};
use crate::study::design::Design;
use crate::study::journal::{Journal, Shard};
use crate::study::plan::Plan;
use crate::study::results::Findings;
use crate::study::runs::{Runner, wanted};

use super::Exit;
use super::output::{Watch, fail_run, number, print, table};

/// Make a study: many runs of a scene with other settings, and what they say together.
#[derive(Args)]
#[command(after_help = "Examples:\n  \
    autotwin sweep study.ron\n  \
    autotwin sweep study.ron --check\n  \
    autotwin sweep study.ron --out results --shard 2/8\n  \
    autotwin sweep study.ron --out results --merge\n\n\
    A study that is broken off goes on by the same command: no run that has ended is made again.")]
pub(crate) struct SweepArguments {
    /// The study.
    study: PathBuf,
    /// The study's folder; without it, runs/STUDY.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// How many runs to make at a time; 0 for one each core. The results are the same for any number.
    #[arg(long, default_value_t = 0)]
    threads: usize,
    /// Make the runs of every N-th point from the I-th on, and leave the rest to others, who write into the same folder.
    #[arg(long, value_name = "I/N", value_parser = Shard::parse, conflicts_with_all = ["merge", "check"])]
    shard: Option<Shard>,
    /// Make no run, but write the results of those that shards have made.
    #[arg(long, conflicts_with = "check")]
    merge: bool,
    /// Make no run, but say what is wrong with the study or its scene, or how many runs it is.
    #[arg(long)]
    check: bool,
    /// Print nothing but errors.
    #[arg(long)]
    quiet: bool,
}

pub(crate) fn run(arguments: &SweepArguments, plugins: fn(&mut App)) -> Exit {
    match try_sweep(arguments, plugins) {
        Ok(Ended { text, whole }) => {
            if !arguments.quiet {
                print(&text);
            }
            if whole { Exit::OK } else { Exit::INTERRUPTED }
        }
        Err(error) => fail_run(&error),
    }
}

/// What is said at the end, and whether all runs were made.
struct Ended {
    text: String,
    whole: bool,
}

fn try_sweep(arguments: &SweepArguments, plugins: fn(&mut App)) -> Result<Ended, RunError> {
    let plan = Plan::read(&arguments.study)?;
    let pool = Pool::new(arguments.threads).map_err(RunError::Threads)?;
    let watch = Watch::new(false);
    let bar = Bar::new(!arguments.quiet);
    let progress = |made, all| bar.show(made, all);
    let runner = Runner { plan: &plan, plugins, pool: &pool, observer: &watch, progress: &progress };
    runner.check()?;
    if arguments.check {
        return Ok(Ended { text: outline(&plan), whole: true });
    }
    let folder = arguments.out.clone().unwrap_or_else(|| Path::new("runs").join(&plan.study.name));
    let shard = arguments.shard.unwrap_or(Shard::WHOLE);
    if shard != Shard::WHOLE && matches!(plan.study.design, Design::Calibrate(_)) {
        let message = "a search goes from point to point and cannot be shared out; leave --shard away";
        return Err(RunError::Options(message.to_owned()));
    }
    let mut journal = Journal::open(&folder, &plan, shard)?;
    let known = journal.runs.len();
    if arguments.merge {
        let wanted = wanted(&plan, &journal.runs, Shard::WHOLE);
        let missing = wanted.iter().filter(|run| !journal.runs.contains_key(run)).count();
        if missing > 0 {
            let message = format!(
                "{missing} runs are missing of those known to be wanted; make them by: autotwin sweep, with its --shard"
            );
            return Err(RunError::Options(message));
        }
    }
    let (tried, whole) = match plan.study.design {
        Design::Calibrate(_) => calibration::search(&runner, &mut journal)?,
        _ => (Vec::new(), runner.make_all(&mut journal, shard)?),
    };
    bar.0.finish_and_clear();
    if !whole {
        let message =
            format!("the study was stopped with {} runs made; go on by the same command\n", journal.runs.len());
        return Ok(Ended { text: message, whole });
    }
    if arguments.shard.is_some() {
        let text = format!(
            "{} runs are in {}; when all shards are through, add --merge\n",
            journal.runs.len(),
            folder.display()
        );
        return Ok(Ended { text, whole });
    }
    let findings = Findings::of(&plan, &journal.runs, &tried);
    findings.write(&folder)?;
    Ok(Ended { text: describe(&findings, known, &tried, &folder), whole })
}

/// How large a study is.
fn outline(plan: &Plan) -> String {
    let study = &plan.study;
    let often = match &study.until {
        None => format!("{}", study.replications),
        Some(until) => format!("{} to {}", study.replications.max(2), until.most),
    };
    let points = match &study.design {
        Design::Calibrate(search) => format!("at most {}", search.points),
        _ => plan.points.len().to_string(),
    };
    format!("{}: all right, {points} points, each run {often} times\n", study.name)
}

fn describe(findings: &Findings, known: usize, tried: &[Tried], folder: &Path) -> String {
    let runs = findings.runs.len();
    let mut text = format!("{}: {runs} runs", findings.plan.study.name);
    if known > 0 {
        text += &format!(", {known} of them made before");
    }
    text += "\n";
    let paths: Vec<&str> = findings.plan.paths().collect();
    if let Some(best) = calibration::best(tried) {
        text += &format!("\nclosest: point {} of {}, misfit {}\n", best.point, tried.len(), number(best.misfit));
        let rows: Vec<Vec<String>> =
            paths.iter().zip(&best.levels).map(|(path, level)| vec![(*path).to_owned(), level.to_string()]).collect();
        text += &table(&rows, &[0]);
    }
    for (indicator, found) in findings.indicators.iter().zip(&findings.indices) {
        text += &format!("\nSobol's indices of {indicator}\n");
        let mut rows = vec![["", "first", "±", "total", "±"].map(str::to_owned).to_vec()];
        for (path, index) in paths.iter().zip(found.iter().flatten()) {
            let [first, total] = index.half_widths;
            let numbers = [index.first, first, index.total, total].map(|value| format!("{value:.3}"));
            rows.push(std::iter::once((*path).to_owned()).chain(numbers).collect());
        }
        text += &if rows.len() > 1 { table(&rows, &[0]) } else { "  it does not vary\n".to_owned() };
    }
    if findings.indices.is_empty() {
        for (indicator, factors) in findings.indicators.iter().zip(&findings.effects).take(MOST_TOLD) {
            text += &format!("\n{indicator}\n");
            let rows = paths.iter().zip(factors).flat_map(|(path, effects)| {
                effects.iter().map(|effect| {
                    let mean = effect.estimate.map_or_else(String::new, |estimate| number(estimate.mean));
                    let half = effect.estimate.and_then(|estimate| estimate.half_width);
                    let half = half.map_or_else(String::new, |half| format!("± {}", number(half)));
                    vec![(*path).to_owned(), effect.level.clone(), mean, half]
                })
            });
            text += &table(&rows.collect::<Vec<_>>(), &[0, 1]);
        }
        if findings.indicators.len() > MOST_TOLD && !findings.effects.is_empty() {
            text += &format!("\nand {} indicators more\n", findings.indicators.len() - MOST_TOLD);
        }
    }
    text + &format!("\nresults in {}; the page is study.html\n", folder.display())
}

/// So many indicators are told; the page has all.
const MOST_TOLD: usize = 6;

/// How far the runs at hand are, on a terminal.
struct Bar(ProgressBar);

impl Bar {
    fn new(show: bool) -> Bar {
        if !show || !std::io::stderr().is_terminal() {
            return Bar(ProgressBar::hidden());
        }
        let style = ProgressStyle::with_template("{bar:30} {pos} of {len} runs, {eta} left");
        Bar(ProgressBar::new(1).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar())))
    }

    fn show(&self, made: usize, all: usize) {
        self.0.set_length(all as u64);
        self.0.set_position(made as u64);
    }
}
