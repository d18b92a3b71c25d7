//! Where things are.

pub mod position;
