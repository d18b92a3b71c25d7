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
mod tests {
    use super::*;
    use crate::city::demand::{FirstLane, FirstSpeed, Following, Haste, Trip};
    use crate::city::streets::{
        Access, Control, Direction, Junction, JunctionId, Lamp, Lane, Phase, Road, RoadId, Rule, Signals, SignalsId,
        Turn,
    };

    /// Roads of one lane each, one after the other, with signals at the end of each.
    pub(super) fn road(lengths: &[f64], limit: f64, phases: &[(f64, Lamp)]) -> Streets {
        let mut streets = Streets::default();
        for (number, length) in (0..).zip(lengths) {
            let turns = number..if (number as usize) + 1 < lengths.len() { number + 1 } else { number };
            streets.lanes.push(Lane {
                road: RoadId(number),
                length: *length,
                speed_limit: limit,
                width: 3.0,
                access: Access::ALL,
                line: Vec::new(),
                turns,
            });
            let (from, to) = (JunctionId(number), JunctionId(number + 1));
            streets.roads.push(Road { name: String::new(), from, to, lanes: number..number + 1, is_round: false });
            streets.junctions.push(Junction { name: String::new(), place: [0.0; 2], outline: Vec::new() });
        }
        streets.turns = (1..lengths.len() as u32)
            .map(|number| Turn {
                from: LaneId(number - 1),
                to: LaneId(number),
                junction: JunctionId(number),
                length: 10.0,
                speed_limit: limit,
                line: Vec::new(),
                direction: Direction::Straight,
                rule: Rule::Major,
                signals: (!phases.is_empty()).then_some((SignalsId(0), 0)),
                yields_to: Vec::new(),
                meets: Vec::new(),
                waits_at: None,
                visible_from: 4.5,
                keeps_clear: true,
            })
            .collect();
        let phase = |(lasts, lamp): &(f64, Lamp)| Phase { lasts: *lasts, between: [*lasts; 2], lamps: vec![*lamp] };
        let phases = phases.iter().map(phase).collect();
        streets.signals.push(Signals { name: String::new(), control: Control::Fixed, offset: 0.0, phases });
        streets
    }

    pub(super) fn car(imperfection: f64, deviation: f64) -> Kind {
        let haste = Haste { deviation, ..Kind::car().haste };
        Kind { haste, following: Following::Krauss { imperfection }, ..Kind::car() }
    }

    /// Trips from end to end, all of which want to depart at once.
    pub(super) fn demand(kind: Kind, trips: usize, roads: u32, speed: FirstSpeed) -> Demand {
        let trip = |_| Trip {
            name: String::new(),
            departs: 0.0,
            kinds: vec![(KindId(0), 1.0)],
            route: (0..roads).map(RoadId).collect(),
            from: 5.0,
            lane: FirstLane::Best,
            speed,
            to: -1.0,
            halts: Vec::new(),
            parks: None,
        };
        Demand { kinds: vec![kind], stops: Vec::new(), trips: (0..trips).map(trip).collect() }
    }

    /// Nobody overlaps with who is ahead on the same track, and all are sorted.
    pub(super) fn check(traffic: &Traffic) {
        for track in (0..traffic.tracks.len() as u32).map(TrackId) {
            let there: Vec<&Vehicle> = traffic.on(track).collect();
            for pair in there.windows(2) {
                let gap = pair[0].at - traffic.kind(pair[0]).length - pair[1].at;
                assert!(gap >= 0.0, "{gap} m between two on {track:?} at {} s", traffic.now());
            }
        }
    }

    /// How many vehicles an hour get onto a road of 60 km/h, as SUMO's documentation has it for its own
    /// (Simulation/RoadCapacity, steps of a second): by how slack drivers are, how they differ, and how fast they begin.
    #[test]
    fn as_many_begin_as_published() {
        for (imperfection, deviation, speed, published) in [
            (0.0, 0.0, FirstSpeed::At(0.0), 1440.0),
            (0.0, 0.1, FirstSpeed::At(0.0), 1440.0),
            (0.5, 0.0, FirstSpeed::At(0.0), 1200.0),
            (0.5, 0.1, FirstSpeed::At(0.0), 1198.0),
            (0.0, 0.0, FirstSpeed::Most, 2073.0),
            (0.5, 0.0, FirstSpeed::Most, 1643.0),
            (0.0, 0.1, FirstSpeed::Most, 2075.0),
            (0.5, 0.1, FirstSpeed::Most, 1635.0),
            (0.0, 0.0, FirstSpeed::Mean, 1800.0),
            (0.5, 0.0, FirstSpeed::Mean, 1800.0),
            (0.0, 0.1, FirstSpeed::Mean, 2199.0),
            (0.5, 0.1, FirstSpeed::Mean, 1933.0),
        ] {
            let streets = road(&[2000.0], 16.66, &[]);
            let demand = demand(car(imperfection, deviation), 5000, 1, speed);
            let mut traffic = Traffic::new(Arc::new(Town::new(streets, demand)), 1.0, Seed(1));
            for _ in 0..3600 {
                traffic.go_on(Seed(1), &Pool::default());
                check(&traffic);
            }
            let begun = 5000 - traffic.waiting();
            // Slackness and differences are drawn by chance; the published numbers are of one run each.
            let difference = begun as f64 / published - 1.0;
            assert!(difference.abs() < 0.015, "{imperfection} {deviation} {speed:?}: {begun}, not {published}");
        }
    }

