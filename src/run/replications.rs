//! Several runs that differ in their seeds alone, and what they say together.

use std::path::Path;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::engine::parallel::Pool;
use crate::engine::random::Seed;
use crate::record::indicators::Indicator;
use crate::record::parquet::WriteError;
use crate::record::statistics::{Estimate, estimate};
use crate::scene::header::Header;
use crate::scene::load::SceneTree;

use super::single::{self, Observer, Outcome, RunError, RunOptions};

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
    let (mut simulation, header) = single::prepare(scene, options, None)?;
    let seed = Seed(header.seed);
    if count <= 1 {
        let outcome = single::execute(&mut simulation, &header, seed, pool.clone(), folder, observer)?;
        return Ok((header, vec![outcome]));
    }
    drop(simulation);
    let indices: Vec<u64> = (0..count).collect();
    let outcomes = pool.map(&indices, |&index| {
        let seed = seed.replication(index);
        let folder = folder.map(|folder| folder.join("replications").join(format!("{:04}", index + 1)));
        if let Some(folder) = &folder {
            std::fs::create_dir_all(folder).map_err(|error| WriteError::new(folder, error))?;
        }
        let (mut simulation, header) = single::prepare(scene, options, Some(seed))?;
        single::execute(&mut simulation, &header, seed, Pool::default(), folder.as_deref(), observer)
    });
    let outcomes: Result<Vec<Outcome>, RunError> = outcomes.into_iter().collect();
    Ok((header, outcomes?))
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
