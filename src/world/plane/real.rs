//! The numbers of coordinates.

use num_traits::Float;
use wide::{f32x8, f64x8};

/// How many places are compared at once.
pub(super) const BLOCK: usize = 8;

/// `f32` or `f64`.
pub trait Real: Float + Send + Sync + 'static {
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

/// Both are alike but for the vectors of 8.
macro_rules! real {
    ($real:ty, $wide:ty) => {
        impl Real for $real {
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
                let load = |places: &[Self]| <$wide>::new(places.try_into().expect("there are 8 places"));
                let (right, up) = (load(xs) - <$wide>::splat(from[0]), load(ys) - <$wide>::splat(from[1]));
                (right * right + up * up).simd_le(<$wide>::splat(reach2)).to_bitmask()
            }
        }
    };
}

real!(f32, f32x8);
real!(f64, f64x8);
