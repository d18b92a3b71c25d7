//! One road, signals on it, halts: what is published of such roads, and what must not happen.

use super::*;
use crate::city::demand::{FirstLane, FirstSpeed, Following, Haste, Trip};
use crate::city::streets::{
    Access, Control, Direction, Junction, JunctionId, Lamp, Lane, Phase, Road, RoadId, Rule, Signals, SignalsId, Turn,
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
    let halt = |lane, from: f64, lasts, until| Halt { lane: LaneId(lane), between: [from, from + 20.0], lasts, until };
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

/// The trips of those who have come to a turn, or have it behind them.
fn beyond(traffic: &Traffic, turn: TrackId) -> std::collections::BTreeSet<u32> {
    let there = traffic.vehicles().filter(|(_, there)| there.track >= turn || there.road == 1);
    there.map(|(_, there)| there.trip).collect()
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
        let now = beyond(&traffic, turn);
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
        let now = beyond(&traffic, turn);
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
