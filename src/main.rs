//! The program `autotwin`: parses arguments and calls the command's file in `cli`.

use std::process::ExitCode;

fn main() -> ExitCode {
    autotwin::cli::main(autotwin::run::single::plugins)
}
