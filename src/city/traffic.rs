//! Vehicles on streets.
//!
//! A step: signals change; who waits to depart does so where it is safe (`insertion`); each vehicle chooses its speed by what was before: it looks
//! ahead and says when it will come to junctions (`plan`), and then waits for those who have the way (`right_of_way`); all move at once
//! (`movement`); and then some change lanes (`lanes`).

pub mod charging;
mod closures;
pub mod energy;
mod errands;
mod extras;
pub mod following;
pub mod guidance;
mod insertion;
mod lanes;
mod layout;
mod movement;
mod news;
pub mod parking;
mod plan;
mod right_of_way;
pub mod signals;
pub mod tank;

use std::sync::Arc;

use bevy_ecs::prelude::Resource;
use serde::{Deserialize, Serialize};

use self::charging::{Station, Stay};
use self::closures::Closed;
use self::errands::{Errand, find_guide};
pub use self::extras::{Charger, ChargerId, Closure, Extras, Parking, ParkingId, Reroute};
use self::following::Abilities;
use self::guidance::{GuideId, Guides, Prospect};
use self::layout::Layout;
use self::news::News;
use self::parking::{Lot, Note, Parker};
pub use self::plan::Cause;
use self::right_of_way::{Body, Right};
use self::signals::actuated::{self, Detector};
use self::signals::{Lead, Showing, changeover};
use self::tank::Tank;
use crate::city::demand::{Demand, Halt, Kind, KindId};
use crate::city::streets::{Control, LaneId, RoadId, SignalsId, Streets, TurnId};
use crate::engine::parallel::Pool;
use crate::engine::random::Seed;

/// A lane, or a turn across a junction: whatever vehicles drive on one behind the other. Lanes come first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct TrackId(u32);

/// A vehicle under way, among all that there are. It is numbered anew from time to time; its trip tells it from others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct VehicleId(u32);

/// A vehicle under way. What is looked at most comes first.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[repr(C)]
pub struct Vehicle {
    /// How far along its track its front is: metres.
    pub at: f64,
    /// How fast: metres a second.
    pub speed: f64,
    /// Where its front is.
    pub track: TrackId,
    /// What it is.
    pub kind: KindId,
    /// How fast its driver wants to be, as a share of the limit.
    pub haste: f64,
    /// On which road of its route it is, or was before the turn that it is on; counted from 0.
    pub road: u32,
    /// What the lanes of its route are worth.
    #[serde(skip)]
    guide: GuideId,
    /// What it keeps in mind to change lanes.
    intent: lanes::Intent,
    /// Until when it stands at a halt, if it does: seconds.
    pub stands_until: Option<f64>,
    /// Its trip, among those of the demand.
    pub trip: u32,
    /// Which of its trip's halts is next, counted from 0.
    pub halt: u32,
    /// Where on its track its trip ends, if it does: metres.
    ends_at: f64,
    /// Whether a halt is still to come.
    halts: bool,
    /// For how long it has stood where it did not want to: seconds.
    pub waited: f64,
    /// The tracks behind its front, the nearest first, as far as its body may reach.
    trail: [Option<TrackId>; TRAIL],
    /// Why it is no faster.
    pub cause: Cause,
    /// Whether it has braked in the last step, by more than its engine does.
    pub brakes: bool,
    /// When it departed: seconds.
    pub departed: f64,
    /// What has come of its trip so far.
    pub sums: Sums,
    /// Where it goes other than its trip says.
    errand: Option<Box<Errand>>,
    /// What it has used, if that is counted.
    pub tank: Option<Box<Tank>>,
    /// What its driver keeps in mind who wants to park, or did.
    parker: Option<Box<Parker>>,
}

impl Vehicle {
    /// The tracks on which its body may be: where its front is, and then those behind, as far as it has come by them.
    pub fn tracks(&self) -> impl Iterator<Item = TrackId> + '_ {
        std::iter::once(self.track).chain(self.trail.iter().map_while(|track| *track))
    }
}

/// After so many steps vehicles are numbered anew.
const NUMBERS_ANEW: u64 = 32;

/// So many tracks behind its front a vehicle's body may reach.
const TRAIL: usize = 4;

/// What has come of a trip.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Sums {
    /// How far it has driven: metres.
    pub length: f64,
    /// How long it stood where it did not want to: seconds.
    pub waiting: f64,
    /// How much longer it took than if it had driven as fast as its driver likes, halts aside: seconds.
    pub time_loss: f64,
}

