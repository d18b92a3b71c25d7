//! Signals whose green goes on while vehicles come.
//!
//! As SUMO documents its gap-based control (`Simulation/Traffic_Lights`, "based on time gaps"): a phase that may last from a least to a most time ends
//! after the least one as soon as no loop has noticed a vehicle for the greatest gap, and at the most one anyhow. Loops lie some
//! seconds before the stop line, one in each lane, and count in phases in which all that leave the lane have green and need let nobody pass:
//! else somebody who cannot go would keep the green. A phase without a loop lasts as short as it may. Where a lane is too short its loop lies at its
//! beginning, and not on the lane before it, as it does in SUMO.

use super::Showing;
use super::changeover::stages;
use crate::city::streets::{Control, Lamp, LaneId, Signals, SignalsId, Streets, TurnId};

/// A gap as long ends the green: seconds.
pub const GREATEST_GAP: f64 = 3.0;

/// So long before the stop line a loop lies, at the speed limit: seconds.
const DETECTOR_GAP: f64 = 2.0;

/// From one vehicle to the next at the stop line: seconds.
const PASSING_TIME: f64 = 2.0;

/// A standing vehicle with its gap: metres.
const ROOM: f64 = 7.5;

/// How long a green phase may last that is said to last one time only: seconds. As those that SUMO's `netconvert` makes.
const BETWEEN: [f64; 2] = [5.0, 50.0];

/// Lets the green of signals go on while vehicles come, whatever they did before.
pub fn actuate(signals: &mut Signals) {
    signals.control = Control::Actuated;
    for stage in stages(signals) {
        let phase = &mut signals.phases[stage];
        if phase.between[0] == phase.between[1] {
            phase.between = BETWEEN;
        }
    }
}

/// A loop in the street that notices whoever is on it.
#[derive(Clone, Debug, PartialEq)]
pub struct Detector {
    /// In which lane.
    pub lane: LaneId,
    /// How far along it: metres.
    pub at: f64,
    /// For which signals.
    pub signals: SignalsId,
    /// The lamps for those who leave the lane.
    lamps: Vec<u16>,
}

impl Detector {
    /// Whether it counts in a phase.
    fn counts(&self, signals: &Signals, phase: usize) -> bool {
        let lamps = &signals.phases[phase].lamps;
        self.lamps.iter().all(|lamp| lamps.get(usize::from(*lamp)) == Some(&Lamp::Green))
    }

    /// Whether somebody was on it who is now so far along the lane, has driven so far in this step, and is so long: metres.
    pub fn notices(&self, at: f64, driven: f64, length: f64) -> bool {
        at >= self.at && at - driven - length < self.at
    }
}

/// The loops of all actuated signals.
pub fn detectors(streets: &Streets) -> Vec<Detector> {
    let lanes = (0..streets.lanes.len() as u32).map(LaneId);
    lanes.filter_map(|lane| detector(streets, lane)).collect()
}

fn detector(streets: &Streets, lane: LaneId) -> Option<Detector> {
    let shown = |turn: TurnId| streets.turn(turn).signals;
    let signals = streets.turns_from(lane).find_map(shown)?.0;
    let about = &streets.signals[signals.index()];
    let lamps = streets.turns_from(lane).filter_map(shown).filter(|(there, _)| *there == signals);
    let unplaced = Detector { lane, at: 0.0, signals, lamps: lamps.map(|(_, lamp)| lamp).collect() };
    let counting = (0..about.phases.len()).filter(|phase| unplaced.counts(about, *phase));
    let least = counting.map(|phase| about.phases[phase].between[0]).fold(f64::INFINITY, f64::min);
    // Whoever is between the loop and the stop line gets across in the least green.
    let before = (least / PASSING_TIME + 0.5) * ROOM;
    let before = before.min(DETECTOR_GAP * streets.lane(lane).speed_limit);
    let at = (streets.lane(lane).length - before).max(0.0);
    (about.control == Control::Actuated).then_some(Detector { at, ..unplaced })
}

