//! The command line: one file a command.

mod check;
mod diff;
mod explain;
mod import;
mod new;
mod optimise;
mod output;
mod overview;
mod parts;
mod render;
mod report;
mod resume;
mod run;
mod sweep;
#[cfg(feature = "viewer")]
mod theatre;
mod train;
mod verify;
mod view;
mod what_if;

use std::process::ExitCode;

use bevy_app::App;
use clap::{Parser, Subcommand};

/// Simulates worlds of autonomous twins.
#[derive(Parser)]
#[command(name = "autotwin", version, about, max_term_width = 100)]
#[command(after_help = "Start with:\n  autotwin new job-shop my.ron\n  autotwin check my.ron\n  autotwin run my.ron")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Run(run::RunArguments),
    Resume(resume::ResumeArguments),
    Check(check::CheckArguments),
    New(new::NewArguments),
    Parts(parts::PartsArguments),
    Import(import::ImportArguments),
    Sweep(sweep::SweepArguments),
    Optimise(optimise::OptimiseArguments),
    Train(train::TrainArguments),
    Verify(verify::VerifyArguments),
    Diff(diff::DiffArguments),
    Report(report::ReportArguments),
    Explain(explain::ExplainArguments),
    View(view::ViewArguments),
    Render(render::RenderArguments),
}

/// Said where pictures are wanted of a program without them.
#[cfg(not(feature = "viewer"))]
const NO_VIEWER: &str = "this autotwin was built without its viewer; build it with it:\n  \
    cargo install --path . --features viewer    (or: cargo run --release --features viewer -- ...)";

/// How a command ends: 0 well, 1 with a finding, 2 with an error of the user's, 130 interrupted.
pub(crate) struct Exit(u8);

impl Exit {
    const OK: Exit = Exit(0);
    const DIFFERENT: Exit = Exit(1);
    const BAD_INPUT: Exit = Exit(2);
    const INTERRUPTED: Exit = Exit(130);
}

/// Parses the arguments and runs the command, in worlds that know `plugins`: [`crate::run::single::plugins`], or that and
/// a plugin of one's own, whose parts can then be used in every command.
pub fn main(plugins: fn(&mut App)) -> ExitCode {
    let exit = match Arguments::parse().command {
        Command::Run(arguments) => run::run(&arguments, plugins),
        Command::Resume(arguments) => resume::run(&arguments, plugins),
        Command::Check(arguments) => check::run(&arguments, plugins),
        Command::New(arguments) => new::run(&arguments),
        Command::Parts(arguments) => parts::run(&arguments, plugins),
        Command::Import(arguments) => import::run(&arguments),
        Command::Sweep(arguments) => sweep::run(&arguments, plugins),
        Command::Optimise(arguments) => optimise::run(&arguments, plugins),
        Command::Train(arguments) => train::run(&arguments),
        Command::Verify(arguments) => verify::run(&arguments, plugins),
        Command::Diff(arguments) => diff::run(&arguments, plugins),
        Command::Report(arguments) => report::run(&arguments, plugins),
        Command::Explain(arguments) => explain::run(&arguments, plugins),
        Command::View(arguments) => view::run(&arguments, plugins),
        Command::Render(arguments) => render::run(&arguments, plugins),
    };
    ExitCode::from(exit.0)
}
