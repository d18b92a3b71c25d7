//! What twins that govern signals do when they are due.

use std::sync::Arc;

use bevy_ecs::prelude::{Query, Res, ResMut};

use super::pressure::{greatest, pressure, weight};
use super::reasons::{self, Outlook};
use super::settings::{MaxPressure, SignalsPart};
use super::view::{View, Views};
use super::{Governing, Queue};
use crate::city::streets::Signals;
use crate::city::traffic::Traffic;
use crate::city::traffic::signals::{Lead, Showing};
use crate::engine::clock::Clock;
use crate::engine::identity::TwinId;
use crate::engine::queue::EventQueue;
use crate::engine::time::Time;
use crate::twin::actions::Outcome;
use crate::twin::life::Life;
use crate::twin::messages::{Inbox, Letter, Outbox, Values};
use crate::twin::step::trace::Tracing;

/// What letters are about in which neighbours tell each other of their queues.
pub const TOPIC: &str = "queues";

/// A twin that governs signals.
type Governor = (&'static TwinId, &'static SignalsPart, &'static Life, &'static mut Governing);

impl Governing {
    /// Whether it decides now.
    fn is_due(&self, life: Life, now: Time) -> bool {
        life == Life::Active && self.next <= now
    }

    /// Sees the queues before its signals.
    fn see(&mut self, view: &View, traffic: &Traffic, law: &MaxPressure, now: Time) {
        self.queues.clear();
        self.queues.extend(view.turns.iter().map(|movement| traffic.queue(movement.turn, law.sees) as f64));
        self.waits_since.resize(view.turns.len(), None);
        let signals = &traffic.town().streets.signals[view.signals.index()];
        let showing = traffic.showing()[view.signals.index()];
        for ((movement, queue), since) in view.turns.iter().zip(&self.queues).zip(&mut self.waits_since) {
            let waits = *queue > 0.0 && !showing.lamp(signals, movement.lamp).is_open();
            *since = waits.then(|| since.unwrap_or(now));
        }
        for (lane, turns) in &view.lanes {
            let vehicles = turns.iter().map(|turn| self.queues[*turn]).sum();
            self.known.insert(lane.clone(), Queue { vehicles, seen: now });
        }
    }

    /// The pressure of each green phase, by what it knows.
    fn press(&mut self, view: &View, signals: &Signals, law: &MaxPressure) {
        let known = |(lane, turns): &(Arc<str>, f64)| self.known.get(lane).map_or(0.0, |queue| queue.vehicles / turns);
        let turns = view.turns.iter().zip(&self.queues);
        let weights: Vec<(f64, u16)> =
            turns.map(|(movement, queue)| (weight(*queue, movement.beyond.iter().map(known)), movement.lamp)).collect();
        let pressed = |stage: &usize| {
            let shown = |lamp: u16| Showing::steady(*stage, 0.0).lamp(signals, lamp);
            pressure(weights.iter().map(|(weight, lamp)| (*weight, shown(*lamp))), law.yielding)
        };
        self.pressures = view.stages.iter().map(pressed).collect();
    }
}

/// Why a twin may choose among some of its green phases only.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Limit {
    /// It may choose among all.
    None,
    /// Its signals change just now.
    Changing,
    /// Green has been shown for so many seconds only.
    Short(f64),
    /// Somebody has waited too long for a turn: its place among its turns, and since when.
    Overdue(usize, Time),
}

/// What limits a choice now.
pub fn limit(governing: &Governing, outlook: &Outlook) -> Limit {
    let Outlook { view, signals, showing, law, now } = *outlook;
    let lasted = now.seconds() - showing.since;
    if showing.change.is_some() || !view.stages.contains(&showing.phase) {
        return Limit::Changing;
    }
    if lasted < law.least_green.seconds() {
        return Limit::Short(lasted);
    }
    let can_be_served = |turn: usize| view.stages.iter().any(|stage| opens(signals, *stage, view.turns[turn].lamp));
    let waits = governing.waits_since.iter().enumerate().filter_map(|(turn, since)| Some((turn, (*since)?)));
    let overdue = waits.filter(|(turn, since)| *since + law.most_red <= now && can_be_served(*turn));
    overdue.min_by_key(|(turn, since)| (*since, *turn)).map_or(Limit::None, |(turn, since)| Limit::Overdue(turn, since))
}

/// Whether a green phase lets go who waits at a lamp.
fn opens(signals: &Signals, stage: usize, lamp: u16) -> bool {
    Showing::steady(stage, 0.0).lamp(signals, lamp).is_open()
}

/// Whether a green phase, by its place, can be chosen.
pub fn is_allowed(limit: Limit, outlook: &Outlook, stage: usize) -> bool {
    let phase = outlook.view.stages[stage];
    match limit {
        Limit::None => true,
        Limit::Changing => false,
        Limit::Short(_) => phase == outlook.showing.phase,
        Limit::Overdue(turn, _) => opens(outlook.signals, phase, outlook.view.turns[turn].lamp),
    }
}

