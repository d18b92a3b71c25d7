//! A reel: the tracks of one run, at a moment. A second one can stand beside the first.

use std::path::Path;
use std::sync::Arc;

use crate::engine::time::Time;
use crate::look::sight::{Event, Motion, Sight, ThingId, Value};
use crate::record::track::read::TrackReader;
use crate::record::track::{Chunk, Index, Mark, TrackError};
use crate::viewer::cast::Cast;
use crate::viewer::history::Past;

/// How far the second of two worlds is from the first: metres between those who stand farthest out.
const BETWEEN: f32 = 16.0;

/// The tracks of a run, at a moment.
pub struct Reel {
    reader: TrackReader,
    /// Where it stands, if it is the second of two.
    beside: Option<Beside>,
    /// The chunk that tells of the present, its number, and how many of its changes have taken effect.
    chunk: Chunk,
    number: Option<usize>,
    done: usize,
}

/// How a world stands beside another.
#[derive(Clone, Debug, PartialEq)]
pub struct Beside {
    /// How far towards the east and the north: metres.
    pub offset: [f32; 2],
    /// What is written behind the names of its things.
    pub name: String,
}

/// The south-western and the north-eastern corner of a world.
pub type Extent = [[f32; 2]; 2];

impl Beside {
    /// Beside a world that reaches so far: on its longer side, so that both are seen together.
    pub fn of([[west, south], [east, north]]: Extent, name: String) -> Beside {
        let (width, depth) = (east - west, north - south);
        let offset = if width < depth { [width + BETWEEN, 0.0] } else { [0.0, -depth - BETWEEN] };
        Beside { offset, name }
    }

    fn point(&self, [x, y, z]: [f32; 3]) -> [f32; 3] {
        [x + self.offset[0], y + self.offset[1], z]
    }

    fn motion(&self, motion: Motion) -> Motion {
        match motion {
            Motion::Stands { at, heading } => Motion::Stands { at: self.point(at), heading },
            Motion::Goes { from, to, since, until, speeds, before } => {
                Motion::Goes { from: self.point(from), to: self.point(to), since, until, speeds, before }
            }
            Motion::Within { host, berth, since, until } => Motion::Within { host: host.beside(), berth, since, until },
            Motion::Hidden => Motion::Hidden,
        }
    }

    fn sight(&self, sight: Sight) -> Sight {
        let value = |value| if let Value::Thing(thing) = value { Value::Thing(thing.beside()) } else { value };
        Sight { motion: self.motion(sight.motion), values: sight.values.map(value), ..sight }
    }

    /// The chunk as it is seen over there.
    fn chunk(&self, mut chunk: Chunk) -> Chunk {
        for change in chunk.present.iter_mut().chain(&mut chunk.changes) {
            change.thing = change.thing.beside();
            match &mut change.event {
                Event::Comes(form) => {
                    let form = Arc::make_mut(form);
                    form.name = format!("{} · {}", form.name, self.name).into();
                }
                Event::Looks(sight) => *sight = self.sight(*sight),
                Event::Moves(motion) => *motion = self.motion(*motion),
                Event::Goes => {}
            }
        }
        chunk
    }
}

impl Reel {
    /// Opens the tracks of a run folder, at their beginning.
    ///
    /// # Errors
    /// If there are none, or they are not whole.
    pub fn open(folder: &Path) -> Result<Reel, TrackError> {
        let reader = TrackReader::open(folder)?;
        Ok(Reel { reader, beside: None, chunk: Chunk::default(), number: None, done: 0 })
    }

    /// The same, beside another one.
    pub fn stand_beside(self, beside: Beside) -> Reel {
        Reel { beside: Some(beside), ..self }
    }

    /// What is known of the whole.
    pub fn index(&self) -> &Index {
        &self.reader.index
    }

