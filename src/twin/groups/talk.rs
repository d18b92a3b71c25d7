//! Members of groups hear each other and say what is due, each by itself; and take on the tasks that their groups share.

use std::sync::Arc;

use bevy_ecs::prelude::{Entity, Query, Res, Resource, World};

use super::kind::{GroupKind, GroupKinds, MemberSpec};
use super::member::{Member, Moment, News, Said};
use super::notice::Report;
use crate::engine::clock::Clock;
use crate::engine::identity::{Directory, TwinId};
use crate::engine::journal::Journal;
use crate::engine::parallel::Pool;
use crate::engine::random::{Purpose, Seed};
use crate::engine::time::Time;
use crate::twin::contracts::notice::MissionId;
use crate::twin::expression::Program;
use crate::twin::faculties::{Belonging, Faculties, FacultyTable, Taking};
use crate::twin::knowledge::{Attention, Knowledge};
use crate::twin::messages::{Content, GroupPost, Letter, Outbox};
use crate::twin::missions::book::{Missions, Stage};
use crate::twin::missions::duties::{Duties, Duty, Entry, Ledger};
use crate::twin::missions::outcome;
use crate::twin::step::think::Stirred;
use crate::world::position::Position;
use crate::world::space::Point;

const PATIENCE: Purpose = Purpose::new("group.patience");

/// Who might belong to the groups of each kind, by the kind's number. A cache.
#[derive(Resource, Clone, Debug, Default)]
pub struct Candidates(Vec<Arc<[TwinId]>>);

impl Candidates {
    /// A twin leaves.
    pub fn forget(&mut self, twin: TwinId) {
        for twins in self.0.iter_mut().filter(|twins| twins.contains(&twin)) {
            *twins = twins.iter().copied().filter(|other| *other != twin).collect();
        }
    }

    /// Finds them.
    pub fn rebuild(world: &mut World) {
        let Some(kinds) = world.get_resource::<GroupKinds>() else { return };
        let directory = world.resource::<Directory>();
        let member = |entity: Entity| world.entity(entity).get::<MemberSpec>();
        let of = |kind: &String| {
            let twins =
                directory.twins().filter(|(_, entity, _)| member(*entity).is_some_and(|spec| spec.0.group == *kind));
            twins.map(|(twin, ..)| twin).collect()
        };
        let candidates = Candidates(kinds.0.keys().map(of).collect());
        world.insert_resource(candidates);
    }
}

/// Gives members what they remember, before the first step.
pub fn begin(world: &mut World) {
    Candidates::rebuild(world);
    let twins: Vec<_> = world.resource::<Directory>().twins().map(|(_, entity, _)| entity).collect();
    for entity in twins {
        let mut parts = world.entity_mut(entity);
        if !parts.contains::<MemberSpec>() {
            continue;
        }
        parts.insert((Member::default(), GroupPost::default()));
        if !parts.contains::<Ledger>() {
            parts.insert(Ledger::default());
        }
        if let Some(mut attention) = parts.get_mut::<Attention>() {
            attention.meet = Time::ZERO;
        }
    }
}

/// Whoever belongs to groups.
type Meeting = (
    &'static TwinId,
    &'static mut Attention,
    &'static mut Member,
    &'static mut GroupPost,
    &'static mut Outbox,
    &'static mut Ledger,
    &'static Knowledge,
    Option<&'static Position>,
    Option<&'static mut Duties>,
);

