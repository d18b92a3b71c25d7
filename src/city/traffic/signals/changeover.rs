//! How signals change between any two green phases of a programme, with the amber and clearing times of that programme.
//!
//! A programme says how it gets from each green phase to the next one alone. Who leads signals by another order needs all the other ways, and they
//! have to be as safe: no lamp goes from green to red but by amber, for as long as it is amber in the programme, and nobody gets green
//! before those who had it have had as long to leave the junction as the programme gives them. Lamps that are green before and after stay green.

use super::{Change, Showing};
use crate::city::streets::{Lamp, Signals};

/// How a lamp closes in a programme: at its slowest.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Closing {
    /// How long it is amber: seconds.
    pub amber: f64,
    /// How long nobody else gets green after that: seconds.
    pub red: f64,
}

/// The phases between which signals can be led, each by its number. Somebody may go in it, no lamp is about to change, and no other of them
/// lets the same go and others besides.
pub fn stages(signals: &Signals) -> Vec<usize> {
    (0..signals.phases.len()).filter(|phase| is_stage(signals, *phase)).collect()
}

fn is_stage(signals: &Signals, phase: usize) -> bool {
    is_settled(signals, phase) && (0..signals.phases.len()).all(|other| !is_outdone(signals, phase, other))
}

/// Whether somebody may go in a phase, and no lamp is about to change.
fn is_settled(signals: &Signals, phase: usize) -> bool {
    let phase = &signals.phases[phase];
    let changes = |lamp: &Lamp| matches!(lamp, Lamp::Amber | Lamp::RedAmber);
    let goes = |lamp: &Lamp| matches!(lamp, Lamp::Green | Lamp::GreenYielding);
    phase.lasts > 0.0 && phase.lamps.iter().any(goes) && !phase.lamps.iter().any(changes)
}

/// Whether another phase lets go all that a phase lets go, and more, or the same and is earlier.
fn is_outdone(signals: &Signals, phase: usize, other: usize) -> bool {
    let [one, two] = [phase, other].map(|phase| &signals.phases[phase].lamps);
    let lets_all_go = |one: &[Lamp], two: &[Lamp]| one.iter().zip(two).all(|(one, two)| one.lets_go_as(*two));
    phase != other && is_settled(signals, other) && lets_all_go(two, one) && (other < phase || !lets_all_go(one, two))
}

/// How a lamp closes in a programme.
pub fn closing(signals: &Signals, lamp: u16) -> Closing {
    let count = signals.phases.len();
    let shows = |phase: usize| signals.phases[phase % count].lamps.get(usize::from(lamp)).copied().unwrap_or(Lamp::Off);
    let closes = (0..count).filter(|phase| shows(*phase).is_open() && !shows(phase + 1).is_open());
    closes.fold(Closing::default(), |slowest, phase| {
        let after = phase + 1..phase + count;
        let ambers = after.clone().take_while(|after| shows(*after) == Lamp::Amber);
        let amber: f64 = ambers.clone().map(|after| signals.phases[after % count].lasts).sum();
        let clear = after.skip(ambers.count()).take_while(|after| !opens(signals, after % count));
        let red: f64 = clear.map(|after| signals.phases[after % count].lasts).sum();
        Closing { amber: slowest.amber.max(amber), red: slowest.red.max(red) }
    })
}

/// Whether somebody gets green in a phase who had none before.
fn opens(signals: &Signals, phase: usize) -> bool {
    let before = (phase + signals.phases.len() - 1) % signals.phases.len();
    let lamps = signals.phases[before].lamps.iter().zip(&signals.phases[phase].lamps);
    lamps.clone().any(|(before, now)| now.is_open() && !before.lets_go_as(*now))
}

/// How long it takes from phase to phase: seconds.
pub fn lasts(signals: &Signals, from: usize, to: usize) -> f64 {
    let lamps = signals.phases[from].lamps.iter().zip(&signals.phases[to].lamps);
    let takes = lamps.zip(0..).map(|((from, to), lamp)| match closing(signals, lamp) {
        Closing { amber, red } if from.is_open() && !to.is_open() => amber + red,
        // Who has to let others pass from now on is told before these may go.
        Closing { amber, .. } if !to.lets_go_as(*from) => amber,
        _ => 0.0,
    });
    takes.fold(0.0, f64::max)
}

/// What a lamp shows while signals change from phase to phase, after so many seconds.
pub(super) fn lamp(signals: &Signals, from: usize, to: usize, number: u16, passed: f64) -> Lamp {
    let shows = |phase: usize| signals.phases[phase].lamps.get(usize::from(number)).copied().unwrap_or(Lamp::Off);
    let [from, to] = [shows(from), shows(to)];
    match [from.is_open(), to.is_open()] {
        [true, true] => from.lesser(to),
        [true, false] if passed < closing(signals, number).amber => Lamp::Amber,
        [true, false] => Lamp::Red,
        [false, _] => from,
    }
}

