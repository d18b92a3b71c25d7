//! Chunks as bytes.

use std::sync::Arc;

use postcard::ser_flavors::Flavor;
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use crate::engine::time::Time;
use crate::look::palette::Colour;
use crate::look::sight::{Change, Event, Form, Motion, Sight, ThingId, VALUES, Value};

/// What stands before the records of a chunk.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Head {
    /// Words that forms use.
    texts: Vec<Arc<str>>,
    /// Things, by the numbers that records give them.
    things: Vec<ThingId>,
    /// How many records follow.
    records: u64,
    /// How many of them, the first, tell what was there at the beginning.
    present: u64,
}

/// A change as it is written.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Record {
    /// Microseconds since the record before.
    after: i64,
    thing: u32,
    what: What,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
enum What {
    Comes(Box<FormRecord>),
    Goes,
    /// Nothing but where it is.
    Moves(MotionRecord),
    /// What differs from what was before.
    Looks {
        motion: Option<MotionRecord>,
        state: Option<u8>,
        values: Vec<(u8, ValueRecord)>,
    },
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct FormRecord {
    name: Arc<str>,
    look: u32,
    model: u32,
    numbers: Vec<f32>,
    colour: Colour,
    scale: f32,
}

/// What speeds are multiplied by.
const SPEED: f32 = 100_000.0;

/// Millimetres.
type Point = [i32; 3];

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
enum MotionRecord {
    Stands { at: Point, heading: i16 },
    Goes(GoesRecord),
    Within { host: u32, berth: u8, since: i64, until: i64 },
    Hidden,
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct GoesRecord {
    /// None where the last motion led there.
    from: Option<Point>,
    /// From there.
    way: Point,
    /// Microseconds, from the moment of the record on.
    since: i64,
    /// And how long it takes.
    lasts: i64,
    /// Hundredths of a millimetre a second: whoever goes on evenly is not told of again for long.
    speeds: [u32; 2],
    /// Milliradians; none if it goes straight on.
    before: Option<i16>,
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
enum ValueRecord {
    None,
    Whole(i32),
    Number(f32),
    Ramp(f64, f32),
    Thing(u32),
    Word(u32),
}

/// To the nearest whole number. Quicker than `round`, which is a call.
fn nearest(number: f32) -> i32 {
    (number + 0.5_f32.copysign(number)) as i32
}

fn millimetres(at: [f32; 3]) -> Point {
    at.map(|part| nearest(part * 1000.0))
}

fn metres(at: Point) -> [f32; 3] {
    at.map(|part| part as f32 / 1000.0)
}

fn milliradians(heading: f32) -> i16 {
    // Half a turn is a little more, and would come back from the other side.
    const MOST: i32 = 3141;
    let turn = (heading + std::f32::consts::PI).rem_euclid(std::f32::consts::TAU) - std::f32::consts::PI;
    nearest(turn * 1000.0).clamp(-MOST, MOST) as i16
}

fn radians(heading: i16) -> f32 {
    f32::from(heading) / 1000.0
}

fn microseconds(time: Time) -> i64 {
    time.nanos().div_euclid(1_000)
}

fn time_at(microseconds: i64) -> Time {
    Time::from_nanos(microseconds.saturating_mul(1_000))
}

/// Whether a way leads on in the direction of another.
fn is_straight(way: Point, [east, north]: [f32; 2]) -> bool {
    let (x, y) = (way[0] as f32, way[1] as f32);
    let (dot, cross) = (x * east + y * north, x * north - y * east);
    dot > 0.0 && cross.abs() < 1e-3 * dot
}

/// Where a motion leads, as it is written.
fn end_of(motion: &Motion) -> Option<Point> {
    match motion {
        Motion::Stands { at, .. } => Some(millimetres(*at)),
        Motion::Goes { to, .. } => Some(millimetres(*to)),
        Motion::Within { .. } | Motion::Hidden => None,
    }
}

/// A motion as whoever reads it will be told.
fn as_told(motion: &Motion) -> Motion {
    let time = |time| time_at(microseconds(time));
    match *motion {
        Motion::Stands { at, heading } => {
            Motion::Stands { at: metres(millimetres(at)), heading: radians(milliradians(heading)) }
        }
        Motion::Goes { from, to, since, until, speeds, before } => {
            let (from, to) = (millimetres(from), millimetres(to));
            let way = way_between(from, to);
            Motion::Goes {
                from: metres(from),
                to: metres(to),
                since: time(since),
                until: time(until),
                speeds: speeds.map(|speed| speed_told(speed_written(speed))),
                before: way_before(way, turn_before(way, before)),
            }
        }
        Motion::Within { host, berth, since, until } => {
            Motion::Within { host, berth, since: time(since), until: time(until) }
        }
        Motion::Hidden => Motion::Hidden,
    }
}

/// Whether somebody still moves as before. How it came to go this way is told when it begins to.
fn is_same_course(known: &Motion, motion: &Motion) -> bool {
    match (*known, *motion) {
        (Motion::Goes { before, .. }, Motion::Goes { from, to, since, until, speeds, .. }) => {
            *known == Motion::Goes { from, to, since, until, speeds, before }
        }
        (known, motion) => known == motion,
    }
}

fn way_between(from: Point, to: Point) -> Point {
    std::array::from_fn(|axis| to[axis].wrapping_sub(from[axis]))
}

fn speed_written(speed: f32) -> u32 {
    nearest(speed * SPEED).max(0) as u32
}

fn speed_told(written: u32) -> f32 {
    written as f32 / SPEED
}

/// Which way somebody went before, if not the way that it goes now.
fn turn_before(way: Point, before: [f32; 2]) -> Option<i16> {
    (!is_straight(way, before)).then(|| milliradians(before[1].atan2(before[0])))
}

fn way_before(way: Point, turn: Option<i16>) -> [f32; 2] {
    turn.map_or([way[0] as f32, way[1] as f32], |turn| [radians(turn).cos(), radians(turn).sin()])
}

/// Where records are written: byte by byte, since most of their numbers have one or two.
struct Bytes<'a>(&'a mut Vec<u8>);

impl Flavor for Bytes<'_> {
    type Output = ();

