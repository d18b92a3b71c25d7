//! How trips begin: each where and as soon as it is safe, those of a road in the order in which they want to.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use super::following::{braking_distance, safe_speed};
use super::guidance::{Call, Prospect, Prospects, prospects};
use super::{Traffic, Vehicle, VehicleId, abilities};
use crate::city::demand::{FirstLane, FirstSpeed, Haste, Kind, KindId, Trip};
use crate::city::streets::{Class, LaneId, RoadId};
use crate::engine::random::{Purpose, Stream};

const KIND: Purpose = Purpose::new("traffic.kind");
const LANE: Purpose = Purpose::new("traffic.lane");

/// Where a trip leads, for which class of vehicles, and on which lanes it has to stop: what its prospects depend on.
type Errand = (Vec<RoadId>, &'static str, Vec<u32>);

/// The trips that have not begun.
#[derive(Clone, Debug, Default)]
pub(super) struct Waiting {
    /// The next trip that nobody has asked for so far.
    next: usize,
    /// The trips that want to begin, by the road where they do.
    queues: BTreeMap<RoadId, VecDeque<u32>>,
    /// What routes' lanes are worth.
    known: BTreeMap<Errand, Prospects>,
}

impl Waiting {
    pub fn count(&self) -> usize {
        self.queues.values().map(VecDeque::len).sum()
    }
}

impl Traffic {
    /// Lets trips begin. Where one cannot, those behind it on the same road wait too.
    pub(super) fn insert(&mut self) {
        let demand = self.demand.clone();
        while let Some(trip) = demand.trips.get(self.waiting.next).filter(|trip| trip.departs <= self.now()) {
            let queue = self.waiting.queues.entry(trip.route[0]).or_default();
            queue.push_back(self.waiting.next as u32);
            self.waiting.next += 1;
        }
        let mut queues = std::mem::take(&mut self.waiting.queues);
        for queue in queues.values_mut() {
            while queue.front().is_some_and(|trip| self.begin(*trip, &demand.trips[*trip as usize])) {
                queue.pop_front();
            }
        }
        queues.retain(|_, queue| !queue.is_empty());
        self.waiting.queues = queues;
    }

    /// Begins a trip, if it can.
    fn begin(&mut self, number: u32, trip: &Trip) -> bool {
        let mut random = self.seed.stream(u64::from(number), KIND, 0);
        let kind = draw_kind(&trip.kinds, &mut random);
        let about = &self.demand.clone().kinds[kind.0 as usize];
        let haste = draw_haste(about.haste, &mut random);
        let prospects = self.prospects(trip, about.class);
        let Some(lane) = self.first_lane(number, trip, &prospects[0]) else { return false };
        let track = self.track_of_lane(lane);
        let limit = (self.streets.lane(lane).speed_limit * haste).min(about.top_speed);
        let wanted = match trip.speed {
            FirstSpeed::At(speed) => speed.min(limit),
            FirstSpeed::Most => limit,
        };
        let at = trip.from.min(self.streets.lane(lane).length);
        let Some((place, speed)) = self.room(lane, at, wanted, trip.speed, about) else { return false };
        let vehicle = Vehicle {
            trip: number,
            kind,
            haste,
            track,
            at,
            speed,
            road: 0,
            departed: self.now(),
            halt: 0,
            stands_until: None,
            prospects,
            next_speed: speed,
        };
        let id = self.free.pop().unwrap_or_else(|| {
            self.vehicles.push(None);
            VehicleId(self.vehicles.len() as u32 - 1)
        });
        self.vehicles[id.0 as usize] = Some(vehicle);
        self.tracks[track.0 as usize].insert(place, id);
        true
    }

    /// Where among the others on a lane there is room to begin, and how fast that is safe.
    fn room(&self, lane: LaneId, at: f64, wanted: f64, asked: FirstSpeed, kind: &Kind) -> Option<(usize, f64)> {
        let others = &self.tracks[self.track_of_lane(lane).0 as usize];
        let place = others.partition_point(|other| self.vehicle(*other).at >= at);
        let mut speed = wanted;
        if let Some(ahead) = place.checked_sub(1).map(|ahead| self.vehicle(others[ahead])) {
            let about = self.kind(ahead);
            let gap = ahead.at - about.length - at - kind.least_gap;
            let safe = safe_speed(gap, ahead.speed, about.deceleration, &abilities(kind), self.step);
            if gap < 0.0 || (safe < wanted && matches!(asked, FirstSpeed::At(_))) {
                return None;
            }
            speed = speed.min(safe);
        }
        if let Some(behind) = others.get(place).map(|behind| self.vehicle(*behind)) {
            let about = self.kind(behind);
            let gap = at - kind.length - behind.at - about.least_gap;
            let needed = behind.speed * about.headway + braking_distance(behind.speed, about.deceleration, self.step)
                - braking_distance(speed, kind.deceleration.max(about.deceleration), self.step);
            if gap < needed.max(0.0) {
                return None;
            }
        }
        Some((place, speed))
    }

    /// The lane on which a trip begins.
    fn first_lane(&self, number: u32, trip: &Trip, prospects: &[Prospect]) -> Option<LaneId> {
        let lanes = self.streets.roads[trip.route[0].index()].lanes.clone();
        let open = || lanes.clone().map(LaneId).zip(prospects).filter(|(_, prospect)| prospect.reach > 0.0);
        let count = |lane: &LaneId| self.tracks[self.track_of_lane(*lane).0 as usize].len();
        match trip.lane {
            FirstLane::Best => {
                open().filter(|(_, prospect)| prospect.best == 0).map(|(lane, _)| lane).min_by_key(count)
            }
            FirstLane::Free => open().map(|(lane, _)| lane).min_by_key(count),
            FirstLane::Random => {
                let open: Vec<LaneId> = open().map(|(lane, _)| lane).collect();
                // Anew in each step.
                let mut random = self.seed.stream(u64::from(number), LANE, self.steps);
                (!open.is_empty()).then(|| open[random.below(open.len())])
            }
            FirstLane::Number(lane) => lanes.map(LaneId).nth(lane as usize),
        }
    }

    /// What the lanes of a trip's route are worth.
    fn prospects(&mut self, trip: &Trip, class: Class) -> Prospects {
        let calls: Vec<Call> = trip
            .halts
            .iter()
            .filter_map(|halt| {
                let road = self.streets.lane(halt.lane).road;
                Some(Call { road: trip.route.iter().position(|there| *there == road)?, lane: halt.lane })
            })
            .collect();
        let key = (trip.route.clone(), class.name(), calls.iter().map(|call| call.lane.0).collect());
        let streets = &self.streets;
        let found = || Arc::new(prospects(streets, &trip.route, class, &calls));
        self.waiting.known.entry(key).or_insert_with(found).clone()
    }
}

/// One of some kinds, by their weights.
fn draw_kind(kinds: &[(KindId, f64)], random: &mut Stream) -> KindId {
    let all: f64 = kinds.iter().map(|(_, weight)| weight).sum();
    let mut rest = random.uniform() * all;
    for (kind, weight) in kinds {
        rest -= weight;
        if rest < 0.0 {
            return *kind;
        }
    }
    kinds[kinds.len() - 1].0
}

/// Drawn again until it is between the ends, so that these are no more likely than what is beside them.
fn draw_haste(haste: Haste, random: &mut Stream) -> f64 {
    let [least, greatest] = haste.between;
    for _ in 0..100 {
        // Box and Muller.
        let (radius, angle) = (random.uniform(), random.uniform() * std::f64::consts::TAU);
        let normal = libm::sqrt(-2.0 * libm::log(radius)) * libm::cos(angle);
        let drawn = haste.mean + haste.deviation * normal;
        if (least..=greatest).contains(&drawn) {
            return drawn;
        }
    }
    haste.mean.clamp(least, greatest)
}
