//! Managers and contractors over networks that lose, delay, double and reorder what they say; some contractors die.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::contractor::{Body, Contractor, Heard};
use super::manager::{Desk, Manager, ManagerSpec, News, Offer, Said};
use super::mechanisms::Mechanism;
use super::notice::{Bid, MissionId, Notice};
use crate::engine::identity::TwinId;
use crate::engine::random::{Purpose, Seed, Stream};
use crate::engine::time::{Duration, Time};
use crate::twin::who::To;

const BOSS: TwinId = TwinId(0);
const LOSS: f64 = 0.2;

fn seconds(seconds: f64) -> Duration {
    Duration::from_seconds(seconds)
}

/// What somebody would do a mission for: by chance, but always the same.
fn cost(seed: Seed, who: TwinId, missions: u32) -> f64 {
    seed.stream(who.0, Purpose::new("cost"), u64::from(missions)).uniform() * 10.0
}

struct Worker {
    side: Contractor,
    at_once: usize,
    working: Vec<(MissionId, Time)>,
    dies: Time,
}

/// A worker's twin while it hears something.
struct Twin {
    seed: Seed,
    who: TwinId,
    room: usize,
}

impl Body for Twin {
    fn room(&self) -> usize {
        self.room
    }

    fn bids(&mut self, call: Heard) -> Vec<Bid> {
        let sets = 1..1_u32 << call.missions.len();
        let small = sets.filter(|set| set.count_ones() <= call.largest.min(self.room as u32));
        let bids = small.map(|set| Bid { missions: set, cost: cost(self.seed, self.who, set) });
        bids.filter(|bid| call.price.is_none_or(|price| bid.cost <= price)).collect()
    }

    fn can(&self, _: MissionId) -> bool {
        true
    }
}

/// One run of a manager and its workers.
struct Run {
    seed: Seed,
    random: Stream,
    now: Time,
    loss: f64,
    /// How likely something takes long.
    slow: f64,
    /// What is under way: by the moment of arrival.
    air: BTreeMap<(Time, u64), (TwinId, TwinId, Notice)>,
    sent: u64,
    boss: Manager,
    terms: ManagerSpec,
    offers: Vec<Offer>,
    workers: BTreeMap<TwinId, Worker>,
    /// How often each mission was begun, and done.
    begun: BTreeMap<MissionId, u32>,
    done: BTreeMap<MissionId, u32>,
    /// What the manager says became of each.
    ended: BTreeMap<MissionId, &'static str>,
    paid: Vec<(MissionId, TwinId, f64)>,
}

impl Run {
    fn new(seed: u64, through: Mechanism, dying: bool) -> Run {
        let seed = Seed(seed);
        let mut random = seed.stream(1, Purpose::new("run"), 0);
        let mut between = |low: usize, high: usize| low + random.below(high - low + 1);
        let (workers, missions) = (between(1, 6) as u64, between(1, 8));
        let whom: Arc<[TwinId]> = (1..=workers).map(TwinId).collect();
        let deadline = if dying { Time::ZERO + seconds(3_000.0) } else { Time::NEVER };
        let reward = [0.0, 8.0, 20.0][between(0, 2)];
        let reward = if matches!(through, Mechanism::English { .. }) { 20.0 } else { reward };
        // Where nobody dies somebody is always found: no cost is above the reward.
        let reward = if dying || reward == 0.0 { reward } else { 20.0 };
        let offers = (0..missions).map(|_| Offer { reward, deadline, whom: whom.clone() }).collect();
        let mut workers = BTreeMap::new();
        for who in whom.iter() {
            let dies = if dying && random.uniform() < 0.5 {
                Time::ZERO + seconds(random.uniform() * 120.0)
            } else {
                Time::NEVER
            };
            let at_once = 1 + random.below(2);
            workers.insert(*who, Worker { side: Contractor::default(), at_once, working: Vec::new(), dies });
        }
        let terms = ManagerSpec { through, ..ManagerSpec::default() };
        let mut boss = Manager::default();
        (0..missions).for_each(|n| boss.take(MissionId(n as u32), Time::ZERO));
        Run {
            seed,
            random,
            now: Time::ZERO,
            loss: LOSS,
            slow: 0.1,
            air: BTreeMap::new(),
            sent: 0,
            boss,
            terms,
            offers,
            workers,
            begun: BTreeMap::new(),
            done: BTreeMap::new(),
            ended: BTreeMap::new(),
            paid: Vec::new(),
        }
    }

