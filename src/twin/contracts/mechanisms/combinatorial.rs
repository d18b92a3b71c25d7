//! Auctions of several missions at once, in which contractors bid for sets of them (S. Rassenti, V. Smith and R. Bulfin, Bell Journal of
//! Economics 13, 1982). Who wins is found exactly, by dynamic programming over the sets of missions (M. Rothkopf, A. Pekeč and R. Harstad,
//! "Computationally manageable combinational auctions", Management Science 44, 1998): few missions only. Paid is by Vickrey, Clarke
//! and Groves: what the winner's presence spares the others.

use super::Award;
use crate::engine::identity::TwinId;

/// A bid for a set of missions (a bit each). A bidder wins with one of its bids at most.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SetBid {
    /// Whose.
    pub by: TwinId,
    /// Which.
    pub missions: u32,
    /// What they cost.
    pub cost: f64,
}

/// What missions are worth that nobody put a reward on: so much that as many as can be are done.
const DEAR: f64 = 1e12;

/// The best that can be made of the bids: the most worth at the least cost. `worth` is that of each mission, 0 for those without a
/// reward. Bids are considered in the order of their bidders' ids.
pub fn decide(worth: &[f64], bids: &[SetBid]) -> Vec<Award> {
    let has_rewards = worth.iter().all(|worth| *worth > 0.0);
    let value = |missions: u32| -> f64 {
        let of = |n: usize| if worth[n] > 0.0 { worth[n] } else { DEAR };
        (0..worth.len()).filter(|n| missions >> n & 1 == 1).map(of).sum()
    };
    let mut bids: Vec<SetBid> = bids.iter().copied().filter(|bid| !bid.cost.is_nan()).collect();
    bids.sort_by(|a, b| a.by.cmp(&b.by).then(a.missions.cmp(&b.missions)).then(a.cost.total_cmp(&b.cost)));
    let (best, winners) = best(worth.len(), &bids, &value, None);
    let price = |bid: &SetBid| match has_rewards {
        // What the others could have without it, less what they have with it.
        true => {
            let without = self::best(worth.len(), &bids, &value, Some(bid.by)).0;
            bid.cost + (best - without)
        }
        false => bid.cost,
    };
    winners.iter().map(|bid| Award { to: bid.by, missions: bid.missions, price: price(bid) }).collect()
}

