//! How trips begin: each where and as soon as it is safe, those that may use the same lanes in the order in which they want to.

use std::collections::{BTreeMap, VecDeque};

use serde::{Deserialize, Serialize};

use super::following::{braking_distance, safe_speed, stopping_speed};
use super::guidance::{GuideId, Prospect};
use super::plan::ROUNDING;
use super::tank::Tank;
use super::{Cause, Sums, TRAIL, TrackId, Traffic, Vehicle, VehicleId, abilities, lanes};
use crate::city::demand::{Charging, Demand, FirstLane, FirstSpeed, Haste, Kind, KindId, Trip};
use crate::city::streets::{LaneId, RoadId};
use crate::engine::random::{Purpose, Stream};

const KIND: Purpose = Purpose::new("traffic.kind");
const LANE: Purpose = Purpose::new("traffic.lane");
const CHARGE: Purpose = Purpose::new("traffic.charge");

/// Nobody farther behind need brake for whoever begins a trip, at any speed that there is: metres.
const SIGHT: f64 = 200.0;

/// The trips that have not begun.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Waiting {
    /// The next trip that nobody has asked for so far.
    next: usize,
    /// The trips that want to begin, by the road where they do, and by the lanes of it on which they can, as bits.
    queues: BTreeMap<(RoadId, u64), VecDeque<Pending>>,
}

/// A trip that wants to begin.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Pending {
    trip: u32,
    kind: KindId,
    haste: f64,
    #[serde(skip)]
    guide: GuideId,
}

impl Waiting {
    pub fn count(&self) -> usize {
        self.queues.values().map(VecDeque::len).sum()
    }

    /// Whether all trips have begun.
    pub fn is_over(&self, demand: &Demand) -> bool {
        self.queues.is_empty() && self.next == demand.trips.len()
    }

    /// Finds the guide of each trip, made by a kind of vehicle.
    pub fn find_guides(&mut self, mut find: impl FnMut(u32, KindId) -> GuideId) {
        for pending in self.queues.values_mut().flatten() {
            pending.guide = find(pending.trip, pending.kind);
        }
    }
}

impl Traffic {
    /// Lets trips begin. Where one cannot, those behind it that may use the same lanes wait too.
    pub(super) fn insert(&mut self) {
        let town = self.town.clone();
        let demand = &town.demand;
        while let Some(trip) = demand.trips.get(self.waiting.next).filter(|trip| trip.departs <= self.now()) {
            let pending = self.prepare(self.waiting.next as u32, trip);
            let lanes = (0..).zip(self.guides.of(pending.guide, 0));
            let can = lanes.filter(|(number, prospect)| may_begin(trip.lane, *number, prospect));
            let bits = can.fold(0, |bits, (number, _)| bits | 1 << (number % 64));
            self.waiting.queues.entry((trip.route[0], bits)).or_default().push_back(pending);
            self.waiting.next += 1;
        }
        let mut queues = std::mem::take(&mut self.waiting.queues);
        let mut lines: Vec<(RoadId, &mut VecDeque<Pending>)> =
            queues.iter_mut().map(|((road, _), queue)| (*road, queue)).collect();
        for lines in lines.chunk_by_mut(|one, other| one.0 == other.0) {
            let mut open: Vec<&mut VecDeque<Pending>> = lines.iter_mut().map(|(_, queue)| &mut **queue).collect();
            // The one that has waited longest goes first.
            while let Some(first) = (0..open.len()).min_by_key(|line| open[*line].front().map(|pending| pending.trip)) {
                let pending = open[first].pop_front();
                let waits = pending.filter(|pending| !self.begin(pending, &demand.trips[pending.trip as usize]));
                if let Some(waits) = waits {
                    open[first].push_front(waits);
                    open.swap_remove(first);
                } else if open[first].is_empty() {
                    open.swap_remove(first);
                }
            }
        }
        queues.retain(|_, queue| !queue.is_empty());
        self.waiting.queues = queues;
    }

