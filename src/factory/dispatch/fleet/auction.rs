//! Vehicles share out the loads among themselves: a sequential single-item auction.
//!
//! In each round every vehicle bids, for each load that nobody has won yet, what it would add to the cost of its own tour to put
//! the load in where it fits best; the lowest bid of all wins its load. No vehicle needs to know the others' tours. For points
//! that have to be visited in a metric space, M. G. Lagoudakis et al., "Auction-based multi-robot routing" (Robotics: Science and
//! Systems 2005) prove for the total drive never more than twice the least (and that 1.5 times can happen); for the latest end
//! at most 2n times with n vehicles; for the mean waiting at most 2m² times with m points. S. Koenig et al., "The power of
//! sequential single-item auctions for agent coordination" (AAAI 2006). Loads are ways here, not points, and new ones come all the
//! time: for those nothing is proved.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::twin::contracts::mechanisms::sealed::award;

/// What the vehicles together keep low.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum TeamGoal {
    /// The mean time until loads are delivered.
    #[default]
    Waiting,
    /// All driving together.
    Driving,
    /// When the last load is delivered.
    Latest,
}

/// A place of the auction: where a vehicle will be free, where a load is fetched, where it is brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// Where that vehicle will be free.
    Start(usize),
    /// Where that load is fetched.
    Pick(usize),
    /// Where that load is brought.
    Drop(usize),
}

/// A vehicle that bids. Times in seconds.
#[derive(Clone, Copy, Debug)]
pub struct Carrier {
    /// When it will be free, from now on.
    pub free_in: f64,
    /// How long it can drive before it has to charge. The first load is always within its range.
    pub range: f64,
    /// How long it takes to load and unload.
    pub handling: f64,
}

/// How long a vehicle drives from one stop to another.
pub trait Drives: Fn(usize, Stop, Stop) -> f64 {}
impl<F: Fn(usize, Stop, Stop) -> f64> Drives for F {}

/// The driving time of a tour, the sum of the times until its loads are delivered, and when it ends.
#[derive(Clone, Copy, Debug, Default)]
struct Tour {
    driving: f64,
    waiting: f64,
    end: f64,
}

impl Tour {
    fn cost(&self, goal: TeamGoal) -> f64 {
        match goal {
            TeamGoal::Waiting => self.waiting,
            TeamGoal::Driving => self.driving,
            TeamGoal::Latest => self.end,
        }
    }
}

fn tour(who: usize, carrier: &Carrier, loads: impl Iterator<Item = usize>, drive: &impl Drives) -> Tour {
    let mut tour = Tour { end: carrier.free_in, ..Tour::default() };
    let mut at = Stop::Start(who);
    for load in loads {
        let way = drive(who, at, Stop::Pick(load)) + drive(who, Stop::Pick(load), Stop::Drop(load));
        tour.driving += way;
        tour.end += way + carrier.handling;
        tour.waiting += tour.end;
        at = Stop::Drop(load);
    }
    tour
}

/// The bid of a vehicle for a load, and the place in its tour where the load fits best; none if it is out of range.
fn bid(
    who: usize,
    carrier: &Carrier,
    tours: &[Vec<usize>],
    load: usize,
    goal: TeamGoal,
    drive: &impl Drives,
) -> Option<(f64, usize)> {
    let mine = &tours[who];
    let before = tour(who, carrier, mine.iter().copied(), drive).cost(goal);
    let with = |place: usize| {
        let (first, rest) = mine.split_at(place);
        let loads = first.iter().copied().chain([load]).chain(rest.iter().copied());
        let tour = tour(who, carrier, loads, drive);
        (mine.is_empty() || tour.driving <= carrier.range).then(|| (tour.cost(goal), place))
    };
    let (cost, place) = award((0..=mine.len()).filter_map(with))?;
    // Of the latest end, what counts is when it is and not by how much later.
    let marginal = if goal == TeamGoal::Latest { cost } else { cost - before };
    Some((marginal, place))
}

