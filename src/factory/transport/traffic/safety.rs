//! No deadlock: a banker's algorithm for zones.
//!
//! Movers *come to rest*: whatever happens, each rolls to the last zone it was granted and lets go of those behind, and
//! one that was granted its whole route rolls into its spot and out of the picture. So the state that matters is which
//! mover rests in which zone. It is *safe* if there is an order of steps, each taking one mover along its route through
//! zones in which nobody rests then, after which all have finished. A zone is granted only if the state is safe then.
//!
//! This is the banker's algorithm (Dijkstra 1965, Habermann 1969) with zones for money, as S. Reveliotis has it for
//! guided vehicles ("Conflict resolution in AGV systems", IIE Transactions 32, 2000), with one thing more. There a mover
//! can only be helped by letting others *finish*, which on a one-way loop costs a quarter of all trips: each follows another.
//! Kalinovcic, Petrovic, Bogdan and Bobanac ("Modified banker's algorithm for scheduling in multi-AGV systems", IEEE CASE
//! 2011) therefore allow some states that are unsafe in that sense. Here it is done thus: a step may also end in a *refuge*,
//! a zone where whoever waits is in nobody's way, or only in the way of those who come behind on a lane that nobody needs
//! in the other direction.
//!
//! Finding some order is hard in general and this search does not find all. So the traffic keeps the order that
//! it found, its *plan*, and a request is granted if it is the first step of the plan, or if a new plan can be found. Since
//! a plan always exists and the zones of its first step are free once all have come to rest, somebody can always go
//! on: no deadlock, however poor the search.

use serde::{Deserialize, Serialize};

use super::{Mover, MoverId};
use crate::factory::transport::network::{Network, ZoneId};

/// One step of the plan: a mover goes along its route.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Step {
    pub mover: MoverId,
    /// How many zones of its route it has been granted then.
    pub granted: usize,
}

/// Who rests where and needs what.
#[derive(Clone, Copy)]
pub(super) struct View<'a> {
    pub network: &'a Network,
    pub movers: &'a [Option<Mover>],
    /// By zone.
    pub holders: &'a [Option<MoverId>],
}

#[derive(Clone, Copy, PartialEq)]
enum Mark {
    Unseen,
    /// Others must finish before it; they are being looked at.
    Open,
    Done,
}

impl<'a> View<'a> {
    fn mover(&self, mover: MoverId) -> Option<&'a Mover> {
        self.movers.get(mover.0 as usize)?.as_ref()
    }

    /// Who rests in a zone, other than `mover` itself.
    fn resting(&self, zone: ZoneId, mover: MoverId) -> Option<MoverId> {
        let holder = self.holders[zone.0 as usize].filter(|holder| *holder != mover)?;
        (self.mover(holder)?.rests_in() == Some(zone)).then_some(holder)
    }

    /// An order in which `mover` and those who must finish before it can finish one after another, itself the last. None if
    /// they wait for one another in a circle.
    ///
    /// If the state was safe before `mover` was granted its last zone and this finds an order, the state is still safe: by
    /// this order they finish, and then the rest of the old plan works as before, since nothing but those who finished
    /// has changed and those can only be missing. If all that `mover` needs is free, it is itself the whole order.
    pub fn finish(&self, mover: MoverId) -> Option<Vec<MoverId>> {
        if !self.mover(mover)?.needed().iter().any(|&zone| self.resting(zone, mover).is_some()) {
            return Some(vec![mover]);
        }
        let mut order = Vec::new();
        let mut marks = vec![Mark::Unseen; self.movers.len()];
        let mut path = vec![(mover, self.mover(mover)?.needed().iter())];
        marks[mover.0 as usize] = Mark::Open;
        while let Some((at, needed)) = path.last_mut() {
            let at = *at;
            if let Some(blocker) = needed.find_map(|&zone| self.resting(zone, at)) {
                match std::mem::replace(&mut marks[blocker.0 as usize], Mark::Open) {
                    Mark::Open => return None,
                    Mark::Done => marks[blocker.0 as usize] = Mark::Done,
                    Mark::Unseen => path.push((blocker, self.mover(blocker)?.needed().iter())),
                }
            } else {
                marks[at.0 as usize] = Mark::Done;
                order.push(at);
                path.pop();
            }
        }
        Some(order)
    }

    /// A plan for all. Prefers finishing to going to a refuge. None if it finds none, though there may be one.
    pub fn search(&self) -> Option<Vec<Step>> {
        let mut board = Board::new(*self);
        let mut detours = 4 * board.tokens.len();
        loop {
            board.finish_all();
            if board.tokens.is_empty() {
                return Some(board.steps);
            }
            if detours == 0 || !board.go_to_refuge() {
                return None;
            }
            detours -= 1;
        }
    }

    /// Whether a plan gets everybody to the end of his route.
    pub fn works(&self, plan: &[Step]) -> bool {
        let mut board = Board::new(*self);
        plan.iter().all(|step| board.follow(step)) && board.tokens.is_empty()
    }
}

/// A mover that rests in the zone of its route before `next`.
struct Token<'a> {
    mover: MoverId,
    route: &'a [ZoneId],
    next: usize,
}

impl Token<'_> {
    fn zone(&self) -> ZoneId {
        self.route[self.next - 1]
    }
}

