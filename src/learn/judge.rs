//! How good answers are, and from which probability on to say yes.

/// How often a model was right and wrong.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Confusion {
    /// It said yes, and was right.
    pub true_yes: usize,
    /// It said yes, and was wrong: false alarms.
    pub false_yes: usize,
    /// It said no, and was wrong: what it missed.
    pub false_no: usize,
    /// It said no, and was right.
    pub true_no: usize,
}

impl Confusion {
    /// Counts what comes of saying yes from `threshold` on, of probabilities and answers.
    pub fn count(scored: impl Iterator<Item = (f64, bool)>, threshold: f64) -> Confusion {
        scored.fold(Confusion::default(), |mut sum, (score, answer)| {
            let place = match (score >= threshold, answer) {
                (true, true) => &mut sum.true_yes,
                (true, false) => &mut sum.false_yes,
                (false, true) => &mut sum.false_no,
                (false, false) => &mut sum.true_no,
            };
            *place += 1;
            sum
        })
    }

    /// Both together.
    pub fn plus(self, other: Confusion) -> Confusion {
        Confusion {
            true_yes: self.true_yes + other.true_yes,
            false_yes: self.false_yes + other.false_yes,
            false_no: self.false_no + other.false_no,
            true_no: self.true_no + other.true_no,
        }
    }

    /// Of all for whom the answer is yes, the share that was found: from 0 to 1.
    pub fn recall(self) -> f64 {
        share(self.true_yes, self.true_yes + self.false_no)
    }

    /// Of all that it said yes of, the share that was right: from 0 to 1.
    pub fn precision(self) -> f64 {
        share(self.true_yes, self.true_yes + self.false_yes)
    }

    /// The harmonic mean of recall and precision: from 0 to 1 (C. J. van Rijsbergen, "Information retrieval", 1979).
    pub fn f1(self) -> f64 {
        share(2 * self.true_yes, 2 * self.true_yes + self.false_yes + self.false_no)
    }
}

/// A share; 0 of nothing.
fn share(part: usize, whole: usize) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

/// From which probability on to say yes, so that F1 is highest; of several such, the highest. It lies midway between two
/// probabilities that occur, so that it does not hang on the last digit of one.
pub fn threshold(scored: &[(f64, bool)]) -> f64 {
    let positives = scored.iter().filter(|(_, answer)| *answer).count();
    let mut sorted = scored.to_vec();
    sorted.sort_unstable_by(|a, b| b.0.total_cmp(&a.0));
    let (mut best, mut best_f1, mut right) = (0.5, -1.0, 0);
    for (place, (score, answer)) in sorted.iter().enumerate() {
        right += usize::from(*answer);
        let next = sorted.get(place + 1).map_or(0.0, |(score, _)| *score);
        // Equal probabilities are answered alike.
        if next == *score && place + 1 < sorted.len() {
            continue;
        }
        let said = place + 1;
        let so_far = Confusion { true_yes: right, false_yes: said - right, false_no: positives - right, true_no: 0 };
        if so_far.f1() > best_f1 {
            best_f1 = so_far.f1();
            let middle = 0.5 * (score + next);
            best = if middle > next { middle } else { *score };
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn shares_are_those_of_the_definitions() {
        let counts = Confusion { true_yes: 6, false_yes: 2, false_no: 4, true_no: 88 };
        assert_eq!((counts.recall(), counts.precision()), (0.6, 0.75));
        assert!((counts.f1() - 2.0 * 0.6 * 0.75 / (0.6 + 0.75)).abs() < 1e-15);
        let nothing = Confusion::default();
        assert_eq!((nothing.recall(), nothing.precision(), nothing.f1()), (0.0, 0.0, 0.0));
    }

    proptest! {
        /// Against brute force: no threshold is better, and a higher one as good is none.
        #[test]
        fn no_other_threshold_is_better(
            // Few different values, so that there are ties.
            scored in prop::collection::vec((0_u8..40, any::<bool>()), 1..80),
        ) {
            let scored: Vec<(f64, bool)> = scored.iter().map(|(score, answer)| (f64::from(*score) / 40.0, *answer)).collect();
            let f1 = |threshold: f64| Confusion::count(scored.iter().copied(), threshold).f1();
            let chosen = threshold(&scored);
            prop_assert!((0.0..=1.0).contains(&chosen));
            for (other, _) in &scored {
                prop_assert!(f1(*other) <= f1(chosen), "{other} is better than {chosen}");
                // What is as good and lies above says yes of the very same.
                let is_same = || scored.iter().all(|(score, _)| (score >= other) == (*score >= chosen));
                prop_assert!(*other < chosen || f1(*other) < f1(chosen) || is_same() || f1(chosen) == 0.0);
            }
        }
    }
}
