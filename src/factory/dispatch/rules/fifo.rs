//! First in, first out.

use super::Candidate;

/// The job that came to the machine first.
pub fn score(job: &Candidate) -> f64 {
    job.position as f64
}

#[cfg(test)]
mod tests {
    use super::super::example;
    use super::*;

    #[test]
    fn goes_by_the_place_in_the_queue() {
        assert!(score(&Candidate { position: 0, ..example() }) < score(&Candidate { position: 1, ..example() }));
    }
}
