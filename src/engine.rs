//! The engine: clock, events, stages, registration, randomness, parallel loops and digests. It knows no domain.

pub mod audit;
pub mod clock;
pub mod command;
pub mod distribution;
pub mod fork;
pub mod identity;
pub mod journal;
pub mod onlooker;
pub mod parallel;
pub mod queue;
pub mod random;
pub mod registry;
pub mod simulation;
pub mod snapshot;
pub mod spelling;
pub mod stage;
pub mod time;
