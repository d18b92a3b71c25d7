//! `autotwin parts`: the reference of all that an author can write.

use bevy_app::App;
use clap::Args;

use crate::engine::command::CommandKinds;
use crate::engine::simulation::Simulation;
use crate::engine::spelling::nearest;
use crate::record::table::Tables;
use crate::scene::expand::GroupSettings;
use crate::scene::header::Header;
use crate::scene::registry::SceneRegistry;
use crate::scene::schema::TypeSchema;

use super::Exit;
use super::output::{fail, print};

/// Show what a scene can hold: every part and field with its type, unit, default, range and an example.
#[derive(Args)]
#[command(after_help = "Examples:\n  autotwin parts\n  autotwin parts machine\n  autotwin parts products")]
pub(crate) struct PartsArguments {
    /// A part, a section, `scene` or `twin`; without it, a list of all.
    name: Option<String>,
}

pub(crate) fn run(arguments: &PartsArguments, plugins: fn(&mut App)) -> Exit {
    let simulation = Simulation::new(plugins);
    let registry = simulation.world().resource::<SceneRegistry>();
    let Some(name) = arguments.name.as_deref() else {
        print(&list(&simulation, registry));
        return Exit::OK;
    };
    match find(name, registry) {
        Some(page) => {
            print(&page);
            Exit::OK
        }
        None => {
            let known = registry.parts.keys().chain(registry.sections.keys()).copied().chain(["scene", "twin"]);
            let cure = match nearest(name, known) {
                Some(other) => format!("did you mean `{other}`?"),
                None => "`autotwin parts` lists them".to_owned(),
            };
            fail(&format!("there is no part or section `{name}`; {cure}"))
        }
    }
}

fn find(name: &str, registry: &SceneRegistry) -> Option<String> {
    match name {
        "scene" => Some(TypeSchema::of::<Header>().reference(name)),
        "twin" => Some(TypeSchema::of::<GroupSettings>().reference(name)),
        _ => {
            let part = registry.parts.get(name).map(|part| &*part.schema);
            let schema = part.or_else(|| registry.sections.get(name).map(|section| &*section.schema))?;
            Some(schema.reference(name))
        }
    }
}

fn list(simulation: &Simulation, registry: &SceneRegistry) -> String {
    let line = |name: &str, about: String| format!("  {name:14}{about}\n");
    let mut text = "Parts of a twin:\n".to_owned();
    text.extend(registry.parts.iter().map(|(name, part)| line(name, part.schema.about())));
    text += "\nSections of a scene:\n";
    text.extend(registry.sections.iter().map(|(name, section)| line(name, section.schema.about())));
    text += "\nAlways there:\n";
    text += &line("scene", TypeSchema::of::<Header>().about());
    text += &line("twin", TypeSchema::of::<GroupSettings>().about());
    text += "\nTables of results:\n";
    let tables = simulation.world().resource::<Tables>().infos();
    text.extend(tables.iter().map(|table| line(table.name, table.about.to_owned())));
    text += "\nCommands for --inputs:\n";
    let commands = simulation.world().resource::<CommandKinds>();
    text.extend(commands.iter().map(|command| line(command.name, command.about.to_owned())));
    text + "\n`autotwin parts NAME` says more of a part or section.\n"
}
