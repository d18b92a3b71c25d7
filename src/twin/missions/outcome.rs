//! What becomes of missions: they are begun, done, given up, or too late.

use std::borrow::Cow;
use std::sync::Arc;

use bevy_ecs::prelude::{Component, World};

use super::book::{Change, MissionLog, Missions, Stage};
use super::duties::{Duties, Entry, Ledger};
use super::give;
use super::talk::{self, words};
use crate::engine::clock::Clock;
use crate::engine::identity::{Directory, TwinId};
use crate::engine::time::Time;
use crate::twin::contracts::manager::{Manager, News, Said};
use crate::twin::contracts::notice::MissionId;
use crate::twin::groups;
use crate::twin::groups::member::Member;
use crate::twin::groups::talk::Candidates;
use crate::twin::knowledge::Attention;
use crate::twin::life::Life;
use crate::twin::messages::{GroupPost, Outbox, Post};
use crate::twin::radio::ether::Networks;
use crate::twin::step::settle::wake;

/// Notes in the log what has become of a mission.
pub fn note(
    world: &mut World,
    mission: MissionId,
    what: &'static str,
    twin: TwinId,
    why: Cow<'static, str>,
    value: Option<f64>,
) {
    let at = world.resource::<Clock>().now;
    let entry = world.resource::<Missions>().get(mission);
    let change = Change { at, mission, kind: entry.kind, number: entry.number, what: what.into(), twin, why, value };
    world.resource_mut::<MissionLog>().note(change);
}

/// Moves a mission on in the book, and notes that.
pub fn advance(world: &mut World, mission: MissionId, stage: Stage, twin: TwinId, why: Cow<'static, str>) -> bool {
    let now = world.resource::<Clock>().now;
    let with = Some(twin).filter(|twin| *twin != TwinId::NONE);
    let mut missions = world.resource_mut::<Missions>();
    if !missions.advance(mission, stage, with, now) {
        return false;
    }
    let entry = missions.get_mut(mission);
    let value = match stage {
        Stage::Open => Some(entry.reward),
        Stage::Accepted | Stage::Done => Some(entry.price),
        Stage::UnderWay | Stage::Failed => None,
    };
    if stage.is_over() {
        // Nobody needs to know any more what it was about.
        (entry.tasks, entry.values, entry.whom) = (Arc::default(), Arc::default(), Arc::default());
    }
    note(world, mission, stage.word(), twin, why, value);
    true
}

fn with<T: Component<Mutability = bevy_ecs::component::Mutable>, R>(
    world: &mut World,
    twin: TwinId,
    change: impl FnOnce(&mut T) -> R,
) -> Option<R> {
    let entity = world.resource::<Directory>().entity(twin)?;
    world.get_mut::<T>(entity).map(|mut part| change(&mut part))
}

/// Takes over what managers and contractors have to tell, one twin after the other.
pub fn settle(world: &mut World) {
    let mut twins = world.query::<(&TwinId, &mut Ledger)>();
    let mut entries: Vec<(TwinId, Vec<Entry>)> = twins
        .iter_mut(world)
        .filter(|(_, ledger)| !ledger.0.is_empty())
        .map(|(twin, mut ledger)| (*twin, std::mem::take(&mut ledger.0)))
        .collect();
    entries.sort_by_key(|(twin, _)| *twin);
    for (twin, entries) in entries {
        entries.into_iter().for_each(|entry| take_over(world, twin, entry));
    }
}

fn take_over(world: &mut World, twin: TwinId, entry: Entry) {
    match entry {
        Entry::Began(mission, price) => {
            world.resource_mut::<Missions>().get_mut(mission).price = price;
            advance(world, mission, Stage::Accepted, twin, "".into());
            wake(world, twin);
        }
        Entry::Shares(_) => wake(world, twin),
        Entry::Group(news) => groups::talk::take_over(world, twin, news),
        Entry::Reached(mission) => finish(world, twin, mission, Ok(())),
        Entry::News(news) => {
            let (mission, with) = match &news {
                News::Called(mission) | News::Unwanted(mission) => (*mission, TwinId::NONE),
                News::Contracted(mission, with, _) | News::Reported(mission, with, _) => (*mission, *with),
                News::Failed(mission, with, _) => (*mission, *with),
            };
            let price = if let News::Contracted(_, _, price) = news { Some(price) } else { None };
            let mut missions = world.resource_mut::<Missions>();
            let calls = &mut missions.get_mut(mission).calls;
            *calls += u32::from(matches!(news, News::Called(_)));
            // What is called over and over is told once.
            let is_known = matches!(news, News::Called(_) | News::Unwanted(_)) && *calls > 1;
            if let Some((what, why)) = words(&news).filter(|_| !is_known) {
                note(world, mission, what, with, why.to_owned().into(), price);
            }
            if let News::Failed(mission, _, why) = news {
                advance(world, mission, Stage::Failed, with, why);
            }
        }
    }
}

/// A twin is at its first mission now.
pub fn begin(world: &mut World, twin: TwinId) {
    let first = with(world, twin, |duties: &mut Duties| {
        let duty = duties.held.first_mut().filter(|duty| !duty.begun)?;
        duty.begun = true;
        Some(duty.mission)
    });
    if let Some(Some(mission)) = first {
        advance(world, mission, Stage::UnderWay, twin, "".into());
    }
}

