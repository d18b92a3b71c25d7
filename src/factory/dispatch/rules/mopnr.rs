//! Most operations remaining first.

use super::Candidate;

/// The number of operations still to do, most first.
pub fn score(job: &Candidate) -> f64 {
    -job.remaining_operations
}

#[cfg(test)]
mod tests {
    use super::super::example;
    use super::*;

    #[test]
    fn prefers_the_job_with_more_operations() {
        assert!(score(&Candidate { remaining_operations: 5.0, ..example() }) < score(&example()));
    }
}
