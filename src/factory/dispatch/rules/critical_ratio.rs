//! Critical ratio: the share of the remaining time that the remaining work needs, most urgent first.

use super::Candidate;

/// The time to the due date in units of the remaining work; below 1 the job will be late.
pub fn score(job: &Candidate) -> f64 {
    (job.due - job.now) / job.remaining_work.max(f64::MIN_POSITIVE)
}

#[cfg(test)]
mod tests {
    use super::super::example;
    use super::*;

    #[test]
    fn the_ratio_is_of_time_left_to_work_left() {
        assert_eq!(score(&example()), 2.5);
    }

    #[test]
    fn a_job_without_work_left_is_no_division_by_zero() {
        assert!(!score(&Candidate { remaining_work: 0.0, due: 100.0, ..example() }).is_nan());
    }
}
