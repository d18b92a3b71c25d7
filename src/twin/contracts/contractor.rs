//! The contractor's side: bids, promises, begins when that is confirmed, and reports until it is thanked.

use std::sync::Arc;

use bevy_ecs::prelude::Component;
use serde::{Deserialize, Serialize};

use super::manager::Said;
use super::notice::{Bid, MissionId, Notice};
use crate::engine::identity::TwinId;
use crate::engine::time::{Duration, Time};

/// How many of its refusals a contractor remembers for each manager; what is older than all of them counts as refused.
const REMEMBERED: usize = 32;
/// After how long it reports again what nobody has thanked it for.
const AGAIN: Duration = Duration::from_secs(1);
/// How often it reports at most.
const REPORTS: u32 = 200;

/// A place kept free for missions that are not confirmed yet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Promise {
    manager: TwinId,
    contract: u32,
    missions: Arc<[MissionId]>,
    price: f64,
    until: Time,
}

/// Missions under way.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Held {
    manager: TwinId,
    contract: u32,
    missions: Vec<MissionId>,
}

/// A mission that is over, until the manager has heard it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
struct Report {
    manager: TwinId,
    contract: u32,
    mission: MissionId,
    done: bool,
    next: Time,
    said: u32,
}

/// What a contractor has refused of one manager.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Refused {
    manager: TwinId,
    /// All up to here count as refused.
    floor: u32,
    /// By number.
    contracts: Vec<u32>,
}

/// What a contractor remembers.
#[derive(Component, Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Contractor {
    promises: Vec<Promise>,
    held: Vec<Held>,
    reports: Vec<Report>,
    refused: Vec<Refused>,
}

/// It has begun a mission: for whom, and what it is paid.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Begun {
    /// Which.
    pub mission: MissionId,
    /// For whom.
    pub manager: TwinId,
    /// For how much.
    pub price: f64,
}

/// A call, as a contractor hears it.
#[derive(Clone, Copy, Debug)]
pub struct Heard<'a> {
    /// Which missions.
    pub missions: &'a [MissionId],
    /// What is paid at most, if that is said.
    pub price: Option<f64>,
    /// How many missions a bid can be for.
    pub largest: u32,
}

/// What a contractor's side needs to know of its twin.
pub trait Body {
    /// How many missions it can take on besides those that it has.
    fn room(&self) -> usize;
    /// What it bids, if anything.
    fn bids(&mut self, call: Heard) -> Vec<Bid>;
    /// Whether it could still do that mission.
    fn can(&self, mission: MissionId) -> bool;
}

impl Contractor {
    /// When it has something to do next.
    pub fn next(&self) -> Time {
        let promises = self.promises.iter().map(|promise| promise.until);
        promises.chain(self.reports.iter().map(|report| report.next)).min().unwrap_or(Time::NEVER)
    }

    /// How many places it keeps free.
    fn promised(&self) -> usize {
        self.promises.iter().map(|promise| promise.missions.len()).sum()
    }

    /// Hears a notice of a manager.
    pub fn hear(&mut self, from: TwinId, notice: &Notice, now: Time, body: &mut dyn Body, said: &mut Said<Begun>) {
        let is_ours = |manager: TwinId, contract: u32, this: u32| manager == from && contract == this;
        match notice {
            Notice::Call { call, round, missions, price, largest } => {
                let has_room = body.room() > self.promised();
                let heard = Heard { missions, price: *price, largest: *largest };
                let bids = if has_room { body.bids(heard) } else { Vec::new() };
                said.tell(from, Notice::Bid { call: *call, round: *round, bids: bids.into() });
            }
            Notice::Award { contract, missions, price, keep } => {
                let is_begun = self.has_begun(from, *contract);
                let promise =
                    self.promises.iter_mut().find(|promise| is_ours(promise.manager, promise.contract, *contract));
                if is_begun {
                    return said.tell(from, Notice::Begun { contract: *contract });
                }
                if let Some(promise) = promise {
                    promise.until = now + *keep;
                    return said.tell(from, Notice::Accept { contract: *contract });
                }
                let fits = missions.len() + self.promised() <= body.room();
                if !fits || self.has_refused(from, *contract) || missions.iter().any(|mission| !body.can(*mission)) {
                    self.refuse(from, *contract);
                    return said.tell(from, Notice::Refuse { contract: *contract });
                }
                let (manager, contract, price, until) = (from, *contract, *price, now + *keep);
                self.promises.push(Promise { manager, contract, missions: missions.clone(), price, until });
                said.tell(from, Notice::Accept { contract });
            }
            Notice::Confirm { contract } => {
                let is_promised = |promise: &Promise| is_ours(promise.manager, promise.contract, *contract);
                if let Some(place) = self.promises.iter().position(is_promised) {
                    let Promise { manager, contract, missions, price, .. } = self.promises.remove(place);
                    let each = price / missions.len() as f64;
                    said.news.extend(missions.iter().map(|mission| Begun { mission: *mission, manager, price: each }));
                    self.held.push(Held { manager, contract, missions: missions.to_vec() });
                }
                if self.has_begun(from, *contract) {
                    return said.tell(from, Notice::Begun { contract: *contract });
                }
                self.refuse(from, *contract);
                said.tell(from, Notice::Refuse { contract: *contract });
            }
            Notice::Void { contract } => {
                self.promises.retain(|promise| !is_ours(promise.manager, promise.contract, *contract));
                if !self.has_begun(from, *contract) {
                    self.refuse(from, *contract);
                }
            }
            Notice::Ask { contract } => {
                if self.held.iter().any(|held| is_ours(held.manager, held.contract, *contract)) {
                    said.tell(from, Notice::Begun { contract: *contract });
                }
                for report in self.reports.iter().filter(|report| is_ours(report.manager, report.contract, *contract)) {
                    said.tell(from, report.notice());
                }
            }
            Notice::Thanks { contract, mission } => {
                let is_it =
                    |report: &Report| is_ours(report.manager, report.contract, *contract) && report.mission == *mission;
                let count = self.reports.len();
                self.reports.retain(|report| !is_it(report));
                if self.reports.len() < count {
                    self.close(from, *contract);
                }
            }
            // What only managers hear.
            Notice::Bid { .. }
            | Notice::Accept { .. }
            | Notice::Refuse { .. }
            | Notice::Begun { .. }
            | Notice::Report { .. } => {}
        }
    }