    /// A bus stands at its halts, within their ends, as long as it has to, and arrives.
    #[test]
    fn buses_halt() {
        let streets = road(&[400.0, 300.0], 13.89, &[]);
        let mut demand = demand(Kind { length: 12.0, ..car(0.5, 0.1) }, 3, 2, FirstSpeed::At(0.0));
        let halt =
            |lane, from: f64, lasts, until| Halt { lane: LaneId(lane), between: [from, from + 20.0], lasts, until };
        for trip in &mut demand.trips {
            trip.halts = vec![halt(0, 200.0, 20.0, None), halt(0, 300.0, 5.0, None), halt(1, 100.0, 10.0, Some(150.0))];
        }
        let mut traffic = Traffic::new(Arc::new(Town::new(streets, demand)), 1.0, Seed(1));
        let mut stood = std::collections::BTreeMap::<(u32, u32), Vec<f64>>::new();
        let mut arrivals = Vec::new();
        for _ in 0..600 {
            arrivals.extend(traffic.go_on(Seed(1), &Pool::default()));
            check(&traffic);
            for (_, bus) in traffic.vehicles().filter(|(_, bus)| bus.stands_until.is_some()) {
                let halt = traffic.next_halt(bus).unwrap();
                assert!(bus.track.0 == halt.lane.0 && (halt.between[0]..=halt.between[1]).contains(&bus.at));
                stood.entry((bus.trip, bus.halt)).or_default().push(traffic.now());
            }
        }
        assert_eq!((arrivals.len(), stood.len()), (3, 9));
        for ((_, halt), times) in stood {
            let least = [20, 5, 10][halt as usize];
            assert!(times.len() >= least && (halt < 2 || *times.last().unwrap() >= 149.0), "{halt}: {times:?}");
        }
    }

    /// Those behind count on it that nobody brakes harder than he likes: not because he is slack, not for a lower limit, not to see who comes where
    /// he has to let others pass all at once.
    #[test]
    fn nobody_brakes_harder_than_he_likes() {
        let changes = [(7.0, Lamp::Green), (5.0, Lamp::GreenYielding)];
        let stops = [(30.0, Lamp::Green), (3.0, Lamp::Amber), (27.0, Lamp::Red)];
        for (phases, limit) in [(&stops[..], 13.89), (&[], 4.0), (&changes[..], 13.89)] {
            let mut streets = road(&[500.0, 300.0, 300.0], 13.89, phases);
            streets.lanes[1].speed_limit = limit;
            streets.turns[0].yields_to = vec![TurnId(1)];
            let kind = car(0.5, 0.1);
            let deceleration = kind.deceleration;
            let mut traffic =
                Traffic::new(Arc::new(Town::new(streets, demand(kind, 500, 3, FirstSpeed::Most))), 1.0, Seed(1));
            let mut was = std::collections::BTreeMap::new();
            for _ in 0..1200 {
                traffic.go_on(Seed(1), &Pool::default());
                check(&traffic);
                for (_, car) in traffic.vehicles() {
                    let before = was.insert(car.trip, car.speed).unwrap_or(car.speed);
                    let brakes = before - car.speed;
                    assert!(brakes < deceleration + 1e-6, "{brakes} for {:?} at {} s", car.cause, traffic.now());
                }
            }
        }
    }

    /// Nobody begins where somebody's back is whose front has left the road.
    #[test]
    fn nobody_begins_on_a_tail() {
        let phases = [(30.0, Lamp::Red), (10.0, Lamp::Green)];
        let streets = road(&[16.0, 300.0, 300.0], 13.89, &phases);
        let mut demand = demand(Kind { length: 12.0, ..car(0.5, 0.1) }, 20, 3, FirstSpeed::At(0.0));
        for trip in &mut demand.trips {
            trip.from = 16.0;
        }
        let mut traffic = Traffic::new(Arc::new(Town::new(streets, demand)), 1.0, Seed(1));
        for _ in 0..600 {
            traffic.go_on(Seed(1), &Pool::default());
            let lane = TrackId(0);
            let tail = traffic.tails[0].map_or(f64::INFINITY, |tail| tail.back);
            assert!(traffic.on(lane).all(|bus| bus.at <= tail), "at {} s", traffic.now());
        }
        assert_eq!(traffic.waiting(), 0);
    }

