//! Bids: what a job would cost a machine beyond what it has taken on already.
//!
//! A machine that is asked plays its work through in the order that its rule gives, once with the job and once without, and
//! bids the difference. So it counts what its queue, its set-ups, its speed, its energy at the price of the hour and its likely
//! failures mean for the job, and what the job means for those that it would delay. After the marginal costs of Sandholm
//! (1993, see [`award`](crate::twin::contracts::mechanisms::sealed)) and the market-based control of S. H. Clearwater (ed.,
//! *Market-Based Control*, World Scientific 1996): what is scarce has a price.

/// What time, lateness and energy are worth, in the currency.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Terms {
    /// An hour until a job is done there.
    pub hour: f64,
    /// An hour of expected lateness, for a job of weight 1.
    pub lateness: f64,
    /// By how much the price of energy counts.
    pub energy: f64,
}

/// A job as a machine expects it. Times in seconds, from now on.
#[derive(Clone, Copy, Debug)]
pub struct Task {
    /// How long the operation takes there.
    pub takes: f64,
    /// What it has to be set up for.
    pub family: Option<u32>,
    /// How much work comes after it.
    pub work_after: f64,
    /// When the job is due; infinity without a due date.
    pub due: f64,
    /// How much its lateness matters.
    pub weight: f64,
}

/// What a machine knows of itself. Times in seconds, from now on.
pub struct Bidder<'a> {
    /// When each of its slots is free, and what it is set up for then.
    pub slots: Vec<(f64, Option<u32>)>,
    /// How long a set-up takes from one family to another.
    pub set_up: &'a dyn Fn(Option<u32>, Option<u32>) -> f64,
    /// How long it is expected to have stood still for failures by the time that it has worked for so long.
    pub standstill: &'a dyn Fn(f64) -> f64,
    /// What the energy costs to set up from one moment, for so long, and then to work for so long.
    pub energy: &'a dyn Fn(f64, f64, f64) -> f64,
}

/// A slot as a machine plays its work through.
#[derive(Clone, Copy)]
struct Bench {
    /// When it is free, failures left out.
    free: f64,
    /// When that is with the failures that are expected by then.
    really: f64,
    /// What it is set up for.
    family: Option<u32>,
}

