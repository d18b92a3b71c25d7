//! Managers and contractors hear each other, and say what is due: each by itself, side by side with all others.

use std::sync::Arc;

use bevy_ecs::prelude::{Query, Res};

use super::book::Missions;
use super::duties::{Duties, Duty, Entry, Ledger};
use crate::engine::clock::Clock;
use crate::engine::identity::TwinId;
use crate::engine::parallel::Pool;
use crate::engine::time::Time;
use crate::twin::contracts::contractor::{Begun, Body, Heard};
use crate::twin::contracts::manager::{Desk, Manager, ManagerSpec, News, Offer, Said};
use crate::twin::contracts::notice::{Bid, MissionId, Notice};
use crate::twin::faculties::{FacultyTable, Taking};
use crate::twin::knowledge::{Attention, Knowledge};
use crate::twin::messages::{Content, Letter, Outbox, Post};
use crate::twin::missions::duties::OFFER;
use crate::twin::step::think::Stirred;
use crate::twin::who::To;
use crate::world::position::Position;
use crate::world::space::{Point, distance};

/// Whoever hands missions out or takes them on.
type Talking = (
    &'static TwinId,
    &'static mut Attention,
    &'static mut Post,
    &'static mut Outbox,
    &'static mut Ledger,
    Option<&'static mut Knowledge>,
    Option<&'static Position>,
    Option<(&'static ManagerSpec, &'static mut Manager)>,
    Option<&'static mut Duties>,
);

/// Lets managers and contractors hear what has come, and say what is due.
pub fn talk(
    (clock, table, pool, missions): (Res<Clock>, Res<FacultyTable>, Res<Pool>, Res<Missions>),
    stirred: Res<Stirred>,
    mut twins: Query<Talking>,
) {
    let now = clock.now;
    let rounded = |at: Time| clock.tick.map_or(at, |tick| if at == Time::NEVER { at } else { tick.at_or_after(at) });
    pool.for_each(
        &mut twins,
        |(twin, mut attention, mut post, mut outbox, mut ledger, knowledge, position, manager, duties)| {
            if !attention.is_due(now) {
                return;
            }
            let heard = if attention.talk <= now { std::mem::take(&mut post.0) } else { Vec::new() };
            let talks = attention.talk <= now;
            let (before, noted) = (outbox.0.len(), ledger.0.len());
            let mut next = Time::NEVER;
            if let Some((terms, mut manager)) = manager {
                if talks {
                    let mut said = Said { notices: Vec::new(), news: Vec::new() };
                    let offer = |mission: MissionId| offer_of(&missions, mission);
                    let desk = Desk { terms, now, offer: &offer };
                    heard.iter().for_each(|told| manager.hear(told.from, &told.notice, desk, &mut said));
                    manager.pass(desk, &mut said);
                    send(&mut outbox, now, said.notices);
                    ledger.0.extend(said.news.into_iter().map(Entry::News));
                }
                next = next.min(manager.next(terms));
            }
            let taking = table.of(*twin).and_then(|make| make.taking.as_ref());
            if let (Some(mut duties), Some(mut knowledge), Some(taking)) = (duties, knowledge, taking) {
                if talks {
                    let here = position.map(|Position { x, y, z, .. }| [*x, *y, *z]);
                    let mut said = Said { notices: Vec::new(), news: Vec::new() };
                    let Duties { held, side, .. } = &mut *duties;
                    let mut body = Contracting {
                        taking,
                        values: &mut knowledge.values,
                        missions: &missions,
                        held: held.len(),
                        here,
                        after: held.iter().rev().find_map(|duty| duty.tasks.last()).map(|task| task.at).or(here),
                        now,
                    };
                    for told in &heard {
                        side.hear(told.from, &told.notice, now, &mut body, &mut said);
                        // What it has just taken on leaves less room for what it hears next.
                        body.held = held.len() + said.news.len();
                    }
                    side.pass(now, &mut said);
                    send(&mut outbox, now, said.notices);
                    for Begun { mission, price, .. } in said.news {
                        // It may have been called off while this was under way.
                        if missions.get(mission).stage.is_over() {
                            let mut said = Said { notices: Vec::new(), news: Vec::new() };
                            duties.side.end(mission, false, now, &mut said);
                            send(&mut outbox, now, said.notices);
                            continue;
                        }
                        duties.add(Duty::new(mission, missions.get(mission)), taking.preempts);
                        ledger.0.push(Entry::Began(mission, price));
                    }
                }
                next = next.min(duties.side.next());
                let first = duties.held.first().map(|duty| (duty.mission, duty.kind));
                if let Some((mission, kind)) = first
                    && let Some(Some(goal)) = taking.goals.get(kind as usize)
                    && goal.holds(&knowledge.values)
                {
                    ledger.0.push(Entry::Reached(mission));
                }
            }
            attention.talk = rounded(next);
            if outbox.0.len() > before || ledger.0.len() > noted {
                stirred.stir();
            }
        },
    );
}

/// Writes notices as letters.
pub(super) fn send(outbox: &mut Outbox, now: Time, notices: Vec<(To, Notice)>) {
    outbox.0.extend(notices.into_iter().map(|(to, notice)| Letter::of(now, to, Content::Contract(Arc::new(notice)))));
}

