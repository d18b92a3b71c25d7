//! The manager's side: calls, awards, confirms, and reports what came of it.

use std::borrow::Cow;
use std::sync::Arc;

use bevy_ecs::prelude::Component;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::mechanisms::combinatorial::{self, SetBid};
use super::mechanisms::english::{self, Round};
use super::mechanisms::{Award, Mechanism, sealed};
use super::notice::{Bid, MissionId, Notice};
use crate::engine::identity::TwinId;
use crate::engine::time::{Duration, Time};
use crate::twin::who::To;

/// A twin that hands missions out: those whose kind names it in `by`.
#[derive(Component, Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ManagerSpec {
    /// How.
    pub through: Mechanism,
    /// How long it waits for bids; in an English auction, in each round.
    pub wait: Duration,
    /// After how long it says again what was not answered.
    pub retry: Duration,
    /// After how long without a word from whoever has a mission it reports that.
    pub patience: Duration,
    /// After how long it calls again for what nobody wanted.
    pub again: Duration,
}

impl Default for ManagerSpec {
    fn default() -> Self {
        ManagerSpec {
            through: Mechanism::ContractNet,
            wait: Duration::from_secs(2),
            retry: Duration::from_secs(1),
            patience: Duration::from_secs(120),
            again: Duration::from_secs(10),
        }
    }
}

/// How often an award is said before the next bidder is asked.
const AWARDS: u32 = 5;
/// How often it is asked, while it is patient, whether somebody is still at it.
const ASKS: i64 = 8;

/// What a manager knows of a mission.
#[derive(Clone, Debug, PartialEq)]
pub struct Offer {
    /// What it is worth; 0 if nothing was said.
    pub reward: f64,
    /// When it is too late.
    pub deadline: Time,
    /// Who may do it.
    pub whom: Arc<[TwinId]>,
}

/// What became of a mission, as its manager sees it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum News {
    /// It was called.
    Called(MissionId),
    /// Nobody wanted it; it will be called again.
    Unwanted(MissionId),
    /// Somebody has begun it, for a price.
    Contracted(MissionId, TwinId, f64),
    /// Whoever had it says that it is over, and whether it was done.
    Reported(MissionId, TwinId, bool),
    /// It has failed: why.
    Failed(MissionId, TwinId, Cow<'static, str>),
}

/// What is to be said, and what there is to be told.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Said<N> {
    /// To whom, what.
    pub notices: Vec<(To, Notice)>,
    /// What happened.
    pub news: Vec<N>,
}

