//! `autotwin import`: makes scenes from files of other formats.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};

use crate::city::import::sumo;
use crate::factory::fjsp;
use crate::scene::load::read_text;

use super::Exit;
use super::output::{fail, print};

/// Make a scene from a file of another format.
#[derive(Args)]
#[command(after_help = "Example:\n  autotwin import fjsp mk01.txt -o mk01.ron\n  autotwin run mk01.ron")]
pub(crate) struct ImportArguments {
    #[command(subcommand)]
    format: Format,
}

#[derive(Subcommand)]
enum Format {
    /// A flexible job shop: `jobs machines`, then for each job its operations with their machines and times.
    #[command(after_help = "Example:\n  autotwin import fjsp mk01.txt -o mk01.ron")]
    Fjsp {
        /// The instance.
        file: PathBuf,
        /// The scene to write; it must not be there yet.
        #[arg(short = 'o', long, value_name = "SCENE")]
        output: PathBuf,
    },
    /// Streets and traffic of SUMO: a configuration with its network, programmes of signals, kinds of vehicles, stops and routes.
    #[command(after_help = "Example:\n  autotwin import sumo run.sumocfg -o town.ron\n  autotwin run town.ron")]
    Sumo {
        /// The configuration (`.sumocfg`).
        file: PathBuf,
        /// The scene to write; it must not be there yet.
        #[arg(short = 'o', long, value_name = "SCENE")]
        output: PathBuf,
    },
}

pub(crate) fn run(arguments: &ImportArguments) -> Exit {
    match &arguments.format {
        Format::Fjsp { file, output } => import_fjsp(file, output),
        Format::Sumo { file, output } => import_sumo(file, output),
    }
}

/// What a scene is called that is made of a file.
fn name_of(file: &Path, otherwise: &str) -> String {
    file.file_stem().map_or_else(|| otherwise.to_owned(), |stem| stem.to_string_lossy().into_owned())
}

fn import_fjsp(file: &Path, output: &Path) -> Exit {
    let name = name_of(file, "job shop");
    let text = match read_text(file) {
        Ok(text) => text,
        Err(why) => return fail(&format!("cannot read {}: {why}", file.display())),
    };
    let instance = match fjsp::parse(&text) {
        Ok(instance) => instance,
        Err(error) => return fail(&format!("{}:{error}", file.display())),
    };
    let (jobs, machines) = (instance.jobs.len(), instance.machines);
    write(output, &fjsp::to_scene(&instance, &name), &format!("{jobs} jobs, {machines} machines"))
}

fn import_sumo(file: &Path, output: &Path) -> Exit {
    let scenario = match sumo::read(file) {
        Ok(scenario) => scenario,
        Err(mistake) => return fail(&mistake.to_string()),
    };
    let (streets, demand) = (&scenario.network.streets, &scenario.demand);
    let about = format!(
        "{} roads with {} lanes, {} turns, {} signals, {} trips",
        streets.roads.len(),
        streets.lanes.len(),
        streets.turns.len(),
        streets.signals.len(),
        demand.trips.len()
    );
    for remark in &scenario.network.remarks {
        print(&format!("note: {remark}\n"));
    }
    write(output, &scenario.to_scene(&name_of(file, "town")), &about)
}

/// Writes a scene that is not there yet, and says what it has.
fn write(output: &Path, scene: &str, about: &str) -> Exit {
    match std::fs::File::create_new(output).and_then(|mut out| std::io::Write::write_all(&mut out, scene.as_bytes())) {
        Ok(()) => {
            print(&format!("wrote {}: {about}\n", output.display()));
            Exit::OK
        }
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
            fail(&format!("{} is there already; choose another name", output.display()))
        }
        Err(error) => fail(&format!("cannot write {}: {error}", output.display())),
    }
}