    /// Some of it is lost, some comes twice, and all of it takes its time: up to 4 s, so that it overtakes itself.
    fn send(&mut self, from: TwinId, notices: Vec<(To, Notice)>) {
        for (to, notice) in notices {
            for to in to.twins().iter() {
                let copies = if self.random.uniform() < 0.05 { 2 } else { 1 };
                for _ in 0..copies {
                    let delay = if self.random.uniform() < self.slow { 4.0 } else { 0.2 } * self.random.uniform();
                    self.sent += 1;
                    if self.random.uniform() >= self.loss {
                        self.air.insert((self.now + seconds(delay), self.sent), (from, *to, notice.clone()));
                    }
                }
            }
        }
    }

    fn told(&mut self, said: Said<News>) {
        for news in said.news {
            match news {
                News::Reported(mission, _, done) => {
                    let before = self.ended.insert(mission, if done { "done" } else { "not done" });
                    assert_eq!(before, None, "{mission:?} has ended twice");
                }
                News::Failed(mission, ..) => {
                    let before = self.ended.insert(mission, "failed");
                    assert_eq!(before, None, "{mission:?} has ended twice");
                }
                News::Contracted(mission, with, price) => self.paid.push((mission, with, price)),
                News::Called(_) | News::Unwanted(_) => {}
            }
        }
        self.send(BOSS, said.notices);
    }

    fn with_boss(&mut self, act: impl FnOnce(&mut Manager, Desk, &mut Said<News>)) {
        let (offers, mut said) = (self.offers.clone(), Said { notices: Vec::new(), news: Vec::new() });
        let desk = Desk { terms: &self.terms, now: self.now, offer: &|mission| offers[mission.0 as usize].clone() };
        act(&mut self.boss, desk, &mut said);
        self.told(said);
    }

    fn with_worker(
        &mut self,
        who: TwinId,
        act: impl FnOnce(&mut Contractor, &mut dyn Body, Time, &mut Said<super::contractor::Begun>),
    ) {
        let Some(worker) = self.workers.get_mut(&who) else { return };
        let mut said = Said { notices: Vec::new(), news: Vec::new() };
        let mut twin = Twin { seed: self.seed, who, room: worker.at_once - worker.working.len() };
        act(&mut worker.side, &mut twin, self.now, &mut said);
        for begun in said.news {
            *self.begun.entry(begun.mission).or_default() += 1;
            worker.working.push((begun.mission, self.now + seconds(1.0 + 40.0 * self.random.uniform())));
            assert!(worker.working.len() <= worker.at_once, "it has taken on more than it can");
        }
        self.send(who, said.notices);
    }

    /// Goes on until nothing is left to be done. Returns after how long.
    fn run(&mut self) -> Time {
        for _ in 0..200_000 {
            let arrival = self.air.first_key_value().map_or(Time::NEVER, |((at, _), _)| *at);
            let sides = self.workers.values().map(|worker| worker.side.next()).min().unwrap_or(Time::NEVER);
            let works = self.workers.values().flat_map(|worker| worker.working.iter().map(|(_, end)| *end)).min();
            let dies = self.workers.values().map(|worker| worker.dies).min().unwrap_or(Time::NEVER);
            let boss = self.boss.next(&self.terms);
            let next = arrival.min(sides).min(works.unwrap_or(Time::NEVER)).min(dies).min(boss);
            let deadline = self.offers[0].deadline;
            if next == Time::NEVER || next > deadline || self.boss.is_idle() && self.air.is_empty() && works.is_none() {
                return self.now;
            }
            self.now = next;
            let now = self.now;
            self.workers.retain(|_, worker| worker.dies > now);
            let over: Vec<(TwinId, MissionId)> = self
                .workers
                .iter()
                .flat_map(|(who, worker)| {
                    worker.working.iter().filter(|(_, end)| *end <= now).map(|(mission, _)| (*who, *mission))
                })
                .collect();
            for (who, mission) in over {
                *self.done.entry(mission).or_default() += 1;
                let worker = self.workers.get_mut(&who).expect("it lives");
                worker.working.retain(|(other, _)| *other != mission);
                self.with_worker(who, |side, _, now, said| side.end(mission, true, now, said));
            }
            while let Some(entry) = self.air.first_entry().filter(|entry| entry.key().0 <= now) {
                let (from, to, notice) = entry.remove();
                if to == BOSS {
                    self.with_boss(|boss, desk, said| boss.hear(from, &notice, desk, said));
                } else {
                    self.with_worker(to, |side, twin, now, said| side.hear(from, &notice, now, twin, said));
                }
            }
            if self.boss.next(&self.terms) <= now {
                self.with_boss(|boss, desk, said| boss.pass(desk, said));
            }
            let due: Vec<TwinId> =
                self.workers.iter().filter(|(_, worker)| worker.side.next() <= now).map(|(who, _)| *who).collect();
            for who in due {
                self.with_worker(who, |side, _, now, said| side.pass(now, said));
            }
        }
        panic!("it never ends");
    }

