//! Control, the level of the machine (in a real plant the PLC): set-up, work, standstill, failure and repair.
//!
//! This level runs one machine at a time. It knows neither rules nor orders nor other machines: it is given a job and
//! says when the job is done, and where it needs people it [calls](super::calls) for them.

pub mod ageing;
pub mod breakdown;
pub mod consumption;
pub mod drive;
pub mod health;
pub mod maintenance;
pub mod run;
pub mod setup;
pub mod standby;
