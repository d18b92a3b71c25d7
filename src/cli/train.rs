//! `autotwin train`: learns from a table how likely something is, and writes the model for a scene to include.

use std::path::PathBuf;

use clap::Args;

use super::Exit;
use super::output::{fail, print, table};
use crate::engine::parallel::Pool;
use crate::engine::random::Seed;
use crate::learn::boost::Growth;
use crate::learn::file::{check_free, to_scene, write_new};
use crate::learn::judge::Confusion;
use crate::learn::table::{Selection, Table, read};
use crate::learn::validate::{INNER_FOLDS, Plan, Validation, validate};
use crate::twin::beliefs::classifier::Model;

/// Learn from a table how likely something is, judge what was learned by rows kept apart, and write it as a model that
/// scenes include.
#[derive(Args)]
#[command(after_help = "Example:\n  \
    autotwin train machines.csv --target failed --without id -o failure.ron\n\n\
    A scene then says include: [\"failure.ron\"], and its twins can have beliefs of the kind \
    Classifier(model: \"failure\", ...).")]
pub(crate) struct TrainArguments {
    /// The table: comma-separated values, the first line of which names the columns.
    #[arg(value_name = "CSV")]
    file: PathBuf,
    /// The column that says yes or no.
    #[arg(long, value_name = "COLUMN")]
    target: String,
    /// What says yes in that column; without it, 1, yes or true.
    #[arg(long, value_name = "VALUE")]
    yes: Option<String>,
    /// The columns to go by; without it, all but the target.
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',')]
    features: Vec<String>,
    /// Columns not to go by: names of rows, and what is known only when it is too late.
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',')]
    without: Vec<String>,
    /// The file to write; it must not be there yet.
    #[arg(short = 'o', long, value_name = "MODEL")]
    output: PathBuf,
    /// What the model is called in scenes; without it, as the file.
    #[arg(long)]
    name: Option<String>,
    /// Into how many folds the rows are dealt to judge the model.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u64).range(2..=100))]
    folds: u64,
    /// The seed by which rows are dealt.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How many trees to grow.
    #[arg(long, default_value_t = Growth::default().trees as u64, value_parser = clap::value_parser!(u64).range(1..=10_000))]
    trees: u64,
    /// How many questions deep a tree may be.
    #[arg(long, default_value_t = Growth::default().depth as u64, value_parser = clap::value_parser!(u64).range(1..=16))]
    depth: u64,
    /// How much of each tree's answer counts, above 0 and up to 1; the smaller, the more trees are needed.
    #[arg(long, default_value_t = Growth::default().rate, value_parser = rate)]
    rate: f64,
    /// How many threads to use; 0 for one each core. The results are the same for any number.
    #[arg(long, default_value_t = 0)]
    threads: usize,
}

fn rate(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(rate) if rate > 0.0 && rate <= 1.0 => Ok(rate),
        _ => Err("it should be a number above 0 and up to 1".to_owned()),
    }
}

pub(crate) fn run(arguments: &TrainArguments) -> Exit {
    match train(arguments) {
        Ok(printed) => {
            print(&printed);
            Exit::OK
        }
        Err(message) => fail(&message),
    }
}

/// Trains and writes; gives what to print.
fn train(arguments: &TrainArguments) -> Result<String, String> {
    check_free(&arguments.output)?;
    let name = match &arguments.name {
        Some(name) => name.clone(),
        None => arguments.output.file_stem().map_or_else(String::new, |stem| stem.to_string_lossy().into_owned()),
    };
    let table = read(&arguments.file, &selection(arguments))
        .map_err(|error| format!("{}:{error}", arguments.file.display()))?;
    let pool = Pool::new(arguments.threads)?;
    let plan = plan(arguments);
    let found = validate(&table, &plan, &pool).map_err(|why| format!("{}: {why}", arguments.file.display()))?;
    let origin = origin(arguments, &table, &found);
    write_new(&arguments.output, &to_scene(&found.model, &name, &origin))?;
    let written = format!(
        "wrote {}: use it in a scene with include: [\"{}\"] and Classifier(model: {name:?}, features: {{...}})\n",
        arguments.output.display(),
        arguments.output.file_name().map_or_else(String::new, |file| file.to_string_lossy().into_owned()),
    );
    Ok(figures(&table, &found) + &written)
}

