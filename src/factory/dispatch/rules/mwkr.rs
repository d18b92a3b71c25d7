//! Most work remaining first: keeps long jobs from ending last, which is good for the makespan.

use super::Candidate;

/// The remaining work, most first.
pub fn score(job: &Candidate) -> f64 {
    -job.remaining_work
}

#[cfg(test)]
mod tests {
    use super::super::example;
    use super::*;

    #[test]
    fn prefers_the_job_with_more_to_do() {
        assert!(score(&Candidate { remaining_work: 50.0, ..example() }) < score(&example()));
    }
}
