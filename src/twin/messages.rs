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
use super::radio::ether::{self, Air, End, Ether, Flight, Networks, Sent, Transmitter};
use super::radio::log::{AirLog, Fate, Transmission};
use super::step::Agenda;
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

/// What one twin tells others.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Content {
    /// Something for a mind: it is read in the inbox.
    Said {
        /// What it is about.
        topic: Arc<str>,
        /// Its numbers.
        values: Values,
    },
    /// Something between managers and contractors.
    Contract(Arc<Notice>),
    /// Something between members of groups.
    Group(Arc<GroupNotice>),
}

impl Content {
    /// What it is about.
    pub fn topic(&self) -> Arc<str> {
        match self {
            Content::Said { topic, .. } => topic.clone(),
            Content::Contract(notice) => notice.word().into(),
            Content::Group(notice) => notice.word().into(),
        }
    }

    /// How long it is as a message: bytes.
    fn bytes(&self) -> u32 {
        match self {
            Content::Said { topic, values } => (topic.len() + values.bytes()) as u32,
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
    /// What it is about, such as `bid`.
    pub topic: Arc<str>,
    /// Its numbers.
    pub values: Values,
}

/// What a twin wants to tell one or several others.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Letter {
    /// When it was written.
    pub at: Time,
    /// Who shall read it.
    pub to: Arc<[TwinId]>,
    /// What it says.
    pub content: Content,
    /// The link that it must go by, if that matters.
    pub by: Option<Arc<str>>,
    /// How long it is; as long as its words and numbers, if nothing is said.
    pub bytes: Option<u32>,
}

impl Letter {
    /// A letter to whoever can be reached by whatever link.
    pub fn new(at: Time, to: impl Into<Arc<[TwinId]>>, topic: &str, values: impl Into<Values>) -> Letter {
        let content = Content::Said { topic: topic.into(), values: values.into() };
        Letter { at, to: to.into(), content, by: None, bytes: None }
    }

    /// How long it is: bytes.
    pub fn length(&self) -> u32 {
        self.bytes.unwrap_or_else(|| self.content.bytes())
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
        self.place_of(self.directory.entity(twin)?)
    }

