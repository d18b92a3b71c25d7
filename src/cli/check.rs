//! `autotwin check`: reports all that is wrong with scenes.

use std::path::{Path, PathBuf};

use bevy_app::App;
use clap::Args;

use crate::run::single::{RunError, RunOptions, prepare};
use crate::scene::load;

use super::Exit;
use super::output::{fail_run, print};

/// Check scenes: reports all that is wrong, each thing with its place and a cure.
#[derive(Args)]
#[command(after_help = "Example:\n  autotwin check scenes/*.ron")]
pub(crate) struct CheckArguments {
    /// The scenes.
    #[arg(required = true)]
    scenes: Vec<PathBuf>,
    /// Change a value of each scene before it is checked; may be given several times.
    #[arg(long = "set", value_name = "PATH=VALUE")]
    sets: Vec<String>,
}

pub(crate) fn run(arguments: &CheckArguments, plugins: fn(&mut App)) -> Exit {
    let mut exit = Exit::OK;
    for scene in &arguments.scenes {
        match check(scene, &arguments.sets, plugins) {
            Ok(twins) => {
                let s = if twins == 1 { "" } else { "s" };
                print(&format!("{}: all right, {twins} twin{s}\n", scene.display()));
            }
            Err(error) => exit = fail_run(&error),
        }
    }
    exit
}

fn check(scene: &Path, sets: &[String], plugins: fn(&mut App)) -> Result<usize, RunError> {
    let tree = load::load(scene, sets)?;
    let (simulation, _) = prepare(&tree, &RunOptions { plugins, ..RunOptions::default() }, None)?;
    Ok(simulation.world().resource::<crate::engine::identity::Directory>().twins().count())
}