    /// Does what is due.
    pub fn pass(&mut self, now: Time, said: &mut Said<Begun>) {
        let broken: Vec<(TwinId, u32)> = self
            .promises
            .iter()
            .filter(|promise| promise.until <= now)
            .map(|promise| (promise.manager, promise.contract))
            .collect();
        self.promises.retain(|promise| promise.until > now);
        broken.into_iter().for_each(|(manager, contract)| self.refuse(manager, contract));
        for report in self.reports.iter_mut().filter(|report| report.next <= now) {
            report.said += 1;
            report.next = now + AGAIN;
            said.tell(report.manager, report.notice());
        }
        let given_up: Vec<Report> = self.reports.iter().filter(|report| report.said >= REPORTS).copied().collect();
        self.reports.retain(|report| report.said < REPORTS);
        given_up.into_iter().for_each(|report| self.close(report.manager, report.contract));
    }

    /// A mission that it had is over.
    pub fn end(&mut self, mission: MissionId, done: bool, now: Time, said: &mut Said<Begun>) {
        let Some(place) = self.held.iter().position(|held| held.missions.contains(&mission)) else { return };
        let held = &mut self.held[place];
        held.missions.retain(|other| *other != mission);
        let report =
            Report { manager: held.manager, contract: held.contract, mission, done, next: now + AGAIN, said: 1 };
        said.tell(report.manager, report.notice());
        self.reports.push(report);
        self.held.retain(|held| !held.missions.is_empty());
    }

    /// Whether it has begun that contract, and its manager may not know yet that it is over.
    fn has_begun(&self, manager: TwinId, contract: u32) -> bool {
        self.held.iter().any(|held| (held.manager, held.contract) == (manager, contract))
            || self.reports.iter().any(|report| (report.manager, report.contract) == (manager, contract))
    }

    /// A contract of which nothing is left is never begun again, whatever is still under way about it.
    fn close(&mut self, manager: TwinId, contract: u32) {
        if !self.has_begun(manager, contract) {
            self.refuse(manager, contract);
        }
    }

    fn has_refused(&self, manager: TwinId, contract: u32) -> bool {
        let of = self.refused.iter().find(|refused| refused.manager == manager);
        of.is_some_and(|refused| contract <= refused.floor || refused.contracts.contains(&contract))
    }

    /// Never begins that contract.
    fn refuse(&mut self, manager: TwinId, contract: u32) {
        if self.has_refused(manager, contract) {
            return;
        }
        let place = self.refused.iter().position(|refused| refused.manager == manager);
        let place = place.unwrap_or_else(|| {
            self.refused.push(Refused { manager, floor: 0, contracts: Vec::new() });
            self.refused.len() - 1
        });
        let refused = &mut self.refused[place];
        let at = refused.contracts.partition_point(|other| *other < contract);
        refused.contracts.insert(at, contract);
        if refused.contracts.len() > REMEMBERED {
            refused.floor = refused.contracts.remove(0);
        }
    }
}

impl Report {
    fn notice(&self) -> Notice {
        Notice::Report { contract: self.contract, mission: self.mission, done: self.done }
    }
}
