//! The program `autotwin`: parses arguments and calls the command's file in `cli`.

use std::process::ExitCode;

/// What one thread takes another often gives back: rows, snapshots, forks. The system's own allocator makes them wait for each other.
#[cfg(not(target_family = "wasm"))]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    autotwin::cli::main(autotwin::run::single::plugins)
}
