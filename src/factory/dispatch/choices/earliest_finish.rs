//! Earliest finish: work in queue plus the operation's own time, the classical routing rule of flexible job shops (the
//! machine step of earliest-finish list scheduling).

use super::Offer;

/// When the operation should be finished there, from now. Several slots share the work ahead.
pub fn cost(machine: &Offer) -> f64 {
    machine.work_ahead / machine.capacity + machine.processing
}

#[cfg(test)]
mod tests {
    use super::super::example;
    use super::*;

    #[test]
    fn a_slow_machine_can_win_by_its_short_queue() {
        assert_eq!(cost(&example()), 40.0);
        assert!(cost(&Offer { work_ahead: 0.0, processing: 35.0, ..example() }) < cost(&example()));
    }
}
