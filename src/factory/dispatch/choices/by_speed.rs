//! Fixed shares by speed: a machine that is twice as fast gets twice as many jobs, so that all are busy alike. It needs to
//! know nothing of what goes on.
//!
//! Which job goes where follows from its number, by the multiples of the golden ratio, which fill the unit interval more evenly
//! than chance does (H. Weyl, 1916; V. T. Sós, 1958).

/// The fractional part of the golden ratio, which is the hardest to come near to by fractions.
const GOLDEN: f64 = 0.618_033_988_749_894_9;

/// The machine for the job of that number, where each has a speed (and 0 without room).
pub fn choose(speeds: &[f64], job: u64) -> Option<usize> {
    let sum: f64 = speeds.iter().sum();
    let place = (job % (1 << 32)) as f64 * GOLDEN;
    let mut left = (place - libm::floor(place)) * sum;
    let last = speeds.iter().rposition(|&speed| speed > 0.0)?;
    Some(
        (0..last)
            .find(|&machine| {
                left -= speeds[machine];
                left < 0.0
            })
            .unwrap_or(last),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_those_of_the_speeds() {
        let mut counts = [0_i32; 3];
        for job in 0..10_000 {
            counts[choose(&[3.0, 0.0, 1.0], job).unwrap()] += 1;
        }
        assert_eq!(counts[1], 0);
        assert!((counts[0] - 7500).abs() < 10, "{counts:?}");
        // Evenly from the start: among any 100 jobs in a row, 75 go to the first.
        let among = |from: u64| (from..from + 100).filter(|&job| choose(&[3.0, 0.0, 1.0], job) == Some(0)).count();
        assert!((0..500).all(|from| among(from).abs_diff(75) <= 2));
        assert_eq!(choose(&[0.0, 0.0], 4), None);
    }
}
