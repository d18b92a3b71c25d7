//! Addressed randomness: a number comes from (seed, who, purpose, counter) and from nothing else.
//!
//! No generator is shared and no draw moves another, so a result depends neither on the order in which twins are
//! visited nor on the thread that visits them, and two scenarios with one seed share their random numbers wherever
//! they ask the same question. The bits are Philox4x32-10 of Salmon, Moraes, Dror and Shaw, "Parallel random
//! numbers: as easy as 1, 2, 3" (SC'11): a keyed bijection of a 128-bit counter, tested against its published vectors.

use bevy_ecs::prelude::Resource;
use serde::{Deserialize, Serialize};

/// The seed of a run, from which every random number follows.
#[derive(Resource, Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seed(pub u64);

/// What a random number is for, such as `Purpose::new("factory.service")`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Purpose(u64);

impl Purpose {
    /// Hashes the name (FNV-1a), so that a purpose keeps its numbers when others are added.
    pub const fn new(name: &str) -> Purpose {
        let bytes = name.as_bytes();
        let mut hash = 0xcbf2_9ce4_8422_2325_u64;
        let mut at = 0;
        while at < bytes.len() {
            hash = (hash ^ bytes[at] as u64).wrapping_mul(0x0000_0100_0000_01b3);
            at += 1;
        }
        // Mixed here, since it is known when the program is compiled.
        Purpose(mix(hash))
    }

    /// A purpose that is told from others by a number.
    pub const fn of_number(number: u64) -> Purpose {
        Purpose(mix(number))
    }

    /// The same purpose of something else: one of several sensors, one of several quantities.
    pub const fn mixed(self, other: Purpose) -> Purpose {
        Purpose(mix(self.0 ^ other.0.rotate_left(32)))
    }
}

impl Seed {
    /// The random numbers of `who` (a twin, a job, a process) for `purpose`, the `counter`-th time.
    pub fn stream(self, who: u64, purpose: Purpose, counter: u64) -> Stream {
        let key = mix(self.0 ^ purpose.0);
        // The low word counts blocks inside one draw. A counter past 2^32 would run into `who`, so it is mixed in.
        let high = if counter >> 32 == 0 { who } else { who ^ mix(counter >> 32) };
        Stream { key, who: high, counter: counter as u32, block: 0, spare: None }
    }

    /// The seed of the `index`-th replication; the first replication keeps the seed itself.
    pub fn replication(self, index: u64) -> Seed {
        Seed(self.0.wrapping_add(index))
    }
}

/// SplitMix64's finaliser: every bit of the input moves about half of the output's.
const fn mix(mut x: u64) -> u64 {
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

/// The random numbers at one address: as many as one draw needs.
#[derive(Clone, Debug)]
pub struct Stream {
    key: u64,
    who: u64,
    counter: u32,
    block: u32,
    /// The second half of the last block.
    spare: Option<u64>,
}

impl Stream {
    /// 64 random bits.
    #[inline]
    pub fn next_u64(&mut self) -> u64 {
        self.spare.take().unwrap_or_else(|| self.next_block())
    }

    /// The first half of the next block, the second half of which is kept.
    fn next_block(&mut self) -> u64 {
        let counter = [self.block, self.counter, self.who as u32, (self.who >> 32) as u32];
        let [a, b, c, d] = philox4x32_10(counter, [self.key as u32, (self.key >> 32) as u32]);
        self.block = self.block.wrapping_add(1);
        self.spare = Some(u64::from(c) | u64::from(d) << 32);
        u64::from(a) | u64::from(b) << 32
    }

    /// Uniform in the open interval (0, 1): safe to take a logarithm of, on either side.
    #[inline]
    pub fn uniform(&mut self) -> f64 {
        ((self.next_u64() >> 12) as f64 + 0.5) / (1_u64 << 52) as f64
    }

    /// A whole number below `bound`, each as likely (Lemire's multiplication; the bias is below `bound` / 2^64).
    ///
    /// # Panics
    /// If `bound` is zero: there is no such number.
    #[inline]
    pub fn below(&mut self, bound: usize) -> usize {
        assert!(bound > 0, "a random choice from nothing");
        ((u128::from(self.next_u64()) * bound as u128) >> 64) as usize
    }

    /// Whether something of this probability happens.
    #[inline]
    pub fn chance(&mut self, probability: f64) -> bool {
        self.uniform() < probability
    }

    /// Puts things into a random order, each as likely (Fisher and Yates).
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last + 1));
        }
    }
}

fn philox4x32_10(mut counter: [u32; 4], mut key: [u32; 2]) -> [u32; 4] {
    const MULTIPLIERS: [u64; 2] = [0xD251_1F53, 0xCD9E_8D57];
    const WEYL: [u32; 2] = [0x9E37_79B9, 0xBB67_AE85];
    for round in 0..10 {
        if round > 0 {
            key = [key[0].wrapping_add(WEYL[0]), key[1].wrapping_add(WEYL[1])];
        }
        let first = MULTIPLIERS[0] * u64::from(counter[0]);
        let second = MULTIPLIERS[1] * u64::from(counter[2]);
        counter = [
            (second >> 32) as u32 ^ counter[1] ^ key[0],
            second as u32,
            (first >> 32) as u32 ^ counter[3] ^ key[1],
            first as u32,
        ];
    }
    counter
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The known-answer vectors of the authors' Random123 library.
    #[test]
    fn philox_matches_its_published_vectors() {
        let cases = [
            ([0; 4], [0; 2], [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]),
            ([u32::MAX; 4], [u32::MAX; 2], [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]),
            (
                [0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344],
                [0xa409_3822, 0x299f_31d0],
                [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1],
            ),
        ];
        for (counter, key, expected) in cases {
            assert_eq!(philox4x32_10(counter, key), expected);
        }
    }

    #[test]
    fn every_coordinate_of_the_address_matters() {
        const A: Purpose = Purpose::new("a");
        const B: Purpose = Purpose::new("b");
        let addresses = [(1, 1, A, 0), (2, 1, A, 0), (1, 2, A, 0), (1, 1, B, 0), (1, 1, A, 1), (1, 1, A, 1 << 32)];
        let mut draws: Vec<u64> =
            addresses.map(|(seed, who, what, n)| Seed(seed).stream(who, what, n).next_u64()).to_vec();
        draws.sort_unstable();
        draws.dedup();
        assert_eq!(draws.len(), addresses.len());
    }

    #[test]
    fn neighbouring_addresses_are_uncorrelated() {
        let draw = |n: u64| Seed(7).stream(n % 97, Purpose::new("test"), n / 97).uniform() - 0.5;
        let count = 200_000;
        let products: f64 = (0..count).map(|n| draw(n) * draw(n + 1)).sum();
        // The product of two independent uniforms on (-1/2, 1/2) has variance 1/144.
        let z = products / (count as f64 / 144.0).sqrt();
        assert!(z.abs() < 4.0, "{z}");
    }

    #[test]
    fn below_is_even() {
        let mut counts = [0_u32; 7];
        for n in 0..70_000 {
            counts[Seed(1).stream(0, Purpose::new("test"), n).below(7)] += 1;
        }
        let chi2: f64 = counts.iter().map(|&c| (f64::from(c) - 10_000.0).powi(2) / 10_000.0).sum();
        assert!(chi2 < 22.46, "chi-squared {chi2} is beyond the 99.9 % point for 6 degrees of freedom");
    }
}
