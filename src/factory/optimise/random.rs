//! Random numbers: those of the engine, by the number of a search.

pub(super) use crate::engine::random::Stream;

use crate::engine::random::{Purpose, Seed};

const SEARCH: Purpose = Purpose::new("schedule search");

/// The stream of that number.
pub(super) fn stream(seed: u64, number: u64) -> Stream {
    Seed(seed).stream(number, SEARCH, 0)
}