/// A trip that is over.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Arrival {
    /// The trip.
    pub trip: u32,
    /// What kind of vehicle made it.
    pub kind: KindId,
    /// On which road it began, and on which it ended.
    pub roads: [RoadId; 2],
    /// When it wanted to depart: seconds.
    pub departs: f64,
    /// When it departed: seconds.
    pub departed: f64,
    /// When it arrived: seconds.
    pub arrived: f64,
    /// What came of it.
    pub sums: Sums,
    /// What it has used, if that is counted.
    pub tank: Option<Tank>,
}

/// What has happened on a road for a while.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RoadSums {
    /// How many came to it or departed on it.
    pub entered: u64,
    /// How long vehicles were on it, all together: seconds.
    pub seconds: f64,
    /// How far they drove: metres.
    pub metres: f64,
    /// How long they stood where they did not want to: seconds.
    pub waiting: f64,
    /// How much longer they took than their drivers like: seconds.
    pub time_loss: f64,
}

/// What has come of all trips that are over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Totals {
    /// How many.
    pub arrived: u64,
    /// How far they led: metres.
    pub length: f64,
    /// The mean speed of each, added up: metres a second.
    pub speed: f64,
    /// How long they took: seconds.
    pub duration: f64,
    /// How long vehicles stood where they did not want to: seconds.
    pub waiting: f64,
    /// How much longer they took than their drivers like: seconds.
    pub time_loss: f64,
    /// How much later they departed than they wanted: seconds.
    pub depart_delay: f64,
    /// What was used.
    pub energy: tank::Totals,
    /// How many more were taken off the streets, because their batteries were empty.
    pub stranded: u64,
    /// What has come of parking.
    pub parking: parking::Totals,
}

impl Totals {
    fn add(&mut self, arrival: &Arrival) {
        let (sums, duration) = (arrival.sums, arrival.arrived - arrival.departed);
        self.arrived += 1;
        self.length += sums.length;
        self.speed += sums.length / duration;
        self.duration += duration;
        self.waiting += sums.waiting;
        self.time_loss += sums.time_loss;
        self.depart_delay += arrival.departed - arrival.departs;
        if let Some(tank) = &arrival.tank {
            self.energy.add(tank, sums.length);
        }
    }
}

/// What does not change while vehicles drive: the streets, who wants to drive where, and what follows from that.
#[derive(Debug, Default)]
pub struct Town {
    /// The streets.
    pub streets: Streets,
    /// Who wants to drive where.
    pub demand: Demand,
    /// What there is besides.
    pub extras: Extras,
    layout: Layout,
    /// The loops of actuated signals.
    detectors: Vec<Detector>,
}

impl Town {
    /// That of streets and demand.
    pub fn new(streets: Streets, demand: Demand) -> Town {
        Town {
            layout: Layout::of(&streets),
            detectors: actuated::detectors(&streets),
            streets,
            demand,
            extras: Extras::default(),
        }
    }

    /// The same with what there is besides.
    pub fn with(self, extras: Extras) -> Town {
        Town { extras, ..self }
    }

    /// That of so many copies of streets beside each other, each with all trips.
    pub fn copies(streets: &Streets, demand: &Demand, copies: u32) -> Town {
        Town::new(streets.copies(copies), demand.copies(copies, streets))
    }
}

/// All vehicles on a network. What is saved of it is who drives where; the rest follows from that.
#[derive(Resource, Clone, Debug, Serialize, Deserialize)]
pub struct Traffic {
    /// How long a step is: seconds.
    step: f64,
    /// How many steps are done.
    steps: u64,
    vehicles: Vec<Option<Vehicle>>,
    free: Vec<VehicleId>,
    waiting: insertion::Waiting,
    seed: Seed,
    /// From what the trips of the town were drawn.
    drawn_from: Seed,
    /// What the signals show.
    showing: Vec<Showing>,
    /// Who says what each of them shows.
    leads: Vec<Lead>,
    /// When each loop noticed somebody last: seconds.
    noticed: Vec<f64>,
    /// What has happened on each road since it was last asked.
    roads: Vec<RoadSums>,
    totals: Totals,
    /// What drivers hear of how long roads take.
    news: News,
    /// Who is at the places where batteries are charged.
    stations: Vec<Station>,
    /// Stays there that are over since they were last taken.
    #[serde(skip)]
    stays: Vec<Stay>,
    /// Who is parked at each place to park.
    lots: Vec<Lot>,
    /// What has happened there since it was last taken.
    #[serde(skip)]
    notes: Vec<Note>,
    #[serde(skip)]
    town: Arc<Town>,
    #[serde(skip)]
    guides: Guides,
    /// Who is on each track, from the front on.
    #[serde(skip)]
    tracks: Vec<Vec<VehicleId>>,
    /// What each turn's signals and rules say now.
    #[serde(skip)]
    rights: Vec<Right>,
    /// Whose bodies are on each turn, whole or in part.
    #[serde(skip)]
    bodies: Vec<Vec<Body>>,
    /// Of those who have left a track with their fronts, the one whose back is farthest behind on it.
    #[serde(skip)]
    tails: Vec<Option<Body>>,
    /// The tracks that have bodies or tails.
    #[serde(skip)]
    left: Vec<TrackId>,
    /// How much of each track is taken by vehicles and the gaps that they keep: metres.
    #[serde(skip)]
    taken: Vec<f64>,
    /// Which lanes are closed now.
    #[serde(skip)]
    closed: Closed,
}