fn selection(arguments: &TrainArguments) -> Selection {
    Selection {
        target: arguments.target.clone(),
        yes: arguments.yes.clone(),
        features: arguments.features.clone(),
        without: arguments.without.clone(),
    }
}

fn plan(arguments: &TrainArguments) -> Plan {
    let growth = Growth { trees: arguments.trees as usize, depth: arguments.depth as usize, rate: arguments.rate };
    Plan { growth, folds: arguments.folds as usize, seed: Seed(arguments.seed) }
}

/// What stands at the top of the file: where the model comes from, how good it is, and what its codes mean.
fn origin(arguments: &TrainArguments, table: &Table, found: &Validation) -> Vec<String> {
    let file = arguments.file.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    let pooled = found.pooled();
    let mut lines = vec![
        format!("How likely `{}` is, learned from {file} by autotwin {}:", table.target, env!("CARGO_PKG_VERSION")),
        format!(
            "{} rows, {} of which say yes; {} trees, {} deep at most, rate {}.",
            table.rows(),
            table.positives(),
            arguments.trees,
            arguments.depth,
            arguments.rate
        ),
        format!(
            "On rows that it had not seen: recall {:.4}, precision {:.4}, F1 {:.4} ({} stratified folds, seed {}; each",
            pooled.recall(),
            pooled.precision(),
            pooled.f1(),
            arguments.folds,
            arguments.seed
        ),
        format!("fold's threshold found without it, on {INNER_FOLDS} folds of the others)."),
    ];
    for feature in found.model.features.iter().filter(|feature| !feature.words.is_empty()) {
        lines.push(format!("`{}`: {}.", feature.name, codes(&feature.words)));
    }
    lines
}

fn codes(words: &[String]) -> String {
    let codes: Vec<String> = words.iter().enumerate().map(|(code, word)| format!("{code} is {word}")).collect();
    codes.join(", ")
}

fn figures(table: &Table, found: &Validation) -> String {
    let (rows, positives) = (table.rows(), table.positives());
    let share = 100.0 * positives as f64 / rows as f64;
    format!(
        "{rows} rows, {positives} of which say yes ({share:.1} %), {} features\n\n{}\n{}\n",
        table.features.len(),
        folds(found),
        features(&found.model)
    )
}

/// How good the model is, fold by fold and in all.
fn folds(found: &Validation) -> String {
    let row = |name: String, threshold: f64, counts: Confusion| {
        let shares = [counts.recall(), counts.precision(), counts.f1(), threshold].map(|share| format!("{share:.4}"));
        let counts =
            [counts.true_yes, counts.false_no, counts.false_yes, counts.true_no].map(|count| count.to_string());
        [name].into_iter().chain(shares).chain(counts).collect::<Vec<String>>()
    };
    let header =
        ["kept apart", "recall", "precision", "F1", "threshold", "found", "missed", "false alarms", "rightly no"];
    let header = header.map(str::to_owned).to_vec();
    let folds =
        (1..).zip(&found.folds).map(|(n, fold): (usize, _)| row(format!("fold {n}"), fold.threshold, fold.counts));
    let all = row("all".to_owned(), found.model.threshold, found.pooled());
    table(&[header].into_iter().chain(folds).chain([all]).collect::<Vec<_>>(), &[0])
}

/// What the model goes by, the most important first.
fn features(model: &Model) -> String {
    let mut features: Vec<_> = model.features.iter().collect();
    features.sort_by(|a, b| b.importance.total_cmp(&a.importance));
    let header = ["feature", "importance", "its numbers"].map(str::to_owned).to_vec();
    let rows = features.iter().map(|feature| {
        vec![feature.name.clone(), format!("{:.1} %", 100.0 * feature.importance), codes(&feature.words)]
    });
    table(&[header].into_iter().chain(rows).collect::<Vec<_>>(), &[0, 2])
}
