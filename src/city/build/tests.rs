//! Tests of streets built from plans.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::*;
use crate::city::demand::{Demand, FirstLane, FirstSpeed, Kind, KindId, Trip};
use crate::city::plan::{Ban, Mark, Node};
use crate::city::streets::{Direction, LaneId, Rule};
use crate::city::traffic::{Town, Traffic};
use crate::engine::parallel::Pool;
use crate::engine::random::Seed;

fn node(name: &str, x: f64, y: f64, control: Control) -> Node {
    Node { name: name.to_owned(), place: [x, y], control }
}

fn way(name: &str, ends: [usize; 2], lanes: [u32; 2]) -> Way {
    Way {
        name: name.to_owned(),
        ends,
        between: Vec::new(),
        lanes,
        lane_width: 3.2,
        speed_limit: 13.89,
        rank: 3,
        classes: Vec::new(),
        bus_lanes: [false; 2],
        marks: [Vec::new(), Vec::new()],
        is_round: false,
        signs: [Sign::None; 2],
    }
}

/// Four ways that meet in the middle, with so many lanes in each direction: from the east, the north, the west and the south.
fn crossroads(lanes: u32, control: Control) -> Plan {
    let ends = [("east", 200.0, 0.0), ("north", 0.0, 200.0), ("west", -200.0, 0.0), ("south", 0.0, -200.0)];
    let mut nodes = vec![node("middle", 0.0, 0.0, control)];
    nodes.extend(ends.map(|(name, x, y)| node(name, x, y, Control::Priority)));
    let ways = ends.iter().enumerate().map(|(place, (name, _, _))| way(name, [place + 1, 0], [lanes; 2])).collect();
    Plan { nodes, ways, bans: Vec::new() }
}

/// The turns across the middle: from which road to which, by name.
fn turns(streets: &Streets) -> BTreeMap<(String, String), Vec<&crate::city::streets::Turn>> {
    let name = |lane: LaneId| streets.roads[streets.lane(lane).road.index()].name.clone();
    let mut found: BTreeMap<(String, String), Vec<&crate::city::streets::Turn>> = BTreeMap::new();
    for turn in streets.turns.iter().filter(|turn| turn.junction == JunctionId(0)) {
        found.entry((name(turn.from), name(turn.to))).or_default().push(turn);
    }
    found
}

fn find<'a>(
    streets: &'a Streets,
    from: &str,
    to: &str,
) -> (crate::city::streets::TurnId, &'a crate::city::streets::Turn) {
    let is_it = |turn: &&crate::city::streets::Turn| {
        [turn.from, turn.to].map(|lane| &*streets.roads[streets.lane(lane).road.index()].name) == [from, to]
    };
    let place = streets.turns.iter().position(|turn| is_it(&turn)).unwrap();
    (crate::city::streets::TurnId(place as u32), &streets.turns[place])
}

#[test]
fn a_crossroads_has_all_its_turns() {
    let streets = build(&crossroads(1, Control::Priority)).unwrap().streets;
    assert_eq!(streets.check(), Ok(()));
    assert_eq!((streets.roads.len(), streets.lanes.len()), (8, 8));
    // From each side to the three others.
    let all = turns(&streets);
    assert_eq!(all.len(), 12);
    let (_, straight) = find(&streets, "east", "-west");
    let (_, right) = find(&streets, "east", "-north");
    let (_, left) = find(&streets, "east", "-south");
    assert_eq!(
        [straight.direction, right.direction, left.direction],
        [Direction::Straight, Direction::Right, Direction::Left]
    );
    assert!(right.length < straight.length && right.length < left.length);
    assert!(right.speed_limit < left.speed_limit && left.speed_limit < straight.speed_limit);
    // Roads end where they do not touch: 3.2 m beside the middle, and 2 m more.
    for lane in &streets.lanes {
        assert!((lane.length - (200.0 - 3.2 - 2.0)).abs() < 0.1, "{}", lane.length);
    }
}

/// Where all ways are alike, who comes from the right goes first, and who turns left lets those pass who come towards him.
#[test]
fn who_comes_from_the_right_goes_first() {
    let streets = build(&crossroads(1, Control::Priority)).unwrap().streets;
    let yields = |one: [&str; 2], other: [&str; 2]| {
        let (_, turn) = find(&streets, one[0], one[1]);
        turn.yields_to.contains(&find(&streets, other[0], other[1]).0)
    };
    // Who comes from the east has the north at his right hand.
    assert!(yields(["east", "-west"], ["north", "-south"]) && !yields(["north", "-south"], ["east", "-west"]));
    assert!(yields(["south", "-north"], ["east", "-west"]) && yields(["north", "-south"], ["west", "-east"]));
    assert!(yields(["east", "-south"], ["west", "-east"]) && !yields(["west", "-east"], ["east", "-south"]));
}

