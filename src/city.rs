//! Cities: streets and what goes on in them.

pub mod demand;
pub mod import;
pub mod streets;
pub mod traffic;
