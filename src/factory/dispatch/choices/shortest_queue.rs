//! Shortest queue: optimal among equal machines with memoryless service (W. Winston, 1977).

use super::Offer;

/// How many jobs are there for each that can be worked on at a time.
pub fn cost(machine: &Offer) -> f64 {
    machine.jobs as f64 / machine.capacity
}

#[cfg(test)]
mod tests {
    use super::super::example;
    use super::*;

    #[test]
    fn fewer_jobs_win() {
        assert!(cost(&Offer { jobs: 2, ..example() }) < cost(&example()));
    }
}
