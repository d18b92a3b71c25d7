//! The English auction of buyers: the price falls, in rounds that everybody sees, until only one is left who would do it
//! (R. Cassady, *Auctions and Auctioneering*, 1967; R. P. McAfee and J. McMillan, "Auctions and bidding", Journal of Economic
//! Literature 25, 1987).

use super::Award;
use crate::engine::identity::TwinId;

/// How a round ended.
#[derive(Clone, Debug, PartialEq)]
pub enum Round {
    /// Several are in: the next round, at a lower price.
    Next(f64),
    /// It is decided.
    Over(Option<Award>),
}

/// What follows from a round at a price, by who is in now and who was in the round before (none before the first), each by id. A round ends at
/// the price at which one is left; if nobody is, the first of those who were in before gets it for what was paid then.
pub fn close(price: f64, step: f64, now: &[TwinId], before: &[TwinId]) -> Round {
    match (now, before) {
        ([], []) => Round::Over(None),
        ([], [first, ..]) => Round::Over(Some(Award { to: *first, missions: 1, price: price + step })),
        ([only], _) => Round::Over(Some(Award { to: *only, missions: 1, price })),
        // Nobody is paid less than nothing.
        ([first, ..], _) if price - step < 0.0 => Round::Over(Some(Award { to: *first, missions: 1, price })),
        _ => Round::Next(price - step),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// An auction among those who stay in as long as their cost is paid.
    fn auction(costs: &[f64], reward: f64, step: f64) -> Option<Award> {
        let (mut price, mut before) = (reward, Vec::new());
        loop {
            let now: Vec<TwinId> =
                (0..).map(TwinId).zip(costs).filter(|(_, cost)| **cost <= price).map(|(twin, _)| twin).collect();
            match close(price, step, &now, &before) {
                Round::Next(next) => (price, before) = (next, now),
                Round::Over(award) => return award,
            }
        }
    }

    proptest! {
        /// As Vickrey's auction, up to the step (revenue equivalence of private values).
        #[test]
        fn it_ends_as_vickrey_s(costs in prop::collection::vec(0.0..10.0_f64, 1..8), reward in 1.0..12.0_f64) {
            let step = 0.01;
            let award = auction(&costs, reward, step);
            let bids: Vec<(TwinId, f64)> = (0..).map(TwinId).zip(costs.iter().copied()).collect();
            let vickrey = super::super::sealed::second_price(&bids, Some(reward));
            match (award, vickrey) {
                (Some(award), Some(vickrey)) => {
                    // Whoever wins costs no more than a step more than the least.
                    let cost = |twin: TwinId| costs[twin.0 as usize];
                    prop_assert!(cost(award.to) <= cost(vickrey.to) + step + 1e-9);
                    prop_assert!((award.price - vickrey.price).abs() <= step + 1e-9, "{award:?} {vickrey:?}");
                    prop_assert!(award.price + 1e-9 >= cost(award.to));
                }
                (None, None) => {}
                other => prop_assert!(false, "{other:?}"),
            }
        }
    }
}
