//! What a member does when its time has come: it says hello, founds a group, stands for election, leads, leaves.

use std::sync::Arc;

use super::{Lead, Member, Moment, News, Role, Said, Seat};
use crate::engine::identity::TwinId;
use crate::engine::time::Time;
use crate::twin::groups::common::{Common, GroupId, Version, Who};
use crate::twin::groups::notice::Notice;
use crate::twin::groups::share::{self, Entrusted};
use crate::twin::who::To;

impl Member {
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
            // It asks itself again after a while.
            (self.hello, self.found) = (moment.now + moment.kind.beat, Time::NEVER);
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
    pub(super) fn lead(&mut self, moment: &Moment, said: &mut Said) {
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
    pub(super) fn commit(&mut self, moment: &Moment, said: &mut Said) {
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
        if !others.twins().is_empty() {
            said.notices.push((others, notice));
        }
    }

    /// It belongs to no group any more.
    pub(super) fn leave(&mut self, why: &'static str, moment: &Moment, said: &mut Said) {
        let Some(seat) = self.seat.take() else { return };
        let group = seat.common.group;
        if let Some(leader) = seat.leader.filter(|leader| *leader != moment.me) {
            said.notices.push((To::One(leader), Notice::Leave { group, incarnation: self.incarnation }));
        }
        said.news.push(News::Left(group, why.into()));
        self.incarnation += 1;
        self.hello = moment.now;
        self.found = self.later(moment);
    }
}

/// Everybody who might belong, but one.
fn everybody_else(moment: &Moment) -> To {
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
