//! Sobol's sensitivity indices: how much of the variance of a result comes of each factor, alone and together with the others.
//!
//! Estimated after Saltelli et al. 2010, Computer Physics Communications 181, 259, table 2: from points A and B, and points A with one
//! factor of B, the index of first order by the estimator (b), that of all orders by Jansen's (f).

use crate::engine::random::{Purpose, Seed};

/// The indices of a factor.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Index {
    /// The share of the variance that goes with this factor alone.
    pub first: f64,
    /// That which goes with it and all that it does together with others.
    pub total: f64,
    /// Half of the width of the 95 % interval of both, by the bootstrap.
    pub half_widths: [f64; 2],
}

const BOOTSTRAP: Purpose = Purpose::new("study.bootstrap");

/// How often the points are drawn anew for the intervals.
const DRAWS: u64 = 1000;

/// The shares of the points of a design: for each pair, A, then B, then A with each factor of B in turn. `share` gives a number for a point
/// and one of twice as many dimensions as there are factors.
pub fn shares(pairs: u32, factors: usize, share: impl Fn(u32, usize) -> f64) -> Vec<Vec<f64>> {
    let pair = |point: u32| {
        let a: Vec<f64> = (0..factors).map(|factor| share(point, factor)).collect();
        let b: Vec<f64> = (0..factors).map(|factor| share(point, factors + factor)).collect();
        let mixed = (0..factors).map(|factor| {
            let mut mixed = a.clone();
            mixed[factor] = b[factor];
            mixed
        });
        let mixed: Vec<Vec<f64>> = mixed.collect();
        [vec![a, b], mixed].concat()
    };
    (0..pairs).flat_map(pair).collect()
}

/// The indices of all factors, from the results in the order of [`shares`]; none where results do not vary. A pair with a result that is
/// no number is left out.
pub fn indices(results: &[f64], factors: usize) -> Option<Vec<Index>> {
    let pairs: Vec<&[f64]> =
        results.chunks_exact(factors + 2).filter(|pair| pair.iter().all(|result| result.is_finite())).collect();
    let all: Vec<usize> = (0..pairs.len()).collect();
    let found = estimate(&pairs, &all, factors)?;
    let mut draws = vec![[Vec::new(), Vec::new()]; factors];
    for draw in 0..DRAWS {
        let random = &mut Seed(1).stream(draw, BOOTSTRAP, 0);
        let drawn: Vec<usize> = (0..pairs.len()).map(|_| random.below(pairs.len())).collect();
        for (factor, index) in estimate(&pairs, &drawn, factors).into_iter().flatten().enumerate() {
            draws[factor][0].push(index[0]);
            draws[factor][1].push(index[1]);
        }
    }
    let index =
        |([first, total], draws): ([f64; 2], [Vec<f64>; 2])| Index { first, total, half_widths: draws.map(half_width) };
    Some(found.into_iter().zip(draws).map(index).collect())
}

/// Half the distance between the 2.5 % and the 97.5 % point.
fn half_width(mut draws: Vec<f64>) -> f64 {
    draws.sort_by(f64::total_cmp);
    let at = |share: f64| draws.get((share * draws.len() as f64) as usize).copied().unwrap_or(f64::NAN);
    (at(0.975) - at(0.025)) / 2.0
}

/// Both indices of each factor from some of the pairs.
fn estimate(pairs: &[&[f64]], some: &[usize], factors: usize) -> Option<Vec<[f64; 2]>> {
    let count = some.len() as f64;
    let mean = |value: &dyn Fn(&[f64]) -> f64| some.iter().map(|pair| value(pairs[*pair])).sum::<f64>() / count;
    let middle = mean(&|pair| f64::midpoint(pair[0], pair[1]));
    let variance = mean(&|pair| ((pair[0] - middle).powi(2) + (pair[1] - middle).powi(2)) / 2.0);
    // Results that are all alike differ by no more than how they are rounded.
    let is_varied = variance > 1e-24 * (1.0 + middle * middle);
    if some.len() < 2 || !is_varied {
        return None;
    }
    let of = |factor: usize| {
        // What is added to all results changes nothing but how exact this is.
        let first = mean(&|pair| (pair[1] - middle) * (pair[2 + factor] - pair[0]));
        let total = mean(&|pair| (pair[0] - pair[2 + factor]).powi(2) / 2.0);
        [first / variance, total / variance]
    };
    Some((0..factors).map(of).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::design::sobol;

    /// Ishigami's function with a = 7 and b = 0.1, whose indices are known (Sobol and Levitan 1999, Computer Physics Communications 117, 52).
    #[test]
    fn ishigamis_indices_are_found() {
        use std::f64::consts::PI;
        let ishigami = |shares: Vec<f64>| {
            let [x, y, z] = [0, 1, 2].map(|factor| PI * (2.0 * shares[factor] - 1.0));
            x.sin() + 7.0 * y.sin().powi(2) + 0.1 * z.powi(4) * x.sin()
        };
        let (a, b) = (7.0_f64, 0.1_f64);
        let (both, one) = (b * b * PI.powi(8) * (1.0 / 18.0 - 1.0 / 50.0), (1.0 + b * PI.powi(4) / 5.0).powi(2) / 2.0);
        let variance = one + a * a / 8.0 + both;
        let exact = [[one, one + both], [a * a / 8.0; 2], [0.0, both]].map(|index| index.map(|part| part / variance));
        let points = shares(4096, 3, |point, dimension| sobol(point, dimension..dimension + 1, 11)[0]);
        let results: Vec<f64> = points.into_iter().map(ishigami).collect();
        for (found, exact) in indices(&results, 3).expect("results vary").into_iter().zip(exact) {
            let errors = [found.first - exact[0], found.total - exact[1]];
            assert!(errors.iter().all(|error| error.abs() < 0.02), "{found:?}, exactly {exact:?}");
            assert!(found.half_widths.iter().all(|half| *half < 0.06), "{found:?}");
        }
    }

    #[test]
    fn what_does_not_vary_has_no_indices() {
        assert_eq!(indices(&[2.5; 40], 2), None);
        assert_eq!(indices(&[], 2), None);
        let mut results = vec![1.0; 40];
        results[3] = f64::NAN;
        assert_eq!(indices(&results, 2), None);
    }
}