/// The phase that is to be shown: as before, if none can be chosen.
pub fn choose(governing: &Governing, outlook: &Outlook) -> Option<usize> {
    let stages = &outlook.view.stages;
    let present = stages.iter().position(|stage| *stage == outlook.showing.phase).unwrap_or(stages.len());
    let limit = limit(governing, outlook);
    let chosen = greatest(&governing.pressures, present, |stage| is_allowed(limit, outlook, stage));
    chosen.map(|stage| stages[stage]).or(governing.wants)
}

/// Whether any twin that governs signals decides now.
pub fn is_anybody_due(clock: Res<Clock>, twins: Query<(&Governing, &Life)>) -> bool {
    twins.iter().any(|(governing, life)| governing.is_due(*life, clock.now))
}

/// Takes in what neighbours tell.
pub fn hear(mut twins: Query<(&mut Governing, &mut Inbox)>) {
    for (mut governing, mut inbox) in &mut twins {
        for message in inbox.0.extract_if(.., |message| *message.said.topic == *TOPIC) {
            for (lane, vehicles) in message.said.values.iter() {
                let queue = Queue { vehicles, seen: message.at };
                match governing.known.get_mut(lane) {
                    Some(known) => *known = queue,
                    None => {
                        governing.known.insert(lane.into(), queue);
                    }
                }
            }
        }
    }
}

/// Sees the queues.
pub fn see(clock: Res<Clock>, traffic: Option<Res<Traffic>>, views: Res<Views>, mut twins: Query<Governor>) {
    let Some(traffic) = traffic else { return };
    for (twin, part, life, mut governing) in &mut twins {
        if let Some(view) = views.of(*twin).filter(|_| governing.is_due(*life, clock.now)) {
            governing.see(view, &traffic, &part.max_pressure, clock.now);
        }
    }
}

/// Works out the pressures.
pub fn press(clock: Res<Clock>, traffic: Option<Res<Traffic>>, views: Res<Views>, mut twins: Query<Governor>) {
    let Some(traffic) = traffic else { return };
    for (twin, part, life, mut governing) in &mut twins {
        if let Some(view) = views.of(*twin).filter(|_| governing.is_due(*life, clock.now)) {
            let signals = &traffic.town().streets.signals[view.signals.index()];
            governing.press(view, signals, &part.max_pressure);
        }
    }
}

/// Chooses a phase, and notes why for those who want to know.
pub fn decide(
    clock: Res<Clock>,
    traffic: Option<Res<Traffic>>,
    views: Res<Views>,
    tracing: Res<Tracing>,
    mut twins: Query<Governor>,
) {
    let Some(traffic) = traffic else { return };
    for (twin, part, life, mut governing) in &mut twins {
        if let Some(view) = views.of(*twin).filter(|_| governing.is_due(*life, clock.now)) {
            let outlook = Outlook::of(view, &traffic, &part.max_pressure, clock.now);
            let wants = choose(&governing, &outlook);
            if tracing.follows(*twin) {
                tracing.note(reasons::describe(*twin, &governing, &outlook));
            }
            governing.wants = wants;
        }
    }
}

/// Tells those upstream how long the queues before its signals are, and asks to be heard now, and woken when it decides next.
pub fn tell(
    clock: Res<Clock>,
    traffic: Option<Res<Traffic>>,
    views: Res<Views>,
    mut queue: ResMut<EventQueue>,
    mut twins: Query<(Governor, &mut Outbox)>,
) {
    let now = clock.now;
    let mut next = Time::NEVER;
    for ((twin, part, life, mut governing), mut outbox) in &mut twins {
        if !governing.is_due(*life, now) {
            continue;
        }
        governing.next = now + part.max_pressure.every;
        next = next.min(governing.next);
        let Some(view) = views.of(*twin) else { continue };
        let Some(upstream) = view.upstream.clone() else { continue };
        let queue = |lane: &Arc<str>| Some((lane.clone(), governing.known.get(lane)?.vehicles));
        let queues: Values = view.lanes.iter().filter_map(|(lane, _)| queue(lane)).collect();
        outbox.0.push(Letter::new(now, upstream, TOPIC, queues));
    }
    queue.wake(now);
    // Once nobody will ever come any more the world may end.
    if traffic.is_some_and(|traffic| !traffic.is_over()) {
        queue.wake(next);
    }
}

/// Leads traffic to the phases that are wanted.
pub fn lead(
    clock: Res<Clock>,
    traffic: Option<ResMut<Traffic>>,
    views: Res<Views>,
    mut tracing: ResMut<Tracing>,
    mut twins: Query<(&TwinId, &mut Governing)>,
) {
    let (now, Some(mut traffic)) = (clock.now, traffic) else { return };
    let turning = twins.iter_mut().filter(|(_, governing)| governing.wants != governing.leads_to);
    let mut turning: Vec<_> = turning.collect();
    turning.sort_unstable_by_key(|(twin, _)| **twin);
    for (twin, mut governing) in turning {
        let (Some(view), Some(phase)) = (views.of(*twin), governing.wants) else { continue };
        traffic.lead(view.signals, Lead::To(phase));
        tracing.end(now, *twin, governing.changes, "", &Outcome::Done);
        governing.changes += 1;
        tracing.begin(now, *twin, governing.changes, &reasons::course(phase));
        governing.leads_to = Some(phase);
    }
}