/// Shares loads out among vehicles: the tour of each, its first load first. Loads that are out of everybody's range are in none.
pub fn auction(carriers: &[Carrier], loads: usize, goal: TeamGoal, drive: &impl Drives) -> Vec<Vec<usize>> {
    let mut tours: Vec<Vec<usize>> = vec![Vec::new(); carriers.len()];
    let mut open: Vec<usize> = (0..loads).collect();
    let ask = |who: usize, load: usize, tours: &[Vec<usize>]| bid(who, &carriers[who], tours, load, goal, drive);
    let mut bids: Vec<Vec<Option<(f64, usize)>>> =
        (0..carriers.len()).map(|who| open.iter().map(|&load| ask(who, load, &tours)).collect()).collect();
    loop {
        let all = (0..carriers.len()).flat_map(|who| open.iter().map(move |&load| (who, load)));
        // Of equal bids the oldest load goes first, and to the first vehicle.
        let valid = all.filter_map(|(who, load)| Some((bids[who][load]?.0, (load, who))));
        let Some((_, (load, who))) = award(valid) else { return tours };
        let place = bids[who][load].map_or(0, |(_, place)| place);
        tours[who].insert(place, load);
        open.retain(|&other| other != load);
        // Only the winner's tour has changed, and with it its bids.
        for &load in &open {
            bids[who][load] = ask(who, load, &tours);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const FREE: Carrier = Carrier { free_in: 0.0, range: f64::INFINITY, handling: 0.0 };

    /// Vehicles and points on a plane; loads of no length, as in the paper.
    fn drives(starts: Vec<(f64, f64)>, points: Vec<(f64, f64)>) -> impl Drives {
        move |_, from, to| {
            let place = |stop| match stop {
                Stop::Start(who) => starts[who],
                Stop::Pick(load) | Stop::Drop(load) => points[load],
            };
            let ((ax, ay), (bx, by)): ((f64, f64), (f64, f64)) = (place(from), place(to));
            libm::hypot(ax - bx, ay - by)
        }
    }

    fn total(carriers: &[Carrier], tours: &[Vec<usize>], goal: TeamGoal, drive: &impl Drives) -> f64 {
        let costs = tours
            .iter()
            .enumerate()
            .map(|(who, loads)| tour(who, &carriers[who], loads.iter().copied(), drive).cost(goal));
        if goal == TeamGoal::Latest { costs.fold(0.0, f64::max) } else { costs.sum() }
    }

    /// The least over all ways to share loads out and to order them.
    fn least(carriers: &[Carrier], loads: usize, goal: TeamGoal, drive: &impl Drives) -> f64 {
        fn extend(tours: &mut Vec<Vec<usize>>, next: usize, loads: usize, visit: &mut dyn FnMut(&[Vec<usize>])) {
            if next == loads {
                return visit(tours);
            }
            for who in 0..tours.len() {
                for place in 0..=tours[who].len() {
                    tours[who].insert(place, next);
                    extend(tours, next + 1, loads, visit);
                    tours[who].remove(place);
                }
            }
        }
        let mut best = f64::INFINITY;
        let mut visit = |tours: &[Vec<usize>]| best = best.min(total(carriers, tours, goal, drive));
        extend(&mut vec![Vec::new(); carriers.len()], 0, loads, &mut visit);
        best
    }

    fn points(count: std::ops::Range<usize>) -> impl Strategy<Value = Vec<(f64, f64)>> {
        prop::collection::vec((0_u8..50, 0_u8..50).prop_map(|(x, y)| (f64::from(x), f64::from(y))), count)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(150))]

        #[test]
        fn the_guarantees_of_the_paper_hold(starts in points(1..4), places in points(1..6)) {
            let carriers = vec![FREE; starts.len()];
            let (n, m) = (starts.len() as f64, places.len());
            let drive = drives(starts, places);
            for (goal, bound) in
                [(TeamGoal::Driving, 2.0), (TeamGoal::Latest, 2.0 * n), (TeamGoal::Waiting, 2.0 * (m * m) as f64)]
            {
                let tours = auction(&carriers, m, goal, &drive);
                prop_assert_eq!(tours.iter().map(Vec::len).sum::<usize>(), m);
                let (found, least) = (total(&carriers, &tours, goal, &drive), least(&carriers, m, goal, &drive));
                prop_assert!(found <= bound * least + 1e-9, "{:?}: {} instead of {}", goal, found, least);
            }
        }
    }

    #[test]
    fn who_will_be_free_nearby_soon_wins_before_who_is_free_far_away() {
        // On a line: one vehicle is free at 100 m, the other in 10 s at 0 m; the load lies at 5 m.
        let drive = drives(vec![(100.0, 0.0), (0.0, 0.0)], vec![(5.0, 0.0)]);
        let carriers = [FREE, Carrier { free_in: 10.0, ..FREE }];
        assert_eq!(auction(&carriers, 1, TeamGoal::Waiting, &drive), [vec![], vec![0]]);
        let late = [FREE, Carrier { free_in: 200.0, ..FREE }];
        assert_eq!(auction(&late, 1, TeamGoal::Waiting, &drive), [vec![0], vec![]]);
    }

    #[test]
    fn nobody_takes_more_than_its_battery_allows() {
        let drive = drives(vec![(0.0, 0.0), (60.0, 0.0)], vec![(1.0, 0.0), (2.0, 0.0), (3.0, 0.0)]);
        let carriers = [Carrier { range: 2.5, ..FREE }, FREE];
        assert_eq!(auction(&carriers, 3, TeamGoal::Driving, &drive), [vec![0, 1], vec![2]]);
        // The first load it takes however far: who cannot even do that does not bid.
        let carriers = [Carrier { range: 0.0, ..FREE }];
        let drive = drives(vec![(0.0, 0.0)], vec![(1.0, 0.0), (2.0, 0.0)]);
        assert_eq!(auction(&carriers, 2, TeamGoal::Driving, &drive), [vec![0]]);
    }
}
