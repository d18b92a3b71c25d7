//! Programmes of signals: who has green together, and for how long.
//!
//! Who comes from opposite directions has green at once, and who turns left lets those pass who come towards him. Amber lasts 3 s up to 50 km/h, 4 s up
//! to 60 km/h and 5 s beyond, as the German guidelines for signals have it (RiLSA 2015).

use super::turns::end_direction;
use super::{Course, lines};
use crate::city::plan::{Control as NodeControl, Plan};
use crate::city::streets::{Control, JunctionId, Lamp, Phase, RoadId, Signals, SignalsId, Streets, TurnId};

/// How long a round lasts: seconds.
const ROUND: f64 = 90.0;

/// How long all have red before others get green: seconds.
const ALL_RED: f64 = 2.0;

/// Green lasts no shorter than this: seconds.
const SHORTEST: f64 = 8.0;

/// How long green may last where vehicles decide: seconds.
const BETWEEN: [f64; 2] = [5.0, 50.0];

/// Adds the signals of all junctions that have some.
pub(super) fn add(plan: &Plan, _courses: &[Course], streets: &mut Streets) {
    let mut across: Vec<Vec<TurnId>> = vec![Vec::new(); streets.junctions.len()];
    for (number, turn) in (0..).zip(&streets.turns) {
        across[turn.junction.index()].push(TurnId(number));
    }
    for (junction, turns) in (0..).map(JunctionId).zip(across) {
        let control = match plan.control(junction) {
            NodeControl::Signals => Control::Fixed,
            NodeControl::ActuatedSignals => Control::Actuated,
            NodeControl::Priority | NodeControl::Right | NodeControl::AllStop => continue,
        };
        if turns.is_empty() {
            continue;
        }
        let signals = SignalsId(streets.signals.len() as u32);
        let groups = groups(streets, &turns);
        let phases = phases(streets, &turns, &groups);
        for (lamp, turn) in (0..).zip(&turns) {
            streets.turns[turn.index()].signals = Some((signals, lamp));
        }
        let name = streets.junctions[junction.index()].name.clone();
        streets.signals.push(Signals { name, control, offset: 0.0, phases });
    }
}

/// The roads that have green together: each with the one that comes most nearly from the opposite direction.
fn groups(streets: &Streets, turns: &[TurnId]) -> Vec<Vec<RoadId>> {
    let mut roads: Vec<RoadId> = turns.iter().map(|turn| streets.lane(streets.turn(*turn).from).road).collect();
    roads.sort();
    roads.dedup();
    let mut groups = Vec::new();
    while !roads.is_empty() {
        let first = roads.remove(0);
        let comes = end_direction(streets, first);
        let turned = |road: &RoadId| lines::angle(comes, end_direction(streets, *road)).abs();
        let opposite = (0..roads.len()).max_by(|one, other| turned(&roads[*one]).total_cmp(&turned(&roads[*other])));
        let opposite = opposite.filter(|place| turned(&roads[*place]) > 2.3);
        let mut group = vec![first];
        group.extend(opposite.map(|place| roads.remove(place)));
        groups.push(group);
    }
    groups
}

fn phases(streets: &Streets, turns: &[TurnId], groups: &[Vec<RoadId>]) -> Vec<Phase> {
    let road_of = |turn: TurnId| streets.lane(streets.turn(turn).from).road;
    let amber = |group: &Vec<RoadId>| {
        let limits =
            group.iter().map(|road| streets.lanes[streets.roads[road.index()].lanes.start as usize].speed_limit);
        match 3.6 * limits.fold(0.0, f64::max) {
            limit if limit > 60.5 => 5.0,
            limit if limit > 50.5 => 4.0,
            _ => 3.0,
        }
    };
    let lost: f64 = groups.iter().map(|group| amber(group) + ALL_RED).sum();
    // A junction that only one road comes to has a time when nobody drives, for those who walk across.
    let shares = groups.len().max(2) as f64;
    let green = ((ROUND - lost) / shares).round().max(SHORTEST);
    let mut phases = Vec::new();
    for group in groups {
        let goes = |turn: TurnId| group.contains(&road_of(turn));
        let lamp = |turn: &TurnId| {
            let meets_some = streets.turn(*turn).yields_to.iter().any(|other| goes(*other));
            match goes(*turn) {
                false => Lamp::Red,
                true if meets_some => Lamp::GreenYielding,
                true => Lamp::Green,
            }
        };
        let lamps: Vec<Lamp> = turns.iter().map(lamp).collect();
        let after: Vec<Lamp> =
            lamps.iter().map(|lamp| if *lamp == Lamp::Red { Lamp::Red } else { Lamp::Amber }).collect();
        let fixed = |lasts: f64, lamps: Vec<Lamp>| Phase { lasts, between: [lasts; 2], lamps };
        phases.push(Phase { lasts: green, between: BETWEEN, lamps });
        phases.push(fixed(amber(group), after));
        phases.push(fixed(ALL_RED, vec![Lamp::Red; turns.len()]));
    }
    if groups.len() == 1 {
        phases.push(Phase { lasts: green, between: [green; 2], lamps: vec![Lamp::Red; turns.len()] });
    }
    phases
}