impl Traffic {
    /// Empty streets before the first trip. The town's trips were drawn from a seed.
    pub fn new(town: Arc<Town>, step: f64, drawn_from: Seed) -> Traffic {
        let mut traffic = Traffic {
            step,
            steps: 0,
            vehicles: Vec::new(),
            free: Vec::new(),
            waiting: insertion::Waiting::default(),
            seed: drawn_from,
            drawn_from,
            showing: town.streets.signals.iter().map(|signals| Showing::by_clock(signals, 0.0)).collect(),
            leads: vec![Lead::Own; town.streets.signals.len()],
            noticed: vec![f64::NEG_INFINITY; town.detectors.len()],
            roads: vec![RoadSums::default(); town.streets.roads.len()],
            totals: Totals::default(),
            news: News::new(&town),
            stations: town.extras.chargers.iter().map(|_| Station::default()).collect(),
            stays: Vec::new(),
            lots: town.extras.parking.iter().map(|_| Lot::default()).collect(),
            notes: Vec::new(),
            town: Arc::default(),
            guides: Guides::default(),
            tracks: Vec::new(),
            rights: Vec::new(),
            bodies: Vec::new(),
            tails: Vec::new(),
            left: Vec::new(),
            taken: Vec::new(),
            closed: Closed::default(),
        };
        traffic.settle_in(town);
        traffic
    }

    /// Works out anew what follows from who drives where, in a town.
    pub fn settle_in(&mut self, town: Arc<Town>) {
        let (lanes, turns) = (town.streets.lanes.len(), town.streets.turns.len());
        self.town = town;
        self.guides = Guides::default();
        self.find_guides();
        self.tracks = vec![Vec::new(); lanes + turns];
        let mut there: Vec<(TrackId, f64, VehicleId)> =
            self.vehicles().map(|(id, vehicle)| (vehicle.track, vehicle.at, id)).collect();
        there.sort_unstable_by(|one, other| {
            one.0.cmp(&other.0).then(other.1.total_cmp(&one.1)).then(one.2.cmp(&other.2))
        });
        for (track, _, id) in there {
            self.tracks[track.0 as usize].push(id);
        }
        self.rights = vec![Right::Major; turns];
        self.bodies = vec![Vec::new(); turns];
        self.tails = vec![None; lanes + turns];
        self.left = Vec::new();
        self.taken = vec![0.0; lanes + turns];
        self.place_bodies();
    }

    /// Numbers vehicles by where they are, so that those who are near each other are near in memory, too.
    fn number_anew(&mut self) {
        let mut numbers = vec![VehicleId(u32::MAX); self.vehicles.len()];
        let mut vehicles = Vec::with_capacity(self.under_way());
        for track in &mut self.tracks {
            for id in track {
                let number = VehicleId(vehicles.len() as u32);
                numbers[id.0 as usize] = number;
                vehicles.push(self.vehicles[id.0 as usize].take());
                *id = number;
            }
        }
        for vehicle in vehicles.iter_mut().flatten() {
            // One who has left meanwhile is nobody's any more.
            vehicle.cause = vehicle.cause.renamed(|id| numbers.get(id.0 as usize).copied().unwrap_or(id));
        }
        for body in self.bodies.iter_mut().flatten().chain(self.tails.iter_mut().flatten()) {
            body.vehicle = numbers[body.vehicle.0 as usize];
        }
        self.vehicles = vehicles;
        self.free = Vec::new();
    }

    /// Finds the guides of all trips that are under way or wait.
    fn find_guides(&mut self) {
        let town = self.town.clone();
        for vehicle in self.vehicles.iter_mut().flatten() {
            vehicle.guide = find_guide(&town, &mut self.guides, vehicle);
        }
        self.waiting.find_guides(|trip, kind| {
            let (trip, class) = (&town.demand.trips[trip as usize], town.demand.kinds[kind.0 as usize].class);
            self.guides.find(&town.streets, &trip.route, class, trip.halts.iter().map(|halt| halt.lane))
        });
    }

