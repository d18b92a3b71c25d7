//! Least used vehicle first: evens out wear and charging over the fleet.

use super::Match;

/// How long the vehicle has been busy.
pub fn cost(pair: &Match) -> f64 {
    pair.busy
}

#[cfg(test)]
mod tests {
    use super::super::example;
    use super::*;

    #[test]
    fn the_least_used_vehicle_wins() {
        assert!(cost(&Match { busy: 10.0, ..example() }) < cost(&example()));
    }
}
