//! A small fleet on a layout, as a factory would run it: what the tests drive.
//!
//! The rule of the fleet: who cannot claim its next spot goes home, where there is always room, and stands in the
//! spot's queue. So nobody keeps a place while waiting for another, and spots are never waited for in a circle.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, VecDeque};

use crate::engine::identity::TwinId;
use crate::engine::random::{Purpose, Seed, Stream};
use crate::engine::time::{Duration, Time};
use crate::factory::transport::aisles::{Aisles, Grid, Lane};
use crate::factory::transport::motion::Limits;
use crate::factory::transport::network::{Network, Spot, SpotId, ZoneId};
use crate::factory::transport::traffic::{MoverId, Report, Traffic};

/// What happens at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Happening {
    Pass(MoverId),
    /// It has done its work at a spot.
    Done(MoverId),
    Halt(MoverId),
    GoOn(MoverId),
    /// Somebody changes his mind and calls it home; it does its trip later.
    CallHome(MoverId),
    /// It is taken away.
    Remove(MoverId),
}

/// When a vehicle was seen, where, and how fast.
type Seen = (Time, (f64, f64), f64);

pub struct Yard {
    pub network: Network,
    pub traffic: Traffic,
    pub now: Time,
    pub events: BinaryHeap<Reverse<(Time, u64, Happening)>>,
    /// The spots that each has still to go to.
    pub trips: Vec<VecDeque<SpotId>>,
    /// Who waits for a place at each spot.
    queues: Vec<VecDeque<MoverId>>,
    pub arrivals: Vec<(Time, MoverId, SpotId)>,
    pub moments: u64,
    pushed: u64,
    seen: Vec<Option<Seen>>,
    limits: Vec<Limits>,
    pub dwell: Duration,
}

pub fn limits(speed: f64, acceleration: f64, deceleration: f64) -> Limits {
    Limits { speed, acceleration, deceleration }
}

pub fn add_spot(network: &mut Network, junction: ZoneId, spur: f64, capacity: u32) -> SpotId {
    let (x, y) = network.place(junction);
    network.add_spot(Spot { junction, place: (x, y - spur), spur, capacity })
}

impl Yard {
    pub fn new(network: Network) -> Yard {
        let queues = vec![VecDeque::new(); network.spots()];
        Yard {
            network,
            traffic: Traffic::default(),
            now: Time::ZERO,
            events: BinaryHeap::new(),
            trips: Vec::new(),
            queues,
            arrivals: Vec::new(),
            moments: 0,
            pushed: 0,
            seen: Vec::new(),
            limits: Vec::new(),
            dwell: Duration::from_secs(5),
        }
    }

    /// Adds a vehicle that leaves its home at once, if it has anywhere to go.
    pub fn add(&mut self, limits: Limits, home: SpotId, trips: &[SpotId]) -> MoverId {
        let twin = TwinId(self.trips.len() as u64);
        let mover = self.traffic.add(&self.network, limits, home, twin).unwrap();
        self.queues.resize(self.network.spots(), VecDeque::new());
        self.trips.push(trips.iter().copied().collect());
        self.seen.push(None);
        self.limits.push(limits);
        self.push(self.now, Happening::Done(mover));
        mover
    }

    pub fn push(&mut self, at: Time, what: Happening) {
        self.pushed += 1;
        self.events.push(Reverse((at, self.pushed, what)));
    }

    /// One moment with all that happens in it. False if nothing is left to happen.
    pub fn step(&mut self) -> bool {
        let Some(&Reverse((now, ..))) = self.events.peek() else { return false };
        self.now = now;
        self.moments += 1;
        while let Some(&Reverse((at, _, what))) = self.events.peek()
            && at == now
        {
            self.events.pop();
            self.happen(what);
        }
        loop {
            self.traffic.retry(&self.network, now);
            let reports: Vec<Report> = self.traffic.take_reports().collect();
            if reports.is_empty() {
                return true;
            }
            reports.into_iter().for_each(|report| self.heed(report));
            self.serve_queues();
        }
    }

    fn happen(&mut self, what: Happening) {
        match what {
            Happening::Pass(mover) => _ = self.traffic.pass(mover, self.now),
            Happening::Done(mover) => self.next_trip(mover),
            Happening::Halt(mover) => self.traffic.halt(mover),
            Happening::GoOn(mover) => self.traffic.go_on(mover),
            Happening::CallHome(mover) => {
                let away =
                    self.traffic.destination(mover).zip(self.traffic.home(mover)).filter(|(to, home)| to != home);
                if let Some((_, home)) = away {
                    _ = self.traffic.send(&self.network, mover, home, self.now);
                }
            }
            Happening::Remove(mover) => {
                self.traffic.remove(mover);
                self.trips[mover.0 as usize].clear();
                self.queues.iter_mut().for_each(|queue| queue.retain(|other| *other != mover));
                self.serve_queues();
            }
        }
    }

