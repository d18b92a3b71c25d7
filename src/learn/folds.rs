//! Deals rows into folds, so that each has its share of either answer.

use crate::engine::random::{Purpose, Seed};

/// The fold of each row, counted from 0. Rows of one answer are shuffled and dealt round, and those of the other answer go
/// on where the first ended: of each answer, and in all, a fold has at most one row more than another.
///
/// `deal` tells apart the deals of one seed. The shuffle is addressed by the row's number, so it depends on nothing else.
pub fn stratified(answers: &[bool], folds: usize, seed: Seed, deal: u64) -> Vec<usize> {
    const SHUFFLE: Purpose = Purpose::new("learn.folds");
    let folds = folds.max(1);
    let luck = |row: usize| seed.stream(row as u64, SHUFFLE, deal).next_u64();
    let mut rows: Vec<(bool, u64, usize)> =
        answers.iter().enumerate().map(|(row, answer)| (!answer, luck(row), row)).collect();
    rows.sort_unstable();
    let mut fold_of = vec![0; answers.len()];
    for (place, (_, _, row)) in rows.iter().enumerate() {
        fold_of[*row] = place % folds;
    }
    fold_of
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn each_fold_has_its_share(
            answers in prop::collection::vec(prop::bool::weighted(0.2), 1..300),
            folds in 1_usize..12,
            seed: u64,
        ) {
            let fold_of = stratified(&answers, folds, Seed(seed), 3);
            prop_assert_eq!(fold_of.len(), answers.len());
            let count = |fold: usize, wanted: &dyn Fn(bool) -> bool| {
                (0..answers.len()).filter(|row| fold_of[*row] == fold && wanted(answers[*row])).count()
            };
            let wanted: [&dyn Fn(bool) -> bool; 3] = [&|answer| answer, &|answer| !answer, &|_| true];
            for wanted in wanted {
                let counts: Vec<usize> = (0..folds).map(|fold| count(fold, wanted)).collect();
                let (least, most) = (counts.iter().min(), counts.iter().max());
                prop_assert!(most.zip(least).is_some_and(|(most, least)| most - least <= 1), "{counts:?}");
            }
        }
    }

    #[test]
    fn deals_differ_and_repeat() {
        let answers: Vec<bool> = (0..200).map(|row| row % 7 == 0).collect();
        let deal = |seed, deal| stratified(&answers, 5, Seed(seed), deal);
        assert_eq!(deal(1, 0), deal(1, 0));
        assert_ne!(deal(1, 0), deal(2, 0));
        assert_ne!(deal(1, 0), deal(1, 1));
    }
}
