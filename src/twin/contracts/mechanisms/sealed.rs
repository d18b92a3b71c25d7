//! Sealed bids: the least wins.
//!
//! Paid is what was bid (Smith's contract net), or what the second bid (W. Vickrey, "Counterspeculation, auctions, and competitive sealed
//! tenders", Journal of Finance 16, 1961): then nobody does better than by bidding what it truly costs.

use super::Award;
use crate::engine::identity::TwinId;

/// The lowest bid, with its bidder's key; of equal bids the one whose key is least. A bid that is no number does not count. Bidders who
/// name what a task would cost them beyond what they have taken on already share tasks out well (T. Sandholm, "An implementation of the
/// contract net protocol based on marginal cost calculations", AAAI 1993).
pub fn award<K: Ord>(bids: impl IntoIterator<Item = (f64, K)>) -> Option<(f64, K)> {
    let valid = bids.into_iter().filter(|(cost, _)| !cost.is_nan());
    valid.min_by(|(a, first), (b, second)| a.total_cmp(b).then_with(|| first.cmp(second)))
}

/// The order in which bids are considered: the least first, among equals the least id.
pub fn ranked(bids: impl Iterator<Item = (TwinId, f64)>) -> Vec<(TwinId, f64)> {
    let mut ranked: Vec<(TwinId, f64)> = bids.filter(|(_, cost)| !cost.is_nan()).collect();
    ranked.sort_by(|a, b| a.1.total_cmp(&b.1).then(a.0.cmp(&b.0)));
    ranked
}

/// The least bid wins, and is paid.
pub fn first_price(bids: &[(TwinId, f64)]) -> Option<Award> {
    let (price, to) = award(bids.iter().map(|(to, cost)| (*cost, *to)))?;
    Some(Award { to, missions: 1, price })
}

/// The least bid wins, and the second is paid; without one, `most`, the price above which nobody is wanted. With no such price, what
/// was bid.
pub fn second_price(bids: &[(TwinId, f64)], most: Option<f64>) -> Option<Award> {
    let ranked = ranked(bids.iter().copied().filter(|(_, cost)| most.is_none_or(|most| *cost <= most)));
    let (to, cost) = *ranked.first()?;
    let second = ranked.get(1).map(|(_, second)| *second).or(most).unwrap_or(cost);
    Some(Award { to, missions: 1, price: second })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn bids(costs: &[f64]) -> Vec<(TwinId, f64)> {
        (0..).map(TwinId).zip(costs.iter().copied()).collect()
    }

    #[test]
    fn the_least_wins_and_among_equals_the_least_id() {
        assert_eq!(first_price(&bids(&[5.0, 3.0, 3.0])), Some(Award { to: TwinId(1), missions: 1, price: 3.0 }));
        assert_eq!(second_price(&bids(&[5.0, 2.0, 3.0]), None), Some(Award { to: TwinId(1), missions: 1, price: 3.0 }));
        assert_eq!(second_price(&bids(&[5.0]), Some(9.0)), Some(Award { to: TwinId(0), missions: 1, price: 9.0 }));
        assert_eq!(second_price(&bids(&[5.0]), None), Some(Award { to: TwinId(0), missions: 1, price: 5.0 }));
        assert_eq!(second_price(&bids(&[5.0]), Some(4.0)), None);
        assert_eq!(first_price(&bids(&[f64::NAN])), None);
    }

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

        /// Vickrey's theorem: no lie does better than the truth, whatever the others bid.
        #[test]
        fn the_truth_does_best(others in prop::collection::vec(0.0..10.0_f64, 0..6), truth in 0.0..10.0_f64, lie in 0.0..10.0_f64) {
            let gain = |bid: f64| {
                let mut all = bids(&others);
                let me = TwinId(99);
                all.push((me, bid));
                second_price(&all, Some(8.0)).filter(|award| award.to == me).map_or(0.0, |award| award.price - truth)
            };
            prop_assert!(gain(truth) >= gain(lie) - 1e-12);
            prop_assert!(gain(truth) >= 0.0);
        }
    }
}
