//! Several agents that look around at once, as the lanes of a vector.
//!
//! Agents who are next to each other in memory are near each other, so what one sees the others mostly see too. Whoever may be near is
//! taken once, and compared with all of them; where one lane does not see it, nothing is added in that lane. So there is no branch and
//! no sum across lanes, and each lane adds up in the same order as if it were alone.

use std::ops::Range;

use super::{Placed, Plane};
use crate::engine::parallel::Pool;

/// A number for each of [`LANES`] agents. Calculates as a number does; comparing (`simd_lt` and the like) gives a mask, which is put to
/// use by `mask & number`: the number where it holds, else zero.
#[cfg(target_feature = "avx")]
pub type Lanes = wide::f32x8;
/// A number for each of [`LANES`] agents. Calculates as a number does; comparing (`simd_lt` and the like) gives a mask, which is put to
/// use by `mask & number`: the number where it holds, else zero.
#[cfg(not(target_feature = "avx"))]
pub type Lanes = wide::f32x4;

/// How many agents look at once. It depends on the processor for which the program was built; what they see does not.
pub const LANES: usize = size_of::<Lanes>() / size_of::<f32>();

/// The agents that look at once.
pub struct Group<'a, A> {
    agents: [&'a A; LANES],
}

impl<A> Group<'_, A> {
    /// Something of each of them.
    #[inline]
    pub fn each(&self, what: impl Fn(&A) -> f32) -> Lanes {
        Lanes::new(self.agents.map(what))
    }
}

impl<A: Placed<Real = f32>> Plane<A> {
    /// All act at once: `pair` says which `SUMS` numbers another adds for each of those who look, given the ways to it, and each agent
    /// becomes what `act` makes of it and of its sums over those who are near. As [`Plane::renew`] with a loop that adds up, bit by
    /// bit, and much quicker.
    pub fn renew_lanes<const SUMS: usize>(
        &self,
        pool: &Pool,
        pair: impl Fn(&Group<A>, [Lanes; 2], &A) -> [Lanes; SUMS] + Send + Sync,
        act: impl Fn(&A, [f32; SUMS]) -> A + Send + Sync,
    ) -> Vec<A> {
        let mut after = self.agents.clone();
        let mut rest = &mut after[..];
        let rows = (0..self.cells.rows()).map(|row| {
            let first = self.cells.before_row(row);
            let (there, others) = std::mem::take(&mut rest).split_at_mut(self.cells.before_row(row + 1) - first);
            rest = others;
            (first, there)
        });
        pool.map_owned(rows.collect(), |(first, there): (usize, &mut [A])| {
            // The agents of a group are of one row, else they would see most of two.
            for (number, group) in there.chunks_mut(LANES).enumerate() {
                let sums = self.sums(first + number * LANES, group.len(), &pair);
                for (lane, agent) in group.iter_mut().enumerate() {
                    *agent = act(agent, sums.map(|sum| sum[lane]));
                }
            }
        });
        after
    }

    /// The sums of so many agents from the first on.
    #[inline]
    fn sums<const SUMS: usize>(
        &self,
        first: usize,
        count: usize,
        pair: &impl Fn(&Group<A>, [Lanes; 2], &A) -> [Lanes; SUMS],
    ) -> [[f32; LANES]; SUMS] {
        let (xs, ys) = (&self.xs[first..first + count], &self.ys[first..first + count]);
        let bounds = |places: &[f32]| {
            (places.iter().copied().fold(f32::MAX, f32::min), places.iter().copied().fold(f32::MIN, f32::max))
        };
        let ((left, right), (bottom, top)) = (bounds(xs), bounds(ys));
        let window = self.cells.window([left, bottom], [right, top], self.reach);
        if window.around && count > 1 {
            // Each begins elsewhere to look around, and would add up in another order than alone.
            let mut sums = [[0.0; LANES]; SUMS];
            for lane in 0..count {
                let alone = self.sums(first + lane, 1, pair);
                sums.iter_mut().zip(alone).for_each(|(sum, alone)| sum[lane] = alone[0]);
            }
            return sums;
        }
        // Lanes without an agent look as the last does.
        let lane = |lane: usize| lane.min(count - 1);
        let group = Group { agents: std::array::from_fn(|number| &self.agents[first + lane(number)]) };
        let at = [xs, ys].map(|places| Lanes::new(std::array::from_fn(|number| places[lane(number)])));
        let mut sums = [Lanes::splat(0.0); SUMS];
        for stretch in self.cells.stretches(window) {
            let look =
                Look { from: [at[0] - stretch.shift[0], at[1] - stretch.shift[1]], first, around: window.around };
            let cut = |place: usize| place.clamp(stretch.from, stretch.to);
            let own = cut(first)..cut(first + count);
            let add = |other: &A, way| pair(&group, way, other);
            if window.around {
                self.add::<true, SUMS>(&look, stretch.from..stretch.to, &mut sums, add);
            } else {
                self.add::<false, SUMS>(&look, stretch.from..own.start, &mut sums, add);
                self.add::<true, SUMS>(&look, own.clone(), &mut sums, add);
                self.add::<false, SUMS>(&look, own.end..stretch.to, &mut sums, add);
            }
        }
        sums.map(Lanes::to_array)
    }

    /// Adds what some of the others add. Where it is not `CAREFUL`, nobody of the group is among them, and the ways are the shortest.
    #[inline(always)]
    fn add<const CAREFUL: bool, const SUMS: usize>(
        &self,
        look: &Look,
        others: Range<usize>,
        sums: &mut [Lanes; SUMS],
        pair: impl Fn(&A, [Lanes; 2]) -> [Lanes; SUMS],
    ) {
        let sides = self.area.sides.map(Lanes::splat);
        let reach2 = Lanes::splat(self.reach * self.reach);
        let mut added = *sums;
        let places = self.xs[others.clone()].iter().zip(&self.ys[others.clone()]);
        for (number, ((x, y), other)) in places.zip(&self.agents[others.clone()]).enumerate() {
            let mut way = [Lanes::splat(*x) - look.from[0], Lanes::splat(*y) - look.from[1]];
            if CAREFUL && look.around {
                way = [nearest_image(way[0], sides[0]), nearest_image(way[1], sides[1])];
            }
            let mut is_near = (way[0] * way[0] + way[1] * way[1]).simd_le(reach2);
            if CAREFUL && let Some(mask) = NOT_ITSELF.get((others.start + number).wrapping_sub(look.first)) {
                is_near &= *mask;
            }
            let adds = pair(other, way);
            for sum in 0..SUMS {
                added[sum] += is_near & adds[sum];
            }
        }
        *sums = added;
    }
}

/// How a group looks at a stretch of agents: from where in each lane, which number its first agent has, and whether around the plane.
struct Look {
    from: [Lanes; 2],
    first: usize,
    around: bool,
}

/// For each lane, the mask of all others.
const NOT_ITSELF: [Lanes; LANES] = {
    let all = f32::from_bits(u32::MAX);
    let mut masks = [Lanes::new([all; LANES]); LANES];
    let mut lane = 0;
    while lane < LANES {
        let mut mask = [all; LANES];
        mask[lane] = 0.0;
        masks[lane] = Lanes::new(mask);
        lane += 1;
    }
    masks
};

/// As [`super::nearest_image`], in each lane.
#[inline]
fn nearest_image(away: Lanes, side: Lanes) -> Lanes {
    away - side * (away / side + 0.5).floor()
}
