//! Populations: many small agents of one kind, as records in one piece of memory.
//!
//! A twin is an entity with parts, a name and a mind, and costs what that costs. Where a million of something follow one short rule,
//! each is a record instead, and the whole [`Population`] is one value of the world: a resource that is digested, saved and forked
//! like any other. What a model's step does is a plain function over populations, [grids](crate::world::grid) and the like.
//!
//! [`Population::activate`] lets one after the other act, in a fresh random order, each seeing what those before it have done.

use std::ops::{Deref, DerefMut};

use serde::{Deserialize, Serialize};

use crate::engine::random::Stream;
use crate::world::grid::{Lattice, Site};

/// What becomes of an agent that has acted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It lives on.
    Lives,
    /// It is gone at once.
    Dies,
}

/// Agents of one kind. As a slice it holds those that live, in the order in which they were activated last, and then those that were
/// born.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Population<A>(Vec<A>);

impl<A> Default for Population<A> {
    fn default() -> Self {
        Population(Vec::new())
    }
}

impl<A> FromIterator<A> for Population<A> {
    fn from_iter<I: IntoIterator<Item = A>>(agents: I) -> Self {
        Population(agents.into_iter().collect())
    }
}

impl<A> Deref for Population<A> {
    type Target = [A];

    fn deref(&self) -> &[A] {
        &self.0
    }
}

impl<A> DerefMut for Population<A> {
    fn deref_mut(&mut self) -> &mut [A] {
        &mut self.0
    }
}

impl<A: Copy> Population<A> {
    /// Lets all act one after the other, in a fresh random order. `act` may change the agent, put others among those who are born,
    /// who do not act yet, and says what becomes of it.
    pub fn activate(&mut self, random: &mut Stream, mut act: impl FnMut(&mut A, &mut Vec<A>, &mut Stream) -> Fate) {
        random.shuffle(&mut self.0);
        let (mut born, mut lives) = (Vec::new(), 0);
        for place in 0..self.0.len() {
            let mut agent = self.0[place];
            if act(&mut agent, &mut born, random) == Fate::Lives {
                self.0[lives] = agent;
                lives += 1;
            }
        }
        self.0.truncate(lives);
        self.0.append(&mut born);
    }

    /// Adds one, who is the last.
    pub fn push(&mut self, agent: A) {
        self.0.push(agent);
    }

    /// Takes away those whose places are told.
    pub fn remove(&mut self, is_gone: impl Fn(usize) -> bool) {
        let mut place = 0;
        self.0.retain(|_| {
            place += 1;
            !is_gone(place - 1)
        });
    }
}

/// Who of a population is in which site, to be taken out one by one. Made in one pass, of the sites of all in their order.
#[derive(Clone, Debug)]
pub struct Occupants {
    /// For each site who is the last in it.
    last: Vec<u32>,
    /// For each agent who is before it in its site; itself if it has been taken.
    before: Vec<u32>,
}

/// Nobody.
const NONE: u32 = u32::MAX;

impl Occupants {
    /// Of agents in these sites.
    pub fn of(lattice: &Lattice, sites: impl IntoIterator<Item = Site>) -> Occupants {
        let mut last = vec![NONE; lattice.count()];
        let before = (0..).zip(sites).map(|(agent, site)| std::mem::replace(&mut last[site.0 as usize], agent));
        Occupants { before: before.collect(), last }
    }

    /// Takes somebody out of a site: the last in the order of the population, which is as likely to be one as another where the
    /// order is random.
    pub fn take(&mut self, site: Site) -> Option<usize> {
        let last = &mut self.last[site.0 as usize];
        let taken = *last;
        if taken == NONE {
            return None;
        }
        *last = std::mem::replace(&mut self.before[taken as usize], taken);
        Some(taken as usize)
    }

    /// Whether somebody has been taken out.
    pub fn is_taken(&self, agent: usize) -> bool {
        self.before[agent] as usize == agent
    }

    /// Those in a site, from the last on.
    pub fn there(&self, site: Site) -> impl Iterator<Item = usize> {
        let some = |agent: u32| (agent != NONE).then_some(agent as usize);
        std::iter::successors(some(self.last[site.0 as usize]), move |agent| some(self.before[*agent]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::random::{Purpose, Seed};
    use crate::world::grid::Edge;
    use proptest::prelude::*;

    fn random(seed: u64) -> Stream {
        Seed(seed).stream(0, Purpose::new("test"), 0)
    }

    proptest! {
        /// All who were there act once, and nobody else; those who live and those who were born are there then.
        #[test]
        fn all_act_once(count in 0..40_u32, seed: u64) {
            let mut agents: Population<u32> = (0..count).collect();
            let mut acted = Vec::new();
            agents.activate(&mut random(seed), |agent, born, _| {
                acted.push(*agent);
                if *agent % 3 == 0 {
                    born.push(*agent + 1000);
                }
                if *agent % 2 == 0 { Fate::Lives } else { Fate::Dies }
            });
            acted.sort_unstable();
            prop_assert_eq!(acted, (0..count).collect::<Vec<u32>>());
            let mut there = agents.to_vec();
            there.sort_unstable();
            let born = (0..count).filter(|agent| agent % 3 == 0).map(|agent| agent + 1000);
            prop_assert_eq!(there, (0..count).filter(|agent| agent % 2 == 0).chain(born).collect::<Vec<u32>>());
        }

        /// Whoever is in a site is found there, and can be taken out once.
        #[test]
        fn occupants_are_found_and_taken(sites in prop::collection::vec(0..6_u32, 0..30), takes in prop::collection::vec(0..6_u32, 0..30)) {
            let lattice = Lattice::new(3, 2, Edge::Closed);
            let mut occupants = Occupants::of(&lattice, sites.iter().copied().map(Site));
            let mut left: Vec<usize> = (0..sites.len()).collect();
            for site in takes {
                let last = left.iter().rposition(|agent| sites[*agent] == site);
                prop_assert_eq!(occupants.take(Site(site)), last.map(|place| left.remove(place)));
            }
            for site in 0..6 {
                let there: Vec<usize> = left.iter().rev().copied().filter(|agent| sites[*agent] == site).collect();
                prop_assert_eq!(occupants.there(Site(site)).collect::<Vec<usize>>(), there);
            }
            prop_assert!((0..sites.len()).all(|agent| occupants.is_taken(agent) != left.contains(&agent)));
        }
    }

    /// Each order is as likely as another.
    #[test]
    fn the_order_is_random() {
        let mut counts = std::collections::BTreeMap::new();
        let random = &mut random(5);
        for _ in 0..24_000 {
            let mut agents: Population<u8> = (0..4).collect();
            agents.activate(random, |_, _, _| Fate::Lives);
            *counts.entry(agents.to_vec()).or_insert(0.0) += 1.0;
        }
        let chi2: f64 = counts.values().map(|count: &f64| (count - 1000.0).powi(2) / 1000.0).sum();
        // The 99.99 % point for 23 degrees of freedom.
        assert!(counts.len() == 24 && chi2 < 55.0, "{} orders, {chi2}", counts.len());
    }
}