/// What signals show next that are led to a phase.
///
/// What is no phase to stay in comes to its end by the programme; a change that has begun is finished, whatever is wanted meanwhile.
pub fn towards(showing: Showing, signals: &Signals, wanted: usize, now: f64) -> Showing {
    match showing.change {
        Some(change) if now < showing.until => {
            Showing { change: Some(Change { passed: now - showing.since, ..change }), ..showing }
        }
        Some(change) => Showing::steady(change.to, now),
        None if !is_stage(signals, showing.phase) => showing.by_programme(signals, now),
        None if wanted == showing.phase => Showing { until: f64::INFINITY, ..showing },
        None => match lasts(signals, showing.phase, wanted) {
            lasts if lasts > 0.0 => {
                let change = Some(Change { to: wanted, passed: 0.0 });
                Showing { phase: showing.phase, since: now, until: now + lasts, change }
            }
            _ => Showing::steady(wanted, now),
        },
    }
}

/// The green phase that the clock has, or has had last: whereto signals are led that have nobody who leads them any more.
pub fn by_clock(signals: &Signals, now: f64) -> usize {
    let phase = Showing::by_clock(signals, now).phase;
    let back = (0..signals.phases.len()).map(|back| (phase + signals.phases.len() - back) % signals.phases.len());
    back.clone().find(|phase| is_stage(signals, *phase)).unwrap_or(phase)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::city::streets::{Control, Phase};

    fn lamp_of(letter: char) -> Lamp {
        match letter {
            'G' => Lamp::Green,
            'g' => Lamp::GreenYielding,
            'y' => Lamp::Amber,
            'u' => Lamp::RedAmber,
            's' => Lamp::RedArrow,
            'o' => Lamp::Off,
            _ => Lamp::Red,
        }
    }

    fn programme(phases: &[(f64, &str)]) -> Signals {
        let phase = |(lasts, lamps): &(f64, &str)| Phase {
            lasts: *lasts,
            between: [*lasts; 2],
            lamps: lamps.chars().map(lamp_of).collect(),
        };
        let phases = phases.iter().map(phase).collect();
        Signals { name: String::new(), control: Control::Fixed, offset: 0.0, phases }
    }

    /// A programme of a junction of Bologna (219 in the data set acosta).
    fn bologna() -> Signals {
        programme(&[
            (33.0, "GGGrrrrGGggrrrrr"),
            (3.0, "yyyrrrrGGggrrrrr"),
            (6.0, "rrrrrrrGGGGrrrrr"),
            (3.0, "rrrrrrryyyyrrrrr"),
            (1.0, "rrrrrrrrrrrrrrrr"),
            (32.0, "rrrGGGgrrrrGGGGg"),
            (3.0, "rrryyygrrrryyyyg"),
            (6.0, "rrrrrrGrrrrrrrrG"),
            (3.0, "rrrrrryrrrrrrrry"),
        ])
    }

    fn shown(signals: &Signals, from: usize, to: usize, passed: f64) -> String {
        let letter = |number: u16| match lamp(signals, from, to, number, passed) {
            Lamp::Green => 'G',
            Lamp::GreenYielding => 'g',
            Lamp::Amber => 'y',
            Lamp::Red => 'r',
            other => panic!("{other:?}"),
        };
        (0..signals.phases[0].lamps.len() as u16).map(letter).collect()
    }

    #[test]
    fn phases_to_stay_in_are_those_in_which_nothing_changes() {
        assert_eq!(stages(&bologna()), [0, 2, 5, 7]);
        // The third lets fewer go than the first, and the last the same.
        let some = programme(&[(9.0, "GGr"), (3.0, "Gyr"), (2.0, "Grr"), (9.0, "GrG"), (3.0, "Gry"), (9.0, "GGr")]);
        assert_eq!(stages(&some), [0, 3]);
        assert!(stages(&programme(&[(9.0, "oo"), (3.0, "rr"), (0.0, "GG")])).is_empty());
    }

    #[test]
    fn lamps_close_as_in_their_programme() {
        let signals = bologna();
        assert_eq!(closing(&signals, 0), Closing { amber: 3.0, red: 0.0 });
        assert_eq!(closing(&signals, 7), Closing { amber: 3.0, red: 1.0 });
        assert_eq!(closing(&programme(&[(5.0, "Gr"), (5.0, "rG")]), 0), Closing::default());
    }

    #[test]
    fn what_is_green_before_and_after_stays_green() {
        let signals = bologna();
        // As the programme does it.
        assert_eq!((lasts(&signals, 0, 2), lasts(&signals, 2, 5)), (3.0, 4.0));
        assert_eq!(shown(&signals, 0, 2, 0.0), "yyyrrrrGGggrrrrr");
        assert_eq!([0.0, 3.0].map(|passed| shown(&signals, 2, 5, passed)), ["rrrrrrryyyyrrrrr", "rrrrrrrrrrrrrrrr"]);
        // As it never does it: those who turn get their green taken back, and are told so before the others may go.
        assert_eq!((lasts(&signals, 2, 0), shown(&signals, 2, 0, 0.0).as_str()), (3.0, "rrrrrrrGGggrrrrr"));
        assert_eq!([0.0, 3.5].map(|passed| shown(&signals, 0, 7, passed)), ["yyyrrrryyyyrrrrr", "rrrrrrrrrrrrrrrr"]);
    }

    #[test]
    fn led_signals_finish_what_they_have_begun() {
        let signals = bologna();
        let mut showing = Showing::by_clock(&signals, 34.0);
        let mut told = Vec::new();
        for second in 34..60 {
            showing = towards(showing, &signals, if second < 45 { 7 } else { 0 }, f64::from(second));
            let change = showing.change.map(|change| (change.to, change.passed));
            if told.last().is_none_or(|last: &(i32, usize, _)| last.1 != showing.phase || last.2 != change) {
                told.push((second, showing.phase, change));
            }
        }
        // Amber of the programme to its end, what follows, the change to 7, and that back to 0.
        let first = told.iter().map(|told| (told.0, told.1, told.2.map(|change| change.0)));
        let mut first: Vec<_> = first.collect();
        first.dedup_by_key(|told| (told.1, told.2));
        let all = [(34, 1, None), (36, 2, None), (37, 2, Some(7)), (41, 7, None), (45, 7, Some(0)), (48, 0, None)];
        assert_eq!(first, all);
    }

    #[test]
    fn without_a_leader_it_is_the_clock() {
        let signals = bologna();
        assert_eq!([0.0, 34.0, 37.0, 46.0, 89.0].map(|now| by_clock(&signals, now)), [0, 0, 2, 5, 7]);
    }

    /// A programme of random stages, each followed by the amber of those who lose their green, and by red for all of these.
    fn programmes() -> impl Strategy<Value = Signals> {
        let stage = prop::collection::vec(prop::sample::select(vec!['G', 'g', 'r', 'r', 's']), 5);
        let times = (5..40_u8, 1..6_u8, 0..4_u8);
        prop::collection::vec((stage, times), 2..6).prop_map(|stages| {
            let mut phases = Vec::new();
            for (number, (stage, (green, amber, red))) in stages.iter().enumerate() {
                let next = &stages[(number + 1) % stages.len()].0;
                let closes = |place: usize| "Gg".contains(stage[place]) && !"Gg".contains(next[place]);
                let with = |letter: char| -> String {
                    (0..stage.len()).map(|place| if closes(place) { letter } else { stage[place] }).collect()
                };
                phases.push((f64::from(*green), stage.iter().collect::<String>()));
                phases.push((f64::from(*amber), with('y')));
                phases.push((f64::from(*red), with('r')));
            }
            let phases: Vec<(f64, &str)> = phases.iter().map(|(lasts, lamps)| (*lasts, lamps.as_str())).collect();
            programme(&phases)
        })
    }

    proptest! {
        /// Wherever signals are led, and however often another way: no lamp goes from green to red but by its amber, nobody gets green with
        /// others than those with whom the programme gives it, and nobody before those who lose theirs have had their clearing time.
        #[test]
        fn changes_are_safe(
            signals in programmes(),
            orders in prop::collection::vec((0..6_usize, 1..25_usize), 1..30),
            step in prop::sample::select(vec![1.0, 0.5, 0.25]),
        ) {
            let stages = stages(&signals);
            prop_assume!(!stages.is_empty());
            let lamps = signals.phases[0].lamps.len();
            let mut showing = Showing::by_clock(&signals, 0.0);
            let mut before = vec![Lamp::Red; lamps];
            let mut amber_for = vec![0.0; lamps];
            let mut is_led = false;
            let mut steps = 0;
            for (order, lasts) in orders {
                for _ in 0..lasts * 4 {
                    let now = f64::from(steps) * step;
                    steps += 1;
                    showing = towards(showing, &signals, stages[order % stages.len()], now);
                    is_led |= is_stage(&signals, showing.phase);
                    if !is_led {
                        continue;
                    }
                    let shows: Vec<Lamp> = (0..lamps as u16).map(|lamp| showing.lamp(&signals, lamp)).collect();
                    for (number, now) in shows.iter().enumerate() {
                        let Closing { amber, .. } = closing(&signals, number as u16);
                        if before[number].is_open() && !now.is_open() && amber > 0.0 {
                            prop_assert_eq!(*now, Lamp::Amber);
                        }
                        if before[number] == Lamp::Amber && *now != Lamp::Amber {
                            prop_assert!(amber_for[number] >= amber && !now.is_open(), "{} s of amber", amber_for[number]);
                        }
                        amber_for[number] = if *now == Lamp::Amber { amber_for[number] + step } else { 0.0 };
                    }
                    let fits = |phase: &Phase| {
                        phase.lamps.iter().zip(&shows).all(|(there, now)| !now.is_open() || there.lets_go_as(*now))
                    };
                    prop_assert!(signals.phases.iter().any(fits), "{shows:?} is of no phase");
                    before = shows;
                }
            }
        }
    }
}
