//! Who holds which zone, and who may go on: the state of all guided vehicles.
//!
//! A *mover* goes from spot to spot along a route of zones. It holds the zone it is in and those granted ahead, and
//! lets go of the one behind when it reaches the middle of the next. It asks for as many zones as it needs in order not
//! to have to brake; where it is refused, it brakes so as to stand in the middle of the last zone it was granted, and waits.
//! What is granted is decided by [`Traffic::retry`], once for all that happened in a moment; `safety` sees to it that
//! nobody is ever stuck.
//!
//! Time comes from outside. Each [`Report::Moves`] asks for one call of [`Traffic::pass`]. A mover that is granted more
//! while it brakes speeds up again and reports anew; the call for its former report then does nothing.

mod audit;
mod look;
mod mover;
mod safety;
#[cfg(test)]
mod tests;

use bevy_ecs::prelude::Resource;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::engine::identity::TwinId;
use crate::engine::time::Time;

use super::motion::Limits;
use super::network::{Network, SpotId, Stand, ZoneId};
pub use look::Course;
use mover::{Motion, Mover};
use safety::{Step, View};

/// A vehicle's number in [`Traffic`]. Given once and never again to another.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct MoverId(pub u32);

/// What has happened to a mover, for those who follow it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Report {
    /// It moves and reaches its next point at that time, when [`Traffic::pass`] must be called. Takes the place of any
    /// earlier such report.
    Moves {
        /// Which mover.
        mover: MoverId,
        /// When it is there.
        at: Time,
    },
    /// It has cleared the spot where it stood. Unless that is its home, somebody else can claim its place there.
    Left {
        /// Which mover.
        mover: MoverId,
        /// Which spot.
        spot: SpotId,
    },
    /// It stands short of its destination, since it was refused the next zone or has been halted.
    Waits {
        /// Which mover.
        mover: MoverId,
    },
    /// It stands at its destination.
    Arrived {
        /// Which mover.
        mover: MoverId,
        /// Where.
        spot: SpotId,
    },
}

/// Why a mover cannot be added.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum NoMover {
    /// Speed, acceleration and deceleration must be greater than zero.
    #[error("speed, acceleration and deceleration must be greater than zero")]
    Limits,
    /// There is no spot of that number.
    #[error("there is no such spot")]
    Unknown,
    /// A home must hold one vehicle, and be nobody else's.
    #[error("a home must be a spot for one vehicle that nobody else has claimed")]
    Home,
}

/// Why a mover cannot be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Refusal {
    /// It was removed, or there never was one.
    #[error("there is no such vehicle")]
    Unknown,
    /// It has claimed no place there.
    #[error("it has no place there")]
    Unclaimed,
    /// No path leads there.
    #[error("no path leads there")]
    NoWay,
    /// It can no longer stop before its former destination.
    #[error("it cannot stop before its destination")]
    TooLate,
    /// If it went there, vehicles could come to wait for one another in a circle.
    #[error("others are in its way there and would wait for it")]
    Unsafe,
}

/// What has been counted since the traffic was made or read: a diagnosis, no part of its state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Zones that were granted.
    pub granted: u64,
    /// Requests for a zone that somebody else held.
    pub taken: u64,
    /// Requests for a free zone that would not have been safe.
    pub refused: u64,
    /// Searches for a whole new plan.
    pub searches: u64,
}

/// Who holds which zone and has a place in which spot.
#[derive(Resource, Clone, Debug, Default, Serialize, Deserialize)]
pub struct Traffic {
    /// By number; none for one that was removed.
    movers: Vec<Option<Mover>>,
    /// Who holds each zone.
    holders: Vec<Option<MoverId>>,
    /// Who has a place in each spot.
    claims: Vec<Vec<MoverId>>,
    /// Those who want to go on, longest waiting first.
    asking: Vec<MoverId>,
    /// How all who are on the aisles can finish: see [`safety`].
    plan: Vec<Step>,
    reports: Vec<Report>,
    #[serde(skip)]
    counts: Counts,
    /// How often what [`safety`] looks at has changed. A cache, together with [`Mover::refused_at`].
    #[serde(skip)]
    version: u64,
}

/// What became of a request.
#[derive(Clone, Copy, PartialEq)]
enum Answer {
    Granted,
    Taken,
    Unsafe,
}