    /// What makes a trip, and by which lanes.
    fn prepare(&mut self, number: u32, trip: &Trip) -> Pending {
        let mut random = self.seed.stream(u64::from(number), KIND, 0);
        let kind = draw_kind(&trip.kinds, &mut random);
        let about = &self.town.demand.kinds[kind.0 as usize];
        let haste = draw_haste(about.haste, &mut random);
        let stops = trip.halts.iter().map(|halt| halt.lane);
        let guide = self.guides.find(&self.town.streets, &trip.route, about.class, stops);
        Pending { trip: number, kind, haste, guide }
    }

    /// Begins a trip, if it can.
    fn begin(&mut self, pending: &Pending, trip: &Trip) -> bool {
        let Pending { trip: number, kind, haste, guide } = *pending;
        let about = &self.town.demand.kinds[kind.0 as usize];
        let Some(lane) = self.first_lane(number, trip, self.guides.of(guide, 0)) else { return false };
        let (length, limit) = (self.town.streets.lane(lane).length, self.town.streets.lane(lane).speed_limit);
        let limit = (limit * haste).min(about.top_speed);
        let wanted = match trip.speed {
            FirstSpeed::At(speed) => speed.min(limit),
            FirstSpeed::Most => limit,
            FirstSpeed::Mean => self.mean_speed(lane).unwrap_or(limit).min(limit),
        };
        // It begins with its whole body on the road, where there is room for it.
        let at = trip.from.max(about.length).min(length);
        let Some((place, speed)) = self.room(lane, at, wanted, trip.speed, about) else { return false };
        let first_charge = || draw_charge(about.charging, &mut self.seed.stream(u64::from(number), CHARGE, 0));
        let vehicle = Vehicle {
            trip: number,
            kind,
            haste,
            track: self.track_of_lane(lane),
            at,
            speed,
            road: 0,
            departed: self.now(),
            halt: 0,
            stands_until: None,
            waited: 0.0,
            cause: Cause::Free,
            brakes: false,
            sums: Sums::default(),
            ends_at: self.end_of_trip(number, guide, 0, self.track_of_lane(lane)),
            halts: !trip.halts.is_empty(),
            guide,
            trail: [None; TRAIL],
            intent: lanes::Intent::default(),
            errand: None,
            parker: None,
            tank: Tank::of(about, self.town.extras.counts_energy, first_charge).map(Box::new),
        };
        self.put_on(lane, place, vehicle);
        self.roads[trip.route[0].index()].entered += 1;
        true
    }

    /// Puts a vehicle on a lane, at its place among those who are there.
    pub(super) fn put_on(&mut self, lane: LaneId, place: usize, vehicle: Vehicle) {
        let id = self.free.pop().unwrap_or_else(|| {
            self.vehicles.push(None);
            VehicleId(self.vehicles.len() as u32 - 1)
        });
        self.vehicles[id.0 as usize] = Some(vehicle);
        self.tracks[lane.index()].insert(place, id);
    }

    /// How fast those on a lane are on average.
    fn mean_speed(&self, lane: LaneId) -> Option<f64> {
        let there = &self.tracks[lane.index()];
        let sum: f64 = there.iter().map(|there| self.vehicle(*there).speed).sum();
        (!there.is_empty()).then(|| sum / there.len() as f64)
    }

    /// Where among the others on a lane there is room to begin, and how fast that is safe.
    pub(super) fn room(
        &self,
        lane: LaneId,
        at: f64,
        wanted: f64,
        asked: FirstSpeed,
        kind: &Kind,
    ) -> Option<(usize, f64)> {
        let others = &self.tracks[self.track_of_lane(lane).0 as usize];
        let place = others.partition_point(|other| self.vehicle(*other).at >= at);
        let mut speed = wanted;
        if let Some(closed) = self.closed.ahead(self.track_of_lane(lane), at) {
            speed = speed.min(stopping_speed(closed - at, &abilities(kind), self.step));
        }
        // Of whoever is ahead, the back may be all that is still on the lane.
        let ahead = match place.checked_sub(1).map(|ahead| self.vehicle(others[ahead])) {
            Some(ahead) => Some((ahead.at - self.kind(ahead).length, ahead.speed, self.kind(ahead).deceleration)),
            None => {
                self.tails[self.track_of_lane(lane).0 as usize].map(|tail| (tail.back, tail.speed, tail.deceleration))
            }
        };
        if let Some((ahead, ahead_speed, deceleration)) = ahead {
            let gap = ahead - at - kind.least_gap;
            let safe = safe_speed(gap, ahead_speed, deceleration, &abilities(kind), self.step);
            if gap < 0.0 || (safe < wanted && asked != FirstSpeed::Most) {
                return None;
            }
            speed = speed.min(safe);
        }
        let back = at - kind.length;
        let is_safe = match others.get(place) {
            Some(behind) => self.is_far_behind(self.vehicle(*behind), back - self.vehicle(*behind).at, speed, kind),
            None => self.is_free_behind(lane, back, speed, kind, SIGHT),
        };
        is_safe.then_some((place, speed))
    }