    fn try_push(&mut self, byte: u8) -> postcard::Result<()> {
        self.0.push(byte);
        Ok(())
    }

    fn finalize(self) -> postcard::Result<()> {
        Ok(())
    }
}

/// A copy that shares no memory with it.
fn copy_of(form: &Form) -> Form {
    let [name, look, model] = [&form.name, &form.look, &form.model].map(|text| Arc::from(&**text));
    Form { name, look, model, numbers: form.numbers.clone(), ..*form }
}

/// A thing as whoever encodes knows it.
#[derive(Clone, Debug)]
struct Known {
    form: Form,
    sight: Sight,
    /// Since when it is in its state.
    since: Time,
    /// Its number in the present chunk, if it has one.
    number: Option<u32>,
}

/// What is different after a change: as it will be told, with places to a millimetre and the like.
pub(super) enum News<'a> {
    Comes(&'a Form),
    Looks(Sight),
    Moves(Motion),
    Goes,
}

type Present = FxHashMap<ThingId, Known>;

/// A sight as it is told where only these are there: nobody else can be named.
fn among(sight: &Sight, present: &Present) -> Sight {
    let motion = match sight.motion {
        Motion::Within { host, .. } if !present.contains_key(&host) => Motion::Hidden,
        motion => motion,
    };
    let values = sight.values.map(|value| match value {
        Value::Thing(thing) if !present.contains_key(&thing) => Value::None,
        value => value,
    });
    Sight { motion, values, ..*sight }
}

/// Lets nobody name what is not there any more.
fn forget_gone(present: &mut Present) {
    let told = present.iter().map(|(thing, known)| (*thing, among(&known.sight, present)));
    let others: Vec<(ThingId, Sight)> = told.filter(|(thing, sight)| present[thing].sight != *sight).collect();
    for (thing, sight) in others {
        present.entry(thing).and_modify(|known| known.sight = sight);
    }
}

/// Turns changes into chunks.
#[derive(Default)]
pub(super) struct Encoder {
    /// All that is there.
    present: Present,
    head: Head,
    texts: FxHashMap<Arc<str>, u32>,
    bytes: Vec<u8>,
    /// Microseconds.
    now: i64,
    /// Changes of the present chunk, without what was there at its beginning.
    pub(super) changes: usize,
}

impl Encoder {
    /// One that knows what is there at the end of a chunk.
    pub fn after(chunk: &Chunk) -> Encoder {
        let mut encoder = Encoder::default();
        for change in chunk.present.iter().chain(&chunk.changes) {
            if let Some(news) = encoder.news(change) {
                encoder.add(change.at, change.thing, news);
            }
        }
        encoder.finish(&mut Vec::new());
        encoder
    }