/// The present task of a twin's mission is done; with the last, the mission.
///
/// # Errors
/// If it has no mission.
pub fn complete(world: &mut World, twin: TwinId) -> Result<(), &'static str> {
    begin(world, twin);
    let ended = with(world, twin, |duties: &mut Duties| {
        let duty = duties.held.first_mut()?;
        duty.task += 1;
        Some((usize::from(duty.task) >= duty.tasks.len()).then_some((duty.mission, duty.shared)))
    });
    match ended.flatten().ok_or("it has no mission")? {
        Some((mission, Some(task))) => hand_back(world, twin, |member| member.done.push((mission, task))),
        Some((mission, None)) => finish(world, twin, mission, Ok(())),
        None => {}
    }
    Ok(())
}

/// A shared task is over for a twin: its group is told.
fn hand_back(world: &mut World, twin: TwinId, tell: impl FnOnce(&mut Member)) {
    with(world, twin, |duties: &mut Duties| {
        if !duties.held.is_empty() {
            duties.held.remove(0);
        }
    });
    with(world, twin, tell);
    let now = world.resource::<Clock>().now;
    with(world, twin, |attention: &mut Attention| attention.meet = attention.meet.min(now));
    wake(world, twin);
}

/// The group of a twin, which leads it, knows that a shared mission is over.
pub fn end_shared(world: &mut World, twin: TwinId, mission: MissionId, is_done: bool) {
    let stage = if is_done { Stage::Done } else { Stage::Failed };
    let why = if is_done { "" } else { "nobody in the group can do all of it" };
    if advance(world, mission, stage, twin, why.into()) && is_done {
        world.resource_mut::<Missions>().get_mut(mission).times_done += 1;
    }
}

/// A twin gives the mission up that it is at.
///
/// # Errors
/// If it has no mission.
pub fn give_up(world: &mut World, twin: TwinId, why: &str) -> Result<(), &'static str> {
    let held = with(world, twin, |duties: &mut Duties| duties.held.first().map(|duty| (duty.mission, duty.shared)));
    let (mission, shared) = held.flatten().ok_or("it has no mission")?;
    if let Some(task) = shared {
        hand_back(world, twin, |member| member.back.push((mission, task)));
        return Ok(());
    }
    finish(world, twin, mission, Err(format!("given up: {why}").into()));
    Ok(())
}

/// A mission is over for whoever has it: done, or failed and why.
pub fn finish(world: &mut World, twin: TwinId, mission: MissionId, outcome: Result<(), Cow<'static, str>>) {
    let now = world.resource::<Clock>().now;
    let is_done = outcome.is_ok();
    let price = world.resource::<Missions>().get(mission).price;
    let said = with(world, twin, |duties: &mut Duties| {
        duties.remove(mission)?;
        let mut said = Said { notices: Vec::new(), news: Vec::new() };
        duties.side.end(mission, is_done, now, &mut said);
        duties.earned += if is_done { price } else { 0.0 };
        Some((said.notices, duties.side.next()))
    });
    let Some(Some((notices, next))) = said else { return };
    with(world, twin, |outbox: &mut Outbox| talk::send(outbox, now, notices));
    with(world, twin, |attention: &mut Attention| attention.talk = attention.talk.min(next));
    match outcome {
        Ok(()) => {
            world.resource_mut::<Missions>().get_mut(mission).times_done += 1;
            advance(world, mission, Stage::Done, twin, "".into());
        }
        Err(why) => drop(advance(world, mission, Stage::Failed, twin, why)),
    }
    wake(world, twin);
    give::offer_waiting(world);
}

/// It is too late for a mission, or nobody wants it any more.
pub fn call_off(world: &mut World, mission: MissionId, why: Cow<'static, str>) {
    let entry = world.resource::<Missions>().get(mission);
    if entry.stage.is_over() {
        return;
    }
    if let Some(twin) = entry.with {
        finish(world, twin, mission, Err(why.clone()));
    }
    // Whoever has it may be gone.
    advance(world, mission, Stage::Failed, TwinId::NONE, why);
}

/// What somebody who leaves had, fails. What was contracted its manager finds out by itself.
pub fn on_life_change(world: &mut World, twin: TwinId, life: Life) {
    match life {
        Life::Created | Life::Suspended => {}
        Life::Active => {
            // Whoever hands missions out, takes some on or belongs to groups has missed something.
            let parts = world.resource::<Directory>().entity(twin).map(|entity| world.entity(entity));
            let talks = parts.is_some_and(|parts| parts.contains::<Post>());
            let meets = parts.is_some_and(|parts| parts.contains::<GroupPost>());
            with(world, twin, |attention: &mut Attention| {
                attention.talk = if talks { Time::ZERO } else { attention.talk };
                attention.meet = if meets { Time::ZERO } else { attention.meet };
            });
            give::offer_waiting(world);
        }
        Life::Retired => {
            world.resource_mut::<Candidates>().forget(twin);
            world.resource_mut::<Networks>().forget(twin);
            let left = with(world, twin, |manager: &mut Manager| manager.missions()).unwrap_or_default();
            for mission in left {
                if world.resource::<Missions>().get(mission).stage == Stage::Open {
                    advance(world, mission, Stage::Failed, TwinId::NONE, "its manager has left".into());
                }
            }
            let held = with(world, twin, |duties: &mut Duties| {
                // What a group shares somebody else will do.
                let own = duties.held.iter().filter(|duty| duty.shared.is_none());
                own.map(|duty| duty.mission).collect()
            });
            let held: Vec<MissionId> = held.unwrap_or_default();
            for mission in held {
                let by = world.resource::<Missions>().get(mission).by;
                let has_manager = by.is_some_and(|by| by != twin && world.resource::<Directory>().entity(by).is_some());
                if !has_manager {
                    advance(world, mission, Stage::Failed, twin, "whoever had it has left".into());
                }
            }
        }
    }
}
