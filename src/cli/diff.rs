//! `autotwin diff`: in what two checkpoints differ.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use bevy_app::App;
use clap::Args;
use serde_json::Value;

use crate::engine::registry::Registry;
use crate::engine::simulation::Simulation;
use crate::engine::snapshot::{Difference, Snapshot};
use crate::run::checkpoint::{self, Checkpoint};
use crate::run::single::RunError;

use super::Exit;
use super::output::{fail_run, print};

/// How much of a value is shown.
const WIDEST: usize = 40;

/// Say which twins and parts differ between two checkpoints.
#[derive(Args)]
#[command(after_help = "Examples:\n  \
    autotwin diff runs/a/checkpoints/00000.ckp runs/a/checkpoints/00005.ckp\n  \
    autotwin diff runs/a runs/b    (the last checkpoints of two runs)")]
pub(crate) struct DiffArguments {
    /// A checkpoint, or a run folder for its last one.
    first: PathBuf,
    /// The other.
    second: PathBuf,
    /// Show only these parts and resources, separated by commas.
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    only: Option<Vec<String>>,
    /// How many values of each part to show at most.
    #[arg(long, default_value_t = 5, value_name = "NUMBER")]
    most: usize,
}

pub(crate) fn run(arguments: &DiffArguments, plugins: fn(&mut App)) -> Exit {
    let read = |path: &Path| -> Result<(PathBuf, Checkpoint), RunError> {
        let path = last_of(path)?;
        Ok((path.clone(), Checkpoint::read(&path)?))
    };
    match read(&arguments.first).and_then(|first| Ok((first, read(&arguments.second)?))) {
        Ok((first, second)) => {
            let simulation = Simulation::new(plugins);
            let registry = simulation.world().resource::<Registry>();
            let found = compare(&first.1.snapshot, &second.1.snapshot, arguments.only.as_deref());
            print(&describe(registry, &[&first, &second], &found, arguments.most));
            if found.is_empty() { Exit::OK } else { Exit::DIFFERENT }
        }
        Err(error) => fail_run(&error),
    }
}

/// The file that is meant: of a run folder, its last checkpoint.
fn last_of(path: &Path) -> Result<PathBuf, RunError> {
    if !path.is_dir() {
        return Ok(path.to_owned());
    }
    let last = checkpoint::list(path)?.pop();
    let none =
        || RunError::Options(format!("there is no checkpoint in {}; name one, or a run with some", path.display()));
    last.map(|(_, path)| path).ok_or_else(none)
}

fn compare(first: &Snapshot, second: &Snapshot, only: Option<&[String]>) -> Vec<Difference> {
    let mut found = first.differences(second);
    found.retain(|difference| only.is_none_or(|only| only.contains(&difference.item)));
    found
}

fn describe(registry: &Registry, both: &[&(PathBuf, Checkpoint); 2], found: &[Difference], most: usize) -> String {
    let mut text = String::new();
    for (sign, (path, Checkpoint { about, snapshot, .. })) in ["-", "+"].into_iter().zip(both) {
        let twins = snapshot.twins().len();
        text += &format!(
            "{sign} {}: {}, seed {}, step {}, {}, {twins} twins\n",
            path.display(),
            about.scene,
            about.seed,
            about.step,
            about.at
        );
    }
    if found.is_empty() {
        return text + "equal\n";
    }
    let [(_, first), (_, second)] = both;
    let name = |twin| match first.snapshot.name(twin) {
        name if name.is_empty() => second.snapshot.name(twin),
        name => name,
    };
    let mut whose = None;
    for difference in found {
        if whose != Some(difference.twin) {
            whose = Some(difference.twin);
            text += &difference.twin.map_or_else(|| "the world\n".to_owned(), |twin| format!("{}\n", name(twin)));
        }
        text += &describe_part(registry, difference, most);
    }
    let twins = found.iter().filter_map(|difference| difference.twin).collect::<std::collections::BTreeSet<_>>().len();
    let of_world = found.iter().filter(|difference| difference.twin.is_none()).count();
    text + &format!("{twins} twins differ, and {of_world} things of the world\n")
}

/// A part, with those of its values that differ.
fn describe_part(registry: &Registry, difference: &Difference, most: usize) -> String {
    let Difference { item, first, second, .. } = difference;
    let leaves = |bytes: &Option<Vec<u8>>| {
        let mut leaves = BTreeMap::new();
        let value = bytes.as_ref().and_then(|bytes| registry.describe_saved(item, bytes));
        value.iter().for_each(|value| spread(value, String::new(), &mut leaves));
        leaves
    };
    match (first, second) {
        (Some(_), None) => return format!("  {item}: only in the first\n"),
        (None, Some(_)) => return format!("  {item}: only in the second\n"),
        _ => {}
    }
    let (first, second) = (leaves(first), leaves(second));
    let paths: std::collections::BTreeSet<&String> = first.keys().chain(second.keys()).collect();
    let different: Vec<&String> = paths.into_iter().filter(|path| first.get(*path) != second.get(*path)).collect();
    if different.is_empty() {
        return format!("  {item}: in values that are not shown\n");
    }
    let shown = |value: Option<&String>| value.map_or("nothing".to_owned(), |value| cut(value));
    let mut text = String::new();
    for path in different.iter().take(most) {
        let (before, after) = (shown(first.get(*path)), shown(second.get(*path)));
        text += &format!("  {item}{path}: {before} -> {after}\n");
    }
    if different.len() > most {
        text += &format!("  {item}: and {} values more\n", different.len() - most);
    }
    text
}

/// All numbers and texts in a value, by their paths.
fn spread(value: &Value, path: String, leaves: &mut BTreeMap<String, String>) {
    match value {
        Value::Object(members) if !members.is_empty() => {
            members.iter().for_each(|(name, value)| spread(value, format!("{path}.{name}"), leaves));
        }
        Value::Array(items) if !items.is_empty() => {
            items.iter().enumerate().for_each(|(place, value)| spread(value, format!("{path}[{place}]"), leaves));
        }
        value => drop(leaves.insert(path, value.to_string())),
    }
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(WIDEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