    /// How many things are there.
    pub fn present(&self) -> usize {
        self.present.len()
    }

    /// Begins a chunk with all that is there, by id, so that it is the same in every run.
    pub fn begin(&mut self, start: Time) {
        self.now = microseconds(start);
        let mut present = std::mem::take(&mut self.present);
        forget_gone(&mut present);
        let mut things: Vec<ThingId> = present.keys().copied().collect();
        things.sort_unstable();
        for (thing, number) in things.iter().zip(0..) {
            if let Some(known) = present.get_mut(thing) {
                known.number = Some(number);
            }
        }
        for (thing, number) in things.iter().zip(0..) {
            if let Some(known) = present.get(thing) {
                self.come(number, &known.form, known.since);
                let host = |host: ThingId| present.get(&host).and_then(|known| known.number);
                self.look(number, &Sight::still(Motion::Hidden), &known.sight, known.since, &host);
            }
        }
        self.head.things = things;
        self.head.present = self.head.records;
        self.present = present;
        self.changes = 0;
    }

    /// What is different after a change, if anything is that the record tells.
    pub fn news<'a>(&self, change: &'a Change) -> Option<News<'a>> {
        let known = self.present.get(&change.thing);
        match &change.event {
            Event::Comes(form) => Some(News::Comes(form)),
            Event::Looks(sight) => {
                let known = known?;
                let told = Sight { motion: as_told(&sight.motion), ..*sight };
                let sight = among(&told, &self.present);
                let is_old = Sight { motion: known.sight.motion, ..sight } == known.sight
                    && is_same_course(&known.sight.motion, &sight.motion);
                (!is_old).then_some(News::Looks(sight))
            }
            Event::Moves(motion) => {
                let motion = as_told(motion);
                known.filter(|known| !is_same_course(&known.sight.motion, &motion)).map(|_| News::Moves(motion))
            }
            Event::Goes => known.map(|_| News::Goes),
        }
    }

    /// Adds what is different.
    pub fn add(&mut self, at: Time, thing: ThingId, news: News) {
        let number = self.number(thing);
        match news {
            News::Comes(form) => {
                let sight = Sight::still(Motion::Hidden);
                let form = copy_of(form);
                self.come(number, &form, at);
                self.present.insert(thing, Known { form, sight, since: at, number: Some(number) });
            }
            News::Looks(sight) => {
                let Some(known) = self.present.get_mut(&thing) else { return };
                if known.sight.state != sight.state {
                    known.since = at;
                }
                let former = std::mem::replace(&mut known.sight, sight);
                self.number_others(&sight);
                let present = std::mem::take(&mut self.present);
                let find = |host: ThingId| present.get(&host).and_then(|known| known.number);
                self.look(number, &former, &sight, at, &find);
                self.present = present;
            }
            News::Moves(motion) => {
                let Some(known) = self.present.get_mut(&thing) else { return };
                let former = std::mem::replace(&mut known.sight.motion, motion);
                self.record(number, at, What::Moves(motion_record(&former, &motion, at, &|_| None)));
            }
            News::Goes => {
                self.present.remove(&thing);
                self.record(number, at, What::Goes);
            }
        }
    }

    /// Ends a chunk, and writes it into `chunk`, not compressed.
    pub fn finish(&mut self, chunk: &mut Vec<u8>) {
        chunk.clear();
        // Writing into memory cannot fail.
        let _ = postcard::serialize_with_flavor(&self.head, Bytes(chunk));
        chunk.append(&mut self.bytes);
        self.head = Head::default();
        self.texts.clear();
        self.present.values_mut().for_each(|known| known.number = None);
    }

    /// The number of a thing in this chunk.
    fn number(&mut self, thing: ThingId) -> u32 {
        let known = self.present.get_mut(&thing);
        if let Some(number) = known.as_ref().and_then(|known| known.number) {
            return number;
        }
        let number = self.head.things.len() as u32;
        self.head.things.push(thing);
        if let Some(known) = known {
            known.number = Some(number);
        }
        number
    }

    /// Gives numbers to the things that a sight names.
    fn number_others(&mut self, sight: &Sight) {
        if let Motion::Within { host, .. } = sight.motion {
            self.number(host);
        }
        for value in sight.values {
            if let Value::Thing(thing) = value {
                self.number(thing);
            }
        }
    }

    fn record(&mut self, thing: u32, at: Time, what: What) {
        let at = microseconds(at);
        let after = at - self.now;
        self.now = at;
        self.changes += 1;
        self.head.records += 1;
        // Writing into memory cannot fail.
        let _ = postcard::serialize_with_flavor(&Record { after, thing, what }, Bytes(&mut self.bytes));
    }

    fn text(&mut self, text: &Arc<str>) -> u32 {
        if let Some(&number) = self.texts.get(text) {
            return number;
        }
        let number = self.head.texts.len() as u32;
        self.head.texts.push(text.clone());
        self.texts.insert(text.clone(), number);
        number
    }

    fn come(&mut self, number: u32, form: &Form, at: Time) {
        let (look, model) = (self.text(&form.look), self.text(&form.model));
        let Form { name, numbers, colour, scale, .. } = form;
        let form =
            FormRecord { name: name.clone(), look, model, numbers: numbers.clone(), colour: *colour, scale: *scale };
        self.record(number, at, What::Comes(Box::new(form)));
    }

    fn look(&mut self, number: u32, former: &Sight, sight: &Sight, at: Time, find: &dyn Fn(ThingId) -> Option<u32>) {
        let motion = (former.motion != sight.motion).then(|| motion_record(&former.motion, &sight.motion, at, find));
        let state = (former.state != sight.state).then_some(sight.state);
        let changed = (0..VALUES).filter(|&place| former.values[place] != sight.values[place]);
        let values: Vec<_> = changed.map(|place| (place as u8, value_record(sight.values[place], find))).collect();
        self.record(number, at, What::Looks { motion, state, values });
    }
}

