//! Why a twin that governs signals chose a phase, in words.

use bevy_ecs::prelude::World;

use super::Governing;
use super::settings::{MaxPressure, SignalsPart};
use super::step::{Limit, choose, is_allowed, limit};
use super::view::{View, Views};
use crate::city::streets::Signals;
use crate::city::traffic::Traffic;
use crate::city::traffic::signals::Showing;
use crate::engine::clock::Clock;
use crate::engine::identity::{Directory, TwinId};
use crate::engine::time::Time;
use crate::twin::minds::Weighed;
use crate::twin::step::trace::{Decision, Known, Wanted};

/// What a choice depends on besides what the twin knows.
#[derive(Clone, Copy)]
pub struct Outlook<'a> {
    /// What it has to know of the streets.
    pub view: &'a View,
    /// The signals.
    pub signals: &'a Signals,
    /// What they show.
    pub showing: Showing,
    /// By what it decides.
    pub law: &'a MaxPressure,
    /// The moment.
    pub now: Time,
}

impl<'a> Outlook<'a> {
    /// What a choice depends on now.
    pub fn of(view: &'a View, traffic: &'a Traffic, law: &'a MaxPressure, now: Time) -> Outlook<'a> {
        let signals = &traffic.town().streets.signals[view.signals.index()];
        Outlook { view, signals, showing: traffic.showing()[view.signals.index()], law, now }
    }
}

/// What showing a phase is called.
pub fn course(phase: usize) -> String {
    format!("phase {phase}")
}

/// What a twin would weigh and choose if it decided now, by what it has seen up to now. None if it governs no signals.
pub fn consider(world: &World, twin: TwinId) -> Option<Decision> {
    let twin_entity = world.resource::<Directory>().entity(twin)?;
    let (part, governing) = (world.get::<SignalsPart>(twin_entity)?, world.get::<Governing>(twin_entity)?);
    let (view, traffic) = (world.resource::<Views>().of(twin)?, world.get_resource::<Traffic>()?);
    let outlook = Outlook::of(view, traffic, &part.max_pressure, world.resource::<Clock>().now);
    Some(describe(twin, governing, &outlook))
}

/// What a twin knows, weighs and wants.
pub fn describe(twin: TwinId, governing: &Governing, outlook: &Outlook) -> Decision {
    let Outlook { view, now, showing, .. } = *outlook;
    let chosen = choose(governing, outlook);
    let limit = limit(governing, outlook);
    let own = |lane: &str| view.lanes.iter().any(|(name, _)| **name == *lane);
    let known = governing.known.iter().map(|(lane, queue)| {
        let age = Some((now - queue.seen).seconds());
        // What it was told it believes; its own it sees.
        Known::number(format!("queue({lane})"), queue.vehicles, age, !own(lane))
    });
    let weighed = view.stages.iter().zip(&governing.pressures).enumerate().map(|(stage, (phase, pressure))| Weighed {
        name: course(*phase),
        score: Some(*pressure),
        is_possible: is_allowed(limit, outlook, stage),
        is_chosen: chosen == Some(*phase),
        why: why(limit, outlook, stage),
    });
    let turns_to = chosen.filter(|_| chosen != governing.leads_to);
    Decision {
        at: now,
        twin,
        known: known.collect(),
        weighed: weighed.collect(),
        wanted: turns_to.map(|phase| Wanted::Begin(course(phase))).into_iter().collect(),
        doing: vec![match showing.change {
            Some(change) => format!("{} (amber after {})", course(change.to), course(showing.phase)),
            None => course(showing.phase),
        }],
        outcomes: Vec::new(),
    }
}

/// Why a green phase can be chosen, or not.
fn why(limit: Limit, outlook: &Outlook, stage: usize) -> String {
    let is_allowed = is_allowed(limit, outlook, stage);
    match limit {
        Limit::None => "it may be chosen by its pressure".to_owned(),
        Limit::Changing => "the signals change just now".to_owned(),
        Limit::Short(lasted) => {
            format!("green has lasted {lasted} s, and lasts {} s at least", outlook.law.least_green.seconds())
        }
        Limit::Overdue(turn, since) => {
            let lane = outlook.view.lanes.iter().find(|(_, turns)| turns.contains(&turn)).map_or("", |(name, _)| name);
            let waits = (outlook.now - since).seconds();
            let serves = if is_allowed { "it serves" } else { "it does not serve" };
            format!("{serves} whoever has waited for {waits} s on {lane}")
        }
    }
}
