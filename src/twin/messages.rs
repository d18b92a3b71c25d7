//! Messages between twins: written into one's own outbox, sent in Settle, read in the step after they have arrived.
//!
//! They are sent in the order (time, sender, sequence), so that no result depends on which thread wrote first. Between twins without
//! radios they arrive at once; by [`radio`](super::radio) they take their time, and some are lost. In worlds with ticks what
//! arrives between two ticks is read at the second.

use std::ops::Index;
use std::sync::Arc;

use bevy_app::{App, Plugin};
use bevy_ecs::prelude::{Component, Entity, Or, Query, Res, ResMut, With};
use bevy_ecs::system::SystemParam;
use serde::{Deserialize, Serialize};

use super::contracts::notice::Notice;
use super::groups::notice::Notice as GroupNotice;
use super::knowledge::Attention;
use super::life::Life;
use super::radio::ether::{self, Air, End, Ether, Flight, Networks, Sending, Sent, Slot, Transmitter};
use super::radio::log::{AirLog, Fate, Transmission};
use super::step::Agenda;
use super::who::To;
use crate::engine::clock::Clock;
use crate::engine::identity::{Directory, TwinId};
use crate::engine::journal::Journal;
use crate::engine::queue::EventQueue;
use crate::engine::random::Seed;
use crate::engine::simulation::EngineApp;
use crate::engine::stage::Stage;
use crate::engine::time::Time;
use crate::world::physics::Physics;
use crate::world::position::Position;
use crate::world::space::Point;

/// Numbers by name. Cheap to clone: all who read a message share them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Values(Arc<[(Arc<str>, f64)]>);

impl Values {
    /// The number of that name.
    pub fn get(&self, name: &str) -> Option<f64> {
        self.0.iter().find(|(other, _)| **other == *name).map(|(_, value)| *value)
    }

    /// The first of them.
    pub fn first(&self) -> Option<f64> {
        self.0.first().map(|(_, value)| *value)
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = (&str, f64)> {
        self.0.iter().map(|(name, value)| (&**name, *value))
    }

    /// How long they are in a message: the names and 8 bytes for each number.
    fn bytes(&self) -> usize {
        self.0.iter().map(|(name, _)| name.len() + 8).sum()
    }
}

impl FromIterator<(Arc<str>, f64)> for Values {
    fn from_iter<I: IntoIterator<Item = (Arc<str>, f64)>>(values: I) -> Values {
        Values(values.into_iter().collect())
    }
}

impl<const N: usize> From<[(&str, f64); N]> for Values {
    fn from(values: [(&str, f64); N]) -> Values {
        values.into_iter().map(|(name, value)| (Arc::from(name), value)).collect()
    }
}

impl Index<&str> for Values {
    type Output = f64;

    fn index(&self, name: &str) -> &f64 {
        let found = self.0.iter().find(|(other, _)| **other == *name);
        found.map(|(_, value)| value).unwrap_or_else(|| panic!("the message has no value `{name}`"))
    }
}

/// Something for a mind. All who read it share it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Said {
    /// What it is about, such as `bid`.
    pub topic: Arc<str>,
    /// Its numbers.
    pub values: Values,
    /// The link that it must go by, if that matters.
    pub by: Option<Arc<str>>,
    /// How long it is; as long as its words and numbers, if nothing is said.
    pub bytes: Option<u32>,
}

/// What one twin tells others.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Content {
    /// Something for a mind: it is read in the inbox.
    Said(Arc<Said>),
    /// Something between managers and contractors.
    Contract(Arc<Notice>),
    /// Something between members of groups.
    Group(Arc<GroupNotice>),
}

impl Content {
    /// What it is about.
    pub fn topic(&self) -> Arc<str> {
        match self {
            Content::Said(said) => said.topic.clone(),
            Content::Contract(notice) => notice.word().into(),
            Content::Group(notice) => notice.word().into(),
        }
    }

