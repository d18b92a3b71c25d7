//! Traffic on the streets of a real town: what must hold after every step, and what comes of it.

use std::collections::BTreeMap;
use std::sync::Arc;

use autotwin::city::demand::{Charging, Demand, Kind};
use autotwin::city::import::sumo::{self, Scenario};
use autotwin::city::streets::{Lamp, LaneId, Streets, TurnId};
use autotwin::city::traffic::energy::Profile;
use autotwin::city::traffic::signals::Showing;
use autotwin::city::traffic::{
    Arrival, Cause, Charger, Closure, Extras, Place, Reroute, Town, TrackId, Traffic, Vehicle, VehicleId,
};
use autotwin::engine::parallel::Pool;
use autotwin::engine::random::Seed;

use crate::data;

/// Where on a track a vehicle's body is: from its back to its front.
type Body = (VehicleId, [f64; 2]);

/// Looks at traffic from outside, with nothing but streets, demand and what vehicles show.
struct Watch<'a> {
    streets: &'a Streets,
    demand: &'a Demand,
    /// Where each was, and how fast.
    was: BTreeMap<u32, (TrackId, f64)>,
    lamps: Vec<Option<Lamp>>,
}

impl Watch<'_> {
    /// What signals show as a step begins.
    fn begin(&mut self, now: f64) {
        let lamp = |(signals, lamp): (autotwin::city::streets::SignalsId, u16)| {
            let signals = &self.streets.signals[signals.index()];
            Showing::by_clock(signals, now).lamp(signals, lamp)
        };
        self.lamps = self.streets.turns.iter().map(|turn| turn.signals.map(lamp)).collect();
    }

    /// After a step: nobody overlaps, has passed a red light, has driven where there is no way, or has braked harder than those behind count on.
    fn check(&mut self, traffic: &Traffic) {
        let now = traffic.now();
        let mut bodies: BTreeMap<TrackId, Vec<Body>> = BTreeMap::new();
        for (id, vehicle) in traffic.vehicles() {
            let length = self.kind(vehicle).length;
            let mut front = vehicle.at;
            for (place, track) in vehicle.tracks().enumerate() {
                if place > 0 {
                    front += self.length(traffic, track);
                }
                if front - length > self.length(traffic, track)
                    || (place > 0 && front - length >= self.length(traffic, track))
                {
                    break;
                }
                bodies.entry(track).or_default().push((id, [front - length, front]));
            }
        }
        for (track, there) in &mut bodies {
            there.sort_by(|one, other| one.1[1].total_cmp(&other.1[1]));
            for pair in there.windows(2) {
                let gap = pair[1].1[0] - pair[0].1[1];
                assert!(
                    gap > -1e-6,
                    "{now} s: {:?} and {:?} overlap by {gap} m on {}",
                    pair[0],
                    pair[1],
                    traffic.name(*track)
                );
            }
        }
        self.check_junctions(traffic, &bodies);
        self.check_ways(traffic);
    }

    /// Vehicles on turns that meet do not touch.
    fn check_junctions(&self, traffic: &Traffic, bodies: &BTreeMap<TrackId, Vec<Body>>) {
        let on = |turn: TurnId| bodies.get(&traffic.track_of_turn(turn)).map_or(&[][..], |there| there);
        let vehicles: BTreeMap<VehicleId, &Vehicle> = traffic.vehicles().collect();
        for (turn, about) in (0..).map(TurnId).zip(&self.streets.turns).filter(|(turn, _)| !on(*turn).is_empty()) {
            for other in about.meets.iter().filter(|other| turn < **other) {
                for one in on(turn) {
                    for two in on(*other).iter().filter(|two| two.0 != one.0) {
                        let [first, second] =
                            [(turn, one), (*other, two)].map(|(turn, body)| self.discs(turn, body, vehicles[&body.0]));
                        let touch = first.iter().any(|(centre, radius)| {
                            second
                                .iter()
                                .any(|(other, more)| (centre[0] - other[0]).hypot(centre[1] - other[1]) < radius + more)
                        });
                        assert!(
                            !touch,
                            "{} s: {one:?} on {} touches {two:?} on {}",
                            traffic.now(),
                            traffic.name(traffic.track_of_turn(turn)),
                            traffic.name(traffic.track_of_turn(*other))
                        );
                    }
                }
            }
        }
    }

    /// The part of a vehicle on a turn, as discs that fill it but for its corners.
    fn discs(&self, turn: TurnId, body: &Body, vehicle: &Vehicle) -> Vec<([f64; 2], f64)> {
        let turn = self.streets.turn(turn);
        let radius = self.kind(vehicle).width / 2.0;
        let drawn: f64 =
            turn.line.windows(2).map(|ends| (ends[1][0] - ends[0][0]).hypot(ends[1][1] - ends[0][1])).sum();
        let scale = drawn / turn.length;
        let [back, front] = body.1;
        let discs =
            (0..=((front - back - 2.0 * radius) / 0.2) as usize).map(|number| back + radius + 0.2 * number as f64);
        discs.filter(|at| (0.0..=turn.length).contains(at)).map(|at| (along(&turn.line, at * scale), radius)).collect()
    }

    /// Each has come by turns that there are, and entered none whose light was red.
    fn check_ways(&mut self, traffic: &Traffic) {
        let mut now = BTreeMap::new();
        for (id, vehicle) in traffic.vehicles() {
            now.insert(vehicle.trip, (vehicle.track, vehicle.speed));
            let Some((was, speed)) = self.was.get(&vehicle.trip) else { continue };
            let brakes = speed - vehicle.speed;
            // But for those whom others run into at a junction.
            let is_emergency = matches!(vehicle.cause, Cause::Body(_) | Cause::Ahead(_));
            assert!(
                is_emergency || brakes < self.kind(vehicle).deceleration + 1e-6,
                "{} s: {id:?} braked with {brakes} m/s² for {:?}",
                traffic.now(),
                vehicle.cause
            );
            let road = |track: TrackId| match traffic.place(track) {
                Place::Lane(lane) => Some(self.streets.lane(lane).road),
                Place::Turn(_) => None,
            };
            let here: Vec<TrackId> = vehicle.tracks().collect();
            let Some(passed) = here.iter().position(|track| track == was) else {
                // It has changed lanes.
                assert!(
                    road(*was).is_some() && road(*was) == road(vehicle.track),
                    "{id:?} has jumped from {}",
                    traffic.name(*was)
                );
                continue;
            };
            for track in here[..passed].iter().copied() {
                let Place::Turn(turn) = traffic.place(track) else { continue };
                assert!(
                    self.lamps[turn.index()] != Some(Lamp::Red),
                    "{} s: {id:?} entered {} at red",
                    traffic.now(),
                    traffic.name(track)
                );
            }
        }
        self.was = now;
    }

    fn kind(&self, vehicle: &Vehicle) -> &Kind {
        &self.demand.kinds[vehicle.kind.0 as usize]
    }

    fn length(&self, traffic: &Traffic, track: TrackId) -> f64 {
        match traffic.place(track) {
            Place::Lane(lane) => self.streets.lane(lane).length,
            Place::Turn(turn) => self.streets.turn(turn).length,
        }
    }
}

