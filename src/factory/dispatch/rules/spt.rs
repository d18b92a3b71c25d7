//! Shortest processing time first: the least mean flow time at a single machine (W. E. Smith, 1956).

use super::Candidate;

/// The expected time on this machine.
pub fn score(job: &Candidate) -> f64 {
    job.processing
}

#[cfg(test)]
mod tests {
    use super::super::example;
    use super::*;

    #[test]
    fn prefers_the_short_job() {
        assert!(score(&Candidate { processing: 5.0, ..example() }) < score(&example()));
    }
}
