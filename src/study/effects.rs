//! Main effects: how an indicator goes with each factor, whatever the others are.

use std::collections::BTreeMap;

use crate::record::statistics::{Estimate, estimate};

use super::factors::{Factor, Level};

/// The runs of a study as columns.
pub struct Results<'a> {
    /// For each run the values of the factors.
    pub levels: Vec<&'a [Level]>,
    /// For each run its point and its replication.
    pub numbers: Vec<(usize, u32)>,
}

/// The mean of an indicator where a factor has a value, or is in a part of its range.
#[derive(Clone, Debug, PartialEq)]
pub struct Effect {
    /// The value, or the part: `0.2 to 0.4`.
    pub level: String,
    /// Where it is along the factor, if it is a number.
    pub at: Option<f64>,
    /// The indicator's mean there and its interval.
    pub estimate: Option<Estimate>,
}

/// A range without steps is cut into so many parts.
const PARTS: usize = 5;

/// The main effect of a factor on an indicator that each run has a value of, or NaN.
///
/// Where points have been repeated, their means are averaged, and the interval is that of the means over all points by those replications
/// that all points have: since replications share their seeds across points, these are what is independent. Else each run counts by itself,
/// and the interval holds what the other factors do.
pub fn main_effect(results: &Results, factor: (usize, &Factor), values: &[f64]) -> Vec<Effect> {
    let (column, factor) = factor;
    let groups: Vec<(String, Option<f64>, Vec<usize>)> =
        match factor.levels().filter(|levels| levels.len() <= 4 * PARTS) {
            Some(levels) => {
                let of =
                    |level: &Level| (0..values.len()).filter(|run| &results.levels[*run][column] == level).collect();
                levels.iter().map(|level| (level.to_string(), level.number(), of(level))).collect()
            }
            None => parts(results, column, factor, values.len()),
        };
    let is_repeated = results.numbers.iter().any(|(_, replication)| *replication > 0);
    let estimate_of = |runs: &[usize]| {
        let there: Vec<usize> = runs.iter().copied().filter(|run| values[*run].is_finite()).collect();
        match is_repeated {
            true => of_repeated(&there.iter().map(|run| (results.numbers[*run], values[*run])).collect::<Vec<_>>()),
            false => estimate(&there.iter().map(|run| values[*run]).collect::<Vec<f64>>()),
        }
    };
    groups.into_iter().map(|(level, at, runs)| Effect { level, at, estimate: estimate_of(&runs) }).collect()
}

/// The mean over points from the values of their replications.
fn of_repeated(values: &[((usize, u32), f64)]) -> Option<Estimate> {
    let sums = |key: &dyn Fn((usize, u32)) -> u64| {
        let mut sums: BTreeMap<u64, (f64, f64)> = BTreeMap::new();
        for (number, value) in values {
            let (sum, count) = sums.entry(key(*number)).or_default();
            (*sum, *count) = (*sum + value, *count + 1.0);
        }
        sums
    };
    let points = sums(&|(point, _)| point as u64);
    let mean = points.values().map(|(sum, count)| sum / count).sum::<f64>() / points.len() as f64;
    let by_replication = sums(&|(_, replication)| replication.into());
    let of_all = by_replication.values().filter(|(_, count)| *count as usize == points.len());
    let found = estimate(&of_all.map(|(sum, count)| sum / count).collect::<Vec<f64>>())?;
    Some(Estimate { mean, ..found })
}

/// The runs in each part of a range.
fn parts(results: &Results, column: usize, factor: &Factor, runs: usize) -> Vec<(String, Option<f64>, Vec<usize>)> {
    let Factor::Range { from, to, .. } = factor else { return Vec::new() };
    let width = (to - from) / PARTS as f64;
    let part = |run: usize| {
        let number = results.levels[run][column].number()?;
        Some((((number - from) / width) as usize).min(PARTS - 1))
    };
    let short = |number: f64| format!("{:.4}", number).trim_end_matches('0').trim_end_matches('.').to_owned();
    (0..PARTS)
        .map(|which| {
            let low = from + width * which as f64;
            let there = (0..runs).filter(|run| part(*run) == Some(which)).collect();
            (format!("{} to {}", short(low), short(low + width)), Some(low + width / 2.0), there)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two factors and noise: the means of each level, and intervals that hold what differs between replications alone.
    #[test]
    fn effects_are_the_means_of_levels() {
        let (a, b) = (
            Factor::Values([1.0, 2.0].map(Level::Number).to_vec()),
            Factor::Values([0.0, 10.0].map(Level::Number).to_vec()),
        );
        let (mut levels, mut numbers, mut values) = (Vec::new(), Vec::new(), Vec::new());
        for replication in 0..3 {
            for x in [1.0, 2.0] {
                for y in [0.0, 10.0] {
                    levels.push(vec![Level::Number(x), Level::Number(y)]);
                    numbers.push(((2.0 * x + y / 10.0) as usize, replication));
                    values.push(100.0 * x + y + f64::from(replication));
                }
            }
        }
        let results = Results { levels: levels.iter().map(Vec::as_slice).collect(), numbers };
        let means = |factor: (usize, &Factor)| -> Vec<f64> {
            main_effect(&results, factor, &values).iter().map(|effect| effect.estimate.expect("runs").mean).collect()
        };
        assert_eq!(means((0, &a)), [106.0, 206.0]);
        assert_eq!(means((1, &b)), [151.0, 161.0]);
        let found = main_effect(&results, (0, &a), &values)[0].estimate.expect("runs");
        assert_eq!((found.count, found.sd), (3, Some(1.0)));
        let half = found.half_width.expect("replications");
        assert!((half - 4.302_65 / 3.0_f64.sqrt()).abs() < 1e-3, "{half}");
    }

    /// A point that was repeated more often counts no more than the others.
    #[test]
    fn points_count_alike() {
        let runs = [((0, 0), 1.0), ((0, 1), 3.0), ((1, 0), 10.0), ((1, 1), 14.0), ((1, 2), 30.0)];
        let found = of_repeated(&runs).expect("runs");
        assert_eq!((found.mean, found.count), (10.0, 2));
        assert_eq!(of_repeated(&[]), None);
    }

    #[test]
    fn ranges_are_cut_into_parts() {
        let factor = Factor::Range { from: 0.0, to: 10.0, steps: None, whole: false };
        let levels: Vec<Vec<Level>> = (0..100).map(|n| vec![Level::Number(f64::from(n) / 10.0)]).collect();
        let results = Results {
            levels: levels.iter().map(Vec::as_slice).collect(),
            numbers: (0..100).map(|point| (point, 0)).collect(),
        };
        let values: Vec<f64> = (0..100).map(f64::from).collect();
        let effects = main_effect(&results, (0, &factor), &values);
        let found: Vec<(String, f64)> =
            effects.into_iter().map(|e| (e.level, e.estimate.expect("runs").mean)).collect();
        assert_eq!(found[0], ("0 to 2".to_owned(), 9.5));
        assert_eq!(found[4], ("8 to 10".to_owned(), 89.5));
    }
}
