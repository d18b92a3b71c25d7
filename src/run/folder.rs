//! The run folder: all that is needed to read a run's results, and to repeat it elsewhere.
//!
//! A folder is written under a temporary name beside its place and renamed when it is whole, so that a full disk or a
//! killed program leaves nothing half-written behind. The folder of a run with checkpoints is there from the start, with a
//! `plan.json` by which the run goes on if it is broken off; `run.json` says that it is whole.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::engine::command::{self, Command};
use crate::engine::time::Duration;
use crate::record::indicators::Indicator;
use crate::record::parquet::WriteError;
use crate::record::report::PLAN;
use crate::record::row_log;
use crate::scene::header::Header;
use crate::scene::load::{self, SceneTree};
use crate::scene::syntax::print;

use super::build_info::BuildInfo;
use super::checkpoint::{self, CheckpointPlan};
use super::replications::{self, IndicatorEstimate, OUTCOME, summarise};
use super::single::{DigestRecord, Outcome, RunError, RunOptions};
use super::verify::read_json;

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

/// What a run with checkpoints is to do: with the scene and the inputs, all that is needed to go on with it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunPlan {
    /// The version of this layout.
    pub format: u32,
    /// Instead of the scene's seed.
    pub seed: Option<u64>,
    /// Instead of the scene's `run_for`.
    pub run_for: Option<Duration>,
    /// Instead of the scene's `warmup`.
    pub warmup: Option<Duration>,
    /// How many replications.
    pub replications: u64,
    /// Instead of the scene's tables.
    pub tables: Option<BTreeSet<String>>,
    /// Whether what can be seen is recorded.
    pub tracks: bool,
    /// Instead of those of whom the scene wants reasons.
    pub reasons: Option<Vec<String>>,
    /// Whether the world is checked after every event.
    pub audit: bool,
    /// When checkpoints are made.
    pub checkpoints: CheckpointPlan,
    /// The program that began it.
    pub build: BuildInfo,
}

/// A run folder that is being written.
pub struct RunFolder {
    place: Place,
    target: PathBuf,
    /// Dropped after the temporary folder.
    _parents: MadeParents,
}

/// Where files are until the folder is whole.
enum Place {
    /// Elsewhere: nothing is left behind if the run does not end.
    Temporary(tempfile::TempDir),
    /// There already, so that a run that is broken off can go on.
    Lasting {
        /// Whether the run began here, and has not gone on from before.
        is_new: bool,
    },
}

impl Drop for RunFolder {
    fn drop(&mut self) {
        // A run that has made no checkpoint has nothing to go on from.
        let is_unfinished = matches!(self.place, Place::Lasting { is_new: true }) && self.target.join(PLAN).exists();
        if is_unfinished && !has_checkpoint(&self.target) {
            let _ = std::fs::remove_dir_all(&self.target);
        }
    }
}

/// Whether a run, or one of its replications, has made a checkpoint.
fn has_checkpoint(folder: &Path) -> bool {
    // What cannot be read may be there.
    let has = |folder: &Path| {
        folder.join(checkpoint::FOLDER).exists() && checkpoint::list(folder).map_or(true, |found| !found.is_empty())
    };
    has(folder) || replication_folders(folder).iter().any(|folder| has(folder) || folder.join(OUTCOME).exists())
}

