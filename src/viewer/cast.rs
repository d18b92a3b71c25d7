//! The cast: what is on stage now, as far as changes have told.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use bevy::tasks::{ComputeTaskPool, ParallelSliceMut, TaskPool};

use crate::engine::time::{Duration, Time};
use crate::look::model::Berth;
use crate::look::motion::{self, Pose};
use crate::look::sight::{Change, Event, Form, Motion, Sight, ThingId};

/// So many things are placed by one thread at a time.
pub(super) const AT_A_TIME: usize = 1024;

/// A thing on stage.
#[derive(Clone, Debug)]
pub struct Member {
    /// Who.
    pub id: ThingId,
    /// What it is.
    pub form: Arc<Form>,
    /// What it looks like now.
    pub sight: Sight,
    /// Since when it is in its state.
    pub since: Time,
    /// What it was in before.
    pub before: Option<u8>,
}

/// Where a thing is drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Placed {
    /// Where it is.
    pub pose: Pose,
    /// How far it has gone since it set out: metres.
    pub gone: f32,
    /// Whether it is on its way.
    pub moves: bool,
}

/// All things on stage. A thing keeps its number as long as it is there; later another may get it.
#[derive(Default)]
pub struct Cast {
    members: Vec<Option<Member>>,
    numbers: HashMap<ThingId, usize>,
    free: BTreeSet<usize>,
    /// Who is within whom, first come first: by host and berth.
    guests: HashMap<(ThingId, u8), BTreeSet<(Time, ThingId)>>,
    /// What has come or gone since somebody last asked.
    news: Vec<News>,
}

/// That a thing has come or gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum News {
    /// A thing has come, under this number.
    Came(usize),
    /// The thing of this number has gone.
    Went(usize),
}

impl Cast {
    /// Lets a change take effect.
    pub fn apply(&mut self, change: &Change) {
        match &change.event {
            Event::Comes(form) => self.come(change.thing, form.clone(), change.at),
            Event::Looks(sight) => self.look(change.thing, *sight, change.at),
            Event::Moves(motion) => self.move_on(change.thing, *motion),
            Event::Goes => self.go(change.thing),
        }
    }

    /// All that is there, and nobody else of those who can be meant: whoever is there already stays.
    pub fn reset(&mut self, present: &[Change], is_meant: impl Fn(ThingId) -> bool) {
        let stay: HashSet<ThingId> = present.iter().map(|change| change.thing).collect();
        let leave = self.numbers.keys().filter(|id| is_meant(**id) && !stay.contains(id));
        let leave: Vec<ThingId> = leave.copied().collect();
        leave.into_iter().for_each(|id| self.go(id));
        present.iter().for_each(|change| self.apply(change));
    }

    fn come(&mut self, id: ThingId, form: Arc<Form>, at: Time) {
        if let Some(number) = self.number(id) {
            if let Some(member) = self.members[number].as_mut().filter(|member| member.form == form) {
                let former = std::mem::replace(&mut member.sight, Sight::still(Motion::Hidden));
                (member.since, member.before) = (at, None);
                return self.change_host(id, &former.motion, &Motion::Hidden);
            }
            self.go(id);
        }
        let member = Member { id, form, sight: Sight::still(Motion::Hidden), since: at, before: None };
        let number = self.free.pop_first().unwrap_or_else(|| {
            self.members.push(None);
            self.members.len() - 1
        });
        self.members[number] = Some(member);
        self.numbers.insert(id, number);
        self.news.push(News::Came(number));
    }

    fn look(&mut self, id: ThingId, sight: Sight, at: Time) {
        let Some(&number) = self.numbers.get(&id) else { return };
        let Some(member) = self.members[number].as_mut() else { return };
        let former = std::mem::replace(&mut member.sight, sight);
        if former.state != sight.state {
            let shown = former.motion != Motion::Hidden;
            (member.before, member.since) = (shown.then_some(former.state), at);
        }
        if former.motion != sight.motion {
            self.change_host(id, &former.motion, &sight.motion);
        }
    }

    fn move_on(&mut self, id: ThingId, motion: Motion) {
        let Some(&number) = self.numbers.get(&id) else { return };
        let Some(member) = self.members[number].as_mut() else { return };
        let former = std::mem::replace(&mut member.sight.motion, motion);
        self.change_host(id, &former, &motion);
    }

    fn change_host(&mut self, id: ThingId, from: &Motion, to: &Motion) {
        if let Motion::Within { host, berth, since, .. } = *from
            && let Some(guests) = self.guests.get_mut(&(host, berth))
        {
            guests.remove(&(since, id));
            if guests.is_empty() {
                self.guests.remove(&(host, berth));
            }
        }
        if let Motion::Within { host, berth, since, .. } = *to {
            self.guests.entry((host, berth)).or_default().insert((since, id));
        }
    }

