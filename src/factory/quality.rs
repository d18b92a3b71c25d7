//! Quality: how defects arise, how inspections find them, and how grades are given.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::engine::distribution::{Distribution, Law};
use crate::engine::random::{Purpose, Seed};

use super::jobs::Job;
use super::plan::{Next, ProductPlan};

const DEFECT: Purpose = Purpose::new("factory.defect");
const REWORK: Purpose = Purpose::new("factory.rework");
const INSPECTION: Purpose = Purpose::new("factory.inspection");
const GRADING: Purpose = Purpose::new("factory.grading");

/// How likely an operation makes a job defective. Between a new machine and a worn one the probability grows evenly with
/// the machine's `wear`.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Defects {
    /// The probability on a machine without wear.
    #[schemars(range(min = 0.0, max = 1.0), example = 0.01)]
    pub probability: f64,
    /// The probability on a machine whose wear is 1; without it, the same.
    #[serde(default)]
    #[schemars(range(min = 0.0, max = 1.0), example = 0.05)]
    pub worn: Option<f64>,
}

impl Defects {
    /// The probability at a wear from 0 to 1.
    pub fn at(&self, wear: f64) -> f64 {
        self.probability + (self.worn.unwrap_or(self.probability) - self.probability) * wear
    }
}

/// An inspection, with errors of both kinds. A job that passes goes on as `next` says.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Inspection {
    /// The probability that a defective job is rejected.
    #[serde(default = "certain")]
    #[schemars(range(min = 0.0, max = 1.0))]
    pub detects: f64,
    /// The probability that a good job is rejected.
    #[serde(default)]
    #[schemars(range(min = 0.0, max = 1.0))]
    pub false_alarms: f64,
    /// Where a rejected job goes, with probabilities that add up to 1: names of operations, or `scrap`.
    #[schemars(extend("minProperties" = 1), example = json!({"rework": 0.8, "scrap": 0.2}))]
    pub rejected: BTreeMap<String, f64>,
}

fn certain() -> f64 {
    1.0
}

/// Grading by a measure: where a job goes depends on what it is found to be worth. The job's own `measure` (of its product)
/// is seen with an error.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Grading {
    /// The standard deviation of the error of measurement.
    #[serde(default)]
    #[schemars(range(min = 0.0))]
    pub error: f64,
    /// The grades; a job gets the one with the highest `from` that its measure reaches.
    #[schemars(length(min = 1), example = json!([{"name": "low", "next": {"press": 1}}, {"name": "high", "from": 0.7, "next": {"ship": 1}}]))]
    pub grades: Vec<Grade>,
}

/// One grade.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Grade {
    /// Its name.
    #[schemars(example = &"high")]
    pub name: String,
    /// The least measure of this grade; without it, any.
    #[serde(default)]
    #[schemars(example = 0.7)]
    pub from: Option<f64>,
    /// Where a job of this grade goes, with probabilities that add up to 1.
    #[schemars(extend("minProperties" = 1), example = json!({"ship": 1}))]
    pub next: BTreeMap<String, f64>,
}

/// What an operation does to quality, with names resolved.
#[derive(Clone, Debug, Default)]
pub struct QualityPlan {
    /// The defects it makes.
    pub defects: Option<Defects>,
    /// The probability that it takes a defect away.
    pub mends: f64,
    /// What it finds.
    pub inspection: Option<InspectionPlan>,
    /// How it grades.
    pub grading: Option<GradingPlan>,
}

/// An inspection with names resolved.
#[derive(Clone, Debug)]
pub struct InspectionPlan {
    /// The probability that a defective job is rejected.
    pub detects: f64,
    /// The probability that a good job is rejected.
    pub false_alarms: f64,
    /// Where a rejected job goes, with cumulated probabilities.
    pub rejected: Vec<(f64, Next)>,
}

/// A grading with names resolved.
#[derive(Clone, Debug)]
pub struct GradingPlan {
    /// The standard deviation of the error.
    pub error: f64,
    /// The grades, from the least measure up.
    pub grades: Vec<GradePlan>,
}

/// A grade with names resolved.
#[derive(Clone, Debug)]
pub struct GradePlan {
    /// The least measure.
    pub from: f64,
    /// Which grade, as an index into the plan's.
    pub grade: u32,
    /// Where such jobs go, with cumulated probabilities.
    pub next: Vec<(f64, Next)>,
}

/// What came of an operation for one job.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Findings {
    /// Whether it made the job defective.
    pub spoilt: bool,
    /// Whether an inspection rejected the job; none where nobody looked.
    pub rejected: Option<bool>,
    /// The grade that the job got, as an index into the plan's grades.
    pub grade: Option<u32>,
    /// The place of that grade in the operation's own list.
    pub grade_place: usize,
}

