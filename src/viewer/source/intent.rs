//! What a twin is about: what it weighs, where it goes, and how far its sensors see.

use std::collections::VecDeque;

use bevy_ecs::prelude::{Mut, World};

use crate::engine::clock::Clock;
use crate::engine::identity::{Directory, TwinId};
use crate::twin::faculties::FacultyTable;
use crate::twin::sensors::Cone;
use crate::twin::sensors::imperfection::Measured;
use crate::twin::step::trace::{Decision, Deed, Followed, Tracing, consider};
use crate::twin::who::TwinSet;
use crate::world::space::Point;
use crate::world::travel::Travel;

/// What a twin with faculties is about.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Intent {
    /// What it knows and weighs, if it has a mind.
    pub weighs: Option<Decision>,
    /// The corners of its way, from where it is: metres. Empty while it stands.
    pub route: Vec<Point>,
    /// What its sensors of proximity see.
    pub cones: Vec<Cone>,
    /// The last decision by which it wanted anything, since somebody asked.
    pub turn: Option<Decision>,
    /// What it did and how that ended, since somebody asked: the last first.
    pub over: Vec<Deed>,
}

/// What a twin has decided and done since somebody asked for it.
#[derive(Default)]
pub struct Lately {
    of: Option<TwinId>,
    turn: Option<Decision>,
    over: VecDeque<Deed>,
}

/// How much of what is over is told.
const MOST_OVER: usize = 5;

impl Lately {
    /// Takes note of what whoever is asked for has decided and done. Nobody else is followed.
    pub fn look(&mut self, world: &mut World, asked: Option<TwinId>) {
        let is_new = self.of != asked;
        if is_new {
            *self = Lately { of: asked, ..Lately::default() };
            let followed = asked.map_or(Followed::Nobody, |twin| Followed::Some(TwinSet::new(vec![twin])));
            world.resource_mut::<Tracing>().follow(followed);
        }
        if asked.is_none() && !is_new {
            return;
        }
        world.resource_scope(|world, mut tracing: Mut<Tracing>| {
            let decisions = tracing.take_decisions(world.resource::<Directory>());
            let ours = |twin: TwinId| Some(twin) == asked;
            let mut turns = decisions.into_iter().filter(|decision| ours(decision.twin) && !decision.wanted.is_empty());
            self.turn = turns.next_back().or(self.turn.take());
            self.over.extend(tracing.take_deeds().into_iter().filter(|deed| ours(deed.twin)));
            self.over.drain(..self.over.len().saturating_sub(MOST_OVER));
        });
    }
}

/// What a twin is about now. None if it neither senses nor decides nor goes anywhere.
pub fn intent_of(world: &World, twin: TwinId, lately: &Lately) -> Option<Intent> {
    let parts = world.entity(world.resource::<Directory>().entity(twin)?);
    let now = world.resource::<Clock>().now;
    let make = world.resource::<FacultyTable>().of(twin);
    let travel = parts.get::<Travel>();
    let weighs = consider(world, twin);
    if make.is_none() && travel.is_none() && weighs.is_none() {
        return None;
    }
    let on = travel.and_then(|travel| Some((travel, travel.at(now)?)));
    let route = on
        .into_iter()
        .flat_map(|(travel, on)| std::iter::once(on.at).chain(travel.legs[on.leg..].iter().map(|leg| leg.to)));
    let instruments = make.into_iter().flat_map(|make| &make.instruments);
    let cones = instruments.filter_map(|instrument| match &instrument.measured {
        Measured::World(sensor) => sensor.cone(),
        Measured::Formula(_) => None,
    });
    Some(Intent {
        weighs,
        route: route.collect(),
        cones: cones.collect(),
        turn: lately.turn.clone(),
        over: lately.over.iter().rev().cloned().collect(),
    })
}