/// A thing that is not there any more is named by no number.
fn motion_record(former: &Motion, motion: &Motion, at: Time, find: &dyn Fn(ThingId) -> Option<u32>) -> MotionRecord {
    let from_now = |time: Time| microseconds(time) - microseconds(at);
    match *motion {
        Motion::Stands { at, heading } => MotionRecord::Stands { at: millimetres(at), heading: milliradians(heading) },
        Motion::Goes { from, to, since, until, speeds, before } => {
            let (from, to) = (millimetres(from), millimetres(to));
            let way = way_between(from, to);
            MotionRecord::Goes(GoesRecord {
                from: (end_of(former) != Some(from)).then_some(from),
                way,
                since: from_now(since),
                lasts: microseconds(until) - microseconds(since),
                speeds: speeds.map(speed_written),
                before: turn_before(way, before),
            })
        }
        Motion::Within { host, berth, since, until } => match find(host) {
            Some(host) => MotionRecord::Within { host, berth, since: from_now(since), until: from_now(until) },
            None => MotionRecord::Hidden,
        },
        Motion::Hidden => MotionRecord::Hidden,
    }
}

fn value_record(value: Value, find: &dyn Fn(ThingId) -> Option<u32>) -> ValueRecord {
    match value {
        Value::None => ValueRecord::None,
        Value::Number(number) if number.fract() == 0.0 && number.abs() < 1e6 => ValueRecord::Whole(number as i32),
        Value::Number(number) => ValueRecord::Number(number),
        Value::Ramp { start, rate } => ValueRecord::Ramp(start, rate),
        Value::Thing(thing) => find(thing).map_or(ValueRecord::None, ValueRecord::Thing),
        Value::Word(word) => ValueRecord::Word(word),
    }
}