    /// Nobody passes a red light, and while it is green a queue flows off with some two seconds from one to the next.
    #[test]
    fn red_is_red() {
        let phases = [(30.0, Lamp::Green), (3.0, Lamp::Amber), (27.0, Lamp::Red)];
        let streets = road(&[500.0, 300.0], 13.89, &phases);
        let demand = demand(car(0.5, 0.1), 2000, 2, FirstSpeed::Most);
        let mut traffic = Traffic::new(Arc::new(Town::new(streets.clone(), demand)), 1.0, Seed(1));
        let turn = traffic.track_of_turn(TurnId(0));
        let (mut passed, mut was) = (0, std::collections::BTreeSet::new());
        for _ in 0..3600 {
            let lamp = Showing::by_clock(&streets.signals[0], traffic.now()).lamp(&streets.signals[0], 0);
            traffic.go_on(Seed(1), &Pool::default());
            check(&traffic);
            let now: std::collections::BTreeSet<u32> = traffic
                .vehicles()
                .filter(|(_, there)| there.track >= turn || there.road == 1)
                .map(|(_, there)| there.trip)
                .collect();
            let new = now.difference(&was).count();
            assert!(new == 0 || lamp != Lamp::Red, "somebody passed at red, {} s", traffic.now());
            passed += new;
            was = now;
        }
        let headway = 60.0 * 33.0 / passed as f64;
        assert!((1.8..2.6).contains(&headway), "{headway} s from one to the next");
    }

    /// Whoever leads signals, and however often another way: nobody passes a red light.
    #[test]
    fn red_is_red_however_signals_are_led() {
        let phases = [(30.0, Lamp::Green), (3.0, Lamp::Amber), (27.0, Lamp::Red)];
        let mut streets = road(&[500.0, 300.0], 13.89, &phases);
        // Another street has green meanwhile, on which nobody comes.
        for (phase, lamp) in streets.signals[0].phases.iter_mut().zip([Lamp::Red, Lamp::Red, Lamp::Green]) {
            phase.lamps.push(lamp);
        }
        let demand = demand(car(0.5, 0.1), 2000, 2, FirstSpeed::Most);
        let mut traffic = Traffic::new(Arc::new(Town::new(streets.clone(), demand)), 1.0, Seed(1));
        let turn = traffic.track_of_turn(TurnId(0));
        let (mut passed, mut was) = (0, std::collections::BTreeSet::new());
        for step in 0..1800_u64 {
            let phase = if step % 97 < 40 || step % 13 < 2 { 0 } else { 2 };
            traffic.lead(SignalsId(0), if step > 1500 { Lead::Left } else { Lead::To(phase) });
            traffic.go_on(Seed(1), &Pool::default());
            check(&traffic);
            let lamp = traffic.showing()[0].lamp(&streets.signals[0], 0);
            let now: std::collections::BTreeSet<u32> = traffic
                .vehicles()
                .filter(|(_, there)| there.track >= turn || there.road == 1)
                .map(|(_, there)| there.trip)
                .collect();
            let new = now.difference(&was).count();
            assert!(new == 0 || lamp != Lamp::Red, "somebody passed at red, {} s", traffic.now());
            passed += new;
            was = now;
        }
        assert!(passed > 300, "{passed} passed");
    }

    /// Green of actuated signals lasts as long as a queue takes to flow off, and not as long as it may.
    #[test]
    fn actuated_green_ends_when_the_queue_is_gone() {
        let phases = [(30.0, Lamp::Green), (3.0, Lamp::Amber), (30.0, Lamp::Red)];
        let mut streets = road(&[500.0, 300.0], 13.89, &phases);
        streets.signals[0].control = Control::Actuated;
        streets.signals[0].phases[0].between = [5.0, 50.0];
        // How long the second green lasts, which begins with whoever has come meanwhile.
        let second_green = |trips: usize| {
            let demand = demand(car(0.0, 0.0), trips, 2, FirstSpeed::Most);
            let mut traffic = Traffic::new(Arc::new(Town::new(streets.clone(), demand)), 1.0, Seed(1));
            let mut phases = Vec::new();
            for _ in 0..170 {
                traffic.go_on(Seed(1), &Pool::default());
                phases.push(traffic.showing()[0].phase);
            }
            let mut rounds = phases.split(|phase| *phase != 0).filter(|green| !green.is_empty());
            rounds.nth(1).map_or(0, <[usize]>::len)
        };
        let [nobody, few, many] = [0, 15, 2000].map(second_green);
        assert!(nobody == 5 && (8..30).contains(&few) && many == 50, "{nobody}, {few} and {many} s");
    }
}