    fn heed(&mut self, report: Report) {
        match report {
            Report::Moves { mover, at } => self.push(at, Happening::Pass(mover)),
            Report::Arrived { mover, spot } => {
                let trips = &mut self.trips[mover.0 as usize];
                let home = self.traffic.home(mover) == Some(spot);
                if !home && trips.front() == Some(&spot) {
                    trips.pop_front();
                    self.arrivals.push((self.now, mover, spot));
                }
                let work = if home { Duration::ZERO } else { self.dwell };
                self.push(self.now + work, Happening::Done(mover));
            }
            Report::Waits { .. } | Report::Left { .. } => {}
        }
    }

    fn next_trip(&mut self, mover: MoverId) {
        let Some(home) = self.traffic.home(mover) else { return };
        let goal = self.trips[mover.0 as usize].front().copied();
        if let Some(spot) = goal.filter(|&spot| self.traffic.claim(&self.network, mover, spot)) {
            self.traffic.send(&self.network, mover, spot, self.now).unwrap();
            return;
        }
        if let Some(spot) = goal {
            let queue = &mut self.queues[spot.0 as usize];
            if !queue.contains(&mover) {
                queue.push_back(mover);
            }
        }
        if self.traffic.standing_at(mover) != Some(home) {
            self.traffic.send(&self.network, mover, home, self.now).unwrap();
        }
    }

    /// First come, first served. One on its way home may turn round; if it cannot, it goes when it is home.
    fn serve_queues(&mut self) {
        for (spot, queue) in (0..).map(SpotId).zip(&mut self.queues) {
            while let Some(&mover) = queue.front()
                && self.traffic.claim(&self.network, mover, spot)
            {
                queue.pop_front();
                if self.trips[mover.0 as usize].front() == Some(&spot) {
                    _ = self.traffic.send(&self.network, mover, spot, self.now);
                } else {
                    self.traffic.unclaim(mover, spot);
                }
            }
        }
    }

    /// Runs to the end, and checks on the way, every so many moments, what must hold.
    pub fn run(&mut self, every: u64) {
        while self.step() {
            assert!(self.moments < 100_000, "it never ends: {self:?}");
            if self.moments.is_multiple_of(every) {
                self.check();
            }
        }
        self.check();
        for mover in self.traffic.movers() {
            assert_eq!(self.traffic.standing_at(mover), self.traffic.home(mover), "{mover:?} is stuck: {self:?}");
        }
        assert!(self.trips.iter().all(VecDeque::is_empty), "trips are left: {self:?}");
    }

    /// What must hold at the end of every moment.
    pub fn check(&mut self) {
        self.traffic.audit(&self.network, self.now).unwrap_or_else(|what| panic!("{what}: {self:?}"));
        for mover in self.traffic.movers() {
            let place = self.traffic.place(&self.network, mover, self.now).unwrap();
            let speed = self.traffic.speed(mover, self.now).unwrap();
            let limits = self.limits[mover.0 as usize];
            assert!(speed <= limits.speed + 1e-9, "{mover:?} drives {speed}");
            let seen = &mut self.seen[mover.0 as usize];
            if let Some((then, before, speed_then)) = seen.replace((self.now, place, speed)) {
                let elapsed = (self.now - then).seconds();
                let moved = libm::hypot(place.0 - before.0, place.1 - before.1);
                assert!(moved <= limits.speed * elapsed + 1e-6, "{mover:?} jumps {moved} m in {elapsed} s");
                let (faster, slower) = (speed - speed_then, speed_then - speed);
                assert!(faster <= limits.acceleration * elapsed + 1e-6, "{mover:?} jumps to {speed} m/s");
                assert!(slower <= limits.deceleration * elapsed + 1e-6, "{mover:?} jumps to {speed} m/s");
            }
        }
    }
}

impl std::fmt::Debug for Yard {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "at {} after {} moments, trips {:?}, {:#?}", self.now, self.moments, self.trips, self.traffic)
    }
}

/// A random number generator for laying out a yard.
pub struct Dice(Stream);

impl Dice {
    pub fn new(seed: u64) -> Dice {
        Dice(Seed(seed).stream(0, Purpose::new("test.traffic"), 0))
    }

    /// A whole number in a range, both ends included.
    pub fn int(&mut self, from: usize, to: usize) -> usize {
        from + self.0.below(to - from + 1)
    }

    pub fn real(&mut self, from: f64, to: f64) -> f64 {
        from + (to - from) * self.0.uniform()
    }

    pub fn chance(&mut self, probability: f64) -> bool {
        self.0.uniform() < probability
    }

    fn lane(&mut self, from: usize, to: usize, one_way: bool) -> Lane {
        let speed = self.chance(0.2).then(|| self.real(0.3, 1.5));
        let zones = self.chance(0.3).then(|| self.int(0, 2) as u32);
        Lane { from: format!("j{from:02}"), to: format!("j{to:02}"), one_way, speed, zones, length: None }
    }