impl InspectionPlan {
    /// How likely a job has a defect of which so many have one, once it has been looked at.
    pub fn suspicion(&self, before: f64, rejected: bool) -> f64 {
        let says = |rejects: f64| if rejected { rejects } else { 1.0 - rejects };
        let (bad, good) = (before * says(self.detects), (1.0 - before) * says(self.false_alarms));
        if bad + good > 0.0 { bad / (bad + good) } else { before }
    }

    /// Where most of what is rejected goes on, if it does.
    pub fn mending_operation(&self) -> Option<u32> {
        self.rejected.iter().find_map(|(_, next)| match next {
            Next::Operation(operation) => Some(*operation),
            _ => None,
        })
    }
}

impl QualityPlan {
    /// Whether wear has to be known.
    pub fn depends_on_wear(&self) -> bool {
        self.defects.as_ref().is_some_and(|defects| defects.worn.is_some())
    }

    /// Lets an operation leave its mark on a job, and says what is found. The order: it makes a defect, mends one, looks.
    pub fn judge(&self, job: &mut Job, wear: f64, seed: Seed) -> Findings {
        let mut findings = Findings::default();
        let chance = |purpose| seed.stream(job.id, purpose, job.visit).uniform();
        if self.mends > 0.0 && job.defective && chance(REWORK) < self.mends {
            job.defective = false;
        }
        if let Some(defects) = &self.defects
            && chance(DEFECT) < defects.at(wear)
        {
            findings.spoilt = true;
            job.defective = true;
        }
        if let Some(inspection) = &self.inspection {
            let chance_of_rejection = if job.defective { inspection.detects } else { inspection.false_alarms };
            findings.rejected = Some(chance(INSPECTION) < chance_of_rejection);
        }
        if let Some(grading) = &self.grading {
            let mut random = seed.stream(job.id, GRADING, job.visit);
            findings.grade_place = grading.place(job.measure + normal(grading.error).sample(&mut random));
            findings.grade = Some(grading.grades[findings.grade_place].grade);
            job.grade = findings.grade;
        }
        findings
    }
}

/// A normal error around zero.
fn normal(sd: f64) -> Distribution<f64> {
    if sd == 0.0 {
        return Distribution::default();
    }
    Distribution::new(Law::Normal { mean: 0.0, sd, low: f64::NEG_INFINITY, high: None })
}

impl QualityPlan {
    /// The share of jobs that are defective after the operation, on machines without wear, if so many were before.
    pub fn share_spoilt(&self, before: f64) -> f64 {
        let mended = before * (1.0 - self.mends);
        mended + (1.0 - mended) * self.defects.as_ref().map_or(0.0, |defects| defects.probability)
    }
}

impl GradingPlan {
    /// How frequent each grade is, for those who plan: among measures drawn for the purpose, always the same ones.
    pub fn shares(&self, measure: &Distribution<f64>) -> Vec<f64> {
        const DRAWS: u64 = 1000;
        let mut counts = vec![0.0; self.grades.len()];
        for draw in 0..DRAWS {
            let mut random = Seed(0).stream(0, GRADING, draw);
            let seen = measure.sample(&mut random) + normal(self.error).sample(&mut random);
            counts[self.place(seen)] += 1.0 / DRAWS as f64;
        }
        counts
    }

    /// The grade that a measure gets, as a place in the list. A measure below all gets the lowest.
    pub fn place(&self, measure: f64) -> usize {
        self.grades.partition_point(|grade| grade.from <= measure).saturating_sub(1)
    }
}

impl ProductPlan {
    /// How likely a job has a defect by all that is known of it: what it has gone through, and what inspections have found. Machines
    /// count as new.
    pub fn suspicion(&self, job: &Job) -> f64 {
        let operations = self.operations[..].iter().zip(0_u32..);
        let mut chance = 0.0;
        for (quality, index) in operations.filter_map(|(o, index)| Some((o.quality.as_deref()?, index))) {
            let done = index < job.operation || job.stocked;
            let Some(inspection) = &quality.inspection else {
                if done {
                    chance = quality.share_spoilt(chance);
                }
                continue;
            };
            if job.reworks == 0 && done {
                chance = inspection.suspicion(quality.share_spoilt(chance), false);
            } else if job.reworks > 0 && job.inspected && index <= job.operation {
                let rejected = inspection.suspicion(quality.share_spoilt(chance), true);
                let mends = inspection.mending_operation().map_or(0.0, |mending| {
                    let is_done = mending != job.operation;
                    let quality = self.operations[mending as usize].quality.as_deref().filter(|_| is_done);
                    quality.map_or(0.0, |quality| quality.mends)
                });
                let mended = rejected * (1.0 - mends);
                if !done {
                    return mended;
                }
                // It has passed, this time.
                chance = inspection.suspicion(mended, false);
            }
        }
        chance
    }
}
