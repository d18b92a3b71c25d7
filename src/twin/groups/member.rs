//! One twin in a group: a state machine that hears and says notices. Tests drive it over any network.

use std::collections::BTreeMap;
use std::sync::Arc;

use bevy_ecs::prelude::Component;
use serde::{Deserialize, Serialize};

use super::common::{Common, GroupId, Version, Who};
use super::kind::GroupKind;
use super::notice::{Notice, Report};
use super::share::{self, Entrusted};
use crate::engine::identity::TwinId;
use crate::engine::time::{Duration, Time};
use crate::twin::contracts::notice::MissionId;
use crate::world::space::Point;

/// How often in a row a leader must be heard, before a smaller group joins its own.
const CLOSE: u32 = 4;

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
    pub notices: Vec<(Arc<[TwinId]>, Notice)>,
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

    // ---- what is heard ----------------------------------------------------------------------------------------------

    /// Hears a notice.
    pub fn hear(&mut self, from: TwinId, notice: &Notice, moment: &Moment, said: &mut Said) {
        match notice {
            Notice::Hello { group, size } => self.hear_hello(from, *group, *size, moment, said),
            Notice::Join { incarnation } => {
                let who = Who { twin: from, incarnation: *incarnation };
                if let Some(Seat { role: Role::Leader(lead), common, .. }) = &mut self.seat
                    && !common.has(who)
                    && !lead.joins.contains(&who)
                {
                    lead.joins.push(who);
                }
            }
            Notice::Beat { term, common, committed, place } => {
                self.hear_beat(from, (*term, common, *committed, *place), moment, said);
            }
            Notice::Heard { group, incarnation, term, version, report } => {
                let who = Who { twin: from, incarnation: *incarnation };
                self.hear_member(who, *group, (*term, *version), report, moment, said);
            }
            Notice::Ask { group, incarnation, term, version } => {
                let who = Who { twin: from, incarnation: *incarnation };
                self.hear_candidate(who, *group, *term, *version, moment, said);
            }
            Notice::Vote { group, incarnation, term } => {
                let who = Who { twin: from, incarnation: *incarnation };
                self.hear_vote(who, *group, *term, moment, said);
            }
            Notice::Leave { group, incarnation } => {
                let who = Who { twin: from, incarnation: *incarnation };
                if let Some(Seat { role: Role::Leader(lead), common, .. }) = &mut self.seat
                    && common.group == *group
                    && common.has(who)
                    && !lead.left.contains(&who)
                {
                    lead.left.push(who);
                }
            }
            Notice::Disband { group, term } => {
                let is_ours = self
                    .seat
                    .as_ref()
                    .is_some_and(|seat| seat.common.group == *group && seat.term <= *term && seat.leader == Some(from));
                if is_ours {
                    self.leave("its group joins a larger one", moment, said);
                }
            }
        }
    }

    /// Somebody is near who is alone, or leads a group.
    fn hear_hello(&mut self, from: TwinId, group: Option<GroupId>, size: u32, moment: &Moment, said: &mut Said) {
        let Some(group) = group else { return };
        match &mut self.seat {
            None if moment.wants && size < moment.kind.most => {
                // It need not found one.
                if self.found != Time::NEVER {
                    self.found = self.later(moment);
                }
                said.notices.push((Arc::new([from]), Notice::Join { incarnation: self.incarnation }));
            }
            Some(Seat { role: Role::Leader(lead), common, term, .. }) if common.group != group => {
                let own = (common.members.len() as u32, std::cmp::Reverse(common.group));
                let fits = own.0 + size <= moment.kind.most;
                // The smaller group disbands; of two as large, that of the greater id.
                if !fits || own >= (size, std::cmp::Reverse(group)) {
                    return;
                }
                let beat = moment.kind.beat.seconds();
                let heard = match lead.near {
                    Some((other, heard, last)) if other == group && (moment.now - last).seconds() < 1.75 * beat => {
                        heard + 1
                    }
                    _ => 1,
                };
                lead.near = Some((group, heard, moment.now));
                // Whoever can hardly be heard is too far away for all of them.
                if heard >= CLOSE {
                    let notice = Notice::Disband { group: common.group, term: *term };
                    said.notices.push((common.others(moment.me), notice));
                    self.leave("its group joins a larger one", moment, said);
                    said.notices.push((Arc::new([from]), Notice::Join { incarnation: self.incarnation }));
                }
            }
            _ => {}
        }
    }

    /// A leader is heard.
    fn hear_beat(
        &mut self,
        from: TwinId,
        (term, common, committed, place): (u64, &Arc<Common>, u64, Option<Point>),
        moment: &Moment,
        said: &mut Said,
    ) {
        let me = self.who(moment.me);
        match &mut self.seat {
            None => {
                // It has asked to belong to that group, and does.
                if !common.has(me) || !moment.wants {
                    return;
                }
                let until = self.later(moment);
                self.seat = Some(Seat {
                    term,
                    voted: None,
                    role: Role::Follower,
                    leader: Some(from),
                    leader_at: place,
                    common: common.clone(),
                    known: None,
                    until,
                    content: moment.now,
                });
                said.news.push(News::Joined(common.group));
            }
            Some(seat) if seat.common.group != common.group => return,
            Some(seat) if term < seat.term => {
                // Whoever still thinks to lead hears that there is a newer term.
                let version = seat.common.version;
                let notice = self.heard(version, moment);
                said.notices.extend(notice.map(|notice| (Arc::from([from]), notice)));
                return;
            }
            Some(seat) => {
                if term > seat.term {
                    (seat.term, seat.voted) = (term, None);
                }
                seat.role = Role::Follower;
                (seat.leader, seat.leader_at, seat.content) = (Some(from), place, moment.now);
                if common.version >= seat.common.version {
                    seat.common = common.clone();
                }
                if !seat.common.has(me) {
                    return self.leave("its group has taken it for lost", moment, said);
                }
                let until = self.later(moment);
                self.seat.iter_mut().for_each(|seat| seat.until = until);
            }
        }
        if committed >= common.version.number {
            self.know(common.clone(), said);
        }
        let version = self.seat.as_ref().map(|seat| seat.common.version).unwrap_or_default();
        let notice = self.heard(version, moment);
        said.notices.extend(notice.map(|notice| (Arc::from([from]), notice)));
    }

    fn heard(&self, version: Version, moment: &Moment) -> Option<Notice> {
        let seat = self.seat.as_ref()?;
        let report = Arc::new(self.report(moment));
        Some(Notice::Heard {
            group: seat.common.group,
            incarnation: self.incarnation,
            term: seat.term,
            version,
            report,
        })
    }

    /// It knows now that a majority holds a state.
    fn know(&mut self, common: Arc<Common>, said: &mut Said) {
        let Some(seat) = &mut self.seat else { return };
        let before = seat.known.as_ref();
        if before.is_some_and(|known| known.version.number >= common.version.number) {
            return;
        }
        if matches!(seat.role, Role::Leader(_)) {
            for (number, value) in (0_u16..).zip(&common.values) {
                let old = before.and_then(|known| known.values.get(number as usize).copied()).flatten();
                let new = value.filter(|_| *value != old);
                said.news.extend(new.map(|value| News::Agreed(common.group, number, value)));
            }
            let mut new: Vec<MissionId> = common.tasks.iter().map(|task| task.mission).collect();
            new.dedup();
            new.retain(|mission| before.is_none_or(|known| known.tasks.iter().all(|task| task.mission != *mission)));
            said.news.extend(new.into_iter().map(News::Took));
            // A leader that is new may tell once more what another has told: to end what is over changes nothing.
            let is_new = |(mission, _): &&(MissionId, bool)| before.is_none_or(|known| !known.is_over(*mission));
            said.news.extend(common.over.iter().filter(is_new).map(|(mission, done)| News::Ended(*mission, *done)));
        }
        // What the group knows need not be told any more.
        let is_open = |(mission, task): &(MissionId, u16)| {
            common.tasks.iter().any(|shared| shared.mission == *mission && shared.task == *task && !shared.done)
                || !common.is_over(*mission) && common.tasks.iter().all(|shared| shared.mission != *mission)
        };
        self.done.retain(is_open);
        self.back.retain(|name| {
            common.tasks.iter().any(|shared| (shared.mission, shared.task) == *name) && !common.is_over(name.0)
        });
        self.entrusted.retain(|mission| !common.is_over(*mission));
        seat.known = Some(common);
    }

    /// A member has heard its leader.
    fn hear_member(
        &mut self,
        who: Who,
        group: GroupId,
        (term, version): (u64, Version),
        report: &Report,
        moment: &Moment,
        said: &mut Said,
    ) {
        let Some(seat) = self.seat.as_mut().filter(|seat| seat.common.group == group) else { return };
        if term > seat.term {
            return self.step_down(term, moment);
        }
        let Role::Leader(lead) = &mut seat.role else { return };
        if !seat.common.has(who) {
            return;
        }
        lead.heard.insert(who.twin, moment.now);
        lead.reports.insert(who.twin, report.clone());
        if version == seat.common.version && !lead.acked.contains(&who.twin) {
            lead.acked.push(who.twin);
            self.commit(moment, said);
        }
    }

    /// Somebody asks for its vote.
    fn hear_candidate(
        &mut self,
        who: Who,
        group: GroupId,
        term: u64,
        version: Version,
        moment: &Moment,
        said: &mut Said,
    ) {
        let incarnation = self.incarnation;
        let Some(seat) = self.seat.as_mut().filter(|seat| seat.common.group == group) else { return };
        // As long as its leader is heard nobody else is needed: whoever was cut off does not disturb the others.
        let is_led = seat.leader.is_some() && moment.now - seat.content < moment.kind.patience;
        if is_led || !seat.common.has(who) || term < seat.term {
            return;
        }
        if term > seat.term {
            self.step_down(term, moment);
        }
        let Some(seat) = &mut self.seat else { return };
        let is_free = seat.voted.is_none_or(|voted| voted == who.twin) && matches!(seat.role, Role::Follower);
        if is_free && version >= seat.common.version {
            seat.voted = Some(who.twin);
            let until = self.later(moment);
            self.seat.iter_mut().for_each(|seat| seat.until = until);
            said.notices.push((Arc::new([who.twin]), Notice::Vote { group, incarnation, term }));
        }
    }

    fn hear_vote(&mut self, who: Who, group: GroupId, term: u64, moment: &Moment, said: &mut Said) {
        let Some(seat) = self.seat.as_mut().filter(|seat| seat.common.group == group && seat.term == term) else {
            return;
        };
        let Role::Candidate { votes } = &mut seat.role else { return };
        if seat.common.has(who) && !votes.contains(&who.twin) {
            votes.push(who.twin);
        }
        if seat.common.is_majority(votes.len()) {
            self.lead(moment, said);
        }
    }

    /// There is a newer term.
    fn step_down(&mut self, term: u64, moment: &Moment) {
        let until = self.later(moment);
        if let Some(seat) = &mut self.seat {
            (seat.term, seat.voted, seat.role) = (term, None, Role::Follower);
            (seat.leader, seat.leader_at, seat.until) = (None, None, until);
        }
    }

    // ---- what is due ------------------------------------------------------------------------------------------------

    /// Does what is due.
    pub fn pass(&mut self, moment: &Moment, said: &mut Said) {
        if self.seat.is_some() && !moment.wants {
            self.leave("it wants to be alone", moment, said);
        }
        match &self.seat {
            None => self.pass_alone(moment, said),
            Some(Seat { role: Role::Leader(_), .. }) => self.pass_leader(moment, said),
            Some(seat) if seat.until <= moment.now => {
                if moment.now - seat.content >= moment.kind.alone {
                    return self.leave("it hears no leader", moment, said);
                }
                self.stand(moment, said);
            }
            Some(_) => {}
        }
    }

    fn pass_alone(&mut self, moment: &Moment, said: &mut Said) {
        if !moment.wants {
            (self.hello, self.found) = (Time::NEVER, Time::NEVER);
            return;
        }
        if self.found == Time::NEVER {
            self.found = self.later(moment);
            self.hello = moment.now;
        }
        if self.found <= moment.now {
            return self.found_group(moment, said);
        }
        if self.hello <= moment.now {
            self.hello = moment.now + moment.kind.beat;
            said.notices.push((everybody_else(moment), Notice::Hello { group: None, size: 1 }));
        }
    }

    fn found_group(&mut self, moment: &Moment, said: &mut Said) {
        self.founded += 1;
        self.found = Time::NEVER;
        let group = GroupId { founder: moment.me, number: self.founded };
        let common = Common::founded(group, self.who(moment.me), moment.kind.agrees.len());
        self.seat = Some(Seat {
            term: 1,
            voted: Some(moment.me),
            role: Role::Follower,
            leader: None,
            leader_at: None,
            common: Arc::new(common),
            known: None,
            until: Time::NEVER,
            content: moment.now,
        });
        said.news.push(News::Founded(group));
        self.lead(moment, said);
    }

    /// It wants to lead.
    fn stand(&mut self, moment: &Moment, said: &mut Said) {
        let until = self.later(moment);
        let incarnation = self.incarnation;
        let Some(seat) = &mut self.seat else { return };
        seat.term += 1;
        seat.voted = Some(moment.me);
        seat.role = Role::Candidate { votes: vec![moment.me] };
        (seat.leader, seat.leader_at, seat.until) = (None, None, until);
        let Common { group, version, .. } = *seat.common;
        let notice = Notice::Ask { group, incarnation, term: seat.term, version };
        said.notices.push((seat.common.others(moment.me), notice));
        if seat.common.is_majority(1) {
            self.lead(moment, said);
        }
    }

    /// It leads from now on. What it holds it makes known as of its own term, before anything else.
    fn lead(&mut self, moment: &Moment, said: &mut Said) {
        let Some(seat) = &mut self.seat else { return };
        let heard = seat.common.members.iter().map(|who| (who.twin, moment.now)).collect();
        let agree = moment.kind.agrees.values().map(|agreement| moment.now + agreement.every).collect();
        seat.role = Role::Leader(Lead { heard, agree, ..Lead::default() });
        (seat.leader, seat.leader_at, seat.content) = (Some(moment.me), moment.report.place, moment.now);
        said.news.push(News::Leads(seat.common.group, seat.term));
        self.hello = moment.now;
        let common = (*seat.common).clone();
        self.propose(common, moment, said);
    }

    fn pass_leader(&mut self, moment: &Moment, said: &mut Said) {
        let report = self.report(moment);
        let Some(seat) = &mut self.seat else { return };
        let Role::Leader(lead) = &mut seat.role else { return };
        let recent = |twin: &TwinId| {
            *twin == moment.me || lead.heard.get(twin).is_some_and(|heard| moment.now - *heard < moment.kind.forget)
        };
        let present = seat.common.members.iter().filter(|who| recent(&who.twin)).count();
        if seat.common.is_majority(present) {
            seat.content = moment.now;
        } else if moment.now - seat.content >= moment.kind.alone {
            return self.leave("it hears no majority", moment, said);
        }
        lead.reports.insert(moment.me, report);
        seat.leader_at = moment.report.place;
        let is_settled = seat.known.as_ref().is_some_and(|known| known.version == seat.common.version);
        if is_settled {
            self.improve(moment, said);
        }
        if self.hello <= moment.now {
            self.hello = moment.now + moment.kind.beat;
            if let Some(seat) = &self.seat {
                let notice = Notice::Hello { group: Some(seat.common.group), size: seat.common.members.len() as u32 };
                said.notices.push((everybody_else(moment), notice));
            }
        }
        let is_due = matches!(&self.seat, Some(Seat { role: Role::Leader(lead), .. }) if lead.beat <= moment.now);
        if is_due {
            self.beat(moment, said);
        }
    }

    /// Proposes what is to be changed in what the group has in common: one thing after the other.
    fn improve(&mut self, moment: &Moment, said: &mut Said) {
        let entrusted: Vec<Entrusted> =
            self.entrusted.iter().map(|mission| (*mission, (moment.tasks)(*mission))).collect();
        let Some(seat) = &mut self.seat else { return };
        let Role::Leader(lead) = &mut seat.role else { return };
        let mut common = (*seat.common).clone();
        let is_silent = |who: &Who| {
            let heard = lead.heard.get(&who.twin).copied().unwrap_or(moment.now);
            who.twin != moment.me && (moment.now - heard >= moment.kind.forget || lead.left.contains(who))
        };
        lead.joins.retain(|who| !common.has(*who));
        // Whoever comes back as somebody new is not who it was.
        let is_former =
            |who: &Who| lead.joins.iter().any(|join| join.twin == who.twin && join.incarnation > who.incarnation);
        let gone =
            common.members.iter().copied().find(|who| who.twin != moment.me && (is_silent(who) || is_former(who)));
        if let Some(gone) = gone {
            common.members.retain(|who| *who != gone);
            lead.reports.remove(&gone.twin);
            lead.heard.remove(&gone.twin);
            lead.left.retain(|who| *who != gone);
        } else if let Some(join) = lead.joins.first().copied() {
            lead.joins.remove(0);
            let place = common.members.partition_point(|who| *who < join);
            if common.member(join.twin).is_none() && common.members.len() < moment.kind.most as usize {
                common.members.insert(place, join);
                lead.heard.insert(join.twin, moment.now);
            }
        } else {
            share::share(&mut common, &entrusted, &lead.reports, moment.is_late);
            agree(&mut common, lead, moment);
        }
        if common != *seat.common {
            self.propose(common, moment, said);
        }
    }

    /// Makes a new state known.
    fn propose(&mut self, mut common: Common, moment: &Moment, said: &mut Said) {
        let Some(seat) = &mut self.seat else { return };
        common.version = Version { term: seat.term, number: seat.common.version.number + 1 };
        seat.common = Arc::new(common);
        if let Role::Leader(lead) = &mut seat.role {
            lead.acked = vec![moment.me];
        }
        self.commit(moment, said);
        self.beat(moment, said);
    }

    /// What a majority holds is known.
    fn commit(&mut self, moment: &Moment, said: &mut Said) {
        let Some(seat) = &mut self.seat else { return };
        let Role::Leader(lead) = &mut seat.role else { return };
        let count = lead.acked.iter().filter(|twin| seat.common.member(**twin).is_some()).count();
        if !seat.common.is_majority(count) {
            return;
        }
        // The next change need not wait for the next beat.
        lead.beat = lead.beat.min(moment.now);
        let common = seat.common.clone();
        self.know(common, said);
    }

    fn beat(&mut self, moment: &Moment, said: &mut Said) {
        let Some(seat) = &mut self.seat else { return };
        let Role::Leader(lead) = &mut seat.role else { return };
        lead.beat = moment.now + moment.kind.beat;
        let committed = seat.known.as_ref().map_or(0, |known| known.version.number);
        let others = seat.common.others(moment.me);
        let notice =
            Notice::Beat { term: seat.term, common: seat.common.clone(), committed, place: moment.report.place };
        if !others.is_empty() {
            said.notices.push((others, notice));
        }
    }

    /// It belongs to no group any more.
    fn leave(&mut self, why: &'static str, moment: &Moment, said: &mut Said) {
        let Some(seat) = self.seat.take() else { return };
        let group = seat.common.group;
        if let Some(leader) = seat.leader.filter(|leader| *leader != moment.me) {
            said.notices.push((Arc::new([leader]), Notice::Leave { group, incarnation: self.incarnation }));
        }
        said.news.push(News::Left(group, why.into()));
        self.incarnation += 1;
        self.hello = moment.now;
        self.found = self.later(moment);
    }
}

/// Everybody who might belong, but one.
fn everybody_else(moment: &Moment) -> Arc<[TwinId]> {
    moment.whom.iter().copied().filter(|twin| *twin != moment.me).collect()
}

/// The values that are due are agreed on: by what members think who were heard.
fn agree(common: &mut Common, lead: &mut Lead, moment: &Moment) {
    for (number, agreement) in moment.kind.agrees.values().enumerate() {
        if lead.agree.get(number).is_none_or(|at| *at > moment.now) {
            continue;
        }
        lead.agree[number] = moment.now + agreement.every;
        let members = common.members.iter().filter_map(|who| lead.reports.get(&who.twin));
        let opinions: Vec<f64> = members.filter_map(|report| report.opinions.get(number).copied()).collect();
        let value = agreement.on.of(&opinions);
        if !value.is_nan() {
            common.values[number] = Some(value);
        }
    }
}
