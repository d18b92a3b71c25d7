//! `autotwin report`: shows what came of runs as a page of HTML.

use std::path::{Path, PathBuf};

use bevy_app::App;
use clap::Args;

use crate::engine::simulation::Simulation;
use crate::record::report::ReportRegistry;
use crate::run::report::{self, FILE};

use super::Exit;
use super::output::{fail, print};

/// Write a report of a run folder, or a comparison of several, as one page of HTML that needs no network.
#[derive(Args)]
#[command(after_help = "Examples:\n  \
    autotwin report runs/factory-1\n  \
    autotwin report runs/factory-1 runs/factory-2 --out comparison.html")]
pub(crate) struct ReportArguments {
    /// The run folders; the first is what the others are compared to.
    #[arg(required = true, value_name = "RUN_DIR")]
    folders: Vec<PathBuf>,
    /// The file to write; without it, report.html in the run folder, or in the present folder for several runs. A
    /// report that is there already is replaced.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

pub(crate) fn run(arguments: &ReportArguments, plugins: fn(&mut App)) -> Exit {
    let simulation = Simulation::new(plugins);
    let registry = simulation.world().get_resource::<ReportRegistry>().cloned().unwrap_or_default();
    let target = target(arguments);
    let page = match report::report(&arguments.folders, &registry) {
        Ok(page) => page,
        Err(error) => return fail(&error.to_string()),
    };
    if let Err(error) = report::write(&target, &page) {
        return fail(&error.to_string());
    }
    let missing = match page.missing.as_slice() {
        [] => String::new(),
        tables => format!("; not recorded and so not shown: {}", tables.join(", ")),
    };
    print(&format!("wrote {}{missing}\n", target.display()));
    Exit::OK
}

fn target(arguments: &ReportArguments) -> PathBuf {
    match (&arguments.out, arguments.folders.as_slice()) {
        (Some(out), _) => out.clone(),
        (None, [only]) => only.join(FILE),
        _ => Path::new(FILE).to_owned(),
    }
}
