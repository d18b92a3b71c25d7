//! Promises, held by whole runs: a module a promise.

mod command_line;
mod conservation;
mod data;
mod determinism;
mod documentation;
mod fjsp;
mod queueing;
mod support;
