//! What a twin that governs signals has to know of streets and neighbours: worked out from them, and kept as a cache.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use bevy_ecs::prelude::{Resource, World};

use super::settings::SignalsPart;
use crate::city::streets::{LaneId, SignalsId, Streets, TurnId};
use crate::city::traffic::Traffic;
use crate::city::traffic::signals::changeover::stages;
use crate::engine::identity::{Directory, TwinId};
use crate::twin::life::Life;
use crate::twin::who::To;

/// What one twin has to know.
#[derive(Clone, Debug)]
pub struct View {
    /// What it governs.
    pub signals: SignalsId,
    /// The green phases among which it chooses.
    pub stages: Vec<usize>,
    /// The turns to which its signals show.
    pub turns: Vec<Movement>,
    /// The lanes that lead to its signals, by name, each with the places of its turns.
    pub lanes: Vec<(Arc<str>, Vec<usize>)>,
    /// The twins whose signals feed its lanes, if there are any.
    pub upstream: Option<To>,
}

/// A turn to which signals show.
#[derive(Clone, Debug)]
pub struct Movement {
    /// Which.
    pub turn: TurnId,
    /// The lamp that shows.
    pub lamp: u16,
    /// The lanes of the road to which it leads, by name, each with how many turns lead on.
    pub beyond: Vec<(Arc<str>, f64)>,
}

/// What each twin that governs signals has to know: a cache.
#[derive(Resource, Clone, Debug, Default)]
pub struct Views(Arc<BTreeMap<TwinId, View>>);

impl Views {
    /// What a twin has to know. None if it governs no signals.
    pub fn of(&self, twin: TwinId) -> Option<&View> {
        self.0.get(&twin)
    }

    /// Works it out anew from streets and twins.
    pub fn rebuild(world: &mut World) {
        let views = world.get_resource::<Traffic>().map(|traffic| {
            let streets = &traffic.town().streets;
            let governed: Vec<(TwinId, SignalsId)> = governed(world, streets).collect();
            views(streets, &governed)
        });
        world.insert_resource(Views(Arc::new(views.unwrap_or_default())));
    }
}

/// Which twin governs which signals.
fn governed(world: &World, streets: &Streets) -> impl Iterator<Item = (TwinId, SignalsId)> {
    world.resource::<Directory>().twins().filter_map(|(twin, entity, _)| {
        let part = world.get::<SignalsPart>(entity)?;
        let stays = world.get::<Life>(entity).is_none_or(|life| *life != Life::Retired);
        let signals = (0..).map(SignalsId).zip(&streets.signals).find(|(_, signals)| signals.name == part.of);
        signals.filter(|_| stays).map(|(signals, _)| (twin, signals))
    })
}

fn views(streets: &Streets, governed: &[(TwinId, SignalsId)]) -> BTreeMap<TwinId, View> {
    let mut twins: Vec<Option<TwinId>> = vec![None; streets.signals.len()];
    governed.iter().for_each(|(twin, signals)| twins[signals.index()] = Some(*twin));
    let mut upstream: BTreeMap<TwinId, BTreeSet<TwinId>> = BTreeMap::new();
    for turn in &streets.turns {
        let Some(feeds) = turn.signals.and_then(|(signals, _)| twins[signals.index()]) else { continue };
        let beyond = streets.lanes_of(streets.lane(turn.to).road).filter_map(|lane| signals_of(streets, lane));
        for fed in beyond.filter_map(|signals| twins[signals.index()]).filter(|fed| *fed != feeds) {
            upstream.entry(fed).or_default().insert(feeds);
        }
    }
    let view = |(twin, signals): &(TwinId, SignalsId)| {
        let upstream = upstream.get(twin).map(|twins| twins.iter().copied().collect());
        (*twin, View { upstream, ..view(streets, *signals) })
    };
    governed.iter().map(view).collect()
}

/// What there is to know without neighbours.
fn view(streets: &Streets, signals: SignalsId) -> View {
    let mut turns = Vec::new();
    let mut lanes: Vec<(Arc<str>, Vec<usize>)> = Vec::new();
    for lane in (0..streets.lanes.len() as u32).map(LaneId) {
        let first = turns.len();
        for turn in streets.turns_from(lane) {
            if let Some((_, lamp)) = streets.turn(turn).signals.filter(|(there, _)| *there == signals) {
                let beyond = streets.lanes_of(streets.lane(streets.turn(turn).to).road);
                let beyond = beyond.map(|lane| (streets.lane_name(lane).into(), turns_on(streets, lane))).collect();
                turns.push(Movement { turn, lamp, beyond });
            }
        }
        if turns.len() > first {
            lanes.push((streets.lane_name(lane).into(), (first..turns.len()).collect()));
        }
    }
    let stages = stages(&streets.signals[signals.index()]);
    View { signals, stages, turns, lanes, upstream: None }
}

/// How many turns lead on from a lane: one, where it ends.
fn turns_on(streets: &Streets, lane: LaneId) -> f64 {
    streets.lane(lane).turns.len().max(1) as f64
}

/// The signals at the end of a lane.
fn signals_of(streets: &Streets, lane: LaneId) -> Option<SignalsId> {
    streets.turns_from(lane).find_map(|turn| streets.turn(turn).signals).map(|(signals, _)| signals)
}
