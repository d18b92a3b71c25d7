//! Where what is seen comes from: a simulation that runs now, or a record of one that ran.

pub mod intent;
pub mod live;
pub mod recorded;
pub mod reel;
pub mod sayings;

use std::collections::VecDeque;
use std::time::Duration as Wall;

use crate::engine::time::Time;
use crate::look::sight::{Change, ThingId};
use crate::record::track::{Mark, TrackError};

use super::cast::Cast;
use super::history::{History, Past};
use live::{Answer, End, Live};
use recorded::{Recorded, Sign};
use sayings::Sayings;

/// How fast simulated time goes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Speed {
    /// It stands still.
    Paused,
    /// So many simulated seconds in a second on the wall.
    Times(f64),
    /// As fast as the machine can.
    Fastest,
}

/// Where what is seen comes from.
pub enum Source {
    /// A simulation that runs now.
    Live(LiveSource),
    /// A record.
    Recorded(Recorded),
}

/// A simulation that runs now, with what it has told and is not due yet.
pub struct LiveSource {
    /// The simulation.
    pub live: Live,
    /// When it will end, if that is known.
    pub horizon: Time,
    waiting: VecDeque<Change>,
    marks: Vec<Mark>,
    sayings: Sayings,
    history: History,
}

/// So many of the latest marks of a running simulation are shown.
const MARKS: usize = 2_000;

impl LiveSource {
    /// Follows a simulation.
    pub fn new(live: Live, horizon: Time) -> LiveSource {
        LiveSource {
            live,
            horizon,
            waiting: VecDeque::new(),
            marks: Vec::new(),
            sayings: Sayings::default(),
            history: History::default(),
        }
    }
}

impl Source {
    /// Lets time pass, and brings the cast to the moment that is then shown.
    ///
    /// # Errors
    /// If a record cannot be read any more.
    pub fn advance(&mut self, wall: Wall, cast: &mut Cast) -> Result<Time, TrackError> {
        match self {
            Source::Recorded(recorded) => {
                recorded.advance(wall);
                recorded.play(cast)?;
                Ok(recorded.now())
            }
            Source::Live(source) => {
                let now = source.live.now();
                source.waiting.extend(source.live.take_changes());
                while source.waiting.front().is_some_and(|change| change.at <= now) {
                    if let Some(change) = source.waiting.pop_front() {
                        cast.apply(&change);
                        source.history.note(&change);
                    }
                }
                source.sayings.extend(source.live.take_sayings());
                source.marks.extend(source.live.take_marks());
                let many = source.marks.len().saturating_sub(MARKS);
                source.marks.drain(..many);
                Ok(now)
            }
        }
    }

    /// The speed.
    pub fn speed(&self) -> Speed {
        match self {
            Source::Live(source) => source.live.speed(),
            Source::Recorded(recorded) => recorded.speed(),
        }
    }

    /// Goes on at another speed.
    pub fn set_speed(&mut self, speed: Speed) {
        match self {
            Source::Live(source) => source.live.set_speed(speed),
            Source::Recorded(recorded) => recorded.set_speed(speed),
        }
    }

    /// Shows the next moment at which something happens.
    pub fn step(&mut self) {
        self.set_speed(Speed::Paused);
        match self {
            Source::Live(source) => source.live.step(),
            Source::Recorded(recorded) => recorded.step(),
        }
    }

    /// Shows another moment. A running simulation can only go forwards.
    pub fn seek(&mut self, to: Time) {
        match self {
            Source::Live(source) => source.live.run_to(to.min(source.horizon)),
            Source::Recorded(recorded) => recorded.seek(to),
        }
    }

    /// Whether any moment can be shown.
    pub fn is_recorded(&self) -> bool {
        matches!(self, Source::Recorded(_))
    }

    /// When it begins and ends, as far as that is known.
    pub fn span(&self) -> [Time; 2] {
        match self {
            Source::Live(source) => [Time::ZERO, source.horizon],
            Source::Recorded(recorded) => recorded.span(),
        }
    }

    /// What happened, in the order of time.
    pub fn marks(&self) -> &[Mark] {
        match self {
            Source::Live(source) => &source.marks,
            Source::Recorded(recorded) => recorded.marks(),
        }
    }

    /// What twins told each other lately; a record does not hold it.
    pub fn sayings(&self) -> Option<&Sayings> {
        match self {
            Source::Live(source) => Some(&source.sayings),
            Source::Recorded(_) => None,
        }
    }

    /// The names of two worlds that stand side by side.
    pub fn signs(&self) -> &[Sign] {
        match self {
            Source::Live(_) => &[],
            Source::Recorded(recorded) => recorded.signs(),
        }
    }

    /// A word that a look has for a thing.
    pub fn word(&self, thing: ThingId, look: &str, number: u32) -> Option<&str> {
        let words = match self {
            Source::Live(source) => source.live.words(look),
            Source::Recorded(recorded) => recorded.words(thing, look),
        };
        words.get(number as usize).map(AsRef::as_ref)
    }

    /// Asks for the parts of a twin.
    pub fn ask(&self, twin: Option<crate::engine::identity::TwinId>) {
        if let Source::Live(source) = self {
            source.live.ask(twin);
        }
    }

    /// The last answer; a record has none.
    pub fn answer(&self) -> Option<Answer> {
        match self {
            Source::Live(source) => Some(source.live.answer()),
            Source::Recorded(_) => None,
        }
    }

    /// What a thing looked like from a moment on, oldest first, as far as it is known.
    ///
    /// # Errors
    /// If a record cannot be read any more.
    pub fn history(&mut self, thing: ThingId, since: Time) -> Result<Vec<Past>, TrackError> {
        match self {
            Source::Live(source) => Ok(source.history.of(thing)),
            Source::Recorded(recorded) => recorded.history(thing, since),
        }
    }

    /// How a running simulation ended, if it has.
    pub fn end(&self) -> Option<End> {
        match self {
            Source::Live(source) => source.live.end(),
            Source::Recorded(_) => None,
        }
    }
}