impl Traffic {
    /// Adds a vehicle, which stands in its home. A home is a spot for one that stays its own as long as it is there.
    ///
    /// # Errors
    /// If the limits or the home will not do.
    pub fn add(&mut self, network: &Network, limits: Limits, home: SpotId, twin: TwinId) -> Result<MoverId, NoMover> {
        if !limits.are_sound() {
            return Err(NoMover::Limits);
        }
        let spot = network.spot(home).ok_or(NoMover::Unknown)?;
        let mover = MoverId(self.movers.len() as u32);
        self.holders.resize(network.zones(), None);
        self.claims.resize(network.spots(), Vec::new());
        if spot.capacity != 1 || !self.claims[home.0 as usize].is_empty() {
            return Err(NoMover::Home);
        }
        self.claims[home.0 as usize].push(mover);
        self.movers.push(Some(Mover::new(twin, limits, home)));
        Ok(mover)
    }

    /// Claims a place at a spot. Returns whether the mover has one there now.
    pub fn claim(&mut self, network: &Network, mover: MoverId, spot: SpotId) -> bool {
        self.claims.resize(network.spots(), Vec::new());
        let Some(claims) = self.claims.get_mut(spot.0 as usize) else { return false };
        if claims.contains(&mover) {
            return true;
        }
        let room = network.spot(spot).is_some_and(|spot| claims.len() < spot.capacity as usize);
        let granted = room && self.movers.get(mover.0 as usize).is_some_and(Option::is_some);
        if granted {
            claims.push(mover);
        }
        granted
    }

    /// Gives a claimed place back. Returns whether it had one that it does not need: its home, the spot where it stands
    /// or that it is leaving, and its destination stay claimed.
    pub fn unclaim(&mut self, mover: MoverId, spot: SpotId) -> bool {
        let needed = self.get(mover).is_none_or(|m| m.home == spot || m.spot == Some(spot) || m.to == spot);
        let Some(claims) = self.claims.get_mut(spot.0 as usize).filter(|_| !needed) else { return false };
        let before = claims.len();
        claims.retain(|other| *other != mover);
        claims.len() < before
    }

    /// Sends a mover to a spot where it has claimed a place, from a spot or on its way. On its way it goes from where it can
    /// stop first, if need be back, and gives back the place at its former destination.
    ///
    /// # Errors
    /// If it cannot go there; then it goes where it went before.
    pub fn send(&mut self, network: &Network, mover: MoverId, spot: SpotId, now: Time) -> Result<(), Refusal> {
        let m = self.get(mover).ok_or(Refusal::Unknown)?;
        if !self.claims.get(spot.0 as usize).is_some_and(|claims| claims.contains(&mover)) {
            return Err(Refusal::Unclaimed);
        }
        let former = m.to;
        if m.is_under_way() && m.to == spot {
            return Ok(());
        }
        match (m.first_stop(network, now), m.stands_in()) {
            (None, Some(at)) if at == spot => {
                self.stand_down(mover, spot);
                self.reports.push(Report::Arrived { mover, spot });
            }
            (None, Some(at)) => self.depart(network, mover, at, spot)?,
            (Some(stop), _) => self.redirect(network, mover, stop, spot)?,
            (None, None) => return Err(Refusal::TooLate),
        }
        self.unclaim(mover, former);
        Ok(())
    }

    /// Puts an end to a trip that has not left its spot.
    fn stand_down(&mut self, mover: MoverId, spot: SpotId) {
        self.asking.retain(|other| *other != mover);
        if let Some(m) = self.get_mut(mover) {
            m.route.clear();
            (m.to, m.motion) = (spot, Motion::Standing);
        }
    }

    fn depart(&mut self, network: &Network, mover: MoverId, from: SpotId, to: SpotId) -> Result<(), Refusal> {
        let m = self.get_mut(mover).ok_or(Refusal::Unknown)?;
        m.route = network.path(Stand::Spot(from), to, m.limits.speed).ok_or(Refusal::NoWay)?;
        (m.to, m.motion, m.refused_at) = (to, Motion::Passing(0.0), None);
        self.ask(mover);
        Ok(())
    }

