//! The run folder: all that is needed to read a run's results, and to repeat it elsewhere.
//!
//! A folder is written under a temporary name beside its place and renamed when it is whole, so that a full disk or a
//! killed program leaves nothing half-written behind.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::engine::command::{self, Command};
use crate::engine::time::Duration;
use crate::record::indicators::Indicator;
use crate::record::parquet::WriteError;
use crate::scene::header::Header;
use crate::scene::load::{self, SceneTree};
use crate::scene::syntax::print;

use super::build_info::BuildInfo;
use super::replications::{IndicatorEstimate, summarise};
use super::single::{DigestRecord, Outcome, RunError, RunOptions};

/// The version of the folder's layout.
pub const FORMAT: u32 = 1;

/// How a run was made: with the scene and the inputs, all that it depends on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunRecord {
    /// The version of this layout.
    pub format: u32,
    /// The first seed.
    pub seed: u64,
    /// How long the run was, if it had a set length.
    pub run_for: Option<Duration>,
    /// What was left out of the indicators.
    pub warmup: Duration,
    /// How many replications.
    pub replications: u64,
    /// The tables that were wanted; none for all.
    pub tables: Option<BTreeSet<String>>,
    /// Whether somebody stopped it before its end.
    pub interrupted: bool,
    /// The program.
    pub build: BuildInfo,
}

/// `summary.json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// The scene's name.
    pub name: String,
    /// The first seed.
    pub seed: u64,
    /// The program's version.
    pub version: String,
    /// The digest at the end; of several replications, the hash of theirs.
    pub digest: String,
    /// Simulated time: seconds (of the first replication).
    pub simulated_seconds: f64,
    /// Time on the wall: seconds, of all replications one after another.
    pub wall_seconds: f64,
    /// Steps, over all replications.
    pub steps: u64,
    /// Events, over all replications.
    pub events: u64,
    /// Whether somebody stopped it before its end.
    pub interrupted: bool,
    /// When the last job was shipped: seconds (mean over replications).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub makespan: Option<f64>,
    /// Indicators of a single run.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub indicators: Vec<Indicator>,
    /// Indicators over replications, with intervals.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub estimates: Vec<IndicatorEstimate>,
    /// Each replication by itself.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub replications: Vec<Replication>,
}

/// One replication of several.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Replication {
    /// Its seed.
    pub seed: u64,
    /// Its digest at the end.
    pub digest: String,
    /// Whether somebody stopped it before its end.
    pub interrupted: bool,
    /// Its indicators.
    pub indicators: Vec<Indicator>,
}

/// A run folder that is being written.
pub struct RunFolder {
    temporary: tempfile::TempDir,
    target: PathBuf,
    /// Dropped after the temporary folder.
    _parents: MadeParents,
}

/// The folders above a run folder that were made for it, from the top. Those that are empty in the end go again.
struct MadeParents(Vec<PathBuf>);

impl MadeParents {
    fn make(parent: &Path) -> Result<MadeParents, WriteError> {
        let missing = parent.ancestors().take_while(|folder| !folder.as_os_str().is_empty() && !folder.exists());
        let made = MadeParents(missing.map(Path::to_owned).collect());
        match parent.ancestors().find(|above| above.exists() && !above.is_dir()) {
            Some(file) => Err(WriteError::new(file, "it is a file, and no folder can be made in it")),
            None => std::fs::create_dir_all(parent).map(|()| made).map_err(|error| WriteError::new(parent, error)),
        }
    }
}

impl Drop for MadeParents {
    fn drop(&mut self) {
        // What is not empty is wanted, and stays.
        self.0.iter().for_each(|folder| drop(std::fs::remove_dir(folder)));
    }
}

impl RunFolder {
    /// Begins a folder that will be at `target`.
    ///
    /// # Errors
    /// If something is there already, or nothing can be written there.
    pub fn begin(target: &Path) -> Result<RunFolder, WriteError> {
        if target.exists() {
            return Err(WriteError::new(target, "it is there already; remove it or choose another --out"));
        }
        let parent = target.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let parents = MadeParents::make(parent)?;
        let temporary = tempfile::Builder::new()
            .prefix(".autotwin-")
            .tempdir_in(parent)
            .map_err(|error| WriteError::new(parent, error))?;
        Ok(RunFolder { temporary, target: target.to_owned(), _parents: parents })
    }

    /// Where files are written until the folder is whole.
    pub fn path(&self) -> &Path {
        self.temporary.path()
    }