    /// The link that it must go by, if any.
    fn by(&self) -> Option<&Arc<str>> {
        match self {
            Content::Said(said) => said.by.as_ref(),
            Content::Contract(_) | Content::Group(_) => None,
        }
    }

    /// How long it is as a message: bytes.
    fn bytes(&self) -> u32 {
        match self {
            Content::Said(said) => said.bytes.unwrap_or_else(|| (said.topic.len() + said.values.bytes()) as u32),
            Content::Contract(notice) => notice.bytes(),
            Content::Group(notice) => notice.bytes(),
        }
    }
}

/// Something on its way.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Parcel {
    /// When it was written.
    pub at: Time,
    /// Who wrote it.
    pub from: TwinId,
    /// What it says.
    pub content: Content,
}

/// What one twin has told another.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Message {
    /// When it was written.
    pub at: Time,
    /// When it arrived.
    pub arrived: Time,
    /// Who wrote it.
    pub from: TwinId,
    /// What it says.
    pub said: Arc<Said>,
}

/// What a twin wants to tell one or several others.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Letter {
    /// When it was written.
    pub at: Time,
    /// Who shall read it.
    pub to: To,
    /// What it says.
    pub content: Content,
}

impl Letter {
    /// A letter to whoever can be reached by whatever link.
    pub fn new(at: Time, to: impl Into<To>, topic: &str, values: impl Into<Values>) -> Letter {
        let (topic, values) = (topic.into(), values.into());
        Letter::of(at, to, Content::Said(Arc::new(Said { topic, values, by: None, bytes: None })))
    }

    /// A letter that says something of whatever kind.
    pub fn of(at: Time, to: impl Into<To>, content: Content) -> Letter {
        Letter { at, to: to.into(), content }
    }
}

/// What a twin wants to say. Emptied in Settle.
#[derive(Component, Clone, Debug, Default, Serialize, Deserialize)]
pub struct Outbox(pub Vec<Letter>);

/// What a twin was told and has not taken out yet, in the order of arrival.
#[derive(Component, Clone, Debug, Default, Serialize, Deserialize)]
pub struct Inbox(pub Vec<Message>);

/// A notice that has come.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Told<N> {
    /// When it arrived.
    pub arrived: Time,
    /// Who told it.
    pub from: TwinId,
    /// What.
    pub notice: Arc<N>,
}

/// What a twin was told by managers and contractors, in the order of arrival.
#[derive(Component, Clone, Debug, Default, Serialize, Deserialize)]
pub struct Post(pub Vec<Told<Notice>>);

/// What a twin was told by members of groups, in the order of arrival.
#[derive(Component, Clone, Debug, Default, Serialize, Deserialize)]
pub struct GroupPost(pub Vec<Told<GroupNotice>>);

/// Registers mailboxes, radios and the delivery of messages.
pub struct MessagePlugin;

impl Plugin for MessagePlugin {
    fn build(&self, app: &mut App) {
        app.init_resource::<AirLog>()
            .init_resource::<Networks>()
            .init_state::<Ether>("ether")
            .register_state_part::<Outbox>("outbox")
            .register_state_part::<Inbox>("inbox")
            .register_state_part::<Post>("post")
            .register_state_part::<GroupPost>("group_post")
            .register_state_part::<Transmitter>("transmitter")
            .add_step_systems(Stage::Settle, deliver);
    }
}

/// Whoever can be told something.
type Readers<'w, 's> = Query<
    'w,
    's,
    (
        Option<&'static mut Inbox>,
        Option<&'static mut Post>,
        Option<&'static mut GroupPost>,
        Option<&'static mut Attention>,
    ),
    Or<(With<Inbox>, With<Post>, With<GroupPost>)>,
>;

/// Whoever can tell something.
type Writers<'w, 's> = Query<
    'w,
    's,
    (&'static TwinId, Entity, &'static mut Outbox, Option<&'static mut Transmitter>, Option<&'static Position>),
>;

