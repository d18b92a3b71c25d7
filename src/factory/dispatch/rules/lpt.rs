//! Longest processing time first: balances parallel machines (R. L. Graham, 1969).

use super::Candidate;

/// The expected time on this machine, longest first.
pub fn score(job: &Candidate) -> f64 {
    -job.processing
}

#[cfg(test)]
mod tests {
    use super::super::example;
    use super::*;

    #[test]
    fn prefers_the_long_job() {
        assert!(score(&Candidate { processing: 15.0, ..example() }) < score(&example()));
    }
}
