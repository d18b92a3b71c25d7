//! At which points of all that could be tried a study looks.
//!
//! * Latin hypercubes: McKay, Beckman and Conover 1979, Technometrics 21(2) 239: each factor's range is cut into as many parts as there are
//!   points, and each part is hit once.
//! * Sobol's sequence fills the room of the factors more evenly than chance, the better the more points it has (best a power of 2); it is
//!   scrambled by Owen's method after Burley 2020, J. Computer Graphics Techniques 9(4) (crate `sobol_burley`).
//! * For sensitivity indices each of a pair of such points lends the other one factor at a time: see
//!   [`super::sensitivity`].

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::engine::random::{Purpose, Seed};

use super::factors::{Factor, Level};
use super::sensitivity;

/// How the points of a study are chosen.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub enum Design {
    /// All combinations of the factors' values.
    #[default]
    All,
    /// A Latin hypercube.
    Latin {
        /// How many points.
        #[schemars(range(min = 1, max = 1_000_000))]
        points: u32,
    },
    /// The first points of Sobol's sequence.
    Sobol {
        /// How many points; best a power of 2.
        #[schemars(range(min = 1, max = 65_536))]
        points: u32,
    },
    /// What Sobol's sensitivity indices need: 2 more points than there are factors for each of so many.
    Indices {
        /// How many; best a power of 2.
        #[schemars(range(min = 2, max = 65_536))]
        points: u32,
    },
    /// The search for settings by which indicators come close to what was measured.
    Calibrate(Calibrate),
}

/// What is to be met, and how long it is looked for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Calibrate {
    /// What was measured: for each indicator its value, and how exactly it is known.
    pub targets: std::collections::BTreeMap<String, Target>,
    /// At how many points to look at most.
    #[schemars(range(min = 1, max = 100_000))]
    pub points: u32,
}

/// A measured value.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Target {
    /// What the indicator's mean should be.
    pub value: f64,
    /// The error of the measurement: an indicator that is so far off counts 1.
    pub error: f64,
}

/// More combinations are a slip.
pub const MOST_POINTS: usize = 10_000_000;

/// The most factors of a design that is drawn from Sobol's sequence; indices take two of its dimensions for each.
pub const MOST_DIMENSIONS: usize = 256;

const LATIN: Purpose = Purpose::new("study.latin");

/// The points of a design, each with a value for each factor; none of one that chooses them as it goes. Where factors have no values that
/// can be counted, all combinations are none either.
pub fn points(design: &Design, factors: &[&Factor], seed: u64) -> Vec<Vec<Level>> {
    let at = |shares: Vec<f64>| factors.iter().zip(shares).map(|(factor, share)| factor.at(share)).collect();
    match design {
        Design::All => {
            let levels: Option<Vec<Vec<Level>>> = factors.iter().map(|factor| factor.levels()).collect();
            combinations(&levels.unwrap_or_default())
        }
        Design::Latin { points } => latin(*points as usize, factors.len(), seed).into_iter().map(at).collect(),
        Design::Sobol { points } => (0..*points).map(|point| at(sobol(point, 0..factors.len(), seed))).collect(),
        Design::Indices { points } => {
            let shares =
                sensitivity::shares(*points, factors.len(), |point, dimension| sobol_at(point, dimension, seed));
            shares.into_iter().map(at).collect()
        }
        Design::Calibrate(_) => Vec::new(),
    }
}

/// All combinations; the last changes first.
fn combinations(levels: &[Vec<Level>]) -> Vec<Vec<Level>> {
    let count: usize = levels.iter().map(Vec::len).product();
    let point = |mut number: usize| {
        let mut point: Vec<Level> = Vec::with_capacity(levels.len());
        for levels in levels.iter().rev() {
            point.push(levels[number % levels.len()].clone());
            number /= levels.len();
        }
        point.reverse();
        point
    };
    if levels.is_empty() { Vec::new() } else { (0..count).map(point).collect() }
}

fn latin(points: usize, factors: usize, seed: u64) -> Vec<Vec<f64>> {
    let columns: Vec<Vec<f64>> = (0..factors)
        .map(|factor| {
            let mut random = Seed(seed).stream(factor as u64, LATIN, 0);
            let mut parts: Vec<usize> = (0..points).collect();
            random.shuffle(&mut parts);
            parts.into_iter().map(|part| (part as f64 + random.uniform()) / points as f64).collect()
        })
        .collect();
    (0..points).map(|point| columns.iter().map(|column| column[point]).collect()).collect()
}

/// A point of Sobol's sequence, in some of its dimensions.
pub(super) fn sobol(point: u32, dimensions: std::ops::Range<usize>, seed: u64) -> Vec<f64> {
    dimensions.map(|dimension| sobol_at(point, dimension, seed)).collect()
}

fn sobol_at(point: u32, dimension: usize, seed: u64) -> f64 {
    f64::from(sobol_burley::sample(point, dimension as u32, seed as u32))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(from: f64, to: f64) -> Factor {
        Factor::Range { from, to, steps: None, whole: false }
    }

    #[test]
    fn all_combinations_are_there_once() {
        let (a, b) = (
            Factor::Values(vec![Level::Text("x".into()), Level::Text("y".into())]),
            Factor::Range { from: 1.0, to: 3.0, steps: Some(3), whole: true },
        );
        let points = points(&Design::All, &[&a, &b], 1);
        let texts: Vec<String> = points.iter().map(|point| format!("{}{}", point[0], point[1])).collect();
        assert_eq!(texts, ["x1", "x2", "x3", "y1", "y2", "y3"]);
    }

    /// Each part of each range is hit once.
    #[test]
    fn a_latin_hypercube_is_one() {
        let (a, b) = (range(0.0, 50.0), range(-1.0, 1.0));
        let points = points(&Design::Latin { points: 50 }, &[&a, &b], 9);
        for (column, (least, width)) in [(0.0, 1.0), (-1.0, 0.04)].into_iter().enumerate() {
            let part = |point: &Vec<Level>| ((point[column].number().expect("a number") - least) / width) as usize;
            let mut parts: Vec<usize> = points.iter().map(part).collect();
            parts.sort_unstable();
            assert_eq!(parts, (0..50).collect::<Vec<usize>>());
        }
    }

    /// The mean of a smooth function over Sobol's points is far closer than over as many random ones.
    #[test]
    fn sobols_points_are_even() {
        let (a, b) = (range(0.0, 1.0), range(0.0, 1.0));
        let points = points(&Design::Sobol { points: 1024 }, &[&a, &b], 3);
        let value = |point: &Vec<Level>| point[0].number().unwrap_or(0.0).powi(2) * point[1].number().unwrap_or(0.0);
        let mean = points.iter().map(value).sum::<f64>() / 1024.0;
        // Random points would be off by 0.0064 in the mean square.
        assert!((mean - 1.0 / 6.0).abs() < 3e-4, "{mean}");
    }
}
