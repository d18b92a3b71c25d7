//! What twins and other things look like at a moment, as changes in time.
//!
//! Whoever changes something that can be seen says so to [`Sights`]; whoever watches takes the changes out. They are no part
//! of the world's state: nobody in the world reads them, and with nobody watching they cost one comparison.

use std::collections::BTreeMap;
use std::sync::Arc;

use bevy_ecs::prelude::{Resource, World};
use serde::{Deserialize, Serialize};

use crate::engine::clock::Clock;
use crate::engine::identity::TwinId;
use crate::engine::journal::Entry;
use crate::engine::time::Time;

use super::palette::Colour;
use super::{appearance, twins};

/// Who is seen: a twin, or something of a domain that is no twin, such as a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ThingId(u64);

impl ThingId {
    const SPACE: u32 = 56;
    /// Set in the numbers of things in a world that is shown beside another.
    const BESIDE: u64 = 1 << 55;

    /// A twin.
    pub const fn twin(twin: TwinId) -> ThingId {
        ThingId(twin.0)
    }

    /// Something else: the number of it among those of its space (from 1 to 255).
    pub const fn other(space: u8, number: u64) -> ThingId {
        ThingId((space as u64) << Self::SPACE | number)
    }

    /// The twin, if it is one.
    pub fn as_twin(self) -> Option<TwinId> {
        (self.0 >> Self::SPACE == 0).then_some(TwinId(self.0))
    }

    /// The number in its space.
    pub fn number(self) -> u64 {
        self.0 & (Self::BESIDE - 1)
    }

    /// The same thing in a world that is shown beside its own.
    pub fn beside(self) -> ThingId {
        ThingId(self.0 | Self::BESIDE)
    }

    /// The same thing in the other of two worlds that are shown side by side.
    pub fn counterpart(self) -> ThingId {
        ThingId(self.0 ^ Self::BESIDE)
    }

    /// Whether it is in a world that is shown beside another.
    pub fn is_beside(self) -> bool {
        self.0 & Self::BESIDE != 0
    }
}

/// What a thing is, as long as it is there.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Form {
    /// Its name, for labels and search.
    pub name: Arc<str>,
    /// The name of its look, as registered.
    pub look: Arc<str>,
    /// Which of the look's models.
    pub model: Arc<str>,
    /// What the model needs to know besides: lengths, counts, corners.
    pub numbers: Vec<f32>,
    /// Its own colour.
    pub colour: Colour,
    /// How much larger than its model it is drawn.
    pub scale: f32,
}

/// Where a thing is, and will be if nothing happens. Metres towards the east, the north and up; headings in radians,
/// counter-clockwise from east.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum Motion {
    /// It stands.
    Stands {
        /// Where.
        at: [f32; 3],
        /// Which way it looks.
        heading: f32,
    },
    /// It goes straight on, the way it looks.
    Goes {
        /// From where.
        from: [f32; 3],
        /// To where.
        to: [f32; 3],
        /// When it was at `from`.
        since: Time,
        /// When it will be at `to`.
        until: Time,
        /// Its speeds there: m/s.
        speeds: [f32; 2],
        /// The way it went or looked before, towards the east and the north; of any length.
        before: [f32; 2],
    },
    /// It is in, on or at another thing.
    Within {
        /// Which.
        host: ThingId,
        /// At which of the host's berths.
        berth: u8,
        /// Since when: who came first stands first.
        since: Time,
        /// On a belt, when it is at the end if nobody is in its way.
        until: Time,
    },
    /// It cannot be seen.
    Hidden,
}

impl Motion {
    /// Standing somewhere on the floor.
    pub fn stands(x: f64, y: f64, heading: f64) -> Motion {
        Motion::Stands { at: [x as f32, y as f32, 0.0], heading: heading as f32 }
    }
}

/// Something that can be said of a thing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub enum Value {
    /// Nothing now.
    #[default]
    None,
    /// A number: a count, a share, a quantity in the unit that the look gives.
    Number(f32),
    /// A number that rises or falls evenly.
    Ramp {
        /// What it would have been at the start of the run.
        start: f64,
        /// By how much it rises in a second.
        rate: f32,
    },
    /// Another thing that it has to do with.
    Thing(ThingId),
    /// A word, by its number among those of the look: see [`Sights::set_words`].
    Word(u32),
}

