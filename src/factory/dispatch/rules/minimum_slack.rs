//! Minimum slack first.

use super::Candidate;

/// The time to the due date beyond the remaining work.
pub fn score(job: &Candidate) -> f64 {
    job.due - job.now - job.remaining_work
}

#[cfg(test)]
mod tests {
    use super::super::example;
    use super::*;

    #[test]
    fn slack_is_what_the_remaining_work_leaves() {
        assert_eq!(score(&example()), 60.0);
    }
}
