//! What a member makes of what it hears.

use std::sync::Arc;

use super::{Member, Moment, News, Role, Said, Seat};
use crate::engine::identity::TwinId;
use crate::engine::time::Time;
use crate::twin::contracts::notice::MissionId;
use crate::twin::groups::common::{Common, GroupId, Version, Who};
use crate::twin::groups::notice::{Notice, Report};
use crate::twin::who::To;
use crate::world::space::Point;

/// How often in a row a leader must be heard, before a smaller group joins its own.
const CLOSE: u32 = 4;

impl Member {
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
                said.notices.push((To::One(from), Notice::Join { incarnation: self.incarnation }));
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
                    said.notices.push((To::One(from), Notice::Join { incarnation: self.incarnation }));
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
                said.notices.extend(notice.map(|notice| (To::One(from), notice)));
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
        said.notices.extend(notice.map(|notice| (To::One(from), notice)));
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
    pub(super) fn know(&mut self, common: Arc<Common>, said: &mut Said) {
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
            said.notices.push((To::One(who.twin), Notice::Vote { group, incarnation, term }));
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
}