impl Value {
    /// The number that it is at a moment, if it is one.
    pub fn number(self, now: Time) -> Option<f32> {
        match self {
            Value::Number(number) => Some(number),
            Value::Ramp { start, rate } => Some((start + f64::from(rate) * now.seconds()) as f32),
            Value::None | Value::Thing(_) | Value::Word(_) => None,
        }
    }
}

/// How many values a thing has at most.
pub const VALUES: usize = 4;

/// What a thing looks like at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sight {
    /// Where it is.
    pub motion: Motion,
    /// Its state, as an index into those of its look.
    pub state: u8,
    /// What its look says of it.
    pub values: [Value; VALUES],
}

impl Sight {
    /// Of something that has one state and no values.
    pub const fn still(motion: Motion) -> Sight {
        Sight { motion, state: 0, values: [Value::None; VALUES] }
    }
}

/// What has become of a thing.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// It has come.
    Comes(Arc<Form>),
    /// It looks like this now.
    Looks(Sight),
    /// It moves like this now, and else looks as before. Most changes are such.
    Moves(Motion),
    /// It has gone.
    Goes,
}

/// A change of what can be seen.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// When.
    pub at: Time,
    /// Of what.
    pub thing: ThingId,
    /// Which.
    pub event: Event,
}

/// How many changes a recorder is told at once: few enough to stay in the cache of the processor that made them.
const BATCH: usize = 512;

/// Somebody who writes down what is seen as it happens.
pub trait Recorder: Send + Sync + 'static {
    /// Takes over what has changed, in the order of time, and gives back an empty list to be filled.
    fn record(&mut self, changes: Vec<Change>) -> Vec<Change>;
    /// Something happened, to be marked on a line of time.
    fn note(&mut self, entry: &Entry);
}

/// What is seen goes through here, to whoever watches.
#[derive(Resource, Default)]
pub struct Sights {
    watched: bool,
    recorder: Option<Box<dyn Recorder>>,
    /// The changes that nobody has taken yet.
    changes: Vec<Change>,
    /// Whether somebody collects them.
    collected: bool,
    words: BTreeMap<&'static str, Vec<Arc<str>>>,
    entries: Vec<Entry>,
    /// What was shown and lasts.
    lasting: BTreeMap<ThingId, Form>,
    /// Whether twins have come, gone or been moved since that was shown.
    is_stale: bool,
}

impl Sights {
    /// Whether anybody watches.
    pub fn is_watched(&self) -> bool {
        self.watched
    }

    /// Something came.
    pub fn come(&mut self, at: Time, thing: ThingId, form: Form) {
        if self.watched {
            self.tell(Change { at, thing, event: Event::Comes(Arc::new(form)) });
        }
    }

    /// Something looks different.
    #[inline]
    pub fn look(&mut self, at: Time, thing: ThingId, sight: &Sight) {
        if self.watched {
            self.tell(Change { at, thing, event: Event::Looks(*sight) });
        }
    }

    /// Something moves differently.
    #[inline]
    pub fn move_on(&mut self, at: Time, thing: ThingId, motion: &Motion) {
        if self.watched {
            self.tell(Change { at, thing, event: Event::Moves(*motion) });
        }
    }

    /// Something is no longer there.
    pub fn go(&mut self, at: Time, thing: ThingId) {
        if self.watched {
            self.tell(Change { at, thing, event: Event::Goes });
        }
    }

    /// Says that twins have come, gone or been moved: what lasts is shown anew at the end of the step.
    pub fn expire(&mut self) {
        self.is_stale = self.watched;
    }

    /// What a thing is that lasts, if it has been shown.
    pub fn lasting(&self, thing: ThingId) -> Option<&Form> {
        self.lasting.get(&thing)
    }

    /// Lets those come and go who are not as they were before.
    fn set_lasting(&mut self, now: Time, forms: BTreeMap<ThingId, Form>) {
        let former = std::mem::replace(&mut self.lasting, forms.clone());
        former.keys().filter(|thing| !forms.contains_key(*thing)).for_each(|thing| self.go(now, *thing));
        let news = forms.into_iter().filter(|(thing, form)| former.get(thing) != Some(form));
        news.for_each(|(thing, form)| self.come(now, thing, form));
    }

    // Always in line: a change is made where it is kept, and not copied there.
    #[inline(always)]
    fn tell(&mut self, change: Change) {
        if self.changes.len() >= BATCH && !self.collected {
            self.hand_over();
        }
        self.changes.push(change);
    }