    /// Writes all but the tables, and puts the folder in its place.
    ///
    /// # Errors
    /// If something cannot be written; nothing is left behind then.
    pub fn finish(
        self,
        scene: &SceneTree,
        header: &Header,
        options: &RunOptions,
        outcomes: &[Outcome],
    ) -> Result<Summary, WriteError> {
        let folder = self.path();
        let summary = summary(header, outcomes);
        let record = RunRecord {
            format: FORMAT,
            seed: header.seed,
            run_for: header.run_for,
            warmup: header.warmup,
            replications: outcomes.len() as u64,
            tables: header.record.tables.clone(),
            interrupted: summary.interrupted,
            build: BuildInfo::current(),
        };
        write_text(folder, "scene.ron", &print::print(&scene.root))?;
        write_lines(folder, "inputs.jsonl", options.commands.iter().map(|(_, command)| command))?;
        write_json(folder, "run.json", &record)?;
        write_json(folder, "summary.json", &summary)?;
        let digests = outcomes.iter().flat_map(|outcome| {
            outcome.digests.iter().map(|digest| DigestLine { seed: outcome.seed.0, digest: digest.clone() })
        });
        write_lines(folder, "digests.jsonl", digests)?;
        let temporary = self.temporary.keep();
        std::fs::rename(&temporary, &self.target).map_err(|error| {
            // The rename failed: what was written must not stay behind under its temporary name.
            let _ = std::fs::remove_dir_all(&temporary);
            WriteError::new(&self.target, error)
        })?;
        Ok(summary)
    }
}

/// A line of `digests.jsonl`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DigestLine {
    /// Of which replication, by its seed.
    pub seed: u64,
    /// The digest.
    #[serde(flatten)]
    pub digest: DigestRecord,
}

/// What a run's results say.
pub fn summary(header: &Header, outcomes: &[Outcome]) -> Summary {
    let several = outcomes.len() > 1;
    let makespans: Vec<f64> = outcomes.iter().filter_map(|outcome| find(&outcome.indicators, "makespan")).collect();
    let makespan = (!makespans.is_empty()).then(|| makespans.iter().sum::<f64>() / makespans.len() as f64);
    Summary {
        name: header.name.clone(),
        seed: header.seed,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        digest: joint_digest(outcomes),
        simulated_seconds: outcomes.first().map_or(0.0, |outcome| outcome.clock.now.seconds()),
        wall_seconds: outcomes.iter().map(|outcome| outcome.wall).sum(),
        steps: outcomes.iter().map(|outcome| outcome.clock.step).sum(),
        events: outcomes.iter().map(|outcome| outcome.clock.events).sum(),
        interrupted: outcomes.iter().any(|outcome| outcome.interrupted),
        makespan,
        indicators: if several { Vec::new() } else { outcomes.iter().flat_map(|o| o.indicators.clone()).collect() },
        estimates: if several { summarise(outcomes) } else { Vec::new() },
        replications: if several { outcomes.iter().map(replication).collect() } else { Vec::new() },
    }
}

fn replication(outcome: &Outcome) -> Replication {
    Replication {
        seed: outcome.seed.0,
        digest: outcome.digest(),
        interrupted: outcome.interrupted,
        indicators: outcome.indicators.clone(),
    }
}

fn find(indicators: &[Indicator], name: &str) -> Option<f64> {
    indicators.iter().find(|indicator| indicator.name == name && indicator.twin.is_none())?.value
}

fn joint_digest(outcomes: &[Outcome]) -> String {
    match outcomes {
        [only] => only.digest(),
        several => {
            let all: String = several.iter().map(|outcome| format!("{}\n", outcome.digest())).collect();
            format!("{:032x}", xxhash_rust::xxh3::xxh3_128(all.as_bytes()))
        }
    }
}

fn write_text(folder: &Path, name: &str, text: &str) -> Result<(), WriteError> {
    let path = folder.join(name);
    std::fs::write(&path, text).map_err(|error| WriteError::new(&path, error))
}

fn write_json(folder: &Path, name: &str, value: &impl Serialize) -> Result<(), WriteError> {
    let text = serde_json::to_string_pretty(value).map_err(|error| WriteError::new(&folder.join(name), error))?;
    write_text(folder, name, &(text + "\n"))
}

fn write_lines<T: Serialize>(folder: &Path, name: &str, values: impl Iterator<Item = T>) -> Result<(), WriteError> {
    let mut text = String::new();
    for value in values {
        text += &serde_json::to_string(&value).map_err(|error| WriteError::new(&folder.join(name), error))?;
        text.push('\n');
    }
    write_text(folder, name, &text)
}

/// Reads a file of a run folder as text.
///
/// # Errors
/// If it cannot be read.
pub fn read_text(folder: &Path, name: &str) -> Result<String, RunError> {
    let path = folder.join(name);
    load::read_text(&path).map_err(|why| RunError::Read { path: path.display().to_string(), why })
}

/// Reads a command log.
///
/// # Errors
/// If it cannot be read, or lines are wrong.
pub fn read_inputs(path: &Path) -> Result<Vec<(usize, Command)>, RunError> {
    let shown = path.display().to_string();
    let text = load::read_text(path).map_err(|why| RunError::Read { path: shown.clone(), why })?;
    command::parse_log(&text).map_err(|errors| RunError::Inputs { path: shown, errors })
}
