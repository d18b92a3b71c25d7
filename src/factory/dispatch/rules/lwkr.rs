//! Least work remaining first: gets jobs out of the shop.

use super::Candidate;

/// The remaining work.
pub fn score(job: &Candidate) -> f64 {
    job.remaining_work
}

#[cfg(test)]
mod tests {
    use super::super::example;
    use super::*;

    #[test]
    fn prefers_the_job_with_less_to_do() {
        assert!(score(&Candidate { remaining_work: 30.0, ..example() }) < score(&example()));
    }
}
