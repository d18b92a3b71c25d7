use std::collections::BTreeSet;
use std::sync::Arc;

use super::super::errands::tests::{fork, road, trips};
use super::super::tests::check;
use super::super::{Cause, Extras, Reroute, Town};
use super::*;
use crate::city::demand::Kind;
use crate::city::streets::{LaneId, Streets};
use crate::engine::parallel::Pool;
use crate::engine::random::Seed;

const DURING: [f64; 2] = [300.0, 900.0];

fn lane(streets: &Streets, name: &str, number: u32) -> LaneId {
    LaneId(streets.roads[road(streets, name).index()].lanes.start + number)
}

/// Drives trips past closures, and looks at each step. Who departed in the time of the closures took so long, mean.
fn drive(closures: Vec<Closure>, reroute: Option<Reroute>, every: f64, mut look: impl FnMut(&Traffic)) -> f64 {
    let streets = fork();
    let demand = trips(&streets, Kind::car(), &["in", "short", "slow", "out"], 400, every);
    let town = Town::new(streets, demand).with(Extras { closures, reroute, ..Extras::default() });
    let mut traffic = Traffic::new(Arc::new(town), 1.0, Seed(1));
    let mut took = Vec::new();
    while !traffic.is_over() {
        let arrivals = traffic.go_on(Seed(1), &Pool::default());
        let meanwhile = arrivals.iter().filter(|arrival| (DURING[0]..DURING[1]).contains(&arrival.departed));
        took.extend(meanwhile.map(|arrival| arrival.arrived - arrival.departed));
        check(&traffic);
        look(&traffic);
        assert!(traffic.now() < 4000.0);
    }
    took.iter().sum::<f64>() / took.len() as f64
}

/// Who has passed a place on a lane between two steps.
fn passed(traffic: &Traffic, lane: LaneId, at: f64, was: &mut BTreeSet<u32>) -> usize {
    let before =
        traffic.on(traffic.track_of_lane(lane)).filter(|there| there.at <= at).map(|there| there.trip).collect();
    let before = std::mem::replace(was, before);
    traffic.on(traffic.track_of_lane(lane)).filter(|there| there.at > at && before.contains(&there.trip)).count()
}

#[test]
fn where_a_lane_is_closed_all_take_the_other() {
    let lane = lane(&fork(), "in", 0);
    let closure = Closure { lane, at: 300.0, during: DURING };
    let (mut was, mut meanwhile, mut else_passed) = (BTreeSet::new(), 0, 0);
    let took = drive(vec![closure], None, 5.0, |traffic| {
        let count = passed(traffic, lane, 300.0, &mut was);
        // Who could no longer stop is past by then.
        let is_closed = (DURING[0] + 8.0..DURING[1]).contains(&traffic.now());
        if is_closed { meanwhile += count } else { else_passed += count }
    });
    assert!(meanwhile == 0 && else_passed > 20, "{meanwhile} {else_passed}");
    let without = drive(Vec::new(), None, 5.0, |_| {});
    assert!(took < without + 30.0, "{took} s, without {without} s");
}

#[test]
fn where_all_lanes_are_closed_all_wait_and_say_so() {
    let lane = lane(&fork(), "short", 0);
    let closure = Closure { lane, at: 300.0, during: DURING };
    let (mut was, mut meanwhile, mut waited) = (BTreeSet::new(), 0, 0);
    let took = drive(vec![closure], None, 5.0, |traffic| {
        let count = passed(traffic, lane, 300.0, &mut was);
        if (DURING[0] + 8.0..DURING[1]).contains(&traffic.now()) {
            meanwhile += count;
            let first = traffic.on(traffic.track_of_lane(lane)).find(|there| there.at <= 300.0);
            waited +=
                first.filter(|first| matches!(first.cause, Cause::Closed(_)) && first.speed == 0.0).map_or(0, |_| 1);
        }
    });
    assert!(meanwhile == 0 && waited > 500, "{meanwhile} passed, {waited} s");
    // Those who know another way take it.
    let knowing = drive(vec![closure], Some(Reroute { share: 1.0, every: 60.0 }), 5.0, |_| {});
    assert!(knowing < 0.6 * took, "{knowing} s, {took} s");
}
