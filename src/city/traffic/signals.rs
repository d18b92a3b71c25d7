//! What signals show: by the clock, by who comes ([`actuated`]), or as somebody leads them ([`changeover`]).

pub mod actuated;
pub mod changeover;

use serde::{Deserialize, Serialize};

use crate::city::streets::{Lamp, Signals};

/// Which phase a programme is in, since when and until when.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Showing {
    /// The phase, from 0 on.
    pub phase: usize,
    /// When it began, or the change from it to another: seconds.
    pub since: f64,
    /// When the next one begins: seconds.
    pub until: f64,
    /// The change to another that it is in, if it is led to one by another way than that of the programme.
    pub change: Option<Change>,
}

/// A change from phase to phase.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// The phase that will be.
    pub to: usize,
    /// For how long it has gone on: seconds.
    pub passed: f64,
}

/// Who says what signals show.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Lead {
    /// Nobody: their own control.
    #[default]
    Own,
    /// Somebody, who wants this phase.
    To(usize),
    /// Somebody who does not lead them any more: it is where the clock has them.
    Left,
}

impl Showing {
    /// A phase that begins now, and has no end yet.
    pub fn steady(phase: usize, now: f64) -> Showing {
        Showing { phase, since: now, until: f64::INFINITY, change: None }
    }

    /// What signals show by the clock: their first phase begins at their offset, and again and again, before it and after it.
    ///
    /// Phases that last no time are never shown, unless none lasts any: then it is the first for ever.
    pub fn by_clock(signals: &Signals, now: f64) -> Showing {
        let cycle: f64 = signals.phases.iter().map(|phase| phase.lasts).sum();
        if cycle <= 0.0 {
            return Showing::steady(0, now);
        }
        let mut until = signals.offset + ((now - signals.offset) / cycle).floor() * cycle;
        // Twice round, since by rounding the first one may be over.
        for (number, phase) in signals.phases.iter().enumerate().cycle().take(2 * signals.phases.len()) {
            let since = until;
            until += phase.lasts;
            if now < until {
                return Showing { phase: number, since, until, change: None };
            }
        }
        Showing::steady(0, now)
    }

    /// The phase that follows in the programme, those that last no time left out.
    fn after(self, signals: &Signals) -> usize {
        let count = signals.phases.len();
        let following = (1..=count).map(|ahead| (self.phase + ahead) % count);
        let lasts = |phase: &usize| signals.phases[*phase].lasts > 0.0;
        following.clone().find(lasts).unwrap_or(self.phase)
    }

    /// What follows by the programme when its time is over.
    fn by_programme(self, signals: &Signals, now: f64) -> Showing {
        if now < self.until {
            return self;
        }
        let next = self.after(signals);
        Showing { until: now + signals.phases[next].lasts, ..Showing::steady(next, now) }
    }

    /// What a lamp shows; a lamp that there is not is dark.
    pub fn lamp(self, signals: &Signals, lamp: u16) -> Lamp {
        match self.change {
            Some(Change { to, passed }) => changeover::lamp(signals, self.phase, to, lamp, passed),
            None => signals.phases[self.phase].lamps.get(usize::from(lamp)).copied().unwrap_or(Lamp::Off),
        }
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
        assert_eq!(Showing::by_clock(&signals(0.0, &[0.0]), 3.0), Showing::steady(0, 3.0));
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
