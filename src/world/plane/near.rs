//! Who is near an agent, one after the other.

use num_traits::Zero;

use super::cells::{Stretch, Stretches};
use super::real::{BLOCK, Real};
use super::{Placed, Plane, square};

/// Those who are near an agent: the way to each, and who it is.
pub struct Near<'a, A: Placed> {
    plane: &'a Plane<A>,
    who: usize,
    at: [A::Real; 2],
    reach2: A::Real,
    /// Whether it looks all around the plane, so that ways may have to be made shortest.
    around: bool,
    stretches: Stretches<'a, A::Real>,
    /// What is looked at, and from where: as if the agent were in that image of the plane.
    stretch: Stretch<A::Real>,
    from: [A::Real; 2],
    /// The first of a block of agents, and which of them are near and have not been told.
    block: usize,
    bits: u32,
}

/// So many are found before they are told.
const SOME: usize = 32;

impl<'a, A: Placed> Near<'a, A> {
    #[inline]
    pub(super) fn of(plane: &'a Plane<A>, who: usize) -> Near<'a, A> {
        let at = [plane.xs[who], plane.ys[who]];
        let window = plane.cells.window(at, at, plane.reach + plane.moved);
        let reach2 = plane.reach * plane.reach;
        let stretches = plane.cells.stretches(window);
        let stretch = Stretch { from: 0, to: 0, shift: [A::Real::zero(); 2] };
        Near { plane, who, at, reach2, around: window.around, stretches, stretch, from: at, block: 0, bits: 0 }
    }

    /// The way to an agent: `AROUND` the plane it may have to be made the shortest.
    #[inline(always)]
    fn way_to<const AROUND: bool>(&self, other: usize) -> [A::Real; 2] {
        let way = [self.plane.xs[other] - self.from[0], self.plane.ys[other] - self.from[1]];
        if AROUND { self.plane.area.offset([A::Real::zero(); 2], way) } else { way }
    }

    /// Goes on to the next stretch, if there is one.
    #[inline(always)]
    fn go_on(&mut self) -> bool {
        let Some(stretch) = self.stretches.next() else { return false };
        self.stretch = stretch;
        self.block = stretch.from;
        self.from = [self.at[0] - stretch.shift[0], self.at[1] - stretch.shift[1]];
        true
    }

    /// Which of the block are near.
    #[inline(always)]
    fn look<const AROUND: bool>(&self) -> u32 {
        let Near { plane, block, stretch, .. } = self;
        let count = BLOCK.min(stretch.to - block);
        let mut bits = if AROUND {
            let is_near = |place: usize| u32::from(square(self.way_to::<AROUND>(block + place)) <= self.reach2);
            (0..count).map(|place| is_near(place) << place).sum()
        } else {
            let (xs, ys) = (&plane.xs[*block..block + BLOCK], &plane.ys[*block..block + BLOCK]);
            A::Real::within(xs, ys, self.from, self.reach2) & ((1 << count) - 1)
        };
        if self.who.wrapping_sub(*block) < BLOCK {
            bits &= !(1 << (self.who - block));
        }
        bits
    }

    #[inline(always)]
    fn next_of<const AROUND: bool>(&mut self) -> Option<<Self as Iterator>::Item> {
        while self.bits == 0 {
            self.block += BLOCK;
            if self.block >= self.stretch.to && !self.go_on() {
                return None;
            }
            self.bits = self.look::<AROUND>();
        }
        let other = self.block + self.bits.trailing_zeros() as usize;
        self.bits &= self.bits - 1;
        Some((self.way_to::<AROUND>(other), &self.plane.agents[other]))
    }

    /// Whoever is near is first put behind the others without a branch, for it could not be foreseen.
    #[inline(always)]
    fn fold_of<const AROUND: bool, B>(mut self, init: B, mut add: impl FnMut(B, <Self as Iterator>::Item) -> B) -> B {
        let mut sum = init;
        let (mut found, mut count) = ([0; SOME + BLOCK], 0);
        loop {
            let members = &MEMBERS[self.bits as usize];
            for (member, found) in members.places.iter().zip(&mut found[count..count + BLOCK]) {
                *found = self.block as u32 + u32::from(*member);
            }
            count += usize::from(members.count);
            self.block += BLOCK;
            let is_over = self.block >= self.stretch.to;
            if is_over || count >= SOME {
                for other in &found[..count] {
                    let other = *other as usize;
                    sum = add(sum, (self.way_to::<AROUND>(other), &self.plane.agents[other]));
                }
                count = 0;
            }
            if is_over && !self.go_on() {
                return sum;
            }
            self.bits = self.look::<AROUND>();
        }
    }
}

// Inlined as all it calls, so that its state and what a loop over it adds up stay in registers.
impl<'a, A: Placed> Iterator for Near<'a, A> {
    type Item = ([A::Real; 2], &'a A);

    #[inline(always)]
    fn next(&mut self) -> Option<Self::Item> {
        if self.around { self.next_of::<true>() } else { self.next_of::<false>() }
    }

    // What `for_each`, `sum` and the like are made of: quicker than `next`.
    #[inline(always)]
    fn fold<B, F: FnMut(B, Self::Item) -> B>(self, init: B, add: F) -> B {
        if self.around { self.fold_of::<true, B>(init, add) } else { self.fold_of::<false, B>(init, add) }
    }
}

/// The members of a part of a block.
#[derive(Clone, Copy)]
struct Members {
    /// Their places in the block, and behind them anything.
    places: [u8; BLOCK],
    count: u8,
}

/// The members of each part of a block: a part has a bit for each member.
static MEMBERS: [Members; 1 << BLOCK] = {
    let mut all = [Members { places: [0; BLOCK], count: 0 }; 1 << BLOCK];
    let mut part = 0;
    while part < 1 << BLOCK {
        let mut place = 0;
        while place < BLOCK {
            if part >> place & 1 == 1 {
                let Members { places, count } = &mut all[part];
                places[*count as usize] = place as u8;
                *count += 1;
            }
            place += 1;
        }
        part += 1;
    }
    all
};
