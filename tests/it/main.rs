//! Promises, held by whole runs: a module a promise.

mod bad_input;
mod command_line;
mod conservation;
mod data;
mod determinism;
mod documentation;
mod fjsp;
mod lives;
mod messages;
mod mutations;
mod queueing;
mod support;