/// A more important way goes first, whatever comes from the right; and a sign says more than a rank.
#[test]
fn ranks_and_signs_decide() {
    let mut plan = crossroads(1, Control::Priority);
    for place in [0, 2] {
        plan.ways[place].rank = 5;
    }
    let streets = build(&plan).unwrap().streets;
    let (_, major) = find(&streets, "east", "-west");
    assert_eq!((major.rule, major.yields_to.len()), (Rule::Major, 0));
    let (_, minor) = find(&streets, "north", "-south");
    assert_eq!(minor.rule, Rule::Minor);
    assert!(minor.yields_to.contains(&find(&streets, "east", "-west").0));
    // Who turns left from the important way waits in the middle for those who come towards him, and for nobody else.
    let (_, left) = find(&streets, "east", "-south");
    assert!(left.waits_at.is_some_and(|at| at > 2.0 && at < left.length));
    plan.ways[0].signs[0] = Sign::Stop;
    let streets = build(&plan).unwrap().streets;
    let (_, stops) = find(&streets, "east", "-west");
    assert_eq!(stops.rule, Rule::Stop);
}

#[test]
fn signals_let_those_who_cross_each_other_drive_one_after_the_other() {
    let streets = build(&crossroads(2, Control::Signals)).unwrap().streets;
    let signals = &streets.signals[0];
    assert!((signals.phases.iter().map(|phase| phase.lasts).sum::<f64>() - 90.0).abs() < 2.0);
    let lamp = |phase: usize, from: &str, to: &str| {
        let (_, turn) = find(&streets, from, to);
        signals.phases[phase].lamps[usize::from(turn.signals.unwrap().1)]
    };
    use crate::city::streets::Lamp;
    assert_eq!(
        [lamp(0, "east", "-west"), lamp(0, "west", "-east"), lamp(0, "north", "-south")],
        [Lamp::Green, Lamp::Green, Lamp::Red]
    );
    assert_eq!(
        [lamp(0, "east", "-south"), lamp(1, "east", "-south"), lamp(3, "north", "-south")],
        [Lamp::GreenYielding, Lamp::Amber, Lamp::Green]
    );
    // Two lanes: left from the inner one, right from the outer one, straight on from both.
    let all = turns(&streets);
    let count = |from: &str, to: &str| all[&(from.to_owned(), to.to_owned())].len();
    assert_eq!([count("east", "-south"), count("east", "-west"), count("east", "-north")], [1, 2, 1]);
}

#[test]
fn arrows_and_bans_are_heeded() {
    let mut plan = crossroads(2, Control::Priority);
    let mark = |left, straight, right| Mark { left, straight, right };
    plan.ways[0].marks[0] = vec![mark(false, true, true), mark(true, false, false)];
    plan.bans.push(Ban { from: 1, node: 0, to: 2, is_only: false });
    plan.bans.push(Ban { from: 3, node: 0, to: 1, is_only: true });
    let streets = build(&plan).unwrap().streets;
    let all = turns(&streets);
    let has = |from: &str, to: &str| all.contains_key(&(from.to_owned(), to.to_owned()));
    assert_eq!(all[&("east".to_owned(), "-west".to_owned())].len(), 2, "the outer lane leads to both beyond");
    assert!(
        all[&("east".to_owned(), "-west".to_owned())]
            .iter()
            .all(|turn| turn.from == streets.lanes_of(RoadId(0)).next().unwrap())
    );
    assert!(!has("north", "-west") && has("north", "-south") && has("south", "-north") && !has("south", "-west"));
}

/// At dead ends one turns round.
#[test]
fn dead_ends_lead_back() {
    let plan = Plan {
        nodes: vec![node("a", 0.0, 0.0, Control::Priority), node("b", 100.0, 0.0, Control::Priority)],
        ways: vec![way("way", [0, 1], [1, 1])],
        bans: Vec::new(),
    };
    let streets = build(&plan).unwrap().streets;
    assert_eq!(streets.turns.len(), 2);
    assert!(streets.turns.iter().all(|turn| turn.direction == Direction::Back && turn.yields_to.is_empty()));
    assert_eq!(streets.check(), Ok(()));
}