    fn place_of(&self, entity: Entity) -> Option<Point> {
        let (position, _) = self.places.get(entity).ok()?;
        position.map(|Position { x, y, z, .. }| [*x, *y, *z])
    }
}

/// Hands over what has arrived, and sends what was written. Both wake the stages when somebody can read it.
pub fn deliver(
    carrier: Carrier,
    (mut queue, mut journal, mut ether, mut log): (ResMut<EventQueue>, ResMut<Journal>, ResMut<Ether>, ResMut<AirLog>),
    mut outboxes: Query<(&TwinId, Entity, &mut Outbox)>,
    mut transmitters: Query<&mut Transmitter>,
    mut readers: Readers,
    agenda: Option<ResMut<Agenda>>,
) {
    let now = carrier.clock.now;
    let mut is_told = false;
    let mut arrivals = ether.arrivals(now);
    for Flight { to, arrives, parcel, .. } in arrivals.drain(..) {
        is_told = true;
        hand_over(&carrier, &mut readers, &mut journal, to, (arrives, parcel));
    }
    ether.take_back(arrivals);
    let writers = outboxes.iter().filter(|(.., outbox)| !outbox.0.is_empty());
    let mut writers: Vec<(TwinId, Entity)> = writers.map(|(twin, entity, _)| (*twin, entity)).collect();
    writers.sort_unstable();
    let find = |twin: TwinId| {
        let (position, life) = carrier.places.get(carrier.directory.entity(twin)?).ok()?;
        Some((*position?, life.copied()))
    };
    let nowhere = Physics::default();
    let air = Air {
        now,
        seed: *carrier.seed,
        networks: &carrier.networks,
        physics: carrier.physics.as_deref().unwrap_or(&nowhere),
        stations: if writers.is_empty() { Vec::new() } else { ether::stations(&carrier.networks, find) },
    };
    let tick = carrier.clock.tick;
    let handed_over = |arrives: Time| tick.map_or(arrives, |tick| tick.at_or_after(arrives)).max(now);
    let (mut letters, mut slots) = (Vec::new(), Vec::new());
    for (from, entity) in writers {
        if let Ok((.., mut outbox)) = outboxes.get_mut(entity) {
            std::mem::swap(&mut letters, &mut outbox.0);
        }
        let mut transmitter = transmitters.get_mut(entity).ok();
        let here = transmitter.as_ref().and_then(|_| carrier.place_of(entity));
        for letter in letters.drain(..) {
            let bytes = letter.length();
            let Letter { at, to, content, by, .. } = letter;
            let count = to.len();
            let mut parcel = Some(Parcel { at, from, content });
            let mut sending = transmitter.as_deref_mut().map(|transmitter| {
                air.send(End { twin: from, at: here }, transmitter, bytes, std::mem::take(&mut slots))
            });
            for (place, to) in to.iter().copied().enumerate() {
                let sent = match &mut sending {
                    Some(sending) => sending.to(End { twin: to, at: carrier.place(to) }, by.as_deref()),
                    None => Sent { link: None, signal_dbm: None, tries: 0, fate: without_radio(&air, to) },
                };
                log.note(|| Transmission {
                    at,
                    from,
                    to,
                    topic: parcel.as_ref().map(|parcel| parcel.content.topic()).unwrap_or_default(),
                    link: sent.link.map(|number| air.networks.links[number as usize].name.clone()),
                    bytes,
                    signal_dbm: sent.signal_dbm,
                    tries: sent.tries,
                    fate: sent.fate,
                });
                // The last of its readers gets the very letter, the others a copy.
                let is_last = place + 1 == count;
                let mut taken = || if is_last { parcel.take() } else { parcel.clone() };
                match (sent.fate, sent.link) {
                    (Fate::Arrives(_), None) => {
                        is_told = true;
                        let parcel = taken().expect("it is given away with the last reader");
                        hand_over(&carrier, &mut readers, &mut journal, to, (now, parcel));
                    }
                    _ => {
                        let at = ether.take(&sent, to, taken, handed_over);
                        // Ticks wake by themselves.
                        if let Some(at) = at.filter(|_| tick.is_none()) {
                            queue.wake(at);
                        }
                    }
                }
            }
            if let Some(sending) = sending {
                slots = sending.finish(&mut ether);
            }
        }
        // The emptied list goes back, to spare memory.
        if let Ok((.., mut outbox)) = outboxes.get_mut(entity) {
            std::mem::swap(&mut letters, &mut outbox.0);
        }
    }
    if is_told {
        if let Some(mut agenda) = agenda {
            agenda.next = now;
        }
        queue.wake(now);
    }
}

/// What becomes of a letter of somebody who has no radio: who has one does not hear him.
fn without_radio(air: &Air, to: TwinId) -> Fate {
    if air.networks.of(to).is_empty() { Fate::Arrives(air.now) } else { Fate::NoLink }
}

/// Puts something in, behind all that arrived before or at the same time. Nearly always that is the end.
fn insert<T>(list: &mut Vec<T>, new: T, arrived: impl Fn(&T) -> Time) {
    let mut place = list.len();
    while place > 0 && arrived(&list[place - 1]) > arrived(&new) {
        place -= 1;
    }
    list.insert(place, new);
}

/// Puts something where its reader finds it.
fn hand_over(
    carrier: &Carrier,
    readers: &mut Readers,
    journal: &mut Journal,
    to: TwinId,
    (arrived, parcel): (Time, Parcel),
) {
    let now = carrier.clock.now;
    let entity = carrier.directory.entity(to);
    let reader = entity.and_then(|entity| readers.get_mut(entity).ok());
    let is_active = || {
        let life = entity.and_then(|entity| carrier.places.get(entity).ok()).and_then(|(_, life)| life);
        life.is_none_or(|life| *life == Life::Active)
    };
    let Parcel { at, from, content } = parcel;
    match (content, reader) {
        (Content::Said { topic, values }, Some((Some(mut inbox), _, _, attention))) => {
            insert(&mut inbox.0, Message { at, arrived, from, topic, values }, |message| message.arrived);
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
            journal.note(now, from, "undelivered", format!("{}: nobody there", content.topic()), None);
        }
    }
}