/// Lets members hear what has come, and say what is due.
pub fn meet(
    (clock, seed, table, pool): (Res<Clock>, Res<Seed>, Res<FacultyTable>, Res<Pool>),
    (missions, kinds, candidates): (Res<Missions>, Res<GroupKinds>, Res<Candidates>),
    stirred: Res<Stirred>,
    mut twins: Query<Meeting>,
) {
    let now = clock.now;
    let kinds: Vec<&GroupKind> = kinds.0.values().collect();
    let rounded = |at: Time| clock.tick.map_or(at, |tick| if at == Time::NEVER { at } else { tick.at_or_after(at) });
    pool.for_each(
        &mut twins,
        |(twin, mut attention, mut member, mut post, mut outbox, mut ledger, knowledge, position, duties)| {
            let make = table.of(*twin);
            let belonging = make.and_then(|make| make.belonging.as_ref());
            let Some(belonging) = belonging.filter(|_| attention.meet <= now) else { return };
            let (before, noted) = (outbox.0.len(), ledger.0.len());
            let place = position.map(|Position { x, y, z, .. }| [*x, *y, *z]);
            let number = belonging.kind as usize;
            let moment = Moment {
                me: *twin,
                now,
                kind: kinds[number],
                whom: &candidates.0[number],
                random: &|number| seed.stream(twin.0, PATIENCE, number).uniform(),
                report: Report {
                    opinions: opinions(belonging, knowledge),
                    place,
                    is_free: duties.as_ref().is_some_and(|duties| is_free(make, knowledge, duties)),
                    ..Report::default()
                },
                wants: belonging.when.as_ref().is_none_or(|when| when.holds(&knowledge.values)),
                tasks: &|mission| tasks(&missions, mission),
                is_late: &|mission| is_late(&missions, mission, now),
            };
            let mut said = Said::default();
            for told in std::mem::take(&mut post.0) {
                member.hear(told.from, &told.notice, &moment, &mut said);
            }
            member.pass(&moment, &mut said);
            outbox.0.extend(
                said.notices.into_iter().map(|(to, notice)| Letter::of(now, to, Content::Group(Arc::new(notice)))),
            );
            ledger.0.extend(said.news.into_iter().map(Entry::Group));
            if let Some(mut duties) = duties {
                take_on(*twin, now, &member, &mut duties, &missions, &mut ledger);
            }
            attention.meet = rounded(member.next().max(now));
            if outbox.0.len() > before || ledger.0.len() > noted {
                stirred.stir();
            }
        },
    );
}

/// What a member thinks of what its group agrees on; NaN of what it does not know.
fn opinions(belonging: &Belonging, knowledge: &Knowledge) -> Vec<f64> {
    let opinion =
        |program: &Option<Program>| program.as_ref().map_or(f64::NAN, |program| program.run(&knowledge.values));
    belonging.opinions.iter().map(opinion).collect()
}

/// Whether it can take a shared task on.
fn is_free(make: Option<&Faculties>, knowledge: &Knowledge, duties: &Duties) -> bool {
    let taking = make.and_then(|make| make.taking.as_ref());
    let wants = |taking: &Taking| taking.when.as_ref().is_none_or(|when| when.holds(&knowledge.values));
    duties.held.is_empty() && taking.is_some_and(wants)
}

fn tasks(missions: &Missions, mission: MissionId) -> Vec<Point> {
    missions.get(mission).tasks.iter().map(|task| task.at).collect()
}

/// Whether nobody needs to do a mission any more.
fn is_late(missions: &Missions, mission: MissionId, now: Time) -> bool {
    let mission = missions.get(mission);
    mission.deadline <= now || mission.stage.is_over()
}

/// Takes on the shared tasks that were given to it, and lets go of those that were not.
fn take_on(me: TwinId, now: Time, member: &Member, duties: &mut Duties, missions: &Missions, ledger: &mut Ledger) {
    let mine = |mission: MissionId, task: u16| {
        let name = (mission, task);
        let is_over = member.done.contains(&name) || member.back.contains(&name) || is_late(missions, mission, now);
        let tasks = member.known().map(|known| known.tasks.as_slice()).unwrap_or_default();
        let given = |shared: &&super::common::Shared| (shared.mission, shared.task) == name && shared.with == Some(me);
        !is_over && tasks.iter().find(given).is_some_and(|shared| !shared.done)
    };
    duties.held.retain(|duty| duty.shared.is_none_or(|task| mine(duty.mission, task)));
    let tasks = member.known().map(|known| known.tasks.as_slice()).unwrap_or_default();
    for shared in tasks.iter().filter(|shared| mine(shared.mission, shared.task)) {
        let has = |duty: &Duty| duty.mission == shared.mission && duty.shared == Some(shared.task);
        let mission = missions.get(shared.mission);
        if duties.held.iter().any(has) {
            continue;
        }
        let mut duty = Duty::new(shared.mission, mission);
        duty.tasks = mission.tasks.get(shared.task as usize).copied().into_iter().collect();
        duty.shared = Some(shared.task);
        duties.add(duty, false);
        ledger.0.push(Entry::Shares(shared.mission));
    }
}

