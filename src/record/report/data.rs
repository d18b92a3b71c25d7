//! What a run folder says: how the run was made, its figures, and its tables, each read when it is first asked for.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::engine::time::Duration;

use super::super::indicators::Indicator;
use super::super::statistics::Estimate;
use super::ReportError;
use super::columns::Columns;

/// Results of a run, as a report reads them.
#[derive(Debug)]
pub struct RunData {
    folder: PathBuf,
    /// The folder's name, by which several runs are told apart.
    pub label: String,
    /// What the scene says of itself.
    pub about: String,
    /// What the run's scene has that the first run's has not, where several are compared.
    pub differences: Vec<String>,
    /// How the run was made.
    pub record: RunFile,
    /// What came of it.
    pub summary: SummaryFile,
    /// All indicators, in the order of the summary: the world's own, then those of each twin.
    pub figures: Vec<Figure>,
    tables: RefCell<BTreeMap<String, Option<Rc<Columns>>>>,
}

/// What a report needs of `run.json`. Fields that are not there keep their defaults, since other versions write others.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct RunFile {
    /// The version of the folder's layout.
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
    pub tables: Option<Vec<String>>,
    /// Whether somebody stopped it before its end.
    pub interrupted: bool,
    /// The program.
    pub build: BuildFile,
}

/// The program that made a run.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct BuildFile {
    /// The package's version.
    pub version: String,
    /// The commit it was built from.
    pub commit: String,
    /// `debug` or `release`.
    pub profile: String,
}

/// What a report needs of `summary.json`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct SummaryFile {
    /// The scene's name.
    pub name: String,
    /// The digest at the end.
    pub digest: String,
    /// Simulated time, in seconds.
    pub simulated_seconds: f64,
    /// Time on the wall, in seconds.
    pub wall_seconds: f64,
    /// Events.
    pub events: u64,
    indicators: Vec<Indicator>,
    estimates: Vec<EstimateFile>,
}

#[derive(Clone, Debug, Deserialize)]
struct EstimateFile {
    name: String,
    twin: Option<Arc<str>>,
    unit: String,
    #[serde(flatten)]
    estimate: Option<Estimate>,
}

/// An indicator: of a single run its value, of several replications their mean and its interval.
#[derive(Clone, Debug, PartialEq)]
pub struct Figure {
    /// What it is.
    pub name: String,
    /// Whose it is; none for the whole world's.
    pub twin: Option<Arc<str>>,
    /// Its unit; empty for a plain number or a ratio.
    pub unit: String,
    /// The value or the mean.
    pub value: Option<f64>,
    /// Half of the width of the 95 % interval, with replications.
    pub half_width: Option<f64>,
}

/// The name of what says, in the folder of a run that has not ended, how it goes on.
pub const PLAN: &str = "plan.json";

impl RunData {
    /// Reads the figures of a run folder.
    ///
    /// # Errors
    /// If it is no run folder, or a file in it is damaged.
    pub fn open(folder: &Path) -> Result<RunData, ReportError> {
        const CURE: &str = "`autotwin run SCENE --out DIR` makes one";
        if !folder.join("run.json").is_file() {
            if folder.join(PLAN).is_file() {
                return Err(ReportError::read(folder, "this run has not ended", "go on with it by `autotwin resume`"));
            }
            let why = if folder.is_dir() { "there is no run.json in it" } else { "there is no such folder" };
            return Err(ReportError::read(folder, format!("it is no run folder: {why}"), CURE));
        }
        let record: RunFile = read_json(folder, "run.json")?;
        let summary: SummaryFile = read_json(folder, "summary.json")?;
        let figures = figures(&summary);
        let (label, about) = (label(folder), String::new());
        let (differences, tables) = (Vec::new(), RefCell::default());
        Ok(RunData { folder: folder.to_owned(), label, about, differences, record, summary, figures, tables })
    }

    /// The folder that was read.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// What the world looked like at the end of the run, as a PNG file; of several replications the first.
    pub fn picture(&self) -> Option<Vec<u8>> {
        let first = self.folder.join("replications").join("0001");
        [&self.folder, &first].into_iter().find_map(|folder| std::fs::read(folder.join("picture.png")).ok())
    }

    /// Whether the run is several replications. Its tables are then those of the first.
    pub fn has_replications(&self) -> bool {
        self.record.replications > 1
    }

    /// Where indicators, and what a report adds up, begin: the end of the warm-up, in seconds.
    pub fn from(&self) -> f64 {
        self.record.warmup.seconds().min(self.to())
    }

    /// The end of the run, in seconds.
    pub fn to(&self) -> f64 {
        self.summary.simulated_seconds.max(0.0)
    }

    /// An indicator of the whole world.
    pub fn figure(&self, name: &str) -> Option<&Figure> {
        self.figures.iter().find(|figure| figure.name == name && figure.twin.is_none())
    }

    /// The twins that have indicators, in the order of the scene.
    pub fn twins(&self) -> Vec<Arc<str>> {
        let mut twins: Vec<Arc<str>> = self.figures.iter().filter_map(|figure| figure.twin.clone()).collect();
        twins.dedup();
        twins
    }

    /// Whether a table was recorded.
    pub fn has_table(&self, name: &str) -> bool {
        self.table_path(name).is_file()
    }

    /// A table; none if it was not recorded. It is read once.
    ///
    /// # Errors
    /// If it is damaged.
    pub fn table(&self, name: &str) -> Result<Option<Rc<Columns>>, ReportError> {
        if let Some(known) = self.tables.borrow().get(name) {
            return Ok(known.clone());
        }
        let path = self.table_path(name);
        let table = if path.is_file() { Some(Rc::new(Columns::read(&path)?)) } else { None };
        self.tables.borrow_mut().insert(name.to_owned(), table.clone());
        Ok(table)
    }

    fn table_path(&self, name: &str) -> PathBuf {
        let folder =
            if self.has_replications() { self.folder.join("replications").join("0001") } else { self.folder.clone() };
        folder.join(format!("{name}.parquet"))
    }
}

fn figures(summary: &SummaryFile) -> Vec<Figure> {
    let single = summary.indicators.iter().map(|indicator| Figure {
        name: indicator.name.clone(),
        twin: indicator.twin.clone(),
        unit: indicator.unit.clone(),
        value: indicator.value,
        half_width: None,
    });
    let several = summary.estimates.iter().map(|estimate| Figure {
        name: estimate.name.clone(),
        twin: estimate.twin.clone(),
        unit: estimate.unit.clone(),
        value: estimate.estimate.map(|estimate| estimate.mean),
        half_width: estimate.estimate.and_then(|estimate| estimate.half_width),
    });
    single.chain(several).collect()
}

/// The folder's own name, also of `.` and `runs/a/..`.
fn label(folder: &Path) -> String {
    let whole = std::fs::canonicalize(folder).unwrap_or_else(|_| folder.to_owned());
    whole.file_name().map_or_else(|| "run".to_owned(), |name| name.to_string_lossy().into_owned())
}

fn read_json<T: DeserializeOwned>(folder: &Path, name: &str) -> Result<T, ReportError> {
    const CURE: &str = "run the scene again";
    let path = folder.join(name);
    let text = std::fs::read_to_string(&path).map_err(|error| ReportError::read(&path, error, CURE))?;
    serde_json::from_str(&text).map_err(|error| ReportError::read(&path, format!("it is damaged: {error}"), CURE))
}
