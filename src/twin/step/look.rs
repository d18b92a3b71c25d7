//! Twins look around: their sensors measure, and what was on its way arrives.

use bevy_ecs::prelude::{Query, Res};
use rayon::prelude::*;

use crate::engine::clock::Clock;
use crate::engine::identity::TwinId;
use crate::engine::parallel::Pool;
use crate::engine::time::Time;
use crate::twin::faculties::{ASKED, Ask, Faculties, FacultyTable};
use crate::twin::knowledge::{Attention, Knowledge};
use crate::twin::messages::Inbox;
use crate::twin::quantities::Levels;
use crate::twin::sensors::imperfection::Measured;
use crate::twin::source::{Surroundings, View};
use crate::world::position::Position;

/// A twin that looks around, with what it alone knows and writes.
struct Eyes<'a> {
    attention: &'a mut Attention,
    knowledge: &'a mut Knowledge,
    levels: &'a mut Levels,
    inbox: &'a mut Inbox,
}

/// Whoever looks around.
type Looking = (
    &'static TwinId,
    Option<&'static Position>,
    &'static mut Attention,
    &'static mut Knowledge,
    &'static mut Levels,
    &'static mut Inbox,
);

/// Lets everybody look around who is due.
pub fn look(
    clock: Res<Clock>,
    table: Res<FacultyTable>,
    pool: Res<Pool>,
    surroundings: Surroundings,
    mut twins: Query<Looking>,
) {
    let now = clock.now;
    for (ids, positions, mut attentions, mut knowledge, mut levels, mut inboxes) in
        twins.contiguous_iter_mut().into_iter().flatten()
    {
        let rows = ids
            .par_iter()
            .zip(attentions.bypass_change_detection().par_iter_mut())
            .zip(knowledge.bypass_change_detection().par_iter_mut())
            .zip(levels.bypass_change_detection().par_iter_mut())
            .zip(inboxes.bypass_change_detection().par_iter_mut())
            .enumerate();
        pool.for_rows(rows, |(row, ((((twin, attention), knowledge), levels), inbox))| {
            if !attention.is_due(now) {
                return;
            }
            let Some(make) = table.of(*twin) else { return };
            let position = positions.map(|positions| &positions[row]);
            let view = View::of(&surroundings, *twin, position, now);
            look_around(make, &view, Eyes { attention, knowledge, levels, inbox });
        });
    }
}

fn look_around(make: &Faculties, view: &View, eyes: Eyes) {
    let Eyes { attention, knowledge, levels, inbox } = eyes;
    let now = view.now;
    let messages = std::mem::take(&mut inbox.0);
    let view = &view.with_messages(&messages);
    knowledge.fresh = ASKED;
    arrive(make, knowledge, now);
    for (number, instrument) in make.instruments.iter().enumerate() {
        let is_measured = matches!(instrument.measured, Measured::World(_));
        if is_measured
            && instrument.is_due(knowledge, now)
            && instrument.measure(number, view, knowledge, &mut levels.values)
        {
            knowledge.fresh |= 1 << number;
        }
    }
    for (ask, slot) in &make.asks {
        knowledge.values[*slot] = match ask {
            Ask::World(source) => source.read(view),
            Ask::Age(clock) => age(knowledge.times[*clock], now),
        };
    }
    for (number, instrument) in make.instruments.iter().enumerate() {
        let follows = matches!(instrument.measured, Measured::Formula(_));
        if follows
            && instrument.is_due(knowledge, now)
            && instrument.measure(number, view, knowledge, &mut levels.values)
        {
            knowledge.fresh |= 1 << number;
        }
    }
    let measured = make.instruments.iter().filter(|instrument| instrument.every.is_some());
    let next = measured.map(|instrument| knowledge.times[instrument.next]).min().unwrap_or(Time::NEVER);
    attention.sense = knowledge.pending.first().map_or(next, |pending| next.min(pending.arrives));
    inbox.0 = keep(make, messages, now, knowledge);
}

/// How long ago something was seen: seconds. Infinite if it never was.
fn age(seen: Time, now: Time) -> f64 {
    if seen < Time::ZERO { f64::INFINITY } else { (now - seen).seconds() }
}

/// What was on its way is told.
fn arrive(make: &Faculties, knowledge: &mut Knowledge, now: Time) {
    while let Some(&pending) = knowledge.pending.first().filter(|pending| pending.arrives <= now) {
        knowledge.pending.remove(0);
        if let Some(instrument) = make.instruments.get(pending.sensor as usize) {
            let is_news = instrument.tell(knowledge, &pending.values, pending.seen);
            knowledge.fresh |= u64::from(is_news) << pending.sensor;
        }
    }
}

/// The messages that are still to be read: those about a topic whose sensor reads now and then only. What nobody listens to
/// is dropped.
fn keep(
    make: &Faculties,
    mut messages: Vec<crate::twin::messages::Message>,
    now: Time,
    knowledge: &Knowledge,
) -> Vec<crate::twin::messages::Message> {
    if messages.is_empty() {
        return messages;
    }
    let listens = |topic: &str| {
        make.instruments.iter().any(|instrument| {
            let Measured::World(sensor) = &instrument.measured else { return false };
            // A sensor that was due has read them just now, and will be due later again.
            let has_read = instrument.every.is_none() || knowledge.times[instrument.seen] == now;
            sensor.listens_to() == Some(topic) && !has_read
        })
    };
    messages.retain(|message| listens(&message.said.topic));
    messages
}
