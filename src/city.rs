//! Cities: streets and who moves on them.

pub mod build;
mod check;
pub mod demand;
mod flows;
pub mod import;
mod indicators;
pub mod packed;
pub mod plan;
pub mod plugin;
mod report;
pub mod routes;
pub mod scenery;
pub mod settings;
pub mod signals;
pub mod streets;
mod tables;
pub mod traffic;
