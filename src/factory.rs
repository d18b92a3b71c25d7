//! The factory: machines that work on jobs, the routes that jobs take, and the rules by which both are matched.
//!
//! Control has three levels, as in a real plant, a folder each. They meet on the [`floor`]:
//!
//! | level | folder | decides |
//! |---|---|---|
//! | planning (ERP) | [`orders`] | what is made, and when it is released |
//! | execution (MES) | [`dispatch`] | which machine, vehicle and worker does what, and in which order |
//! | control (PLC) | [`control`] | how one machine runs, stands still, fails and goes on |
//!
//! What all three talk about stands beside them: products, jobs, machines. An author writes products, jobs and arrivals as
//! sections of a scene and machines as twins with a part `machine`; [`plan`] resolves every name once.

pub mod audit;
pub mod calendar;
pub mod calls;
pub mod check;
mod closing;
pub mod commands;
pub mod control;
pub mod dispatch;
pub mod energy;
pub mod fjsp;
pub mod floor;
pub mod indicators;
pub mod jobs;
mod looks;
pub mod machine;
mod opening;
pub mod optimise;
pub mod orders;
pub mod people;
pub mod plan;
pub mod plugin;
pub mod product;
pub mod quality;
mod readings;
mod redraw;
pub mod relocation;
pub mod report;
pub mod tables;
pub mod transport;
pub mod variants;
pub mod week;
mod whereabouts;
