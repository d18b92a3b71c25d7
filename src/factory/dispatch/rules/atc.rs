//! Apparent tardiness cost: A. P. J. Vepsalainen and T. E. Morton, "Priority rules for job shops with weighted
//! tardiness costs", Management Science 33 (1987).

use super::Candidate;

/// Weight per time, discounted by the slack beyond the work after this operation; greatest first.
///
/// `w/p · exp(−max(d − (W − p) − p − t, 0) / (k·p̄))` with the work `W` from this operation on, and `k` the look-ahead.
pub fn score(job: &Candidate, look_ahead: f64) -> f64 {
    let slack = (job.due - job.now - job.remaining_work).max(0.0);
    let scale = (look_ahead * job.mean_processing).max(f64::MIN_POSITIVE);
    // The logarithm orders as the index itself does, and does not underflow for jobs with much slack.
    -(libm::log(job.weight.max(f64::MIN_POSITIVE) / job.processing.max(f64::MIN_POSITIVE)) - slack / scale)
}

#[cfg(test)]
mod tests {
    use super::super::example;
    use super::*;

    #[test]
    fn the_index_is_the_published_one() {
        let index = 1.0 / 10.0 * f64::exp(-60.0 / (2.0 * 20.0));
        assert!((libm::exp(-score(&example(), 2.0)) - index).abs() < 1e-12);
    }

    #[test]
    fn late_jobs_go_by_weighted_shortest_time() {
        let late = Candidate { due: 0.0, ..example() };
        assert!(score(&Candidate { weight: 3.0, ..late }, 2.0) < score(&late, 2.0));
        assert!(score(&Candidate { processing: 5.0, ..late }, 2.0) < score(&late, 2.0));
    }
}