impl Bidder<'_> {
    /// What it costs to do these tasks, in that order: each in the slot that is free first.
    pub fn cost(&self, terms: &Terms, tasks: &[Task]) -> f64 {
        self.cost_from(&mut self.benches(), terms, tasks)
    }

    /// The bid for a task that would be done after the first `place` of those it has.
    pub fn bid(&self, terms: &Terms, tasks: &[Task], place: usize, task: &Task) -> f64 {
        let (before, after) = tasks.split_at(place.min(tasks.len()));
        // What comes before costs the same with it and without.
        let mut benches = self.benches();
        before.iter().for_each(|task| _ = self.work(task, &mut benches));
        let mut without = benches.clone();
        let own = self.cost_from(&mut benches, terms, std::slice::from_ref(task));
        own + self.cost_from(&mut benches, terms, after) - self.cost_from(&mut without, terms, after)
    }

    fn benches(&self) -> Vec<Bench> {
        let bench =
            |&(free, family): &(f64, Option<u32>)| Bench { free, really: free + (self.standstill)(free), family };
        self.slots.iter().map(bench).collect()
    }

    fn cost_from(&self, benches: &mut [Bench], terms: &Terms, tasks: &[Task]) -> f64 {
        let cost = |task: &Task| {
            let Some((begins, set_up, ends)) = self.work(task, benches) else { return 0.0 };
            let late = (ends + task.work_after - task.due).max(0.0);
            let hours = (terms.hour * ends + terms.lateness * task.weight * late) / 3600.0;
            let energy = if terms.energy > 0.0 { (self.energy)(begins, set_up, task.takes) } else { 0.0 };
            hours + terms.energy * energy
        };
        tasks.iter().map(cost).sum()
    }

    /// Does a task in the slot that is free first. When it begins, how long the set-up takes, and when it ends.
    fn work(&self, task: &Task, benches: &mut [Bench]) -> Option<(f64, f64, f64)> {
        let bench = benches.iter_mut().reduce(|first, other| if other.free < first.free { other } else { first })?;
        let set_up = (self.set_up)(bench.family, task.family);
        let begins = bench.really;
        bench.free += set_up + task.takes;
        bench.really = bench.free + (self.standstill)(bench.free);
        bench.family = task.family.or(bench.family);
        Some((begins, set_up, bench.really))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::twin::contracts::mechanisms::sealed::award;
    use proptest::prelude::*;

    const FLOW: Terms = Terms { hour: 3600.0, lateness: 0.0, energy: 0.0 };

    fn task(takes: f64) -> Task {
        Task { takes, family: None, work_after: 0.0, due: f64::INFINITY, weight: 1.0 }
    }

    fn bidder(slots: usize) -> Bidder<'static> {
        Bidder { slots: vec![(0.0, None); slots], set_up: &|_, _| 0.0, standstill: &|_| 0.0, energy: &|_, _, _| 0.0 }
    }

    /// The place of a task among others in the order of their times.
    fn place(tasks: &[Task], task: &Task) -> usize {
        tasks.partition_point(|other| other.takes <= task.takes)
    }

    #[test]
    fn a_bid_counts_whom_the_job_would_delay() {
        // 5 s of its own, and 5 s for each of the two that would come after it.
        assert_eq!(bidder(1).bid(&FLOW, &[task(8.0), task(9.0)], 0, &task(5.0)), 15.0);
        // At the end, it waits for the others.
        assert_eq!(bidder(1).bid(&FLOW, &[task(8.0), task(9.0)], 2, &task(5.0)), 22.0);
        assert_eq!(bidder(2).bid(&FLOW, &[task(8.0), task(9.0)], 2, &task(5.0)), 13.0);
    }

    #[test]
    fn set_ups_lateness_failures_and_energy_have_their_price() {
        let change = |from: Option<u32>, to: Option<u32>| if from == to { 0.0 } else { 60.0 };
        let machine = Bidder {
            slots: vec![(100.0, Some(1))],
            set_up: &change,
            standstill: &|worked| worked / 10.0,
            energy: &|begins, set_up, takes| begins + 2.0 * set_up + 3.0 * takes,
        };
        let terms = Terms { hour: 36.0, lateness: 72.0, energy: 0.5 };
        let same = Task { takes: 40.0, family: Some(1), work_after: 30.0, due: 90.0, weight: 2.0 };
        // It ends at 140 s, by failures at 154 s, and would be late by 94 s.
        let expected = 0.01 * 154.0 + 0.02 * 2.0 * 94.0 + 0.5 * (110.0 + 120.0);
        assert!((machine.bid(&terms, &[], 0, &same) - expected).abs() < 1e-12);
        let other = Task { family: Some(2), ..same };
        let more = 0.01 * 66.0 + 0.02 * 2.0 * 66.0 + 0.5 * 120.0;
        assert!((machine.bid(&terms, &[], 0, &other) - expected - more).abs() < 1e-9);
    }

    proptest! {
        /// Equal machines that do the shortest first: announced one by one in that order, the jobs end up with the least sum of
        /// completion times that any assignment has (R. W. Conway, W. L. Maxwell and L. W. Miller, *Theory of Scheduling*, 1967).
        #[test]
        fn equal_machines_find_the_least_sum_of_completion_times(
            mut times in prop::collection::vec(1_u32..30, 1..8), machines in 1_usize..4,
        ) {
            times.sort_unstable();
            let jobs: Vec<Task> = times.iter().map(|&time| task(time.into())).collect();
            let (sold, paid) = auction(&jobs, &vec![1.0; machines]);
            prop_assert!((total(&sold) - paid).abs() < 1e-9, "bids add up to the cost of all");
            prop_assert!((paid - least(&jobs, &vec![1.0; machines])).abs() < 1e-9);
        }

        /// Machines of different speeds find no worse than twice the least, and mostly the least.
        #[test]
        fn unequal_machines_come_close_to_the_least(
            times in prop::collection::vec(1_u32..30, 1..7), speeds in prop::collection::vec(1_u32..4, 1..4),
        ) {
            let jobs: Vec<Task> = times.iter().map(|&time| task(time.into())).collect();
            let slow: Vec<f64> = speeds.into_iter().map(f64::from).collect();
            let (sold, paid) = auction(&jobs, &slow);
            prop_assert!((total(&sold) - paid).abs() < 1e-9, "bids add up to the cost of all");
            let least = least(&jobs, &slow);
            prop_assert!(least <= paid + 1e-9 && paid <= 2.0 * least, "{} instead of {}", paid, least);
        }
    }

    /// Announces jobs one by one to machines that take so many times their time; what each has then, and the sum of the bids.
    fn auction(jobs: &[Task], slow: &[f64]) -> (Vec<Vec<Task>>, f64) {
        let mut sold = vec![Vec::new(); slow.len()];
        let mut paid = 0.0;
        for job in jobs {
            let offer = |machine: usize| task(job.takes * slow[machine]);
            let bid = |machine: usize| {
                let tasks: &Vec<Task> = &sold[machine];
                bidder(1).bid(&FLOW, tasks, place(tasks, &offer(machine)), &offer(machine))
            };
            let (bid, winner) = award((0..slow.len()).map(|machine| (bid(machine), machine))).unwrap();
            let place = place(&sold[winner], &offer(winner));
            sold[winner].insert(place, offer(winner));
            paid += bid;
        }
        (sold, paid)
    }

    fn total(sold: &[Vec<Task>]) -> f64 {
        sold.iter().map(|tasks| bidder(1).cost(&FLOW, tasks)).sum()
    }

    /// The least sum of completion times over all assignments.
    fn least(jobs: &[Task], slow: &[f64]) -> f64 {
        let count = slow.len();
        let assignments = 0..count.pow(jobs.len() as u32);
        let cost = |mut code: usize| {
            let mut machines = vec![Vec::new(); count];
            for job in jobs {
                machines[code % count].push(task(job.takes * slow[code % count]));
                code /= count;
            }
            machines.iter_mut().for_each(|tasks| tasks.sort_by(|a, b| a.takes.total_cmp(&b.takes)));
            total(&machines)
        };
        assignments.map(cost).fold(f64::INFINITY, f64::min)
    }
}
