//! Random order: what a rule must beat.

use super::Candidate;

/// The job's own random number.
pub fn score(job: &Candidate) -> f64 {
    job.random
}

#[cfg(test)]
mod tests {
    use super::super::example;
    use super::*;

    #[test]
    fn goes_by_the_number_drawn() {
        assert!(score(&Candidate { random: 0.1, ..example() }) < score(&example()));
    }
}
