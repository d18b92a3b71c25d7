//! Alarms of wearables, which escalate as long as nobody answers: lamp and sound, then a call, then a report.
//!
//! Who answers is a twin (the commands `acknowledge` and `help`), or a formula: the time after which somebody does at that step.

use bevy_ecs::prelude::{Resource, World};
use serde::{Deserialize, Serialize};

use super::falls::{self, Fallen};
use super::incidents::{Incidents, Opening, Rule};
use super::plugin::Happenings;
use super::settings::{Escalation, Safety, Step};
use super::wearable::Worn;
use crate::engine::clock::Clock;
use crate::engine::identity::{Directory, TwinId};
use crate::engine::journal::Journal;
use crate::engine::queue::{Event, EventQueue};
use crate::engine::random::{Purpose, Seed};
use crate::engine::time::Time;
use crate::world::position::Position;

/// What an alarm is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum About {
    /// A zone, by its number.
    Zone(u16),
    /// A fall.
    Fall,
}

/// An alarm that nobody has answered yet.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Alarm {
    /// Its incident.
    pub incident: u64,
    /// Whose wearable.
    pub twin: TwinId,
    /// About what.
    pub about: About,
    /// Since when.
    pub since: Time,
    /// Which step of the escalation, from 0.
    pub step: u8,
    /// Where the wearable is, as far as it knows: metres.
    pub at: [f64; 2],
}

/// All alarms that nobody has answered, and how many there have been since counting began.
#[derive(Resource, Clone, Debug, Default, Serialize, Deserialize)]
pub struct Alarms {
    /// By incident.
    pub open: Vec<Alarm>,
    /// How many were given.
    pub raised: u64,
    /// How many of them without reason.
    pub mistaken: u64,
    /// How many were answered, at each step.
    pub answered: Vec<u64>,
    /// How many were over before anybody answered.
    pub over: u64,
    /// How long those waited that were answered: nanoseconds.
    pub waited: i64,
}

impl Alarms {
    /// Those to which guards are called, the oldest first.
    pub fn called<'a>(&'a self, safety: &'a Safety) -> impl Iterator<Item = &'a Alarm> {
        let Escalation(steps) = &safety.escalation;
        self.open.iter().filter(|alarm| steps.get(alarm.step as usize).is_some_and(|step| step.calls))
    }

    /// Starts counting afresh, at the end of the warm-up.
    pub fn count_afresh(&mut self) {
        let open = std::mem::take(&mut self.open);
        *self = Alarms { raised: open.len() as u64, open, ..Alarms::default() };
    }
}

const ANSWER: Purpose = Purpose::new("alarm.answer");

/// Gives an alarm.
pub(super) fn raise(
    world: &mut World,
    twin: TwinId,
    about: About,
    begun: Time,
    at: [f64; 2],
    worst: f64,
    is_true: bool,
) {
    let now = world.resource::<Clock>().now;
    let height = height(world, twin);
    let (rule, zone) = match about {
        About::Zone(zone) => (Rule::Zone, Some(zone)),
        About::Fall => (Rule::Fall, None),
    };
    let opening = Opening { rule, twins: [twin, TwinId::NONE], begun, at: [at[0], at[1], height], worst, zone };
    let incident = world.resource_mut::<Incidents>().open(now, opening);
    let mut alarms = world.resource_mut::<Alarms>();
    alarms.raised += 1;
    alarms.mistaken += u64::from(!is_true);
    alarms.open.push(Alarm { incident, twin, about, since: now, step: 0, at });
    begin_step(world, incident);
}

fn height(world: &World, twin: TwinId) -> f64 {
    let entity = world.resource::<Directory>().entity(twin);
    entity.and_then(|entity| world.get::<Position>(entity)).map_or(0.0, |position| position.z)
}

/// The step at which an alarm is begins: what is done is noted, and it is planned when it is over.
fn begin_step(world: &mut World, incident: u64) {
    let now = world.resource::<Clock>().now;
    let Some(alarm) = world.resource::<Alarms>().open.iter().find(|alarm| alarm.incident == incident).copied() else {
        return;
    };
    let steps = &world.resource::<Safety>().escalation.0;
    let Some(Step { what, lasts, answered, .. }) = steps.get(alarm.step as usize).cloned() else { return };
    let is_last = alarm.step as usize + 1 == steps.len();
    let lasts = lasts.filter(|_| !is_last);
    let cause = match alarm.about {
        About::Zone(zone) => world.resource::<Safety>().zones.keys().nth(zone as usize).cloned().unwrap_or_default(),
        About::Fall => "fall".to_owned(),
    };
    world.resource_mut::<Journal>().note(now, alarm.twin, what, cause, Some(incident as f64));
    show(world, alarm.twin);
    let Happenings { escalate, answer, .. } = *world.resource::<Happenings>();
    let arg = incident << 8 | u64::from(alarm.step);
    let event = |kind, after| Event { at: now + after, kind, twin: alarm.twin, arg };
    if let Some(lasts) = lasts {
        world.resource_mut::<EventQueue>().push(event(escalate, lasts));
    }
    if let Some(answered) = answered {
        let after = answered.sample(&mut world.resource::<Seed>().stream(incident, ANSWER, u64::from(alarm.step)));
        if lasts.is_none_or(|lasts| after < lasts) {
            world.resource_mut::<EventQueue>().push(event(answer, after));
        }
    }
}