    fn redirect(&mut self, network: &Network, mover: MoverId, stop: usize, to: SpotId) -> Result<(), Refusal> {
        let m = self.get_mut(mover).ok_or(Refusal::Unknown)?;
        let path = network.path(Stand::Zone(m.route[stop]), to, m.limits.speed).ok_or(Refusal::NoWay)?;
        let former = m.clone();
        let base = m.passed.saturating_sub(1);
        m.route = m.route[base..=stop].iter().copied().chain(path).collect();
        (m.passed, m.granted) = (m.passed - base, stop + 1 - base);
        (m.to, m.refused_at) = (to, None);
        let changed = m.clone();
        self.change_hands(mover, former.held(), changed.held());
        // The steps that the plan has for it belong to its former route.
        let plan = self.plan.clone();
        self.plan.retain(|step| step.mover != mover);
        if !self.make_plan(network, mover) {
            self.plan = plan;
            self.change_hands(mover, changed.held(), former.held());
            self.movers[mover.0 as usize] = Some(former);
            return Err(Refusal::Unsafe);
        }
        self.ask(mover);
        Ok(())
    }

    fn change_hands(&mut self, mover: MoverId, before: &[ZoneId], after: &[ZoneId]) {
        before.iter().for_each(|zone| self.holders[zone.0 as usize] = None);
        after.iter().for_each(|zone| self.holders[zone.0 as usize] = Some(mover));
    }

    /// To be called when a mover is due at its next point by its last [`Report::Moves`]. Does nothing, and returns false, if
    /// it is not due, so that a call for an earlier report does no harm. What follows from it, [`Traffic::retry`] decides.
    pub fn pass(&mut self, mover: MoverId, now: Time) -> bool {
        let Some(m) = self.movers.get_mut(mover.0 as usize).and_then(Option::as_mut) else { return false };
        let Motion::Rolling(leg) = m.motion else { return false };
        if leg.until != now {
            return false;
        }
        if m.passed == m.route.len() {
            self.arrive(mover);
            return true;
        }
        m.motion = Motion::Passing(leg.profile.exit);
        m.passed += 1;
        if let Some(spot) = m.spot.take() {
            self.leave(mover, spot);
        } else {
            let behind = m.route[m.passed - 2];
            if !m.held().contains(&behind) {
                self.holders[behind.0 as usize] = None;
            }
        }
        self.ask(mover);
        true
    }

    fn leave(&mut self, mover: MoverId, spot: SpotId) {
        self.unclaim(mover, spot);
        self.reports.push(Report::Left { mover, spot });
    }

    fn arrive(&mut self, mover: MoverId) {
        let Some(m) = self.movers.get_mut(mover.0 as usize).and_then(Option::as_mut) else { return };
        for zone in m.held() {
            self.holders[zone.0 as usize] = None;
        }
        m.route.clear();
        (m.passed, m.granted) = (0, 0);
        (m.spot, m.motion) = (Some(m.to), Motion::Standing);
        self.reports.push(Report::Arrived { mover, spot: m.to });
    }

    /// From now on the mover gets no new zones; it rolls to the end of what it was granted.
    pub fn halt(&mut self, mover: MoverId) {
        if let Some(m) = self.get_mut(mover) {
            m.halted = true;
        }
    }

    /// Ends a halt.
    pub fn go_on(&mut self, mover: MoverId) {
        let Some(m) = self.get_mut(mover) else { return };
        m.halted = false;
        if m.is_under_way() {
            self.ask(mover);
        }
    }

    /// Takes a mover away for good, with all that it holds.
    pub fn remove(&mut self, mover: MoverId) {
        let Some(m) = self.movers.get_mut(mover.0 as usize).and_then(Option::take) else { return };
        self.change_hands(mover, m.held(), &[]);
        self.claims.iter_mut().for_each(|claims| claims.retain(|other| *other != mover));
        self.asking.retain(|other| *other != mover);
        // Without it the rest of the plan works all the better.
        self.plan.retain(|step| step.mover != mover);
        self.version += 1;
    }

    /// Puts a mover at the end of those who want to go on, unless it is among them.
    fn ask(&mut self, mover: MoverId) {
        if !self.asking.contains(&mover) {
            self.asking.push(mover);
        }
    }

    /// Lets those who want to go on ask for zones, longest waiting first, and decides how each moves on. To be called once
    /// at the end of every moment in which anything else was: until then, who has passed a point does not know how to go on.
    pub fn retry(&mut self, network: &Network, now: Time) {
        let asking = self.asking.clone();
        // A grant can make safe what was not before, so those who were refused for safety ask again.
        while self.ask_in_turn(network, now) {}
        for mover in asking {
            let Some(m) = self.get_mut(mover) else { continue };
            if m.plan(network, now) {
                let report = match m.motion {
                    Motion::Rolling(leg) => Report::Moves { mover, at: leg.until },
                    _ => Report::Waits { mover },
                };
                self.reports.push(report);
            }
        }
    }

