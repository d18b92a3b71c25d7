//! The factory: machines that work on jobs, the routes that jobs take, and the rules by which both are matched.
//!
//! An author writes products, jobs and arrivals as sections of a scene and machines as twins with a part `machine`.
//! [`plan`] compiles them once; [`floor`] moves jobs from place to place as events happen; [`rules`] holds one
//! dispatching rule a file and [`choices`] one machine choice a file.

pub mod audit;
pub mod breakdown;
pub mod check;
pub mod choices;
pub mod commands;
pub mod fjsp;
pub mod floor;
pub mod indicators;
pub mod jobs;
pub mod machine;
pub mod orders;
pub mod plan;
pub mod plugin;
pub mod product;
pub mod rules;
pub mod setup;
pub mod tables;
