#![doc = "Autotwin simulates worlds of autonomous twins."]
pub mod cli;
pub mod engine;
pub mod factory;
pub mod record;
pub mod run;
pub mod scene;
pub mod world;
pub mod twin;
/// What a program that uses the library needs most.
pub mod prelude {
    pub use crate::engine::{
        clock::Clock,
        random::Seed,
        simulation::{EngineApp, Simulation},
        time::{Duration, Time},
    };
}
