//! Recorded runs: any moment of them, forwards at any speed. Two of them stand side by side, at the same moment.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration as Wall;

use crate::engine::time::{Duration, Time};
use crate::look::sight::ThingId;
use crate::record::track::{Mark, TrackError};
use crate::viewer::cast::Cast;
use crate::viewer::history::Past;

use super::Speed;
use super::reel::{Beside, Reel};

/// How long it takes to see a whole run at its fastest: seconds on the wall.
const WHOLE: f64 = 40.0;
/// How high above the floor the name of a world is written: metres.
const HIGH: f32 = 7.0;

/// A record that is played, or two.
pub struct Recorded {
    reels: Vec<Reel>,
    /// What happened in any of them, in the order of time.
    marks: Vec<Mark>,
    signs: Vec<Sign>,
    speed: Speed,
    now: Time,
}

/// The name of one of two worlds, and where it is written.
#[derive(Clone, Debug, PartialEq)]
pub struct Sign {
    /// What it says.
    pub name: String,
    /// Where, in the frame of the world.
    pub at: [f32; 3],
}

impl Recorded {
    /// Opens the tracks of a run folder, at their beginning.
    ///
    /// # Errors
    /// If there are none, or they are not whole.
    pub fn open(folder: &Path) -> Result<Recorded, TrackError> {
        Ok(Recorded::of(vec![Reel::open(folder)?], Vec::new()))
    }

    /// Opens those of two run folders, side by side. Each is said to be of such a name.
    ///
    /// # Errors
    /// If there are none, or they are not whole.
    pub fn open_both([(first, first_name), (second, second_name)]: [(&Path, &str); 2]) -> Result<Recorded, TrackError> {
        let mut first = Reel::open(first)?;
        let extent = first.extent()?.unwrap_or_default();
        let beside = Beside::of(extent, second_name.to_owned());
        let [[west, _], [east, north]] = extent;
        let middle = [(west + east) / 2.0, north];
        let sign =
            |name: &str, [x, y]: [f32; 2]| Sign { name: name.to_owned(), at: [middle[0] + x, middle[1] + y, HIGH] };
        let signs = vec![sign(first_name, [0.0; 2]), sign(second_name, beside.offset)];
        let second = Reel::open(second)?.stand_beside(beside);
        Ok(Recorded::of(vec![first, second], signs))
    }

    fn of(reels: Vec<Reel>, signs: Vec<Sign>) -> Recorded {
        let mut marks: Vec<Mark> = reels.iter().flat_map(Reel::marks).collect();
        marks.sort_by_key(|mark| mark.at);
        let mut recorded = Recorded { reels, marks, signs, speed: Speed::Paused, now: Time::ZERO };
        [recorded.now, _] = recorded.span();
        recorded
    }

    /// When it begins and ends; of two, from the first beginning to the last end.
    pub fn span(&self) -> [Time; 2] {
        let of = |pick: fn(&Reel) -> Time| self.reels.iter().map(pick);
        let start = of(|reel| reel.index().start).min().unwrap_or_default();
        let end = of(|reel| reel.index().end).max().unwrap_or_default();
        [start, end]
    }

    /// What happened, in the order of time.
    pub fn marks(&self) -> &[Mark] {
        &self.marks
    }

    /// The names of two worlds that stand side by side.
    pub fn signs(&self) -> &[Sign] {
        &self.signs
    }

    /// The words that a look has for a thing.
    pub fn words(&self, thing: ThingId, look: &str) -> &[Arc<str>] {
        self.reels.get(number_of(thing)).and_then(|reel| reel.index().words.get(look)).map_or(&[], Vec::as_slice)
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
        if let Some(to) = self.reels.iter().filter_map(Reel::next).min() {
            self.seek(to);
        }
    }

    /// Brings the cast to the present moment.
    ///
    /// # Errors
    /// If a file cannot be read any more.
    pub fn play(&mut self, cast: &mut Cast) -> Result<(), TrackError> {
        let now = self.now;
        self.reels.iter_mut().try_for_each(|reel| reel.play(now, cast))
    }

    /// What a thing looked like from a moment up to the present, oldest first; not farther back than some chunks.
    ///
    /// # Errors
    /// If the file cannot be read any more.
    pub fn history(&mut self, thing: ThingId, since: Time) -> Result<Vec<Past>, TrackError> {
        let now = self.now;
        let reel = self.reels.get_mut(number_of(thing));
        reel.map_or(Ok(Vec::new()), |reel| reel.history(thing, since, now))
    }
}

/// The number of the reel that a thing is on.
fn number_of(thing: ThingId) -> usize {
    usize::from(thing.is_beside())
}