    /// Whether those who come to a lane by turns are so far from a place on it that somebody may be there all at once.
    pub(super) fn is_free_behind(&self, lane: LaneId, back: f64, speed: f64, kind: &Kind, sight: f64) -> bool {
        self.town.layout.entries(lane).iter().all(|turn| {
            let track = self.track_of_turn(*turn);
            let to_turn = back + self.town.layout.track(track).length;
            let is_far = |track: TrackId, end: f64| {
                let is_turn = track.0 >= self.town.streets.lanes.len() as u32;
                let comes = |behind: &&Vehicle| {
                    is_turn
                        || self
                            .after(behind, track, behind.road)
                            .is_some_and(|(next, _)| next == self.track_of_turn(*turn))
                };
                // Those before them may leave by other turns.
                let behind = self.on(track).take_while(|behind| end - behind.at <= sight).find(comes)?;
                Some(self.is_far_behind(behind, end - behind.at, speed, kind))
            };
            if let Some(is_far) = is_far(track, to_turn) {
                return is_far;
            }
            let from = self.town.streets.turn(*turn).from;
            let length = self.town.streets.lane(from).length;
            if let Some(is_far) = is_far(self.track_of_lane(from), to_turn + length) {
                return is_far;
            }
            to_turn + length > sight || self.is_free_behind(from, to_turn + length, speed, kind, sight)
        })
    }

    /// Whether one behind can brake for somebody who is so far ahead of it all at once.
    pub(super) fn is_far_behind(&self, behind: &Vehicle, gap: f64, speed: f64, kind: &Kind) -> bool {
        let about = self.kind(behind);
        let needed = behind.speed * about.headway + braking_distance(behind.speed, about.deceleration, self.step)
            - braking_distance(speed, kind.deceleration.max(about.deceleration), self.step);
        gap - about.least_gap + ROUNDING >= needed.max(0.0)
    }

    /// The lane on which a trip begins.
    fn first_lane(&self, number: u32, trip: &Trip, prospects: &[Prospect]) -> Option<LaneId> {
        let lanes = self.town.streets.roads[trip.route[0].index()].lanes.clone().map(LaneId);
        let can = lanes.zip((0..).zip(prospects)).filter(|(_, (lane, prospect))| may_begin(trip.lane, *lane, prospect));
        let mut can = can.map(|(lane, _)| lane);
        if trip.lane == FirstLane::Random {
            let can: Vec<LaneId> = can.collect();
            // Anew in each step.
            let mut random = self.seed.stream(u64::from(number), LANE, self.steps);
            return (!can.is_empty()).then(|| can[random.below(can.len())]);
        }
        let first = can.next()?;
        let count = |lane: &LaneId| self.tracks[self.track_of_lane(*lane).0 as usize].len();
        std::iter::once(first).chain(can).min_by_key(count)
    }
}

/// Whether a trip may begin on a lane.
fn may_begin(asked: FirstLane, lane: u32, prospect: &Prospect) -> bool {
    match asked {
        FirstLane::Best => prospect.reach > 0.0 && prospect.best == 0,
        FirstLane::Free | FirstLane::Random => prospect.reach > 0.0,
        FirstLane::Number(number) => number == lane,
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

fn draw_charge(charging: Charging, random: &mut Stream) -> f64 {
    draw_haste(Haste { mean: charging.first, deviation: charging.deviation, between: [0.0, 1.0] }, random)
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