/// The greatest gain, and by which bids; without those of one bidder.
fn best(count: usize, bids: &[SetBid], value: &dyn Fn(u32) -> f64, without: Option<TwinId>) -> (f64, Vec<SetBid>) {
    let sets = 1_usize << count;
    // For each set of missions given away, the most gained so far; and behind it, by bidder, the bid that led there.
    let mut gains = vec![f64::NEG_INFINITY; sets];
    gains[0] = 0.0;
    let mut led: Vec<Vec<Option<SetBid>>> = Vec::new();
    for group in bids.chunk_by(|a, b| a.by == b.by).filter(|group| Some(group[0].by) != without) {
        let before = gains.clone();
        let mut choice = vec![None; sets];
        for bid in group {
            let gain = value(bid.missions) - bid.cost;
            for given in (0..sets).filter(|given| *given as u32 & bid.missions == 0) {
                let (from, to) = (before[given], given | bid.missions as usize);
                if from + gain > gains[to] {
                    gains[to] = from + gain;
                    choice[to] = Some(*bid);
                }
            }
        }
        led.push(choice);
    }
    let mut set = 0;
    for other in 0..sets {
        if gains[other] > gains[set] {
            set = other;
        }
    }
    let mut winners = Vec::new();
    let mut left = set;
    for choice in led.iter().rev() {
        if let Some(bid) = choice[left] {
            winners.push(bid);
            left &= !(bid.missions as usize);
        }
    }
    winners.reverse();
    (gains[set], winners)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn bid(by: u64, missions: u32, cost: f64) -> SetBid {
        SetBid { by: TwinId(by), missions, cost }
    }

    #[test]
    fn sets_can_be_cheaper_than_their_parts() {
        // Both for 5 beats 3 and 4 from two others; without the first the others would do: it is paid 5 + (20 - 5) - (20 - 7) = 7.
        let bids = [bid(0, 0b11, 5.0), bid(1, 0b01, 3.0), bid(2, 0b10, 4.0)];
        assert_eq!(decide(&[10.0, 10.0], &bids), [Award { to: TwinId(0), missions: 0b11, price: 7.0 }]);
        // For 8 they are given to the two.
        let bids = [bid(0, 0b11, 8.0), bid(1, 0b01, 3.0), bid(2, 0b10, 4.0)];
        let won = decide(&[10.0, 10.0], &bids);
        assert_eq!(won.iter().map(|award| award.to.0).collect::<Vec<_>>(), [1, 2]);
        assert_eq!(won.iter().map(|award| award.price).collect::<Vec<_>>(), [4.0, 5.0]);
    }

    #[test]
    fn without_rewards_as_many_as_can_be_are_done_at_the_least_cost() {
        let bids = [bid(0, 0b01, 3.0), bid(0, 0b10, 1.0), bid(1, 0b01, 5.0)];
        let won = decide(&[0.0, 0.0], &bids);
        assert_eq!(
            won,
            [Award { to: TwinId(0), missions: 0b10, price: 1.0 }, Award { to: TwinId(1), missions: 0b01, price: 5.0 },]
        );
        assert_eq!(decide(&[0.0], &[]), []);
    }

    /// All ways to accept bids, tried one by one.
    fn brute(worth: &[f64], bids: &[SetBid], without: Option<u64>) -> f64 {
        let mut best = 0.0_f64;
        for chosen in 0..1_u32 << bids.len() {
            let picked: Vec<&SetBid> = (0..bids.len()).filter(|n| chosen >> n & 1 == 1).map(|n| &bids[n]).collect();
            let twice = picked
                .iter()
                .enumerate()
                .any(|(n, a)| picked[..n].iter().any(|b| a.by == b.by || a.missions & b.missions != 0));
            if twice || picked.iter().any(|bid| Some(bid.by.0) == without) {
                continue;
            }
            let gain = |bid: &&SetBid| {
                (0..worth.len()).filter(|n| bid.missions >> n & 1 == 1).map(|n| worth[n]).sum::<f64>() - bid.cost
            };
            best = best.max(picked.iter().map(gain).sum());
        }
        best
    }

    fn random_bids() -> impl Strategy<Value = (Vec<f64>, Vec<SetBid>)> {
        (1_usize..5).prop_flat_map(|count| {
            let sets = 1_u32..1 << count;
            let bids = prop::collection::vec((0_u64..4, sets, 0.0..12.0_f64), 0..9);
            let bids =
                bids.prop_map(|bids| bids.into_iter().map(|(by, missions, cost)| bid(by, missions, cost)).collect());
            (prop::collection::vec(0.5..10.0_f64, count), bids)
        })
    }

    proptest! {
        #[test]
        fn it_is_the_best_of_all_ways((worth, bids) in random_bids()) {
            let won = decide(&worth, &bids);
            let value = |missions: u32| (0..worth.len()).filter(|n| missions >> n & 1 == 1).map(|n| worth[n]).sum::<f64>();
            let mut gain = 0.0;
            let mut given = 0_u32;
            for award in &won {
                prop_assert_eq!(given & award.missions, 0);
                given |= award.missions;
                let of = bids.iter().filter(|bid| bid.by == award.to && bid.missions == award.missions);
                let cost = of.map(|bid| bid.cost).fold(f64::INFINITY, f64::min);
                prop_assert!(cost.is_finite());
                gain += value(award.missions) - cost;
                // Nobody loses, and what is paid is what the others are spared.
                prop_assert!(award.price >= cost - 1e-9);
                let spared = brute(&worth, &bids, None) - brute(&worth, &bids, Some(award.to.0));
                prop_assert!((award.price - cost - spared).abs() < 1e-9);
            }
            prop_assert!((gain - brute(&worth, &bids, None)).abs() < 1e-9);
        }
    }
}