fn replication_folders(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder.join(replications::FOLDER));
    entries.into_iter().flatten().flatten().map(|entry| entry.path()).collect()
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
        let (parents, temporary) = make_temporary(target)?;
        Ok(RunFolder { place: Place::Temporary(temporary), target: target.to_owned(), _parents: parents })
    }

    /// Begins a folder at `target` that stays there even if the run is broken off, once there is a checkpoint in it.
    ///
    /// # Errors
    /// If something is there already, or nothing can be written there.
    pub fn begin_lasting(
        target: &Path,
        scene: &SceneTree,
        options: &RunOptions,
        (replications, checkpoints): (u64, CheckpointPlan),
    ) -> Result<RunFolder, WriteError> {
        let (parents, temporary) = make_temporary(target)?;
        let plan = RunPlan {
            format: FORMAT,
            seed: options.seed,
            run_for: options.run_for,
            warmup: options.warmup,
            replications,
            tables: options.tables.clone(),
            tracks: options.tracks,
            reasons: options.reasons.clone(),
            audit: options.audit,
            checkpoints,
            build: BuildInfo::current(),
        };
        write_inputs(temporary.path(), scene, options)?;
        write_json(temporary.path(), PLAN, &plan)?;
        put_in_place(temporary, target)?;
        Ok(RunFolder { place: Place::Lasting { is_new: true }, target: target.to_owned(), _parents: parents })
    }

    /// Opens the folder of a run that goes on.
    ///
    /// # Errors
    /// If it is none.
    pub fn open(target: &Path) -> Result<(RunFolder, RunPlan), RunError> {
        let wrong = |why: &str| RunError::Read { path: target.display().to_string(), why: why.to_owned() };
        if !target.is_dir() {
            return Err(wrong("there is no such folder"));
        }
        if target.join("run.json").is_file() && !target.join(PLAN).is_file() {
            return Err(wrong("this run has ended, and there is nothing to go on with"));
        }
        if !target.join(PLAN).is_file() {
            return Err(wrong("it is no run that can go on: only those with --checkpoint-every can"));
        }
        let plan: RunPlan = read_json(target, PLAN)?;
        if plan.format != FORMAT {
            let why = format!("it has layout {}, and this program reads layout {FORMAT}", plan.format);
            return Err(RunError::Read { path: target.join(PLAN).display().to_string(), why });
        }
        let place = Place::Lasting { is_new: false };
        let folder = RunFolder { place, target: target.to_owned(), _parents: MadeParents(Vec::new()) };
        Ok((folder, plan))
    }

    /// Where files are written until the folder is whole.
    pub fn path(&self) -> &Path {
        match &self.place {
            Place::Temporary(temporary) => temporary.path(),
            Place::Lasting { .. } => &self.target,
        }
    }

    /// Writes all but the tables, and puts the folder in its place.
    ///
    /// # Errors
    /// If something cannot be written; nothing is left behind then, but what a run goes on from.
    pub fn finish(
        mut self,
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
        write_inputs(folder, scene, options)?;
        write_json(folder, "summary.json", &summary)?;
        let digests = outcomes.iter().flat_map(|outcome| {
            outcome.digests.iter().map(|digest| DigestLine { seed: outcome.seed.0, digest: digest.clone() })
        });
        write_lines(folder, "digests.jsonl", digests)?;
        // Last of all: a folder with this is whole.
        write_json(folder, "run.json", &record)?;
        match std::mem::replace(&mut self.place, Place::Lasting { is_new: false }) {
            Place::Temporary(temporary) => put_in_place(temporary, &self.target)?,
            Place::Lasting { .. } => clear_up(&self.target)?,
        }
        Ok(summary)
    }
}

fn make_temporary(target: &Path) -> Result<(MadeParents, tempfile::TempDir), WriteError> {
    if target.exists() {
        return Err(WriteError::new(target, "it is there already; remove it or choose another --out"));
    }
    let parent = target.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let parents = MadeParents::make(parent)?;
    let temporary = tempfile::Builder::new()
        .prefix(".autotwin-")
        .tempdir_in(parent)
        .map_err(|error| WriteError::new(parent, error))?;
    Ok((parents, temporary))
}

fn put_in_place(temporary: tempfile::TempDir, target: &Path) -> Result<(), WriteError> {
    let temporary = temporary.keep();
    std::fs::rename(&temporary, target).map_err(|error| {
        // The rename failed: what was written must not stay behind under its temporary name.
        let _ = std::fs::remove_dir_all(&temporary);
        WriteError::new(target, error)
    })
}

/// Takes away what was there to go on from, but for the checkpoints.
fn clear_up(folder: &Path) -> Result<(), WriteError> {
    let of_replications = replication_folders(folder);
    let logs = of_replications.iter().map(PathBuf::as_path).chain([folder]).map(|folder| folder.join(row_log::FILE));
    let outcomes = of_replications.iter().map(|folder| folder.join(OUTCOME));
    // The plan goes first: without it the run has ended, whatever is left of the rest.
    for path in [folder.join(PLAN)].into_iter().chain(logs).chain(outcomes).filter(|path| path.exists()) {
        std::fs::remove_file(&path).map_err(|error| WriteError::new(&path, error))?;
    }
    Ok(())
}

fn write_inputs(folder: &Path, scene: &SceneTree, options: &RunOptions) -> Result<(), WriteError> {
    write_text(folder, "scene.ron", &print::print(&scene.root))?;
    write_lines(folder, "inputs.jsonl", options.commands.iter().map(|(_, command)| command))
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

/// Writes a file under a temporary name of its own, so that several may do so at once, and renames it.
pub(crate) fn write_text(folder: &Path, name: &str, text: &str) -> Result<(), WriteError> {
    let path = folder.join(name);
    let failed = |error| WriteError::new(&path, error);
    // Made as any other file, so that whoever may read those may read it; a temporary file would be its owner's alone.
    let make = |at: &Path| std::fs::File::create_new(at);
    let mut file = tempfile::Builder::new().prefix(".autotwin-").make_in(folder, make).map_err(failed)?;
    file.as_file_mut().write_all(text.as_bytes()).map_err(failed)?;
    file.persist(&path).map(drop).map_err(|error| failed(error.error))
}

/// Writes a file of JSON under a temporary name, and renames it.
///
/// # Errors
/// If it cannot be written.
pub fn write_json(folder: &Path, name: &str, value: &impl Serialize) -> Result<(), WriteError> {
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
