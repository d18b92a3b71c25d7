//! Where things are.

pub mod fields;
pub mod position;
pub mod space;