    fn go(&mut self, id: ThingId) {
        let Some(number) = self.numbers.remove(&id) else { return };
        if let Some(member) = self.members[number].take() {
            self.change_host(id, &member.sight.motion, &Motion::Hidden);
        }
        self.free.insert(number);
        self.news.push(News::Went(number));
    }

    /// What has come and gone since this was last asked, in order.
    pub fn take_news(&mut self) -> Vec<News> {
        std::mem::take(&mut self.news)
    }

    /// How many numbers there are: each is less than this.
    pub fn numbers(&self) -> usize {
        self.members.len()
    }

    /// The thing of a number.
    pub fn get(&self, number: usize) -> Option<&Member> {
        self.members.get(number)?.as_ref()
    }

    /// The number of a thing.
    pub fn number(&self, thing: ThingId) -> Option<usize> {
        self.numbers.get(&thing).copied()
    }

    /// A thing by its id.
    pub fn find(&self, thing: ThingId) -> Option<&Member> {
        self.get(self.number(thing)?)
    }

    /// All things, by number.
    pub fn iter(&self) -> impl Iterator<Item = (usize, &Member)> {
        self.members.iter().enumerate().filter_map(|(number, member)| Some((number, member.as_ref()?)))
    }

    /// Who is within a thing, berth by berth, first come first.
    pub fn guests(&self, host: ThingId) -> impl Iterator<Item = ThingId> + '_ {
        (0..4_u8).filter_map(move |berth| self.guests.get(&(host, berth))).flatten().map(|&(_, guest)| guest)
    }

    /// Where everything is at a moment, by number; `berths` are those of each thing's model.
    pub fn place<'a>(&self, now: Time, berths: impl Fn(usize) -> &'a [Berth], places: &mut Vec<Option<Placed>>) {
        places.clear();
        places.resize(self.members.len(), None);
        places.par_chunk_map_mut(ComputeTaskPool::get_or_init(TaskPool::default), AT_A_TIME, |index, chunk| {
            for (number, place) in (index * AT_A_TIME..).zip(chunk) {
                let posed = self.get(number).and_then(|member| motion::pose(&member.sight.motion, now));
                *place = posed.map(|(pose, gone, moves)| Placed { pose, gone, moves });
            }
        });
        for &(host, berth) in self.guests.keys() {
            self.place_guests(now, host, berth, &berths, places);
        }
    }

    /// Places those within a thing. A host that is itself within another is not followed further.
    fn place_guests<'a>(
        &self,
        now: Time,
        host: ThingId,
        berth: u8,
        berths: &impl Fn(usize) -> &'a [Berth],
        places: &mut [Option<Placed>],
    ) {
        let Some(host_number) = self.number(host) else { return };
        let Some(Placed { pose, moves, .. }) = places[host_number] else { return };
        let scale = self.get(host_number).map_or(1.0, |member| member.form.scale);
        let Some(berth_at) = berths(host_number).get(berth as usize) else { return };
        let Some(guests) = self.guests.get(&(host, berth)) else { return };
        let mut before = f32::INFINITY;
        for (rank, (_, guest)) in guests.iter().enumerate() {
            let Some(number) = self.number(*guest) else { continue };
            let local = match berth_at {
                Berth::Places(spots) => match spots.get(rank) {
                    Some(spot) => *spot,
                    None => break,
                },
                Berth::Belt { from, to, spacing } => {
                    let Some(way) = self.on_belt(*guest, now) else { continue };
                    let length = (0..3).map(|axis| (to[axis] - from[axis]).powi(2)).sum::<f32>().sqrt();
                    let at = (way * length).min(before - spacing).max(0.0);
                    before = at;
                    let share = at / length.max(1e-6);
                    std::array::from_fn(|axis| from[axis] + (to[axis] - from[axis]) * share)
                }
            };
            let at = pose.point(local.map(|part| part * scale));
            places[number] = Some(Placed { pose: Pose { at, heading: pose.heading }, gone: 0.0, moves });
        }
    }

    /// The share of a belt that a thing has behind it, if nobody is in its way.
    fn on_belt(&self, guest: ThingId, now: Time) -> Option<f32> {
        let Motion::Within { since, until, .. } = self.find(guest)?.sight.motion else { return None };
        let ride = (until - since).max(Duration::from_nanos(1));
        Some(((now - since).seconds() / ride.seconds()).clamp(0.0, 1.0) as f32)
    }
}
