//! Space in cells, as cellular automata and the classic agent-based models have it: here a cell is a [`Site`] of a lattice.
//!
//! A [`Lattice`] says which sites there are and which are near which; a [`Grid`] is a value for each site of one, row by row in one
//! piece of memory. Neighbourhoods are types, so that a loop over one is compiled for its size.

use std::ops::{Index, IndexMut};

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::engine::parallel::Pool;
use crate::engine::random::Stream;

/// What lies beyond the edge of a lattice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Edge {
    /// Nothing: sites at the edge have fewer neighbours.
    Closed,
    /// The other side: the lattice is a torus. It should be at least as wide and high as a neighbourhood, else sites are near twice.
    Joined,
}

/// A site, by its number: row by row, from the first column of the first row on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Site(pub u32);

/// Which sites are near one.
pub trait Neighbourhood: Copy {
    /// How many rows and columns it reaches.
    const REACH: i32;

    /// How far it reaches to both sides in the row that is so far away.
    fn half_width(row: i32) -> i32;
}

/// All sites at most `REACH` away by row and by column (Chebyshev): 8 with 1, 24 with 2.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moore<const REACH: i32>;

impl<const REACH: i32> Neighbourhood for Moore<REACH> {
    const REACH: i32 = REACH;

    #[inline]
    fn half_width(_: i32) -> i32 {
        REACH
    }
}

/// All sites at most `REACH` steps along rows and columns away (Manhattan): 4 with 1, 12 with 2.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct VonNeumann<const REACH: i32>;

impl<const REACH: i32> Neighbourhood for VonNeumann<REACH> {
    const REACH: i32 = REACH;

    #[inline]
    fn half_width(row: i32) -> i32 {
        REACH - row.abs()
    }
}

/// Columns and rows of square sites.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lattice {
    columns: u32,
    rows: u32,
    edge: Edge,
}

impl Lattice {
    /// So many columns and rows.
    ///
    /// # Panics
    /// If there are no sites, or more than a site's number can count.
    pub fn new(columns: u32, rows: u32, edge: Edge) -> Lattice {
        assert!(columns > 0 && rows > 0, "a lattice of {columns} × {rows} has no sites");
        assert!(columns.checked_mul(rows).is_some_and(|sites| sites <= i32::MAX as u32), "too many sites");
        Lattice { columns, rows, edge }
    }

    /// How many columns there are.
    pub fn columns(&self) -> u32 {
        self.columns
    }

    /// How many rows there are.
    pub fn rows(&self) -> u32 {
        self.rows
    }

    /// How many sites there are.
    pub fn count(&self) -> usize {
        (self.columns * self.rows) as usize
    }

    /// All sites, in their order.
    pub fn sites(&self) -> impl Iterator<Item = Site> + use<> {
        (0..self.columns * self.rows).map(Site)
    }

    /// The site in a column and row.
    ///
    /// # Panics
    /// If there is none.
    pub fn at(&self, column: u32, row: u32) -> Site {
        assert!(column < self.columns && row < self.rows, "there is no site in column {column} of row {row}");
        Site(row * self.columns + column)
    }

    /// The column and row of a site.
    #[inline]
    pub fn place(&self, site: Site) -> (u32, u32) {
        (site.0 % self.columns, site.0 / self.columns)
    }

    /// The site so many columns and rows away; none beyond a closed edge.
    #[inline]
    pub fn away(&self, site: Site, [columns, rows]: [i32; 2]) -> Option<Site> {
        let (column, row) = self.place(site);
        let there = self.beside(column, columns, self.columns).zip(self.beside(row, rows, self.rows));
        there.map(|(column, row)| Site(row * self.columns + column))
    }

    /// A site, each as likely.
    pub fn any(&self, random: &mut Stream) -> Site {
        Site(random.below(self.count()) as u32)
    }

