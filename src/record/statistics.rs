//! What several replications say together: means with confidence intervals.

use serde::{Deserialize, Serialize};
use statrs::distribution::{ContinuousCDF, StudentsT};

/// A mean over independent replications, with the half-width of its 95 % confidence interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    /// The mean of the values.
    pub mean: f64,
    /// Half of the width of the 95 % interval by Student's t; none for fewer than two values.
    pub half_width: Option<f64>,
    /// The sample's standard deviation; none for fewer than two values.
    pub sd: Option<f64>,
    /// How many values.
    pub count: usize,
}

/// The estimate from one value for each replication; none from no values.
pub fn estimate(values: &[f64]) -> Option<Estimate> {
    let count = values.len();
    let mean = values.iter().sum::<f64>() / count as f64;
    match count {
        0 => None,
        1 => Some(Estimate { mean, half_width: None, sd: None, count }),
        _ => {
            let squares: f64 = values.iter().map(|value| (value - mean) * (value - mean)).sum();
            let sd = (squares / (count - 1) as f64).sqrt();
            let half_width = student_t_975(count - 1) * sd / (count as f64).sqrt();
            Some(Estimate { mean, half_width: Some(half_width), sd: Some(sd), count })
        }
    }
}

/// The 97.5 % point of Student's t, which a two-sided 95 % interval needs.
fn student_t_975(degrees_of_freedom: usize) -> f64 {
    StudentsT::new(0.0, 1.0, degrees_of_freedom as f64).map_or(f64::NAN, |t| t.inverse_cdf(0.975))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_of_students_t_match_the_printed_table() {
        for (df, exact) in [(1, 12.7062), (4, 2.7764), (9, 2.2622), (29, 2.0452), (99, 1.9842)] {
            assert!((student_t_975(df) - exact).abs() < 1e-4);
        }
    }

    #[test]
    fn an_interval_is_as_in_the_textbook() {
        let estimate = estimate(&[1.0, 2.0, 3.0, 4.0, 5.0]).unwrap();
        assert!((estimate.mean - 3.0).abs() < 1e-12);
        assert!((estimate.half_width.unwrap() - 1.963_24).abs() < 1e-4);
        assert_eq!(super::estimate(&[]), None);
        assert_eq!(super::estimate(&[7.0]).unwrap().half_width, None);
    }
}