/// What carries messages.
#[derive(SystemParam)]
pub struct Carrier<'w, 's> {
    clock: Res<'w, Clock>,
    seed: Res<'w, Seed>,
    directory: Res<'w, Directory>,
    networks: Res<'w, Networks>,
    physics: Option<Res<'w, Physics>>,
    places: Query<'w, 's, (Option<&'static Position>, Option<&'static Life>)>,
}

impl Carrier<'_, '_> {
    fn place(&self, twin: TwinId) -> Option<Point> {
        let (position, _) = self.places.get(self.directory.entity(twin)?).ok()?;
        position.map(|Position { x, y, z, .. }| [*x, *y, *z])
    }
}

/// Where messages are handed over, sent, and kept while they are under way.
#[derive(SystemParam)]
pub struct Office<'w, 's> {
    queue: ResMut<'w, EventQueue>,
    journal: ResMut<'w, Journal>,
    ether: ResMut<'w, Ether>,
    log: ResMut<'w, AirLog>,
    readers: Readers<'w, 's>,
}

/// Hands over what has arrived, and sends what was written. Both wake the stages when somebody can read it.
pub fn deliver(carrier: Carrier, mut office: Office, mut outboxes: Writers, agenda: Option<ResMut<Agenda>>) {
    let now = carrier.clock.now;
    let mut is_told = office.hand_over_arrivals(&carrier);
    let writers = outboxes.iter().filter(|(_, _, outbox, ..)| !outbox.0.is_empty());
    let mut writers: Vec<(TwinId, Entity)> = writers.map(|(twin, entity, ..)| (*twin, entity)).collect();
    writers.sort_unstable();
    let find = |twin: TwinId| {
        let (position, life) = carrier.places.get(carrier.directory.entity(twin)?).ok()?;
        Some((*position?, life.copied()))
    };
    let air = Air {
        now,
        seed: *carrier.seed,
        networks: &carrier.networks,
        physics: carrier.physics.as_deref(),
        stations: if writers.is_empty() { Vec::new() } else { ether::stations(&carrier.networks, find) },
    };
    let mut slots = Vec::new();
    for (from, entity) in writers {
        let Ok((_, _, mut outbox, mut transmitter, position)) = outboxes.get_mut(entity) else { continue };
        let here = position.map(|Position { x, y, z, .. }| [*x, *y, *z]);
        for letter in outbox.0.drain(..) {
            let sending = transmitter.as_deref_mut().map(|transmitter| {
                air.send(End { twin: from, at: here }, transmitter, letter.content.bytes(), std::mem::take(&mut slots))
            });
            match sending {
                Some(sending) => slots = office.send(&carrier, letter, from, sending),
                None => is_told |= office.tell(&carrier, letter, from),
            }
        }
    }
    if is_told {
        if let Some(mut agenda) = agenda {
            agenda.next = now;
        }
        office.queue.wake(now);
    }
}

impl Office<'_, '_> {
    /// Hands over what has arrived; whether anything has.
    fn hand_over_arrivals(&mut self, carrier: &Carrier) -> bool {
        let mut arrivals = self.ether.arrivals(carrier.clock.now);
        let has_any = !arrivals.is_empty();
        for Flight { to, arrives, parcel, .. } in arrivals.drain(..) {
            self.hand_over(carrier, to, (arrives, parcel));
        }
        self.ether.take_back(arrivals);
        has_any
    }

