//! Studies: many runs of a scene with other settings, and what they say together.
//!
//! A study is a file of its own ([`plan`]): which values of a scene are varied ([`factors`]), at which points ([`design`]), and how often
//! each is repeated. [`runs`] makes the runs, all cores busy, and keeps each as it ends ([`journal`]), so that a study which is broken off
//! goes on where it was, and several machines can share one. [`effects`], [`sensitivity`] and [`calibration`] say what came of it;
//! [`results`] writes the table and the page.
//!
//! All points share their seeds: the first replication of each has the same random numbers, so that points differ by their settings and
//! not by luck.

pub mod calibration;
pub mod design;
pub mod effects;
pub mod factors;
pub mod journal;
mod page;
pub mod plan;
pub mod results;
pub mod runs;
pub mod sensitivity;