/// A chunk as it is read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Chunk {
    /// All that was there at its beginning, as it came to look so.
    pub present: Vec<Change>,
    /// What changed then, in the order of time.
    pub changes: Vec<Change>,
}

/// Turns bytes back into a chunk. None if they make no sense.
pub(super) fn decode(bytes: &[u8], start: Time) -> Option<Chunk> {
    let (head, mut rest): (Head, _) = postcard::take_from_bytes(bytes).ok()?;
    let mut decoder = Decoder { head: &head, sights: vec![Sight::still(Motion::Hidden); head.things.len()] };
    let mut now = microseconds(start);
    let mut chunk = Chunk::default();
    for number in 0..head.records {
        let (record, behind): (Record, _) = postcard::take_from_bytes(rest).ok()?;
        rest = behind;
        now = now.checked_add(record.after)?;
        let thing = *head.things.get(record.thing as usize)?;
        let change = Change { at: time_at(now), thing, event: decoder.event(&record, now)? };
        if number < head.present { chunk.present.push(change) } else { chunk.changes.push(change) }
    }
    Some(chunk)
}

struct Decoder<'a> {
    head: &'a Head,
    sights: Vec<Sight>,
}

impl Decoder<'_> {
    fn event(&mut self, record: &Record, now: i64) -> Option<Event> {
        let number = record.thing as usize;
        let mut sight = *self.sights.get(number)?;
        match &record.what {
            What::Goes => return Some(Event::Goes),
            What::Comes(form) => {
                self.sights[number] = Sight::still(Motion::Hidden);
                return Some(Event::Comes(Arc::new(self.form(form)?)));
            }
            What::Moves(motion) => {
                sight.motion = self.motion(&sight.motion, motion, now)?;
                self.sights[number] = sight;
                return Some(Event::Moves(sight.motion));
            }
            What::Looks { motion, state, values } => {
                if let Some(motion) = motion {
                    sight.motion = self.motion(&sight.motion, motion, now)?;
                }
                sight.state = state.unwrap_or(sight.state);
                for &(place, value) in values {
                    *sight.values.get_mut(place as usize)? = self.value(value)?;
                }
            }
        }
        self.sights[number] = sight;
        Some(Event::Looks(sight))
    }

    fn form(&self, form: &FormRecord) -> Option<Form> {
        let text = |number: u32| self.head.texts.get(number as usize).cloned();
        let FormRecord { name, look, model, numbers, colour, scale } = form;
        Some(Form {
            name: name.clone(),
            look: text(*look)?,
            model: text(*model)?,
            numbers: numbers.clone(),
            colour: *colour,
            scale: *scale,
        })
    }

    fn motion(&self, former: &Motion, motion: &MotionRecord, now: i64) -> Option<Motion> {
        let time = |since: i64| now.checked_add(since).map(time_at);
        Some(match *motion {
            MotionRecord::Stands { at, heading } => Motion::Stands { at: metres(at), heading: radians(heading) },
            MotionRecord::Goes(GoesRecord { from, way, since, lasts, speeds, before }) => {
                let from = from.or_else(|| end_of(former))?;
                let to: Point = std::array::from_fn(|axis| from[axis].wrapping_add(way[axis]));
                Motion::Goes {
                    from: metres(from),
                    to: metres(to),
                    since: time(since)?,
                    until: time(since.checked_add(lasts)?)?,
                    speeds: speeds.map(speed_told),
                    before: way_before(way, before),
                }
            }
            MotionRecord::Within { host, berth, since, until } => {
                let host = *self.head.things.get(host as usize)?;
                Motion::Within { host, berth, since: time(since)?, until: time(until)? }
            }
            MotionRecord::Hidden => Motion::Hidden,
        })
    }

    fn value(&self, value: ValueRecord) -> Option<Value> {
        Some(match value {
            ValueRecord::None => Value::None,
            ValueRecord::Whole(number) => Value::Number(number as f32),
            ValueRecord::Number(number) => Value::Number(number),
            ValueRecord::Ramp(start, rate) => Value::Ramp { start, rate },
            ValueRecord::Thing(thing) => Value::Thing(*self.head.things.get(thing as usize)?),
            ValueRecord::Word(word) => Value::Word(word),
        })
    }
}
