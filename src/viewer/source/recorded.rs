//! A recorded run: any moment of it, forwards at any speed.

use std::path::Path;
use std::time::Duration as Wall;

use crate::engine::time::{Duration, Time};
use crate::look::sight::{Event, ThingId};
use crate::record::track::read::TrackReader;
use crate::record::track::{Chunk, Mark, TrackError};
use crate::viewer::cast::Cast;
use crate::viewer::history::Past;

use super::Speed;

/// How long it takes to see a whole run at its fastest: seconds on the wall.
const WHOLE: f64 = 40.0;

/// A record that is played.
pub struct Recorded {
    reader: TrackReader,
    speed: Speed,
    now: Time,
    /// The chunk that tells of the present, its number, and how many of its changes have taken effect.
    chunk: Chunk,
    number: Option<usize>,
    done: usize,
}

impl Recorded {
    /// Opens the tracks of a run folder, at their beginning.
    ///
    /// # Errors
    /// If there are none, or they are not whole.
    pub fn open(folder: &Path) -> Result<Recorded, TrackError> {
        let reader = TrackReader::open(folder)?;
        let now = reader.index.start;
        Ok(Recorded { reader, speed: Speed::Paused, now, chunk: Chunk::default(), number: None, done: 0 })
    }

    /// When it begins and ends.
    pub fn span(&self) -> [Time; 2] {
        [self.reader.index.start, self.reader.index.end]
    }

    /// What happened, in the order of time.
    pub fn marks(&self) -> &[Mark] {
        &self.reader.index.events
    }

    /// The words of a look.
    pub fn words(&self, look: &str) -> &[std::sync::Arc<str>] {
        self.reader.index.words.get(look).map_or(&[], Vec::as_slice)
    }

    /// The moment that is shown.
    pub fn now(&self) -> Time {
        self.now
    }

    /// The speed.
    pub fn speed(&self) -> Speed {
        self.speed
    }

    /// Goes on at another speed.
    pub fn set_speed(&mut self, speed: Speed) {
        self.speed = speed;
    }

    /// Lets time pass.
    pub fn advance(&mut self, wall: Wall) {
        let [start, end] = self.span();
        let times = match self.speed {
            Speed::Paused => return,
            Speed::Times(times) => times,
            Speed::Fastest => ((end - start).seconds() / WHOLE).max(1.0),
        };
        self.now = (self.now + Duration::from_seconds(wall.as_secs_f64() * times)).min(end);
        if self.now == end {
            self.speed = Speed::Paused;
        }
    }

    /// Shows another moment from now on.
    pub fn seek(&mut self, to: Time) {
        let [start, end] = self.span();
        self.now = to.clamp(start, end);
    }

    /// Shows the next moment at which something changes.
    pub fn step(&mut self) {
        let next = self.chunk.changes.get(self.done).map(|change| change.at);
        let after =
            || self.reader.index.chunks.get(self.number.map_or(0, |number| number + 1)).map(|chunk| chunk.start);
        if let Some(to) = next.or_else(after) {
            self.seek(to);
        }
    }

    /// Brings the cast to the present moment.
    ///
    /// # Errors
    /// If the file cannot be read any more.
    pub fn play(&mut self, cast: &mut Cast) -> Result<(), TrackError> {
        let wanted = self.reader.chunk_at(self.now);
        let is_behind = self.done > 0 && self.chunk.changes[self.done - 1].at > self.now;
        match self.number {
            Some(number) if number == wanted && !is_behind => {}
            // What the next chunk begins with is there already.
            Some(number) if number + 1 == wanted && !is_behind => {
                self.chunk.changes[self.done..].iter().for_each(|change| cast.apply(change));
                self.load(wanted)?;
            }
            Some(number) if number == wanted => {
                cast.reset(&self.chunk.present);
                self.done = 0;
            }
            _ => {
                self.load(wanted)?;
                cast.reset(&self.chunk.present);
            }
        }
        let due = self.chunk.changes[self.done..].iter().take_while(|change| change.at <= self.now);
        self.done += due.map(|change| cast.apply(change)).count();
        Ok(())
    }

    /// What a thing looked like from a moment up to the present, oldest first; not farther back than some chunks.
    ///
    /// # Errors
    /// If the file cannot be read any more.
    pub fn history(&mut self, thing: ThingId, since: Time) -> Result<Vec<Past>, TrackError> {
        const CHUNKS: usize = 24;
        let last = self.reader.chunk_at(self.now);
        let first = self.reader.chunk_at(since).max(last.saturating_sub(CHUNKS - 1));
        let mut history = Vec::new();
        for number in first..=last {
            let chunk = self.reader.chunk(number)?;
            // Later chunks begin with what the one before ended with.
            let begin = if number == first { chunk.present.as_slice() } else { &[] };
            for change in begin.iter().chain(&chunk.changes) {
                match &change.event {
                    Event::Looks(sight) if change.thing == thing && change.at <= self.now => {
                        history.push(Past::of(change.at, sight));
                    }
                    _ => {}
                }
            }
        }
        Ok(history)
    }

    fn load(&mut self, number: usize) -> Result<(), TrackError> {
        self.chunk = self.reader.chunk(number)?;
        (self.number, self.done) = (Some(number), 0);
        Ok(())
    }
}
