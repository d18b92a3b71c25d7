//! What can be seen of a world, for whoever draws or records it: nothing here is part of the world's state.
//!
//! A *thing* is whatever can be drawn: a twin, a job, the floor. Domains register *looks*, each with a way to build a
//! [`model::Model`] out of simple solids, and tell [`sight::Sights`] when something comes, changes or goes. Recorders and
//! viewers take it from there. No look knows who draws it.

pub mod cameras;
pub mod model;
pub mod palette;
pub mod registry;
pub mod sight;
