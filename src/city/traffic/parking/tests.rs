use std::collections::BTreeMap;
use std::sync::Arc;

use proptest::prelude::*;

use super::super::errands::tests::road;
use super::super::tests::check;
use super::super::{Extras, Parking, Town};
use super::*;
use crate::city::build::build;
use crate::city::build::lines::at;
use crate::city::demand::{Demand, FirstLane, FirstSpeed, Kind};
use crate::city::plan::{Control, Node, Plan, Sign, Way};
use crate::engine::parallel::Pool;
use crate::engine::random::{Purpose, Seed};

/// A way into a town, and four ways round a block.
fn block() -> Streets {
    let node = |name: &str, x, y| Node { name: name.to_owned(), place: [x, y], control: Control::Priority };
    let nodes = vec![
        node("out", -700.0, 0.0),
        node("west", 0.0, 0.0),
        node("north", 250.0, 0.0),
        node("east", 250.0, -200.0),
        node("south", 0.0, -200.0),
    ];
    let way = |name: &str, ends: [usize; 2]| Way {
        name: name.to_owned(),
        ends,
        between: Vec::new(),
        lanes: [1, 1],
        lane_width: 3.2,
        speed_limit: 50.0 / 3.6,
        rank: 3,
        classes: Vec::new(),
        bus_lanes: [false; 2],
        marks: [Vec::new(), Vec::new()],
        is_round: false,
        signs: [Sign::None; 2],
    };
    let ways = vec![way("in", [0, 1]), way("a", [1, 2]), way("b", [2, 3]), way("c", [3, 4]), way("d", [4, 1])];
    build(&Plan { nodes, ways, bans: Vec::new() }).unwrap().streets
}

fn place(way: &str, along: f64, places: u32) -> Parking {
    let streets = block();
    let lane = streets.lanes_of(road(&streets, way)).next().unwrap();
    let at = at(&streets.lane(lane).line, along);
    Parking { name: way.to_owned(), lane, between: [along, along + 10.0], at, places }
}

/// Cars that come into the town at some times, and drive to its eastern corner to park there.
fn town(times: &[f64], parks: impl Fn(usize) -> Parks, parking: Vec<Parking>) -> Arc<Town> {
    let streets = block();
    let trip = |(number, departs): (usize, &f64)| Trip {
        name: number.to_string(),
        departs: *departs,
        kinds: vec![(KindId(0), 1.0)],
        route: ["in", "a", "b"].map(|name| road(&streets, name)).to_vec(),
        from: 5.0,
        lane: FirstLane::Best,
        speed: FirstSpeed::Most,
        to: -1.0,
        halts: Vec::new(),
        parks: Some(parks(number)),
    };
    let trips = times.iter().enumerate().map(trip).collect();
    let demand = Demand { kinds: vec![Kind::car()], stops: Vec::new(), trips };
    Arc::new(Town::new(streets, demand).with(Extras { parking, ..Extras::default() }))
}

fn every(seconds: f64, count: usize) -> Vec<f64> {
    (0..count).map(|number| number as f64 * seconds).collect()
}

/// Whose trips are over, and what has happened, until nobody drives any more. Nobody is lost meanwhile, and no more are parked than there are
/// places.
fn drive(town: &Arc<Town>, mut look: impl FnMut(&Traffic)) -> (Vec<Arrival>, Vec<Note>, Traffic) {
    let mut traffic = Traffic::new(town.clone(), 1.0, Seed(1));
    let (mut arrivals, mut notes) = (Vec::new(), Vec::new());
    while !traffic.is_over() {
        assert!(traffic.now() < 1e6, "{} are under way, {} are parked", traffic.under_way(), traffic.parked());
        arrivals.extend(traffic.go_on(Seed(1), &Pool::default()));
        notes.extend(traffic.take_notes());
        check(&traffic);
        look(&traffic);
        // Trips begin at the beginnings of steps.
        let begun = town.demand.trips.partition_point(|trip| trip.departs <= traffic.now() - 1.0);
        let Totals { parked, left, .. } = traffic.totals().parking;
        assert_eq!(traffic.parked() as u64, parked - left);
        let all = traffic.under_way() + traffic.waiting() + arrivals.len();
        assert_eq!(all as u64, begun as u64 + left, "somebody is lost at {} s", traffic.now());
        for (number, parking) in (0..).zip(&town.extras.parking) {
            assert!(traffic.parked_at(ParkingId(number)) <= parking.places as usize);
        }
    }
    (arrivals, notes, traffic)
}

