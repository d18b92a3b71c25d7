//! Longest waiting load first (modified first come, first served), with the nearest vehicle.

use super::Match;

/// The longer the load has waited, the less.
pub fn cost(pair: &Match) -> f64 {
    -pair.waited
}

#[cfg(test)]
mod tests {
    use super::super::example;
    use super::*;

    #[test]
    fn a_long_wait_wins() {
        assert!(cost(&Match { waited: 70.0, ..example() }) < cost(&example()));
    }
}