    /// What happened, in the order of time.
    pub fn marks(&self) -> impl Iterator<Item = Mark> + '_ {
        let own = |thing: ThingId| if self.beside.is_some() { thing.beside() } else { thing };
        self.reader.index.events.iter().map(move |mark| Mark { thing: mark.thing.map(own), ..mark.clone() })
    }

    /// How far those reach that are there at the beginning. None if nobody is.
    ///
    /// # Errors
    /// If the file cannot be read any more.
    pub fn extent(&mut self) -> Result<Option<Extent>, TrackError> {
        let chunk = self.read(0)?;
        let place = |event: &Event| match event {
            Event::Looks(Sight { motion: Motion::Stands { at: [x, y, _], .. }, .. }) => Some([*x, *y]),
            Event::Looks(Sight { motion: Motion::Goes { from: [x, y, _], .. }, .. }) => Some([*x, *y]),
            _ => None,
        };
        let places = chunk.present.iter().chain(&chunk.changes).filter_map(|change| place(&change.event));
        Ok(places.fold(None, |extent: Option<Extent>, [x, y]| {
            let [low, high] = extent.unwrap_or([[x, y], [x, y]]);
            Some([[low[0].min(x), low[1].min(y)], [high[0].max(x), high[1].max(y)]])
        }))
    }

    /// The next moment at which something changes.
    pub fn next(&self) -> Option<Time> {
        let change = self.chunk.changes.get(self.done).map(|change| change.at);
        let chunk = || self.index().chunks.get(self.number.map_or(0, |number| number + 1)).map(|chunk| chunk.start);
        change.or_else(chunk)
    }

    /// Brings those of its world to a moment.
    ///
    /// # Errors
    /// If the file cannot be read any more.
    pub fn play(&mut self, now: Time, cast: &mut Cast) -> Result<(), TrackError> {
        let wanted = self.reader.chunk_at(now);
        let is_behind = self.done > 0 && self.chunk.changes[self.done - 1].at > now;
        match self.number {
            Some(number) if number == wanted && !is_behind => {}
            // What the next chunk begins with is there already.
            Some(number) if number + 1 == wanted && !is_behind => {
                self.chunk.changes[self.done..].iter().for_each(|change| cast.apply(change));
                self.load(wanted)?;
            }
            Some(number) if number == wanted => {
                self.reset(cast);
                self.done = 0;
            }
            _ => {
                self.load(wanted)?;
                self.reset(cast);
            }
        }
        let due = self.chunk.changes[self.done..].iter().take_while(|change| change.at <= now);
        self.done += due.map(|change| cast.apply(change)).count();
        Ok(())
    }

    /// Those of its world are there that the chunk begins with, and nobody else of it.
    fn reset(&self, cast: &mut Cast) {
        cast.reset(&self.chunk.present, |thing| thing.is_beside() == self.beside.is_some());
    }

    /// What a thing looked like from one moment to another, oldest first; not farther back than some chunks.
    ///
    /// # Errors
    /// If the file cannot be read any more.
    pub fn history(&mut self, thing: ThingId, since: Time, now: Time) -> Result<Vec<Past>, TrackError> {
        const CHUNKS: usize = 24;
        let last = self.reader.chunk_at(now);
        let first = self.reader.chunk_at(since).max(last.saturating_sub(CHUNKS - 1));
        let mut history = Vec::new();
        for number in first..=last {
            let chunk = self.read(number)?;
            // Later chunks begin with what the one before ended with.
            let begin = if number == first { chunk.present.as_slice() } else { &[] };
            for change in begin.iter().chain(&chunk.changes) {
                match &change.event {
                    Event::Looks(sight) if change.thing == thing && change.at <= now => {
                        history.push(Past::of(change.at, sight));
                    }
                    _ => {}
                }
            }
        }
        Ok(history)
    }

    fn load(&mut self, number: usize) -> Result<(), TrackError> {
        self.chunk = self.read(number)?;
        (self.number, self.done) = (Some(number), 0);
        Ok(())
    }

    fn read(&mut self, number: usize) -> Result<Chunk, TrackError> {
        let chunk = self.reader.chunk(number)?;
        Ok(match &self.beside {
            Some(beside) => beside.chunk(chunk),
            None => chunk,
        })
    }
}
