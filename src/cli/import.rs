//! `autotwin import`: makes scenes from files of other formats.

use std::path::PathBuf;

use clap::{Args, Subcommand};

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
}

pub(crate) fn run(arguments: &ImportArguments) -> Exit {
    let Format::Fjsp { file, output } = &arguments.format;
    let name = file.file_stem().map_or_else(|| "job shop".into(), |stem| stem.to_string_lossy());
    let text = match read_text(file) {
        Ok(text) => text,
        Err(why) => return fail(&format!("cannot read {}: {why}", file.display())),
    };
    let instance = match fjsp::parse(&text) {
        Ok(instance) => instance,
        Err(error) => return fail(&format!("{}:{error}", file.display())),
    };
    let scene = fjsp::to_scene(&instance, &name);
    match std::fs::File::create_new(output).and_then(|mut out| std::io::Write::write_all(&mut out, scene.as_bytes())) {
        Ok(()) => {
            let (jobs, machines) = (instance.jobs.len(), instance.machines);
            print(&format!("wrote {}: {jobs} jobs, {machines} machines\n", output.display()));
            Exit::OK
        }
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
            fail(&format!("{} is there already; choose another name", output.display()))
        }
        Err(error) => fail(&format!("cannot write {}: {error}", output.display())),
    }
}
