//! `autotwin new`: writes commented starting scenes.

use std::path::PathBuf;

use clap::Args;

use crate::scene::templates::TEMPLATES;

use super::Exit;
use super::output::{fail, print, table};
use crate::engine::spelling::nearest;

/// Write a commented scene to start from.
#[derive(Args)]
#[command(after_help = "Examples:\n  autotwin new --list\n  autotwin new job-shop my.ron")]
pub(crate) struct NewArguments {
    /// List the kinds of scenes.
    #[arg(long)]
    list: bool,
    /// The kind of scene.
    #[arg(required_unless_present = "list")]
    kind: Option<String>,
    /// The file to write; it must not be there yet.
    #[arg(required_unless_present = "list")]
    file: Option<PathBuf>,
}

pub(crate) fn run(arguments: &NewArguments) -> Exit {
    let (false, Some(kind), Some(file)) = (arguments.list, &arguments.kind, &arguments.file) else {
        let rows: Vec<Vec<String>> =
            TEMPLATES.iter().map(|template| vec![template.name.to_owned(), template.about.to_owned()]).collect();
        print(&table(&rows, &[0, 1]));
        return Exit::OK;
    };
    let names = || TEMPLATES.iter().map(|template| template.name);
    let Some(template) = TEMPLATES.iter().find(|template| template.name == kind) else {
        let cure = match nearest(kind, names()) {
            Some(other) => format!("did you mean `{other}`?"),
            None => format!("there are {}", names().collect::<Vec<_>>().join(", ")),
        };
        return fail(&format!("there is no scene of kind `{kind}`; {cure}"));
    };
    match std::fs::File::create_new(file)
        .and_then(|mut out| std::io::Write::write_all(&mut out, template.text.as_bytes()))
    {
        Ok(()) => {
            print(&format!("wrote {0}; run it with: autotwin run {0}\n", file.display()));
            Exit::OK
        }
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
            fail(&format!("{} is there already; choose another name", file.display()))
        }
        Err(error) => fail(&format!("cannot write {}: {error}", file.display())),
    }
}