    fn missions(&self) -> impl Iterator<Item = MissionId> + use<> {
        (0..self.offers.len() as u32).map(MissionId)
    }
}

fn mechanism(run: u64) -> Mechanism {
    match run % 4 {
        0 | 1 => Mechanism::ContractNet,
        2 => Mechanism::Vickrey,
        _ if run % 8 == 3 => Mechanism::English { step: 0.05 },
        _ => Mechanism::Combinatorial { collects: seconds(1.0), most: 4, largest: 2 },
    }
}

#[test]
fn every_task_is_done_exactly_once() {
    for seed in 0..10_000 {
        let mut run = Run::new(seed, mechanism(seed), false);
        run.run();
        for mission in run.missions() {
            assert_eq!(run.begun.get(&mission), Some(&1), "seed {seed}: {mission:?}");
            assert_eq!(run.done.get(&mission), Some(&1), "seed {seed}: {mission:?}");
            assert_eq!(run.ended.get(&mission), Some(&"done"), "seed {seed}: {mission:?}");
        }
        assert!(run.boss.is_idle(), "seed {seed}");
    }
}

#[test]
fn where_contractors_die_every_task_is_done_at_most_once_and_the_rest_is_reported() {
    let (mut done, mut missing, mut late) = (0, 0, 0);
    for seed in 0..10_000 {
        let mut run = Run::new(seed, mechanism(seed), true);
        run.run();
        for mission in run.missions() {
            let (begun, was_done) = (run.begun.get(&mission).copied().unwrap_or(0), run.done.contains_key(&mission));
            assert!(begun <= 1, "seed {seed}: {mission:?} was begun {begun} times");
            match run.ended.get(&mission) {
                Some(&"done") => {
                    assert!(was_done, "seed {seed}: {mission:?}");
                    done += 1;
                }
                // Whoever had it is dead, or was never heard.
                Some(&"failed") => missing += 1,
                other => {
                    // Nobody was left to begin it before its deadline.
                    assert_eq!((other, begun), (None, 0), "seed {seed}: {mission:?}");
                    assert!(run.boss.missions().contains(&mission) || run.now >= run.offers[0].deadline, "seed {seed}");
                    late += 1;
                }
            }
        }
    }
    assert!(done > 20_000 && missing > 500 && late > 500, "{done} done, {missing} missing, {late} not begun");
}

#[test]
fn where_all_is_heard_missions_go_to_whoever_does_them_at_the_least_cost() {
    for seed in 0..200 {
        let mut run = Run::new(seed, Mechanism::ContractNet, false);
        (run.loss, run.slow) = (0.0, 0.0);
        run.offers.truncate(1);
        let mut boss = Manager::default();
        boss.take(MissionId(0), Time::ZERO);
        run.boss = boss;
        run.run();
        let all: BTreeSet<TwinId> = run.offers[0].whom.iter().copied().collect();
        let best =
            all.into_iter().min_by(|a, b| cost(run.seed, *a, 1).total_cmp(&cost(run.seed, *b, 1))).expect("some");
        assert_eq!(run.paid, [(MissionId(0), best, cost(run.seed, best, 1))]);
    }
}
