//! Where things are.

pub mod fields;
pub mod grid;
pub mod network;
pub mod physics;
pub mod plane;
pub mod position;
pub mod space;
pub mod travel;
pub mod whereabouts;
