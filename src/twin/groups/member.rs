//! One twin in a group: a state machine that hears and says notices. Tests drive it over any network.

mod due;
mod hear;

use std::collections::BTreeMap;
use std::sync::Arc;

use bevy_ecs::prelude::Component;
use serde::{Deserialize, Serialize};

use super::common::{Common, GroupId, Who};
use super::kind::GroupKind;
use super::notice::{Notice, Report};
use crate::engine::identity::TwinId;
use crate::engine::time::{Duration, Time};
use crate::twin::contracts::notice::MissionId;
use crate::twin::who::To;
use crate::world::space::Point;

/// What a leader knows besides what is common. All of it can be found out again.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Lead {
    /// Who holds the present state.
    acked: Vec<TwinId>,
    /// When each member was heard last.
    heard: BTreeMap<TwinId, Time>,
    /// What members told of themselves last.
    reports: BTreeMap<TwinId, Report>,
    /// Who wants to join.
    joins: Vec<Who>,
    /// Who has left.
    left: Vec<Who>,
    /// When each value is agreed on next.
    agree: Vec<Time>,
    /// The larger group that it hears: how often one after the other, and when last.
    near: Option<(GroupId, u32, Time)>,
    /// When its next beat is due.
    beat: Time,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
enum Role {
    Follower,
    Candidate { votes: Vec<TwinId> },
    Leader(Lead),
}

/// What a twin holds of the group that it is in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Seat {
    /// The term that it knows of.
    term: u64,
    /// For whom it has voted in that term.
    voted: Option<TwinId>,
    role: Role,
    /// Whom it takes for the leader.
    leader: Option<TwinId>,
    /// Where that was last.
    leader_at: Option<Point>,
    /// The newest state that it holds.
    common: Arc<Common>,
    /// The newest state of which it knows that a majority holds it.
    known: Option<Arc<Common>>,
    /// When it wants to lead itself, if it has heard no leader until then.
    until: Time,
    /// When it last heard a leader, or as a leader a majority.
    content: Time,
}

/// A twin as a member of groups.
#[derive(Component, Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Member {
    seat: Option<Seat>,
    /// How often it has left groups.
    incarnation: u32,
    /// How many groups it has founded.
    founded: u32,
    /// How many random numbers it has drawn.
    drawn: u64,
    /// When it says hello next, if it is alone or leads.
    hello: Time,
    /// When it founds a group, if it is alone.
    found: Time,
    /// The missions that were entrusted to the group.
    pub entrusted: Vec<MissionId>,
    /// The shared tasks that it has done, and those that it has given back, until the group knows.
    pub done: Vec<(MissionId, u16)>,
    /// Those that it has given back.
    pub back: Vec<(MissionId, u16)>,
}

impl Default for Member {
    fn default() -> Self {
        Member {
            seat: None,
            incarnation: 0,
            founded: 0,
            drawn: 0,
            hello: Time::ZERO,
            found: Time::NEVER,
            entrusted: Vec::new(),
            done: Vec::new(),
            back: Vec::new(),
        }
    }
}

/// What happened in a group, for whoever wants to know.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum News {
    /// It has founded a group.
    Founded(GroupId),
    /// It belongs to a group now.
    Joined(GroupId),
    /// It leads now, in a term.
    Leads(GroupId, u64),
    /// It belongs to no group any more, and why.
    Left(GroupId, std::borrow::Cow<'static, str>),
    /// The group has agreed on a value: by its number.
    Agreed(GroupId, u16, f64),
    /// The group has taken a mission on.
    Took(MissionId),
    /// A mission of the group is over, and whether it was done.
    Ended(MissionId, bool),
}

/// What is to be said, and what happened.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Said {
    /// To whom, what.
    pub notices: Vec<(To, Notice)>,
    /// What happened.
    pub news: Vec<News>,
}

/// What a member needs to go on.
pub struct Moment<'a> {
    /// Who it is.
    pub me: TwinId,
    /// Now.
    pub now: Time,
    /// How its groups work.
    pub kind: &'a GroupKind,
    /// All who might belong to its groups, itself among them.
    pub whom: &'a Arc<[TwinId]>,
    /// A random number from 0 to 1: the same for the same number.
    pub random: &'a dyn Fn(u64) -> f64,
    /// What there is to be told of it: opinions, place, whether it is free.
    pub report: Report,
    /// Whether it wants to belong to a group.
    pub wants: bool,
    /// Where the tasks of a mission are.
    pub tasks: &'a dyn Fn(MissionId) -> Vec<Point>,
    /// Whether it is too late for a mission.
    pub is_late: &'a dyn Fn(MissionId) -> bool,
}

impl Member {
    /// The state of its group of which it knows that a majority holds it.
    pub fn known(&self) -> Option<&Common> {
        self.seat.as_ref()?.known.as_deref()
    }

    /// Who it takes for the leader.
    pub fn leader(&self) -> Option<TwinId> {
        self.seat.as_ref()?.leader
    }

    /// Where its leader was last.
    pub fn leader_at(&self) -> Option<Point> {
        self.seat.as_ref()?.leader_at
    }

    /// Whether it leads, and in which term of which group.
    pub fn leads(&self) -> Option<(GroupId, u64)> {
        let seat = self.seat.as_ref()?;
        matches!(seat.role, Role::Leader(_)).then_some((seat.common.group, seat.term))
    }

    /// When it has something to do next.
    pub fn next(&self) -> Time {
        match &self.seat {
            None => self.hello.min(self.found),
            Some(Seat { role: Role::Leader(lead), .. }) => lead.beat.min(self.hello),
            Some(seat) => seat.until,
        }
    }

    fn who(&self, me: TwinId) -> Who {
        Who { twin: me, incarnation: self.incarnation }
    }

    /// A moment between one and two patiences from now.
    fn later(&mut self, moment: &Moment) -> Time {
        self.drawn += 1;
        let share = 1.0 + (moment.random)(self.drawn);
        moment.now + Duration::from_seconds(moment.kind.patience.seconds() * share)
    }

    fn report(&self, moment: &Moment) -> Report {
        Report { done: self.done.clone(), back: self.back.clone(), ..moment.report.clone() }
    }
}
