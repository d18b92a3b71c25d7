//! Promises, held by whole runs: a module a promise.

mod command_line;
mod conservation;
mod determinism;
mod documentation;
mod queueing;
mod support;
