//! The award of a job: each bidder names a cost that the others do not see, and the lowest wins.
//!
//! The contract net: a manager announces a task, those who can do it bid, and the best bid gets the contract (R. G. Smith, "The
//! contract net protocol", IEEE Transactions on Computers C-29, 1980). Bids are what the task would cost the bidder beyond what it
//! has taken on already (T. Sandholm, "An implementation of the contract net protocol based on marginal cost
//! calculations", AAAI 1993). Bidders here belong to one plant and name what it would cost them: nobody gains by naming anything else.

/// The bidder with the lowest bid; of equal bids the one whose key is least. A bid that is no number does not count.
pub fn award<K: Ord>(bids: impl IntoIterator<Item = (f64, K)>) -> Option<(f64, K)> {
    let valid = bids.into_iter().filter(|(cost, _)| !cost.is_nan());
    valid.min_by(|(a, first), (b, second)| a.total_cmp(b).then_with(|| first.cmp(second)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_lowest_bid_wins_and_the_first_of_equals() {
        assert_eq!(award([(3.0, 1), (2.0, 7), (2.0, 4), (9.0, 0)]), Some((2.0, 4)));
        assert_eq!(award([(f64::NAN, 0), (f64::INFINITY, 3), (f64::INFINITY, 2)]), Some((f64::INFINITY, 2)));
        assert_eq!(award([(f64::NAN, 0)]), None);
        assert_eq!(award::<u32>([]), None);
    }

    proptest! {
        #[test]
        fn the_order_of_bids_does_not_matter(bids in prop::collection::vec((-5_i8..5, 0_u32..9), 0..9), turn in 0_usize..9) {
            let bids: Vec<(f64, u32)> = bids.into_iter().map(|(cost, who)| (cost.into(), who)).collect();
            let mut turned = bids.clone();
            turned.rotate_left(turn.min(bids.len()));
            prop_assert_eq!(award(bids.clone()), award(turned));
            prop_assert!(award(bids.clone()).is_none_or(|(least, _)| bids.iter().all(|(cost, _)| least <= *cost)));
        }
    }
}