fn along(line: &[[f64; 2]], mut at: f64) -> [f64; 2] {
    for ends in line.windows(2) {
        let length = (ends[1][0] - ends[0][0]).hypot(ends[1][1] - ends[0][1]);
        if at <= length && length > 0.0 {
            return [0, 1].map(|axis| ends[0][axis] + at / length * (ends[1][axis] - ends[0][axis]));
        }
        at -= length;
    }
    *line.last().unwrap()
}

fn acosta(test: &str) -> Option<Scenario> {
    let folder = data::folder("traffic/acosta", test)?;
    Some(sumo::read(&folder.join("run.sumocfg")).unwrap_or_else(|mistake| panic!("{mistake}")))
}

/// The means that SUMO 1.28 has for the same network and demand over seeds 1 to 5: metres, metres a second, seconds.
const SUMO: [(&str, f64); 6] = [
    ("length", 1626.8),
    ("speed", 6.36),
    ("duration", 282.8),
    ("duration and delay", 448.3),
    ("waiting", 95.7),
    ("time loss", 161.2),
];

/// The morning peak of a district of Bologna: all arrive, nobody breaks a rule, and it takes as long as in SUMO.
#[test]
fn a_morning_in_bologna() {
    let Some(scenario) = acosta("a_morning_in_bologna") else { return };
    let town = Arc::new(Town::new(scenario.network.streets, scenario.demand));
    // One morning may be some 5 % worse than the next.
    let mornings = [1, 2, 3].map(|seed| morning(&town, Seed(seed)));
    for (number, (name, expected)) in SUMO.into_iter().enumerate() {
        let mean = mornings.iter().map(|means| means[number]).sum::<f64>() / mornings.len() as f64;
        let share = mean / expected - 1.0;
        println!("{name}: {mean:.2} ({:+.1} %)", 100.0 * share);
        assert!(share.abs() < 0.12, "{name}: {mean:.2}, not {expected}");
    }
}