    /// From what the trips of its town were drawn.
    pub fn drawn_from(&self) -> Seed {
        self.drawn_from
    }

    /// Where it is.
    pub fn town(&self) -> &Arc<Town> {
        &self.town
    }

    /// What the signals show.
    pub fn showing(&self) -> &[Showing] {
        &self.showing
    }

    /// Lets somebody lead signals, who says to which phase; or leads them no more.
    pub fn lead(&mut self, signals: SignalsId, lead: Lead) {
        self.leads[signals.index()] = lead;
    }

    /// How many are on the lane before a turn and want to take it, no farther from its beginning than so many metres.
    pub fn queue(&self, turn: TurnId, within: f64) -> usize {
        let from = self.track_of_lane(self.town.streets.turn(turn).from);
        let begins = self.town.layout.track(from).length - within;
        let takes = |vehicle: &&Vehicle| {
            let after = self.after(vehicle, vehicle.track, vehicle.road);
            after.is_some_and(|(track, _)| track == self.track_of_turn(turn))
        };
        self.on(from).take_while(|vehicle| vehicle.at >= begins).filter(takes).count()
    }

    /// What has come of all trips that are over, since it was last set back.
    pub fn totals(&self) -> Totals {
        self.totals
    }

    /// Counts trips afresh.
    pub fn reset_totals(&mut self) {
        self.totals = Totals::default();
    }

    /// What has happened on each road since it was last taken.
    pub fn road_sums(&self) -> &[RoadSums] {
        &self.roads
    }

    /// What has happened on each road since it was last taken, which it is now.
    pub fn take_road_sums(&mut self) -> Vec<RoadSums> {
        let none = vec![RoadSums::default(); self.roads.len()];
        std::mem::replace(&mut self.roads, none)
    }

    /// How many drive.
    pub fn under_way(&self) -> usize {
        self.vehicles.len() - self.free.len()
    }

    /// Whether nobody drives, and nobody ever will.
    pub fn is_over(&self) -> bool {
        self.under_way() == 0 && self.charging() == 0 && self.to_leave() == 0 && self.waiting.is_over(&self.town.demand)
    }

    /// What time it is: seconds.
    pub fn now(&self) -> f64 {
        self.steps as f64 * self.step
    }

    /// Goes on by a step, on all threads of a pool. Tells who has arrived.
    pub fn go_on(&mut self, seed: Seed, pool: &Pool) -> Vec<Arrival> {
        self.seed = seed;
        if self.steps.is_multiple_of(NUMBERS_ANEW) {
            self.number_anew();
        }
        self.notice();
        self.show_signals();
        self.close_lanes();
        self.end_stays();
        self.leave_places();
        self.charge();
        self.insert();
        let speeds = self.plan(pool);
        let mut arrivals = self.advance(&speeds);
        arrivals.extend(self.park());
        self.place_bodies();
        self.change_lanes(pool);
        self.steps += 1;
        self.hear_news();
        self.look_for_ways();
        self.look_for_chargers();
        self.look_for_places();
        self.tow();
        arrivals
    }

    /// All vehicles under way, in no order that means anything.
    pub fn vehicles(&self) -> impl Iterator<Item = (VehicleId, &Vehicle)> {
        (0..).zip(&self.vehicles).filter_map(|(number, vehicle)| Some((VehicleId(number), vehicle.as_ref()?)))
    }

    /// Who is on a track, from the front on.
    pub fn on(&self, track: TrackId) -> impl DoubleEndedIterator<Item = &Vehicle> {
        self.tracks[track.0 as usize].iter().map(|vehicle| self.vehicle(*vehicle))
    }

    /// How many trips wait for room to begin.
    pub fn waiting(&self) -> usize {
        self.waiting.count()
    }

    /// A lane as a track.
    pub fn track_of_lane(&self, lane: LaneId) -> TrackId {
        self.town.layout.of_lane(lane)
    }

    /// A turn as a track.
    pub fn track_of_turn(&self, turn: TurnId) -> TrackId {
        self.town.layout.of_turn(turn)
    }

    /// What a track is: a lane, or else a turn.
    pub fn place(&self, track: TrackId) -> Place {
        self.town.layout.place(track)
    }

