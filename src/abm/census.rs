//! Who is near, counted as they come and go: to ask costs an array access, however large the neighbourhood is.

use serde::{Deserialize, Serialize};

use crate::world::grid::{Lattice, Neighbourhood, Site};

/// How many of each of `KINDS` kinds are in the neighbourhood of each site. Worth it where more is asked than changes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Census<N, const KINDS: usize> {
    lattice: Lattice,
    neighbourhood: N,
    /// By site, then by kind.
    counts: Vec<u16>,
}

impl<N: Neighbourhood, const KINDS: usize> Census<N, KINDS> {
    /// Of a lattice on which nobody is.
    pub fn new(lattice: Lattice, neighbourhood: N) -> Self {
        Census { lattice, neighbourhood, counts: vec![0; lattice.count() * KINDS] }
    }

    /// One of a kind has come to a site.
    pub fn come(&mut self, site: Site, kind: usize) {
        self.lattice.near(site, self.neighbourhood).for_each(|near| self.counts[near.0 as usize * KINDS + kind] += 1);
    }

    /// One of a kind has gone from a site.
    pub fn go(&mut self, site: Site, kind: usize) {
        self.lattice.near(site, self.neighbourhood).for_each(|near| self.counts[near.0 as usize * KINDS + kind] -= 1);
    }

    /// How many of a kind are near a site, not counting those on the site itself.
    #[inline]
    pub fn near(&self, site: Site, kind: usize) -> u16 {
        self.counts[site.0 as usize * KINDS + kind]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::grid::{Edge, Moore};
    use proptest::prelude::*;

    proptest! {
        /// It is what counting anew gives, whoever has come and gone.
        #[test]
        fn it_is_what_counting_gives(moves in prop::collection::vec((0..35_u32, 0..2_usize), 0..60), joined: bool) {
            let lattice = Lattice::new(7, 5, if joined { Edge::Joined } else { Edge::Closed });
            let mut census = Census::<Moore<2>, 2>::new(lattice, Moore);
            let mut there: Vec<(Site, usize)> = Vec::new();
            for (site, kind) in moves {
                match there.iter().position(|other| *other == (Site(site), kind)) {
                    Some(place) => {
                        there.remove(place);
                        census.go(Site(site), kind);
                    }
                    None => {
                        there.push((Site(site), kind));
                        census.come(Site(site), kind);
                    }
                }
            }
            for site in lattice.sites() {
                for kind in 0..2 {
                    let near = lattice.near(site, Moore::<2>).filter(|near| there.contains(&(*near, kind))).count();
                    prop_assert_eq!(usize::from(census.near(site, kind)), near);
                }
            }
        }
    }
}
