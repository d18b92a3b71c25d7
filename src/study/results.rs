//! What comes of a study: a table of its runs, a summary, and a page.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde::Serialize;

use crate::record::parquet::{TableWriter, WriteError};
use crate::record::report::page::Page;
use crate::record::statistics::Estimate;
use crate::record::table::{Cell, Column, ColumnType};
use crate::run::folder::{write_json, write_text};
use crate::run::report;
use crate::run::single::RunError;

use super::calibration::Tried;
use super::design::Design;
use super::effects::{Effect, Results, main_effect};
use super::factors::{Factor, Level};
use super::journal::Run;
use super::page;
use super::plan::Plan;
use super::sensitivity::{Index, indices};

/// What is to be read of a study.
pub struct Findings<'a> {
    /// The study.
    pub plan: &'a Plan,
    /// Its runs, by point and replication.
    pub runs: Vec<&'a Run>,
    /// The indicators, by name.
    pub indicators: Vec<String>,
    /// For each indicator, then for each factor, its main effect; nothing of a search, whose points are where it went.
    pub effects: Vec<Vec<Vec<Effect>>>,
    /// For each indicator the indices of each factor; none where it does not vary, nothing of other designs.
    pub indices: Vec<Option<Vec<Index>>>,
    /// What a search tried.
    pub tried: &'a [Tried],
}

impl<'a> Findings<'a> {
    /// Of the runs of a study.
    pub fn of(plan: &'a Plan, runs: &'a BTreeMap<(usize, u32), Run>, tried: &'a [Tried]) -> Findings<'a> {
        let runs: Vec<&Run> = runs.values().collect();
        let names: BTreeSet<&String> = runs.iter().flat_map(|run| run.indicators.keys()).collect();
        let indicators: Vec<String> = match &plan.study.indicators {
            Some(wanted) => wanted.clone(),
            None => names.into_iter().cloned().collect(),
        };
        let is_search = matches!(plan.study.design, Design::Calibrate(_));
        let values = |name: &String| -> Vec<f64> {
            runs.iter().map(|run| run.indicators.get(name).copied().unwrap_or(f64::NAN)).collect()
        };
        let levels: Vec<&[Level]> = runs.iter().filter_map(|run| Some(&**plan.points.get(run.point)?)).collect();
        let results = Results { levels, numbers: runs.iter().map(|run| (run.point, run.replication)).collect() };
        let effects_of = |name: &String| {
            let values = values(name);
            let factors = plan.study.factors.values().enumerate();
            factors.map(|factor| main_effect(&results, factor, &values)).collect()
        };
        let effects = if is_search { Vec::new() } else { indicators.iter().map(effects_of).collect() };
        let indices_of = |name: &String| indices(&means(plan, &runs, name), plan.study.factors.len());
        let indices = match plan.study.design {
            Design::Indices { .. } => indicators.iter().map(indices_of).collect(),
            _ => Vec::new(),
        };
        Findings { plan, runs, indicators, effects, indices, tried }
    }

    /// Writes all into the study's folder: `runs.parquet`, `summary.json`, `study.html`, and the study and its scene.
    ///
    /// # Errors
    /// If something cannot be written.
    pub fn write(&self, folder: &Path) -> Result<(), RunError> {
        self.write_table(folder)?;
        write_json(folder, "summary.json", &self.summary())?;
        report::write(&folder.join("study.html"), &Page { html: page::render(self), missing: Vec::new() })?;
        write_text(folder, "study.ron", &self.plan.text)?;
        write_text(folder, "scene.ron", &self.plan.scene_text)?;
        Ok(())
    }

    fn write_table(&self, folder: &Path) -> Result<(), WriteError> {
        let mut columns = vec![
            Column::new("point", ColumnType::Int, "Which point, from 0 on."),
            Column::new("replication", ColumnType::Int, "Which replication of it, from 0 on."),
            Column::new("seed", ColumnType::Int, "Its seed."),
            Column::new("digest", ColumnType::Text, "The digest of the world at its end."),
        ];
        let column =
            |name: &str, of, optional, about| Column { name: Cow::Owned(name.to_owned()), of, optional, about };
        let factors: Vec<&Factor> = self.plan.study.factors.values().collect();
        for (path, factor) in self.plan.paths().zip(&factors) {
            let of = if factor.is_numeric() { ColumnType::Float } else { ColumnType::Text };
            columns.push(column(path, of, false, "What was set."));
        }
        let indicators = self.indicators.iter();
        columns.extend(indicators.map(|name| column(name, ColumnType::Float, true, "An indicator.")));
        // Under another name until it is whole.
        let work = tempfile::Builder::new().prefix(".autotwin-").tempdir_in(folder);
        let work = work.map_err(|error| WriteError::new(folder, error))?;
        let mut table = TableWriter::create(work.path(), "runs", &columns)?;
        for run in &self.runs {
            let mut cells = vec![
                Cell::Int(run.point as i64),
                Cell::Int(run.replication.into()),
                Cell::Int(run.seed as i64),
                Cell::Text(run.digest.as_str().into()),
            ];
            cells.extend(run.settings.iter().zip(&factors).map(|(setting, factor)| match setting.parse() {
                Ok(number) if factor.is_numeric() => Cell::Float(number),
                _ => Cell::Text(setting.as_str().into()),
            }));
            cells.extend(self.indicators.iter().map(|name| Cell::from(run.indicators.get(name).copied())));
            table.push(cells)?;
        }
        table.finish()?;
        let path = folder.join("runs.parquet");
        std::fs::rename(work.path().join("runs.parquet"), &path).map_err(|error| WriteError::new(&path, error))
    }

    fn summary(&self) -> Summary<'_> {
        let paths: Vec<&str> = self.plan.paths().collect();
        let effects = self.indicators.iter().zip(&self.effects).flat_map(|(indicator, factors)| {
            paths.iter().zip(factors).map(|(factor, effects)| EffectLine {
                indicator,
                factor,
                levels: effects
                    .iter()
                    .map(|effect| LevelLine { level: &effect.level, estimate: effect.estimate })
                    .collect(),
            })
        });
        let indices = self.indicators.iter().zip(&self.indices).flat_map(|(indicator, found)| {
            paths.iter().zip(found.iter().flatten()).map(|(factor, index)| IndexLine {
                indicator,
                factor,
                first: index.first,
                first_half_width: index.half_widths[0],
                total: index.total,
                total_half_width: index.half_widths[1],
            })
        });
        let best = super::calibration::best(self.tried).map(|best| Best {
            point: best.point,
            misfit: best.misfit,
            settings: paths.iter().map(|path| (*path).to_owned()).zip(best.levels.iter().cloned()).collect(),
        });
        Summary {
            name: &self.plan.study.name,
            id: &self.plan.id,
            version: env!("CARGO_PKG_VERSION"),
            seed: self.plan.seed,
            points: self.runs.iter().map(|run| run.point).collect::<BTreeSet<_>>().len(),
            runs: self.runs.len(),
            effects: effects.collect(),
            indices: indices.collect(),
            best,
        }
    }
}