/// What happened in a group, for the book and the journal.
pub fn take_over(world: &mut World, twin: TwinId, news: News) {
    let now = world.resource::<Clock>().now;
    let kind = |world: &World| {
        let entity = world.resource::<Directory>().entity(twin);
        let spec = entity.and_then(|entity| world.get::<MemberSpec>(entity));
        spec.map(|spec| spec.0.group.clone()).unwrap_or_default()
    };
    let (event, cause, value) = match news {
        News::Ended(mission, done) => {
            outcome::end_shared(world, twin, mission, done);
            return;
        }
        News::Took(mission) => {
            let mut missions = world.resource_mut::<Missions>();
            let entry = missions.get_mut(mission);
            entry.price = entry.reward;
            outcome::advance(world, mission, Stage::Accepted, twin, "shared by its group".into());
            return;
        }
        News::Founded(_) => ("founds group", kind(world), None),
        News::Joined(_) => ("joins group", kind(world), None),
        News::Leads(_, term) => ("leads group", kind(world), Some(term as f64)),
        News::Left(_, why) => ("leaves group", format!("{}: {why}", kind(world)), None),
        News::Agreed(_, number, value) => {
            let kind = kind(world);
            let kinds = world.resource::<GroupKinds>();
            let name = kinds.0.get(&kind).and_then(|kind| kind.agrees.keys().nth(number as usize));
            ("group agrees", format!("{kind}: {}", name.cloned().unwrap_or_default()), Some(value))
        }
    };
    world.resource_mut::<Journal>().note(now, twin, event, cause, value);
}

/// Entrusts a mission to all who may share it: their leader finds it at its next beat.
pub fn entrust(world: &mut World, mission: MissionId, whom: &[TwinId]) {
    for twin in whom {
        let Some(entity) = world.resource::<Directory>().entity(*twin) else { continue };
        if let Some(mut member) = world.get_mut::<Member>(entity) {
            member.entrusted.push(mission);
        }
    }
}

/// A field of the group that a twin is in, as its mind sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GroupField {
    /// How many belong to it.
    Size,
    /// Which of them it is, by id, from 1.
    Rank,
    /// Whether it leads.
    Leads,
    /// Who leads.
    Leader,
    /// Where that is, as it said last.
    LeaderX,
    /// Where that is, as it said last.
    LeaderY,
    /// How many tasks it shares that are not done.
    Tasks,
    /// A value that was agreed on, by its number.
    Value(usize),
}

impl GroupField {
    /// Those that every group has, with what they are called and mean.
    pub const ALL: [(GroupField, &'static str, &'static str); 7] = [
        (GroupField::Size, "group.size", "How many belong to the group that it is in."),
        (GroupField::Rank, "group.rank", "Which of them it is, from 1."),
        (GroupField::Leads, "group.leads", "Whether it leads."),
        (GroupField::Leader, "group.leader", "Who leads, as far as it knows."),
        (
            GroupField::LeaderX,
            "group.leader_x",
            "Where its leader was when it was heard last, towards the east: metres.",
        ),
        (
            GroupField::LeaderY,
            "group.leader_y",
            "Where its leader was when it was heard last, towards the north: metres.",
        ),
        (GroupField::Tasks, "group.tasks", "How many tasks its group shares that are not done."),
    ];

    /// What it is; none if it is in no group.
    pub fn read(self, me: TwinId, member: &Member) -> Option<f64> {
        let known = member.known()?;
        match self {
            GroupField::Size => Some(known.members.len() as f64),
            GroupField::Rank => Some(known.members.iter().position(|who| who.twin == me)? as f64 + 1.0),
            GroupField::Leads => Some(f64::from(u8::from(member.leads().is_some()))),
            GroupField::Leader => Some(member.leader()?.0 as f64),
            GroupField::LeaderX => Some(member.leader_at()?[0]),
            GroupField::LeaderY => Some(member.leader_at()?[1]),
            GroupField::Tasks => Some(known.tasks.iter().filter(|task| !task.done).count() as f64),
            GroupField::Value(number) => known.values.get(number).copied().flatten(),
        }
    }
}
