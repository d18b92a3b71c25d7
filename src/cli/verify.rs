//! `autotwin verify`: proves that a run can be repeated.

use std::path::PathBuf;

use bevy_app::App;
use clap::Args;

use crate::engine::parallel::Pool;
use crate::engine::time::Time;
use crate::run::verify::{Difference, Verdict, Verification, verify};

use super::Exit;
use super::output::{Watch, fail, fail_run, print};

/// Run a run folder's run again and compare digests.
#[derive(Args)]
#[command(after_help = "Example:\n  autotwin run scenes/factory.ron --out runs/a\n  autotwin verify runs/a")]
pub(crate) struct VerifyArguments {
    /// The run folder.
    folder: PathBuf,
    /// How many threads to use; 0 for one each core.
    #[arg(long, default_value_t = 0)]
    threads: usize,
}

pub(crate) fn run(arguments: &VerifyArguments, plugins: fn(&mut App)) -> Exit {
    let pool = match Pool::new(arguments.threads) {
        Ok(pool) => pool,
        Err(error) => return fail(&error),
    };
    let watch = Watch::new(true);
    let result = verify(&arguments.folder, plugins, &pool, &watch);
    watch.finish();
    match result {
        Ok(verification) => {
            print(&describe(&verification));
            match verification.verdict {
                Verdict::Same { .. } => Exit::OK,
                Verdict::Different(_) => Exit::DIFFERENT,
            }
        }
        Err(error) => fail_run(&error),
    }
}

fn describe(verification: &Verification) -> String {
    let (recorded, current) = (&verification.recorded, &verification.current);
    let other = if recorded == current {
        String::new()
    } else {
        let name = |build: &crate::run::build_info::BuildInfo| {
            format!("{} {} ({}, {}, {})", build.version, build.commit, build.profile, build.target, build.rustc)
        };
        format!("made by  {}\nrun by   {}\n", name(recorded), name(current))
    };
    match &verification.verdict {
        Verdict::Same { digests } => format!("{other}same: {digests} digests are equal\n"),
        Verdict::Different(difference) => format!("{other}{}", describe_difference(difference)),
    }
}

fn describe_difference(difference: &Difference) -> String {
    let since = match difference.last_same {
        Some(step) => format!("equal up to step {step}, "),
        None => String::new(),
    };
    let what = if difference.parts.is_empty() {
        "the runs took different steps".to_owned()
    } else {
        format!("differs in: {}", difference.parts.join(", "))
    };
    let time = Time::from_nanos(difference.time_ns);
    format!(
        "different: {since}first difference at step {} ({time}, seed {})\n{what}\n",
        difference.step, difference.seed
    )
}