    /// All other sites in a neighbourhood of a site, row by row.
    #[inline]
    pub fn near<N: Neighbourhood>(&self, site: Site, _: N) -> impl Iterator<Item = Site> + use<N> {
        let (lattice, (column, row)) = (*self, self.place(site));
        let beside = move |from: u32, away: i32, count: u32| lattice.beside(from, away, count);
        let rows = (-N::REACH..=N::REACH).filter_map(move |away| Some((away, beside(row, away, lattice.rows)?)));
        rows.flat_map(move |(away, row)| {
            let half = N::half_width(away);
            let columns = (-half..=half).filter(move |aside| *aside != 0 || away != 0);
            columns.filter_map(move |aside| Some(Site(row * lattice.columns + beside(column, aside, lattice.columns)?)))
        })
    }

    /// One of the sites in a neighbourhood, each as likely; none if the site has no neighbours.
    #[inline]
    pub fn any_near<N: Neighbourhood>(&self, site: Site, _: N, random: &mut Stream) -> Option<Site> {
        // All offsets are as likely, and those that lead out are drawn again: quicker than to list the others.
        let (column, row) = self.place(site);
        if self.columns == 1 && self.rows == 1 {
            return None;
        }
        let width = 2 * N::REACH as usize + 1;
        loop {
            let number = random.below(width * width) as i32;
            let (aside, away) = (number % width as i32 - N::REACH, number / width as i32 - N::REACH);
            if (aside, away) == (0, 0) || aside.abs() > N::half_width(away) {
                continue;
            }
            let found = self.beside(row, away, self.rows).zip(self.beside(column, aside, self.columns));
            if let Some((row, column)) = found {
                return Some(Site(row * self.columns + column));
            }
        }
    }

    /// The number of a column or row so far from another, of so many; none beyond a closed edge.
    #[inline]
    fn beside(&self, from: u32, away: i32, count: u32) -> Option<u32> {
        let there = from.wrapping_add_signed(away);
        if there < count {
            return Some(there);
        }
        (self.edge == Edge::Joined).then(|| (from as i32 + away).rem_euclid(count as i32) as u32)
    }
}

/// A value for each site of a lattice.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Grid<T> {
    lattice: Lattice,
    values: Vec<T>,
}

impl<T> Grid<T> {
    /// A grid in which each site has the value that `value` gives.
    pub fn new(lattice: Lattice, value: impl FnMut(Site) -> T) -> Grid<T> {
        Grid { lattice, values: lattice.sites().map(value).collect() }
    }

    /// Its lattice.
    #[inline]
    pub fn lattice(&self) -> &Lattice {
        &self.lattice
    }

    /// All values, by site.
    pub fn values(&self) -> &[T] {
        &self.values
    }

    /// As [`Grid::values`], to change.
    pub fn values_mut(&mut self) -> &mut [T] {
        &mut self.values
    }

    /// All sites with their values.
    pub fn iter(&self) -> impl Iterator<Item = (Site, &T)> {
        (0..).map(Site).zip(&self.values)
    }

    /// Gives all sites new values at once: each what `value` makes of the grid as it was before.
    pub fn renew(&mut self, pool: &Pool, value: impl Fn(Site, &Grid<T>) -> T + Send + Sync)
    where
        T: Clone + Send + Sync,
    {
        let mut after = self.values.clone();
        let before = &*self;
        pool.for_rows(after.par_iter_mut().enumerate(), |(number, there)| *there = value(Site(number as u32), before));
        self.values = after;
    }

    /// The values in a neighbourhood of a site.
    #[inline]
    pub fn near<N: Neighbourhood>(&self, site: Site, neighbourhood: N) -> impl Iterator<Item = &T> + use<'_, T, N> {
        self.lattice.near(site, neighbourhood).map(|site| &self[site])
    }
}

impl<T> Index<Site> for Grid<T> {
    type Output = T;

    #[inline]
    fn index(&self, site: Site) -> &T {
        &self.values[site.0 as usize]
    }
}

