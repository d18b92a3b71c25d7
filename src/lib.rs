#![doc = "Autotwin simulates worlds of autonomous twins."]
pub mod engine;
/// What a program that uses the library needs most.
pub mod prelude {
    pub use crate::engine::{
        clock::Clock,
        random::Seed,
        simulation::{EngineApp, Simulation},
        time::{Duration, Time},
    };
}
