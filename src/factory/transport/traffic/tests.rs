//! The promises of the traffic: nobody in one zone with another, nobody stuck, and the same again.

mod yard;

use super::*;
use crate::engine::time::Duration;
use crate::factory::transport::aisles::{Aisles, Lane};
use crate::factory::transport::motion::Profile;
use yard::{Dice, Happening, Yard, add_spot, limits};

/// A straight aisle with so many zones between two junctions, three metres apart.
fn line(zones: u32) -> Network {
    let length = 3.0 * f64::from(zones + 1);
    let lane = Lane { from: "a".into(), to: "b".into(), one_way: false, speed: None, zones: Some(zones), length: None };
    let junctions = [("a".to_owned(), (0.0, 0.0)), ("b".to_owned(), (length, 0.0))].into();
    Network::compile(&Aisles { junctions, lanes: vec![lane], ..Aisles::default() })
}

#[test]
fn alone_a_vehicle_drives_as_if_there_were_no_zones() {
    for (speed, acceleration, deceleration) in [(1.0, 0.5, 0.5), (2.0, 0.3, 0.9), (9.0, 0.4, 0.2), (0.3, 2.0, 1.0)] {
        let mut network = line(14);
        let [home, goal] = [ZoneId(0), ZoneId(1)].map(|junction| add_spot(&mut network, junction, 2.0, 1));
        let mut yard = Yard::new(network);
        let limits = limits(speed, acceleration, deceleration);
        yard.add(limits, home, &[goal]);
        yard.run(1);
        let expected = Profile::new(&limits, speed, 45.0 + 2.0 + 2.0, 0.0, 0.0).seconds(&limits);
        let took = yard.arrivals[0].0.seconds();
        assert!((took - expected).abs() < 1e-7, "{took} {expected}");
    }
}

#[test]
fn head_on_in_a_single_track_one_waits_for_the_other() {
    let mut network = line(5);
    let spots = [0, 0, 1, 1].map(|junction| add_spot(&mut network, ZoneId(junction), 2.0, 1));
    let mut yard = Yard::new(network);
    let limits = limits(1.0, 0.5, 0.5);
    yard.add(limits, spots[0], &[spots[2]]);
    yard.add(limits, spots[3], &[spots[1]]);
    yard.run(1);
    // 22 m alone take 22 s and 2 s more for speeding up and braking. The second starts once the first has left the track
    // and the spur.
    let times: Vec<f64> = yard.arrivals.iter().map(|(at, ..)| at.seconds()).collect();
    assert!((times[0] - 24.0).abs() < 1e-7 && (times[1] - 48.0).abs() < 1e-7, "{times:?}");
}

#[test]
fn a_follower_does_not_wait_for_the_whole_aisle() {
    let mut network = line(9);
    let homes = [2.0, 2.0].map(|spur| add_spot(&mut network, ZoneId(0), spur, 1));
    let goal = add_spot(&mut network, ZoneId(1), 2.0, 2);
    let mut yard = Yard::new(network);
    homes.iter().for_each(|&home| _ = yard.add(limits(1.0, 1.0, 1.0), home, &[goal]));
    yard.run(1);
    let (first, second) = (yard.arrivals[0].0.seconds(), yard.arrivals[1].0.seconds());
    assert!((first - 35.0).abs() < 1e-6 && second < first + 10.0, "{first} {second}");
}

#[test]
fn on_a_one_way_ring_with_room_hardly_anybody_is_refused() {
    let mut aisles = Aisles::default();
    for junction in 0..8 {
        let angle = f64::from(junction) * std::f64::consts::TAU / 8.0;
        aisles.junctions.insert(format!("j{junction}"), (20.0 * libm::cos(angle), 20.0 * libm::sin(angle)));
        let (from, to) = (format!("j{junction}"), format!("j{}", (junction + 1) % 8));
        aisles.lanes.push(Lane { from, to, one_way: true, speed: None, zones: None, length: None });
    }
    let mut network = Network::compile(&aisles);
    let [homes, goals] = [1, 2].map(|capacity| {
        let spots = (0..8).map(|junction| add_spot(&mut network, ZoneId(junction), 2.0, capacity));
        spots.collect::<Vec<SpotId>>()
    });
    let mut yard = Yard::new(network);
    for (n, &home) in homes.iter().enumerate() {
        let trips: Vec<SpotId> = (1..11).map(|trip| goals[(n + 5 * trip) % 8]).collect();
        yard.add(limits(1.0, 1.0, 1.0), home, &trips);
    }
    yard.run(1);
    let Counts { refused, searches, .. } = yard.traffic.counts();
    assert!(searches > 100 * refused && yard.arrivals.len() == 80, "{refused} of {searches}");
}

#[test]
fn who_is_called_back_turns_round_where_it_can_stop() {
    let mut network = line(14);
    let [home, goal] = [ZoneId(0), ZoneId(1)].map(|junction| add_spot(&mut network, junction, 2.0, 1));
    let mut yard = Yard::new(network);
    let mover = yard.add(limits(1.0, 0.5, 0.5), home, &[goal]);
    let called = Time::ZERO + Duration::from_secs(10);
    yard.push(called, Happening::CallHome(mover));
    while yard.now < called && yard.step() {}
    // After 10 s it is 9 m from home. The next zone's middle is at 11 m: one second to drive and two to brake, then 13 s back.
    assert_eq!(yard.traffic.destination(mover), Some(home));
    assert_eq!(yard.traffic.claimants(goal), []);
    while yard.traffic.standing_at(mover).is_none() && yard.step() {
        yard.check();
    }
    assert!((yard.now.seconds() - 26.0).abs() < 1e-7, "{}", yard.now);
    yard.run(1);
}