    /// A line, a tree, a ring, a one-way ring with or without short cuts, or a grid.
    pub fn aisles(&mut self) -> Aisles {
        let mut aisles = Aisles { zone_length: self.real(2.0, 4.0), ..Aisles::default() };
        let count = self.int(3, 15);
        let shape = self.int(0, 5);
        if shape == 5 {
            let (columns, rows) = (self.int(2, 5) as u32, self.int(1, 3) as u32);
            let step = (self.real(4.0, 12.0), self.real(4.0, 12.0));
            aisles.grids.push(Grid { name: "g".into(), from: (0.0, 0.0), step, columns, rows });
            return aisles;
        }
        for junction in 0..count {
            let angle = junction as f64 * std::f64::consts::TAU / count as f64;
            let radius = count as f64 * 1.5;
            let place = match shape {
                0 => (junction as f64 * 8.0, 0.0),
                1 => (self.real(0.0, 40.0), self.real(0.0, 40.0)),
                _ => (radius * libm::cos(angle), radius * libm::sin(angle)),
            };
            aisles.junctions.insert(format!("j{junction:02}"), place);
        }
        for junction in 1..count {
            let from = if shape == 1 { self.int(0, junction - 1) } else { junction - 1 };
            let lane = self.lane(from, junction, shape >= 3);
            aisles.lanes.push(lane);
        }
        if shape >= 2 {
            let lane = self.lane(count - 1, 0, shape >= 3);
            aisles.lanes.push(lane);
        }
        if shape == 4 {
            self.add_short_cuts(&mut aisles, count);
        }
        aisles
    }

    fn add_short_cuts(&mut self, aisles: &mut Aisles, count: usize) {
        let mut pairs = BTreeMap::new();
        for _ in 0..self.int(1, 4) {
            let (from, to) = (self.int(0, count - 1), self.int(0, count - 1));
            let apart = (from + count - to) % count;
            if apart > 1 && apart < count - 1 && pairs.insert((from.min(to), from.max(to)), ()).is_none() {
                let one_way = self.chance(0.5);
                let lane = self.lane(from, to, one_way);
                aisles.lanes.push(lane);
            }
        }
    }

    /// A line of junctions that a single track joins, or a comb: a line with a dead end at each junction.
    pub fn narrow_aisles(&mut self) -> Aisles {
        let (count, comb) = (self.int(2, 8), self.chance(0.5));
        let mut aisles = Aisles { zone_length: 3.0, ..Aisles::default() };
        for junction in 0..count {
            aisles.junctions.insert(format!("j{junction:02}"), (junction as f64 * 12.0, 0.0));
            if junction > 0 {
                let lane = self.lane(junction - 1, junction, false);
                aisles.lanes.push(lane);
            }
            if comb {
                aisles.junctions.insert(format!("j{:02}", junction + 50), (junction as f64 * 12.0, 9.0));
                let lane = self.lane(junction, junction + 50, false);
                aisles.lanes.push(lane);
            }
        }
        aisles
    }

    /// Vehicles, spots and trips, halts, changes of mind and losses.
    pub fn yard(&mut self, aisles: &Aisles, vehicles: usize) -> Yard {
        assert_eq!(aisles.problems(0.0), []);
        let mut network = Network::compile(aisles);
        let junctions = (0..network.zones()).filter(|zone| network.name(ZoneId(*zone as u32)).is_some()).count();
        let mut spots = Vec::new();
        for _ in 0..self.int(1, 8) {
            let (junction, spur) = (ZoneId(self.int(0, junctions - 1) as u32), self.real(1.0, 4.0));
            spots.push(add_spot(&mut network, junction, spur, self.int(1, 2) as u32));
        }
        let homes: Vec<SpotId> = (0..vehicles)
            .map(|_| add_spot(&mut network, ZoneId(self.int(0, junctions - 1) as u32), self.real(1.0, 4.0), 1))
            .collect();
        let mut yard = Yard::new(network);
        for home in homes {
            let limits = limits(self.real(0.5, 2.5), self.real(0.2, 1.5), self.real(0.2, 1.5));
            let trips: Vec<SpotId> = (0..self.int(1, 5)).map(|_| spots[self.int(0, spots.len() - 1)]).collect();
            let mover = yard.add(limits, home, &trips);
            self.plague(&mut yard, mover);
        }
        yard
    }

    /// Things that come between: with some, a halt, changes of mind, and rarely the end.
    fn plague(&mut self, yard: &mut Yard, mover: MoverId) {
        let mut moment = |longest: f64| Time::ZERO + Duration::from_seconds(self.real(0.0, longest));
        let (halt, call, call_again, end) = (moment(100.0), moment(60.0), moment(200.0), moment(200.0));
        if self.chance(0.3) {
            yard.push(halt, Happening::Halt(mover));
            yard.push(halt + Duration::from_seconds(self.real(0.0, 60.0)), Happening::GoOn(mover));
        }
        for at in [call, call_again] {
            if self.chance(0.3) {
                yard.push(at, Happening::CallHome(mover));
            }
        }
        if self.chance(0.05) {
            yard.push(end, Happening::Remove(mover));
        }
    }
}
