//! Promises, held by whole runs: a module a promise.

mod acting;
mod allocation;
mod autonomy;
mod bad_input;
mod bodies;
mod command_line;
mod conservation;
mod data;
mod deadlock;
mod determinism;
mod documentation;
mod explaining;
mod fjsp;
mod groups;
mod incidents;
mod indicators;
mod lives;
mod looking;
mod messages;
mod minded_factory;
mod missions;
mod mutations;
mod plant;
mod quality;
mod queueing;
mod radio;
mod reliability;
mod report;
mod safety;
mod scenes_of_minds;
mod sensing;
mod support;
mod tracks;
mod train;
#[cfg(feature = "viewer")]
mod viewer;
