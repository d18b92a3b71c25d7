//! Where what is seen comes from: a simulation that runs now, or a record of one that ran.

pub mod live;
