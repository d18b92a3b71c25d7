//! What twins tell each other, to be drawn while it is under way.

use std::collections::VecDeque;

use crate::engine::identity::TwinId;
use crate::engine::time::{Duration, Time};
use crate::twin::radio::log::{Fate, Transmission};

/// Something that one twin told another.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Saying {
    /// Who told it.
    pub from: TwinId,
    /// Whom.
    pub to: TwinId,
    /// When.
    pub at: Time,
    /// When it arrives, if it does.
    pub arrives: Option<Time>,
    /// Whether it went by radio.
    pub by_radio: bool,
}

impl Saying {
    /// What is to be drawn of a message.
    pub fn of(transmission: &Transmission) -> Saying {
        let Transmission { from, to, at, fate, .. } = *transmission;
        let by_radio = transmission.link.is_some() || fate == Fate::NoLink;
        Saying { from, to, at, arrives: fate.arrival(), by_radio }
    }
}

/// So many of the latest are kept.
const MOST: usize = 4_000;

/// What was said lately.
#[derive(Clone, Debug, Default)]
pub struct Sayings(VecDeque<Saying>);

impl Sayings {
    /// Adds what was said, in the order of time.
    pub fn extend(&mut self, sayings: impl IntoIterator<Item = Saying>) {
        self.0.extend(sayings);
        self.0.drain(..self.0.len().saturating_sub(MOST));
    }

    /// Those that are to be seen at a moment, each for so long at least, with the share of its way that it has come (0 to 1); the
    /// latest first.
    pub fn at(&self, now: Time, least: Duration) -> impl Iterator<Item = (&Saying, f32)> {
        let shown = move |saying: &&Saying| {
            let end = saying.arrives.unwrap_or(saying.at).max(saying.at + least);
            saying.at <= now && now < end
        };
        let share = move |saying: &Saying| {
            let took = saying.arrives.unwrap_or(saying.at).max(saying.at + least) - saying.at;
            ((now - saying.at).seconds() / took.seconds()) as f32
        };
        self.0.iter().rev().filter(shown).map(move |saying| (saying, share(saying)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_is_seen_on_its_way_and_for_a_while_at_least() {
        let at = |seconds: f64| Time::ZERO + Duration::from_seconds(seconds);
        let said = |begin: f64, end: Option<f64>| Saying {
            from: TwinId(0),
            to: TwinId(1),
            at: at(begin),
            arrives: end.map(at),
            by_radio: true,
        };
        let mut sayings = Sayings::default();
        sayings.extend([said(0.0, Some(4.0)), said(1.0, None), said(1.0, Some(1.1))]);
        let seen = |now: f64| -> Vec<(f64, f32)> {
            sayings
                .at(at(now), Duration::from_seconds(0.5))
                .map(|(said, share)| (said.at.nanos() as f64 / 1e9, share))
                .collect()
        };
        assert_eq!(seen(1.25), [(1.0, 0.5), (1.0, 0.5), (0.0, 0.3125)]);
        assert_eq!(seen(2.0), [(0.0, 0.5)]);
        assert_eq!(seen(4.0), []);
        sayings.extend((0..10_000).map(|n| said(f64::from(n), None)));
        assert_eq!(sayings.0.len(), MOST);
    }
}