/// The same rules hold when two thirds of the drivers look for quicker ways, all cars are electric and many are charged on the way, and lanes are
/// closed for a while.
#[test]
fn a_morning_of_detours() {
    let Some(mut scenario) = acosta("a_morning_of_detours") else { return };
    for kind in &mut scenario.demand.kinds {
        kind.energy = Some(Profile::electric_car());
        kind.charging = Charging { first: 0.5, deviation: 0.15, below: 0.25, until: 0.45 };
    }
    let streets = &scenario.network.streets;
    // Of the lanes that are long enough, each tenth is closed for ten minutes, and by each ninth there are chargers.
    let lanes: Vec<(LaneId, f64)> = (0..).map(LaneId).zip(&streets.lanes).map(|(id, lane)| (id, lane.length)).collect();
    let long = |length: f64, each: usize| lanes.iter().filter(move |lane| lane.1 > length).step_by(each);
    let closures = long(150.0, 10).zip(1..).map(|((lane, length), number)| {
        let begin = 300.0 * f64::from(number);
        Closure { lane: *lane, at: 0.6 * length, during: [begin, begin + 600.0] }
    });
    let chargers = long(80.0, 9).map(|(lane, length)| {
        let between = [0.5 * length, 0.5 * length + 10.0];
        Charger { name: format!("{lane:?}"), lane: *lane, between, power: 150e3, places: 10 }
    });
    let reroute = Some(Reroute { share: 0.67, every: 120.0 });
    let extras = Extras { reroute, closures: closures.collect(), chargers: chargers.collect(), ..Extras::default() };
    let town = Town::new(scenario.network.streets, scenario.demand).with(extras);
    let [length, speed, ..] = morning(&Arc::new(town), Seed(1));
    assert!(length > 1000.0 && speed > 4.0, "{length} m, {speed} m/s");
}

/// Drives until all have arrived, under watch, and returns the means in the order of `SUMO`.
fn morning(town: &Arc<Town>, seed: Seed) -> [f64; 6] {
    let (streets, demand) = (&town.streets, &town.demand);
    let mut traffic = Traffic::new(town.clone(), 1.0, seed);
    let mut watch = Watch { streets, demand, was: BTreeMap::new(), lamps: Vec::new() };
    let mut arrivals: Vec<Arrival> = Vec::new();
    while !traffic.is_over() {
        assert!(traffic.now() < 9000.0, "after {} s {} have arrived", traffic.now(), arrivals.len());
        watch.begin(traffic.now());
        arrivals.extend(traffic.go_on(seed, &Pool::default()));
        watch.check(&traffic);
    }
    let mean = |of: &dyn Fn(&Arrival) -> f64| arrivals.iter().map(of).sum::<f64>() / arrivals.len() as f64;
    [
        mean(&|trip| trip.sums.length),
        mean(&|trip| trip.sums.length / (trip.arrived - trip.departed)),
        mean(&|trip| trip.arrived - trip.departed),
        mean(&|trip| trip.arrived - demand.trips[trip.trip as usize].departs),
        mean(&|trip| trip.sums.waiting),
        mean(&|trip| trip.sums.time_loss),
    ]
}
