//! The numbers of coordinates, one by one and in vectors.

use std::ops::{Add, AddAssign, BitAnd, BitAndAssign, Div, Mul, Sub};

use num_traits::Float;

/// How many places are compared at once.
pub(super) const BLOCK: usize = 8;

/// `f32` or `f64`.
pub trait Real: Float + Send + Sync + 'static {
    /// As many of them as a vector of the processor holds for which the program is built.
    type Lanes: Vector<Self>;

    /// A half.
    fn half() -> Self;

    /// The greatest whole number that is not above, and as near as an `i32` comes to it.
    fn whole(self) -> i32;

    /// The number nearest to a count.
    fn of(count: usize) -> Self;

    /// Of 8 places, which are at most so far from another: a bit for each. `reach2` is the square of how far.
    ///
    /// # Panics
    /// If there are not 8.
    fn within(xs: &[Self], ys: &[Self], from: [Self; 2], reach2: Self) -> u32;
}

/// A number for each of several agents. Calculates as a number does; comparing (`simd_lt` and the like) gives a mask, which is put to
/// use by `mask & number`: the number where it holds, else zero.
pub type Lanes<R> = <R as Real>::Lanes;

/// What is asked of a vector of numbers, beside what its type has to offer.
pub trait Vector<R>:
    Copy
    + Send
    + Sync
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + BitAnd<Output = Self>
    + AddAssign
    + BitAndAssign
    + 'static
{
    /// How many numbers it holds. It depends on the processor for which the program is built; what agents see does not.
    const COUNT: usize;

    /// As many numbers as the narrowest vector holds: sums over lanes are of so many parts, so that they are the same with any vector.
    type Parts: Copy;

    /// The same number in all lanes.
    fn all(number: R) -> Self;

    /// A number for each lane.
    fn of(number: impl FnMut(usize) -> R) -> Self;

    /// The first numbers of a slice.
    ///
    /// # Panics
    /// If there are too few.
    fn load(numbers: &[R]) -> Self;

    /// The number in a lane.
    fn lane(&self, lane: usize) -> R;

    /// In each lane the greatest whole number that is not above.
    fn whole(self) -> Self;

    /// The mask of the lanes in which it is at most as great.
    fn at_most(self, other: Self) -> Self;

    /// The mask of the first lanes, at most as many as there are.
    fn first(lanes: usize) -> Self;

    /// The mask of all lanes but one.
    fn all_but(lane: usize) -> Self;

    /// Parts that are zero.
    fn no_parts() -> Self::Parts;

    /// Adds the numbers to parts, from the first lane on.
    fn add_to(self, parts: &mut Self::Parts);

    /// The sum of parts.
    fn sum(parts: Self::Parts) -> R;
}

/// Both are alike but for their vectors: of a block, of the narrowest kind, and as wide as the processor's.
macro_rules! real {
    ($real:ty, $bits:ty, $block:ty, $parts:ty, $lanes:ty) => {
        impl Real for $real {
            type Lanes = $lanes;

            #[inline]
            fn half() -> Self {
                0.5
            }

            #[inline]
            fn whole(self) -> i32 {
                let towards_zero = self as i32;
                towards_zero.saturating_sub(i32::from(self < towards_zero as $real))
            }

            #[inline]
            fn of(count: usize) -> Self {
                count as $real
            }

            #[inline]
            fn within(xs: &[Self], ys: &[Self], from: [Self; 2], reach2: Self) -> u32 {
                let load = |places: &[Self]| <$block>::new(places.try_into().expect("there are 8 places"));
                let (right, up) = (load(xs) - <$block>::splat(from[0]), load(ys) - <$block>::splat(from[1]));
                (right * right + up * up).simd_le(<$block>::splat(reach2)).to_bitmask()
            }
        }

        impl Vector<$real> for $lanes {
            const COUNT: usize = size_of::<$lanes>() / size_of::<$real>();
            type Parts = $parts;

            #[inline]
            fn all(number: $real) -> Self {
                <$lanes>::splat(number)
            }

            #[inline]
            fn of(number: impl FnMut(usize) -> $real) -> Self {
                <$lanes>::new(std::array::from_fn(number))
            }

            #[inline]
            fn load(numbers: &[$real]) -> Self {
                <$lanes>::new(*numbers.first_chunk().expect("there is a number for each lane"))
            }

            #[inline]
            fn lane(&self, lane: usize) -> $real {
                self.as_array()[lane]
            }

            #[inline]
            fn whole(self) -> Self {
                self.floor()
            }

            #[inline]
            fn at_most(self, other: Self) -> Self {
                self.simd_le(other)
            }

            #[inline]
            fn first(lanes: usize) -> Self {
                const COUNT: usize = <$lanes as Vector<$real>>::COUNT;
                // A window of these begins with so many that hold.
                const MASKS: [$real; 2 * COUNT] = {
                    let mut masks = [0.0; 2 * COUNT];
                    let mut lane = 0;
                    while lane < COUNT {
                        masks[lane] = <$real>::from_bits(<$bits>::MAX);
                        lane += 1;
                    }
                    masks
                };
                Self::load(&MASKS[COUNT - lanes..])
            }

            #[inline]
            fn all_but(lane: usize) -> Self {
                Self::of(|other| if other == lane { 0.0 } else { <$real>::from_bits(<$bits>::MAX) })
            }

            #[inline]
            fn no_parts() -> $parts {
                <$parts>::splat(0.0)
            }

            #[inline]
            fn add_to(self, parts: &mut $parts) {
                let (numbers, _) = self.as_array().as_chunks();
                numbers.iter().for_each(|numbers| *parts += <$parts>::new(*numbers));
            }

            #[inline]
            fn sum(parts: $parts) -> $real {
                parts.as_array().iter().sum()
            }
        }
    };
}

#[cfg(target_feature = "avx")]
real!(f32, u32, wide::f32x8, wide::f32x4, wide::f32x8);
#[cfg(target_feature = "avx")]
real!(f64, u64, wide::f64x8, wide::f64x2, wide::f64x4);
#[cfg(not(target_feature = "avx"))]
real!(f32, u32, wide::f32x8, wide::f32x4, wide::f32x4);
#[cfg(not(target_feature = "avx"))]
real!(f64, u64, wide::f64x8, wide::f64x2, wide::f64x2);