/// Where movers could go if they went one after another.
struct Board<'a> {
    network: &'a Network,
    tokens: Vec<Token<'a>>,
    taken: Vec<bool>,
    /// How often a zone is still needed along its lane, and against it. Counted the first time that somebody asks.
    needs: Vec<[u32; 2]>,
    steps: Vec<Step>,
}

impl<'a> Board<'a> {
    fn new(view: View<'a>) -> Board<'a> {
        let ids = (0..).map(MoverId);
        let movers = ids.zip(view.movers).filter_map(|(id, mover)| Some((id, mover.as_ref()?)));
        let resting = movers.filter(|(_, mover)| mover.rests_in().is_some());
        let mut tokens = Vec::with_capacity(view.movers.len());
        tokens.extend(resting.map(|(id, mover)| Token { mover: id, route: &mover.route, next: mover.granted }));
        let steps = Vec::with_capacity(2 * tokens.len());
        let mut taken = vec![false; view.holders.len()];
        for token in &tokens {
            taken[token.zone().0 as usize] = true;
        }
        Board { network: view.network, tokens, taken, needs: Vec::new(), steps }
    }

    /// How many zones of its route a token could be granted at once. Its own zone does not stand in its way.
    fn reach(&self, token: usize) -> usize {
        let token = &self.tokens[token];
        let needed = &token.route[token.next..];
        let free = |zone: &ZoneId| !self.taken[zone.0 as usize] || *zone == token.zone();
        token.next + needed.iter().position(|zone| !free(zone)).unwrap_or(needed.len())
    }

    /// Takes a token on, up to a point that it can reach. Gone from the board at the end of its route.
    fn go(&mut self, index: usize, granted: usize) {
        let Token { mover, route, next } = self.tokens[index];
        self.steps.push(Step { mover, granted });
        self.taken[route[next - 1].0 as usize] = false;
        if !self.needs.is_empty() {
            for zone in next - 1..granted - 1 {
                self.count(route, zone, u32::wrapping_sub);
            }
        }
        if granted < route.len() {
            self.tokens[index].next = granted;
            self.taken[route[granted - 1].0 as usize] = true;
        } else {
            if !self.needs.is_empty() {
                self.count(route, granted - 1, u32::wrapping_sub);
            }
            self.tokens.remove(index);
        }
    }

    /// Lets all finish who can, and those who can then.
    fn finish_all(&mut self) {
        let mut index = 0;
        let mut idle = 0;
        while idle < self.tokens.len() {
            index %= self.tokens.len();
            let end = self.tokens[index].route.len();
            if self.reach(index) == end {
                self.go(index, end);
                idle = 0;
            } else {
                index += 1;
                idle += 1;
            }
        }
    }

    /// Sends one token to the farthest refuge that it can reach: of all that can reach one, the one in whose zone it is
    /// most in the way.
    fn go_to_refuge(&mut self) -> bool {
        if self.needs.is_empty() {
            self.count_needs();
        }
        let mut best: Option<(u32, usize, usize)> = None;
        for index in 0..self.tokens.len() {
            let [along, against] = self.needs[self.tokens[index].zone().0 as usize];
            let in_the_way = along + against;
            if best.is_none_or(|(most, ..)| in_the_way > most)
                && let Some(refuge) = self.refuge(index)
            {
                best = Some((in_the_way, index, refuge));
            }
        }
        if let Some((_, index, refuge)) = best {
            self.go(index, refuge);
        }
        best.is_some()
    }

    /// How many zones a token would be granted to get to its farthest refuge.
    fn refuge(&self, index: usize) -> Option<usize> {
        let token = &self.tokens[index];
        (token.next + 1..=self.reach(index)).rev().find(|&granted| {
            let zone = token.route[granted - 1];
            let [along, against] = self.needs[zone.0 as usize];
            let oncoming = match self.direction(token.route, granted - 1) {
                Some(true) => against,
                Some(false) => along,
                None => along + against - 1,
            };
            oncoming == 0 || along + against == 1
        })
    }

    fn count_needs(&mut self) {
        self.needs = vec![[0, 0]; self.taken.len()];
        for index in 0..self.tokens.len() {
            let Token { route, next, .. } = self.tokens[index];
            for zone in next - 1..route.len() {
                self.count(route, zone, u32::wrapping_add);
            }
        }
    }

    fn count(&mut self, route: &[ZoneId], index: usize, change: fn(u32, u32) -> u32) {
        let along = self.direction(route, index).unwrap_or(true);
        let need = &mut self.needs[route[index].0 as usize][usize::from(!along)];
        *need = change(*need, 1);
    }

    /// Whether a route goes along a zone's lane or against it. None at a junction.
    fn direction(&self, route: &[ZoneId], index: usize) -> Option<bool> {
        self.network.goes_along(route[index], *route.get(index + 1)?)
    }

    /// Does a step of a plan, if it can be done.
    fn follow(&mut self, step: &Step) -> bool {
        let Some(index) = self.tokens.iter().position(|token| token.mover == step.mover) else { return false };
        let possible = (self.tokens[index].next + 1..=self.reach(index)).contains(&step.granted);
        if possible {
            self.go(index, step.granted);
        }
        possible
    }
}