const FOR_GOOD: Parks = Parks { within: 500.0, tries: 5, stays: None };

/// What happened to each trip: where it is parked, and how many places were full.
fn ends(notes: &[Note]) -> BTreeMap<u32, (Option<u32>, u32)> {
    let ended = notes.iter().filter(|note| note.event != Event::Leaves);
    ended.map(|note| (note.trip, (note.place.map(|place| place.0), note.searched.unwrap().1))).collect()
}

/// Who comes first is parked at the nearest place, the next go on to the next one, and the last drive to their goals.
#[test]
fn who_finds_a_place_full_goes_on_to_the_next() {
    let places = vec![place("b", 100.0, 3), place("c", 100.0, 2)];
    let (arrivals, notes, traffic) = drive(&town(&every(90.0, 8), |_| FOR_GOOD, places), |_| {});
    let (near, next, none) = ((Some(0), 0), (Some(1), 1), (None, 2));
    assert_eq!(ends(&notes).into_values().collect::<Vec<_>>(), [near, near, near, next, next, none, none, none]);
    assert_eq!((arrivals.len(), traffic.parked()), (8, 5));
    // It takes time to look for a place, the more of it the more of them are full.
    let searched = |trip: u32| notes.iter().find(|note| note.trip == trip).unwrap().searched.unwrap().0;
    assert!(searched(0) > 10.0 && searched(3) > searched(0) + 10.0 && searched(5) > searched(3) + 10.0);
    // Trips end where vehicles are parked.
    let streets = &traffic.town().streets;
    let last = |trip: u32| arrivals.iter().find(|arrival| arrival.trip == trip).unwrap().roads[1];
    assert_eq!([0, 3, 5].map(last), ["b", "c", "b"].map(|name| road(streets, name)));
    let totals = traffic.totals();
    assert_eq!((totals.arrived, totals.parking.parked, totals.parking.without), (8, 5, 3));
}

/// Who has tried often enough looks for no other place, even if there is one; nor where there is none near enough.
#[test]
fn who_has_tried_often_enough_gives_up() {
    let places = || vec![place("b", 100.0, 1), place("c", 100.0, 9)];
    let notes = drive(&town(&every(90.0, 3), |_| Parks { tries: 1, ..FOR_GOOD }, places()), |_| {}).1;
    assert_eq!(ends(&notes).into_values().collect::<Vec<_>>(), [(Some(0), 0), (None, 1), (None, 1)]);
    let notes = drive(&town(&every(90.0, 2), |_| Parks { within: 50.0, ..FOR_GOOD }, places()), |_| {}).1;
    assert_eq!(ends(&notes).into_values().collect::<Vec<_>>(), [(None, 0), (None, 0)]);
}

/// Whoever stays for a while drives back to where he came from, and others find his place free.
#[test]
fn who_stays_for_a_while_drives_back() {
    let stays = Parks { stays: Some(300.0), ..FOR_GOOD };
    let mut said = false;
    let (arrivals, notes, traffic) = drive(&town(&every(400.0, 4), |_| stays, vec![place("b", 100.0, 1)]), |traffic| {
        said |= traffic.vehicles().any(|(_, vehicle)| vehicle.cause == Cause::Parking);
    });
    assert!(said, "nobody said that he looks for a place");
    assert_eq!((arrivals.len(), notes.len(), traffic.parked()), (8, 8, 0));
    let streets = &traffic.town().streets;
    for trip in 0..4 {
        let of = |event| notes.iter().find(|note| note.trip == trip && note.event == event).unwrap().time;
        let (came, left) = (of(Event::Parks), of(Event::Leaves));
        assert!((300.0..310.0).contains(&(left - came)), "it stayed for {} s", left - came);
        let own: Vec<&Arrival> = arrivals.iter().filter(|arrival| arrival.trip == trip).collect();
        let [there, back] = own[..] else { panic!("{own:?}") };
        assert_eq!((there.arrived, back.departed, back.departs), (came, left, came + 300.0));
        assert_eq!(there.roads, ["in", "b"].map(|name| road(streets, name)));
        assert_eq!(back.roads, ["b", "-in"].map(|name| road(streets, name)));
        // There, to the place behind the second corner; and back round the rest of the block or the way it came.
        assert!((850.0..1100.0).contains(&there.sums.length), "{there:?}");
        assert!((1000.0..1400.0).contains(&back.sums.length), "{back:?}");
    }
}

