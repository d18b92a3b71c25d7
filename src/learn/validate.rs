//! How good a model will be on data that it has not seen: stratified cross-validation (M. Stone, "Cross-validatory choice
//! and assessment of statistical predictions", Journal of the Royal Statistical Society B 36, 1974).
//!
//! The rows are dealt into folds. Each fold is answered by a model that was trained on the other folds, with a threshold
//! that was found on those others as well: by a second deal among them, so that the fold that judges has had no part in
//! what it judges. The model that is written is trained on all rows, its threshold found on what the models of the first
//! deal said of the folds they had not seen.

use super::boost::{Growth, grow, scores};
use super::folds::stratified;
use super::judge::{Confusion, threshold};
use super::table::Table;
use crate::engine::parallel::Pool;
use crate::engine::random::Seed;
use crate::twin::beliefs::classifier::Model;

/// Into how many folds the rows of a training are dealt to find its threshold.
pub const INNER_FOLDS: usize = 3;

/// How to train and to judge.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Plan {
    /// How trees are grown.
    pub growth: Growth,
    /// Into how many folds the rows are dealt: 2 or more.
    pub folds: usize,
    /// The seed of the deals.
    pub seed: Seed,
}

/// What came of a validation.
#[derive(Clone, Debug, PartialEq)]
pub struct Validation {
    /// Each fold.
    pub folds: Vec<Fold>,
    /// The model that was trained on all rows, with its threshold and what the validation found of it.
    pub model: Model,
}

/// A fold, answered by a model that has not seen it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fold {
    /// From which probability on the model said yes, found without the fold.
    pub threshold: f64,
    /// How often it was right and wrong.
    pub counts: Confusion,
}

impl Validation {
    /// All folds together.
    pub fn pooled(&self) -> Confusion {
        self.folds.iter().fold(Confusion::default(), |sum, fold| sum.plus(fold.counts))
    }
}

/// A training, and the rows that it is then asked about.
struct Trial {
    seen: Vec<usize>,
    unseen: Vec<usize>,
}

/// What a trial's model said.
struct Verdict {
    model: Model,
    /// Of each unseen row: how likely the model says it is, and what the answer is.
    scored: Vec<(f64, bool)>,
}

/// Trains a model on all rows, and finds how good such models are.
///
/// # Errors
/// If there are too few rows of either answer for the folds, or the trainer cannot use the options.
pub fn validate(table: &Table, plan: &Plan, pool: &Pool) -> Result<Validation, String> {
    check_sizes(table, plan.folds)?;
    let rows: Vec<usize> = (0..table.rows()).collect();
    let outer = trials(table, &rows, plan.folds, plan.seed, 0);
    let inner = (1..).zip(&outer).flat_map(|(deal, trial)| trials(table, &trial.seen, INNER_FOLDS, plan.seed, deal));
    let inner: Vec<Trial> = inner.collect();
    let last = Trial { seen: rows, unseen: Vec::new() };
    // All at once, so that no thread waits for the longest of a few.
    let all: Vec<Trial> = outer.into_iter().chain(inner).chain([last]).collect();
    let mut verdicts =
        pool.map(&all, |trial| judge(table, trial, &plan.growth)).into_iter().collect::<Result<Vec<_>, _>>()?;
    let Some(Verdict { mut model, .. }) = verdicts.pop() else { return Err("nothing was trained".to_owned()) };
    let (outer, inner) = verdicts.split_at(plan.folds);
    model.threshold = threshold(&gather(outer));
    let folds = outer.iter().zip(inner.chunks(INNER_FOLDS)).map(|(verdict, inner)| {
        let threshold = threshold(&gather(inner));
        Fold { threshold, counts: Confusion::count(verdict.scored.iter().copied(), threshold) }
    });
    let mut found = Validation { folds: folds.collect(), model };
    found.model.metrics = metrics(table, plan, found.pooled());
    Ok(found)
}

/// Each fold needs its share of either answer, and so does what is left without one when it is dealt again.
fn check_sizes(table: &Table, folds: usize) -> Result<(), String> {
    let least = folds.max(4);
    let positives = table.positives();
    for (word, count) in [("yes", positives), ("no", table.rows() - positives)] {
        if count < least {
            let cure = match count {
                4.. => format!("take fewer folds (--folds {count}), or gather more data"),
                _ => "gather more data".to_owned(),
            };
            let rows = if count == 1 { "row says" } else { "rows say" };
            return Err(format!("only {count} {rows} {word}, too few for {folds} folds; {cure}"));
        }
    }
    Ok(())
}

/// For each fold of some rows: training on the others.
fn trials(table: &Table, rows: &[usize], folds: usize, seed: Seed, deal: u64) -> Vec<Trial> {
    let answers: Vec<bool> = rows.iter().map(|row| table.answers[*row]).collect();
    let fold_of = stratified(&answers, folds, seed, deal);
    let trial = |fold: usize| {
        let (unseen, seen): (Vec<_>, Vec<_>) = rows.iter().zip(&fold_of).partition(|(_, of)| **of == fold);
        let rows = |side: Vec<(&usize, &usize)>| side.into_iter().map(|(row, _)| *row).collect();
        Trial { seen: rows(seen), unseen: rows(unseen) }
    };
    (0..folds).map(trial).collect()
}