impl<T> IndexMut<Site> for Grid<T> {
    #[inline]
    fn index_mut(&mut self, site: Site) -> &mut T {
        &mut self.values[site.0 as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::random::{Purpose, Seed};
    use proptest::prelude::*;

    fn distance(lattice: &Lattice, edge: Edge, one: Site, other: Site) -> (u32, u32) {
        let ((x, y), (u, v)) = (lattice.place(one), lattice.place(other));
        let along = |a: u32, b: u32, count: u32| match edge {
            Edge::Closed => a.abs_diff(b),
            Edge::Joined => a.abs_diff(b).min(count - a.abs_diff(b)),
        };
        (along(x, u, lattice.columns()), along(y, v, lattice.rows()))
    }

    /// The sites that are near by the definition of the neighbourhood.
    fn expected(lattice: &Lattice, edge: Edge, site: Site, is_near: impl Fn((u32, u32)) -> bool) -> Vec<Site> {
        lattice.sites().filter(|other| *other != site && is_near(distance(lattice, edge, site, *other))).collect()
    }

    fn sorted(sites: impl Iterator<Item = Site>) -> Vec<Site> {
        let mut sites: Vec<Site> = sites.collect();
        sites.sort();
        sites
    }

    proptest! {
        #[test]
        fn near_is_who_is_near(columns in 5..12_u32, rows in 5..12_u32, joined: bool, number: u32) {
            let edge = if joined { Edge::Joined } else { Edge::Closed };
            let lattice = Lattice::new(columns, rows, edge);
            let site = Site(number % (columns * rows));
            let expect = |is_near: &dyn Fn((u32, u32)) -> bool| expected(&lattice, edge, site, is_near);
            prop_assert_eq!(sorted(lattice.near(site, Moore::<1>)), expect(&|(x, y)| x.max(y) <= 1));
            prop_assert_eq!(sorted(lattice.near(site, Moore::<2>)), expect(&|(x, y)| x.max(y) <= 2));
            prop_assert_eq!(sorted(lattice.near(site, VonNeumann::<1>)), expect(&|(x, y)| x + y <= 1));
            prop_assert_eq!(sorted(lattice.near(site, VonNeumann::<2>)), expect(&|(x, y)| x + y <= 2));
        }
    }

    #[test]
    fn sites_away_are_counted_across_joined_edges() {
        let (closed, joined) = (Lattice::new(5, 4, Edge::Closed), Lattice::new(5, 4, Edge::Joined));
        assert_eq!(closed.away(closed.at(3, 1), [1, -1]), Some(closed.at(4, 0)));
        assert_eq!(closed.away(closed.at(3, 1), [2, 0]), None);
        assert_eq!(joined.away(joined.at(3, 1), [7, -2]), Some(joined.at(0, 3)));
    }

    #[test]
    fn each_neighbour_is_as_likely() {
        const PURPOSE: Purpose = Purpose::new("test");
        let lattice = Lattice::new(6, 5, Edge::Closed);
        let random = &mut Seed(3).stream(0, PURPOSE, 0);
        for site in [lattice.at(0, 0), lattice.at(3, 0), lattice.at(2, 2)] {
            let near = sorted(lattice.near(site, VonNeumann::<2>));
            let mut counts = vec![0.0_f64; near.len()];
            let draws = 1000.0 * near.len() as f64;
            for _ in 0..draws as usize {
                let drawn = lattice.any_near(site, VonNeumann::<2>, random).expect("it has neighbours");
                counts[near.binary_search(&drawn).expect("it is near")] += 1.0;
            }
            let chi2: f64 = counts.iter().map(|count| (count - 1000.0).powi(2) / 1000.0).sum();
            // Beyond the 99.99 % point for 11 degrees of freedom, the most there are.
            assert!(chi2 < 37.4, "{chi2}");
        }
        assert_eq!(Lattice::new(1, 1, Edge::Joined).any_near(Site(0), Moore::<1>, random), None);
    }
}
