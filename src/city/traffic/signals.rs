//! What signals show, by their programmes.

use serde::{Deserialize, Serialize};

use crate::city::streets::{Lamp, Signals};

/// Which phase a programme is in, and until when.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Showing {
    /// The phase, from 0 on.
    pub phase: usize,
    /// When the next one begins: seconds.
    pub until: f64,
}

impl Showing {
    /// What signals show by the clock: their first phase begins at their offset, and again and again, before it and after it.
    ///
    /// Phases that last no time are never shown, unless none lasts any: then it is the first for ever.
    pub fn by_clock(signals: &Signals, now: f64) -> Showing {
        let cycle: f64 = signals.phases.iter().map(|phase| phase.lasts).sum();
        if cycle <= 0.0 {
            return Showing { phase: 0, until: f64::INFINITY };
        }
        let begun = signals.offset + ((now - signals.offset) / cycle).floor() * cycle;
        let mut until = begun;
        // Twice round, since by rounding the first one may be over.
        for (number, phase) in signals.phases.iter().enumerate().cycle().take(2 * signals.phases.len()) {
            until += phase.lasts;
            if now < until {
                return Showing { phase: number, until };
            }
        }
        Showing { phase: 0, until: f64::INFINITY }
    }

    /// What a lamp shows; a lamp that there is not is dark.
    pub fn lamp(self, signals: &Signals, lamp: u16) -> Lamp {
        signals.phases[self.phase].lamps.get(usize::from(lamp)).copied().unwrap_or(Lamp::Off)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::city::streets::{Control, Phase};
    use proptest::prelude::*;

    fn signals(offset: f64, lasts: &[f64]) -> Signals {
        let phase = |lasts: &f64| Phase { lasts: *lasts, between: [*lasts; 2], lamps: vec![Lamp::Green, Lamp::Red] };
        Signals { name: String::new(), control: Control::Fixed, offset, phases: lasts.iter().map(phase).collect() }
    }

    #[test]
    fn phases_follow_each_other_from_the_offset_on() {
        let lights = signals(5.0, &[20.0, 3.0, 0.0, 7.0]);
        let shown = |now: f64| (Showing::by_clock(&lights, now).phase, Showing::by_clock(&lights, now).until);
        assert_eq!([shown(5.0), shown(24.9), shown(25.0)], [(0, 25.0), (0, 25.0), (1, 28.0)]);
        assert_eq!([shown(28.0), shown(35.0), shown(65.5)], [(3, 35.0), (0, 55.0), (0, 85.0)]);
        // Before the offset it is the end of the round before.
        assert_eq!(shown(0.0), (3, 5.0));
        assert_eq!(Showing::by_clock(&signals(0.0, &[0.0]), 3.0), Showing { phase: 0, until: f64::INFINITY });
        assert_eq!((shown(0.0).0, Showing::by_clock(&lights, 0.0).lamp(&lights, 9)), (3, Lamp::Off));
    }

    proptest! {
        /// Each phase is shown as long as it lasts, in each round.
        #[test]
        fn phases_are_shown_as_long_as_they_last(
            lasts in prop::collection::vec(0..40_u8, 1..8), offset in 0..200_u8, begin in 0..10_000_u16,
        ) {
            let lasts: Vec<f64> = lasts.into_iter().map(f64::from).collect();
            let cycle = lasts.iter().sum::<f64>() as usize;
            let lights = signals(f64::from(offset), &lasts);
            let mut seconds = vec![0.0; lasts.len()];
            for second in 0..cycle {
                let now = f64::from(begin) + second as f64;
                let showing = Showing::by_clock(&lights, now);
                prop_assert!(showing.until > now);
                seconds[showing.phase] += 1.0;
            }
            if cycle > 0 {
                prop_assert_eq!(seconds, lasts);
            }
        }
    }
}