/// For how long no loop that counts in a phase has noticed anybody, if there is one: `seen` is when each noticed somebody last.
pub fn quiet_for<'a>(
    loops: impl Iterator<Item = (&'a Detector, f64)>,
    (signals, phase): (&Signals, usize),
    now: f64,
) -> Option<f64> {
    let counting = loops.filter(|(detector, _)| detector.counts(signals, phase));
    counting.map(|(_, seen)| now - seen).min_by(f64::total_cmp)
}

/// What actuated signals show next, if for so many seconds nobody has come.
pub fn next(showing: Showing, signals: &Signals, now: f64, quiet_for: Option<f64>) -> Showing {
    let [least, most] = signals.phases[showing.phase].between;
    let lasted = now - showing.since;
    let is_over = lasted >= most || (lasted >= least && quiet_for.is_none_or(|quiet| quiet >= GREATEST_GAP));
    if !is_over {
        return Showing { until: showing.since + most, ..showing };
    }
    let next = showing.after(signals);
    Showing { until: now + signals.phases[next].between[1], ..Showing::steady(next, now) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::city::streets::Phase;

    /// Two lanes: the lamps 0 and 1 are of the first, 2 is of the second.
    fn signals() -> Signals {
        use Lamp::{Amber, Green, GreenYielding, Red};
        let phase = |lasts: f64, between: [f64; 2], lamps: [Lamp; 3]| Phase { lasts, between, lamps: lamps.to_vec() };
        let phases = vec![
            phase(20.0, [5.0, 30.0], [Green, Green, Red]),
            phase(3.0, [3.0, 3.0], [Amber, Amber, Red]),
            phase(0.0, [0.0, 0.0], [Red, Red, Red]),
            phase(20.0, [6.0, 40.0], [Green, GreenYielding, Green]),
            phase(3.0, [3.0, 3.0], [Amber, Amber, Amber]),
        ];
        Signals { name: String::new(), control: Control::Actuated, offset: 0.0, phases }
    }

    fn loops() -> [Detector; 2] {
        let detector = |lane: u32, lamps: &[u16]| Detector {
            lane: LaneId(lane),
            at: 80.0,
            signals: SignalsId(0),
            lamps: lamps.to_vec(),
        };
        [detector(0, &[0, 1]), detector(1, &[2])]
    }

    #[test]
    fn whoever_is_on_a_loop_is_noticed() {
        let [detector, _] = loops();
        // It stands on it, has just come to it, has just left it, or was on it between two looks.
        for (at, driven) in [(82.0, 0.0), (80.0, 10.0), (94.0, 10.0), (90.0, 14.0)] {
            assert!(detector.notices(at, driven, 5.0), "{at} {driven}");
        }
        for (at, driven) in [(79.9, 0.0), (85.0, 0.0), (99.0, 14.0)] {
            assert!(!detector.notices(at, driven, 5.0), "{at} {driven}");
        }
    }

    #[test]
    fn loops_count_where_all_have_green_and_need_let_nobody_pass() {
        let [one, two] = loops();
        let (signals, seen) = (signals(), [(&one, 7.0), (&two, 9.5)]);
        let quiet_for = |phase: usize| quiet_for(seen.iter().copied(), (&signals, phase), 10.0);
        assert_eq!([quiet_for(0), quiet_for(1), quiet_for(3)], [Some(3.0), None, Some(0.5)]);
    }

    #[test]
    fn green_goes_on_while_vehicles_come() {
        let signals = signals();
        // Nobody comes after 8.5 s: the gap is as long as it may be at 11.5 s.
        let ends = |last: f64| {
            let mut showing = Showing::steady(0, 0.0);
            let mut now: f64 = 0.0;
            while showing.phase == 0 {
                now += 0.5;
                showing = next(showing, &signals, now, Some((now - last).max(0.0)));
            }
            now
        };
        assert_eq!([ends(0.0), ends(1.9), ends(8.5), ends(100.0)], [5.0, 5.0, 11.5, 30.0]);
        // Phases that may not vary last as long as they are said to; those that last no time are left out.
        let mut showing = Showing { phase: 1, since: 30.0, until: 33.0, change: None };
        showing = next(showing, &signals, 32.0, None);
        assert_eq!((showing.phase, showing.until), (1, 33.0));
        showing = next(showing, &signals, 33.0, None);
        assert_eq!((showing.phase, showing.since, showing.until), (3, 33.0, 73.0));
    }
}
