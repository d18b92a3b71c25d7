//! Cities: streets and who moves on them.

pub mod build;
mod buses;
mod check;
pub mod demand;
mod flows;
pub mod grow;
pub mod import;
mod indicators;
mod looks;
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