    /// Each asks once, for all that it wants. Returns whether another round could bring more.
    fn ask_in_turn(&mut self, network: &Network, now: Time) -> bool {
        let (mut asking, mut anew) = (std::mem::take(&mut self.asking), Vec::new());
        let (mut any_granted, mut any_unsafe) = (false, false);
        asking.retain(|&mover| {
            let (granted, refusal) = self.ask_for_all(network, mover, now);
            any_granted |= granted;
            any_unsafe |= refusal == Some(Answer::Unsafe);
            // Who got something waits anew.
            anew.extend(refusal.filter(|_| granted).map(|_| mover));
            refusal.is_some() && !granted
        });
        asking.append(&mut anew);
        self.asking = asking;
        any_granted && any_unsafe
    }

    /// A mover asks for zones until it has all that it wants or is refused one. Returns whether it was granted any, and the
    /// refusal.
    fn ask_for_all(&mut self, network: &Network, mover: MoverId, now: Time) -> (bool, Option<Answer>) {
        let mut granted = false;
        while self.get(mover).is_some_and(|m| !m.halted && m.wants_more(network, now)) {
            match self.request(network, mover) {
                Answer::Granted => granted = true,
                refusal => return (granted, Some(refusal)),
            }
        }
        (granted, None)
    }

    /// A mover asks for the next zone of its route.
    fn request(&mut self, network: &Network, mover: MoverId) -> Answer {
        let version = self.version;
        let Some(m) = self.movers.get_mut(mover.0 as usize).and_then(Option::as_mut) else { return Answer::Taken };
        let Some(zone) = m.next_zone() else { return Answer::Taken };
        let holder = self.holders[zone.0 as usize];
        if holder.is_some_and(|holder| holder != mover) {
            self.counts.taken += 1;
            return Answer::Taken;
        }
        if m.refused_at == Some(version) {
            return Answer::Unsafe;
        }
        m.granted += 1;
        self.holders[zone.0 as usize] = Some(mover);
        if self.make_plan(network, mover) {
            self.counts.granted += 1;
            return Answer::Granted;
        }
        self.counts.refused += 1;
        self.holders[zone.0 as usize] = holder;
        if let Some(m) = self.get_mut(mover) {
            m.granted -= 1;
            m.refused_at = Some(version);
        }
        Answer::Unsafe
    }

    /// Brings the plan up to date after a mover's route or what it was granted has changed. Returns false, and leaves the
    /// plan alone, if none is found.
    fn make_plan(&mut self, network: &Network, mover: MoverId) -> bool {
        let made = self.follow_plan(mover) || self.plan_to_finish(network, mover) || self.plan_anew(network);
        self.version += u64::from(made);
        made
    }

    /// Whether that is just what the plan has it do next.
    fn follow_plan(&mut self, mover: MoverId) -> bool {
        let Some((first, m)) = self.plan.first().copied().zip(self.get(mover)) else { return false };
        let follows = first.mover == mover && m.granted <= first.granted;
        if follows && m.granted == first.granted {
            self.plan.remove(0);
        }
        follows
    }

    /// Puts the mover, and those who must finish before it, at the head of the plan.
    fn plan_to_finish(&mut self, network: &Network, mover: MoverId) -> bool {
        let view = View { network, movers: &self.movers, holders: &self.holders };
        let Some(order) = view.finish(mover) else { return false };
        let movers = &self.movers;
        let steps = order.iter().filter_map(|&mover| {
            let m = movers[mover.0 as usize].as_ref().filter(|m| !m.is_through())?;
            Some(Step { mover, granted: m.route.len() })
        });
        self.plan.retain(|step| !order.contains(&step.mover));
        self.plan.splice(0..0, steps);
        true
    }

    fn plan_anew(&mut self, network: &Network) -> bool {
        self.counts.searches += 1;
        let view = View { network, movers: &self.movers, holders: &self.holders };
        let plan = view.search();
        plan.map(|plan| self.plan = plan).is_some()
    }

    /// Takes what has happened since the last call, in its order.
    pub fn take_reports(&mut self) -> impl Iterator<Item = Report> + use<> {
        std::mem::take(&mut self.reports).into_iter()
    }

    fn get(&self, mover: MoverId) -> Option<&Mover> {
        self.movers.get(mover.0 as usize)?.as_ref()
    }

    fn get_mut(&mut self, mover: MoverId) -> Option<&mut Mover> {
        self.movers.get_mut(mover.0 as usize)?.as_mut()
    }
}
