//! Fastest machine: the static choice of a routing sheet. It needs to know nothing of what goes on.

use super::Offer;

/// How long the operation takes there.
pub fn cost(machine: &Offer) -> f64 {
    machine.processing
}

#[cfg(test)]
mod tests {
    use super::super::example;
    use super::*;

    #[test]
    fn the_quickest_machine_wins_however_long_its_queue() {
        assert!(cost(&Offer { processing: 9.0, work_ahead: 1e6, jobs: 500, ..example() }) < cost(&example()));
    }
}
