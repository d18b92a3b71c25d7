//! Scenes: worlds written in RON.
//!
//! [`load`] reads a scene with its includes and overrides into one tree that remembers where everything stood;
//! [`expand`] turns kinds and groups into single twins; [`check`] reports all that is wrong, each thing with its place
//! and a cure; [`spawn`] puts what is left into a [`Simulation`](crate::engine::simulation::Simulation). The room knows
//! registries and no domain: what an author can write comes from [`registry`].

pub mod check;
pub mod expand;
pub mod header;
pub mod load;
pub mod overrides;
pub mod place;
pub mod problem;
pub mod registry;
pub mod schema;
pub mod spawn;
pub mod syntax;
pub mod templates;
pub mod tree;
pub mod twins;