/// Cars from every side to every other, so many an hour from each, get across every kind of junction, and none is left behind.
#[test]
fn cars_get_across_junctions_of_every_kind() {
    for (lanes, control, an_hour) in [
        (1, Control::Priority, 150),
        (1, Control::Right, 150),
        (1, Control::Signals, 200),
        (2, Control::Signals, 600),
        (1, Control::AllStop, 150),
    ] {
        let streets = build(&crossroads(lanes, control)).unwrap().streets;
        let road = |name: &str| RoadId(streets.roads.iter().position(|road| road.name == name).unwrap() as u32);
        let mut trips = Vec::new();
        let sides = ["east", "north", "west", "south"];
        for number in 0..an_hour {
            for (place, from) in sides.iter().enumerate() {
                let to = sides[(place + 1 + number % 3) % 4];
                trips.push(Trip {
                    name: format!("{from} {number}"),
                    departs: number as f64 * 3600.0 / an_hour as f64 + place as f64,
                    kinds: vec![(KindId(0), 1.0)],
                    route: vec![road(from), road(&format!("-{to}"))],
                    from: 5.0,
                    lane: FirstLane::Best,
                    speed: FirstSpeed::Most,
                    to: -1.0,
                    halts: Vec::new(),
                    parks: None,
                });
            }
        }
        trips.sort_by(|one, other| one.departs.total_cmp(&other.departs));
        let count = trips.len();
        let demand = Demand { kinds: vec![Kind::car()], stops: Vec::new(), trips };
        assert_eq!(demand.check(&streets), Ok(()));
        let mut traffic = Traffic::new(Arc::new(Town::new(streets, demand)), 1.0, Seed(1));
        let (mut arrived, mut lost) = (0, 0.0);
        while arrived < count {
            let near = || -> Vec<String> {
                let stuck = traffic.vehicles().filter(|(_, there)| there.waited > 60.0);
                stuck
                    .map(|(id, there)| {
                        format!("{id:?} {} {:.1} {:?}", traffic.name(there.track), there.at, there.cause)
                    })
                    .collect()
            };
            assert!(traffic.now() < 5400.0, "{lanes} {control:?}: {arrived} of {count}: {:#?}", near());
            for arrival in traffic.go_on(Seed(1), &Pool::default()) {
                arrived += 1;
                lost += arrival.sums.time_loss;
            }
        }
        let mean = lost / count as f64;

        assert!(mean < 60.0, "{lanes} {control:?}: {mean} s lost");
    }
}

mod damage {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// Whatever the plan, its streets are sound, and each road leads on from which one can.
        #[test]
        fn every_plan_becomes_sound_streets(
            places in prop::collection::vec([-300.0..300.0_f64, -300.0..300.0], 2..9),
            ways in prop::collection::vec((0..9_usize, 0..9_usize, 0..4_u32, 0..4_u32, 0..6_u8, any::<bool>()), 1..14),
            controls in prop::collection::vec(0..4_u8, 9),
        ) {
            let control = |number: u8| [Control::Priority, Control::Right, Control::Signals, Control::AllStop][usize::from(number)];
            let nodes: Vec<Node> = places.iter().zip(&controls).enumerate()
                .map(|(place, (at, number))| node(&place.to_string(), at[0], at[1], control(*number))).collect();
            let ways = ways.iter().enumerate().map(|(place, (from, to, forwards, backwards, rank, is_round))| Way {
                rank: *rank,
                is_round: *is_round,
                ..way(&format!("w{place}"), [from % nodes.len(), to % nodes.len()], [*forwards, *backwards])
            }).collect();
            let plan = Plan { nodes, ways, bans: Vec::new() };
            let built = build(&plan).unwrap();
            prop_assert_eq!(built.streets.check(), Ok(()));
            let streets = &built.streets;
            for road in &streets.roads {
                let leads = road.lanes.clone().any(|lane| !streets.lanes[lane as usize].turns.is_empty());
                let has_exit = streets.roads.iter().any(|next| next.from == road.to);
                prop_assert_eq!(leads, has_exit, "{:?}", road);
            }
            for (number, turn) in streets.turns.iter().enumerate() {
                for other in &turn.yields_to {
                    prop_assert!(turn.meets.contains(other), "turn {} yields to one that it does not meet", number);
                }
            }
        }
    }
}