    /// Sends a letter by radio to all its readers. The list of slots comes back, emptied.
    fn send(&mut self, carrier: &Carrier, letter: Letter, from: TwinId, mut sending: Sending) -> Vec<Slot> {
        let Letter { at, to, content } = letter;
        let bytes = content.bytes();
        // It outlives the letter, which is given away.
        let by = content.by().cloned();
        let (now, tick) = (carrier.clock.now, carrier.clock.tick);
        let handed_over = |arrives: Time| tick.map_or(arrives, |tick| tick.at_or_after(arrives)).max(now);
        let topic = self.log.enabled.then(|| content.topic());
        let (count, mut parcel) = (to.twins().len(), Some(Parcel { at, from, content }));
        for (place, to) in to.twins().iter().copied().enumerate() {
            let sent = sending.to(End { twin: to, at: carrier.place(to) }, by.as_deref());
            self.log.note(|| {
                let link = sent.link.map(|number| carrier.networks.links[number as usize].name.clone());
                let (Sent { signal_dbm, tries, fate, .. }, topic) = (sent, topic.clone().unwrap_or_default());
                Transmission { at, from, to, topic, link, bytes, signal_dbm, tries, fate }
            });
            // The last of its readers gets the very letter, the others a copy.
            let is_last = place + 1 == count;
            let taken = || if is_last { parcel.take() } else { parcel.clone() };
            let at = self.ether.take(&sent, to, taken, handed_over);
            // Ticks wake by themselves.
            if let Some(at) = at.filter(|_| tick.is_none()) {
                self.queue.wake(at);
            }
        }
        sending.finish(&mut self.ether)
    }

    /// Tells what is in a letter of somebody without a radio at once, to those who have none either; whether there are such.
    fn tell(&mut self, carrier: &Carrier, letter: Letter, from: TwinId) -> bool {
        let Letter { at, to, content } = letter;
        let bytes = content.bytes();
        let now = carrier.clock.now;
        let mut is_told = false;
        for to in to.twins().iter().copied() {
            let hears = carrier.networks.of(to).is_empty();
            let fate = if hears { Fate::Arrives(now) } else { Fate::NoLink };
            self.log.note(|| {
                let (topic, link, signal_dbm, tries) = (content.topic(), None, None, 0);
                Transmission { at, from, to, topic, link, bytes, signal_dbm, tries, fate }
            });
            if hears {
                is_told = true;
                self.hand_over(carrier, to, (now, Parcel { at, from, content: content.clone() }));
            } else {
                self.ether.no_link += 1;
            }
        }
        is_told
    }

    /// Puts something where its reader finds it.
    fn hand_over(&mut self, carrier: &Carrier, to: TwinId, (arrived, parcel): (Time, Parcel)) {
        let now = carrier.clock.now;
        let entity = carrier.directory.entity(to);
        let reader = entity.and_then(|entity| self.readers.get_mut(entity).ok());
        let is_active = || {
            let life = entity.and_then(|entity| carrier.places.get(entity).ok()).and_then(|(_, life)| life);
            life.is_none_or(|life| *life == Life::Active)
        };
        let Parcel { at, from, content } = parcel;
        match (content, reader) {
            (Content::Said(said), Some((Some(mut inbox), _, _, attention))) => {
                insert(&mut inbox.0, Message { at, arrived, from, said }, |message| message.arrived);
                // Whoever is told something looks around and thinks at once, unless it is put aside.
                if let Some(mut attention) = attention.filter(|attention| attention.next() != Time::NEVER) {
                    attention.sense = now;
                    if attention.decide != Time::NEVER {
                        attention.decide = now;
                    }
                }
            }
            (Content::Contract(notice), Some((_, Some(mut post), _, attention))) => {
                insert(&mut post.0, Told { arrived, from, notice }, |told| told.arrived);
                if let Some(mut attention) = attention.filter(|_| is_active()) {
                    attention.talk = now;
                }
            }
            (Content::Group(notice), Some((_, _, Some(mut post), attention))) => {
                insert(&mut post.0, Told { arrived, from, notice }, |told| told.arrived);
                if let Some(mut attention) = attention.filter(|_| is_active()) {
                    attention.meet = now;
                }
            }
            (content, _) => {
                self.journal.note(now, from, "undelivered", format!("{}: nobody there", content.topic()), None);
            }
        }
    }
}

/// Puts something in, behind all that arrived before or at the same time. Nearly always that is the end.
fn insert<T>(list: &mut Vec<T>, new: T, arrived: impl Fn(&T) -> Time) {
    let later = list.iter().rev().take_while(|other| arrived(other) > arrived(&new)).count();
    list.insert(list.len() - later, new);
}