    #[cold]
    fn hand_over(&mut self) {
        if let Some(recorder) = &mut self.recorder {
            self.changes = recorder.record(std::mem::take(&mut self.changes));
        }
    }

    /// Notes what happened, for marks on a line of time.
    pub fn note(&mut self, entry: &Entry) {
        if let Some(recorder) = &mut self.recorder {
            recorder.note(entry);
        }
        if self.collected {
            self.entries.push(entry.clone());
        }
    }

    /// Takes out what was noted, where somebody collects it.
    pub fn take_entries(&mut self) -> Vec<Entry> {
        std::mem::take(&mut self.entries)
    }

    /// Sets the words that things of a look use, for [`Value::Word`]. To be called when somebody begins to watch.
    pub fn set_words(&mut self, look: &'static str, words: Vec<Arc<str>>) {
        self.words.insert(look, words);
    }

    /// The words of each look.
    pub fn words(&self) -> &BTreeMap<&'static str, Vec<Arc<str>>> {
        &self.words
    }

    /// Takes the changes out, in the order of time; `emptied` takes their place.
    pub fn take(&mut self, emptied: Vec<Change>) -> Vec<Change> {
        debug_assert!(emptied.is_empty());
        if let Some(recorder) = &mut self.recorder {
            recorder.record(self.changes.clone());
        }
        std::mem::replace(&mut self.changes, emptied)
    }
}

/// How a domain shows what there is.
#[derive(Clone, Copy)]
pub struct Show {
    /// What lasts, such as twins and buildings; not what comes and goes by itself, such as jobs. Who is named by several is
    /// what the first says.
    pub forms: fn(&mut World) -> Vec<(ThingId, Form)>,
    /// Tells what all of it looks like now. `first` says that whoever watches has seen nothing yet.
    pub looks: fn(&mut World, bool),
}

/// How the domains show what there is.
#[derive(Resource, Default)]
pub(super) struct Shows(pub(super) Vec<Show>);

/// Collects changes from now on, to be taken out with [`Sights::take`]; first of all, that comes which is there. The world
/// must be ready for its first step.
pub fn collect(world: &mut World) {
    world.get_resource_or_init::<Sights>().collected = true;
    watch(world);
}

/// Tells a recorder what changes from now on; first of all, that comes which is there.
pub fn record(world: &mut World, recorder: Box<dyn Recorder>) {
    world.get_resource_or_init::<Sights>().recorder = Some(recorder);
    watch(world);
}

/// Tells a recorder what changes from now on, who knows what is there: it was told before the run was broken off.
pub fn go_on_recording(world: &mut World, recorder: Box<dyn Recorder>) {
    watch(world);
    let mut sights = world.get_resource_or_init::<Sights>();
    sights.changes.clear();
    sights.recorder = Some(recorder);
}

/// Tells the recorder what it has not been told yet, unless somebody collects it.
pub fn hand_over(world: &mut World) {
    let mut sights = world.get_resource_or_init::<Sights>();
    if !sights.collected {
        sights.hand_over();
    }
}

/// Tells the recorder what it has not been told yet, and takes it out.
pub fn stop_recording(world: &mut World) {
    let mut sights = world.get_resource_or_init::<Sights>();
    let untold = if sights.collected { sights.changes.clone() } else { std::mem::take(&mut sights.changes) };
    if let Some(mut recorder) = sights.recorder.take() {
        recorder.record(untold);
    }
    sights.watched = sights.collected;
}

fn watch(world: &mut World) {
    let mut sights = world.get_resource_or_init::<Sights>();
    (sights.watched, sights.lasting) = (true, BTreeMap::new());
    show(world, true);
}

/// Lets what lasts come and go as it does in the world, and tells what it looks like.
pub(super) fn show(world: &mut World, first: bool) {
    let shows = world.get_resource_or_init::<Shows>().0.clone();
    let mut forms = BTreeMap::new();
    for show in shows.iter().chain([&twins::SHOW]) {
        for (thing, form) in (show.forms)(world) {
            forms.entry(thing).or_insert(form);
        }
    }
    appearance::apply(world, &mut forms);
    let now = world.resource::<Clock>().now;
    world.resource_mut::<Sights>().set_lasting(now, forms);
    shows.iter().chain([&twins::SHOW]).for_each(|show| (show.looks)(world, first));
}

/// Shows twins that have come, gone or been moved in this step.
pub(super) fn show_news(world: &mut World) {
    if std::mem::take(&mut world.resource_mut::<Sights>().is_stale) {
        show(world, false);
    }
}
