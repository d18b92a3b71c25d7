//! Earliest due date first, with the nearest vehicle.

use super::Match;

/// When the load's job is due.
pub fn cost(pair: &Match) -> f64 {
    pair.due
}

#[cfg(test)]
mod tests {
    use super::super::example;
    use super::*;

    #[test]
    fn the_most_urgent_load_wins() {
        assert!(cost(&Match { due: 10.0, ..example() }) < cost(&example()));
    }
}
