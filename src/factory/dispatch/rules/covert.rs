//! Cost over time: D. C. Carroll, *Heuristic sequencing of single and multiple component jobs* (1965), in the weighted
//! form of Vepsalainen and Morton (1987).

use super::Candidate;

/// Expected cost of waiting per time of work; greatest first.
///
/// `w/p · max(0, 1 − max(0, d − t − W) / (k·W))` with the remaining work `W` and the look-ahead `k`: a job whose slack is
/// beyond the waiting that it expects costs nothing yet.
pub fn score(job: &Candidate, look_ahead: f64) -> f64 {
    let slack = (job.due - job.now - job.remaining_work).max(0.0);
    let expected_wait = (look_ahead * job.remaining_work).max(f64::MIN_POSITIVE);
    -(job.weight / job.processing.max(f64::MIN_POSITIVE)) * (1.0 - slack / expected_wait).max(0.0)
}

#[cfg(test)]
mod tests {
    use super::super::example;
    use super::*;

    #[test]
    fn the_index_is_the_published_one() {
        assert!((score(&example(), 2.0) + 0.1 * (1.0 - 60.0 / 80.0)).abs() < 1e-12);
        assert!((score(&Candidate { due: 0.0, ..example() }, 2.0) + 0.1).abs() < 1e-12);
        assert_eq!(score(&Candidate { due: f64::INFINITY, ..example() }, 2.0), 0.0);
    }
}
