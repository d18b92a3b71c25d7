//! What is kept of the runs of a study as they end, so that none is made again.
//!
//! A journal is a text file to which each run adds a line of JSON at its end; a line that was not finished, when the program was killed, is
//! not counted. Each shard of a study has its own in the study's folder, and all are read.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use serde::{Deserialize, Serialize};

use crate::record::parquet::WriteError;
use crate::run::folder::write_json;
use crate::run::single::RunError;
use crate::run::verify::read_json;

use super::factors::Level;
use super::plan::Plan;

/// One run of a study.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// Which point, from 0 on.
    pub point: usize,
    /// Which replication of it, from 0 on.
    pub replication: u32,
    /// Its seed.
    pub seed: u64,
    /// The values set at the point.
    pub settings: Vec<String>,
    /// The world's digest at its end.
    pub digest: String,
    /// How long it took: seconds on the wall.
    pub wall: f64,
    /// Its indicators, as far as they have a value: NAME, or NAME/TWIN.
    pub indicators: BTreeMap<String, f64>,
}

impl Run {
    /// Whether these values were set.
    pub fn is_at(&self, levels: &[Level]) -> bool {
        self.settings.iter().eq(levels.iter().map(Level::to_string).collect::<Vec<_>>().iter())
    }
}

/// Which runs of a study are made here: each machine takes every so many-th point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    /// From 0 on.
    pub index: usize,
    /// How many there are.
    pub count: usize,
}

impl Shard {
    /// All of them.
    pub const WHOLE: Shard = Shard { index: 0, count: 1 };

    /// Reads `I/N`.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Shard, String> {
        let number = |text: &str| text.parse::<usize>().ok();
        let numbers = text.split_once('/').and_then(|(index, count)| Some((number(index)?, number(count)?)));
        match numbers {
            Some((index, count)) if 1 <= index && index <= count => Ok(Shard { index: index - 1, count }),
            _ => Err("a shard is written I/N, such as 2/8: the second of eight".to_owned()),
        }
    }

    /// Whether a point belongs to it.
    pub fn has(&self, point: usize) -> bool {
        point % self.count == self.index
    }

    fn file(&self) -> String {
        match *self {
            Shard::WHOLE => "runs.jsonl".to_owned(),
            Shard { index, count } => format!("runs-{}-of-{count}.jsonl", index + 1),
        }
    }
}

/// What a study's folder says of it.
#[derive(Serialize, Deserialize)]
struct Kept {
    study: String,
    id: String,
}

const KEPT: &str = "study.json";

/// The journal of the runs made here, and what all have kept.
pub struct Journal {
    file: Mutex<File>,
    path: PathBuf,
    /// All runs of the study that are known, by point and replication.
    pub runs: BTreeMap<(usize, u32), Run>,
}

impl Journal {
    /// Begins the folder of a study, or goes on with it.
    ///
    /// # Errors
    /// If the folder holds another study or is damaged, or cannot be written.
    pub fn open(folder: &Path, plan: &Plan, shard: Shard) -> Result<Journal, RunError> {
        std::fs::create_dir_all(folder).map_err(|error| WriteError::new(folder, error))?;
        if folder.join(KEPT).is_file() {
            let kept: Kept = read_json(folder, KEPT)?;
            if kept.id != plan.id {
                let message = format!(
                    "{} holds the runs of `{}`, of another form, scene or version; choose another folder by --out, or delete it",
                    folder.display(),
                    kept.study
                );
                return Err(RunError::Options(message));
            }
        } else {
            let is_strange = |name: &String| !name.starts_with(['.', '_']) && !name.starts_with("runs") && name != KEPT;
            if names(folder)?.iter().any(is_strange) {
                let message = format!("{} holds something else; choose another folder by --out", folder.display());
                return Err(RunError::Options(message));
            }
            write_json(folder, KEPT, &Kept { study: plan.study.name.clone(), id: plan.id.clone() })?;
        }
        let mut runs = read_all(folder)?;
        // A search finds its points as it goes; of other studies they are known.
        let is_of_plan = |run: &Run| plan.points.get(run.point).is_some_and(|levels| run.is_at(levels));
        runs.retain(|_, run| plan.points.is_empty() || is_of_plan(run));
        let path = folder.join(shard.file());
        let failed = |error| WriteError::new(&path, error);
        let mut file = OpenOptions::new().create(true).append(true).open(&path).map_err(failed)?;
        // Behind a line that was not finished another begins.
        file.write_all(b"\n").map_err(failed)?;
        Ok(Journal { file: Mutex::new(file), path, runs })
    }

    /// Keeps a run that has ended.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn keep(&self, run: &Run) -> Result<(), WriteError> {
        let failed = |error: &dyn std::fmt::Display| WriteError::new(&self.path, error);
        let mut line = serde_json::to_vec(run).map_err(|error| failed(&error))?;
        line.push(b'\n');
        let mut file = self.file.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        file.write_all(&line).map_err(|error| failed(&error))
    }
}

fn names(folder: &Path) -> Result<Vec<String>, WriteError> {
    let failed = |error| WriteError::new(folder, error);
    let mut names = Vec::new();
    for file in std::fs::read_dir(folder).map_err(failed)? {
        names.extend(file.map_err(failed)?.file_name().into_string());
    }
    Ok(names)
}

fn read_all(folder: &Path) -> Result<BTreeMap<(usize, u32), Run>, RunError> {
    let failed = |error| WriteError::new(folder, error);
    let mut names = names(folder)?;
    names.retain(|name| name.starts_with("runs") && name.ends_with(".jsonl"));
    names.sort_unstable();
    let mut runs = BTreeMap::new();
    for name in names {
        let file = File::open(folder.join(name)).map_err(failed)?;
        for line in BufReader::new(file).split(b'\n') {
            if let Ok(run) = serde_json::from_slice::<Run>(&line.map_err(failed)?) {
                runs.insert((run.point, run.replication), run);
            }
        }
    }
    Ok(runs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shards_share_all_points() {
        let shards: Vec<Shard> = (1..=3).map(|index| Shard::parse(&format!("{index}/3")).unwrap()).collect();
        assert!((0..20).all(|point| shards.iter().filter(|shard| shard.has(point)).count() == 1));
        for wrong in ["0/3", "4/3", "3", "a/b", "1/0", "-1/3"] {
            assert!(Shard::parse(wrong).is_err(), "{wrong}");
        }
    }
}
