//! Vectors of agents: several who look around at once, or several who are looked at at once.
//!
//! Where all act at once, a vector is of agents who look. Those next to each other in memory are near each other, so what one sees the
//! others mostly see too: whoever may be near is taken once and compared with all of them. Each lane adds up in the same order as if
//! it were alone. Where one acts after the other, a vector is of agents who are looked at, and each lane adds up a part of the sum.
//!
//! Either way nothing is added in a lane where the other is not near, so there is no branch that could not be foreseen.

use std::ops::Range;

use num_traits::{Float, Zero};

use super::cells::Window;
use super::real::{Lanes, Real, Vector};
use super::{Placed, Plane};
use crate::engine::parallel::Pool;
use crate::engine::random::Stream;

/// Agents of a vector: one for each lane, or the same one in all of them.
pub struct Group<'a, A> {
    agents: Agents<'a, A>,
}

enum Agents<'a, A> {
    Same(&'a A),
    /// As many as there are lanes, or more.
    Each(&'a [A]),
}

impl<'a, A: Placed> Group<'a, A> {
    #[inline(always)]
    fn same(agent: &'a A) -> Self {
        Group { agents: Agents::Same(agent) }
    }

    #[inline(always)]
    fn first(agents: &'a [A]) -> Self {
        Group { agents: Agents::Each(&agents[..Lanes::<A::Real>::COUNT]) }
    }

    /// Something of each of them.
    #[inline(always)]
    pub fn each(&self, what: impl Fn(&A) -> A::Real) -> Lanes<A::Real> {
        match self.agents {
            Agents::Same(agent) => Vector::all(what(agent)),
            Agents::Each(agents) => Vector::of(|lane| what(&agents[lane])),
        }
    }
}

impl<A: Placed> Plane<A> {
    /// All act at once, as by [`Plane::renew`] with a loop that adds up, bit by bit, and much quicker. `pair` says which `SUMS` numbers
    /// those of its second group add for those of its first, who look; given, too, the ways from these to those. Each agent becomes what
    /// `act` makes of it and of its sums over those who are near.
    pub fn renew_lanes<const SUMS: usize>(
        &self,
        pool: &Pool,
        pair: impl Fn(&Group<A>, [Lanes<A::Real>; 2], &Group<A>) -> [Lanes<A::Real>; SUMS] + Send + Sync,
        act: impl Fn(&A, [A::Real; SUMS]) -> A + Send + Sync,
    ) -> Vec<A> {
        let mut after = pool.map_numbers(self.count, |who| self.agents[who]);
        let mut rest = &mut after[..];
        let rows = (0..self.cells.rows()).map(|row| {
            let first = self.cells.before_row(row);
            let (there, others) = std::mem::take(&mut rest).split_at_mut(self.cells.before_row(row + 1) - first);
            rest = others;
            (first, there)
        });
        pool.map_owned(rows.collect(), |(first, there): (usize, &mut [A])| {
            // The agents of a group are of one row, else they would see most of two.
            let lanes = Lanes::<A::Real>::COUNT;
            for (number, group) in there.chunks_mut(lanes).enumerate() {
                let sums = self.sums_of_each(first + number * lanes, group.len(), &pair);
                for (lane, agent) in group.iter_mut().enumerate() {
                    *agent = act(agent, sums.map(|sum| sum.lane(lane)));
                }
            }
        });
        after
    }

    /// One after the other acts, as by [`Plane::activate`] with a loop that adds up, and much quicker: `pair` says which `SUMS` numbers
    /// those of its second group add for the one of its first, who looks; given, too, the ways from it to them. Each agent becomes what
    /// `act` makes of it and of its sums over those who are near, which are of the same bits on any processor, yet not those of a loop.
    pub fn activate_lanes<const SUMS: usize>(
        self,
        random: &mut Stream,
        pair: impl Fn(&Group<A>, [Lanes<A::Real>; 2], &Group<A>) -> [Lanes<A::Real>; SUMS],
        mut act: impl FnMut(&A, [A::Real; SUMS], &mut Stream) -> A,
    ) -> Vec<A> {
        self.one_by_one(random, |plane, who, random| {
            let at = [plane.xs[who], plane.ys[who]];
            // Nobody is near what is nowhere: so it does not see itself.
            plane.xs[who] = A::Real::nan();
            let window = plane.cells.window(at, at, plane.reach + plane.moved);
            let sums = match window.around {
                true => plane.sums_of_one::<true, SUMS>(who, at, window, &pair),
                false => plane.sums_of_one::<false, SUMS>(who, at, window, &pair),
            };
            plane.xs[who] = at[0];
            act(&plane.agents[who], sums, random)
        })
    }

    /// The sums of so many agents from the first on, each in its lane.
    #[inline]
    fn sums_of_each<const SUMS: usize>(
        &self,
        first: usize,
        count: usize,
        pair: &impl Fn(&Group<A>, [Lanes<A::Real>; 2], &Group<A>) -> [Lanes<A::Real>; SUMS],
    ) -> [Lanes<A::Real>; SUMS] {
        let bounds = |places: &[A::Real]| {
            let places = places[first..first + count].iter();
            // What is no number is less than nothing, and greater.
            places.fold((A::Real::nan(), A::Real::nan()), |(low, high), place| (low.min(*place), high.max(*place)))
        };
        let ((left, right), (bottom, top)) = (bounds(&self.xs), bounds(&self.ys));
        let window = self.cells.window([left, bottom], [right, top], self.reach);
        if window.around && count > 1 {
            // Each begins elsewhere to look around, and would add up in another order than alone.
            let alone: Vec<_> = (first..first + count).map(|who| self.sums_of_each(who, 1, pair)).collect();
            return std::array::from_fn(|sum| {
                Vector::of(|lane| alone.get(lane).map_or(A::Real::zero(), |sums| sums[sum].lane(0)))
            });
        }
        // Lanes without an agent are of no use, whoever looks there.
        let group = Group::first(&self.agents[first..]);
        let at = [Lanes::<A::Real>::load(&self.xs[first..]), Vector::load(&self.ys[first..])];
        let mut sums = [Vector::all(A::Real::zero()); SUMS];
        for stretch in self.cells.stretches(window) {
            let from = [at[0] - Vector::all(stretch.shift[0]), at[1] - Vector::all(stretch.shift[1])];
            let look = Look { from, first, around: window.around };
            let cut = |place: usize| place.clamp(stretch.from, stretch.to);
            let own = cut(first)..cut(first + count);
            let add = |other: &A, way| pair(&group, way, &Group::same(other));
            if window.around {
                self.add::<true, SUMS>(&look, stretch.from..stretch.to, &mut sums, add);
            } else {
                self.add::<false, SUMS>(&look, stretch.from..own.start, &mut sums, add);
                self.add::<true, SUMS>(&look, own.clone(), &mut sums, add);
                self.add::<false, SUMS>(&look, own.end..stretch.to, &mut sums, add);
            }
        }
        sums
    }

    /// Adds what some of the others add. Where it is not `CAREFUL`, nobody of the group is among them, and the ways are the shortest.
    #[inline(always)]
    fn add<const CAREFUL: bool, const SUMS: usize>(
        &self,
        look: &Look<A::Real>,
        others: Range<usize>,
        sums: &mut [Lanes<A::Real>; SUMS],
        pair: impl Fn(&A, [Lanes<A::Real>; 2]) -> [Lanes<A::Real>; SUMS],
    ) {
        let reach2 = Vector::all(self.reach * self.reach);
        let mut added = *sums;
        let places = self.xs[others.clone()].iter().zip(&self.ys[others.clone()]);
        for (number, ((x, y), other)) in places.zip(&self.agents[others.clone()]).enumerate() {
            let way = [Lanes::<A::Real>::all(*x) - look.from[0], Lanes::<A::Real>::all(*y) - look.from[1]];
            let way = if CAREFUL && look.around { self.shortest(way) } else { way };
            let mut is_near = is_near(way, reach2);
            let lane = (others.start + number).wrapping_sub(look.first);
            if CAREFUL && lane < Lanes::<A::Real>::COUNT {
                is_near &= Vector::all_but(lane);
            }
            let adds = pair(other, way);
            for sum in 0..SUMS {
                added[sum] += is_near & adds[sum];
            }
        }
        *sums = added;
    }

    /// The sums of one agent over those who are near it.
    #[inline(always)]
    fn sums_of_one<const AROUND: bool, const SUMS: usize>(
        &self,
        who: usize,
        at: [A::Real; 2],
        window: Window<A::Real>,
        pair: &impl Fn(&Group<A>, [Lanes<A::Real>; 2], &Group<A>) -> [Lanes<A::Real>; SUMS],
    ) -> [A::Real; SUMS] {
        let lanes = Lanes::<A::Real>::COUNT;
        let own = Group::same(&self.agents[who]);
        let reach2 = Vector::all(self.reach * self.reach);
        let mut sums = [Lanes::<A::Real>::no_parts(); SUMS];
        for stretch in self.cells.stretches(window) {
            let from = [0, 1].map(|axis| Lanes::<A::Real>::all(at[axis] - stretch.shift[axis]));
            let look = |xs: &[A::Real], ys: &[A::Real], others: &[A]| {
                let way = [Lanes::<A::Real>::load(xs) - from[0], Lanes::<A::Real>::load(ys) - from[1]];
                let way = if AROUND { self.shortest(way) } else { way };
                (is_near(way, reach2), pair(&own, way, &Group::first(others)))
            };
            let beyond = (stretch.to - stretch.from) % lanes;
            let whole = stretch.from..stretch.to - beyond;
            let places = self.xs[whole.clone()].chunks_exact(lanes).zip(self.ys[whole.clone()].chunks_exact(lanes));
            for ((xs, ys), others) in places.zip(self.agents[whole.clone()].chunks_exact(lanes)) {
                let (is_near, adds) = look(xs, ys, others);
                (0..SUMS).for_each(|sum| (is_near & adds[sum]).add_to(&mut sums[sum]));
            }
            if beyond > 0 {
                let (is_near, adds) = look(&self.xs[whole.end..], &self.ys[whole.end..], &self.agents[whole.end..]);
                let is_near = is_near & Vector::first(beyond);
                (0..SUMS).for_each(|sum| (is_near & adds[sum]).add_to(&mut sums[sum]));
            }
        }
        sums.map(Lanes::<A::Real>::sum)
    }

    /// In each lane the shortest of the ways that lead to the same place where edges are joined.
    #[inline]
    fn shortest(&self, way: [Lanes<A::Real>; 2]) -> [Lanes<A::Real>; 2] {
        let half = Vector::all(A::Real::half());
        [0, 1].map(|axis| {
            let side = Lanes::<A::Real>::all(self.area.sides[axis]);
            way[axis] - side * (way[axis] / side + half).whole()
        })
    }
}

/// Where it is at most so far, given the square of how far.
#[inline(always)]
fn is_near<R: Real, V: Vector<R>>(way: [V; 2], reach2: V) -> V {
    (way[0] * way[0] + way[1] * way[1]).at_most(reach2)
}

/// How a group looks at a stretch of agents: from where in each lane, which number its first agent has, and whether around the plane.
struct Look<R: Real> {
    from: [Lanes<R>; 2],
    first: usize,
    around: bool,
}