impl<N> Said<N> {
    /// Says something to one.
    pub(super) fn tell(&mut self, to: TwinId, notice: Notice) {
        self.notices.push((To::One(to), notice));
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
struct Waiting {
    mission: MissionId,
    /// Since when.
    since: Time,
    /// Not to be called before.
    from: Time,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Call {
    id: u32,
    round: u32,
    missions: Arc<[MissionId]>,
    whom: Arc<[TwinId]>,
    price: Option<f64>,
    ends: Time,
    bids: Vec<(TwinId, Arc<[Bid]>)>,
    /// Who was in in the round before.
    before: Vec<TwinId>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum State {
    Awarded,
    Confirmed,
    Running,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Contract {
    id: u32,
    missions: Arc<[MissionId]>,
    /// Which of them are over.
    over: u32,
    with: TwinId,
    price: f64,
    state: State,
    /// When something is to be said again.
    next: Time,
    /// When its contractor was heard last.
    heard: Time,
    /// How often the award was said.
    awards: u32,
    /// Who else would do it, for how much; the best last.
    others: Vec<(TwinId, f64)>,
}

/// What a manager remembers.
#[derive(Component, Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Manager {
    serial: u32,
    waiting: Vec<Waiting>,
    calls: Vec<Call>,
    contracts: Vec<Contract>,
}

/// What a manager's side needs to go on: its terms, the moment, and what it knows of missions.
#[derive(Clone, Copy)]
pub struct Desk<'a> {
    /// How it works.
    pub terms: &'a ManagerSpec,
    /// Now.
    pub now: Time,
    /// What is known of a mission.
    pub offer: &'a dyn Fn(MissionId) -> Offer,
}

impl Manager {
    /// Takes a mission on, to be handed out.
    pub fn take(&mut self, mission: MissionId, now: Time) {
        self.waiting.push(Waiting { mission, since: now, from: now });
    }

    /// Whether nothing is to be handed out or waited for.
    pub fn is_idle(&self) -> bool {
        self.waiting.is_empty() && self.calls.is_empty() && self.contracts.is_empty()
    }

    /// The missions that it knows of nobody to have ended.
    pub fn missions(&self) -> Vec<MissionId> {
        let waiting = self.waiting.iter().map(|waiting| waiting.mission);
        let called = self.calls.iter().flat_map(|call| call.missions.iter().copied());
        waiting.chain(called).chain(self.contracts.iter().flat_map(Contract::open)).collect()
    }

    /// When it has something to do next.
    pub fn next(&self, terms: &ManagerSpec) -> Time {
        let waiting = self.waiting.iter().map(|waiting| match terms.through {
            Mechanism::Combinatorial { collects, .. } => (waiting.since + collects).max(waiting.from),
            _ => waiting.from,
        });
        let calls = self.calls.iter().map(|call| call.ends);
        let contracts = self.contracts.iter().map(|contract| contract.next);
        waiting.chain(calls).chain(contracts).min().unwrap_or(Time::NEVER)
    }

    fn number(&mut self) -> u32 {
        self.serial += 1;
        self.serial
    }

    /// Hears a notice of a contractor.
    pub fn hear(&mut self, from: TwinId, notice: &Notice, desk: Desk, said: &mut Said<News>) {
        match notice {
            Notice::Bid { call, round, bids } => {
                let is_it = |open: &&mut Call| open.id == *call && open.round == *round;
                let Some(open) = self.calls.iter_mut().find(is_it) else { return };
                if open.bids.iter().all(|(bidder, _)| *bidder != from) && open.whom.contains(&from) {
                    open.bids.push((from, bids.clone()));
                }
                // Nobody else is to be waited for.
                if open.bids.len() == open.whom.len() {
                    open.ends = desk.now;
                }
            }
            Notice::Accept { contract } => match self.contract(*contract, from) {
                Some(contract) => {
                    if contract.state == State::Awarded {
                        contract.state = State::Confirmed;
                        contract.others.clear();
                    }
                    contract.heard = desk.now;
                    contract.next = desk.now + desk.terms.retry;
                    said.tell(from, Notice::Confirm { contract: contract.id });
                }
                None => said.tell(from, Notice::Void { contract: *contract }),
            },
            Notice::Refuse { contract } => {
                let is_it = |open: &Contract| open.id == *contract && open.with == from && open.state != State::Running;
                // Whoever refuses has not begun and never will: it is safe to ask the next one.
                if let Some(place) = self.contracts.iter().position(is_it) {
                    let contract = self.contracts.remove(place);
                    self.ask_next(contract, desk, said);
                }
            }
            Notice::Begun { contract } => {
                if let Some(contract) = self.contract(*contract, from) {
                    contract.heard = desk.now;
                    if contract.state != State::Running {
                        contract.state = State::Running;
                        contract.next = desk.now + ask_every(desk.terms);
                        let (with, price) = (contract.with, contract.price / contract.missions.len() as f64);
                        let open = contract.open();
                        said.news.extend(open.into_iter().map(|mission| News::Contracted(mission, with, price)));
                    }
                }
            }
            Notice::Report { contract, mission, done } => {
                said.tell(from, Notice::Thanks { contract: *contract, mission: *mission });
                let Some(open) = self.contract(*contract, from) else { return };
                open.heard = desk.now;
                if let Some(place) = open.missions.iter().position(|other| other == mission)
                    && open.over >> place & 1 == 0
                {
                    open.over |= 1 << place;
                    said.news.push(News::Reported(*mission, from, *done));
                    self.contracts.retain(|contract| !contract.open().is_empty());
                }
            }
            // What only contractors hear.
            Notice::Call { .. }
            | Notice::Award { .. }
            | Notice::Confirm { .. }
            | Notice::Void { .. }
            | Notice::Ask { .. }
            | Notice::Thanks { .. } => {}
        }
    }

    fn contract(&mut self, id: u32, with: TwinId) -> Option<&mut Contract> {
        self.contracts.iter_mut().find(|contract| contract.id == id && contract.with == with)
    }

    /// Does what is due.
    pub fn pass(&mut self, desk: Desk, said: &mut Said<News>) {
        self.forget_what_is_late(desk);
        self.call(desk, said);
        let due = |call: &Call| call.ends <= desk.now;
        let (due, open): (Vec<Call>, Vec<Call>) = std::mem::take(&mut self.calls).into_iter().partition(due);
        self.calls = open;
        due.into_iter().for_each(|call| self.close(call, desk, said));
        let due = |contract: &Contract| contract.next <= desk.now;
        let (due, open): (Vec<Contract>, Vec<Contract>) =
            std::mem::take(&mut self.contracts).into_iter().partition(due);
        self.contracts = open;
        due.into_iter().for_each(|contract| self.go_on(contract, desk, said));
    }

    /// What is too late to be begun is no longer handed out: the world notes that it has failed.
    fn forget_what_is_late(&mut self, desk: Desk) {
        let in_time = |mission: &MissionId| (desk.offer)(*mission).deadline > desk.now;
        self.waiting.retain(|waiting| in_time(&waiting.mission));
        self.calls.retain(|call| call.missions.iter().any(in_time));
        self.contracts.retain(|contract| contract.state != State::Awarded || contract.missions.iter().any(in_time));
    }

    /// Calls what waits.
    fn call(&mut self, desk: Desk, said: &mut Said<News>) {
        let (most, collects) = match desk.terms.through {
            Mechanism::Combinatorial { collects, most, .. } => (most as usize, collects),
            _ => (1, Duration::ZERO),
        };
        loop {
            let mut ready = self.waiting.iter().filter(|waiting| waiting.from <= desk.now);
            let Some(first) = ready.next().copied() else { return };
            let whom = (desk.offer)(first.mission).whom;
            // Those that the same twins may do are called together.
            let alike = ready.map(|waiting| waiting.mission).filter(|other| (desk.offer)(*other).whom == whom);
            let missions: Vec<MissionId> = std::iter::once(first.mission).chain(alike).take(most).collect();
            if missions.len() < most && first.since + collects > desk.now {
                return;
            }
            self.waiting.retain(|waiting| !missions.contains(&waiting.mission));
            said.news.extend(missions.iter().map(|mission| News::Called(*mission)));
            let price = match desk.terms.through {
                Mechanism::English { .. } => Some((desk.offer)(first.mission).reward),
                _ => None,
            };
            let call = Call {
                id: self.number(),
                round: 0,
                missions: missions.into(),
                whom,
                price,
                ends: desk.now + desk.terms.wait,
                bids: Vec::new(),
                before: Vec::new(),
            };
            announce(&call, desk.terms, said);
            self.calls.push(call);
        }
    }

    /// The time for bids is over.
    fn close(&mut self, mut call: Call, desk: Desk, said: &mut Said<News>) {
        call.bids.sort_by_key(|(bidder, _)| *bidder);
        let single: Vec<(TwinId, f64)> =
            call.bids.iter().flat_map(|(bidder, bids)| bids.iter().map(|bid| (*bidder, bid.cost))).collect();
        let reward = |mission: &MissionId| (desk.offer)(*mission).reward;
        let most = call.missions.first().map(reward).filter(|reward| *reward > 0.0);
        let awards: Vec<Award> = match desk.terms.through {
            Mechanism::ContractNet => sealed::first_price(&single).into_iter().collect(),
            Mechanism::Vickrey => sealed::second_price(&single, most).into_iter().collect(),
            Mechanism::English { step } => {
                let price = call.price.unwrap_or_default();
                let now: Vec<TwinId> = single.iter().map(|(bidder, _)| *bidder).collect();
                match english::close(price, step * most.unwrap_or_default(), &now, &call.before) {
                    Round::Next(price) => {
                        call.round += 1;
                        (call.price, call.before) = (Some(price), now);
                        call.bids.clear();
                        call.ends = desk.now + desk.terms.wait;
                        announce(&call, desk.terms, said);
                        self.calls.push(call);
                        return;
                    }
                    Round::Over(award) => award.into_iter().collect(),
                }
            }
            Mechanism::Combinatorial { .. } => {
                let worth: Vec<f64> = call.missions.iter().map(reward).collect();
                let sets = call.bids.iter().flat_map(|(by, bids)| {
                    bids.iter().map(|bid| SetBid { by: *by, missions: bid.missions, cost: bid.cost })
                });
                combinatorial::decide(&worth, &sets.collect::<Vec<_>>())
            }
        };
        let mut given = 0;
        for award in awards {
            given |= award.missions;
            let picked = (0..).zip(call.missions.iter()).filter(|(n, _)| award.missions >> n & 1 == 1);
            let missions: Arc<[MissionId]> = picked.map(|(_, mission)| *mission).collect();
            // Whoever was next best is asked if the winner does not answer, for what it has bid.
            let others = match desk.terms.through {
                Mechanism::ContractNet | Mechanism::Vickrey => {
                    let mut others = sealed::ranked(single.iter().copied().filter(|(bidder, _)| *bidder != award.to));
                    others.retain(|(_, cost)| {
                        most.is_none_or(|most| *cost <= most) || desk.terms.through == Mechanism::ContractNet
                    });
                    others.reverse();
                    others
                }
                _ => Vec::new(),
            };
            self.award(missions, award.to, award.price, others, desk, said);
        }
        for (place, mission) in call.missions.iter().enumerate().filter(|(place, _)| given >> place & 1 == 0) {
            let _ = place;
            said.news.push(News::Unwanted(*mission));
            self.wait_again(*mission, desk);
        }
    }

    fn wait_again(&mut self, mission: MissionId, desk: Desk) {
        self.waiting.push(Waiting { mission, since: desk.now, from: desk.now + desk.terms.again });
    }

    fn award(
        &mut self,
        missions: Arc<[MissionId]>,
        to: TwinId,
        price: f64,
        others: Vec<(TwinId, f64)>,
        desk: Desk,
        said: &mut Said<News>,
    ) {
        let contract = Contract {
            id: self.number(),
            missions,
            over: 0,
            with: to,
            price,
            state: State::Awarded,
            next: desk.now + desk.terms.retry,
            heard: desk.now,
            awards: 1,
            others,
        };
        said.tell(to, contract.award(desk.terms));
        self.contracts.push(contract);
    }

    /// Asks whoever is next, under a new contract; calls again if there is nobody.
    fn ask_next(&mut self, mut contract: Contract, desk: Desk, said: &mut Said<News>) {
        match contract.others.pop() {
            Some((next, cost)) => self.award(contract.missions, next, cost, contract.others, desk, said),
            None => contract.missions.iter().for_each(|mission| {
                said.news.push(News::Unwanted(*mission));
                self.wait_again(*mission, desk);
            }),
        }
    }

    /// Something is to be said again, or given up.
    fn go_on(&mut self, mut contract: Contract, desk: Desk, said: &mut Said<News>) {
        let Desk { terms, now, .. } = desk;
        let with = contract.with;
        if contract.state == State::Awarded {
            if contract.awards >= AWARDS {
                said.tell(with, Notice::Void { contract: contract.id });
                return self.ask_next(contract, desk, said);
            }
            contract.awards += 1;
            said.tell(with, contract.award(terms));
        } else if now - contract.heard >= terms.patience {
            let missing = |mission| News::Failed(mission, with, "nothing is heard of whoever has it".into());
            said.news.extend(contract.open().into_iter().map(missing));
            return;
        } else if contract.state == State::Confirmed {
            said.tell(with, Notice::Confirm { contract: contract.id });
        } else {
            said.tell(with, Notice::Ask { contract: contract.id });
        }
        contract.next = now + if contract.state == State::Running { ask_every(terms) } else { terms.retry };
        self.contracts.push(contract);
    }
}

impl Contract {
    /// Those of its missions that are not over.
    fn open(&self) -> Vec<MissionId> {
        let is_open = |(place, _): &(usize, &MissionId)| self.over >> place & 1 == 0;
        self.missions.iter().enumerate().filter(is_open).map(|(_, mission)| *mission).collect()
    }

    fn award(&self, terms: &ManagerSpec) -> Notice {
        let Contract { id, ref missions, price, .. } = *self;
        Notice::Award { contract: id, missions: missions.clone(), price, keep: terms.patience }
    }
}

fn ask_every(terms: &ManagerSpec) -> Duration {
    terms.retry.max(Duration::from_nanos(terms.patience.nanos() / ASKS))
}

fn announce(call: &Call, terms: &ManagerSpec, said: &mut Said<News>) {
    let largest = match terms.through {
        Mechanism::Combinatorial { largest, .. } => largest,
        _ => 1,
    };
    let Call { id, round, ref missions, price, .. } = *call;
    let notice = Notice::Call { call: id, round, missions: missions.clone(), price, largest };
    said.notices.push((To::Several(call.whom.clone()), notice));
}
