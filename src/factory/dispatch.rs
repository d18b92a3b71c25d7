//! Dispatching, the level of execution (in a real plant the MES): which machine, vehicle and worker does what, and in
//! which order.
//!
//! This level sees the whole floor and decides when a moment is over. It gives machines their work through
//! [`control`](super::control) and hears from them what is done; it decides neither what is to be made nor how a
//! machine runs. [`rules`] holds one dispatching rule a file, [`choices`] one machine choice a file, [`fleet`] one vehicle rule a file.

pub mod belts;
pub mod bidding;
pub mod choices;
pub mod complete;
pub mod fleet;
pub mod haul;
pub mod priority;
pub mod route;
pub mod rules;
pub mod staffing;
pub mod stock;
pub mod take_up;
pub mod thrift;
pub mod timetable;
pub mod upkeep;