fn offer_of(missions: &Missions, mission: MissionId) -> Offer {
    let mission = missions.get(mission);
    Offer { reward: mission.reward, deadline: mission.deadline, whom: mission.whom.clone() }
}

/// A twin that hears of missions: what it would bid for them.
pub struct Contracting<'a> {
    /// What it makes of missions.
    pub taking: &'a Taking,
    /// What it knows.
    pub values: &'a mut [f64],
    /// All missions.
    pub missions: &'a Missions,
    /// How many it has.
    pub held: usize,
    /// Where it is.
    pub here: Option<Point>,
    /// Where it will be when all that it has is done.
    pub after: Option<Point>,
    /// Now.
    pub now: Time,
}

impl Contracting<'_> {
    /// What some missions together would cost it; none if it does not want them.
    pub fn cost(&mut self, which: &[MissionId]) -> Option<f64> {
        let missions: Vec<_> = which.iter().map(|mission| self.missions.get(*mission)).collect();
        let first = missions.first()?;
        let ways: Vec<Vec<Point>> =
            missions.iter().map(|mission| mission.tasks.iter().map(|task| task.at).collect()).collect();
        let length = |from: Option<Point>| from.map_or(f64::NAN, |from| shortest(from, &ways));
        let deadline = missions.iter().map(|mission| mission.deadline).min().unwrap_or(Time::NEVER);
        if deadline <= self.now {
            return None;
        }
        let offered = [
            f64::from(first.kind),
            length(self.here),
            length(self.after),
            if deadline == Time::NEVER { f64::NAN } else { (deadline - self.now).seconds() },
            missions.iter().map(|mission| f64::from(mission.priority)).fold(f64::NEG_INFINITY, f64::max),
            missions.iter().map(|mission| mission.reward).sum(),
            ways.iter().map(Vec::len).sum::<usize>() as f64,
        ];
        let slots = self.taking.offer..self.taking.offer + OFFER.len() + first.values.len();
        self.values[self.taking.offer..][..OFFER.len()].copy_from_slice(&offered);
        for (place, slot) in (self.taking.offer + OFFER.len()..slots.end).enumerate() {
            self.values[slot] =
                missions.iter().map(|mission| mission.values.get(place).copied().unwrap_or(f64::NAN)).sum();
        }
        let wants = self.taking.when.as_ref().is_none_or(|when| when.holds(self.values));
        let cost = match &self.taking.bid {
            Some(bid) => bid.run(self.values),
            // Whatever has no place is as near as can be.
            None => Some(offered[2]).filter(|far| !far.is_nan()).unwrap_or(0.0),
        };
        // Nothing is on offer any more.
        self.values[slots].fill(f64::NAN);
        (wants && !cost.is_nan()).then_some(cost)
    }
}

/// How far it is from a point through all ways, in the best order of ways: metres. There are three of them at most.
fn shortest(from: Point, ways: &[Vec<Point>]) -> f64 {
    let through =
        |from: Point, way: &[Point]| way.iter().fold((0.0, from), |(far, at), next| (far + distance(at, *next), *next));
    let mut best = f64::INFINITY;
    for first in 0..ways.len() {
        let (far, at) = through(from, &ways[first]);
        let rest: Vec<Vec<Point>> =
            ways.iter().enumerate().filter(|(n, _)| *n != first).map(|(_, way)| way.clone()).collect();
        best = best.min(far + if rest.is_empty() { 0.0 } else { shortest(at, &rest) });
    }
    best
}

impl Body for Contracting<'_> {
    fn room(&self) -> usize {
        self.taking.at_once.saturating_sub(self.held)
    }

    fn bids(&mut self, call: Heard) -> Vec<Bid> {
        let most = call.largest.min(self.room() as u32);
        let sets = (1..1_u32 << call.missions.len()).filter(|set| set.count_ones() <= most);
        let mut bids = Vec::new();
        for set in sets {
            let picked = (0..).zip(call.missions).filter(|(place, _)| set >> place & 1 == 1);
            let which: Vec<MissionId> = picked.map(|(_, mission)| *mission).collect();
            let cost = self.cost(&which).filter(|cost| call.price.is_none_or(|price| *cost <= price));
            bids.extend(cost.map(|cost| Bid { missions: set, cost }));
        }
        bids
    }

    fn can(&self, mission: MissionId) -> bool {
        let mission = self.missions.get(mission);
        mission.deadline > self.now && !mission.stage.is_over()
    }
}

/// What became of missions, as their managers see it, in words.
pub fn words(news: &News) -> Option<(&'static str, &str)> {
    match news {
        News::Called(_) => Some(("called", "")),
        News::Unwanted(_) => Some(("unwanted", "nobody bid for it")),
        News::Contracted(..) => Some(("contracted", "")),
        News::Reported(_, _, true) => Some(("reported", "done")),
        News::Reported(_, _, false) => Some(("reported", "not done")),
        News::Failed(_, _, why) => Some(("missing", why)),
    }
}