/// The mean of an indicator at each point, in their order; NaN where no run has a value.
fn means(plan: &Plan, runs: &[&Run], name: &str) -> Vec<f64> {
    let mut sums = vec![(0.0, 0.0); plan.points.len()];
    for run in runs {
        if let (Some(value), Some(sum)) = (run.indicators.get(name), sums.get_mut(run.point)) {
            *sum = (sum.0 + value, sum.1 + 1.0);
        }
    }
    sums.into_iter().map(|(sum, count)| sum / count).collect()
}

/// `summary.json`.
#[derive(Serialize)]
struct Summary<'a> {
    name: &'a str,
    id: &'a str,
    version: &'a str,
    seed: u64,
    points: usize,
    runs: usize,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    effects: Vec<EffectLine<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    indices: Vec<IndexLine<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    best: Option<Best>,
}

#[derive(Serialize)]
struct EffectLine<'a> {
    indicator: &'a str,
    factor: &'a str,
    levels: Vec<LevelLine<'a>>,
}

#[derive(Serialize)]
struct LevelLine<'a> {
    level: &'a str,
    #[serde(flatten)]
    estimate: Option<Estimate>,
}

#[derive(Serialize)]
struct IndexLine<'a> {
    indicator: &'a str,
    factor: &'a str,
    first: f64,
    first_half_width: f64,
    total: f64,
    total_half_width: f64,
}

#[derive(Serialize)]
struct Best {
    point: usize,
    misfit: f64,
    settings: BTreeMap<String, Level>,
}