fn judge(table: &Table, trial: &Trial, growth: &Growth) -> Result<Verdict, String> {
    let model = grow(table, &trial.seen, growth)?;
    let scores = scores(&model, table, &trial.unseen);
    let scored = scores.into_iter().zip(&trial.unseen).map(|(score, row)| (score, table.answers[*row])).collect();
    Ok(Verdict { model, scored })
}

fn gather(verdicts: &[Verdict]) -> Vec<(f64, bool)> {
    verdicts.iter().flat_map(|verdict| verdict.scored.iter().copied()).collect()
}

fn metrics(table: &Table, plan: &Plan, pooled: Confusion) -> std::collections::BTreeMap<String, f64> {
    let metrics = [
        ("recall", pooled.recall()),
        ("precision", pooled.precision()),
        ("f1", pooled.f1()),
        ("folds", plan.folds as f64),
        ("seed", plan.seed.0 as f64),
        ("rows", table.rows() as f64),
        ("positives", table.positives() as f64),
        ("depth", plan.growth.depth as f64),
        ("rate", plan.growth.rate),
    ];
    metrics.map(|(name, value)| (name.to_owned(), value)).into()
}

#[cfg(test)]
mod tests {
    use super::super::table::Column;
    use super::*;
    use crate::engine::random::Purpose;

    fn table(rows: usize, positives_of_10: usize) -> Table {
        let draw = |row: usize, what: u64| Seed(9).stream(row as u64, Purpose::new("test"), what).uniform();
        let answers: Vec<bool> = (0..rows).map(|row| row % 10 < positives_of_10).collect();
        let values = |row: usize| draw(row, 0) + if answers[row] { 0.5 } else { 0.0 };
        let values = (0..rows).map(values).collect();
        Table {
            target: "t".to_owned(),
            features: vec![Column { name: "a".to_owned(), words: Vec::new(), values }],
            answers,
        }
    }

    const PLAN: Plan = Plan { growth: Growth { trees: 10, depth: 3, rate: 0.2 }, folds: 4, seed: Seed(1) };

    #[test]
    fn every_row_is_judged_once_and_by_who_has_not_seen_it() {
        let table = table(203, 3);
        let rows: Vec<usize> = (0..203).collect();
        let mut judged: Vec<usize> = Vec::new();
        for trial in trials(&table, &rows, 4, Seed(1), 0) {
            assert_eq!(trial.seen.len() + trial.unseen.len(), 203);
            assert!(trial.unseen.iter().all(|row| !trial.seen.contains(row)));
            for inner in trials(&table, &trial.seen, INNER_FOLDS, Seed(1), 1) {
                assert!(inner.seen.iter().chain(&inner.unseen).all(|row| trial.seen.contains(row)));
            }
            judged.extend(trial.unseen);
        }
        judged.sort_unstable();
        assert_eq!(judged, rows);
    }

    #[test]
    fn threads_make_no_difference() {
        let table = table(300, 2);
        let one = validate(&table, &PLAN, &Pool::new(1).unwrap()).unwrap();
        assert_eq!(one, validate(&table, &PLAN, &Pool::new(3).unwrap()).unwrap());
        assert_eq!(one.pooled().f1(), one.model.metrics["f1"]);
        assert!(one.pooled().f1() > 0.4 && one.pooled().f1() < 0.95, "{one:?}");
        let other = validate(&table, &Plan { seed: Seed(2), ..PLAN }, &Pool::new(1).unwrap()).unwrap();
        assert_ne!(one.folds, other.folds);
        assert_eq!(one.model.trees, other.model.trees, "the seed deals the folds, and that is all");
    }

    /// Where the answer is chance, nothing is found; a threshold that had seen its fold would find something.
    #[test]
    fn chance_is_not_taken_for_skill() {
        let mut table = table(2_000, 1);
        table.features[0].values = (0..2_000).map(|row| f64::from(row * 7_919 % 2_000)).collect();
        let found = validate(&table, &PLAN, &Pool::new(2).unwrap()).unwrap();
        // Saying yes always has a precision of 0.1 and F1 of 2/11.
        assert!(found.pooled().precision() < 0.13 && found.pooled().f1() < 0.2, "{:?}", found.pooled());
    }

    #[test]
    fn the_smallest_tables_are_judged_or_refused() {
        for rows in 1..60 {
            for folds in 2..8 {
                let table = table(rows, 5);
                let fewest = table.positives().min(rows - table.positives());
                let found = validate(&table, &Plan { folds, ..PLAN }, &Pool::new(1).unwrap());
                match found {
                    Ok(found) => assert!(fewest >= folds && found.model.base.is_finite()),
                    Err(why) => assert!(fewest < folds.max(4) && why.contains("too few for"), "{why}"),
                }
            }
        }
    }
}