/// The alarm and the step that an event is about, if it is still there.
fn meant(world: &World, event: Event) -> Option<u64> {
    let (incident, step) = (event.arg >> 8, event.arg as u8);
    let mut open = world.resource::<Alarms>().open.iter();
    open.any(|alarm| alarm.incident == incident && alarm.step == step).then_some(incident)
}

/// Nobody has answered: the next step.
pub(super) fn escalate(world: &mut World, event: Event) {
    let Some(incident) = meant(world, event) else { return };
    let mut alarms = world.resource_mut::<Alarms>();
    alarms.open.iter_mut().filter(|alarm| alarm.incident == incident).for_each(|alarm| alarm.step += 1);
    begin_step(world, incident);
}

/// Somebody answers who is no twin, and helps.
pub(super) fn answer(world: &mut World, event: Event) {
    if let Some(incident) = meant(world, event) {
        answered(world, incident, "answered");
        falls::get_up(world, event.twin, "helped");
    }
}

/// Somebody has answered an alarm.
fn answered(world: &mut World, incident: u64, cause: &str) {
    let now = world.resource::<Clock>().now;
    let Some(alarm) = take(world, incident) else { return };
    let mut alarms = world.resource_mut::<Alarms>();
    let step = alarm.step as usize;
    if alarms.answered.len() <= step {
        alarms.answered.resize(step + 1, 0);
    }
    alarms.answered[step] += 1;
    alarms.waited += (now - alarm.since).nanos();
    let waited = (now - alarm.since).seconds();
    worsen(world, &alarm, now);
    world.resource_mut::<Journal>().note(now, alarm.twin, "alarm answered", cause.to_owned(), Some(waited));
    world.resource_mut::<Incidents>().end(Some(incident), now, cause);
}

/// How long somebody has lain on the floor by now.
fn worsen(world: &mut World, alarm: &Alarm, now: Time) {
    let entity = world.resource::<Directory>().entity(alarm.twin).filter(|_| alarm.about == About::Fall);
    let since = entity.and_then(|entity| world.get::<Fallen>(entity)?.since);
    let Some(lay) = since.map(|since| (now - since).seconds()) else { return };
    let at = world.resource::<Incidents>().open.get(&alarm.incident).map_or([0.0; 3], |incident| incident.at);
    world.resource_mut::<Incidents>().worsen(Some(alarm.incident), lay, at);
}

/// Takes an alarm out.
fn take(world: &mut World, incident: u64) -> Option<Alarm> {
    let mut alarms = world.resource_mut::<Alarms>();
    let place = alarms.open.iter().position(|alarm| alarm.incident == incident)?;
    let alarm = alarms.open.remove(place);
    show(world, alarm.twin);
    Some(alarm)
}

/// What is over before anybody has answered.
fn is_over(world: &mut World, incident: u64, now: Time, cause: &str) {
    if take(world, incident).is_some() {
        world.resource_mut::<Alarms>().over += 1;
    }
    world.resource_mut::<Incidents>().end(Some(incident), now, cause);
}

fn of_twin(world: &World, twin: TwinId) -> Vec<Alarm> {
    world.resource::<Alarms>().open.iter().filter(|alarm| alarm.twin == twin).copied().collect()
}

/// Somebody answers all alarms of a twin. Returns how many there were.
pub(super) fn acknowledge(world: &mut World, twin: TwinId, cause: &str) -> usize {
    let alarms = of_twin(world, twin);
    alarms.iter().for_each(|alarm| answered(world, alarm.incident, cause));
    alarms.len()
}

/// A wearer is inside again.
pub(super) fn back_inside(world: &mut World, twin: TwinId, zone: u16, now: Time) {
    let alarms = of_twin(world, twin);
    let ended = alarms.iter().filter(|alarm| alarm.about == About::Zone(zone));
    ended.for_each(|alarm| is_over(world, alarm.incident, now, "back again"));
}

/// Whoever fell is on its feet again.
pub(super) fn fall_is_over(world: &mut World, twin: TwinId, since: Time, now: Time, cause: &str) {
    let falls = of_twin(world, twin).into_iter().filter(|alarm| alarm.about == About::Fall && alarm.since >= since);
    for alarm in falls {
        worsen(world, &alarm, now);
        is_over(world, alarm.incident, now, cause);
    }
}

/// A wearer leaves the world.
pub(super) fn leave(world: &mut World, twin: TwinId) {
    let now = world.resource::<Clock>().now;
    of_twin(world, twin).iter().for_each(|alarm| is_over(world, alarm.incident, now, "left"));
}

/// Lets a wearable show how far its alarm has come.
fn show(world: &mut World, twin: TwinId) {
    let step = of_twin(world, twin).iter().map(|alarm| u32::from(alarm.step) + 1).max().unwrap_or(0);
    let entity = world.resource::<Directory>().entity(twin);
    if let Some(mut worn) = entity.and_then(|entity| world.get_mut::<Worn>(entity)) {
        worn.step = step;
    }
}
