//! `autotwin import`: makes scenes from files of other formats.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};

use crate::city::build;
use crate::city::import::{osm, sumo};
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
    /// The streets and buildings of a map of OpenStreetMap: `.osm`, `.osm.gz` or `.osm.pbf`. What drives there is added to the scene by hand.
    #[command(after_help = "Example:\n  autotwin import osm town.osm.pbf -o town.ron\n  autotwin check town.ron")]
    Osm {
        /// The map.
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
        Format::Osm { file, output } => import_osm(file, output),
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

fn import_osm(file: &Path, output: &Path) -> Exit {
    let map = match osm::read(file) {
        Ok(map) => map,
        Err(mistake) => return fail(&mistake.to_string()),
    };
    let built = match build::build(&map.plan) {
        Ok(built) => built,
        Err(why) => return fail(&format!("{}: {why}", file.display())),
    };
    for remark in map.remarks.iter().chain(&built.remarks) {
        print(&format!("note: {remark}\n"));
    }
    for remark in osm::places_out_of_reach(&map, &built.streets) {
        print(&format!("note: {remark}\n"));
    }
    let streets = &built.streets;
    let about = format!(
        "{} roads with {} lanes, {:.1} km of streets, {} turns, {} signals; {} buildings, {} addresses",
        streets.roads.len(),
        streets.lanes.len(),
        map.counts.street_length / 1000.0,
        streets.turns.len(),
        streets.signals.len(),
        map.buildings.len(),
        map.addresses.len()
    );
    write(output, &osm::to_scene(&map, streets, &name_of(file, "town")), &about)
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