#[test]
fn who_turns_into_its_spot_can_no_longer_be_sent_elsewhere() {
    let mut network = line(2);
    let [home, goal] = [ZoneId(0), ZoneId(1)].map(|junction| add_spot(&mut network, junction, 2.0, 1));
    let mut yard = Yard::new(network);
    let mover = yard.add(limits(1.0, 1.0, 1.0), home, &[goal]);
    let send = |yard: &mut Yard| yard.traffic.send(&yard.network, mover, home, yard.now);
    let mut refused = None;
    while yard.arrivals.is_empty() && yard.step() {
        if yard.now.seconds() > 11.0 && refused.is_none() {
            refused = Some(send(&mut yard));
        }
    }
    assert_eq!(refused, Some(Err(Refusal::TooLate)));
    assert_eq!(send(&mut yard), Ok(()));
    assert_eq!(yard.traffic.send(&yard.network, MoverId(9), home, yard.now), Err(Refusal::Unknown));
}

#[test]
fn a_spot_has_no_more_places_than_it_has() {
    let mut network = line(2);
    let homes = [0, 0, 1].map(|junction| add_spot(&mut network, ZoneId(junction), 2.0, 1));
    let goal = add_spot(&mut network, ZoneId(1), 2.0, 2);
    let mut traffic = Traffic::default();
    let limits = limits(1.0, 1.0, 1.0);
    let movers = homes.map(|home| traffic.add(&network, limits, home, TwinId(0)).unwrap());
    assert_eq!(movers.map(|mover| traffic.claim(&network, mover, goal)), [true, true, false]);
    assert_eq!(traffic.send(&network, movers[2], goal, Time::ZERO), Err(Refusal::Unclaimed));
    assert!(!traffic.claim(&network, movers[0], homes[1]), "a home is its own for ever");
    assert!(!traffic.unclaim(movers[0], homes[0]));
    assert!(traffic.unclaim(movers[0], goal));
    assert!(traffic.claim(&network, movers[2], goal));
    traffic.remove(movers[1]);
    assert!(traffic.claim(&network, movers[0], goal));
    assert_eq!(traffic.claimants(goal), [movers[2], movers[0]]);
    assert_eq!(traffic.add(&network, limits, homes[0], TwinId(1)), Err(NoMover::Home));
    assert_eq!(traffic.add(&network, limits, goal, TwinId(1)), Err(NoMover::Home));
    assert_eq!(traffic.add(&network, Limits { speed: 0.0, ..limits }, homes[1], TwinId(1)), Err(NoMover::Limits));
    assert_eq!(traffic.add(&network, limits, homes[1], TwinId(1)), Ok(MoverId(3)));
}

#[test]
fn a_halted_vehicle_rolls_to_the_end_of_what_it_was_granted() {
    let mut network = line(14);
    let [home, goal] = [ZoneId(0), ZoneId(1)].map(|junction| add_spot(&mut network, junction, 2.0, 1));
    let mut yard = Yard::new(network);
    let mover = yard.add(limits(1.0, 0.5, 0.5), home, &[goal]);
    yard.push(Time::ZERO + Duration::from_secs(10), Happening::Halt(mover));
    while yard.step() {
        yard.check();
    }
    assert!(yard.traffic.is_waiting(mover) && yard.traffic.is_halted(mover));
    let (x, y) = yard.traffic.place(&yard.network, mover, yard.now).unwrap();
    // It had been granted as much as it needs to brake beyond the next zone.
    assert_eq!((x, y, yard.traffic.holder(ZoneId(5))), (12.0, 0.0, Some(mover)));
    yard.push(yard.now, Happening::GoOn(mover));
    yard.run(1);
}

/// Many small yards, checked after every moment. The same seeds give the same yards every time.
fn run_many(seeds: std::ops::Range<u64>, yard: impl Fn(&mut Dice) -> Yard) {
    for seed in seeds {
        let run = || yard(&mut Dice::new(seed)).run(1);
        assert!(std::panic::catch_unwind(std::panic::AssertUnwindSafe(run)).is_ok(), "with seed {seed}");
    }
}

#[test]
fn on_ten_thousand_layouts_nobody_meets_and_every_trip_ends() {
    run_many(0..10_000, |dice| {
        let (aisles, vehicles) = (dice.aisles(), dice.int(1, 8));
        dice.yard(&aisles, vehicles)
    });
}

#[test]
fn on_single_tracks_with_many_vehicles_every_trip_ends() {
    run_many(0..500, |dice| {
        let (aisles, vehicles) = (dice.narrow_aisles(), dice.int(8, 24));
        dice.yard(&aisles, vehicles)
    });
}

#[test]
fn the_same_calls_give_the_same_state_even_if_it_is_saved_on_the_way() {
    for seed in 0..200 {
        let yard = || {
            let mut dice = Dice::new(seed);
            let (aisles, vehicles) = (dice.aisles(), dice.int(2, 8));
            dice.yard(&aisles, vehicles)
        };
        let (mut straight, mut saved) = (yard(), yard());
        while straight.step() {
            assert!(saved.step());
            let bytes = postcard::to_stdvec(&straight.traffic).unwrap();
            assert_eq!(bytes, postcard::to_stdvec(&saved.traffic).unwrap(), "with seed {seed}");
            if saved.moments.is_multiple_of(7) {
                saved.traffic = postcard::from_bytes(&bytes).unwrap();
            }
        }
        assert_eq!(straight.arrivals, saved.arrivals);
    }
}
