//! Nearest vehicle, shortest travel time: least empty driving, at the risk of leaving far loads waiting.

use super::Match;

/// The drive to the load.
pub fn cost(pair: &Match) -> f64 {
    pair.drive
}

#[cfg(test)]
mod tests {
    use super::super::example;
    use super::*;

    #[test]
    fn a_short_drive_wins() {
        assert!(cost(&Match { drive: 10.0, ..example() }) < cost(&example()));
    }
}