/// Vehicles that come at random and stay for random times are turned away as often as Erlang's loss formula says (A. K. Erlang, "Solution of some
/// problems in the theory of probabilities of significance in automatic telephone exchanges", 1917).
#[test]
fn as_many_are_turned_away_as_erlang_says() {
    const GAPS: Purpose = Purpose::new("test.gaps");
    const STAYS: Purpose = Purpose::new("test.stays");
    let drawn =
        |purpose, number: usize, mean: f64| -libm::log(Seed(5).stream(number as u64, purpose, 0).uniform()) * mean;
    let (gap, stay, places) = (120.0, 600.0, 5);
    let times = (0..3000).scan(0.0, |time, number| {
        *time += drawn(GAPS, number, gap);
        Some(*time)
    });
    let parks = |number| Parks { tries: 1, stays: Some(drawn(STAYS, number, stay)), ..FOR_GOOD };
    let town = town(&times.collect::<Vec<f64>>(), parks, vec![place("b", 100.0, places)]);
    let totals = drive(&town, |_| {}).2.totals().parking;
    let load: f64 = stay / gap;
    let lost = (1..=places).fold(1.0, |lost, place| load * lost / (f64::from(place) + load * lost));
    let (share, taken) = (totals.without as f64 / 3000.0, totals.taken / totals.offered);
    assert!((share - lost).abs() < 0.03, "{share} found no place, not {lost}");
    let expected = load * (1.0 - lost) / f64::from(places);
    assert!((taken - expected).abs() < 0.03, "{taken} of the places were taken, not {expected}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    /// Wherever places are and however long who stays: nobody is lost; all come to an end, and who goes on from what was saved does the same.
    #[test]
    fn nobody_is_lost(
        ways in 1..64_u8, along in 0.0..100.0_f64, places in 1..4_u32, tries in 1..5_u32, stays in prop::option::of(1.0..900.0_f64),
        gap in 3.0..60.0_f64, count in 1..25_usize,
    ) {
        let ways = ["b", "c", "-a", "d", "in", "-d"].into_iter().enumerate().filter(|(bit, _)| ways & (1 << bit) != 0);
        let places = ways.map(|(_, way)| place(way, along, places)).collect();
        let town = town(&every(gap, count), |_| Parks { tries, stays, ..FOR_GOOD }, places);
        let mut other: Option<Traffic> = None;
        let (arrivals, notes, traffic) = drive(&town, |traffic| {
            match &mut other {
                Some(other) => {
                    other.go_on(Seed(1), &Pool::default());
                    other.take_notes();
                    assert!(postcard::to_stdvec(other) == postcard::to_stdvec(traffic), "{} s", traffic.now());
                }
                None if traffic.now() == 150.0 => {
                    let mut again: Traffic = postcard::from_bytes(&postcard::to_stdvec(traffic).unwrap()).unwrap();
                    again.settle_in(town.clone());
                    other = Some(again);
                }
                None => {}
            }
        });
        let count_of = |event| notes.iter().filter(|note| note.event == event).count();
        let [parked, left, without] = [Event::Parks, Event::Leaves, Event::FindsNone].map(count_of);
        prop_assert_eq!(parked + without, count);
        prop_assert_eq!(arrivals.len(), count + left);
        prop_assert_eq!(traffic.parked(), parked - left);
        prop_assert!(stays.is_none() || parked == left);
    }
}
