//! `autotwin resume`: goes on with a run that was broken off.

use std::path::PathBuf;

use bevy_app::App;
use clap::Args;

use crate::engine::parallel::Pool;
use crate::engine::time::{Duration, Time};
use crate::run::resume::resume;
use crate::run::single::RunError;

use super::Exit;
use super::output::{Watch, fail_run};
use super::run::finish;

/// Go on with a run that was broken off, from its last checkpoint.
#[derive(Args)]
#[command(after_help = "Examples:\n  \
    autotwin run scenes/factory.ron --checkpoint-every 1h --out runs/a    (and it is broken off)\n  \
    autotwin resume runs/a\n  \
    autotwin resume runs/a --at 3h")]
pub(crate) struct ResumeArguments {
    /// The run folder.
    folder: PathBuf,
    /// Go on from the last whole checkpoint up to this moment; later ones are given up.
    #[arg(long, value_name = "TIME", value_parser = Duration::parse)]
    at: Option<Duration>,
    /// How many threads to use; 0 for one each core. The results are the same for any number.
    #[arg(long, default_value_t = 0)]
    threads: usize,
    /// Print nothing but errors.
    #[arg(long)]
    quiet: bool,
}

pub(crate) fn run(arguments: &ResumeArguments, plugins: fn(&mut App)) -> Exit {
    let pool = match Pool::new(arguments.threads) {
        Ok(pool) => pool,
        Err(error) => return fail_run(&RunError::Threads(error)),
    };
    let watch = Watch::new(!arguments.quiet);
    let until = arguments.at.map(|length| Time::ZERO + length);
    let result = resume(&arguments.folder, until, plugins, &pool, &watch);
    watch.finish();
    match result {
        Ok(summary) => finish(summary.as_ref(), &arguments.folder, arguments.quiet),
        Err(error) => fail_run(&error),
    }
}
