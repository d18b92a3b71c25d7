//! Several runs that differ in their seeds alone, and what they say together.

use std::path::Path;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::engine::parallel::Pool;
use crate::engine::random::Seed;
use crate::engine::time::Time;
use crate::record::indicators::Indicator;
use crate::record::parquet::WriteError;
use crate::record::statistics::{Estimate, estimate};
use crate::scene::header::Header;
use crate::scene::load::SceneTree;

use super::folder::write_json;
use super::resume;
use super::single::{self, Observer, Outcome, Recording, RunError, RunOptions};
use super::verify::read_json;

/// An indicator over replications.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct IndicatorEstimate {
    /// What it is.
    pub name: String,
    /// Whose it is; none for the whole world's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub twin: Option<Arc<str>>,
    /// Its unit.
    pub unit: String,
    /// Its mean and interval, over the replications that have a value; none if none has.
    #[serde(flatten)]
    pub estimate: Option<Estimate>,
}

/// What is kept of a replication that has ended, until all have.
pub(super) const OUTCOME: &str = "outcome.json";
/// The folder in a run's in which each replication has its own.
pub(super) const FOLDER: &str = "replications";

/// Where runs begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Beginning {
    /// At their start.
    Start,
    /// Each at the last checkpoint in its folder, up to a moment if one is named.
    Checkpoint(Option<Time>),
}

/// Runs a scene once for each seed from its own on. A single run shares its loops over the pool's threads; several runs
/// are shared out among them, one thread each. Tables go to `folder`, of several runs each to a folder of its own.
///
/// # Errors
/// The first run that failed.
pub fn run_all(
    scene: &SceneTree,
    options: &RunOptions,
    count: u64,
    pool: &Pool,
    folder: Option<&Path>,
    observer: &dyn Observer,
) -> Result<(Header, Vec<Outcome>), RunError> {
    run_from(scene, options, (count, Beginning::Start), pool, folder, observer)
}

/// As [`run_all`], for runs that may have been begun before.
///
/// # Errors
/// The first run that failed.
pub fn run_from(
    scene: &SceneTree,
    options: &RunOptions,
    (count, beginning): (u64, Beginning),
    pool: &Pool,
    folder: Option<&Path>,
    observer: &dyn Observer,
) -> Result<(Header, Vec<Outcome>), RunError> {
    if count <= 1 {
        let (header, outcome) = run_one(scene, options, (None, beginning), pool, folder, observer)?;
        return Ok((header, vec![outcome]));
    }
    let (_, header) = single::prepare(scene, options, None)?;
    let seed = Seed(header.seed);
    let indices: Vec<u64> = (0..count).collect();
    let outcomes = pool.map(&indices, |&index| {
        let seed = seed.replication(index);
        let folder = folder.map(|folder| folder.join(FOLDER).join(format!("{:04}", index + 1)));
        if let Some(folder) = &folder {
            std::fs::create_dir_all(folder).map_err(|error| WriteError::new(folder, error))?;
        }
        let ended = folder.as_deref().filter(|folder| beginning != Beginning::Start && folder.join(OUTCOME).is_file());
        if let Some(folder) = ended {
            return read_json(folder, OUTCOME);
        }
        let threads = Pool::default();
        let (_, outcome) = run_one(scene, options, (Some(seed), beginning), &threads, folder.as_deref(), observer)?;
        if let Some(folder) = folder.filter(|_| options.checkpoints.is_some() && !outcome.interrupted) {
            write_json(&folder, OUTCOME, &outcome)?;
        }
        Ok(outcome)
    });
    let outcomes: Result<Vec<Outcome>, RunError> = outcomes.into_iter().collect();
    Ok((header, outcomes?))
}

fn run_one(
    scene: &SceneTree,
    options: &RunOptions,
    (seed, beginning): (Option<Seed>, Beginning),
    pool: &Pool,
    folder: Option<&Path>,
    observer: &dyn Observer,
) -> Result<(Header, Outcome), RunError> {
    let (mut simulation, header) = single::prepare(scene, options, seed)?;
    let seed = seed.unwrap_or(Seed(header.seed));
    let begun = match (beginning, folder) {
        (Beginning::Checkpoint(until), Some(folder)) => resume::restore(&mut simulation, folder, seed, until)?,
        _ => None,
    };
    let recording = Recording { folder, checkpoints: options.checkpoints, begun };
    let outcome = single::execute(&mut simulation, &header, seed, pool.clone(), recording, observer)?;
    Ok((header, outcome))
}

/// The mean and interval of every indicator. Runs that were stopped before their end are left out.
pub fn summarise(outcomes: &[Outcome]) -> Vec<IndicatorEstimate> {
    let whole: Vec<&Outcome> = outcomes.iter().filter(|outcome| !outcome.interrupted).collect();
    let Some(first) = whole.first() else { return Vec::new() };
    // Runs of one scene list the same indicators in the same order, unless a twin was retired in some of them only.
    let values = |index: usize, indicator: &Indicator| -> Vec<f64> {
        let same = |other: &&Indicator| other.name == indicator.name && other.twin == indicator.twin;
        let value = |outcome: &&Outcome| {
            let indicators = &outcome.indicators;
            indicators.get(index).filter(same).or_else(|| indicators.iter().find(same))?.value
        };
        whole.iter().filter_map(value).collect()
    };
    let summarise_one = |(index, indicator): (usize, &Indicator)| IndicatorEstimate {
        name: indicator.name.clone(),
        twin: indicator.twin.clone(),
        unit: indicator.unit.clone(),
        estimate: estimate(&values(index, indicator)),
    };
    first.indicators.iter().enumerate().map(summarise_one).collect()
}
