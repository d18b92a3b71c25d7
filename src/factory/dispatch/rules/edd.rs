//! Earliest due date first: the least maximum lateness at a single machine (J. R. Jackson, 1955).

use super::Candidate;

/// The due date.
pub fn score(job: &Candidate) -> f64 {
    job.due
}

#[cfg(test)]
mod tests {
    use super::super::example;
    use super::*;

    #[test]
    fn jobs_without_a_due_date_come_last() {
        assert!(score(&example()) < score(&Candidate { due: f64::INFINITY, ..example() }));
    }
}