    /// What a track is called: a road and the number of its lane, or both of where a turn begins and ends.
    pub fn name(&self, track: TrackId) -> String {
        let streets = &self.town.streets;
        match self.place(track) {
            Place::Lane(lane) => streets.lane_name(lane),
            Place::Turn(turn) => {
                let turn = streets.turn(turn);
                format!("{} to {}", streets.lane_name(turn.from), streets.lane_name(turn.to))
            }
        }
    }

    fn show_signals(&mut self) {
        let now = self.now();
        for (number, signals) in (0..).zip(&self.town.streets.signals) {
            let showing = self.showing[number];
            self.showing[number] = match (self.leads[number], signals.control) {
                (Lead::To(phase), _) => changeover::towards(showing, signals, phase, now),
                (Lead::Left, _) => changeover::towards(showing, signals, changeover::by_clock(signals, now), now),
                (Lead::Own, Control::Fixed) => Showing::by_clock(signals, now),
                (Lead::Own, Control::Actuated) => {
                    let loops = self.town.detectors.iter().zip(self.noticed.iter().copied());
                    let own = loops.filter(|(detector, _)| detector.signals.index() == number);
                    let quiet_for = actuated::quiet_for(own, (signals, showing.phase), now);
                    actuated::next(showing, signals, now, quiet_for)
                }
            };
        }
        let showing = &self.showing;
        let streets = &self.town.streets;
        for (right, turn) in self.rights.iter_mut().zip(&streets.turns) {
            let lamp = turn
                .signals
                .map(|(signals, lamp)| showing[signals.index()].lamp(&streets.signals[signals.index()], lamp));
            *right = Right::of(lamp, turn.rule);
        }
    }

    /// A vehicle, if it is still under way.
    pub fn find(&self, vehicle: VehicleId) -> Option<&Vehicle> {
        self.vehicles.get(vehicle.0 as usize)?.as_ref()
    }

    /// Loops notice who is on them, or was in the step that is over.
    fn notice(&mut self) {
        let now = self.now();
        for (number, detector) in self.town.detectors.iter().enumerate() {
            let is_noticed =
                |vehicle: &Vehicle| detector.notices(vehicle.at, vehicle.speed * self.step, self.kind(vehicle).length);
            if self.on(self.track_of_lane(detector.lane)).any(is_noticed) {
                self.noticed[number] = now;
            }
        }
    }

    fn vehicle(&self, vehicle: VehicleId) -> &Vehicle {
        self.vehicles[vehicle.0 as usize].as_ref().expect("a vehicle on a track is under way")
    }

    fn vehicle_mut(&mut self, vehicle: VehicleId) -> &mut Vehicle {
        self.vehicles[vehicle.0 as usize].as_mut().expect("a vehicle on a track is under way")
    }

    fn kind(&self, vehicle: &Vehicle) -> &Kind {
        &self.town.demand.kinds[vehicle.kind.0 as usize]
    }

    /// Where a vehicle has to halt next.
    fn next_halt(&self, vehicle: &Vehicle) -> Option<Halt> {
        // Few halt, and the trips of those who do not need not be looked up.
        if !vehicle.halts {
            return None;
        }
        match vehicle.aim() {
            Some(aim) => {
                let (lane, between) = self.town.extras.turn_in(aim);
                Some(Halt { lane, between, lasts: 0.0, until: None })
            }
            None => self.town.demand.trips[vehicle.trip as usize].halts.get(vehicle.halt as usize).copied(),
        }
    }

    /// What the lanes of a road of a vehicle's route are worth.
    fn prospects(&self, vehicle: &Vehicle, road: u32) -> &[Prospect] {
        self.guides.of(vehicle.guide, road)
    }

    /// The track after one, on a vehicle's way: none at the end of its route, or where it is on a lane that does not lead on.
    fn after(&self, vehicle: &Vehicle, track: TrackId, road: u32) -> Option<(TrackId, u32)> {
        match self.place(track) {
            Place::Turn(turn) => Some((self.track_of_lane(self.town.layout.turn(turn).to), road + 1)),
            Place::Lane(_) => {
                let side = self.town.layout.track(track).side as usize;
                Some((self.track_of_turn(self.prospects(vehicle, road)[side].turn?), road))
            }
        }
    }

    /// Whether a road is the last one of a vehicle's route.
    fn is_last(&self, vehicle: &Vehicle, road: u32) -> bool {
        self.guides.is_last(vehicle.guide, road)
    }
}

/// What a track is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// A lane.
    Lane(LaneId),
    /// A turn.
    Turn(TurnId),
}

fn abilities(kind: &Kind) -> Abilities {
    Abilities { acceleration: kind.acceleration, deceleration: kind.deceleration, headway: kind.headway }
}

#[cfg(test)]
mod tests;
