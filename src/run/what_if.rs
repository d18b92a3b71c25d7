//! What would be if: a run beside others in which people intervene, all with the same random numbers.
//!
//! An alternative is the run itself up to the moment of its first command, and another from then on. Random numbers are asked for by
//! who needs them and for what, and so they stay common to both as far as both ask the same; differences are taken
//! pair by pair (A. M. Law, *Simulation Modeling and Analysis*, chapters 10 and 11).

use std::path::Path;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::engine::time::Duration;
use crate::record::indicators::Indicator;
use crate::record::statistics::{Estimate, estimate};

use super::single::Outcome;

/// The file in which differences are kept.
pub const FILE: &str = "what_if.json";
/// The folder of the run that alternatives are compared to.
pub const BASELINE: &str = "baseline";

/// An alternative to a run, and how it differs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Alternative {
    /// Its name, and that of its folder.
    pub name: String,
    /// The moment of its first command: up to then it is the baseline.
    pub from: Duration,
    /// Each indicator that both have, in their order.
    pub contrasts: Vec<Contrast>,
}

/// An indicator of a run and of an alternative.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Contrast {
    /// What it is.
    pub name: String,
    /// Whose it is; none for the whole world's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub twin: Option<Arc<str>>,
    /// Its unit.
    pub unit: String,
    /// In the run.
    pub baseline: Estimate,
    /// In the alternative.
    pub alternative: Estimate,
    /// Alternative less baseline, pair by pair.
    pub difference: Estimate,
}

impl Contrast {
    /// Whether the interval of the difference leaves out nought.
    pub fn is_sure(&self) -> bool {
        self.difference.half_width.is_some_and(|half| self.difference.mean.abs() > half)
    }
}

/// The alternatives of a question that was answered into a folder. None if it is no such folder.
pub fn read(folder: &Path) -> Option<Vec<Alternative>> {
    serde_json::from_slice(&std::fs::read(folder.join(FILE)).ok()?).ok()
}

/// How the indicators of an alternative differ. Pairs of which one was stopped before its end, or does not have the indicator, are
/// left out.
pub fn contrasts(baseline: &[Outcome], alternative: &[Outcome]) -> Vec<Contrast> {
    let pairs: Vec<(&Outcome, &Outcome)> =
        baseline.iter().zip(alternative).filter(|(one, other)| !one.interrupted && !other.interrupted).collect();
    let Some((first, _)) = pairs.first() else { return Vec::new() };
    first.indicators.iter().enumerate().filter_map(|(place, indicator)| contrast(place, indicator, &pairs)).collect()
}

fn contrast(place: usize, indicator: &Indicator, pairs: &[(&Outcome, &Outcome)]) -> Option<Contrast> {
    let value = |outcome: &Outcome| {
        let same = |other: &&Indicator| other.name == indicator.name && other.twin == indicator.twin;
        // Nearly always it is at the same place.
        let there = outcome.indicators.get(place).filter(same);
        there.or_else(|| outcome.indicators.iter().find(same))?.value
    };
    let values: Vec<(f64, f64)> = pairs.iter().filter_map(|(one, other)| Some((value(one)?, value(other)?))).collect();
    let of = |pick: fn(&(f64, f64)) -> f64| estimate(&values.iter().map(pick).collect::<Vec<f64>>());
    Some(Contrast {
        name: indicator.name.clone(),
        twin: indicator.twin.clone(),
        unit: indicator.unit.clone(),
        baseline: of(|pair| pair.0)?,
        alternative: of(|pair| pair.1)?,
        difference: of(|pair| pair.1 - pair.0)?,
    })
}
