//! Cities: streets and who moves on them.

pub mod demand;
pub mod import;
pub mod plan;
pub mod streets;
pub mod traffic;
