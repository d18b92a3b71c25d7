//! Runs of scenes: one world after another, their run folders, and the proof that a run can be repeated.

pub mod build_info;
pub mod checkpoint;
pub mod explain;
pub mod folder;
pub mod replications;
pub mod report;
pub mod resume;
pub mod single;
pub mod verify;
pub mod what_if;
