//! Proves that a run can be repeated: runs it again from its folder and compares digests.

use std::borrow::Cow;
use std::path::Path;

use bevy_app::App;

use crate::engine::parallel::Pool;
use crate::engine::registry::Digest;
use crate::record::report::PLAN;
use crate::scene::load::{self, SceneTree};

use super::build_info::BuildInfo;
use super::folder::{DigestLine, FORMAT, RunRecord, read_inputs, read_text};
use super::replications::run_all;
use super::single::{DigestRecord, Observer, RunError, RunOptions};

/// What a comparison found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// All digests are equal.
    Same {
        /// How many were compared.
        digests: usize,
    },
    /// The run came out differently.
    Different(Difference),
}

/// Where two runs first differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The seed of the replication.
    pub seed: u64,
    /// After how many steps the digests differ.
    pub step: u64,
    /// The step of the last digest that was equal, if any was.
    pub last_same: Option<u64>,
    /// At what time: nanoseconds.
    pub time_ns: i64,
    /// The parts and resources that differ; empty where the runs took different steps.
    pub parts: Vec<String>,
}

/// A comparison, and how the two programs differ, if they do.
#[derive(Clone, Debug)]
pub struct Verification {
    /// What was found.
    pub verdict: Verdict,
    /// The program that made the folder.
    pub recorded: BuildInfo,
    /// This program.
    pub current: BuildInfo,
}

/// Runs the folder's run again, in a world that knows `plugins`.
///
/// # Errors
/// If the folder cannot be read, or what is in it cannot be run.
pub fn verify(
    folder: &Path,
    plugins: fn(&mut App),
    pool: &Pool,
    observer: &dyn Observer,
) -> Result<Verification, RunError> {
    let record = read_record(folder)?;
    if record.interrupted {
        let message = format!("{} was interrupted before its end, so there is nothing to compare", folder.display());
        return Err(RunError::Options(message));
    }
    let recorded = read_digests(folder)?;
    let (scene, options) = repetition(folder, &record, plugins)?;
    let (_, outcomes) = run_all(&scene, &options, record.replications, pool, None, observer)?;
    let repeated = outcomes
        .into_iter()
        .flat_map(|outcome| {
            let seed = outcome.seed.0;
            outcome.digests.into_iter().map(move |digest| DigestLine { seed, digest })
        })
        .collect::<Vec<_>>();
    Ok(Verification { verdict: compare(&recorded, &repeated), recorded: record.build, current: BuildInfo::current() })
}

/// What a folder says of its run.
///
/// # Errors
/// If it is no run folder, or one that this program cannot read.
pub(super) fn read_record(folder: &Path) -> Result<RunRecord, RunError> {
    if !folder.join("run.json").is_file() {
        let why = if folder.join(PLAN).is_file() {
            format!("this run has not ended; go on with it by: autotwin resume {}", folder.display())
        } else {
            "it is no run folder: there is no run.json in it".to_owned()
        };
        return Err(RunError::Read { path: folder.display().to_string(), why });
    }
    let record: RunRecord = read_json(folder, "run.json")?;
    if record.format == FORMAT {
        return Ok(record);
    }
    let why = format!("it has layout {}, and this program reads layout {FORMAT}", record.format);
    Err(RunError::Read { path: folder.join("run.json").display().to_string(), why })
}

/// The scene of a folder, and the options to run it again as it was run.
///
/// # Errors
/// If they cannot be read.
pub(super) fn repetition(
    folder: &Path,
    record: &RunRecord,
    plugins: fn(&mut App),
) -> Result<(SceneTree, RunOptions), RunError> {
    let scene = load::load(&folder.join("scene.ron"), &[])?;
    let options = RunOptions {
        plugins,
        seed: Some(record.seed),
        run_for: record.run_for,
        warmup: Some(record.warmup),
        tables: record.tables.clone(),
        tracks: false,
        reasons: None,
        audit: false,
        commands: read_inputs(&folder.join("inputs.jsonl"))?,
        checkpoints: None,
    };
    Ok((scene, options))
}

fn compare(recorded: &[DigestLine], repeated: &[DigestLine]) -> Verdict {
    let mut last_same: Option<&DigestLine> = None;
    for (first, second) in recorded.iter().zip(repeated) {
        if first != second {
            let same_run = last_same.filter(|line| line.seed == first.seed);
            return Verdict::Different(difference(first, &second.digest, same_run));
        }
        last_same = Some(first);
    }
    if recorded.len() == repeated.len() {
        return Verdict::Same { digests: recorded.len() };
    }
    let longer = if recorded.len() > repeated.len() { recorded } else { repeated };
    let extra = &longer[recorded.len().min(repeated.len())];
    Verdict::Different(Difference {
        seed: extra.seed,
        step: extra.digest.step,
        last_same: last_same.map(|line| line.digest.step),
        time_ns: extra.digest.time_ns,
        parts: Vec::new(),
    })
}

fn difference(first: &DigestLine, second: &DigestRecord, last_same: Option<&DigestLine>) -> Difference {
    let other = |name: &str| second.parts.iter().find(|(part, _)| part == name).map(|(_, digest)| digest);
    let differs = |(name, digest): &&(Cow<str>, Digest)| other(name) != Some(digest);
    let mut parts: Vec<String> = first.digest.parts.iter().filter(differs).map(|(name, _)| name.to_string()).collect();
    if parts.is_empty() && (first.digest.step, first.digest.time_ns) == (second.step, second.time_ns) {
        // The parts are the same, so that one of the totals cannot be theirs.
        parts.push("total".to_owned());
    }
    Difference {
        seed: first.seed,
        step: first.digest.step,
        last_same: last_same.map(|line| line.digest.step),
        time_ns: first.digest.time_ns,
        parts,
    }
}

pub(crate) fn read_json<T: serde::de::DeserializeOwned>(folder: &Path, name: &str) -> Result<T, RunError> {
    let text = read_text(folder, name)?;
    serde_json::from_str(&text)
        .map_err(|error| RunError::Read { path: folder.join(name).display().to_string(), why: damaged(&error) })
}

fn damaged(error: &serde_json::Error) -> String {
    format!("it is damaged: {error}")
}

fn read_digests(folder: &Path) -> Result<Vec<DigestLine>, RunError> {
    let text = read_text(folder, "digests.jsonl")?;
    let read = |(index, line): (usize, &str)| {
        serde_json::from_str(line).map_err(|error| RunError::Read {
            path: format!("{}:{}", folder.join("digests.jsonl").display(), index + 1),
            why: damaged(&error),
        })
    };
    let lines: Vec<DigestLine> =
        text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()).map(read).collect::<Result<_, _>>()?;
    if lines.is_empty() {
        let path = folder.join("digests.jsonl").display().to_string();
        return Err(RunError::Read { path, why: "there are no digests in it".to_owned() });
    }
    Ok(lines)
}
